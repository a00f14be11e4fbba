"""The probability that a value of one group exceeds a value of another, with an interval that holds at small n."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._common import ConfidenceInterval
from secretome.stats._inputs import NanPolicy, as_two_samples, check_level
from secretome.stats._null_distributions import doubled_midranks


@dataclass(frozen=True)
class SuperiorityResult:
    """Result of `probability_of_superiority`.

    Attributes
    ----------
    estimate : float
        P(X > Y) + P(X = Y) / 2.
    n_x, n_y : int
        The sizes of the samples.
    """

    estimate: float
    n_x: int
    n_y: int

    @property
    def cliffs_delta(self) -> float:
        """P(X > Y) - P(X < Y), from -1 to 1: Cliff's delta, which is the rank-biserial correlation too."""
        return 2 * self.estimate - 1

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Newcombe's interval by his method 5, defined under complete separation too.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval
            Within 0 and 1.
        """
        quantile = scipy.stats.norm.ppf((1 + check_level(confidence_level)) / 2)
        extra = (self.n_x + self.n_y) / 2 - 1

        def objective(theta: float) -> float:
            correlation = (1 - theta) / (2 - theta) + theta / (1 + theta)
            variance = theta * (1 - theta) * (1 + extra * correlation) / (self.n_x * self.n_y)
            return float((self.estimate - theta) ** 2 - quantile**2 * variance)

        # Under separation the estimate itself is a root, and not the one that is looked for.
        low = scipy.optimize.brentq(objective, 0, min(self.estimate, 1 - 1e-12)) if self.estimate > 0 else 0.0
        high = scipy.optimize.brentq(objective, max(self.estimate, 1e-12), 1) if self.estimate < 1 else 1.0
        return ConfidenceInterval(low, high, confidence_level)


def probability_of_superiority(x: ArrayLike, y: ArrayLike, *, nan_policy: NanPolicy = "raise") -> SuperiorityResult:
    """Probability that a value of x exceeds a value of y, ties counting one half.

    Parameters
    ----------
    x, y : array_like, 1-D
        Two independent samples, in one unit; only the order of the values matters.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.

    Returns
    -------
    SuperiorityResult
        ``estimate`` and ``confidence_interval(level)``.

    Raises
    ------
    ValueError
        If a sample is empty, not one-dimensional, or holds NaN or infinity.

    See Also
    --------
    mann_whitney : the test of the same difference

    Notes
    -----
    It is U of the Mann-Whitney test over the number of pairs. The interval holds the probabilities from which the
    estimate lies less than z standard errors away, the standard error being taken at that probability and not at the
    estimate [1]_.

    References
    ----------
    .. [1] Newcombe RG (2006). Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part
       2: asymptotic methods and evaluation. Statistics in Medicine 25:559-573.
    .. [2] Brunner E, Munzel U (2000). The nonparametric Behrens-Fisher problem. Biometrical Journal 42:17-25.

    Examples
    --------
    Pain scores after shoulder surgery, without and with an active treatment [2]_:

    >>> from secretome import stats
    >>> without = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    >>> treated = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
    >>> result = stats.probability_of_superiority(without, treated)
    >>> interval = result.confidence_interval(0.95)
    >>> round(result.estimate, 3), round(interval.low, 3), round(interval.high, 3)
    (0.789, 0.558, 0.911)
    """
    first, second = as_two_samples(x, y, nan_policy)
    # U is calculated from rank sums, which needs less memory than all pairs.
    ranks = doubled_midranks(np.concatenate([first, second]))[: first.size] / 2
    wins = ranks.sum() - first.size * (first.size + 1) / 2
    return SuperiorityResult(float(wins / (first.size * second.size)), first.size, second.size)
