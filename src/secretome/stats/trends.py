"""Tests of a trend over ordered groups, such as rising doses."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats
from statsmodels.stats.nonparametric import jonckheere_terpstra as asymptotic_jonckheere_terpstra

from secretome.stats._common import ALTERNATIVES, Alternative, exact_tails
from secretome.stats._inputs import Floats, NanPolicy, as_generator, as_samples, check_choice, unit_of, varies
from secretome.stats._null_distributions import Ints, tied_values
from secretome.stats._permutation import SignSums, permuted, sum_at

Method = Literal["auto", "exact", "permutation", "asymptotic"]

# Steps of the exact count that take about a second.
LARGEST_COUNT = 300_000
# Draws of Williams' null: the p has a standard error of at most 0.001, and of 0.0005 at 0.05.
NULL_DRAWS = 200_000


@dataclass(frozen=True)
class JonckheereTerpstraResult:
    """Result of `jonckheere_terpstra`.

    Attributes
    ----------
    statistic : float
        J: in how many pairs from two groups the value of the later group is larger, ties counting one half.
    pvalue, midp, min_pvalue : float
        p given the ties; less half the chance of the observed J; the smallest p that sizes and ties allow. The last two
        are NaN unless every arrangement was counted.
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


@dataclass(frozen=True)
class StepDownResult:
    """Result of `williams` and `shirley_williams`, one entry per group in the order of the samples, without control.

    Attributes
    ----------
    statistic : (k - 1,) array
        t-bar of each step: the isotonic mean of the group less the mean of the control, over its standard error.
    pvalue : (k - 1,) array
        p of the step-down procedure: at least that of every higher group, because a group is only tested once those
        above it differ.
    alternative : str
        What was tested.
    """

    statistic: Floats
    pvalue: Floats
    alternative: str


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
        ``"auto"`` counts every arrangement where that takes about a second and draws 99 999 beyond; ``"asymptotic"`` is
        statsmodels' normal approximation, corrected for ties and not for continuity.
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
    cuts = np.cumsum([0, *sizes])
    signs = SignSums(pooled)

    def trend(deals: Ints) -> Ints:
        # The sum of signs of each group against all groups before it: twice the difference of J and its mean.
        places = signs.places(deals)
        member = np.zeros(places.shape, dtype=np.int8)
        total = np.zeros(len(places), dtype=np.int64)
        for start, middle, stop in zip(cuts[:-2], cuts[1:-1], cuts[2:], strict=True):
            np.put_along_axis(member, places[:, start:middle], 1, axis=1)
            total += sum_at(signs.below(member), places[:, middle:stop], int(middle))
        return total

    # Doubled, so that ties leave whole numbers.
    mean = sum(int(size) * int(before) for size, before in zip(sizes[1:], cuts[1:-1], strict=True))
    doubled = int(trend(np.arange(pooled.size)[None, :])[0]) + mean
    ties = tied_values(pooled)
    if method == "asymptotic":
        named = {"two-sided": "two-sided", "greater": "larger", "less": "smaller"}[alternative]
        pvalue = float(asymptotic_jonckheere_terpstra(groups, alternative=named).pvalue)
        return JonckheereTerpstraResult(doubled / 2, pvalue, np.nan, np.nan, method, alternative, ties)
    work = _steps(tuple(counts.tolist()), sizes)
    if method == "exact" and work > 30 * LARGEST_COUNT:
        raise ValueError("so many values, so tied, are too many to count every arrangement; use method='permutation'.")
    if method == "exact" or (method == "auto" and work <= LARGEST_COUNT):
        weights = _jonckheere_null(tuple(counts.tolist()), sizes)
        support = np.arange(weights.size, dtype=np.int64)
        pvalue, midp, min_pvalue = exact_tails(support, weights, doubled, 2 * mean, alternative)
        return JonckheereTerpstraResult(doubled / 2, pvalue, midp, min_pvalue, "exact", alternative, ties)

    def extremity(deals: Ints) -> Floats:
        j = trend(deals) / 2
        return {"two-sided": np.abs(j), "greater": j, "less": -j}[alternative]

    null = permuted(extremity, extremity(np.arange(pooled.size)[None, :]), sizes, "permutation", generator)
    return JonckheereTerpstraResult(doubled / 2, float(null.pvalue[0]), np.nan, np.nan, null.method, alternative, ties)


