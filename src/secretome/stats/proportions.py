"""Ratios of proportions that vary more between animals than chance alone would make them."""

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._inputs import Floats, as_labels, check_one_length
from secretome.stats.counts import GroupRatiosResult, as_counts, group_design, group_ratios

# A correlation this small is treated as zero.
MIN_CORRELATION = 1e-6


def proportion_ratio(count: ArrayLike, nobs: ArrayLike, group: ArrayLike) -> GroupRatiosResult:
    """Ratios of proportions that vary between animals, each group's to the first's: beta-binomial.

    Parameters
    ----------
    count, nobs : array_like of int, 1-D
        For each animal: the number of positive cells, and the number of cells examined.
    group : array_like, 1-D
        The group of each animal; the lowest level in sorting order is what the others are compared with.

    Returns
    -------
    GroupRatiosResult

    Raises
    ------
    ValueError
        If the arrays differ in length, a number is negative or not whole, `count` exceeds `nobs`, an `nobs` is zero,
        there are fewer than two groups, or no group has two animals; if every `count` is zero.

    Warns
    -----
    UserWarning
        If a group holds nothing but zeros, so that its ratio is 0 or infinite, or if the animals do not vary: there is
        then no interval and no p.

    See Also
    --------
    count_ratio : counts without a known number

    Notes
    -----
    Maximum likelihood with one correlation for all groups; where animals vary no more than chance makes them, the
    correlation is zero and the model binomial. The standard error comes from the curvature of the likelihood, times
    the root of animals over animals less groups, because the maximum-likelihood variance is too small by that factor;
    t has as many degrees of freedom as there are animals less groups.

    References
    ----------
    .. [1] Williams DA (1975). The analysis of binary responses from toxicological experiments involving reproduction
       and teratogenicity. Biometrics 31:949-952.
    .. [2] Weil CS (1970). Selection of the valid number of sampling units and a consideration of their combination in
       toxicological studies. Food and Cosmetics Toxicology 8:177-182.

    Examples
    --------
    Pups that survived weaning, of those alive at four days, in the litters of controls and of treated dams [1]_ [2]_:

    >>> from secretome import stats
    >>> alive = [13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10]
    >>> alive += [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7]
    >>> weaned = [13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7]
    >>> weaned += [12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0]
    >>> result = stats.proportion_ratio(weaned, alive, [0] * 16 + [1] * 16)
    >>> result.mean.round(2).tolist()
    [0.87, 0.77]
    """
    successes, trials = as_counts(count, "count"), as_counts(nobs, "nobs")
    labels = as_labels(group)
    check_one_length(count=successes, nobs=trials, group=labels)
    if (successes > trials).any() or (trials == 0).any():
        raise ValueError("every count must be at most its nobs, and every nobs above zero.")
    levels, design = group_design(labels)
    totals = design.T @ successes
    shares = totals / (design.T @ trials)
    if not totals.any():
        raise ValueError("every count is zero.")
    # A group in which no cell or every cell is positive fits exactly and gives no information on the correlation.
    inner = (shares > 0) & (shares < 1)
    kept = design[:, inner].sum(axis=1) > 0
    df = int(trials.size - levels.size)
    log_shares, errors, correlation = np.full(levels.size, -np.inf), np.full(levels.size, np.nan), MIN_CORRELATION
    log_shares[shares == 1], errors[shares == 1] = 0.0, 0.0 if inner.any() else np.nan
    if inner.any():
        fitted = _fit_proportions(successes[kept], trials[kept], design[np.ix_(kept, inner)])
        log_shares[inner], errors[inner], correlation = fitted
        df = int(kept.sum() - inner.sum())
    if df < 1:
        errors[:] = np.nan
    elif correlation > MIN_CORRELATION:
        errors = errors * np.sqrt(kept.sum() / df)
    if correlation > MIN_CORRELATION:
        method, reason = "beta-binomial", "cells of one animal are alike"
    else:
        method, reason = "binomial", "animals vary no more than chance makes them"
    return group_ratios(levels, np.exp(log_shares), log_shares, errors, df, correlation, method, reason)


def _fit_proportions(successes: Floats, trials: Floats, design: Floats) -> tuple[Floats, Floats, float]:
    """Log proportions, their standard errors, and the correlation of two cells of one animal; no share is 0 or 1."""
    if np.isin(successes / trials, (0, 1)).all():
        # In every animal all cells or none are positive: each animal is one observation, with a binomial likelihood.
        animals = design.sum(axis=0)
        means = (design.T @ (successes > 0)) / animals
        return (
            np.log(means),
            np.sqrt((1 - means) / means / animals),
            MIN_CORRELATION if (trials == 1).all() else 1.0,
        )
    shares = (design.T @ successes) / (design.T @ trials)

    def objective(theta: Floats) -> float:
        means = 1 / (1 + np.exp(-np.clip(design @ theta[:-1], -30, 30)))
        correlation = MIN_CORRELATION + (1 - 2 * MIN_CORRELATION) / (1 + np.exp(-np.clip(theta[-1], -30, 30)))
        strength = (1 - correlation) / correlation
        return -float(scipy.stats.betabinom.logpmf(successes, trials, means * strength, (1 - means) * strength).sum())

    start = np.append(np.log(shares / (1 - shares)), -3.0)
    optimum = scipy.optimize.minimize(
        objective,
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000},
    )
    theta = np.asarray(optimum.x)
    correlation = MIN_CORRELATION + 1 / (1 + np.exp(-np.clip(theta[-1], -30, 30)))
    means = 1 / (1 + np.exp(-theta[:-1]))
    if correlation < 1e-4:
        # At the edge the likelihood has no curvature in the correlation: there is none, and the binomial's errors hold.
        correlation = MIN_CORRELATION
        variance = means * (1 - means) / (design.T @ trials)
        return np.log(means), np.sqrt(variance) / means, correlation
    try:
        variance = np.diag(np.linalg.inv(_second_derivatives(objective, theta)))[:-1]
    except np.linalg.LinAlgError:
        variance = np.full(means.size, np.nan)
    # A likelihood without curvature gives no standard error.
    errors = np.sqrt(np.where(variance > 0, variance, np.nan)) * (1 - means)
    return np.log(means), errors, float(min(1.0, correlation))


def _second_derivatives(function: Callable[[Floats], float], point: Floats) -> Floats:
    """The matrix of second derivatives, by central differences."""
    # A step of this order balances the errors of rounding and of the approximation.
    sizes = np.finfo(np.float64).eps ** 0.25 * np.maximum(np.abs(point), 0.1)
    steps = np.diag(sizes)

    def difference(one: int, other: int) -> float:
        ahead, aside = steps[one], steps[other]
        rising = function(point + ahead + aside) - function(point + ahead - aside)
        falling = function(point - ahead + aside) - function(point - ahead - aside)
        return float((rising - falling) / (4 * sizes[one] * sizes[other]))

    places = range(point.size)
    return np.array([[difference(*sorted((one, other))) for other in places] for one in places])
