"""Where one can go from the start page: a notebook for each kind of work."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from equitykit.widgets import show
from equitykit.widgets.fields import Html, TaskList
from equitykit.widgets.shell import in_voila

__all__ = ["INSTRUMENT", "address", "doors", "for_programmers", "notebook_of"]

INSTRUMENT, COLLECTION = "race-equity-impact-assessment", "anti-racist-data-collection"
ANALYSIS = "institutional-analysis"
ASSESS = "race_equity_impact_assessment.ipynb"
NOTEBOOKS = {
    INSTRUMENT: ASSESS,
    COLLECTION: "anti_racist_data_collection.ipynb",
    ANALYSIS: "institutional_analysis.ipynb",
}
DOORS = (
    (
        "audit",
        "audit_your_data.ipynb",
        "Check how data were collected",
        "For a file with one row for each person or event. About 10 minutes.",
    ),
    (
        "disparities",
        "disparities_and_decision_points.ipynb",
        "Compare how groups fare",
        "Gaps between groups, where along the decisions they open, and a table to share. About 10 minutes.",
    ),
    (
        "form",
        "audit_your_form.ipynb",
        "Check a form before people answer it",
        "For a form or its data dictionary. Shows how each question could be better. About 10 minutes.",
    ),
    (
        "design",
        "design_a_form.ipynb",
        "Make a better form",
        "Choose what to ask, say why, and save the form for paper or for your program. About 15 minutes.",
    ),
    (
        "results",
        "audit_published_tables.ipynb",
        "Check a published table",
        "For a table with numbers by race and ethnicity. About 5 minutes.",
    ),
    (
        "collection",
        NOTEBOOKS[COLLECTION],
        "Look at how you ask people who they are",
        "Anti-racist data collection: from the reason for asking to a plan. 40 minutes the short way.",
    ),
    (
        "assess",
        ASSESS,
        "Assess a decision before it is made",
        "A race equity impact assessment: 20 minutes the short way, several meetings the full way.",
    ),
    (
        "analysis",
        NOTEBOOKS[ANALYSIS],
        "Find out how an outcome comes about",
        "An institutional analysis: a team reads, listens and codes, and builds findings. About six months.",
    ),
)
WRITTEN = (
    (
        "quickstart",
        "researcher_quickstart.ipynb",
        "The same work, written as Python",
        "From reading a file to a table that may be shared, each step a short call. About 15 minutes.",
    ),
    (
        "pipeline",
        "great_expectations_pipeline.ipynb",
        "Run the checks each time new data arrive",
        "For a data team that uses Great Expectations. About 10 minutes.",
    ),
)
"""Notebooks that are read and run cell by cell, so they open in JupyterLab."""


def doors() -> TaskList:
    """The kinds of work, each with its notebook."""
    return TaskList(
        items=[
            {
                "id": id,
                "title": title,
                "hint": hint,
                "href": address(notebook),
                "target": None if in_voila() else "_blank",
                "status": "",
            }
            for id, notebook, title, hint in DOORS
        ]
    )


def for_programmers() -> list[Any]:
    """What is written out as code, apart from the pages that need none."""
    about = show.heading("For people who program") + show.paragraphs(
        "You do not need these: everything above works without code. They open in JupyterLab in a new tab, on "
        "invented data. Put your own file in its place."
    )
    start = "../../lab/tree/" if in_voila() else "/lab/tree/"
    items = [
        {"id": id, "title": title, "hint": hint, "href": start + notebook, "target": "_blank", "status": ""}
        for id, notebook, title, hint in WRITTEN
    ]
    return [Html(html=about), TaskList(items=items)]


def notebook_of(instrument: str) -> str:
    """Notebook that opens the uses of an instrument."""
    return NOTEBOOKS.get(instrument, ASSESS)


def address(notebook: str, file: str | None = None) -> str:
    """Address of a notebook as a page: beside this one in Voila, from the root of the server otherwise."""
    start = "" if in_voila() else "/voila/render/"
    return f"{start}{notebook}" + (f"?file={quote(file)}" if file else "")
