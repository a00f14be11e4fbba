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
# **Why it is here.** It is the one {term}`secretome` study around this book whose individual values are printed, so it shows on real numbers what
# every other page does: a {term}`protocol`, a {term}`cohort`, results, and a {term}`verdict` on each claim. It is a study in a dish, not in an animal.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: school mathematics, and what a mean, a standard deviation and a t test are; {doc}`the science in ten minutes <../../book/science>` if the words are new
# - read a paired experiment
# - see what its smallest possible p is
# - say why forgetting the pairs costs the result
# ```

# %% tags=["parameters", "hide-input"]
cohort: str = ""  # a cohort file; empty means the study's own
cohort_sha256: str = ""  # the hash that file must have; empty means any
cohort_sheet: str = ""  # the sheet to take, where several hold a table; empty means the only one
cohort_names: dict = {}  # names of the file that the study does not know, with those they stand for
cohort_decimal: str = ""  # the decimal mark, a point or a comma, if the file is ambiguous
out: str = ""  # a folder for tables and figures; empty writes nothing
alpha: float = 0.05  # the error rate at which claims are decided
level: float = 0.95  # the confidence level of intervals that decide nothing
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
    floor_positive=text.min_pvalue_sentence(study, published.loc[positive.endpoint], alpha),
    floor_negative=text.min_pvalue_sentence(study, published.loc[negative.endpoint], alpha),
    standing=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints[positive.endpoint].equivalence_margin),
    alpha=f"{alpha:g}",
    test_stated=positive.published_test.stated,
)

# %% [markdown]
# ## The donors
#
# {glue:text}`who`
#
# In the published experiment, helper T cells (CD4+) from each donor were cultured twice: once without and once with medium conditioned by stem cells
# from fat tissue {cite}`ivanova-todorova-2012`. In each culture the share of cells was counted that carry FoxP3, the mark of regulatory T cells, with
# and without CD25 on their surface. The two values of a donor form a {term}`pair`, and the donor is the {term}`experimental unit`.

# %% tags=["hide-input"]
page.table(tables.pairs_table(study), "Every measurement", data=study.cohort.values)

# %% [markdown]
# ## Every pair
#
# A line joins the two values of one donor. Blue lines go the way the claim says; a dashed orange line goes the other way, and a dotted grey one is level. On the right stands the
# {term}`geometric mean ratio` with its interval, on an axis aligned with the left one: the square's height against 1 is the factor by which the
# typical donor changes. The grey band is the {term}`equivalence margins`, {glue:text}`margin`.
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
# ## As published
#
# Of the authors' own test we know this: {glue:text}`test_stated`.
#
# - {glue:text}`published_positive`
# - {glue:text}`published_negative`
#
# (treg-floor)=
# The {term}`signed-rank test` asks whether rises outweigh falls, and the {term}`Hodges-Lehmann shift` says by how much. The p is {term}`exact`: every way of
# flipping the signs of the differences is counted, ties included. Few pairs can be flipped in few ways, so no p can fall below a floor.
#
# - {glue:text}`floor_positive`
# - {glue:text}`floor_negative`

# %% [markdown]
# ## As planned
#
# A treatment that multiplies a share acts evenly on its logarithm, so the planned test is the paired t on logs, and the effect is a ratio. There is one
# {term}`contrast` per claim, so no adjustment is needed.

# %% tags=["hide-input"]
page.items((text.result_sentence(study, row) for _, row in planned.iterrows()), copy=True)

# %% [markdown]
# ## What else is defensible
#
# Someone else might have analysed differences instead of ratios, or counted only signs. In a {term}`specification curve` each point is one such analysis of the same donors, from the smallest p to the largest,
# and the marks below it show its choices. Filled points support the claim (blue) or the opposite (orange); open points are inconclusive. The square is the
# planned analysis, the diamond the published one. The share that agrees is not a probability.

# %% tags=["hide-input"]
curves = {key: specifications(study, results, key, alpha=alpha) for key in study.protocol.claims}
for key, curve in curves.items():
    page.curve(key, curve, alpha)
page.table(tables.options_table(pd.concat(curves.values())), "What was chosen, and why somebody would", folded=True)

# %% [markdown]
# (treg-pairs)=
# ### The trap: forgetting the pairs
#
# Donors usually differ from one another more than a treatment changes any of them. A test for two independent groups takes that difference for noise,
# and an effect can drown in it. Such a test is not defensible here. On these data it prints:

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
# ## The verdicts
#
# {glue:text}`standing` {glue:text}`registered`

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)

# %% [markdown]
# A claim is *supported* when the planned p is at most {glue:text}`alpha`, the effect goes the claimed way, and it is not {term}`negligible`. How the other
# three verdicts come about is told in {doc}`the guide to verdicts <../../book/verdicts>`.

# %% tags=["hide-input"]
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# (treg-cannot)=
# ## What this study cannot show
#
# - Cells were treated in a dish, so nothing here speaks of a living animal or patient.
# - The unit is the donor. Wells, plates and flow-cytometry events are not independent and do not add to it.
# - Both endpoints come from the same donors and share one denominator, so they are not two independent confirmations.
# - The table names no vehicle control. Fresh medium, or medium conditioned by another type of cell, might have the same effect.
# - A share rises when these cells multiply, and also when other CD4+ cells die. A percentage cannot tell the two apart.

# %% [markdown]
# ## Words to paste
#
# Each sentence under *As planned* and *The verdicts* has a button that copies it. This is how the cohort was analysed, as a
# methods section says it: protocol, losses, tests, rules and software.

# %% tags=["hide-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level))

# %% [markdown]
# The ARRIVE guidelines {cite}`percie-du-sert-2020`, which the animal studies of this book are held against, are for research on animals. No animal was used here, so there is no
# such table.

# %% [markdown]
# ## Rerun it on your donors
#
# Put your values in a CSV or Excel file with the columns `animal` (the donor), `group` (`without` or `with_cm`), `foxp3_cd25pos` and `foxp3_cd25neg`, two rows per
# donor, and run
#
#     secretome rerun treg_conditioned_medium my_donors.csv
#
# {doc}`The guide to reruns <../../book/rerun>` says what may be in the file and what you get.

# %% tags=["remove-cell"]
rises = {n: stats.signed_rank(range(1, n + 1), [0] * n) for n in (5, 6)}
page.say(five_rise=text.p_value(rises[5].pvalue), six_rise=text.p_value(rises[6].pvalue))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: treg-exercise
# In a paired experiment every donor rises. How small can the two-sided p of the exact signed-rank test be with five donors? With six?
# ```
#
# ```{solution} treg-exercise
# :class: dropdown
# Each difference can have either sign, so five donors have 32 equally likely patterns, and two of them are all of one sign: {glue:text}`five_rise`. Five donors can never reach 0.05. With six there are 64:
# {glue:text}`six_rise`.
# ```
#
# ```{take-aways}
# - Pairs are worth more than they look: {ref}`a test that forgets them <treg-pairs>` takes the donors' differences for noise.
# - The p of a rank test {ref}`has a floor <treg-floor>` that the number of pairs sets.
# - A clear result in a dish {ref}`leaves open <treg-cannot>` what a body would do, and what medium without cells does.
# ```
#
# ```{next}
# {doc}`The sepsis study <../sepsis_cytokines/analysis>`: four groups, values below the limit of the assay, and three claims.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=examine(study, results, alpha=alpha))
