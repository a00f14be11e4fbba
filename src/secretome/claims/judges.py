"""How each kind of claim is judged: single, every, unchanged, trend; one cohort, or many at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from secretome.claims.rules import (
    ALL_INSIDE,
    EVERY_CLAIMED,
    FEWEST,
    FLOOR,
    NO_SPREAD,
    NOT_INSIDE,
    OPEN,
    OPPOSITE,
    SOME_ABSENT,
    SOME_NEGLIGIBLE,
    SOME_OPEN,
    SOME_OPPOSITE,
    SOME_OUTSIDE,
    SOME_SMALL,
    STEP_BACK,
    TREND_CLAIMED,
    UNORDERED,
    Evidence,
    Rules,
    decide,
    decide_as_published,
    first_of,
)
from secretome.protocol import Claim, EquivalenceMargin

NOT_ANALYSED = "not analysed"


@dataclass(frozen=True)
class ClaimInputs:
    """A claim before its judge.

    Attributes
    ----------
    claim, margin : Claim, EquivalenceMargin
        What is claimed, and what would be no effect.
    planned, published : Evidence
        The results of the planned tests of its contrasts and of the authors' presumed tests; None if these were not
        run.
    steps : Evidence, optional
        Of a trend, what the tests of the steps between neighbouring doses say.
    paired : bool
        Whether the design is paired.
    """

    claim: Claim
    margin: EquivalenceMargin
    planned: Evidence
    published: Evidence | None
    steps: Evidence | None = None
    paired: bool = False


def judge(case: ClaimInputs, alpha: float) -> tuple[Rules, Rules]:
    """The rule that decides a claim, and what the published test decides, cohort by cohort."""
    rules = JUDGES[case.claim.kind](case, alpha)
    if case.published is None:
        return rules, np.full(rules.shape, NOT_ANALYSED)
    return rules, JUDGES_AS_PUBLISHED[case.claim.kind](case.claim, case.published, alpha)


def _single(case: ClaimInputs, alpha: float) -> Rules:
    claim = case.claim
    rules: Rules = decide(case.planned, len(claim.compared), alpha, rising=claim.rises, paired=case.paired)[0]
    return rules


def _one_as_published(claim: Claim, found: Evidence, alpha: float) -> Rules:
    rules: Rules = decide_as_published(found, alpha, rising=claim.rises)[0]
    return rules


def _every(case: ClaimInputs, alpha: float) -> Rules:
    """The rules of an intersection-union test.

    In favour of the claim, each contrast is tested at alpha; against it, each is tested at alpha over their number.
    """
    claim, found, number = case.claim, case.planned, len(case.claim.compared)
    absent, agrees = found.n < FEWEST, found.up == claim.rises
    claimed = (found.pvalue <= alpha) & agrees
    small = (found.equivalence <= alpha) & claim.negligible
    opposite = (found.adjusted <= alpha) & ~agrees & ~absent
    # Negligible without significance at the same stricter level contradicts; both together leave the claim open.
    flat = (found.equivalence <= alpha / number) & (found.adjusted > alpha) & claim.negligible & ~absent
    rules = (
        (opposite.any(axis=0), SOME_OPPOSITE),
        (flat.any(axis=0), SOME_NEGLIGIBLE),
        (absent.any(axis=0), SOME_ABSENT),
        ((found.min_pvalue > alpha).any(axis=0), FLOOR),
        (claimed.all(axis=0) & ~small.any(axis=0), EVERY_CLAIMED),
        (claimed.all(axis=0), SOME_SMALL),
    )
    return first_of(rules, SOME_OPEN)


def _every_as_published(claim: Claim, found: Evidence, alpha: float) -> Rules:
    present = (found.n >= FEWEST) & ~np.isnan(found.pvalue)
    agrees = found.up == claim.rises
    rules = (
        ((present & (found.pvalue <= alpha / len(claim.compared)) & ~agrees).any(axis=0), "contradicted"),
        ((~present | (found.min_pvalue > alpha)).any(axis=0), "untestable"),
        (((found.pvalue <= alpha) & agrees).all(axis=0), "supported"),
    )
    return first_of(rules, "inconclusive")


def _unchanged(case: ClaimInputs, alpha: float) -> Rules:
    """Equivalence of every contrast: supported if each 90 % interval lies inside the margin."""
    found, margin = case.planned, case.margin
    rules = (
        # The simultaneous intervals say what contradicts.
        (((found.low > margin.high) | (found.high < margin.low)).any(axis=0), SOME_OUTSIDE),
        ((found.n < FEWEST).any(axis=0), SOME_ABSENT),
        ((found.equivalence <= alpha).all(axis=0), ALL_INSIDE),
    )
    return first_of(rules, NOT_INSIDE)


def _unchanged_as_published(_: Claim, found: Evidence, alpha: float) -> Rules:
    known = ~np.isnan(found.pvalue)
    # Holm's first step decides whether any contrast differs.
    smallest = np.where(known, found.pvalue * known.sum(axis=0), np.inf).min(axis=0)
    # A test of a difference cannot show that there is none.
    rules = ((smallest <= alpha, "contradicted"), (~known.all(axis=0), "untestable"))
    return first_of(rules, "inconclusive")


def _trend(case: ClaimInputs, alpha: float) -> Rules:
    """A slope, and no step between neighbouring doses that is shown to go back."""
    claim, slope, steps = case.claim, case.planned, case.steps
    if steps is None:
        raise ValueError("a trend is judged by its steps too.")
    back = ((steps.high < 1) if claim.rises else (steps.low > 1)).any(axis=0)
    rules = (
        (slope.n[0] < FEWEST, SOME_ABSENT),
        (slope.unordered[0], UNORDERED),
        (np.isnan(slope.pvalue[0]), NO_SPREAD),
        (slope.min_pvalue[0] > alpha, FLOOR),
        (slope.pvalue[0] > alpha, OPEN),
        (slope.up[0] != claim.rises, OPPOSITE),
        (back, STEP_BACK),
    )
    return first_of(rules, TREND_CLAIMED)


JUDGES: dict[str, Callable[[ClaimInputs, float], Rules]] = {
    "single": _single,
    "every": _every,
    "unchanged": _unchanged,
    "trend": _trend,
}
JUDGES_AS_PUBLISHED: dict[str, Callable[[Claim, Evidence, float], Rules]] = {
    "single": _one_as_published,
    "every": _every_as_published,
    "unchanged": _unchanged_as_published,
    "trend": _one_as_published,
}
