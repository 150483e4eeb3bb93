"""CSV, TSV and relatives: dialects, encodings, headers, and lines that do not fit."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit import frames
from equitykit.errors import ReadError
from equitykit.frames import Records, Tally, large, opening, textfiles
from equitykit.frames.values import clean


def write(folder: Path, content: str | bytes, name: str = "intake.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(records: Records) -> list[tuple[object, ...]]:
    """Every distinct row with its count, by one tally over all columns."""
    frame = next(iter(records.tally([Tally(records.columns)]).values()))
    return sorted((tuple(row) for row in frame.itertuples(index=False)), key=repr)


def kinds(records: Records) -> list[str]:
    return [note.kind for note in records.notes]


PLAIN = [("1", "White", 1), ("2", "Black, Somali", 1), ("3", None, 1)]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('id,race\n1,White\n2,"Black, Somali"\n3,\n', "a.csv"),
        ('id,race\r\n1,White\r\n2,"Black, Somali"\r\n3,\r\n', "crlf.csv"),
        ('id,race\r1,White\r2,"Black, Somali"\r3,\r', "cr.csv"),
        ('id,race\n1,White\r\n2,"Black, Somali"\r3,', "mixed.csv"),
        ('id,race\n1,White\n\n2,"Black, Somali"\n3,\n\n\n', "empty-lines.csv"),
        ("id\trace\n1\tWhite\n2\tBlack, Somali\n3\t\n", "a.tsv"),
        ("id\trace\n1\tWhite\n2\tBlack, Somali\n3\t\n", "tabs.txt"),
        ("id;race\n1;White\n2;Black, Somali\n3;\n", "semicolon.csv"),
        ("id|race\n1|White\n2|Black, Somali\n3|\n", "bar.csv"),
        ("id^race\n1^White\n2^Black, Somali\n3^\n", "caret.txt"),
        ("id~race\n1~White\n2~Black, Somali\n3~\n", "tilde.txt"),
        ("sep=;\nid;race\n1;White\n2;Black, Somali\n3;\n", "said.csv"),
        ('id, race\n1, White\n2, "Black, Somali"\n3, \n', "blanks.csv"),
        ('"id","race"\n"1","White"\n"2","Black, Somali"\n"3",""\n', "all-quoted.csv"),
        ('\ufeffid,race\n1,White\n2,"Black, Somali"\n3,\n', "bom.csv"),
        (' id , race \n 1\u00a0,\ufeffWhite\u200b\n2,"\tBlack, Somali  "\n3," \u00a0 "\n', "padded.csv"),
        ('id,race\n="1",="White"\n2,"=""Black, Somali"""\n3,="" \n', "formula-text.csv"),
        ('id,race\n1,White,\n2,"Black, Somali",\n3,,\n', "trailing-comma.csv"),
    ],
)
def test_the_same_table_however_it_is_written(tmp_path: Path, content: str, name: str) -> None:
    records = frames.open(write(tmp_path, content, name))
    assert records.columns == ("id", "race")
    assert records.name == name
    assert rows_of(records) == sorted(PLAIN, key=repr)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings_are_told_by_the_bytes(tmp_path: Path, encoding: str) -> None:
    text = (
        "id,race\n1,Español\n2,Māori\n" if encoding != "cp1252" else "id,race\n1,Español\n2,Hawai\u2019ian\n"
    )
    records = frames.open(write(tmp_path, text.encode(encoding)))
    assert {row[1] for row in rows_of(records)} == set(text.replace("\n", ",").split(",")[3::2])
    assert ("encoding" in kinds(records)) == (not encoding.startswith("utf-8"))


def test_bytes_that_cp1252_does_not_define_are_latin_1(tmp_path: Path) -> None:
    records = frames.open(write(tmp_path, b"id,race\n1,a\x81\xe9\n"))
    assert rows_of(records) == [("1", "a\x81é", 1)]
    assert "latin-1" in records.notes[0].message


