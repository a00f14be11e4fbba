"""The rows of a claim that one effect is higher than another: planned, and every other reasonable analysis."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from secretome import stats
from secretome.analysis.pooled_variance import pooled_variance, t_test
from secretome.analysis.results import (
    DIFFERENCE_OF_DIFFERENCES,
    MEAN_DIFFERENCE,
    RATIO,
    RATIO_OF_TWO_RATIOS,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
    result,
)
from secretome.analysis.samples import GroupSample, contrast_equivalence, contrast_estimate_with_df, group_sample
from secretome.analysis.specification import Method, Nondetects, Scale, Specification
from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin, sides

# The weights of the four groups: the first effect's treated and control, then the second's.
WEIGHTS = np.array([1.0, -1.0, -1.0, 1.0])
HALF = 0.5
INTERACTION = Specification(Method.INTERACTION, Scale.LOG)
TOST_INTERACTION = Specification(Method.TOST_INTERACTION, Scale.LOG)
EFFECT = Specification(Method.EFFECT, Scale.LOG)


def interaction_rows(study: Study, claim: Claim, settings: Settings) -> Iterator[Result]:
    """Yield the ratio of the two ratios, or the difference of the two differences, and each effect by itself."""
    groups = [group for effect in claim.effects for group in sides(effect)]
    samples = [group_sample(study, claim.endpoint, group) for group in groups]
    margin = study.protocol.endpoints[claim.endpoint].equivalence_margin
    logs, block = margin.scale == "log", study.protocol.block
    n = min(sample.n for sample in samples)
    place = partial(
        replace,
        study=study.key,
        cohort=study.cohort.id,
        endpoint=claim.endpoint,
        contrast=claim.contrast,
        n_treated=min(sample.n for sample in samples[:2]),
        n_control=min(sample.n for sample in samples[2:]),
        censored=sum(sample.censored for sample in samples),
        missing=sum(sample.missing for sample in samples),
    )
    if "planned" in settings.analyses:
        fit = _fit(samples, block, logs=logs) if n >= 2 else None
        for row in _planned(fit, margin, settings.alpha):
            yield place(row)
        for position, contrast in enumerate(claim.effects):
            if contrast not in _decided(study, claim.endpoint):
                yield _effect_row(place, samples, position, contrast, settings.alpha, block, logs=logs)
    if "multiverse" in settings.analyses:
        for specification, effect, estimate in _others(samples, block, settings.level, logs=logs):
            yield place(result(estimate, specification, analysis="multiverse", effect=effect))


def _decided(study: Study, endpoint: str) -> set[str]:
    """The contrasts of an endpoint that claims or checks test by themselves."""
    protocol = study.protocol
    claims = [contrast for one in protocol.claims.values() if one.endpoint == endpoint for contrast in one.compared]
    claims += [
        contrast for panel in protocol.panels.values() if endpoint in panel.endpoints for contrast in panel.contrasts
    ]
    return {*claims, *(check.contrast for check in protocol.checks.values() if check.endpoint == endpoint)}


def _planned(fit: stats.WelchContrastsResult | None, margin: EquivalenceMargin, alpha: float) -> tuple[Result, Result]:
    """The test of the interaction, and the test that it is negligible."""
    logs = margin.scale == "log"
    effect = RATIO_OF_TWO_RATIOS if logs else DIFFERENCE_OF_DIFFERENCES
    test, inside = Estimate(), Estimate()
    if fit is not None:
        test, inside = contrast_estimate_with_df(fit, 1 - alpha), contrast_equivalence(fit, margin, alpha)
    row = result(test, _on(INTERACTION, logs=logs), analysis="planned", effect=effect, pvalue_adjusted=test.pvalue)
    specification = _on(TOST_INTERACTION, logs=logs)
    equivalence = result(inside, specification, analysis="planned", alternative="equivalence", effect=effect)
    return row.with_simultaneous(test), equivalence


def _effect_row(
    place: "partial[Result]",
    samples: Sequence[GroupSample],
    position: int,
    contrast: str,
    alpha: float,
    block: str,
    *,
    logs: bool,
) -> Result:
    """One of the two effects, for the reader: the claim is decided by their difference alone."""
    own = samples[2 * position : 2 * position + 2]
    few = min(sample.n for sample in own) < 2
    fit = None if few else _fit(own, block, logs=logs, weights=np.array([1.0, -1.0]))
    estimate = Estimate() if fit is None else contrast_estimate_with_df(fit, 1 - alpha)
    row = place(result(estimate, _on(EFFECT, logs=logs), analysis="planned", effect=RATIO if logs else MEAN_DIFFERENCE))
    return replace(
        row,
        contrast=contrast,
        n_treated=own[0].n,
        n_control=own[1].n,
        censored=sum(sample.censored for sample in own),
        missing=sum(sample.missing for sample in own),
    )


def _fit(
    samples: Sequence[GroupSample], block: str, *, logs: bool, weights: Floats = WEIGHTS
) -> stats.WelchContrastsResult | None:
    """Welch's contrast of the group means, adjusted for the blocks; None if the values leave no test."""
    if any(sample.censored or (logs and sample.zeros) for sample in samples):
        return None
    values = [sample.lower for sample in samples]
    try:
        if block:
            labels = [sample.labels[block].tolist() for sample in samples]
            return stats.block_contrasts(values, labels, [weights], scale="log" if logs else "linear")
        return stats.welch_contrasts(values, [weights], scale="log" if logs else "linear")
    except ValueError:
        return None


def _others(
    samples: Sequence[GroupSample], block: str, level: float, *, logs: bool
) -> Iterator[tuple[Specification, str, Estimate]]:
    """The other tests: one variance for all groups, the other scale, and, with a block, none."""
    for scale in (Scale.LOG, Scale.LINEAR):
        on_logs = scale is Scale.LOG
        planned = on_logs == logs and not block and not any(sample.censored for sample in samples)
        effect = RATIO_OF_TWO_RATIOS if on_logs else DIFFERENCE_OF_DIFFERENCES
        for test, run in ((Method.INTERACTION, _welch), (Method.INTERACTION_POOLED, _pooled)):
            if not (planned and test is Method.INTERACTION):
                specification = Specification(test, scale, nondetects=Nondetects.HALF_LIMIT)
                yield specification, effect, estimate_or_nan(partial(run, samples, level, logs=on_logs))


def _welch(samples: Sequence[GroupSample], level: float, *, logs: bool) -> Estimate:
    fit = stats.welch_contrasts(_values(samples, logs=logs), [WEIGHTS])
    estimate = contrast_estimate_with_df(fit, level)
    return estimate.as_ratio() if logs else estimate


def _pooled(samples: Sequence[GroupSample], level: float, *, logs: bool) -> Estimate:
    """The same with one variance, as in an analysis of variance of the four groups."""
    groups = _values(samples, logs=logs)
    variance, df = pooled_variance(groups)
    error = math.sqrt(variance * sum(1 / group.size for group in groups))
    estimate = replace(t_test(float(WEIGHTS @ [group.mean() for group in groups]), error, df, level), df=float(df))
    return estimate.as_ratio() if logs else estimate


def _values(samples: Sequence[GroupSample], *, logs: bool) -> list[Floats]:
    if min(sample.n for sample in samples) < 2:
        raise ValueError("too few values.")
    if logs and any(sample.zeros for sample in samples):
        raise ValueError("a zero has no logarithm.")
    values = [sample.replaced(HALF) for sample in samples]
    return [np.log(group) for group in values] if logs else values


def _on(specification: Specification, *, logs: bool) -> Specification:
    return specification if logs else replace(specification, scale=Scale.LINEAR)
