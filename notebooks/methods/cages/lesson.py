# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-cages)=
# # Cages, litters and the experimental unit
#
# **The question.** Each of three cages has four animals, and each animal is measured twice. Is n twenty-four, twelve, or three? A test uses the number that you give it.
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | Nothing | 35 minutes | name the {term}`experimental unit` of a design, reduce repeated measurements to one value per unit, calculate the effect of shared cages on n, and recognise a treatment that is {term}`confounded` with a cage |
#
# Download: {download}`exercises <../../../_build/lessons/cages-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/cages-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/cages-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from scipy.stats import chi2_contingency, f_oneway

from secretome import stats
from secretome.course import print_data

# %% tags=["remove-cell"]
import pandas as pd
import statsmodels.formula.api as smf
from scipy.stats import ttest_ind

from secretome.report import text
from secretome.course.pictures.counts import nested_alt, nested_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-cages-n)=
# ## What n counts
#
# The {term}`experimental unit` is *the smallest unit that could have received another treatment independently*. The number of units is n. To find the unit, ask how the treatment was given:
#
# | Treatment | Measurements | Experimental unit |
# |---|---|---|
# | injected into each mouse | three wells of each mouse's serum | the mouse |
# | mixed into the drinking water of a cage | five mice of each cage | the cage |
# | given to the pregnant dam | her nine pups | the dam, with her litter |
# | added to some of the dishes of each donor's cells | hundreds of cells in each dish | the dish, compared within its donor; a statement about donors needs several donors |
#
# Repeated measurements of one unit are useful: they make the value of the unit more precise. But they give no information on how *units* differ, and a treatment effect must be compared with the differences between units. Counting repeated measurements as n is called **pseudoreplication**.
#
# ## Worked example: the wings of mosquitoes
#
# In an example of Sokal and Rohlf's textbook {cite}`sokal-1995`, twelve mosquitoes were reared in three cages, four females in each. The left wing of each female was measured twice. Do the cages differ? A course page at Johns Hopkins reproduces the book's answer from the data {cite}`ruczinski-nested`: F = 1.7409, p = 0.2295.

# %% tags=["setup"]
wings = {
    "cage A": [[58.5, 59.5], [77.8, 80.9], [84.0, 83.6], [70.1, 68.3]],
    "cage B": [[69.8, 69.8], [56.0, 54.5], [50.7, 49.3], [63.8, 65.8]],
    "cage C": [[56.6, 57.5], [77.8, 79.2], [69.9, 69.2], [62.1, 64.5]],
}

# %% tags=["hide-input"]
measure = "length of the left wing"
page.figure(
    nested_figure(wings, measure),
    "wings",
    nested_alt(wings, measure),
    caption="Length of the left wing of twelve mosquitoes from three cages. Each pair of bars is one mosquito measured twice, and the dashed line is the mean of its cage.",
)

# %% [markdown]
# Each pair of bars is one mosquito, measured twice; the dashed line is the mean of its cage. The two measurements of a wing are nearly equal, while the mosquitoes of one cage differ widely. The second measurement therefore shows the measurement error and adds almost no information on cages.
#
# Take one value for each mosquito, the mean of the two measurements, and compare the cages by analysis of variance:

# %%
females = [np.mean(measurements, axis=1) for measurements in wings.values()]
right = f_oneway(*females)
print(f"F = {right.statistic:.4f}, p = {right.pvalue:.4f}")

# %% [markdown]
# These are the printed numbers. Now the same analysis, with each measurement treated as a separate mosquito:

# %%
wrong = f_oneway(*(np.ravel(measurements) for measurements in wings.values()))
print(f"F = {wrong.statistic:.4f}, p = {wrong.pvalue:.4f}")

