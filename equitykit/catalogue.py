"""What there is, in words: checks, measures, standards, instruments, papers made of them, and this installation."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import TYPE_CHECKING

from equitykit import checks, instruments, measures, standards
from equitykit.catalogue_papers import explain_statement, explain_view, statement_titles, view_titles
from equitykit.catalogue_standards import aligned, explain_code_system, explain_standard, page
from equitykit.checks import INPUTS_OF, SEVERITIES, Check
from equitykit.errors import EquitykitError, UnknownName
from equitykit.measures.presets import PRESETS
from equitykit.measures.registry import NEEDED
from equitykit.version import __version__

if TYPE_CHECKING:
    from equitykit.checks import Threshold

__all__ = ["KINDS", "docs_pages", "doctor", "explain", "listing"]

GENERATED = "<!-- Written by docs/build.py from the code. Change the code, then run: make docs -->"
_SAID_BY = {"cited": "from the source below", "default": "ours", "codebook": "from the codebook"}
_LEFT_OUT = ("Examples", "Parameters", "Returns", "Raises", "Source")
_SECTION = re.compile(r"^(?P<title>[A-Z][^\n]*)\n-{3,}\n", re.MULTILINE)
_PART = re.compile(r"^(Why it matters|How|Example|When to ignore it):", re.MULTILINE)
_SEEN_BY = {
    "records": "records",
    "form": "forms",
    "results": "published tables",
    "process": "what people answered about the way data are collected",
}

# -- what there is -------------------------------------------------------------------------------------


def _check_titles() -> dict[str, str]:
    return {each.id: each.title for each in checks.checks()}


def _measure_titles() -> dict[str, str]:
    return {name: measures.measure(name).title for name in measures.measures()}


def _standard_titles() -> dict[str, str]:
    return {name: standards.standard(name).title for name in standards.standards()}


def _code_system_titles() -> dict[str, str]:
    return {name: standards.code_system(name).title for name in standards.code_systems()}


def _instrument_titles() -> dict[str, str]:
    return {name: instruments.load(name).title for name in instruments.instruments()}


def _preset_titles() -> dict[str, str]:
    return {name: one.title for name, one in PRESETS.items()}


KINDS: Mapping[str, Callable[[], dict[str, str]]] = {
    "checks": _check_titles,
    "measures": _measure_titles,
    "standards": _standard_titles,
    "code-systems": _code_system_titles,
    "instruments": _instrument_titles,
    "presets": _preset_titles,
    "views": view_titles,
    "statements": statement_titles,
}


def listing(kind: str) -> list[str]:
    """Lines that name everything of one kind: id and title.

    Parameters
    ----------
    kind : "checks", "measures", "standards", "code-systems", "instruments", "presets", "views" or "statements".

    Raises
    ------
    UnknownName
        For another kind.

    Examples
    --------
    >>> [line for line in listing("standards") if line.startswith("us-omb-spd15-2024 ")] != []
    True
    """
    if kind not in KINDS:
        raise UnknownName("list", kind, KINDS)
    return aligned(KINDS[kind]())


def explain(name: str) -> str:
    """What a check, measure, standard, code system, instrument, view or statement is, in words.

    Parameters
    ----------
    name : its id, as `listing` gives it; or the path of an instrument of your own.

    Raises
    ------
    UnknownName
        With the nearest of all names.

    Examples
    --------
    >>> explain("other-share").splitlines()[0]
    'other-share: Many people are recorded as "Other"'
    """
    tellers = (
        _explain_check, _explain_measure, explain_standard, explain_code_system, _explain_instrument,
        _explain_preset, explain_view, explain_statement,
    )  # fmt: skip
    if name.strip().endswith((".yaml", ".yml")):
        return _explain_instrument(name.strip())
    names = [tuple(titles()) for titles in KINDS.values()]
    wanted = name.strip().lower()
    told = [teller(wanted) for teller, known in zip(tellers, names, strict=True) if wanted in known]
    if not told:
        every = [each for known in names for each in known]
        raise UnknownName(
            "check, measure, standard, code system, instrument, view or statement",
            name,
            every,
            next_step=f"See them with: equitykit list, and one of {', '.join(KINDS)}.",
        )
    return "\n\n".join(told)


# -- checks --------------------------------------------------------------------------------------------


def _severity(check: Check) -> str:
    if SEVERITIES.index(check.severity) == len(SEVERITIES) - 1:
        return check.severity
    return f"{check.severity} at most; a finding may be milder, never worse"


def _threshold(name: str, limit: Threshold) -> str:
    severity = f", then {limit.severity}" if limit.severity else ""
    return f"{name} {limit.value:g} ({_SAID_BY[limit.source]}){severity}"


def _check_facts(check: Check) -> Iterator[tuple[str, str]]:
    yield "Severity", _severity(check)
    yield "Looks at", " and ".join(_SEEN_BY[subject] for subject in check.subjects)
    yield "Needs", "; ".join(check.needs) or "nothing"
    if check.thresholds:
        yield "Thresholds", "; ".join(_threshold(*pair) for pair in check.thresholds.items())
    yield "What to do", check.remedy
    yield "Source", check.source
    if check.unverified:
        yield "Not verified", check.unverified


def _enabling(check: Check) -> list[str]:
    """How to give what it needs, where that is more than a file with rows."""
    known = [INPUTS_OF[subject] for subject in check.subjects if subject in INPUTS_OF]
    return [
        f"Without {name}: {inputs[name].missing}. {inputs[name].enable}"
        for name in check.needs
        if name != "rows"
        for inputs in known
    ]


def _explain_check(name: str) -> str:
    check = checks.get(name)
    facts = [f"{title}: {text}" for title, text in _check_facts(check)]
    return page(f"{check.id}: {check.title}", check.doc, facts, _enabling(check))


def _check_page(check: Check) -> str:
    rows = "\n".join(f"| {title} | {_cell(text)} |" for title, text in _check_facts(check))
    enabling = "\n".join(f"- {line}" for line in _enabling(check))
    return page(
        f"# `{check.id}`",
        GENERATED,
        f"**{check.title}.**",
        _PART.sub(r"**\1:**", check.doc),
        f"| in short | |\n|---|---|\n{rows}",
        enabling and f"If it was not run:\n\n{enabling}",
        "[All checks](index.md)",
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _checks_index() -> str:
    rows = "\n".join(
        f"| [`{each.id}`]({each.id}.md) | {_cell(each.title)} | {each.severity} |" for each in checks.checks()
    )
    return page(
        "# Checks",
        GENERATED,
        "Each check ends in *found*, *clear* or *not run*. A finding may be milder than the severity named "
        "here, never worse. In a shell: `equitykit list checks`, `equitykit explain other-share`.",
        f"| check | the problem | severity |\n|---|---|---|\n{rows}",
    )


# -- the others ----------------------------------------------------------------------------------------


def _sections(docstring: str) -> str:
    """A docstring with sections as plain paragraphs."""
    parts = _SECTION.split(docstring.strip() + "\n")
    told = [parts[0].strip()]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        if title not in _LEFT_OUT:
            told.append(f"{title}: {body.strip()}")
    return "\n\n".join(told)


def _explain_preset(name: str) -> str:
    found = PRESETS[name]
    numbers = ", ".join(f"{key} {value:g}" for key, value in found.parameters.items() if value is not None)
    facts = [
        f"Measures: {', '.join(found.measures)}",
        f"Compared with: {found.reference or 'a reference, named by you'}",
        *([f"Numbers, unless you set others: {numbers}"] if numbers else []),
        *([f"Not verified: {found.unverified}"] if found.unverified else []),
        f"Source: {found.source}",
    ]
    return page(f"{found.id}: {found.title}", f"{found.rule[0].upper()}{found.rule[1:]}.", facts)


def _explain_measure(name: str) -> str:
    found = measures.measure(name)
    facts = [
        f"Compares: {'by division' if found.scale == 'relative' else 'by subtraction, or as it is'}",
        f"Gives: {'one value per group' if found.over == 'group' else 'one value over all groups'}",
        f"Groups count: {'by their size' if found.weighted else 'each the same'}",
        f"Needs: {NEEDED[found.needs]}",
        f"No disparity: {'no such value' if found.null is None else f'{found.null:g}'}",
        f"Interval: {found.interval}",
        *([f"Methods, by name: {', '.join(found.methods)}"] if found.methods else []),
        *([f"Shown beside it: {found.crude}"] if found.crude else []),
        f"Computed by: {found.library}",
        f"Source: {found.source}",
    ]
    return page(f"{found.id}: {found.title}", _sections(found.doc), facts)


def _explain_instrument(name: str) -> str:
    found = instruments.load(name)
    return page(
        f"{found.id}: {found.title}",
        [text for text in (found.subtitle, found.purpose) if text],
        [
            "Ways through it:",
            *(f"{t.id}: {t.title}, about {t.minutes} minutes. {t.description}" for t in found.tracks),
        ],
        ["Parts:", *(f"{number}. {part.title}" for number, part in enumerate(found.parts, start=1))],
        found.credit.text,
        [f"{link.title}: {link.url}" for link in found.credit.links],
    )


def docs_pages() -> dict[str, str]:
    """Pages of the checks (an index, and one each), by their path below docs/."""
    pages = {f"checks/{each.id}.md": _check_page(each) for each in checks.checks()}
    return {"checks/index.md": _checks_index(), **pages}


# -- this installation ---------------------------------------------------------------------------------

_REQUIREMENT = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?(?P<bounds>[^;]*)(;.*extra == ['\"](?P<extra>[^'\"]+)['\"])?"
)
_PYTHONS = ((3, 11), (3, 14))
_FOR_BUILDERS = frozenset({"all", "test"})


def doctor() -> list[str]:
    """What is installed here, whether it will do, and what to do where it will not.

    Looks at this machine only; the one file it writes is removed again at once.
    """
    return [*_machine(), *_packages(), *_encoding(), *_folder(), *_settings()]


def _settings() -> Iterator[str]:
    from equitykit import config

    try:
        path = config.find().path
    except EquitykitError as problem:
        yield f"Settings: {problem}"
    else:
        yield f"Settings: {'none' if path is None else os.path.relpath(path)}"


def _machine() -> Iterator[str]:
    import platform

    yield f"equitykit {__version__}"
    version = sys.version_info
    fits = _PYTHONS[0] <= version[:2] < _PYTHONS[1]
    advice = "" if fits else ": too old or too new; use Python 3.11, 3.12 or 3.13"
    yield f"Python {platform.python_version()}{advice}"
    yield f"{platform.system()} {platform.release()}, {platform.machine()}"


def _packages() -> Iterator[str]:
    try:
        required = metadata.requires("equitykit") or []
    except metadata.PackageNotFoundError:
        yield "equitykit runs from its folder and is not installed: pip install -e . in that folder"
        return
    extras: dict[str, list[str]] = {}
    for line in required:
        found = _REQUIREMENT.match(line)
        if found is None:
            continue
        if found["extra"] is None:
            yield _core_package(found["name"], found["bounds"])
        elif found["extra"] not in _FOR_BUILDERS:
            extras.setdefault(found["extra"], []).append(found["name"])
    for extra, names in sorted(extras.items()):
        missing = [name for name in names if _installed(name) is None]
        if missing:
            what = ", ".join(missing)
            yield f'{extra}: not here ({what}); if you need it: pip install "equitykit[{extra}]"'
        else:
            yield f"{extra}: {', '.join(f'{name} {_installed(name)}' for name in names)}"


def _core_package(name: str, bounds: str) -> str:
    version = _installed(name)
    if version is None:
        return f"{name}: MISSING; install it with: pip install {name}"
    lowest = re.search(r">=\s*([\d.]+)", bounds)
    if lowest and _numbers(version) < _numbers(lowest[1]):
        return f"{name} {version}: TOO OLD, {lowest[1]} is needed; pip install --upgrade {name}"
    return f"{name} {version}"


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _encoding() -> Iterator[str]:
    encoding = sys.stdout.encoding or "unknown"
    try:
        "é – “ ≥ か".encode(encoding)
    except (LookupError, UnicodeEncodeError):
        yield f"The screen shows {encoding}: some letters come out as escapes; set PYTHONUTF8=1 to see them"
    else:
        yield f"The screen shows {encoding}: all letters"


def _folder() -> Iterator[str]:
    try:
        with tempfile.TemporaryFile(dir="."):
            pass
    except OSError as problem:
        why = problem.strerror or problem
        yield f"This folder cannot be written ({why}): go to another one, or give -o FILE"
    else:
        yield "This folder can be written"
