"""Tables of how often simulated cohorts support each claim."""

from collections.abc import Mapping, Sequence

import pandas as pd

from secretome.power.min_pvalues import first_exact_n
from secretome.power.text import EXACT_TESTS
from secretome.protocol import Protocol
from secretome.report import text


def worth_table(rates: pd.DataFrame, protocols: Mapping[str, Protocol], n: int) -> pd.DataFrame:
    """How often each claim is supported if it is true as published and, in the worst case, if it is false.

    `rates` has a column truth.
    """
    rows = []
    planned = rates[(rates["analysis"] == "planned") & (rates["n"] == n)]
    for study, claim in (
        (study, claim) for study, protocol in protocols.items() for claim in protocol.simulated.claims
    ):
        cells = planned[(planned["study"] == study) & (planned["claim"] == claim)]
        as_published = cells[cells["scenario"] == "as_published"]
        if as_published.empty:
            rows.append((protocols[study].claims[claim].sentence, *[text.NOT_MEASURED] * 3))
            continue
        published = as_published.iloc[0]
        false = cells[cells["truth"] == "false"].sort_values("supported")
        worst = false.iloc[-1] if len(false) else None
        rows.append(
            (
                protocols[study].claims[claim].sentence,
                text.share(published["supported"], published["cohorts"]),
                "–" if worst is None else _worst(worst, protocols[study]),
                text.share(published["inconclusive"], published["cohorts"]),
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "Claim",
            "Supported if true as published",
            "Supported if false, largest",
            "Inconclusive if true",
        ],
    )


def rates_table(rates: pd.DataFrame, verdict: str, protocol: Protocol, *, named: bool = False) -> pd.DataFrame:
    """The share of one verdict in every scenario, one column per group size; if `named`, with the claim of each row."""
    order = list(protocol.simulation.scenarios) if protocol.simulation else []
    rates = rates.sort_values(["claim", "scenario"], key=lambda keys: keys.map(_places(protocol, order)), kind="stable")
    named_rows = {"Claim": [protocol.claims[key].sentence for key in rates["claim"]]} if named else {}
    scenarios = [_capitalized(text.scenario_words(protocol, scenario)) for scenario in rates["scenario"]]
    return _by_size(rates, {**named_rows, "Scenario": scenarios, "The claim is": list(rates["truth"])}, verdict)


def power_table(rates: pd.DataFrame) -> pd.DataFrame:
    """The chance of each verdict, size by size, and of support by the published test."""
    planned = rates[rates["analysis"] == "planned"].set_index("n")
    published = rates[rates["analysis"] == "published"].set_index("n")
    names = {
        "supported": "Supported",
        "contradicted": "Contradicted",
        "inconclusive": "Inconclusive",
        "untestable": "Untestable",
    }
    columns = {
        name: [text.share(row[verdict], row["cohorts"]) for _, row in planned.iterrows()]
        for verdict, name in names.items()
    }
    if len(published):
        supports = {n: text.share(row["supported"], row["cohorts"]) for n, row in published.iterrows()}
        columns["Published test supports"] = [supports.get(n, "–") for n in planned.index]
    return pd.DataFrame({"n": planned.index, **columns})


def needs_table(plans: pd.DataFrame, protocols: Mapping[str, Protocol], target: float) -> pd.DataFrame:
    """The smallest measured n at which each claim reaches the target, one column per share of the assumed effect."""
    planned = plans[plans["analysis"] == "planned"]
    columns = {
        effect: f"{text.percent(effect)} of the effect" for effect in sorted(planned["effect"].unique(), reverse=True)
    }
    rows: list[dict[str, str]] = []
    for study, protocol in protocols.items():
        for key, claim in protocol.simulated.claims.items():
            of_claim = planned[(planned["study"] == study) & (planned["claim"] == key)]
            if of_claim.empty:
                rows.append({"Claim": claim.sentence, **dict.fromkeys(columns.values(), text.NOT_MEASURED)})
                continue
            cells = {}
            for effect in sorted(of_claim["effect"].unique(), reverse=True):
                curve = of_claim[of_claim["effect"] == effect]
                enough = curve[curve["supported"] >= target]["n"]
                cells[effect] = f"{enough.min()}" if len(enough) else f"more than {curve['n'].max()}"
            rows.append({"Claim": claim.sentence, **{columns[effect]: cell for effect, cell in cells.items()}})
    return pd.DataFrame(rows).fillna("–")


def _places(protocol: Protocol, scenarios: Sequence[str]) -> dict[str, int]:
    """The place of each claim and scenario in the protocol."""
    return {name: place for names in (protocol.claims, scenarios) for place, name in enumerate(names)}


def _by_size(rates: pd.DataFrame, names: Mapping[str, Sequence[str]], verdict: str) -> pd.DataFrame:
    """The shares of a verdict, one column per group size, with rows named by `names` in the order of `rates`."""
    cells = [text.share(row[verdict], row["cohorts"]) for _, row in rates.iterrows()]
    long = rates.assign(**names, cell=cells)
    wide = long.pivot(index=list(names), columns="n", values="cell")
    wide = wide.reindex(pd.MultiIndex.from_frame(long[list(names)].drop_duplicates()))
    return wide.rename(columns=lambda n: f"n = {n}").rename_axis(None, axis="columns").reset_index()


def _worst(row: text.Row, protocol: Protocol) -> str:
    """The share of cohorts that support a claim, and the scenario in which it is false."""
    return f"{text.share(row['supported'], row['cohorts'])}: {text.scenario_words(protocol, row['scenario'])}"


def _capitalized(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def plans_table(plans: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """The share of cohorts that support each claim, one column per size."""
    plans = plans.sort_values("effect", ascending=False, kind="stable")
    plans = plans.sort_values("claim", key=lambda keys: keys.map(_places(protocol, ())), kind="stable")
    claims = [protocol.claims[key].sentence for key in plans["claim"]]
    effects = [text.percent(effect) for effect in plans["effect"]]
    return _by_size(plans, {"Claim": claims, "Of the effect": effects}, "supported")


def min_pvalues_table(min_pvalues: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """The minimum p of exact tests for each group size; a word marks what can never reach `alpha`."""
    tests = min_pvalues.drop(columns="n")
    cells = {name: [f"{text.p_number(p)}{' (never)' if p > alpha else ''}" for p in tests[name]] for name in tests}
    return pd.DataFrame({"Animals per group": min_pvalues["n"], **cells})


def exact_table(protocols: Mapping[str, Protocol]) -> pd.DataFrame:
    """The smallest group size with which the authors' presumed exact test of each claim can reach 0.05."""
    rows = [
        (claim.sentence, f"exact {EXACT_TESTS[claim.published_method]}", first_exact_n(protocol, key))
        for protocol in protocols.values()
        for key, claim in protocol.claims.items()
        if claim.published_method in EXACT_TESTS
    ]
    return pd.DataFrame(rows, columns=["Claim", "Presumed test", "Smallest n per group, or pairs"])