# %% tags=["remove-cell"]
# Two groups of three cages with three animals each: a simulated balanced experiment, to compare two tests.
rng = np.random.default_rng(11)
cages = pd.DataFrame(
    [
        (group, f"{group}{cage}", effect + rng.normal(0, 0.6))
        for group in (0, 1)
        for cage in range(3)
        for effect in [group * 1.1 + rng.normal(0, 0.6)]
        for _ in range(3)
    ],
    columns=["group", "cage", "value"],
)
mixed = smf.mixedlm("value ~ group", cages, groups="cage").fit()
means = cages.groupby(["group", "cage"])["value"].mean()
by_cage = ttest_ind(means[1], means[0])
page.say(
    right_p=text.p_value(right.pvalue),
    wrong_p=text.p_value(wrong.pvalue),
    mixed_p=text.p_number(mixed.pvalues["group"]),
    cage_p=text.p_number(by_cage.pvalue),
    worth=f"{20 / (1 + (5 - 1) * 0.2):.0f}",
)

# %% [markdown]
# The result is {glue:text}`wrong_p` instead of {glue:text}`right_p`. The more often each wing is measured, the smaller this p becomes, although there is no more information on mosquitoes.
#
# (lesson-cages-share)=
# ## Animals that share a cage or a litter
#
# Pups of one litter share a mother; mice of one cage share temperature, food, fights and infections. Their values are similar. The **intraclass correlation** (ICC) measures this similarity: it is 0 if animals of one cage are no more similar than animals of different cages, and 1 if they are identical. If whole cages are treated and each has m animals, n animals contain as much information as only
#
# $$n_\text{effective} = \frac{n}{1 + (m - 1)\,\text{ICC}}$$
#
# independent ones {cite}`kish-1965`. The divisor is called the design effect. With an ICC of 0.2 and five animals per cage, twenty mice contain as much information as {glue:text}`worth` independent mice. If cages are treated, use more cages with fewer animals; more animals in each cage add little information.
#
# Weil gave a chemical to sixteen pregnant rats and none to sixteen others, and counted the pups that lived to be weaned {cite}`weil-1970`.

# %% tags=["setup"]
# Pups alive at four days in each litter, and those of them that lived to be weaned.
alive = {
    "control": [13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10],
    "treated": [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7],
}
weaned = {
    "control": [13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7],
    "treated": [12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0],
}

# %% tags=["remove-cell"]
died = [[sum(weaned[group]), sum(alive[group]) - sum(weaned[group])] for group in ("control", "treated")]
by_pup = chi2_contingency(died, correction=False)
by_litter = stats.proportion_ratio(
    weaned["control"] + weaned["treated"], alive["control"] + alive["treated"], ["a control"] * 16 + ["b treated"] * 16
)
page.say(
    pup_p=text.p_value(by_pup.pvalue),
    pups=f"{sum(map(sum, died))}",
    litter_p=text.p_value(by_litter.pvalue[0]),
    alike=text.number(by_litter.dispersion),
)

# %% [markdown]
# If the {glue:text}`pups` pups are tested as if they were independent, the difference is significant: {glue:text}`pup_p`. But dams were treated, and in some litters nearly all pups died while in others all lived. A *beta-binomial* model allows for differences between litters, as quasi-Poisson allows for {ref}`differences between animals <lesson-counts>`:

# %%
litters = ["a control"] * 16 + ["b treated"] * 16
lived = weaned["control"] + weaned["treated"]
of = alive["control"] + alive["treated"]
model = stats.proportion_ratio(lived, of, litters)
print(f"ratio {model.estimate[0]:.2f}, p = {model.pvalue[0]:.2f}")

