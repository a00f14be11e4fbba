# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (humoral-immunity)=
# # Humoral immunity and a xenogenic secretome

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

from secretome.audit import tables as audit_tables
from secretome.audit import text as audit_text
from secretome import adjudicate, analyse, load_study, stats
from secretome.report import figures, tables, text
from secretome.claims import primary_results, decision_rows, examine, specifications
from secretome.power import rank_min_pvalues
from secretome.power import tables as power_tables
from secretome.report.page import Page
from secretome.audit import audit, published_tables, reanalysis

study = load_study(
    "humoral_immunity",
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
tests = results[results["alternative"] != "equivalence"]
published = tests[tests["analysis"] == "published"].set_index(["endpoint", "contrast"], drop=False)
planned = tests[tests["analysis"] == "planned"].set_index(["endpoint", "contrast"], drop=False)
rules = verdicts.set_index("claim")["rule"]
treated_groups = claims["afc_rises"].contrasts
control_steps = study.protocol.simulation.endpoints["titre"].groups["saline"].mean
page.say(
    control_titre=f"{control_steps:g}",
    who=text.cohort_sentence(study),
    simulation_note=text.simulated_sentence(study),
    groups_afc=text.groups_sentence(study, "afc"),
    groups_titre=text.groups_sentence(study, "titre"),
    groups_phagocytosis=text.groups_sentence(study, "phagocytosis"),
    margin=text.margin_phrase(study.protocol.endpoints["afc"].equivalence_margin),
    margin_titre=text.margin_phrase(study.protocol.endpoints["titre"].equivalence_margin),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    stated=claims["afc_rises"].published_test.stated,
    stated_trend=claims["afc_dose_im"].published_test.stated,
    stated_unchanged=claims["phagocytosis_unchanged"].published_test.stated,
    group_count=f"{len(treated_groups)}",
    groups_level=text.percent(1 - alpha / len(treated_groups)),
    claim_level=text.percent(1 - alpha),
    equivalence_level=text.percent(1 - 2 * alpha),
    alpha=f"{alpha:g}",
)

# %% [markdown]
# **The question.** Does the {term}`secretome` of stem cells from another species increase antibody formation in healthy mice without changing phagocytosis of
# bacteria? A conference abstract says so {cite}`moskalov-koshova`: 3 to 10.5 times as many antibody-forming cells as with saline, 1.2 to 4.1 times as many as with
# the drug Thymalin, an increase with dose after injection into muscle, a "similar" pattern of antibody titres, and unchanged phagocytosis. It reports no individual values.
#
# **What this page does.** It states each claim so exactly that a cohort of mice can support it, contradict it or leave it open, and gives the verdict of this
# cohort: {glue:text}`who`

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`The sepsis study <../sepsis_cytokines/analysis>`
# - evaluate a claim about many groups at once
# - evaluate a trend over doses, and whether two trends differ
# - evaluate a claim that nothing changes, which a large p cannot support
# ```

# %% [markdown]
# ## Experimental design
#
# In the published experiment, healthy mice were immunised with ram erythrocytes and given saline, Thymalin, or 10, 20 or 50 µL/kg of secretome, into muscle (IM) or under the
# skin (SC). The abstract does not say how many mice each group had.

# %% tags=["hide-input"]
page.table(tables.design_table(study), "The groups, and the animals of this cohort")

# %% [markdown]
# - {glue:text}`groups_afc`.
# - {glue:text}`groups_titre`.
# - {glue:text}`groups_phagocytosis`.
#
# (humoral-numbers)=
# ### Sources of the numbers
#
# {glue:text}`simulation_note`
#
# No individual values are published, so the book uses a simulated cohort. The table lists each assumption of the simulation and the evidence
# for it. "None" means that we chose the value without evidence. The simulated values are not evidence about mice.

# %% tags=["hide-input"]
is_simulated = study.cohort.origin == "simulated"
page.table(tables.assumptions_table(study), "Assumptions of the simulation", folded=not is_simulated)
page.table(tables.scenarios_table(study), "Scenarios", folded=not is_simulated)
page.table(tables.sources_table(study), "Sources", folded=True)

# %% [markdown]
# ## Results by group
#
# Each point is one mouse, the bar the median. The lower panel shows each group's {term}`geometric mean ratio` to saline. The p values and intervals are those that
# {ref}`decide the claim <humoral-planned>`: for antibody-forming cells and titres unadjusted p and {glue:text}`claim_level` intervals, for phagocytosis p of {term}`equivalence` and
# {glue:text}`equivalence_level` intervals. Where one group contradicts a claim, they are adjusted p and simultaneous intervals. The axis label of each figure states which. The grey band shows
# the {term}`equivalence margins`: {glue:text}`margin`; for titres {glue:text}`margin_titre`.

# %% tags=["hide-input"]
for key in ("afc_rises", "titre_rises", "phagocytosis_unchanged"):
    rows = [row for _, row in decision_rows(study, results, key, rules[key]).iterrows()]
    endpoint = claims[key].endpoint
    page.figure(figures.groups_figure(study, endpoint, rows), endpoint, text.groups_alt(study, endpoint, rows))

# %% tags=["hide-input"]
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# ## Check of the experiment
#
# The reference drug must raise the number of antibody-forming cells. If it does not, a comparison of the secretome with the drug has no meaning.

# %% tags=["hide-input"]
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())

