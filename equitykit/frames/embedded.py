"""The embedded database: kept within its memory, with a private folder to spill to, and stopped by Ctrl-C."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.errors import ReadError
from equitykit.frames.scratch import Scratch
from equitykit.text import plain

if TYPE_CHECKING:
    import duckdb

__all__ = ["Watch", "connect", "fetch", "identifier", "literal", "refused", "stop_if_interrupted"]

Watch = Callable[[float], None]

_MEMORY = "500MB"
_MOST_THREADS = 4  # each needs memory of its own
_LOOK = 0.2


def connect(scratch: Scratch, *, on_disk: bool) -> duckdb.DuckDBPyConnection:
    """An embedded database that keeps within its memory and downloads nothing."""
    import duckdb

    con = duckdb.connect(
        str(scratch.path("rows.duckdb")) if on_disk else ":memory:",
        config={
            "memory_limit": _MEMORY,
            "threads": str(min(os.cpu_count() or 1, _MOST_THREADS)),
            "temp_directory": str(scratch.path("spill")),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    con.execute("SET enable_progress_bar = false")
    return con


def fetch(con: duckdb.DuckDBPyConnection, sql: str, watch: Watch | None = None) -> list[tuple[Any, ...]]:
    """Rows of a query, without the progress bar that DuckDB would draw.

    ``watch`` is told from time to time how much of it is done, from 0 to 1.
    """
    cursor = con.cursor()
    if watch is None:
        cursor.execute("SET enable_progress_bar = false")
        return cursor.execute(sql).fetchall()
    for setting in (
        "enable_progress_bar = true",
        "enable_progress_bar_print = false",
        "progress_bar_time = 0",
    ):
        cursor.execute(f"SET {setting}")
    return _watched(cursor, sql, watch)


def _watched(cursor: duckdb.DuckDBPyConnection, sql: str, watch: Watch) -> list[tuple[Any, ...]]:
    """Run a query beside this thread, which looks at how far it is; Ctrl-C ends it at once."""
    found: list[list[tuple[Any, ...]]] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            found.append(cursor.execute(sql).fetchall())
        except BaseException as error:  # raised again in the thread that asked
            failed.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(_LOOK)
            share = cursor.query_progress() / 100
            if worker.is_alive() and 0 <= share <= 1:
                watch(share)
    except BaseException:
        cursor.interrupt()
        worker.join()
        raise
    if failed:
        raise failed[0]
    return found[0]


def literal(text: str | Path) -> str:
    """A text as SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def stop_if_interrupted(error: BaseException) -> None:
    """Ctrl-C during a query comes as an error of the database; it must still end the program."""
    if type(error).__name__ == "InterruptException":
        raise KeyboardInterrupt from error


def refused(error: Exception, subject: str) -> ReadError:
    """What DuckDB said, as an error that people can read."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ReadError(
        f"{subject} could not be read: {plain(first, 200)}.",
        next_step="Check that the file is complete and opens in the program that wrote it.",
    )
