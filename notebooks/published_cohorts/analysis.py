# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (published-cohorts)=
# # What printed tables still tell
#
# **The question.** Papers on stem cells and their {term}`secretome` print means, spreads, counts and p values, and keep the animals to themselves. What can a reader compute from such
# a table? And do its own numbers agree with one another?
#
# **Why it is here.** A p value can be recomputed from three columns, and nobody needs the authors' leave for it. This page does so for every table that this book found, and lists each number
# that agrees, each that differs, and each that cannot be told. {doc}`The next page <../../book/reported>` shows how to do the same with a paper of your own.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`The T-cell study <../treg_conditioned_medium/analysis>`
# - turn means and spreads into a ratio with its interval
# - see what ± may hide
# - audit a printed table
# ```

# %% tags=["hide-input"]
from secretome.audit import tables as audit_tables
from secretome.audit import text as audit_text
from secretome.report import text
from secretome.report.page import Page
from secretome.audit import audit, published_tables, reanalysis
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
    p_and_claim=finding("ijmra-v6i10-23", "significance"),
    neither_interpretation=finding("pmc9210847", "test", "TNF"),
    difference=finding("ums-5840", "difference"),
    standard_error=finding("ums-5840", "standard error"),
    units=finding("ums-4340", "units across reports"),
    letters=finding("pmc4212921", "letters", "IL-6 at 18 h"),
    deaths=finding("pmc4212921", "deaths"),
    direction=finding("ijms-49654", "direction", "Size"),
    effect=finding("ijms-49654", "effect size"),
    sizes=finding("ijmra-v6i10-44", "group sizes"),
    correlation=finding("moskalov-2023", "correlation"),
    ratio_within=finding("moskalov-koshova", "ratios"),
    ratio_across=finding("moskalov-2023", "ratios across reports"),
    dilution=finding("moskalov-2023", "dilution"),
    logrank=finding("mc-cem-20180907", "counts", "Survival"),
)

# %% [markdown]
# ## The sources
#
# {glue:text}`sources` sources, one file each, with their numbers as printed. Only facts are taken over. Most were read as an abstract, and a finding below is then about the abstract: the
# paper behind it may print what would settle it.
#
# - **Tables of means and spreads**: {cite}`pmc4212921,pmc9210847,silicosis-2018,pmc127621`.
# - **Lupus in mice, one laboratory**: {cite}`ums-5840,ums-4340,uns-58279,uns-77280`.
# - **Other abstracts of secretome or cells**: {cite}`uns-100725,ijms-49654,ijmra-v6i10-44,ijmra-v6i10-23,ijmra-v6i3-39,unissula-34609,unissula-43590,jnsbm-3170`.
# - **Survival**: {cite}`mc-cem-20180907,scrt-6-199,bmcimmunol-15-1`.
# - **Meta-analyses**: {cite}`lalu-2016,sun-2020,ge-2022`.
# - **The reports behind** {doc}`the humoral study <../humoral_immunity/analysis>`, which print ratios and correlations alone: {cite}`moskalov-koshova,moskalov-2023`.

# %% tags=["hide-input"]
page.table(audit_tables.sources_table(reported), "The printed tables", folded=True)

# %% [markdown]
# (printed-spreads)=
# ## What a spread says
#
# ± is a standard deviation (SD), which describes the animals, or a standard error (SE), which is smaller by the square root of n. Many papers do not say which, and then everything below is
# computed twice.
#
# The spread of a concentration grows with its mean. In rats under ultraviolet light, three groups with mean IL-6 of {glue:text}`means_exosomes` pg/mL have coefficients of variation of
# {glue:text}`cv_exosomes`, if ± is an SD {cite}`unissula-34609`. That is what a logarithm makes even, and why this book compares ratios.
#
# Where an SD is as large as its mean, the two no longer describe the animals. {glue:text}`shape`

# %% tags=["hide-input"]
page.table(audit_tables.spreads_table(spreads), "Every printed mean and spread", folded=True)

# %% [markdown]
# ## Do any groups differ?
#
# An analysis of variance needs nothing but means, SDs and n. Welch's version lets each group have its own spread. A row that stands twice does so because its source does not say what ± is.

# %% tags=["hide-input"]
page.table(audit_tables.variances_table(variances), "Analyses of variance from printed summaries", folded=True)

# %% [markdown]
# ## By what factor?
#
# Each line is a treated group over its control, as a {term}`geometric mean ratio` with its {glue:text}`level` interval. Means and SDs are turned into those of logarithms, as if each group were
# lognormal {cite}`higgins-2008`, and compared by {term}`Welch's t`. A filled square takes ± as reported, or as SD where nothing is said; an open square takes it as SE.
#
# How much the lognormal shape decides shows where a spread is large. Melatonin at 18 hours after ligation has {glue:text}`skewed_means` times the control's *mean*, but {glue:text}`skewed_geometric`
# times its *geometric mean*: the control's mean rests on a few high rats.

# %% tags=["hide-input"]
for quantity, name in (("IL-6", "il-6"), ("TNF-α", "tnf"), ("IL-10", "il-10")):
    rows = ratios[ratios["quantity"] == quantity]
    rows = rows.assign(label=[forest_label(row) for _, row in rows.iterrows()])
    measure = f"{quantity}, ratio to the control"
    page.figure(forest_figure(rows, measure), f"forest-{name}", forest_alt(rows, measure))

# %% tags=["hide-input"]
page.table(audit_tables.ratios_table(ratios), "Every ratio, as geometric means and as means", folded=True)

