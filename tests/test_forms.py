"""Forms as builders export them: what is asked, of whom, and what is no form at all."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from equitykit.errors import ReadError
from equitykit.forms import Form, is_form, read_form
from equitykit.propose import propose

SHARED = Path("/") / "work" / "shared" / "data"
HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Identifier?,'
    "Branching Logic (Show field only if...),Required Field?,Matrix Group Name,Field Annotation"
)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], name: str = "form.xlsx") -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


# --- REDCap ---


def test_redcap_with_all_that_is_met_in_the_wild(tmp_path: Path) -> None:
    lines = [
        HEADER,
        'intro,demo,About you,descriptive,"<p>We ask why&nbsp;<b>this</b></p>",,,,,,,',
        'race,demo,,checkbox,"<div class=""rich"">Race<br>(all that apply)</div>",'
        '"1, <b>White</b> | 2, Black, or African American | -99, Declined",hint,,,y,,@DEFAULT="1"',
        'q2,demo,,radio,"Ethnicity\r\n(one)","1, Yes | 0, No",,,"[race(1)] = \'1\'",,m1,@HIDDEN',
        "age,demo,,calc,Age,rounddown(1),,,,,,",
        "old,other,,text,Old,,,y,,,,@CALCTEXT(1)",
        "yes,other,,yesno,Well?,,,,,,,",
    ]
    form = read_form(written(tmp_path, "d.csv", "\r".join(lines[:3]) + "\r\n" + "\n".join(lines[3:])))
    assert [item.name for item in form.items] == ["race", "q2", "yes"]
    race, second, yes = form.items
    assert (race.label, race.type, race.required, race.default) == (
        "Race (all that apply)",
        "multiple",
        True,
        "1",
    )
    assert [(o.code, o.label) for o in race.options][1:] == [
        ("2", "Black, or African American"),
        ("-99", "Declined"),
    ]
    assert (race.section, race.group, race.note) == ("About you", ("demo",), "hint")
    assert (second.label, second.hidden, second.conditional) == ("Ethnicity (one)", True, "[race(1)] = '1'")
    assert second.group == ("demo", "m1")
    assert (yes.section, [o.code for o in yes.options]) == ("", ["1", "0"])
    assert [notice.text for notice in form.notices] == ["We ask why this"]


def test_cp1252_is_read(tmp_path: Path) -> None:
    text = HEADER + '\nrace,demo,,radio,Raza \u2013 \u00bfcu\u00e1l?,"1, Ind\u00edgena | 2, Otro",,,,,,\n'
    form = read_form(written(tmp_path, "d.csv", text.encode("cp1252")))
    assert form.items[0].label == "Raza \u2013 \u00bfcu\u00e1l?"
    assert form.items[0].options[0].label == "Ind\u00edgena"


@pytest.mark.parametrize(
    ("file", "truth"),
    [
        ("redcap_example/race_checkbox_dictionary.csv", "redcapr_checkbox"),
        ("redcap_example/longitudinal_dictionary.csv", "redcapr_longitudinal"),
        ("radx_up/up.dd.csv", "radx_up"),
    ],
)
def test_real_dictionaries_agree_with_what_was_read_by_hand(file: str, truth: str) -> None:
    if not SHARED.exists():
        pytest.skip("the shared real files are not here")
    told = json.loads((SHARED / "ground_truth" / f"{truth}.json").read_text("utf-8"))
    form = read_form(SHARED / file)
    for name, field in told["race_ethnicity_fields"].items():
        item = form.item(name)
        assert item is not None
        several = field.get("select_all_that_apply", field.get("cardinality") == "multiple")
        assert item.type == ("multiple" if several else "single" if field["choices"] else "text")
        expected = [(code, " ".join(label.split())) for code, label in field["choices"]]
        assert [(o.code, o.label) for o in item.options] == expected


# --- XLSForm ---

COLUMNS = ("required", "relevant", "default")
SURVEY: list[list[Any]] = [
    [*("type", "name", "label::English (en)", "label::Espa\u00f1ol (es)", "hint::English (en)"), *COLUMNS],
    ["note", "why", "Why we ask", "Por qu\u00e9", "", "", "", ""],
    ["begin group", "g1", "One", "", "", "", "${x} = 1", ""],
    ["begin_group", "g2", "Two", "", "", "", "", ""],
    ["begin repeat", "g3", "Three", "", "", "", "${y} = 2", ""],
    ["select_multiple races", "race", "Race?", "\u00bfRaza?", "All that apply", "yes", "${z} = 3", "a b"],
    ["end repeat", None, None, None, None, None, None, None],
    ["end group", None, None, None, None, None, None, None],
    ["end_group", None, None, None, None, None, None, None],
    ["select_one sexes or_other", "sex", "Sex?", "", "", 1, "", ""],
    ["calculate", "c", "", "", "", "", "", ""],
    ["text", "more", "More?", "", "", "", "", ""],
]  # fmt: skip
CHOICES: list[list[Any]] = [
    ["list_name", "name", "label::English (en)", "label::Espa\u00f1ol (es)"],
    ["races", "a", "Asian", "Asi\u00e1tico"],
    ["races", "b", "Black", ""],
    ["sexes", 1, "Male", ""],
    ["sexes", 2.0, "Female", ""],
]
SETTINGS: list[list[Any]] = [["form_title", "default_language"], ["Intake", "English (en)"]]


def check_xlsform(form: Form) -> None:
    assert form.languages == ("en", "es")
    race, sex, more = form.items
    assert (race.type, race.label, race.note) == ("multiple", "Race?", "All that apply")
    assert (race.required, race.default, race.group) == (True, "a b", ("One", "Two", "Three"))
    assert race.conditional == "${x} = 1 and ${y} = 2 and ${z} = 3"
    assert dict(race.translations) == {"en": "Race?", "es": "\u00bfRaza?"}
    assert [(o.code, o.label) for o in race.options] == [("a", "Asian"), ("b", "Black")]
    assert dict(race.options[0].translations)["es"] == "Asi\u00e1tico"
    assert (sex.type, sex.required, sex.group) == ("single", True, ())
    assert [(o.code, o.label) for o in sex.options] == [("1", "Male"), ("2", "Female"), ("other", "Other")]
    assert more.type == "text"
    assert [notice.text for notice in form.notices] == ["Intake", "Why we ask"]


def test_an_xlsform_workbook(tmp_path: Path) -> None:
    sheets = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}
    check_xlsform(read_form(workbook(tmp_path, sheets)))


def test_an_xlsform_in_one_csv(tmp_path: Path) -> None:
    lines: list[str] = []
    for sheet, rows in (("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
        lines.append(sheet)
        lines += [",".join(["", *("" if c is None else f'"{c:g}"' if isinstance(c, float) else f'"{c}"' for c in row)]) for row in rows]  # fmt: skip  # noqa: E501
    check_xlsform(read_form(written(tmp_path, "form.csv", "\n".join(lines))))


# --- FHIR ---

QUESTIONNAIRE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "status": "active",
    "language": "en",
    "contained": [
        {
            "resourceType": "ValueSet",
            "id": "eth",
            "compose": {
                "include": [
                    {
                        "system": "urn:oid:2.16.840.1.113883.6.238",
                        "concept": [
                            {"code": "2135-2", "display": "Hispanic or Latino"},
                            {"code": "2186-5", "display": "Not Hispanic or Latino"},
                        ],
                    }
                ]
            },
        }
    ],
    "item": [
        {"linkId": "0", "type": "display", "text": "Why we ask"},
        {
            "linkId": "1",
            "type": "group",
            "text": "You",
            "item": [
                {
                    "linkId": "1.1",
                    "type": "group",
                    "text": "Identity",
                    "item": [
                        {
                            "linkId": "race",
                            "type": "choice",
                            "text": "Race",
                            "_text": {
                                "extension": [
                                    {
                                        "url": "http://hl7.org/fhir/StructureDefinition/translation",
                                        "extension": [
                                            {"url": "lang", "valueCode": "es"},
                                            {"url": "content", "valueString": "Raza"},
                                        ],
                                    }
                                ]
                            },
                            "code": [{"system": "http://loinc.org", "code": "72826-1"}],
                            "repeats": True,
                            "required": True,
                            "answerOption": [
                                {"valueCoding": {"code": "2028-9", "display": "Asian"}},
                                {
                                    "valueCoding": {"code": "2106-3", "display": "White"},
                                    "initialSelected": True,
                                },
                            ],
                        },
                        {
                            "linkId": "eth",
                            "type": "choice",
                            "text": "Ethnicity",
                            "answerValueSet": "#eth",
                            "enableWhen": [{"question": "race", "operator": "exists", "answerBoolean": True}],
                        },
                        {
                            "linkId": "named",
                            "type": "choice",
                            "text": "Race",
                            "answerValueSet": "http://hl7.org/fhir/us/core/ValueSet/omb-race-category|7.0.0",
                            "initial": [{"valueCoding": {"code": "UNK"}}],
                        },
                        {"linkId": "open", "type": "open-choice", "answerOption": [{"valueString": "A"}]},
                        {"linkId": "well", "type": "boolean", "text": "Well?"},
                    ],
                }
            ],
        },
    ],
}


def test_a_fhir_questionnaire_three_deep(tmp_path: Path) -> None:
    form = read_form(written(tmp_path, "q.json", json.dumps(QUESTIONNAIRE)))
    race, eth, named, opened, well = form.items
    assert (race.type, race.required, race.default, race.codes) == ("multiple", True, "2106-3", ("72826-1",))
    assert (race.group, dict(race.translations)) == (("You", "Identity"), {"es": "Raza"})
    assert [o.code for o in eth.options] == ["2135-2", "2186-5"]
    assert eth.options[0].system.endswith(".238")
    assert eth.conditional == "race exists True"
    assert [o.code for o in named.options][:2] == ["1002-5", "2028-9"]
    assert named.default == "UNK"
    assert [o.label for o in opened.options] == ["A", "Other"]
    assert [o.label for o in well.options] == ["Yes", "No"]
    assert form.languages == ("en", "es")


# --- Qualtrics and plain lists ---


def test_a_qualtrics_survey(tmp_path: Path) -> None:
    question = {
        "QuestionText": "<b>Race</b>",
        "DataExportTag": "Q1",
        "QuestionType": "MC",
        "Selector": "MAVR",
        "Choices": {"1": {"Display": "Asian"}, "4": {"Display": "White"}},
        "ChoiceOrder": ["4", 1],
        "RecodeValues": {"4": "9"},
        "Validation": {"Settings": {"ForceResponse": "ON"}},
    }
    single = {
        **question,
        "DataExportTag": "Q2",
        "Selector": "SAVR",
        "Validation": {"Settings": {"Type": "None"}},
    }
    text = {"QuestionText": "We ask to help.", "QuestionType": "DB"}
    content = {
        "SurveyEntry": {"SurveyLanguage": "EN"},
        "SurveyElements": [
            *({"Element": "SQ", "Payload": payload} for payload in (question, single, text)),
            {"Element": "BL", "Payload": []},
        ],
    }
    form = read_form(written(tmp_path, "s.qsf", json.dumps(content)))
    first, second = form.items
    assert (first.type, first.label, first.required) == ("multiple", "Race", True)
    assert [(o.code, o.label) for o in first.options] == [("9", "White"), ("1", "Asian")]
    assert (second.type, second.required) == ("single", False)
    assert form.notices[0].text == "We ask to help."


def test_a_plain_list_in_yaml_and_csv(tmp_path: Path) -> None:
    yaml = 'items: [{item: race, question: "Race?", type: multiple, '
    yaml += "options: {1: Asian, No: White}, required: yes}]\n"
    rows = "item,question,type,required,code,option\nrace,Race?,multiple,yes,1,Asian\nrace,,,,No,White\n"
    forms = [read_form(written(tmp_path, "f.yaml", yaml)), read_form(written(tmp_path, "f.csv", rows))]
    for form in forms:
        assert form.items[0].required
        assert [(o.code, o.label) for o in form.items[0].options] == [("1", "Asian"), ("No", "White")]


# --- what is no form ---


def bomb(folder: Path) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return path


def truncated(folder: Path) -> Path:
    whole = workbook(folder, {"survey": SURVEY, "choices": CHOICES})
    return written(folder, "cut.xlsx", whole.read_bytes()[:-400])


def deep(folder: Path) -> Path:
    return written(folder, "deep.json", '{"resourceType": "Questionnaire", "item": ' + "[" * 200_000)


def deep_items(folder: Path) -> Path:
    text = '{"resourceType": "Questionnaire"' + ', "item": [{"type": "group"' * 400 + "}]" * 400 + "}"
    return written(folder, "deep_items.json", text)


def long_line(folder: Path) -> Path:
    path = folder / "long.csv"
    path.write_bytes(b"a" * 50_000_000)
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (bomb, "would unpack to"),
        (truncated, "damaged"),
        (deep, "nested too deeply"),
        (deep_items, "deeper than"),
        (long_line, "too large to be a form"),
        (lambda f: written(f, "one.csv", b"a" * 10_000_000), "not a CSV table"),
        (lambda f: written(f, "e.csv", b""), "is empty"),
        (lambda f: written(f, "e.json", b" \n"), "is empty"),
        (lambda f: written(f, "x.qsf", "<html></html>"), "not readable JSON"),
        (lambda f: written(f, "x.qsf", '{"a": 1}'), "is not a form that can be read"),
        (lambda f: written(f, "x.qsf", '{"SurveyEntry": 1, "SurveyElements": 2}'), "without questions"),
        (lambda f: written(f, "p.json", '{"resourceType": "Patient"}'), "it is a FHIR Patient"),
        (lambda f: written(f, "d.csv", HEADER + "\n"), "holds no questions"),
        (lambda f: written(f, "d.csv", "race,sex\nWhite,F\n"), "its columns are race, sex"),
        (lambda f: written(f, "b.csv", bytes(range(256)) * 40), "is not"),
        (lambda f: written(f, "y.yaml", "items: [{question: x}]"), 'has no "item"'),
        (lambda f: written(f, "y.yaml", "items: [{item: x, type: chek}]"), 'The type "chek"'),
        (lambda f: written(f, "y.yaml", "a: ["), "is not YAML"),
        (lambda f: workbook(f, {"data": [["a", "b"], [1, 2]]}), "its sheets are data"),
        (lambda f: workbook(f, {"survey": [["a"], [1]]}), 'no sheet "survey" with the columns'),
        (lambda f: f / "not there.csv", "cannot be read"),
        (lambda f: f, "is a folder"),
    ],
)
def test_what_is_no_form_is_a_sentence(make: Any, sentence: str, tmp_path: Path) -> None:
    path = make(tmp_path)
    with pytest.raises(ReadError) as caught:
        read_form(path)
    assert sentence in str(caught.value)
    assert "Traceback" not in str(caught.value) and len(str(caught.value)) < 900


def test_a_damaged_form_is_a_sentence_and_never_another_error(tmp_path: Path) -> None:
    """Bytes cut and changed at random: a form or a ReadError, nothing else."""
    chance = random.Random(3)
    sheets = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}
    sources = [json.dumps(QUESTIONNAIRE).encode(), workbook(tmp_path, sheets).read_bytes(), HEADER.encode() + b"\nrace,d,,radio,R,\"1, A\"\n"]  # fmt: skip  # noqa: E501
    for number in range(120):
        data = bytearray(sources[number % 3][: chance.randrange(5, len(sources[number % 3]))])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = written(tmp_path, f"f{number}.{('json', 'xlsx', 'csv')[number % 3]}", bytes(data))
        is_form(path)
        try:
            read_form(path)
        except ReadError:
            continue


def test_forms_and_records_are_told_apart(tmp_path: Path) -> None:
    forms = [
        written(tmp_path, "a.csv", HEADER + '\nrace,d,,radio,R,"1, A",,,,,,\n'),
        written(tmp_path, "b.json", json.dumps(QUESTIONNAIRE)),
        workbook(tmp_path, {"survey": SURVEY, "choices": CHOICES}),
        written(tmp_path, "c.csv", 'Id,Label,Enumeration\nrace,Race,"""1""=[A]"\n'),
    ]
    records = [
        written(tmp_path, "d.csv", "race,sex\nWhite,F\n"),
        written(tmp_path, "e.jsonl", '{"race": "White"}\n{"race": "Black"}\n'),
        workbook(tmp_path, {"data": [["type", "name"], ["a", "b"]]}, "data.xlsx"),
        written(tmp_path, "f.csv", "type,name,label\nx,y,z\n"),
        tmp_path / "not there",
        tmp_path,
    ]
    assert [is_form(path) for path in forms] == [True] * len(forms)
    assert [is_form(path) for path in records] == [False] * len(records)


