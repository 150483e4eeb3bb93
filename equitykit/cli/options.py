"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    str,
    typer.Argument(
        help="A file of records (CSV, TSV, XLSX, Parquet, JSON lines, SQLite) or a database: "
        "postgresql://user@host/database."
    ),
]
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
TableOption = Annotated[str | None, typer.Option("--table", help="Table of a database.")]
QueryOption = Annotated[
    str | None, typer.Option("--query", help="A SELECT over a database, instead of a table.")
]
AgreementOption = Annotated[
    list[str] | None,
    typer.Option(
        "--agreement",
        help='A group marked "governance: ask" in the codebook agreed to be shown: "AIAN: WHO, YYYY-MM-DD".',
    ),
]
