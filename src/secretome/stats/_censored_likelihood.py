"""The likelihood of lognormal groups with censored values, and its profile over the ratio of two geometric means."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from secretome.stats._common import t_quantile
from secretome.stats._inputs import Floats

# A ratio beyond exp(50) either way is not a useful limit.
MAX_LOG_RATIO = 50.0
# The smallest standard deviation of the logarithms is exp(-30).
MIN_LOG_SD = -30.0
# Stands for an infinite limit, because its powers are finite.
FAR = 1e60
# A search ends with a step shorter than this share of its scale; the error is then about the square of the step.
TOLERANCE = 1e-5
MAX_STEPS = 100
# The distances at which the likelihood may be high again, relative to one at which it is low.
FURTHER = np.array([1.0, 1.5, 2.5])
LOG_SQRT_2_PI = float(np.log(2 * np.pi) / 2)


# A float or, of many tests, an array of floats.
Number = Any


class Fit(NamedTuple):
    """The most likely mean and log standard deviation of a group, and their log-likelihood."""

    mean: Number
    log_sd: Number
    value: Number


class ProfilePoint(NamedTuple):
    """The log-likelihood of one group at some means, each with the standard deviation that makes it highest.

    Attributes
    ----------
    mean : array
        The means.
    value, slope, curvature : array
        The log-likelihood and its first two derivatives by the mean.
    log_precision, by_mean : array
        Minus the log standard deviation, and its derivative by the mean.
    """

    mean: Floats
    value: Floats
    slope: Floats
    curvature: Floats
    log_precision: Floats
    by_mean: Floats

    def predicted(self, mean: Floats) -> Floats:
        """The log precision at means that are close to these."""
        return np.asarray(self.log_precision + self.by_mean * (mean - self.mean))


class CensoredGroup:
    """The logarithms of one group.

    Parameters
    ----------
    exact : (n,) array
        The exact values.
    low, high : (m,) array
        The limits of the censored values.
    min_log_sd : float
        The smallest standard deviation allowed.
    """

    def __init__(self, exact: Floats, low: Floats, high: Floats, min_log_sd: float) -> None:
        self.censored: Any = low.size
        self.size = exact.size + low.size
        self._n: Number = exact.size
        self._mean: Number = float(exact.mean()) if exact.size else 0.0
        self._squares: Number = float(((exact - self._mean) ** 2).sum())
        values = np.concatenate([exact, np.where(np.isinf(low), high, low)])
        self._centre: Number = float(values.mean())
        self._spread: Number = max(float(values.std()), 0.1)
        # Values with the same limits are counted together.
        limits, counts = np.unique(np.column_stack([low, high]), axis=0, return_counts=True)
        self._limits, self._counts = np.clip(limits.T, -FAR, FAR), counts.astype(np.float64)
        finite = np.concatenate([exact, limits[np.isfinite(limits)]])
        self._lowest: Number = float(finite.min())
        self._highest: Number = float(finite.max())
        self._max_log_precision = _max_log_precision(min_log_sd)

    def fit(self) -> Fit:
        """The most likely mean and log standard deviation, and their log-likelihood."""
        centre, spread = np.asarray(self._centre), self._spread
        # The profile over the mean has one peak, so the sign of its slope tells on which side the peak is.
        reach = np.multiply.outer(2.0 ** np.arange(-1, 12), spread)
        means = np.concatenate([centre - reach[::-1], centre[None], centre + reach])
        point = self.profile(means, -np.log(np.hypot(spread, means - centre)))
        after = np.clip((point.slope > 0).sum(axis=0), 1, len(means) - 1)[None]
        before, last = (np.take_along_axis(means, place, axis=0) for place in (after - 1, after))
        point = ProfilePoint(*(np.take_along_axis(part, after, axis=0) for part in point))

        def slope(mean: Floats) -> tuple[Floats, Floats]:
            nonlocal point
            point = self.profile(mean, point.predicted(mean))
            return point.slope, point.curvature

        mean = _root(slope, before, last, last, scale=spread)
        value = point.value + point.slope * (mean - point.mean) / 2
        return Fit(mean[0], -point.predicted(mean)[0], value[0])

    def profile(self, mean: Floats, log_precision: Floats) -> ProfilePoint:
        """The profile at these means; the search for the precision begins at `log_precision`."""
        squares = self._squares + self._n * (self._mean - mean) ** 2
        high = np.full(mean.shape, self._max_log_precision)
        if not np.any(self.censored):
            x = np.minimum(np.log(self._n / squares) / 2, high)
            return _profile_point(mean, x, x < high, self._derivatives(mean, squares, x))
        at: tuple[Floats, ...] = ()
        evaluated = mean

        def slope(x: Floats) -> tuple[Floats, Floats]:
            nonlocal at, evaluated
            at, evaluated = self._derivatives(mean, squares, x), x
            return at[2], at[5]

        # The standard deviation is not much larger than the distance of the farthest value.
        farthest = np.maximum(np.abs(self._lowest - mean), np.abs(self._highest - mean))
        low = np.minimum(-np.log(4 * self.size * farthest), high)
        x = _root(slope, low, high, np.clip(log_precision, low, high), scale=1.0, step=_step_of_variance)
        # The derivatives were taken at the last step but one.
        value, by_mean, by_x, mean_mean, mean_x, x_x = at
        step = x - evaluated
        corrected = (value + step * (by_x + step * x_x / 2), by_mean + step * mean_x, by_x, mean_mean, mean_x, x_x)
        return _profile_point(mean, x, x < high, corrected)

    def _derivatives(self, mean: Floats, squares: Floats, x: Floats) -> tuple[Floats, ...]:
        """The log-likelihood and its derivatives by the mean, by the log precision x, twice by each, and by both.

        In the order: value, mean, x, mean and mean, mean and x, x and x.
        """
        precision = np.exp(x)
        weight = precision**2
        of_mean, of_squares = weight * (self._n * (self._mean - mean)), weight * squares
        exact = (
            self._n * x - of_squares / 2,
            of_mean,
            self._n - of_squares,
            -self._n * weight,
            2 * of_mean,
            -2 * of_squares,
        )
        if not np.any(self.censored):
            return exact
        # Standardized limits, the lower in the first row, and the density at each relative to the probability between.
        limits = self._limits.reshape(2, *[1] * (mean.ndim + 2 - self._limits.ndim), *self._limits.shape[1:])
        z = precision[..., None] * (limits - mean[..., None])
        log_probability = _log_probability(z)
        # Limited, so that the slope is finite if the search tries a tiny standard deviation.
        density = np.exp(np.minimum(-(z**2) / 2 - LOG_SQRT_2_PI - log_probability, 300))
        density[0] *= -1
        first = z * density
        second = z * first
        d0, d1, d2, d3 = density.sum(axis=0), first.sum(axis=0), second.sum(axis=0), (z * second).sum(axis=0)
        terms = np.stack([log_probability, d0, d1, d1 + d0**2, d2 + d0 * d1 - d0, d1 - d3 - d1**2])
        value, by_mean, by_x, mean_mean, mean_x, x_x = self._over_limits(terms)
        return (
            exact[0] + value,
            exact[1] - precision * by_mean,
            exact[2] + by_x,
            exact[3] - weight * mean_mean,
            exact[4] + precision * mean_x,
            exact[5] + x_x,
        )

    def _over_limits(self, terms: Floats) -> Floats:
        """The sums of the terms of all censored values."""
        return np.asarray(terms @ self._counts)


class CensoredGroups(CensoredGroup):
    """The logarithms of one group in many tests, for the arithmetic of `CensoredGroup` with an array of its parts.

    Parameters
    ----------
    low, high : (tests, n) array
        The limits of the values, equal if a value is exact.
    min_log_sd : float
        The smallest standard deviation allowed.
    """

    def __init__(self, low: Floats, high: Floats, min_log_sd: float) -> None:
        exact = low == high
        self._n, self.size = exact.sum(axis=1), low.shape[1]
        self.censored = self.size - self._n
        values = np.where(np.isinf(low), high, low)
        self._centre, self._spread = values.mean(axis=1), np.maximum(values.std(axis=1), 0.1)
        self._mean = np.where(exact, values, 0.0).sum(axis=1) / np.maximum(self._n, 1)
        self._squares = np.where(exact, (values - self._mean[:, None]) ** 2, 0.0).sum(axis=1)
        self._lowest = np.minimum(values, np.where(np.isinf(high), np.inf, high)).min(axis=1)
        self._highest = np.maximum(values, np.where(np.isinf(high), -np.inf, high)).max(axis=1)
        # The censored values of each test first; the others do not count.
        first = np.argsort(exact, axis=1, kind="stable")[:, : max(1, int(np.max(self.censored)))]
        self._counts = (~np.take_along_axis(exact, first, axis=1)).astype(np.float64)
        limits = (np.take_along_axis(limit, first, axis=1) for limit in (low, high))
        self._limits = np.clip(np.stack([*limits]), -FAR, FAR)
        self._limits[0, self._counts == 0], self._limits[1, self._counts == 0] = -FAR, FAR
        self._max_log_precision = _max_log_precision(min_log_sd)

    def _over_limits(self, terms: Floats) -> Floats:
        return np.asarray((terms * self._counts).sum(axis=-1))


class Profile:
    """The likelihood of a difference of two log means, with all other parameters fitted at each difference.

    With `CensoredGroups`, the numbers are arrays of one element per test.
    """

    def __init__(
        self,
        base: CensoredGroup,
        other: CensoredGroup,
        base_fit: Fit,
        other_fit: Fit,
    ) -> None:
        self._groups = base, other
        self._means = base_fit.mean, other_fit.mean
        self._sds = np.exp(base_fit.log_sd), np.exp(other_fit.log_sd)
        self._maximum = base_fit.value + other_fit.value
        self.difference = self._means[1] - self._means[0]
        self._standard_error = np.hypot(self._sds[0] / base.size**0.5, self._sds[1] / other.size**0.5)
        self._n = base.size + other.size
        self.df = self._n - 2

    def statistic(self, difference: float) -> Floats:
        """The likelihood ratio as a t, so that without censoring and with equal variances it would be Student's."""
        return np.asarray(_Path(self).statistics(np.full((1, *np.shape(self.difference)), difference))[0][0])

    def limits(self, level: float) -> Floats:
        """The differences at which the t reaches its quantile, below and above the estimate."""
        quantile = float(t_quantile(level, self.df))
        side = np.array([-1.0, 1.0]).reshape(2, *[1] * np.ndim(self.difference))
        shape = 2, *np.shape(self.difference)
        near, distance = np.zeros(shape), np.full(shape, 1.2 * self._standard_error * quantile)
        # A likelihood with two peaks may rise again further out; the interval must contain what the test accepts.
        while True:
            further = np.multiply.outer(FURTHER, distance)
            trial = np.concatenate([further, np.maximum(distance, -side * self.difference)[None]])
            statistics = _Path(self).statistics(self.difference + side * trial)[0]
            accepted = (statistics < quantile) & (distance <= MAX_LOG_RATIO)
            if not accepted.any():
                break
            near = np.where(accepted, trial, near).max(axis=0)
            distance = np.maximum(distance, 1.5 * near)
        determined = distance <= MAX_LOG_RATIO
        near, distance = np.where(determined, (near, distance), 0.0)
        # The t is almost proportional to the distance.
        start = np.clip(distance * quantile / statistics[0], near, distance)
        path = _Path(self)
        for path_of_step in (lambda: path, lambda: _Path(self)):

            def excess(distance: Floats, new: Callable[[], _Path] = path_of_step) -> tuple[Floats, Floats]:
                statistic, slope = new().statistics(self.difference + side * distance)
                return quantile - statistic, -side * slope

            limits = self.difference + side * _root(excess, near, distance, start, scale=self._standard_error)
            # A path may stay on the lower of two peaks; then each step searches for both again.
            found = _Path(self).statistics(limits)[0]
            if (np.abs(found - quantile) <= TOLERANCE)[determined].all():
                break
        return np.where(determined, limits, side * np.inf)


