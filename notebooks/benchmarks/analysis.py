# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (benchmarks)=
# # Error rates and speed of the statistics
#
# A test at 5 % should reject in at most 5 % of experiments in which its null hypothesis is true, and a 95 % interval should contain the true value in 95 % of
# experiments. With five animals per group, ties, and values below a limit, many tests and intervals do not meet this requirement. This page measures their error rates in simulated experiments, in which the true values
# are known, and their speed. `make bench` repeats all simulations and timings.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`the statistics module <../../book/statistics/index>`
# - say which error rates a test at 5 % and an interval at 95 % should have
# - see which methods do not hold these rates in small, tied or censored data, including methods of this book
# ```

# %% tags=["remove-input"]
import pandas as pd

from secretome import stats
from secretome.report import figures, tables, text
from secretome.protocol import notebooks_folder
from secretome.report.page import Page

folder = notebooks_folder() / "benchmarks"
NAMES = (
    *("calibration", "speed", "growth", "reruns", "measured_on", "conditions", "designs", "design_conditions"),
    *("browser", "browser_on"),
)
calibration, speed, growth, reruns, measured_on, conditions, designs, design_conditions, in_browser, browser_on = (
    pd.read_csv(folder / f"{name}.csv") for name in NAMES
)
is_ours = calibration["by"].str.startswith("secretome")
ours = calibration[is_ours]
method = calibration["what"] + " (" + calibration["by"].str.removeprefix("secretome, ") + ")"
sizes, coverages = (ours[ours["kind"] == kind] for kind in ("size", "coverage"))
missed = tables.missed(ours)
in_browser_on = dict(zip(browser_on["what"], browser_on["is"].astype(str), strict=True))
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
    browser_start=in_browser_on["megabytes to start"],
    browser_figures=in_browser_on["megabytes for figures"],
    browser_visits=in_browser_on["visits"],
    browser_cores=in_browser_on["cores"],
    browser_load=in_browser_on["load"],
    machine=", ".join(f"{row['what']} {row['is']}" for _, row in measured_on.iterrows()),
)

# %% [markdown]
# (promises-tests)=
# ## How often tests reject when there is no effect
#
# No effect means here that all groups are drawn from one distribution. The data called "unequal spreads" are the exception: there the geometric means are equal and the spreads are not. In "equivalence at its margin" the true ratio is the margin. Each share is of {glue:text}`trials` simulated experiments, so its standard error is at most {glue:text}`error` percentage points. A share that exceeds 5 % by more than
# twice its error is marked "too often". *n* is the number of animals per group (of cohorts, in the last rows). "Several groups" is the probability that the Kruskal-Wallis test, or
# *any* comparison of a control with three doses, is significant.
#
# "SciPy" and "statsmodels" are their defaults; pingouin's Mann-Whitney calls SciPy's. "As papers do" is the analysis of many papers: each dose against the control, without adjustment.
#
# The largest share for the methods of this book is {glue:text}`worst_size`. An exact test under heavy ties rejects in less than 5 %; the mid-p is less
# conservative.

# %% tags=["remove-input"]
of_size = calibration[calibration["kind"] == "size"]
rows = figures.dots_of_shares(of_size["share"], method, is_ours)
page.figure(
    figures.dots_figure(rows, "experiments that reject, %", 5),
    "size",
    figures.dots_alt("Tests at 5 % without an effect", rows),
    "Error rates of tests at 5 %: the share of simulated experiments without an effect in which the test rejects. Each point is one kind of data and one number of "
    "animals per group, from 5 to 12. Filled blue points are methods of this book, open grey points other software. The dashed line is at 5 %: points to its right reject too often.",
)
page.table(
    tables.calibration_ranges(of_size),
    "Share of experiments without an effect in which the test rejects at 5 %",
    folded=True,
)
page.table(tables.calibration_table(of_size), "Share that reject, by data and animals per group", folded=True)

# %% [markdown]
# (promises-intervals)=
# ## How often intervals contain the true value
#
# A coverage below 95 % by more than twice its error is marked "too rarely". The lowest coverage of the methods of this book is {glue:text}`worst_coverage`.

# %% tags=["remove-input"]
of_coverage = calibration[calibration["kind"] == "coverage"]
rows = figures.dots_of_shares(of_coverage["share"], method, is_ours)
page.figure(
    figures.dots_figure(rows, "coverage, %", 95),
    "coverage",
    figures.dots_alt("Coverage of 95 % intervals", rows),
    "Coverage of 95 % intervals: the share of simulated experiments in which the interval contains the true value. Each point is one kind of data and one number of "
    "animals per group, from 5 to 12. Filled blue points are methods of this book, open grey points other software. The dashed line is at 95 %.",
)
page.table(
    tables.calibration_ranges(of_coverage),
    "Share of experiments in which the 95 % interval contains the true value",
    folded=True,
)
page.table(
    tables.calibration_table(of_coverage),
    "Share that contain the true value, by data and animals per group",
    folded=True,
)

