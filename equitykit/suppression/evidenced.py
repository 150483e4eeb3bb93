"""A protected table as evidence: what may be shown of it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitykit.evidence import Evidence

if TYPE_CHECKING:
    from equitykit.suppression.table import ProtectedTable

__all__ = ["evidence_of"]


def evidence_of(table: ProtectedTable) -> Evidence:
    """The table with its hidden counts as words, and the call that makes it again where there is one.

    Parameters
    ----------
    table : a protected table.
    """
    frame = table.to_frame()
    marks = [str(name) for name in frame.columns if str(name).startswith("suppressed")]
    shown = [name for name in frame.columns if str(name) not in marks]
    hidden = frame[marks].notna().any(axis=1)
    texts = frame[shown].astype(object).where(frame[shown].notna(), "hidden")
    rows = tuple(tuple(map(str, row)) for row in texts.itertuples(index=False))
    proved = (
        "An attacker who sees this table cannot work them out." if table.safe else "It is not proved safe."
    )
    keys = len(table.dimensions)
    said = [
        {"name": ", ".join(row[:keys]), **dict(zip(map(str, shown[keys:]), row[keys:], strict=True))}
        for row in rows
    ]
    return Evidence(
        kind="protected",
        title="Protected table",
        recipe=table.recipe,
        data_sha256=((table.recipe or {}).get("data") or {}).get("sha256"),
        summary=(f"{int(hidden.sum()):,} of {len(frame):,} counts are hidden. {proved}",),
        facts={
            "format": "protected/1",
            "safe": bool(table.safe),
            "hidden": int(hidden.sum()),
            "rows": said,
        },
        columns=tuple(map(str, shown)),
        rows=rows,
    )
