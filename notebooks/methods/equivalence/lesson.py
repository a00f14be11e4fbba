# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-equivalence)=
# # When "no difference" is the claim
#
# **The question.** "Phagocytosis stayed at the level of the control." What would animals have to show before you may say that?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {ref}`Effect sizes with intervals <lesson-effects>` | 35 minutes | tell "not shown to differ" from "shown not to differ", test for sameness, and say how wide a margin your animals can exclude |
#
# Download: {download}`exercises <../../../_build/lessons/equivalence-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/equivalence-solutions.ipynb>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
from secretome import load_study, stats

# %% tags=["remove-cell"]
import numpy as np
from scipy.stats import ttest_ind
from statsmodels.stats.weightstats import ttost_ind

from secretome.report import text
from secretome.course.pictures.intervals import Interval, intervals_alt, intervals_figure
from secretome.course.pictures.panel import simulated_label
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-equivalence-silence)=
# ## Silence is not an answer
#
# An ordinary test asks how often chance alone would give a difference at least as large as the one observed. A small p means rarely; it does not rule out chance. A large p means often, and nothing more. Weigh two mice
# against two, and almost every p is large, but this does not mean that almost everything is the same. A large p comes from a small difference or from a small experiment, and p does not show which.
#
# To show equivalence, reverse the question. First define what would *matter*: a difference so small that nobody would act on it lies in the {term}`equivalence margins`. Choose the margin before anyone has seen the values, and give a
# reason. Then ask for evidence that the true ratio lies **inside** it.
#
# This book uses 0.80 to 1.25 for most ratios: from a fifth less to a quarter more. These limits are the convention by which copies of medicines are compared with the original {cite}`fda-2001`. They have no biological
# reason for IL-6 or phagocytosis; if you know which change would matter, use that instead.
#
# (lesson-equivalence-picture)=
# ## The picture
#
# Four comparisons, each as a ratio with its 90 % interval: the ratios that a test at 10 % would not reject. Of many such intervals about one in ten misses the true ratio. Two comparisons are of phagocytosis in the book's mice, two of IL-4 in its rats.

# %% tags=["setup"]
mice = load_study("humoral_immunity").cohort.values
rats = load_study("sepsis_cytokines").cohort.values

percent = mice[mice["endpoint"] == "phagocytosis"].set_index("group")["value"]
saline, sc10 = percent["saline"], percent["sc10"]
sc20, im50 = percent["sc20"], percent["im50"]
il4 = rats[rats["endpoint"] == "il4"].set_index("group")["value"]
septic, low_dose, high_dose = il4["control"], il4["t1"], il4["t2"]

# %%
compared = {
    "1. phagocytosis, 20 µL/kg": (sc20, saline),
    "2. IL-4, 150 µL": (low_dose, septic),
    "3. IL-4, 300 µL": (high_dose, septic),
    "4. phagocytosis, 50 µL/kg": (im50, saline),
}
ratios = {label: stats.geometric_mean_ratio(*pair) for label, pair in compared.items()}

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works, and are evidence of nothing.")
rows = [Interval(label, ratio.estimate, *ratio.confidence_interval(0.90)) for label, ratio in ratios.items()]
measure = "Ratio to the control, with 90 % interval"
page.figure(
    intervals_figure(rows, measure, margin=(0.8, 1.25), simulated="mice and rats"),
    "margin",
    f"{simulated_label('mice and rats')}. {intervals_alt(rows, measure, (0.8, 1.25))}",
)

# %% tags=["remove-cell"]
same_found, open_found, up_found, both_found = ratios.values()
page.say(
    p_same=text.p_value(same_found.pvalue),
    p_open=text.p_value(open_found.pvalue),
    p_up=text.p_value(up_found.pvalue),
    p_both=text.p_value(both_found.pvalue),
    both=text.number(both_found.estimate),
    high_open=text.number(rows[1].high),
    low_open=text.number(rows[1].low),
)

