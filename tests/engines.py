"""The engines people keep their data in: SQLite, a PostgreSQL of our own, a local Spark session.

PostgreSQL and Spark are started when first needed and stopped at the end; where they are not installed, the
tests that need them skip and say how to enable them (with EQUITYKIT_REQUIRE_ENGINES set, they fail).
"""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import glob
import importlib.util
import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

_NUMBER = itertools.count()
MARKS: dict[str, Any] = {
    "postgresql": [pytest.mark.engine],
    "spark": [
        pytest.mark.engine,
        # PySpark leaves its sockets to the garbage collector.
        pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    ],
}
USER = "equitykit"
_ASKED_BY = "@@"
_LOGS: list[Path] = []


def lacks(what: str, how: str) -> None:
    """Skip, or fail where the engines have to be there."""
    message = f"{what}; {how}"
    if os.environ.get("EQUITYKIT_REQUIRE_ENGINES"):
        pytest.fail(message)
    pytest.skip(message)


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as plain Python values, None for what is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [tuple(plain_value(value) for value in row) for row in plain.itertuples(index=False)]


def plain_value(value: Any) -> Any:
    """A value without numpy or pandas around it."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def kind_of(values: list[Any]) -> str:
    """What kind of column holds these values."""
    known = [value for value in values if value is not None]
    for kind, type_ in (("boolean", bool), ("bigint", int), ("double", float), ("timestamp", dt.datetime)):
        if known and all(isinstance(value, type_) for value in known):
            return kind
    return "date" if known and all(isinstance(value, dt.date) for value in known) else "text"


def kinds(frame: pd.DataFrame) -> list[str]:
    """The kind of each column."""
    rows = rows_of(frame)
    return [kind_of([row[place] for row in rows]) for place in range(frame.shape[1])]


# --- SQLite ---


def sqlite(frame: pd.DataFrame, folder: Path) -> Any:
    """Records of a table in a SQLite file."""
    from equitykit import frames

    if importlib.util.find_spec("ibis") is None:
        lacks("Ibis is not installed", 'pip install "equitykit[sql]"')
    path = folder / "people.db"
    names = ", ".join(f'"{name}" {kind}' for name, kind in zip(frame.columns, kinds(frame), strict=True))
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE people ({names})")
        marks = ", ".join("?" * frame.shape[1])
        connection.executemany(f"INSERT INTO people VALUES ({marks})", rows_of(frame))
    connection.close()
    return frames.open(f"sqlite:///{path}", table="people")


# --- PostgreSQL ---


def _programs() -> Path | None:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    initdb = found[-1] if found else shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@functools.cache
def _server() -> int:
    """Port of a PostgreSQL of our own, on loopback, started once."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="equitykit-pg-"))
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options: dict[str, Any] = {
        "check": True,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": folder,
        **as_user,
    }
    password = folder / "password"
    password.write_text("pass:w/rd")
    if as_user:
        shutil.chown(password, "postgres", "postgres")
    data = str(folder / "data")
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            USER,
            "-E",
            "UTF8",
            "--auth=scram-sha-256",
            f"--pwfile={password}",
        ],
        **options,
    )
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    settings += f" -c log_statement=all -c log_line_prefix={_ASKED_BY}%a:"
    subprocess.run(
        [programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", settings, "-w", "start"], **options
    )
    _LOGS.append(folder / "log")

    def stop() -> None:
        subprocess.run(
            [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **{**options, "check": False}
        )
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return port


def postgresql_log() -> list[tuple[str, str]]:
    """What the server ran so far, as it saw it: who asked, and the statement."""
    entries = _LOGS[0].read_text("utf-8").split(_ASKED_BY)[1:] if _LOGS else []
    told = [entry.rstrip().split(":", 2) for entry in entries]
    return [
        (who, text.split(": ", 1)[1].replace("\n\t", "\n"))
        for who, kind, text in told
        if kind == "LOG" and text.lstrip().startswith(("statement: ", "execute "))
    ]


def postgresql_address() -> str:
    """Address of the server, password and all."""
    if _programs() is None:
        lacks("PostgreSQL is not installed", "on Debian: apt-get install postgresql")
    if importlib.util.find_spec("ibis") is None or importlib.util.find_spec("psycopg") is None:
        lacks("Ibis or psycopg is not installed", 'pip install "equitykit[sql]"')
    return f"postgresql://{USER}:pass%3Aw%2Frd@127.0.0.1:{_server()}/postgres"


def postgresql_table(frame: pd.DataFrame) -> tuple[str, str]:
    """Address and name of a new table with these rows."""
    import psycopg

    address = postgresql_address()
    table = f"people{next(_NUMBER)}"
    names = {"double": "double precision"}
    columns = ", ".join(
        f'"{name}" {names.get(kind, kind)}' for name, kind in zip(frame.columns, kinds(frame), strict=True)
    )
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} ({columns})".encode())
        with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows_of(frame):
                copy.write_row(row)
    return address, table


def postgresql(frame: pd.DataFrame, folder: Path) -> Any:
    """Records of a table in PostgreSQL."""
    from equitykit import frames

    address, table = postgresql_table(frame)
    return frames.open(address, table=table)


# --- Spark ---


# For a few hundred rows: Spark spends its time on planning and compiling, not on counting.
_SPARK: dict[str, Any] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@functools.cache
def _spark() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library itself, while it loads
        from pyspark.sql import SparkSession

        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        session = (
            SparkSession.builder.master("local[1]").appName("equitykit").config(map=_SPARK).getOrCreate()
        )
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(session.stop)
    return session


def spark_session() -> Any:
    """A local Spark session, started once."""
    if importlib.util.find_spec("pyspark") is None:
        lacks("PySpark is not installed", 'pip install "equitykit[spark]"')
    if shutil.which("java") is None:
        lacks("Java is not installed", "on Debian: apt-get install openjdk-17-jre-headless")
    return _spark()


def spark(frame: pd.DataFrame, folder: Path) -> Any:
    """A Spark frame with these rows."""
    names = {"text": "string"}
    schema = ", ".join(
        f"`{name}` {names.get(kind, kind)}" for name, kind in zip(frame.columns, kinds(frame), strict=True)
    )
    return spark_session().createDataFrame(rows_of(frame), schema=schema).cache()
