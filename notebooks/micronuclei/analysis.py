# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (micronuclei)=
# # Micronuclei and hydroquinone
#
# In mice, does every dose of hydroquinone from 30 to 100 mg/kg damage chromosomes, and does the damage increase with the dose, as an abstract on other mice reports {cite}`jagetia-1997`?
# **{glue:text}`answer`** The mice are real, and the count of each is published.

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
from secretome.claims import decision_rows, examine, primary_results, specifications
from secretome.report import figures, tables, text
from secretome.report.page import Page, Panel

study = load_study(
    study_folder or "micronuclei",
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
planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")].set_index(
    "contrast", drop=False
)
published = results[results["analysis"] == "published"].set_index("contrast", drop=False)
rules = verdicts.set_index("claim")["rule"]
trend = claims["micronuclei_dose"]
least = {n: stats.mann_whitney(range(n), range(n, 2 * n)).pvalue for n in (3, 4)}
page.say(
    answer=text.answer_sentence(study, verdicts),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["micronuclei"].equivalence_margin),
    stated=claims["micronuclei_rise"].published_test.stated,
    stated_trend=trend.published_test.stated,
    group_count=f"{len(claims['micronuclei_rise'].contrasts)}",
    alpha=f"{alpha:g}",
    three=text.p_value(least[3]),
    four=text.p_value(least[4]),
)

# %% tags=["remove-input"]
rows = [row for _, row in decision_rows(study, results, "micronuclei_rise", rules["micronuclei_rise"]).iterrows()]
figure = figures.groups_figure(study, "micronuclei", rows)
page.panels(
    [Panel(figure, "micronuclei", text.groups_alt(study, "micronuclei", rows))],
    text.groups_caption(study, ["micronuclei"], rows),
)

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment with a vehicle, four doses and a reference drug
# - explain why a claim about every dose depends on one dose
# - say why verdicts on data that were public first are not counted
# ```

# %% [markdown]
# ## How the data were measured
#
# {doc}`The humoral study <../humoral_immunity/analysis>` has a vehicle, several doses and a reference drug, and no individual values of it are published. This experiment has the same design, so it asks **the same questions, on
# real animals**. Healthy male mice received the vehicle, one of four doses of hydroquinone, or cyclophosphamide, which is known to damage chromosomes. After 24 hours, {term}`micronuclei` were counted in 2000 young (polychromatic) red
# blood cells of each mouse {cite}`adler-1990`. The {term}`experimental unit` is the mouse.
#
# The claims are those of the abstract, limited to the doses of these mice. It reports a rise at every dose from 3.125 mg/kg after 24 hours, in a "dose dependent manner", and no individual values.

# %% tags=["remove-input"]
page.table(tables.design_table(study), "Groups and animals of this cohort", folded=True)
page.table(tables.sources_table(study), "Sources", folded=True)
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# ## Results
#
# Cyclophosphamide must raise the number of micronuclei. If it does not, the assay cannot say what hydroquinone does. This is a {term}`check` of the experiment.

# %% tags=["remove-input"]
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())

# %% [markdown]
# (micronuclei-every)=
# ### Every dose
#
# A claim that *every* dose raises the count is supported if each of the {glue:text}`group_count` doses is significant at {glue:text}`alpha` without adjustment, because all of them must be. The claim's p is the largest, so the
# dose with that p decides.

# %% tags=["remove-input"]
every = primary_results(study, results, "every")
page.table(tables.planned_table(study, every), "Each dose against the vehicle", data=every)

# %% [markdown]
# (micronuclei-dose)=
# ### The dose
#
# The claim about the dose is about the slope over the four doses, without the vehicle, because with the vehicle, equal effects of all doses would also give a slope.

# %% tags=["remove-input"]
slope = planned.loc[[trend.contrast, *trend.adjacent]]
page.table(tables.planned_table(study, slope), "Slope and contrasts of neighbouring doses", data=slope)

# %% [markdown]
# ### Published analysis
#
# What is known about the authors' test: {glue:text}`stated`. For the doses: {glue:text}`stated_trend`.

# %% tags=["remove-input"]
page.table(tables.contrasts_table(study, published), "By the authors' presumed tests", folded=True, data=published)

# %% [markdown]
# :::{admonition} Rules, margins and the status of this cohort
# :class: dropdown
#
# Counts are compared by {term}`Welch's t` on logarithms; the effect is the {term}`geometric mean ratio`. The equivalence margins are {glue:text}`margin`. {doc}`The guide to verdicts <../../book/verdicts>` lists the rules.
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
# A {term}`specification curve` shows other analyses of the same animals that another analyst might have chosen.

# %% tags=["remove-input"]
page.curves({key: specifications(study, results, key, alpha=alpha) for key in claims}, alpha)

# %% [markdown]
# (micronuclei-limits)=
# ## Limitations
#
# - **Rules after the data.** The counts were public before the rules were written, so the rules could have been chosen to fit them. The verdicts show the method on real animals, and are not a new test.
# - **Few micronuclei.** Without hydroquinone most mice have two or three micronuclei in 2000 cells. With such counts, even a doubling is hard to show in five mice per group.
# - **Few mice.** The published groups have four to seven mice. The lists do not say how they were assigned, or whether the counts were made without knowing the group.
# - **One time point.** The cells were sampled 24 hours after one treatment. They do not show what happens later, or after repeated treatment.
# - **Secondary source.** The paper itself was not available. The counts are those that two R packages list, and both lists give the same design {cite}`hauschke-2005`.

# %% [markdown]
# ## Rerun it on your mice
#
# Put your counts in a CSV or Excel file with the columns `animal`, `group` (`vehicle`, `hq30`, `hq50`, `hq75`, `hq100` or `cyclophosphamide`) and `micronuclei`, one row per mouse, and run
#
#     secretome rerun micronuclei my_mice.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output, and {doc}`the page in your browser <../../book/try>` needs no installation.

# %% tags=["remove-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level), folded="Methods paragraph for a paper")
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: items answered and items to add", folded=True)

# %% [markdown] tags=["book-only"]
# Journals ask for the items of the ARRIVE guidelines {cite}`percie-du-sert-2020`.
#
# ```{exercise}
# :label: micronuclei-exercise
# A laboratory repeats the experiment with three mice per group and tests every dose against the vehicle by the exact Mann-Whitney test. Can it support the claim about every dose? With four mice?
# ```
#
# ```{solution} micronuclei-exercise
# :class: dropdown
# The smallest two-sided p of three against three is {glue:text}`three`, so no: the claim is untestable. With four against four it is {glue:text}`four`. The claim needs no adjustment, so it can be supported, but only
# if at each dose every mouse has more micronuclei than every mouse given the vehicle.
# ```
#
# ```{take-aways}
# - A claim about every dose {ref}`depends on the dose with the largest p <micronuclei-every>`.
# - A trend over the doses is tested {ref}`without the vehicle <micronuclei-dose>`.
# - Rules written after the data were public {ref}`cannot test a claim on these data <micronuclei-limits>`.
# ```
#
# ```{next}
# {doc}`Vitamin C and tooth growth <../tooth_growth/analysis>`: sixty guinea pigs, three doses by two delivery methods.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
