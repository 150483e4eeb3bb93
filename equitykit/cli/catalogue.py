"""Commands that say what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from equitykit.cli.output import say, say_line
from equitykit.errors import UnknownName

_KINDS = ("checks", "measures", "standards", "code-systems", "instruments", "presets", "views", "statements")


def explain(
    name: Annotated[
        str,
        typer.Argument(
            help="A check, measure, standard, code system, instrument, view or statement; "
            "or the file of your own instrument."
        ),
    ],
) -> None:
    """Say what a check, measure or standard is, in words."""
    from equitykit.catalogue import explain as describe

    say(describe(name))


def list_(kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(_KINDS)}.")]) -> None:
    """List what there is of one kind.

    Instruments are also your own in the folder `instruments`; views and statements are the orders and the short
    papers that an assessment can be printed in.
    """
    from equitykit.catalogue import listing
    from equitykit.instruments import own

    if kind not in _KINDS:
        raise UnknownName("list", kind, _KINDS)
    for line in listing(kind):
        say_line(line)
    if kind == "instruments":
        for one in own("."):
            said = one.problem or f"{one.id}: {one.title}"
            say_line(f"{one.path.as_posix()}  {said}")
