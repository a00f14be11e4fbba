"""The rows of a study of independent groups: as published, and as planned, with the rules for values beyond a limit."""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace

import numpy as np

from secretome import stats
from secretome.analysis import counted
from secretome.analysis.arms import Comparison, by_ranks, comparison, effect_of_ranks, rank_test, size_by_ranks
from secretome.analysis.clusters import cluster_rows
from secretome.analysis.multiverse import multiverse_rows
from secretome.analysis.results import (
    BOUND,
    EQUIVALENCE,
    RANKS,
    RATE_RATIO,
    RATIO,
    RATIO_BY_MODEL,
    WELCH,
    Estimate,
    Result,
    Settings,
    attempt,
)
from secretome.analysis.sameness import sameness_rows
from secretome.analysis.trend import slope_difference_row, trend_rows
from secretome.cohort import Study
from secretome.protocol import Zone

MODEL = "censored lognormal model"
EQUIVALENCE_BY_MODEL = "two one-sided tests by the censored lognormal model"
EQUIVALENCE_BY_COUNTS = f"two one-sided tests by the {counted.QUASI_POISSON}"
EQUIVALENCE_OF = {RATIO: EQUIVALENCE, RATE_RATIO: EQUIVALENCE_BY_COUNTS}


def independent_rows(study: Study, settings: Settings) -> Iterator[Result]:
    """Every row: the contrasts of each family of claims, then the checks."""
    claims = study.protocol.claims.values()
    families = dict.fromkeys((claim.endpoint, claim.compared, claim.kind) for claim in claims if claim.compared)
    for endpoint, contrasts, kind in families:
        yield from _family_rows(study, endpoint, contrasts, kind, settings)
    for claim in study.protocol.claims.values():
        if claim.kind == "trend":
            yield from trend_rows(study, claim, settings)
    if "planned" in settings.readings:
        for slopes in study.protocol.slopes.values():
            yield slope_difference_row(study, slopes, 1 - settings.alpha)
        for check in study.protocol.checks.values():
            arms = comparison(study, check.endpoint, check.contrast)
            zone = study.protocol.endpoints[check.endpoint].no_effect
            for row in planned_rows(arms, 1, zone, settings.alpha, ranks_decide=check.test == "mann_whitney"):
                yield _placed(row, study, check.endpoint, check.contrast, arms)


def _family_rows(study: Study, endpoint: str, contrasts: tuple[str, ...], kind: str, settings: Settings) -> Iterator[Result]:
    zone = study.protocol.endpoints[endpoint].no_effect
    compared = {contrast: comparison(study, endpoint, contrast) for contrast in contrasts}
    # The multiverse leaves out what was planned, so it must know it.
    decide = {"planned", "multiverse"} & set(settings.readings)
    planned = {
        contrast: tuple(planned_rows(arms, len(contrasts), zone, settings.alpha, ranks_decide=False)) if decide else ()
        for contrast, arms in compared.items()
    }
    for contrast, arms in compared.items():
        if "published" in settings.readings:
            yield _placed(_published(arms, settings.level), study, endpoint, contrast, arms)
        if "planned" in settings.readings:
            for row in planned[contrast]:
                yield _placed(row, study, endpoint, contrast, arms)
    if "multiverse" in settings.readings and kind == "unchanged":
        for contrast, row in sameness_rows(compared, zone, settings.alpha):
            yield _placed(row, study, endpoint, contrast, compared[contrast])
        for contrast, row in cluster_rows(compared, level=settings.level, together=True, zone=zone, alpha=settings.alpha):
            yield _placed(row, study, endpoint, contrast, compared[contrast])
    elif "multiverse" in settings.readings:
        decided = {contrast: test.method for contrast, (test, _) in planned.items()}
        for contrast, row in multiverse_rows(study, endpoint, compared, decided, settings, together=kind == "every"):
            yield _placed(row, study, endpoint, contrast, compared[contrast])
        for contrast, row in cluster_rows(compared, level=settings.level, together=kind == "every"):
            yield _placed(row, study, endpoint, contrast, compared[contrast])


def _placed(row: Result, study: Study, endpoint: str, contrast: str, arms: Comparison) -> Result:
    """A row with the place it has in the study, and what it was made from; its own n where it has one."""
    return replace(
        row,
        study=study.key,
        cohort=study.cohort.id,
        endpoint=endpoint,
        contrast=contrast,
        n_treated=row.n_treated or arms.treated.n,
        n_control=row.n_control or arms.control.n,
        censored=arms.censored,
        missing=arms.treated.missing + arms.control.missing,
    )


def _published(arms: Comparison, level: float) -> Result:
    estimate = Estimate()
    if arms.n:
        estimate = attempt(lambda: by_ranks(arms)).sized(attempt(lambda: size_by_ranks(arms, level)))
    return Result(
        **asdict(estimate), reading="published", method=rank_test(estimate), alternative="two-sided", effect=effect_of_ranks(arms)
    )


