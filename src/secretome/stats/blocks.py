"""Contrasts of groups whose animals lie in blocks, such as sexes, litters or days: t tests and an exact rank test."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import ArrayLike, NDArray

from secretome.stats._common import ALTERNATIVES, Alternative, exact_tails
from secretome.stats._group_variances import adjusted_contrasts, grouped
from secretome.stats._inputs import Floats, as_two_samples, check_choice
from secretome.stats._null_distributions import Ints, check_countable, doubled_midranks, rank_sum_null, tied_values
from secretome.stats.welch import Scale, WelchContrastsResult

Labels = NDArray[np.str_]
# The null distribution of a weighted sum over blocks has at most this many different sums.
MAX_SUMS = 2_000_000


@dataclass(frozen=True)
class VanElterenResult:
    """Result of `van_elteren`.

    Attributes
    ----------
    statistic : float
        The sum over blocks of the rank sum of `x` less its mean, each divided by the block's size plus 1: above zero if
        x tends to be larger.
    pvalue, midp, min_pvalue : float
        Exact conditional p given the ties; p less half the probability of the observed value; the smallest p that these
        blocks and ties allow.
    alternative : str
        The alternative tested.
    n_blocks : int
        The number of blocks that contain both samples; the others do not count.
    ties : int
        How many values share theirs with another value of their block.
    """

    statistic: float
    pvalue: float
    midp: float
    min_pvalue: float
    alternative: str
    n_blocks: int
    ties: int


def block_contrasts(
    samples: Sequence[ArrayLike],
    blocks: Sequence[Sequence[object]],
    contrasts: ArrayLike,
    *,
    scale: Scale = "linear",
    alternative: Alternative = "two-sided",
) -> WelchContrastsResult:
    """Contrasts of group means that are adjusted for additive blocks; the variances of the groups may differ.

    Parameters
    ----------
    samples : sequence of array_like
        k independent samples, in one unit.
    blocks : sequence of sequences
        The label of the block of each value, sample by sample. Equal labels are the same block in every sample.
    contrasts : (c, k) array_like
        One row of weights per contrast, each adding up to zero.
    scale : {"linear", "log"}
        ``"log"`` takes logarithms first, and gives ratios of geometric means.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the contrast exceeds 0, or the ratio 1.

    Returns
    -------
    WelchContrastsResult
        Arrays of shape (c,).

    Raises
    ------
    ValueError
        If the blocks leave a contrast undetermined, as many constants as values are fitted, the values do not vary
        within blocks, a label is missing, or a value has no logarithm.

    See Also
    --------
    welch_contrasts : without blocks
    van_elteren : by ranks

    Notes
    -----
    The estimates are those of the linear model with one constant for each group and each block. Each group has its own
    variance, which is estimated without bias from the squared residuals of all groups (MINQUE [1]_); the degrees of
    freedom are Satterthwaite's. With one block this is Welch's test, and with one animal of both groups in every block
    the paired t test. If the blocks do not determine the variances separately, or the estimated variance of a contrast
    is not above zero, one variance is taken for all groups.

    References
    ----------
    .. [1] Rao CR (1970). Estimation of heteroscedastic variances in linear models. Journal of the American Statistical
       Association 65:161-172.

    Examples
    --------
    Two litters; the treated animals of the second were fewer:

    >>> from secretome import stats
    >>> treated, control = [5.1, 5.5, 5.3, 8.0], [4.0, 4.4, 6.7, 7.1, 6.9]
    >>> result = stats.block_contrasts([treated, control], ["aaab", "aabbb"], [[1, -1]])
    >>> float(result.estimate[0].round(2)), float(result.pvalue[0].round(4))
    (1.1, 0.0002)
    """
    groups, weights = grouped(samples, contrasts, scale, alternative)
    labels = _labels(groups, blocks)
    others = (labels[:, None] == np.unique(labels)[1:]).astype(float)
    return adjusted_contrasts(groups, others, weights, scale, alternative, "blocks")


def van_elteren(
    x: ArrayLike,
    y: ArrayLike,
    x_blocks: Sequence[object],
    y_blocks: Sequence[object],
    *,
    alternative: Alternative = "two-sided",
) -> VanElterenResult:
    """Van Elteren's stratified rank sum test, exact under ties: values are ranked within blocks only.

    Parameters
    ----------
    x, y : array_like
        The two samples, in one unit.
    x_blocks, y_blocks : sequence
        The label of the block of each value. Equal labels are the same block in both samples.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: x tends to be larger than y within blocks.

    Returns
    -------
    VanElterenResult

    Raises
    ------
    ValueError
        If no block contains both samples, or the permutations are too many to count.

    See Also
    --------
    mann_whitney : without blocks
    block_contrasts : by means

    Notes
    -----
    The null distribution is that of the observed midranks under permutations within blocks. With one block it is that
    of the exact Mann-Whitney test.

    References
    ----------
    .. [1] van Elteren PH (1960). On the combination of independent two-sample tests of Wilcoxon. Bulletin of the
       International Statistical Institute 37:351-361.

    Examples
    --------
    In both litters every treated animal lies above every control:

    >>> from secretome import stats
    >>> result = stats.van_elteren([5, 6, 7, 8], [3, 4, 5, 6], "aabb", "aabb")
    >>> round(result.pvalue, 4), result.pvalue == result.min_pvalue
    (0.0556, True)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    first, second = as_two_samples(x, y, "raise")
    labels = _labels([first, second], [x_blocks, y_blocks])
    values, treated = np.concatenate([first, second]), np.arange(first.size + second.size) < first.size
    used = [label for label in np.unique(labels) if len(set(treated[labels == label])) == 2]
    if not used:
        raise ValueError("no block contains both samples, so that nothing can be compared within blocks.")
    scale = lcm(*(int((labels == label).sum()) + 1 for label in used))
    sums, ways, observed, centre, ties = np.zeros(1, dtype=np.int64), np.ones(1), 0, 0, 0
    for label in used:
        inside = labels == label
        ranks, chosen = doubled_midranks(values[inside]), treated[inside]
        size, weight = int(chosen.sum()), scale // (ranks.size + 1)
        check_countable(ranks, size)
        support, counts = rank_sum_null(tuple(np.sort(ranks).tolist()), size)
        sums, ways = _convolved(sums, ways, weight * support, counts / counts.sum())
        observed += weight * int(ranks[chosen].sum())
        # Twice the mean of the doubled rank sum.
        centre += weight * 2 * size * (ranks.size + 1)
        ties += int(tied_values(ranks))
    pvalue, midp, min_pvalue = exact_tails(sums, ways, observed, centre, alternative)
    statistic = float(Fraction(2 * observed - centre, 4 * scale))
    return VanElterenResult(statistic, float(pvalue), float(midp), float(min_pvalue), alternative, len(used), ties)


def _convolved(sums: Ints, ways: Floats, others: Ints, other_ways: Floats) -> tuple[Ints, Floats]:
    """The distribution of the sum of two independent numbers."""
    possible = other_ways > 0
    others, other_ways = others[possible], other_ways[possible]
    if sums.size * others.size > 10 * MAX_SUMS:
        raise ValueError("the permutations within blocks are too many for an exact count.")
    totals, place = np.unique(np.add.outer(sums, others).ravel().astype(np.int64), return_inverse=True)
    if totals.size > MAX_SUMS:
        raise ValueError("the permutations within blocks are too many for an exact count.")
    return totals, np.asarray(np.bincount(place.ravel(), np.outer(ways, other_ways).ravel()), dtype=np.float64)


def _labels(samples: Sequence[Floats], blocks: Sequence[Sequence[object]]) -> Labels:
    """The labels of all values as text."""
    if [len(part) for part in blocks] != [sample.size for sample in samples]:
        raise ValueError("blocks must have one label for each value of each sample.")
    labels = np.array([str(label) for part in blocks for label in part])
    if (labels == "").any():
        raise ValueError("every value needs the label of its block.")
    return labels
