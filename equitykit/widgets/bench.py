"""Where the work on sources, passages, coding and findings stands, shown on the page of its part."""

from __future__ import annotations

from equitykit.assessment import Assessment
from equitykit.instruments import Part
from equitykit.widgets import show
from equitykit.widgets.fields import Html

__all__ = ["HOW", "standing"]

HOW = (
    "The work itself is done in a notebook, with the analysis of this file. The page \u201cInstitutional "
    "analysis\u201d of the documentation shows how. Do not write what people said into the fields below: what is "
    "typed there is saved as you type."
)


def standing(assessment: Assessment, part: Part) -> Html:
    """What is done and what is open in one part of the work.

    Parameters
    ----------
    part : a part with a bench.
    """
    first, *more = assessment.analysis.standing(str(part.bench))
    return Html(
        html=show.heading("Where this part stands")
        + show.paragraphs(first)
        + show.bullets(more)
        + show.inset(show.paragraphs(HOW))
    )
