# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (do-the-claims-hold)=
# # Do the claims hold?

# %% tags=["hide-input"]

from secretome.power import tables as power_tables
from secretome.power import text as power_text
from secretome.publish import tables as publish_tables
from secretome.publish import text as publish_text
from secretome.report import figures, text
from secretome.power import measured_rates
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.publish import scoreboard
from secretome.report.page import Page
from secretome.cohort.simulate import scenarios_about

protocols = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
board, rates = scoreboard(), measured_rates()
planned = rates[rates["analysis"] == "planned"]
page = Page()

# %% tags=["remove-cell"]
at, alpha = 12, 0.05
page.say(false_direction=text.percent(alpha / 2), false_unchanged=text.percent(alpha))
false = planned[planned["truth"] == "false"]
directional = false[false["claim"] != "phagocytosis_unchanged"].sort_values("supported").iloc[-1]
equivalence = false[false["claim"] == "phagocytosis_unchanged"].sort_values("supported").iloc[-1]
page.say(
    headline=publish_text.headline(board, protocols),
    uncounted=publish_text.uncounted_sentence(board),
    cohorts=f"{planned['cohorts'].max()}",
    sizes=f"{planned['n'].min()} to {planned['n'].max()}",
    at=f"{at}",
    worst=f"{text.share(directional['supported'], directional['cohorts'])} ({directional['scenario']}, n = {directional['n']})",
    worst_equivalence=f"{text.share(equivalence['supported'], equivalence['cohorts'])} ({equivalence['scenario']}, n = {equivalence['n']})",
    looked_at=f"{len(false)}",
)

# %% [markdown]
# **{glue:text}`headline`**
#
# This page is the scoreboard: it lists the claims of every study in this book and the verdict of each {term}`cohort`. A cohort is added when somebody
# {doc}`reruns a study <../../book/rerun>` on new animals and {doc}`publishes the result <../../book/reruns/index>`.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - say which claims were tested on new animals
# - say what a verdict does not mean
# - say how reliable a verdict from a small cohort is
# ```

# %% [markdown]
# ## Independent cohorts

# %% tags=["hide-input"]
for name, protocol in protocols.items():
    own = board[board["counts"] & (board["study"] == name)]
    if len(own):
        page.table(publish_tables.scoreboard_table(own, protocol), f"Independent cohorts: {protocol.title}")
    else:
        page.items([f"{protocol.title}: none yet."])

# %% [markdown]
# (ledger-not-counted)=
# ## Not counted
#
# {glue:text}`uncounted` A simulated cohort shows how the method works. Source data are the data from which a claim was derived, so
# they cannot test it.

# %% tags=["hide-input"]
page.warn("Simulated cohorts. These numbers were drawn by a computer; they are not evidence for or against a claim.")
uncounted = board[~board["counts"]]
simulated = uncounted["origin"] == "simulated"
for which, caption in ((simulated, "Simulated, no evidence"), (~simulated, "Not counted")):
    for name, protocol in protocols.items():
        own = uncounted[which & (uncounted["study"] == name)]
        if len(own):
            page.table(publish_tables.scoreboard_table(own, protocol), f"{caption}: {protocol.title}")

# %% [markdown]
# Ratios are of geometric means, treated over control, with their intervals. For a claim about every group, the ratio is that of the group on which the claim depends.
#
# ## What a verdict does not mean
#
# - **Supported** does not mean that the claim is true, or that the effect is as large as published. By chance alone up to {glue:text}`false_direction` of cohorts support a false claim of a direction, and up to {glue:text}`false_unchanged` a false claim that nothing changes.
# - **Contradicted** does not mean that the authors' data were wrong. Their animals, cells and procedures were different.
# - **Inconclusive** does not mean that there is no effect. In small cohorts it is the most common verdict on a true claim, as the next section shows.
# - **Untestable** is a property of the cohort, not of the claim.
#
# (ledger-rules)=
# ## Decision rules
#
# The rules are the same for every cohort. They were registered on these dates:

# %% tags=["hide-input"]
page.items(f"{protocol.title}: {text.registered_sentence(protocol)}" for protocol in protocols.values())
for protocol in protocols.values():
    page.table(publish_tables.rules_table(protocol, alpha), f"Rules: {protocol.title}", folded=True)

