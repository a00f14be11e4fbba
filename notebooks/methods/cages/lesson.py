# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-cages)=
# # Cages, litters and the experimental unit
#
# **The question.** Eight analyses in each of three cages: are there twenty-four values, twelve, or three? A test believes the number you give it.
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | Nothing | 35 minutes | name the {term}`experimental unit` of a design, reduce repeated analyses to one value per unit, say what it costs to house animals together, and spot a group that cannot be told from its cage |
#
# Download: {download}`exercises <../../../_build/lessons/cages-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/cages-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from scipy.stats import chi2_contingency, f_oneway

from secretome import stats

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
# The {term}`experimental unit` is *the smallest thing that could have received another treatment on its own*. Its number is n. To find it, ask how treatment was given:
#
# | The treatment was | and measured were | so the unit is |
# |---|---|---|
# | injected into each mouse | three wells of each mouse's serum | the mouse |
# | mixed into the drinking water of a cage | five mice of each cage | the cage |
# | given to the pregnant dam | her nine pups | the dam, with her litter |
# | added to a dish of one donor's cells | hundreds of cells | the dish; the donor where dishes share one |
#
# Readings beyond the unit are not useless: they make each unit's value steadier. But they say nothing about how *units* differ, and it is against that difference that a treatment must be weighed. To count them as n is called **pseudoreplication**.
#
# ## Worked example: the wings of mosquitoes
#
# Sokal and Rohlf's textbook {cite}`sokal-1995` has twelve mosquitoes reared in three cages, four females from each. The left wing of each was measured twice. Do cages differ? The book's answer, as a course page at Johns Hopkins reproduces it from the data {cite}`ruczinski-nested`: F = 1.7409, p = 0.2295.

# %% tags=["setup"]
wings = {
    "cage A": [[58.5, 59.5], [77.8, 80.9], [84.0, 83.6], [70.1, 68.3]],
    "cage B": [[69.8, 69.8], [56.0, 54.5], [50.7, 49.3], [63.8, 65.8]],
    "cage C": [[56.6, 57.5], [77.8, 79.2], [69.9, 69.2], [62.1, 64.5]],
}

# %% tags=["hide-input"]
measure = "length of the left wing"
page.figure(nested_figure(wings, measure), "wings", nested_alt(wings, measure))

# %% [markdown]
# Each pair of bars is one mosquito, measured twice; the dashed line is the mean of its cage. The two analyses of a wing nearly coincide, while the mosquitoes of one cage lie far apart. So the second analysis shows the measurement error and adds almost nothing about cages.
#
# Take one value for each mosquito, the mean of her two, and compare the cages by analysis of variance:

# %%
females = [np.mean(analyses, axis=1) for analyses in wings.values()]
right = f_oneway(*females)
print(f"F = {right.statistic:.4f}, p = {right.pvalue:.4f}")

# %% [markdown]
# These are the printed numbers. Now the same with each analysis as if it were a mosquito of its own:

# %%
wrong = f_oneway(*(np.ravel(analyses) for analyses in wings.values()))
print(f"F = {wrong.statistic:.4f}, p = {wrong.pvalue:.4f}")

# %% tags=["remove-cell"]
# Two arms of three cages with three animals each: a made-up balanced experiment, to compare two ways of testing it.
rng = np.random.default_rng(11)
cages = pd.DataFrame(
    [
        (arm, f"{arm}{cage}", effect + rng.normal(0, 0.6))
        for arm in (0, 1)
        for cage in range(3)
        for effect in [arm * 1.1 + rng.normal(0, 0.6)]
        for _ in range(3)
    ],
    columns=["arm", "cage", "value"],
)
mixed = smf.mixedlm("value ~ arm", cages, groups="cage").fit()
means = cages.groupby(["arm", "cage"])["value"].mean()
by_cage = ttest_ind(means[1], means[0])
page.say(
    right_p=text.p_value(right.pvalue),
    wrong_p=text.p_value(wrong.pvalue),
    mixed_p=text.p_number(mixed.pvalues["arm"]),
    cage_p=text.p_number(by_cage.pvalue),
    worth=f"{20 / (1 + (5 - 1) * 0.2):.0f}",
)

# %% [markdown]
# {glue:text}`wrong_p` in place of {glue:text}`right_p`. The more often each wing is measured, the smaller this p becomes, although nothing more is known about mosquitoes.
#
# (lesson-cages-share)=
# ## Animals that share
#
# Pups of one litter share a mother, mice of one cage share heat, food, fights and germs. Their values are alike, and the likeness can be written as one number, the **intraclass correlation** (ICC): 0 when cage-mates are no more alike than strangers, 1
# when they are copies. With m animals in a cage, n animals are worth only
#
# $$n_\text{effective} = \frac{n}{1 + (m - 1)\,\text{ICC}}$$
#
# independent ones {cite}`kish-1965`. The divisor is called the design effect. It is larger than it may seem: with ICC 0.2 and five in a cage, twenty mice are worth {glue:text}`worth`. If treatment goes to cages, more cages with fewer animals help; more animals in each cage help little.
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
died = [[sum(weaned[arm]), sum(alive[arm]) - sum(weaned[arm])] for arm in ("control", "treated")]
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
# Test the {glue:text}`pups` pups as if they were independent, and the difference is significant: {glue:text}`pup_p`. But dams were treated, and in some litters nearly all pups died while in others all lived. A *beta-binomial* model lets litters differ, as quasi-Poisson lets {ref}`counts of animals <lesson-counts>` differ:

