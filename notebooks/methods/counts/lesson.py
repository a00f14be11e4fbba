# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (lesson-counts)=
# # Counts that vary more than chance
#
# **The question.** Plaques on a plate, cells in a field and insects on a plant are counts. How large must a difference between two groups of counts be to show an effect?
#
# | Before you read | Time | You will be able to |
# |---|---|---|
# | Nothing | 40 minutes | say how much counts vary by chance alone, and recognise overdispersion; compare groups of counts by a rate ratio; explain why a scaled count is not a count |
#
# Download: {download}`exercises <../../../_build/lessons/counts-exercises.ipynb>`, {download}`solutions <../../../_build/lessons/counts-solutions.ipynb>`, {download}`data of the exercises <../../../_build/lessons/counts-data.csv>`. {doc}`How to use them <../../../book/course>`.

# %% tags=["setup"]
import numpy as np
import scipy.stats
import statsmodels.api as sm

from secretome import load_study, stats
from secretome.course import print_data

# %% tags=["remove-cell"]
import pandas as pd

from secretome.report import text
from secretome.course.pictures.counts import counts_alt, counts_figure
from secretome.course.pictures.panel import simulated_label
from secretome.protocol import notebooks_folder
from secretome.report.page import Page

page = Page()

# %% [markdown]
# (lesson-counts-chance)=
# ## Variation by chance alone
#
# Shake a thousand beads onto a tray and count those on one small square. Shake again, and the number differs. If the beads fall independently, and every place is equally likely, such counts very nearly follow the **Poisson** distribution. Its most important
# property is that *its variance equals its mean*. The standard deviation (SD) is the square root of the mean: counts with a mean of 100 have an SD of 10, counts with a mean of 9 an SD of 3.
#
# A single count therefore shows how much it would vary by chance alone. But this holds only for Poisson counts, and counts in different animals usually vary more.
#
# (lesson-counts-picture)=
# ## Counts in animals
#
# In {doc}`the humoral study <../../humoral_immunity/analysis>` the antibody-forming cells of a spleen are counted as plaques on a plate. A two-hundredth of the spleen is plated, the plaques are counted, and the count is multiplied by 200. The figure shows the plaque counts, one point for each mouse.

# %% tags=["setup"]
values = load_study("humoral_immunity").cohort.values
spleens = values[values["endpoint"] == "afc"].set_index("group")["value"]
plaques = {
    "Saline": spleens["saline"] / 200,
    "Thymalin": spleens["thymalin"] / 200,
    "10 µL/kg": spleens["im10"] / 200,
    "20 µL/kg": spleens["im20"] / 200,
}

# %%
bands = {}
for label, counts in plaques.items():
    bands[label] = scipy.stats.poisson.interval(0.95, counts.mean())

# %% tags=["hide-input"]
page.warn("Simulated animals. They show how the method works and are not evidence.")
measure = "plaques on a plate"
page.figure(
    counts_figure(plaques, bands, measure, simulated="mice"),
    "counts",
    f"{simulated_label('mice')}. {counts_alt(plaques, bands, measure, 0.95)}",
    caption="Plaques on the plates of simulated mice. Each point is one mouse; the grey band contains about 95 % of Poisson counts with the mean of the group, and diamonds are mice outside it.",
)

# %% tags=["remove-cell"]
dispersions = {label: counts.var(ddof=1) / counts.mean() for label, counts in plaques.items()}
outside = sum(int(((counts < bands[label][0]) | (counts > bands[label][1])).sum()) for label, counts in plaques.items())
page.say(
    mice=f"{sum(len(counts) for counts in plaques.values())}",
    outside=f"{outside}",
    expected=f"{0.05 * sum(len(counts) for counts in plaques.values()):.0f}",
    least=text.number(min(dispersions.values())),
    most=text.number(max(dispersions.values())),
)

