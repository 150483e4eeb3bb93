"""What a person reads about an audit: the answer first, every number as it stands, nothing blamed."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from equitykit.report import audit_document, html, markdown, terminal
from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Heading,
    Link,
    Paragraph,
    Table,
    headings,
)

LABELS = {
    "AIAN": "American Indian or Alaska Native",
    "ASIAN": "Asian",
    "MENA": "Middle Eastern or North African",
}


def result(check: str, outcome: str, **more: Any) -> dict[str, Any]:
    """One entry of `results`, as contract 5.2 has it."""
    return {
        "check": check, "outcome": outcome, "severity": "high", "title": f"Title of {check}",
        "message": f"Seen by {check}.",
        "columns": ["race"], "groups": [], "observed": None, "threshold": None, "threshold_source": None, "n": 1234,
        "reason": None, "remedy": f"Mend {check}.", "source": "https://example.org/rule",
    } | more  # fmt: skip


AUDIT: dict[str, Any] = {
    "equitykit": "0.1.0", "format": "audit/1",
    "subject": {"kind": "records", "name": "intake.csv", "rows": 7214, "sha256": "9f86"},
    "standard": {"id": "us-omb-spd15-2024", "version": "2024-03-29", "assumed": True},
    "questions": [{
        "question": "race_ethnicity", "columns": ["race"], "encoding": "single", "confirmed": False, "n": 7214,
        "values": [
            {"raw": ["Native"], "n": 2454, "status": "mapped", "categories": ["AIAN"], "missing": None, "note": None},
            {"raw": ["Not Hispanic"], "n": 17, "status": "mapped", "categories": [], "missing": None, "note": None},
            {"raw": ["API"], "n": 402, "status": "merged", "categories": [], "one_of": ["ASIAN", "NHPI"],
             "missing": None, "note": "Two categories."},
            {"raw": ["U"], "n": 351, "status": "review", "categories": [], "missing": None, "note": None},
            {"raw": [None], "n": 488, "status": "missing", "categories": [], "missing": "blank", "note": None},
            {"raw": ["qqq "], "n": None, "suppressed": "primary", "status": "unmapped", "categories": [],
             "missing": None, "note": None},
        ],
        "values_left_out": 31,
        "categories": [
            {"id": "AIAN", "status": "recorded", "n_alone": 2000, "n_any": 2454},
            {"id": "ASIAN", "status": "only_merged", "n_alone": 0, "n_any": 0},
            {"id": "MENA", "status": "not_recorded", "n_alone": None, "n_any": None, "suppressed": "primary"},
        ],
        "missing": {"n": 709, "share": 0.0983, "by_reason": {"blank": 488, "declined": 221}},
        "multiple": {"possible": True, "n": 65},
    }],
    "results": [
        result("worst", "found", severity="critical"),
        result("where", "found", message="At office North.", columns=["race", "office"], groups=["ASIAN"],
               observed=0.25, threshold=0.1, threshold_source="default"),
        result("where", "found", message="At office Lake.", columns=["race", "office"]),
        result("half", "found", severity="low"),
        result("half", "not_run", reason="No dates."),
        result("fine", "clear"),
        result("missing-benchmark", "not_run", reason="No benchmark. Give one with --benchmark."),
        result("other-benchmark", "not_run", reason="No benchmark. Give one with --benchmark."),
    ],
    "summary": {"found": {"critical": 1, "high": 1, "medium": 0, "low": 1, "info": 0}, "clear": 1, "not_run": 2},
    "notice": "Internal: holds small cells. Use --public before sharing.",
}  # fmt: skip


def document(**changes: Any) -> Document:
    return audit_document(copy.deepcopy(AUDIT) | changes, labels=LABELS)


def opened(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks as they stand when every folded part is open."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from opened(block.blocks)


def of(kind: type, made: Document) -> list[Any]:
    return [block for block in opened(made.blocks) if isinstance(block, kind)]


def table(made: Document, caption: str) -> Table:
    found: Table = next(block for block in of(Table, made) if block.caption.startswith(caption))
    return found


def test_the_answer_comes_first() -> None:
    made = document()
    assert isinstance(made.blocks[0], Heading) and made.blocks[0].text == "In short"
    verdict = made.blocks[1]
    assert isinstance(verdict, Callout)
    assert (verdict.kind, verdict.title) == ("problem", "3 problems found")
    assert verdict.text == (
        "By severity: 1 critical, 1 high and 1 low. 1 check looked for a problem and did not find it. "
        "2 checks could not be made, so this is not the whole picture."
    )


def test_nothing_checked_is_not_a_pass() -> None:
    nothing = {"found": {"critical": 0, "high": 0}, "clear": 0, "not_run": 9}
    verdict = document(summary=nothing, results=[result("a", "not_run", reason="Nothing.")]).blocks[1]
    assert isinstance(verdict, Callout)
    assert verdict.kind == "warning"
    assert verdict.title == "Nothing could be checked"
    assert verdict.text.startswith("This is not a pass.")


@pytest.mark.parametrize(
    ("found", "not_run", "kind", "title"),
    [
        ({}, 0, "info", "No problem found in what could be checked"),
        ({}, 3, "warning", "No problem found in what could be checked"),
        ({"info": 2}, 0, "info", "No problem found in what could be checked"),
        ({"medium": 1}, 0, "warning", "1 problem found"),
        ({"high": 2}, 0, "problem", "2 problems found"),
    ],
)
def test_the_verdict_follows_the_summary(found: dict[str, int], not_run: int, kind: str, title: str) -> None:
    verdict = document(summary={"found": found, "clear": 5, "not_run": not_run}).blocks[1]
    assert isinstance(verdict, Callout)
    assert (verdict.kind, verdict.title) == (kind, title)


def test_an_assumed_standard_and_an_open_codebook_are_said() -> None:
    text = " ".join(block.text for block in of(Paragraph, document()))
    assert "Nobody said which standard applies, so this one was assumed." in text
    assert "Nobody has confirmed it yet for: Race and ethnicity." in text


def test_findings_stand_by_severity_and_once_per_check() -> None:
    texts = [heading.text for heading in headings(document().blocks)]
    assert texts.index("Critical (1 check)") < texts.index("High (1 check)") < texts.index("Low (1 check)")
    assert texts.count("Title of where") == 1
    assert ("At office North.", "At office Lake.") in [block.items for block in of(Bullets, document())]


def test_a_finding_says_what_to_do_where_and_why() -> None:
    made = document()
    facts = [dict(block.pairs) for block in of(Facts, made)]
    place = next(place for place, pairs in enumerate(facts) if pairs.get("Check") == "where")
    assert facts[place - 1] == {"What to do": "Mend where."}
    assert Facts([("What to do", "Mend where.")]) in made.blocks  # not folded
    where = facts[place]
    assert where["Columns"] == "race, office"
    assert where["Group"] == "Asian"
    assert where["Looked at"] == "1,234"
    assert where["Source"] == Link("https://example.org/rule", "https://example.org/rule")


def test_a_threshold_says_where_it_comes_from() -> None:
    one = [entry for entry in AUDIT["results"] if entry["message"] == "At office North."]
    facts = [dict(block.pairs) for block in of(Facts, document(results=one))]
    measured = next(pairs["Measured"] for pairs in facts if "Measured" in pairs)
    assert measured == "25.0\u00a0% (limit 10\u00a0%, a starting value of this tool, not a published limit)"


@pytest.mark.parametrize(
    ("observed", "threshold", "said"),
    [
        (0.042, 0.03, "4.2 % (limit 3 %)"),
        (0.012333, 0.005, "1.2 % (limit 0.5 %)"),
        (1.0, 0.5, "100.0 % (limit 50 %)"),
        (0, 0.05, "0 % (limit 5 %)"),
        (1, 3, "1 (limit 3)"),
        (41, 30, "41 (limit 30)"),
        (12, 0.05, "12 (limit 0.05)"),
        (2.5, 1.2, "2.5 (limit 1.2)"),
        (None, 0.03, "too few to show (limit 3 %)"),
    ],
)
def test_shares_are_percent_and_counts_are_counts(observed: Any, threshold: Any, said: str) -> None:
    entry = result("a", "found", observed=observed, threshold=threshold)
    facts = [dict(block.pairs) for block in of(Facts, document(results=[entry]))]
    measured = next(pairs["Measured"] for pairs in facts if "Measured" in pairs)
    assert measured.replace("\u00a0", " ") == said


def test_a_check_under_two_severities_counts_once_by_its_worst_finding() -> None:
    results = [
        result("two", "found", severity="high", message="Milder."),
        result("one", "found", severity="high"),
        result("two", "found", severity="critical", message="Worst."),
    ]
    summary = {"found": {"critical": 1, "high": 1}, "clear": 0, "not_run": 0}
    made = document(results=results, summary=summary)
    texts = [heading.text for heading in headings(made.blocks)]
    assert {"Critical (1 check)", "High (1 check)"} <= set(texts)
    assert texts.count("Title of two") == 1
    assert texts.index("Title of two") < texts.index("High (1 check)")
    assert Bullets(["Worst.", "Also, high: Milder."]) in made.blocks
    verdict = made.blocks[1]
    assert isinstance(verdict, Callout) and verdict.text.startswith("By severity: 1 critical and 1 high.")


def test_columns_that_say_nothing_are_left_out() -> None:
    question = copy.deepcopy(AUDIT["questions"][0])
    question["values"] = [{**value, "note": None} for value in question["values"]]
    assert table(document(questions=[question]), "Values").header == ("In the file", "Number", "Read as")


def test_what_could_not_be_checked_is_grouped_by_what_it_needs() -> None:
    rows = table(document(), "What is missing").rows
    assert rows == (
        ("No dates.", "Title of half"),
        ("No benchmark. Give one with --benchmark.", "Title of missing-benchmark; Title of other-benchmark"),
    )


def test_only_checks_that_found_nothing_anywhere_are_clear() -> None:
    made = document()
    place = [block.text if isinstance(block, Heading) else "" for block in made.blocks].index(
        "Looked for and not found"
    )
    assert made.blocks[place + 1] == Bullets(["Title of fine"])


def test_the_category_table_holds_the_numbers() -> None:
    assert table(document(), "Categories").rows == (
        ("American Indian or Alaska Native", "Recorded", "2,000", "2,454", "34.0\u00a0%"),
        ("Asian", "Only inside a merged label", "0", "0", "0\u00a0%"),
        ("Middle Eastern or North African", "Not recorded; whether it was offered is not known", "too few to show",
         "too few to show", "\u2013"),
    )  # fmt: skip


def test_the_value_table_holds_every_value_as_it_stands() -> None:
    values = table(document(), "Values")
    assert values.rows == (
        ("\u201cNative\u201d", "2,454", "American Indian or Alaska Native", ""),
        ("\u201cNot Hispanic\u201d", "17", "Answered; adds no category", ""),
        ("\u201cAPI\u201d", "402", "Merged label: Asian or NHPI", "Two categories."),
        ("\u201cU\u201d", "351", "Not certain: a person must confirm", ""),
        ("(blank)", "488", "Missing: left blank", ""),
        ("\u201cqqq \u201d", "too few to show", "Not recognised", ""),
    )
    assert values.notes == ("31 less frequent values not listed.",)


def test_missing_answers_by_reason() -> None:
    assert table(document(), "Missing").rows == (
        ("Left blank", "488", "6.8\u00a0%"),
        ("Asked, preferred not to answer", "221", "3.1\u00a0%"),
        ("All missing answers", "709", "9.8\u00a0%"),
    )


def test_hidden_counts_are_words_in_every_place() -> None:
    question = copy.deepcopy(AUDIT["questions"][0])
    question |= {"n": None, "missing": {"n": None, "share": None, "by_reason": {"blank": None}}}
    made = document(questions=[question])
    assert ("Left blank", "too few to show", "\u2013") in table(made, "Missing").rows
    assert ("Counted", "too few to show") in [pair for block in of(Facts, made) for pair in block.pairs]


def test_many_values_are_folded() -> None:
    question = copy.deepcopy(AUDIT["questions"][0])
    question["values"] = question["values"] * 10
    page = html.render(document(questions=[question]))
    assert "<summary>Show all 60 values and how they were read</summary>" in page


def test_the_short_version_leaves_out_tables_of_values() -> None:
    short = audit_document(AUDIT, labels=LABELS, brief=True)
    text = terminal.render(short)
    assert "Caucasian" not in text and "Categories of the standard" not in text
    assert "3 problems found" in text and "What to do: Mend worst." in text
    assert max(map(len, text.splitlines())) <= 80


def test_many_places_are_cut_short_only_in_the_short_version() -> None:
    many = [result("where", "found", message=f"At office {place}.") for place in range(12)]
    short = audit_document(AUDIT | {"results": many}, labels=LABELS, brief=True)
    assert "The same was found in 7 more places." in terminal.render(short)
    assert "At office 11." in markdown.render(audit_document(AUDIT | {"results": many}, labels=LABELS))


def test_an_empty_audit_can_be_told() -> None:
    for made in (
        audit_document({}),
        audit_document({"subject": {"kind": "records"}, "results": [], "questions": []}),
    ):
        assert "Nothing could be checked" in terminal.render(made)


def test_a_form_lists_its_options() -> None:
    item = {"item": "race", "type": "single", "options": [
        {"code": "1", "label": "White", "status": "mapped", "categories": ["WHITE"], "missing": None}]}  # fmt: skip
    made = document(
        subject={"kind": "form", "name": "d.csv", "rows": None, "sha256": None},
        questions=[{"question": "race_ethnicity", "items": [item]}],
    )
    assert made.title == "Check of a form: d.csv"
    assert table(made, "Options of item").rows == (("White", "1", "White"),)


def test_words_that_are_never_used() -> None:
    pages = [html.render(document()), markdown.render(document()), terminal.render(document())]
    banned = r"adverse impact|discriminat|complian|explained|guilty|minorit"
    assert not [found for page in pages for found in re.findall(banned, page, re.I)]


def test_shipped_standards_name_their_categories() -> None:
    text = markdown.render(audit_document(AUDIT))
    assert "Middle Eastern or North African" in text
    assert "us-omb-spd15-2024" in text
