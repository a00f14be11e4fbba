# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-doses)=
# # Dose trends
#
# **The question.** A paper finds a clear dependence on dose by one route. Is there a trend, from which dose on is there an effect, and what if the highest dose does less than the middle one?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Many arms against one control <../arms/lesson>` | 35 minutes | test a trend by counting pairs, find the lowest dose with an effect, and notice when a trend test asks the wrong question |
#
# Download: {download}`exercises <../../../_build/lessons/doses-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/doses-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from secretome import load_study, stats

# %% tags=["remove-cell"]
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy.stats import kruskal

from secretome.report import text
from secretome.course.pictures.doses import isotonic_means, isotonic_means_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-doses-pairs)=
# ## Count the pairs that rise
#
# Three doses, two mice each. Take every pair of mice from *different* doses, and count those in which the mouse with the higher dose has the higher value; equal ones count one half.

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
    floor_three=text.p_number(stats.jonckheere_terpstra([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).min_pvalue),
    floor_pair=text.p_number(stats.mann_whitney([1, 2, 3], [4, 5, 6]).min_pvalue),
)

# %% [markdown]
# There are {glue:text}`pairs` such pairs: 3 with 4, 8, 7 and 9; 5 with 4, 8, 7 and 9; 4 with 7 and 9; 8 with 7 and 9. All rise but 5 with 4 and 8 with 7, so J is {glue:text}`j`. If dose did nothing, every deal of the six values to three
# doses would be as likely; there are {glue:text}`ways`, and {glue:text}`many` of them have a J at least as large:

# %%
stats.jonckheere_terpstra([low, middle, high], alternative="greater").pvalue

# %% [markdown]
# This is the test of Jonckheere and Terpstra, the {term}`Mann-Whitney test` for more than two groups in an order. It tests only *whether values rise with dose*, and therefore needs fewer animals: three doses of three mice
# can reach p = {glue:text}`floor_three`, two groups of three only {glue:text}`floor_pair`.
#
# (lesson-doses-from)=
# ## From which dose on?
#
# A trend says that something happens along the way, not where. Shirley and Williams go down from the highest dose: is it above the control? If so, is the next one? The first that is not ends the search, so no
# adjustment is needed, provided that the effect does not fall as the dose rises. Before each step, the doses are made *non-decreasing*: where a dose lies below the one before it, the two are pooled.

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works, and are evidence of nothing.")

# %% tags=["setup"]
titres = load_study("humoral_immunity").cohort.values.query("endpoint == 'titre'")
muscle = [titres["value"][titres["group"] == name] for name in ("saline", "im10", "im20", "im50")]
skin = [titres["value"][titres["group"] == name] for name in ("saline", "sc10", "sc20", "sc50")]