# %% [markdown]
# The grey band contains about 95 of 100 counts if the mice of a group differ by chance only. Of {glue:text}`mice` mice, about {glue:text}`expected` should then lie outside the band, but {glue:text}`outside` do (diamonds). The simulated mice differ from one another, as real mice differ in age, weight and spleen: the variance is {glue:text}`least` to {glue:text}`most` times the mean. Such counts are called **overdispersed**. A test that ignores overdispersion
# treats differences between mice as differences between treatments.
#
# (lesson-counts-vary)=
# ## Estimate the dispersion from the animals
#
# The **quasi-Poisson** model is a model of counts that allows zeros and unequal plated amounts. It has one more parameter than a Poisson model, the *dispersion*: the variance divided by the mean. The dispersion is estimated from the
# animals, and the standard error is multiplied by its square root. With few animals this estimate is uncertain, so the test uses Student's t distribution instead of the normal distribution.
#
# `stats.count_ratio` takes one count for each animal and the name of its group. It returns the ratio of the mean count of each group to that of the group whose name is first in alphabetical order.

# %%
counts = [*plaques["Saline"], *plaques["Thymalin"]]
group = ["saline"] * 8 + ["thymalin"] * 8
counted = stats.count_ratio(counts, group)
print(f"ratio {counted.estimate[0]:.2f}, dispersion {counted.dispersion:.1f}")
print(f"p = {counted.pvalue[0]:.6f}")

# %% [markdown]
# ## Worked example: insects and sprays
#
# Beall counted insects on plots treated with six sprays, twelve plots each {cite}`beall-1942`. The counts are in the data set `InsectSprays` of the program R. R's quasi-Poisson fit of them {cite}`r-core` has a dispersion of
# 1.507713 and a log ratio of spray C to spray A of −1.940179.

# %% tags=["setup"]
sprays = {
    "A": [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13],
    "B": [11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13],
    "C": [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4],
    "D": [3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4],
    "E": [3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4],
    "F": [11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13],
}

# %%
insects = [count for counts in sprays.values() for count in counts]
plots = [spray for spray in sprays for _ in range(12)]
beall = stats.count_ratio(insects, plots)
print(f"dispersion {beall.dispersion:.6f}")
print(f"log ratio of C to A {np.log(beall.estimate[1]):.6f}")

# %% [markdown]
# The results agree with R to all printed digits. Now compare sprays C and E alone, by a Poisson model, in which the dispersion is 1, and by a quasi-Poisson model:

# %% tags=["setup"]
two = sprays["C"] + sprays["E"]
spray_e = np.repeat([0, 1], 12)

# %%
model = sm.GLM(two, sm.add_constant(spray_e), family=sm.families.Poisson())
poisson = model.fit()
quasi = stats.count_ratio(two, spray_e)
print(f"Poisson p = {poisson.pvalues[1]:.3f}; quasi-Poisson p = {quasi.pvalue[0]:.3f}")

# %% tags=["remove-cell"]
page.say(
    p_poisson=text.p_value(poisson.pvalues[1]),
    p_quasi=text.p_value(quasi.pvalue[0]),
    p_normal=text.p_value(model.fit(scale="X2").pvalues[1]),
    phi=text.number(quasi.dispersion),
    p_sums=text.p_value(scipy.stats.poisson_means_test(sum(sprays["E"]), 12, sum(sprays["C"]), 12).pvalue),
)
calibration = pd.read_csv(notebooks_folder() / "benchmarks" / "calibration.csv")
binomial = calibration[(calibration["kind"] == "size") & (calibration["by"] == "statsmodels, negative binomial")]
page.say(
    nb_least=text.percent(round(float(binomial["share"].min()), 2)),
    nb_most=text.percent(round(float(binomial["share"].max()), 2)),
    nb_sizes=f"{binomial['n'].min()} to {binomial['n'].max()}",
)

# %% [markdown]
# The results are {glue:text}`p_poisson` and {glue:text}`p_quasi`. The variance of the plots is only {glue:text}`phi` times as large as expected by chance, but this is enough to raise p above 5 %. With this dispersion and the normal distribution the result is {glue:text}`p_normal`; Student's t distribution makes p larger. The mice above have a much larger dispersion.

