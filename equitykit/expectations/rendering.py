"""What Data Docs show. Everything from the data goes in as a parameter, so that it comes out as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from great_expectations.render import RenderedStringTemplateContent, RenderedTableContent

__all__ = ["findings", "observed", "questions", "text"]

_SAID = {
    "found": "Found",
    "clear": "Clear",
    "not_run": "Not checked",
    "counted": "All rows counted",
    "not_counted": "Not all rows counted",
}


def text(template: str, **parameters: Any) -> Any:
    """A sentence with its parameters; Data Docs escape them because a styling is given."""
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "params": parameters, "styling": {"params": {}}},
    )


def _details(result: Any) -> Mapping[str, Any]:
    found = (result.result or {}).get("details") if result is not None else None
    return found if isinstance(found, Mapping) else {}


def observed(result: Any) -> str:
    """The outcome in words; one that could not be told is said to be so."""
    outcome = (result.result or {}).get("observed_value") if result is not None else None
    details = _details(result)
    said = _SAID.get(str(outcome), "Not checked: the batch could not be read")
    counted = len([row for row in details.get("findings", ()) if row["outcome"] == "found"])
    more = details.get("findings_left_out", 0)
    return f"{said} in {counted + more} places" if outcome == "found" and counted + more > 1 else said


def findings(result: Any) -> list[Any] | None:
    """What a check found, place by place, and what to do about it."""
    details = _details(result)
    rows = [row for row in details.get("findings", ()) if row["outcome"] != "clear"]
    if not rows:
        return None
    shown = [(_word(row), row["message"], ", ".join(row["columns"]), row["remedy"]) for row in rows]
    if details.get("findings_left_out"):
        shown.append(("", f"{details['findings_left_out']} more are not listed.", "", ""))
    return [_table(("Severity", "Seen", "Columns", "What to do"), shown)]


def questions(result: Any) -> list[Any] | None:
    """How the questions were read."""
    details = _details(result)
    asked = details.get("audit", {}).get("questions", ())
    said = details.get("reason")
    shown = [
        (each["question"], ", ".join(each["columns"]), f"{each['n']:,}", f"{each['missing']['share']:.1%}")
        for each in asked
    ]
    blocks = [text("$reason", reason=said)] if said else []
    if shown:
        blocks.append(_table(("Question", "Columns", "Units", "Missing"), shown))
    return blocks or None


def _word(row: Mapping[str, Any]) -> str:
    return "not checked" if row["outcome"] == "not_run" else str(row["severity"])


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Any:
    return RenderedTableContent(
        content_block_type="table",
        table=[[text("$cell", cell=str(cell)) for cell in row] for row in rows],
        header_row=list(header),
        styling={"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}},
    )
