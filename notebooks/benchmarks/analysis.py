# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (benchmarks)=
# # Do the statistics keep their promises?
#
# A test at 5 % should reject in at most 5 % of experiments in which its null hypothesis is true, and a 95 % interval should contain the true value in 95 % of
# experiments. With five animals a group, ties, and values below a limit, many tests and intervals do not. This page measures their error rates in simulated experiments, in which the true values
# are known, and their speed. `make bench` repeats all simulations and timings.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`the statistics, used alone <../../book/statistics/index>`
# - say what a test at 5 % and an interval at 95 % promise
# - see which methods break the promise in small, tied or cut-off data, ours included
# ```

# %% tags=["hide-input"]
import pandas as pd

from secretome.report import tables, text
from secretome.protocol import notebooks_folder
from secretome.report.page import Page

folder = notebooks_folder() / "benchmarks"
calibration, speed, growth, reruns, measured_on, conditions = (
    pd.read_csv(folder / f"{name}.csv")
    for name in ("calibration", "speed", "growth", "reruns", "measured_on", "conditions")
)
ours = calibration[calibration["by"].str.startswith("secretome")]
sizes, coverages = (ours[ours["kind"] == kind] for kind in ("size", "coverage"))
missed = tables.missed(ours)
page = Page()

# %% tags=["remove-cell"]
worst_size, worst_coverage = sizes.loc[sizes["share"].idxmax()], coverages.loc[coverages["share"].idxmin()]
page.say(
    trials=f"{calibration['trials'].min()} to {calibration['trials'].max()}",
    error=f"{100 * calibration['error'].max():.1f}",
    numbers=f"{len(ours)}",
    missed=f"{len(missed)}",
    decisive=f"{len(missed[missed['by'].str.endswith('Welch on logs') | (missed['what'] == 'censored lognormal')])}",
    worst_size=f"{100 * worst_size['share']:.1f} % ({worst_size['by'].removeprefix('secretome, ')}, {worst_size['world']}, n = {worst_size['n']})",
    worst_coverage=f"{100 * worst_coverage['share']:.1f} % ({worst_coverage['what']}, {worst_coverage['world']}, n = {worst_coverage['n']})",
    workers=f"{reruns['workers'].max()}",
    ordinary=f"{conditions['cohorts'].min()}",
    machine=", ".join(f"{row['what']} {row['is']}" for _, row in measured_on.iterrows()),
)

# %% [markdown]
# (promises-tests)=
# ## How often tests reject when there is no effect
#
# No effect means here that all groups are drawn from one distribution. The data called "unequal spreads" are the exception: there the geometric means are equal and the spreads are not. Each share is of {glue:text}`trials` simulated experiments, so its standard error is at most {glue:text}`error` percentage points. A share that exceeds 5 % by more than
# twice its error is marked "too often". *n* is the number of animals per group (of cohorts, in the last rows). "Several groups" is the chance that *any* comparison of a
# control with three doses is called significant.
#
# "SciPy" and "statsmodels" are their defaults; pingouin's Mann-Whitney calls SciPy's. "As papers do" is what many papers print: each dose against the control, without any adjustment.
#
# The highest share for the methods of this book is {glue:text}`worst_size`. An exact test under heavy ties rejects in less than 5 %; the mid-p is less
# conservative.

# %% tags=["hide-input"]
of_size = calibration[calibration["kind"] == "size"]
page.table(
    tables.calibration_ranges(of_size), "Share of experiments without an effect in which the test rejects at 5 %"
)
page.table(tables.calibration_table(of_size), "Share that reject, by data and animals per group", folded=True)

# %% [markdown]
# ## How often intervals hold the truth
#
# A coverage below 93 % by more than twice its error is marked "too rarely". The lowest of ours is {glue:text}`worst_coverage`.

# %% tags=["hide-input"]
of_coverage = calibration[calibration["kind"] == "coverage"]
page.table(tables.calibration_ranges(of_coverage), "Share of experiments in which the 95 % interval holds the truth")
page.table(
    tables.calibration_table(of_coverage), "Share that hold the truth, by data and animals per group", folded=True
)

