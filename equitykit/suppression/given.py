"""What somebody gave to be protected: frames, linked tables, further cells and settings, read or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from equitykit.errors import MeasureError, UnknownName
from equitykit.frames.tables import table_of
from equitykit.suppression.model import Steer
from equitykit.suppression.sheets import Key, Sheet, mark_column, read_sheet
from equitykit.suppression.table import ProtectedTable

__all__ = [
    "BASES",
    "PROOFS",
    "Given",
    "asked_cells",
    "earlier_sheet",
    "frame_of",
    "linked_sheet",
    "proof_asked",
    "weights",
]

PROOFS = ("cover", "exact", "marks")
BASES = (3, 5, 10)
Given = pd.DataFrame | ProtectedTable


def proof_asked(proof: str | None, base: int | None) -> str:
    """The proof asked for, or the one that goes without saying: "exact" for rounded counts, else "cover".

    Raises
    ------
    UnknownName : for one that is none. MeasureError : for one that rounded counts cannot have.
    """
    if proof is not None and proof not in PROOFS:
        raise UnknownName("proof", str(proof), PROOFS)
    if base is not None and (base not in BASES or isinstance(base, bool)):
        raise MeasureError(f'Counts cannot be rounded to "{base}".', allowed=[str(one) for one in BASES])
    if proof == "marks" and base is not None:
        raise MeasureError(
            "Rounded counts are not proved against a reader who goes by the marks.",
            allowed=("cover", "exact"),
            next_step='Ask for proof="cover", which hides small counts and rounds the others, and leave out the '
            "marks; or do not round.",
        )
    return proof or ("cover" if base is None else "exact")


def weights(cost: Any) -> str | Steer:
    """What hiding a cell costs, as it was asked for.

    Raises
    ------
    MeasureError : for what is neither a name nor weights by label.
    """
    if isinstance(cost, str):
        return cost
    if isinstance(cost, Mapping):
        return {str(label): weight for label, weight in cost.items()}
    raise MeasureError(
        f'"{cost}" is no cost.', allowed=("cells", "value"), next_step="Or give weights by label."
    )


def frame_of(given: Given | Any) -> pd.DataFrame:
    """The frame of a table, protected before or not."""
    return given.to_frame() if isinstance(given, ProtectedTable) else table_of(given)


def linked_sheet(given: Given | Mapping[str, Any], first: Sheet, options: dict[str, Any]) -> Sheet:
    """A further table of the same people, with the settings of the first where it has none of its own."""
    if not isinstance(given, Mapping):
        frame = frame_of(given)
        layers = [name for name in first.events if name in frame.columns]
        return read_sheet(frame, dimensions=None, events=layers, **options)
    allowed = ("frame", "dimensions", "count", "total", "events", "percent", "hierarchy")
    for name in given:
        if name not in allowed:
            raise UnknownName("setting of a linked table", str(name), allowed)
    if "frame" not in given:
        raise MeasureError('A linked table needs its "frame".')
    settings = {name: value for name, value in given.items() if name != "frame"}
    return read_sheet(frame_of(given["frame"]), **({"dimensions": None} | options | settings))


def earlier_sheet(given: Given, first: Sheet, options: dict[str, Any]) -> Sheet:
    """An earlier release: events that it had and this table has not are known from it as well."""
    frame = frame_of(given)
    known = [str(name) for name in frame.columns]
    names = [name for name in first.dimensions if name in known]
    marked = [name for name in known if name != first.count and mark_column(name, first.count) in known]
    layers = dict.fromkeys([name for name in first.events if name in known] + marked)
    return read_sheet(frame, dimensions=names, events=list(layers), **options)


def asked_cells(primary: Iterable[Any] | None, sheets: Sequence[Sheet]) -> tuple[Key, ...]:
    """Further cells to hide, from their labels; those named by dimension may stand in a linked table."""
    keys = []
    sheet = sheets[0]
    known = list(dict.fromkeys(name for one in sheets for name in one.dimensions))
    for one in primary or ():
        if isinstance(one, Mapping):
            strange = sorted(set(one) - set(known))
            if strange:
                raise UnknownName("dimension", strange[0], known)
            home = next((each for each in sheets if set(one) <= set(each.dimensions)), None)
            if home is None:
                raise MeasureError(f"No table holds a cell by {', '.join(sorted(one))}.")
            labels = tuple(str(one.get(name, home.total[name])) for name in home.dimensions)
            keys.append(home.key("", labels))
            continue
        labels = (one,) if isinstance(one, str) else tuple(str(label) for label in one)
        if len(labels) != len(sheet.dimensions):
            raise MeasureError(
                f'"{" / ".join(labels)}" does not name a cell: give {len(sheet.dimensions)} labels, one for '
                f"each of {', '.join(sheet.dimensions)}."
            )
        keys.append(sheet.key("", labels))
    return tuple(keys)
