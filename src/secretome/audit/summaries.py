"""Tests and ratios from the summaries that a table reports: means, spreads and group sizes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from secretome import stats
from secretome.audit.models import ReportedCell, ReportedEndpoint, ReportedTable
from secretome.audit.reported import half_unit


@dataclass(frozen=True)
class Summary:
    """Mean and standard deviation of a group in the table's unit, and its number of animals."""

    mean: float
    sd: float
    n: int


@dataclass(frozen=True)
class Interpretation:
    """One interpretation of a row: ± as ``sd`` or ``se``, and one size of each group.

    Attributes
    ----------
    spread : str
        ``sd`` or ``se``.
    summaries : tuple of Summary
        The groups as reported.
    farthest, closest : tuple of Summary
        The groups with means and spreads changed within their rounding, so that the groups differ as clearly, and as
        little, as the reported digits allow.
    """

    spread: str
    summaries: tuple[Summary, ...]
    farthest: tuple[Summary, ...]
    closest: tuple[Summary, ...]

    @property
    def versions(self) -> tuple[tuple[Summary, ...], ...]:
        """The groups as reported, and at both limits of rounding."""
        return self.summaries, self.farthest, self.closest


@dataclass(frozen=True)
class SummaryTest:
    """A test calculated from summaries: statistic, degrees of freedom (between and within, or one), two-sided p."""

    statistic: float
    df: tuple[float, ...]
    pvalue: float


def missing_input(table: ReportedTable, endpoint: ReportedEndpoint, groups: Sequence[str]) -> str:
    """The input of a test from means that a row does not report: ``values``, ``spread``, ``n``, or an empty string."""
    cells = [endpoint.values.get(group) for group in groups]
    if len(cells) < 2 or any(cell is None or cell.mean is None for cell in cells):
        return "values"
    if any(cell is None or cell.spread is None for cell in cells):
        return "spread"
    sizes = [table.size(endpoint, group) for group in groups]
    return "n" if any(size is None or size.least < 2 for size in sizes) else ""


def interpretations(table: ReportedTable, endpoint: ReportedEndpoint, groups: Sequence[str]) -> list[Interpretation]:
    """Every interpretation of some groups of a row; none if an input is missing."""
    if missing_input(table, endpoint, groups):
        return []
    cells = [endpoint.values[group] for group in groups]
    sizes = [size.possible for group in groups if (size := table.size(endpoint, group))]
    # If sizes are ranges such as "9 to 10", all groups get their smallest size, then all get their largest.
    limits = sorted({tuple(size[0] for size in sizes), tuple(size[-1] for size in sizes)})
    return [
        Interpretation(spread, *(_summarise(cells, ns, spread, sign) for sign in (0, 1, -1)))
        for spread in table.spreads(endpoint)
        for ns in limits
    ]


def _summarise(cells: Sequence[ReportedCell], ns: Sequence[int], spread: str, sign: int) -> tuple[Summary, ...]:
    """The groups with means moved from (`sign` 1) or towards (-1) their centre, and spreads decreased or increased."""
    means = [float(cell.mean or 0) for cell in cells]
    centre = float(np.mean(means))
    summaries = []
    for cell, mean, n in zip(cells, means, ns, strict=True):
        # A mean that moves towards the centre does not pass it.
        shift = 0.0 if cell.mean is None else sign * half_unit(cell.mean)
        mean = centre + math.copysign(max(0.0, abs(mean - centre) + shift), mean - centre)
        width = 0.0 if cell.spread is None else max(0.0, float(cell.spread) - sign * half_unit(cell.spread))
        summaries.append(Summary(mean, width * (math.sqrt(n) if spread == "se" else 1.0), n))
    return tuple(summaries)


def anova(summaries: Sequence[Summary], *, welch: bool = False) -> SummaryTest:
    """One-way analysis of variance from means, standard deviations and sizes, or Welch's version of it.

    The result is NaN if no group varies or, for Welch's version, if one does not.

    IL-6 in rats after a stroke, with five animals assumed in each of four groups (Unissula thesis 43590):

    >>> groups = [Summary(15.0, 1.80, 5), Summary(22.5, 1.51, 5), Summary(18.84, 1.73, 5), Summary(14.4, 1.46, 5)]
    >>> result = anova(groups)
    >>> round(result.statistic, 1), result.df, f"{result.pvalue:.1e}"
    (26.6, (3.0, 16.0), '1.9e-06')
    """
    spreads = [one.sd for one in summaries]
    if max(spreads) == 0 or (welch and min(spreads) == 0):
        return SummaryTest(math.nan, (math.nan, math.nan), math.nan)
    means, variances, sizes = np.array([(one.mean, one.sd**2, one.n) for one in summaries], dtype=float).T
    # Written out, because a browser has no statsmodels: the tests compare it with theirs.
    groups, total = len(sizes), float(sizes.sum())
    weights = sizes / variances if welch else sizes
    shares = weights / weights.sum()
    statistic = float(weights @ (means - shares @ means) ** 2) / (groups - 1)
    if welch:
        spread = float(((1 - shares) ** 2 / (sizes - 1)).sum()) / (groups**2 - 1)
        statistic /= 1 + 2 * (groups - 2) * spread
        df = (groups - 1.0, 1 / (3 * spread))
    else:
        df = (groups - 1.0, total - groups)
        statistic /= float((sizes - 1) @ variances) / df[1]
    return SummaryTest(statistic, df, float(scipy_stats.f.sf(statistic, *df)))


