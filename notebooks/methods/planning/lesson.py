# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-planning)=
# # Sample size and power
#
# **The question.** The ethics form asks for n and its justification. What must be known, what must be assumed, and what are the consequences of too few animals?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`Multiple testing <lesson-multiplicity>` | 40 minutes | calculate n from a ratio and a coefficient of variation, find the {term}`power` of any test by simulation, allow for deaths and for several doses, and explain why power calculated afterwards is not useful |
#
# Download: {download}`exercises <../../../_build/lessons/planning-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/planning-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from secretome import stats

# %% tags=["remove-cell"]
from scipy.stats import ttest_ind

from secretome.report import text
from secretome.course.pictures.pvalues import powers_alt, powers_figure
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-planning-four)=
# ## Power depends on four numbers
#
# **Power** is the proportion of experiments that would detect an effect *if it exists*. It depends on
#
# 1. **the effect** you want to detect: for cytokines a ratio, such as one half;
# 2. **the standard deviation** between animals of one group;
# 3. **the error rate** of the test, such as 5 %, or by Bonferroni's method 5 % divided by the number of tests in the family;
# 4. **n**, the number of animals in each group.
#
# With a power of 80 %, one of five experiments misses a true effect of that size. A power of 80 % is the usual choice; some studies use 90 %.
#
# Of the four, the standard deviation comes from earlier experiments, and the error rate is a convention. The effect is *your decision*: the smallest effect that would matter. It is not the effect you hope for, and not the effect observed in a small pilot.
#
# ## Power by simulation
#
# For serum IL-6 in septic rats this book assumes a coefficient of variation of 0.55: the SD is 55 % of the mean. The evidence for this number is in {doc}`the sepsis study <../../sepsis_cytokines/analysis>`. On the scale of natural logarithms this is an SD of √ln(1 + 0.55²). To simulate an experiment, draw the logarithms of one group around 0 and those of the other around the logarithm of the ratio. `two_groups(ratio, cv, n)` does this. `stats.power` draws twenty thousand such experiments and counts in how many {term}`Welch's t` test is significant.


# %% tags=["setup"]
from secretome.course.trials import two_groups

# %%
sizes = [3, 4, 5, 6, 8, 10, 12, 16, 20]
falls = {"to 35 %": 0.35, "to half": 0.50, "to 65 %": 0.65, "to 80 %": 0.80}
powers = {}
for label, ratio in falls.items():
    powers[label] = []
    for n in sizes:
        result = stats.power(two_groups(ratio, 0.55, n), "welch", trials=20_000)
        powers[label].append(result.power)

# %% tags=["hide-input"]
page.figure(
    powers_figure(sizes, powers, 0.80),
    "power",
    powers_alt(sizes, powers, 0.80),
    caption="Each line is the power of Welch's t test against the number of rats in each group, for one size of effect; the horizontal line is 80 %.",
)

# %% tags=["remove-cell"]
three, eight = (stats.power(two_groups(0.5, 0.55, n), trials=20_000).power for n in (3, 8))
rng = np.random.default_rng(5)
x, y = two_groups(0.65, 0.55, 5)(rng, 40_000)
lucky = ttest_ind(x, y, axis=1, equal_var=False).pvalue <= 0.05
factors = np.exp((x.mean(axis=1) - y.mean(axis=1))[lucky & (x.mean(axis=1) < y.mean(axis=1))])
drawn = stats.power(lambda rng, trials: (rng.normal(1.2, 1, (trials, 12)), rng.normal(0, 1, (trials, 12))), "welch")
reached = {label: [n for n, share in zip(sizes, power, strict=True) if share >= 0.8] for label, power in powers.items()}
cohen = [TTestIndPower().power(difference, n, 0.05) for difference, n in ((1.0, 17), (1.2, 12), (1.4, 9))]
page.say(
    half=f"{reached['to half'][0]}",
    most=f"{reached['to 35 %'][0]}",
    weak=text.percent(round(powers["to 80 %"][-1], 2)),
    three=text.percent(three),
    lucky=text.percent(round(float(lucky.mean()), 2)),
    winner=text.number(float(np.exp(np.log(factors).mean()))),
    normal=f"{int(np.ceil(NormalIndPower().solve_power(1.4, power=0.8, alpha=0.05)))}",
    student=f"{int(np.ceil(TTestIndPower().solve_power(1.4, power=0.8, alpha=0.05)))}",
    simulated=text.percent(round(drawn.power, 3)),
    cohen_least=f"{min(cohen):.2f}",
    cohen_most=f"{max(cohen):.2f}",
    cohen_nine=f"{cohen[-1]:.3f}",
)

