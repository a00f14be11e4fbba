# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-limits)=
# # Titres and detection limits
#
# **The question.** Seven of twelve healthy rats have IL-6 "below 15.6". A titre of 64 means "64, but not 128". How can such values be compared?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | {doc}`Effect sizes with intervals <../effects/lesson>` | 35 minutes | record a {term}`nondetect`, compare groups with nondetects without substituting numbers, and interpret a titre as an interval |
#
# Download: {download}`exercises <../../../_build/lessons/limits-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/limits-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/limits-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
import pandas as pd

from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
from secretome.report import text
from secretome.course.pictures.limits import ratios_by_substitution, substitution_figure
from secretome.course.pictures.panel import simulated_label
from secretome.report.page import Page

page = Page()


def inside(interval, place=0):
    return f"{text.number(float(interval.low[place]))} to {text.number(float(interval.high[place]))}"


# %% [markdown]
# (lesson-limits-two)=
# ## Two numbers for each animal
#
# An assay for IL-6 cannot measure values below its limit of 15.6 pg/mL. For such a value the laboratory writes `<15.6`. This is not a missing value: the value lies between 0 and 15.6. Describe every
# animal by two numbers, a lower and an upper bound. If the value was measured, both are equal to it.

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")

# %% tags=["setup"]
il6 = load_study("sepsis_cytokines").cohort.values.query("endpoint == 'il6'")
sham, control = il6.query("group == 'sham'"), il6.query("group == 'control'")

# %%
sham[["animal", "lower", "upper"]].head(4)

# %% tags=["remove-cell"]
limit = 15.6
seen = sham["lower"][sham["lower"] > 0].tolist()
below = int((sham["lower"] == 0).sum())
both = pd.concat([sham, control])
model = stats.censored_lognormal(both["lower"], both["upper"], both["group"] == "control")
model_interval = model.confidence_interval(0.95)
shares = np.linspace(0.05, 1, 96)
ratios = ratios_by_substitution(seen, below, limit, control["lower"].tolist(), shares)
half, whole = ratios[int(np.argmin(abs(shares - 0.5)))], ratios[-1]


def substituted_width(share):
    """Upper divided by lower limit of the 95 % interval if a share of the limit replaces each value below it."""
    interval = stats.geometric_mean_ratio(control["lower"], [*seen, *[share * limit] * below]).confidence_interval(0.95)
    return interval.high / interval.low


widths = {"half": substituted_width(0.5), "root": substituted_width(1 / np.sqrt(2)), "whole": substituted_width(1)}
widths["model"] = float(model_interval.high[0] / model_interval.low[0])
page.say(
    below=str(below),
    rats=str(len(sham)),
    seen=f"{', '.join(f'{value:g}' for value in sorted(seen)[:-1])} and {max(seen):g}",
    half=text.number(half),
    tenth=text.number(ratios[int(np.argmin(abs(shares - 0.1)))]),
    whole=text.number(whole),
    model=text.number(float(model.estimate[0])),
    model_interval=inside(model_interval),
    sham_mean=text.number(float(model.geometric_mean[0])),
    width_half=f"{widths['half']:.2f}",
    width_root=f"{widths['root']:.2f}",
    width_whole=f"{widths['whole']:.2f}",
    width_model=f"{widths['model']:.2f}",
)

# %% [markdown]
# (lesson-limits-put-in)=
# ## Substitution determines the result
#
# In the sham group {glue:text}`below` of {glue:text}`rats` rats have a nondetect, that is, a value below the limit; the others have {glue:text}`seen`. By what factor is the septic control higher? It is common to substitute a number for each nondetect, most often half of the limit.
# The figure shows the result for every number:

# %% tags=["hide-input"]
page.figure(
    substitution_figure(
        limit,
        shares,
        ratios,
        float(model.estimate[0]),
        stats.ConfidenceInterval(model_interval.low[0], model_interval.high[0], 0.95),
        "pg/mL",
        simulated="rats",
    ),
    "substituted",
    f"{simulated_label('rats')}. The ratio of septic control to sham falls from {text.number(ratios[0])} to {text.number(whole)} as the number substituted for a nondetect rises from a twentieth of the limit to the limit. "
    f"The model without substitution gives {text.number(float(model.estimate[0]))}, {inside(model_interval)}.",
    caption="Ratio of IL-6 in simulated septic rats to sham rats. The curve is the estimate for each number substituted for a nondetect; the line, with its 95 % interval in grey, is that of the model, which substitutes nothing.",
)

