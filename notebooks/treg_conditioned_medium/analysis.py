# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (treg-conditioned-medium)=
# # Regulatory T cells and conditioned medium
#
# Does medium in which mesenchymal stem cells have grown raise the share of regulatory T cells among human helper T cells, as a paper reports {cite}`ivanova-todorova-2012`? **{glue:text}`answer`** The values are real: it is the only
# {term}`secretome` study in this book whose individual values are published. It is a study of cultured cells, not of animals.

# %% tags=["parameters", "remove-input"]
study_folder: str = ""  # the folder of the study; empty means the book's
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

# %% tags=["remove-input"]
from secretome import adjudicate, analyse, load_study, stats
from secretome.report import figures, tables, text
from secretome.analysis import unpaired_pvalues
from secretome.claims import examine, specifications
from secretome.report.page import Page, Panel

study = load_study(
    study_folder or "treg_conditioned_medium",
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
page.cards(verdicts)

# %% tags=["remove-cell"]
positive = study.protocol.claims["tregs_rise_cd25pos"]
negative = study.protocol.claims["tregs_rise_cd25neg"]
both = (positive, negative)
published = results[results["analysis"] == "published"].set_index("endpoint", drop=False)
planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")].set_index(
    "endpoint", drop=False
)
rises = {n: stats.signed_rank(range(1, n + 1), [0] * n) for n in (5, 6)}
unpaired = [text.unpaired_sentence(study, claim, *unpaired_pvalues(study, claim)) for claim in both]
page.say(
    answer=text.answer_sentence(study, verdicts),
    who=text.cohort_sentence(study),
    pairs_positive=text.pairs_sentence(study, positive),
    pairs_negative=text.pairs_sentence(study, negative),
    minimum_positive=text.min_pvalue_sentence(study, published.loc[positive.endpoint], alpha),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints[positive.endpoint].equivalence_margin),
    alpha=f"{alpha:g}",
    test_stated=positive.published_test.stated,
    five_rise=text.p_value(rises[5].pvalue),
    six_rise=text.p_value(rises[6].pvalue),
)

# %% tags=["remove-input"]
rows = [planned.loc[claim.endpoint] for claim in both]
page.panels(
    [
        Panel(figures.paired_figure(study, claim, row), name, text.paired_alt(study, claim, row))
        for claim, row, name in zip(both, rows, ("pairs-cd25-positive", "pairs-cd25-negative"), strict=True)
    ],
    text.paired_caption(study, both, rows),
)

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: school mathematics, and what a mean, a standard deviation and a t test are; {doc}`the science in brief <../../book/science>` if the words are new
# - read a paired experiment
# - find its minimum attainable p-value
# - explain why an unpaired test is wrong for paired data
# ```

# %% [markdown]
# ## How the data were measured
#
# Helper T cells (CD4+) from each donor were cultured twice: once without and once with medium conditioned by stem cells from fat tissue. In each culture the authors measured the percentage of cells with FoxP3, the marker of
# regulatory T cells, with and without CD25 on their surface. The two values of a donor form a {term}`pair`, and the donor is the {term}`experimental unit`. The page analyses {glue:text}`who`

# %% tags=["remove-input"]
page.table(tables.pairs_table(study), "Every measurement", folded=True, data=study.cohort.values)
page.table(tables.sources_table(study), "Sources", folded=True)

# %% [markdown]
# ## Results
#
# - CD25-positive cells: {glue:text}`pairs_positive`.
# - CD25-negative cells: {glue:text}`pairs_negative`.

# %% tags=["remove-input"]
order = [claim.endpoint for claim in both]
page.table(
    tables.endpoint_table(study, planned.loc[order], published.loc[order]),
    "Planned and published analysis",
    data=planned.loc[order],
)

# %% [markdown]
# (treg-min-pvalue)=
# A treatment that multiplies a percentage shifts its logarithm by a constant, so the planned test is the paired t test on logarithms, and the effect is a ratio. There is one {term}`contrast` per claim, so no adjustment is needed.
# What is known about the authors' test: {glue:text}`test_stated`. A few pairs have few assignments of signs to the differences, so the p of this test has a minimum. {glue:text}`minimum_positive`

# %% [markdown]
# :::{admonition} Rules and the status of this cohort
# :class: dropdown
#
# A claim is *supported* if the planned p is at most {glue:text}`alpha`, the effect is in the claimed direction, and it is not {term}`negligible` ({term}`equivalence margins` {glue:text}`margin`).
# {doc}`The guide to verdicts <../../book/verdicts>` defines the other three verdicts. {glue:text}`registered`
# :::

# %% tags=["remove-input"]
page.items(
    (text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True, folded="Verdicts in sentences"
)

# %% [markdown]
# {glue:text}`cohort_status`
#
# (treg-pairs)=
# ### An error to avoid: unpaired tests
#
# Donors usually differ from one another more than a treatment changes any of them. A test for two independent groups treats that difference as noise, and can miss an effect for this reason. Such a test is not valid for paired
# data. On these data it gives:

# %% tags=["remove-input"]
page.items(unpaired)

# %% [markdown]
# ## Sensitivity analysis
#
# Another analyst might have used differences instead of ratios, or only the signs of the differences. A {term}`specification curve` shows these analyses of the same donors.

# %% tags=["remove-input"]
page.curves({key: specifications(study, results, key, alpha=alpha) for key in study.protocol.claims}, alpha)

# %% [markdown]
# (treg-cannot)=
# ## Limitations
#
# - Cells were treated in culture, so the results do not apply to a living animal or patient.
# - Wells, plates and flow-cytometry events are not independent and do not increase n.
# - Both endpoints come from the same donors and share one denominator, so they are not two independent confirmations.
# - The table lists no vehicle control. Fresh medium, or medium conditioned by another type of cell, might have the same effect.
# - The percentage of these cells rises if they multiply, and also if other CD4+ cells die. A percentage cannot distinguish the two.

# %% [markdown]
# ## Rerun it on your donors
#
# Put your values in a CSV or Excel file with the columns `animal` (the donor), `group` (`without` or `with_cm`), `foxp3_cd25pos` and `foxp3_cd25neg`, two rows per
# donor. Then run the command, or the same in Python:
#
#     secretome rerun treg_conditioned_medium my_donors.csv
#
# ```python
# from secretome import adjudicate, analyse, load_study
#
# study = load_study("treg_conditioned_medium", cohort="my_donors.csv")
# verdicts = adjudicate(study, analyse(study))
# ```
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output, and {doc}`the page in your browser <../../book/try>` needs no installation.

# %% tags=["remove-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level), folded="Methods paragraph for a paper")
page.items(
    (text.result_sentence(study, row) for _, row in planned.loc[order].iterrows()),
    copy=True,
    folded="Results in sentences",
)

# %% [markdown]
# The ARRIVE guidelines {cite}`percie-du-sert-2020` are for research on animals. No animal was used here, so there is no table of their items.

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
# - The p of a rank test {ref}`has a minimum <treg-min-pvalue>` that depends on the number of pairs.
# - A clear result in cell culture {ref}`does not show <treg-cannot>` what happens in an animal, or what medium without cells does.
# ```
#
# ```{next}
# {doc}`The sepsis study <../sepsis_cytokines/analysis>`: four groups, values below the limit of the assay, and three claims.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=examine(study, results, alpha=alpha))
