"""Findings: how something comes about, with what speaks for it, against it, and what would have to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equitykit.analysis.bench import chosen, day, listed, said
from equitykit.analysis.coding import Codes
from equitykit.analysis.section import (
    FAMILY_VOICES,
    SOURCE_KINDS,
    VOICES,
    Finding,
    Memo,
    Recommendation,
    Rule,
)
from equitykit.errors import AssessmentError, UnknownName
from equitykit.instruments import Column
from equitykit.instruments.single import names_a_person

ASK_AGAIN = (
    "This seems to point at a person. Ask again: what in rules, forms, money, training or habits of work would let "
    "it happen with anybody else in that place?"
)
_ONE_AT_WORK = re.compile(
    r"\b(?:the|this|that|her|his|their|my|our)\s+(?:\w+\s+)?(?:case)?(?:worker|manager|judge|attorney|lawyer|supervisor"
    r"|officer|investigator|clerk|screener|director|nurse|teacher|therapist|foster (?:mother|father|parent))\s+"
    r"(?:did|didn't|was|never|always|forgot|failed|refused|chose|decided|ignored|lost|would not|did not)",
    re.IGNORECASE,
)
_TEXTS = ("title", "problem", "how", "counter_note", "works", "owner")
_LISTS = ("features", "evidence", "numbers", "counter", "groups")
_GROUP = Column(
    id="group",
    label="Group",
    kind="group",
    prompt="This could be about anybody. Which racial or ethnic groups is it about?",
)


@dataclass(frozen=True, slots=True)
class Triangulation:
    """From how many sides a finding is seen.

    Attributes
    ----------
    kinds, voices : kinds of source and standpoints behind it. sources, passages : how many.
    met : whether the rule of the team is met. missing : what it still lacks, in words.
    not_counted : passages that count no longer, each with the reason.
    """

    kinds: tuple[str, ...]
    voices: tuple[str, ...]
    sources: int
    passages: int
    met: bool
    missing: tuple[str, ...]
    not_counted: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """The state in one sentence."""
        if not self.passages:
            return "No passage stands behind this yet."
        kinds = ", ".join(SOURCE_KINDS[kind].lower() for kind in self.kinds)
        told = f"{self.passages} {'passage' if self.passages == 1 else 'passages'} from {self.sources} "
        told += f"{'source' if self.sources == 1 else 'sources'}: {kinds}."
        return f"{told} {'Seen from several sides.' if self.met else 'Still open: ' + '; '.join(self.missing) + '.'}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """Worth another look, at one entry; it never holds anything up."""

    id: str
    text: str


class Findings(Codes):
    """Memos, findings, recommendations, and the rule for how many sides are enough."""

    # memos

    def add_memo(
        self,
        text: str,
        *,
        kind: str = "memo",
        title: str = "",
        about: Iterable[str] = (),
        on: date | str | None = None,
        by: str | None = None,
    ) -> str:
        """Write down a thought (memo), or what the team came to when it sat together (debrief)."""
        memo = Memo(
            id=self._next(self._now().memos, "m"),
            by=self._author(by),
            kind=chosen(kind, ("memo", "debrief"), "a kind of memo"),
            title=said(title),
            text=said(text, "The memo is empty."),
            about=listed(about),
            day=day(on, "Day"),
        )
        self._add("memos", memo)
        return memo.id

    def change_memo(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change a memo; its history keeps what was."""
        kept = {name: said(value) if name in ("title", "text") else value for name, value in fields.items()}
        return self._change("memos", "memo", id, kept, ("title", "text", "about", "day"), by)

    def memos(self, kind: str | None = None) -> tuple[Memo, ...]:
        """Return the memos that stand."""
        return tuple(
            memo.model_copy(deep=True)
            for memo in self._now().memos
            if memo.stands and kind in (None, memo.kind)
        )

    # findings

    def add_finding(self, title: str, *, by: str | None = None, **fields: Any) -> str:
        """Begin a finding; everything but its sentence can come later.

        Parameters
        ----------
        title : a sentence about the institution, and what it did or lacked. No worker is its subject.
        fields : problem (from the family's standpoint), how (it comes about), features, evidence (ids of
            passages), numbers (ids of attached evidence, as context), counter (passages that speak against it),
            counter_note (what speaks against it, or how it was looked for), groups, works (what already works), owner.

        Returns
        -------
        str
            Its id.
        """
        known = (*_TEXTS, *_LISTS)
        for name in fields:
            if name not in known:
                raise UnknownName("field of a finding", name, known)
        kept = self._finding({"title": title, **fields})
        finding = Finding(id=self._next(self._now().findings, "f"), by=self._author(by), **kept)
        self._add("findings", finding)
        return finding.id

    def change_finding(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change a finding. One that was released is no longer released until the team says so again."""
        return self._change("findings", "finding", id, self._finding(fields), (*_TEXTS, *_LISTS), by)

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings that stand."""
        return tuple(one.model_copy(deep=True) for one in self._now().findings if one.stands)

    def finding(self, id: str) -> Finding:
        """Return one finding."""
        return self._find(self._now().findings, "finding", id).model_copy(deep=True)

    def _finding(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a finding as they are kept; what they name must be there."""
        section = self._now()
        known: dict[str, tuple[str, Iterable[str]]] = {
            "features": ("feature", [entry.id for entry in section.features]),
            "evidence": ("passage", [excerpt.id for excerpt in section.excerpts]),
            "counter": ("passage", [excerpt.id for excerpt in section.excerpts]),
            "numbers": ("evidence", list(self._host.numbers)),
        }
        kept: dict[str, Any] = {}
        for name, value in fields.items():
            if name in _TEXTS:
                kept[name] = said(value, "Say the finding in a sentence." if name == "title" else None)
            elif name in _LISTS:
                kept[name] = listed(value)
                what, have = known.get(name, ("", ()))
                for one in kept[name] if what else ():
                    if one not in have:
                        raise UnknownName(what, one, have)
            else:
                kept[name] = value
        return kept

    # recommendations

    def recommend(self, finding: str, what: str, *, owner: str = "", by: str | None = None) -> str:
        """Add a recommendation to a finding; a finding can have many."""
        section = self._now()
        self._find(section.findings, "finding", finding)
        one = Recommendation(
            id=self._next(section.recommendations, "d"),
            by=self._author(by),
            finding=finding,
            what=said(what, "Say what would have to change."),
            owner=said(owner),
        )
        self._add("recommendations", one)
        return one.id

    def change_recommendation(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Change a recommendation; its history keeps what was."""
        kept = {name: said(value) if name in ("what", "owner") else value for name, value in fields.items()}
        return self._change("recommendations", "recommendation", id, kept, ("what", "owner"), by)

    def recommendations(self, finding: str | None = None) -> tuple[Recommendation, ...]:
        """Return the recommendations that stand."""
        return tuple(
            one.model_copy(deep=True)
            for one in self._now().recommendations
            if one.stands and finding in (None, one.finding)
        )

    def plan(
        self,
        recommendation: str,
        *,
        due: date | str | None = None,
        measure: str | None = None,
        by: str | None = None,
    ) -> str:
        """Put a recommendation into the register of actions, and return the id of the action."""
        one = self._find(self._now().recommendations, "recommendation", recommendation)
        if one.action is not None:
            raise AssessmentError(f'"{recommendation}" is in the register already, as {one.action}.')
        action = self._host.act(one.what, one.owner or None, None if due is None else str(due), measure, by)
        self._change("recommendations", "recommendation", recommendation, {"action": action}, ("action",), by)
        return action

    # how many sides

    @property
    def rule(self) -> Rule:
        """From when on a finding is marked as seen from several sides."""
        rules = self._now().rules
        return rules[-1].model_copy() if rules else Rule()

    def set_rule(self, *, kinds: int = 2, families: bool = True, by: str | None = None) -> None:
        """Say how many kinds of source, and whether families or young people must be among them.

        It marks findings, it blocks nothing. The earlier rule stays in the file.
        """
        if not isinstance(kinds, int) or not 1 <= kinds <= len(SOURCE_KINDS):
            raise AssessmentError(f'"{kinds}" is no number of kinds.', allowed=("1 to 6",))
        if (kinds, families) != (self.rule.kinds, self.rule.families):
            self._add("rules", Rule(kinds=kinds, families=families, by=self._author(by)))

    def triangulation(self, finding: str) -> Triangulation:
        """Say from how many sides a finding is seen, and what the rule still misses."""
        one, section, rule = self.finding(finding), self._now(), self.rule
        reasons = {id: self.why_not(id) for id in one.evidence}
        used = [
            excerpt for excerpt in section.excerpts if excerpt.id in reasons and reasons[excerpt.id] is None
        ]
        behind = [source for source in section.sources if source.id in {excerpt.source for excerpt in used}]
        kinds = tuple(kind for kind in SOURCE_KINDS if any(source.kind == kind for source in behind))
        voices = tuple(voice for voice in VOICES if any(source.voice == voice for source in behind))
        missing = []
        if len(kinds) < rule.kinds:
            missing.append(
                f"{rule.kinds} kinds of source are asked for, there {'is' if len(kinds) == 1 else 'are'} {len(kinds)}"
            )
        if rule.families and not set(voices) & set(FAMILY_VOICES):
            missing.append("the voice of families or young people")
        gone = tuple((id, why) for id, why in reasons.items() if why is not None)
        return Triangulation(kinds, voices, len(behind), len(used), not missing, tuple(missing), gone)

    def prompts(self, finding: str | None = None) -> tuple[Prompt, ...]:
        """Say what is worth another look, finding by finding; it never holds anything up."""
        wanted = [one for one in self.findings() if finding in (None, one.id)]
        return tuple(Prompt(one.id, text) for one in wanted for text in self._looked_at(one))

    def asks_again(self, text: str) -> str:
        """Ask again, gently, where a cause points at a person; "" where it does not."""
        return ASK_AGAIN if points_at_somebody(text, self._host.names) else ""

    def _looked_at(self, one: Finding) -> Iterable[str]:
        yield from list(filter(None, (self.asks_again(one.title), self.asks_again(one.how))))[:1]
        wanted = {
            "problem": "Say the problem from the family's standpoint: what do they need, and what do they meet?",
            "how": "Say how it comes about.",
            "features": "Name the features of the institution it has to do with.",
            "groups": "Name the groups it affects, small ones too.",
            "works": "Say what already works here.",
            "owner": "Say who owns this finding.",
        }
        yield from (text for name, text in wanted.items() if not getattr(one, name))
        if not one.counter and not one.counter_note:
            yield "What speaks against this? Write it down, or say how you looked for it."
        yield from dict.fromkeys(text for group in one.groups if (text := _GROUP.nudge(group)))
        if not self.recommendations(one.id):
            yield "Say what would have to change."
        yield from (f'Who would own this: "{r.what}"?' for r in self.recommendations(one.id) if not r.owner)
        state = self.triangulation(one.id)
        if not state.met:
            yield f"Still open: {'; '.join(state.missing)}."
        for id, why in state.not_counted:
            yield f"{id} counts no longer. {why}"


def points_at_somebody(text: str, names: Iterable[str] = ()) -> bool:
    """Whether a cause points at one person rather than at how the work is set up.

    Examples
    --------
    >>> points_at_somebody("The worker forgot to call."), points_at_somebody("No form asks for relatives.")
    (True, False)
    """
    return names_a_person(text, names) or _ONE_AT_WORK.search(text) is not None
