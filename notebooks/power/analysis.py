# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (how-many-animals)=
# # Sample size for each claim
#
# You want to test a claim of this book on new animals. This page gives a group size for each claim, and a sentence for the application to your ethics committee. A group can be too small as well as too large: a cohort that is too
# small to decide a claim uses animals without a result.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - choose a group size for a claim, and state its assumptions
# - explain why a published effect is often too large
# ```

# %% tags=["remove-input"]
from secretome.power import tables as power_tables
from secretome.power import text as power_text
from secretome.report import figures, text
from secretome.power import measured_plans
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.report.page import Page

protocols = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
plans, target = measured_plans(), 0.8
page = Page()

# %% tags=["remove-cell"]
page.say(
    target=text.percent(target),
    sizes=f"{plans['n'].min()} to {plans['n'].max()}",
    fewest=f"{plans['cohorts'].min()}",
    most=f"{plans['cohorts'].max():,}".replace(",", " "),
)

# %% [markdown]
# (power-numbers)=
# ## Group sizes
#
# The table gives the smallest group size with which a true claim is supported in {glue:text}`target` of cohorts. The first column uses the effects that each protocol assumes
# from the publications. **These sizes are probably too small.** Effects that were published because they were significant tend to be too large {cite}`button-2013`, so plan for three quarters or half of the effect (on the log scale: half of a
# ratio of 4 is a ratio of 2).

# %% tags=["remove-input"]
page.warn("Simulated animals. The standard deviations are assumptions, and those of your animals may be larger.")
page.table(
    power_tables.needs_table(plans, protocols, target),
    f"Smallest n per group, of those measured, that supports in {text.percent(target)}",
)

# %% [markdown]
# "More than" means that no simulated size is enough. A dash means that the fraction does not apply: the claim is that nothing changes, or no group is a control. A share just below {glue:text}`target` can be rounded to
# {glue:text}`target` in the tables below, and is not enough. A claim about six groups requires an effect in all six, and if its smallest effect lies near the equivalence margins it needs more animals than
# anyone should use: test such a claim at one dose.
#
# ## Power curves
#
# Each size from {glue:text}`sizes` was simulated in {glue:text}`fewest` to {glue:text}`most` cohorts; the number after ± is twice the standard error. If a curve falls again, that
# fraction of the effect lies inside the {term}`equivalence margins`: more animals then correctly show that the effect is too small to matter.

# %% tags=["remove-input"]
for name, protocol in protocols.items():
    own = plans[plans["study"] == name]
    if own.empty:
        page.items([f"{protocol.title}: {text.NOT_MEASURED}."])
        continue
    titles = {key: power_text.claim_heading(claim) for key, claim in protocol.simulated.claims.items()}
    page.figure(
        figures.planning_figure(own, titles, target),
        f"plans-{name}",
        power_text.planning_alt(protocol, own, target),
        power_text.planning_caption(protocol, own, target),
    )
    page.table(power_tables.plans_table(own, protocol), f"Share supported: {protocol.title}", folded=True)

# %% [markdown]
# (power-min-pvalues)=
# ## When can an exact test be significant?
#
# The authors' presumed tests are {term}`permutation` tests, and with few animals there are few permutations. With fewer animals than in the table, such a test cannot reach 0.05 with any data.

# %% tags=["remove-input"]
page.table(power_tables.exact_table(protocols), "Smallest n with which the presumed exact test can reach p ≤ 0.05")

# %% [markdown]
# ## A sentence for the ethics form
#
# For three quarters of the assumed effect, if a simulated size is enough:

# %% tags=["remove-input"]
page.items(power_text.plan_sentences(protocols, plans, target, effect=0.75), copy=True)

# %% [markdown]
# ## For your own numbers
#
# The form draws 1000 simulated cohorts for each size:

# %% [markdown] tags=["book-only"]
# ```{include} ../../_build/parts/power.md
# ```

# %% [markdown]
# The command simulates any size, scenario and fraction of the effect, with more cohorts:
#
#     secretome power sepsis_cytokines --claim il6_falls_t2 --effect 0.5
#     secretome power humoral_immunity -n 8,12,16
#
# Without `-n` it finds the smallest number that reaches `--target`, and prints the sentence. It draws 20 000 cohorts per size, fewer in groups of more than 10, and 2000 in groups of more than 100 or if values
# below the limit of the assay need a fitted model. It searches with 2000 cohorts per size, and then simulates the sizes around the smallest one with all of them. The table states twice the standard error of each share.
# In groups of more than 12, the published test is decided by its normal approximation, because counting the permutations of so many cohorts would take minutes.
#
# (power-not-in)=
# ```{admonition} Not included in these numbers
# :class: warning
# - **Deaths.** If one rat in four dies before sampling, divide by three quarters. The scenario `deaths` of the sepsis study shows the other effects of deaths.
# - **Cages.** If cages differ, ten mice in two cages carry less information than ten independent mice ({ref}`how much less <lesson-cages-share>`). Spread each group over several.
# - **A larger variance.** Twice the variance needs about twice the animals.
# ```

# %% tags=["remove-cell"]
page.say(started=f"{round(12 / (1 - 1 / 4))}")

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: power-exercise
# A claim needs twelve rats per group with a value at 48 hours, and one septic rat in four dies before. With how many do you start? Does that make the comparison valid?
# ```
#
# ```{solution} power-exercise
# :class: dropdown
# Twelve divided by three quarters: {glue:text}`started` per group. This restores the number, not the comparison. If a treatment changes which rats die, the survivors of the two groups are not comparable, and more rats do not fix that.
# ```
#
# ```{take-aways}
# - Plan for {ref}`three quarters or half <power-numbers>` of a published effect.
# - Below a certain number {ref}`an exact test cannot be significant <power-min-pvalues>` for any data.
# - Deaths, cages and larger variances {ref}`require more animals <power-not-in>`.
# ```
#
# ```{next}
# {doc}`Add your own study <../../book/own_study>`, or {doc}`rerun a study on your own cohort <../../book/rerun>`: `secretome template` makes an empty sheet for the data.
# ```
