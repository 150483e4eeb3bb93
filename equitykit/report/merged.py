"""Several sites together: what to settle first, where they agree and differ, then question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equitykit.report import words
from equitykit.report.evidence import KINDS as EVIDENCE_KINDS
from equitykit.report.merged_coding import coding_blocks
from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Heading,
    Paragraph,
    ReportError,
    Table,
)

__all__ = ["merged_document"]

MOST = 5
INTERNAL = "Internal working paper, not for publication. It holds what sites wrote, with their names."
KINDS = {
    "twice": "Counted once",
    "damaged": "Cannot be read",
    "other instrument": "Another instrument",
    "empty": "Empty",
}


def merged_document(data: Mapping[str, Any], *, public: bool = False) -> Document:
    """Tell what several sites say together.

    Parameters
    ----------
    data : in the format `merged/1`.
    public : refused; a merge holds what sites wrote, with their names.
    """
    if public:
        raise ReportError(
            "Merged assessments hold what sites wrote, with their names; there is no public version.",
            next_step="Write your own summary from it, and ask the sites before you quote them.",
        )
    instrument = data["instrument"]
    blocks = [
        *_first(data),
        *_in_short(data),
        *_settle(data),
        *_parts(data),
        *coding_blocks(data),
        *_actions(data),
        *_evidence(data),
        *_sites(data),
    ]
    return Document(f"{instrument['title']}: {_count(len(data['sites']))} together", blocks, notice=INTERNAL)


def _count(n: int) -> str:
    return words.counted(n, "site")


def _first(data: Mapping[str, Any]) -> Iterator[Block]:
    versions = data["versions"]
    pairs = [
        ("Sites counted", str(len(data["sites"]))),
        ("Files given", str(data["files"])),
        ("Files not counted", _left_in_short(data["left_out"])),
        ("Conflicts to settle", str(len(data["conflicts"])) if data["conflicts"] else "None"),
        (
            "Versions of the instrument",
            "; ".join(f"{version}: {_count(n)}" for version, n in sorted(versions.items())),
        ),
    ]
    yield Facts(pairs)
    kept: Counter[str] = Counter()
    for site in data["sites"]:
        kept.update(site.get("not_merged", {}))
    if kept:
        said = words.listed(words.counted(n, kind.removesuffix("s")) for kind, n in kept.items())
        yield Paragraph(
            f"Answers are put together here. {said} of "
            "Institutional Analyses are not: they stay in the files of their sites, with what was agreed for them. "
            + ("How often each feature was seen is counted below." if data.get("coding") else "")
        )
    if len(versions) > 1:
        yield Paragraph(
            f"Questions are those of version {data['instrument']['version']}. A site with another version may not "
            "have been asked all of them; that shows here as no answer."
        )


def _left_in_short(left: Sequence[Mapping[str, Any]]) -> str:
    if not left:
        return "None"
    kinds = [one["kind"] for one in left]
    return "; ".join(f"{title}: {kinds.count(kind)}" for kind, title in KINDS.items() if kind in kinds)


def _in_short(data: Mapping[str, Any]) -> Iterator[Block]:
    rated = [row for row in data["questions"] if _share(row) is not None]
    yield Heading(2, "In short")
    if not rated:
        yield Paragraph("No question with answers to choose from was answered by two sites or more.")
        return
    ordered = sorted(rated, key=lambda row: -(_share(row) or 0))
    agree = [row for row in ordered if (_share(row) or 0) >= 2 / 3][:MOST]
    differ = [row for row in reversed(ordered) if (_share(row) or 0) <= 1 / 2][:MOST]
    if agree:
        yield Paragraph("Where most sites give the same answer:")
        yield Bullets(_agreement(row) for row in agree)
    if differ:
        yield Paragraph("Where sites differ most:")
        yield Bullets(_agreement(row) for row in differ)
    missing = sorted(data["questions"], key=lambda row: -row["no_answer"])[:MOST]
    gaps = [row for row in missing if row["no_answer"]]
    if gaps:
        yield Paragraph("Asked, and left without an answer most often:")
        yield Bullets(f"{row['label']} {row['no_answer']} of {_asked(row)} sites" for row in gaps)
    yield Paragraph("That sites agree does not make an answer right. Sites are not put in an order.")


def _asked(row: Mapping[str, Any]) -> int:
    return int(row["sites"] - row["not_asked"])


def _share(row: Mapping[str, Any]) -> float | None:
    """Share of sites with the answer most of them chose; None where there is nothing to compare."""
    said = row.get("agreement")
    if not said or row.get("several") or said["of"] < 2:
        return None
    return float(said["n"]) / float(said["of"])


def _agreement(row: Mapping[str, Any]) -> str:
    said = row["agreement"]
    chosen = " and ".join(f"\u201c{label}\u201d" for label in said["most_chosen"])
    each = " each" if len(said["most_chosen"]) > 1 else ""
    return f"{row['label']} {chosen}: {said['n']} of {said['of']} sites{each}"


def _settle(data: Mapping[str, Any]) -> Iterator[Block]:
    if data["conflicts"]:
        yield Heading(2, "To settle first")
        yield Callout(
            "warning",
            "Copies of one site say different things",
            "None of these answers is counted. Ask the site which one stands, mend one copy, and merge again.",
        )
        rows = [
            (
                one["site"],
                one["label"],
                _value(answer["value"]),
                answer["by"] or words.DASH,
                _when(answer["at"]),
                answer["file"],
            )
            for one in data["conflicts"]
            for answer in one["answers"]
        ]
        yield Table.filled("Conflicts", ("Site", "Question", "Answer", "Who", "When", "File"), rows)
    apart = [
        (site["site"], ", ".join(site["files"])) for site in data["sites"] if site.get("analyses_differ")
    ]
    if apart:
        yield Heading(2, "Institutional Analyses to settle")
        yield Paragraph(
            "Copies of one site hold different sources, passages, codes or findings, and no copy holds them all. What "
            "was coded there is not counted. Ask the site which copy stands, and merge again without the others."
        )
        yield Table("Analyses that differ", ("Site", "Files"), apart)
    if data["left_out"]:
        yield Heading(2, "Files that are not counted")
        files = [(one["file"], KINDS.get(one["kind"], one["kind"]), one["why"]) for one in data["left_out"]]
        table = Table.filled("Files that are not counted", ("File", "Why", "In words"), files)
        yield Details(f"Show {words.counted(len(files), 'file')}", [table])


def _when(at: str | None) -> str:
    return words.moment(at) or "" if at else ""


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(cell) for name, cell in value.items() if name != "id" and cell not in (None, ""))
    if isinstance(value, list):
        return "; ".join(_value(item) for item in value)
    return words.DASH if value is None else str(value)


def _parts(data: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(2, "Question by question")
    for part in data["instrument"]["parts"]:
        rows = [row for row in data["questions"] if row["part"] == part["id"]]
        if rows:
            yield Details(part["title"], [block for row in rows for block in _question(row, data)], level=3)
    gone = data["no_longer_asked"]
    if gone:
        cells = [(one["site"], one["version"], one["ask"], _value(one["value"])) for one in gone]
        table = Table.filled("Answers of other versions", ("Site", "Version", "Question", "Answer"), cells)
        yield Details("Answers to questions that this version does not ask", [table])


def _question(row: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(4, row["label"])
    yield Paragraph(_states(row))
    if not row["answered"]:
        return
    if "counts" in row:
        yield _counts(row)
        if row.get("agreement", {}).get("all_the_same"):
            yield Paragraph("All who answered say the same.")
    if row.get("numbers", {}).get("n"):
        said = row["numbers"]
        yield Facts(
            [
                ("Lowest", words.number(said["lowest"])),
                ("Middle", words.number(said["middle"])),
                ("Highest", words.number(said["highest"])),
            ]
        )
    if row.get("dates", {}).get("n"):
        said = row["dates"]
        yield Facts(
            [("First", words.moment(said["first"]) or ""), ("Last", words.moment(said["last"]) or "")]
        )
    if row.get("values"):
        cells = [(one["site"], _value(one["value"])) for one in row["values"]]
        yield Details("Show every site", [Table("Answers by site", ("Site", "Answer"), cells)])
    if row.get("texts"):
        texts = [(one["site"], one["text"], _beside(one)) for one in row["texts"]]
        table = Table.filled("What sites wrote", ("Site", "Answer", "Note"), texts)
        yield Details(f"Read {words.counted(len(texts), 'answer')}", [table])
    if row.get("rows"):
        yield _rows(row)
    if row.get("by"):
        yield from _by(row, data)


def _states(row: Mapping[str, Any]) -> str:
    told = [f"{row['answered']} of {_count(_asked(row))} answered"]
    for name, said in (
        ("no_answer", "{} left it without an answer"),
        ("in_conflict", "{} in conflict, not counted"),
        ("taken_out", "{} taken out since"),
        ("not_asked", "not asked at {}"),
    ):
        if row[name]:
            told.append(said.format(row[name]))
    return "; ".join(told) + "."


def _counts(row: Mapping[str, Any]) -> Table:
    rows = [
        (count["label"] + ("" if count["offered"] else " (of another version)"), str(count["n"]))
        for count in row["counts"]
    ]
    notes = ["A site can give several answers."] if row.get("several") else []
    return Table("Answers", ("Answer", "Sites"), rows, notes=notes, numeric=[1])


def _beside(text: Mapping[str, Any]) -> str:
    return "; ".join(
        said
        for said in ("still being written" if text["still_being_written"] else "", text["note"] or "")
        if said
    )


def _rows(row: Mapping[str, Any]) -> Block:
    header = ["Site", *(column["label"] for column in row["columns"])]
    cells = [
        [
            one["site"],
            *("" if (cell := one.get(column["id"])) is None else str(cell) for column in row["columns"]),
        ]
        for one in row["rows"]
    ]
    return Details(
        f"Show {words.counted(len(cells), 'row')}", [Table.filled("Rows of all sites", header, cells)]
    )


def _by(row: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Block]:
    told = row["by"]
    title = f"By: {data['by']['label']}"
    if not told["shown"]:
        yield Paragraph(f"{title} {told['why']}")
        return
    header = ["Answer", *(_group(one) for one in told["groups"])]
    by_id = [{count["id"]: count["n"] for count in one["counts"]} for one in told["groups"]]
    cells = [
        [count["label"], *(str(counts.get(count["id"], 0)) for counts in by_id)] for count in row["counts"]
    ]
    notes = [
        f"Groups of fewer than {data['minimum']} answers are shown together, with others where it takes that."
    ]
    table = Table(title, header, cells, notes=notes, numeric=range(1, len(header)))
    yield Details(title, [table])


def _group(one: Mapping[str, Any]) -> str:
    return f"{', '.join(one['groups'])} ({one['n']})"


def _actions(data: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(2, "Who does what, by when")
    if not data["actions"]:
        yield Paragraph("No site has written down an action.")
        return
    rows = [
        (one["site"], one["what"], one["owner"] or "Nobody yet", words.moment(one["due"]) or "No date yet",
         one["measure"] or "", one["status"].capitalize(), one.get("effect") or "")
        for one in data["actions"]
    ]  # fmt: skip
    header = ("Site", "What", "Owner", "Due", "How it is measured", "Status", "What it did in fact")
    table = Table.filled("Actions of all sites", header, rows)
    yield Details(f"Show {words.counted(len(rows), 'action')}", [table])


def _evidence(data: Mapping[str, Any]) -> Iterator[Block]:
    if not data["evidence"]:
        return
    yield Heading(2, "Evidence")
    yield Paragraph("The evidence itself is in the files of the sites.")
    counts = data.get("evidence_counts")  # files merged before have none
    if counts:
        yield from _evidence_counts(counts)
    rows = [
        (
            one["site"],
            one.get("label", one["ask"]),
            one["title"] or "Not named",
            EVIDENCE_KINDS.get(one["kind"], one["kind"]),
            one["status"],
        )
        for one in data["evidence"]
    ]
    header = ("Site", "Question", "Evidence", "Kind", "Status")
    table = Table.filled("Evidence of all sites", header, rows)
    yield Details(f"Show {words.counted(len(rows), 'piece')}", [table])


def _evidence_counts(counts: Mapping[str, Any]) -> Iterator[Block]:
    header = ("Pieces", "Sites")
    kinds = [
        (EVIDENCE_KINDS.get(one["kind"], one["kind"]), str(one["pieces"]), str(one["sites"]))
        for one in counts["by_kind"]
    ]
    yield Table("Evidence by kind", ("Kind", *header), kinds, numeric=(1, 2))
    asks = [(one["label"], str(one["pieces"]), str(one["sites"])) for one in counts["by_question"]]
    if len(asks) > 1:
        yield Table("Evidence by question", ("Question", *header), asks, numeric=(1, 2))
    if counts["none"]:
        yield Paragraph(f"No evidence is attached by: {words.listed(counts['none'])}.")


def _sites(data: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(2, "The sites")
    rows = [
        (one["site"], one["level"].capitalize(), f"{one['finished']} of {one['parts']}", one["version"],
         str(one["still_being_written"]), _when(one["saved"]), ", ".join(one["files"]))
        for one in data["sites"]
    ]  # fmt: skip
    header = ("Site", "Level", "Parts finished", "Version", "Still being written", "Saved", "Files")
    yield Details(f"Show {_count(len(rows))}", [Table.filled("Sites", header, rows)])
