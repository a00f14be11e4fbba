"""Step-down tests of the lowest dose with an effect: Williams' test of means and Shirley's rank version."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from secretome.stats._common import ALTERNATIVES, Alternative
from secretome.stats._inputs import Floats, NanPolicy, as_generator, as_samples, check_choice
from secretome.stats._null_distributions import Ints
from secretome.stats._permutation import identity, permutation_null
from secretome.stats._rounding import unit_of, varies

# Draws of Williams' null: the p has a standard error of at most 0.001, and of 0.0005 at 0.05.
NULL_DRAWS = 200_000


@dataclass(frozen=True)
class StepDownResult:
    """Result of `williams` and `shirley_williams`, one entry per group in the order of the samples, without control.

    Attributes
    ----------
    statistic : (k - 1,) array
        t-bar of each dose: the isotonic mean of the group less the mean of the control, over its standard error.
    pvalue : (k - 1,) array
        p of the step-down procedure: at least that of every higher group, because a group is only tested once those
        above it differ.
    alternative : str
        What was tested.
    """

    statistic: Floats
    pvalue: Floats
    alternative: str


def shirley_williams(
    samples: Sequence[ArrayLike],
    *,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> StepDownResult:
    """Shirley's rank version of Williams' test: the lowest dose from which on animals differ from the control.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        The control first, then the doses as they rise.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: values rise with the dose.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the permutations. When absent they are the same at each call.

    Returns
    -------
    StepDownResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity, or all values are equal.

    See Also
    --------
    williams : by means
    jonckheere_terpstra : whether there is a trend

    Notes
    -----
    From the highest dose down, the control and the doses up to this one are ranked together. The dose's mean rank is
    replaced by the isotonic one, which assumes that the response is monotone. The p comes from all permutations of
    these values if there are at most 200 000, and from 99 999 random ones otherwise. Do not use this test if the
    response may turn down at high doses.

    References
    ----------
    .. [1] Shirley E (1977). A non-parametric equivalent of Williams' test for contrasting increasing dose levels of a
       treatment. Biometrics 33:386-389.
    .. [2] Williams DA (1986). A note on Shirley's nonparametric test for comparing several dose levels with a zero-dose
       control. Biometrics 42:183-186.

    Examples
    --------
    Reaction times of mice under three doses [1]_:

    >>> from secretome import stats
    >>> control = [2.4, 3, 3, 2.2, 2.2, 2.2, 2.2, 2.8, 2, 3]
    >>> doses = [
    ...     [2.8, 2.2, 3.8, 9.4, 8.4, 3, 3.2, 4.4, 3.2, 7.4],
    ...     [9.8, 3.2, 5.8, 7.8, 2.6, 2.2, 6.2, 9.4, 7.8, 3.4],
    ...     [7, 9.8, 9.4, 8.8, 8.8, 3.4, 9, 8.4, 2.4, 7.8],
    ... ]
    >>> result = stats.shirley_williams([control, *doses], alternative="greater")
    >>> result.statistic.round(3).tolist(), bool((result.pvalue < 0.01).all())
    ([2.908, 3.219, 4.057], True)
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy)
    if len(np.unique(np.concatenate(groups))) == 1:
        raise ValueError("all values are equal, so their ranks give no information.")
    tests = [_shirley_test(groups[: top + 1], alternative, rng) for top in range(1, len(groups))]
    return _step_down(tests, alternative)


