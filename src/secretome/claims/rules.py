"""The rules of verdicts, as they are printed, and what two results of one contrast say together."""

import math
from typing import Any, Literal

import pandas as pd

from secretome.analysis import ASYMPTOTIC_RANKS, NO_DIFFERENCE, RANKS
from secretome.protocol import Claim, Direction

Decision = Literal["supported", "contradicted", "inconclusive", "untestable"]
Outcome = Literal["passed", "not shown", "failed", "absent"]
Row = Any  # a row of a DataFrame: pandas types its rows as Series of anything

ALPHA = 0.05
FEWEST = 3
# The rules, as verdicts print them.
TOO_FEW = f"fewer than {FEWEST} values in a group"
UNORDERED = "limits of the assay that overlap leave values in no order"
FLOOR = "no result of the exact test could be small enough"
CHECK_FAILED = "the check of the experiment failed"
NO_SPREAD = "the values do not vary, so the planned test cannot be computed"
NO_SPREAD_OF_PAIRS = "the change does not vary, so the planned test cannot be computed"
OPPOSITE = "significant in the opposite direction"
SMALL = "significant but smaller than the margin"
CLAIMED = "significant in the claimed direction and not negligible"
NEGLIGIBLE = "not significant and inside the zone of no effect"
OPEN = "not significant and not shown to be negligible"
# Claims about several contrasts at once.
EVERY_CLAIMED = "every contrast significant in the claimed direction and not negligible"
SOME_OPPOSITE = "a contrast significant in the opposite direction"
SOME_NEGLIGIBLE = "a contrast inside the zone of no effect"
SOME_OPEN = "not every contrast significant in the claimed direction"
SOME_ABSENT = f"fewer than {FEWEST} values in a group of some contrast"
ALL_INSIDE = "every interval inside the zone of no effect"
SOME_OUTSIDE = "an interval wholly outside the zone of no effect"
NOT_INSIDE = "not every interval inside the zone of no effect"
TREND_CLAIMED = "a significant slope in the claimed direction, and no step shown to go back"
STEP_BACK = "a significant slope, but a step shown to go back"


OUTCOMES: dict[Decision, Outcome] = {
    "supported": "passed",
    "contradicted": "failed",
    "inconclusive": "not shown",
    "untestable": "absent",
}

# A group without a small enough p is there all the same; an effect too small to matter is none for an experiment to rest on.
OUTCOMES_BY_RULE: dict[str, Outcome] = {FLOOR: "not shown", UNORDERED: "not shown", SMALL: "failed"}
RANK_TESTS = (RANKS, ASYMPTOTIC_RANKS)


def row_of(rows: pd.DataFrame, reading: str, *, equivalence: bool) -> Row:
    """The one row of a reading: its test, or its test of equivalence."""
    found = rows[(rows["reading"] == reading) & ((rows["alternative"] == "equivalence") == equivalence)]
    if len(found) != 1:
        raise ValueError(f"one {reading} row is needed per claim and check; the results hold {len(found)}.")
    return found.iloc[0]


def decide(direction: Direction, family: int, planned: Row, equivalence: Row, alpha: float, *, paired: bool) -> tuple[Decision, str]:
    """What one contrast says of a claim, and by which rule."""
    if min(planned["n_treated"], planned["n_control"]) < FEWEST:
        return "untestable", TOO_FEW
    if math.isnan(planned["pvalue_adjusted"]) and planned["method"] == RANKS:
        return "untestable", UNORDERED
    if math.isnan(planned["pvalue_adjusted"]):
        return "inconclusive", NO_SPREAD_OF_PAIRS if paired else NO_SPREAD
    if planned["attainable"] * family > alpha:
        return "untestable", FLOOR
    significant = planned["pvalue_adjusted"] <= alpha
    negligible = equivalence["pvalue"] <= alpha
    if significant and rises(planned) != (direction == "up"):
        return "contradicted", OPPOSITE
    if significant and negligible:
        return "inconclusive", SMALL
    if significant:
        return "supported", CLAIMED
    if negligible:
        return "contradicted", NEGLIGIBLE
    return "inconclusive", OPEN


def decide_as_published(claim: Claim, row: Row, planned: Row, alpha: float) -> Decision:
    """What the test that stands for the authors' says of one contrast."""
    if min(row["n_treated"], row["n_control"]) < FEWEST or math.isnan(row["pvalue"]) or row["attainable"] > alpha:
        return "untestable"
    if row["pvalue"] > alpha:
        return "inconclusive"
    # Many unchanged pairs can make the shift exactly zero under a small p; the planned ratio then tells the direction.
    up = rises(row) if row["method"] in RANK_TESTS or row["estimate"] else rises(planned)
    return "supported" if up == claim.rises else "contradicted"


def rises(row: Row) -> bool:
    """Whether the treated group lies higher, by the test itself: ranks and means may disagree, and p is the test's."""
    if row["method"] in RANK_TESTS:
        return bool(row["statistic"] > row["n_treated"] * row["n_control"] / 2)
    return bool(row["estimate"] > NO_DIFFERENCE[row["effect"]])
