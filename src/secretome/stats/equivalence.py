"""Equivalence: two one-sided tests against the bounds of what counts as no effect."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from secretome.stats._common import Alternative, ConfidenceInterval, Number, TEstimate, as_number, exp
from secretome.stats._inputs import Floats, NanPolicy, as_real, as_two_samples, check_choice, check_level, positive
from secretome.stats._rounding import ROUNDING, merge_tied_differences, merge_ties, subtract
from secretome.stats.location import HodgesLehmannResult, hodges_lehmann, shift_of_differences, shift_of_samples
from secretome.stats.ranks import MannWhitneyResult, SignedRankResult, mann_whitney, signed_rank_of_differences
from secretome.stats.welch import two_sample_t

Scale = Literal["difference", "ratio"]
Method = Literal["welch", "rank"]


@dataclass(frozen=True)
class EquivalenceResult:
    """Result of `equivalence`: floats, or arrays where it was called with `axis`.

    Attributes
    ----------
    estimate : float
        The effect of x over y on the scale of the bounds: a difference or ratio of (geometric) means, or a
        Hodges-Lehmann shift or ratio.
    pvalue : float
        The larger of the two one-sided p-values: small when the effect is shown to lie between the bounds.
    pvalue_low, pvalue_high : float
        p of the tests that the effect exceeds the lower bound, and falls short of the upper one.
    statistic : float
        t, U or the signed-rank sum at the bound that is nearer: the one with the larger p.
    min_pvalue : float
        The smallest p that exact tests at these sizes and ties allow; NaN for t tests and asymptotic ones.
    scale, method : str
        As asked for.
    """

    estimate: Number
    pvalue: Number
    pvalue_low: Number
    pvalue_high: Number
    statistic: Number
    min_pvalue: Number
    scale: str
    method: str
    _t: TEstimate | None = field(default=None, repr=False)
    _shift: HodgesLehmannResult | None = field(default=None, repr=False)

    def confidence_interval(self, confidence_level: float = 0.90) -> ConfidenceInterval:
        """Interval of the effect.

        The t test shows equivalence at alpha if the interval at ``1 - 2 * alpha`` lies between the bounds.

        Parameters
        ----------
        confidence_level : float, default 0.90

        Returns
        -------
        ConfidenceInterval
            By ranks, that of `hodges_lehmann`, which ties may set apart from the test by a step.
        """
        level = check_level(confidence_level)
        if self._shift is not None:
            low, high = (interval := self._shift.confidence_interval(level))
            level = interval.level
        elif self._t is not None:
            low, high = self._t.limits(level)
        if self.scale == "ratio":
            low, high = exp(low), exp(high)
        return ConfidenceInterval(low, high, level)


def equivalence(
    x: ArrayLike,
    y: ArrayLike,
    low: float,
    high: float,
    *,
    scale: Scale = "difference",
    method: Method = "welch",
    paired: bool = False,
    nan_policy: NanPolicy = "raise",
    axis: int | None = None,
) -> EquivalenceResult:
    """Two one-sided tests that the effect of x over y lies between two bounds.

    Parameters
    ----------
    x, y : array_like
        Two independent samples, or the two values of each pair.
    low, high : float
        The bounds of what counts as no effect, on the scale of the effect: such as -10 and 10, or 0.80 and 1.25.
    scale : {"difference", "ratio"}
        ``"ratio"`` compares geometric means, or, by ranks, multiplies y by the bounds.
    method : {"welch", "rank"}
        t tests, on logarithms for a ratio; or exact rank tests at each bound.
    paired : bool, default False
        Whether `x` and `y` are pairs.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones. Pairs are dropped whole.
    axis : int, optional
        The axis along which each sample lies; the other axes, which must agree, number separate tests, as in SciPy. By
        default, the samples must be one-dimensional. Only for t tests.

    Returns
    -------
    EquivalenceResult

    Raises
    ------
    ValueError
        If the bounds are not ordered or not finite, or, for a ratio, not above zero; if a sample is too small or has no
        spread for t, or, for a ratio, holds a value that is not above zero; if `axis` is given for ranks. With `axis`,
        the results of a test without variation are NaN.

    See Also
    --------
    geometric_mean_ratio : the ratio and its interval
    mean_difference : the difference and its interval

    Notes
    -----
    By ranks, y is shifted by each bound. A value of x and a shifted value of y that differ only by rounding are tied:
    1.1 and 1.0 + 0.1 are the same number, although the floating-point sum may differ in the last digit.

    References
    ----------
    .. [1] Schuirmann DJ (1987). A comparison of the two one-sided tests procedure and the power approach for assessing
       the equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.

    Examples
    --------
    Eight animals a group whose phagocytosis, in per cent, hardly differs:

    >>> from secretome import stats
    >>> treated, control = [44, 47, 42, 46, 45, 43, 48, 44], [45, 43, 47, 44, 46, 42, 45, 46]
    >>> result = stats.equivalence(treated, control, 0.80, 1.25, scale="ratio")
    >>> interval = result.confidence_interval(0.90)
    >>> result.pvalue < 0.001, round(interval.low, 2), round(interval.high, 2)
    (True, 0.97, 1.04)
    """
    check_choice(scale, ("difference", "ratio"), "scale")
    check_choice(method, ("welch", "rank"), "method")
    if method == "rank" and axis is not None:
        raise ValueError("axis is only available for method='welch'; test one pair of samples at a time.")
    first, second = as_two_samples(x, y, nan_policy, paired=paired, axis=axis)
    low, high = as_real(low, "low"), as_real(high, "high")
    if not low < high or (scale == "ratio" and low <= 0):
        raise ValueError(f"the bounds must be ordered, and above zero for a ratio; they are {low:g} and {high:g}.")
    if scale == "ratio":
        positive(first, "x"), positive(second, "y")
    if method == "rank":
        return _by_ranks(first, second, low, high, scale, paired)
    t = two_sample_t(first, second, paired=paired, log=scale == "ratio", axis=axis)
    bounds = np.log([low, high]) if scale == "ratio" else (low, high)
    (at_low, pvalue_low), (at_high, pvalue_high) = t.test(bounds[0], "greater"), t.test(bounds[1], "less")
    return EquivalenceResult(
        estimate=as_number(exp(t.estimate)) if scale == "ratio" else t.scaled,
        pvalue=as_number(np.maximum(pvalue_low, pvalue_high)),
        pvalue_low=pvalue_low,
        pvalue_high=pvalue_high,
        statistic=as_number(np.where(np.asarray(pvalue_low) >= pvalue_high, at_low, at_high)),
        min_pvalue=as_number(np.full(np.shape(pvalue_low), np.nan)),
        scale=scale,
        method=method,
        _t=t,
    )


def _by_ranks(x: Floats, y: Floats, low: float, high: float, scale: Scale, paired: bool) -> EquivalenceResult:
    tests = [_rank_test(x, y, low, "greater", scale, paired), _rank_test(x, y, high, "less", scale, paired)]
    shift = _shift(x, y, scale, paired)
    estimate = float(exp(shift.estimate)) if scale == "ratio" else shift.estimate
    nearer = max(tests, key=lambda test: test.pvalue)
    # NumPy's maximum keeps NaN, which marks an asymptotic test.
    min_pvalue = float(np.max([test.min_pvalue for test in tests]))
    return EquivalenceResult(
        estimate=estimate,
        pvalue=nearer.pvalue,
        pvalue_low=tests[0].pvalue,
        pvalue_high=tests[1].pvalue,
        statistic=nearer.statistic,
        min_pvalue=min_pvalue,
        scale=scale,
        method="rank",
        _shift=shift,
    )


def _rank_test(
    x: Floats, y: Floats, bound: float, alternative: Alternative, scale: Scale, paired: bool
) -> MannWhitneyResult | SignedRankResult:
    """The test of x against y shifted by the bound; values that differ only by rounding are tied."""
    if paired and scale == "ratio":
        log_x, log_y, log_bound = np.log(x), np.log(y), float(np.log(bound))
        tolerance = _log_rounding(log_x) + _log_rounding(log_y) + ROUNDING * abs(log_bound)
        return signed_rank_of_differences(merge_tied_differences(log_x - log_y - log_bound, tolerance), alternative)
    if paired:
        # The bound is added on the side where it cancels least.
        difference, tolerance = subtract(x, y), ROUNDING * np.maximum(np.maximum(np.abs(x), np.abs(y)), abs(bound))
        return signed_rank_of_differences(
            merge_tied_differences(subtract(difference, np.full(x.size, bound)), tolerance), alternative
        )
    if scale == "ratio":
        with np.errstate(over="ignore", under="ignore"):
            shifted = y * bound
        if not np.isfinite(shifted).all() or not shifted.all():
            raise ValueError("y times a bound is too large or too small for a floating-point number.")
        rounding = ROUNDING * shifted
    else:
        shifted = -subtract(-y, np.full(y.size, bound))
        rounding = ROUNDING * np.maximum(np.abs(y), abs(bound))
    merged = merge_ties(np.concatenate([x, shifted]), np.concatenate([ROUNDING * np.abs(x), rounding]))
    return mann_whitney(merged[: x.size], merged[x.size :], alternative=alternative)


def _shift(x: Floats, y: Floats, scale: Scale, paired: bool) -> HodgesLehmannResult:
    if scale == "difference":
        return hodges_lehmann(x, y, paired=paired)
    log_x, log_y = np.log(x), np.log(y)
    rounding_x, rounding_y = _log_rounding(log_x), _log_rounding(log_y)
    if not paired:
        return shift_of_samples(log_x, log_y, rounding_x, rounding_y)
    rounding = rounding_x + rounding_y
    return shift_of_differences(merge_tied_differences(log_x - log_y, rounding), rounding)


def _log_rounding(logs: Floats) -> Floats:
    """The possible rounding error of logarithms: the relative error of the value, and that of the logarithm."""
    return ROUNDING * (1 + np.abs(logs))
