"""The pages on which the work of an Institutional Analysis is done: sources, passages, coding, and what follows.

A part of an instrument may name a bench. The first page of that part says where the work stands and lists the
tasks of the bench. Each task has pages of its own, at places that begin with "bench/PART/TASK".

How a task is added
-------------------
1. Write a class below `Task` (base.py); below `Entries` (entries.py) where it is a list of entries with a form to
   add or change one. What it does are calls of `self.work`, the analysis of the assessment.
2. Enter it in `BENCHES`, under the bench that the part names. A bench without an entry shows where it stands only.

`Entries` needs `entries`, `form`, `keep`, and where something must be filled in `wrong`. Fields bear ids that
begin with "~". What is wrong is given as (id, text) and stands in the summary and beside its field; errors of the
analysis get there too. Every handler goes through `press` or `self.guard`. What is typed into a form is kept at
once: its fields are given to `BeingWritten` (`Entries` does so). A page whose words must stand nowhere, such as that
of a passage, asks in `leaving` before they are lost. What a person must confirm first goes through `ask_first`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from equitykit.widgets.benches.answer import AgencyAnswers
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.changes import Changes
from equitykit.widgets.benches.coding import Code, FeatureList, Shown
from equitykit.widgets.benches.earlier import LookAgain, OpenEarlier
from equitykit.widgets.benches.findings import FindingList, Sides
from equitykit.widgets.benches.kept import PassageList
from equitykit.widgets.benches.memos import Memos
from equitykit.widgets.benches.passages import AddPassage
from equitykit.widgets.benches.release import ReleaseFindings
from equitykit.widgets.benches.sources import SourceList
from equitykit.widgets.benches.standing import standing
from equitykit.widgets.benches.terms import Accept, Concerns

if TYPE_CHECKING:
    from equitykit.instruments import Part
    from equitykit.widgets.wizard import Wizard

__all__ = ["BENCHES", "Task", "standing", "task_at", "tasks"]

BENCHES: Mapping[str, tuple[type[Task], ...]] = {
    "terms": (Accept, Concerns),
    "sources": (SourceList,),
    "passages": (AddPassage, PassageList),
    "coding": (FeatureList, Code, Shown),
    "memos": (Memos,),
    "findings": (FindingList, Changes, Sides),
    "answer": (AgencyAnswers, Concerns),
    "plan": (Changes,),
    "release": (ReleaseFindings,),
    "earlier": (OpenEarlier, LookAgain),
}


def tasks(wizard: Wizard, part: Part) -> tuple[Task, ...]:
    """Give the tasks of the bench of a part; a way through without coding has the features with the findings."""
    made = BENCHES.get(part.bench or "", ())
    if part.bench == "findings" and all(one.bench != "coding" for one in wizard.assessment.parts()):
        made = (*made, FeatureList)
    return tuple(make(wizard, part) for make in made)


def task_at(wizard: Wizard, place: str) -> tuple[Task, str] | None:
    """Give the task a place belongs to, and where in it; None where there is none.

    A task the wizard is in already stays the same object: what it holds in memory is not lost.
    """
    kind, _, rest = place.partition("/")
    id, _, rest = rest.partition("/")
    name, _, where = rest.partition("/")
    if kind != "bench":
        return None
    now = wizard.task
    if now is not None and (now.part.id, now.name) == (id, name):
        return now, where
    part = next((part for part in wizard.assessment.parts() if part.id == id), None)
    if part is None or wizard.assessment.state(id) == "cannot start yet":
        return None
    found = next((task for task in tasks(wizard, part) if task.name == name), None)
    return None if found is None else (found, where)
