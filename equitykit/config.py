"""Settings of a project: `equitykit.toml`, or `[tool.equitykit]` in `pyproject.toml`."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from equitykit.checks import SEVERITIES
from equitykit.errors import ConfigError, UnknownName, nearest
from equitykit.findings import chosen_ids, limits

__all__ = ["Config", "find", "load"]

OWN, SHARED = "equitykit.toml", "pyproject.toml"
FORMATS = ("text", "json", "html", "md", "sarif", "junit")
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Config:
    """What a project has settled for its audits; every value may be absent.

    Attributes
    ----------
    path : the file it was read from; None where there is none.
    select, ignore : ids of checks, or the beginning of ids with a hyphen at the end (`q-`).
    fail_on : severity from which an audit fails.
    standard, format : as on the command line.
    codebook, benchmark, baseline : files, as full paths; the file names them from its own folder.
    thresholds : limits by "check-id.name"; in an audit they are said to come from the codebook, which
        is to say: from the user.
    per_file_ignores : ids to leave out for files that fit a pattern.
    """

    path: Path | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    standard: str | None = None
    codebook: str | None = None
    benchmark: str | None = None
    baseline: str | None = None
    format: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ignored_for(self, subject: str | os.PathLike[str]) -> tuple[str, ...]:
        """Checks to leave out for one file: those of the project and those of the patterns it fits.

        A pattern without a slash is held against the name of the file, one with a slash against its
        path from the folder of the configuration.
        """
        path = Path(subject)
        inside = _below(path, self.path.parent) if self.path else path.name
        extra = (
            name
            for pattern, names in self.per_file_ignores.items()
            if fnmatch(inside if "/" in pattern else path.name, pattern)
            for name in names
        )
        return tuple(dict.fromkeys((*self.ignore, *extra)))


def find(subject: str | os.PathLike[str] | None = None) -> Config:
    """Nearest configuration: upward from the folder of the subject, else from the current folder.

    Parameters
    ----------
    subject : the file that is looked at.

    Interpretation
    --------------
    The way up ends with the folder that holds `.git`, or with the home folder. A folder outside of
    both is looked at alone, so that nobody else's file is ever used. In one folder `equitykit.toml`
    goes before `pyproject.toml`.

    Raises
    ------
    ConfigError
        A configuration that cannot be used.
    """
    starts = [Path.cwd()]
    if subject is not None:
        folder = Path(subject).parent if not Path(subject).is_dir() else Path(subject)
        starts.insert(0, folder)
    for start in starts:
        for folder in _upward(start):
            if (folder / OWN).is_file():
                return load(folder / OWN)
            if (folder / SHARED).is_file() and _table(folder / SHARED) is not None:
                return load(folder / SHARED)
    return Config()


def _upward(start: Path) -> Iterator[Path]:
    try:
        start = start.resolve(strict=True)
        home = Path.home().resolve()
    except (OSError, RuntimeError, ValueError):
        return
    way: list[Path] = []
    for folder in (start, *start.parents):
        way.append(folder)
        if folder == home or (folder / ".git").exists():
            yield from way
            return
    yield start


def _below(path: Path, folder: Path) -> str:
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except (OSError, ValueError):
        return path.name


def load(path: str | os.PathLike[str]) -> Config:
    """Read one configuration file.

    Raises
    ------
    ConfigError
        It is not there, is no TOML, or holds a key or value that means nothing, with the nearest one.
    """
    where = Path(path)
    table = _table(where)
    if table is None:
        raise ConfigError(
            f'"{where.name}" has no table [tool.equitykit].',
            next_step="Add one, or leave --config out.",
        )
    name = where.name
    _known(table, _READERS, name, "key")
    values = {key.replace("-", "_"): _read(key, raw, f'{name}, "{key}"') for key, raw in table.items()}
    for key in ("codebook", "benchmark", "baseline"):
        if key in values:
            values[key] = str(where.parent / values[key])
    return Config(path=where, **values)


def _read(key: str, raw: Any, where: str) -> Any:
    try:
        return _READERS[key](raw, where)
    except UnknownName as problem:
        raise ConfigError(
            f"{where}: {problem.problem}",
            allowed=problem.allowed,
            did_you_mean=problem.did_you_mean,
            next_step=problem.next_step,
        ) from None


def _table(path: Path) -> dict[str, Any] | None:
    """Settings in a file; None for a `pyproject.toml` that has none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f'"{path.name}" is too large for a configuration.')
        whole = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as problem:
        raise ConfigError(f'"{path.name}" cannot be read: {problem.strerror or problem}.') from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ConfigError(
            f'"{path.name}" is not TOML: {problem}.',
            next_step="Put it right, or use --isolated to go without it.",
        ) from None
    if path.name != SHARED:
        return whole
    tool = whole.get("tool")
    table = tool.get("equitykit") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f'"{path.name}": "tool.equitykit" is no table.')
    return table


def _known(given: Mapping[str, Any], allowed: Mapping[str, Any], where: str, what: str) -> None:
    for key in given:
        if key not in allowed:
            raise ConfigError(
                f'{where}: there is no {what} "{key}".',
                did_you_mean=nearest(key, allowed),
                allowed=allowed,
                next_step="See docs/in-ci.md.",
            )


def _text(raw: Any, where: str) -> str:
    if not isinstance(raw, str) or not raw.strip() or "\x00" in raw:
        raise ConfigError(f"{where}: {_shown(raw)} is no text.", next_step='Write it as "...".')
    return raw


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any, str], str]:
    def read(raw: Any, where: str) -> str:
        if _text(raw, where) not in allowed:
            raise ConfigError(
                f'{where}: "{raw}" means nothing.', did_you_mean=nearest(raw, allowed), allowed=allowed
            )
        return str(raw)

    return read


def _ids(raw: Any, where: str) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise ConfigError(
            f"{where}: {_shown(raw)} is no list of checks.", next_step='Write it as ["other-share", "q-"].'
        )
    names = tuple(_text(each, where) for each in raw)
    chosen_ids(names)
    return names


def _thresholds(raw: Any, where: str) -> dict[str, float]:
    """Limits by name; `"other-share.high" = 0.05` and `other-share.high = 0.05` are the same."""
    if not isinstance(raw, dict):
        raise ConfigError(
            f"{where}: {_shown(raw)} is no table.", next_step='Write "other-share.high" = 0.05.'
        )
    flat: dict[str, Any] = {}
    for key, value in raw.items():
        inner = (
            {f"{key}.{name}": each for name, each in value.items()}
            if isinstance(value, dict)
            else {key: value}
        )
        flat |= inner
    for key, value in flat.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or value < 0
        ):
            raise ConfigError(
                f'{where}: the limit "{key}" is {_shown(value)}.', next_step="Give a number of 0 or more."
            )
    return dict(limits(flat))


def _per_file(raw: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        raise ConfigError(
            f"{where}: {_shown(raw)} is no table.", next_step='Write "*.csv" = ["other-share"].'
        )
    return {pattern: _ids(names, f'{where}, "{pattern}"') for pattern, names in raw.items()}


def _shown(raw: Any) -> str:
    return f'"{raw}"' if isinstance(raw, str) else str(raw)


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "select": _ids,
    "ignore": _ids,
    "fail-on": _one_of(SEVERITIES),
    "standard": _text,
    "codebook": _text,
    "benchmark": _text,
    "baseline": _text,
    "format": _one_of(FORMATS),
    "thresholds": _thresholds,
    "per-file-ignores": _per_file,
}

KEYS = tuple(_READERS)
