"""Time to an event: against R's numbers, statsmodels and the bootstrap, and from records of every kind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit import recipes
from equitykit.errors import CodebookError, UnknownName
from equitykit.survival import Times, aalen_johansen, kaplan_meier, log_rank, median

Z = 1.959963984540054
# Survival of lung cancer patients of the North Central Cancer Treatment Group (Loprinzi et al. 1994), `lung` in R's
# package survival: days, and + where the patient was still alive. First men, then women.
MEN = (
    "11 11 11 12 13 13 15 26 30 31 53 53 54 59 60 65 65 71 81 88 88 92 93 95 105 107 110 116 118 131 132 "
    "132 135 142 144 147 156 156 163 163 163 166 170 174+ 175 176 177 179 179 180 181 181 183 185+ 188+ "
    "189 191+ 196+ 197+ 197 202 207 210 212 218 221+ 222+ 222 223 225+ 225+ 229 230 237+ 239 246 259+ 267 "
    "269 270 279+ 283 284+ 284 285 286 288 291 292+ 300+ 301+ 301 303+ 303 306 310 320 329 337 353 353 "
    "363 364 371 387 390 394 404+ 413+ 428 429 442 444+ 455 457 458+ 460 477 519 524 533 558 567 574 583 "
    "613 624 643 655 689 707 791 806+ 814 840+ 883 1010+ 1022+ "
)
WOMEN = (
    "5 60 61 62 79 81 92+ 95 105+ 107 122 145 145 153 166 167 173+ 175+ 177+ 182 186 192+ 194 199 201 201 "
    "202+ 203+ 208 211+ 224+ 226 235+ 239 240+ 243+ 245 252+ 266+ 268 269+ 272+ 276+ 285 292+ 293 296+ "
    "305 310 315+ 332+ 340 345 348 350 351 356+ 361 363 364+ 371 376+ 382+ 384+ 426 433 444 450 473 511+ "
    "511+ 520 524 529+ 543+ 550 551+ 559+ 588+ 641 654 687 705 728 731 735 740+ 765 821+ 965+ "
)


def lung(text: str) -> list[tuple[float, bool]]:
    return [(float(one.rstrip("+")), not one.endswith("+")) for one in text.split()]


def times(rows: list[tuple[float, bool]]) -> Times:
    return Times.of([(time, 0 if dead else None, 1.0) for time, dead in rows], 1)


def test_the_numbers_of_r_on_the_lung_data() -> None:
    men, women = times(lung(MEN)), times(lung(WOMEN))
    # survfit(Surv(time, status) ~ sex, conf.type = "log-log"), survdiff(...)
    assert median(kaplan_meier(men, Z)) == (270, 210, 306)
    assert median(kaplan_meier(women, Z)) == (426, 345, 524)
    statistic, df, p = log_rank([men, women])
    assert (round(statistic, 3), df, round(p, 4)) == (10.327, 1, 0.0013)


def test_curves_errors_and_the_test_are_those_of_statsmodels_for_one_person_per_row() -> None:
    """Counts go in, and out comes what statsmodels gives where every person is a row of their own."""
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

    rng = np.random.default_rng(2)
    time, kind, group = rng.integers(1, 60, 500), rng.integers(0, 3, 500), rng.integers(0, 4, 500)

    def counted(rows: Any, kinds: int) -> Times:
        tally = Counter(rows)
        return Times.of(
            [(float(t), None if k == 0 else min(k, kinds) - 1, n) for (t, k), n in tally.items()], kinds
        )

    whole = counted(zip(time.tolist(), kind.tolist(), strict=True), 2)
    curve, theirs = kaplan_meier(whole, Z), SurvfuncRight(time, (kind > 0).astype(int))
    at = np.searchsorted(curve.time, theirs.surv_times)
    np.testing.assert_allclose(curve.value[at], theirs.surv_prob, atol=1e-12)
    np.testing.assert_allclose(curve.error[at][:-1], theirs.surv_prob_se[:-1], atol=1e-12)
    competing = CumIncidenceRight(time, kind)
    for place in (0, 1):
        mine = aalen_johansen(whole, place, Z)
        at = np.searchsorted(mine.time, competing.times)
        np.testing.assert_allclose(mine.value[at], competing.cinc[place], atol=1e-12)
        np.testing.assert_allclose(mine.error[at], competing.cinc_se[place], atol=1e-10)
    parts = [
        counted(
            [
                (t, int(k > 0))
                for t, k, own in zip(time.tolist(), kind.tolist(), group, strict=True)
                if own == g
            ],
            1,
        )
        for g in range(4)
    ]
    statistic, p = survdiff(time, (kind > 0).astype(int), group)
    assert log_rank(parts) == pytest.approx((statistic, 3, p))


def test_errors_are_those_of_the_bootstrap() -> None:
    """A second method for what statsmodels does not give: the spread of the curves of resampled people."""
    rng = np.random.default_rng(8)
    time, kind = rng.integers(1, 60, 400), rng.integers(0, 3, 400)

    def at_30(chosen: Any) -> list[float]:
        rows = [
            (float(t), None if k == 0 else int(k) - 1, 1.0)
            for t, k in zip(time[chosen], kind[chosen], strict=True)
        ]
        whole = Times.of(rows, 2)
        curves = kaplan_meier(whole, Z), aalen_johansen(whole, 0, Z)
        place = int(np.searchsorted(whole.time, 30, side="right")) - 1
        return [float(getattr(c, part)[place]) for c in curves for part in ("value", "error")]

    found = at_30(np.arange(400))
    drawn = np.array([at_30(rng.integers(0, 400, 400)) for _ in range(150)])
    assert drawn[:, 0].std() == pytest.approx(found[1], rel=0.2)
    assert drawn[:, 2].std() == pytest.approx(found[3], rel=0.2)


def test_a_test_that_cannot_be_made_is_not_a_number() -> None:
    stayed = Times.of([(5, None, 3.0), (9, None, 2.0)], 1)
    assert np.isnan(log_rank([stayed, stayed])[0])
    early, late = Times.of([(1, None, 3.0)], 1), Times.of([(5, 0, 3.0)], 1)
    assert np.isnan(log_rank([early, late])[0])
    assert np.isnan(log_rank([late])[2])
    assert not len(kaplan_meier(Times.of([], 1), Z).value)


def test_all_exits_and_those_still_there_add_to_one() -> None:
    rng = np.random.default_rng(4)
    rows = [(float(rng.integers(1, 30)), [None, 0, 1, 2][rng.integers(0, 4)], 1.0) for _ in range(200)]
    whole = Times.of(rows, 3)
    total = sum(aalen_johansen(whole, kind, Z).value for kind in range(3)) + kaplan_meier(whole, Z).value
    np.testing.assert_allclose(total, 1, atol=1e-12)


BOOK: dict[str, Any] = {
    "questions": {"race_ethnicity": {"columns": ["race"]}},
    "durations": {"in_care": {"start": "placed", "end": "left", "exit": "why", "as_of": "2024-12-31"}},
}


def stays() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    size = 240
    race = rng.choice(["White", "Black", "Unknown"], size, p=[0.5, 0.4, 0.1])
    placed = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 700, size), unit="D")
    days = rng.exponential(np.where(race == "Black", 500, 250)).astype(int)
    left = placed + pd.to_timedelta(days, unit="D")
    gone = left <= pd.Timestamp("2024-12-31")
    why = rng.choice(["home", "kin", "adopted"], size)
    return pd.DataFrame(
        {
            "race": race,
            "placed": placed.strftime("%Y-%m-%d"),
            "left": np.where(gone, left.strftime("%Y-%m-%d"), ""),
            "why": np.where(gone, why, ""),
        }
    )


def row(
    found: ek.Durations, measure: str, group: str | None, outcome: str | None = None, stage: str | None = None
) -> Any:
    rows = found.to_frame()
    rows = rows[rows["measure"] == measure]
    rows = rows[rows["group"].isna()] if group is None else rows[rows["group"] == group]
    rows = rows if outcome is None else rows[rows["outcome"] == outcome]
    rows = rows if stage is None else rows[rows["stage"] == stage]
    assert len(rows) == 1
    return rows.iloc[0]


def test_from_records_with_dates() -> None:
    data = stays()
    found = ek.durations(data, BOOK, duration="in_care")
    own = data[data["race"] == "Black"]
    end = pd.to_datetime(own["left"].replace("", "2024-12-31"))
    days = (end - pd.to_datetime(own["placed"])).dt.days
    curve = kaplan_meier(
        Times.of([(float(d), None if w == "" else 0, 1.0) for d, w in zip(days, own["why"], strict=True)], 1),
        Z,
    )
    said = row(found, "median-days", "BLACK")
    assert (said["estimate"], said["lower"], said["upper"]) == median(curve)
    assert (said["n"], said["events"]) == (len(own), (own["why"] != "").sum())
    assert row(found, "still-there", "BLACK", stage="365 days")["estimate"] == pytest.approx(curve.at(365)[0])
    shares = [
        row(found, "left-by", "BLACK", kind, "365 days")["estimate"] for kind in ("home", "kin", "adopted")
    ]
    assert sum(shares) + curve.at(365)[0] == pytest.approx(1)
    assert row(found, "log-rank", None)["note"].startswith("p = ")
    # nobody is dropped: the unknown have rows, and so has every category of the standard
    medians = found.to_frame().query("measure == 'median-days'")
    assert {"~unknown", "MENA", "~total"} <= set(medians["group"])
    few = row(found, "median-days", "~unknown")
    assert few["reliable"] is False and "fewer than 30 people" in few["note"]


def test_days_already_counted_and_people_still_there() -> None:
    why = ["home"] * 20 + ["in care"] * 20
    data = pd.DataFrame({"race": ["White"] * 40, "days": [10] * 20 + [30] * 20, "why": why})
    book = {**BOOK, "durations": {"stay": {"days": "days", "exit": "why", "still": ["in care"]}}}
    found = ek.durations(data, book, duration="stay")
    assert found.kinds == ("home",)
    assert row(found, "still-there", "WHITE", stage="180 days")["estimate"] == 0.5
    assert "20 had not ended when last seen" in found.to_markdown()


def test_what_cannot_be_read_is_said() -> None:
    data = stays()
    data.loc[0, "placed"] = "spring"
    data.loc[1, ["placed", "left"]] = ["2023-05-01", "2023-04-01"]
    found = ek.durations(data, BOOK, duration="in_care")
    assert any(note.startswith("2 records are left out") for note in found.notes)
    book = {**BOOK, "durations": {"in_care": {"start": "placed", "end": "left"}}}
    with pytest.raises(CodebookError, match="until when is not said"):
        ek.durations(stays(), book, duration="in_care")
    with pytest.raises(UnknownName, match='Did you mean "in_care"'):
        ek.durations(stays(), BOOK, duration="in_car")
    with pytest.raises(CodebookError, match="start and end, or days"):
        ek.Codebook.load({**BOOK, "durations": {"x": {"start": "placed"}}})


def test_it_can_be_run_again(tmp_path: Path) -> None:
    stays().to_csv(tmp_path / "a.csv", index=False)
    evidence = ek.durations(tmp_path / "a.csv", BOOK, duration="in_care").to_evidence()
    assert recipes.run(evidence.recipe or {}, tmp_path).facts == evidence.facts
