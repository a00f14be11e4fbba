# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-pooling)=
# # Pooling cohorts
#
# **The question.** Three laboratories repeat an experiment. Their ratios are 0.5, 0.7 and 1.0. What is the combined estimate, and what should a fourth laboratory expect?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`When "no difference" is the claim <lesson-equivalence>`, for intervals of ratios | 45 minutes | weight cohorts by their precision, allow the true effect to differ between them, interpret a Hartung-Knapp interval and a prediction interval, and say when not to pool |
#
# Download: {download}`exercises <../../../_build/lessons/pooling-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/pooling-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from statsmodels.stats.meta_analysis import combine_effects

from secretome import stats

# %% tags=["remove-cell"]
from scipy.stats import combine_pvalues, norm, t

from secretome.report import text
from secretome.course.pictures.intervals import Interval, intervals_alt, intervals_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-pooling-noise)=
# ## Two sources of variation
#
# The ratio estimated by a cohort differs from the mean true ratio for two reasons. First, the cohort has few animals; the **standard error** describes this error, and it becomes smaller with more animals. Second, the true ratio differs between laboratories, because rats, feed and surgeons differ. This variation *between* cohorts does not become smaller with more animals in one laboratory. Its SD is called **τ** (tau).
#
# If there were only the first source, each cohort would be weighted by its precision, 1 / SE²; this gives the *fixed-effect* mean. With the second source, a very large cohort should not dominate, because it too has only one true ratio. The weights are then 1 / (SE² + τ²); this gives the *random-effects* mean. It answers another question: not "what is the ratio?", but "what is the average ratio over laboratories like these?"
#
# Ratios are pooled on the log scale, on which one half and two are equally far from 1.
#
# (lesson-pooling-vaccine)=
# ## Worked example: a vaccine against tuberculosis
#
# In thirteen trials some people received BCG vaccine and others did not, and cases of tuberculosis were counted. Colditz and colleagues pooled the trials {cite}`colditz-1994`. They found a risk ratio of 0.49, with a 95 % interval of 0.34 to 0.70. The counts are in many textbooks and in R's *metafor* {cite}`viechtbauer-2010`, which gives −0.7141 for the log ratio, and −1.0644 to −0.3638 for its interval.

# %% tags=["setup"]
# Of each trial: cases and others among the vaccinated, then among those not vaccinated.
trials = {
    "1948": (4, 119, 11, 128),
    "1949": (6, 300, 29, 274),
    "1953": (180, 1361, 372, 1079),
    "1960": (3, 228, 11, 209),
    "1961": (17, 1699, 65, 1600),
    "1968": (29, 7470, 45, 7232),
    "1969": (5, 2493, 3, 2338),
    "1973 a": (33, 5036, 47, 5761),
    "1973 b": (8, 2537, 10, 619),
    "1974": (186, 50448, 141, 27197),
    "1976": (27, 16886, 29, 17825),
    "1977": (62, 13536, 248, 12619),
    "1980": (505, 87886, 499, 87892),
}
ill, well, ill_without, well_without = np.array(list(trials.values()), dtype=float).T
all_with, all_without = ill + well, ill_without + well_without
log_ratios = np.log(ill / all_with) - np.log(ill_without / all_without)
errors = np.sqrt(1 / ill - 1 / all_with + 1 / ill_without - 1 / all_without)

# %%
usual = combine_effects(log_ratios, errors**2, method_re="chi2")
low, high = usual.conf_int()[1]
print(f"log ratio {usual.mean_effect_re:.4f} ({low:.4f} to {high:.4f})")
ratio, low, high = np.exp([usual.mean_effect_re, low, high])
print(f"ratio {ratio:.2f} ({low:.2f} to {high:.2f})")

# %% [markdown]
# This is the usual method of DerSimonian and Laird, and it gives the printed numbers. It treats τ as known and uses the normal distribution. But τ was estimated from thirteen trials, and in animal studies often from three or four. The method of **Hartung and Knapp** {cite}`hartung-2001` estimates the uncertainty of the mean from the variation of the cohorts, and uses
# Student's t distribution with k − 1 degrees of freedom for k cohorts. `stats.random_effects` implements it:

# %%
pooled = stats.random_effects(log_ratios, errors)
low, high = np.exp(pooled.confidence_interval(0.95))
print(f"ratio {np.exp(pooled.estimate):.2f} ({low:.2f} to {high:.2f})")
print(f"tau {pooled.tau:.2f}, I² {pooled.i_squared:.2f}")

