# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-arms)=
# # Many arms against one control
#
# **The question.** Six doses and a reference drug, all compared with the same saline mice. Seven comparisons, one control: what may be claimed of each?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Effect sizes with intervals <../effects/lesson>` | 35 minutes | say how often seven comparisons raise a false alarm, choose between Dunnett, Steel and Holm, and find the family a comparison belongs to |
#
# Download: {download}`exercises <../../../_build/lessons/arms-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/arms-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np

from secretome import load_study, stats

# %% tags=["remove-cell"]
import pandas as pd
import scipy.stats
from scipy.stats import rankdata

from secretome.report import text
from secretome.course.pictures.doses import false_alarm_rates, false_alarm_rates_figure
from secretome.report.page import Page

page = Page()
arms, n, alpha, trials = list(range(1, 8)), 5, 0.05, 20_000
shares = false_alarm_rates(arms, n, alpha, trials, np.random.default_rng(1))
page.say(
    unadjusted=text.percent(round(shares["each at 5 %"][-1], 2)),
    adjusted=text.percent(round(shares["Dunnett"][-1], 3)),
    trials=f"{trials:,}".replace(",", " "),
    independent=text.percent(round(1 - 0.95**7, 2)),
)

# %% [markdown]
# (lesson-arms-tickets)=
# ## Seven tickets
#
# A test at 5 % raises a false alarm in one of twenty experiments in which nothing happens. Seven tests are seven tickets in that lottery. They are not quite seven separate ones: if by bad luck the control mice lie low,
# *every* arm looks raised.

# %% tags=["hide-input"]
page.figure(
    false_alarm_rates_figure(arms, shares, alpha),
    "false-alarms",
    f"Among experiments in which no arm differs, the share with a false alarm grows from {text.percent(round(shares['each at 5 %'][0], 2))} with one arm to {text.percent(round(shares['each at 5 %'][-1], 2))} with seven "
    f"if each is tested at 5 %, and stays near 5 % with Dunnett's test.",
)

# %% [markdown]
# {glue:text}`trials` experiments with five animals a group were made up for each point, all groups from one bell curve. With seven arms, {glue:text}`unadjusted` raise at least one alarm; were the arms
# independent, it would be {glue:text}`independent`. **Dunnett's test knows that the arms share a control**, and keeps the chance of *any* false alarm at 5 %: {glue:text}`adjusted` here.
#
# (lesson-arms-three)=
# ## Three ways
#
# | Test | Works on | Choose it when |
# |---|---|---|
# | Dunnett | means, or means of logarithms | values, or their logarithms, are roughly normally distributed with equal spreads in all groups |
# | Steel | ranks | they are not normally distributed, and groups without an effect would have the same distribution |
# | Holm's adjustment of Welch's tests, or of tests of several kinds | p values | groups have unequal spreads, or tests are of several kinds |
#
# The simulated mice of {doc}`the humoral study <../../humoral_immunity/analysis>`, antibody titres on the log scale:

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works, and are evidence of nothing.")

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
# `steel.pvalue` and `dunnett.pvalue` are already adjusted: compare them with 0.05 and multiply them by nothing. Look at the lowest dose into the muscle. Alone it is significant; as one of seven it is not.
#
# Dunnett's intervals hold all at once, too. These are in wells, that is, in logarithms to base 2; 2 to their power is the ratio to saline:

# %%
limits = dunnett.confidence_interval(0.95)
(2**limits.low).round(2).tolist(), (2**limits.high).round(2).tolist()

# %% [markdown]
# So the highest dose into the muscle, the fourth, raises the titre at least {glue:text}`at_least`-fold.
#
# (lesson-arms-family)=
# ## Which comparisons belong together?
#
# A *family* is the set of comparisons any one of which would let you make the claim. "Some dose raises the titre" is claimed as soon as one of the doses does, so all of them are its family. "*Every* dose raises
# AFC" is another kind of claim: it holds only if all comparisons succeed, so each may be tested at 5 %, and luck has no extra tickets. The reference drug, and a sham group that shows that sepsis took, answer questions of
# their own. Families are named before the data are seen; {doc}`what a verdict means <../../../book/verdicts>` lists those of this book.
#
# ## Worked example: water fleas
#
# A guide of the United States' environment agency tests whether an effluent harms the water flea *Ceriodaphnia dubia*: young per female, ten females in clean water and ten at each of four concentrations
# {cite}`usepa-2002`. Two of the females have no young at all, so the guide uses ranks: Steel's test, one-sided.

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
# The rank sums are the printed ones. The guide's table rejects at 76 or below, so the highest concentration without a shown effect is 3 % and the lowest with one is 6 %; the p values say the same.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Seven t tests, or seven Mann-Whitney tests, without adjustment.** The picture above.
# - **A function with the wrong name.** The function `posthoc_steel` of scikit-posthocs has returned an unadjusted Mann-Whitney p: 0.0159 for a published example whose exact p by Steel's test is 0.0295.
# - **A p that moves.** `scipy.stats.dunnett` draws random numbers: over twenty seeds, the p of one printed example goes from {glue:text}`lowest_seed` to {glue:text}`highest_seed`. Pass `rng`, or use `stats.dunnett`,
#   which integrates: {glue:text}`cloth` each time.
# - **Every pair of groups** (Tukey's test, Dunn's for all pairs), although only comparisons with the control are of interest. The adjustment is then for more comparisons than needed.
# - **Taking the sham group for the control.** Against sham the question is whether sepsis did something.
# - **"Significant for A, not for B, so A is better than B."** That is a comparison of A with B, and it was not made.
# :::

