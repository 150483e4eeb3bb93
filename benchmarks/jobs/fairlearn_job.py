"""The same in Fairlearn: a MetricFrame by race, and one by race and sex."""

import json
import sys

import pandas as pd
from fairlearn.metrics import MetricFrame, count, selection_rate

frame = pd.read_parquet(sys.argv[1], columns=["race", "sex", "substantiated", "removed"])
frame = frame[frame["substantiated"] == "Y"].fillna({"race": "(missing)", "sex": "(missing)"})
event = (frame["removed"] == "Y").astype(int)
said = {}
for by in (["race"], ["race", "sex"]):
    made = MetricFrame(
        metrics={"rate": selection_rate, "n": count}, y_true=event, y_pred=event, sensitive_features=frame[by]
    )
    made.difference()
    made.ratio()
    said["*".join(by)] = len(made.by_group)
print(json.dumps(said))
