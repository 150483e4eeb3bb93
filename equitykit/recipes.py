"""Recipes: the call that made a piece of evidence, run again on the data as they are now."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from equitykit import frames
from equitykit.adjust import adjust
from equitykit.audit import audit
from equitykit.crosswalk import crosswalk
from equitykit.disaggregate import disaggregate
from equitykit.durations import durations
from equitykit.errors import ReadError
from equitykit.evidence import Evidence, document, file_slots
from equitykit.frames import Records
from equitykit.measures import disparities
from equitykit.results import read_results
from equitykit.stages import stages
from equitykit.suppression import protect_groups

__all__ = ["run"]


def run(recipe: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Evidence:
    """Run a recipe again.

    Parameters
    ----------
    recipe : as kept in evidence: call, data, codebook, arguments.
    folder : where its relative paths start.

    Returns
    -------
    Evidence
        Made now, from the data as they are now.

    Raises
    ------
    ReadError
        The data are gone or cannot be read; or the recipe is of a kind this version does not know.
    """
    here = copy.deepcopy(dict(recipe))
    for container, key in file_slots(here):
        container[key] = str(Path(folder) / container[key])
    if here.get("call") == "audit" and here.get("arguments", {}).get("kind") in (
        "form",
        "process",
        "results",
    ):
        return _file_audit(here, recipe)
    if here.get("call") == "document":
        data = here.get("data", {})
        return replace(document(data.get("path", ""), **here.get("arguments", {})), recipe=dict(recipe))
    records = _records(here)
    arguments = {key: value for key, value in here.get("arguments", {}).items() if value is not None}
    call = here.get("call")
    if call == "audit":
        made = audit(records, here.get("codebook"), **arguments).to_evidence()
    elif call in {"groups", "disparities"}:
        shared = {
            key: arguments.pop(key) for key in ("outcome", "by", "tabulation", "standard") if key in arguments
        }
        groups = disaggregate(records, here.get("codebook"), **shared)
        made = disparities(groups, **arguments).to_evidence()
    elif call == "adjust":
        made = adjust(records, here.get("codebook"), **arguments).to_evidence()
    elif call == "durations":
        made = durations(records, here.get("codebook"), **arguments).to_evidence()
    elif call == "crosswalk":
        made = crosswalk(records, here.get("codebook"), **arguments).to_evidence()
    elif call == "protect":
        made = protect_groups(records, here.get("codebook"), **arguments).to_evidence()
    elif call == "stages":
        made = stages(records, here.get("codebook"), **arguments).to_evidence()
    else:
        raise ReadError(
            f'This evidence was made by "{call}", which cannot be run again here.',
            allowed=[
                "adjust",
                "audit",
                "crosswalk",
                "disparities",
                "document",
                "durations",
                "protect",
                "stages",
            ],
            next_step="Update equitykit, or attach the evidence anew.",
        )
    return replace(made, recipe=dict(recipe), data_sha256=made.data_sha256 or records.sha256)


def _file_audit(here: Mapping[str, Any], recipe: Mapping[str, Any]) -> Evidence:
    """An audit of a form, of a published table or of a process, run again."""
    data = here.get("data", {})
    path = data.get("path")
    if not path:
        raise ReadError("This evidence was made from a form or table in memory and cannot be run again.")
    arguments = {key: value for key, value in here["arguments"].items() if value is not None}
    subject = path
    if arguments["kind"] == "results":
        options = data.get("options", {})
        row = options.get("header_row")
        subject = read_results(path, sheet=options.get("sheet"), header_row=int(row) if row else None)
    made = audit(subject, here.get("codebook"), **arguments).to_evidence()
    return replace(made, recipe=dict(recipe))


def _records(recipe: Mapping[str, Any]) -> Records:
    data = recipe.get("data", {})
    path = data.get("path")
    if not path:
        raise ReadError("This evidence was made from a data frame in memory and cannot be run again.")
    return frames.open(path, **data.get("options", {}))
