"""The tests of many simulated cohorts at once, as evidence for the judges of claims."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import stdtr, stdtrit

from secretome import stats
from secretome.analysis import Comparison, GroupSample, dilution_fold, planned_rows, slope_weights
from secretome.claims import ClaimInputs, Decision, Evidence, Outcome, Rule, decide, decide_claim
from secretome.claims.evidence import Bools, Floats, Rules
from secretome.cohort.simulate import Drawn
from secretome.protocol import Check, Claim, Endpoint, EquivalenceMargin, Protocol, sides
from secretome.stats.power import mann_whitney_rows

# With more values per group, the exact trend test of three groups is too slow for a simulation.
LARGEST_EXACT_TREND = 12


def judge_many(protocol: Protocol, drawn: Drawn, alpha: float, *, published: int) -> dict[str, tuple[Rules, Rules]]:
    """Judge every claim on every drawn cohort, as `adjudicate` would one by one.

    Parameters
    ----------
    protocol : Protocol
        The study.
    drawn : dict
        What `simulate_many` returned.
    alpha : float
        The error rate per claim.
    published : int
        How many of the cohorts, from the first, are also judged by the published tests, which take most of the time.

    Returns
    -------
    dict
        For each claim, the rule that decided each cohort, and what the published test decided of the first `published`.
    """
    failed = {check.endpoint: _fails(check, protocol, drawn, alpha) for check in protocol.checks.values()}
    some = {
        endpoint: {group: (low[:published], high[:published]) for group, (low, high) in arms.items()}
        for endpoint, arms in drawn.items()
    }
    judged = {}
    for key, claim in protocol.claims.items():
        whole, first = (
            _Cohorts(protocol.endpoints[claim.endpoint], part[claim.endpoint], alpha) for part in (drawn, some)
        )
        rules, decisions = decide_claim(_case(protocol, claim, whole, first), alpha)
        if claim.endpoint in failed:
            lost = failed[claim.endpoint]
            rules = np.where(lost, str(Rule.CHECK_FAILED), rules)
            decisions = np.where(lost[: decisions.size], str(Decision.UNTESTABLE), decisions)
        judged[key] = rules, decisions
    return judged


def unseen_share(claim: Claim, drawn: Drawn) -> float:
    """How many fitted models a cohort takes on average: its contrasts that hold a value beyond a limit, or zero."""
    arms = {group: ((low == high) & (low > 0)).all(axis=1) for group, (low, high) in drawn[claim.endpoint].items()}
    contrasts = () if claim.over_doses else claim.judged_on
    return float(sum(1 - (arms[a] & arms[b]).mean() for a, b in map(sides, contrasts)))


@dataclass(frozen=True)
class _Cohorts:
    """One endpoint of many cohorts: for each group, what is known of each value, in arrays of (cohorts, animals)."""

    endpoint: Endpoint
    arms: dict[str, tuple[Floats, Floats]]
    alpha: float

    def welch(self, groups: list[str], weights: list[float], family: int) -> Evidence:
        """A contrast of log means with Satterthwaite's degrees of freedom; NaN if a value has no logarithm."""
        estimate: Floats = np.array(0.0)
        squared, fourth = np.array(0.0), np.array(0.0)
        for group, weight in zip(groups, weights, strict=True):
            values = self.arms[group][0]
            size = values.shape[1]
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.log(np.where(self.seen(group)[:, None], values, np.nan))
            # Equal values have no spread, whatever rounding makes of them.
            variance = np.where(np.ptp(values, axis=1) > 0, logs.var(axis=1, ddof=1) if size > 1 else np.nan, 0.0)
            part = weight**2 * variance / size
            estimate, squared, fourth = (
                estimate + weight * logs.mean(axis=1),
                squared + part,
                fourth + part**2 / max(size - 1, 1),
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            df, error = squared**2 / fourth, np.sqrt(squared)
            pvalue = 2 * stdtr(df, -np.abs(estimate / error))
        return self._evidence(
            min(self.arms[group][0].shape[1] for group in groups), estimate, error, df, pvalue, family
        )

    def pairs(self, treated: str, control: str, family: int) -> Evidence:
        """The paired t on logs."""
        ratios = np.log(self.arms[treated][0] / self.arms[control][0])
        n = ratios.shape[1]
        error = ratios.std(axis=1, ddof=1) / np.sqrt(n)
        error = np.where(np.ptp(ratios, axis=1) > 1e-12, error, np.nan)
        estimate, df = ratios.mean(axis=1), np.full(len(ratios), n - 1.0)
        return self._evidence(n, estimate, error, df, 2 * stdtr(df, -np.abs(estimate / error)), family)

    def seen(self, *groups: str) -> Bools:
        """The cohorts in which every value of these groups is seen, and has a logarithm."""
        known = [((low == high) & (low > 0)).all(axis=1) for low, high in (self.arms[group] for group in groups)]
        return np.asarray(np.logical_and.reduce(known))

    def comparison(self, contrast: str, position: int) -> Comparison:
        """The two arms of a contrast in one cohort."""
        treated, control = (
            GroupSample(low[position], high[position], missing=0, dead=0)
            for low, high in (self.arms[side] for side in sides(contrast))
        )
        return Comparison(treated, control, dilution_fold(self.endpoint.kind))

    def scores(self, group: str) -> Floats:
        """Values for ranking: those below a limit tied lowest, those above one tied highest."""
        low, high = self.arms[group]
        return np.where(np.isinf(high), np.inf, low)

    def _evidence(self, n: int, estimate: Floats, error: Floats, df: Floats, pvalue: Floats, family: int) -> Evidence:
        margin, none = self.endpoint.equivalence_margin, np.full(estimate.shape, np.nan)
        reach = stdtrit(df, 1 - self.alpha / family / 2) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            above, below = (estimate - np.log(margin.low)) / error, (estimate - np.log(margin.high)) / error
        return Evidence(
            n=np.full(estimate.shape, float(n)),
            pvalue=pvalue,
            adjusted=np.minimum(1, family * pvalue),
            min_pvalue=none,
            up=estimate > 0,
            low=np.exp(estimate - reach),
            high=np.exp(estimate + reach),
            equivalence=np.maximum(stdtr(df, -above), stdtr(df, below)),
            unordered=np.zeros(estimate.shape, dtype=bool),
        )


def _case(protocol: Protocol, claim: Claim, whole: _Cohorts, first: _Cohorts) -> ClaimInputs:
    margin = protocol.endpoints[claim.endpoint].equivalence_margin
    if claim.over_doses:
        doses = np.log([protocol.groups[group].dose or np.nan for group in claim.doses])
        slope = whole.welch(list(claim.doses), list(slope_weights(doses)), 1)
        if (lost := ~whole.seen(*claim.doses)).any():
            ranks = _trend_by_ranks(claim, whole, lost)
            for name, column in vars(replace(ranks, adjusted=ranks.pvalue)).items():
                getattr(slope, name)[lost] = column
        steps = _stack([whole.welch(list(sides(step)), [1.0, -1.0], len(claim.adjacent)) for step in claim.adjacent])
        return ClaimInputs(claim, margin, _stack([slope]), _stack([_trend_by_ranks(claim, first)]), steps)
    contrasts = claim.judged_on
    family = len(claim.compared)
    if protocol.design == "paired":
        planned = [whole.pairs(*sides(contrast), family) for contrast in contrasts]
        published = [_signed_ranks(first, contrast) for contrast in contrasts]
    else:
        exact_intervals = claim.is_equivalence
        planned = [_planned(whole, contrast, family, margin, intervals=exact_intervals) for contrast in contrasts]
        published = [_ranks(first, contrast) for contrast in contrasts]
    return ClaimInputs(claim, margin, _stack(planned), _stack(published), paired=protocol.design == "paired")


def _planned(cohorts: _Cohorts, contrast: str, family: int, margin: EquivalenceMargin, *, intervals: bool) -> Evidence:
    """Welch's t on logs; the cohorts that need another method are taken one by one."""
    found = cohorts.welch(list(sides(contrast)), [1.0, -1.0], family)
    for position in np.flatnonzero(~cohorts.seen(*sides(contrast))):
        arms = cohorts.comparison(contrast, int(position))
        test, equivalence = (
            asdict(row) for row in planned_rows(arms, family, margin, cohorts.alpha, intervals=intervals)
        )
        sizes = {"n_treated": arms.treated.n, "n_control": arms.control.n}
        one = Evidence.of([test | sizes], [equivalence])
        for name, column in vars(one).items():
            getattr(found, name)[position] = column[0, 0]
    return found


def _fails(check: Check, protocol: Protocol, drawn: Drawn, alpha: float) -> Bools:
    """The cohorts in which a check of the experiment fails: significant in the opposite direction, or negligible.

    Negligible only counts if no value is censored.
    """
    cohorts = _Cohorts(protocol.endpoints[check.endpoint], drawn[check.endpoint], alpha)
    found = cohorts.welch(list(sides(check.contrast)), [1.0, -1.0], 1)
    if check.test == "mann_whitney":
        ranks = _ranks(cohorts, check.contrast)
        found = replace(ranks, adjusted=ranks.pvalue, equivalence=found.equivalence)
    rules = decide(_stack([found]), 1, alpha, rising=check.direction == "up")[0]
    return np.array([Rule(str(rule)).outcome is Outcome.FAILED for rule in rules])


def _ranks(cohorts: _Cohorts, contrast: str) -> Evidence:
    """The exact Mann-Whitney test."""
    treated, control = (cohorts.scores(side) for side in sides(contrast))
    test = mann_whitney_rows(treated, control)
    up = test.statistic > treated.shape[1] * control.shape[1] / 2
    return _of_an_exact_test(min(treated.shape[1], control.shape[1]), test.pvalue, test.min_pvalue, up)


def _signed_ranks(cohorts: _Cohorts, contrast: str) -> Evidence:
    """The exact Wilcoxon signed-rank test."""
    treated, control = (cohorts.arms[side][0] for side in sides(contrast))
    tests = [stats.signed_rank(x, y) for x, y in zip(treated, control, strict=True)]
    shifts = [stats.hodges_lehmann(x, y, paired=True).estimate for x, y in zip(treated, control, strict=True)]
    pvalue, min_pvalue = (np.array([getattr(test, name) for test in tests]) for name in ("pvalue", "min_pvalue"))
    # A shift of exactly zero under a small p leaves the direction to the ratio.
    ratio = np.log(treated / control).mean(axis=1)
    up = np.where(np.array(shifts) != 0, np.array(shifts) > 0, ratio > 0)
    return _of_an_exact_test(treated.shape[1], pvalue, min_pvalue, up)


def _trend_by_ranks(claim: Claim, cohorts: _Cohorts, which: Bools | slice = slice(None)) -> Evidence:
    """The Jonckheere-Terpstra test of these cohorts, exact in small groups."""
    arms = [cohorts.scores(group)[which] for group in claim.doses]
    n = min(part.shape[1] for part in arms)
    method: Literal["exact", "asymptotic"] = "exact" if n <= LARGEST_EXACT_TREND else "asymptotic"
    tests = [stats.jonckheere_terpstra(list(one), method=method) for one in zip(*arms, strict=True)]
    pairs = sum(first.shape[1] * second.shape[1] for position, second in enumerate(arms) for first in arms[:position])
    pvalue, min_pvalue, statistic = (
        np.array([getattr(test, name) for test in tests]) for name in ("pvalue", "min_pvalue", "statistic")
    )
    return _of_an_exact_test(n, pvalue, min_pvalue, statistic > pairs / 2)


def _of_an_exact_test(n: int, pvalue: Floats, min_pvalue: Floats, up: Bools) -> Evidence:
    none = np.full(pvalue.shape, np.nan)
    return Evidence(
        np.full(pvalue.shape, float(n)),
        pvalue,
        none,
        min_pvalue,
        up,
        none,
        none,
        none,
        np.zeros(pvalue.shape, dtype=bool),
    )


def _stack(contrasts: list[Evidence]) -> Evidence:
    return Evidence(*(np.stack(columns) for columns in zip(*map(_columns, contrasts), strict=True)))


def _columns(found: Evidence) -> Iterator[Floats | Bools]:
    yield from vars(found).values()
