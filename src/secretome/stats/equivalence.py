"""No effect, as something that data can show: two one-sided tests against the bounds of what would matter."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from secretome.stats._common import Alternative, ConfidenceInterval, exp
from secretome.stats._inputs import (
    Floats,
    NanPolicy,
    as_pairs,
    as_real,
    as_sample,
    check_choice,
    check_level,
    positive,
    unit_of,
    varies,
)
from secretome.stats._ties import ROUNDING, merge_tied_differences, merge_ties, subtract
from secretome.stats.location import HodgesLehmannResult, hodges_lehmann, shift_of_differences, shift_of_samples
from secretome.stats.ranks import MannWhitneyResult, SignedRankResult, mann_whitney, signed_rank_of_differences

Scale = Literal["difference", "ratio"]
Method = Literal["welch", "rank"]


@dataclass(frozen=True)
class EquivalenceResult:
    """Result of `equivalence`.

    Attributes
    ----------
    estimate : float
        The effect of x over y on the scale of the bounds: a difference or ratio of (geometric) means, or a
        Hodges-Lehmann shift or ratio.
    pvalue : float
        The larger of the two one-sided p values: small when the effect is shown to lie between the bounds.
    pvalue_low, pvalue_high : float
        p of the tests that the effect exceeds the lower bound, and falls short of the upper one.
    statistic : float
        t, U or the signed-rank sum at the bound that is nearer: the one with the larger p.
    min_pvalue : float
        The smallest p that exact tests at these sizes and ties allow; NaN for t tests and asymptotic ones.
    scale, method : str
        As asked for.
    """

    estimate: float
    pvalue: float
    pvalue_low: float
    pvalue_high: float
    statistic: float
    min_pvalue: float
    scale: str
    method: str
    _shift: HodgesLehmannResult | None = field(repr=False)
    _centre: float = field(repr=False)
    _standard_error: float = field(repr=False)
    _df: float = field(repr=False)
    _unit: float = field(repr=False)

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
        check_level(confidence_level)
        if self._shift is not None:
            low, high = (interval := self._shift.confidence_interval(confidence_level))
            level = interval.level
        else:
            reach = scipy_stats.t.ppf((1 + confidence_level) / 2, self._df) * self._standard_error
            low, high, level = (
                (self._centre - reach) * self._unit,
                (self._centre + reach) * self._unit,
                confidence_level,
            )
        if self.scale == "ratio":
            low, high = exp([low, high])
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
) -> EquivalenceResult:
    """Two one-sided tests that the effect of x over y lies between two bounds.

    Parameters
    ----------
    x, y : array_like, 1-D
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

    Returns
    -------
    EquivalenceResult

    Raises
    ------
    ValueError
        If the bounds are not ordered or not finite, or, for a ratio, not above zero; if a sample is too small or has no
        spread for t, or, for a ratio, holds a value that is not above zero.

    Notes
    -----
    By ranks, y is moved by each bound. A value of x and a moved value of y that differ only by rounding are tied:
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
    first, second = (
        as_pairs(x, y, nan_policy) if paired else (as_sample(x, "x", nan_policy), as_sample(y, "y", nan_policy))
    )
    low, high = as_real(low, "low"), as_real(high, "high")
    if not low < high or (scale == "ratio" and low <= 0):
        raise ValueError(f"the bounds must be ordered, and above zero for a ratio; they are {low:g} and {high:g}.")
    if scale == "ratio":
        positive(first, "x"), positive(second, "y")
    by = _by_t if method == "welch" else _by_ranks
    return by(first, second, low, high, scale, paired)


def _by_t(x: Floats, y: Floats, low: float, high: float, scale: Scale, paired: bool) -> EquivalenceResult:
    if min(x.size, y.size) < 2:
        raise ValueError("a t test needs at least two values in each sample.")
    if scale == "ratio":
        unit, first, second, bounds = 1.0, np.log(x), np.log(y), np.log([low, high])
        spread = varies(first - second, 1.0) if paired else varies(x) or varies(y)
    else:
        unit = unit_of(x, y)
        first, second = x / unit, y / unit
        with np.errstate(over="ignore"):
            bounds = np.array([low, high]) / unit
        spread = (
            varies(first - second, max(np.abs(first).max(), np.abs(second).max()))
            if paired
            else varies(first) or varies(second)
        )
    if not spread:
        raise ValueError("the values do not vary, so a t test cannot be formed.")
    if paired:
        pvalue, at_low, at_high = ttost_paired(first, second, *bounds)
        standard_error, df = scipy_stats.sem(first - second), x.size - 1
    else:
        pvalue, at_low, at_high = ttost_ind(first, second, *bounds, usevar="unequal")
        standard_error, df = np.hypot(scipy_stats.sem(first), scipy_stats.sem(second)), at_low[2]
    centre = first.mean() - second.mean()
    statistic = at_low[0] if at_low[1] >= at_high[1] else at_high[0]
    return EquivalenceResult(
        estimate=float(exp(centre) if scale == "ratio" else centre * unit),
        pvalue=float(pvalue),
        pvalue_low=float(at_low[1]),
        pvalue_high=float(at_high[1]),
        statistic=float(statistic),
        min_pvalue=np.nan,
        scale=scale,
        method="welch",
        _shift=None,
        _centre=float(centre),
        _standard_error=float(standard_error),
        _df=float(df),
        _unit=unit,
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
        _centre=np.nan,
        _standard_error=np.nan,
        _df=np.nan,
        _unit=1.0,
    )


def _rank_test(
    x: Floats, y: Floats, bound: float, alternative: Alternative, scale: Scale, paired: bool
) -> MannWhitneyResult | SignedRankResult:
    """The test of x against y moved by the bound. A value that equals the bound except for rounding is tied with it."""
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
            moved = y * bound
        if not np.isfinite(moved).all() or not moved.all():
            raise ValueError("y times a bound is too large or too small for a floating-point number.")
        rounding = ROUNDING * moved
    else:
        moved = -subtract(-y, np.full(y.size, bound))
        rounding = ROUNDING * np.maximum(np.abs(y), abs(bound))
    merged = merge_ties(np.concatenate([x, moved]), np.concatenate([ROUNDING * np.abs(x), rounding]))
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
