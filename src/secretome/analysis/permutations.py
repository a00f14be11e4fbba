"""Permutation tests with a seed: of two groups by matrix products, and of one sample by SciPy."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import scipy

from secretome.analysis.results import Estimate, Floats
from secretome.stats._permutation import all_permutations, number_of_permutations, random_permutations

# Permutations are enumerated up to this many and drawn at random beyond.
PERMUTATIONS = 9999
# SciPy renamed the argument in version 1.15; browsers have an earlier one.
GENERATOR = "rng" if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 15) else "random_state"


def permutation_test(
    values: Floats,
    statistic: Callable[..., Any],
    permuted: Literal["samples", "pairings"],
    permutations: int,
    seed: int,
) -> Any:
    """The test of a vectorised statistic of one sample.

    Parameters
    ----------
    values : array
        The sample.
    statistic : callable
        A function of an array and an axis.
    permuted : {"samples", "pairings"}
        What is permuted: the signs of the values, or their order.
    permutations, seed : int
        If there are more permutations than `permutations`, as many are drawn with this seed.
    """
    return scipy.stats.permutation_test(
        (values,),
        statistic,
        permutation_type=permuted,
        vectorized=True,
        n_resamples=permutations,
        **{GENERATOR: np.random.default_rng(seed)},
    )


def permutation_of_means(x: Floats, y: Floats, seed: int) -> Estimate:
    """The difference of two means, with its p among the permutations of the values."""
    # Means of the same values in another order differ by the rounding of sums.
    rounding = 1e-12 * float(np.ptp(np.concatenate([x, y])))
    difference = float(x.mean() - y.mean())
    pvalue = _permutation_pvalue(x, y, _mean_differences, seed, rounding=rounding).pvalue
    return Estimate(difference, pvalue, estimate=difference)


def brunner_munzel(x: Floats, y: Floats, seed: int) -> Estimate:
    """The Brunner-Munzel statistic of two groups, with its p among the permutations of the values."""
    # Its t is liberal in groups this small; among permutations it holds its size, under separation too.
    if not np.ptp(np.concatenate([x, y])):
        raise ValueError("the values do not vary.")
    return _permutation_pvalue(x, y, _brunner_munzel_statistics, seed)


def _brunner_munzel_statistics(pooled: Floats, is_treated: Floats) -> Floats:
    """The Brunner-Munzel statistic of each permutation, positive where the treated lie higher.

    A placement is a value's rank among all less its rank in its own group, so the comparisons of all pairs, made once,
    give the placements of every permutation. All sums are of whole numbers, and so exact: a comparison counts 2 if the
    first value is higher, and 1 if both are equal.
    """
    treated = int(is_treated[0].sum())
    control = pooled.size - treated
    higher = np.sign(pooled[:, None] - pooled) + 1
    over_all = higher.sum(axis=1)
    over_treated = is_treated @ higher.T
    of_treated, of_control = is_treated * (over_all - over_treated), (1 - is_treated) * over_treated
    variance = treated * _variance(of_treated, treated) + control * _variance(of_control, control)
    ranks = is_treated @ over_all
    difference = ranks / treated - (over_all.sum() - ranks) / control
    # Infinite statistics, under separation, must be comparable.
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = treated * control * difference / (pooled.size * np.sqrt(variance))
    return np.asarray(np.nan_to_num(statistic, posinf=1e9, neginf=-1e9))


def _variance(rows: Floats, n: int) -> Floats:
    """The sample variance of each row, of which all but n elements are zero and do not count."""
    sums, squares = rows.sum(axis=1), np.einsum("ij,ij->i", rows, rows)
    return np.asarray((n * squares - sums**2) / (n * (n - 1)))


def _mean_differences(pooled: Floats, is_treated: Floats) -> Floats:
    """The difference of the two means of each permutation."""
    treated = is_treated[0].sum()
    # Centred, so that one sum is minus the other.
    sums = is_treated @ (pooled - pooled.mean())
    return np.asarray(sums * (1 / treated + 1 / (pooled.size - treated)))


def _permutation_pvalue(
    x: Floats, y: Floats, statistics: Callable[[Floats, Floats], Floats], seed: int, *, rounding: float = 0.0
) -> Estimate:
    """A statistic of two groups and its two-sided permutation p; the observed statistic counts among those drawn.

    Statistics that differ by at most `rounding`, or one part in 1e12, are equal.
    """
    pooled = np.concatenate([x, y])
    permutations, exact = _permutations(x.size, y.size, seed)
    null = statistics(pooled, permutations)
    observed = float(statistics(pooled, np.repeat([1.0, 0.0], [x.size, y.size])[None])[0])
    extreme = int((np.abs(null) >= abs(observed) * (1 - 1e-12) - rounding).sum())
    pvalue = extreme / len(permutations) if exact else (extreme + 1) / (len(permutations) + 1)
    return Estimate(observed, pvalue, estimate=observed)


# Kept, because every contrast between groups of these sizes is tested with the same permutations.
@lru_cache(maxsize=16)
def _permutations(treated: int, control: int, seed: int) -> tuple[Floats, bool]:
    """Permutations of two groups, in each row 1 where a value is treated and 0 elsewhere; and whether these are all."""
    exact = number_of_permutations((treated, control)) <= PERMUTATIONS
    batches = (
        all_permutations((treated, control))
        if exact
        else random_permutations(treated + control, PERMUTATIONS, np.random.default_rng(seed))
    )
    positions = np.vstack(list(batches))
    is_treated = np.zeros(positions.shape)
    np.put_along_axis(is_treated, positions[:, :treated], 1.0, axis=1)
    return is_treated, exact
