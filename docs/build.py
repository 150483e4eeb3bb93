"""Write the pages of docs/, and the schemas, that say what the code says: `python docs/build.py [--check]`.

With --check nothing is written; pages that differ from the code, and pages of checks that no
longer exist, are named, and the exit code is 1.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from equitykit import analysis, assessment, catalogue, instruments, measures, standards  # noqa: E402 - the checkout beside this folder
from equitykit.instruments.statements import statement_schema  # noqa: E402
from equitykit.instruments.views import view_schema  # noqa: E402

LABEL = re.compile(r"^([A-Z][^:\n]{1,40}):(?= )")


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write a Markdown table; bars inside a cell are escaped."""
    lines = [list(header), *([str(cell) for cell in row] for row in rows)]
    text = [
        "| " + " | ".join(re.sub(r"\s+", " ", c).replace("|", r"\|") for c in line) + " |" for line in lines
    ]
    return "\n".join([text[0], "|" + "---|" * len(lines[0]), *text[1:]])


def page(title: str, *parts: str) -> str:
    """Put a page together under its title."""
    return "\n\n".join([f"# {title}", catalogue.GENERATED, *filter(None, parts)])


# --- what `equitykit explain` says, as sections of a page ---


def markdown(paragraph: str) -> str:
    """One paragraph of an explanation: a list of facts, a list of codes, or prose."""
    lines = paragraph.splitlines()
    if len(lines) > 1 and lines[0].endswith(":"):
        return f"{lines[0]}\n\n```text\n" + "\n".join(lines[1:]) + "\n```"
    if len(lines) > 1 and all(LABEL.match(line) for line in lines):
        return "\n".join("- " + LABEL.sub(r"**\1:**", line) for line in lines)
    return LABEL.sub(r"**\1:**", paragraph)


def section(name: str) -> str:
    """Write what one thing is."""
    first, *paragraphs = catalogue.explain(name).split("\n\n")
    title = first.removeprefix(f"{name}: ")
    return "\n\n".join([f"## `{name}`", f"{title}.", *map(markdown, paragraphs)])


def measures_page() -> str:
    """Write the page of all measures, those of one group first."""
    every = sorted(
        map(measures.measure, measures.measures()), key=lambda m: (m.over != "group", m.ordered, m.id)
    )
    overview = table(
        ("measure", "compares", "over", "weighted", "ordered groups"),
        (
            (
                f"[`{m.id}`](#{m.id})",
                m.scale,
                "each group" if m.over == "group" else "all groups",
                "yes" if m.weighted else "no",
                "yes" if m.ordered else "no",
            )
            for m in every
        ),
    )
    intro = (
        "Every measure returns the same columns. You name the reference; none is assumed. "
        "A value that is not defined is `NaN` with a note. Groups too small or too uncertain keep their "
        "name in the table; what is hidden is said, with its rule.\n\n"
        "On the command line: `equitykit measure`; for one measure: `equitykit explain rate-ratio`."
    )
    return page("Measures", intro, overview, *(section(m.id) for m in every))


def standards_page() -> str:
    """Write the page of the standards."""
    intro = (
        "A standard says which categories a question should offer. The codebook names it; without one "
        "`us-omb-spd15-2024` is used, and the output says that it was assumed.\n\n"
        "A file there (`schemas/standards/`, checked against `schemas/standard.schema.json`) holds the categories "
        "in form order, the groups they hold, labels of its own, and what is uncertain. Words mean one group "
        "everywhere; where the group belongs is the standard's word: Afghan is Asian under the federal standard "
        "of 2024, Middle Eastern or North African under California's law, and Middle Eastern in British Columbia. "
        "Where no text says, a person decides. The American Community Survey stays on the 1997 format: its tables "
        "have no Middle Eastern or North African category, so a comparison with them says so.\n\n"
        "To see whom a move from one standard to another makes invisible: `equitykit crosswalk`."
    )
    return page("Standards", intro, *map(section, standards.standards()))


def code_systems_page() -> str:
    """Write the page of the code systems."""
    intro = (
        "A code system says what the codes of a published form or file mean. equitykit never reads a bare "
        "letter or digit without one: the same letter means different things in different systems."
    )
    return page("Code systems", intro, *map(section, standards.code_systems()))


def instruments_page() -> str:
    """Write the page of the instruments, and how to make one."""
    intro = (
        "An instrument is a guided tool: questions in an order, with the reason for each. "
        "`equitykit start` opens them; `equitykit report` writes the report; `equitykit merge` "
        "puts the answers of several sites together; `equitykit due` lists what is due. "
        "[Your own](#your-own-instrument) is a file you can read and change."
    )
    return page(
        "Instruments",
        intro,
        *map(section, catalogue.KINDS["instruments"]()),
        report_of_a_decision(),
        *own_instrument_sections(),
        SITES,
    )


