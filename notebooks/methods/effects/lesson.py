# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-effects)=
# # Effect sizes with intervals
#
# **The question.** A treatment "works, p = 0.0005". How large is the effect? And how precise is an estimate from twelve donors?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Minimum attainable p-values <../min_pvalues/lesson>` | 40 minutes | choose a ratio, a shift or a {term}`probability of superiority`, interpret its interval, and report the result of a small study |
#
# Download: {download}`exercises <../../../_build/lessons/effects-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/effects-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/effects-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
import warnings

import numpy as np
from statsmodels.stats.nonparametric import rank_compare_2indep

from secretome.report import text
from secretome.course.pictures.intervals import intervals_by_size_figure
from secretome.report.page import Page

page = Page()


def inside(interval):
    return f"{text.number(interval.low)} to {text.number(interval.high)}"


# %% [markdown]
# ## The geometric mean
#
# T cells of twelve donors were cultured without and with conditioned medium, and the percentage of regulatory T cells was measured {cite}`ivanova-todorova-2012`. The values are published in
# the paper.

# %%
donors = load_study("treg_conditioned_medium").pairs("foxp3_cd25pos", "with_cm", "without")
donors.head(3)

# %% [markdown]
# The value of the first donor rises from 3.45 % to 4.42 %, that is, 1.28-fold. Ratios are averaged by their *geometric mean*: the twelfth root of the product of the twelve ratios or, equivalently, the exponential of the
# arithmetic mean of their logarithms.

# %%
ratio = stats.geometric_mean_ratio(donors["treated"], donors["control"], paired=True)
ratio.estimate, ratio.confidence_interval(0.95)

# %% tags=["remove-cell"]
sizes = list(range(3, len(donors) + 1))
fits = [stats.geometric_mean_ratio(donors["treated"][:n], donors["control"][:n], paired=True) for n in sizes]
tests = [stats.signed_rank(donors["treated"][:n], donors["control"][:n]) for n in sizes]
intervals = [fit.confidence_interval(0.95) for fit in fits]
first_clear = next(n for n, interval in zip(sizes, intervals, strict=True) if interval.low > 1)
first_small = next(n for n, test in zip(sizes, tests, strict=True) if test.pvalue <= 0.05)
page.say(
    ratio=text.number(fits[-1].estimate),
    interval=inside(intervals[-1]),
    first_clear=str(first_clear),
    first_small=str(first_small),
    estimates=f"{text.number(min(fit.estimate for fit in fits))} and {text.number(max(fit.estimate for fit in fits))}",
    p_first=text.p_number(tests[0].pvalue),
    p_last=text.p_number(tests[-1].pvalue),
)

# %% [markdown]
# The {term}`geometric mean ratio` is {glue:text}`ratio`, and its 95 % interval goes from {glue:text}`interval`. The interval contains *the ratios that a test at 5 % would not reject*. The data are compatible with a rise by about a quarter and
# with a rise by more than four fifths. If the assumptions of the method hold, about 95 of a hundred such intervals, each from another experiment, contain the true ratio.
#
# (lesson-effects-another-p)=
# ## The same effect with different p-values
#
# What would have been reported after three, four or five donors?

# %% tags=["hide-input"]
page.figure(
    intervals_by_size_figure(
        sizes,
        [fit.estimate for fit in fits],
        intervals,
        [f"{test.pvalue:.2g}" if test.pvalue >= 0.01 else f"{test.pvalue:.1g}" for test in tests],
    ),
    "narrowing",
    f"After three donors the ratio is {text.number(fits[0].estimate)} with an interval of {inside(intervals[0])}; after twelve it is {text.number(fits[-1].estimate)}, {inside(intervals[-1])}. "
    f"The ratio stays inside its first interval; the p falls from {text.p_number(tests[0].pvalue)} to {text.p_number(tests[-1].pvalue)}.",
    caption="CD25-positive regulatory T cells of the first three to all twelve donors, with conditioned medium over without. Squares are ratios, whiskers their 95 % intervals, and the numbers the exact signed-rank p.",
)

