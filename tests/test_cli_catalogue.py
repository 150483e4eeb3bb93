"""What there is, told from what the code declares: lists, explanations, pages, and this installation."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from equitykit import catalogue, checks, instruments, measures, standards
from equitykit.catalogue import docs_pages, doctor, explain, listing
from equitykit.checks import INPUTS_OF
from equitykit.errors import UnknownName

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("check", checks.checks(), ids=lambda check: check.id)
def test_an_explanation_of_a_check_holds_its_declaration(check: checks.Check) -> None:
    said = explain(check.id)
    assert said.startswith(f"{check.id}: {check.title}\n")
    for part in (check.doc, check.remedy, check.source, check.severity, *check.needs):
        assert part in said
    for name, limit in check.thresholds.items():
        assert f"{name} {limit.value:g}" in said
    for subject in check.subjects:
        for need in check.needs:
            inputs = INPUTS_OF.get(subject, {})
            assert need not in inputs or need == "rows" or inputs[need].enable in said
    assert ("Not verified" in said) == bool(check.unverified)


@pytest.mark.parametrize("name", measures.measures())
def test_an_explanation_of_a_measure(name: str) -> None:
    said, declared = explain(name), measures.measure(name)
    assert declared.title in said and declared.source in said and declared.interval in said
    assert ">>>" not in said and "-----" not in said


@pytest.mark.parametrize("name", standards.standards())
def test_an_explanation_of_a_standard(name: str) -> None:
    said, standard = explain(name), standards.standard(name)
    assert all(
        re.search(rf"^{each.id} +{re.escape(each.label)}$", said, re.MULTILINE)
        for each in standard.categories
    )
    assert standard.source in said and all(line in said for line in standard.uncertain)


@pytest.mark.parametrize("name", standards.code_systems())
def test_an_explanation_of_a_code_system(name: str) -> None:
    said, system = explain(name), standards.code_system(name)
    assert all(re.search(rf"^{re.escape(code)}\s", said, re.MULTILINE) for code in system.values)
    assert all(column in said for column in system.flags)
    assert f"code_system: {name}" in said and "(None)" not in said and "  None" not in said


@pytest.mark.parametrize("name", instruments.instruments())
def test_an_explanation_of_an_instrument(name: str) -> None:
    said, instrument = explain(name), instruments.load(name)
    assert instrument.purpose in said and instrument.credit.text in said
    assert all(part.title in said for part in instrument.parts)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("othershare", "other-share"),
        ("rate-ration", "rate-ratio"),
        ("us-omb-spd15", "us-omb-spd15-2024"),
        ("fbi-nibr", "fbi-nibrs"),
    ],
)
def test_a_wrong_name_gets_the_nearest_of_all(wrong: str, right: str) -> None:
    with pytest.raises(UnknownName) as refused:
        explain(wrong)
    assert refused.value.did_you_mean is not None
    assert refused.value.did_you_mean.rsplit("-", 1)[0] == right.rsplit("-", 1)[0]


def test_case_and_blanks_do_not_matter() -> None:
    assert explain(" Other-Share ") == explain("other-share")


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("checks", tuple(check.id for check in checks.checks())),
        ("measures", measures.measures()),
        ("standards", standards.standards()),
        ("code-systems", standards.code_systems()),
        ("instruments", instruments.instruments()),
        ("presets", measures.presets()),
    ],
)
def test_a_listing_has_id_and_title_of_each(kind: str, ids: tuple[str, ...]) -> None:
    lines = listing(kind)
    assert tuple(line.split()[0] for line in lines) == ids
    assert all(len(line.split()) > 1 for line in lines)


def test_a_listing_of_nothing_known() -> None:
    with pytest.raises(UnknownName, match='Did you mean "checks"'):
        listing("check")


def test_the_pages_are_what_the_code_says() -> None:
    for name, text in docs_pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text.rstrip() + "\n", (
            f"docs/{name}: run make docs"
        )
    written = {path.relative_to(DOCS).as_posix() for path in (DOCS / "checks").glob("*.md")}
    assert written == {name for name in docs_pages() if name.startswith("checks/")}


def test_a_table_of_a_page_survives_bars() -> None:
    assert catalogue._cell("a | b\n c") == r"a \| b c"


# -- doctor --------------------------------------------------------------------------------------------


def test_doctor_names_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = doctor()
    assert lines[0].startswith("equitykit ") and lines[1].startswith("Python 3.")
    assert f"pandas {metadata.version('pandas')}" in lines
    assert "This folder can be written" in lines
    assert list(tmp_path.iterdir()) == []


def test_doctor_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in {"duckdb", "voila"}:
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "pandas" else real(name)

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("sys.stdout", type("Old", (), {"encoding": "cp437"})())
    lines = "\n".join(doctor())
    assert "duckdb: MISSING; install it with: pip install duckdb" in lines
    assert re.search(r"pandas 0\.1: TOO OLD, [\d.]+ is needed", lines)
    assert re.search(
        r'notebooks: not here \(voila\); if you need it: pip install "equitykit\[notebooks\]"', lines
    )
    assert "This folder cannot be written (Permission denied)" in lines
    assert "set PYTHONUTF8=1" in lines


def test_doctor_without_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    assert any("is not installed" in line for line in doctor())
