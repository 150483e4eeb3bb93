"""One neutral document tree that every output format is written from.

The tree holds plain text only. What looks like markup in a file name or a raw value
stays text, because each writer escapes it and none interprets it. Text is cleaned when
a node is made, so a node cannot hold a control character or a mark that reorders text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from equitykit.errors import EquitykitError
from equitykit.report.spelled import plain

__all__ = [
    "Block",
    "Bullets",
    "Callout",
    "Compared",
    "Details",
    "Document",
    "Facts",
    "Figure",
    "Heading",
    "Link",
    "Paragraph",
    "ReportError",
    "Table",
]

DEEPEST = 6
EMPTY = ("", "\u2013")  # a cell that says nothing: blank, or a dash


class ReportError(EquitykitError):
    """A report cannot be built or written as asked."""


def _set(node: object, **values: Any) -> None:
    """Set fields of a frozen node while it is being made."""
    for name, value in values.items():
        object.__setattr__(node, name, value)


def _required(text: object, what: str) -> str:
    cleaned = plain(text).strip()
    if not cleaned:
        raise ReportError(f"{what} is empty.", next_step="Give it in plain words.")
    return cleaned


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the title of the document is level 1, so headings begin at level 2."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if not 2 <= self.level <= DEEPEST:
            raise ReportError(f'Heading "{plain(self.text)}" has level {self.level}.', allowed=("2 to 6",))
        _set(self, text=_required(self.text, "A heading"))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line breaks are kept."""

    text: str

    def __post_init__(self) -> None:
        _set(self, text=plain(self.text, lines=True).strip())


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts without an order."""

    items: tuple[str, ...]

    def __init__(self, items: Iterable[object]) -> None:
        _set(self, items=tuple(plain(item) for item in items))


@dataclass(frozen=True, slots=True)
class Link:
    """A source for people to open; anything but a plain web address stays text."""

    text: str
    url: str | None = None

    def __post_init__(self) -> None:
        _set(self, text=plain(self.text), url=_web_address(self.url))

    @classmethod
    def of(cls, source: str) -> Link:
        """Link to an address, or the text itself where it is none."""
        return cls(source, source)


def _web_address(url: str | None) -> str | None:
    if (
        url is None
        or plain(url) != url
        or any(character.isspace() or character in "\"'<>`\\" for character in url)
    ):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a short term and what is known about it."""

    pairs: tuple[tuple[str, str | Link], ...]

    def __init__(self, pairs: Iterable[tuple[object, object]]) -> None:
        kept = [
            (plain(term), value if isinstance(value, Link) else plain(value, lines=True))
            for term, value in pairs
        ]
        _set(self, pairs=tuple(kept))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption and one header row.

    Attributes
    ----------
    caption : what the table shows.
    header : one name per column.
    rows : cells as text, one per column.
    notes : printed below the table.
    row_header : the first cell of a row names the row.
    numeric : places of the columns that hold numbers.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    row_header: bool
    numeric: tuple[int, ...]

    def __init__(
        self,
        caption: str,
        header: Sequence[object],
        rows: Iterable[Sequence[object]],
        *,
        notes: Iterable[object] = (),
        row_header: bool = True,
        numeric: Iterable[int] = (),
    ) -> None:
        names = tuple(_required(name, f'A column name of table "{plain(caption)}"') for name in header)
        cells = tuple(tuple(plain(cell) for cell in row) for row in rows)
        _set(
            self,
            caption=_required(caption, "The caption of a table"),
            header=names,
            rows=cells,
            notes=tuple(plain(note) for note in notes),
            row_header=row_header,
            numeric=tuple(numeric),
        )
        if not names:
            raise ReportError(f'Table "{self.caption}" has no columns.')
        if any(len(row) != len(names) for row in cells):
            raise ReportError(
                f'Table "{self.caption}" has rows that do not have {len(names)} cells.',
                next_step="Give one cell per column.",
            )

    @classmethod
    def filled(
        cls,
        caption: str,
        header: Sequence[object],
        rows: Iterable[Sequence[object]],
        *,
        notes: Iterable[object] = (),
        numeric: Iterable[int] = (),
    ) -> Table:
        """Table without the columns that say nothing in any row; the first one always stays."""
        whole = cls(caption, header, rows, notes=notes, numeric=numeric)
        kept = [
            place
            for place in range(len(whole.header))
            if place == 0 or not whole.rows or any(row[place].strip() not in EMPTY for row in whole.rows)
        ]
        return cls(
            whole.caption,
            [whole.header[place] for place in kept],
            [[row[place] for place in kept] for row in whole.rows],
            notes=whole.notes,
            numeric=[new for new, old in enumerate(kept) if old in whole.numeric],
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, which never stands without a description and the numbers behind it.

    The `picture` is a PNG, or what draws one where a format shows pictures. A `folded` table is opened by a reader
    who wants it, under the words of `behind`; it is always printed and written out.
    """

    picture: bytes | Callable[[], bytes]
    alt: str
    caption: str
    table: Table
    folded: bool = False
    behind: str = "The numbers of this chart"

    def __post_init__(self) -> None:
        caption = _required(self.caption, "The caption of a figure")
        if not plain(self.alt).strip():
            raise ReportError(
                f'Figure "{caption}" has no description for people who do not see it.',
                next_step="Say in a sentence or two what the chart shows.",
            )
        if not isinstance(self.table, Table):
            raise ReportError(
                f'Figure "{caption}" has no table.', next_step="Give the numbers of the chart as a Table."
            )
        given = self.picture
        picture = _png(given, caption) if isinstance(given, bytes) else cache(given)
        behind = _required(self.behind, "The summary of the folded table of a figure")
        _set(self, alt=plain(self.alt).strip(), caption=caption, behind=behind, picture=picture)

    @property
    def png(self) -> bytes:
        """The picture, drawn once."""
        return self.picture if isinstance(self.picture, bytes) else _png(self.picture(), self.caption)


def _png(data: bytes, caption: str) -> bytes:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ReportError(f'Figure "{caption}" is not a PNG image.', allowed=("PNG",))
    return data


@dataclass(frozen=True, slots=True)
class Callout:
    """A message that should not be missed."""

    kind: Literal["info", "warning", "problem"]
    title: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in {"info", "warning", "problem"}:
            raise ReportError(
                f'There is no callout "{plain(self.kind)}".', allowed=("info", "warning", "problem")
            )
        _set(self, title=_required(self.title, "The title of a callout"), text=plain(self.text, lines=True))


Mark: TypeAlias = Literal["same", "out", "in"]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of a text in one: what stayed, what was taken out, what was added.

    Attributes
    ----------
    caption : names what is compared.
    runs : pieces in reading order, each with "same", "out" or "in".
    """

    caption: str
    runs: tuple[tuple[Mark, str], ...]

    def __init__(self, caption: str, runs: Iterable[tuple[Mark, object]]) -> None:
        kept = tuple((mark, plain(text, lines=True)) for mark, text in runs)
        wrong = next((mark for mark, _ in kept if mark not in {"same", "out", "in"}), None)
        if wrong is not None:
            raise ReportError(f'There is no mark "{plain(wrong)}".', allowed=("same", "out", "in"))
        _set(self, caption=_required(caption, "The caption of a comparison"), runs=kept)

    @property
    def text(self) -> str:
        """The comparison as text, with words for what was taken out and what was added."""
        words = {"same": "{}", "out": "[taken out: {}]", "in": "[added: {}]"}
        pieces = (
            f"{text[: len(text) - len(text.lstrip())]}{words[mark].format(text.strip())}"
            f"{text[len(text.rstrip()) :]}"
            if text.strip()
            else text
            for mark, text in self.runs
        )
        return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that a reader may open; printed and written out in full where nothing can be opened.

    Attributes
    ----------
    summary : names what is inside.
    blocks : what is inside.
    level : of the summary as a heading; None where it is none.
    aside : a few words beside the summary.
    """

    summary: str
    blocks: tuple[Block, ...]
    level: int | None
    aside: str

    def __init__(
        self, summary: str, blocks: Iterable[Block], *, level: int | None = None, aside: str = ""
    ) -> None:
        if level is not None:
            Heading(level, summary)
        _set(
            self,
            summary=_required(summary, "The summary of a folded part"),
            blocks=tuple(blocks),
            level=level,
            aside=plain(aside),
        )


Block: TypeAlias = (
    Heading | Paragraph | Bullets | Link | Facts | Table | Figure | Callout | Compared | Details
)


@dataclass(frozen=True, slots=True)
class Document:
    """A report, before it is HTML, Markdown or text for a terminal.

    Attributes
    ----------
    title : names the report; the only heading of level 1.
    blocks : what it holds, in order.
    lang : language of the text (a BCP 47 tag).
    notice : who may see it; stands at the top and at the end.
    made : when, ISO date and time; None leaves it out.

    Raises
    ------
    ReportError : a heading skips a level (2 to 4, say), or the title is empty.

    Examples
    --------
    >>> Document("A title", [Heading(2, "First"), Paragraph("Text.")]).title
    'A title'
    """

    title: str
    blocks: tuple[Block, ...]
    lang: str
    notice: str | None
    made: str | None

    def __init__(
        self,
        title: str,
        blocks: Iterable[Block],
        *,
        lang: str = "en",
        notice: str | None = None,
        made: str | None = None,
    ) -> None:
        _set(
            self,
            title=_required(title, "The title of a report"),
            blocks=tuple(blocks),
            lang=_required(lang, "The language of a report"),
            notice=plain(notice).strip() or None,
            made=plain(made) or None,
        )
        level = 1
        for heading in headings(self.blocks):
            if heading.level > level + 1:
                raise ReportError(
                    f'Heading "{heading.text}" has level {heading.level}, but the one before it has {level}.',
                    allowed=tuple(str(step) for step in range(2, level + 2)),
                )
            level = heading.level


def headings(blocks: Iterable[Block]) -> Iterator[Heading]:
    """All headings in reading order, those in folded parts included."""
    for block in blocks:
        if isinstance(block, Heading):
            yield block
        elif isinstance(block, Details):
            if block.level is not None:
                yield Heading(block.level, block.summary)
            yield from headings(block.blocks)
