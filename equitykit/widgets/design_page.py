"""A better form step by step: what is asked and why, what protects people, the form itself, saved as you need it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets

from equitykit.audit import audit
from equitykit.design import QUESTIONS, SENSITIVE, DesignedForm, design_form
from equitykit.report import design_document
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField
from equitykit.widgets.files import free_name, working_folder
from equitykit.widgets.form_file import STANDARD, standard_field
from equitykit.widgets.home_page import slug
from equitykit.widgets.shell import Shell, button, served

__all__ = ["DesignPanel"]

TITLE, ASKED, PURPOSE, CONTACT = "~title", "~asked", "~purpose", "~contact"
LEGAL, ACCESS, RETENTION, DISCLOSURE = "~legal", "~access", "~retention", "~disclosure"
NEVER = (
    "Immigration status is not on the list, and cannot be added. A record of it can be demanded from you and used "
    "against the people in it."
)
SAVED_AS = {
    "html": ("Save it as a page to print", ".form.html"),
    "xlsform": ("Save it for XLSForm (KoboToolbox, ODK)", ".form.xlsx"),
    "redcap": ("Save it for REDCap", ".form.csv"),
    "fhir": ("Save it as a FHIR Questionnaire", ".form.json"),
}


class DesignPanel(Shell):
    """The pages that make one form.

    Attributes
    ----------
    asked, guards : the fields of the first and the second page. made : the form, once it is there.
    save_as : the buttons that save it, and saved_files : what was written, by format.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or working_folder()
        super().__init__(log=self.folder / "equitykit.errors.log")
        self.made: DesignedForm | None = None
        self.saved_files: dict[str, Path] = {}
        self.save_as: dict[str, Any] = {}
        self.told = Html(role="status")
        self._step = "asked"
        self.next = button("Continue", self.guard(self._continue), main=True)
        self.without = button("Leave these questions out", self.guard(self._leave_out))
        self.asked, self.guards = _what_is_asked(), _what_protects()
        self.keep += [self.next, self.without, *self.asked.values(), *self.guards.values()]
        self._asked_page(move=False)

    def press_back(self) -> None:
        """Go back one page; nothing typed is lost."""
        (self._guards_page if self._step == "form" and self._sensitive else self._asked_page)()

    # pages

    def _asked_page(self, *, move: bool = True) -> None:
        self._step, self.fields = "asked", dict(self.asked)
        intro = Html(
            html=show.paragraphs(
                "Choose only what you will use. Each question you leave out is one that nobody has to fear.",
                NEVER,
            )
        )
        self.next.description = "Continue"
        self.page(
            "Choose what to ask, and say why",
            [intro, *self.asked.values()],
            [self.next],
            caption=f"Step 1 of {self._steps}",
            back=False,
            move=move,
        )

    def _guards_page(self) -> None:
        self._step, self.fields = "guards", dict(self.guards)
        named = ", ".join(QUESTIONS[name][0].lower() for name in self._sensitive)
        intro = Html(
            html=show.paragraphs(
                f"You chose: {named}. An answer to this can hurt people when it gets into the wrong hands.",
                "If you cannot say all of the following, leave these questions out. That is a good result too.",
            )
        )
        self.next.description = "Continue"
        self.page(
            "Say what protects people",
            [intro, *self.guards.values()],
            [self.next, self.without],
            caption=f"Step 2 of {self._steps}",
        )

    def _form_page(self) -> None:
        assert self.made is not None
        self._step, self.fields = "form", {}
        self.save_as = {
            format: button(label, self.guard(self._saver(format)), main=format == "html")
            for format, (label, _) in SAVED_AS.items()
        }
        bar = ipywidgets.Box(list(self.save_as.values()))
        bar.add_class("ekw-bar")
        self.told = Html(role="status")
        body = [
            Html(html=show.inset(show.paragraphs(_own_check(self.made)), tone="ekw-done")),
            bar,
            self.told,
            Html(html=show.heading(self.made.title)),
            Html(html=show.report_fragment(design_document(self.made), titled=False)),
        ]
        again = button("Make another form", self.guard(self._asked_page))
        self.page("Look at the form", body, [again], caption=f"Step {self._steps} of {self._steps}")

    # what a person does

    @property
    def _sensitive(self) -> list[str]:
        """Questions chosen that need their safeguards."""
        return [name for name in self.asked[ASKED].value or [] if name in SENSITIVE]

    @property
    def _steps(self) -> int:
        return 3 if self._sensitive else 2

    def _continue(self) -> None:
        needed = NEEDED_FIRST if self._step == "asked" else NEEDED_GUARDS
        found = [(ident, text) for ident, text in needed.items() if not self.fields[ident].value]
        found += [
            (ident, text)
            for ident, text in needed.items()
            if isinstance(self.fields[ident].value, str) and self.fields[ident].value.isspace()
        ]
        self.tell_problems(*found)
        if found:
            return
        if self._step == "asked" and self._sensitive:
            self._guards_page()
            return
        self._make()

    def _leave_out(self) -> None:
        self.asked[ASKED].value = [name for name in self.asked[ASKED].value if name not in SENSITIVE]
        if self.asked[ASKED].value:
            self._make()
        else:
            self._asked_page()

    def _make(self) -> None:
        said = {ident: str(field.value).strip() for ident, field in {**self.asked, **self.guards}.items()}
        guards = {
            "legal_basis": said[LEGAL],
            "access": said[ACCESS],
            "retention": said[RETENTION],
            "disclosure": said[DISCLOSURE],
        }
        self.made = design_form(
            self.asked[ASKED].value,
            standard=said[STANDARD],
            title=said[TITLE],
            purpose=said[PURPOSE],
            contact=said[CONTACT],
            **(guards if self._sensitive else {}),
        )
        self._form_page()

    def _saver(self, format: str) -> Any:
        return lambda: self.save(format)

    def save(self, format: str) -> None:
        """Write the form into the folder, under a name that is free."""
        assert self.made is not None
        path = free_name(self.folder, slug(self.made.title), SAVED_AS[format][1])
        written = self.made.write(path, format)
        self.saved_files[format] = path
        names = " and ".join(f'"{one.name}"' for one in written)
        address = served(path) if format == "html" else None
        opened = f"<p>{show.link('Open the page', address, new=True)}</p>" if address else ""
        text = (
            f"The form is in {names}, in the folder {path.parent}. Try it out with people before you use it."
        )
        self.told.html = show.inset(show.paragraphs(text), opened, tone="ekw-done")


