"""Sentences on the number of animals for an application to an ethics committee."""

import textwrap
from collections.abc import Iterator, Mapping

import pandas as pd

from secretome.power.min_pvalues import first_exact_n
from secretome.protocol import Claim, Protocol
from secretome.report.text.decision_rules import rule_words
from secretome.report.text.numbers import Row, percent, share

EXACT_TESTS = {
    "mann_whitney": "Mann-Whitney",
    "jonckheere_terpstra": "Jonckheere-Terpstra",
    "signed_rank": "signed-rank",
}


def ethics_sentence(
    protocol: Protocol, key: str, n: int | None, rates: pd.DataFrame, target: float, alpha: float = 0.05
) -> str:
    """The sentence about the number of animals; `rates` holds all sizes tried, `n` is the smallest that suffices."""
    claim, planned = protocol.claims[key], rates[rates["analysis"] == "planned"].drop_duplicates("n").set_index("n")
    if n is None:
        most = planned.iloc[-1]
        return (
            f"No number of {protocol.units} up to {planned.index[-1]} per group supports this claim in "
            f"{percent(target)} of cohorts; {planned.index[-1]} do in {share(most['supported'], most['cohorts'])}."
        )
    row: Row = planned.loc[n]
    test, supported, _ = rule_words(protocol, claim, alpha)
    who = (
        f"{n} {protocol.units}"
        if protocol.design == "paired"
        else f"{n} {protocol.units} per group ({n * len(protocol.groups)} in total)"
    )
    fewer: Row = planned.loc[n - 1] if n - 1 in planned.index else None
    one_fewer = f"; {n - 1} would in {share(fewer['supported'], fewer['cohorts'])}" if fewer is not None else ""
    effect = (
        ""
        if rates["effect"].iloc[0] == 1
        else f" at {percent(rates['effect'].iloc[0])} of the assumed effect ({_scale(protocol, claim)})"
    )
    return (
        f"Number of {protocol.units}: with {who}, the claim “{claim.sentence.rstrip('.')}” is supported in "
        f"{share(row['supported'], row['cohorts'])} of {_grouped(row['cohorts'])} simulated cohorts in which it is "
        f"true{effect}{one_fewer}. Planned test: {test}; supported if {supported}."
    )


def _grouped(n: int) -> str:
    """A whole number, with a thin space between thousands from five digits on."""
    return f"{n:,}".replace(",", "\u202f") if n >= 10_000 else f"{n}"


def exact_sentence(protocol: Protocol, key: str) -> str:
    """Return from which group size on the authors' presumed exact test can reach 0.05; empty if it is not exact.

    The smallest p of a test of survival depends on the deaths, and not on the group size alone.
    """
    method = protocol.claims[key].published_method
    if method not in EXACT_TESTS:
        return ""
    per = "" if protocol.design == "paired" else " per group"
    return (
        f"The exact {EXACT_TESTS[method]} test can reach p ≤ 0.05 from "
        f"{first_exact_n(protocol, key)} {protocol.units}{per} on."
    )


def assumed_sentence(protocol: Protocol, scenario: str, effect: float) -> str:
    """The assumptions of simulated percentages."""
    about = protocol.simulation.scenarios[scenario].about if protocol.simulation else "nothing is assumed"
    scale = " or ".join(dict.fromkeys(_scale(protocol, claim) for claim in protocol.simulated.claims.values()))
    share_of_effect = "" if effect == 1 else f", each effect at {percent(effect)} of the assumed one ({scale})"
    return (
        f"All percentages are of simulated {protocol.units}, drawn from the assumptions of the study's protocol: "
        f"{scenario} ({about}){share_of_effect}. The number after ± is twice the standard error of the simulation. "
        "Other standard deviations or effects need other numbers."
    )


def plan_sentences(
    protocols: Mapping[str, Protocol], plans: pd.DataFrame, target: float, *, effect: float
) -> Iterator[str]:
    """The sentence for every claim for which a simulated size is enough."""
    for study, protocol in protocols.items():
        for key in protocol.simulated.claims:
            of_claim = plans[(plans["study"] == study) & (plans["claim"] == key) & (plans["effect"] == effect)]
            enough = of_claim[of_claim["supported"] >= target]["n"]
            if len(enough):
                yield ethics_sentence(protocol, key, int(enough.min()), of_claim, target)


def claim_heading(claim: Claim, longest: int = 25) -> str:
    """A claim as the heading of a small panel, wrapped."""
    return textwrap.fill(claim.sentence.rstrip("."), longest, break_on_hyphens=False)


def planning_alt(protocol: Protocol, plans: pd.DataFrame, target: float) -> str:
    """Alternative text of the curves of a study."""
    parts = []
    for key, claim in protocol.simulated.claims.items():
        for effect in sorted(plans.loc[plans["claim"] == key, "effect"].unique(), reverse=True):
            of_claim = plans[(plans["claim"] == key) & (plans["effect"] == effect)]
            enough = of_claim[of_claim["supported"] >= target]["n"]
            reached = f"from n = {enough.min()}" if len(enough) else f"at no n up to {of_claim['n'].max()}"
            parts.append(
                f"{claim.sentence} At {percent(effect)} of the effect supported in {percent(target)} {reached}."
            )
    return (
        f"Small panels, one per claim: share of simulated cohorts that support it, against {_counted(protocol)}. "
        f"{' '.join(parts)}"
    )


def planning_caption(protocol: Protocol, plans: pd.DataFrame, target: float) -> str:
    """Caption of the curves of a study. Without a control, only the assumed effect is simulated, and no n is marked."""
    reduced = (plans["effect"] < 1).any()
    marked = (
        " The marked n is the smallest simulated size that reaches it with three quarters of the assumed effect; a "
        "panel without a mark has none."
    )
    return (
        f"{protocol.title}: the share of simulated cohorts that support each claim, against the number of "
        f"{_counted(protocol)}, for the assumed effect{' and two fractions of it' if reduced else ''}. The horizontal "
        f"line is at {percent(target)}.{marked if reduced else ''}"
    )


def _counted(protocol: Protocol) -> str:
    """What n counts: the animals of a group, or all units of a paired study."""
    return protocol.units if protocol.design == "paired" else f"{protocol.units} per group"


def _scale(protocol: Protocol, claim: Claim) -> str:
    return f"{protocol.endpoints[claim.endpoint].equivalence_margin.scale} scale"
