"""Claims that every contrast changes in one direction: intersection-union tests."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from secretome.analysis.results import HAZARD_RATIO
from secretome.claims.decisions import first_of
from secretome.claims.evidence import Evidence, Row, Rules, rises
from secretome.claims.kinds.base import (
    ClaimInputs,
    ClaimKind,
    equivalence_numbers,
    extreme_limit,
    min_pvalue_key,
    pvalue_key,
)
from secretome.claims.rules import MIN_N, SIMULTANEOUS, Decision, Rule
from secretome.protocol import Claim, EquivalenceMargin


def _decide(inputs: ClaimInputs, alpha: float) -> Rules:
    """Each contrast at alpha without adjustment; against the claim, each at alpha over their number."""
    claim, evidence, number = inputs.claim, inputs.planned, len(inputs.claim.compared)
    absent, agrees = evidence.n < MIN_N, evidence.up == claim.rises
    claimed = (evidence.pvalue <= alpha) & agrees
    small = (evidence.equivalence <= alpha) & claim.negligible
    opposite = (evidence.adjusted <= alpha) & ~agrees & ~absent
    # Negligible without significance at the same stricter level contradicts; both together leave the claim open.
    flat = (evidence.equivalence <= alpha / number) & (evidence.adjusted > alpha) & claim.negligible & ~absent
    rules = (
        (opposite.any(axis=0), Rule.SOME_OPPOSITE),
        (flat.any(axis=0), Rule.SOME_NEGLIGIBLE),
        (absent.any(axis=0), Rule.SOME_TOO_FEW),
        ((evidence.min_pvalue > alpha).any(axis=0), Rule.MIN_PVALUE),
        (claimed.all(axis=0) & ~small.any(axis=0), Rule.EVERY_CLAIMED),
        (claimed.all(axis=0), Rule.SOME_SMALL),
    )
    return first_of(rules, Rule.SOME_NOT_SIGNIFICANT)


def _decide_as_published(claim: Claim, evidence: Evidence, alpha: float) -> Rules:
    present = (evidence.n >= MIN_N) & ~np.isnan(evidence.pvalue)
    agrees = evidence.up == claim.rises
    against = present & (evidence.pvalue <= alpha / len(claim.compared)) & ~agrees
    rules = (
        (against.any(axis=0), Decision.CONTRADICTED),
        ((~present | (evidence.min_pvalue > alpha)).any(axis=0), Decision.UNTESTABLE),
        (((evidence.pvalue <= alpha) & agrees).all(axis=0), Decision.SUPPORTED),
    )
    return first_of(rules, Decision.INCONCLUSIVE)


def _limiting_row(claim: Claim, rows: Sequence[Row], rule: Rule, margin: EquivalenceMargin) -> Row:
    """The contrast that contradicts most clearly, or else the one that is closest to failing the claim."""
    present = [row for row in rows if min(row["n_treated"], row["n_control"]) >= MIN_N]
    if rule is Rule.SOME_TOO_FEW:
        return next(row for row in rows if min(row["n_treated"], row["n_control"]) < MIN_N)
    if rule is Rule.MIN_PVALUE:
        return max(present, key=min_pvalue_key)
    untested = [row for row in present if math.isnan(row["pvalue"])]
    if untested and rule not in SIMULTANEOUS:
        return untested[0]
    tested = [row for row in present if not math.isnan(row["pvalue"])] or rows
    if rule is Rule.SOME_NEGLIGIBLE:
        return min(tested, key=pvalue_key)
    opposite = [row for row in tested if rises(row) != claim.rises]
    return min(opposite, key=pvalue_key) if opposite else max(tested, key=pvalue_key)


def _further_columns(claim: Claim, results: pd.DataFrame, rows: Sequence[Row], rule: Rule) -> Mapping[str, Any]:
    numbers: dict[str, Any] = {}
    if rule in (Rule.EVERY_CLAIMED, Rule.SOME_NOT_SIGNIFICANT, Rule.SOME_SMALL):
        numbers |= _bound(claim, rows)
    if claim.negligible and rule not in SIMULTANEOUS:
        numbers |= equivalence_numbers(claim, results)
    return numbers


def _bound(claim: Claim, rows: Sequence[Row]) -> dict[str, Any]:
    """The limit that all effects exceed, or for a fall stay below; empty if a contrast has no interval.

    A longer survival is a lower hazard ratio.
    """
    if any(math.isnan(row["level"]) or math.isnan(row["low"]) for row in rows):
        return {}
    upward = claim.rises != (rows[0]["effect"] == HAZARD_RATIO)
    return extreme_limit(rows, "low" if upward else "high", lowest=upward)


EVERY = ClaimKind(
    name="every",
    rules=(
        *(Rule.SOME_OPPOSITE, Rule.SOME_NEGLIGIBLE, Rule.SOME_TOO_FEW, Rule.MIN_PVALUE),
        *(Rule.EVERY_CLAIMED, Rule.SOME_SMALL, Rule.SOME_NOT_SIGNIFICANT),
    ),
    decide=_decide,
    decide_as_published=_decide_as_published,
    limiting_row=_limiting_row,
    further_columns=_further_columns,
)
