"""Evidence of an assessment: told with its chart and table, or left out with the reason said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from equitykit.plots.rows import finite
from equitykit.report import words
from equitykit.report.disparities import (
    NO_REASON,
    SMALL,
    WHY,
    basis,
    compared_in_short,
    frame_in,
    holds_small_counts,
    title_of,
)
from equitykit.report.findings import in_short
from equitykit.report.tree import Block, Bullets, Details, Facts, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.assessment import Attached
    from equitykit.assessment.document import EvidenceEvent
    from equitykit.evidence import Evidence

COMPARED = ("disparities", "groups")
SAME = "unchanged"  # an event of the history: run again, and nothing differed
LONG = 60  # characters of a reason that is not said twice
FRAMED = 3  # sentences of a chain that say what was followed, beside whom, and how not to read it
FOLD_FROM = 10  # longer tables are folded, so that the page can be read through
CALLS = {
    "adjust": "Comparison of groups, crude and adjusted",
    "audit": "Check of the data",
    "crosswalk": "Move between standards",
    "disparities": "Comparison of groups",
    "document": "Look at the file",
    "durations": "How long people stay",
    "groups": "Count of groups",
    "protect": "Table of groups with small counts hidden",
    "stages": "Comparison of groups along a chain of decisions",
}
KINDS = {
    "audit": "Check of data",
    "disparities": "Comparison of groups",
    "groups": "Counts of groups",
    "protected": "Protected table",
    "crosswalk": "Move between standards",
    "document": "Document",
    "story": "Story",
    "visit": "Site visit",
}
FILE = {"bytes", "fingerprint"}  # what is known of a document that is a file
PROTECTED = "~protected"  # a table whose data are not known stands in the report
NO_CONSENT = "No agreement to share it is recorded."
SMALL_COUNTS = "It holds counts small enough to point to people."
HIDDEN_CELLS = "It holds hidden numbers, and it is not proved here that they cannot be worked out."
NOT_PROTECTED = "This check was not made for the public. Attach one made with public=True."
NOT_PROVED = "It is not proved that nobody can be recognised in it."
SECOND_TABLE = (
    "Another table from the same data is in this report. "
    "Two together can show small groups that neither shows alone."
)


def left_out(items: tuple[Attached, ...], *, public: bool) -> Mapping[str, str]:
    """Why each piece of evidence that is not shown is left out, by id.

    Interpretation
    --------------
    In public, a table of groups is shown only if every count in it, the rest of each group and
    what the groups leave of the total are 0 or at least 11, nothing in it is hidden, and it is
    the only one from its data.
    """
    reasons: dict[str, str] = {}
    shown_data: set[str | None] = set()
    for item in items:
        reason = _consent(item) or (_unsafe(item, shown_data) if public else None)
        if reason:
            reasons[item.id] = reason
        elif item.evidence.kind in {"disparities", "groups", "audit"}:
            shown_data.add(item.evidence.data_sha256)
        elif item.evidence.kind == "protected":
            shown_data.add(PROTECTED)
    return reasons


def _consent(item: Attached) -> str | None:
    if item.may_be_shown():
        return None
    if item.consent_until:
        return f"The agreement to share it ended on {words.moment(item.consent_until)}."
    return f"It was {item.mark or item.status}."


def _unsafe(item: Attached, shown_data: set[str | None]) -> str | None:
    evidence = item.evidence
    if evidence.kind == "story":
        return None if item.consent_note else NO_CONSENT
    if evidence.kind == "document":
        return NOT_PROVED if evidence.rows or set(evidence.facts) - FILE else None
    if evidence.kind == "visit":
        return None if item.consent_note else NO_CONSENT
    if evidence.kind == "protected" or PROTECTED in shown_data:
        return SECOND_TABLE if shown_data else None if evidence.facts.get("safe") is True else HIDDEN_CELLS
    if evidence.data_sha256 in shown_data:
        return SECOND_TABLE
    if evidence.kind == "audit":
        return _unsafe_audit(evidence.facts)
    frame = frame_in(evidence.facts)
    return NOT_PROVED if frame is None else _unsafe_counts(frame, evidence.facts)


def _unsafe_audit(facts: Mapping[str, Any]) -> str | None:
    if not str(facts.get("notice") or "").startswith("Public"):
        return NOT_PROTECTED
    return SMALL_COUNTS if any(0 < count < SMALL for count in _counts(facts.get("questions"))) else None


def _counts(node: Any, name: str = "") -> Iterator[float]:
    """Counts of people anywhere in the questions of an audit."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _counts(value, "n" if name == "by_reason" else str(key))
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _counts(value, name)
    elif name in {"n", "n_any", "n_alone"} and (count := finite(node)) is not None:
        yield count


