"""Self-contained HTML: one file, no request leaves it, readable by screen readers and on paper."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.report.tree import Document, Heading

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
CONTENTS_FROM = 4  # headings of level 2 that make a list of contents worth its room


def render(document: Document) -> str:
    """Write a document as a whole HTML page.

    Parameters
    ----------
    document : the report.

    Returns
    -------
    str
        A page that holds its style and its images, with no script and no outside address
        that loads by itself. A content security policy forbids the browser the rest.

    Examples
    --------
    >>> from equitykit.report.tree import Document, Paragraph
    >>> "&lt;b&gt;" in render(Document("A", [Paragraph("<b>")]))
    True
    """
    return _environment().get_template("page.html.j2").render(_context(document))


def fragment(document: Document) -> str:
    """Write a document as a piece of HTML for a notebook, with its style beside it.

    Several pieces can stand on one page: their ids differ as their contents do.
    """
    prefix = hashlib.sha256(repr(document).encode("utf-8")).hexdigest()[:8]
    return _environment().get_template("fragment.html.j2").render(_context(document, prefix=f"ek{prefix}-"))


def _context(document: Document, *, prefix: str = "") -> dict[str, Any]:
    from markupsafe import Markup

    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    policy = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    chapters = [block for block in document.blocks if isinstance(block, Heading) and block.level == 2]
    anchors = {id(heading): f"{prefix}part-{place}" for place, heading in enumerate(chapters, 1)}
    numbers = count(1)
    return {
        "document": document,
        "chapters": chapters if len(chapters) >= CONTENTS_FROM else [],
        "anchor": lambda heading: anchors.get(id(heading)),
        "number": lambda: f"{prefix}table-{next(numbers)}",
        "style": Markup(style),  # our own file, never a user's text
        "style_hash": policy,
    }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["base64"] = lambda data: base64.b64encode(data).decode("ascii")
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    return environment
