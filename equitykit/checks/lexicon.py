"""Lexicons: words that forms and tables should not use, as versioned data with their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from equitykit.resources import folder
from equitykit.standards.load import read_yaml

__all__ = ["Lexicon", "Term", "lexicon"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what to write instead.

    `where` is "race" (the question and its detail), "main" (without its detail) or "any"; `alone` says that
    the word is only listed without another beside it; `unless` lists names that people chose for
    themselves, in which it stays; `source` is who says so, where the lexicon has several.
    """

    term: str
    where: str
    instead: str
    alone: bool
    unless: tuple[str, ...]
    source: str | None = None


@dataclass(frozen=True)
class Lexicon:
    """Terms with a version and their sources."""

    id: str
    version: str
    terms: tuple[Term, ...]

    def found_in(self, text: str, *places: str) -> Iterator[Term]:
        """Terms that a text uses, names that people chose for themselves left aside.

        Parameters
        ----------
        text : what is looked at.
        places : what the text belongs to: "race", "main"; every text belongs to "any".
        """
        for term in self.terms:
            if term.where not in ("any", *places):
                continue
            rest = text
            for name in term.unless:
                rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
            if term.alone:
                if rest.strip(" .:*()").casefold() == term.term.casefold():
                    yield term
            elif re.search(rf"(?<!\w){re.escape(term.term)}s?(?!\w)", rest, re.IGNORECASE):
                yield term


@cache
def lexicon(name: str) -> Lexicon:
    """A lexicon by its id."""
    data = read_yaml(folder("schemas") / "lexicons" / f"{name}.yaml")
    terms = tuple(
        Term(
            t["term"],
            t["where"],
            t["instead"],
            t.get("alone") == "true",
            tuple(t.get("unless", ())),
            t.get("from"),
        )
        for t in data["terms"]
    )
    return Lexicon(data["id"], data["version"], terms)
