"""Commands that write something to hand on: a form, the report of an assessment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitykit.cli.options import StandardOption
from equitykit.cli.output import listed, saving, say_line
from equitykit.errors import ReadError, UnknownName


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
        listed(questions) or (),
        standard=standard or "us-omb-spd15-2024",
        title=title,
        purpose=purpose,
        legal_basis=legal_basis,
        access=access,
        retention=retention,
        disclosure=disclosure,
        contact=contact,
    )
    saving(output, lambda: designed.write(output, format))
    say_line(f"Form written to {output}")


def report_(
    assessment: Annotated[
        Path, typer.Argument(help="An assessment: *.equity.json; or several: *.merged.json.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="FILE.html, .docx, .xlsx, .pdf or .md.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Leave out what is not for others.")] = False,
    view: Annotated[
        str | None,
        typer.Option("--view", help="Order the questions as others do: gare, seattle, five-questions, ..."),
    ] = None,
    statement: Annotated[
        str | None,
        typer.Option(
            "--statement",
            help="A short paper instead: iowa, minnesota, oregon, dc (our layout, no legal conclusion) or community; "
            "or a file of your own.",
        ),
    ] = None,
) -> None:
    """Write the report of an assessment, or of several put together."""
    from equitykit import report
    from equitykit.assessment import Assessment
    from equitykit.merge import read_merged

    merged = assessment.name.endswith(".merged.json")
    opened = read_merged(assessment).data if merged else Assessment.open(assessment)
    target = output or report.report_beside(assessment, public=public, statement=statement)
    report.write(opened, target, public=public, view=view, statement=statement)
    say_line(f"Report written to {target}")
