"""Damaged files: opening one gives records, or an error that people can read; never anything else."""

from __future__ import annotations

import io
import random
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from equitykit import frames
from equitykit.errors import EquitykitError
from equitykit.frames import Tally, opening

TEXT = (
    'id,race,sex,day\n1,White,F,2024-01-02\n2,"Black, Somali",M,\n3,="0012",X,"a ""b"" c"\n'
    "4,NA,,2024-02-30\n5,Español,F,=1+1\n6,<b>,M,[/]\nTotal,3,4,5\n"
)
FRAME = pd.DataFrame({"id": [1, 2, 3], "race": ["White", "Black", None], "amount": [1.5, 2.0, None]})


def spreadsheet() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["id", "race", "day"], [1, "White", 45000], [2, "Black", None], ["Total", 3, 4]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet["C2"].number_format = "yyyy-mm-dd"
    found = io.BytesIO()
    workbook.save(found)
    return found.getvalue()


def damaged_part(content: bytes, pick: random.Random) -> bytes:
    """The same archive with one of its parts damaged: the checksums hold, the XML may not."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(found, "w") as new:
        names = old.namelist()
        chosen = pick.choice([*names, *["xl/worksheets/sheet1.xml"] * 8])
        for name in names:
            part = old.read(name)
            new.writestr(name, mutated(part, pick) if name == chosen else part)
    return found.getvalue()


def parquet() -> bytes:
    found = io.BytesIO()
    FRAME.to_parquet(found)
    return found.getvalue()


SAMPLES: dict[str, tuple[Callable[[], bytes], int]] = {
    "plain.csv": (TEXT.encode, 1_500),
    "old.csv": (lambda: TEXT.encode("cp1252"), 500),
    "bom.csv": (lambda: TEXT.encode("utf-8-sig"), 300),
    "wide.txt": (lambda: TEXT.encode("utf-16"), 500),
    "tabs.tsv": (lambda: TEXT.replace(",", "\t").encode(), 500),
    "semicolons.csv": (lambda: TEXT.replace(",", ";").replace("\n", "\r\n").encode(), 500),
    "list.json": (lambda: FRAME.to_json(orient="records").encode(), 500),
    "lines.jsonl": (lambda: FRAME.to_json(orient="records", lines=True).encode(), 500),
    "packed.xlsx": (spreadsheet, 250),
    "parts.xlsx": (spreadsheet, 350),
    "people.parquet": (parquet, 250),
}
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SPLICES = [
    b'"',
    b"\n",
    b"\r",
    b"\x00",
    b",",
    b";",
    b"\t",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"{",
    b"[",
    b"\\",
    b"\x81",
    b"PK\x03\x04",
    b"=",
    b"\xe2\x80\xae",
]


def mutated(content: bytes, pick: random.Random) -> bytes:
    """A few small accidents: bytes changed, lost, doubled, put in, or the end cut off."""
    found = bytearray(content)
    for _ in range(pick.randint(1, 6)):
        if not found:
            break
        at = pick.randrange(len(found))
        to = min(len(found), at + pick.choice([1, 1, 2, 5, 40]))
        match pick.randrange(6):
            case 0:
                found[at] = pick.randrange(256)
            case 1:
                del found[at:to]
            case 2:
                found[at:at] = found[at:to]
            case 3:
                found[at:at] = pick.choice(SPLICES) * pick.choice([1, 1, 3])
            case 4:
                del found[at:]
            case _:
                other = pick.randrange(len(found))
                found[at:to] = found[other : other + to - at]
    return bytes(found)


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files(name: str, tmp_path: Path) -> None:
    make, cases = SAMPLES[name]
    content = make()
    pick = random.Random(f"damage {name}")
    path = tmp_path / name
    opened = 0
    for case in range(cases):
        damaged = damaged_part(content, pick) if name == "parts.xlsx" else mutated(content, pick)
        path.write_bytes(damaged)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                records = frames.open(path, skip_bad_lines=case % 3 == 0) if case % 5 else frames.open(path)
                with records:
                    tally = Tally(records.columns[:2])
                    counted = records.tally([tally])[tally]
                    assert counted.iloc[:, -1].sum() == records.rows
                    records.profile()
            opened += 1
        except EquitykitError as error:
            assert not {unicodedata.category(mark) for mark in str(error)} & HIDDEN, damaged
        except Exception as error:
            raise AssertionError(f"case {case}: {type(error).__name__} for {damaged!r}") from error
    assert opened or name == "packed.xlsx", (
        "every case was refused: the damage is too coarse to test the readers"
    )


def test_damaged_files_through_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of large files gives the same records, or the same error, as the way of small ones."""
    pick = random.Random("large")
    path = tmp_path / "large.csv"
    for case in range(120):
        damaged = mutated(TEXT.encode(), pick)
        path.write_bytes(damaged)
        outcomes: list[object] = []
        for size in (1 << 25, 0):
            monkeypatch.setattr(opening, "SMALL", size)
            try:
                with frames.open(path, skip_bad_lines=case % 2 == 0) as records:
                    tally = Tally(records.columns)
                    outcomes.append(
                        (records.columns, records.notes, records.tally([tally])[tally].values.tolist())
                    )
            except EquitykitError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1], damaged
