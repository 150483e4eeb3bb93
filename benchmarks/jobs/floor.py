"""The floor: import pandas and DuckDB, and count every column of a file."""

import json
import sys

import duckdb
import pandas  # noqa: F401 - its import is part of the floor

path = sys.argv[1]
source = f"read_csv('{path}', all_varchar = true, header = true)" if path.endswith(".csv") else f"'{path}'"
with duckdb.connect() as con:
    con.execute("SET enable_progress_bar = false")
    names = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    counts = con.execute(f"SELECT {', '.join(f'count({name})' for name in names)} FROM {source}").fetchall()[
        0
    ]
print(json.dumps(dict(zip(names, counts, strict=True))))