def test_cp1252_is_said_with_the_line(tmp_path: Path) -> None:
    (note,) = frames.open(write(tmp_path, b"id,race\n1,White\n2,Espa\xf1ol\n")).notes
    assert note.kind == "encoding"
    assert "line 3" in note.message
    assert "cp1252" in note.message


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "id,race\n1,Español\n".encode("mac-roman"))
    assert rows_of(frames.open(path, encoding="mac-roman")) == [("1", "Español", 1)]
    with pytest.raises(ReadError, match=r"not valid UTF-8 text \(line 2\)"):
        frames.open(path, encoding="utf-8")
    with pytest.raises(ReadError, match='There is no encoding "klingon"'):
        frames.open(path, encoding="klingon")
    with pytest.raises(ReadError, match='There is no encoding "hex"'):
        frames.open(path, encoding="hex")


def test_a_delimiter_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a b\n1 2\n")
    assert frames.open(path).columns == ("a b",)
    assert frames.open(path, delimiter="space").columns == ("a", "b")
    with pytest.raises(ReadError, match='"ab" cannot separate fields'):
        frames.open(path, delimiter="ab")


def test_commas_inside_quoted_fields_do_not_win(tmp_path: Path) -> None:
    lines = ["name;race", *['"Doe, J, M, X";White' for _ in range(20)]]
    assert frames.open(write(tmp_path, "\n".join(lines))).columns == ("name", "race")


def test_commas_in_free_text_do_not_win(tmp_path: Path) -> None:
    lines = ["race|n", *[f"Hispanic, White|{n}" for n in range(30)]]
    records = frames.open(write(tmp_path, "\n".join(lines)))
    assert records.columns == ("race", "n")
    assert kinds(records) == ["delimiter"]


def test_one_column_is_no_delimiter(tmp_path: Path) -> None:
    records = frames.open(write(tmp_path, 'race\nWhite\n""\nBlack\n'))
    assert records.columns == ("race",)
    assert rows_of(records) == sorted([("White", 1), ("Black", 1), (None, 1)], key=repr)


def test_backslash_escapes(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,note\n1,"said \\"no\\", left"\n2,"x"\n')
    assert ("1", 'said "no", left', 1) in rows_of(frames.open(path))


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("race,race,race", ("race", "race__2", "race__3")),
        ("race,race,race__2", ("race", "race__3", "race__2")),
        ("race__2,race,race", ("race__2", "race", "race__3")),
        ("id,,race", ("id", "column_2", "race")),
        ("column_2,,race", ("column_2", "column_2__2", "race")),
        (",column_1,race", ("column_1__2", "column_1", "race")),
    ],
)
def test_column_names(tmp_path: Path, header: str, columns: tuple[str, ...]) -> None:
    records = frames.open(write(tmp_path, f"{header}\na,b,c\nd,e,f\n"))
    assert records.columns == columns
    assert set(kinds(records)) <= {"duplicate-columns", "header"}
    assert records.notes


def test_a_header_alone_is_a_table_of_no_rows(tmp_path: Path) -> None:
    records = frames.open(write(tmp_path, "id,race"))
    assert (records.rows, records.columns) == (0, ("id", "race"))
    assert rows_of(records) == []
    assert records.profile()["race"].distinct == 0


def test_one_row(tmp_path: Path) -> None:
    assert rows_of(frames.open(write(tmp_path, "id,race\n1,White"))) == [("1", "White", 1)]


@pytest.mark.parametrize("content", ["", "\n\n\r\n", "\ufeff", "   \n"])
def test_an_empty_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(ReadError, match=r"intake\.csv is empty"):
        frames.open(write(tmp_path, content))