# %% [markdown]
# 1. **Equivalent.** The whole interval lies in the grey margin. (The ordinary test: {glue:text}`p_same`.) This is evidence, at an error rate of 5 %, that the true ratio lies in the margin; it need not be 1.
# 2. **Not known.** The interval holds 1, and also {glue:text}`high_open`, which would matter. The ordinary test says {glue:text}`p_open`, not significant either, and a paper might say of both "no difference". Only in the
#    first case do the data support this.
# 3. **Different.** The interval holds neither 1 nor any other ratio of the margin ({glue:text}`p_up`).
# 4. **Different, and too little to matter.** The ordinary test finds a difference ({glue:text}`p_both`), and the interval says that it is small: {glue:text}`both`-fold, within the margin. A small p is not a large effect.
#
# The ordinary p alone cannot tell 1 from 2, nor 3 from 4. The interval and the margin tell all four apart.
#
# (lesson-equivalence-tost)=
# ## Two one-sided tests
#
# The rule "the 90 % interval lies inside the margin" is a test at 5 %, called *two one-sided tests* {cite}`schuirmann-1987`. One tests the hypothesis that the ratio is 0.80 or lower, the other that it is 1.25 or higher. Each is a test
# at 5 %, and both hypotheses must be rejected. That is why the interval is a 90 % one: 5 % on each side. The p of the pair is the larger of the two, and a *small* p is evidence of *equivalence*.

# %%
same = stats.equivalence(sc20, saline, 0.80, 1.25, scale="ratio")
print(f"above 0.80: p = {same.pvalue_low:.5f}")
print(f"below 1.25: p = {same.pvalue_high:.5f}")
print(f"both:       p = {same.pvalue:.5f}")

# %% [markdown]
# ## Worked example: two tablets of one drug
#
# A copy of a medicine must reach the blood as the original does: by the guidance of the United States' drug agency the 90 % interval of the ratio must lie between 0.80 and 1.25 {cite}`fda-2001`. Twelve people took both, and the area under the curve of the drug in their blood
# was measured each time. The values are from Wellek's book, and the manual of SAS works them through {cite}`wellek-2003,sas-ttest`: geometric mean ratio 0.9412, 90 % limits 0.8634 and 1.0260, so equivalent.

# %% tags=["setup"]
copied = [103.4, 59.92, 68.17, 94.54, 69.48, 72.17]
copied += [74.37, 84.44, 96.74, 94.26, 48.52, 95.68]
original = [90.11, 77.71, 77.71, 97.51, 58.21, 101.3]
original += [79.84, 96.06, 89.30, 97.22, 61.62, 85.80]

# %%
drug = stats.equivalence(copied, original, 0.80, 1.25, scale="ratio", paired=True)
low, high = drug.confidence_interval(0.90)
print(f"ratio {drug.estimate:.4f}, 90 % limits {low:.4f} and {high:.4f}")

# %% tags=["remove-cell"]
page.say(
    drug_p=text.p_value(drug.pvalue),
    pooled=text.p_value(ttost_ind(copied, original, 0.8, 1.25, transform=np.log)[0]),
    plain=text.p_value(ttost_ind(copied, original, 0.8, 1.25)[0]),
    raw_p=text.p_value(ttest_ind(low_dose, septic, equal_var=False).pvalue),
)

# %% [markdown]
# The page has the manual's numbers, and p for sameness is {glue:text}`drug_p`. Each person is compared with themselves, hence `paired=True`.
#
# :::{admonition} Common mistakes
# :class: warning
# - **"p > 0.05, so no difference."** SciPy's `ttest_ind` gives {glue:text}`raw_p` for IL-4 at the lower dose, and the 90 % interval above reaches from
#   {glue:text}`low_open` to {glue:text}`high_open`.
# - **Bounds on the wrong scale.** statsmodels' `ttost_ind(x, y, 0.8, 1.25)` takes the bounds as *differences*, without a word. For the tablets it then asks whether the copy lies 0.8 to 1.25 units higher, and answers
#   {glue:text}`plain`. For a ratio it needs `transform=np.log`.
# - **Losing the pairs.** The same function with the transform, but for two independent groups: {glue:text}`pooled`. `ttost_paired` keeps them.
# - **Asking for the {term}`power` afterwards.** The "observed power" that some statistics programs offer is a function of p: if p is large it is low, and it says nothing about equivalence {cite}`hoenig-2001`. The interval does.
# - **Choosing the margin from the interval.** With a margin wide enough, everything is the same. It belongs in the protocol.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. Read an interval
#
# A ratio has the 90 % interval 0.84 to 1.19, and the margin is 0.80 to 1.25. Is equivalence shown at 5 %? Answer yes or no.

