"""Actions and reviews: who does what by when, and the looks back afterwards."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, get_args

from equitykit.assessment.document import Action, ActionEvent, ActionStatus, AssessmentFile, Review
from equitykit.errors import AssessmentError, UnknownName, nearest
from equitykit.instruments.values import as_date, blank, plain, same

REVIEW_MONTHS = (3, 6, 9, 12)
STATUSES: tuple[str, ...] = get_args(ActionStatus)
_FIELDS = ("what", "owner", "due", "measure", "status", "effect")


def add_action(
    document: AssessmentFile,
    fields: Mapping[str, Any],
    *,
    ask: str | None,
    by: str | None,
    id: str | None = None,
) -> Action:
    """Add an action to the register."""
    cleaned: dict[str, Any] = {name: check(name, value) for name, value in fields.items()}
    action = Action(id=id or free_id(document), ask=ask, **cleaned)
    changes: dict[str, list[Any]] = {
        name: [None, value] for name, value in cleaned.items() if value is not None
    }
    action.history.append(ActionEvent(by=by, changes=changes))
    document.actions.append(action)
    return action


def update_action(document: AssessmentFile, id: str, fields: Mapping[str, Any], *, by: str | None) -> bool:
    """Change an action; what it said before stays in its history. True if anything changed."""
    action = find(document.actions, "action", id)
    if action.redacted is not None:
        raise AssessmentError(f'The action "{id}" was taken out.', next_step="Add a new one.")
    for name in fields:
        if name not in _FIELDS:
            raise AssessmentError(
                f'An action has no "{name}".', allowed=_FIELDS, did_you_mean=nearest(name, _FIELDS)
            )
    cleaned = {name: check(name, value) for name, value in fields.items()}
    changes = {
        name: [getattr(action, name), value]
        for name, value in cleaned.items()
        if not same(getattr(action, name), value)
    }
    for name, (_, value) in changes.items():
        setattr(action, name, value)
    if changes:
        action.history.append(ActionEvent(by=by, changes=changes))
    return bool(changes)


def schedule_reviews(document: AssessmentFile, start: date, *, by: str | None) -> None:
    """Set the due dates of the reviews; those already done keep theirs."""
    existing = {review.months: review for review in document.reviews if review.months is not None}
    for months in REVIEW_MONTHS:
        due = add_months(start, months).isoformat()
        review = existing.get(months)
        if review is None:
            review = Review(id=f"r{months}", months=months, due=due)
            review.history.append(ActionEvent(by=by, changes={"due": [None, due]}))
            document.reviews.append(review)
        elif review.done is None and review.due != due:
            review.history.append(ActionEvent(by=by, changes={"due": [review.due, due]}))
            review.due = due


def plan_review(document: AssessmentFile, due: date, *, by: str | None) -> Review:
    """Add a review on a day that was chosen; one that is planned for that day is given back."""
    for review in document.reviews:
        if review.due == due.isoformat() and review.done is None and review.redacted is None:
            return review
    number = sum(review.months is None for review in document.reviews) + 1
    added = Review(id=f"x{number}", due=due.isoformat())
    added.history.append(ActionEvent(by=by, changes={"due": [None, added.due]}))
    document.reviews.append(added)
    return added


def write_review(document: AssessmentFile, id: str, text: str, *, by: str | None) -> bool:
    """Keep what is being written about a review; one that was done keeps its day. True if anything changed."""
    review = find(document.reviews, "review", id)
    if review.redacted is not None:
        raise AssessmentError(
            f'What was written in review "{id}" was taken out.', next_step="Plan another one."
        )
    found = plain(text)
    if found is not None and not isinstance(found, str):
        raise AssessmentError("A review is written down in words.")
    before, now = review.result, None if blank(found) else found
    if before == now:
        return False
    last = review.history[-1] if review.history else None
    review.result = now
    if last is not None and last.by == by and [*last.changes] == ["result"]:
        last.changes = {"result": [last.changes["result"][0], now]}  # the same sentence, typed on
    else:
        review.history.append(ActionEvent(by=by, changes={"result": [before, now]}))
    return True


def complete_review(document: AssessmentFile, id: str, result: str, *, on: date, by: str | None) -> None:
    """Write down what a review found; an earlier result stays in its history."""
    review = find(document.reviews, "review", id)
    text = plain(result)
    if not isinstance(text, str) or blank(text):
        raise AssessmentError(
            "A review needs a result in words.", next_step="Say what was found, also if it is little."
        )
    changes: dict[str, list[Any]] = {"result": [review.result, text], "done": [review.done, on.isoformat()]}
    review.result, review.done, review.by = text, on.isoformat(), by
    review.history.append(ActionEvent(by=by, changes=changes))


def add_months(day: date, months: int) -> date:
    """Give the same day some months later, or the last day of that month.

    >>> add_months(date(2025, 11, 30), 3).isoformat()
    '2026-02-28'
    """
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_of(value: date | str, what: str) -> date:
    """Read a day.

    Raises
    ------
    AssessmentError
        It is not a date written as year-month-day.
    """
    text = plain(value)
    day = as_date(text[:10]) if isinstance(text, str) else None
    if day is None:
        raise AssessmentError(
            f'{what}: "{value}" is not a date.', next_step="Write year-month-day, such as 2026-03-31."
        )
    return day


def find(items: list[Any], what: str, id: str) -> Any:
    """Find an action, a review or evidence by its id."""
    for item in items:
        if item.id == id:
            return item
    raise UnknownName(what, id, [item.id for item in items])


def free_id(document: AssessmentFile, used: Iterable[str] = ()) -> str:
    """The next id of an action; one that is typed and not yet in the register has its id already."""
    typed = (id for draft in document.drafts.values() if isinstance(draft.value, dict) for id in draft.value)
    taken = {*(action.id for action in document.actions), *typed, *used}
    numbers = [int(id[1:]) for id in taken if id[:1] == "a" and id[1:].isdecimal()]
    return f"a{max(numbers, default=0) + 1}"


def check(name: str, value: Any) -> str | None:
    """One field of an action as it is kept; refuse what cannot be."""
    if name == "due" and value is not None and not blank(value):
        return day_of(value, "Due").isoformat()
    if name == "status":
        if value not in STATUSES:
            raise AssessmentError(
                f'"{value}" is not a status.', allowed=STATUSES, did_you_mean=nearest(str(value), STATUSES)
            )
        return str(value)
    text = plain(value)
    if text is not None and not isinstance(text, str):
        raise AssessmentError(f'"{name}" of an action is text.')
    if name == "what" and blank(text):
        raise AssessmentError("An action says what is done.", next_step="Give what=...")
    return None if blank(text) else text
