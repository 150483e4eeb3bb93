"""A chain for others: all counts along it are one system, and an attacker who sees them together proves it.

Who was at a stage is the denominator of the next, so no stage is protected by itself. Everybody is counted by
group and by where on the way they were; whatever can be subtracted is a cell too, printed or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.disclosure import RuleLike
from equitykit.errors import MeasureError
from equitykit.stages.chain import Chain, Step
from equitykit.stages.measure import CUMULATIVE, CUMULATIVE_RATIO, POPULATION, SKIPPED
from equitykit.stages.result import Stages
from equitykit.stages.sheets import Cell, all_or_none, cells_of, sheets
from equitykit.suppression import REMEDIES, ProtectedTable, protect
from equitykit.suppression.governed import Governance
from equitykit.tidy import joined, markdown_table, markdown_text, number

__all__ = ["ProtectedStages", "protect_stages"]

_OF_HIDDEN = "Worked out from a count that is hidden."
_NO_INTERVAL = "no interval: it would rest on hidden groups"
_ALONE = ("rate", POPULATION + "rate", CUMULATIVE, SKIPPED, "count")
"""Rows that rest on the counts of their own group, and on no other."""

Hidden = Mapping[Cell, tuple[str, str]]
"""Hidden counts, each with its mark and the reason."""


@dataclass(frozen=True, eq=False)
class ProtectedStages:
    """A chain of decisions that may leave the building.

    Attributes
    ----------
    shown : the chain with only what may be shown; hidden numbers are NaN in it, and marked.
    table : the protected counts, with the attacker.
    hidden : hidden counts (stage, what is counted, group), each with its mark and the reason.
    """

    shown: Stages = field(repr=False)
    table: ProtectedTable
    hidden: Hidden = field(repr=False)

    @property
    def safe(self) -> bool:
        """Whether the attacker fails."""
        return self.table.safe

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows as they may be shown."""
        return self.shown.to_frame()

    def reasons(self) -> Iterator[tuple[str, str, str, str]]:
        """Each hidden count: group, stage, what is counted there, and why."""
        for (stage, what, group), (_, why) in self.hidden.items():
            yield group, stage, what, why

    def summary(self) -> tuple[str, ...]:
        """What was done, in sentences."""
        first = f"{number(len(self.hidden))} counts are hidden ({self.table.rule.name})."
        last = "Attacked from all that is shown: safe." if self.safe else "NOT SAFE: do not show it."
        notes = [note for note in self.table.notes if note not in self.shown.chain.notes]
        return (first if self.hidden else "No count is hidden.", self.table.method, *notes, last)

    def to_dict(self) -> dict[str, Any]:
        """Everything that may be shown, ready for JSON."""
        return self.shown.to_dict() | {
            "format": "protected-stages/1",
            "rule": self.table.rule.name,
            "proof": self.table.proof,
            "safe": self.safe,
            "method": self.table.method,
            "hidden": [
                {"group": group, "stage": stage, "count": what, "reason": why}
                for group, stage, what, why in self.reasons()
            ],
            "remedies": list(REMEDIES),
        }

    def to_markdown(self) -> str:
        """Sentences and tables, what is hidden and why, and what to try first, in Markdown."""
        parts = [self.shown.to_markdown(), *map(markdown_text, self.summary())]
        if self.hidden:
            rows = [(self.shown.label(group), stage, what, why) for group, stage, what, why in self.reasons()]
            parts += [
                markdown_table(["group", "stage", "count", "why"], rows),
                "Before hiding, try in this order:",
            ]
            parts.append("\n".join(f"{step}. {text}" for step, text in enumerate(REMEDIES, 1)))
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def protect_stages(
    stages: Stages,
    *,
    rule: RuleLike = "cms-11",
    proof: str = "cover",
    governance: Governance | None = None,
    agreements: Mapping[str, Any] | None = None,
) -> ProtectedStages:
    """Hide in a chain what small counts could be told from.

    Parameters
    ----------
    stages : what `stages` or `stages_from_counts` gave; its groups must not overlap.
    rule, proof, agreements : as in `ek.protect`.
    governance : as in `ek.protect`; where left out, that of the codebook the groups were counted with.

    Returns
    -------
    ProtectedStages

    Raises
    ------
    MeasureError : for groups that overlap, a count that is not known, a reference that was picked by its rate or
        size while something is hidden, and where the attacker succeeds.

    Interpretation
    --------------
    The attacker sees every stage at once and subtracts: who was at a stage and did not come to the next, who came
    without having been at the one before, and who was at neither. All of these obey the rule. A group below 20 of
    which nobody or everybody passed a stage is hidden as well. Persons beside events are left out, and with
    everybody as the reference no interval is shown where something is hidden.

    When not to use
    ---------------
    Beside another table of the same people: two together can show what neither shows alone.

    Source
    ------
    As for `ek.protect`.

    Examples
    --------
    >>> from equitykit.stages import stages_from_counts
    >>> counts = pd.DataFrame({"stage": ["referred"] * 3 + ["kept"] * 3, "group": ["A", "B", "C"] * 2,
    ...                        "n": [400, 300, 60, 150, 100, 4]})
    >>> safe = protect_stages(stages_from_counts(counts, reference="A"))
    >>> found = safe.to_frame().query("measure == 'rate'").set_index("group")["suppressed"]
    >>> found["C"], safe.safe
    ('primary', True)
    """
    chain = stages.chain
    if chain.overlapping:
        raise MeasureError(
            'Under "any" the groups overlap and do not add up, so a chain of them cannot be proved safe.',
            next_step='Use tabulation="single-residual" or "frequent-combinations".',
        )
    first, *linked = sheets(chain)
    table = protect(
        first.frame, dimensions=first.dimensions, hierarchy=first.hierarchy, count="n", total=TOTAL, rule=rule,
        proof=proof, primary=all_or_none(chain), agreements=agreements,
        linked=[{"frame": one.frame, "dimensions": one.dimensions} for one in linked],
        governance=chain.governance if governance is None else governance,
    )  # fmt: skip
    hidden = cells_of(chain, table)
    if hidden and stages.reference.asked in ("best", "largest"):
        raise MeasureError(
            f'The reference "{stages.reference.asked}" was picked by the numbers of groups of which some are '
            "hidden, and the pick tells of them.",
            next_step="Name the group itself, with your reason, or total or all-others.",
        )
    found = ProtectedStages(_only_shown(stages, hidden, table), table, hidden)
    if not found.safe:
        raise MeasureError("The chain could be undone, so nothing is handed on.", next_step="Join groups.")
    return found


