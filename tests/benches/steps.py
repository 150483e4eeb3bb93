"""Steps that a person takes on the pages of the Institutional Analysis, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from equitykit.assessment import Assessment
from equitykit.widgets.benches.passages import AddPassage
from equitykit.widgets.wizard import Wizard

INSTRUMENT = "institutional-analysis"
TEAM = [{"role": "Lead"}, {"name": "Ade Obi", "role": "Parent partner"}]
RAW = "Quillon said on May 3 that thessaly waited. Quillon called 555-014-7788 from Fresno."
PLANTED = ("Quillon", "Thessaly", "555-014-7788", "Fresno")


def opened(folder: Path) -> Assessment:
    one = Assessment.open(folder / "kin.equity.json", instrument=INSTRUMENT, by="Lead")
    one.answer("team", TEAM)
    return one


def with_source(wz: Wizard, **more: Any) -> str:
    named: dict[str, Any] = {"kind": "interview", "voice": "families", "consent": "given"}
    return wz.assessment.analysis.add_source("Interview 1", **named, **more)


def with_passage(wz: Wizard, text: str = "They told us to wait.", source: str = "s1") -> str:
    masking = wz.assessment.analysis.begin_excerpt(text)
    masking.mask_open()
    return wz.assessment.analysis.add_excerpt(source, masking.confirm(by="Lead"))


def widgets_in(root: Any) -> Iterator[Any]:
    yield root
    for child in getattr(root, "children", ()):
        yield from widgets_in(child)


def press(wz: Wizard, text: str) -> None:
    """Press the button with these words."""
    (found,) = [one for one in widgets_in(wz.root) if getattr(one, "description", "") == text]
    found.click()


def shown(wz: Wizard) -> str:
    return " ".join(str(getattr(one, "html", "")) for one in widgets_in(wz.body))


def rows(wz: Wizard) -> list[tuple[str, str]]:
    """The rows of every list on the page."""
    lists = [one for one in widgets_in(wz.body) if getattr(one, "part", "") == "tasks"]
    return [(row["title"], row["status"]) for one in lists for row in one.items]


def pick(wz: Wizard, title: str) -> None:
    lists = [one for one in widgets_in(wz.body) if getattr(one, "part", "") == "tasks"]
    ((where, id),) = [(one, row["id"]) for one in lists for row in one.items if row["title"] == title]
    where.happen("pick", id)


def fill(wz: Wizard, **values: Any) -> None:
    for name, value in values.items():
        wz.fields[f"~{name}"].value = value


def again(wz: Wizard) -> Assessment:
    """What the file says."""
    return Assessment.open(wz.assessment.path)


def begun(wz: Wizard, text: str = RAW, names: str = "Thessaly") -> AddPassage:
    """A passage that is typed and stands before the person to be masked."""
    with_source(wz)
    wz.go("bench/passages/add")
    fill(wz, source="s1", place="minute 12", quotable="yes")
    typed(wz, "said", text)
    typed(wz, "names", names)
    press(wz, "Go on to the masking")
    assert isinstance(wz.task, AddPassage)
    return wz.task


def typed(wz: Wizard, name: str, text: str) -> None:
    """What the page sends while somebody types into a field that is kept nowhere."""
    field = wz.fields[f"~{name}"]
    field._message(field, {"event": "said", "text": text}, [])


def decide(task: AddPassage, word: str, decision: str, put: str = "") -> None:
    """What the page sends when somebody decides about the first flag with this word."""
    number = next(one["number"] for one in task.review.words()["marks"] if one["said"] == word)
    task.review._message(
        task.review, {"event": "decide", "number": number, "decision": decision, "put": put}, []
    )
