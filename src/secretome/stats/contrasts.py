"""Comparisons among several groups: Welch contrasts, and Dunnett's many-to-one test without simulation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr

from secretome.stats._common import ALTERNATIVES, Alternative, ConfidenceIntervals, exp, t_pvalue
from secretome.stats._inputs import (
    Floats,
    NanPolicy,
    as_matrix,
    as_position,
    as_samples,
    check_choice,
    check_level,
    positive,
    unit_of,
    varies,
)

Scale = Literal["plain", "log"]

# Gauss-Legendre nodes for a chi distribution, about as wide as a normal one for any degrees of freedom.
SPREAD_NODES = 64
RAREST_SPREAD = 1e-15
# The trapezoidal rule for a normal distribution is exact in double precision with this many nodes * sqrt(sharpness).
NORMAL_NODES = 24
FARTHEST_NORMAL = 8.5


@dataclass(frozen=True)
class WelchContrastsResult:
    """Result of `welch_contrasts`, one entry per contrast.

    Attributes
    ----------
    estimate : (c,) array
        The contrast of the means; on the log scale its exponential, a ratio of geometric means.
    statistic, df, pvalue : (c,) array
        t, Satterthwaite's degrees of freedom, and p, which is not adjusted for the number of contrasts.
    alternative, scale : str
        What was tested, and on which scale.
    """

    estimate: Floats
    statistic: Floats
    df: Floats
    pvalue: Floats
    alternative: str
    scale: str
    _difference: Floats = field(repr=False)
    _standard_error: Floats = field(repr=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceIntervals:
        """Intervals, two-sided whatever the alternative, each at the level asked for.

        Ask for ``1 - alpha / c`` to have all c together cover at ``1 - alpha`` (Bonferroni).

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceIntervals
        """
        reach = scipy_stats.t.ppf((1 + check_level(confidence_level)) / 2, self.df) * self._standard_error
        if self.scale == "log":
            return ConfidenceIntervals(exp(self._difference - reach), exp(self._difference + reach), confidence_level)
        return ConfidenceIntervals(self.estimate - reach, self.estimate + reach, confidence_level)


@dataclass(frozen=True)
class DunnettResult:
    """Result of `dunnett`, one entry per group in the order of the samples, the control left out.

    Attributes
    ----------
    estimate : (k - 1,) array
        Mean of the group less mean of the control.
    statistic, pvalue : (k - 1,) array
        t with the pooled variance of all samples, and p adjusted for all comparisons.
    df : int
        Degrees of freedom of the pooled variance.
    alternative : str
        What was tested.
    """

    estimate: Floats
    statistic: Floats
    pvalue: Floats
    df: int
    alternative: Alternative
    _standard_error: Floats = field(repr=False)
    _loadings: tuple[float, ...] = field(repr=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceIntervals:
        """Simultaneous intervals, matching the alternative: a one-sided test has one limit at infinity.

        Parameters
        ----------
        confidence_level : float, default 0.95
            The chance that all intervals together hold.

        Returns
        -------
        ConfidenceIntervals
        """
        level = check_level(confidence_level)
        reach = (
            _critical_value(1 - level, self._loadings, self.df, two_sided=self.alternative == "two-sided")
            * self._standard_error
        )
        low = np.full(reach.size, -np.inf) if self.alternative == "less" else self.estimate - reach
        high = np.full(reach.size, np.inf) if self.alternative == "greater" else self.estimate + reach
        return ConfidenceIntervals(low, high, level)


def welch_contrasts(
    samples: Sequence[ArrayLike],
    contrasts: ArrayLike,
    *,
    scale: Scale = "plain",
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
) -> WelchContrastsResult:
    """Contrasts of group means whose spreads may differ, with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        k independent samples, in one unit.
    contrasts : (c, k) array_like
        One row of weights per contrast, each adding up to zero: ``[-1, 1, 0]`` compares the second group with the
        first.
    scale : {"plain", "log"}
        ``"log"`` takes logarithms first, and gives ratios of geometric means.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the contrast exceeds 0, or the ratio 1.
    nan_policy : {"raise", "omit"}
        What to do with NaN.

    Returns
    -------
    WelchContrastsResult

    Raises
    ------
    ValueError
        If the weights do not fit the samples or do not add up to zero; if a sample that takes part has fewer than two
        values; if no sample of a contrast varies; if a value has no logarithm.

    References
    ----------
    .. [1] Satterthwaite FE (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin
       2:110-114.
    .. [2] Sachs L (1997). Angewandte Statistik, 8th edition. Springer, p. 402.

    Examples
    --------
    Three groups of five [2]_, the second and the third each against the first:

    >>> from secretome import stats
    >>> samples = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]
    >>> result = stats.welch_contrasts(samples, [[-1, 1, 0], [-1, 0, 1]])
    >>> result.estimate.round(1).tolist(), result.pvalue.round(3).tolist()
    ([13.8, 30.0], [0.218, 0.015])
    """
    check_choice(scale, ("plain", "log"), "scale")
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy)
    weights = _checked_weights(contrasts, [group.size for group in groups])
    unit = 1.0 if scale == "log" else unit_of(*groups)
    # Values that are equal except for rounding have no variance; the variance of a sample of one is never used.
    varied = [varies(group) for group in groups]
    if scale == "log":
        groups = [np.log(positive(group, f"samples[{position}]")) for position, group in enumerate(groups)]
    else:
        groups = [group / unit for group in groups]
    sizes = np.array([group.size for group in groups])
    means = np.array([group.mean() for group in groups])
    variances = np.array([group.var(ddof=1) if spread else 0.0 for group, spread in zip(groups, varied, strict=True)])
    parts = weights**2 * variances / sizes
    squared = parts.sum(axis=1)
    if (squared == 0).any():
        raise ValueError("the values of a contrast do not vary, so a t interval cannot be formed.")
    df = squared**2 / (parts**2 / np.maximum(sizes - 1, 1)).sum(axis=1)
    difference = weights @ means
    standard_error = np.sqrt(squared)
    statistic = difference / standard_error
    estimate = exp(difference) if scale == "log" else difference * unit
    pvalue = t_pvalue(statistic, df, alternative)
    return WelchContrastsResult(
        estimate, statistic, df, pvalue, alternative, scale, difference * unit, standard_error * unit
    )


def dunnett(
    samples: Sequence[ArrayLike],
    *,
    control: int = 0,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
) -> DunnettResult:
    """Dunnett's test of several groups against one control, by quadrature: the same digits every time.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        k independent samples whose spreads are taken to be equal, the control among them. For ratios, give logarithms.
    control : int, default 0
        Which sample is the control.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: a group's mean exceeds the control's.
    nan_policy : {"raise", "omit"}
        What to do with NaN.

    Returns
    -------
    DunnettResult

    Raises
    ------
    ValueError
        If there is no such control, no sample varies, or every sample has one value.

    Notes
    -----
    Given the control's mean and the pooled spread the comparisons are independent, so the chance that none exceeds a
    bound is a double integral over those two, whatever the number of groups [1]_. Where spreads differ, the family's
    error rate can reach several times
    the nominal one: then use `welch_contrasts` with a Bonferroni adjustment.

    References
    ----------
    .. [1] Dunnett CW (1955). A multiple comparison procedure for comparing several treatments with a control. JASA
       50:1096-1121.

    Examples
    --------
    Breaking strength of cloth after three chemical treatments, in pounds [1]_:

    >>> from secretome import stats
    >>> samples = [55, 47, 48], [55, 64, 64], [55, 49, 52], [50, 44, 41]
    >>> result = stats.dunnett(samples, control=0)
    >>> result.pvalue.round(4).tolist()
    [0.0366, 0.8965, 0.4092]
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy)
    base = groups.pop(as_position(control, "control", len(groups)))
    df = base.size - 1 + sum(group.size - 1 for group in groups)
    if df < 1:
        raise ValueError("the spread cannot be estimated: every sample has one value.")
    unit = unit_of(base, *groups)
    base, groups = base / unit, [group / unit for group in groups]
    if not any(varies(group) for group in (base, *groups)):
        raise ValueError("the values do not vary within the samples.")
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in (base, *groups))
    sizes = np.array([group.size for group in groups])
    standard_error = np.sqrt(within / df * (1 / sizes + 1 / base.size))
    estimate = np.array([group.mean() for group in groups]) - base.mean()
    statistic = estimate / standard_error
    loadings = tuple(np.sqrt(sizes / (sizes + base.size)).tolist())
    pvalue = _dunnett_pvalues(statistic, loadings, df, alternative)
    return DunnettResult(estimate * unit, statistic, pvalue, df, alternative, standard_error * unit, loadings)


