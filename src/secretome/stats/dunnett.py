"""Dunnett's many-to-one test of means by quadrature, without simulation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import ArrayLike
from scipy.special import gammaln, ndtr

from secretome.stats._common import ALTERNATIVES, Alternative, ConfidenceInterval, t_pvalue
from secretome.stats._inputs import Floats, NanPolicy, as_position, as_samples, check_choice, check_level
from secretome.stats._rounding import unit_of, varies

# Gauss-Legendre nodes for a chi distribution, about as wide as a normal one for any degrees of freedom.
CHI_NODES = 64
CHI_TAIL = 1e-15
# The trapezoidal rule for a normal distribution is exact in double precision with this many nodes * sqrt(sharpness).
NORMAL_NODES = 24
NORMAL_RANGE = 8.5


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

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Simultaneous intervals, matching the alternative: a one-sided test has one limit at infinity.

        Parameters
        ----------
        confidence_level : float, default 0.95
            The probability that all intervals together cover the true values.

        Returns
        -------
        ConfidenceInterval
        """
        level = check_level(confidence_level)
        critical = _critical_value(1 - level, self._loadings, self.df, two_sided=self.alternative == "two-sided")
        half_width = critical * self._standard_error
        low = np.full(half_width.size, -np.inf) if self.alternative == "less" else self.estimate - half_width
        high = np.full(half_width.size, np.inf) if self.alternative == "greater" else self.estimate + half_width
        return ConfidenceInterval(low, high, level)


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
        k independent samples, the control among them, whose variances are taken to be equal. For ratios, give
        logarithms.
    control : int, default 0
        Which sample is the control.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: a group's mean exceeds the control's.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.

    Returns
    -------
    DunnettResult

    Raises
    ------
    ValueError
        If there is no such control, no sample varies, or every sample has one value.

    See Also
    --------
    steel : by ranks
    williams : for rising doses

    Notes
    -----
    The comparisons are independent, given the control's mean and the pooled standard deviation. The probability that
    no statistic exceeds a bound is therefore an integral over these two variables, for any number of groups [1]_. If
    the standard deviations of the groups differ, the familywise error rate can be several times the nominal one: then
    use `welch_contrasts` with a Bonferroni adjustment.

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
    unit = float(unit_of(base, *groups))
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
    low, high = float(scipy.stats.t.isf(tail, df)), float(scipy.stats.t.isf(tail / len(loadings), df))

    def excess(bound: float) -> float:
        return _chance_of_any_above(bound, loadings, df, two_sided=two_sided) - alpha

    if len(loadings) == 1 or excess(low) <= 0:
        return low
    if excess(high) >= 0:
        return high
    return float(scipy.optimize.brentq(excess, low, high, xtol=1e-12 * (high - low), rtol=1e-14))


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
    nodes = np.linspace(-NORMAL_RANGE, NORMAL_RANGE, number)
    weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()


@lru_cache(maxsize=64)
def _chi_nodes(df: int) -> tuple[Floats, Floats]:
    """Nodes and weights for a chi distribution."""
    low, high = scipy.stats.chi.ppf(CHI_TAIL, df), scipy.stats.chi.isf(CHI_TAIL, df)
    nodes, weights = np.polynomial.legendre.leggauss(CHI_NODES)
    return (high + low) / 2 + (high - low) / 2 * nodes, weights * (high - low) / 2