# %% [markdown]
# (printed-not-combined)=
# ### Why nothing here is combined
#
# A pooled ratio answers a question only where the studies ask the same one. These do not.
#
# - **The biology differs.** Sepsis, dust in the lung, a poisoned liver, a stroke and a parasite are not one disease. In one table IL-10 *falls* with treatment and in another it rises, and either may be
#   called a benefit.
# - **The treatment differs.** Living cells, dying cells, exosomes and cell-free secretome, into a vein, the belly, the liver or the skin.
# - **Rows are not independent.** Treated groups share one control, and hours share their animals.
# - **± is a guess** in most of them, and on that guess each weight would rest.
# - **Some reports may be of one experiment,** and would be counted twice.
# - **The control is not the same thing.** After a stimulus the hour decides. In mice given endotoxin, IL-6 goes from {glue:text}`untreated` to {glue:text}`peak` at 2 hours and back to {glue:text}`late` at
#   8 hours {cite}`pmc127621`: two studies that sample at different hours measure different things.
#
# What they can serve as is a scale: how large spreads are, and how far apart groups lie.

# %% [markdown]
# ## Deaths
#
# From counts an odds ratio follows with an exact interval. Beside the few animals of two papers stand three meta-analyses of cells in animals with sepsis. They are shown side by side and not
# combined, because they overlap in the studies that they include. They are about cells, not secretome, and their authors report publication bias, risk of bias, or heterogeneity (see the sources).

# %% tags=["hide-input"]
rows = odds.sort_values("reported", kind="stable")
rows = rows.assign(label=[forest_label(row) for _, row in rows.iterrows()], spread="", spread_stated=True)
measure = "Odds ratio of death"
page.figure(forest_figure(rows, measure), "forest-deaths", forest_alt(rows, measure))
page.table(audit_tables.odds_table(odds[~odds["reported"]]), "Odds of death from printed counts")

# %% [markdown]
# The two papers are too small to tell: each interval reaches from a fraction of the control's odds to more than them. Counts also show how much a choice of test can decide. {glue:text}`logrank`

# %% [markdown]
# ## The audit
#
# Every printed number that another printed number fixes is compared with it. The comparison allows for rounding: what is printed may stand for anything that rounds to it. There are
# three outcomes.
#
# | Outcome | What it says | What it does not say |
# |---|---|---|
# | **agrees** | some usual test, under some reading of ±, gives what is printed | that the number is right |
# | **differs** | none does | why: a slip of the pen, another test, exclusions, or a table cut short |
# | **cannot tell** | something needed is not reported, or two readings answer differently, or the number is unusual without being impossible | that anything is wrong |
#
# {glue:text}`summary` Some of them, by kind:
#
# - *A p against its sentence* {cite}`ijmra-v6i10-23`. {glue:text}`p_and_claim`
# - *A p against means and spreads* {cite}`pmc9210847`. {glue:text}`neither_interpretation`
# - *A difference against its means* {cite}`ums-5840`. {glue:text}`difference`
# - *A standard error against the spreads*, from the same abstract. {glue:text}`standard_error`
# - *Units across reports of one series* {cite}`ums-4340,uns-58279`. {glue:text}`units`
# - *Letters of significance* {cite}`pmc4212921`. {glue:text}`letters`
# - *The dead*, in the same table, whose n stands at the head of each column. {glue:text}`deaths`
# - *A direction* {cite}`ijms-49654`, if the numbers stand in the order of the sentence's other pairs. {glue:text}`direction`
# - *A size that biology rarely shows*, in the same abstract. {glue:text}`effect`
# - *Animals against groups* {cite}`ijmra-v6i10-44`. {glue:text}`sizes`
# - *A correlation over few points* {cite}`moskalov-2023`. {glue:text}`correlation`
# - *Ratios that imply a ratio* {cite}`moskalov-koshova,moskalov-2023`. {glue:text}`ratio_within` {glue:text}`ratio_across`
# - *A change finer than its assay* {cite}`moskalov-2023`. {glue:text}`dilution`

# %% tags=["hide-input"]
page.table(audit_tables.outcomes_table(reported, findings), "Findings by source")

# %% [markdown]
# A row of zeros is a source whose numbers do not determine any other printed number: {glue:text}`without`. Source by source, in the same order, each with what differs first:

# %% tags=["hide-input"]
for name in audit_tables.by_outcome(reported, findings):
    own = [one for one in findings if one.file == name]
    page.table(audit_tables.findings_table(own), reported[name].title, folded=True)

# %% [markdown]
# (printed-cannot)=
# ## What an audit cannot show
#
# - A table whose numbers agree may still be wrong: the checks see numbers, not animals.
# - A number that differs says nothing of intent, and mostly little of the conclusion. Where a difference and its standard error do not match their means, the groups can still lie many standard errors apart.
# - An abstract leaves things out. A p that fits no simple test may come from one that the abstract does not name: an adjustment for many groups, a covariate, ranks.
# - With hundreds of comparisons some would differ by misprint alone.

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
# Twelve whole numbers add up to a whole number. 41 plaques have the mean {glue:text}`grim_below` and 42 the mean {glue:text}`grim_above`: no total gives 3.47. Either an animal is missing from the mean, or a digit slipped.
# ```
#
# ```{take-aways}
# - ± without a word is {ref}`two different tables <printed-spreads>`: compute both.
# - Ratios of different diseases, treatments and hours {ref}`are a scale, not an average <printed-not-combined>`.
# - Numbers that differ {ref}`say nothing of why <printed-cannot>`.
# ```
#
# ```{next}
# {doc}`Check a table of your own <../../book/reported>`.
# ```
