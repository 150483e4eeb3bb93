"""A better form: items for chosen questions to a chosen standard, in the formats of form builders."""

from equitykit.design.core import FORMATS, DesignedForm, design_form, proposed_question
from equitykit.design.questions import QUESTIONS, Safeguards

__all__ = ["FORMATS", "QUESTIONS", "DesignedForm", "Safeguards", "design_form", "proposed_question"]
