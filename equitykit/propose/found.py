"""What has been found of the race and ethnicity question, and the codes in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from equitykit.propose.evidence import Column, Confirm
from equitykit.standards import CodeSystem, Meaning

__all__ = ["Found", "codes_of", "missing_of", "propose_codes", "system_by_column"]


@dataclass
class Found:
    """The race and ethnicity question as it seems to be, with reasons and doubts."""

    spec: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    confirm: list[Confirm] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def propose_codes(
    column: Column, found: Found, *, roles: Iterable[str], with_columns: Sequence[Column] = ()
) -> None:
    """Believe a code system only where the whole value set supports it and no rival differs.

    A rival is every system that explains all the values, also one for the other half of the question (a
    column called race may hold ethnicity). A name that only one system uses, such as RAC1P, decides
    between rivals; a name that anybody would choose, such as race or ethnicity_code, does not.
    `with_columns` are further columns of the same kind, which are read by the same system.
    """
    every = column.systems()
    if not column.is_coded and not every:
        return
    unread = [text for text, _, m in column.meanings if m is None]
    if not unread:
        return
    hints = {s.id: len(_own_hint(s, column.name)) for s in every}
    longest = max(hints.values(), default=0)
    hinted = [s for s in every if longest and hints[s.id] == longest]
    wanted = tuple(roles)
    rivals = sorted(hinted or every, key=lambda s: s.role not in wanted)
    place = "questions.race_ethnicity.code_system"
    if not rivals:
        found.confirm.append(
            Confirm(
                place,
                f'The values of "{column.name}" are codes ({_few(unread)}) of no system known here. '
                "Say what each means.",
                (column.name,),
            )
        )
        return
    best = rivals[0]
    differ = [s for s in rivals[1:] if any(s.read(text) != best.read(text) for text in unread)]
    if differ or best.role not in wanted or (len(unread) < 2 and not hinted):
        names = ", ".join(f"{s.id} ({s.title})" for s in rivals)
        found.confirm.append(
            Confirm(
                place,
                f'The codes of "{column.name}" ({_few(unread)}) fit more than one system, or too few are seen: '
                f"{names}. Name the right one.",
                (column.name,),
            )
        )
        return
    _believe(column, best, found, by_name=bool(hinted), with_columns=with_columns)


_ANYBODYS = frozenset(
    ("race", "races", "ethnicity", "ethnic", "ethn", "code", "codes", "cd", "and")
    + ("driver", "victim", "offender", "arrestee", "person")
)
_PARTS = re.compile(r"[a-z]+")


def _own_hint(system: CodeSystem, name: str) -> str:
    """The hint of a system in a column name, unless anybody could call the column so."""
    hint = system.hint_in(name) or ""
    parts = _PARTS.findall(hint.replace("raceethnicity", "race"))
    return "" if all(part in _ANYBODYS for part in parts) else hint


def _believe(
    column: Column, system: CodeSystem, found: Found, *, by_name: bool, with_columns: Sequence[Column] = ()
) -> None:
    if len(found.spec["columns"]) == 1 and "code_system" not in found.spec:
        found.spec["code_system"] = system.id
    else:
        named = system_by_column(found.spec)
        found.spec["code_system"] = named | {c.name: system.id for c in (column, *with_columns)}
    why = "every value is one of its codes" + (
        ", and the column is called as there" if by_name else ", and no other system fits"
    )
    found.reasons.append(f'"{column.name}" is read by {system.id} ({system.title}): {why}.')
    found.confirm.append(
        Confirm(
            "questions.race_ethnicity.code_system",
            f'Confirm that "{column.name}" is coded by {system.id} ({system.title}).',
            (column.name,),
        )
    )


def system_by_column(spec: dict[str, Any]) -> dict[str, str]:
    """The code systems named so far, one for each column."""
    named = spec.get("code_system") or {}
    return dict(named) if isinstance(named, dict) else dict.fromkeys(spec["columns"], named)


def codes_of(pairs: Iterable[tuple[str, Meaning | None]]) -> dict[str, Any]:
    """Codebook entries for raw values whose meaning is known; missing reasons are left to `missing_of`."""
    entries: dict[str, Any] = {}
    for raw, meaning in pairs:
        if meaning is None or (meaning.missing and not meaning.adds):
            continue
        if meaning.adds:
            entries[raw] = sorted(meaning.adds) if len(meaning.adds) > 1 else next(iter(meaning.adds))
        elif meaning.one_of:
            entries[raw] = {"one_of": sorted(meaning.one_of)}
        elif meaning.residual:
            entries[raw] = meaning.residual
        elif meaning.not_hispanic:
            entries[raw] = "none"
    return entries


def missing_of(pairs: Iterable[tuple[str, Meaning | None]]) -> dict[str, str]:
    """Codebook entries for raw values that stand for a missing reason."""
    return {raw: m.missing for raw, m in pairs if m is not None and m.missing and not m.adds}


def _few(texts: Sequence[str]) -> str:
    shown = ", ".join(f'"{text[:20]}"' for text in texts[:8])
    return shown + (", ..." if len(texts) > 8 else "")
