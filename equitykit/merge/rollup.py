"""What the sites say to one question, together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from equitykit.assessment import Assessment
from equitykit.instruments import Ask, ChoicesAsk, OptionsAsk, RowsAsk, ScaleAsk
from equitykit.instruments.values import as_date, as_number, blank

__all__ = ["NOT_GIVEN", "Opened", "broken_out", "rolled_up", "state_of"]

NOT_GIVEN = "No answer to that question"
NOT_APPLICABLE = "na"


@dataclass(frozen=True, slots=True)
class Opened:
    """A site with its answers at hand. `disputed` are the questions its copies answer differently."""

    label: str
    assessment: Assessment
    disputed: frozenset[str]


def state_of(site: Opened, ask: Ask) -> str:
    """Say "answered", "no answer", "not asked", "in conflict" or "taken out"."""
    if ask.id in site.disputed:
        return "in conflict"
    if not site.assessment.visible(ask.id):
        return "not asked"
    entries = site.assessment.history(ask.id)
    if not blank(site.assessment.value(ask.id)):
        return "answered"
    return "taken out" if entries and entries[-1].redacted is not None else "no answer"


def rolled_up(ask: Ask, part: str, sites: Sequence[Opened]) -> dict[str, Any]:
    """Counts, agreement and every text with its origin, for one question."""
    states = [state_of(site, ask) for site in sites]
    answered = [site for site, state in zip(sites, states, strict=True) if state == "answered"]
    told: dict[str, Any] = {
        "ask": ask.id,
        "part": part,
        "label": ask.label,
        "kind": ask.kind,
        "sites": len(sites),
        **{
            state.replace(" ", "_"): states.count(state)
            for state in ("answered", "no answer", "not asked", "in conflict", "taken out")
        },
    }
    values = [(site, site.assessment.value(ask.id)) for site in answered]
    if isinstance(ask, OptionsAsk):
        told |= _chosen(ask, [value for _, value in values])
    elif ask.kind == "number":
        told |= _numbers(values)
    elif ask.kind == "date":
        told |= _dates(values)
    elif isinstance(ask, RowsAsk):
        told |= _rows(ask, values)
    elif ask.kind in ("text", "longtext"):
        told["texts"] = [_text(site, ask, value) for site, value in values]
    return told


def counts_of(ask: OptionsAsk, values: Sequence[Any]) -> list[dict[str, Any]]:
    """How many sites gave each answer; answers that this version does not offer come last."""
    chosen = [set(map(str, value)) if isinstance(value, list) else {str(value)} for value in values]
    known = {option.id: option.label for option in ask.answers}
    other = sorted({id for ids in chosen for id in ids} - set(known))
    return [
        {"id": id, "label": known.get(id, id), "n": sum(id in ids for ids in chosen), "offered": id in known}
        for id in [*known, *other]
    ]


def _chosen(ask: OptionsAsk, values: Sequence[Any]) -> dict[str, Any]:
    counts = counts_of(ask, values)
    base = [value for value in values if not (isinstance(ask, ScaleAsk) and value == NOT_APPLICABLE)]
    rated = [row for row in counts if not (isinstance(ask, ScaleAsk) and row["id"] == NOT_APPLICABLE)]
    most = max((row["n"] for row in rated), default=0)
    agreement = {
        "most_chosen": [row["label"] for row in rated if row["n"] == most and most],
        "n": most,
        "of": len(base),
        "all_the_same": len(base) > 1 and len({str(value) for value in base}) == 1,
    }
    several = {"several": True} if isinstance(ask, ChoicesAsk) else {}
    return {"counts": counts, "agreement": agreement, **several}


def _numbers(values: Sequence[tuple[Opened, Any]]) -> dict[str, Any]:
    found = [(site, number) for site, value in values if (number := as_number(value)) is not None]
    numbers = [number for _, number in found]
    spread = (
        {"n": len(numbers), "lowest": min(numbers), "middle": median(numbers), "highest": max(numbers)}
        if numbers
        else {"n": 0}
    )
    return {
        "numbers": spread,
        "values": [{"site": site.label, "value": number} for site, number in found],
        "not_a_number": len(values) - len(found),
    }


def _dates(values: Sequence[tuple[Opened, Any]]) -> dict[str, Any]:
    days = sorted(str(value) for _, value in values if isinstance(value, str) and as_date(value))
    return {
        "dates": {"n": len(days), "first": days[0] if days else None, "last": days[-1] if days else None},
        "values": [{"site": site.label, "value": value} for site, value in values],
    }


def _rows(ask: RowsAsk, values: Sequence[tuple[Opened, Any]]) -> dict[str, Any]:
    columns = ask.typed_columns()
    labels = {
        column.id: {option.id: option.label for option in column.options}
        for column in columns
        if column.options
    }
    rows = [
        {
            "site": site.label,
            **{
                column.id: labels.get(column.id, {}).get(str(row.get(column.id)), row.get(column.id))
                for column in columns
            },
        }
        for site, value in values
        for row in value
        if isinstance(row, Mapping) and not blank({name: cell for name, cell in row.items() if name != "id"})
    ]
    return {"columns": [{"id": column.id, "label": column.label} for column in columns], "rows": rows}


def _text(site: Opened, ask: Ask, value: Any) -> dict[str, Any]:
    draft = site.assessment.drafts().get(ask.id)
    entries = site.assessment.history(ask.id)
    last = draft or (entries[-1] if entries else None)
    return {
        "site": site.label,
        "text": str(value),
        "by": last.by if last else None,
        "at": last.at if last else None,
        "still_being_written": draft is not None,
        "note": entries[-1].note if entries and draft is None else None,
    }


# --- by groups of respondents ---


def broken_out(
    ask: Ask, sites: Sequence[Opened], group_of: Callable[[Opened], str], order: Sequence[str], minimum: int
) -> dict[str, Any] | None:
    """The counts of one question by groups of respondents, none shown apart that is smaller than the minimum.

    Groups that are too small are shown together; where together they are still too small, the next
    smallest group joins them, so that nothing can be worked out by taking away. Where even that is not
    enough, the question is not broken out.
    """
    if not isinstance(ask, OptionsAsk):
        return None
    members: dict[str, list[Any]] = {}
    for site in sites:
        if state_of(site, ask) == "answered":
            members.setdefault(group_of(site), []).append(site.assessment.value(ask.id))
    names = sorted(members, key=lambda name: order.index(name) if name in order else len(order))
    small = [name for name in names if len(members[name]) < minimum]
    others = sorted((name for name in names if name not in small), key=lambda name: len(members[name]))
    while small and others and sum(len(members[name]) for name in small) < minimum:
        small.append(others.pop(0))
    if small and sum(len(members[name]) for name in small) < minimum:
        return {"shown": False, "why": f"Fewer than {minimum} answers; not shown by group.", "groups": []}
    blocks = [[name] for name in names if name not in small] + ([small] if small else [])
    return {
        "shown": len(blocks) > 1,
        "why": None if len(blocks) > 1 else "Only one group is large enough to show.",
        "groups": [
            {
                "groups": sorted(block, key=names.index),
                "n": sum(len(members[name]) for name in block),
                "counts": counts_of(ask, [value for name in block for value in members[name]]),
            }
            for block in blocks
        ],
    }
