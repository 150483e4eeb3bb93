"""Groups within the values of a covariate: adjusted measures beside the crude ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.strata import read_strata

__all__ = ["stratify"]


def stratify(
    source: pd.DataFrame | GroupTable,
    *,
    stratum: str,
    role: str,
    group: str = "group",
    n: str = "n",
    events: str = "events",
    favourable: bool | None = None,
    question: str = "group",
    outcome: str = "outcome",
    standard: Mapping[str, float] | None = None,
) -> GroupTable:
    """Groups, with their counts by the values of a covariate, for measures that adjust for it.

    Parameters
    ----------
    source : one row per group and stratum; or a table of crossed groups, as `ek.disaggregate` makes it for
        `by=["race_ethnicity", "sex"]`.
    stratum : the column of the covariate; or the crossed question that is the covariate.
    role : what the covariate is to race: "before", "after" (income, charge, prior record: results of earlier
        decisions) or "unsure". It is printed with every adjusted number.
    group, n, events, favourable, question, outcome : as in `GroupTable.from_counts`, for a frame.
    standard : weight of each stratum in the standard population; everybody in the table where none is given.

    Returns
    -------
    GroupTable of the groups, each stratum added up, which carries the strata.

    Raises
    ------
    MeasureError : for groups that overlap. UnknownName : for a role, column or question that is not there.

    Interpretation
    --------------
    An adjusted measure answers another question than the crude one, so both are always shown. Where the
    covariate comes after race, adjusting takes away a part of the disparity and may add a bias of its own.

    When not to use
    ---------------
    To find the "true" disparity. Departments, charges or neighbourhoods can be where people are sent.

    Source
    ------
    Bickel, Hammel and O'Connell 1975 for what strata can hide; VanderWeele and Robinson 2014.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": list("AABB"), "dept": list("xyxy"), "n": [90, 10, 10, 90],
    ...                       "events": [45, 1, 5, 9]})
    >>> table = stratify(frame, stratum="dept", role="unsure")
    >>> table.rows["events"].tolist(), table.strata.names
    ([46.0, 14.0], ('x', 'y'))
    """
    if isinstance(source, GroupTable):
        frame, labels = _uncrossed(source, stratum)
        questions = source.question.split("*")
        question = "*".join(one for one in questions if one != stratum)
        outcome, favourable = source.outcome or outcome, source.favourable
        group, n, events = "group", "n", "events"
    else:
        frame, labels = source, {}
    groups, strata = read_strata(
        frame, group=group, stratum=stratum, n=n, events=events, role=role, standard=standard
    )
    summed = pd.DataFrame({"group": groups, "n": strata.n.sum(axis=1), "events": strata.x.sum(axis=1)})
    table = GroupTable.from_counts(
        summed, favourable=favourable, question=question, outcome=outcome, labels=labels
    )
    return replace(table, strata=strata)


def _uncrossed(table: GroupTable, stratum: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """A crossed table as one row per group and stratum."""
    questions = table.question.split("*")
    if stratum not in questions or len(questions) < 2:
        raise UnknownName("crossed question", stratum, questions if len(questions) > 1 else ())
    if table.overlapping or table.tabulation == "any":
        raise MeasureError(
            "These groups overlap, so people would be counted in several of them.",
            next_step='Tabulate with tabulation="single-residual".',
        )
    at = questions.index(stratum)
    parts = [group.split("*") for group in table.groups]
    if any(len(part) != len(questions) for part in parts):
        raise MeasureError("The groups of this table cannot be told apart into their questions.")
    frame = pd.DataFrame(
        {
            "group": ["*".join(one for i, one in enumerate(part) if i != at) for part in parts],
            stratum: [part[at] for part in parts],
            "n": table.rows["n"].to_numpy(),
            "events": table.rows["events"].to_numpy(),
        }
    )
    return frame, {}