# %% tags=["solution"] exercise="equivalence-1"
answer = 0.80 < 0.84 and 1.19 < 1.25

# %% [markdown]
# ### 2. Test it
#
# `sc10` and `saline` hold the phagocytosis of two groups of mice. What is the p of equivalence for the margin 0.80 to 1.25, on the ratio scale? Let each group keep its own spread, as Welch's test does (in statsmodels, `usevar="unequal"`). Give three decimals.

# %% tags=["solution"] exercise="equivalence-2" tolerance=0.001
answer = stats.equivalence(sc10, saline, 0.80, 1.25, scale="ratio").pvalue

# %% [markdown]
# ### 3. Fewer mice
#
# Suppose only the first three mice of each of these groups had been measured: `sc10[:3]` and `saline[:3]`. The ordinary test finds no difference either (try `stats.geometric_mean_ratio`). Is the ratio still shown to be the same?
# Answer yes or no.

# %% tags=["solution"] exercise="equivalence-3"
few = stats.equivalence(sc10[:3], saline[:3], 0.80, 1.25, scale="ratio")
answer = bool(few.pvalue <= 0.05)

# %% [markdown] tags=["solution"]
# The estimate hardly moved. What is gone is the power to exclude a ratio that matters: fewer animals make an ordinary p larger, and sameness *harder* to show. With the wrong test, the worst experiment proves the most.

# %% [markdown]
# ### 4. What could have been shown?
#
# IL-4 at the lower dose (`low_dose` against `septic`, the second line of the picture) is not shown to be the same within 0.80 to 1.25. What is the smallest b for which it would be, in the margin from 1/b to b? Give two decimals.

# %% tags=["solution"] exercise="equivalence-4" tolerance=0.01
low, high = stats.geometric_mean_ratio(low_dose, septic).confidence_interval(0.90)
answer = max(high, 1 / low)

# %% [markdown] tags=["solution"]
# Both ends of the 90 % interval must lie inside, so b is the farther of the two. In a paper, say that the 90 % interval leaves out changes by more than this factor. That is more useful than "not significant".

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **A p of equivalence is 0.60. What does it show?**
#
# - [ ] that the groups differ
#   A difference is shown by the ordinary test. This one only failed to show sameness.
# - [x] nothing: the animals do not exclude a difference that matters
#   The groups may be the same, and the experiment too small to say so.
# - [ ] that they are the same with a probability of 60 %
#   No p is the probability of a hypothesis.
#
# **An ordinary test gives p = 0.01, and the 90 % interval is 1.04 to 1.15. What may be said?**
#
# - [ ] a large effect, because p is small
#   p is small because the interval is narrow.
# - [x] there is a difference, and it is too small to matter in the margin 0.80 to 1.25
#   Both at once: the fourth line of the picture.
# - [ ] the two statements contradict each other
#   One is about 1, the other about the margin.
#
# **Which experiment is the easiest way to a large ordinary p?**
#
# - [x] a small and careless one
#   Few animals and a wide spread. This is why a large p is not evidence of equivalence.
# - [ ] a large and careful one
#   It shows small differences, and so makes p small wherever there is one.

# %% [markdown]
# ```{take-aways}
# - A large p {ref}`shows no sameness <lesson-equivalence-silence>`.
# - Sameness is {ref}`an interval inside a margin <lesson-equivalence-picture>` that was chosen beforehand.
# - The 90 % interval is {ref}`two tests at 5 % <lesson-equivalence-tost>`, and both must succeed.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`Deaths before the measurement <lesson-deaths>`.
# - {doc}`The humoral study <../../humoral_immunity/analysis>` asks this of phagocytosis in six groups at once, and {doc}`the guide to verdicts <../../../book/verdicts>` says how sameness decides a verdict.
