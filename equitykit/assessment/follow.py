"""Evidence, actions and reviews of an assessment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from equitykit.assessment import acting, effects, proof, register
from equitykit.assessment.answers import stands
from equitykit.assessment.document import (
    Action,
    Consent,
    Draft,
    EvidenceEvent,
    EvidenceItem,
    Review,
)
from equitykit.assessment.effects import Effect
from equitykit.assessment.progress import Progress
from equitykit.assessment.proof import Attached, Change, Run
from equitykit.errors import AssessmentError
from equitykit.instruments.values import plain, same
from equitykit.text import moment

PathLike = str | os.PathLike[str]


class FollowUp(Progress):
    """Evidence that can be run again, actions with owners, and the looks back."""

    # evidence

    def attach(
        self,
        ask: str,
        thing: Any,
        title: str | None = None,
        *,
        by: str | None = None,
        consent: str | None = None,
        consent_until: date | str | None = None,
    ) -> str:
        """Attach evidence to a question that asks for it.

        Parameters
        ----------
        thing : Evidence, or a result that makes its evidence (`to_evidence`).
        title : a name for people, in place of the evidence's own.
        consent, consent_until : how a person agreed that their words are used, and until when.
            If the person takes it back, use `withdraw_consent` with the id.

        Returns
        -------
        str
            Id of the evidence.
        """
        found = self._ask(ask)
        if found.kind != "evidence":
            places = [one.id for one in self._instrument.asks() if one.kind == "evidence"]
            raise AssessmentError(f'"{ask}" does not take evidence.', allowed=places or None)
        evidence = proof.as_evidence(thing)
        if evidence.kind not in found.accepts:
            raise AssessmentError(
                f'"{ask}" does not take evidence of kind "{evidence.kind}".', allowed=found.accepts
            )
        kept = proof.kept(evidence, self.path.parent)
        if title is not None:
            kept["title"] = plain(title)
        until = register.day_of(consent_until, "Consent").isoformat() if consent_until is not None else None
        agreed = Consent(note=plain(consent) or "", until=until) if consent or until else None
        item = EvidenceItem(id=f"e{len(self._document.evidence) + 1}", ask=ask, evidence=kept, consent=agreed)
        item.history.append(EvidenceEvent(what="attached", by=by or self._by))
        self._document.evidence.append(item)
        self._save()
        return item.id

    def evidence(self, ask: str | None = None) -> tuple[Attached, ...]:
        """Return the evidence that stands, of one question or of all."""
        if ask is not None:
            self._ask(ask)
        items = (item for item in self._document.evidence if stands(item))
        return tuple(proof.attached(item) for item in items if ask in (None, item.ask))

    def attachments(self) -> tuple[Attached, ...]:
        """Return all evidence ever attached, also what was detached or taken out."""
        return tuple(proof.attached(item) for item in self._document.evidence)

    def detach(self, id: str, *, by: str | None = None) -> None:
        """Take evidence off its question; it stays in the file and its history."""
        item: EvidenceItem = register.find(self._document.evidence, "evidence", id)
        if stands(item):
            item.history.append(EvidenceEvent(what="detached", by=by or self._by))
            item.status, item.mark = "detached", f"detached on {moment(item.history[-1].at[:10])}"
            self._save()

    def withdraw_consent(self, id: str, *, by: str | None = None) -> tuple[str, ...]:
        """Take out the words of a person who took the agreement back; who, when and why stay.

        Returns
        -------
        tuple of str
            Where the same words still stand, because they were written there too.
        """
        item: EvidenceItem = register.find(self._document.evidence, "evidence", id)
        return self.redact(item.id, "The agreement to use these words was taken back.", by=by)

    def redact(self, ask_or_evidence_id: str, why: str, *, by: str | None = None) -> tuple[str, ...]:
        """Take a text out."""
        raise NotImplementedError

    def refresh(
        self, id: str | None = None, run: Run | None = None, *, by: str | None = None
    ) -> tuple[Change, ...]:
        """Run the recipes of the evidence again on the data as they are now.

        Parameters
        ----------
        id : one piece of evidence; all where not given.
        run : what runs a recipe, `run(recipe, folder) -> Evidence`; `equitykit.recipes.run` where not given.

        Returns
        -------
        tuple of Change
            What differs, in words; also where a source is gone or cannot be read, in which case
            the last result is kept and marked.
        """
        everything = self._document.evidence
        chosen = [item for item in everything if stands(item)]
        if id is not None:
            chosen = [register.find(everything, "evidence", id)]
            if not stands(chosen[0]):
                raise AssessmentError(
                    f'"{id}" was {chosen[0].status}.', allowed=[one.id for one in everything if stands(one)]
                )
        runner = run or _recipes_run()
        changes: tuple[Change, ...] = ()
        for item in chosen:
            changes += proof.refreshed(item, runner, self.path.parent, by=by or self._by)
        if any(isinstance(item.evidence.get("recipe"), dict) for item in chosen):
            self._save()
        return changes

    # actions and reviews

    def add_action(
        self,
        *,
        what: str,
        owner: str | None = None,
        due: date | str | None = None,
        measure: str | None = None,
        status: str = "open",
        ask: str | None = None,
        by: str | None = None,
    ) -> str:
        """Add an action to the register and return its id."""
        places = [one.id for one in self._instrument.asks() if one.kind == "actions"]
        if ask is not None and ask not in places:
            raise AssessmentError(f'"{ask}" does not take actions.', allowed=places or None)
        fields = {"what": what, "owner": owner, "due": due, "measure": measure, "status": status}
        place = ask or (places[0] if places else None)
        action = register.add_action(self._document, fields, ask=place, by=by or self._by)
        self._save()
        return action.id

    def draft_actions(
        self, ask: str, rows: Sequence[Mapping[str, Any]], *, by: str | None = None
    ) -> tuple[str | None, ...]:
        """Keep actions as they are being typed, at once, without changing the register.

        `leave` and `commit_drafts` put them there; what cannot be kept yet, such as a date that is
        none, stays a draft.

        Parameters
        ----------
        rows : all rows of the page: what, owner, due, measure, status, and the id where there is one.

        Returns
        -------
        tuple
            The id of each row; None for one that says nothing.
        """
        if self._ask(ask).kind != "actions":
            raise AssessmentError(f'"{ask}" does not take actions.')
        author = by or self._by
        self._commit([one for one, draft in self._document.drafts.items() if draft.by != author], None)
        ids, value = acting.drafted(self._document, rows)
        before = self._document.drafts.get(ask)
        if not same(value, before.value if before is not None else {}):
            full = self._set_draft(ask, Draft(value=plain(value), by=author))
            if not value:
                self._document.drafts.pop(ask, None)
            if full:
                self._save()
        return ids

    def action_problems(self, ask: str) -> dict[str, AssessmentError]:
        """Say why actions that were typed are not in the register yet, by id."""
        draft = self._document.drafts.get(ask)
        return acting.problems(draft.value) if draft is not None else {}

    def act_on(self, finding: Mapping[str, Any], *, by: str | None = None) -> str:
        """Put what a check found into the register: what to do, and how to see that it is done.

        Parameters
        ----------
        finding : a row of the results of an audit.

        Returns
        -------
        str
            Id of the action. It still needs an owner and a date.
        """
        return self.add_action(what=str(finding["remedy"]), measure=_seen_by(finding), by=by)

    def planned(self, finding: Mapping[str, Any]) -> bool:
        """Whether an action for a finding stands in the register."""
        return any(action.measure == _seen_by(finding) for action in self._document.actions)

    def update_action(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change what, owner, due, measure or status of an action; its history keeps what was."""
        changed = register.update_action(self._document, id, fields, by=by or self._by)
        if changed:
            self._save()
        return changed

    def actions(self) -> tuple[Action, ...]:
        """Return the action register."""
        return tuple(action.model_copy(deep=True) for action in self._document.actions)

    def schedule_reviews(self, from_date: date | str, *, by: str | None = None) -> tuple[Review, ...]:
        """Plan the reviews after 3, 6, 9 and 12 months; those done keep their dates."""
        register.schedule_reviews(self._document, register.day_of(from_date, "Reviews"), by=by or self._by)
        self._save()
        return self.reviews()

    def plan_review(self, due: date | str, *, by: str | None = None) -> str:
        """Plan another review, on a day of your choice, and return its id."""
        review = register.plan_review(self._document, register.day_of(due, "Review"), by=by or self._by)
        self._save()
        return review.id

    def write_review(self, id: str, text: str, *, by: str | None = None) -> None:
        """Keep what is being written about a review, at once; `complete_review` closes it."""
        if register.write_review(self._document, id, text, by=by or self._by):
            self._save()

    def complete_review(
        self, id: str, result: str, *, on: date | str | None = None, by: str | None = None
    ) -> None:
        """Write down what a review found."""
        day = register.day_of(on, "Review") if on is not None else date.today()
        register.complete_review(self._document, id, result, on=day, by=by or self._by)
        self._save()

    def reviews(self) -> tuple[Review, ...]:
        """Return the reviews, earliest first."""
        return tuple(
            review.model_copy(deep=True) for review in sorted(self._document.reviews, key=lambda one: one.due)
        )

    def effects(self) -> tuple[Effect, ...]:
        """Return what each action, and each step against a burden, did in fact, as far as somebody has said so."""
        return tuple(effects.effects(self))

    def draft_effect(self, id: str, text: str, *, by: str | None = None) -> None:
        """Keep what is being written about the effect of an action or a step, at once, as a draft.

        Parameters
        ----------
        id : as `effects` gives it.
        text : what it did in fact.
        """
        row = next((row for row in self.action_rows() if row["id"] == id), None)
        if row is None:
            ask, rows = effects.rows_with(self, id, text)
            self.draft(ask, rows, by=by)
            return
        action = next((one for one in self._document.actions if one.id == id), None)
        places = [one.id for one in self._instrument.asks() if one.kind == "actions"]
        place = action.ask if action is not None and action.ask in places else next(iter(places), None)
        if place is None:
            self.update_action(id, effect=text, by=by)
            return
        others = [one for one in self.action_rows() if one["id"] != id]
        self.draft_actions(place, [*others, {**row, "effect": text}], by=by)


def _seen_by(finding: Mapping[str, Any]) -> str:
    """How one sees that an action for a finding is done."""
    return f"The check \u201c{finding['title']}\u201d no longer finds anything."


def _recipes_run() -> Run:
    from equitykit import recipes

    return recipes.run
