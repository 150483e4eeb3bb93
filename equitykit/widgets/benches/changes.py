"""What would have to change: recommendations with an owner, put into the register of actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.analysis.section import Recommendation
from equitykit.errors import EquitykitError
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.benches.entries import NEW, Entries, Entry, Values
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField

__all__ = ["Changes"]


class Changes(Entries):
    """Recommendations of all findings; each can be put into the plan."""

    name = "changes"
    title = "What would have to change"
    hint = "Recommendations with an owner. From here they go into the plan."
    word = "recommendation"
    plan = ("due", "measure")
    set_aside = "Set it aside"

    def entries(self) -> Sequence[Entry]:
        """Give the recommendations, with their finding."""
        titles = {one.id: one.title for one in self.work.section.findings}
        return [
            Entry(
                one.id,
                one.what,
                "In the plan" if one.action else "Not planned yet",
                f"{one.owner or 'No owner yet'}. Finding: {show.short(titles.get(one.finding, ''), 90)}",
                one.aside,
            )
            for one in self.work.section.recommendations
            if one.redacted is None
        ]

    def _is_new(self, where: str) -> bool:
        """Whether a page is the form of a new recommendation, of a finding too ("new-f1")."""
        return where.partition("-")[0] == NEW

    def _now(self, id: str | None) -> Recommendation | None:
        return next((one for one in self.work.section.recommendations if one.id == id), None)

    def above(self, id: str | None) -> Sequence[Any]:
        """Say where a recommendation stands in the plan, or that there is no finding yet."""
        if id is None or id == NEW:
            text = "A recommendation belongs to a finding. Begin a finding first."
            return [] if self.work.findings() else [Html(html=show.inset(show.paragraphs(text)))]
        now = self._now(id)
        action = next(
            (one for one in self.wizard.assessment.actions() if now is not None and one.id == now.action),
            None,
        )
        if action is None:
            return []
        owner, day = action.owner or "no owner yet", words.moment(action.due) or "no date yet"
        told = f"It is in the plan: {action.status}, {owner}, {day}."
        return [Html(html=show.inset(show.paragraphs(told), tone="ekw-done"))]

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask what would have to change and who would own it; and by when, where it is not planned yet."""
        now = self._now(id)
        if now is not None and now.aside:
            return ()
        findings = [{"id": one.id, "label": show.short(one.title, 90)} for one in self.work.findings()]
        finding = ChoiceField(
            ident="~finding",
            kind="select",
            label="Which finding does it follow from?",
            options=findings,
            value=self._where.partition("-")[2] or (findings[0]["id"] if len(findings) == 1 else None),
        )
        what = TextField(
            ident="~what",
            kind="longtext",
            label="What would have to change?",
            help=["In rules, forms, money, training or habits of work."],
            value=now.what if now else "",
        )
        owner = TextField(
            ident="~owner",
            label="Who would own it? (optional)",
            help=["An office or a role."],
            value=now.owner if now else "",
        )
        planned = now is not None and now.action is not None
        plan = (
            TextField(ident="~due", kind="date", label="By when? (optional)"),
            TextField(ident="~measure", label="How will you know it is done? (optional)"),
        )
        return (*([finding] if now is None else []), what, owner, *(() if planned or now is None else plan))

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        asked = {"finding": "Choose a finding.", "what": "Say what would have to change."}
        return [(name, text) for name, text in asked.items() if name in values and not values[name]]

    def place_of(self, error: EquitykitError) -> str | None:
        """The day is the only thing that can be wrong."""
        return "~due" if "date" in error.problem else None

    def keep(self, id: str | None, values: Values) -> str:
        """Add or change a recommendation; when and how it is measured are kept with the plan."""
        fields = {name: value for name, value in values.items() if name not in self.plan}
        if id is None:
            return self.work.recommend(**fields)
        self.work.change_recommendation(id, **fields)
        return id

    def below(self, id: str | None) -> Sequence[Any]:
        """Offer to put it into the plan, and to set it aside."""
        now = self._now(id)
        if now is None:
            return ()
        waits = not now.aside and now.action is None
        plan = [self.press("Save, and put it into the plan", self._plan)] if waits else []
        return [*plan, *self.aside_button(id, self.work.change_recommendation)]

    def _plan(self) -> None:
        found = self._problems()
        due, measure = (self.values()[name] or None for name in self.plan)
        if not found and self.draft is not None:
            try:
                self.draft.become(lambda: self.work.plan(str(self.id), due=due, measure=measure))
            except EquitykitError as error:
                found = [(self.place_of(error), str(error))]
        self.wizard.tell_problems(*found)
        if not found:
            self.draft = None
            self.go("", done="It is in the plan. There it can get another owner, date and status.")
            self.wizard.said_saved()
