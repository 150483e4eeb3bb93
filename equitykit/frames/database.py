"""Tables of a database, counted by the database itself through Ibis.

A password never leaves the address it was given in: what is kept and shown of the address has none.
"""

from __future__ import annotations

import re
import sqlite3
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from equitykit.errors import ReadError, nearest
from equitykit.frames.names import column_names
from equitykit.frames.records import Records
from equitykit.frames.types import Source
from equitykit.text import plain

__all__ = [
    "ADDRESSES",
    "SQLITE",
    "is_address",
    "open_server",
    "open_sqlite",
    "sqlite_path",
    "trimmed",
    "without_password",
]

ADDRESSES = ("postgresql://user@host/database", "sqlite:///folder/file.db")
SQLITE = b"SQLite format 3\0"
"""First bytes of a SQLite file."""

_POSTGRESQL = ("postgresql", "postgres")
_INSTALL = 'Install what connects to databases: pip install "equitykit[sql]"'
_READ_ONLY = "-c default_transaction_read_only=on"


def is_address(subject: str) -> bool:
    """Whether a text is the address of a database server that can be opened."""
    scheme = subject.partition("://")[0].lower().partition("+")[0]  # +psycopg and the like name a driver
    return scheme in _POSTGRESQL and "://" in subject


def without_password(address: str) -> str:
    """An address of any kind without what may be a password: all before the last @ goes.

    Examples
    --------
    >>> without_password("mysql://me:s3cret@host/db?x=1"), without_password("https://example.org/a.csv")
    ('mysql://***@host/db', 'https://example.org/a.csv')
    """
    scheme, _, rest = address.partition("://")
    _, named, host = rest.rpartition("@")
    return f"{scheme}://{'***@' if named else ''}{host.partition('?')[0]}"


def sqlite_path(subject: str) -> str:
    """The file of ``sqlite:///file.db``; any other text as it is."""
    if not subject.lower().startswith("sqlite://"):
        return subject
    path = subject[len("sqlite://") :]
    if not path.startswith("/") or len(path) < 2:
        raise ReadError("The address names no file.", allowed=ADDRESSES[1:])
    return path[1:]


