"""What one answer takes from another: where it begins from."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from equitykit.errors import nearest
from equitykit.instruments.rows import ActionsAsk, RowsAsk

if TYPE_CHECKING:
    from equitykit.instruments.base import StartsFrom
    from equitykit.instruments.model import Instrument

_WRITTEN = ("text", "longtext", "group")


def check_known(where: str, what: str, name: str, options: tuple[str, ...]) -> None:
    """Refuse a name that is none of the options, and say which is nearest."""
    if name not in options:
        close = nearest(name, options)
        hint = f' Did you mean "{close}"?' if close else ""
        raise ValueError(
            f'{where}: there is no {what} "{name}".{hint} Allowed: {", ".join(options) or "none"}'
        )


def check_earlier(where: str, name: str, earlier: tuple[str, ...], every: Collection[str]) -> None:
    """Refuse a question that does not come before this one."""
    if name in every and name not in earlier:
        raise ValueError(f'{where}: "{name}" comes later or is the question itself; name an earlier one')
    check_known(where, "earlier question", name, earlier)


def check_carrying(instrument: Instrument) -> None:
    """Refuse a question that begins from an answer in a way that cannot be."""
    earlier: tuple[str, ...] = ()
    every = {ask.id for ask in instrument.asks()}
    for ask in instrument.asks():
        start: StartsFrom | None = getattr(ask, "starts_from", None)
        if start is not None:
            where = f"question {ask.id}, starts_from"
            check_earlier(where, start.ask, earlier, every)
            _check_start(where, ask, instrument.ask(start.ask), start)
        earlier += (ask.id,)


def _check_start(where: str, ask: Any, other: Any, start: StartsFrom) -> None:
    if ask.kind == "longtext":
        if other.kind not in ("text", "longtext"):
            raise ValueError(
                f"{where}: a text begins from a text; {other.id} is of kind {other.kind}. Allowed: text, longtext"
            )
        if start.columns or start.filled:
            raise ValueError(f"{where}: columns and filled are for rows; {ask.id} is of kind longtext")
        return
    if not isinstance(other, RowsAsk):
        raise ValueError(
            f"{where}: rows begin from rows; {other.id} is of kind {other.kind}. Allowed: people, table, map"
        )
    if not start.columns:
        raise ValueError(
            f"{where}: columns is missing; say which column here is filled from which one of {other.id}"
        )
    here = {column.id: column.kind for column in ask.typed_columns()}
    there = {column.id: column.kind for column in other.typed_columns()}
    for name, sources in start.columns.items():
        check_known(f"{where}, columns", f"column of {ask.id}", name, tuple(here))
        for source in sources:
            check_known(f"{where}, columns", f"column of {other.id}", source, tuple(there))
            fits = (
                here[name] in _WRITTEN
                and there[source] != "choice"
                or here[name] == there[source] != "choice"
            )
            if not fits or (len(sources) > 1 and here[name] not in _WRITTEN):
                raise ValueError(
                    f'{where}, columns: "{name}" is of kind {here[name]} and cannot be filled from '
                    f'"{source}", which is of kind {there[source]}'
                )
    if isinstance(ask, ActionsAsk) and "what" not in start.columns:
        raise ValueError(f'{where}, columns: an action needs "what"')
    if start.filled is not None:
        check_known(f"{where}, filled", f"column of {other.id}", start.filled, tuple(there))
