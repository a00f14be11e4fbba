# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-equivalence)=
# # When "no difference" is the claim
#
# **The question.** "Phagocytosis stayed at the level of the control." Which evidence is needed for this claim?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`Effect sizes with intervals <lesson-effects>` | 35 minutes | distinguish "not shown to differ" from "shown not to differ", test for {term}`equivalence`, and say which effects your data exclude |
#
# Download: {download}`exercises <../../../_build/lessons/equivalence-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/equivalence-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/equivalence-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
import numpy as np
from scipy.stats import ttest_ind
from statsmodels.stats.weightstats import ttost_ind

from secretome.report import text
from secretome.course.pictures.intervals import Interval, intervals_alt, intervals_figure
from secretome.course.pictures.panel import simulated_label
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-equivalence-silence)=
# ## A large p is not evidence of equality
#
# An ordinary test asks how often chance alone would give a difference at least as large as the observed one. A small p means that this happens rarely; it does not rule out chance. A large p means only that it happens often. If two mice are compared
# with two, almost every p is large, but this does not mean that the groups are equal. A large p can come from a small difference or from a small experiment, and p does not show which.
#
# To show equivalence, reverse the question. First define which differences would *matter*. A difference that is too small for anyone to act on lies inside the {term}`equivalence margins`. Choose the margins before the values are known, and give a
# reason. Then look for evidence that the true ratio lies **inside** them.
#
# This book uses 0.80 to 1.25 for most ratios: from a fifth less to a quarter more. These limits are the convention for comparing generic medicines with the original {cite}`fda-2001`. They have no biological
# reason for IL-6 or phagocytosis; if you know which change would matter, use that change instead.
#
# (lesson-equivalence-picture)=
# ## Intervals and margins
#
# The figure shows four comparisons, each as a ratio with its 90 % interval. The interval contains the ratios that a test at 10 % would not reject; about one in ten such intervals does not contain the true ratio. Two comparisons are of phagocytosis in the book's mice, and two of IL-4 in its rats.

# %% tags=["setup"]
mice = load_study("humoral_immunity").cohort.values
rats = load_study("sepsis_cytokines").cohort.values

percent = mice[mice["endpoint"] == "phagocytosis"].set_index("group")["value"]
saline, sc10 = percent["saline"], percent["sc10"]
sc20, im50 = percent["sc20"], percent["im50"]
il4 = rats[rats["endpoint"] == "il4"].set_index("group")["value"]
septic, low_dose, high_dose = il4["control"], il4["t1"], il4["t2"]

# %%
compared = {
    "1. phagocytosis, 20 µL/kg": (sc20, saline),
    "2. IL-4, 150 µL": (low_dose, septic),
    "3. IL-4, 300 µL": (high_dose, septic),
    "4. phagocytosis, 50 µL/kg": (im50, saline),
}
ratios = {label: stats.geometric_mean_ratio(*pair) for label, pair in compared.items()}

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")
rows = [Interval(label, ratio.estimate, *ratio.confidence_interval(0.90)) for label, ratio in ratios.items()]
measure = "Ratio to control, 90 % interval"
page.figure(
    intervals_figure(rows, measure, margin=(0.8, 1.25), simulated="mice and rats"),
    "margin",
    f"{simulated_label('mice and rats')}. {intervals_alt(rows, measure, (0.8, 1.25))}",
    caption="Simulated mice and rats, each treated group over its control. Squares are ratios and lines their 90 % intervals; the shaded band lies between the equivalence margins.",
)

# %% tags=["remove-cell"]
same_found, open_found, up_found, both_found = ratios.values()
page.say(
    p_same=text.p_value(same_found.pvalue),
    p_open=text.p_value(open_found.pvalue),
    p_up=text.p_value(up_found.pvalue),
    p_both=text.p_value(both_found.pvalue),
    both=text.number(both_found.estimate),
    high_open=text.number(rows[1].high),
    low_open=text.number(rows[1].low),
)

# %% [markdown]
# 1. **Equivalent.** The entire interval lies inside the grey margins. (The ordinary test gives {glue:text}`p_same`.) This is evidence, at an error rate of 5 %, that the true ratio lies inside the margins; it need not be 1.
# 2. **Inconclusive.** The interval contains 1, and also {glue:text}`high_open`, which would matter. The ordinary test gives {glue:text}`p_open`, which is not significant either, and a paper might report "no difference" in both cases. The data support this in the first case only.
# 3. **Different.** The interval contains neither 1 nor any other ratio inside the margins ({glue:text}`p_up`).
# 4. **Different, but too small to matter.** The ordinary test is significant ({glue:text}`p_both`), and the interval shows that the difference is small: {glue:text}`both`-fold, inside the margins. A small p does not mean a large effect.
#
# The ordinary p alone cannot distinguish 1 from 2, or 3 from 4. The interval and the margins distinguish all four.
#
# (lesson-equivalence-tost)=
# ## Two one-sided tests
#
# The rule "the 90 % interval lies inside the margins" is a test at 5 %, called *two one-sided tests* {cite}`schuirmann-1987`. One tests the hypothesis that the ratio is 0.80 or lower, the other that it is 1.25 or higher. Each is a test
# at 5 %, and both hypotheses must be rejected. The level of the interval is therefore 90 %: 5 % on each side. The p of the test is the larger of the two p-values, and a *small* p is evidence of *equivalence*.

