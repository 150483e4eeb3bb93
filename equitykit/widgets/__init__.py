"""Pages a person clicks through, in JupyterLab and Voila: no logic of their own, only the public API.

`assess` works through an assessment, `audit_panel` checks a data file, `form_panel` a form, `results_panel` a
published table, `disparities_panel` compares groups, `design_panel` makes a form, `home` shows a folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from equitykit.errors import MissingExtra

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.widgets.audit_page import AuditPanel
    from equitykit.widgets.design_page import DesignPanel
    from equitykit.widgets.disparities_page import DisparitiesPanel
    from equitykit.widgets.form_page import FormPanel
    from equitykit.widgets.home_page import Home
    from equitykit.widgets.results_page import ResultsPanel
    from equitykit.widgets.wizard import Wizard

__all__ = [
    "assess",
    "audit_panel",
    "design_panel",
    "disparities_panel",
    "form_panel",
    "home",
    "results_panel",
]


def assess(
    assessment: Assessment | str | os.PathLike[str] | None = None,
    *,
    instrument: str = "race-equity-impact-assessment",
    view: str | None = None,
) -> Wizard | Home:
    """Work through an assessment page by page.

    Parameters
    ----------
    assessment : the assessment, or its file. Where left out, the page asks which one of the folder
        to open, or begins a new one; the folder is EQUITYKIT_FOLDER, else that of the notebook.
    instrument : the tool of a new one; only its uses are offered.
    view : order in which answers are checked and printed, "gare" for example; it can be changed on the page.

    Returns
    -------
    Wizard or Home
        Shown by a notebook cell. Every answer is saved as it is typed.

    Raises
    ------
    MissingExtra
        The parts for notebooks are not installed.
    """
    _needed()
    from equitykit.assessment import Assessment
    from equitykit.widgets.home_page import Home, named_in_address
    from equitykit.widgets.wizard import Wizard

    found = assessment if assessment is not None else named_in_address()
    if found is None:
        return Home(None, only_assessments=True, instrument=instrument)
    wizard = Wizard(found if isinstance(found, Assessment) else Assessment.open(found))
    if view is not None:
        wizard.see_as(view)
    return wizard


def audit_panel(folder: str | os.PathLike[str] | None = None) -> AuditPanel:
    """Check how the data in a file were collected, step by step.

    Parameters
    ----------
    folder : where the data lie and results are saved; EQUITYKIT_FOLDER, else that of the notebook.

    Returns
    -------
    AuditPanel
        Shown by a notebook cell.
    """
    _needed()
    from equitykit.widgets.audit_page import AuditPanel

    return AuditPanel(_folder(folder))


def disparities_panel(folder: str | os.PathLike[str] | None = None) -> DisparitiesPanel:
    """Compare groups, follow them along a chain of decisions, and make a table to share, step by step.

    Parameters
    ----------
    folder : where the data lie and results are saved; EQUITYKIT_FOLDER, else that of the notebook.

    Returns
    -------
    DisparitiesPanel
        Shown by a notebook cell.
    """
    _needed()
    from equitykit.widgets.disparities_page import DisparitiesPanel

    return DisparitiesPanel(_folder(folder))


def form_panel(folder: str | os.PathLike[str] | None = None) -> FormPanel:
    """Check a form or its data dictionary, step by step.

    Parameters
    ----------
    folder : where the form lies and results are saved; EQUITYKIT_FOLDER, else that of the notebook.

    Returns
    -------
    FormPanel
        Shown by a notebook cell.
    """
    _needed()
    from equitykit.widgets.form_page import FormPanel

    return FormPanel(_folder(folder))


def design_panel(folder: str | os.PathLike[str] | None = None) -> DesignPanel:
    """Make a form for chosen questions, step by step.

    Parameters
    ----------
    folder : where the form is saved; EQUITYKIT_FOLDER, else that of the notebook.

    Returns
    -------
    DesignPanel
        Shown by a notebook cell.
    """
    _needed()
    from equitykit.widgets.design_page import DesignPanel

    return DesignPanel(_folder(folder))


def results_panel(folder: str | os.PathLike[str] | None = None) -> ResultsPanel:
    """Check a table as it was published, step by step.

    Parameters
    ----------
    folder : where the table lies and results are saved; EQUITYKIT_FOLDER, else that of the notebook.

    Returns
    -------
    ResultsPanel
        Shown by a notebook cell.
    """
    _needed()
    from equitykit.widgets.results_page import ResultsPanel

    return ResultsPanel(_folder(folder))


def home(folder: str | os.PathLike[str] | None = None) -> Home:
    """Show what is in a folder, and where to go from there.

    Parameters
    ----------
    folder : the folder; EQUITYKIT_FOLDER, else that of the notebook.

    Returns
    -------
    Home
        Shown by a notebook cell.
    """
    _needed()
    from equitykit.widgets.home_page import Home

    return Home(_folder(folder))


def _folder(folder: str | os.PathLike[str] | None) -> Path | None:
    return None if folder is None else Path(folder).expanduser().resolve()


def _needed() -> None:
    """Say in words where a part is missing."""
    try:
        import anywidget  # noqa: F401
        import ipywidgets  # noqa: F401
    except ImportError:
        raise MissingExtra("The guided pages", "notebooks") from None