class _Path:
    """The profile at differences that change in small steps: each search begins where the one before it ended."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._points: tuple[ProfilePoint, ProfilePoint] | None = None

    def statistics(self, difference: Floats) -> tuple[Floats, Floats]:
        """The t at each difference, and its derivative."""
        profile = self._profile
        value, slope = self._highest(difference)
        drop = 2 * np.maximum(0.0, profile._maximum - value)
        statistic = np.sqrt(profile.df * np.expm1(drop / profile._n))
        with np.errstate(divide="ignore", invalid="ignore"):
            by_difference = -profile.df * np.exp(drop / profile._n) * slope / (profile._n * statistic)
        return statistic, by_difference

    def _highest(self, difference: Floats) -> tuple[Floats, Floats]:
        """The highest log-likelihood with each difference of the log means, and its derivative by the difference."""
        profile = self._profile
        # With one mean and two SDs there may be two peaks, one near each group's mean; both lie between these means.
        ends = np.stack([np.full(difference.shape, profile._means[0]), profile._means[1] - difference])
        low, high = (np.broadcast_to(end, ends.shape) for end in (ends.min(axis=0), ends.max(axis=0)))
        start = self._predicted(difference, low, high) if self._points else ends

        def slope(mean: Floats) -> tuple[Floats, Floats]:
            base, other = self._points = self._at((mean, mean + difference))
            return base.slope + other.slope, base.curvature + other.curvature

        mean = _root(slope, low, high, start, scale=profile._standard_error)
        assert self._points is not None
        base, other = self._points
        step = mean - base.mean
        value = base.value + other.value + step * (base.slope + other.slope) / 2
        best = value.argmax(axis=0)[None]
        by_difference = other.slope + step * other.curvature
        return np.take_along_axis(value, best, axis=0)[0], np.take_along_axis(by_difference, best, axis=0)[0]

    def _at(self, means: tuple[Floats, Floats]) -> tuple[ProfilePoint, ProfilePoint]:
        profile = self._profile
        if self._points:
            starts = [point.predicted(mean) for point, mean in zip(self._points, means, strict=True)]
        else:
            # The SD grows by the distance from the group's own mean.
            fits = zip(profile._sds, means, profile._means, strict=True)
            starts = [-np.log(np.hypot(sd, mean - fitted)) for sd, mean, fitted in fits]
        base, other = (
            group.profile(mean, start) for group, mean, start in zip(profile._groups, means, starts, strict=True)
        )
        return base, other

    def _predicted(self, difference: Floats, low: Floats, high: Floats) -> Floats:
        """The first group's means at the peaks, after a change of the differences."""
        assert self._points is not None
        base, other = self._points
        curvature = base.curvature + other.curvature
        change = difference - (other.mean - base.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = np.where(curvature < 0, -other.curvature / curvature * change, 0.0)
        return np.clip(base.mean + moved, low, high)


def _profile_point(mean: Floats, x: Floats, free: NDArray[np.bool_], at: tuple[Floats, ...]) -> ProfilePoint:
    """A profile from derivatives at the best log precisions, of which those that are not `free` are at their limit."""
    value, by_mean, _, mean_mean, mean_x, x_x = at
    by_mean_of_x = np.where(free, -mean_x / x_x, 0.0)
    return ProfilePoint(mean, value, by_mean, mean_mean + mean_x * by_mean_of_x, x, by_mean_of_x)


def _max_log_precision(min_log_sd: float) -> float:
    with np.errstate(divide="ignore"):
        return -max(float(np.log(min_log_sd)), MIN_LOG_SD)


def _newton_step(value: Floats, slope: Floats) -> Floats:
    return np.asarray(-value / slope)


def _step_of_variance(value: Floats, slope: Floats) -> Floats:
    """Newton's step for the inverse of the variance, as a step of the log precision; exact for uncensored values."""
    return np.asarray(np.log(np.maximum(1 - 2 * value / slope, 0.01)) / 2)


def _root(
    function: Callable[[Floats], tuple[Floats, Floats]],
    low: Floats,
    high: Floats,
    start: Floats,
    *,
    scale: Number,
    step: Callable[[Floats, Floats], Floats] = _newton_step,
) -> Floats:
    """Where each element of a function falls through zero between `low` and `high`, or the end that it does not reach.

    Newton's method; where a step would leave the interval, the interval is halved. `function` returns values and
    derivatives.
    """
    x = start
    low_tried = high_tried = np.zeros(x.shape, dtype=np.bool_)
    for _ in range(MAX_STEPS):
        value, slope = function(x)
        positive = value > 0
        low, high = np.where(positive, x, low), np.where(positive, high, x)
        low_tried, high_tried = low_tried | positive, high_tried | ~positive
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x + step(value, slope)
            halved = ~(slope < 0) | ((newton < low) & low_tried) | ((newton > high) & high_tried)
            following = np.where(halved, (low + high) / 2, np.clip(newton, low, high))
        done = (np.abs(following - x) <= TOLERANCE * scale).all()
        x = following
        if done:
            break
    return x


def _log_probability(z: Floats) -> Floats:
    """The logarithm of the normal probability between two limits, without loss in the tails."""
    # Above zero both are mirrored, so that the difference is taken between small numbers.
    log_low, log_high = log_ndtr(np.where(z[0] > 0, -z[::-1], z))
    return np.asarray(log_high + np.log1p(-np.exp(log_low - log_high)))
