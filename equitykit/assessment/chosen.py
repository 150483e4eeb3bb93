"""Which instrument a file belongs to, and how the file remembers it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from equitykit.assessment.document import InstrumentRef
from equitykit.assessment.files import Files
from equitykit.assessment.store import Store
from equitykit.errors import AssessmentError, InstrumentError
from equitykit.instruments import Instrument, instruments, load


def reference(loaded: Instrument, given: Any, files: Files) -> InstrumentRef:
    """What a file keeps of its instrument."""
    source = None
    if not isinstance(given, Instrument) and os.fspath(given) != loaded.id:
        source = relative(Path(given).resolve(), files.path.parent)
    return InstrumentRef(
        id=loaded.id, version=loaded.version, title=loaded.title, source=source, based_on=loaded.based_on
    )


def relative(path: Path, folder: Path) -> str:
    """A path seen from a folder; on another drive it stays whole."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return str(path)


def instrument_for(store: Store, given: str | os.PathLike[str] | Instrument | None) -> Instrument:
    """The instrument that a file belongs to.

    Raises
    ------
    AssessmentError
        It is not here, or another one was given.
    """
    kept = store.document.instrument
    if given is not None:
        loaded = load(given)
    elif kept.source is not None:
        try:
            loaded = load(store.files.path.parent / kept.source)
        except InstrumentError as error:
            raise AssessmentError(
                f'The instrument of "{store.files.path.name}" cannot be loaded: {error}',
                next_step="Name its file with instrument=...",
            ) from error
    elif kept.id in instruments():
        loaded = load(kept.id)
    else:
        raise AssessmentError(
            f'"{store.files.path.name}" belongs to the instrument "{kept.id}", version {kept.version}, '
            "which is not here.",
            allowed=instruments(),
            next_step="Name the file of the instrument with instrument=...",
        )
    if loaded.id != kept.id:
        raise AssessmentError(
            f'"{store.files.path.name}" belongs to the instrument "{kept.id}", not to "{loaded.id}".',
            next_step=f'Open it with "{kept.id}", or give another file name.',
        )
    return loaded
