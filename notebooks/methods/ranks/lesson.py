# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-ranks)=
# # Ranks, and what exact means
#
# **The question.** Three treated mice and three untreated ones: how surprising is it that the treated ones lie higher? You can answer with pencil and paper, and the computer does the same for
# thirty.
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | Nothing | 40 minutes | turn values into ranks when some are equal, count every deal, read an {term}`exact` p, and say why two programs disagree |
#
# Download: {download}`exercises <../../../_build/lessons/ranks-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/ranks-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from collections import Counter
from itertools import combinations

from scipy.stats import mannwhitneyu, rankdata

from secretome import stats

# %% tags=["remove-cell"]


from secretome.report import text
from secretome.course.pictures.pvalues import permutations_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# ## From values to ranks
#
# The mice here come from this book's study of {doc}`antibody titres <../../humoral_immunity/analysis>`. A titre is read from a row of wells, each twice as dilute as the last, so it can
# only be 8, 16, 32 and so on: equal values are the rule.

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works, and are evidence of nothing.")

# %%
treated = [16, 64, 128]
control = [32, 16, 16]

# %% [markdown]
# Put all six in order and number them from 1 to 6. Those numbers are the *ranks*. The three mice at 16 hold places 1, 2 and 3, and nothing says which is first: each gets the mean of the three
# places, 2. That is a *midrank*.

# %%
ranks = rankdata(treated + control)
ranks

# %% tags=["remove-cell"]
observed = float(sum(ranks[:3]))
result = stats.mann_whitney(treated, control)
sums = [float(sum(deal)) for deal in combinations(ranks, 3)]
middle = 3 * 7 / 2
far = sum(abs(total - middle) >= abs(observed - middle) for total in sums)
page.say(
    observed=f"{observed:g}",
    middle=f"{middle:g}",
    deals=f"{len(sums)}",
    far=f"{far}",
    p=text.p_number(result.pvalue),
    floor=text.p_number(result.min_pvalue),
    u=f"{result.statistic:g}",
)

# %% [markdown]
# The first three ranks belong to the treated mice; they sum to {glue:text}`observed`. If treatment did nothing, it was chance alone that dealt these ranks to those mice.
#
# (lesson-ranks-deals)=
# ## Count the deals
#
# Three mice of six can be chosen in {glue:text}`deals` ways: six for the first, five for the second and four for the third make 120, and each set of three was met in 6 orders. Write all of them down, and sum the
# ranks of each:

# %%
deals = list(combinations(ranks, 3))
print(len(deals), *(f"{total:g}" for total in sorted(map(sum, deals))))

# %% [markdown]
# On average a deal sums to {glue:text}`middle`, and the one that happened sums to {glue:text}`observed`. Is that far? The picture shows every deal as a strip of six squares, the
# mice in order of their titres; the filled ones are those that the deal calls treated. The dotted line is the middle; orange deals lie as far from it as what happened, or further.

# %% tags=["hide-input"]
page.figure(
    permutations_figure(treated, control),
    "deals",
    f"All {len(sums)} ways to call three of six mice treated, stacked by rank sum. {far} of them lie at least as far from {middle:g} as the observed sum, {observed:g}.",
)

# %% [markdown]
# **The exact p is a share of this picture**: the deals at least as far from the middle as what happened, on either side. Here they are {glue:text}`far` of {glue:text}`deals`, so p is {glue:text}`p`. Nothing
# was assumed about bell curves; equal values were counted as they are.

# %%
stats.mann_whitney(treated, control).pvalue

# %% [markdown]
# This is the {term}`Mann-Whitney test`. It prints U, {glue:text}`u` here, rather than the rank sum: of the nine pairs of a treated and an untreated mouse, in how many is the treated one higher, equal
# ones counting one half. It is the rank sum less 6, the least that three ranks can sum to, so both order the deals alike.
#
# (lesson-ranks-algorithm)=
# ## The algorithm
#
# Twelve against twelve can be dealt in 2 704 156 ways, and thirty against thirty in more than anybody could list. But nobody needs the list, only *how many* deals have each sum. Take the mice one
# at a time. Each deal so far either leaves the next mouse out, and stays as it is, or takes it, and then has one member more and a sum that is larger by its rank. Count deals that agree in both
# together {cite}`streitberg-1986`:

# %%
ways = Counter({(0, 0): 1})
for rank in ranks:
    taking = {(members + 1, total + rank): n for (members, total), n in ways.items()}
    ways += Counter(taking)
{float(total): n for (members, total), n in sorted(ways.items()) if members == 3}

# %% [markdown]
# The counts are the heights of the picture. For twelve against twelve the table has a few thousand entries instead of millions of deals, and `stats.mann_whitney` fills it in less than a thousandth of a
# second. Equal values make it smaller still.
#
# (lesson-ranks-rod)=
# ## Worked example: rats on a turning rod
#
# Bergmann and colleagues gave one data set to eleven statistics programs {cite}`bergmann-2000`. Twelve treated and twelve untreated rats were put on a turning rod and stopped after 300 seconds, so most values
# are equal.

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
# U is {glue:text}`rod_u` and the exact p {glue:text}`rod_p`, as the paper has it. Of the 24 rats {glue:text}`rod_ties` share their value. Two other answers to the same question, from one widely used
# library:

# %%
print(mannwhitneyu(rod_treated, rod_control, method="exact").pvalue)
print(mannwhitneyu(rod_treated, rod_control).pvalue)

# %% [markdown]
# The first is called exact, but it counts the permutations of 24 *different* values. The second uses a normal approximation, which is poor here, although it corrects the variance for ties. At 5 % the first is not significant, and
# the p of the second is less than half the exact one.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Calling a p exact that ignores ties.** SciPy's `mannwhitneyu(method="exact")`: {glue:text}`ignoring` for the rod, where {glue:text}`rod_p` is right. It gives no warning.
# - **A normal approximation for a few tied values.** SciPy's default uses it whenever two values are equal, and also without ties when both groups have more than {glue:text}`largest_exact` values. It gives {glue:text}`default` for the rod, without a
#   warning. R 4.2's `wilcox.test` gives the same p, with a warning. {cite:t}`bergmann-2000` report what eleven programs did with these data.
# - **Doubling the smaller tail.** If the distribution of the rank sums is not symmetric, as can happen with ties, this differs from the share of permutations that are at least as extreme. This book always uses the share.
# - **Breaking ties by a tiny random number.** The p then depends on the seed.
# - **"Ranks compare medians."** They compare how often one group exceeds the other. Two groups can have equal medians and a small p.
# :::
#
# An exact test has few possible p values, especially with ties, so it usually rejects in fewer than 5 % of experiments without an effect. In the *mid-p*, permutations exactly as extreme as the observed one count half; here it would be {glue:text}`rod_midp`. The book prints it next to
# the exact p, and decides by the exact one.

# %% [markdown]
# ## Exercises
#
# Each asks for one answer. Paper is enough for the first two.

# %% [markdown]
# ### 1. How many deals?
#
# In how many ways can four of eight mice be called treated?

# %% tags=["solution"] exercise="ranks-1"
from math import comb

answer = comb(8, 4)
answer

# %% [markdown] tags=["solution"]
# The first can be chosen in eight ways, the second in seven, then six, then five: 1680. Each set of four was met in 24 orders, so 1680 / 24.

# %% [markdown]
# ### 2. A p by hand
#
# Three treated mice have the titres 64, 128 and 256; three untreated ones 16, 16 and 32. What is the exact two-sided p?

# %% tags=["solution"] exercise="ranks-2" tolerance=0.001
answer = stats.mann_whitney([64, 128, 256], [16, 16, 32]).pvalue
answer