# %% [markdown]
# The ratio stays between {glue:text}`estimates` throughout. The p falls from {glue:text}`p_first` to {glue:text}`p_last`. **p depends on the size of the effect, on the standard deviation and on the number of donors; the interval shows size and precision separately.** The square is the estimate, and the whiskers show its precision. The interval excludes 1 from {glue:text}`first_clear` donors on, but the exact signed-rank p can be 0.05 or less only from {glue:text}`first_small` donors on. The interval needs fewer donors because it makes an assumption: the logarithms of the ratios are roughly normally distributed.
#
# (lesson-effects-three)=
# ## Three measures of effect
#
# | Question | Effect | Requirement |
# |---|---|---|
# | by what factor do the values differ? | geometric mean ratio | values above 0 |
# | by how much do they differ, in the unit of the measurement? | {term}`Hodges-Lehmann shift` | a scale on which equal differences have equal meaning, and groups with the same spread and shape of distribution |
# | how often is a treated animal higher than an untreated one? | {term}`probability of superiority` | an order of the values |
#
# Treatments usually multiply concentrations, counts and titres, so a ratio is suitable for them. For IL-4 in the simulated rats of {doc}`the sepsis study <../../sepsis_cytokines/analysis>`, the three effects of 300 µL of secretome against the septic control are:

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")

# %%
il4 = load_study("sepsis_cytokines").cohort.values.query("endpoint == 'il4'")
high, control = il4.query("group == 't2'")["value"], il4.query("group == 'control'")["value"]
stats.geometric_mean_ratio(high, control).estimate

# %%
stats.hodges_lehmann(high, control).estimate

# %%
stats.probability_of_superiority(high, control).estimate

# %% [markdown]
# (lesson-effects-pain)=
# ## Worked example: pain after an operation
#
# Patients with and without an active treatment scored their pain on the third day after shoulder surgery, on a scale of 1 to 5 {cite}`brunner-2000`. A difference between 1 and 2 need not mean the same as one between 4 and 5, so only the order is used.

# %%
without = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
treated = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
pain = stats.probability_of_superiority(without, treated)
pain.estimate, pain.confidence_interval(0.95)

# %% tags=["remove-cell"]
shown = rank_compare_2indep(without, treated)
wald = shown.conf_int()
term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
early = [1.15, 0.88, 0.90, 0.74, 1.21]
shift = stats.hodges_lehmann(term, early)
shift_interval = shift.confidence_interval(0.95)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    apart = rank_compare_2indep([7, 8, 9, 10, 11], [1, 2, 3, 4, 5]).conf_int()
ours_apart = stats.probability_of_superiority([7, 8, 9, 10, 11], [1, 2, 3, 4, 5]).confidence_interval(0.95)
assert np.isnan(apart).all()
page.say(
    pain=text.number(pain.estimate),
    pain_interval=inside(pain.confidence_interval(0.95)),
    wald=f"{text.number(wald[0])} to {text.number(wald[1])}",
    brunner_munzel=f"{shown.statistic:.4f}",
    brunner_p=f"{shown.pvalue:.6f}",
    shift=f"{shift.estimate:g}",
    shift_interval=inside(shift_interval),
    shift_level=text.percent(shift_interval.level),
    ours_apart=inside(ours_apart),
)

# %% [markdown]
# A patient without treatment has more pain than a treated patient in {glue:text}`pain` of pairs, ties counting one half. This is the estimate of the paper. statsmodels also gives the test statistic of the paper, {glue:text}`brunner_munzel`, with p = {glue:text}`brunner_p`.
# The interval from {glue:text}`pain_interval` is Newcombe's {cite}`newcombe-2006`; the interval of the first paper, {glue:text}`wald`, is symmetric about the estimate. Newcombe's interval extends farther towards one half, and in his simulations the proportion of intervals that contain the true value is nearer to 95 %.
#
# The example of a shift is the permeability of the chorioamnion, a fetal membrane, at term compared with early pregnancy {cite}`hollander-1973`.

# %%
term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
early = [1.15, 0.88, 0.90, 0.74, 1.21]
shift = stats.hodges_lehmann(term, early)
shift.estimate, shift.confidence_interval(0.95)