def test_a_first_row_of_data_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "17,White,2019-03-01\n18,Black,2019-04-01\n")
    records = frames.open(path)
    assert records.rows == 1
    assert "--no-header" in next(note.message for note in records.notes if note.kind == "header")
    bare = frames.open(path, no_header=True)
    assert (bare.rows, bare.columns, kinds(bare)) == (2, ("column_1", "column_2", "column_3"), [])
    named = frames.open(path, no_header=True, names=["id", "race", "day"])
    assert named.columns == ("id", "race", "day")
    assert named.recipe() == {
        "path": str(path),
        "options": {"no_header": True, "names": ["id", "race", "day"]},
    }
    with pytest.raises(ReadError, match="3 columns, but 2 names"):
        frames.open(path, no_header=True, names=["id", "race"])
    with pytest.raises(ReadError, match="--no-header together with --names"):
        frames.open(path, names=["id"])


def test_a_first_row_that_recurs_below_is_said(tmp_path: Path) -> None:
    lines = ["W,M", *["B,F", "W,M", "W,F"] * 3]
    assert "header" in kinds(frames.open(write(tmp_path, "\n".join(lines))))


@pytest.mark.parametrize("header", ["id,race,2019", "site,Jan-20,sex", "q1,q2,q3", "1977 race,2024 race,id"])
def test_names_with_digits_are_names(tmp_path: Path, header: str) -> None:
    assert kinds(frames.open(write(tmp_path, f"{header}\na,b,c\n"))) == []


def test_title_lines_above_the_header_are_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path, "Intake report 2024,,\n,,\nid,race,sex\n1,White,F\n2,Black,M\n")
    with pytest.raises(
        ReadError, match=r"row 1: Intake report 2024; row 3: id \| race \| sex.*--header-row N"
    ):
        frames.open(path)
    records = frames.open(path, header_row=3)
    assert (records.rows, records.columns) == (2, ("id", "race", "sex"))
    with pytest.raises(ReadError, match="line 2 is empty"):
        frames.open(write(tmp_path, "a,b\n\n1,2\n", "b.csv"), header_row=2)


def test_title_line_without_separators(tmp_path: Path) -> None:
    path = write(tmp_path, "Intake report\n\nid,race,sex\n1,White,F\n2,Black,M\n3,White,M\n4,White,M\n")
    with pytest.raises(ReadError, match="--header-row N"):
        frames.open(path)
    assert frames.open(path, header_row=3).rows == 4


@pytest.mark.parametrize("row", [0, -1, True, "2", 1.5])
def test_header_row_must_be_a_row(tmp_path: Path, row: object) -> None:
    with pytest.raises(ReadError, match="is not the number of a row"):
        frames.open(write(tmp_path, "a,b\n1,2\n"), header_row=row)  # type: ignore[arg-type]


def test_lines_with_too_many_fields(tmp_path: Path) -> None:
    path = write(tmp_path, "id,race\n1,White\n2,Black,Somali\n3,White\n4,Asian,x,y\n")
    with pytest.raises(ReadError) as caught:
        frames.open(path)
    assert str(caught.value) == (
        'intake.csv, line 3: 3 fields were found where 2 were expected ("2,Black,Somali"). Put that line right '
        "(a text that holds the separator belongs in quotation marks), or leave such lines out, counted, with "
        "--skip-bad-lines (python: skip_bad_lines=True)."
    )
    records = frames.open(path, skip_bad_lines=True)
    (note,) = records.notes
    assert (note.kind, note.rows, records.rows) == ("skipped-lines", 2, 2)


def test_lines_with_too_few_fields_are_blank_and_counted(tmp_path: Path) -> None:
    records = frames.open(write(tmp_path, "id,race,sex\n1,White,F\n2,Black\n3\n"))
    (note,) = records.notes
    assert (note.kind, note.rows) == ("short-lines", 2)
    assert ("3", None, None, 1) in rows_of(records)


def test_the_line_number_counts_lines_inside_quotes(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="line 5:"):
        frames.open(write(tmp_path, 'id,note\n1,"a\nb\nc"\n2,x,y\n'))


def test_line_breaks_inside_quotes_are_kept(tmp_path: Path) -> None:
    assert rows_of(frames.open(write(tmp_path, 'id,note\n1,"a\nb"\n'))) == [("1", "a\nb", 1)]


