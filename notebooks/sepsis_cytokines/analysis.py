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
cohort_sheet: str = ""  # the sheet to read if several contain a table; empty means the only one
cohort_names: dict = {}  # names in the file that the study does not know, each with the name it means
cohort_decimal: str = ""  # the decimal mark, a point or a comma, if the file is ambiguous
cohort_key: str = ""  # the file with the animal and group of each sample, if the cohort names samples only
out: str = ""  # a folder for tables and figures; empty writes nothing
alpha: float = 0.05  # the error rate at which claims are decided
level: float = 0.95  # the confidence level of intervals that do not decide a claim
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
    key=cohort_key or None,
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
    simulation_note=text.simulated_sentence(study),
    groups_il6=text.groups_sentence(study, "il6"),
    groups_il4=text.groups_sentence(study, "il4"),
    censored_il6=text.censoring_sentence(study, "il6"),
    censored_il4=text.censoring_sentence(study, "il4"),
    deaths=text.deaths_sentence(study),
    cohort_status=text.cohort_status_sentence(study, verdicts),
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
# calming one, IL-4? The published abstract says so of 48 rats {cite}`sari-2025`, and reports no individual values.
#
# **What this page does.** It states each claim so exactly that a cohort of rats can support it, contradict it or leave it open, and gives the verdict of this
# cohort: {glue:text}`who`

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment of four groups with values below the limit of the assay
# - say what the verdict on each claim is based on, and to which rats it applies
# - explain why "significant at one dose and not at the other" does not show dose dependence
# ```

# %% [markdown]
# ## Experimental design
#
# In the published experiment, 48 male rats of 10 to 12 weeks were divided into four groups. The sham group had neither sepsis nor treatment. The other three had
# sepsis and received nothing, 150 µL, or 300 µL of conditioned medium. Blood was drawn after 48 hours. The abstract does not report how sepsis
# was induced, when the rats were treated, how many rats each group had, or how many were alive at sampling.

# %% tags=["hide-input"]
page.figure(figures.design_figure(study), "design", text.design_alt(study))

# %% [markdown]
# The {term}`experimental unit` is the rat. In this cohort:
#
# - {glue:text}`groups_il6`.
# - {glue:text}`groups_il4`.
#
# (sepsis-survivors)=
# The results apply only to rats *alive at 48 h*, because only they were sampled. Every result and verdict says "among survivors at 48 h". {glue:text}`deaths`

# %% [markdown]
# ### Sources of the numbers
#
# {glue:text}`simulation_note`
#
# No individual values are published, so the book uses a simulated cohort. The table lists each assumption of the simulation and the evidence
# for it. "None" means that we chose the value without evidence. The simulated values are not evidence about rats.

# %% tags=["hide-input"]
is_simulated = study.cohort.origin == "simulated"
page.table(tables.assumptions_table(study), "Assumptions of the simulation", folded=not is_simulated)
page.table(tables.scenarios_table(study), "Scenarios", folded=not is_simulated)
page.table(tables.sources_table(study), "Sources", folded=True)

# %% [markdown]
# `secretome simulate` draws further cohorts from these assumptions, with any number of rats and any scenario.

# %% [markdown]
# ## Results by group
#
# Each point is one rat. A value below or above the limit of the assay (a {term}`nondetect`) is {term}`censored`. It is drawn as an open triangle at the limit,
# which points to the side on which the value lies. The bar is the median. The lower panel shows the {term}`geometric mean ratio` of each group to the septic
# control, with the interval that decides the claims. The grey band shows the {term}`equivalence margins`, {glue:text}`margin`.
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
# ## Check of the experiment
#
# The claims on IL-6 can be tested only if sepsis raised IL-6 above sham. This {term}`check` is decided by the exact
# {term}`Mann-Whitney test`, because {glue:text}`check_reason`.

# %% tags=["hide-input"]
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())

# %% [markdown]
# ## Published analysis
#
# What is known about the authors' test: {glue:text}`test_stated`. The test ranks the rats of two groups together. Its p is {term}`exact`: all {term}`permutations` of the ranks
# between the groups are counted, ties and nondetects included. The effect is the {term}`Hodges-Lehmann shift` or, if only the rank of a value is
# known, the {term}`probability of superiority`.

# %% tags=["hide-input"]
page.items(text.result_sentence(study, published.loc[key]) for key in families)

# %% [markdown]
# (sepsis-floors)=
# With few rats there are few permutations, so p cannot be smaller than the {term}`minimum attainable p-value`:

# %% tags=["hide-input"]
page.items(text.min_pvalue_sentence(study, published.loc[key], alpha) for key in families)

# %% [markdown]
# ## Planned analysis
#
# The spread of concentrations often increases with their mean and is about constant on a log scale. The planned test is {term}`Welch's t` on logarithms, which allows each group to have its own
# standard deviation, and its effect is a ratio. If a contrast contains nondetects, the
# {term}`censored lognormal model` is used instead. If more than half of a group are nondetects, the rank test decides and the model only estimates the size of the effect.
#
# There are {glue:text}`family` contrasts for each cytokine, one for each dose, even if the abstract reports only one of them: reporting only one dose is selective reporting.
# Each p is therefore multiplied by {glue:text}`family`, and each interval has a level of {glue:text}`family_level`. Test and interval agree if one method gives both. If the rank test decides and the model gives the interval,
# they can disagree; then the rank test decides.

