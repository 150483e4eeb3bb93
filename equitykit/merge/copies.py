"""Files given to a merge: read, sorted out, and the copies of one site put together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equitykit.assessment import Action, Assessment, AssessmentFile, Entry, as_saved
from equitykit.errors import AssessmentError
from equitykit.instruments import Instrument
from equitykit.instruments.values import blank, canonical, same
from equitykit.merge.coded import joined_analysis

__all__ = ["Conflict", "Copy", "LeftOut", "Site", "read_copies", "sites_of"]


@dataclass(frozen=True, slots=True)
class Copy:
    """One file that was given."""

    name: str
    path: Path
    document: AssessmentFile


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not counted, and why.

    `kind` is "twice" (it adds nothing to another file), "damaged", "other instrument" or "empty".
    """

    file: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Copies of one site say different things; none of them is counted until somebody decides.

    `answers` hold value, by, at and file.
    """

    site: str
    ask: str
    answers: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Site:
    """One site, with what its files say together; `analyses_differ`: no file holds all that was coded and found."""

    label: str
    files: tuple[str, ...]
    path: Path
    document: AssessmentFile
    conflicts: list[Conflict] = field(default_factory=list)
    analyses_differ: bool = False


def read_copies(given: Iterable[Any]) -> tuple[list[Copy], list[LeftOut]]:
    """Read every file; what cannot be read, and the same file given twice, is left out and said."""
    copies: list[Copy] = []
    left: list[LeftOut] = []
    seen: dict[str, str] = {}
    for path, document in _documents(given):
        name = path.name
        if isinstance(document, AssessmentError):
            left.append(LeftOut(name, "damaged", str(document)))
            continue
        mark = hashlib.sha256(document.to_bytes()).hexdigest()
        if mark in seen:
            left.append(LeftOut(name, "twice", f'the same as "{seen[mark]}"; counted once'))
            continue
        seen[mark] = name
        copies.append(Copy(name, path, document))
    return copies, left


def _documents(given: Iterable[Any]) -> Iterator[tuple[Path, AssessmentFile | AssessmentError]]:
    for thing in given:
        if isinstance(thing, Assessment):
            yield thing.path, AssessmentFile.model_validate(thing.to_dict())
            continue
        path = Path(thing).expanduser()
        inside = sorted(path.glob("*.equity.json")) if path.is_dir() else [path]
        for one in inside:
            try:
                yield one, as_saved(one)
            except AssessmentError as error:
                yield one, error


def sites_of(copies: Sequence[Copy], instrument: Instrument) -> tuple[list[Site], list[LeftOut]]:
    """Put the copies of each site together, and name the sites.

    Copies belong to one site where they give the same answer to the question that names the site
    (`means: site`). Without that answer they do where one is a copy of the other: begun at the same
    moment, with answers in common, and the same title. Copies of a file that was handed out empty are
    sites of their own.
    """
    left: list[LeftOut] = []
    groups: list[list[Copy]] = []
    by_key: dict[tuple[str, ...], list[list[Copy]]] = {}
    for copy in copies:
        if not _says_something(copy.document):
            left.append(LeftOut(copy.name, "empty", "it holds no answer"))
            continue
        site = _answer(copy.document, instrument, "site")
        key = ("site", site.casefold()) if site else ("begun", _begun(copy.document), copy.document.title)
        for group in by_key.setdefault(key, []):
            if site or any(_events(copy.document) & _events(other.document) for other in group):
                group.append(copy)
                break
        else:
            by_key[key].append([copy])
            groups.append(by_key[key][-1])
    titles = Counter(group[0].document.title for group in groups)
    sites = []
    for group in groups:
        made, gone = _together(group)
        left += gone
        title = made.document.title
        named = _answer(made.document, instrument, "site")
        made.label = named or (title if titles[title] == 1 else group[0].name.removesuffix(".equity.json"))
        made.conflicts = [Conflict(made.label, one.ask, one.answers) for one in made.conflicts]
        sites.append(made)
    return sites, left


def _says_something(document: AssessmentFile) -> bool:
    last = [entries[-1] for entries in document.answers.values() if entries]
    answers = any(not blank(entry.value) or entry.redacted is not None for entry in last)
    analysis = document.analysis is not None and any(document.analysis.items())
    return bool(answers or document.drafts or document.actions or document.evidence or analysis)


def _answer(document: AssessmentFile, instrument: Instrument, means: str) -> str | None:
    ask = instrument.meaning(means)
    if ask is None:
        return None
    draft, entries = document.drafts.get(ask.id), document.answers.get(ask.id)
    value = draft.value if draft is not None else entries[-1].value if entries else None
    return value.strip() if isinstance(value, str) and value.strip() else None


def _begun(document: AssessmentFile) -> str:
    """The moment a file was begun; its copies keep it."""
    first = document.log[0] if document.log else None
    return f"{first.at} {first.by} {first.note}" if first is not None else document.uid


def _events(document: AssessmentFile) -> set[tuple[str, str, str | None]]:
    return {(ask, entry.at, entry.by) for ask, entries in document.answers.items() for entry in entries}


# --- one site from several copies ---


def _together(group: Sequence[Copy]) -> tuple[Site, list[LeftOut]]:
    """What the copies say together: later answers in place of earlier ones, and what differs as a conflict."""
    newest = max(group, key=lambda copy: (copy.document.saved, copy.document.revision))
    names = tuple(copy.name for copy in group)
    document = newest.document.model_copy(deep=True)
    site = Site("", names, newest.path, document)
    if len(group) == 1:
        return site, []
    asks = dict.fromkeys(ask for copy in group for ask in [*copy.document.answers, *_typed(copy.document)])
    document.answers, document.drafts = {}, {}
    for ask in asks:
        histories = _histories(group, ask)
        chosen = _containing([history for _, history in histories])
        last = {canonical(history[-1].value) for _, history in histories if history}
        if chosen is None and len(last) > 1:
            site.conflicts.append(Conflict("", ask, tuple(_said(histories))))
            continue
        longest = max(histories, key=lambda one: len(one[1]))[1]
        document.answers[ask] = list(longest if chosen is None else chosen)
    analysis, agreed = joined_analysis([copy.document for copy in group])
    site.analyses_differ = not agreed
    document.analysis = analysis if agreed else document.analysis
    document.actions = _joined_actions(group)
    known = {(item.id, item.history[0].at if item.history else "") for item in document.evidence}
    for copy in group:
        for item in copy.document.evidence:
            mark = (item.id, item.history[0].at if item.history else "")
            if mark not in known:
                known.add(mark)
                document.evidence.append(item.model_copy(deep=True))
    gone = {item.id for copy in group for item in copy.document.evidence if item.status == "redacted"}
    document.evidence = [item for item in document.evidence if item.id not in gone]
    differ = bool(site.conflicts) or site.analyses_differ
    left = [
        LeftOut(copy.name, "twice", f'an earlier state of "{newest.name}"; counted once')
        for copy in group
        if copy is not newest and _events(copy.document) <= _events(newest.document) and not differ
    ]
    return site, left


def _typed(document: AssessmentFile) -> Iterator[str]:
    """Questions whose answer is being typed; actions that are do not stand in the register yet."""
    return (ask for ask, draft in document.drafts.items() if not isinstance(draft.value, dict))


def _histories(group: Sequence[Copy], ask: str) -> list[tuple[str, list[Entry]]]:
    """The history of one question in each copy, what is still being typed last; taken out in one, out in all."""
    taken = {
        entry.at: entry
        for copy in group
        for entry in copy.document.answers.get(ask, ())
        if entry.redacted is not None
    }
    found = []
    for copy in group:
        entries = [taken.get(entry.at, entry) for entry in copy.document.answers.get(ask, ())]
        draft = copy.document.drafts.get(ask)
        if draft is not None and not (taken and draft.at <= max(taken)):
            entries.append(Entry(value=draft.value, by=draft.by, at=draft.at))
        found.append((copy.name, entries))
    return found


def _containing(histories: Sequence[list[Entry]]) -> list[Entry] | None:
    """The history that all others are the beginning of, if there is one."""
    longest = max(histories, key=len)
    whole = [(entry.at, canonical(entry.value)) for entry in longest]
    for history in histories:
        if [(entry.at, canonical(entry.value)) for entry in history] != whole[: len(history)]:
            return None
    return longest


def _said(histories: Sequence[tuple[str, list[Entry]]]) -> Iterator[dict[str, Any]]:
    told: list[Any] = []
    for name, history in histories:
        last = history[-1] if history else None
        if last is not None and not any(same(last.value, value) for value in told):
            told.append(last.value)
            yield {"value": last.value, "by": last.by, "at": last.at, "file": name}


def _joined_actions(group: Sequence[Copy]) -> list[Action]:
    """Every action once, as it was last written; one that was taken out anywhere is left out."""
    found: dict[tuple[str, str], Action] = {}
    for copy in group:
        for action in copy.document.actions:
            mark = (action.id, action.history[0].at if action.history else "")
            before = found.get(mark)
            if (
                before is None
                or before.redacted is None
                and (action.redacted is not None or _last(action) > _last(before))
            ):
                found[mark] = action
    return [action.model_copy(deep=True) for action in found.values()]


def _last(action: Action) -> str:
    return action.history[-1].at if action.history else ""
