# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-min-pvalues)=
# # Minimum attainable p-values
#
# **The question.** Seven groups of five mice are compared with one control. Before any mouse is measured, which p-values are possible, and can any of them be significant?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Ranks, and what exact means <../ranks/lesson>` | 30 minutes | find the {term}`minimum attainable p-value` of a design, recognise a design that cannot give a significant result, and say what an exact p of 0.03 does and does not mean |
#
# Download: {download}`exercises <../../../_build/lessons/min_pvalues-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/min_pvalues-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from math import comb, factorial

from secretome import stats

# %% tags=["remove-cell"]
import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu

from secretome.report import text
from secretome.course.pictures.pvalues import min_pvalues_figure
from secretome.report.page import Page

page = Page()
alpha = 0.05
two_of_five = stats.mann_whitney([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])
tied = stats.mann_whitney([16, 16, 32, 64, 128], [16, 16, 16, 16, 32])
page.say(
    permutations=f"{comb(10, 5)}",
    minimum=text.p_number(two_of_five.min_pvalue),
    times_seven=text.p_number(7 * two_of_five.min_pvalue),
    tied_minimum=text.p_number(tied.min_pvalue),
    alpha=f"{alpha:g}",
)

# %% [markdown]
# (lesson-min-pvalues-sizes)=
# ## An exact test has few possible p-values
#
# Ten mice can be assigned to two groups of five in {glue:text}`permutations` ways. An exact p is a proportion of these permutations, so it is a whole number divided by {glue:text}`permutations`. The minimum is reached if
# the groups do not overlap: two permutations are that extreme, one in each direction.

# %%
comb(10, 5), 2 / comb(10, 5)

# %%
stats.mann_whitney([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]).pvalue

# %% [markdown]
# However strong the effect, **five against five cannot give a p below {glue:text}`minimum`**. Treated mice with values a thousand times higher have the same ranks as mice with slightly higher values. Every exact test in this book
# reports this minimum as `min_pvalue`.
#
# Equal values can increase the smallest p, because different permutations then have the same rank sum:

# %%
stats.mann_whitney([16, 16, 32, 64, 128], [16, 16, 16, 16, 32]).min_pvalue

# %% [markdown]
# With these ten titres no permutation gives a p below {glue:text}`tied_minimum`.
#
# (lesson-min-pvalues-several)=
# ## Several comparisons with one control
#
# Seven groups compared with one control give seven chances of a false positive. Bonferroni's adjustment multiplies each p by seven, so the smallest adjusted p of five against five is {glue:text}`times_seven`, above
# {glue:text}`alpha`. Holm's adjustment multiplies the smallest p by seven too and has the same minimum. **With these two adjustments no result can be significant, and this is known before the experiment.**
#
# Other methods have other minima. Steel's test, which {doc}`a later lesson <../many_groups/lesson>` explains, uses the fact that the seven comparisons share one control. Its smallest adjusted p is the probability that, without
# any effect, at least one of the seven groups lies completely above or completely below the control group. The function below adds and subtracts the probabilities of such separations for one group, two groups, three
# groups and so on:


# %%
def separation_probability(groups, n):
    """Probability that at least one of several groups of n is completely separated from a control group of n."""
    total = 0.0
    for size in range(1, groups + 1):
        for above in range(size + 1):
            below = size - above
            orders = factorial(n * above) * factorial(n * below) * factorial(n) / factorial(n * (size + 1))
            total += (-1) ** (size + 1) * comb(groups, size) * comb(size, above) * orders
    return total


separation_probability(7, 5), separation_probability(8, 5)

# %% tags=["remove-cell"]
page.say(steel_seven=text.p_number(separation_probability(7, 5)), steel_eight=f"{separation_probability(8, 5):.6f}")

# %% [markdown]
# With seven groups of five the minimum of Steel's test is {glue:text}`steel_seven`, below {glue:text}`alpha`: the experiment can give a significant result, but only if a group is completely separated from the control. With
# eight groups the minimum is {glue:text}`steel_eight`, just above {glue:text}`alpha`.
#
# For pairs the minimum is different again: n differences have 2 to the power n patterns of signs, and two of these patterns are the most extreme.

# %% tags=["hide-input"]
sizes = range(3, 11)
two_groups = [stats.mann_whitney(range(n), range(n, 2 * n)).min_pvalue for n in sizes]
lines = {
    "two groups": two_groups,
    "seven groups, p times 7": [min(1.0, 7 * minimum) for minimum in two_groups],
    "pairs": [stats.signed_rank(np.arange(1, n + 1)).min_pvalue for n in sizes],
}
first = {
    label: next(n for n, value in zip(sizes, values, strict=True) if value <= alpha) for label, values in lines.items()
}
page.say(
    first_two=str(first["two groups"]),
    first_seven=str(first["seven groups, p times 7"]),
    first_pairs=str(first["pairs"]),
)
page.figure(
    min_pvalues_figure(sizes, lines, alpha),
    "min-pvalues",
    f"The minimum attainable p falls with the number of animals per group. It is {alpha:g} or less from "
    + ", ".join(f"{n} for {label}" for label, n in first.items())
    + ".",
    caption="Each line is the smallest p that a test can give with a number of animals; in the shaded region no result is significant.",
)