# %% [markdown] tags=["solution"]
# The treated mice hold the three highest ranks. One deal of twenty is that high, and one is as low: 2 / 20. With three against three nothing can be rarer.

# %% [markdown]
# ### 3. Eight against eight
#
# The cell loads the titres of two groups of the book's simulated mice: 10 µL/kg of secretome, and saline. What is the exact two-sided p?

# %%
from secretome import load_study

titres = load_study("humoral_immunity").cohort.values.query("endpoint == 'titre'")
low_dose = titres.query("group == 'im10'")["value"]
saline = titres.query("group == 'saline'")["value"]
list(low_dose), list(saline)

# %% tags=["solution"] exercise="ranks-3" tolerance=0.0001
answer = stats.mann_whitney(low_dose, saline).pvalue
answer

# %% [markdown]
# ### 4. Who forgot the ties?
#
# A colleague has the same sixteen mice and gets p = 0.0379, by a method that ignores ties. Which of these three was it: `exact` (SciPy's exact method), `default` (SciPy's default), or `permutation`
# (all deals counted)? Answer with one word. SciPy's function is `scipy.stats.mannwhitneyu`.

# %% tags=["solution"] exercise="ranks-4"
ps = {
    "exact": mannwhitneyu(low_dose, saline, method="exact").pvalue,
    "default": mannwhitneyu(low_dose, saline).pvalue,
    "permutation": stats.mann_whitney(low_dose, saline).pvalue,
}
answer = min(ps, key=lambda name: abs(ps[name] - 0.0379))
ps, answer

# %% [markdown] tags=["solution"]
# `exact` counts the permutations of sixteen different values, as if no two titres were equal. The default, 0.0272, is a normal approximation that corrects its variance for ties; without that correction it would give 0.0406.

# %% [markdown]
# ### 5. A table of counts
#
# Five animals have the midranks 1, 2.5, 2.5, 4 and 5. Two of them are treated. How many of the deals have a rank sum of 6.5?

# %% tags=["solution"] exercise="ranks-5"
from itertools import combinations

answer = sum(sum(deal) == 6.5 for deal in combinations([1, 2.5, 2.5, 4, 5], 2))
answer

# %% [markdown] tags=["solution"]
# 2.5 and 4, for either of the two animals that share a rank. Nothing else sums to 6.5.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# Open an answer to see whether it is right.
#
# **All six values of an experiment are equal. The exact p is**
#
# - [ ] not defined
#   It is: every deal is as far out as the one that happened.
# - [ ] 0
#   A p of 0 would say that chance cannot do this, and chance does nothing else.
# - [x] 1
#   Every deal has the same rank sum, so all of them are at least as far out.
#
# **Every value is replaced by its logarithm. The exact p**
#
# - [x] stays the same
#   The logarithm keeps the order, and ranks know nothing else.
# - [ ] becomes smaller, because outliers weigh less
#   An outlier is only ever the highest rank; it weighs no more before than after.
#
# **Which assumption does the exact test need?**
#
# - [ ] that values follow a bell curve
#   No shape is used anywhere in the counting.
# - [ ] that there are no ties
#   Ties are counted as they are. Only a method that uses the distribution of untied values needs that.
# - [x] that every deal was equally likely if treatment does nothing
#   Dealing the animals at random makes it true. If the healthiest were treated first, no test mends it.

# %% [markdown]
# ```{take-aways}
# - An exact p is {ref}`a share of all deals <lesson-ranks-deals>`, ties counted as they are.
# - Nobody lists the deals: {ref}`counting them by their sum <lesson-ranks-algorithm>` is enough.
# - Programs disagree over ties, and {ref}`the one that says “exact” may be wrong <lesson-ranks-rod>`.
# ```

# %% [markdown]
# ## What next
#
# Two deals of twenty is the least that three against three can give, {glue:text}`floor` for the six mice above with their ties. {doc}`What a p can and cannot be <../floors/lesson>` says what follows for a study of five.
