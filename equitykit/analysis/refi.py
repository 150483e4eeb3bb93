"""REFI-QDA, the open exchange format of programs for qualitative work: .qdpx projects and .qdc codebooks.

Read in memory: the archive is never unpacked to disk, because it holds what people said as they said it.
What is written holds masked words only. Positions count code points of the text, as the standard has it.

Source
------
REFI-QDA standard 1.5 (2019), https://www.qdasoftware.org
"""

from __future__ import annotations

import os
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import (  # to write; what is read goes through defusedxml
    Element,
    SubElement,
    tostring,
)

from equitykit.analysis.features import Feature, FeatureBook
from equitykit.analysis.texts import Imported, Segment, content, decoded
from equitykit.errors import ReadError
from equitykit.version import __version__

__all__ = ["Coded", "read_codebook", "read_project", "write_codebook", "write_project"]

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
MOST_BYTES = 200_000_000
GAP = "\n\n"
_SPACE = uuid.UUID("5d0f1b5e-3c0e-5a54-9a4c-5b6f0e6b6a11")  # so that the same work gives the same file


@dataclass(frozen=True, slots=True)
class Coded:
    """A masked passage with what each coder saw in it."""

    source: str
    kind: str
    text: str
    codes: Mapping[str, Sequence[str]]


# reading


def read_project(path: str | os.PathLike[str]) -> Imported:
    """Read the coded segments of a .qdpx project into memory.

    Only texts are read; pictures, sound and PDF pages are left out, and said. Nothing is kept until
    each segment was masked: give it to `Analysis.begin_excerpt`.

    Raises
    ------
    ReadError
        It is no such project, is too large, or its XML is unsafe.
    """
    file = Path(path)
    try:
        archive = zipfile.ZipFile(BytesIO(content(file)))
    except zipfile.BadZipFile:
        raise _no_project(file) from None
    with archive:
        if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
            raise ReadError(f'"{file.name}" unpacks to more than {MOST_BYTES // 1_000_000} MB.')
        names = {PurePosixPath(one.replace("\\", "/")).name.casefold(): one for one in archive.namelist()}
        project = next((one for one in names if one.endswith(".qde")), None)
        if project is None:
            raise _no_project(file)
        try:
            root = _parsed(archive.read(names[project]), file)
            texts = {name: archive.read(real) for name, real in names.items() if name.endswith(".txt")}
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            raise _no_project(file) from None
    if root.tag != f"{{{PROJECT}}}Project":
        raise _no_project(file)
    return _read_root(root, texts, file.name)


def read_codebook(path: str | os.PathLike[str]) -> FeatureBook:
    """Read a .qdc codebook as a list of features.

    Raises
    ------
    ReadError
        It is no codebook.
    """
    file = Path(path)
    root = _parsed(content(file), file)
    if root.tag != f"{{{CODEBOOK}}}CodeBook":
        raise ReadError(f'"{file.name}" is no REFI-QDA codebook.', next_step="Export the codebook as .qdc.")
    features: list[Feature] = []
    used: set[str] = set()
    for code in root.iter(f"{{{CODEBOOK}}}Code"):
        id = _id(str(code.get("name") or "code"), used)
        used.add(id)
        what = (code.findtext(f"{{{CODEBOOK}}}Description") or "").strip()[:2000] or None
        features.append(Feature(id=id, label=str(code.get("name") or id).strip()[:200] or id, what=what))
    if not features:
        raise ReadError(f'"{file.name}" holds no codes.')
    return FeatureBook(
        id="imported", version=file.name[:200], title=file.stem[:200] or "Codes", features=tuple(features)
    )


def _no_project(file: Path) -> ReadError:
    return ReadError(
        f'"{file.name}" is no REFI-QDA project.',
        allowed=(".qdpx",),
        next_step="Export the project as REFI-QDA (.qdpx) from the program you use.",
    )


def _parsed(data: bytes, file: Path) -> Any:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise ReadError(f'The XML in "{file.name}" cannot be read.', next_step="Export it again.") from None


def _read_root(root: Any, texts: Mapping[str, bytes], name: str) -> Imported:
    tag = f"{{{PROJECT}}}"
    codes = {str(code.get("guid")): code for code in root.iter(f"{tag}Code")}
    users = {str(user.get("guid")): str(user.get("name") or "") for user in root.iter(f"{tag}User")}
    meanings = {
        str(code.get("name") or ""): (code.findtext(f"{tag}Description") or "").strip()
        for code in codes.values()
    }
    segments: list[Segment] = []
    lost = 0
    for source in root.iter(f"{tag}TextSource"):
        text = _text_of(source, texts, name)
        for selection in source.findall(f"{tag}PlainTextSelection"):
            span = _span(selection, text)
            if span is None:
                lost += 1
                continue
            codings = selection.findall(f"{tag}Coding")
            named = [
                str(codes[target].get("name") or "")
                for coding in codings
                for ref in coding.findall(f"{tag}CodeRef")
                if (target := str(ref.get("targetGUID"))) in codes
            ]
            by = [users.get(str(one.get("creatingUser")), "") for one in codings]
            segments.append(
                Segment(
                    len(segments) + 1,
                    span,
                    tuple(dict.fromkeys(named)),
                    tuple(dict.fromkeys(filter(None, by))),
                    str(source.get("name") or ""),
                )
            )
    notes = []
    if lost:
        notes.append(f"Left out, because the text does not hold them: {lost} coded segments.")
    other = sum(len(root.findall(f".//{tag}{kind}Source")) for kind in ("Picture", "PDF", "Audio", "Video"))
    if other:
        notes.append(f"Left out, because they are no text: {other} sources (pictures, PDF, sound or film).")
    return Imported(tuple(segments), meanings, tuple(notes))


