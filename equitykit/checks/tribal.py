"""Check of tribal affiliation: American Indian or Alaska Native people without their Nation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from equitykit import standards
from equitykit.checks.categories import race
from equitykit.checks.registry import Count, Finding, Labels, Share, Threshold, check
from equitykit.checks.unread import as_all
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally
from equitykit.propose.evidence import name_words
from equitykit.propose.others import TRIBE_NAME

_CHILD_WELFARE = re.compile(
    r"child(ren)?('s)? (welfare|protect\w*|protective services|abuse|maltreatment)|foster (care|home|famil)|"
    r"\bicwa\b|placement with kin|\breunif\w*|out[- ]of[- ]home (care|placement)|dependency court",
    re.IGNORECASE,
)
_NAMES_TRIBE = re.compile(r"\btrib(e|al|es)\b|\bicwa\b|\bnations?\b", re.IGNORECASE)
_INQUIRY = re.compile(r"(^|_)icwa(_|$)|reason_to_know")


def _is_child_welfare(view: RecordsView) -> bool:
    """Whether the codebook says that the records are about child welfare; nothing is read from the data."""
    said = f"{view.codebook.title or ''} {view.codebook.purpose or ''}"
    return bool(_CHILD_WELFARE.search(said)) or view.standard.id.startswith(("us-afcars", "us-ncands"))


def _inquiries(view: RecordsView) -> list[str]:
    return [name for name in view.records.columns if _INQUIRY.search(name_words(name))]


def _tribes(view: RecordsView) -> list[str]:
    described = view.spec("tribal_affiliation").columns if view.has("tribal_affiliation") else ()
    named = [name for name in view.records.columns if TRIBE_NAME.search(name_words(name))]
    return list(dict.fromkeys([*described, *(name for name in named if name not in _inquiries(view))]))


def _tallies(view: RecordsView) -> Iterable[Tally]:
    columns = [*_tribes(view), *(_inquiries(view) if _is_child_welfare(view) else ())]
    return [*race(view), *(Tally((column,)) for column in columns)]


@check(
    "tribal-detail-absent",
    title="American Indian or Alaska Native people are recorded without a tribe",
    severity="high",
    needs=("rows", RACE),
    remedy="Agree with Tribal Nations what is needed. If the purpose needs it, add tribal affiliation as a question "
    "that may be left open, and in child welfare the inquiry under ICWA. If the purpose does not need it, do not "
    "collect it, and say so.",
    source="https://regulations.justia.com/regulations/fedreg/2024/12/05/2024-28072.html",
    thresholds={"missing": Threshold(0.05, "default", "high")},
    tallies=_tallies,
    unread=(as_all,),
)
def tribal_detail_absent(view: RecordsView) -> Iterator[Finding]:
    """Looks for tribal affiliation where American Indian or Alaska Native people are recorded.

    Why it matters: a Nation is a government with rights and services; the category alone cannot reach either.
    In child welfare the Indian Child Welfare Act (ICWA) makes the inquiry a duty.

    How: a described tribal_affiliation question, or a column named so, that is not empty. Where the codebook's
    title, purpose or standard says child welfare: also a column of the ICWA inquiry, with at most 5 % missing.
    High where the purpose names Nations or tribes, or is child welfare; otherwise for information, since the
    purpose may need no such detail. Nothing else asks for it, and asking less is right where it is not used.

    Example: 160 American Indian or Alaska Native children, no tribe and no inquiry.

    When to ignore it: the purpose does not need it, or a Nation asked you not to hold it.
    """
    reading = view.reading()
    recorded = reading.n_any.get("AIAN", 0)
    if "AIAN" not in view.standard.category_ids or not recorded:
        return
    welfare = _is_child_welfare(view)
    needed = welfare or bool(_NAMES_TRIBE.search(view.codebook.purpose or ""))
    numbers: dict[str, Count | Share | Labels | float | int | str] = {
        "n": Count(recorded, "any:AIAN"),
        "label": view.standard.label("AIAN"),
    }
    if all(_missing(view, column).value == 1 for column in _tribes(view)):
        yield Finding(
            'Recorded as "{label}": {n}. No column holds a tribe or Nation.'
            + (
                ""
                if needed
                else " The codebook states no purpose that needs it, so it may be right not to collect it."
            ),
            numbers,
            severity="high" if needed else "info",
            groups=("AIAN",),
            observed=0,
            n=reading.n,
        )
    if not welfare:
        return
    inquiries = _inquiries(view)
    if not inquiries:
        yield Finding(
            'Recorded as "{label}": {n}. The codebook speaks of child welfare, and no column holds the inquiry under '
            "ICWA.",
            numbers,
            groups=("AIAN",),
            observed=0,
            n=reading.n,
        )
    limit = view.limit("tribal-detail-absent", "missing", Threshold(0.05, "default", "high"))
    for column in inquiries:
        share = _missing(view, column)
        if share.value > limit.value:
            yield Finding(
                'The ICWA column "{column}" is missing in {share} of the records.',
                {"column": column, "share": share},
                columns=(column,),
                groups=("AIAN",),
                observed=share,
                threshold=limit,
                n=view.records.rows,
            )


def _missing(view: RecordsView, column: str) -> Share:
    """Records in which a column is blank or holds a missing reason."""
    frame = view.tally(Tally((column,)))
    rows = [(value, int(n)) for value, n in zip(frame[column], frame.iloc[:, -1], strict=True)]
    return Share(sum(n for value, n in rows if _is_missing(value)), sum(n for _, n in rows))


def _is_missing(value: str | None) -> bool:
    meaning = standards.read_value(value)
    return value is None or (meaning is not None and meaning.missing is not None and not meaning.adds)
