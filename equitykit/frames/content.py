"""What a file is, told by its content: one pass that hashes it, counts lines and settles the encoding."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from equitykit.errors import ReadError
from equitykit.frames.types import Progress, ReadNote
from equitykit.text import plain

_BLOCK = 1 << 22
_UNDEFINED_IN_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPACED_QUOTES = (b' "', b'" ', b'\t"', b'"\t')
_TABLE = "Save the table as CSV or XLSX and open that file."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the bytes of a text file found."""

    sha256: str
    size: int
    encoding: str
    note: ReadNote | None
    newlines: int  # line feeds
    returns: int  # carriage returns
    pairs: int  # carriage return and line feed together
    quotes: int
    spaced_quotes: bool  # a quotation mark beside a blank: needs the careful reader
    ends_with_newline: bool
    nul_line: int | None = None  # the first line with a NUL character, where such lines may be left out


def sha256(path: Path, progress: Progress) -> str:
    """Hash of a file's bytes."""
    found = hashlib.sha256()
    size = path.stat().st_size
    done = 0
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            found.update(block)
            done += len(block)
            progress(done, size, "reading")
    return found.hexdigest()


def kind_of(head: bytes, path: Path) -> str:
    """Kind of a file by its first bytes; what cannot be read is refused with the way out.

    Returns one of ``xlsx`` (any ZIP), ``parquet``, ``json``, ``sas7bdat``, ``xport``, ``sav``, ``dta`` and
    ``text``.
    """
    name = plain(path.name, 80)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        raise _refuse_ole(path, name)
    for magic, what, step in _REFUSED:
        if head.startswith(magic):
            raise ReadError(f"{name} is {what}, not a table.", next_step=step)
    if head.startswith((b"$FL2", b"$FL3")):
        return "sav"
    if head[:32].startswith(b"\x00" * 12 + b"\xc2\xea\x81\x60"):
        return "sas7bdat"
    if head.startswith(b"HEADER RECORD*******LIB"):
        return "xport"
    if head.startswith(b"<stata_dta>") or (path.suffix.lower() == ".dta" and head[0] in _STATA):
        return "dta"
    return _text_kind(head, path, name)


def _text_kind(head: bytes, path: Path, name: str) -> str:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise ReadError(
            f"{name} is a web page, not a table.",
            next_step="Open it in a spreadsheet program, save it as CSV or XLSX and open that file.",
        )
    if start.startswith(b"<?xml"):
        raise ReadError(f"{name} is an XML document, not a table.", next_step=_TABLE)
    if start.startswith(b"{\\rtf"):
        raise ReadError(f"{name} is an RTF document, not a table.", next_step=_TABLE)
    if path.suffix.lower() in {".json", ".jsonl", ".ndjson"} and start[:1] in {b"{", b"["}:
        return "json"
    if start.startswith((b'{"', b"[{")) or (
        start[:1] in {b"{", b"["} and start[1:].lstrip()[:1] in {b'"', b"{", b"["}
    ):
        return "json"
    return "text"


_STATA = bytes(range(102, 120))
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _TABLE),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and open the file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and open the file inside."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and open the file inside."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and open the file inside."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and open the file inside."),
    (b"Rar!", "a RAR archive", "Unpack it and open the file inside."),
    (b"ARROW1", "an Arrow file", "Open it with pyarrow or polars and pass the frame, or save it as Parquet."),
    (b"\x89PNG", "a picture", _TABLE),
    (b"\xff\xd8\xff", "a picture", _TABLE),
    (b"GIF8", "a picture", _TABLE),
    (b"RDX2\n", "an R data file", "In R, write the data frame with write.csv() and open that file."),
    (b"RDX3\n", "an R data file", "In R, write the data frame with write.csv() and open that file."),
    (b"\x7fELF", "a program", _TABLE),
    (b"MZ\x90\x00", "a program", _TABLE),
)


def _refuse_ole(path: Path, name: str) -> ReadError:
    with path.open("rb") as handle:
        head = handle.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        return ReadError(
            f"{name} is protected by a password.",
            next_step="Open it in the spreadsheet program, save it without the password in a safe place "
            "and open that file.",
        )
    if "Workbook".encode("utf-16-le") in head or path.suffix.lower() in {".xls", ".xlt"}:
        return ReadError(
            f"{name} is a spreadsheet in the old XLS format, which is not read here.",
            next_step="Open it in the spreadsheet program, save it as XLSX (or CSV) and open that file.",
        )
    return ReadError(f"{name} is an office document in an old format, not a table.", next_step=_TABLE)


