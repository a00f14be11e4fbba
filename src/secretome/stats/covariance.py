"""Analysis of covariance: contrasts of groups that are adjusted for a value measured before the treatment."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from secretome.stats._common import Alternative
from secretome.stats._group_variances import adjusted_contrasts, grouped
from secretome.stats._inputs import as_samples, positive
from secretome.stats.welch import Scale, WelchContrastsResult


def ancova_contrasts(
    samples: Sequence[ArrayLike],
    covariates: Sequence[ArrayLike],
    contrasts: ArrayLike,
    *,
    scale: Scale = "linear",
    alternative: Alternative = "two-sided",
) -> WelchContrastsResult:
    """Contrasts of group means that are adjusted for a covariate, such as a baseline; the variances may differ.

    Parameters
    ----------
    samples : sequence of array_like
        k independent samples, in one unit.
    covariates : sequence of array_like
        The covariate of each value, sample by sample. It must not be affected by the treatment.
    contrasts : (c, k) array_like
        One row of weights per contrast, each adding up to zero.
    scale : {"linear", "log"}
        ``"log"`` takes logarithms of the values and of the covariate first, and gives ratios of geometric means.
    alternative : {"two-sided", "less", "greater"}
        ``"greater"``: the contrast exceeds 0, or the ratio 1.

    Returns
    -------
    WelchContrastsResult
        Arrays of shape (c,).

    Raises
    ------
    ValueError
        If the covariate leaves a contrast undetermined, as many constants as values are fitted, the values lie on the
        fitted lines, a covariate is missing, or a value has no logarithm.

    See Also
    --------
    welch_contrasts : without a covariate
    block_contrasts : with labels instead of a number

    Notes
    -----
    The estimates are those of the linear model with one constant for each group and one slope on the covariate, which
    all groups share [1]_. Each group has its own variance, which is estimated without bias from the squared residuals
    of all groups (MINQUE [2]_); the degrees of freedom are Satterthwaite's. With a constant covariate this is Welch's
    test.

    References
    ----------
    .. [1] Vickers AJ, Altman DG (2001). Analysing controlled trials with baseline and follow up measurements. BMJ
       323:1123-1124.
    .. [2] Rao CR (1970). Estimation of heteroscedastic variances in linear models. Journal of the American Statistical
       Association 65:161-172.

    Examples
    --------
    Weights after a treatment, with the weights before it:

    >>> from secretome import stats
    >>> after, before = [[212, 221, 209, 230], [205, 198, 214, 201]], [[200, 208, 199, 215], [201, 197, 211, 196]]
    >>> result = stats.ancova_contrasts(after, before, [[1, -1]])
    >>> float(result.estimate[0].round(1)), float(result.pvalue[0].round(4))
    (8.7, 0.0028)
    """
    groups, weights = grouped(samples, contrasts, scale, alternative)
    befores = as_samples(covariates, "raise", None)
    if [each.size for each in befores] != [each.size for each in groups]:
        raise ValueError("covariates must have one number for each value of each sample.")
    if scale == "log":
        befores = [np.log(positive(each, f"covariates[{position}]")) for position, each in enumerate(befores)]
    covariate = np.concatenate(befores)
    deviations = covariate - covariate.mean()
    spread = np.abs(deviations).max()
    varies = spread > 1e-12 * np.abs(covariate).max()
    others = deviations[:, None] / spread if varies else np.empty((covariate.size, 0))
    return adjusted_contrasts(groups, others, weights, scale, alternative, "covariates")
