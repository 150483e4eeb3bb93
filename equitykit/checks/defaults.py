"""Check of default entries: one value that a worker or a site records far more often than the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from equitykit.chance import benjamini_hochberg
from equitykit.checks.levels import MIN_UNIT, unit_names
from equitykit.checks.missingness import REASON_WORDS
from equitykit.checks.registry import NOT_FOR_OTHERS, Count, Finding, Labels, NotRun, Share, Threshold, check
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally
from equitykit.recoded import Recoded
from equitykit.tails import binomial_at_least

AFCARS = "https://regulations.justia.com/regulations/fedreg/2020/05/12/2020-09817.html"
_FALSE_ALARMS = 0.05
_MARGIN = 1e-9  # of a sum of fractions
_RESIDUAL_WORDS = {
    "other": "Other",
    "multiracial": "two or more, not said which",
    "collective": "a collective label",
}

# What a value says: categories, merged categories, residual, missing reason, or the text nobody could read.
Said = tuple[tuple[str, ...], tuple[str, ...], str, str, tuple[str, ...]]


def _units(view: RecordsView) -> list[tuple[str, str]]:
    unit = view.codebook.unit
    pairs = [("site", unit.site), ("worker", unit.worker), ("programme", unit.programme)]
    return [(kind, column) for kind, column in pairs if column]


def _keys(view: RecordsView, kind: str, column: str) -> tuple[str, ...]:
    """Columns to cross with: a worker stands beside the site, where there is one, to be compared within it."""
    site = view.codebook.unit.site
    return (column, site) if kind == "worker" and site and site != column else (column,)


def _tallies(view: RecordsView) -> Iterable[Tally]:
    if not view.has(RACE):
        return ()
    return [view.question_tally(RACE, *_keys(view, kind, column)) for kind, column in _units(view)]


@dataclass
class _Unit:
    """What one unit recorded, by site; and all its records, blank ones among them."""

    name: str | None
    records: int = 0
    answers: dict[tuple[str | None, ...], Counter[Said]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return sum(said.total() for said in self.answers.values())


class _Place(NamedTuple):
    """How many answers one unit recorded in a place, what all recorded there, and what all but the unit did."""

    n: int
    whole: Counter[Said]
    others: Counter[Said]

    @classmethod
    def of(cls, said: Counter[Said], whole: Counter[Said]) -> _Place:
        """The same from what the unit recorded."""
        return cls(said.total(), whole, whole - said)


@dataclass(frozen=True, slots=True)
class _Spike:
    name: str
    value: Said
    share: Share
    others: float
    p: float
    near: bool


@check(
    "default-value-spike",
    title="One value is recorded far more often by some than by the others",
    severity="high",
    needs=("rows", RACE, "site or worker"),
    remedy="Start the field empty, take a preset value out of the form, and give time and a script to ask. It is about "
    "the form and the training, not about who filled it in. If nobody uses the answer, stop asking.",
    source=AFCARS,
    thresholds={
        "limits": Threshold(0.998, "default", "high"),
        "excess": Threshold(0.20, "default", "high"),
    },
    tallies=_tallies,
    unverified="That agencies may not put a default in place of an answer stands in the rule on child welfare data "
    "(45 CFR 1355.43) as it was in 2016; the paragraph in force was not read.",
)
def default_value_spike(view: RecordsView) -> Iterator[Finding]:
    """Looks for a site, programme or worker with far more of one value than their peers.

    Why it matters: a preset or first-listed value that is left in place looks like an answer, and is none.

    How: for each unit with 30 answers or more and each value, the share is compared with that of the peers
    (workers: the others at the same site, if they have 30 answers; else all others). Found where it lies
    above the exact binomial 99.8 % funnel limit around the share of all of them, at least 20 points above the
    peers, and with at most 5 % false alarms expected among what is found (Benjamini-Hochberg). Blank fields
    are no default. Smaller units are hidden in every output, and workers appear as worker 1, 2, ... unless
    names are asked for. Places differ in who lives there, so sites and programmes are low; workers whose site
    is not known are medium. The order of the records is not used.

    Example: 95 % of the children of worker 3 are White, and 40 % of the others' at the same office.

    When to ignore it: the unit serves other people than its peers, and you know it.
    """
    limits = view.limit("default-value-spike", "limits", Threshold(0.998, "default", "high"))
    excess = view.limit("default-value-spike", "excess", Threshold(0.20, "default", "high"))
    looked = False
    found = []
    for kind, column in _units(view):
        units = _read(view, kind, column)
        named = [unit for unit in units if unit.records >= MIN_UNIT]
        names = dict(
            zip((u.name for u in named), unit_names(view, kind, [u.name for u in named]), strict=True)
        )
        shown = [unit for unit in named if unit.n >= MIN_UNIT]
        if len(shown) < 2:
            continue
        spikes = _spikes(units, shown, names, limits=limits, excess=excess)
        looked = looked or spikes is not None
        if spikes:
            within = len(_keys(view, kind, column)) > 1 and all(spike.near for spike in spikes)
            found.append(_finding(view, kind, column, spikes, excess, within=within))
    if not looked:
        raise NotRun(
            f"no two sites or workers have {MIN_UNIT} answers each",
            enable="Use more records, or larger units.",
            columns=tuple(column for _, column in _units(view)),
        )
    yield from found


def _read(view: RecordsView, kind: str, column: str) -> list[_Unit]:
    units: dict[str | None, _Unit] = {}
    said: dict[object, Said] = {}
    for value, (name, *site) in view.crossed(RACE, *_keys(view, kind, column)):
        unit = units.setdefault(name, _Unit(name))
        unit.records += value.n
        if any(cell is not None for cell in value.raw):
            how = (value.categories, value.one_of, value.residual, value.missing, value.status, value.unread)
            if how not in said:
                said[how] = _said(value)
            unit.answers.setdefault(tuple(site), Counter())[said[how]] += value.n
    return sorted(units.values(), key=lambda unit: unit.name or "")


def _said(value: Recoded) -> Said:
    return (
        tuple(sorted(value.categories)),
        tuple(sorted(value.one_of)),
        value.residual or "",
        value.missing or "" if value.is_missing else "",
        tuple(sorted(value.unread)),
    )


def _spikes(
    units: list[_Unit],
    shown: list[_Unit],
    names: dict[str | None, str],
    *,
    limits: Threshold,
    excess: Threshold,
) -> list[_Spike] | None:
    """Spikes of the units that have enough peers; None where none has."""
    everybody = _added(said for unit in units for said in unit.answers.values())
    at = {
        site: _added(unit.answers[site] for unit in units if site in unit.answers)
        for site in {site for unit in units for site in unit.answers}
    }
    tested = []
    for unit in shown:
        own = _added(unit.answers.values())
        wholes = [_Place.of(said, at[site]) for site, said in unit.answers.items()]
        near = all(place.others.total() >= MIN_UNIT for place in wholes)
        if not near:
            wholes = [_Place.of(own, everybody)]
        if any(place.others.total() < MIN_UNIT for place in wholes):
            continue
        n = own.total()
        pooled = _expected([(place.n, place.whole) for place in wholes])
        beside = _expected([(place.n, place.others) for place in wholes])
        for value in sorted(own):
            others = beside[value]
            # As many as expected or fewer: the chance is about one half or more, and no matter.
            more = own[value] > n * pooled[value]
            p = binomial_at_least(own[value], n, min(1.0, pooled[value])) if more else 1.0
            share = Share(own[value], n, NOT_FOR_OTHERS)
            tested.append(_Spike(names[unit.name], value, share, others, p, near))
    if not tested:
        return None
    adjusted = benjamini_hochberg([spike.p for spike in tested])
    tail = (1 - limits.value) / 2
    return [
        spike
        for spike, q in zip(tested, adjusted, strict=True)
        if spike.p < tail
        and q <= _FALSE_ALARMS
        and spike.share.value - spike.others >= excess.value - _MARGIN
    ]


def _expected(wholes: list[tuple[int, Counter[Said]]]) -> dict[Said, float]:
    """Share of each value that a unit would have if it recorded as the whole of each of its places does.

    ``wholes`` holds how many answers it has in a place, and what is recorded there.
    """
    n = sum(size for size, _ in wholes)
    shares: dict[Said, float] = defaultdict(float)
    for size, whole in wholes:
        total = whole.total()
        for value, count in whole.items():
            shares[value] += size * count / total
    for value in shares:
        shares[value] /= n
    return shares


def _added(parts: Iterable[Counter[Said]]) -> Counter[Said]:
    whole: Counter[Said] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def _finding(
    view: RecordsView, kind: str, column: str, spikes: list[_Spike], excess: Threshold, *, within: bool
) -> Finding:
    spikes = sorted(spikes, key=lambda spike: (spike.others - spike.share.value, spike.name))
    numbers: dict[str, Count | Share | Labels | float | int | str] = {}
    for i, spike in enumerate(spikes[:5]):
        numbers |= {f"name{i}": spike.name, f"value{i}": _words(view, spike.value), f"share{i}": spike.share}
        numbers[f"others{i}"] = f"{100 * spike.others:.0f} %"
    each = (
        "{{name{0}}} records {{value{0}}} far more often"
        if view.public
        else "{{name{0}}}: {{share{0}}} are {{value{0}}}, and {{others{0}}} of the others'"
    )
    listed = "; ".join(each.format(i) for i in range(len(spikes[:5])))
    more = f"; and {len(spikes) - 5} more" if len(spikes) > 5 else ""
    beside = " at the same site" if within else ""
    first = _first_listed(view, spikes)
    return Finding(
        f"By {kind}, compared with the others{beside}: {listed}{more}." + (" {first}" if first else ""),
        numbers | {"first": first},
        severity="low" if kind != "worker" else "high" if within else "medium",
        columns=(column,),
        observed=None if view.public else round(spikes[0].share.value - spikes[0].others, 6),
        threshold=excess,
        n=None if view.public else spikes[0].share.whole,
    )


def _words(view: RecordsView, value: Said) -> str:
    categories, merged, residual, missing, unread = value
    parts = [view.standard.label(category) for category in categories]
    parts += [" or ".join(view.standard.label(category) for category in merged)] if merged else []
    parts += [_RESIDUAL_WORDS[residual]] if residual else []
    parts += [REASON_WORDS[missing]] if missing else []
    parts += ["a value that could not be read" if view.public else " + ".join(unread)] if unread else []
    return '"' + (" and ".join(parts) or "no category") + '"'


def _first_listed(view: RecordsView, spikes: list[_Spike]) -> str:
    """A sentence where the form lists the value first, as far as the codebook says."""
    first = next(iter(view.spec().offered or ()), None)
    if (
        first is None
        or first not in view.standard.category_ids
        or all(spike.value[0] != (first,) for spike in spikes)
    ):
        return ""
    return f'"{view.standard.label(first)}" is the first choice listed.'
