"""Write the notebooks: one source of truth for their words and cells.

Run ``python notebooks/make_notebooks.py`` after a change. The cell of facts in each guided notebook is
run here, and what it prints is stored, so that a test can see when it prints something else.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

HOW = (
    "**How to run it:** in the menu, choose *Run > Run All Cells*. The page appears below. "
    "If you came here from `equitykit start`, the same page is in your browser without any code."
)
START = f"""# Start here

This page shows what is in your folder and leads to the guided notebooks: checks of your data, of your form and of a
published table, a better form, the way you ask people who they are, a decision before it is made, and how an outcome
comes about.

{HOW}

Everything stays on this computer."""
AUDIT = f"""# Check how your data were collected

This page takes a data file in your folder, shows how its columns are read, checks it, and tells you what it found:
which groups the form left out, whose answers are missing, and what cannot be told from the data.
It never changes the file.

{HOW}"""
RESULTS = f"""# Check a published table

This page takes a table as it was published, from a file in your folder, shows how it is read, and tells you which groups it
hides, which hidden numbers it gives away, which numbers are too uncertain to show, and how it tells about people. It never
changes the file.

{HOW}"""
ASSESS = f"""# Race equity impact assessment

This page takes you through a decision before it is made: who will gain, who will carry a burden, how that comes about,
and what a better proposal looks like. Your answers are saved as you type, in a file in your folder.

{HOW}"""
COLLECTION = f"""# Anti-racist data collection

This page takes you through the way you ask people who they are: why you ask, who answers, in which words, what happens
with a no, who decides, and what harm could come of it. It ends with a plan. To collect less is a good result.
Your answers are saved as you type, in a file in your folder.

{HOW}"""
ANALYSIS = f"""# Institutional analysis

This page takes a team from its question to findings: how does it come about that families of some groups meet a worse
outcome? You write down sources, mask passages, code them, and build findings with what would have to change. Answers are
saved as you type. What people said is not: it stays in memory until you confirm its masking.
**Do not type what people said, or their names, into a cell.**

{HOW}"""
FORM = f"""# Check a form before people answer it

This page takes a form, or its data dictionary, from your folder. It shows how each question is read and what could be
better, question by question and answer by answer, and gives you the better question to copy.
It never changes the file.

{HOW}"""
DESIGN = f"""# Make a better form

Choose what to ask and say why. The page makes the form, with a script for those who ask, and saves it for paper, for
XLSForm, for REDCap or as a FHIR Questionnaire. Immigration status is never asked.

{HOW}"""
DISPARITIES = f"""# Disparities and decision points

This page compares how groups fare: how often something happened to people, beside a comparison that you choose and give
a reason for. It shows what the people of unknown group leave open, follows the groups from one decision to the next,
and makes a table that may be shared. It never changes the file.

{HOW}"""
FACTS = """## What you can expect

The cell below works on the invented sample data in a folder of its own. It prints the same facts on every
computer, and a test compares them."""

START_CODE = """from equitykit import widgets

widgets.home()"""
AUDIT_CODE = """from equitykit import widgets

widgets.audit_panel()"""
RESULTS_CODE = """from equitykit import widgets

widgets.results_panel()"""
GIVEN = """FILE = None  # an assessment of the folder, such as "visits.equity.json"; None: the page asks which
REPORT = None  # to write its report without a page, such as "visits.report.html\""""


def assess(instrument: str | None = None) -> str:
    """Give the cell that shows an assessment, or writes its report where a file for it is given."""
    more = f', instrument="{instrument}"' if instrument else ""
    return (
        "import equitykit as ek\nfrom equitykit import widgets\n\n"
        f"ek.Assessment.open(FILE).report(REPORT) if REPORT else widgets.assess(FILE{more})"
    )


ASSESS_CODE = assess()
COLLECTION_CODE = assess("anti-racist-data-collection")
ANALYSIS_CODE = assess("institutional-analysis")
FORM_CODE = """from equitykit import widgets

widgets.form_panel()"""
DESIGN_CODE = """from equitykit import widgets

widgets.design_panel()"""

