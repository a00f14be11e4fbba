# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-many-groups)=
# # Many groups against one control
#
# **The question.** Six doses and a reference drug are compared with the same saline mice. What can be claimed about each of the seven groups?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Effect sizes with intervals <../effects/lesson>` | 35 minutes | say how often seven comparisons give a false positive, choose between Dunnett, Steel and Holm, and find the family to which a comparison belongs |
#
# Download: {download}`exercises <../../../_build/lessons/many_groups-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/many_groups-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/many_groups-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np

from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
import pandas as pd
import scipy.stats
from scipy.stats import rankdata

from secretome.report import text
from secretome.course.pictures.doses import false_alarm_rates, false_alarm_rates_figure
from secretome.report.page import Page

page = Page()
treated, n, alpha, trials = list(range(1, 8)), 5, 0.05, 20_000
shares = false_alarm_rates(treated, n, alpha, trials, np.random.default_rng(1))
page.say(
    unadjusted=text.percent(round(shares["each at 5 %"][-1], 2)),
    adjusted=text.percent(round(shares["Dunnett"][-1], 3)),
    trials=f"{trials:,}".replace(",", " "),
    independent=text.percent(round(1 - 0.95**7, 2)),
)

# %% [markdown]
# (lesson-many-groups-tickets)=
# ## False positives of several tests
#
# A test at 5 % gives a false positive in one of twenty experiments without an effect. With seven tests there are seven chances of a false positive. They are not independent: if the control values are low by chance,
# *every* treated group appears to have higher values.

# %% tags=["hide-input"]
page.figure(
    false_alarm_rates_figure(treated, shares, alpha),
    "false-alarms",
    f"In experiments without an effect, the proportion with a false positive grows from {text.percent(round(shares['each at 5 %'][0], 2))} with one treated group to {text.percent(round(shares['each at 5 %'][-1], 2))} with seven "
    f"if each is tested at 5 %, and stays near 5 % with Dunnett's test.",
    caption="Each point is the proportion of simulated experiments without an effect in which at least one group is significant.",
)

# %% [markdown]
# For each point {glue:text}`trials` experiments with five animals per group were simulated, with the values of all groups from one normal distribution. With seven treated groups, {glue:text}`unadjusted` of experiments give at least one false positive; if the comparisons were independent, this would be {glue:text}`independent`. **Dunnett's test takes into account that the comparisons share a control**, and keeps the probability of *any* false positive at 5 %; in this simulation it is {glue:text}`adjusted`.
#
# (lesson-many-groups-three)=
# ## Three methods
#
# | Test | Uses | Choose it if |
# |---|---|---|
# | Dunnett | means, or means of logarithms | values, or their logarithms, are roughly normally distributed with equal standard deviations in all groups |
# | Steel | ranks | values are not normally distributed, and groups without an effect would have the same distribution |
# | Holm's adjustment of Welch's tests, or of tests of several kinds | p-values | groups have unequal standard deviations, or tests are of several kinds |
#
# The example uses antibody titres of the simulated mice of {doc}`the humoral study <../../humoral_immunity/analysis>`, on the log scale:

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")

# %% tags=["setup"]
titres = load_study("humoral_immunity").cohort.values.query("endpoint == 'titre'")
names = list(titres["group"].unique())
groups = [titres["value"][titres["group"] == name] for name in names]

# %%
logs = [np.log2(group) for group in groups]
dunnett = stats.dunnett(logs, control=0)
steel = stats.steel(groups, control=0)

# %% tags=["hide-input"]
single = [stats.mann_whitney(group, groups[0]).pvalue for group in groups[1:]]
labels = [load_study("humoral_immunity").protocol.groups[name].label for name in names[1:]]
page.say(at_least=text.number(float(2 ** dunnett.confidence_interval(0.95).low[3])))
page.table(
    pd.DataFrame(
        {
            "Against saline": labels,
            "Mann-Whitney alone": [text.p_number(p) for p in single],
            "Steel": [text.p_number(p) for p in steel.pvalue],
            "Dunnett on logs": [text.p_number(p) for p in dunnett.pvalue],
        }
    ),
    "The p of each comparison, alone and as one of seven",
)

# %% [markdown]
# `steel.pvalue` and `dunnett.pvalue` are already adjusted: compare them with 0.05 without further adjustment. The lowest dose into the muscle is significant if it is tested alone, but not as one of seven.
#
# Dunnett's intervals are *simultaneous*: the probability that all of them contain their true values is 95 %. They are on the scale of dilution steps (logarithms to base 2); 2 to the power of a limit gives the ratio to saline:

# %%
limits = dunnett.confidence_interval(0.95)
(2**limits.low).round(2).tolist(), (2**limits.high).round(2).tolist()

