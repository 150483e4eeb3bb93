"""Passages: typed or taken from a file, masked by a person, and only then kept.

What was said is in the memory of `AddPassage`, in a `Masking` of the library, and on the page of the person. It
goes to the page and back as messages and is in no state of a widget, draft, journal or log.
"""

from __future__ import annotations

import re
from typing import Any

from equitykit.analysis import IN_MEMORY, Imported, Masked, Masking, Segment, read_project, read_text
from equitykit.errors import EquitykitError
from equitykit.widgets import show
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.kept import YES_NO
from equitykit.widgets.fields import ChoiceField, Field, Html, SecretField, TextField
from equitykit.widgets.files import text_files
from equitykit.widgets.passage import Review, Segments

__all__ = ["AddPassage"]

SOURCE, SAID, NAMES, PLACE, QUOTE = "~source", "~said", "~names", "~place", "~quotable"
FILE, BY = "~file", "~by"
AT_ONCE = 20
UNSAVED = "What you write here is in memory only."
LEAVE = "This passage is not saved. Leave it?"
MASKED_ONLY = "Words are flagged, not judged. What is not flagged has not been found to be harmless."


class AddPassage(Task):
    """Take a passage, mask it, keep it.

    Attributes
    ----------
    masking : the passage while it is masked; None where there is none.
    """

    name = "add"
    title = "Add a passage"
    hint = "Type it or take it from a file, then decide what is masked."

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.masking: Masking | None = None
        self._masked: Masked | None = None  # confirmed, and not in the file yet
        self._said, self._names = "", ""
        self._answers: dict[str, Any] = {SOURCE: None, PLACE: "", QUOTE: "no"}
        self._file: Imported | None = None
        self._first = 0

    # pages

    def open(self, where: str, move: bool) -> bool:
        """Show the field for the words, their masking, or the passages of a file."""
        if not self.done:  # what was saved before this passage must not be read as said of it
            self.wizard.remark(UNSAVED)
        if not where:
            self._ask(move)
            return True
        if where == "review" and self.masking is not None:
            self._review(move)
            return True
        if where == "file":
            self._ask_file(move)
            return True
        if where == "pick" and self._file is not None:
            self._pick(move)
            return True
        return False

    def back(self, where: str) -> str | None:
        """Back from the masking leads to the words, and from the passages of a file to the file."""
        return {"": None, "pick": "file"}.get(where, "")

    def leaving(self, where: str | None) -> str:
        """Ask before words in memory are left."""
        if where is None:
            self.wizard.remark("")
        stays = where in ("", "review") or (where == "pick" and not self._said)
        return "" if stays or not (self._said or self.masking or self._masked) else LEAVE

    def drop(self) -> None:
        """Let the words go."""
        if self.masking is not None:
            self.masking.discard()
        self.masking, self._masked, self._said = None, None, ""

    def _ask(self, move: bool) -> None:
        sources = [one for one in self.work.sources() if one.consent != "withdrawn"]
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        if not sources:
            text = "A passage comes from a source. Write a source down first."
            self.page(
                self.title,
                [Html(html=show.inset(show.paragraphs(text)))],
                [*self._to_sources(), back],
                move=move,
            )
            return
        said = SecretField(
            self._said,
            ident=SAID,
            label="What was said or written?",
            help=["Take the few sentences that show how something comes about."],
        )
        said.on("said", self.guard(lambda text: setattr(self, "_said", text)))
        names = SecretField(
            self._names,
            ident=NAMES,
            lines=3,
            label="Which names could come up in it? (optional)",
            help=[
                "One on each line, nicknames too. They are masked wherever they stand. This list is not saved either."
            ],
        )
        names.on("said", self.guard(lambda text: setattr(self, "_names", text)))
        fields = [
            ChoiceField(
                ident=SOURCE,
                kind="select",
                label="Which source does it come from?",
                options=[{"id": one.id, "label": one.label} for one in sources],
                value=self._answers[SOURCE],
            ),
            said,
            names,
            TextField(
                ident=PLACE,
                label="Where in the source does it stand? (optional)",
                help=["Such as page 3, or minute 12."],
            ),
            ChoiceField(
                ident=QUOTE,
                label="May these words be quoted outside the team, once they are masked?",
                options=YES_NO,
            ),
        ]
        for field in (fields[0], *fields[3:]):
            assert isinstance(field, Field)
            field.value = self._answers[field.ident]
            field.typed(self.guard(self._taker(field.ident)))
        buttons = [
            self.press("Go on to the masking", self._begin, main=True),
            self.press("Take it from a file instead", lambda: self.go("file")),
            back,
        ]
        self.page(
            self.title, [Html(html=show.inset(show.paragraphs(IN_MEMORY))), *fields], buttons, move=move
        )

    def _taker(self, ident: str) -> Any:
        return lambda value: self._answers.update({ident: value})

    def _to_sources(self) -> list[Any]:
        part = next((one for one in self.wizard.assessment.parts() if one.bench == "sources"), None)
        if part is None:
            return []
        return [
            self.press(
                "Write a source down", lambda: self.wizard.go(f"bench/{part.id}/sources/new"), main=True
            )
        ]

    def _begin(self) -> None:
        found = [] if self._answers[SOURCE] else [(SOURCE, "Choose the source it comes from.")]
        if not self._said.strip():
            found.append((SAID, "Write down what was said."))
        if not found:
            try:
                if self.masking is not None:
                    self.masking.discard()
                names = [name for name in re.split(r"[\n,;]+", self._names) if name.strip()]
                self.masking, self._masked = self.work.begin_excerpt(self._said, names), None
            except EquitykitError as error:
                found = [(SAID, str(error))]
        self.wizard.tell_problems(*found)
        if not found:
            self.go("review")

    # the masking

    def _review(self, move: bool) -> None:
        masking = self._now()
        self.review = Review(masking, ident="~flags")
        self.review.on("decide", self.guard(self._decide))
        self.review.on("everywhere", self.guard(self._everywhere))
        self.review.on("all", self.guard(self._all))
        self.review.on("phrase", self.guard(self._phrase))
        head = show.inset(show.paragraphs(IN_MEMORY)) + show.paragraphs(MASKED_ONLY, *masking.blind_spots)
        by = TextField(
            ident=BY,
            label="Who has looked at it and confirms the masking?",
            help=["A name or a role. It is kept with the passage."],
            value=self.wizard.assessment.by or "",
        )
        buttons = [
            self.press("Confirm the masking and keep the passage", lambda: self._confirm(by), main=True),
            *([] if self._masked else [self.press("Change the words", lambda: self.go(""))]),
            self.press("Do not keep this passage", lambda: self.go(None)),
        ]
        body = [Html(html=head), self.review, by]
        if self._masked is not None:  # confirmed, but the file could not be saved then
            body = [
                Html(
                    html=show.paragraphs("The masking is confirmed. The passage is not in the file yet.")
                    + show.inset(show.paragraphs(self._masked.text))
                )
            ]
        self.page("Mask the passage", body, buttons, move=move)

    def _after(self, said: str = "") -> None:
        self.review.said = said
        self.review.tell()

    def _decide(self, told: dict[str, Any]) -> None:
        masking, number = self._now(), int(told["number"])
        if told.get("decision") == "keep":
            masking.keep(number)
        else:
            mark = next((one for one in masking.marks if one.number == number), None)
            put = str(told.get("put") or "")
            # A label that was only shown stays one of the program's, so that the same name gets the same number.
            masking.mask(number, None if mark is not None and put == mark.put else put)
        self._after()

    def _everywhere(self, told: dict[str, Any]) -> None:
        masking = self._now()
        count = masking.keep_word(masking.said(int(told["number"])))
        self._after(f"Kept in {count} places.")

    def _all(self, _told: dict[str, Any]) -> None:
        self._now().mask_open()
        self._after()

    def _phrase(self, told: dict[str, Any]) -> None:
        count = self._now().mask_phrase(str(told.get("text") or ""))
        places = "1 place" if count == 1 else f"{count} places"
        self._after(f"Masked in {places}." if count else "These words do not stand in the text.")

    def _now(self) -> Masking:
        assert self.masking is not None
        return self.masking

    def _confirm(self, by: TextField) -> None:
        masking, found = self._now(), []
        if self._masked is None:
            found = [(f"~mark-{mark.start}", f"Decide about number {mark.number}.") for mark in masking.open]
            if not by.value.strip():
                found.append((BY, "Say who confirms the masking."))
        self.wizard.tell_problems(*found)
        if found:
            return
        if self._masked is None:
            self._masked = masking.confirm(by=by.value)
            self._said = ""
        # Where the file cannot be saved now, the masked words stay here, to be kept by pressing again.
        id = self.work.add_excerpt(
            self._answers[SOURCE],
            self._masked,
            place=self._answers[PLACE],
            quotable=self._answers[QUOTE] == "yes",
        )
        self.drop()
        self._answers[PLACE] = ""
        self.go(
            "pick" if self._file is not None else "",
            done=f"Passage {id} is kept, masked. Nothing else of it is saved.",
        )
        self.wizard.said_saved()

    # passages of a file

    def _ask_file(self, move: bool) -> None:
        files = text_files(self.wizard.assessment.path.parent)
        back = self.back_button("Type it instead", "")
        if not files:
            text = (
                "There is no text in this folder. Copy a file (.txt, .docx or .qdpx) into it, then come back."
            )
            self.page("Take it from a file", [Html(html=show.paragraphs(text))], [back], move=move)
            return
        folder = self.wizard.assessment.path.parent
        field = ChoiceField(
            ident=FILE,
            kind="select",
            label="Which file is it in?",
            help=["It is read into memory. The file stays as it is, where it is."],
            options=[
                {"id": name, "label": name}
                for name in (path.relative_to(folder).as_posix() for path in files)
            ],
        )
        read = self.press("Read it", lambda: self._read(field), main=True)
        self.page("Take it from a file", [field], [read, back], move=move)

    def _read(self, field: ChoiceField) -> None:
        if not field.value:
            self.wizard.tell_problems((FILE, "Choose a file."))
            return
        path = self.wizard.assessment.path.parent / field.value
        try:
            self._file = read_project(path) if path.suffix.lower() == ".qdpx" else read_text(path)
        except EquitykitError as error:
            self.wizard.tell_problems((FILE, str(error)))
            return
        self._first = 0
        self.go("pick")

    def _pick(self, move: bool) -> None:
        assert self._file is not None
        every = self._file.segments
        some = every[self._first : self._first + AT_ONCE]
        listed = Segments(some)
        listed.on("pick", self.guard(self._take))
        last = self._first + len(some)
        text = (
            f"Passages {self._first + 1} to {last} of {len(every)}. They are in memory only."
            if some
            else "There is none."
        )
        buttons = [
            *([self.press("Show those before", lambda: self._turn(-AT_ONCE))] if self._first else []),
            *([self.press("Show those after", lambda: self._turn(AT_ONCE))] if last < len(every) else []),
            self.back_button("Type a passage instead", ""),
            self.back_button(f"Go back to \u201c{self.part.title}\u201d"),
        ]
        notes = show.inset(show.bullets(self._file.notes)) if self._file.notes else ""
        self.page("Choose a passage", [Html(html=show.paragraphs(text) + notes), listed], buttons, move=move)

    def _turn(self, by: int) -> None:
        self._first = max(0, self._first + by)
        self.go("pick")

    def _take(self, number: str) -> None:
        segment = next(one for one in self._segments() if str(one.number) == number)
        self._said = segment.text
        self._answers[PLACE] = f"passage {number} of the file"
        self.go("")

    def _segments(self) -> tuple[Segment, ...]:
        return self._file.segments if self._file is not None else ()
