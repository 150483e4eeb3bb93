"""What became of answers: a derived column, or the codes of the codebook, beside what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitykit.checks.categories import race
from equitykit.checks.registry import NotRun
from equitykit.checks.view import RACE, RecordsView
from equitykit.codebook import Question
from equitykit.codebook_entries import Derived
from equitykit.frames import Tally
from equitykit.recode import Recoder
from equitykit.recoded import Recoded

__all__ = ["Recode", "derived_columns", "derived_tallies", "own_codes", "refuse_unread"]


@dataclass(frozen=True, slots=True)
class Recode:
    """Answers before and after somebody recoded them, each pair with its number of people.

    Attributes
    ----------
    where : in words, for a sentence: 'in the column "race5"'.
    columns : where it can be seen.
    pairs : what was answered, and what stands in its place.
    compared : people whose answer could be read before and after.
    derived : whether a column of the data holds the result.
    """

    where: str
    columns: tuple[str, ...]
    pairs: tuple[tuple[Recoded, Recoded], ...]
    compared: int
    derived: bool

    def named(self, category: str) -> int:
        """People who named a category before."""
        return sum(before.n for before, _ in self.pairs if category in before.categories)

    def key(self, category: str) -> str | None:
        """Name of that number among the statistics of the reading, where it is one of them."""
        return f"any:{category}" if self.derived else None


def _entries(view: RecordsView) -> list[Derived]:
    return [entry for entry in view.codebook.derived if entry.from_ == RACE]


def derived_tallies(view: RecordsView) -> Iterable[Tally]:
    """What a check of derived columns counts."""
    if not view.has(RACE):
        return ()
    return (*race(view), *(view.question_tally(RACE, entry.column) for entry in _entries(view)))


def derived_columns(view: RecordsView) -> list[Recode]:
    """The columns that were made from race and ethnicity, beside the answers."""
    found = []
    for entry in _entries(view):
        spec = Question(columns=(entry.column,), encoding="single", codes=dict(entry.codes))
        recoder = Recoder(RACE, spec, view.standard)
        pairs = tuple((value, recoder(raw, value.n)) for value, raw in view.crossed(RACE, entry.column))
        compared = sum(before.n for before, after in pairs if not after.unread)
        found.append(
            Recode(f'in the column "{entry.column}"', (entry.column,), pairs, compared, derived=True)
        )
    return found


def own_codes(view: RecordsView) -> list[Recode]:
    """The labels that the codebook gives a code of its own, read for themselves and as it says."""
    spec = view.spec()
    if spec.encoding == "flags" or not (spec.codes or isinstance(spec.code_system, dict)):
        return []
    system = None if isinstance(spec.code_system, dict) else spec.code_system
    plain = spec.model_copy(update={"codes": {}, "code_system": system})
    frame = view.tally(view.question_tally())
    before = Recoder(RACE, plain, view.standard).rows(frame)
    after = view.recoder().rows(frame)
    pairs = tuple((b, a) for (b, _), (a, _) in zip(before, after, strict=True))
    compared = sum(b.n for b, _ in pairs if not b.unread and not b.is_missing)
    return [Recode("by the codes of the codebook", view.race_columns, pairs, compared, derived=False)]


def refuse_unread(recodes: Iterable[Recode]) -> None:
    """Raise where nothing was found, and what became of some answers could not be read.

    Raises
    ------
    NotRun
        Naming the column, and how to describe it.
    """
    recodes = list(recodes)
    for recode in recodes:
        if recode.derived and any(after.unread for _, after in recode.pairs):
            (column,) = recode.columns
            raise NotRun(
                f'some values of the derived column "{column}" could not be read',
                enable=f'Say what they mean: "derived: [{{column: {column}, from: race_ethnicity, codes: {{...}}}}]".',
                columns=recode.columns,
            )
    if not any(recode.compared for recode in recodes):
        raise NotRun(
            "no label could be read both for itself and as it was recoded",
            enable='Name the derived column: "derived: [{column: race5, from: race_ethnicity}]".',
        )
