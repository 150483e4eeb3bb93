"""How long saving takes in a large assessment: 500 answers, 200 passages and 200 pieces of evidence.

Run it with `python benchmarks/assessment_saving.py`; it prints milliseconds. `screens.py` types into the same
file in a browser.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from equitykit.analysis.section import Coding, Confirmed, Excerpt, Section, Source
from equitykit.assessment import Assessment
from equitykit.assessment.document import Entry, EvidenceItem
from equitykit.assessment.proof import kept
from equitykit.evidence import Evidence

QUESTIONS = 500
PASSAGES = 200
EVIDENCE = 200
ROWS = 40
ID = "large"


def instrument(folder: Path) -> Path:
    """An instrument with 500 questions and the work on passages, as a person writes one."""
    asks = "\n".join(f"  - {{id: q{n}, kind: longtext, label: Question {n}}}" for n in range(QUESTIONS))
    path = folder / "instruments" / f"{ID}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"id: {ID}\nversion: '1'\ntitle: Large\npurpose: Timing\ncredit: {{text: Ours}}\n"
        "tracks: [{id: full, title: Full, description: All, minutes: 1, level: full}]\n"
        "parts:\n- id: one\n  title: Say it\n  asks:\n"
        f"{asks}\n  - {{id: proof, kind: evidence, label: Proof, accepts: [disparities]}}\n"
        "- id: passages\n  title: Choose passages\n  bench: passages\n"
        "  asks: [{id: second, kind: text, label: Who looked at them}]\n",
        encoding="utf-8",
    )
    return path


def passages() -> Section:
    """200 passages from ten sources, coded by two people."""
    sources = [
        Source(id=f"s{n}", label=f"Conversation {n}", kind="interview", voice="families")
        for n in range(1, 11)
    ]
    masked = Confirmed(by="Ana", at="2026-03-01T10:00:00Z", flagged={"name": 2})
    made = [
        Excerpt(id=f"x{n}", source=f"s{n % 10 + 1}", text="What [a mother] said to us. " * 12, masking=masked)
        for n in range(1, PASSAGES + 1)
    ]
    codes = [Coding(excerpt=each.id, by=who, features=["rules"]) for each in made for who in ("Ana", "Ben")]
    return Section(sources=sources, excerpts=made, codings=codes)


def large(folder: Path) -> Assessment:
    """An assessment in which everything is answered, with passages, and evidence of 40 rows each."""
    made = Assessment.open(folder / f"{ID}.equity.json", instrument=instrument(folder), by="Ana")
    document = made._document
    for number in range(QUESTIONS):
        document.answers[f"q{number}"] = [Entry(value="A sentence of some length. " * 10, by="Ana")]
    for number in range(EVIDENCE):
        rows = [{"group": f"G{row}", "measure": "rate-ratio", "estimate": row / 7} for row in range(ROWS)]
        proof = Evidence("disparities", f"Evidence {number}", facts={"rows": rows}, summary=("A sentence.",))
        item = EvidenceItem(id=f"e{number + 1}", ask="proof", evidence=kept(proof, folder))
        document.evidence.append(item)
    document.analysis = passages()
    made.answer("q0", "saved")
    return made


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
    with tempfile.TemporaryDirectory() as folder:
        made = large(Path(folder))
        print(f"file: {made.path.stat().st_size / 1e6:.1f} MB")
        timed("key pressed (draft)", lambda n: made.draft("q1", "text " * 200 + "x" * n))
        timed("key pressed (form)", lambda n: made.keep_form("memos/new", {"text": "text " * 200 + "x" * n}))
        timed("field left (answer)", lambda n: made.answer("q2", f"answer {n}"))
        timed("opened", lambda n: Assessment.open(made.path), times=5)


if __name__ == "__main__":
    main()
