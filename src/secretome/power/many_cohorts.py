"""The planned and published tests of many simulated cohorts at once, as evidence for the decision rules."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from secretome import stats
from secretome.analysis import (
    NO_DIFFERENCE,
    Comparison,
    GroupSample,
    dilution_fold,
    fit_censored_model,
    planned_rows,
    slope_weights,
)
from secretome.analysis.interaction import WEIGHTS
from secretome.analysis.published import published_test
from secretome.analysis.results import Result, result
from secretome.analysis.survival import PUBLISHED, survival_planned
from secretome.claims import ClaimInputs, Decision, Evidence, Outcome, Rule, decide_claim, decide_contrasts
from secretome.claims.evidence import Bools, Floats, Rules, rises
from secretome.cohort.simulate import Drawn
from secretome.power.cohort_evidence import columns_of, empty_evidence, exact_evidence, fill_evidence, stack_contrasts
from secretome.protocol import Check, Claim, Endpoint, EquivalenceMargin, Protocol, sides

# With more values per group, exact tests are too slow for a simulation: the trend test of three groups, and the
# Mann-Whitney test, which counts the permutations of every pattern of ties.
MAX_N_EXACT = 12
# The t test of some groups: their samples, one cohort per row, give a result of `secretome.stats`.
TTest = Callable[..., Any]


def decide_cohorts(protocol: Protocol, drawn: Drawn, alpha: float, *, published: int) -> dict[str, tuple[Rules, Rules]]:
    """Decide every claim in every drawn cohort, as `adjudicate` does in one.

    Parameters
    ----------
    protocol : Protocol
        The study.
    drawn : dict
        What `simulate_many` returned.
    alpha : float
        The error rate per claim.
    published : int
        The number of cohorts, from the first, that are also decided by the published tests, which take most of the
        time.

    Returns
    -------
    dict
        For each claim, the rule that decided in each cohort, and the verdict of the published test in the first
        `published`.
    """
    failed = {check.endpoint: _fails(check, protocol, drawn, alpha) for check in protocol.checks.values()}
    first = {
        endpoint: {group: (low[:published], high[:published]) for group, (low, high) in groups.items()}
        for endpoint, groups in drawn.items()
    }
    decided = {}
    for key, claim in protocol.claims.items():
        if claim.endpoint not in drawn:
            continue  # An optional endpoint that is not simulated.
        endpoint = protocol.endpoints[claim.endpoint]
        cohorts, first_cohorts = (_Cohorts(endpoint, part[claim.endpoint], alpha) for part in (drawn, first))
        rules, decisions = decide_claim(_claim_inputs(protocol, claim, cohorts, first_cohorts), alpha)
        if claim.endpoint in failed:
            fails = failed[claim.endpoint]
            rules = np.where(fails, str(Rule.CHECK_FAILED), rules)
        if claim.endpoint in failed and claim.published_method:
            decisions = np.where(fails[: decisions.size], str(Decision.UNTESTABLE), decisions)
        decided[key] = rules, decisions
    return decided


def fitted_models(protocol: Protocol, claim: Claim, drawn: Drawn) -> float:
    """The mean number of fitted models per cohort: its contrasts with a censored value or a zero."""
    logs = protocol.endpoints[claim.endpoint].equivalence_margin.scale == "log"
    exact = {group: _is_exact(low, high, logs=logs) for group, (low, high) in drawn[claim.endpoint].items()}
    contrasts = () if claim.over_doses or claim.of_effects else claim.decisive_contrasts
    return float(sum(1 - (exact[a] & exact[b]).mean() for a, b in map(sides, contrasts)))


def _is_exact(low: Floats, high: Floats, *, logs: bool = True) -> Bools:
    """The cohorts in which every value of a group is exact and, where this is needed, has a logarithm."""
    return np.asarray(((low == high) & ((low > 0) | (not logs))).all(axis=1))


@dataclass(frozen=True)
class _Cohorts:
    """One endpoint of many cohorts: for each group, the bounds of the values in arrays of (cohorts, animals)."""

    endpoint: Endpoint
    bounds: dict[str, tuple[Floats, Floats]]
    alpha: float

    def exact(self, *groups: str) -> Bools:
        """The cohorts in which every value of these groups is exact and, where this is needed, has a logarithm."""
        of_groups = [_is_exact(*self.bounds[group], logs=self.logs) for group in groups]
        return np.asarray(np.logical_and.reduce(of_groups))

    @property
    def logs(self) -> bool:
        """Whether logarithms are compared."""
        return self.endpoint.equivalence_margin.scale == "log"

    def size(self, *groups: str) -> int:
        """The number of animals in the smallest of these groups."""
        return min(int(self.bounds[group][0].shape[1]) for group in groups)

    def t_test(self, groups: tuple[str, ...], test: TTest, family: int) -> Evidence:
        """A t test in all cohorts, on the endpoint's scale; NaN in a cohort with a censored value or no logarithm."""
        exact, n = self.exact(*groups), self.size(*groups)
        evidence = empty_evidence(exact.size, n)
        if n < 2 or not exact.any():
            return evidence
        chosen = slice(None) if exact.all() else exact
        result = test(*(self.bounds[group][0][chosen] for group in groups))
        margin, (low, high) = self.endpoint.equivalence_margin, result.confidence_interval(1 - self.alpha / family)
        inside = np.maximum(result.against(margin.low, "greater")[1], result.against(margin.high, "less")[1])
        columns = {
            "pvalue": result.pvalue,
            "adjusted": np.minimum(1, family * result.pvalue),
            "up": result.estimate > margin.no_difference,
            "low": low,
            "high": high,
            "equivalence": inside,
        }
        for name, column in columns.items():
            # A single contrast of several groups has an axis of length 1.
            getattr(evidence, name)[chosen] = column.reshape(-1)
        return evidence

    def effect(self, contrast: str, family: int, *, paired: bool = False) -> Evidence:
        """The planned test of a ratio of geometric means, or of a difference of means."""
        test = stats.geometric_mean_ratio if self.logs else stats.mean_difference
        return self.t_test(sides(contrast), lambda x, y: test(x, y, paired=paired, axis=1), family)

    def slope(self, groups: tuple[str, ...], doses: Floats) -> Evidence:
        """The planned test of the slope on log dose."""
        weights = [slope_weights(np.log(doses))]
        scale = self.endpoint.equivalence_margin.scale
        return self.t_test(
            groups, lambda *samples: stats.welch_contrasts(samples, weights, scale=scale, axis=1), family=1
        )

    def interaction(self, effects: tuple[str, ...]) -> Evidence:
        """The planned test of the difference of two effects."""
        groups, scale = (
            tuple(group for effect in effects for group in sides(effect)),
            self.endpoint.equivalence_margin.scale,
        )
        return self.t_test(
            groups, lambda *samples: stats.welch_contrasts(samples, [WEIGHTS], scale=scale, axis=1), family=1
        )

    def comparison(self, contrast: str, position: int) -> Comparison:
        """The two groups of a contrast in one cohort."""
        treated, control = (
            GroupSample(low[position], high[position], missing=0, dead=0)
            for low, high in (self.bounds[side] for side in sides(contrast))
        )
        return Comparison(treated, control, dilution_fold(self.endpoint.kind), self.endpoint.equivalence_margin.scale)

    def pairs(self, contrast: str) -> Iterator[Comparison]:
        """The two groups of a contrast in each cohort."""
        for position in range(self.bounds[sides(contrast)[0]][0].shape[0]):
            yield self.comparison(contrast, position)

    def scores(self, *groups: str) -> list[Floats]:
        """Values for ranking: those below a limit tied lowest, those above one tied highest."""
        bounds = [self.bounds[group] for group in groups]
        highest = 2 * max(low.max(initial=1.0) for low, _ in bounds)
        return [np.where(np.isinf(high), highest, low) for low, high in bounds]


