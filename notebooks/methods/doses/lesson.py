# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-doses)=
# # Dose trends
#
# **The question.** A paper reports that the response clearly depends on the dose, for one route of injection. Is there a trend? From which dose on is there an effect? And what if the highest dose has a smaller effect than the middle dose?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Many groups against one control <../many_groups/lesson>` | 35 minutes | test a trend by counting pairs, find the lowest dose with an effect, and recognise when a trend test is not suitable |
#
# Download: {download}`exercises <../../../_build/lessons/doses-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/doses-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/doses-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy.stats import kruskal

from secretome.report import text
from secretome.course.pictures.doses import isotonic_means, isotonic_means_figure
from secretome.course.pictures.panel import simulated_label
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-doses-pairs)=
# ## Count the increasing pairs
#
# There are three doses with two mice each. Take every pair of mice from *different* doses, and count the pairs in which the mouse with the higher dose has the higher value; ties count one half.

# %%
low, middle, high = [3, 5], [4, 8], [7, 9]
stats.jonckheere_terpstra([low, middle, high]).statistic

# %% tags=["remove-cell"]
small = stats.jonckheere_terpstra([low, middle, high], alternative="greater")
ways = factorial(6) // factorial(2) ** 3
page.say(
    j=f"{small.statistic:g}",
    pairs=f"{sum(len(one) * len(two) for one, two in combinations((low, middle, high), 2))}",
    ways=f"{ways}",
    many=f"{round(small.pvalue * ways)}",
    minimum_three=text.p_number(stats.jonckheere_terpstra([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).min_pvalue),
    minimum_pair=text.p_number(stats.mann_whitney([1, 2, 3], [4, 5, 6]).min_pvalue),
)

# %% [markdown]
# There are {glue:text}`pairs` such pairs: 3 with 4, 8, 7 and 9; 5 with 4, 8, 7 and 9; 4 with 7 and 9; 8 with 7 and 9. All increase except 5 with 4 and 8 with 7. The number of increasing pairs is called J; here J is {glue:text}`j`. If the dose has no effect, all {term}`permutations <permutation>` of the six values over the three doses are equally likely. There are {glue:text}`ways` permutations, and {glue:text}`many` of them have a J at least as large:

# %%
stats.jonckheere_terpstra([low, middle, high], alternative="greater").pvalue

# %% [markdown]
# This is the Jonckheere-Terpstra test, the extension of the {term}`Mann-Whitney test` to more than two ordered groups. It tests only *whether values rise with dose*, and therefore needs fewer animals. With three doses of three mice p can be as small as {glue:text}`minimum_three`, but with two groups of three it cannot be below {glue:text}`minimum_pair`.
#
# (lesson-doses-from)=
# ## From which dose on?
#
# A trend test shows that values rise with dose, but not from which dose on. The Shirley-Williams test first compares the highest dose with the control. If it is significant, the test compares the next lower dose, and so on; it stops at the first dose that is not significant. No adjustment is needed, provided that the effect does not fall as the dose rises. Before each comparison, the means are made *non-decreasing*: if the mean of a dose is below that of the previous dose, the two are pooled.

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")

# %% tags=["setup"]
titres = load_study("humoral_immunity").cohort.values.query("endpoint == 'titre'")
muscle = [titres["value"][titres["group"] == name] for name in ("saline", "im10", "im20", "im50")]
skin = [titres["value"][titres["group"] == name] for name in ("saline", "sc10", "sc20", "sc50")]

# %% tags=["hide-input"]
routes = {"into the muscle": muscle, "under the skin": skin}
means = {label: [float(np.exp2(np.log2(sample).mean())) for sample in samples] for label, samples in routes.items()}
pooled = isotonic_means(skin)
page.figure(
    isotonic_means_figure(routes, ["0", "10", "20", "50"], "antibody titre", simulated="mice"),
    "never-falling",
    f"{simulated_label('mice')}. Into the muscle the geometric mean titre rises from dose to dose, to {text.number(means['into the muscle'][-1])}. Under the skin it falls from {text.number(means['under the skin'][2])} "
    f"at 20 to {text.number(means['under the skin'][3])} µL/kg, and the non-decreasing line is at {text.number(pooled[-1])} for both.",
    caption="Antibody titres of simulated mice, by dose and route. Points are mice, and the line joins the geometric means after they are made non-decreasing.",
)

# %%
stats.shirley_williams(muscle, alternative="greater").pvalue.round(5).tolist()

# %%
stats.shirley_williams(skin, alternative="greater").pvalue.round(5).tolist()

# %% tags=["remove-cell"]
skin_trend = stats.jonckheere_terpstra(skin)
shirley = stats.shirley_williams(skin, alternative="greater")
down = stats.mann_whitney(skin[3], skin[2])
page.say(
    skin_trend=text.p_number(skin_trend.pvalue),
    twenty=text.number(means["under the skin"][2]),
    fifty=text.number(means["under the skin"][3]),
    fall=text.p_number(down.pvalue),
)

# %% [markdown]
# The p-values are in the order of the doses, the lowest first. Both routes have an effect from the lowest dose on, and both have a trend by the Jonckheere-Terpstra test (p = {glue:text}`skin_trend` under the skin). **But look at the
# right panel**: there the mean falls from {glue:text}`twenty` to {glue:text}`fifty` (p = {glue:text}`fall` by the Mann-Whitney test, one comparison chosen after seeing the data). A trend test tests whether values rise overall. It may be
# significant although the values fall at the highest dose, and a test that pools decreasing means does not show it either. If a high dose may have a smaller effect, compare each dose with the control, and show all doses.

# %% [markdown]
# ## Worked example: reaction times of mice
#
# Shirley timed how long forty mice took to react to a stimulus at the tail, ten at dose zero and ten at each of three doses {cite}`shirley-1977`.

# %%
zero = [2.4, 3, 3, 2.2, 2.2, 2.2, 2.2, 2.8, 2, 3]
doses = [
    [2.8, 2.2, 3.8, 9.4, 8.4, 3, 3.2, 4.4, 3.2, 7.4],
    [9.8, 3.2, 5.8, 7.8, 2.6, 2.2, 6.2, 9.4, 7.8, 3.4],
    [7, 9.8, 9.4, 8.8, 8.8, 3.4, 9, 8.4, 2.4, 7.8],
]
mice = stats.shirley_williams([zero, *doses], alternative="greater")
mice.statistic.round(3).tolist(), mice.pvalue.round(5).tolist()

# %% tags=["hide-input"]
critical = [1.645, 1.716, 1.739]
page.table(
    pd.DataFrame(
        {
            "Dose": ["lowest", "middle", "highest"],
            "Statistic": [f"{value:.2f}" for value in mice.statistic],
            "Printed 5 % point": [f"{value:.3f}" for value in critical],
            "p": [text.p_number(p) for p in mice.pvalue],
        }
    ),
    "Each dose against dose zero",
)

# %% tags=["remove-cell"]
jonckheere = stats.jonckheere_terpstra([zero, *doses], alternative="greater")
plain = kruskal(zero, *doses)
page.say(
    j_mice=f"{jonckheere.statistic:g}",
    p_mice=text.p_value(jonckheere.pvalue),
    kruskal_muscle=text.p_value(kruskal(*muscle).pvalue),
    trend_muscle=text.p_value(stats.jonckheere_terpstra(muscle).pvalue),
    # Every non-decreasing sequence is a sum of single steps, and r of a sum is at least the smallest r of its parts.
    least_r=text.number(min(float(np.corrcoef(range(4), np.arange(4) >= jump)[0, 1]) for jump in (1, 2, 3))),
)

# %% [markdown]
# The statistics agree with those of R's package PMCMRplus for these data, with the modified ranks that Williams proposed later {cite}`pohlert-pmcmrplus`. All exceed Williams' 5 % points
# {cite}`williams-1972`, so even the lowest dose has an effect. J is {glue:text}`j_mice`, {glue:text}`p_mice`.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Kruskal-Wallis, or analysis of variance, for doses.** They test whether *any* group differs and ignore the order. For the doses into the muscle, SciPy's `kruskal` gives {glue:text}`kruskal_muscle`, and the trend test {glue:text}`trend_muscle`.
# - **"Significant at 300, not at 150: a dose response".** Two separate tests do not show a trend. Test the trend.
# - **A correlation of four group means with dose.** If the means of four equally spaced doses never decrease and are not all equal, the correlation r is at least {glue:text}`least_r`, however much the animals vary.
# - **A wrong exact p.** The Python package jonckheere-test 0.1.1 returns 0.0035 for a published example whose exact p is 0.0120.
# - **A trend test if the response may fall at high doses.** See the right panel above.
# - **One control, two routes, two trends.** Both trends use the same control mice, so their p-values are not independent, and they give two chances of a false positive.
# :::

# %% [markdown]
# ## Exercises
#
# The first two can be done on paper.

# %% [markdown]
# ### 1. Count pairs
#
# Doses 0, 1 and 2 have the values (2, 4), (3, 6) and (6, 7). What is J? A pair of equal values counts one half.

# %% tags=["solution"] exercise="doses-1" difficulty=1 tolerance=0.1
answer = stats.jonckheere_terpstra([[2, 4], [3, 6], [6, 7]]).statistic
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"ties_half": [10, 11], "other_direction": 12 - answer}