# %%
same = stats.equivalence(sc20, saline, 0.80, 1.25, scale="ratio")
print(f"above 0.80: p = {same.pvalue_low:.5f}")
print(f"below 1.25: p = {same.pvalue_high:.5f}")
print(f"both:       p = {same.pvalue:.5f}")

# %% [markdown]
# ## Worked example: two tablets of one drug
#
# A generic medicine must reach the blood as the original does. By the guidance of the US Food and Drug Administration, the 90 % interval of the ratio must lie between 0.80 and 1.25 {cite}`fda-2001`. Twelve people took both tablets, and the area under the curve of the drug in their blood was measured each time. The values are from Wellek's book, and the SAS manual analyses them {cite}`wellek-2003,sas-ttest`. The geometric mean ratio is 0.9412, with 90 % limits of 0.8634 and 1.0260, so the tablets are equivalent.

# %% tags=["setup"]
copied = [103.4, 59.92, 68.17, 94.54, 69.48, 72.17]
copied += [74.37, 84.44, 96.74, 94.26, 48.52, 95.68]
original = [90.11, 77.71, 77.71, 97.51, 58.21, 101.3]
original += [79.84, 96.06, 89.30, 97.22, 61.62, 85.80]

# %%
drug = stats.equivalence(copied, original, 0.80, 1.25, scale="ratio", paired=True)
low, high = drug.confidence_interval(0.90)
print(f"ratio {drug.estimate:.4f}, 90 % limits {low:.4f} and {high:.4f}")

# %% tags=["remove-cell"]
page.say(
    drug_p=text.p_value(drug.pvalue),
    pooled=text.p_value(ttost_ind(copied, original, 0.8, 1.25, transform=np.log)[0]),
    plain=text.p_value(ttost_ind(copied, original, 0.8, 1.25)[0]),
    raw_p=text.p_value(ttest_ind(low_dose, septic, equal_var=False).pvalue),
)

# %% [markdown]
# The results agree with the manual, and the p of equivalence is {glue:text}`drug_p`. Each person took both tablets, so the comparison is paired (`paired=True`).
#
# :::{admonition} Common mistakes
# :class: warning
# - **"p > 0.05, so no difference."** SciPy's `ttest_ind` gives {glue:text}`raw_p` for IL-4 at the lower dose, but the 90 % interval above goes from
#   {glue:text}`low_open` to {glue:text}`high_open`.
# - **Bounds on the wrong scale.** statsmodels' `ttost_ind(x, y, 0.8, 1.25)` treats the bounds as *differences*, without a warning. For the tablets it then tests whether the generic is 0.8 to 1.25 units higher, and gives
#   {glue:text}`plain`. For a ratio it needs `transform=np.log`.
# - **Ignoring the pairs.** The same function with the transform, but for two independent groups, gives {glue:text}`pooled`. Use `ttost_paired` for pairs.
# - **Calculating the {term}`power` afterwards.** The "observed power" of some statistics programs is a function of p: it is low if p is large, and it gives no information on equivalence {cite}`hoenig-2001`. The interval gives this information.
# - **Choosing the margins from the interval.** With sufficiently wide margins, any two groups are equivalent. State the margins in the protocol.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Read an interval
#
# A ratio has the 90 % interval 0.84 to 1.19, and the margins are 0.80 and 1.25. Is equivalence shown at 5 %? Answer yes or no.

# %% tags=["solution"] exercise="equivalence-1" difficulty=1
answer = 0.80 < 0.84 and 1.19 < 1.25

# %% [markdown]
# ### 2. An equivalence test
#
# `sc10` and `saline` contain the phagocytosis of two groups of mice. What is the p of equivalence for the margins 0.80 and 1.25, on the ratio scale? Allow unequal variances, as in Welch's test (in statsmodels, `usevar="unequal"`). Give three decimals.

# %% tags=["data"]
data = {"sc10": sc10, "saline": saline}
print_data(data)