def test_a_proposal_is_filled_from_an_xlsform(tmp_path: Path) -> None:
    form = workbook(tmp_path, {"survey": SURVEY, "choices": CHOICES})
    data = written(tmp_path, "d.csv", "race,sex\n" + "a,1\nb,2\na b,2\n" * 5)
    question = propose(data, form=form).codebook.questions["race_ethnicity"]
    assert question.encoding == "delimited"
    assert question.delimiter == " "


def test_a_long_dictionary_is_told_by_its_head(tmp_path: Path) -> None:
    """The head that is looked at may end inside a letter of several bytes, and labels may be long."""
    long = "\u00fc" * 50
    rows = "".join(f"q{k},d,,text,\u00e9\u00e9\u00e9 {long},,,,,,,\n" for k in range(900))
    assert is_form(written(tmp_path, "a.csv", "\ufeff" + HEADER + "\n" + rows))
    assert is_form(written(tmp_path, "b.csv", "\ufeffx" + HEADER[1:] + "\n" + rows)) is False
    assert is_form(written(tmp_path, "c.csv", (HEADER + "\n" + rows).encode("utf-16")))


def test_markup_of_any_length_takes_no_time(tmp_path: Path) -> None:
    text = "<script" * 100_000 + "<b>" * 100_000
    entry = {"linkId": "a", "type": "string", "text": text}
    form = read_form(
        written(tmp_path, "q.json", json.dumps({"resourceType": "Questionnaire", "item": [entry]}))
    )
    assert len(form.items[0].label) <= 8_000


