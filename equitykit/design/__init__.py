"""A better form: items for chosen questions to a chosen standard, in the formats of form builders."""

from equitykit.design.core import FORMATS, DesignedForm, design_form, proposed_question, write_proposal
from equitykit.design.questions import QUESTIONS, SENSITIVE, Safeguards

__all__ = [
    "FORMATS",
    "QUESTIONS",
    "SENSITIVE",
    "DesignedForm",
    "Safeguards",
    "design_form",
    "proposed_question",
    "write_proposal",
]