def _unsafe_counts(frame: pd.DataFrame, facts: Mapping[str, Any]) -> str | None:
    if frame["suppressed"].notna().any():
        return HIDDEN_CELLS
    if frame[["n"]].isna().all(axis=None):
        return NOT_PROVED
    total, events = finite(facts.get("n")), finite(facts.get("events"))
    small = (
        holds_small_counts(frame) or _leaves_few(frame["n"], total) or _leaves_few(frame["events"], events)
    )
    return SMALL_COUNTS if small else None


def _leaves_few(counts: pd.Series[float], total: float | None) -> bool:
    """Whether everybody without one group is a small number."""
    if total is None:
        return False
    rest = (total - counts.dropna()).round(6)
    return 0 < total < SMALL or bool(((rest > 0) & (rest < SMALL)).any())


def is_comparison(item: Attached) -> bool:
    """Whether a piece of evidence compares or counts groups; stages and adjusted results tell themselves."""
    facts = item.evidence.facts
    itself = str(facts.get("format") or "").startswith(("stages/", "adjusted/", "durations/"))
    return item.evidence.kind in COMPARED and not itself and frame_in(facts) is not None


def evidence_blocks(
    item: Attached, *, public: bool, reasons: MutableMapping[str, str] | None = None
) -> Iterator[Block]:
    """One piece of evidence: what it says, its chart, its table, and how it was made.

    Parameters
    ----------
    item : the piece.
    public : leave out what is for the team only.
    reasons : reasons already given in the same report, with where; a long one is not repeated.
    """
    evidence = item.evidence
    frame = frame_in(evidence.facts) if is_comparison(item) else None
    yield Heading(3, _title(evidence))
    if item.mark:
        yield Paragraph(f"Take care: {item.mark}.")
    if frame is not None:
        pairs = basis(frame, evidence.facts, recipe=evidence.recipe)
        yield Facts(_once(pairs, _title(evidence), {} if reasons is None else reasons))
        yield from compared_in_short(frame, evidence.facts, level=4)
        if notes := evidence.facts.get("notes"):
            yield Bullets(map(str, notes))
    elif evidence.kind == "audit" and isinstance(evidence.facts.get("results"), list | tuple):
        yield from in_short(evidence.facts)
    else:
        yield from _as_kept(evidence)
    agreed = list(_agreement(item, public=public))
    if agreed:
        yield Facts(agreed)
    changes = [] if public else _changes(item)
    changed = any(event.text and event.what != SAME for event in item.history)
    origin = [*_origin(item, public=public)]
    if not changed:
        origin += [("Since it was attached", line) for line in changes]
    yield Details("How it was made", [Facts(origin)], aside=words.moment(evidence.made[:10]) or "")
    if changed and changes:
        yield Details(f"What changed since it was attached ({len(changes)})", [Bullets(changes)])


