"""The frame of every page: back, problems, title, what is on it, buttons, and what was saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from equitykit.widgets import show
from equitykit.widgets.fields import Html, Problems, Title
from equitykit.widgets.guard import Guard

__all__ = ["LANGUAGE", "Shell", "button", "in_voila", "log_beside", "query", "served", "widget_of"]

LANGUAGE = "en"
"""Of the pages themselves: buttons, messages, and what the library says."""


def button(text: str, press: Callable[[], Any], *, main: bool = False, back: bool = False) -> Any:
    """A button; what it does must already have the guard around it."""
    made = ipywidgets.Button(description=text)
    made.add_class("ekw-main" if main else "ekw-back" if back else "ekw-other")
    made.on_click(lambda _: press())
    return made


def in_voila() -> bool:
    """Whether a Voila page shows this."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def query(name: str) -> str | None:
    """A value from the address of the page."""
    from urllib.parse import parse_qs

    found = parse_qs(os.environ.get("QUERY_STRING", "")).get(name)
    return found[0] if found else None


def served(path: Path) -> str | None:
    """Address under which the local server gives a file of the folder; None where none does."""
    from urllib.parse import quote

    root = os.environ.get("EQUITYKIT_SERVED")
    if not root:
        return None
    try:
        below = path.resolve().relative_to(Path(root).resolve())
    except ValueError:
        return None
    return f"/files/{quote(below.as_posix())}"


def log_beside(path: Path) -> Path:
    """Where errors are noted: beside the file, without any answer."""
    return path.with_name(f"{path.name.removesuffix('.json').removesuffix('.equity')}.errors.log")


class Shell:
    """A page that is shown in a notebook cell; its content changes, the frame stays.

    Attributes
    ----------
    root : the widget. fields : the questions on the page, by id. errors : what went wrong and should not have.
    """

    def __init__(self, *, log: Path | None = None) -> None:
        self.guard = Guard(self.say, log=log)
        self.banner = Html(role="alert")
        self.banner.add_class("ekw-banner")
        self.rescue = ipywidgets.VBox()
        self.back = button("Back", self.guard(self.press_back), back=True)
        self.problems = Problems()
        self.problems.on("pick", self.guard(self.pick_problem))
        self.title = Title()
        self.body = ipywidgets.VBox()
        self.bar = ipywidgets.Box()
        self.bar.add_class("ekw-bar")
        self.saved = Html(role="status")
        self.saved.add_class("ekw-saved")
        self.fields: dict[str, Any] = {}
        self.keep: list[Any] = []
        self.root = ipywidgets.VBox(
            [
                self.banner,
                self.rescue,
                self.back,
                self.problems,
                self.title,
                self.body,
                self.bar,
                self.saved,
            ]
        )
        self.root.add_class("ekw-page")

    @property
    def errors(self) -> list[BaseException]:
        """What went wrong and should not have."""
        return self.guard.errors

    def _repr_mimebundle_(self, **named: Any) -> Any:
        return self.root._repr_mimebundle_(**named)

    def say(self, text: str) -> None:
        """Say something above the page at once; "" takes it away."""
        self.banner.html = show.inset(show.paragraphs(text), tone="ekw-stop") if text else ""

    def remark(self, text: str) -> None:
        """Say quietly at the foot of the page."""
        self.saved.html = show.paragraphs(text)

    def tell_saved(self, path: Path, *told: str) -> None:
        """Say at the foot of the page what was saved, with a way to open it where there is one."""
        address = served(path)
        opened = f"<p>{show.link(f'Open {path.name}', address, new=True)}</p>" if address else ""
        self.saved.html = show.inset(show.paragraphs(" ".join(told)), opened, tone="ekw-done")

    def page(
        self,
        title: str,
        body: Sequence[Any],
        buttons: Sequence[Any] = (),
        *,
        caption: str = "",
        back: bool = True,
        move: bool = True,
    ) -> None:
        """Show another page; the focus goes to its title."""
        old = [*self.body.children, *self.bar.children]
        self.say("")
        self.problems.tell()
        self.title.tongues = {text: code for text, code in self.tongues().items() if code != LANGUAGE}
        self.title.caption, self.title.text, self.title.wrong = caption, title, False
        self.back.layout.display = None if back else "none"
        self.body.children = tuple(body)
        self.bar.children = tuple(buttons)
        self.bar.layout.display = None
        kept = {id(widget) for widget in (*body, *buttons, *self.keep)}
        for widget in old:
            if id(widget) not in kept:
                _close(widget)
        if move:
            self.title.moves += 1

    def tell_problems(self, *found: tuple[str | None, str]) -> None:
        """Show what is wrong: in the summary, and in the same words beside each question."""
        first: dict[str | None, str] = {}
        for target, text in found:
            first.setdefault(target, text)
        for ident, field in self.fields.items():
            field.error = first.get(ident, "")
        self.title.wrong = bool(found)
        self.problems.tell(*found)

    def tongues(self) -> Mapping[str, str]:
        """Texts that may be shown, each with its language; those in the language of the page need not be there."""
        return {}

    def goto(self, href: str) -> bool:
        """Open another address where the page has one; False in JupyterLab."""
        if not in_voila():
            return False
        self.title.send({"event": "goto", "href": href})
        return True

    def press_back(self) -> None:
        """Go back one page."""

    def pick_problem(self, ident: str) -> None:
        """Go to a question that is on another page."""


def widget_of(field: Any) -> Any:
    """What is put on the page for a field: itself, or the box that holds its parts."""
    return getattr(field, "root", field)


def _close(widget: Any) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()
