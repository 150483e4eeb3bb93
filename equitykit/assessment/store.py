"""Reading, saving and restoring one assessment, with its drafts, last good version and copies."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitykit.assessment import files as disk
from equitykit.assessment.document import AssessmentFile, Draft, Form, check_size, from_bytes
from equitykit.assessment.files import SUFFIX, Files
from equitykit.assessment.windows import Typed
from equitykit.errors import AssessmentDamaged, AssessmentError, AssessmentStale
from equitykit.instruments.values import plain
from equitykit.kept import moment

_REVISION = re.compile(rb'\n "revision": (\d+)')


def located(path: str | os.PathLike[str]) -> Files:
    """Find the files of an assessment; links are followed, so that a link stays a link."""
    try:
        return Files(Path(path).expanduser().resolve())
    except (ValueError, RuntimeError, OSError) as error:
        raise AssessmentError(f'"{os.fspath(path)}" cannot be the path of a file: {error}.') from error


def read(files: Files) -> tuple[AssessmentFile, str]:
    """Read the file as it stands, and the hash of its bytes.

    Raises
    ------
    AssessmentDamaged
        It cannot be read as an assessment; it is left as it is, and the last good version is named.
    """
    try:
        check_size(files.path.stat().st_size, name=files.path.name)
        data = disk.read_bytes(files.path)
    except OSError as error:
        raise AssessmentError(f'"{files.path}" cannot be read: {disk.in_words(error)}.') from error
    try:
        return from_bytes(data, name=files.path.name), _hash(data)
    except AssessmentDamaged as damage:
        raise AssessmentDamaged(
            f"{damage.problem} The file is left as it is.", next_step=way_back(files)
        ) from None


def as_saved(path: str | os.PathLike[str]) -> AssessmentFile:
    """Read an assessment as it stands in its file, without opening it for work."""
    return read(located(path))[0]


def last_good(files: Files) -> AssessmentFile | None:
    """Read the last good version, if there is one."""
    try:
        return from_bytes(disk.read_bytes(files.last_good), name=files.last_good.name)
    except (OSError, AssessmentError):
        return None


def way_back(files: Files) -> str:
    """Say what can be restored, and how."""
    kept = last_good(files)
    if kept is None:
        return "No last good version was found beside it. Look for an earlier version in your backup."
    return (
        f"The last good version is revision {kept.revision}, saved {kept.saved}: {files.last_good}. "
        f'Restore it into a new file with Assessment.recover("{files.path.name}").'
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Drafts found in journals: those that stand, those typed before what stands now, and forms."""

    standing: dict[str, Draft]
    overtaken: list[tuple[str, Draft]]
    forms: list[Typed]


