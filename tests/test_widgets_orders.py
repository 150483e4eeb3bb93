"""On the screen: the order of the answers, the kind of file, other decisions, and changes after the sign-off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from equitykit import widgets
from equitykit.assessment import Assessment
from equitykit.instruments.views import OURS, views
from equitykit.resources import folder
from equitykit.widgets.orders import AS_ASKED
from equitykit.widgets.wizard import Wizard
from tests.command import Run

REIA = "race-equity-impact-assessment"


@pytest.fixture
def wz(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard on the example without its evidence; at the end nothing may have gone wrong."""
    path = tmp_path / "visits.equity.json"
    kept = json.loads((folder("sample_data") / "visits-online.equity.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps(kept | {"evidence": []}, indent=1), encoding="utf-8")
    made = widgets.assess(path)
    assert isinstance(made, Wizard)
    yield made
    assert made.errors == []


def page_text(wz: Wizard) -> str:
    return "\n".join(str(getattr(child, "html", "")) for child in wz.body.children)


def questions(wz: Wizard) -> list[str]:
    lists = [child.items for child in wz.body.children if hasattr(child, "items")]
    return [item["id"] for items in lists for item in items]


def test_answers_are_checked_in_the_order_a_person_knows(wz: Wizard) -> None:
    """The same questions, each once; whose mapping it is stands above them."""
    wz.go("check")
    before = questions(wz)
    field = wz.body.children[1]
    assert [option["id"] for option in field.options] == [AS_ASKED, *views(REIA)]
    field.value = "gare"
    wz.body.children[2].children[0].click()
    assert wz.view == "gare"
    assert sorted(questions(wz)) == sorted(before) != questions(wz)
    assert OURS in page_text(wz)
    assert page_text(wz).index("1. Desired results") < page_text(wz).index("6. Accountability")
    wz.body.children[1].value = AS_ASKED
    wz.body.children[2].children[0].click()
    assert questions(wz) == before


def test_the_report_follows_the_order_and_the_kind_of_file(wz: Wizard) -> None:
    wz.go("report")
    wz.report.format.value = "docx"
    wz.report.buttons[0].click()
    beside = wz.assessment.path.parent
    assert (beside / "visits.report.docx").read_bytes().startswith(b"PK")
    wz.see_as("dc")
    wz.go("report")
    wz.report.buttons[0].click()
    assert "1. Overview" in (beside / "visits.report.html").read_text(encoding="utf-8")


def test_a_report_for_others_is_written_beside_the_internal_one(wz: Wizard, run: Run) -> None:
    """As the command line writes it, under the same name, and never over the internal one."""
    wz.go("parts")
    more = next(
        child for child in wz.body.children if "report" in [one["id"] for one in getattr(child, "items", ())]
    )
    more.happen("pick", "report")
    wz.report.buttons[0].click()
    assert "not for publication" in wz.banner.html
    wz.report.whom.value = "public"
    wz.report.buttons[0].click()
    assert "Read it before you share it" in wz.banner.html
    path = wz.assessment.path
    inside, public = (
        path.with_name(f"visits.report{kind}.html").read_text("utf-8") for kind in ("", ".public")
    )
    assert "Internal working paper" in inside
    assert "Internal working paper" not in public
    name = next(person.name for person in wz.assessment.people if person.name.strip())
    assert name in inside
    assert name not in public
    command = run("report", str(path), "--public")
    assert (command.code, "visits.report.public.html" in command.out) == (0, True)
    assert path.with_name("visits.report.public.html").read_text("utf-8") == public


def test_a_view_can_be_named_from_the_start(wz: Wizard) -> None:
    again = widgets.assess(wz.assessment.path, view="seattle")
    assert isinstance(again, Wizard)
    assert again.view == "seattle"


def test_other_decisions_stand_above_the_question_on_them(wz: Wizard) -> None:
    wz.change("other_decisions")
    assert "Together with other decisions" not in page_text(wz)
    other = Assessment.create(wz.assessment.path.parent / "bus.equity.json", instrument=REIA)
    other.answer("decision_title", "Bus line 4 stops")
    other.answer("affected_groups", [{"group": "Black families with a child in care"}])
    wz.change("other_decisions")
    assert "Bus line 4 stops" in page_text(wz)
    assert "Groups are matched by their words only." in page_text(wz)


def test_a_change_after_the_sign_off_is_said_on_the_list_of_parts(wz: Wizard) -> None:
    wz.go("parts")
    assert "after leaders signed off" not in page_text(wz)
    wz.assessment.answer("after", "All visits by video.")
    wz.go("parts")
    assert "1 change was made after leaders signed off." in page_text(wz)


def test_the_reading_level_stands_beside_the_message(wz: Wizard) -> None:
    wz.go("check")
    lists = [child.items for child in wz.body.children if hasattr(child, "items")]
    message = next(item for items in lists for item in items if item["id"] == "main_message")
    assert message["lines"][-1].startswith("Reading level: about grade ")


def test_what_was_written_before_stands_where_it_is_needed(wz: Wizard, tmp_path: Path) -> None:
    """Groups above the effects, burdens above what makes them smaller, the proposal above what it said before."""
    assessment = wz.assessment
    assessment.answer("affected_groups", [{"group": "Black families"}, {"group": "Deaf parents"}])
    assessment.answer("effects", [{"group": "black  families", "burden": "A long drive"}])
    wz.go("part/effects/0")
    assert "Deaf parents" in page_text(wz)
    wz.change("less_burden")
    assert "black  families: A long drive" in page_text(wz)
    wz.change("before")
    assert str(assessment.value("proposal"))[:40] in page_text(wz)
    # a group without a row is worth another look, and is named in the report
    assert assessment.not_named("effects") == ("Deaf parents",)
    assert any(
        look.text == "Named as affected; no row here is about them in the same words: Deaf parents."
        for look in assessment.prompts()
    )
    wz.go("check")
    lists = [child.items for child in wz.body.children if hasattr(child, "items")]
    effects = next(item for items in lists for item in items if item["id"] == "effects")
    assert effects["lines"][-1] == "Named before, and not here: Deaf parents."
    assessment.answer("affected_groups", None)
    assert assessment.not_named("effects") == ()


def test_the_name_given_at_the_start_is_not_asked_again(tmp_path: Path) -> None:
    made = Assessment.create(tmp_path / "a.equity.json", instrument=REIA, title="Visits by video")
    wizard = widgets.assess(made.path)
    assert isinstance(wizard, Wizard)
    wizard.go("part/proposal/0")
    assert wizard.fields["decision_title"].value == "Visits by video"
    wizard.go("parts")
    assert Assessment.open(made.path).history("decision_title")[0].value == "Visits by video"
