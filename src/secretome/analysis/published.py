"""The tests that authors of animal studies name, in a registry by their names in protocols.

To add a test of two groups, write a function of the samples of all groups and a contrast, name it in `TESTS`, and add
its name to `secretome.protocol.claims`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from secretome import stats
from secretome.analysis.pooled_variance import pooled_variance
from secretome.analysis.results import MEAN_DIFFERENCE, Estimate, Floats, estimate_or_nan
from secretome.analysis.samples import Comparison, GroupSample, by_ranks, effect_of_ranks, rank_test, size_by_ranks
from secretome.analysis.specification import ANY_RANK_TEST, Adjustment, Method, Nondetects, Scale, Specification
from secretome.protocol import sides

# What replaces a value below a limit, as a share of the limit.
HALF = 0.5
Samples = Mapping[str, GroupSample]
Run = Callable[[Samples, Comparison, str, float], Estimate]


@dataclass(frozen=True)
class PublishedTest:
    """A test that authors name: its specification, its effect (empty for that of the ranks), and the computation."""

    specification: Specification
    effect: str
    run: Run


@dataclass(frozen=True)
class PublishedResult:
    """The estimate of a published test, the specification of the test, and what the estimate measures."""

    estimate: Estimate
    specification: Specification
    effect: str


def published_test(name: str, samples: Samples, pair: Comparison, contrast: str, level: float) -> PublishedResult:
    """Return the result of the authors' test of one contrast, without numbers if the values leave no test.

    Parameters
    ----------
    name : str
        The name of the test in protocols.
    samples : mapping of str to GroupSample
        All groups of the cohort: a test after an analysis of variance uses every one with two values or more.
    pair : Comparison
        The two groups of the contrast.
    contrast : str
        The contrast, as protocols write it.
    level : float
        The confidence level of the interval.

    Returns
    -------
    PublishedResult
        p is that which the authors would print: adjusted by Dunnett's, Tukey's and Dunn's tests.
    """
    test = TESTS[name]
    estimate = estimate_or_nan(lambda: test.run(samples, pair, contrast, level)) if pair.n else Estimate()
    specification = rank_test(estimate) if test.specification.test in ANY_RANK_TEST else test.specification
    return PublishedResult(estimate, specification, test.effect or effect_of_ranks(pair))


def _mann_whitney(_: Samples, pair: Comparison, __: str, level: float) -> Estimate:
    return by_ranks(pair).sized(estimate_or_nan(lambda: size_by_ranks(pair, level)))


def _t_test(*, equal_var: bool) -> Run:
    def run(_: Samples, pair: Comparison, __: str, level: float) -> Estimate:
        x, y = pair.treated.replaced(HALF), pair.control.replaced(HALF)
        _check(x, y)
        test = scipy.stats.ttest_ind(x, y, equal_var=equal_var)
        low, high = test.confidence_interval(level)
        return Estimate(
            float(test.statistic),
            float(test.pvalue),
            estimate=float(x.mean() - y.mean()),
            low=float(low),
            high=float(high),
            level=level,
            df=float(test.df),
        )

    return run


def _dunnett(samples: Samples, _: Comparison, contrast: str, level: float) -> Estimate:
    treated, control = sides(contrast)
    groups = _values(samples, treated, control)
    test = stats.dunnett(list(groups.values()), control=list(groups).index(control))
    at = [group for group in groups if group != control].index(treated)
    interval = test.confidence_interval(level)
    return Estimate(
        float(test.statistic[at]),
        float(test.pvalue[at]),
        estimate=float(test.estimate[at]),
        low=float(interval.low[at]),
        high=float(interval.high[at]),
        level=level,
    )


def _tukey(samples: Samples, _: Comparison, contrast: str, level: float) -> Estimate:
    treated, control = sides(contrast)
    groups = _values(samples, treated, control)
    test = scipy.stats.tukey_hsd(*groups.values())
    interval = test.confidence_interval(level)
    at = list(groups).index(treated), list(groups).index(control)
    variance, _df = pooled_variance(list(groups.values()))
    difference = float(groups[treated].mean() - groups[control].mean())
    error = float(np.sqrt(variance * (1 / groups[treated].size + 1 / groups[control].size)))
    return Estimate(
        difference / error,
        float(test.pvalue[at]),
        estimate=difference,
        low=float(interval.low[at]),
        high=float(interval.high[at]),
        level=level,
    )


def _dunn(samples: Samples, pair: Comparison, contrast: str, level: float) -> Estimate:
    """Dunn's test, its p times the number of comparisons with the control."""
    treated, control = sides(contrast)
    groups = _values(samples, treated, control)
    z = dunn_statistic(groups, treated, control)
    pvalue = min(1.0, (len(groups) - 1) * float(2 * scipy.stats.norm.sf(abs(z))))
    return Estimate(z, pvalue).sized(estimate_or_nan(lambda: size_by_ranks(pair, level)))