def own_instrument_sections() -> tuple[str, ...]:
    """Write how a person makes an instrument, with the example that ships."""
    examples = HERE.parent / "schemas" / "examples"
    tool, spanish = (
        (examples / name).read_text("utf-8") for name in ("waiting-room.yaml", "waiting-room.es.yaml")
    )
    kinds = table(
        ("kind", "what a person does"),
        ((f"`{name}`", KIND_WORDS[name]) for name in instruments.KINDS),
    )
    return (
        "## Your own instrument",
        "1. `equitykit start my-folder` makes a folder `instruments` in your work folder.\n"
        "2. Copy `schemas/examples/waiting-room.yaml` into it (and `waiting-room.es.yaml`, its Spanish text), or a "
        "file of `schemas/instruments`. Give the copy an id of its own. In a copy of a tool that ships, say which one: "
        "`based_on: race-equity-impact-assessment`. Its other orders, its short papers and the list of other decisions "
        "in the folder then serve the copy too, without the questions you left out.\n"
        "3. Change it in any text editor. An editor that knows JSON Schema can check it as you type: "
        "`schemas/instrument.schema.json`.\n"
        "4. `equitykit explain instruments/my-tool.yaml` says whether it can be used. Where it cannot, it names the "
        "line, the question, what is allowed and the nearest match.\n"
        "5. Open the start page again: your instrument is among the tools. `equitykit list instruments` lists it "
        'too. In Python: `ek.Assessment.open("north.equity.json", instrument="instruments/my-tool.yaml")`.',
        "The example, whole:",
        f"```yaml\n{tool.strip()}\n```",
        "Its text in Spanish, a file beside it:",
        f"```yaml\n{spanish.strip()}\n```",
        "### Kinds of question",
        kinds,
        "### What a question can say",
        "- **label**, **help** (above the field) and **why** it is asked.\n"
        "- **required** holds the words shown where an answer is missing. **optional: true** is printed as such.\n"
        "- **when** asks only if an earlier question was answered in a certain way: `{ask: welcome, is: na}`, or "
        "`is_not`, `any_of`, `filled`.\n"
        "- **recalls** shows earlier answers above the question, so that nothing is typed twice: "
        "`{ask: effects, columns: [group, burden]}`. With `missing` (words), what is named there and in no row here "
        "is worth another look.\n"
        "- **tracks** asks only in some of the ways through. A part has **who** (leadership, team, community, staff), "
        "**needs** (parts to finish first) and **tracks** too.\n"
        "- **means** says what an answer stands for: `title`, `decision`, `asked_on`, `decided_on`, `site` (by which "
        "`equitykit merge` tells sites apart) and `reviews_from` (the day from which the reviews after 3, 6, 9 and 12 "
        "months are counted).\n"
        "- **languages** names the text in other languages. What a translation leaves out is shown in the language of "
        "the instrument, and the list of parts says how many texts that is. Buttons and messages stay in English.",
        "### Carry an answer on",
        "Groups that were named in one part are asked about in another. "
        "The second question can begin from the first:\n\n"
        "```yaml\n"
        "- id: effects\n"
        "  kind: table\n"
        "  label: What would each group gain, and what would it carry?\n"
        "  word: Group                                # what a row is called\n"
        "  starts_from: {ask: groups, columns: {group: name}}\n"
        "  columns:\n"
        "    - {id: group, label: Group, kind: group}\n"
        "    - {id: burden, label: Burden, kind: longtext}\n"
        "- id: smaller\n"
        "  kind: table\n"
        "  label: What would make each burden smaller?\n"
        "  word: Step\n"
        "  starts_from: {ask: effects, columns: {group: group, burden: burden}, filled: burden}\n"
        "  columns:\n"
        "    - {id: group, label: Group, kind: group}\n"
        "    - {id: burden, label: Burden, kind: longtext}\n"
        "    - {id: step, label: What would make it smaller, kind: longtext}\n"
        "- id: actions\n"
        "  kind: actions\n"
        "  label: Who does what, by when?\n"
        "  starts_from: {ask: smaller, columns: {what: step}}\n"
        "```",
        "- **columns** says which column here is filled from which one there, `{here: there}`. Several there, "
        "`{group: [group, within]}`, are put together in one cell. Text cannot fill a number or a date, and a choice "
        "is never filled.\n"
        "- **filled** takes only rows in which a column there says something.\n"
        "- **A proposal is no answer.** It stands in the field until a person changes something in it or goes on. Then "
        "the history says where it was taken from, apart from what was written afterwards. Once there was an answer, "
        "nothing is proposed again. Where the earlier question is not asked on the track, nothing is proposed.\n"
        "- A `longtext` begins from a text (no columns). `actions` begin with nothing: each row is offered with a "
        "button, and an owner and a date are still to be given.",
        "Do not offer *positive*, *negative* and *neutral*, or points. One decision can help some people and harm "
        "others; such answers hide it. Ask what happens to whom, and how it comes about.",
    )


