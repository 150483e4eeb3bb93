"""Whatever is made for others is the same, letter by letter, for two sets of people that differ in what is hidden.

If a hidden count could be told from an output (a total, a product along a chain, a base, a chart, its alternative
text, a severity), the output would change with the count. Each path is also shown to notice the change while it
still speaks to the team.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit import cli
from equitykit.measures import disparities
from equitykit.stages import stages

BOOK = """equitykit: codebook/1
questions: {race_ethnicity: {columns: [race], delimiter: ";"}, sex: {columns: [sex]}}
governance: {MENA: ask}
unit: {site: office}
period: {column: day, by: year}
stages: [referred, removed]
outcomes:
  referred: {column: referred, event: [Y], favourable: false}
  removed: {column: removed, event: [Y], favourable: false}
"""
SIZES = (("White", 900, 200), ("Black", 300, 100), ("Asian", 120, 30), ("White;Black", 60, 20))
ONE = {"Samoan": (7, 3), "Unknown": (40, 15), "Arab": (40, 10)}
OTHER = {"Samoan": (9, 3), "Unknown": (40, 15), "Arab": (38, 10)}
"""Two more in the small group, two fewer in the one that is asked first: all else is alike."""


def people(hidden: dict[str, tuple[int, int]]) -> pd.DataFrame:
    rows = []
    for race, n, events in (*SIZES, *((race, *size) for race, size in hidden.items())):
        for i in range(n):
            first, second = "Y" if i < events else "N", "Y" if i < events // 2 else "N"
            place = "north" if i % 3 else "south"
            rows.append((race, "MF"[i % 2], place, f"202{3 + i % 2}-05-01", first, second))
    return pd.DataFrame(rows, columns=["race", "sex", "office", "day", "referred", "removed"])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for name, hidden in (("one", ONE), ("other", OTHER)):
        folder = found[name] = tmp_path_factory.mktemp(name)
        frame = people(hidden)
        frame.to_csv(folder / "data.csv", index=False)
        (folder / "book.yaml").write_text(BOOK, encoding="utf-8")
        counts = frame.assign(referred=(frame["referred"] == "Y").astype(int), count=1)
        counts = pd.concat([counts, counts.assign(race="Total")])[["race", "count", "referred"]]
        counts.groupby("race", as_index=False).sum().to_csv(folder / "table.csv", index=False)
    return found


def plain(text: str) -> str:
    """Without what names a file or a moment."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.+Z-]*|\d{1,2} \w+ 20\d\d,? \d\d:\d\d", "TIME", text)


def said(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, *arguments: str) -> str:
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as end:
        cli.main([*arguments])
    printed = capsys.readouterr()
    assert end.value.code == 0, printed.err
    written = Path(arguments[-1]).read_text("utf-8") if "-o" in arguments else ""
    return plain(printed.out + printed.err + written)


DATA = ("data.csv", "--codebook", "book.yaml")
MEASURE = ("measure", *DATA, "--outcome", "removed", "--reference", "total")


def paths() -> Iterator[Any]:
    asked: tuple[str, ...]
    for format in ("text", "json", "md", "html", "sarif", "junit"):
        yield pytest.param(("audit", *DATA), ("--public",), ("--format", format), id=f"audit-{format}")
    for format in ("text", "json", "md"):
        yield pytest.param(MEASURE, ("--protect", "cms-11"), ("--format", format), id=f"measure-{format}")
    once = ("--by", "race_ethnicity,sex", "--tabulation", "single-residual")
    for more in (
        ("-o", "gaps.html"),
        (*once, "--format", "json"),
        ("--preset", "ojjdp-rri", "--format", "json"),
    ):
        asked = (*MEASURE[:-1], "BLACK" if "--preset" in more else "total")
        yield pytest.param(asked, ("--protect", "cms-11"), more, id=f"measure-{'-'.join(more)}")
    for format in ("json", "md"):
        asked = ("crosswalk", *DATA, "--to", "us-omb-spd15-1997")
        yield pytest.param(asked, ("--public",), ("--format", format), id=f"crosswalk-{format}")
    for ending in ("csv", "json", "md", "html"):
        asked = ("protect", "table.csv", "--dimensions", "race", "--events", "referred")
        yield pytest.param(asked, ("--codebook", "book.yaml"), ("-o", f"t.{ending}"), id=f"protect-{ending}")


@pytest.mark.parametrize(("asked", "public", "more"), [*paths()])
def test_a_hidden_count_changes_nothing_in_what_is_made_for_others(
    folders: dict[str, Path], monkeypatch: Any, capsys: Any, asked: Any, public: Any, more: Any
) -> None:
    one, other = (said(folder, monkeypatch, capsys, *asked, *public, *more) for folder in folders.values())
    assert one == other
    if asked[0] == "measure" and "json" in more and "--by" not in more:
        inside = [said(folder, monkeypatch, capsys, *asked, *more) for folder in folders.values()]
        assert inside[0] != inside[1]


@pytest.mark.parametrize("by", ["race_ethnicity", "race_ethnicity,sex"])
def test_a_table_made_from_records(folders: dict[str, Path], tmp_path: Path, by: str) -> None:
    for ending in ("csv", "json", "html"):
        texts = []
        for name, folder in folders.items():
            table = ek.protect_groups(
                folder / "data.csv", folder / "book.yaml", outcome="referred", by=by.split(",")
            )
            texts.append(ek.save_protected(table, tmp_path / f"{name}.{ending}").read_text("utf-8"))
        assert texts[0] == texts[1]


def test_a_public_report_of_an_assessment(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Tables of groups, a chain of decisions and audits are attached; what holds hidden numbers stays out."""
    for ending in ("html", "md"):
        texts = []
        for folder in folders.values():
            monkeypatch.chdir(folder)
            Path("x.equity.json").unlink(missing_ok=True)
            open_one = ek.Assessment.open("x.equity.json", instrument="race-equity-impact-assessment")
            groups = ek.disaggregate("data.csv", "book.yaml", outcome="removed")
            chain = stages("data.csv", "book.yaml", by="race_ethnicity", reference="total")
            audits = [ek.audit("data.csv", "book.yaml", public=public) for public in (False, True)]
            for evidence in (disparities(groups, reference="total", measures=["rate"]), chain, *audits):
                open_one.attach("evidence_current", evidence)
            texts.append(
                said(folder, monkeypatch, capsys, "report", "x.equity.json", "--public", "-o", f"r.{ending}")
            )
            assert "Left out of this report" in texts[-1]
        assert texts[0] == texts[1]
