"""Findings: built piece by piece; from how many sides each is seen is shown, and holds nothing up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from equitykit.analysis.section import SOURCE_KINDS, Finding
from equitykit.widgets import show
from equitykit.widgets.being_written import BEING_WRITTEN
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.entries import NEW, Entries, Entry, Values
from equitykit.widgets.benches.picking import passage_options
from equitykit.widgets.fields import ChoiceField, Field, Html, RowsField, TaskList, TextField

__all__ = ["FindingList", "Sides"]

PIECES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "problem": ("Say what families need and what they meet", ("title", "problem")),
    "how": ("Say how it comes about", ("how", "features")),
    "behind": ("Choose the passages behind it", ("evidence",)),
    "against": ("Look for what speaks against it", ("counter", "counter_note")),
    "whom": ("Say whom it affects", ("groups", "numbers")),
    "works": ("Say what already works, and who owns it", ("works", "owner")),
}
"""Pages of a finding: title, and the fields of the finding on it."""
FEATURE, KIND = "~feature", "~kind"


class FindingList(Entries):
    """A list of findings, and the pages of each."""

    name = "findings"
    title = "Findings"
    hint = "Begin one with a sentence, and build it piece by piece."
    word = "finding"
    narrowing = (FEATURE, KIND)  # what only narrows the list of passages
    set_aside = "Set it aside"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.piece = ""

    def entries(self) -> Sequence[Entry]:
        """Give the findings, with the sides they are seen from."""
        said = dict.fromkeys(self.work.changed_since_release(), "Changed since its release")
        said |= dict.fromkeys(self.work.released(), "Released")
        return [
            Entry(
                one.id,
                one.title,
                "" if one.aside else said.get(one.id, ""),
                "" if one.aside else self.work.triangulation(one.id).sentence,
                one.aside,
            )
            for one in self.work.section.findings
            if one.redacted is None
        ]

    # pages

    def open(self, where: str, move: bool) -> bool:
        """Show the list, a finding with its pieces, or one piece."""
        id, _, piece = where.partition("/")
        if id in ("", NEW):
            self.piece = ""
            return not piece and super().open(where, move)
        if all(one.id != id for one in self.entries()):
            return False
        if not piece:
            self._where, self.id, self.draft, self.piece = "", id, None, ""
            self._overview(self.work.finding(id), move)
            return True
        if piece not in PIECES or self.work.finding(id).aside:
            return False
        self._where, self.id, self.piece = where, id, piece
        self._form(move)
        return True

    def back(self, where: str) -> str | None:
        """Back from a piece leads to its finding."""
        id, _, piece = where.partition("/")
        return id if piece else "" if where else None

    def title_of(self, id: str | None) -> str:
        """Give the title of a page."""
        return PIECES[self.piece][0] if self.piece else super().title_of(id)

    def _after(self) -> str:
        """From a page of a finding to the finding."""
        return self.id or ""

    def _overview(self, finding: Finding, move: bool) -> None:
        state = self.work.triangulation(finding.id)
        looks = [prompt.text for prompt in self.work.prompts(finding.id)]
        aside = self.aside_button(finding.id, self.work.change_finding)
        back = self.back_button("Go back to the findings", "")
        if finding.aside:
            said = "It was set aside. It stays in the file and counts for nothing."
            self.page(
                finding.title, [Html(html=show.inset(show.paragraphs(said)))], [*aside, back], move=move
            )
            return
        pieces = TaskList(
            items=[
                {"id": id, "title": title, "status": self._stands(finding, id, names)}
                for id, (title, names) in PIECES.items()
            ]
        )
        pieces.on("pick", self.guard(lambda piece: self.go(f"{finding.id}/{piece}")))
        sides = show.heading("From how many sides it is seen") + show.paragraphs(
            state.sentence,
            f"The team asks for {rule_in_words(self.work.rule)}. "
            "A finding seen from fewer is marked, and can still be kept.",
        )
        again = show.inset(show.heading("Worth another look"), show.bullets(looks)) if looks else ""
        body = [
            Html(html=sides),
            Html(html=show.heading("The pieces of this finding")),
            pieces,
            *self._changes(finding.id),
            Html(html=again),
        ]
        self.page(finding.title, body, [back, *aside], move=move)

    def _stands(self, finding: Finding, piece: str, names: Sequence[str]) -> str:
        if self.wizard.assessment.forms(f"{self.name}/{finding.id}/{piece}"):
            return BEING_WRITTEN
        return "Done" if _full(finding, names) else "Open"

    def _changes(self, finding: str) -> list[Any]:
        """What would have to change, and the way to it."""
        there = f"bench/{self.part.id}/changes/"
        rows = [
            {"id": f"{there}{one.id}", "title": one.what, "status": "In the plan" if one.action else "Not planned yet",
             "hint": one.owner}
            for one in self.work.recommendations(finding)
        ]  # fmt: skip
        rows.append(
            {
                "id": f"{there}{NEW}-{finding}",
                "title": "Add what would have to change",
                "status": "",
                "hint": "",
            }
        )
        changes = TaskList(items=rows)
        changes.on("pick", self.guard(lambda place: self.wizard.go(place)))
        return [Html(html=show.heading("What would have to change")), changes]

    # the form

    def form(self, id: str | None) -> Sequence[Field]:
        """Ask for the sentence of a new finding, or for one piece of it."""
        if id is None:
            return (self._title(""),)
        makers: dict[str, Callable[[Finding], Sequence[Field]]] = {
            "problem": lambda now: (self._title(now.title), self._problem(now)),
            "how": self._how,
            "behind": lambda now: self._passages("evidence", now.evidence, "Which passages show it?"),
            "against": self._against,
            "whom": self._whom,
            "works": self._works,
        }
        return makers[self.piece](self.work.finding(id))

    def _title(self, value: str) -> TextField:
        field = TextField(
            ident="~title",
            label="What do you find, in one sentence?",
            help=[
                "Write about the institution, and what it did or lacked. No worker is its subject.",
                "Such as: The agency has no form that asks which relatives a child knows.",
            ],
            value=value,
        )
        return self._asks_again(field)

    def _problem(self, now: Finding) -> TextField:
        return TextField(
            ident="~problem",
            kind="longtext",
            label="What do families need, and what do they meet?",
            help=["Say it from where the family stands."],
            value=now.problem,
        )

    def _how(self, now: Finding) -> Sequence[Field]:
        how = TextField(
            ident="~how",
            kind="longtext",
            label="How does it come about?",
            help=[
                "What in rules, forms, money, training or habits of work lets it happen, with anybody in that place?"
            ],
            value=now.how,
        )
        features = [
            one for one in self.work.features(also_aside=True) if not one.aside or one.id in now.features
        ]
        return (
            self._asks_again(how),
            ChoiceField(
                ident="~features",
                kind="many",
                label="Which features of the institution has it to do with?",
                help=[]
                if features
                else [f"The list of features is empty. Make it under \u201c{self._list_at()}\u201d."],
                options=[{"id": one.id, "label": one.label, "hint": one.what} for one in features],
                value=list(now.features),
            ),
        )

    def _list_at(self) -> str:
        """The part that holds the list of features: a way through without coding has it here."""
        parts = self.wizard.assessment.parts()
        return next((one.title for one in parts if one.bench == "coding"), self.part.title)

    def _passages(self, name: str, chosen: Sequence[str], label: str) -> Sequence[Field]:
        options = passage_options(self.work, [*chosen, *self.typed.get(name, ())])
        passages = ChoiceField(
            ident=f"~{name}",
            kind="many",
            label=label,
            help=["Only masked words are shown."] if options else ["There is no passage in use yet."],
            options=options,
            value=list(chosen),
        )
        if len(options) <= 8:
            return (passages,)
        labels = [{"id": one.id, "label": one.label} for one in self.work.features()]
        feature = ChoiceField(
            ident=FEATURE,
            kind="select",
            label="Show passages with this feature (optional)",
            options=labels,
        )
        kinds = [{"id": id, "label": label} for id, label in SOURCE_KINDS.items()]
        kind = ChoiceField(
            ident=KIND,
            kind="select",
            label="Show passages from this kind of source (optional)",
            options=kinds,
        )

        def narrow(_: Any) -> None:
            passages.options = passage_options(
                self.work, passages.value or (), feature=feature.value, kind=kind.value
            )

        for one in (feature, kind):
            one.typed(self.guard(narrow))
        return (*([feature] if labels else []), kind, passages)

    def _against(self, now: Finding) -> Sequence[Field]:
        return (
            TextField(
                ident="~counter_note",
                kind="longtext",
                label="What speaks against it?",
                help=["Say also how you looked for it, and who tried to prove the finding wrong."],
                value=now.counter_note,
            ),
            *self._passages("counter", now.counter, "Which passages speak against it? (optional)"),
        )

    def _whom(self, now: Finding) -> Sequence[Field]:
        groups = RowsField(
            ident="~groups",
            label="Which groups does it affect?",
            help=["Name racial or ethnic groups as people in them do, small groups too."],
            columns=[{"id": "group", "label": "Group", "kind": "text"}],
            value=[{"group": group} for group in now.groups],
            word="Group",
        )
        attached = self.wizard.assessment.evidence()
        numbers = ChoiceField(
            ident="~numbers",
            kind="many",
            label="Which numbers stand beside it? (optional)",
            help=["They are context, and prove nothing by themselves."],
            options=[{"id": one.id, "label": one.evidence.title} for one in attached],
            value=[id for id in now.numbers if any(one.id == id for one in attached)],
        )
        return (groups, *([numbers] if attached else []))

    def _works(self, now: Finding) -> Sequence[Field]:
        return (
            TextField(ident="~works", kind="longtext", label="What already works here?", value=now.works),
            TextField(
                ident="~owner",
                label="Who owns this finding?",
                help=["An office or a role that can change it."],
                value=now.owner,
            ),
        )

    def _asks_again(self, field: TextField) -> TextField:
        """Ask again, gently, where a sentence points at a person."""

        def look() -> None:
            field.nudge = self.work.asks_again(field.value)

        field.on("leave", self.guard(look))
        if field.value:
            look()
        return field

    # what is kept

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing."""
        return [("title", "Say the finding in a sentence.")] if values.get("title") == "" else []

    def keep(self, id: str | None, values: Values) -> str:
        """Begin a finding, or change a piece of it."""
        fields = dict(values)
        if "groups" in fields:
            fields["groups"] = [str(row.get("group") or "").strip() for row in fields["groups"]]
        if id is None:
            self.id = self.work.add_finding(**fields)
            return self.id
        self.work.change_finding(id, **fields)
        return id


