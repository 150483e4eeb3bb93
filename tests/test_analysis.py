"""Sources, passages, coding, findings, release and the look back, in the file of an assessment."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from equitykit.analysis import TERMS, FeatureBook, Masked, Section, feature_book, feature_schema
from equitykit.analysis.agreement import agreement_of, alpha
from equitykit.analysis.findings import ASK_AGAIN, points_at_somebody
from equitykit.assessment import Assessment, json_schema
from equitykit.errors import AssessmentError, AssessmentStale, InstrumentError, UnknownName
from equitykit.resources import folder

REIA = "race-equity-impact-assessment"
YESTERDAY = (date.today() - timedelta(days=1)).isoformat()


@pytest.fixture
def made(tmp_path: Path) -> Assessment:
    one = Assessment.open(tmp_path / "a.equity.json", instrument=REIA, by="Coder 1")
    one.answer("team", [{"name": "Noor Sample", "role": "Analyst"}, {"name": "", "role": "Parent"}])
    one.analysis.use_features()
    return one


def source(one: Assessment, kind: str = "interview", voice: str = "families", **more: Any) -> str:
    more = {"level": "public", "consent": "given", **more}
    return one.analysis.add_source(f"{kind} of {voice}", kind=kind, voice=voice, **more)


def passage(one: Assessment, where: str, text: str = "they had to wait", **more: Any) -> str:
    masking = one.analysis.begin_excerpt(text)
    masking.mask_open()
    return one.analysis.add_excerpt(where, masking.confirm(by="Coder 1"), **more)


def on_disk(one: Assessment) -> str:
    """Everything beside and in the file."""
    return "".join(
        path.read_text("utf-8", "replace") for path in one.path.parent.rglob("*") if path.is_file()
    )


# the file


def test_it_lives_in_the_same_file_by_the_published_schema(made: Assessment) -> None:
    where = source(made)
    passage(made, where)
    again = Assessment.open(made.path)
    assert again.analysis.section == made.analysis.section
    assert again.analysis.section.format == "analysis/1"
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(made.path.read_text("utf-8")))
    published = json.loads((folder("schemas") / "features.schema.json").read_text("utf-8"))
    assert published == feature_schema()


def test_an_assessment_without_it_stays_without(tmp_path: Path) -> None:
    one = Assessment.open(tmp_path / "b.equity.json", instrument=REIA)
    assert not one.analysis.begun
    assert one.analysis.matrix().not_coded == 0
    assert json.loads(one.path.read_text("utf-8"))["analysis"] is None
    assert one.analysis.section == Section()


def test_a_second_writer_is_refused_and_nothing_is_lost(made: Assessment) -> None:
    other = Assessment.open(made.path, by="Coder 2")
    source(made)
    with pytest.raises(AssessmentStale):
        source(other, "document", "records")
    copy = other.save_as_copy()
    assert [one.kind for one in copy.analysis.sources()] == ["document"]


def test_every_change_keeps_what_was(made: Assessment) -> None:
    where = source(made)
    made.analysis.change_source(where, label="Interview 1", by="Coder 2")
    made.analysis.change_source(where, label="Interview 1")
    (event,) = made.analysis.source(where).history
    assert (event.by, event.changes) == ("Coder 2", {"label": ["interview of families", "Interview 1"]})
    made.analysis.change_source(where, aside=True)
    assert made.analysis.sources() == ()
    assert source(made) == "s2"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "intervew", 'Did you mean "interview"'),
        ("voice", "nobody", "a standpoint"),
        ("level", "secret", "a level of confidentiality"),
        ("consent", "withdrawn", "a state of consent"),
        ("consent_until", "soon", "is not a date"),
        ("label", " ", "working name"),
        ("colour", "red", 'has no "colour"'),
    ],
)
def test_what_a_source_cannot_be_is_refused_in_words(
    made: Assessment, field: str, value: str, said: str
) -> None:
    where = source(made)
    with pytest.raises(AssessmentError, match=said):
        made.analysis.change_source(where, **{field: value})
    assert made.analysis.source(where).history == []


# passages and consent


def test_a_plain_text_is_no_passage(made: Assessment) -> None:
    where = source(made)
    raw: Any = "Maria waited."
    with pytest.raises(AssessmentError, match="masking somebody confirmed"):
        made.analysis.add_excerpt(where, raw)
    assert "Maria" not in on_disk(made)


def test_people_named_in_the_assessment_are_flagged_in_a_passage(made: Assessment) -> None:
    assert made.analysis.begin_excerpt("then noor came").masked == "then [name] came"


def test_words_are_quoted_only_where_flag_level_and_consent_allow_it(made: Assessment) -> None:
    analysis = made.analysis
    cases: list[tuple[dict[str, Any], bool, str | None, str | None]] = [
        ({}, True, None, None),
        ({}, False, "not said", "not said"),
        ({"level": "agency"}, True, "may be shown to the agency", None),
        ({"level": "team"}, True, "stays with the team", "stays with the team"),
        ({"consent": "not asked"}, True, "No agreement", "No agreement"),
        ({"consent": "not needed"}, True, None, None),
        ({"consent_until": YESTERDAY}, True, "ended on", "ended on"),
    ]
    for more, quotable, public, agency in cases:
        id = passage(made, source(made, **more), quotable=quotable)
        for outside, expected in (("public", public), ("agency", agency)):
            said = analysis.why_not_quoted(id, outside=outside)
            assert said is None if expected is None else expected in str(said), (more, outside)


def test_consent_taken_back_takes_the_words_out_of_every_file(made: Assessment) -> None:
    where, other = source(made), source(made, "document", "records")
    gone = passage(made, where, "a sentence that nobody else would say", place="minute 12")
    stays = passage(made, other, "a rule that anybody can read")
    made.analysis.code(gone, ["resources"], note="a sentence that nobody else would say")
    made.analysis.add_memo("Compare: a sentence that nobody else would say", about=[gone])
    left = made.analysis.withdraw_consent(where, "The person asked us to.", by="Lead")
    assert left == ("m1",)
    made.redact("m1", "The same words.")
    text = on_disk(made)
    assert "nobody else would say" not in text
    assert "minute 12" not in text
    assert [one.id for one in made.analysis.excerpts()] == [stays]
    assert made.analysis.why_not(gone) == "The agreement to use it was taken back."
    assert made.analysis.excerpt(gone).redacted is not None
    with pytest.raises(AssessmentError, match="taken back"):
        passage(made, where)
    with pytest.raises(AssessmentError, match="cannot be coded"):
        made.analysis.code(gone, [])


def test_an_agreement_that_ended_counts_no_longer_and_the_text_stays_in_the_file(made: Assessment) -> None:
    id = passage(made, source(made, consent_until=YESTERDAY))
    assert made.analysis.excerpts() == ()
    assert made.analysis.why_not(id, on=date.fromisoformat(YESTERDAY)) is None
    finding = made.analysis.add_finding("No form asks for relatives.", evidence=[id])
    state = made.analysis.triangulation(finding)
    assert state.passages == 0
    assert state.not_counted[0][0] == id


# features and coding


def test_the_list_that_ships_is_ours_credited_and_claims_nothing() -> None:
    book = feature_book()
    assert len(book.features) == 8
    assert all(feature.what and feature.ask for feature in book.features)
    assert book.credit is not None
    assert "not their list" in book.credit.text
    assert "not affiliated" in book.credit.text
    schema = json.loads((folder("schemas") / "features.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(book.model_dump(mode="json"))


def test_a_list_of_ones_own_is_read_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "id: own\nversion: 1\ntitle: Ours\nfeatures:\n  - {id: silence, label: What is not said}\n"
    )
    assert feature_book(own).features[0].label == "What is not said"
    own.write_text("id: own\nversion: 1\ntitle: Ours\nfeatures:\n  - {id: silence}\n")
    with pytest.raises(InstrumentError, match="own.yaml.*label"):
        feature_book(own)
    with pytest.raises(UnknownName, match="institutional-features"):
        feature_book("institutional-feature")


def test_the_team_changes_the_list_and_codes_given_stay(made: Assessment) -> None:
    analysis = made.analysis
    assert analysis.add_feature("Waiting times") == "waiting_times"
    with pytest.raises(AssessmentError, match="already"):
        analysis.add_feature("waiting Times")
    id = passage(made, source(made))
    analysis.code(id, ["waiting_times", "resources"])
    analysis.change_feature("waiting_times", label="Waiting")
    analysis.change_feature("resources", aside=True)
    assert analysis.features_of(id) == ("waiting_times",)
    assert analysis.codings(id)["Coder 1"].features == ["waiting_times", "resources"]
    assert len(analysis.features(also_aside=True)) == len(analysis.features()) + 1
    with pytest.raises(UnknownName, match="resources"):
        analysis.code(id, ["resources"])
    more = FeatureBook.model_validate(
        {"id": "x", "version": "1", "title": "X", "features": [{"id": "silence", "label": "Silence"}]}
    )
    assert [one.id for one in analysis.use_features(more)][-1] == "silence"


def test_coding_keeps_every_word_and_none_fits_is_not_the_same_as_not_coded(made: Assessment) -> None:
    analysis = made.analysis
    first, second = (passage(made, source(made)) for _ in range(2))
    assert analysis.code(first, ["resources"], by="Coder 1")
    assert not analysis.code(first, "resources", by="Coder 1")
    assert analysis.code(first, [], by="Coder 1")
    assert [coding.features for coding in analysis.section.codings] == [["resources"], []]
    assert analysis.to_code("Coder 1") == (second,)
    assert analysis.to_code("Coder 2") == (first, second)
    assert analysis.coders() == ("Coder 1",)
    made.by = None
    with pytest.raises(AssessmentError, match="Nobody is named who codes"):
        made.analysis.code(second, [])


def test_the_matrix_counts_passages_and_sources_and_says_what_nobody_coded(made: Assessment) -> None:
    analysis = made.analysis
    interview, policy = source(made), source(made, "document", "records")
    for where in (interview, interview, policy):
        analysis.code(passage(made, where), ["rules_and_policy"])
    analysis.code(passage(made, interview), ["rules_and_policy", "resources"], by="Coder 2")
    passage(made, policy)
    matrix = analysis.matrix()
    assert matrix.cells["rules_and_policy", "interview"] == (3, 1)
    assert matrix.cells["rules_and_policy", "document"] == (1, 1)
    assert matrix.cells["training", "observation"] == (0, 0)
    assert matrix.not_coded == 1
    frame = matrix.to_frame()
    assert len(frame) == 8 * 6
    assert int(frame["passages"].sum()) == 5
    header, rows = matrix.table()
    assert header[0] == "Feature"
    assert rows[2][header.index("Interview")] == "3 from 1 source"
    assert rows[7][1] == "none"


# agreement

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", sections A, B and C.
BINARY = ["0100000010", "1110010000"]
A: list[list[float | None]] = [[float(value) for value in row] for row in BINARY]
B: list[list[float | None]] = [
    [float("abcde".index(value)) for value in row] for row in ("aabbdcccedda", "babbbcccedd" + "d")
]
C: list[list[float | None]] = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def test_alpha_is_that_of_the_published_examples() -> None:
    assert alpha(A) == pytest.approx(0.095, abs=5e-4)
    assert alpha(B) == pytest.approx(0.692, abs=5e-4)
    assert alpha(C) == pytest.approx(0.743, abs=5e-4)


def by_coincidences(grid: list[list[float | None]]) -> float:
    """The definition, worked out pair by pair."""
    units = [[v for v in unit if v is not None] for unit in zip(*grid, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    seen = sum(
        sum(a != b for i, a in enumerate(u) for j, b in enumerate(u) if i != j) / (len(u) - 1) for u in units
    )
    chance = sum(a != b for i, a in enumerate(every) for j, b in enumerate(every) if i != j)
    return float(1 - (len(every) - 1) * seen / chance)


@pytest.mark.parametrize("grid", [A, B, C])
def test_alpha_is_that_of_the_definition(grid: list[list[float | None]]) -> None:
    assert alpha(grid) == pytest.approx(by_coincidences(grid), abs=1e-12)


def test_agreement_of_two_coders_on_a_published_example(made: Assessment) -> None:
    where = source(made)
    for first, second in zip(*BINARY, strict=True):
        id = passage(made, where)
        made.analysis.code(id, ["resources"] if first == "1" else [], by="Meg")
        made.analysis.code(id, ["resources"] if second == "1" else [], by="Owen")
    made.analysis.code(passage(made, where), ["resources"], by="Meg")
    found = made.analysis.agreement()
    assert (found.coders, found.passages) == (("Meg", "Owen"), 10)
    by_feature = {row.feature: row for row in found.rows}
    row = by_feature["resources"]
    assert row.alpha == pytest.approx(0.095, abs=5e-4)
    assert (row.passages, row.same) == (10, 6)
    assert row.low is not None
    assert row.high is not None
    assert row.low < 0.095 < row.high
    assert "Few passages" in row.note
    other = by_feature["training"]
    assert (other.alpha, other.note) == (None, "Nobody saw it in these passages.")
    assert by_feature[None].same == 6
    assert found.to_frame()["feature"].isna().tolist() == [False] * 8 + [True]
    assert found.table()[1][4][3] == "0.10"


def test_the_range_is_that_of_leaving_out_each_passage_in_turn() -> None:
    """Passages coded alike are left out once for all of them; here each one is, by the definition."""
    pick = random.Random(5)
    coders, features = ("Meg", "Owen", "Ada"), ("pay", "forms")
    coded = {
        f"x{k}": {c: {f for f in features if pick.random() < 0.4} for c in coders[: pick.choice((2, 2, 3))]}
        for k in range(24)
    }
    cells: list[list[list[float | None]]] = [
        [[float(f in said[c]) if c in said else None for c in coders] for said in coded.values()]
        for f in features
    ]
    *rows, together = agreement_of(coded, dict.fromkeys(features, "F")).rows
    for row, of in ((rows[0], cells[:1]), (rows[1], cells[1:]), (together, cells)):
        left = []
        for out in range(len(coded)):
            units = [unit for feature in of for at, unit in enumerate(feature) if at != out]
            left.append(by_coincidences([list(coder) for coder in zip(*units, strict=True)]))
        assert row.low == pytest.approx(min(left), abs=1e-12)
        assert row.high == pytest.approx(max(left), abs=1e-12)


def test_without_two_coders_there_is_nothing_to_compare() -> None:
    assert agreement_of({"x1": {"A": {"f"}}}, {"f": "F"}).rows == ()
    (row, _) = agreement_of({"x1": {"A": {"f"}, "B": {"f"}}}, {"f": "F"}).rows
    assert (row.alpha, row.note) == (None, "Everybody saw it in all of them.")


# findings


def test_the_state_of_a_finding_follows_the_rule_and_blocks_nothing(made: Assessment) -> None:
    analysis = made.analysis
    staff = passage(made, source(made, "interview", "staff"))
    case = passage(made, source(made, "case_file", "records"))
    family = passage(made, source(made, "focus_group", "youth"))
    id = analysis.add_finding("No form asks for relatives.")
    assert analysis.triangulation(id).sentence == "No passage stands behind this yet."
    for evidence, met, missing in (
        (
            [staff],
            False,
            ("2 kinds of source are asked for, there is 1", "the voice of families or young people"),
        ),
        ([staff, case], False, ("the voice of families or young people",)),
        ([family], False, ("2 kinds of source are asked for, there is 1",)),
        ([family, case], True, ()),
    ):
        analysis.change_finding(id, evidence=evidence)
        state = analysis.triangulation(id)
        assert (state.met, state.missing) == (met, missing)
    assert state.kinds == ("case_file", "focus_group")
    analysis.set_rule(kinds=3)
    assert not analysis.triangulation(id).met
    analysis.set_rule(kinds=1, families=False)
    analysis.change_finding(id, evidence=[staff])
    assert analysis.triangulation(id).met
    assert [rule.kinds for rule in analysis.section.rules] == [3, 1]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("The worker forgot to call.", True),
        ("Her caseworker never came back.", True),
        ("Judge Black refuses visits.", True),
        ("Noor did not write it down.", True),
        ("Maria Lopez decided alone.", True),
        ("Because J. Smith did not call.", True),
        ("The caseworker Anna said no.", True),
        ("Supervisor Diaz closes cases early.", True),
        ("The Juvenile Court decided it long ago.", False),
        ("The Navajo Nation was never told.", False),
        ("Supervisor Training ends after a week.", False),
        ("The U.S. Code and Rule 12 of the Kin Act ask for rooms.", False),
        ("No form asks for relatives.", False),
        ("The worker has 40 families and one car.", False),
        ("Workers are not told about relatives.", False),
        ("Black families are sent to services far away.", False),
    ],
)
def test_a_cause_that_points_at_a_person_is_asked_again(made: Assessment, text: str, points: bool) -> None:
    assert points_at_somebody(text, ["Noor Sample"]) is points
    id = made.analysis.add_finding("A finding", how=text)
    assert (ASK_AGAIN in [prompt.text for prompt in made.analysis.prompts(id)]) is points


def test_prompts_name_what_is_open_and_end_when_all_is_said(made: Assessment) -> None:
    analysis = made.analysis
    id = analysis.add_finding("No form asks for relatives.", groups=["everyone"])
    said = " ".join(prompt.text for prompt in analysis.prompts())
    for words in (
        "family's standpoint",
        "how it comes about",
        "already works",
        "speaks against",
        "racial or ethnic",
    ):
        assert words in said
    evidence = [passage(made, source(made)), passage(made, source(made, "document", "records"))]
    analysis.change_finding(
        id,
        problem="Children wait with strangers while an aunt is near.",
        how="The intake form has one line for family, and it is for the parents.",
        features=["forms_tools_routines"],
        evidence=evidence,
        counter_note="Two offices ask by habit; we read their files too.",
        groups=["Black families"],
        works="One office has a list of relatives on the wall.",
        owner="Intake bureau",
    )
    rec = analysis.recommend(id, "Ask for relatives on the first page.")
    assert [prompt.text for prompt in analysis.prompts(id)] == [
        'Who would own this: "Ask for relatives on the first page."?'
    ]
    analysis.change_recommendation(rec, owner="Intake bureau")
    assert analysis.prompts() == ()
    action = analysis.plan(rec, due="2027-01-31", measure="Share of forms with a relative")
    assert [(one.what, one.owner) for one in made.actions()] == [
        ("Ask for relatives on the first page.", "Intake bureau")
    ]
    assert analysis.recommendations()[0].action == action
    with pytest.raises(AssessmentError, match="already"):
        analysis.plan(rec)


def test_a_finding_names_only_what_is_there(made: Assessment) -> None:
    for fields in ({"evidence": ["x9"]}, {"features": ["feelings"]}, {"numbers": ["e4"]}, {"blame": "x"}):
        with pytest.raises((UnknownName, AssessmentError)):
            made.analysis.add_finding("A finding", **fields)
    assert made.analysis.findings() == ()


# the team


def test_only_the_team_lets_findings_out_and_a_change_takes_them_back_in(made: Assessment) -> None:
    analysis = made.analysis
    first, second = (analysis.add_finding(title) for title in ("One.", "Two."))
    with pytest.raises(UnknownName, match="member of the team"):
        analysis.release(first, agreed=["Director"])
    with pytest.raises(AssessmentError, match="who of the team agreed"):
        analysis.release(first, agreed=[])
    rec = analysis.recommend(first, "Change the form.", owner="Bureau")
    analysis.release([first, second], agreed=["noor sample", "Parent"], on="2026-05-01")
    assert set(analysis.released()) == {first, second}
    assert analysis.released()[first].agreed == ["Noor Sample", "Parent"]
    analysis.plan(rec)
    assert first in analysis.released()
    analysis.change_finding(first, how="Otherwise.")
    assert set(analysis.released()) == {second}
    analysis.recommend(second, "Another thing.")
    assert analysis.released() == {}
    assert len(analysis.section.releases) == 1


def test_terms_are_signed_by_members_of_the_team(made: Assessment) -> None:
    assert len(TERMS) == 6
    assert made.analysis.unsigned() == ("Noor Sample", "Parent")
    made.analysis.sign("Parent", on="2026-02-01")
    assert made.analysis.unsigned() == ("Noor Sample",)
    assert made.analysis.signed() == {"Parent": "2026-02-01"}
    with pytest.raises(UnknownName):
        made.analysis.sign("Somebody else")


def test_what_cannot_wait_leaves_no_words_in_the_file(made: Assessment) -> None:
    id = made.analysis.raise_concern("safety", to="Duty supervisor", on="2026-02-03")
    made.analysis.update_concern(id, "closed")
    (one,) = made.analysis.concerns()
    assert (one.about, one.to, one.state) == ("safety", "Duty supervisor", "closed")
    assert not {"text", "what", "note"} & set(type(one).model_fields)
    with pytest.raises(AssessmentError, match="a kind of concern"):
        made.analysis.raise_concern("Maria is in danger", to="Duty supervisor")


def test_the_agency_answers_in_its_own_words(made: Assessment) -> None:
    id = made.analysis.add_finding("One.")
    made.analysis.respond("We begin in May.", who="Bureau", state="will act", finding=id, on="2026-05-01")
    made.analysis.respond("We thank the team.", who="Director", state="acts in part")
    assert [one.finding for one in made.analysis.responses()] == [id, None]
    made.analysis.change_response("p1", text="We began in May.", state="acts already")
    assert made.analysis.responses(id)[0].history[0].changes["state"] == ["will act", "acts already"]
    with pytest.raises(AssessmentError, match="a kind of answer"):
        made.analysis.respond("x", who="y", state="maybe")


def test_a_follow_up_opens_the_earlier_findings_and_leaves_that_file_alone(
    made: Assessment, tmp_path: Path
) -> None:
    id = made.analysis.add_finding("No form asks for relatives.", how="One line for family.")
    made.analysis.recommend(id, "Ask on the first page.")
    made.analysis.add_finding("A mistake.")
    made.analysis.change_finding("f2", aside=True)
    before = made.path.read_bytes()
    later = Assessment.open(tmp_path / "later.equity.json", instrument=REIA, by="Coder 3")
    (taken,) = later.follow_up(made.path)
    assert (taken.id, taken.title, taken.recommendations) == (
        "1-f1",
        "No form asks for relatives.",
        ["Ask on the first page."],
    )
    assert made.path.read_bytes() == before
    later.analysis.look_again("1-f1", "not known")
    later.analysis.look_again("1-f1", "changed in part", "Two offices use the new form.")
    assert later.analysis.looks()["1-f1"].state == "changed in part"
    assert len(later.analysis.section.looks) == 2
    with pytest.raises(AssessmentError, match="already"):
        later.follow_up(made.path)
    with pytest.raises(AssessmentError, match="no findings"):
        made.follow_up(later.path)
    with pytest.raises(UnknownName):
        later.analysis.look_again("f1", "changed")


# taking out


REDACTED: dict[str, Callable[[Assessment], str]] = {
    "source": lambda one: one.analysis.add_source("THE WORDS", kind="document", voice="records"),
    "passage": lambda one: passage(one, source(one), "the words"),
    "memo": lambda one: one.analysis.add_memo("the words", title="the words"),
    "finding": lambda one: one.analysis.add_finding("the words", how="the words", groups=["the words"]),
    "recommendation": lambda one: one.analysis.recommend(one.analysis.add_finding("F."), "the words"),
    "answer": lambda one: one.analysis.respond("the words", who="the words", state="will act"),
    "concern": lambda one: one.analysis.raise_concern("other", to="the words"),
}


@pytest.mark.parametrize("what", REDACTED)
def test_each_kind_of_entry_can_be_taken_out_with_its_history(made: Assessment, what: str) -> None:
    id = REDACTED[what](made)
    change = {
        "source": lambda: made.analysis.change_source(id, label="The Words again"),
        "memo": lambda: made.analysis.change_memo(id, text="the words again"),
        "finding": lambda: made.analysis.change_finding(id, problem="the words again"),
        "recommendation": lambda: made.analysis.change_recommendation(id, what="the words again"),
        "answer": lambda: made.analysis.change_response(id, text="the words again"),
    }.get(what)
    if change:
        change()
    assert "the words" in on_disk(made).casefold()
    made.redact(id, "It showed who it was.", by="Lead")
    assert "the words" not in on_disk(made).casefold()
    kept = next(one for one in made.analysis.section.items() if one.id == id)
    assert kept.redacted is not None
    assert (kept.redacted.by, kept.redacted.why) == ("Lead", "It showed who it was.")


def test_an_unconfirmed_masking_is_no_masked_passage() -> None:
    assert not issubclass(str, Masked)
