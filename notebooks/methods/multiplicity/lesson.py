# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-multiplicity)=
# # Many questions, and the garden of forking paths
#
# **The question.** Six doses against one control, three cytokines, two ways to analyse each: something will be significant. When is it news?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`What a p can and cannot be <lesson-floors>` | 40 minutes | say how often chance alone finds something, adjust p values for a family of questions, and see the choices that multiply tests without anyone counting them |
#
# Download: {download}`exercises <../../../_build/lessons/multiplicity-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/multiplicity-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from statsmodels.stats.multitest import multipletests

from secretome import load_study, stats

# %% tags=["remove-cell"]
from secretome.report import text
from secretome.course.pictures.pvalues import rates_alt, rates_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-multiplicity-again)=
# ## One in twenty, again and again
#
# A test at 5 % gives a false alarm in at most one of twenty experiments without an effect. This holds for *one* question. Ask two, and there are two chances of a false alarm. With k independent questions, each tested at exactly 5 %, the probability that none gives a false alarm is 0.95 × 0.95 × …, k times, so the probability of at least one is
#
# $$1 - 0.95^k.$$
#
# Here is what that looks like. In the book's simulated mice, phagocytosis was drawn with *no effect in any group*. Six treated groups are compared with saline:

# %% tags=["setup"]
mice = load_study("humoral_immunity").cohort.values.query("endpoint == 'phagocytosis'")
arms = ["im10", "im20", "im50", "sc10", "sc20", "sc50"]
phagocytosis = mice.set_index("group")["value"]

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works, and are evidence of nothing.")

# %%
saline = phagocytosis["saline"]
pvalues = [stats.mann_whitney(phagocytosis[arm], saline).pvalue for arm in arms]
for arm, p in zip(arms, pvalues, strict=True):
    print(f"{arm}: p = {p:.3f}")

# %%
holm = multipletests(pvalues, method="holm")[1]
for arm, p in zip(arms, holm, strict=True):
    print(f"{arm}: adjusted p = {p:.3f}")

# %% tags=["remove-cell"]
page.say(
    six=text.percent(round(1 - 0.95**6, 2)),
    twenty=text.percent(round(1 - 0.95**20, 2)),
    found=f"{sum(p <= 0.05 for p in pvalues)}",
    left=f"{sum(p <= 0.05 for p in holm)}",
    best=text.p_number(min(pvalues)),
    best_holm=text.p_number(min(holm)),
)

# %% [markdown]
# Of six, {glue:text}`found` are significant, and there is nothing to find. With six independent tests that would happen at least once in {glue:text}`six` of experiments, with twenty in {glue:text}`twenty`.
#
# (lesson-multiplicity-adjust)=
# ## Adjusting p values
#
# First name the **family**: the set of questions for which *any* false positive answer would be a false alarm of the paper. Then adjust each p for the number of questions.
#
# - **Bonferroni** multiplies every p by the number of questions. Simple, and always safe.
# - **Holm** {cite}`holm-1979` puts the p values in order and multiplies the smallest by k, the next by k − 1, and so on; none may come out below the one before it. Just as safe, never worse. (The second line of output above.)
# - **Benjamini and Hochberg** {cite}`benjamini-1995` control something else: on average at most 5 % of the reported findings are false, if the tests are independent. This suits twenty thousand genes, of which a list goes on to the next experiment. It does not suit a claim that must hold on its own.
#
# In the mice, Holm leaves {glue:text}`left`: {glue:text}`best` became {glue:text}`best_holm`. That one is still a false alarm. Adjustment makes false alarms rare, at most one family in twenty, but not impossible. A second cohort would show this.
#
# (lesson-multiplicity-paths)=
# ## The forking paths
#
# Families are easy to see when they are printed side by side. Most are not. A cytokine or its logarithm; the outlier in or out; five more animals, since p is 0.07: at each fork a reasonable person goes one way, and might have gone the other *had the values fallen otherwise*. Every path not taken is a test
# that was nearly made {cite}`gelman-2014`. The p of the path that was taken knows nothing of them.
#
# ## Worked example: how to find what is not there
#
# Simmons, Nelson and Simonsohn drew samples without any effect, twenty in each of two groups, and let an imagined researcher choose {cite}`simmons-2011`. With two outcomes that correlate by 0.5, tested alone and as their mean, the rate of false alarms was 9.5 %. With ten more subjects in each group if the first twenty showed
# nothing, 7.7 %. With both, 14.4 %. They drew 15 000 samples for each. `stats.power` does the same: it draws experiments, 100 000 unless told otherwise, and counts how often a test you give it finds something. `without_effect` draws them, `one_outcome` tests one outcome, and `best_outcome` takes the smallest p of the two and of their mean.