def _checked_weights(contrasts: ArrayLike, sizes: list[int]) -> Floats:
    weights = as_matrix(contrasts, "contrasts")
    if weights.shape[1] != len(sizes):
        raise ValueError(
            f"contrasts must have one row per contrast and {len(sizes)} columns, one per sample; its shape is "
            f"{weights.shape}."
        )
    largest = np.abs(weights).sum(axis=1)
    if not np.isfinite(largest).all() or not largest.all() or (np.abs(weights.sum(axis=1)) > 1e-9 * largest).any():
        raise ValueError("the weights of every contrast must be finite, not all zero, and add up to zero.")
    for position, size in enumerate(sizes):
        if size < 2 and weights[:, position].any():
            raise ValueError(f"samples[{position}] takes part in a contrast and has fewer than two values.")
    return weights


def _dunnett_pvalues(statistic: Floats, loadings: tuple[float, ...], df: int, alternative: Alternative) -> Floats:
    two_sided = alternative == "two-sided"
    bounds = {"two-sided": np.abs(statistic), "greater": statistic, "less": -statistic}[alternative]
    adjusted = np.array([_chance_of_any_above(float(bound), loadings, df, two_sided=two_sided) for bound in bounds])
    # Between the p of the comparison alone and Bonferroni's: rounding may leave this range where p is tiny.
    alone = t_pvalue(statistic, np.full(statistic.size, float(df)), alternative)
    return np.asarray(np.clip(adjusted, alone, np.minimum(1, len(loadings) * alone)))