# %% [markdown]
# The correlation of pups in a litter is {glue:text}`alike`. With thirty-two dams the difference is not significant, {glue:text}`litter_p`.
#
# (lesson-cages-one)=
# ## One cage in each group
#
# If all treated mice live in one cage and all untreated mice in another, n is one in each group. Everything that differs between the two cages also differs between the groups: light, an infection, an aggressive mouse. **No model can separate them**, because the data contain no
# information on it. Only the design can prevent this: use several cages for each group or, if possible, both treatments in each cage. The command `secretome rerun` shows a warning if each group of a cohort has only one cage.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Treating every row as an animal.** SciPy's `ttest_ind` and `f_oneway`, and the column tables of other programs, use every value: {glue:text}`wrong_p` for the wings.
# - **The wrong line of the table.** R's `summary(aov(length ~ cage / individual))` compares cages with the *measurement error*, F = 255.7 for the wings {cite}`ruczinski-nested`. `Error(...)` in the formula, or one mean for each animal, gives the right test.
# - **A chi-square test of pups.** `scipy.stats.chi2_contingency` treats pups, cells or neurons of one animal as independent. It gives {glue:text}`pup_p` for the pups above, where the model of litters gives {glue:text}`litter_p`.
# - **A mixed model with six cages.** statsmodels' `mixedlm` calculates p from the normal distribution even with few cages. For a simulated experiment of three cages in each of two groups it gives {glue:text}`mixed_p`; a t test of the six cage means gives {glue:text}`cage_p`. In this balanced design the two compare the same means, and the t test allows for the small number of
#   cages.
# - **Dropping the cage because it is "not significant".** With six cages a test of their differences has little power. The design determines whether the cage must be in the model.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. How many units?
#
# Forty mice live in eight cages of five. Four cages, chosen at random, get a drug in their drinking water, the others only water. From every mouse three sections of spleen are counted. How many experimental units are there in all?

# %% tags=["solution"] exercise="cages-1" difficulty=1
answer = 8

# %% tags=["mistakes", "remove-cell"]
mistakes = {"animals": 40, "every_measurement": 120, "group_only": 4}

# %% [markdown]
# ### 2. Effective sample size
#
# In that experiment, mice of one cage have an ICC of 0.3. How many independent mice contain as much information as the forty? Give one decimal.

# %% tags=["solution"] exercise="cages-2" difficulty=1 tolerance=0.1
answer = 40 / (1 + (5 - 1) * 0.3)

# %% tags=["mistakes", "remove-cell"]
mistakes = {"icc_times_n": 40 / (1 + 5 * 0.3), "design_effect": 1 + 4 * 0.3}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 40 / (1 + (5 - 1) * 0.3)
# ```

# %% [markdown]
# ### 3. The wings of two cages
#
# Compare cages A and B of the worked example by the exact Mann-Whitney test, `stats.mann_whitney`, with one value for each mosquito. `wings` contains the measurements. What is the p? Give three decimals.

# %% tags=["data"]
data = {
    f"{cage}, measurement {number + 1}": [female[number] for female in wings[cage]]
    for cage in ("cage A", "cage B")
    for number in (0, 1)
}
print_data(data)

# %% tags=["solution"] exercise="cages-3" difficulty=2 tolerance=0.001
means_a, means_b = (np.mean(wings[cage], axis=1) for cage in ("cage A", "cage B"))
answer = stats.mann_whitney(means_a, means_b).pvalue

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "every_measurement": stats.mann_whitney(np.ravel(wings["cage A"]), np.ravel(wings["cage B"])).pvalue,
    "one_sided": stats.mann_whitney(means_a, means_b, alternative="greater").pvalue,
    "asymptotic": stats.mann_whitney(means_a, means_b, method="asymptotic").pvalue,
}

# %% [markdown] tags=["solution"]
# `np.mean(..., axis=1)` takes the mean of each row: one value for each female. With all eight measurements of each cage as values, p would be below 5 %. Try it.

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
# d <- subset(read.csv("cages-data.csv"), exercise == "cages-3")
# females <- function(cage) tapply(as.numeric(d$value), list(d$number, substr(d$group, 1, 6)), mean)[, cage]
# permutation_p(females("cage A"), females("cage B"))
# ```

