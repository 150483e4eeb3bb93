"""Two tables as an agency might publish them: one that hides and gives away, one that does neither.

The numbers are invented, like the county. `faulty` is crossed with offices and has its faults in plain
sight; `clean` is how the same agency could publish.
"""

from __future__ import annotations

from math import sqrt

Rows = list[list[str]]

OFFICES = ("North", "South", "East")
INVESTIGATED = {
    "White": (410, 520, 380),
    "Black": (180, 260, 150),
    "Hispanic": (240, 198, 171),
    "Asian/Pacific Islander": (64, 40, 118),
    "American Indian": (26, 12, 61),
}
REMOVED = {
    "White": (41, 47, 36),
    "Black": (36, 55, 31),
    "Hispanic": (31, 26, 22),
    "Asian/Pacific Islander": (7, 5, 14),
    "American Indian": (8, 4, 17),
}
HIDDEN = {("Asian/Pacific Islander", "South"), ("American Indian", "North"), ("American Indian", "South")}
NOT_KNOWN = (23, 31, 27)  # children whose race nobody wrote down: in the totals, and in no row

# Children counted in every group they belong to, and how many of them were removed.
GROUPS = {
    "American Indian or Alaska Native": (212, 64),
    "Asian": (318, 35),
    "Black or African American": (640, 150),
    "Hispanic or Latino": (702, 121),
    "Middle Eastern or North African": (148, 21),
    "Native Hawaiian or Pacific Islander": (131, 29),
    "White": (1310, 151),
}
UNKNOWN = (96, 14)
TOTAL = (3000, 452)
OVERLAP = (
    "A child is counted in every group named for them (alone or in combination), so groups add up to more than the "
    "total; removed and investigated children are counted in the same way."
)


def faulty() -> Rows:
    """Rows of published_removals.csv."""
    rows = [
        ["Table 4. The achievement gap in family safety: removals of at-risk children by race, 2024"],
        ["Office", "Race", "Children investigated", "Removed", "% removed", "Ratio vs White"],
    ]
    for place, office in enumerate(OFFICES):
        base = REMOVED["White"][place] / INVESTIGATED["White"][place]
        for group, sizes in INVESTIGATED.items():
            removed, size = REMOVED[group][place], sizes[place]
            percent = f"{100 * removed / size:.1f}"
            ratio = f"{removed / size / base:.1f}"
            if (group, office) in HIDDEN and group == "American Indian":
                rows.append([office, group, "*", "*", "*", "*"])
            elif (group, office) in HIDDEN:
                rows.append([office, group, str(size), "*", percent, ratio])
            else:
                rows.append([office, group, str(size), str(removed), percent, ratio])
        size = sum(sizes[place] for sizes in INVESTIGATED.values()) + NOT_KNOWN[place]
        removed = sum(counts[place] for counts in REMOVED.values())
        rows.append([office, "Total", str(size), str(removed), f"{100 * removed / size:.1f}", ""])
    rows.append(["* Fewer than 10 children. Suppressed to protect privacy."])
    rows.append(["Source: a county that does not exist."])
    return rows


def _interval(events: int, size: int) -> tuple[float, float]:
    """Wilson's 95 % interval, in percent."""
    z, p = 1.959963984540054, events / size
    middle, width = p + z * z / (2 * size), z * sqrt(p * (1 - p) / size + z * z / (4 * size * size))
    below = 1 + z * z / size
    return 100 * (middle - width) / below, 100 * (middle + width) / below


def clean() -> Rows:
    """Rows of published_removals_clean.csv."""
    rows = [
        ["Removals of children who were investigated, by race and ethnicity, 2024"],
        [
            "Race and ethnicity",
            "Children investigated (N)",
            "Removed (number)",
            "Removed (%)",
            "95 % CI lower",
            "95 % CI upper",
            "Ratio to all other children",
        ],
    ]
    for group, (size, removed) in {**GROUPS, "Race not known": UNKNOWN, "Total": TOTAL}.items():
        low, high = _interval(removed, size)
        others = (TOTAL[1] - removed) / (TOTAL[0] - size) if group != "Total" else 0.0
        ratio = f"{removed / size / others:.2f}" if others else ""
        percent = f"{100 * removed / size:.1f}"
        rows.append([group, str(size), str(removed), percent, f"{low:.1f}", f"{high:.1f}", ratio])
    rows.append([f"Groups are listed in alphabetical order. {OVERLAP}"])
    rows.append(
        [
            "The reference is all other children, chosen because it takes no group as the measure of the others."
        ]
    )
    rows.append(["Intervals (Wilson) say how far chance alone could move a percent. No count is hidden."])
    rows.append(["Source: a county that does not exist."])
    return rows
