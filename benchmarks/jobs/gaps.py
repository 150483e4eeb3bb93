"""Rates of removal by race and by race and sex, with their gaps: what Fairlearn and Aequitas are asked."""

import json
import sys

import equitykit as ek

records = ek.read(sys.argv[1])
said = {}
for by in (["race_ethnicity"], ["race_ethnicity", "sex"]):
    groups = ek.disaggregate(records, sys.argv[2], outcome="removed", by=by)
    gaps = ek.disparities(groups, reference="all-others", measures=["rate", "rate-ratio", "rate-difference"])
    said["*".join(by)] = len(gaps.to_frame())
print(json.dumps(said))
