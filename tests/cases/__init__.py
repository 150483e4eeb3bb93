"""Cases of the checks: one YAML file for each, read and run the same way for all.

A case is a small table, a codebook, and what the check must say::

    cases:
      - name: one answer in eight is Other
        columns: [race]
        rows:                       # how many such rows, then their values; null is an empty field
          - [88, White]
          - [12, Other]
        codebook: {questions: {race_ethnicity: {columns: [race]}}}
        benchmark: {MENA: 50, ~total: 1000}        # counts; scheme "any" unless `scheme` says otherwise
        expect:                     # each thing found; a key that is left out is not compared
          - {severity: medium, groups: [~other], observed: 0.12}

``{i}`` in a value is the number of the row among its repetitions, for the id of a person.

For a form, ``form`` stands in place of the table: a plain list of items and options, as
`equitykit.read_form` takes it; ``languages`` are the numbers of people who speak each.

For a process, ``answers`` stand in its place, by id of the question, and ``on`` is the day they are looked at.

For a published table, ``table`` stands in place of the rows: the text of the file as it was published.

``expect: []`` is a clear case. ``without: purpose`` is a case that is not run because that input was
taken away; ``like`` starts from another case, and ``drop`` takes entries out of its codebook. A not-run
case for another reason gives ``reason``. ``file`` and ``text`` stand in place of a table for what only a
file can hold.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from equitykit.audit import Audit, audit
from equitykit.benchmark import Benchmark
from equitykit.checks import SEVERITIES, Check
from equitykit.forms import from_mapping
from equitykit.process import Process
from equitykit.results import Results, read_results

FOLDER = Path(__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Words by which a reason must name what is lacking.
NAMES = {
    "rows": "rows",
    "race_ethnicity": "race or ethnicity",
    "benchmark": "benchmark",
    "purpose": "purpose",
    "unit or period": "site, worker or period",
    "outcome": "outcome",
    "period": "dates the records",
    "person": "one person from another",
    "second source": "second source",
    "matched column": "linked",
    "several answers": "several",
    "several answers or a derived column": "derived",
    "derived column": "derived from race and ethnicity",
    "recode": "derived race column",
    "site or worker": "site, worker or programme",
    "second question": "question to cross",
    "options": "options",
    "race as a list": "as a list to choose from",
    "sex or gender": "sex or gender",
    "languages served": "languages served",
    "answers about who answers, training and correction": "who answers, training and correction",
    "answers about Tribes and Nations": "Tribes and Nations",
    "answers about who decides": "who decides",
    "answers about harm": "about harm",
    "counts": "no counts of people",
    "estimates": "no percents, rates, ratios",
    "percents with their size": "no percents with",
    "rates with their size": "no rates with",
    "ratios with their size": "no ratios with",
    "disproportionality": "no index",
    "totals": "no total over the groups",
    "answers about the standard": "the standard",
}


@dataclass(frozen=True)
class Case:
    """One case of one check."""

    check: str
    name: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    file: str | None = None
    text: str | None = None
    form: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] | None = None
    table: str | None = None
    on: str = "2026-11-21"
    codebook: Mapping[str, Any] | None = None
    benchmark: Mapping[str, float] | None = None
    languages: Mapping[str, float] | None = None
    scheme: str = "any"
    standard: str | None = None
    public: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)
    expect: tuple[Mapping[str, Any], ...] | None = None
    without: str | None = None
    reason: str | None = None

    @property
    def outcome(self) -> str:
        """What the check must come to."""
        if self.without or self.reason:
            return "not_run"
        return "found" if self.expect else "clear"

    @property
    def subject(self) -> str:
        """What kind of subject the case is about."""
        if self.table is not None:
            return "results"
        return "process" if self.answers is not None else "records" if self.form is None else "form"

    def frame(self) -> pd.DataFrame:
        """The table, each row as often as the case says."""
        rows = [
            [value.replace("{i}", str(i)) if isinstance(value, str) else value for value in values]
            for count, *values in self.rows
            for i in range(count)
        ]
        return pd.DataFrame(rows, columns=list(self.columns), dtype=object)

    def run(self, folder: Path) -> Audit:
        """Audit the table or the form of the case with this check alone."""
        subject: Any = self.frame() if self.form is None else from_mapping(self.name, self.form)
        if self.answers is not None:
            subject = Process(self.name, self.answers, on=date.fromisoformat(self.on))
        if self.table is not None:
            subject = _read_table(self.table, folder / "case.csv")
        if self.text is not None:
            subject = folder / (self.file or "case.csv")
            subject.write_text(self.text, encoding="utf-8")
        given = {"race_ethnicity": self.benchmark, "language": self.languages}
        counts = {question: dict(numbers) for question, numbers in given.items() if numbers}
        benchmark = Benchmark(name="case", counts=counts, scheme=self.scheme) if counts else None
        return audit(
            subject,
            self.codebook,
            standard=self.standard,
            benchmark=benchmark,
            select=[self.check],
            public=self.public,
            parameters=self.parameters,
        )


def _read_table(text: str, path: Path) -> Results:
    """A published table; an empty text is one from which every row was taken."""
    path.write_text(text or "Race,Number\nBlack,1\n", encoding="utf-8")
    found = read_results(path)
    return found if text else replace(found, cells=(), groups=(), rows=0)


def read(path: Path) -> list[Case]:
    """The cases of one file."""
    found: dict[str, dict[str, Any]] = {}
    for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["cases"]:
        known = copy.deepcopy(found[entry["like"]]) if "like" in entry else {}
        if "like" in entry:
            known.pop("expect", None)
        for dotted in entry.get("drop", ()):
            *above, last = dotted.split(".")
            place = known["codebook"]
            for part in above:
                place = place[part]
            del place[last]
        name = entry.get("name") or f"without {entry['without']}"
        assert name not in found, f"{path.name}: two cases are called {name}"
        found[name] = known | {
            key: value for key, value in entry.items() if key not in {"like", "drop", "name"}
        }
    return [_case(path.stem, name, entry) for name, entry in found.items()]


def _case(check: str, name: str, entry: Mapping[str, Any]) -> Case:
    lists = {key: tuple(entry[key]) for key in ("columns", "expect") if entry.get(key) is not None}
    rows = {"rows": tuple(tuple(row) for row in entry["rows"])} if "rows" in entry else {}
    case = Case(check=check, name=name, **{**entry, **lists, **rows})
    assert case.expect is not None or case.outcome == "not_run", f"{check}: {name} expects nothing"
    return case


def lacking(check: Check, cases: Iterable[Case]) -> list[str]:
    """What a check's cases do not show yet."""
    cases = list(cases)
    outcomes = {case.outcome for case in cases}
    missing = [
        f"{check.id}: no case where it is {outcome}"
        for outcome in ("found", "clear")
        if outcome not in outcomes
    ]
    taken = {case.without for case in cases}
    missing += [f'{check.id}: no case without "{need}"' for need in check.needs if need not in taken]
    missing += [f'{check.id}: "{need}" has no word in NAMES' for need in check.needs if need not in NAMES]
    missing += [
        f'{check.id}: a case without "{need}", which it does not need'
        for need in sorted(taken - {None, *check.needs}, key=str)
    ]
    return missing


