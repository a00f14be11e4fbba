# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-deaths)=
# # Deaths before the measurement
#
# **The question.** Serum is drawn at 48 hours from the rats that are alive. Some are not. What do the survivors' values say about the treatment?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`Ranks, and what exact means <lesson-ranks>` | 40 minutes | see how death can make a difference or hide one, count the dead in an analysis, compare survival with an {term}`exact` log-rank test, and say whom a result is true of |
#
# Download: {download}`exercises <../../../_build/lessons/deaths-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/deaths-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
from scipy.stats import fisher_exact

from secretome import stats

# %% tags=["remove-cell"]
import pandas as pd

from secretome.report import text
from secretome.course.pictures.deaths import survival_alt, survival_figure, survivors_alt, survivors_figure
from secretome.course.pictures.panel import simulated_label
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-deaths-kill)=
# ## A treatment that does nothing but kill
#
# Here are twelve IL-6 values. They are made up, and they are used twice: the untreated rats have them, and the treated rats have *exactly the same*. The treatment does nothing to IL-6. But it
# kills, and those it kills are the six sickest, before blood is drawn.

# %% tags=["setup"]
il6 = np.array([38, 52, 60, 71, 84, 95, 108, 126, 150, 190, 260, 410])
treated_living = il6[:6]
treated_dead = 6

# %%
seen = stats.geometric_mean_ratio(treated_living, il6)
print(f"ratio {seen.estimate:.2f}, p = {seen.pvalue:.3f}")