def _critical_value(alpha: float, loadings: tuple[float, ...], df: int, *, two_sided: bool) -> float:
    """The bound that the largest statistic exceeds with probability `alpha` under the null hypothesis."""
    tail = alpha / 2 if two_sided else alpha
    # Between the quantile for one comparison and Bonferroni's.
    low, high = float(scipy_stats.t.isf(tail, df)), float(scipy_stats.t.isf(tail / len(loadings), df))

    def excess(bound: float) -> float:
        return _chance_of_any_above(bound, loadings, df, two_sided=two_sided) - alpha

    if len(loadings) == 1 or excess(low) <= 0:
        return low
    return high if excess(high) >= 0 else float(brentq(excess, low, high, xtol=1e-12 * (high - low), rtol=1e-14))


def _chance_of_any_above(bound: float, loadings: tuple[float, ...], df: int, *, two_sided: bool) -> float:
    """The probability under the null hypothesis that a statistic (or, two-sided, an absolute one) exceeds `bound`.

    The integrand decreases with the estimated standard deviation as fast as the density of a chi variable divided by
    the root of df + bound**2. The nodes are placed accordingly, which is accurate even with one degree of freedom and a
    bound of thousands.
    """
    if two_sided and bound <= 0:
        return 1.0
    normal, normal_weights = _normal_nodes(sum(loading**2 / (1 - loading**2) for loading in loadings))
    chi, chi_weights = _chi_nodes(df)
    spread = chi / np.sqrt(df + max(0.0, bound) ** 2)
    log_density = (
        np.log(2 * df) / 2 - gammaln(df / 2) + (df - 1) * np.log(spread * np.sqrt(df / 2)) - df * spread**2 / 2
    )
    # Logarithms of the probability that no statistic exceeds the bound, for precision at small probabilities.
    none_above = np.zeros((spread.size, normal.size))
    with np.errstate(divide="ignore"):
        for loading, times in Counter(loadings).items():
            rest = np.sqrt(1 - loading**2)
            above = ndtr((loading * normal - bound * spread[:, None]) / rest)
            if two_sided:
                above += ndtr((-loading * normal - bound * spread[:, None]) / rest)
            none_above += times * np.log1p(-np.minimum(above, 1.0))
    any_above = -np.expm1(none_above) @ normal_weights
    return float(min(1.0, (chi_weights * np.exp(log_density) / np.sqrt(df + max(0.0, bound) ** 2)) @ any_above))


def _normal_nodes(sharpness: float) -> tuple[Floats, Floats]:
    number = int(np.ceil(NORMAL_NODES * np.sqrt(1 + sharpness)))
    nodes = np.linspace(-FARTHEST_NORMAL, FARTHEST_NORMAL, number)
    weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()


@lru_cache(maxsize=64)
def _chi_nodes(df: int) -> tuple[Floats, Floats]:
    """Nodes and weights for a chi distribution."""
    low, high = scipy_stats.chi.ppf(RAREST_SPREAD, df), scipy_stats.chi.isf(RAREST_SPREAD, df)
    nodes, weights = np.polynomial.legendre.leggauss(SPREAD_NODES)
    return (high + low) / 2 + (high - low) / 2 * nodes, weights * (high - low) / 2
