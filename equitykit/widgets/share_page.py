"""A table to share: made, read, and saved only if it is proved safe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets

from equitykit import standards
from equitykit.audit import DEFAULT_STANDARD
from equitykit.report import protected_document, write
from equitykit.suppression import ProtectedTable, protect_groups, save_protected
from equitykit.suppression.grouped import TOTAL
from equitykit.widgets import show
from equitykit.widgets.compare import CompareForm
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.widgets.disparities_page import DisparitiesPanel

__all__ = ["ShareForm", "rule_field"]

RULE, AGREED, DAY, KEEP = "~rule", "~agreed-", "~day-", "~keep"
WEIGHT = 5.0  # so many other numbers may go before one of a group that is to be kept
RULES = {
    "cms-11": (
        "Numbers from 1 to 10 are hidden",
        "The rule of the federal Medicare and Medicaid agency (CMS)",
    ),
    "wa-doh-10": ("Numbers from 1 to 9 are hidden", "As Washington State's Department of Health asks"),
    "ca-chhs": (
        "Numbers from 1 to 10 are hidden, and never too few of them alone",
        "As California's Health and Human Services Agency asks",
    ),
}
ABOUT = (
    "Here each person is counted once, so that the rows add up: people with several races are in a row of their own. "
    "A number can be smaller than on the page before.",
)
TWICE = (
    "You saved another table from these data before. Two together can show what neither shows alone, and that they "
    "are safe together is not proved. Share only one of them, or let somebody check both."
)


def rule_field() -> ChoiceField:
    """The question for the numbers that are too small to show."""
    rule = ChoiceField(
        ident=RULE,
        label="Which numbers are too small to show?",
        options=[{"id": id, "label": label, "hint": hint} for id, (label, hint) in RULES.items()],
    )
    rule.help = ["If your agency has a rule, take that one. Totals that would give a number away go too."]
    return rule


class ShareForm:
    """Fields of the table to share, and the table once it is made.

    Attributes
    ----------
    fields : the fields by id. widgets, buttons : what stands on the page.
    table : the protected table; None until it is made.
    """

    def __init__(self, panel: DisparitiesPanel, form: CompareForm, *, free: Callable[[str], Path]) -> None:
        self._panel, self._form, self._free = panel, form, free
        self.table: ProtectedTable | None = None
        book, _ = form.described()
        self.fields: dict[str, Field] = {RULE: rule_field()}
        for name in book.governance:
            label = standards.standard(book.standard or DEFAULT_STANDARD).label(name)
            agreed = TextField(
                ident=f"{AGREED}{name}", label=f"Who agreed that numbers about {label} are shared? (optional)"
            )
            agreed.help = [
                "The codebook says that they are asked first. Without an agreement nothing about them is in the table."
            ]
            day = TextField(
                ident=f"{DAY}{name}", kind="date", label="On which day did they agree?", shown=False
            )
            agreed.typed(panel.guard(_shows(day)))
            self.fields |= {agreed.ident: agreed, day.ident: day}
        keep = ChoiceField(
            ident=KEEP,
            kind="many",
            label="Should other numbers be hidden in the place of these groups? (optional)",
            shown=False,
        )
        keep.help = [
            "These groups are large enough to show, and are hidden only so that others cannot be worked out. Choose "
            "those to keep, and make the table again. More numbers may have to be hidden; the table says how many."
        ]
        self.fields[KEEP] = keep
        self.make = button("Make the table", panel.guard(self._make), main=True)
        self.save = button("Save it for a spreadsheet (CSV)", panel.guard(lambda: self.keep(".csv")))
        self.save_page = button("Save it as a page", panel.guard(lambda: self.keep(".html")))
        self.result = Html(role="status")
        bar = ipywidgets.Box([self.make])
        bar.add_class("ekw-bar")
        self.widgets: list[Any] = [
            Html(html=show.paragraphs(*ABOUT)),
            *self.fields.values(),
            bar,
            self.result,
        ]
        self.buttons = [self.save, self.save_page]
        panel.keep += [*self.fields.values(), bar, self.make, self.result, *self.buttons]
        self._offer(saving=False)

    @property
    def _about(self) -> tuple[Path | None, str]:
        """The data, and what happened: two tables about both can be protected together."""
        return self._form.data.path, self._form.described()[1]

    def _offer(self, *, saving: bool) -> None:
        for one in self.buttons:
            one.layout.display = None if saving else "none"

    def _make(self) -> None:
        rule = self.fields[RULE].value
        found = [] if rule else [(RULE, "Choose which numbers are too small to show.")]
        found += [
            (ident, "Say on which day they agreed.")
            for ident, field in self.fields.items()
            if ident.startswith(DAY) and field.shown and not field.value
        ]
        self._panel.tell_problems(*found)
        if found:
            return
        self._offer(saving=False)
        self._panel.remark("Hiding numbers, and trying to work them out again. This can take a minute.")
        book, outcome = self._form.described()
        agreements = {
            name: {"who": field.value.strip(), "when": self.fields[f"{DAY}{name}"].value}
            for ident, field in self.fields.items()
            if ident.startswith(AGREED) and field.value.strip()
            for name in [ident.removeprefix(AGREED)]
        }
        before = self._panel.released
        same = before is not None and before[0] == self._about
        self.table = protect_groups(
            self._form.data.records,
            book,
            outcome=outcome,
            by=list(self._form.by.value),
            rule=rule,
            cost=dict.fromkeys(self.fields[KEEP].value or [], WEIGHT) or "cells",
            agreements=agreements,
            previous=before[1] if before is not None and same else None,
        )
        self._panel.remark("")
        warned = before is not None and not same and before[0][0] == self._about[0]
        shown = show.report_fragment(protected_document(self.table), titled=False)
        self.result.html = (show.inset(show.paragraphs(TWICE), tone="ekw-stop") if warned else "") + shown
        self._offer(saving=self.table.safe)
        self._offer_keeping(self.table)

    def _offer_keeping(self, table: ProtectedTable) -> None:
        """Groups that are hidden for others only, and those kept before."""
        field, frame = self.fields[KEEP], table.to_frame()
        assert isinstance(field, ChoiceField)
        beside = frame[frame["suppressed"] == "complementary"]
        labels = {label: None for name in table.dimensions for label in beside[name] if label != TOTAL}
        labels |= dict.fromkeys(field.value or [])
        field.options = [{"id": label, "label": label} for label in labels]
        field.shown = bool(labels)

    def keep(self, ending: str) -> None:
        """Write the table into the folder, under a name that is free; refused unless it is proved safe."""
        assert self.table is not None
        path = self._free(f".to-share{ending}")
        if ending == ".csv":
            save_protected(self.table, path)
        else:
            write(self.table, path, public=True)
        self._panel.saved_files[f"shared{ending}"] = path
        self._panel.released = (self._about, self.table)
        self._panel.tell_saved(path, f'The table is in "{path.name}". It may be shared as it is.')


def _shows(field: Field) -> Callable[[str], None]:
    """Ask the second question once the first is answered."""

    def show_it(text: str) -> None:
        field.shown = bool(text.strip())

    return show_it
