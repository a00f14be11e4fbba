"""Claims that a response depends on the dose: a slope, and no significant reversal between adjacent doses."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from secretome.analysis import Method
from secretome.claims.decisions import decide_contrasts_as_published, first_of
from secretome.claims.evidence import Evidence, Row, Rules
from secretome.claims.kinds.base import ClaimInputs, ClaimKind, extreme_limit, row_of_contrast
from secretome.claims.rules import MIN_N, Rule
from secretome.protocol import Claim


def _decide(inputs: ClaimInputs, alpha: float) -> Rules:
    claim, slope, adjacent = inputs.claim, inputs.planned, inputs.adjacent
    if adjacent is None:
        raise ValueError("a trend needs the tests between adjacent doses too.")
    none = inputs.margin.no_difference
    reversal = ((adjacent.high < none) if claim.rises else (adjacent.low > none)).any(axis=0)
    rules = (
        (slope.n[0] < MIN_N, Rule.SOME_TOO_FEW),
        (slope.unordered[0], Rule.UNORDERED),
        (np.isnan(slope.pvalue[0]), Rule.NO_SPREAD),
        (slope.min_pvalue[0] > alpha, Rule.MIN_PVALUE),
        (slope.pvalue[0] > alpha, Rule.NOT_SIGNIFICANT),
        (slope.up[0] != claim.rises, Rule.OPPOSITE),
        (reversal, Rule.DOSE_REVERSAL),
    )
    return first_of(rules, Rule.TREND_CLAIMED)


def _decide_as_published(claim: Claim, evidence: Evidence, alpha: float) -> Rules:
    rules: Rules = decide_contrasts_as_published(evidence, alpha, rising=claim.rises)[0]
    return rules


def adjacent_rows(claim: Claim, results: pd.DataFrame) -> list[Row]:
    """The rows of the tests between adjacent doses."""
    tests = results[(results["endpoint"] == claim.endpoint) & (results["test"] == Method.ADJACENT_DOSES)]
    return [row for _, row in tests[tests["contrast"].isin(claim.adjacent)].iterrows()]


def _further_columns(claim: Claim, results: pd.DataFrame, rows: Sequence[Row], rule: Rule) -> Mapping[str, Any]:
    """Of a reversal, the contrast of adjacent doses that most clearly goes against the claimed direction."""
    if rule is not Rule.DOSE_REVERSAL:
        return {}
    tested = [row for row in adjacent_rows(claim, results) if not np.isnan(row["level"])]
    return extreme_limit(tested, "high" if claim.rises else "low", lowest=claim.rises)


TREND = ClaimKind(
    name="trend",
    rules=(
        *(Rule.SOME_TOO_FEW, Rule.UNORDERED, Rule.NO_SPREAD, Rule.MIN_PVALUE, Rule.NOT_SIGNIFICANT, Rule.OPPOSITE),
        *(Rule.DOSE_REVERSAL, Rule.TREND_CLAIMED),
    ),
    decide=_decide,
    decide_as_published=_decide_as_published,
    limiting_row=row_of_contrast,
    further_columns=_further_columns,
)
