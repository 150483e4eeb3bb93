"""Values of the race and ethnicity columns that a person must decide on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from equitykit import standards
from equitykit.codebook import Codebook
from equitykit.frames import ColumnProfile
from equitykit.propose.evidence import DEFAULT_STANDARD, Confirm
from equitykit.recode import Recoder
from equitykit.recoded import Part

__all__ = ["doubtful_values"]

_MOST = 6
_KINDS = (
    ("review", "could mean several things; say what each means"),
    ("unmapped", "match no category; say what they mean, or correct them"),
    ("merged", "could be one of several groups; split them at the source, or leave them as they are"),
    ("residual", "name no particular group; say if you know more"),
    ("unclear reason", "mix two reasons for a missing answer; tell them apart where you can"),
)


def doubtful_values(book: Codebook, profiles: Mapping[str, ColumnProfile]) -> list[Confirm]:
    """List the values that are not read, or not fully, by what is doubtful about them."""
    spec = book.questions["race_ethnicity"]
    if spec.encoding == "flags":
        return []
    recoder = Recoder("race_ethnicity", spec, standards.standard(book.standard or DEFAULT_STANDARD))
    found: dict[str, dict[str, str]] = {}
    for column in spec.columns:
        for text, _ in profiles[column].values:
            for part in recoder.parts(column, text):
                if kind := _kind(part):
                    hint = f' (may be "{part.suggestion}")' if part.suggestion else ""
                    found.setdefault(kind, {})[f'"{part.text or text}"{hint}'] = column
    return list(_listed(found))


def _kind(part: Part) -> str | None:
    if part.residual:
        return "residual"
    if part.missing == "unable-to-determine":
        return "unclear reason"
    return part.status if part.status in {"review", "unmapped", "merged"} else None


def _listed(found: Mapping[str, Mapping[str, str]]) -> Iterator[Confirm]:
    for kind, why in _KINDS:
        values = found.get(kind)
        if values:
            shown = ", ".join(list(values)[:_MOST])
            more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
            columns = tuple(dict.fromkeys(values.values()))
            yield Confirm("questions.race_ethnicity.codes", f"{shown}{more} {why}.", columns)
