"""Choosing a form in the folder, and the standard it is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equitykit import standards
from equitykit.audit import DEFAULT_STANDARD
from equitykit.errors import ReadError
from equitykit.forms import Form, read_form
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html
from equitykit.widgets.files import form_files
from equitykit.widgets.shell import Shell

__all__ = ["FORM", "STANDARD", "FormFile", "standard_field"]

FORM, STANDARD = "~form", "~standard"
NO_FORMS = (
    "There is no form in this folder yet. Export it from the program it was built with, copy it into the folder, "
    "then open this page again. REDCap, XLSForm, FHIR and Qualtrics exports can be read, and plain lists."
)


def standard_field(label: str, chosen: str | None = None) -> ChoiceField:
    """The field that chooses a standard.

    Parameters
    ----------
    label : the question.
    chosen : id of the standard to begin with; else the one that is taken where nobody says.
    """
    names = standards.standards()
    return ChoiceField(
        ident=STANDARD,
        kind="select",
        label=label,
        options=[{"id": name, "label": standards.standard(name).title} for name in names],
        value=chosen if chosen in names else DEFAULT_STANDARD,
    )


class FormFile:
    """Fields that choose a form, and what was read from it.

    Attributes
    ----------
    form : what was read; None as long as nothing could be. trouble : why not, in words.
    fields : the fields, to be put on a page; `about` says what was read.
    """

    def __init__(self, folder: Path, shell: Shell) -> None:
        self._folder = folder
        self.form: Form | None = None
        self.trouble = ""
        names = [path.relative_to(folder).as_posix() for path in form_files(folder)]
        self.file = ChoiceField(
            ident=FORM,
            kind="select",
            label="Which file holds the form, or its data dictionary?",
            help=[f"It is read where it is, in {folder}. Nothing is copied or sent."]
            if names
            else [NO_FORMS],
            options=[{"id": name, "label": name} for name in names],
        )
        self.standard = standard_field("Which standard is the form held against?")
        self.about = Html(role="status")
        self.fields: dict[str, Field] = {FORM: self.file, STANDARD: self.standard}
        self.file.typed(shell.guard(lambda _: self._read()))

    @property
    def widgets(self) -> list[Any]:
        """The fields in order, and what was read."""
        return [self.file, self.about, self.standard]

    @property
    def path(self) -> Path | None:
        """The file chosen."""
        return self._folder / self.file.value if self.file.value else None

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing or wrong, by field."""
        if self.path is None:
            return [(FORM, "Choose a file.")]
        if self.form is None:
            self._read()
        if self.form is None:
            return [(FORM, self.trouble)]
        return [] if self.standard.value else [(STANDARD, "Choose a standard.")]

    def _read(self) -> None:
        self.form, self.trouble, self.file.error, self.about.html = None, "", "", ""
        if self.path is None:
            return
        try:
            self.form = read_form(self.path)
        except ReadError as error:
            self.trouble = self.file.error = str(error)
            return
        items = len(self.form.items)
        said = f"{self.form.name}: {items:,} question{' was' if items == 1 else 's were'} read."
        self.about.html = show.inset(show.paragraphs(said))
