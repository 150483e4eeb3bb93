"""Sources: what was read, heard and watched, who agreed to what, and taking words out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.analysis.section import LEVELS, SOURCE_KINDS, VOICES
from equitykit.analysis.sources import CONSENTS
from equitykit.errors import EquitykitError
from equitykit.report.words import counted
from equitykit.widgets import show
from equitykit.widgets.benches.entries import Entries, Entry, Values
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField

__all__ = ["SourceList"]

CONSENT = {
    "not asked": "Nobody has asked yet",
    "given": "Yes, they agreed",
    "not needed": "Not needed, such as for a published rule",
}
NUDGE = "This may show who somebody is. A working name, such as Interview 4, is enough."
WHY = "~why"


class SourceList(Entries):
    """Write sources down, change them, set one aside, and take words out when somebody takes them back."""

    name = "sources"
    title = "Sources"
    word = "source"
    hint = "What you read, heard and watched, and who agreed to what."

    def entries(self) -> Sequence[Entry]:
        """Give the sources with their kind, and how the agreement stands."""
        return [
            Entry(
                one.id,
                one.label,
                "Taken back"
                if one.consent == "withdrawn"
                else counted(len(self.work.excerpts(one.id)), "passage"),
                f"{SOURCE_KINDS[one.kind]}. {VOICES[one.voice]}.",
                one.aside,
            )
            for one in self.work.section.sources
        ]

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask for what a source says; a source that was taken back cannot be changed."""
        now = None if id is None else self.work.source(id)
        if now is not None and (now.consent == "withdrawn" or now.aside):
            return ()
        label = TextField(
            ident="~label",
            label="What do you call it?",
            help=["A working name, such as Interview 4. Leave names of people out."],
            value=now.label if now else "",
        )
        label.on("leave", self.guard(lambda: self._look(label)))
        return (
            label,
            _choice(
                "kind", "What kind of source is it?", SOURCE_KINDS, now.kind if now else None, select=True
            ),
            _choice(
                "voice", "Whose standpoint does it give?", VOICES, now.voice if now else None, select=True
            ),
            _choice(
                "level",
                "Who may see its words?",
                LEVELS,
                now.level if now else "team",
                help="It can be changed later.",
            ),
            _choice(
                "consent",
                "Did people agree that their words are used?",
                {state: CONSENT[state] for state in CONSENTS},
                now.consent if now else "not asked",
            ),
            TextField(
                ident="~consent_until",
                kind="date",
                label="Until when do they agree? (optional)",
                help=["After this day the words stand in no report any more."],
                value=(now.consent_until if now else None) or "",
            ),
            TextField(
                ident="~consent_note",
                label="How did they agree? (optional)",
                value=now.consent_note if now else "",
            ),
            TextField(
                ident="~day",
                kind="date",
                label="On which day was it gathered? (optional)",
                value=(now.day if now else None) or "",
            ),
            TextField(
                ident="~note", kind="longtext", label="A note (optional)", value=now.note if now else ""
            ),
        )

    def _look(self, label: TextField) -> None:
        label.nudge = NUDGE if self.work.may_show_somebody(label.value) else ""

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        asked = {
            "label": "Give the source a working name, such as Interview 4.",
            "kind": "Choose the kind of source.",
            "voice": "Choose whose standpoint it gives.",
        }
        return [(name, text) for name, text in asked.items() if not values[name]]

    def place_of(self, error: EquitykitError) -> str | None:
        """Say which day is no date."""
        starts = {"Consent:": "~consent_until", "Day:": "~day"}
        return next((id for start, id in starts.items() if error.problem.startswith(start)), None)

    def keep(self, id: str | None, values: Values) -> str:
        """Add or change a source."""
        if id is None:
            return self.work.add_source(
                **{"on" if name == "day" else name: value for name, value in values.items()}
            )
        self.work.change_source(id, **values)
        return id

    def above(self, id: str | None) -> Sequence[Any]:
        """Say why a source cannot be changed."""
        now = next((one for one in self.work.section.sources if one.id == id), None)
        if now is None or not (now.aside or now.consent == "withdrawn"):
            return ()
        text = (
            "The agreement to use it was taken back. Its passages were taken out of the file."
            if now.consent == "withdrawn"
            else "It was set aside. It stays in the file and counts for nothing."
        )
        return [Html(html=show.inset(show.paragraphs(text)))]

    def below(self, id: str | None) -> Sequence[Any]:
        """Offer to set aside, to count again, or to take words out."""
        if id is None:
            return ()
        now, back = self.work.source(id), self.back_button("Go back to the list", "")
        if now.consent == "withdrawn":
            return [back]
        aside = self.aside_button(id, self.work.change_source)
        if now.aside:
            return [*aside, back]
        return [self.press("Somebody takes their words back", self._ask_why), *aside]

    # taking words out

    def _ask_why(self) -> None:
        source = self.work.source(str(self.id))
        held = sum(one.source == source.id and one.redacted is None for one in self.work.section.excerpts)
        why = TextField(
            ident=WHY,
            label="Why are they taken out?",
            help=["Say it without the words themselves, and without names. The reason is kept."],
        )
        leave = (
            "No passage comes from it so far."
            if not held
            else f"{counted(held, 'passage leaves', 'passages leave')} the file. Findings that rest on them say so."
        )
        self.ask_first(
            f"Take the words of \u201c{source.label}\u201d out?",
            [
                f"{leave} This cannot be undone.",
                "Not reached: reports already written, copies made by hand, and backups.",
            ],
            yes=f"Take {counted(held, 'passage')} out" if held else "Take the agreement back",
            do=lambda: self._withdraw(why),
            no="Go back, and change nothing",
            fields=[why],
        )

    def _withdraw(self, why: TextField) -> None:
        if not why.value.strip():
            self.wizard.tell_problems((WHY, "Say why they are taken out."))
            return
        try:
            left = self.work.withdraw_consent(str(self.id), why.value)
        except EquitykitError as error:
            self.wizard.tell_problems((WHY, str(error)))
            return
        self.draft = None
        forms = self.wizard.assessment.forms()
        places = dict.fromkeys("something that is being written" if id in forms else id for id in left)
        still = (
            f" The same words still stand here, because somebody wrote them there too: {', '.join(places)}."
        )
        self.go("", done=f"The words are taken out.{still if left else ''}")
        self.wizard.said_saved()


def _choice(
    name: str, label: str, options: Any, value: str | None, *, select: bool = False, help: str = ""
) -> ChoiceField:
    return ChoiceField(
        ident=f"~{name}",
        label=label,
        help=[help] if help else [],
        kind="select" if select else "one",
        options=[{"id": id, "label": text} for id, text in options.items()],
        value=value,
    )
