"""What a check of records may look at, and what each of its inputs is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from equitykit.benchmark import Benchmark
from equitykit.checks.registry import NotRun, Suppose, Threshold
from equitykit.codebook import Codebook, Question
from equitykit.errors import EquitykitError
from equitykit.frames import Records, Tally
from equitykit.reading import Reading
from equitykit.recode import Recoder, question_tally
from equitykit.recoded import Recoded
from equitykit.standards import Standard

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INPUTS", "Input", "Limits", "RecordsView"]

RACE = "race_ethnicity"
Crossed: TypeAlias = tuple[Recoded, tuple[str | None, ...]]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Input:
    """Something a check may need: how it is told to be there, and how to provide it."""

    name: str
    missing: str
    enable: str
    there: Callable[[Any], bool]


class Limits:
    """Thresholds that the caller may change."""

    parameters: Mapping[str, float]

    def limit(self, check_id: str, name: str, default: Threshold) -> Threshold:
        """A threshold, as changed by the caller where it was."""
        key = f"{check_id}.{name}"
        if key in self.parameters:
            return Threshold(self.parameters[key], "codebook", default.severity)
        return default


@dataclass
class RecordsView(Limits):
    """Records, how they are described, and the tallies that were asked for."""

    records: Records
    codebook: Codebook
    standard: Standard
    benchmark: Benchmark | None = None
    threshold: int = 11
    worker_names: bool = False
    public: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)
    _tallies: dict[Tally, Any] = field(default_factory=dict)
    _readings: dict[str, Reading] = field(default_factory=dict)
    _recoders: dict[str, Recoder] = field(default_factory=dict)
    _kept: dict[object, Any] = field(default_factory=dict)
    _suppose: Suppose | None = None
    _instead: Mapping[tuple[str | None, ...], int] | None = None

    @property
    def columns_said(self) -> str:
        """How much was looked at for a question, in words."""
        return f"None of the {len(self.records.columns)} columns"

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What checks of records may need, by name."""
        return INPUTS

    @property
    def size(self) -> int:
        """Rows looked at."""
        return self.records.rows

    @property
    def units(self) -> str:
        """What the race question counts: people, or records where nobody asked for persons."""
        spec = self.codebook.questions.get(RACE)
        persons = spec is not None and (
            spec.encoding in {"repeated_rows", "counts"} or self.codebook.count == "persons"
        )
        return "people" if persons else "records"

    @property
    def names_workers(self) -> bool:
        """Whether ids of workers are printed: only where asked for, and never for others."""
        return self.worker_names and not self.public

    @property
    def notices(self) -> tuple[str, ...]:
        """What must be said of the whole audit."""
        if not (self.worker_names and self.codebook.unit.worker):
            return ()
        if self.public:
            return ("Workers are numbered: their ids are not for others.",)
        return ("Ids of workers are printed, as was asked for (--name-workers).",)

    @property
    def groups_shown(self) -> tuple[str, ...]:
        """Categories of the standard, in its order; in public without those that are asked first."""
        governed = self.codebook.governance if self.public else {}
        return tuple(category for category in self.standard.category_ids if category not in governed)

    def hides(self, counts: Iterable[int]) -> bool:
        """Whether a number that rests on these counts is left out, as one of them is too small to show."""
        return self.public and any(0 < n < self.threshold for n in counts)

    # -- what is there --------------------------------------------------------------------

    def has(self, question: str) -> bool:
        """Whether the codebook describes a question."""
        return question in self.codebook.questions

    def spec(self, question: str = RACE) -> Question:
        """How a question is described."""
        return self.codebook.questions[question]

    @property
    def race_columns(self) -> tuple[str, ...]:
        """Columns of the race and ethnicity question."""
        return self.spec().columns

    # -- tallies ---------------------------------------------------------------------------

    def fetch(self, tallies: Iterable[Tally]) -> None:
        """Run tallies in one plan and keep them; one that is too large fails alone."""
        wanted = [t for t in dict.fromkeys(tallies) if t not in self._tallies]
        if wanted:
            self._tallies |= self.records.tallies(wanted)

    def tally(self, tally: Tally) -> pd.DataFrame:
        """A tally that was declared."""
        self.fetch([tally])
        found = self._tallies[tally]
        if isinstance(found, EquitykitError):
            raise NotRun(found.problem, enable=found.next_step or "Use fewer or coarser columns.")
        frame: pd.DataFrame = found
        return frame

    def beforehand(self, tally: Tally) -> pd.DataFrame | None:
        """A tally that decides what is planned, so that it is counted before the plan; None where it is too large."""
        found = self.kept(tally, lambda: self.records.tallies([tally])[tally])
        return None if isinstance(found, EquitykitError) else found

    # -- readings --------------------------------------------------------------------------

    def recoder(self, question: str = RACE) -> Recoder:
        """Reader of a question's values."""
        if question not in self._recoders:
            self._recoders[question] = Recoder(question, self.spec(question), self.standard)
        return self._recoders[question]

    def question_tally(
        self, question: str = RACE, *extra: str, cut: tuple[tuple[str, int], ...] = ()
    ) -> Tally:
        """Tally of a question crossed with further columns."""
        return question_tally(self.codebook, question, *extra, cut=cut)

    def reading(self, question: str = RACE) -> Reading:
        """How a question reads in these data."""
        if question not in self._readings:
            frame = self.tally(self.question_tally(question))
            reading = self.kept(("read", question), lambda: Reading.of(self.recoder(question), frame))
            if self._instead is not None and question == RACE:
                counts = self._instead
                reading = reading.changed(lambda value: replace(value, n=counts.get(value.raw, value.n)))
            if self._suppose and question == RACE:
                reading = reading.changed(self.supposed)
            self._readings[question] = reading
        return self._readings[question]

    def crossed(
        self, question: str = RACE, *extra: str, cut: tuple[tuple[str, int], ...] = ()
    ) -> list[Crossed]:
        """Readings of a question crossed with the raw values of further columns."""
        tally = self.question_tally(question, *extra, cut=cut)
        rows = self.kept(
            (question, tally, extra), lambda: self.recoder(question).rows(self.tally(tally), extra)
        )
        return [(self.supposed(v), key) for v, key in rows] if question == RACE else rows

    def kept(self, what: object, make: Callable[[], Made]) -> Made:
        """Something that is made once for all checks, and holds whatever is supposed of values nobody could read."""
        if what not in self._kept:
            self._kept[what] = make()
        made: Made = self._kept[what]
        return made

    # -- what was not read -----------------------------------------------------------------

    def supposing(self, suppose: Suppose) -> RecordsView:
        """The same view, with race and ethnicity values that nobody could read taken for something."""
        return replace(self, _readings={}, _suppose=suppose)

    def with_counts(self, counts: Mapping[tuple[str | None, ...], int]) -> RecordsView:
        """The same view, with other counts of the values of the race question by itself."""
        return replace(self, _readings={}, _instead=counts)

    def supposed(self, value: Recoded) -> Recoded:
        """A reading of race and ethnicity, or what is supposed of it."""
        return self._suppose(value, self.standard) if self._suppose and value.unread else value


