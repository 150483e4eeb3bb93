"""The page about pipelines and the hooks: every command in them runs, every key exists."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from equitykit import cli, config
from tests.guards.tree import ROOT

PAGE = (ROOT / "docs" / "in-ci.md").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """Fenced blocks of the page."""
    return [text for found, text in BLOCK.findall(PAGE) if found == language]


def command_lines() -> list[str]:
    """Every command of the page, in order: after `$`, `run:` or as a step."""
    whole = "\n".join(text for _, text in BLOCK.findall(PAGE))
    return re.findall(r"^(?:\$ |\s*- run: |\s*- )(equitykit .*)$", whole, re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample data and nothing else."""
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_the_page_runs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = command_lines()
    assert len(lines) >= 8
    for line in lines:
        words = shlex.split(line)[1:]
        with pytest.raises(SystemExit) as end:
            cli.main(words)
        assert end.value.code == 0, f"{line}: {capsys.readouterr().err}"
        for option in ("-o", "--write-baseline"):
            if option in words:
                assert (project / words[words.index(option) + 1]).stat().st_size > 0


def test_the_settings_of_the_page_are_settings(project: Path) -> None:
    (text,) = blocks("toml")
    (project / "equitykit.toml").write_text(text, encoding="utf-8")
    own = config.load(project / "equitykit.toml")
    assert own.fail_on == "high" and own.thresholds == {"other-share.high": 0.05}
    for key in config.KEYS:
        assert f"`{key}`" in PAGE
    assert set(tomllib.loads(text)) <= set(config.KEYS)


def test_the_yaml_of_the_page_is_yaml_and_names_our_hooks() -> None:
    for text in blocks("yaml"):
        assert isinstance(yaml.safe_load(text), dict)
    named = re.findall(r"- id: (equitykit-\S+)", PAGE)
    assert named and set(named) == {hook["id"] for hook in HOOKS}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_as_written(
    hook: dict[str, Any], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *words = shlex.split(hook["entry"])
    assert program == "equitykit" and hook["language"] == "python"
    files = [
        f"sample_data/{name}.csv"
        for name in ("placement_dictionary", "intake_clean", "published_removals_clean")
    ]
    with pytest.raises(SystemExit) as end:
        cli.main([*words, "--fail-on", "critical", *files])
    said = capsys.readouterr()
    assert end.value.code == 0, said.err
    assert "Looked at: 1." in said.out and said.out.count("passed over") == 2


def test_the_hook_of_forms_takes_forms_by_name_and_the_others_are_opt_in() -> None:
    patterns = {hook["id"]: re.compile(hook["files"]) for hook in HOOKS}
    forms = patterns["equitykit-forms"]
    assert forms.search("a/Placement_Dictionary.csv") and forms.search("intake_form.xlsx")
    assert not forms.search("data/intake.csv") and not forms.search("form/readme.md")
    for opt_in in ("equitykit-records", "equitykit-tables"):
        assert not patterns[opt_in].search("data/intake.csv")
