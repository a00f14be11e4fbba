# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-ranks)=
# # Ranks, and what exact means
#
# **The question.** There are three treated and three untreated mice. How likely is it that the treated mice have higher values by chance alone? You can calculate the answer with pencil and paper, and the computer does the same for
# thirty mice.
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | Nothing | 40 minutes | rank values with ties, count all {term}`permutations <permutation>`, interpret an {term}`exact` p, and explain why two programs disagree |
#
# Download: {download}`exercises <../../../_build/lessons/ranks-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/ranks-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/ranks-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from collections import Counter
from itertools import combinations

from scipy.stats import mannwhitneyu, rankdata

from secretome import stats
from secretome.course import print_data

# %% tags=["remove-cell"]


from secretome.report import text
from secretome.course.pictures.pvalues import permutations_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# ## From values to ranks
#
# The mice come from this book's study of {doc}`antibody titres <../../humoral_immunity/analysis>`. A titre is read from a row of wells, each twice as dilute as the previous one, so it can
# only be 8, 16, 32 and so on. Equal values are therefore common.

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")

# %%
treated = [16, 64, 128]
control = [32, 16, 16]

# %% [markdown]
# Sort all six values and number them from 1 to 6. These numbers are the *ranks*. The three mice with a titre of 16 share the ranks 1, 2 and 3, so each gets the mean of these ranks, 2, which is called a *midrank*.

# %%
ranks = rankdata(treated + control)
ranks

# %% tags=["remove-cell"]
observed = float(sum(ranks[:3]))
result = stats.mann_whitney(treated, control)
sums = [float(sum(permutation)) for permutation in combinations(ranks, 3)]
middle = 3 * 7 / 2
far = sum(abs(total - middle) >= abs(observed - middle) for total in sums)
page.say(
    observed=f"{observed:g}",
    middle=f"{middle:g}",
    permutations=f"{len(sums)}",
    far=f"{far}",
    p=text.p_number(result.pvalue),
    minimum=text.p_number(result.min_pvalue),
    u=f"{result.statistic:g}",
)

# %% [markdown]
# The first three ranks are those of the treated mice; their sum is {glue:text}`observed`. If the treatment has no effect, these ranks were assigned to the treated mice by chance alone.
#
# (lesson-ranks-permutations)=
# ## Count the permutations
#
# Three of six mice can be chosen in {glue:text}`permutations` ways. There are six choices for the first mouse, five for the second and four for the third, which makes 120, and each set of three occurs in 6 orders. Each set is one permutation. Write down all of them, and add the ranks of each:

# %%
permutations = list(combinations(ranks, 3))
print(len(permutations), *(f"{total:g}" for total in sorted(map(sum, permutations))))

# %% [markdown]
# The mean rank sum of the permutations is {glue:text}`middle`, and the observed rank sum is {glue:text}`observed`. Is this difference large? The figure shows every permutation as a column of six squares. Each square is a mouse, and the mouse with the lowest titre is at the bottom. Filled squares are the mice assigned to treatment. The dotted line is the mean rank sum; orange permutations are at least as far from it as the observed one.

# %% tags=["hide-input"]
page.figure(
    permutations_figure(treated, control),
    "permutations",
    f"All {len(sums)} ways to call three of six mice treated, stacked by rank sum. {far} of them lie at least as far from {middle:g} as the observed sum, {observed:g}.",
    caption="Each column of six squares is one permutation: a square is a mouse, the lowest titre at the bottom, filled if assigned to treatment; the dotted line is the mean rank sum.",
)

# %% [markdown]
# **The exact p is the proportion of permutations** that are at least as far from the mean as the observed one, on either side. Here there are {glue:text}`far` of {glue:text}`permutations`, so p is {glue:text}`p`. This calculation does not assume a normal distribution, and it takes ties into account.

# %%
stats.mann_whitney(treated, control).pvalue

# %% [markdown]
# This is the {term}`Mann-Whitney test`. It reports U, here {glue:text}`u`, instead of the rank sum. A treated and an untreated mouse can be paired in nine ways; U is the number of pairs in which the treated mouse has the higher value, and ties count one half. U is the rank sum minus 6, the smallest possible sum of three ranks, so both order the permutations in the same way.
#
# (lesson-ranks-algorithm)=
# ## The algorithm
#
# With twelve against twelve there are 2 704 156 permutations, and with thirty against thirty there are too many to list. But the list is not needed, only the *number* of permutations with each sum. Add the mice one
# at a time. Each set so far leads to two sets. The first excludes the next mouse and does not change. The second includes it, has one more member, and its sum is larger by the rank of that mouse. Count sets with equal size and equal sum together {cite}`streitberg-1986`:

# %%
ways = Counter({(0, 0): 1})
for rank in ranks:
    taking = {(members + 1, total + rank): n for (members, total), n in ways.items()}
    ways += Counter(taking)
{float(total): n for (members, total), n in sorted(ways.items()) if members == 3}