# %%
litters = ["a control"] * 16 + ["b treated"] * 16
lived = weaned["control"] + weaned["treated"]
of = alive["control"] + alive["treated"]
model = stats.proportion_ratio(lived, of, litters)
print(f"ratio {model.estimate[0]:.2f}, p = {model.pvalue[0]:.2f}")

# %% [markdown]
# Pups of a litter are alike with a correlation of {glue:text}`alike`, and {glue:text}`litter_p`: with thirty-two dams the difference is not significant.
#
# (lesson-cages-one)=
# ## One cage in each group
#
# If all treated mice live in one cage and all untreated ones in another, n is one against one. Whatever differs between the two cages differs between the groups: light, an infection, an aggressive mouse. **No model can separate them**, because the data hold no
# information on it. Only the design can prevent this: use several cages of each group or, if possible, both treatments in each cage. A rerun shows a warning if each group of a cohort has only one cage.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Every row is an animal.** SciPy's `ttest_ind` and `f_oneway`, and the column table of any program, take what they are given: {glue:text}`wrong_p` for the wings.
# - **The wrong line of the table.** R's `summary(aov(length ~ cage / individual))` compares cages with the *ruler*, F = 255.7 for the wings {cite}`ruczinski-nested`. `Error(...)` in the formula, or one mean for each animal, sets it right.
# - **A chi-square of pups.** `scipy.stats.chi2_contingency` on pups, cells or neurons counted over animals: {glue:text}`pup_p` above, where the dams give {glue:text}`litter_p`.
# - **A mixed model with six cages.** statsmodels' `mixedlm` calculates p from the normal distribution even with few cages. For a made-up experiment of three cages in each of two arms it says {glue:text}`mixed_p`; a t test of the six cage means says {glue:text}`cage_p`. In this balanced design the two compare the same means, and the t test allows for the small number of
#   cages.
# - **Dropping the cage because it is "not significant".** Six cages can hardly show that they differ. The design says whether the cage matters.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. How many units?
#
# Forty mice live in eight cages of five. Four cages, drawn by lot, drink a drug in their water, the others plain water. From every mouse three sections of spleen are counted. How many experimental units are there in all?

# %% tags=["solution"] exercise="cages-1"
answer = 8

# %% [markdown]
# ### 2. What are they worth?
#
# In that experiment, mice of one cage have an ICC of 0.3. How many independent mice are the forty worth? Give one decimal.

# %% tags=["solution"] exercise="cages-2" tolerance=0.1
answer = 40 / (1 + (5 - 1) * 0.3)

# %% [markdown]
# ### 3. The wings of two cages
#
# Compare cages A and B of the worked example by the exact Mann-Whitney test, `stats.mann_whitney`, with one value for each mosquito. `wings` holds the analyses. What is the p? Give three decimals.

# %% tags=["solution"] exercise="cages-3" tolerance=0.001
means_a, means_b = (np.mean(wings[cage], axis=1) for cage in ("cage A", "cage B"))
answer = stats.mann_whitney(means_a, means_b).pvalue

# %% [markdown] tags=["solution"]
# `np.mean(..., axis=1)` takes the mean of each row: one value for each female. With all eight analyses of each cage as values, p would be below 5 %. Try it.

# %% [markdown]
# ### 4. Dams, by ranks
#
# `weaned` and `alive` hold Weil's litters, sixteen controls and sixteen treated. Work out the share weaned in each litter, and compare the sixteen shares with the other sixteen by `stats.mann_whitney`. What is the exact p? Give three decimals.

# %% tags=["solution"] exercise="cages-4" tolerance=0.001
control = np.array(weaned["control"]) / np.array(alive["control"])
treated = np.array(weaned["treated"]) / np.array(alive["treated"])
answer = stats.mann_whitney(control, treated).pvalue

# %% [markdown] tags=["solution"]
# With one number for each dam, an ordinary test may follow. It gives a litter of five the weight of a litter of thirteen, which the beta-binomial model does not; neither is significant.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Each mouse is injected on its own, by lot; five live in a cage, with both treatments in every cage. The unit is**
#
# - [x] the mouse
#   Any mouse could have been given the other treatment. The cage can be allowed for as a block, which makes the comparison sharper.
# - [ ] the cage
#   It would be if the treatment were given to cages.
#
# **Three wells of each of four animals are measured. For a t test, n in this group is**
#
# - [ ] 12
#   The wells tell how steady the assay is.
# - [x] 4
#   Average the wells of each animal first.
# - [ ] 3
#   That is the number of analyses of one animal.
#
# **All twelve treated rats lived in one cage, all twelve controls in another. Which analysis separates drug from cage?**
#
# - [ ] a mixed model with a random cage
#   It has one cage in each group, and nothing to learn the spread of cages from.
# - [ ] cage means and a t test
#   One value against one: no test exists.
# - [x] none
#   It can be said, and the next experiment designed otherwise.

# %% [markdown]
# ```{take-aways}
# - n counts {ref}`what could have been treated otherwise <lesson-cages-n>`, on its own.
# - Animals that share a cage or a dam are {ref}`worth fewer than they are <lesson-cages-share>`.
# - With one cage in each group {ref}`no method can tell <lesson-cages-one>` cage from treatment.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Many questions, one answer <lesson-multiplicity>`.
# - {doc}`How to hand in a file <../../../book/rerun>`: a column `cage` or `replicate`, and what a rerun makes of it.
