"""What standards and code systems are, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from equitykit import standards

__all__ = ["aligned", "explain_code_system", "explain_standard", "page"]


def page(*paragraphs: str | Iterable[str]) -> str:
    """Paragraphs, or lists of lines, as one text; empty ones are left out."""
    texts = [text if isinstance(text, str) else "\n".join(text) for text in paragraphs]
    return "\n\n".join(text for text in texts if text)


def _uncertain(lines: Iterable[str]) -> list[str]:
    return [f"Not certain: {line}" for line in lines]


def explain_standard(name: str) -> str:
    """When a standard is in force, its categories, how it asks, and what is uncertain."""
    found = standards.standard(name)
    categories = aligned({each.id: each.label for each in found.categories})
    asked = (
        "one question for race and ethnicity"
        if found.combined
        else "race and ethnicity asked as two questions"
    )
    listed = "Categories:" if found.verified else "Categories, not read in the text of the standard:"
    detail = {each.id: "; ".join(each.examples) for each in found.categories if each.examples}
    missing = {reason: f'"{label}"' for reason, label in found.missing.items()}
    return page(
        f"{found.id}: {found.title}",
        f"Version {found.version}; {asked}.",
        [f"{word}: {text}" for word, text in _dates(found)],
        [listed, *categories],
        ["Groups below them:", *aligned(detail)] if detail else "",
        ["Why there is no answer, in its words:", *aligned(missing)] if missing else "",
        [f"{_RULES[key]}: {_stop(text)}" for key, text in found.rules.items() if key in _RULES],
        f"Also asked: {', '.join(found.asks).replace('_', ' ')}." if found.asks else "",
        "\n".join(f"Source: {each}" for each in (found.source, *found.sources)),
        _uncertain(found.uncertain),
    )


_RULES = {
    "question_stem": "Question",
    "multiple": "Answers",
    "detail": "Detail",
    "other": "Other",
}
_FORCE = {"status": "Status", "since": "In force since", "until": "Until", "text": "What it says"}


def _dates(found: standards.Standard) -> Iterator[tuple[str, str]]:
    """When a standard is in force, and what is still to come."""
    for key, word in _FORCE.items():
        if key in found.in_force:
            yield word, found.in_force[key]
    for key, text in found.in_force.items():
        if key not in {*_FORCE, "checked"}:
            yield key.replace("_", " ").capitalize(), text
    yield "Checked", found.in_force["checked"]


def _stop(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _reading(meaning: standards.Meaning) -> str:
    said = " + ".join(sorted(meaning.adds)) or " or ".join(sorted(meaning.one_of))
    return said or meaning.missing or meaning.residual or "adds no category"


def aligned(pairs: Mapping[str, str]) -> list[str]:
    """Names and texts in two columns."""
    width = max(map(len, pairs), default=0)
    return [f"{name:<{width}}  {text}" for name, text in pairs.items()]


def explain_code_system(name: str) -> str:
    """What each code of a system says."""
    found = standards.code_system(name)
    codes = {
        code: f"{found.labels[code]} ({_reading(meaning)})" if code in found.labels else _reading(meaning)
        for code, meaning in found.values.items()
    }
    flags = {column: _reading(meaning) for column, meaning in found.flags.items()}
    return page(
        f"{found.id}: {found.title}",
        f"Question: {found.question}. Version {found.version}.",
        ["Codes:", *aligned(codes)] if codes else "",
        ["Columns, one per answer:", *aligned(flags)] if flags else "",
        f'Name it in the codebook: "code_system: {found.id}".',
        f"Source: {found.source}",
        _uncertain(found.uncertain),
    )
