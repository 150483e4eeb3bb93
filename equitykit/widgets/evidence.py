"""Evidence on a page: what is attached, run again, taken off, and made anew from a file of the folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from equitykit.assessment import Assessment, Attached, Change
from equitykit.instruments import EvidenceAsk
from equitykit.widgets import show
from equitykit.widgets.being_written import BeingWritten, typed_into
from equitykit.widgets.evidence_forms import ADD, EvidenceForm, Told, accepted, form_for
from equitykit.widgets.fields import Buttons, Html
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.instruments import Ask
    from equitykit.widgets.wizard import Wizard

__all__ = ["EvidenceField"]


class EvidenceField:
    """The evidence of one question.

    Attributes
    ----------
    root : the widget. items : each piece of evidence as shown, by id. form : what is being added now.
    add : the buttons that begin it, by kind.
    """

    def __init__(self, assessment: Assessment, ask: Ask, wizard: Wizard) -> None:
        assert isinstance(ask, EvidenceAsk)
        self._assessment, self._ask, self._wizard = assessment, ask, wizard
        self.ident = ask.id
        self._error = ""
        self.nudge = ""
        self.head = Html()
        self.list = ipywidgets.VBox()
        self.items: dict[str, dict[str, Any]] = {}
        self.add: dict[str, Any] = {}
        self.form: Any = None  # an EvidenceForm
        self._draft: BeingWritten | None = None  # where its fields are typed
        self.place = ipywidgets.VBox()
        self.root = ipywidgets.VBox([self.head, self.list, self.place])
        self._head()
        self._show_items()
        self._show_choices()

    # as other fields

    @property
    def shown(self) -> bool:
        """Whether the question is asked now."""
        return bool(self.root.layout.display != "none")

    @shown.setter
    def shown(self, shown: bool) -> None:
        self.root.layout.display = None if shown else "none"

    @property
    def error(self) -> str:
        """What is wrong, in words."""
        return self._error

    @error.setter
    def error(self, text: str) -> None:
        self._error = text
        self._head()

    @property
    def value(self) -> list[str]:
        """Ids of the evidence attached."""
        return list(self.items)

    # what is shown

    def _head(self) -> None:
        ask = self._ask
        why = f"Why we ask: {ask.why}" if ask.why else ""
        error = Markup('<p class="ekw-error"><span class="ekw-hidden">Error: </span>{}</p>').format(
            self._error
        )
        self.head.html = (
            Markup('<div class="ekw-ask" id="ekw-{}" tabindex="-1"><div class="ekw-help">').format(self.ident)
            + Markup(show.paragraphs(ask.help or "", why))
            + Markup('</div><h2 class="ekw-label">{}</h2>').format(ask.question)
            + (error if self._error else "")
            + Markup("</div>")
        )

    def _show_items(self) -> None:
        guard, old = self._wizard.guard, list(self.list.children)
        self.items = {}
        shown = []
        for item in self._assessment.evidence(self._ask.id):
            html = Html(html=_item(item))
            said = Html(role="status")
            press = Buttons(
                items=[
                    {"id": what, "text": text, "of": item.evidence.title}
                    for what, text in _to_do(item).items()
                ]
            )
            press.on("pick", guard(self._doer(item.id)))
            self.items[item.id] = {"html": html, "said": said, "press": press}
            shown.append(ipywidgets.VBox([html, said, press]))
        if not shown:
            shown = [Html(html=show.paragraphs("Nothing is attached yet."))]
        self.list.children = tuple(shown)
        for widget in old:
            _close(widget)

    def _show_choices(self) -> None:
        guard = self._wizard.guard
        kinds = [kind for kind in ADD if accepted(kind, self._ask.accepts)]
        self.add = {kind: button(ADD[kind], guard(self._beginner(kind))) for kind in kinds}
        bar = ipywidgets.Box(list(self.add.values()))
        bar.add_class("ekw-bar")
        written = [
            f"{ADD[kind]}. {typed_into(form)}"
            for kind in kinds
            if (form := self._assessment.form(self._form_of(kind))) is not None
        ]
        self._put([Html(html=show.heading("Add evidence") + show.bullets(written)), bar])
        self.form = self._draft = None

    def _form_of(self, kind: str) -> str:
        return f"evidence/{self._ask.id}/{kind}"

    def _put(self, widgets: list[Any]) -> None:
        old = list(self.place.children)
        self.place.children = tuple(widgets)
        for widget in old:
            _close(widget)

    # adding

    def _beginner(self, kind: str) -> Callable[[], None]:
        return lambda: self.begin(kind)

    def begin(self, kind: str) -> None:
        """Show the fields for one kind of evidence."""
        guard, folder = self._wizard.guard, self._assessment.path.parent
        self.attach = button("Attach", guard(self._attach), main=True)
        self.cancel = button("Do not add this", guard(self._cancel))
        self.form = form_for(kind, folder, self._wizard)
        self._wizard.fields |= self.form.fields
        bar = ipywidgets.Box([self.attach, self.cancel])
        bar.add_class("ekw-bar")
        note = "This is kept once you press Attach."
        above = []
        if isinstance(self.form, Told):
            note = "What you type is kept as you type it. It becomes evidence once you press Attach."
            self._draft = BeingWritten(self._wizard, self._form_of(kind), self.form.fields.values())
            above = self._draft.above()
        head = Html(html=show.heading(ADD[kind]) + show.paragraphs(note, small=True))
        self._put([head, *above, *self.form.widgets, bar])
        self._wizard.bar.layout.display = "none"  # one thing at a time
        self._wizard.problems.focus(next(iter(self.form.fields)))

    def _cancel(self) -> None:
        if self._draft is not None:
            self._draft.drop()
        self._end_form()
        self._wizard.tell_problems()
        self._wizard.problems.focus(self.ident)

    def _end_form(self) -> None:
        for ident in self.form.fields if self.form is not None else ():
            self._wizard.fields.pop(ident, None)
        self._wizard.bar.layout.display = None
        self._show_choices()

    def _attach(self) -> None:
        form: EvidenceForm | None = self.form
        if form is None:
            return
        found = form.problems()
        self._wizard.tell_problems(*found)
        if found:
            return
        for item in self.items.values():  # what was said before is not about this one
            item["said"].html = ""
        made, named = form.make()
        draft = self._draft
        attach = partial(self._assessment.attach, self._ask.id, made, **named)
        id = attach() if draft is None else draft.become(attach)
        self._show_items()  # drawing takes a moment: the form stays until it stands there
        self._end_form()
        self._wizard.said_saved()
        self.items[id]["said"].html = show.inset(show.paragraphs("It is attached."), tone="ekw-done")
        self._wizard.problems.focus(f"item-{id}")

    # again, and off

    def _doer(self, id: str) -> Callable[[str], None]:
        do = {"refresh": self.refresh, "take off": self.take_off, "take out": self._wizard.take_out}
        return lambda what: do[what](id)

    def refresh(self, id: str) -> None:
        """Run one piece of evidence again, and say what changed."""
        self.items[id]["said"].html = show.paragraphs("Running again.")
        changes = self._assessment.refresh(id)
        self._show_items()
        self._wizard.said_saved()
        told = next(item.history[-1].text for item in self._assessment.attachments() if item.id == id)
        self.items[id]["said"].html = _changed(changes, told)
        self._wizard.problems.focus(f"item-{id}")

    def take_off(self, id: str) -> None:
        """Take one piece of evidence off this question; it stays in the history."""
        self._assessment.detach(id)
        self._show_items()
        self._wizard.said_saved()
        self._wizard.problems.focus(self.ident)


def _to_do(item: Attached) -> dict[str, str]:
    """What can be done with a piece of evidence, in a few words each."""
    agreed = item.evidence.kind in ("story", "visit") or item.consent_note or item.consent_until
    again = {"refresh": "Run again"} if item.evidence.recipe is not None else {}
    return {
        **again,
        "take off": "Take off",
        "take out": "The agreement was taken back" if agreed else "Take out for good",
    }


def _item(item: Attached) -> str:
    return f'<div id="ekw-item-{item.id}" tabindex="-1">{show.evidence(item)}</div>'


def _changed(changes: tuple[Change, ...], told: Sequence[str]) -> str:
    if not changes:
        return show.inset(
            show.paragraphs(f"Run again at {show.clock()}. No number changed."), tone="ekw-done"
        )
    whole = [change.text for change in changes if not change.path]
    if whole:
        return show.inset(show.paragraphs(*whole), tone="ekw-stop")
    return show.inset(
        show.paragraphs(f"Run again at {show.clock()}. This changed:"),
        show.bullets(told),
    )


def _close(widget: Any) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()
