# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-deaths)=
# # Deaths before the measurement
#
# **The question.** Serum is drawn at 48 hours from the rats that are alive. Some rats have died. What do the survivors' values show about the treatment?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`Ranks, and what exact means <lesson-ranks>` | 40 minutes | explain how deaths can create or hide a difference, include deaths in an analysis, compare survival with an {term}`exact` log-rank test, and state to which animals a result applies |
#
# Download: {download}`exercises <../../../_build/lessons/deaths-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/deaths-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/deaths-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from scipy.stats import fisher_exact

from secretome import stats
from secretome.course import print_data

# %% tags=["remove-cell"]
import pandas as pd

from secretome.report import text
from secretome.course.pictures.deaths import survival_alt, survival_figure, survivors_alt, survivors_figure
from secretome.course.pictures.panel import simulated_label
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-deaths-kill)=
# ## Survivorship bias
#
# Consider twelve fictitious IL-6 values, used twice: the untreated rats and the treated rats have *exactly the same* values. The treatment has no effect on IL-6. But it kills the six sickest treated rats, those with the highest IL-6, before blood is drawn.

# %% tags=["setup"]
il6 = np.array([38, 52, 60, 71, 84, 95, 108, 126, 150, 190, 260, 410])
treated_living = il6[:6]
treated_dead = 6

# %%
seen = stats.geometric_mean_ratio(treated_living, il6)
print(f"ratio {seen.estimate:.2f}, p = {seen.pvalue:.3f}")

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")
groups = {"Untreated": (il6, np.zeros(12, dtype=bool)), "Treated": (il6, np.arange(12) >= 6)}
measure = "IL-6, pg/mL"
page.figure(
    survivors_figure(groups, measure, simulated="rats"),
    "survivors",
    f"{simulated_label('rats')}. {survivors_alt(groups, measure)}",
    caption="IL-6 of two groups of fictitious rats. Both have the same twelve values; the rats marked as died have no measurement, because they died before blood was drawn.",
)

# %% tags=["remove-cell"]
worst = stats.mann_whitney([*treated_living, *[1000] * treated_dead], il6)
low, high = seen.confidence_interval(0.95)
page.say(
    seen=text.number(seen.estimate),
    seen_p=text.p_value(seen.pvalue),
    seen_interval=f"{text.number(low)} to {text.number(high)}",
    worst_p=text.p_value(worst.pvalue),
    worst_share=text.number(worst.superiority),
    skipped=text.number(float(pd.Series([*treated_living, *[np.nan] * 6]).mean())),
    whole=text.number(float(il6.mean())),
)

# %% [markdown]
# Among the survivors IL-6 is {glue:text}`seen` times that of the untreated rats, with a 95 % interval of {glue:text}`seen_interval` and {glue:text}`seen_p`. The arithmetic is correct. The groups were comparable when the rats were randomized, but the deaths made them different. The comparison is no longer between treated and untreated rats, but between *survivors of the treatment* and all untreated rats. This is **survivorship bias**. It can have either direction: if a treatment saves
# the sickest rats, their high values raise the mean of the treated group, and the treatment appears useless or harmful.
#
# No test of the survivors' values alone can correct this, because the missing values were not measured. Three things can be done, and a report should contain all three:
#
# 1. **State to which animals the result applies.** Write "among survivors at 48 h" in each sentence, with the number alive in each group.
# 2. **Include the deaths.** Death is worse than any value of IL-6. Give each dead rat the worst *rank*, above every measured value, and compare all rats by the {term}`Mann-Whitney test`.
# 3. **Compare survival.**
#
# (lesson-deaths-rank)=
# ## The worst rank for deaths
#
# Any number above the largest value can be used, because ranks depend only on the order.

# %%
ranked = stats.mann_whitney([*treated_living, *[1000] * treated_dead], il6)
print(f"treated higher in {ranked.superiority:.3f} of pairs, p = {ranked.pvalue:.3f}")

# %% [markdown]
# The direction is reversed: a treated rat now has a worse outcome than an untreated one in {glue:text}`worst_share` of all pairs ({glue:text}`worst_p`). The apparent benefit has disappeared. But this number combines IL-6 and death. It answers "which group has the better outcome?", not "what is the
# effect of the treatment on IL-6?". Which rank is the worst depends on the endpoint: for IL-4, high values are regarded as good, so dead animals get the lowest rank.
#
# ## Comparing survival
#
# The **log-rank test** considers each death in turn. If half of the animals alive at that time were treated, half a death is *expected* among the treated. The difference between observed and expected deaths, summed over all deaths, is large if one group dies faster. A rat that is alive at the end, or is lost earlier, is at risk as long as it is observed: it is {term}`censored`, not excluded.
#
# (lesson-deaths-count)=
# ## Worked example: leukaemia, and twenty rats
#
# Forty-two patients with leukaemia in remission were given 6-mercaptopurine or placebo {cite}`freireich-1963`; the numbers are weeks until relapse. The textbook of Kleinbaum and Klein {cite}`kleinbaum-2012` gives 19.25 and 10.75 expected relapses, and a log-rank chi-square of 16.79.