UNCLOSED = [  # content, line, rows that are left, lines that are not
    ('id,race,sex\n1,White,F\n2,"Black,M\n3,White,F\n4,Asian,M\n', 3, 3, 1),  # to the end of the file
    ('id,race,sex\n1,White,F\n2,"Black,M\n3,"White",F\n4,Asian,M\n', 3, 3, 1),  # to the next quotation mark
    (
        'id,race,sex\n1,"White,F\n2,a,M\n3,b,M\n4,c,M\n5,x",M\n6,Asian,M\n',
        2,
        5,
        1,
    ),  # well-formed, yet swallowed
]


@pytest.mark.parametrize(("content", "line", "rows", "skipped"), UNCLOSED)
def test_an_unclosed_quotation_mark_is_said_where_it_opens(
    tmp_path: Path, content: str, line: int, rows: int, skipped: int
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ReadError, match=rf"intake\.csv, line {line}: a quotation mark is opened"):
        frames.open(path)
    records = frames.open(path, skip_bad_lines=True)
    assert records.rows == rows
    assert [note.rows for note in records.notes if note.kind == "skipped-lines"] == [skipped]


def test_an_unclosed_quotation_mark_does_not_read_on_for_ever(tmp_path: Path) -> None:
    lines = ["id,race", "1,White", '2,"Black', *[f"{n},White" for n in range(30_000)]]
    path = write(tmp_path, "\n".join(lines))
    with pytest.raises(ReadError, match="line 3: a quotation mark is opened and never closed"):
        frames.open(path)
    assert frames.open(path, skip_bad_lines=True).rows == 30_001


def test_nul_characters(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="holds NUL characters \\(the first on line 2\\)"):
        frames.open(write(tmp_path, b"id,race\n1,Wh\x00ite\n"))


def test_thousands_of_columns(tmp_path: Path) -> None:
    names = [f"c{place}" for place in range(5_000)]
    records = frames.open(
        write(tmp_path, ",".join(names) + "\n" + (",".join("abc"[n % 3] for n in range(5_000)) + "\n") * 3)
    )
    assert len(records.columns) == 5_000
    assert records.profile()["c4"].values == (("b", 3),)
    with pytest.raises(ReadError, match="20,001 columns; at most 20,000"):
        frames.open(write(tmp_path, ",".join(f"c{n}" for n in range(20_001)) + "\n", "wide.csv"))


@pytest.mark.parametrize(
    ("content", "rows", "taken"),
    [
        ("group,n\nWhite,10\nBlack,5\nTotal,15\n", 2, True),
        ("group,n\nWhite,10\nBlack,5\nGrand Total:,99\n", 2, True),
        ("group,n\nWhite,10\nBlack,5\nAll,15\n", 2, True),  # it is the sum
        ("group,n\nWhite,10\nBlack,5\nAll,7\n", 3, False),  # a group called All
        ("site,group,n\nNorth,Total,4\nSouth,Total,5\n", 2, False),  # a group in every site
        ("group,n\nWhite,10\nTotal,many\n", 2, False),
        ("group,n\nTotal,15\nWhite,10\n", 2, False),  # not at the foot
    ],
)
def test_a_totals_row_is_no_person(tmp_path: Path, content: str, rows: int, taken: bool) -> None:
    records = frames.open(write(tmp_path, content))
    assert records.rows == rows
    assert ("totals-row" in kinds(records)) == taken
    assert (records.totals_row is not None) == taken


def test_hostile_contents_are_only_data(tmp_path: Path) -> None:
    values = [
        "<script>alert(1)</script>",
        "[/]",
        "=1+1",
        "\u202eevil",
        "a\x1bb",
        "'; drop table t; --",
        "${x}",
        "\x07",
    ]
    text = io.StringIO()
    csv.writer(text).writerows([["race", "x"], *[[value, "1"] for value in values]])
    records = frames.open(write(tmp_path, text.getvalue()))
    assert {row[0] for row in rows_of(records)} == {clean(value) for value in values}


