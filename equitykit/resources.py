"""Where the files that ship with equitykit live: in an installed wheel or in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

Kind = Literal["schemas", "sample_data", "notebooks"]


def folder(kind: Kind) -> Path:
    """Folder that holds the shipped files of one kind.

    An installed wheel carries them inside the package; an editable install does not,
    so the checkout beside the package is the second place to look.
    """
    packaged = Path(str(files("equitykit"))) / kind
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parent.parent / kind
