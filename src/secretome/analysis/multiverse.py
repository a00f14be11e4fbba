"""Every other reasonable analysis of independent groups: tests, scales, adjustments, values for censored ones."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from secretome import stats
from secretome.analysis import count_models
from secretome.analysis.pooled_variance import two_samples
from secretome.analysis.results import (
    ASYMPTOTIC_RANKS,
    BONFERRONI,
    HOLM,
    MEAN_DIFFERENCE,
    RANKS,
    RATE_RATIO,
    RATIO,
    SHIFT,
    SUPERIORITY,
    UNADJUSTED,
    WELCH,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
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
from secretome.cohort import Study
from secretome.protocol import sides

# Permutations are enumerated up to this many and drawn at random beyond.
PERMUTATIONS = 9999
# What is put for a value below a limit, as a share of the limit: the usual choice, and two others.
HALF = 0.5
OTHER_SHARES = {1 / math.sqrt(2): "the limit over √2", 1.0: "the limit"}

Run = Callable[[Comparison, float], Estimate]


@dataclass(frozen=True)
class _Analysis:
    """A test of a comparison at a confidence level, what it estimates, and what it puts for values beyond a limit.

    `share` is the share of a lower limit that is put for values below it, and None for ranks; `others` are further arms
    that the test takes its spread from; `once`, with the planned adjustment and no other.
    """

    name: str
    effect: str
    run: Run
    share: float | None = None
    others: tuple[GroupSample, ...] = ()
    once: bool = False

    def named(self, arms: Comparison) -> str:
        """The test with what was put, where anything was."""
        return (
            self.name
            if self.share is None
            else self.name + substitution(self.share, (arms.treated, arms.control, *self.others))
        )


@dataclass(frozen=True)
class _Family:
    """The contrasts that are adjusted, unless all must succeed `together`; and the planned test of each."""

    compared: Mapping[str, Comparison]
    decided: Mapping[str, str]
    level: float
    together: bool

    @property
    def size(self) -> int:
        return len(self.compared)

    @property
    def way(self) -> str:
        """The planned adjustment."""
        return BONFERRONI if self.size > 1 and not self.together else UNADJUSTED

    @property
    def ways(self) -> tuple[str, ...]:
        """The adjustments that differ.

        With two contrasts, Holm's p equals Bonferroni's for the smaller p and the unadjusted p for the larger.
        """
        if self.size == 1:
            return (UNADJUSTED,)
        return (UNADJUSTED, BONFERRONI) if self.together or self.size == 2 else (UNADJUSTED, BONFERRONI, HOLM)

    def planned(self, contrast: str, name: str, way: str) -> bool:
        """Whether an analysis is the planned one, or the published."""
        return (name, way) in ((self.decided[contrast], self.way), (RANKS, UNADJUSTED), (ASYMPTOTIC_RANKS, UNADJUSTED))


def multiverse_rows(
    study: Study,
    endpoint: str,
    compared: Mapping[str, Comparison],
    decided: Mapping[str, str],
    settings: Settings,
    *,
    together: bool,
) -> Iterator[tuple[str, Result]]:
    """The other analyses of a family of contrasts, each with its contrast; `together` if a claim needs all of them.

    The published test, and the planned one, which `decided` names for each contrast, are left out, and so is an
    analysis that with these animals is another one by another name: none is counted twice.
    """
    family = _Family(compared, decided, settings.level, together)
    groups = dict.fromkeys(group for contrast in compared for group in reversed(sides(contrast)))
    pool = {group: part for group in groups if (part := group_sample(study, endpoint, group)).n}
    everyone = {group: part for group in study.protocol.groups if (part := group_sample(study, endpoint, group)).n}
    analyses = (*_on_values(pool, settings.seed), *_on_counts(compared), *_on_ranks(settings.seed))
    for analysis in (*analyses, *_with_the_dead(study, endpoint, compared)):
        yield from _adjusted(analysis, family)
    if len({sides(contrast)[1] for contrast in compared}) == 1 and len(pool) > 2:
        yield from _dunnett(family, pool, "")
        if set(everyone) != set(pool):
            yield from _dunnett(family, everyone, ", the spread of all groups")


def _on_values(pool: Mapping[str, GroupSample], seed: int) -> Iterator[_Analysis]:
    tests: tuple[tuple[str, str, Callable[[Floats, Floats, float], Estimate]], ...] = (
        ("Welch's t test", WELCH, _welch),
        ("Student's t test", "Student's t test on logs", lambda x, y, level: two_samples(x, y, [x, y], level)),
        ("permutation test of means", "permutation test of geometric means", lambda x, y, _: _permutation(x, y, seed)),
    )
    for plain, logged, test in tests:
        yield _Analysis(plain, MEAN_DIFFERENCE, _plainly(test), HALF)
        yield _Analysis(logged, RATIO, _on_logs(test), HALF)
    # Of two groups the spread of the family is Student's.
    if len(pool) > 2:
        arms, name = tuple(pool.values()), "t test with the spread of the whole family"
        values = [part.replaced(HALF) for part in arms]
        yield _Analysis(
            name, MEAN_DIFFERENCE, _plainly(lambda x, y, level: two_samples(x, y, values, level)), HALF, arms
        )
        if not any(part.zeros for part in arms):
            logs = [np.log(part) for part in values]
            yield _Analysis(
                f"{name}, on logs", RATIO, _on_logs(lambda x, y, level: two_samples(x, y, logs, level)), HALF, arms
            )
    for share in OTHER_SHARES:
        yield _Analysis(WELCH, RATIO, _on_logs(_welch, share), share, once=True)


def _on_counts(compared: Mapping[str, Comparison]) -> Iterator[_Analysis]:
    for model in (count_models.QUASI_POISSON, count_models.NEGATIVE_BINOMIAL, count_models.BETA_BINOMIAL):
        if count_models.throughout(compared.values(), model):
            yield _Analysis(model, RATE_RATIO, _by_counts(model))


def _by_counts(model: str) -> Run:
    return lambda arms, level: count_models.ratio(count_models.fitted(arms, model), level)


def substitution(share: float, arms: Sequence[GroupSample]) -> str:
    """What was put for values beyond a limit, in words."""
    words = {HALF: "half the limit", **OTHER_SHARES}
    below = f", {words[share]} for values below it" if any(part.below for part in arms) else ""
    return below + (", the limit for values above it" if any(part.above for part in arms) else "")


def _on_ranks(seed: int) -> Iterator[_Analysis]:
    yield _Analysis(RANKS, SHIFT, lambda arms, level: by_ranks(arms).sized(size_by_ranks(arms, level)))
    yield _Analysis("mid-p Mann-Whitney test", SHIFT, _midp)
    yield _Analysis(
        "Brunner-Munzel permutation test", SUPERIORITY, lambda arms, level: _brunner_munzel(arms, level, seed)
    )


def _with_the_dead(study: Study, endpoint: str, compared: Mapping[str, Comparison]) -> Iterator[_Analysis]:
    worst = study.protocol.endpoints[endpoint].worst
    if worst and any(part.dead for arms in compared.values() for part in (arms.treated, arms.control)):
        yield _Analysis(
            f"{RANKS}, the dead ranked {worst}",
            SUPERIORITY,
            lambda arms, level: by_ranks(arms, worst).sized(superiority(arms.scores_with_the_dead(worst), level)),
            once=True,
        )


def _adjusted(analysis: _Analysis, family: _Family) -> Iterator[tuple[str, Result]]:
    """One row per contrast and way to adjust for the family."""
    alone = {contrast: _run(analysis, arms, family.level) for contrast, arms in family.compared.items()}
    holm = _holm(alone) if HOLM in family.ways and not analysis.once else {}
    for contrast, arms in family.compared.items():
        if analysis.share in OTHER_SHARES and not (arms.treated.below or arms.control.below):
            continue
        name = analysis.named(arms)
        effect = effect_of_ranks(arms) if analysis.effect == SHIFT else analysis.effect
        pvalue, bonferroni = alone[contrast].pvalue, float(np.minimum(1, family.size * alone[contrast].pvalue))
        for way in (family.way,) if analysis.once else family.ways:
            # Holm's p of the smallest and the largest p is one of the other two.
            same = way == HOLM and (
                math.isnan(pvalue) or np.isclose(holm[contrast], (pvalue, bonferroni), rtol=1e-9, atol=0).any()
            )
            if same or family.planned(contrast, name, way):
                continue
            estimate, adjusted = alone[contrast], math.nan
            if way == BONFERRONI:
                # Only an interval depends on the level.
                wider = (
                    estimate if math.isnan(estimate.low) else _run(analysis, arms, 1 - (1 - family.level) / family.size)
                )
                estimate, adjusted = wider, bonferroni
            elif way == HOLM:
                # Holm's p values come without intervals.
                estimate, adjusted = (
                    replace(estimate, low=math.nan, high=math.nan, level=math.nan),
                    float(holm[contrast]),
                )
            yield contrast, _row(estimate, f"{name}, {way}" if family.size > 1 else name, effect, adjusted)


def _holm(alone: Mapping[str, Estimate]) -> dict[str, float]:
    known = [1.0 if math.isnan(estimate.pvalue) else estimate.pvalue for estimate in alone.values()]
    return dict(zip(alone, multipletests(known, method="holm")[1], strict=True))


def _dunnett(family: _Family, groups: Mapping[str, GroupSample], spread: str) -> Iterator[tuple[str, Result]]:
    """Dunnett's test of the family against its control, with the spread of all `groups`, on values and on logs."""
    control = sides(next(iter(family.compared)))[1]
    whole = {group: part.replaced(HALF) for group, part in groups.items()}
    for on_logs in (False,) if any(part.zeros for part in groups.values()) else (False, True):
        samples = {group: np.log(values) if on_logs else values for group, values in whole.items()}
        estimates = _dunnett_estimates(samples, control, family.level) if control in samples else {}
        for contrast in family.compared:
            estimate, adjusted = estimates.get(sides(contrast)[0], (Estimate(), math.nan))
            name = f"Dunnett's test{' on logs' if on_logs else ''}{spread}{substitution(HALF, tuple(groups.values()))}"
            effect = RATIO if on_logs else MEAN_DIFFERENCE
            yield contrast, _row(estimate.as_ratio() if on_logs else estimate, name, effect, adjusted)


