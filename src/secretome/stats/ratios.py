"""Geometric-mean ratios: Student's and Welch's t on logarithms."""

import warnings
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats

from secretome.stats._common import ALTERNATIVES, Alternative, ConfidenceInterval, exp
from secretome.stats._inputs import NanPolicy, as_pairs, as_sample, check_choice, check_level, positive, varies


@dataclass(frozen=True)
class GeometricMeanRatioResult:
    """Result of `geometric_mean_ratio`.

    Attributes
    ----------
    estimate : float
        Ratio of geometric means, x over y; for pairs, the geometric mean of the ratios within pairs.
    statistic, df, pvalue : float
        t on the logarithms, its degrees of freedom, and the p of the alternative that the ratio is not 1.
    alternative : str
        The alternative tested.
    paired : bool
        Whether x and y were taken as pairs.
    """

    estimate: float
    statistic: float
    df: float
    pvalue: float
    alternative: str
    paired: bool
    _log_ratio: float = field(repr=False)
    _standard_error: float = field(repr=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Interval for the ratio, two-sided whatever the alternative.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval
        """
        reach = scipy_stats.t.ppf((1 + check_level(confidence_level)) / 2, self.df) * self._standard_error
        low, high = exp([self._log_ratio - reach, self._log_ratio + reach])
        return ConfidenceInterval(low, high, confidence_level)


def geometric_mean_ratio(
    x: ArrayLike,
    y: ArrayLike,
    *,
    paired: bool = False,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
) -> GeometricMeanRatioResult:
    """Ratio of geometric means of x over y, with its t interval on the log scale.

    Parameters
    ----------
    x, y : array_like, 1-D
        Positive values in one unit: two independent samples (Welch's t, unequal variances), or the two values of each
        pair (paired t).
    paired : bool, default False
        Whether `x` and `y` are pairs.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the ratio exceeds 1.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones. Pairs are dropped whole.

    Returns
    -------
    GeometricMeanRatioResult
        ``estimate``, ``pvalue`` and ``confidence_interval(level)``.

    Raises
    ------
    ValueError
        If a value is zero, negative, NaN or infinite, a sample has fewer than two values, or neither sample varies.

    References
    ----------
    .. [1] Welch BL (1947). The generalization of 'Student's' problem when several different population variances are
       involved. Biometrika 34:28-35.
    .. [2] Table 1 of BioMed Research International 2012:295167, doi 10.1155/2012/295167.

    Examples
    --------
    Regulatory T cells of twelve donors, with and without conditioned medium [2]_, % of CD4+ cells:

    >>> from secretome import stats
    >>> with_medium = [4.42, 2.91, 5.52, 2.48, 5.73, 4.55, 7.65, 5.81, 3.33, 2.03, 5.39, 5.06]
    >>> without = [3.45, 2.19, 5.04, 1.47, 3.95, 2.87, 5.80, 5.69, 1.30, 1.77, 1.90, 2.92]
    >>> ratio = stats.geometric_mean_ratio(with_medium, without, paired=True)
    >>> interval = ratio.confidence_interval(0.95)
    >>> round(ratio.estimate, 2), round(interval.low, 2), round(interval.high, 2)
    (1.51, 1.23, 1.85)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    if paired:
        first, second = as_pairs(x, y, nan_policy)
    else:
        first, second = as_sample(x, "x", nan_policy), as_sample(y, "y", nan_policy)
    log_x, log_y = np.log(positive(first, "x")), np.log(positive(second, "y"))
    if min(log_x.size, log_y.size) < 2:
        raise ValueError("a t interval needs at least two values in each sample.")
    if not (varies(log_x - log_y, 1.0) if paired else varies(first) or varies(second)):
        raise ValueError("the values do not vary, so a t interval cannot be formed.")
    if paired:
        test = scipy_stats.ttest_rel(log_x, log_y, alternative=alternative)
        standard_error = scipy_stats.sem(log_x - log_y)
    else:
        with warnings.catch_warnings():
            # If one group has no spread, the other's is used, and SciPy's warning of lost digits does not apply.
            warnings.simplefilter("ignore", RuntimeWarning)
            test = scipy_stats.ttest_ind(log_x, log_y, equal_var=False, alternative=alternative)
        standard_error = np.hypot(scipy_stats.sem(log_x), scipy_stats.sem(log_y))
    log_ratio = float(log_x.mean() - log_y.mean())
    return GeometricMeanRatioResult(
        float(exp(log_ratio)),
        float(test.statistic),
        float(test.df),
        float(test.pvalue),
        alternative,
        paired,
        log_ratio,
        float(standard_error),
    )
