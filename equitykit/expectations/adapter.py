"""Between Great Expectations and the checks: one metric that runs an audit, and two expectations that read it.

All expectations of a suite share one metric, so a batch is audited once. Great Expectations does not promise
that its parts can be extended in this way, so one minor version is pinned, and tests hold each engine to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    SqlAlchemyExecutionEngine,
)
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.render import LegacyDiagnosticRendererType, LegacyRendererType
from great_expectations.render.renderer.renderer import renderer

from equitykit.audit import audit
from equitykit.checks import get
from equitykit.errors import UnusableChoice
from equitykit.expectations import batches, rendering
from equitykit.expectations.outcome import of_check, of_records
from equitykit.frames import Records

__all__ = ["EquityAudit", "ExpectEquityCheckToBeClear", "ExpectRecordsToBeCounted"]

AUDIT, ROWS = "equitykit.audit", "table.row_count"
SETTINGS = ("codebook", "standard", "benchmark", "parameters", "public")


def refuse_condition(row_condition: object) -> None:
    """Say in words why an expectation of ours takes no `row_condition`.

    Raises
    ------
    UnusableChoice
        One was given.
    """
    if row_condition is not None:
        raise UnusableChoice(
            "An expectation of equitykit takes no row_condition: it looks at a whole batch, because groups that "
            "a condition leaves out would not be missed.",
            next_step="Make a batch of those rows (a query asset, or a frame of them), or say in the codebook who "
            "is at_risk.",
        )


def audited(records: Records, settings: Mapping[str, Any], engine: str) -> dict[str, Any]:
    """One audit of a batch, with how to make it again and who counted."""
    codebook = json.loads(settings["codebook"])
    with records:
        done = audit(
            records,
            codebook,
            kind="records",
            standard=settings.get("standard"),
            benchmark=settings.get("benchmark"),
            parameters=json.loads(settings.get("parameters") or "{}"),
            public=bool(settings.get("public")),
        )
    asked = list(codebook["questions"])
    return {"audit": done.to_dict(), "recipe": done.recipe, "engine": engine, "asked": asked}


class EquityAudit(TableMetricProvider):
    """The audit of a batch, made by the engine that holds it."""

    metric_name = AUDIT
    value_keys = SETTINGS

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> dict[str, Any]:
        frame, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, MetricDomainTypes.TABLE)
        return audited(batches.of_frame(frame), metric_value_kwargs, "pandas")

    @metric_value(engine=SparkDFExecutionEngine)
    def _spark(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> dict[str, Any]:
        frame, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, MetricDomainTypes.TABLE)
        return audited(batches.of_frame(frame), metric_value_kwargs, "spark")

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> dict[str, Any]:
        chosen, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, MetricDomainTypes.TABLE)
        engine = execution_engine.engine
        return audited(batches.of_database(engine, chosen), metric_value_kwargs, engine.dialect.name)


class _OfAudit(BatchExpectation):
    """What both expectations share: the settings of the audit, and how a result is shown."""

    codebook: str
    standard: str | None = None
    benchmark: str | None = None
    parameters: str | None = None
    public: bool = False

    metric_dependencies = (AUDIT, ROWS)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = SETTINGS
    args_keys: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **given: Any) -> None:
        refuse_condition(given.get("row_condition"))
        super().__init__(**given)

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> str:
        return rendering.observed(result)


class ExpectRecordsToBeCounted(_OfAudit):
    """Expect a batch to hold records, and its engine to count every one of them."""

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        return [rendering.text("The batch holds records, and all of them can be counted.")]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any] | None:
        return rendering.questions(result)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        return of_records(metrics[AUDIT], metrics[ROWS])


class ExpectEquityCheckToBeClear(_OfAudit):
    """Expect one check of equitykit to run on a batch and to find nothing.

    A check that could not run fails: it is never a pass.
    """

    check: str
    fail_on: str = "info"

    success_keys: ClassVar[tuple[str, ...]] = ("check", "fail_on", *SETTINGS)

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        told = configuration or result.expectation_config
        declared = get(told.kwargs["check"])
        return [
            rendering.text(
                "Does not occur: $title ($check, $severity). $remedy Source: $source",
                title=declared.title,
                check=declared.id,
                severity=declared.severity,
                remedy=declared.remedy,
                source=declared.source,
            )
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any] | None:
        return rendering.findings(result)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        return of_check(get(self.check), metrics[AUDIT], metrics[ROWS], fail_on=self.fail_on)