# %% tags=["solution"] exercise="equivalence-2" difficulty=2 tolerance=0.001
answer = stats.equivalence(sc10, saline, 0.80, 1.25, scale="ratio").pvalue

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "other_p": stats.geometric_mean_ratio(sc10, saline).pvalue,
    "two_sided": 2 * answer,
}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("equivalence-data.csv"), exercise == "equivalence-2")
# x <- as.numeric(d$value[d$group == "sc10"])
# y <- as.numeric(d$value[d$group == "saline"])
# low <- t.test(log(x), log(y), mu = log(0.80), alternative = "greater")
# high <- t.test(log(x), log(y), mu = log(1.25), alternative = "less")
# max(low$p.value, high$p.value)
# ```

# %% [markdown]
# ### 3. Fewer mice
#
# Suppose only the first three mice of each of these groups had been measured: `sc10[:3]` and `saline[:3]`. The ordinary test is still not significant (try `stats.geometric_mean_ratio`). Is equivalence still shown?
# Answer yes or no.

# %% tags=["solution"] exercise="equivalence-3" difficulty=2
few = stats.equivalence(sc10[:3], saline[:3], 0.80, 1.25, scale="ratio")
answer = bool(few.pvalue <= 0.05)

# %% [markdown] tags=["solution"]
# The estimate hardly changed, but the experiment has lost the power to exclude a ratio that matters: with fewer animals an ordinary p is larger, and equivalence is *harder* to show. With the wrong test, a worse experiment would seem to be better evidence of equality.

# %% [markdown]
# ### 4. The smallest margin
#
# IL-4 at the lower dose (`low_dose` against `septic`, the second line of the figure) is not shown to be equivalent with the margins 0.80 and 1.25. What is the smallest b for which it would be, with the margins 1/b and b? Give two decimals.

# %% tags=["data"]
data = {"low_dose": low_dose, "septic": septic}
print_data(data)

# %% tags=["solution"] exercise="equivalence-4" difficulty=3 tolerance=0.01
low, high = stats.geometric_mean_ratio(low_dose, septic).confidence_interval(0.90)
answer = max(high, 1 / low)

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "other_level": (lambda interval: max(interval.high, 1 / interval.low))(
        stats.geometric_mean_ratio(low_dose, septic).confidence_interval(0.95)
    ),
    "other_limit": min(high, 1 / low),
}

# %% [markdown] tags=["solution"]
# Both limits of the 90 % interval must lie inside the margins, so b is given by the limit that is farther from 1. In a paper, write that the 90 % interval excludes changes by more than this factor. This is more useful than "not significant".

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("equivalence-data.csv"), exercise == "equivalence-4")
# x <- as.numeric(d$value[d$group == "low_dose"])
# y <- as.numeric(d$value[d$group == "septic"])
# interval <- exp(t.test(log(x), log(y), conf.level = 0.90)$conf.int)
# max(interval[2], 1 / interval[1])
# ```
#
# **In Prism.** Transform Y to log(Y), and compare the columns by an unpaired t test with Welch's correction and an interval of 90 %. Ten to the power of each limit is a ratio.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A p of equivalence is 0.60. What does it show?**
#
# - [ ] that the groups differ
#   Only an ordinary test can show a difference. This test did not show equivalence.
# - [x] nothing: the data do not exclude a difference that matters
#   The groups may be equivalent, and the experiment too small to show it.
# - [ ] that they are equal with a probability of 60 %
#   A p is not the probability of a hypothesis.
#
# **An ordinary test gives p = 0.01, and the 90 % interval is 1.04 to 1.15. What can be concluded?**
#
# - [ ] a large effect, because p is small
#   p is small because the interval is narrow.
# - [x] there is a difference, and it is too small to matter with the margins 0.80 and 1.25
#   Both are true, as in the fourth line of the figure.
# - [ ] the two statements contradict each other
#   One is about 1, the other about the margins.
#
# **Which kind of experiment most easily gives a large ordinary p?**
#
# - [x] a small and imprecise one
#   It has few animals and a large standard deviation. For this reason a large p is not evidence of equivalence.
# - [ ] a large and precise one
#   It detects small differences, so p is small if there is a difference.

# %% [markdown]
# ```{take-aways}
# - A large p {ref}`does not show equality <lesson-equivalence-silence>`.
# - Equivalence is shown by {ref}`an interval inside margins <lesson-equivalence-picture>` that were chosen in advance.
# - The 90 % interval corresponds to {ref}`two tests at 5 % <lesson-equivalence-tost>`, and both must be significant.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Deaths before the measurement <lesson-deaths>` is the next lesson.
# - {doc}`The humoral study <../../humoral_immunity/analysis>` tests equivalence of phagocytosis in six groups at once, and {doc}`the guide to verdicts <../../../book/verdicts>` explains how equivalence decides a verdict.
