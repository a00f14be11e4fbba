"""The planned tests of a contrast that is adjusted for blocks or for a baseline."""

from collections.abc import Callable
from dataclasses import dataclass

from secretome import stats
from secretome.analysis.baseline import ANCOVA, TOST_ANCOVA, baseline_contrast
from secretome.analysis.blocks import (
    BLOCK,
    TOST_BLOCK,
    VAN_ELTEREN,
    block_bound,
    block_contrast,
    effect_of_means,
    on_scale,
)
from secretome.analysis.results import BOUND, Estimate, estimate_or_nan
from secretome.analysis.samples import Comparison, contrast_equivalence, contrast_estimate_with_df
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
    if pair.scale == "log" and pair.n and (pair.censored or pair.treated.zeros or pair.control.zeros):
        inside = on_scale(TOST_BLOCK, pair)
        return only(VAN_ELTEREN, BOUND, block_bound(pair) if pair.censored else None, inside)
    return _methods_of_contrast(block_contrast, BLOCK, TOST_BLOCK, pair, margin)


def methods_with_baseline(pair: Comparison, margin: EquivalenceMargin) -> PlannedMethods:
    """Analysis of covariance with the baseline as covariate."""
    return _methods_of_contrast(baseline_contrast, ANCOVA, TOST_ANCOVA, pair, margin)


def _methods_of_contrast(
    contrast: Callable[[Comparison], stats.WelchContrastsResult],
    test: Specification,
    inside: Specification,
    pair: Comparison,
    margin: EquivalenceMargin,
) -> PlannedMethods:
    """The methods of a linear model in which each group has its own variance."""
    test, inside, effect = on_scale(test, pair), on_scale(inside, pair), effect_of_means(pair)
    if pair.n < 2:
        return only(test, effect, inside=inside)
    return PlannedMethods(
        test,
        effect,
        lambda level: estimate_or_nan(lambda: contrast_estimate_with_df(contrast(pair), level)),
        lambda tail: estimate_or_nan(lambda: contrast_equivalence(contrast(pair), margin, tail)),
        inside,
    )
