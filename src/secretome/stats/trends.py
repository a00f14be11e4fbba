"""The Jonckheere-Terpstra test of a trend over ordered groups, such as increasing doses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from secretome.stats._common import ALTERNATIVES, Alternative, exact_tails
from secretome.stats._inputs import Floats, NanPolicy, as_generator, as_samples, check_choice
from secretome.stats._null_distributions import (
    JONCKHEERE_OPERATIONS,
    Ints,
    jonckheere_null,
    jonckheere_operations,
    tied_values,
)
from secretome.stats._permutation import SignSums, identity, permutation_null, sum_at

Method = Literal["auto", "exact", "permutation", "asymptotic"]


@dataclass(frozen=True)
class JonckheereTerpstraResult:
    """Result of `jonckheere_terpstra`.

    Attributes
    ----------
    statistic : float
        J: in how many pairs from two groups the value of the later group is larger, ties counting one half.
    pvalue, midp, min_pvalue : float
        p given the ties; the mid-p, which is less half the probability of the observed J; the minimum attainable p,
        given sizes and ties. The last two are NaN unless the method is exact.
    method, alternative : str
        What was used, and what was tested.
    ties : int
        How many of the pooled values share theirs with another.
    """

    statistic: float
    pvalue: float
    midp: float
    min_pvalue: float
    method: str
    alternative: str
    ties: int


def jonckheere_terpstra(
    samples: Sequence[ArrayLike],
    *,
    alternative: Alternative = "two-sided",
    method: Method = "auto",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> JonckheereTerpstraResult:
    """Jonckheere-Terpstra test of a trend over ordered samples, exact under ties.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        Two independent samples or more, in the order of the trend.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: later samples tend to be larger.
    method : {"auto", "exact", "permutation", "asymptotic"}
        ``"auto"`` is exact if that takes less than a second and draws 99 999 permutations otherwise; ``"asymptotic"``
        is statsmodels' normal approximation, corrected for ties and not for continuity.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the permutations. When absent they are the same at each call.

    Returns
    -------
    JonckheereTerpstraResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity; if an exact count is asked for that would
        take minutes.

    See Also
    --------
    shirley_williams : from which dose on there is an effect
    kruskal_wallis : for groups without an order

    Notes
    -----
    Two-sided p is P(abs(J - mean) >= observed). The exact null goes through the tied values from the smallest up, and
    counts in how many ways each leaves how many places in which group.

    References
    ----------
    .. [1] Jonckheere AR (1954). A distribution-free k-sample test against ordered alternatives. Biometrika 41:133-145.
    .. [2] Sachs L (1997). Angewandte Statistik, 8th edition. Springer, p. 402.

    Examples
    --------
    Three groups of five [2]_; the exact one-sided p is 0.01196:

    >>> from secretome import stats
    >>> samples = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]
    >>> result = stats.jonckheere_terpstra(samples, alternative="greater")
    >>> result.statistic, round(result.pvalue, 5), result.method
    (59.0, 0.01196, 'exact')
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    check_choice(method, ("auto", "exact", "permutation", "asymptotic"), "method")
    generator = as_generator(rng)
    groups = as_samples(samples, nan_policy)
    pooled = np.concatenate(groups)
    sizes = tuple(group.size for group in groups)
    _, counts = np.unique(pooled, return_counts=True)
    signs = _trend_statistic(pooled, sizes)
    # Twice J, which is an integer under ties too.
    number_of_pairs = (sum(sizes) ** 2 - sum(size**2 for size in sizes)) // 2
    doubled = int(signs(identity(pooled.size))[0]) + number_of_pairs
    pvalue, midp, min_pvalue = np.nan, np.nan, np.nan
    operations = jonckheere_operations(tuple(counts.tolist()), sizes)
    if method == "exact" and operations > 30 * JONCKHEERE_OPERATIONS:
        raise ValueError("so many values, so tied, are too many for an exact count; use method='permutation'.")
    if method == "asymptotic":
        pvalue = _asymptotic(groups, alternative)
    elif method == "exact" or (method == "auto" and operations <= JONCKHEERE_OPERATIONS):
        weights = jonckheere_null(tuple(counts.tolist()), sizes)
        support = np.arange(weights.size, dtype=np.int64)
        pvalue, midp, min_pvalue = exact_tails(support, weights, doubled, 2 * number_of_pairs, alternative)
        method = "exact"
    else:

        def extremity(batch: Ints) -> Floats:
            j = signs(batch) / 2
            return {"two-sided": np.abs(j), "greater": j, "less": -j}[alternative]

        null = permutation_null(extremity, extremity(identity(pooled.size)), sizes, "permutation", generator)
        pvalue, method = float(null.pvalue[0]), "permutation"
    return JonckheereTerpstraResult(doubled / 2, pvalue, midp, min_pvalue, method, alternative, tied_values(pooled))


def _trend_statistic(pooled: Floats, sizes: tuple[int, ...]) -> Callable[[Ints], Ints]:
    """Twice the difference of J and its mean, for a batch of permutations."""
    cuts = np.cumsum([0, *sizes])
    signs = SignSums(pooled)

    def statistic(batch: Ints) -> Ints:
        # The sum of signs of each group against all groups before it.
        places = signs.places(batch)
        member = np.zeros(places.shape, dtype=np.int8)
        total = np.zeros(len(places), dtype=np.int64)
        for start, middle, stop in zip(cuts[:-2], cuts[1:-1], cuts[2:], strict=True):
            np.put_along_axis(member, places[:, start:middle], 1, axis=1)
            total += sum_at(signs.below(member), places[:, middle:stop], int(middle))
        return total

    return statistic


def _asymptotic(groups: list[Floats], alternative: Alternative) -> float:
    # Imported here, because statsmodels takes longer to import than this package.
    from statsmodels.stats.nonparametric import jonckheere_terpstra as normal_approximation

    named = {"two-sided": "two-sided", "greater": "larger", "less": "smaller"}[alternative]
    return float(normal_approximation(groups, alternative=named).pvalue)
