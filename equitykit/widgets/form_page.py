"""The check of a form step by step: choose it, see how it is read, read the result, take the better question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equitykit.audit import Audit, audit
from equitykit.design import write_proposal
from equitykit.report import audit_document, form_overview, write
from equitykit.widgets import show
from equitykit.widgets.fields import Html, TextField
from equitykit.widgets.files import free_name, working_folder
from equitykit.widgets.form_file import FormFile
from equitykit.widgets.shell import Shell, button

__all__ = ["FormPanel"]

BETTER = "~better"
STEPS = 3


class FormPanel(Shell):
    """The pages of the check of one form.

    Attributes
    ----------
    chosen : the fields of the first page. audit : the result, once it has run.
    saved_files : what was written, by what it is.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or working_folder()
        super().__init__(log=self.folder / "equitykit.errors.log")
        self.audit: Audit | None = None
        self.saved_files: dict[str, Path] = {}
        self._step = "file"
        self.next = button("Continue", self.guard(self._continue), main=True)
        self.keep.append(self.next)
        self.chosen = FormFile(self.folder, self)
        self.keep += self.chosen.widgets
        self._file_page(move=False)

    def press_back(self) -> None:
        """Go back one page."""
        (self._file_page if self._step == "reading" else self._reading_page)()

    def _continue(self) -> None:
        if self._step == "reading":
            self._result_page()
            return
        found = self.chosen.problems()
        self.tell_problems(*found)
        if not found:
            self.audit = audit(self.chosen.form, standard=self.chosen.standard.value)
            self._reading_page()

    def _file_page(self, *, move: bool = True) -> None:
        self._step, self.fields = "file", dict(self.chosen.fields)
        intro = Html(
            html=show.paragraphs(
                "This looks at the questions, before anybody answers them: who finds a place on the form, who can say "
                "no, and whether people are told why you ask. It changes nothing in the file."
            )
        )
        self.next.description = "Continue"
        self.page(
            "Choose the form to check",
            [intro, *self.chosen.widgets],
            [self.next],
            caption=f"Step 1 of {STEPS}",
            back=False,
            move=move,
        )

    def _reading_page(self) -> None:
        assert self.audit is not None
        assert self.chosen.form is not None
        self._step, self.fields = "reading", {}
        document = form_overview(self.chosen.form, self.audit.to_dict())
        self.next.description = "See what was found"
        body = [Html(html=show.report_fragment(document, titled=False))]
        self.page("See how the questions are read", body, [self.next], caption=f"Step 2 of {STEPS}")

    def _result_page(self) -> None:
        assert self.audit is not None
        self._step, self.fields = "result", {}
        document = audit_document(self.audit.to_dict(), brief=True)
        body: list[Any] = [Html(html=show.report_fragment(document))]
        buttons = [button("Save the whole result as a page", self.guard(self.save_report), main=True)]
        if self._proposal:
            better = TextField(
                ident=BETTER,
                kind="longtext",
                label="The question as it could be asked",
                help=["Copy it from here, or save it below as rows for your form builder."],
                value=str(self._proposal["text"]),
            )
            better.add_class("ekw-long")
            self.fields = {BETTER: better}
            body += [Html(html=show.heading("A better question")), better]
            buttons += [
                button(
                    "Save the better question for XLSForm", self.guard(lambda: self.save_better("xlsform"))
                ),
                button("Save the better question for REDCap", self.guard(lambda: self.save_better("redcap"))),
            ]
        buttons.append(button("Check another form", self.guard(self._file_page)))
        self.page("Read the result", body, buttons, caption=f"Step 3 of {STEPS}")

    @property
    def _proposal(self) -> dict[str, Any] | None:
        """The question as it could be asked; None where nothing in it has to change."""
        assert self.audit is not None
        found = (one.get("proposal") for one in self.audit.to_dict()["questions"])
        return next((one for one in found if one), None)

    def _stem(self) -> str:
        return self.chosen.path.stem if self.chosen.path is not None else "form"

    def save_report(self) -> None:
        """Write the result as a page into the folder; an earlier one of the same form is replaced."""
        assert self.audit is not None
        path = write(self.audit.to_dict(), self.folder / f"{self._stem()}.form-audit.html")
        self.saved_files["report"] = path
        self.tell_saved(path, f'The result is in "{path.name}", in the folder {path.parent}.')

    def save_better(self, format: str) -> None:
        """Write the better question as rows of a form builder, under a name that is free."""
        if self._proposal is None:
            return
        ending = {"xlsform": ".better.xlsx", "redcap": ".better.csv"}[format]
        path = write_proposal(self._proposal, free_name(self.folder, self._stem(), ending), format)
        self.saved_files[format] = path
        text = (
            f'The rows are in "{path.name}". Put them in the place of the old question, and try the form out.'
        )
        self.saved.html = show.inset(show.paragraphs(text), tone="ekw-done")
