"""The same verbs from a shell."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from equitykit.errors import EquitykitError, ReadError, UnknownName
from equitykit.text import plain
from equitykit.version import __version__

if TYPE_CHECKING:
    from equitykit.frames import Records
    from equitykit.report import Document

__all__ = ["app", "main"]

FORMATS = ("text", "json", "html", "md")
_SUFFIXES = {".json": "json", ".html": "html", ".htm": "html", ".md": "md", ".txt": "text"}
_KINDS = ("checks", "measures", "standards", "code-systems", "instruments")
_PATIENCE = 2.0
_STOPPED = "Stopped. Nothing half-written was left behind."
_INTERRUPTED = 130  # what Typer makes of Ctrl-C
# Typer carries its own copy of click, or uses the installed one: the base of its usage errors, either way.
_UsageError: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Checks, disparity measures and guided assessments for racial equity. Nothing leaves this machine.",
)

Data = Annotated[str, typer.Argument(help="A file of records: CSV, TSV, XLSX, Parquet or JSON lines.")]
CodebookOption = Annotated[
    str | None, typer.Option("--codebook", help="How the columns answer the questions (YAML).")
]
StandardOption = Annotated[
    str | None, typer.Option("--standard", help="Id of the standard; see: equitykit list standards.")
]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write to this file instead of the screen.")
]
FormatOption = Annotated[str | None, typer.Option("--format", help="text, json, html or md.")]
SheetOption = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]
HeaderOption = Annotated[
    int | None, typer.Option("--header-row", help="Row that holds the column names, from 1.")
]
NoHeaderOption = Annotated[bool, typer.Option("--no-header", help="The file has no row of column names.")]
NamesOption = Annotated[
    str | None, typer.Option("--names", help="Column names for a file without them: A,B,C.")
]
SkipOption = Annotated[
    bool, typer.Option("--skip-bad-lines", help="Go on past lines that cannot be read, and count them.")
]
_QuietOption = Annotated[bool, typer.Option("--debug", help="Show the technical details of a failure.")]


@app.callback(invoke_without_command=False)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
    debug: _QuietOption = False,
) -> None:
    """Checks, disparity measures and guided assessments for racial equity. Nothing leaves this machine."""


@app.command()
def demo(out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("demo")) -> None:
    """Do the whole job on invented sample data, and end with the report."""
    from equitykit.demo import run

    _say_line(str(run(out, say=_say_line)))


@app.command()
def start(
    folder: Annotated[Path, typer.Argument(help="Folder to work in.")] = Path("."),
    lab: Annotated[bool, typer.Option("--lab", help="Open JupyterLab, with the workings shown.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
) -> None:
    """Open the guided notebooks as a local web page; nothing is overwritten."""
    from equitykit.start import start as begin

    begin(folder, lab=lab, browser=not no_browser)


@app.command()
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
) -> None:
    """Propose a codebook for a file, and list what a person must confirm."""
    from equitykit.propose import propose as make

    records = _open(data, sheet, header_row, no_header, names, skip_bad_lines)
    proposal = make(records, form=form, standard=standard)
    if output is not None:
        _saving(output, lambda: proposal.save(output))
        _say(proposal.review())
        _say_line(
            f"Codebook written to {output}. Go through it, then: equitykit audit {data} --codebook {output}"
        )
    else:
        _say(proposal.codebook.to_yaml())
        _say(proposal.review(), error=True)


@app.command()
def audit(
    subject: Annotated[
        str, typer.Argument(help="A file of records, or a form: its kind is told by its content.")
    ],
    codebook: CodebookOption = None,
    standard: StandardOption = None,
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="Population counts to compare with (CSV).")
    ] = None,
    kind: Annotated[str | None, typer.Option("--as", help="What the file is: records or form.")] = None,
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
) -> None:
    """Check how a file of records was collected and coded, or the form it is collected with."""
    from equitykit import report
    from equitykit.audit import KINDS
    from equitykit.audit import audit as check
    from equitykit.checks import SEVERITIES
    from equitykit.forms import is_form, read_form

    wanted = _format(format, output)
    if fail_on is not None and fail_on not in SEVERITIES:
        raise UnknownName("severity", fail_on, SEVERITIES)
    if kind not in (None, *KINDS):
        raise UnknownName("subject that this version can check", kind, KINDS)
    form = kind == "form" or (kind is None and is_form(subject))
    with _Progress() as progress:
        opened: Any = (
            read_form(subject)
            if form
            else _open(subject, sheet, header_row, no_header, names, skip_bad_lines, progress=progress)
        )
        done = check(
            opened,
            codebook,
            standard=standard,
            kind=kind,
            benchmark=benchmark,
            select=_listed(select),
            ignore=_listed(ignore) or (),
            public=public,
            name_workers=name_workers,
            progress=progress,
        )
    brief = wanted == "text"
    _emit(wanted, output, done.to_dict, lambda: report.audit_document(done.to_dict(), brief=brief))
    if fail_on is not None and done.found(fail_on):
        raise typer.Exit(1)


@app.command()
def measure(
    data: Data,
    codebook: Annotated[str, typer.Option("--codebook", help="How the columns answer the questions (YAML).")],
    outcome: Annotated[str, typer.Option("--outcome", help="Name of an outcome in the codebook.")],
    reference: Annotated[
        str, typer.Option("--reference", help="Compare with: total, all-others, best, largest, or a group.")
    ],
    by: Annotated[
        str, typer.Option("--by", help="Questions to cross: QUESTION[,QUESTION].")
    ] = "race_ethnicity",
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why that reference; kept in the result.")
    ] = None,
    measures: Annotated[str | None, typer.Option("--measures", help="Measures: ID,ID.")] = None,
    tabulation: Annotated[
        str, typer.Option("--tabulation", help="any, frequent-combinations or single-residual.")
    ] = "any",
    rule: Annotated[str, typer.Option("--rule", help="Rule for counts too small to show.")] = "cms-11",
    standard: StandardOption = None,
    format: FormatOption = None,
    output: OutOption = None,
    sheet: SheetOption = None,
    header_row: HeaderOption = None,
    no_header: NoHeaderOption = False,
    names: NamesOption = None,
    skip_bad_lines: SkipOption = False,
) -> None:
    """Rates by group, differences and ratios, with honest intervals."""
    from equitykit import report
    from equitykit.disaggregate import disaggregate
    from equitykit.measures import disparities

    wanted = _format(format, output)
    records = _open(data, sheet, header_row, no_header, names, skip_bad_lines)
    groups = disaggregate(
        records, codebook, outcome=outcome, by=_listed(by) or (), tabulation=tabulation, standard=standard
    )
    gaps = disparities(groups, reference=reference, measures=_listed(measures), reason=reason, rule=rule)
    _emit(wanted, output, gaps.to_dict, lambda: report.disparities_document(gaps))


@app.command("form")
def form_(
    questions: Annotated[
        str, typer.Option("--questions", help="Questions to ask: QUESTION[,QUESTION].")
    ] = "race_ethnicity",
    standard: StandardOption = None,
    format: Annotated[str, typer.Option("--format", help="xlsform, redcap, fhir or html.")] = "xlsform",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    title: Annotated[str, typer.Option("--title", help="Title of the form.")] = "Questions about you",
    purpose: Annotated[str, typer.Option("--purpose", help="Why it is asked, in a sentence.")] = "",
    legal_basis: Annotated[str, typer.Option("--legal-basis", help="What allows asking.")] = "",
    access: Annotated[str, typer.Option("--access", help="Who can see the answers.")] = "",
    retention: Annotated[str, typer.Option("--retention", help="How long they are kept.")] = "",
    disclosure: Annotated[
        str, typer.Option("--disclosure", help="Who could compel you to hand them over.")
    ] = "",
    contact: Annotated[str, typer.Option("--contact", help="Whom people can ask.")] = "",
) -> None:
    """Write a form that asks as a standard says, for a form builder or for paper."""
    from equitykit.design import FORMATS as KINDS_OF_FORM
    from equitykit.design import design_form

    if format not in KINDS_OF_FORM:
        raise UnknownName("format of a form", format, KINDS_OF_FORM)
    if output is None:
        raise ReadError(
            "A form is written to a file, and none was named.",
            next_step="Name one with -o, for example -o form.xlsx.",
        )
    designed = design_form(
        _listed(questions) or (),
        standard=standard or "us-omb-spd15-2024",
        title=title,
        purpose=purpose,
        legal_basis=legal_basis,
        access=access,
        retention=retention,
        disclosure=disclosure,
        contact=contact,
    )
    _saving(output, lambda: designed.write(output, format))
    _say_line(f"Form written to {output}")


@app.command()
def protect(
    table: Annotated[
        str, typer.Argument(help="A long table (labels and counts) or a crossed one, with its totals.")
    ],
    rule: Annotated[str, typer.Option("--rule", help="Rule for counts too small to show.")] = "cms-11",
    dimensions: Annotated[
        str | None, typer.Option("--dimensions", help="Columns of labels in a long table: A,B.")
    ] = None,
    count: Annotated[str | None, typer.Option("--count", help="Column of counts in a long table.")] = None,
    events: Annotated[
        str | None, typer.Option("--events", help="Columns of events among those counted: A,B.")
    ] = None,
    total: Annotated[str, typer.Option("--total", help="Label of the totals.")] = "Total",
    proof: Annotated[str, typer.Option("--proof", help="cover, exact or marks.")] = "cover",
    cost: Annotated[str, typer.Option("--cost", help="cells or value.")] = "cells",
    previous: Annotated[
        str | None, typer.Option("--previous", help="The earlier release of this table.")
    ] = None,
    round_to: Annotated[
        int | None, typer.Option("--round-to", help="Round to 3, 5 or 10 instead of hiding.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="FILE.csv, .json, .md or .html.")
    ] = None,
) -> None:
    """Hide small counts in a table of counts, and whatever would give them away."""
    from equitykit.suppression.files import OpenTable, written

    opened = OpenTable.read(table, count=count, total=total)
    before = None if previous is None else OpenTable.read(previous, count=count, total=total)
    done = opened.protect(
        dimensions=_listed(dimensions),
        events=_listed(events),
        rule=rule,
        proof=proof,
        cost=cost,
        previous=before,
        round_to=round_to,
    )
    text = written(opened, done, output.suffix.lower() if output is not None else ".csv")
    if output is None:
        _say(text)
    else:
        _saving(output, lambda: _write(output, text))
        _say_line(f"Written to {output}")
    for line in done.summary():
        _say_line(line, error=output is None)


@app.command("report")
def report_(
    assessment: Annotated[Path, typer.Argument(help="An assessment: *.equity.json.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="FILE.html or FILE.md.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Leave out what is not for others.")] = False,
) -> None:
    """Write the report of an assessment."""
    from equitykit import report
    from equitykit.assessment import Assessment

    opened = Assessment.open(assessment)
    target = output or Path(str(assessment).removesuffix(".equity.json") + ".html")
    report.write(opened, target, public=public)
    _say_line(f"Report written to {target}")


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A check, measure, standard, code system or instrument.")],
) -> None:
    """Say what a check, measure or standard is, in words."""
    from equitykit.catalogue import explain as describe

    _say(describe(name))


@app.command("list")
def list_(kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(_KINDS)}.")]) -> None:
    """List checks, measures, standards, code systems or instruments."""
    from equitykit.catalogue import listing

    if kind not in _KINDS:
        raise UnknownName("list", kind, _KINDS)
    for line in listing(kind):
        _say_line(line)


@app.command()
def doctor() -> None:
    """Say what is installed and whether it will do."""
    from equitykit.catalogue import doctor as look

    for line in look():
        _say_line(line)


# -- helpers ------------------------------------------------------------------------------------------


def _open(
    path: str,
    sheet: str | None,
    header_row: int | None,
    no_header: bool,
    names: str | None,
    skip_bad_lines: bool,
    progress: Callable[[int, int, str], None] | None = None,
) -> Records:
    from equitykit import frames

    return frames.open(
        path,
        sheet=sheet,
        header_row=header_row,
        no_header=no_header or names is not None,
        names=_listed(names),
        skip_bad_lines=skip_bad_lines,
        progress=progress,
    )


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _format(given: str | None, output: Path | None) -> str:
    if given is None:
        return _SUFFIXES.get(output.suffix.lower(), "text") if output is not None else "text"
    if given not in FORMATS:
        raise UnknownName("format", given, FORMATS)
    return given


def _emit(
    wanted: str, output: Path | None, data: Callable[[], Any], document: Callable[[], Document]
) -> None:
    from equitykit.report import html, markdown, terminal

    if wanted == "json":
        text = json.dumps(data(), ensure_ascii=output is None, indent=1, allow_nan=False) + "\n"
    elif wanted == "html":
        text = html.render(document())
    elif wanted == "md":
        text = markdown.render(document())
    else:
        text = terminal.render(document(), width=_width())
    if output is None:
        _say(text)
    else:
        _saving(output, lambda: _write(output, text))
        _say_line(f"Written to {output}", error=wanted == "json")


def _width() -> int:
    import shutil

    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 100))


def _write(target: Path, text: str) -> None:
    """Write whole or not at all."""
    partial = target.with_name(f".{target.name}.part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, target)


def _saving(target: Path, write: Callable[[], Any]) -> None:
    try:
        write()
    except OSError as problem:
        raise ReadError(
            f'"{target}" cannot be written: {problem.strerror or problem}.',
            next_step="Close it where it is open, or choose another place with -o.",
        ) from None


def _say(text: str, *, error: bool = False) -> None:
    from equitykit.report.terminal import encodable

    stream = sys.stderr if error else sys.stdout
    stream.write(encodable(text if text.endswith("\n") else text + "\n", stream.encoding))
    stream.flush()


def _say_line(text: str, *, error: bool = False) -> None:
    _say(plain(text), error=error)


class _Progress:
    """Shows what is going on once it takes longer than two seconds, on a terminal only."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        if self._bar is None:
            if time.monotonic() - self._began < _PATIENCE or not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(what, total=total or None)
        self._bar.update(self._task, completed=done, total=total or None, description=plain(what))

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _fail(problem: str) -> NoReturn:
    _say(problem, error=True)
    raise SystemExit(2)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every failure is a sentence and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    if not given:
        given = ["--help"]
    given = [argument for argument in given if argument != "--debug"]
    if given == ["--version"]:
        _say_line(f"equitykit {__version__}")
        raise SystemExit(0)
    try:
        code = app(args=given, prog_name="equitykit", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        _fail(_STOPPED)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except EquitykitError as problem:
        if debug:
            raise
        _fail(plain(str(problem)))
    except _UsageError as problem:
        _fail(f"{plain(getattr(problem, 'format_message', problem.__str__)())} See: equitykit --help")
    except Exception as problem:
        if debug:
            raise
        _fail(
            f"Something went wrong that equitykit did not expect ({type(problem).__name__}). "
            "Run it again with --debug to see the details, and report them without any data."
        )
    if code == _INTERRUPTED:
        _fail(_STOPPED)
    raise SystemExit(code if isinstance(code, int) else 0)
