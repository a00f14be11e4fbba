# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (sepsis-cytokines)=
# # Sepsis and the secretome of hypoxic stem cells

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

# %% tags=["hide-input"]
import pandas as pd

from secretome import adjudicate, analyse, load_study, stats
from secretome.report import figures, tables, text
from secretome.claims import examine, specifications
from secretome.report.page import Page

study = load_study(
    "sepsis_cytokines",
    cohort=cohort or None,
    sha256=cohort_sha256 or None,
    sheet=cohort_sheet or None,
    names=cohort_names,
    decimal=cohort_decimal or None,
)
results = analyse(study, alpha=alpha, level=level, seed=seed)
checks = examine(study, results, alpha=alpha)
verdicts = adjudicate(study, results, alpha=alpha)

page = Page(study, out)
page.banner(results)

# %% tags=["remove-cell"]
claims = study.protocol.claims
families = list(dict.fromkeys((claim.endpoint, contrast) for claim in claims.values() for contrast in claim.compared))
published = results[results["analysis"] == "published"].set_index(["endpoint", "contrast"], drop=False)
planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")].set_index(
    ["endpoint", "contrast"], drop=False
)
page.say(
    who=text.cohort_sentence(study),
    made_up=text.simulated_sentence(study),
    arms_il6=text.arms_sentence(study, "il6"),
    arms_il4=text.arms_sentence(study, "il4"),
    censored_il6=text.censoring_sentence(study, "il6"),
    censored_il4=text.censoring_sentence(study, "il4"),
    deaths=text.deaths_sentence(study),
    standing=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["il6"].equivalence_margin),
    alpha=f"{alpha:g}",
    family=f"{len(claims['il6_falls_t1'].compared)}",
    family_level=text.percent(1 - alpha / len(claims["il6_falls_t1"].compared)),
    test_stated=claims["il6_falls_t1"].published_test.stated,
    check_reason=study.protocol.checks["sepsis"].reason,
)

# %% [markdown]
# **The question.** In rats with sepsis, does {term}`secretome` from stem cells kept short of oxygen lower the inflammatory cytokine IL-6 in serum, and raise the
# calming one, IL-4? The published abstract says so of 48 rats {cite}`sari-2025`, and prints no value of any of them.
#
# **What this page is for.** It turns each claim into something that a cohort of rats can support, contradict or leave open, and answers it for the cohort
# named here: {glue:text}`who`

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment of four groups with values below the limit of the assay
# - say what each claim rests on, and in which rats it holds
# - say why "significant at one dose and not at the other" shows no dependence on the dose
# ```

# %% [markdown]
# ## The rats
#
# In the published experiment, 48 male rats of 10 to 12 weeks were divided into four groups. The sham group had neither sepsis nor treatment. The other three had
# sepsis and were given nothing, 150 µL, or 300 µL of conditioned medium. After 48 hours their blood was drawn. The abstract names neither the way in which sepsis
# was induced nor the hour of treatment. It does not say how many rats each group had, or how many lived to be sampled.

# %% tags=["hide-input"]
page.figure(figures.design_figure(study), "design", text.design_alt(study))

# %% [markdown]
# The {term}`experimental unit` is the rat. In this cohort:
#
# - {glue:text}`arms_il6`.
# - {glue:text}`arms_il4`.
#
# (sepsis-survivors)=
# Serum comes from the living. Whatever is found below is true, if it is true, *among survivors at 48 h*, and every result and verdict says so. {glue:text}`deaths`

# %% [markdown]
# ### Where the numbers come from
#
# {glue:text}`made_up`
#
# Since no rat's values are published, the book's own cohort is drawn by a computer. What it is drawn from is listed here, each assumption beside the evidence
# for it. Where the evidence is "none", the choice is ours. None of it is a finding about rats.

# %% tags=["hide-input"]
made_up = study.cohort.origin == "simulated"
page.table(tables.assumptions_table(study), "What the book's simulated rats are drawn from", folded=not made_up)
page.table(tables.scenarios_table(study), "Scenarios", folded=not made_up)
page.table(tables.sources_table(study), "Sources", folded=True)

