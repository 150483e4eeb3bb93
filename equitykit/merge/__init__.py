"""Several sites on one instrument, rolled up: counts, agreement and disagreement, every text with its origin."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.assessment import Assessment
from equitykit.errors import EquitykitError, MergeError
from equitykit.instruments import Instrument, OptionsAsk, instruments, load
from equitykit.merge.coded import coded_together
from equitykit.merge.copies import Copy, LeftOut, Site, read_copies, sites_of
from equitykit.merge.listed import action_rows, evidence_counts, evidence_rows, no_longer_asked, site_row
from equitykit.merge.rollup import NOT_GIVEN, Opened, broken_out, rolled_up

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "MINIMUM", "Merged", "merge", "read_merged"]

FORMAT = "merged/1"
MINIMUM = 5
INTERNAL = "Internal working paper, not for publication. It holds what sites wrote, with their names."


@dataclass(frozen=True, slots=True)
class Merged:
    """What several sites say together.

    Attributes
    ----------
    data : the whole, in the format `merged/1`: sites, files left out, conflicts, questions, actions,
        evidence, coding.
    """

    data: Mapping[str, Any]

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that are counted."""
        return tuple(site["site"] for site in self.data["sites"])

    @property
    def conflicts(self) -> tuple[Mapping[str, Any], ...]:
        """Questions that copies of one site answer differently; not counted until somebody decides."""
        return tuple(self.data["conflicts"])

    @property
    def left_out(self) -> tuple[Mapping[str, Any], ...]:
        """Files that are not counted, with kind and reason."""
        return tuple(self.data["left_out"])

    @property
    def left_in_files(self) -> Mapping[str, int]:
        """How many sources, passages and findings of Institutional Analyses stay in the files of their sites."""
        kept: Counter[str] = Counter()
        for site in self.data["sites"]:
            kept.update(site.get("not_merged", {}))
        return kept

    def question(self, ask: str) -> Mapping[str, Any]:
        """What the sites say to one question."""
        found = {row["ask"]: row for row in self.data["questions"]}
        if ask not in found:
            raise MergeError(f'There is no question "{ask}".', allowed=found)
        return found[ask]  # type: ignore[no-any-return]

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return json.loads(json.dumps(dict(self.data)))  # type: ignore[no-any-return]

    def to_frame(self) -> pd.DataFrame:
        """One row for each answer that can be chosen: part, ask, label, option, n, and how many answered."""
        import pandas as pd

        columns = ["part", "ask", "question", "option", "label", "n", "answered", "sites"]
        rows = [
            (
                row["part"],
                row["ask"],
                row["label"],
                count["id"],
                count["label"],
                count["n"],
                row["answered"],
                row["sites"],
            )
            for row in self.data["questions"]
            for count in row.get("counts", ())
        ]
        return pd.DataFrame(rows, columns=columns)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it as JSON, internal as it is."""
        target = Path(path)
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            partial.write_text(json.dumps(self.data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            os.replace(partial, target)
        except OSError as error:
            raise MergeError(f'"{target}" cannot be written: {error.strerror or error}.') from error
        finally:
            partial.unlink(missing_ok=True)
        return target

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write a report; its format follows the ending of the path."""
        from equitykit import report

        return report.write(self.data, path)

    def __repr__(self) -> str:
        title = self.data["instrument"]["title"]
        return f"<Merged {title!r}: {len(self.sites)} sites, {len(self.conflicts)} conflicts>"


def merge(
    assessments: Iterable[Assessment | str | os.PathLike[str]],
    *,
    instrument: str | os.PathLike[str] | Instrument | None = None,
    by: str | None = None,
    minimum: int = MINIMUM,
) -> Merged:
    """Put the assessments of several sites together.

    Parameters
    ----------
    assessments : files, folders of files, or open assessments. They are read, never written.
    instrument : the instrument; where not given, the one most files belong to.
    by : a question answered by choosing one answer; the counts are also shown by its answers.
    minimum : groups of fewer answers are not shown apart, but together with others. 5 is our default.

    Returns
    -------
    Merged

    Raises
    ------
    MergeError
        Nothing can be merged, or it is not clear which instrument is meant, or `by` does not fit.

    Interpretation
    --------------
    Agreement says how many sites gave the same answer, not whether it is right. Sites are not put in
    an order. Where copies of one site differ, neither answer is counted: somebody has to decide.

    Applicability
    -------------
    Not for answers of single people who were promised that nobody sees them: free text stays with its
    origin.
    """
    if isinstance(minimum, bool) or not isinstance(minimum, int) or minimum < 2:
        raise MergeError(
            f'The minimum is "{minimum}".',
            next_step="Give a whole number of 2 or more; a group of 1 is a person.",
        )
    copies, left = read_copies(assessments)
    chosen, copies, others = _instrument(copies, instrument, left)
    left += others
    sites, more = sites_of(copies, chosen)
    left += more
    if not sites:
        raise MergeError(
            "No file holds an answer that can be counted.",
            next_step=" ".join(f"{one.file}: {one.why}." for one in left[:5]) or "Name the files to merge.",
        )
    opened = [_opened(site, chosen) for site in sites]
    groups = _groups(chosen, by)
    questions = []
    for part in chosen.parts:
        for ask in part.asks:
            if ask.kind in ("evidence", "actions"):
                continue
            told = rolled_up(ask, part.id, opened)
            if groups is not None and ask.id != by:
                told["by"] = broken_out(ask, opened, groups.of, groups.order, minimum)
            questions.append(told)
    labels = {ask.id: ask.label for ask in chosen.asks()}
    evidence = [row for site in sites for row in evidence_rows(site, labels)]
    return Merged(
        {
            "internal": INTERNAL,
            "format": FORMAT,
            "made": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "instrument": {
                "id": chosen.id,
                "version": chosen.version,
                "title": chosen.title,
                "parts": [{"id": part.id, "title": part.title} for part in chosen.parts],
            },
            "by": {"ask": by, "label": labels[by]} if by else None,
            "minimum": minimum,
            "files": len(copies) + len(left) - len(more),
            "sites": [site_row(site, one) for site, one in zip(sites, opened, strict=True)],
            "versions": dict(Counter(site.document.instrument.version for site in sites)),
            "left_out": [asdict(one) for one in left],
            "conflicts": [
                {
                    "site": one.site,
                    "ask": one.ask,
                    "label": labels.get(one.ask, one.ask),
                    "answers": [*one.answers],
                }
                for site in sites
                for one in site.conflicts
            ],
            "questions": questions,
            "coding": coded_together(
                [one for site, one in zip(sites, opened, strict=True) if not site.analyses_differ], minimum
            ),
            "no_longer_asked": no_longer_asked(sites, set(labels)),
            "actions": [row for site in sites for row in action_rows(site)],
            "evidence": evidence,
            "evidence_counts": evidence_counts(evidence, sites),
        }
    )


