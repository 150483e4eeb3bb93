"""The verb: the same records under two standards, person by person."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from equitykit import standards
from equitykit.codebook import Codebook
from equitykit.crosswalk.places import Place, Places
from equitykit.crosswalk.result import Crosswalk
from equitykit.errors import UnknownName
from equitykit.grouping import DEFAULT_STANDARD, RACE, opened, recipe_of
from equitykit.reading import Reading
from equitykit.recode import Recoder, question_tally
from equitykit.recoded import Recoded
from equitykit.standards import Standard

__all__ = ["crosswalk"]

_HISPANIC = "HISPANIC"
SEVERAL = "~several"


def crosswalk(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    to: str = "us-omb-spd15-1997",
    from_: str | None = None,
) -> Crosswalk:
    """Count who is no longer seen when records go from one standard to another.

    Parameters
    ----------
    subject : path, data frame or `Records`.
    codebook : how the columns answer the questions; proposed from the data where left out.
    to : id of the standard the records are to follow.
    from_ : id of the standard they were collected under; else the codebook's, else `us-omb-spd15-2024`.

    Returns
    -------
    Crosswalk

    Raises
    ------
    UnknownName, CodebookError
        A standard that does not exist, or a codebook without race and ethnicity.

    Interpretation
    --------------
    Each category is counted alone and with others, before and after. People are kept in a category only
    where the new standard has the same one and their answer says that they belong to it. A person who
    named a detailed group goes where the new standard's text puts that group; one who named the
    category only cannot be split where the new standard splits it, and is counted as not known which.
    Standards that report a Hispanic person of any race as Hispanic only, and people of several races as
    two or more, take people out of the groups they named; that is counted as well.

    When not to use
    ---------------
    To convert a file. Keep the answers as people gave them, and roll up when reporting.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"race": ["White"] * 30 + ["Lebanese"] * 12})
    >>> book = {"standard": "us-omb-spd15-2024", "questions": {"race_ethnicity": {"columns": ["race"]}}}
    >>> moved = crosswalk(data, book, to="us-omb-spd15-1997")
    >>> rows = moved.to_frame().query("category == 'MENA'")
    >>> rows[["n_any", "kept", "moved", "into"]].to_dict("records")
    [{'n_any': 12, 'kept': 0, 'moved': 12, 'into': 'WHITE'}]
    """
    records, book = opened(subject, codebook)
    if RACE not in book.questions:
        raise UnknownName(
            "question in the codebook", RACE, book.questions, next_step="Say which columns hold it."
        )
    before = standards.standard(from_ or book.standard or DEFAULT_STANDARD)
    after = standards.standard(to)
    tally = question_tally(book, RACE)
    reading = Reading.of(Recoder(RACE, book.questions[RACE], before), records.tally([tally])[tally])
    places = Places(before, after)
    flows: Counter[tuple[str, str, str]] = Counter()
    arrived: Counter[tuple[str, bool]] = Counter()
    people = dict.fromkeys(("answered", "less", "gone"), 0)
    for value in reading.values:
        steps = tuple(_steps(value, places)) if value.categories else ()
        shown = _shown(value, steps, places)
        for category in shown:
            arrived[category, len(shown) == 1] += value.n
        if not steps:
            continue
        outcomes = {id: _outcome(id, place, shown, places) for id, place in steps}
        for id, (outcome, into) in outcomes.items():
            flows[id, outcome, into] += value.n
        people["answered"] += value.n
        people["less"] += value.n if any(outcome != "kept" for outcome, _ in outcomes.values()) else 0
        people["gone"] += 0 if shown else value.n
    return Crosswalk(
        before=before,
        after=after,
        n=reading.n,
        n_answered=people["answered"],
        n_less=people["less"],
        n_gone=people["gone"],
        flows=dict(flows),
        alone={each: reading.n_alone.get(each, 0) for each in before.category_ids},
        arrived=dict(arrived),
        notes=tuple(_notes(places)),
        governed=tuple(each for each in before.category_ids if each in book.governance),
        assumed=from_ is None and book.standard is None,
        recipe=recipe_of("crosswalk", records, book, {"to": after.id, "from_": before.id}),
    )


def _steps(value: Recoded, places: Places) -> Iterator[tuple[str, Place]]:
    """Each category of a person, and where what they named of it belongs."""
    for id in sorted(value.categories):
        named = [each for each in value.concepts if _belongs(each, id, places.before)]
        found = [
            _of_mixed(each, places) if _mixed(id, places.before) else places.concept(each, id)
            for each in named
        ]
        if not found:
            found = [places.category(id)]
        sure = frozenset[str]().union(*(place.sure for place in found))
        perhaps = frozenset[str]().union(*(place.perhaps for place in found))
        yield id, Place(sure, perhaps)


def _mixed(id: str, before: Standard) -> bool:
    return before.one_answer and id == before.residuals["multiracial"]


def _belongs(concept: str, id: str, before: Standard) -> bool:
    return _mixed(id, before) or before.rollup(concept) == id


def _of_mixed(concept: str, places: Places) -> Place:
    own = places.before.rollup(concept)
    return places.concept(concept, own) if own is not None else Place()


def _shown(value: Recoded, steps: tuple[tuple[str, Place], ...], places: Places) -> frozenset[str]:
    """Categories under which a person is counted afterwards."""
    after = places.after
    named = frozenset[str]().union(*(place.sure for _, place in steps))
    if value.residual is not None and value.residual in after.residuals and not named:
        named = frozenset({after.residuals[value.residual]})
    named = after.gathered(named)
    if after.rules.get("reported") == "hispanic-override":
        if _HISPANIC in named:
            return frozenset({_HISPANIC})
        return named if len(named) < 2 else frozenset()
    return named


def _outcome(id: str, place: Place, shown: frozenset[str], places: Places) -> tuple[str, str]:
    """What becomes of one category of a person, and where it goes."""
    own = places.counterpart(id)
    if own is not None and own in place.sure and own in shown:
        return "kept", own
    if place.sure & shown:
        return "moved", "+".join(sorted(place.sure & shown))
    if place.sure:
        return "covered", "+".join(sorted(shown)) or SEVERAL
    return ("unknown", "+".join(sorted(place.perhaps))) if place.perhaps else ("no_place", "")


def _notes(places: Places) -> Iterator[str]:
    for id in places.before.category_ids:
        elsewhere = list(places.elsewhere(id))
        if elsewhere:
            yield (
                f"{places.before.label(id)}: {'; '.join(elsewhere)}. Who named only the category is counted "
                "as if in none of these."
            )
    for standard in (places.before, places.after):
        if not standard.verified:
            yield f"The categories of {standard.id} were not read in the text of the standard."
