"""The page an assessment was left on, and who was writing: remembered beside it, on this computer."""

from __future__ import annotations

import getpass
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from equitykit.assessment import Assessment

__all__ = ["keep_place", "kept_place", "user"]


def keep_place(assessment: Assessment, place: str, **more: str | None) -> None:
    """Remember a page, and who writes, so that opening the assessment comes to it; losing this loses no answer."""
    file = _file(assessment)
    kept = {**kept_place(assessment), "begun": assessment.begun, "place": place, **more}
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(kept), encoding="utf-8")


def kept_place(assessment: Assessment) -> dict[str, Any]:
    """Give what is remembered; an assessment begun later under the same name starts at its own beginning."""
    with suppress(OSError, ValueError):
        kept = json.loads(_file(assessment).read_text(encoding="utf-8"))
        if isinstance(kept, dict) and kept.get("begun") == assessment.begun:
            return kept
    return {}


def user() -> str | None:
    """Who is signed in on this computer; somebody else who opens the file does not write in their name."""
    with suppress(Exception):  # it differs from system to system what is raised where nobody knows
        return getpass.getuser()
    return None


def _file(assessment: Assessment) -> Path:
    path = assessment.path
    return path.parent / ".equitykit" / f"{path.name}.place"
