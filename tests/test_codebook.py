"""A codebook is read as the text a person wrote, and each mistake is answered in words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equitykit import standards, yamltext
from equitykit.codebook import Codebook, json_schema
from equitykit.errors import CodebookError
from equitykit.recode import Recoder
from equitykit.resources import folder

# The example of the published contract, apart from its comments.
CONTRACT = """
equitykit: codebook/1
title: Intake 2024
standard: us-omb-spd15-2024
purpose: "..."                       # why these questions are asked
questions:
  race_ethnicity:
    columns: [race, hispanic]
    encoding: race_and_ethnicity
    delimiter: ";"
    code_system: null
    codes:
      race: {1: WHITE, 2: BLACK, HW: [HISPANIC, WHITE], API: {one_of: [ASIAN, NHPI]}}
      hispanic: {1: HISPANIC, 2: none}
    missing: {U: unknown, R: declined}
    yes: ["1", "Y"]
    offered: [AIAN, ASIAN, BLACK, HISPANIC, WHITE]
    count: n_children
    recorded_by: self
  age: {columns: [age], bands: [0, 1, 6, 13, 18]}
derived: [{column: race5, from: race_ethnicity}]
compare: [{column: race_hospital, question: race_ethnicity, trusted: other}]
matched: {column: linked, event: ["1"]}
person: client_id
count: persons
unit: {site: office, worker: worker_id}
period: {column: intake_date, by: quarter, year_starts: 10-01}
join: [{file: placements.csv, on: client_id, many: true}]
outcomes:
  removed: {column: removed, event: ["Y"], favourable: false, at_risk: {investigated: ["Y"]}}
  investigated: {column: investigated, event: [Yes], favourable: null}
  substantiated: {column: substantiated, event: ["Y"], favourable: false}
stages: [referred, investigated, substantiated, removed]
benchmark: {file: county_2024.csv, scheme: alone-or-in-combination, year: 2024, source: "..."}
governance: {AIAN: ask}
weights: null
"""
FLAGS = """
equitykit: codebook/1
questions:
  race_ethnicity:
    columns: [race___1, race___6]
    flags: {race___1: AIAN, race___6: {missing: unknown}}
    yes: [1, Y]
