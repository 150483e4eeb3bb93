"""The verb: a subject, its codebook and a standard become an audit."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from equitykit import frames, standards
from equitykit.benchmark import Benchmark, read_benchmark
from equitykit.checks import SEVERITIES, get
from equitykit.codebook import Codebook
from equitykit.errors import AuditFailed, ReadError, UnknownName
from equitykit.evidence import Evidence
from equitykit.findings import limits, rank
from equitykit.form_audit import audit_form
from equitykit.forms import Form, is_dictionary, is_form, read_form
from equitykit.frames import Records
from equitykit.joins import with_joins
from equitykit.process_audit import as_process, audit_process
from equitykit.records_audit import audit_records
from equitykit.results import Results
from equitykit.results_audit import as_results, audit_results
from equitykit.validated import validation_data

if TYPE_CHECKING:
    import pandas as pd

    from equitykit.baseline import Baseline
    from equitykit.compare import AuditChanges

__all__ = ["Audit", "audit"]

DEFAULT_STANDARD = "us-omb-spd15-2024"
KINDS = ("records", "form", "results", "process")
MOST_VALUES = 200
NOTICE = "Internal: holds small cells. Use --public before sharing."
NOTICE_PUBLIC = (
    "Public: counts too small to show are hidden, and others with them so that they cannot be worked out."
)
NOTICE_NO_SMALL = "Internal. Use --public to make a version for others."


@dataclass(frozen=True)
class Audit:
    """What the checks found, what was clear, and what could not be checked.

    Use `to_frame` for the findings as a table, `to_dict` for the whole as in the published
    format, `to_html` for a page to read.

    Interpretation
    --------------
    A check is "clear" only if it had what it needed. An audit in which nothing could be
    checked is not a pass. Findings speak of forms, training and data, never of who is to blame.
    """

    data: Mapping[str, Any]
    recipe: Mapping[str, Any] | None = field(default=None, repr=False)
    fingerprint: str | None = field(default=None, repr=False)
    """Hash of the data; a public audit does not hold it, for with it a guess at the file could be confirmed."""

    def to_dict(self) -> dict[str, Any]:
        """The audit in the format `audit/1`."""
        copied: dict[str, Any] = json.loads(json.dumps(self.data))
        return copied

    def to_json(self) -> str:
        """The audit as JSON text."""
        return json.dumps(self.data, ensure_ascii=False, indent=1)

    def to_frame(self) -> pd.DataFrame:
        """One row for each check and place."""
        import pandas as pd

        columns = [
            "check",
            "outcome",
            "severity",
            "title",
            "message",
            "columns",
            "groups",
            "observed",
            "n",
            "reason",
            *(["accepted"] if "baseline" in self.data else []),
        ]
        return pd.DataFrame(
            [{key: row.get(key) for key in columns} for row in self.data["results"]], columns=columns
        )

    def to_html(self) -> str:
        """A self-contained page."""
        from equitykit import report

        return report.html.render(report.audit_document(self.data))

    def to_markdown(self) -> str:
        """The same in Markdown."""
        from equitykit import report

        return report.markdown.render(report.audit_document(self.data))

    def _repr_html_(self) -> str:
        from equitykit import report

        return report.html.fragment(report.audit_document(self.data, brief=True))

    def found(self, severity: str = "info", *, new: bool = False) -> tuple[Mapping[str, Any], ...]:
        """Findings at or above a severity; with `new` only those that no baseline accepts."""
        allowed = SEVERITIES[: rank(severity) + 1]
        found = (r for r in self.data["results"] if r["outcome"] == "found" and r["severity"] in allowed)
        return tuple(r for r in found if not (new and "accepted" in r))

    def with_baseline(self, baseline: Baseline | str | os.PathLike[str]) -> Audit:
        """The same audit with the findings marked that a baseline accepts."""
        from equitykit.baseline import Baseline

        chosen = baseline if isinstance(baseline, Baseline) else Baseline.load(baseline)
        return replace(self, data=chosen.apply(self.data))

    def compare(self, earlier: Audit | Mapping[str, Any] | str | os.PathLike[str]) -> AuditChanges:
        """What changed since an earlier audit; see `equitykit.compare`."""
        from equitykit.compare import compare

        return compare(earlier, self)

    def outcome(self, check: str) -> str:
        """Outcome of one check for the whole subject."""
        outcomes = {row["outcome"] for row in self.data["results"] if row["check"] == get(check).id}
        if not outcomes:
            raise UnknownName(
                "check in this audit", check, sorted({r["check"] for r in self.data["results"]})
            )
        return next(outcome for outcome in ("found", "not_run", "clear") if outcome in outcomes)

    def raise_if(self, severity: str) -> None:
        """Raise where there are findings at or above a severity that no baseline accepts.

        Raises
        ------
        AuditFailed
            Naming the checks.
        """
        bad = self.found(severity, new=True)
        if bad:
            names = ", ".join(dict.fromkeys(str(row["check"]) for row in bad))
            raise AuditFailed(
                f"{len(bad)} findings at or above {severity}: {names}.", next_step="See audit.to_frame()."
            )

    def to_evidence(self) -> Evidence:
        """The audit as a piece of evidence for an assessment."""
        subject, summary = self.data["subject"], self.data["summary"]
        unit = {"form": "questions", "process": "answers"}.get(subject["kind"], "rows")
        beside = "" if subject["kind"] == "process" else f" against {_title(self.data['standard']['id'])}"
        what = "Audit of the published table" if subject["kind"] == "results" else "Data-collection audit of"
        counted = ", ".join(f"{n} {severity}" for severity, n in summary["found"].items() if n) or "nothing"
        rows = [
            (str(r["severity"]).capitalize(), str(r["title"]), str(r["message"]))
            for r in sorted(self.found("low"), key=lambda r: rank(str(r["severity"])))
        ]
        return Evidence(
            kind="audit",
            title=f"{what} {subject['name']}",
            recipe=self.recipe,
            data_sha256=subject["sha256"] or self.fingerprint,
            summary=(
                f"{subject['rows']:,} {unit} checked{beside}: found {counted}; "
                f"{summary['clear']} checks clear"
                + (f", {summary['not_run']} could not run." if summary["not_run"] else "."),
            ),
            facts=self.to_dict(),
            columns=("Severity", "What", "Seen"),
            rows=tuple(rows),
            alt=None,
        )


def _title(standard: str) -> str:
    return standards.standard(standard).title


def audit(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    standard: str | None = None,
    kind: str | None = None,
    benchmark: Benchmark | str | os.PathLike[str] | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    public: bool = False,
    rule: str | Mapping[str, Any] = "cms-11",
    name_workers: bool = False,
    parameters: Mapping[str, float] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Audit:
    """Check how records were collected and coded, a form, a published table, or the process.

    Parameters
    ----------
    subject : path, data frame, `Records`, a `Form`, `Results`, or an assessment of the process. A path is told
        apart by its content; a data frame is taken for records. The result of a validation (see
        `equitykit.expectations`) is read back as it is.
    codebook : how the columns answer the questions; proposed from the data where left out,
        and then marked as not confirmed.
    standard : id of the standard; else the codebook's, else `us-omb-spd15-2024` (and said so).
    kind : "records", "form", "results" or "process", where the content should not decide.
    benchmark : population counts; else the codebook's.
    select, ignore : ids of checks to run, or to leave out.
    public : hide counts that are too small to show, and what would give them away.
    rule : disclosure rule for `public`.
    name_workers : print the ids of workers instead of worker 1, 2, ...
    parameters : other thresholds, by "check-id.name".
    progress : called with (done, total, what) during long work.

    Returns
    -------
    Audit

    Raises
    ------
    EquitykitError
        A file, codebook, benchmark or name that cannot be used, in words.

    Examples
    --------
    >>> import pandas as pd
    >>> found = audit(pd.DataFrame({"race": ["White", "Black", "Asian/Pacific Islander"] * 20}))
    >>> found.outcome("umbrella-asian-pi")
    'found'
    """
    if kind not in (None, *KINDS):
        raise UnknownName("subject that this version can check", kind, KINDS)
    if (held := validation_data(subject)) is not None:
        return Audit(*held)
    limits(parameters or {})
    select, ignore = (None if select is None else tuple(select)), tuple(ignore)
    how: Any = {"select": select, "ignore": ignore, "parameters": parameters, "progress": progress}
    if (process := as_process(subject, kind)) is not None:
        against = standards.standard(standard or DEFAULT_STANDARD)
        made = audit_process(process, against, assumed=standard is None, **how)
        asked = {"standard": standard, "kind": "process", "select": _ids(select), "ignore": _ids(ignore)}
        return Audit(data=made, recipe=_file_recipe(process.path, {}, None, asked))
    if (form := _form(subject, kind)) is not None:
        book = Codebook.load(codebook) if codebook is not None else Codebook.load({})
        return _audit_of_form(form, book, standard, benchmark, **how)
    if (table := as_results(subject, kind, codebook)) is not None:
        book = Codebook.load(codebook) if codebook is not None else Codebook.load({})
        return _audit_of_results(table, book, standard, benchmark, public=public, **how)
    records = frames.open(subject)
    if kind is None and is_dictionary(records.columns):
        raise ReadError(
            f'"{records.name}" is the data dictionary of a form, not a file of records.',
            next_step=f"Use it beside the data: equitykit propose DATA --form {records.name}",
        )
    given = codebook is not None
    book = Codebook.load(codebook) if codebook is not None else _proposed(records)
    records = with_joins(records, book)
    book.check_columns(records.columns, data_name=records.name)
    chosen = standards.standard(standard or book.standard or DEFAULT_STANDARD)
    select, ignore = None if select is None else list(select), list(ignore)
    how |= {"select": select, "ignore": ignore}
    data = audit_records(
        records,
        book,
        chosen,
        assumed=standard is None and book.standard is None,
        confirmed=given,
        benchmark=_benchmark(benchmark, book),
        public=public,
        rule=rule,
        name_workers=name_workers,
        **how,
    )
    return Audit(
        data=data,
        fingerprint=records.sha256,
        recipe=_recipe(
            records,
            book if given else None,
            standard=standard,
            benchmark=None if isinstance(benchmark, Benchmark) else benchmark and str(benchmark),
            public=public or None,
            name_workers=name_workers or None,
            select=select,
            ignore=ignore or None,
        ),
    )


def _proposed(records: Records) -> Codebook:
    from equitykit.propose import propose

    return propose(records).codebook


def _form(subject: Any, kind: str | None) -> Form | None:
    """The subject as a form, where it is one, or is said to be."""
    if isinstance(subject, Form):
        return subject
    if not isinstance(subject, str | os.PathLike) or kind in ("records", "results"):
        return None
    return read_form(subject) if kind == "form" or is_form(subject) else None


def _audit_of_form(
    form: Form,
    book: Codebook,
    standard: str | None,
    benchmark: Benchmark | str | os.PathLike[str] | None,
    **arguments: Any,
) -> Audit:
    chosen = standards.standard(standard or book.standard or DEFAULT_STANDARD)
    assumed = standard is None and book.standard is None
    data = audit_form(form, chosen, assumed=assumed, benchmark=_benchmark(benchmark, book), **arguments)
    given = {"standard": standard, "kind": "form"}
    return Audit(data=data, recipe=_file_recipe(form.path, {}, benchmark, given))


def _audit_of_results(
    table: Results,
    book: Codebook,
    standard: str | None,
    benchmark: Benchmark | str | os.PathLike[str] | None,
    *,
    public: bool,
    **arguments: Any,
) -> Audit:
    chosen = standards.standard(standard or book.standard or DEFAULT_STANDARD)
    assumed = standard is None and book.standard is None
    data = audit_results(
        table, chosen, assumed=assumed, benchmark=_benchmark(benchmark, book), public=public, **arguments
    )
    given = {"standard": standard, "public": public or None, "kind": "results"}
    recipe = _file_recipe(table.path, dict(table.options), benchmark, given)
    return Audit(data=data, recipe=recipe, fingerprint=table.sha256)


def _ids(given: Iterable[str] | None) -> list[str] | None:
    """Ids of checks as a recipe holds them."""
    return list(given) if given else None


def _file_recipe(
    source: str | None,
    options: Mapping[str, Any],
    benchmark: Benchmark | str | os.PathLike[str] | None,
    given: Mapping[str, Any],
) -> dict[str, Any] | None:
    """How to audit a form or a published table again; None where it is not in a file."""
    if source is None:
        return None
    path = None if benchmark is None or isinstance(benchmark, Benchmark) else str(benchmark)
    arguments = {**given, "benchmark": path}
    return {
        "call": "audit",
        "data": {"path": source, "options": dict(options)},
        "codebook": None,
        "arguments": {key: value for key, value in arguments.items() if value is not None},
    }


def _benchmark(given: Benchmark | str | os.PathLike[str] | None, book: Codebook) -> Benchmark | None:
    if isinstance(given, Benchmark):
        return given
    if given is not None:
        scheme = book.benchmark.scheme if book.benchmark else None
        return read_benchmark(given, scheme=scheme)
    if book.benchmark is None:
        return None
    entry = book.benchmark
    return read_benchmark(book.beside(entry.file), scheme=entry.scheme, year=entry.year, source=entry.source)


def _recipe(records: Records, book: Codebook | None, **arguments: Any) -> dict[str, Any]:
    return {
        "call": "audit",
        "data": {"path": records.source.path, "options": dict(records.source.options)},
        "codebook": book.to_recipe() if book is not None else None,
        "arguments": {key: value for key, value in arguments.items() if value is not None},
    }