def read_merged(path: str | os.PathLike[str]) -> Merged:
    """Read back what `Merged.save` wrote.

    Raises
    ------
    MergeError
        It is not such a file.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise MergeError(f'"{path}" cannot be read: {error.strerror or error}.') from error
    except ValueError as error:
        raise MergeError(f'"{Path(path).name}" is not JSON: {error}.') from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise MergeError(f'"{Path(path).name}" does not hold merged assessments.', allowed=(FORMAT,))
    return Merged(data)


# --- which instrument ---


def _instrument(
    copies: list[Copy], given: Any, left: Sequence[LeftOut]
) -> tuple[Instrument, list[Copy], list[LeftOut]]:
    """The instrument, the files that belong to it, and the others as left out."""
    counts = Counter(copy.document.instrument.id for copy in copies)
    if given is not None:
        chosen = load(given)
    else:
        if not counts:
            raise MergeError(
                "No file can be merged.",
                next_step=" ".join(f"{one.file}: {one.why}" for one in left[:5])
                or "Name the files to merge.",
            )
        most = [id for id, n in counts.items() if n == max(counts.values())]
        if len(most) > 1:
            raise MergeError(
                "As many files belong to one instrument as to another.",
                allowed=most,
                next_step="Name the one to merge with instrument=...",
            )
        chosen = _loaded(most[0], copies)
    belong = [copy for copy in copies if copy.document.instrument.id == chosen.id]
    others = [
        LeftOut(copy.name, "other instrument", f'it belongs to "{copy.document.instrument.title}"')
        for copy in copies
        if copy.document.instrument.id != chosen.id
    ]
    return chosen, belong, others


def _loaded(id: str, copies: Sequence[Copy]) -> Instrument:
    """The instrument with this id: the one that ships, else the file beside one of the assessments."""
    places = [
        copy.path.parent / copy.document.instrument.source
        for copy in copies
        if copy.document.instrument.id == id and copy.document.instrument.source is not None
    ]
    for place in dict.fromkeys(places):
        try:
            found = load(place)
        except EquitykitError:
            continue
        if found.id == id:
            return found
    if id in instruments():
        return load(id)
    raise MergeError(
        f'The instrument "{id}" of these files is not here.', next_step="Name its file with instrument=..."
    )


# --- the parts of the result ---


def _opened(site: Site, instrument: Instrument) -> Opened:
    """A site with its answers at hand; nothing is written."""
    document = site.document
    document.language = None
    if document.track not in {track.id for track in instrument.tracks}:
        document.track = instrument.track().id
    held = Assessment.held(document, instrument, site.path)
    return Opened(site.label, held, frozenset(one.ask for one in site.conflicts))


@dataclass(frozen=True, slots=True)
class _Groups:
    ask: str
    labels: Mapping[str, str]

    @property
    def order(self) -> tuple[str, ...]:
        return (*self.labels.values(), NOT_GIVEN)

    def of(self, site: Opened) -> str:
        value = None if self.ask in site.disputed else site.assessment.value(self.ask)
        return self.labels.get(str(value), NOT_GIVEN) if value is not None else NOT_GIVEN


def _groups(instrument: Instrument, by: str | None) -> _Groups | None:
    if by is None:
        return None
    choices = [ask.id for ask in instrument.asks() if ask.kind in ("choice", "scale")]
    if by not in choices:
        raise MergeError(f'Answers cannot be grouped by "{by}".', allowed=choices)
    ask = instrument.ask(by)
    assert isinstance(ask, OptionsAsk)
    return _Groups(by, {option.id: option.label for option in ask.answers})
