"""The terms of confidentiality, and what could not wait."""

from __future__ import annotations

from collections.abc import Sequence

from equitykit.analysis import TERMS
from equitykit.analysis.section import CONCERNS
from equitykit.analysis.team import STATES
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.entries import Entries, Entry, Values
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField

__all__ = ["Accept", "Concerns"]

WHO = "~who"


class Accept(Task):
    """Each member of the team accepts the terms for themselves."""

    name = "terms"
    title = "Accept the terms of confidentiality"
    hint = "Each member of the team, before anybody reads a file."

    def status(self) -> str:
        """Say how many have not accepted yet."""
        waiting = len(self.work.unsigned())
        return f"{waiting} to go" if waiting else f"{len(self.work.signed())} accepted"

    def open(self, where: str, move: bool) -> bool:
        """Show the terms, who accepted them, and who may accept them now."""
        if where:
            return False
        signed, waiting = self.work.signed(), self.work.unsigned()
        body = [Html(html=show.bullets(TERMS))]
        if signed:
            rows = [(who, words.moment(day) or "") for who, day in signed.items()]
            body.append(Html(html=show.heading("Accepted") + show.table("Accepted", ("Who", "On"), rows)))
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        if not waiting:
            text = (
                "Everybody on the team has accepted them."
                if signed
                else "Nobody is written down as a member of the team. Fill in who is on the team first."
            )
            self.page(self.title, [*body, Html(html=show.inset(show.paragraphs(text)))], [back], move=move)
            return True
        who = ChoiceField(
            ident=WHO,
            label="Who are you?",
            help=["Everybody accepts for themselves. Your name is kept in this file, with the day."],
            options=[{"id": name, "label": name} for name in waiting],
        )
        accept = self.press("I accept these terms", lambda: self._sign(who), main=True)
        self.page(self.title, [*body, who], [accept, back], move=move)
        return True

    def _sign(self, who: ChoiceField) -> None:
        if not who.value:
            self.wizard.tell_problems((WHO, "Choose who you are."))
            return
        self.work.sign(who.value)
        self.go("", done=f"{who.value} has accepted the terms.")
        self.wizard.said_saved()


class Concerns(Entries):
    """That something could not wait, and to which office it went; the matter itself is not written down."""

    name = "concerns"
    title = "Note that something could not wait"
    hint = "Where it was taken, and when. The matter itself does not belong here."
    word = "note"

    def entries(self) -> Sequence[Entry]:
        """Give what could not wait."""
        return [
            Entry(
                one.id,
                CONCERNS[one.about],
                one.state.capitalize(),
                f"To {one.to}, on {words.moment(one.day)}.",
            )
            for one in self.work.concerns()
        ]

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask where it was taken, or what became of it."""
        if id is not None:
            now = next(one for one in self.work.concerns() if one.id == id)
            options = [{"id": state, "label": state.capitalize()} for state in STATES]
            return (
                ChoiceField(ident="~state", label="What became of it?", options=options, value=now.state),
            )
        options = [{"id": about, "label": text} for about, text in CONCERNS.items()]
        return (
            ChoiceField(ident="~about", label="What is it about?", options=options),
            TextField(
                ident="~to",
                label="To which office or role was it taken?",
                help=["Name nobody, and leave out what happened."],
            ),
            TextField(ident="~on", kind="date", label="On which day? (today if left empty)"),
        )

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        asked = {"about": "Choose what it is about.", "to": "Say to which office it was taken."}
        return [(name, text) for name, text in asked.items() if name in values and not values[name]]

    def keep(self, id: str | None, values: Values) -> str:
        """Note it, or say what became of it."""
        if id is None:
            return self.work.raise_concern(**values)
        self.work.update_concern(id, values["state"])
        return id
