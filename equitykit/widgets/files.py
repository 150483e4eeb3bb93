"""What lies in the folder: data, codebooks, assessments, and what was made of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from equitykit.assessment import Assessment
from equitykit.errors import EquitykitError
from equitykit.forms import is_form
from equitykit.results import is_results

__all__ = [
    "Found",
    "assessments",
    "codebooks_for",
    "data_files",
    "document_files",
    "form_files",
    "free_name",
    "last_audit",
    "table_files",
    "text_files",
    "working_folder",
]

ENDINGS = {".csv", ".tsv", ".tab", ".psv", ".xlsx", ".xlsm", ".parquet", ".pq", ".jsonl", ".ndjson"}
ENDINGS |= {".sas7bdat", ".xpt", ".sav", ".zsav", ".por", ".dta"}
TEXT_ENDINGS = {".txt", ".docx", ".qdpx"}
PAPERS = {".pdf", ".docx", ".doc", ".odt", ".rtf", ".txt", ".md", ".html", ".htm", ".pptx", ".odp", ".eml"}
PAPERS |= {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".xlsx", ".ods", ".csv"}
FORM_ENDINGS = {".csv", ".xlsx", ".json", ".qsf", ".yaml", ".yml"}
OURS = re.compile(r"\.(report|audit|comparison)(\.public)?\.\w+$")
NOT_LOOKED_INTO = {"schemas", "notebooks", "node_modules", "__pycache__"}
MOST = 500
TABLES = {".csv", ".tsv", ".tab", ".psv", ".xlsx", ".xlsm"}
MOST_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Found:
    """An assessment in the folder; `problem` says why it cannot be opened, `instrument` is `Instrument.origin`."""

    path: Path
    title: str
    done: int = 0
    parts: int = 0
    instrument: str = ""
    problem: str | None = None


def working_folder() -> Path:
    """The folder to work in: EQUITYKIT_FOLDER, else where the notebook lies."""
    return Path(os.environ.get("EQUITYKIT_FOLDER") or Path.cwd()).expanduser().resolve()


def data_files(folder: Path) -> list[Path]:
    """Files that may hold data: those in the folder first, then those one folder down."""
    return _files(folder, ENDINGS)[:MOST]


def _files(folder: Path, endings: set[str]) -> list[Path]:
    here = [path for path in _entries(folder) if path.is_file() and path.suffix.lower() in endings]
    below = [
        path
        for inner in _entries(folder)
        if inner.is_dir() and inner.name not in NOT_LOOKED_INTO
        for path in _entries(inner)
        if path.is_file() and path.suffix.lower() in endings
    ]
    return [*here, *below]


def form_files(folder: Path) -> list[Path]:
    """Files that hold a form, by their content: those in the folder first, then those one folder down."""
    return [path for path in _files(folder, FORM_ENDINGS) if is_form(path)][:MOST]


def text_files(folder: Path) -> list[Path]:
    """Texts that passages may be taken from: those in the folder first, then those one folder down."""
    return _files(folder, TEXT_ENDINGS)[:MOST]


def document_files(folder: Path) -> list[Path]:
    """Files that may be a document: those in the folder first, then those one folder down; reports we wrote are not."""
    found = _files(folder, PAPERS)
    return [path for path in found if not OURS.search(path.name)][:MOST]


def table_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """CSV and Excel files: those that are published tables by their content, and the others."""
    found = [path for path in data_files(folder) if path.suffix.lower() in TABLES]
    looked = found[:MOST_LOOKED_AT]
    told = [path for path in looked if is_results(path)]
    return told, [path for path in found if path not in told]


def codebooks_for(data: Path) -> list[Path]:
    """Codebooks beside a data file; the one named after it comes first."""
    found = [
        path for path in _entries(data.parent) if path.name.endswith((".codebook.yaml", ".codebook.yml"))
    ]
    return sorted(found, key=lambda path: (not path.name.startswith(f"{data.stem}.codebook"), path.name))


def assessments(folder: Path) -> Iterator[Found]:
    """Assessments in the folder with their state; one that cannot be opened is listed with the reason."""
    for path in _entries(folder):
        if not path.name.endswith(".equity.json") or not path.is_file():
            continue
        try:
            one = Assessment.open(path)
            states = [one.state(part.id) for part in one.parts()]
        except EquitykitError as error:
            yield Found(path, path.name, problem=str(error))
            continue
        yield Found(path, one.title, states.count("completed"), len(states), one.instrument.origin)


def last_audit(folder: Path, data: Path) -> datetime | None:
    """When the last audit of a file was saved in the folder."""
    path = folder / f"{data.stem}.audit.html"
    return datetime.fromtimestamp(path.stat().st_mtime) if path.is_file() else None


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """A file name in the folder that is not taken."""
    for number in range(1, 1000):
        path = folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
        if not path.exists():
            return path
    return folder / f"{stem}-{datetime.now():%Y%m%d%H%M%S}{ending}"


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(
            (path for path in folder.iterdir() if not path.name.startswith(".")), key=lambda p: p.name.lower()
        )
    except OSError:
        return []
