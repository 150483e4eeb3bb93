# %% [markdown]
# # Checks of equity in a pipeline
#
# For a data team that validates its batches with Great Expectations: the checks of equitykit become expectations, run by
# the engine that holds the batch, and the result is evidence for an assessment. Install it with
# `pip install "equitykit[gx]"`; `docs/great-expectations.md` says more.
#
# **How to run it:** in the menu, choose *Run > Run All Cells*. It works on the invented sample data, in memory, and sends
# nothing anywhere. Put your own context, batch and codebook in their places.
# %%
import pandas as pd

import equitykit as ek
from equitykit import expectations, resources

sample = resources.folder("sample_data")
codebook = sample / "intake.codebook.yaml"
batch = pd.read_csv(sample / "intake.csv", dtype=str, keep_default_na=False)
print(f"{len(batch):,} invented records")
# %% [markdown]
# What the team has already: a context, a data source, a batch.
# %%
context = expectations.context()
asset = context.data_sources.add_pandas("county").add_dataframe_asset("intake")
every_row = asset.add_batch_definition_whole_dataframe("all rows")
print("Batches of:", asset.name)
# %% [markdown]
# What it adds: a checkpoint. Checks that cannot run on data like these are left out, and named.
# %%
checkpoint = expectations.checkpoint(context, every_row, codebook, sample=batch)
suite = context.suites.get("equitykit")
print(len(suite.expectations), "expectations; left out:", ", ".join(suite.meta["equitykit"]["left_out"]))
# %%
result = checkpoint.run(batch_parameters={"dataframe": batch})
(validation,) = result.run_results.values()
print("The batch passes:", result.success, "- counted by", validation.results[0].result["details"]["engine"])
for row in ek.audit(result).found("critical"):
    print(f"critical: {row['message']}")
# %% [markdown]
# A batch without rows is no pass.
# %%
empty = checkpoint.run(batch_parameters={"dataframe": batch.head(0)})
(nothing,) = empty.run_results.values()
print("An empty batch passes:", empty.success, "-", nothing.results[0].result["details"]["reason"])
# %% [markdown]
# The same result is evidence: attach it to an assessment with `assessment.attach("evidence_current", found)`.
# %%
found = expectations.evidence(result)
print(found.summary[0])
