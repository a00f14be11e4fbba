"""Every other reasonable test that nothing changed: spreads, scales, ranks, and how strict to be with many groups."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace

import numpy as np
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_ind

from secretome import stats
from secretome.analysis import count_models
from secretome.analysis.pooled_variance import pooled_variance, t_test
from secretome.analysis.results import (
    BONFERRONI,
    EQUIVALENCE,
    HALF_ERROR,
    MEAN_DIFFERENCE,
    RANK_RATIO,
    RATE_RATIO,
    RATIO,
    UNADJUSTED,
    Estimate,
    Floats,
    Result,
    estimate_or_nan,
)
from secretome.analysis.samples import Comparison
from secretome.protocol import EquivalenceMargin, sides

EQUIVALENCE_BY_CELLS = f"two one-sided tests by the {count_models.BETA_BINOMIAL}"
# A test of sameness: the two groups, the bounds, and the share of error in each tail give p, estimate and interval.
Test = Callable[[Comparison, EquivalenceMargin, float], Estimate]
OfValues = Callable[[Floats, Floats, EquivalenceMargin, float], Estimate]


def equivalence_rows(
    compared: Mapping[str, Comparison], margin: EquivalenceMargin, alpha: float
) -> Iterator[tuple[str, Result]]:
    """The equivalence tests of each contrast other than the planned one, each with its contrast."""
    pool = {
        side: arm.lower
        for contrast, arms in compared.items()
        for side, arm in zip(sides(contrast), (arms.treated, arms.control), strict=True)
    }
    of_values: tuple[tuple[str, str, OfValues], ...] = (
        (EQUIVALENCE, RATIO, _welch),
        (
            "two one-sided Student's t tests on logs",
            RATIO,
            lambda x, y, margin, tail: _student(x, y, margin, tail, np.log),
        ),
        ("two one-sided t tests with the spread of the whole family, on logs", RATIO, _pooled(list(pool.values()))),
        ("two one-sided exact rank tests", RANK_RATIO, _ranks),
        ("two one-sided Welch t tests", MEAN_DIFFERENCE, _plain_welch),
        (
            "two one-sided Student's t tests",
            MEAN_DIFFERENCE,
            lambda x, y, margin, tail: _student(x, y, margin, tail, None),
        ),
    )
    tests = [(name, effect, _on_values(test)) for name, effect, test in of_values]
    if count_models.throughout(compared.values(), count_models.BETA_BINOMIAL):
        tests.append((EQUIVALENCE_BY_CELLS, RATE_RATIO, _by_cells))
    # Of two groups, Bonferroni's is half the error; of one, nothing is adjusted.
    ways = {len(compared): BONFERRONI} | {1: UNADJUSTED, 2: HALF_ERROR}
    for name, effect, test in tests:
        for times, way in ways.items():
            if (name, way) == (EQUIVALENCE, UNADJUSTED):
                continue
            for contrast, arms in compared.items():
                estimate = estimate_or_nan(lambda test=test, arms=arms, times=times: test(arms, margin, alpha / times))  # type: ignore[misc]
                adjusted = float(np.minimum(1, times * estimate.pvalue))
                yield (
                    contrast,
                    Result(
                        **asdict(estimate),
                        analysis="multiverse",
                        method=f"{name}, {way}",
                        alternative="equivalence",
                        effect=effect,
                        pvalue_adjusted=adjusted,
                    ),
                )


def _on_values(test: OfValues) -> Test:
    def run(arms: Comparison, margin: EquivalenceMargin, tail: float) -> Estimate:
        if arms.n < 2 or arms.censored or arms.treated.zeros or arms.control.zeros:
            raise ValueError("values beyond a limit, or zero, are left to the planned test.")
        return test(arms.treated.lower, arms.control.lower, margin, tail)

    return run


def _by_cells(arms: Comparison, margin: EquivalenceMargin, tail: float) -> Estimate:
    return count_models.equivalence(count_models.fitted(arms, count_models.BETA_BINOMIAL), margin, tail)


def _welch(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    return _estimate(stats.equivalence(x, y, margin.low, margin.high, scale="ratio"), tail)


def _ranks(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    return _estimate(stats.equivalence(x, y, margin.low, margin.high, scale="ratio", method="rank"), tail)


def _plain_welch(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
    low, high = _differences(y, margin)
    return _estimate(stats.equivalence(x, y, low, high), tail)


def _estimate(test: stats.EquivalenceResult, tail: float) -> Estimate:
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


def _student(
    x: Floats, y: Floats, margin: EquivalenceMargin, tail: float, transform: Callable[[Floats], Floats] | None
) -> Estimate:
    low, high = (margin.low, margin.high) if transform else _differences(y, margin)
    if not np.ptp(np.concatenate([x, y])):
        raise ValueError("the values do not vary.")
    pvalue, *sides = ttost_ind(x, y, low, high, usevar="pooled", transform=transform)
    nearer = max(sides, key=lambda side: float(side[1]))
    first, second = (transform(x), transform(y)) if transform else (x, y)
    interval = scipy_stats.ttest_ind(first, second).confidence_interval(1 - 2 * tail)
    found = Estimate(
        float(nearer[0]),
        float(pvalue),
        estimate=float(first.mean() - second.mean()),
        low=interval.low,
        high=interval.high,
        level=1 - 2 * tail,
    )
    return found.as_ratio() if transform else found


def _pooled(groups: list[Floats]) -> OfValues:
    """Two one-sided t tests on logs, the spread taken from all groups."""

    def test(x: Floats, y: Floats, margin: EquivalenceMargin, tail: float) -> Estimate:
        if not all(group.all() for group in groups):
            raise ValueError("a zero has no logarithm.")
        variance, df = pooled_variance([np.log(group) for group in groups if group.size])
        error = float(np.sqrt(variance * (1 / x.size + 1 / y.size)))
        found = t_test(float(np.log(x).mean() - np.log(y).mean()), error, df, 1 - 2 * tail)
        above, below = (found.estimate - np.log(margin.low)) / error, (found.estimate - np.log(margin.high)) / error
        sides = ((above, float(scipy_stats.t.sf(above, df))), (below, float(scipy_stats.t.cdf(below, df))))
        statistic, pvalue = max(sides, key=lambda side: side[1])
        return replace(found, statistic=float(statistic), pvalue=pvalue).as_ratio()

    return test


def _differences(control: Floats, margin: EquivalenceMargin) -> tuple[float, float]:
    """The margin as differences from the control's mean, which is taken as known."""
    centre = float(control.mean())
    return (margin.low - 1) * centre, (margin.high - 1) * centre