# %% [markdown]
# Of the sizes in the figure, {glue:text}`most` rats in each group are enough for a power of 80 % if IL-6 falls to 35 %, and {glue:text}`half` if it falls to half. For a fall to 80 % the power is {glue:text}`weak` with twenty rats in each group. An effect half as large on the log scale needs about four times as many animals.
#
# The power of the exact {term}`Mann-Whitney test` is slightly lower than that of Welch's test for these distributions. With one size the difference is large: with three against three its power is {glue:text}`three`, whatever the effect, because {ref}`its minimum attainable p is above 0.05 <lesson-min-pvalues>`.
#
# ## Worked example: Cohen's table
#
# Cohen's table of sample sizes is widely used {cite}`cohen-1988`. Take two groups, 80 % power and a two-sided t test at 5 %. If the means differ by 1.0 SD, the table gives 17 in each group; it gives 12 for 1.2 SD, and 9 for 1.4 SD. statsmodels calculates the power of the same test by a formula:

# %%
for difference, n in ((1.0, 17), (1.2, 12), (1.4, 9)):
    power = TTestIndPower().power(difference, n, 0.05)
    print(f"{difference} SD with {n} in each group: power {power:.2f}")

# %% [markdown]
# The powers, rounded to two decimals, are {glue:text}`cohen_least` to {glue:text}`cohen_most`. Cohen's table is rounded: for 1.4 SD nine animals in each group give {glue:text}`cohen_nine`, and a power of at least 0.80 needs {glue:text}`student`. A simulation of 100 000 experiments with 1.2 SD and twelve animals in each group gives {glue:text}`simulated` for Welch's test. Its power is a little lower than that of Student's test, because it does not assume equal variances. A formula is faster. Simulation works for *every* test and every distribution.
#
# (lesson-planning-form)=
# ## The number for the ethics form
#
# - **Several doses?** Divide the 5 % by the number of tests in the family (exercise 2).
# - **Deaths?** n is the number *alive at sampling*. If a third of the animals die, divide this number by two thirds.
# - **Cages?** If cages are treated, {ref}`n is the number of cages <lesson-cages>`.
# - **Equivalence?** To show equivalence usually needs more animals than to show a difference.
# - **Effect uncertain?** Report the power for several effects. The command `secretome power` does this for each claim, and prints a sentence for the form.
#
# (lesson-planning-cost)=
# ## Consequences of too few animals
#
# An experiment with low power mostly gives no significant result, although there is an effect. If its result is significant, the estimate is on average too large. With five rats in each group and a true fall to 65 %, {glue:text}`lucky` of experiments are significant. Those that show a fall estimate, on average, a fall to {glue:text}`winner`. This is called the winner's curse {cite}`button-2013`. An experiment planned on *that* estimate has too few animals.
#
# :::{admonition} Common mistakes
# :class: warning
# - **A normal approximation for small n.** statsmodels' `NormalIndPower` gives {glue:text}`normal` in each group for 1.4 SD; the t test that will be used needs {glue:text}`student`. Sample-size formulas with 1.96 and 0.84 have the same error.
# - **One group or both?** `solve_power` of statsmodels returns `nobs1`, the size of *one* group, and R's `power.t.test` prints "n is number in *each* group" below its result. The form asks for the total.
# - **Planning for a t test and using a rank test.** With three against three the exact rank test cannot be significant at 5 %, even if the planned power of the t test was high.
# - **"Observed power".** Power at the observed effect is a function of p {cite}`hoenig-2001`. Calculate power before the experiment.
# - **An SE used as an SD.** The number after ± in a paper may be a standard error, which is the SD divided by √n. An experiment planned with it is far too small. The next lesson explains {ref}`how to distinguish them <lesson-auditing>`.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. The SD of logarithms
#
# Suppose IL-4 has a coefficient of variation of 0.33. What is its SD on the scale of natural logs? Give two decimals.

# %% tags=["solution"] exercise="planning-1" difficulty=1 tolerance=0.01
answer = np.sqrt(np.log(1 + 0.33**2))

# %% tags=["mistakes", "remove-cell"]
mistakes = {"cv": np.log(1 + 0.33**2), "wrong_base": np.sqrt(np.log(1 + 0.33**2)) / np.log(10)}

