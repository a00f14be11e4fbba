"""Analyses that adjust for the baseline of a protocol, the value of each animal before the treatment."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from secretome import stats
from secretome.analysis.blocks import effect_of_means, on_scale
from secretome.analysis.clusters import fit_group, model_estimate
from secretome.analysis.results import Estimate, Floats, Result, estimate_or_nan, multiverse_result
from secretome.analysis.samples import Comparison, contrast_estimate_with_df
from secretome.analysis.specification import Adjustment, Method, Scale, Specification

ANCOVA = Specification(Method.ANCOVA, Scale.LOG)
TOST_ANCOVA = Specification(Method.TOST_ANCOVA, Scale.LOG)


def adjusts_for_baseline(pair: Comparison) -> bool:
    """Whether the planned test of a comparison adjusts for the baseline: every value is a number with a logarithm."""
    groups = (pair.treated, pair.control)
    return all(
        group.baseline is not None and not group.censored and not (pair.scale == "log" and group.zeros)
        for group in groups
    )


def baseline_contrast(pair: Comparison) -> stats.WelchContrastsResult:
    """The effect adjusted for the baseline; each group has its own variance."""
    assert pair.treated.baseline is not None
    assert pair.control.baseline is not None
    return stats.ancova_contrasts(
        [pair.treated.lower, pair.control.lower],
        [pair.treated.baseline, pair.control.baseline],
        [[1, -1]],
        scale="log" if pair.scale == "log" else "linear",
    )


def baseline_deviations(pair: Comparison) -> tuple[Floats, Floats]:
    """The deviations of the treated and of the control animals from the lines of the analysis of covariance."""
    values: list[Floats] = []
    befores: list[Floats] = []
    for group in (pair.treated, pair.control):
        assert group.baseline is not None
        for collected, numbers in ((values, group.lower), (befores, group.baseline)):
            logs = np.log(numbers) if pair.scale == "log" else numbers
            collected.append(logs - logs.mean())
    square = sum(float(before @ before) for before in befores)
    # A constant baseline explains nothing.
    slope = sum(float(y @ x) for y, x in zip(values, befores, strict=True)) / square if square else 0.0
    treated, control = (y - slope * x for y, x in zip(values, befores, strict=True))
    return treated, control


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
            yield contrast, multiverse_result(estimate, specification, effect_of_means(pair), times)


def _change(pair: Comparison, level: float) -> Estimate:
    """Welch's t test of the changes from baseline: ratios or differences."""
    logs = pair.scale == "log"
    changes = []
    for group in (pair.treated, pair.control):
        assert group.baseline is not None
        changes.append(np.log(group.lower / group.baseline) if logs else group.lower - group.baseline)
    test = stats.welch_contrasts(changes, [[1, -1]])
    estimate = contrast_estimate_with_df(test, level)
    return estimate.as_ratio() if logs else estimate


def baseline_one_variance(pair: Comparison, level: float) -> Estimate:
    """The coefficient of the group in the linear model with the baseline and one variance."""
    groups = (pair.treated, pair.control)
    y, before = (np.concatenate([getattr(group, name) for group in groups]) for name in ("lower", "baseline"))
    if pair.scale == "log":
        y, before = np.log(y), np.log(before)
    treated = np.repeat([1.0, 0.0], [group.n for group in groups])
    deviations = before - before.mean()
    # A constant baseline would leave its slope undetermined.
    others = [np.ones(y.size), deviations] if deviations.any() else [np.ones(y.size)]
    return model_estimate(fit_group(y, treated, np.column_stack(others)), level, pair.scale)