class Store:
    """One opening of an assessment file.

    Saving checks, under a lock, that nobody else has saved since; drafts go to a journal
    of this window alone and are folded into the file at its next save.
    """

    def __init__(self, files: Files, document: AssessmentFile) -> None:
        self.files = files
        self.document = document
        self.session = disk.new_session()
        self.signature = disk.signature(files.path)
        self.count = 0
        self.journal_size = 0
        self.journals: dict[str, tuple[int, int]] = {}
        self.taken: dict[str, str] = {}  # when the forms were typed that this window began with
        self.stale = False
        self.hash = ""

    @classmethod
    def open(cls, files: Files) -> Store:
        """Open the file as it stands."""
        document, found = read(files)
        store = cls(files, document)
        store.hash = found
        return store

    @classmethod
    def create(cls, files: Files, document: AssessmentFile) -> Store:
        """Write a new file; one that exists is never touched."""
        if not files.path.parent.is_dir():
            raise AssessmentError(f'There is no folder "{files.path.parent}".', next_step="Make it first.")
        if not files.path.name.endswith(SUFFIX) or files.path.name == SUFFIX:
            raise AssessmentError(
                f'"{files.path.name}" cannot be the name of an assessment.',
                did_you_mean=f"{files.path.name.removesuffix('.json') or 'assessment'}{SUFFIX}",
                next_step=f"The name must end in {SUFFIX}.",
            )
        store = cls(files, document)
        with disk.locked(files):
            if files.path.exists():
                raise AssessmentError(
                    f'"{files.path.name}" exists already.', next_step="Open it, or give another name."
                )
            store._keep_earlier()
            try:
                store._write()
            except OSError as error:
                raise AssessmentError(f'"{files.path}" cannot be written: {disk.in_words(error)}.') from error
        return store

    def found_drafts(self) -> Found:
        """Drafts that other windows, or one that crashed, have not folded into the file."""
        last: dict[tuple[str, str], tuple[Draft, bool]] = {}
        forms: dict[tuple[str, str], Typed] = {}
        for session, path in self.files.journals().items():
            records, size = disk.records(path)
            own = [record for record in records if record["uid"] == self.document.uid]
            if session == self.session or not own:
                continue
            for record in own:
                if record["n"] <= self.document.folded.get(session, 0):
                    continue
                if isinstance(record.get("form"), str):
                    forms[session, record["form"]] = Typed.read(record, self.document.revision)
                elif isinstance(record.get("ask"), str):
                    with contextlib.suppress(AssessmentError):
                        draft = Draft(value=plain(record["value"]), by=record.get("by"), at=record["at"])
                        last[session, record["ask"]] = draft, self._overtaken(record)
            self.journals[session] = (max(record["n"] for record in own), size)
        found = Found({}, [], list(forms.values()))
        for (_, ask), (draft, overtaken) in sorted(last.items(), key=lambda item: item[1][0].at):
            if overtaken:
                found.overtaken.append((ask, draft))
                continue
            if ask in found.standing:
                found.overtaken.append((ask, found.standing[ask]))
            found.standing[ask] = draft
        return found

    def _overtaken(self, record: Mapping[str, Any]) -> bool:
        """Whether somebody answered after this was typed, in a file saved since."""
        entries = self.document.answers.get(record["ask"])
        saved_since = record.get("base") != self.document.revision
        return entries is not None and saved_since and bool(entries) and record["at"] < entries[-1].at

    def keep_draft(self, ask: str, draft: Draft) -> bool:
        """Write a draft to the journal; True once the journal should be folded into the file.

        Raises
        ------
        AssessmentStale
            Somebody else has saved since; the draft is in the journal all the same.
        """
        return self._journal({"ask": ask, **draft.model_dump(mode="json")})

    def keep_form(self, name: str, form: Form, *, gone: bool = False) -> bool:
        """Write a form to the journal in the same way; `gone`: it is being filled in no longer."""
        said = {"value": None if gone else form.values, "by": form.by, "at": form.at}
        return self._journal({"form": name, "over": self.taken.get(name, ""), **said})

    def _journal(self, said: Mapping[str, Any]) -> bool:
        self.count += 1
        record = {"uid": self.document.uid, "n": self.count, "base": self.document.revision, **said}
        path = self.files.journal(self.session)
        try:
            self.files.hidden.mkdir(exist_ok=True)
            self.journal_size += disk.append(path, record)
        except OSError as error:
            raise AssessmentError(
                f'What you typed cannot be saved in "{self.files.hidden}": {disk.in_words(error)}.',
                next_step="It is still here. Try again, or save a copy in another folder with save_as_copy.",
            ) from error
        self._refuse_if_stale()
        return self.journal_size > disk.MAX_JOURNAL

    def give_up_drafts(self) -> None:
        """Take the journal of this window away: what it holds is safe in a copy, and is not for this file."""
        disk.remove(self.files.journal(self.session))
        self.journal_size = 0

    def save(self, *, redact: Callable[[AssessmentFile], object] | None = None) -> None:
        """Write the file with the next revision number.

        Parameters
        ----------
        redact : takes a text out; also applied to recovery files, and journals are removed.

        Raises
        ------
        AssessmentStale
            Somebody else has saved since; nothing is overwritten.
        AssessmentDamaged
            The file was damaged since; it is left as it is.
        AssessmentError
            The file cannot be written; the text is in a recovery file beside it.
        """
        with disk.locked(self.files):
            self._check_revision()
            before = (self.document.revision, self.document.saved, dict(self.document.folded))
            self.document.revision += 1
            self.document.saved = moment()
            there = self.files.journals()
            folded = {session: n for session, n in self.document.folded.items() if session in there}
            folded |= {session: number for session, (number, _) in self.journals.items()}
            self.document.folded = folded | ({self.session: self.count} if self.count else {})
            try:
                self._write(last_good_first=redact is not None)
            except OSError as error:
                self.document.revision, self.document.saved, self.document.folded = before
                raise self._recovery(error) from error
            self._tidy(everything=redact is not None)
            if redact is not None:
                self._redact_recoveries(redact)

    def _write(self, *, last_good_first: bool = False) -> None:
        data = self.document.to_bytes()
        temporary = self.files.temporary(self.session)
        if last_good_first:
            disk.write(self.files.last_good, data, temporary=temporary)
        disk.write(self.files.path, data, temporary=temporary)
        self.signature, self.hash = disk.signature(self.files.path), _hash(data)
        if not last_good_first:
            with contextlib.suppress(OSError):
                disk.write(self.files.last_good, data, temporary=temporary)

    def _refuse_if_stale(self) -> None:
        """Compare the revision in the file with ours, cheaply; for drafts."""
        found = disk.signature(self.files.path)
        if found == self.signature and not self.stale:
            return
        if found is None:
            raise self._gone()
        with contextlib.suppress(OSError):
            if self._revision_on_disk() == self.document.revision and not self.stale:
                return
        self._raise_stale()

    def _check_revision(self) -> None:
        """Read the revision again before writing; under the lock."""
        found = disk.signature(self.files.path)
        if found is None:
            raise self._gone()
        if found != self.signature or self._revision_on_disk() != self.document.revision:
            _, now_there = read(self.files)
            self.stale = self.stale or now_there != self.hash
        if self.stale:
            self._raise_stale()

    def _revision_on_disk(self) -> int | None:
        with open(self.files.path, "rb") as file:
            match = _REVISION.search(file.read(4096))
        return int(match[1]) if match else None

    def _raise_stale(self) -> None:
        self.stale = True
        raise AssessmentStale(
            f'"{self.files.path.name}" was saved in another window or by somebody else '
            f"after you opened it (you have revision {self.document.revision}).",
            next_step="Nothing was overwritten. Open it again, or keep what you have here with save_as_copy.",
        )

    def _gone(self) -> AssessmentError:
        return AssessmentError(
            f'"{self.files.path.name}" was moved or deleted while it was open.',
            next_step="Put it back, or keep what you have here with save_as_copy.",
        )

    def _recovery(self, error: OSError) -> AssessmentError:
        """Keep the text beside the file that could not be written."""
        path = self.files.recovery(self.session)
        problem = f'"{self.files.path.name}" cannot be saved: {disk.in_words(error)}.'
        try:
            with open(path, "wb") as file:
                file.write(self.document.to_bytes())
                file.flush()
                os.fsync(file.fileno())
        except OSError as second:
            return AssessmentError(
                f"{problem} No recovery file can be written either: {disk.in_words(second)}.",
                next_step="Your answers are still here. Save a copy in another folder with save_as_copy.",
            )
        return AssessmentError(
            problem,
            next_step=f'Everything you wrote is in "{path.name}", in the same folder. '
            "Close other programs that use the file, then save again.",
        )

    def _tidy(self, *, everything: bool) -> None:
        """Remove what the saved file has made needless."""
        for session, path in self.files.journals().items():
            size = self.journals.get(session, (0, -1))[1]
            folded = session == self.session or _size(path) == size or self._left_empty(path)
            if folded or (everything and not self._foreign(path)):
                disk.remove(path)
        self.journals.clear()
        self.journal_size = 0
        disk.remove(self.files.recovery(self.session))
        for path in self.files.leftovers():
            disk.remove(path)

    def _left_empty(self, path: Path) -> bool:
        """Whether a crash left a journal before its first record; a fresh one may be about to get it."""
        try:
            age = self.files.path.stat().st_mtime - path.stat().st_mtime
        except OSError:
            return False
        return _size(path) == 0 and age > disk.LOCK_TAKEN_AFTER

    def _foreign(self, path: Path) -> bool:
        """Whether a journal belongs to an earlier file of the same name."""
        records, _ = disk.records(path)
        return bool(records) and all(record["uid"] != self.document.uid for record in records)

    def _redact_recoveries(self, redact: Callable[[AssessmentFile], object]) -> None:
        for path in self.files.recoveries():
            try:
                other = from_bytes(disk.read_bytes(path), name=path.name)
            except (OSError, AssessmentError):
                continue
            if other.uid == self.document.uid:
                redact(other)
                disk.write(path, other.to_bytes(), temporary=self.files.temporary(self.session))

    def _keep_earlier(self) -> None:
        """Set the last good version of a deleted file of the same name aside."""
        earlier = last_good(self.files)
        if earlier is not None and earlier.uid != self.document.uid:
            with contextlib.suppress(OSError):
                os.replace(
                    self.files.last_good,
                    self.files.hidden / f"{self.files.slug}.earlier-{earlier.uid[:8]}.json",
                )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
