# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (humoral-immunity)=
# # Humoral immunity and a xenogenic secretome
#
# Does the {term}`secretome` of stem cells from another species increase antibody formation in healthy mice without changing phagocytosis of bacteria, as a conference abstract reports {cite}`moskalov-koshova`?
# **{glue:text}`answer`**

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
from secretome.audit import tables as audit_tables
from secretome.audit import text as audit_text
from secretome import adjudicate, analyse, load_study, stats
from secretome.report import figures, tables, text
from secretome.claims import primary_results, decision_rows, examine, specifications
from secretome.power import rank_min_pvalues
from secretome.power import tables as power_tables
from secretome.report.page import Page, Panel
from secretome.audit import audit, published_tables, reanalysis

study = load_study(
    study_folder or "humoral_immunity",
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
page.cards(verdicts)

# %% tags=["remove-cell"]
claims = study.protocol.claims
tests = results[results["alternative"] != "equivalence"]
published = tests[tests["analysis"] == "published"].set_index(["endpoint", "contrast"], drop=False)
planned = tests[tests["analysis"] == "planned"].set_index(["endpoint", "contrast"], drop=False)
rules = verdicts.set_index("claim")["rule"]
group_count = len(claims["afc_rises"].contrasts)
control_steps = study.protocol.simulation.endpoints["titre"].groups["saline"].mean
least = stats.mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).pvalue
page.say(
    answer=text.answer_sentence(study, verdicts),
    control_titre=f"{control_steps:g}",
    simulation_note=text.simulated_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["afc"].equivalence_margin),
    margin_titre=text.margin_phrase(study.protocol.endpoints["titre"].equivalence_margin),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    stated=claims["afc_rises"].published_test.stated,
    stated_trend=claims["afc_dose_im"].published_test.stated,
    stated_unchanged=claims["phagocytosis_unchanged"].published_test.stated,
    group_count=f"{group_count}",
    groups_level=text.percent(1 - alpha / group_count),
    claim_level=text.percent(1 - alpha),
    equivalence_level=text.percent(1 - 2 * alpha),
    alpha=f"{alpha:g}",
    seven_times=text.p_value(7 * least),
    six_times=text.p_value(6 * least),
    once=text.p_value(least),
)


def show_groups(key: str) -> None:
    """Show the mice of the claim's endpoint, one panel for each route, with the effects that decide the claim."""
    rows = [row for _, row in decision_rows(study, results, key, rules[key]).iterrows()]
    endpoint = claims[key].endpoint
    panels = []
    for route, groups in figures.groups_by_route(study, rows).items():
        shown = [row for row in rows if row["contrast"].split(" vs ")[0] in groups]
        figure = figures.groups_figure(study, endpoint, rows, groups)
        panels.append(Panel(figure, f"{endpoint}-{route}", text.groups_alt(study, endpoint, shown, groups)))
    note = " The mice given saline or Thymalin are the same in both panels."
    page.panels(panels, text.groups_caption(study, [endpoint], rows) + note)


# %% tags=["remove-input"]
show_groups("afc_rises")

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`The sepsis study <../sepsis_cytokines/analysis>`
# - evaluate a claim about many groups at once
# - evaluate a trend over doses, and whether two trends differ
# - evaluate a claim that nothing changes, which a large p cannot support
# ```

# %% [markdown]
# (humoral-numbers)=
# ## How the data were made
#
# In the published experiment, healthy mice were immunised with ram erythrocytes and given saline, the reference drug Thymalin, or 10, 20 or 50 µL/kg of secretome, into muscle (IM) or under the skin (SC). The abstract does not say
# how many mice each group had. It reports 3 to 10.5 times as many antibody-forming cells as with saline, 1.2 to 4.1 times as many as with Thymalin, an increase with dose after injection into muscle, a "similar" pattern of
# antibody titres, and unchanged phagocytosis.
#
# The abstract gives no individual values. {glue:text}`simulation_note` The {term}`experimental unit` is the mouse. Two pages ask the same questions on real animals: {doc}`Micronuclei and hydroquinone <../micronuclei/analysis>` has
# a vehicle, four doses and a reference drug, and {doc}`Vitamin C and tooth growth <../tooth_growth/analysis>` three doses by two delivery methods.

# %% tags=["remove-input"]
page.table(tables.design_table(study), "Groups and animals of this cohort", folded=True)
page.table(tables.assumptions_table(study), "Assumptions of the simulation, with the evidence for each", folded=True)
page.table(tables.scenarios_table(study), "Scenarios", folded=True)
page.table(tables.sources_table(study), "Sources", folded=True)
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# ## Results
#
# The reference drug must raise the number of antibody-forming cells. If it does not, a comparison of the secretome with the drug has no meaning. This is a {term}`check` of the experiment.

