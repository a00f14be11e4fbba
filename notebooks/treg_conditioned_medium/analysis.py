# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (treg-conditioned-medium)=
# # Regulatory T cells and conditioned medium
#
# **The question.** Does medium in which mesenchymal stem cells have grown raise the share of regulatory T cells among human helper T cells?
#
# **Why this study.** It is the only {term}`secretome` study in this book whose individual values are published. It therefore shows with real data what
# every study page contains: a {term}`protocol`, a {term}`cohort`, results, and a {term}`verdict` on each claim. It is a study of cultured cells, not of animals.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: school mathematics, and what a mean, a standard deviation and a t test are; {doc}`the science in ten minutes <../../book/science>` if the words are new
# - read a paired experiment
# - find its minimum attainable p-value
# - explain why an unpaired test is wrong for paired data
# ```

# %% tags=["parameters", "hide-input"]
cohort: str = ""  # a cohort file; empty means the study's own
cohort_sha256: str = ""  # the hash that file must have; empty means any
cohort_sheet: str = ""  # the sheet to read if several contain a table; empty means the only one
cohort_names: dict = {}  # names in the file that the study does not know, each with the name it means
cohort_decimal: str = ""  # the decimal mark, a point or a comma, if the file is ambiguous
cohort_key: str = ""  # the file with the animal and group of each sample, if the cohort names samples only
out: str = ""  # a folder for tables and figures; empty writes nothing
alpha: float = 0.05  # the error rate at which claims are decided
level: float = 0.95  # the confidence level of intervals that do not decide a claim
seed: int = 1  # for permutations that are too many to enumerate

# %%
import pandas as pd

from secretome import adjudicate, analyse, load_study, stats
from secretome.report import figures, tables, text
from secretome.analysis import unpaired_pvalues
from secretome.claims import examine, specifications
from secretome.report.page import Page

study = load_study(
    "treg_conditioned_medium",
    cohort=cohort or None,
    sha256=cohort_sha256 or None,
    sheet=cohort_sheet or None,
    names=cohort_names,
    decimal=cohort_decimal or None,
    key=cohort_key or None,
)
results = analyse(study, alpha=alpha, level=level, seed=seed)
verdicts = adjudicate(study, results, alpha=alpha)

page = Page(study, out)
page.banner(results)

# %% tags=["remove-cell"]
positive = study.protocol.claims["tregs_rise_cd25pos"]
negative = study.protocol.claims["tregs_rise_cd25neg"]
published = results[results["analysis"] == "published"].set_index("endpoint", drop=False)
planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")].set_index(
    "endpoint", drop=False
)
page.say(
    who=text.cohort_sentence(study),
    pairs_positive=text.pairs_sentence(study, positive),
    pairs_negative=text.pairs_sentence(study, negative),
    published_positive=text.result_sentence(study, published.loc[positive.endpoint]),
    published_negative=text.result_sentence(study, published.loc[negative.endpoint]),
    minimum_positive=text.min_pvalue_sentence(study, published.loc[positive.endpoint], alpha),
    minimum_negative=text.min_pvalue_sentence(study, published.loc[negative.endpoint], alpha),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints[positive.endpoint].equivalence_margin),
    alpha=f"{alpha:g}",
    test_stated=positive.published_test.stated,
)

# %% [markdown]
# ## Donors
#
# {glue:text}`who`
#
# In the published experiment, helper T cells (CD4+) from each donor were cultured twice: once without and once with medium conditioned by stem cells
# from fat tissue {cite}`ivanova-todorova-2012`. In each culture the authors measured the percentage of cells with FoxP3, the marker of regulatory T cells, with
# and without CD25 on their surface. The two values of a donor form a {term}`pair`, and the donor is the {term}`experimental unit`.

# %% tags=["hide-input"]
page.table(tables.pairs_table(study), "Every measurement", data=study.cohort.values)

# %% [markdown]
# ## Results by donor
#
# A line joins the two values of one donor. Blue lines change in the claimed direction, dashed orange lines in the opposite direction, and dotted grey lines do not change. The right panel shows the
# {term}`geometric mean ratio` with its interval, on an axis aligned with the left one: the height of the square relative to 1 is the factor by which the
# typical donor changes. The grey band shows the {term}`equivalence margins`, {glue:text}`margin`.
#
# Among CD25-positive cells, {glue:text}`pairs_positive`.

# %% tags=["hide-input"]
row = planned.loc[positive.endpoint]
page.figure(figures.paired_figure(study, positive, row), "pairs-cd25-positive", text.paired_alt(study, positive, row))

# %% [markdown]
# Among CD25-negative cells, {glue:text}`pairs_negative`.

# %% tags=["hide-input"]
row = planned.loc[negative.endpoint]
page.figure(figures.paired_figure(study, negative, row), "pairs-cd25-negative", text.paired_alt(study, negative, row))