# %% [markdown]
# ### 4. Dams, by ranks
#
# `weaned` and `alive` contain Weil's litters, sixteen control and sixteen treated. Calculate the proportion weaned in each litter, and compare the sixteen control proportions with the sixteen treated ones by `stats.mann_whitney`. What is the exact p? Give three decimals.

# %% tags=["data"]
data = {
    f"{group} {what}": counts[group]
    for group in ("control", "treated")
    for what, counts in (("alive", alive), ("weaned", weaned))
}
print_data(data)

# %% tags=["solution"] exercise="cages-4" difficulty=3 tolerance=0.001
control = np.array(weaned["control"]) / np.array(alive["control"])
treated = np.array(weaned["treated"]) / np.array(alive["treated"])
answer = stats.mann_whitney(control, treated).pvalue

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "one_sided": stats.mann_whitney(control, treated, alternative="greater").pvalue,
    "counts_not_proportions": stats.mann_whitney(weaned["control"], weaned["treated"]).pvalue,
    "pooled": chi2_contingency(
        [[sum(weaned[name]), sum(alive[name]) - sum(weaned[name])] for name in ("control", "treated")], correction=False
    ).pvalue,
}

# %% [markdown] tags=["solution"]
# With one number for each dam, an ordinary test is valid. Unlike the beta-binomial model, it gives a litter of five the same weight as a litter of thirteen. Neither result is significant.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# permutation_p <- function(x, y) {
#   ranks <- 2 * rank(c(x, y))
#   n <- length(x)
#   ways <- matrix(0, n + 1, sum(ranks) + 1)
#   ways[1, 1] <- 1
#   for (rank in ranks) {
#     moved <- cbind(matrix(0, n, rank), ways[1:n, 1:(ncol(ways) - rank)])
#     ways[2:(n + 1), ] <- ways[2:(n + 1), ] + moved
#   }
#   far <- abs(seq_len(ncol(ways)) - 1 - n * mean(ranks))
#   sum(ways[n + 1, far >= abs(sum(ranks[1:n]) - n * mean(ranks)) - 1e-9]) / sum(ways[n + 1, ])
# }
# d <- subset(read.csv("cages-data.csv"), exercise == "cages-4")
# share <- function(g) as.numeric(d$value[d$group == paste(g, "weaned")]) / as.numeric(d$value[d$group == paste(g, "alive")])
# permutation_p(share("control"), share("treated"))
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Each mouse is randomized and injected individually; five live in a cage, with both treatments in every cage. The unit is**
#
# - [x] the mouse
#   Any mouse could have been given the other treatment. The cage can be included as a block, which makes the comparison more precise if cages differ.
# - [ ] the cage
#   The cage would be the unit if the treatment were given to cages.
#
# **Three wells of each of four animals are measured. For a t test, n in this group is**
#
# - [ ] 12
#   The wells show the precision of the assay.
# - [x] 4
#   Average the wells of each animal first.
# - [ ] 3
#   That is the number of measurements of one animal.
#
# **All twelve treated rats lived in one cage, all twelve controls in another. Which analysis separates the effect of the drug from that of the cage?**
#
# - [ ] a mixed model with a random cage
#   With one cage in each group, the variance between cages cannot be estimated.
# - [ ] cage means and a t test
#   There is no test of one value against one.
# - [x] none
#   Report it as a limitation, and design the next experiment differently.

# %% [markdown]
# ```{take-aways}
# - n is the number of units {ref}`that could have been treated independently <lesson-cages-n>`.
# - Animals that share a cage or a dam {ref}`contain less information <lesson-cages-share>` than independent animals.
# - With one cage in each group {ref}`no method can separate <lesson-cages-one>` the effects of cage and treatment.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Multiple testing <lesson-multiplicity>` is the next lesson.
# - {doc}`Rerun a study on your own cohort <../../../book/rerun>` explains the columns `cage` and `replicate`, and how they are analysed.
