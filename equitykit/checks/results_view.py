"""What a check of a published table may look at, and what each of its inputs is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from equitykit.checks.results_table import Table
from equitykit.checks.view import RACE, Input
from equitykit.results import Column
from equitykit.results.model import ESTIMATES

__all__ = ["RESULTS_INPUTS", "ResultsView", "disproportion_columns"]


@dataclass
class ResultsView(Table):
    """A published table, and what the checks of tables may need."""

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What checks of published tables may need, by name."""
        return RESULTS_INPUTS


def _has_parts(view: ResultsView, kind: str) -> bool:
    """Whether something is known of what lies behind the percents or rates."""
    for column in view.results.of_kind(kind):
        part = view.part(column)
        if part.events is not None or part.base is not None:
            return True
        if view.beside(column, "lower", "interval", "se") is not None or any(
            cell.shown and cell.low is not None for cell in view.results.cells_of(column.name)
        ):
            return True
    return False


def _disproportion(view: ResultsView) -> bool:
    return bool(disproportion_columns(view))


def disproportion_columns(view: ResultsView) -> tuple[Column, ...]:
    """Ratio columns that compare a share with a population, by their headings."""
    words = ("disproport", "representation", "disparity index", "parity", "index")
    return tuple(
        column
        for column in view.results.of_kind("ratio", "difference")
        if any(word in " ".join((column.name, *column.headings)).lower().replace("_", " ") for word in words)
    )


RESULTS_INPUTS: dict[str, Input] = {
    entry.name: entry
    for entry in (
        Input(
            "rows",
            "the table holds no rows",
            "Give the table as it was published, with its rows.",
            lambda v: bool(v.results.cells),
        ),
        Input(
            RACE,
            "no race or ethnicity groups were recognised in the table",
            "Give the table that shows the groups, with a heading such as Race/Ethnicity.",
            lambda v: bool(v.groups),
        ),
        Input(
            "counts",
            "the table shows no counts of people, nor percents with their base",
            "Give the table with its counts.",
            lambda v: bool(v.results.of_kind("count", "n")),
        ),
        Input(
            "estimates",
            "the table shows no percents, rates, ratios or means",
            "Nothing needs to be done where only counts are shown.",
            lambda v: bool(v.results.of_kind(*ESTIMATES, "number")),
        ),
        Input(
            "percents with their size",
            "the table shows no percents with the number of people, an interval or a standard error "
            "beside them",
            "Add the number of people each percent is of.",
            lambda v: _has_parts(v, "percent"),
        ),
        Input(
            "rates with their size",
            "the table shows no rates with the number of events, an interval or a standard error beside them",
            "Add the number of events behind each rate.",
            lambda v: _has_parts(v, "rate"),
        ),
        Input(
            "ratios with their size",
            "the table shows no ratios with the number of people or events behind them",
            "Add the counts behind each ratio.",
            lambda v: bool(v.results.of_kind("ratio")) and bool(v.results.of_kind("count", "n")),
        ),
        Input(
            "disproportionality",
            "the table shows no index that compares a share with a population",
            "Nothing needs to be done where none is shown.",
            _disproportion,
        ),
        Input(
            "totals",
            "the table shows no total over the groups, and no shares of a whole",
            "Add the row of the total, and a row for people whose race is not known.",
            lambda v: bool((v.total is not None and v.results.of_kind("count", "n")) or v.shares_of_a_whole),
        ),
    )
}
