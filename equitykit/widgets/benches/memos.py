"""Memos and debriefs: what somebody thought, and what the team came to when it sat together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.errors import EquitykitError
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.benches.entries import Entries, Entry, Values
from equitykit.widgets.benches.picking import passage_options
from equitykit.widgets.fields import ChoiceField, Field, TextField

__all__ = ["Memos"]

KINDS = {"memo": "A memo: a thought of one person", "debrief": "A debrief: what the team came to"}
SOURCE = "~source"
NUDGE = "This may show who somebody is. Name roles, not people."


class Memos(Entries):
    """Write down memos and debriefs, change them, set one aside."""

    name = "memos"
    title = "Memos and debriefs"
    hint = "A thought while you read, or what the team came to when it sat together."
    word = "memo or debrief"
    narrowing = (SOURCE,)

    def entries(self) -> Sequence[Entry]:
        """Give the memos by their title, or how they begin."""
        return [
            Entry(
                one.id,
                one.title or show.short(one.text, 70),
                "Debrief" if one.kind == "debrief" else "Memo",
                ", ".join(filter(None, (words.moment(one.day), one.by))),
                one.aside,
            )
            for one in self.work.section.memos
            if one.redacted is None
        ]

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask for the text, and what it is about."""
        now = next((one for one in self.work.section.memos if one.id == id), None)
        text = TextField(
            ident="~text",
            kind="longtext",
            label="What do you want to keep?",
            help=["What you now think, and what speaks against it. Name roles, not people."],
            value=now.text if now else "",
        )
        text.on("leave", self.guard(lambda: self._look(text)))
        kind = ChoiceField(
            ident="~kind",
            label="What is it?",
            options=[{"id": id, "label": label} for id, label in KINDS.items()],
            value="memo",
        )
        about, source = self._about(list(now.about) if now else [])
        return (
            *([] if now else [kind]),
            TextField(
                ident="~title",
                label="A few words to find it again (optional)",
                value=now.title if now else "",
            ),
            text,
            TextField(
                ident="~day",
                kind="date",
                label="On which day? (optional)",
                value=(now.day if now else None) or "",
            ),
            *([source, about] if source.options or about.options else []),
        )

    def _about(self, chosen: list[str]) -> tuple[ChoiceField, ChoiceField]:
        """What it is about: findings, and passages of a source that is named first."""
        findings = [
            {"id": one.id, "label": f"Finding: {show.short(one.title)}"} for one in self.work.findings()
        ]
        about_now = [*chosen, *self.typed.get("about", ())]
        passages = [id for id in about_now if all(one["id"] != id for one in findings)]

        def options(source: str | None, kept: list[str]) -> list[dict[str, Any]]:
            if source is None:
                return [*findings, *(one for one in passage_options(self.work, kept) if one["id"] in kept)]
            return [*findings, *passage_options(self.work, kept, source=source)]

        source = ChoiceField(
            ident=SOURCE,
            kind="select",
            label="Show the passages of this source (optional)",
            options=[{"id": one.id, "label": one.label} for one in self.work.sources()],
        )
        about = ChoiceField(
            ident="~about",
            kind="many",
            label="Which findings or passages is it about? (optional)",
            options=options(None, passages),
            value=chosen,
        )
        source.typed(self.guard(lambda id: setattr(about, "options", options(id, list(about.value or ())))))
        return about, source

    def _look(self, text: TextField) -> None:
        text.nudge = NUDGE if self.work.may_show_somebody(text.value) else ""

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        return [] if values["text"] else [("text", "Write down what you want to keep.")]

    def place_of(self, error: EquitykitError) -> str | None:
        """The day is the only thing that can be wrong."""
        return "~day" if error.problem.startswith("Day:") else None

    def keep(self, id: str | None, values: Values) -> str:
        """Add or change a memo."""
        if id is None:
            return self.work.add_memo(
                **{"on" if name == "day" else name: value for name, value in values.items()}
            )
        self.work.change_memo(id, **{**values, "day": values["day"] or None})
        return id

    def below(self, id: str | None) -> Sequence[Any]:
        """Offer to set one aside, or to count it again."""
        return self.aside_button(id, self.work.change_memo)
