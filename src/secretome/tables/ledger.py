"""Tables of many cohorts: the scoreboard, the rules, and how often they are right."""

import math
from collections.abc import Mapping

import pandas as pd

from secretome import words
from secretome.protocol import Protocol

# More cohorts than this stand below one another, not side by side.
MOST_COLUMNS = 5


def scoreboard_table(board: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Verdicts with estimates, claims of a study as rows, cohorts as columns; the reverse for many cohorts."""
    table = pd.DataFrame({"Claim": [claim.sentence for claim in protocol.claims.values()]})
    for _, own in board.groupby("cohort", sort=False):
        cells = own.set_index("claim").reindex(list(protocol.claims))
        table[words.cohort_heading(protocol, own.iloc[0])] = [_cell(row) for _, row in cells.iterrows()]
    if len(table.columns) > MOST_COLUMNS + 1:
        table = table.set_index("Claim").T.rename_axis(index="Cohort", columns=None).reset_index()
    return table


def rules_table(protocol: Protocol, alpha: float) -> pd.DataFrame:
    """What each claim is asked, by which test, and what supports or contradicts it."""
    rules = [words.rule_words(protocol, claim, alpha) for claim in protocol.claims.values()]
    return pd.DataFrame(
        {
            "Claim": [claim.sentence for claim in protocol.claims.values()],
            "Planned test": [test for test, _, _ in rules],
            "Supported if": [supported for _, supported, _ in rules],
            "Contradicted if": [contradicted for _, _, contradicted in rules],
        }
    )


def worth_table(rates: pd.DataFrame, protocols: Mapping[str, Protocol], n: int) -> pd.DataFrame:
    """How often each claim is supported if it is true as published and, in the worst case, if it is false.

    `rates` has a column truth.
    """
    rows = []
    own = rates[(rates["reading"] == "planned") & (rates["n"] == n)]
    for study, claim in ((study, claim) for study, protocol in protocols.items() for claim in protocol.claims):
        cells = own[(own["study"] == study) & (own["claim"] == claim)]
        as_published = cells[cells["scenario"] == "as_published"]
        if as_published.empty:
            rows.append((protocols[study].claims[claim].sentence, *[words.NOT_MEASURED] * 3))
            continue
        published = as_published.iloc[0]
        false = cells[cells["truth"] == "false"].sort_values("supported")
        worst = false.iloc[-1] if len(false) else None
        rows.append(
            (
                protocols[study].claims[claim].sentence,
                words.share(published["supported"], published["cohorts"]),
                "–"
                if worst is None
                else f"{words.share(worst['supported'], worst['cohorts'])}, in {worst['scenario']}",
                words.share(published["inconclusive"], published["cohorts"]),
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "Claim",
            "Supported where true as published",
            "Supported where false, at worst",
            "Left open where true",
        ],
    )


def rates_table(rates: pd.DataFrame, verdict: str) -> pd.DataFrame:
    """The share of one verdict in every scenario, one column per group size."""
    cells = [words.share(row[verdict], row["cohorts"]) for _, row in rates.iterrows()]
    wide = rates.assign(cell=cells).pivot(index=["scenario", "truth"], columns="n", values="cell")
    wide = wide.rename(columns=lambda n: f"n = {n}").rename_axis(None, axis="columns").reset_index()
    return wide.rename(columns={"scenario": "Scenario", "truth": "The claim is there"})


def _cell(row: words.Row) -> str:
    if not isinstance(row["verdict"], str):
        return "–"
    return row["verdict"] if math.isnan(row["estimate"]) else f"{row['verdict']}: {words.ratio(row)}"


def power_table(rates: pd.DataFrame) -> pd.DataFrame:
    """The chance of each verdict, size by size, and of support by the published test."""
    planned = rates[rates["reading"] == "planned"].set_index("n")
    published = rates[rates["reading"] == "published"].set_index("n")
    names = {
        "supported": "Supported",
        "contradicted": "Contradicted",
        "inconclusive": "Left open",
        "untestable": "Untestable",
    }
    return pd.DataFrame(
        {
            "n": planned.index,
            **{
                name: [words.share(row[verdict], row["cohorts"]) for _, row in planned.iterrows()]
                for verdict, name in names.items()
            },
            "Published test supports": [
                words.share(row["supported"], row["cohorts"]) for _, row in published.iterrows()
            ],
        }
    )


def needs_table(plans: pd.DataFrame, protocols: Mapping[str, Protocol], target: float) -> pd.DataFrame:
    """The smallest measured n at which each claim reaches the target, one column per share of the assumed effect."""
    planned = plans[plans["reading"] == "planned"]
    columns = {
        effect: f"{words.percent(effect)} of the effect" for effect in sorted(planned["effect"].unique(), reverse=True)
    }
    rows: list[dict[str, str]] = []
    for study, protocol in protocols.items():
        for key, claim in protocol.claims.items():
            own = planned[(planned["study"] == study) & (planned["claim"] == key)]
            if own.empty:
                rows.append({"Claim": claim.sentence, **dict.fromkeys(columns.values(), words.NOT_MEASURED)})
                continue
            cells = {}
            for effect in sorted(own["effect"].unique(), reverse=True):
                curve = own[own["effect"] == effect]
                enough = curve[curve["supported"] >= target]["n"]
                cells[effect] = f"{enough.min()}" if len(enough) else f"more than {curve['n'].max()}"
            rows.append({"Claim": claim.sentence, **{columns[effect]: cell for effect, cell in cells.items()}})
    return pd.DataFrame(rows).fillna("–")


def plans_table(plans: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """The share of cohorts that support each claim, one column per size."""
    named = plans.assign(
        sentence=[protocol.claims[key].sentence for key in plans["claim"]],
        share=[words.percent(effect) for effect in plans["effect"]],
        cell=[words.share(row["supported"], row["cohorts"]) for _, row in plans.iterrows()],
    )
    wide = named.pivot(index=["sentence", "share"], columns="n", values="cell").rename(columns=lambda n: f"n = {n}")
    return (
        wide.rename_axis(None, axis="columns")
        .reset_index()
        .rename(columns={"sentence": "Claim", "share": "Of the effect"})
    )
