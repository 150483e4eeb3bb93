"""An instrument of one's own: copied, changed, seen to run; and its text in another language."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from equitykit import catalogue, widgets
from equitykit.assessment import Assessment
from equitykit.audit import audit
from equitykit.errors import InstrumentError, UnknownName
from equitykit.instruments import instruments, load, own
from equitykit.instruments.views import load_view, views
from equitykit.report import assessment_document, markdown
from equitykit.resources import folder
from equitykit.start import prepare
from equitykit.widgets.files import assessments
from equitykit.widgets.home_page import TITLE, TOOL, TRACK, Home
from equitykit.widgets.orders import view_field
from equitykit.widgets.wizard import Wizard
from tests.guards.tree import ROOT

REIA = "race-equity-impact-assessment"
EXAMPLES = folder("schemas") / "examples"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder with a copy of the example, changed."""
    (tmp_path / "instruments").mkdir()
    text = (EXAMPLES / "waiting-room.yaml").read_text("utf-8")
    mine = text.replace("id: waiting-room\n", "id: my-room\n").replace("Which office is", "Which room is")
    (tmp_path / "instruments" / "my-room.yaml").write_text(mine, "utf-8")
    spanish = (EXAMPLES / "waiting-room.es.yaml").read_text("utf-8")
    (tmp_path / "instruments" / "waiting-room.es.yaml").write_text(
        spanish.replace("translates: waiting-room", "translates: my-room"), "utf-8"
    )
    return tmp_path


def test_the_page_shows_the_example_as_it_ships_and_it_loads(tmp_path: Path) -> None:
    """What a person copies from the page is what is tested here, the translation too."""
    page = (ROOT / "docs" / "instruments.md").read_text("utf-8")
    tool, spanish, *_ = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "waiting-room.yaml").write_text(tool, "utf-8")
    (tmp_path / "waiting-room.es.yaml").write_text(spanish, "utf-8")
    loaded = load(tmp_path / "waiting-room.yaml")
    assert loaded == load(EXAMPLES / "waiting-room.yaml")
    assert {ask.kind for ask in loaded.asks()} >= {"map", "scale", "table", "evidence", "actions", "date"}


def test_the_work_folder_has_a_place_for_it_and_what_is_there_is_kept(tmp_path: Path) -> None:
    """Nothing that a person put there is overwritten."""
    prepare(tmp_path)
    readme = tmp_path / "instruments" / "README.md"
    assert "schemas/examples/waiting-room.yaml" in readme.read_text("utf-8")
    assert (tmp_path / "schemas" / "examples" / "waiting-room.yaml").is_file()
    readme.write_text("mine", "utf-8")
    prepare(tmp_path)
    assert readme.read_text("utf-8") == "mine"


def test_instruments_of_ones_own_are_listed_the_broken_ones_with_the_reason(work: Path) -> None:
    """A mistake names the file, the line, the question, what is allowed and the nearest match."""
    place = work / "instruments"
    broken = (place / "my-room.yaml").read_text("utf-8")
    (place / "broken.yaml").write_text(broken.replace("kind: scale", "kind: scael"), "utf-8")
    (place / "twin.yaml").write_text(broken, "utf-8")
    shipped = broken.replace("id: my-room", "id: race-equity-impact-assessment")
    (place / "taken.yaml").write_text(re.sub(r"languages:\n.*\n", "", shipped), "utf-8")
    found = {one.path.name: one for one in own(work)}
    assert set(found) == {"broken.yaml", "my-room.yaml", "taken.yaml", "twin.yaml"}
    assert found["my-room.yaml"].problem is None
    assert found["my-room.yaml"].title == "Waiting room check"
    line = broken[: broken.index("kind: scale")].count("\n") + 1
    said = found["broken.yaml"].problem or ""
    assert f'"broken.yaml" line {line}, parts[1] (reception) > asks[1] (welcome)' in said
    assert 'there is no kind "scael". Did you mean "scale"?' in said
    assert "used by my-room.yaml" in (found["twin.yaml"].problem or "")
    assert "used by equitykit itself" in (found["taken.yaml"].problem or "")


def test_a_complaint_about_how_questions_hang_together_names_the_line(work: Path) -> None:
    """Such a mistake concerns two places; the line is that of the question that is wrong."""
    path = work / "instruments" / "my-room.yaml"
    text = path.read_text("utf-8").replace("{ask: welcome, is: na}", "{ask: wellcome, is: na}")
    path.write_text(text, "utf-8")
    with pytest.raises(InstrumentError) as caught:
        load(path)
    said = str(caught.value)
    line = text[: text.index("- id: how_asked")].count("\n") + 1
    assert f"line {line}, parts[1] (reception) > asks[2] (how_asked)" in said
    assert 'there is no earlier question "wellcome". Did you mean "welcome"?' in said


def test_explain_takes_the_file(work: Path) -> None:
    """The way to see whether a file can be used, without opening anything."""
    assert "Waiting room check" in catalogue.explain(str(work / "instruments" / "my-room.yaml"))