def _only_shown(stages: Stages, hidden: Hidden, table: ProtectedTable) -> Stages:
    """The chain without what is hidden, in its rows and in its counts."""
    chain = stages.chain
    kept = [note for note in chain.notes if not re.search(r"\d", note)]
    left = len(chain.notes) - len(kept)
    said = (f"{left} further notes hold counts and are left out.",) if left else ()
    rows = stages.rows[~stages.rows["measure"].isin(["persons", "events"])]
    masked = [_shown(record, stages, hidden, table.rule.name) for record in rows.to_dict("records")]
    kinds = rows.dtypes  # texts stay objects, so that what is not said stays None
    columns = {name: pd.Series([row[name] for row in masked], dtype=kinds[name]) for name in rows.columns}
    steps = tuple(_without(step, chain, hidden) for step in chain.steps)
    root = chain.root
    if not root.published:
        counts = {TOTAL: float(sum(root.counts.values())), **root.counts}
        root = replace(root, counts=_open(counts, root.name, "at", hidden))
    cleaned = replace(
        chain, root=root, steps=steps, units=None, recipe=None, everybody=None,
        notes=(*kept, *said, *table.notes),
    )  # fmt: skip
    return replace(stages, chain=cleaned, rows=pd.DataFrame(columns), rule=table.rule.name)


