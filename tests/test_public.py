"""A public audit gives no small count away, neither as printed nor to somebody who can do sums."""

from __future__ import annotations

import dataclasses
import functools
import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from equitykit.assessment import Assessment
from equitykit.audit import Audit, audit
from equitykit.checks.registry import Count, Labels, Share
from equitykit.disclosure import rule
from equitykit.protected import Wording, shown_statistics
from equitykit.reading import Reading
from equitykit.report import assessment_document, audit_document, html, terminal
from equitykit.steady import Others
from tests.cases import attack
from tests.cases.contract import breaches
from tests.test_recode import read

LABELS: list[str | None] = [
    *(
        "White",
        "Black",
        "Asian",
        "Hispanic",
        "White;Black",
        "Hispanic;White",
        "Asian/Pacific Islander",
        "Unknown",
    ),
    *(
        "Declined to answer",
        None,
        "Martian",
        "Other",
        "Chinese",
        "Black;Asian",
        "NA",
        "Multiracial",
        "White;Unknown",
    ),
]
SPEC: dict[str, Any] = {"columns": ["race"], "delimiter": ";"}
TWO: dict[str, Any] = {"columns": ["race", "eth"], "encoding": "race_and_ethnicity"}


def size(dice: random.Random) -> int:
    """Small, middling or large: what is hidden and what hides it."""
    return dice.choice([*(dice.randint(1, 10),) * 2, dice.randint(11, 40), dice.randint(400, 2000)])


