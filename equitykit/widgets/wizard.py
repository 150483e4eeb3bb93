"""The wizard: an assessment answered page by page. What it knows, it asks the assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from equitykit.assessment import Assessment, Problem
from equitykit.errors import AssessmentStale, EquitykitError
from equitykit.instruments import Ask, Part
from equitykit.widgets import carried, orders, show
from equitykit.widgets.actions import ActionsField
from equitykit.widgets.asking import field_for, given, place_in_rows
from equitykit.widgets.benches import standing, task_at, tasks
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.standing import doors
from equitykit.widgets.evidence import EvidenceField
from equitykit.widgets.fields import (
    ChoiceField,
    Field,
    Html,
    RowsField,
)
from equitykit.widgets.pages import Page, pages
from equitykit.widgets.place import keep_place, kept_place, user
from equitykit.widgets.process_checks import ProcessChecks
from equitykit.widgets.recalled import begun, with_recalled
from equitykit.widgets.screens import INTERNAL, Screens
from equitykit.widgets.shell import LANGUAGE, button, log_beside

__all__ = ["Wizard"]

FINISHED = "~finished"
YES_NO = [
    {"id": "yes", "label": "Yes, I have finished this part"},
    {"id": "no", "label": "No, I will come back to it later"},
]


class Wizard(Screens):
    """One assessment as pages: what to do, one small group of questions at a time, check, report.

    Attributes
    ----------
    assessment : what is worked on; every answer goes there as it is typed.
    place : the page shown: "about", "parts", "check", "report", "actions", "reviews", "review/ID", "out" or "out/ID"
        (taking a text out), "part/ID/NUMBER", "part/ID/end", or a page of a bench, "bench/PART/TASK/WHERE".
    task : the task of a bench that is worked on.
    fields : the questions on the page, by id. next : the button that goes on.
    problems : the summary of what is wrong. errors : what went wrong and should not have.
    """

    def __init__(self, assessment: Assessment) -> None:
        super().__init__(log=log_beside(assessment.path))
        self.assessment = assessment
        self.guard.problem = self._problem
        self.place = "parts"
        self.task: Task | None = None
        self.next = button("Continue", self.guard(self._continue), main=True)
        self.keep.append(self.next)
        self._back_to: str | None = None
        self._tried = False
        self.starts: set[str] = set()
        found = self._take_up()
        self.go(found or ("about" if self._is_new() else "parts"), move=False)

    # where we are

    def go(self, place: str, *, move: bool = True, focus: str | None = None) -> None:
        """Show a page. Leaving a page turns what was typed there into history."""
        if move:
            if self._unsaved() or self._holds(place):
                return
            self.assessment.commit_drafts()
        self._tried = False
        self.fields, self.starts = {}, set()
        kind, _, rest = place.partition("/")
        found = task_at(self, place)
        self.task = found[0] if found else None
        screens: dict[str, Callable[[bool], None]] = {
            "about": self._about,
            "check": self._check,
            "actions": self._register,
            "reviews": self._reviews,
            "report": self._report,
            "out": lambda moved: self._take_out(rest, moved),
        }
        shown = (
            kind == "part" and self._part_page(rest, move) or kind == "review" and self._review(rest, move)
        )
        if shown or (found and found[0].open(found[1], move)):
            self.place = place
        elif kind == "bench" and self._part_page(rest.partition("/")[0] + "/0", move):
            self.task, self.place = None, f"part/{rest.partition('/')[0]}/0"
        elif kind in screens:
            self.place = place
            screens[kind](move)
        else:
            self.place = "parts"
            self._parts(move)
        self._keep_place()
        if focus:
            self.problems.focus(focus)

    def tongues(self) -> Mapping[str, str]:
        """Texts of the instrument, each with its language, where there is more than that of the pages."""
        return {} if set(self.assessment.languages) == {LANGUAGE} else self.assessment.spoken

    def _keep_fields(self) -> None:
        for field in self.fields.values():
            if isinstance(field, ActionsField):
                field.keep()

    def _take_up(self) -> str | None:
        """Give the page that was shown last; who was writing here writes again."""
        kept = kept_place(self.assessment)
        if self.assessment.by is None and kept.get("by") and kept.get("user") == user():
            self.assessment.by = str(kept["by"])
        return str(kept["place"]) if kept.get("place") else None

    def _keep_place(self) -> None:
        keep_place(self.assessment, self.place, by=self.assessment.by, user=user())

    # screens

    def _part_page(self, rest: str, move: bool) -> bool:
        """Show a page of a part; False where it is not there (any more)."""
        id, _, where = rest.partition("/")
        part = next((part for part in self.assessment.parts() if part.id == id), None)
        if part is None or self.assessment.state(id) == "cannot start yet":
            return False
        if where == "end":
            self._end(part, move)
            return True
        cut = pages(part)
        if not where.isdigit() or int(where) >= len(cut):
            return False
        self._ask(cut[int(where)], cut, move)
        return True

    def _ask(self, page: Page, cut: tuple[Page, ...], move: bool) -> None:
        shown = [one for one in cut if self._is_asked(one)] or list(cut)
        where = f", page {shown.index(page) + 1} of {len(shown)}" if len(shown) > 1 and page in shown else ""
        intro = Html(html=show.paragraphs(page.part.intro or "") if page.number == 0 else "")
        checks: list[Any] = (
            [ProcessChecks(self.assessment, self).root] if page.number == 0 and page.part.shows_checks else []
        )
        if page == shown[-1] and page.part.shows_others:
            checks += orders.others_panel(self.assessment)
        if page.number == 0 and page.part.bench is not None:
            checks += [standing(self.assessment, page.part), *doors(self, tasks(self, page.part))]
        for ask in page.asks:
            self.fields[ask.id] = self._field(ask)
        self._conditions(page.asks)
        self.next.description = "Save and return" if self._back_to else "Continue"
        buttons = [self.next]
        if not self._back_to:
            buttons.append(button("Save and go to the list of parts", self.guard(lambda: self.go("parts"))))
        else:
            buttons.append(self.back_button_to_check())
        number = [part.id for part in self.assessment.parts()].index(page.part.id) + 1
        caption = f"{INTERNAL} Part {number} of {len(self.assessment.parts())}{where}"
        self.page(
            page.part.title,
            [intro, *checks, *with_recalled(self, page.asks)],
            buttons,
            caption=caption,
            move=move,
        )

    def back_button_to_check(self) -> Any:
        """The button that returns to the answers without looking at problems."""
        return button("Return without fixing this now", self.guard(self._return))

    def _return(self) -> None:
        target, self._back_to = self._back_to or "parts", None
        self.go(target)

    def _field(self, ask: Ask) -> Field | EvidenceField:
        if ask.kind == "evidence":
            return EvidenceField(self.assessment, ask, self)
        if ask.kind == "actions":
            return ActionsField(self.assessment, ask, self)
        start = self.assessment.start(ask.id)
        field = field_for(ask, start.value if start is not None else begun(self.assessment, ask))
        if start is not None:
            carried.begin(field, start)
            self.starts.add(ask.id)
        field.typed(self.guard(lambda value: self._typed(ask, value)))
        field.on("leave", self.guard(lambda: self._left(ask)))
        return field

    def _end(self, part: Part, move: bool) -> None:
        looks = self.assessment.prompts(part.id)
        again = Html(
            html=show.inset(
                show.heading("Worth another look", 2),
                show.bullets(self._looked(look) for look in looks),
            )
            if looks
            else ""
        )
        done = self.assessment.state(part.id) == "completed"
        field = ChoiceField(
            ident=FINISHED,
            label="Have you finished this part?",
            help=["You can open it again at any time."],
            options=YES_NO,
            value="yes" if done else None,
        )
        self.fields = {FINISHED: field}
        self.next.description = "Continue"
        self.page(part.title, [again, field], [self.next], caption=INTERNAL, move=move)

    def _looked(self, look: Problem) -> str:
        """What is worth another look, with the question it is about."""
        return f"{self.assessment.instrument.ask(look.ask).label} {look.text}" if look.ask else look.text

    # what a person does

    def change(self, ask: str) -> None:
        """Go to a question from the answers, and come back there afterwards."""
        self._back_to = "check"
        self._to_ask(ask)

    def _to_ask(self, ask: str) -> None:
        part = self.assessment.instrument.part_of(ask).id
        cut = next((pages(one) for one in self.assessment.parts() if one.id == part), ())
        page = next((page for page in cut if any(one.id == ask for one in page.asks)), None)
        if page is None:
            self.go("parts")
            return
        self.go(f"part/{part}/{page.number}", focus=ask)

    def pick_problem(self, ident: str) -> None:
        """Go to a question that is on another page, and say there what is wrong."""
        self._to_ask(ident)
        self._tell([one for one in self.assessment.problems() if one.ask in self.fields])

    def press_back(self) -> None:
        """Go back one page; nothing is checked and nothing is lost."""
        kind, _, rest = self.place.partition("/")
        if self.task is not None:
            self.task.go(self.task.back(rest.partition("/")[2].partition("/")[2]))
            return
        if kind == "out":
            self.end_taking_out()
            return
        if self._back_to:
            self._return()
            return
        if kind != "part":
            id, _, effect = rest.partition("/")
            self.go((f"review/{id}" if effect else "reviews") if kind == "review" else "parts")
            return
        id, _, where = rest.partition("/")
        cut = pages(next(part for part in self.assessment.parts() if part.id == id))
        last = len(cut) if where == "end" else int(where)
        before = [page.number for page in cut[:last] if self._is_asked(page)]
        self.go(f"part/{id}/{before[-1]}" if before else "parts")

    def _continue(self) -> None:
        id, _, where = self.place.partition("/")[2].partition("/")
        if where == "end":
            self._answer_finished(id)
            return
        if self._unsaved():
            return
        self._take_over(*(id for id in self.starts if self.fields[id].shown))
        self.assessment.commit_drafts()
        found = [one for one in self.assessment.problems(id) if one.ask in self.fields]
        if found and self._tell(found):
            return
        if self._back_to:
            self._return()
            return
        self._on(id, int(where))

    def _on(self, id: str, number: int) -> None:
        cut = pages(next(part for part in self.assessment.parts() if part.id == id))
        after = [page.number for page in cut[number + 1 :] if self._is_asked(page)]
        self.go(f"part/{id}/{after[0]}" if after else f"part/{id}/end")

    def _unsaved(self) -> bool:
        """Whether something typed on this page cannot be kept as it is; it is said."""
        self._keep_fields()
        found = [
            (ident, field.unkept)
            for ident, field in self.fields.items()
            if isinstance(field, ActionsField) and field.unkept
        ]
        if found:
            self.tell_problems(*found)
        return bool(found)

    def _holds(self, place: str) -> bool:
        """Whether something on a page of a bench would be lost by going on; a person is asked once."""
        task = self.task
        if task is None or place == self.place:
            return False
        found = task_at(self, place)
        question = task.leaving(found[1] if found and found[0] is task else None)
        if not question:
            return False

        def leave() -> None:
            task.drop()
            self.go(place)

        task.ask_first(question, [], yes="Leave it", do=leave, no="Go back to it")
        return True

    def _tell(self, found: list[Problem]) -> bool:
        self.tell_problems(*[(one.ask, one.text) for one in found])
        for ident, field in self.fields.items():
            if isinstance(field, RowsField):
                text = next((one.text for one in found if one.ask == ident), "")
                field.wrong = place_in_rows(text, field) or ({"row": 0} if text else None)
        id, _, where = self.place.partition("/")[2].partition("/")
        if not self._tried and found and where.isdigit() and not self._back_to:
            self._tried = True
            later = button("Leave this for later and go on", self.guard(lambda: self._on(id, int(where))))
            self.bar.children = (self.bar.children[0], later, *self.bar.children[1:])
        return bool(found)

    def _answer_finished(self, id: str) -> None:
        answer = self.fields[FINISHED].value
        if answer is None:
            self.tell_problems((FINISHED, "Say whether you have finished this part."))
            return
        if answer == "no":
            if self.assessment.state(id) == "completed":
                self.assessment.reopen(id)
            self.go("parts")
            return
        found = self.assessment.finish(id)
        if found:
            self.tell_problems(*[(one.ask, one.text) for one in found])
            return
        self.go("parts")

    def _typed(self, ask: Ask, value: Any) -> None:
        try:
            self._take_over(ask.id)
        finally:
            self.assessment.draft(ask.id, given(value))
        self.said_saved()
        self._conditions(
            tuple(self.assessment.instrument.ask(id) for id in self.fields if not id.startswith("~"))
        )

    def _take_over(self, *asks: str) -> None:
        """Make what a field began with an answer, where it still stands as it was proposed."""
        for id in self.starts.intersection(asks):
            self.starts.discard(id)
            self.assessment.take_over(id)

    def _left(self, ask: Ask) -> None:
        self.assessment.leave(ask.id)
        if ask.id in self.fields:
            part = self.assessment.instrument.part_of(ask.id).id
            looks = [look.text for look in self.assessment.prompts(part) if look.ask == ask.id]
            self.fields[ask.id].nudge = "\n".join(looks)

    def _conditions(self, asks: tuple[Ask, ...]) -> None:
        for ask in asks:
            shown = self.assessment.visible(ask.id)
            if self.fields[ask.id].shown != shown:
                self.fields[ask.id].shown = shown

    def _is_asked(self, page: Page) -> bool:
        return any(self.assessment.visible(ask.id) for ask in page.asks)

    # when something is in the way

    def _problem(self, error: EquitykitError) -> None:
        if not isinstance(error, AssessmentStale):
            self.say(str(error))
            return
        self.say(
            "This assessment was saved in another window, or by somebody else, after you opened it here. "
            "Nothing was overwritten, and what you typed here is kept."
        )
        self.rescue.children = (
            button("Open it again as it is now", self.guard(self._reopen), main=True),
            button("Go on with what I have, in a copy", self.guard(self._copy)),
        )

    def _reopen(self) -> None:
        self.assessment = self.assessment.again()
        self._clear_rescue()
        self.go(self.place, move=False)

    def _copy(self) -> None:
        self.assessment = self.assessment.save_as_copy()
        self._clear_rescue()
        self.go(self.place, move=False)
        self.say(f'You now work in "{self.assessment.path.name}". The other file stays as it is.')
