"""Writing the report: for whom, and as what kind of file; what is written, the library writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitykit.assessment import Assessment
from equitykit.report import report_beside
from equitykit.widgets import orders, show
from equitykit.widgets.fields import ChoiceField, Field, Html
from equitykit.widgets.shell import button, served

if TYPE_CHECKING:
    from equitykit.widgets.screens import Screens

__all__ = ["FORMAT", "WHOM", "ReportPage"]

WHOM, FORMAT, WRITTEN = "~whom", "~format", "~written"
OURS, OTHERS = "internal", "public"
FOR_WHOM = [
    {
        "id": OURS,
        "label": "For us: internal",
        "hint": "Holds all that was written: names, small numbers, and the history of each answer.",
    },
    {
        "id": OTHERS,
        "label": "For others: public",
        "hint": "Leaves out names, small numbers, the history, and evidence and findings that are not for others.",
    },
]
FORMATS = [
    {"id": "html", "label": "A web page", "hint": "One file that opens in any browser"},
    {"id": "docx", "label": "Word", "hint": "To edit and to send"},
    {"id": "xlsx", "label": "Excel", "hint": "Every table on a sheet of its own"},
    {"id": "pdf", "label": "PDF", "hint": "To print"},
]
NEXT = {
    OURS: "It is internal, not for publication. One for others is written when you choose \u201cFor others\u201d.",
    OTHERS: "It is for others. Read it before you share it: what people wrote in their own words stands as written.",
}


class ReportPage:
    """The page on which a report is written.

    Attributes
    ----------
    fields : what is asked. widgets, buttons : what stands on the page.
    """

    def __init__(self, assessment: Assessment, wizard: Screens) -> None:
        self._assessment, self._wizard = assessment, wizard
        self.whom = ChoiceField(ident=WHOM, label="For whom is the report?", options=FOR_WHOM, value=OURS)
        self.format = ChoiceField(
            ident=FORMAT, label="As what kind of file?", options=FORMATS, value=FORMATS[0]["id"]
        )
        self.fields: dict[str, Field] = {WHOM: self.whom, FORMAT: self.format}
        view = orders.chosen_view(assessment, wizard.view)
        ordered = f"The answers stand in the order of: {view.title}." if view is not None else ""
        summary = assessment.summary()
        about = Html(html=show.paragraphs(summary.sentence, summary.why, ordered))
        self.widgets: list[Any] = [about, self.whom, self.format]
        self.buttons = [
            button("Write the report", wizard.guard(self.write), main=True),
            button("Go to the list of parts", wizard.guard(lambda: wizard.go("parts"))),
        ]

    def write(self) -> None:
        """Write the report beside the assessment, and say where."""
        assessment, wizard, whom = self._assessment, self._wizard, str(self.whom.value)
        assessment.commit_drafts()
        public = whom == OTHERS
        target = report_beside(assessment.path, ending=f".{self.format.value}", public=public)
        wizard.remark("Writing the report. Charts take a few seconds.")
        assessment.report(target, public=public, view=wizard.view)
        wizard.remark("")
        address = served(target)
        opened = f"<p>{show.link('Open the report', address, new=True)}</p>" if address else ""
        said = show.inset(
            show.paragraphs(
                f'The report is written: "{target.name}".', f"It is in the folder {target.parent}."
            ),
            opened,
            show.paragraphs(NEXT[whom]),
            tone="ekw-done",
        )
        wizard.banner.html = f'<div id="ekw-{WRITTEN}" tabindex="-1">{said}</div>'
        wizard.problems.focus(WRITTEN)  # its link is the next stop of the Tab key
