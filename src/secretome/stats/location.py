"""The Hodges-Lehmann estimate of a shift between two groups or within pairs, with its interval."""

import math
import warnings
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._common import ConfidenceInterval, exact_critical
from secretome.stats._inputs import Floats, NanPolicy, as_two_samples, as_vector, check_choice, check_level
from secretome.stats._null_distributions import (
    MAX_VALUES,
    Ints,
    doubled_midranks,
    is_countable,
    observed_rank_sum_null,
    observed_signed_sum_null,
    rank_sum_variance,
)
from secretome.stats._rounding import ROUNDING, merge_tied_differences, paired_differences, subtract

Method = Literal["auto", "exact", "asymptotic"]

# Differences that take about a second and a gigabyte.
MAX_DIFFERENCES = 20_000_000


@dataclass(frozen=True)
class HodgesLehmannResult:
    """Result of `hodges_lehmann`.

    Attributes
    ----------
    estimate : float
        The shift of x over y, in the unit of the data.
    paired : bool
        Whether x and y were taken as pairs.
    method : str
        ``"exact"`` or ``"asymptotic"``: how the interval is found.
    """

    estimate: float
    paired: bool
    method: str
    _differences: Floats = field(repr=False, compare=False)
    _null: tuple[Ints, Floats] | None = field(repr=False, compare=False)
    _deviation: float = field(repr=False, compare=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Interval from the permutation null of the observed ties.

        The limits are order statistics of the pairwise differences (Walsh averages for pairs), so that the interval
        excludes a shift of zero if the test rejects at ``1 - confidence_level``, except when a limit equals zero.

        Parameters
        ----------
        confidence_level : float, default 0.95
            The requested level.

        Returns
        -------
        ConfidenceInterval
            ``low``, ``high`` and ``level``, the level reached; by the asymptotic method, the requested level. If no
            finite interval reaches it, the limits are infinite, and if all differences are equal they are NaN; both
            give a warning.

        Raises
        ------
        ValueError
            If the level does not lie between 0 and 1.
        """
        alpha = 1 - check_level(confidence_level)
        if self._differences[0] == self._differences[-1]:
            warnings.warn(
                "All differences are equal, so their spread cannot be estimated: the limits are NaN.", stacklevel=2
            )
            return ConfidenceInterval(np.nan, np.nan, np.nan)
        outside, level = self._number_outside(alpha)
        # At a level near zero both limits are the middle difference.
        outside = min(outside, (self._differences.size - 1) // 2)
        if outside < 0:
            warnings.warn(
                f"No finite {confidence_level:.4g} interval exists: with these sizes and ties the exact test rejects "
                "no shift.",
                stacklevel=2,
            )
            return ConfidenceInterval(-np.inf, np.inf, 1.0)
        return ConfidenceInterval(self._differences[outside], self._differences[-1 - outside], level)

    def _number_outside(self, alpha: float) -> tuple[int, float]:
        """How many differences lie outside each limit, -1 if there is no limit, and the level reached."""
        pairs = self._differences.size
        if self._null is None:
            return max(-1, math.floor(pairs / 2 + scipy.stats.norm.ppf(alpha / 2) * self._deviation - 0.5)), 1 - alpha
        # The support counts halves, because midranks were doubled.
        critical = exact_critical(*self._null, 2 * pairs, alpha)
        return (-1, 1.0) if critical is None else (critical[0] // 2, 1 - critical[1])


def hodges_lehmann(
    x: ArrayLike, y: ArrayLike, *, paired: bool = False, method: Method = "auto", nan_policy: NanPolicy = "raise"
) -> HodgesLehmannResult:
    """Hodges-Lehmann shift of x over y, with an exact interval.

    Parameters
    ----------
    x, y : array_like, 1-D
        Two independent samples, or the two values of each pair.
    paired : bool, default False
        Whether `x` and `y` are pairs.
    method : {"auto", "exact", "asymptotic"}
        How the interval is found. ``"auto"`` is exact while the null distribution can be counted in seconds (about 200
        values per group, 1000 pairs), and asymptotic beyond. ``"asymptotic"`` is the normal approximation with tie
        and continuity correction.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones. Pairs are dropped whole.

    Returns
    -------
    HodgesLehmannResult
        ``estimate`` and ``confidence_interval(level)``, in the unit of the data.

    Raises
    ------
    ValueError
        If a sample is empty, not one-dimensional, or holds NaN or infinity; if pairs differ in number; if there are
        more than 20 million differences, which do not fit in memory; if there are too many values for
        ``method="exact"``.

    See Also
    --------
    mann_whitney : the test of two samples
    signed_rank : the test of pairs

    Notes
    -----
    The estimate is the median of all differences x - y, or of the Walsh averages of the paired differences [1]_. The
    interval takes its order statistics from the exact null of the observed ties, as SAS does. Without ties it contains
    exactly the shifts that the exact test does not reject; with ties this is certain only for a shift of zero, because
    other shifts have other ties.

    References
    ----------
    .. [1] Hodges JL, Lehmann EL (1963). Estimates of location based on rank tests. Annals of Mathematical Statistics
       34:598-611.
    .. [2] Hollander M, Wolfe DA (1973). Nonparametric Statistical Methods. Wiley, pp. 69-82.

    Examples
    --------
    Permeability of the chorioamnion at term and at 12 to 26 weeks, in 10**-4 cm/s [2]_:

    >>> from secretome import stats
    >>> term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    >>> early = [1.15, 0.88, 0.90, 0.74, 1.21]
    >>> shift = stats.hodges_lehmann(term, early)
    >>> interval = shift.confidence_interval(0.95)
    >>> round(shift.estimate, 3), round(interval.low, 2), round(interval.high, 2), round(interval.level, 3)
    (0.305, -0.15, 0.76, 0.96)
    """
    check_choice(method, ("auto", "exact", "asymptotic"), "method")
    if paired:
        return shift_of_differences(*paired_differences(x, as_vector(y, "y"), nan_policy), method)
    first, second = as_two_samples(x, y, nan_policy)
    return shift_of_samples(first, second, ROUNDING * np.abs(first), ROUNDING * np.abs(second), method)


def shift_of_samples(
    x: Floats, y: Floats, rounding_x: Floats, rounding_y: Floats, method: Method = "auto"
) -> HodgesLehmannResult:
    """`hodges_lehmann` of two independent samples whose values carry these rounding errors."""
    _check_number(x.size * y.size)
    differences = subtract(x[:, None], y).ravel()
    differences = merge_tied_differences(differences, np.maximum.outer(rounding_x, rounding_y).ravel())
    ranks = doubled_midranks(np.concatenate([x, y]))
    fewer = min(x.size, y.size)
    null = None
    if method == "exact" or (method == "auto" and is_countable(ranks, fewer)):
        support, weights = observed_rank_sum_null(ranks, fewer)
        # U of the smaller sample. The distribution of the other U is its mirror image: the same two-sided test.
        null = support - fewer * (fewer + 1), weights
    return _result(differences, null, float(np.sqrt(rank_sum_variance(ranks, x.size))), paired=False)


def shift_of_differences(difference: Floats, rounding: Floats, method: Method = "auto") -> HodgesLehmannResult:
    """`hodges_lehmann` of paired differences that carry these rounding errors, in which ties are already equal."""
    _check_number(difference.size * (difference.size + 1) // 2)
    first, second = np.triu_indices(difference.size)
    # Values are halved before they are added, because the sum could overflow.
    averages = difference[first] / 2 + difference[second] / 2
    averages = merge_tied_differences(averages, np.maximum(rounding[first], rounding[second]))
    ranks = doubled_midranks(np.abs(difference))
    null = (
        observed_signed_sum_null(ranks)
        if method == "exact" or (method == "auto" and ranks.size <= MAX_VALUES)
        else None
    )
    return _result(averages, null, float(np.sqrt((ranks.astype(np.float64) ** 2).sum()) / 4), paired=True)


def _result(
    differences: Floats, null: tuple[Ints, Floats] | None, deviation: float, *, paired: bool
) -> HodgesLehmannResult:
    ordered = np.sort(differences)
    middle = ordered[(ordered.size - 1) // 2] / 2 + ordered[ordered.size // 2] / 2
    return HodgesLehmannResult(
        float(middle), paired, "asymptotic" if null is None else "exact", ordered, null, deviation
    )


def _check_number(differences: int) -> None:
    if differences > MAX_DIFFERENCES:
        raise ValueError(
            f"{differences:.3g} differences between the values are too many for the memory; the largest number is "
            f"{MAX_DIFFERENCES:.3g}."
        )
