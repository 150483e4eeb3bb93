"""The whole job on invented sample data, without a screen; ends in a report."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from equitykit import resources
from equitykit.assessment import Assessment, Change
from equitykit.audit import Audit, audit
from equitykit.disaggregate import disaggregate
from equitykit.errors import ReadError
from equitykit.measures import Disparities, disparities
from equitykit.propose import propose
from equitykit.report import write
from equitykit.report.words import counted

__all__ = ["run"]

Say = Callable[[str], None]
ASSESSMENT = "visits-online.equity.json"
FOUND, CLEAN = "intake", "intake_clean"
INPUTS = (
    f"{FOUND}.csv",
    f"{FOUND}.codebook.yaml",
    f"{CLEAN}.csv",
    f"{CLEAN}.codebook.yaml",
    "county_benchmark.csv",
    ASSESSMENT,
)
PROPOSED, AUDIT, REPORT = f"{FOUND}.proposed.codebook.yaml", "audit.html", "report.html"
OUTPUTS = (PROPOSED, AUDIT, REPORT)
OUTCOMES = ("removed", "reunified")


def run(out: Path, say: Say) -> Path:
    """Do the whole job on sample data: propose, audit, measure, assess, report.

    Parameters
    ----------
    out : folder to work in. Sample files are copied there; one that is there already is used as it is.
    say : told one plain line for each step.

    Returns
    -------
    Path
        The report, `report.html` in that folder.

    Raises
    ------
    ReadError
        The folder cannot be written to, or holds files of these names that the demo did not make.
    """
    say(f"This is a demonstration. Every person, office and county in it is invented. Folder: {out}")
    _fill(out, say)
    _propose(out, say)
    found = audit(out / f"{FOUND}.csv", out / f"{FOUND}.codebook.yaml")
    write(found, out / AUDIT)
    say(f"Checked {FOUND}.csv with a finished codebook: {_in_words(found)} All of it is in {AUDIT}.")
    clean = audit(out / f"{CLEAN}.csv", out / f"{CLEAN}.codebook.yaml")
    say(f"Checked {CLEAN}.csv, the same children recorded with care: {_in_words(clean)}")
    for outcome in OUTCOMES:
        say(_compared(out, outcome))
    assessment = Assessment.open(out / ASSESSMENT)
    say(f'Opened the example assessment "{assessment.title}". {assessment.summary().sentence}')
    for line in _what_changed(assessment, assessment.refresh(by="equitykit demo")):
        say(line)
    report = write(assessment, out / REPORT)
    say("Wrote the report. Open it in a browser; nothing in it leaves this machine:")
    return report


def _fill(out: Path, say: Say) -> None:
    """Copy the sample files; what is there already stays."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(out)
        states = {name: _copy(resources.folder("sample_data") / name, out / name) for name in INPUTS}
    except OSError as problem:
        raise ReadError(
            f'The sample files cannot be copied to "{out}": {problem.strerror or problem}.',
            next_step="Choose another folder with --out.",
        ) from None
    counts = Counter(states.values())
    if counts["copied"]:
        say(f"Copied {counted(counts['copied'], 'sample file')}.")
    if counts["the same"]:
        say(f"Already there, and as shipped: {counted(counts['the same'], 'sample file')}.")
    for name, state in states.items():
        if state == "other":
            kept = "it has been worked on" if name == ASSESSMENT else "it differs from the sample"
            say(f"{name} was there already, and {kept}. It is used as it is, and not replaced.")


def _refuse_foreign(out: Path) -> None:
    """A folder that no demo has run in keeps whatever it holds under the names the demo writes."""
    there = [name for name in OUTPUTS if (out / name).exists()]
    if there and not (out / ASSESSMENT).exists():
        raise ReadError(
            f'"{out}" holds {" and ".join(there)}, which the demo would replace and did not make.',
            next_step="Choose another folder with --out.",
        )


def _copy(source: Path, target: Path) -> str:
    if target.exists():
        return "the same" if target.read_bytes() == source.read_bytes() else "other"
    partial = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, partial)
    os.replace(partial, target)
    return "copied"


def _propose(out: Path, say: Say) -> None:
    proposal = propose(out / f"{FOUND}.csv")
    proposal.save(out / PROPOSED)
    say(
        f"Proposed a codebook for {FOUND}.csv, with {len(proposal.codebook.questions)} questions. "
        f"{len(proposal.to_confirm)} things in it need a person to confirm them:"
    )
    for item in proposal.to_confirm:
        say(f"  - {item.place}: {item.why}")
    if proposal.identifiers:
        say(f"Left out, because they identify people: {', '.join(proposal.identifiers)}.")
    say(f"The proposal is in {PROPOSED}.")


def _in_words(done: Audit) -> str:
    """How many checks found something, by severity."""
    summary = done.to_dict()["summary"]
    found = [f"{n} {severity}" for severity, n in summary["found"].items() if n]
    return f"found {', '.join(found) or 'nothing'}; clear {summary['clear']}; not run {summary['not_run']}."


def _compared(out: Path, outcome: str) -> str:
    groups = disaggregate(out / f"{CLEAN}.csv", out / f"{CLEAN}.codebook.yaml", outcome=outcome)
    gaps: Disparities = disparities(
        groups, reference="all-others", measures=["rate", "rate-difference", "rate-ratio"]
    )
    rows = gaps.to_frame()
    rates = rows[(rows["measure"] == "rate") & (rows["group"] != "~total")]
    shown = int((rates["reliable"].eq(True) & rates["suppressed"].isna()).sum())
    return (
        f'Measured "{outcome}" by race and ethnicity, each group beside all others: {len(rates)} groups, '
        f"{shown} with a rate that can be shown."
    )


def _what_changed(assessment: Assessment, changes: Sequence[Change]) -> list[str]:
    """One line if nothing changed, else one for each piece of evidence that did."""
    items = [item for item in assessment.evidence() if item.evidence.recipe]
    lines = [change.text for change in changes if not change.path]
    changed = {change.id for change in changes if change.path}
    for item in items:
        if item.id in changed:
            first, *others = item.history[-1].text
            rest = f" The report lists {counted(len(others), 'more change')}." if others else ""
            lines.append(f'Ran "{item.evidence.title}" again, and it changed. {first}{rest}')
    again = f"Ran all {len(items)} pieces of evidence again on the files in this folder: nothing changed."
    return lines or [again]
