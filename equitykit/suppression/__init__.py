"""Tables of counts that may leave the building: small counts hidden, and the attacker that proves it.

`sheets` reads tables and `cells` joins them, `model` says what must and what may be hidden (a `system` of cells
that add up), `choose` and `heuristic` decide what is, `attack` tries to undo it, `earlier` brings in what was
released before, `table` is what comes out, `files` reads and writes it, and
`grouped` makes one straight from records. Each is loaded when it is first asked for: an audit needs the attacker
alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equitykit.suppression.grouped import protect_groups as protect_groups
    from equitykit.suppression.grouped import save_protected as save_protected
    from equitykit.suppression.table import REMEDIES as REMEDIES
    from equitykit.suppression.table import ProtectedTable as ProtectedTable
    from equitykit.suppression.verb import protect as protect

_WHERE = {
    "REMEDIES": "table",
    "ProtectedTable": "table",
    "protect": "verb",
    "protect_groups": "grouped",
    "save_protected": "grouped",
}

__all__ = ["REMEDIES", "ProtectedTable", "protect", "protect_groups", "save_protected"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'equitykit.suppression' has no attribute {name!r}")
    return getattr(import_module(f"equitykit.suppression.{_WHERE[name]}"), name)
