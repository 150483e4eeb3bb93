"""What `equitykit start` does: a folder with the notebooks in it, and a server on this computer alone."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from equitykit import resources
from equitykit.errors import EquitykitError, MissingExtra, ReadError

__all__ = ["Prepared", "address", "options", "prepare", "start"]

FIRST_PORT, PORTS = 8888, 50
TRIES = 5  # another program may take the port between the look and the start
APP, WORKINGS = "voila/render/start_here.ipynb", "lab/tree/start_here.ipynb"
NEEDED = ("jupyterlab", "ipywidgets", "anywidget", "voila")
KINDS = {"notebooks": "", "schemas": "schemas", "sample_data": "sample_data"}
NOT_COPIED = {".py", ".pyc"}
MESSAGE_SIZE = 200 * 1024 * 1024
IDLE, LOOK = 1800, 300  # seconds until the program behind a closed page ends, and between two looks
OWN_INSTRUMENTS = """\
# Your own instruments

Put a YAML file here, and `equitykit start` offers it beside the tools that ship. To begin, copy
`schemas/examples/waiting-room.yaml` or a file of `schemas/instruments` into this folder, give it an
id of its own, and change it. A copy of a tool that ships says so with `based_on`, followed by the id
of that tool: its other orders and short papers then serve the copy too.
`equitykit explain instruments/my-tool.yaml` says whether it can be used, and where it cannot, the
line. docs/instruments.md tells the rest.
"""
TEMPLATES = Path(__file__).parent / "widgets" / "share"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder made ready: what was copied, and what was there already and left as it was."""

    folder: Path
    copied: tuple[Path, ...]
    kept: tuple[Path, ...]


def prepare(folder: str | os.PathLike[str]) -> Prepared:
    """Copy notebooks, schemas and sample data to a folder; nothing that is there is overwritten.

    Parameters
    ----------
    folder : made where it does not exist.

    Returns
    -------
    Prepared

    Raises
    ------
    ReadError
        The folder cannot be made or written to.
    """
    target = Path(folder).expanduser().resolve()
    copied, kept = [], []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for kind, below in KINDS.items():
            source = resources.folder(kind)  # type: ignore[arg-type]
            for path in _files(source):
                place = target / below / path.relative_to(source)
                if place.exists():
                    kept.append(place)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
                copied.append(place)
        own = target / "instruments" / "README.md"
        own.parent.mkdir(exist_ok=True)
        if not own.exists():
            own.write_text(OWN_INSTRUMENTS, encoding="utf-8")
        _settings(target)
    except OSError as error:
        raise ReadError(
            f'The folder "{target}" cannot be used: {error.strerror or error}.',
            next_step="Name another folder, one that you may write to.",
        ) from error
    return Prepared(target, tuple(copied), tuple(kept))


def start(folder: str | os.PathLike[str] = ".", *, lab: bool = False, browser: bool = True) -> None:
    """Make a folder ready and open the guided pages; returns when the server has been stopped.

    Parameters
    ----------
    folder : where to work.
    lab : open JupyterLab, which shows the workings, in place of the pages alone.
    browser : open the page in the browser of this computer.

    Raises
    ------
    MissingExtra
        The parts for notebooks are not installed.
    EquitykitError
        The server could not run; its own words are in the file that is named.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra("equitykit start", "notebooks")
    ready = prepare(folder)
    _sign(ready.folder)
    token = secrets.token_hex(24)
    _surroundings(ready.folder, token)
    _tell(ready)
    log = _hidden(ready.folder) / "server.log"
    try:
        with _chatter_into(log):
            served = any(_serve(ready.folder, token, lab=lab, browser=browser) for _ in range(TRIES))
    except SystemExit as end:
        if end.code not in (None, 0):
            raise EquitykitError(
                "The server for the pages could not run.", next_step=f'What it said is in "{log}".'
            ) from end
        served = True
    if not served:
        raise EquitykitError(
            f"No port from {FIRST_PORT} up could be used: other programs took each one first.",
            next_step=f'Close other programs that serve pages, then try again. Details are in "{log}".',
        )
    print("equitykit has stopped. What you wrote is in the folder.")


def _serve(folder: Path, token: str, *, lab: bool, browser: bool) -> bool:
    """Serve until it is stopped; False where another program took the port at the last moment.

    The server looks for a free port when it is made and takes it when it runs. The address is
    told, and the browser opened, once the port is ours.
    """
    import asyncio

    app = import_module("jupyterlab.labapp").LabApp
    server = app.initialize_server(argv=options(folder, lab=lab))
    ours: list[int] = []

    def tell() -> None:  # waits in line behind the taking of the port
        ours.append(server.port)
        _invite(address(server.port, token, lab=lab), browser=browser)
        if browser:
            server.launch_browser()

    server.io_loop.add_callback(tell)
    try:
        server.start()
    except SystemExit:
        if ours:
            raise
        app.clear_instance()
        type(server).clear_instance()
        asyncio.set_event_loop(asyncio.new_event_loop())  # what waited in the old one is not wanted
        return False
    return True


@contextmanager
def _chatter_into(log: Path) -> Iterator[None]:
    """Write what the server and its kernels say to a file, so that the window stays readable."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
            yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def address(port: int, token: str, *, lab: bool = False) -> str:
    """The address of the first page, with the token that lets only you in."""
    return f"http://127.0.0.1:{port}/{WORKINGS if lab else APP}?token={token}"