# %% [markdown] tags=["solution"]
# It is nearly equal to the coefficient of variation: up to 0.4 the two differ by less than 4 %.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# sqrt(log(1 + 0.33^2))
# ```

# %% [markdown]
# ### 2. Two doses
#
# Two doses are compared with one control, so each test has an error rate of 0.025. You want 80 % power to detect 1.2 SD by a t test. What is the smallest n for each group? Use `TTestIndPower().solve_power(1.2, power=0.8, alpha=...)`, which returns the size of one group, and round up.

# %% tags=["solution"] exercise="planning-2" difficulty=2
answer = int(np.ceil(TTestIndPower().solve_power(1.2, power=0.8, alpha=0.05 / 2)))

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "unadjusted": int(np.ceil(TTestIndPower().solve_power(1.2, power=0.8, alpha=0.05))),
    "rounded_down": answer - 1,
}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# ceiling(power.t.test(delta = 1.2, power = 0.8, sig.level = 0.05 / 2)$n)
# ```

# %% [markdown]
# ### 3. Deaths before sampling
#
# Suppose 15 living rats are needed in each of three groups, and a quarter of the rats die before blood is drawn. How many rats must the form request in total?

# %% tags=["solution"] exercise="planning-3" difficulty=2
answer = 3 * int(np.ceil(15 / 0.75))

# %% tags=["mistakes", "remove-cell"]
mistakes = {"added_share": [56, 57], "group_only": 20}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 3 * ceiling(15 / 0.75)
# ```

# %% [markdown]
# ### 4. Power of a rank test
#
# What is the power of the exact Mann-Whitney test to detect a fall to half, with a coefficient of variation of 0.55 and eight animals in each group? Use `stats.power(two_groups(ratio, cv, n), trials=20_000).power`: the rank test is its default. Give two decimals; answers within 0.02 are right.

# %% tags=["solution"] exercise="planning-4" difficulty=2 tolerance=0.02
answer = stats.power(two_groups(0.5, 0.55, 8), trials=20_000).power

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# set.seed(1)
# sd <- sqrt(log(1 + 0.55^2))
# pvalues <- replicate(5000, wilcox.test(rnorm(8, log(0.5), sd), rnorm(8, 0, sd))$p.value)
# mean(pvalues <= 0.05)
# ```

# %% [markdown]
# ### 5. The smallest n
#
# What is the smallest n in each group that gives the exact Mann-Whitney test at least 70 % power for a fall to 40 %, with a coefficient of variation of 0.55? Try increasing values of n.

# %% tags=["solution"] exercise="planning-5" difficulty=3
answer = 3
while stats.power(two_groups(0.4, 0.55, answer), trials=20_000).power < 0.7:
    answer = answer + 1

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# set.seed(1)
# sd <- sqrt(log(1 + 0.55^2))
# power <- function(n) {
#   mean(replicate(5000, wilcox.test(rnorm(n, log(0.4), sd), rnorm(n, 0, sd))$p.value) <= 0.05)
# }
# n <- 3
# while (power(n) < 0.7) n <- n + 1
# n
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Which effect goes into a sample-size calculation?**
#
# - [ ] the effect observed in a pilot with four animals
#   Estimates of small pilots are imprecise, and those that look promising are on average too large.
# - [x] the smallest effect that would change what you do next
#   Then a negative result is informative too.
# - [ ] the effect that gives the n you can afford
#   This is common, but it reverses the calculation.
#
# **An experiment with 20 % power gives p = 0.01. Its estimate of the effect is probably**
#
# - [ ] about right, because p is small
#   With low power mainly estimates that are too large become significant.
# - [x] too large
#   This is called the winner's curse.
#
# **To detect half the effect, on the log scale, with the same power, you need**
#
# - [ ] twice as many animals
#   This would be true if the standard error fell with n. It falls with the square root of n.
# - [x] about four times as many
#   The standard error must be halved.

# %% [markdown]
# ```{take-aways}
# - Plan for {ref}`the smallest effect that would matter <lesson-planning-four>`; this is your decision.
# - Deaths, cages and several doses {ref}`change the n <lesson-planning-form>`.
# - A significant estimate from a small experiment is {ref}`on average too large <lesson-planning-cost>`.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Auditing a paper's numbers <lesson-auditing>` is the next lesson.
# - {doc}`Sample size for each claim <../../power/analysis>` shows the plan of every claim in this book.
