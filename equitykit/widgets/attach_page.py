"""A result attached to an assessment of the folder, as evidence for one of its questions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.assessment import Assessment
from equitykit.instruments import EvidenceAsk
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html
from equitykit.widgets.files import assessments
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.widgets.shell import Shell

__all__ = ["AttachForm"]

ASSESSMENT, PLACE, WHAT = "~assessment", "~place", "~what"
NAMES = {
    "gaps": "The comparison of groups",
    "chain": "The decisions, one by one",
    "adjusted": "Crude and adjusted",
    "shared": "The table with small numbers hidden",
}
PROTECTED = {"shared"}  # what is no comparison, but a table that hides small numbers
NONE = (
    "There is no assessment in this folder yet. Begin one from the start page, then come back: what you chose here "
    "is quick to choose again.",
)


class AttachForm:
    """Fields that say where a result belongs.

    Attributes
    ----------
    fields : the fields by id. widgets, buttons : what stands on the page.
    """

    def __init__(self, shell: Shell, folder: Path, made: Mapping[str, Any]) -> None:
        self._shell, self._folder, self._made = shell, folder, made
        self._kinds = {_kind(id) for id in made}
        self._places: dict[str, EvidenceAsk] = {}
        found = [one for one in assessments(folder) if one.problem is None and self._asks(one.path)]
        self.assessment = ChoiceField(
            ident=ASSESSMENT,
            kind="select",
            label="Which assessment does it belong to?",
            options=[{"id": one.path.name, "label": f"{one.title} ({one.path.name})"} for one in found],
        )
        self.assessment.help = ["If it is open in another tab, close it there first."]
        self.place = ChoiceField(
            ident=PLACE, kind="select", label="Which question does it help to answer?", shown=False
        )
        self.what = ChoiceField(
            ident=WHAT,
            kind="many",
            label="What do you attach?",
            options=[{"id": id, "label": NAMES[id]} for id in made],
            value=[*made],
            shown=len(made) > 1,
        )
        self.assessment.typed(shell.guard(lambda _: self._offer_places()))
        self.fields: dict[str, Field] = (
            {field.ident: field for field in (self.assessment, self.place, self.what)} if found else {}
        )
        self.widgets: list[Any] = [*self.fields.values()] or [Html(html=show.paragraphs(*NONE))]
        self.press = button("Attach", shell.guard(self.attach), main=True)
        self.buttons = [self.press] if found else []

    def _offer_places(self) -> None:
        name = self.assessment.value
        self.place.shown = bool(name)
        places = self._asks(self._folder / name) if name else []
        self._places = {ask.id: ask for ask in places}
        self.place.options = [{"id": ask.id, "label": ask.question} for ask in places]
        self.place.value = places[0].id if len(places) == 1 else None

    def _asks(self, path: Path) -> list[EvidenceAsk]:
        """Questions of an assessment that take some of what was made."""
        one = Assessment.open(path)
        asks = [ask for part in one.parts() for ask in part.asks]
        return [ask for ask in asks if isinstance(ask, EvidenceAsk) and self._kinds & {*ask.accepts}]

    def attach(self) -> None:
        """Attach what was chosen, and say so."""
        wanted = (
            (self.assessment, "Choose an assessment."),
            (self.place, "Choose a question."),
            (self.what, "Choose what to attach."),
        )
        found = [(field.ident, text) for field, text in wanted if field.shown and not field.value]
        taken = self._places[self.place.value].accepts if self.place.value in self._places else ()
        if taken and (odd := [NAMES[id] for id in self.what.value if _kind(id) not in taken]):
            text = f"That question does not take this: {', '.join(odd)}. Choose another question, or leave it out."
            found.append(((self.what if self.what.shown else self.place).ident, text))
        self._shell.tell_problems(*found)
        if found:
            return
        one = Assessment.open(self._folder / self.assessment.value)
        for id in self.what.value:
            one.attach(self.place.value, self._made[id])
        one.close()
        text = f'It is attached to "{one.title}". There it can be run again when there are new data.'
        self._shell.saved.html = show.inset(show.paragraphs(text), tone="ekw-done")


def _kind(id: str) -> str:
    """The kind of evidence it becomes."""
    return "protected" if id in PROTECTED else "disparities"