weights: {weight: w, strata: s, psu: p}
"""


class Typed(yaml.SafeLoader):
    """YAML 1.2, as editors read it: true and false are the only truth values, so `yes:` is a key."""


Typed.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Typed.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))

START = "equitykit: codebook/1\nquestions:\n  race_ethnicity:\n    columns: [race]\n"


def load(text: str, tmp_path: Path) -> Codebook:
    path = tmp_path / "my.codebook.yaml"
    path.write_text(text, encoding="utf-8")
    return Codebook.load(path)


def complaint(text: str, tmp_path: Path) -> str:
    with pytest.raises(CodebookError) as refused:
        load(text, tmp_path)
    return str(refused.value)


# -- the contract --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [CONTRACT, FLAGS], ids=["contract", "flags"])
def test_the_example_of_the_contract_is_valid(text: str, tmp_path: Path) -> None:
    load(text, tmp_path)
    jsonschema.Draft202012Validator(json_schema()).validate(yamltext.load(text, name="x"))
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.load(text, Loader=Typed))  # as editors do


def test_the_example_says_what_it_says(tmp_path: Path) -> None:
    book = load(CONTRACT, tmp_path)
    race = book.questions["race_ethnicity"]
    assert race.codes_for("race") == {
        "1": "WHITE",
        "2": "BLACK",
        "HW": ("HISPANIC", "WHITE"),
        "API": race.codes_for("race")["API"],
    }
    assert race.codes_for("hispanic") == {"1": "HISPANIC", "2": "none"}
    assert race.missing_for("race") == race.missing_for("hispanic") == {"U": "unknown", "R": "declined"}
    assert (race.delimiter, race.code_system, race.yes) == (";", None, ("1", "Y"))
    assert book.questions["age"].bands == (0, 1, 6, 13, 18)
    assert book.person == ("client_id",) and book.count == "persons"
    assert book.period is not None and book.period.year_starts == "10-01"
    assert book.outcomes["removed"].favourable is False
    assert book.outcomes["investigated"].favourable is None
    assert book.outcomes["investigated"].event == ("Yes",)
    assert book.join[0].on == ("client_id",) and book.join[0].many
    assert book.benchmark is not None and book.benchmark.year == "2024"
    assert book.weights is None and book.governance == {"AIAN": "ask"}


@pytest.mark.parametrize("name", ["intake.codebook.yaml", "intake_clean.codebook.yaml"])
def test_the_samples_are_valid(name: str) -> None:
    path = folder("sample_data") / name
    Codebook.load(path)
    jsonschema.Draft202012Validator(json_schema()).validate(yamltext.load(path.read_text("utf-8"), name=name))


def test_the_schema_is_published_as_the_code_has_it() -> None:
    published = json.loads((folder("schemas") / "codebook.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()
    jsonschema.Draft202012Validator.check_schema(published)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"equitykit": "codebook/2"},
        {"equitykit": "codebook/1", "surprise": 1},
        {"equitykit": "codebook/1", "questions": {"race_ethnicity": {"encoding": "single"}}},
        {"equitykit": "codebook/1", "questions": {"race_ethnicity": {"columns": ["a"], "encoding": "guess"}}},
        {"equitykit": "codebook/1", "period": {"column": "d", "year_starts": "13-01"}},
    ],
)
def test_the_schema_refuses(broken: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(broken)


@pytest.mark.parametrize("text", [CONTRACT, FLAGS], ids=["contract", "flags"])
def test_saved_and_loaded_it_is_the_same(text: str, tmp_path: Path) -> None:
    book = load(text, tmp_path)
    again = Codebook.load(book.save(tmp_path / "again.yaml"))
    assert again.to_dict() == Codebook.load(book.to_dict()).to_dict() == book.to_dict()
    assert again.questions == book.questions and again.outcomes == book.outcomes
    assert (tmp_path / "again.yaml").read_bytes().startswith(b"equitykit: codebook/1\n")


@pytest.mark.parametrize("delimiter", [";", "|", "\t", " ", " / ", "\u00a7"])
def test_a_delimiter_survives_saving(delimiter: str, tmp_path: Path) -> None:
    book = Codebook.load({"questions": {"race_ethnicity": {"columns": ["race"], "delimiter": delimiter}}})
    again = Codebook.load(book.save(tmp_path / "again.yaml"))
    assert again.questions["race_ethnicity"].delimiter == (delimiter.strip() or delimiter)


HOSTILE = [
    "1",
    "No",
    "0012",
    "null",
    "~",
    "1.0",
    "2024-01-02",
    "=1+1",
    "<script>",
    "a: b",
    "# no",
    "'",
    '"',
    "[x",
    "é 者",
    "!x",
    "&a",
    "*a",
]


@pytest.mark.parametrize("code", HOSTILE)
def test_any_code_survives_saving(code: str, tmp_path: Path) -> None:
    book = Codebook.load(
        {
            "questions": {
                "race_ethnicity": {
                    "columns": ["race"],
                    "codes": {code: "WHITE"},
                    "missing": {code + "x": "declined"},
                }
            }
        }
    )
    again = Codebook.load(book.save(tmp_path / "again.yaml"))
    assert again.questions["race_ethnicity"].codes == {code: "WHITE"}
    assert again.questions["race_ethnicity"].missing == {code + "x": "declined"}


# -- text stays text -----------------------------------------------------------------------------------


def test_no_yaml_typing(tmp_path: Path) -> None:
    text = START + (
        "    codes: {1: WHITE, No: BLACK, 0012: ASIAN, null: AIAN, 1.0: NHPI, yes: MENA, 0x1: WHITE, "
        "2024-01-02: BLACK}\n"
        "    missing: {~: declined, on: unknown}\n"
        "outcomes: {removed: {column: 1, event: [Yes, 1, null], at_risk: {No: [0]}}}\n"
        "stages: [first, removed]\n"
    )
    book = load(text, tmp_path)
    race = book.questions["race_ethnicity"]
    assert list(race.codes) == ["1", "No", "0012", "null", "1.0", "yes", "0x1", "2024-01-02"]
    assert list(race.missing) == ["~", "on"]
    removed = book.outcomes["removed"]
    assert (removed.column, removed.event, removed.at_risk) == ("1", ("Yes", "1", "null"), {"No": ("0",)})


def test_numbers_from_python_are_their_text() -> None:
    book = Codebook.load(
        {"questions": {"race_ethnicity": {"columns": ["race"], "codes": {1: "WHITE", "2": "BLACK"}}}}
    )
    assert list(book.questions["race_ethnicity"].codes) == ["1", "2"]


def test_windows_habits(tmp_path: Path) -> None:
    path = tmp_path / "mit Leerzeichen é.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + START.replace("\n", "\r\n").encode())
    assert Codebook.load(path).questions["race_ethnicity"].columns == ("race",)


@pytest.mark.parametrize(
    ("question", "encoding"),
    [
        ({"columns": "race"}, "single"),
        ({"columns": ["race", "eth"]}, "race_and_ethnicity"),
        ({"columns": ["race"], "delimiter": ";"}, "delimited"),
        ({"columns": ["a"], "flags": {"a": "WHITE"}}, "flags"),
        ({"columns": ["race"], "count": "n"}, "counts"),
    ],
)
def test_an_encoding_left_out_follows_from_the_rest(question: dict[str, Any], encoding: str) -> None:
    assert (
        Codebook.load({"questions": {"race_ethnicity": question}}).questions["race_ethnicity"].encoding
        == encoding
    )


# -- mistakes, in words --------------------------------------------------------------------------------

ENTRIES = (
    "Allowed: columns, encoding, delimiter, code_system, codes, missing, flags, yes, offered, count, bands, "
    "recorded_by, recorded_by_column."
)
TOP = (
    "Allowed: equitykit, title, standard, purpose, questions, derived, compare, matched, person, count, unit, period, "
    "join, outcomes, stages, durations, benchmark, governance, weights."
)
HERE = 'In "my.codebook.yaml", at '
RACE = HERE + "questions.race_ethnicity"
MISTAKES = {
    START + "    encoding: singel\n": RACE
    + '.encoding: "singel" is not allowed. Did you mean "single"? Allowed: single, delimited, flags, '
    "race_and_ethnicity, repeated_rows, counts.",
    START + "    colums: [x]\n": RACE
    + '.colums: there is no entry "colums". Did you mean "columns"? '
    + ENTRIES,
    START + "persn: id\n": HERE + 'persn: there is no entry "persn". Did you mean "person"? ' + TOP,
    "questions: {rase_ethnicity: {columns: [race]}}\n": HERE
    + 'questions: there is no question "rase_ethnicity". Did you mean "race_ethnicity"? Allowed: race_ethnicity, '
    "tribal_affiliation, age, sex, gender, sexual_orientation, disability, language, geography, religion, "
    "national_origin.",
    "questions: {race_ethnicity: {encoding: single}}\n": RACE
    + ".columns: this entry is needed and is not there.",
    "questions: {race_ethnicity: {columns: []}}\n": RACE + ".columns: this entry is empty.",
    "questions: {race_ethnicity: [race]}\n": RACE + ': entries of the form "name: value" are needed here.',
    START + "    encoding: delimited\n": RACE + ': encoding "delimited" needs a delimiter, for example ";".',
    START + "    encoding: counts\n": RACE
    + ': encoding "counts" needs count: the column that holds how many people a row stands for.',
    START + "    missing: {U: unknwn}\n": RACE
    + '.missing.U: "unknwn" is not allowed. Did you mean "unknown"? Allowed: blank, unknown, declined, not-asked, '
    "not-applicable, unable-to-determine, suppressed.",
    START + "    codes: {A: {one_of: [ASIAN]}}\n": RACE
    + ': code "A": one_of needs a list of two or more categories.',
    START + "    codes: {A: {oneof: [ASIAN, NHPI]}}\n": RACE
    + ': code "A": there is no entry "oneof". Did you mean "one_of"?',
    START + "    codes: {hispanic: {1: HISPANIC}}\n": RACE
    + ': "hispanic" holds a list of codes, so it must be one of the columns race; a code takes a category, a list of '
    "categories, {one_of: [...]}, {missing: reason} or none.",
    START + "    codes: {8: {missing: unknwn}}\n": RACE
    + ': code "8": "unknwn" is no reason for a missing answer. Did you mean "unknown"? Allowed: blank, unknown, '
    "declined, not-asked, not-applicable, unable-to-determine, suppressed.",
    START + "    codes: {race: {8: {oneof: [ASIAN, NHPI]}}}\n": RACE
    + ': code "8": there is no entry "oneof". Did you mean "one_of"?',
    START + "    codes: {rac: {8: WHITE}}\n": RACE
    + ': "rac" holds a list of codes, so it must be one of the columns race. Did you mean "race"?',
    START + "    codes: {8: []}\n": RACE
    + ': code "8" names nothing; a code takes a category, a list of categories, {one_of: [...]}, {missing: reason} '
    "or none.",
    START + "    missing: {8: {missing: unknown}}\n": RACE
    + ': under missing a value takes its reason itself: "8: unknown".',
    START + "    flags: {race: {missing: unknwn}}\n": RACE
    + ': code "race": "unknwn" is no reason for a missing answer. Did you mean "unknown"? Allowed: blank, unknown, '
    "declined, not-asked, not-applicable, unable-to-determine, suppressed.",
    START + "    flags: {race___1: WHITE}\n": RACE
    + ': flags names "race___1", which is not among the columns race.',
    START + "    recorded_by: slef\n": RACE
    + '.recorded_by: "slef" is not allowed. Did you mean "self"? Allowed: self, proxy, staff, observed, imputed, '
    "mixed, not-known.",
    "questions: {age: {columns: [a], bands: [6, 0]}}\n": HERE
    + "questions.age: bands must rise: each is the first age of its band.",
    "questions: {age: {columns: [a], bands: [0, x]}}\n": HERE
    + 'questions.age.bands.1: a number is needed here (got "x").',
    "equitykit: codebook/2\n": HERE
    + 'equitykit: "codebook/2" is not allowed. Did you mean "codebook/1"? Allowed: codebook/1.',
    "period: {column: d, by: week}\n": HERE
    + 'period.by: "week" is not allowed. Allowed: year, quarter, month.',
    "period: {column: d, year_starts: 13-01}\n": HERE
    + "period.year_starts: write the month and the day on which a year starts, for example 10-01 (got "
    '"13-01").',
    "outcomes: {removed: {column: r}}\n": HERE
    + "outcomes.removed.event: this entry is needed and is not there.",
    "outcomes: {removed: {column: r, event: [Y], favourable: maybe}}\n": HERE
    + 'outcomes.removed.favourable: write true, false or null (got "maybe").',
    "outcomes: {removed: {column: r, event: [Y], favorable: true}}\n": HERE
    + 'outcomes.removed.favorable: there is no entry "favorable". Did you mean "favourable"? Allowed: column, event, '
    "favourable, at_risk.",
    "derived: [{column: race5, from: race_ethnicity}]\n": HERE
    + 'the top: "race_ethnicity" is used but not described under questions.',
    START + "stages: [a, b]\n": HERE + 'the top: stages names "b", which is not among the outcomes (none).',
    "benchmark: {file: x.csv, scheme: some}\n": HERE
    + 'benchmark.scheme: "some" is not allowed. Allowed: any, alone, exclusive, alone-or-in-combination.',
    "count: people\n": HERE + 'count: "people" is not allowed. Allowed: persons, events.',
    "unit: {office: x}\n": HERE
    + 'unit.office: there is no entry "office". Allowed: site, worker, programme.',
    "hello\n": '"my.codebook.yaml" is not a codebook: it must start with "equitykit: codebook/1". Draft one with: '
    "equitykit propose DATA -o CODEBOOK",
    "": '"my.codebook.yaml" is not a codebook: it must start with "equitykit: codebook/1". Draft one with: '
    "equitykit propose DATA -o CODEBOOK",
}


@pytest.mark.parametrize("written", ["{8: {missing: unknown}}", "{race: {8: {missing: unknown}}}"])
def test_a_code_of_one_column_can_stand_for_a_missing_reason(written: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        f"equitykit: codebook/1\nquestions:\n  race_ethnicity:\n    columns: [race]\n    codes: {written}\n"
    )
    book = Codebook.load(path)
    assert Codebook.load(book.to_dict()).questions == book.questions
    reading = Recoder(
        "race_ethnicity", book.questions["race_ethnicity"], standards.standard("us-omb-spd15-2024")
    )
    assert (reading(("8",)).status, reading(("8",)).missing) == ("missing", "unknown")


@pytest.mark.parametrize(("text", "message"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_a_mistake_gets_its_place_the_value_and_what_is_allowed(
    text: str, message: str, tmp_path: Path
) -> None:
    assert complaint(text, tmp_path) == message


@pytest.mark.parametrize("text", MISTAKES)
def test_no_complaint_speaks_of_programs(text: str, tmp_path: Path) -> None:
    said = complaint(text, tmp_path)
    for word in ("tuple", "dictionary", "pydantic", "validation", "parse", "pattern", "Errno", "['", "None"):
        assert word not in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: !!python/object/apply:os.system [ls]\n", "line 1: the tag"),
        ("title: x\npurpose: !secret x\n", 'line 2: the tag "!secret" is used'),
        ("a: &a [1]\nb: *a\n", 'line 1: the anchor "&a" is used'),
        (START + "    columns: [y]\n", 'line 5: "columns" is written twice'),
        ("a: " + "[" * 60 + "]" * 60, "line 1: values are nested more than 40 deep"),
        ("[" * 100_000, "line 1: values are nested more than 40 deep"),
        ("{a: " * 100_000, "values are nested more than 40 deep"),
        ("a: [1\nb: 2\n", "is not YAML: line 2, "),
        ("a:\n\tb: 1\n", "is not YAML: line 2, "),
        ("\x00\x01", "is not YAML: "),
        ("? [a, b]\n: 1\n", "a list or mapping is used as a name"),
        ("a: 1\n---\nb: 2\n", "a second document begins"),
        ("title: " + "x" * 2_000_001, "has more than 2,000,000 characters"),
    ],
)  # fmt: skip
def test_tricks_are_refused(text: str, message: str, tmp_path: Path) -> None:
    assert message in complaint(text, tmp_path)


def test_a_billion_laughs_stay_untold(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}, *a{k - 1}, *a{k - 1}]" for k in range(1, 40)]
    assert "the anchor" in complaint("\n".join(lines), tmp_path)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"There is no codebook .* Draft one with: equitykit propose"):
        Codebook.load(tmp_path / "none.yaml")
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00t\x00")
    with pytest.raises(CodebookError, match='The codebook "x.yaml" cannot be read as UTF-8 text'):
        Codebook.load(path)
    with pytest.raises(CodebookError, match="cannot be read"):
        Codebook.load(tmp_path)


def test_columns_are_those_the_codebook_names(tmp_path: Path) -> None:
    book = load(CONTRACT, tmp_path)
    assert book.columns() == (
        *(
            "race",
            "hispanic",
            "age",
            "n_children",
            "race5",
            "race_hospital",
            "office",
            "worker_id",
            "client_id",
        ),
        *("intake_date", "linked", "removed", "investigated", "substantiated"),
    )
    with pytest.raises(
        CodebookError, match='names the column "race5", but "x.csv" has no such column. Did you mean "race_5"'
    ):
        book.check_columns(["race_5", *(c for c in book.columns() if c != "race5")], data_name="x.csv")


def test_a_benchmark_lies_beside_its_codebook(tmp_path: Path) -> None:
    assert load(CONTRACT, tmp_path).beside("county.csv") == tmp_path / "county.csv"
    assert Codebook.load({}).beside("county.csv") == Path("county.csv")
