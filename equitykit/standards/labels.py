"""What a group is called, for people."""

from __future__ import annotations

from equitykit.errors import UnknownName
from equitykit.standards.load import vocabulary
from equitykit.standards.model import Standard

__all__ = ["group_label"]


def group_label(question: str, group: str, standard: Standard) -> str:
    """Words for a category, a combination of categories, or an answer to another question.

    Parameters
    ----------
    question : id of the question the group answers.
    group : id, or ids joined by "+".
    standard : whose labels are used for race and ethnicity.

    Examples
    --------
    >>> from equitykit.standards import standard
    >>> group_label("race_ethnicity", "AIAN+WHITE", standard("us-omb-spd15-2024"))
    'American Indian or Alaska Native and White'
    """
    parts = group.split("+") if question == "race_ethnicity" else [group]
    return " and ".join(_one(question, part, standard) for part in parts)


def _one(question: str, part: str, standard: Standard) -> str:
    if part in standard.category_ids and question == "race_ethnicity":
        return standard.label(part)
    try:
        concept = vocabulary(question).concepts.get(part)
    except UnknownName:
        return part
    return concept.label if concept is not None else part