# %% [markdown]
# `secretome simulate` draws other rats from them, of any number and in any scenario.

# %% [markdown]
# ## Every rat
#
# Each point is one rat. An assay measures only between its limits, and a value beyond one is known to be {term}`censored` there: it is drawn as an open triangle at the limit,
# pointing to the side on which the value lies. The bar is the median. Below, under its group, stands each {term}`geometric mean ratio` to the septic
# control, with the interval that decides the claims. The grey band is the {term}`equivalence margins`, {glue:text}`margin`.
#
# {glue:text}`censored_il6`.

# %% tags=["hide-input"]
rows = [planned.loc[key] for key in families if key[0] == "il6"]
page.figure(figures.groups_figure(study, "il6", rows), "il6", text.groups_alt(study, "il6", rows))

# %% [markdown]
# {glue:text}`censored_il4`.

# %% tags=["hide-input"]
rows = [planned.loc[key] for key in families if key[0] == "il4"]
page.figure(figures.groups_figure(study, "il4", rows), "il4", text.groups_alt(study, "il4", rows))

# %% tags=["hide-input"]
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# ## Did the experiment work?
#
# Before any claim there is a {term}`check`: sepsis must have raised IL-6 above sham, or the claims on IL-6 have nothing to fall from. It is decided by the exact
# {term}`Mann-Whitney test`, because {glue:text}`check_reason`.

# %% tags=["hide-input"]
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())

# %% [markdown]
# ## As published
#
# Of the authors' own test we know this: {glue:text}`test_stated`. It ranks the rats of two groups together. Its p is {term}`exact`: every way of dealing the ranks
# to the groups is counted, ties and values below a limit included. The effect beside it is the {term}`Hodges-Lehmann shift`, or, where a value is known by its rank
# only, the {term}`probability of superiority`.

# %% tags=["hide-input"]
page.items(text.result_sentence(study, published.loc[key]) for key in families)

# %% [markdown]
# (sepsis-floors)=
# Few rats can be ranked in few ways, so no p can fall below a floor:

# %% tags=["hide-input"]
page.items(text.min_pvalue_sentence(study, published.loc[key], alpha) for key in families)

# %% [markdown]
# ## As planned
#
# Concentrations often spread more widely where they are higher, and about evenly on a log scale. The planned test is {term}`Welch's t` on logarithms, which allows each group to have its own
# spread, and its effect is a ratio. Where a contrast holds values beyond a limit, a model takes its place that uses exactly what is known of them, the
# {term}`censored lognormal model`. Where more than half of a group lies beyond a limit, the ranks decide and the model only says how large.
#
# There are {glue:text}`family` contrasts for each cytokine, one for each dose, whether or not the abstract speaks of both: silence about one is a selection too.
# So each p is multiplied by {glue:text}`family`, and each interval stands at {glue:text}`family_level`. The two agree wherever one method gives both; where the ranks decide and the
# model sizes, the ranks have the last word.

# %% tags=["hide-input"]
page.items((text.result_sentence(study, planned.loc[key]) for key in families), copy=True)

# %% [markdown]
# ## Every reasonable way
#
# Someone else might have compared means instead of ratios, pooled the spread of the groups, put half the limit for a value below it, or adjusted in another way. In a {term}`specification curve` each point is
# one such analysis of these same animals, and the marks below it show its choices. Filled points support the claim (blue) or the opposite (orange); open points are
# inconclusive. The square is the planned analysis, the diamond the published one. The share that agrees is not a probability.

# %% tags=["hide-input"]
curves = {key: specifications(study, results, key, alpha=alpha) for key in claims}
for key, curve in curves.items():
    page.curve(key, curve, alpha)
page.table(tables.options_table(pd.concat(curves.values())), "What was chosen, and why somebody would", folded=True)