def dunn_statistic(groups: Mapping[str, Floats], treated: str, control: str) -> float:
    """Dunn's z of two groups, from the mean ranks among all groups, with the variance corrected for ties.

    References
    ----------
    .. [1] Dunn OJ (1964). Multiple comparisons using rank sums. Technometrics 6:241-252.

    Examples
    --------
    Of two groups, the square of z is the Kruskal-Wallis statistic:

    >>> groups = {"a": np.array([1.0, 2, 2, 5]), "b": np.array([2.0, 6, 7, 8])}
    >>> z = dunn_statistic(groups, "b", "a")
    >>> bool(np.isclose(z**2, scipy.stats.kruskal(*groups.values()).statistic))
    True
    """
    values = np.concatenate(list(groups.values()))
    ends = np.cumsum([group.size for group in groups.values()])[:-1]
    ranks = dict(zip(groups, np.split(scipy.stats.rankdata(values), ends), strict=True))
    _, counts = np.unique(values, return_counts=True)
    n = values.size
    variance = n * (n + 1) / 12 - (counts**3 - counts).sum() / (12 * (n - 1))
    error = np.sqrt(variance * (1 / ranks[treated].size + 1 / ranks[control].size))
    return float((ranks[treated].mean() - ranks[control].mean()) / error)


def _values(samples: Samples, *needed: str) -> dict[str, Floats]:
    """The values of every group with two or more; values below a limit are half of it."""
    groups = {group: sample.replaced(HALF) for group, sample in samples.items() if sample.n >= 2 or group in needed}
    _check(*(groups[group] for group in needed))
    return groups


def _check(*samples: Floats) -> None:
    if min(sample.size for sample in samples) < 2 or not np.ptp(np.concatenate(samples)):
        raise ValueError("a test needs two values or more in each group, and values that vary.")


def _on_values(test: Method, adjustment: Adjustment = Adjustment.NONE) -> Specification:
    return Specification(test, Scale.LINEAR, adjustment=adjustment, nondetects=Nondetects.HALF_LIMIT)


_DUNN = Specification(Method.DUNN, Scale.RANK, adjustment=Adjustment.BONFERRONI)
TESTS = {
    "mann_whitney": PublishedTest(Specification(Method.MANN_WHITNEY, Scale.RANK), "", _mann_whitney),
    "student_t": PublishedTest(_on_values(Method.STUDENT), MEAN_DIFFERENCE, _t_test(equal_var=True)),
    "welch_t": PublishedTest(_on_values(Method.WELCH), MEAN_DIFFERENCE, _t_test(equal_var=False)),
    "anova_dunnett": PublishedTest(_on_values(Method.DUNNETT_ALL, Adjustment.DUNNETT), MEAN_DIFFERENCE, _dunnett),
    "anova_tukey": PublishedTest(_on_values(Method.TUKEY, Adjustment.TUKEY), MEAN_DIFFERENCE, _tukey),
    "kruskal_dunn": PublishedTest(_DUNN, "", _dunn),
}
