"""Rank tests among several unordered groups: the Kruskal-Wallis test, and Steel's test of each against a control."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._common import ALTERNATIVES, Alternative
from secretome.stats._inputs import Floats, NanPolicy, as_position, as_samples, check_choice
from secretome.stats._null_distributions import Ints, tied_values
from secretome.stats._permutation import (
    PermutationMethod,
    SignSums,
    between_groups,
    identity,
    permutation_null,
    sum_at,
)

Method = Literal["auto", "exact", "permutation", "asymptotic"]


@dataclass(frozen=True)
class KruskalWallisResult:
    """Result of `kruskal_wallis`.

    Attributes
    ----------
    statistic : float
        H, corrected for ties.
    pvalue, midp, min_pvalue : float
        p given the ties; less half the probability of the observed H; the smallest p that sizes and ties allow. The
        last two are NaN unless the method is exact.
    df : int
        Groups less one.
    method : str
        ``"exact"``, ``"permutation"`` or ``"asymptotic"``: what was used.
    ties : int
        How many of the pooled values share theirs with another.
    """

    statistic: float
    pvalue: float
    midp: float
    min_pvalue: float
    df: int
    method: str
    ties: int


@dataclass(frozen=True)
class SteelResult:
    """Result of `steel`, one entry per group in the order of the samples, the control left out.

    Attributes
    ----------
    statistic : (k - 1,) array
        U of the group against the control, less its mean, over its standard deviation over all permutations of the
        pooled values.
    pvalue, midp : (k - 1,) array
        p adjusted for all comparisons; less half the probability of the observed maximum, NaN unless exact.
    min_pvalue : float
        The smallest adjusted p that sizes and ties allow; NaN unless exact.
    method, alternative : str
        What was used, and what was tested.
    """

    statistic: Floats
    pvalue: Floats
    midp: Floats
    min_pvalue: float
    method: str
    alternative: str


def kruskal_wallis(
    samples: Sequence[ArrayLike],
    *,
    method: Method = "auto",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> KruskalWallisResult:
    """Kruskal-Wallis test of the hypothesis that all samples come from one distribution, by permutation.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        Two independent samples or more, in one unit.
    method : {"auto", "exact", "permutation", "asymptotic"}
        ``"exact"`` enumerates all permutations; ``"permutation"`` draws 99 999; ``"auto"`` is exact up to 200 000
        permutations and draws beyond; ``"asymptotic"`` is SciPy's chi-square.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the permutations. When absent they are the same at each call.

    Returns
    -------
    KruskalWallisResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity, or all values are equal.

    See Also
    --------
    jonckheere_terpstra : for ordered groups
    steel : each group against a control

    References
    ----------
    .. [1] Kruskal WH, Wallis WA (1952). Use of ranks in one-criterion variance analysis. JASA 47:583-621.
    .. [2] Dobson AJ (1983). An Introduction to Statistical Modelling. Chapman and Hall.

    Examples
    --------
    Dried weight of plants under a control and two treatments [2]_; the chi-square p is 0.0184:

    >>> from secretome import stats
    >>> control = [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14]
    >>> first = [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69]
    >>> second = [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26]
    >>> result = stats.kruskal_wallis([control, first, second])
    >>> round(result.statistic, 3), result.method, round(result.pvalue, 3)
    (7.988, 'permutation', 0.015)
    """
    check_choice(method, ("auto", "exact", "permutation", "asymptotic"), "method")
    groups = as_samples(samples, nan_policy)
    pooled = np.concatenate(groups)
    if pooled.min() == pooled.max():
        raise ValueError("all values are equal, so their ranks give no information.")
    test = scipy.stats.kruskal(*groups)
    sizes = [group.size for group in groups]
    ties, df = tied_values(pooled), len(groups) - 1
    if method == "asymptotic":
        return KruskalWallisResult(float(test.statistic), float(test.pvalue), np.nan, np.nan, df, method, ties)
    # The mean is subtracted, so that sums of many ranks stay small and equal sums are exactly equal. H increases with
    # their sum of squares, and everything else in it is the same for every permutation.
    between = between_groups(scipy.stats.rankdata(pooled) - (pooled.size + 1) / 2, sizes)
    null = permutation_null(between, between(identity(pooled.size)), sizes, method, rng)
    return KruskalWallisResult(
        float(test.statistic), float(null.pvalue[0]), float(null.midp[0]), null.min_pvalue, df, null.method, ties
    )


def steel(
    samples: Sequence[ArrayLike],
    control: int = 0,
    *,
    alternative: Alternative = "two-sided",
    method: PermutationMethod = "auto",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> SteelResult:
    """Steel's many-to-one rank test: each sample against one control, adjusted for all comparisons, exact under ties.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        Two independent samples or more, in one unit.
    control : int, default 0
        Which of them is the control.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: a sample tends to exceed the control.
    method : {"auto", "exact", "permutation"}
        ``"exact"`` enumerates all permutations; ``"permutation"`` draws 99 999; ``"auto"`` is exact up to 200 000
        permutations and draws beyond.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the permutations. When absent they are the same at each call.

    Returns
    -------
    SteelResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity, or all values are equal; if `control` names
        no sample.

    See Also
    --------
    dunnett : by means
    shirley_williams : for rising doses

    Notes
    -----
    Each comparison ranks its two samples alone. The adjusted p is the probability that the largest of the statistics
    reaches the observed one over all permutations of the pooled values. The statistics are rank sums, so this holds the
    familywise error rate also if some groups differ from the control; with ties, approximately.

    References
    ----------
    .. [1] Steel RGD (1959). A multiple comparison rank sum test: treatments versus control. Biometrics 15:560-572.
    .. [2] Sachs L (1997). Angewandte Statistik, 8th edition. Springer, p. 402.

    Examples
    --------
    Three groups of five [2]_. All 756 756 permutations give p = 0.0295 for the third group:

    >>> from secretome import stats
    >>> samples = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]
    >>> result = stats.steel(samples, control=0, alternative="greater", method="exact")
    >>> result.statistic.round(3).tolist(), result.pvalue.round(4).tolist()
    ([1.149, 2.193], [0.2516, 0.0295])
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    check_choice(method, ("auto", "exact", "permutation"), "method")
    groups = as_samples(samples, nan_policy)
    control = as_position(control, "control", len(groups))
    ordered = [groups[control], *(group for position, group in enumerate(groups) if position != control)]
    pooled = np.concatenate(ordered)
    if pooled.min() == pooled.max():
        raise ValueError("all values are equal, so their ranks give no information.")
    sizes = [group.size for group in ordered]
    cuts = np.cumsum([0, *sizes])
    deviations = _standard_deviations(pooled, sizes)
    signs = SignSums(pooled)

    def standardised(batch: Ints) -> Floats:
        places = signs.places(batch)
        member = np.zeros(places.shape, dtype=np.int8)
        np.put_along_axis(member, places[:, : sizes[0]], 1, axis=1)
        below = signs.below(member)
        sums = [sum_at(below, places[:, start:stop], sizes[0]) for start, stop in pairwise(cuts[1:])]
        return np.asarray(np.column_stack(sums) / deviations)

    sign = {"two-sided": 0, "greater": 1, "less": -1}[alternative]

    def extremity(values: Floats) -> Floats:
        return np.abs(values) if sign == 0 else sign * values

    def largest(batch: Ints) -> Floats:
        return np.asarray(extremity(standardised(batch)).max(axis=1))

    statistic = standardised(identity(pooled.size))[0]
    null = permutation_null(largest, extremity(statistic), sizes, method, rng)
    return SteelResult(statistic, null.pvalue, null.midp, null.min_pvalue, null.method, alternative)


def _standard_deviations(pooled: Floats, sizes: Sequence[int]) -> Floats:
    """The standard deviation of each group's sum of signs against the control, over all permutations."""
    total = pooled.size
    _, counts = np.unique(pooled, return_counts=True)
    # Over all ordered pairs of values: the sum of squared signs, and that of the squared sums of each value's signs.
    squares = float(total**2 - (counts.astype(np.float64) ** 2).sum())
    sums = 2 * scipy.stats.rankdata(pooled) - total - 1
    # Two signs are correlated if they share an animal, and then by how much the signs of one animal agree.
    one = squares / (total * (total - 1))
    shared = ((sums**2).sum() - squares) / (total * (total - 1) * max(1, total - 2))
    m = np.array(sizes[1:])
    n = sizes[0]
    return np.asarray(np.sqrt(m * n * (one + (m + n - 2) * shared)))