# %% [markdown]
# The highest dose into the muscle, the fourth of the treated groups, raises the titre at least {glue:text}`at_least`-fold.
#
# (lesson-many-groups-family)=
# ## Which comparisons belong together?
#
# A *family* is a set of comparisons: if any one of them is significant, you would make the claim. "Some dose raises the titre" is claimed if at least one of the doses does, so its family is all doses. "*Every* dose raises the titre" is another kind of claim: it requires all comparisons to be significant, so each may be tested at 5 % without adjustment. The reference drug, and a sham group that shows that sepsis was induced, answer separate
# questions. Define families before the data are seen; {doc}`what a verdict means <../../../book/verdicts>` lists those of this book.
#
# ## Worked example: water fleas
#
# A guide of the United States Environmental Protection Agency tests whether an effluent harms the water flea *Ceriodaphnia dubia*. The young of each female were counted, for ten females in clean water and ten at each of four concentrations {cite}`usepa-2002`. Two of the females have no young at all, so the guide uses a rank test, Steel's one-sided test.

# %%
clean = [20, 26, 26, 23, 24, 27, 26, 23, 27, 24]
effluent = {
    "3 %": [13, 15, 14, 13, 23, 26, 0, 25, 26, 27],
    "6 %": [18, 22, 13, 13, 23, 22, 20, 22, 23, 22],
    "12 %": [14, 22, 20, 23, 20, 23, 25, 24, 25, 21],
    "25 %": [9, 0, 9, 7, 6, 10, 12, 14, 9, 13],
}
fleas = stats.steel([clean, *effluent.values()], control=0, alternative="less")
fleas.pvalue.round(5).tolist()

# %% tags=["hide-input"]
sums = [float(rankdata([*values, *clean])[: len(values)].sum()) for values in effluent.values()]
page.table(
    pd.DataFrame(
        {
            "Effluent": list(effluent),
            "Rank sum": [f"{total:g}" for total in sums],
            "Steel's p": [text.p_number(p) for p in fleas.pvalue],
            "At 5 %": ["fewer young" if p <= alpha else "no effect shown" for p in fleas.pvalue],
        }
    ),
    "Rank sums of the guide, and the p of each concentration",
)

# %% tags=["remove-cell"]
# The rank sums and the conclusion are those of the guide: critical sum 76, no effect shown at 3 %, an effect at 6 % and above.
assert sums == [84, 63.5, 76, 55]
assert [total <= 76 for total in sums] == [bool(p <= alpha) for p in fleas.pvalue] == [False, True, True, True]
cloth = [[55, 47, 48], [55, 64, 64], [55, 49, 52], [50, 44, 41]]
seeds = [
    scipy.stats.dunnett(*cloth[1:], control=cloth[0], rng=np.random.default_rng(seed)).pvalue[0] for seed in range(20)
]
page.say(
    lowest_seed=f"{min(seeds):.5f}",
    highest_seed=f"{max(seeds):.5f}",
    cloth=f"{stats.dunnett(cloth).pvalue[0]:.5f}",
)

# %% [markdown]
# The rank sums agree with the guide. By the guide's table a rank sum of 76 or below is significant, so the highest concentration without a significant effect is 3 %, and the lowest with one is 6 %. The p-values lead to the same conclusion.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Seven t tests, or seven Mann-Whitney tests, without adjustment.** See the figure above.
# - **A function with the wrong name.** The function `posthoc_steel` of scikit-posthocs 0.17.1 returns an unadjusted Mann-Whitney p unless `p_adjust` is given. For a published example it returns 0.0159, but the exact p of Steel's test is 0.0295.
# - **A p that changes from run to run.** `scipy.stats.dunnett` uses random numbers: over twenty seeds, the p of one printed example varies from {glue:text}`lowest_seed` to {glue:text}`highest_seed`. Pass `rng`, or use `stats.dunnett`, which integrates and gives {glue:text}`cloth` each time.
# - **Comparing every pair of groups** (Tukey's test, or Dunn's test for all pairs), although only comparisons with the control are of interest. The adjustment is then for more comparisons than needed.
# - **Using the sham group as the control.** A comparison with sham shows the effect of sepsis.
# - **"Significant for A, not for B, so A is better than B."** This needs a direct comparison of A with B.
# :::

# %% [markdown]
# ## Exercises
#
# The first can be done on paper.

# %% [markdown]
# ### 1. Holm by hand
#
# Three comparisons have p = 0.010, 0.040 and 0.020. Holm's method multiplies the smallest by 3, the next by 2 and the largest by 1; none may be smaller than the one before it. What is the adjusted p of the comparison with
# 0.020?

# %% tags=["solution"] exercise="many_groups-1" difficulty=1 tolerance=0.0005
from statsmodels.stats.multitest import multipletests

