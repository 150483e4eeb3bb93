"""What is flagged in a passage, what a person decides, and what is kept."""

from __future__ import annotations

import copy
import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit.analysis import Masked, Masking, flags
from equitykit.analysis.flags import blind_spots, in_words
from equitykit.analysis.texts import Segment
from equitykit.errors import AssessmentError

KINDS_OF = {
    "write to ana.lopez+x@county.example.gov": ("email", "ana.lopez+x@county.example.gov"),
    "see https://example.org/case/1 there": ("web", "https://example.org/case/1"),
    "her number is 123-45-6789, she said": ("ssn", "123-45-6789"),
    "call (555) 010-0199 at night": ("phone", "(555) 010-0199"),
    "call 555.010.0199": ("phone", "555.010.0199"),
    "call +44 20 7946 0018": ("phone", "+44 20 7946 0018"),
    "at 1420 north elm street, apt 4 since": ("address", "1420 north elm street, apt 4"),
    "at 118 alder street. nobody asked": ("address", "118 alder street"),
    "it went to p.o. box 22 by": ("address", "p.o. box 22"),
    "they moved to 93721 by then": ("address", "93721"),
    "on 2024-05-03 they": ("date", "2024-05-03"),
    "on 5/3/24 they": ("date", "5/3/24"),
    "on may 3rd, 2024 they": ("date", "may 3rd, 2024"),
    "on the 3 of may they": ("date", "3 of may"),
    "in march 2021 they": ("date", "march 2021"),
    "since 2019 they": ("date", "2019"),
    "my 14-year-old was": ("age", "14-year-old"),
    "she was aged 93 then": ("age", "aged 93"),
    "case CW-20-4471b was": ("id", "CW-20-4471b"),
    "badge #88213 was": ("id", "#88213"),
}


@pytest.mark.parametrize("text", KINDS_OF)
def test_each_pattern_is_flagged_whole(text: str) -> None:
    kind, words = KINDS_OF[text]
    found = [(flag.kind, text[flag.start : flag.end]) for flag in flags(text)]
    assert (kind, words) in found


def test_capitals_are_flagged_wherever_they_stand_and_small_words_at_the_start_are_not() -> None:
    text = "The worker met Maria Lopez-Reyes. Rosa came too. I think they know O'Brien and McKay at CPS."
    found = [text[flag.start : flag.end] for flag in flags(text)]
    assert found == ["Maria Lopez-Reyes", "Rosa", "O'Brien", "McKay", "CPS"]


@pytest.mark.parametrize("said", ["jose", "JOSÉ", "Jose\u0301", "José's", "josé"])
def test_names_of_the_list_are_found_with_other_accents_and_capitals(said: str) -> None:
    text = f"then {said} came home"
    assert [flag.kind for flag in flags(text, ["José Núñez"])] == ["name"]
    assert said.removesuffix("'s") not in Masking(text, ["José Núñez"]).masked


def test_a_name_is_not_found_inside_another_word() -> None:
    assert flags("they sang a lovely song", ["Ann", "Love"]) == ()


def test_a_name_in_letters_without_capitals_is_found_from_the_list_and_the_limit_is_said() -> None:
    text = "然后王小明来了"
    assert [text[flag.start : flag.end] for flag in flags(text, ["王小明"])] == ["王小明"]
    assert flags(text) == ()
    assert len(blind_spots(text)) == 2
    assert "not flagged" in blind_spots("plain")[0]


def test_words_say_flagged_and_nothing_is_called_safe() -> None:
    assert in_words(()).startswith("Nothing is flagged. That does not show")
    everything = " ".join([in_words(flags("Maria 555-0199")), *blind_spots("x"), Masking.__doc__ or ""])
    assert not re.search(r"de-?identif|anonym", everything, re.IGNORECASE)