# %% [markdown]
# :::{admonition} Common mistakes
# :class: warning
# - **Poisson by default.** `statsmodels.api.GLM(..., family=Poisson())` and R's `glm(..., family = poisson)` fix the dispersion at 1, even if the animals vary more. In statsmodels `.fit(scale="X2")` estimates it; its p then comes from the normal distribution unless `use_t=True` is also set.
# - **A negative binomial model without estimated dispersion.** `statsmodels.api.families.NegativeBinomial()` does not estimate how much animals vary: it uses a shape of 1 and prints a warning. `statsmodels.api.NegativeBinomial` is another model, which estimates the shape. With few animals this second model rejects too often: at 5 %, in {glue:text}`nb_least` to {glue:text}`nb_most` of simulated experiments without an effect, with {glue:text}`nb_sizes` animals per group ({ref}`benchmarks <promises-tests>`).
# - **A test of sums.** `scipy.stats.poisson_means_test` uses only the total of each group, so it cannot account for differences between animals. For sprays C and E it gives {glue:text}`p_sums`.
# - **Counts that were multiplied by a constant.** No program can recognise them. Exercise 4 shows the size of the error.
# :::

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1. By hand
#
# The plates of four mice show 6, 9, 12 and 21 plaques. What is the variance of these counts divided by their mean? (The variance divides by n − 1.) Give one decimal.

# %% tags=["solution"] exercise="counts-1" difficulty=1 tolerance=0.1
counts = np.array([6, 9, 12, 21])
answer = counts.var(ddof=1) / counts.mean()

# %% tags=["mistakes", "remove-cell"]
mistakes = {"population_variance": counts.var() / counts.mean(), "sd": counts.std(ddof=1) / counts.mean()}

# %% [markdown] tags=["solution"]
# The mean is 12. The squared distances from it are 36, 9, 0 and 81; their sum divided by 3 is the variance, and the variance divided by the mean is the dispersion.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# x <- c(6, 9, 12, 21)
# var(x) / mean(x)
# ```

# %% [markdown]
# ### 2. One comparison
#
# `plaques["Saline"]` and `plaques["10 µL/kg"]` contain the plaques of two groups of mice. What is the ratio of the mean counts, treated over saline? Use `stats.count_ratio`, and give two decimals.

# %% tags=["data"]
data = {"saline": plaques["Saline"], "im10": plaques["10 µL/kg"]}
print_data(data)

# %% tags=["solution"] exercise="counts-2" difficulty=2 tolerance=0.01
counts = [*plaques["Saline"], *plaques["10 µL/kg"]]
group = ["a saline"] * 8 + ["b treated"] * 8
answer = stats.count_ratio(counts, group).estimate[0]

# %% tags=["mistakes", "remove-cell"]
mistakes = {"log_scale": np.log(answer)}

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("counts-data.csv"), exercise == "counts-2")
# x <- as.numeric(d$value[d$group == "im10"])
# y <- as.numeric(d$value[d$group == "saline"])
# group <- factor(rep(c("saline", "im10"), c(length(y), length(x))), levels = c("saline", "im10"))
# unname(exp(coef(glm(c(y, x) ~ group, family = quasipoisson))[2]))
# ```

# %% [markdown]
# ### 3. Unequal plated amounts
#
# Two mice had saline: a two-hundredth of one spleen was plated and gave 48 plaques, and a hundredth of the other gave 110. Two mice had the drug: a hundredth of one spleen gave 60 plaques, and a two-hundredth of the other gave 36. Give `count_ratio` the shares plated as
# `exposure`. What is the ratio of drug to saline? Give two decimals.

# %% tags=["solution"] exercise="counts-3" difficulty=2 tolerance=0.01
shares = [1 / 200, 1 / 100, 1 / 100, 1 / 200]
group = ["a saline", "a saline", "b drug", "b drug"]
answer = stats.count_ratio([48, 110, 60, 36], group, exposure=shares).estimate[0]

# %% tags=["mistakes", "remove-cell"]
mistakes = {"log_scale": np.log(answer)}

