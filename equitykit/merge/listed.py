"""What a merge lists site by site: the sites themselves, old answers, actions and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from equitykit.assessment.proof import attached
from equitykit.merge.coded import left_in_files
from equitykit.merge.copies import Site
from equitykit.merge.rollup import Opened

__all__ = ["action_rows", "evidence_counts", "evidence_rows", "no_longer_asked", "site_row"]


def site_row(site: Site, opened: Opened) -> dict[str, Any]:
    """What is said of one site."""
    document, assessment = site.document, opened.assessment
    summary = assessment.summary()
    return {
        "site": site.label,
        "files": list(site.files),
        "version": document.instrument.version,
        "track": document.track,
        "level": summary.level,
        "finished": sum(state == "completed" for state in summary.parts.values()),
        "parts": len(summary.parts),
        "saved": document.saved,
        "still_being_written": len(document.drafts),
        "wrote": sorted({entry.by for entries in document.answers.values() for entry in entries if entry.by}),
        "not_merged": left_in_files(document.analysis),
        "analyses_differ": site.analyses_differ,
    }


def no_longer_asked(sites: Sequence[Site], known: set[str]) -> list[dict[str, Any]]:
    """Answers to questions that this version of the instrument does not ask; none is dropped."""
    return [
        {
            "site": site.label,
            "ask": ask,
            "value": entries[-1].value,
            "version": site.document.instrument.version,
        }
        for site in sites
        for ask, entries in site.document.answers.items()
        if ask not in known and entries and entries[-1].value is not None
    ]


def action_rows(site: Site) -> list[dict[str, Any]]:
    """Actions of a site, with where they come from."""
    return [
        {
            "site": site.label,
            "id": action.id,
            "what": action.what,
            "owner": action.owner,
            "due": action.due,
            "measure": action.measure,
            "status": action.status,
            "effect": action.effect,
        }
        for action in site.document.actions
        if action.redacted is None
    ]


def evidence_rows(site: Site, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Evidence by its name and the question it answers; words whose agreement has ended are not named."""
    rows = []
    for item in site.document.evidence:
        piece = attached(item)
        if piece.status in ("detached", "redacted"):
            continue
        shown = piece.may_be_shown(date.today())
        rows.append(
            {
                "site": site.label,
                "id": piece.id,
                "ask": piece.ask,
                "label": labels.get(piece.ask, piece.ask),
                "kind": piece.evidence.kind,
                "title": piece.evidence.title if shown else None,
                "status": piece.status if shown else "the agreement to share it has ended",
            }
        )
    return rows


def evidence_counts(rows: Sequence[Mapping[str, Any]], sites: Sequence[Site]) -> dict[str, Any]:
    """How many pieces of each kind there are and at how many sites, by question too; and who attached none.

    Parameters
    ----------
    rows : what `evidence_rows` gave for all sites.
    """
    kinds = dict.fromkeys(row["kind"] for row in rows)
    asks = {row["ask"]: row["label"] for row in rows}
    having = {row["site"] for row in rows}
    return {
        "by_kind": [{"kind": kind, **_counted(row for row in rows if row["kind"] == kind)} for kind in kinds],
        "by_question": [
            {"ask": ask, "label": label, **_counted(row for row in rows if row["ask"] == ask)}
            for ask, label in asks.items()
        ],
        "none": [site.label for site in sites if site.label not in having],
    }


def _counted(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = [row["site"] for row in rows]
    return {"pieces": len(found), "sites": len(set(found))}
