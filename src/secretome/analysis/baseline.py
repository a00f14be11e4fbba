"""Analyses that adjust for the baseline of a protocol, the value of each animal before the treatment."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from secretome import stats
from secretome.analysis.blocks import on_scale
from secretome.analysis.pooled_variance import t_test
from secretome.analysis.results import MEAN_DIFFERENCE, RATIO, Estimate, Result, estimate_or_nan, result
from secretome.analysis.samples import Comparison, contrast_estimate, two_one_sided
from secretome.analysis.specification import Adjustment, Method, Scale, Specification
from secretome.protocol import EquivalenceMargin

ANCOVA = Specification(Method.ANCOVA, Scale.LOG)
TOST_ANCOVA = Specification(Method.TOST_ANCOVA, Scale.LOG)


def adjusts_for_baseline(pair: Comparison) -> bool:
    """Whether the planned test of a comparison adjusts for the baseline: every value is a number with a logarithm."""
    groups = (pair.treated, pair.control)
    return all(
        group.baseline is not None and not group.censored and not (pair.scale == "log" and group.zeros)
        for group in groups
    )


def baseline_effect(pair: Comparison) -> str:
    """What the analysis of covariance estimates."""
    return RATIO if pair.scale == "log" else MEAN_DIFFERENCE


def baseline_estimate(pair: Comparison, level: float) -> Estimate:
    """The effect adjusted for the baseline, its test and its interval; each group has its own variance."""
    test = _contrast(pair)
    return replace(contrast_estimate(test, level), df=float(test.df[0]))


def baseline_equivalence(pair: Comparison, margin: EquivalenceMargin, tail: float) -> Estimate:
    """Two one-sided tests of that effect against the margins; the interval leaves out `tail` on each side."""
    test = _contrast(pair)
    statistic, pvalue = two_one_sided(test, margin)
    return replace(contrast_estimate(test, 1 - 2 * tail), statistic=statistic, pvalue=pvalue, df=float(test.df[0]))


def baseline_rows(compared: Mapping[str, Comparison], *, level: float, times: int) -> Iterator[tuple[str, Result]]:
    """Yield the other analyses of a family that use the baseline, each with its contrast.

    They are the analysis of covariance with one variance, as most programs make it, and Welch's t test of the changes.
    `times` is the number of tests of the family.
    """
    adjustment = Adjustment.BONFERRONI if times > 1 else Adjustment.NONE
    for contrast, pair in compared.items():
        if not adjusts_for_baseline(pair):
            continue
        of_family = 1 - (1 - level) / times
        for method, run in ((Method.ANCOVA_POOLED, baseline_one_variance), (Method.CHANGE, _change)):
            specification = on_scale(replace(ANCOVA, test=method, adjustment=adjustment), pair)
            estimate = estimate_or_nan(partial(run, pair, of_family)) if pair.n >= 2 else Estimate()
            name = specification.name(state_adjustment=times > 1)
            row = result(estimate, specification, method=name, analysis="multiverse", effect=baseline_effect(pair))
            adjusted = float(np.minimum(1, times * estimate.pvalue)) if times > 1 else np.nan
            yield contrast, replace(row, pvalue_adjusted=adjusted)


def _contrast(pair: Comparison) -> stats.WelchContrastsResult:
    assert pair.treated.baseline is not None
    assert pair.control.baseline is not None
    return stats.ancova_contrasts(
        [pair.treated.lower, pair.control.lower],
        [pair.treated.baseline, pair.control.baseline],
        [[1, -1]],
        scale="log" if pair.scale == "log" else "linear",
    )


def _change(pair: Comparison, level: float) -> Estimate:
    """Welch's t test of the changes from baseline: ratios or differences."""
    logs = pair.scale == "log"
    changes = []
    for group in (pair.treated, pair.control):
        assert group.baseline is not None
        changes.append(np.log(group.lower / group.baseline) if logs else group.lower - group.baseline)
    test = stats.welch_contrasts(changes, [[1, -1]])
    estimate = replace(contrast_estimate(test, level), df=float(test.df[0]))
    return estimate.as_ratio() if logs else estimate


def baseline_one_variance(pair: Comparison, level: float) -> Estimate:
    """The coefficient of the group in the linear model with the baseline and one variance."""
    groups = (pair.treated, pair.control)
    y, before = (np.concatenate([getattr(group, name) for group in groups]) for name in ("lower", "baseline"))
    if pair.scale == "log":
        y, before = np.log(y), np.log(before)
    treated = np.repeat([1.0, 0.0], [group.n for group in groups])
    design = np.column_stack([treated, 1 - treated, before - before.mean()])
    df = y.size - int(np.linalg.matrix_rank(design))
    if df < 1:
        raise ValueError("there are as many constants as values, so the residual variance cannot be estimated.")
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ y
    residuals = y - design @ coefficients
    weights = np.array([1.0, -1.0, 0.0])
    error = float(np.sqrt(residuals @ residuals / df * (weights @ inverse @ weights)))
    estimate = replace(t_test(float(weights @ coefficients), error, df, level), df=float(df))
    return estimate.as_ratio() if pair.scale == "log" else estimate
