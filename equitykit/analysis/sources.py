"""Sources and passages: who agreed to what, what may be quoted, and what was masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from equitykit.analysis.bench import Bench, chosen, day, said
from equitykit.analysis.flags import TELLS, Flag, flags
from equitykit.analysis.masking import Masked, Masking
from equitykit.analysis.section import LEVELS, SOURCE_KINDS, VOICES, Confirmed, Excerpt, Source
from equitykit.analysis.texts import Segment
from equitykit.errors import AssessmentError
from equitykit.text import moment

CONSENTS = ("not asked", "given", "not needed")
PEOPLE = ("interview", "focus_group", "observation")
_SOURCE = ("label", "kind", "voice", "level", "consent", "consent_note", "consent_until", "day", "note")


class Sources(Bench):
    """Where passages come from, and the passages."""

    def add_source(
        self,
        label: str,
        *,
        kind: str,
        voice: str,
        level: str = "team",
        consent: str = "not asked",
        consent_note: str = "",
        consent_until: date | str | None = None,
        on: date | str | None = None,
        note: str = "",
        by: str | None = None,
    ) -> str:
        """Write a source down.

        Parameters
        ----------
        label : a working name, such as "Interview 4". Leave names of people out; `flagged` helps.
        kind : document, case_file, interview, focus_group, observation or data.
        voice : whose standpoint it gives: families, youth, community, staff, leadership, partners, or
            records where nobody speaks.
        level : who may see its words: team, agency or public.
        consent, consent_note, consent_until : whether and how people agreed that their words are used.
        on : the day it was gathered.

        Returns
        -------
        str
            Its id.
        """
        fields = {
            "label": label,
            "kind": kind,
            "voice": voice,
            "level": level,
            "consent": consent,
            "consent_note": consent_note,
            "consent_until": consent_until,
            "day": on,
            "note": note,
        }
        id = self._next(self._now().sources, "s")
        self._add("sources", Source(id=id, by=self._author(by), **_source(fields)))
        return id

    def change_source(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change a source; its history keeps what was. To take consent back, use `withdraw_consent`."""
        return self._change("sources", "source", id, _source(fields), _SOURCE, by)

    def sources(self, kind: str | None = None) -> tuple[Source, ...]:
        """Return the sources that stand."""
        return tuple(
            source.model_copy(deep=True)
            for source in self._now().sources
            if source.stands and kind in (None, source.kind)
        )

    def source(self, id: str) -> Source:
        """Return one source."""
        return self._find(self._now().sources, "source", id).model_copy(deep=True)

    def withdraw_consent(self, id: str, why: str, *, by: str | None = None) -> tuple[str, ...]:
        """Somebody takes back that their words are used: every passage of the source is taken out of the file.

        Parameters
        ----------
        why : the reason, without the words themselves; it is kept.

        Returns
        -------
        tuple of str
            Where the same words still stand, because somebody wrote them there too.

        Interpretation
        --------------
        It cannot be undone. Findings that rest on these passages say that they count no longer. What is being
        typed about the source or its passages goes too.
        """
        reason = said(why, "Taking words out needs a reason.")
        self._change("sources", "source", id, {"consent": "withdrawn"}, ("consent",), by)
        self._host.forget_forms([id, *(one.id for one in self._now().excerpts if one.source == id)])
        left: dict[str, None] = {}
        for excerpt in self._now().excerpts:
            if excerpt.source == id and excerpt.redacted is None:
                left |= dict.fromkeys(self._host.redact(excerpt.id, reason, by))
        return tuple(left)

    # passages

    def begin_excerpt(self, text: str | Segment, names: Iterable[str] = ()) -> Masking:
        """Take a passage into memory, with what may point to a person flagged. Nothing is saved.

        Parameters
        ----------
        text : the passage as it was said, or one of an imported text.
        names : names the person knows of; people named in the assessment are looked for too.
        """
        raw = text.text if isinstance(text, Segment) else text
        given = [names] if isinstance(names, str) else list(names)
        return Masking(raw, [*given, *self._host.names])

    def add_excerpt(
        self,
        source: str,
        masked: Masked,
        *,
        place: str = "",
        quotable: bool = False,
        by: str | None = None,
    ) -> str:
        """Keep a passage whose masking was confirmed.

        Parameters
        ----------
        source : id of its source.
        masked : what `Masking.confirm` gave. A plain text is refused.
        place : where in the source it stands, such as "page 3".
        quotable : whether its words may be quoted outside the team; the level and the consent of the
            source must allow it too.

        Returns
        -------
        str
            Its id.
        """
        if not isinstance(masked, Masked):
            raise AssessmentError(
                "Only a passage whose masking somebody confirmed is kept.",
                next_step="Begin with begin_excerpt(...), decide about each flag, then give what confirm() gives.",
            )
        found = self._find(self._now().sources, "source", source)
        if not found.stands or found.consent == "withdrawn":
            raise AssessmentError(f'No passage can be added to "{source}": it was taken back or set aside.')
        excerpt = Excerpt(
            id=self._next(self._now().excerpts, "x"),
            by=self._author(by),
            source=source,
            text=said(masked.text, "The passage is empty."),
            place=said(place),
            quotable=quotable,
            masking=Confirmed(
                by=masked.by, at=masked.at, flagged=dict(masked.flagged), left=dict(masked.left)
            ),
        )
        self._add("excerpts", excerpt)
        return excerpt.id

    def change_excerpt(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change where a passage stands, whether it may be quoted, or set it aside. Its words are not changed."""
        return self._change("excerpts", "passage", id, fields, ("place", "quotable"), by)

    def excerpts(self, source: str | None = None) -> tuple[Excerpt, ...]:
        """Return the passages that stand: not set aside, not taken out, and with an agreement that holds."""
        return tuple(
            excerpt.model_copy(deep=True)
            for excerpt in self._now().excerpts
            if source in (None, excerpt.source) and self.why_not(excerpt.id) is None
        )

    def excerpt(self, id: str) -> Excerpt:
        """Return one passage, whatever became of it."""
        return self._find(self._now().excerpts, "passage", id).model_copy(deep=True)

    def why_not(self, id: str, on: date | None = None) -> str | None:
        """Say why a passage is not used on a day (today if not given); None where it is."""
        section = self._now()
        excerpt = self._find(section.excerpts, "passage", id)
        source = self._find(section.sources, "source", excerpt.source)
        if source.consent == "withdrawn":
            return "The agreement to use it was taken back."
        if (out := excerpt.redacted or source.redacted) is not None:
            return f"It was taken out on {moment(out.at[:10])}."
        if excerpt.aside or source.aside:
            return "It was set aside."
        until = source.consent_until
        if until is not None and (on or date.today()).isoformat() > until:
            return f"The agreement to use it ended on {until}."
        return None

    def why_not_quoted(self, id: str, *, outside: str = "public", on: date | None = None) -> str | None:
        """Say why the words of a passage may not stand in a report for others; None where they may.

        Parameters
        ----------
        outside : public, or agency.
        """
        unused = self.why_not(id, on)
        if unused is not None:
            return unused
        section = self._now()
        excerpt = self._find(section.excerpts, "passage", id)
        source = self._find(section.sources, "source", excerpt.source)
        if not excerpt.quotable:
            return "The team has not said that it may be quoted."
        if source.level == "team" or (outside == "public" and source.level != "public"):
            return f"Its source is marked: {LEVELS[source.level][:1].lower()}{LEVELS[source.level][1:]}."
        if source.consent not in ("given", "not needed"):
            return "No agreement to quote it is recorded."
        return None

    def may_show_somebody(self, text: str) -> bool:
        """Whether a text holds a name, number or address that may show who somebody is; dates and places do not."""
        return any(flag.kind in TELLS for flag in self.flagged(text))

    def flagged(self, text: str, names: Iterable[str] = ()) -> tuple[Flag, ...]:
        """Flag what may point to a person in any text: a label, a memo, a finding. Nothing is kept."""
        return flags(text, [*names, *self._host.names])


def _source(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a source as they are kept."""
    checks: dict[str, Callable[[Any], Any]] = {
        "label": lambda value: said(value, "Give the source a working name, such as Interview 4."),
        "kind": lambda value: chosen(value, SOURCE_KINDS, "a kind of source"),
        "voice": lambda value: chosen(value, VOICES, "a standpoint"),
        "level": lambda value: chosen(value, LEVELS, "a level of confidentiality"),
        "consent": lambda value: chosen(value, CONSENTS, "a state of consent"),
        "consent_until": lambda value: day(value, "Consent"),
        "day": lambda value: day(value, "Day"),
        "consent_note": said,
        "note": said,
    }
    return {name: checks[name](value) if name in checks else value for name, value in fields.items()}
