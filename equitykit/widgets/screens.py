"""The screens of the wizard that hold no question of a part: what it is, the parts, the check, the register."""

from __future__ import annotations

from typing import Any

import ipywidgets

from equitykit.assessment import Assessment
from equitykit.instruments import Ask, Part
from equitykit.instruments.views import load_view
from equitykit.readability import reading_level
from equitykit.widgets import orders, reviews, show
from equitykit.widgets.actions import ActionsField
from equitykit.widgets.fields import AnswerList, ChoiceField, Html, TaskList, TextField
from equitykit.widgets.report_page import ReportPage
from equitykit.widgets.reviews import EffectPage, ReviewPage, ReviewsPage
from equitykit.widgets.shell import Shell, button
from equitykit.widgets.taking_out import TakingOut

__all__ = ["INTERNAL", "Screens"]

INTERNAL = "Internal. Not for publication."
WRITER, TRACK, LANGUAGE = "~writer", "~track", "~language"


class Screens(Shell):
    """Screens around the questions; `Wizard` leads from one to the other."""

    assessment: Assessment
    tasks: TaskList
    place: str
    _out_to: str = "parts"  # where to go back to after taking a text out
    view: str | None = None  # order of the answers; None for that of the instrument

    def go(self, place: str, *, move: bool = True, focus: str | None = None) -> None:
        """Show a page."""
        raise NotImplementedError

    def change(self, ask: str) -> None:
        """Go to a question, and come back afterwards."""
        raise NotImplementedError

    def _unsaved(self) -> bool:
        raise NotImplementedError

    def _clear_rescue(self) -> None:
        self.rescue.children = ()
        self.say("")

    def _is_new(self) -> bool:
        return all(state in ("not yet started", "cannot start yet") for state in self._states().values())

    def _states(self) -> dict[str, str]:
        return {part.id: self.assessment.state(part.id) for part in self.assessment.parts()}

    def _about(self, move: bool) -> None:
        instrument = self.assessment.instrument
        credit = instrument.credit
        text = Html(
            html=show.paragraphs(instrument.purpose)
            + show.heading("Before you start")
            + show.bullets(
                [
                    "You can stop at any time. What you type is saved as you type it, in a file on this computer.",
                    "Have your data file at hand if you have one. It can be attached later.",
                    "Answers and evidence stay in this file. Nothing is sent anywhere.",
                ]
            )
        )
        writer = TextField(
            ident=WRITER,
            label="Who is writing? (optional)",
            help=[
                "A name or a role. It stands beside each answer in the history, and not in a public report."
            ],
            value=self.assessment.by or "",
        )
        writer.on("leave", self.guard(lambda: setattr(self.assessment, "by", writer.value.strip() or None)))
        tracks = [
            {
                "id": track.id,
                "label": f"{track.title}, about {_duration(track.minutes)}",
                "hint": track.description,
            }
            for track in instrument.tracks
        ]
        track = ChoiceField(
            ident=TRACK, label="Which way do you want to go?", options=tracks, value=self.assessment.track
        )
        track.typed(self.guard(self._take_way))
        self.fields = {WRITER: writer, TRACK: track}
        tongues = self._tongues()
        sources = Html(
            html=show.heading("Where the questions come from")
            + show.paragraphs(credit.text)
            + "".join(f"<p>{show.link(one.title, one.url, new=True)}</p>" for one in credit.links)
        )
        chosen = instrument.track(self.assessment.track)
        way = Html(
            html=show.paragraphs(
                f'You go the way "{chosen.title}", which takes about {_duration(chosen.minutes)}. '
                "You can change to another way later; nothing you have written is lost."
            )
        )
        new = self._is_new()
        fields = [track, writer] if len(tracks) > 1 and not new else [way, writer] if new else [writer]
        fields = [*tongues, *fields]
        buttons = [button("Start" if new else "Continue", self.guard(self._leave_about), main=True)]
        self.page(
            instrument.title, [text, *fields, sources], buttons, caption=INTERNAL, back=not new, move=move
        )

    def _tongues(self) -> list[ChoiceField]:
        """The choice of a language, where the instrument has more than one."""
        assessment = self.assessment
        if len(assessment.languages) < 2:
            return []
        field = ChoiceField(
            ident=LANGUAGE,
            label="In which language do you want to read the questions?",
            help=["Buttons and messages stay in English. You can answer in any language."],
            options=[{"id": code, "label": name} for code, name in assessment.languages.items()],
            value=assessment.language,
        )
        field.typed(self.guard(self._take_language))
        self.fields[LANGUAGE] = field
        return [field]

    def _take_language(self, code: str | None) -> None:
        if code:
            self.assessment.set_language(code)

    def _take_way(self, track: str | None) -> None:
        if track:
            self.assessment.set_track(track)

    def _leave_about(self) -> None:
        writer = self.fields[WRITER].value.strip() or None
        if writer != self.assessment.by:
            self.assessment.by = writer
        self.go("parts")

    def _parts(self, move: bool) -> None:
        assessment, states = self.assessment, self._states()
        done = sum(state == "completed" for state in states.values())
        called = assessment.summary()
        summary = Html(
            html=show.paragraphs(
                f"You have finished {done} of {len(states)} parts."
                + (f" {_then(assessment)}" if done == len(states) else ""),
                called.sentence,
                called.why,
            )
            + (show.inset(show.bullets(assessment.notes)) if assessment.notes else "")
            + orders.after_sign_off(assessment)
        )
        tasks = TaskList(items=[self._task(part, states) for part in assessment.parts()])
        tasks.on("pick", self.guard(lambda part: self.go(f"part/{part}/0")))
        more = TaskList(
            items=[
                {"id": "check", "title": "Check your answers", "status": ""},
                {"id": "actions", "title": "See who does what, by when", "status": self._open_actions()},
                {
                    "id": "reviews",
                    "title": "Look back at what happened",
                    "status": reviews.standing(assessment),
                    "tone": "" if assessment.reviews() or done < len(states) else "ekw-now",
                },
                {"id": "report", "title": "Write the report", "status": ""},
                {"id": "out", "title": "Take a text out of the file", "status": ""},
                {
                    "id": "about",
                    "title": "Change the way through, or who is writing",
                    "status": assessment.by or "",
                },
            ]
        )
        more.on("pick", self.guard(lambda what: self.go(what)))
        self.tasks = tasks
        self.page(
            assessment.title,
            [summary, tasks, Html(html=show.heading("At any time")), more],
            caption=INTERNAL,
            back=False,
            move=move,
        )

    def _task(self, part: Part, states: dict[str, str]) -> dict[str, Any]:
        state = states[part.id]
        blocked = state == "cannot start yet"
        waits = [
            self.assessment.instrument.part(need).title
            for need in part.needs
            if states.get(need, "completed") != "completed"
        ]
        hint = ""
        if blocked:
            hint = (
                f"First finish: {', '.join(waits)}." if len(waits) <= 3 else "First finish the other parts."
            )
        return {
            "id": part.id,
            "title": part.title,
            "status": state.capitalize(),
            "tone": "ekw-now" if state == "in progress" else "",
            "blocked": blocked,
            "hint": hint,
        }

    def _open_actions(self) -> str:
        standing = [one for one in self.assessment.actions() if one.redacted is None]
        count = sum(action.status not in ("done", "dropped") for action in standing)
        return f"{count} open" if count else ""

    def _check(self, move: bool) -> None:
        body: list[Any] = [
            Html(
                html=show.paragraphs(
                    "Read what you wrote, and change what is not right. Then write the report."
                )
            )
        ]
        asked = orders.view_field(self.assessment, self.view)
        if asked is not None:
            show_it = button("Show in this order", self.guard(lambda: self._take_view(asked.value)))
            bar = ipywidgets.Box([show_it])
            bar.add_class("ekw-bar")
            body += [asked, bar]
        view = orders.chosen_view(self.assessment, self.view)
        if view is not None:
            body.append(Html(html=show.inset(show.paragraphs(view.remark))))
            for title, asks in orders.in_order(self.assessment, view):
                said = "" if asks else show.paragraphs("None of the questions you were asked stands here.")
                body.append(Html(html=show.heading(title) + said))
                body.append(self._answers(asks))
        else:
            body += self._by_part()
        buttons = [
            button("Write the report", self.guard(lambda: self.go("report")), main=True),
            button("Go to the list of parts", self.guard(lambda: self.go("parts"))),
        ]
        self.page(
            "Check your answers", body, buttons, caption=f"{INTERNAL} {self.assessment.title}", move=move
        )

    def _by_part(self) -> list[Any]:
        body: list[Any] = []
        for part in self.assessment.parts():
            asks = [ask for ask in part.asks if self.assessment.visible(ask.id)]
            state = self.assessment.state(part.id)
            body.append(
                Html(html=show.heading(part.title) + show.paragraphs(f"{state.capitalize()}.", small=True))
            )
            if state != "cannot start yet":
                body.append(self._answers(asks))
        return body

    def _answers(self, asks: list[Ask]) -> AnswerList:
        answers = AnswerList(items=[self._answer(ask) for ask in asks])
        answers.on("pick", self.guard(lambda ask: self.change(ask)))
        return answers

    def see_as(self, view: str) -> None:
        """Check and print answers in the order of a view."""
        self.view = load_view(view, self.assessment.instrument).id
        if self.place == "check":
            self.go("check", move=False)

    def _take_view(self, id: str | None) -> None:
        chosen = None if id in (None, orders.AS_ASKED) else id
        if chosen != self.view:
            self.view = chosen
            self.go("check", move=False)
            self.problems.focus(orders.VIEW)

    def _answer(self, ask: Ask) -> dict[str, Any]:
        lines = show.answer_lines(self.assessment, ask)
        if lines and getattr(ask, "grade", None) is not None:
            text = str(self.assessment.value(ask.id))
            lines = [*lines, reading_level(text, lang=self.assessment.language).sentence]
        if lines and (left := self.assessment.not_named(ask.id)):
            lines = [*lines, f"Named before, and not here: {'; '.join(left)}."]
        return {
            "id": ask.id,
            "question": ask.label,
            "lines": lines or ["Not answered yet"],
            "missing": not lines,
        }

    def _register(self, move: bool) -> None:
        ask = next((one for one in self.assessment.instrument.asks() if one.kind == "actions"), None)
        if ask is None:
            self.go("parts")
            return
        self.fields = {ask.id: ActionsField(self.assessment, ask, self)}
        buttons = [button("Go to the list of parts", self.guard(self._leave_register), main=True)]
        caption = f"{INTERNAL} {self.assessment.title}"
        self.page("Who does what, by when", list(self.fields.values()), buttons, caption=caption, move=move)

    def _leave_register(self) -> None:
        if self._unsaved():
            return
        self.go("parts")

    def _reviews(self, move: bool) -> None:
        page = ReviewsPage(self.assessment, self)
        self.fields = dict(page.fields)
        buttons = [button("Go to the list of parts", self.guard(lambda: self.go("parts")))]
        caption = f"{INTERNAL} {self.assessment.title}"
        self.page("Look back at what happened", page.widgets, buttons, caption=caption, move=move)

    def _review(self, rest: str, move: bool) -> bool:
        """Show one review, or one action of it; False where there is none, or it was taken out."""
        id, _, effect = rest.partition("/")
        found = next(
            (one for one in self.assessment.reviews() if one.id == id and one.redacted is None), None
        )
        what = next((one for one in self.assessment.effects() if one.id == effect), None)
        if found is None or (effect and what is None):
            return False
        if what is not None:
            one = EffectPage(self.assessment, self, what, f"review/{id}")
            self.fields = dict(one.fields)
            self.page("What did it do in fact?", one.widgets, [one.press], caption=INTERNAL, move=move)
            return True
        page = ReviewPage(self.assessment, self, found)
        self.fields = dict(page.fields)
        self.page(found.named, page.widgets, [page.press, page.later], caption=INTERNAL, move=move)
        return True

    def _report(self, move: bool) -> None:
        self.report = ReportPage(self.assessment, self)
        self.fields = dict(self.report.fields)
        caption = f"{INTERNAL} {self.assessment.title}"
        self.page("Write the report", self.report.widgets, self.report.buttons, caption=caption, move=move)

    def take_out(self, id: str) -> None:
        """Ask whether a text shall leave the file, and come back here afterwards."""
        self._out_to = self.place
        self.go(f"out/{id}")

    def end_taking_out(self) -> None:
        """Go back to where taking out was asked for."""
        target, self._out_to = self._out_to, "parts"
        self.go(target)

    def _take_out(self, id: str, move: bool) -> None:
        self.taking = TakingOut(self.assessment, self, id or None)
        self.fields = dict(self.taking.fields)
        self.page(self.taking.title, self.taking.widgets, self.taking.buttons, caption=INTERNAL, move=move)

    def said_saved(self) -> None:
        """Say when the last change was saved; what stood in the way before is over."""
        self.remark(f"Saved at {show.clock()}.")
        if self.rescue.children:
            self._clear_rescue()


def _then(assessment: Assessment) -> str:
    """What comes when all parts are finished."""
    if assessment.reviews():
        return "Check your answers, then write the report."
    return "Check your answers, write the report, and plan when you look back."


def _duration(minutes: int) -> str:
    if minutes < 90:
        return f"{minutes} minutes"
    hours = minutes / 60
    return f"{hours:g} hours"
