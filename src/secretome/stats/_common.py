"""Confidence intervals, t inference and tails of exact null distributions, shared by all methods."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtr, stdtrit

from secretome.stats._inputs import Floats, as_real, check_choice, check_level

Alternative = Literal["two-sided", "less", "greater"]
ALTERNATIVES = ("two-sided", "less", "greater")
MIRRORED: dict[str, Alternative] = {"two-sided": "two-sided", "less": "greater", "greater": "less"}
# Up to these degrees of freedom, the quantile of t is exact to 12 digits at the levels of intervals.
MAX_DF = 1000
# A float or, from a function that was called with `axis`, an array of floats.
Number = Any


class _Limits(NamedTuple):
    low: Number
    high: Number


class ConfidenceInterval(_Limits):
    """Limits of one or several intervals, unpacked as ``low, high``, and the confidence level they reach.

    Attributes
    ----------
    low, high : float or array
        The limits, in the unit of the estimate: floats for a single estimate, otherwise arrays of its shape.
    level : float
        The confidence level reached: of each interval, or of all together where a method says that they are
        simultaneous. An exact interval can only reach some levels, so this may exceed the level that was asked for.
    """

    level: float

    def __new__(cls, low: ArrayLike, high: ArrayLike, level: float) -> "ConfidenceInterval":
        interval = super().__new__(cls, as_number(low), as_number(high))
        interval.level = float(level)
        return interval

    def __getnewargs__(self) -> tuple[Number, Number, float]:
        return self.low, self.high, self.level

    def __repr__(self) -> str:
        return f"ConfidenceInterval(low={self.low}, high={self.high}, level={self.level})"


class TEstimate(NamedTuple):
    """Estimates and their standard errors, whose quotient follows t: floats, or arrays of one shape.

    Both are in units of `unit`, a power of two, so that squares of large and small values neither over- nor underflow.
    """

    estimate: Number
    standard_error: Number
    df: Number
    unit: Number = 1.0

    @property
    def scaled(self) -> Number:
        """The estimates in the unit of the data."""
        return as_number(self.estimate * self.unit)

    def test(self, null: float = 0.0, alternative: Alternative = "two-sided") -> tuple[Number, Number]:
        """Return t and p of the null hypothesis that the parameter is `null`."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            statistic = np.asarray((self.estimate - null / self.unit) / self.standard_error)
        return as_number(statistic), as_number(t_pvalue(statistic, self.df, alternative))

    def limits(self, confidence_level: float) -> tuple[Number, Number]:
        """Return the limits of the two-sided interval."""
        half_width = t_quantile(confidence_level, self.df) * self.standard_error
        return (self.estimate - half_width) * self.unit, (self.estimate + half_width) * self.unit


