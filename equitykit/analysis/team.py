"""What the team owns: its terms, what cannot wait, what is let out, the agency's answer, and the look back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from equitykit.analysis.bench import chosen, day, listed, said
from equitykit.analysis.findings import Findings
from equitykit.analysis.section import (
    ANSWERS,
    CHANGES,
    CONCERNS,
    Concern,
    Earlier,
    EarlierFinding,
    Finding,
    Look,
    Release,
    Response,
    Section,
    Signature,
)
from equitykit.analysis.terms import TERMS_VERSION
from equitykit.errors import AssessmentError, UnknownName
from equitykit.instruments.values import canonical, plain

STATES = ("raised", "passed on", "closed")


class Team(Findings):
    """Terms, urgent concerns, release, the agency's answer, and earlier findings."""

    # terms

    def sign(self, who: str, *, on: date | str | None = None, by: str | None = None) -> None:
        """Somebody of the team accepts the terms of confidentiality (`TERMS`)."""
        name = self._member(who)
        if name not in self.signed():
            stamp = day(on, "Day") or date.today().isoformat()
            self._add("signatures", Signature(who=name, terms=TERMS_VERSION, day=stamp, by=self._author(by)))

    def signed(self) -> Mapping[str, str]:
        """Return who accepted the terms in their present version, and on which day."""
        return {one.who: one.day for one in self._now().signatures if one.terms == TERMS_VERSION}

    def unsigned(self) -> tuple[str, ...]:
        """Return who of the team has not accepted the terms yet."""
        signed = self.signed()
        return tuple(name for name in self._host.team if name not in signed)

    def members(self) -> tuple[str, ...]:
        """Return who is on the team, by name, or by role where somebody gave no name."""
        return self._host.team

    def _member(self, who: str) -> str:
        name, team = said(who, "Say who."), self._host.team
        if not team:
            raise AssessmentError(
                "Nobody is written down as a member of the team.", next_step="Fill in who the team is first."
            )
        found = next((one for one in team if one.casefold() == name.casefold()), None)
        if found is None:
            raise UnknownName("member of the team", name, team)
        return found

    # what cannot wait

    def raise_concern(
        self, about: str, *, to: str, on: date | str | None = None, by: str | None = None
    ) -> str:
        """Note that something could not wait, and to which office it was taken.

        Parameters
        ----------
        about : safety, harm now, legal date, or other. The matter itself is not written here: it names
            people, and it stays out of the findings.
        to : the office or role it was taken to.
        """
        section = self._now()
        concern = Concern(
            id=self._next(section.concerns, "c"),
            by=self._author(by),
            about=chosen(about, CONCERNS, "a kind of concern"),
            to=said(to, "Say to which office it was taken."),
            day=day(on, "Day") or date.today().isoformat(),
        )
        self._add("concerns", concern)
        return concern.id

    def update_concern(self, id: str, state: str, *, by: str | None = None) -> bool:
        """Say what became of a concern: raised, passed on or closed."""
        chosen(state, STATES, "a state of a concern")
        return self._change("concerns", "concern", id, {"state": state}, ("state",), by)

    def concerns(self) -> tuple[Concern, ...]:
        """Return what could not wait."""
        return tuple(one.model_copy(deep=True) for one in self._now().concerns if one.stands)

    # release

    def release(
        self,
        findings: Iterable[str] | str,
        *,
        agreed: Iterable[str],
        on: date | str | None = None,
        note: str = "",
        by: str | None = None,
    ) -> None:
        """The team lets findings out. A public report holds these and no others.

        Parameters
        ----------
        findings : ids. agreed : who of the team agreed; names or roles as written under the team.
        """
        ids = listed(findings)
        have = {one.id for one in self.findings()}
        for id in ids:
            if id not in have:
                raise UnknownName("finding", id, sorted(have))
        names = [self._member(name) for name in listed(agreed)]
        if not ids or not names:
            raise AssessmentError("A release names findings, and who of the team agreed.")
        stamp = day(on, "Day") or date.today().isoformat()
        stood = {id: _fingerprint(id, self._now()) for id in ids}
        self._add(
            "releases", Release(findings=stood, agreed=names, day=stamp, note=said(note), by=self._author(by))
        )

    def released(self) -> Mapping[str, Release]:
        """Return the findings that are released, with their release.

        A finding, or a recommendation of it, that was changed since is not among them.
        """
        section = self._now()
        standing = {one.id for one in section.findings if one.stands}
        found = {}
        for release in section.releases:
            for id, stood in release.findings.items():
                if id in standing and _fingerprint(id, section) == stood:
                    found[id] = release.model_copy(deep=True)
        return found

    def changed_since_release(self) -> Mapping[str, Release]:
        """Return the findings that were released and changed since, with the last release of each.

        They are in no public report until the team releases them again as they stand.
        """
        standing, now = {one.id for one in self.findings()}, self.released()
        return {
            id: release.model_copy(deep=True)
            for release in self._now().releases
            for id in release.findings
            if id in standing and id not in now
        }

    # the agency's answer

    def respond(
        self,
        text: str,
        *,
        who: str,
        state: str,
        finding: str | None = None,
        on: date | str | None = None,
        by: str | None = None,
    ) -> str:
        """Write down the agency's answer, in its own words.

        Parameters
        ----------
        who : the office that answers. state : will act, acts already, acts in part, will not act, no answer yet.
        finding : the finding it answers; None where it answers all of them.
        """
        section = self._now()
        if finding is not None:
            self._find(section.findings, "finding", finding)
        one = Response(
            id=self._next(section.responses, "p"),
            by=self._author(by),
            finding=finding,
            who=said(who, "Say which office answers."),
            text=said(text, "Write down what it says."),
            state=chosen(state, ANSWERS, "a kind of answer"),
            day=day(on, "Day") or date.today().isoformat(),
        )
        self._add("responses", one)
        return one.id

    def change_response(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change an answer; its history keeps what was."""
        kept = {name: said(value) if name in ("text", "who") else value for name, value in fields.items()}
        if "state" in kept:
            chosen(kept["state"], ANSWERS, "a kind of answer")
        return self._change("responses", "answer", id, kept, ("text", "who", "state"), by)

    def responses(self, finding: str | None = None) -> tuple[Response, ...]:
        """Return the agency's answers."""
        return tuple(
            one.model_copy(deep=True)
            for one in self._now().responses
            if one.stands and finding in (None, one.finding)
        )

    # the look back

    def follow_up(
        self, path: str | os.PathLike[str], document: Any, *, by: str | None = None
    ) -> tuple[EarlierFinding, ...]:
        """Open the findings of an earlier analysis here, to ask what became of them.

        Parameters
        ----------
        path : its file. document : what stands in it; `Assessment.follow_up` reads it.
        """
        section, theirs = self._now(), document.analysis
        if theirs is None or not any(one.stands for one in theirs.findings):
            raise AssessmentError(f'"{Path(path).name}" holds no findings.', next_step="Choose another file.")
        if any(one.uid == document.uid for one in section.earlier):
            raise AssessmentError(f'"{Path(path).name}" is open here already.')
        taken = tuple(
            _earlier(one, theirs, len(section.earlier) + 1) for one in theirs.findings if one.stands
        )
        self._add(
            "earlier",
            Earlier(
                file=Path(path).name,
                uid=document.uid,
                revision=document.revision,
                saved=document.saved,
                title=document.title,
                by=self._author(by),
                findings=list(taken),
            ),
        )
        return taken

    def earlier(self) -> tuple[Earlier, ...]:
        """Return the earlier analyses that are open here."""
        return tuple(one.model_copy(deep=True) for one in self._now().earlier)

    def look_again(self, finding: str, state: str, note: str = "", *, by: str | None = None) -> str:
        """Say what became of an earlier finding: changed, changed in part, not changed, or not known."""
        section = self._now()
        have = [found.id for one in section.earlier for found in one.findings]
        if finding not in have:
            raise UnknownName("earlier finding", finding, have)
        look = Look(
            id=self._next(section.looks, "l"),
            by=self._author(by),
            finding=finding,
            state=chosen(state, CHANGES, "a state of an earlier finding"),
            note=said(note),
        )
        self._add("looks", look)
        return look.id

    def looks(self) -> Mapping[str, Look]:
        """Return the last look at each earlier finding."""
        return {look.finding: look.model_copy(deep=True) for look in self._now().looks if look.stands}


def _fingerprint(id: str, section: Section) -> str:
    """What a finding and its recommendations say, as a short hash."""
    (finding,) = (one for one in section.findings if one.id == id)
    own = [(r.what, r.owner) for r in section.recommendations if r.finding == id and r.stands]
    said = [finding.model_dump(exclude={"id", "by", "at", "history", "redacted"}), own]
    return hashlib.sha256(canonical(plain(said)).encode()).hexdigest()[:16]


def _earlier(finding: Finding, section: Section, number: int) -> EarlierFinding:
    recommended = [one.what for one in section.recommendations if one.finding == finding.id and one.stands]
    return EarlierFinding(
        id=f"{number}-{finding.id}",
        title=finding.title,
        problem=finding.problem,
        how=finding.how,
        works=finding.works,
        recommendations=recommended,
    )