def _text_of(source: Any, texts: Mapping[str, bytes], name: str) -> str:
    inline = source.findtext(f"{{{PROJECT}}}PlainTextContent")
    if inline is not None:
        return str(inline)
    path = str(source.get("plainTextPath") or "")
    key = PurePosixPath(path.removeprefix("internal://").replace("\\", "/")).name.casefold()
    return decoded(texts[key], name) if key in texts else ""


def _span(selection: Any, text: str) -> str | None:
    """The words of a selection: positions count code points from 0, the end is not in it."""
    try:
        start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
    except (TypeError, ValueError):
        return None
    found = text[start:end].strip() if 0 <= start < end <= len(text) else ""
    return found or None


# writing


def write_project(
    path: str | os.PathLike[str],
    coded: Iterable[Coded],
    features: Mapping[str, tuple[str, str]],
    *,
    title: str,
) -> Path:
    """Write masked passages and their coding as a .qdpx project.

    Parameters
    ----------
    coded : the passages. features : id -> label and meaning.
    """
    passages = list(coded)
    coders = list(dict.fromkeys(coder for one in passages for coder in one.codes))
    root = Element("Project", {"xmlns": PROJECT, "name": title, "origin": f"equitykit {__version__}"})
    if coders:
        users = SubElement(root, "Users")
        for coder in coders:
            SubElement(users, "User", {"guid": _guid("user", coder), "name": coder})
    if features:
        _codes(SubElement(root, "CodeBook"), features)
    files: dict[str, str] = {}
    groups: dict[str, list[Coded]] = {}
    for one in passages:
        groups.setdefault(one.source, []).append(one)
    sources = SubElement(root, "Sources") if groups else root
    for label, own in groups.items():
        guid = _guid("source", label)
        source = SubElement(
            sources, "TextSource", {"guid": guid, "name": label, "plainTextPath": f"internal://{guid}.txt"}
        )
        SubElement(source, "Description").text = own[0].kind
        files[f"sources/{guid}.txt"] = GAP.join(one.text for one in own)
        start = 0
        for number, one in enumerate(own):
            _selection(source, one, start, f"{label}/{number}")
            start += len(one.text) + len(GAP)
    target = Path(path)
    if target.suffix.lower() != ".qdpx":
        raise ReadError(f'"{target.name}" cannot be the name of a project.', allowed=(".qdpx",))
    memory = BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"project.qde": _xml(root), **files}.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode("utf-8"))
    return _written(target, memory.getvalue())


def write_codebook(path: str | os.PathLike[str], features: Mapping[str, tuple[str, str]]) -> Path:
    """Write a list of features as a .qdc codebook: id -> label and meaning."""
    root = Element("CodeBook", {"xmlns": CODEBOOK, "origin": f"equitykit {__version__}"})
    _codes(root, features)
    return _written(Path(path), _xml(root).encode("utf-8"))


def _codes(book: Element, features: Mapping[str, tuple[str, str]]) -> None:
    codes = SubElement(book, "Codes")
    for id, (label, what) in features.items():
        code = SubElement(codes, "Code", {"guid": _guid("code", id), "name": label, "isCodable": "true"})
        if what:
            SubElement(code, "Description").text = what


def _selection(source: Element, one: Coded, start: int, key: str) -> None:
    selection = SubElement(
        source,
        "PlainTextSelection",
        {
            "guid": _guid("selection", key),
            "name": " ".join(one.text.split())[:60],
            "startPosition": str(start),
            "endPosition": str(start + len(one.text)),
        },
    )
    for coder, codes in one.codes.items():
        for code in codes:
            coding = SubElement(
                selection,
                "Coding",
                {"guid": _guid("coding", f"{key}/{coder}/{code}"), "creatingUser": _guid("user", coder)},
            )
            SubElement(coding, "CodeRef", {"targetGUID": _guid("code", code)})


def _xml(root: Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")


def _guid(what: str, key: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{what}:{key}"))


def _id(name: str, used: set[str]) -> str:
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.casefold())
    stem = "_".join(filter(None, letters.split("_")))[:40] or "code"
    stem = stem if stem[0].isalpha() else f"c_{stem}"
    return next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, 10_000))) if one not in used)


def _written(target: Path, data: bytes) -> Path:
    scratch = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        scratch.write_bytes(data)
        os.replace(scratch, target)
    except OSError as error:
        raise ReadError(
            f'"{target.name}" cannot be written: {(error.strerror or str(error)).lower()}.',
            next_step="Check that the folder is there.",
        ) from None
    finally:
        scratch.unlink(missing_ok=True)
    return target
