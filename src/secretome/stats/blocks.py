"""Contrasts of groups whose animals lie in blocks, such as sexes, litters or days: t tests and an exact rank test."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import ArrayLike, NDArray

from secretome.stats._common import ALTERNATIVES, Alternative, TEstimate, exact_tails, exp
from secretome.stats._inputs import Floats, as_matrix, as_samples, as_two_samples, check_choice, positive
from secretome.stats._null_distributions import Ints, check_countable, doubled_midranks, rank_sum_null, tied_values
from secretome.stats._rounding import unit_of
from secretome.stats.welch import Scale, WelchContrastsResult

Labels = NDArray[np.str_]
# The null distribution of a weighted sum over blocks has at most this many different sums.
MAX_SUMS = 2_000_000
# What a weight or a residual may differ from zero by rounding.
ROUNDING = 1e-9


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
    """Contrasts of group means that are adjusted for additive blocks; the spreads of the groups may differ.

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
    variance, which is estimated without bias from the squared residuals of all groups [1]_; the degrees of freedom are
    Satterthwaite's. With one block this is Welch's test, and with one animal of both groups in every block the paired
    t test. If the blocks do not determine the variances separately, or the estimated variance of a contrast is not
    above zero, one variance is taken for all groups.

    References
    ----------
    .. [1] Horn SD, Horn RA, Duncan DB (1975). Estimating heteroscedastic variances in linear models. Journal of the
       American Statistical Association 70:380-385.

    Examples
    --------
    Two litters; the treated animals of the second were fewer:

    >>> from secretome import stats
    >>> treated, control = [5.1, 5.5, 5.3, 8.0], [4.0, 4.4, 6.7, 7.1, 6.9]
    >>> result = stats.block_contrasts([treated, control], ["aaab", "aabbb"], [[1, -1]])
    >>> float(result.estimate[0].round(2)), float(result.pvalue[0].round(4))
    (1.1, 0.0002)
    """
    check_choice(scale, ("linear", "log"), "scale")
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, "raise", None)
    labels = _labels(groups, blocks)
    weights = as_matrix(contrasts, "contrasts")
    if (
        weights.shape[1] != len(groups)
        or (np.abs(weights.sum(axis=1)) > ROUNDING).any()
        or not weights.any(axis=1).all()
    ):
        raise ValueError(f"each contrast must have {len(groups)} weights, not all zero, that add up to zero.")
    if scale == "log":
        groups = [np.log(positive(group, f"samples[{position}]")) for position, group in enumerate(groups)]
    unit = float(unit_of(*groups)) if scale == "linear" else 1.0
    fit = _Fit(
        np.concatenate(groups) / unit, np.repeat(np.arange(len(groups)), [group.size for group in groups]), labels
    )
    estimates, errors, df = np.array([fit.contrast(row) for row in weights]).T
    t = TEstimate(estimates, errors, df, unit)
    statistic, pvalue = t.test(0.0, alternative)
    estimate = exp(t.estimate) if scale == "log" else t.scaled
    return WelchContrastsResult(
        estimate, statistic, np.asarray(t.df), pvalue, alternative, scale, _t=t, _ratio=scale == "log"
    )


class _Fit:
    """The linear model with one constant for each group and each block, and a variance for each group."""

    def __init__(self, values: Floats, group: Ints, labels: Labels) -> None:
        names = np.unique(labels)
        self.k = int(group.max()) + 1
        member = (group[:, None] == np.arange(self.k)).astype(float)
        design = np.column_stack([member, labels[:, None] == names[1:]]) if names.size > 1 else member
        self.values = values
        self.design = design
        self.inverse = np.linalg.pinv(design)
        maker = np.eye(values.size) - design @ self.inverse
        self.maker = maker
        self.member = member
        self.df = values.size - int(np.linalg.matrix_rank(design))
        residuals = maker @ values
        if self.df < 1:
            raise ValueError("there are as many constants as values, so the residual variance cannot be estimated.")
        if np.abs(residuals).max() <= 1e-12 * np.abs(values).max():
            raise ValueError("the values do not vary within blocks.")
        self.squares = member.T @ residuals**2
        # The expected sum of squared residuals of each group, by the variance of each group.
        self.expected = member.T @ maker**2 @ member

    def contrast(self, weights: Floats) -> tuple[float, float, float]:
        """The estimate of a contrast, its standard error and its degrees of freedom."""
        padded = np.zeros(self.design.shape[1])
        padded[: self.k] = weights
        of_values = self.inverse.T @ padded
        if np.abs(self.design.T @ of_values - padded).max() > ROUNDING:
            raise ValueError("the blocks leave the contrast undetermined: no block connects its groups.")
        estimate = float(of_values @ self.values)
        by_group = self.member.T @ of_values**2
        inverse = np.linalg.pinv(self.expected, rcond=ROUNDING, hermitian=True)
        of_squares = inverse @ by_group
        variances = np.maximum(inverse @ self.squares, 0.0)
        squared = float(of_squares @ self.squares)
        known = np.abs(self.expected @ of_squares - by_group).max() <= ROUNDING * by_group.max()
        if not known or squared <= 0 or not by_group @ variances > 0:
            squared = float(by_group.sum() * self.squares.sum() / self.df)
            return estimate, float(np.sqrt(squared)), float(self.df)
        form = (self.maker * (self.member @ of_squares)) @ self.maker
        spread = self.member.T @ form**2 @ self.member
        df = float((by_group @ variances) ** 2 / (variances @ spread @ variances))
        return estimate, float(np.sqrt(squared)), min(df, float(self.df))


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
