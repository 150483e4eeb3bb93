"""How long saving takes in a large assessment: 500 answers and 200 pieces of evidence.

Run it with `python benchmarks/assessment_saving.py`; it prints milliseconds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from equitykit.assessment import Assessment
from equitykit.assessment.document import Entry, EvidenceItem
from equitykit.assessment.proof import kept
from equitykit.evidence import Evidence
from equitykit.instruments import Instrument, loads

QUESTIONS = 500
EVIDENCE = 200
ROWS = 40


def instrument() -> Instrument:
    """An instrument with 500 questions."""
    asks = "\n".join(f"  - {{id: q{n}, kind: longtext, label: Question {n}}}" for n in range(QUESTIONS))
    return loads(
        "id: large\nversion: '1'\ntitle: Large\npurpose: Timing\ncredit: {text: Ours}\n"
        "tracks: [{id: full, title: Full, description: All, minutes: 1, level: full}]\n"
        "parts:\n- id: one\n  title: Say it\n  asks:\n"
        f"{asks}\n  - {{id: proof, kind: evidence, label: Proof, accepts: [disparities]}}\n"
    )


def fill(made: Assessment) -> None:
    """Answer everything, and attach evidence of 40 rows each."""
    document = made._document
    for number in range(QUESTIONS):
        document.answers[f"q{number}"] = [Entry(value="A sentence of some length. " * 10, by="Ana")]
    for number in range(EVIDENCE):
        rows = [{"group": f"G{row}", "measure": "rate-ratio", "estimate": row / 7} for row in range(ROWS)]
        proof = Evidence("disparities", f"Evidence {number}", facts={"rows": rows}, summary=("A sentence.",))
        item = EvidenceItem(id=f"e{number + 1}", ask="proof", evidence=kept(proof, made.path.parent))
        document.evidence.append(item)
    made.answer("q0", "saved")


def timed(label: str, call: Callable[[int], object], times: int = 30) -> None:
    """Print the middle and the longest time of a number of calls."""
    taken = []
    for number in range(times):
        started = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - started) * 1000)
    print(f"{label:<28}{statistics.median(taken):8.1f} ms median{max(taken):8.1f} ms longest")


def main() -> None:
    """Build the assessment, then time a key, leaving a field, and opening."""
    large = instrument()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.equity.json"
        made = Assessment.open(path, instrument=large, by="Ana")
        fill(made)
        print(f"file: {path.stat().st_size / 1e6:.1f} MB")
        timed("key pressed (draft)", lambda n: made.draft("q1", "text " * 200 + "x" * n))
        timed("field left (answer)", lambda n: made.answer("q2", f"answer {n}"))
        timed("opened", lambda n: Assessment.open(path, instrument=large), times=5)


if __name__ == "__main__":
    main()
