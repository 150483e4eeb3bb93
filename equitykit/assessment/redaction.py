"""Taking a text out of an assessment; who, when and why stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from equitykit.analysis.section import ANSWERS, CHANGES
from equitykit.assessment.document import AssessmentFile, EvidenceEvent, EvidenceItem, Form
from equitykit.assessment.windows import about
from equitykit.instruments.values import blank
from equitykit.kept import Redacted
from equitykit.text import moment


@dataclass(frozen=True, slots=True)
class Held:
    """A text that can be taken out.

    Attributes
    ----------
    id : what `Assessment.redact` takes. kind : "Answer", "Evidence", "Action", "Review", what it is in an analysis, or
        "Being written" for a form that is not saved yet.
    label : the question, or the name it goes by. text : what stands there now.
    consent : whether somebody agreed that these words are used, so that the agreement can be taken back.
    """

    id: str
    kind: str
    label: str
    text: str
    consent: bool = False


def held(document: AssessmentFile, labels: Mapping[str, str]) -> tuple[Held, ...]:
    """Every text of a file that can be taken out, answers first.

    Parameters
    ----------
    labels : the questions by id.
    """
    return tuple(one for one in _held(document, labels) if one.text.strip())


def _held(document: AssessmentFile, labels: Mapping[str, str]) -> Iterator[Held]:
    for ask in dict.fromkeys([*document.answers, *document.drafts]):
        entries = [entry.value for entry in document.answers.get(ask, ()) if entry.redacted is None]
        draft = document.drafts.get(ask)
        if draft is not None and not isinstance(draft.value, dict):
            entries.append(draft.value)
        said = [" ".join(texts) for value in entries if (texts := _texts(value))]
        yield Held(ask, "Answer", labels.get(ask, ask), said[-1] if said else "")
    for item in document.evidence:
        if item.redacted is None:
            title, summary = str(item.evidence.get("title") or item.id), item.evidence.get("summary")
            consent = item.consent is not None or item.evidence.get("kind") in ("story", "visit")
            yield Held(item.id, "Evidence", title, " ".join(_texts(summary)) or title, consent)
    for action in document.actions:
        if action.redacted is None:
            yield Held(action.id, "Action", action.what, action.what)
    for review in document.reviews:
        if review.redacted is None and review.result:
            yield Held(review.id, "Review", review.named, review.result)
    for entry in document.analysis.items() if document.analysis is not None else ():
        if entry.redacted is None:
            said = [text for name in entry.texts for text in _texts(getattr(entry, name))]
            kind = _NAMES.get(type(entry).__name__, type(entry).__name__)
            yield Held(entry.id, kind, said[0] if said else entry.id, " ".join(said))
    for name, form in document.forms.items():
        typed = sorted(_typed(form), key=len, reverse=True)
        yield Held(name, "Being written", typed[0] if typed else name, " ".join(typed))


_NAMES = {"Excerpt": "Passage", "Response": "Answer of the agency", "Look": "Look at an earlier finding"}


def redactor(
    id: str, redacted: Redacted, *, means: str | None = None
) -> Callable[[AssessmentFile], list[str]]:
    """Give the function that takes out one entry, such as an answer or a passage, and lists its texts.

    `means` is what the question stands for in the file as a whole.
    """

    def redact(document: AssessmentFile) -> list[str]:
        taken: list[str] = []
        for entry in document.answers.get(id, []):
            if entry.redacted is None:
                taken += _texts(entry.value)
                entry.value, entry.note, entry.redacted = None, None, redacted
        draft = document.drafts.pop(id, None)
        taken += _texts(draft.value) if draft is not None else []
        for item in document.evidence:
            if item.id == id and item.redacted is None:
                taken += _texts(item.evidence)
                _empty_evidence(item, redacted)
        for action in document.actions:
            if action.id == id and action.redacted is None:
                taken += _texts([action.what, action.measure, action.effect])
                action.what, action.owner, action.measure, action.redacted = "", None, None, redacted
                action.effect = None
                for event in action.history:
                    event.changes = {}
        for ask, typed in list(document.drafts.items()):
            if isinstance(typed.value, dict) and id in typed.value:
                left = {key: fields for key, fields in typed.value.items() if key != id}
                taken += _texts(typed.value[id])
                document.drafts[ask] = typed.model_copy(update={"value": left})
                if not left:
                    del document.drafts[ask]
        for name, form in list(document.forms.items()):
            if name == id or id in about(name):
                taken += _typed(form)
                del document.forms[name]
        for review in document.reviews:
            if review.id == id and review.redacted is None:
                taken += _texts(review.result)
                review.result, review.redacted = None, redacted
                for event in review.history:
                    event.changes = {}
        if document.analysis is not None:
            taken += document.analysis.redact(id, redacted)
        if means == "title":
            document.title = document.working_title
        if means == "decision":
            document.decision = None
        document.people = [person for person in document.people if person.ask != id]
        return taken

    return redact


def still_there(document: AssessmentFile, taken: list[str]) -> tuple[str, ...]:
    """Name the places where one of the texts still stands, because somebody copied it there."""
    long_enough = _long_enough(taken)
    places: dict[str, Any] = {
        ask: [entry.model_dump() for entry in entries] for ask, entries in document.answers.items()
    }
    places |= {ask: draft.value for ask, draft in document.drafts.items() if ask not in places}
    places |= {name: form.values for name, form in document.forms.items()}
    places |= {item.id: item.model_dump() for item in document.evidence}
    places |= {action.id: action.model_dump() for action in document.actions}
    places |= {review.id: review.model_dump() for review in document.reviews}
    places |= document.analysis.places() if document.analysis is not None else {}
    return tuple(
        place
        for place, value in places.items()
        if any(text in held for held in _texts(value) for text in long_enough)
    )


def repeats(why: str, taken: list[str]) -> bool:
    """Whether a reason repeats one of the texts it is given for."""
    return any(text in why for text in _long_enough(taken))


def _long_enough(texts: list[str]) -> list[str]:
    return [text.strip() for text in texts if len(text.strip()) >= 12]


def _empty_evidence(item: EvidenceItem, redacted: Redacted) -> None:
    item.evidence = {
        "kind": item.evidence.get("kind"),
        "title": "[taken out]",
        "made": item.evidence.get("made"),
    }
    item.status, item.mark, item.redacted = "redacted", f"taken out on {moment(redacted.at[:10])}", redacted
    item.consent = None
    for event in item.history:
        event.text, event.changes, event.data_sha256 = [], [], None
    item.history.append(EvidenceEvent(what="redacted", by=redacted.by, at=redacted.at))


def _typed(form: Form) -> list[str]:
    """What somebody typed into a form; answers that were only chosen are no words of theirs."""
    return [text for text in _texts(form.values) if text not in (*ANSWERS, *CHANGES)]


def _texts(value: Any) -> list[str]:
    return [text for text in _walk(value) if not blank(text)]


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)