# %% [markdown]
# (ledger-worth)=
# ## How often verdicts are right
#
# For each study, each scenario and each size from {glue:text}`sizes` animals per group, {glue:text}`cohorts` cohorts were simulated and analysed like the file of a
# laboratory. The number after ± is twice the standard error of the simulation. The results depend on the {doc}`assumptions of the sepsis study <../sepsis_cytokines/analysis>` and
# {doc}`of the humoral study <../humoral_immunity/analysis>`: other standard deviations or effects give other results.
#
# The rules are designed so that a false claim of a direction is supported in at most {glue:text}`false_direction` of cohorts, and a false claim that nothing changes in at most {glue:text}`false_unchanged`. Among
# {glue:text}`looked_at` estimates, the largest for a direction is {glue:text}`worst`, and for "unchanged" {glue:text}`worst_equivalence`. The largest of many estimates is probably too high.
#
# With {glue:text}`at` animals per group:

# %% tags=["hide-input"]
page.table(power_tables.worth_table(rates, protocols, at), f"Claims with n = {at} per group, simulated")

# %% [markdown]
# "True" means true with the assumed size of the effect. If a true claim is often inconclusive, an inconclusive verdict says little, and only more animals can decide the claim.
#
# ### Claim by claim
#
# Each panel is one scenario; the brackets say whether the claim is true in it. "Too small" means an effect in the claimed direction that lies inside the equivalence margins. Blue is the
# percentage supported, orange contradicted, grey untestable; the rest up to 100 % is inconclusive. Bars are two standard errors. Scenarios that do not change the endpoint of a claim
# are shown only in the tables.

# %% tags=["hide-input"]
for name, protocol in protocols.items():
    for key, claim in protocol.claims.items():
        own = planned[(planned["study"] == name) & (planned["claim"] == key)]
        if own.empty:
            page.items([f"{claim.sentence} {text.NOT_MEASURED.capitalize()}."])
            continue
        drawn = own[own["scenario"].isin(scenarios_about(protocol, claim.endpoint))]
        titles = {
            scenario: f"{scenario} ({truth})" for scenario, truth in drawn.groupby("scenario")["truth"].first().items()
        }
        page.line(claim.sentence)
        page.figure(figures.rates_figure(drawn, titles), f"rates-{key}", power_text.rates_alt(protocol, claim, drawn))
        page.table(
            power_tables.rates_table(own, "supported"),
            f"Share supported: {claim.sentence.rstrip('.')}",
            folded=True,
            data=own,
        )

# %% [markdown]
# ### Published tests
#
# The authors' presumed tests use no equivalence margins and mostly no adjustment. They support more true claims and also more false claims.

# %% tags=["hide-input"]
published = rates[rates["analysis"] == "published"]
for name, protocol in protocols.items():
    own = published[(published["study"] == name) & published["scenario"].isin(["as_published", "null"])]
    if own.empty:
        page.items([f"{protocol.title}: {text.NOT_MEASURED}."])
        continue
    shown = own.assign(
        scenario=[f"{protocol.claims[row['claim']].sentence} In {row['scenario']}." for _, row in own.iterrows()]
    )
    page.table(
        power_tables.rates_table(shown, "supported"),
        f"Share supported by the published test: {protocol.title}",
        folded=True,
        data=own,
    )

# %% tags=["remove-cell"]
page.say(laboratories=f"{round(1 / (alpha / 2))}")

# %% [markdown] tags=["book-only"]
# ```{exercise}
# :label: ledger-exercise
# A claim of a direction is false: the treatment has no effect. Forty laboratories each test one cohort by these rules. How many do you expect to support the claim? One of these laboratories publishes its result. What do its
# readers see?
# ```
#
# ```{solution} ledger-exercise
# :class: dropdown
# By the rules, a false claim of a direction is supported in at most {glue:text}`false_direction` of cohorts, one in {glue:text}`laboratories`: about one laboratory. If only that laboratory publishes, its readers see a supported claim and none of the other results. For this reason
# this page also lists cohorts that do not support a claim.
# ```
#
# ```{take-aways}
# - {glue:text}`headline` {ref}`What is not counted, and why <ledger-not-counted>`.
# - A verdict is the answer of one cohort by the rules of a protocol. {ref}`The decision rules <ledger-rules>` say what decides, and when they were registered.
# - With few animals, a true claim is mostly inconclusive. {ref}`How often verdicts are right <ledger-worth>` gives the percentages.
# ```
#
# ```{next}
# {doc}`Rerun a study on your own animals <../../book/rerun>`, or see {doc}`how many animals a claim needs <../power/analysis>`.
# ```