def problems(case: Case, done: Audit, check: Check) -> list[str]:
    """How what an audit said differs from what the case expects."""
    rows = [row for row in done.data["results"] if row["check"] == check.id]
    found = [row for row in rows if row["outcome"] == "found"]
    wrong = []
    if done.outcome(check.id) != case.outcome:
        wrong.append(f"came to {done.outcome(check.id)}, not {case.outcome}: {[r['message'] for r in rows]}")
    for row in found:
        if SEVERITIES.index(row["severity"]) < SEVERITIES.index(check.severity):
            wrong.append(f"{row['severity']} is worse than the declared {check.severity}")
    if case.outcome == "not_run":
        return wrong + _reason_problems(case, rows)
    expected = case.expect or ()
    if len(found) != len(expected):
        wrong.append(f"found {len(found)} things, not {len(expected)}: {[r['message'] for r in found]}")
    for want, row in zip(expected, found, strict=False):
        wrong += [text for key, value in want.items() if (text := _difference(key, value, row))]
    return wrong


def _reason_problems(case: Case, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    reasons = [row["reason"] or "" for row in rows if row["outcome"] == "not_run"]
    word = NAMES[case.without] if case.without else case.reason
    if any(word and word in reason for reason in reasons):
        return []
    return [f'the reason does not name "{word}": {reasons}']


def _difference(key: str, want: Any, row: Mapping[str, Any]) -> str | None:
    got = row[key]
    if key == "message":
        parts = [want] if isinstance(want, str) else want
        missing = [part for part in parts if part not in got]
        return f"the message lacks {missing}: {got}" if missing else None
    if isinstance(want, float) and isinstance(got, int | float):
        return None if abs(want - got) < 1e-6 else f"{key} is {got!r}, not {want!r}"
    return None if got == want else f"{key} is {got!r}, not {want!r}"