# %% tags=["hide-input"]
page.warn("Made-up animals. They show how the method works, and are evidence of nothing.")
groups = {"Untreated": (il6, np.zeros(12, dtype=bool)), "Treated": (il6, np.arange(12) >= 6)}
measure = "IL-6, pg/mL"
page.figure(
    survivors_figure(groups, measure, simulated="rats"),
    "survivors",
    f"{simulated_label('rats')}. {survivors_alt(groups, measure)}",
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
# Among the survivors IL-6 is {glue:text}`seen` times the control's, with a 95 % interval of {glue:text}`seen_interval` and {glue:text}`seen_p`. The arithmetic is correct. The groups were alike when the rats were randomized, and death
# made them unlike: the comparison is no longer one of treatment against none, but of *those who survive treatment* against all the untreated. This is **survivorship bias**. It works both ways: a treatment that saves
# the sickest rats keeps their high values in its mean, and looks useless or harmful.
#
# No test on the survivors' values alone can correct this, because what is missing was not measured. Three things can be done, and a report should contain all three:
#
# 1. **Say whom it is about.** "Among survivors at 48 h" stands in each sentence, and the number alive in each group beside it.
# 2. **Let the dead count.** Death is worse than any IL-6. Give each dead rat the worst *rank*, above every value, and compare all rats by the {term}`Mann-Whitney test`.
# 3. **Compare survival itself.**
#
# (lesson-deaths-rank)=
# ## The dead get the worst rank
#
# Any number above the largest value will do, since ranks depend on the order only.

# %%
ranked = stats.mann_whitney([*treated_living, *[1000] * treated_dead], il6)
print(f"treated higher in {ranked.superiority:.3f} of pairs, p = {ranked.pvalue:.3f}")

# %% [markdown]
# The direction is reversed: a treated rat now does worse than an untreated one in {glue:text}`worst_share` of all pairs ({glue:text}`worst_p`). The apparent benefit is gone. But this number is a mixture of IL-6 and death. It answers "how do rats fare?", and not "what does the
# treatment do to IL-6?". It also needs a direction: for IL-4, where high is meant to be good, the dead get the lowest rank.
#
# ## Comparing survival
#
# The **log-rank test** goes from death to death. At each, it asks how many of those still alive were treated: if half were, half a death is *expected* among the treated. Observed less expected, summed over all deaths, is large
# when one group dies faster. A rat alive at the end, or lost on the way, counts among those at risk as long as it was seen: it is {term}`censored`, and not left out.
#
# (lesson-deaths-count)=
# ## Worked example: leukaemia, and twenty rats
#
# Forty-two patients with leukaemia in remission were given 6-mercaptopurine or placebo {cite}`freireich-1963`; the numbers are weeks until relapse. The textbook of Kleinbaum and Klein works them through
# {cite}`kleinbaum-2012`: 19.25 and 10.75 relapses expected, log-rank chi-square 16.79.

# %% tags=["setup"]
drug = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# Of those on the drug the first nine relapsed; the others were last seen in remission.
relapsed = [1] * 9 + [0] * 12 + [1] * 21
arm = ["drug"] * 21 + ["placebo"] * 21

# %%
leukaemia = stats.logrank(drug + placebo, relapsed, arm)
print(f"chi-square {leukaemia.statistic:.2f}")
print("relapses seen:    ", leukaemia.observed)
print("relapses expected:", leukaemia.expected.round(2))

# %% tags=["hide-input"]
curves = {"placebo": (placebo, relapsed[21:]), "6-mercaptopurine": (drug, relapsed[:21])}
page.figure(survival_figure(curves, "weeks", "relapse"), "leukaemia", survival_alt(curves, "weeks", "relapse"))

# %% [markdown]
# A tick on a curve is a patient last seen in remission.
#
# The second example is from this book's own {doc}`audit of printed numbers <../../published_cohorts/analysis>`. Rats were given endotoxin and stem cells, or nothing {cite}`mc-cem-20180907`. Of twenty with cells four died within 72 hours, of twenty in the sham group none. The paper prints
# a log-rank chi-square of 4.333 and a p of 0.0374. When the four died is not printed; suppose two by 12 hours and two by 24:

# %% tags=["setup"]
hours = [72] * 20 + [12, 12, 24, 24] + [72] * 16
died = [0] * 20 + [1] * 4 + [0] * 16
cells = ["sham"] * 20 + ["cells"] * 20

# %%
curve = stats.logrank(hours, died, cells, method="asymptotic")
counted = stats.logrank(hours, died, cells)
print(f"chi-square {curve.statistic:.3f}")
print(f"p from the smooth curve {curve.pvalue:.4f}")
print(f"p by counting {counted.pvalue:.4f}")

# %% tags=["remove-cell"]
page.say(
    p_curve=text.p_number(curve.pvalue),
    p_exact=text.p_number(counted.pvalue),
    p_fisher=text.p_number(fisher_exact([[4, 16], [0, 20]]).pvalue),
)

# %% [markdown]
# The result agrees with the printed numbers. But the p of a log-rank test is usually taken from the chi-square distribution, which is an approximation for many deaths. Count instead every way to assign four deaths to forty rats, and p is {glue:text}`p_exact`, not {glue:text}`p_curve`. With
# equal groups and no death on one side, the exact p is the same *whenever* they died: it is the share of assignments with all four deaths on one side. With few deaths, use the exact test.
#
# :::{admonition} Common mistakes
# :class: warning
# - **The dead are left out without notice.** An empty cell is skipped by pandas' `mean` ({glue:text}`skipped` in place of {glue:text}`whole` for the treated rats above), and by Excel's `AVERAGE`. Only the n shows it. SciPy's `ttest_ind` returns NaN, until someone adds
#   `nan_policy="omit"`.
# - **The chi-square approximation for four deaths.** statsmodels' `survdiff`, SciPy's `logrank` and `survdiff` of R's package survival all use it: {glue:text}`p_curve` for the rats. Fisher's test of dead and alive is exact, {glue:text}`p_fisher`, but does not see *when* they died.
# - **Leaving out the animals that live.** A test of the hours of those that died compares the quick among the dead. In the leukaemia trial, patients without relapse are the whole point (exercise 3).
# - **A value of zero for the dead.** A zero is a value, and a very good one for IL-6.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Expected deaths, by hand
#
# Three treated and five untreated rats are alive. One rat dies. How many deaths does the log-rank test expect among the treated at that moment? Give three decimals.

# %% tags=["solution"] exercise="deaths-1" tolerance=0.001
answer = 3 / 8

# %% [markdown]
# ### 2. A treatment that saves
#
# Now turn the story round. The treatment truly lowers each IL-6 to 70 %: `0.7 * il6`. It also keeps all treated rats alive, while of the untreated the four with the highest IL-6 die, so that `il6[:8]` is left. What is the ratio of geometric means, treated to untreated, among survivors? Give two decimals.

# %% tags=["solution"] exercise="deaths-2" tolerance=0.01
answer = stats.geometric_mean_ratio(0.7 * il6, il6[:8]).estimate

# %% [markdown] tags=["solution"]
# The true ratio is 0.70, and the survivors show about none. The better the treatment saves, the better it hides that it lowers IL-6.

# %% [markdown]
# ### 3. Those who did not relapse
#
# In the leukaemia trial, someone leaves out the twelve patients without relapse, and compares the weeks of the remaining nine (`drug[:9]`) with those of the placebo group by `stats.mann_whitney`. What is the exact p? Give three decimals.

# %% tags=["solution"] exercise="deaths-3" tolerance=0.001
answer = stats.mann_whitney(drug[:9], placebo).pvalue

# %% [markdown] tags=["solution"]
# The trial would not have been significant: the patients for whom the drug worked best were left out.

# %% [markdown]
# ### 4. A small survival experiment
#
# Rats were looked at every 6 hours. Of six untreated ones, deaths were seen at 12, 18, 18, 24 and 30 hours, and one lived to 48. Of six treated ones, deaths were seen at 24 and 36 hours, and four lived to 48. What is the exact p of
# `stats.logrank`? Give three decimals.

# %% tags=["solution"] exercise="deaths-4" tolerance=0.001
time = [12, 18, 18, 24, 30, 48, 24, 36, 48, 48, 48, 48]
event = [1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
answer = stats.logrank(time, event, ["untreated"] * 6 + ["treated"] * 6).pvalue

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Three of twelve treated rats died, and four of twelve untreated. IL-6 of survivors is lower with treatment. What may be said?**
#
# - [ ] The treatment lowers IL-6, because about as many died in each group.
#   Equal numbers may hide different rats: the sickest in one group, others in the other.
# - [x] IL-6 was lower among survivors at 48 h, 9 and 8 of 12 alive.
#   That is what was seen. The reader can judge what the dead might have changed.
# - [ ] Nothing at all.
#   The survivors' values are real. Only whom they stand for is in doubt.
#
# **In which analysis does a dead rat count as a rat?**
#
# - [ ] in Welch's test of the survivors
#   The dead have no value there, and so no place.
# - [x] in the worst-rank comparison and in the log-rank test
#   The one mixes death with the measurement, the other asks about death alone.
#
# **A rat escapes at 30 hours, in good health. In a log-rank test it is**
#
# - [ ] left out
#   For 30 hours it was alive, and that is information.
# - [ ] counted as dead at 30 hours
#   It did not die.
# - [x] at risk until 30 hours, then censored
#   Fair as long as rats do not escape more easily because they are healthy, or treated.

# %% [markdown]
# ```{take-aways}
# - Survivors are {ref}`no longer the groups that chance dealt <lesson-deaths-kill>`.
# - Ranking the dead last answers {ref}`how animals fare <lesson-deaths-rank>`, and not what treatment does to the cytokine.
# - With few deaths, {ref}`use the exact test <lesson-deaths-count>`: in the example above the chi-square approximation gives less than half of the exact p.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Cages and the experimental unit <lesson-cages>`.
# - {doc}`The sepsis study <../../sepsis_cytokines/analysis>` says "among survivors" beside every result and, where a cohort records its dead, ranks them worst.