# %% tags=["remove-input"]
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())

# %% [markdown]
# (humoral-planned)=
# ### Antibody-forming cells
#
# A claim that the values increase in *every* group is supported if each group is significant at {glue:text}`alpha` without adjustment, because all of them must be. The claim's p is the largest of the {glue:text}`group_count`. One group is
# enough to contradict the claim, so for that each p is multiplied by {glue:text}`group_count`; these adjusted p and simultaneous intervals also apply to each group on its own.

# %% tags=["remove-input"]
every = primary_results(study, results, "every")
counts, titres = (every[every["endpoint"] == endpoint] for endpoint in ("afc", "titre"))
against_saline = counts[counts["contrast"].str.endswith(" vs saline")]
against_thymalin = counts.drop(against_saline.index)
page.table(
    tables.planned_table(study, against_saline),
    "Antibody-forming cells against saline",
    folded=True,
    data=against_saline,
)
page.table(
    tables.planned_table(study, against_thymalin),
    "Antibody-forming cells against Thymalin",
    folded=True,
    data=against_thymalin,
)

# %% [markdown]
# The dose claim is about the slope over the three doses into muscle, without saline, because with saline, equal effects of all doses would also give a slope. In addition, no simultaneous interval may show a change in the opposite
# direction between neighbouring doses.

# %% tags=["remove-input"]
trend = planned.loc[
    [("afc", contrast) for contrast in (claims["afc_dose_im"].contrast, *claims["afc_dose_im"].adjacent)]
]
page.table(tables.planned_table(study, trend), "The dose claim: slope and contrasts of neighbouring doses", data=trend)

# %% [markdown]
# (humoral-routes)=
# The abstract reports a dose dependence for injection into muscle and none under the skin. If one slope is significant and another is not, this does not show that they differ: their difference must be tested. A ratio above 1
# means that the dose matters more for injection into muscle. No claim depends on this test.

# %% tags=["remove-input"]
page.items(
    text.result_sentence(study, planned.loc[(slopes.endpoint, slopes.contrast)])
    for slopes in study.protocol.slopes.values()
)

# %% [markdown]
# ### Antibody titre

# %% tags=["remove-input"]
show_groups("titre_rises")
page.table(tables.planned_table(study, titres), "Antibody titre against saline", folded=True, data=titres)

# %% [markdown]
# (humoral-unchanged)=
# ### Phagocytic activity
#
# A claim that something is *unchanged* is supported if the {glue:text}`equivalence_level` interval of every group lies inside the {term}`equivalence margins`; the claim's p is the largest p of {term}`equivalence`.
# The claim is contradicted if a simultaneous interval at {glue:text}`groups_level` lies entirely outside the margins.

# %% tags=["remove-input"]
show_groups("phagocytosis_unchanged")
unchanged = primary_results(study, results, "unchanged")
differences = planned.loc[["phagocytosis"]]
page.table(tables.planned_table(study, unchanged), "Tests of equivalence", folded=True, data=unchanged)
page.table(tables.planned_table(study, differences), "Tests of a difference", folded=True, data=differences)

# %% [markdown]
# ### Published analysis
#
# What is known about the authors' test: {glue:text}`stated`. For the doses: {glue:text}`stated_trend`. For phagocytosis: {glue:text}`stated_unchanged`.
#
# (humoral-min-pvalues)=
# With few animals, such tests have few possible p-values. With five mice per group, comparisons of six secretome groups can just reach 0.05 after Bonferroni's adjustment, and comparisons of seven groups, with Thymalin, cannot
# ({ref}`with other methods they can <lesson-min-pvalues-several>`). With three mice per group, of these exact tests only the trend test over the three doses can reach 0.05.

# %% tags=["remove-input"]
page.table(tables.contrasts_table(study, published), "Each group, by the authors' test", folded=True, data=published)
page.table(
    power_tables.min_pvalues_table(rank_min_pvalues([3, 4, 5, 6, 8], groups=(6, 7), doses=3), 0.05),
    "Minimum attainable two-sided p of exact rank tests without ties",
    folded=True,
)

# %% [markdown]
# :::{admonition} Rules, margins and the status of this cohort
# :class: dropdown
#
# Counts and titres are analysed on logarithms, by {term}`Welch's t`; the effect is the {term}`geometric mean ratio`. Tests of a single claim use intervals at {glue:text}`claim_level`. Where one group contradicts a claim, the figure
# shows adjusted p and simultaneous intervals. The equivalence margins are {glue:text}`margin`; for titres {glue:text}`margin_titre`. For a claim about all groups, the card shows the group on which the verdict depends: the group
# that is closest to failing the claim, or that contradicts it. {doc}`The guide to verdicts <../../book/verdicts>` lists the rules.
#
# {glue:text}`registered`
# :::

