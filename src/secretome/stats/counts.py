"""Ratios of counts that vary more between animals than chance alone would make them."""

import warnings
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from secretome.stats._common import TEstimate, TResult, exp
from secretome.stats._inputs import Floats, as_complete, as_labels, check_choice, check_one_length

Method = Literal["auto", "quasi-poisson", "negative-binomial"]

# Fewer than this in a group, and the negative binomial's tests reject too often.
MIN_N_NEGATIVE_BINOMIAL = 20
# Above this, floating-point numbers do not represent every whole number.
MAX_COUNT = 2.0**53
# With a larger ratio of exposures, sums would lose the small ones.
MAX_EXPOSURE_RATIO = 1e12


@dataclass(frozen=True)
class GroupRatiosResult(TResult):
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
        ``"auto"`` is quasi-Poisson unless every group has 20 animals and the negative binomial model can be fitted.

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

    See Also
    --------
    proportion_ratio : counts out of a known number

    Notes
    -----
    Quasi-Poisson: the variance is the mean times a dispersion, which is Pearson's chi-square over its degrees of
    freedom [1]_. Negative binomial: maximum likelihood, with the standard errors from the curvature of the likelihood.
    Both refer the log ratio over its standard error to t with as many degrees of freedom as there are animals less
    groups.

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
    number = as_counts(counts, "counts")
    offset = np.ones(number.size) if exposure is None else as_complete(exposure, "exposure")
    labels = as_labels(group)
    check_one_length(counts=number, group=labels, exposure=offset)
    if not (np.isfinite(offset).all() and (offset > 0).all()):
        raise ValueError("every exposure must be a finite number above zero.")
    if offset.max() / offset.min() > MAX_EXPOSURE_RATIO:
        raise ValueError("exposures must have the same unit; the largest is more than 10**12 times the smallest.")
    levels, design = group_design(labels)
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
    data = _CountData(number[kept], design[np.ix_(kept, filled)], scaled[kept])
    fit, used, reason = _fit_counts(data, method, int(design.sum(axis=0).min()))
    log_rates[filled], errors[filled] = fit.log_rates - np.log(middle), fit.errors
    return group_ratios(levels, exp(log_rates), log_rates, errors, data.df, fit.dispersion, used, reason)


class _CountData(NamedTuple):
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


def _fit_counts(data: _CountData, method: Method, smallest: int) -> tuple[_CountFit, str, str]:
    """The fit by the method, its name and why it was used."""
    if method == "quasi-poisson":
        return _quasi_poisson(data), method, "as requested"
    if method == "negative-binomial":
        return _negative_binomial(data), method, "as requested"
    if smallest < MIN_N_NEGATIVE_BINOMIAL:
        reason = (
            f"a group has fewer than {MIN_N_NEGATIVE_BINOMIAL} animals, where the negative binomial rejects too often"
        )
        return _quasi_poisson(data), "quasi-poisson", reason
    fit = _negative_binomial(data)
    if fit.dispersion == 0:
        return (
            _quasi_poisson(data),
            "quasi-poisson",
            "the counts vary no more than Poisson's, so that a negative binomial has no dispersion",
        )
    if not np.isfinite(fit.errors).all():
        return _quasi_poisson(data), "quasi-poisson", "the negative binomial could not be fitted"
    return fit, "negative-binomial", f"every group has {MIN_N_NEGATIVE_BINOMIAL} animals or more"


def _quasi_poisson(data: _CountData) -> _CountFit:
    """With one rate per group the fit is that of total counts over total exposures; the dispersion is Pearson's."""
    expected, totals = data.expected, data.design.T @ data.number
    dispersion = float(((data.number - expected) ** 2 / expected).sum() / data.df) if data.df else np.nan
    errors = np.sqrt(dispersion / totals) if dispersion > 1e-12 else np.full(totals.size, np.nan)
    return _CountFit(np.log(data.rates), errors, dispersion)


def _negative_binomial(data: _CountData) -> _CountFit:
    """Maximum likelihood; the dispersion is 0 if the likelihood falls from there on, and NaN if the search fails."""
    log_rates, totals = np.log(data.rates), data.design.T @ data.number
    if ((data.number - data.expected) ** 2 - data.number).sum() <= 0:
        return _CountFit(log_rates, np.sqrt(1 / totals), 0.0)
    # Imported here, because statsmodels takes longer to import than this package.
    from statsmodels.discrete.discrete_model import NegativeBinomial

    failed = _CountFit(log_rates, np.full(totals.size, np.nan), np.nan)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Warnings of the search are ignored, because its result shows failure.
        warnings.simplefilter("ignore")
        try:
            fit = NegativeBinomial(data.number, data.design, exposure=data.exposure).fit(disp=0, maxiter=200)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return failed
    estimates = _CountFit(np.asarray(fit.params[:-1]), np.asarray(fit.bse[:-1]), float(fit.params[-1]))
    return estimates if np.isfinite(estimates.log_rates).all() else failed


def group_ratios(
    levels: NDArray[np.generic],
    mean: Floats,
    log_mean: Floats,
    errors: Floats,
    df: int,
    dispersion: float,
    method: str,
    reason: str,
) -> GroupRatiosResult:
    """The ratios of group means to the first, from log means and their standard errors; warn where one is missing."""
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
        t = TEstimate(difference, standard_error, df)
    statistic, pvalue = t.test()
    return GroupRatiosResult(levels, mean, exp(difference), statistic, df, pvalue, dispersion, method, reason, _t=t)


def as_counts(values: ArrayLike, name: str) -> Floats:
    """Return whole numbers from 0 upwards as floats, or raise an error."""
    number = as_complete(values, name)
    if not np.isfinite(number).all() or (number < 0).any() or (number != np.rint(number)).any():
        raise ValueError(f"{name} must hold whole numbers from 0 upwards.")
    if number.max() > MAX_COUNT:
        raise ValueError(f"{name} contains a number above 2**53, which is too large for a count.")
    return number


def group_design(labels: NDArray[np.generic]) -> tuple[NDArray[np.generic], Floats]:
    """Return the levels of the labels, sorted, and an (n, k) array with 1 in the column of each value's group."""
    levels, positions = np.unique(labels, return_inverse=True)
    if levels.size < 2:
        raise ValueError("there must be two groups or more.")
    if labels.size == levels.size:
        raise ValueError("no group has two animals, so their spread cannot be estimated.")
    return levels, np.eye(levels.size)[positions]
