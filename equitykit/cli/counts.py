"""Commands that count: rates by group, and tables made safe to show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from equitykit.cli.asked import Asked, whole_days
from equitykit.cli.options import (
    AgreementOption,
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
from equitykit.cli.output import (
    MACHINE,
    Progress,
    agreed,
    chosen_format,
    emit,
    listed,
    open_records,
    read_json,
    saving,
    say,
    say_line,
    steered,
    write_whole,
)


def measure(
    data: Data,
    codebook: Annotated[str, typer.Option("--codebook", help="How the columns answer the questions (YAML).")],
    outcome: Annotated[str, typer.Option("--outcome", help="Name of an outcome in the codebook.")],
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "--reference",
            help="Compare with: total, all-others, best, largest, or a group. Several: side by side.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", help="Questions to cross: QUESTION[,QUESTION].")
    ] = "race_ethnicity",
    reason: Annotated[
        list[str] | None,
        typer.Option(
            "--reason", help="Why that reference; kept in the result. With several: one each, in order."
        ),
    ] = None,
    adjust_for: Annotated[
        list[str] | None,
        typer.Option(
            "--adjust-for",
            help="NAME:before, NAME:after or NAME:unsure (in relation to race): a question, site, worker or "
            "column held alike, beside the crude result. Several may be given.",
        ),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option("--family", help="Name of what is looked at together; q values are then given."),
    ] = None,
    measures: Annotated[str | None, typer.Option("--measures", help="Measures: ID,ID.")] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", help="A rule of others in place of --measures: four-fifths, idea-300-647, ..."
        ),
    ] = None,
    tabulation: Annotated[
        str | None,
        typer.Option(
            "--tabulation",
            help="any (unless --adjust-for), frequent-combinations or single-residual.",
        ),
    ] = None,
    rule: Annotated[str, typer.Option("--rule", help="Rule for counts too small to show.")] = "cms-11",
    protect: Annotated[
        str | None,
        typer.Option(
            "--protect",
            help="For others: hide what small counts could be told from, by this rule (cms-11, ...).",
        ),
    ] = None,
    cost: Annotated[
        str | None,
        typer.Option(
            "--cost", help="With --protect, weights that keep a group from being hidden for others: GROUP=5."
        ),
    ] = None,
    previous: Annotated[
        str | None,
        typer.Option(
            "--previous",
            help="With --protect, what was released before of the same people: a FILE.json of this command.",
        ),
    ] = None,
    agreement: AgreementOption = None,
    standard: StandardOption = None,
    format: FormatOption = None,
    output: OutOption = None,
    sheet: SheetOption = None,
    header_row: HeaderOption = None,
    no_header: NoHeaderOption = False,
    names: NamesOption = None,
    skip_bad_lines: SkipOption = False,
    table: TableOption = None,
    query: QueryOption = None,
) -> None:
    """Rates by group, differences and ratios, with honest intervals."""
    from equitykit import report
    from equitykit.adjust import adjust
    from equitykit.disaggregate import disaggregate
    from equitykit.errors import MeasureError
    from equitykit.measures import compare_references, disparities
    from equitykit.measures import preset as by_preset

    if protect is None and (cost is not None or previous is not None):
        raise MeasureError(
            "--cost and --previous are for what is made for others.", next_step="Add --protect cms-11."
        )
    asked = Asked.of(reference, reason, adjust_for, preset=preset, others={
        "--protect": protect, "--measures": measures, "--family": family,
    })  # fmt: skip
    wanted = chosen_format(format, output)
    released: dict[str, Any] = {
        "cost": None if cost is None else steered(cost),
        "governance": codebook,
        "agreements": agreed(agreement),
        "previous": None if previous is None else read_json(previous),
    }
    with Progress(quiet=wanted in MACHINE) as progress:
        records = open_records(
            data, sheet, header_row, no_header, names, skip_bad_lines, table, query, progress=progress
        )
        if asked.covariates:
            held = adjust(
                records, codebook, outcome=outcome, reference=asked.reference or "", covariates=asked.covariates,
                by=listed(by) or (), reason=asked.reason, tabulation=tabulation or "single-residual",
                standard=standard, rule=rule,
            )  # fmt: skip
        else:
            groups = disaggregate(
                records,
                codebook,
                outcome=outcome,
                by=listed(by) or (),
                tabulation=tabulation or "any",
                standard=standard,
            )
    if asked.covariates:
        emit(wanted, output, held.to_dict, lambda: report.adjusted_document(held))
        return
    if len(asked.references) > 1:
        both = compare_references(groups, asked.references, measures=listed(measures), rule=rule)
        if protect is not None:
            each = both.protect(protect, **released)
            emit(wanted, output, each.to_dict, lambda: report.protected_references_document(each))
            return
        emit(wanted, output, both.to_dict, lambda: report.references_document(both))
        return
    if preset is not None:
        gaps = by_preset(preset, groups, reference=asked.reference, reason=asked.reason, rule=rule)
    else:
        gaps = disparities(
            groups, reference=asked.reference or "", measures=listed(measures), reason=asked.reason, rule=rule,
            family=family,
        )  # fmt: skip
    if protect is not None:
        safe = gaps.protect(protect, **released)
        emit(wanted, output, safe.to_dict, lambda: report.protected_gaps_document(safe))
        return
    emit(wanted, output, gaps.to_dict, lambda: report.disparities_document(gaps))


def durations(
    data: Data,
    codebook: Annotated[str, typer.Option("--codebook", help="How the columns answer the questions (YAML).")],
    duration: Annotated[str, typer.Option("--duration", help="Name of a duration in the codebook.")],
    by: Annotated[
        str, typer.Option("--by", help="Questions to cross: QUESTION[,QUESTION].")
    ] = "race_ethnicity",
    days: Annotated[
        str, typer.Option("--days", help="Days at which to say who has left: N,N.")
    ] = "180,365,730",
    tabulation: Annotated[
        str, typer.Option("--tabulation", help="any, frequent-combinations or single-residual.")
    ] = "single-residual",
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
    """How long people stay, by group: the day by which half have left, and who left in which way."""
    from equitykit import report
    from equitykit.durations import durations as stay

    horizons = whole_days(days)
    wanted = chosen_format(format, output)
    records = open_records(data, sheet, header_row, no_header, names, skip_bad_lines)
    found = stay(
        records, codebook, duration=duration, by=listed(by) or (), horizons=horizons, tabulation=tabulation,
        standard=standard, rule=rule,
    )  # fmt: skip
    emit(wanted, output, found.to_dict, lambda: report.durations_document(found))


def stages(
    data: Data,
    codebook: Annotated[str, typer.Option("--codebook", help="How the columns answer the questions (YAML).")],
    reference: Annotated[
        str, typer.Option("--reference", help="Compare with: total, all-others, best, largest, or a group.")
    ],
    by: Annotated[
        str, typer.Option("--by", help="Questions to cross: QUESTION[,QUESTION].")
    ] = "race_ethnicity",
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why that reference; kept in the result.")
    ] = None,
    chain: Annotated[
        str | None, typer.Option("--chain", help="Stages in their order, in place of the codebook's: A,B,C.")
    ] = None,
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="Counts of the population the chain begins with.")
    ] = None,
    tabulation: Annotated[
        str | None,
        typer.Option(
            "--tabulation", help="any (unless --protect), frequent-combinations or single-residual."
        ),
    ] = None,
    rule: Annotated[str, typer.Option("--rule", help="Rule for counts too small to show.")] = "cms-11",
    protect: Annotated[
        str | None,
        typer.Option(
            "--protect",
            help="For others: hide what small counts could be told from, at all stages together (cms-11, ...).",
        ),
    ] = None,
    agreement: AgreementOption = None,
    standard: StandardOption = None,
    format: FormatOption = None,
    output: OutOption = None,
    sheet: SheetOption = None,
    header_row: HeaderOption = None,
    no_header: NoHeaderOption = False,
    names: NamesOption = None,
    skip_bad_lines: SkipOption = False,
    table: TableOption = None,
    query: QueryOption = None,
) -> None:
    """Groups along a chain of decisions: each stage with both denominators, and where a gap opens."""
    from equitykit import report
    from equitykit.errors import MeasureError
    from equitykit.stages import stages as follow

    if protect is None and agreement:
        raise MeasureError("--agreement is for what is made for others.", next_step="Add --protect cms-11.")
    wanted = chosen_format(format, output)
    with Progress(quiet=wanted in MACHINE) as progress:
        records = open_records(
            data, sheet, header_row, no_header, names, skip_bad_lines, table, query, progress=progress
        )
        followed = follow(
            records,
            codebook,
            by=listed(by) or (),
            reference=reference,
            reason=reason,
            chain=listed(chain),
            benchmark=benchmark,
            tabulation=tabulation or ("any" if protect is None else "single-residual"),
            standard=standard,
            rule=rule,
        )
    if protect is not None:
        safe = followed.protect(protect, governance=codebook, agreements=agreed(agreement))
        emit(wanted, output, safe.to_dict, lambda: report.protected_stages_document(safe))
        return
    emit(wanted, output, followed.to_dict, lambda: report.stages_document(followed))


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
    proof: Annotated[
        str | None,
        typer.Option("--proof", help="cover (usual), exact (usual where counts are rounded) or marks."),
    ] = None,
    cost: Annotated[
        str,
        typer.Option(
            "--cost",
            help="Who is hidden for others: cells (fewest), value (fewest people), or weights by label that keep "
            "a group from it: LABEL=5,LABEL=2.",
        ),
    ] = "cells",
    previous: Annotated[
        str | None, typer.Option("--previous", help="The earlier release of this table.")
    ] = None,
    round_to: Annotated[
        int | None, typer.Option("--round-to", help="Round to 3, 5 or 10 instead of hiding.")
    ] = None,
    codebook: CodebookOption = None,
    agreement: AgreementOption = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="FILE.csv, .json, .md or .html.")
    ] = None,
) -> None:
    """Hide small counts in a table of counts, and whatever would give them away."""
    from equitykit.suppression.files import OpenTable, written

    opened = OpenTable.read(table, count=count, total=total)
    before = None if previous is None else OpenTable.read(previous, count=count, total=total)
    done = opened.protect(
        dimensions=listed(dimensions),
        events=listed(events),
        rule=rule,
        proof=proof,
        cost=steered(cost),
        previous=before,
        round_to=round_to,
        governance=codebook,
        agreements=agreed(agreement),
    )
    text = written(opened, done, output.suffix.lower() if output is not None else ".csv")
    if output is None:
        say(text)
    else:
        saving(output, lambda: write_whole(output, text))
        say_line(f"Written to {output}")
    for line in done.summary():
        say_line(line, error=output is None)


def crosswalk(
    data: Data,
    to: Annotated[str, typer.Option("--to", help="Id of the standard to go to.")],
    codebook: CodebookOption = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Id of the standard of the records; else the codebook's.")
    ] = None,
    format: FormatOption = None,
    output: OutOption = None,
    public: Annotated[
        bool, typer.Option("--public", help="Hide counts too small to show to others.")
    ] = False,
    sheet: SheetOption = None,
    header_row: HeaderOption = None,
    no_header: NoHeaderOption = False,
    names: NamesOption = None,
    skip_bad_lines: SkipOption = False,
) -> None:
    """Count who is no longer seen when records go from one standard to another."""
    from equitykit import report
    from equitykit.crosswalk import crosswalk as walk

    wanted = chosen_format(format, output)
    with Progress(quiet=wanted in MACHINE) as progress:
        records = open_records(data, sheet, header_row, no_header, names, skip_bad_lines, progress=progress)
        done = walk(records, codebook, to=to, from_=from_)
    emit(
        wanted,
        output,
        lambda: done.to_dict(public=public),
        lambda: report.crosswalk_document(done, public=public),
    )
