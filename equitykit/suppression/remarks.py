"""What is said of a protected table: how the further cells were chosen, and what a person should know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import ceil

from equitykit.suppression.attack import MOST_PROGRAMS, too_many_values
from equitykit.suppression.choose import Chosen, limit
from equitykit.suppression.model import ALL_OR_NOTHING, Model
from equitykit.suppression.sheets import Labels, Sheet
from equitykit.suppression.system import Flags, System
from equitykit.tidy import number

__all__ = ["method_of", "remarks"]

MOST_NAMED = 3


def method_of(model: Model, attacked: System, chosen: Chosen, base: int | None) -> str:
    """How the cells that are hidden for others were chosen, in words."""
    if base is not None and not chosen.hidden[model.system.choices].any():
        if attacked.hidden.any() and not any(target.width for target in attacked.targets):
            return "Small counts are hidden, and the others rounded, so that no more need go."
        return (
            "Nobody can compute a small count from the rounded ones, so none is hidden. That it is small, and how "
            'small as far as it was rounded, they can tell; proof="cover" hides small counts as well.'
        )
    if not model.system.targets:
        return "No count is too small: nothing is hidden."
    if not len(model.system.choices):
        return "Every count that may be hidden is hidden for itself."
    if chosen.optimal:
        return "The cheapest choice there is: an integer program with an attacker proves it."
    most, many = limit(attacked), len(model.system.choices)
    why = f"more than {most:,} counts may be hidden" if many > most else "the search took too long"
    bound = ceil(chosen.bound) if model.plain_cost.max(initial=0.0) == 1.0 else None
    least = "" if bound is None else f"; no choice hides fewer than {bound:,} further counts"
    if not chosen.spared:
        return f"A safe choice, of which not every count may need to be hidden: {why}{least}."
    return f"A choice from which nothing can be spared, not proved to be the cheapest: {why}{least}."


def remarks(sheets: Sequence[Sheet], model: Model, attacked: System, hidden: Flags) -> list[str]:
    """What a person should know beside what is hidden."""
    return [*_whole_numbers(attacked), *_left_out(sheets), *_of_everybody(sheets, model, hidden)]


def _whole_numbers(system: System) -> Iterator[str]:
    """What the attacker did not try, where the corners of what is possible need not be whole numbers."""
    if not system.whole and too_many_values(system):
        most = system.affords(MOST_PROGRAMS)
        yield (
            "The attack was made in real numbers only: to try every single value in whole numbers as well would "
            f"take more than {most:,} programs. A reader who knows that people come in whole numbers "
            "might exclude single values. Protect it in parts, or with fewer dimensions, for the full proof."
        )


def _left_out(sheets: Sequence[Sheet]) -> Iterator[str]:
    names = list(dict.fromkeys(name for sheet in sheets for name in sheet.left_out))
    if names:
        yield (
            f"Left out, as it was not said what they are: {', '.join(names)}. Columns of labels are named with "
            "dimensions, of counts with events, of what is worked out from counts with percent."
        )


def _of_everybody(sheets: Sequence[Sheet], model: Model, hidden: Flags) -> Iterator[str]:
    """Small groups of which everybody has the same label: shown, for it is not known which label is private."""
    found = [one for sheet in sheets for one in _alone(sheet, model, hidden)]
    for whole, label, name in found[:MOST_NAMED]:
        yield (
            f'Everybody in "{" / ".join(whole)}" is "{label}" in "{name}", and they are fewer than '
            f"{ALL_OR_NOTHING}: it tells something of each of them. Where that is private, count it with events, "
            "or hide it with primary."
        )
    if len(found) > MOST_NAMED:
        yield f"The same holds of {number(len(found) - MOST_NAMED)} more groups."


def _alone(sheet: Sheet, model: Model, hidden: Flags) -> Iterator[tuple[Labels, str, str]]:
    """Totals of few people whose only part that is not 0 is shown, with the part and its dimension."""
    shown = {
        labels: value
        for labels, value in zip(sheet.labels, sheet.values[sheet.count], strict=True)
        if not hidden[model.place[sheet.key("", labels)]]
    }
    for labels, value in shown.items():
        if not 0 < value < ALL_OR_NOTHING or all(
            label == sheet.total[name] for name, label in zip(sheet.dimensions, labels, strict=True)
        ):
            continue
        for name, parts in sheet.sums(labels):
            same = list(islice((one for one in parts if shown.get(one) == value), 2))
            if len(same) == 1 and len(parts) > 1:
                place = sheet.dimensions.index(name)
                yield labels, same[0][place], name
