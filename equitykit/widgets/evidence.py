"""Evidence on a page: what is attached, run again, taken off, and made anew from a file of the folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from equitykit.assessment import Assessment, Attached, Change
from equitykit.audit import audit
from equitykit.evidence import Evidence
from equitykit.instruments import EvidenceAsk
from equitykit.report.disparities import title_of
from equitykit.widgets import show
from equitykit.widgets.compare import CompareForm
from equitykit.widgets.data import DataForm
from equitykit.widgets.fields import Field, Html, TextField
from equitykit.widgets.form_file import FormFile
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.instruments import Ask
    from equitykit.widgets.wizard import Wizard

__all__ = ["EvidenceField"]

ADD = {
    "disparities": "Compare groups in a data file",
    "audit": "Check how the data were collected",
    "form": "Check a form or data dictionary",
    "document": "Add a document",
    "story": "Add what people say",
    "visit": "Add a site visit",
}
WAYS = {"form": "audit"}
TITLE, TEXT, WHERE, CONSENT, UNTIL = "~title", "~text", "~where", "~consent", "~until"


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
        self.form: DataForm | CompareForm | FormFile | TextForm | None = None
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
            press = {"take off": button(f"Take off: {item.evidence.title}", guard(self._detacher(item.id)))}
            if item.evidence.recipe is not None:
                again = button(
                    f"Run again on the data as they are now: {item.evidence.title}",
                    guard(self._refresher(item.id)),
                )
                press = {"refresh": again, **press}
            bar = ipywidgets.Box(list(press.values()))
            bar.add_class("ekw-bar")
            self.items[item.id] = {"html": html, "said": said, **press}
            shown.append(ipywidgets.VBox([html, said, bar]))
        if not shown:
            shown = [Html(html=show.paragraphs("Nothing is attached yet."))]
        self.list.children = tuple(shown)
        for widget in old:
            _close(widget)

    def _show_choices(self) -> None:
        guard = self._wizard.guard
        kinds = [kind for kind in ADD if WAYS.get(kind, kind) in self._ask.accepts]
        self.add = {kind: button(ADD[kind], guard(self._beginner(kind))) for kind in kinds}
        bar = ipywidgets.Box(list(self.add.values()))
        bar.add_class("ekw-bar")
        self._put([Html(html=show.heading("Add evidence")), bar])
        self.form = None

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
        self.attach = button("Attach", guard(lambda: self._attach(kind)), main=True)
        self.cancel = button("Do not add this", guard(self._cancel))
        if kind == "disparities":
            self.form = CompareForm(folder, self._wizard)
        elif kind == "audit":
            self.form = DataForm(folder, self._wizard)
        elif kind == "form":
            self.form = FormFile(folder, self._wizard)
        else:
            self.form = TextForm(kind)
        self._wizard.fields |= self.form.fields
        bar = ipywidgets.Box([self.attach, self.cancel])
        bar.add_class("ekw-bar")
        note = "This is kept once you press Attach."
        head = Html(html=show.heading(ADD[kind]) + show.paragraphs(note, small=True))
        self._put([head, *self.form.widgets, bar])
        self._wizard.bar.layout.display = "none"  # one thing at a time
        self._wizard.problems.focus(next(iter(self.form.fields)))

    def _cancel(self) -> None:
        self._end_form()
        self._wizard.tell_problems()
        self._wizard.problems.focus(self.ident)

    def _end_form(self) -> None:
        for ident in self.form.fields if self.form is not None else ():
            self._wizard.fields.pop(ident, None)
        self._wizard.bar.layout.display = None
        self._show_choices()

    def _attach(self, kind: str) -> None:
        form = self.form
        if form is None:
            return
        found = form.problems()
        self._wizard.tell_problems(*found)
        if found:
            return
        named: dict[str, Any] = {}
        if isinstance(form, TextForm):
            evidence, named = form.make()
        elif isinstance(form, CompareForm):
            evidence = form.run().to_evidence()
            named["title"] = title_of(evidence.facts)
        elif isinstance(form, FormFile):
            evidence = audit(form.form, standard=form.standard.value).to_evidence()
        else:
            evidence = self._audited(form)
        id = self._assessment.attach(self._ask.id, evidence, **named)
        self._end_form()
        self._show_items()
        self._wizard.said_saved()
        self.items[id]["said"].html = show.inset(show.paragraphs("It is attached."), tone="ekw-done")
        self._wizard.problems.focus(f"item-{id}")

    def _audited(self, form: DataForm) -> Evidence:
        def progress(done: int, total: int, what: str) -> None:
            self._wizard.remark(f"Checking: step {done} of {total}, {what}.")

        made = audit(form.records, form.chosen_codebook(), progress=progress).to_evidence()
        self._wizard.remark("")
        return made

    # again, and off

    def _refresher(self, id: str) -> Callable[[], None]:
        return lambda: self.refresh(id)

    def refresh(self, id: str) -> None:
        """Run one piece of evidence again, and say what changed."""
        self.items[id]["said"].html = show.paragraphs("Running again.")
        changes = self._assessment.refresh(id)
        self._show_items()
        self._wizard.said_saved()
        told = next(item.history[-1].text for item in self._assessment.attachments() if item.id == id)
        self.items[id]["said"].html = _changed(changes, told)
        self._wizard.problems.focus(f"item-{id}")

    def _detacher(self, id: str) -> Callable[[], None]:
        def take_off() -> None:
            self._assessment.detach(id)
            self._show_items()
            self._wizard.said_saved()
            self._wizard.problems.focus(self.ident)

        return take_off


class TextForm:
    """Fields for a document or for what somebody says."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        story = kind == "story"
        self.title = TextField(ident=TITLE, label="What do you call it?")
        self.text = TextField(
            ident=TEXT, kind="longtext", label="What did people say?" if story else "What does it say?"
        )
        self.text.help = [
            "Leave out names, and anything that shows who it is."
            if story
            else "Write the sentences that matter here, with numbers and page."
        ]
        visit = kind == "visit"
        if visit:
            self.text.label = "When and where was it, whom did you meet, and what did you see and hear?"
            self.text.help = ["Name roles, not people."]
        self.where = TextField(ident=WHERE, label="Where is it kept? (optional)", shown=not (story or visit))
        story = story or visit
        asked = (
            "How did the people there agree to share it?"
            if visit
            else "How did the person agree to share it?"
        )
        self.consent = TextField(ident=CONSENT, label=asked, shown=story)
        self.consent.help = [
            "Say how, when, and for what. Without an agreement it stays out of a public report."
        ]
        self.until = TextField(ident=UNTIL, kind="date", label="Until when? (optional)", shown=story)
        self.fields: dict[str, Field] = {
            field.ident: field for field in (self.title, self.text, self.where, self.consent, self.until)
        }

    @property
    def widgets(self) -> list[Any]:
        """The fields in order."""
        return list(self.fields.values())

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        found = [] if self.title.value.strip() else [(TITLE, "Give it a name.")]
        if not self.text.value.strip():
            found.append((TEXT, "Write what it says."))
        return found

    def make(self) -> tuple[Evidence, dict[str, Any]]:
        """The evidence, and how it may be used."""
        where = self.where.value.strip()
        summary = (self.text.value.strip(), *([f"Kept at: {where}"] if where else []))
        named = {"consent": self.consent.value.strip() or None, "consent_until": self.until.value or None}
        return Evidence(kind=self._kind, title=self.title.value.strip(), summary=summary), named


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