@dataclass(frozen=True, slots=True)
class _Address:
    """Where a server is."""

    host: str | None
    port: int | None
    user: str | None
    password: str | None
    database: str
    options: dict[str, str]

    @property
    def shown(self) -> str:
        """The address without password and options."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{user}{self.host or ''}{port}/{self.database}"


def _address(given: str) -> _Address:
    try:
        parts = urlsplit(given)
        port = parts.port
        odd = "@" in parts.path + parts.query + parts.fragment  # a password that was not written as %XX
    except ValueError:
        odd = True
    if odd:  # raised here, so that it carries no cause: that may hold a piece of the password
        raise ReadError(
            "The address of the database cannot be read.",
            allowed=ADDRESSES[:1],
            next_step="Write special characters of a password as %XX, or leave it out (PGPASSWORD, .pgpass).",
        )
    database = unquote(parts.path).removeprefix("/")
    if not database:
        raise ReadError("The address names no database.", allowed=ADDRESSES[:1])
    options = dict(parse_qsl(parts.query))
    return _Address(
        parts.hostname,
        port,
        unquote(parts.username) if parts.username else None,
        options.pop("password", None) or (unquote(parts.password) if parts.password else None),
        database,
        options,
    )


@dataclass(frozen=True, slots=True)
class _Database:
    """An open database, and what it is called where people can see it."""

    connection: Any
    shown: str
    secret: str | None = None

    def hide(self, text: object) -> str:
        """A message of the database without the password."""
        message = str(text)
        for secret in filter(None, (self.secret, self.secret and quote(self.secret, safe=""))):
            message = message.replace(secret, "***")
        return plain(re.sub(r"\s+", " ", message).strip(), 200)

    def refused(self, error: Exception) -> ReadError:
        """What the database said, in words."""
        return ReadError(
            f"{self.shown} cannot be read: {self.hide(error)}.",
            next_step="Check the address, the user's rights and that the database is running.",
        )


def open_server(given: str, *, table: str | None, query: str | None) -> Records:
    """Records of one table or query of a PostgreSQL server; nothing is written to it."""
    address = _address(given)
    _not_both(table, query)
    ibis = _ibis()
    unconnected = _Database(None, address.shown, address.password)
    failure: ReadError | None = None
    try:
        connection = ibis.postgres.connect(
            host=address.host,
            user=address.user,
            password=address.password,
            port=address.port or 5432,
            database=address.database,
            options=_READ_ONLY,
            **{"application_name": "equitykit", **address.options},
        )
    except ImportError as error:
        raise ReadError("The driver for PostgreSQL is not installed.", next_step=_INSTALL) from error
    except Exception as error:
        failure = unconnected.refused(error)
    if failure is not None:  # raised here, so that it carries no cause: that holds the password
        raise failure
    database = _Database(connection, address.shown, address.password)
    return _records(database, address.shown, None, table, query)


def open_sqlite(path: Path, given: str, digest: str, *, table: str | None, query: str | None) -> Records:
    """Records of one table or query of a SQLite file; nothing is written to it."""
    shown = plain(path.name, 80)
    _not_both(table, query)
    try:
        reader = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection = _ibis().sqlite.from_connection(reader)
    except Exception as error:
        if isinstance(error, ReadError):
            raise
        raise _Database(None, shown).refused(error) from error
    return _records(_Database(connection, shown), given, digest, table, query)


def _ibis() -> Any:
    try:
        import ibis
    except ImportError as error:
        raise ReadError(
            "Databases are opened through Ibis, which is not installed.", next_step=_INSTALL
        ) from error
    return ibis


def _not_both(table: str | None, query: str | None) -> None:
    if table is not None and query is not None:
        raise ReadError(
            "A table and a query were both given.",
            next_step="Name one: --table NAME, or --query SQL (python: table=..., query=...).",
        )


def _only_table(database: _Database) -> str:
    """The one table of a database, where there is just one."""
    tables = database.connection.list_tables()
    if len(tables) != 1:
        raise ReadError(
            f"Which table of {database.shown} is meant is not said.",
            allowed=sorted(tables)[:20],
            next_step="Name one: --table NAME, or --query SQL (python: table=..., query=...).",
        )
    return str(tables[0])


def _records(
    database: _Database, path: str, digest: str | None, table: str | None, query: str | None
) -> Records:
    import narwhals as nw

    from equitykit.frames.narwhal import NarwhalsEngine

    connection = database.connection
    try:
        if query is None:
            table = table or _only_table(database)
        frame = _table(database, table) if table is not None else _query(database, query or "")
        columns = list(frame.columns)
        names, notes = column_names(columns, subject="The table")
        engine = NarwhalsEngine(nw.from_native(frame), names, columns, close=lambda: closed())
        closed = weakref.finalize(engine, connection.disconnect)
    except Exception as error:
        connection.disconnect()
        if isinstance(error, ReadError):
            raise
        raise database.refused(error) from (None if database.secret else error)
    return Records(
        name=plain(table or "query", 200),
        columns=names,
        notes=notes,
        source=Source(path, {"table": table} if table is not None else {"query": query}),
        engine=engine,
        sha256=digest,
    )


def _table(database: _Database, name: str) -> Any:
    connection = database.connection
    known = connection.list_tables()
    if name in known:
        return connection.table(name)
    schema, _, table = name.rpartition(".")
    if schema:
        known = connection.list_tables(database=schema)
        if table in known:
            return connection.table(table, database=schema)
    raise ReadError(
        f'{database.shown} has no table "{plain(name, 80)}".',
        allowed=sorted(known)[:20],
        did_you_mean=nearest(table, known),
    )


def _query(database: _Database, query: str) -> Any:
    text = query.strip().rstrip(";")
    if not re.match(r"(?is)(select|with|values|table)\b|\(", text):
        raise ReadError(
            f'"{plain(text, 80)}" is not a query that reads.', next_step="Give one that begins with SELECT."
        )
    try:
        return database.connection.sql(text, schema=_schema(database.connection, text))
    except Exception as error:
        raise ReadError(
            f"{database.shown} does not understand the query: {database.hide(error)}.",
            next_step="Try the query in the database's own client first.",
        ) from (None if database.secret else error)


def _schema(connection: Any, query: str) -> Any:
    """Names and types of what a query gives, asked without a view, which a reader may not make."""
    if connection.name != "postgres":
        return None
    with connection.con.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}\n) AS described LIMIT 0")
        columns = [(column.name, column.type_code) for column in cursor.description]
        cursor.execute(
            "SELECT oid::bigint, format_type(oid, NULL) FROM pg_type WHERE oid = ANY(%s)",
            [[code for _, code in columns]],
        )
        types = dict(cursor.fetchall())
    read = connection.compiler.type_mapper.from_string
    return _ibis().schema([(name, read(types[code], nullable=True)) for name, code in columns])


def trimmed(table: Any, columns: Sequence[str], characters: str) -> Any:
    """An Ibis table with the given characters taken away around the texts of some columns."""
    import ibis

    name = "trim" if table.get_backend().name == "sqlite" else "btrim"

    def stripped(text: str, which: str) -> str:
        """Stand for the function of the database."""
        raise AssertionError("the database runs this")

    stripped.__name__ = "trimmed_text"
    function = ibis.udf.scalar.builtin(name=name, signature=((str, str), str))(stripped)
    return table.mutate(**{column: function(table[column], characters) for column in columns})
