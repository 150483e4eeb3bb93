"""Texts from files, in memory only: nothing is unpacked to disk, and nothing is kept until it is masked."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from equitykit.errors import AssessmentError, MissingExtra, ReadError

__all__ = ["Imported", "Segment", "read_text"]

LARGEST = 50_000_000


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """A passage of an imported text, as it was said; in memory only.

    Attributes
    ----------
    number : its place in the text, from 1. codes : names of codes it carries there.
    coders : who coded it there. source : name of its text in the file it came from.
    """

    number: int
    text: str
    codes: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    source: str = ""

    def __repr__(self) -> str:
        return f"<Segment {self.number}: {len(self.text)} characters, {len(self.codes)} codes; not shown>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise AssessmentError("A passage that is not masked yet cannot be copied or written to a file.")


@dataclass(frozen=True, slots=True, repr=False)
class Imported:
    """What was read from a file, in memory only.

    Attributes
    ----------
    segments : its passages: the paragraphs of a text, or the coded segments of a project.
    codes : names of codes, with what they mean. notes : what was left out, and why.
    """

    segments: tuple[Segment, ...] = ()
    codes: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Imported: {len(self.segments)} passages, {len(self.codes)} codes; the texts are not shown>"


def read_text(path: str | os.PathLike[str]) -> Imported:
    """Read the paragraphs of a text file (.txt, .md) or a Word document (.docx) into memory.

    Raises
    ------
    ReadError
        The file cannot be read, is too large, or is of another kind.
    MissingExtra
        A Word document is given, and python-docx is not installed.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending not in (".txt", ".text", ".md", ".docx"):
        raise ReadError(
            f'"{file.name}" is no text this reads.',
            allowed=(".txt", ".md", ".docx", ".qdpx with read_project"),
            next_step="Save it as plain text or as a Word document.",
        )
    data = content(file)
    if ending == ".docx":
        paragraphs = _word(data, file.name)
    else:
        paragraphs = decoded(data, file.name).replace("\r\n", "\n").split("\n\n")
        if len(paragraphs) == 1:
            paragraphs = paragraphs[0].split("\n")
    kept = [paragraph.strip() for paragraph in paragraphs if paragraph.strip()]
    if not kept:
        raise ReadError(f'"{file.name}" holds no text.', next_step="Check that it is the right file.")
    return Imported(tuple(Segment(number, text) for number, text in enumerate(kept, start=1)))


def content(path: Path) -> bytes:
    """The bytes of a file of reasonable size.

    Raises
    ------
    ReadError
        It cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ReadError(f'"{path.name}" is larger than {LARGEST // 1_000_000} MB.')
        return path.read_bytes()
    except OSError as error:
        raise ReadError(
            f'"{path.name}" cannot be read: {(error.strerror or str(error)).lower()}.',
            next_step="Check the path.",
        ) from None


def decoded(data: bytes, name: str) -> str:
    """Text from bytes: UTF-8, UTF-16 with its mark, else the Windows encoding.

    Raises
    ------
    ReadError
        It is no text.
    """
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ReadError(f'"{name}" is no text.', next_step="Save it as UTF-8 text.") from None


def _word(data: bytes, name: str) -> list[str]:
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile

    try:
        from docx import Document
    except ImportError:
        raise MissingExtra("Reading Word documents", "docx") from None
    try:
        with ZipFile(BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except BadZipFile:
        unpacked = 0  # refused below, in words
    if unpacked > 4 * LARGEST:
        raise ReadError(f'"{name}" unpacks to more than {4 * LARGEST // 1_000_000} MB.')
    try:
        return [text for block in Document(BytesIO(data)).iter_inner_content() for text in _texts_of(block)]
    except Exception:  # a broken package fails in many ways, and none of them may show its text
        raise ReadError(
            f'"{name}" cannot be read as a Word document.', next_step="Open it and save it again as .docx."
        ) from None


def _texts_of(block: Any) -> list[str]:
    """A paragraph, or the cells of a table row by row; one that spans several columns is read once."""
    if hasattr(block, "rows"):
        return [cell.text for row in block.rows for cell in dict.fromkeys(row.cells)]
    return [block.text]