# %% [markdown]
# For p to reach {glue:text}`alpha`, the exact rank test of two groups needs at least {glue:text}`first_two` animals in each group, and the exact signed-rank test at least {glue:text}`first_pairs` pairs. Seven groups, with p times 7, need at least {glue:text}`first_seven` animals in each. With these numbers a significant result is possible, but not necessarily likely. {doc}`How many animals <../../power/analysis>` make it likely is another question.
#
# The simulated cohort of {doc}`the humoral study <../../humoral_immunity/analysis>` has eight mice per group, so its minimum attainable p-values are small enough.

# %% [markdown]
# ## Worked example: a printed table
#
# Before computers, critical values were read from tables. A table of the University of York gives, for two groups of equal size, the rank sum at which a two-sided test at 5 % may reject {cite}`york-tables`. Its numbers can be
# calculated again: of all rank sums, take the one whose exact p is nearest to 5 %.

# %% tags=["remove-cell"]
printed = {4: 11, 5: 18, 6: 26, 7: 37, 8: 49, 9: 63, 10: 79}


def rank_sums(n):
    """Every rank sum of the lower half with its two-sided p: the lowest n ranks, one of them moved up step by step."""
    pvalues = {}
    chosen = list(range(1, n + 1))
    for place in reversed(range(n)):
        for rank in range(chosen[place], n + place + 2):
            chosen[place] = rank
            if sum(chosen) <= n * (2 * n + 1) / 2:
                pvalues[sum(chosen)] = stats.mann_whitney(
                    chosen, [r for r in range(1, 2 * n + 1) if r not in chosen]
                ).pvalue
    return pvalues


possible = {n: rank_sums(n) for n in printed}
nearest = {n: min(pvalues, key=lambda total: abs(pvalues[total] - alpha)) for n, pvalues in possible.items()}
assert nearest == printed
above = [n for n, total in printed.items() if possible[n][total] > alpha]
page.say(
    above=f"{len(above)} of {len(printed)}",
    york_five=text.p_number(possible[5][18]),
    strict_five=text.p_number(possible[5][17]),
)

# %% tags=["hide-input"]
page.table(
    pd.DataFrame(
        {
            "n in each group": list(printed),
            "rank sum, printed": list(printed.values()),
            "rank sum, calculated": [nearest[n] for n in printed],
            "its exact p": [text.p_number(possible[n][nearest[n]]) for n in printed],
        }
    ),
    "Rank sums at 5 %, two-sided: printed and calculated",
)

# %% [markdown]
# All rank sums agree. The table calls its entries approximate, and the last column shows why: {glue:text}`above` of them have a p *above* 5 %. With five animals per group, a rank sum of 18 gives p = {glue:text}`york_five`; for a p below 5 % it must be 17, with p = {glue:text}`strict_five`. There is no p-value between them. An exact test at 5 % therefore has a false positive rate below 5 %: it is *conservative*.
#
# :::{admonition} Common mistakes
# :class: warning
# - **A p below the minimum.** The p of a normal approximation can be below the exact minimum: for three against three that do not overlap, SciPy's `mannwhitneyu(method="asymptotic")` gives {glue:text}`asymptotic_three`, less than the minimum of {glue:text}`exact_three`.
# - **"Not significant, so no effect", at n = 3.** A two-sided exact rank test of three against three cannot be significant at 5 %, so a large p gives no information.
# - **Choosing the test after calculating the minimum p.** A t test has no such minimum, because it uses the values themselves and assumes that they follow a normal distribution. Choose the test before the animals are measured.
# - **A one-sided test, to halve the minimum p.** This is allowed only if even a large change in the other direction would have been reported as no effect, and if this was written down in advance.
# - **p = 0.000.** This is a small p that was rounded: an exact p is never 0. Write p < 0.001.
# :::

# %% tags=["remove-cell"]
page.say(
    asymptotic_three=text.p_number(mannwhitneyu([4, 5, 6], [1, 2, 3], method="asymptotic").pvalue),
    exact_three=text.p_number(2 / comb(6, 3)),
)

# %% [markdown]
# (lesson-min-pvalues-meaning)=
# ## Meaning of a p-value
#
# An exact p of 0.03 means: *if* the treatment has no effect, three permutations of a hundred are at least as extreme as the observed one. It is not the probability that the treatment has no effect, and it is not the size of the effect. One minus p is not the probability that another laboratory will find the same.

# %% [markdown]
# ## Exercises
#
# All but the fifth can be done on paper.

