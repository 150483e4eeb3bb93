"""Where an assessment lies on disk: written whole or not at all, by one program at a time.

Beside `name.equity.json` the hidden folder `.equitykit` holds the last good version, the lock,
and one journal of drafts per open window. How writing is kept safe:

- The file is written to a temporary file in the same folder, forced to disk, and moved over
  the old one in one step. A crash leaves the old or the new file, never half of one.
- A lock file, made so that only one program can make it, is held while the revision number is
  read again and the file is replaced. A lock whose program has ended on this computer is taken over
  at once; any other lock that has not changed for ten seconds is taken over then.
  The lock only has to keep two saves apart: a program that was asleep and comes back with an
  older revision is still refused.
- A refusal by a sync client or a scanner is tried again for about two seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from equitykit.errors import AssessmentError

SUFFIX = ".equity.json"
WAITS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.8)
LOCK_TAKEN_AFTER = 10.0
EMPTY_LOCK_TAKEN_AFTER = 1.0
LOCK_GIVEN_UP_AFTER = 30.0
MAX_JOURNAL = 4_000_000
_T = TypeVar("_T")
_held: set[str] = set()
sleep = time.sleep


@dataclass(frozen=True)
class Files:
    """The file of an assessment and what lies beside it."""

    path: Path

    @property
    def stem(self) -> str:
        """File name without its ending."""
        name = self.path.name
        return name[: -len(SUFFIX)] if name.endswith(SUFFIX) else name

    @property
    def slug(self) -> str:
        """Name used in the hidden folder; long names are cut and told apart by a hash."""
        stem = self.stem
        if len(stem.encode("utf-8", "replace")) <= 90:
            return stem
        return f"{stem[:20]}-{hashlib.sha256(stem.encode('utf-8', 'replace')).hexdigest()[:16]}"

    @property
    def hidden(self) -> Path:
        """The hidden folder."""
        return self.path.parent / ".equitykit"

    @property
    def last_good(self) -> Path:
        """The last version that was saved."""
        return self.hidden / f"{self.slug}.last-good.json"

    @property
    def lock(self) -> Path:
        """The lock file."""
        return self.hidden / f"{self.slug}.lock"

    def journal(self, session: str) -> Path:
        """Answers and forms typed in one window since its last save."""
        return self.hidden / f"{self.slug}.{session}.drafts"

    def journals(self) -> dict[str, Path]:
        """Journals there are, by session."""
        return self._beside(self.hidden, f"{self.slug}.", ".drafts", 12)

    def temporary(self, session: str) -> Path:
        """The file written before it is moved into place; in the same folder."""
        return self.path.parent / f".{self.slug}.{session}.saving"

    def leftovers(self) -> list[Path]:
        """Temporary files, whoever wrote them."""
        return list(self._beside(self.path.parent, f".{self.slug}.", ".saving", 12).values())

    def recovery(self, session: str) -> Path:
        """Where the text goes if the file cannot be written."""
        return self.path.parent / f"{self.slug}.recovery-{session[:8]}{SUFFIX}"

    def recoveries(self) -> list[Path]:
        """Recovery files there are."""
        return list(self._beside(self.path.parent, f"{self.slug}.recovery-", SUFFIX, 8).values())

    def free(self, word: str) -> Files:
        """Name a file beside this one that does not exist yet."""
        stem = self.slug
        for number in range(1, 1000):
            label = word if number == 1 else f"{word} {number}"
            path = self.path.parent / f"{stem} ({label}){SUFFIX}"
            if not path.exists():
                return Files(path)
        raise AssessmentError(
            f'There are 999 files called "{stem} ({word})".', next_step="Give another name."
        )

    @staticmethod
    def _beside(folder: Path, start: str, end: str, digits: int) -> dict[str, Path]:
        """Files named start + session + end, by session."""
        pattern = re.compile(f"{re.escape(start)}([0-9a-f]{{{digits}}}){re.escape(end)}")
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return {}
        return {match[1]: folder / name for name in names if (match := pattern.fullmatch(name))}


def new_session() -> str:
    """Name for one opening of a file."""
    return uuid.uuid4().hex[:12]


def read_bytes(path: Path) -> bytes:
    """Read a file; a refusal because somebody is just replacing it is tried again."""
    return _retry(path.read_bytes)


def signature(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced or written to; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def write(path: Path, data: bytes, *, temporary: Path) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    OSError
        It could not be written; the old file is as it was.
    """
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            with contextlib.suppress(OSError):
                shutil.copymode(path, temporary)
        _retry(lambda: os.replace(temporary, path))
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def append(path: Path, record: dict[str, Any]) -> int:
    """Add one record to a journal, force it to disk, and give its size.

    The record starts with a new line, so that one cut off before it cannot spoil it.
    """
    data = b"\n" + json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n"

    def once() -> None:
        with open(path, "ab", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) or 0 :]
            os.fsync(file.fileno())

    _retry(once)
    return len(data)