SITES = """\
## Several sites on one instrument

Each site fills in a file of its own. `equitykit merge sites/ -o counties.merged.json` puts them together, and \
`-o counties.html` writes the report of it (`equitykit report counties.merged.json` does so later). In Python: \
`ek.merge(["sites"])`.

- **A site is counted once.** The same file sent twice, and an earlier state of a file, are left out, and the list \
says so. Files that cannot be read, that are empty, or that belong to another instrument are named with the reason.
- **Copies of one site that differ** are a conflict. Neither answer is counted; both are shown, with who wrote them \
and when. The site decides, and you merge again.
- **Which copies are one site** follows from the question with `means: site`. Without one, a copy is known by the \
answers it shares with the other; copies of a file that was handed out empty are sites of their own.
- **Every text is kept with its origin.** A merge is internal; there is no public version of it.
- **Institutional Analyses**: at how many sites each feature was seen, and how often by kind of source, is counted \
over the sites; cells that rest on fewer than 5 sources (`--minimum`) have no numbers. Sources, passages, memos and \
findings stay in the files of their sites, and the report says how many. Where copies of one site differ in them, \
nothing of what was coded there is counted until the site decides.
- **By groups of sites**: `--by QUESTION` counts by the answers to a question. Groups of fewer than 5 answers \
(`--minimum`) are shown together, with the next smallest group where it takes that, so that nothing can be worked out \
by taking away. 5 is our default, not a rule of a law."""

KIND_WORDS = {
    "text": "writes one line",
    "longtext": "writes several lines; `max_words` warns and does not stop",
    "choice": "chooses one of the `options`",
    "choices": "chooses any number of the `options`; one with `alone: true` stands alone",
    "scale": "chooses a point of a scale in words, or `not_applicable`",
    "number": "writes a number; `min`, `max`, `whole`, `unit`",
    "date": "gives a date; `min`, `max`",
    "people": "names people by name, role and organisation",
    "table": "fills rows; `columns` are text, longtext, choice, number, date or group; one with `looks_back` is asked "
    "again at each review; `word` is what a row is called, such as `Group`",
    "map": "draws a process as a list of steps: what happens, who acts, which documents, what is decided and by "
    "whom; `wording` gives these other labels, `columns` adds more",
    "evidence": "attaches evidence of the kinds in `accepts`",
    "actions": "says who does what by when",
}


def report_of_a_decision() -> str:
    """What can be made from a race equity impact assessment, with the views and the short papers there are."""
    from equitykit.instruments import load
    from equitykit.instruments.statements import load_statement, statements
    from equitykit.instruments.views import OURS, load_view, views

    reia = load("race-equity-impact-assessment")
    shown = [load_view(id, reia) for id in views(reia.id)]
    papers = [load_statement(id) for id in statements()]
    return "\n\n".join(
        [
            "## What comes out of a race equity impact assessment",
            "`equitykit report FILE.equity.json -o report.html` writes the report; `.docx`, `.xlsx`, `.pdf` and `.md` "
            'work too (`pip install "equitykit[docx,pdf]"` for two of them). Every output begins with what it may be '
            "called: a full assessment, a short one, or notes only; with the day it was asked for and the day of the "
            "decision. Without `--public` it is internal.",
            "- **Benefit and burden** stand group by group, with a row of their own for people within a group, with "
            "how it comes about, the evidence, and how sure people are. There is no score, and nothing is added up.\n"
            "- **Kinds of decision** have questions of their own on the full track: a budget, a law, "
            "a policy, a program, a practice.\n"
            "- **Other ways** stand side by side. **Steps against a burden** are followed to what they did in fact.\n"
            "- **Other decisions**: assessments in the same folder that name the same groups stand beside this one. "
            "Groups are matched by their words only.\n"
            "- **Before and after**: the proposal word by word, with words for what was taken out and what was added.\n"
            "- **Sign-off**: on which revision leaders signed, and everything that was changed afterwards.\n"
            "- **Reading level** of the message to the community, by the formula of Flesch and Kincaid (1975). "
            "Syllables are counted with `pyphen`, which brings its patterns with it; nothing is fetched. Grade 6 is "
            "the aim for families, grade 8 for staff. A text above it gets a flag and is never held up. English only.\n"
            "- **Versions**: a file begun with an earlier version opens; what is new holds nothing up.",
            "### The order that people know",
            f'`--view ID`, or on the page "Check your answers". {OURS} A view of your own is a YAML file like those in '
            "`schemas/views/`: `--view my-view.yaml`.",
            "\n".join(
                ["| Id | Order | Steps |", "|---|---|---|"]
                + [
                    f"| `{view.id}` | {view.title} | "
                    + "; ".join(step.title if step.seen else f"{step.title} (ours)" for step in view.steps)
                    + " |"
                    for view in shown
                ]
            ),
            "### Short papers",
            "`--statement ID` makes a short paper in place of the report, in any format. The layout is ours, it is no "
            "official form, and it draws no legal conclusion. What is known of the paper that others write stands "
            "at its end, marked as read in a source or not verified.",
            "\n".join(
                ["| Id | What it is |", "|---|---|"]
                + [f"| `{paper.id}` | {paper.title} |" for paper in papers]
            ),
        ]
    )


