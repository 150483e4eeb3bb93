"""The program itself: its commands, and what becomes of a failure."""

from __future__ import annotations

import sys
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from equitykit.cli import begin, catalogue, check, counts, follow, lint, write
from equitykit.cli.output import DEBUG, fail, say_line
from equitykit.errors import EquitykitError
from equitykit.text import plain
from equitykit.version import __version__

_STOPPED = "Stopped. Nothing half-written was left behind."
_INTERRUPTED = 130  # what Typer makes of Ctrl-C
# Typer carries its own copy of click, or uses the installed one: the base of its usage errors, either way.
_UsageError: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

COMMANDS = (
    ("demo", begin.demo),
    ("start", begin.start),
    ("propose", check.propose),
    ("audit", check.audit),
    ("lint", lint.lint),
    ("compare", lint.compare),
    ("measure", counts.measure),
    ("crosswalk", counts.crosswalk),
    ("stages", counts.stages),
    ("durations", counts.durations),
    ("form", write.form_),
    ("protect", counts.protect),
    ("report", write.report_),
    ("merge", follow.merge),
    ("due", follow.due),
    ("explain", catalogue.explain),
    ("list", catalogue.list_),
    ("doctor", begin.doctor),
)

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Checks, disparity measures and guided assessments for racial equity. Nothing leaves this machine.",
)


@app.callback(invoke_without_command=False)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the technical details of a failure.")] = False,
) -> None:
    """Checks, disparity measures and guided assessments for racial equity. Nothing leaves this machine."""


for _name, _command in COMMANDS:
    app.command(_name)(_command)


@cache
def _program() -> Any:
    """The commands as they run, made once for all calls in one process."""
    return get_command(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every failure is a sentence and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    DEBUG.set(debug)
    if not given:
        given = ["--help"]
    given = [argument for argument in given if argument != "--debug"]
    if given == ["--version"]:
        say_line(f"equitykit {__version__}")
        raise SystemExit(0)
    try:
        code = _program()(args=given, prog_name="equitykit", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        fail(_STOPPED, code=_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except EquitykitError as problem:
        if debug:
            raise
        fail(plain(str(problem)))
    except _UsageError as problem:
        fail(f"{plain(getattr(problem, 'format_message', problem.__str__)())} See: equitykit --help")
    except Exception as problem:
        if debug:
            raise
        fail(
            f"Something went wrong that equitykit did not expect ({type(problem).__name__}). "
            "Run it again with --debug to see the details, and report them without any data."
        )
    if code == _INTERRUPTED:
        fail(_STOPPED, code=_INTERRUPTED)
    raise SystemExit(code if isinstance(code, int) else 0)
