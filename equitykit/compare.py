"""Two audits side by side, last year's and this year's: what is new, gone and changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from equitykit.checks import SEVERITIES
from equitykit.errors import CompareError
from equitykit.places import Place, by_place, was_looked_at
from equitykit.saved import audit_data

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AuditChanges", "Change", "QuestionChange", "compare"]

FORMAT = "audit-changes/1"
KINDS = ("new", "newly_looked_at", "gone", "no_longer_looked_at", "changed", "same")
NOTICE_PUBLIC = "Public: made from audits in which small counts are hidden."
NOTICE = "Internal: made from audits that may hold small cells. Compare two audits made with --public before sharing."
_COLUMNS = (
    "change",
    "check",
    "title",
    "columns",
    "groups",
    "severity_before",
    "severity",
    "observed_before",
    "observed",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One place in two audits.

    Attributes
    ----------
    change : "new", "newly_looked_at" (found, but nobody could look earlier), "gone",
        "no_longer_looked_at" (not found, because nobody looked), "changed" (severity, number or how
        many findings), or "same".
    severity_before, severity : of the worst finding there; None where there is none.
    observed_before, observed : the number seen, where there is one and it may be shown.
    message : what the later audit says there, else the earlier.
    """

    change: str
    check: str
    title: str
    columns: tuple[str, ...]
    groups: tuple[str, ...]
    severity_before: str | None
    severity: str | None
    observed_before: float | None
    observed: float | None
    message: str

    @property
    def is_worse(self) -> bool:
        """Whether it is new, or more severe than before."""
        if self.change in ("new", "newly_looked_at"):
            return True
        if self.severity is None or self.severity_before is None:
            return False
        return SEVERITIES.index(self.severity) < SEVERITIES.index(self.severity_before)


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question in two audits: units counted, and which categories and raw values came or went."""

    question: str
    n_before: int | None
    n: int | None
    categories_appeared: tuple[str, ...] = ()
    categories_vanished: tuple[str, ...] = ()
    values_appeared: tuple[str, ...] = ()
    values_vanished: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class AuditChanges:
    """What became of the findings of an earlier audit.

    Interpretation
    --------------
    "gone" means that the check looked again and did not find it. Where it could not look, the
    finding is listed as no longer looked at, which says nothing good or bad. A changed number is no
    evidence of a trend: the people counted are others.

    When not to use it: to compare two different files as if one followed from the other, or
    to rank units.
    """

    earlier: Mapping[str, Any]
    later: Mapping[str, Any]
    changes: tuple[Change, ...]
    could_run_then: tuple[str, ...]
    can_run_now: tuple[str, ...]
    questions: tuple[QuestionChange, ...]
    remarks: tuple[str, ...]
    public: bool

    def of(self, *kinds: str) -> tuple[Change, ...]:
        """Changes of some kinds, the most severe first."""
        for kind in kinds:
            if kind not in KINDS:
                raise CompareError(f'There is no kind of change "{kind}".', allowed=KINDS)
        return tuple(change for change in self.changes if change.change in kinds)

    def to_frame(self) -> pd.DataFrame:
        """One row for each place where something was found in either audit."""
        import pandas as pd

        rows = [{**asdict(c), "columns": list(c.columns), "groups": list(c.groups)} for c in self.changes]
        return pd.DataFrame([[row[key] for key in _COLUMNS] for row in rows], columns=list(_COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """The whole, ready for JSON, in the format `audit-changes/1`."""
        whole = {
            "format": FORMAT,
            "earlier": dict(self.earlier),
            "later": dict(self.later),
            "changes": [asdict(change) for change in self.changes],
            "could_run_then": self.could_run_then,
            "can_run_now": self.can_run_now,
            "questions": [asdict(question) for question in self.questions],
            "remarks": self.remarks,
            "notice": self.notice,
        }
        copied: dict[str, Any] = json.loads(json.dumps(whole))
        return copied

    @property
    def notice(self) -> str:
        """Who may see it."""
        return NOTICE_PUBLIC if self.public else NOTICE

    def to_html(self) -> str:
        """A self-contained page."""
        from equitykit import report

        return report.html.render(report.changes_document(self))

    def to_markdown(self) -> str:
        """The same in Markdown."""
        from equitykit import report

        return report.markdown.render(report.changes_document(self))

    def _repr_html_(self) -> str:
        from equitykit import report

        return report.html.fragment(report.changes_document(self))


def compare(earlier: Any, later: Any) -> AuditChanges:
    """Compare two audits of the same collection, made at different times.

    Parameters
    ----------
    earlier, later : audits, what their `to_dict()` gives, or JSON files written by
        `equitykit audit --format json`.

    Returns
    -------
    AuditChanges

    Raises
    ------
    CompareError
        Something that is not an audit.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.audit import audit
    >>> then = audit(pd.DataFrame({"race": ["White", "Asian/Pacific Islander"] * 30}))
    >>> now = audit(pd.DataFrame({"race": ["White", "Asian"] * 30}))
    >>> "umbrella-asian-pi" in [change.check for change in compare(then, now).of("gone")]
    True
    """
    one, two = audit_data(earlier), audit_data(later)
    then, now = by_place(one["results"]), by_place(two["results"])
    places = list(dict.fromkeys([*now, *then]))
    changes = [
        _change(place, then.get(place, []), now.get(place, []), one["results"], two["results"])
        for place in places
    ]
    ran_then, ran_now = _stopped(one["results"]), _stopped(two["results"])
    return AuditChanges(
        earlier=_head(one),
        later=_head(two),
        changes=tuple(sorted(changes, key=_order)),
        could_run_then=tuple(
            sorted(c for c, stopped in ran_now.items() if stopped and ran_then.get(c) is False)
        ),
        can_run_now=tuple(
            sorted(c for c, stopped in ran_then.items() if stopped and ran_now.get(c) is False)
        ),
        questions=tuple(_questions(one, two)),
        remarks=tuple(_remarks(one, two)),
        public=_is_public(one) and _is_public(two),
    )


def _is_public(data: Mapping[str, Any]) -> bool:
    return str(data.get("notice") or "").startswith("Public")


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    subject, standard = data["subject"], data["standard"]
    return {
        "name": str(subject.get("name") or "data frame"),
        "kind": str(subject.get("kind")),
        "rows": subject.get("rows"),
        "standard": str(standard.get("id")),
    }


def _change(
    place: Place,
    then: Sequence[Mapping[str, Any]],
    now: Sequence[Mapping[str, Any]],
    rows_then: Iterable[Mapping[str, Any]],
    rows_now: Iterable[Mapping[str, Any]],
) -> Change:
    before, after = _worst(then), _worst(now)
    seen_before, seen = _observed(then), _observed(now)
    if then and now:
        same = before == after and seen_before == seen and len(then) == len(now)
        kind = "same" if same else "changed"
    elif now:
        kind = "new" if was_looked_at(rows_then, place) else "newly_looked_at"
    else:
        kind = "gone" if was_looked_at(rows_now, place) else "no_longer_looked_at"
    told = (now or then)[0]
    return Change(
        change=kind,
        check=place.check,
        title=str(told.get("title") or place.check),
        columns=place.columns,
        groups=place.groups,
        severity_before=before,
        severity=after,
        observed_before=seen_before,
        observed=seen,
        message=str(told.get("message") or ""),
    )


def _worst(rows: Sequence[Mapping[str, Any]]) -> str | None:
    return min((row["severity"] for row in rows), key=SEVERITIES.index, default=None)


def _observed(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The number seen at a place, where there is one finding."""
    return rows[0].get("observed") if len(rows) == 1 else None


