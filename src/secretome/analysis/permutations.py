"""SciPy's permutation test, with a seed."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import scipy
from scipy import stats as scipy_stats

from secretome.analysis.results import Floats

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
    return scipy_stats.permutation_test(
        (values,),
        statistic,
        permutation_type=permuted,
        vectorized=True,
        n_resamples=permutations,
        **{GENERATOR: np.random.default_rng(seed)},
    )
