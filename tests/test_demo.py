"""The demonstration and its example assessment: every number is found again, and every change is seen."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from equitykit import demo, recipes, report
from equitykit.assessment import Assessment
from equitykit.codebook import Codebook
from equitykit.errors import EquitykitError
from equitykit.resources import folder
from sample_data import make_example
from tests.guards import wording

pytestmark = pytest.mark.slow

SHIPPED = folder("sample_data") / demo.ASSESSMENT
NAMES = {"Rate": "rate", "Difference": "rate-difference", "Ratio": "rate-ratio"}
NAMES |= {"Rate difference": "rate-difference", "Rate ratio": "rate-ratio"}
IMAGE = re.compile(r"data:image/[^\"']*")
SEVERITIES = ("critical", "high", "medium", "low", "info")
HIDDEN, UNCERTAIN = "too few to show", "too uncertain to show"


@dataclass(frozen=True)
class Ran:
    """What one run left behind."""

    folder: Path
    said: list[str]

    @property
    def page(self) -> str:
        return (self.folder / demo.REPORT).read_text(encoding="utf-8")

    @property
    def assessment(self) -> Assessment:
        return Assessment.open(self.folder / demo.ASSESSMENT)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The command as people call it, away from the checkout, in a folder with blanks and an accent."""
    home = tmp_path_factory.mktemp("home")
    name = "a folder with spaces \u00e9"
    done = subprocess.run(
        [sys.executable, "-c", "from equitykit.cli import main; main()", "demo", "--out", name],
        cwd=home,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [path.name for path in home.iterdir()] == [name]
    return Ran(home / name, done.stdout.splitlines())


@pytest.fixture
def copy(ran: Ran, tmp_path: Path) -> Path:
    """A copy of the folder, to change things in."""
    return Path(shutil.copytree(ran.folder, tmp_path / "moved"))


def again(where: Path) -> Ran:
    """Run the demonstration once more in a folder."""
    said: list[str] = []
    assert demo.run(where, said.append) == where / demo.REPORT
    return Ran(where, said)


# --- the command ---


def test_it_ends_by_naming_the_report(ran: Ran) -> None:
    assert ran.said[-1] == str(Path(ran.folder.name) / "report.html")
    assert ran.page.startswith("<!DOCTYPE html>")
    assert "Family visits by video" in ran.page


def test_it_says_what_it_does(ran: Ran) -> None:
    text = "\n".join(ran.said)
    for part in ("invented", "Copied 6 sample files", "need a person to confirm", "race5", "child_name, ssn"):
        assert part in text
    assert re.search(r"Checked intake\.csv .* 2 critical, \d+ high", text)
    assert re.search(r"Checked intake_clean\.csv.* found 1 low, 1 info; .* not run 5\.", text)
    assert "Level: full" in text
    assert "Ran all 5 pieces of evidence again on the files in this folder: nothing changed." in text


def test_the_audit_is_written_and_nobody_is_named(ran: Ran) -> None:
    assert "intake.csv" in (ran.folder / demo.AUDIT).read_text(encoding="utf-8")
    Codebook.load(ran.folder / demo.PROPOSED)
    for name in (demo.AUDIT, demo.REPORT, demo.ASSESSMENT, demo.PROPOSED):
        text = IMAGE.sub("", (ran.folder / name).read_text(encoding="utf-8"))
        assert "000-00-" not in text
        assert not re.search(r"Child [A-Z]\. [A-Z]\.", text)
        assert not re.search(r"\bC\d{5}\b|\bW\d{3}\b", text)


def test_twice_is_as_good_as_once(ran: Ran, copy: Path) -> None:
    before = {name: (copy / name).read_bytes() for name in demo.INPUTS if name != demo.ASSESSMENT}
    second = again(copy)
    text = "\n".join(second.said)
    assert "Already there, and as shipped: 5 sample files." in text
    assert f"{demo.ASSESSMENT} was there already, and it has been worked on." in text
    assert "nothing changed" in text
    assert {name: (copy / name).read_bytes() for name in before} == before
    assert numbers_in(second.page) == numbers_in(ran.page)


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / demo.REPORT).write_text("mine", encoding="utf-8")
    with pytest.raises(EquitykitError, match="did not make"):
        demo.run(tmp_path, print)
    assert [path.name for path in tmp_path.iterdir()] == [demo.REPORT]
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EquitykitError, match="cannot be copied"):
        demo.run(tmp_path / "file" / "below", print)


