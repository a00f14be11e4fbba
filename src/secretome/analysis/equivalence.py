"""The tests of equivalence other than the planned one: other spreads, scales, ranks and adjustments."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from secretome import stats
from secretome.analysis import count_models
from secretome.analysis.pooled_variance import equivalence_t_test, pooled_variance
from secretome.analysis.results import (
    MEAN_DIFFERENCE,
    RANK_RATIO,
    RATE_RATIO,
    RATIO,
    SHIFT,
    Estimate,
    Floats,
    Result,
    estimate_or_nan,
    result,
)
from secretome.analysis.samples import Comparison
from secretome.analysis.specification import Adjustment, Method, Nondetects, Scale, Specification
from secretome.protocol import EquivalenceMargin, sides

# A test of equivalence: the two groups, the bounds, and the share of error in each tail give p, estimate and interval.
Test = Callable[[Comparison, EquivalenceMargin, float], Estimate]
OfValues = Callable[[Floats, Floats, EquivalenceMargin, float], Estimate]


def equivalence_rows(
    compared: Mapping[str, Comparison], margin: EquivalenceMargin, alpha: float
) -> Iterator[tuple[str, Result]]:
    """The equivalence tests of each contrast other than the planned one, each with its contrast."""
    pool = {
        side: group.lower
        for contrast, pair in compared.items()
        for side, group in zip(sides(contrast), (pair.treated, pair.control), strict=True)
    }
    family, planned_scale = _pooled(list(pool.values()), margin), Scale(margin.scale)
    of_values: tuple[tuple[Method, Scale, str, OfValues], ...] = (
        (Method.TOST_WELCH, Scale.LOG, RATIO, _welch),
        (Method.TOST_STUDENT, Scale.LOG, RATIO, _student_of_logs),
        (Method.TOST_FAMILY_SPREAD, planned_scale, RATIO if margin.scale == "log" else MEAN_DIFFERENCE, family),
        (Method.TOST_RANK, Scale.LOG_RANK, RANK_RATIO, _ranks)
        if margin.scale == "log"
        else (Method.TOST_RANK, Scale.RANK, SHIFT, _ranks_of_differences),
        (Method.TOST_WELCH, Scale.LINEAR, MEAN_DIFFERENCE, _welch_of_differences),
        (Method.TOST_STUDENT, Scale.LINEAR, MEAN_DIFFERENCE, _student),
    )
    tests = [
        (Specification(test, scale, nondetects=_nondetects(test)), effect, _on_values(run))
        for test, scale, effect, run in of_values
    ]
    if margin.scale == "log" and count_models.throughout(compared.values(), Method.BETA_BINOMIAL):
        tests.append((Specification(Method.TOST_BETA_BINOMIAL, Scale.COUNT), RATE_RATIO, _by_cells))
    # Of two groups, Bonferroni's is half the error; of one, nothing is adjusted.
    adjustments = {len(compared): Adjustment.BONFERRONI} | {1: Adjustment.NONE, 2: Adjustment.HALF_ERROR}
    for specification, effect, test in tests:
        for times, adjustment in adjustments.items():
            chosen = replace(specification, adjustment=adjustment)
            if (chosen.test, chosen.scale, adjustment) == (Method.TOST_WELCH, planned_scale, Adjustment.NONE):
                continue  # the planned analysis
            for contrast, pair in compared.items():
                estimate = estimate_or_nan(partial(test, pair, margin, alpha / times))
                yield contrast, adjusted_equivalence(estimate, chosen, effect, times)


def adjusted_equivalence(estimate: Estimate, specification: Specification, effect: str, times: int) -> Result:
    """The row of an equivalence test of the multiverse, its p multiplied by a number of tests."""
    return result(
        estimate,
        specification,
        method=specification.name(state_adjustment=True),
        analysis="multiverse",
        alternative="equivalence",
        effect=effect,
        pvalue_adjusted=float(np.minimum(1, times * estimate.pvalue)),
    )


def _nondetects(test: Method) -> Nondetects:
    return Nondetects.CENSORED if test is Method.TOST_RANK else Nondetects.HALF_LIMIT


def _on_values(test: OfValues) -> Test:
    def run(pair: Comparison, margin: EquivalenceMargin, tail: float) -> Estimate:
        if pair.n < 2 or pair.censored or (pair.scale == "log" and (pair.treated.zeros or pair.control.zeros)):
            raise ValueError("values beyond a limit, or zero, are left to the planned test.")
        return test(pair.treated.lower, pair.control.lower, margin, tail)

    return run


def _by_cells(pair: Comparison, margin: EquivalenceMargin, tail: float) -> Estimate:
    return count_models.equivalence(count_models.fitted(pair, Method.BETA_BINOMIAL), margin, tail)


def _welch(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    low, high = _ratios(x, y, margin)
    return equivalence_estimate(stats.equivalence(x, y, low, high, scale="ratio"), tail)


def _ranks(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    return equivalence_estimate(stats.equivalence(x, y, margin.low, margin.high, scale="ratio", method="rank"), tail)


def _ranks_of_differences(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    return equivalence_estimate(stats.equivalence(x, y, margin.low, margin.high, method="rank"), tail)


def _welch_of_differences(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    low, high = _differences(y, margin)
    return equivalence_estimate(stats.equivalence(x, y, low, high), tail)


def equivalence_estimate(test: stats.EquivalenceResult, tail: float) -> Estimate:
    """The estimate of a test of equivalence, with the interval that leaves out this share in each tail."""
    interval = test.confidence_interval(1 - 2 * tail)
    return Estimate(
        test.statistic,
        test.pvalue,
        min_pvalue=test.min_pvalue,
        estimate=test.estimate,
        low=interval.low,
        high=interval.high,
        level=interval.level,
    )


def _student(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    return _pooled_t(x, y, [x, y], _differences(y, margin), tail)


def _student_of_logs(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    return _pooled_t_of_logs(x, y, [x, y], _ratios(x, y, margin), tail)


def _pooled_t_of_logs(x: Floats, y: Floats, groups: list[Floats], bounds: tuple[float, float], tail: float) -> Estimate:
    limits = float(np.log(bounds[0])), float(np.log(bounds[1]))
    return _pooled_t(np.log(x), np.log(y), [np.log(group) for group in groups], limits, tail).as_ratio()


def _pooled_t(x: Floats, y: Floats, groups: list[Floats], limits: tuple[float, float], tail: float) -> Estimate:
    """Two one-sided t tests of a difference of means against its limits, with the spread of these groups."""
    variance, df = pooled_variance(groups)
    error = float(np.sqrt(variance * (1 / x.size + 1 / y.size)))
    return equivalence_t_test(float(x.mean() - y.mean()), error, df, limits, tail)


def _pooled(groups: list[Floats], margin: EquivalenceMargin) -> OfValues:
    """Two one-sided t tests on the scale of the margin, the spread taken from all groups."""
    if margin.scale == "linear":
        present = [group for group in groups if group.size]
        return lambda x, y, margin, tail: _pooled_t(x, y, present, (margin.low, margin.high), tail)

    def test(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
        if not all(group.all() for group in groups):
            raise ValueError("a zero has no logarithm.")
        return _pooled_t_of_logs(x, y, [group for group in groups if group.size], (margin.low, margin.high), tail)

    return test


def _differences(control: Floats, margin: EquivalenceMargin) -> tuple[float, float]:
    """The margin as differences; ratios are taken of the control's mean, as if it were known."""
    if margin.scale == "linear":
        return margin.low, margin.high
    centre = float(control.mean())
    return (margin.low - 1) * centre, (margin.high - 1) * centre


def _ratios(x: Floats, y: Floats, margin: EquivalenceMargin) -> tuple[float, float]:
    """The margin as ratios; differences are taken from the control's mean, as if it were known."""
    if margin.scale == "log":
        return margin.low, margin.high
    centre = float(y.mean())
    if min(x.min(), y.min(), centre + margin.low) <= 0:
        raise ValueError("a value, or a limit of the margin, has no logarithm.")
    return 1 + margin.low / centre, 1 + margin.high / centre
