# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-multiplicity)=
# # Multiple testing and the garden of forking paths
#
# **The question.** With six doses against one control, three cytokines and two analyses of each, some result will be significant by chance. When is a significant result evidence?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`Minimum attainable p-values <lesson-min-pvalues>` | 40 minutes | calculate how often chance alone gives a significant result, adjust p-values for a family of tests, and recognise choices that increase the number of tests |
#
# Download: {download}`exercises <../../../_build/lessons/multiplicity-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/multiplicity-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/multiplicity-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from statsmodels.stats.multitest import multipletests

from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
from secretome.report import text
from secretome.course.pictures.pvalues import rates_alt, rates_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-multiplicity-again)=
# ## False positives of several tests
#
# A test at 5 % gives a false positive in at most one of twenty experiments without an effect. This holds for *one* test. With two tests there are two chances of a false positive. With k independent tests, each at exactly 5 %, the probability that none gives a false positive is 0.95 × 0.95 × …, k times, so the probability of at least one is
#
# $$1 - 0.95^k.$$
#
# In the book's simulated mice, the values of phagocytosis were drawn with *no effect in any group*. Six treated groups are compared with saline:

# %% tags=["setup"]
mice = load_study("humoral_immunity").cohort.values.query("endpoint == 'phagocytosis'")
treated = ["im10", "im20", "im50", "sc10", "sc20", "sc50"]
phagocytosis = mice.set_index("group")["value"]

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")

# %%
saline = phagocytosis["saline"]
pvalues = [stats.mann_whitney(phagocytosis[group], saline).pvalue for group in treated]
for group, p in zip(treated, pvalues, strict=True):
    print(f"{group}: p = {p:.3f}")

# %%
holm = multipletests(pvalues, method="holm")[1]
for group, p in zip(treated, holm, strict=True):
    print(f"{group}: adjusted p = {p:.3f}")

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
# Of six tests, {glue:text}`found` are significant, although there is no effect. With six independent tests at least one is significant in {glue:text}`six` of experiments, with twenty in {glue:text}`twenty`.
#
# (lesson-multiplicity-adjust)=
# ## Adjusting p-values
#
# First define the **family**: the set of tests in which *any* false positive would lead to a false claim of the paper. Then adjust each p for the number of tests.
#
# - **Bonferroni** multiplies every p by the number of tests. It is simple and always valid.
# - **Holm** {cite}`holm-1979` sorts the p-values and multiplies the smallest by k, the next by k − 1, and so on; no adjusted p may be smaller than the one before it. It is always valid too, and at least as powerful. (See the second output above.)
# - **Benjamini and Hochberg** {cite}`benjamini-1995` control another error rate: on average at most 5 % of the reported findings are false, if the tests are independent. This is suitable if twenty thousand genes are tested to make a list for the next experiment. It is not suitable for a single claim.
#
# In the mice, {glue:text}`left` comparison remains significant after Holm's adjustment: its p of {glue:text}`best` became {glue:text}`best_holm`. It is a false positive. After adjustment false positives are rare, in at most one family in twenty, but not impossible. In a second cohort this comparison would probably not be significant.
#
# (lesson-multiplicity-paths)=
# ## Choices made after seeing the data
#
# Families are easy to recognise if all tests are reported. Often not all are reported. A researcher can analyse a cytokine or its logarithm, include or exclude an outlier, or add five animals because p is 0.07. Each choice is reasonable, but might have been different *with other values*. Each alternative is a test
# that might have been made {cite}`gelman-2014`, and the reported p is not adjusted for it.
#
# ## Worked example: false positives from flexible analyses
#
# Simmons, Nelson and Simonsohn drew samples without any effect, twenty in each of two groups, and let a hypothetical researcher choose the analysis {cite}`simmons-2011`. If the researcher tested two outcomes with a correlation of 0.5, and also their mean, the false positive rate was 9.5 %. If the researcher added ten more subjects to each group when the first twenty gave no significant result, it was 7.7 %. With both choices it was 14.4 %. They drew 15 000 samples for each rate. `stats.power` does the same: it draws experiments, by default 100 000, and counts how often a given test is significant. `without_effect` draws them, `one_outcome` tests one outcome, and `best_outcome` takes the smallest p of the two outcomes and of their mean.


