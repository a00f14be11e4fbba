"""The hazard ratio of two groups with its likelihood interval, and the difference of restricted mean survival."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._common import Alternative, ConfidenceInterval
from secretome.stats._inputs import Floats, as_complete, as_real, check_choice, check_level, check_one_length
from secretome.stats.survival import as_events

# Beyond this log hazard ratio, the likelihood no longer changes: it is that of an infinite ratio.
FARTHEST = 40.0


@dataclass(frozen=True)
class HazardRatioResult:
    """Result of `hazard_ratio`.

    Attributes
    ----------
    estimate : float
        The hazard of the treated over that of the others; 0 or infinite if only one group has deaths.
    statistic, pvalue : float
        The signed root of the likelihood ratio against a ratio of 1, and its two-sided p.
    deaths : int
        Deaths in both groups.
    """

    estimate: float
    statistic: float
    pvalue: float
    deaths: int
    _likelihood: "_Likelihood" = field(repr=False)

    def against(self, value: float, alternative: Alternative = "two-sided") -> tuple[float, float]:
        """Test the hazard ratio against another value than 1.

        Parameters
        ----------
        value : float
            Above zero.
        alternative : {"two-sided", "less", "greater"}
            ``"greater"``: the true hazard ratio exceeds `value`.

        Returns
        -------
        statistic, pvalue : float
            As the result's own are against 1.

        Raises
        ------
        ValueError
            If `value` is not above zero.
        """
        if not (value := as_real(value, "value")) > 0:
            raise ValueError(f"value must be above zero; it is {value!r}.")
        check_choice(alternative, ("two-sided", "less", "greater"), "alternative")
        root = self._likelihood.root(float(np.log(value)))
        tails = {"greater": scipy.stats.norm.sf(root), "less": scipy.stats.norm.cdf(root)}
        return root, float(tails[alternative] if alternative in tails else 2 * scipy.stats.norm.sf(abs(root)))

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Profile likelihood interval, by the chi-square approximation.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval
            A limit that the deaths do not determine is 0 or infinity.
        """
        level = check_level(confidence_level)
        z = float(scipy.stats.norm.ppf((1 + level) / 2))
        low, high = (self._likelihood.limit(side * z) for side in (1, -1))
        return ConfidenceInterval(np.exp(low), np.exp(high), level)


class _Likelihood:
    """Efron's partial likelihood of the log hazard ratio of two groups."""

    def __init__(self, time: Floats, died: Floats, treated: Floats) -> None:
        moments = np.unique(time[died == 1])
        at_risk = time >= moments[:, None]
        dies = (time == moments[:, None]) & (died == 1)
        sizes = dies.sum(axis=1)
        self.events = float(treated @ died)
        self.deaths = int(died.sum())
        # The k-th of d tied deaths has d - k of them still at risk, in equal shares of both groups.
        share = np.concatenate([np.arange(size) / size for size in sizes])
        self.treated, self.others = (
            np.repeat(at_risk @ group, sizes) - share * np.repeat(dies @ group, sizes)
            for group in (treated, 1 - treated)
        )

    def __call__(self, log_ratio: float) -> float:
        return self.events * log_ratio - float(np.log(self.others + self.treated * np.exp(log_ratio)).sum())

    @cached_property
    def best(self) -> float:
        """The log ratio with the largest likelihood; beyond `FARTHEST` if it is infinite."""

        def slope(log_ratio: float) -> float:
            risk = self.treated * np.exp(log_ratio)
            return self.events - float((risk / (self.others + risk)).sum())

        if slope(-FARTHEST) <= 1e-9:
            return -np.inf
        if slope(FARTHEST) >= -1e-9:
            return np.inf
        return float(scipy.optimize.brentq(slope, -FARTHEST, FARTHEST, xtol=1e-12))

    @cached_property
    def highest(self) -> float:
        """The largest likelihood."""
        return self(float(np.clip(self.best, -FARTHEST, FARTHEST)))

    def root(self, log_ratio: float) -> float:
        """The signed root of the likelihood ratio of the best value against this one."""
        ratio = max(0.0, 2 * (self.highest - self(log_ratio)))
        return float(np.sign(self.best - log_ratio) * np.sqrt(ratio))

    def limit(self, root: float) -> float:
        """The log ratio whose signed root is this one; infinite if there is none."""
        ends = -FARTHEST, FARTHEST
        if self.root(ends[0]) <= root:
            return -np.inf
        if self.root(ends[1]) >= root:
            return np.inf
        return float(scipy.optimize.brentq(lambda log_ratio: self.root(log_ratio) - root, *ends, xtol=1e-10))


