"""What is inside a ZIP, checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from equitykit.errors import ReadError
from equitykit.text import plain

_MOST_BYTES = 2_000_000_000
_SUSPECT_BYTES = 20_000_000
_MOST_RATIO = 200
_MOST_PARTS = 20_000
_HEAD = 1 << 16
_AGAIN = "Ask for the table as CSV, or save it again in the spreadsheet program, and open that file."
_OFFICE = (
    ("word/", "a Word document", "Save the table as CSV or XLSX and open that file."),
    ("ppt/", "a slide show", "Save the table as CSV or XLSX and open that file."),
    ("xl/workbook.bin", "a binary spreadsheet (XLSB)", "Save it as XLSX and open that file."),
    ("content.xml", "an OpenDocument file", "Save it as XLSX or CSV and open that file."),
)


def check_archive(path: Path) -> None:
    """Refuse a ZIP that is no spreadsheet, or that would unpack to far more than it should."""
    name = plain(path.name, 80)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_size(name, parts)
            _check_kind(name, [part.filename for part in parts])
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_part(name, archive, part)
    except ReadError:
        raise
    except Exception as error:
        raise damaged(name) from error


def damaged(name: str) -> ReadError:
    """The error for a spreadsheet that cannot be unpacked or parsed."""
    return ReadError(
        f"{name} is damaged: it begins like a spreadsheet but cannot be read as one.", next_step=_AGAIN
    )


def _check_size(name: str, parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = max(sum(part.compress_size for part in parts), 1)
    bomb = unpacked > _SUSPECT_BYTES and unpacked / packed > _MOST_RATIO
    if bomb or unpacked > _MOST_BYTES or len(parts) > _MOST_PARTS:
        raise ReadError(
            f"{name} would unpack to {unpacked / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB; "
            "that is not what a spreadsheet looks like, so it was not opened.",
            next_step=_AGAIN,
        )


def _check_kind(name: str, members: list[str]) -> None:
    if "xl/workbook.xml" in members or any(member.lower() == "xl/workbook.xml" for member in members):
        return
    for start, what, step in _OFFICE:
        if any(member.startswith(start) for member in members):
            raise ReadError(f"{name} is {what}, not a table.", next_step=step)
    if "[Content_Types].xml" in members:  # a workbook may keep its parts elsewhere
        return
    listed = ", ".join(plain(member, 80) for member in members[:3]) or "nothing"
    raise ReadError(
        f"{name} is a ZIP archive (it holds {listed}), not a table.",
        next_step="Unpack it and open the file inside.",
    )


def _check_part(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as handle:
        head = handle.read(_HEAD).replace(b"\x00", b"").upper()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise ReadError(
            f"{name} declares XML entities, which spreadsheets do not and which can be an attack; "
            "it was not opened.",
            next_step=_AGAIN,
        )
