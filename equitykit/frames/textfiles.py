"""One text file, or several with the same columns as one table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitykit.errors import ReadError, nearest
from equitykit.frames import delimited, lines
from equitykit.frames.codes import CodesEngine, Column, Engine, merged
from equitykit.frames.collecting import collect
from equitykit.frames.content import Scan, kind_of, scan
from equitykit.frames.large import WIDEST, Store, load_direct, load_rows
from equitykit.frames.names import shown
from equitykit.frames.totals import totals_note
from equitykit.frames.types import Progress, ReadNote
from equitykit.text import plain

__all__ = ["Opened", "open_texts"]

_STEP = "Give all files the same header (their columns are matched by name, in any order), or open them one by one."


@dataclass(frozen=True, slots=True)
class Opened:
    """What was read: how to count it, its columns, and what a person should know."""

    engine: Engine
    names: tuple[str, ...]
    notes: list[ReadNote]
    sha256: str
    totals: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """One file, looked at but not read yet."""

    path: Path
    shown: str
    scan: Scan
    layout: delimited.Layout
    order: tuple[int, ...]  # place in the file of the first column, of the second, ...

    @property
    def told(self) -> lines.Told:
        """Nothing passed over so far."""
        return lines.Told(self.shown, len(self.layout.names))


def open_texts(
    paths: Sequence[Path], base: Path, options: dict[str, Any], progress: Progress, *, small: int
) -> Opened:
    """Read text files as one table; up to ``small`` bytes are held in memory.

    Raises
    ------
    ReadError
        Naming the file, and the line or the column that does not fit.
    """
    files: list[_File] = []
    for path in paths:
        files.append(_look(path, base, options, files[0] if files else None, progress))
    skip = bool(options.get("skip_bad_lines"))
    names = files[0].layout.names
    if sum(file.scan.size for file in files) > small and len(names) <= WIDEST:
        engine, told, totals = _into_store(files, skip, progress)
    else:
        engine, told, totals = _into_memory(files, skip, progress)
    notes = [*_file_notes(files), *lines.told_notes(told), *_totals_notes(files, totals)]
    return Opened(engine, names, notes, _hash(files), totals[0] if len(files) == 1 else None)


def _look(path: Path, base: Path, options: dict[str, Any], first: _File | None, progress: Progress) -> _File:
    name = plain(
        path.relative_to(base).as_posix() if path != base and path.is_relative_to(base) else path.name, 80
    )
    with path.open("rb") as handle:
        head = handle.read(4096)
    if not head:
        raise ReadError(
            f"{name} is empty.",
            next_step="Check that the export finished, and export it again"
            + ("." if first is None else ", or take the file out of the folder."),
        )
    if (kind := kind_of(head, path)) != "text":
        raise ReadError(f"{name} is no text file ({kind}).", next_step="Open files of one kind together.")
    skip = bool(options.get("skip_bad_lines"))
    found = scan(path, options.get("encoding"), progress, skip_bad_lines=skip)
    layout = delimited.lay_out(
        path,
        found,
        delimiter=options.get("delimiter"),
        header_row=options.get("header_row"),
        no_header=bool(options.get("no_header")),
        names=options.get("names"),
    )
    order = tuple(range(len(layout.names)))
    if first is not None:
        order = _order(first.layout.names, layout, name, first.shown)
    return _File(path, name, found, layout, order)


def _order(names: Sequence[str], layout: delimited.Layout, file: str, first: str) -> tuple[int, ...]:
    """Where the columns of the first file stand in this one; a difference is an error that names both."""
    here = layout.names
    if here == tuple(names):
        return tuple(range(len(here)))
    lacking = [name for name in names if name not in here]
    more = [name for name in here if name not in names]
    if lacking or more:
        raise _differs(lacking, more, layout, file, first)
    if any(note.kind == "duplicate-columns" for note in layout.notes):
        raise ReadError(
            f"{file} has its columns in another order than {first}, and some have the same name.",
            next_step=_STEP,
        )
    return tuple(here.index(name) for name in names)


def _differs(
    lacking: Sequence[str], more: Sequence[str], layout: delimited.Layout, file: str, first: str
) -> ReadError:
    said = []
    if lacking:
        said.append(f"lacks the column{_s(lacking)} {_quoted(lacking)} that {first} has")
    if more:
        said.append(f"has the column{_s(more)} {_quoted(more)} that {first} lacks")
    data = any(note.kind == "header" for note in layout.notes)
    doubt = " Its first line may be a record, and the header missing." if data and lacking else ""
    near = nearest(lacking[0], more) if lacking and more else None
    renamed = f' "{plain(near, 80)}" may be "{plain(lacking[0], 80)}" under another name.' if near else ""
    return ReadError(f"{file} {' and '.join(said)}.{doubt}{renamed}", next_step=_STEP)


def _s(names: Sequence[str]) -> str:
    return "s" if len(names) > 1 else ""


def _quoted(names: Sequence[str]) -> str:
    return shown([f'"{plain(name, 80)}"' for name in names])


Read = tuple[Engine, list[lines.Told], list[list[str] | None]]


def _into_store(files: Sequence[_File], skip: bool, progress: Progress) -> Read:
    """Load files into an embedded database, one after the other."""
    names = files[0].layout.names
    store = Store(len(names), size=sum(file.scan.size for file in files))
    told, totals = [], []
    try:
        for file in files:
            told.append(file.told)
            loaded = load_direct(store, file.path, file.scan, file.layout)
            if loaded is None:
                rows = lines.rows(file.path, file.scan, file.layout, told[-1], skip_bad_lines=skip)
                loaded = load_rows(store, rows, progress, subject=file.shown)
            totals.append(loaded.last)
            store.keep(file.order)
        return store.engine(names), told, totals
    except BaseException:
        store.close()
        raise


def _into_memory(files: Sequence[_File], skip: bool, progress: Progress) -> Read:
    """Hold files in memory, as columns of codes."""
    names = files[0].layout.names
    parts: list[list[Column]] = [[] for _ in names]
    told, totals = [], []
    count = 0
    for file in files:
        told.append(file.told)
        rows = lines.rows(file.path, file.scan, file.layout, told[-1], skip_bad_lines=skip)
        encoder, last = collect(rows, len(names), file.shown, progress, sure=True)
        totals.append(last)
        count += encoder.rows
        columns = encoder.columns()
        for part, place in zip(parts, file.order, strict=True):
            part.append(columns[place])
    return CodesEngine(names, [_stacked(part) for part in parts], count), told, totals


def _stacked(parts: Sequence[Column]) -> Column:
    """The rows of several columns below each other."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part.texts) for part in parts)])
    codes = [part.codes.astype(np.int64) + start for part, start in zip(parts, starts, strict=False)]
    return merged(np.concatenate(codes), [text for part in parts for text in part.texts])