def t_test(first: Summary, second: Summary, *, welch: bool = False) -> SummaryTest:
    """Student's t test of two groups, or Welch's; NaN if neither group varies."""
    if first.sd == second.sd == 0:
        return SummaryTest(math.nan, (math.nan,), math.nan)
    result = scipy_stats.ttest_ind_from_stats(
        first.mean, first.sd, first.n, second.mean, second.sd, second.n, equal_var=not welch
    )
    df = math.nan if welch else first.n + second.n - 2.0
    return SummaryTest(float(result.statistic), (df,), float(result.pvalue))


def least_significant_difference(summaries: Sequence[Summary], first: int, second: int) -> tuple[float, SummaryTest]:
    """Fisher's LSD: the standard error of a difference from the SD pooled over all groups, and its t test.

    `summaries` has all groups of the analysis of variance; `first` and `second` are the positions of the compared ones.
    The test is NaN if no group varies.

    IL-6 at 18 h in rats with sepsis, after caecal ligation with and without melatonin (Table 1 of PMC4212921):

    >>> rows = [(9.4, 2.7), (151, 146), (129, 26), (90.8, 26.2), (87.6, 37.7)]
    >>> _, test = least_significant_difference([Summary(*row, n=10) for row in rows], 1, 2)
    >>> round(test.pvalue, 2)
    0.48
    """
    df = sum(one.n - 1 for one in summaries)
    pooled = sum((one.n - 1) * one.sd**2 for one in summaries) / df
    error = math.sqrt(pooled * (1 / summaries[first].n + 1 / summaries[second].n))
    if error == 0:
        return 0.0, SummaryTest(math.nan, (df,), math.nan)
    statistic = (summaries[first].mean - summaries[second].mean) / error
    return error, SummaryTest(statistic, (float(df),), float(2 * scipy_stats.t.sf(abs(statistic), df)))


def standardised_difference(first: Summary, second: Summary) -> float:
    """Hedges' g: the difference in pooled standard deviations, corrected for small groups; NaN if neither varies.

    >>> round(standardised_difference(Summary(66.5, 9.7, 10), Summary(285.4, 25.2, 10)), 1)
    -11.0
    """
    if first.sd == second.sd == 0:
        return math.nan
    animals = first.n + second.n
    pooled = (first.sd**2 * (first.n - 1) + second.sd**2 * (second.n - 1)) / (animals - 2)
    return (1 - 3 / (4 * animals - 9)) * (first.mean - second.mean) / math.sqrt(pooled)


def geometric_ratio(first: Summary, second: Summary) -> stats.GeometricMeanRatioResult:
    """The geometric mean ratio of two lognormal groups with these means and SDs, by Welch's t on logarithms.

    First over second, by the moments of Higgins et al. [1]_; means and standard deviations must be above zero.

    References
    ----------
    .. [1] Higgins JPT, White IR, Anzures-Cabrera J (2008). Meta-analysis of skewed data: combining results reported on
       log-transformed or raw scales. Statistics in Medicine 27:6072-6092.

    Examples
    --------
    With equal coefficients of variation it is the ratio of the means:

    >>> result = geometric_ratio(Summary(50.0, 20.0, 8), Summary(100.0, 40.0, 8))
    >>> round(result.estimate, 3)
    0.5
    """
    return stats.geometric_mean_ratio(np.exp(_logs(first)), np.exp(_logs(second)))


def arithmetic_ratio(first: Summary, second: Summary, level: float = 0.95) -> tuple[float, float, float]:
    """The ratio of two means with its interval, by the delta method on logs and Satterthwaite's degrees of freedom.

    Returns the estimate and the limits; means must be above zero [1]_.

    References
    ----------
    .. [1] Hedges LV, Gurevitch J, Curtis PS (1999). The meta-analysis of response ratios in experimental ecology.
       Ecology 80:1150-1156.
    """
    terms = [one.sd**2 / (one.n * one.mean**2) for one in (first, second)]
    df = sum(terms) ** 2 / sum(term**2 / (one.n - 1) for term, one in zip(terms, (first, second), strict=True))
    half_width = float(scipy_stats.t.ppf((1 + level) / 2, df)) * math.sqrt(sum(terms))
    estimate = first.mean / second.mean
    return estimate, estimate * math.exp(-half_width), estimate * math.exp(half_width)


def share_below(summary: Summary, lowest: float) -> float:
    """The share below the lowest possible value of a normal distribution with this mean and standard deviation.

    >>> round(share_below(Summary(151, 146, 10), 0), 2)
    0.15
    """
    return float(scipy_stats.norm.cdf(lowest, summary.mean, summary.sd)) if summary.sd else 0.0


def _logs(summary: Summary) -> NDArray[np.float64]:
    """Logarithms with the mean and variance of the lognormal distribution: a t test uses nothing else."""
    variance = math.log1p((summary.sd / summary.mean) ** 2)
    scores = scipy_stats.zscore(np.arange(summary.n, dtype=float), ddof=1)
    return np.asarray(math.log(summary.mean) - variance / 2 + math.sqrt(variance) * scores)