# %% [markdown] tags=["solution"]
# A rate is the number of plaques divided by the plated amount: 158 in three two-hundredths, against 96 in three two-hundredths. Two plates per group are enough for a ratio. Its p has only two degrees of freedom, and the plates happen to agree better than expected by chance: do not rely on this p.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# plaques <- c(48, 110, 60, 36)
# plated <- c(1 / 200, 1 / 100, 1 / 100, 1 / 200)
# drug <- c(0, 0, 1, 1)
# unname(exp(coef(glm(plaques ~ drug + offset(log(plated)), family = quasipoisson))[2]))
# ```

# %% [markdown]
# ### 4. A scaled count
#
# Someone reports insects "per hectare" and multiplies each count of sprays C and E by 200. The number of counted insects, and therefore the information, does not change. Fit the Poisson model of the example to `200 * np.array(two)`. How many zeros are between the decimal point of its p and the first other digit? (The decimal logarithm, `np.log10`, helps.)

# %% tags=["data"]
data = {"spray C": sprays["C"], "spray E": sprays["E"]}
print_data(data)

# %% tags=["solution"] exercise="counts-4" difficulty=3
scaled = 200 * np.array(two)
model = sm.GLM(scaled, sm.add_constant(spray_e), family=sm.families.Poisson())
answer = int(np.floor(-np.log10(model.fit().pvalues[1])))

# %% tags=["mistakes", "remove-cell"]
mistakes = {
    "first_digit": answer + 1,
    "wrong_base": int(np.floor(-np.log(model.fit().pvalues[1]))),
}

# %% [markdown] tags=["solution"]
# The model treats every insect as two hundred counted insects. In a quasi-Poisson model the dispersion becomes 200 times larger too, so p does not change. Try it.

# %% [markdown] tags=["solution", "programs"]
# **In R.**
#
# ```r
# d <- subset(read.csv("counts-data.csv"), exercise == "counts-4")
# model <- glm(200 * as.numeric(value) ~ group, family = poisson, data = d)
# floor(-log10(summary(model)$coefficients[2, 4]))
# ```

# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **1. The counts of eight mice have a mean of 50 and a variance of 400. What does a Poisson test do to its p?**
#
# - [ ] It makes it too large, because the mean is large.
#   The size of the mean does not matter. The variance is eight times what the test assumes.
# - [x] It makes it too small, because it ignores the differences between animals.
#   The test assumes an SD of about 7, but the SD of the mice is 20.
# - [ ] It does not change it, because eight mice are enough.
#   More mice do not help: the standard error stays too small by the same factor.
#
# **2. For which of these can a model of counts be used?**
#
# - [ ] Antibody-forming cells per spleen, scaled up from the plate.
#   Scaling also multiplies the random error of the plate. Use the plaques, with the plated fraction as exposure.
# - [ ] The mean of three plates.
#   A mean of counts varies less than a count. Add the counts, and use three plates as the exposure.
# - [x] The plaques on one plate.
#   This is one raw count for each animal.
#
# **3. A group of five contains three zeros. What should be done?**
#
# - [ ] Exclude the zeros, because zero has no logarithm.
#   This removes the lowest values of the group.
# - [x] Use a model of counts, such as quasi-Poisson: a zero is a count like any other.
#   This model gives no interval of a ratio only if a group contains nothing but zeros.
# - [ ] Add a million to all values.
#   The added number determines the result.

# %% [markdown]
# ```{take-aways}
# - By chance alone the variance of a count {ref}`equals its mean <lesson-counts-chance>`.
# - Counts in different animals {ref}`usually vary more <lesson-counts-picture>`, so a Poisson test rejects too often.
# - Quasi-Poisson {ref}`estimates the dispersion from the animals <lesson-counts-vary>`.
# ```

# %% [markdown]
# ## What next
#
# - {ref}`When "no difference" is the claim <lesson-equivalence>` is the next lesson.
# - {doc}`The humoral study <../../humoral_immunity/analysis>` uses this model for antibody-forming cells, and {doc}`the reference <../../../book/statistics/counts>` describes every argument of `count_ratio`.
