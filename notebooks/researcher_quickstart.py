# %% [markdown]
# # Quickstart for people who write code
#
# The whole way in a few calls: read, see how the columns are read, check, count groups, compare them, follow the
# decisions, chart, and make a table that may be shared. The pages without code call the same functions.
#
# In the menu, choose *Run > Run All Cells*. All people in these data are invented; put the path of your own file in
# their place. Small counts are printed here: this notebook is internal, like the data it works on.

# %% [markdown]
# ## Read
#
# CSV, Excel, Parquet, SAS, SPSS, Stata, a database, or a data frame you already have.

# %%
import equitykit as ek
from equitykit import plots, resources

sample = resources.folder("sample_data")
records = ek.read(sample / "intake.csv")
print(f"{records.rows:,} rows, {len(records.columns)} columns")

# %% [markdown]
# ## See how the columns are read
#
# Nothing is guessed: what is not certain is listed, for a person to confirm.

# %%
proposal = ek.propose(records)
for name, question in proposal.codebook.questions.items():
    print(f"{name}: {', '.join(question.columns)}")
print(len(proposal.to_confirm), "points to confirm. The first:", proposal.to_confirm[0].why)

# %% [markdown]
# ## Check
#
# What the data can tell and what they cannot, before any number is compared.

# %%
codebook = ek.Codebook.load(sample / "intake.codebook.yaml")  # what a person made of the proposal
audit = ek.audit(records, codebook)
print("Found:", audit.to_dict()["summary"]["found"])
for finding in audit.found("critical"):
    print(finding["message"])

# %% [markdown]
# ## Count groups
#
# A person counts in each of their groups, and unknown is a group. Every rate has its interval and says whether it is
# reliable.

# %%
groups = ek.disaggregate(records, codebook, outcome="removed", by="race_ethnicity")
rates = groups.to_frame()[["group", "n", "events", "estimate", "lower", "upper", "reliable"]]
print(rates.round(3).to_string(index=False))

# %% [markdown]
# ## Compare
#
# You name whom each group is compared with, and why; there is no default. `ek.disparities` takes any of the measures
# that `equitykit.measures.measures()` lists.

# %%
why = "To see each group beside everybody else"
gaps = ek.disparities(groups, reference="all-others", reason=why)
ratios = gaps.to_frame().query("measure == 'rate-ratio'")
print(ratios[["group", "estimate", "lower", "upper", "reliable", "suppressed"]].round(2).to_string(index=False))

# %% [markdown]
# ## What the unknown leave open
#
# The lowest and the highest ratio that any placing of the people of unknown group would give, and how many of them
# would close the gap.

# %%
bounds = gaps.bounds().to_frame().query("measure == 'rate-ratio'").head(7)
print(bounds[["group", "estimate", "lower", "upper", "tipping_people"]].round(2).to_string(index=False))

# %% [markdown]
# ## Follow the decisions
#
# Each decision beside those who came to it. A ratio near 1 at a late one does not clear the earlier ones. The first
# step, from the population to a referral, is left out here: people of unknown group are not in any group's referrals.

# %%
chain = ek.stages(records, codebook, reference="all-others", reason=why)
steps = chain.to_frame().query("group == 'BLACK' and measure == 'rate-ratio'").iloc[1:]
print(steps[["stage", "n", "events", "estimate", "lower", "upper"]].round(2).to_string(index=False))

# %% [markdown]
# ## Chart
#
# A figure, with the words and the table behind it.

# %%
chart = plots.forest(ratios, labels=gaps.to_dict()["labels"], title="Removed, beside all others")
print(chart.alt)

# %%
chart.figure

# %% [markdown]
# ## A table that may be shared
#
# Small counts are hidden, and what would give them away; a program has tried to work them out. Save it with
# `ek.save_protected(table, "table.csv")`. The internal report is `equitykit.report.write(gaps, "gaps.html")`.

# %%
table = ek.protect_groups(records, codebook, outcome="removed", by="race_ethnicity")
print(*table.summary(), sep="\n")
print(table.to_frame().iloc[:, :3].dropna().to_string(index=False))
