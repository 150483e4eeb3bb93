"""Forms that are being filled in: kept as they are typed, there again when they are opened next, and no entry yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from equitykit.assessment.answers import Answers
from equitykit.assessment.document import AssessmentFile, Form
from equitykit.assessment.store import Found
from equitykit.assessment.windows import about, plain, settled
from equitykit.errors import AssessmentError
from equitykit.instruments.values import plain as as_json

_T = TypeVar("_T")


class Forms(Answers):
    """What stands in a form before it is saved, such as a memo of which half is written.

    It is in the file and in the journal, so that a crash loses at most a moment of it. It is no answer, no entry
    and no evidence: nothing counts it, no report shows it, and `commit_drafts` leaves it alone.
    """

    def keep_form(self, name: str, values: Mapping[str, object], *, by: str | None = None) -> None:
        """Keep what stands in a form, at once.

        Parameters
        ----------
        name : what is filled in: the list and the entry, such as "memos/new" or "findings/f3/how".
        values : what was typed, by field; nothing where the form is as it was, and then it is kept no longer.

        Raises
        ------
        AssessmentStale
            Somebody else saved since. What was typed is kept here; use `save_as_copy`.
        """
        kept = as_json(dict(values))
        if not name or not isinstance(kept, dict):
            raise AssessmentError("A form has a name, and what stands in its fields by their names.")
        before = self._document.forms.get(name)
        if kept == (before.values if before is not None else {}):
            return
        form = Form(values=kept, by=by or self._by)
        if kept:
            self._document.forms[name] = form
        else:
            del self._document.forms[name]
        if self._store.keep_form(name, form, gone=not kept):
            self._save()

    def form(self, name: str) -> Form | None:
        """Return what stands in a form that is being filled in; None where nothing does."""
        found = self._document.forms.get(name)
        return found.model_copy(deep=True) if found is not None else None

    def forms(self, start: str = "") -> Mapping[str, Form]:
        """Return the forms that are being filled in, by name.

        Parameters
        ----------
        start : only those whose name begins with this, such as "memos/".
        """
        found = {name: form for name, form in self._document.forms.items() if name.startswith(start)}
        return {name: form.model_copy(deep=True) for name, form in found.items()}

    def other_forms(self, name: str) -> Mapping[str, Form]:
        """Return what else was typed into a form: in another window, or before its entry was changed elsewhere."""
        return {other: form for other, form in self.forms(name).items() if other != name == plain(other)}

    def drop_form(self, name: str) -> None:
        """Let go of what stands in a form; it leaves the file and the journal at once."""
        if self._document.forms.pop(name, None) is not None:
            self._save()

    def from_form(self, name: str, keep: Callable[[], _T]) -> _T:
        """Keep what a form says, and let go of the form in the same save.

        Where that fails, the form stays and nothing is changed, so that trying again adds nothing twice.

        Parameters
        ----------
        keep : makes or changes the entry.
        """
        before = self._document.model_copy(deep=True)
        form = self._document.forms.pop(name, None)
        try:
            made = keep()
            if form is not None and self.revision == before.revision:
                self._save()
        except BaseException:
            if self.revision == before.revision:  # nothing of it was saved
                self._store.document = before
            elif form is not None:
                self._document.forms[name] = form
            raise
        return made

    # within

    def _merge(self, found: Found) -> list[str]:
        taken = super()._merge(found)
        section = self._document.analysis
        changed = {one.id: one.history[-1].at for one in section.items() if one.history} if section else {}
        self._document.forms = settled(self._document.forms, found.forms, changed)
        self._store.taken = {name: form.at for name, form in self._document.forms.items()}
        return taken

    def _forget_forms(self, ids: Iterable[str]) -> None:
        """Take what is typed about entries out of the file and of everything beside it."""
        gone = set(ids)

        def forget(document: AssessmentFile) -> None:
            document.forms = {
                name: form for name, form in document.forms.items() if gone.isdisjoint(about(name))
            }

        self._merge(self._store.found_drafts())
        if any(not gone.isdisjoint(about(name)) for name in self._document.forms):
            forget(self._document)
            self._save(redact=forget)
