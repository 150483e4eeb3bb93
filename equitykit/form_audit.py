"""The audit of a form: its questions as read, and what the checks of forms found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from equitykit import standards
from equitykit.benchmark import Benchmark
from equitykit.checks import FormView
from equitykit.checks.form_race import Part, RaceQuestion, Read
from equitykit.findings import rows_of, summary_of, wanted
from equitykit.forms import Form, Item
from equitykit.protected import Wording
from equitykit.standards import Standard
from equitykit.version import __version__

__all__ = ["audit_form"]

NOTICE = "A check of the questions only; no data were looked at."
_PUT_RIGHT = frozenset(
    {
        *("q-single-select", "q-missing-min-categories", "q-no-detail-or-write-in", "q-no-opt-out"),
        *("q-multiracial-as-option", "q-white-first-or-default", "q-no-rollup-crosswalk", "q-outdated-terms"),
    }
)
_OTHERS = (("sex", "sex"), ("gender", "gender"), ("disability", "yes_no"), ("language", "language"))


def audit_form(
    form: Form,
    standard: Standard,
    *,
    assumed: bool,
    benchmark: Benchmark | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    parameters: Mapping[str, float] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Audit of a form in the format `audit/1`.

    Parameters
    ----------
    form : the questions.
    standard : what they are held against.
    assumed : whether nobody named that standard.
    benchmark : people served, for the order of options and the languages.
    select, ignore, parameters, progress : as for records.
    """
    view = FormView(form, standard, benchmark, dict(parameters or {}))
    chosen = wanted("form", select, ignore)
    results: list[dict[str, Any]] = []
    for done, check in enumerate(chosen, start=1):
        if progress:
            progress(done, len(chosen), check.id)
        results += rows_of(check, view, Wording())
    return {
        "equitykit": __version__,
        "format": "audit/1",
        "subject": {"kind": "form", "name": form.name, "rows": len(form.items), "sha256": form.sha256},
        "standard": {"id": standard.id, "version": standard.version, "assumed": assumed},
        "questions": list(_questions(view, _is_wanting(results))),
        "results": results,
        "summary": summary_of(results),
        "notice": NOTICE,
    }


def _is_wanting(results: Iterable[Mapping[str, Any]]) -> bool:
    """Whether something was found that another wording of the question would put right."""
    return any(row["outcome"] == "found" and row["check"] in _PUT_RIGHT for row in results)


def _questions(view: FormView, wanting: bool) -> Iterator[dict[str, Any]]:
    if view.question is not None:
        race = _race(view.question)
        if wanting:
            from equitykit.design import proposed_question

            race["proposal"] = proposed_question(view.standard, _field_name(view.question))
        yield race
    for question, words in _OTHERS:
        items = view.items_about(question)
        if items:
            yield {
                "question": question,
                "columns": [item.name for item in items],
                "items": [_other_item(item, words) for item in items],
            }


def _field_name(question: RaceQuestion) -> str | None:
    """Name of the item that a proposal takes the place of, where a form builder would accept it."""
    names = [part.item.name for part in question.having("race")]
    return names[0] if names and re.fullmatch(r"[a-z][a-z0-9_]{0,25}", names[0]) else None


def _race(question: RaceQuestion) -> dict[str, Any]:
    return {
        "question": "race_ethnicity",
        "columns": [part.item.name for part in question.parts],
        "items": [_race_item(part) for part in question.parts],
        "categories": [
            {"id": each, "status": _status(question, each)} for each in question.standard.category_ids
        ],
        "multiple": {"possible": any(p.item.type == "multiple" or p.role == "flag" for p in question.parts)},
    }


def _status(question: RaceQuestion, category: str) -> str:
    if category in question.offered:
        return "offered"
    return "only_merged" if category in question.merged else "not_offered"


def _race_item(part: Part) -> dict[str, Any]:
    return _item(part.item, [_read_option(read) for read in part.options])


def _item(item: Item, options: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "item": item.name,
        "label": item.label,
        "type": item.type,
        "required": item.required,
        "options": options,
    }


def _read_option(read: Read) -> dict[str, Any]:
    return {
        "code": read.option.code,
        "label": read.option.label,
        "status": read.status,
        "categories": sorted(read.categories),
        "missing": read.missing,
    }


def _other_item(item: Item, words: str) -> dict[str, Any]:
    vocabulary = standards.vocabulary(words)
    options = []
    for option in item.options:
        said = standards.read_value(option.label, vocabulary)
        missing = said.missing if said is not None and not said.adds else None
        mapped = said is not None and bool(said.adds)
        options.append(
            {
                "code": option.code,
                "label": option.label,
                "status": "mapped" if mapped else "missing" if missing else "unmapped",
                "categories": sorted(said.adds) if said is not None else [],
                "missing": missing,
            }
        )
    return _item(item, options)