def _claim_inputs(protocol: Protocol, claim: Claim, cohorts: _Cohorts, first: _Cohorts) -> ClaimInputs:
    """What the decision rules need: the planned tests in all cohorts, the published ones in the first."""
    margin = protocol.endpoints[claim.endpoint].equivalence_margin
    if claim.over_doses:
        slope = cohorts.slope(claim.doses, np.array([protocol.groups[group].dose or np.nan for group in claim.doses]))
        if (not_exact := ~cohorts.exact(*claim.doses)).any():
            ranks = _trend_by_ranks(claim, cohorts, not_exact)
            fill_evidence(slope, not_exact, replace(ranks, adjusted=ranks.pvalue))
        adjacent = stack_contrasts([cohorts.effect(contrast, len(claim.adjacent)) for contrast in claim.adjacent])
        by_ranks = stack_contrasts([_trend_by_ranks(claim, first)]) if claim.published_method else None
        return ClaimInputs(claim, margin, stack_contrasts([slope]), by_ranks, adjacent)
    if claim.of_effects:
        return ClaimInputs(claim, margin, stack_contrasts([cohorts.interaction(claim.effects)]), None)
    family, paired = protocol.family_size(claim), protocol.design == "paired"
    if protocol.is_survival(claim.endpoint):
        return _survival_inputs(claim, margin, cohorts, first)
    if paired:
        planned = [cohorts.effect(contrast, family, paired=True) for contrast in claim.decisive_contrasts]
        test = _paired_t if claim.published_method == "paired_t" else _signed_ranks
        published = [test(first, contrast) for contrast in claim.decisive_contrasts]
    else:
        intervals = claim.is_equivalence
        planned = [
            _planned(cohorts, contrast, family, margin, intervals=intervals) for contrast in claim.decisive_contrasts
        ]
        is_mann_whitney = claim.published_method == "mann_whitney"
        published = [
            _ranks(first, contrast) if is_mann_whitney else _published(first, claim.published_method, contrast)
            for contrast in claim.decisive_contrasts
            if claim.published_method
        ]
    known = stack_contrasts(published) if claim.published_method else None
    return ClaimInputs(claim, margin, stack_contrasts(planned), known, paired=paired, family=family)