def williams(
    samples: Sequence[ArrayLike],
    *,
    alternative: Alternative = "two-sided",
    nan_policy: NanPolicy = "raise",
    rng: np.random.Generator | None = None,
) -> StepDownResult:
    """Williams' test of rising doses by means: the lowest dose from which on the response differs from the control.

    Parameters
    ----------
    samples : sequence of array_like, 1-D
        The control first, then the doses as they rise. Give logarithms where spread grows with the mean.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: values rise with the dose.
    nan_policy : {"raise", "omit"}
        What to do with missing values: NaN, None and masked ones.
    rng : Generator, optional
        Draws the null. When absent it is the same at each call.

    Returns
    -------
    StepDownResult

    Raises
    ------
    ValueError
        If there are fewer than two samples, one is empty or holds infinity; if the samples have no spread, or hold one
        value each.

    See Also
    --------
    shirley_williams : by ranks
    dunnett : for groups without an order

    Notes
    -----
    From the highest dose down, each dose is tested with the control and the lower doses; its mean is replaced by the
    isotonic one, which assumes that the response is monotone. The variance is pooled from all samples. The null
    distribution of t-bar is drawn 200 000 times, so p has a standard error of 0.0005 at 0.05.

    References
    ----------
    .. [1] Williams DA (1971). A test for differences between treatment means when several dose levels are compared with
       a zero dose control. Biometrics 27:103-117.
    .. [2] Williams DA (1972). The comparison of several dose levels with a zero dose control. Biometrics 28:519-531.
    .. [3] Sachs L (1997). Angewandte Statistik, 8th edition. Springer, p. 402.

    Examples
    --------
    Three groups of five [3]_. With two doses and 12 degrees of freedom Williams' table [2]_ has 1.873 at 5 %,
    one-sided:

    >>> from secretome import stats
    >>> samples = [106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174]
    >>> result = stats.williams(samples, alternative="greater")
    >>> result.statistic.round(3).tolist(), (result.pvalue < 0.05).tolist()
    ([1.357, 2.95], [False, True])
    """
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, nan_policy)
    sizes = np.array([group.size for group in groups])
    df = int(sizes.sum() - sizes.size)
    if not any(varies(group) for group in groups):
        raise ValueError("the samples have no spread, so a t cannot be formed.")
    generator = as_generator(rng)
    unit = float(unit_of(*groups))
    groups = [group / unit for group in groups]
    residual = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    means = np.array([group.mean() for group in groups])
    scale = np.sqrt(residual / df)
    drawn = generator.standard_normal((NULL_DRAWS, sizes.size)) / np.sqrt(sizes)
    drawn_scale = np.sqrt(generator.chisquare(df, NULL_DRAWS) / df)
    tests = []
    for top in range(1, sizes.size):
        upto = slice(0, top + 1)
        statistic, extremity = _t_bar(means[None, upto], sizes[upto], np.array([scale]), alternative)
        _, null = _t_bar(drawn[:, upto], sizes[upto], drawn_scale, alternative)
        tests.append((float(statistic[0]), float((1 + (null >= extremity[0]).sum()) / (NULL_DRAWS + 1))))
    return _step_down(tests, alternative)


def _t_bar(means: Floats, sizes: Ints, scale: Floats, alternative: Alternative) -> tuple[Floats, Floats]:
    """T-bar of the highest group by (b, k) means, control first, and its extremity in the alternative's direction."""
    error = scale * np.sqrt(1 / sizes[0] + 1 / sizes[-1])
    weighted = np.cumsum((means[:, :0:-1] * sizes[:0:-1]), axis=1) / np.cumsum(sizes[:0:-1])
    # Rising: the highest mean of the top group with any number of groups below it; falling: the lowest.
    up = (weighted.max(axis=1) - means[:, 0]) / error
    down = (weighted.min(axis=1) - means[:, 0]) / error
    if alternative == "greater":
        return up, up
    if alternative == "less":
        return down, -down
    return np.where(up >= -down, up, down), np.maximum(up, -down)


def _shirley_test(
    groups: list[Floats], alternative: Alternative, rng: np.random.Generator | None
) -> tuple[float, float]:
    pooled = np.concatenate(groups)
    ranks = scipy.stats.rankdata(pooled)
    sizes = np.array([group.size for group in groups])
    total = pooled.size
    if pooled.min() == pooled.max():
        return 0.0, 1.0
    # The variance of midranks is that of ranks less what the ties take away.
    scale = np.array([np.sqrt(((ranks - (total + 1) / 2) ** 2).sum() / (total - 1))])
    cuts = np.cumsum([0, *sizes[:-1]])

    def t_bar(batch: Ints) -> tuple[Floats, Floats]:
        return _t_bar(np.add.reduceat(ranks[batch], cuts, axis=1) / sizes, sizes, scale, alternative)

    statistic, extremity = t_bar(identity(total))
    null = permutation_null(lambda batch: t_bar(batch)[1], extremity, sizes.tolist(), "auto", rng)
    return float(statistic[0]), float(null.pvalue[0])


def _step_down(tests: list[tuple[float, float]], alternative: str) -> StepDownResult:
    """The result of tests of one dose after another; no p is smaller than that of a higher dose."""
    pvalues = np.array([pvalue for _, pvalue in tests])
    adjusted = np.maximum.accumulate(pvalues[::-1])[::-1]
    return StepDownResult(np.array([statistic for statistic, _ in tests]), adjusted, alternative)
