"""Accepted findings on the command line: hold an audit against a baseline, or write one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from equitykit.cli.output import saving, say_line, write_whole
from equitykit.errors import BaselineError

if TYPE_CHECKING:
    from equitykit.audit import Audit


def refuse_loose(write: Path | None, **given: str | None) -> None:
    """Refuse --reason, --by and --until where nothing is accepted, and accepting without the first two."""
    if write is None:
        loose = [f"--{name}" for name, value in given.items() if value is not None]
        if loose:
            raise BaselineError(
                f'Option "{loose[0]}" says something about accepted findings, and none are written.',
                next_step="Add --write-baseline FILE, or leave it out.",
            )
        return
    missing = [f"--{name}" for name in ("reason", "by") if not (given[name] or "").strip()]
    if missing:
        raise BaselineError(
            f"A finding is accepted with a reason and the name of a person; missing: {', '.join(missing)}.",
            next_step='For example: --reason "The new form starts in May" --by "R. Diaz".',
        )
    _day(given["until"])


def with_baseline(audit: Audit, path: str | None) -> Audit:
    """Mark what a baseline accepts, where there is one."""
    return audit if path is None else audit.with_baseline(path)


def accept(audit: Audit, target: Path, *, reason: str, by: str, until: str | None) -> Audit:
    """Write what was found to a baseline, beside what it accepts already; give the audit marked by it."""
    from equitykit.baseline import Baseline

    before = Baseline.load(target) if target.exists() else Baseline()
    after = before.accept(audit.data, reason=reason, by=by, until=_day(until))
    saving(target, lambda: write_whole(target, after.to_yaml()))
    say_line(
        f"{target} now holds {len(after.accepted)} accepted findings; it holds no counts. Keep it with your files.",
        error=True,
    )
    return audit.with_baseline(after)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BaselineError(
            f'"{text}" is no date.', next_step="Write it as year-month-day: 2027-11-21."
        ) from None