DISPARITIES_CODE = """from equitykit import widgets

widgets.disparities_panel()"""

DISPARITIES_FACTS = """# NBVAL_CHECK_OUTPUT
import equitykit as ek
from equitykit import resources

sample = resources.folder("sample_data")
data, codebook = sample / "intake.csv", sample / "intake.codebook.yaml"
groups = ek.disaggregate(data, codebook, outcome="removed")
gaps = ek.disparities(groups, reference="all-others", reason="To see each group beside everybody else")
print(gaps.to_evidence().summary[1])
rows = gaps.to_frame().query("measure == 'rate-ratio'").set_index("group")
for group in ("AIAN", "BLACK", "WHITE"):
    row = rows.loc[group]
    print(f"  {group:<6}{row['estimate']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})")
open_ = gaps.bounds().to_frame().query("measure == 'rate-ratio' and group == 'BLACK'").iloc[0]
print(f"BLACK, whoever the unknown are: {open_['lower']:.2f} to {open_['upper']:.2f}")
chain = ek.stages(data, codebook, reference="all-others", reason="As above")
for step in chain.opens()["BLACK"][1:]:
    print(f"  {step['from']} to {step['stage']}: {step['ratio']:.2f}")
table = ek.protect_groups(data, codebook, outcome="removed")
print(next(iter(table.summary())), "Proved safe:", table.safe)"""

COLLECTION_FACTS = """# NBVAL_CHECK_OUTPUT
import tempfile
from pathlib import Path

import equitykit as ek
from equitykit import resources

sample = resources.folder("sample_data")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "intake.equity.json"
    asking = ek.Assessment.open(path, instrument="anti-racist-data-collection", track="fast")
    print("Before anybody answers:", ek.audit(asking).data["summary"])
    asking.answer("who_answers", "staff")
    asking.answer("native_data", "no")
    asking.answer("native_why_not", "Both offices read every answer of the last year.")
    asking.attach("evidence_form", ek.audit(sample / "placement_dictionary.csv"))
    for row in ek.audit(asking).data["results"]:
        if row["outcome"] != "not_run":
            print(f"{row['outcome']}: {row['message']}")
    asking.act_on(ek.audit(asking).found()[0])
    print("Still missing in the plan:", asking.problems("plan")[-1].text)
    asking.close()
    print("The file says the same:", ek.audit(path).data["results"] == ek.audit(asking).data["results"])"""
ANALYSIS_FACTS = """# NBVAL_CHECK_OUTPUT
import shutil
import tempfile
from pathlib import Path

import equitykit as ek
from equitykit import resources

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "kin-first.equity.json"
    shutil.copy(resources.folder("sample_data") / path.name, path)
    kin = ek.Assessment.open(path)
    work = kin.analysis
    print(kin.title)
    for bench in ("sources", "passages", "coding", "findings", "release"):
        print(" ", work.standing(bench)[0])
    print("Two coders agree on", f"{work.agreement().rows[-1].same} of {work.agreement().passages} passages")
    for finding in work.findings():
        print("Finding:", finding.title)
        print("  ", work.triangulation(finding.id).sentence)
    masking = work.begin_excerpt("Tell the aunt by May 3, the worker said.")
    print("As it would be kept:", masking.masked)
    kin.report(Path(folder) / "kin.md")
    told = (Path(folder) / "kin.md").read_text("utf-8")
    print("The report:", ", ".join(line[3:] for line in told.splitlines() if line.startswith("## ")))"""
