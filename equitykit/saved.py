"""Audits that were written as JSON, read back and looked over."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitykit.checks import SEVERITIES
from equitykit.errors import CompareError

__all__ = ["audit_data", "load"]


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read an audit that was written as JSON.

    Raises
    ------
    CompareError
        Not there, not JSON, or not an audit.
    """
    name = Path(path).name
    step = "Write one with: equitykit audit SUBJECT --format json -o FILE.json"
    try:
        whole = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise CompareError(f'"{name}" cannot be read: {problem.strerror or problem}.') from None
    except (ValueError, RecursionError):
        raise CompareError(f'"{name}" is not JSON.', next_step=step) from None
    if not _is_audit(whole):
        raise CompareError(f'"{name}" is not an audit in the format audit/1.', next_step=step)
    return dict(whole)


def audit_data(given: Any) -> Mapping[str, Any]:
    """What an audit says, from an `Audit`, what its `to_dict()` gives, or a JSON file."""
    if isinstance(given, str | os.PathLike):
        return load(given)
    data = given if isinstance(given, Mapping) else getattr(given, "data", None)
    if not isinstance(data, Mapping) or not _is_audit(data):
        raise CompareError(
            f"A {type(given).__name__} is not an audit.",
            allowed=("an Audit", "what to_dict() gives", "a JSON file"),
        )
    return data


def _is_audit(data: Any) -> bool:
    """Whether it has what a comparison reads."""
    if not isinstance(data, Mapping) or data.get("format") != "audit/1":
        return False
    heads = all(isinstance(data.get(key), Mapping) for key in ("subject", "standard"))
    lists = all(isinstance(data.get(key), list) for key in ("questions", "results"))
    return (
        heads and lists and all(map(_is_row, data["results"])) and all(map(_is_question, data["questions"]))
    )


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, Mapping)
        and isinstance(row.get("check"), str)
        and row.get("outcome") in ("found", "clear", "not_run")
        and row.get("severity") in SEVERITIES
        and all(isinstance(row.get(key, []), list) for key in ("columns", "groups"))
        and isinstance(row.get("observed"), int | float | None)
    )


def _is_question(entry: Any) -> bool:
    lists = (entry.get(key, []) for key in ("values", "categories")) if isinstance(entry, Mapping) else ()
    return isinstance(entry, Mapping) and all(
        isinstance(each, list) and all(isinstance(one, Mapping) for one in each) for each in lists
    )