# --- the same dictionary, written another way ---

HEADINGS = (
    'Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"\n'
)
API = "field_name,form_name,field_type,field_label,select_choices_or_calculations\n"


@pytest.mark.parametrize("header", [HEADINGS, API])
@pytest.mark.parametrize("between", [" | ", "\n", " \\n "])
def test_redcap_choices_and_headings_are_written_in_several_ways(
    header: str, between: str, tmp_path: Path
) -> None:
    row = f'race,intake,radio,Race,"1, White{between}2, Black or African American{between}3, Asian"\n'
    path = written(tmp_path, "dictionary.csv", header + row)
    assert is_form(path)
    (item,) = read_form(path).items
    assert [(o.code, o.label) for o in item.options] == [
        ("1", "White"),
        ("2", "Black or African American"),
        ("3", "Asian"),
    ]


def test_a_redcap_list_from_a_query_is_a_question_without_options(tmp_path: Path) -> None:
    path = written(tmp_path, "dictionary.csv", HEADINGS + "race,intake,sql,Race,select a from b\n")
    (item,) = read_form(path).items
    assert (item.type, item.options) == ("single", ())


@pytest.mark.parametrize(
    "cell", ['"1"=[White] | "2"=[Black]', "1=White; 2=Black", "1=White|2=Black", "'1'='White', '2'='Black'"]
)
def test_an_enumeration_is_written_in_several_ways(cell: str, tmp_path: Path) -> None:
    quoted = cell.replace('"', '""')
    path = written(tmp_path, "dictionary.csv", f'Id,Label,Enumeration\nrace,Race,"{quoted}"\n')
    (item,) = read_form(path).items
    assert [(o.code, o.label) for o in item.options] == [("1", "White"), ("2", "Black")]