# %% [markdown]
# With half of the limit the ratio is {glue:text}`half`, with the limit itself {glue:text}`whole`, and with a tenth of it {glue:text}`tenth`. The data do not show which is correct.
#
# The substituted number also determines the width of the interval. Divide the upper limit of the 95 % interval by the lower. Half of the limit of the assay gives {glue:text}`width_half`, this limit divided by √2 gives {glue:text}`width_root`, and the limit itself {glue:text}`width_whole`. The model below gives {glue:text}`width_model`. In these rats half of the limit gives a wider interval than the model, because it is far from the observed values; the limit
# itself gives a narrower one, because it is close to them.
#
# **The model substitutes nothing.** It fits a normal distribution to the logarithms, and chooses it so that both the observed values and {glue:text}`below` of {glue:text}`rats` values below the limit are likely:

# %%
both = pd.concat([sham, control])
fit = stats.censored_lognormal(both["lower"], both["upper"], both["group"] == "control")
fit.estimate, fit.confidence_interval(0.95)

# %% [markdown]
# The groups are sorted, and each ratio is relative to the first group; here it is the ratio of control (`True`) to sham (`False`). The ratio is {glue:text}`model`, with an interval from {glue:text}`model_interval`. The geometric mean of the sham rats is {glue:text}`sham_mean` pg/mL, although most of their values were not observed. The model assumes that logarithms are normally distributed, which is hard to check with few observed values.
# If no value of a group is observed, there is no estimate, only a bound. The {term}`Mann-Whitney test` still works: all values below the limit share the lowest rank.

# %%
# The upper bound ties all nondetects of the sham group at one value, below all observed values.
stats.mann_whitney(control["upper"], sham["upper"]).pvalue

# %% [markdown]
# (lesson-limits-titre)=
# ## A titre is an interval
#
# Serum is diluted 1 in 8, 1 in 16, 1 in 32 and so on; the titre is the last dilution that still reacts. A serum with the titre 64 reacted at 64 and not at 128, so its true titre lies *between 64 and 128*. If the last well of the plate still reacts, the true titre has no upper bound. If the first well does not react, the true titre is *below the first dilution*.

# %%
stats.titre_bounds([0, 8, 64, 1024], lowest=8, highest=1024)

# %% [markdown]
# The model uses both bounds, as for IL-6:

# %%
lower, upper = stats.titre_bounds([8, 16, 64, 1024], lowest=8, highest=1024)
stats.censored_lognormal(lower, upper).geometric_mean.round(1).tolist()

# %% [markdown]
# The true values of two titres that differ by one dilution step may be almost equal or differ almost fourfold. In serology of influenza a twofold rise in one person is usually regarded as insufficient evidence of an infection {cite}`cauchemez-2012`. In groups of animals a smaller difference can be
# detected: use the number of dilution steps, that is, logarithms to base 2, and average these.

# %% tags=["setup"]
titres = load_study("humoral_immunity").cohort.values.query("endpoint == 'titre'")
dose, saline = titres.query("group == 'im20'")["value"], titres.query("group == 'saline'")["value"]

# %%
stats.geometric_mean_ratio(dose, saline).estimate, float(dose.mean() / saline.mean())

# %% [markdown]
# The first number is the usual one, a ratio of geometric means. The second, a ratio of arithmetic means, depends mostly on the one or two animals with the highest titres. "The titre rose by 25 %" is ambiguous. If the titre increases by a quarter, this is a third of a dilution step. If the number of *dilution steps* increases by a quarter, from 8 to 10, the titre increases fourfold.

# %% [markdown]
# ## Worked example: arsenic in a stream
#
# Twenty-four samples from a stream on Oahu were measured by methods with three limits; thirteen values are below the limit of their method. This is a standard example in Helsel's book {cite}`helsel-2012`.

