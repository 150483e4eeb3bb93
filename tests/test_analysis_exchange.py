"""Texts and coded segments from other programs, and back to them; masked words only."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest

from equitykit.analysis import read_codebook, read_project, read_text, refi, write_codebook
from equitykit.analysis.refi import CODEBOOK, PROJECT, Coded, write_project
from equitykit.assessment import Assessment
from equitykit.errors import EquitykitError, ReadError

SAID = "They said: wait.\nNobody came back 😀 to Rosa.\n\nThe rule says ten days."


def foreign(
    path: Path, *, xml: str | None = None, where: str = "Sources/a1.TXT", text: bytes | None = None
) -> Path:
    """A project as other programs write it: capitals in the path, a mark before the text, nested codes."""
    start = SAID.index("Nobody")
    xml = (
        xml
        or f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="{PROJECT}" name="P" origin="Other 1.0">
 <Users><User guid="u1" name="Ana"/><User guid="u2" name="Ben"/></Users>
 <CodeBook><Codes>
  <Code guid="c1" name="Waiting" isCodable="true"><Description>Time that passes</Description>
   <Code guid="c2" name="No answer" isCodable="true"/></Code>
 </Codes></CodeBook>
 <Sources>
  <TextSource guid="s1" name="Interview Rosa" plainTextPath="internal://a1.txt">
   <PlainTextSelection guid="x1" startPosition="{start}" endPosition="{SAID.index(" Rosa") + 5}">
    <Coding guid="k1" creatingUser="u1"><CodeRef targetGUID="c1"/></Coding>
    <Coding guid="k2" creatingUser="u2"><CodeRef targetGUID="c2"/></Coding>
   </PlainTextSelection>
   <PlainTextSelection guid="x2" startPosition="5" endPosition="9999"/>
   <PlainTextSelection guid="x3" startPosition="five" endPosition="9"/>
  </TextSource>
  <TextSource guid="s2" name="Inline"><PlainTextContent>One rule.</PlainTextContent>
   <PlainTextSelection guid="x4" startPosition="0" endPosition="8"/></TextSource>
  <PDFSource guid="s3" name="Scan" path="internal://b.pdf"/>
 </Sources>
</Project>"""
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", xml)
        archive.writestr(where, text if text is not None else SAID.encode("utf-8-sig"))
    return path


@pytest.mark.parametrize("where", ["Sources/a1.TXT", "sources\\a1.txt", "a1.txt"])
def test_coded_segments_of_another_program_are_read_in_memory(tmp_path: Path, where: str) -> None:
    path = foreign(tmp_path / "p.qdpx", where=where)
    found = read_project(path)
    first, second = found.segments
    assert first.text == "Nobody came back 😀 to Rosa"
    assert (first.codes, first.coders, first.source) == (
        ("Waiting", "No answer"),
        ("Ana", "Ben"),
        "Interview Rosa",
    )
    assert (second.text, second.codes) == ("One rule", ())
    assert found.codes == {"Waiting": "Time that passes", "No answer": ""}
    assert found.notes == (
        "Left out, because the text does not hold them: 2 coded segments.",
        "Left out, because they are no text: 1 sources (pictures, PDF, sound or film).",
    )
    assert list(tmp_path.iterdir()) == [path]
    assert "Rosa" not in repr(found)