# %% [markdown]
# ## Consistency of the published numbers
#
# The abstract and the companion paper by the same first two authors {cite}`moskalov-2023` report ratios and correlations but no individual values. These numbers can be compared with one another; the result does not depend on the
# cohort of this page. {doc}`The page on printed tables <../published_cohorts/analysis>` does so for other papers, and explains "differs" and "cannot tell".

# %% tags=["hide-input"]
printed = published_tables()
reports = {name: printed[name] for name in ("moskalov-koshova.yml", "moskalov-2023.yml")}
page.items(audit_text.finding_sentence(finding) for finding in audit(reports))

# %% [markdown]
# A correlation over four group means does not use the individual animals and does not test the effect of the dose. A reported increase of a titre can refer to the titre or to its logarithm. The paper does not
# say which. The last column assumes {glue:text}`control_titre` dilutions for the control, which is {ref}`our assumption <humoral-numbers>`.

# %% tags=["hide-input"]
analyses = reanalysis.titre_increases(printed["moskalov-2023.yml"], control_steps)
page.table(audit_tables.titre_increases_table(analyses), "Reported increases of the titre, interpreted in two ways")

# %% [markdown]
# (humoral-floors)=
# ### Minimum attainable p-values
#
# With few animals, a rank test has few possible p values. The abstract does not say how many mice there were. With five mice per group, comparisons of six secretome groups can just reach 0.05 after
# Bonferroni's adjustment, and comparisons of seven groups, with Thymalin, cannot ({ref}`with other methods they can <lesson-floors-several>`). With three mice per group only a trend test over the three doses can reach 0.05; a comparison of two groups cannot.

# %% tags=["hide-input"]
page.table(
    power_tables.min_pvalues_table(rank_min_pvalues([3, 4, 5, 6, 8], groups=(6, 7), doses=3), 0.05),
    "Minimum attainable two-sided p of exact rank tests without ties",
)

# %% [markdown]
# ## Published analysis
#
# What is known about the authors' test: {glue:text}`stated`. For the doses: {glue:text}`stated_trend`. For phagocytosis: {glue:text}`stated_unchanged`.

# %% tags=["hide-input"]
page.table(tables.contrasts_table(study, published), "Each group, by the authors' test", folded=True, data=published)
page.items(
    text.result_sentence(study, row) for key, row in published.iterrows() if key[1] == claims["afc_dose_im"].contrast
)

# %% [markdown]
# (humoral-planned)=
# ## Planned analysis
#
# A claim that *every* group increases is supported if each group is significant at {glue:text}`alpha` without adjustment, because all of them must be. The claim's p is the largest of
# the {glue:text}`group_count`, and its bound is the smallest of the lower {glue:text}`claim_level` limits. One group is enough to contradict the claim, so for that each p is multiplied by {glue:text}`group_count` and
# each interval is at {glue:text}`groups_level`. These simultaneous intervals and adjusted p values also apply to each group on its own.

# %% tags=["hide-input"]
every = primary_results(study, results, "every")
page.table(tables.planned_table(study, every), "Claims about every group", data=every)

# %% [markdown]
# A claim that something is *unchanged* is supported when the {glue:text}`equivalence_level` interval of every group lies inside the equivalence margins; the claim's p is the largest
# p of equivalence. A large p of a test of a difference is not evidence of equality. The claim is contradicted when a simultaneous interval at {glue:text}`groups_level` lies entirely outside the margin.

# %% tags=["hide-input"]
unchanged = primary_results(study, results, "unchanged")
page.table(tables.planned_table(study, unchanged), "Is phagocytosis unchanged?", data=unchanged)
differences = planned.loc[["phagocytosis"]]
page.table(
    tables.planned_table(study, differences),
    "Differences in phagocytosis, which could contradict the claim",
    folded=True,
    data=differences,
)

# %% [markdown]
# The dose claim is about the slope over the three doses into muscle, without saline, because with saline equal effects of all doses would also give a slope. In addition, no simultaneous
# interval may show a change in the opposite direction between neighbouring doses.

# %% tags=["hide-input"]
trend = planned.loc[
    [("afc", contrast) for contrast in (claims["afc_dose_im"].contrast, *claims["afc_dose_im"].adjacent)]
]
page.table(tables.planned_table(study, trend), "The dose claim: slope and contrasts of neighbouring doses", data=trend)