# %% [markdown] tags=["solution"]
# 2 is below all four values of higher doses, and 4 is below all but 3: seven pairs. 3 is below 6 and 7; 6 ties with 6 and is below 7: three and a half. The sum is ten and a half of twelve.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# pairs <- function(a, b) sum(outer(b, a, ">") + 0.5 * outer(b, a, "=="))
# pairs(c(2, 4), c(3, 6)) + pairs(c(2, 4), c(6, 7)) + pairs(c(3, 6), c(6, 7))
# ```

# %% [markdown]
# ### 2. Non-decreasing means
#
# Four doses of five mice each have the means 10, 16, 12 and 20. What is the value of the non-decreasing line at the third dose?

# %% tags=["solution"] exercise="doses-2" difficulty=1 tolerance=0.05
from scipy.optimize import isotonic_regression

answer = isotonic_regression([10, 16, 12, 20]).x[2]
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"unpooled": 12}

# %% [markdown] tags=["solution"]
# 12 is below 16, so the two are pooled: their mean is 14, above 10 and below 20, so the other means do not change.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# isoreg(c(10, 16, 12, 20))$yf[3]
# ```

# %% [markdown]
# ### 3. Three groups of five
#
# The cell has values from a textbook, in the order of dose. What is the exact one-sided p of the Jonckheere-Terpstra test for a rise?