BOMB = f'<!DOCTYPE x [<!ENTITY a "{"x" * 50}">]><Project xmlns="{PROJECT}">&a;</Project>'
BROKEN: dict[str, Callable[[Path], object]] = {
    "no archive": lambda path: path.write_bytes(b"no zip"),
    "no project in it": lambda path: zipfile.ZipFile(path, "w").close(),
    "entities": lambda path: foreign(path, xml=BOMB),
    "cut off": lambda path: foreign(path, xml="<Project"),
    "another root": lambda path: foreign(path, xml="<Project/>"),
    "no text": lambda path: foreign(path, text=b"\x00\x01\x02\x00"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_project_is_refused_in_a_sentence(tmp_path: Path, how: str) -> None:
    path = tmp_path / "p.qdpx"
    BROKEN[how](path)
    with pytest.raises(ReadError, match="p.qdpx"):
        read_project(path)


def test_a_project_that_would_unpack_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = foreign(tmp_path / "p.qdpx", text=b" " * 1_000_000)
    monkeypatch.setattr(refi, "MOST_BYTES", 900_000)
    with pytest.raises(ReadError, match="unpacks to more than"):
        read_project(path)


@pytest.fixture
def made(tmp_path: Path) -> Assessment:
    one = Assessment.open(tmp_path / "a.equity.json", instrument="race-equity-impact-assessment", by="Ana")
    analysis = one.analysis
    analysis.use_features()
    for number, (kind, voice) in enumerate([("interview", "families"), ("document", "records")], start=1):
        analysis.add_source(f"Source {number}", kind=kind, voice=voice, consent="given")
    said = [
        ("s1", "Nobody came back 😀 to Rosa."),
        ("s1", "They <waited> & called\n\ntwice."),
        ("s2", "Ten days."),
    ]
    for where, text in said:
        masking = analysis.begin_excerpt(text, ["Rosa"])
        masking.mask_open()
        analysis.add_excerpt(where, masking.confirm(by="Ana"))
    analysis.code("x1", ["resources", "training"], by="Ana")
    analysis.code("x1", ["resources"], by="Ben")
    analysis.code("x2", [], by="Ana")
    return one


def test_what_goes_out_comes_back_the_same(made: Assessment, tmp_path: Path) -> None:
    path = made.analysis.save_project(tmp_path / "out.qdpx")
    back = read_project(path)
    assert [segment.text for segment in back.segments] == [one.text for one in made.analysis.excerpts()]
    assert [segment.source for segment in back.segments] == ["Source 1", "Source 1", "Source 2"]
    assert [segment.codes for segment in back.segments] == [("Resources", "Training and supervision"), (), ()]
    assert back.segments[0].coders == ("Ana", "Ben")
    assert set(back.codes) == {feature.label for feature in made.analysis.features()}
    assert back.notes == ()
    first = path.read_bytes()
    assert made.analysis.save_project(path).read_bytes() == first


def test_what_goes_out_is_masked_and_has_the_shape_of_the_standard(made: Assessment, tmp_path: Path) -> None:
    made.analysis.withdraw_consent("s2", "Asked to.")
    path = made.analysis.save_project(tmp_path / "out.qdpx")
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert archive.namelist()[0] == "project.qde"
        root = ElementTree.fromstring(archive.read("project.qde"))
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()[1:]}
    assert b"Rosa" not in everything
    assert b"Ten days" not in everything
    tag = f"{{{PROJECT}}}"
    assert [child.tag.removeprefix(tag) for child in root] == ["Users", "CodeBook", "Sources"]
    guids = [node.get("guid") for node in root.iter() if node.get("guid")]
    assert len(guids) == len(set(guids))
    assert all(str(uuid.UUID(guid)) == guid for guid in guids)
    targets = {node.get("targetGUID") for node in root.iter(f"{tag}CodeRef")}
    assert targets <= {code.get("guid") for code in root.iter(f"{tag}Code")}
    for source in root.iter(f"{tag}TextSource"):
        text = texts["sources/" + str(source.get("plainTextPath")).removeprefix("internal://")]
        for selection in source.iter(f"{tag}PlainTextSelection"):
            start, end = int(str(selection.get("startPosition"))), int(str(selection.get("endPosition")))
            assert text[start:end] in {one.text for one in made.analysis.excerpts()}


def test_an_imported_segment_is_kept_only_once_it_is_masked(made: Assessment, tmp_path: Path) -> None:
    segment = read_project(foreign(tmp_path / "p.qdpx")).segments[0]
    masking = made.analysis.begin_excerpt(segment, ["Rosa"])
    masking.mask_open()
    id = made.analysis.add_excerpt("s1", masking.confirm(by="Ana"))
    assert (
        made.analysis.excerpt(id).text == "[name] came back 😀 to [name]"
        or "Rosa" not in made.analysis.excerpt(id).text
    )


def test_a_codebook_goes_out_and_comes_back(tmp_path: Path) -> None:
    path = write_codebook(tmp_path / "c.qdc", {"a": ("Waiting <long>", "Time"), "b": ("Waiting long", "")})
    book = read_codebook(path)
    assert [(one.id, one.label, one.what) for one in book.features] == [
        ("waiting_long", "Waiting <long>", "Time"),
        ("waiting_long_2", "Waiting long", None),
    ]
    path.write_text(f'<CodeBook xmlns="{CODEBOOK}"/>')
    with pytest.raises(ReadError, match="holds no codes"):
        read_codebook(path)
    path.write_text("<x/>")
    with pytest.raises(ReadError, match="no REFI-QDA codebook"):
        read_codebook(path)


def test_a_project_needs_the_right_name_and_a_folder(tmp_path: Path) -> None:
    one = Coded("S", "Interview", "Text", {})
    for name in ("out.zip", "gone/out.qdpx"):
        with pytest.raises(ReadError):
            write_project(tmp_path / name, [one], {}, title="T")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_paragraphs_of_a_text_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "said.txt"
    path.write_bytes("First – one.\r\nStill first.\r\n\r\nSecond é.".encode(encoding))
    assert [one.text for one in read_text(path).segments] == ["First – one.\nStill first.", "Second é."]


def test_paragraphs_and_tables_of_a_word_document(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("First.")
    document.add_paragraph(" ")
    document.add_table(1, 2).rows[0].cells[1].text = "In a table."
    document.add_paragraph("After it.")
    document.save(str(tmp_path / "said.docx"))
    found = read_text(tmp_path / "said.docx")
    said = ["First.", "In a table.", "After it."]
    assert [(one.number, one.text) for one in found.segments] == list(enumerate(said, start=1))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("said.pdf", b"x", "no text this reads"),
        ("said.txt", b"  \n ", "holds no text"),
        ("said.txt", b"a\x00b", "is no text"),
        ("said.docx", b"PK no", "Word document"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(EquitykitError, match=said):
        read_text(tmp_path / name)
    with pytest.raises(EquitykitError, match="cannot be read"):
        read_text(tmp_path / "gone.txt")