# %% tags=["setup"]
from secretome.course.trials import best_outcome, one_outcome, without_effect


# %%
def ten_more(x, y):
    """The smaller p of a test of 20 animals in each group and of 30."""
    return np.minimum(one_outcome(x, y, n=20), one_outcome(x, y, n=30))


def both(x, y):
    """The smallest p of two outcomes, at 20 animals and at 30."""
    return np.minimum(best_outcome(x, y, n=20), best_outcome(x, y, n=30))


rates = {
    "one test, as planned": stats.power(without_effect, one_outcome).power,
    "ten more if not significant": stats.power(without_effect, ten_more).power,
    "the better of two outcomes": stats.power(without_effect, best_outcome).power,
    "both": stats.power(without_effect, both).power,
}

# %% tags=["hide-input"]
measure = "false positive rate without an effect"
page.figure(
    rates_figure(rates, 0.05, measure),
    "forks",
    rates_alt(rates, 0.05, measure),
    caption="Each bar is the proportion of simulated experiments without an effect that are significant, and the line is 5 %.",
)

# %% tags=["remove-cell"]
errors = [
    (0.077 - rates["ten more if not significant"]),
    (0.095 - rates["the better of two outcomes"]),
    (0.144 - rates["both"]),
]
page.say(off=f"{100 * max(abs(error) for error in errors):.1f}", both=text.percent(round(rates["both"], 3)))

# %% [markdown]
# All three are within {glue:text}`off` percentage points of the published rates, which is the expected agreement of two simulations. None of these choices is dishonest: each has a reason that could be given in a methods section. Together they give a significant result in {glue:text}`both` of experiments without an effect.
#
# The remedy is to **decide in advance**: which outcome, which test, how many animals, what is excluded. A {term}`protocol` does this, and in this book every claim is decided by its protocol. For choices that were *not* made in advance, report a {term}`specification curve`: it shows the results of all reasonable analyses with the planned one.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Not knowing whether the program adjusts.** SciPy's `ttest_ind` and `mannwhitneyu` on a table of columns return the p of each column, not adjusted. R's `pairwise.t.test` and `pairwise.wilcox.test` adjust by Holm's method by default, and Prism's multiple comparisons after an analysis of variance are
#   adjusted by default {cite}`graphpad-anova`. The `posthoc_steel` of scikit-posthocs 0.17.1 returns unadjusted Mann-Whitney p-values by default, under the name of a test that adjusts. If you adjust a p that is already adjusted, you lose {term}`power` unnecessarily.
# - **Using the default without checking it.** statsmodels' `multipletests` without `method=` uses Holm and Šidák's, which assumes more than Holm does. SciPy's `false_discovery_control` is Benjamini and Hochberg's method, which controls another error rate.
# - **Adjusting only for the reported tests.** Suppose that eight cytokines were measured, three are in the figure, and p is multiplied by three. The family is everything that was *measured*, all eight.
# - **Unadjusted pairwise tests after an omnibus test.** If an analysis of variance gives a small p, each pair is sometimes tested without adjustment (Fisher's LSD). With more than three groups this does not keep the error rate of the family at 5 % when some groups differ.
# - **"Significant here, not significant there, so they differ."** The difference needs a separate test {cite}`gelman-2006`.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Eight cytokines
#
# Eight independent cytokines are tested at 5 %, and the treatment has no effect. What is the probability of at least one significant result? Give two decimals (0.25 for 25 %).

# %% tags=["solution"] exercise="multiplicity-1" difficulty=1 tolerance=0.01
answer = 1 - 0.95**8

# %% tags=["mistakes", "remove-cell"]
mistakes = {"complement": 0.95**8, "sum": 0.40}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 1 - 0.95^8
# ```

# %% [markdown]
# ### 2. Holm, by hand
#
# Four tests of one family have the p-values 0.012, 0.2, 0.004 and 0.03. How many are significant at 5 % by Holm's method?

# %% tags=["solution"] exercise="multiplicity-2" difficulty=2
answer = int((multipletests([0.012, 0.2, 0.004, 0.03], method="holm")[1] <= 0.05).sum())

# %% tags=["mistakes", "remove-cell"]
mistakes = {"unadjusted": 3}

