"""Taking a text out of the file for good: what leaves and what stays is said first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitykit.assessment import Assessment, Held
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.widgets.screens import Screens

__all__ = ["TakingOut"]

WHAT, WHY = "~out-what", "~out-why"
MOST_SHOWN, MOST_NAMED = 600, 90
LEAVES = (
    "The text leaves this file, its history, the last good version, and what was saved on the way.",
    "Who took it out, when and why stays.",
    "This cannot be undone.",
    "Other windows that are open, reports that were written before, copies and backups are not reached. "
    "Look after them yourself.",
)


class TakingOut:
    """A page that takes one text out.

    Attributes
    ----------
    fields : what is asked. widgets, buttons : what stands on the page. title : its heading.
    press : takes it out. leave : keeps it.
    """

    def __init__(self, assessment: Assessment, wizard: Screens, id: str | None = None) -> None:
        self._assessment, self._wizard = assessment, wizard
        self._held = {one.id: one for one in assessment.texts()}
        self._id = id if id in self._held else None
        self.consent = self._id is not None and self._held[self._id].consent
        self.title = "Take back an agreement" if self.consent else "Take a text out of the file"
        self.what = ChoiceField(
            ident=WHAT,
            kind="select",
            label="Which text do you take out?",
            options=[{"id": one.id, "label": _named(one)} for one in self._held.values()],
        )
        self.why = TextField(
            ident=WHY,
            label="Why do you take it out?",
            help=["The reason is kept. Do not repeat the text, and name nobody."],
        )
        self.about = Html(role="status")
        self.what.typed(wizard.guard(lambda _: self._tell()))
        asked: list[Field] = [*([] if self._id else [self.what]), *([] if self.consent else [self.why])]
        self.fields = {field.ident: field for field in asked} if self._held else {}
        self.press = button(
            "Take the words out for good" if self.consent else "Take it out for good",
            wizard.guard(self._take_out),
        )
        self.leave = button("Keep it", wizard.guard(wizard.end_taking_out), main=True)
        none = (
            []
            if self._held
            else [Html(html=show.paragraphs("Nothing is written down yet that could be taken out."))]
        )
        first = [self.what, self.about] if self._id is None and self._held else [self.about]
        rest = [self.why] if WHY in self.fields else []
        self.widgets: list[Any] = [*none, *first, *rest] if self._held else none
        self.buttons = [self.leave, self.press] if self._held else [self.leave]
        self._tell()

    @property
    def _chosen(self) -> Held | None:
        return self._held.get(self._id or str(self.what.value or ""))

    def _tell(self) -> None:
        one = self._chosen
        if one is None:
            self.about.html = ""
            return
        text = show.short(one.text, MOST_SHOWN)
        ask = (
            f"Did the person take the agreement back, and shall the words of \u201c{one.label}\u201d leave this file?"
            if self.consent
            else "Shall this text leave the file for good?"
        )
        self.about.html = (
            show.heading(ask)
            + show.inset(show.paragraphs(f"{one.kind}: {one.label}", small=True), show.paragraphs(text))
            + show.bullets(LEAVES)
        )

    def _take_out(self) -> None:
        one = self._chosen
        found = [] if one is not None else [(WHAT, "Choose a text.")]
        if WHY in self.fields and not self.why.value.strip():
            found.append((WHY, "Give the reason."))
        self._wizard.tell_problems(*found)
        if found or one is None:
            return
        if self.consent:
            left = self._assessment.withdraw_consent(one.id)
        else:
            left = self._assessment.redact(one.id, self.why.value)
        names = {other.id: _named(other) for other in self._assessment.texts()}
        self._wizard.end_taking_out()
        told = show.paragraphs(f"It was taken out: {one.kind.lower()}{_label(one)}.")
        still = [names.get(place, place) for place in left]
        if still:
            told += show.paragraphs(
                "The same words were also written here. Look at them too:"
            ) + show.bullets(still)
        self._wizard.banner.html = show.inset(told, tone="ekw-stop" if still else "ekw-done")


def _label(one: Held) -> str:
    """The name of what was taken out, where the name is a question and no text of its own."""
    return f" to \u201c{one.label}\u201d" if one.kind == "Answer" else ""


def _named(one: Held) -> str:
    return f"{one.kind}: {show.short(one.label, MOST_NAMED)}"
