"""The result of a validation as evidence for an assessment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from equitykit.audit import audit
from equitykit.evidence import Evidence

__all__ = ["evidence"]


def evidence(result: Any) -> Evidence:
    """What a validation said, as evidence that can be attached to an assessment.

    Parameters
    ----------
    result : of a checkpoint or a validation, or what its ``to_json_dict()`` gave.

    Returns
    -------
    Evidence
        The audit that the expectations carry. `equitykit.audit` of the same result gives the `Audit` itself.

    Interpretation
    --------------
    Results are kept small: of one check at most 20 findings are listed, and of one question at most 50 values.
    Evidence from a database can be run again, for the checks of the suite; from a frame in memory it cannot. What
    was not listed then shows as a change.

    Raises
    ------
    ReadError
        It holds no result of ours, or more than one validation, or its batch could not be read.
    """
    found = audit(result)
    made = found.to_evidence()
    return replace(made, summary=(*made.summary, "Read back from a validation by Great Expectations."))