# %% tags=["setup"]
from secretome.course.trials import best_outcome, one_outcome, without_effect


# %%
def ten_more(x, y):
    """Look at 20 animals in each group, then at 30."""
    return np.minimum(one_outcome(x, y, n=20), one_outcome(x, y, n=30))


def both(x, y):
    """The better of two outcomes, at 20 animals and at 30."""
    return np.minimum(best_outcome(x, y, n=20), best_outcome(x, y, n=30))


rates = {
    "one test, as planned": stats.power(without_effect, one_outcome).power,
    "ten more if nothing shows": stats.power(without_effect, ten_more).power,
    "the better of two outcomes": stats.power(without_effect, best_outcome).power,
    "both": stats.power(without_effect, both).power,
}

# %% tags=["hide-input"]
measure = "false alarms where there is nothing"
page.figure(rates_figure(rates, 0.05, measure), "forks", rates_alt(rates, 0.05, measure))

# %% tags=["remove-cell"]
errors = [
    (0.077 - rates["ten more if nothing shows"]),
    (0.095 - rates["the better of two outcomes"]),
    (0.144 - rates["both"]),
]
page.say(off=f"{100 * max(abs(error) for error in errors):.1f}", both=text.percent(round(rates["both"], 3)))

# %% [markdown]
# All three lie within {glue:text}`off` percentage points of what was printed, as near as two sets of random draws can be expected to come. Nobody in this simulation cheats. Each choice has a reason that a methods section would print. Together they find something in {glue:text}`both` of experiments in which there is nothing.
#
# What helps is to **decide before looking**: which outcome, which test, how many animals, what is left out. A protocol does that, and in this book every claim is judged by one. What was *not* decided can at least be shown: a {term}`specification curve` prints every reasonable path beside the planned one.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Not knowing whether the program adjusts.** SciPy's `ttest_ind` and `mannwhitneyu` on a table of columns return the p of each column, not adjusted. R's `pairwise.t.test` and `pairwise.wilcox.test` adjust by Holm's method by default, and Prism's multiple comparisons after an analysis of variance are
#   adjusted by default {cite}`graphpad-anova`. scikit-posthocs' `posthoc_steel` has returned plain Mann-Whitney values under the name of a test that adjusts. If you adjust a p that is adjusted already, you lose {term}`power` unnecessarily.
# - **Taking the default.** statsmodels' `multipletests` without `method=` uses Holm and Šidák's, which assumes more than Holm does. SciPy's `false_discovery_control` is Benjamini and Hochberg's method, which controls another error rate.
# - **Adjusting what is shown.** Eight cytokines were measured, three are in the figure, and p is multiplied by three. The family is what was *measured*.
# - **Unadjusted pairwise tests after an omnibus test.** A small p of an analysis of variance, and then each pair tested unadjusted (Fisher's LSD): with more than three groups this does not hold the error rate of the family when some groups do differ.
# - **"Significant here, not significant there, so they differ."** The difference needs a test of its own {cite}`gelman-2006`.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Eight cytokines
#
# Eight independent cytokines are tested at 5 %, and treatment does nothing. How probable is at least one significant result? Give two decimals (0.25 for 25 %).

