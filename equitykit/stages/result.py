"""The chain as a result: tidy rows, words, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from equitykit.counts import TOTAL, default_label
from equitykit.disclosure import RuleLike, mark_small
from equitykit.errors import MeasureError
from equitykit.evidence import Evidence
from equitykit.measures.comparison import Reference
from equitykit.stages import words
from equitykit.stages.chain import Chain
from equitykit.stages.measure import CUMULATIVE, CUMULATIVE_RATIO, MEASURES, POPULATION, chain_rows, settled
from equitykit.tidy import html_paragraph, html_table, markdown_table, markdown_text, plain_records

if TYPE_CHECKING:
    from equitykit.stages.protection import ProtectedStages

__all__ = ["CAUTION", "Stages", "measured"]

NO_RULE = "none"
CAUTION = (
    "A ratio near 1 at a stage does not clear a system: who came that far was decided at the stages before, "
    "so a gap upstream can hide one downstream. Read the rate of the stage before and the rate of the "
    "population together."
)


@dataclass(frozen=True, eq=False)
class Stages:
    """Groups along a chain of decisions.

    Attributes
    ----------
    chain : the counts, and how they were made.
    rows : tidy rows with `stage` filled. `rate`, `rate-difference` and `rate-ratio` are of the stage before;
        the same ids with `population-` before them are of where the chain begins; `cumulative-rate` and
        `cumulative-rate-ratio` are products along the chain; `not-from-stage-before` counts who skipped it;
        `persons` and `events` count both, where the codebook names persons.
    reference : what groups are compared with, the same at every stage.
    reason : why; None where nobody gave one.
    level : confidence level of the intervals.
    rule : disclosure rule by which rows with small counts are marked.
    """

    chain: Chain
    rows: pd.DataFrame = field(repr=False)
    reference: Reference
    reason: str | None
    level: float
    rule: str | Mapping[str, Any] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The stages, in order, without what the chain begins with."""
        return tuple(step.stage for step in self.chain.steps)

    def label(self, group: str) -> str:
        """Label of a group for people."""
        return self.chain.labels.get(group) or default_label(group)

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows."""
        return self.rows.copy()

    def opens(self) -> dict[str, list[dict[str, Any]]]:
        """Where along the chain a gap opens: for each group and each end of the chain, its steps in order.

        Returns
        -------
        Group id -> one entry for each stage: `stage`, `from`, `ratio` (of the stage before), `cumulative` (the
        product so far), `widest` (the step that moves the product most) and `shown` (False where a number
        behind it is hidden or not reliable). `widest` is only looked for among steps that can be shown.
        """
        return words.opening(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        chain = self.chain
        return {
            "format": "stages/1",
            "question": chain.question,
            "tabulation": chain.tabulation,
            "counted": chain.unit,
            "begins": {"stage": chain.root.name, "words": chain.root.words},
            "stages": [{"stage": step.stage, "of": step.parent} for step in chain.steps],
            "favourable": chain.favourable,
            "reference": self.reference.asked,
            "reference_group": self.reference.group,
            "reason": self.reason,
            "level": self.level,
            "labels": {group: self.label(group) for group in (*chain.groups, TOTAL)},
            "caution": CAUTION,
            "notes": list(chain.notes),
            "opens": self.opens(),
            "rows": plain_records(self.rows),
        }

    def to_markdown(self) -> str:
        """Sentences and tables as Markdown; what may not be shown is said in words."""
        parts = [f"{markdown_text(sentence)}\n" for sentence in words.framing(self)]
        for caption, header, rows in words.tables(self):
            parts += [f"**{markdown_text(caption)}**\n", markdown_table(header, rows)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        lines = "".join(html_paragraph(sentence) for sentence in words.framing(self))
        return lines + "".join(html_table(*table) for table in words.tables(self))

    def protect(self, rule: RuleLike = "cms-11", **settings: Any) -> ProtectedStages:
        """The same for others: hidden is what small counts could be told from, and an attacker proves it.

        `settings` are those of `equitykit.stages.protection.protect_stages`: proof, governance, agreements.
        """
        from equitykit.stages.protection import protect_stages

        return protect_stages(self, rule=rule, **settings)

    def plot(self) -> Any:
        """A `plots.Chart` of the chain: where along it a gap opens."""
        from equitykit.plots import chain

        return chain(self)

    def to_evidence(self) -> Evidence:
        """Evidence for an assessment: plain sentences, the chain as a table, and the call that makes it again."""
        tables = words.tables(self)
        _, columns, rows = tables[0]
        recipe = self.chain.recipe
        if recipe is not None:
            asked = {
                "reference": self.reference.asked,
                "reason": self.reason,
                "level": self.level,
                "rule": self.rule or NO_RULE,
            }
            recipe = {**recipe, "arguments": {**recipe.get("arguments", {}), **asked}}
        return Evidence(
            kind="disparities",
            title=words.title(self),
            recipe=recipe,
            data_sha256=(recipe or {}).get("data", {}).get("sha256"),
            summary=(*words.framing(self), *words.told(self)),
            facts=self.to_dict(),
            columns=tuple(columns),
            rows=tuple(tuple(row) for row in rows),
            alt=words.alt(self),
        )


def measured(
    chain: Chain,
    *,
    reference: str,
    reason: str | None,
    level: float,
    rule: str | Mapping[str, Any] | None,
    recipe: Mapping[str, Any] | None = None,
) -> Stages:
    """A chain beside its reference."""
    if not 0 < level < 1:
        raise MeasureError(f'The confidence level is "{level}".', next_step="Give a share such as 0.95.")
    target = settled(chain, reference)
    rows = chain_rows(chain, target, level)
    rule = None if rule == NO_RULE else rule
    if rule is not None:
        rows = _mark_products(chain, mark_small(rows, rule))
    return Stages(replace(chain, recipe=recipe), rows, target, reason or None, level, rule)


def _mark_products(chain: Chain, rows: pd.DataFrame) -> pd.DataFrame:
    """Hide what is computed along the chain where a rate on the way is hidden and could be worked out from it."""
    rows = rows.copy()
    along = rows["measure"].str.startswith(POPULATION) | rows["measure"].isin([CUMULATIVE, CUMULATIVE_RATIO])
    hidden = rows[rows["measure"].isin(MEASURES) & rows["suppressed"].notna()]
    told = set(zip(hidden["stage"], hidden["group"], strict=True))
    for step in chain.steps:
        stages = [one.stage for one in chain.path(step.stage)]
        groups = {group for stage, group in told if stage in stages}
        which = along & (rows["stage"] == step.stage) & rows["group"].isin(groups) & rows["suppressed"].isna()
        rows.loc[which, "suppressed"] = "complementary"
        rows.loc[which, "suppression_rule"] = "a rate on the way is hidden"
    return rows
