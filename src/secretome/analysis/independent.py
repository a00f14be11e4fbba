"""The rows of a study of independent groups: as published, and as planned, with the rules for values beyond a limit."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Literal

import numpy as np

from secretome import stats
from secretome.analysis import count_models
from secretome.analysis.adjusted import PlannedMethods, methods_in_blocks, methods_with_baseline, only
from secretome.analysis.baseline import adjusts_for_baseline, baseline_rows
from secretome.analysis.blocks import VAN_ELTEREN, block_ranks, block_rows
from secretome.analysis.clusters import cluster_rows
from secretome.analysis.equivalence import equivalence_estimate, equivalence_rows
from secretome.analysis.interaction import interaction_rows
from secretome.analysis.multiverse import Known, multiverse_rows
from secretome.analysis.panels import adjusted_over_panel, panel_claims
from secretome.analysis.published import published_test
from secretome.analysis.results import (
    BOUND,
    MEAN_DIFFERENCE,
    RATE_RATIO,
    RATIO,
    RATIO_BY_MODEL,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
    result,
)
from secretome.analysis.samples import (
    Comparison,
    by_ranks,
    comparison,
    group_sample,
    rank_test,
    two_one_sided,
    welch_difference,
)
from secretome.analysis.specification import Adjustment, Method, Nondetects, Scale, Specification
from secretome.analysis.survival import survival_planned, survival_rows
from secretome.analysis.trend import slope_difference_row, trend_rows
from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin

# The test of equivalence that goes with the planned test of an effect.
EQUIVALENCE_TESTS = {
    RATIO: Specification(Method.TOST_WELCH, Scale.LOG, nondetects=Nondetects.HALF_LIMIT),
    RATE_RATIO: Specification(Method.TOST_QUASI_POISSON, Scale.COUNT),
    MEAN_DIFFERENCE: Specification(Method.TOST_WELCH, Scale.LINEAR, nondetects=Nondetects.HALF_LIMIT),
}
EQUIVALENCE_BY_MODEL = Specification(Method.TOST_CENSORED_MODEL, Scale.LOG)
WELCH = Specification(Method.WELCH, Scale.LOG, nondetects=Nondetects.HALF_LIMIT)
WELCH_LINEAR = replace(WELCH, scale=Scale.LINEAR)
MODEL = Specification(Method.CENSORED_MODEL, Scale.LOG)
COUNTS = Specification(Method.QUASI_POISSON, Scale.COUNT)
RANKS = Specification(Method.MANN_WHITNEY, Scale.RANK)


def independent_rows(study: Study, settings: Settings) -> Iterator[Result]:
    """Every row: the contrasts of each family of claims, then the checks."""
    claims = study.protocol.claims.values()
    families = {
        (claim.endpoint, claim.compared, claim.together, claim.is_equivalence): claim
        for claim in claims
        if claim.compared and not claim.panel
    }
    for claim in families.values():
        if study.protocol.is_survival(claim.endpoint):
            for contrast, pair, row in survival_rows(study, claim, settings):
                yield _placed(row, study, claim.endpoint, contrast, pair)
        else:
            yield from _family_rows(study, claim, settings)
    for panel in study.protocol.panels.values():
        of_panel = [
            row for one in panel_claims(study, panel) for row in _family_rows(study, one, settings, tests=panel.size)
        ]
        yield from adjusted_over_panel(of_panel, panel.adjust)
    for claim in study.protocol.claims.values():
        if claim.over_doses:
            yield from trend_rows(study, claim, settings)
        elif claim.of_effects:
            yield from interaction_rows(study, claim, settings)
    if "planned" in settings.analyses:
        for slopes in study.protocol.slopes.values():
            yield slope_difference_row(study, slopes, 1 - settings.alpha)
        for check in study.protocol.checks.values():
            pair = comparison(study, check.endpoint, check.contrast)
            margin = study.protocol.endpoints[check.endpoint].equivalence_margin
            rows = (
                survival_planned(pair, 1, margin, settings.alpha)
                if check.test == "logrank"
                else planned_rows(pair, 1, margin, settings.alpha, ranks_decide=check.test == "mann_whitney")
            )
            for row in rows:
                yield _placed(row, study, check.endpoint, check.contrast, pair)


def _family_rows(study: Study, claim: Claim, settings: Settings, tests: int = 0) -> Iterator[Result]:
    """The rows of a family of contrasts; `tests` is their number, if it is larger than that of the contrasts."""
    endpoint, margin = claim.endpoint, study.protocol.endpoints[claim.endpoint].equivalence_margin
    compared = {contrast: comparison(study, endpoint, contrast) for contrast in claim.compared}
    # The multiverse leaves out what was published and planned, so it must know both.
    needs_published = claim.published_method and {"published", "multiverse"} & set(settings.analyses)
    of_authors = _published(study, claim, compared, settings) if needs_published else {}
    if {"planned", "multiverse"} & set(settings.analyses):
        planned = {
            contrast: planned_rows(pair, tests or len(compared), margin, settings.alpha, together=claim.together)
            for contrast, pair in compared.items()
        }
    for contrast, pair in compared.items():
        if "published" in settings.analyses and (published := of_authors.get(contrast)):
            yield _placed(published, study, endpoint, contrast, pair)
        if "planned" in settings.analyses:
            for row in planned[contrast]:
                yield _placed(row, study, endpoint, contrast, pair)
    if "multiverse" in settings.analyses:
        # No test of a difference is planned for a claim that nothing changes.
        decided = {
            contrast: None if claim.is_equivalence else test.specification for contrast, (test, _) in planned.items()
        }
        known = Known(decided, {contrast: row.specification for contrast, row in of_authors.items()})
        for contrast, row in _multiverse(study, claim, compared, known, settings, tests or len(compared)):
            yield _placed(row, study, endpoint, contrast, compared[contrast])


def _multiverse(
    study: Study,
    claim: Claim,
    compared: Mapping[str, Comparison],
    known: Known,
    settings: Settings,
    tests: int,
) -> Iterator[tuple[str, Result]]:
    margin, together = study.protocol.endpoints[claim.endpoint].equivalence_margin, claim.together
    if claim.is_equivalence:
        yield from equivalence_rows(compared, margin, settings.alpha)
        yield from cluster_rows(compared, level=settings.level, together=True, margin=margin, alpha=settings.alpha)
    yield from multiverse_rows(study, claim.endpoint, compared, known, settings, together=together, tests=tests)
    yield from cluster_rows(compared, level=settings.level, together=together, tests=tests)
    if study.protocol.baseline is not None:
        yield from baseline_rows(compared, level=settings.level, times=1 if together else tests)
    if study.protocol.block:
        yield from block_rows(compared, known.planned, level=settings.level, times=1 if together else tests)


def _placed(row: Result, study: Study, endpoint: str, contrast: str, pair: Comparison) -> Result:
    """A row with its study, cohort, endpoint and contrast; its own n is kept if it has one."""
    return replace(
        row,
        study=study.key,
        cohort=study.cohort.id,
        endpoint=endpoint,
        contrast=contrast,
        n_treated=row.n_treated or pair.treated.n,
        n_control=row.n_control or pair.control.n,
        censored=pair.censored,
        missing=pair.treated.missing + pair.control.missing,
    )


def _published(study: Study, claim: Claim, compared: Mapping[str, Comparison], settings: Settings) -> dict[str, Result]:
    """The authors' test of each contrast of a family; an empty row where the values leave none."""
    groups = {group: group_sample(study, claim.endpoint, group) for group in study.protocol.groups}
    rows = {}
    for contrast, pair in compared.items():
        test = published_test(claim.published_method, groups, pair, contrast, settings.level)
        rows[contrast] = result(test.estimate, test.specification, analysis="published", effect=test.effect)
    return rows