def test_a_person_chooses_the_own_tool_on_the_start_page_and_it_runs(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the start page to the report."""
    (work / "instruments" / "broken.yaml").write_text("id: x", "utf-8")
    monkeypatch.setenv("EQUITYKIT_FOLDER", str(work))
    home = Home(work)
    tool = home.fields[TOOL]
    assert {"id": "my-room.yaml", "label": "Waiting room check"} in tool.options
    tool.value = "my-room.yaml"
    assert home.fields[TITLE].label == "What do you call it?"
    assert [option["id"] for option in home.fields[TRACK].options] == ["full", "fast"]
    home.fields[TITLE].value = "North"
    home.fields[TRACK].value = "full"
    home.begin.click()
    assert home.errors == []
    made = Assessment.open(work / "north.equity.json")
    assert made.instrument.id == "my-room"
    assert made.to_dict()["instrument"]["source"] == "instruments/my-room.yaml"
    made.answer("office", "North office")
    assert "Which room is this about?" in markdown.render(assessment_document(made))


# --- languages ---


def test_the_questions_in_another_language_and_what_is_not_translated(work: Path) -> None:
    """The chosen language is kept in the file; a missing text is shown in English, and that is said."""
    path = work / "north.equity.json"
    made = Assessment.open(path, instrument=work / "instruments" / "my-room.yaml", by="Ana")
    assert made.languages == {"en": "English", "es": "Español"}
    made.set_language("es")
    made.answer("welcome", "often")
    again = Assessment.open(path)
    assert (again.language, again.value("welcome")) == ("es", "often")
    assert again.instrument.ask("office").label == "¿De qué oficina se trata?"
    assert again.instrument.ask("looked_on").label == "When did you look?"
    assert re.search(r"\d+ texts are not translated into Español, and shown in English", again.notes[0])
    told = markdown.render(assessment_document(again))
    assert "A menudo" in told
    again.set_language("en")
    assert again.instrument.ask("office").label == "Which room is this about?"
    assert Assessment.open(path).to_dict()["language"] is None
    with pytest.raises(UnknownName, match='no language of this instrument "fr"'):
        again.set_language("fr")


def test_a_language_that_is_gone_is_said(work: Path) -> None:
    """The file of a translation may be deleted; the assessment opens all the same."""
    path, tool = work / "north.equity.json", work / "instruments" / "my-room.yaml"
    Assessment.create(path, instrument=tool, language="es")
    tool.write_text(re.sub(r"languages:\n.*\n", "", tool.read_text("utf-8")), "utf-8")
    again = Assessment.open(path)
    assert again.notes[0].startswith('The questions are no longer there in the language "es".')
    assert again.language == "en"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "  welcome:",
            "  welcom:",
            r'has no text "asks > welcom > label"\. Did you mean "asks > welcome > label"',
        ),
        ("often: A menudo", "oftne: A menudo", 'Did you mean "asks > welcome > options > often > label"'),
        ("translates: my-room", "translates: other-room", 'translates "other-room", not "my-room"'),
        ("asks:", "question:", r'"waiting-room.es.yaml" line \d+, question: there is no field "question"'),
        ("name: Español\n", "", '"waiting-room.es.yaml".*name: it is missing'),
    ],
)
def test_mistakes_in_a_translation_are_said(work: Path, old: str, new: str, words: str) -> None:
    """With the file, the place and the nearest match."""
    spanish = work / "instruments" / "waiting-room.es.yaml"
    spanish.write_text(spanish.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InstrumentError, match=words):
        load(work / "instruments" / "my-room.yaml")


def test_a_translation_may_not_be_fetched_from_elsewhere(work: Path) -> None:
    """Only a file beside the instrument."""
    tool = work / "instruments" / "my-room.yaml"
    tool.write_text(tool.read_text("utf-8").replace("es: waiting-room.es.yaml", "es: ../x.es.yaml"), "utf-8")
    with pytest.raises(InstrumentError, match=r"line \d+, languages > es: .* is not the name of a YAML file"):
        load(tool)


def test_the_page_offers_the_language_and_tells_screen_readers_which_words_are_in_it(work: Path) -> None:
    """A voice that reads Spanish as English is not understood; what is not translated stays English."""
    made = Assessment.open(work / "north.equity.json", instrument=work / "instruments" / "my-room.yaml")
    wizard = widgets.assess(made)
    assert isinstance(wizard, Wizard)
    wizard.go("about")
    wizard.fields["~language"].value = "es"
    wizard.go("part/office/0")
    assert wizard.fields["office"].label == "¿De qué oficina se trata?"
    assert wizard.title.tongues["¿De qué oficina se trata?"] == wizard.title.tongues["Español"] == "es"
    assert "When did you look?" not in wizard.title.tongues
    given = load(work / "instruments" / "my-room.yaml").languages["es"].model_dump_json()
    assert all(text in given for text in wizard.title.tongues)
    assert set(wizard.title.tongues.values()) == {"es"}
    assert wizard.errors == []


def test_reviews_follow_the_day_that_an_answer_gives(work: Path) -> None:
    """`means: reviews_from` plans them, and moves those not done when the day changes."""
    tool = work / "instruments" / "my-room.yaml"
    text = tool.read_text("utf-8").replace("required: Give the date.", "means: reviews_from")
    tool.write_text(text, "utf-8")
    made = Assessment.open(work / "n.equity.json", instrument=tool)
    made.answer("looked_on", "2026-01-31")
    assert [review.due for review in made.reviews()] == [
        "2026-04-30",
        "2026-07-31",
        "2026-10-31",
        "2027-01-31",
    ]
    made.complete_review("r3", "Half done.", on="2026-05-02")
    made.draft("looked_on", "2026-02-28")
    made.leave("looked_on")
    assert [review.due for review in made.reviews()] == [
        "2026-04-30",
        "2026-08-28",
        "2026-11-28",
        "2027-02-28",
    ]
    made.answer("looked_on", "soon")
    assert len(made.reviews()) == 4
    shutil.rmtree(work / "instruments")


@pytest.mark.parametrize("id", instruments())
def test_every_tool_that_asks_for_the_day_plans_the_looks_back_from_it(id: str, work: Path) -> None:
    one = Assessment.open(work / "x.equity.json", instrument=id, track="full")
    one.answer("review_from", "2030-01-31")
    assert [review.due for review in one.reviews()] == [
        "2030-04-30",
        "2030-07-31",
        "2030-10-31",
        "2031-01-31",
    ]


def test_a_quote_that_is_not_closed_is_shown_where_it_begins(work: Path) -> None:
    path = work / "instruments" / "mine.yaml"
    path.write_text(
        (EXAMPLES / "waiting-room.yaml").read_text("utf-8").replace("label: When did", 'label: "When did', 1),
        "utf-8",
    )
    with pytest.raises(InstrumentError, match=r"what is not closed begins in line 30\."):
        load(path)


@pytest.fixture
def copied(work: Path) -> Path:
    """A copy of the race equity impact assessment in which two questions are left out."""
    text = (folder("schemas") / "instruments" / "race-equity-impact-assessment.yaml").read_text("utf-8")
    said = yaml.safe_load(text) | {"id": "our-assessment", "based_on": REIA}
    for part in said["parts"]:
        part["asks"] = [ask for ask in part["asks"] if ask["id"] not in ("no_change", "indicators")]
    path = work / "instruments" / "our-assessment.yaml"
    path.write_text(yaml.safe_dump(said, sort_keys=False), "utf-8")
    return path


def test_a_copy_keeps_the_orders_the_short_papers_and_the_other_decisions(work: Path, copied: Path) -> None:
    first = Assessment.open(work / "first.equity.json", instrument=REIA)
    first.answer("decision_title", "Fares")
    first.answer("affected_groups", [{"group": "Black riders"}])
    one = Assessment.open(work / "ours.equity.json", instrument=copied)
    one.answer("proposal", "Half of the visits become video calls.")
    assert [other.title for other in one.nearby().others] == ["Fares"]
    assert [other.file for other in first.nearby().others] == ["ours.equity.json"]
    field = view_field(one, None)
    assert field is not None
    assert {option["id"] for option in field.options} == {"as-asked", *views(REIA)}
    for id in views(REIA):
        kept, whole = load_view(id, one.instrument), load_view(id, load(REIA))
        gone = {"no_change", "indicators"}
        assert [ask for step in kept.steps for ask in step.asks] == [
            ask for step in whole.steps for ask in step.asks if ask not in gone
        ]
    assert "Half of the visits become video calls." in one.report(work / "gare.md", view="gare").read_text(
        "utf-8"
    )
    assert "For Iowa" in one.report(work / "iowa.md", statement="iowa").read_text("utf-8")
    assert {found.instrument for found in assessments(work)} == {REIA}


def test_a_copy_of_what_does_not_ship_is_refused_with_its_line(copied: Path) -> None:
    copied.write_text(
        copied.read_text("utf-8").replace(f"based_on: {REIA}", "based_on: race-equity-impact"), "utf-8"
    )
    with pytest.raises(
        InstrumentError, match=f'no tool that ships "race-equity-impact".* Did you mean "{REIA}"'
    ):
        load(copied)


def test_process_checks_read_a_copy_of_their_tool(work: Path) -> None:
    text = (folder("schemas") / "instruments" / "anti-racist-data-collection.yaml").read_text("utf-8")
    path = work / "instruments" / "ours.yaml"
    own_id = "id: ours\nbased_on: anti-racist-data-collection"
    path.write_text(text.replace("id: anti-racist-data-collection", own_id, 1), "utf-8")
    one = Assessment.open(work / "process.equity.json", instrument=path)
    assert audit(one.path).to_dict()["subject"]["kind"] == "process"
