"""What `equitykit start` puts into a folder, and how the server it starts is set up."""

from __future__ import annotations

import json
import os
import socket
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from equitykit import resources, start
from equitykit.errors import EquitykitError, MissingExtra, ReadError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Ámbito de trabajo"


def test_a_folder_gets_all_it_needs(folder: Path) -> None:
    ready = start.prepare(folder)
    names = {path.relative_to(folder).as_posix() for path in ready.copied}
    assert {
        "start_here.ipynb",
        "audit_your_data.ipynb",
        "audit_published_tables.ipynb",
        "race_equity_impact_assessment.ipynb",
    } <= names
    assert "sample_data/intake.csv" in names
    assert "schemas/instruments/race-equity-impact-assessment.yaml" in names
    assert [name for name in names if name.endswith((".py", ".pyc")) or "__pycache__" in name] == []
    assert ready.kept == ()
    source = resources.folder("sample_data") / "intake.csv"
    assert (folder / "sample_data" / "intake.csv").read_bytes() == source.read_bytes()


def test_nothing_that_is_there_is_overwritten(folder: Path) -> None:
    start.prepare(folder)
    mine = folder / "start_here.ipynb"
    mine.write_text("mine", encoding="utf-8")
    (folder / "sample_data" / "intake.csv").unlink()
    setting = next((folder / ".equitykit").rglob("*.jupyterlab-settings"))
    setting.write_text("{}", encoding="utf-8")
    again = start.prepare(folder)
    assert mine.read_text("utf-8") == "mine"
    assert [path.name for path in again.copied] == ["intake.csv"]
    assert mine in again.kept
    assert setting.read_text("utf-8") == "{}"


def test_jupyterlab_asks_nobody_for_news(folder: Path) -> None:
    start.prepare(folder)
    (setting,) = (folder / ".equitykit").rglob("*.jupyterlab-settings")
    assert json.loads(setting.read_text("utf-8")) == {"fetchNews": "false", "checkForUpdates": False}


def test_a_folder_that_cannot_be_used_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ReadError, match=r"cannot be used: .*Name another folder"):
        start.prepare(tmp_path / "file" / "folder")


def test_a_busy_port_is_passed_over() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert start.free_port(taken) > taken


def test_the_server_is_for_this_computer_alone(folder: Path) -> None:
    options = start.options(folder, 9000, lab=False, browser=False)
    assert "--ServerApp.ip=127.0.0.1" in options
    assert "--LabApp.extension_manager=readonly" in options
    assert "--LabApp.default_url=/voila/render/start_here.ipynb" in options
    assert any("websocket_max_message_size" in option for option in options)
    assert any("cull_idle_timeout" in option for option in options)
    assert not any("token" in option.lower() or "password" in option.lower() for option in options)
    lab = start.options(folder, 9000, lab=True, browser=False)
    assert "--LabApp.default_url=/lab/tree/start_here.ipynb" in lab


def test_the_address_names_this_computer_and_holds_the_token() -> None:
    parts = urlsplit(start.address(9000, "abc"))
    assert (parts.hostname, parts.port, parse_qs(parts.query)) == ("127.0.0.1", 9000, {"token": ["abc"]})


def test_what_is_missing_is_said_plainly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "find_spec", lambda name: None if name == "voila" else object())
    with pytest.raises(MissingExtra, match=r'pip install "equitykit\[notebooks\]"'):
        start.start(folder)
    assert not folder.exists()


def test_what_is_done_is_told_and_the_server_gets_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything but the server itself, which the browser tests start."""
    launched: list[list[str]] = []

    class LabApp:
        @staticmethod
        def launch_instance(options: list[str]) -> None:
            launched.append(options)

    class Module:
        pass

    Module.LabApp = LabApp  # type: ignore[attr-defined]
    monkeypatch.setattr(
        start, "import_module", lambda name: Module if name == "jupyterlab.labapp" else import_module(name)
    )
    for name in ("JUPYTER_PATH", "JUPYTER_TOKEN", "EQUITYKIT_FOLDER", "EQUITYKIT_SERVED"):
        monkeypatch.setenv(name, "")
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        monkeypatch.setenv(name, "")
    start.start(folder, browser=False)
    (options,) = launched
    assert f"--ServerApp.root_dir={folder}" in options
    told = capsys.readouterr().out
    assert str(folder) in told
    assert "Ctrl-C" in told
    token = os.environ["JUPYTER_TOKEN"]
    assert len(token) >= 32
    assert f"?token={token}" in told
    assert os.environ["EQUITYKIT_FOLDER"] == str(folder)
    assert os.environ["JUPYTERLAB_SETTINGS_DIR"].startswith(str(folder))
    assert str(start.TEMPLATES) in os.environ["JUPYTER_PATH"]
    assert (start.TEMPLATES / "voila" / "templates" / "equitykit" / "index.html.j2").is_file()


def test_a_server_that_fails_is_said_and_its_words_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Module:
        class LabApp:
            @staticmethod
            def launch_instance(_: list[str]) -> None:
                os.write(2, b"a long trace")
                raise SystemExit(1)

    monkeypatch.setattr(
        start, "import_module", lambda name: Module if "labapp" in name else import_module(name)
    )
    for name in ("JUPYTER_PATH", "JUPYTER_TOKEN", "EQUITYKIT_FOLDER", "EQUITYKIT_SERVED"):
        monkeypatch.setenv(name, "")
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        monkeypatch.setenv(name, "")
    with pytest.raises(EquitykitError, match=r"could not run.*server\.log"):
        start.start(folder, browser=False)
    assert "a long trace" in (folder / ".equitykit" / "server.log").read_text("utf-8")