def _once(
    pairs: Iterator[tuple[str, str]], title: str, given: MutableMapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Pairs in which a reason that was given before is referred to."""
    for term, value in pairs:
        if term != WHY or value == NO_REASON or len(value) < LONG:
            yield term, value
        elif value in given:
            yield term, f"As in \u201c{given[value]}\u201d"
        else:
            given[value] = title
            yield term, value


def _as_kept(evidence: Evidence) -> Iterator[Block]:
    """Evidence that says itself what it says: sentences, and a table."""
    if str(evidence.facts.get("format") or "").startswith("stages/") and evidence.rows:
        yield from _chain(evidence)
        return
    if evidence.summary:
        yield Bullets(evidence.summary)
    if evidence.columns and evidence.rows:
        table = Table.filled("What it says", evidence.columns, evidence.rows)
        long = len(evidence.rows) > FOLD_FROM
        yield Details(f"Show all {len(evidence.rows)} lines", [table]) if long else table


def _chain(evidence: Evidence) -> Iterator[Block]:
    """A chain of decisions: what was followed and how not to read it, the table, then the sentences."""
    framed, said = evidence.summary[:FRAMED], evidence.summary[FRAMED:]
    yield from map(Paragraph, framed)
    numeric = range(1, len(evidence.columns))
    yield Table.filled(
        "Ratios along the chain, group by group", evidence.columns, evidence.rows, numeric=numeric
    )
    yield Details("Read the table in sentences", [Bullets(said)])


def _changes(item: Attached) -> list[str]:
    """What happened to it, a line each with its day; that nothing changed is said once, the last time."""
    last = max((place for place, event in enumerate(item.history) if event.what == SAME), default=None)
    return [
        f"{words.moment(event.at.partition('T')[0])}: {text}"
        for place, event in enumerate(item.history)
        for text in event.text
        if event.what != SAME or place == last
    ]


def _day(event: EvidenceEvent) -> str | None:
    return words.moment(event.at.partition("T")[0])


def _title(evidence: Evidence) -> str:
    """Title for people; one that was made of column names is made of words."""
    facts = evidence.facts
    made = f"{facts.get('outcome') or 'Representation'} by {facts.get('question')}"
    if evidence.title == made:
        return title_of(facts)
    return evidence.title or KINDS.get(evidence.kind, "Evidence")


def _origin(item: Attached, *, public: bool) -> Iterator[tuple[str, str]]:
    evidence = item.evidence
    yield ("Kind", KINDS.get(evidence.kind, evidence.kind))
    yield ("Made", words.moment(evidence.made) or words.DASH)
    yield ("To make it again", recipe_in_words(evidence, public=public))
    if evidence.data_sha256 and not public:  # with it, a guess at the file could be confirmed
        yield ("Fingerprint of the data", evidence.data_sha256)


def _agreement(item: Attached, *, public: bool) -> Iterator[tuple[str, str]]:
    """How people agreed that their words are used."""
    if item.consent_note and not public:
        yield ("Agreement to share", item.consent_note)
    if item.consent_until:
        yield ("Agreed until", words.moment(item.consent_until) or "")


def recipe_in_words(evidence: Evidence, *, public: bool = False) -> str:
    """The call behind a piece of evidence, for a person who wants to repeat it."""
    recipe = evidence.recipe
    if not recipe:
        return "It cannot be run again by this tool."
    data = recipe.get("data") or {}
    path = str(data.get("path") or "data that were in memory")
    name = path.replace("\\", "/").rsplit("/", 1)[-1] if public else path
    parts = [f"{CALLS.get(str(recipe.get('call')), str(recipe.get('call')))} on \u201c{name}\u201d"]
    if recipe.get("codebook"):
        parts.append("with the codebook kept here")
    settings = [
        f"{str(key).replace('_', ' ')}: {_setting(value)}"
        for key, value in (recipe.get("arguments") or {}).items()
        if value not in (None, "", [], {})
        and not (key == "reason" and value == evidence.facts.get("reason"))
        and not (public and key == "agreements")
    ]
    return ", ".join(parts) + (f". Settings: {'; '.join(settings)}." if settings else ".")


def _setting(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_setting(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_setting(item) for item in value)
    return str(value)
