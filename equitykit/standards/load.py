"""The shipped YAML files as values. Every scalar is read as the text that is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from equitykit.errors import UnknownName
from equitykit.resources import folder
from equitykit.standards.model import Category, CodeSystem, Concept, Meaning, Standard, Vocabulary
from equitykit.standards.text import normalise

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is text; tags do nothing


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one shipped YAML file as text: mappings, lists and strings, nothing else."""
    with path.open(encoding="utf-8") as stream:
        return dict(yaml.load(stream, Loader=_LOADER))  # noqa: S506 - builds no objects


@cache
def _paths(kind: str) -> Mapping[str, Path]:
    return {path.stem: path for path in sorted((folder("schemas") / kind).glob("*.yaml"))}


def standards() -> tuple[str, ...]:
    """Ids of the standards that ship with equitykit, the newest federal text first.

    Examples
    --------
    >>> standards()[0]
    'us-omb-spd15-2024'
    """
    first = "us-omb-spd15-2024"
    return tuple(sorted(_paths("standards"), key=lambda each: (each != first, each)))


def code_systems() -> tuple[str, ...]:
    """Ids of the code systems that ship with equitykit.

    Examples
    --------
    >>> "hmda-race" in code_systems()
    True
    """
    return tuple(_paths("code_systems"))


def vocabularies() -> tuple[str, ...]:
    """Questions for which there is a vocabulary."""
    return tuple(_paths("vocabulary"))


def _path(kind: str, word: str, name: str) -> Path:
    paths = _paths(kind)
    if name not in paths:
        raise UnknownName(word, name, paths)
    return paths[name]


@cache
def standard(id: str) -> Standard:
    """Give a standard by its id.

    Parameters
    ----------
    id : for example ``us-omb-spd15-2024``; ``standards()`` lists them.

    Returns
    -------
    Standard

    Raises
    ------
    UnknownName
        If there is no such standard; the nearest id is named.

    Examples
    --------
    >>> standard("us-omb-spd15-1997").rollup("MENA")
    'WHITE'
    """
    data = read_yaml(_path("standards", "standard", id))
    words = vocabulary("race_ethnicity")
    residuals = data.get("residuals", {})
    categories = [_category(each, set(residuals.values())) for each in data["categories"]]
    whole = data.get("completed_from")
    if whole is not None:
        named = {each.id for each in categories}
        categories += [each for each in standard(whole).categories if each.id not in named]
        categories.sort(key=lambda each: standard(whole).category_ids.index(each.id))
    return Standard(
        id=data["id"],
        title=data["title"],
        version=data["version"],
        source=data["source"],
        in_force=data["in_force"],
        uncertain=tuple(data.get("uncertain", ())),
        combined=data["combined"] == "true",
        categories=tuple(categories),
        aliases=data.get("aliases", {}),
        hispanic_is_race=data["hispanic_is_race"] == "true",
        concepts=words.concepts,
        sources=tuple(data.get("sources", ())),
        rules=data.get("rules", {}),
        rolls_up_as=data.get("rolls_up_as"),
        verified=data.get("verified", "true") == "true",
        residuals=residuals,
        missing=data.get("missing", {}),
        asks=tuple(data.get("asks", ())),
        completed_from=whole,
        own_words=_unique(_own_words(data, words)),
    )


def _category(data: Mapping[str, Any], residual: set[str]) -> Category:
    id = data["id"]
    examples = data.get("examples") or [box["label"] for box in data.get("boxes", ())]
    return Category(
        id=id,
        label=data["label"],
        definition=data.get("definition"),
        examples=tuple(examples),
        write_in_examples=tuple(data.get("write_in_examples", ())),
        concept=None if id in residual else data.get("concept", id),
        holds=(*data.get("holds", ()), *_of_boxes(data)),
        words=tuple(data.get("words", ())),
    )


def _of_boxes(data: Mapping[str, Any]) -> Iterator[str]:
    """Detailed groups that have a check box of their own in a category."""
    for box in data.get("boxes", ()):
        yield from (each for each in box.get("adds", ()) if len(box["adds"]) == 1 and not each.isupper())


def _own_words(data: Mapping[str, Any], words: Vocabulary) -> Iterator[tuple[str, Meaning]]:
    """Labels of a standard, with what they say, as far as they do not say it everywhere."""
    residuals = {category: residual for residual, category in data.get("residuals", {}).items()}
    for entry in data["categories"]:
        residual = residuals.get(entry["id"])
        says = Meaning(residual=residual) if residual else meaning(entry.get("concept", entry["id"]))
        names = [entry["label"], *entry.get("words", ())]
        said = [(name, says) for name in names]
        for box in entry.get("boxes", ()):
            inside = meaning({key: value for key, value in box.items() if key != "label"})
            said += [
                (text, inside) for text in (box["label"], *(f"{name}: {box['label']}" for name in names))
            ]
        for text, what in said:
            key = normalise(text)
            if key in words.ambiguous or words.tokens.get(key) != what:
                yield key, what
    for reason, label in data.get("missing", {}).items():
        if words.tokens.get(normalise(label)) is None:
            yield normalise(label), Meaning(missing=reason)


