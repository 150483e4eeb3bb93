"""Crude and adjusted results in one object, told side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from equitykit.evidence import Evidence
from equitykit.measures import Disparities
from equitykit.tidy import (
    html_paragraph,
    html_table,
    interval_text,
    markdown_table,
    markdown_text,
    number,
    plain_records,
    records,
    value_text,
)

__all__ = ["LABELS", "Adjusted"]

LABELS = ("before", "after", "unsure")
PLACES = {
    "before": "comes before race in time",
    "after": "comes after race in time",
    "unsure": "nobody is sure whether it comes before or after race",
}
FIRST = (
    "The crude comparison stands first: it is the gap that people live with. The others ask what gap would be left "
    "if the covariates were alike, and hold only as far as the covariates and the model do."
)
MEDIATOR = (
    "{names}: what comes after race can itself come from unequal treatment, or be recorded unequally. Taking it out "
    "takes out that part of the gap, and can add bias. Do not read the smaller gap as the true one."
)
WAYS = {
    "": "Crude",
    "stratified-": "Within strata (Mantel-Haenszel)",
    "standardised-": "Standardised to everybody",
    "model-": "From a regression",
}


@dataclass(frozen=True, eq=False)
class Adjusted:
    """A crude comparison, and beside it what is left with covariates held alike.

    Attributes
    ----------
    crude : the crude result, in full.
    rows : tidy rows: `rate`, `rate-difference` and `rate-ratio` are crude; `stratified-`, `standardised-` and
        `model-` before these ids name the adjusted ones.
    covariates : name -> "before", "after" or "unsure".
    model : family of the regression.
    cluster, clusters : which units belong together, and how many such sets there are.
    recipe : the call; None for a frame in memory.
    """

    crude: Disparities
    rows: pd.DataFrame = field(repr=False)
    covariates: Mapping[str, str]
    model: str
    cluster: str | None
    clusters: int
    recipe: Mapping[str, Any] | None = None

    @property
    def cautions(self) -> tuple[str, ...]:
        """How not to read the result."""
        late = [name for name, place in self.covariates.items() if place != "before"]
        return (FIRST, MEDIATOR.format(names=", ".join(late))) if late else (FIRST,)

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows, the crude ones first."""
        return self.rows.copy()

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        whole = self.crude.to_dict()
        return {
            **{key: whole[key] for key in whole if key not in ("format", "rows", "measures", "bounds")},
            "format": "adjusted/1",
            "covariates": dict(self.covariates),
            "model": self.model,
            "cluster": self.cluster,
            "clusters": self.clusters if self.cluster else None,
            "cautions": list(self.cautions),
            "rows": plain_records(self.rows),
        }

    def framing(self) -> tuple[str, ...]:
        """What was compared, with which covariates, and how not to read it."""
        held = "; ".join(f"{name} ({PLACES[place]})" for name, place in self.covariates.items())
        apart = f"Units of the same {self.cluster} belong together ({number(self.clusters)} of them)."
        return (
            *self.crude._framing(),
            f"Covariates: {held}.",
            *([apart] if self.cluster else []),
            *self.cautions,
        )

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
        """Ratios, then differences, then rates: crude first, the adjusted ones beside it."""
        found = {(row["measure"], row["group"]): row for row in records(self.rows)}
        made = []
        for id, title, unit in (
            ("rate-ratio", "Rate ratio", ""),
            ("rate-difference", "Rate difference", " points"),
            ("rate", "Rate", " %"),
            ("odds-ratio", "Odds ratio", ""),
        ):
            ways = [way for way in WAYS if any(measure == way + id for measure, _ in found)]
            interval = f"{100 * self.crude.level:g} % interval"
            header = ["Group", *(name for way in ways for name in (WAYS[way], interval))]
            body = []
            for group in self.crude.groups.groups:
                rows = [found[(way + id, group)] for way in ways]
                notes = dict.fromkeys(str(row["note"]) for row in rows if row["note"])
                cells = [text for row in rows for text in (_cell(row, unit), interval_text(row, unit=unit))]
                body.append((self.crude.groups.label(group), *cells, "; ".join(notes)))
            caption = (
                f"{title}, {self.crude.groups.outcome} by {self.crude.groups.question}: crude and adjusted"
            )
            made.append((caption, (*header, "Note"), body))
        return made

    def to_markdown(self) -> str:
        """Sentences and tables as Markdown."""
        parts = [f"{markdown_text(sentence)}\n" for sentence in self.framing()]
        for caption, header, rows in self.tables():
            parts += [f"**{markdown_text(caption)}**\n", markdown_table(header, rows)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        lines = "".join(html_paragraph(sentence) for sentence in self.framing())
        return lines + "".join(html_table(*table) for table in self.tables())

    def to_evidence(self) -> Evidence:
        """Evidence for an assessment: the crude ratio always beside the adjusted ones."""
        caption, columns, rows = self.tables()[0]
        return Evidence(
            kind="disparities",
            title=caption,
            recipe=self.recipe,
            data_sha256=(self.recipe or {}).get("data", {}).get("sha256"),
            summary=self.framing(),
            facts=self.to_dict(),
            columns=columns,
            rows=tuple(rows),
            alt=f"{caption}. Groups are compared with {self.crude.reference.words}.",
        )


def _cell(row: Mapping[str, Any], unit: str) -> str:
    if not math.isfinite(row["estimate"]) and row["note"] == "the reference group itself":
        return "reference"
    return value_text(row, unit=unit)