def _dunnett_estimates(samples: Mapping[str, Floats], control: str, level: float) -> dict[str, tuple[Estimate, float]]:
    try:
        test = stats.dunnett(list(samples.values()), control=list(samples).index(control))
    except ValueError:
        return {}
    interval = test.confidence_interval(level)
    alone = 2 * scipy_stats.t.sf(np.abs(test.statistic), test.df)
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


def _row(estimate: Estimate, method: str, effect: str, adjusted: float) -> Result:
    row = asdict(estimate)
    return Result(
        **row, analysis="multiverse", method=method, alternative="two-sided", effect=effect, pvalue_adjusted=adjusted
    )


def _run(analysis: _Analysis, arms: Comparison, level: float) -> Estimate:
    return estimate_or_nan(lambda: analysis.run(arms, level)) if arms.n >= 2 else Estimate()


def _plainly(test: Callable[[Floats, Floats, float], Estimate], share: float = HALF) -> Run:
    return lambda arms, level: test(arms.treated.replaced(share), arms.control.replaced(share), level)


def _on_logs(test: Callable[[Floats, Floats, float], Estimate], share: float = HALF) -> Run:
    def run(arms: Comparison, level: float) -> Estimate:
        if arms.treated.zeros or arms.control.zeros:
            raise ValueError("a zero has no logarithm.")
        return test(np.log(arms.treated.replaced(share)), np.log(arms.control.replaced(share)), level).as_ratio()

    return run


