"""Simulated experiments for `stats.power`, and analyses of them, for the lessons on error rates and power."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from secretome.stats.power import Rvs

Floats = NDArray[np.float64]

# The animals per group; the columns of the second outcome begin after them.
ANIMALS = 30


def two_groups(ratio: float, cv: float, n: int) -> Rvs:
    """Experiments with a treated and an untreated group, as logarithms of lognormal values.

    Parameters
    ----------
    ratio : float
        The true ratio of geometric means, treated to untreated.
    cv : float
        The coefficient of variation within a group, as a share.
    n : int
        Animals in each group.

    Returns
    -------
    callable
        The first argument of `stats.power`.

    Examples
    --------
    >>> from secretome import stats
    >>> round(stats.power(two_groups(0.5, 0.55, 12), "welch", trials=20_000).power, 1)
    0.9
    """
    spread = np.sqrt(np.log(1 + cv**2))

    def draw(rng: np.random.Generator, trials: int) -> tuple[Floats, Floats]:
        return rng.normal(np.log(ratio), spread, (trials, n)), rng.normal(0, spread, (trials, n))

    return draw


def without_effect(rng: np.random.Generator, trials: int) -> tuple[Floats, Floats]:
    """Experiments without an effect: two groups of 30 animals with two outcomes each, whose correlation is 0.5.

    Parameters
    ----------
    rng : Generator
        Draws the values.
    trials : int
        The number of experiments.

    Returns
    -------
    tuple of (trials, 60) array
        The groups: the first outcome of the 30 animals, then the second.

    Examples
    --------
    >>> import numpy as np
    >>> x, _ = without_effect(np.random.default_rng(1), 10_000)
    >>> round(float(np.corrcoef(x[:, 0], x[:, 30])[0, 1]), 1)
    0.5
    """

    def group() -> Floats:
        shared = rng.normal(size=(trials, ANIMALS))
        return np.hstack([shared + rng.normal(size=(trials, ANIMALS)), shared + rng.normal(size=(trials, ANIMALS))])

    return group(), group()


def one_outcome(x: Floats, y: Floats, n: int = 20) -> Floats:
    """The p of Student's t test of the first outcome in the first `n` animals per group, for each experiment."""
    return np.asarray(scipy_stats.ttest_ind(x[:, :n], y[:, :n], axis=1).pvalue)


def best_outcome(x: Floats, y: Floats, n: int = 20) -> Floats:
    """The smallest p among the first outcome, the second, and their mean, in the first `n` animals of each group."""
    second = x[:, ANIMALS:], y[:, ANIMALS:]
    both = x[:, :ANIMALS] + second[0], y[:, :ANIMALS] + second[1]
    return np.asarray(np.min([one_outcome(x, y, n), one_outcome(*second, n), one_outcome(*both, n)], axis=0))
