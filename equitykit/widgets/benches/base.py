"""What every task of a bench has: its places, its pages, and a question before something is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from equitykit.widgets import show
from equitykit.widgets.being_written import BeingWritten
from equitykit.widgets.fields import Asked, Html
from equitykit.widgets.screens import INTERNAL
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.analysis import Analysis
    from equitykit.instruments import Part
    from equitykit.widgets.wizard import Wizard

__all__ = ["Task"]


class Task:
    """One task of a bench.

    Attributes
    ----------
    name : how its places go on after "bench/PART/". title : as it stands in the list and above its first page.
    hint : what it is, below its title in the list. part : the part of the instrument it belongs to.
    done : what was just done, said on top of the next page.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str] = ""

    def __init__(self, wizard: Wizard, part: Part) -> None:
        self.wizard, self.part, self.guard = wizard, part, wizard.guard
        self.done = ""

    # what a task may say for itself

    def status(self) -> str:
        """How it stands, in a few words."""
        return ""

    def open(self, where: str, move: bool) -> bool:
        """Show one of its pages ("" is the first); False where there is none such."""
        raise NotImplementedError

    def back(self, where: str) -> str | None:
        """Where Back leads from one of its pages; None for the page of the part."""
        return "" if where else None

    def leaving(self, where: str | None) -> str:
        """What is asked before going on; "" where nothing is lost.

        Parameters
        ----------
        where : the page of this task that is gone to; None for any other place.
        """
        return ""

    def drop(self) -> None:
        """Let what is not saved go, because a person said so."""

    def writing(self) -> int:
        """Count the forms that somebody is filling in and has not saved."""
        return 0

    # what it works with

    @property
    def work(self) -> Analysis:
        """The analysis of the assessment."""
        return self.wizard.assessment.analysis

    def place(self, where: str = "") -> str:
        """Give the place of one of its pages."""
        return f"bench/{self.part.id}/{self.name}" + (f"/{where}" if where else "")

    def go(self, where: str | None, *, done: str = "") -> None:
        """Go to one of its pages (None: the page of the part), and say there what was done."""
        self.done = done if where is not None else ""
        self.wizard.go(f"part/{self.part.id}/0" if where is None else self.place(where))
        if done and where is None:
            self.wizard.remark(done)

    def press(self, text: str, do: Callable[[], Any], *, main: bool = False) -> Any:
        """Make a button."""
        return button(text, self.guard(do), main=main)

    def page(self, title: str, body: Sequence[Any], buttons: Sequence[Any] = (), *, move: bool) -> None:
        """Show a page; the fields in it can carry an error."""
        done, self.done = self.done, ""
        said = [Html(html=show.inset(show.paragraphs(done), tone="ekw-done"))] if done else []
        self.wizard.fields = {one.ident: one for one in body if isinstance(one, Asked)}
        self.wizard.page(
            title, [*said, *body], buttons, caption=f"{INTERNAL} {self.part.title}", back=True, move=move
        )

    def back_button(self, text: str = "Go back", where: str | None = None) -> Any:
        """Make the button that leads back without doing anything."""
        return self.press(text, lambda: self.go(where))

    def let_go(self, draft: BeingWritten, where: str | None = "", *, text: str = "") -> list[Any]:
        """Make the button that lets go of what was typed, once a person has said so twice.

        Parameters
        ----------
        where : the page to go to then. text : words on the button where it is always there; without them it
            is there where something was typed earlier and found again.
        """
        if not text and draft.found is None:
            return []

        def gone() -> None:
            draft.drop()
            self.go(where)

        def ask() -> None:
            if not draft.changed():
                self.go(where)
                return
            told = ["It leaves the file. This cannot be undone."]
            self.ask_first(
                "Let go of what you typed here?", told, yes="Let it go", do=gone, no="Go back to it"
            )

        return [self.press(text or "Let go of what is not saved", ask)]

    def ask_first(
        self,
        question: str,
        texts: Sequence[str],
        *,
        yes: str,
        do: Callable[[], Any],
        no: str,
        fields: Any = (),
    ) -> None:
        """Ask on a page of its own before something happens that cannot be undone.

        Parameters
        ----------
        yes, no : words on the two buttons; `no` comes first and leads back to where one was.
        do : what happens on yes. fields : asked for on the same page.
        """
        here = self.wizard.place
        stay = self.press(no, lambda: self.wizard.go(here), main=True)
        self.page(
            question, [Html(html=show.paragraphs(*texts)), *fields], [stay, self.press(yes, do)], move=True
        )