# %% [markdown]
# These counts are the heights of the stacks in the figure. For twelve against twelve the table has a few thousand entries instead of millions of permutations, and `stats.mann_whitney` fills it in less than a
# millisecond. With ties the table is even smaller.
#
# (lesson-ranks-rod)=
# ## Worked example: rats on a rotating rod
#
# Bergmann and colleagues analysed one data set with eleven statistics programs {cite}`bergmann-2000`. Twelve treated and twelve untreated rats were put on a rotating rod (rotarod) for at most 300 seconds. Most rats reached this time, so most values are equal.

# %%
rod_treated = [300] * 12
rod_control = [22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300]
rod = stats.mann_whitney(rod_treated, rod_control)
rod.statistic, rod.pvalue

# %% tags=["remove-cell"]
ignoring = mannwhitneyu(rod_treated, rod_control, method="exact").pvalue
default = mannwhitneyu(rod_treated, rod_control).pvalue


def is_exact(n):
    """Whether SciPy's default is the exact test for two groups of n different values."""
    x, y = range(0, 2 * n, 2), range(1, 2 * n, 2)
    return mannwhitneyu(x, y).pvalue == mannwhitneyu(x, y, method="exact").pvalue


largest_exact = max(n for n in range(2, 31) if is_exact(n))
page.say(
    rod_u=f"{rod.statistic:g}",
    rod_p=text.p_number(rod.pvalue),
    rod_midp=text.p_number(rod.midp),
    rod_ties=f"{rod.ties}",
    ignoring=text.p_number(ignoring),
    default=text.p_number(default),
    largest_exact=f"{largest_exact}",
)

# %% [markdown]
# U is {glue:text}`rod_u` and the exact p {glue:text}`rod_p`, as in the paper. Of the 24 rats, {glue:text}`rod_ties` have the same value. SciPy gives two other results for these data:

# %%
print(mannwhitneyu(rod_treated, rod_control, method="exact").pvalue)
print(mannwhitneyu(rod_treated, rod_control).pvalue)

# %% [markdown]
# The first is called exact, but it counts the permutations of 24 *different* values. The second uses a normal approximation, which is poor here, although it corrects the variance for ties. At 5 % the first is not significant, and the p of the second is less than half of the exact p.
#
# :::{admonition} Common mistakes
# :class: warning
# - **A p that is called exact but ignores ties.** SciPy's `mannwhitneyu(method="exact")` gives {glue:text}`ignoring` for the rats on the rod, where {glue:text}`rod_p` is right. It gives no warning.
# - **A normal approximation for a few tied values.** SciPy's default uses it whenever two values are equal, and also without ties when both groups have more than {glue:text}`largest_exact` values. It gives {glue:text}`default` for the rats on the rod, without a warning. R 4.2's `wilcox.test` gives the same p, with a warning. {cite:t}`bergmann-2000` report what eleven programs did with these data.
# - **Doubling the smaller tail.** If the distribution of the rank sums is not symmetric, as can happen with ties, this differs from the proportion of permutations that are at least as extreme. This book always uses the proportion.
# - **Breaking ties by a tiny random number.** The p then depends on the seed.
# - **"Ranks compare medians."** Rank tests compare how often a value of one group exceeds a value of the other. Two groups can have equal medians and a small p.
# :::
#
# An exact test has few possible p-values, especially with ties, so at a level of 5 % it usually rejects in fewer than 5 % of experiments without an effect. In the *mid-p*, permutations exactly as extreme as the observed one count half; for the rats on the rod it is {glue:text}`rod_midp`. This book reports the mid-p with the exact p, but decides by the exact p.

# %% [markdown]
# ## Exercises
#
# Each exercise has one answer. The first two can be solved on paper.

# %% [markdown]
# ### 1. Number of permutations
#
# In how many ways can four of eight mice be assigned to treatment?

# %% tags=["solution"] exercise="ranks-1" difficulty=1
from math import comb

answer = comb(8, 4)
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"orders": 1680}

# %% [markdown] tags=["solution"]
# The first mouse can be chosen in eight ways, the second in seven, the third in six and the fourth in five: 1680 in all. Each set of four occurs in 24 orders, so the answer is 1680 / 24.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# choose(8, 4)
# ```

# %% [markdown]
# ### 2. A p by hand
#
# Three treated mice have the titres 64, 128 and 256, and three untreated mice have 16, 16 and 32. What is the exact two-sided p?

# %% tags=["solution"] exercise="ranks-2" difficulty=2 tolerance=0.001
answer = stats.mann_whitney([64, 128, 256], [16, 16, 32]).pvalue
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "one_sided": 0.05,
    "asymptotic": mannwhitneyu([64, 128, 256], [16, 16, 32]).pvalue,
}

# %% [markdown] tags=["solution"]
# The treated mice have the three highest ranks. One of twenty permutations has this rank sum, and one has a rank sum as far below the mean: 2 / 20. With three against three no p can be smaller.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# permutation_p <- function(x, y) {
#   ranks <- rank(c(x, y))
#   sums <- combn(ranks, length(x), sum)
#   far <- abs(sums - mean(sums))
#   mean(far >= abs(sum(ranks[seq_along(x)]) - mean(sums)) - 1e-9)
# }
# permutation_p(c(64, 128, 256), c(16, 16, 32))
# ```

