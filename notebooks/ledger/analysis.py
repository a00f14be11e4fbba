# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
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
# This page is the scoreboard: the claims of every study in this book, and what each {term}`cohort` answered. It grows when somebody
# {doc}`reruns a study <../../book/rerun>` on animals of their own and {doc}`publishes the result <../../book/reruns/index>`.

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - say which claims were tested on new animals
# - say what a verdict does not mean
# - say how far to trust a verdict from a small cohort
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
# {glue:text}`uncounted` A simulated cohort shows that the method works, on animals that a computer made up. Source data are what a claim was made from, so that
# they cannot test it.

# %% tags=["hide-input"]
page.warn("Simulated cohorts. A computer made these numbers; none of them is evidence for or against a claim.")
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
# - **Contradicted** does not mean that the authors' data were wrong. Their animals, cells and hands were others.
# - **Inconclusive** does not mean that there is no effect. In small cohorts it is the most common answer to a true claim, as the next section shows.
# - **Untestable** says something about the cohort, and nothing about the claim.
#
# (ledger-rules)=
# ## The rules
#
# They are the same for every cohort. The rules of each protocol were registered on these dates:

# %% tags=["hide-input"]
page.items(f"{protocol.title}: {text.registered_sentence(protocol)}" for protocol in protocols.values())
for protocol in protocols.values():
    page.table(publish_tables.rules_table(protocol, alpha), f"Rules: {protocol.title}", folded=True)

# %% [markdown]
# (ledger-worth)=
# ## What a verdict is worth
#
# How often would the rules be right? A computer drew {glue:text}`cohorts` cohorts for each study, each scenario and each size from {glue:text}`sizes` animals a group, and each was judged as
# a laboratory's file would be. Behind ± stands twice the simulation's own error. All of it rests on the {doc}`assumptions of the sepsis study <../sepsis_cytokines/analysis>` and
# {doc}`of the humoral study <../humoral_immunity/analysis>`: other spreads or effects give other shares.
#
# The rules are made so that a claim of a direction is supported in at most {glue:text}`false_direction` of cohorts where it is false, and a claim that nothing changes in at most {glue:text}`false_unchanged`. Of
# {glue:text}`looked_at` shares, the highest for a direction is {glue:text}`worst`, and for "unchanged" {glue:text}`worst_equivalence`. The largest of many estimates is probably too high.
#
# With {glue:text}`at` animals a group:

# %% tags=["hide-input"]
page.table(power_tables.worth_table(rates, protocols, at), f"Claims at n = {at} a group, simulated")

# %% [markdown]
# "True" means true with the size that was assumed. Where a claim is left open so often although it is true, an open verdict says little, and only more animals would say more.
#
# ### Claim by claim
#
# Each panel is one scenario; in brackets stands whether the claim is true there. "Too small" is an effect in the claimed direction that lies inside the equivalence margins. Blue is the
# share supported, orange contradicted, grey untestable; what is missing to 100 % is inconclusive. Bars are two standard errors. Scenarios that do not touch what a claim
# is about are left to the tables.

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
# ### By the published tests
#
# The authors' presumed tests use no equivalence margins and mostly no adjustment. They support more true claims, and more false claims.

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
# A claim of a direction is false: the treatment does nothing. Forty laboratories each run one cohort, and each is judged by these rules. How many do you expect to support the claim? One of them publishes. What does its
# reader see?
# ```
#
# ```{solution} ledger-exercise
# :class: dropdown
# The rules let a false direction be supported in at most {glue:text}`false_direction` of cohorts, one in {glue:text}`laboratories`: about one laboratory. If that one publishes, its reader sees a supported claim and none of the others. That is why
# this page keeps cohorts that support nothing.
# ```
#
# ```{take-aways}
# - {glue:text}`headline` {ref}`What is not counted, and why <ledger-not-counted>`.
# - A verdict is one cohort's answer by the rules of a protocol. {ref}`The rules <ledger-rules>` say what decides, and when they were registered.
# - From few animals, "inconclusive" is what a true claim mostly gets. {ref}`What a verdict is worth <ledger-worth>` says how often.
# ```
#
# ```{next}
# {doc}`Rerun a study on your own animals <../../book/rerun>`, or see {doc}`how many it takes <../power/analysis>`.
# ```
