"""The audit of records: every check on a view of them, and how each question reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from equitykit import disclosure, frames
from equitykit.benchmark import Benchmark
from equitykit.checks import Check, NotRun, RecordsView
from equitykit.checks.registry import Share, plain_number
from equitykit.codebook import Codebook
from equitykit.errors import EquitykitError
from equitykit.findings import summary_of, wanted, without_governed
from equitykit.frames import Records
from equitykit.protected import Wording, protect_question, shown_statistics
from equitykit.reading import Reading
from equitykit.standards import Standard
from equitykit.steady import Others, steady_rows
from equitykit.version import __version__

__all__ = ["audit_records"]

MOST_VALUES = 200
NOTICE = "Internal: holds small cells. Use --public before sharing."
NOTICE_PUBLIC = (
    "Public: counts too small to show are hidden, and others with them so that they cannot be worked out."
)
NOTICE_NO_SMALL = "Internal. Use --public to make a version for others."


def audit_records(
    records: Records,
    book: Codebook,
    standard: Standard,
    *,
    assumed: bool,
    confirmed: bool,
    benchmark: Benchmark | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    public: bool = False,
    rule: str | Mapping[str, Any] = "cms-11",
    name_workers: bool = False,
    parameters: Mapping[str, float] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Check records, as the dictionary of an audit.

    Parameters
    ----------
    records : what was opened.
    book : how the columns answer the questions.
    standard : the standard to check against; `assumed` says that nobody named it.
    confirmed : whether a person gave the codebook, or it was proposed from the data.
    benchmark, select, ignore, public, rule, name_workers, parameters, progress : as for `equitykit.audit.audit`.

    Returns
    -------
    dict
        As contract 5.2 has it, `format: audit/1`.
    """
    wording = Wording(public=public, rule=disclosure.rule(rule))
    view = RecordsView(
        records=records,
        codebook=book,
        standard=standard,
        benchmark=benchmark,
        threshold=wording.rule.threshold if public else RecordsView.threshold,
        worker_names=name_workers,
        public=public,
        parameters=dict(parameters or {}),
    )
    chosen = wanted("records", select, ignore)
    if progress:
        progress(0, len(chosen) + 1, "counting")
    view.fetch(_plan(chosen, view))
    shown = {name: _shown(view, name, wording) for name in book.questions}
    race = view.reading() if view.has("race_ethnicity") and _readable(view, "race_ethnicity") else None
    wording = wording.with_shown(shown.get("race_ethnicity", frozenset()), race, records.rows)
    others = Others.of(race, wording.shown, wording.rule) if public else Others()
    results: list[dict[str, Any]] = []
    for done, check in enumerate(chosen, start=1):
        if progress:
            progress(done, len(chosen) + 1, check.id)
        results += steady_rows(check, view, wording, others)
    known = standard.category_ids
    governed = {id: standard.label(id) if id in known else id for id in book.governance} if public else {}
    results, said = without_governed(results, governed)
    questions = [
        _question(view.reading(name), confirmed, wording.with_shown(shown[name]))
        for name in book.questions
        if _readable(view, name)
    ]
    return {
        "equitykit": __version__,
        "format": "audit/1",
        "subject": {
            "kind": "records",
            "name": records.name,
            "rows": records.rows,
            "sha256": None if public else records.sha256,
            **_read_notes(records, wording),
        },
        "standard": {"id": standard.id, "version": standard.version, "assumed": assumed},
        "questions": questions,
        "results": results,
        "summary": summary_of(results),
        "notice": " ".join([_notice(questions, wording), *said, *view.notices]),
    }


def _notice(questions: Iterable[Mapping[str, Any]], wording: Wording) -> str:
    if wording.public:
        return NOTICE_PUBLIC
    counts = [value["n"] for question in questions for value in question["values"]]
    small = any(n is not None and 0 < n < wording.rule.threshold for n in counts)
    return NOTICE if small else NOTICE_NO_SMALL


def _plan(chosen: Iterable[Check], view: RecordsView) -> Iterator[frames.Tally]:
    """What the checks declare, and each question by itself."""
    for check in chosen:
        yield from _declared(check, view)
    for question in view.codebook.questions:
        yield view.question_tally(question)


_PUBLIC_NOTES = {
    "skipped-lines": "Lines that did not fit the table were left out.",
    "short-lines": "Lines had too few fields; what was missing was taken as blank.",
    "totals-row": "The last row is a totals row and was not counted as a record.",
    "joined": "A second file was joined; rows without a match in it have blanks there.",
}


def _read_notes(records: Records, wording: Wording) -> dict[str, Any]:
    """What to know about how the records were read; for others without small numbers and without contents."""
    notes = [
        {"kind": note.kind, "message": note.message, "rows": note.rows, "columns": list(note.columns)}
        for note in records.notes
    ]
    if wording.public:
        notes = [
            note | {"message": _PUBLIC_NOTES[note["kind"]], "rows": None, "columns": []}
            for note in notes
            if note["kind"] in _PUBLIC_NOTES
        ]
    return {"notes": notes} if notes else {}


def _declared(check: Check, view: RecordsView) -> Iterable[frames.Tally]:
    if any(need in {"rows", "race_ethnicity"} and not view.inputs[need].there(view) for need in check.needs):
        return ()
    return check.tallies(view)


def _shown(view: RecordsView, question: str, wording: Wording) -> frozenset[str]:
    if not wording.public or not _readable(view, question):
        return frozenset()
    return shown_statistics(view.reading(question), wording.rule, frozenset(view.codebook.governance))


def _readable(view: RecordsView, question: str) -> bool:
    try:
        view.reading(question)
    except (NotRun, EquitykitError):
        return False
    return True


def _question(reading: Reading, confirmed: bool, wording: Wording) -> dict[str, Any]:
    listed = reading.values[:MOST_VALUES]  # noqa: PD011 - a tuple of readings, no frame
    whole: dict[str, Any] = {
        "question": reading.question,
        "columns": list(reading.spec.columns),
        "encoding": reading.spec.encoding,
        "confirmed": confirmed,
        "n": reading.n,
        "values": [
            {
                "raw": list(value.raw),
                "n": value.n,
                "status": value.status,
                "categories": sorted(value.one_of if value.status == "merged" else value.categories),
                "missing": value.missing if value.is_missing else None,
                "note": value.note,
            }
            for value in listed
        ],
        "values_left_out": len(reading.values) - len(listed),
        "categories": [
            {"id": c.id, "status": c.status, "n_alone": c.n_alone, "n_any": c.n_any}
            for c in reading.categories()
        ],
        "missing": {
            "n": reading.n_missing,
            "share": plain_number(Share(reading.n_missing, reading.n)) or 0.0,
            "by_reason": dict(reading.by_reason),
        },
        "multiple": {"possible": reading.multiple_possible, "n": reading.n_multiple},
    }
    return protect_question(whole, reading, wording.shown, wording.rule) if wording.public else whole