# %% [markdown]
# ## Published analysis
#
# What is known about the authors' test: {glue:text}`test_stated`.
#
# - {glue:text}`published_positive`
# - {glue:text}`published_negative`
#
# (treg-floor)=
# The {term}`signed-rank test` compares the increases with the decreases, and the {term}`Hodges-Lehmann shift` estimates their size. The p is {term}`exact`: all
# assignments of signs to the differences are counted, ties included. A few pairs have few such assignments, so p cannot be smaller than the {term}`minimum attainable p-value`.
#
# - {glue:text}`minimum_positive`
# - {glue:text}`minimum_negative`

# %% [markdown]
# ## Planned analysis
#
# A treatment that multiplies a percentage shifts its logarithm by a constant, so the planned test is the paired t test on logarithms, and the effect is a ratio. There is one
# {term}`contrast` per claim, so no adjustment is needed.

# %% tags=["hide-input"]
page.items((text.result_sentence(study, row) for _, row in planned.iterrows()), copy=True)

# %% [markdown]
# ## Sensitivity analysis
#
# Another analyst might have used differences instead of ratios, or only the signs of the differences. In a {term}`specification curve` each point is one such analysis of the same donors, ordered by p,
# and the marks below it show its specification. Filled points support the claim (blue) or the opposite (orange); open points are inconclusive. The square is the
# planned analysis, the diamond the published one. The proportion of analyses that agree is not a probability.

# %% tags=["hide-input"]
curves = {key: specifications(study, results, key, alpha=alpha) for key in study.protocol.claims}
for key, curve in curves.items():
    page.curve(key, curve, alpha)
page.table(
    tables.options_table(pd.concat(curves.values())), "Specifications, with the reason for each choice", folded=True
)

# %% [markdown]
# (treg-pairs)=
# ### An error to avoid: unpaired tests
#
# Donors usually differ from one another more than a treatment changes any of them. A test for two independent groups treats that difference as noise,
# and can miss an effect for this reason. Such a test is not valid for paired data. On these data it gives:

# %%
unpaired = {}
for claim in (positive, negative):
    welch, ranks = unpaired_pvalues(study, claim)
    unpaired[claim.endpoint] = text.unpaired_sentence(study, claim, welch, ranks)

page.say(
    unpaired_positive=unpaired[positive.endpoint],
    unpaired_negative=unpaired[negative.endpoint],
)

# %% [markdown]
# - {glue:text}`unpaired_positive`
# - {glue:text}`unpaired_negative`

# %% [markdown]
# ## Verdicts
#
# {glue:text}`cohort_status` {glue:text}`registered`

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)

# %% [markdown]
# A claim is *supported* if the planned p is at most {glue:text}`alpha`, the effect is in the claimed direction, and it is not {term}`negligible`.
# {doc}`The guide to verdicts <../../book/verdicts>` defines the other three verdicts.

# %% tags=["hide-input"]
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# (treg-cannot)=
# ## Limitations
#
# - Cells were treated in culture, so the results do not apply to a living animal or patient.
# - The experimental unit is the donor. Wells, plates and flow-cytometry events are not independent and do not increase n.
# - Both endpoints come from the same donors and share one denominator, so they are not two independent confirmations.
# - The table lists no vehicle control. Fresh medium, or medium conditioned by another type of cell, might have the same effect.
# - The percentage of these cells rises if they multiply, and also if other CD4+ cells die. A percentage cannot distinguish the two.

# %% [markdown]
# ## Text for a paper
#
# Each sentence under *Planned analysis* and *Verdicts* has a button that copies it. The following paragraph for a methods section describes
# the protocol, losses, tests, rules and software.

# %% tags=["hide-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level))

# %% [markdown]
# The pages of animal studies have a table of the ARRIVE guidelines {cite}`percie-du-sert-2020`. These guidelines are for research on animals. No animal was used here, so there is no
# such table.

# %% [markdown]
# ## Rerun it on your donors
#
# Put your values in a CSV or Excel file with the columns `animal` (the donor), `group` (`without` or `with_cm`), `foxp3_cd25pos` and `foxp3_cd25neg`, two rows per
# donor, and run
#
#     secretome rerun treg_conditioned_medium my_donors.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output.

# %% tags=["remove-cell"]
rises = {n: stats.signed_rank(range(1, n + 1), [0] * n) for n in (5, 6)}
page.say(five_rise=text.p_value(rises[5].pvalue), six_rise=text.p_value(rises[6].pvalue))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: treg-exercise
# In a paired experiment the value of every donor rises. How small can the two-sided p of the exact signed-rank test be with five donors? With six?
# ```
#
# ```{solution} treg-exercise
# :class: dropdown
# Each difference can have either sign, so five donors have 32 equally likely patterns, and in two of them all signs are equal: {glue:text}`five_rise`. With five donors p can never reach 0.05. With six there are 64 patterns:
# {glue:text}`six_rise`.
# ```
#
# ```{take-aways}
# - Use the pairs: {ref}`an unpaired test <treg-pairs>` treats the differences between donors as noise.
# - The p of a rank test {ref}`has a minimum <treg-floor>` that depends on the number of pairs.
# - A clear result in cell culture {ref}`does not show <treg-cannot>` what happens in an animal, or what medium without cells does.
# ```
#
# ```{next}
# {doc}`The sepsis study <../sepsis_cytokines/analysis>`: four groups, values below the limit of the assay, and three claims.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=examine(study, results, alpha=alpha))
