"""The reviews of an assessment: planned, being written, done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from equitykit.report import words
from equitykit.report.tree import Block, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.assessment import Assessment, Review
    from equitykit.report.answers import Voice


def review_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """When somebody looks back, and what was found."""
    yield Heading(2, "Looking back")
    reviews = assessment.reviews()
    if not reviews:
        yield Paragraph("No review is planned yet.")
        return
    rows = [
        (
            review.named,
            words.moment(review.due),
            words.moment(review.done) or "Not yet",
            _found(review, public=voice.public),
        )
        for review in reviews
    ]
    yield Table.filled("Reviews", ("Review", "Due", "Done", "What was found"), rows)


def _found(review: Review, *, public: bool) -> str:
    """What was found; what is still being written is for the team only."""
    if review.redacted:
        return "Taken out"
    if review.result and review.done is None:
        return words.DASH if public else f"Still being written: {review.result}"
    return review.result or words.DASH
