"""The same groups under several references, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from equitykit.disclosure import RuleLike
from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.measures.registry import declaration
from equitykit.measures.result import Disparities, disparities
from equitykit.measures.words import unit_of
from equitykit.tidy import (
    html_paragraph,
    html_table,
    interval_text,
    markdown_table,
    markdown_text,
    records,
    value_text,
)

if TYPE_CHECKING:
    from equitykit.measures.protection import ProtectedDisparities

__all__ = ["ProtectedSideBySide", "SideBySide", "compare_references"]

ABOUT = (
    "Each reference asks another question. None of them is the neutral one; the groups and their rates are the "
    "same."
)


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Results of the same groups under several references.

    Attributes
    ----------
    results : one for each reference, in the order asked for.
    """

    results: tuple[Disparities, ...]

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows of all, with `asked` (the reference as named) before the tidy columns."""
        frames = [one.to_frame().assign(asked=one.reference.asked) for one in self.results]
        whole = pd.concat(frames, ignore_index=True)
        return whole[["asked", *(name for name in whole.columns if name != "asked")]]

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return {"format": "references/1", "about": ABOUT, "results": [one.to_dict() for one in self.results]}

    def framing(self) -> tuple[str, ...]:
        """The references, with the reason for each."""
        said = [f"{one.reference.words}: {one.reason or 'no reason given'}" for one in self.results]
        return (f"Compared with {'; '.join(said)}.", ABOUT)

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
        """One table for each measure that has a reference: a row for each group, a column for each reference."""
        first = self.results[0]
        made = []
        for id in first.measures:
            if declaration(id).needs not in ("reference", "one reference") or declaration(id).over != "group":
                continue
            header = ("Group", *(f"Beside {one.reference.words}" for one in self.results))
            body = [(first.groups.label(group), *(_cell(one, id, group) for one in self.results))
                    for group in first.groups.groups]  # fmt: skip
            made.append((declaration(id).title, header, body))
        return made

    def to_markdown(self) -> str:
        """Sentences and tables as Markdown."""
        parts = [f"{markdown_text(sentence)}\n" for sentence in self.framing()]
        for caption, header, rows in self.tables():
            parts += [f"**{markdown_text(caption)}**\n", markdown_table(header, rows)]
        return "\n".join(parts)

    def protect(self, rule: RuleLike = "cms-11", **settings: Any) -> ProtectedSideBySide:
        """The same for others: one set of counts is protected, and every reference is worked out from it.

        `settings` are those of `equitykit.measures.protection.protect_disparities`.
        """
        from equitykit.measures.protection import protect_together

        return ProtectedSideBySide(protect_together(self.results, rule=rule, **settings))

    def _repr_html_(self) -> str:
        lines = "".join(html_paragraph(sentence) for sentence in self.framing())
        return lines + "".join(html_table(*table) for table in self.tables())


@dataclass(frozen=True, eq=False)
class ProtectedSideBySide:
    """The same groups under several references, as they may leave the building.

    Attributes
    ----------
    results : one for each reference, in the order asked for; the counts behind them are the same, and so is
        what is hidden.

    Interpretation
    --------------
    A number that is shown is a function of counts that are shown, whatever the reference. So several references
    tell no more than the counts do, and to protect the counts is enough.
    """

    results: tuple[ProtectedDisparities, ...]

    @property
    def safe(self) -> bool:
        """Whether the attacker fails."""
        return all(one.safe for one in self.results)

    @property
    def shown(self) -> SideBySide:
        """Side by side with only what may be shown."""
        groups = replace(self.results[0].gaps.groups, notes=(), recipe=None)
        return SideBySide(tuple(replace(one.gaps, rows=one.rows, groups=groups) for one in self.results))

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows of all as they may be shown, with `asked` before them."""
        return self.shown.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Everything that may be shown, ready for JSON."""
        return {
            "format": "protected-references/1",
            "about": ABOUT,
            "safe": self.safe,
            "results": [one.to_dict() for one in self.results],
        }

    def to_markdown(self) -> str:
        """Each reference with its rows, and what is hidden and why, in Markdown."""
        parts = [f"{markdown_text(ABOUT)}\n"]
        for one in self.results:
            parts += [f"**{markdown_text(one.gaps.reference.words)}**\n", one.to_markdown()]
        return "\n".join(parts)


def _cell(found: Disparities, id: str, group: str) -> str:
    rows = found.rows[(found.rows["measure"] == id) & (found.rows["group"] == group)]
    row = records(rows)[0]
    unit = unit_of(found, row)
    limits = interval_text(row, unit=unit)
    return value_text(row, unit=unit) + (f" ({limits})" if limits else "")


def compare_references(
    groups: GroupTable,
    references: Mapping[str, str | None] | Sequence[str],
    *,
    measures: Sequence[str] | None = None,
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
) -> SideBySide:
    """Compare groups under several references, side by side.

    Parameters
    ----------
    groups : what was counted.
    references : two or more, or a mapping from each to the reason for it.
    measures, level, rule : as for `disparities`.

    Returns
    -------
    SideBySide

    Raises
    ------
    MeasureError : fewer than two references. UnknownName : for one that does not exist.

    Interpretation
    --------------
    A gap that shows under one reference only says something about the reference. Choose before looking.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> found = compare_references(GroupTable.from_counts(frame), {"total": "simple", "all-others": None})
    >>> found.to_frame().query("measure == 'rate-ratio'")[["asked", "group", "estimate"]].values.tolist()
    [['total', 'A', 1.6], ['total', 'B', 0.8], ['all-others', 'A', 2.0], ['all-others', 'B', 0.5]]
    """
    named = list(dict.fromkeys(references))
    if isinstance(references, str) or len(named) < 2:
        raise MeasureError("Name two references or more to see them side by side.")
    reasons = references if isinstance(references, Mapping) else {}
    return SideBySide(
        tuple(
            disparities(
                groups, reference=one, measures=measures, reason=reasons.get(one), level=level, rule=rule
            )
            for one in named
        )
    )
