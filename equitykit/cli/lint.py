"""Commands for pipelines: look at many files at once, and compare two audits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from equitykit.cli.options import FormatOption, OutOption
from equitykit.cli.output import chosen_format, emit, say_line
from equitykit.cli.settings import (
    BaselineOption,
    ConfigOption,
    FailOption,
    IgnoreOption,
    IsolatedOption,
    SelectOption,
    Settings,
    settle,
)
from equitykit.errors import EquitykitError, UnknownName

if TYPE_CHECKING:
    from equitykit.audit import Audit

_FAIL_ON = "medium"


def lint(
    files: Annotated[list[str], typer.Argument(help="Files to look at.")],
    only: Annotated[
        str | None, typer.Option("--only", help="Pass over files of another kind: records, form or process.")
    ] = None,
    fail_on: FailOption = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    baseline: BaselineOption = None,
    config: ConfigOption = None,
    isolated: IsolatedOption = False,
) -> None:
    """Audit many files, a line for each finding; small counts are hidden, since logs are read by many.

    Fails from medium upward where neither --fail-on nor the settings say otherwise.
    """
    from equitykit.audit import KINDS
    from equitykit.frames.database import without_password
    from equitykit.report.findings import accepted_words

    if only not in (None, *KINDS):
        raise UnknownName("subject that this version can check", only or "", KINDS)
    failed = unreadable = looked_at = 0
    for path in files:
        shown = without_password(path) if "://" in path else path
        settings = settle(
            path,
            config=config,
            isolated=isolated,
            baseline=baseline,
            fail_on=fail_on,
            select=select,
            ignore=ignore,
        )
        try:
            done = _audited(path, only, settings)
        except EquitykitError as problem:
            say_line(f"{shown}: {problem}", error=True)
            unreadable += 1
            continue
        if done is None:
            say_line(f"{shown}: passed over, it is of another kind")
            continue
        looked_at += 1
        for row in done.found():
            accepted = f" ({accepted_words(row['accepted'])})" if "accepted" in row else ""
            say_line(f"{shown}: {row['severity']} {row['check']}: {row['message']}{accepted}")
        for line in _rest(done):
            say_line(f"{shown}: {line}")
        failed += bool(done.found(settings.fail_on or _FAIL_ON, new=True))
    say_line(f"Looked at: {looked_at}. Failed: {failed}. Could not be read: {unreadable}.")
    if unreadable or failed:
        raise typer.Exit(2 if unreadable else 1)


def _audited(path: str, only: str | None, settings: Settings) -> Audit | None:
    """The audit of one file; None where it is of another kind."""
    from equitykit.audit import audit
    from equitykit.cli.accepting import with_baseline
    from equitykit.forms import is_form

    if only is not None and (only == "form") != is_form(path):
        return None
    done = audit(
        path,
        settings.codebook,
        standard=settings.standard,
        benchmark=settings.benchmark,
        select=settings.select,
        ignore=settings.ignore,
        parameters=settings.thresholds,
        public=True,
    )
    if only not in (None, done.data["subject"]["kind"]):
        return None
    return with_baseline(done, settings.baseline)


def _rest(done: Audit) -> Iterator[str]:
    """What else a reader of a log must know: what could not be looked for."""
    stopped = int(done.data["summary"]["not_run"])
    if stopped:
        were = "1 check" if stopped == 1 else f"{stopped} checks"
        yield f"{were} could not be made; equitykit audit says what is needed"


def compare(
    earlier: Annotated[str, typer.Argument(help="An audit as JSON, the earlier one.")],
    later: Annotated[str, typer.Argument(help="An audit as JSON, the later one.")],
    format: FormatOption = None,
    output: OutOption = None,
) -> None:
    """Say what changed between two audits: what is new, gone and changed."""
    from equitykit import report
    from equitykit.compare import compare as changes_between

    wanted = chosen_format(format, output)
    changes = changes_between(earlier, later)
    emit(wanted, output, changes.to_dict, lambda: report.changes_document(changes))
