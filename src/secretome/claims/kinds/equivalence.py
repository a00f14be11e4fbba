"""Claims that nothing changes: equivalence of every contrast."""

import math
from collections.abc import Sequence

import numpy as np

from secretome.claims.decisions import first_of
from secretome.claims.evidence import Evidence, Row, Rules
from secretome.claims.kinds.base import ClaimInputs, ClaimKind, pvalue_key
from secretome.claims.rules import MIN_N, Decision, Rule
from secretome.protocol import Claim, EquivalenceMargin


def _decide(inputs: ClaimInputs, alpha: float) -> Rules:
    """Supported if each 90 % interval lies inside the margins; the simultaneous intervals can contradict."""
    evidence, margin = inputs.planned, inputs.margin
    rules = (
        (((evidence.low > margin.high) | (evidence.high < margin.low)).any(axis=0), Rule.SOME_OUTSIDE),
        ((evidence.n < MIN_N).any(axis=0), Rule.SOME_TOO_FEW),
        ((evidence.equivalence <= alpha).all(axis=0), Rule.ALL_EQUIVALENT),
    )
    return first_of(rules, Rule.SOME_NOT_EQUIVALENT)


def _decide_as_published(_: Claim, evidence: Evidence, alpha: float) -> Rules:
    known = ~np.isnan(evidence.pvalue)
    # Holm's first step decides whether any contrast differs.
    smallest = np.where(known, evidence.pvalue * known.sum(axis=0), np.inf).min(axis=0)
    rules = (
        (smallest <= alpha, Decision.CONTRADICTED),
        (~known.all(axis=0), Decision.UNTESTABLE),
    )
    # A test of a difference cannot show that there is none.
    return first_of(rules, Decision.INCONCLUSIVE)


def _limiting_row(claim: Claim, rows: Sequence[Row], rule: Rule, margin: EquivalenceMargin) -> Row:
    """The contrast furthest outside the margins, or else the one with the largest p of equivalence."""
    present = [row for row in rows if min(row["n_treated"], row["n_control"]) >= MIN_N]
    if rule is Rule.SOME_TOO_FEW:
        return next(row for row in rows if min(row["n_treated"], row["n_control"]) < MIN_N)
    if rule is Rule.SOME_OUTSIDE:
        return max(present, key=lambda row: _distance(row, margin))
    untested = [row for row in present if math.isnan(row["pvalue"])]
    if untested:
        return untested[0]
    return max([row for row in present if not math.isnan(row["pvalue"])] or rows, key=pvalue_key)


def _distance(row: Row, margin: EquivalenceMargin) -> float:
    """How far an interval lies outside the equivalence margins: a ratio above 1, or a difference above 0, if wholly."""
    if margin.scale == "linear":
        return -math.inf if math.isnan(row["low"]) else max(float(row["low"]) - margin.high, margin.low - row["high"])
    if math.isnan(row["low"]):
        return -1.0
    return max(float(row["low"]) / margin.high, margin.low / float(row["high"]) if row["high"] > 0 else math.inf)


EQUIVALENCE = ClaimKind(
    name="unchanged",
    rules=(Rule.SOME_OUTSIDE, Rule.SOME_TOO_FEW, Rule.ALL_EQUIVALENT, Rule.SOME_NOT_EQUIVALENT),
    decide=_decide,
    decide_as_published=_decide_as_published,
    limiting_row=_limiting_row,
)
