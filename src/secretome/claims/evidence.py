"""The joint result of the tests of some contrasts, in one cohort or in many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome.analysis import ANY_RANK_TEST, NO_DIFFERENCE, Method
from secretome.analysis.results import HAZARD_RATIO

Row = Any  # a row of a DataFrame: pandas types its rows as Series of anything
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rules = NDArray[np.str_]  # codes of `Rule` or `Decision`


def row_of(rows: pd.DataFrame, analysis: str, *, equivalence: bool) -> Row:
    """The one row of an analysis: its test, or its test of equivalence.

    Raises
    ------
    ValueError
        If there is no such row, or more than one.
    """
    selected = rows[(rows["analysis"] == analysis) & ((rows["alternative"] == "equivalence") == equivalence)]
    if len(selected) != 1:
        raise ValueError(
            f"each contrast of a claim or check needs one {analysis} row, and the results hold {len(selected)}: "
            f"pass what analyse(study) returned, with {analysis!r} among its analyses."
        )
    return selected.iloc[0]


@dataclass(frozen=True)
class Evidence:
    """The results of the tests of some contrasts: arrays of (contrasts, cohorts).

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
            unordered=np.isnan(adjusted)
            & np.array(
                [[row["test"] in (Method.MANN_WHITNEY, Method.VAN_ELTEREN, Method.JONCKHEERE)] for row in tests]
            ),
            **columns,
        )


def rises(row: Row) -> bool:
    """Whether the treated group lies higher, by the test itself: ranks and means may disagree, and p is the test's.

    A group lives longer if its hazard ratio is below 1.
    """
    if row["test"] in ANY_RANK_TEST:
        return bool(row["statistic"] > row["n_treated"] * row["n_control"] / 2)
    if row["test"] == Method.VAN_ELTEREN:
        return bool(row["statistic"] > 0)
    if row["effect"] == HAZARD_RATIO:
        return bool(row["estimate"] < 1)
    return bool(row["estimate"] > NO_DIFFERENCE[row["effect"]])
