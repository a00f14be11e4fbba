"""Ratios of counts and of proportions that vary more between animals than chance alone would make them."""

import warnings
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats
from scipy.optimize import minimize
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.tools.numdiff import approx_hess

from secretome.stats._common import Alternative, ConfidenceIntervals, exp, t_pvalue
from secretome.stats._inputs import Floats, as_complete, as_labels, as_real, check_choice, check_level, check_one_length

Method = Literal["auto", "quasi-poisson", "negative-binomial"]

# Fewer than this in a group, and the negative binomial's tests reject too often.
ENOUGH_FOR_NEGATIVE_BINOMIAL = 20
# Above this, floating-point numbers do not represent every whole number.
LARGEST_NUMBER = 2.0**53
# With a larger ratio of exposures, sums would lose the small ones.
LARGEST_EXPOSURE_RATIO = 1e12
# A correlation this small is none.
SMALLEST_CORRELATION = 1e-6


@dataclass(frozen=True)
class GroupRatiosResult:
    """Result of `count_ratio` and `proportion_ratio`.

    Attributes
    ----------
    groups : (k,) array
        The levels of `group`, sorted; the first is what the others are compared with.
    mean : (k,) array
        Of each group: the rate per unit of exposure, or the proportion.
    estimate : (k - 1,) array
        The ratio of each further group's mean to the first's.
    statistic, pvalue : (k - 1,) array
        t of the log ratio with `df` degrees of freedom, and its two-sided p.
    df : int
        Animals less groups.
    dispersion : float
        Quasi-Poisson: variance over mean. Negative binomial: variance is ``mean + dispersion * mean**2``.
        Beta-binomial: the correlation of two cells of one animal.
    method, reason : str
        What was used, and why.
    """

    groups: NDArray[np.generic]
    mean: Floats
    estimate: Floats
    statistic: Floats
    df: int
    pvalue: Floats
    dispersion: float
    method: str
    reason: str
    _standard_error: Floats = field(repr=False)

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
            As the result's own are against 1; NaN where a group holds nothing but zeros.

        Raises
        ------
        ValueError
            If `ratio` is not above zero.
        """
        if not as_real(ratio, "ratio") > 0:
            raise ValueError(f"ratio must be above 0; it is {ratio!r}.")
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = (np.log(self.estimate) - np.log(ratio)) / self._standard_error
        return statistic, t_pvalue(statistic, self.df, alternative)

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceIntervals:
        """Intervals of the ratios, each at the level asked for; NaN where a group holds nothing but zeros.

        Parameters
        ----------
        confidence_level : float, default 0.95

        Returns
        -------
        ConfidenceIntervals
        """
        reach = scipy_stats.t.ppf((1 + check_level(confidence_level)) / 2, self.df) * self._standard_error
        with np.errstate(divide="ignore"):
            centre = np.log(self.estimate)
        return ConfidenceIntervals(exp(centre - reach), exp(centre + reach), confidence_level)


def count_ratio(
    counts: ArrayLike, group: ArrayLike, *, exposure: ArrayLike | None = None, method: Method = "auto"
) -> GroupRatiosResult:
    """Rate ratios of overdispersed counts, each group's to the first's.

    Parameters
    ----------
    counts : array_like of int, 1-D
        One raw count per animal, such as plaques on a plate: never a number scaled up from it.
    group : array_like, 1-D
        The group of each animal; the lowest level in sorting order is what the others are compared with.
    exposure : array_like, 1-D, optional
        What each count was taken from, such as the share of the spleen that was plated. One for every animal when
        absent.
    method : {"auto", "quasi-poisson", "negative-binomial"}
        ``"auto"``: quasi-Poisson, unless every group has 20 animals.

    Returns
    -------
    GroupRatiosResult

    Raises
    ------
    ValueError
        If the arrays differ in length, a count is negative or no whole number, an exposure is not positive, there are
        fewer than two groups, or no group has two animals; if every count is zero.

    Warns
    -----
    UserWarning
        If a group holds nothing but zeros, so that its ratio is 0 or infinite, or if the animals do not vary: there is
        then no interval and no p.

    References
    ----------
    .. [1] McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd edition. Chapman and Hall.
    .. [2] Beall G (1942). The transformation of data from entomological field experiments. Biometrika 32:243-262.

    Examples
    --------
    Insects on plots under two sprays [2]_:

    >>> from secretome import stats
    >>> a = [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13]
    >>> c = [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4]
    >>> result = stats.count_ratio(a + c, ["A"] * 12 + ["C"] * 12)
    >>> result.estimate.round(3).tolist(), result.method
    ([0.144], 'quasi-poisson')
    """
    check_choice(method, ("auto", "quasi-poisson", "negative-binomial"), "method")
    number = _counts(counts, "counts")
    offset = np.ones(number.size) if exposure is None else as_complete(exposure, "exposure")
    labels = as_labels(group)
    check_one_length(counts=number, group=labels, exposure=offset)
    if not (np.isfinite(offset).all() and (offset > 0).all()):
        raise ValueError("every exposure must be a finite number above zero.")
    if offset.max() / offset.min() > LARGEST_EXPOSURE_RATIO:
        raise ValueError("exposures must have the same unit; the largest is more than 10**12 times the smallest.")
    levels, design = _design(labels)
    totals = design.T @ number
    filled = totals > 0
    if not filled.any():
        raise ValueError("every count is zero.")
    # Exposures are divided by their geometric mean, against overflow and for a good start of the search in any unit.
    middle = float(np.exp(np.log(offset).mean()))
    scaled = offset / middle
    # A group of zeros has no log rate, and would only disturb the fit of the others.
    kept = design[:, filled].sum(axis=1) > 0
    log_rates, errors = np.full(levels.size, -np.inf), np.full(levels.size, np.nan)
    counted = _Counted(number[kept], design[np.ix_(kept, filled)], scaled[kept])
    fit, used, reason = _fit_counts(counted, method, int(design.sum(axis=0).min()))
    log_rates[filled], errors[filled] = fit.log_rates - np.log(middle), fit.errors
    return _ratios(levels, exp(log_rates), log_rates, errors, counted.df, fit.dispersion, used, reason)


def proportion_ratio(k: ArrayLike, m: ArrayLike, group: ArrayLike) -> GroupRatiosResult:
    """Ratios of proportions that vary between animals, each group's to the first's: beta-binomial.

    Parameters
    ----------
    k, m : array_like of int, 1-D
        Of each animal: how many cells did it, of how many looked at.
    group : array_like, 1-D
        The group of each animal; the lowest level in sorting order is what the others are compared with.

    Returns
    -------
    GroupRatiosResult

    Raises
    ------
    ValueError
        If the arrays differ in length, a number is negative or not whole, `k` exceeds `m`, an `m` is zero, there are
        fewer than two groups, or no group has two animals; if every `k` is zero.

    Warns
    -----
    UserWarning
        If a group holds nothing but zeros, so that its ratio is 0 or infinite, or if the animals do not vary: there is
        then no interval and no p.

    Notes
    -----
    Maximum likelihood with one correlation for all groups; where animals vary no more than chance makes them, the
    correlation is none and the model binomial. The standard error comes from the curvature of the likelihood, widened
    by the root of animals over animals less
    groups, because the likeliest spread is too small by that; t has as many degrees of freedom as there are animals
    less groups.

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
    successes, trials = _counts(k, "k"), _counts(m, "m")
    labels = as_labels(group)
    check_one_length(k=successes, m=trials, group=labels)
    if (successes > trials).any() or (trials == 0).any():
        raise ValueError("every k must be at most its m, and every m above zero.")
    levels, design = _design(labels)
    totals = design.T @ successes
    shares = totals / (design.T @ trials)
    if not totals.any():
        raise ValueError("every k is zero.")
    # A group in which no cell or every cell is positive fits exactly and gives no information on the correlation.
    inner = (shares > 0) & (shares < 1)
    kept = design[:, inner].sum(axis=1) > 0
    df = int(trials.size - levels.size)
    log_shares, errors, correlation = np.full(levels.size, -np.inf), np.full(levels.size, np.nan), SMALLEST_CORRELATION
    log_shares[shares == 1], errors[shares == 1] = 0.0, 0.0 if inner.any() else np.nan
    if inner.any():
        fitted = _fit_proportions(successes[kept], trials[kept], design[np.ix_(kept, inner)])
        log_shares[inner], errors[inner], correlation = fitted
        df = int(kept.sum() - inner.sum())
    if df < 1:
        errors[:] = np.nan
    elif correlation > SMALLEST_CORRELATION:
        errors = errors * np.sqrt(kept.sum() / df)
    reason = (
        "cells of one animal are alike"
        if correlation > SMALLEST_CORRELATION
        else "animals vary no more than chance makes them"
    )
    used = "beta-binomial" if correlation > SMALLEST_CORRELATION else "binomial"
    return _ratios(levels, np.exp(log_shares), log_shares, errors, df, correlation, used, reason)


