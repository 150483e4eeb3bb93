"""Settings of a project: which file, what it may say, and what a mistake is told."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import equitykit as ek
from equitykit import config
from equitykit.errors import ConfigError, UnknownName, UnusableChoice
from equitykit.findings import wanted


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with .git and a folder of data below, far from the home folder."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / "data" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return root


def test_the_nearest_file_upward_from_the_subject(project: Path) -> None:
    subject = project / "data" / "deep" / "x.csv"
    assert config.find(subject).path is None
    (project / "pyproject.toml").write_text("[tool.equitykit]\nfail-on = 'high'\n")
    assert config.find(subject).fail_on == "high"
    (project / "data" / "pyproject.toml").write_text("[tool.other]\n")  # says nothing about equitykit
    assert config.find(subject).fail_on == "high"
    (project / "data" / "equitykit.toml").write_text("fail-on = 'low'\n")
    (project / "data" / "pyproject.toml").write_text("[tool.equitykit]\nfail-on = 'medium'\n")
    assert config.find(subject).fail_on == "low"


def test_nothing_above_the_project_or_beside_a_loose_file_is_read(project: Path) -> None:
    (project.parent / "equitykit.toml").write_text("fail-on = 'low'\n")
    assert config.find(project / "data" / "x.csv").path is None
    loose = project.parent / "loose" / "inner"
    loose.mkdir(parents=True)
    (loose.parent / "equitykit.toml").write_text("fail-on = 'low'\n")
    assert config.find(loose / "x.csv").path is None  # no project, not below home: its own folder only
    (loose / "equitykit.toml").write_text("fail-on = 'high'\n")
    assert config.find(loose / "x.csv").fail_on == "high"


def test_the_way_up_ends_at_home(project: Path) -> None:
    below = project.parent / "home" / "work"
    below.mkdir()
    (project.parent / "equitykit.toml").write_text("fail-on = 'low'\n")
    assert config.find(below / "x.csv").path is None
    (project.parent / "home" / "equitykit.toml").write_text("fail-on = 'info'\n")
    assert config.find(below / "x.csv").fail_on == "info"


def test_the_current_folder_where_the_subject_has_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "equitykit.toml").write_text("format = 'md'\n")
    monkeypatch.chdir(project / "data")
    assert config.find(project.parent / "elsewhere" / "x.csv").format == "md"
    assert config.find("no-such-folder/x.csv").format == "md"
    assert config.find().format == "md"


def write(folder: Path, text: str) -> Path:
    path = folder / "equitykit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_files_are_named_from_the_folder_of_the_settings(project: Path) -> None:
    own = config.load(write(project, "codebook = 'b/c.yaml'\nbaseline = 'a.yaml'\nbenchmark = 'n.csv'\n"))
    assert own.codebook == str(project / "b" / "c.yaml")
    assert own.baseline == str(project / "a.yaml") and own.benchmark == str(project / "n.csv")


def test_what_is_left_out_for_some_files(project: Path) -> None:
    text = (
        "ignore = ['provenance-absent']\n[per-file-ignores]\n"
        "'*.tsv' = ['q-', 'other-share']\n'data/*' = ['totals-row']\n"
    )
    own = config.load(write(project, text))
    assert own.ignored_for(project / "x.csv") == ("provenance-absent",)
    assert own.ignored_for(project / "x.tsv") == ("provenance-absent", "q-", "other-share")
    assert own.ignored_for(project / "data" / "x.csv") == ("provenance-absent", "totals-row")


@pytest.mark.parametrize(
    "text", ['[thresholds]\n"other-share.high" = 0.05', "[thresholds]\nother-share.high = 0.05"]
)
def test_a_limit_that_the_user_sets_is_the_users(project: Path, text: str) -> None:
    own = config.load(write(project, text))
    assert own.thresholds == {"other-share.high": 0.05}
    frame = pd.DataFrame({"race": ["Other"] * 7 + ["White"] * 93})
    row = next(r for r in ek.audit(frame, parameters=own.thresholds).found() if r["check"] == "other-share")
    assert (row["threshold"], row["threshold_source"], row["severity"]) == (0.05, "codebook", "medium")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("slect = []", ['there is no key "slect"', 'Did you mean "select"', "Allowed: "]),
        ("fail-on = 'hihg'", ['"hihg" means nothing', 'Did you mean "high"', "Allowed: critical"]),
        ("fail-on = 3", ["3 is no text"]),
        ("format = 'pdf'", ['"pdf" means nothing', "sarif"]),
        ("select = 'q-'", ['"q-" is no list of checks']),
        (
            "select = ['other-shares']",
            ['equitykit.toml, "select": There is no check "other-shares"', "Did you mean"],
        ),
        ("ignore = ['zz-']", ['There is no check "zz-"']),
        (
            "[thresholds]\n'other-share.hihg' = 1",
            ['no threshold "other-share.hihg"', 'mean "other-share.high"'],
        ),
        ("[thresholds]\n'other-share.high' = '5 %'", ['the limit "other-share.high" is "5 %"']),
        ("[thresholds]\n'other-share.high' = true", ["a number of 0 or more"]),
        ("[thresholds]\n'other-share.high' = nan", ["a number of 0 or more"]),
        ("thresholds = 1", ["1 is no table"]),
        ("per-file-ignores = []", ["[] is no table"]),
        ("[per-file-ignores]\n'*' = ['x']", ['There is no check "x"']),
        ("codebook = ''", ["is no text"]),
        ("= 1", ["is not TOML", "--isolated"]),
    ],
)
def test_a_mistake_is_told(project: Path, text: str, sentences: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(project, text))
    for sentence in sentences:
        assert sentence in str(caught.value)


def test_what_is_no_settings_file(project: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(project / "no.toml")
    (project / "pyproject.toml").write_text("[tool]\nequitykit = 1\n")
    with pytest.raises(ConfigError, match="is no table"):
        config.load(project / "pyproject.toml")
    (project / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(ConfigError, match=re.escape("has no table [tool.equitykit]")):
        config.load(project / "pyproject.toml")
    (project / "equitykit.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not TOML"):
        config.find(project / "x.csv")


# -- what is chosen -------------------------------------------------------------------------------


def ids(select: list[str] | None, ignore: list[str]) -> list[str]:
    return [check.id for check in wanted("form", select, ignore)]


def test_the_beginning_of_ids_stands_for_all_of_them() -> None:
    every = ids(None, [])
    assert ids(["q-"], []) == [each for each in every if each.startswith("q-")]
    assert ids(None, ["q-"]) == [each for each in every if not each.startswith("q-")]


def test_a_full_id_says_more_than_its_beginning() -> None:
    assert ids(["q-single-select"], ["q-"]) == ["q-single-select"]
    with pytest.raises(UnusableChoice):
        ids(["q-single-select"], ["q-single-select"])


def test_an_unknown_id_and_a_choice_of_nothing_are_refused() -> None:
    with pytest.raises(UnknownName, match='Did you mean "other-share"'):
        ek.audit(pd.DataFrame({"race": ["White"]}), ignore=["other-shar"])
    with pytest.raises(UnusableChoice, match="looks at records, so nothing would be checked"):
        ek.audit(pd.DataFrame({"race": ["White"]}), select=["q-"])
    with pytest.raises(UnknownName, match='no threshold "other-share.hgh"'):
        ek.audit(pd.DataFrame({"race": ["White"]}), parameters={"other-share.hgh": 1})
