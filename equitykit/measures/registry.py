"""Measures and their declarations: one `@measure` each is the whole truth about one measure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from equitykit.errors import UnknownName
from equitykit.limits import Floats

if TYPE_CHECKING:
    from equitykit.measures.comparison import Comparison

__all__ = [
    "ANY",
    "COMPARED",
    "COUNTED",
    "NEEDED",
    "PEOPLE",
    "Kind",
    "Measure",
    "Values",
    "declaration",
    "load",
    "measure",
    "measures",
]

Scale = Literal["relative", "absolute"]
Over = Literal["group", "everybody"]
Verdict = Literal["pair", "group", "share", "every"]
Needs = Literal["nothing", "reference", "one reference", "order", "favourable", "earlier", "strata"]
Kind = Literal["proportion", "person-time", "mean"]
COUNTED: tuple[Kind, ...] = ("proportion", "person-time")
ANY: tuple[Kind, ...] = (*COUNTED, "mean")
PEOPLE: tuple[Kind, ...] = ("proportion",)


NEEDED: dict[Needs, str] = {
    "nothing": "nothing more than the groups",
    "reference": "a reference, named by you",
    "one reference": "a reference that is one number",
    "order": "groups in an order",
    "favourable": "to know whether the outcome is favourable",
    "earlier": "a reference, and an earlier table of the same groups",
    "strata": "a reference, and the groups counted by a covariate as well",
}
"""What must be said before a measure can be computed, in words."""

COMPARED: tuple[Needs, ...] = ("reference", "one reference", "earlier", "strata")
"""Measures that set a group beside the reference."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a measure found: one value per group, or a single one over all groups."""

    estimate: Floats
    lower: Floats
    upper: Floats
    method: Sequence[str | None]
    note: Sequence[str | None]


Compute = Callable[["Comparison"], Values]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Attributes
    ----------
    id, title : names for programs and for people.
    scale : "relative" (a ratio) or "absolute" (a difference).
    weighted : whether groups count by their size.
    ordered : whether it needs groups in an order.
    null : its value where there is no disparity.
    over : "group" (one value per group) or "everybody" (one value over all groups).
    needs : what must be said before it can be computed.
    verdict : which rates must be reliable: the group's and the reference's ("pair"), the group's ("group"),
        every one ("every"), or the share itself ("share").
    interval : how its interval is made, in words.
    source : where it is defined.
    library : what computes it.
    doc : what it is, how to read it, and when not to use it.
    kinds : tables it is for: shares of people, events per time, means.
    methods : other ways to its interval, to be asked for by name.
    crude : the measure that is shown beside it, where it is adjusted for a covariate.
    """

    id: str
    title: str
    scale: Scale
    weighted: bool
    ordered: bool
    null: float | None
    over: Over
    needs: Needs
    verdict: Verdict
    interval: str
    source: str
    library: str
    doc: str
    compute: Compute
    kinds: tuple[Kind, ...] = ANY
    methods: tuple[str, ...] = ()
    crude: str | None = None


_MEASURES: dict[str, Measure] = {}


def measure(
    id: str,
    *,
    title: str,
    scale: Scale,
    weighted: bool,
    ordered: bool,
    null: float | None,
    over: Over,
    needs: Needs,
    verdict: Verdict,
    interval: str,
    source: str,
    library: str,
    kinds: tuple[Kind, ...] = ANY,
    methods: Iterable[str] = (),
    crude: str | None = None,
) -> Callable[[Compute], Compute]:
    """Declare a measure; the docstring of the function becomes its page."""

    def declare(compute: Compute) -> Compute:
        if id in _MEASURES and inspect.getfile(_MEASURES[id].compute) != inspect.getfile(compute):
            raise ValueError(
                f'The measure "{id}" is declared twice, first by {_MEASURES[id].compute.__name__}.'
            )
        _MEASURES[id] = Measure(
            id=id,
            title=title,
            scale=scale,
            weighted=weighted,
            ordered=ordered,
            null=null,
            over=over,
            needs=needs,
            verdict=verdict,
            interval=interval,
            source=source,
            library=library,
            doc=inspect.getdoc(compute) or "",
            compute=compute,
            kinds=kinds,
            methods=tuple(methods),
            crude=crude,
        )
        compute.__doc__ = f"{inspect.getdoc(compute)}\n\nComputed by\n-----------\n{_computed_by(library)}"
        return compute

    return declare


def _computed_by(library: str) -> str:
    """A sentence that says whose arithmetic it is."""
    own = library.startswith("own")
    return f"Own arithmetic{library.removeprefix('own')}." if own else f"{library}."


def load() -> None:
    """Import the families, so that every measure is declared."""
    for family in _FAMILIES:
        import_module(f"equitykit.measures.{family}")


def measures() -> tuple[str, ...]:
    """Ids of all measures: one group beside another, then over all groups, then along an order.

    Examples
    --------
    >>> measures()[0], "rate-ratio" in measures()
    ('rate', True)
    """
    load()
    return tuple(sorted(_MEASURES, key=_place))


_FAMILIES = (
    "simple",
    "ratios",
    "attributable",
    "persons",
    "flips",
    "means",
    "change",
    "mantel_haenszel",
    "standardised",
    "decomposed",
    "population",
    "unordered",
    "entropy",
    "simulated",
    "ordered",
    "ordered_bounded",
)


def _place(id: str) -> tuple[int, int, int]:
    """Where a measure stands in a list for people, whatever was imported first."""
    one = _MEASURES[id]
    kind = 2 if one.ordered else 1 if one.over == "everybody" else 0
    return (kind, _FAMILIES.index(one.compute.__module__.rpartition(".")[2]), list(_MEASURES).index(id))


def declaration(id: str) -> Measure:
    """Declaration of one measure.

    Examples
    --------
    >>> declaration("rate-ratio").null
    1

    Raises
    ------
    UnknownName : with the nearest id.
    """
    load()
    if id not in _MEASURES:
        raise UnknownName("measure", id, _MEASURES)
    return _MEASURES[id]
