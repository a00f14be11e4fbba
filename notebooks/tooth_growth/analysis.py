# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (tooth-growth)=
# # Vitamin C and tooth growth
#
# In guinea pigs, do teeth grow more with more vitamin C, as reported {cite}`dalldorf-1930`, and more with orange juice than with the same amount of ascorbic acid?
# **{glue:text}`answer`** The guinea pigs are real, and the value of each is published.

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
from secretome import adjudicate, analyse, load_study
from secretome.claims import decision_rows, examine, specifications
from secretome.report import figures, tables, text
from secretome.report.page import Page, Panel

study = load_study(
    study_folder or "tooth_growth",
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
first = claims["oj_beats_vc05"]
(deliveries,) = study.protocol.slopes.values()
alone = planned.loc[first.contrast]
page.say(
    answer=text.answer_sentence(study, verdicts),
    cohort_status=text.cohort_status_sentence(study, verdicts),
    registered=text.registration_sentence(study),
    margin=text.margin_phrase(study.protocol.endpoints["length"].equivalence_margin),
    stated_trend=claims["length_dose_oj"].published_test.stated,
    stated=first.published_test.stated,
    family=f"{len(first.compared)}",
    family_level=text.percent(1 - alpha / len(first.compared)),
    alone=text.p_value(alone["pvalue"]),
    adjusted=text.p_value(alone["pvalue_adjusted"]),
)

# %% tags=["remove-input"]
rows = [row for _, row in decision_rows(study, results, "oj_beats_vc05", rules["oj_beats_vc05"]).iterrows()]
figure = figures.groups_figure(study, "length", rows)
page.panels(
    [Panel(figure, "length", text.groups_alt(study, "length", rows))], text.groups_caption(study, ["length"], rows)
)

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - read an experiment of dose by delivery method
# - adjust a claim about one dose for the doses that it does not mention
# - test whether the effect of the dose depends on the delivery method
# ```

# %% [markdown]
# ## How the data were measured
#
# {doc}`The humoral study <../humoral_immunity/analysis>` compares three doses by two routes, {doc}`the sepsis study <../sepsis_cytokines/analysis>` two doses, and no individual values of either are published. This experiment
# has three doses by two delivery methods, so it asks **the same questions, on real animals**. Guinea pigs received 0.5, 1 or 2 mg of vitamin C a day, in orange juice or as ascorbic acid, and the length of the odontoblasts, the cells
# that form dentine, was measured in their incisors {cite}`crampton-1947`. R lists the lengths without a unit {cite}`r-core`. The {term}`experimental unit` is the guinea pig.
#
# That teeth grow more with more of the vitamin is a published claim: small amounts gave rates of growth "roughly proportional to dosage" {cite}`dalldorf-1930`. That study measured how fast teeth grow, not their cells. No source was
# found for the claims that orange juice has a larger effect than ascorbic acid at the two smaller doses: this book made them from these data, as an exercise.

# %% tags=["remove-input"]
page.table(tables.design_table(study), "Groups and animals of this cohort", folded=True)
page.table(tables.sources_table(study), "Sources", folded=True)
page.table(tables.groups_table(study), "Every measurement", folded=True, data=study.cohort.values)

# %% [markdown]
# (tooth-family)=
# ## Results
#
# ### Orange juice against ascorbic acid
#
# The three comparisons of the delivery methods form one family: each p is multiplied by {glue:text}`family` and each interval is at {glue:text}`family_level`. The claims mention two doses, but a reader who sees only these two does
# not know that a third was compared.

# %% tags=["remove-input"]
compared = planned.loc[list(first.compared)]
page.table(tables.planned_table(study, compared), "Orange juice against ascorbic acid at each dose", data=compared)

# %% [markdown]
# ### The dose

# %% tags=["remove-input"]
for key in ("length_dose_oj", "length_dose_vc"):
    slope = planned.loc[[claims[key].contrast, *claims[key].adjacent]]
    page.table(tables.planned_table(study, slope), claims[key].sentence.rstrip("."), data=slope)

# %% [markdown]
# (tooth-slopes)=
# If orange juice differs from ascorbic acid at one dose and not at another, this does not yet show that the effect of the dose depends on the delivery method: the difference of the two slopes must be tested. No claim depends on this
# test.

# %% tags=["remove-input"]
page.items([text.result_sentence(study, planned.loc[deliveries.contrast])])

# %% [markdown]
# ### Published analysis
#
# For the doses: {glue:text}`stated_trend`. For the delivery methods: {glue:text}`stated`.

# %% tags=["remove-input"]
page.table(tables.contrasts_table(study, published), "By the presumed tests", folded=True, data=published)

# %% [markdown]
# :::{admonition} Rules, margins and the status of this cohort
# :class: dropdown
#
# Lengths are compared by {term}`Welch's t` on the lengths themselves, because their standard deviations are similar although the means are not; the effect is a difference of means. The equivalence margins are
# {glue:text}`margin`. {doc}`The guide to verdicts <../../book/verdicts>` lists the rules.
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
# (tooth-limits)=
# ## Limitations
#
# - **Rules after the data.** The lengths were public before the rules were written, and two claims were made from them. The verdicts show the method on real animals, and are not a new test.
# - **Other substances.** Orange juice contains other substances. A difference between the delivery methods does not show which of the substances matters.
# - **Opposite results elsewhere.** By another measure of the teeth of guinea pigs, orange juice and ascorbic acid acted alike if they contained the same amount of the vitamin {cite}`harris-1933`.
# - **The largest dose.** At 2 mg the cells may have reached the length of a healthy guinea pig, so a larger effect could not be seen.
# - **Unknown procedures.** The list does not say how the guinea pigs were assigned, how long they were fed, or whether the lengths were measured without knowing the group.
# - **Secondary source.** Only the first page of the paper was available; the lengths are those that R lists.

# %% [markdown]
# ## Rerun it on your guinea pigs
#
# Put your values in a CSV or Excel file with the columns `animal`, `group` (`oj05`, `oj1`, `oj2`, `vc05`, `vc1` or `vc2`) and `length`, one row per guinea pig, and run
#
#     secretome rerun tooth_growth my_guinea_pigs.csv
#
# {doc}`The guide to reruns <../../book/rerun>` describes the file and the output, and {doc}`the page in your browser <../../book/try>` needs no installation.

# %% tags=["remove-input"]
page.paragraph(text.methods_paragraph(study, results, alpha=alpha, level=level), folded="Methods paragraph for a paper")
page.table(tables.arrive_table(study, results), "The ARRIVE Essential 10: items answered and items to add", folded=True)

# %% [markdown] tags=["book-only"]
# Journals ask for the items of the ARRIVE guidelines {cite}`percie-du-sert-2020`.
#
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
# - A claim about one dose is adjusted for {ref}`every dose that was compared <tooth-family>`, whether or not the claim mentions it.
# - The delivery method changes the effect of the dose only if {ref}`the slopes differ <tooth-slopes>`.
# - Old data can show a method, but {ref}`cannot test a claim that was made from them <tooth-limits>`.
# ```
#
# ```{next}
# {doc}`Has anyone tested these claims? <../ledger/analysis>` lists every verdict and measures how reliable verdicts are.
# ```

# %% tags=["remove-cell"]
page.save(results=results, verdicts=verdicts, checks=checks)
