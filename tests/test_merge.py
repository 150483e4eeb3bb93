"""Several sites on one instrument: 87 counties, conflicts, copies, damage, other instruments and versions."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit import resources
from equitykit.assessment import Action, Assessment, AssessmentFile, Draft, Entry
from equitykit.assessment.document import InstrumentRef, Log
from equitykit.cli import main
from equitykit.errors import MergeError
from equitykit.evidence import Evidence
from equitykit.merge import Merged, merge, read_merged
from equitykit.report import ReportError, markdown, merged_document, write

TEXT = """\
id: prevention
version: "2.0"
title: Prevention services
purpose: To see what counties do.
credit: {text: Ours.}
tracks:
  - {id: full, title: Full, description: All., minutes: 5, level: full}
parts:
  - id: one
    title: Say what is there
    asks:
      - {id: county, kind: text, label: Which county?, means: site}
      - id: size
        kind: choice
        label: How large?
        options: [{id: small, label: Small}, {id: mid, label: Medium}, {id: large, label: Large}]
      - id: offered
        kind: choice
        label: Is it offered?
        options: [{id: "yes", label: "Yes"}, {id: "no", label: "No"}]
      - {id: why_not, kind: longtext, label: Why not?, when: {ask: offered, is: "no"}}
      - {id: often, kind: scale, label: How often?, options: [{id: rarely, label: Rarely}, {id: often, label: Often}]}
      - {id: who, kind: choices, label: For whom?, options: [{id: kin, label: Kin}, {id: foster, label: Foster}]}
      - {id: staff, kind: number, label: How many staff?}
      - {id: since, kind: date, label: Since when?}
      - id: groups
        kind: table
        label: Who waits?
        columns: [{id: group, label: Group}, {id: n, label: How many, kind: number}]
      - {id: plan, kind: actions, label: What next?}
      - {id: proof, kind: evidence, label: What shows it?, accepts: [document, story]}