# %% [markdown]
# (promises-missed)=
# ## Where ours miss
#
# Of {glue:text}`numbers` shares for the methods of this book, {glue:text}`missed` are marked. Among so many shares, a few are marked by chance. The others are limits of these methods. The null hypothesis of rank tests
# is that the distributions are equal, so they may also reject when only the spreads differ; Dunnett's test assumes equal spreads; the prediction interval of a
# few cohorts is too short. Of the two methods that decide most claims in this book, Welch's t on logarithms and the censored lognormal model, {glue:text}`decisive` shares are marked.

# %% tags=["hide-input"]
page.table(tables.calibration_table(missed) if len(missed) else missed, "Shares of ours that are marked")

# %% [markdown]
# (promises-conditions)=
# ## Conditions under which a false claim is supported too often
#
# With the rules for claims, a false claim of a direction is supported in at most 2.5 % of cohorts. Under some conditions the share is higher, as the table shows. A cohort that shows
# {ref}`one of these conditions <verdict-conditions>` gets a warning at the top of its page and report.
#
# All cohorts are simulated cohorts of the sepsis study in which the first dose has no effect on IL-6. Shares above 2.5 % by more than twice their error are marked. "Warned" is the share of
# cohorts that get the warning. Cages, plates and missing values are recognised in every file that states them. Skewed values and unequal spreads can only be estimated, so some cohorts get no warning, and heavily
# censored cohorts whose spreads cannot be compared also get it. Values missing at random do no harm, but a file does not say why a value is missing, so these cohorts also get the warning.

# %% tags=["hide-input"]
page.table(
    tables.conditions_table(conditions[conditions["supported"].notna()]),
    "Share of cohorts in which a false claim is supported",
)

# %% [markdown]
# The next table shows how often cohorts of the book's own scenarios get each warning, in {glue:text}`ordinary` cohorts of each. In the scenario with deaths, more animals die in the control group than in the first
# dose group, so the warning of unequal losses is correct.

# %% tags=["hide-input"]
page.table(tables.alarms_table(conditions[conditions["supported"].isna()]), "Share of cohorts that get each warning")

# %% [markdown]
# ## How fast
#
# Each time is the best of several, all in one run, and a call counts its arrangements anew, as for data never seen. Measured with {glue:text}`machine`.

# %% tags=["hide-input"]
page.table(tables.speed_table(speed), "One call of ours beside others' in the same run")
page.table(tables.growth_table(growth), "How the time of a call grows with the animals per group")

# %% [markdown]
# ## What a rerun costs
#
# Cohorts of twelve donors, {glue:text}`workers` at once, run through the page of {ref}`the study in a dish <treg-conditioned-medium>` with its figures, report and all else that a rerun leaves.
# papermill's command starts Python twice for each cohort and once more for the report. `--plain` calls papermill from a Python that is there already, and `secretome rerun` by itself copies a process
# that has loaded everything; {doc}`the guide to many cohorts <../../book/scale>` says how. What is left is the analysis and the drawing of each figure in four forms, which no way of starting them makes
# shorter. A further cohort costs what all after the first took, divided by their number: the start of the command is paid once.

# %% tags=["hide-input"]
page.table(tables.reruns_table(reruns), "Time and memory of reruns, all ways in one run")

# %% tags=["remove-cell"]
page.say(any_of_three=text.percent(1 - (1 - 0.05) ** 3))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: promises-exercise
# Three doses are each compared with a control at 5 %, and none of them does anything. If the three comparisons were independent, how often would at least one be called significant? Why is the share measured above, under "as papers
# do", smaller?
# ```
#
# ```{solution} promises-exercise
# :class: dropdown
# One minus the probability that none of the three is significant: {glue:text}`any_of_three`. The comparisons share their control. If the control is low by chance, all three doses appear high, so false alarms occur together and in fewer
# experiments.
# ```
#
# ```{take-aways}
# - A promise is {ref}`measured, not believed <promises-tests>`: by drawing experiments in which the truth is known.
# - Ours {ref}`miss too <promises-missed>`, and the page says where.
# - Cages, plates and missing values can {ref}`raise the error rate of the rules for claims <promises-conditions>`; a cohort with these conditions gets a warning.
# ```
#
# ```{next}
# {doc}`How many animals? <../power/analysis>`
# ```
