"""Analyses that compare within the blocks of a protocol, such as sexes, litters or days."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from secretome import stats
from secretome.analysis.clusters import fit_blocks, model_estimate
from secretome.analysis.results import (
    MEAN_DIFFERENCE,
    RATIO,
    SHIFT,
    Estimate,
    Floats,
    Result,
    estimate_or_nan,
    multiverse_result,
)
from secretome.analysis.samples import CLUSTER_COLUMNS, Comparison
from secretome.analysis.specification import Adjustment, Method, Nondetects, Scale, Specification

Labels = NDArray[np.str_]
BLOCK = Specification(Method.BLOCK, Scale.LOG, nondetects=Nondetects.HALF_LIMIT)
TOST_BLOCK = Specification(Method.TOST_BLOCK, Scale.LOG, nondetects=Nondetects.HALF_LIMIT)
VAN_ELTEREN = Specification(Method.VAN_ELTEREN, Scale.RANK)


def on_scale(specification: Specification, pair: Comparison) -> Specification:
    """The specification on the scale of the comparison; ranks have their own."""
    return specification if specification.scale is Scale.RANK else replace(specification, scale=Scale(pair.scale))


def blocks_of(pair: Comparison) -> tuple[Labels, Labels]:
    """The blocks of the treated and of the control animals."""
    return pair.treated.labels[pair.block], pair.control.labels[pair.block]


def effect_of_means(pair: Comparison) -> str:
    """What a linear model of the comparison estimates."""
    return RATIO if pair.scale == "log" else MEAN_DIFFERENCE


def block_contrast(pair: Comparison) -> stats.WelchContrastsResult:
    """The effect adjusted for the blocks; each group has its own variance."""
    return stats.block_contrasts(
        [pair.treated.lower, pair.control.lower],
        [part.tolist() for part in blocks_of(pair)],
        [[1, -1]],
        scale="log" if pair.scale == "log" else "linear",
    )


def block_ranks(pair: Comparison) -> Estimate:
    """Van Elteren's exact test: values are ranked within blocks."""
    test = stats.van_elteren(*pair.scores, *(part.tolist() for part in blocks_of(pair)))
    return Estimate(test.statistic, test.pvalue, test.midp, test.min_pvalue, ties=test.ties)


def block_bound(pair: Comparison) -> Estimate:
    """The smallest and the largest ratio, adjusted for the blocks, that the values allow; 0 and infinity if unlimited.

    The adjusted effect is a weighted sum of the logarithms, in which treated animals have weights of zero or above and
    controls of zero or below.
    """
    weights = _weights(pair)
    treated, control = np.split(weights, [pair.treated.n])
    low = _sum(treated, pair.treated.lower) + _sum(control, pair.control.upper)
    high = _sum(treated, pair.treated.upper) + _sum(control, pair.control.lower)
    return Estimate(low=float(np.exp(low)), high=float(np.exp(high)))


def block_rows(
    compared: Mapping[str, Comparison],
    planned: Mapping[str, Specification | None],
    *,
    level: float,
    times: int,
) -> Iterator[tuple[str, Result]]:
    """Yield the other analyses with blocks of a family, each with its contrast: one variance, and ranks within blocks.

    The linear model with one variance of cages, batches and plates is among the analyses of clusters. `planned` is the
    planned test of each contrast, which is not repeated, and `times` the number of tests of the family.
    """
    adjustment = Adjustment.BONFERRONI if times > 1 else Adjustment.NONE
    for contrast, pair in compared.items():
        tests = [(replace(VAN_ELTEREN, adjustment=adjustment), SHIFT, partial(block_ranks, pair))]
        if pair.block not in CLUSTER_COLUMNS:
            pooled = on_scale(replace(BLOCK, test=Method.BLOCK_POOLED, adjustment=adjustment), pair)
            tests.append((pooled, effect_of_means(pair), partial(_one_variance, pair, 1 - (1 - level) / times)))
        for specification, effect, run in tests:
            if specification == planned[contrast]:
                continue
            estimate = estimate_or_nan(run) if pair.n >= 2 else Estimate()
            groups = (pair.treated, pair.control)
            below, above = any(group.below for group in groups), any(group.above for group in groups)
            yield contrast, multiverse_result(estimate, specification, effect, times, below=below, above=above)


def _one_variance(pair: Comparison, level: float) -> Estimate:
    return model_estimate(fit_blocks(pair, pair.block), level, pair.scale)


def _weights(pair: Comparison) -> Floats:
    """The weight of each value in the effect that is adjusted for the blocks, the treated animals first."""
    treated = np.repeat([1.0, 0.0], [pair.treated.n, pair.control.n])
    labels = np.concatenate(blocks_of(pair))
    shares = {label: float(treated[labels == label].mean()) for label in np.unique(labels)}
    residuals = treated - np.array([shares[label] for label in labels])
    return np.asarray(residuals / (residuals @ treated))


def _sum(weights: Floats, values: Floats) -> float:
    """The weighted sum of logarithms; a value with no weight does not count, even if its logarithm is infinite."""
    used = weights != 0
    with np.errstate(divide="ignore"):
        return float(weights[used] @ np.log(values[used]))