# %% tags=["hide-input"]
page.items((text.result_sentence(study, planned.loc[key]) for key in families), copy=True)

# %% [markdown]
# ## Sensitivity analysis
#
# Another analyst might have compared means instead of ratios, pooled the variances of the groups, replaced a value below the limit by half the limit, or adjusted in another way. In a {term}`specification curve` each point is
# one such analysis of the same animals, and the marks below it show its specification. Filled points support the claim (blue) or the opposite (orange); open points are
# inconclusive. The square is the planned analysis, the diamond the published one. The proportion of analyses that agree is not a probability.

# %% tags=["hide-input"]
curves = {key: specifications(study, results, key, alpha=alpha) for key in claims}
for key, curve in curves.items():
    page.curve(key, curve, alpha)
page.table(
    tables.options_table(pd.concat(curves.values())), "Specifications, with the reason for each choice", folded=True
)

# %% [markdown]
# ## Verdicts
#
# {glue:text}`cohort_status` {glue:text}`registered` {glue:text}`deaths`

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# A claim is *supported* if the planned p, adjusted for its family, is at most {glue:text}`alpha`, the effect is in the claimed direction, and it is not {term}`negligible`.
# {doc}`The guide to verdicts <../../book/verdicts>` defines the other three verdicts.
#
# **Caveats**

# %% tags=["hide-input"]
page.items(text.caveats(study))

# %% [markdown]
# (sepsis-cannot)=
# ## Limitations
#
# - **Females.** All published rats were male.
# - **Deaths.** Only survivors have serum at 48 hours. If a treatment changes which rats survive, it also selects the rats that are compared: a treatment that kills the
#   sickest rats lowers the mean IL-6 of the others. If a cohort records deaths, the analyses above include one that gives dead rats the worst rank.
#   That analysis answers another question, about a combination of cytokine and death.
# - **Survival.** A better cytokine level need not mean better survival. In the companion paper, probably on the same rats, survival did not differ significantly, and was lower for some hours with the larger
#   dose {cite}`sari-2023`. Two papers on the same rats are one experiment and must not be counted twice.
# - **Time course.** In mice given endotoxin, IL-6 peaks within hours {cite}`pmc127621`, so one sample at 48 hours may show only the end of the rise. A lower value may mean an earlier recovery or an earlier death.
# - **Dose dependence.** "Significant at one dose and not at the other" does not test whether the doses differ.
# - **Active component.** No group received medium that had not been in contact with cells.
#
# A newly measured cohort may be better than the published one in each of these points; this page cannot tell.

# %% [markdown]
# ## Text for a paper
#
# Each sentence under *Planned analysis* and *Verdicts* has a button that copies it. The following paragraph for a methods section describes
# the protocol, losses, tests, rules and software.

# %% tags=["hide-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level))

# %% [markdown]
# Journals ask authors to report how animals were kept, allocated and measured according to the ARRIVE guidelines {cite}`percie-du-sert-2020`. The protocol and the file answer some of the
# essential items. The laboratory must add the others.

# %% tags=["hide-input"]
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: items answered and items to add", folded=True)

# %% [markdown]
# ## Rerun it on your rats
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`sham`, `control`, `t1` or `t2`), `il6` and `il4` in pg/mL, one row per rat. Write a value below the
# limit of your assay as `<15.6`, with your own limit, and a value above it as `>1000`. If rats died before sampling, add a row for each, with `event` 1 and the hour in `time`. Then run
#
#     secretome rerun sepsis_cytokines my_rats.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output.

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
# Five rats are left in each of two groups, and every treated rat has a lower IL-6 than every control. What is the smallest two-sided p that the exact Mann-Whitney test can give? Is it still below 0.05 after it is doubled
# because the claim is about one of two doses? And with three rats left?
# ```
#
# ```{solution} sepsis-exercise
# :class: dropdown
# Ten rats can be assigned to two groups of five in 252 ways, and two of these are the most extreme: {glue:text}`five_apart`. Doubled it is {glue:text}`five_doubled`, still below 0.05. With three rats per group there are 20 ways, and
# the minimum is {glue:text}`three_apart`: no data could give a significant result.
# ```
#
# ```{take-aways}
# - The results apply {ref}`only to survivors <sepsis-survivors>`: dead rats were not sampled.
# - With few rats there are {ref}`few possible p values <sepsis-floors>`. Find the minimum attainable p-value before you look at the result.
# - The design {ref}`leaves questions open <sepsis-cannot>` that no analysis can answer: females, doses, and the active component of the medium.
# ```
#
# ```{next}
# {doc}`The humoral study <../humoral_immunity/analysis>`: claims about many groups at once, and one that nothing changes.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
