# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-auditing)=
# # Auditing a paper's numbers
#
# **The question.** A paper reports means, standard deviations, counts and p-values, but no individual values. Are these numbers consistent?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | Nothing | 40 minutes | say which means are possible, convert SE to SD and recognise which was printed, recalculate a p from counts or from means, and report a discrepancy fairly |
#
# Download: {download}`exercises <../../../_build/lessons/auditing-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/auditing-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np

from secretome.audit.counts import count_pvalues
from secretome.audit.summaries import Summary, anova, t_test

# %% tags=["remove-cell"]
import pandas as pd
from scipy.stats import chi2_contingency

from secretome.report import text
from secretome.course.pictures.limits import possible_means_alt, possible_means_figure
from secretome.report.page import Page
from secretome.audit import audit, published_tables

page = Page()

# %% [markdown]
# (lesson-auditing-means)=
# ## Which means are possible?
#
# The sum of whole numbers, such as scores, lesions or pups, is a whole number. Their mean is this sum divided by n, so only some values are possible. *The Economist* explained this with an example: 49 people answered on a scale of whole numbers, and the printed mean was 5.93 {cite}`economist-2016`.

# %%
sums = np.array([290, 291])
sums / 49

# %% tags=["hide-input"]
page.figure(
    possible_means_figure(49, 5.93, 0.005),
    "possible-means",
    possible_means_alt(49, 5.93, 0.005),
    caption="Each tick is a mean that 49 whole numbers can have, and the coloured band is the printed mean with its rounding: no tick lies in the band.",
)

# %% [markdown]
# A sum of 290 gives 5.92, and a sum of 291 gives 5.94. No sum gives 5.93 (the coloured band). Therefore the mean, n or the kind of scale is not what was printed. This is the **GRIM test** of Brown and Heathers {cite}`brown-2017`. It can be done on paper. It works only for a small n: below 100 if the mean has two decimals.
#
# (lesson-auditing-se)=
# ## SD or SE?
#
# The number after ± is either a standard deviation (SD), which describes how much *animals* differ, or a standard error (SE), which describes the uncertainty of the *mean*. They are related by
#
# $$\text{SE} = \text{SD} / \sqrt{n}.$$
#
# With n = 8 the SD is nearly three times the SE. Many tables do not say which of the two they print. If so, do every calculation for both.
#
# ## A p from printed numbers
#
# A chi-square test needs only the counts; a t test or an analysis of variance needs only means, SDs and n. If these are printed, the p can be recalculated.
#
# (lesson-auditing-rats)=
# ## Worked example: rats with sepsis or a poisoned liver
#
# The first table has fifty rats, ten in each of five groups: sham, sepsis, and sepsis with melatonin, with stem cells, or with both {cite}`pmc4212921`. Deaths in the groups were 0, 4, 3, 1 and 2, with a printed p of 0.181. A combined endpoint was reached by 0, 6, 3, 1 and 2 rats, with a printed p of 0.02. `count_pvalues` takes, for each group, the numbers of animals with and without the event.

# %%
deaths = count_pvalues([(0, 10), (4, 6), (3, 7), (1, 9), (2, 8)])
combined = count_pvalues([(0, 10), (6, 4), (3, 7), (1, 9), (2, 8)])
print(f"deaths: p = {deaths['chi-square']:.4f}")
print(f"combined: p = {combined['chi-square']:.4f}")

# %% [markdown]
# Both agree with the printed values. This is the most frequent result of an audit, and it should be reported as clearly as a discrepancy. Exercise 4 has a row of the same table that does not agree.
#
# The second table has TNF-α of six groups of eight rats given aflatoxin, as mean ± a number, and a p of 0.0382 {cite}`pmc9210847`. It does not say whether ± is SD or SE, so calculate p for both:

# %%
printed = [(10.99, 2.11), (15.61, 1.31), (11.32, 1.91)]
printed += [(14.21, 2.30), (16.87, 2.12), (10.25, 1.63)]
as_sd = anova([Summary(mean, spread, 8) for mean, spread in printed])
as_se = anova([Summary(mean, spread * np.sqrt(8), 8) for mean, spread in printed])
print(f"as SD: p = {as_sd.pvalue:.9f}")
print(f"as SE: p = {as_se.pvalue:.3f}")