# --- every number is found again ---


def test_every_fact_is_found_again_by_its_recipe(copy: Path) -> None:
    """In a folder that has moved: the recipes hold relative paths."""
    items = [item for item in Ran(copy, []).assessment.evidence() if item.evidence.recipe]
    assert [item.evidence.kind for item in items] == ["audit", "audit", *["disparities"] * 3]
    for item in items:
        kept = item.evidence
        assert kept.recipe is not None
        assert not Path(kept.recipe["data"]["path"]).is_absolute()
        made = recipes.run(kept.recipe, copy)
        assert close(made.facts, kept.facts), item.id
        assert (made.columns, made.rows, made.summary) == (kept.columns, kept.rows, kept.summary)
        assert made.data_sha256 == kept.data_sha256
    assert str(copy.parent) not in (copy / demo.ASSESSMENT).read_text(encoding="utf-8")


def test_the_tables_of_the_report_say_what_the_recipes_say(ran: Ran) -> None:
    """A second way of writing numbers, compared with each cell of each table of groups."""
    sections = read(ran.page)
    compared = 0
    for item in ran.assessment.evidence():
        if item.evidence.recipe is None:
            continue
        facts = recipes.run(item.evidence.recipe, ran.folder).facts
        tables = sections[item.evidence.title]
        if item.evidence.kind == "audit":
            rows = [row for table in tables for row in table.rows]
            found = [entry for entry in facts["results"] if entry["outcome"] == "found"]
            assert [row[1] for row in rows] == list(dict.fromkeys(row[1] for row in rows))
            assert {row[1] for row in rows} == {entry["title"] for entry in found}
            for severity, title, seen in rows:
                own = [entry for entry in found if entry["title"] == title]
                assert severity.lower() == min((e["severity"] for e in own), key=SEVERITIES.index).replace(
                    "info", "for information"
                )
                assert all(entry["message"] in seen for entry in own)
            compared += len(rows)
            continue
        assert [len(table.rows) for table in tables] != []
        for table in tables:
            compared += compare(table, facts)
    assert compared > 300


def compare(table: Table, facts: Mapping[str, Any]) -> int:
    """Check each cell of a table of groups; returns how many cells held a number or a reason."""
    values = [NAMES[name] for name in table.header if name in NAMES]
    assert table.header[0] == "Group"
    assert values
    rows = {(row["measure"], facts["labels"][row["group"]]): row for row in facts["rows"]}
    measures = {measure: [g for m, g in rows if m == measure] for measure in values}
    assert {row[0] for row in table.rows} == {group for groups in measures.values() for group in groups}
    seen = 0
    for cells in table.rows:
        for name, cell in zip(table.header[1:], cells[1:], strict=True):
            row = rows.get((NAMES.get(name, values[0]), cells[0]))
            if name == "Note":
                continue
            assert cell == written(name, row, values[0]), (cells[0], name)
            seen += bool(cell)
    return seen


def written(name: str, row: Mapping[str, Any] | None, measure: str) -> str:
    """A cell as it has to be, from the facts alone."""
    if row is None or (name in NAMES and row["estimate"] is None):
        return "\u2013" if row is None else "not defined"
    if name in ("Number in the group", "Events"):
        return HIDDEN if row["suppressed"] else f"{row['n' if name.startswith('N') else 'events']:,.0f}"
    hidden = HIDDEN if row["suppressed"] else UNCERTAIN if row["reliable"] is False else None
    if name in NAMES:
        unit = " points" if row["measure"] == "rate-difference" else ""
        return hidden or one(row["estimate"], row["measure"]) + unit
    assert "interval" in name
    return "" if hidden else f"{one(row['lower'], measure)} to {one(row['upper'], measure)}"