def _survival_inputs(claim: Claim, margin: EquivalenceMargin, cohorts: _Cohorts, first: _Cohorts) -> ClaimInputs:
    """The log-rank tests of a claim on survival, cohort by cohort."""
    planned = [_survival_evidence(cohorts, claim, contrast, margin) for contrast in claim.decisive_contrasts]
    test = PUBLISHED.get(claim.published_method)
    published: list[Evidence] = []
    if test is None:
        return ClaimInputs(claim, margin, stack_contrasts(planned), None, family=len(claim.compared))
    for contrast in claim.decisive_contrasts:
        rows = [
            result(test.run_or_nan(pair, 1 - first.alpha), test.specification, effect=test.effect)
            for pair in first.pairs(contrast)
        ]
        published.append(_evidence_of(rows, first.size(*sides(contrast))))
    return ClaimInputs(claim, margin, stack_contrasts(planned), stack_contrasts(published), family=len(claim.compared))


def _survival_evidence(cohorts: _Cohorts, claim: Claim, contrast: str, margin: EquivalenceMargin) -> Evidence:
    family, n = len(claim.compared), cohorts.size(*sides(contrast))
    rows = [
        survival_planned(pair, family, margin, cohorts.alpha, together=claim.together)
        for pair in cohorts.pairs(contrast)
    ]
    evidence = _evidence_of([test for test, _ in rows], n)
    return replace(evidence, equivalence=np.array([inside.pvalue for _, inside in rows]))


