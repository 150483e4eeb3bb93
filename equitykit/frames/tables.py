"""A small table that somebody already has, whatever made it, as a pandas frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from equitykit.errors import MeasureError

__all__ = ["table_of"]


def table_of(given: Any) -> pd.DataFrame:
    """Rows of counts as a pandas frame, from any frame narwhals knows or from a mapping of columns.

    Raises
    ------
    MeasureError : for anything else, or columns that are not equally long.

    Examples
    --------
    >>> table_of({"group": ["A", "B"], "n": [100, 300]})["n"].tolist()
    [100, 300]
    """
    if isinstance(given, pd.DataFrame):
        return given
    try:
        if isinstance(given, Mapping):
            return pd.DataFrame(dict(given))
        import narwhals as nw

        frame = nw.from_native(given)
    except (TypeError, ValueError) as error:
        raise MeasureError(
            f'A "{type(given).__name__}" is no table of counts.',
            allowed=(
                "a pandas, Polars or PyArrow frame",
                "a DuckDB relation",
                "a mapping of equally long columns",
            ),
        ) from error
    collected = frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame
    return pd.DataFrame(collected.to_dict(as_series=False))