# --- commands ---


def command_line_page() -> str:
    """Write the page of the commands."""
    import typer.main

    from equitykit.cli.program import app

    root = typer.main.get_command(app)
    intro = (
        "Exit codes: 0 done; 1 findings at or above `--fail-on`; 2 the command could not do its job, "
        "and one paragraph says why (`--debug` shows the technical details); 130 you stopped it "
        "(Ctrl-C). `--help` after a command lists what it takes."
    )
    commands = getattr(root, "commands", {})
    sections = [command_section(name, command) for name, command in commands.items() if not command.hidden]
    return page("Command line", intro, parameters(root), *sections)


def command_section(name: str, command: object) -> str:
    """Write what one command does, with its arguments and options."""
    help_text = re.sub(r"\s*\f.*", "", getattr(command, "help", None) or "", flags=re.DOTALL)
    words = [f"equitykit {name}"]
    for each in command.params:  # type: ignore[attr-defined]
        if each.param_type_name == "argument":
            words.append(_metavar(each))
        elif each.required:
            words.append(f"{each.opts[0]} ...")
    usage = f"```sh\n{' '.join(words)}\n```"
    return "\n\n".join(
        filter(None, [f"## `equitykit {name}`", help_text.strip(), usage, parameters(command)])
    )


def _metavar(parameter: object) -> str:
    name = (getattr(parameter, "metavar", None) or getattr(parameter, "name", None) or "").upper()
    required = getattr(parameter, "required", False)
    return name if required else f"[{name}]"


def parameters(command: object) -> str:
    """Write the arguments and options of a command as a table."""
    rows = []
    for each in command.params:  # type: ignore[attr-defined]
        if getattr(each, "hidden", False):
            continue
        if each.param_type_name == "argument":
            names = f"`{_metavar(each)}`"
        else:
            names = ", ".join(f"`{name}`" for name in (*each.opts, *each.secondary_opts))
        text = (getattr(each, "help", None) or "").strip()
        needed = each.required and each.param_type_name == "option"
        rows.append((names, f"{text} Required." if needed else text))
    return table(("give", "what it does"), rows) if rows else ""


# --- all pages ---


def schemas() -> dict[str, str]:
    """The JSON Schemas that are the models, by their path below docs/."""
    models = {
        "instrument": instruments.json_schema,
        "assessment": assessment.json_schema,
        "features": analysis.feature_schema,
        "statement": statement_schema,
        "view": view_schema,
    }
    return {f"../schemas/{name}.schema.json": json.dumps(model(), indent=2) for name, model in models.items()}


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    return {
        **catalogue.docs_pages(),
        "measures.md": measures_page(),
        "standards.md": standards_page(),
        "code-systems.md": code_systems_page(),
        "instruments.md": instruments_page(),
        "command-line.md": command_line_page(),
    }


def changes() -> Iterator[tuple[Path, str | None]]:
    """Pages that differ from what the code says, with what they should hold; None for those too many."""
    every = {HERE / name: text.rstrip() + "\n" for name, text in (pages() | schemas()).items()}
    for path, text in every.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path, text
    for path in sorted((HERE / "checks").glob("*.md")):
        if path not in every:
            yield path, None


def _named(path: Path) -> str:
    return path.resolve().relative_to(HERE.parent).as_posix()


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are outdated."""
    changed = list(changes())
    if "--check" in arguments:
        for path, _ in changed:
            print(f"{_named(path)} is not what the code says; run: make docs")
        return 1 if changed else 0
    for path, text in changed:
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{'removed' if text is None else 'wrote'} {_named(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