@cache
def words_of(standard: Standard) -> Vocabulary:
    """Words people write under one standard: those of race and ethnicity, with the standard's own labels.

    Parameters
    ----------
    standard : the standard under which the values were recorded.

    Returns
    -------
    Vocabulary
        The shared one itself where the standard has no labels of its own, as those of the United States.

    Examples
    --------
    >>> from equitykit.standards import read_value
    >>> read_value("Indigenous") is None, sorted(read_value("Indigenous", words_of(standard("ca-bc-arda"))).adds)
    (True, ['indigenous-canada'])
    """
    words = vocabulary("race_ethnicity")
    own = standard.own_words
    if not own:
        return words
    return replace(
        words,
        tokens={**words.tokens, **own},
        ambiguous={text: says for text, says in words.ambiguous.items() if text not in own},
    )


def meaning(data: Any) -> Meaning:
    """Meaning written in a file: an id, a list of ids, or a mapping with the fields of Meaning."""
    if isinstance(data, str):
        return Meaning(adds=frozenset({data}))
    if isinstance(data, list):
        return Meaning(adds=frozenset(data))
    return Meaning(
        adds=frozenset(data.get("adds", ())),
        one_of=frozenset(data.get("one_of", ())),
        missing=data.get("missing"),
        residual=data.get("residual"),
        not_hispanic=data.get("not_hispanic") == "true",
        imputed=data.get("imputed") == "true",
        observed=data.get("observed") == "true",
        note=data.get("note"),
    )


@cache
def code_system(id: str) -> CodeSystem:
    """Give a code system by its id.

    Parameters
    ----------
    id : for example ``fbi-nibrs``; ``code_systems()`` lists them.

    Returns
    -------
    CodeSystem

    Raises
    ------
    UnknownName
        If there is no such code system; the nearest id is named.

    Interpretation
    --------------
    The same letter or digit means different things in different systems; a code is read only
    under the system that a codebook names.

    Examples
    --------
    >>> sorted(code_system("fbi-nibrs").read("I").adds)
    ['AIAN']
    """
    data = read_yaml(_path("code_systems", "code system", id))
    values = data.get("values", {})
    shared = {name: data[name] for name in ("id", "title", "version", "source", "question", "role")}
    bare = CodeSystem(
        **shared,
        values={},
        case_sensitive=data.get("case_sensitive") == "true",
        pad=data.get("pad") == "true",
    )
    return CodeSystem(
        **shared,
        values={code: meaning(each) for code, each in values.items()},
        column_hints=tuple(data.get("column_hints", ())),
        case_sensitive=bare.case_sensitive,
        pad=bare.pad,
        flags={column: meaning(each) for column, each in data.get("flags", {}).items()},
        yes=tuple(data.get("yes", ())),
        no=tuple(data.get("no", ())),
        flag_missing=data.get("flag_missing", {}),
        labels=_labels({**values, **data.get("flags", {})}),
        uncertain=tuple(data.get("uncertain", ())),
        _keys=_unique((bare.key(code), code) for code in values),
    )


def _labels(entries: Mapping[str, Any]) -> dict[str, str]:
    return {
        code: each["label"] for code, each in entries.items() if isinstance(each, dict) and "label" in each
    }


@cache
def vocabulary(question: str = "race_ethnicity") -> Vocabulary:
    """Words people write in answer to one question.

    Parameters
    ----------
    question : ``race_ethnicity`` (default), ``sex``, ``gender``, ``disability``, ``language``, ``yes_no``.

    Returns
    -------
    Vocabulary

    Raises
    ------
    UnknownName
        If there is no vocabulary for this question.

    Examples
    --------
    >>> sorted(vocabulary().tokens["asian indian"].adds)
    ['asian-indian']
    """
    data = read_yaml(_path("vocabulary", "vocabulary", question))
    concepts = _concepts(data)
    tokens: list[tuple[str, Meaning]] = []
    for concept in concepts.values():
        tokens += [(text, Meaning(adds=frozenset({concept.id}))) for text in concept.tokens]
    for reason, words in data.get("missing", {}).items():
        tokens += [(text, Meaning(missing=reason)) for text in words]
    for residual, words in data.get("residual", {}).items():
        tokens += [(text, Meaning(residual=residual)) for text in words]
    for entry in data.get("meanings", ()):
        tokens += [(text, meaning(entry)) for text in entry["tokens"]]
    return Vocabulary(
        question=question,
        tokens=_unique((normalise(text), says) for text, says in tokens),
        ambiguous={normalise(text): tuple(words) for text, words in data.get("ambiguous", {}).items()},
        concepts=concepts,
        multiple=data.get("multiple") == "true",
        and_pairs=frozenset(frozenset(pair) for pair in data.get("and_pairs", ())),
        version=data["version"],
        source=tuple(data["source"]),
        uncertain=tuple(data.get("uncertain", ())),
    )


def _concepts(data: Mapping[str, Any]) -> dict[str, Concept]:
    found = [
        (id, Concept(id=id, label=entry["label"], tokens=_tokens(entry)))
        for id, entry in data["categories"].items()
    ]
    for block in data.get("groups", ()):
        shared = {
            "parents": block.get("parents", {}),
            "undecided": tuple(block.get("undecided", ())),
            "source": block.get("source"),
        }
        found += [
            (id, Concept(id=id, label=entry["label"], tokens=_tokens(entry), **shared))
            for id, entry in block["concepts"].items()
        ]
    return _unique(found)


def _tokens(entry: Mapping[str, Any]) -> tuple[str, ...]:
    own = (entry["label"],) if entry.get("label_is_token", "true") == "true" else ()
    return (*own, *entry.get("tokens", ()))


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if out.setdefault(key, value) != value:
            raise ValueError(f'"{key}" is given two meanings: {out[key]} and {value}')
    return out
