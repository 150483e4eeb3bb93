"""Second files that a codebook joins to the records."""

from __future__ import annotations

import contextlib

from equitykit import frames
from equitykit.codebook import Codebook
from equitykit.frames import Records

__all__ = ["with_joins"]


def with_joins(records: Records, book: Codebook) -> Records:
    """Records with the columns that the codebook names in the files it joins.

    Each file is looked for beside the codebook. A record stays one record: nobody is counted twice and nobody is
    lost, and a note says how many have no match on either side.

    Parameters
    ----------
    records : what was opened.
    book : its ``join`` says which files, by which columns, and whether they may hold several rows for one record.

    Returns
    -------
    The same records where nothing is joined.

    Raises
    ------
    ReadError, UnknownName, CodebookError
        A file or a column is not there, or several rows belong to one record and ``many: true`` was not said.
    """
    with contextlib.ExitStack() as opened:
        others = [opened.enter_context(frames.open(book.beside(entry.file))) for entry in book.join]
        present = dict.fromkeys([*records.columns, *(column for other in others for column in other.columns)])
        if others:
            book.check_columns(
                present, data_name=" + ".join([records.name, *(other.name for other in others)])
            )
        for entry, other in zip(book.join, others, strict=True):
            records = frames.join(records, other, on=entry.on, columns=book.columns(), many=entry.many)
    return records
