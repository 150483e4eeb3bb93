"""The data of a batch, opened where they lie: the engine that holds them counts them.

There is no way round: a batch whose engine equitykit cannot ask is an error, never a copy in memory.
"""

from __future__ import annotations

from typing import Any

from equitykit import frames
from equitykit.errors import ReadError
from equitykit.frames import Records

__all__ = ["ENGINES", "of_database", "of_frame"]

ENGINES = ("pandas", "Spark", "SQLite", "PostgreSQL")
_STEP = "Load the rows as a pandas or Spark frame, or audit the file with: equitykit audit FILE"


def of_frame(frame: Any) -> Records:
    """Records of a pandas or Spark frame as it is."""
    return frames.open(frame)


def of_database(engine: Any, selectable: Any) -> Records:
    """Records of what a batch selects from a database, counted there over a connection that only reads.

    Parameters
    ----------
    engine : SQLAlchemy engine of the batch.
    selectable : its table or query.

    Raises
    ------
    ReadError
        Another database than SQLite or PostgreSQL, one in memory, or one that does not let us in.
    """
    kind = engine.dialect.name
    if kind == "sqlite":
        address = _sqlite_file(engine.url)
    elif kind == "postgresql":
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    else:
        raise ReadError(
            f'Batches of "{kind}" cannot be counted where they lie.', allowed=ENGINES, next_step=_STEP
        )
    return frames.open(address, query=_selected(engine, selectable))


def _sqlite_file(url: Any) -> str:
    name = str(url.database or "")
    if not name or name == ":memory:" or url.query.get("mode") == "memory" or name.startswith("file:"):
        raise ReadError(
            "A SQLite database in memory belongs to one connection, so it cannot be counted where it lies.",
            next_step="Keep it in a file: sqlite:///folder/file.db",
        )
    return name


def _selected(engine: Any, selectable: Any) -> str:
    """The query that a batch stands for."""
    import sqlalchemy as sa

    # "named" leaves a percent sign in the text of a query as it is.
    dialect = type(engine.dialect)(paramstyle="named")
    query = sa.select(sa.text("*")).select_from(selectable)
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