# %% [markdown]
# ## The verdicts
#
# {glue:text}`standing` {glue:text}`registered` {glue:text}`deaths`

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# A claim is *supported* when the planned p, adjusted for its family, is at most {glue:text}`alpha`, the effect goes the claimed way, and it is not {term}`negligible`. How the
# other three verdicts come about is told in {doc}`the guide to verdicts <../../book/verdicts>`.
#
# **Beside every verdict on the published experiment stands:**

# %% tags=["hide-input"]
page.items(text.caveats(study))

# %% [markdown]
# (sepsis-cannot)=
# ## What the design cannot show
#
# - **Females.** The published rats were all male.
# - **The dead.** Only survivors have serum at 48 hours. If a treatment changes who survives, the groups are compared after a selection that the treatment itself has made: one that kills the
#   sickest rats lowers the mean IL-6 of those that remain. Where deaths are recorded in a cohort, the analyses above include one that ranks the dead worst.
#   That answers another question, about a mixture of cytokine and death.
# - **A longer life.** In the companion paper, probably on the same rats, survival did not differ significantly, and was for some hours lower with the larger
#   dose {cite}`sari-2023`. Two papers on the same rats are one experiment, and must not be counted twice.
# - **The time course.** In mice given endotoxin IL-6 peaks within hours {cite}`pmc127621`, so one sample at 48 hours may show only the end of the rise. A lower value may be an earlier recovery, or an earlier death.
# - **Dose dependence.** "Significant at one dose and not at the other" is no test of whether the doses differ.
# - **Which part of the medium works.** No group was given medium that no cell had touched.
#
# A measured cohort may do better than the published one in each of these. Nothing above knows whether it did.

# %% [markdown]
# ## Words to paste
#
# Each sentence under *As planned* and *The verdicts* has a button that copies it. This is how the cohort was analysed, as a
# methods section says it: protocol, losses, tests, rules and software.

# %% tags=["hide-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level))

# %% [markdown]
# Journals ask how animals were kept, allocated and measured, by the ARRIVE guidelines {cite}`percie-du-sert-2020`. The protocol and the file answer some of the
# guidelines' essential items and leave others open: those only the laboratory can add.

# %% tags=["hide-input"]
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: answered and open", folded=True)

# %% [markdown]
# ## Rerun it on your rats
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`sham`, `control`, `t1` or `t2`), `il6` and `il4` in pg/mL, one row per rat. Write a value below the
# limit of your assay as `<15.6`, with your own limit, and one above it as `>1000`. If rats died before sampling, give them a row too, with `event` 1 and the hour in `time`. Then
#
#     secretome rerun sepsis_cytokines my_rats.csv
#
# {doc}`The guide to reruns <../../book/rerun>` says what else may be in the file and what you get.

# %% tags=["remove-cell"]
five = stats.mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])
three = stats.mann_whitney([1, 2, 3], [4, 5, 6])
page.say(
    five_apart=text.p_value(five.pvalue),
    five_doubled=text.p_value(2 * five.pvalue),
    three_apart=text.p_value(three.pvalue),
)

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: sepsis-exercise
# Five rats are left in each of two groups, and every treated rat has a lower IL-6 than every control. What is the smallest two-sided p that the exact Mann-Whitney test can give? Can it survive being doubled,
# because the claim picks one of two doses? And with three rats left?
# ```
#
# ```{solution} sepsis-exercise
# :class: dropdown
# Ten rats can be dealt to two groups of five in 252 ways, and two of these are as far apart: {glue:text}`five_apart`. Doubled it is {glue:text}`five_doubled`, still below 0.05. With three there are 20 ways, and
# {glue:text}`three_apart` is the least there is: no result could be significant, whatever the rats did.
# ```
#
# ```{take-aways}
# - What is found holds {ref}`among survivors <sepsis-survivors>`: the dead gave no serum.
# - Few rats have {ref}`few possible p values <sepsis-floors>`. Look for the smallest one before looking at yours.
# - The design {ref}`leaves questions open <sepsis-cannot>` that no analysis can close: females, doses, and which part of the medium works.
# ```
#
# ```{next}
# {doc}`The humoral study <../humoral_immunity/analysis>`: claims about many groups at once, and one that nothing changes.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
