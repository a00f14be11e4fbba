"""Contrasts of means and ratios of geometric means, without assuming equal variances."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from secretome.stats._common import ALTERNATIVES, Alternative, Number, TEstimate, TResult, as_number, exp
from secretome.stats._inputs import (
    Floats,
    NanPolicy,
    as_matrix,
    as_samples,
    as_two_samples,
    check_choice,
    positive,
)
from secretome.stats._rounding import unit_of, varies

Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class WelchContrastsResult(TResult):
    """Result of `welch_contrasts`, one entry per contrast.

    Attributes
    ----------
    estimate : (..., c) array
        The contrast of the means; on the log scale its exponential, a ratio of geometric means.
    statistic, df, pvalue : (..., c) array
        t, Satterthwaite's degrees of freedom, and p, which is not adjusted for the number of contrasts.
    alternative, scale : str
        What was tested, and on which scale.
    """

    estimate: Floats
    statistic: Floats
    df: Floats
    pvalue: Floats
    alternative: str
    scale: str


@dataclass(frozen=True)
class GeometricMeanRatioResult(TResult):
    """Result of `geometric_mean_ratio`: floats, or arrays where it was called with `axis`.

    Attributes
    ----------
    estimate : float
        Ratio of geometric means, x over y; for pairs, the geometric mean of the ratios within pairs.
    statistic, df, pvalue : float
        t on the logarithms, its degrees of freedom, and the p of the alternative that the ratio is not 1.
    alternative : str
        The alternative tested.
    paired : bool
        Whether x and y were taken as pairs.
    """

    estimate: Number
    statistic: Number
    df: Number
    pvalue: Number
    alternative: str
    paired: bool


@dataclass(frozen=True, kw_only=True)
class MeanDifferenceResult(TResult):
    """Result of `mean_difference`: floats, or arrays where it was called with `axis`.

    Attributes
    ----------
    estimate : float
        Mean of x less mean of y; for pairs, the mean difference within pairs.
    statistic, df, pvalue : float
        t, its degrees of freedom, and the p of the alternative that the difference is not 0.
    """

    estimate: Number
    statistic: Number
    df: Number
    pvalue: Number


def welch_contrasts(
    samples: Sequence[ArrayLike],
    contrasts: ArrayLike,
    *,
    scale: Scale = "linear",
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    axis: int | None = None,
) -> WelchContrastsResult:
    """Contrasts of the means of groups with unequal variances, with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    samples : sequence of array_like
        k independent samples, in one unit.
    contrasts : (c, k) array_like
        One row of weights per contrast, each adding up to zero: ``[-1, 1, 0]`` compares the second group with the
        first.
    scale : {"linear", "log"}
        ``"log"`` takes logarithms first, and gives ratios of geometric means.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the contrast exceeds 0, or the ratio 1.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    axis : int, optional
        The axis along which each sample lies; the other axes, which must agree, number separate tests, as in SciPy. By
        default, the samples must be one-dimensional.

    Returns
    -------
    WelchContrastsResult
        Arrays of shape (c,) or, with `axis`, (..., c).

    Raises
    ------
    ValueError
        If the weights do not fit the samples or do not add up to zero; if a sample that takes part has fewer than two
        values; if no sample of a contrast varies; if a value has no logarithm. With `axis`, the results of a contrast
        without variation are NaN instead.

    See Also
    --------
    dunnett : all groups against one control, adjusted
    block_contrasts : the same within blocks

    References
    ----------
    .. [1] Satterthwaite FE (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin
       2:110-114.
    .. [2] Sachs L (1997). Angewandte Statistik, 8th edition. Springer, p. 402.

    Examples
    --------
    Three groups of five [2]_, the second and the third each against the first:

    >>> from secretome import stats
    >>> samples = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]
    >>> result = stats.welch_contrasts(samples, [[-1, 1, 0], [-1, 0, 1]])
    >>> result.estimate.round(1).tolist(), result.pvalue.round(3).tolist()
    ([13.8, 30.0], [0.218, 0.015])
    """
    check_choice(scale, ("linear", "log"), "scale")
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy, axis)
    weights = _checked_weights(contrasts, [group.shape[-1] for group in groups])
    if scale == "log":
        for position, group in enumerate(groups):
            positive(group, f"samples[{position}]")
    t = _contrasts_t(groups, weights, log=scale == "log")
    _check_variation(t, axis)
    statistic, pvalue = t.test(0.0, alternative)
    estimate = exp(t.estimate) if scale == "log" else t.scaled
    return WelchContrastsResult(estimate, statistic, t.df, pvalue, alternative, scale, _t=t, _ratio=scale == "log")


def geometric_mean_ratio(
    x: ArrayLike,
    y: ArrayLike,
    *,
    paired: bool = False,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    axis: int | None = None,
) -> GeometricMeanRatioResult:
    """Ratio of geometric means of x over y, with its t interval on the log scale.

    Parameters
    ----------
    x, y : array_like
        Positive values in one unit: two independent samples (Welch's t, unequal variances), or the two values of each
        pair (paired t).
    paired : bool, default False
        Whether `x` and `y` are pairs.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the ratio exceeds 1.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones. Pairs are dropped whole.
    axis : int, optional
        The axis along which each sample lies; the other axes, which must agree, number separate tests, as in SciPy. By
        default, the samples must be one-dimensional.

    Returns
    -------
    GeometricMeanRatioResult
        ``estimate``, ``pvalue`` and ``confidence_interval(level)``.

    Raises
    ------
    ValueError
        If a value is zero, negative, NaN or infinite, a sample has fewer than two values, or neither sample varies.
        With `axis`, the results of a test without variation are NaN instead.

    See Also
    --------
    mean_difference : the difference of means
    censored_lognormal : values below or above a limit
    equivalence : whether the ratio is within margins

    References
    ----------
    .. [1] Welch BL (1947). The generalization of 'Student's' problem when several different population variances are
       involved. Biometrika 34:28-35.
    .. [2] Table 1 of BioMed Research International 2012:295167, doi 10.1155/2012/295167.

    Examples
    --------
    Regulatory T cells of twelve donors, with and without conditioned medium [2]_, % of CD4+ cells:

    >>> from secretome import stats
    >>> with_medium = [4.42, 2.91, 5.52, 2.48, 5.73, 4.55, 7.65, 5.81, 3.33, 2.03, 5.39, 5.06]
    >>> without = [3.45, 2.19, 5.04, 1.47, 3.95, 2.87, 5.80, 5.69, 1.30, 1.77, 1.90, 2.92]
    >>> ratio = stats.geometric_mean_ratio(with_medium, without, paired=True)
    >>> interval = ratio.confidence_interval(0.95)
    >>> round(ratio.estimate, 2), round(interval.low, 2), round(interval.high, 2)
    (1.51, 1.23, 1.85)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    first, second = as_two_samples(x, y, nan_policy, paired=paired, axis=axis)
    t = two_sample_t(positive(first, "x"), positive(second, "y"), paired=paired, log=True, axis=axis)
    statistic, pvalue = t.test(0.0, alternative)
    return GeometricMeanRatioResult(
        as_number(exp(t.estimate)), statistic, as_number(t.df), pvalue, alternative, paired, _t=t
    )


def mean_difference(
    x: ArrayLike,
    y: ArrayLike,
    *,
    paired: bool = False,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    axis: int | None = None,
) -> MeanDifferenceResult:
    """Difference of the means of x and y, with its t interval.

    Parameters
    ----------
    x, y : array_like
        Two independent samples (Welch's t, unequal variances), or the two values of each pair (paired t).
    paired : bool, default False
        Whether `x` and `y` are pairs.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the difference exceeds 0.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones. Pairs are dropped whole.
    axis : int, optional
        The axis along which each sample lies; the other axes, which must agree, number separate tests, as in SciPy. By
        default, the samples must be one-dimensional.

    Returns
    -------
    MeanDifferenceResult
        ``estimate``, ``pvalue`` and ``confidence_interval(level)``.

    Raises
    ------
    ValueError
        If a sample has fewer than two values, or neither sample varies. With `axis`, the results of a test without
        variation are NaN instead.

    See Also
    --------
    geometric_mean_ratio : the ratio, for values above zero
    welch_contrasts : contrasts of several groups

    References
    ----------
    .. [1] Welch BL (1947). The generalization of 'Student's' problem when several different population variances are
       involved. Biometrika 34:28-35.

    Examples
    --------
    >>> from secretome import stats
    >>> difference = stats.mean_difference([5.1, 4.9, 6.0, 5.5], [4.2, 4.8, 4.4, 4.1])
    >>> round(difference.estimate, 2), round(difference.pvalue, 4)
    (1.0, 0.0173)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    first, second = as_two_samples(x, y, nan_policy, paired=paired, axis=axis)
    t = two_sample_t(first, second, paired=paired, log=False, axis=axis)
    statistic, pvalue = t.test(0.0, alternative)
    return MeanDifferenceResult(
        estimate=t.scaled, statistic=statistic, df=as_number(t.df), pvalue=pvalue, _t=t, _ratio=False
    )


def two_sample_t(x: Floats, y: Floats, *, paired: bool, log: bool, axis: int | None) -> TEstimate:
    """The difference of means of x and y, or of their logarithms: Welch's or, for pairs, Student's t."""
    if min(x.shape[-1], y.shape[-1]) < 2:
        raise ValueError("a t interval needs at least two values in each sample.")
    t = _pairs_t(x, y, log=log) if paired else _contrasts_t([x, y], np.array([[1.0, -1.0]]), log=log)
    _check_variation(t, axis)
    # A single contrast: its axis is dropped.
    return t if paired else TEstimate(*(part[..., 0] if np.ndim(part) else part for part in t))


def _contrasts_t(groups: list[Floats], weights: Floats, *, log: bool) -> TEstimate:
    """Contrasts by (c, k) weights of the means of k groups along the last axis, with Satterthwaite's df: (..., c)."""
    unit = np.array(1.0) if log else unit_of(*groups)
    sizes = np.array([group.shape[-1] for group in groups])
    means, variances = [], []
    for group in groups:
        values = np.log(group) if log else group / unit[..., None]
        means.append(values.mean(axis=-1))
        # Values that are equal except for rounding have no variance; the variance of a single value is never used.
        variance = values.var(axis=-1, ddof=1) if values.shape[-1] > 1 else 0.0
        variances.append(np.where(varies(group), variance, 0.0))
    parts = weights**2 * (np.stack(variances, axis=-1) / sizes)[..., None, :]
    squared = parts.sum(axis=-1)
    squared = np.where(squared > 0, squared, np.nan)
    df = squared**2 / (parts**2 / np.maximum(sizes - 1, 1)).sum(axis=-1)
    return TEstimate(np.stack(means, axis=-1) @ weights.T, np.sqrt(squared), df, unit if log else unit[..., None])


def _pairs_t(x: Floats, y: Floats, *, log: bool) -> TEstimate:
    """The mean difference within pairs along the last axis."""
    unit = np.array(1.0) if log else unit_of(x, y)
    first, second = (np.log(values) if log else values / unit[..., None] for values in (x, y))
    difference = first - second
    largest = 1.0 if log else np.maximum(np.abs(first).max(axis=-1), np.abs(second).max(axis=-1))
    error = difference.std(axis=-1, ddof=1) / np.sqrt(x.shape[-1])
    error = np.where(varies(difference, largest), error, np.nan)
    return TEstimate(difference.mean(axis=-1), error, np.full(error.shape, x.shape[-1] - 1.0), unit)


def _check_variation(t: TEstimate, axis: int | None) -> None:
    """Raise an error if a single test has no standard error; one of several is NaN."""
    if axis is None and np.isnan(t.standard_error).any():
        raise ValueError("the values do not vary, so a t interval cannot be formed.")


def _checked_weights(contrasts: ArrayLike, sizes: list[int]) -> Floats:
    weights = as_matrix(contrasts, "contrasts")
    if weights.shape[1] != len(sizes):
        raise ValueError(
            f"contrasts must have one row per contrast and {len(sizes)} columns, one per sample; its shape is "
            f"{weights.shape}."
        )
    largest = np.abs(weights).sum(axis=1)
    if not np.isfinite(largest).all() or not largest.all() or (np.abs(weights.sum(axis=1)) > 1e-9 * largest).any():
        raise ValueError("the weights of every contrast must be finite, not all zero, and add up to zero.")
    for position, size in enumerate(sizes):
        if size < 2 and weights[:, position].any():
            raise ValueError(f"samples[{position}] takes part in a contrast and has fewer than two values.")
    return weights