# %% tags=["setup"]
drug = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# Of those on the drug the first nine relapsed; the others were last seen in remission.
relapsed = [1] * 9 + [0] * 12 + [1] * 21
treatment = ["drug"] * 21 + ["placebo"] * 21

# %%
leukaemia = stats.logrank(drug + placebo, relapsed, treatment)
print(f"chi-square {leukaemia.statistic:.2f}")
print("relapses observed:", leukaemia.observed)
print("relapses expected:", leukaemia.expected.round(2))

# %% tags=["hide-input"]
curves = {"placebo": (placebo, relapsed[21:]), "6-mercaptopurine": (drug, relapsed[:21])}
page.figure(
    survival_figure(curves, "weeks", "relapse"),
    "leukaemia",
    survival_alt(curves, "weeks", "relapse"),
    caption="Patients with leukaemia in remission, by treatment. Each step is one or more relapses, and a tick is a patient last seen in remission.",
)

# %% [markdown]
# A tick on a curve is a patient last seen in remission.
#
# The second example is from this book's {doc}`audit of printed numbers <../../published_cohorts/analysis>`. Rats were given endotoxin and stem cells, or nothing {cite}`mc-cem-20180907`. Of twenty rats with cells four died within 72 hours; in the sham group none of twenty died. The paper reports
# a log-rank chi-square of 4.333 and a p of 0.0374. It does not report when the four died; suppose that two died by 12 hours and two by 24:

# %% tags=["setup"]
hours = [72] * 20 + [12, 12, 24, 24] + [72] * 16
died = [0] * 20 + [1] * 4 + [0] * 16
cells = ["sham"] * 20 + ["cells"] * 20

# %%
curve = stats.logrank(hours, died, cells, method="asymptotic")
counted = stats.logrank(hours, died, cells)
print(f"chi-square {curve.statistic:.3f}")
print(f"asymptotic p {curve.pvalue:.4f}")
print(f"exact p {counted.pvalue:.4f}")

# %% tags=["remove-cell"]
page.say(
    p_curve=text.p_number(curve.pvalue),
    p_exact=text.p_number(counted.pvalue),
    p_fisher=text.p_number(fisher_exact([[4, 16], [0, 20]]).pvalue),
)

# %% [markdown]
# The result agrees with the printed numbers. But the p of a log-rank test is usually taken from the chi-square distribution, which is an approximation that needs many deaths. If every way to assign four deaths to forty rats is counted, p is {glue:text}`p_exact`, not {glue:text}`p_curve`. With
# equal groups and no death in one of them, the exact p does not depend on *when* the animals died. It is the proportion of assignments with all four deaths in one group. With few deaths, use the exact test. It assumes that animals without an event were observed equally long in both groups, as here.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Dead animals are excluded without a notice.** An empty cell is skipped by pandas' `mean` ({glue:text}`skipped` in place of {glue:text}`whole` for the treated rats above), and by Excel's `AVERAGE` {cite}`ecma-376`. Only n shows this. SciPy's `ttest_ind` returns NaN unless you set `nan_policy="omit"`.
# - **The chi-square approximation for four deaths.** statsmodels' `survdiff`, SciPy's `logrank` and `survdiff` of R's package survival all use it: {glue:text}`p_curve` for the rats. Fisher's test of the numbers dead and alive is exact, {glue:text}`p_fisher`, but does not use the times of death.
# - **Excluding the survivors.** A test of the times of death alone compares only the animals that died. In the leukaemia trial, most of the evidence comes from the patients without relapse (exercise 3).
# - **A value of zero for the dead.** A zero is a value, and a very good one for IL-6.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Expected deaths, by hand
#
# Three treated and five untreated rats are alive. One rat dies. How many deaths does the log-rank test expect among the treated at that moment? Give three decimals.

# %% tags=["solution"] exercise="deaths-1" difficulty=1 tolerance=0.001
answer = 3 / 8

# %% tags=["mistakes", "remove-cell"]
mistakes = {"odds": 3 / 5, "complement": 5 / 8}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 3 / 8
# ```

# %% [markdown]
# ### 2. A treatment that saves
#
# Now consider the opposite case. The treatment lowers each IL-6 to 70 %: `0.7 * il6`. It also keeps all treated rats alive, while the four untreated rats with the highest IL-6 die, so that `il6[:8]` is left. What is the ratio of geometric means, treated to untreated, among survivors? Give two decimals.

# %% tags=["data"]
data = {"IL-6": il6}
print_data(data)

# %% tags=["solution"] exercise="deaths-2" difficulty=2 tolerance=0.01
answer = stats.geometric_mean_ratio(0.7 * il6, il6[:8]).estimate

