"""Groups compared step by step: the data, what is compared, with whom and why, the result, and what to do with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from equitykit.adjust import Adjusted
from equitykit.measures import Disparities
from equitykit.report import (
    Document,
    adjusted_document,
    disparities_document,
    joined_document,
    stages_document,
    write,
)
from equitykit.report.disparities import title_of
from equitykit.stages import Stages, stages
from equitykit.suppression import ProtectedTable
from equitykit.widgets import show
from equitykit.widgets.alike_page import AlikeForm
from equitykit.widgets.attach_page import AttachForm
from equitykit.widgets.compare import CompareForm
from equitykit.widgets.fields import Field, Html, TaskList
from equitykit.widgets.files import free_name, working_folder
from equitykit.widgets.share_page import ShareForm
from equitykit.widgets.shell import Shell, button

__all__ = ["DisparitiesPanel"]

STEPS = 4
INTRO = (
    "This compares how often something happened to people of different groups. It shows how large a gap is, and how "
    "sure that is. It does not say why there is a gap.",
    "It reads the file where it is, and changes nothing in it.",
)
NEXT = {
    "chain": (
        "Follow the decisions one by one",
        "Shows at which decision a gap opens, and how it grows along the way.",
    ),
    "alike": (
        "Hold other things alike",
        "Crude and adjusted side by side: what gap would be left if people were alike in age, say.",
    ),
    "share": (
        "Make a table to share",
        "Hides small numbers, and whatever would give them away. Only what is proved safe is saved.",
    ),
    "attach": (
        "Attach it to an assessment",
        "As evidence that can be run again when there are new data.",
    ),
    "again": ("Compare something else", "What you chose stays filled in."),
}

Result = TypeVar("Result", Disparities, Stages)


class DisparitiesPanel(Shell):
    """The pages of one comparison.

    Attributes
    ----------
    form : the fields of the first pages. gaps : the comparison, once it has run.
    chain, adjusted : the same groups along the decisions, and with other things alike, once they have run.
    saved_files : what was written, by what it is.
    released : what the table saved last to be shared is about, and the table.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or working_folder()
        super().__init__(log=self.folder / "equitykit.errors.log")
        self.gaps: Disparities | None = None
        self.chain: Stages | None = None
        self.adjusted: Adjusted | None = None
        self.alike: AlikeForm | None = None
        self.sharing: ShareForm | None = None
        self.attaching: AttachForm | None = None
        self.saved_files: dict[str, Path] = {}
        self.released: tuple[tuple[Path | None, str], ProtectedTable] | None = None
        self.next = button("Continue", self.guard(self._continue), main=True)
        self.form = CompareForm(self.folder, self, reason_needed=True)
        self.keep += [self.next, *self.form.widgets]
        self._drawn: list[tuple[object, str]] = []
        self._step = "data"
        self._show(move=False)

    def press_back(self) -> None:
        """Go back one page; nothing chosen is lost."""
        before = {"asked": "data", "beside": "asked", "result": "beside"}
        self._step = before.get(self._step, "result")
        self._show()

    # the pages before the result

    def _show(self, *, move: bool = True) -> None:
        self.remark("")
        if self._step == "result":
            self._result_page()
            return
        title, place, body = {
            "data": ("Choose the data", 1, self.form.data.widgets),
            "asked": ("Say what you compare", 2, list(self.form.asked)),
            "beside": ("Say whom each group is compared with", 3, list(self.form.beside)),
        }[self._step]
        self.fields = {field.ident: field for field in body if isinstance(field, Field)}
        self.next.description = "Compare" if self._step == "beside" else "Continue"
        intro = [Html(html=show.paragraphs(*INTRO))] if self._step == "data" else []
        self.page(
            title,
            [*intro, *body],
            [self.next],
            caption=f"Step {place} of {STEPS}",
            back=self._step != "data",
            move=move,
        )

    def _continue(self) -> None:
        found = [(ident, text) for ident, text in self.form.problems() if ident in self.fields]
        self.tell_problems(*found)
        if found:
            return
        if self._step == "beside":
            self.gaps = self.form.run()
            self.chain = self.adjusted = self.alike = self.sharing = None
            self._drawn = []
            self._step = "result"
        else:
            self._step = {"data": "asked", "asked": "beside"}[self._step]
        self._show()

    # the result, and what to do with it

    def _result_page(self) -> None:
        assert self.gaps is not None
        self._step, self.fields = "result", {}
        book, _ = self.form.described()
        self.tasks = TaskList(
            items=[
                {"id": id, "title": title, "hint": hint, "status": ""}
                for id, (title, hint) in NEXT.items()
                if id != "chain" or book.stages
            ]
        )
        self.tasks.on("pick", self.guard(self.pick))
        body = [
            self._told(self.gaps, lambda gaps: disparities_document(gaps, brief=True)),
            Html(html=show.heading("What do you want to do with it?")),
            self.tasks,
        ]
        buttons = [button("Save the whole result as a page", self.guard(self.save_report), main=True)]
        self.page("Read the result", body, buttons, caption=f"Step {STEPS} of {STEPS}")

    def _told(self, result: Result, document: Callable[[Result], Document]) -> Html:
        """A result on the page; its charts are drawn once, however often somebody comes back to it."""
        drawn = next((html for one, html in self._drawn if one is result), None)
        if drawn is None:
            drawn = show.report_fragment(document(result))
            self._drawn.append((result, drawn))
        return Html(html=drawn)

    def pick(self, task: str) -> None:
        """Go on with the result."""
        self.remark("")
        if task == "again":
            self._step = "asked"
            self._show()
        else:
            pages = {"chain": self._chain_page, "alike": self._alike_page, "share": self._share_page}
            pages.get(task, self._attach_page)()

    def _chain_page(self) -> None:
        self._step, self.fields = "chain", {}
        if self.chain is None:
            book, _ = self.form.described()
            self.remark("Following the decisions. This can take a moment for a large file.")
            records = self.form.data.records
            self.chain = stages(records, book, by=list(self.form.by.value), **self.form.comparator())
            self.remark("")
        body = [self._told(self.chain, stages_document)]
        buttons = [button("Save the whole result as a page", self.guard(self.save_report), main=True)]
        self.page("Follow the decisions", body, buttons, caption="One step further")

    def _alike_page(self) -> None:
        self._step = "alike"
        self.alike = self.alike or AlikeForm(self, self.form, self._keep_adjusted)
        self.fields = dict(self.alike.fields)
        buttons = [button("Save the whole result as a page", self.guard(self.save_report))]
        self.page("Hold other things alike", self.alike.widgets, buttons, caption="One step further")

    def _keep_adjusted(self, adjusted: Adjusted) -> None:
        self.adjusted = adjusted

    def _share_page(self) -> None:
        self._step = "share"
        self.sharing = self.sharing or ShareForm(self, self.form, free=self._free)
        self.fields = dict(self.sharing.fields)
        self.page(
            "Make a table to share", self.sharing.widgets, self.sharing.buttons, caption="One step further"
        )

    def _attach_page(self) -> None:
        assert self.gaps is not None
        self._step = "attach"
        shared = self.sharing.table if self.sharing is not None else None
        made = {"gaps": self.gaps, "chain": self.chain, "adjusted": self.adjusted, "shared": shared}
        there = {id: one for id, one in made.items() if one is not None}
        self.attaching = AttachForm(self, self.folder, there)
        self.fields = dict(self.attaching.fields)
        self.page(
            "Attach it to an assessment",
            self.attaching.widgets,
            self.attaching.buttons,
            caption="One step further",
        )

    # what is saved

    def _free(self, ending: str) -> Path:
        stem = self.form.data.path.stem if self.form.data.path is not None else "data"
        return free_name(self.folder, stem, ending)

    def save_report(self) -> None:
        """Write everything that was looked at as one page into the folder, under a name that is free."""
        assert self.gaps is not None
        documents = [disparities_document(self.gaps)]
        documents += [adjusted_document(self.adjusted)] if self.adjusted is not None else []
        documents += [stages_document(self.chain)] if self.chain is not None else []
        title = title_of(self.gaps.to_dict())
        whole = joined_document(title, documents) if len(documents) > 1 else documents[0]
        path = write(whole, self._free(".comparison.html"))
        self.saved_files["report"] = path
        self.tell_saved(path, f'The result is in "{path.name}", in the folder {path.parent}. It is internal.')