@dataclass(frozen=True, kw_only=True)
class TResult:
    """Base of results whose estimates, or their logarithms, follow t."""

    _t: TEstimate = field(repr=False)
    _ratio: bool = field(repr=False, default=True)

    def against(self, value: float, alternative: Alternative = "two-sided") -> tuple[Number, Number]:
        """Test the estimates against another value than no effect, without a new fit.

        Parameters
        ----------
        value : float
            On the scale of the estimates; above zero for ratios.
        alternative : {"two-sided", "less", "greater"}
            ``"greater"``: the true value exceeds `value`.

        Returns
        -------
        statistic, pvalue : float or array
            As the result's own are against no effect.

        Raises
        ------
        ValueError
            If `value` is not finite, or not above zero for a ratio.
        """
        return self._t.test(log_of_ratio(value) if self._ratio else as_real(value, "value"), alternative)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Two-sided intervals, whatever the alternative, each at the level asked for.

        For c estimates, ``1 - alpha / c`` makes all intervals together cover at ``1 - alpha`` (Bonferroni).

        Parameters
        ----------
        confidence_level : float, default 0.95
            The probability that an interval covers the true value.

        Returns
        -------
        ConfidenceInterval
            Of the shape of the estimates; NaN where there is no standard error.
        """
        low, high = self._t.limits(check_level(confidence_level))
        if self._ratio:
            low, high = exp(low), exp(high)
        return ConfidenceInterval(low, high, confidence_level)


class Tails(NamedTuple):
    """The three exact probabilities that a rank test reports: floats, or arrays of the shape of the statistic."""

    pvalue: Number
    midp: Number
    min_pvalue: Number


def exact_tails(
    support: NDArray[np.int64], weights: Floats, observed: ArrayLike, centre: int, alternative: Alternative
) -> Tails:
    """Exact p, mid-p and minimum attainable p of one or several values of an integer statistic.

    Parameters
    ----------
    support, weights : (k,) arrays
        The values that the statistic can take, and how many of the equally likely permutations have each.
    observed : int or array of int
        The observed statistics.
    centre : int
        *Twice* the mean of the statistic under the null hypothesis, so that everything stays an integer.
    alternative : {"two-sided", "less", "greater"}
        Two-sided is ``P(|T - mean| >= |observed - mean|)``, as in StatXact and R's coin, not twice the smaller tail.
    """
    possible = weights > 0
    extremity, weights = 2 * support[possible] - centre, weights[possible]
    extremity_observed = 2 * np.asarray(observed) - centre
    if alternative == "two-sided":
        extremity, extremity_observed = np.abs(extremity), np.abs(extremity_observed)
    elif alternative == "less":
        extremity, extremity_observed = -extremity, -extremity_observed
    # From the most extreme value on, so that small tails are sums of small numbers.
    order = np.argsort(-extremity, kind="stable")
    ordered, cumulative = -extremity[order], np.append(0.0, np.cumsum(weights[order]))
    above = cumulative[np.searchsorted(ordered, -extremity_observed, side="left")] / cumulative[-1]
    pvalue = cumulative[np.searchsorted(ordered, -extremity_observed, side="right")] / cumulative[-1]
    most_extreme = cumulative[np.searchsorted(ordered, ordered[0], side="right")] / cumulative[-1]
    return Tails(as_number(np.minimum(pvalue, 1.0)), as_number((above + pvalue) / 2), float(min(most_extreme, 1.0)))


def exact_critical(support: NDArray[np.int64], weights: Floats, centre: int, alpha: float) -> tuple[int, float] | None:
    """Largest integer statistic in the lower half that a two-sided exact test rejects at `alpha`, and the test's size.

    `centre` is twice the mean, as in `exact_tails`. None if no value the statistic can take is rejected.
    """
    possible = weights > 0
    deviation = np.abs(2 * support[possible] - centre)
    order = np.argsort(-deviation, kind="stable")
    deviation, size = deviation[order], np.cumsum(weights[possible][order]) / weights.sum()
    # Only the last of equal deviations has the full probability of reaching it.
    last_of_equal = np.append(deviation[1:] != deviation[:-1], True)
    rejected = np.flatnonzero(last_of_equal & at_most(size, alpha))
    if rejected.size == 0:
        return None
    last = rejected[-1]
    return int((centre - deviation[last]) // 2), float(size[last])


def at_most(pvalue: Floats, alpha: float) -> NDArray[np.bool_]:
    """Return whether p is at most `alpha` except for rounding: alpha is rarely a binary fraction, and p a sum."""
    return np.asarray(pvalue <= alpha * (1 + 1e-12))


def t_pvalue(statistic: Floats, df: Floats | float, alternative: Alternative) -> Floats:
    """P-values of t statistics."""
    check_choice(alternative, ALTERNATIVES, "alternative")
    if alternative == "two-sided":
        return np.asarray(2 * stdtr(df, -np.abs(statistic)))
    return np.asarray(stdtr(df, -statistic if alternative == "greater" else statistic))


def t_quantile(confidence_level: float, df: Floats | float) -> Floats:
    """The quantile of t that belongs to a two-sided interval.

    >>> print(f"{t_quantile(0.95, 10.0):.12f}")
    2.228138851986
    """
    df = np.asarray(df, dtype=np.float64)
    # SciPy's quantile of t was exact to ten digits only before its version 1.15, which moves limits close to zero.
    share = betaincinv(df / 2, 0.5, 1 - confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        quantile = np.sqrt(df * (1 - share) / share)
    return np.asarray(np.where(df <= MAX_DF, quantile, stdtrit(df, (1 + confidence_level) / 2)))


def log_of_ratio(ratio: float) -> float:
    """The logarithm of a ratio that is tested; raise an error unless it is above zero."""
    if not as_real(ratio, "ratio") > 0:
        raise ValueError(f"ratio must be above 0; it is {ratio!r}.")
    return float(np.log(as_real(ratio, "ratio")))


def as_number(value: ArrayLike) -> Number:
    """Return a float for a single number, otherwise an array of floats."""
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


def exp(logs: ArrayLike) -> Floats:
    """Return exponentials without a warning; they are infinite or zero beyond the range of floating-point numbers."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(logs))