# %% [markdown]
# The shift is {glue:text}`shift`, with an interval from {glue:text}`shift_interval`, as in that book. Its interval comes from an exact test, which has few possible levels: for a requested level of 95 %, it reaches {glue:text}`shift_level` and reports this level.
#
# :::{admonition} Common mistakes
# :class: warning
# - **No interval when groups do not overlap.** For five against five that do not overlap, statsmodels' `rank_compare_2indep` returns NaN for both limits; Newcombe's method gives {glue:text}`ours_apart`.
# - **Mean ± SE (standard error) as an effect.** It describes each group but does not estimate the difference. Groups whose SE bars overlap may differ significantly in a paired design, and groups whose SE bars do not overlap may not differ significantly.
# - **The ratio of two means, for skewed values.** It can depend on one high value. For that reason the effect of {doc}`melatonin in septic rats <../../published_cohorts/analysis>` has two different ratios.
# - **Cohen's d for a reader who knows the assay.** Cohen's d is the difference divided by the standard deviation of the sample. A reader who knows the assay can interpret "1.5 times as many", but not "d = 0.9".
# - **Ignoring the pairs.** The same call without `paired=True` compares two independent groups. If the two values of a pair are similar, as they are for these donors, its interval is wider (exercise 5).
# :::

# %% [markdown]
# ## Exercises
#
# The first two can be done on paper.

# %% [markdown]
# ### 1. A geometric mean
#
# Three titres are 8, 16 and 128. What is their geometric mean? (Their logarithms to base 2 are 3, 4 and 7.)

# %% tags=["solution"] exercise="effects-1" difficulty=1 tolerance=0.05
answer = 2 ** ((3 + 4 + 7) / 3)
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"arithmetic_mean": (8 + 16 + 128) / 3, "log_scale": 14 / 3}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# exp(mean(log(c(8, 16, 128))))
# ```
#
# **In Prism.** Column statistics of a column with 8, 16 and 128 include the geometric mean.

# %% [markdown]
# ### 2. Pairs of animals
#
# The values of treated animals are 5, 7 and 9, and those of untreated animals are 4, 5 and 8. In what proportion of the nine pairs is the treated animal higher, ties counting one half?

# %% tags=["solution"] exercise="effects-2" difficulty=1 tolerance=0.005
answer = stats.probability_of_superiority([5, 7, 9], [4, 5, 8]).estimate
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"ties_half": [6 / 9, 7 / 9], "complement": 1 - answer, "count": 6.5}

# %% [markdown] tags=["solution"]
# 5 is above 4 and tied with 5: one and a half. 7 is above 4 and 5: two. 9 is above all three. The sum is six and a half of nine.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# x <- c(5, 7, 9)
# y <- c(4, 5, 8)
# mean(outer(x, y, ">") + 0.5 * outer(x, y, "=="))
# ```

# %% [markdown]
# ### 3. The lower limit of a ratio
#
# The cell loads the numbers of antibody-forming cells of the book's simulated mice, with the highest dose and with saline. By what factor does the dose raise them *at least*? Give the lower limit of the 95 % interval of the geometric mean ratio.

# %%
afc = load_study("humoral_immunity").cohort.values.query("endpoint == 'afc'")
dose, saline = afc.query("group == 'im50'")["value"], afc.query("group == 'saline'")["value"]

# %% tags=["data"]
data = {"im50": dose, "saline": saline}
print_data(data)

# %% tags=["solution"] exercise="effects-3" difficulty=2 tolerance=0.05
answer = stats.geometric_mean_ratio(dose, saline).confidence_interval(0.95).low
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "other_limit": stats.geometric_mean_ratio(dose, saline).confidence_interval(0.95).high,
    "other_level": stats.geometric_mean_ratio(dose, saline).confidence_interval(0.90).low,
    "estimate": stats.geometric_mean_ratio(dose, saline).estimate,
}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("effects-data.csv"), exercise == "effects-3")
# x <- as.numeric(d$value[d$group == "im50"])
# y <- as.numeric(d$value[d$group == "saline"])
# exp(t.test(log(x), log(y))$conf.int[1])
# ```
#
# **In Prism.** Enter the two groups as columns, transform Y to log(Y), and compare the columns by an unpaired t test with Welch's correction. Ten to the power of the lower limit of the difference is the answer.