def _evidence_of(rows: list[Result], n: int) -> Evidence:
    """The evidence of one contrast in many cohorts, from their rows."""
    columns = {
        name: np.array([getattr(row, column) for row in rows])
        for name, column in (
            ("pvalue", "pvalue"),
            ("adjusted", "pvalue_adjusted"),
            ("min_pvalue", "min_pvalue"),
            ("low", "low_simultaneous"),
            ("high", "high_simultaneous"),
        )
    }
    up = np.array([rises(asdict(row)) for row in rows])
    return replace(empty_evidence(len(rows), n), up=up, **columns)


def _planned(cohorts: _Cohorts, contrast: str, family: int, margin: EquivalenceMargin, *, intervals: bool) -> Evidence:
    """Welch's t on logs, or the censored model; cohorts that need another method are analysed one by one."""
    evidence = cohorts.effect(contrast, family)
    not_exact = ~cohorts.exact(*sides(contrast))
    if cohorts.logs and cohorts.size(*sides(contrast)) >= 2:
        not_exact &= ~_by_model(cohorts, contrast, family, evidence, chosen=not_exact, intervals=intervals)
    for position in np.flatnonzero(not_exact):
        pair = cohorts.comparison(contrast, int(position))
        test, equivalence = (
            asdict(row) for row in planned_rows(pair, family, margin, cohorts.alpha, intervals=intervals)
        )
        sizes = {"n_treated": pair.treated.n, "n_control": pair.control.n}
        one = Evidence.of([test | sizes], [equivalence])
        fill_evidence(evidence, position, Evidence(*(column[0, 0] for column in vars(one).values())))
    return evidence


def _by_model(
    cohorts: _Cohorts, contrast: str, family: int, evidence: Evidence, *, chosen: Bools, intervals: bool
) -> Bools:
    """Fit the censored model in all cohorts in which it decides, as `planned_rows` does, and say which these are."""
    groups = [cohorts.bounds[side] for side in reversed(sides(contrast))]
    rarely = [2 * (low < high).sum(axis=1) <= low.shape[1] for low, high in groups]
    zeros = [(high <= 0).any(axis=1) for _, high in groups]
    decided = chosen & rarely[0] & rarely[1] & ~zeros[0] & ~zeros[1]
    if not decided.any():
        return np.asarray(decided)
    low, high = (np.concatenate([bounds[side][decided] for bounds in groups], axis=1) for side in (0, 1))
    fit = fit_censored_model(low, high, [bounds[0].shape[1] for bounds in groups], dilution_fold(cohorts.endpoint.kind))
    margin = cohorts.endpoint.equivalence_margin
    within = np.maximum(fit.against(margin.low, "greater")[1], fit.against(margin.high, "less")[1])
    columns = {
        "pvalue": fit.pvalue,
        "adjusted": np.minimum(1, family * fit.pvalue),
        "up": fit.estimate > margin.no_difference,
        "equivalence": within,
    }
    if intervals:
        columns["low"], columns["high"] = fit.confidence_interval(1 - cohorts.alpha / family)
    fitted = ~np.isnan(fit.pvalue[:, 0])
    decided[decided] = fitted
    for name, column in columns.items():
        getattr(evidence, name)[decided] = column[fitted, 0]
    return np.asarray(decided)


def _fails(check: Check, protocol: Protocol, drawn: Drawn, alpha: float) -> Bools:
    """The cohorts in which a check of the experiment fails: significant in the opposite direction, or negligible.

    Negligible only counts if no value is censored.
    """
    cohorts = _Cohorts(protocol.endpoints[check.endpoint], drawn[check.endpoint], alpha)
    if check.test == "logrank":
        margin = protocol.endpoints[check.endpoint].equivalence_margin
        rows = [survival_planned(pair, 1, margin, alpha) for pair in cohorts.pairs(check.contrast)]
        evidence = _evidence_of([test for test, _ in rows], cohorts.size(*sides(check.contrast)))
        evidence = replace(evidence, equivalence=np.array([inside.pvalue for _, inside in rows]))
        return _failing(evidence, check, alpha)
    evidence = cohorts.effect(check.contrast, 1, paired=check.test == "paired_t")
    if check.test == "mann_whitney":
        ranks = _ranks(cohorts, check.contrast)
        evidence = replace(ranks, adjusted=ranks.pvalue, equivalence=evidence.equivalence)
    return _failing(evidence, check, alpha)


