"""The rows of a claim that a response changes with the dose: published, planned and every other reasonable analysis."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import scipy

from secretome import stats
from secretome.analysis.permutations import PERMUTATIONS, permutation_test
from secretome.analysis.pooled_variance import pooled_variance, t_test
from secretome.analysis.results import (
    DIFFERENCE_OF_SLOPES,
    MEAN_DIFFERENCE,
    RANK_CORRELATION,
    RATIO,
    RATIO_OF_RATIOS,
    RISING_PAIRS,
    TREND_DIFFERENCE,
    TREND_RATIO,
    AnalysisName,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
    result,
)
from secretome.analysis.samples import GroupSample, contrast_estimate_with_df, group_sample, ranked
from secretome.analysis.specification import Dose, Method, Nondetects, Scale, Specification
from secretome.cohort import Study
from secretome.protocol import Claim, SlopeDifference

DOSE_SCALES: dict[Dose, Callable[[Floats], Floats]] = {
    Dose.LOG: np.log,
    Dose.LINEAR: lambda doses: doses,
    Dose.RANK: lambda doses: np.arange(1.0, doses.size + 1),
}
SLOPE = Specification(Method.SLOPE, Scale.LOG, Dose.LOG, nondetects=Nondetects.HALF_LIMIT)
ADJACENT_DOSES = Specification(Method.ADJACENT_DOSES, Scale.LOG)
SLOPE_DIFFERENCE = Specification(Method.SLOPE_DIFFERENCE, Scale.LOG, Dose.LOG)
JONCKHEERE = Specification(Method.JONCKHEERE, Scale.RANK)


def trend_rows(study: Study, claim: Claim, settings: Settings) -> Iterator[Result]:
    """The slope over the doses, each step between them, and Jonckheere's test; the control takes no sample.

    With the control, a flat plateau above it would be called dependent on the dose.
    """
    samples = [group_sample(study, claim.endpoint, group) for group in claim.doses]
    doses = np.array([study.protocol.groups[group].dose or np.nan for group in claim.doses])
    n = min(sample.n for sample in samples)
    logs = study.protocol.endpoints[claim.endpoint].equivalence_margin.scale == "log"
    place = partial(
        replace,
        study=study.key,
        cohort=study.cohort.id,
        endpoint=claim.endpoint,
        contrast=claim.contrast,
        n_treated=n,
        n_control=n,
        censored=sum(sample.censored for sample in samples),
        missing=sum(sample.missing for sample in samples),
    )
    of_authors: AnalysisName = "published" if claim.published_method else "multiverse"
    if of_authors in settings.analyses:
        test = estimate_or_nan(lambda: _ranks(samples)) if n else Estimate()
        yield place(result(test, JONCKHEERE, analysis=of_authors, effect=RISING_PAIRS))
    if "planned" in settings.analyses:
        specification, effect, slope = (
            _on_scale(SLOPE, logs=logs),
            TREND_RATIO if logs else TREND_DIFFERENCE,
            Estimate(),
        )
        if n and any(sample.censored or (logs and sample.zeros) for sample in samples):
            # No slope goes through a value without a logarithm: the ranks decide.
            specification, effect, slope = JONCKHEERE, RISING_PAIRS, estimate_or_nan(lambda: _ranks(samples))
        elif n >= 2:
            slope = estimate_or_nan(
                lambda: _contrast(samples, slope_weights(np.log(doses)), 1 - settings.alpha, logs=logs)
            )
        row = result(slope, specification, analysis="planned", effect=effect, pvalue_adjusted=slope.pvalue)
        yield place(row.with_simultaneous(slope))
        for position, name in enumerate(claim.adjacent):
            of_step = partial(_step, samples, position, settings.alpha, logs=logs)
            step = estimate_or_nan(of_step) if n >= 2 else Estimate()
            adjusted = float(np.minimum(1, len(claim.adjacent) * step.pvalue))
            specification, effect = _on_scale(ADJACENT_DOSES, logs=logs), RATIO if logs else MEAN_DIFFERENCE
            row = result(step, specification, analysis="planned", effect=effect, pvalue_adjusted=adjusted)
            yield replace(place(row.with_simultaneous(step)), contrast=name)
    if "multiverse" in settings.analyses:
        for specification, effect, run in _others(samples, doses, settings, logs=logs):
            estimate = estimate_or_nan(run) if n >= 2 else Estimate()
            yield place(result(estimate, specification, analysis="multiverse", effect=effect))


def slope_difference_row(study: Study, slopes: SlopeDifference, level: float) -> Result:
    """The ratio of the highest-to-lowest-dose ratios of two series of groups, as a row."""
    groups = (*slopes.doses, *slopes.other_doses)
    samples = [group_sample(study, slopes.endpoint, group) for group in groups]
    first, second = (
        slope_weights(np.log([study.protocol.groups[group].dose or np.nan for group in series]))
        for series in (slopes.doses, slopes.other_doses)
    )
    n = min(sample.n for sample in samples)
    logs = study.protocol.endpoints[slopes.endpoint].equivalence_margin.scale == "log"
    weights = np.append(first, -second)
    estimate = estimate_or_nan(lambda: _contrast(samples, weights, level, logs=logs)) if n >= 2 else Estimate()
    return result(
        estimate,
        _on_scale(SLOPE_DIFFERENCE, logs=logs),
        study=study.key,
        cohort=study.cohort.id,
        endpoint=slopes.endpoint,
        contrast=slopes.contrast,
        analysis="planned",
        effect=RATIO_OF_RATIOS if logs else DIFFERENCE_OF_SLOPES,
        n_treated=min(sample.n for sample in samples[: len(slopes.doses)]),
        n_control=min(sample.n for sample in samples[len(slopes.doses) :]),
        censored=sum(sample.censored for sample in samples),
        missing=sum(sample.missing for sample in samples),
    )


def slope_weights(x: Floats) -> Floats:
    """Weights of group means that give the difference of last and first group by the least-squares slope on x."""
    centred = x - x.mean()
    return np.asarray((x[-1] - x[0]) * centred / (centred**2).sum())


def _on_scale(specification: Specification, *, logs: bool) -> Specification:
    return specification if logs else replace(specification, scale=Scale.LINEAR)


def _others(
    samples: list[GroupSample], doses: Floats, settings: Settings, *, logs: bool
) -> Iterator[tuple[Specification, str, Callable[[], Estimate]]]:
    """The other tests of a trend: specification, effect, and the computation."""
    slopes = {
        Method.SLOPE: _welch_slope,
        Method.SLOPE_POOLED: _pooled_slope,
        Method.REGRESSION: _regression,
    }
    for (test, slope), (dose, spaced), scale in product(slopes.items(), DOSE_SCALES.items(), (Scale.LOG, Scale.LINEAR)):
        specification = Specification(test, scale, dose, nondetects=Nondetects.HALF_LIMIT)
        if specification != _on_scale(SLOPE, logs=logs):
            on_logs = scale is Scale.LOG
            effect = TREND_RATIO if on_logs else MEAN_DIFFERENCE if logs else TREND_DIFFERENCE
            yield specification, effect, partial(slope, samples, spaced(doses), settings.level, logs=on_logs)
    yield Specification(Method.JONCKHEERE_MIDP, Scale.RANK), RISING_PAIRS, lambda: _midp(samples)
    spearman = Specification(Method.SPEARMAN, Scale.RANK)
    yield spearman, RANK_CORRELATION, lambda: _spearman(samples, settings.seed)


def _step(samples: list[GroupSample], position: int, alpha: float, *, logs: bool) -> Estimate:
    """The ratio of a dose to the one below it, or their difference, at a level that holds for all steps together."""
    weights = np.zeros(len(samples))
    weights[[position, position + 1]] = -1, 1
    return _contrast(samples, weights, 1 - alpha / (len(samples) - 1), logs=logs)


def _contrast(samples: list[GroupSample], weights: Floats, level: float, *, logs: bool = True) -> Estimate:
    test = stats.welch_contrasts(_uncensored(samples, logs=logs), [weights], scale="log" if logs else "linear")
    return contrast_estimate_with_df(test, level)


def _welch_slope(samples: list[GroupSample], x: Floats, level: float, *, logs: bool) -> Estimate:
    return _contrast(samples, slope_weights(x), level, logs=logs)


def _pooled_slope(samples: list[GroupSample], x: Floats, level: float, *, logs: bool) -> Estimate:
    """The same contrast with one spread for all doses."""
    groups = [np.log(values) if logs else values for values in _uncensored(samples, logs=logs)]
    weights, (variance, df) = slope_weights(x), pooled_variance(groups)
    error = float(np.sqrt(variance * (weights**2 / [group.size for group in groups]).sum()))
    estimate = t_test(float(weights @ [group.mean() for group in groups]), error, df, level)
    return estimate.as_ratio() if logs else estimate


def _regression(samples: list[GroupSample], x: Floats, level: float, *, logs: bool) -> Estimate:
    """A straight line through all animals, its error from the scatter about the line."""
    groups = [np.log(values) if logs else values for values in _uncensored(samples, logs=logs)]
    places = np.repeat(x, [group.size for group in groups])
    fit = scipy.stats.linregress(places, np.concatenate(groups))
    span = float(x[-1] - x[0])
    estimate = t_test(span * float(fit.slope), span * float(fit.stderr), places.size - 2, level)
    return estimate.as_ratio() if logs else estimate


def _ranks(samples: list[GroupSample]) -> Estimate:
    test = stats.jonckheere_terpstra(ranked(samples))
    pairs = sum(first.n * second.n for position, second in enumerate(samples) for first in samples[:position])
    # From -1, every pair falling, to 1, every pair rising.
    estimate = 2 * test.statistic / pairs - 1
    return Estimate(test.statistic, test.pvalue, test.midp, test.min_pvalue, estimate=estimate, ties=test.ties)


def _midp(samples: list[GroupSample]) -> Estimate:
    test = _ranks(samples)
    return replace(test, pvalue=test.midp)


def _spearman(samples: list[GroupSample], seed: int) -> Estimate:
    """Spearman's correlation of dose and response over animals, with a permutation p because doses are tied."""
    scores = ranked(samples)
    places = np.repeat(np.arange(len(scores)), [sample.size for sample in scores])
    ranks = scipy.stats.rankdata(np.concatenate(scores))
    if not np.ptp(ranks):
        raise ValueError("the values do not vary.")
    test = permutation_test(
        ranks,
        lambda rows, axis: ((rows - rows.mean(axis=axis, keepdims=True)) * (places - places.mean())).sum(axis=axis),
        "pairings",
        PERMUTATIONS,
        seed,
    )
    rho = float(np.corrcoef(scipy.stats.rankdata(places), ranks)[0, 1])
    return Estimate(rho, float(test.pvalue), estimate=rho)


def _uncensored(samples: Sequence[GroupSample], *, logs: bool) -> list[Floats]:
    if any(sample.censored for sample in samples):
        raise ValueError("a slope is not fitted through censored values.")
    if logs and any(sample.zeros for sample in samples):
        raise ValueError("a zero has no logarithm.")
    return [sample.lower for sample in samples]