# %% [markdown]
# ### 4. The level that is reached
#
# Calculate a 99.5 % interval of the Hodges-Lehmann shift between the first five mice of each of the two groups above. Is it finite? Answer yes or no.

# %% tags=["solution"] exercise="effects-4" difficulty=2
import math
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    limits = stats.hodges_lehmann(dose[:5], saline[:5]).confidence_interval(0.995)
answer = math.isfinite(limits.low) and math.isfinite(limits.high)
limits, answer

# %% [markdown] tags=["solution"]
# The smallest p of five against five is 0.0079, so an exact interval reaches at most 99.2 %. For a higher level its limits are infinite.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# x <- c(69000, 203800, 118400, 100000, 139800)
# y <- c(11000, 11400, 17600, 9200, 13200)
# reached <- attr(suppressWarnings(wilcox.test(x, y, conf.int = TRUE, conf.level = 0.995)$conf.int), "conf.level")
# if (reached < 0.995) "no" else "yes"
# ```
#
# R gives finite limits here, and warns that the requested level cannot be achieved. The limits are those of the level that is reached, 99.2 %.

# %% [markdown]
# ### 5. Ignoring the pairs
#
# Take the twelve donors again (the cell loads them), and suppose that nobody recorded which two values belong to one donor. Calculate the ratio without `paired=True`. As the width of a 95 % interval, take its upper limit divided by its lower limit. By what factor is this interval wider than that of the pairs?

# %%
donors = load_study("treg_conditioned_medium").pairs("foxp3_cd25pos", "with_cm", "without")
with_medium, without_medium = donors["treated"], donors["control"]

# %% tags=["data"]
data = {"with_cm": with_medium, "without": without_medium}
print_data(data)

# %% tags=["solution"] exercise="effects-5" difficulty=3 tolerance=0.01
paired = stats.geometric_mean_ratio(with_medium, without_medium, paired=True).confidence_interval(0.95)
loose = stats.geometric_mean_ratio(with_medium, without_medium).confidence_interval(0.95)
answer = (loose.high / loose.low) / (paired.high / paired.low)
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"log_scale": math.log(answer)}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("effects-data.csv"), exercise == "effects-5")
# x <- as.numeric(d$value[d$group == "with_cm"])
# y <- as.numeric(d$value[d$group == "without"])
# paired <- t.test(log(x), log(y), paired = TRUE)$conf.int
# unpaired <- t.test(log(x), log(y))$conf.int
# exp(diff(unpaired) - diff(paired))
# ```
#
# **In Prism.** Do the t test of the logarithms twice, paired and unpaired with Welch's correction. Ten to the power of the width of each interval is its upper limit divided by its lower limit.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Two studies find p = 0.04. Which found the larger effect?**
#
# - [ ] neither: equal p, equal effect
#   A small effect in many animals and a large one in few can have the same p.
# - [ ] the larger study
#   With equal standard deviations it is the smaller study: with more animals a smaller effect has that p.
# - [x] p does not show this
#   The effect and its interval must be reported.
#
# **The 95 % interval of a ratio goes from 0.9 to 3.1. This means that**
#
# - [ ] there is no effect
#   The interval contains 1, but it also contains 3.
# - [x] the data are compatible with effects from a fall by a tenth to a threefold rise
#   The experiment cannot distinguish between these effects.
# - [ ] the probability that the true ratio lies in this particular interval is 95 %
#   The 95 % is a property of the method, over many experiments.
#
# **Why is the interval of a ratio not symmetric around it?**
#
# - [x] it is symmetric on the log scale
#   Half and double are equally far from 1.
# - [ ] because of outliers
#   It is not symmetric without outliers either.

# %% [markdown]
# ```{take-aways}
# - A p depends on the size of an effect, the standard deviation and the number of animals; {ref}`an interval shows size and precision separately <lesson-effects-another-p>`.
# - A ratio, a shift and a probability of superiority {ref}`answer three different questions <lesson-effects-three>`.
# - An interval from an exact test {ref}`reaches only certain levels <lesson-effects-pain>` and should report its level.
# ```

# %% [markdown]
# ## What next
#
# This lesson was about one comparison. With seven groups and a control, the intervals must be adjusted for the number of comparisons: {doc}`many groups against one control <../many_groups/lesson>`.
