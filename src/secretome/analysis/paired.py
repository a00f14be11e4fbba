"""The rows of a paired study: every unit measured twice."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import scipy

from secretome import stats
from secretome.analysis.equivalence import equivalence_estimate
from secretome.analysis.permutations import permutation_test
from secretome.analysis.results import (
    MEAN_DIFFERENCE,
    RANK_RATIO,
    RATIO,
    SHARE_RISING,
    SHIFT,
    AnalysisName,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
    result,
)
from secretome.analysis.specification import Adjustment, Method, Nondetects, Scale, Specification
from secretome.cohort import Study
from secretome.protocol import Claim, Endpoint, sides

SIGNED_RANKS = Specification(Method.SIGNED_RANK, Scale.RANK)
PAIRED = Specification(Method.PAIRED, Scale.LOG, nondetects=Nondetects.HALF_LIMIT)
# Sign flips are enumerated up to this many and drawn at random beyond.
FLIPS = 2**14


# The treated and control values, and for how many tests the interval is adjusted.
Run = Callable[[Floats, Floats, int], Estimate]


@dataclass(frozen=True)
class _Method:
    """A way to analyse one contrast: its analysis, its specification, its effect, and the computation."""

    analysis: AnalysisName
    specification: Specification
    effect: str
    run: Run


def paired_rows(study: Study, settings: Settings) -> Iterator[Result]:
    """Every row of a paired study: the contrasts of each family of claims, then the checks."""
    families = {
        (claim.endpoint, frozenset(claim.compared), claim.together, claim.is_equivalence): claim
        for claim in reversed(study.protocol.claims.values())
    }
    for claim in reversed(families.values()):
        for contrast in claim.compared:
            yield from _contrast_rows(study, claim.endpoint, contrast, settings, claim)
    for check in study.protocol.checks.values():
        yield from _contrast_rows(study, check.endpoint, check.contrast, settings, None)


def pair_changes(study: Study, endpoint: str, contrast: str) -> Floats:
    """The change of each complete pair: the logarithm of its ratio, or its difference, as the planned test takes it.

    Values without a logarithm where one is needed leave no changes.
    """
    complete = study.pairs(endpoint, *sides(contrast)).dropna()
    treated, control = complete["treated"].to_numpy(dtype=float), complete["control"].to_numpy(dtype=float)
    if study.protocol.endpoints[endpoint].equivalence_margin.scale == "linear":
        return np.asarray(treated - control)
    try:
        return np.asarray(_logs(treated) - _logs(control))
    except ValueError:
        return np.empty(0)


def unpaired_pvalues(study: Study, claim: Claim) -> tuple[float, float]:
    """The p of Welch's t on logs and of the exact Mann-Whitney test if the pairs are ignored; NaN if undefined.

    It is a mistake on purpose, for the page that shows what it costs, and no row of the results.
    """
    complete = study.pairs(claim.endpoint, *claim.sides).dropna()
    x, y = complete["treated"].to_numpy(), complete["control"].to_numpy()
    welch = estimate_or_nan(lambda: Estimate(pvalue=stats.geometric_mean_ratio(x, y).pvalue))
    ranks = estimate_or_nan(lambda: Estimate(pvalue=stats.mann_whitney(x, y).pvalue))
    return welch.pvalue, ranks.pvalue


def _contrast_rows(
    study: Study, endpoint: str, contrast: str, settings: Settings, claim: Claim | None
) -> Iterator[Result]:
    """The rows of one contrast of a claim's family, or of a check, which has planned rows only."""
    pairs = study.pairs(endpoint, *sides(contrast))
    complete = pairs.dropna()
    treated, control = complete["treated"].to_numpy(), complete["control"].to_numpy()
    family, together = (len(claim.compared), claim.together) if claim else (1, False)

    def estimated(run: Run, tests: int) -> Estimate:
        return estimate_or_nan(lambda: run(treated, control, tests)) if len(complete) >= 2 else Estimate()

    for method in _methods(claim, study.protocol.endpoints[endpoint], settings):
        equivalence, planned = method.specification.test is Method.TOST_PAIRED, method.analysis == "planned"
        adjusts = planned and family > 1 and not (equivalence or together)
        cells: dict[str, Any] = {
            "study": study.key,
            "cohort": study.cohort.id,
            "endpoint": endpoint,
            "contrast": contrast,
            "alternative": "equivalence" if equivalence else "two-sided",
            "effect": method.effect,
            "n_treated": len(complete),
            "n_control": len(complete),
            "missing": len(pairs) - len(complete),
        }
        if method.analysis in settings.analyses:
            simultaneous = estimated(method.run, family) if planned else Estimate()
            estimate = simultaneous if adjusts else estimated(method.run, 1)
            chosen = (
                replace(method.specification, adjustment=Adjustment.BONFERRONI) if adjusts else method.specification
            )
            row = result(estimate, chosen, analysis=method.analysis, **cells)
            if planned and (together or not equivalence):
                adjusted = float(np.minimum(1, family * estimate.pvalue))
                row = replace(row, pvalue_adjusted=adjusted).with_simultaneous(simultaneous)
            yield row
        if "multiverse" in settings.analyses and family > 1 and (together or not (planned and equivalence)):
            # What is planned with an adjustment is also shown without, and the rest with one.
            tests = 1 if adjusts else family
            kind = Adjustment.NONE if adjusts else Adjustment.BONFERRONI
            chosen = replace(method.specification, adjustment=kind)
            estimate = estimated(method.run, tests)
            adjusted = math.nan if adjusts else float(np.minimum(1, family * estimate.pvalue))
            name = chosen.name(state_adjustment=True)
            yield result(estimate, chosen, method=name, analysis="multiverse", pvalue_adjusted=adjusted, **cells)