# %% tags=["remove-cell"]
findings = audit(published_tables())
two_rates = [[4, 16], [0, 20]]
measurements = np.array([12.0, 15.0, 9.0, 20.0])
page.say(
    sd_p=text.p_number(as_sd.pvalue),
    se_p=text.p_number(as_se.pvalue),
    tables=f"{len(published_tables())}",
    compared=f"{len(findings)}",
    agree=f"{sum(one.outcome == 'agrees' for one in findings)}",
    differ=f"{sum(one.outcome == 'differs' for one in findings)}",
    numpy_sd=text.number(float(np.std(measurements))),
    pandas_sd=text.number(float(pd.Series(measurements).std())),
    with_yates=text.p_number(chi2_contingency(two_rates).pvalue),
    without_yates=text.p_number(chi2_contingency(two_rates, correction=False).pvalue),
    half=f"{round(2.675, 2)}",
)

# %% [markdown]
# The results are p {glue:text}`sd_p` if ± is an SD and p = {glue:text}`se_p` if it is an SE. The printed p is 0.0382, and *neither* agrees with it. This does not mean that the authors made an error. Another test, excluded rats, a typing error or an adjustment may be the reason. Ask the authors, and treat this row with caution.
#
# ## Audit of a table
#
# The command `secretome audit FILE.yml` makes {doc}`all comparisons in this list <../../../book/reported>`, allows for rounding, and reports *agrees*, *differs* or *cannot tell*. For the {glue:text}`tables` sources of {doc}`the audit <../../published_cohorts/analysis>` it made {glue:text}`compared` comparisons; {glue:text}`agree` agree and {glue:text}`differ` differ.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Two SDs with one name.** NumPy's `std` divides by n, pandas' `std` by n − 1: {glue:text}`numpy_sd` and {glue:text}`pandas_sd` for 12, 15, 9 and 20. Papers usually mean the second.
# - **A continuity correction by default.** SciPy's `chi2_contingency` corrects 2 × 2 tables for continuity (Yates), and so does R's `chisq.test`: {glue:text}`with_yates` for 4 of 20 against 0 of 20, while the uncorrected test gives {glue:text}`without_yates`. Before you report that a p is wrong, try both.
# - **Unexpected rounding.** Python's `round(2.675, 2)` is {glue:text}`half`, because the stored number is slightly smaller than 2.675. Python's `round(2.5)` and R's `round(2.5)` are 2, the even digit; other programs round a 5 up. An audit must accept either.
# - **GRIM for numbers that are not whole.** Concentrations, weights and means of several measurements can have any mean.
# - **An accusation.** A discrepancy does not show its cause. Report what is printed, what you calculated, and how.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Possible means
#
# Four means of whole numbers are printed, each with its n: 7.22 with 32, 4.74 with 25, 5.23 with 29, and 2.57 with 24. How many of the four are possible?

# %% tags=["solution"] exercise="auditing-1" difficulty=2
printed = [(7.22, 32), (4.74, 25), (5.23, 29), (2.57, 24)]
answer = sum(abs(round(mean * n) / n - mean) <= 0.005 for mean, n in printed)

# %% [markdown] tags=["solution"]
# 231 / 32 is 7.21875, which rounds to 7.22. For the others the nearest means are 4.72 or 4.76, 5.24 and 2.58. The four are from the test data of the R package *scrutiny*, which gives the same answer.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# printed <- c(7.22, 4.74, 5.23, 2.57)
# n <- c(32, 25, 29, 24)
# sum(abs(round(printed * n) / n - printed) <= 0.005)
# ```

# %% [markdown]
# ### 2. From SE to SD
#
# "IL-6 was 36.5 ± 2.1 pg/mL (mean ± SE, n = 8)." What is the SD? Give two decimals.

# %% tags=["solution"] exercise="auditing-2" difficulty=1 tolerance=0.01
answer = 2.1 * np.sqrt(8)

# %% tags=["mistakes", "remove-cell"]
mistakes = {"divided_by_root": 2.1 / np.sqrt(8)}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 2.1 * sqrt(8)
# ```

# %% [markdown]
# ### 3. A t test from a sentence
#
# An abstract on mice with leishmaniasis has lesions of 4.56 ± 0.83 mm in one group and 3.62 ± 0.59 mm in another, with ten mice in each group. If ± is an SD, what is the p of Student's t test? Use `t_test(Summary(mean, sd, n), Summary(mean, sd, n)).pvalue`, and give three decimals. (The abstract prints 0.092. Try SE too.)