# %% tags=["hide-input"]
rows = [
    Interval(year, *np.exp([log, log - 1.96 * error, log + 1.96 * error]))
    for year, log, error in zip(trials, log_ratios, errors, strict=True)
]
fixed_low, fixed_high = np.exp(usual.conf_int()[0])
usual_low, usual_high = np.exp(usual.conf_int()[1])
mean_low, mean_high = np.exp(pooled.confidence_interval(0.95))
next_low, next_high = np.exp(pooled.prediction_interval(0.95))
rows += [
    Interval("mean, fixed effect", float(np.exp(usual.mean_effect_fe)), fixed_low, fixed_high, pooled=True),
    Interval("mean, usual", float(np.exp(usual.mean_effect_re)), usual_low, usual_high, pooled=True),
    Interval("mean, Hartung-Knapp", float(np.exp(pooled.estimate)), mean_low, mean_high, pooled=True),
    Interval("a further trial", float(np.exp(pooled.estimate)), next_low, next_high, pooled=True),
]
measure = "Risk ratio, with 95 % interval"
page.figure(
    intervals_figure(rows, measure),
    "forest",
    intervals_alt(rows, measure),
    caption="Thirteen trials of a vaccine against tuberculosis. Squares are their risk ratios with 95 % intervals; diamonds are the pooled means, and the last one the prediction for a further trial.",
)

# %% tags=["remove-cell"]
opposite = combine_pvalues([0.02, 0.02])
page.say(
    tau=text.number(pooled.tau),
    factor=text.number(float(np.exp(pooled.tau))),
    i2=text.percent(round(pooled.i_squared, 2)),
    hk=f"{text.number(mean_low)} to {text.number(mean_high)}",
    further=f"{text.number(next_low)} to {text.number(next_high)}",
    fixed=f"{text.number(float(np.exp(usual.mean_effect_fe)))} ({text.number(fixed_low)} to {text.number(fixed_high)})",
    share=text.percent(round(float((1 / errors[-1] ** 2) / (1 / errors**2).sum()), 2)),
    opposite=text.p_value(opposite.pvalue),
    z=f"{norm.ppf(0.975):.2f}",
    t=f"{t.ppf(0.975, 2):.2f}",
)

# %% [markdown]
# The lowest lines of the figure show:
#
# - **A further trial.** The *prediction interval*, {glue:text}`further`, is the range in which the true ratio of a fourteenth trial is expected {cite}`higgins-2009`. It is much wider than the intervals of the mean, and it contains 1: on average the vaccine protects, but in another place it might not. τ is {glue:text}`tau` on the log scale, a factor of
#   {glue:text}`factor` between places.
# - **The mean.** The Hartung-Knapp interval is {glue:text}`hk`; with thirteen trials it is close to the usual interval. With three it would be far wider (exercise 2).
# - **The fixed-effect mean**, {glue:text}`fixed`, has a narrow interval and is far from most trials, because the largest trial has {glue:text}`share` of the weight. I², the proportion of the variation that is not explained by the standard errors, is {glue:text}`i2`. The data do not fit one true ratio for all trials.
#
# (lesson-pooling-not)=
# ## When not to pool
#
# - **Different questions.** Sepsis and a poisoned liver have no common effect that could be averaged. {doc}`The audit of printed numbers <../../published_cohorts/analysis>` lists why its tables are not combined.
# - **The same animals twice.** Two papers on one experiment are one cohort. Two treated groups that share a control are not two independent cohorts.
# - **Publication bias.** If results that are not significant remain unpublished, the mean of the others is too far from 1 by an unknown amount.
# - **The cohort from which the claim was derived.** The claim was made *because* its effect was large. This book marks such a cohort as source data, and does not count it as a test.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Analysing all animals as one cohort.** In one t test of a table of all cohorts, differences between laboratories can appear as differences between treatments (exercise 4, from {cite:t}`charig-1986`).
# - **The default interval.** statsmodels' `combine_effects` without `use_t=True` uses the normal distribution for any number of cohorts, and so does `rma` of R's metafor without `test="knha"`. With three cohorts it multiplies the standard error by {glue:text}`z`; the factor of Student's t is {glue:text}`t`.
# - **The Hartung-Knapp interval without a check.** If a few cohorts agree by chance, its interval can be *too narrow*, and narrower than the fixed-effect interval {cite}`rover-2015`. Report both. The prediction interval here uses Student's t with k − 2 degrees of freedom {cite}`higgins-2009`; other programs use k − 1.
# - **Combining p-values.** SciPy's `combine_pvalues` does not use the directions of effects: two cohorts with two-sided p = 0.02 in *opposite* directions become {glue:text}`opposite`.
# - **Counting significant results.** "Two of three were significant" depends on the number of rats in each.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. One trial
#
# In the trial of 1948, 4 of 123 vaccinated people and 11 of 139 others fell ill. What is the risk ratio? Give two decimals.

# %% tags=["solution"] exercise="pooling-1" difficulty=1 tolerance=0.01
answer = (4 / 123) / (11 / 139)

# %% tags=["mistakes", "remove-cell"]
mistakes = {"odds": (4 / 119) / (11 / 128), "risk": 4 / 11}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# (4 / 123) / (11 / 139)
# ```

# %% [markdown]
# ### 2. Three laboratories
#
# The ratios are 0.5, 0.7 and 1.0, and each log ratio has a standard error of 0.15. What is the upper limit of the 95 % interval by `stats.random_effects`, as a ratio? Give two decimals. (The function takes logarithms; use `np.exp` on the result.)

