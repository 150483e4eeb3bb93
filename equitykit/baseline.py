"""Findings that somebody has accepted, with a reason, a name and a date, so that only new ones fail."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from equitykit import yamltext
from equitykit.checks.registry import SEVERITIES, SUBJECTS
from equitykit.errors import BaselineError, nearest
from equitykit.places import Place, by_place, was_looked_at

__all__ = ["Accepted", "Baseline"]

FORMAT = "baseline/1"
_TOP = ("equitykit", "accepted")
_FIELDS = ("check", "subject", "severity", "columns", "groups", "reason", "by", "date", "until")
_NEEDED = ("check", "subject", "severity", "reason", "by", "date")
_MAKE = "Make one with: equitykit audit SUBJECT --write-baseline {} --reason WHY --by WHO"
_HEAD = (
    "# Findings that were accepted, and why. It holds no counts, so it can be kept under version control.\n"
    '# A finding that becomes more severe, or whose date "until" is past, counts as new again.\n'
)


class _Plain(yaml.SafeDumper):
    """Writes every value out, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted finding.

    Attributes
    ----------
    place : the check, its columns and groups.
    subject : "records", "form" or "results".
    severity : how severe it was; a worse one is new.
    reason, by, on : why, who and when.
    until : last day on which it counts as accepted; None where it has no end.
    """

    place: Place
    subject: str
    severity: str
    reason: str
    by: str
    on: date
    until: date | None = None

    def covers(self, row: Mapping[str, Any], today: date) -> bool:
        """Whether a finding at this place is the one accepted, and the acceptance still holds."""
        return not self.is_past(today) and not self.is_milder_than(row)

    def is_past(self, today: date) -> bool:
        """Whether the acceptance has run out."""
        return self.until is not None and self.until < today

    def is_milder_than(self, row: Mapping[str, Any]) -> bool:
        """Whether a finding is more severe than what was accepted."""
        return SEVERITIES.index(row["severity"]) < SEVERITIES.index(self.severity)

    def said(self, *, public: bool = False) -> dict[str, str | None]:
        """Why, who and when, for people; free text and names are not for the public."""
        return {
            "reason": None if public else self.reason,
            "by": None if public else self.by,
            "date": self.on.isoformat(),
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted findings.

    Interpretation
    --------------
    An accepted finding is not a solved one. It stays in every output, marked, and comes back as
    new when it gets worse or its date is past. Findings at the same place (check, columns, groups)
    are accepted together.
    """

    accepted: tuple[Accepted, ...] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a baseline file.

        Raises
        ------
        BaselineError
            Not a baseline, or an entry without a reason, a name or a date.
        """
        name = Path(path).name
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise BaselineError(f'"{name}" is not a baseline: it is not text in UTF-8.') from None
        except FileNotFoundError:
            raise BaselineError(f'There is no baseline "{name}".', next_step=_MAKE.format(name)) from None
        except OSError as problem:
            raise BaselineError(
                f'The baseline "{name}" cannot be read: {problem.strerror or problem}.',
                next_step="Give the path of a file that you may read.",
            ) from None
        whole = yamltext.load(text, name=name, error=BaselineError)
        if not isinstance(whole, dict) or whole.get("equitykit") != FORMAT:
            raise BaselineError(
                f'"{name}" is not a baseline: its first line should be "equitykit: {FORMAT}".',
                next_step=_MAKE.format(name),
            )
        _refuse_unknown(whole, _TOP, name)
        entries = whole.get("accepted") or []
        if not isinstance(entries, list):
            raise BaselineError(f'"{name}": "accepted" is not a list.')
        return cls(tuple(_entry(entry, f"{name}, entry {i}") for i, entry in enumerate(entries, start=1)))

    def to_yaml(self) -> str:
        """The file as text; it holds names of checks, columns and groups, and no count."""
        whole = {"equitykit": FORMAT, "accepted": [_written(entry) for entry in self.accepted]}
        return _HEAD + yaml.dump(whole, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)

    def apply(self, data: Mapping[str, Any], *, today: date | None = None) -> dict[str, Any]:
        """Mark the accepted findings of an audit, and say what became of each entry.

        Parameters
        ----------
        data : the audit, as `Audit.to_dict()` gives it.
        today : the day that counts for `until`.
        """
        day = today or datetime.now(UTC).date()
        kind = data["subject"]["kind"]
        own = {entry.place: entry for entry in self.accepted if entry.subject == kind}
        public = str(data.get("notice") or "").startswith("Public")
        rows = [dict(row) for row in data["results"]]
        for row in rows:
            row.pop("accepted", None)
            entry = own.get(Place.of(row))
            if row["outcome"] == "found" and entry is not None and entry.covers(row, day):
                row["accepted"] = entry.said(public=public)
        found = [row for row in rows if row["outcome"] == "found"]
        accepted = sum("accepted" in row for row in found)
        entries = [_told(entry, state, public) for entry, state in _states(own, rows, day, public)]
        counted = {"accepted": accepted, "new": len(found) - accepted, "entries": entries}
        return {**data, "results": rows, "baseline": counted}

    def accept(
        self,
        data: Mapping[str, Any],
        *,
        reason: str,
        by: str,
        until: date | None = None,
        today: date | None = None,
    ) -> Baseline:
        """A baseline that also accepts what an audit found; what is accepted already keeps its reason.

        Entries of this kind of subject that are no longer found are left out.
        """
        if not reason.strip() or not by.strip():
            raise BaselineError(
                "A finding is accepted with a reason and the name of a person.",
                next_step="Give both: --reason WHY --by WHO.",
            )
        day = today or datetime.now(UTC).date()
        if until is not None and until < day:
            raise BaselineError(f'The date until which it is accepted, "{until}", is past.')
        kind = data["subject"]["kind"]
        own = {entry.place: entry for entry in self.accepted if entry.subject == kind}
        others = [entry for entry in self.accepted if entry.subject != kind]
        states = {entry.place: state for entry, state in _states(own, data["results"], day, False)}
        kept = [own[place] for place, state in states.items() if state in ("accepted", "not_looked_at")]
        new = [
            Accepted(place, kind, _worst(rows), reason.strip(), by.strip(), day, until)
            for place, rows in by_place(data["results"]).items()
            if states.get(place) != "accepted"
        ]
        return Baseline(tuple(others + sorted(kept + new, key=lambda entry: entry.place)))


def _worst(rows: Iterable[Mapping[str, Any]]) -> str:
    return SEVERITIES[min(SEVERITIES.index(row["severity"]) for row in rows)]


def _states(
    own: Mapping[Place, Accepted], rows: list[dict[str, Any]], today: date, public: bool
) -> Iterator[tuple[Accepted, str]]:
    """What became of each entry; a public audit leaves findings out, so nothing is said to be gone."""
    found = by_place(rows)
    for place, entry in own.items():
        if place in found:
            worst = {"severity": _worst(found[place])}
            state = "worse" if entry.is_milder_than(worst) else "past" if entry.is_past(today) else "accepted"
        else:
            state = "gone" if was_looked_at(rows, place) and not public else "not_looked_at"
        yield entry, state


def _told(entry: Accepted, state: str, public: bool) -> dict[str, Any]:
    place = entry.place
    return {
        "check": place.check,
        "columns": list(place.columns),
        "groups": list(place.groups),
        "severity": entry.severity,
        "state": state,
        **entry.said(public=public),
    }


def _written(entry: Accepted) -> dict[str, Any]:
    whole = {
        "check": entry.place.check,
        "subject": entry.subject,
        "severity": entry.severity,
        "columns": list(entry.place.columns),
        "groups": list(entry.place.groups),
        "reason": entry.reason,
        "by": entry.by,
        "date": entry.on,
        "until": entry.until,
    }
    return {key: value for key, value in whole.items() if value not in ([], None)}


def _entry(raw: Any, where: str) -> Accepted:
    if not isinstance(raw, dict):
        raise BaselineError(f"{where}: not a list of fields.", allowed=_FIELDS)
    _refuse_unknown(raw, _FIELDS, where)
    for field in _NEEDED:
        if yamltext.is_null(raw.get(field)) or not isinstance(raw[field], str):
            raise BaselineError(
                f'{where} has no "{field}".',
                next_step="Each accepted finding says its check, subject and severity, why, who and when.",
            )
    for field, allowed in (("severity", SEVERITIES), ("subject", SUBJECTS)):
        if raw[field] not in allowed:
            raise BaselineError(
                f'{where}: "{raw[field]}" is no {field}.',
                did_you_mean=nearest(raw[field], allowed),
                allowed=allowed,
            )
    names = {field: _texts(raw.get(field), field, where) for field in ("columns", "groups")}
    until = raw.get("until")
    return Accepted(
        Place.of({"check": raw["check"], **names}),
        raw["subject"],
        raw["severity"],
        raw["reason"],
        raw["by"],
        _day(raw["date"], where),
        None if yamltext.is_null(until) else _day(until, where),
    )


def _texts(raw: Any, field: str, where: str) -> list[str]:
    if yamltext.is_null(raw):
        return []
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise BaselineError(f'{where}: "{field}" is not a list of names.')
    return raw


def _day(text: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise BaselineError(
            f'{where}: "{text}" is no date.', next_step="Write it as year-month-day: 2026-11-21."
        ) from None


def _refuse_unknown(raw: Mapping[Any, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in raw:
        if key not in allowed:
            raise BaselineError(
                f'{where}: there is no field "{key}".',
                did_you_mean=nearest(str(key), allowed),
                allowed=allowed,
            )