# %%
measured = [1.7, 3.2, 2.8, 0.7, 0.9, 0.5, 0.5, 0.5, 0.7, 0.6, 1.5]
limits = [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 0.9]
arsenic = stats.censored_lognormal(measured + [0] * 13, measured + limits)
arsenic.geometric_mean.round(3).tolist()

# %% tags=["remove-cell"]
halves = float(np.exp(np.log(measured + [value / 2 for value in limits]).mean()))
dropped = float(np.exp(np.log(measured).mean()))
wholes = float(np.exp(np.log(measured + limits).mean()))
page.say(
    arsenic=f"{arsenic.geometric_mean[0]:.3f}",
    halves=f"{halves:.3f}",
    dropped=f"{dropped:.3f}",
    wholes=f"{wholes:.3f}",
)
end = np.array([1024.0] * 6 + [512, 256])
open_end = stats.censored_lognormal(*stats.titre_bounds(end, lowest=8, highest=1024)).geometric_mean[0]
page.say(end=text.number(float(np.exp2(np.log2(end).mean()))), open_end=text.number(float(open_end)))

# %% [markdown]
# The median of the fitted distribution is {glue:text}`arsenic` µg/L, as printed. Excluding the nondetects gives {glue:text}`dropped`, substituting the limits gives {glue:text}`wholes`, and substituting half of the limits gives {glue:text}`halves`. Here half of the limits gives the result nearest to the model, but in the rats above the limit itself did. Which substitution is nearest cannot be predicted.
#
# :::{admonition} Common mistakes
# :class: warning
# - **Deleting `<15.6`.** It is text among numbers: Excel's `AVERAGE` skips it {cite}`ecma-376`, and pandas' `to_numeric(errors="coerce")` makes it NaN. The group with the lowest values loses the animals with the lowest values.
# - **Substituting 0, the limit, or half of it.** See the figure above. In the simulations of {cite:t}`bmc-immunol-9-59` a single substituted number understated the variance; in the rats above half of the limit overstated it.
# - **A logarithm of 0.** A substituted zero becomes minus infinity in NumPy and the error `#NUM!` in Excel {cite}`ecma-376`.
# - **The arithmetic mean of titres.** One animal at 512 outweighs twenty at 16.
# - **The last well of the plate as a value.** If six of eight mice react in the last well, 1024, the geometric mean of the group is {glue:text}`end`; the model, which treats the last well as a lower bound, gives {glue:text}`open_end`.
# - **A t test after substitution in one group.** The standard deviation of that group is then partly determined by the substituted number.
# :::

# %% [markdown]
# ## Exercises
#
# The first two can be done on paper.

# %% [markdown]
# ### 1. The upper bound of a titre
#
# Dilutions are threefold: 1 in 10, 30, 90, 270. An animal has the titre 90. What is the upper bound of its true titre?

# %% tags=["solution"] exercise="limits-1" difficulty=1
lower, upper = stats.titre_bounds([90], fold=3)
answer = int(upper[0])
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {"lower_bound": 90, "twofold": 180}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# 90 * 3
# ```

# %% [markdown]
# ### 2. Half of the limit
#
# Four animals have IL-6 of `<16`, `<16`, 32 and 64. Substitute half of the limit. What is the geometric mean?

# %% tags=["solution"] exercise="limits-2" difficulty=1 tolerance=0.05
answer = (8 * 8 * 32 * 64) ** 0.25
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "arithmetic_mean": (8 + 8 + 32 + 64) / 4,
    "limit_itself": (16 * 16 * 32 * 64) ** 0.25,
    "excluded": (32 * 64) ** 0.5,
    "log_scale": 4.25,
}

# %% [markdown] tags=["solution"]
# The logarithms to base 2 are 3, 3, 5 and 6; their mean is 4.25, and 2 to the power 4.25 is 19.03.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# exp(mean(log(c(8, 8, 32, 64))))
# ```
#
# **In Prism.** Column statistics of a column with 8, 8, 32 and 64 include the geometric mean.

# %% [markdown]
# ### 3. The model
#
# `control` and `t1` (defined in the cell) are two groups of simulated septic rats, one of them with a nondetect. What is the ratio of `t1` to `control` by the censored model? A ratio below 1 means that `t1` is lower.

# %%
t1 = il6.query("group == 't1'")
lower = np.concatenate([control["lower"], t1["lower"]])
upper = np.concatenate([control["upper"], t1["upper"]])
group = np.repeat(["1 control", "2 treated"], [len(control), len(t1)])

