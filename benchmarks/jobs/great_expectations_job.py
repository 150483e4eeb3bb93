"""What the stock expectations of Great Expectations can ask of the same file, on pandas.

They can ask for missing answers overall and by office, for values outside a list, for categories that never occur,
for identifiers that occur twice and for the form of a date. They cannot compare shares between offices, workers,
periods or groups, nor read a label under a standard: an audit answers more.
"""

import json
import sys

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.data_context.types.base import ProgressBarsConfig

from benchmarks.data import (
    COLUMNS,
    DISABILITIES,
    ETHNICITIES,
    LANGUAGES,
    OFFICES,
    RACES,
    SEXES,
    SOURCES,
)  # fmt: skip
from benchmarks.jobs.by_hand import read

CODED = {
    "race": RACES, "ethnicity": ETHNICITIES, "sex": SEXES, "disability": DISABILITIES, "primary_language": LANGUAGES,
    "office": OFFICES, "referral_source": SOURCES, **dict.fromkeys(COLUMNS[12:], ("Y", "N", "N/A")),
}  # fmt: skip
"""Columns and the values they may hold."""

frame = read(sys.argv[1])
frame["referral_date"] = frame["referral_date"].astype(str)
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = ProgressBarsConfig(globally=False)
asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("intake")
batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
asked = [gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=0.95) for column in COLUMNS]
asked += [
    gxe.ExpectColumnValuesToNotBeNull(
        column="race", mostly=0.95, row_condition=f'office == "{office}"', condition_parser="pandas"
    )
    for office in OFFICES
]
for column, values in CODED.items():
    kept = [value for value in values if value is not None]
    asked.append(gxe.ExpectColumnValuesToBeInSet(column=column, value_set=kept))
    asked.append(gxe.ExpectColumnDistinctValuesToContainSet(column=column, value_set=kept))
asked.append(gxe.ExpectColumnValuesToBeUnique(column="child_id"))
asked.append(gxe.ExpectColumnValuesToMatchRegex(column="referral_date", regex=r"^\d{4}-\d\d-\d\d$"))
result = batch.validate(gx.ExpectationSuite(name="intake", expectations=asked), result_format="BASIC")
failed = [each.expectation_config.type for each in result.results if not each.success]
if broken := [each.expectation_config.type for each in result.results if not each.result]:
    raise SystemExit(f"could not be asked: {broken}: {result.results[0]}")
missing = {
    each.expectation_config.kwargs["column"]: each.result["unexpected_count"]
    for each in result.results
    if each.expectation_config.type == "expect_column_values_to_not_be_null"
    and not each.expectation_config.kwargs.get("row_condition")
}
print(json.dumps({"expectations": len(result.results), "failed": failed, "missing": missing}))