def _open(counts: Mapping[str, float], stage: str, what: str, hidden: Hidden) -> dict[str, float]:
    return {group: np.nan if (stage, what, group) in hidden else n for group, n in counts.items()}


def _without(step: Step, chain: Chain, hidden: Hidden) -> Step:
    before = step.before if _published(step.parent, chain) else _open(step.before, step.parent, "at", hidden)
    return replace(
        step,
        before=before,
        passed=_open(step.passed, step.stage, "passed", hidden),
        reached=_open(step.reached, step.stage, "at", hidden),
        skipped=_open(step.skipped, step.stage, "skipped", hidden),
        blank=0,
    )


def _published(stage: str, chain: Chain) -> bool:
    return chain.root.published and stage == chain.root.name


def _shown(record: Mapping[Any, Any], stages: Stages, hidden: Hidden, rule: str) -> dict[str, Any]:
    """One row with only what may be shown."""
    row = {str(name): value for name, value in record.items()} | {
        "suppressed": None,
        "suppression_rule": None,
    }
    chain, group = stages.chain, str(row["group"])
    n, events = _counts_of(row, chain)
    own = [hidden[one] for one in _cells(row, group, chain) if one in hidden]
    for column, cell in (("n", n), ("events", events)):
        if cell is not None and (*cell, group) in hidden:
            row[column] = np.nan
    if own:
        mark = "primary" if any(mark == "primary" for mark, _ in own) else "complementary"
        why = next(reason for one, reason in own if one == mark)
    elif any(one in hidden for other in _beside(row, stages) for one in _cells(row, other, chain)):
        mark, why = "complementary", _OF_HIDDEN
    elif hidden and row["measure"] not in _ALONE and stages.reference.asked == "total":
        gone = {"lower": np.nan, "upper": np.nan, "method": None}
        return row | gone | {"note": joined(row["note"], _NO_INTERVAL)}
    else:
        return row
    empty = dict.fromkeys(("estimate", "lower", "upper"), np.nan)
    gone = dict.fromkeys(("method", "reliable", "reliability_rule"))
    return row | empty | gone | {"suppressed": mark, "suppression_rule": rule, "note": why}


def _counts_of(row: Mapping[str, Any], chain: Chain) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """What the two counts of a row are: a stage, and what is counted there."""
    measure, stage = row["measure"], row["stage"]
    root = None if chain.root.published else (chain.root.name, "at")
    if measure == "count":
        return root, None
    if measure == SKIPPED:
        return (stage, "at"), (stage, "skipped")
    if measure in (CUMULATIVE, CUMULATIVE_RATIO) or measure.startswith(POPULATION):
        return root, (stage, "at")
    parent = next(step.parent for step in chain.steps if step.stage == stage)
    return None if _published(parent, chain) else (parent, "at"), (stage, "passed")


def _cells(row: Mapping[str, Any], group: str, chain: Chain) -> Iterator[Cell]:
    """Counts of a group that a row rests on."""
    yield from ((*one, group) for one in _counts_of(row, chain) if one is not None)
    if row["measure"] in (CUMULATIVE, CUMULATIVE_RATIO):
        for step in chain.path(row["stage"]):
            yield from ((stage, what, group) for stage, what in ((step.parent, "at"), (step.stage, "passed")))
    if group == TOTAL and chain.root.published:
        # Those whom the population has no place for are taken out of everybody.
        for step in chain.path(row["stage"]):
            apart = [one for one in chain.groups if one not in chain.root.counts]
            yield from ((step.stage, what, one) for one in apart for what in ("at", "passed"))


def _beside(row: Mapping[str, Any], stages: Stages) -> tuple[str, ...]:
    """Whose counts a row rests on beside those of its own group; everybody is always taken to be one."""
    if row["measure"] in _ALONE:
        return ()
    reference = stages.reference.group
    return (TOTAL,) if reference is None else (TOTAL, reference)
