"""Raw counts behind the values: ratios by models of what was counted, where the cohort says what that was."""

import warnings
from collections.abc import Iterable

import numpy as np

from secretome import stats
from secretome.analysis.results import Estimate, Floats
from secretome.analysis.samples import Comparison, two_one_sided
from secretome.analysis.specification import Method
from secretome.protocol import EquivalenceMargin


def throughout(compared: Iterable[Comparison], model: Method) -> bool:
    """Whether every value of these pairs was counted as the model needs it; groups that are absent do not matter."""
    needed = ("count", "total" if model is Method.BETA_BINOMIAL else "exposure")
    present = [pair for pair in compared if pair.n >= 2]
    parts = [sample for pair in present for sample in (pair.treated, pair.control)]
    return bool(parts) and all(getattr(sample, name) is not None for sample in parts for name in needed)


def fitted(pair: Comparison, model: Method) -> stats.GroupRatiosResult:
    """The model's fit to what was counted.

    Raises
    ------
    ValueError
        If a group holds only zeros, or the animals do not vary: there is then no test.
    """
    group = np.repeat([0, 1], [pair.control.n, pair.treated.n])
    count = _both(pair, "count")
    with warnings.catch_warnings():
        # An empty group or equal animals give NaN, which raises an error below.
        warnings.simplefilter("ignore", UserWarning)
        if model is Method.BETA_BINOMIAL:
            fit = stats.proportion_ratio(count, _both(pair, "total"), group)
        else:
            exposure = _both(pair, "exposure")
            fit = stats.count_ratio(
                count,
                group,
                exposure=exposure,
                method="quasi-poisson" if model is Method.QUASI_POISSON else "negative-binomial",
            )
    if np.isnan(fit.pvalue[0]):
        raise ValueError("the counts leave no test.")
    return fit


def ratio(fit: stats.GroupRatiosResult, level: float) -> Estimate:
    """The ratio of the two groups with its interval."""
    test = Estimate(float(fit.statistic[0]), float(fit.pvalue[0]), estimate=float(fit.estimate[0]), df=float(fit.df))
    interval = fit.confidence_interval(level)
    return test.sized(
        Estimate(estimate=test.estimate, low=float(interval.low[0]), high=float(interval.high[0]), level=level)
    )


def equivalence(fit: stats.GroupRatiosResult, margin: EquivalenceMargin, tail: float) -> Estimate:
    """Whether the ratio lies inside the equivalence margins: two one-sided tests."""
    return Estimate(*two_one_sided(fit, margin)).sized(ratio(fit, 1 - 2 * tail))


def _both(pair: Comparison, name: str) -> Floats:
    return np.concatenate([getattr(pair.control, name), getattr(pair.treated, name)])
