"""How every command reads, writes and speaks."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from equitykit.errors import MeasureError, ReadError, UnknownName
from equitykit.text import plain

if TYPE_CHECKING:
    from equitykit.frames import Records
    from equitykit.report import Document


FORMATS = ("text", "json", "html", "md")
MACHINE = frozenset({"json", "sarif", "junit"})  # read by programs: nothing else goes to the screen
_SUFFIXES = {
    **{".json": "json", ".html": "html", ".htm": "html", ".md": "md", ".txt": "text"},
    **{".sarif": "sarif", ".xml": "junit"},
}
DEBUG: ContextVar[bool] = ContextVar("debug", default=False)
_PATIENCE = 2.0


def open_records(
    path: str,
    sheet: str | None,
    header_row: int | None,
    no_header: bool,
    names: str | None,
    skip_bad_lines: bool,
    table: str | None = None,
    query: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Records:
    """Open records as the options of a command say."""
    from equitykit import frames

    return frames.open(
        path,
        sheet=sheet,
        header_row=header_row,
        no_header=no_header or names is not None,
        names=listed(names),
        skip_bad_lines=skip_bad_lines,
        table=table,
        query=query,
        progress=progress,
    )


def listed(text: str | None) -> list[str] | None:
    """Split the parts of A,B,C."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def agreed(given: list[str] | None) -> dict[str, str]:
    """Agreements as they are typed, "GROUP: WHO, YYYY-MM-DD", by group."""
    pairs = (text.partition(":") for text in given or ())
    return {group.strip(): said.strip() for group, _, said in pairs}


def steered(given: str) -> str | dict[str, float]:
    """A cost as it is typed: a name, or weights of labels, "LABEL=5,LABEL=2"."""
    if "=" not in given:
        return given
    weights = re.findall(r"\s*([^=]+?)\s*=\s*(\d+\.?\d*)\s*(?:,|$)", given)
    if ",".join(re.sub(r"\s", "", f"{label}={weight}") for label, weight in weights) != re.sub(
        r"\s", "", given
    ):
        raise MeasureError(
            f'The weights "{given}" cannot be read.',
            next_step="Write them as LABEL=5,LABEL=2: a number above 0 for each label.",
        )
    return {label: float(weight) for label, weight in weights}


def read_json(path: str) -> dict[str, Any]:
    """What was written before as JSON."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise ReadError(
            f'"{path}" cannot be read as JSON ({type(problem).__name__}).',
            next_step="Name a file that was written with -o FILE.json.",
        ) from None
    return found if isinstance(found, dict) else {}


def chosen_format(
    given: str | None,
    output: Path | None,
    *,
    allowed: tuple[str, ...] = FORMATS,
    otherwise: str | None = None,
) -> str:
    """Give the format asked for, or the one that the suffix of the file says, or else the usual one."""
    if given is not None and given not in allowed:
        raise UnknownName("format", given, allowed)
    suffix = _SUFFIXES.get(output.suffix.lower()) if output is not None else None
    said = given or (suffix if suffix in allowed else None)
    return said or (otherwise if output is None or suffix is None else None) or "text"


def emit(
    wanted: str,
    output: Path | None,
    data: Callable[[], Any],
    document: Callable[[], Document],
    others: Mapping[str, Callable[[], str]] | None = None,
) -> None:
    """Write a result in one format, to a file or to the screen; `others` are written by the caller."""
    from equitykit.report import html, markdown, terminal

    if others and wanted in others:
        text = others[wanted]()
    elif wanted == "json":
        text = json.dumps(data(), ensure_ascii=output is None, indent=1, allow_nan=False) + "\n"
    elif wanted == "html":
        text = html.render(document())
    elif wanted == "md":
        text = markdown.render(document())
    else:
        text = terminal.render(document(), width=_width())
    if output is None:
        say(text)
    else:
        saving(output, lambda: write_whole(output, text))
        say_line(f"Written to {output}", error=wanted in MACHINE)


def from_here(path: str) -> str:
    """Path of a file below the current folder, as written with slashes; its name alone elsewhere."""
    try:
        return Path(path).resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (OSError, ValueError):
        return Path(path).name


def _width() -> int:
    """Columns of the terminal, within reason."""
    import shutil

    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 100))


def write_whole(target: Path, text: str) -> None:
    """Write a text whole or not at all."""
    whole(target, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))


def whole(target: Path, write: Callable[[Path], Any]) -> None:
    """Let something be written beside the file first, and put it in place when it is whole."""
    partial = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        write(partial)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def saving(target: Path, write: Callable[[], Any]) -> None:
    """Save something; a file that cannot be written is a sentence."""
    try:
        write()
    except OSError as problem:
        raise ReadError(
            f'"{target}" cannot be written: {problem.strerror or problem}.',
            next_step="Close it where it is open, or choose another place with -o.",
        ) from None


def say(text: str, *, error: bool = False) -> None:
    """Print a text as the terminal can show it."""
    from equitykit.report.terminal import encodable

    stream = sys.stderr if error else sys.stdout
    stream.write(encodable(text if text.endswith("\n") else text + "\n", stream.encoding))
    stream.flush()


def say_line(text: str, *, error: bool = False) -> None:
    """Print a line without control characters."""
    say(plain(text), error=error)


def say_when_debugging(text: str) -> None:
    """Print a line about the workings, where they were asked for."""
    if DEBUG.get():
        say_line(text, error=True)


class Progress:
    """Shows what is going on once it takes longer than two seconds, on a terminal only.

    ``quiet`` shows nothing: the screen is read by a program.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._began = time.monotonic()
        self._off = quiet or not sys.stderr.isatty()
        self._bar: Any = None
        self._doing: tuple[str, int] = ("", 0)

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        """Say how far it has come."""
        if self._off or (self._bar is None and time.monotonic() - self._began < _PATIENCE):
            return
        if self._bar is None:
            self._start()
        amount = _amount(done, total, what)
        if self._doing != (what, total):  # another work, with a time of its own
            self._doing = (what, total)
            self._bar.reset(self._task, total=total or None, completed=done)
        self._bar.update(self._task, completed=done, description=plain(what), amount=amount)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[amount]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("left", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=None, amount="")

    def __exit__(self, *_: object) -> None:
        self._off = True
        if self._bar is not None:
            self._bar.stop()


def _amount(done: int, total: int, what: str) -> str:
    """How much is done, in what is counted: rows, or megabytes of a file whose rows are not known yet."""
    if what == "reading" and total:
        return f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
    if what == "reading":
        return f"{done:,} rows"
    return f"{done:,} of {total:,}" + (" rows" if what == "counting" else "")


def fail(problem: str, *, code: int = 2) -> NoReturn:
    """End with a sentence and an exit code."""
    say(problem, error=True)
    raise SystemExit(code)