def _order(change: Change) -> tuple[int, int, Place]:
    severity = change.severity or change.severity_before or "info"
    place = Place(change.check, change.columns, change.groups)
    return KINDS.index(change.change), SEVERITIES.index(severity), place


def _stopped(rows: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """By check: whether it could not run at all."""
    outcomes: dict[str, set[str]] = {}
    for row in rows:
        outcomes.setdefault(row["check"], set()).add(row["outcome"])
    return {check: seen == {"not_run"} for check, seen in outcomes.items()}


def _questions(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[QuestionChange]:
    then = {str(entry.get("question")): entry for entry in one["questions"]}
    now = {str(entry.get("question")): entry for entry in two["questions"]}
    for name in dict.fromkeys([*now, *then]):
        if name not in then or name not in now:
            when = "in the later audit only" if name in now else "in the earlier audit only"
            entry = now.get(name) or then[name]
            counted = entry.get("n")
            before, after = (None, counted) if name in now else (counted, None)
            yield QuestionChange(name, before, after, note=f"described {when}")
            continue
        old, new = then[name], now[name]
        values_then, values_now = _values(old), _values(new)
        cut = any(entry.get("values_left_out") or entry.get("suppressed") for entry in (old, new)) or any(
            value.get("suppressed") for entry in (old, new) for value in entry.get("values") or ()
        )
        used_then, used_now = _used(old), _used(new)
        yield QuestionChange(
            name,
            old.get("n"),
            new.get("n"),
            categories_appeared=tuple(c for c in used_now if c not in used_then),
            categories_vanished=tuple(c for c in used_then if c not in used_now),
            values_appeared=() if cut else tuple(v for v in values_now if v not in values_then),
            values_vanished=() if cut else tuple(v for v in values_then if v not in values_now),
            note="values are not compared: one of the audits does not list them all" if cut else None,
        )


def _values(entry: Mapping[str, Any]) -> list[str]:
    """Raw values of records, or the options of a form."""
    raw = [" + ".join(map(str, value.get("raw") or ())) for value in entry.get("values") or ()]
    options = [str(o.get("label")) for item in entry.get("items") or () for o in item.get("options") or ()]
    return sorted(dict.fromkeys(raw + options))


def _used(entry: Mapping[str, Any]) -> list[str]:
    """Categories that are recorded, or that a form offers."""
    there = ("recorded", "offered")
    return [str(each.get("id")) for each in entry.get("categories") or () if each.get("status") in there]


def _remarks(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[str]:
    kinds = one["subject"].get("kind"), two["subject"].get("kind")
    if kinds[0] != kinds[1]:
        yield (
            f"The earlier audit looked at {kinds[0]}, the later one at {kinds[1]}: only checks that look at both "
            "can be compared."
        )
    ids = one["standard"].get("id"), two["standard"].get("id")
    if ids[0] != ids[1]:
        yield f"The standards differ ({ids[0]}, then {ids[1]}): a change may come from the standard."
    if one.get("equitykit") != two.get("equitykit"):
        yield (
            f"The audits were made with equitykit {one.get('equitykit')} and {two.get('equitykit')}: a change may "
            "come from the checks."
        )
    if _is_public(one) != _is_public(two):
        yield "One audit is public and hides counts, the other is not: hidden numbers cannot be compared."
    if one["subject"].get("sha256") and one["subject"].get("sha256") == two["subject"].get("sha256"):
        yield "Both audits looked at the same file."
