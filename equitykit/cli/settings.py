"""What an audit is asked to do: options of the command line first, then the settings of the project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equitykit.cli.output import chosen_format, listed, say_when_debugging
from equitykit.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from equitykit.config import Config

AUDIT_FORMATS = ("text", "json", "html", "md", "sarif", "junit")

AuditFormatOption = Annotated[
    str | None, typer.Option("--format", help="text, json, html, md, sarif or junit.")
]
BenchmarkOption = Annotated[
    str | None, typer.Option("--benchmark", help="Population counts to compare with (CSV).")
]
FailOption = Annotated[str | None, typer.Option("--fail-on", help="Exit with 1 at or above this severity.")]
SelectOption = Annotated[
    str | None, typer.Option("--select", help="Only these checks: ID,ID; q- stands for all that begin so.")
]
IgnoreOption = Annotated[str | None, typer.Option("--ignore", help="Not these checks: ID,ID.")]
BaselineOption = Annotated[
    str | None, typer.Option("--baseline", help="File of accepted findings; only new ones count.")
]
ConfigOption = Annotated[
    str | None, typer.Option("--config", help="Settings to use: a TOML file; else the nearest one.")
]
IsolatedOption = Annotated[bool, typer.Option("--isolated", help="Use no settings file.")]


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one audit, whoever said it."""

    codebook: str | None = None
    standard: str | None = None
    benchmark: str | None = None
    baseline: str | None = None
    format: str = "text"
    fail_on: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)


def settle(
    subject: str,
    *,
    config: str | None = None,
    isolated: bool = False,
    codebook: str | None = None,
    standard: str | None = None,
    benchmark: str | None = None,
    baseline: str | None = None,
    format: str | None = None,
    output: Path | None = None,
    fail_on: str | None = None,
    select: str | None = None,
    ignore: str | None = None,
) -> Settings:
    """Put options and settings together; an option wins, and a selection undoes what settings ignore.

    Raises
    ------
    ConfigError, UnknownName
        Settings that cannot be used, a severity or a format that does not exist.
    """
    from equitykit.checks import SEVERITIES

    own = _configured(subject, config, isolated)
    if fail_on is not None and fail_on not in SEVERITIES:
        raise UnknownName("severity", fail_on, SEVERITIES)
    selected, ignored = listed(select), listed(ignore)
    left_out = own.ignored_for(subject)
    if ignored is not None or selected is not None:
        left_out = tuple(name for name in left_out if name not in own.ignore)
    return Settings(
        codebook=codebook or own.codebook,
        standard=standard or own.standard,
        benchmark=benchmark or own.benchmark,
        baseline=baseline or own.baseline,
        format=chosen_format(format, output, allowed=AUDIT_FORMATS, otherwise=own.format),
        fail_on=fail_on or own.fail_on,
        select=tuple(selected) if selected is not None else own.select,
        ignore=(*left_out, *(ignored or ())),
        thresholds=own.thresholds,
    )


def _configured(subject: str, config: str | None, isolated: bool) -> Config:
    from equitykit.config import Config, find, load

    if isolated:
        if config is not None:
            raise ConfigError(
                'Options "--config" and "--isolated" do not go together.', next_step="Leave one of them out."
            )
        return Config()
    chosen = load(config) if config is not None else find(subject)
    where = "none" if chosen.path is None else os.path.relpath(chosen.path)
    say_when_debugging(f"Settings: {where}")
    return chosen