def options(folder: Path, *, lab: bool) -> list[str]:
    """Options of the one server that serves the pages and JupyterLab."""
    return [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/{WORKINGS if lab else APP}",
        "--ServerApp.open_browser=False",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={FIRST_PORT}",
        f"--ServerApp.port_retries={PORTS}",
        "--ServerApp.allow_remote_access=False",
        "--ServerApp.answer_yes=True",
        f"--ServerApp.tornado_settings={{'websocket_max_message_size': {MESSAGE_SIZE}}}",
        "--ServerApp.log_level=ERROR",
        "--Application.log_level=ERROR",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=None",
        "--VoilaConfiguration.template=equitykit",
        "--VoilaConfiguration.theme=light",
        f"--MappingKernelManager.cull_idle_timeout={IDLE}",
        f"--MappingKernelManager.cull_interval={LOOK}",
        "--MappingKernelManager.cull_connected=False",
        f"--NotebookNotary.db_file={_hidden(folder) / 'signatures.db'}",
        f"--NotebookNotary.secret_file={_hidden(folder) / 'notebook_secret'}",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]


def _hidden(folder: Path) -> Path:
    return folder / ".equitykit"


def _files(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(source).parts)
        if path.is_file() and not hidden and path.suffix not in NOT_COPIED:
            yield path


def _settings(folder: Path) -> None:
    """Settings of JupyterLab for this folder alone: no news, no look for updates."""
    quiet = {
        "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
    }
    for name, content in quiet.items():
        path = _hidden(folder) / "lab-settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(json.dumps(content), encoding="utf-8")


def _surroundings(folder: Path, token: str) -> None:
    """What the server and its kernels find in their environment."""
    hidden = _hidden(folder)
    os.environ["JUPYTERLAB_SETTINGS_DIR"] = str(hidden / "lab-settings")
    os.environ["JUPYTERLAB_WORKSPACES_DIR"] = str(hidden / "lab-workspaces")
    paths = [str(TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    os.environ["JUPYTER_TOKEN"] = token
    os.environ["EQUITYKIT_FOLDER"] = os.environ["EQUITYKIT_SERVED"] = str(folder)


def _sign(folder: Path) -> None:
    """Mark our own notebooks as trusted, in this folder alone; others are left as they are."""
    nbformat, sign = import_module("nbformat"), import_module("nbformat.sign")
    hidden = _hidden(folder)
    notary = sign.NotebookNotary(
        db_file=str(hidden / "signatures.db"), secret_file=str(hidden / "notebook_secret")
    )
    for shipped in _files(resources.folder("notebooks")):
        copy = folder / shipped.name
        if copy.suffix == ".ipynb" and copy.is_file() and copy.read_bytes() == shipped.read_bytes():
            notary.sign(nbformat.read(copy, as_version=4))


def _tell(ready: Prepared) -> None:
    """Say in words what was done."""
    count = len(ready.copied)
    new = "1 file was" if count == 1 else f"{count} files were"
    print(f"equitykit works in this folder: {ready.folder}")
    if count:
        print(f"{new} copied there: the guided notebooks, the schemas and the sample data.")
    if ready.kept:
        print(f"{len(ready.kept)} were there already and were left as they are.")


def _invite(url: str, *, browser: bool) -> None:
    """Say where to look, and how to stop."""
    print(
        "The page opens in your browser. If it does not, open this address:"
        if browser
        else "Open this address:"
    )
    print(f"  {url}")
    print("It can be opened on this computer only, and nothing is sent anywhere.")
    print("To stop, come back to this window and press Ctrl-C.", flush=True)
