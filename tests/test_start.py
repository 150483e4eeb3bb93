"""What `equitykit start` puts into a folder, and how the server it starts is set up."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from equitykit import resources, start
from equitykit.errors import MissingExtra, ReadError
from tests.served import Served, begin


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


def test_the_server_is_for_this_computer_alone(folder: Path) -> None:
    options = start.options(folder, lab=False)
    assert "--ServerApp.ip=127.0.0.1" in options
    assert "--ServerApp.open_browser=False" in options
    assert "--LabApp.extension_manager=readonly" in options
    assert "--LabApp.default_url=/voila/render/start_here.ipynb" in options
    assert any("websocket_max_message_size" in option for option in options)
    assert any("cull_idle_timeout" in option for option in options)
    assert not any("token" in option.lower() or "password" in option.lower() for option in options)
    lab = start.options(folder, lab=True)
    assert "--LabApp.default_url=/lab/tree/start_here.ipynb" in lab


def test_the_address_names_this_computer_and_holds_the_token() -> None:
    parts = urlsplit(start.address(9000, "abc"))
    assert (parts.hostname, parts.port, parse_qs(parts.query)) == ("127.0.0.1", 9000, {"token": ["abc"]})


def test_what_is_missing_is_said_plainly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "find_spec", lambda name: None if name == "voila" else object())
    with pytest.raises(MissingExtra, match=r'pip install "equitykit\[notebooks\]"'):
        start.start(folder)
    assert not folder.exists()


LATE = """
import socket, sys
from jupyterlab.labapp import LabApp
from equitykit.start import start
made, others = LabApp.initialize_server, []
def late(**named):
    server = made(**named)
    if not others:
        others.append(socket.create_server(("127.0.0.1", server.port)))
        print("taken:", server.port, flush=True)
    return server
LabApp.initialize_server = late
start(sys.argv[1], browser=False)
"""
"""Another program takes the port after the server looked and before it listens."""
BRIEF = """
import sys
from equitykit import start
start.IDLE, start.LOOK = 1, 1
start.start(sys.argv[1], browser=False)
"""
BROKEN = """
import sys
from equitykit import start
from equitykit.errors import EquitykitError
usual = start.options
start.options = lambda *given, **named: [*usual(*given, **named), "--ServerApp.port=none"]
try:
    start.start(sys.argv[1], browser=False)
except EquitykitError as error:
    print(error)
"""


def asked(served: Served, path: str, *, token: str, method: str = "GET") -> tuple[int, bytes]:
    """What a server answers: its status and its words."""
    request = Request(f"{served.root}{path}", method=method, headers={"Authorization": f"token {token}"})
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        return refused.code, b""


@pytest.mark.slow
def test_programs_that_start_in_the_same_moment_each_have_an_address(tmp_path: Path) -> None:
    """Real servers: two at once, one whose port is taken under its hands, and one that cannot run."""
    begun = [begin(tmp_path / "one"), begin(tmp_path / "two", BRIEF), begin(tmp_path / "three", LATE)]
    broken = begin(tmp_path / "four", BROKEN)
    try:
        servers = [each.ready() for each in begun]
        assert len({each.root for each in servers}) == 3
        for each in servers:
            assert asked(each, "/api/status", token=each.token)[0] == 200
            others = [one.token for one in servers if one is not each]
            assert {asked(each, "/api/status", token=token)[0] for token in others} == {403}
        told = begun[2].said()
        assert told.split("taken: ")[1].split()[0] not in servers[2].root
        assert str(tmp_path / "three") in told
        assert "Ctrl-C" in told

        # A program behind no page ends by itself.
        status, made = asked(servers[1], "/api/kernels", token=servers[1].token, method="POST")
        assert status == 201
        kernel = json.loads(made)["id"]
        until = time.monotonic() + 60
        while asked(servers[1], f"/api/kernels/{kernel}", token=servers[1].token)[0] != 404:
            assert time.monotonic() < until, "the program is still there"
            time.sleep(0.2)
    finally:
        for one in begun:
            one.process.send_signal(signal.SIGINT)
        ends = [one.process.wait(60) for one in begun]
    broken.process.wait(60)
    assert ends == [0, 0, 0]
    assert all("equitykit has stopped." in one.said() for one in begun)
    assert "The server for the pages could not run." in broken.said()
    log = tmp_path / "four" / ".equitykit" / "server.log"
    assert str(log) in broken.said()
    assert "port" in log.read_text("utf-8")