# %% [markdown]
# ### 1. Four against four
#
# What is the smallest two-sided exact p for two groups of four, without equal values?

# %% tags=["solution"] exercise="min_pvalues-1" difficulty=1 tolerance=0.0005
answer = 2 / comb(8, 4)
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"one_sided": 1 / comb(8, 4)}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 2 / choose(8, 4)
# ```

# %% [markdown]
# ### 2. Pairs
#
# Each donor's cells are measured with and without treatment, and the differences are tested by the signed-rank test. How many donors are needed so that a two-sided exact p of 0.01 or less is possible?

# %% tags=["solution"] exercise="min_pvalues-2" difficulty=2
answer = next(n for n in range(1, 30) if 2 / 2**n <= 0.01)
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"one_sided": 7}

# %% [markdown] tags=["solution"]
# If every difference has the same sign, two of the 2ⁿ patterns are as extreme, one in each direction. 2 / 128 is too large, and 2 / 256 is small enough: eight donors are needed.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# n <- 1:30
# min(n[2 / 2^n <= 0.01])
# ```

# %% [markdown]
# ### 3. Six doses
#
# Six doses are each compared with one control by the Mann-Whitney test, and each p is multiplied by six. How many animals does each group need so that an adjusted p of 0.05 or less is possible?

# %% tags=["solution"] exercise="min_pvalues-3" difficulty=2
answer = next(n for n in range(2, 30) if 6 * 2 / comb(2 * n, n) <= 0.05)
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"unadjusted": 4}

# %% [markdown] tags=["solution"]
# Five: 6 × 2 / 252 is 0.048, just below the limit. With a seventh group, five animals are no longer enough for this adjustment.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# n <- 2:30
# min(n[6 * 2 / choose(2 * n, n) <= 0.05])
# ```

# %% [markdown]
# ### 4. Unequal groups
#
# You have twelve mice for two groups. Is the minimum attainable p smaller with six and six than with four and eight? Answer yes or no.

# %% tags=["solution"] exercise="min_pvalues-4" difficulty=1
answer = 2 / comb(12, 6) < 2 / comb(12, 4)
answer

# %% [markdown] tags=["solution"]
# Six and six have 924 permutations, four and eight have 495: equal groups have the most permutations.

# %% [markdown]
# ### 5. Minimum p with tied titres
#
# Six mice have titres 16, 16, 16, 16, 32, 64 and six others 32, 32, 64, 64, 64, 128. What is the smallest p that any permutation of these twelve values can give? (This is not the p of the observed permutation.)

# %% tags=["solution"] exercise="min_pvalues-5" difficulty=3 tolerance=0.0001
answer = stats.mann_whitney([16, 16, 16, 16, 32, 64], [32, 32, 64, 64, 64, 128]).min_pvalue
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "ties_ignored": 2 / comb(12, 6),
    "one_sided": 3 / comb(12, 6),
}

# %% [markdown] tags=["solution"]
# The lowest six are the four at 16 and two of the three at 32, which can be chosen in three ways. On the other side the highest six are 128, the four at 64 and one of the three at 32: also three ways, and as extreme.
# The minimum is therefore 6 / 924, three times that of twelve different values.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# ranks <- rank(c(16, 16, 16, 16, 32, 64, 32, 32, 64, 64, 64, 128))
# sums <- combn(ranks, 6, sum)
# far <- abs(sums - mean(sums))
# mean(far >= max(far) - 1e-9)
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A paper with four rats per group reports p = 0.001 by the exact Mann-Whitney test. This is**
#
# - [ ] strong evidence
#   It would be, but it is not possible.
# - [x] impossible
#   Four against four cannot give a p below 2 / 70.
# - [ ] possible, if the groups lie far apart
#   The distance between the groups does not change the ranks.
#
# **Two groups of three animals do not overlap, and p = 0.1. What follows?**
#
# - [ ] the treatment has no effect
#   The result is the strongest that this design can give.
# - [x] the design was too small for this test
#   Its minimum attainable p is 0.1, whatever the effect.
#
# **Equal values among the animals**
#
# - [x] can raise the minimum attainable p
#   Several permutations then share the most extreme rank sum.
# - [ ] make the exact test invalid
#   The exact test includes them.

# %% [markdown]
# ```{take-aways}
# - The minimum attainable p of an exact test {ref}`depends only on the design and ties <lesson-min-pvalues-sizes>`; it is known before the results.
# - With Bonferroni's or Holm's adjustment, several comparisons can {ref}`raise the smallest adjusted p above 5 % <lesson-min-pvalues-several>`; Steel's test has a smaller minimum.
# - A p is {ref}`not the probability that the treatment has no effect <lesson-min-pvalues-meaning>`, and not the size of an effect.
# ```

# %% [markdown]
# ## What next
#
# A p shows only how compatible the data are with no effect. {doc}`Effect sizes with intervals <../effects/lesson>` estimates by how much the groups differ.