# %% [markdown]
# ## Exercises
#
# The first can be done on paper.

# %% [markdown]
# ### 1. Holm by hand
#
# Three comparisons have p = 0.010, 0.040 and 0.020. Holm multiplies the smallest by 3, the next by 2 and the largest by 1, and lets none be smaller than the one before it. What is the adjusted p of the comparison with
# 0.020?

# %% tags=["solution"] exercise="arms-1" tolerance=0.0005
from statsmodels.stats.multitest import multipletests

answer = multipletests([0.010, 0.040, 0.020], method="holm")[1][2]
answer

# %% [markdown] tags=["solution"]
# 0.010 × 3 = 0.030; 0.020 × 2 = 0.040; 0.040 × 1 = 0.040. All three stay below 0.05.

# %% [markdown]
# ### 2. How many survive?
#
# `groups` holds the titres of the book's eight simulated groups, saline first. How many of the seven others differ from saline at 5 % by Steel's test, two-sided?

# %% tags=["solution"] exercise="arms-2"
answer = int((stats.steel(groups, control=0).pvalue <= 0.05).sum())
answer

# %% [markdown]
# ### 3. The muscle alone
#
# Suppose that only the three doses into the muscle had been planned. Which p does Steel's test then give for the lowest of them, `im10`?

# %%
muscle = [titres["value"][titres["group"] == name] for name in ("saline", "im10", "im20", "im50")]

# %% tags=["solution"] exercise="arms-3" tolerance=0.003
answer = stats.steel(muscle, control=0).pvalue[0]
answer

# %% [markdown] tags=["solution"]
# Smaller than as one of seven: a smaller family costs less. That is why it must be named before.

# %% [markdown]
# ### 4. At least
#
# By what factor does the middle dose into the muscle raise the titre at least: the lower limit of Dunnett's 95 % interval on log2 titres, among the three doses of exercise 3, turned back into a ratio?

# %% tags=["solution"] exercise="arms-4" tolerance=0.05
limits = stats.dunnett([np.log2(group) for group in muscle], control=0).confidence_interval(0.95)
answer = 2 ** limits.low[1]
answer

# %% [markdown]
# ### 5. All or any?
#
# A paper claims that *each* of three doses raises the titre. The three unadjusted one-sided p values are 0.03, 0.01 and 0.04. May it claim this at 5 % without adjustment? Answer yes or no.

# %% tags=["solution"] exercise="arms-5"
answer = max(0.03, 0.01, 0.04) <= 0.05
answer

# %% [markdown] tags=["solution"]
# Yes. The claim needs all three to succeed, so a single false alarm does not make it. Had it been "some dose does", the smallest p would have had to be adjusted.

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **The control group lies low by chance. What happens to seven comparisons with it?**
#
# - [ ] one of seven is affected
#   All of them use the same control.
# - [x] all are pushed the same way
#   That is why they are not seven independent tickets.
#
# **Which groups enter Dunnett's estimate of spread?**
#
# - [x] all, so they should spread alike
#   One spread is estimated from all groups. If the spreads differ, use Welch's t with an adjustment of the p values. This book uses Bonferroni's; Holm's is slightly more powerful.
# - [ ] the control and the arm in question
#   That would be seven t tests.
#
# **Steel's test gives p = 0.04 for one of six arms. What else must be done?**
#
# - [ ] multiply by six
#   It has been adjusted already.
# - [x] nothing
#   Its p is that of the arm as one of six.
#
# **Doses rise from arm to arm. Is comparing each with the control the best that can be done?**
#
# - [ ] yes
#   It forgets the order.
# - [x] no
#   A test that uses the order finds more. That is the next lesson.

# %% [markdown]
# ```{take-aways}
# - Each further arm is {ref}`another ticket for a false alarm <lesson-arms-tickets>`.
# - Dunnett and Steel know {ref}`that the arms share a control <lesson-arms-three>`; their p values are adjusted already.
# - A family is {ref}`named before the data are seen <lesson-arms-family>`.
# ```

# %% [markdown]
# ## What next
#
# Seven arms that are rising doses know something that seven arms do not: {doc}`dose trends <../doses/lesson>`.