def _welch(x: Floats, y: Floats, level: float) -> Estimate:
    return contrast_estimate(stats.welch_contrasts([x, y], [[1, -1]]), level)


def _permutation(x: Floats, y: Floats, seed: int) -> Estimate:
    return _permuted(x, y, _mean_differences, seed)


def _midp(arms: Comparison, level: float) -> Estimate:
    test = by_ranks(arms)
    return replace(test, pvalue=test.midp).sized(size_by_ranks(arms, level))


def _brunner_munzel(arms: Comparison, level: float, seed: int) -> Estimate:
    # Its t is liberal in groups this small; among permutations it holds its size, under separation too.
    if not np.ptp(np.concatenate(arms.scores)):
        raise ValueError("the values do not vary.")

    return _permuted(*arms.scores, _brunner_munzel_statistics, seed).sized(superiority(arms.scores, level))


def _brunner_munzel_statistics(pooled: Floats, deals: NDArray[np.intp], treated: int) -> Floats:
    """The Brunner-Munzel statistic of each deal, positive where the treated lie higher.

    A placement is a value's rank among all less its rank in its own group, so the comparisons of all pairs, made once,
    give the placements of every deal.
    """
    control = pooled.size - treated
    higher = np.sign(pooled[:, None] - pooled) / 2 + 0.5
    is_treated = np.zeros(deals.shape)
    np.put_along_axis(is_treated, deals[:, :treated], 1.0, axis=1)
    over_treated = is_treated @ higher.T
    placements = np.take_along_axis(
        np.where(is_treated == 1, higher.sum(axis=1) - over_treated, over_treated), deals, 1
    )
    ranks = (higher.sum(axis=1) + 0.5)[deals]
    difference = ranks[:, :treated].mean(axis=1) - ranks[:, treated:].mean(axis=1)
    variance = treated * placements[:, :treated].var(axis=1, ddof=1)
    variance += control * placements[:, treated:].var(axis=1, ddof=1)
    # Infinite statistics, under separation, must be comparable.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = treated * control * difference / (pooled.size * np.sqrt(variance))
    return np.asarray(np.nan_to_num(found, posinf=1e9, neginf=-1e9))


