"""Passages that are kept: their masked words, where they stand, and whether they may be quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.analysis.section import LEVELS
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.benches.entries import Entries, Entry, Values
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField

__all__ = ["YES_NO", "PassageList"]

YES_NO = [{"id": "no", "label": "No"}, {"id": "yes", "label": "Yes, where the source allows it too"}]


class PassageList(Entries):
    """The passages that are kept: masked words, where they stand, and whether they may be quoted."""

    name = "passages"
    title = "Passages that are kept"
    hint = "Read them again, say whether they may be quoted, or set one aside."
    word = "passage"
    adds = False

    def entries(self) -> Sequence[Entry]:
        """Give the passages with their source."""
        labels = {one.id: one.label for one in self.work.section.sources}
        found = []
        for one in self.work.section.excerpts:
            why = self.work.why_not(one.id)
            if why is not None and not one.aside:
                found.append(Entry(one.id, f"Passage {one.id}", "Not used", why))
                continue
            said = show.short(" ".join(one.text.split()), 80)
            where = ", ".join(filter(None, (labels[one.source], one.place)))
            status = "May be quoted" if self.work.why_not_quoted(one.id) is None else ""
            found.append(Entry(one.id, f"{one.id}: {said}", status, f"{where}.", one.aside))
        return found

    def title_of(self, id: str | None) -> str:
        """Give the number of the passage."""
        return f"Passage {id}"

    def _used(self, id: str) -> bool:
        return self.work.why_not(id) is None

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask where it stands and whether it may be quoted; its words are not changed."""
        if id is None or not self._used(id):
            return ()
        now = self.work.excerpt(id)
        place = TextField(
            ident="~place", label="Where in the source does it stand? (optional)", value=now.place
        )
        quote = ChoiceField(
            ident="~quotable",
            label="May these words be quoted outside the team?",
            options=YES_NO,
            value="yes" if now.quotable else "no",
        )
        return (place, quote)

    def keep(self, id: str | None, values: Values) -> str:
        """Change it."""
        self.work.change_excerpt(str(id), place=values["place"], quotable=values["quotable"] == "yes")
        return str(id)

    def above(self, id: str | None) -> Sequence[Any]:
        """Show the masked words, and why they may not be quoted or are not used."""
        if id is None:
            return ()
        one = self.work.excerpt(id)
        source = self.work.source(one.source)
        why = self.work.why_not(id) or self.work.why_not_quoted(id)
        facts = [
            f"From: {source.label}. {LEVELS[source.level]}.",
            f"{one.masking.by} confirmed the masking on {words.moment(one.masking.at[:10])}.",
            *([f"Not quoted in public. {why}" if self._used(id) else f"Not used. {why}"] if why else []),
        ]
        return [Html(html=show.inset(show.paragraphs(one.text)) + show.bullets(facts))]

    def below(self, id: str | None) -> Sequence[Any]:
        """Offer to set it aside, or to count it again."""
        if id is None:
            return ()
        used = self._used(id)
        aside = self.aside_button(id, self.work.change_excerpt) if used or self.work.excerpt(id).aside else []
        return [*aside, *([] if used else [self.back_button("Go back to the list", "")])]