def hazard_ratio(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> HazardRatioResult:
    """Hazard ratio of treated to other animals by Cox's model, with a profile likelihood interval.

    Parameters
    ----------
    time : array_like, 1-D
        When each animal died, or was last seen alive.
    event : array_like of bool, 1-D
        Whether it died then.
    treated : array_like of bool, 1-D
        Whether it belongs to the treated group.

    Returns
    -------
    HazardRatioResult

    Raises
    ------
    ValueError
        If the arrays differ in length, a time is negative or missing, an event or a group is missing, a group is empty,
        or there are no deaths.

    See Also
    --------
    logrank : the test of the same difference
    restricted_mean_survival : in units of time

    Notes
    -----
    The model assumes that the hazard ratio is the same at all times. Tied deaths are treated by Efron's method [1]_.
    The interval inverts the likelihood ratio test, because it exists if only one group has deaths, where Wald's
    interval does not.

    References
    ----------
    .. [1] Efron B (1977). The efficiency of Cox's likelihood function for censored data. JASA 72:557-565.
    .. [2] Freireich EJ and others (1963). The effect of 6-mercaptopurine on the duration of steroid-induced remissions
       in acute leukemia. Blood 21:699-716.

    Examples
    --------
    Weeks in remission with 6-mercaptopurine and with placebo [2]_:

    >>> from secretome import stats
    >>> treated = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> relapsed = [1] * 9 + [0] * 12 + [1] * 21
    >>> ratio = stats.hazard_ratio(placebo + treated, relapsed[21:] + relapsed[:21], [1] * 21 + [0] * 21)
    >>> round(ratio.estimate, 3)
    4.817
    """
    hours, died, group = _checked(time, event, treated)
    likelihood = _Likelihood(hours, died, group)
    root = likelihood.root(0.0)
    pvalue = float(2 * scipy.stats.norm.sf(abs(root)))
    return HazardRatioResult(float(np.exp(likelihood.best)), root, pvalue, likelihood.deaths, likelihood)


@dataclass(frozen=True)
class RestrictedMeanResult:
    """Result of `restricted_mean_survival`.

    Attributes
    ----------
    estimate : float
        The mean survival of the treated up to the horizon, less that of the others.
    treated, others, horizon : float
        The two restricted means, and the horizon.
    standard_error, pvalue : float
        Of the difference, by Greenwood's formula; p by the normal approximation, NaN without a standard error.
    """

    estimate: float
    treated: float
    others: float
    horizon: float
    standard_error: float
    pvalue: float

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Interval of the difference, by the normal approximation.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceInterval
            NaN without a standard error.
        """
        level = check_level(confidence_level)
        half_width = float(scipy.stats.norm.ppf((1 + level) / 2)) * self.standard_error
        return ConfidenceInterval(self.estimate - half_width, self.estimate + half_width, level)


def restricted_mean_survival(
    time: ArrayLike, event: ArrayLike, treated: ArrayLike, horizon: float | None = None
) -> RestrictedMeanResult:
    """Difference of the restricted mean survival of two groups: the area between their curves up to a horizon.

    Parameters
    ----------
    time, event, treated : array_like, 1-D
        As for `hazard_ratio`.
    horizon : float, optional
        The last time that counts; by default, the earlier of the two groups' longest times.

    Returns
    -------
    RestrictedMeanResult

    Raises
    ------
    ValueError
        As for `hazard_ratio`, and if the horizon is not above zero or exceeds a group's longest time.

    See Also
    --------
    hazard_ratio : as a factor
    survival_curve : the curve whose area this is

    References
    ----------
    .. [1] Royston P, Parmar MKB (2013). Restricted mean survival time. BMC Medical Research Methodology 13:152.

    Examples
    --------
    >>> from secretome import stats
    >>> time, died = [12, 24, 48, 48, 6, 12, 12, 48], [1, 1, 0, 0, 1, 1, 1, 0]
    >>> means = stats.restricted_mean_survival(time, died, [1] * 4 + [0] * 4)
    >>> means.treated, means.others, means.horizon
    (33.0, 19.5, 48.0)
    """
    hours, died, group = _checked(time, event, treated)
    longest = min(float(hours[group == side].max()) for side in (0, 1))
    tau = longest if horizon is None else as_real(horizon, "horizon")
    if not 0 < tau <= longest:
        raise ValueError(f"horizon must be above zero and at most {longest:g}; it is {tau!r}.")
    (first, of_first), (second, of_second) = (
        _restricted_mean(hours[group == side], died[group == side], tau) for side in (1, 0)
    )
    error = float(np.sqrt(of_first + of_second))
    pvalue = float(2 * scipy.stats.norm.sf(abs(first - second) / error)) if error > 0 else np.nan
    return RestrictedMeanResult(first - second, first, second, tau, error, pvalue)


def survival_curve(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats]:
    """Kaplan-Meier estimate of survival: the times of events, and the estimated proportion without an event after each.

    Parameters
    ----------
    time : array_like, 1-D
        The time of the event or of censoring.
    event : array_like of bool, 1-D
        Whether the event occurred then.

    Returns
    -------
    times, shares : (k,) ndarrays of float
        The k different times of events, and the share after each.

    Raises
    ------
    ValueError
        If the arrays differ in length, a time is negative or missing, or an event is missing.

    See Also
    --------
    logrank : whether two curves differ

    References
    ----------
    .. [1] Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete observations. Journal of the American
       Statistical Association 53:457-481.

    Examples
    --------
    >>> from secretome import stats
    >>> times, shares = stats.survival_curve([6, 12, 12, 48], [1, 1, 0, 0])
    >>> times.tolist(), shares.round(3).tolist()
    ([6.0, 12.0], [0.75, 0.5])
    """
    hours, events = _checked_times(time, event)
    moments = np.unique(hours[events == 1])
    at_risk = (hours >= moments[:, None]).sum(axis=1)
    deaths = ((hours == moments[:, None]) & (events == 1)).sum(axis=1)
    return moments, np.cumprod(1 - deaths / at_risk)


def _restricted_mean(time: Floats, died: Floats, tau: float) -> tuple[float, float]:
    """The area below the curve up to tau, and its variance."""
    moments, alive = survival_curve(time, died)
    keep = moments < tau
    moments, alive = moments[keep], alive[keep]
    widths = np.diff([0.0, *moments, tau])
    areas = widths * np.array([1.0, *alive])
    at_risk = (time >= moments[:, None]).sum(axis=1)
    deaths = ((time == moments[:, None]) & (died == 1)).sum(axis=1)
    later = np.cumsum(areas[::-1])[::-1][1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(at_risk > deaths, later**2 * deaths / (at_risk * (at_risk - deaths)), 0.0)
    return float(areas.sum()), float(parts.sum())


def _checked(time: Any, event: Any, treated: Any) -> tuple[Floats, Floats, Floats]:
    hours, died = _checked_times(time, event)
    group = as_events(treated, "treated")
    check_one_length(time=hours, treated=group)
    if group.all() or not group.any():
        raise ValueError("there must be animals in both groups.")
    if not died.any():
        raise ValueError("nothing died, so there is no survival to compare.")
    return hours, died, group


def _checked_times(time: Any, event: Any) -> tuple[Floats, Floats]:
    hours, died = as_complete(time, "time"), as_events(event, "event")
    check_one_length(time=hours, event=died)
    if not np.isfinite(hours).all() or (hours < 0).any():
        raise ValueError("time must hold finite numbers from 0 upwards.")
    return hours, died