# %% tags=["solution"] exercise="pooling-2" difficulty=2 tolerance=0.01
three = stats.random_effects(np.log([0.5, 0.7, 1.0]), [0.15, 0.15, 0.15])
answer = np.exp(three.confidence_interval(0.95).high)

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "log_scale": three.confidence_interval(0.95).high,
    "normal": 1.04,
    "other_limit": np.exp(three.confidence_interval(0.95).low),
    "estimate": np.exp(three.estimate),
}

# %% [markdown] tags=["solution"]
# Two of three laboratories observe a clear fall, but the interval of the mean contains 1. With the normal distribution its upper limit would be 1.04, not 1.67: three cohorts give little information on τ.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# # With equal standard errors the method of Hartung and Knapp is a t test of the log ratios.
# exp(t.test(log(c(0.5, 0.7, 1.0)))$conf.int[2])
# ```

# %% [markdown]
# ### 3. Two cohorts that agree
#
# Two laboratories find ratios of 0.5 and 0.6, each with a standard error of 0.15 on the log scale. Each alone is significant. What is the p of the pooled ratio by `stats.random_effects`? Give three decimals.

# %% tags=["solution"] exercise="pooling-3" difficulty=2 tolerance=0.001
answer = stats.random_effects(np.log([0.5, 0.6]), [0.15, 0.15]).pvalue

# %% tags=["mistakes", "remove-cell"]
from scipy.stats import norm

mistakes = {
    "one_sided": answer / 2,
    "fixed_effect": 2 * norm.cdf(np.log([0.5, 0.6]).mean() / (0.15 / np.sqrt(2))),
}

# %% [markdown] tags=["solution"]
# With two cohorts there is one degree of freedom, and p is above 5 % although both agree. Two cohorts give almost no information on how much cohorts differ. Report the result of each, and not only their mean.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# # With equal standard errors the method of Hartung and Knapp is a t test of the log ratios.
# t.test(log(c(0.5, 0.6)))$p.value
# ```

# %% [markdown]
# ### 4. Pooled patients
#
# Charig and colleagues (1986) compared two ways to remove kidney stones. For small stones, A succeeded in 81 of 87 patients and B in 234 of 270. For large stones, A succeeded in 192 of 263 and B in 55 of 80. Which way has the higher success rate for *both* kinds of stone, and which if all patients are added together? Answer with two letters, first for the
# kinds, then for all patients, such as `"AA"`.

# %% tags=["solution"] exercise="pooling-4" difficulty=2
kinds = "A" if 81 / 87 > 234 / 270 and 192 / 263 > 55 / 80 else "B"
added_up = "A" if (81 + 192) / (87 + 263) > (234 + 55) / (270 + 80) else "B"
answer = kinds + added_up

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# better <- function(a, b) if (a > b) "A" else "B"
# kinds <- c(better(81 / 87, 234 / 270), better(192 / 263, 55 / 80))
# stopifnot(kinds[1] == kinds[2])
# paste0(kinds[1], better((81 + 192) / (87 + 263), (234 + 55) / (270 + 80)))
# ```

# %% [markdown] tags=["solution"]
# A was used for the more difficult cases. Cohorts can differ in the same way: compare within each cohort, and pool the comparisons.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A pooled ratio is 0.60 with a 95 % interval of 0.50 to 0.72, and a prediction interval of 0.30 to 1.20. A new laboratory should expect**
#
# - [ ] a true ratio between 0.50 and 0.72
#   This is the interval of the *mean* over laboratories.
# - [x] a true ratio between 0.30 and 1.20
#   The estimate of the new laboratory will vary around its true ratio.
#
# **I² is 0 with three cohorts. This shows that**
#
# - [ ] the true effect is the same everywhere
#   With three cohorts I² is very imprecise, and often 0 although the true effects differ.
# - [x] these three vary no more than their standard errors explain
#   It shows no more than this.
#
# **A cohort of 100 rats and one of 10 are pooled with random effects, and τ is large. Their weights are**
#
# - [ ] ten to one
#   This would be nearly true if τ were 0.
# - [x] closer to one to one
#   Each cohort has one true ratio, and a large τ means that true ratios differ a lot.

# %% [markdown]
# ```{take-aways}
# - More animals reduce the standard error of a cohort; only more laboratories reduce {ref}`the effect of differences between laboratories <lesson-pooling-noise>`.
# - The mean describes the average effect, and {ref}`the prediction interval <lesson-pooling-vaccine>` describes the true effect of the next cohort.
# - Some cohorts {ref}`must not be pooled <lesson-pooling-not>`, above all the one from which the claim was derived.
# ```

# %% [markdown]
# ## What next
#
# - {doc}`The scoreboard <../../ledger/analysis>` shows each claim with every cohort that tested it.
# - Back to {doc}`the course <../../../book/course>`.
