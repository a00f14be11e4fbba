"""Geometric means where some values are known only to lie beyond a limit of the assay, or within an interval."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats
from scipy.optimize import brentq, minimize
from scipy.special import log_ndtr

from secretome.stats._common import ALTERNATIVES, Alternative, ConfidenceIntervals, exp, t_pvalue
from secretome.stats._inputs import (
    LARGEST_VALUE,
    Floats,
    as_complete,
    as_labels,
    as_real,
    check_choice,
    check_level,
    check_one_length,
)

# The largest distance, in steps, of a printed titre from its dilution: 1:32 after 1:10 is a step of 10**0.5 rounded.
LADDER_TOLERANCE = 0.05
# A ratio beyond exp(50) either way is no limit that anyone can use.
FARTHEST = 50.0


@dataclass(frozen=True)
class _Group:
    """The logarithms of one group: values seen, and the limits of those that were not."""

    seen: Floats
    low: Floats
    high: Floats
    min_log_sd: float

    @property
    def size(self) -> int:
        return self.seen.size + self.low.size

    def fit(self) -> tuple[Floats, float]:
        """The most likely mean and log standard deviation, and their log-likelihood."""
        known = np.concatenate([self.seen, np.where(np.isinf(self.low), self.high, self.low)])
        start = np.array([known.mean(), np.log(max(known.std(), 0.1))])
        found = minimize(
            lambda theta: _negative(self.likelihood(theta)), start, jac=True, method="BFGS", options={"gtol": 1e-9}
        )
        mean, log_spread = found.x
        with np.errstate(divide="ignore"):
            return np.array([mean, max(log_spread, np.log(self.min_log_sd))]), float(-found.fun)

    def likelihood(self, theta: Floats) -> tuple[float, Floats]:
        """The log-likelihood at a mean and log standard deviation, and its gradient."""
        # A search that strays beyond any spread there is comes back, and no square overflows.
        mean, spread = theta[0], float(np.exp(np.clip(theta[1], -30, 30)))
        held = spread < self.min_log_sd
        log_spread = np.log(self.min_log_sd) if held else theta[1]
        spread = max(spread, self.min_log_sd)
        z = (self.seen - mean) / spread
        value = -z.size * log_spread - (z**2).sum() / 2
        by_mean, by_log_spread = z.sum() / spread, (z**2 - 1).sum()
        if self.low.size:
            a, b = (self.low - mean) / spread, (self.high - mean) / spread
            log_chance = _log_chance(a, b)
            at_low, at_high = _density(a, log_chance), _density(b, log_chance)
            value += log_chance.sum()
            by_mean -= (at_high - at_low).sum() / spread
            by_log_spread -= (_times(b, at_high) - _times(a, at_low)).sum()
        return float(value), np.array([by_mean, 0.0 if held else by_log_spread])


@dataclass(frozen=True)
class CensoredLognormalResult:
    """Result of `censored_lognormal`.

    Attributes
    ----------
    groups : (k,) array
        The levels of `group`, sorted; the first is what the others are compared with.
    geometric_mean, log_sd : (k,) array
        Of each group: the geometric mean, in the unit of the data, and the standard deviation of the natural
        logarithms.
    n, censored : (k,) array of int
        Values per group, and how many of them were not seen exactly.
    estimate : (k - 1,) array
        The ratio of each further group's geometric mean to the first's.
    statistic, pvalue : (k - 1,) array
        The likelihood ratio against a ratio of 1, as a t, and its p.
    df : (k - 1,) array
        Degrees of freedom of that t: the values of both groups less two.
    alternative : str
        The alternative tested.
    """

    groups: NDArray[np.generic]
    geometric_mean: Floats
    log_sd: Floats
    n: NDArray[np.int64]
    censored: NDArray[np.int64]
    estimate: Floats
    statistic: Floats
    df: Floats
    pvalue: Floats
    alternative: str
    _profiles: tuple["_Profile", ...] = field(repr=False, compare=False)

    def against(self, ratio: float, alternative: Alternative = "two-sided") -> tuple[Floats, Floats]:
        """Test the ratios against another than 1, without fitting anew.

        Parameters
        ----------
        ratio : float
            Above zero.
        alternative : {"two-sided", "less", "greater"}
            ``"greater"``: the ratio exceeds `ratio`.

        Returns
        -------
        statistic, pvalue : (k - 1,) arrays
            As the result's own are against 1.

        Raises
        ------
        ValueError
            If `ratio` is not above zero.
        """
        if not as_real(ratio, "ratio") > 0:
            raise ValueError(f"ratio must be above 0; it is {ratio!r}.")
        at = float(np.log(ratio))
        statistic = np.array([np.sign(profile.difference - at) * profile.statistic(at) for profile in self._profiles])
        return statistic, t_pvalue(statistic, self.df, alternative)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceIntervals:
        """Profile-likelihood intervals of the ratios, each at the level asked for and cut as for t.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceIntervals
            Two-sided whatever the alternative. A side on which the data set no limit is 0 or infinity; a warning says
            so.
        """
        check_level(confidence_level)
        limits = np.array([profile.limits(confidence_level) for profile in self._profiles]).reshape(-1, 2)
        if np.isinf(limits).any():
            warnings.warn("The values seen set no limit on one side of a ratio: it is 0 or infinity.", stacklevel=2)
        return ConfidenceIntervals(exp(limits[:, 0]), exp(limits[:, 1]), confidence_level)


class _Profile:
    """The likelihood of a difference of two log means, all else fitted anew at each difference."""

    def __init__(
        self, base: _Group, other: _Group, base_fit: tuple[Floats, float], other_fit: tuple[Floats, float]
    ) -> None:
        self._groups = base, other
        self._fits = base_fit[0], other_fit[0]
        self._highest = base_fit[1] + other_fit[1]
        self.difference = float(other_fit[0][0] - base_fit[0][0])
        self._step = float(np.hypot(np.exp(base_fit[0][1]) / base.size**0.5, np.exp(other_fit[0][1]) / other.size**0.5))
        self._n = base.size + other.size
        self.df = self._n - 2

    def statistic(self, difference: float) -> float:
        """The likelihood ratio as a t, so that without censoring and at equal spreads it would be Student's."""
        drop = 2 * max(0.0, self._highest - self._at(difference))
        return float(np.sqrt(self.df * np.expm1(drop / self._n)))

    def limits(self, level: float) -> tuple[float, float]:
        """The differences at which the t reaches its quantile, below and above the estimate."""
        reach = scipy_stats.t.ppf((1 + level) / 2, self.df)
        return self._limit(-1, reach), self._limit(1, reach)

    def _limit(self, side: int, reach: float) -> float:
        short: Callable[[float], float] = lambda distance: self.statistic(self.difference + side * distance) - reach  # noqa: E731
        near, step = 0.0, self._step * reach
        while True:
            while short(step) < 0:
                near, step = step, 2 * step
                if step > FARTHEST:
                    return side * np.inf
            # A likelihood with two peaks may rise again further out; the interval must contain what the test accepts.
            further = (1.5 * step, 2.5 * step, max(0.0, -side * self.difference))
            accepted = [distance for distance in further if distance > step and short(distance) < 0]
            if not accepted:
                return self.difference + side * float(brentq(short, near, step, xtol=1e-6, rtol=1e-8))
            near = max(accepted)
            step = 1.5 * near

    def _at(self, difference: float) -> float:
        base, other = self._groups

        def negative(theta: Floats) -> tuple[float, Floats]:
            value_base, slope_base = base.likelihood(theta[:2])
            value_other, slope_other = other.likelihood(np.array([theta[0] + difference, theta[2]]))
            slope = np.array([slope_base[0] + slope_other[0], slope_base[1], slope_other[1]])
            return -value_base - value_other, -slope

        # With one mean and two spreads there may be two peaks, one near each group's own mean with the other's spread
        # widened to reach it.
        (mean, spread), (mean_other, spread_other) = self._fits
        move = difference - self.difference
        starts = (
            (mean, spread, np.log(np.hypot(np.exp(spread_other), move))),
            (mean_other - difference, np.log(np.hypot(np.exp(spread), move)), spread_other),
        )
        found = (
            minimize(negative, np.array(start), jac=True, method="BFGS", options={"gtol": 1e-7}) for start in starts
        )
        return max(-float(peak.fun) for peak in found)


