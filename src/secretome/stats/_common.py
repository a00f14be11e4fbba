"""Intervals and tails of exact null distributions, shared by all statistics."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats

from secretome.stats._inputs import Floats, check_choice

Alternative = Literal["two-sided", "less", "greater"]

ALTERNATIVES = ("two-sided", "less", "greater")


class _Limits(NamedTuple):
    low: float
    high: float


class ConfidenceInterval(_Limits):
    """Limits of an interval, unpacked as ``low, high``, and the confidence level they reach.

    Attributes
    ----------
    low, high : float
        The limits, in the unit of the estimate.
    level : float
        The confidence level reached. An exact interval can only reach some levels, so this may
        exceed the level that was asked for.
    """

    level: float

    def __new__(cls, low: float, high: float, level: float) -> "ConfidenceInterval":
        interval = super().__new__(cls, float(low), float(high))
        interval.level = float(level)
        return interval

    def __getnewargs__(self) -> tuple[float, float, float]:
        return self.low, self.high, self.level

    def __repr__(self) -> str:
        return f"ConfidenceInterval(low={self.low}, high={self.high}, level={self.level})"


class _ArrayLimits(NamedTuple):
    low: Floats
    high: Floats


class ConfidenceIntervals(_ArrayLimits):
    """Limits of several intervals, unpacked as ``low, high``, and the confidence level they reach.

    Attributes
    ----------
    low, high : (c,) array
        The limits, in the unit of the estimates.
    level : float
        The confidence level: of each interval, or of all together where a method says that they are simultaneous.
    """

    level: float

    def __new__(cls, low: ArrayLike, high: ArrayLike, level: float) -> "ConfidenceIntervals":
        intervals = super().__new__(cls, np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
        intervals.level = float(level)
        return intervals

    def __getnewargs__(self) -> tuple[Floats, Floats, float]:
        return self.low, self.high, self.level

    def __repr__(self) -> str:
        return f"ConfidenceIntervals(low={self.low}, high={self.high}, level={self.level})"


class Tails(NamedTuple):
    """The three exact probabilities that a rank test reports."""

    pvalue: float
    midp: float
    min_pvalue: float


def exact_tails(
    support: NDArray[np.int64], weights: Floats, observed: int, centre: int, alternative: Alternative
) -> Tails:
    """Exact p, mid-p and smallest attainable p of an integer statistic.

    Parameters
    ----------
    support, weights : (k,) arrays
        The values that the statistic can take, and in how many of the equally likely arrangements it takes each.
    observed : int
        The statistic seen.
    centre : int
        *Twice* the mean of the statistic under the null, so that everything stays an integer.
    alternative : {"two-sided", "less", "greater"}
        Two-sided is ``P(|T - mean| >= |observed - mean|)``, as in StatXact and R's coin, not twice the smaller tail.
    """
    signed = 2 * support - centre
    seen = 2 * observed - centre
    if alternative == "two-sided":
        signed, seen = np.abs(signed), abs(seen)
    elif alternative == "less":
        signed, seen = -signed, -seen
    taken = weights > 0
    signed, weights = signed[taken], weights[taken]
    total = weights.sum()
    pvalue = weights[signed >= seen].sum() / total
    boundary = weights[signed == seen].sum() / total
    min_pvalue = weights[signed == signed.max()].sum() / total
    return Tails(min(1.0, float(pvalue)), float(pvalue - boundary / 2), float(min_pvalue))


def exact_critical(support: NDArray[np.int64], weights: Floats, centre: int, alpha: float) -> tuple[int, float] | None:
    """Largest integer statistic in the lower half that a two-sided exact test rejects at `alpha`, and the test's size.

    `centre` is twice the mean, as in `exact_tails`. None if no value the statistic can take is rejected.
    """
    taken = weights > 0
    deviation = np.abs(2 * support[taken] - centre)
    order = np.argsort(-deviation, kind="stable")
    deviation, size = deviation[order], np.cumsum(weights[taken][order]) / weights.sum()
    # Only the last of equal deviations carries the whole probability of reaching it.
    whole = np.append(deviation[1:] != deviation[:-1], True)
    # A relative tolerance, because alpha is rarely a binary fraction and the sums are rounded.
    rejected = np.flatnonzero(whole & (size <= alpha * (1 + 1e-12)))
    if rejected.size == 0:
        return None
    last = rejected[-1]
    return int((centre - deviation[last]) // 2), float(size[last])


def t_pvalue(statistic: Floats, df: Floats | float, alternative: Alternative) -> Floats:
    """P values of t statistics."""
    check_choice(alternative, ALTERNATIVES, "alternative")
    if alternative == "two-sided":
        return np.asarray(2 * scipy_stats.t.sf(np.abs(statistic), df))
    return np.asarray(scipy_stats.t.sf(statistic if alternative == "greater" else -statistic, df))


def exp(logs: ArrayLike) -> Floats:
    """Return exponentials without a warning; they are infinite or zero beyond the range of floating-point numbers."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(logs))
