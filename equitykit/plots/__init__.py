"""Charts that come with a description and the numbers behind them.

One colour serves all groups; position and labels tell them apart, so every chart reads the
same in grey. Groups stand in the order given. A group that cannot be shown keeps its place
and says why.
"""

from __future__ import annotations

from equitykit.plots.chain import MOST_STAGES, chain
from equitykit.plots.chart import Chart
from equitykit.plots.forest import forest
from equitykit.plots.funnel import funnel
from equitykit.plots.groups import differences, rates
from equitykit.plots.icons import icons
from equitykit.plots.missing import MOST_COLUMNS, missingness
from equitykit.plots.pairs import dumbbell
from equitykit.plots.periods import over_time
from equitykit.plots.steps import steps
from equitykit.plots.upset import upset

__all__ = [
    "MOST_COLUMNS",
    "MOST_STAGES",
    "Chart",
    "chain",
    "differences",
    "dumbbell",
    "forest",
    "funnel",
    "icons",
    "missingness",
    "over_time",
    "rates",
    "steps",
    "upset",
]
