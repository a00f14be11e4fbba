# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (how-many-animals)=
# # How many animals?
#
# **The question.** You want to test a claim of this book on animals of your own. How many do you need, for an answer that is more than a shrug?
#
# **What you leave with.** A number for each claim, and a sentence for the application to your ethics committee. Too few animals are wasted as surely as too many: a cohort that could
# never have decided has cost lives for nothing.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - choose a group size for a claim, and say what it rests on
# - see why a published effect should not be taken at its word
# ```

# %% tags=["hide-input"]
from secretome.power import tables as power_tables
from secretome.power import text as power_text
from secretome.report import figures, text
from secretome.power import first_exact_n, measured_plans
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
    most=f"{plans['cohorts'].max()}",
)

# %% [markdown]
# (power-numbers)=
# ## The numbers
#
# The table gives the smallest group with which a claim is supported in {glue:text}`target` of cohorts in which it is true. The first column takes the effect as the studies' pages assume
# it, from what is printed. **This is not enough.** Effects that were published because they were significant tend to be too large {cite}`button-2013`, so plan for three quarters or half of one (on the log scale: half of a
# ratio of 4 is a ratio of 2).

# %% tags=["hide-input"]
page.warn("Simulated animals. The spreads are assumptions, and yours may be larger.")
page.table(
    power_tables.needs_table(plans, protocols, target),
    f"Smallest n per group, of those measured, that supports in {text.percent(target)}",
)

# %% [markdown]
# "More than" means that no measured size is enough. A claim about six groups needs all six to succeed, and one whose smallest effect lies near the equivalence margins needs more animals than
# anyone should use: such a claim is better asked of one dose.
#
# ## The whole curve
#
# Each panel is a claim; the line across stands at {glue:text}`target`. Sizes are from {glue:text}`sizes`, each from {glue:text}`fewest` to {glue:text}`most` cohorts. Where a curve falls again, that
# share of the effect lies inside the {term}`equivalence margins`: more animals then show it to be too small to matter, as they should.

# %% tags=["hide-input"]
for name, protocol in protocols.items():
    own = plans[plans["study"] == name]
    if own.empty:
        page.items([f"{protocol.title}: {text.NOT_MEASURED}."])
        continue
    page.line(protocol.title)
    titles = {key: power_text.claim_heading(claim) for key, claim in protocol.claims.items()}
    page.figure(
        figures.planning_figure(own, titles, target), f"plans-{name}", power_text.planning_alt(protocol, own, target)
    )
    page.table(power_tables.plans_table(own, protocol), f"Share supported: {protocol.title}", folded=True)

# %% [markdown]
# (power-floors)=
# ## When can an exact test be significant?
#
# The authors' presumed tests are permutation tests, and few animals allow few permutations. With fewer animals than this, such a test cannot reach 0.05 for any data.

# %% tags=["hide-input"]
page.items(
    f"{claim.sentence} {power_text.exact_sentence(protocol, claim, first_exact_n(protocol, key))}"
    for protocol in protocols.values()
    for key, claim in protocol.claims.items()
)

# %% [markdown]
# ## A sentence for the ethics form
#
# For three quarters of the assumed effect, where a measured size is enough:

# %% tags=["hide-input"]
page.items(power_text.plan_sentences(protocols, plans, target, effect=0.75), copy=True)

# %% [markdown]
# ## For your own numbers
#
# The command simulates any size, scenario and share of the effect:
#
#     secretome power sepsis_cytokines --claim il6_falls_t2 --effect 0.5
#     secretome power humoral_immunity -n 8,12,16
#
# Without `-n` it looks for the smallest number that reaches `--target`, and prints the sentence. It draws 100 000 cohorts a size where every test is a formula, and 2000 where values below the
# assay's limit need a fitted model.
#
# (power-not-in)=
# ```{admonition} What is not in these numbers
# :class: warning
# - **Deaths.** If one rat in four dies before sampling, divide by three quarters. The scenario `deaths` of the sepsis study shows what else they do.
# - **Cages.** If cages differ, ten mice in two cages carry less information than ten independent mice ({ref}`how much less <lesson-cages-share>`). Spread each group over several.
# - **A wider spread.** Twice the variance needs about twice the animals.
# ```

# %% tags=["remove-cell"]
page.say(started=f"{round(12 / (1 - 1 / 4))}")

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: power-exercise
# A claim needs twelve rats a group with a value at 48 hours, and one septic rat in four dies before. How many do you start with? Does that make the answer safe?
# ```
#
# ```{solution} power-exercise
# :class: dropdown
# Twelve over three quarters: {glue:text}`started` a group. It restores the number, not the comparison. If a treatment changes who dies, survivors are compared with survivors of another kind, and no number of rats mends that.
# ```
#
# ```{take-aways}
# - Plan for {ref}`three quarters or half <power-numbers>` of a published effect.
# - Below a certain number {ref}`an exact test cannot be significant <power-floors>` for any data.
# - Deaths, cages and wider spreads {ref}`come on top <power-not-in>`.
# ```
#
# ```{next}
# {doc}`Rerun a study on your own cohort <../../book/rerun>`: `secretome template` makes the sheet to fill in.
# ```
