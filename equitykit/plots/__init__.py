"""Charts that come with a description and the numbers behind them.

One colour serves all groups; position and labels tell them apart, so every chart reads the
same in grey. Groups stand in the order given. A group that cannot be shown keeps its place
and says why.
"""

from __future__ import annotations

from equitykit.plots.chart import Chart
from equitykit.plots.forest import forest
from equitykit.plots.groups import differences, rates
from equitykit.plots.missing import missingness

__all__ = ["Chart", "differences", "forest", "missingness", "rates"]