NEEDED_FIRST = {
    TITLE: "Give the form a title.",
    ASKED: "Choose at least one question.",
    STANDARD: "Choose a standard.",
    PURPOSE: "Say why you ask.",
}
NEEDED_GUARDS = {
    LEGAL: "Say what allows you to ask.",
    ACCESS: "Say who can see the answers.",
    RETENTION: "Say how long the answers are kept.",
    DISCLOSURE: "Say who could force you to hand the answers over.",
}


def _what_is_asked() -> dict[str, Field]:
    options = [
        {
            "id": name,
            "label": heading,
            "hint": "You will be asked what protects people" if name in SENSITIVE else "",
        }
        for name, (heading, _) in QUESTIONS.items()
    ]
    fields: tuple[Field, ...] = (
        TextField(ident=TITLE, label="What is the title of the form?", value="Questions about you"),
        ChoiceField(
            ident=ASKED, kind="many", label="What do you want to ask about?", options=options, value=[]
        ),
        TextField(
            ident=PURPOSE,
            kind="longtext",
            label="Why do you ask?",
            help=[
                "Write one or two sentences to the people who are asked. They stand on the form. Such as: We ask to "
                "find out whether families of all groups get help in time, and to change what is not fair."
            ],
        ),
        standard_field("Which standard do the answers about race and ethnicity follow?"),
        TextField(
            ident=CONTACT, label="Whom can people ask? (optional)", help=["A name or office, and a number."]
        ),
    )
    return {field.ident: field for field in fields}


def _what_protects() -> dict[str, Field]:
    fields = (
        TextField(
            ident=LEGAL, label="What allows or requires you to ask?", help=["Name the law or the rule."]
        ),
        TextField(ident=ACCESS, label="Who can see the answers?", help=["Name roles, not only the agency."]),
        TextField(
            ident=RETENTION, label="How long are the answers kept?", help=["Such as: two years, then deleted"]
        ),
        TextField(
            ident=DISCLOSURE,
            label="Who could force you to hand the answers over?",
            help=["Think of courts, police, other agencies and those who fund you. It stands on the form."],
        ),
    )
    return {field.ident: field for field in fields}


def _own_check(made: DesignedForm) -> str:
    found = audit(made.form, standard=made.standard).found("medium")
    if not found:
        return "The checks of equitykit find nothing in this form that has to change."
    names = ", ".join(dict.fromkeys(str(one["title"]) for one in found))
    return f"Look again at: {names}."
