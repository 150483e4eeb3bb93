"""The only part of equitykit that touches a person's data: open it, and count it."""

from __future__ import annotations

from equitykit.frames.joining import join
from equitykit.frames.opening import open  # noqa: A004 - reads as frames.open
from equitykit.frames.records import Records
from equitykit.frames.types import SEPARATOR, ColumnProfile, ReadNote, Source, Tally

__all__ = ["SEPARATOR", "ColumnProfile", "ReadNote", "Records", "Source", "Tally", "join", "open", "read"]

read = open
