"""Checks of p-values against the statement, the statistic and the group sizes; checks of correlations and intervals."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from scipy.special import binom

from secretome.audit.findings import AuditOutcome, Finding, RecalculatedValue, check, check_comparisons
from secretome.audit.models import ReportedComparison, ReportedCorrelation, ReportedEndpoint, ReportedTable
from secretome.audit.reported import rounding_limits

# Every order of eight points can be counted; for more points the t distribution is close.
MAX_COUNTED = 8
MAX_POINTS = 30


@check_comparisons("significance")
def check_significance(
    _table: ReportedTable, _endpoint: ReportedEndpoint, comparison: ReportedComparison
) -> Finding | None:
    """Compare a reported p with the statement that the paper bases on it."""
    if not comparison.p or comparison.claimed is None:
        return None
    low, high = comparison.p.limits
    outcome: AuditOutcome = "cannot tell"
    if high <= comparison.alpha or low > comparison.alpha or comparison.p.relation == "=":
        outcome = "agrees" if (low <= comparison.alpha) == (comparison.claimed != "not different") else "differs"
    # A direction whose p is not significant is no contradiction: many papers describe what they do not claim.
    if outcome == "differs" and comparison.claimed in ("higher", "lower"):
        outcome = "cannot tell"
    details = {"claimed": comparison.claimed, "alpha": comparison.alpha}
    return Finding(outcome, str(comparison.p), (RecalculatedValue("p", float(comparison.p.value)),), details)


@check_comparisons("statistic")
def check_statistic(table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison) -> Finding | None:
    """Compare a reported p with the reported statistic that it belongs to."""
    if not comparison.p or comparison.statistic is None:
        return None
    details = {"statistic": str(comparison.statistic)}
    statistics = (*rounding_limits(comparison.statistic), float(comparison.statistic))
    low, p, high = sorted(_pvalue_of_statistic(table, endpoint, comparison, value) for value in statistics)
    if math.isnan(p):
        return Finding("cannot tell", str(comparison.p), (), details)
    outcome: AuditOutcome = "agrees" if comparison.p.is_compatible(low, high) else "differs"
    return Finding(outcome, str(comparison.p), (RecalculatedValue("p", p),), details)


def _pvalue_of_statistic(
    table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison, statistic: float
) -> float:
    """The p of a statistic, by its method; NaN if its degrees of freedom are not known."""
    groups = comparison.groups or tuple(endpoint.values)
    sizes = [size.least for group in groups if (size := table.size(endpoint, group))]
    between, within = len(groups) - 1, sum(sizes) - len(groups) if len(sizes) == len(groups) else 0
    if comparison.method in ("chi-square", "log-rank", "kruskal-wallis") and between:
        return float(scipy_stats.chi2.sf(statistic, between))
    if comparison.method == "anova" and between and within > 0:
        return float(scipy_stats.f.sf(statistic, between, within))
    if comparison.method == "t" and within > 0:
        return float(2 * scipy_stats.t.sf(statistic, within))
    return math.nan


@check_comparisons("minimum p-value")
def check_min_pvalue(
    table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison
) -> Finding | None:
    """Compare a Mann-Whitney p with the minimum for the group sizes, adjusted if the paper adjusts."""
    if comparison.method != "mann-whitney" or comparison.claimed == "not different":
        return None
    alpha, family = comparison.alpha, comparison.family
    details = {"alpha": alpha, "family": family}
    first, second = (table.size(endpoint, group) for group in comparison.groups)
    if first is None or second is None:
        needed = next(n for n in range(2, 100) if min_mann_whitney_p(n, n) * family <= alpha)
        return Finding("cannot tell", comparison.reported, (RecalculatedValue("animals needed", needed),), details)
    minimum = min(1.0, min_mann_whitney_p(first.most, second.most) * family)
    largest = comparison.p.limits[1] if comparison.p else alpha
    outcome: AuditOutcome = "agrees" if minimum <= largest * (1 + 1e-9) else "differs"
    return Finding(outcome, comparison.reported, (RecalculatedValue("minimum", minimum),), details)


def min_mann_whitney_p(first: int, second: int) -> float:
    """The minimum two-sided Mann-Whitney p for these group sizes without ties: 2 over the number of permutations.

    >>> round(min_mann_whitney_p(5, 5), 4), round(min_mann_whitney_p(12, 12) * 1e7, 1)
    (0.0079, 7.4)
    """
    return min(1.0, 2 / float(binom(first + second, first)))


@check("correlation")
def check_correlation(table: ReportedTable) -> Iterator[Finding]:
    """Compare a correlation and its p with those that the number of points allows."""
    for correlation in table.correlations.values():
        yield _with_points(correlation, correlation.points) if correlation.points else _without_points(correlation)


def _with_points(correlation: ReportedCorrelation, points: int) -> Finding:
    """The finding if the number of points is reported."""
    doses = correlation.doses or points
    values, fits = {}, False
    if correlation.method != "pearson":
        largest = largest_spearman(points, doses)
        values["largest spearman"] = largest
        values["nearest spearman"] = _nearest_spearman(correlation, points)
        values["spearman minimum"] = spearman_p(1.0, points)
        smallest_reported = min(map(abs, rounding_limits(correlation.coefficient)))
        fits = _fits_spearman(correlation, points) if doses == points else smallest_reported <= largest + 1e-9
    if correlation.method != "spearman":
        values["pearson p"] = pearson_p(float(correlation.coefficient), points)
        fits = fits or _fits_pearson(correlation, points)
    recalculated = tuple(RecalculatedValue(name, value, n=points) for name, value in values.items())
    return _correlation_finding(correlation, "agrees" if fits else "differs", recalculated, points=points, doses=doses)


def _without_points(correlation: ReportedCorrelation) -> Finding:
    """The finding if it is not: the smallest number of points for which the reported numbers are possible."""
    numbers = range(3, MAX_POINTS + 1)
    values = (
        RecalculatedValue("points by spearman", next((n for n in numbers if _fits_spearman(correlation, n)), 0)),
        RecalculatedValue("points by pearson", next((n for n in numbers if _fits_pearson(correlation, n)), 0)),
        RecalculatedValue("spearman minimum", spearman_p(1.0, 4), n=4),
        *(RecalculatedValue("pearson p", pearson_p(float(correlation.coefficient), n), n=n) for n in (3, 4)),
    )
    return _correlation_finding(correlation, "cannot tell", values, points=0, doses=0)


def _correlation_finding(
    correlation: ReportedCorrelation,
    outcome: AuditOutcome,
    values: tuple[RecalculatedValue, ...],
    *,
    points: int,
    doses: int,
) -> Finding:
    details = {"points": points, "doses": doses, "p": str(correlation.p or "")}
    return Finding(outcome, str(correlation.coefficient), values, details, item=correlation.label)


def _fits_spearman(correlation: ReportedCorrelation, points: int) -> bool:
    coefficient = _nearest_spearman(correlation, points)
    low, high = rounding_limits(correlation.coefficient)
    if not low - 1e-9 <= coefficient <= high + 1e-9:
        return False
    p = spearman_p(coefficient, points)
    return correlation.p is None or correlation.p.is_compatible(p, p)


def _fits_pearson(correlation: ReportedCorrelation, points: int) -> bool:
    low, high = sorted(pearson_p(limit, points) for limit in rounding_limits(correlation.coefficient))
    return correlation.p is None or correlation.p.is_compatible(low, high)


def _nearest_spearman(correlation: ReportedCorrelation, points: int) -> float:
    """The coefficient nearest to the reported one that this number of points without ties can give."""
    reported = float(correlation.coefficient)
    if points <= MAX_COUNTED:
        return float(min(np.unique(_every_spearman(points))[::-1], key=lambda value: abs(value - reported)))
    # The sum of squared rank differences takes every even value.
    scale = points * (points**2 - 1)
    return 1 - 12 * round((1 - reported) * scale / 12) / scale


@lru_cache
def _every_spearman(points: int) -> NDArray[np.float64]:
    """The coefficient of every order of the points."""
    orders = np.array(list(permutations(range(points))))
    squares = ((orders - np.arange(points)) ** 2).sum(axis=1)
    return np.asarray(1 - 6 * squares / (points * (points**2 - 1)))


def spearman_p(coefficient: float, points: int) -> float:
    """Two-sided p of Spearman's coefficient without ties: exact up to eight points, from the t distribution beyond.

    >>> round(spearman_p(1.0, 4), 3), round(spearman_p(1.0, 3), 3)
    (0.083, 0.333)
    """
    if points <= MAX_COUNTED:
        return float((np.abs(_every_spearman(points)) >= abs(coefficient) - 1e-9).mean())
    return pearson_p(coefficient, points)


def pearson_p(coefficient: float, points: int) -> float:
    """Two-sided p of Pearson's coefficient of normally distributed points.

    >>> round(pearson_p(0.99, 4), 3), round(pearson_p(0.97, 3), 3)
    (0.01, 0.156)
    """
    shape = points / 2 - 1
    return float(2 * scipy_stats.beta.sf(min(1.0, abs(coefficient)), shape, shape, loc=-1, scale=2))


def largest_spearman(points: int, doses: int) -> float:
    """The largest Spearman coefficient of animals in equal dose groups: tied doses keep it below 1.

    >>> round(largest_spearman(20, 4), 3)
    0.969
    """
    return float(scipy_stats.spearmanr(np.arange(points) * doses // points, np.arange(points)).statistic)


@check("interval")
def check_interval(table: ReportedTable) -> Iterator[Finding]:
    """Compare a ratio with the middle of its interval on the log scale."""
    for estimate in table.estimates.values():
        low, high = rounding_limits(estimate.low), rounding_limits(estimate.high)
        middle = math.sqrt(float(estimate.low) * float(estimate.high))
        smallest, largest = math.sqrt(max(0.0, low[0]) * high[0]), math.sqrt(low[1] * high[1])
        least, most = rounding_limits(estimate.estimate)
        outcome: AuditOutcome = "agrees" if smallest <= most and largest >= least else "differs"
        details = {"low": str(estimate.low), "high": str(estimate.high)}
        yield Finding(
            outcome, str(estimate.estimate), (RecalculatedValue("middle", middle),), details, item=estimate.label
        )
