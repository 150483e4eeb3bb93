"""A chain of decision points as counts: who was at each stage, and who came from the stage before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.tidy import number

__all__ = ["Chain", "Root", "Step"]

Counts = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Root:
    """What the chain begins with: a population, everybody in the records, or the first stage.

    Attributes
    ----------
    name : the stage it is, as in the `parent` of the first steps.
    words : for people.
    counts : people by group, and `~total`.
    published : whether they are counts of a population that others have published.
    """

    name: str
    words: str
    counts: Counts
    published: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: how many were at the stage before, how many of them came to this one.

    Attributes
    ----------
    stage, parent : names.
    before : by group and `~total`, how many were at the stage before.
    passed : how many of those came to this stage.
    reached : how many were at this stage at all.
    skipped : how many of those were not at the stage before; empty where that cannot be known.
    blank : how many of those before have nothing in the column of this stage; they count as not passed.
    """

    stage: str
    parent: str
    before: Counts
    passed: Counts
    reached: Counts
    skipped: Counts = field(default_factory=dict)
    blank: float = 0


@dataclass(frozen=True, eq=False)
class Chain:
    """The counts of a chain, and how they were made.

    Attributes
    ----------
    question, tabulation, overlapping : how groups were made.
    groups, labels : ids in order, and their names for people.
    root : what the chain begins with.
    steps : the stages after it, each after its parent.
    favourable : whether coming to the last stage is good for the person; None where nobody said.
    unit : what was counted: "persons", "events" or "records".
    units : by stage and group, persons and events beside each other, where both are known.
    notes : what a reader should know.
    recipe : the call that made it; None where nothing can be re-run.
    everybody : everybody in the records, by group and `~total`; None where the chain begins with them.
    all_at : the stage after a population at which everybody in the records is; None where there is none.
    governance : groups that the codebook says are asked before anything about them is public.
    """

    question: str
    tabulation: str
    overlapping: bool
    groups: tuple[str, ...]
    labels: Mapping[str, str]
    root: Root
    steps: tuple[Step, ...]
    favourable: bool | None = None
    unit: str = "records"
    units: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    recipe: Mapping[str, Any] | None = None
    everybody: Counts | None = None
    all_at: str | None = None
    governance: tuple[str, ...] = ()

    def path(self, stage: str) -> tuple[Step, ...]:
        """Steps from the root to a stage."""
        by_name = {step.stage: step for step in self.steps}
        found: list[Step] = []
        while stage in by_name:
            found.insert(0, by_name[stage])
            stage = by_name[stage].parent
        return tuple(found)

    @property
    def ends(self) -> tuple[str, ...]:
        """Stages that no other stage starts from."""
        parents = {step.parent for step in self.steps}
        return tuple(step.stage for step in self.steps if step.stage not in parents)

    def words(self, stage: str) -> str:
        """A stage for people."""
        return self.root.words if stage == self.root.name else f'those at "{stage}"'

    def of_before(self, step: Step) -> GroupTable | None:
        """Groups at the stage before, and how many of them came to this one."""
        return self._table(step, step.before, step.passed, self.words(step.parent))

    def of_population(self, step: Step) -> GroupTable | None:
        """Groups where the chain begins, and how many were at this stage, however they came there."""
        return self._table(step, self.root.counts, step.reached, self.root.words)

    def _table(self, step: Step, n: Counts, events: Counts, begun: str) -> GroupTable | None:
        """A table of the groups for which both counts are known."""
        known = [g for g in self.groups if _given(n, g) and _given(events, g)]
        if not known:
            return None
        for group in known:
            if events[group] > n[group] * (1 + 1e-12):
                raise MeasureError(
                    f'At "{step.stage}" the group "{group}" has {number(events[group])}, and only '
                    f"{number(n[group])} among {begun}.",
                    next_step="Check the order of the stages, name the stage each one starts from, and count "
                    "persons where one person can have many events.",
                )
        rows = pd.DataFrame(
            {
                "question": self.question,
                "group": known,
                "tabulation": self.tabulation,
                "outcome": step.stage,
                "stage": step.stage,
                "n": [float(n[group]) for group in known],
                "events": [float(events[group]) for group in known],
            }
        )
        return GroupTable(
            rows=rows, question=self.question, outcome=step.stage, favourable=self.favourable,
            tabulation=self.tabulation, n=_total(n, known), events=_total(events, known) - _placeless(n, events),
            labels=self.labels, overlapping=self.overlapping,
        )  # fmt: skip


def _given(counts: Counts, group: str) -> bool:
    return bool(np.isfinite(counts.get(group, np.nan)))


def _placeless(n: Counts, events: Counts) -> float:
    """People of unknown group who came to a stage from a population that holds nobody of unknown group.

    They are members of its groups, which ones is not known. Were they counted with all others and with
    nobody's own group, every group would look less likely to come here than the others.
    """
    if not _given(events, TOTAL):
        return 0.0
    unknown = [group for group in events if group.startswith("~") and group != TOTAL]
    return float(sum(events[group] for group in unknown if _given(events, group) and not _given(n, group)))


def _total(counts: Counts, known: list[str]) -> float:
    """Each unit once, where that was counted; else the sum over the groups that are known."""
    if _given(counts, TOTAL):
        return float(counts[TOTAL])
    return float(sum(counts[group] for group in known))