# %%
textbook = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]

# %% tags=["data"]
data = dict(zip(("low", "middle", "high"), textbook, strict=True))
print_data(data)

# %% tags=["solution"] exercise="doses-3" difficulty=2 tolerance=0.0002
answer = stats.jonckheere_terpstra(textbook, alternative="greater").pvalue
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "two_sided": stats.jonckheere_terpstra(textbook).pvalue,
    "other_direction": stats.jonckheere_terpstra(textbook, alternative="less").pvalue,
    "asymptotic": stats.jonckheere_terpstra(textbook, alternative="greater", method="asymptotic").pvalue,
}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("doses-data.csv"), exercise == "doses-3")
# value <- function(g) as.numeric(d$value[d$group == g])
# above <- function(a, b) sum(outer(b, a, ">"))
# j <- above(value("low"), c(value("middle"), value("high"))) + above(value("middle"), value("high"))
# # Without ties, J is a sum of two independent Mann-Whitney statistics.
# p <- outer(dwilcox(0:50, 5, 10), dwilcox(0:25, 5, 5))
# sum(p[outer(0:50, 0:25, "+") >= j])
# ```

# %% [markdown]
# ### 4. The lowest dose with an effect
#
# Let the lowest of the same three groups be the control. By the Shirley-Williams test for a rise at 5 %, is there an effect at the middle dose? Answer yes or no. (The p-values of `stats.shirley_williams` are those of the doses, without the control.)

# %% tags=["solution"] exercise="doses-4" difficulty=2
answer = bool(stats.shirley_williams(textbook, alternative="greater").pvalue[0] <= 0.05)
answer

# %% [markdown]
# ### 5. Is it a trend?
#
# `skin` contains the titres under the skin, saline first. Exclude saline: is there a rising trend over the three doses alone? Give the one-sided p of the Jonckheere-Terpstra test.

# %% tags=["data"]
data = dict(zip(("saline", "sc10", "sc20", "sc50"), skin, strict=True))
print_data(data)

# %% tags=["solution"] exercise="doses-5" difficulty=2 tolerance=0.002
answer = stats.jonckheere_terpstra(skin[1:], alternative="greater").pvalue
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "two_sided": stats.jonckheere_terpstra(skin[1:]).pvalue,
    "other_direction": stats.jonckheere_terpstra(skin[1:], alternative="less").pvalue,
    "with_control": stats.jonckheere_terpstra(skin, alternative="greater").pvalue,
}

# %% [markdown] tags=["solution"]
# The significant trend depended on the control. Among the doses alone the rise is not significant. "The secretome has an effect" is one claim, and "the effect increases with dose" is another. Check which of the two a paper means by "dose-dependent".

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A trend test over control and three doses is significant. It shows that**
#
# - [ ] each dose has a larger effect than the one before it
#   A single dose with a high response can produce a trend.
# - [ ] the lowest dose has an effect
#   For this question use a step-down test such as that of Shirley and Williams.
# - [x] values tend to rise with dose overall
#   A trend test shows no more than this.
#
# **Why does the step-down test of Shirley and Williams need no adjustment?**
#
# - [x] a dose is tested only if all higher doses were significant
#   A false positive at a lower dose requires a false positive, or an effect, at every higher dose.
# - [ ] rank tests have no false positives
#   They have as many as any other valid test.
#
# **A response rises and then falls. The trend test**
#
# - [x] may not be significant, although every dose but one has an effect
#   Decreasing pairs cancel increasing pairs.
# - [ ] finds the peak
#   None of these tests estimates a peak.

# %% [markdown]
# ```{take-aways}
# - A trend test answers {ref}`one question <lesson-doses-pairs>` instead of many that would need adjustment.
# - It does not detect {ref}`a fall at the highest dose <lesson-doses-from>`: also look at each dose.
# ```

# %% [markdown]
# ## What next
#
# The values of this lesson were titres, which are known only to within one dilution step. Other values lie below the limit of an assay: {doc}`titres and detection limits <../limits/lesson>`.