def planned_rows(
    arms: Comparison, family: int, zone: Zone, alpha: float, *, ranks_decide: bool = False, intervals: bool = True
) -> tuple[Result, Result]:
    """The planned test and, beside it, whether the effect is negligible; without the model's `intervals`, which take most of the time.

    Welch's t on logs; where a value is censored, the model; where more than half of an arm is, or `ranks_decide`, the exact test decides
    and the model says how large; where too few values are left for the model, the exact test decides and the values bound the ratio.
    """
    estimate, method, effect, equivalence = _sizes(arms, 1 - alpha / family, zone, alpha, intervals=intervals)
    if ranks_decide or arms.mostly_censored or effect == BOUND:
        estimate = (attempt(lambda: by_ranks(arms)) if arms.n else Estimate()).sized(estimate)
        method = rank_test(estimate)
    adjusted = float(np.minimum(1, family * estimate.pvalue))
    test = Result(**asdict(estimate), reading="planned", method=method, alternative="two-sided", effect=effect, pvalue_adjusted=adjusted)
    name = EQUIVALENCE_OF.get(effect, EQUIVALENCE_BY_MODEL)
    return test, Result(**asdict(equivalence), reading="planned", method=name, alternative="equivalence", effect=effect)


def _sizes(arms: Comparison, level: float, zone: Zone, alpha: float, *, intervals: bool) -> tuple[Estimate, str, str, Estimate]:
    """The ratio by the method that fits what is known of the values, that method, its effect, and the test of equivalence."""
    if arms.treated.zeros or arms.control.zeros:
        # A zero has no logarithm: a model of the counts decides where these are known, else the ranks, and then no ratio is given.
        if counted.throughout([arms], counted.QUASI_POISSON):
            with suppress(ValueError):
                counts = counted.fitted(arms, counted.QUASI_POISSON)
                return counted.ratio(counts, level), counted.QUASI_POISSON, RATE_RATIO, counted.sameness(counts, zone, alpha)
        return Estimate(), RANKS, BOUND, Estimate()
    if not arms.censored:
        if arms.n < 2:
            return Estimate(), WELCH, RATIO, Estimate()
        return _welch(arms, level), WELCH, RATIO, attempt(lambda: _equivalence(arms, zone, alpha))
    if not arms.n:
        return Estimate(), RANKS, BOUND, Estimate()
    try:
        fit = _fitted(arms)
    except ValueError:
        return _bound(arms) if arms.n else Estimate(), RANKS, BOUND, Estimate()
    return (
        attempt(lambda: _model(fit, level, intervals=intervals)),
        MODEL,
        RATIO_BY_MODEL,
        attempt(lambda: _equivalence_by_model(fit, zone, alpha, intervals=intervals)),
    )


def _welch(arms: Comparison, level: float) -> Estimate:
    try:
        ratio = stats.geometric_mean_ratio(arms.treated.lower, arms.control.lower)
    except ValueError:
        # Groups without any spread differ by a factor that has no test.
        return Estimate(estimate=float(np.exp(np.log(arms.treated.lower).mean() - np.log(arms.control.lower).mean())))
    interval = ratio.confidence_interval(level)
    low, high = interval
    return Estimate(ratio.statistic, ratio.pvalue, estimate=ratio.estimate, low=low, high=high, level=level, df=ratio.df)


def _equivalence(arms: Comparison, zone: Zone, alpha: float) -> Estimate:
    test = stats.equivalence(arms.treated.lower, arms.control.lower, zone.low, zone.high, scale="ratio")
    interval = test.confidence_interval(1 - 2 * alpha)
    return Estimate(test.statistic, test.pvalue, estimate=test.estimate, low=interval.low, high=interval.high, level=interval.level)


def _model(fit: stats.CensoredLognormalResult, level: float, *, intervals: bool) -> Estimate:
    found = Estimate(float(fit.statistic[0]), float(fit.pvalue[0]), estimate=float(fit.estimate[0]), df=float(fit.df[0]))
    return found.sized(_interval(fit, level)) if intervals else found


def _interval(fit: stats.CensoredLognormalResult, level: float) -> Estimate:
    interval = fit.confidence_interval(level)
    return Estimate(estimate=float(fit.estimate[0]), low=float(interval.low[0]), high=float(interval.high[0]), level=level)


def _equivalence_by_model(fit: stats.CensoredLognormalResult, zone: Zone, alpha: float, *, intervals: bool) -> Estimate:
    sides = (fit.against(zone.low, "greater"), fit.against(zone.high, "less"))
    statistic, pvalue = max(((float(test[0][0]), float(test[1][0])) for test in sides), key=lambda test: test[1])
    found = Estimate(statistic, pvalue, estimate=float(fit.estimate[0]))
    return found.sized(_interval(fit, 1 - 2 * alpha)) if intervals else found


def _fitted(arms: Comparison) -> stats.CensoredLognormalResult:
    lower = np.concatenate([arms.control.lower, arms.treated.lower])
    upper = np.concatenate([arms.control.upper, arms.treated.upper])
    group = np.repeat([0, 1], [arms.control.n, arms.treated.n])
    # A titre lies between its dilution and the next: taken as a point, those at the plate's ends would pull the spread.
    upper = np.where(lower == upper, arms.step * upper, upper)
    return stats.censored_lognormal(lower, upper, group, least_log_sd=math.log(arms.step) / math.sqrt(12))


def _bound(arms: Comparison) -> Estimate:
    low, high = arms.ratio_bounds
    return Estimate(low=low, high=high)