def _published(claim: Claim, rest: float) -> Iterator[_Method]:
    """The authors' test; where that is not the signed-rank test, the latter is another analysis."""
    ranks = _Method("published", SIGNED_RANKS, SHIFT, lambda x, y, k: _signed_rank(x, y, 1 - rest / k))
    if claim.published_method == "paired_t":
        chosen = replace(PAIRED, scale=Scale.LINEAR)
        yield _Method("published", chosen, MEAN_DIFFERENCE, lambda x, y, k: _mean_difference(x, y, 1 - rest / k))
    yield ranks if claim.published_method == "signed_rank" else replace(ranks, analysis="multiverse")


def _methods(claim: Claim | None, endpoint: Endpoint, settings: Settings) -> Iterator[_Method]:
    """The methods for a contrast of a claim; for a check, the planned ones."""
    margin = (endpoint.equivalence_margin.low, endpoint.equivalence_margin.high)
    alpha, rest, linear = settings.alpha, 1 - settings.level, Scale.LINEAR
    half = Nondetects.HALF_LIMIT
    of_ratios = (PAIRED, RATIO, _ratio)
    of_differences = (replace(PAIRED, scale=linear), MEAN_DIFFERENCE, _mean_difference)
    is_log = endpoint.equivalence_margin.scale == "log"
    (planned, effect, run), (other, other_effect, run_other) = (
        (of_ratios, of_differences) if is_log else (of_differences, of_ratios)
    )
    if claim:
        yield from _published(claim, rest)
    yield _Method("planned", planned, effect, lambda x, y, k: run(x, y, 1 - alpha / k))
    yield _Method(
        "planned",
        Specification(Method.TOST_PAIRED, planned.scale, nondetects=half),
        effect,
        lambda x, y, k: _equivalence(x, y, margin, alpha / k, "ratio" if is_log else "difference"),
    )
    if claim is None:
        return
    if claim.published_method != "paired_t" or other.scale is not linear:
        yield _Method(
            "multiverse",
            other,
            other_effect,
            lambda x, y, k: replace(run_other(x, y, 1 - rest / k), df=math.nan),
        )
    yield from _rank_and_sign_methods(rest, settings.seed)


