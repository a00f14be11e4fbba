"""Tests that take one spread for several groups."""

import math
from collections.abc import Sequence
from dataclasses import replace

from scipy.special import stdtr

from secretome.analysis.results import Estimate, Floats
from secretome.stats._common import t_quantile


def pooled_variance(groups: Sequence[Floats]) -> tuple[float, int]:
    """The variance within groups, and its degrees of freedom.

    Raises
    ------
    ValueError
        If no group varies.
    """
    if all(group.max() - group.min() <= 1e-12 * abs(group).max() for group in groups):
        raise ValueError("the values do not vary.")
    df = sum(group.size for group in groups) - len(groups)
    return float(sum(((group - group.mean()) ** 2).sum() for group in groups) / df), df


def t_test(difference: float, error: float, df: float, level: float) -> Estimate:
    """Student's t of a difference with a known standard error."""
    if not error > 0:
        raise ValueError("the values do not vary.")
    reach = float(t_quantile(level, df)) * error
    pvalue = float(2 * stdtr(df, -abs(difference / error)))
    return Estimate(
        difference / error, pvalue, estimate=difference, low=difference - reach, high=difference + reach, level=level
    )


def equivalence_t_test(
    difference: float, error: float, df: float, limits: tuple[float, float], tail: float
) -> Estimate:
    """Two one-sided t tests of a difference against its limits; the interval leaves out `tail` on each side."""
    estimate = t_test(difference, error, df, 1 - 2 * tail)
    above, below = ((difference - limit) / error for limit in limits)
    sides = ((above, float(stdtr(df, -above))), (below, float(stdtr(df, below))))
    statistic, pvalue = max(sides, key=lambda side: side[1])
    return replace(estimate, statistic=float(statistic), pvalue=pvalue)


def two_samples(x: Floats, y: Floats, groups: Sequence[Floats], level: float) -> Estimate:
    """The difference of two means with the spread of these groups."""
    variance, df = pooled_variance(groups)
    return t_test(float(x.mean() - y.mean()), math.sqrt(variance * (1 / x.size + 1 / y.size)), df, level)