def shirley_williams(
    samples: Sequence[ArrayLike],
    *,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> StepDownResult:
    """Shirley's rank version of Williams' test: the lowest dose from which on animals differ from the control.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        The control first, then the doses as they rise.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: values rise with the dose.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the permutations. When absent they are the same at each call.

    Returns
    -------
    StepDownResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity, or all values are equal.

    Notes
    -----
    From the highest dose down, the control and the doses up to this one are ranked together. The dose's mean rank is
    replaced by the isotonic one, which trusts that the response does not turn back. The p comes from dealing these
    values to these groups, in every way
    up to 200 000 and in 99 999 drawn ones beyond. A response that may turn down at high doses rules this test out.

    References
    ----------
    .. [1] Shirley E (1977). A non-parametric equivalent of Williams' test for contrasting increasing dose levels of a
       treatment. Biometrics 33:386-389.
    .. [2] Williams DA (1986). A note on Shirley's nonparametric test for comparing several dose levels with a zero-dose
       control. Biometrics 42:183-186.

    Examples
    --------
    Reaction times of mice under three doses [1]_:

    >>> from secretome import stats
    >>> control = [2.4, 3, 3, 2.2, 2.2, 2.2, 2.2, 2.8, 2, 3]
    >>> doses = [
    ...     [2.8, 2.2, 3.8, 9.4, 8.4, 3, 3.2, 4.4, 3.2, 7.4],
    ...     [9.8, 3.2, 5.8, 7.8, 2.6, 2.2, 6.2, 9.4, 7.8, 3.4],
    ...     [7, 9.8, 9.4, 8.8, 8.8, 3.4, 9, 8.4, 2.4, 7.8],
    ... ]
    >>> result = stats.shirley_williams([control, *doses], alternative="greater")
    >>> result.statistic.round(3).tolist(), bool((result.pvalue < 0.01).all())
    ([2.908, 3.219, 4.057], True)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy)
    if len(np.unique(np.concatenate(groups))) == 1:
        raise ValueError("all values are equal, so their ranks say nothing.")
    steps = [_shirley_step(groups[: top + 1], alternative, rng) for top in range(1, len(groups))]
    return _stepped_down(steps, alternative)


def williams(
    samples: Sequence[ArrayLike],
    *,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> StepDownResult:
    """Williams' test: the lowest dose from which on means that do not turn back differ from the control.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        The control first, then the doses as they rise. Give logarithms where spread grows with the mean.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: values rise with the dose.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the null. When absent it is the same at each call.

    Returns
    -------
    StepDownResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity; if the samples have no spread, or hold one
        value each.

    Notes
    -----
    The variance is pooled from all samples. The null of t-bar is drawn 200 000 times, so p has a standard error of
    0.0005 at 0.05.

    References
    ----------
    .. [1] Williams DA (1971). A test for differences between treatment means when several dose levels are compared with
       a zero dose control. Biometrics 27:103-117.
    .. [2] Williams DA (1972). The comparison of several dose levels with a zero dose control. Biometrics 28:519-531.
    .. [3] Sachs L (1997). Angewandte Statistik, 8th edition. Springer, p. 402.

    Examples
    --------
    Three groups of five [3]_. With two doses and 12 degrees of freedom Williams' table [2]_ has 1.873 at 5 %,
    one-sided:

    >>> from secretome import stats
    >>> samples = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]
    >>> result = stats.williams(samples, alternative="greater")
    >>> result.statistic.round(3).tolist(), (result.pvalue < 0.05).tolist()
    ([1.357, 2.95], [False, True])
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy)
    sizes = np.array([group.size for group in groups])
    df = int(sizes.sum() - sizes.size)
    if not any(varies(group) for group in groups):
        raise ValueError("the samples have no spread, so a t cannot be formed.")
    generator = as_generator(rng)
    unit = unit_of(*groups)
    groups = [group / unit for group in groups]
    residual = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    means = np.array([group.mean() for group in groups])
    scale = np.sqrt(residual / df)
    drawn = generator.standard_normal((NULL_DRAWS, sizes.size)) / np.sqrt(sizes)
    drawn_scale = np.sqrt(generator.chisquare(df, NULL_DRAWS) / df)
    steps = []
    for top in range(1, sizes.size):
        own = slice(0, top + 1)
        statistic, extreme = _t_bar(means[None, own], sizes[own], np.array([scale]), alternative)
        _, null = _t_bar(drawn[:, own], sizes[own], drawn_scale, alternative)
        steps.append((float(statistic[0]), float((1 + (null >= extreme[0]).sum()) / (NULL_DRAWS + 1))))
    return _stepped_down(steps, alternative)


