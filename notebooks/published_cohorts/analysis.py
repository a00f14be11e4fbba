# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (published-cohorts)=
# # Published tables
#
# Papers on stem cells and their {term}`secretome` report means, standard deviations, counts and p-values, but no individual values. A p-value can be recalculated from the means, standard deviations and n in a table. This page
# does so for every table that this book found. **{glue:text}`summary`** {doc}`Check a printed table <../../book/reported>` shows how to check another paper.

# %% tags=["remove-input"]
from secretome.audit import tables as audit_tables
from secretome.audit import text as audit_text
from secretome.report import figures, text
from secretome.report.page import Page, Panel
from secretome.audit import audit, cards, published_tables, reanalysis
from secretome.audit.forest import forest_alt, forest_figure, forest_label

reported = published_tables()
findings = audit(reported)
spreads, variances = reanalysis.spreads(reported), reanalysis.variances(reported)
ratios, odds = reanalysis.ratios(reported), reanalysis.odds(reported)
page = Page()


# %% tags=["remove-cell"]
def finding(file, check, item=""):
    return next(
        audit_text.finding_sentence(one)
        for one in findings
        if (one.file, one.check) == (f"{file}.yml", check) and one.item.startswith(item)
    )


def cv(file, group):
    return text.number(spreads[(spreads["file"] == f"{file}.yml") & (spreads["group"] == group)]["cv"].iloc[0])


def reported_mean(item, group):
    row = spreads[(spreads["file"] == "pmc127621.yml") & (spreads["item"] == item) & (spreads["group"] == group)].iloc[
        0
    ]
    return f"{text.number(float(row['mean']))} {row['unit']}"


skewed = ratios[
    (ratios["file"] == "pmc4212921.yml")
    & (ratios["item"] == "IL-6 at 18 h")
    & (ratios["treated"] == "Ligation and melatonin")
].iloc[0]
page.say(
    sources=f"{len(reported)}",
    without=text.count(len(reported) - len(audit_tables.by_outcome(reported, findings)), "source"),
    summary=audit_text.summary_sentence(findings),
    cv_exosomes="{}, {} and {}".format(
        *(cv("unissula-34609", group) for group in ("Healthy", "Exosomes 200 µL", "Exosomes 300 µL"))
    ),
    means_exosomes="{}, {} and {}".format(*spreads[spreads["file"] == "unissula-34609.yml"]["mean"]),
    shape=finding("pmc4212921", "shape", "IL-6 at 18 h"),
    skewed_means=text.number(skewed["mean_ratio"]),
    skewed_geometric=text.number(skewed["estimate"]),
    untreated=reported_mean("IL-6 at 0 h", "Untreated"),
    peak=reported_mean("IL-6 at 2 h", "Endotoxin"),
    late=reported_mean("IL-6 at 8 h", "Endotoxin"),
    level=text.percent(reanalysis.LEVEL),
    logrank=finding("mc-cem-20180907", "counts", "Survival"),
)

# %% tags=["remove-input"]
by_paper, by_check = cards.counts_by_paper(reported, findings), cards.counts_by_check(findings)
page.panels(
    [
        Panel(
            figures.counts_figure(counts, "findings"), f"findings-{name}", cards.counts_alt(counts, name), f"By {name}"
        )
        for name, counts in (("paper", by_paper), ("check", by_check))
    ],
    "Findings of the audit. Each printed number that can be calculated from other printed numbers is compared with them: it agrees, it differs, or the printed "
    "numbers do not allow an answer.",
)

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`The T-cell study <../treg_conditioned_medium/analysis>`
# - calculate a ratio with its interval from means and standard deviations
# - distinguish SD and SE after ±
# - audit a printed table
# ```

# %% [markdown]
# ## What the outcomes mean
#
# The comparison allows for rounding: a printed number may be any number that rounds to it.
#
# | Outcome | What it means | What it does not mean |
# |---|---|---|
# | **agrees** | some usual test, with ± as SD or as SE, gives the printed number | that the number is right |
# | **differs** | no usual test gives it | why: a misprint, another test, exclusions, or an incomplete table |
# | **cannot tell** | something needed is not reported, or SD and SE give different answers, or the number is unusual but not impossible | that anything is wrong |
#
# For most sources only the abstract was read, and a finding is then about the abstract: the full paper may contain an explanation.