def _file_notes(files: Sequence[_File]) -> list[ReadNote]:
    """Notes on how files were read; one that does not hold for all of them names those it holds for."""
    found: dict[ReadNote, list[_File]] = {}
    for file in files:
        for note in [*([file.scan.note] if file.scan.note else []), *file.layout.notes]:
            found.setdefault(note, []).append(file)
    notes = [
        note if len(there) == len(files) else _named(note, [file.shown for file in there])
        for note, there in found.items()
    ]
    moved = [file.shown for file in files if file.order != tuple(range(len(file.order)))]
    if moved:
        message = "The columns stand in another order than in the first file; they were matched by name."
        notes.append(_named(ReadNote("column-order", message), moved))
    return notes


def _named(note: ReadNote, files: Sequence[str]) -> ReadNote:
    return ReadNote(note.kind, f"{shown(files)}: {note.message}", rows=note.rows, columns=note.columns)


def _totals_notes(files: Sequence[_File], totals: Sequence[list[str] | None]) -> list[ReadNote]:
    notes = [(file, totals_note(last)) for file, last in zip(files, totals, strict=True) if last is not None]
    return [note if len(files) == 1 else _named(note, [file.shown]) for file, note in notes]


def _hash(files: Sequence[_File]) -> str:
    if len(files) == 1:
        return files[0].scan.sha256
    found = hashlib.sha256()
    for file in files:
        found.update(f"{file.shown}\0{file.scan.sha256}\n".encode())
    return found.hexdigest()