def planned_rows(
    pair: Comparison,
    family: int,
    margin: EquivalenceMargin,
    alpha: float,
    *,
    ranks_decide: bool = False,
    intervals: bool = True,
    together: bool = False,
) -> tuple[Result, Result]:
    """The planned test and the test of equivalence; without `intervals` the model's, which are slow, are omitted.

    Welch's t, on logs unless the scale of the comparison is linear; where a value is
    censored, the model; where more than half of a group is, or `ranks_decide`, the
    exact test decides and the model says how large; where too few values are left for the model, the exact test decides
    and the values bound the ratio. With a block, a linear model with the blocks, or van Elteren's exact test, which
    ranks within blocks.

    With `together`, a claim needs every contrast of the family, so the interval is that of the unadjusted p, at ``1 -
    alpha``; without, it is that of the adjusted p, at ``1 - alpha / family``. The simultaneous interval always belongs
    to the adjusted p.
    """
    methods = _methods(pair, margin, intervals=intervals)
    simultaneous = methods.estimate(1 - alpha / family)
    estimate = methods.estimate(1 - alpha) if together and family > 1 else simultaneous
    specification = methods.test
    if ranks_decide or _needs_ranks(pair, methods):
        ranks = block_ranks if pair.block else by_ranks
        estimate = (estimate_or_nan(lambda: ranks(pair)) if pair.n else Estimate()).sized(estimate)
        specification = VAN_ELTEREN if pair.block else rank_test(estimate)
    if family > 1 and not together:
        specification = replace(specification, adjustment=Adjustment.BONFERRONI)
    test = result(
        estimate,
        specification,
        analysis="planned",
        effect=methods.effect,
        pvalue_adjusted=float(np.minimum(1, family * estimate.pvalue)),
    )
    inside = methods.equivalence(alpha)
    equivalence = result(
        inside,
        methods.inside or EQUIVALENCE_TESTS.get(methods.effect, EQUIVALENCE_BY_MODEL),
        analysis="planned",
        alternative="equivalence",
        effect=methods.effect,
    )
    if together:
        adjusted = float(np.minimum(1, family * inside.pvalue))
        equivalence = replace(equivalence, pvalue_adjusted=adjusted).with_simultaneous(
            methods.equivalence(alpha / family)
        )
    return test.with_simultaneous(simultaneous), equivalence


