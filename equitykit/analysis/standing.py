"""Where each bench of an analysis stands, in sentences: what a screen shows, and what is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from equitykit.analysis.section import FAMILY_VOICES, SOURCE_KINDS
from equitykit.analysis.team import Team
from equitykit.analysis.terms import TERMS
from equitykit.errors import UnknownName
from equitykit.text import moment


class Standing(Team):
    """What is done and what is open, bench by bench."""

    def standing(self, bench: str) -> tuple[str, ...]:
        """Say where one bench stands.

        Parameters
        ----------
        bench : terms, earlier, sources, passages, coding, memos, findings, answer, plan or release, as the parts of
            the instrument name it.

        Returns
        -------
        tuple of str
            Sentences, the first of them how much there is.
        """
        if bench not in _SAY:
            raise UnknownName("bench", bench, _SAY)
        return tuple(_SAY[bench](self))

    def nothing_yet(self, bench: str) -> str | None:
        """Say that a bench is empty, as something worth another look; None where something stands there.

        Parameters
        ----------
        bench : as for `standing`.
        """
        if bench not in _EMPTY:
            raise UnknownName("bench", bench, _EMPTY)
        there, words = _EMPTY[bench]
        return None if there(self) else words


def _terms(work: Team) -> Iterator[str]:
    signed = len(work.signed())
    yield f"{_count(signed, 'member has', 'members have')} accepted the terms of confidentiality."
    yield from TERMS
    if work.unsigned():
        yield f"Not accepted yet by: {', '.join(work.unsigned())}."


def _earlier(work: Team) -> Iterator[str]:
    found = [finding for one in work.earlier() for finding in one.findings]
    looks = work.looks()
    yield f"{_count(len(found), 'earlier finding is', 'earlier findings are')} open here."
    for one in found:
        yield f"{one.title} {looks[one.id].state.capitalize() if one.id in looks else 'Not looked at yet'}."


def _sources(work: Team) -> Iterator[str]:
    sources = work.sources()
    yield f"{_count(len(sources), 'source is', 'sources are')} written down."
    kinds = [source.kind for source in sources]
    if kinds:
        listed = [f"{SOURCE_KINDS[kind].lower()} {kinds.count(kind)}" for kind in dict.fromkeys(kinds)]
        yield f"By kind: {', '.join(listed)}."
    if sources and not any(source.voice in FAMILY_VOICES for source in sources):
        yield "Families and young people are not heard yet."
    yield from (
        f"{one.label}: nobody has asked for agreement yet." for one in sources if one.consent == "not asked"
    )
    yield from (
        f"{one.label}: the agreement was taken back." for one in sources if one.consent == "withdrawn"
    )


def _passages(work: Team) -> Iterator[str]:
    every, used = work.section.excerpts, work.excerpts()
    yield f"{_count(len(used), 'passage is', 'passages are')} in use, each with a masking that somebody confirmed."
    yield "What was said stays in memory until then. Only masked text is saved."
    if len(every) > len(used):
        gone = len(every) - len(used)
        yield f"{_count(gone, 'passage is', 'passages are')} not used any more: taken back, ended, or set aside."
    quotable = sum(work.why_not_quoted(one.id) is None for one in used)
    yield f"{_count(quotable, 'passage', 'passages')} may be quoted in public."


def _coding(work: Team) -> Iterator[str]:
    matrix, coders = work.matrix(), work.coders()
    listed = _count(len(matrix.features), "feature is", "features are")
    yield f"{listed} on the list; {_count(len(coders), 'coder')} so far."
    if matrix.not_coded:
        yield f"{_count(matrix.not_coded, 'passage is', 'passages are')} not coded by anybody yet."
    yield from (f"{coder} has {_count(len(work.to_code(coder)), 'passage')} to look at." for coder in coders)


def _memos(work: Team) -> Iterator[str]:
    debriefs, memos = work.memos("debrief"), work.memos("memo")
    yield f"{_count(len(debriefs), 'debrief')} and {_count(len(memos), 'memo')} are written down."


def _findings(work: Team) -> Iterator[str]:
    yield f"{_count(len(work.findings()), 'finding is', 'findings are')} written down."
    for finding in work.findings():
        yield f"{finding.title} {work.triangulation(finding.id).sentence}"
        yield from (prompt.text for prompt in work.prompts(finding.id))


def _answer(work: Team) -> Iterator[str]:
    answered = {one.finding for one in work.responses()}
    yield f"{_count(len(work.responses()), 'answer')} of the agency so far."
    yield from (f"No answer yet to: {one.title}" for one in work.findings() if one.id not in answered)


def _plan(work: Team) -> Iterator[str]:
    every = [one for finding in work.findings() for one in work.recommendations(finding.id)]
    planned = sum(one.action is not None for one in every)
    yield f"{planned} of {_count(len(every), 'recommendation is', 'recommendations are')} in the plan."
    yield from (f"Not in the plan: {one.what}" for one in every if one.action is None)


def _recommended(work: Team) -> bool:
    return any(work.recommendations(finding.id) for finding in work.findings())


def _release(work: Team) -> Iterator[str]:
    released = work.released()
    yield f"{_count(len(released), 'finding is', 'findings are')} released by the team."
    changed = work.changed_since_release()
    for one in work.findings():
        if one.id in changed:
            on = moment(changed[one.id].day)
            yield f"Changed after its release on {on}, and not released as it stands: {one.title}"
        elif one.id not in released:
            yield f"Not released yet: {one.title}"


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n} {one if n == 1 else many or f'{one}s'}"


_SAY: Mapping[str, Callable[[Team], Iterator[str]]] = {
    "terms": _terms,
    "earlier": _earlier,
    "sources": _sources,
    "passages": _passages,
    "coding": _coding,
    "memos": _memos,
    "findings": _findings,
    "answer": _answer,
    "plan": _plan,
    "release": _release,
}

_EMPTY: Mapping[str, tuple[Callable[[Team], object], str]] = {
    "terms": (Team.signed, "Nobody has accepted the terms of confidentiality yet."),
    "earlier": (Team.earlier, "No earlier analysis is open here yet."),
    "sources": (Team.sources, "No source is written down yet. Without sources there is nothing to find."),
    "passages": (Team.excerpts, "No passage is in use yet. A finding rests on passages."),
    "coding": (Team.coders, "Nobody has coded a passage yet."),
    "memos": (Team.memos, "No memo and no debrief is written down yet."),
    "findings": (Team.findings, "No finding is written down yet."),
    "answer": (Team.responses, "No answer of the agency is written down yet."),
    "plan": (
        _recommended,
        "No recommendation is written down yet. A plan carries out what would have to change.",
    ),
    "release": (Team.released, "No finding is released yet. A public report holds released findings only."),
}
