"""Checks, disparity measures and guided assessments for racial equity in data and decisions.

Names are loaded when they are first used, so that importing the package costs little.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from equitykit.version import __version__

if TYPE_CHECKING:
    from equitykit.adjust import Adjusted as Adjusted
    from equitykit.adjust import adjust as adjust
    from equitykit.assessment import Assessment as Assessment
    from equitykit.audit import Audit as Audit
    from equitykit.audit import audit as audit
    from equitykit.baseline import Baseline as Baseline
    from equitykit.benchmark import Benchmark as Benchmark
    from equitykit.benchmark import read_benchmark as read_benchmark
    from equitykit.codebook import Codebook as Codebook
    from equitykit.compare import AuditChanges as AuditChanges
    from equitykit.compare import compare as compare
    from equitykit.crosswalk import Crosswalk as Crosswalk
    from equitykit.crosswalk import crosswalk as crosswalk
    from equitykit.design import DesignedForm as DesignedForm
    from equitykit.design import design_form as design_form
    from equitykit.disaggregate import disaggregate as disaggregate
    from equitykit.due import Due as Due
    from equitykit.due import due as due
    from equitykit.durations import Durations as Durations
    from equitykit.durations import durations as durations
    from equitykit.errors import EquitykitError as EquitykitError
    from equitykit.evidence import Evidence as Evidence
    from equitykit.evidence import document as document
    from equitykit.evidence import visit as visit
    from equitykit.forms import Form as Form
    from equitykit.forms import read_form as read_form
    from equitykit.frames import Records as Records
    from equitykit.frames import open as read  # noqa: F401 - the public name of `frames.open`
    from equitykit.groups import GroupTable as GroupTable
    from equitykit.measures import Disparities as Disparities
    from equitykit.measures import compare_references as compare_references
    from equitykit.measures import disparities as disparities
    from equitykit.measures import false_discovery as false_discovery
    from equitykit.measures import preset as preset
    from equitykit.merge import Merged as Merged
    from equitykit.merge import merge as merge
    from equitykit.propose import Proposal as Proposal
    from equitykit.propose import propose as propose
    from equitykit.results import Results as Results
    from equitykit.results import read_results as read_results
    from equitykit.stages import Stages as Stages
    from equitykit.stages import stages as stages
    from equitykit.stages import stages_from_counts as stages_from_counts
    from equitykit.standards import standard as standard
    from equitykit.stratify import stratify as stratify
    from equitykit.suppression import ProtectedTable as ProtectedTable
    from equitykit.suppression import protect as protect
    from equitykit.suppression import protect_groups as protect_groups
    from equitykit.suppression import save_protected as save_protected

_WHERE = {
    "Adjusted": ("adjust", "Adjusted"),
    "Assessment": ("assessment", "Assessment"),
    "Audit": ("audit", "Audit"),
    "AuditChanges": ("compare", "AuditChanges"),
    "Baseline": ("baseline", "Baseline"),
    "Benchmark": ("benchmark", "Benchmark"),
    "Codebook": ("codebook", "Codebook"),
    "Crosswalk": ("crosswalk", "Crosswalk"),
    "DesignedForm": ("design", "DesignedForm"),
    "Disparities": ("measures", "Disparities"),
    "Due": ("due", "Due"),
    "Durations": ("durations", "Durations"),
    "EquitykitError": ("errors", "EquitykitError"),
    "Evidence": ("evidence", "Evidence"),
    "Form": ("forms", "Form"),
    "GroupTable": ("groups", "GroupTable"),
    "Merged": ("merge", "Merged"),
    "Proposal": ("propose", "Proposal"),
    "ProtectedTable": ("suppression", "ProtectedTable"),
    "Records": ("frames", "Records"),
    "Results": ("results", "Results"),
    "Stages": ("stages", "Stages"),
    "adjust": ("adjust", "adjust"),
    "audit": ("audit", "audit"),
    "compare": ("compare", "compare"),
    "crosswalk": ("crosswalk", "crosswalk"),
    "compare_references": ("measures", "compare_references"),
    "design_form": ("design", "design_form"),
    "disaggregate": ("disaggregate", "disaggregate"),
    "disparities": ("measures", "disparities"),
    "false_discovery": ("measures", "false_discovery"),
    "preset": ("measures", "preset"),
    "due": ("due", "due"),
    "document": ("evidence", "document"),
    "durations": ("durations", "durations"),
    "merge": ("merge", "merge"),
    "propose": ("propose", "propose"),
    "protect": ("suppression", "protect"),
    "protect_groups": ("suppression", "protect_groups"),
    "read": ("frames", "open"),
    "read_benchmark": ("benchmark", "read_benchmark"),
    "read_form": ("forms", "read_form"),
    "read_results": ("results", "read_results"),
    "save_protected": ("suppression", "save_protected"),
    "stages": ("stages", "stages"),
    "stages_from_counts": ("stages", "stages_from_counts"),
    "standard": ("standards", "standard"),
    "stratify": ("stratify", "stratify"),
    "visit": ("evidence", "visit"),
}

__all__ = [*sorted(_WHERE), "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'equitykit' has no attribute {name!r}")
    module, attribute = _WHERE[name]
    return getattr(import_module(f"equitykit.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})


class _Package(ModuleType):
    """The package, where a verb and the module it lives in share a name.

    Importing `equitykit.audit` would put the module in the place of the verb
    `equitykit.audit`; here the verb stays.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and _WHERE.get(name, ("", ""))[0] == name:
            value = getattr(value, _WHERE[name][1])
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
