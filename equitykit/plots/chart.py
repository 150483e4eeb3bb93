"""What every chart has: a figure, a description, a table and the same look everywhere."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING

from equitykit.errors import MeasureError
from equitykit.text import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE = "#0072B2"  # Okabe-Ito; dark enough to read in grey
INK = "#1d1d1f"
SOFT = "#595959"
FAINT = "#d9dade"
WIDTH = 8.0  # inches


@dataclass(frozen=True)
class Chart:
    """A chart with what a person who does not see it needs.

    Attributes
    ----------
    draw : makes the figure; called when somebody first wants to see it.
    title : what the chart shows.
    alt : description that names every group.
    columns, rows : the numbers behind it, as text.

    Raises
    ------
    MeasureError : no title, no description, or no table.
    """

    draw: Callable[[], Figure]
    title: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise MeasureError("The chart has no title.", next_step="Say what it shows.")
        if not self.alt.strip():
            raise MeasureError(
                f'The chart "{self.title}" has no description for people who do not see it.',
                next_step="Say in a sentence or two what it shows, with every group.",
            )
        if not self.rows or any(len(row) != len(self.columns) for row in self.rows):
            raise MeasureError(
                f'The chart "{self.title}" has no table, or one whose rows do not fit its columns.',
                next_step="Give the numbers it shows, one row for each group.",
            )

    @cached_property
    def figure(self) -> Figure:
        """The chart as a matplotlib figure, not registered with pyplot."""
        return self.draw()

    def png(self, *, dpi: int = 150) -> bytes:
        """Image of the chart; the same chart gives the same bytes."""
        buffer = BytesIO()
        with look():
            self.figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()


@contextmanager
def look() -> Iterator[None]:
    """Draw with fixed settings, whatever the user's own are; they are put back afterwards."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # A letter that the shipped font lacks is drawn as a box; the table has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"font.size": 10, "text.color": INK, "axes.edgecolor": SOFT})
        yield


def canvas(height: float, *, width: float = WIDTH) -> Figure:
    """Empty figure whose parts make room for one another."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def settle(figure: Figure) -> None:
    """Lay the parts out once and for all, so that drawing again changes nothing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def wrapped(text: str, width: int) -> str:
    """Text on lines of at most `width` characters; words too long for one are broken."""
    return "\n".join(textwrap.wrap(text, width)) or " "


def headline(figure: Figure, title: str) -> None:
    """Title over the whole figure, wrapped so that it is never cut."""
    text = figure.suptitle(wrapped(plain(title), 84), x=0.01, ha="left", fontsize=11.5, fontweight="bold")
    text.set_parse_math(False)
