"""Looking back: the reviews of an assessment, and the page on which one is written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import ipywidgets

from equitykit.assessment import Assessment, Effect, Review
from equitykit.errors import AssessmentError
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.actions import STATUSES
from equitykit.widgets.fields import ChoiceField, Field, Html, TaskList, TextField
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.widgets.screens import Screens

__all__ = ["EffectPage", "ReviewPage", "ReviewsPage", "standing"]

FROM, NEXT, DONE, RESULT = "~reviews-from", "~review-next", "~review-done", "~review-result"
STATUS, EFFECT = "~status", "~effect"
_WHICH = {
    False: "Give the day on which it takes effect, or will.",
    True: "This is the day of the decision. Put the day on which it takes effect, if that is another one.",
}
LONG = 150  # characters of an action in a list


def standing(assessment: Assessment) -> str:
    """How the reviews stand, in a few words for a list."""
    waiting = [one for one in assessment.reviews() if one.done is None and one.redacted is None]
    if not waiting:
        return "None planned" if not assessment.reviews() else "All done"
    today = date.today().isoformat()
    late = sum(one.due < today for one in waiting)
    return f"{late} overdue" if late else f"Next on {words.moment(waiting[0].due)}"


class ReviewsPage:
    """All reviews with their dates, and a way to plan them."""

    def __init__(self, assessment: Assessment, wizard: Screens) -> None:
        self._assessment, self._wizard = assessment, wizard
        reviews, decided = assessment.reviews(), assessment.summary().decided_on
        intro = show.paragraphs(
            "After a decision takes effect, look back: what happened, and what did each action do in fact?"
        )
        self.tasks = TaskList(items=[_task(one) for one in reviews])
        self.tasks.on("pick", wizard.guard(lambda id: wizard.go(f"review/{id}")))
        if reviews:
            self.day = TextField(
                ident=NEXT, kind="date", label="On which other day do you look back? (optional)"
            )
            press = button("Plan another review", wizard.guard(self._plan_one))
        else:
            self.day = TextField(
                ident=FROM,
                kind="date",
                label="From which day do you count?",
                help=[f"{_WHICH[decided is not None]} Reviews are planned 3, 6, 9 and 12 months later."],
                value=decided or "",
            )
            press = button("Plan the reviews", wizard.guard(self._plan_all), main=True)
        self.press = press
        self.fields: dict[str, Field] = {self.day.ident: self.day}
        bar = ipywidgets.Box([press])
        bar.add_class("ekw-bar")
        none = [] if reviews else [Html(html=show.paragraphs("No review is planned yet."))]
        self.widgets: list[Any] = [Html(html=intro), *none, *([self.tasks] if reviews else []), self.day, bar]

    def _plan(self, first: bool) -> None:
        day = self.day.value.strip()
        if not day:
            self._wizard.tell_problems((self.day.ident, "Give a day."))
            return
        try:
            if first:
                self._assessment.schedule_reviews(day)
            else:
                self._assessment.plan_review(day)
        except AssessmentError as error:
            self._wizard.tell_problems((self.day.ident, str(error)))
            return
        self._wizard.go("reviews", move=False)
        self._wizard.said_saved()

    def _plan_all(self) -> None:
        self._plan(True)

    def _plan_one(self) -> None:
        self._plan(False)


class ReviewPage:
    """One review: what happened, the actions with what they did, and when somebody looks again.

    Attributes
    ----------
    fields : the questions. press : says that the review is done. list : the actions, each with a page of its own.
    """

    def __init__(self, assessment: Assessment, wizard: Screens, review: Review) -> None:
        self._assessment, self._wizard, self.review = assessment, wizard, review
        guard = wizard.guard
        self.result = TextField(
            ident=RESULT,
            kind="longtext",
            label="What happened, and to whom?",
            help=["Say it group by group, small groups too. Name roles, not people."],
            value=review.result or "",
        )
        self.result.typed(guard(self._write))
        self.list = TaskList(items=[_effect(one) for one in assessment.effects()])
        self.list.on("pick", guard(lambda id: wizard.go(f"review/{review.id}/{id}")))
        self.done = TextField(
            ident=DONE,
            kind="date",
            label="On which day did you look back?",
            value=review.done or date.today().isoformat(),
        )
        self.next = TextField(ident=NEXT, kind="date", label="When do you look again? (optional)")
        self.next.help = [self._planned()]
        due = f"Planned for {words.moment(review.due)}."
        done = (
            f" Done on {words.moment(review.done)}. What you change now is kept beside it."
            if review.done
            else ""
        )
        steps = (
            [Html(html=show.heading("What did each action do in fact?")), self.list]
            if self.list.items
            else []
        )
        self.widgets: list[Any] = [
            Html(html=show.paragraphs(due + done)),
            self.result,
            *steps,
            self.done,
            self.next,
        ]
        self.fields: dict[str, Field] = {
            field.ident: field for field in self.widgets if isinstance(field, Field)
        }
        self.press = button("This review is done", guard(self._complete), main=True)
        self.later = button("Save and go on later", guard(lambda: wizard.go("reviews")))

    def _planned(self) -> str:
        waiting = [
            one.due
            for one in self._assessment.reviews()
            if one.done is None and one.redacted is None and one.id != self.review.id
        ]
        if not waiting:
            return "No other review is planned yet."
        return f"The next review is planned for {words.moment(waiting[0])}."

    def _write(self, text: str) -> None:
        self._assessment.write_review(self.review.id, text)
        self._wizard.said_saved()

    def _complete(self) -> None:
        day, again = self.done.value.strip(), self.next.value.strip()
        found = [] if self.result.value.strip() else [(RESULT, "Say what happened, also if it is little.")]
        if not day:
            found.append((DONE, "Give the day."))
        self._wizard.tell_problems(*found)
        if found:
            return
        place = NEXT  # the next one first: a date that cannot be read must not leave this one half closed
        try:
            if again:
                self._assessment.plan_review(again)
            place = DONE
            self._assessment.complete_review(self.review.id, self.result.value, on=day)
        except AssessmentError as error:
            self._wizard.tell_problems((place, str(error)))
            return
        self._wizard.go("reviews")
        self._wizard.said_saved()


class EffectPage:
    """One action, or one step against a burden: how it stands, and what it did in fact."""

    def __init__(self, assessment: Assessment, wizard: Screens, effect: Effect, back: str) -> None:
        self._assessment, self._wizard, self._id = assessment, wizard, effect.id
        status = ChoiceField(
            ident=STATUS,
            kind="select",
            label="How does it stand?",
            options=[{"id": one, "label": one.capitalize()} for one in STATUSES],
            value=effect.status,
        )
        status.typed(wizard.guard(self._take_status))
        text = TextField(
            ident=EFFECT,
            kind="longtext",
            label="What did it do in fact?",
            help=["Say for whom it worked and for whom it did not. Not known is an honest answer."],
            value=effect.effect,
        )
        text.typed(wizard.guard(self._take_effect))
        asked: list[Field] = [*([status] if effect.status is not None else []), text]
        self.fields = {field.ident: field for field in asked}
        self.widgets: list[Any] = [Html(html=show.inset(show.paragraphs(*effect.what))), *asked]
        self.press = button("Save and go back", wizard.guard(lambda: wizard.go(back)), main=True)

    def _take_status(self, status: str | None) -> None:
        if status:
            self._assessment.commit_drafts()
            self._assessment.update_action(self._id, status=status)
            self._wizard.said_saved()

    def _take_effect(self, text: str) -> None:
        self._assessment.draft_effect(self._id, text)
        self._wizard.said_saved()


def _effect(one: Effect) -> dict[str, Any]:
    said = "Written down" if one.effect else "Not looked at yet"
    return {
        "id": one.id,
        "title": show.short(one.title, LONG),
        "status": said,
        "hint": (one.status or "").capitalize(),
    }


def _task(one: Review) -> dict[str, Any]:
    late = one.done is None and one.due < date.today().isoformat()
    status = (
        f"Done on {words.moment(one.done)}"
        if one.done
        else f"Overdue since {words.moment(one.due)}"
        if late
        else f"Due on {words.moment(one.due)}"
    )
    hint = "Begun" if one.result and not one.done else ""
    return {
        "id": one.id,
        "title": one.named,
        "status": "Taken out" if one.redacted else status,
        "tone": "ekw-now" if late else "",
        "hint": hint,
        "blocked": one.redacted is not None,
    }