# %% [markdown]
# (promises-missed)=
# ## Where the methods of this book do not hold the rates
#
# Of {glue:text}`numbers` shares for the methods of this book, {glue:text}`missed` are marked. Among so many shares, a few are marked by chance. The others are limits of these methods. The null hypothesis of rank tests
# is that the distributions are equal, so they may also reject when only the spreads differ; Dunnett's test assumes equal spreads; the prediction interval of a
# few cohorts is too short. Of the two methods that decide most claims in this book, Welch's t on logarithms and the censored lognormal model, {glue:text}`decisive` shares are marked.

# %% tags=["remove-input"]
page.table(tables.calibration_table(missed) if len(missed) else missed, "Marked shares of the methods of this book")

# %% [markdown]
# (promises-conditions)=
# ## Conditions under which a false claim is supported too often
#
# With the rules for claims, a false claim of a direction is supported in at most 2.5 % of cohorts. Under some conditions the share is higher, as the table shows. A cohort that shows
# {ref}`one of these conditions <verdict-conditions>` gets a warning at the top of its page and report.
#
# All cohorts are simulated cohorts of the sepsis study in which the first dose has no effect on IL-6. Shares above 2.5 % by more than twice their error are marked. "Warned" is the share of
# cohorts that get the warning. Cages, plates and missing values are recognised in every file that contains them. Skewed values and unequal spreads can only be estimated, so some cohorts get no warning, and heavily
# censored cohorts whose spreads cannot be compared also get it. Values missing at random do not raise the error rate, but a file does not show why a value is missing, so these cohorts also get the warning.

# %% tags=["remove-input"]
page.table(
    tables.conditions_table(conditions[conditions["supported"].notna()]),
    "Share of cohorts in which a false claim is supported",
)

# %% [markdown]
# The next table shows how often cohorts of the book's own scenarios get each warning, in {glue:text}`ordinary` cohorts of each. In the scenario with deaths, more animals die in the control group than in the first
# dose group, so the warning of unequal losses is correct.

# %% tags=["remove-input"]
page.table(tables.alarms_table(conditions[conditions["supported"].isna()]), "Share of cohorts that get each warning")

# %% [markdown]
# (promises-designs)=
# ## Differences of means, blocks, baselines, cages, interactions, panels and survival
#
# An endpoint on a linear scale is compared by Welch's *t* test of the values, and survival by the {term}`log-rank test`. A protocol with a {term}`block`, such as sex, compares within it, by a linear model with a variance for each group or, with nondetects, by van Elteren's exact test; the blocks of these cohorts
# differ by a standard deviation of one. A linear model with one variance for both groups, as most programs fit it, is too often significant if the smaller group varies more, so it decides no claim. A protocol with a `baseline`
# compares by analysis of covariance, whose variances are unequal too, on values that correlate with the baseline at 0.7. A protocol whose
# {term}`experimental unit` is the cage compares the means of cages. A model with a random effect of the cage, tested by its standard error, is significant too often with few cages, and is not used. The tests of a panel are one family; there,
# "supported" is a false claim on any of its endpoints, and coverage is of all its intervals together. The adjusted level of a panel lies far in the
# tail of t, where unequal sizes and spreads matter more: if the smaller group varies more, a panel is significant too often. The figure shows how often a false claim of a direction is supported, which should be in at most 2.5 % of
# cohorts, and the table also how often the 95 % interval contains the true difference or {term}`hazard ratio`. The treated group and the control do not differ, except in the rows with a hazard ratio, where "supported" is the power. In the cohorts of survival, animals are observed every six hours for 48 hours.
# In those of pairs, each animal has a value in three conditions, and two of them are compared with the third; "covered" means that both simultaneous intervals hold.

# %% tags=["remove-input"]
false = designs[~designs["condition"].str.contains("hazard ratio")]
used = ~false["design"].str.contains("sensitivity|not used")
rows = figures.dots_of_shares(false["supported"], false["design"], used)
page.figure(
    figures.dots_figure(rows, "cohorts that support a false claim, %", 2.5),
    "designs",
    figures.dots_alt("Cohorts that support a false claim", rows),
    "Error rates of designs: the share of simulated cohorts that support a false claim of a direction. Each point is one combination of group sizes, values and spreads. "
    "Filled blue points are analyses that decide claims, open grey points analyses that do not. The dashed line is at 2.5 %: points to its right support a false claim too often.",
)
page.table(
    tables.designs_table(designs), "Share of cohorts in which a false claim is supported, and coverage", folded=True
)

