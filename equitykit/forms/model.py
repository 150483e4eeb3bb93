"""What a form is, whichever program it was built with: questions, their options, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TYPES", "Form", "Item", "Notice", "Option"]

TYPES = ("single", "multiple", "text")
Texts = tuple[tuple[str, str], ...]  # (language, text)


@dataclass(frozen=True, slots=True)
class Option:
    """One response option: the code stored and the label shown.

    Attributes
    ----------
    code : what is stored.
    label : what people read.
    system : address of the code system, where the form names one.
    translations : the label in other languages, as (language, text).
    """

    code: str
    label: str
    system: str = ""
    translations: Texts = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a form.

    Attributes
    ----------
    name : the field, as it is called in the data.
    label : the question as asked.
    type : "single", "multiple" or "text".
    options : what can be chosen, in the order shown.
    section : heading above it.
    required : whether it must be answered.
    note : hint beside it.
    identifier : whether the form marks it as identifying a person.
    default : what is answered before anybody answers; "" where nothing is.
    translations : the question in other languages, as (language, text).
    group : groups it stands in, the outermost first.
    annotation : what the builder wrote beside it for the program.
    conditional : when it is shown, in the builder's own words; "" where always.
    hidden : whether nobody who answers sees it.
    codes : codes of the question itself, such as LOINC.
    """

    name: str
    label: str
    type: str
    options: tuple[Option, ...] = ()
    section: str = ""
    required: bool = False
    note: str = ""
    identifier: bool = False
    default: str = ""
    translations: Texts = ()
    group: tuple[str, ...] = ()
    annotation: str = ""
    conditional: str = ""
    hidden: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Text of a form that asks nothing, and the groups it stands in."""

    text: str
    group: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """The questions of a form, before any data exist.

    Attributes
    ----------
    name : file name, or a title.
    kind : how it is written down, such as "redcap".
    items : the questions, in order.
    notices : texts that ask nothing.
    languages : languages it can be shown in, where it says so.
    path, sha256 : the file it was read from.
    """

    name: str
    kind: str
    items: tuple[Item, ...]
    notices: tuple[Notice, ...] = ()
    languages: tuple[str, ...] = ()
    path: str | None = None
    sha256: str | None = None

    def item(self, name: str) -> Item | None:
        """The item of that name, or None."""
        return next((item for item in self.items if item.name == name), None)
