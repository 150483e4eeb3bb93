"""What the agency says to the findings, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.analysis.section import ANSWERS
from equitykit.errors import EquitykitError
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.benches.entries import Entries, Entry, Values
from equitykit.widgets.fields import ChoiceField, Field, TextField

__all__ = ["AgencyAnswers"]

ALL = "~all"


class AgencyAnswers(Entries):
    """Answers of the agency, to one finding or to all of them."""

    name = "answers"
    title = "What the agency says"
    hint = "In its own words, to one finding or to all of them. It has a chapter of its own in the report."
    word = "statement of the agency"

    def entries(self) -> Sequence[Entry]:
        """Give the answers, with the finding each is about."""
        titles = {one.id: one.title for one in self.work.section.findings}
        return [
            Entry(
                one.id,
                show.short(titles.get(one.finding, "All findings") if one.finding else "All findings", 90),
                one.state.capitalize(),
                f"{one.who}, {words.moment(one.day)}",
                one.aside,
            )
            for one in self.work.section.responses
            if one.redacted is None
        ]

    def status(self) -> str:
        """Say how many findings have no answer yet."""
        responses = self.work.responses()
        if any(one.finding is None for one in responses):
            return f"{len(responses)} so far"
        waiting = {one.id for one in self.work.findings()} - {one.finding for one in responses}
        return f"{len(waiting)} without an answer" if waiting else super().status()

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask who answers, to what, and what they say."""
        now = next((one for one in self.work.section.responses if one.id == id), None)
        if now is not None and now.aside:
            return ()
        findings = [{"id": one.id, "label": show.short(one.title, 90)} for one in self.work.findings()]
        finding = ChoiceField(
            ident="~finding",
            kind="select",
            label="To which finding?",
            options=[{"id": ALL, "label": "To all of them"}, *findings],
        )
        return (
            *([finding] if now is None else []),
            TextField(
                ident="~who",
                label="Which office answers?",
                help=["An office or a role, no name."],
                value=now.who if now else "",
            ),
            ChoiceField(
                ident="~state",
                label="What does it come to?",
                options=[{"id": one, "label": one.capitalize()} for one in ANSWERS],
                value=now.state if now else None,
            ),
            TextField(
                ident="~text",
                kind="longtext",
                label="What does it say, in its own words?",
                value=now.text if now else "",
            ),
            *(
                [TextField(ident="~on", kind="date", label="On which day? (today if left empty)")]
                if now is None
                else []
            ),
        )

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        asked = {
            "finding": "Choose a finding, or all of them.",
            "who": "Say which office answers.",
            "state": "Choose what it comes to.",
            "text": "Write down what it says.",
        }
        return [(name, text) for name, text in asked.items() if name in values and not values[name]]

    def place_of(self, error: EquitykitError) -> str | None:
        """The day is the only thing that can be wrong."""
        return "~on" if error.problem.startswith("Day:") else None

    def keep(self, id: str | None, values: Values) -> str:
        """Write an answer down, or change it."""
        if id is None:
            finding = None if values["finding"] == ALL else values["finding"]
            return self.work.respond(**{**values, "finding": finding, "on": values["on"] or None})
        self.work.change_response(id, **values)
        return id

    def below(self, id: str | None) -> Sequence[Any]:
        """Offer to set one aside, or to count it again."""
        return self.aside_button(id, self.work.change_response)
