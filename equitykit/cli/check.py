"""Commands that look at records and forms: propose a codebook, audit."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from equitykit.cli.options import (
    CodebookOption,
    Data,
    FormatOption,
    HeaderOption,
    NamesOption,
    NoHeaderOption,
    OutOption,
    QueryOption,
    SheetOption,
    SkipOption,
    StandardOption,
    TableOption,
)
from equitykit.cli.output import Progress, chosen_format, emit, listed, open_records, saving, say, say_line
from equitykit.errors import UnknownName


def propose(
    data: Data,
    form: Annotated[
        str | None, typer.Option("--form", help="Data dictionary of the form beside the data.")
    ] = None,
    standard: StandardOption = None,
    output: OutOption = None,
    sheet: SheetOption = None,
    header_row: HeaderOption = None,
    no_header: NoHeaderOption = False,
    names: NamesOption = None,
    skip_bad_lines: SkipOption = False,
    table: TableOption = None,
    query: QueryOption = None,
) -> None:
    """Propose a codebook for a file, and list what a person must confirm."""
    from equitykit.propose import propose as make

    records = open_records(data, sheet, header_row, no_header, names, skip_bad_lines, table, query)
    proposal = make(records, form=form, standard=standard)
    if output is not None:
        saving(output, lambda: proposal.save(output))
        say(proposal.review())
        say_line(
            f"Codebook written to {output}. Go through it, then: "
            f"equitykit audit {records.source.path} --codebook {output}"
        )
    else:
        say(proposal.codebook.to_yaml())
        say(proposal.review(), error=True)


def audit(
    subject: Annotated[
        str,
        typer.Argument(
            help="A file of records, a form, or an assessment of the process: told apart by its content."
        ),
    ],
    codebook: CodebookOption = None,
    standard: StandardOption = None,
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="Population counts to compare with (CSV).")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--as", help="What the file is: records, form or process.")
    ] = None,
    format: FormatOption = None,
    output: OutOption = None,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit with 1 at or above this severity.")
    ] = None,
    select: Annotated[str | None, typer.Option("--select", help="Only these checks: ID,ID.")] = None,
    ignore: Annotated[str | None, typer.Option("--ignore", help="Not these checks: ID,ID.")] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Hide counts too small to show to others.")
    ] = False,
    name_workers: Annotated[
        bool, typer.Option("--name-workers", help="Print worker ids instead of worker 1, 2.")
    ] = False,
    skip_bad_lines: SkipOption = False,
    no_header: NoHeaderOption = False,
    names: NamesOption = None,
    sheet: SheetOption = None,
    header_row: HeaderOption = None,
    table: TableOption = None,
    query: QueryOption = None,
) -> None:
    """Check how a file of records was collected and coded, the form it is collected with, or the process."""
    from equitykit import report
    from equitykit.audit import KINDS
    from equitykit.audit import audit as check
    from equitykit.checks import SEVERITIES
    from equitykit.forms import is_form, read_form
    from equitykit.process import is_process, read_process

    wanted = chosen_format(format, output)
    if fail_on is not None and fail_on not in SEVERITIES:
        raise UnknownName("severity", fail_on, SEVERITIES)
    if kind not in (None, *KINDS):
        raise UnknownName("subject that this version can check", kind, KINDS)
    process = kind == "process" or (kind is None and is_process(subject))
    form = kind == "form" or (kind is None and not process and is_form(subject))
    with Progress() as progress:
        opened: Any = (
            read_process(subject)
            if process
            else read_form(subject)
            if form
            else open_records(
                subject, sheet, header_row, no_header, names, skip_bad_lines, table, query, progress=progress
            )
        )
        done = check(
            opened,
            codebook,
            standard=standard,
            kind=kind,
            benchmark=benchmark,
            select=listed(select),
            ignore=listed(ignore) or (),
            public=public,
            name_workers=name_workers,
            progress=progress,
        )
    brief = wanted == "text"
    emit(wanted, output, done.to_dict, lambda: report.audit_document(done.to_dict(), brief=brief))
    if fail_on is not None and done.found(fail_on):
        raise typer.Exit(1)
