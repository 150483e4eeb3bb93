"""Answers, evidence, actions and reviews of one decision; saved on every change."""

from __future__ import annotations

from equitykit.assessment.carried import Start
from equitykit.assessment.core import Assessment
from equitykit.assessment.document import (
    Action,
    AssessmentFile,
    Draft,
    Entry,
    EvidenceEvent,
    Form,
    Person,
    Review,
    json_schema,
)
from equitykit.assessment.effects import Effect
from equitykit.assessment.nearby import Nearby, nearby
from equitykit.assessment.proof import Attached, Change
from equitykit.assessment.redaction import Held
from equitykit.assessment.signing import SignOff, signed_off
from equitykit.assessment.store import as_saved
from equitykit.assessment.summary import NOTES_ONLY, Problem, State, Summary

__all__ = [
    "NOTES_ONLY",
    "Action",
    "Assessment",
    "AssessmentFile",
    "Attached",
    "Change",
    "Draft",
    "Effect",
    "Entry",
    "EvidenceEvent",
    "Form",
    "Held",
    "Nearby",
    "Person",
    "Problem",
    "Review",
    "SignOff",
    "Start",
    "State",
    "Summary",
    "as_saved",
    "json_schema",
    "nearby",
    "signed_off",
]
