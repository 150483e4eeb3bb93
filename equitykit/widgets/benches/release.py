"""The team lets findings out: which, who agreed, and what changed after a release."""

from __future__ import annotations

from typing import Any

from equitykit.errors import EquitykitError
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.being_written import BeingWritten
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.entries import NEW
from equitykit.widgets.fields import ChoiceField, Html, TextField

__all__ = ["ReleaseFindings"]

WHICH, AGREED, ON, NOTE = "~which", "~agreed", "~on", "~note"
PUBLIC = "findings_public"  # the question of the agreement with leaders
PRIVATE = (
    "With the leaders it was agreed that findings stay between the team and the agency. A public report leaves them "
    "out, released or not."
)
OPEN = (
    "Whether findings become public is not settled with the leaders yet. "
    "Until it is, a public report leaves them out."
)
NO_FINDING = "No finding is written down yet."
NO_TEAM = "Nobody is written down as a member of the team. Fill in who is on the team first."
ALL_OUT = "All findings are released as they stand."


class ReleaseFindings(Task):
    """Let findings out, as they stand, with the agreement of the team."""

    name = "release"
    title = "Let findings out"
    hint = "Which findings a public report may hold, and who of the team agreed."

    def status(self) -> str:
        """Say how many are released as they stand, and how many changed since."""
        changed, released = len(self.work.changed_since_release()), len(self.work.released())
        return (
            f"{changed} changed since" if changed else f"{released} of {len(self.work.findings())} released"
        )

    def writing(self) -> int:
        """Whether one is being prepared."""
        return int(self.wizard.assessment.form(f"{self.name}/{NEW}") is not None)

    def open(self, where: str, move: bool) -> bool:
        """Show how each finding stands, and ask which go out."""
        if where:
            return False
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        findings, team = self.work.findings(), self.work.members()
        if not findings or not team:
            text = NO_TEAM if findings else NO_FINDING
            self.page(self.title, [Html(html=show.inset(show.paragraphs(text)))], [back], move=move)
            return True
        released, changed = self.work.released(), self.work.changed_since_release()
        rows = []
        for each in findings:
            last = released.get(each.id) or changed.get(each.id)
            state = "Not released"
            if each.id in changed:
                state = "Changed after its release: not released as it stands"
            elif each.id in released:
                state = "Released"
            agreed = ", ".join(last.agreed) if last else ""
            rows.append((each.title, state, words.moment(last.day) or "" if last else "", agreed))
        table = show.table("How each finding stands", ("Finding", "State", "On", "Who agreed"), rows)
        one = self.wizard.assessment
        asked = any(ask.id == PUBLIC for ask in one.instrument.asks())
        agreement = str(one.value(PUBLIC)) if asked else "public"
        said = {"public": "", "private": PRIVATE}.get(agreement, OPEN)
        waiting = [one for one in findings if one.id not in released]
        body: list[Any] = [
            Html(html=table + (show.inset(show.paragraphs(said)) if said else "")),
        ]
        if not waiting:
            done = Html(html=show.paragraphs(ALL_OUT))
            self.page(self.title, [*body, done], [back], move=move)
            return True
        which = ChoiceField(
            ident=WHICH,
            kind="many",
            label="Which findings does the team let out now?",
            help=[
                "As they stand now. One that is changed later is no longer released, until the team says so again."
            ],
            options=[
                {"id": one.id, "label": one.title, "hint": self.work.triangulation(one.id).sentence}
                for one in waiting
            ],
            value=[],
        )
        agreed_by = ChoiceField(
            ident=AGREED,
            kind="many",
            label="Who of the team agreed?",
            options=[{"id": name, "label": name} for name in team],
            value=[],
        )
        on = TextField(ident=ON, kind="date", label="On which day? (today if left empty)")
        note = TextField(ident=NOTE, label="A note (optional)")
        fields = (which, agreed_by, on, note)
        self._draft = BeingWritten(self.wizard, f"{self.name}/{NEW}", fields)
        press = self.press("Go on", self._ask, main=True)
        self.page(
            self.title,
            [*body, *self._draft.above(), *fields],
            [press, *self.let_go(self._draft), back],
            move=move,
        )
        return True

    def _ask(self) -> None:
        fields = self.wizard.fields
        wanted = {WHICH: "Choose at least one finding.", AGREED: "Choose who agreed."}
        found = [(id, text) for id, text in wanted.items() if not fields[id].value]
        self.wizard.tell_problems(*found)
        if found:
            return
        ids, agreed = list(fields[WHICH].value), list(fields[AGREED].value)
        on, note = fields[ON].value or None, fields[NOTE].value
        titles = [show.short(one.title, 120).rstrip(".") for one in self.work.findings() if one.id in ids]
        looks = sum(len(self.work.prompts(id)) for id in ids)
        told = [
            f"These findings may stand in a public report: {'; '.join(titles)}.",
            f"Agreed by: {', '.join(agreed)}.",
            f"Worth another look, and nothing that holds you up: {looks} remarks on them." if looks else "",
        ]
        self.ask_first(
            "Let these findings out?",
            [text for text in told if text],
            yes="Let them out",
            do=lambda: self._release(ids, agreed, on, note),
            no="Go back, and change nothing",
        )

    def _release(self, ids: list[str], agreed: list[str], on: str | None, note: str) -> None:
        try:
            self._draft.become(lambda: self.work.release(ids, agreed=agreed, on=on, note=note))
        except EquitykitError as error:
            self.go("")
            self.wizard.tell_problems((ON, str(error)))
            return
        self.go("", done=f"Released: {len(ids)}.")
        self.wizard.said_saved()