# %% tags=["solution"] exercise="multiplicity-1" tolerance=0.01
answer = 1 - 0.95**8

# %% [markdown]
# ### 2. Holm, by hand
#
# Four questions of one family have the p values 0.012, 0.2, 0.004 and 0.03. How many are significant at 5 % by Holm's method?

# %% tags=["solution"] exercise="multiplicity-2"
answer = int((multipletests([0.012, 0.2, 0.004, 0.03], method="holm")[1] <= 0.05).sum())

# %% [markdown] tags=["solution"]
# In order: 4 × 0.004, 3 × 0.012, 2 × 0.03, 1 × 0.2. The first two products are below 0.05, the third is not, and after a failure nothing counts. Unadjusted there would be three.

# %% [markdown]
# ### 3. Fifteen questions from the literature
#
# Benjamini and Hochberg's paper has a medical study with these fifteen p values (in the cell). How many more are significant by their method than by Bonferroni's, both at 5 %? The names for `multipletests` are `fdr_bh` and `bonferroni`.

# %%
fifteen = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
fifteen += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]

# %% tags=["solution"] exercise="multiplicity-3"
discovered = multipletests(fifteen, method="fdr_bh")[1] <= 0.05
safe = multipletests(fifteen, method="bonferroni")[1] <= 0.05
answer = int(discovered.sum() - safe.sum())

# %% [markdown] tags=["solution"]
# Four against three, as their paper says. Nine of the fifteen are below 0.05 unadjusted.

# %% [markdown]
# ### 4. Looking as you go
#
# Someone tests after 5 animals in each group, after 10, after 15 and after 20, and stops as soon as p is at most 0.05. Nothing is there. Use `stats.power(without_effect, your_test).power`, where `your_test(x, y)` returns the smallest of the four p values of `one_outcome(x, y, n=...)`; `np.min([...], axis=0)` takes it. What share of experiments finds something? Give two decimals;
# 0.01 more or less is right.


# %% tags=["solution"] exercise="multiplicity-4" tolerance=0.01
def peeking(x, y):
    return np.min([one_outcome(x, y, n=n) for n in (5, 10, 15, 20)], axis=0)


answer = stats.power(without_effect, peeking).power

# %% [markdown] tags=["solution"]
# With four looks the error rate is more than twice 5 %. Group-sequential designs allow several looks and adjust for them; they too are fixed beforehand.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A paper tests one cytokine, chosen after looking at eight. Its p should be adjusted for**
#
# - [ ] one question, since one is reported
#   The other seven were asked too, by eye.
# - [x] eight
#   Any of the eight could have been the one.
# - [ ] none, because no others were tested
#   The choice was the test.
#
# **p is 0.07 with ten mice in each group. Five more are added, and p is 0.04. Then**
#
# - [ ] the result is significant, with more animals
#   Had the first p been 0.04, none would have been added. The two chances add up.
# - [x] the error rate of this way of working is above 5 %
#   Whatever the second p is.
#
# **Benjamini and Hochberg at 5 % call ten of forty cytokines changed. It follows that**
#
# - [ ] each of the ten is false with at most 5 % probability
#   The rate is that of the list, on average over experiments.
# - [ ] none of the ten is false, with 95 % probability
#   Holm's and Bonferroni's methods would control that.
# - [x] of such lists, on average at most 5 % of the entries are false
#   The tenth entry is less certain than the first.

# %% [markdown]
# ```{take-aways}
# - Every further question is {ref}`another try for chance <lesson-multiplicity-again>`.
# - A family pays for {ref}`what was measured <lesson-multiplicity-adjust>`, shown or not.
# - Choices made after looking count too: {ref}`decide before <lesson-multiplicity-paths>`, and show the other paths.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`How many animals? <lesson-planning>`
# - {doc}`The sepsis study <../../sepsis_cytokines/analysis>` has a specification curve for each claim; {doc}`the guide to verdicts <../../../book/verdicts>` says which questions form a family.
