# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (micronuclei)=
# # Micronuclei and hydroquinone

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
from secretome.claims import decision_rows, examine, primary_results, specifications
from secretome.report import figures, tables, text
from secretome.report.page import Page

study = load_study(
    "micronuclei",
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
planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")].set_index(
    "contrast", drop=False
)
published = results[results["analysis"] == "published"].set_index("contrast", drop=False)
rules = verdicts.set_index("claim")["rule"]
trend = claims["micronuclei_dose"]
page.say(
    who=text.cohort_sentence(study),
    groups=text.groups_sentence(study, "micronuclei"),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["micronuclei"].equivalence_margin),
    stated=claims["micronuclei_rise"].published_test.stated,
    stated_trend=trend.published_test.stated,
    group_count=f"{len(claims['micronuclei_rise'].contrasts)}",
    claim_level=text.percent(1 - alpha),
    alpha=f"{alpha:g}",
)

# %% [markdown]
# **The question.** Does hydroquinone damage the chromosomes of mice, and does more of it do more damage? A {term}`micronucleus` is a piece of a chromosome that a dividing cell lost.
# An abstract says that hydroquinone increases their number with dose, and that every dose from 3.125 mg/kg upwards does so after 24 hours {cite}`jagetia-1997`.
#
# **Why this study.** {doc}`The humoral study <../humoral_immunity/analysis>` has a vehicle, several doses and a reference drug, and no individual values of it are published. This experiment has the
# same design, and the count of every mouse is published. **These are the same questions, on real animals**: {glue:text}`who`

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment with a vehicle, four doses and a reference drug
# - explain why a claim about every dose depends on the smallest
# - say why verdicts on data that were public first are not counted
# ```

# %% [markdown]
# (micronuclei-verdicts)=
# ## Verdicts

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)
page.items(text.check_sentence(study, row) for _, row in checks.iterrows())
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# {glue:text}`cohort_status` {glue:text}`registered` {doc}`The guide to verdicts <../../book/verdicts>` lists the rules.

# %% [markdown]
# ## Every mouse
#
# Each point is one mouse, the bar the median. The lower panel shows each dose's {term}`geometric mean ratio` to the vehicle. Its p values and {glue:text}`claim_level` intervals are those that
# decide the claim about every dose, unless the axis label says "simultaneous". The grey band shows the {term}`equivalence margins`: {glue:text}`margin`.

# %% tags=["hide-input"]
rows = [row for _, row in decision_rows(study, results, "micronuclei_rise", rules["micronuclei_rise"]).iterrows()]
page.figure(
    figures.groups_figure(study, "micronuclei", rows), "micronuclei", text.groups_alt(study, "micronuclei", rows)
)
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# (micronuclei-methods)=
# ## Methods
#
# Healthy male mice received the vehicle, one of four doses of hydroquinone, or 25 mg/kg of cyclophosphamide, which is known to cause micronuclei. After 24 hours, micronuclei were counted in
# 2000 young red blood cells of each mouse {cite}`adler-1990`. {glue:text}`groups`.

# %% tags=["hide-input"]
page.table(tables.design_table(study), "The groups, and the animals of this cohort")
page.table(tables.sources_table(study), "Sources", folded=True)

# %% [markdown]
# The claims are those of the abstract {cite}`jagetia-1997`, limited to the doses of these mice. It reports other mice, and its individual values are not published. What is known
# about its tests: {glue:text}`stated`. For the doses: {glue:text}`stated_trend`.
#
# **Planned analysis.** Counts are compared by Welch's t test on logarithms. A claim that *every* dose raises the count is supported if each of the {glue:text}`group_count` doses is significant at
# {glue:text}`alpha`, without adjustment, because all of them must be. The claim about the dose is tested by the slope over the four doses, without the vehicle: with it, equal effects of all doses
# would also give a slope.

# %% tags=["hide-input"]
every = primary_results(study, results, "every")
page.table(tables.planned_table(study, every), "The claim about every dose", data=every)
slope = planned.loc[[trend.contrast, *trend.adjacent]]
page.table(
    tables.planned_table(study, slope),
    "The claim about the dose: slope and contrasts of neighbouring doses",
    data=slope,
)

# %% [markdown]
# **Published analysis.** By the tests that the authors of the abstract are presumed to have used:

# %% tags=["hide-input"]
page.items(text.result_sentence(study, row) for _, row in published.iterrows())

# %% [markdown]
# ## Sensitivity analysis
#
# In a {term}`specification curve` each point is one analysis of the same animals that another analyst might have chosen, and the marks below it show its specification. Filled points support
# the claim (blue) or the opposite (orange); open points are inconclusive. The square is the planned analysis, the diamond the published one. The proportion of analyses that agree is not a
# probability.

# %% tags=["hide-input"]
curves = {key: specifications(study, results, key, alpha=alpha) for key in claims}
for key, curve in curves.items():
    page.curve(key, curve, alpha)
page.table(
    tables.options_table(pd.concat(curves.values())), "Specifications, with the reason for each choice", folded=True
)

# %% [markdown]
# (micronuclei-limits)=
# ## Limitations
#
# - **Order.** The counts were public before the rules were written, so the rules could have been chosen to fit them. The verdicts show the method on real animals, and are not a new test.
# - **Few micronuclei.** Without hydroquinone most mice have two or three micronuclei in 2000 cells. With such counts, even a doubling is hard to show in five mice per group.
# - **Numbers of mice.** The published groups have four to seven mice. The lists do not say how they were assigned, or whether the counts were made without knowing the group.
# - **One time.** The counts are of 24 hours after one treatment. They do not show what happens later, or after repeated treatment.
# - **From the lists.** The paper itself was not available. The counts are those that two R packages list, and the lists agree on the design {cite}`hauschke-2005`.

# %% [markdown]
# ## Text for a paper
#
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
# Put your counts in a CSV or Excel file with the columns `animal`, `group` (`vehicle`, `hq30`, `hq50`, `hq75`, `hq100` or `cyclophosphamide`) and `micronuclei`, one row per mouse, and run
#
#     secretome rerun micronuclei my_mice.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output.

# %% tags=["remove-cell"]
least = {n: stats.mann_whitney(range(n), range(n, 2 * n)).pvalue for n in (3, 4)}
page.say(three=text.p_value(least[3]), four=text.p_value(least[4]))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: micronuclei-exercise
# A laboratory repeats the experiment with three mice per group and tests every dose against the vehicle by the exact Mann-Whitney test. Can it support the claim about every dose? With four mice?
# ```
#
# ```{solution} micronuclei-exercise
# :class: dropdown
# The smallest two-sided p of three against three is {glue:text}`three`, so no: the claim is untestable. With four against four it is {glue:text}`four`. The claim needs no adjustment, so it can be supported, but only
# if at each dose every mouse has more micronuclei than every mouse of the vehicle.
# ```
#
# ```{take-aways}
# - A claim about every dose {ref}`depends on the dose that is closest to failing it <micronuclei-verdicts>`, here the smallest.
# - A trend over the doses is tested {ref}`without the vehicle <micronuclei-methods>`.
# - Rules written after the data were public {ref}`cannot test a claim on these data <micronuclei-limits>`.
# ```
#
# ```{next}
# {doc}`Vitamin C and tooth growth <../tooth_growth/analysis>`: sixty guinea pigs, three doses by two deliveries.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