def ranks_decide(pair: Comparison, margin: EquivalenceMargin) -> bool:
    """Whether a rank test decides a comparison, because its values leave no other test."""
    return _needs_ranks(pair, _methods(pair, margin, intervals=False))


def _needs_ranks(pair: Comparison, methods: PlannedMethods) -> bool:
    return pair.mostly_censored or methods.effect == BOUND


def _methods(pair: Comparison, margin: EquivalenceMargin, *, intervals: bool) -> PlannedMethods:
    """The methods for these values, which may include zeros and censored values."""
    if pair.block:
        return methods_in_blocks(pair, margin)
    if adjusts_for_baseline(pair):
        return methods_with_baseline(pair, margin)
    if pair.scale == "linear":
        if pair.n < 2:
            return only(WELCH_LINEAR, MEAN_DIFFERENCE)
        return PlannedMethods(
            WELCH_LINEAR,
            MEAN_DIFFERENCE,
            lambda level: welch_difference(pair.treated.lower, pair.control.lower, level),
            lambda tail: estimate_or_nan(lambda: _equivalence(pair, margin, tail)),
        )
    if pair.treated.zeros or pair.control.zeros:
        # Zero has no logarithm: a model of the counts decides if these are known, otherwise ranks, without a ratio.
        if count_models.throughout([pair], Method.QUASI_POISSON):
            with suppress(ValueError):
                counts = count_models.fitted(pair, Method.QUASI_POISSON)
                return PlannedMethods(
                    COUNTS,
                    RATE_RATIO,
                    lambda level: count_models.ratio(counts, level),
                    lambda tail: count_models.equivalence(counts, margin, tail),
                )
        return only(RANKS, BOUND)
    if not pair.censored:
        if pair.n < 2:
            return only(WELCH, RATIO)
        return PlannedMethods(
            WELCH,
            RATIO,
            lambda level: _welch(pair, level),
            lambda tail: estimate_or_nan(lambda: _equivalence(pair, margin, tail)),
        )
    if not pair.n:
        return only(RANKS, BOUND)
    try:
        fit = _fitted(pair)
    except ValueError:
        return only(RANKS, BOUND, _bound(pair))
    return PlannedMethods(
        MODEL,
        RATIO_BY_MODEL,
        lambda level: estimate_or_nan(lambda: _model(fit, level, intervals=intervals)),
        lambda tail: estimate_or_nan(lambda: _equivalence_by_model(fit, margin, tail, intervals=intervals)),
    )


