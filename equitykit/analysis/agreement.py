"""How far coders agree: Krippendorff's alpha for each feature, with what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from equitykit.errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEW", "Agreement", "FeatureAgreement", "agreement_of", "alpha"]

Grid = npt.NDArray[Any]
FEW = 20
HOW_TO_READ = (
    "Alpha is 1 where coders always agree and 0 where they agree as often as chance would have it; it can be below 0. "
    "It says whether the words of the list mean the same to both. A low value is a reason to talk and to sharpen the "
    "list, not a mark for anybody. The range shows alpha with any one passage left out."
)


@dataclass(frozen=True, slots=True)
class FeatureAgreement:
    """How far coders agree on one feature, or on all of them together (`feature` is None).

    Attributes
    ----------
    passages : coded by two or more. same : passages on which all who coded it say the same.
    alpha : Krippendorff's alpha for yes and no; None where it is not defined.
    low, high : the smallest and largest alpha with any one passage left out.
    note : why there is no alpha, or what to take care of.
    """

    feature: str | None
    label: str
    passages: int
    same: int
    alpha: float | None
    low: float | None
    high: float | None
    note: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far coders agree, feature by feature.

    Source
    ------
    Krippendorff 2011, Computing Krippendorff's Alpha-Reliability; nominal data, missing values allowed.
    """

    coders: tuple[str, ...]
    passages: int
    rows: tuple[FeatureAgreement, ...]
    how_to_read: str = HOW_TO_READ

    def to_frame(self) -> pd.DataFrame:
        """One row for each feature, and a last one over all."""
        import pandas as pd

        columns = ["feature", "label", "passages", "same", "alpha", "low", "high", "note"]
        rows = [[getattr(row, name) for name in columns] for row in self.rows]
        return pd.DataFrame(rows, columns=columns)

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Header and rows in words, for a screen or a report."""
        rows = tuple(
            (row.label, str(row.passages), str(row.same), _number(row.alpha), _range(row), row.note)
            for row in self.rows
        )
        return ("Feature", "Coded twice or more", "All say the same", "Alpha", "Range", "Note"), rows


def agreement_of(coded: Mapping[str, Mapping[str, Set[str]]], features: Mapping[str, str]) -> Agreement:
    """Compare coders.

    Parameters
    ----------
    coded : for each passage, what each coder saw in it.
    features : ids with labels.

    Raises
    ------
    MissingExtra
        The package `krippendorff` is not installed.
    """
    twice = {passage: said for passage, said in coded.items() if len(said) > 1}
    coders = tuple(dict.fromkeys(coder for said in twice.values() for coder in said))
    if not twice:
        return Agreement(coders, 0, ())
    # Which coder saw which feature in which passage: coders by passages by features, missing where nobody coded.
    saw = np.array(
        [
            [[_yes(said, coder, feature) for feature in features] for said in twice.values()]
            for coder in coders
        ],
        dtype=float,
    )
    rows = [_row(feature, label, saw[:, :, [at]]) for at, (feature, label) in enumerate(features.items())]
    rows.append(_row(None, "All features together", saw))
    return Agreement(coders, len(twice), tuple(rows))


def alpha(grid: Sequence[Sequence[float | None]]) -> float | None:
    """Krippendorff's alpha for nominal values; None where all values are the same or nothing can be compared.

    Parameters
    ----------
    grid : one row for each coder, one value for each unit; None where the coder did not code it.
    """
    return _alpha(_counted(np.asarray(grid, dtype=float)))


def _counted(grid: Grid) -> Grid:
    """How many coders gave each value to a unit: one row for each unit, one column for each value."""
    values = np.unique(grid[~np.isnan(grid)])
    counts: Grid = np.sum(grid[..., np.newaxis] == values, axis=0)
    return counts


def _alpha(counts: Grid) -> float | None:
    try:
        import krippendorff
    except ImportError:
        raise MissingExtra("The agreement of coders", "agreement") from None
    compared = counts[counts.sum(axis=1) > 1]
    if np.count_nonzero(compared.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def _yes(said: Mapping[str, Set[str]], coder: str, feature: str) -> float | None:
    return None if coder not in said else float(feature in said[coder])


def _row(feature: str | None, label: str, saw: Grid) -> FeatureAgreement:
    """One feature or all of them: coders by passages by features."""
    counts = _counted(saw)  # passages by features by values
    passages, features, values = counts.shape

    def units(some: Grid) -> Grid:
        return some.reshape(len(some) * features, values)

    same = int(np.sum(np.all(np.count_nonzero(counts, axis=2) == 1, axis=1)))
    found = _alpha(units(counts))
    low = high = None
    if found is not None and passages > 2:
        # To leave out one passage or another that was coded alike comes to the same.
        _, first = np.unique(counts.reshape(passages, -1), axis=0, return_index=True)
        without = (units(np.delete(counts, out, axis=0)) for out in first)
        left_out = [one for rest in without if (one := _alpha(rest)) is not None]
        low, high = (min(left_out), max(left_out)) if left_out else (None, None)
    return FeatureAgreement(feature, label, passages, same, found, low, high, _note(found, saw, passages))


def _note(found: float | None, saw: Grid, passages: int) -> str:
    if found is None:
        nobody = not np.any(saw[~np.isnan(saw)])
        return "Nobody saw it in these passages." if nobody else "Everybody saw it in all of them."
    return f"Few passages (under {FEW}): one of them can change this much." if passages < FEW else ""


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def _range(row: FeatureAgreement) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:.2f} to {row.high:.2f}"