# %% [markdown] tags=["solution"]
# In order, the products are 4 × 0.004, 3 × 0.012, 2 × 0.03 and 1 × 0.2. The first two products are below 0.05, the third is not, and after the first product above 0.05 no test is significant. Without adjustment there would be three.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# sum(p.adjust(c(0.012, 0.2, 0.004, 0.03), "holm") <= 0.05)
# ```

# %% [markdown]
# ### 3. Fifteen tests from the literature
#
# The cell has the fifteen p-values of a medical study in Benjamini and Hochberg's paper. How many more are significant by their method than by Bonferroni's, both at 5 %? The names for `multipletests` are `fdr_bh` and `bonferroni`.

# %%
fifteen = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
fifteen += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]

# %% tags=["data"]
data = {"p": fifteen}
print_data(data)

# %% tags=["solution"] exercise="multiplicity-3" difficulty=2
discovered = multipletests(fifteen, method="fdr_bh")[1] <= 0.05
safe = multipletests(fifteen, method="bonferroni")[1] <= 0.05
answer = int(discovered.sum() - safe.sum())

# %% tags=["mistakes", "remove-cell"]
mistakes = {"other_count": [int(discovered.sum()), int(safe.sum())]}

# %% [markdown] tags=["solution"]
# Four against three, as their paper says. Nine of the fifteen are below 0.05 unadjusted.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("multiplicity-data.csv"), exercise == "multiplicity-3")
# p <- as.numeric(d$value)
# sum(p.adjust(p, "BH") <= 0.05) - sum(p.adjust(p, "bonferroni") <= 0.05)
# ```

# %% [markdown]
# ### 4. Repeated tests during an experiment
#
# Someone tests after 5 animals in each group, after 10, after 15 and after 20, and stops as soon as p is at most 0.05. There is no effect. Use `stats.power(without_effect, your_test).power`, where `your_test(x, y)` returns the smallest of the four p-values of `one_outcome(x, y, n=...)`; `np.min([...], axis=0)` calculates it. In what proportion of experiments is a test significant? Give two decimals;
# answers within 0.01 are right.


# %% tags=["solution"] exercise="multiplicity-4" difficulty=3 tolerance=0.01
def peeking(x, y):
    return np.min([one_outcome(x, y, n=n) for n in (5, 10, 15, 20)], axis=0)


answer = stats.power(without_effect, peeking).power

# %% tags=["mistakes", "remove-cell"]
mistakes = {"sum": 0.20, "independent": 1 - 0.95**4, "single": 0.05}

# %% [markdown] tags=["solution"]
# With four tests the error rate is more than twice 5 %. Group-sequential designs allow several interim tests and adjust for them; they too are fixed in advance.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A paper tests one cytokine, chosen after looking at eight. Its p should be adjusted for**
#
# - [ ] one test, because one is reported
#   The other seven were compared too, by looking at them.
# - [x] eight tests
#   Any of the eight could have been chosen.
# - [ ] none, because no others were tested
#   The choice was equivalent to testing them.
#
# **p is 0.07 with ten mice in each group. Five more are added, and p is 0.04. Then**
#
# - [ ] the result is significant, with more animals
#   If the first p had been 0.04, no animals would have been added. There are two chances of a false positive.
# - [x] the error rate of this procedure is above 5 %
#   This is true whatever the second p is.
#
# **Benjamini and Hochberg at 5 % call ten of forty cytokines changed. It follows that**
#
# - [ ] each of the ten is false with at most 5 % probability
#   The rate is that of the list, on average over experiments.
# - [ ] none of the ten is false, with 95 % probability
#   Holm's and Bonferroni's methods would control that.
# - [x] on average, at most 5 % of the entries of such lists are false
#   The tenth entry is less certain than the first.

# %% [markdown]
# ```{take-aways}
# - Every further test is {ref}`another chance of a false positive <lesson-multiplicity-again>`.
# - Adjust for {ref}`everything that was measured <lesson-multiplicity-adjust>`, reported or not.
# - Choices made after seeing the data count too: {ref}`decide in advance <lesson-multiplicity-paths>`, and report the other analyses.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Sample size and power <lesson-planning>` is the next lesson.
# - {doc}`The sepsis study <../../sepsis_cytokines/analysis>` has a specification curve for each claim; {doc}`the guide to verdicts <../../../book/verdicts>` explains which tests form a family.