# %% tags=["data"]
data = {"control": control, "t1": t1}
print_data(data)

# %% tags=["solution"] exercise="limits-3" difficulty=2 tolerance=0.01
answer = stats.censored_lognormal(lower, upper, group).estimate[0]
answer

# %% tags=["mistakes", "remove-cell"]
detected = [rows["upper"][rows["lower"] == rows["upper"]] for rows in (t1, control)]
mistakes = {"log_scale": np.log(answer), "excluded": stats.geometric_mean_ratio(*detected).estimate}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# library(survival)
# d <- subset(read.csv("limits-data.csv"), exercise == "limits-3")
# below <- grepl("<", d$value)
# value <- as.numeric(sub("<", "", d$value))
# fit <- function(g) unname(coef(survreg(Surv(value[g], !below[g], type = "left") ~ 1, dist = "lognormal")))
# exp(fit(d$group == "t1") - fit(d$group == "control"))
# ```

# %% [markdown]
# ### 4. A rank test of nondetects
#
# All twelve animals of one group are below the limit; the twelve values of the other group are above it and all different. Is the exact Mann-Whitney p below 0.001? Answer yes or no.

# %% tags=["solution"] exercise="limits-4" difficulty=2
answer = bool(stats.mann_whitney([1.0] * 12, np.arange(16, 28)).pvalue < 0.001)
answer

# %% [markdown] tags=["solution"]
# Yes. Every value below the limit is below every observed value, and a rank test needs no more. A ratio cannot be estimated here, only bounded.

# %% [markdown]
# ### 5. The last well of the plate
#
# A plate begins at 8 and ends at 1024. Eight animals have the titres 1024, 1024, 1024, 1024, 512, 512, 256 and 128. What geometric mean does the censored model give, with `titre_bounds`?

# %% tags=["solution"] exercise="limits-5" difficulty=3 tolerance=5
lower, upper = stats.titre_bounds([1024] * 4 + [512, 512, 256, 128], lowest=8, highest=1024)
answer = stats.censored_lognormal(lower, upper).geometric_mean[0]
answer

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "without_limits": (1024**4 * 512**2 * 256 * 128) ** (1 / 8),
    "arithmetic_mean": (1024 * 4 + 512 * 2 + 256 + 128) / 8,
}

# %% [markdown] tags=["solution"]
# The geometric mean of the titres is 558. The estimate of the model is higher for two reasons: a titre of 512 can lie anywhere between 512 and 1024, and 1024 has no upper bound.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# library(survival)
# lower <- c(1024, 1024, 1024, 1024, 512, 512, 256, 128)
# upper <- ifelse(lower == 1024, NA, 2 * lower)
# unname(exp(coef(survreg(Surv(lower, upper, type = "interval2") ~ 1, dist = "lognormal"))))
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **`<15.6` means that**
#
# - [ ] the value is missing
#   It is known to be small, and this is useful information.
# - [ ] the value is 0
#   This is not known.
# - [x] the value lies between 0 and 15.6
#   The model uses both bounds.
#
# **Two animals have the titres 64 and 128. Their true titres differ by**
#
# - [ ] a factor of two
#   Only the dilutions differ by a factor of two.
# - [x] a factor between almost 1 and almost 4
#   The true titres may be 127 and 128, or 64 and 255.
#
# **Half the animals of a group are below one limit. What can always be reported?**
#
# - [x] the number of nondetects, and a comparison by ranks
#   Neither assumes a distribution.
# - [ ] the mean
#   It depends on the substituted number.

# %% [markdown]
# ```{take-aways}
# - A value below the limit is {ref}`known to be low <lesson-limits-two>`; it is not missing.
# - A substituted number {ref}`determines the result <lesson-limits-put-in>`; the censored model needs no substitution.
# - A titre is {ref}`known only to within one dilution step <lesson-limits-titre>`, and is averaged on the log scale.
# ```

# %% [markdown]
# ## What next
#
# Some measurements are {doc}`counts <../counts/lesson>`, of plaques or of cells, and a zero among them is a value. The list of lessons is in {doc}`the course <../../../book/course>`.