class Sides(Task):
    """From when on a finding is marked as seen from several sides."""

    name = "sides"
    title = "Say from how many kinds of source a finding should be seen"
    hint = "A finding seen from fewer is marked as such. It can still be kept and released."

    def status(self) -> str:
        """Say the rule."""
        rule = self.work.rule
        return f"{rule.kinds} {'kind' if rule.kinds == 1 else 'kinds'}{', with families' if rule.families else ''}"

    def open(self, where: str, move: bool) -> bool:
        """Show the rule."""
        if where:
            return False
        rule = self.work.rule
        kinds = ChoiceField(
            ident="~kinds",
            kind="select",
            label="From how many kinds of source should passages come?",
            help=[f"The kinds are: {', '.join(label.lower() for label in SOURCE_KINDS.values())}."],
            options=[{"id": str(n), "label": str(n)} for n in range(1, len(SOURCE_KINDS) + 1)],
            value=str(rule.kinds),
        )
        families = ChoiceField(
            ident="~families",
            label="Should families or young people be among those who are heard?",
            options=[{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}],
            value="yes" if rule.families else "no",
        )

        def save() -> None:
            if not kinds.value:
                self.wizard.tell_problems(("~kinds", "Choose a number."))
                return
            self.work.set_rule(kinds=int(kinds.value), families=families.value == "yes")
            self.go(None, done="It is saved. The rule before it stays in the file.")
            self.wizard.said_saved()

        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        self.page(self.title, [kinds, families], [self.press("Save", save, main=True), back], move=move)
        return True


def rule_in_words(rule: Any) -> str:
    """The rule of a team, as the end of a sentence."""
    kinds = "one kind of source" if rule.kinds == 1 else f"{rule.kinds} kinds of source"
    return f"{kinds}{', one of them families or young people' if rule.families else ''}"


def _full(finding: Finding, names: Sequence[str]) -> bool:
    """Whether a piece says something: of what may be empty, anything; of the rest, everything."""
    if "counter" in names:
        return bool(finding.counter or finding.counter_note)
    return all(getattr(finding, name) for name in names if name != "numbers")
