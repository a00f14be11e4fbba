"""The scoreboard in words: what a claim is asked, which cohorts count, and what a simulated share is worth."""

import math

import pandas as pd

from secretome.protocol import Claim, Protocol
from secretome.words.numbers import Row, count, p_number, percent


def rule_words(protocol: Protocol, claim: Claim, alpha: float) -> tuple[str, str, str]:
    """The planned test of a claim, what supports it, and what contradicts it."""
    margin = protocol.endpoints[claim.endpoint].no_effect
    zone, k = f"{margin.low:g} to {margin.high:g}", len(claim.compared)
    way, back = ("above", "below") if claim.rises else ("below", "above")
    paired = protocol.design == "paired"
    if claim.kind == "unchanged":
        return (
            f"two one-sided t tests on logarithms, each of {k} groups",
            f"every {percent(1 - 2 * alpha)} interval lies inside {zone}",
            f"an interval at {percent(1 - alpha / k)} lies wholly outside it",
        )
    if claim.kind == "trend":
        return (
            f"Welch's t of the slope over {len(claim.doses)} doses, on logarithms",
            f"p ≤ {alpha:g}, slope {way} zero, and no step shown to go back",
            f"p ≤ {alpha:g}, slope {back} zero",
        )
    if claim.kind == "every":
        small = " and none lies inside the zone" if claim.negligible else ""
        flat = f", or lies inside {zone} at {p_number(alpha / k)}" if claim.negligible else ""
        return (
            f"Welch's t on logarithms, each of {k} groups",
            f"every p ≤ {alpha:g}, every ratio {way} 1{small}",
            f"one ratio {back} 1 with p ≤ {p_number(alpha / k)}{flat}",
        )
    family = f", p times {k}" if k > 1 else ""
    return (
        f"{'paired t' if paired else 'Welch’s t'} on logarithms{family}",
        f"p ≤ {alpha:g}, ratio {way} 1, and the {percent(1 - 2 * alpha)} interval not inside {zone}",
        f"p ≤ {alpha:g} and ratio {back} 1; or p > {alpha:g} and the interval inside {zone}",
    )


def cohort_heading(protocol: Protocol, row: Row) -> str:
    """A cohort at the head of its column: what it is, and how many."""
    n = f", {row['n']} {protocol.units}" if row["n"] else ""
    if row["origin"] == "simulated":
        return f"{row['n']} simulated {protocol.units}: {row['cohort']}"
    if row["source_data"]:
        return f"Source data: {row['cohort']}{n}"
    return f"{row['cohort']}{n}"


def headline(board: pd.DataFrame, protocols: dict[str, Protocol]) -> str:
    """How many independent cohorts of animals the claims were tested on."""
    animals = board[
        board["counts"]
        & board["study"].isin([key for key, protocol in protocols.items() if protocol.setting == "in vivo"])
    ]
    cohorts = animals[["study", "cohort"]].drop_duplicates()
    return f"Independent cohorts of animals tested against these claims so far: {len(cohorts)}."


def uncounted_sentence(board: pd.DataFrame) -> str:
    """How many cohorts are shown and not counted, and why."""
    pair = ["study", "cohort"]
    # A cohort of which any verdict counts is counted.
    rest = board[~board.groupby(pair)["counts"].transform("any")].drop_duplicates(pair)
    simulated, source = int((rest["origin"] == "simulated").sum()), int(rest["source_data"].astype(bool).sum())
    others = len(rest) - simulated - source
    more = f", and {count(others, 'other')} that could test nothing or were not measured for it" if others else ""
    return (
        f"Shown below and never counted: {count(simulated, 'simulated cohort')}, and {count(source, 'cohort')} of "
        f"source data{more}."
    )


NOT_MEASURED = "not measured yet"


def share(p: float, cohorts: int) -> str:
    """A simulated share with twice its standard error, in per cent.

    >>> share(0.82, 2000), share(0.0, 2000), share(1.0, 400)
    ('82 ± 1.7 %', '0 %', '100 %')
    """
    error = 2 * math.sqrt(p * (1 - p) / cohorts)
    if error == 0:
        return f"{100 * p:.0f} %"
    if p < 0.0005:
        return "under 0.1 %"
    return f"{100 * p:.{0 if p >= 0.1 else 1}f} ± {100 * error:.1f} %"


def rates_alt(protocol: Protocol, claim: Claim, rates: pd.DataFrame) -> str:
    """Alternative text of the figure of verdicts against group size."""
    parts = []
    for scenario, own in rates.groupby("scenario", sort=False):
        ordered = own.sort_values("n")
        least, most = ordered.iloc[0], ordered.iloc[-1]
        parts.append(
            f"{scenario} ({least['truth']}): supported in {share(least['supported'], least['cohorts'])} at n = "
            f"{least['n']}, {share(most['supported'], most['cohorts'])} at n = {most['n']}"
        )
    panels = f"Small panels, one per scenario: share of simulated cohorts against {protocol.units} per group."
    return f"{panels} {claim.sentence} {'; '.join(parts)}."
