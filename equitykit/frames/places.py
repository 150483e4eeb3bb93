"""Which files a path, a folder or a pattern stands for, and what is wrong with one that stands for none."""

from __future__ import annotations

import glob
import itertools
from collections.abc import Sequence
from pathlib import Path

from equitykit.errors import ReadError, nearest
from equitykit.frames.names import shown
from equitykit.text import plain

__all__ = ["in_folder", "is_parquet", "matching", "missing"]

_PARQUET = frozenset({".parquet", ".pq"})
_TEXT = frozenset({".csv", ".tsv", ".tab", ".txt", ".psv"})
_DATA = _TEXT | {
    ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson", ".sas7bdat", ".xpt", ".sav", ".zsav", ".por", ".dta",
}  # fmt: skip


def is_parquet(file: Path) -> bool:
    """Whether a file is called like a Parquet file."""
    return file.suffix.lower() in _PARQUET


def matching(pattern: str) -> list[Path]:
    """Files that fit a pattern: one file, or several that can be opened together."""
    files = sorted(Path(match) for match in glob.glob(pattern, recursive=True) if Path(match).is_file())
    if not files:
        raise ReadError(f'No file fits "{plain(pattern, 80)}".', next_step="Check the path and the pattern.")
    if len(files) > 1 and not _together(files):
        names = shown([file.name for file in files])
        raise ReadError(
            f'"{plain(pattern, 80)}" fits {names}; only Parquet files, or CSV and TSV files, can be opened together.',
            next_step="Open one file at a time, or narrow the pattern, for example to *.csv.",
        )
    return files


def _together(files: Sequence[Path]) -> bool:
    suffixes = {file.suffix.lower() for file in files}
    return suffixes <= _PARQUET or suffixes <= _TEXT


def in_folder(folder: Path, subject: str) -> list[Path]:
    """Data files of a folder that are one table: Parquet files at any depth, or text files in the folder itself."""
    parquet = [file for file in _below(folder) if is_parquet(file)]
    here = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    others = [file for file in here if file.suffix.lower() in _DATA]
    texts = [file for file in others if file.suffix.lower() in _TEXT]
    if parquet and not others:
        return parquet
    if parquet or len({file.suffix.lower() for file in others}) > 1:
        names = shown([*(file.name for file in parquet[:1]), *(file.name for file in others)])
        raise ReadError(
            f"{subject} is a folder with several kinds of files: {names}.",
            next_step='Give the path of one file, or a pattern such as "folder/*.csv".',
        )
    if texts:
        deeper = [file for file in _below(folder) if file.parent != folder and file.suffix.lower() in _TEXT]
        if deeper:
            raise ReadError(
                f"{subject} has text files in it and in folders below it, such as "
                f"{plain(deeper[0].relative_to(folder).as_posix(), 80)}.",
                next_step='Say which are meant with a pattern: "folder/*.csv", or "folder/**/*.csv" for all of them.',
            )
        return texts
    if others:
        raise ReadError(
            f"{subject} is a folder of files that cannot be opened together: {shown([f.name for f in others])}.",
            next_step="Give the path of one file.",
        )
    raise ReadError(f"{subject} is a folder without data files.", next_step="Give the path of a file.")


def _below(folder: Path) -> list[Path]:
    return sorted(
        file for file in folder.rglob("*") if file.is_file() and not _hidden(file.relative_to(folder))
    )


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) and "=" not in part for part in path.parts)


def missing(path: Path, given: str, subject: str) -> ReadError:
    """What is wrong with a path that leads nowhere."""
    folder = path.parent
    if not folder.is_dir():
        return ReadError(
            f"There is no folder {plain(folder, 200)}.",
            next_step="Check the path, and that you are in the right folder.",
        )
    options = [entry.name for entry in itertools.islice(folder.iterdir(), 10_000)]
    return ReadError(
        f'There is no file "{subject}" in {plain(folder.resolve().name or folder, 80)}.',
        did_you_mean=nearest(path.name, options),
        next_step="Check the path, and that you are in the right folder.",
    )
