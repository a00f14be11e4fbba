"""The likelihood of lognormal groups with censored values, and its profile over the ratio of two geometric means."""

from dataclasses import dataclass

import numpy as np
from scipy import stats as scipy_stats
from scipy.optimize import brentq, minimize
from scipy.special import log_ndtr

from secretome.stats._inputs import Floats

# A ratio beyond exp(50) either way is not a useful limit.
MAX_LOG_RATIO = 50.0


@dataclass(frozen=True)
class CensoredGroup:
    """The logarithms of one group: the exact values, the limits of the censored ones, and the smallest SD allowed."""

    exact: Floats
    low: Floats
    high: Floats
    min_log_sd: float

    @property
    def size(self) -> int:
        return self.exact.size + self.low.size

    def fit(self) -> tuple[Floats, float]:
        """The most likely mean and log standard deviation, and their log-likelihood."""
        values = np.concatenate([self.exact, np.where(np.isinf(self.low), self.high, self.low)])
        start = np.array([values.mean(), np.log(max(values.std(), 0.1))])
        optimum = minimize(
            lambda theta: _negative(self.likelihood(theta)), start, jac=True, method="BFGS", options={"gtol": 1e-9}
        )
        mean, log_sd = optimum.x
        with np.errstate(divide="ignore"):
            return np.array([mean, max(log_sd, np.log(self.min_log_sd))]), float(-optimum.fun)

    def likelihood(self, theta: Floats) -> tuple[float, Floats]:
        """The log-likelihood at a mean and log standard deviation, and its gradient."""
        # Clipped, so that no square overflows when the search goes far astray.
        mean, sd = theta[0], float(np.exp(np.clip(theta[1], -30, 30)))
        at_minimum = sd < self.min_log_sd
        log_sd = np.log(self.min_log_sd) if at_minimum else theta[1]
        sd = max(sd, self.min_log_sd)
        z = (self.exact - mean) / sd
        value = -z.size * log_sd - (z**2).sum() / 2
        by_mean, by_log_sd = z.sum() / sd, (z**2 - 1).sum()
        if self.low.size:
            a, b = (self.low - mean) / sd, (self.high - mean) / sd
            log_probability = _log_probability(a, b)
            at_low, at_high = _density(a, log_probability), _density(b, log_probability)
            value += log_probability.sum()
            by_mean -= (at_high - at_low).sum() / sd
            by_log_sd -= (_times(b, at_high) - _times(a, at_low)).sum()
        return float(value), np.array([by_mean, 0.0 if at_minimum else by_log_sd])


class Profile:
    """The likelihood of a difference of two log means, with all other parameters fitted at each difference."""

    def __init__(
        self,
        base: CensoredGroup,
        other: CensoredGroup,
        base_fit: tuple[Floats, float],
        other_fit: tuple[Floats, float],
    ) -> None:
        self._groups = base, other
        self._fits = base_fit[0], other_fit[0]
        self._maximum = base_fit[1] + other_fit[1]
        self.difference = float(other_fit[0][0] - base_fit[0][0])
        errors = (np.exp(fit[1]) / group.size**0.5 for fit, group in zip(self._fits, self._groups, strict=True))
        self._standard_error = float(np.hypot(*errors))
        self._n = base.size + other.size
        self.df = self._n - 2

    def statistic(self, difference: float) -> float:
        """The likelihood ratio as a t, so that without censoring and with equal variances it would be Student's."""
        drop = 2 * max(0.0, self._maximum - self._at(difference))
        return float(np.sqrt(self.df * np.expm1(drop / self._n)))

    def limits(self, level: float) -> tuple[float, float]:
        """The differences at which the t reaches its quantile, below and above the estimate."""
        quantile = float(scipy_stats.t.ppf((1 + level) / 2, self.df))
        return self._limit(-1, quantile), self._limit(1, quantile)

    def _limit(self, side: int, quantile: float) -> float:
        def objective(distance: float) -> float:
            return self.statistic(self.difference + side * distance) - quantile

        near, distance = 0.0, self._standard_error * quantile
        while True:
            while objective(distance) < 0:
                near, distance = distance, 2 * distance
                if distance > MAX_LOG_RATIO:
                    return side * np.inf
            # A likelihood with two peaks may rise again further out; the interval must contain what the test accepts.
            further = (1.5 * distance, 2.5 * distance, max(0.0, -side * self.difference))
            accepted = [trial for trial in further if trial > distance and objective(trial) < 0]
            if not accepted:
                return self.difference + side * float(brentq(objective, near, distance, xtol=1e-6, rtol=1e-8))
            near = max(accepted)
            distance = 1.5 * near

    def _at(self, difference: float) -> float:
        """The highest log-likelihood with this difference of the log means."""
        base, other = self._groups

        def negative(theta: Floats) -> tuple[float, Floats]:
            value_base, slope_base = base.likelihood(theta[:2])
            value_other, slope_other = other.likelihood(np.array([theta[0] + difference, theta[2]]))
            slope = np.array([slope_base[0] + slope_other[0], slope_base[1], slope_other[1]])
            return -value_base - value_other, -slope

        # With one mean and two SDs there may be two peaks, one near each group's mean, with the other group's SD
        # increased accordingly.
        (mean, log_sd), (mean_other, log_sd_other) = self._fits
        shift = difference - self.difference
        starts = (
            (mean, log_sd, np.log(np.hypot(np.exp(log_sd_other), shift))),
            (mean_other - difference, np.log(np.hypot(np.exp(log_sd), shift)), log_sd_other),
        )
        optima = (
            minimize(negative, np.array(start), jac=True, method="BFGS", options={"gtol": 1e-7}) for start in starts
        )
        return max(-float(optimum.fun) for optimum in optima)


def _negative(value: tuple[float, Floats]) -> tuple[float, Floats]:
    return -value[0], -value[1]


def _log_probability(a: Floats, b: Floats) -> Floats:
    """The logarithm of the normal probability between a and b, without loss in the tails."""
    # Above zero both are mirrored, so that the difference is taken between small numbers.
    mirrored = a > 0
    a, b = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
    log_b = log_ndtr(b)
    return np.asarray(log_b + np.log1p(-np.exp(log_ndtr(a) - log_b)))


def _density(z: Floats, log_probability: Floats) -> Floats:
    # Limited, so that the slope stays finite when the search tries a tiny SD.
    return np.asarray(np.exp(np.minimum(-(z**2) / 2 - np.log(2 * np.pi) / 2 - log_probability, 300)))


def _times(z: Floats, density: Floats) -> Floats:
    """Product of z and its density, which vanishes at infinity."""
    return np.where(np.isinf(z), 0.0, z) * density