class _Counted(NamedTuple):
    """Counts of groups that are not all zero: (n,) counts, (n, k) group indicators, (n,) exposures."""

    number: Floats
    design: Floats
    exposure: Floats

    @property
    def df(self) -> int:
        return int(self.design.shape[0] - self.design.shape[1])

    @property
    def rates(self) -> Floats:
        return np.asarray((self.design.T @ self.number) / (self.design.T @ self.exposure))

    @property
    def expected(self) -> Floats:
        return np.asarray((self.design @ self.rates) * self.exposure)


class _CountFit(NamedTuple):
    log_rates: Floats
    errors: Floats
    dispersion: float


def _fit_counts(counted: _Counted, method: Method, smallest: int) -> tuple[_CountFit, str, str]:
    """The fit by the method, its name and why it was used."""
    if method == "quasi-poisson":
        return _quasi_poisson(counted), method, "as requested"
    if method == "negative-binomial":
        return _negative_binomial(counted), method, "as requested"
    if smallest < ENOUGH_FOR_NEGATIVE_BINOMIAL:
        reason = (
            f"a group has fewer than {ENOUGH_FOR_NEGATIVE_BINOMIAL} animals, where the negative binomial rejects too "
            "often"
        )
        return _quasi_poisson(counted), "quasi-poisson", reason
    fit = _negative_binomial(counted)
    if fit.dispersion == 0:
        return (
            _quasi_poisson(counted),
            "quasi-poisson",
            "the counts vary no more than Poisson's, so that a negative binomial has no dispersion",
        )
    if not np.isfinite(fit.errors).all():
        return _quasi_poisson(counted), "quasi-poisson", "the negative binomial could not be fitted"
    return fit, "negative-binomial", f"every group has {ENOUGH_FOR_NEGATIVE_BINOMIAL} animals or more"


