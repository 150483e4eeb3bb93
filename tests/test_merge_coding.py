"""Institutional Analyses of several sites: coding is counted, passages stay, copies that differ are said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from equitykit.analysis import FeatureBook
from equitykit.assessment import Assessment
from equitykit.cli import main
from equitykit.merge import merge
from equitykit.report import markdown, merged_document
from tests.test_merge import TEXT, of_county, put


def analysed(
    folder: Path, place: int, interviews: int, feature: str = "pay", label: str = "Pay"
) -> Assessment:
    """A county that coded a passage of each of some interviews, and one passage it has not coded."""
    made = Assessment.open(put(folder, f"county-{place}", of_county(place)), by="Meg")
    book = FeatureBook.model_validate(
        {"id": "ours", "version": "1", "title": "Ours", "features": [{"id": feature, "label": label}]}
    )
    made.analysis.use_features(book)
    for number in range(interviews + 1):
        where = made.analysis.add_source(
            f"Interview {number}", kind="interview", voice="families", level="agency", consent="given"
        )
        masking = made.analysis.begin_excerpt(f"secret words {number}")
        masking.mask_open()
        passage = made.analysis.add_excerpt(where, masking.confirm(by="Meg"))
        if number < interviews:
            made.analysis.code(passage, [feature], by="Meg")
    return made


def test_coding_is_counted_over_the_sites_and_few_sources_have_no_number(tmp_path: Path) -> None:
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    analysed(tmp_path, 1, 3)
    analysed(tmp_path, 2, 2)
    analysed(tmp_path, 4, 2, "forms", "Forms")
    put(tmp_path, "county-5", of_county(5))
    merged = merge([tmp_path])
    told = merged.to_dict()["coding"]
    assert (told["sites"], told["not_coded"]) == (["County 01", "County 02", "County 04"], 3)
    cells = {
        (row["feature"], cell["kind"]): tuple(
            cell[name] for name in ("coded", "passages", "sources", "sites")
        )
        for row in told["features"]
        for cell in row["cells"]
    }
    assert cells["pay", "interview"] == (True, 5, 5, 2)
    assert cells["forms", "interview"] == (True, None, None, None), "2 sources are too few"
    assert cells["pay", "document"] == (False, 0, 0, 0)
    seen = [(row["feature"], row["seen"], row["lists"]) for row in told["features"]]
    assert seen == [("pay", 2, 2), ("forms", 1, 1)]
    page = markdown.render(merged_document(merged.data))
    assert (
        "| 2 of 2 |" in page
        and "5 passages from 5 sources at 2 sites" in page
        and "fewer than 5 sources" in page
    )
    assert "Pay (in the list of 2 of 3 sites)" in page
    assert "secret words" not in page + json.dumps(merged.to_dict()), "passages stay in their files"
    assert merge([tmp_path / "county-5.equity.json"]).data["coding"] is None
    (row,) = merge([tmp_path], minimum=2).to_dict()["coding"]["features"][1:]
    assert row["cells"][2]["sources"] == 2


def test_copies_with_other_passages_are_not_counted_until_somebody_decides(tmp_path: Path) -> None:
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    one = analysed(tmp_path, 1, 2)
    earlier = tmp_path / "county-1-sent.equity.json"
    shutil.copy(one.path, earlier)
    first = one.analysis.excerpts()[0].id
    one.redact(first, "asked for", by="Meg")
    again = Assessment.open(earlier, by="Owen")
    again.analysis.code(again.analysis.excerpts()[2].id, [], by="Owen")
    (told,) = merge([tmp_path], minimum=2).data["sites"]
    assert told["analyses_differ"] is False, "one copy holds all that the other holds"
    assert told["not_merged"] == {"sources": 3, "passages": 2}, "taken out in one copy, taken out here"
    one.analysis.add_source("Observation 1", kind="observation", voice="records")
    merged = merge([tmp_path], minimum=2)
    assert [site["analyses_differ"] for site in merged.data["sites"]] == [True]
    assert merged.data["coding"] is None
    assert "Institutional Analyses to settle" in markdown.render(merged_document(merged.data))


def test_the_command_says_what_stays_in_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tool.yaml").write_text(TEXT, "utf-8")
    analysed(tmp_path, 1, 2)
    with pytest.raises(SystemExit) as end:
        main(["merge", str(tmp_path), "-o", str(tmp_path / "all.merged.json")])
    assert end.value.code == 0
    assert "Left in the files of the sites: 3 sources, 3 passages\n" in capsys.readouterr().out
