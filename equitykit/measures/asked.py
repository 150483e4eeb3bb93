"""What was asked, held against what the groups can give: refusals in a sentence, and methods by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.measures.comparison import Reference, best
from equitykit.measures.pairs import R_NAMES, TIME_DIFFERENCES, TIME_RATIOS
from equitykit.measures.registry import Measure
from equitykit.rate_methods import TIME_METHODS

__all__ = ["WITHOUT_OUTCOME", "check", "methods_asked"]

WITHOUT_OUTCOME = ("disproportionality", "representation-gap")
_TIMED = frozenset({*TIME_METHODS, *TIME_DIFFERENCES, *TIME_RATIOS})
"""Methods for events per time; the score method is for shares of people too."""

_FOR_COUNTS = frozenset({"independent", "walter"})
_WORDS = {"person-time": "events per time at risk", "mean": "means", "proportion": "shares of people"}


def check(measure: Measure, groups: GroupTable, reference: Reference) -> None:
    """Refuse, in a sentence, a measure that these groups cannot give."""
    if not groups.counted and measure.id not in WITHOUT_OUTCOME:
        raise MeasureError(
            f'"{measure.id}" needs an outcome, and these groups hold numbers of people only.',
            next_step="Name an outcome, or attach a benchmark and ask for disproportionality.",
        )
    if not groups.counted and groups.benchmark is None:
        raise MeasureError(
            "These groups hold numbers of people only, so there is nothing to compare.",
            next_step="Name an outcome, or attach a benchmark with with_benchmark().",
        )
    if groups.kind not in measure.kinds:
        raise MeasureError(
            f'"{measure.id}" is not for {_WORDS[groups.kind]}, which these groups hold.',
            next_step=f"It is for {' and '.join(_WORDS[one] for one in measure.kinds)}.",
        )
    if measure.ordered and groups.order is None:
        raise MeasureError(
            f'"{measure.id}" is for groups that have an order, such as income bands; these have none.',
            next_step="Give order= from the lowest to the highest, or name a measure that needs no order.",
        )
    if measure.needs == "one reference" and reference.asked == "all-others":
        raise MeasureError(
            f'"{measure.id}" needs one rate to compare with; "all-others" is a different one for each group.',
            next_step='Name a group, "total", "best" or "largest".',
        )
    if measure.needs == "favourable":
        best(groups)


def methods_asked(
    chosen: Sequence[Measure],
    groups: GroupTable,
    reference: Reference,
    method: str | Mapping[str, str] | None,
) -> dict[str, str]:
    """Method of each measure that was asked for by name, or a refusal that lists what is allowed."""
    if method is None:
        return {}
    if isinstance(method, str):
        name = _plain(method)
        able = [one for one in chosen if name in _allowed(one, groups)]
        if not able:
            allowed = tuple(dict.fromkeys(known for one in chosen for known in _allowed(one, groups)))
            raise UnknownName("method", method, allowed)
        found = {one.id: name for one in able}
    else:
        by_id = {one.id: one for one in chosen}
        found = {}
        for id, asked in method.items():
            if id not in by_id:
                raise UnknownName("measure", id, tuple(by_id), next_step="Name a method for these.")
            if _plain(asked) not in _allowed(by_id[id], groups):
                raise UnknownName("method", asked, _allowed(by_id[id], groups))
            found[id] = _plain(asked)
    if "odds-ratio" in found and reference.asked == "total":
        raise MeasureError(
            "A method for the odds ratio can be named for separate groups only, not beside the total.",
            next_step='Name a group or "all-others".',
        )
    return found


def _plain(name: str) -> str:
    """Name of a method as it is known here, whatever R calls it."""
    lowered = str(name).strip().lower()
    return R_NAMES.get(lowered, lowered)


def _allowed(measure: Measure, groups: GroupTable) -> tuple[str, ...]:
    """Methods of a measure that these groups allow."""
    if measure.over == "everybody":
        counted = groups.kind == "proportion" and not groups.published
        return tuple(one for one in measure.methods if counted or one not in _FOR_COUNTS)
    if groups.published:
        return ()
    if groups.kind == "person-time":
        return tuple(one for one in measure.methods if one in _TIMED)
    return tuple(one for one in measure.methods if one not in _TIMED or one == "score")
