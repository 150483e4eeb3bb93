"""Write the example assessments: `python sample_data/make_example.py [--out FOLDER]`.

What the invented people wrote stands in `NAME.answers.yaml`; the evidence is made here
from the sample files, with the same calls anybody would use. The clock and the random names of the
assessment are fixed while this runs, so the result is the same each time, byte for byte.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from equitykit.assessment import Assessment
from equitykit.audit import audit
from equitykit.codebook import Codebook
from equitykit.disaggregate import disaggregate
from equitykit.evidence import Evidence
from equitykit.measures import disparities
from sample_data import analysis_steps

HERE = Path(__file__).resolve().parent
NAME = "visits-online"
EXAMPLES = {  # instrument, way through it, who begins
    NAME: ("race-equity-impact-assessment", "full", "Deputy director"),
    "intake-questions": ("anti-racist-data-collection", "fast", "Intake team"),
    "kin-first": ("institutional-analysis", "full", "Deputy director"),
}
MEASURES = ("rate", "rate-difference", "rate-ratio")
REASON = (
    "Each group is compared with everybody who is not in it, so that no group is taken as the one "
    "that others are measured by. The assessment team and the family council chose this together."
)
USED = ("intake*.csv", "intake*.codebook.yaml", "county_benchmark.csv", "placement_dictionary.csv")
TICK = timedelta(seconds=20)


class Clock:
    """A clock that stands where it is put, and goes on a little each time somebody looks."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 14, tzinfo=UTC)

    def look(self) -> datetime:
        """Give the time, and go on."""
        self.time += TICK
        return self.time

    @contextlib.contextmanager
    def instead(self) -> Iterator[None]:
        """Let equitykit read this clock, and draw its names from a fixed sequence."""
        clock, draw = self, random.Random(20260114)

        class Fixed(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Fixed:
                return cls.fromtimestamp(clock.look().timestamp(), tz)

        def name() -> uuid.UUID:
            return uuid.UUID(int=draw.getrandbits(128), version=4)

        with contextlib.ExitStack() as stack:
            for module in ("equitykit.evidence", "equitykit.kept"):
                stack.enter_context(mock.patch(f"{module}.datetime", Fixed))
            stack.enter_context(mock.patch("uuid.uuid4", name))
            yield


def evidence() -> Mapping[str, Callable[[], Any]]:
    """Evidence by name, made from the files in the current folder."""
    book = Codebook.load("intake_clean.codebook.yaml").to_dict()
    del book["benchmark"]
    asked = {**book["questions"], "language": {"columns": ["primary_language"]}}

    def compared(outcome: str, by: str) -> Any:
        groups = disaggregate("intake_clean.csv", {**book, "questions": asked}, outcome=outcome, by=by)
        return disparities(groups, reference="all-others", measures=MEASURES, reason=REASON)

    return {
        "audit_found": lambda: audit("intake.csv", "intake.codebook.yaml"),
        "form_found": lambda: audit("placement_dictionary.csv"),
        "audit_clean": lambda: audit("intake_clean.csv", "intake_clean.codebook.yaml"),
        "removed": lambda: compared("removed", "race_ethnicity"),
        "reunified": lambda: compared("reunified", "race_ethnicity"),
        "language": lambda: compared("reunified", "language"),
    }


def make(folder: Path, name: str = NAME) -> Path:
    """Write an example into a folder that holds the sample files, and return its path.

    Parameters
    ----------
    folder : must not hold the example yet.
    name : one of `EXAMPLES`.
    """
    answers = HERE / f"{name}.answers.yaml"
    said = yaml.load(answers.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # every value is text
    instrument, track, by = EXAMPLES[name]
    path = folder / f"{name}.equity.json"
    with contextlib.chdir(folder):
        things = evidence()
        told = said.get("evidence", {})
        clock = Clock()
        with clock.instead():
            clock.time = datetime.fromisoformat(said["sessions"][0]["at"])
            assessment = Assessment.create(path.name, instrument=instrument, track=track, by=by)
            for session in said["sessions"]:
                clock.time = datetime.fromisoformat(session["at"])
                assessment.by = session["by"]
                _sit(assessment, session, lambda name: _evidence(name, things, told))
            assessment.close()
    return path


def _evidence(name: str, things: Mapping[str, Callable[[], Any]], told: Mapping[str, Any]) -> Any:
    return (
        things[name]()
        if name in things
        else Evidence(**{**told[name], "summary": tuple(told[name]["summary"])})
    )


def _sit(assessment: Assessment, session: Mapping[str, Any], thing: Callable[[str], Any]) -> None:
    """One meeting: what was attached, answered, planned and finished."""
    for each in session.get("attach", ()):
        consent = {key: each[key] for key in ("consent", "consent_until") if key in each}
        assessment.attach(each["ask"], thing(each["what"]), each["title"], **consent)
    analysis_steps.work(assessment, session)
    for ask, value in session.get("answers", {}).items():
        spaced = value.replace("\n", "\n\n") if isinstance(value, str) else value  # paragraphs
        assessment.answer(ask, spaced, note=session.get("notes", {}).get(ask))
    analysis_steps.afterwards(assessment, session)
    for action in session.get("actions", ()):
        assessment.add_action(**action)
    if "reviews_from" in session:
        assessment.schedule_reviews(session["reviews_from"])
    for part in session.get("finish", ()):
        problems = assessment.finish(part)
        if problems:
            raise SystemExit(f"{part}: {'; '.join(f'{one.ask}: {one.text}' for one in problems)}")


def main() -> None:
    """Make the examples beside copies of the sample files, and put them in their place."""
    parser = argparse.ArgumentParser(description="Write the example assessments.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    out = parser.parse_args().out
    for name in EXAMPLES:
        with tempfile.TemporaryDirectory() as scratch:
            for pattern in USED:
                for file in HERE.glob(pattern):
                    shutil.copy(file, scratch)
            made = make(Path(scratch), name)
            target = out / made.name
            target.write_bytes(made.read_bytes())
        print(f"Written to {target}")


if __name__ == "__main__":
    main()