def _described(question: str) -> Callable[[RecordsView], bool]:
    return lambda view: view.has(question)


INPUTS: dict[str, Input] = {
    entry.name: entry
    for entry in (
        Input("rows", "there are no rows", "Give a file that holds records.", lambda v: v.records.rows > 0),
        Input(
            RACE,
            "no race or ethnicity column is described or was recognised",
            "Describe it in a codebook: equitykit propose DATA -o CODEBOOK, then --codebook CODEBOOK.",
            _described(RACE),
        ),
        Input(
            "benchmark",
            "there is no benchmark to compare with",
            "Give population counts with --benchmark FILE, or name them in the codebook.",
            lambda v: v.benchmark is not None and RACE in v.benchmark.counts,
        ),
        Input(
            "purpose",
            "the codebook states no purpose, so no further question is expected",
            'Say in the codebook why these data are collected: "purpose: ...".',
            lambda v: bool(v.codebook.purpose),
        ),
        Input(
            "unit or period",
            "no site, worker or period column is described",
            'Name them in the codebook, for example "unit: {site: office, worker: worker_id}" and '
            '"period: {column: intake_date, by: quarter}".',
            lambda v: bool(
                v.codebook.unit.site
                or v.codebook.unit.worker
                or v.codebook.unit.programme
                or v.codebook.period
            ),
        ),
        Input(
            "outcome",
            "the codebook names no outcome",
            "Name one, for example "
            '"outcomes: {removed: {column: removed, event: [Y], favourable: false, at_risk: {investigated: [Y]}}}".',
            lambda v: bool(v.codebook.outcomes),
        ),
        Input(
            "period",
            "no column that dates the records is described",
            'Name it in the codebook, for example "period: {column: intake_date, by: quarter}".',
            lambda v: v.codebook.period is not None,
        ),
        Input(
            "person",
            "no column that tells one person from another is described",
            'Name it in the codebook, for example "person: client_id".',
            lambda v: bool(v.codebook.person),
        ),
        Input(
            "second source",
            "no second source of the same answers is described",
            'Name its column in the codebook, and which of the two is believed: "compare: [{column: race_hospital, '
            'question: race_ethnicity, trusted: other}]".',
            lambda v: bool(v.codebook.compare),
        ),
        Input(
            "matched column",
            "no column that says whether a record was linked is described",
            'Name it in the codebook, for example "matched: {column: linked, event: [1]}".',
            lambda v: v.codebook.matched is not None,
        ),
        Input(
            "several answers or a derived column",
            "the data hold one answer for each person, and no derived race column is described",
            "Describe the column as delimited, flags or repeated rows where it is, or name a derived column: "
            '"derived: [{column: race5, from: race_ethnicity}]".',
            lambda v: (
                v.has(RACE)
                and (v.reading().multiple_possible or any(d.from_ == RACE for d in v.codebook.derived))
            ),
        ),
        Input(
            "derived column",
            "no column that was derived from race and ethnicity is described",
            'Name it in the codebook: "derived: [{column: race5, from: race_ethnicity}]".',
            lambda v: any(d.from_ == RACE for d in v.codebook.derived),
        ),
        Input(
            "recode",
            "no derived race column and no codes are described, so nothing was recoded that could be compared",
            'Name a derived column in the codebook: "derived: [{column: race5, from: race_ethnicity}]".',
            lambda v: (
                v.has(RACE) and (bool(v.spec().codes) or any(d.from_ == RACE for d in v.codebook.derived))
            ),
        ),
        Input(
            "site or worker",
            "no site, worker or programme column is described, so there are no units to compare",
            'Name them in the codebook, for example "unit: {site: office, worker: worker_id}".',
            lambda v: bool(v.codebook.unit.site or v.codebook.unit.worker or v.codebook.unit.programme),
        ),
        Input(
            "second question",
            "no question to cross with race and ethnicity is described",
            "Describe one in the codebook, for example sex, age or disability.",
            lambda v: any(
                q in v.codebook.questions for q in ("sex", "gender", "age", "disability", "language")
            ),
        ),
        Input(
            "several answers",
            "the data hold one answer for each person, so nobody could choose several",
            "Describe the column as delimited, as yes/no flags or as repeated rows, where it is.",
            lambda v: v.has(RACE) and v.reading().multiple_possible,
        ),
    )
}
