"""How far coders agree: Krippendorff's alpha for each feature, with what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitykit.errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEW", "Agreement", "FeatureAgreement", "agreement_of", "alpha"]

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
    grids = {
        feature: [[_yes(said, coder, feature) for said in twice.values()] for coder in coders]
        for feature in features
    }
    rows = [_row(feature, label, grids[feature], len(twice)) for feature, label in features.items()]
    together = [[value for grid in grids.values() for value in grid[place]] for place in range(len(coders))]
    rows.append(_row(None, "All features together", together, len(twice)))
    return Agreement(coders, len(twice), tuple(rows))


def alpha(grid: Sequence[Sequence[float | None]]) -> float | None:
    """Krippendorff's alpha for nominal values; None where all values are the same or nothing can be compared.

    Parameters
    ----------
    grid : one row for each coder, one value for each unit; None where the coder did not code it.
    """
    try:
        import krippendorff
    except ImportError:
        raise MissingExtra("The agreement of coders", "agreement") from None
    units = [[value for value in unit if value is not None] for unit in zip(*grid, strict=True)]
    compared = [unit for unit in units if len(unit) > 1]
    if len({value for unit in compared for value in unit}) < 2:
        return None
    data = [[float("nan") if value is None else value for value in row] for row in grid]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def _yes(said: Mapping[str, Set[str]], coder: str, feature: str) -> float | None:
    return None if coder not in said else float(feature in said[coder])


def _row(feature: str | None, label: str, grid: list[list[float | None]], passages: int) -> FeatureAgreement:
    units = list(zip(*grid, strict=True))
    same = sum(len({value for value in unit if value is not None}) == 1 for unit in units)
    found = alpha(grid)
    if feature is None:  # passages, not their yes and no to each feature
        steps = len(units) // passages
        same = sum(
            all(len({v for v in units[f * passages + p] if v is not None}) == 1 for f in range(steps))
            for p in range(passages)
        )
    low = high = None
    if found is not None and passages > 2:
        left_out = [
            one
            for out in range(passages)
            if (one := alpha([[v for at, v in enumerate(row) if at % passages != out] for row in grid]))
            is not None
        ]
        low, high = (min(left_out), max(left_out)) if left_out else (None, None)
    return FeatureAgreement(feature, label, passages, same, found, low, high, _note(found, grid, passages))


def _note(found: float | None, grid: list[list[float | None]], passages: int) -> str:
    if found is None:
        values = {value for row in grid for value in row if value is not None}
        return "Nobody saw it in these passages." if values == {0.0} else "Everybody saw it in all of them."
    return f"Few passages (under {FEW}): one of them can change this much." if passages < FEW else ""


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def _range(row: FeatureAgreement) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:.2f} to {row.high:.2f}"
