"""Tables of counts that may leave the building: small counts hidden, and the attacker that proves it.

`sheets` reads tables, `model` turns them into cells that add up (`system`), `choose` and `heuristic` decide
what to hide, `attack` tries to undo it, `earlier` brings in what was released before, and `table` is what
comes out.
"""

from __future__ import annotations

from equitykit.suppression.table import REMEDIES, ProtectedTable
from equitykit.suppression.verb import protect

__all__ = ["REMEDIES", "ProtectedTable", "protect"]
