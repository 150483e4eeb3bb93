"""What a crosswalk counted: category by category, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from equitykit.disclosure import RuleLike
from equitykit.evidence import Evidence
from equitykit.standards import Standard

if TYPE_CHECKING:
    import pandas as pd

    from equitykit.suppression import ProtectedTable

__all__ = ["OUTCOMES", "Crosswalk"]

OUTCOMES: Mapping[str, str] = {
    "kept": "still counted in it",
    "moved": "counted in another category",
    "covered": "counted as something else, because one answer is reported",
    "unknown": "not known which of several",
    "no_place": "no place in the new standard",
}
TOTAL = "Total"


@dataclass(frozen=True)
class Crosswalk:
    """Who is still seen, and who is not, when records go from one standard to another.

    Attributes
    ----------
    before, after : the two standards.
    n, n_answered : units in all, and those with a category under the old standard.
    n_less : of these, units that are missing from a category in which they were counted.
    n_gone : of these, units that are in no category any more.
    flows : units by old category, outcome and where they go; a person with two categories counts in both.
    alone : units with only that category, before.
    arrived : units by new category, and whether it is their only one.
    notes : what the texts of the standards leave open.
    governed : categories whose counts are their community's to give.
    """

    before: Standard
    after: Standard
    n: int
    n_answered: int
    n_less: int
    n_gone: int
    flows: Mapping[tuple[str, str, str], int] = field(repr=False)
    alone: Mapping[str, int] = field(repr=False)
    arrived: Mapping[tuple[str, bool], int] = field(repr=False)
    notes: tuple[str, ...] = ()
    governed: tuple[str, ...] = ()
    assumed: bool = False
    recipe: Mapping[str, Any] | None = field(default=None, repr=False)

    def row(self, category: str) -> dict[str, Any]:
        """Counts of one category of the old standard.

        The five outcomes add up to `n_any`.
        """
        own = {key: n for key, n in self.flows.items() if key[0] == category}
        by_outcome: Counter[str] = Counter()
        into: dict[str, None] = {}
        for (_, outcome, target), n in own.items():
            by_outcome[outcome] += n
            if outcome != "kept" and target:
                into[target] = None
        return {
            "category": category,
            "label": self.before.label(category),
            "n_alone": self.alone[category],
            "n_any": sum(own.values()),
            **{outcome: by_outcome[outcome] for outcome in OUTCOMES},
            "into": "; ".join(into),
        }

    def to_frame(self) -> pd.DataFrame:
        """One row for each category of the old standard, in its order."""
        import pandas as pd

        return pd.DataFrame([self.row(each) for each in self.before.category_ids])

    def after_frame(self) -> pd.DataFrame:
        """One row for each category of the new standard: units with it alone, and in any combination."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "category": each,
                    "label": self.after.label(each),
                    "n_alone": self.arrived.get((each, True), 0),
                    "n_any": self.arrived.get((each, True), 0) + self.arrived.get((each, False), 0),
                }
                for each in self.after.category_ids
            ]
        )

    def protected(self, rule: RuleLike = "cms-11") -> ProtectedTable:
        """Counts that may be shown to others: old category by outcome, with totals, small counts hidden.

        Parameters
        ----------
        rule : disclosure rule, by name or as a threshold.

        Interpretation
        --------------
        Categories whose counts are their community's to give are left out, from the totals too. Nothing
        is said of categories alone or of the new standard's totals: with them, a hidden count could be
        worked out.
        """
        import pandas as pd

        from equitykit.suppression import protect

        ids = [each for each in self.before.category_ids if each not in self.governed]
        rows = [self.row(each) for each in ids]
        columns = [*OUTCOMES, "n_any"]
        sums = {"category": TOTAL, **{name: sum(row[name] for row in rows) for name in columns}}
        long = [
            (row["category"], TOTAL if name == "n_any" else name, row[name])
            for row in (*rows, sums)
            for name in columns
        ]
        table = pd.DataFrame(long, columns=["category", "outcome", "count"])
        return protect(table, dimensions=["category", "outcome"], total=TOTAL, rule=rule)

    def to_evidence(self) -> Evidence:
        """Evidence for an assessment: who is no longer seen, as sentences and a table, and the call again."""
        rows = [self.row(each) for each in self.before.category_ids]
        lost = [row for row in rows if row["n_any"] and row["kept"] < row["n_any"]]
        columns = ("Category", "In the file", *(words for words in OUTCOMES.values()))
        return Evidence(
            kind="crosswalk",
            title=f"From {self.before.title} to {self.after.title}",
            recipe=self.recipe,
            data_sha256=((self.recipe or {}).get("data") or {}).get("sha256"),
            summary=(
                f"{self.n_answered:,} of {self.n:,} gave an answer. {self.n_less:,} of them would be counted with "
                f"less than they said, and {self.n_gone:,} with nothing.",
                *(
                    f"{row['label']}: {row['kept']:,} of {row['n_any']:,} would still be counted as such."
                    for row in lost
                ),
            ),
            facts=self.to_dict(),
            columns=columns,
            rows=tuple(
                (str(row["label"]), str(row["n_any"]), *(str(row[name]) for name in OUTCOMES))
                for row in rows
                if row["n_any"]
            ),
        )

    def to_dict(self, *, public: bool = False, rule: RuleLike = "cms-11") -> dict[str, Any]:
        """Everything as plain values; with `public` only what may be shown, None where hidden."""
        said: dict[str, Any] = {
            "format": "crosswalk/1",
            "from": {"id": self.before.id, "version": self.before.version, "assumed": self.assumed},
            "to": {"id": self.after.id, "version": self.after.version},
            "outcomes": dict(OUTCOMES),
            "public": public,
            "notes": list(self.notes),
        }
        if public:
            return said | {"categories": self._public_rows(rule), "left_out": list(self.governed)}
        return said | {
            "n": self.n,
            "n_answered": self.n_answered,
            "n_less": self.n_less,
            "n_gone": self.n_gone,
            "categories": [self.row(each) for each in self.before.category_ids],
            "after": [dict(row) for row in self.after_frame().to_dict("records")],
        }

    def _public_rows(self, rule: RuleLike) -> list[dict[str, Any]]:
        frame = self.protected(rule).to_frame()
        hidden = frame["count"].isna().tolist()
        counts = frame["count"].fillna(0).astype(int).tolist()
        keys = zip(frame["category"].tolist(), frame["outcome"].tolist(), strict=True)
        shown = {key: None if gone else n for key, gone, n in zip(keys, hidden, counts, strict=True)}
        return [
            {
                "category": each,
                "label": self.before.label(each),
                "n_any": shown[each, TOTAL],
                **{outcome: shown[each, outcome] for outcome in OUTCOMES},
            }
            for each in self.before.category_ids
            if each not in self.governed
        ]

    def to_html(self) -> str:
        """A page to keep or to send; not for others, it holds small counts."""
        from equitykit import report

        return report.html.render(report.crosswalk_document(self))

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)