def one(value: float, measure: str) -> str:
    """One number in the units of its measure."""
    if measure == "rate":
        return f"{100 * value:.1f} %"
    if measure == "rate-ratio":
        return f"{value:.2f}"
    rounded = round(100 * value, 1)
    return f"{'+' if rounded > 0 else '' if rounded == 0 else chr(0x2212)}{abs(rounded):.1f}"


def test_a_wrong_number_would_be_seen(ran: Ran) -> None:
    """The comparison above fails for one cell that is off, for a group that is gone, and for a changed fact."""
    item = next(item for item in ran.assessment.evidence() if item.evidence.kind == "disparities")
    facts, table = item.evidence.facts, read(ran.page)[item.evidence.title][0]
    assert compare(table, facts) > 0
    off = Table(table.header, [list(row) for row in table.rows])
    off.rows[0][1] = "97"
    fewer = Table(table.header, table.rows[1:])
    other = {**facts, "rows": [{**row, "estimate": (row["estimate"] or 0) + 0.002} for row in facts["rows"]]}
    for wrong, said in ((off, facts), (fewer, facts), (table, other)):
        with pytest.raises(AssertionError):
            compare(wrong, said)
    assert not close(other, facts)


def test_what_people_wrote_agrees_with_the_evidence(ran: Ran) -> None:
    """The words about the numbers, checked against the numbers; no number is repeated in words."""
    facts = {item.evidence.title: item.evidence.facts for item in ran.assessment.evidence()}

    def apart(title: str) -> dict[str, int]:
        rows = [
            row for row in facts[title]["rows"] if row["measure"] == "rate-difference" and row["reliable"]
        ]
        return {row["group"]: (row["lower"] > 0) - (row["upper"] < 0) for row in rows}

    into = apart("Who comes into care, by race and ethnicity")
    assert {group for group, side in into.items() if side > 0} == {"BLACK"}
    higher = {row["group"] for row in facts["Who comes into care, by race and ethnicity"]["rows"]
              if row["measure"] == "rate-difference" and row["estimate"] > 0 and row["reliable"]}  # fmt: skip
    assert {"AIAN", "NHPI"} <= higher
    home = apart("Who goes back home, by race and ethnicity")
    assert {"BLACK", "AIAN", "HISPANIC", "WHITE"} <= set(home)
    assert set(home.values()) == {0}
    assert apart("Who goes back home, by language") == {"en": 1}
    words = ran.assessment.value("numbers_say") + ran.assessment.value("data_gaps")
    assert set(re.findall(r"\d+", words)) <= {"2020"}  # a year


# --- a change is seen ---