def scan(path: Path, encoding: str | None, progress: Progress, *, skip_bad_lines: bool = False) -> Scan:
    """Read every byte of a text file once."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(_BLOCK)
        counter = _Counter(_wide_encoding(head) if encoding is None else _known(encoding))
        done = 0
        block = head
        while block:
            counter.add(block)
            done += len(block)
            progress(done, size, "reading")
            block = handle.read(_BLOCK)
    return counter.result(path, size, skip_bad_lines=skip_bad_lines)


def _known(encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError):
        info = None
    if info is None or not info._is_text_encoding:
        raise ReadError(
            f'There is no encoding "{plain(encoding, 80)}".',
            next_step="Common ones: utf-8, utf-16, cp1252, latin-1, cp437, mac-roman, shift-jis.",
        )
    return "utf-8-sig" if info.name == "utf-8" else info.name


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32, or a byte order mark; None where the bytes must be looked at."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    sample = head[:4096]
    if len(sample) >= 4 and b"\x00" in sample:
        even, odd = (
            sample[0::2].count(0) / len(sample[0::2]),
            sample[1::2].count(0) / max(len(sample[1::2]), 1),
        )
        if odd > 0.6 and even < 0.05:
            return "utf-16-le"
        if even > 0.6 and odd < 0.05:
            return "utf-16-be"
    return None


class _Counter:
    """Adds up what the blocks of a file hold."""

    def __init__(self, encoding: str | None) -> None:
        self.given = encoding
        self.hash = hashlib.sha256()
        self.decoder = codecs.getincrementaldecoder(encoding or "utf-8")()
        self.decodes = True
        self.first_bad_line: int | None = None
        self.undefined = False
        self.nul_line: int | None = None
        self.newlines = self.returns = self.pairs = self.quotes = 0
        self.spaced = False
        self.last = b""

    def add(self, block: bytes) -> None:
        self.hash.update(block)
        plain_ascii = self.given is None and block.isascii() and not self.decoder.getstate()[0]
        if self.decodes and not plain_ascii:
            self._decode(block)
        if self.nul_line is None and self.given is None and b"\x00" in block:
            self.nul_line = self.newlines + block[: block.index(b"\x00")].count(b"\n") + 1
        if not plain_ascii:
            self.undefined = self.undefined or any(byte in block for byte in _UNDEFINED_IN_CP1252)
        self.newlines += block.count(b"\n")
        if self.returns or b"\r" in block:
            self.returns += block.count(b"\r")
            self.pairs += (self.last + block).count(b"\r\n")
        if self.quotes or b'"' in block:
            joint = self.last + block
            self.quotes += block.count(b'"')
            self.spaced = self.spaced or any(pair in joint for pair in _SPACED_QUOTES)
        self.last = block[-1:]

    def _decode(self, block: bytes, *, final: bool = False) -> None:
        try:
            self.decoder.decode(block, final)
        except UnicodeError as error:
            self.decodes = False
            start = getattr(error, "start", 0)
            self.first_bad_line = self.newlines + block[: max(start, 0)].count(b"\n") + 1

    def result(self, path: Path, size: int, *, skip_bad_lines: bool) -> Scan:
        if self.decodes:
            self._decode(b"", final=True)
        name = plain(path.name, 80)
        if self.nul_line is not None and not skip_bad_lines:
            raise ReadError(
                f"{name} holds NUL characters (the first on line {self.nul_line}); it is not a text table, "
                "or it is damaged.",
                next_step="Export the table again as CSV or XLSX and open that file, or leave such lines out, "
                "counted, with --skip-bad-lines (python: skip_bad_lines=True).",
            )
        encoding, note = self._encoding(name)
        return Scan(
            sha256=self.hash.hexdigest(),
            size=size,
            encoding=encoding,
            note=note,
            newlines=self.newlines,
            returns=self.returns,
            pairs=self.pairs,
            quotes=self.quotes,
            spaced_quotes=self.spaced,
            ends_with_newline=self.last in {b"\n", b"\r"},
            nul_line=self.nul_line,
        )

    def _encoding(self, name: str) -> tuple[str, ReadNote | None]:
        if self.given is not None:
            if not self.decodes:
                shown = self.given.removesuffix("-sig").upper()
                raise ReadError(
                    f"{name} is not valid {shown} text (line {self.first_bad_line}).",
                    next_step="Name the encoding with --encoding (python: encoding=), for example cp1252, "
                    "or export the table again as UTF-8.",
                )
            note = None
            if not self.given.startswith("utf-8"):
                note = ReadNote("encoding", f"The text was read as {self.given.upper()}.")
            return self.given, note
        if self.decodes:
            return "utf-8", None
        encoding = "latin-1" if self.undefined else "cp1252"
        return encoding, ReadNote(
            "encoding",
            f"The text is not UTF-8 (first seen on line {self.first_bad_line}); it was read as {encoding}. "
            "If accented letters look wrong, name the encoding with --encoding (python: encoding=).",
        )