def _quasi_poisson(counted: _Counted) -> _CountFit:
    """With one rate per group the fit is that of total counts over total exposures; the dispersion is Pearson's."""
    expected, totals = counted.expected, counted.design.T @ counted.number
    dispersion = float(((counted.number - expected) ** 2 / expected).sum() / counted.df) if counted.df else np.nan
    errors = np.sqrt(dispersion / totals) if dispersion > 1e-12 else np.full(totals.size, np.nan)
    return _CountFit(np.log(counted.rates), errors, dispersion)


def _negative_binomial(counted: _Counted) -> _CountFit:
    """Maximum likelihood; the dispersion is 0 if the likelihood falls from there on, and NaN if the search fails."""
    log_rates, totals = np.log(counted.rates), counted.design.T @ counted.number
    if ((counted.number - counted.expected) ** 2 - counted.number).sum() <= 0:
        return _CountFit(log_rates, np.sqrt(1 / totals), 0.0)
    failed = _CountFit(log_rates, np.full(totals.size, np.nan), np.nan)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Warnings of the search are ignored, because its result shows failure.
        warnings.simplefilter("ignore")
        try:
            fit = NegativeBinomial(counted.number, counted.design, exposure=counted.exposure).fit(disp=0, maxiter=200)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return failed
    found = _CountFit(np.asarray(fit.params[:-1]), np.asarray(fit.bse[:-1]), float(fit.params[-1]))
    return found if np.isfinite(found.log_rates).all() else failed