# %% tags=["mistakes", "remove-cell"]
mistakes = {"excluded": 0.70, "log_scale": np.log(answer)}

# %% [markdown] tags=["solution"]
# The true ratio is 0.70, but the survivors show almost no difference. The more rats the treatment saves, the less its effect on IL-6 is visible among survivors.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("deaths-data.csv"), exercise == "deaths-2")
# il6 <- as.numeric(d$value)
# exp(mean(log(0.7 * il6)) - mean(log(il6[1:8])))
# ```

# %% [markdown]
# ### 3. Patients without relapse
#
# In the leukaemia trial, someone excludes the twelve patients without relapse, and compares the weeks of the remaining nine (`drug[:9]`) with those of the placebo group by `stats.mann_whitney`. What is the exact p? Give three decimals.

# %% tags=["data"]
data = {"drug, relapsed": drug[:9], "placebo": placebo}
print_data(data)

# %% tags=["solution"] exercise="deaths-3" difficulty=2 tolerance=0.001
answer = stats.mann_whitney(drug[:9], placebo).pvalue

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "one_sided": stats.mann_whitney(drug[:9], placebo, alternative="greater").pvalue,
}

# %% [markdown] tags=["solution"]
# The result of the trial would not have been significant, because the patients for whom the drug worked best were excluded.

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
# d <- subset(read.csv("deaths-data.csv"), exercise == "deaths-3")
# permutation_p(as.numeric(d$value[d$group == "drug, relapsed"]), as.numeric(d$value[d$group == "placebo"]))
# ```

# %% [markdown]
# ### 4. A small survival experiment
#
# Rats were examined every 6 hours. Of six untreated rats, five were found dead at 12, 18, 18, 24 and 30 hours, and one lived to 48. Of six treated rats, two were found dead at 24 and 36 hours, and four lived to 48. What is the exact p of `stats.logrank`? It is the proportion of all ways to choose six of the twelve rats in which the observed deaths differ at least as much from the expected ones. Give three decimals.

# %% tags=["solution"] exercise="deaths-4" difficulty=3 tolerance=0.001
time = [12, 18, 18, 24, 30, 48, 24, 36, 48, 48, 48, 48]
event = [1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
answer = stats.logrank(time, event, ["untreated"] * 6 + ["treated"] * 6).pvalue

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "asymptotic": stats.logrank(time, event, ["untreated"] * 6 + ["treated"] * 6, method="asymptotic").pvalue,
    "excluded": stats.mann_whitney([12, 18, 18, 24, 30], [24, 36]).pvalue,
}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# time <- c(12, 18, 18, 24, 30, 48, 24, 36, 48, 48, 48, 48)
# event <- c(1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0)
# # Deaths observed minus deaths expected, if these six of the twelve rats are the treated ones.
# difference <- function(group) {
#   sum(sapply(unique(time[event == 1]), function(hour) {
#     dead <- time == hour & event == 1
#     sum(dead[group]) - sum(dead) * mean((seq_along(time) %in% group)[time >= hour])
#   }))
# }
# far <- abs(combn(12, 6, difference))
# mean(far >= abs(difference(7:12)) - 1e-9)
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Three of twelve treated rats died, and four of twelve untreated. IL-6 of survivors is lower with treatment. What can be concluded?**
#
# - [ ] The treatment lowers IL-6, because about as many died in each group.
#   With equal numbers, different rats may have died: the sickest in one group, others in the other.
# - [x] IL-6 was lower among survivors at 48 h, with 9 and 8 of 12 rats alive.
#   This is what was observed, and readers can consider how the deaths might have changed it.
# - [ ] Nothing.
#   The survivors' values are valid, but it is uncertain to which animals they apply.
#
# **Which analyses include the dead rats?**
#
# - [ ] Welch's test of the survivors
#   Dead rats have no value, so they are not in this test.
# - [x] the worst-rank comparison and the log-rank test
#   The first combines death with the measurement, the second tests death alone.
#
# **A rat escapes at 30 hours, in good health. In a log-rank test it is**
#
# - [ ] excluded
#   It was alive for 30 hours, and this is information.
# - [ ] counted as dead at 30 hours
#   It did not die.
# - [x] at risk until 30 hours, then censored
#   This is correct if the chance of escape does not depend on health or treatment.

# %% [markdown]
# ```{take-aways}
# - Survivors are {ref}`no longer randomized groups <lesson-deaths-kill>`.
# - The worst rank for deaths answers {ref}`which group has the better outcome <lesson-deaths-rank>`, not what the effect on the cytokine is.
# - With few deaths, {ref}`use the exact test <lesson-deaths-count>`: in the example above the chi-square approximation gives less than half of the exact p.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Cages and the experimental unit <lesson-cages>` is the next lesson.
# - {doc}`The sepsis study <../../sepsis_cytokines/analysis>` reports every result "among survivors" and, if a cohort records deaths, also gives dead animals the worst rank.