answer = multipletests([0.010, 0.040, 0.020], method="holm")[1][2]
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"bonferroni": 0.06, "unadjusted": 0.02}

# %% [markdown] tags=["solution"]
# 0.010 × 3 = 0.030; 0.020 × 2 = 0.040; 0.040 × 1 = 0.040. All three stay below 0.05.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# p.adjust(c(0.010, 0.040, 0.020), "holm")[3]
# ```

# %% [markdown]
# ### 2. Significant groups
#
# `groups` holds the titres of the book's eight simulated groups, saline first. How many of the seven others differ from saline at 5 % by Steel's test, two-sided?

# %% tags=["data"]
data = dict(zip(names, groups, strict=True))
print_data(data)

# %% tags=["solution"] exercise="many_groups-2" difficulty=2
answer = int((stats.steel(groups, control=0).pvalue <= 0.05).sum())
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "unadjusted": sum(stats.mann_whitney(group, groups[0]).pvalue <= 0.05 for group in groups[1:]),
}

# %% [markdown]
# ### 3. A smaller family
#
# Suppose that only the three doses into the muscle had been planned. Which p does Steel's test then give for the lowest of them, `im10`?

# %%
muscle = [titres["value"][titres["group"] == name] for name in ("saline", "im10", "im20", "im50")]

# %% tags=["solution"] exercise="many_groups-3" difficulty=2 tolerance=0.003
answer = stats.steel(muscle, control=0).pvalue[0]
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "whole_family": stats.steel(groups, control=0).pvalue[0],
    "unadjusted": stats.mann_whitney(muscle[1], muscle[0]).pvalue,
    "one_sided": stats.steel(muscle, control=0, alternative="greater").pvalue[0],
}

# %% [markdown] tags=["solution"]
# This p is smaller than in the family of seven, because a smaller family needs less adjustment. For this reason the family must be defined in advance.

# %% [markdown]
# ### 4. A lower limit
#
# By what factor does the middle dose into the muscle raise the titre at least? Use Dunnett's test of log2 titres for the three doses of exercise 3, and convert the lower limit of its 95 % interval to a ratio.

# %% tags=["solution"] exercise="many_groups-4" difficulty=3 tolerance=0.05
limits = stats.dunnett([np.log2(group) for group in muscle], control=0).confidence_interval(0.95)
answer = 2 ** limits.low[1]
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "log_scale": limits.low[1],
    "other_limit": 2 ** limits.high[1],
    "estimate": 2 ** (np.log2(muscle[2]).mean() - np.log2(muscle[0]).mean()),
}

# %% [markdown]
# ### 5. All or any?
#
# A paper claims that *each* of three doses raises the titre. The three unadjusted one-sided p-values are 0.03, 0.01 and 0.04. May it claim this at 5 % without adjustment? Answer yes or no.

# %% tags=["solution"] exercise="many_groups-5" difficulty=2
answer = max(0.03, 0.01, 0.04) <= 0.05
answer

# %% [markdown] tags=["solution"]
# Yes. The claim requires all three to be significant, so one false positive is not enough. For the claim "some dose raises the titre", the smallest p would have to be adjusted.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **The control values are low by chance. What happens to seven comparisons with this control?**
#
# - [ ] one of seven is affected
#   All of them use the same control.
# - [x] all are changed in the same direction
#   For this reason they are not independent.
#
# **Which groups are used in Dunnett's estimate of the standard deviation?**
#
# - [x] all, so their standard deviations should be equal
#   One standard deviation is estimated from all groups. If the standard deviations differ, use Welch's t with an adjustment of the p-values. This book uses Bonferroni's; Holm's is slightly more powerful.
# - [ ] the control and the treated group that is compared with it
#   That would be seven t tests.
#
# **Steel's test gives p = 0.04 for one of six groups. What else must be done?**
#
# - [ ] multiply by six
#   It is already adjusted.
# - [x] nothing
#   The p is already adjusted for six comparisons.
#
# **The groups have increasing doses. Is it best to compare each with the control?**
#
# - [ ] yes
#   This does not use the order of the doses.
# - [x] no
#   A test that uses the order has more power. The next lesson explains it.

# %% [markdown]
# ```{take-aways}
# - Each further comparison is {ref}`another chance of a false positive <lesson-many-groups-tickets>`.
# - Dunnett's and Steel's tests take into account {ref}`that the comparisons share a control <lesson-many-groups-three>`; their p-values are already adjusted.
# - A family is {ref}`defined before the data are seen <lesson-many-groups-family>`.
# ```

# %% [markdown]
# ## What next
#
# If the groups are increasing doses, use their order: {doc}`dose trends <../doses/lesson>`.