def test_messages_show_no_hidden_characters(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as caught:
        frames.open(write(tmp_path, "a,b\n1,\u202e\x1b[31m" + "x" * 500 + ",3\n", "\u202ecsv.x"))
    message = str(caught.value)
    assert message.isprintable()
    assert "\\u202e" in message
    assert "x" * 81 not in message


# --- what is written comes back ---

FIELD = st.text(alphabet=st.sampled_from(list("ab1,;|\t\"' \n=é\u00a0Ñ")), max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(2, 4))
    header = [f"col{place}" for place in range(width)]
    rows = draw(st.lists(st.lists(FIELD, min_size=width, max_size=width), min_size=1, max_size=12))
    return header, rows


@given(
    table=tables(),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    big=st.booleans(),
)
@settings(max_examples=120)
def test_a_written_table_is_counted_as_written(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[list[str]]],
    delimiter: str,
    ending: str,
    quoting: int,
    encoding: str,
    big: bool,
) -> None:
    header, rows = table
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows([header, *rows])  # type: ignore[arg-type]
    path = tmp_path_factory.mktemp("written") / "table.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    expected = Counter(tuple(clean(value) for value in row) for row in rows)
    with pytest.MonkeyPatch.context() as patch:
        if big:
            patch.setattr(opening, "SMALL", 0)
        with frames.open(path, delimiter=delimiter) as records:
            frame = next(iter(records.tally([Tally(records.columns)]).values()))
            found = Counter({tuple(row[:-1]): row[-1] for row in frame.itertuples(index=False)})
            assert records.rows == len(rows)
    assert found == expected


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["White", "Black, Somali", "Español", ""]),
            st.sampled_from("MFX"),
            st.integers(0, 99),
        ),
        min_size=4,
        max_size=30,
    ),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=60)
def test_the_dialect_is_found(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int]], delimiter: str, quoting: int
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows([("race", "sex", "age"), *rows])  # type: ignore[arg-type]
    path = tmp_path_factory.mktemp("dialect") / "table.txt"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    records = frames.open(path)
    assert records.columns == ("race", "sex", "age")
    assert records.rows == len(rows)


# --- small and large files take different ways to the same result ---

LARGE = [
    "id,race\n1,White\n2,Black\n3,\n",
    'id,race\n1,"White"\n2,"Black, Somali"\n3,"x""y"\n',
    "id,race\r\n1,White\r\n2,Black\r\n",
    'id,race\n1, "White, not Hispanic"\n2,"Black" \n',
    'id,race\n1,"a\nb"\n2,Black\n',
    "id,race\n1,White\n\n2,Black\n",
    "id,race\n1\n2,Black\n",
    "id,race\n1,White,\n2,Black,\n",
    "id,race\n1,White\r2,Black\n",
    "race\nWhite\n\nBlack\n",
    "group,n\nWhite,10\nBlack,5\nTotal,15\n",
    "group,n\nWhite,10\nBlack,5\nAll,7\nAll,7\n",
    "\ufeffid,race\n1,White\n",
    "id,race\n1,Espa\u00f1ol\n",
]


@pytest.mark.parametrize("content", LARGE)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_small_and_large_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, encoding: str
) -> None:
    path = write(tmp_path, content.encode(encoding, errors="replace"))

    def outcome() -> object:
        try:
            with frames.open(path) as records:
                found = rows_of(records), records.columns, records.notes, records.sha256, records.totals_row
                return found, records.profile()
        except ReadError as error:
            return str(error)

    small = outcome()
    monkeypatch.setattr(opening, "SMALL", 0)
    assert outcome() == small
    monkeypatch.setattr(textfiles, "load_direct", lambda *_: None)
    assert outcome() == small


def test_well_formed_files_are_loaded_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SMALL", 0)

    def careful(*_: object, **__: object) -> None:
        raise AssertionError("the careful reader was used")

    monkeypatch.setattr(textfiles, "load_rows", careful)
    with frames.open(write(tmp_path, 'id,race\n1,"White, x"\n2,Black\n')) as records:
        assert records.rows == 2
    assert large.WIDEST > 1_000
