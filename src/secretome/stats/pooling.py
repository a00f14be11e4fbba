"""Pooling the estimates of several cohorts."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats
from statsmodels.stats.meta_analysis import combine_effects

from secretome.stats._common import ConfidenceInterval, as_sample, check_level


@dataclass(frozen=True)
class RandomEffectsResult:
    """Result of `random_effects`.

    Attributes
    ----------
    estimate, standard_error : float
        The pooled effect, and its standard error by Hartung and Knapp.
    tau : float
        The standard deviation of the true effects between cohorts.
    i_squared : float
        The share of the variance that is between cohorts and not within them, 0 to 1.
    statistic, pvalue : float
        t with one degree of freedom less than there are cohorts, and its two-sided p.
    k : int
        How many cohorts.
    """

    estimate: float
    standard_error: float
    tau: float
    i_squared: float
    statistic: float
    pvalue: float
    k: int
    _spread: float = field(repr=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Interval of the pooled effect.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval
        """
        reach = scipy_stats.t.ppf((1 + check_level(confidence_level)) / 2, self.k - 1) * self.standard_error
        return ConfidenceInterval(self.estimate - reach, self.estimate + reach, confidence_level)

    def prediction_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Where the true effect of a further cohort lies; infinite with two cohorts, which say nothing of that.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval
        """
        check_level(confidence_level)
        if self.k < 3:
            return ConfidenceInterval(-np.inf, np.inf, confidence_level)
        reach = scipy_stats.t.ppf((1 + confidence_level) / 2, self.k - 2) * self._spread
        return ConfidenceInterval(self.estimate - reach, self.estimate + reach, confidence_level)


def random_effects(estimates: ArrayLike, standard_errors: ArrayLike) -> RandomEffectsResult:
    """Pool effects that may differ from cohort to cohort: Paule and Mandel's variance, Hartung and Knapp's interval.

    Parameters
    ----------
    estimates, standard_errors : array_like, 1-D
        Each cohort's effect, on a scale where it is about normal (logarithms of ratios), and its standard error.

    Returns
    -------
    RandomEffectsResult

    Raises
    ------
    ValueError
        If the arrays differ in length, hold fewer than two cohorts, or a standard error that is not above zero.

    References
    ----------
    .. [1] Paule RC, Mandel J (1982). Consensus values and weighting factors. Journal of Research of the National Bureau of Standards
       87:377-385.
    .. [2] Hartung J, Knapp G (2001). A refined method for the meta-analysis of controlled clinical trials with binary outcome. Statistics
       in Medicine 20:3875-3889.
    .. [3] Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of random-effects meta-analysis. JRSS A 172:137-159.

    Examples
    --------
    Two cohorts that agree and one that does not, log ratios:

    >>> from secretome import stats
    >>> result = stats.random_effects([-0.7, -0.6, 0.1], [0.15, 0.2, 0.15])
    >>> interval = result.confidence_interval(0.95)
    >>> round(result.estimate, 2), round(result.tau, 2), interval.low < 0 < interval.high
    (-0.39, 0.41, True)
    """
    effects, errors = as_sample(estimates, "estimates"), as_sample(standard_errors, "standard_errors")
    if effects.size != errors.size or effects.size < 2:
        raise ValueError(f"two cohorts or more, each with a standard error, are needed; there are {effects.size} and {errors.size}.")
    if (errors <= 0).any():
        raise ValueError("every standard error must be above zero.")
    pooled = combine_effects(effects, errors**2, method_re="iterated", use_t=True)
    estimate, standard_error = float(pooled.mean_effect_re), float(np.sqrt(pooled.var_hksj_re))
    tau_squared = max(0.0, float(pooled.tau2))
    # The prediction interval adds the spread between cohorts to the plain error of the pooled effect.
    plain = 1 / (1 / (errors**2 + tau_squared)).sum()
    statistic = estimate / standard_error
    return RandomEffectsResult(
        estimate=estimate,
        standard_error=standard_error,
        tau=float(np.sqrt(tau_squared)),
        i_squared=max(0.0, float(pooled.i2)),
        statistic=float(statistic),
        pvalue=float(2 * scipy_stats.t.sf(abs(statistic), effects.size - 1)),
        k=effects.size,
        _spread=float(np.sqrt(tau_squared + plain)),
    )
