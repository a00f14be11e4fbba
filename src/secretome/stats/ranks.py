"""Rank tests of two groups and of pairs, with exact p-values under ties."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike
from scipy.special import ndtr

from secretome.stats._common import ALTERNATIVES, MIRRORED, Alternative, Number, Tails, as_number, exact_tails
from secretome.stats._inputs import Floats, NanPolicy, as_two_samples, check_choice
from secretome.stats._null_distributions import (
    MAX_VALUES,
    Ints,
    check_countable,
    doubled_midranks,
    is_countable,
    observed_rank_sum_null,
    observed_signed_sum_null,
    rank_sum_null,
    rank_sum_variance,
    tied_values,
)
from secretome.stats._rounding import paired_differences

Method = Literal["auto", "exact", "asymptotic"]


@dataclass(frozen=True)
class MannWhitneyResult:
    """Result of `mann_whitney`: floats, or arrays where it was called with `axis`.

    Attributes
    ----------
    statistic : float
        U of `x`: the number of pairs in which x is larger, ties counting one half.
    pvalue : float
        Exact conditional p given the ties, or the normal approximation's.
    midp : float
        The exact p less half the probability of the observed value; NaN when the method is asymptotic.
    min_pvalue : float
        The smallest p that these group sizes and ties allow; NaN when the method is asymptotic.
    superiority : float
        U divided by the number of pairs: the estimated P(X > Y) + P(X = Y) / 2.
    method : str
        The method used, ``"exact"`` or ``"asymptotic"``.
    alternative : str
        The alternative tested.
    ties : int
        How many of the pooled values share theirs with another.
    """

    statistic: Number
    pvalue: Number
    midp: Number
    min_pvalue: Number
    superiority: Number
    method: str
    alternative: str
    ties: Number


@dataclass(frozen=True)
class SignedRankResult:
    """Result of `signed_rank`.

    Attributes
    ----------
    statistic : float
        Sum of the ranks of the positive differences.
    pvalue : float
        Exact conditional p given ties and zeros, or the normal approximation's.
    midp, min_pvalue : float
        The exact p less half the probability of the observed value; the smallest p that this many pairs, with these
        ties and zeros, allow. Both are NaN if the method is asymptotic.
    alternative : str
        The alternative tested.
    n_pairs, zeros, ties : int
        Pairs used; differences of zero among them; absolute non-zero differences that share their value with another.
    method : str
        The method used, ``"exact"`` or ``"asymptotic"``.
    """

    statistic: float
    pvalue: float
    midp: float
    min_pvalue: float
    alternative: str
    n_pairs: int
    zeros: int
    ties: int
    method: str


def mann_whitney(
    x: ArrayLike,
    y: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    method: Method = "auto",
    nan_policy: NanPolicy = "raise",
    axis: int | None = None,
) -> MannWhitneyResult:
    """Mann-Whitney (Wilcoxon rank-sum) test, exact under ties.

    Parameters
    ----------
    x, y : array_like
        The two independent samples, in one unit.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: x tends to be larger than y.
    method : {"auto", "exact", "asymptotic"}
        ``"auto"`` is exact, whatever the ties, while the null distribution can be counted in seconds (about 200 values
        per group), and asymptotic beyond. ``"asymptotic"`` is SciPy's normal approximation with tie and continuity
        correction.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    axis : int, optional
        The axis along which each sample lies; the other axes, which must agree, number separate tests, as in SciPy. By
        default, the samples must be one-dimensional. One method is used for all tests.

    Returns
    -------
    MannWhitneyResult

    Raises
    ------
    ValueError
        If a sample is empty, holds NaN or infinity or, without `axis`, is not one-dimensional; if there are too many
        values for ``method="exact"``.

    See Also
    --------
    hodges_lehmann : the shift in the unit of the data
    probability_of_superiority : how often one sample exceeds the other
    van_elteren : the same test within blocks

    Notes
    -----
    The null hypothesis is that both samples come from one distribution, so the test may also reject if only the spreads
    differ. The null distribution is that of the observed midranks under permutation [1]_. Two-sided p is
    P(abs(U - mn/2) >= observed), the convention of StatXact and R's coin.

    References
    ----------
    .. [1] Streitberg B, Röhmel J (1986). Exact distributions for permutation and rank tests. Statistical Software
       Newsletter 12:10-17.
    .. [2] Bergmann R, Ludbrook J, Spooren WPJM (2000). Different outcomes of the Wilcoxon-Mann-Whitney test from
       different statistics packages. The American Statistician 54:72-77.

    Examples
    --------
    Twelve rats against twelve on the rotarod, stopped at 300 s, so that most values tie [2]_. The exact p is 0.0373;
    programs that ignore the ties, or approximate, print anything from 0.016 to 0.089.

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
    first, second = as_two_samples(x, y, nan_policy, axis=axis)
    m, n = first.shape[-1], second.shape[-1]
    ranks = doubled_midranks(np.concatenate([first, second], axis=-1))
    statistic = (ranks[..., :m].sum(axis=-1) - m * (m + 1)) / 2
    if method == "asymptotic" or (method == "auto" and not is_countable(ranks, min(m, n))):
        unknown = np.full(statistic.shape, np.nan)
        tails = Tails(_asymptotic_rank_sum(ranks, m, statistic, alternative), unknown, unknown)
        method = "asymptotic"
    else:
        tails, method = _exact_rank_sum(ranks, m, alternative), "exact"
    pvalue, midp, min_pvalue = map(as_number, tails)
    return MannWhitneyResult(
        as_number(statistic),
        pvalue,
        midp,
        min_pvalue,
        as_number(statistic / (m * n)),
        method,
        alternative,
        tied_values(ranks),
    )


