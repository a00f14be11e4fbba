"""Every other reasonable analysis of independent groups: tests, scales, adjustments, values for censored ones."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from secretome import stats
from secretome.analysis import count_models
from secretome.analysis.permutations import brunner_munzel, permutation_of_means
from secretome.analysis.pooled_variance import two_samples
from secretome.analysis.results import (
    MEAN_DIFFERENCE,
    RATE_RATIO,
    RATIO,
    SHIFT,
    SUPERIORITY,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
    result,
)
from secretome.analysis.samples import (
    Comparison,
    GroupSample,
    by_ranks,
    contrast_estimate,
    effect_of_ranks,
    group_sample,
    size_by_ranks,
    superiority,
)
from secretome.analysis.specification import ANY_RANK_TEST, Adjustment, Method, Nondetects, Scale, Specification
from secretome.cohort import Study
from secretome.protocol import sides

# What replaces a value below a limit, as a share of the limit.
SHARES = {Nondetects.HALF_LIMIT: 0.5, Nondetects.LIMIT_OVER_SQRT2: 1 / math.sqrt(2), Nondetects.LIMIT: 1.0}
HALF = SHARES[Nondetects.HALF_LIMIT]
OTHER_SHARES = (Nondetects.LIMIT_OVER_SQRT2, Nondetects.LIMIT)

Run = Callable[[Comparison, float], Estimate]
OfValues = Callable[[Floats, Floats, float], Estimate]


@dataclass(frozen=True)
class _Analysis:
    """A test of a comparison at a confidence level, and what it estimates.

    `size` is the estimate and its interval alone, if the p does not belong to them; `others` are further groups from
    which the test takes its spread; `planned_adjustment_only` is for analyses that are made with the planned adjustment
    and no other.
    """

    specification: Specification
    effect: str
    run: Run
    size: Run | None = None
    others: tuple[GroupSample, ...] = ()
    planned_adjustment_only: bool = False

    def name(self, specification: Specification, pair: Comparison, *, state_adjustment: bool) -> str:
        """The name of the analysis, with what replaces the nondetects of these groups."""
        groups = (pair.treated, pair.control, *self.others)
        below, above = any(group.below for group in groups), any(group.above for group in groups)
        return specification.name(below=below, above=above, state_adjustment=state_adjustment)


@dataclass(frozen=True)
class Known:
    """The planned and the published test of each contrast, which the multiverse does not repeat."""

    planned: Mapping[str, Specification | None]
    published: Mapping[str, Specification]

    def is_published(self, contrast: str, chosen: Specification) -> bool:
        """Whether an analysis is the published one; a rank test may be exact or asymptotic."""
        published = self.published.get(contrast)
        if published is None or chosen.adjustment is not published.adjustment:
            return False
        return (chosen.test, chosen.scale) == (published.test, published.scale) or (
            {chosen.test, published.test} <= ANY_RANK_TEST
        )


@dataclass(frozen=True)
class _Family:
    """The contrasts that are adjusted, unless all must succeed `together`; and the known tests of each."""

    compared: Mapping[str, Comparison]
    known: Known
    level: float
    together: bool
    size: int  # the number of tests, which exceeds that of the contrasts in a panel of endpoints

    @property
    def planned_adjustment(self) -> Adjustment:
        return Adjustment.BONFERRONI if self.size > 1 and not self.together else Adjustment.NONE

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """The adjustments that differ.

        With two contrasts, Holm's p equals Bonferroni's for the smaller p and the unadjusted p for the larger.
        """
        if self.size == 1:
            return (Adjustment.NONE,)
        # Holm's p of a panel needs its other endpoints.
        if self.together or self.size == 2 or self.size > len(self.compared):
            return (Adjustment.NONE, Adjustment.BONFERRONI)
        return (Adjustment.NONE, Adjustment.BONFERRONI, Adjustment.HOLM)

    def is_published_or_planned(self, contrast: str, chosen: Specification, pair: Comparison) -> bool:
        """Whether these values give the same numbers as the published or the planned analysis."""
        if self.known.is_published(contrast, chosen):
            return True
        planned = self.known.planned[contrast]
        substituted = chosen.nondetects in SHARES and pair.censored > 0
        return (
            planned is not None
            and not substituted
            and (
                (chosen.test, chosen.scale, chosen.adjustment) == (planned.test, planned.scale, self.planned_adjustment)
            )
        )


def multiverse_rows(
    study: Study,
    endpoint: str,
    compared: Mapping[str, Comparison],
    known: Known,
    settings: Settings,
    *,
    together: bool,
    tests: int,
) -> Iterator[tuple[str, Result]]:
    """The other analyses of a family of contrasts, each with its contrast; `together` if a claim needs all of them.

    The published test and the planned one of each contrast are left out, and so is an analysis that with these animals
    is another one by another name: none is counted twice.
    """
    family = _Family(compared, known, settings.level, together, tests)
    groups = dict.fromkeys(group for contrast in compared for group in reversed(sides(contrast)))
    pool = {group: sample for group in groups if (sample := group_sample(study, endpoint, group)).n}
    everyone = {group: sample for group in study.protocol.groups if (sample := group_sample(study, endpoint, group)).n}
    analyses = (*_on_values(pool, settings.seed), *_on_counts(compared), *_on_ranks(settings.seed))
    for analysis in (*analyses, *_with_the_dead(study, endpoint, compared)):
        yield from _adjusted(analysis, family)
    if len({sides(contrast)[1] for contrast in compared}) == 1 and len(pool) > 2:
        yield from _dunnett(family, pool, Method.DUNNETT)
        if set(everyone) != set(pool):
            yield from _dunnett(family, everyone, Method.DUNNETT_ALL)


def _on_values(pool: Mapping[str, GroupSample], seed: int) -> Iterator[_Analysis]:
    tests: tuple[tuple[Method, OfValues], ...] = (
        (Method.WELCH, _welch),
        (Method.STUDENT, lambda x, y, level: two_samples(x, y, [x, y], level)),
        (Method.PERMUTATION, lambda x, y, _: permutation_of_means(x, y, seed)),
    )
    for test, run in tests:
        yield _Analysis(_with_half_limit(test, Scale.LINEAR), MEAN_DIFFERENCE, _plainly(run))
        yield _Analysis(_with_half_limit(test, Scale.LOG), RATIO, _on_logs(run))
    # Of two groups the spread of the family is Student's.
    if len(pool) > 2:
        groups, test = tuple(pool.values()), Method.FAMILY_SPREAD
        values = [group.replaced(HALF) for group in groups]
        linear = _plainly(lambda x, y, level: two_samples(x, y, values, level))
        yield _Analysis(_with_half_limit(test, Scale.LINEAR), MEAN_DIFFERENCE, linear, others=groups)
        if not any(group.zeros for group in groups):
            logs = [np.log(group) for group in values]
            on_logs = _on_logs(lambda x, y, level: two_samples(x, y, logs, level))
            yield _Analysis(_with_half_limit(test, Scale.LOG), RATIO, on_logs, others=groups)
    for nondetects in OTHER_SHARES:
        specification = Specification(Method.WELCH, Scale.LOG, nondetects=nondetects)
        yield _Analysis(specification, RATIO, _on_logs(_welch, SHARES[nondetects]), planned_adjustment_only=True)


def _with_half_limit(test: Method, scale: Scale) -> Specification:
    return Specification(test, scale, nondetects=Nondetects.HALF_LIMIT)


def _on_counts(compared: Mapping[str, Comparison]) -> Iterator[_Analysis]:
    for model in (Method.QUASI_POISSON, Method.NEGATIVE_BINOMIAL, Method.BETA_BINOMIAL):
        if count_models.throughout(compared.values(), model):
            yield _Analysis(Specification(model, Scale.COUNT), RATE_RATIO, _by_counts(model))


def _by_counts(model: Method) -> Run:
    return lambda pair, level: count_models.ratio(count_models.fitted(pair, model), level)


def _on_ranks(seed: int) -> Iterator[_Analysis]:
    tests: tuple[tuple[Method, str, Callable[[Comparison], Estimate], Run], ...] = (
        (Method.MANN_WHITNEY, SHIFT, by_ranks, size_by_ranks),
        (Method.MANN_WHITNEY_MIDP, SHIFT, _midp, size_by_ranks),
        (
            Method.BRUNNER_MUNZEL,
            SUPERIORITY,
            lambda pair: brunner_munzel(*pair.scores, seed),
            lambda pair, level: superiority(pair.scores, level),
        ),
    )
    for test, effect, run, size in tests:
        yield _Analysis(Specification(test, Scale.RANK), effect, _tested(run, size), size=size)


def _tested(test: Callable[[Comparison], Estimate], size: Run) -> Run:
    return lambda pair, level: test(pair).sized(size(pair, level))


def _with_the_dead(study: Study, endpoint: str, compared: Mapping[str, Comparison]) -> Iterator[_Analysis]:
    worst = study.protocol.endpoints[endpoint].worst
    if worst and any(group.dead for pair in compared.values() for group in (pair.treated, pair.control)):
        test = Method.MANN_WHITNEY_DEAD_LOWEST if worst == "lowest" else Method.MANN_WHITNEY_DEAD_HIGHEST
        yield _Analysis(
            Specification(test, Scale.RANK),
            SUPERIORITY,
            lambda pair, level: by_ranks(pair, worst).sized(superiority(pair.scores_with_the_dead(worst), level)),
            planned_adjustment_only=True,
        )


def _adjusted(analysis: _Analysis, family: _Family) -> Iterator[tuple[str, Result]]:
    """One row per contrast and adjustment for the family."""
    unadjusted = {contrast: _run(analysis, pair, family.level) for contrast, pair in family.compared.items()}
    adjustments = (family.planned_adjustment,) if analysis.planned_adjustment_only else family.adjustments
    holm = _holm(unadjusted) if Adjustment.HOLM in adjustments else {}
    for contrast, pair in family.compared.items():
        if analysis.specification.nondetects in OTHER_SHARES and not (pair.treated.below or pair.control.below):
            continue
        effect = effect_of_ranks(pair) if analysis.effect == SHIFT else analysis.effect
        pvalue, bonferroni = (
            unadjusted[contrast].pvalue,
            float(np.minimum(1, family.size * unadjusted[contrast].pvalue)),
        )
        for adjustment in adjustments:
            chosen = replace(analysis.specification, adjustment=adjustment)
            # Holm's p of the smallest and the largest p is one of the other two.
            is_other = adjustment is Adjustment.HOLM and (
                math.isnan(pvalue) or np.isclose(holm[contrast], (pvalue, bonferroni), rtol=1e-9, atol=0).any()
            )
            if is_other or family.is_published_or_planned(contrast, chosen, pair):
                continue
            estimate, adjusted = unadjusted[contrast], math.nan
            if adjustment is Adjustment.BONFERRONI:
                adjusted = bonferroni
                if not math.isnan(estimate.low):  # Only an interval depends on the level.
                    estimate = _at_level(analysis, pair, estimate, 1 - (1 - family.level) / family.size)
            elif adjustment is Adjustment.HOLM:
                # Holm's p-values come without intervals.
                estimate = replace(estimate, low=math.nan, high=math.nan, level=math.nan)
                adjusted = float(holm[contrast])
            name = analysis.name(chosen, pair, state_adjustment=family.size > 1)
            yield contrast, _row(estimate, chosen, name, effect, adjusted)


def _holm(unadjusted: Mapping[str, Estimate]) -> dict[str, float]:
    known = np.array([1.0 if math.isnan(estimate.pvalue) else estimate.pvalue for estimate in unadjusted.values()])
    order = np.argsort(known)
    # The smallest p is multiplied by the number of contrasts, the next by one less; none is below the one before it.
    adjusted = np.maximum.accumulate(known[order] * np.arange(known.size, 0, -1))
    return dict(zip(np.array(list(unadjusted))[order].tolist(), np.minimum(1, adjusted).tolist(), strict=True))


def _dunnett(family: _Family, groups: Mapping[str, GroupSample], test: Method) -> Iterator[tuple[str, Result]]:
    """Dunnett's test of the family against its control, with the spread of all `groups`, on values and on logs."""
    control = sides(next(iter(family.compared)))[1]
    replaced = {group: sample.replaced(HALF) for group, sample in groups.items()}
    below, above = any(sample.below for sample in groups.values()), any(sample.above for sample in groups.values())
    for scale in (Scale.LINEAR,) if any(sample.zeros for sample in groups.values()) else (Scale.LINEAR, Scale.LOG):
        on_logs = scale is Scale.LOG
        chosen = replace(_with_half_limit(test, scale), adjustment=Adjustment.DUNNETT)
        samples = {group: np.log(values) if on_logs else values for group, values in replaced.items()}
        estimates = _dunnett_estimates(samples, control, family.level) if control in samples else {}
        for contrast in family.compared:
            if family.known.is_published(contrast, chosen):
                continue
            estimate, adjusted = estimates.get(sides(contrast)[0], (Estimate(), math.nan))
            effect = RATIO if on_logs else MEAN_DIFFERENCE
            name = chosen.name(below=below, above=above)
            yield contrast, _row(estimate.as_ratio() if on_logs else estimate, chosen, name, effect, adjusted)