def _rank_and_sign_methods(rest: float, seed: int) -> Iterator[_Method]:
    """The tests of the multiverse that need no normal distribution; `rest` is one minus the level of intervals."""
    half = Nondetects.HALF_LIMIT
    yield from (
        _Method(
            "multiverse",
            Specification(Method.SIGNED_RANK, Scale.LOG_RANK),
            RANK_RATIO,
            lambda x, y, k: _signed_rank(_logs(x), _logs(y), 1 - rest / k).as_ratio(),
        ),
        _Method(
            "multiverse",
            Specification(Method.SIGN, Scale.RANK),
            SHARE_RISING,
            lambda x, y, k: _sign(x, y, 1 - rest / k),
        ),
        _Method(
            "multiverse",
            Specification(Method.SIGN_FLIPS, Scale.LINEAR, nondetects=half),
            MEAN_DIFFERENCE,
            lambda x, y, _: _flips(x, y, seed),
        ),
        _Method(
            "multiverse",
            Specification(Method.SIGN_FLIPS, Scale.LOG, nondetects=half),
            RATIO,
            lambda x, y, _: _flips(_logs(x), _logs(y), seed, np.exp),
        ),
    )


def _signed_rank(x: Floats, y: Floats, level: float) -> Estimate:
    test = stats.signed_rank(x, y)
    shift = stats.hodges_lehmann(x, y, paired=True)
    interval = shift.confidence_interval(level)
    return Estimate(
        test.statistic,
        test.pvalue,
        test.midp,
        test.min_pvalue,
        shift.estimate,
        interval.low,
        interval.high,
        interval.level,
        test.ties,
    )


def _ratio(x: Floats, y: Floats, level: float) -> Estimate:
    try:
        ratio = stats.geometric_mean_ratio(x, y, paired=True)
    except ValueError:
        # A change that is the same in every pair has a size, but no spread to test it by.
        return Estimate(estimate=float(np.exp((_logs(x) - _logs(y)).mean())))
    interval = ratio.confidence_interval(level)
    return Estimate(
        ratio.statistic,
        ratio.pvalue,
        estimate=ratio.estimate,
        low=interval.low,
        high=interval.high,
        level=level,
        df=ratio.df,
    )


def _logs(values: Floats) -> Floats:
    if (values <= 0).any():
        raise ValueError("a value of zero or below has no logarithm.")
    return np.asarray(np.log(values))


def _equivalence(
    x: Floats, y: Floats, margin: tuple[float, float], alpha: float, scale: Literal["ratio", "difference"]
) -> Estimate:
    return equivalence_estimate(stats.equivalence(x, y, *margin, scale=scale, paired=True), alpha)


def _mean_difference(x: Floats, y: Floats, level: float) -> Estimate:
    # Differences that are equal but for rounding have no spread, and would pass for an infinite t.
    if np.ptp(x - y) <= 1e-12 * max(np.abs(x).max(), np.abs(y).max()):
        return Estimate(estimate=float(np.mean(x - y)))
    test = scipy.stats.ttest_rel(x, y)
    interval = test.confidence_interval(level)
    return Estimate(
        float(test.statistic),
        float(test.pvalue),
        estimate=float(np.mean(x - y)),
        low=interval.low,
        high=interval.high,
        level=level,
        df=float(test.df),
    )


def _sign(x: Floats, y: Floats, level: float) -> Estimate:
    rises, moved = int((x > y).sum()), int((x != y).sum())
    if not moved:
        return Estimate()
    test = scipy.stats.binomtest(rises, moved)
    interval = test.proportion_ci(level, method="exact")
    min_pvalue = scipy.stats.binomtest(0, moved).pvalue
    return Estimate(
        rises,
        float(test.pvalue),
        min_pvalue=float(min_pvalue),
        estimate=rises / moved,
        low=interval.low,
        high=interval.high,
        level=level,
    )


def _flips(x: Floats, y: Floats, seed: int, back: Callable[[float], float] = float) -> Estimate:
    test = permutation_test(x - y, np.mean, "samples", FLIPS, seed)
    min_pvalue = min(1.0, 2 / min(2.0 ** int((x != y).sum()), FLIPS + 1))
    return Estimate(
        float(test.statistic), float(test.pvalue), min_pvalue=min_pvalue, estimate=float(back(float(np.mean(x - y))))
    )