FORM_FACTS = """# NBVAL_CHECK_OUTPUT
import equitykit as ek
from equitykit import resources

sample = resources.folder("sample_data")
form = ek.read_form(sample / "placement_dictionary.csv")
checked = ek.audit(form)
print(f"{len(form.items)} questions; race and ethnicity are asked in:", ", ".join(checked.data["questions"][0]["columns"]))
for row in checked.found():
    print(f"{row['severity']}: {row['message']}")
print("As it could be asked:", checked.data["questions"][0]["proposal"]["text"].splitlines()[0])"""
DESIGN_FACTS = """# NBVAL_CHECK_OUTPUT
import equitykit as ek

made = ek.design_form(["race_ethnicity", "language"], purpose="We ask to see whether all families get help in time.")
print(len(made.form.items), "items:", ", ".join(item.name for item in made.form.items[:4]), "...")
serious = ek.audit(made.form).found("medium")
print(f"Our own checks find {len(serious)} things of medium severity or above")
for asked in (["religion"], ["immigration_status"]):
    try:
        ek.design_form(asked)
    except ek.EquitykitError as refusal:
        print(refusal)"""
AUDIT_FACTS = """# NBVAL_CHECK_OUTPUT
import equitykit as ek
from equitykit import resources

sample = resources.folder("sample_data")
checked = ek.audit(sample / "intake.csv", sample / "intake.codebook.yaml").to_dict()
race = checked["questions"][0]
print(f"{checked['subject']['rows']:,} invented records, compared with {checked['standard']['id']}")
for category in race["categories"]:
    print(f"  {category['id']:<9}{category['status']:<20}{category['n_any']:>6,}")
print(f"No usable answer about race or ethnicity: {race['missing']['n']:,}")
clean = ek.audit(sample / "intake_clean.csv", sample / "intake_clean.codebook.yaml").to_dict()
for name, audit in (("intake.csv", checked), ("intake_clean.csv", clean)):
    found = audit["summary"]["found"]
    serious = sum(found.get(severity, 0) for severity in ("critical", "high", "medium"))
    print(f"{name}: {serious} checks found something of medium severity or above")"""
RESULTS_FACTS = """# NBVAL_CHECK_OUTPUT
import equitykit as ek
from equitykit import resources

sample = resources.folder("sample_data")
table = ek.read_results(sample / "published_removals.csv")
print(f"An invented table with {len(table.groups)} groups and {len(table.cells)} cells")
for use in table.marks:
    print(f"  the mark {use.mark or '(blank)'} stands in {use.n} cells: {use.meaning}, by {use.said_by}")
for name in ("published_removals.csv", "published_removals_clean.csv"):
    checked = ek.audit(sample / name)
    print(f"{name}: {len({row['check'] for row in checked.found('medium')})} checks found something of medium severity or above")
for row in ek.audit(sample / "published_removals.csv", select=["r-complementary-disclosure"]).found("critical"):
    print(" ", row["message"])"""
ASSESS_FACTS = """# NBVAL_CHECK_OUTPUT
import tempfile
from pathlib import Path

import equitykit as ek
from equitykit import resources

sample = resources.folder("sample_data")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "example.equity.json"
    reia = ek.Assessment.open(path, instrument="race-equity-impact-assessment", track="fast")
    reia.answer("desired_result", "Children who can live safely with kin do so.")
    print("Problems in the first part:", len(reia.problems("result")), "- finished:", reia.finish("result") == ())
    groups = ek.disaggregate(
        sample / "intake_clean.csv", sample / "intake_clean.codebook.yaml", outcome="removed"
    )
    gaps = ek.disparities(groups, reference="all-others", measures=["rate"], reason="To see each group beside the rest")
    reia.attach("evidence_current", gaps)
    rates = gaps.to_frame().set_index("group")
    for group in ("AIAN", "BLACK", "WHITE"):
        print(f"  {group:<6}{rates.loc[group, 'events']:>5.0f} of {rates.loc[group, 'n']:>4.0f} removed")
    print("Parts:", ", ".join(f"{part.title}: {reia.state(part.id)}" for part in reia.parts()[:4]))
    reia = ek.Assessment.open(path)
    print("Opened again:", reia.value("desired_result"), "-", len(reia.evidence()), "piece of evidence")"""