def censored_lognormal(
    lower: ArrayLike,
    upper: ArrayLike,
    group: ArrayLike | None = None,
    *,
    alternative: Alternative = "two-sided",
    min_log_sd: float = 0.0,
) -> CensoredLognormalResult:
    """Ratios of geometric means of lognormal groups, each with its own spread, where some values are censored.

    Parameters
    ----------
    lower, upper : array_like, 1-D
        Each value lies between them: ``lower == upper`` where it was seen, ``lower = 0`` where it is below the limit
        `upper`, ``upper = inf`` where it is above the limit `lower`. Limits may differ from value to value.
    group : array_like, 1-D, optional
        The group of each value; its lowest level in sorting order is what the others are compared with. Absent: one
        group.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the ratio exceeds 1.
    min_log_sd : float, default 0
        The smallest standard deviation of the logarithms that is believed. Values known to an interval can all lie in
        two neighbouring ones, and are then most likely without any spread: for titres, take ``log(fold) / sqrt(12)``,
        that of a single step.

    Returns
    -------
    CensoredLognormalResult

    Raises
    ------
    ValueError
        If the arrays do not fit together, `min_log_sd` is negative or infinite, a value is not positive, `lower`
        exceeds `upper`, or a group has fewer than two different values that are bounded on both sides: without them its
        spread cannot be estimated.

    Notes
    -----
    Maximum likelihood for normal logarithms. The interval of a ratio holds those at which twice the drop of the profile
    log-likelihood is at most ``N log(1 + t**2 / (N - 2))``, with t at ``N - 2`` degrees of freedom and N values in the
    two groups. For one spread and nothing
    censored this would be Student's interval; with a spread per group it covers 94 to 97 % at 5 to 12 values a group,
    where the usual chi-square cut covers 89 to 94 %. A comparison does not depend on groups that take no part in it.

    References
    ----------
    .. [1] Helsel DR (2012). Statistics for Censored Environmental Data Using Minitab and R, 2nd edition. Wiley.

    Examples
    --------
    Arsenic in streams on Oahu, in µg/L, 13 of 24 values below one of three limits [1]_; the book's maximum-likelihood
    median is 0.777:

    >>> import numpy as np
    >>> from secretome import stats
    >>> seen = [1.7, 3.2, 2.8, 0.7, 0.9, 0.5, 0.5, 0.5, 0.7, 0.6, 1.5]
    >>> limits = [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 0.9]
    >>> fit = stats.censored_lognormal(seen + [0] * 13, seen + limits)
    >>> fit.geometric_mean.round(3).tolist(), fit.censored.tolist()
    ([0.777], [13])
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    if not as_real(min_log_sd, "min_log_sd") >= 0:
        raise ValueError(f"min_log_sd must be 0 or a finite number above it; it is {min_log_sd!r}.")
    low, high, labels = _checked(lower, upper, group)
    levels = np.unique(labels)
    # Centred, so that the search starts at the same point in every unit.
    known = np.concatenate([low[low > 0], high[np.isfinite(high)]])
    centre = float(np.log(known).mean())
    groups = [_group(low[labels == level], high[labels == level], centre, level, min_log_sd) for level in levels]
    fits = [members.fit() for members in groups]
    profiles = tuple(_Profile(groups[0], other, fits[0], fit) for other, fit in zip(groups[1:], fits[1:], strict=True))
    differences = np.array([profile.difference for profile in profiles])
    df = np.array([float(profile.df) for profile in profiles])
    statistic = np.array([np.sign(profile.difference) * profile.statistic(0.0) for profile in profiles])
    pvalue = t_pvalue(statistic, df, alternative)
    return CensoredLognormalResult(
        groups=levels,
        geometric_mean=exp([fit[0][0] + centre for fit in fits]),
        log_sd=np.exp([fit[0][1] for fit in fits]),
        n=np.array([members.size for members in groups]),
        censored=np.array([members.low.size for members in groups]),
        estimate=exp(differences),
        statistic=statistic,
        df=df,
        pvalue=pvalue,
        alternative=alternative,
        _profiles=profiles,
    )


def titre_bounds(
    titre: ArrayLike, *, fold: float = 2.0, lowest: float | None = None, highest: float | None = None
) -> tuple[Floats, Floats]:
    """What a titre says of the true one: it lies between the last positive dilution and the next, which was negative.

    Parameters
    ----------
    titre : array_like, 1-D
        The last positive dilution of each animal, such as 64 for 1:64; 0 for none.
    fold : float, default 2
        The step between dilutions.
    lowest, highest : float, optional
        The first and the last dilution on the plate: a titre of 0 lies below `lowest`, and one of `highest` has no
        upper bound.

    Returns
    -------
    lower, upper : (n,) arrays
        For `censored_lognormal`.

    Raises
    ------
    ValueError
        If a titre is negative, or 0 without a `lowest`, or below `lowest` or above `highest`; if the titres and both
        ends are not all dilutions of one ladder with this fold (up to the rounding of printed titres, a twentieth of a
        step); if `fold` is not above 1.

    References
    ----------
    .. [1] Nauta JJP (2006). Eliminating bias in the estimation of the geometric mean of HI titres. Biologicals
       34:183-186.

    Examples
    --------
    >>> from secretome import stats
    >>> lower, upper = stats.titre_bounds([0, 4, 64, 4096], lowest=2, highest=4096)
    >>> lower.tolist(), upper.tolist()
    ([0.0, 4.0, 64.0, 4096.0], [2.0, 8.0, 128.0, inf])
    """
    lower = as_complete(titre, "titre")
    if not as_real(fold, "fold") > 1:
        raise ValueError(f"fold must be above 1; it is {fold!r}.")
    if (lower < 0).any() or lower.max() > LARGEST_VALUE / fold:
        raise ValueError(f"titre must hold numbers from 0 to {LARGEST_VALUE:g}.")
    ends = {name: as_real(end, name) for name, end in (("lowest", lowest), ("highest", highest)) if end is not None}
    if any(end <= 0 for end in ends.values()):
        raise ValueError("lowest and highest must be above 0.")
    positive = lower > 0
    if "lowest" not in ends and not positive.all():
        raise ValueError("a titre of 0 needs 'lowest': below which dilution it lies.")
    first = ends.get("lowest", ends.get("highest", float(lower[positive].min(initial=np.inf))))
    steps = (np.log(lower[positive]) - np.log(first)) / np.log(fold)
    top = (np.log(ends["highest"]) - np.log(first)) / np.log(fold) if "highest" in ends else np.inf
    _check_ladder(lower[positive], steps, fold, first)
    if np.isfinite(top):
        _check_ladder(np.array([ends["highest"]]), np.array([top]), fold, first)
    if "lowest" in ends and (min(steps.min(initial=0), top) < -LADDER_TOLERANCE):
        raise ValueError(f"a titre lies below the first dilution on the plate, {ends['lowest']:g}.")
    if (steps > top + LADDER_TOLERANCE).any():
        raise ValueError(f"a titre lies above the last dilution on the plate, {ends['highest']:g}.")
    upper = np.full(lower.size, ends.get("lowest", np.nan))
    upper[positive] = np.where(np.rint(steps) == np.rint(top), np.inf, fold * lower[positive])
    return lower, upper


def _check_ladder(titres: Floats, steps: Floats, fold: float, first: float) -> None:
    """Raise an error for titres that are not dilutions on the ladder, rounded or not (such as 1:32 after 1:10)."""
    off = np.abs(steps - np.rint(steps)) > LADDER_TOLERANCE
    if off.any():
        found = ", ".join(f"{titre:g}" for titre in np.unique(titres[off])[:3])
        raise ValueError(
            f"every titre must be a dilution on one plate, {first:g} times a power of {fold:g}; {found} is not."
        )


def _checked(lower: ArrayLike, upper: ArrayLike, group: ArrayLike | None) -> tuple[Floats, Floats, NDArray[np.generic]]:
    low, high = as_complete(lower, "lower"), as_complete(upper, "upper")
    labels = np.zeros(low.size, dtype=np.int64) if group is None else as_labels(group)
    check_one_length(lower=low, upper=high, group=labels)
    if (low < 0).any() or (high <= 0).any() or np.isinf(low).any():
        raise ValueError("every value must lie above zero, at a finite lower bound of zero or more.")
    if (low > high).any():
        raise ValueError("a lower bound exceeds its upper bound.")
    if ((low == 0) & np.isinf(high)).any():
        raise ValueError("a value between zero and infinity says nothing; drop it.")
    return low, high, labels


def _group(low: Floats, high: Floats, centre: float, level: object, min_log_sd: float) -> _Group:
    bounded = (low > 0) & np.isfinite(high)
    if np.unique(np.column_stack([low[bounded], high[bounded]]), axis=0).shape[0] < 2:
        named = f" {level}" if level else ""
        raise ValueError(
            f"group{named} has fewer than two different values that are not censored, so its spread cannot be "
            "estimated."
        )
    seen = low == high
    with np.errstate(divide="ignore"):
        return _Group(np.log(low[seen]) - centre, np.log(low[~seen]) - centre, np.log(high[~seen]) - centre, min_log_sd)


def _negative(value: tuple[float, Floats]) -> tuple[float, Floats]:
    return -value[0], -value[1]


def _log_chance(a: Floats, b: Floats) -> Floats:
    """The logarithm of the normal probability between a and b, without loss in the tails."""
    # Above zero both are mirrored, so that the difference is taken between small numbers.
    mirrored = a > 0
    a, b = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
    log_b = log_ndtr(b)
    return np.asarray(log_b + np.log1p(-np.exp(log_ndtr(a) - log_b)))


def _density(z: Floats, log_chance: Floats) -> Floats:
    # A search that strays to a tiny spread must come back by a steep slope, not by an infinite one.
    return np.asarray(np.exp(np.minimum(-(z**2) / 2 - np.log(2 * np.pi) / 2 - log_chance, 300)))


def _times(z: Floats, density: Floats) -> Floats:
    """Product of z and its density, which vanishes at infinity."""
    return np.where(np.isinf(z), 0.0, np.where(np.isinf(z), 0.0, z) * density)
