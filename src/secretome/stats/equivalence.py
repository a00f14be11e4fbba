"""No effect, as something that data can show: two one-sided tests against the bounds of what would matter."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from secretome.stats._common import ConfidenceInterval, Floats, NanPolicy, as_pairs, as_sample, check_choice, check_level, positive
from secretome.stats.ranks import (
    HodgesLehmannResult,
    MannWhitneyResult,
    SignedRankResult,
    hodges_lehmann,
    mann_whitney,
    signed_rank,
)

Scale = Literal["difference", "ratio"]
Method = Literal["welch", "rank"]


@dataclass(frozen=True)
class EquivalenceResult:
    """Result of `equivalence`.

    Attributes
    ----------
    estimate : float
        The effect of x over y on the scale of the bounds: a difference or ratio of (geometric) means, or a Hodges-Lehmann shift or ratio.
    pvalue : float
        The larger of the two one-sided p values: small when the effect is shown to lie between the bounds.
    pvalue_low, pvalue_high : float
        p of the tests that the effect exceeds the lower bound, and falls short of the upper one.
    statistic : float
        t, U or the signed-rank sum at the bound that is nearer: the one with the larger p.
    attainable : float
        The smallest p that exact tests at these sizes and ties allow; NaN for t tests.
    scale, method : str
        As asked for.
    """

    estimate: float
    pvalue: float
    pvalue_low: float
    pvalue_high: float
    statistic: float
    attainable: float
    scale: str
    method: str
    _shift: HodgesLehmannResult | None = field(repr=False)
    _standard_error: float = field(repr=False)
    _df: float = field(repr=False)

    def confidence_interval(self, confidence_level: float = 0.90) -> ConfidenceInterval:
        """Interval of the effect. By t, equivalence at alpha is shown when the one at ``1 - 2 * alpha`` lies between the bounds.

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
            centre = np.log(self.estimate) if self.scale == "ratio" else self.estimate
            low, high, level = centre - reach, centre + reach, confidence_level
        return ConfidenceInterval(np.exp(low), np.exp(high), level) if self.scale == "ratio" else ConfidenceInterval(low, high, level)


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
        What to do with NaN.

    Returns
    -------
    EquivalenceResult

    Raises
    ------
    ValueError
        If the bounds are not ordered, or, for a ratio, not above zero; if a sample is too small or has no spread for t, or, for a
        ratio, holds a value that is not above zero.

    References
    ----------
    .. [1] Schuirmann DJ (1987). A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of
       average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.

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
    first, second = as_pairs(x, y, nan_policy) if paired else (as_sample(x, "x", nan_policy), as_sample(y, "y", nan_policy))
    if not low < high or (scale == "ratio" and low <= 0):
        raise ValueError(f"the bounds must be ordered, and above zero for a ratio; they are {low:g} and {high:g}.")
    if scale == "ratio":
        positive(first, "x"), positive(second, "y")
    by = _by_t if method == "welch" else _by_ranks
    return by(first, second, low, high, scale, paired)


def _by_t(x: Floats, y: Floats, low: float, high: float, scale: Scale, paired: bool) -> EquivalenceResult:
    transform = np.log if scale == "ratio" else None
    first, second = (np.log(x), np.log(y)) if scale == "ratio" else (x, y)
    if min(x.size, y.size) < 2:
        raise ValueError("a t test needs at least two values in each sample.")
    spread = np.ptp(first - second) if paired else max(np.ptp(first), np.ptp(second))
    if spread <= 1e-12 * max(1.0, float(np.abs(first).max())):
        raise ValueError("the values do not vary, so a t test cannot be formed.")
    if paired:
        pvalue, at_low, at_high = ttost_paired(x, y, low, high, transform=transform)
        standard_error, df = scipy_stats.sem(first - second), x.size - 1
    else:
        pvalue, at_low, at_high = ttost_ind(x, y, low, high, usevar="unequal", transform=transform)
        standard_error, df = np.hypot(scipy_stats.sem(first), scipy_stats.sem(second)), at_low[2]
    centre = first.mean() - second.mean()
    estimate = float(np.exp(centre) if scale == "ratio" else centre)
    statistic = at_low[0] if at_low[1] >= at_high[1] else at_high[0]
    return EquivalenceResult(
        estimate=estimate,
        pvalue=float(pvalue),
        pvalue_low=float(at_low[1]),
        pvalue_high=float(at_high[1]),
        statistic=float(statistic),
        attainable=np.nan,
        scale=scale,
        method="welch",
        _shift=None,
        _standard_error=float(standard_error),
        _df=float(df),
    )


def _by_ranks(x: Floats, y: Floats, low: float, high: float, scale: Scale, paired: bool) -> EquivalenceResult:
    # The bound multiplies: on logarithms, rounding would break ties that the values have.
    shifted = (y * low, y * high) if scale == "ratio" else (y + low, y + high)
    first, (low_y, high_y) = (np.log(x), np.log(shifted)) if paired and scale == "ratio" else (x, shifted)
    tests: list[MannWhitneyResult | SignedRankResult]
    if paired:
        tests = [signed_rank(first, low_y, alternative="greater"), signed_rank(first, high_y, alternative="less")]
    else:
        tests = [mann_whitney(first, low_y, alternative="greater"), mann_whitney(first, high_y, alternative="less")]
    shift = hodges_lehmann(np.log(x), np.log(y), paired=paired) if scale == "ratio" else hodges_lehmann(x, y, paired=paired)
    estimate = float(np.exp(shift.estimate)) if scale == "ratio" else shift.estimate
    nearer = max(tests, key=lambda test: test.pvalue)
    attainable = max(test.attainable for test in tests)
    return EquivalenceResult(
        estimate, nearer.pvalue, tests[0].pvalue, tests[1].pvalue, nearer.statistic, attainable, scale, "rank", shift, np.nan, np.nan
    )