def test_patterns_and_names_are_masked_unless_kept_and_capitals_wait() -> None:
    masking = Masking("Maria told CPS on May 3. CPS told Rosa.", ["Maria"])
    assert [masking.said(mark.number) for mark in masking.open] == ["CPS", "CPS", "Rosa"]
    with pytest.raises(AssessmentError, match="3 flagged words wait"):
        masking.confirm(by="A")
    assert masking.keep_word("CPS") == 2
    masking.mask(masking.open[0].number, "[a relative]")
    with pytest.raises(AssessmentError, match="Nobody is named"):
        masking.confirm(by=" ")
    masked = masking.confirm(by="A")
    assert masked.text == "[name] told CPS on [date]. CPS told [a relative]."
    assert dict(masked.flagged) == {"name": 1, "capital": 3, "date": 1}
    assert dict(masked.left) == {"capital": 2}
    assert masking.text == ""
    with pytest.raises(AssessmentError, match="let go"):
        masking.confirm(by="A")


def test_the_same_words_get_the_same_label() -> None:
    masking = Masking("Maria and Rosa. Then Maria left.")
    masking.mask_open()
    assert masking.masked == "[name 1] and [name 2]. Then [name 1] left."


def test_a_person_masks_what_is_not_flagged() -> None:
    masking = Masking("the grandmother of little bear came, and bear slept")
    assert masking.marks == ()
    assert masking.mask_word("bear", "[a child]") == 2
    start = masking.text.index("grandmother")
    masking.mask_between(start, start + len("grandmother"), "[a relative]")
    assert masking.confirm(by="A").text == "the [a relative] of little [a child] came, and [a child] slept"


def test_a_place_of_ones_own_takes_in_the_flags_it_touches() -> None:
    masking = Masking("She lives at 12 Elm Street near Fresno.")
    text = masking.text
    masking.mask_between(text.index("Street"), text.index("Fresno") + 3, "[a place]")
    masking.mask_open()
    assert masking.masked == "She lives at [a place]."
    with pytest.raises(AssessmentError, match="no place from 5 to 5"):
        masking.mask_between(5, 5)


def test_a_passage_cannot_be_shown_copied_or_written_by_accident() -> None:
    masking = Masking("Maria Lopez called.", ["Rosa"])
    segment = Segment(1, "Maria Lopez called.")
    for one in (masking, segment):
        assert "Maria" not in repr(one)
        assert "Maria" not in f"{one}"
        for leak in (pickle.dumps, copy.deepcopy, copy.copy):
            with pytest.raises(AssessmentError, match="cannot be copied"):
                leak(one)
    assert not hasattr(masking, "__dict__")
    assert "Maria" not in str(masking.marks)


@pytest.mark.parametrize(("text", "said"), [("  ", "empty"), ("x" * 20_001, "20,001 characters")])
def test_what_is_no_passage_is_refused_without_repeating_it(text: str, said: str) -> None:
    with pytest.raises(AssessmentError, match=said) as caught:
        Masking(text)
    assert "xxx" not in str(caught.value)


NAMES = st.lists(st.sampled_from(["Maria", "Lopez", "José", "王小明", "O'Brien", "de la Cruz"]), max_size=3)
SAID = [
    "Maria",
    "Lopez",
    "JOSE",
    "555-010-0199",
    "5/3/2024",
    "123-45-6789",
    "O’Brien",
    "de la cruz",
    "CPS",
    ".",
]
PARTS = st.lists(st.one_of(st.sampled_from(SAID), st.text(max_size=8)), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(PARTS, NAMES)
def test_flags_never_overlap_and_once_masked_no_flagged_name_or_number_is_left(
    parts: list[str], names: list[str]
) -> None:
    text = " ".join(parts)
    found = flags(text, names)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(left.end <= right.start for left, right in zip(found, found[1:], strict=False))
    if not text.strip():
        return
    masking = Masking(text, names)
    masking.mask_open()
    raw = masking.text
    labels = {mark.put for mark in masking.marks}
    masked = masking.confirm(by="A")
    assert isinstance(masked, Masked)
    # What is left is the text without the flagged places, and the labels.
    rest = masked.text
    for label in sorted(labels, key=len, reverse=True):
        rest = rest.replace(label, "\x00")
    left = "".join(rest.split("\x00"))
    cut, at = [], 0
    for flag in flags(raw, names):
        cut.append(raw[at : flag.start])
        at = flag.end
    assert left.replace("\x00", "") == "".join([*cut, raw[at:]]).replace("\x00", "") or "[" in raw
