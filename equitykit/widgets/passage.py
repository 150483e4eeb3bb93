"""A passage on its way into the file, as it is shown: its words go to the page as messages, never as state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from equitykit.analysis import Masking, Segment
from equitykit.widgets.fields import Asked, Part, front

__all__ = ["Review", "Segments"]

LONGEST = 600


class Unkept(Part):
    """Shows words that are in memory only; the page asks for them whenever it is shown."""

    _esm = front("base", "passage")

    def words(self) -> dict[str, Any]:
        """What is shown now."""
        raise NotImplementedError

    def tell(self) -> None:
        """Show it."""
        self.send({"event": "show", **self.words()})

    def _message(self, widget: Any, content: Any, buffers: Any) -> None:
        event = content.get("event") if isinstance(content, Mapping) else None
        if event == "ready":
            self.tell()
        elif event in ("decide", "everywhere", "all", "phrase"):
            self.happen(event, {name: value for name, value in content.items() if name != "event"})
        else:
            super()._message(widget, content, buffers)


class Review(Unkept, Asked):
    """The passage as it would be kept, and what is flagged with a decision about each.

    Events: "decide" with number, decision and put; "everywhere" with number; "all"; "phrase" with text.
    """

    part = traitlets.Unicode("review").tag(sync=True)

    def __init__(self, masking: Masking, **traits: Any) -> None:
        self._masking: Masking | None = masking
        self.said = ""
        super().__init__(**traits)

    def words(self) -> dict[str, Any]:
        """The text in paragraphs of plain and flagged pieces, the flags, and how many wait."""
        masking = self._masking
        if masking is None or not masking.text:
            return {"paragraphs": [], "marks": [], "waiting": 0, "said": ""}
        waiting = len(masking.open)
        verb = "waits" if waiting == 1 else "wait"
        told = f"{waiting} of {len(masking.marks)} flagged places {verb} for you."
        told = told if waiting else "Nothing waits for you."
        often = Counter(masking.said(mark.number).casefold() for mark in masking.marks)
        marks = [
            {
                "number": mark.number,
                "start": mark.start,
                "said": masking.said(mark.number),
                "why": mark.why,
                "decision": mark.decision,
                "put": mark.put,
                "times": often[masking.said(mark.number).casefold()],
            }
            for mark in masking.marks
        ]
        return {
            "paragraphs": _paragraphs(masking),
            "marks": marks,
            "waiting": waiting,
            "said": f"{self.said} {told}".strip(),
        }

    def close(self) -> None:
        """Let the passage go from this page."""
        self._masking = None
        super().close()


class Segments(Unkept):
    """Passages of a file, each with a button; "pick" gives the number of the one chosen."""

    part = traitlets.Unicode("segments").tag(sync=True)

    def __init__(self, segments: Sequence[Segment] = (), **traits: Any) -> None:
        self._segments = tuple(segments)
        super().__init__(**traits)

    def words(self) -> dict[str, Any]:
        """The passages, long ones cut."""
        return {"segments": [{"number": one.number, "text": _short(one.text)} for one in self._segments]}

    def close(self) -> None:
        """Let the passages go from this page."""
        self._segments = ()
        super().close()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\u2026"


def _paragraphs(masking: Masking) -> list[list[dict[str, Any]]]:
    """The text as it would be kept, line by line, in pieces; those that are flagged say what was decided."""
    lines: list[list[dict[str, Any]]] = [[]]

    def plain(text: str) -> None:
        first, *more = text.split("\n")
        lines[-1].append({"text": first})
        lines.extend([{"text": line}] for line in more)

    at = 0
    for mark in masking.marks:
        plain(masking.text[at : mark.start])
        text = mark.put if mark.decision == "mask" else masking.text[mark.start : mark.end]
        lines[-1].append({"text": text, "number": mark.number, "decision": mark.decision})
        at = mark.end
    plain(masking.text[at:])
    return [
        [piece for piece in line if piece["text"]] for line in lines if any(p["text"].strip() for p in line)
    ]
