"""What a session of the example Institutional Analysis does beside answering: sources, passages, coding, findings.

Passages are masked here with the same calls anybody would use. Nothing that was "said" is written to a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from equitykit.assessment import Assessment


def work(assessment: Assessment, session: Mapping[str, Any]) -> None:
    """Carry out one session, before its answers are given."""
    for name, step in STEPS.items():
        if name in session:
            step(assessment, session[name])


def _sign(assessment: Assessment, names: list[str]) -> None:
    for name in names:
        assessment.analysis.sign(name, on="2026-02-10")


def _sources(assessment: Assessment, sources: list[dict[str, Any]]) -> None:
    for source in sources:
        assessment.analysis.add_source(source.pop("label"), **source)


def _excerpts(assessment: Assessment, excerpts: list[Mapping[str, Any]]) -> None:
    assessment.analysis.use_features()
    for each in excerpts:
        masking = assessment.analysis.begin_excerpt(each["said"], each.get("names", ()))
        for word, put in each.get("words", {}).items():
            masking.mask_word(word, put)
        for mark in masking.open:
            masking.keep(mark.number)
        assessment.analysis.add_excerpt(
            _source(assessment, each["source"]),
            masking.confirm(by=assessment.by),
            place=each.get("place", ""),
            quotable=each.get("quotable") == "true",
        )


def _source(assessment: Assessment, label: str) -> str:
    return next(source.id for source in assessment.analysis.sources() if source.label == label)


def _code(assessment: Assessment, coded: Mapping[str, Mapping[str, list[str]]]) -> None:
    for coder, passages in coded.items():
        for passage, features in passages.items():
            assessment.analysis.code(passage, features, by=coder)


def _withdraw(assessment: Assessment, withdrawn: Mapping[str, str]) -> None:
    for label, why in withdrawn.items():
        assessment.analysis.withdraw_consent(_source(assessment, label), why)


def _memos(assessment: Assessment, memos: list[dict[str, Any]]) -> None:
    for memo in memos:
        assessment.analysis.add_memo(memo.pop("text"), **memo)


def _concern(assessment: Assessment, concern: Mapping[str, str]) -> None:
    id = assessment.analysis.raise_concern(concern["about"], to=concern["to"], on=concern["on"])
    assessment.analysis.update_concern(id, concern["state"])


def _findings(assessment: Assessment, findings: list[dict[str, Any]]) -> None:
    analysis = assessment.analysis
    for finding in findings:
        recommended = finding.pop("recommend")
        id = analysis.add_finding(finding.pop("title"), **finding)
        for each in recommended:
            one = analysis.recommend(id, each["what"], owner=each["owner"])
            if each.get("plan") == "yes":
                analysis.plan(one, due=each["due"], measure=each["measure"])


def _responses(assessment: Assessment, responses: list[dict[str, Any]]) -> None:
    for response in responses:
        assessment.analysis.respond(response.pop("text"), **response)


def _release(assessment: Assessment, release: dict[str, Any]) -> None:
    assessment.analysis.release(release.pop("findings"), **release)


Step = Callable[[Assessment, Any], None]
STEPS: dict[str, Step] = {
    "sources": _sources,
    "excerpts": _excerpts,
    "code": _code,
    "withdraw": _withdraw,
    "memos": _memos,
    "concern": _concern,
    "findings": _findings,
    "responses": _responses,
    "release": _release,
}
LATER: dict[str, Step] = {"sign": _sign}  # once the team is written down


def afterwards(assessment: Assessment, session: Mapping[str, Any]) -> None:
    """Carry out what needs the answers of the session."""
    for name, step in LATER.items():
        if name in session:
            step(assessment, session[name])
