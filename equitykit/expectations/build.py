"""Suites and checkpoints: every check of records as an expectation, with its id, severity, remedy and source."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from equitykit.audit import audit
from equitykit.checks import Check, get
from equitykit.codebook import Codebook
from equitykit.errors import MissingExtra
from equitykit.findings import limits, rank, wanted
from equitykit.version import __version__

if TYPE_CHECKING:
    from great_expectations import Checkpoint, ExpectationSuite

__all__ = ["checkpoint", "context", "expectation", "register", "suite"]

SEVERITY = {"critical": "critical", "high": "critical", "medium": "warning", "low": "warning", "info": "info"}
"""Our severities in the three of Great Expectations; ours stands in ``meta``."""

Book = Codebook | Mapping[str, Any] | str | os.PathLike[str]


def register() -> Any:
    """Load Great Expectations and make our expectations known to it.

    The other functions call it. Call it yourself before a suite that was saved is read back in another process.

    Raises
    ------
    MissingExtra
        Great Expectations is not installed.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    try:
        from equitykit.expectations import adapter
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "great_expectations":
            raise
        raise MissingExtra("equitykit.expectations", "gx") from error
    return adapter


def _settings(
    codebook: Book,
    *,
    standard: str | None,
    benchmark: str | os.PathLike[str] | None,
    parameters: Mapping[str, float] | None,
    public: bool,
) -> dict[str, Any]:
    recipe = Codebook.load(codebook).to_recipe()
    return {
        "codebook": json.dumps(recipe, ensure_ascii=False),
        "standard": standard,
        "benchmark": None if benchmark is None else os.fspath(benchmark),
        "parameters": json.dumps(dict(limits(parameters or {}))) if parameters else None,
        "public": public,
    }


def expectation(
    check: str,
    codebook: Book,
    *,
    fail_on: str = "info",
    standard: str | None = None,
    benchmark: str | os.PathLike[str] | None = None,
    parameters: Mapping[str, float] | None = None,
    public: bool = False,
    row_condition: object = None,
) -> Any:
    """One check as an expectation, for a suite of your own.

    Parameters
    ----------
    check : id of a check of records.
    codebook : how the columns answer the questions.
    fail_on : the least severity of a finding that fails the expectation; any finding where left out.
    standard, benchmark, parameters, public : as for `equitykit.audit`.
    row_condition : refused, as the checks look at whole batches; make a batch of the rows you mean.

    Returns
    -------
    An expectation of Great Expectations. Its ``meta["equitykit"]`` holds the id, severity, remedy and source;
    its ``notes`` say the same to people.

    Raises
    ------
    UnknownName
        No such check or severity; the nearest one is named.
    UnusableChoice
        A `row_condition` was given.
    """
    register().refuse_condition(row_condition)
    (chosen,) = wanted("records", [get(check).id], ())
    rank(fail_on)
    settings = _settings(
        codebook, standard=standard, benchmark=benchmark, parameters=parameters, public=public
    )
    return _expectation(chosen, fail_on, settings)


def _expectation(check: Check, fail_on: str, settings: Mapping[str, Any]) -> Any:
    told = {
        "check": check.id,
        "severity": check.severity,
        "title": check.title,
        "remedy": check.remedy,
        "source": check.source,
        "version": __version__,
    }
    return register().ExpectEquityCheckToBeClear(
        check=check.id,
        fail_on=fail_on,
        severity=SEVERITY[check.severity],
        meta={"equitykit": told},
        notes=[f"{check.title} ({check.severity}).", check.remedy, f"Source: {check.source}"],
        **settings,
    )


