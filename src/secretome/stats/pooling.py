"""Pooling the estimates of several cohorts."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._common import ConfidenceInterval, TEstimate, TResult
from secretome.stats._inputs import Floats, as_sample, check_level
from secretome.stats._rounding import unit_of


@dataclass(frozen=True)
class RandomEffectsResult(TResult):
    """Result of `random_effects`.

    Attributes
    ----------
    estimate, standard_error : float
        The pooled effect, and its standard error by Hartung and Knapp, with the ad hoc correction if requested.
    tau : float
        The standard deviation of the true effects between cohorts.
    i_squared : float
        The share of the variation of the estimates that their standard errors do not explain, ``(Q - df) / Q`` by
        Cochran's Q, 0 to 1.
    statistic, pvalue : float
        t with one degree of freedom less than there are cohorts, and its two-sided p.
    k : int
        How many cohorts.
    adhoc : bool
        Whether the ad hoc correction was applied.
    fixed_effect_standard_error : float
        The standard error of the fixed-effect (inverse-variance) mean, which assumes that the true effect is the same
        in every cohort.
    """

    estimate: float
    standard_error: float
    tau: float
    i_squared: float
    statistic: float
    pvalue: float
    k: int
    adhoc: bool
    fixed_effect_standard_error: float
    _prediction: TEstimate = field(repr=False)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Interval of the pooled effect.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval

        Warns
        -----
        UserWarning
            If the interval is narrower than that of the fixed-effect model, which happens by chance when few cohorts
            agree closely.
        """
        interval = super().confidence_interval(confidence_level)
        normal = scipy.stats.norm.ppf((1 + confidence_level) / 2) * self.fixed_effect_standard_error
        if interval.high - self.estimate < normal:
            warnings.warn(
                "The Hartung-Knapp interval is narrower than the fixed-effect interval, because the estimates agree "
                "more closely than their standard errors suggest; use adhoc=True to avoid this.",
                stacklevel=2,
            )
        return interval

    def prediction_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Interval for the true effect in a further cohort, by t with k - 2 degrees of freedom.

        It is infinite with two cohorts, which give no information on it. With few cohorts its coverage is below the
        nominal level.

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
        return ConfidenceInterval(*self._prediction.limits(confidence_level), confidence_level)


def random_effects(estimates: ArrayLike, standard_errors: ArrayLike, *, adhoc: bool = False) -> RandomEffectsResult:
    """Pool effects that may differ from cohort to cohort: Paule and Mandel's variance, Hartung and Knapp's interval.

    Parameters
    ----------
    estimates, standard_errors : array_like, 1-D
        Each cohort's effect, on a scale where it is about normal (logarithms of ratios), and its standard error.
    adhoc : bool, default False
        Whether to apply the ad hoc variance correction [4]_: the Hartung-Knapp standard error is never smaller than
        that of the random-effects model without it. It is ``test="adhoc"`` in R's metafor, and ``adhoc.hakn.ci="se"``
        in R's meta.

    Returns
    -------
    RandomEffectsResult

    Raises
    ------
    ValueError
        If the arrays differ in length, hold fewer than two cohorts or a missing value, or a standard error that is not
        above zero.

    Warns
    -----
    UserWarning
        If all estimates are equal and there is no ad hoc correction: the standard error is then 0, the interval has no
        width, and p is 0, or NaN where the estimates are 0.

    References
    ----------
    .. [1] Paule RC, Mandel J (1982). Consensus values and weighting factors. Journal of Research of the National Bureau
       of Standards 87:377-385.
    .. [2] Hartung J, Knapp G (2001). A refined method for the meta-analysis of controlled clinical trials with binary
       outcome. Statistics in Medicine 20:3875-3889.
    .. [3] Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of random-effects meta-analysis. JRSS A
       172:137-159.
    .. [4] Röver C, Knapp G, Friede T (2015). Hartung-Knapp-Sidik-Jonkman approach and its modification for
       random-effects meta-analysis with few studies. BMC Medical Research Methodology 15:99.

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
        raise ValueError(
            f"two cohorts or more, each with a standard error, are needed; there are {effects.size} and {errors.size}."
        )
    if (errors <= 0).any():
        raise ValueError("every standard error must be above zero.")
    unit = float(unit_of(effects, errors))
    effects, errors = effects / unit, errors / unit
    tau_squared = _paule_mandel(effects, errors)
    fixed, weights = 1 / errors**2, 1 / (errors**2 + tau_squared)
    estimate = float((weights * effects).sum() / weights.sum())
    # The prediction interval adds the variance between cohorts to that of the pooled effect.
    variance = 1 / weights.sum()
    scatter = _weighted_scatter(effects, weights) / (effects.size - 1)
    standard_error = float(np.sqrt(variance * (max(1.0, scatter) if adhoc else scatter)))
    heterogeneity = _weighted_scatter(effects, fixed)
    if standard_error == 0:
        warnings.warn(
            "All estimates are equal, so the Hartung-Knapp standard error is 0; use adhoc=True.", stacklevel=2
        )
    degrees = effects.size - 1
    t = TEstimate(estimate, np.float64(standard_error), degrees, unit)
    statistic, pvalue = t.test()
    return RandomEffectsResult(
        estimate=t.scaled,
        standard_error=standard_error * unit,
        tau=float(np.sqrt(tau_squared)) * unit,
        i_squared=max(0.0, 1 - degrees / heterogeneity) if heterogeneity > 0 else 0.0,
        statistic=statistic,
        pvalue=pvalue,
        k=effects.size,
        adhoc=bool(adhoc),
        fixed_effect_standard_error=float(np.sqrt(1 / fixed.sum())) * unit,
        _prediction=TEstimate(estimate, float(np.sqrt(tau_squared + variance)), degrees - 1, unit),
        _t=t,
        _ratio=False,
    )


def _paule_mandel(effects: Floats, errors: Floats) -> float:
    """The variance between cohorts at which the weighted scatter equals its degrees of freedom; 0 if negative."""

    def excess(tau_squared: float) -> float:
        return _weighted_scatter(effects, 1 / (errors**2 + tau_squared)) - (effects.size - 1)

    if excess(0.0) <= 0:
        return 0.0
    # With this variance no cohort is further from the mean than the range; the scatter is below its degrees of freedom.
    highest = effects.size * float(np.ptp(effects)) ** 2
    return float(scipy.optimize.brentq(excess, 0.0, highest, xtol=1e-14 * highest, rtol=1e-14))


def _weighted_scatter(effects: Floats, weights: Floats) -> float:
    """The weighted sum of squared distances from the weighted mean: Cochran's Q for inverse-variance weights."""
    if effects.min() == effects.max():
        return 0.0
    mean = (weights * effects).sum() / weights.sum()
    return float((weights * (effects - mean) ** 2).sum())
