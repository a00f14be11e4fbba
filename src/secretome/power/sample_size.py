"""The sample size of a claim: verdicts against group size, under the assumed effect or a share of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from secretome.claims import ALPHA, MIN_N
from secretome.cohort.simulate import simulate_many, with_effect
from secretome.defaults import DEFAULT_SCENARIO
from secretome.power.many_cohorts import fitted_models
from secretome.power.rates import PUBLISHED, verdict_rates
from secretome.protocol import Protocol, Scenario

# The largest group size that is tried.
MAX_N = 200
# Cohorts per size: most if every test is a formula, fewer in groups of more than 10, and fewest if censored values need
# a fitted model, and while the smallest size is searched for. A share of 80 % then has a standard error of 0.3 to 0.9
# percentage points.
MAX_COHORTS, MIN_COHORTS = 20_000, 2000
# Values of a group in all cohorts of a size together.
MAX_VALUES = 200_000
# Cohorts of every size, for tables that are calculated once.
PRECISE_COHORTS = 100_000
# A permutation test of every cohort takes tens of milliseconds.
COHORTS_OF_SURVIVAL = 500
# A claim that is supported at most at the rate alpha with this n is not tried with larger groups.
FUTILE_N = 32
# In all cohorts of a size together. A model takes about a tenth of a millisecond.
MAX_FITTED_MODELS = 4000
PILOT_COHORTS = 500


class SampleSizeResult(NamedTuple):
    """The smallest n that reaches the target, or None where none up to 200 does; and every size that was tried.

    Sizes that only led to the smallest one are of fewer cohorts, and without the published test.
    """

    n: int | None
    rates: pd.DataFrame


def _no_report(_: int) -> None:
    """Do nothing after each size."""


def claim_rates(
    protocol: Protocol,
    claim: str,
    sizes: Sequence[int],
    *,
    scenario: str = DEFAULT_SCENARIO,
    effect: float = 1.0,
    cohorts: int | None = None,
    published: int = PUBLISHED,
    alpha: float = ALPHA,
    seed: int = 1,
    precise: bool = False,
    done: Callable[[int], None] = _no_report,
) -> pd.DataFrame:
    """How often a claim is supported, contradicted or left open, size by size.

    Parameters
    ----------
    protocol : Protocol
        A study with assumptions for simulated animals.
    claim : str
        The claim's key.
    sizes : sequence of int
        Animals per group, or pairs.
    scenario : str, default "as_published"
        What is true of the animals.
    effect : float, default 1
        The share of the assumed effect that is true, on the log scale.
    cohorts : int, optional
        Cohorts per size; when absent 20 000, fewer in groups of more than 10, and 2000 in groups of more than 100 or if
        more than a few cohorts need a fitted model.
    published : int, default 500
        How many of them are also decided by the authors' presumed tests.
    alpha : float, default 0.05
        The error rate per claim.
    seed : int, default 1
        Each size has its own stream of random numbers, so that its result does not depend on the other sizes.
    precise : bool, default False
        When `cohorts` is absent, draw 100 000 cohorts of every size instead of 20 000 or fewer; 2000 if more than a few
        need a fitted model.
    done : callable, optional
        Called with each size when it is finished.

    Returns
    -------
    DataFrame
        The rows of `verdict_rates`, and effect.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> rates = claim_rates(protocol, "il4_rises_t2", [12], cohorts=4000)
    >>> rates.loc[rates["analysis"] == "planned", "supported"].round(1).tolist()
    [0.9]
    """
    reduced = _with_one_claim(with_effect(protocol, scenario, effect), claim)
    tables = []
    for n in sizes:
        rng = np.random.default_rng([seed, n])
        number = cohorts or _number_of_cohorts(reduced, claim, scenario, n, rng, precise=precise)
        rates = verdict_rates(reduced, scenario, n, cohorts=number, published=published, alpha=alpha, rng=rng)
        tables.append(rates.assign(effect=effect))
        done(n)
    return pd.concat(tables, ignore_index=True)


def smallest_n(
    protocol: Protocol,
    claim: str,
    *,
    target: float = 0.8,
    scenario: str = DEFAULT_SCENARIO,
    effect: float = 1.0,
    cohorts: int | None = None,
    published: int = PUBLISHED,
    alpha: float = ALPHA,
    seed: int = 1,
    done: Callable[[int], None] = _no_report,
) -> SampleSizeResult:
    """The smallest number of animals per group with which a claim is supported as often as asked.

    Parameters
    ----------
    target : float, default 0.8
        The share of cohorts that are to support the claim.
    protocol, claim, scenario, effect, cohorts, published, alpha, seed, done
        As for `claim_rates`.

    Returns
    -------
    SampleSizeResult

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> smallest_n(protocol, "il4_rises_t2", cohorts=4000).n
    11
    """
    options = {"scenario": scenario, "effect": effect, "alpha": alpha, "seed": seed, "done": done}
    sizes = _Sizes(protocol, claim, target, cohorts, published, options)
    low, high = MIN_N - 1, 4
    while not sizes.seems_enough(high):
        rarely = _supported(sizes.searched[high]) <= alpha < target
        low, high = high, min(2 * high, MAX_N)
        # A difference this rarely detected is not detected with more animals either. Equivalence may be.
        if low >= MAX_N or (low >= FUTILE_N and rarely and not protocol.claims[claim].is_equivalence):
            sizes.is_enough(low)
            return SampleSizeResult(None, sizes.tried())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if sizes.seems_enough(middle) else (middle, high)
    while not sizes.is_enough(high):
        high += 1
        if high > MAX_N:
            return SampleSizeResult(None, sizes.tried())
    while high > MIN_N and sizes.is_enough(high - 1):
        high -= 1
    return SampleSizeResult(high, sizes.tried())


@dataclass
class _Sizes:
    """The group sizes that were tried for a claim: those searched with few cohorts, and those simulated with all."""

    protocol: Protocol
    claim: str
    target: float
    cohorts: int | None
    published: int
    options: dict[str, Any]
    searched: dict[int, pd.DataFrame] = field(default_factory=dict)
    simulated: dict[int, pd.DataFrame] = field(default_factory=dict)

    def seems_enough(self, n: int) -> bool:
        """Whether few cohorts of this size reach the target."""
        if n not in self.searched:
            is_survival = self.protocol.is_survival(self.protocol.claims[self.claim].endpoint)
            few = COHORTS_OF_SURVIVAL if is_survival else MIN_COHORTS
            number = min(few, self.cohorts or few)
            rates = claim_rates(self.protocol, self.claim, [n], cohorts=number, published=1, **self.options)
            self.searched[n] = rates[rates["analysis"] == "planned"]
        return _supported(self.searched[n]) >= self.target

    def is_enough(self, n: int) -> bool:
        """Whether all cohorts of this size reach the target."""
        if n not in self.simulated:
            self.simulated[n] = claim_rates(
                self.protocol, self.claim, [n], cohorts=self.cohorts, published=self.published, **self.options
            )
        return _supported(self.simulated[n]) >= self.target

    def tried(self) -> pd.DataFrame:
        """The rates of every size, in ascending order."""
        rates = self.searched | self.simulated
        return pd.concat([rates[n] for n in sorted(rates)])


def _supported(rates: pd.DataFrame) -> float:
    """The share of cohorts in which the planned tests support the claim, of one size."""
    return float(rates.loc[rates["analysis"] == "planned", "supported"].iloc[0])


def _with_one_claim(protocol: Protocol, claim: str) -> Protocol:
    """The study with one claim, the checks of its endpoint, and only the simulated values that they need."""
    about, plan = protocol.claims[claim], protocol.simulation
    checks = {key: check for key, check in protocol.checks.items() if check.endpoint == about.endpoint}
    if plan:
        deaths = (scenario.deaths for scenario in plan.scenarios.values())
        needed = {about.endpoint, *(death.risk_rises_with for death in deaths if death)}
        endpoints = {key: endpoint for key, endpoint in plan.endpoints.items() if key in needed}
        scenarios = {name: _with_endpoints(scenario, needed) for name, scenario in plan.scenarios.items()}
        plan = replace(plan, endpoints=endpoints, scenarios=scenarios)
    return replace(protocol, claims={claim: about}, checks=checks, simulation=plan)


def _with_endpoints(scenario: Scenario, endpoints: set[str]) -> Scenario:
    """A scenario without the values that it replaces in other endpoints."""
    centres = {key: values for key, values in scenario.centres.items() if key in endpoints}
    return replace(scenario, centres=centres, cv={key: cv for key, cv in scenario.cv.items() if key in endpoints})


def _number_of_cohorts(
    protocol: Protocol, claim: str, scenario: str, n: int, rng: np.random.Generator, *, precise: bool
) -> int:
    if protocol.is_survival(protocol.claims[claim].endpoint):
        return COHORTS_OF_SURVIVAL
    number = PRECISE_COHORTS if precise else max(MIN_COHORTS, min(MAX_COHORTS, MAX_VALUES // n))
    pilot = simulate_many(protocol, scenario, n=n, cohorts=PILOT_COHORTS, rng=rng)
    few_models = fitted_models(protocol, protocol.claims[claim], pilot) * number <= MAX_FITTED_MODELS
    return number if few_models else MIN_COHORTS