"""
COUNTIES = 87


def document(name: str, place: int, **answers: Any) -> AssessmentFile:
    """An assessment as its file holds it."""
    at = f"2026-01-{place % 28 + 1:02d}T08:00:{place % 60:02d}.{place:03d}+00:00"
    return AssessmentFile(
        instrument=InstrumentRef(
            id="prevention", version="2.0", title="Prevention services", source="tool.yaml"
        ),
        track="full",
        title=name,
        working_title=name,
        log=[Log(what="begun", subject="prevention", note="2.0", at=at)],
        answers={ask: [Entry(value=value, by=f"{name} staff", at=at)] for ask, value in answers.items()},
    )


def of_county(place: int) -> AssessmentFile:
    no = place % 3 == 0
    answers: dict[str, Any] = {
        "county": f"County {place:02d}",
        "size": "small" if place % 9 else "large" if place % 2 else "mid",
        "offered": "no" if no else "yes",
        "often": "na" if place % 10 == 0 else "often",
        "who": ["kin"] if place % 2 else ["kin", "foster"],
        "staff": place,
        "since": f"20{place % 20 + 5:02d}-01-01",
        "groups": [{"group": f"Group {place}", "n": place}],
    }
    if no:
        answers["why_not"] = f"No money in {place}; <script>alert(1)</script> | a"
    return document(f"County {place:02d}", place, **answers)


def put(folder: Path, name: str, made: AssessmentFile) -> Path:
    path = folder / f"{name}.equity.json"
    path.write_bytes(made.to_bytes())
    return path


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """87 counties, and what comes with them when they send files."""
    folder = tmp_path_factory.mktemp("counties")
    (folder / "tool.yaml").write_text(TEXT, "utf-8")
    made = [of_county(place) for place in range(1, COUNTIES + 1)]
    for place, one in enumerate(made, start=1):
        put(folder, f"county-{place:02d}", one)
    # one file sent twice, and an earlier state of another
    shutil.copy(folder / "county-05.equity.json", folder / "county-05 (1).equity.json")
    later = made[6].model_copy(deep=True)
    later.answers["staff"].append(Entry(value=70, by="later", at="2026-03-01T08:00:00.000+00:00"))
    later.revision += 1
    later.saved = "2099-01-01T00:00:00.000+00:00"
    put(folder, "county-07-later", later)
    # three conflicts: copies of one file, answered differently
    for place, ask, value in ((11, "offered", "no"), (12, "staff", 1200), (13, "since", "1999-01-01")):
        other = made[place - 1].model_copy(deep=True)
        other.answers[ask] = [
            *other.answers[ask],
            Entry(value=value, by="B", at="2026-02-01T08:00:00.000+00:00"),
        ]
        mine = made[place - 1].model_copy(deep=True)
        was = mine.answers[ask][-1].value
        changed = {"no": "yes", "yes": "no"}.get(str(was), was) if ask == "offered" else was
        mine.answers[ask] = [
            *mine.answers[ask],
            Entry(value=changed, by="A", at="2026-02-02T08:00:00.000+00:00"),
        ]
        if ask == "offered":
            mine.answers[ask][-1].value = "yes"
        put(folder, f"county-{place:02d}", mine)
        put(folder, f"county-{place:02d} (conflicted copy)", other)
    # another version, with a question and an answer that are no longer there
    old = made[19].model_copy(deep=True)
    old.instrument.version = "1.0"
    old.answers["old_question"] = [Entry(value="An old text", by="x")]
    old.answers["offered"] = [Entry(value="partly", by="x")]
    put(folder, "county-20", old)
    # damage, an empty file, another instrument
    (folder / "damaged.equity.json").write_bytes(of_county(1).to_bytes()[:500])
    (folder / "nothing.equity.json").write_bytes(b"")
    put(folder, "handed out", document("Handed out", 99))
    foreign = document("Foreign", 98, county="X")
    foreign.instrument = InstrumentRef(id="race-equity-impact-assessment", version="1.0", title="REIA")
    put(folder, "foreign", foreign)
    return folder


@pytest.fixture(scope="module")
def merged(counties: Path) -> Iterator[Any]:
    before = {path: path.read_bytes() for path in counties.iterdir()}
    yield merge([counties], by="size")
    assert {path: path.read_bytes() for path in counties.iterdir()} == before


def test_every_county_is_counted_once_and_what_is_not_counted_is_said(merged: Merged) -> None:
    """A file sent twice and an earlier state count once; damage and other instruments are named."""
    assert merged.sites == tuple(f"County {place:02d}" for place in range(1, COUNTIES + 1)) or set(
        merged.sites
    ) == {f"County {place:02d}" for place in range(1, COUNTIES + 1)}
    assert len(merged.sites) == COUNTIES
    left = {one["file"]: (one["kind"], one["why"]) for one in merged.left_out}
    assert left["county-05.equity.json"][0] == "twice" or left["county-05 (1).equity.json"][0] == "twice"
    assert left["county-07.equity.json"] == (
        "twice",
        'an earlier state of "county-07-later.equity.json"; counted once',
    )
    assert left["damaged.equity.json"][0] == left["nothing.equity.json"][0] == "damaged"
    assert left["handed out.equity.json"][0] == "empty"
    assert left["foreign.equity.json"] == ("other instrument", 'it belongs to "REIA"')
    assert len(left) == 6
    assert merged.data["versions"] == {"2.0": COUNTIES - 1, "1.0": 1}
    values = {row["site"]: row["value"] for row in merged.question("staff")["values"]}
    assert values["County 07"] == 70


def test_the_three_conflicts_are_shown_and_neither_answer_is_counted(merged: Merged) -> None:
    """Nobody but the site can say which one stands."""
    assert [(one["site"], one["ask"]) for one in merged.conflicts] == [
        ("County 11", "offered"),
        ("County 12", "staff"),
        ("County 13", "since"),
    ]
    offered = merged.conflicts[0]["answers"]
    assert {(answer["value"], answer["by"]) for answer in offered} == {("yes", "A"), ("no", "B")}
    assert {answer["file"] for answer in offered} == {
        "county-11.equity.json",
        "county-11 (conflicted copy).equity.json",
    }
    question = merged.question("offered")
    assert (question["answered"], question["in_conflict"]) == (COUNTIES - 1, 1)
    assert all(row["site"] != "County 12" for row in merged.question("staff")["values"])
    assert merged.question("often")["answered"] == COUNTIES  # the rest of these counties counts


def test_counts_are_those_of_a_plain_count(merged: Merged) -> None:
    """Against a second count, made here from how the counties were made."""
    places = range(1, COUNTIES + 1)
    offered = {row["id"]: row["n"] for row in merged.question("offered")["counts"]}
    no = sum(place % 3 == 0 for place in places if place not in (11, 20))
    assert offered == {"yes": COUNTIES - 2 - no, "no": no, "partly": 1}
    often = merged.question("often")
    assert {row["id"]: row["n"] for row in often["counts"]} == {"rarely": 0, "often": 79, "na": 8}
    assert often["agreement"] == {"most_chosen": ["Often"], "n": 79, "of": 79, "all_the_same": True}
    assert {row["id"]: row["n"] for row in merged.question("who")["counts"]} == {"kin": 87, "foster": 43}
    numbers = [70 if place == 7 else place for place in places if place != 12]
    said = merged.question("staff")["numbers"]
    assert (said["n"], said["lowest"], said["highest"]) == (86, min(numbers), max(numbers))
    assert len(merged.question("groups")["rows"]) == COUNTIES
    why = merged.question("why_not")
    assert why["answered"] == len([place for place in places if place % 3 == 0 and place not in (20,)])
    assert why["not_asked"] + why["answered"] + why["no_answer"] == COUNTIES
    assert {text["site"] for text in why["texts"]} == {
        f"County {place:02d}" for place in places if place % 3 == 0
    }
    assert merged.data["no_longer_asked"] == [
        {"site": "County 20", "ask": "old_question", "value": "An old text", "version": "1.0"}
    ]


def test_small_groups_are_shown_with_others_only(merged: Merged) -> None:
    """Large 5, medium 4 (below the minimum of 5): the smallest other group joins it."""
    told = merged.question("often")["by"]
    assert [(one["groups"], one["n"]) for one in told["groups"]] == [
        (["Small"], 78),
        (["Medium", "Large"], 9),
    ]
    assert told["shown"] is True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["small", "mid", "large", None]), min_size=1, max_size=40), st.integers(2, 9))
def test_no_group_below_the_minimum_is_shown_or_can_be_worked_out(
    sizes: list[str | None], minimum: int
) -> None:
    """Each block shown has at least the minimum, and the blocks add up to everybody."""
    from equitykit.instruments import loads
    from equitykit.merge.rollup import Opened, broken_out

    instrument = loads(TEXT)
    sites = []
    for place, size in enumerate(sizes):
        answers = {"offered": "yes"} | ({"size": size} if size else {})
        held = Assessment.held(document(str(place), place, **answers), instrument, Path("x.equity.json"))
        sites.append(Opened(str(place), held, frozenset()))
    told = broken_out(
        instrument.ask("offered"), sites, lambda site: str(site.assessment.value("size")), ("small",), minimum
    )
    assert told is not None
    if told["groups"]:
        assert all(one["n"] >= minimum for one in told["groups"])
        assert sum(one["n"] for one in told["groups"]) == len(sizes)
    else:
        assert told["shown"] is False


def test_the_report_can_be_read(merged: Merged, tmp_path: Path) -> None:
    """What to settle stands before the questions; texts are plain, with their origin; nothing is public."""
    page = merged.report(tmp_path / "counties.html").read_text("utf-8")
    assert page.index("To settle first") < page.index("Question by question") < page.index("The sites")
    assert page.index("In short") < page.index("Question by question")
    assert "<script>alert" not in page
    assert "No money in 3" in page
    assert "87 sites together" in page
    assert "1 of 87 sites answered" not in page
    saved = merged.save(tmp_path / "counties.merged.json")
    assert read_merged(saved).data == json.loads(saved.read_text("utf-8"))
    assert not re.search(r"\b(score|ranking|best county)\b", page)
    with pytest.raises(ReportError, match="no public version"):
        write(merged.data, tmp_path / "p.html", public=True)


def test_the_command(counties: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it is typed, then the report of what it wrote."""
    target = tmp_path / "all.merged.json"
    with pytest.raises(SystemExit) as ended:
        main(["merge", str(counties), "-o", str(target), "--by", "size"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "87 sites put together." in said
    assert said.count("To settle:") == 3
    assert "foreign.equity.json: it belongs to" in said
    with pytest.raises(SystemExit) as ended:
        main(["report", str(target)])
    assert ended.value.code == 0
    assert (tmp_path / "all.report.html").is_file()


# --- what a merge must not do ---


def test_copies_of_a_file_handed_out_empty_are_sites_of_their_own(tmp_path: Path) -> None:
    """One coordinator makes the file, 87 counties fill in a copy: they share its id."""
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    blank = document("Prevention", 1)
    for name, value in (("north", "yes"), ("south", "no")):
        one = blank.model_copy(deep=True)
        one.answers = {
            "offered": [Entry(value=value, by=name, at=f"2026-01-01T0{len(name)}:00:00.000+00:00")]
        }
        put(tmp_path, name, one)
    found = merge([tmp_path])
    assert set(found.sites) == {"north", "south"}
    assert found.question("offered")["answered"] == 2


def test_what_was_taken_out_in_one_copy_is_nowhere_in_the_merge(tmp_path: Path) -> None:
    """A site may have sent an older copy that still holds the text."""
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    secret = "The name of a family that asked to be left out"
    path = tmp_path / "north.equity.json"
    made = Assessment.create(path, instrument=tmp_path / "tool.yaml", by="Ana")
    made.answer("offered", "no")
    made.answer("why_not", secret)
    made.add_action(what=secret + " gets a call")
    made.attach("proof", Evidence(kind="story", title="Story", summary=(secret,)), consent="Agreed")
    shutil.copy(path, tmp_path / "north-old.equity.json")
    made.redact("why_not", "Asked for")
    made.redact("a1", "Asked for")
    made.redact("e1", "Asked for")
    found = merge([tmp_path])
    assert len(found.sites) == 1
    assert secret not in json.dumps(found.to_dict())
    assert found.question("why_not")["taken_out"] == 1


def test_words_whose_agreement_has_ended_are_not_named(tmp_path: Path) -> None:
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    made = Assessment.create(tmp_path / "n.equity.json", instrument=tmp_path / "tool.yaml")
    story = Evidence(kind="story", title="The words of Rosa", summary=("x",))
    made.attach("proof", story, consent="Until May", consent_until="2020-05-01")
    assert "Rosa" not in json.dumps(merge([tmp_path]).to_dict())


def test_what_is_still_being_written_counts_and_is_marked(tmp_path: Path) -> None:
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    one = of_county(3)
    one.drafts = {"why_not": Draft(value="A better word")}
    one.actions = [Action(id="a1", what="Call", due="2026-05-01")]
    put(tmp_path, "one", one)
    found = merge([tmp_path])
    (text,) = found.question("why_not")["texts"]
    assert (text["text"], text["still_being_written"]) == ("A better word", True)
    assert found.data["actions"][0]["what"] == "Call"


def test_what_cannot_be_merged_is_said(tmp_path: Path, counties: Path) -> None:
    """Each refusal names what to do."""
    (tmp_path / "x.equity.json").write_text("{", "utf-8")
    with pytest.raises(MergeError, match=r"No file can be merged\. x\.equity\.json"):
        merge([tmp_path])
    tie = [counties / "county-01.equity.json", counties / "foreign.equity.json"]
    with pytest.raises(MergeError, match="As many files belong to one instrument as to another"):
        merge(tie)
    assert merge(tie, instrument=counties / "tool.yaml").sites == ("County 01",)
    with pytest.raises(MergeError, match='cannot be grouped by "county"'):
        merge([counties / "county-01.equity.json"], by="county")
    with pytest.raises(MergeError, match="a group of 1 is a person"):
        merge([counties], minimum=1)
    with pytest.raises(MergeError, match="does not hold merged assessments"):
        read_merged(counties / "county-01.equity.json")


def test_sources_passages_and_findings_are_said_to_stay_behind(tmp_path: Path) -> None:
    """An Institutional Analysis holds more than answers; none of that vanishes in silence."""
    path = tmp_path / "kin-first.equity.json"
    shutil.copy(resources.folder("sample_data") / path.name, path)
    merged = merge([path])
    analysis = Assessment.open(path).analysis
    kept = merged.data["sites"][0]["not_merged"]
    assert kept["passages"] == len(analysis.excerpts()) > 0
    assert kept["findings"] == len(analysis.findings()) > 0
    page = merged.report(tmp_path / "merged.md").read_text(encoding="utf-8")
    assert f"{kept['passages']} passages" in page
    assert "stay in the files of their sites" in page


def test_evidence_is_counted_by_kind_and_site_and_who_attached_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    for place in (1, 2, 4):
        put(tmp_path, f"county-{place}", of_county(place))
    for place, kinds in ((1, ("document", "document")), (2, ("document", "story"))):
        made = Assessment.open(tmp_path / f"county-{place}.equity.json")
        for number, kind in enumerate(kinds):
            made.attach("proof", Evidence(kind=kind, title=f"Paper {number}"), consent="Agreed")
    counts = merge([tmp_path]).to_dict()["evidence_counts"]
    assert counts == {
        "by_kind": [
            {"kind": "document", "pieces": 3, "sites": 2},
            {"kind": "story", "pieces": 1, "sites": 1},
        ],
        "by_question": [{"ask": "proof", "label": "What shows it?", "pieces": 4, "sites": 2}],
        "none": ["County 04"],
    }
    told = markdown.render(merged_document(merge([tmp_path]).data))
    assert "| Document | 3 | 2 |" in told
    assert "No evidence is attached by: County 04." in told
    assert "| County 02 | What shows it? | Paper 1 | Story |" in told
