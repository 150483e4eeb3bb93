"""Commands about what follows an assessment: what is due, and several sites together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitykit.cli.options import FormatOption, OutOption
from equitykit.cli.output import chosen_format, emit, saving, say_line
from equitykit.errors import ReadError


def due(
    folder: Annotated[Path, typer.Argument(help="Folder that holds the assessments.")] = Path("."),
    ics: Annotated[Path | None, typer.Option("--ics", help="Write a calendar file to import.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Judge it from this day: YYYY-MM-DD.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is done or dropped.")] = False,
    format: FormatOption = None,
    output: OutOption = None,
) -> None:
    """List the reviews and actions that are due, over all assessments of a folder."""
    from equitykit.due import due as look
    from equitykit.report import due_document

    found = look(folder, on=on)
    emit(
        chosen_format(format, output),
        output,
        found.to_dict,
        lambda: due_document(found, everything=everything),
    )
    if ics is not None:
        calendar = found.to_ics()
        saving(ics, lambda: ics.write_bytes(calendar.encode("utf-8")))
        say_line(f"Calendar written to {ics}", error=True)


def merge(
    assessments: Annotated[list[Path], typer.Argument(help="Files *.equity.json, or folders of them.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="FILE.merged.json, FILE.html or FILE.md.")
    ] = None,
    instrument: Annotated[
        str | None, typer.Option("--instrument", help="Id or file, where the files do not say which.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Also count by the answers to this question (its id).")
    ] = None,
    minimum: Annotated[
        int, typer.Option("--minimum", help="Groups of fewer answers are not shown apart; ours is 5.")
    ] = 5,
) -> None:
    """Put the assessments of several sites together: counts, agreement, every text with its origin."""
    from equitykit.merge import merge as together

    if output is None:
        raise ReadError(
            "Merged assessments are written to a file, and none was named.",
            next_step="Name one with -o, for example -o counties.merged.json, or -o counties.html for people.",
        )
    found = together(assessments, instrument=instrument, by=by, minimum=minimum)
    if output.suffix.lower() == ".json":
        found.save(output)
    else:
        found.report(output)
    sites = len(found.sites)
    say_line(f"{sites} site{'' if sites == 1 else 's'} put together. Written to {output}")
    for one in found.left_out:
        say_line(f"Not counted: {one['file']}: {one['why']}")
    if found.left_in_files:
        said = ", ".join(
            f"{n} {kind if n > 1 else kind.removesuffix('s')}" for kind, n in found.left_in_files.items()
        )
        say_line(f"Left in the files of the sites: {said}")
    for site in found.data["sites"]:
        if site["analyses_differ"]:
            files = " and ".join(site["files"])
            say_line(f"To settle: {site['site']}: {files} hold different analyses. Neither is counted.")
    for one in found.conflicts:
        files = " and ".join(answer["file"] for answer in one["answers"])
        say_line(f"To settle: {one['site']}, \u201c{one['label']}\u201d: {files} differ. Neither is counted.")