# %% [markdown]
# ## Paper by paper
#
# There are {glue:text}`sources` sources, one file each, with their numbers as printed. {glue:text}`without` has no printed number that can be calculated from others.

# %% tags=["remove-input"]
page.html(cards.paper_cards(reported, findings))
page.table(audit_tables.sources_table(reported), "The printed tables", folded=True)

# %% [markdown]
# The sources are tables of means and spreads {cite}`pmc4212921,pmc9210847,silicosis-2018,pmc127621`, abstracts on lupus in mice from one laboratory {cite}`ums-5840,ums-4340,uns-58279,uns-77280`, other abstracts on secretome or cells
# {cite}`uns-100725,ijms-49654,ijmra-v6i10-44,ijmra-v6i10-23,ijmra-v6i3-39,unissula-34609,unissula-43590,jnsbm-3170`, papers on survival {cite}`mc-cem-20180907,scrt-6-199,bmcimmunol-15-1`, meta-analyses
# {cite}`lalu-2016,sun-2020,ge-2022`, and the reports behind {doc}`the humoral study <../humoral_immunity/analysis>` {cite}`moskalov-koshova,moskalov-2023`.

# %% [markdown]
# ## Recalculated results
#
# (printed-spreads)=
# ### SD and SE
#
# The number after ± is a standard deviation (SD), which describes the animals, or a standard error (SE), which is smaller by the square root of n. Many papers do not say which; then everything below is
# calculated for both.
#
# The SD of a concentration grows with its mean. In rats under ultraviolet light, three groups with mean IL-6 of {glue:text}`means_exosomes` pg/mL have coefficients of variation of
# {glue:text}`cv_exosomes`, if ± is an SD {cite}`unissula-34609`. On a log scale the SDs are similar; for this reason this book compares ratios.
#
# If an SD is as large as its mean, the two do not describe the distribution well. {glue:text}`shape`

# %% tags=["remove-input"]
page.table(audit_tables.spreads_table(spreads), "All printed means and standard deviations or errors", folded=True)

# %% [markdown]
# ### Do any groups differ?
#
# An analysis of variance needs only means, SDs and n. Welch's version allows unequal variances. A row occurs twice if its source does not say whether ± is SD or SE.

# %% tags=["remove-input"]
page.table(audit_tables.variances_table(variances), "Analyses of variance from printed summaries", folded=True)

# %% [markdown]
# ### Ratios to the control
#
# Each line is the {term}`geometric mean ratio` of a treated group to its control with its {glue:text}`level` interval. Means and SDs are converted to those of logarithms on the assumption of a
# lognormal distribution {cite}`higgins-2008`, and compared by {term}`Welch's t`. A filled square uses ± as reported, or as SD if it is not stated; an open square uses it as SE.
#
# The result depends on the lognormal assumption if an SD is large. With melatonin at 18 hours after ligation, the *mean* is {glue:text}`skewed_means` times that of the control, but the *geometric mean* is {glue:text}`skewed_geometric`
# times that of the control: the mean of the control depends on a few rats with high values.

# %% tags=["remove-input"]
panels = []
for quantity, name in (("IL-6", "il-6"), ("TNF-α", "tnf"), ("IL-10", "il-10")):
    rows = ratios[ratios["quantity"] == quantity]
    rows = rows.assign(label=[forest_label(row) for _, row in rows.iterrows()])
    measure = f"{quantity}, ratio to the control"
    panels.append(Panel(forest_figure(rows, measure), f"forest-{name}", forest_alt(rows, measure), quantity))
page.panels(
    panels,
    "Cytokines after treatment, from printed means: the geometric mean ratio of each treated group to the control of its source, with the "
    f"{text.percent(reanalysis.LEVEL)} interval. Filled squares use ± as reported, or as SD if its meaning is not stated; open squares use it as SE.",
)

# %% tags=["remove-input"]
page.table(audit_tables.ratios_table(ratios), "All ratios of geometric means and of means", folded=True)