def change(path: Path, column: str, old: str, new: str) -> None:
    """Change one cell of one child."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    place, removed = rows[0].index(column), rows[0].index("removed")
    child = next(row for row in rows[1:] if row[place] == old and row[removed] == "Y")
    child[place] = new
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def shown(ran: Ran, title: str, group: str) -> tuple[str, ...]:
    """A row of the first table of a piece of evidence."""
    return next(tuple(row) for row in read(ran.page)[title][0].rows if row[0] == group)


def test_one_child_back_home_changes_the_report(ran: Ran, copy: Path) -> None:
    change(copy / "intake_clean.csv", "reunified", "N", "Y")
    second = again(copy)
    text = "\n".join(second.said)
    assert "intake_clean.csv was there already, and it differs from the sample." in text
    for title in ("Who goes back home, by race and ethnicity", "Who goes back home, by language"):
        assert re.search(rf'Ran "{title}" again, and it changed\..* 223 .* 224 .* more changes\.', text)
        assert shown(ran, title, "Total")[2] == "55.2 %"
        assert shown(second, title, "Total")[2] == "55.4 %"
    assert "Who comes into care" not in text
    assert "Total, Events: 223 \u2192 224" in second.page
    assert "\u2192 224" not in ran.page


def test_one_child_of_another_group_changes_the_report(ran: Ran, copy: Path) -> None:
    change(copy / "intake_clean.csv", "race_ethnicity", "White", "Black or African American")
    second = again(copy)
    title = "Who comes into care, by race and ethnicity"
    assert f'Ran "{title}" again, and it changed.' in "\n".join(second.said)
    assert [shown(each, title, "Black or African American")[1] for each in (ran, second)] == ["156", "157"]
    assert [shown(each, title, "White")[1] for each in (ran, second)] == ["300", "299"]


def test_a_source_that_is_gone_is_said(copy: Path) -> None:
    (copy / "intake_clean.csv").unlink()
    assessment = Assessment.open(copy / demo.ASSESSMENT)
    gone = [change for change in assessment.refresh() if not change.path]
    assert len(gone) == 4
    assert all("intake_clean.csv is gone" in change.text for change in gone)
    report.write(assessment, copy / demo.REPORT)
    page = (copy / demo.REPORT).read_text(encoding="utf-8")
    assert page.count("source not found on") == 4
    assert shown(Ran(copy, []), "Who goes back home, by language", "Total")[1] == "404"


def test_groups_too_small_to_show_stay_with_their_name(ran: Ran) -> None:
    """No count of 1 to 10 of people stands in a table of groups, and no group goes for that."""
    sections = read(ran.page)
    hidden = 0
    for item in ran.assessment.evidence():
        if item.evidence.kind != "disparities":
            continue
        facts = item.evidence.facts
        few = {facts["labels"][row["group"]] for row in facts["rows"] if 0 < row["n"] < 11}
        assert few
        for table in sections[item.evidence.title]:
            counts = [
                place for place, name in enumerate(table.header) if name in ("Number in the group", "Events")
            ]
            cells = [row[place] for row in table.rows for place in counts]
            assert [cell for cell in cells if cell.isdecimal() and 0 < int(cell) < 11] == []
            assert few <= {row[0] for row in table.rows if row[counts[0]] == HIDDEN}
            hidden += cells.count(HIDDEN)
    assert hidden > 20


# --- the example ---


def test_the_example_is_made_again_the_same(tmp_path: Path) -> None:
    """Twice byte for byte; and as shipped, up to the last digits of another version of the mathematics."""
    made = []
    for name in ("one", "two"):
        where = tmp_path / name
        where.mkdir()
        for file in demo.INPUTS[:-1]:
            shutil.copy(SHIPPED.parent / file, where)
        made.append(make_example.make(where).read_bytes())
    assert made[0] == made[1]
    hint = "the sample files, the instrument or the analysis changed: run python sample_data/make_example.py"
    assert close(json.loads(made[0]), json.loads(SHIPPED.read_bytes())), hint


def test_the_example_fits_the_schema_and_is_finished() -> None:
    schema = json.loads((folder("schemas") / "assessment.schema.json").read_text(encoding="utf-8"))
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert next(iter(document)) == "internal"
    assert document["drafts"] == {}


def test_the_example_answers_everything(ran: Ran) -> None:
    example = ran.assessment
    summary = example.summary()
    assert (summary.level, summary.problems) == ("full", 0)
    assert set(summary.parts.values()) == {"completed"}
    assert example.prompts() == ()
    unanswered = [
        ask.id
        for part in example.parts()
        for ask in part.asks
        if example.visible(ask.id) and not example.value(ask.id)
    ]
    assert unanswered == []
    assert example.value("before") != example.value("after")
    assert example.value("revision_kind") == "changed"
    assert len(example.history("desired_result")) == 2
    assert len(example.history("after")) == 2
    assert {review.months for review in example.reviews()} == {3, 6, 9, 12}
    assert all(action.owner and action.due and action.due >= "2027" for action in example.actions())
    authors = {entry["by"] for entries in example.to_dict()["answers"].values() for entry in entries}
    assert authors == {"Deputy director", "Assessment team", "Family council", "Director"}


def test_several_groups_have_benefit_and_burden_said(ran: Ran) -> None:
    rows = ran.assessment.value("effects")
    assert len(rows) >= 8
    assert all(
        row[name] for row in rows for name in ("group", "benefit", "burden", "how", "evidence", "sure")
    )
    assert any("Black" in row["group"] and "broadband" in row.get("within", "") for row in rows)
    assert {row["sure"] for row in rows} == {"sure", "fairly", "not", "not_known"}


def test_the_public_report_names_nobody(copy: Path) -> None:
    report.write(Assessment.open(copy / demo.ASSESSMENT), copy / "public.html", public=True)
    page = (copy / "public.html").read_text(encoding="utf-8")
    assert [name for name in ("Avery", "Robin", "Noor") if name in page] == []
    assert "Benefit and burden" in page


def test_nothing_gives_a_verdict_or_blames(ran: Ran) -> None:
    """Words that must not be there, in what is said, in the report and in the audit."""
    texts = ["\n".join(ran.said), *(text for _, text in plain_text(ran.page))]
    texts += [text for _, text in plain_text((ran.folder / demo.AUDIT).read_text(encoding="utf-8"))]
    assert [word for text in texts for word in wording.banned_in(text)] == []
    answers = "\n".join(strings(json.loads(SHIPPED.read_text(encoding="utf-8"))["answers"]))
    never = "worst group|best group|culprit|to blame|at fault|illegal|unlawful|bias|vulnerable|minorit|noncomplian"
    assert re.findall(never, answers, re.IGNORECASE) == []


def test_the_words_are_plain(ran: Ran) -> None:
    """Grade 8 or lower by the Flesch-Kincaid formula over all answers; an alarm, no proof."""
    texts = list(strings({ask: ran.assessment.value(ask) for ask in ran.assessment.to_dict()["answers"]}))
    long = [text for text in texts if text.count(" ") > 6]
    sentences = [one for text in long for one in re.split(r"(?<=[.?!])\s+|\n+", text) if one]
    assert [one for one in sentences if len(one.split()) > 32] == []
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    assert 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 < 8


# --- reading ---


@dataclass
class Table:
    """A table of the report: one list of texts per row."""

    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Reader(HTMLParser):
    """Tables of a page by the heading of level 3 they stand under, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, list[Table]] = {}
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._text = ""
        self._section = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"h2", "h3", "th", "td"}:
            self._text = ""
        if tag == "table":
            self.sections.setdefault(self._section, []).append(Table())
        if tag == "tr" and self.sections.get(self._section):
            self.sections[self._section][-1].rows.append([])
        if tag not in {"meta", "img", "br", "link", "input", "hr", "col"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"h2", "h3"}:
            self._section = self._text.strip()
        if tag in {"th", "td"}:
            self.sections[self._section][-1].rows[-1].append(self._text.strip())
        if tag == "thead":
            table = self.sections[self._section][-1]
            table.header = table.rows.pop()
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._text += data.replace("\u00a0", " ")
        if data.strip() and not {"style", "script"} & set(self._open):
            self.texts.append((self._section, data))


def read(page: str) -> dict[str, list[Table]]:
    """Tables of a page, by the heading above them."""
    reader = Reader()
    reader.feed(page)
    return reader.sections


def plain_text(page: str) -> list[tuple[str, str]]:
    """Texts of a page with the heading above them."""
    reader = Reader()
    reader.feed(page)
    return reader.texts


def numbers_in(page: str) -> list[list[str]]:
    """Cells of all tables about groups."""
    return [
        row
        for tables in read(page).values()
        for table in tables
        if table.header[:1] == ["Group"]
        for row in table.rows
    ]


def strings(value: Any) -> Iterator[str]:
    """Every text in plain containers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def close(left: Any, right: Any) -> bool:
    """Whether two plain values are the same, numbers to ten digits."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(close(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(close, left, right))
    if isinstance(left, float) or isinstance(right, float):
        return (
            isinstance(left, int | float)
            and isinstance(right, int | float)
            and math.isclose(left, right, rel_tol=1e-10)
        )
    return bool(left == right)
