"""Crude and adjusted results: what is held alike, where each stands in time, and the two side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from equitykit.adjust import Adjusted, adjust
from equitykit.report import adjusted_document, words
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html
from equitykit.widgets.shell import Shell, button

if TYPE_CHECKING:
    from equitykit.widgets.compare import CompareForm

__all__ = ["AlikeForm"]

HELD, PLACE = "~held", "~place-"
UNITS = {"site": "Site or office", "worker": "Worker", "programme": "Programme"}
PLACES = [
    {
        "id": "before",
        "label": "Before: it is there before anybody is treated as a member of a group",
        "hint": "Such as age",
    },
    {
        "id": "after",
        "label": "After: it can itself come from how people are treated",
        "hint": "Such as income or an earlier decision",
    },
    {"id": "unsure", "label": "I am not sure"},
]
ABOUT = (
    "This asks what gap would be left if people were alike in something else, such as their age. It stands beside the "
    "plain comparison and never in its place: the plain gap is the one that people live with.",
    "Here each person is in one group: people with several races are in a group of their own.",
)


class AlikeForm:
    """Fields that say what is held alike, and the result beside the crude one.

    Attributes
    ----------
    fields : the fields by id. widgets, buttons : what stands on the page.
    adjusted : the result; None until it has run.
    """

    def __init__(self, shell: Shell, form: CompareForm, done: Callable[[Adjusted], None]) -> None:
        self._shell, self._form, self._done = shell, form, done
        self.adjusted: Adjusted | None = None
        book, _ = form.described()
        questions = {name: words.question(name) for name in book.questions if name not in form.by.value}
        units = {name: label for name, label in UNITS.items() if book.unit and getattr(book.unit, name, None)}
        self._candidates = {**questions, **units}
        held = ChoiceField(
            ident=HELD,
            kind="many",
            label="What do you want to hold alike?",
            options=[{"id": id, "label": label} for id, label in self._candidates.items()],
            value=[],
        )
        held.help = ["One or two are enough. With each, fewer people are left to compare."]
        held.typed(shell.guard(lambda _: self._ask_places()))
        self.fields: dict[str, Field] = {HELD: held}
        for id, label in self._candidates.items():
            place = ChoiceField(
                ident=f"{PLACE}{id}",
                label=f"{label}: does it come before race, or after it?",
                options=PLACES,
                shown=False,
            )
            self.fields[place.ident] = place
        self.run = button("Compare", shell.guard(self._run), main=True)
        self.result = Html(role="status")
        bar = ipywidgets.Box([self.run])
        bar.add_class("ekw-bar")
        self.widgets: list[Any] = [
            Html(html=show.paragraphs(*ABOUT)),
            *self.fields.values(),
            bar,
            self.result,
        ]
        shell.keep += [*self.fields.values(), bar, self.run, self.result]

    def _ask_places(self) -> None:
        for id in self._candidates:
            self.fields[f"{PLACE}{id}"].shown = id in self.fields[HELD].value

    def _run(self) -> None:
        chosen = list(self.fields[HELD].value)
        found = [] if chosen else [(HELD, "Choose at least one thing to hold alike.")]
        found += [
            (f"{PLACE}{id}", f"Say whether this comes before race, or after it: {self._candidates[id]}.")
            for id in chosen
            if not self.fields[f"{PLACE}{id}"].value
        ]
        self._shell.tell_problems(*found)
        if found:
            return
        self._shell.remark("Comparing people who are alike. This can take a moment.")
        book, outcome = self._form.described()
        self.adjusted = adjust(
            self._form.data.records,
            book,
            outcome=outcome,
            by=list(self._form.by.value),
            covariates={id: str(self.fields[f"{PLACE}{id}"].value) for id in chosen},
            **self._form.comparator(),
        )
        self._shell.remark("")
        self.result.html = show.report_fragment(adjusted_document(self.adjusted))
        self._done(self.adjusted)