def _welch(pair: Comparison, level: float) -> Estimate:
    try:
        ratio = stats.geometric_mean_ratio(pair.treated.lower, pair.control.lower)
    except ValueError:
        # Groups without any spread differ by a factor that has no test.
        return Estimate(estimate=float(np.exp(np.log(pair.treated.lower).mean() - np.log(pair.control.lower).mean())))
    interval = ratio.confidence_interval(level)
    low, high = interval
    return Estimate(
        ratio.statistic, ratio.pvalue, estimate=ratio.estimate, low=low, high=high, level=level, df=ratio.df
    )


def _equivalence(pair: Comparison, margin: EquivalenceMargin, alpha: float) -> Estimate:
    scale: Literal["ratio", "difference"] = "ratio" if pair.scale == "log" else "difference"
    test = stats.equivalence(pair.treated.lower, pair.control.lower, margin.low, margin.high, scale=scale)
    return equivalence_estimate(test, alpha)


def _model(fit: stats.CensoredLognormalResult, level: float, *, intervals: bool) -> Estimate:
    fitted_estimate = Estimate(
        float(fit.statistic[0]), float(fit.pvalue[0]), estimate=float(fit.estimate[0]), df=float(fit.df[0])
    )
    return fitted_estimate.sized(_interval(fit, level)) if intervals else fitted_estimate


def _interval(fit: stats.CensoredLognormalResult, level: float) -> Estimate:
    interval = fit.confidence_interval(level)
    return Estimate(
        estimate=float(fit.estimate[0]), low=float(interval.low[0]), high=float(interval.high[0]), level=level
    )


def _equivalence_by_model(
    fit: stats.CensoredLognormalResult, margin: EquivalenceMargin, alpha: float, *, intervals: bool
) -> Estimate:
    fitted_estimate = Estimate(*two_one_sided(fit, margin), estimate=float(fit.estimate[0]))
    return fitted_estimate.sized(_interval(fit, 1 - 2 * alpha)) if intervals else fitted_estimate


def _fitted(pair: Comparison) -> stats.CensoredLognormalResult:
    lower = np.concatenate([pair.control.lower, pair.treated.lower])
    upper = np.concatenate([pair.control.upper, pair.treated.upper])
    return fit_censored_model(lower, upper, (pair.control.n, pair.treated.n), pair.step)


def fit_censored_model(
    lower: Floats, upper: Floats, sizes: Sequence[int], step: float
) -> stats.CensoredLognormalResult:
    """The censored model of a control and a treated group, whose values follow each other along the last axis.

    `sizes` are the numbers of values in both groups, and `step` is as in `Comparison`. Arrays with more than one axis
    hold many cohorts.
    """
    group = np.repeat([0, 1], sizes)
    # A titre lies between its dilution and the next: taken as a point, those at the plate's ends would pull the spread.
    upper = np.where(lower == upper, step * upper, upper)
    axis = None if lower.ndim == 1 else -1
    return stats.censored_lognormal(lower, upper, group, min_log_sd=math.log(step) / math.sqrt(12), axis=axis)


def _bound(pair: Comparison) -> Estimate:
    low, high = pair.ratio_bounds
    return Estimate(low=low, high=high)
