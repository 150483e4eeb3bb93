"""A private temporary folder for people's rows: gone when closed, at exit, and after Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import IO

_PREFIX = "equitykit-rows-"
_LOCK = "in-use"


class Scratch:
    """A folder only this user can read, made when first needed."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: IO[str] | None = None
        self._remove: weakref.finalize[[str, int, IO[str] | None], Scratch] | None = None

    @property
    def folder(self) -> Path:
        """The folder."""
        if self._folder is None:
            _sweep()
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))  # mode 0700
            self._lock = _locked(self._folder / _LOCK)
            self._remove = weakref.finalize(self, _remove, str(self._folder), os.getpid(), self._lock)
        return self._folder

    def path(self, name: str) -> Path:
        """A file in the folder."""
        return self.folder / name

    def close(self) -> None:
        """Remove the folder with all it holds."""
        if self._remove is not None:
            self._remove()
        self._folder = None


def _remove(folder: str, owner: int, lock: IO[str] | None) -> None:
    if os.getpid() != owner:  # a forked child must not remove what its parent uses
        return
    if lock is not None:
        lock.close()
    shutil.rmtree(folder, ignore_errors=True)


def _locked(path: Path) -> IO[str] | None:
    """Hold a lock for as long as this process lives, so that others can tell a folder left behind."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return None
    handle = open(path, "w", encoding="ascii")  # noqa: SIM115 - held open on purpose
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _sweep() -> None:
    """Remove folders whose process was killed before it could."""
    try:
        import fcntl
    except ImportError:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid != os.getuid():
                continue
            with open(folder / _LOCK, encoding="ascii") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