# %% tags=["remove-input"]
page.items(
    (text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True, folded="Verdicts in sentences"
)

# %% [markdown]
# {glue:text}`cohort_status`

# %% [markdown]
# ### Consistency of the published numbers
#
# The abstract and a companion paper by the same first two authors {cite}`moskalov-2023` report ratios and correlations. Their comparison does not depend on the cohort of this page.
# {doc}`Published tables <../published_cohorts/analysis>` does so for other papers. A correlation over four group means does not use the individual animals and does not test the effect of the dose. A reported increase of a titre
# can refer to the titre or to its logarithm; the paper does not say which.

# %% tags=["remove-input"]
printed = published_tables()
reports = {name: printed[name] for name in ("moskalov-koshova.yml", "moskalov-2023.yml")}
page.items((audit_text.finding_sentence(finding) for finding in audit(reports)), folded="Checks of the printed numbers")
page.table(
    audit_tables.titre_increases_table(reanalysis.titre_increases(printed["moskalov-2023.yml"], control_steps)),
    f"Reported increases of the titre, interpreted in two ways, for an assumed {control_steps:g} dilutions of the control",
    folded=True,
)

# %% [markdown]
# ## Sensitivity analysis
#
# Another analyst might have compared means instead of ratios, pooled the variances of the groups, fitted a line through the doses, or adjusted in another way. A {term}`specification curve` shows these analyses of the same mice. For a
# claim about every group, the p is the largest unadjusted one, as the claim uses it, and the lowest rows name its group. For phagocytosis, tests of equivalence and tests of a difference answer different questions and have
# separate curves.

# %% tags=["remove-input"]
page.curves({key: specifications(study, results, key, alpha=alpha) for key in claims}, alpha)

# %% [markdown]
# ## Limitations
#
# - **Disease.** The mice were healthy. An effect on a healthy immune system says little about a diseased one.
# - **Protection.** Cells that form antibodies against erythrocytes do not show protection against a disease.
# - **Equality.** "At the level of the control" by Mann-Whitney's U means that no difference was shown, not that the groups are equal.
# - **Meaning of "per cent" for titres.** The scenarios `as_published` and `titre_raw` are the two interpretations, and the claim on titres is true in one of them.
# - **Opposite results elsewhere.** Another secretome of mesenchymal stem cells suppressed the antibody production of plasma cells {cite}`rafei-2008`.
# - **Two sets of numbers.** The companion paper reports Thymalin at about 4 times saline; the ranges of the abstract imply 2.5 to 2.6.

# %% [markdown]
# ## Rerun it on your mice
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`saline`, `thymalin`, `im10`, `im20`, `im50`, `sc10`, `sc20` or `sc50`), `afc` per spleen, `titre` as the reciprocal of the last
# positive dilution, and `phagocytosis` in %, one row per mouse. If groups or endpoints are missing from the file, the other claims still get verdicts. Then run the command, or the same in Python:
#
#     secretome rerun humoral_immunity my_mice.csv
#
# ```python
# from secretome import adjudicate, analyse, load_study
#
# study = load_study("humoral_immunity", cohort="my_mice.csv")
# verdicts = adjudicate(study, analyse(study))
# ```
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output, and {doc}`the page in your browser <../../book/try>` needs no installation.

# %% tags=["remove-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level), folded="Methods paragraph for a paper")
sentences = [text.result_sentence(study, row) for _, row in primary_results(study, results).iterrows()]
page.items(sentences, copy=True, folded="Results in sentences")
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: items answered and items to add", folded=True)

# %% [markdown] tags=["book-only"]
# Journals ask for the items of the ARRIVE guidelines {cite}`percie-du-sert-2020`.
#
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
# - A claim that {ref}`every group changes <humoral-planned>` requires all groups, so p is not adjusted; if one group is not significant, the claim is not supported.
# - "Unchanged" is shown by {ref}`intervals inside the equivalence margins <humoral-unchanged>`, never by a large p.
# - Two trends differ only if {ref}`their difference is tested <humoral-routes>`.
# - With many groups of few mice, no exact rank test {ref}`can be significant <humoral-min-pvalues>` after Bonferroni's adjustment.
# ```
#
# ```{next}
# {doc}`Micronuclei and hydroquinone <../micronuclei/analysis>`: the same questions, on real animals.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