def _asymptotic_rank_sum(ranks: Ints, m: int, statistic: Floats, alternative: Alternative) -> Floats:
    """The p of SciPy's normal approximation, without its module of distributions, which takes a second to load."""
    deviation = statistic - m * (ranks.shape[-1] - m) / 2
    if alternative == "two-sided":
        deviation = np.abs(deviation)
    elif alternative == "less":
        deviation = -deviation
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = ndtr((0.5 - deviation) / np.sqrt(rank_sum_variance(ranks, m)))
    return np.minimum(2 * tail, 1.0) if alternative == "two-sided" else np.asarray(tail)


def _exact_rank_sum(ranks: Ints, m: int, alternative: Alternative) -> Tails:
    """Exact p of the rank sums of the first m values along the last axis; one count for each pattern of ties."""
    total = ranks.shape[-1]
    # The null distribution is counted for the smaller sample, whose table is the smaller one.
    size, chosen = (m, ranks[..., :m]) if 2 * m <= total else (total - m, ranks[..., m:])
    alternative = alternative if 2 * m <= total else MIRRORED[alternative]
    observed, centre = chosen.sum(axis=-1), 2 * size * (total + 1)
    if ranks.ndim == 1:
        return exact_tails(*observed_rank_sum_null(ranks, size), observed, centre, alternative)
    rows = np.sort(ranks.reshape(-1, total), axis=1)
    check_countable(rows, size)
    # Rows as bytes, because looking for equal rows of numbers would sort them column by column.
    keys = np.ascontiguousarray(rows.astype(np.int16)).view(np.dtype((np.void, 2 * total))).ravel()
    _, first, pattern = np.unique(keys, return_index=True, return_inverse=True)
    by_pattern = np.argsort(pattern, kind="stable")
    ends = np.cumsum(np.bincount(pattern))
    tails = np.empty((3, len(rows)))
    for start, end, example in zip(np.append(0, ends[:-1]), ends, first, strict=True):
        same = by_pattern[start:end]
        null = rank_sum_null(tuple(rows[example].tolist()), size)
        tails[0, same], tails[1, same], tails[2, same] = exact_tails(*null, observed.ravel()[same], centre, alternative)
    return Tails(*tails.reshape(3, *ranks.shape[:-1]))


def signed_rank(
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    alternative: Alternative = "two-sided",
    method: Method = "auto",
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
    method : {"auto", "exact", "asymptotic"}
        ``"auto"`` is exact up to 1000 differences other than zero, and asymptotic beyond. ``"asymptotic"`` is the
        normal approximation with the variance of the observed ranks and continuity correction, as SciPy's with
        ``correction=True``.
    nan_policy : {"raise", "omit"}
        What to do with a pair that holds NaN or is masked; ``"omit"`` drops the pair.

    Returns
    -------
    SignedRankResult

    Raises
    ------
    ValueError
        If the samples differ in length, are empty, or hold NaN or infinity; if there are too many pairs for
        ``method="exact"``.

    See Also
    --------
    hodges_lehmann : the shift, with ``paired=True``
    mean_difference : the paired t test, with ``paired=True``

    Notes
    -----
    Zeros are handled by Pratt's method [1]_: they take part in the ranking, and their ranks are then left out. The null
    flips the signs of the non-zero differences, given their midranks. Differences that are equal except for the
    rounding of binary fractions (0.3 - 0.1 and 0.5 - 0.3) count as tied.

    References
    ----------
    .. [1] Pratt JW (1959). Remarks on zeros and ties in the Wilcoxon signed rank procedures. JASA 54:655-667.

    Examples
    --------
    Twelve pairs that all rise reach the smallest p that twelve pairs allow, 2 / 2**12:

    >>> from secretome import stats
    >>> result = stats.signed_rank([2, 3, 5, 4, 7, 6, 9, 8, 12, 11, 13, 15], [1] * 12)
    >>> round(result.pvalue, 6), result.pvalue == result.min_pvalue
    (0.000488, True)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    check_choice(method, ("auto", "exact", "asymptotic"), "method")
    return signed_rank_of_differences(paired_differences(x, y, nan_policy)[0], alternative, method)


def signed_rank_of_differences(
    difference: Floats, alternative: Alternative, method: Method = "auto"
) -> SignedRankResult:
    """`signed_rank` of differences in which ties are already equal."""
    ranks = doubled_midranks(np.abs(difference))
    nonzero = difference != 0
    kept = ranks[nonzero]
    observed = int(ranks[difference > 0].sum())
    used = "asymptotic" if method == "asymptotic" or (method == "auto" and kept.size > MAX_VALUES) else "exact"
    if used == "exact":
        support, weights = observed_signed_sum_null(kept)
        pvalue, midp, min_pvalue = exact_tails(support, weights, observed, int(kept.sum()), alternative)
    else:
        pvalue, midp, min_pvalue = _asymptotic_signed_rank(difference, alternative), np.nan, np.nan
    return SignedRankResult(
        statistic=observed / 2,
        pvalue=pvalue,
        midp=midp,
        min_pvalue=min_pvalue,
        alternative=alternative,
        n_pairs=difference.size,
        zeros=int((~nonzero).sum()),
        ties=tied_values(np.abs(difference[nonzero])),
        method=used,
    )


def _asymptotic_signed_rank(difference: Floats, alternative: Alternative) -> float:
    if not difference.any():
        return 1.0
    # "approx" is the name of "asymptotic" that SciPy before 1.15 accepts, too.
    test = scipy.stats.wilcoxon(
        difference, zero_method="pratt", correction=True, alternative=alternative, method="approx"
    )
    return float(test.pvalue)
