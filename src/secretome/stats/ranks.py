"""Rank tests with exact p values under ties, and the shift that goes with them."""

import warnings
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats

from secretome.stats._common import (
    ALTERNATIVES,
    Alternative,
    ConfidenceInterval,
    Floats,
    NanPolicy,
    as_pairs,
    as_sample,
    check_choice,
    check_level,
    exact_critical,
    exact_tails,
)
from secretome.stats._nulls import LARGEST_EXACT, Ints, countable, doubled_midranks, rank_sum_null, signed_sum_null, tied_values

Method = Literal["auto", "exact", "asymptotic"]


@dataclass(frozen=True)
class MannWhitneyResult:
    """Result of `mann_whitney`.

    Attributes
    ----------
    statistic : float
        U of `x`: the number of pairs in which x is larger, ties counting one half.
    pvalue : float
        Exact conditional p given the ties, or the normal approximation's.
    midp : float
        The exact p less half the probability of the observed value; NaN when the method is asymptotic.
    attainable : float
        The smallest p that these group sizes and ties allow; NaN when the method is asymptotic.
    superiority : float
        U divided by the number of pairs: the estimated P(X > Y) + P(X = Y) / 2.
    method : str
        ``"exact"`` or ``"asymptotic"``: what was used.
    alternative : str
        The alternative tested.
    ties : int
        How many of the pooled values share theirs with another.
    """

    statistic: float
    pvalue: float
    midp: float
    attainable: float
    superiority: float
    method: str
    alternative: str
    ties: int


@dataclass(frozen=True)
class SignedRankResult:
    """Result of `signed_rank`.

    Attributes
    ----------
    statistic : float
        Sum of the ranks of the positive differences.
    pvalue, midp, attainable : float
        Exact conditional p given ties and zeros; the same less half the probability of the observed value;
        the smallest p that this many pairs, with these ties and zeros, allow.
    alternative : str
        The alternative tested.
    n_pairs, zeros, ties : int
        Pairs used; differences of zero among them; absolute non-zero differences that share their value with another.
    """

    statistic: float
    pvalue: float
    midp: float
    attainable: float
    alternative: str
    n_pairs: int
    zeros: int
    ties: int


