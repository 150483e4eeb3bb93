"""The parts a page is made of: true HTML fields with label, help, error and focus, as widgets.

The stock text widgets cannot carry an error or a description for a screen reader, and the stock
radio buttons have no legend, so the fields are our own. Their front end lies in files beside this
one and is sent with the widget: nothing is fetched and nothing is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = [
    "AnswerList",
    "Asked",
    "Buttons",
    "ChoiceField",
    "Field",
    "Html",
    "Part",
    "Problems",
    "RowsField",
    "SecretField",
    "TaskList",
    "TextField",
    "Title",
    "front",
]

FRONT = Path(__file__).parent / "front"
Handler = Callable[..., None]


def front(*names: str) -> str:
    """Put the front end of a widget together; the last file is the one that holds `export default`."""
    return "\n".join((FRONT / f"{name}.js").read_text("utf-8") for name in names)


class Part(anywidget.AnyWidget):
    """One part of a page. What a person does there arrives as messages, in the order it was done."""

    _esm = front("base", "inputs", "rows", "tongues", "page", "fields")
    _css = FRONT / "fields.css"
    part = traitlets.Unicode("html").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._handlers: dict[str, list[Handler]] = {}
        self.on_msg(self._message)

    def on(self, event: str, handler: Handler) -> None:
        """Call a handler when an event arrives from the page."""
        self._handlers.setdefault(event, []).append(handler)

    def happen(self, event: str, *arguments: Any) -> None:
        """Do what happens when a person does this; tests call it in their place."""
        for handler in self._handlers.get(event, ()):
            handler(*arguments)

    def _message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, Mapping):
            return
        event = content.get("event")
        if event == "pick":
            self.happen("pick", str(content.get("id")))
        elif event == "leave":
            self.happen("leave")


class Asked(Part):
    """A question, with what stands around its field.

    Attributes
    ----------
    ident : id of the question. label : the question. help : paragraphs above it. why : why it is asked.
    error : what is wrong, in words; "" where nothing is. nudge : worth another look.
    shown : whether it is asked now.
    """

    ident = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    help = traitlets.List(traitlets.Unicode()).tag(sync=True)
    why = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    nudge = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Bool(True).tag(sync=True)


class Field(Asked):
    """A question with its answer."""

    kind = traitlets.Unicode().tag(sync=True)
    value = traitlets.Any(None, allow_none=True).tag(sync=True, echo_update=False)

    def typed(self, handler: Callable[[Any], None]) -> None:
        """Call a handler with the answer whenever it changes."""
        self.observe(lambda change: handler(change["new"]), "value")

    def _message(self, widget: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, Mapping) and content.get("event") == "input":
            # As the front end's own news: it is kept here and not sent back over what is being typed. Another
            # window that shows the same page takes it from the answer.
            self.set_state({"value": content.get("value")})
            self.send({"event": "got it", "window": content.get("window"), "value": content.get("value")})
            return
        super()._message(widget, content, buffers)


class SecretField(Asked):
    """Text that is kept nowhere: not in the state of the widget, and so not in a notebook either.

    It arrives as messages, word by word as it is typed, and is in the memory of this object until it is
    closed. The page asks for it when it is shown (again).
    """

    part = traitlets.Unicode("secret").tag(sync=True)
    kind = traitlets.Enum(("text", "longtext"), "longtext").tag(sync=True)
    lines = traitlets.Int(8).tag(sync=True)

    def __init__(self, said: str = "", **traits: Any) -> None:
        self._said = said
        super().__init__(**traits)

    @property
    def said(self) -> str:
        """What is typed there now."""
        return self._said

    def say(self, text: str) -> None:
        """Put a text there, as if a person had typed it."""
        self._said = text
        self.send({"event": "show", "text": text})
        self.happen("said", text)

    def close(self) -> None:
        """Let the text go."""
        self._said = ""
        super().close()

    def _message(self, widget: Any, content: Any, buffers: Any) -> None:
        event = content.get("event") if isinstance(content, Mapping) else None
        if event == "ready":
            self.send({"event": "show", "text": self._said})
        elif event == "said":
            self._said = str(content.get("text") or "")
            self.send({"event": "got it", "window": content.get("window")})
            self.happen("said", self._said)
        else:
            super()._message(widget, content, buffers)


class TextField(Field):
    """Text on one line or several, a number or a date. The value is the text as typed."""

    part = traitlets.Unicode("text").tag(sync=True)
    kind = traitlets.Enum(("text", "longtext", "number", "date"), "text").tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True, echo_update=False)
    unit = traitlets.Unicode().tag(sync=True)


class ChoiceField(Field):
    """One answer out of several (`one`, `select`) or any number of them (`many`).

    `options` are mappings with id and label, and hint or alone where needed. The value is an id
    or None; with `many` a list of ids.
    """

    part = traitlets.Unicode("choice").tag(sync=True)
    kind = traitlets.Enum(("one", "many", "select"), "one").tag(sync=True)
    options = traitlets.List(traitlets.Dict()).tag(sync=True)


class RowsField(Field):
    """Rows of cells. The value is a list of mappings, one for each row.

    `columns` are mappings with id, label and kind (text, longtext, number, date, choice), and hint
    or options where needed. `wrong` is the place of an error: row from 0 and, where known, column.
    With `ordered`, rows can be moved and put between others, and keep an id of their own.
    """

    part = traitlets.Unicode("rows").tag(sync=True)
    columns = traitlets.List(traitlets.Dict()).tag(sync=True)
    value = traitlets.List(traitlets.Dict()).tag(sync=True, echo_update=False)
    word = traitlets.Unicode("Row").tag(sync=True)
    removable = traitlets.Bool(True).tag(sync=True)
    ordered = traitlets.Bool(False).tag(sync=True)
    wrong = traitlets.Any(None, allow_none=True).tag(sync=True)


class Title(Part):
    """The heading of a page. A new page moves the focus there, so that it is read out.

    `tongues` are the texts that may stand anywhere on the page in another language than its own, each with
    that language: wherever one is shown, a screen reader is told how to read it.
    """

    part = traitlets.Unicode("title").tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    wrong = traitlets.Bool(False).tag(sync=True)
    moves = traitlets.Int(0).tag(sync=True)
    tongues = traitlets.Dict().tag(sync=True)


class Problems(Part):
    """The summary of what is wrong, above the page; the focus moves to it."""

    part = traitlets.Unicode("problems").tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)
    times = traitlets.Int(0).tag(sync=True)

    def tell(self, *found: tuple[str | None, str]) -> None:
        """Show problems, each with the question it is about; none clears the summary."""
        self.items = [{"target": target, "text": text} for target, text in found]
        self.times += 1

    @property
    def texts(self) -> tuple[str, ...]:
        """The problems shown."""
        return tuple(str(item["text"]) for item in self.items)

    def focus(self, ident: str) -> None:
        """Move the focus to a question."""
        self.send({"event": "focus", "target": ident})


class TaskList(Part):
    """What there is to do, with its state; each row is one button or link."""

    part = traitlets.Unicode("tasks").tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)


class Buttons(Part):
    """What can be done with one thing: items with id, text, and `of`, the name of the thing for those who hear."""

    part = traitlets.Unicode("buttons").tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)


class AnswerList(Part):
    """Questions with their answers, each with a way to change it."""

    part = traitlets.Unicode("answers").tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)


class Html(Part):
    """HTML made by equitykit; what people wrote in it is escaped before it comes here."""

    html = traitlets.Unicode().tag(sync=True)
    role = traitlets.Unicode().tag(sync=True)