def _failing(evidence: Evidence, check: Check, alpha: float) -> Bools:
    """The cohorts in which the evidence fails a check."""
    rules = decide_contrasts(stack_contrasts([evidence]), 1, alpha, rising=check.rises)[0]
    return np.isin(rules, [rule for rule in np.unique(rules) if Rule(str(rule)).outcome is Outcome.FAILED])


def _method(n: int) -> Literal["exact", "asymptotic"]:
    """How the p of a rank test of groups of n is calculated."""
    return "exact" if n <= MAX_N_EXACT else "asymptotic"


def _ranks(cohorts: _Cohorts, contrast: str) -> Evidence:
    """The Mann-Whitney test, exact in small groups."""
    n = cohorts.size(*sides(contrast))
    test = stats.mann_whitney(*cohorts.scores(*sides(contrast)), method=_method(n), axis=1)
    return exact_evidence(n, test.pvalue, test.min_pvalue, test.superiority > 0.5)


def _signed_ranks(cohorts: _Cohorts, contrast: str) -> Evidence:
    """The exact Wilcoxon signed-rank test."""
    treated, control = (cohorts.bounds[side][0] for side in sides(contrast))
    tests = [stats.signed_rank(x, y) for x, y in zip(treated, control, strict=True)]
    shifts = np.array([stats.hodges_lehmann(x, y, paired=True).estimate for x, y in zip(treated, control, strict=True)])
    # If the shift is exactly zero and p is small, the ratio gives the direction.
    means = [np.log(side) if cohorts.logs else side for side in (treated, control)]
    up = np.where(shifts != 0, shifts > 0, (means[0] - means[1]).mean(axis=1) > 0)
    pvalue, min_pvalue = columns_of(tests, "pvalue", "min_pvalue")
    return exact_evidence(treated.shape[1], pvalue, min_pvalue, up)


def _paired_t(cohorts: _Cohorts, contrast: str) -> Evidence:
    """The paired t test of the values, as authors use it."""
    treated, control = (cohorts.bounds[side][0] for side in sides(contrast))
    test = stats.mean_difference(treated, control, paired=True, axis=1)
    return replace(empty_evidence(test.pvalue.size, treated.shape[1]), pvalue=test.pvalue, up=test.estimate > 0)


def _published(cohorts: _Cohorts, name: str, contrast: str) -> Evidence:
    """Another test of the authors, cohort by cohort."""
    number, n = cohorts.exact(*sides(contrast)).size, cohorts.size(*sides(contrast))
    evidence = empty_evidence(number, n)
    for position in range(number):
        groups = {
            group: GroupSample(low[position], high[position], missing=0, dead=0)
            for group, (low, high) in cohorts.bounds.items()
        }
        test = published_test(name, groups, cohorts.comparison(contrast, position), contrast, 1 - cohorts.alpha)
        none = NO_DIFFERENCE[test.effect]
        evidence.pvalue[position], evidence.up[position] = test.estimate.pvalue, test.estimate.estimate > none
    return evidence


def _trend_by_ranks(claim: Claim, cohorts: _Cohorts, chosen: Bools | slice = slice(None)) -> Evidence:
    """The Jonckheere-Terpstra test of these cohorts, exact in small groups."""
    samples = [scores[chosen] for scores in cohorts.scores(*claim.doses)]
    n = cohorts.size(*claim.doses)
    tests = [stats.jonckheere_terpstra(list(one), method=_method(n)) for one in zip(*samples, strict=True)]
    sizes = [sample.shape[1] for sample in samples]
    pairs = (sum(sizes) ** 2 - sum(size**2 for size in sizes)) / 2
    pvalue, min_pvalue, statistic = columns_of(tests, "pvalue", "min_pvalue", "statistic")
    return exact_evidence(n, pvalue, min_pvalue, statistic > pairs / 2)
