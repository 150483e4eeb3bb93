"""Assessment: one use of an instrument, saved on every change."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import Any

from equitykit.analysis import Analysis
from equitykit.analysis.section import EarlierFinding
from equitykit.assessment import proof
from equitykit.assessment.chosen import instrument_for, reference, relative
from equitykit.assessment.desk import Desk
from equitykit.assessment.document import (
    AssessmentFile,
    Log,
)
from equitykit.assessment.files import Files
from equitykit.assessment.follow import FollowUp
from equitykit.assessment.nearby import Nearby, nearby
from equitykit.assessment.redaction import Held, held, redactor, repeats, still_there
from equitykit.assessment.signing import SignOff, signed_off
from equitykit.assessment.store import Store, last_good, located, read, way_back
from equitykit.assessment.summary import Problem, Summary, summarise
from equitykit.errors import AssessmentError
from equitykit.instruments import Instrument, load
from equitykit.instruments.values import blank, plain
from equitykit.kept import Redacted
from equitykit.process import Process, process_of

PathLike = str | os.PathLike[str]


class Assessment(FollowUp):
    """One decision worked through with an instrument, in one file.

    What is typed is a draft, saved at once; `leave` and `commit_drafts` turn drafts into history.
    Use `open`, `create` or `recover` to get one.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "visits.equity.json"
    >>> visits = Assessment.open(path, instrument="race-equity-impact-assessment", track="fast")
    >>> visits.answer("desired_result", "Children see their parents every week.", by="Team")
    True
    >>> visits.state("result")
    'in progress'
    >>> folder.cleanup()
    """

    # opening, copying and restoring

    @classmethod
    def open(
        cls,
        path: PathLike,
        *,
        instrument: str | os.PathLike[str] | Instrument | None = None,
        track: str | None = None,
        language: str | None = None,
        by: str | None = None,
    ) -> Assessment:
        """Open an assessment; make it where there is none and an instrument is named.

        Parameters
        ----------
        path : the file, `*.equity.json`.
        instrument : id, path or Instrument; needed for a new file, checked against an old one.
        track, language : way through a new assessment, and language of its questions; a file that
            exists keeps its own.
        by : who writes from now on.

        Raises
        ------
        AssessmentDamaged
            The file cannot be read; it is left as it is and the last good version is named.
        AssessmentError
            There is no such file and no instrument was named, or it belongs to another instrument.
        """
        files = located(path)
        if not files.path.exists():
            if instrument is None:
                kept = f" {way_back(files)}" if last_good(files) else ""
                raise AssessmentError(
                    f'There is no assessment at "{files.path}".',
                    next_step=f"Check the path, or name an instrument to begin a new one.{kept}",
                )
            return cls.create(path, instrument=instrument, track=track, language=language, by=by)
        store = Store.open(files)
        self = cls(store, instrument_for(store, instrument), by=by)
        self._say_version()
        self._say_language()
        self._take_found_drafts()
        return self

    @classmethod
    def create(
        cls,
        path: PathLike,
        *,
        instrument: str | os.PathLike[str] | Instrument,
        track: str | None = None,
        language: str | None = None,
        title: str | None = None,
        by: str | None = None,
    ) -> Assessment:
        """Make a new assessment; a file that exists is never touched."""
        files = located(path)
        loaded = load(instrument)
        name = plain(title) or files.stem
        document = AssessmentFile(
            instrument=reference(loaded, instrument, files),
            track=loaded.track(track).id,
            language=loaded.in_language(language).language if language is not None else None,
            title=name,
            working_title=name,
            log=[Log(what="begun", subject=loaded.id, note=loaded.version, by=by)],
        )
        return cls(Store.create(files, document), loaded, by=by)

    @classmethod
    def recover(cls, path: PathLike, *, to: PathLike | None = None, by: str | None = None) -> Assessment:
        """Restore the last good version, and drafts typed since, into a new file.

        Parameters
        ----------
        path : the damaged or lost file; it is left as it is.
        to : the new file; named after the old one where not given.
        """
        files = located(path)
        document = last_good(files)
        if document is None:
            raise AssessmentError(
                f'There is no last good version of "{files.path.name}".',
                next_step="Look for it in your backup.",
            )
        old = Store(files, document)
        drafts = old.found_drafts()
        note = f"{files.path.name}, revision {document.revision}"
        document.log.append(Log(what="recovered", note=note, by=by))
        self = cls._copied(
            old, instrument_for(old, None), located(to) if to else files.free("recovered"), by=by
        )
        self._merge(drafts)
        self._save()
        return self

    def save_as_copy(self, path: PathLike | None = None) -> Assessment:
        """Write everything held here, drafts too, to a new file and go on there.

        Parameters
        ----------
        path : the new file; beside the old one where not given.

        Returns
        -------
        Assessment
            The copy. This one stays as it is. Where somebody else has saved this file since, what was typed here
            and not kept goes to the copy alone.
        """
        files = self._store.files
        twin = Store(files, self._document.model_copy(deep=True))
        twin.document.log.append(
            Log(what="copied", note=f"{files.path.name}, revision {twin.document.revision}", by=self._by)
        )
        copy = self._copied(
            twin, self._untranslated, located(path) if path else files.free("copy"), by=self._by
        )
        if self._store.stale:
            self._store.give_up_drafts()
        return copy

    @classmethod
    def _copied(cls, old: Store, instrument: Instrument, files: Files, *, by: str | None) -> Assessment:
        document = old.document
        document.uid, document.folded = (
            AssessmentFile.model_fields["uid"].get_default(call_default_factory=True),
            {},
        )
        for item in document.evidence:
            proof.rebase(item.evidence, old.files.path.parent, files.path.parent)
        source = document.instrument.source
        if source is not None:
            document.instrument.source = relative(old.files.path.parent / source, files.path.parent)
        return cls(Store.create(files, document), instrument, by=by)

    @classmethod
    def held(cls, document: AssessmentFile, instrument: Instrument, path: PathLike) -> Assessment:
        """Look at what a file holds without its file: to read answers, never to write them."""
        return cls(Store(located(path), document), instrument, by=None)

    def again(self) -> Assessment:
        """Open the file as it is now, written to by the same person."""
        return type(self).open(self.path, instrument=self._untranslated, by=self._by)

    def __enter__(self) -> Assessment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Turn drafts into history. The assessment can be used again afterwards."""
        self.commit_drafts()

    def __repr__(self) -> str:
        return f"<Assessment {self.title!r}: {self._instrument.id}, {self.track}, revision {self.revision}>"

    # the qualitative work

    @property
    def analysis(self) -> Analysis:
        """Sources, masked passages, coding and findings, in the same file."""
        return Analysis(Desk(self))

    def prompts(self, part: str | None = None) -> tuple[Problem, ...]:
        """Return what is worth another look; it never holds anything up.

        A part whose work is done beside its questions, such as gathering sources, says when nothing of it is
        there; such a prompt names no question.
        """
        work = self.analysis
        empty = (
            Problem("", one.id, text)
            for one in self._some(part)
            if one.bench is not None and (text := work.nothing_yet(one.bench)) is not None
        )
        return (*super().prompts(part), *empty)

    def follow_up(self, path: PathLike, *, by: str | None = None) -> tuple[EarlierFinding, ...]:
        """Open the findings of an earlier analysis here, to ask what became of them; that file stays as it is.

        Parameters
        ----------
        path : the file of the earlier analysis.

        Raises
        ------
        AssessmentError
            It cannot be read, holds no findings, or is open here already.
        """
        files = located(path)
        document, _ = read(files)
        return self.analysis.follow_up(files.path, document, by=by)

    # taking out, and what leaves

    def redact(self, ask_or_evidence_id: str, why: str, *, by: str | None = None) -> tuple[str, ...]:
        """Take a text out of the file, its history, the last good version, journals and recovery files.

        Who, when and why stay. Nothing else is ever removed. Not reached: other windows that hold
        the text in memory, copies made by hand, and backups.

        Parameters
        ----------
        ask_or_evidence_id : a question, a piece of evidence, an action, a review, an entry of the analysis, or
            the name of a form that is being filled in. An entry takes along what is being typed about it.
        why : the reason; it is kept, so one that repeats the text is refused.

        Returns
        -------
        tuple of str
            Where the same text still stands, because it was written there too.
        """
        id = self._redactable(ask_or_evidence_id)
        reason = plain(why)
        if blank(reason):
            raise AssessmentError("Taking a text out needs a reason.", next_step="Give why=...")
        self._merge(self._store.found_drafts())
        means = next((ask.means for ask in self._instrument.asks() if ask.id == id), None)
        take_out = redactor(id, Redacted(why=reason, by=by or self._by), means=means)
        if repeats(reason, take_out(self._document.model_copy(deep=True))):
            raise AssessmentError("The reason repeats the text.", next_step="Give a reason without it.")
        taken = take_out(self._document)
        self._log("redacted", subject=id, note=reason, by=by)
        self._save(redact=take_out)
        return still_there(self._document, taken)

    def texts(self) -> tuple[Held, ...]:
        """Return every text that `redact` can take out, of the analysis too."""
        return held(self._document, {ask.id: ask.label for ask in self._instrument.asks()})

    def summary(self) -> Summary:
        """Say what this may be called: full, short, or notes only; with the dates."""
        return summarise(self)

    def nearby(self) -> Nearby:
        """Look at the other assessments in the folder: what several decisions come to together."""
        return nearby(self)

    def signed_off(self) -> SignOff | None:
        """Say when it was signed off, on which revision, and what was changed since; None where it was not."""
        return signed_off(self)

    def to_process(self) -> Process:
        """Return the answers about how data are collected, for `equitykit.audit`.

        Raises
        ------
        ReadError
            This is a use of another instrument.
        """
        return replace(process_of(self.to_dict(), name=self.path.name), path=str(self.path))

    def to_dict(self) -> dict[str, Any]:
        """Return the whole file as plain containers, internal as it is."""
        self._derive()
        return self._document.model_dump(mode="json")

    def report(
        self,
        path: PathLike,
        *,
        public: bool = False,
        view: str | None = None,
        statement: str | None = None,
    ) -> Any:
        """Write a report.

        Parameters
        ----------
        path : its ending says the format: .html, .docx, .xlsx, .pdf or .md.
        public : the version for others: without names, history, and what is not made for them.
        view : order the questions as people know them from elsewhere, "gare" for example;
            `equitykit.instruments.views` lists them.
        statement : a short paper instead: "iowa", "minnesota", "oregon", "dc" or "community".
        """
        from equitykit import report

        return report.write(self, path, public=public, view=view, statement=statement)

    def _take_found_drafts(self) -> None:
        found = self._store.found_drafts()
        taken = self._merge(found)
        if taken:
            what = "1 answer was" if len(taken) == 1 else f"{len(taken)} answers were"
            self._notes.append(
                f"{what} typed in another window, or before the program stopped. The text is here: "
                f"{self._called(taken)}."
            )
        overtaken = sorted({ask for ask, _ in found.overtaken})
        if overtaken:
            self._notes.append(
                f"Typed in another window and overtaken since; the text is in the history of: "
                f"{self._called(overtaken)}."
            )

    def _called(self, asks: Iterable[str]) -> str:
        """Questions by what they ask, for people."""
        return "; ".join(f'"{self._instrument.ask(ask).label}"' for ask in asks)

    def _say_version(self) -> None:
        begun, have = self._document.instrument.version, self._instrument.version
        known = {ask.id for ask in self._instrument.asks()}
        if begun != have:
            self._notes.append(
                f"Begun with version {begun} of {self._instrument.title}; this is version {have}."
            )
        gone = [ask for ask in self._document.answers if ask not in known]
        if gone:
            self._notes.append(f"Answers to questions no longer asked are kept: {', '.join(gone)}.")
        if self._document.track not in {track.id for track in self._instrument.tracks}:
            default = self._instrument.track().id
            self._notes.append(f'The track "{self._document.track}" no longer exists; this is "{default}".')
            self._document.track = default

    def _say_language(self) -> None:
        own, code = self._untranslated, self._document.language
        if code is None or code not in own.languages:
            return
        left, version = len(own.untranslated(code)), own.languages[code].version
        if left:
            self._notes.append(
                f"{left} text{'s are' if left > 1 else ' is'} not translated into {self.languages[code]}, "
                f"and shown in {self.languages[own.language]}."
            )
        if version not in (None, own.version):
            self._notes.append(
                f"The translation was made for version {version}; this is version {own.version}."
            )

    def _redactable(self, id: str) -> str:
        document = self._document
        items = {item.id for item in document.evidence} | {action.id for action in document.actions}
        items |= {review.id for review in document.reviews}
        if document.analysis is not None:
            items |= {item.id for item in document.analysis.items()}
        if id in items or id in document.answers or id in document.forms:
            return id
        self._typed(id)
        return id