def one_column(seed: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    dice = random.Random(seed)
    labels = dice.sample(LABELS, dice.randint(2, 8))
    values = [label for label in labels for _ in range(size(dice))]
    values += ["White"] * (40 if len(values) < 30 else 0)
    return pd.DataFrame({"race": pd.Series(values, dtype=object)}), SPEC


def two_columns(seed: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    dice = random.Random(seed)
    races = dice.sample(["White", "Black", "Asian", "Unknown", None, "American Indian or Alaska Native"], 3)
    rows: list[tuple[str | None, str | None]] = [
        (race, eth)
        for race in races
        for eth in ("Hispanic", "Not Hispanic", None)
        if dice.random() < 0.7
        for _ in range(size(dice))
    ]
    rows += [("White", None)] * (40 if len(rows) < 30 else 0)
    return pd.DataFrame(rows, columns=["race", "eth"], dtype=object), TWO


def texts(done: Audit) -> list[str]:
    return [done.to_html(), done.to_markdown(), terminal.render(audit_document(done.to_dict()), width=80)]


def public(frame: pd.DataFrame, spec: dict[str, Any], **more: Any) -> Audit:
    done = audit(frame, {"questions": {"race_ethnicity": spec}}, public=True, **more)
    assert breaches(done.to_dict()) == []
    return done


@dataclasses.dataclass(frozen=True)
class Case:
    """Records, how they read, their public audit, and what its reader has to go by."""

    frame: pd.DataFrame
    reading: Reading
    done: Audit
    seen: attack.Known


@functools.cache
def case(table: Any, seed: int) -> Case:
    """One of the cases below; several tests look at the same audit."""
    frame, spec = table(seed)
    reading, done = read(frame, **spec), public(frame, spec)
    return Case(frame, reading, done, attack.known(done.data["questions"][0], reading, rows=len(frame)))


CASES = [*(pytest.param(one_column, seed, id=f"one-{seed}") for seed in range(24)),
         *(pytest.param(two_columns, seed, id=f"two-{seed}") for seed in range(12))]  # fmt: skip


# -- the attacker --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "seed"), CASES)
def test_no_small_count_can_be_worked_out(table: Any, seed: int) -> None:
    seen, reading = case(table, seed).seen, case(table, seed).reading
    told = [attack.told(seen, reading, name) for name in attack.small_and_hidden(seen, reading)]
    assert [each for each in told if each] == []


@pytest.mark.parametrize(("table", "seed"), CASES[::3])
def test_no_hidden_number_is_printed_elsewhere(table: Any, seed: int) -> None:
    """Bases, shares and messages of findings hold no number that the question itself hides."""
    one = case(table, seed)
    assert attack.leaks(one.done.to_dict(), texts(one.done), one.reading, one.seen) == []


def nothing_hidden(frame: pd.DataFrame, spec: dict[str, Any]) -> tuple[attack.Known, Reading]:
    """An audit that only takes out the small counts themselves."""
    reading = read(frame, **spec)
    true = attack.totals(reading)
    small = frozenset(name for name, n in true.items() if 0 < n < attack.THRESHOLD)
    return attack.Known({name: n for name, n in true.items() if name not in small}, small), reading


def test_the_attacker_finds_what_is_only_blanked() -> None:
    frame = pd.DataFrame({"race": ["White"] * 100 + ["Black"] * 5}, dtype=object)
    seen, reading = nothing_hidden(frame, SPEC)
    assert attack.told(seen, reading, "any:BLACK") == "any:BLACK lies between 5 and 5"


def test_the_attacker_who_knows_the_rule_finds_more() -> None:
    values = ["White"] * 100 + ["Black"] * 10 + ["Asian"] * 10
    seen, reading = nothing_hidden(pd.DataFrame({"race": values}, dtype=object), SPEC)
    assert attack.told(seen, reading, "any:BLACK") == (
        "who knows the rule knows that any:BLACK lies between 10 and 10"
    )


def test_the_leak_finder_finds_a_leak() -> None:
    frame = pd.DataFrame({"race": ["White"] * 1001 + ["Black"] * 733 + ["Asian"] * 3}, dtype=object)
    reading = read(frame, **SPEC)
    done = public(frame, SPEC)
    seen = attack.Known({"n": 1737}, frozenset({"any:BLACK"}))
    for place in ({"message": "733 people"}, {"n": 733}, {"observed": round(733 / 1737, 6)}):
        data = done.to_dict()
        data["questions"] = []
        data["results"] = [data["results"][0] | place]
        assert len(attack.leaks(data, [], reading, seen)) == 1, place


def test_something_is_still_shown() -> None:
    """Hiding everything would be safe, and of no use."""
    shown = hidden = 0
    for seed in range(10):
        seen = case(one_column, seed).seen
        shown, hidden = shown + len(seen.shown), hidden + len(seen.hidden)
    assert shown > 0.5 * (shown + hidden)
    big = pd.DataFrame({"race": ["White"] * 100 + ["Black"] * 50}, dtype=object)
    assert None not in [entry["n_any"] for entry in public(big, SPEC).data["questions"][0]["categories"]]


def test_hundreds_of_rare_labels_take_no_time() -> None:
    stray = [f"Stray {k:04d}" for k in range(1200) for _ in range(1 + k % 3)]
    frame = pd.DataFrame({"race": ["White"] * 500 + ["Black"] * 200 + stray}, dtype=object)
    done = public(frame, {"columns": ["race"]})
    assert "[1200 rare labels]" in done.to_json() and "Stray 0" not in done.to_json()


# -- what is printed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "seed"), CASES[::3])
def test_no_label_of_a_few_people_is_printed(table: Any, seed: int) -> None:
    frame, spec = table(seed)
    rare = {f"Zq{k}x": k for k in (1, 4, 10)}
    column = frame.columns[0]
    more = pd.DataFrame({column: [label for label, n in rare.items() for _ in range(n)]}, dtype=object)
    done = public(pd.concat([frame, more], ignore_index=True), spec)
    for text in (done.to_json(), *texts(done)):
        assert not [label for label in rare if label in text]
    assert "rare labels]" in done.to_json()


def test_hidden_counts_are_null_and_say_so() -> None:
    values = ["White"] * 60 + ["Black"] * 3 + ["Asian"] * 40 + [None] * 4
    question = public(pd.DataFrame({"race": values}, dtype=object), SPEC).data["questions"][0]
    black = next(entry for entry in question["categories"] if entry["id"] == "BLACK")
    assert (black["n_any"], black["n_alone"], black["suppressed"]) == (None, None, "primary")
    assert question["missing"] | {"by_reason": None} == {
        "n": None, "share": None, "by_reason": None, "suppressed": "primary"
    }  # fmt: skip
    mena = next(entry for entry in question["categories"] if entry["id"] == "MENA")
    assert (mena["n_any"], "suppressed" in mena) == (0, False)  # a zero may be shown
    hidden = [value for value in question["values"] if value["n"] is None]
    assert [value["suppressed"] for value in hidden] == ["primary"]
    assert hidden[0]["raw"][0].endswith("rare labels]")


def test_messages_are_written_again() -> None:
    values = ["White"] * 60 + ["Martian"] * 3 + ["Asian"] * 40 + [None] * 4 + ["U"] * 7 + ["Minority"] * 2
    frame = pd.DataFrame({"race": values}, dtype=object)
    inside = audit(frame, {"questions": {"race_ethnicity": SPEC}})
    outside = public(frame, SPEC)
    for check, words in {
        "unmapped-values": '"Martian" (3)',
        "missing-rate": "4 of 116",
        "ambiguous-codes": '"U" (7)',
        "umbrella-collective": '"Minority" (2)',
    }.items():
        (said,) = [row["message"] for row in inside.data["results"] if row["check"] == check]
        (told,) = [row["message"] for row in outside.data["results"] if row["check"] == check]
        assert words in said and words not in told
    for row in outside.data["results"]:
        if row["outcome"] == "found" and row["check"] == "missing-rate":
            assert row["message"].startswith("Too few to show of 116 records have no race or ethnicity: ")
            assert (row["observed"], row["suppressed"]) == (None, "primary")


def test_the_notice_says_what_was_done() -> None:
    done = public(pd.DataFrame({"race": ["White"] * 60 + ["Black"] * 3}), SPEC)
    assert done.data["notice"] == (
        "Public: counts too small to show are hidden, and others with them so that they cannot be worked out."
    )
    assert all("Public: counts too small" in text or "Public" in text for text in texts(done))
    assert not any("Internal" in text for text in texts(done))


def test_the_check_of_small_cells_has_nothing_left_to_say() -> None:
    frame = pd.DataFrame({"race": ["White"] * 60 + ["Black"] * 3})
    assert audit(frame, {"questions": {"race_ethnicity": SPEC}}).outcome("r-small-cell") == "found"
    assert public(frame, SPEC).outcome("r-small-cell") == "clear"


def test_another_rule() -> None:
    frame = pd.DataFrame({"race": ["White"] * 60 + ["Black"] * 7 + ["Asian"] * 30}, dtype=object)
    question = public(frame, SPEC, rule={"threshold": 5}).data["questions"][0]
    assert [value["n"] for value in question["values"]] == [60, 30, 7]
    assert None in [value["n"] for value in public(frame, SPEC).data["questions"][0]["values"]]


@pytest.mark.parametrize("count", [1, 10, 11, 12])
def test_the_threshold(count: int) -> None:
    values = ["White"] * 600 + ["Black"] * count + ["Asian"] * 300 + ["Hispanic"] * 90
    question = public(pd.DataFrame({"race": values}, dtype=object), SPEC).data["questions"][0]
    black = next(entry for entry in question["categories"] if entry["id"] == "BLACK")
    assert black["n_any"] == (count if count >= 11 else None)


def test_groups_that_must_be_asked_are_not_shown_at_all() -> None:
    values = ["White"] * 600 + ["American Indian or Alaska Native"] * 200 + ["Asian"] * 300
    frame = pd.DataFrame({"race": values}, dtype=object)
    book = {"questions": {"race_ethnicity": SPEC}, "governance": {"AIAN": "ask"}}
    data = audit(frame, book, public=True).to_dict()
    assert breaches(data) == []
    aian = next(entry for entry in data["questions"][0]["categories"] if entry["id"] == "AIAN")
    assert (aian["n_any"], aian["n_alone"]) == (None, None)
    assert 200.0 not in set(attack.numbers_in(data))
    inside = audit(frame, book).to_dict()
    assert 200.0 in set(attack.numbers_in(inside))


HOSTILE = [
    "<script>alert(1)</script>",
    "[red]x",
    "=1+1",
    '"; drop',
    "a\u202eb",
    "{n}",
    "{0.__class__}",
    "%s",
    "\\1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_are_hidden_or_plain(text: str) -> None:
    rare = pd.DataFrame({"race": ["White"] * 60 + [text] * 3}, dtype=object)
    frequent = pd.DataFrame({"race": ["White"] * 60 + [text] * 30}, dtype=object)
    for frame in (rare, frequent):
        done = public(frame, {"columns": ["race"]})
        said = texts(done)
        assert "<script>alert" not in said[0] and "\u202e" not in "".join(said)
        if frame is rare:
            assert text not in json.loads(done.to_json())["questions"][0]["values"][-1]["raw"]


# -- the pieces ----------------------------------------------------------------------------------------


def test_wording_prints_only_what_may_be_shown() -> None:
    wording = Wording(public=True).with_shown(frozenset({"n", "value:A"}))
    numbers: dict[str, Any] = {
        "a": Count(1200, "n"),
        "b": Count(3, "missing"),
        "c": Count(40, "missing"),
        "d": Count(40),
        "e": Share(40, 1200, ("missing", "n")),
        "f": Labels((("A", 40, "value:A"), ("B", 2, "value:B"), ("C", 50, None))),
    }
    written = wording.write("{a} | {b} | {c} | {d} | {e} | {f}", numbers)
    assert written == '1,200 | too few to show | some | some | a share not shown | "A" (40), [2 rare labels]'
    inside = dataclasses.replace(wording, public=False).write("{a} | {b} | {e} | {f}", numbers)
    assert inside == '1,200 | 3 | 3.3 % | "A" (40), "B" (2), "C" (50)'


def test_the_number_of_rows_is_never_hidden_in_vain() -> None:
    """The rows of the file are printed, so a protection that hides their number protects nothing."""
    frame = pd.DataFrame({"race": ["White"] * 1419 + ["Black"] * 9}, dtype=object)
    question = public(frame, SPEC).data["questions"][0]
    assert question["n"] == 1428
    assert [(entry["n_any"]) for entry in question["categories"] if entry["id"] in {"BLACK", "WHITE"}] == [
        None,
        None,
    ]


def test_where_nothing_is_small_everything_is_shown() -> None:
    reading = read(pd.DataFrame({"race": ["White"] * 60 + ["Black"] * 30}), **SPEC)
    assert shown_statistics(reading, rule("cms-11")) == frozenset(reading.statistics())


def test_the_base_of_a_finding_is_a_number_that_is_shown() -> None:
    reading = read(pd.DataFrame({"race": ["White"] * 60 + ["Black"] * 3}, dtype=object), **SPEC)
    wording = Wording(public=True).with_shown(frozenset({"n"}), reading, 70)
    assert [wording.may_stand_beside(n) for n in (63, 70, None, 60, 3)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert Wording().may_stand_beside(3)


def test_how_serious_a_hidden_number_is_is_at_most_said() -> None:
    values = ["White"] * 60 + ["Black"] * 40 + ["Black;White"] * 8 + [None] * 9
    done = public(
        pd.DataFrame({"race": values}, dtype=object), {**SPEC, "encoding": "delimited", "delimiter": ";"}
    )
    (lost,) = [row for row in done.data["results"] if row["check"] == "aian-erasure-override"]
    assert lost["outcome"] == "not_run", "more than 10 % of 68 would say that the 8 are 7 or more"
    (missing,) = [row for row in done.data["results"] if row["check"] == "missing-rate"]
    assert missing["severity"] == "high"
    assert missing["message"].endswith(
        " At most high: how serious it is rests on a number that is not shown."
    )


# -- outcomes -------------------------------------------------------------------------------------------


def printed(label: str | None, n: int, **more: Any) -> dict[str, Any]:
    """A public audit of 330 people, of whom n have a label; what hides them are the White."""
    values = ["White"] * (270 - n) + ["Black"] * 60 + [label] * n
    frame = pd.DataFrame({"race": pd.Series(values, dtype=object)})
    return public(frame, {"columns": ["race"]}, **more).to_dict()


def outcome(data: dict[str, Any], check: str) -> str:
    return str(next(row["outcome"] for row in data["results"] if row["check"] == check))


def test_no_outcome_tells_how_large_a_hidden_count_is() -> None:
    """3 % of 330 answers is 9.9: "found" and "too few to show" together would have said 10."""
    for label in ("Other", "Multiracial", "Martian", None):
        assert all(printed(label, n) == printed(label, 5) for n in (1, 2, 9, 10))
    frame = pd.DataFrame({"race": ["White"] * 260 + ["Black"] * 60 + ["Other"] * 10}, dtype=object)
    inside = audit(frame, {"questions": {"race_ethnicity": {"columns": ["race"]}}})
    assert outcome(inside.to_dict(), "other-share") == "found"
    row = next(row for row in printed("Other", 10)["results"] if row["check"] == "other-share")
    assert row["outcome"] == "not_run" and "tell how large" in row["reason"]
    assert outcome(printed("Other", 40), "other-share") == "found", "what is shown is judged as ever"


def test_many_limits_in_turn_tell_no_more() -> None:
    """Somebody who gets an audit for each limit cannot close in on the count."""
    for people in (2, 5, 8, 10):
        limits = {"other-share.warn": people / 330, "other-share.high": (people + 1) / 330}
        assert printed("Other", 1, parameters=limits) == printed("Other", 10, parameters=limits)
    limits = {"missing-rate.medium": 5 / 330, "missing-rate.high": 8 / 330}
    assert printed(None, 1, parameters=limits) == printed(None, 10, parameters=limits)


@pytest.mark.parametrize("seed", range(3))
def test_rows_hold_for_every_count_that_fits(seed: int) -> None:
    """Whatever a reader supposes of the hidden counts, what is said of the race question is the same."""
    one = case(one_column, seed)
    others = Others.of(one.reading, shown_statistics(one.reading, rule("cms-11")), rule("cms-11"))
    assert others.counts or not attack.small_and_hidden(one.seen, one.reading)
    for counts in others.counts:
        assert sum(counts.values()) == len(one.frame)


def test_nothing_public_holds_the_fingerprint_of_the_data(tmp_path: Path) -> None:
    """With it, somebody who guesses the file could see that the guess is right."""
    path = tmp_path / "a.csv"
    path.write_text("race\n" + "White\n" * 40 + "Black\n" * 5)
    inside, outside = audit(path), audit(path, public=True)
    mark = inside.data["subject"]["sha256"]
    assert len(mark) == 64 and inside.to_evidence().data_sha256 == outside.to_evidence().data_sha256 == mark
    assert mark not in outside.to_json() + "".join(texts(outside))
    kept = Assessment.open(tmp_path / "x.equity.json", instrument="race-equity-impact-assessment")
    kept.attach("evidence_current", outside.to_evidence())
    assert mark not in html.render(assessment_document(kept, public=True))
    assert mark in html.render(assessment_document(kept))
    kept.close()
