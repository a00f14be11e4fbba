"""The planned tests of a contrast that is adjusted for blocks or for a baseline."""

from collections.abc import Callable
from dataclasses import dataclass

from secretome.analysis.baseline import (
    ANCOVA,
    TOST_ANCOVA,
    baseline_effect,
    baseline_equivalence,
    baseline_estimate,
)
from secretome.analysis.blocks import (
    BLOCK,
    TOST_BLOCK,
    VAN_ELTEREN,
    block_bound,
    block_effect,
    block_equivalence,
    block_estimate,
    on_scale,
)
from secretome.analysis.results import BOUND, Estimate, estimate_or_nan
from secretome.analysis.samples import Comparison
from secretome.analysis.specification import Specification
from secretome.protocol import EquivalenceMargin


@dataclass(frozen=True)
class PlannedMethods:
    """The planned test of a contrast and its effect; the estimate with its interval; the test of equivalence.

    `inside` is the specification of that test, if it is not the usual one of the effect.
    """

    test: Specification
    effect: str
    estimate: Callable[[float], Estimate]
    equivalence: Callable[[float], Estimate]
    inside: Specification | None = None


def only(
    test: Specification, effect: str, estimate: Estimate | None = None, inside: Specification | None = None
) -> PlannedMethods:
    """Methods that give one estimate at every level, or none, and no test of equivalence."""
    return PlannedMethods(test, effect, lambda _: estimate or Estimate(), lambda _: Estimate(), inside)


def methods_in_blocks(pair: Comparison, margin: EquivalenceMargin) -> PlannedMethods:
    """The linear model with blocks or, for values without a logarithm, ranks within blocks and a bound."""
    model, inside = on_scale(BLOCK, pair), on_scale(TOST_BLOCK, pair)
    if pair.scale == "log" and pair.n and (pair.censored or pair.treated.zeros or pair.control.zeros):
        return only(VAN_ELTEREN, BOUND, block_bound(pair) if pair.censored else None, inside)
    if pair.n < 2:
        return only(model, block_effect(pair), inside=inside)
    return PlannedMethods(
        model,
        block_effect(pair),
        lambda level: estimate_or_nan(lambda: block_estimate(pair, level)),
        lambda tail: estimate_or_nan(lambda: block_equivalence(pair, margin, tail)),
        inside,
    )


def methods_with_baseline(pair: Comparison, margin: EquivalenceMargin) -> PlannedMethods:
    """Analysis of covariance with the baseline as covariate."""
    model, inside = on_scale(ANCOVA, pair), on_scale(TOST_ANCOVA, pair)
    if pair.n < 2:
        return only(model, baseline_effect(pair), inside=inside)
    return PlannedMethods(
        model,
        baseline_effect(pair),
        lambda level: estimate_or_nan(lambda: baseline_estimate(pair, level)),
        lambda tail: estimate_or_nan(lambda: baseline_equivalence(pair, margin, tail)),
        inside,
    )
