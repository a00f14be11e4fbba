# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (sepsis-cytokines)=
# # Sepsis and the secretome of hypoxic stem cells
#
# In rats with sepsis, does the {term}`secretome` of stem cells kept at low oxygen lower serum IL-6 and raise IL-4, as a paper on 48 rats reports {cite}`sari-2025`?
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
from secretome import adjudicate, analyse, load_study, stats
from secretome.report import figures, tables, text
from secretome.claims import examine, specifications
from secretome.report.page import Page, Panel

study = load_study(
    study_folder or "sepsis_cytokines",
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
contrasts = claims["il6_falls_t1"].compared
published = results[results["analysis"] == "published"].set_index(["endpoint", "contrast"], drop=False)
planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")].set_index(
    ["endpoint", "contrast"], drop=False
)
five = stats.mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])
three = stats.mann_whitney([1, 2, 3], [4, 5, 6])
page.say(
    answer=text.answer_sentence(study, verdicts),
    simulation_note=text.simulated_sentence(study),
    censored_il6=text.censoring_sentence(study, "il6"),
    censored_il4=text.censoring_sentence(study, "il4"),
    deaths=text.deaths_sentence(study),
    survival=(
        f"{text.censoring_sentence(study, 'survival')}."
        if study.protocol.survival
        else "The file of this cohort does not state the times of deaths, so survival is not compared here."
    ),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["il6"].equivalence_margin),
    alpha=f"{alpha:g}",
    family=f"{len(contrasts)}",
    family_level=text.percent(1 - alpha / len(contrasts)),
    test_stated=claims["il6_falls_t1"].published_test.stated,
    check_reason=study.protocol.checks["sepsis"].reason,
    five_apart=text.p_value(five.pvalue),
    five_doubled=text.p_value(2 * five.pvalue),
    three_apart=text.p_value(three.pvalue),
)

# %% tags=["remove-input"]
rows = {key: [planned.loc[(key, contrast)] for contrast in contrasts] for key in ("il6", "il4")}
page.panels(
    [Panel(figures.groups_figure(study, key, rows[key]), key, text.groups_alt(study, key, rows[key])) for key in rows],
    text.groups_caption(study, list(rows), [row for own in rows.values() for row in own]),
)

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment of four groups with values below the limit of the assay
# - say what the verdict on each claim is based on, and to which rats it applies
# - explain why "significant at one dose and not at the other" does not show dose dependence
# ```

# %% [markdown]
# ## How the data were made
#
# In the published experiment, 48 male rats of 10 to 12 weeks were divided into four groups. The sham group had neither sepsis nor treatment; the other three had sepsis and received nothing, 150 µL or 300 µL of conditioned
# medium. Blood was drawn after 48 hours. The abstract does not report how sepsis was induced, when the rats were treated, how many rats each group had, or how many were alive at sampling.
#
# The paper publishes no individual values. {glue:text}`simulation_note` The {term}`experimental unit` is the rat. {doc}`Vitamin C and tooth growth <../tooth_growth/analysis>` has a similar design, two treatments at several doses, with
# real animals.

# %% tags=["remove-input"]
page.figure(figures.design_figure(study), "design", text.design_alt(study), text.design_caption(study))
page.table(tables.assumptions_table(study), "Assumptions of the simulation, with the evidence for each", folded=True)
page.table(tables.scenarios_table(study), "Scenarios", folded=True)
page.table(tables.sources_table(study), "Sources", folded=True)
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# (sepsis-survivors)=
# The results apply only to rats *alive at 48 h*, because only they were sampled. {glue:text}`deaths`

# %% [markdown]
# ## Results
#
# The claims on IL-6 can be tested only if sepsis raised IL-6 above sham. This {term}`check` uses the exact {term}`Mann-Whitney test`, because {glue:text}`check_reason`.

# %% tags=["remove-input"]
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())

# %% [markdown]
# (sepsis-min-pvalues)=
# In the tables, the *planned p* is adjusted for the two doses. The *published p* is that of the test that the authors are presumed to have used: {glue:text}`test_stated`. With few rats there are few {term}`permutations`
# of the ranks, so this p cannot be smaller than the {term}`minimum attainable p-value` in the last column.
#
# ### IL-6
#
# {glue:text}`censored_il6`. Such a value is a {term}`nondetect`.

# %% tags=["remove-input"]
for key in rows:
    rows[key] = (
        planned.loc[[(key, contrast) for contrast in contrasts]],
        published.loc[[(key, contrast) for contrast in contrasts]],
    )
page.table(tables.endpoint_table(study, *rows["il6"]), "IL-6: planned and published analysis", data=rows["il6"][0])

# %% [markdown]
# ### IL-4
#
# {glue:text}`censored_il4`. The abstract reports only the larger dose. Both doses count here, because reporting only one dose is selective reporting.

# %% tags=["remove-input"]
page.table(tables.endpoint_table(study, *rows["il4"]), "IL-4: planned and published analysis", data=rows["il4"][0])

