"""How a chain is said to people: sentences and tables, without ranking and without blame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from equitykit.counts import TOTAL
from equitykit.stages.measure import CUMULATIVE, CUMULATIVE_RATIO, POPULATION, SKIPPED
from equitykit.tidy import interval_text, number, records, value_text

if TYPE_CHECKING:
    from equitykit.stages.result import Stages

__all__ = ["alt", "framing", "opening", "say", "sentences", "tables", "title", "told"]

Row = Mapping[str, Any]
Found = Mapping[tuple[str, str, str], Row]
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


def _found(s: Stages) -> Found:
    """Rows by stage, measure and group."""
    return {(row["stage"], row["measure"], row["group"]): row for row in records(s.rows)}


def say(name: str) -> str:
    """The name of a stage as words."""
    return name.replace("_", " ")


def title(s: Stages) -> str:
    """From referred to removed, by race and ethnicity."""
    asked = ", and ".join(
        {"race_ethnicity": "race and ethnicity"}.get(part, part.replace("_", " "))
        for part in s.chain.question.split("*")
    )
    ends = " and ".join(map(say, s.chain.ends))
    begin = say(s.chain.root.name)
    return f"From {begin} to {ends}, by {asked}"


def framing(s: Stages) -> tuple[str, ...]:
    """What was followed, what groups are compared with and why, and how not to read it."""
    from equitykit.stages.result import CAUTION

    counts = s.chain.root.counts
    total = counts.get(TOTAL, sum(counts.values()))
    return (
        f"The chain begins with {s.chain.root.words} ({number(total)}) and follows: "
        f"{', then '.join(map(say, s.names))}.",
        f"Groups are compared with {s.reference.words}. Reason: {(s.reason or 'no reason given').rstrip('.')}.",
        CAUTION,
        *s.chain.notes,
    )


def _can_show(row: Row | None) -> bool:
    return (
        row is not None
        and row["suppressed"] is None
        and row["reliable"] is not False
        and math.isfinite(row["estimate"])
    )


def opening(s: Stages) -> dict[str, list[dict[str, Any]]]:
    """Steps of each group along the chain, with the one that moves the product most."""
    found = _found(s)
    said: dict[str, list[dict[str, Any]]] = {}
    for group in s.chain.groups:
        if group == s.reference.group:
            continue
        steps: list[dict[str, Any]] = []
        for step in s.chain.steps:
            row = found.get((step.stage, "rate-ratio", group))
            so_far = found.get((step.stage, CUMULATIVE_RATIO, group))
            steps.append(
                {
                    "stage": step.stage,
                    "from": step.parent,
                    "ratio": _finite(row),
                    "cumulative": _finite(so_far),
                    "widest": False,
                    "shown": _can_show(row),
                }
            )
        for end in s.chain.ends:
            on_path = {step.stage for step in s.chain.path(end)}
            moves = {
                place: abs(math.log(float(one["ratio"])))
                for place, one in enumerate(steps)
                if one["stage"] in on_path and one["shown"] and one["ratio"]
            }
            if moves:
                widest = max(moves, key=lambda place: moves[place])
                steps[widest]["widest"] |= moves[widest] > 1e-9
        said[group] = steps
    return said


def _finite(row: Row | None) -> float | None:
    return float(row["estimate"]) if row is not None and math.isfinite(row["estimate"]) else None


def sentences(s: Stages) -> tuple[str, ...]:
    """One sentence per group: its ratio at each stage, where the gap opens, and all together."""
    found = _found(s)
    return tuple(_of_group(s, found, group, steps) for group, steps in opening(s).items())


def told(s: Stages) -> tuple[str, ...]:
    """The sentences, with the groups of whom nothing can be shown named together, in the order given."""
    opened = opening(s)
    hidden = [s.label(group) for group, steps in opened.items() if not any(step["shown"] for step in steps)]
    said = [
        sentence
        for sentence, steps in zip(sentences(s), opened.values(), strict=True)
        if any(step["shown"] for step in steps)
    ]
    return (
        (*said, f"Too few or too uncertain to show at any stage: {'; '.join(hidden)}.")
        if hidden
        else tuple(said)
    )


def _of_group(s: Stages, found: Found, group: str, steps: list[dict[str, Any]]) -> str:
    shown = [step for step in steps if step["shown"]]
    if not shown:
        return f"{s.label(group)}: too few or too uncertain to show at any stage."
    parts = [f"{number(step['ratio'], 2)} times at \u201c{say(step['stage'])}\u201d" for step in shown]
    text = f"{s.label(group)}, beside {s.reference.words}: {', '.join(parts)}"
    text += _widest(s, found, group, shown)
    for end in s.chain.ends:
        row = found[(end, CUMULATIVE_RATIO, group)]
        if _can_show(row):
            limits = interval_text(row)
            interval = f" ({100 * s.level:g} % interval {limits})" if limits else ""
            text += (
                f"; along the chain to \u201c{say(end)}\u201d {number(row['estimate'], 2)} times{interval}"
            )
    hidden = len(steps) - len(shown)
    return text + (f"; {hidden} of {len(steps)} stages are not shown." if hidden else ".")


def _widest(s: Stages, found: Found, group: str, steps: list[dict[str, Any]]) -> str:
    """At which stages the gap opens most; one for each way through the chain."""
    named = []
    for step in steps:
        if step["widest"]:
            row = found[(step["stage"], "rate-ratio", group)]
            beyond = row["lower"] > 1 or row["upper"] < 1
            told = (
                " (which could be chance: its interval holds 1)"
                if math.isfinite(row["lower"])
                else " (without an interval)"
            )
            name = f"\u201c{say(step['stage'])}\u201d"
            named.append(name if beyond else name + told)
    if not named:
        return ""
    ways = "" if len(s.chain.ends) == 1 else "on one way or another through the chain "
    return f"; {ways}the gap opens most at {', '.join(named)}"


def tables(s: Stages) -> list[Table]:
    """The chain in one table, then one table for each stage, then persons beside events."""
    found = _found(s)
    made = [_chain(s, found), *(_stage(s, found, place) for place in range(len(s.chain.steps)))]
    if s.chain.units is not None:
        made.append(_units(s, found))
    return made


def _chain(s: Stages, found: Found) -> Table:
    """Ratios of each stage to the one before, and the products at the ends."""
    header = ["Group", *(f"{say(step.stage)} (of {say(step.parent)})" for step in s.chain.steps)]
    header += [f"along the chain to {say(end)}" for end in s.chain.ends]
    body = []
    for group in s.chain.groups:
        cells = [value_text(found[(step.stage, "rate-ratio", group)]) for step in s.chain.steps]
        for end in s.chain.ends:
            row = found[(end, CUMULATIVE_RATIO, group)]
            limits = interval_text(row)
            cells.append(value_text(row) + (f" ({limits})" if limits else ""))
        body.append((s.label(group), *cells))
    caption = f"Ratio to {s.reference.words} at each stage, of those at the stage before"
    return caption, tuple(header), body


def _stage(s: Stages, found: Found, place: int) -> Table:
    """Both denominators of one stage."""
    step = s.chain.steps[place]
    name = {key: (step.stage, key) for key in ("rate", "rate-ratio", POPULATION + "rate")}
    interval, begin = f"{100 * s.level:g} % interval", say(s.chain.root.name)
    header = (
        "Group", f"At {say(step.parent)}", f"Of them at {say(step.stage)}", "Rate", interval, "Ratio", interval,
        f"Rate of {begin}", interval, "Ratio", interval, f"From {begin}, multiplied", "Note",
    )  # fmt: skip
    body: list[tuple[str, ...]] = []
    for group in (*s.chain.groups, TOTAL):
        rate = found[(*name["rate"], group)]
        whole = found[(*name[POPULATION + "rate"], group)]
        ratio, wide = (
            found.get((*name["rate-ratio"], group)),
            found.get((step.stage, POPULATION + "rate-ratio", group)),
        )
        hidden = rate["suppressed"] is not None
        product = found[(step.stage, CUMULATIVE, group)]
        skipped = found.get((step.stage, SKIPPED, group))
        notes = dict.fromkeys(
            str(row["note"]) for row in (rate, ratio, whole, wide, product) if row is not None and row["note"]
        )
        here, there = say(step.stage), say(step.parent)
        if skipped is not None and skipped["events"] and skipped["suppressed"] is None:
            notes[f"{number(skipped['events'])} at \u201c{here}\u201d were not at \u201c{there}\u201d"] = None
        body.append(
            (
                s.label(group),
                "" if hidden else number(rate["n"]),
                "" if hidden else number(rate["events"]),
                *_pair(rate, " %"),
                *_pair(ratio),
                *_pair(whole, " %"),
                *_pair(wide),
                value_text(product, unit=" %"),
                "; ".join(notes),
            )
        )
    of_all = f"of {s.chain.root.words}"
    both = (
        of_all
        if step.parent == s.chain.root.name
        else f"of those at \u201c{say(step.parent)}\u201d, and {of_all}"
    )
    return f"{say(step.stage)}: {both}", header, body


def _pair(row: Row | None, unit: str = "") -> tuple[str, str]:
    return ("", "") if row is None else (value_text(row, unit=unit), interval_text(row, unit=unit))


def _units(s: Stages, found: Found) -> Table:
    """Persons and events at each stage."""
    stages = list(dict.fromkeys(s.chain.units["stage"])) if s.chain.units is not None else []
    header = ["Group"]
    for stage in stages:
        header += [f"{say(stage)}: persons", f"{say(stage)}: events"]
    body = []
    for group in (*s.chain.groups, TOTAL):
        rows = [found[(stage, unit, group)] for stage in stages for unit in ("persons", "events")]
        body.append(
            (s.label(group), *(value_text(row) if row["suppressed"] else number(row["n"]) for row in rows))
        )
    return "Persons and events at each stage", tuple(header), body


def alt(s: Stages) -> str:
    """Describe the table for people who do not see it."""
    return (
        f"Ratios of {len(s.chain.groups)} groups by {s.chain.question} at {len(s.names)} stages "
        f"({', '.join(map(say, s.names))}), each of those at the stage before, and multiplied along the chain. Groups "
        f"are compared with {s.reference.words}."
    )
