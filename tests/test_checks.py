"""Every check has its cases, and says what they expect; and the tester of the cases is itself tested."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

from equitykit import checks as declared
from equitykit.audit import audit
from equitykit.checks import INPUTS_OF, SEVERITIES, Threshold
from equitykit.checks.view import Limits
from equitykit.errors import UnknownName
from tests import cases

EVERY = declared.checks()
ALL = {check.id: cases.read(path) for check in EVERY if (path := cases.FOLDER / f"{check.id}.yaml").exists()}
EACH = [case for found in ALL.values() for case in found]


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_every_check_has_all_its_cases(check: declared.Check) -> None:
    assert cases.lacking(check, ALL.get(check.id, [])) == []


@pytest.mark.parametrize("case", EACH, ids=lambda case: f"{case.check}-{case.name}")
def test_case(case: cases.Case, tmp_path: Path) -> None:
    assert cases.problems(case, case.run(tmp_path), declared.get(case.check)) == []


@pytest.mark.parametrize("case", [c for c in EACH if c.without], ids=lambda case: f"{case.check}-{case.name}")
def test_a_case_without_an_input_takes_only_that_away(case: cases.Case, tmp_path: Path) -> None:
    """The reason names the input and how to give it, and nothing else is reported."""
    assert case.without is not None
    rows = case.run(tmp_path).data["results"]
    assert [row["outcome"] for row in rows] == ["not_run"]
    wanted = INPUTS_OF[case.subject][case.without]
    assert rows[0]["reason"] == f"{wanted.missing}. {wanted.enable}"
    assert rows[0]["message"].startswith("Not checked: ")
    assert rows[0]["observed"] is None


def test_no_case_file_without_a_check() -> None:
    assert {path.stem for path in cases.FOLDER.glob("*.yaml")} == {check.id for check in EVERY}


# -- the tester bites ----------------------------------------------------------------------------------


def example(name: str) -> tuple[declared.Check, list[cases.Case]]:
    return declared.get(name), ALL[name]


@pytest.mark.parametrize("outcome", ["found", "clear"])
def test_a_check_without_such_a_case_is_seen(outcome: str) -> None:
    check, found = example("intersection-gap")
    rest = [case for case in found if case.outcome != outcome]
    assert cases.lacking(check, rest) == [f"intersection-gap: no case where it is {outcome}"]


@pytest.mark.parametrize("need", declared.get("intersection-gap").needs)
def test_an_input_that_is_never_taken_away_is_seen(need: str) -> None:
    check, found = example("intersection-gap")
    rest = [case for case in found if case.without != need]
    assert cases.lacking(check, rest) == [f'intersection-gap: no case without "{need}"']


def test_a_check_without_any_case_is_seen() -> None:
    check, _ = example("other-share")
    assert len(cases.lacking(check, [])) == 2 + len(check.needs)


def test_an_input_that_no_check_needs_is_seen() -> None:
    check, found = example("other-share")
    stray = dataclasses.replace(found[0], without="purpose", expect=None)
    assert cases.lacking(check, [*found, stray]) == [
        'other-share: a case without "purpose", which it does not need'
    ]


def test_wrong_expectations_are_seen(tmp_path: Path) -> None:
    check, found = example("other-share")
    fires = next(case for case in found if case.outcome == "found")
    done = fires.run(tmp_path)
    assert cases.problems(fires, done, check) == []
    for changes in (
        {"expect": ()},
        {"expect": ({"severity": "info"},)},
        {"expect": ({"groups": ["WHITE"]},)},
        {"expect": ({"observed": 0.5},)},
        {"expect": ({"message": "no such words"},)},
        {"expect": (*(fires.expect or ()), {})},
        {"expect": None, "without": "rows"},
    ):
        assert cases.problems(dataclasses.replace(fires, **changes), done, check) != [], changes
    milder = dataclasses.replace(check, severity="info")
    assert "worse than the declared info" in cases.problems(fires, done, milder)[0]


# -- what is declared ----------------------------------------------------------------------------------


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_a_declaration_is_whole(check: declared.Check) -> None:
    assert check.title and check.remedy.endswith(".") and check.source.startswith("https://")
    for subject in check.subjects:
        if subject in INPUTS_OF:
            assert set(check.needs) <= set(INPUTS_OF[subject])
    for part in ("Why it matters: ", "Example: ", "When to ignore it: "):
        assert part in check.doc, part
    for limit in check.thresholds.values():
        assert limit.source in {"cited", "default"}
        assert limit.severity is None or SEVERITIES.index(limit.severity) >= SEVERITIES.index(check.severity)


def test_a_limit_used_is_the_limit_declared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A threshold stands in the declaration and where it is used; they must not drift apart."""
    seen: dict[tuple[str, str], Threshold] = {}
    real = inspect.getattr_static(Limits, "limit")

    def spy(self: Limits, check_id: str, name: str, default: Threshold) -> Threshold:
        seen[check_id, name] = default
        found: Threshold = real(self, check_id, name, default)
        return found

    monkeypatch.setattr(Limits, "limit", spy)
    for case in EACH:
        case.run(tmp_path)
    for (check_id, name), limit in seen.items():
        assert declared.get(check_id).thresholds[name] == limit, (check_id, name)
    every = {(check.id, name) for check in EVERY for name in check.thresholds}
    assert every == set(seen), "a threshold that no case reaches"


def test_a_limit_changed_by_the_caller_is_used_and_said() -> None:
    frame = ALL["other-share"][0].frame()
    done = audit(
        frame, select=["other-share"], parameters={"other-share.high": 0.9, "other-share.warn": 0.05}
    )
    (row,) = done.data["results"]
    assert (row["severity"], row["threshold"], row["threshold_source"]) == ("low", 0.05, "codebook")


def test_an_unknown_check_gets_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match='Did you mean "other-share"'):
        declared.get("others-share")


def test_a_check_is_declared_once() -> None:
    with pytest.raises(ValueError, match="already declared"):
        declared.registry.check("other-share", title="", severity="low", needs=(), remedy="", source="")(
            lambda view: iter(())
        )
    with pytest.raises(ValueError, match="severity must be one of"):
        declared.registry.check("x", title="", severity="bad", needs=(), remedy="", source="")
