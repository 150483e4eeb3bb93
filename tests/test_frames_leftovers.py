"""What is left behind when a file was read: nothing, however the program ends."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import duckdb
import pytest

from equitykit import frames
from equitykit.errors import ReadError
from equitykit.frames import opening
from equitykit.frames.scratch import _PREFIX, Scratch
from tests.test_frames_files import counts

pa: Any = pytest.importorskip("pyarrow")
parquet: Any = pytest.importorskip("pyarrow.parquet")
ROOT = Path(__file__).resolve().parent.parent


# --- nothing is left behind ---


def left(prefix: str = _PREFIX) -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob(f"{prefix}*")}


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_large_file_leaves_nothing(own_temp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SMALL", 0)
    (tmp_path / "a.csv").write_text('id,race\n1,"W\nx"\n')
    records = frames.open(tmp_path / "a.csv")
    (folder,) = own_temp.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert not (folder / "clean.csv").exists()
    records.close()
    assert left() == set()
    records = frames.open(tmp_path / "a.csv")
    del records
    gc.collect()
    assert left() == set()
    (tmp_path / "bad.csv").write_text("id,race\n1,W,x\n")
    with pytest.raises(ReadError):
        frames.open(tmp_path / "bad.csv")
    gc.collect()
    assert left() == set()


def test_small_files_touch_no_temporary_folder(own_temp: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,race\n1,W\n")
    assert frames.open(tmp_path / "a.csv").rows == 1
    assert list(own_temp.iterdir()) == []


SCRIPT = """
import sys, time
from equitykit import frames
from equitykit.frames import opening
opening.SMALL = 0
records = frames.open(sys.argv[1])
print("open", flush=True)
if sys.argv[2] != "exit":
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("end", ["exit", "interrupt"])
def test_ending_the_program_removes_everything(tmp_path: Path, end: str) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    (tmp_path / "a.csv").write_text("id,race\n1,W\n2,B\n")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path / "a.csv"), end],
        env={
            **os.environ,
            "TMPDIR": str(temp),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "open"
    if end == "interrupt":
        assert [path.name for path in temp.iterdir()]
        process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    process.stdout.close()
    assert list(temp.iterdir()) == []


def test_interrupting_a_query_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str, __: object) -> list[tuple[Any, ...]]:
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    records = frames.open(duckdb.connect().sql("select 1 as id"))
    monkeypatch.setattr(records._engine, "_database", interrupted)
    with pytest.raises(KeyboardInterrupt):
        counts(records, "id")


@pytest.mark.skipif(sys.platform == "win32", reason="file locks")
def test_folders_of_killed_programs_are_removed_later(own_temp: Path) -> None:
    dead = own_temp / f"{_PREFIX}dead"
    dead.mkdir()
    (dead / "in-use").write_text("")
    living = Scratch()
    other = Scratch()
    assert living.folder.is_dir()
    assert not dead.exists()
    assert other.folder.is_dir()
    assert living.folder.is_dir()  # in use by this process: the sweep of the other left it
    living.close()
    other.close()
    assert left() == set()


def test_progress_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,race\n1,W\n")
    said: list[tuple[int, int, str]] = []
    frames.open(tmp_path / "a.csv", progress=lambda *args: said.append(args))
    assert said == [(12, 12, "reading")]