def _mean_differences(pooled: Floats, deals: NDArray[np.intp], treated: int) -> Floats:
    """The difference of the two means of each deal."""
    values = pooled[deals]
    return np.asarray(values[:, :treated].mean(axis=1) - values[:, treated:].mean(axis=1))


def _permuted(
    x: Floats, y: Floats, statistics: Callable[[Floats, NDArray[np.intp], int], Floats], seed: int
) -> Estimate:
    """A statistic of two groups and its two-sided permutation p; the observed statistic counts among those drawn."""
    pooled = np.concatenate([x, y])
    deals, every = _deals(x.size, y.size, seed)
    null = statistics(pooled, deals, x.size)
    observed = float(statistics(pooled, np.arange(pooled.size)[None, :], x.size)[0])
    # Statistics that are equal but for rounding are equal.
    extreme = int((np.abs(null) >= abs(observed) * (1 - 1e-12)).sum())
    return Estimate(observed, extreme / len(deals) if every else (extreme + 1) / (len(deals) + 1), estimate=observed)


# Kept, because every contrast between groups of these sizes is judged by the same deals.
@lru_cache(maxsize=16)
def _deals(treated: int, control: int, seed: int) -> tuple[NDArray[np.intp], bool]:
    """Ways to deal animals to two groups, the treated first in each row; and whether these are all ways there are."""
    places = np.arange(treated + control)
    if math.comb(places.size, treated) > PERMUTATIONS:
        return np.random.default_rng(seed).permuted(np.tile(places, (PERMUTATIONS, 1)), axis=1), False
    return np.array([[*chosen, *np.delete(places, chosen)] for chosen in combinations(places.tolist(), treated)]), True