def _fit_proportions(successes: Floats, trials: Floats, design: Floats) -> tuple[Floats, Floats, float]:
    """Log proportions, their standard errors, and the correlation of two cells of one animal; no share is 0 or 1."""
    if np.isin(successes / trials, (0, 1)).all():
        # In every animal all cells or none are positive: each animal is one observation, with a binomial likelihood.
        animals = design.sum(axis=0)
        means = (design.T @ (successes > 0)) / animals
        return (
            np.log(means),
            np.sqrt((1 - means) / means / animals),
            SMALLEST_CORRELATION if (trials == 1).all() else 1.0,
        )
    shares = (design.T @ successes) / (design.T @ trials)

    def surprise(theta: Floats) -> float:
        means = 1 / (1 + np.exp(-np.clip(design @ theta[:-1], -30, 30)))
        correlation = SMALLEST_CORRELATION + (1 - 2 * SMALLEST_CORRELATION) / (1 + np.exp(-np.clip(theta[-1], -30, 30)))
        strength = (1 - correlation) / correlation
        return -float(scipy_stats.betabinom.logpmf(successes, trials, means * strength, (1 - means) * strength).sum())

    start = np.append(np.log(shares / (1 - shares)), -3.0)
    found = minimize(
        surprise,
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000},
    )
    theta = np.asarray(found.x)
    correlation = SMALLEST_CORRELATION + 1 / (1 + np.exp(-np.clip(theta[-1], -30, 30)))
    means = 1 / (1 + np.exp(-theta[:-1]))
    if correlation < 1e-4:
        # At the edge the likelihood has no curvature in the correlation: there is none, and the binomial's errors hold.
        correlation = SMALLEST_CORRELATION
        variance = means * (1 - means) / (design.T @ trials)
        return np.log(means), np.sqrt(variance) / means, correlation
    try:
        variance = np.diag(np.linalg.inv(approx_hess(theta, surprise)))[:-1]
    except np.linalg.LinAlgError:
        variance = np.full(means.size, np.nan)
    # A likelihood without curvature gives no standard error.
    errors = np.sqrt(np.where(variance > 0, variance, np.nan)) * (1 - means)
    return np.log(means), errors, float(min(1.0, correlation))


def _ratios(
    levels: NDArray[np.generic],
    mean: Floats,
    log_mean: Floats,
    errors: Floats,
    df: int,
    dispersion: float,
    method: str,
    reason: str,
) -> GroupRatiosResult:
    if (log_mean == -np.inf).any():
        warnings.warn("A group holds nothing but zeros: its ratio has no interval and no p.", stacklevel=3)
    elif np.isnan(errors).any():
        warnings.warn(
            "The animals do not vary enough to estimate a standard error: there is no interval and no p.", stacklevel=3
        )
    with np.errstate(invalid="ignore"):
        difference = log_mean[1:] - log_mean[0]
        standard_error = np.hypot(errors[1:], errors[0])
        # Two groups of zeros have no ratio, and two groups of ones have no standard error.
        standard_error[standard_error == 0] = np.nan
        statistic = np.where(np.isnan(standard_error), np.nan, difference / standard_error)
    pvalue = t_pvalue(statistic, df, "two-sided")
    return GroupRatiosResult(
        levels, mean, exp(difference), statistic, df, pvalue, dispersion, method, reason, standard_error
    )


def _counts(values: ArrayLike, name: str) -> Floats:
    number = as_complete(values, name)
    if not np.isfinite(number).all() or (number < 0).any() or (number != np.rint(number)).any():
        raise ValueError(f"{name} must hold whole numbers from 0 upwards.")
    if number.max() > LARGEST_NUMBER:
        raise ValueError(f"{name} contains a number above 2**53, which is too large for a count.")
    return number


def _design(labels: NDArray[np.generic]) -> tuple[NDArray[np.generic], Floats]:
    levels, positions = np.unique(labels, return_inverse=True)
    if levels.size < 2:
        raise ValueError("there must be two groups or more.")
    if labels.size == levels.size:
        raise ValueError("no group has two animals, so their spread cannot be estimated.")
    return levels, np.eye(levels.size)[positions]
