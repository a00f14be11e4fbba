"""The rules of verdicts, as they are printed, and the joint result of a contrast's tests, in one or many cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome.analysis import ASYMPTOTIC_RANKS, NO_DIFFERENCE, RANKS, TREND_RANKS

Decision = Literal["supported", "contradicted", "inconclusive", "untestable"]
# A decision by the published test, which need not have been analysed.
Published = Literal["supported", "contradicted", "inconclusive", "untestable", "not analysed"]
Outcome = Literal["passed", "not shown", "failed", "absent"]
Row = Any  # a row of a DataFrame: pandas types its rows as Series of anything
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rules = NDArray[np.str_]

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
NEGLIGIBLE = "not significant and inside the equivalence margins"
OPEN = "not significant and not shown to be negligible"
# Claims about several contrasts at once.
EVERY_CLAIMED = "every contrast significant in the claimed direction and not negligible"
SOME_OPPOSITE = "a contrast significant in the opposite direction"
SOME_NEGLIGIBLE = "a contrast inside the equivalence margins"
SOME_OPEN = "not every contrast significant in the claimed direction"
SOME_SMALL = "every contrast significant in the claimed direction, and one smaller than the margin"
SOME_ABSENT = f"fewer than {FEWEST} values in a group of some contrast"
ALL_INSIDE = "every interval inside the equivalence margins"
SOME_OUTSIDE = "an interval wholly outside the equivalence margins"
NOT_INSIDE = "not every interval inside the equivalence margins"
TREND_CLAIMED = "a significant slope in the claimed direction, and no step shown to go back"
STEP_BACK = "a significant slope, but a step shown to go back"

# What each rule decides.
DECISIONS: dict[str, Decision] = {
    **dict.fromkeys((CLAIMED, EVERY_CLAIMED, ALL_INSIDE, TREND_CLAIMED), "supported"),
    **dict.fromkeys((OPPOSITE, NEGLIGIBLE, SOME_OPPOSITE, SOME_NEGLIGIBLE, SOME_OUTSIDE), "contradicted"),
    **dict.fromkeys(
        (SMALL, OPEN, SOME_OPEN, SOME_SMALL, NOT_INSIDE, STEP_BACK, NO_SPREAD, NO_SPREAD_OF_PAIRS), "inconclusive"
    ),
    **dict.fromkeys((TOO_FEW, UNORDERED, FLOOR, SOME_ABSENT, CHECK_FAILED), "untestable"),
}
OUTCOMES: dict[Decision, Outcome] = {
    "supported": "passed",
    "contradicted": "failed",
    "inconclusive": "not shown",
    "untestable": "absent",
}

# A group without a small enough p is there all the same; an effect too small to matter is none for an experiment to
# rest on.
OUTCOMES_BY_RULE: dict[str, Outcome] = {FLOOR: "not shown", UNORDERED: "not shown", SMALL: "failed"}
RANK_TESTS = (RANKS, ASYMPTOTIC_RANKS)


def row_of(rows: pd.DataFrame, analysis: str, *, equivalence: bool) -> Row:
    """The one row of a analysis: its test, or its test of equivalence.

    Raises
    ------
    ValueError
        If there is no such row, or more than one.
    """
    found = rows[(rows["analysis"] == analysis) & ((rows["alternative"] == "equivalence") == equivalence)]
    if len(found) != 1:
        raise ValueError(
            f"each contrast of a claim or check needs one {analysis} row, and the results hold {len(found)}: pass what "
            f"analyse(study) returned, with the analysis {analysis!r} among its analyses."
        )
    return found.iloc[0]


def outcome(rule: str) -> Outcome:
    """What a rule says of a check."""
    return OUTCOMES_BY_RULE.get(rule, OUTCOMES[DECISIONS[rule]])


@dataclass(frozen=True)
class Evidence:
    """What the tests of some contrasts say: arrays of (contrasts, cohorts).

    Attributes
    ----------
    n : array
        Values in the smaller group.
    pvalue, adjusted, min_pvalue : array
        p, p over the family, and the smallest p that an exact test allows; NaN where there is none.
    up : array of bool
        Whether the treated group lies higher.
    low, high : array
        The simultaneous interval, which belongs to the adjusted p.
    equivalence : array
        p of the test that the effect lies inside the margin.
    unordered : array of bool
        Whether ranks were to decide, and the values are in no order.
    """

    n: Floats
    pvalue: Floats
    adjusted: Floats
    min_pvalue: Floats
    up: Bools
    low: Floats
    high: Floats
    equivalence: Floats
    unordered: Bools

    @classmethod
    def of(cls, tests: Sequence[Row], equivalence: Sequence[Row] = ()) -> "Evidence":
        """The evidence of one cohort, from its rows."""
        columns = {name: np.array([[float(row[name])] for row in tests]) for name in ("pvalue", "min_pvalue")}
        columns |= {name: np.array([[float(row[f"{name}_simultaneous"])] for row in tests]) for name in ("low", "high")}
        adjusted = np.array([[float(row["pvalue_adjusted"])] for row in tests])
        return cls(
            n=np.array([[float(min(row["n_treated"], row["n_control"]))] for row in tests]),
            adjusted=adjusted,
            up=np.array([[rises(row)] for row in tests]),
            equivalence=np.array([[float(row["pvalue"])] for row in equivalence])
            if equivalence
            else np.full((len(tests), 1), np.nan),
            unordered=np.isnan(adjusted) & np.array([[row["method"] in (RANKS, TREND_RANKS)] for row in tests]),
            **columns,
        )


def decide(found: Evidence, family: int, alpha: float, *, rising: bool, paired: bool = False) -> Rules:
    """By which rule each contrast answers the claim that it rises, or falls."""
    significant = found.adjusted <= alpha
    negligible = found.equivalence <= alpha
    rules = (
        (found.n < FEWEST, TOO_FEW),
        (found.unordered, UNORDERED),
        (np.isnan(found.adjusted), NO_SPREAD_OF_PAIRS if paired else NO_SPREAD),
        (found.min_pvalue * family > alpha, FLOOR),
        (significant & (found.up != rising), OPPOSITE),
        (significant & negligible, SMALL),
        (significant, CLAIMED),
        (negligible, NEGLIGIBLE),
    )
    return first_of(rules, OPEN)


def decide_as_published(found: Evidence, alpha: float, *, rising: bool) -> Rules:
    """What the test that stands for the authors' decides of each contrast."""
    rules = (
        ((found.n < FEWEST) | np.isnan(found.pvalue) | (found.min_pvalue > alpha), "untestable"),
        (found.pvalue > alpha, "inconclusive"),
        (found.up == rising, "supported"),
    )
    return first_of(rules, "contradicted")


def first_of(rules: Sequence[tuple[Bools | np.bool_, str]], otherwise: str) -> Rules:
    """The first of the rules that holds, cohort by cohort."""
    conditions, names = zip(*rules, strict=True)
    return np.select([np.asarray(condition) for condition in conditions], names, otherwise)


def rises(row: Row) -> bool:
    """Whether the treated group lies higher, by the test itself: ranks and means may disagree, and p is the test's."""
    if row["method"] in RANK_TESTS:
        return bool(row["statistic"] > row["n_treated"] * row["n_control"] / 2)
    return bool(row["estimate"] > NO_DIFFERENCE[row["effect"]])
