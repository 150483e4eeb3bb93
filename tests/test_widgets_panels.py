"""The audit panel and the start page without a browser."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import yaml

from equitykit import resources, widgets
from equitykit.assessment import Assessment
from equitykit.audit import audit
from equitykit.codebook import Codebook
from equitykit.disaggregate import disaggregate
from equitykit.propose import propose
from equitykit.widgets import show
from equitykit.widgets.audit_page import AuditPanel
from equitykit.widgets.chain import ChainForm
from equitykit.widgets.compare import CompareForm
from equitykit.widgets.disparities_page import DisparitiesPanel
from equitykit.widgets.files import assessments, codebooks_for, data_files, free_name, working_folder
from equitykit.widgets.home_page import Home, named_in_address, slug
from equitykit.widgets.meanings import Meanings
from equitykit.widgets.shell import Shell
from equitykit.widgets.wizard import Wizard

COMMAND = re.compile(r"(?<!\S)\(?--[a-z]|\bequitykit [a-z]+ -|\bequitykit (?:propose|form|audit)\b")
SAMPLE = resources.folder("sample_data")


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[AuditPanel]:
    """A panel on a folder with the faulty sample and nothing else; nothing may go wrong in it."""
    shutil.copy(SAMPLE / "intake.csv", tmp_path / "intake.csv")
    made = widgets.audit_panel(tmp_path)
    yield made
    assert made.errors == []


def checked(panel: AuditPanel) -> None:
    """Go through to the result, leaving everything as it is proposed."""
    panel.data.file.value = "intake.csv"
    panel.next.click()
    panel.fields["~right"].value = "yes"
    panel.next.click()
    panel.next.click()
    assert panel.title.text == "Read the result"


def test_an_audit_from_choosing_to_saving(panel: AuditPanel) -> None:
    panel.next.click()
    assert panel.problems.texts == ("Choose a file.",)
    panel.data.file.value = "intake.csv"
    assert "3,000 rows" in panel.data.about.html
    assert not panel.data.codebook.shown
    panel.next.click()
    assert panel.title.text == "See how the columns are read"
    assert not panel.fields["~columns"].shown
    panel.next.click()
    assert panel.problems.texts == ("Say whether race and ethnicity are read as they should be.",)
    panel.fields["~right"].value = "yes"
    panel.next.click()
    assert panel.title.text == "What do these values mean?"
    panel.next.click()
    assert panel.title.text == "Read the result"
    assert panel.audit is not None
    assert panel.audit.to_dict()["questions"] == audit(panel.folder / "intake.csv").to_dict()["questions"]
    assert not panel.audit.to_dict()["questions"][0]["confirmed"]
    assert "Not confirmed by anybody yet" in panel.body.children[0].html
    panel.save_report()
    panel.save_codebook()
    assert "<html" in panel.saved_files["report"].read_text("utf-8")
    assert Codebook.load(panel.saved_files["codebook"]).questions
    panel.save_codebook()
    assert panel.saved_files["codebook"].name == "intake-2.codebook.yaml"


def test_a_version_for_others_is_saved_beside_the_internal_one(panel: AuditPanel) -> None:
    checked(panel)
    shown = re.sub(
        r"<style.*?</style>", "", " ".join(one.html for one in panel.body.children), flags=re.DOTALL
    )
    assert "Save a version for others before sharing." in shown
    assert re.search(r"--[a-z]|equitykit [a-z]+ ", shown) is None
    panel.save_report()
    panel.save_public()
    internal, public = (panel.saved_files[each].read_text("utf-8") for each in ("report", "public"))
    assert panel.saved_files["public"].name == "intake.audit.public.html"
    assert "Internal: holds small cells." in internal
    assert "Internal" not in public
    assert "Small counts are hidden there" in panel.saved.html


def test_groups_that_are_asked_first_are_named_in_words() -> None:
    made = audit(SAMPLE / "intake.csv", SAMPLE / "intake.codebook.yaml", public=True)
    assert "Nothing about American Indian or Alaska Native is shown" in made.to_dict()["notice"]


def test_fields_have_their_options_before_they_are_shown(tmp_path: Path) -> None:
    """A field that is drawn again after it is shown would lose what a quick person has typed into it."""
    shutil.copy(SAMPLE / "intake_clean.csv", tmp_path / "intake.csv")
    chain, groups = ChainForm(tmp_path, Shell()), CompareForm(tmp_path, Shell())
    seen: list[tuple[str, int]] = []
    chain.chain.observe(lambda _: seen.append(("chain", len(chain.chain.columns[1]["options"]))), "shown")
    for field in (groups.column, groups.event):
        field.observe(lambda change: seen.append((change.owner.ident, len(change.owner.options))), "shown")
    chain.data.file.value = groups.data.file.value = "intake.csv"
    groups.outcome.value = "~other column"
    groups.column.value = "removed"
    assert {name for name, _ in seen} == {"chain", "~column", "~event"}
    assert all(options > 1 for _, options in seen)


def test_every_command_that_a_check_names_is_said_otherwise_on_a_page() -> None:
    """And nothing is said otherwise that no part of the library says; docstrings are for the command line."""
    said = set()
    for path in Path(resources.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone]
        found = {str(node.value) for node in texts if COMMAND.search(str(node.value))}
        if path.parent.name == "checks":
            left = {text for text in found if not any(each in text for each in show.IN_A_PAGE)}
            assert {text for text in left if "--name-workers" not in text} == set(), path.name
        said |= found if path.name != "show.py" else set()
    assert [each for each in show.IN_A_PAGE if not any(each in text for text in said)] == []


def test_what_a_person_checked_counts_as_confirmed(panel: AuditPanel) -> None:
    panel.data.file.value = "intake.csv"
    panel.next.click()
    panel.fields["~right"].value = "yes"
    if "~checked" in panel.fields:
        panel.fields["~checked"].value = [one["id"] for one in panel.fields["~checked"].options]
    panel.next.click()
    for field in panel.fields.values():
        field.value = "~leave"
    panel.next.click()
    assert panel.audit is not None
    assert panel.audit.to_dict()["questions"][0]["confirmed"]
    assert panel.body.children[0].html == ""


def test_other_columns_and_another_code_system_are_used(panel: AuditPanel) -> None:
    panel.data.file.value = "intake.csv"
    panel.next.click()
    panel.fields["~right"].value = "no"
    assert panel.fields["~columns"].shown
    assert panel.fields["~system"].shown
    assert "ssn" not in {one["id"] for one in panel.fields["~columns"].options}
    panel.fields["~columns"].value = ["race5"]
    panel.fields["~system"].value = "fbi-nibrs"
    panel.fields["~standard"].value = "us-omb-spd15-1997"
    panel.next.click()
    if panel.audit is None:
        panel.next.click()
    assert panel.audit is not None
    said = panel.audit.to_dict()
    assert said["questions"][0]["columns"] == ["race5"]
    assert said["standard"]["id"] == "us-omb-spd15-1997"
    assert panel.codebook is not None
    assert panel.codebook.questions["race_ethnicity"].code_system == "fbi-nibrs"


MESSY = """Case,Race,Hispanic (Y/N),Home
{}
"""


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """A file as an agency exports it: one group under a label of its own, and a bare letter."""
    rows = [("White", "N"), ("Black/African Am", "N"), ("Asian", "N"), ("W", "Y"), ("Martian", "N")] * 40
    lines = [f"C{n},{race},{hispanic},{'YN'[n % 3 == 0]}" for n, (race, hispanic) in enumerate(rows)]
    (tmp_path / "visits.csv").write_text(MESSY.format("\n".join(lines)), encoding="utf-8")
    return tmp_path


def test_a_person_says_what_values_mean_and_every_page_reads_them_so(messy: Path) -> None:
    panel = AuditPanel(messy)
    panel.data.file.value = "visits.csv"
    panel.next.click()
    panel.fields["~right"].value = "yes"
    panel.next.click()
    assert panel.title.text == "What do these values mean?"
    said = {field.label.split("\u201d")[0].strip("\u201c"): field for field in panel.fields.values()}
    assert set(said) == {"Black/African Am", "W", "Martian"}
    assert said["Black/African Am"].help == ["It may be \u201cBlack or African American\u201d."]
    assert said["Black/African Am"].value is None  # asked, never taken for granted
    said["Black/African Am"].value, said["W"].value, said["Martian"].value = (
        "BLACK",
        "WHITE",
        "missing:unknown",
    )
    panel.press_back()
    panel.fields["~right"].value = "yes"
    panel.next.click()
    assert [field.value for field in panel.fields.values()] == ["BLACK", "missing:unknown", "WHITE"]
    panel.next.click()
    assert panel.audit is not None
    found = {one["check"]: one["outcome"] for one in panel.audit.to_dict()["results"]}
    assert found["unmapped-values"] == found["ambiguous-codes"] == "clear"
    (mine,) = panel.audit.to_dict()["questions"]
    assert {one["id"]: one["n_any"] for one in mine["categories"]}["BLACK"] == 40

    # The comparison of the same file remembers it; another reading of the same values is a second way.
    gaps = DisparitiesPanel(messy)
    gaps.form.data.file.value = "visits.csv"
    table = disaggregate(messy / "visits.csv", gaps.form.data.book(), by=["race_ethnicity"])
    by_hand = propose(messy / "visits.csv").codebook.with_codes(
        "race_ethnicity",
        {"Race": {"Black/African Am": "BLACK", "W": "WHITE", "Martian": {"missing": "unknown"}}},
    )
    assert table.to_frame().equals(
        disaggregate(messy / "visits.csv", by_hand, by=["race_ethnicity"]).to_frame()
    )

    # Saved, it is what the next program begins with.
    panel.save_codebook()
    Meanings._said.clear()
    later = AuditPanel(messy)
    later.data.file.value = "visits.csv"
    assert later.data.codebook.value == "visits.codebook.yaml"
    later.next.click()
    later.next.click()
    assert later.title.text == "Read the result"
    assert panel.errors == gaps.errors == later.errors == []


def test_what_was_said_about_a_file_in_a_folder_below_is_found_again(messy: Path) -> None:
    below = messy / "north"
    below.mkdir()
    (messy / "visits.csv").rename(below / "visits.csv")
    panel = AuditPanel(messy)
    panel.data.file.value = "north/visits.csv"
    panel.next.click()
    panel.fields["~right"].value = "yes"
    panel.next.click()
    next(iter(panel.fields.values())).value = "BLACK"
    panel.next.click()
    panel.save_codebook()
    assert "It is taken the next time you choose this file." in panel.saved.html
    later = AuditPanel(messy)
    later.data.file.value = "north/visits.csv"
    assert later.data.codebook.value == "visits.codebook.yaml"
    assert panel.errors == later.errors == []


def test_values_that_are_not_listed_are_not_taken_for_explained(tmp_path: Path) -> None:
    """More values than a page asks about: the rest is said with the result."""
    odd = [f"Group {letter * 3}" for letter in "ABCDEFGHIJKLMN"]
    (tmp_path / "many.csv").write_text("\n".join(["Race", *["White", "Asian"] * 100, *odd]), encoding="utf-8")
    panel = AuditPanel(tmp_path)
    panel.data.file.value = "many.csv"
    panel.next.click()
    panel.fields["~right"].value = "yes"
    if "~checked" in panel.fields:
        panel.fields["~checked"].value = [one["id"] for one in panel.fields["~checked"].options]
    panel.next.click()
    assert len(panel.fields) == 12
    for field in panel.fields.values():
        field.value = "~leave"
    assert set(panel.meanings.unsaid) == set(odd[12:])
    panel.next.click()
    assert "Nobody has said what these values mean" in panel.body.children[0].html
    assert panel.errors == []


def test_values_nobody_explained_are_said_and_leave_the_reading_unconfirmed(messy: Path) -> None:
    panel = AuditPanel(messy)
    panel.data.file.value = "visits.csv"
    panel.next.click()
    panel.fields["~right"].value = "yes"
    panel.fields["~checked"].value = [one["id"] for one in panel.fields["~checked"].options]
    panel.next.click()
    panel.next.click()
    assert panel.audit is not None
    assert not panel.audit.to_dict()["questions"][0]["confirmed"]
    assert "Nobody has said what these values mean" in panel.body.children[0].html
    assert "\u201cBlack/African Am\u201d" in panel.body.children[0].html


def test_a_codebook_beside_the_file_is_offered_first(tmp_path: Path) -> None:
    for name in ("intake.csv", "intake.codebook.yaml", "county_benchmark.csv"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    (tmp_path / "a.codebook.yaml").write_text("equitykit: codebook/1\n", encoding="utf-8")
    assert [path.name for path in codebooks_for(tmp_path / "intake.csv")][0] == "intake.codebook.yaml"
    panel = AuditPanel(tmp_path)
    panel.data.file.value = "intake.csv"
    assert panel.data.codebook.value == "intake.codebook.yaml"
    panel.next.click()
    assert list(panel.fields) == ["~standard"]
    panel.next.click()
    assert [field.label for field in panel.fields.values()][0].startswith("\u201cWhtie\u201d in \u201c")
    panel.next.click()
    direct = audit(tmp_path / "intake.csv", tmp_path / "intake.codebook.yaml").to_dict()
    assert panel.audit is not None
    assert panel.audit.to_dict()["summary"] == direct["summary"]
    assert panel.errors == []


def test_a_codebook_that_does_not_fit_is_said_beside_the_choice(panel: AuditPanel) -> None:
    book = {"equitykit": "codebook/1", "questions": {"race_ethnicity": {"columns": ["rcae"]}}}
    (panel.folder / "wrong.codebook.yaml").write_text(yaml.safe_dump(book), encoding="utf-8")
    panel.data.file.value = "intake.csv"
    panel.data.codebook.value = "wrong.codebook.yaml"
    panel.next.click()
    (text,) = panel.problems.texts
    assert '"rcae"' in text
    assert panel.data.codebook.error == text


def test_a_spreadsheet_with_rows_above_the_header_asks_for_the_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [["Intake of the county"], [], ["Race", "Office"], *[["White", "North"], ["Black", "South"]] * 20]
    for row in rows:
        sheet.append(row)
    book.create_sheet("More").append(["a", "b"])
    book["More"].append(["1", "2"])
    book.save(tmp_path / "intake.xlsx")
    panel = AuditPanel(tmp_path)
    panel.data.file.value = "intake.xlsx"
    assert panel.data.trouble
    assert panel.data.sheet.shown
    assert panel.data.header.shown
    assert "--" not in panel.data.file.error
    panel.data.sheet.value = "Sheet"
    panel.data.sheet.happen("leave")
    panel.data.header.value = "3"
    panel.data.header.happen("leave")
    assert panel.data.records is not None
    assert panel.data.records.columns == ("Race", "Office")
    assert panel.data.file.error == ""
    panel.next.click()
    assert panel.title.text == "See how the columns are read"
    assert panel.errors == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b'race\n"White\n'])
def test_a_file_that_cannot_be_read_is_said_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    panel = AuditPanel(tmp_path)
    panel.data.file.value = "bad.csv"
    panel.next.click()
    if panel.data.records is None:
        assert panel.problems.texts
        assert panel.data.file.error
    assert panel.errors == []


def test_a_folder_without_data_says_what_to_do(tmp_path: Path) -> None:
    panel = AuditPanel(tmp_path)
    assert "no data file" in panel.data.file.help[0]
    assert panel.errors == []


# --- the start page ---


def test_the_start_page_shows_what_is_there(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "intake.csv", tmp_path / "intake.csv")
    one = Assessment.open(
        tmp_path / "v.equity.json", instrument="race-equity-impact-assessment", track="fast"
    )
    one.answer("desired_result", "Children see their parents.")
    one.finish("result")
    (tmp_path / "broken.equity.json").write_text("{", encoding="utf-8")
    home = widgets.home(tmp_path)
    texts = [child.html for child in home.body.children if hasattr(child, "html")]
    assert any("intake.csv" in text and "Not checked yet" in text for text in texts)
    broken, good = home.list.items
    assert (good["status"], good["blocked"]) == ("1 of 7 parts finished", False)
    assert (broken["status"], broken["blocked"]) == ("Cannot be opened", True)
    home.open("v.equity.json")
    assert isinstance(home.wizard, Wizard)
    assert home.errors == []


def test_a_new_assessment_is_made_under_a_name_that_is_free(tmp_path: Path) -> None:
    for expected in ("visits-online-fur-uns.equity.json", "visits-online-fur-uns-2.equity.json"):
        home = Home(tmp_path)
        home.begin.click()
        assert home.problems.texts == ("Give the decision a short name.", "Choose a way through.")
        home.fields["~new-title"].value = "Visits online: für uns!"
        home.fields["~new-track"].value = "fast"
        home.begin.click()
        assert home.wizard is not None
        assert home.wizard.assessment.path == tmp_path / expected
        assert home.wizard.assessment.title == "Visits online: für uns!"
        assert home.wizard.assessment.track == "fast"
        assert home.errors == []
        assert home.wizard.errors == []


@pytest.mark.parametrize("title", ["../../x", "CON", "", "訪問", "a" * 300])
def test_a_title_never_leaves_the_folder(title: str) -> None:
    name = slug(title)
    assert name
    assert "/" not in name and "\\" not in name and "." not in name
    assert len(name) <= 60


def test_only_an_assessment_of_the_folder_is_opened_from_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    for place in (tmp_path, inside):
        Assessment.open(place / "v.equity.json", instrument="race-equity-impact-assessment")
    monkeypatch.setenv("EQUITYKIT_FOLDER", str(inside))
    found = {}
    for place in (inside / "north", inside / ".equitykit"):
        place.mkdir(exist_ok=True)
        shutil.copy(inside / "v.equity.json", place)
    (inside / "out").symlink_to(tmp_path)
    outside = (
        "../v.equity.json",
        "north/../../v.equity.json",
        "out/v.equity.json",
        str(tmp_path / "v.equity.json"),
    )
    hidden = (".equitykit/v.equity.json", "w.equity.json", "v.csv", "north", "")
    for name in ("v.equity.json", "north/v.equity.json", *outside, *hidden):
        monkeypatch.setenv("QUERY_STRING", f"file={name}")
        found[name] = named_in_address()
    for name in ("v.equity.json", "north/v.equity.json"):
        assert found.pop(name) == inside / name
    assert set(found.values()) == {None}
    monkeypatch.setenv("QUERY_STRING", "file=v.equity.json")
    assert isinstance(widgets.assess(), Wizard)
    monkeypatch.delenv("QUERY_STRING")
    assert isinstance(widgets.assess(), Home)


def test_the_working_folder_is_the_one_named_else_the_notebooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EQUITYKIT_FOLDER", raising=False)
    assert working_folder() == tmp_path
    monkeypatch.setenv("EQUITYKIT_FOLDER", str(tmp_path / "x"))
    assert working_folder() == tmp_path / "x"


def test_data_files_are_found_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    for name in ("b.csv", ".hidden.csv", "sub/a.parquet", "schemas/x.csv", "notes.txt", "sub/deep/c.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in data_files(tmp_path)] == [
        "b.csv",
        "sub/a.parquet",
    ]
    assert list(assessments(tmp_path / "not there")) == []
    assert free_name(tmp_path, "b", ".csv").name == "b-2.csv"


# -- published tables ------------------------------------------------------------------------------------


def test_a_published_table_from_choosing_to_saving(tmp_path: Path) -> None:
    for name in ("published_removals.csv", "intake_clean.csv"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    panel = widgets.results_panel(tmp_path)
    assert [one["label"] for one in panel.file.options] == [
        "published_removals.csv",
        "intake_clean.csv (looks like records)",
    ]
    panel.next.click()
    assert list(panel.problems.texts) == ["Choose a file."]
    panel.file.value = "published_removals.csv"
    panel.next.click()
    page = panel.body.children[0].html
    assert "Asian/Pacific Islander" in page
    assert "Hidden (suppressed)" in page
    panel.next.click()
    assert panel.audit is not None
    assert panel.audit.to_dict()["summary"] == audit(SAMPLE / "published_removals.csv").to_dict()["summary"]
    panel.save_report()
    panel.save_public()
    inside, public = (panel.saved_files[name].read_text("utf-8") for name in ("report", "public"))
    assert "the hidden count is 8" in inside
    assert "the hidden count is" not in public
    assert panel.errors == []


def test_a_file_that_is_no_table_is_said_beside_the_choice(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("Race,Sex\nBlack,F\n", encoding="utf-8")
    panel = widgets.results_panel(tmp_path)
    panel.file.value = "words.csv"
    panel.next.click()
    (text,) = panel.problems.texts
    assert "no table of numbers" in text
    assert panel.header.shown
    assert panel.errors == []
