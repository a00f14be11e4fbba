# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (do-the-claims-hold)=
# # Has anyone tested these claims?
#
# **{glue:text}`headline`** This scoreboard lists every claim of this book and the verdict of every {term}`cohort`. A cohort is added when somebody {doc}`reruns a study <../../book/rerun>` on new animals and
# {doc}`publishes the result <../../book/reruns/index>`.

# %% tags=["remove-input"]
from secretome.power import measured_rates, trust
from secretome.power import tables as power_tables
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.publish import scoreboard
from secretome.publish import tables as publish_tables
from secretome.publish import text as publish_text
from secretome.report import figures, text
from secretome.report.page import Page, Panel

protocols = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
board, rates = scoreboard(), measured_rates()
planned = rates[rates["analysis"] == "planned"]
page = Page()
page.table(publish_tables.claims_by_cohorts(board, protocols), "Claims by cohorts", data=board)

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
    worst=f"{text.share(directional['supported'], directional['cohorts'])} (n = {directional['n']})",
    worst_equivalence=f"{text.share(equivalence['supported'], equivalence['cohorts'])} (n = {equivalence['n']})",
    looked_at=f"{len(false)}",
)

# %% [markdown]
# (ledger-not-counted)=
# {glue:text}`uncounted` A simulated cohort shows how the method works. Source data are the data from which a claim was derived, so they cannot test it.

# %% tags=["remove-input"]
for name, protocol in protocols.items():
    own = board[board["study"] == name]
    page.table(publish_tables.scoreboard_table(own, protocol), f"Effects and intervals: {protocol.title}", folded=True)

# %% [markdown] tags=["book-only"]
# ```{opening}
# :needs: {doc}`What a verdict means <../../book/verdicts>`
# - say which claims were tested on new animals
# - say what a verdict does not mean
# - say how reliable a verdict from a small cohort is
# ```

# %% [markdown]
# (ledger-worth)=
# ## How far to trust a verdict
#
# For each study, each scenario and each size from {glue:text}`sizes` animals per group, {glue:text}`cohorts` cohorts were simulated and analysed like the file of a laboratory. The results depend on the assumptions of
# the protocols, which {doc}`the sepsis study <../sepsis_cytokines/analysis>` and {doc}`the humoral study <../humoral_immunity/analysis>` list: other standard deviations or effects give other results. The number after ± is twice the standard error of the simulation.

# %% tags=["remove-input"]
page.warn("Simulated cohorts. These numbers were drawn by a computer; they are not evidence for or against a claim.")
simulated = [protocol for name, protocol in protocols.items() if (planned["study"] == name).any()]


def show_shares(name, lines_of, ylabel, reference, highest, caption):
    panels = []
    for protocol in simulated:
        lines = lines_of(planned, protocol)
        if lines:
            figure = figures.shares_figure(lines, ylabel, reference, highest)
            alt = trust.trust_alt(protocol, ylabel, lines)
            panels.append(Panel(figure, f"{name}-{protocol.key}", alt, protocol.title))
    page.panels(panels, caption)


show_shares(
    "true",
    trust.true_claims,
    "support a true claim",
    0.8,
    1.0,
    "If a claim is true: the share of simulated cohorts that support it, with the effects that the protocols assume. The dashed line is "
    "at 80 %. The rest is almost always inconclusive: with few animals, an inconclusive verdict says little about a true claim.",
)
show_shares(
    "false",
    trust.false_claims,
    "support a false claim",
    alpha / 2,
    0.06,
    "If a claim is false: the largest share of simulated cohorts that support such a claim, in each situation that makes claims false. The "
    "dashed line is the limit of the rules for a claim of a direction, 2.5 %; for a claim that nothing changes the limit is 5 %.",
)
show_shares(
    "opposite",
    trust.opposite_effects,
    "contradict the claim",
    0.8,
    1.0,
    "If the effect is the opposite of the claim: the share of simulated cohorts that contradict the claim. The dashed line is at 80 %.",
)

# %% [markdown]
# The rules are designed so that a false claim of a direction is supported in at most {glue:text}`false_direction` of cohorts, and a false claim that nothing changes in at most {glue:text}`false_unchanged`. Among
# {glue:text}`looked_at` estimates, the largest for a direction is {glue:text}`worst`, and for "unchanged" {glue:text}`worst_equivalence`. The largest of many estimates is probably too high.

# %% tags=["remove-input"]
page.table(power_tables.worth_table(rates, protocols, at), f"Claims with n = {at} per group, simulated", folded=True)
for name, protocol in protocols.items():
    for key, claim in protocol.claims.items():
        own = planned[(planned["study"] == name) & (planned["claim"] == key)]
        if len(own):
            title = f"Share supported: {claim.sentence.rstrip('.')}"
            page.table(power_tables.rates_table(own, "supported", protocol), title, folded=True, data=own)

# %% [markdown]
# ## What a verdict does not mean
#
# - **Supported** does not mean that the claim is true, or that the effect is as large as published.
# - **Contradicted** does not mean that the authors' data were wrong. Their animals, cells and procedures were different.
# - **Inconclusive** does not mean that there is no effect.
# - **Untestable** is a property of the cohort, not of the claim.
#
# (ledger-rules)=
# ## Decision rules
#
# The rules are the same for every cohort. They were registered on these dates:

# %% tags=["remove-input"]
page.items(f"{protocol.title}: {text.registered_sentence(protocol)}" for protocol in protocols.values())
for protocol in protocols.values():
    page.table(publish_tables.rules_table(protocol, alpha), f"Rules: {protocol.title}", folded=True)

# %% [markdown]
# ### Published tests
#
# The authors' presumed tests use no equivalence margins and mostly no adjustment, so they mostly support more false claims. They support more true claims in some studies and fewer in others, because an exact test of few animals has few
# possible p-values.

# %% tags=["remove-input"]
published = rates[rates["analysis"] == "published"]
for name, protocol in protocols.items():
    own = published[(published["study"] == name) & published["scenario"].isin(["as_published", "null"])]
    if own.empty:
        page.items([f"{protocol.title}: {text.NOT_MEASURED}."])
        continue
    page.table(
        power_tables.rates_table(own, "supported", protocol, named=True),
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
# {doc}`Published tables <../published_cohorts/analysis>`: are the numbers of published papers consistent? Or {doc}`rerun a study on your own animals <../../book/rerun>`.
# ```