# %% tags=["solution"] exercise="auditing-3" difficulty=2 tolerance=0.001
answer = t_test(Summary(4.56, 0.83, 10), Summary(3.62, 0.59, 10)).pvalue

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "standard_error": t_test(Summary(4.56, 0.83 * 10**0.5, 10), Summary(3.62, 0.59 * 10**0.5, 10)).pvalue,
    "one_sided": answer / 2,
    "printed": 0.092,
}

# %% [markdown] tags=["solution"]
# If ± is an SE, multiply both by √10: p is then near 0.37. The printed 0.092 agrees with neither. It has the digits of the first p with the decimal point moved by one place, which may be a misprint; an adjustment for several groups is another possible reason. The numbers do not show which.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# t <- (4.56 - 3.62) / sqrt((0.83^2 + 0.59^2) / 10)
# 2 * pt(-abs(t), 18)
# ```

# %% [markdown]
# ### 4. Another row of the table
#
# In the sepsis table of the example, dark bloody ascites was observed in 0, 4, 2, 1 and 1 of ten rats. What is the p of the chi-square test? Give three decimals. (The paper prints 0.230.)

# %% tags=["solution"] exercise="auditing-4" difficulty=2 tolerance=0.001
answer = count_pvalues([(0, 10), (4, 6), (2, 8), (1, 9), (1, 9)])["chi-square"]

# %% tags=["mistakes", "remove-cell"]
mistakes = {"printed": 0.230}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# chisq.test(rbind(c(0, 10), c(4, 6), c(2, 8), c(1, 9), c(1, 9)))$p.value
# ```
#
# R warns that the approximation may be incorrect, because fewer than five animals are expected in some cells. An audit repeats the test of the paper; for a test of the data, an exact one is better.

# %% [markdown]
# ### 5. SD or SE?
#
# IL-10 of ten mice is printed as 66.5 ± 9.7 pg/mL, and of ten others as 285.4 ± 25.2. By how many SDs do the means differ, if ± is an SD? Divide the difference of the means by the root of the mean of the two squared SDs. Give one decimal.

# %% tags=["solution"] exercise="auditing-5" difficulty=2 tolerance=0.1
answer = (285.4 - 66.5) / np.sqrt((9.7**2 + 25.2**2) / 2)

# %% tags=["mistakes", "remove-cell"]
mistakes = {"standard_error": answer / 10**0.5}

# %% [markdown] tags=["solution"]
# Two normal distributions that are 8 SDs apart hardly overlap, and these are farther apart. This is possible after a strong stimulus. But ± may be an SE: then the SD is √10 times as large, and the effect is smaller by the same factor, between 3 and 4.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# (285.4 - 66.5) / sqrt((9.7^2 + 25.2^2) / 2)
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **The printed p does not follow from the printed means and SDs by a t test. The likeliest explanation is**
#
# - [ ] fraud
#   Fraud happens, but one number cannot show it.
# - [x] another test, another n, an SE, or a misprint
#   Try these first, and report that you did.
#
# **For which of these can the GRIM test be used?**
#
# - [ ] a mean serum IL-6 of 105.3 pg/mL, n = 12
#   Concentrations are not whole numbers.
# - [x] a mean clinical score of 2.37 on a scale of 0 to 5, n = 12
#   28 / 12 is 2.33, and 29 / 12 is 2.42.
# - [ ] a mean of 3.41 plaques, n = 400
#   With n above 100, every mean of two decimals is possible.
#
# **A table prints 151 ± 146 pg/mL for a cytokine, as mean ± SD. What does this show?**
#
# - [ ] that the table must be wrong
#   A few very high values give such an SD.
# - [x] that the values are far from a normal distribution
#   A normal distribution with that mean and SD would have many values below zero. Use logarithms.

# %% [markdown]
# ```{take-aways}
# - A mean of whole numbers {ref}`can have only some values <lesson-auditing-means>`.
# - If ± is not defined, {ref}`calculate with SD and with SE <lesson-auditing-se>`.
# - A discrepancy is {ref}`a question to the authors <lesson-auditing-rats>`, not an accusation.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Pooling cohorts <lesson-pooling>` is the next lesson.
# - {doc}`Check a printed table <../../../book/reported>` explains how to write a file for `secretome audit` for another paper.
