"""The start: what is in the folder, and where to go from there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitykit.assessment import Assessment
from equitykit.due import Due, DueItem, due
from equitykit.errors import AssessmentError
from equitykit.instruments import Instrument, instruments, load, own
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.doors import INSTRUMENT, address, doors, for_programmers, notebook_of
from equitykit.widgets.fields import ChoiceField, Html, TaskList, TextField
from equitykit.widgets.files import assessments, data_files, free_name, last_audit, working_folder
from equitykit.widgets.place import keep_place
from equitykit.widgets.shell import LANGUAGE, Shell, button, in_voila, query
from equitykit.widgets.wizard import Wizard

__all__ = ["Home", "named_in_address"]

TOOL, TITLE, TRACK = "~new-tool", "~new-title", "~new-track"
MOST_FILES, MOST_DUE = 30, 10


def named_in_address() -> Path | None:
    """The assessment that the address of the page names, if it is one of the folder or of a folder below it."""
    return below(working_folder(), query("file") or "")


class Home(Shell):
    """What is in the folder: data with their last audit, assessments with their state, a new one.

    Attributes
    ----------
    list : the assessments. due : reviews and actions that are due, where there are some.
    fields : what is asked for a new one. wizard : the one opened here, where the page cannot go to another
        address.
    """

    def __init__(
        self, folder: Path | None = None, *, only_assessments: bool = False, instrument: str = INSTRUMENT
    ) -> None:
        self.folder = folder or working_folder()
        self._instrument = load(instrument)
        self._chosen: str | Path = instrument
        self._tools: dict[str, str | Path] = {}
        super().__init__(log=self.folder / "equitykit.errors.log")
        self.wizard: Wizard | None = None
        self._only_assessments = only_assessments
        self._start()

    def tongues(self) -> Mapping[str, str]:
        """Texts of the tools that can be chosen here, where they are in another language."""
        tools = [self._instrument, *(load(where) for where in self._tools.values())]
        return {
            text: code
            for one in tools
            if one.language != LANGUAGE
            for text, code in one.spoken(one.language).items()
        }

    def _start(self) -> None:
        whole = not self._only_assessments
        first = self._first() if whole else []
        more = [Html(html=self._data()), *for_programmers()] if whole else []
        body = [*first, *self._existing(), *more, *self._new()]
        start = button("Start a new assessment", self.guard(self._begin), main=True)
        self.begin = start
        title = "Open an assessment" if self._only_assessments else "equitykit"
        self.page(
            title,
            body,
            [start],
            caption="" if self._only_assessments else "Start here",
            back=False,
            move=False,
        )

    def _first(self) -> list[Any]:
        about = Html(
            html=show.paragraphs(
                "Look at how data about people are collected and published, compare how groups fare, and work "
                "through a decision before it is made.",
            )
            + show.inset(
                show.paragraphs(
                    f"You work in this folder: {self.folder}. Everything stays there. Nothing is sent anywhere."
                )
            )
            + show.heading("What do you want to do?")
        )
        return [about, doors()]

    def _data(self) -> str:
        found = data_files(self.folder)
        head = show.heading("Data in this folder")
        if not found:
            return head + show.paragraphs(
                "There is none yet. Copy your data file into the folder, then open this page again."
            )
        rows = []
        for path in found[:MOST_FILES]:
            made = last_audit(self.folder, path)
            when = words.moment(f"{made:%Y-%m-%d}") or "" if made else "Not checked yet"
            rows.append((path.relative_to(self.folder).as_posix(), when))
        more = len(found) - len(rows)
        return (
            head
            + show.files_table("Data in this folder", ("File", "Last check saved"), rows)
            + show.paragraphs(
                f"And {more} more." if more > 0 else "",
                "To use your own data, copy the file into the folder, then open this page again.",
            )
        )

    def _waiting(self, found: Due) -> dict[str, str]:
        """What is due in each assessment, by file, in a few words."""
        told: dict[str, list[str]] = {}
        for item in found.of("overdue", "soon"):
            told.setdefault(item.file, []).append(f"{item.kind} due {_when(item)}")
        return {
            file: lines[0] + (f", and {len(lines) - 1} more" if len(lines) > 1 else "")
            for file, lines in told.items()
        }

    def _due_list(self, found: Due) -> list[Any]:
        """Reviews and actions that are overdue or due soon, each with its day and a way there."""
        items = found.of("overdue", "soon")
        if not items:
            return []
        self.due = TaskList(
            items=[
                {
                    "id": f"{item.file}|{_place(item)}",
                    "title": item.what,
                    "status": f"Due {_when(item)}",
                    "tone": "ekw-now" if item.when == "overdue" else "",
                    "hint": f"{item.kind.capitalize()} of \u201c{item.title}\u201d"
                    + _inside(item.file)
                    + (f", {item.owner}" if item.owner else ""),
                }
                for item in items[:MOST_DUE]
            ]
        )
        self.due.on("pick", self.guard(self._open_due))
        more = len(items) - MOST_DUE
        note = (
            [Html(html=show.paragraphs(f"And {more} more: equitykit due lists them all."))]
            if more > 0
            else []
        )
        return [Html(html=show.heading("What is due")), self.due, *note]

    def _open_due(self, id: str) -> None:
        name, _, place = id.partition("|")
        self.open(name, place)

    def _existing(self) -> list[Any]:
        mine = self._instrument.id if self._only_assessments else None
        found = [one for one in assessments(self.folder) if mine in (None, one.instrument) or one.problem]
        head = Html(
            html=show.heading("Assessments in this folder")
            + ("" if found else show.paragraphs("There is none yet."))
        )
        items = []
        late = due(self.folder) if found or not self._only_assessments else None
        waiting = self._waiting(late) if late is not None else {}
        for one in found:
            items.append(
                {
                    "id": one.path.name,
                    "title": one.title,
                    "status": f"{one.done} of {one.parts} parts finished"
                    if not one.problem
                    else "Cannot be opened",
                    "hint": one.problem or _beside(one.path.name, waiting.get(one.path.name)),
                    "blocked": one.problem is not None,
                    "href": address(notebook_of(one.instrument), one.path.name) if in_voila() else None,
                }
            )
        self.list = TaskList(items=items)
        self.list.on("pick", self.guard(self.open))
        what = self._due_list(late) if late is not None and not self._only_assessments else []
        return [head, *([self.list] if items else []), *what]

    def _new(self) -> list[Any]:
        head = show.heading("A new assessment") + show.paragraphs(
            f"{self._instrument.subtitle or self._instrument.title}." if self._only_assessments else ""
        )
        title = TextField(
            ident=TITLE, help=["It becomes the name of the file. It can be changed in the assessment."]
        )
        track = ChoiceField(ident=TRACK, label="Which way do you want to go?")
        self.fields = {TITLE: title, TRACK: track}
        if self._only_assessments:
            self._ask_for(self._instrument)
            return [Html(html=head), title, track]
        mine = own(self.folder)
        self._tools = {id: id for id in instruments()}
        self._tools |= {one.path.name: one.path for one in mine if one.problem is None}
        tool = ChoiceField(
            ident=TOOL,
            kind="select",
            label="Which guided tool do you want to use?",
            help=["Your own tools are the files in the folder \u201cinstruments\u201d."],
            options=[{"id": id, "label": load(where).title} for id, where in self._tools.items()],
            value=self._instrument.id,
        )
        tool.typed(self.guard(self._take_tool))
        self.fields = {TOOL: tool, **self.fields}
        self._ask_for(self._instrument)
        broken = show.bullets(f"{one.path.name}: {one.problem}" for one in mine if one.problem)
        said = show.inset(show.paragraphs("These tools cannot be used yet:"), broken) if broken else ""
        return [Html(html=head), tool, Html(html=said), title, track]

    def _take_tool(self, id: str | None) -> None:
        if id:
            self._chosen = self._tools[id]
            self._ask_for(load(self._chosen))

    def _ask_for(self, instrument: Instrument) -> None:
        """Ask for what a new use of an instrument needs."""
        self._instrument = instrument
        named = instrument.meaning("title")
        self.fields[TITLE].label = named.label if named is not None else "What do you call it?"
        track = self.fields[TRACK]
        track.options = [
            {"id": one.id, "label": one.title, "hint": one.description} for one in instrument.tracks
        ]
        track.value = None

    # what a person does

    def _begin(self) -> None:
        title, track = self.fields[TITLE].value.strip(), self.fields[TRACK].value
        found = []
        if TOOL in self.fields and not self.fields[TOOL].value:
            found.append((TOOL, "Choose a tool."))
        if not title:
            named = self._instrument.meaning("title")
            found.append((TITLE, (named.required if named else None) or "Give it a short name."))
        if track is None:
            found.append((TRACK, "Choose a way through."))
        self.tell_problems(*found)
        if found:
            return
        path = free_name(self.folder, slug(title), ".equity.json")
        Assessment.create(path, instrument=self._chosen, track=track, title=title)
        self.open(path.name)

    def open(self, name: str, place: str | None = None) -> None:
        """Open an assessment of the folder, or of one below: at its own address, or here; on a page if it is named."""
        path = below(self.folder, name)
        if path is None:
            raise AssessmentError(f'"{name}" is not in this folder.', next_step="Open this page again.")
        one = Assessment.open(path)
        if place is not None:
            keep_place(one, place)
        if self.goto(address(notebook_of(one.instrument.origin), name)):
            return
        self.wizard = Wizard(one)
        self.root.children = (self.wizard.root,)


def below(folder: Path, name: str) -> Path | None:
    """An assessment named by its place below a folder; None where there is none, and never one from outside."""
    parts = Path(name).parts
    if not name.endswith(".equity.json") or any(part.startswith(".") for part in parts):
        return None
    path = folder / name
    return path if path.is_file() and path.resolve().is_relative_to(folder.resolve()) else None


def _inside(file: str) -> str:
    """Which folder an assessment lies in, where that is one below."""
    place, slash, _ = file.rpartition("/")
    return f", in the folder \u201c{place}\u201d" if slash else ""


def _beside(name: str, waits: str | None) -> str:
    """What stands under the title of an assessment: its file, and what is due."""
    return f"{waits[0].upper()}{waits[1:]}. {name}" if waits else name


def slug(title: str) -> str:
    """A file name made of a title: small letters, digits and hyphens.

    >>> slug("Besuche online - für uns!")
    'besuche-online-fur-uns'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "assessment"


def _place(item: DueItem) -> str:
    """The page of an assessment on which something is seen to."""
    return f"review/{item.id}" if item.kind == "review" else "actions"


def _when(item: DueItem) -> str:
    return f"{'since' if item.when == 'overdue' else 'on'} {words.moment(item.due)}"