def records(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Read the whole records of a journal, and its size; a record cut off by a crash is left out."""
    try:
        data = read_bytes(path) if path.stat().st_size <= 4 * MAX_JOURNAL else b""
    except OSError:
        return [], 0
    found = []
    for line in data.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            record = json.loads(line)
            if _is_record(record):
                found.append(record)
    return found, len(data)


def _is_record(record: Any) -> bool:
    kinds = {"uid": str, "n": int, "at": str}
    return (
        isinstance(record, dict)
        and "value" in record
        and any(isinstance(record.get(what), str) for what in ("ask", "form"))
        and all(isinstance(record.get(name), kind) for name, kind in kinds.items())
        and isinstance(record.get("by"), (str, type(None)))
    )


def remove(path: Path) -> None:
    """Remove one of our own files beside the assessment, if it is there."""
    with contextlib.suppress(OSError):
        _retry(lambda: path.unlink(missing_ok=True))


@contextlib.contextmanager
def locked(files: Files) -> Iterator[None]:
    """Hold the lock of an assessment.

    Raises
    ------
    AssessmentError
        Another program holds it, or the folder cannot be written to.
    """
    token = _take(files)
    try:
        yield
    finally:
        _held.discard(token)
        if _holder(files.lock).get("token") == token:
            remove(files.lock)


def in_words(error: OSError) -> str:
    """Say what the computer answered."""
    words = {
        "PermissionError": "another program holds it, or you may not write here",
        "FileNotFoundError": "the folder is gone",
    }
    return words.get(type(error).__name__, (error.strerror or str(error)).lower())


def _take(files: Files) -> str:
    token = uuid.uuid4().hex
    try:
        files.hidden.mkdir(exist_ok=True)
    except OSError as error:
        raise _no_lock(files, in_words(error)) from error
    begun = since = time.monotonic()
    seen, wait = None, 0.005
    while not _make(files, token, begun):
        holder = _holder(files.lock)
        if holder.get("token") != seen:
            seen, since = holder.get("token"), time.monotonic()
        patience = LOCK_TAKEN_AFTER if holder else EMPTY_LOCK_TAKEN_AFTER
        if _has_ended(holder) or time.monotonic() - since > patience:
            _break(files.lock, holder)
        if time.monotonic() - begun > LOCK_GIVEN_UP_AFTER:
            raise _no_lock(files, "another program is saving it all the time")
        sleep(wait)
        wait = min(wait * 1.5, 0.1)
    return token


def _make(files: Files, token: str, begun: float) -> bool:
    """Try to make the lock file; True if it is ours now."""
    try:
        handle = os.open(files.lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except FileExistsError:
        return False
    except PermissionError as error:
        # Windows says this while a lock is being removed; where it lasts, it means what it says.
        if time.monotonic() - begun > sum(WAITS):
            raise _no_lock(files, in_words(error)) from error
        return False
    except OSError as error:
        raise _no_lock(files, in_words(error)) from error
    _held.add(token)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"token": token, "pid": os.getpid(), "host": platform.node()}, file)
    return True


def _no_lock(files: Files, why: str) -> AssessmentError:
    return AssessmentError(
        f'"{files.path.name}" cannot be saved in {files.path.parent}: {why}.',
        next_step="Your answers are still here. Save a copy in another folder with save_as_copy.",
    )


def _holder(lock: Path) -> dict[str, Any]:
    try:
        found = json.loads(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _has_ended(holder: dict[str, Any]) -> bool:
    """Whether the program that holds a lock has ended; only known for this computer, and not on Windows."""
    pid = holder.get("pid")
    if os.name == "nt" or holder.get("host") != platform.node() or not isinstance(pid, int) or pid <= 0:
        return False
    if pid == os.getpid():
        return holder.get("token") not in _held
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _break(lock: Path, holder: dict[str, Any]) -> None:
    """Take a lock away, unless somebody else has just done so and made a new one."""
    aside = lock.with_name(f"{lock.name}.{uuid.uuid4().hex[:8]}")
    try:
        os.rename(lock, aside)
    except OSError:
        return
    if _holder(aside).get("token") != holder.get("token"):
        with contextlib.suppress(OSError):
            os.link(aside, lock)
    remove(aside)


def _retry(call: Callable[[], _T]) -> _T:
    for wait in WAITS:
        try:
            return call()
        except PermissionError:
            sleep(wait)
    return call()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