# %% [markdown]
# (promises-warned-designs)=
# ### Warnings for skewed values and unequal spreads
#
# {ref}`Four warnings <verdict-conditions>` are for the conditions above under which a design supports a false claim too often. The table gives that share and the share of cohorts that get the warning, with the condition and,
# as a false alarm, without it; shares above 2.5 % by more than twice their error are marked. A small sample shows its skewness or its spread poorly: most skewed cohorts of 12 animals or fewer get no warning, and those in which the tail is missing,
# which support a false claim most often, are warned least. That a cohort has no warning does not prove that its changes are symmetric. In the cohorts of the last rows, of the study of T cells, the changes are lognormal, so each warning is a false alarm.

# %% tags=["remove-input"]
page.table(
    tables.design_conditions_table(design_conditions),
    "Share of cohorts in which a false claim is supported, and that get the warning",
)

# %% [markdown]
# ## Speed
#
# Each time is the shortest of several, all in one run. Each call counts its permutations again, as for new data. Measured with {glue:text}`machine`.

# %% tags=["remove-input"]
rows = [
    figures.Dots(f"{row['work'].removeprefix('exact ')}\nagainst {row['against']}", [row["ratio"]])
    for _, row in speed.sort_values("ratio", ascending=False).iterrows()
]
page.figure(
    figures.dots_figure(rows, "times faster than the alternative, log scale", 1, logs=True),
    "speed",
    "Ratios of times. " + "; ".join(f"{' '.join(row.label.split())}: {row.values[0]:.3g}" for row in rows) + ".",
    "Speed: the time of the alternative divided by the time of this book's function, for the same task. The dashed line is at equal speed; points to its left are slower than "
    "the alternative. The alternatives of rank tests under ties are approximations or permutation samples, so they are not equally exact.",
)
page.table(tables.speed_table(speed), "Time of one call, compared with other packages in the same run")
page.table(tables.growth_table(growth), "How the time of a call grows with the animals per group")

# %% [markdown]
# ## Time and memory of reruns
#
# The same simulated cohorts of a study were run by every method, {glue:text}`workers` at the same time. `secretome rerun` writes the report, figures, tables and all other output. "Notebook only" writes the executed notebook,
# its tables and its figures, but no report.
# The papermill command starts Python twice for each cohort and once more for the report. `--plain` calls papermill from a running Python process, and `secretome rerun` without this option forks a process
# that has loaded all libraries; {doc}`the guide to many cohorts <../../book/scale>` describes this. The remaining time is that of the analysis and of drawing figures, which does not depend on how
# the process is started. The time of each further cohort is the total time of the cohorts after the first, divided by their number: the command is started only once. Each cohort is run in a separate process, which ends with it, so memory does not
# grow with the number of cohorts.

# %% tags=["remove-input"]
page.table(tables.reruns_table(reruns), "Time and memory of reruns, all methods in one run")

# %% [markdown]
# ## Time and memory in the browser
#
# {doc}`The page for your own animals <../../book/try>` was opened in Chromium from a server on the same computer, with the cohort of the book. The seconds are counted from the click: until the software is ready, until the verdicts are shown, until
# every other analysis is done, and until the figures are drawn and the report is written. A first visit loads {glue:text}`browser_start` MB and, for the figures, {glue:text}`browser_figures` MB more; a later one takes them from the browser's cache. A task of the page
# longer than 0.05 s would be felt, so the calculation runs in a worker. Number of visits of which the median is given: {glue:text}`browser_visits`. They were made on {glue:text}`browser_cores` cores with a load of {glue:text}`browser_load`.

# %% tags=["remove-input"]
page.table(tables.browser_table(in_browser), "Time and memory of the in-browser page")

# %% tags=["remove-cell"]
# The largest p below 0.05 with five against five is the size of the exact test.
exact_size = stats.mann_whitney([1, 2, 3, 4, 7], [5, 6, 8, 9, 10]).pvalue
page.say(any_of_three=text.percent(1 - (1 - 0.05) ** 3), exact_size=text.percent(exact_size))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: promises-exercise
# Three doses are each compared with a control at 5 %, and none of them has an effect. If the three comparisons were independent, how often would at least one be significant? Why is the share measured above, under "as papers
# do", smaller?
# ```
#
# ```{solution} promises-exercise
# :class: dropdown
# One minus the probability that none of the three is significant: {glue:text}`any_of_three`. The comparisons share their control. If the control is low by chance, all three doses appear high, so false positives occur together and in fewer
# experiments. With few animals there is a second reason: an exact test rejects in less than 5 %, with five against five in {glue:text}`exact_size`.
# ```
#
# ```{take-aways}
# - Error rates are {ref}`measured <promises-tests>` by simulating experiments in which the true values are known.
# - Some methods of this book {ref}`do not hold the rates either <promises-missed>` under certain conditions, which the page lists.
# - Cages, plates and missing values can {ref}`raise the error rate of the rules for claims <promises-conditions>`; a cohort with these conditions gets a warning.
# ```
#
# ```{next}
# {doc}`The course <../../book/course>`, or {doc}`sample size for each claim <../power/analysis>`.
# ```
