"""Checks of what a paper says: p against its sentence, its statistic and its floor; correlations; intervals."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations

import numpy as np
from scipy import stats as scipy_stats
from scipy.special import binom

from secretome.audit.findings import Finding, Outcome, Value, check
from secretome.audit.models import Comparison, Correlation, Endpoint, Table
from secretome.audit.printed import may_be

# Every order of eight points can be counted at once; beyond, t is close.
MOST_COUNTED = 8
MOST_POINTS = 30


@check("significance")
def significance(table: Table) -> Iterator[Finding]:
    """A printed p against what the paper says that it shows."""
    for endpoint in table.endpoints.values():
        for comparison in endpoint.comparisons:
            if not comparison.p or comparison.claimed is None:
                continue
            low, high = comparison.p.limits
            different = comparison.claimed != "not different"
            outcome: Outcome = "cannot tell"
            if high <= comparison.alpha or low > comparison.alpha or comparison.p.relation == "=":
                outcome = "agrees" if (low <= comparison.alpha) == different else "differs"
            # A direction that fails its own p is no contradiction: many papers describe what they do not claim.
            if outcome == "differs" and comparison.claimed in ("higher", "lower"):
                outcome = "cannot tell"
            named = tuple(table.groups[group].label for group in comparison.groups)
            about = {"claimed": comparison.claimed, "alpha": comparison.alpha}
            value = Value("p", float(comparison.p.value))
            yield Finding(endpoint.label, "significance", outcome, str(comparison.p), (value,), named, about=about)


@check("statistic")
def statistics(table: Table) -> Iterator[Finding]:
    """A printed p against the printed statistic that it belongs to."""
    for endpoint in table.endpoints.values():
        for comparison in endpoint.comparisons:
            if not comparison.p or comparison.statistic is None:
                continue
            named = tuple(table.groups[group].label for group in comparison.groups)
            about = {"method": comparison.method, "statistic": str(comparison.statistic)}
            ends = sorted(
                _tail(table, endpoint, comparison, at)
                for at in (*may_be(comparison.statistic), float(comparison.statistic))
            )
            if any(math.isnan(p) for p in ends):
                yield Finding(endpoint.label, "statistic", "cannot tell", str(comparison.p), (), named, about=about)
                continue
            outcome: Outcome = "agrees" if comparison.p.holds(ends[0], ends[-1]) else "differs"
            yield Finding(
                endpoint.label, "statistic", outcome, str(comparison.p), (Value("p", ends[1]),), named, about=about
            )


def _tail(table: Table, endpoint: Endpoint, comparison: Comparison, statistic: float) -> float:
    """The p of a statistic, by its method; NaN where its degrees of freedom are not known."""
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


@check("attainable p")
def min_pvalue(table: Table) -> Iterator[Finding]:
    """Compare a Mann-Whitney p with the smallest that the group sizes allow, adjusted if the paper adjusts."""
    for endpoint in table.endpoints.values():
        for comparison in endpoint.comparisons:
            if comparison.method != "mann-whitney" or comparison.claimed == "not different":
                continue
            sizes = [table.size(endpoint, group) for group in comparison.groups]
            named = tuple(table.groups[group].label for group in comparison.groups)
            printed = str(comparison.p or comparison.claimed)
            about = {"by": "p" if comparison.p else "claim", "alpha": comparison.alpha, "family": comparison.family}
            if sizes[0] is None or sizes[1] is None:
                least = next(n for n in range(2, 100) if smallest_p(n, n) * comparison.family <= comparison.alpha)
                values = (Value("animals needed", least),)
                yield Finding(endpoint.label, "attainable p", "cannot tell", printed, values, named, about=about)
                continue
            floor = min(1.0, smallest_p(sizes[0].most, sizes[1].most) * comparison.family)
            most = comparison.p.limits[1] if comparison.p else comparison.alpha
            outcome: Outcome = "agrees" if floor <= most * (1 + 1e-9) else "differs"
            yield Finding(
                endpoint.label, "attainable p", outcome, printed, (Value("floor", floor),), named, about=about
            )


def smallest_p(first: int, second: int) -> float:
    """The smallest two-sided Mann-Whitney p for these group sizes without ties: 2 over the number of permutations.

    >>> round(smallest_p(5, 5), 4), round(smallest_p(12, 12) * 1e7, 1)
    (0.0079, 7.4)
    """
    return min(1.0, 2 / float(binom(first + second, first)))


@check("correlation")
def correlations(table: Table) -> Iterator[Finding]:
    """A correlation and its p against the number of points: which coefficients, and which p, so few points can give."""
    for correlation in table.correlations.values():
        yield _over(correlation, correlation.points) if correlation.points else _over_any(correlation)


def _over(correlation: Correlation, points: int) -> Finding:
    """The finding where the number of points is printed."""
    doses = correlation.doses or points
    values, fits = [], False
    if correlation.method != "pearson":
        cap = highest_spearman(points, doses)
        values += [
            Value("spearman cap", cap, n=points),
            Value("nearest spearman", _nearest(correlation, points), n=points),
        ]
        values.append(Value("spearman floor", spearman_p(1.0, points), n=points))
        fits = _by_spearman(correlation, points) if doses == points else _size(correlation) <= cap + 1e-9
    if correlation.method != "spearman":
        values.append(Value("pearson p", pearson_p(float(correlation.coefficient), points), n=points))
        fits = fits or _by_pearson(correlation, points)
    outcome: Outcome = "agrees" if fits else "differs"
    about = {"points": points, "doses": doses, "p": str(correlation.p or ""), "method": correlation.method}
    return Finding(correlation.label, "correlation", outcome, str(correlation.coefficient), tuple(values), about=about)


def _over_any(correlation: Correlation) -> Finding:
    """The finding where it is not: from how many points on the printed numbers are possible."""
    counts = range(3, MOST_POINTS + 1)
    spearman = next((k for k in counts if _by_spearman(correlation, k)), 0)
    pearson = next((k for k in counts if _by_pearson(correlation, k)), 0)
    values = (
        Value("points by spearman", spearman),
        Value("points by pearson", pearson),
        Value("spearman floor", spearman_p(1.0, 4), n=4),
        *(Value("pearson p", pearson_p(float(correlation.coefficient), k), n=k) for k in (3, 4)),
    )
    about = {"points": 0, "p": str(correlation.p or ""), "method": correlation.method}
    return Finding(correlation.label, "correlation", "cannot tell", str(correlation.coefficient), values, about=about)


def _size(correlation: Correlation) -> float:
    """The least size of the coefficient that rounds to what is printed."""
    return min(abs(end) for end in may_be(correlation.coefficient))


def _by_spearman(correlation: Correlation, points: int) -> bool:
    coefficient = _nearest(correlation, points)
    low, high = may_be(correlation.coefficient)
    if not low - 1e-9 <= coefficient <= high + 1e-9:
        return False
    p = spearman_p(coefficient, points)
    return correlation.p is None or correlation.p.holds(p, p)


def _by_pearson(correlation: Correlation, points: int) -> bool:
    ends = sorted(pearson_p(at, points) for at in may_be(correlation.coefficient))
    return correlation.p is None or correlation.p.holds(ends[0], ends[1])


def _nearest(correlation: Correlation, points: int) -> float:
    """The coefficient nearest to the printed one among those that different ranks of so many points can give."""
    wanted = float(correlation.coefficient)
    if points <= MOST_COUNTED:
        return min(_spearman_values(points), key=lambda value: abs(value - wanted))
    scale = points * (points**2 - 1)
    return 1 - 12 * round((1 - wanted) * scale / 12) / scale


@lru_cache
def _spearman_values(points: int) -> tuple[float, ...]:
    scale = points * (points**2 - 1)
    # The sum of squared rank differences takes every even value, except among three points.
    sums = (0, 2, 6, 8) if points == 3 else range(0, scale // 3 + 1, 2)
    return tuple(1 - 6 * total / scale for total in sums)


@lru_cache
def _every_rho(points: int) -> np.ndarray:
    orders = np.array(list(permutations(range(points))))
    return np.asarray(1 - 6 * ((orders - np.arange(points)) ** 2).sum(axis=1) / (points * (points**2 - 1)))


def spearman_p(coefficient: float, points: int) -> float:
    """Two-sided p of Spearman's coefficient over points without ties: every order counted up to eight points, t beyond.

    >>> round(spearman_p(1.0, 4), 3), round(spearman_p(1.0, 3), 3)
    (0.083, 0.333)
    """
    if points <= MOST_COUNTED:
        return float((np.abs(_every_rho(points)) >= abs(coefficient) - 1e-9).mean())
    return pearson_p(coefficient, points)


def pearson_p(coefficient: float, points: int) -> float:
    """Two-sided p of Pearson's coefficient over points that are normal.

    >>> round(pearson_p(0.99, 4), 3), round(pearson_p(0.97, 3), 3)
    (0.01, 0.156)
    """
    size = min(1.0, abs(coefficient))
    if size == 1:
        return 0.0
    return float(2 * scipy_stats.t.sf(size * math.sqrt((points - 2) / (1 - size**2)), points - 2))


def highest_spearman(points: int, doses: int) -> float:
    """The highest Spearman coefficient over animals in equal dose groups: tied doses keep it below 1.

    >>> round(highest_spearman(20, 4), 3)
    0.969
    """
    return float(scipy_stats.spearmanr(np.arange(points) * doses // points, np.arange(points)).statistic)


@check("interval")
def intervals(table: Table) -> Iterator[Finding]:
    """A ratio against its interval, which lies evenly about it on the log scale."""
    for estimate in table.estimates.values():
        low, high = may_be(estimate.low), may_be(estimate.high)
        middle = math.sqrt(float(estimate.low) * float(estimate.high))
        ends = math.sqrt(max(0.0, low[0]) * high[0]), math.sqrt(low[1] * high[1])
        least, most = may_be(estimate.estimate)
        outcome: Outcome = "agrees" if ends[0] <= most and ends[1] >= least else "differs"
        about = {"low": str(estimate.low), "high": str(estimate.high)}
        yield Finding(
            estimate.label, "interval", outcome, str(estimate.estimate), (Value("middle", middle),), about=about
        )