def _t_bar(means: Floats, sizes: Ints, scale: Floats, alternative: Alternative) -> tuple[Floats, Floats]:
    """T-bar of the highest group by (b, k) means, control first, and its extremity in the alternative's direction."""
    error = scale * np.sqrt(1 / sizes[0] + 1 / sizes[-1])
    weighted = np.cumsum((means[:, :0:-1] * sizes[:0:-1]), axis=1) / np.cumsum(sizes[:0:-1])
    # Rising: the highest mean of the top group with any number of groups below it; falling: the lowest.
    up = (weighted.max(axis=1) - means[:, 0]) / error
    down = (weighted.min(axis=1) - means[:, 0]) / error
    if alternative == "greater":
        return up, up
    if alternative == "less":
        return down, -down
    return np.where(up >= -down, up, down), np.maximum(up, -down)


def _shirley_step(
    groups: list[Floats], alternative: Alternative, rng: np.random.Generator | None
) -> tuple[float, float]:
    pooled = np.concatenate(groups)
    ranks = scipy_stats.rankdata(pooled)
    sizes = np.array([group.size for group in groups])
    total = pooled.size
    if pooled.min() == pooled.max():
        return 0.0, 1.0
    # The variance of midranks is that of ranks less what the ties take away.
    scale = np.array([np.sqrt(((ranks - (total + 1) / 2) ** 2).sum() / (total - 1))])
    cuts = np.cumsum([0, *sizes[:-1]])

    def t_bar(deals: Ints) -> tuple[Floats, Floats]:
        return _t_bar(np.add.reduceat(ranks[deals], cuts, axis=1) / sizes, sizes, scale, alternative)

    statistic, extreme = t_bar(np.arange(total)[None, :])
    null = permuted(lambda deals: t_bar(deals)[1], extreme, sizes.tolist(), "auto", rng)
    return float(statistic[0]), float(null.pvalue[0])


def _stepped_down(steps: list[tuple[float, float]], alternative: str) -> StepDownResult:
    pvalues = np.array([pvalue for _, pvalue in steps])
    # No group is said to differ before all above it are.
    adjusted = np.maximum.accumulate(pvalues[::-1])[::-1]
    return StepDownResult(np.array([statistic for statistic, _ in steps]), adjusted, alternative)


def _steps(counts: tuple[int, ...], sizes: tuple[int, ...]) -> float:
    """The approximate number of array operations of the exact count.

    It is states times ways to place a tied value, weighted by length.
    """
    states = math.prod(size + 1 for size in sizes)
    if states > 30 * LARGEST_COUNT:
        return math.inf
    length = sum(a * b for i, a in enumerate(sizes) for b in sizes[:i])
    ways = np.ones(1)
    for size in sizes:
        # The number of ways to place each number of equal values in the groups so far.
        ways = np.convolve(ways, np.ones(size + 1))
    return states * float(np.mean(ways[list(counts)])) * max(1.0, length / 500)


@lru_cache(maxsize=256)
def _placings(count: int, sizes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The ways to place `count` equal values in groups of these sizes."""
    ranges = (range(min(count, size) + 1) for size in sizes[:-1])
    return tuple((*first, count - sum(first)) for first in product(*ranges) if 0 <= count - sum(first) <= sizes[-1])


@lru_cache(maxsize=64)
def _jonckheere_null(counts: tuple[int, ...], sizes: tuple[int, ...]) -> Floats:
    """In what share of the arrangements 2 J takes each value, for tied values of these counts, ascending."""
    length = 2 * sum(a * b for i, a in enumerate(sizes) for b in sizes[:i]) + 1
    left = np.array(sizes)
    states = {(0,) * len(sizes): np.eye(1, length)[0]}
    for count in counts:
        following: dict[tuple[int, ...], Floats] = {}
        for filled, weights in states.items():
            room = left - filled
            for placed in _placings(count, sizes):
                if (placed > room).any():
                    continue
                shift = sum(placed[j] * (2 * filled[i] + placed[i]) for j in range(1, len(sizes)) for i in range(j))
                ways = math.prod(math.comb(int(free), use) for free, use in zip(room, placed, strict=True))
                state = tuple(int(a) + b for a, b in zip(filled, placed, strict=True))
                target = following.setdefault(state, np.zeros(length))
                target[shift:] += ways * weights[: length - shift]
        # Scaled at each step, because multinomial numbers outgrow a float.
        total = sum(float(weights.sum()) for weights in following.values())
        states = {state: weights / total for state, weights in following.items()}
    return np.asarray(states[tuple(sizes)])
