"""Tables of counts that may leave the building: small counts hidden, and the attacker that proves it.

`sheets` reads tables and `cells` joins them, `model` says what must and what may be hidden (a `system` of cells
that add up), `choose` and `heuristic` decide what is, `attack` tries to undo it, `earlier` brings in what was
released before, `table` is what comes out, `files` reads and writes it, and
`grouped` makes one straight from records.
"""

from __future__ import annotations

from equitykit.suppression.grouped import protect_groups, save_protected
from equitykit.suppression.table import REMEDIES, ProtectedTable
from equitykit.suppression.verb import protect

__all__ = ["REMEDIES", "ProtectedTable", "protect", "protect_groups", "save_protected"]