# %% [markdown]
# (printed-not-combined)=
# #### Why the ratios are not combined
#
# A pooled ratio is useful only if the studies ask the same question. These studies do not.
#
# - **The biology differs.** Sepsis, dust in the lung, a poisoned liver, a stroke and a parasite are different diseases. In one table IL-10 *falls* with treatment and in another it rises, and either may be
#   reported as a benefit.
# - **The treatment differs.** Living cells, dying cells, exosomes or cell-free secretome were given into a vein, the abdomen, the liver or the skin.
# - **Rows are not independent.** Treated groups share one control, and the same animals are measured at several hours.
# - **The meaning of ± is not stated** in most of them, and each weight would depend on it.
# - **Some reports may be about one experiment** and would be counted twice.
# - **The controls differ.** After a stimulus the time of sampling is important. In mice given endotoxin, IL-6 goes from {glue:text}`untreated` to {glue:text}`peak` at 2 hours and back to {glue:text}`late` at
#   8 hours {cite}`pmc127621`: two studies that sample at different hours measure different things.
#
# The ratios can be used as a reference: they show typical standard deviations and differences between groups.

# %% [markdown]
# ### Deaths
#
# An odds ratio (conditional maximum likelihood) with an exact interval can be calculated from counts. The figure shows two papers with few animals and three meta-analyses of cells in animals with sepsis. The meta-analyses are not
# combined, because they include some of the same studies. They are about cells, not secretome, and their authors report publication bias, risk of bias, or heterogeneity (see the sources).

# %% tags=["remove-input"]
rows = odds.sort_values("reported", kind="stable")
rows = rows.assign(label=[forest_label(row) for _, row in rows.iterrows()], spread="", spread_stated=True)
measure = "Odds ratio of death"
page.figure(
    forest_figure(rows, measure),
    "forest-deaths",
    forest_alt(rows, measure),
    caption="Deaths of animals with sepsis or organ failure: the odds ratio of each group treated with stem cells to its control, from printed "
    f"counts in two papers, and as printed in three meta-analyses, with the {text.percent(reanalysis.LEVEL)} interval. An arrow marks an interval that "
    "extends beyond the axis.",
)
page.table(audit_tables.odds_table(odds[~odds["reported"]]), "Odds of death from printed counts")

# %% [markdown]
# The two papers are too small for a conclusion: each interval extends from a fraction of the control's odds to more than the control's odds. Counts also show that the result can depend on the choice of the test. {glue:text}`logrank`

# %% [markdown]
# (printed-cannot)=
# ## Limitations
#
# - A table whose numbers agree may still be wrong: the checks use printed numbers, not the data.
# - A number that differs does not show intent, and often says little about the conclusion. If a difference and its standard error do not match their means, the groups can still be many standard errors apart.
# - An abstract is incomplete. A p that fits no simple test may come from a test that the abstract does not name: an adjustment for many groups, a covariate, ranks.
# - Among hundreds of comparisons some differ because of misprints alone.

# %% tags=["remove-cell"]
printed_count, animals = 3.47, 12
below = int(printed_count * animals)
page.say(grim_below=f"{below / animals:.2f}", grim_above=f"{(below + 1) / animals:.2f}")

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: printed-exercise
# A table prints a mean of 3.47 plaques in twelve animals, and plaques are whole numbers. Which means are possible near it?
# ```
#
# ```{solution} printed-exercise
# :class: dropdown
# Twelve whole numbers add up to a whole number. 41 plaques have the mean {glue:text}`grim_below` and 42 the mean {glue:text}`grim_above`: no total gives 3.47. Either an animal is missing from the mean, or there is a misprint.
# ```
#
# ```{take-aways}
# - If a table does not say whether ± is SD or SE, {ref}`calculate with both <printed-spreads>`.
# - Ratios of different diseases, treatments and times {ref}`must not be averaged <printed-not-combined>`.
# - A number that differs {ref}`does not show why <printed-cannot>`.
# ```
#
# ```{next}
# {doc}`Check a printed table <../../book/reported>`.
# ```
