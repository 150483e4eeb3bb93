"""Commands to begin with: the demonstration, the notebooks, what is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitykit.cli.output import say_line


def demo(out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("demo")) -> None:
    """Do the whole job on invented sample data, and end with the report."""
    from equitykit.demo import run

    say_line(str(run(out, say=say_line)))


def start(
    folder: Annotated[Path, typer.Argument(help="Folder to work in.")] = Path("."),
    lab: Annotated[bool, typer.Option("--lab", help="Open JupyterLab, with the workings shown.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
) -> None:
    """Open the guided notebooks as a local web page; nothing is overwritten."""
    from equitykit.start import start as begin

    begin(folder, lab=lab, browser=not no_browser)


def doctor() -> None:
    """Say what is installed and whether it will do."""
    from equitykit.catalogue import doctor as look

    for line in look():
        say_line(line)