def cell(kind: str, id: str, source: str, **more: Any) -> dict[str, Any]:
    """Build one cell."""
    return {"cell_type": kind, "id": id, "metadata": {}, "source": source.splitlines(keepends=True), **more}


def code(id: str, source: str) -> dict[str, Any]:
    """Build the cell that shows the page."""
    return cell("code", id, source, execution_count=None, outputs=[])


def given(id: str) -> dict[str, Any]:
    """Build the cell that papermill, or a person, gives a file to."""
    return code(id, GIVEN) | {"metadata": {"tags": ["parameters"]}}


def facts(id: str, source: str) -> dict[str, Any]:
    """Build the cell of facts, with what it prints now; the pages of `equitykit start` do not run it."""
    return checked(id, source, {"__name__": "__main__"}, 2) | {"metadata": {"tags": ["facts"]}}


def checked(id: str, source: str, names: dict[str, Any], place: int) -> dict[str, Any]:
    """Build a cell that is run here, among the names of the cells before it, with what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        exec(compile(source, id, "exec"), names)
    text = printed.getvalue().splitlines(keepends=True)
    output = {"name": "stdout", "output_type": "stream", "text": text}
    return cell("code", id, source, execution_count=place, outputs=[output])


def notebook(title: str, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Build a notebook."""
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": title,
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def guided(title: str, words: str, shows: str, prints: str) -> dict[str, Any]:
    """Build a guided notebook: what it is, the page, and the facts."""
    takes = [given("given")] if "FILE" in shows else []
    cells = [cell("markdown", "about", words), *takes, code("page", shows)]
    return notebook(title, [*cells, cell("markdown", "expect", FACTS), facts("facts", prints)])


def written_out(path: Path) -> dict[str, Any]:
    """Build a notebook without a page from a script: small cells, each with what it prints.

    In the script, `# %%` begins a cell of code and `# %% [markdown]` one of words.
    """
    cells: list[dict[str, Any]] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    pieces = path.read_text("utf-8").split("# %%")[1:]
    for place, piece in enumerate(pieces, 1):
        kind, _, text = piece.partition("\n")
        if "[markdown]" in kind:
            words = (line.removeprefix("#").removeprefix(" ") for line in text.strip().splitlines())
            cells.append(cell("markdown", f"words-{place}", "\n".join(words)))
        elif "print(" in text:
            cells.append(checked(f"code-{place}", f"# NBVAL_CHECK_OUTPUT\n{text.strip()}", names, place))
        else:
            cells.append(code(f"code-{place}", text.strip()))
    return notebook("equitykit", cells)


def main() -> None:
    """Write all notebooks."""
    made = {
        "start_here": notebook("equitykit", [cell("markdown", "about", START), code("page", START_CODE)]),
        "audit_your_data": guided("equitykit", AUDIT, AUDIT_CODE, AUDIT_FACTS),
        "audit_your_form": guided("equitykit", FORM, FORM_CODE, FORM_FACTS),
        "design_a_form": guided("equitykit", DESIGN, DESIGN_CODE, DESIGN_FACTS),
        "anti_racist_data_collection": guided("equitykit", COLLECTION, COLLECTION_CODE, COLLECTION_FACTS),
        "institutional_analysis": guided("equitykit", ANALYSIS, ANALYSIS_CODE, ANALYSIS_FACTS),
        "audit_published_tables": guided("equitykit", RESULTS, RESULTS_CODE, RESULTS_FACTS),
        "disparities_and_decision_points": guided(
            "equitykit", DISPARITIES, DISPARITIES_CODE, DISPARITIES_FACTS
        ),
        "researcher_quickstart": written_out(HERE / "researcher_quickstart.py"),
        "race_equity_impact_assessment": guided("equitykit", ASSESS, ASSESS_CODE, ASSESS_FACTS),
        "great_expectations_pipeline": written_out(HERE / "great_expectations_pipeline.py"),
    }
    for name, content in made.items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (HERE / f"{name}.ipynb").write_text(f"{text}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