# %% [markdown]
# ### 3. Eight against eight
#
# The cell loads the titres of two groups of the book's simulated mice: 10 µL/kg of secretome, and saline. What is the exact two-sided p?

# %%
from secretome import load_study

titres = load_study("humoral_immunity").cohort.values.query("endpoint == 'titre'")
low_dose = titres.query("group == 'im10'")["value"]
saline = titres.query("group == 'saline'")["value"]

# %% tags=["data"]
data = {"im10": low_dose, "saline": saline}
print_data(data)

# %% tags=["solution"] exercise="ranks-3" difficulty=2 tolerance=0.0001
answer = stats.mann_whitney(low_dose, saline).pvalue
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "one_sided": stats.mann_whitney(low_dose, saline, alternative="greater").pvalue,
    "ties_ignored": mannwhitneyu(low_dose, saline, method="exact").pvalue,
    "asymptotic": mannwhitneyu(low_dose, saline).pvalue,
}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# permutation_p <- function(x, y) {
#   ranks <- rank(c(x, y))
#   sums <- combn(ranks, length(x), sum)
#   far <- abs(sums - mean(sums))
#   mean(far >= abs(sum(ranks[seq_along(x)]) - mean(sums)) - 1e-9)
# }
# d <- subset(read.csv("ranks-data.csv"), exercise == "ranks-3")
# x <- as.numeric(d$value[d$group == "im10"])
# y <- as.numeric(d$value[d$group == "saline"])
# permutation_p(x, y)
# ```

# %% [markdown]
# ### 4. Which method ignores ties?
#
# A colleague has the same sixteen mice and gets p = 0.0379, by a method that ignores ties. Which of these three was it: `exact` (SciPy's exact method), `default` (SciPy's default), or `permutation`
# (all permutations counted)? Answer with one word. SciPy's function is `scipy.stats.mannwhitneyu`.

# %% tags=["solution"] exercise="ranks-4" difficulty=3
ps = {
    "exact": mannwhitneyu(low_dose, saline, method="exact").pvalue,
    "default": mannwhitneyu(low_dose, saline).pvalue,
    "permutation": stats.mann_whitney(low_dose, saline).pvalue,
}
answer = min(ps, key=lambda name: abs(ps[name] - 0.0379))
ps, answer

# %% [markdown] tags=["solution"]
# `exact` counts the permutations of sixteen different values, as if all titres were different. The default, 0.0272, is a normal approximation that corrects its variance for ties; without that correction it would give 0.0406.

# %% [markdown]
# ### 5. A table of counts
#
# Five animals have the midranks 1, 2.5, 2.5, 4 and 5. Two of them are treated. How many of the permutations have a rank sum of 6.5?

# %% tags=["solution"] exercise="ranks-5" difficulty=2
from itertools import combinations

answer = sum(sum(permutation) == 6.5 for permutation in combinations([1, 2.5, 2.5, 4, 5], 2))
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"no_pairs": 1}

# %% [markdown] tags=["solution"]
# The ranks are 2.5 and 4, with either of the two animals that share a rank. No other pair has the sum 6.5.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# sum(combn(c(1, 2.5, 2.5, 4, 5), 2, sum) == 6.5)
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# Open an answer to see whether it is right.
#
# **All six values of an experiment are equal. The exact p is**
#
# - [ ] not defined
#   It is defined: every permutation is as extreme as the observed one.
# - [ ] 0
#   A p of 0 would mean that this result is impossible by chance, but here it is the only possible result.
# - [x] 1
#   Every permutation has the same rank sum, so all of them are at least as extreme.
#
# **Every value is replaced by its logarithm. The exact p**
#
# - [x] stays the same
#   The logarithm does not change the order, and ranks depend only on the order.
# - [ ] becomes smaller, because outliers have less weight
#   An outlier has the highest rank, before and after.
#
# **Which assumption does the exact test need?**
#
# - [ ] that values are normally distributed
#   The count of permutations does not use the distribution of the values.
# - [ ] that there are no ties
#   Ties are included in the count. Only a method that uses the distribution of untied values needs this assumption.
# - [x] that every permutation was equally likely if the treatment has no effect
#   This is true if the animals were randomized. If the healthiest were chosen for treatment, no test can correct that.

# %% [markdown]
# ```{take-aways}
# - An exact p is {ref}`a proportion of all permutations <lesson-ranks-permutations>`, ties included.
# - The permutations need not be listed: {ref}`counting them by their sum <lesson-ranks-algorithm>` is enough.
# - Programs treat ties differently, and {ref}`a method called “exact” may be wrong <lesson-ranks-rod>`.
# ```

# %% [markdown]
# ## What next
#
# With three against three the smallest p is two of twenty permutations; for the six mice above, with their ties, it is {glue:text}`minimum`. {doc}`Minimum attainable p-values <../min_pvalues/lesson>` explains what follows for a study of five animals per group.
