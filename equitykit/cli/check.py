"""Commands that look at records and forms: propose a codebook, audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from equitykit.cli.options import (
    CodebookOption,
    Data,
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
from equitykit.cli.output import (
    MACHINE,
    Progress,
    emit,
    from_here,
    open_records,
    saving,
    say,
    say_line,
    whole,
)
from equitykit.cli.settings import (
    AuditFormatOption,
    BaselineOption,
    BenchmarkOption,
    ConfigOption,
    FailOption,
    IgnoreOption,
    IsolatedOption,
    SelectOption,
    settle,
)
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

    with Progress() as progress:
        records = open_records(
            data, sheet, header_row, no_header, names, skip_bad_lines, table, query, progress=progress
        )
        proposal = make(records, form=form, standard=standard)
    if output is not None:
        saving(output, lambda: whole(output, proposal.save))
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
            help="Records, a form, a published table, or an assessment of the process: told by its content."
        ),
    ],
    codebook: CodebookOption = None,
    standard: StandardOption = None,
    benchmark: BenchmarkOption = None,
    kind: Annotated[
        str | None, typer.Option("--as", help="What the file is: records, form, results or process.")
    ] = None,
    format: AuditFormatOption = None,
    output: OutOption = None,
    fail_on: FailOption = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    baseline: BaselineOption = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option("--write-baseline", help="Accept what is found, in this file; needs --reason and --by."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is accepted.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who accepts it.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Last day on which it counts as accepted: 2027-11-21.")
    ] = None,
    config: ConfigOption = None,
    isolated: IsolatedOption = False,
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
    """Check how records were collected and coded, their form, a published table, or the process."""
    from equitykit import report, results
    from equitykit.audit import KINDS
    from equitykit.audit import audit as check
    from equitykit.cli.accepting import accept, refuse_loose, with_baseline
    from equitykit.forms import is_form, read_form
    from equitykit.process import is_process, read_process

    settings = settle(
        subject,
        config=config,
        isolated=isolated,
        codebook=codebook,
        standard=standard,
        benchmark=benchmark,
        baseline=baseline,
        format=format,
        output=output,
        fail_on=fail_on,
        select=select,
        ignore=ignore,
    )
    if kind not in (None, *KINDS):
        raise UnknownName("subject that this version can check", kind, KINDS)
    refuse_loose(write_baseline, reason=reason, by=by, until=until)
    process = kind == "process" or (kind is None and is_process(subject))
    form = kind == "form" or (kind is None and not process and is_form(subject))
    free = kind is None and not (process or form or no_header or table or query or settings.codebook)
    published = kind == "results" or (
        free and results.is_results(subject, sheet=sheet, header_row=header_row)
    )
    with Progress(quiet=settings.format in MACHINE) as progress:
        opened: Any = (
            read_process(subject)
            if process
            else read_form(subject)
            if form
            else results.read_results(subject, sheet=sheet, header_row=header_row)
            if published
            else open_records(
                subject, sheet, header_row, no_header, names, skip_bad_lines, table, query, progress=progress
            )
        )
        done = check(
            opened,
            settings.codebook,
            standard=settings.standard,
            kind=kind,
            benchmark=settings.benchmark,
            select=settings.select,
            ignore=settings.ignore,
            public=public,
            name_workers=name_workers,
            parameters=settings.thresholds,
            progress=progress,
        )
    if write_baseline is not None:
        done = accept(done, write_baseline, reason=reason or "", by=by or "", until=until)
    else:
        done = with_baseline(done, settings.baseline)
    brief = settings.format == "text"
    emit(
        settings.format,
        output,
        done.to_dict,
        lambda: report.audit_document(done.to_dict(), brief=brief),
        {
            "sarif": lambda: report.sarif(done.to_dict(), uri=from_here(subject)),
            "junit": lambda: report.junit(done.to_dict(), fail_on=settings.fail_on),
        },
    )
    if settings.fail_on is not None and done.found(settings.fail_on, new=True):
        raise typer.Exit(1)
