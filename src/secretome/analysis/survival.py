"""The rows of claims and checks on survival: log-rank tests, hazard ratios, and other tests of the same deaths."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import scipy

from secretome import stats
from secretome.analysis.equivalence import adjusted_equivalence
from secretome.analysis.results import (
    HAZARD_RATIO,
    RESTRICTED_MEAN,
    SHARES_ALIVE,
    Estimate,
    Floats,
    Result,
    Settings,
    estimate_or_nan,
    result,
)
from secretome.analysis.samples import Comparison, comparison, two_one_sided
from secretome.analysis.specification import Adjustment, Method, Scale, Specification
from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin

LOGRANK = Specification(Method.LOGRANK, Scale.TIME)
EQUIVALENCE = Specification(Method.TOST_HAZARD_RATIO, Scale.TIME)
Run = Callable[[Comparison, float], Estimate]


@dataclass(frozen=True)
class _Test:
    """A test of survival, and what it estimates."""

    method: Method
    effect: str
    run: Run

    @property
    def specification(self) -> Specification:
        return Specification(self.method, Scale.TIME)

    def run_or_nan(self, pair: Comparison, level: float) -> Estimate:
        return estimate_or_nan(lambda: self.run(pair, level)) if pair.n >= 2 else Estimate()


def survival_rows(study: Study, claim: Claim, settings: Settings) -> Iterator[tuple[str, Comparison, Result]]:
    """Yield the rows of a family of contrasts on survival, each with its contrast and the two groups."""
    margin = study.protocol.endpoints[claim.endpoint].equivalence_margin
    compared = {contrast: comparison(study, claim.endpoint, contrast) for contrast in claim.compared}
    published = PUBLISHED.get(claim.published_method)
    for contrast, pair in compared.items():
        if published and "published" in settings.analyses:
            estimate = published.run_or_nan(pair, settings.level)
            row = result(estimate, published.specification, analysis="published", effect=published.effect)
            yield contrast, pair, row
        if "planned" in settings.analyses:
            for row in survival_planned(pair, len(compared), margin, settings.alpha, together=claim.together):
                yield contrast, pair, row
    if "multiverse" in settings.analyses:
        for contrast, row in _others(claim, compared, margin, settings):
            yield contrast, compared[contrast], row


def survival_planned(
    pair: Comparison, family: int, margin: EquivalenceMargin, alpha: float, *, together: bool = False
) -> tuple[Result, Result]:
    """The planned log-rank test with the hazard ratio, and the test that this ratio is negligible.

    The p-values and intervals belong together as those of other endpoints do: see `planned_rows`.
    """
    simultaneous = _logrank(pair, 1 - alpha / family)
    estimate = _logrank(pair, 1 - alpha) if together and family > 1 else simultaneous
    adjusts = family > 1 and not together
    specification = replace(LOGRANK, adjustment=Adjustment.BONFERRONI) if adjusts else LOGRANK
    adjusted = float(np.minimum(1, family * estimate.pvalue))
    test = result(estimate, specification, analysis="planned", effect=HAZARD_RATIO, pvalue_adjusted=adjusted)
    inside = equivalence_of_hazards(pair, margin, alpha)
    equivalence = result(inside, EQUIVALENCE, analysis="planned", alternative="equivalence", effect=HAZARD_RATIO)
    if together:
        adjusted = float(np.minimum(1, family * inside.pvalue))
        equivalence = replace(equivalence, pvalue_adjusted=adjusted).with_simultaneous(
            equivalence_of_hazards(pair, margin, alpha / family)
        )
    return test.with_simultaneous(simultaneous), equivalence


def times(pair: Comparison) -> tuple[Floats, Floats, Floats]:
    """The times of both groups, whether each animal died then, and whether it was treated."""
    time = np.concatenate([pair.treated.lower, pair.control.lower])
    died = np.isfinite(np.concatenate([pair.treated.upper, pair.control.upper]))
    return time, died.astype(np.float64), np.repeat([1.0, 0.0], [pair.treated.n, pair.control.n])


def _logrank_of(pair: Comparison) -> stats.LogrankResult:
    return _kept_logrank(*(part.tobytes() for part in times(pair)))


def _hazards_of(pair: Comparison) -> stats.HazardRatioResult:
    return _kept_hazards(*(part.tobytes() for part in times(pair)))


# Kept, because several analyses of one contrast need the same permutations and the same likelihood.
@lru_cache(maxsize=64)
def _kept_logrank(*parts: bytes) -> stats.LogrankResult:
    return stats.logrank(*map(np.frombuffer, parts))


@lru_cache(maxsize=64)
def _kept_hazards(*parts: bytes) -> stats.HazardRatioResult:
    return stats.hazard_ratio(*map(np.frombuffer, parts))


def equivalence_of_hazards(pair: Comparison, margin: EquivalenceMargin, tail: float) -> Estimate:
    """Whether the hazard ratio lies inside the margins: two one-sided likelihood ratio tests."""
    if not pair.n or not times(pair)[1].any():
        return Estimate()
    return Estimate(*two_one_sided(_hazards_of(pair), margin)).sized(_ratio(pair, 1 - 2 * tail))


def _logrank(pair: Comparison, level: float) -> Estimate:
    """The log-rank permutation test with the hazard ratio; without a death, no p could be below 1."""
    if not pair.n:
        return Estimate()
    if not times(pair)[1].any():
        return Estimate(0.0, 1.0, 1.0, 1.0)
    test = _logrank_of(pair)
    return Estimate(test.statistic, test.pvalue, test.midp, test.min_pvalue).sized(_ratio(pair, level))


def _ratio(pair: Comparison, level: float) -> Estimate:
    ratio = _hazards_of(pair)
    low, high = ratio.confidence_interval(level)
    return Estimate(ratio.statistic, ratio.pvalue, estimate=ratio.estimate, low=low, high=high, level=level)


def _asymptotic(pair: Comparison, level: float) -> Estimate:
    test = stats.logrank(*times(pair), method="asymptotic")
    return Estimate(test.statistic, test.pvalue).sized(_ratio(pair, level))


def _midp(pair: Comparison, level: float) -> Estimate:
    test = _logrank(pair, level)
    if math.isnan(test.midp):
        raise ValueError("a mid-p needs the exact distribution.")
    return replace(test, pvalue=test.midp)


def _restricted_mean(pair: Comparison, level: float) -> Estimate:
    means = stats.restricted_mean_survival(*times(pair))
    low, high = means.confidence_interval(level)
    if not means.standard_error > 0:
        raise ValueError("the times do not vary.")
    statistic = means.estimate / means.standard_error
    return Estimate(statistic, means.pvalue, estimate=means.estimate, low=low, high=high, level=level)


def _table(pair: Comparison) -> Floats:
    """Deaths and survivors of both groups at the end; nobody may have left before."""
    time, died, treated = times(pair)
    end = min(time[treated == side].max() for side in (0, 1))
    if ((time < end) & (died == 0)).any():
        raise ValueError("an animal left the study before its end, so that its fate is not known.")
    dead = (died == 1) & (time <= end)
    return np.array([[(dead & (treated == side)).sum(), (~dead & (treated == side)).sum()] for side in (1, 0)])


def _fisher(pair: Comparison, _: float) -> Estimate:
    counts = _table(pair)
    test = scipy.stats.fisher_exact(counts)
    return Estimate(pvalue=float(test[1]), estimate=_alive(counts))


def _chi_square(pair: Comparison, _: float) -> Estimate:
    counts = _table(pair)
    if not counts.sum(axis=0).all():
        raise ValueError("all animals died, or none.")
    test = scipy.stats.chi2_contingency(counts, correction=False)
    return Estimate(float(test[0]), float(test[1]), estimate=_alive(counts))


def _alive(counts: Floats) -> float:
    shares = counts[:, 1] / counts.sum(axis=1)
    return float(shares[0] - shares[1])


OTHERS = (
    _Test(Method.LOGRANK, HAZARD_RATIO, _logrank),
    _Test(Method.LOGRANK_MIDP, HAZARD_RATIO, _midp),
    _Test(Method.LOGRANK_ASYMPTOTIC, HAZARD_RATIO, _asymptotic),
    _Test(Method.COX, HAZARD_RATIO, _ratio),
    _Test(Method.RESTRICTED_MEAN, RESTRICTED_MEAN, _restricted_mean),
    _Test(Method.FISHER, SHARES_ALIVE, _fisher),
    _Test(Method.CHI_SQUARE, SHARES_ALIVE, _chi_square),
)
# The tests that authors name, by their names in protocols.
PUBLISHED = {
    "logrank": OTHERS[0],
    "fisher": next(test for test in OTHERS if test.method is Method.FISHER),
    "chi_square": next(test for test in OTHERS if test.method is Method.CHI_SQUARE),
}


def _others(
    claim: Claim, compared: Mapping[str, Comparison], margin: EquivalenceMargin, settings: Settings
) -> Iterator[tuple[str, Result]]:
    """The other tests of a family, adjusted and not adjusted, without those that were published or planned."""
    family, level = len(compared), settings.level
    published = PUBLISHED.get(claim.published_method)
    adjusts = family > 1 and not claim.together
    known = {replace(LOGRANK, adjustment=Adjustment.BONFERRONI) if adjusts else LOGRANK}
    if claim.is_equivalence:
        known = set()
        if family > 1:
            for contrast, pair in compared.items():
                yield contrast, _bonferroni_of_equivalence(pair, margin, settings.alpha, family)
    known |= {published.specification} if published else set()
    for test in OTHERS:
        for adjustment in (Adjustment.NONE, Adjustment.BONFERRONI)[: 1 + (family > 1)]:
            chosen = replace(test.specification, adjustment=adjustment)
            if chosen in known:
                continue
            times_family = family if adjustment is Adjustment.BONFERRONI else 1
            for contrast, pair in compared.items():
                estimate = test.run_or_nan(pair, 1 - (1 - level) / times_family)
                adjusted = float(np.minimum(1, family * estimate.pvalue)) if times_family > 1 else math.nan
                name = chosen.name(state_adjustment=family > 1)
                yield (
                    contrast,
                    result(
                        estimate,
                        chosen,
                        method=name,
                        analysis="multiverse",
                        effect=test.effect,
                        pvalue_adjusted=adjusted,
                    ),
                )


def _bonferroni_of_equivalence(pair: Comparison, margin: EquivalenceMargin, alpha: float, family: int) -> Result:
    chosen = replace(EQUIVALENCE, adjustment=Adjustment.BONFERRONI)
    estimate = estimate_or_nan(partial(equivalence_of_hazards, pair, margin, alpha / family))
    return adjusted_equivalence(estimate, chosen, HAZARD_RATIO, family)