def _dunnett_estimates(samples: Mapping[str, Floats], control: str, level: float) -> dict[str, tuple[Estimate, float]]:
    try:
        test = stats.dunnett(list(samples.values()), control=list(samples).index(control))
    except ValueError:
        return {}
    interval = test.confidence_interval(level)
    alone = 2 * stdtr(test.df, -np.abs(test.statistic))
    return {
        group: (
            Estimate(
                float(test.statistic[position]),
                float(alone[position]),
                estimate=float(test.estimate[position]),
                low=float(interval.low[position]),
                high=float(interval.high[position]),
                level=level,
            ),
            float(test.pvalue[position]),
        )
        for position, group in enumerate(group for group in samples if group != control)
    }


def _row(estimate: Estimate, specification: Specification, method: str, effect: str, adjusted: float) -> Result:
    return result(
        estimate, specification, method=method, analysis="multiverse", effect=effect, pvalue_adjusted=adjusted
    )


def _run(analysis: _Analysis, pair: Comparison, level: float) -> Estimate:
    return estimate_or_nan(lambda: analysis.run(pair, level)) if pair.n >= 2 else Estimate()


def _at_level(analysis: _Analysis, pair: Comparison, estimate: Estimate, level: float) -> Estimate:
    """The same estimate with its interval at another level."""
    size = analysis.size
    return _run(analysis, pair, level) if size is None else estimate.sized(estimate_or_nan(lambda: size(pair, level)))


def _plainly(test: Callable[[Floats, Floats, float], Estimate], share: float = HALF) -> Run:
    return lambda pair, level: test(pair.treated.replaced(share), pair.control.replaced(share), level)


def _on_logs(test: Callable[[Floats, Floats, float], Estimate], share: float = HALF) -> Run:
    def run(pair: Comparison, level: float) -> Estimate:
        if pair.treated.zeros or pair.control.zeros:
            raise ValueError("a zero has no logarithm.")
        return test(np.log(pair.treated.replaced(share)), np.log(pair.control.replaced(share)), level).as_ratio()

    return run


def _welch(x: Floats, y: Floats, level: float) -> Estimate:
    return contrast_estimate(stats.welch_contrasts([x, y], [[1, -1]]), level)


def _midp(pair: Comparison) -> Estimate:
    test = by_ranks(pair)
    return replace(test, pvalue=test.midp)
