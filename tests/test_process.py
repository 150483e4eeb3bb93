"""The process of collection: asked through its instrument, checked, told in the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import equitykit as ek
from equitykit.checks import checks
from equitykit.checks.process_points import LIMITS, POINTS, SHARED
from equitykit.checks.process_view import PARTS, PROCESS_INPUTS
from equitykit.cli import main
from equitykit.errors import ReadError
from equitykit.instruments import DateAsk, Instrument, LongTextAsk, OptionsAsk, load
from equitykit.process import INSTRUMENT, is_process, read_process
from tests.cases.contract import breaches

ADC: Instrument = load(INSTRUMENT)
GOOD = {point.ask: point.right[0] for point in POINTS if point.right} | {
    "training_last": "2026-06-01",
    "native_data": "yes",
    "shared_with": ["nobody"],
}


@pytest.fixture
def one(tmp_path: Path) -> ek.Assessment:
    return ek.Assessment.open(tmp_path / "intake.equity.json", instrument=INSTRUMENT, track="fast")


def filled(assessment: ek.Assessment, **other: Any) -> ek.Assessment:
    for ask, value in (GOOD | other).items():
        assessment.answer(ask, value)
    return assessment


# -- the instrument and the checks speak of the same questions and answers


def test_every_point_is_a_question_of_the_short_way_in_the_part_that_is_named() -> None:
    for point in POINTS:
        assert ADC.part_of(point.ask).id == point.part
        assert ADC.tracks_of(point.ask) == ("full", "fast"), point.ask
    assert {id: ADC.part(id).title for id in PARTS} == dict(PARTS)


def test_every_answer_offered_is_either_in_order_or_a_finding() -> None:
    for point in POINTS:
        ask = ADC.ask(point.ask)
        if isinstance(ask, DateAsk | LongTextAsk) or point in (SHARED, LIMITS):
            continue
        assert isinstance(ask, OptionsAsk)
        offered = [option.id for option in ask.options]
        assert sorted([*point.right, *point.wrong]) == sorted(offered), point.ask


def test_what_a_check_needs_leads_to_parts_that_exist() -> None:
    for entry in PROCESS_INPUTS.values():
        assert any(f'"{part.title}"' in entry.enable for part in ADC.parts)


# -- one result, by whichever way


def test_an_empty_assessment_is_no_pass(one: ek.Assessment) -> None:
    done = ek.audit(one)
    assert done.data["subject"]["kind"] == "process"
    assert done.data["summary"]["not_run"] == len(checks("process")) == 5
    assert done.data["summary"]["clear"] == 0
    assert breaches(done.to_dict()) == []
    assert "Nothing could be checked" in done.to_markdown()


def test_good_answers_are_clear_and_each_bad_one_is_found(one: ek.Assessment) -> None:
    filled(one)
    assert ek.audit(one).data["summary"]["clear"] == 5
    for point in POINTS:
        for answer in point.wrong:
            one.answer(point.ask, answer)
            (row,) = ek.audit(one).found()
            assert row["columns"] == [point.ask]
            assert breaches(ek.audit(one).to_dict()) == []
        if point.right:
            one.answer(point.ask, point.right[0])
    assert ek.audit(one).data["summary"]["clear"] == 5


def test_object_file_and_command_say_the_same(one: ek.Assessment, capsys: pytest.CaptureFixture[str]) -> None:
    filled(one, script="no").close()
    path = one.path
    assert is_process(path)
    from_object, from_file = ek.audit(one).to_dict(), ek.audit(path).to_dict()
    assert from_file["subject"].pop("sha256") and from_object["subject"].pop("sha256") is None
    assert from_object == from_file
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(path), "--format", "json", "--fail-on", "medium"])
    assert ended.value.code == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["results"] == from_file["results"]
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(path)])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "The people who ask have no words for it in writing." in " ".join(said.split())
    assert "compared with the standard" not in said


def test_what_is_being_typed_counts_and_what_was_taken_back_does_not(one: ek.Assessment) -> None:
    filled(one)
    one.draft("script", "no")
    assert ek.audit(one).outcome("p-self-id-and-training") == "found"
    one.answer("script", None)
    assert ek.audit(one).outcome("p-self-id-and-training") == "not_run"


def test_free_text_never_comes_out(one: ek.Assessment) -> None:
    secret = "Jo Sample said it"
    filled(one, native_data="no", native_why_not=secret, words_better=secret, collect_less=secret)
    assert secret not in ek.audit(one).to_json()
    assert "Does not apply" in ek.audit(one).to_json()


# -- what is no process


def test_a_use_of_another_instrument_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reia = ek.Assessment.open(tmp_path / "r.equity.json", instrument="race-equity-impact-assessment")
    with pytest.raises(ReadError, match="race-equity-impact-assessment"):
        ek.audit(reia)
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(reia.path)])
    assert ended.value.code == 2
    assert "anti-racist-data-collection" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"format": "assessment/1"}',
        '{"format": "assessment/1", "instrument": 3}',
        '{"format": "assessment/1", "instrument": {"id": "anti-racist-data-collection"}, "answers": [1]}',
        '{"format": "assessment/1", "instrument": {"id": "anti-racist-data-collection"}, "answers": {"a": 1}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.equity.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError):
        read_process(path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert not is_process(tmp_path / "none.equity.json")
    with pytest.raises(ReadError, match="cannot be read"):
        ek.audit(tmp_path / "none.equity.json", kind="process")