def suite(
    codebook: Book,
    *,
    name: str = "equitykit",
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    sample: Any = None,
    fail_on: str = "info",
    standard: str | None = None,
    benchmark: str | os.PathLike[str] | None = None,
    parameters: Mapping[str, float] | None = None,
    public: bool = False,
    row_condition: object = None,
) -> ExpectationSuite:
    """Every check of records as an expectation, and one that the batch has rows which can all be counted.

    Parameters
    ----------
    codebook : a `Codebook`, what it holds, or its file; it is kept in the suite.
    name : of the suite.
    select, ignore : ids of checks to take, or to leave out.
    sample : data like those that will be validated. Checks that cannot run on them are left out, and
        ``meta["equitykit"]["left_out"]`` of the suite says which and why.
    fail_on : the least severity of a finding that fails an expectation; any finding where left out.
    standard, benchmark, parameters : as for `equitykit.audit`.
    public : hide counts too small to show, as Data Docs are often read by many.
    row_condition : refused, as the checks look at whole batches; make a batch of the rows you mean.

    Returns
    -------
    ExpectationSuite
        In no context yet: ``context.suites.add(suite)``.

    Interpretation
    --------------
    An expectation succeeds only if its check ran and found nothing at or above `fail_on`. A check that could not
    run fails with the observed value ``not_run`` and the reason in its details. A passing suite says that these
    checks found nothing in this batch; it says nothing about what they do not look at.

    Raises
    ------
    EquitykitError
        A codebook, check or severity that cannot be used, or Great Expectations is not installed.
    """
    rank(fail_on)
    adapter = register()
    adapter.refuse_condition(row_condition)
    from great_expectations import ExpectationSuite

    settings = _settings(
        codebook, standard=standard, benchmark=benchmark, parameters=parameters, public=public
    )
    chosen = list(wanted("records", select, ignore))
    left_out: dict[str, str] = {}
    if sample is not None:
        tried = audit(
            sample,
            Codebook.load(codebook),
            kind="records",
            standard=standard,
            benchmark=benchmark,
            parameters=parameters,
            select=[check.id for check in chosen],
        )
        left_out = {
            row["check"]: row["reason"] for row in tried.data["results"] if row["outcome"] == "not_run"
        }
        chosen = [check for check in chosen if check.id not in left_out]
    told = {"version": __version__, "left_out": left_out}
    counted = adapter.ExpectRecordsToBeCounted(
        meta={"equitykit": {"records": True, "version": __version__}},
        notes="The batch holds records, and all of them can be counted.",
        **settings,
    )
    return ExpectationSuite(
        name=name,
        expectations=[counted, *(_expectation(check, fail_on, settings) for check in chosen)],
        meta={"equitykit": told},
        notes=[
            "Checks of equitykit. One that could not run never passes.",
            *(f"Left out: {check}: {why}" for check, why in left_out.items()),
        ],
    )


def context(folder: str | os.PathLike[str] | None = None) -> Any:
    """A data context that is quiet: no progress bars, and nothing is sent anywhere.

    Parameters
    ----------
    folder : where suites, results and Data Docs are kept; in memory and a temporary folder where left out.
    """
    register()
    import great_expectations as gx

    made = (
        gx.get_context(mode="ephemeral")
        if folder is None
        else gx.get_context(mode="file", project_root_dir=os.fspath(folder))
    )
    return _quiet(made)


def _quiet(made: Any) -> Any:
    from great_expectations.data_context.types.base import ProgressBarsConfig

    made.variables.progress_bars = ProgressBarsConfig(globally=False)
    return made


def checkpoint(
    context: Any,
    batch_definition: Any,
    codebook: Book,
    *,
    name: str = "equitykit",
    actions: Iterable[Any] | None = None,
    **options: Any,
) -> Checkpoint:
    """A checkpoint that runs the checks on a batch and writes Data Docs.

    Parameters
    ----------
    context : the data context of the pipeline, or one from `context`. Its progress bars are off afterwards,
        until it is loaded again.
    batch_definition : of the data to look at.
    codebook : how the columns answer the questions.
    name : of checkpoint, validation and suite; what had the name before is replaced.
    actions : what the checkpoint does with its result; Data Docs are brought up to date where left out.
    options : as for `suite`.

    Returns
    -------
    Checkpoint
        ``checkpoint.run()`` gives a result that `evidence` and `equitykit.audit` read.
    """
    register()
    import great_expectations as gx
    from great_expectations.checkpoint import UpdateDataDocsAction

    _quiet(context)
    made = context.suites.add_or_update(suite(codebook, name=name, **options))
    validation = gx.ValidationDefinition(name=name, data=batch_definition, suite=made)
    steps = [UpdateDataDocsAction(name="data_docs")] if actions is None else list(actions)
    kept: Checkpoint = context.checkpoints.add_or_update(
        gx.Checkpoint(
            name=name,
            validation_definitions=[context.validation_definitions.add_or_update(validation)],
            actions=steps,
        )
    )
    return kept