# %% [markdown]
# (sepsis-survival)=
# ### Survival
#
# A companion paper {cite}`sari-2023`, probably on the same rats, observed survival every six hours. Its {term}`log-rank test` showed no significant difference between the septic groups, which does not mean that survival was
# the same. {glue:text}`survival`

# %% tags=["remove-input"]
if study.protocol.survival:
    own = results[(results["endpoint"] == "survival") & (results["analysis"] == "planned")]
    drawn = [row for _, row in own[own["alternative"] == "equivalence"].iterrows()]
    page.figure(
        figures.groups_figure(study, "survival", drawn),
        "survival",
        text.groups_alt(study, "survival", drawn),
        text.groups_caption(study, ["survival"], drawn),
    )
    page.items(
        [
            "The claim that survival is unchanged is supported only if the interval of every hazard ratio lies inside "
            f"the equivalence margins ({text.margin_phrase(study.protocol.endpoints['survival'].equivalence_margin)}). "
            "If the log-rank test shows no significant difference, this alone leaves the claim inconclusive.",
            *(text.result_sentence(study, row) for _, row in own.iterrows()),
        ],
        copy=True,
    )

# %% [markdown]
# :::{admonition} Rules: how the planned analysis decides a claim
# :class: dropdown
#
# The spread of concentrations often increases with their mean and is about constant on a log scale. The planned test is {term}`Welch's t` on logarithms, and its effect is the {term}`geometric mean ratio`. A contrast with
# nondetects uses the {term}`censored lognormal model`. If more than half of a group are nondetects, the rank test decides and the model only estimates the size of the effect.
#
# Each cytokine has {glue:text}`family` contrasts with the septic control, so each p is multiplied by {glue:text}`family` and each interval has a level of {glue:text}`family_level`. A claim is *supported* if this p is at most
# {glue:text}`alpha`, the effect is in the claimed direction, and it is not {term}`negligible` ({term}`equivalence margins` {glue:text}`margin`). {doc}`The guide to verdicts <../../book/verdicts>` defines the other verdicts.
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
# ## Sensitivity analysis
#
# Another analyst might have compared means instead of ratios, pooled the variances of the groups, replaced a value below the limit by half the limit, or adjusted in another way. A {term}`specification curve` shows all of these
# analyses of the same rats.

# %% tags=["remove-input"]
page.curves({key: specifications(study, results, key, alpha=alpha) for key in claims}, alpha)

# %% [markdown]
# (sepsis-cannot)=
# ## Limitations
#
# - **Sex.** All published rats were male.
# - **Deaths.** If a treatment changes which rats survive, it also selects the rats that are compared: a treatment that kills the sickest rats lowers the mean IL-6 of the others. If a cohort records deaths, one analysis gives
#   dead rats the worst rank. That analysis answers another question, about a combination of cytokine and death.
# - **Survival.** A better cytokine level need not mean better survival. In the companion paper {cite}`sari-2023`, survival did not differ significantly, and was lower for some hours with the larger
#   dose. If both papers report the same rats, they are one experiment and must not be counted twice.
# - **Time course.** In mice given endotoxin, IL-6 peaks within hours {cite}`pmc127621`. A lower value at 48 hours may mean an earlier recovery or an earlier death.
# - **Dose dependence.** "Significant at one dose and not at the other" does not test whether the doses differ.
# - **Control medium.** No group received medium that had not been in contact with cells, so an effect of the secretome cannot be separated from an effect of the medium.

# %% [markdown]
# ## Rerun it on your rats
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`sham`, `control`, `t1` or `t2`), `il6` and `il4` in pg/mL, one row per rat. Write a value below the limit of your assay as `<15.6`, with your own
# limit, and a value above it as `>1000`. If rats died before sampling, add a row for each, with `event` 1 and the hour in `time`; survival is then
# compared too. Then run the command, or the same in Python:
#
#     secretome rerun sepsis_cytokines my_rats.csv
#
# ```python
# from secretome import adjudicate, analyse, load_study
#
# study = load_study("sepsis_cytokines", cohort="my_rats.csv")
# verdicts = adjudicate(study, analyse(study))
# ```
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output, and {doc}`the page in your browser <../../book/try>` needs no installation.

# %% tags=["remove-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level), folded="Methods paragraph for a paper")
page.items(
    (text.result_sentence(study, row) for own in rows.values() for _, row in own[0].iterrows()),
    copy=True,
    folded="Results in sentences",
)
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: items answered and items to add", folded=True)

# %% [markdown] tags=["book-only"]
# Journals ask for the items of the ARRIVE guidelines {cite}`percie-du-sert-2020`.
#
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
# - With few rats there are {ref}`few possible p-values <sepsis-min-pvalues>`. Find the minimum attainable p-value before you look at the result.
# - The design {ref}`leaves questions open <sepsis-cannot>` that no analysis can answer: females, dose dependence, and the effect of the medium itself.
# ```
#
# ```{next}
# {doc}`The humoral study <../humoral_immunity/analysis>`: claims about many groups at once, and one that nothing changes.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
