"""Standards, code systems and the words people write: what one raw value says.

A value is read only where its words leave no doubt. Letters, digits and words with several
readings stay unread until a codebook says what they mean; misspellings get a suggestion for a
person to confirm.
"""

from __future__ import annotations

from equitykit.standards.labels import group_label
from equitykit.standards.load import (
    code_system,
    code_systems,
    standard,
    standards,
    vocabularies,
    vocabulary,
    words_of,
)
from equitykit.standards.model import (
    MISSING_REASONS,
    RESIDUALS,
    Category,
    CodeSystem,
    Concept,
    Meaning,
    Standard,
    Vocabulary,
)
from equitykit.standards.read import read_value, readings
from equitykit.standards.suggest import suggest
from equitykit.standards.text import normalise

__all__ = [
    "MISSING_REASONS",
    "RESIDUALS",
    "Category",
    "CodeSystem",
    "Concept",
    "Meaning",
    "Standard",
    "Vocabulary",
    "code_system",
    "code_systems",
    "group_label",
    "normalise",
    "read_value",
    "readings",
    "standard",
    "standards",
    "suggest",
    "vocabularies",
    "vocabulary",
    "words_of",
]
