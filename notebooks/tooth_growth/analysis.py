# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (tooth-growth)=
# # Vitamin C and tooth growth

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

from secretome import adjudicate, analyse, load_study
from secretome.claims import decision_rows, examine, specifications
from secretome.report import figures, tables, text
from secretome.report.page import Page

study = load_study(
    "tooth_growth",
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
first = claims["oj_beats_vc05"]
(deliveries,) = study.protocol.slopes.values()
page.say(
    who=text.cohort_sentence(study),
    groups=text.groups_sentence(study, "length"),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["length"].equivalence_margin),
    stated_trend=claims["length_dose_oj"].published_test.stated,
    stated=first.published_test.stated,
    family=f"{len(first.compared)}",
    family_level=text.percent(1 - alpha / len(first.compared)),
    alpha=f"{alpha:g}",
)

# %% [markdown]
# **The question.** Guinea pigs need vitamin C, as humans do, and without it their teeth stop growing. Do their teeth grow more with a higher dose, and does it matter whether the vitamin
# comes in orange juice or as pure ascorbic acid?
#
# **Why this study.** {doc}`The humoral study <../humoral_immunity/analysis>` compares three doses by two routes, {doc}`the sepsis study <../sepsis_cytokines/analysis>` two doses, and no individual
# values of either are published. This experiment has three doses by two deliveries, and every value is published. **These are the same questions, on real animals**: {glue:text}`who`

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment of dose by delivery
# - adjust a claim about one dose for the doses that it does not mention
# - test whether the effect of the dose depends on the delivery
# ```

# %% [markdown]
# (tooth-verdicts)=
# ## Verdicts

# %% tags=["hide-input"]
page.items((text.verdict_sentence(study, row) for _, row in verdicts.iterrows()), copy=True)
page.table(tables.verdicts_table(study, verdicts), "Verdicts", data=verdicts)

# %% [markdown]
# {glue:text}`cohort_status` {glue:text}`registered` {doc}`The guide to verdicts <../../book/verdicts>` lists the rules.
#
# **Caveats**

# %% tags=["hide-input"]
page.items(text.caveats(study))

# %% [markdown]
# ## Every guinea pig
#
# Each point is one guinea pig, the bar the median. A bracket joins the two deliveries of one dose. The lower panel shows the {term}`geometric mean ratio` of orange juice to ascorbic acid at that
# dose, with the adjusted p and the {glue:text}`family_level` interval. The grey band shows the {term}`equivalence margins`: {glue:text}`margin`.

# %% tags=["hide-input"]
rows = [row for _, row in decision_rows(study, results, "oj_beats_vc05", rules["oj_beats_vc05"]).iterrows()]
page.figure(figures.groups_figure(study, "length", rows), "length", text.groups_alt(study, "length", rows))
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# (tooth-methods)=
# ## Methods
#
# The length of the odontoblasts, the cells that form dentine, was measured in guinea pigs that received 0.5, 1 or 2 mg of vitamin C a day in orange juice or as ascorbic acid
# {cite}`crampton-1947`. R lists the lengths without a unit {cite}`r-core`. {glue:text}`groups`.

# %% tags=["hide-input"]
page.table(tables.design_table(study), "The groups, and the animals of this cohort")
page.table(tables.sources_table(study), "Sources", folded=True)

# %% [markdown]
# **The claims.** That teeth grow more with more of the vitamin is in print: small amounts gave rates of growth "roughly proportional to dosage" {cite}`dalldorf-1930`. That study measured how fast
# the teeth grew, not their cells. What is known about its test: {glue:text}`stated_trend`. The claims that orange juice does more than ascorbic acid at the two smaller doses were not found in
# a source. About their test: {glue:text}`stated`.
#
# **Planned analysis.** Lengths are compared by Welch's t test on logarithms, because at 1 and 2 mg they vary by about the same percentage of their mean. The three comparisons of the deliveries form one family: each p is
# multiplied by {glue:text}`family` and each interval is at {glue:text}`family_level`. The claims mention two doses, but a reader who sees only these two does not know that a third was compared.

# %% tags=["hide-input"]
compared = planned.loc[list(first.compared)]
page.table(tables.planned_table(study, compared), "Orange juice against ascorbic acid at each dose", data=compared)
for key in ("length_dose_oj", "length_dose_vc"):
    slope = planned.loc[[claims[key].contrast, *claims[key].adjacent]]
    page.table(tables.planned_table(study, slope), claims[key].sentence.rstrip("."), data=slope)

# %% [markdown]
# (tooth-slopes)=
# **Does the delivery change the effect of the dose?** If orange juice differs from ascorbic acid at one dose and not at another, this does not yet show that the effect of the dose depends on the delivery: the
# difference of the two slopes must be tested. No claim depends on this test.

# %% tags=["hide-input"]
page.items([text.result_sentence(study, planned.loc[deliveries.contrast])], copy=True)

# %% [markdown]
# **Published analysis.** By the tests that are presumed:

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
# (tooth-limits)=
# ## Limitations
#
# - **Order.** The lengths were public before the rules were written, and two claims were made from them. The verdicts show the method on real animals, and are not a new test.
# - **The juice is more than the vitamin.** Orange juice contains other substances. A difference between the deliveries does not say which of them matters.
# - **The largest dose.** At 2 mg the deliveries hardly differ. The cells may have reached the length of a healthy guinea pig, so a larger effect could not be seen.
# - **Unknown procedures.** The lists do not say how the guinea pigs were assigned, how long they were fed, or whether the lengths were measured without knowing the group.
# - **From the list.** The first page of the paper was available, and the lengths only as R lists them.

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
# ## Rerun it on your guinea pigs
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`oj05`, `oj1`, `oj2`, `vc05`, `vc1` or `vc2`) and `length`, one row per guinea pig, and run
#
#     secretome rerun tooth_growth my_guinea_pigs.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output.

# %% tags=["remove-cell"]
alone = planned.loc[first.contrast]
page.say(alone=text.p_value(alone["pvalue"]), adjusted=text.p_value(alone["pvalue_adjusted"]))

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: tooth-exercise
# A colleague reports only the comparison at 0.5 mg, without adjustment: {glue:text}`alone`. The protocol gives {glue:text}`adjusted` for the same animals. Who is right?
# ```
#
# ```{solution} tooth-exercise
# :class: dropdown
# Both numbers are correct, for different questions. The first is right if this dose was chosen before the experiment and no other was compared. Here three doses were compared, and any of them
# could have been reported, so the chance that at least one is significant without an effect is larger than 0.05 unless each p is adjusted for the three.
# ```
#
# ```{take-aways}
# - A claim about one dose is adjusted for {ref}`every dose that was compared <tooth-methods>`, whether or not the claim mentions it.
# - The delivery changes the effect of the dose only if {ref}`the slopes differ <tooth-slopes>`.
# - Old data can show a method, but {ref}`cannot test a claim that was made from them <tooth-limits>`.
# ```
#
# ```{next}
# {doc}`Do the claims hold? <../ledger/analysis>` lists every verdict and measures how reliable verdicts are.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