@dataclass(frozen=True)
class HodgesLehmannResult:
    """Result of `hodges_lehmann`.

    Attributes
    ----------
    estimate : float
        The shift of x over y, in the unit of the data.
    paired : bool
        Whether x and y were taken as pairs.
    """

    estimate: float
    paired: bool
    _steps: Floats = field(repr=False, compare=False)
    _support: Ints = field(repr=False, compare=False)
    _weights: Floats = field(repr=False, compare=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Exact interval from the permutation null of the observed ties.

        The limits are order statistics of the pairwise differences (Walsh averages for pairs), so that the interval
        excludes a shift of zero when the exact test rejects at ``1 - confidence_level``, touching limits aside.

        Parameters
        ----------
        confidence_level : float, default 0.95
            The level asked for.

        Returns
        -------
        ConfidenceInterval
            ``low``, ``high`` and ``level``, the level reached. Where no finite interval reaches the level asked
            for, the limits are infinite, and where all differences are equal they are NaN; a warning says so.
        """
        alpha = 1 - check_level(confidence_level)
        if self._steps[0] == self._steps[-1]:
            warnings.warn("All differences are equal, so they say nothing of their spread: the limits are NaN.", stacklevel=2)
            return ConfidenceInterval(np.nan, np.nan, np.nan)
        # The support counts half steps, because midranks were doubled.
        critical = exact_critical(self._support, self._weights, 2 * self._steps.size, alpha)
        if critical is None:
            warnings.warn(
                f"No finite {confidence_level:.4g} interval exists: with these sizes and ties the exact test rejects no shift.",
                stacklevel=2,
            )
            return ConfidenceInterval(-np.inf, np.inf, 1.0)
        beyond = critical[0] // 2
        return ConfidenceInterval(self._steps[beyond], self._steps[-1 - beyond], 1 - critical[1])


def mann_whitney(
    x: ArrayLike,
    y: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    method: Method = "auto",
    nan_policy: NanPolicy = "raise",
) -> MannWhitneyResult:
    """Mann-Whitney (Wilcoxon rank-sum) test, exact under ties.

    Parameters
    ----------
    x, y : array_like, 1-D
        The two independent samples, in one unit.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: x tends to be larger than y.
    method : {"auto", "exact", "asymptotic"}
        ``"auto"`` is exact, whatever the ties, while every arrangement can be counted in seconds (about 200 values a group), and
        asymptotic beyond. ``"asymptotic"`` is SciPy's normal
        approximation with tie and continuity correction.
    nan_policy : {"raise", "omit"}
        What to do with NaN.

    Returns
    -------
    MannWhitneyResult

    Raises
    ------
    ValueError
        If a sample is empty, not one-dimensional, or holds NaN or infinity.

    Notes
    -----
    The null distribution is that of the observed midranks under permutation [1]_. Two-sided p is P(abs(U - mn/2) >= observed), the
    convention of StatXact and R's coin.

    References
    ----------
    .. [1] Streitberg B, Röhmel J (1986). Exact distributions for permutation and rank tests. Statistical Software
       Newsletter 12:10-17.
    .. [2] Bergmann R, Ludbrook J, Spooren WPJM (2000). Different outcomes of the Wilcoxon-Mann-Whitney test from different
       statistics packages. The American Statistician 54:72-77.

    Examples
    --------
    Twelve rats against twelve on the rotarod, stopped at 300 s, so that most values tie [2]_. The exact p is 0.0373; programs
    that ignore the ties, or approximate, print anything from 0.016 to 0.089.

    >>> from secretome import stats
    >>> treated = [300] * 12
    >>> control = [22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300]
    >>> result = stats.mann_whitney(treated, control)
    >>> result.statistic
    102.0
    >>> round(result.pvalue, 5), round(result.midp, 5)
    (0.03727, 0.01863)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    check_choice(method, ("auto", "exact", "asymptotic"), "method")
    first, second = as_sample(x, "x", nan_policy), as_sample(y, "y", nan_policy)
    pooled = np.concatenate([first, second])
    ranks = doubled_midranks(pooled)
    m, n = first.size, second.size
    statistic = (int(ranks[:m].sum()) - m * (m + 1)) / 2
    # The null is counted over the smaller sample, whose table is the smaller one.
    fewer = min(m, n)
    if method == "asymptotic" or (method == "auto" and not countable(ranks, fewer)):
        pvalue = scipy_stats.mannwhitneyu(first, second, alternative=alternative, method="asymptotic").pvalue
        used, pvalue, midp, attainable = "asymptotic", float(pvalue), np.nan, np.nan
    else:
        support, weights = _rank_sum_null(ranks, fewer)
        observed = int(ranks[:m].sum() if m <= n else ranks[m:].sum())
        mirrored: dict[str, Alternative] = {"less": "greater", "greater": "less", "two-sided": "two-sided"}
        side = alternative if m <= n else mirrored[alternative]
        used = "exact"
        pvalue, midp, attainable = exact_tails(support, weights, observed, 2 * fewer * (m + n + 1), side)
    return MannWhitneyResult(statistic, pvalue, midp, attainable, statistic / (m * n), used, alternative, tied_values(pooled))


def signed_rank(
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
) -> SignedRankResult:
    """Wilcoxon signed-rank test for pairs, exact under ties and zeros.

    Parameters
    ----------
    x : array_like, 1-D
        First value of each pair, or the differences themselves when `y` is absent.
    y : array_like, 1-D, optional
        Second value of each pair.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: x tends to exceed y.
    nan_policy : {"raise", "omit"}
        What to do with a pair that holds NaN; ``"omit"`` drops the pair.

    Returns
    -------
    SignedRankResult

    Raises
    ------
    ValueError
        If the samples differ in length, are empty, or hold NaN or infinity.

    Notes
    -----
    Zeros are handled by Pratt's method [1]_: they take part in the ranking, and their ranks are then left out. The null flips the
    signs of the non-zero differences, given their midranks. Differences that are equal but for the rounding of binary fractions
    (0.3 - 0.1 and 0.5 - 0.3) count as tied.

    References
    ----------
    .. [1] Pratt JW (1959). Remarks on zeros and ties in the Wilcoxon signed rank procedures. JASA 54:655-667.

    Examples
    --------
    Twelve pairs that all rise reach the smallest p that twelve pairs allow, 2 / 2**12:

    >>> from secretome import stats
    >>> result = stats.signed_rank([2, 3, 5, 4, 7, 6, 9, 8, 12, 11, 13, 15], [1] * 12)
    >>> round(result.pvalue, 6), result.pvalue == result.attainable
    (0.000488, True)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    difference = _differences(x, y, nan_policy)
    ranks = doubled_midranks(np.abs(difference))
    moved = difference != 0
    kept = ranks[moved]
    observed = int(ranks[difference > 0].sum())
    support, weights = _signed_sum_null(kept)
    tails = exact_tails(support, weights, observed, int(kept.sum()), alternative)
    return SignedRankResult(
        statistic=observed / 2,
        pvalue=tails.pvalue,
        midp=tails.midp,
        attainable=tails.attainable,
        alternative=alternative,
        n_pairs=difference.size,
        zeros=int((~moved).sum()),
        ties=tied_values(np.abs(difference[moved])),
    )


def hodges_lehmann(x: ArrayLike, y: ArrayLike, *, paired: bool = False, nan_policy: NanPolicy = "raise") -> HodgesLehmannResult:
    """Hodges-Lehmann shift of x over y, with an exact interval.

    Parameters
    ----------
    x, y : array_like, 1-D
        Two independent samples, or the two values of each pair.
    paired : bool, default False
        Whether `x` and `y` are pairs.
    nan_policy : {"raise", "omit"}
        What to do with NaN.

    Returns
    -------
    HodgesLehmannResult
        ``estimate`` and ``confidence_interval(level)``, in the unit of the data.

    Raises
    ------
    ValueError
        If a sample is empty, not one-dimensional, or holds NaN or infinity; if pairs differ in number.

    Notes
    -----
    The estimate is the median of all differences x - y, or of the Walsh averages of the paired differences [1]_. The interval
    takes its order statistics from the exact null of the observed ties, as SAS does. Without ties it holds just the shifts
    that the exact test accepts; with them the two are sure to agree only at a shift of zero, because another shift has other ties.

    References
    ----------
    .. [1] Hodges JL, Lehmann EL (1963). Estimates of location based on rank tests. Annals of Mathematical Statistics 34:598-611.
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
    if paired:
        difference = _differences(x, y, nan_policy)
        above, beside = np.triu_indices(difference.size)
        steps = (difference[above] + difference[beside]) / 2
        support, weights = _signed_sum_null(doubled_midranks(np.abs(difference)))
    else:
        first, second = as_sample(x, "x", nan_policy), as_sample(y, "y", nan_policy)
        steps = np.subtract.outer(first, second).ravel()
        ranks = doubled_midranks(np.concatenate([first, second]))
        fewer = min(first.size, second.size)
        support, weights = _rank_sum_null(ranks, fewer)
        # U of the smaller sample; that of the other mirrors it, and the two-sided test with it.
        support = support - fewer * (fewer + 1)
    steps = np.sort(steps)
    return HodgesLehmannResult(float(np.median(steps)), paired, steps, support, weights)


def _differences(x: ArrayLike, y: ArrayLike | None, nan_policy: NanPolicy) -> Floats:
    first, second = as_pairs(x, np.zeros(np.shape(x)) if y is None else y, nan_policy)
    difference = first - second
    if not np.isfinite(difference).all():
        raise ValueError("a difference between x and y is too large for a floating-point number.")
    # What rounding to binary fractions can have added to each difference.
    slack = 2.0**-50 * np.maximum(np.abs(first), np.abs(second))
    difference[np.abs(difference) <= slack] = 0
    order = np.argsort(np.abs(difference), kind="stable")
    sizes, slack = np.abs(difference)[order], slack[order]
    # A new size begins where the step from the last one is more than rounding.
    begins = np.append(True, np.diff(sizes) > slack[1:] + slack[:-1])
    tied: Floats = np.empty_like(difference)
    tied[order] = np.sign(difference[order]) * sizes[begins][np.cumsum(begins) - 1]
    return tied


def _rank_sum_null(ranks: Ints, size: int) -> tuple[Ints, Floats]:
    if not countable(ranks, size):
        raise ValueError(f"{ranks.size} values, so tied, are too many to count every arrangement.")
    return rank_sum_null(tuple(np.sort(ranks).tolist()), size)


def _signed_sum_null(ranks: Ints) -> tuple[Ints, Floats]:
    if ranks.size > LARGEST_EXACT:
        raise ValueError(f"every sign pattern is counted for up to {LARGEST_EXACT} pairs; there are {ranks.size}.")
    return signed_sum_null(tuple(np.sort(ranks).tolist()))
