"""The same in Aequitas: a crosstab by race and by race and sex, and disparities with a named reference."""

import json
import sys

import pandas as pd
from aequitas.bias import Bias
from aequitas.group import Group

frame = pd.read_parquet(sys.argv[1], columns=["race", "sex", "substantiated", "removed"])
frame = frame[frame["substantiated"] == "Y"].fillna({"race": "(missing)", "sex": "(missing)"})
frame = frame.assign(score=(frame["removed"] == "Y").astype(int), race_sex=frame["race"] + "*" + frame["sex"])
frame["label_value"] = frame["score"]
names = ["race", "race_sex"]
table, _ = Group().get_crosstabs(frame[["score", "label_value", *names]], attr_cols=names)
gaps = Bias().get_disparity_predefined_groups(
    table,
    frame[["score", "label_value", *names]],
    {"race": "White", "race_sex": "White*F"},
    check_significance=False,
)
print(json.dumps({name: int((gaps["attribute_name"] == name).sum()) for name in names}))
