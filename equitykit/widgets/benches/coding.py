"""Coding: one passage at a time, the list of features, and what the coding shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.analysis.section import SOURCE_KINDS
from equitykit.errors import MissingExtra
from equitykit.report.words import counted, listed
from equitykit.widgets import show
from equitykit.widgets.being_written import BeingWritten
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.entries import Entries, Entry, Values
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField

__all__ = ["Code", "FeatureList", "Shown"]

CODER, SEEN, NOTE, WHICH = "~coder", "~seen", "~note", "~which"
NONE = "~none"
NO_LIST = "There is no list of features yet. Make one first."


class Code(Task):
    """One passage at a time: what does this coder see in it? What others see is not shown."""

    name = "code"
    title = "Code passages"
    hint = "One at a time, each coder alone."

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._coder = self.wizard.assessment.by or ""
        self._open_only = True
        self._id = ""
        self._draft: BeingWritten | None = None

    def status(self) -> str:
        """Say how many this coder has not looked at."""
        waiting = len(self.work.to_code(self._coder or None))
        return f"{waiting} to look at" if waiting else "Nothing waits"

    def writing(self) -> int:
        """Count the passages for which this coder has chosen or written something that is not saved."""
        asked = self.wizard.assessment
        return sum(asked.form(self._form_of(one.id)) is not None for one in self.work.excerpts())

    def _form_of(self, passage: str) -> str:
        return f"{self.name}/{passage}/{self._coder}"

    def open(self, where: str, move: bool) -> bool:
        """Show a passage; the first one that waits, where none is named."""
        self._draft = None
        every = [one.id for one in self.work.excerpts()]
        if where and where not in every:
            return False
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        if not self.work.features() or not every:
            text = NO_LIST if every else "There is no passage to code yet."
            to_list = self.press(
                "Make the list of features", lambda: self.wizard.go(self._list_place()), main=True
            )
            self.page(
                self.title,
                [Html(html=show.inset(show.paragraphs(text)))],
                [*([to_list] if every else []), back],
                move=move,
            )
            return True
        waiting = self.work.to_code(self._coder or None)
        self._id = where or next(iter(waiting), "")
        if not self._id:
            who = self._coder_field()
            who.typed(self.guard(self._be))
            done = f"{self._coder} has looked at every passage. "
            again = self.press("Look at the first one again", lambda: self.go(every[0]))
            body = [
                Html(html=show.inset(show.paragraphs(f"{done}Somebody else can code them too."))),
                who,
            ]
            go_on = self.press("Go on", lambda: self.go(""), main=True)
            self.page(self.title, body, [go_on, again, back], move=move)
            return True
        self._passage(every, waiting, move)
        return True

    def _list_place(self) -> str:
        return f"bench/{self.part.id}/{FeatureList.name}"

    def back(self, where: str) -> str | None:
        """Back leads out of the coding."""
        return None

    def _coder_field(self) -> TextField:
        field = TextField(
            ident=CODER,
            label="Who codes?",
            help=["A name or a role, always written in the same way."],
            value=self._coder,
        )
        return field

    def _be(self, name: str) -> None:
        self._coder = name.strip()

    def _other(self, field: TextField) -> None:
        """Somebody else codes now: show what they said about this passage, not what another coder said."""
        if field.value.strip() == self._coder:
            return
        before, self._coder = self._coder, field.value.strip()
        own = self.wizard.assessment.form(self._form_of(self._id)) or self.work.codings(self._id).get(
            self._coder
        )
        draft = self._draft
        found = draft is not None and draft.found is not None and before
        if draft is None or own or self._coded or found or not self._changed():
            self.wizard.go(self.place(self._id), move=False, focus=SEEN)
        else:  # the name was put right after the words were typed
            draft.rename(self._form_of(self._id))
            draft.keep()

    def _passage(self, every: Sequence[str], waiting: Sequence[str], move: bool) -> None:
        one = self.work.excerpt(self._id)
        source = self.work.source(one.source)
        where = ", ".join(filter(None, (source.label, one.place)))
        told = (
            f"Passage {every.index(one.id) + 1} of {len(every)}. Still to look at: {len(waiting)}.",
            f"{SOURCE_KINDS[source.kind]}: {where}.",
        )
        text = show.paragraphs(*told, small=True) + show.inset(show.paragraphs(one.text))
        before = self.work.codings(one.id).get(self._coder)
        options: list[dict[str, Any]] = [
            {"id": feature.id, "label": feature.label, "hint": feature.ask or feature.what}
            for feature in self.work.features()
        ]
        options.append({"id": NONE, "label": "I have read it, and none of them fits", "alone": True})
        have = {option["id"] for option in options}
        value = [] if before is None else [id for id in before.features if id in have] or [NONE]
        self._seen = ChoiceField(
            ident=SEEN,
            kind="many",
            label="Which features of the institution do you see here?",
            options=options,
            value=value,
        )
        self._note = TextField(
            ident=NOTE,
            kind="longtext",
            label="A note on this passage (optional)",
            value=before.note if before else "",
        )
        self._coded = before is not None
        self._draft = BeingWritten(self.wizard, self._form_of(one.id), (self._seen, self._note))
        which = ChoiceField(
            ident=WHICH,
            label="Which passages come next?",
            options=[
                {"id": "open", "label": "Only those I have not coded yet"},
                {"id": "all", "label": "All of them, in order"},
            ],
            value="open" if self._open_only else "all",
        )
        which.typed(self.guard(lambda value: setattr(self, "_open_only", value == "open")))
        buttons = [
            self.press("Save and go on", lambda: self._on(1), main=True),
            self.press("Previous passage", lambda: self._on(-1)),
            self.press("Next passage", lambda: self._on(1, must=False)),
            *self.let_go(self._draft, one.id),
            self.back_button(f"Go back to \u201c{self.part.title}\u201d"),
        ]
        who = self._coder_field()
        who.on("leave", self.guard(lambda: self._other(who)))
        body = [
            who,
            Html(html=show.heading("The passage") + text),
            *self._draft.above(),
            self._seen,
            self._note,
            which,
        ]
        self.page(self.title, body, buttons, move=move)

    def _changed(self) -> bool:
        return self._draft is not None and bool(self._draft.changed())

    def _save(self) -> list[tuple[str, str]]:
        """Keep what this coder sees; what stands in the way."""
        if CODER in self.wizard.fields:  # not on the page that asks whether to let go
            self._be(self.wizard.fields[CODER].value)
        found = [] if self._coder else [(CODER, "Say who codes.")]
        if not self._seen.value:
            found.append((SEEN, "Choose at least one feature, or say that none of them fits."))
        if not found and self._draft is not None:
            seen = [id for id in self._seen.value if id != NONE]
            self._draft.become(lambda: self.work.code(self._id, seen, by=self._coder, note=self._note.value))
            self.wizard.said_saved()
        return found

    def _on(self, step: int, *, must: bool = True) -> None:
        must = must and step > 0
        found = self._save() if must or self._changed() else []
        self.wizard.tell_problems(*found)
        if found:
            return
        every = [one.id for one in self.work.excerpts()]
        waiting = set(self.work.to_code(self._coder or None)) if self._open_only and step > 0 else set(every)
        at = every.index(self._id)
        after = every[at + 1 :] + every[:at] if step > 0 else every[:at][::-1]
        to = next((id for id in after if id in waiting), None)
        if to is None and step < 0:
            self.wizard.remark("This is the first passage.")
        else:
            self.go(to or "")

    def leaving(self, where: str | None) -> str:
        """Save what is ticked; where it cannot be saved, it is kept in its form."""
        if self._changed():
            self._save()
        return ""


class FeatureList(Entries):
    """The team's list of features: begin with ours, add, rename, set aside. Codes that were given stay."""

    name = "features"
    title = "The list of features"
    hint = "Add, rename, or set aside. Codes that were given stay."
    word = "feature"
    set_aside = "Set it aside"
    count_again = "Take it back into the list"

    def entries(self) -> Sequence[Entry]:
        """Give the features."""
        return [
            Entry(one.id, one.label, "", one.what, one.aside) for one in self.work.features(also_aside=True)
        ]

    def status(self) -> str:
        """Say how many are on the list."""
        count = len(self.work.features())
        return f"{count} on the list" if count else "None yet"

    def below(self, id: str | None) -> Sequence[Any]:
        """Offer our list to begin with; or to set a feature aside, or take it back."""
        if id is None:
            begun = self.work.section.book is not None
            return [] if begun else [self.press("Begin with our list of eight features", self._begin)]
        return self.aside_button(id, self.work.change_feature)

    def _begin(self) -> None:
        self.work.use_features()
        self.go("", done="The list is there. Change what does not fit.")
        self.wizard.said_saved()

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask for its name, what it means, and a question to ask of a text."""
        now = next((one for one in self.work.features(also_aside=True) if one.id == id), None)
        return (
            TextField(ident="~label", label="What is it called?", value=now.label if now else ""),
            TextField(
                ident="~what",
                kind="longtext",
                label="What does it mean? (optional)",
                value=now.what if now else "",
            ),
            TextField(
                ident="~ask",
                kind="longtext",
                label="Which question do you ask of a passage? (optional)",
                value=now.ask if now else "",
            ),
        )

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        return [] if values["label"] else [("label", "Give the feature a name.")]

    def place_of(self, error: Any) -> str | None:
        """A name that is taken is the only thing that can be wrong."""
        return "~label"

    def keep(self, id: str | None, values: Values) -> str:
        """Add or change a feature."""
        if id is None:
            return self.work.add_feature(**values)
        self.work.change_feature(id, **values)
        return id


class Shown(Task):
    """What the coding shows: features by kinds of source, and how far coders agree."""

    name = "shown"
    title = "See what the coding shows"
    hint = "Features by kinds of source, and how far coders agree."

    def open(self, where: str, move: bool) -> bool:
        """Show both tables."""
        if where:
            return False
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        self.page(self.title, [Html(html=self._matrix() + self._agreement())], [back], move=move)
        return True

    def _matrix(self) -> str:
        matrix = self.work.matrix()
        if not matrix.features:
            return show.paragraphs(NO_LIST)
        passages = len(self.work.excerpts())
        notes = [
            f"Counted: {passages - matrix.not_coded} of {passages} passages in use, as coded by anybody."
            + (f" {matrix.not_coded} are not coded yet." if matrix.not_coded else ""),
            "The counts say how often something was coded, not how much it weighs. An empty cell may be a place where "
            "nobody has looked.",
        ]
        header, rows = matrix.table()
        caption = "Passages in which a feature was seen, by kind of source"
        return show.heading("Features and kinds of source") + show.table(caption, header, rows, notes)

    def _agreement(self) -> str:
        head = show.heading("How far coders agree")
        if len(self.work.coders()) < 2:
            return head + show.paragraphs(
                "This needs two coders who have coded the same passages, each alone."
            )
        try:
            found = self.work.agreement()
        except MissingExtra as error:
            return head + show.paragraphs(str(error))
        if not found.rows:
            return head + show.paragraphs("No passage was coded by two people yet.")
        header, rows = found.table()
        coders = listed(f"\u201c{one}\u201d" for one in found.coders)
        caption = f"Agreement of {coders} on {counted(found.passages, 'passage')}"
        return head + show.table(caption, header, rows, [found.how_to_read])
