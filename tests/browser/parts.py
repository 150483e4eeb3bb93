"""Parts of an assessment gone through on the screen: looked at, answered, finished."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.assessment import Assessment
from equitykit.instruments import Ask, OptionsAsk, Part, PeopleAsk, RowsAsk
from equitykit.widgets.pages import Page as Questions
from equitykit.widgets.pages import pages
from tests.browser.conftest import fits
from tests.browser.steps import Check, press, problem
from tests.browser.trees import Trees

if TYPE_CHECKING:
    from playwright.sync_api import Page

Answers = Mapping[str, Any]
"""What is given to a question, by its id: a text, an option, rows of cells, or a function of the page."""


class Looker:
    """Looks at one screen after the other."""

    def __init__(self, page: Page, accessible: Check, trees: Trees) -> None:
        self.page, self.accessible, self.trees = page, accessible, trees

    def look(self, name: str) -> None:
        """No scrolling from side to side, nothing for axe, and the tree as it is kept."""
        self.look_only()
        self.trees.keep(self.page, name)

    def look_only(self) -> None:
        """Look at a screen whose words are not kept."""
        assert fits(self.page)
        self.accessible(self.page)

    def pick(self, title: str) -> None:
        """Press a row of a list."""
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(title)}")).click()

    def at(self, title: str) -> None:
        """Wait until the page with this title is there."""
        from playwright.sync_api import expect

        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_focused()

    def wrong(self, button: str, name: str) -> None:
        """Press too early, and look at what is said."""
        from playwright.sync_api import expect

        press(self.page, button)
        expect(problem(self.page)).to_be_focused()
        self.look(name)

    def saved(self, button: str = "Save", said: str = "It is saved.") -> None:
        """Press a button that saves, and wait until it is said."""
        from playwright.sync_api import expect

        press(self.page, button)
        expect(self.page.get_by_text(said, exact=True)).to_be_visible()


def shown(one: Assessment, part: Part) -> list[Questions]:
    """The pages of a part of which something is asked."""
    return [each for each in pages(part) if any(one.visible(ask.id) for ask in each.asks)]


def walk_part(
    looker: Looker, one: Assessment, part: Part, answers: Answers | None = None, *, look: bool = True
) -> None:
    """Every page of a part from its first one; it ends before "Have you finished this part?".

    Each page is left too early, so that its errors show. Without answers it is then left for later; with them it
    is filled in. Where nothing is to be looked at, it is only filled in.
    """
    from playwright.sync_api import expect

    page, wrong = looker.page, {each.ask for each in one.problems(part.id)}
    for each in shown(one, part):
        asked = [ask for ask in each.asks if one.visible(ask.id)]
        expect(page.locator(f"[id='ekw-{asked[0].id}']")).to_be_visible()
        title, needed = f"{part.id}, page {each.number + 1}", not wrong.isdisjoint(ask.id for ask in asked)
        if look and needed:
            looker.wrong("Continue", f"{title}, with what is wrong")
        elif look:
            looker.look(title)
        if answers is None:
            press(page, "Leave this for later and go on" if needed else "Continue")
            continue
        for ask in each.asks:  # one may come up because of the one before it
            if ask.id in answers:
                answer(page, ask, answers[ask.id])
        press(page, "Continue")
    expect(page.get_by_text("Have you finished this part?")).to_be_visible()


def finished(looker: Looker, title: str) -> None:
    """Say that the part is finished; the list of parts comes back."""
    looker.page.get_by_role("radio", name="Yes, I have finished this part").check()
    press(looker.page, "Continue")
    looker.at(title)


def answer(page: Page, ask: Ask, value: Any) -> None:
    """Answer one question on the page as it stands."""
    if callable(value):
        value(page)
    elif isinstance(ask, OptionsAsk):
        label = next(one.label for one in ask.answers if one.id == value)
        page.get_by_role("group", name=ask.question).get_by_role("radio", name=label).check()
    elif isinstance(ask, RowsAsk):
        word = "Person" if isinstance(ask, PeopleAsk) else ask.called
        for number, row in enumerate(value, start=1):
            if number > 1 and not page.get_by_role("group", name=f"{word} {number}", exact=True).count():
                press(page, f"Add another {word.lower()}")
            for column in ask.typed_columns():
                cell = page.get_by_label(f"{word} {number}, {column.label}", exact=True)
                if column.id in row and column.kind == "choice":
                    cell.select_option(row[column.id])
                elif column.id in row:
                    cell.fill(row[column.id])
    else:
        page.get_by_label(ask.question, exact=True).fill(value)


def typed_in(one: Assessment, answers: Answers) -> Iterator[str]:
    """What a report says of answers: texts as they were typed, the words of options, days as they are spelled."""
    for id, value in answers.items():
        ask = one.instrument.ask(id)
        if isinstance(ask, OptionsAsk):
            yield next(option.label for option in ask.answers if option.id == value)
        elif isinstance(ask, RowsAsk):
            days = {column.id: column.kind for column in ask.typed_columns()}
            yield from (
                text for row in value for name, text in row.items() if days[name] not in ("date", "choice")
            )
        elif ask.kind != "date":
            yield value


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.headings: list[str] = []
        self._in: list[str] = []

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        if tag in ("style", "script", "h2"):
            self._in.append(tag)
            self.headings += [""] * (tag == "h2")

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if self._in == ["h2"]:
            self.headings[-1] += data
        if not {"style", "script"} & set(self._in):
            self.said.append(data)


def words_of(report: Path) -> tuple[str, list[str]]:
    """What a person reads in a report, with spaces as they are on paper; and the headings of its chapters."""
    reader = _Words()
    reader.feed(report.read_text("utf-8"))
    return " ".join(" ".join(reader.said).split()), [" ".join(head.split()) for head in reader.headings]