# %% tags=["hide-input"]
routes = {"into the muscle": muscle, "under the skin": skin}
means = {label: [float(np.exp2(np.log2(sample).mean())) for sample in samples] for label, samples in routes.items()}
pooled = isotonic_means(skin)
page.figure(
    isotonic_means_figure(routes, ["0", "10", "20", "50"], "antibody titre"),
    "never-falling",
    f"Into the muscle the geometric mean titre rises from dose to dose, to {text.number(means['into the muscle'][-1])}. Under the skin it falls from {text.number(means['under the skin'][2])} "
    f"at 20 to {text.number(means['under the skin'][3])} µL/kg, and the line that never falls takes {text.number(pooled[-1])} for both.",
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
# The p values stand in the order of the doses, the lowest first. Both routes have an effect from the lowest dose on, and both have a trend by Jonckheere and Terpstra, under the skin with p = {glue:text}`skin_trend`. **But look at the
# right panel**: there the mean falls from {glue:text}`twenty` to {glue:text}`fifty` (p = {glue:text}`fall` by the Mann-Whitney test, one comparison picked by eye). A trend test asks whether values rise on the whole. It does not
# notice a fall at the end, and a test that pools what falls hides it. Where more may be worse, compare each dose with the control, and show the doses.

# %% [markdown]
# ## Worked example: mice and hot tails
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
    "Each dose against dose zero, from the highest down",
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
# The statistics are those that R's package PMCMRplus prints for these data, with the change to the ranks that Williams proposed later {cite}`pohlert-pmcmrplus`. All exceed Williams' 5 % points
# {cite}`williams-1972`, so the lowest dose has an effect already. J is {glue:text}`j_mice`, {glue:text}`p_mice`.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Kruskal-Wallis, or analysis of variance, for doses.** They test whether *any* group differs and ignore the order: into the muscle {glue:text}`kruskal_muscle` in place of {glue:text}`trend_muscle`. SciPy's `kruskal` is such a test.
# - **"Significant at 300, not at 150: a dose response".** Two verdicts are not a trend. Test the trend.
# - **A correlation of four group means with dose.** For four equally spaced doses r is at least {glue:text}`least_r` whenever no mean lies below the one before it, however much the animals vary.
# - **A wrong exact p.** The Python package jonckheere-test 0.1.1 returns 0.0035 for a published example whose exact p is 0.0120.
# - **A trend test where more may be worse.** The right panel above.
# - **One control, two routes, two trends.** Both use the same control mice, so the two p values are not independent, and they give two chances of a false alarm.
# :::

# %% [markdown]
# ## Exercises
#
# The first two can be done on paper.

# %% [markdown]
# ### 1. Count
#
# Doses 0, 1 and 2 have the values (2, 4), (3, 6) and (6, 7). What is J? A pair of equal values counts one half.

# %% tags=["solution"] exercise="doses-1" tolerance=0.1
answer = stats.jonckheere_terpstra([[2, 4], [3, 6], [6, 7]]).statistic
answer

# %% [markdown] tags=["solution"]
# 2 is below all four later values, 4 below all but 3: seven. 3 is below 6 and 7; 6 ties with 6 and is below 7: three and a half. Together ten and a half of twelve.

# %% [markdown]
# ### 2. Never falling
#
# Four doses of five mice each have the means 10, 16, 12 and 20. Which value does the line that never falls take at the third dose?

# %% tags=["solution"] exercise="doses-2" tolerance=0.05
from scipy.optimize import isotonic_regression

answer = isotonic_regression([10, 16, 12, 20]).x[2]
answer

# %% [markdown] tags=["solution"]
# 12 lies below 16, so the two are pooled: their mean is 14, above 10 and below 20, so nothing else changes.

# %% [markdown]
# ### 3. Three groups of five
#
# Values from a textbook, in the order of dose. What is the exact one-sided p for a rise?

# %%
textbook = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]

# %% tags=["solution"] exercise="doses-3" tolerance=0.0002
answer = stats.jonckheere_terpstra(textbook, alternative="greater").pvalue
answer

# %% [markdown]
# ### 4. The lowest dose with an effect
#
# For the same values, and the test of Shirley and Williams for a rise at 5 %: is there an effect at the middle dose already? Answer yes or no.

# %% tags=["solution"] exercise="doses-4"
answer = bool(stats.shirley_williams(textbook, alternative="greater").pvalue[0] <= 0.05)
answer

# %% [markdown]
# ### 5. Is it a trend?
#
# `skin` holds the titres under the skin, saline first. Leave saline out: is there a rising trend over the three doses alone? Give the one-sided p of the test of Jonckheere and Terpstra.

# %% tags=["solution"] exercise="doses-5" tolerance=0.002
answer = stats.jonckheere_terpstra(skin[1:], alternative="greater").pvalue
answer

# %% [markdown] tags=["solution"]
# The trend came from the control. Among the doses alone the rise is no longer clear: that secretome does something is one claim, and that more of it does more another. Which of the two a paper means by "dose-dependent" must be asked.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A trend test over control and three doses is significant. It shows that**
#
# - [ ] each dose does more than the one before it
#   A single high dose can make a trend.
# - [ ] the lowest dose has an effect
#   For that, go down step by step, as Shirley and Williams do.
# - [x] values tend to rise with dose, taken together
#   No more than that.
#
# **Why need the steps of Shirley and Williams no adjustment?**
#
# - [x] a step is taken only if all before it succeeded
#   A false alarm at a lower dose needs one at every higher dose too, or an effect there.
# - [ ] ranks have no false alarms
#   They have as many as any other valid test.
#
# **A response rises and then falls. The trend test**
#
# - [x] may find nothing, though every dose but one works
#   Pairs that fall cancel pairs that rise.
# - [ ] finds the peak
#   No test here looks for one.

# %% [markdown]
# ```{take-aways}
# - A trend test puts {ref}`one question <lesson-doses-pairs>` where many would need adjusting.
# - It does not see {ref}`a fall at the highest dose <lesson-doses-from>`: look at the doses too.
# ```

# %% [markdown]
# ## What next
#
# The values of this lesson were titres, which come in steps, and others lie below what an assay can see: {doc}`titres and detection limits <../limits/lesson>`.
