"""Tables of many cohorts: the scoreboard, the rules, and how often they are right."""

import math

import pandas as pd

from secretome.protocol import Protocol
from secretome.publish import text as publish_text
from secretome.report import text

# More cohorts than this stand below one another, not side by side.
MOST_COLUMNS = 5


def scoreboard_table(board: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Return verdicts with estimates: claims as rows and cohorts as columns, or the reverse for many cohorts."""
    table = pd.DataFrame({"Claim": [claim.sentence for claim in protocol.claims.values()]})
    for _, own in board.groupby("cohort", sort=False):
        cells = own.set_index("claim").reindex(list(protocol.claims))
        table[publish_text.cohort_heading(protocol, own.iloc[0])] = [_cell(row) for _, row in cells.iterrows()]
    if len(table.columns) > MOST_COLUMNS + 1:
        table = table.set_index("Claim").T.rename_axis(index="Cohort", columns=None).reset_index()
    return table


def rules_table(protocol: Protocol, alpha: float) -> pd.DataFrame:
    """What each claim is asked, by which test, and what supports or contradicts it."""
    rules = [text.rule_words(protocol, claim, alpha) for claim in protocol.claims.values()]
    return pd.DataFrame(
        {
            "Claim": [claim.sentence for claim in protocol.claims.values()],
            "Planned test": [test for test, _, _ in rules],
            "Supported if": [supported for _, supported, _ in rules],
            "Contradicted if": [contradicted for _, _, contradicted in rules],
        }
    )


def _cell(row: text.Row) -> str:
    if not isinstance(row["verdict"], str):
        return "–"
    return row["verdict"] if math.isnan(row["estimate"]) else f"{row['verdict']}: {text.ratio(row)}"
