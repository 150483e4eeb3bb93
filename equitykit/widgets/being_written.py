"""A form whose fields are kept as they are typed, until what they say is saved or a person lets go of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from equitykit.errors import AssessmentError
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.assessment import Form
    from equitykit.widgets.wizard import Wizard

__all__ = ["BEING_WRITTEN", "BeingWritten", "typed_into"]

BEING_WRITTEN = "Being written"


class BeingWritten:
    """What is typed into a form, kept at once and put back when the form is opened next.

    Attributes
    ----------
    fields : the fields of the form. found : what was there when it was opened; None where nothing was.
    """

    def __init__(
        self, wizard: Wizard, name: str, fields: Iterable[Field], *, without: Iterable[str] = ()
    ) -> None:
        self._wizard, self._name = wizard, name
        apart = set(without)
        self.fields = [field for field in fields if field.ident not in apart]
        self._saved = self.values()
        self.found: Form | None = wizard.assessment.form(name)
        for field in self.fields:
            if self.found is not None and _name(field) in self.found.values:
                field.value = _offered(field, self.found.values[_name(field)])
        for field in self.fields:  # only now: what is put back is not typed
            field.typed(wizard.guard(lambda _: self.keep()))
        if self.found is not None and not self.changed():  # somebody has saved the same since
            self.found = None
            with suppress(AssessmentError):
                wizard.assessment.keep_form(name, {})

    def values(self) -> dict[str, Any]:
        """What the fields hold, by their ids without "~"."""
        return {
            _name(field): field.value.strip() if isinstance(field.value, str) else field.value
            for field in self.fields
        }

    def changed(self) -> dict[str, Any]:
        """What differs from what is saved."""
        return {name: value for name, value in self.values().items() if value != self._saved[name]}

    def keep(self) -> None:
        """Keep what is typed, letter by letter."""
        changed = self.changed()
        typed = {_name(field): field.value for field in self.fields if _name(field) in changed}
        self._wizard.assessment.keep_form(self._name, typed)
        self._wizard.remark(f"Kept at {show.clock()}.")

    def become(self, keep: Callable[[], Any], *, only: Iterable[str] | None = None) -> Any:
        """Make an entry of it, and let go of the form in the same moment.

        Parameters
        ----------
        only : the fields that the entry takes; what stands in the others is kept on.
        """
        now = self.values()
        made = self._wizard.assessment.from_form(self._name, keep)
        self._saved |= {name: now[name] for name in (now if only is None else only)}
        if self.changed():
            self.keep()
        return made

    def drop(self) -> None:
        """Let go of what is typed."""
        self._wizard.assessment.drop_form(self._name)
        self.fields = []

    def rename(self, name: str) -> None:
        """Keep what is typed under another name from now on."""
        if name != self._name:
            self._wizard.assessment.keep_form(self._name, {})
            self._name = name

    def above(self) -> list[Any]:
        """Say that something is still here, and show what was typed elsewhere."""
        if self.found is None:
            return self._elsewhere()
        told = _still_here(self.found, self._wizard.assessment.by)
        return [Html(html=show.inset(show.paragraphs(told))), *self._elsewhere()]

    def _elsewhere(self) -> list[Any]:
        shown: list[Any] = []
        for name, form in self._wizard.assessment.other_forms(self._name).items():
            lines = [
                f"{field.label} {_in_words(field, form.values[_name(field)])}"
                for field in self.fields
                if _name(field) in form.values
            ]
            here = Html(html=show.inset(show.paragraphs(_typed_elsewhere(form)), show.bullets(lines)))
            gone = button("Let go of what was typed elsewhere", lambda: None)
            gone.on_click(
                self._wizard.guard(lambda _, name=name, here=here, gone=gone: self._let_go(name, here, gone))
            )
            shown += [here, gone]
        return shown

    def _let_go(self, name: str, here: Html, gone: Any) -> None:
        self._wizard.assessment.drop_form(name)
        here.html = show.paragraphs("It is gone.")
        gone.layout.display = "none"


def typed_into(form: Form) -> str:
    """How what is typed begins, and since when it is there."""
    texts = [value for value in form.values.values() if isinstance(value, str)]
    longest = max(texts, key=len, default="")
    begins = f"\u201c{show.short(longest, 70)}\u201d, typed" if " " in longest.strip() else "Typed"
    return f"{begins} on {_day(form.at)}. Not saved yet."


def _still_here(form: Form, by: str | None) -> str:
    who = "What you typed" if form.by in (None, by) else f"What {form.by} typed"
    return f"{who} on {_day(form.at)} is still here. It is not saved yet."


def _typed_elsewhere(form: Form) -> str:
    who = f", by {form.by}" if form.by else ""
    return f"Typed on {_day(form.at)}{who}, in another window or before somebody changed this entry. It is not saved."


def _day(at: str) -> str:
    """The day of a moment, here."""
    with suppress(ValueError):
        at = datetime.fromisoformat(at).astimezone().date().isoformat()
    return words.moment(at) or ""


def _name(field: Field) -> str:
    return field.ident.removeprefix("~")


def _offered(field: Field, value: Any) -> Any:
    """A value as this field can take it: a choice that is not offered any more is none."""
    if not isinstance(field, ChoiceField):
        return value if type(value) is type(field.value) else field.value
    have = [option["id"] for option in field.options]
    if field.kind == "many":
        return [one for one in value if one in have] if isinstance(value, list) else []
    return value if value in have else None


def _in_words(field: Field, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(field, one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(str(cell) for cell in value.values() if cell)
    options = field.options if isinstance(field, ChoiceField) else []
    return str(next((option["label"] for option in options if option["id"] == value), value))
