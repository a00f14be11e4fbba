"""How far to trust a verdict: shares of simulated cohorts against group size, for figures."""

import textwrap

import pandas as pd

from secretome.protocol import Protocol

MAX_LINE_LENGTH = 50


def true_claims(rates: pd.DataFrame, protocol: Protocol) -> dict[str, pd.DataFrame]:
    """For each claim the share of cohorts that support it if it is true as published, by n.

    `rates` holds planned rows of `measured_rates`.

    Examples
    --------
    >>> from secretome.power import measured_rates
    >>> from secretome.protocol import load_protocol, study_folder
    >>> rates = measured_rates()
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> list(true_claims(rates[rates["analysis"] == "planned"], protocol))[0]
    '150 µL of secretome lowers serum IL-6'
    """
    own = rates[(rates["study"] == protocol.key) & (rates["scenario"] == "as_published")]
    return {_name(claim.sentence): _line(own[own["claim"] == key]) for key, claim in protocol.simulated.claims.items()}


def false_claims(rates: pd.DataFrame, protocol: Protocol) -> dict[str, pd.DataFrame]:
    """For each scenario in which claims are false, the largest share of cohorts that support one of them, by n."""
    own = rates[(rates["study"] == protocol.key) & (rates["truth"] == "false")]
    scenarios = protocol.simulation.scenarios if protocol.simulation else {}
    largest = own.groupby(["scenario", "n"], as_index=False)["supported"].max()
    return {
        _name(assumed.about): _line(largest[largest["scenario"] == name])
        for name, assumed in scenarios.items()
        if (largest["scenario"] == name).any()
    }


def opposite_effects(rates: pd.DataFrame, protocol: Protocol) -> dict[str, pd.DataFrame]:
    """For each claim the share of cohorts that contradict it if the effect is opposite, by n."""
    own = rates[(rates["study"] == protocol.key) & (rates["scenario"] == "reversed")]
    own = own[own["truth"] == "false"].assign(supported=own["contradicted"])
    return {
        _name(claim.sentence): _line(own[own["claim"] == key])
        for key, claim in protocol.claims.items()
        if (own["claim"] == key).any()
    }


def trust_alt(protocol: Protocol, what: str, lines: dict[str, pd.DataFrame]) -> str:
    """Alternative text of a figure of shares: each line at its smallest and largest n."""
    parts = []
    for name, line in lines.items():
        ends = line.sort_values("n").iloc[[0, -1]]
        values = ", ".join(f"{100 * row['share']:.3g} % at n = {row['n']:.0f}" for _, row in ends.iterrows())
        parts.append(f"{' '.join(name.split())}: {values}")
    return (
        f"{protocol.title}, simulated {protocol.units}: the share of cohorts that {what}, by the number per group. "
        f"{'; '.join(parts)}."
    )


def _line(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["n", "supported"]].rename(columns={"supported": "share"}).sort_values("n", ignore_index=True)


def _name(sentence: str) -> str:
    return textwrap.fill(sentence[0].upper() + sentence[1:].rstrip("."), MAX_LINE_LENGTH)
