"""Names planted in passages that nobody has masked yet are found in no file, whenever the program is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from equitykit.assessment import Assessment
from tests.guards.tree import ROOT

# They stand in the passages and in the list of names, and nowhere else.
PLANTED = (
    "Quillon",
    "Thessaly",
    "Zbigniewska",
    "555-014-7788",
    "zq.person@county.example",
    "1771 Quarrystone Lane",
)
RAW = (
    "Quillon Zbigniewska said on 3/14/2031 that thessaly waited at 1771 Quarrystone Lane. "
    "Call 555-014-7788 or zq.person@county.example about case QX-99120."
)
CHILD = '''
import os, signal, sys
from pathlib import Path

import equitykit as ek
from equitykit.analysis import read_text

RAW = sys.stdin.readline().strip()
NAMES = sys.stdin.readline().strip().split(",")
ek.Assessment  # loaded once, before the children are made

for moment in sys.argv[2:]:
    child = os.fork()
    if child:
        print(moment, os.waitpid(child, 0)[1], flush=True)
    else:
        break
else:
    os._exit(0)
folder = Path(sys.argv[1]) / moment.replace(" ", "-")

def end():
    os.kill(os.getpid(), signal.SIGKILL)

def at(name, event=None):
    """Die inside the next call of a function of the operating system."""
    real = getattr(os, name)
    def instead(*given, **more):
        if event == "after":
            real(*given, **more)
        end()
    setattr(os, name, instead)

one = ek.Assessment.open(folder / "a.equity.json", by="Coder 1")
analysis = one.analysis
one.draft("why_now", "half a sentence")
if moment == "imported":
    (folder.parent / "said.txt").write_text(RAW)
    segment = read_text(folder.parent / "said.txt").segments[0]
    (folder.parent / "said.txt").unlink()
    masking = analysis.begin_excerpt(segment, NAMES)
    end()
masking = analysis.begin_excerpt(RAW, NAMES)
if moment == "begun":
    end()
one.draft("why_now", "half a sentence, and some more")
if moment == "draft beside it":
    end()
analysis.add_memo("A thought while the passage is open.")
if moment == "saved beside it":
    end()
try:
    analysis.add_excerpt("s1", masking)
except ek.EquitykitError as error:
    print(error, flush=True)
try:
    masking.confirm(by="Coder 1")
except ek.EquitykitError as error:
    print(error, flush=True)
if moment == "after errors":
    end()
masking.mask_open()
print(repr(masking), masking.summary, flush=True)
if moment == "half decided":
    end()
masked = masking.confirm(by="Coder 1")
if moment == "confirmed":
    end()
if moment in ("fsync", "replace"):
    at(moment)
if moment == "replaced":
    at("replace", "after")
analysis.add_excerpt("s1", masked)
if moment == "kept":
    end()
analysis.code("x1", ["resources"])
one.redact("x1", "It shows who it is.")
end()
'''
MOMENTS = (
    "imported",
    "begun",
    "draft beside it",
    "saved beside it",
    "after errors",
    "half decided",
    "confirmed",
    "fsync",
    "replace",
    "replaced",
    "kept",
    "taken out",
)


def spellings(word: str) -> Iterator[bytes]:
    """The ways in which a word may stand in a file."""
    for each in {word, word.lower(), word.upper(), json.dumps(word)[1:-1]}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield each.encode(encoding)


def leaks(*folders: Path) -> list[str]:
    """Planted words found in any file, by its name too."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            data = os.fsencode(path.name) + (path.read_bytes() if path.is_file() else b"")
            found += [
                f"{word} in {path.name}" for word in PLANTED if any(one in data for one in spellings(word))
            ]
    return found


def begun(place: Path) -> Path:
    place.mkdir(parents=True)
    one = Assessment.open(place / "a.equity.json", instrument="race-equity-impact-assessment", by="Lead")
    one.analysis.use_features()
    one.analysis.add_source("Interview 1", kind="interview", voice="families", consent="given")
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begun(tmp_path / "work")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, int]]:
    """One child for each moment, each in a folder of its own; what they printed, and how they ended."""
    root = tmp_path_factory.mktemp("killed")
    for moment in MOMENTS:
        begun(root / moment.replace(" ", "-"))
    own = root / "own"
    own.mkdir()
    places = dict.fromkeys(("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(own))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(root), *MOMENTS],
        input=f"{RAW}\nThessaly,Quillon Zbigniewska\n",
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **places},
        check=False,
        timeout=120,
    )
    ends = [line.rpartition(" ") for line in done.stdout.splitlines() if line.rpartition(" ")[0] in MOMENTS]
    return root, done.stdout + done.stderr, {moment: int(status) for moment, _, status in ends}


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_no_file_holds_what_was_said(
    killed: tuple[Path, str, dict[str, int]], moment: str
) -> None:
    """Assessment, last good version, journal, lock and temporary files; and what was printed."""
    root, printed, ended = killed
    assert ended.get(moment) == signal.SIGKILL, printed
    place = root / moment.replace(" ", "-")
    assert leaks(place, root / "own") == []
    assert [word for word in PLANTED if word.lower() in printed.lower()] == []
    again = Assessment.open(place / "a.equity.json", by="Lead")
    if moment in ("kept", "replaced"):
        (kept,) = again.analysis.excerpts()
        assert kept.text.startswith("[name 1] said on [date] that [name 2] waited at [address]")
    assert leaks(place) == []


def test_the_search_finds_what_is_planted(folder: Path) -> None:
    (folder / "x.log").write_bytes("Thessaly".encode("utf-16-le"))
    (folder / "Quillon.txt").write_text("")
    assert leaks(folder) == ["Quillon in Quillon.txt", "Thessaly in x.log"]


def test_a_notebook_holds_none_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results shown, errors and tracebacks of a notebook in which the passage is read from elsewhere."""
    secret = folder.parent / "said.txt"
    secret.write_text(RAW)
    (folder.parent / "names.txt").write_text("Thessaly")
    cells = [
        "import equitykit as ek\nfrom pathlib import Path\nfrom equitykit.analysis import read_text\n"
        f"one = ek.Assessment.open({str(folder / 'a.equity.json')!r}, by='Coder 1')",
        f"said = read_text({str(secret)!r})\nsaid",
        "said.segments",
        "masking = one.analysis.begin_excerpt(said.segments[0], Path('../names.txt').read_text())\nmasking",
        "masking.marks",
        "print(masking.summary)\nmasking.open",
        "try:\n    one.analysis.add_excerpt('s1', masking)\nexcept ek.EquitykitError as error:\n    print(error)",
        "masking.confirm(by='Coder 1')",
        "import copy\ncopy.deepcopy(masking)",
        "one.analysis.section\none.analysis",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    NotebookClient(
        book, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    text = nbformat.writes(book)
    assert text.count('"output_type": "error"') == 2
    assert [word for word in PLANTED if word.lower() in text.lower()] == []
    assert leaks(folder) == []