# %% [markdown]
# (humoral-routes)=
# ### Do the routes differ?
#
# The abstract reports a dose dependence for injection into muscle and none for injection under the skin. If one slope is significant and another is not, this does not show that they
# differ: their difference must be tested. A ratio above 1 means that the effect of the dose is larger for injection into muscle. No claim depends on this test.

# %% tags=["hide-input"]
page.items(
    (
        text.result_sentence(study, planned.loc[(slopes.endpoint, slopes.contrast)])
        for slopes in study.protocol.slopes.values()
    ),
    copy=True,
)

# %% [markdown]
# ## Sensitivity analysis
#
# Another analyst might have compared means instead of ratios, pooled the variances of the groups, fitted a line through the doses, or adjusted in another way. In a {term}`specification curve` each point is one such
# analysis of the same animals, and the marks below it show its specification. Filled points support the claim (blue) or the opposite (orange); open points are inconclusive.
# The square is the planned analysis, the diamond the published one. For a claim about every group, the p is the largest unadjusted one, as the claim uses it, and the lowest rows name its group.
# For phagocytosis, tests of equivalence and tests of a difference have separate curves, because their p values answer different questions. The proportion of analyses that agree is not a probability.

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
# {glue:text}`cohort_status` {glue:text}`registered`

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# The ratio shown for a claim about all groups is that of the group on which the verdict depends: the group that is closest to failing the claim, or that contradicts it.
# {doc}`The guide to verdicts <../../book/verdicts>` lists the rules.
#
# **Caveats**

# %% tags=["hide-input"]
page.items(text.caveats(study))

# %% [markdown]
# ## Limitations
#
# - **Disease.** The mice were healthy. An effect on a healthy immune system says little about a diseased one.
# - **Protection.** Cells that form antibodies against erythrocytes do not show protection against a disease.
# - **Equality.** "At the level of the control" by Mann-Whitney's U means that no difference was shown, not that the groups are equal. The intervals show how close the groups are.
# - **Meaning of "per cent" for titres.** The scenarios `as_published` and `titre_raw` are the two interpretations, and the claim on titres is true in one of them.

# %% [markdown]
# ## Text for a paper
#
# Each sentence under *Verdicts* has a button that copies it, and so has each planned result:

# %% tags=["hide-input"]
sentences = [text.result_sentence(study, row) for _, row in primary_results(study, results).iterrows()]
page.items(sentences, copy=True, folded="The planned results")

# %% [markdown]
# The following paragraph for a methods section describes the protocol, losses, tests, rules and software.

# %% tags=["hide-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level))

# %% [markdown]
# Journals ask authors to report how animals were kept, allocated and measured according to the ARRIVE guidelines {cite}`percie-du-sert-2020`. The protocol and the file answer some of the
# essential items. The laboratory must add the others.

# %% tags=["hide-input"]
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: items answered and items to add", folded=True)

# %% [markdown]
# ## Rerun it on your mice
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`saline`, `thymalin`, `im10`, `im20`, `im50`, `sc10`, `sc20` or `sc50`), `afc` per spleen, `titre` as the reciprocal of the last
# positive dilution, and `phagocytosis` in %, one row per mouse. If groups or endpoints are missing from the file, the other claims still get verdicts. Then run
#
#     secretome rerun humoral_immunity my_mice.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output.

# %% tags=["remove-cell"]
least = stats.mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).pvalue
page.say(seven_times=text.p_value(7 * least), six_times=text.p_value(6 * least), once=text.p_value(least))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: humoral-exercise
# A paper compares seven treated groups of five mice with one control by exact rank tests, adjusts by Bonferroni, and reports "p < 0.05" for each. Is that possible? Would it be possible with six groups?
# ```
#
# ```{solution} humoral-exercise
# :class: dropdown
# The smallest two-sided p of five against five is {glue:text}`once`. Seven times that is {glue:text}`seven_times`, above 0.05: not possible. Six times is {glue:text}`six_times`: just possible, if in each group all mice lie above all controls, or all
# below.
# ```
#
# ```{take-aways}
# - A claim that {ref}`every group changes <humoral-planned>` requires all groups, so p is not adjusted; if one group is not significant, the claim stays open.
# - "Unchanged" is shown by {ref}`intervals inside the equivalence margins <humoral-planned>`, never by a large p.
# - Two trends differ only if {ref}`their difference is tested <humoral-routes>`.
# - With many groups of few mice, no comparison {ref}`can be significant <humoral-floors>` after Bonferroni's adjustment.
# ```
#
# ```{next}
# {doc}`Do the claims hold? <../ledger/analysis>` lists every verdict and measures how reliable verdicts are.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
