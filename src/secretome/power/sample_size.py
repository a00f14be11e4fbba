"""The number of animals that a claim needs: verdicts against group size, under the assumed effect or a share of it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from secretome import stats
from secretome.claims import ALPHA
from secretome.cohort.simulate import simulate_many, with_effect
from secretome.defaults import DEFAULT_SCENARIO
from secretome.power.many_cohorts import unseen_share
from secretome.power.rates import PUBLISHED, verdict_rates
from secretome.protocol import Protocol

# With more animals than this nobody plans an experiment of this kind.
MOST = 200
# Cohorts per size where every test is a formula, and where values below a limit need a fitted model.
COHORTS, COHORTS_OF_MODEL = 100_000, 2000
HOPELESS = 32
MOST_FITS = 4000
PILOT = 500


class SampleSizeResult(NamedTuple):
    """The smallest n that reaches the target, or None where none up to 200 does; and every size that was tried."""

    n: int | None
    rates: pd.DataFrame


def _nothing(_: int) -> None:
    """What is done after each size when nobody watches."""


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
    done: Callable[[int], None] = _nothing,
) -> pd.DataFrame:
    """How often a claim is supported, contradicted or left open, size by size.

    Parameters
    ----------
    protocol : Protocol
        A study that says how its animals are to be made up.
    claim : str
        The claim's key.
    sizes : sequence of int
        Animals per group, or pairs.
    scenario : str, default "as_published"
        What is true of the animals.
    effect : float, default 1
        The share of the assumed effect that is true, on the log scale.
    cohorts : int, optional
        Cohorts per size; when absent 100 000, or 2000 where more than a few need a fitted model.
    published : int, default 500
        How many of them are also judged by the tests that stand for the authors'.
    alpha : float, default 0.05
        The error rate per claim.
    seed : int, default 1
        Each size draws from a stream of its own, so that no size depends on which others are asked for.
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
    alone = _only(with_effect(protocol, scenario, effect), claim)
    found = []
    for n in sizes:
        rng = np.random.default_rng([seed, n])
        many = cohorts or _affordable(alone, claim, scenario, n, rng)
        rates = verdict_rates(alone, scenario, n, cohorts=many, published=published, alpha=alpha, rng=rng)
        found.append(rates.assign(effect=effect))
        done(n)
    return pd.concat(found, ignore_index=True)


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
    done: Callable[[int], None] = _nothing,
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
    tried: dict[int, pd.DataFrame] = {}

    def share(n: int) -> float:
        if n not in tried:
            about: dict[str, Any] = {
                "scenario": scenario,
                "effect": effect,
                "cohorts": cohorts,
                "published": published,
                "alpha": alpha,
            }
            tried[n] = claim_rates(protocol, claim, [n], **about, seed=seed, done=done)
        rates = tried[n]
        return float(rates.loc[rates["analysis"] == "planned", "supported"].iloc[0])

    low, high = 2, 4
    while share(high) < target:
        # A difference this rarely detected is not detected with more animals either. Equivalence may be.
        hopeless = high >= HOPELESS and share(high) <= alpha < target and protocol.claims[claim].kind != "unchanged"
        low, high = high, 2 * high
        if low >= MOST or hopeless:
            return SampleSizeResult(None, pd.concat(tried[n] for n in sorted(tried)))
        high = min(high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if share(middle) >= target else (middle, high)
    return SampleSizeResult(high, pd.concat(tried[n] for n in sorted(tried)))


def first_exact_n(protocol: Protocol, claim: str, alpha: float = ALPHA) -> int:
    """The smallest group size, or number of pairs, for which the authors' presumed exact test can reach alpha.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    >>> [first_exact_n(protocol, claim) for claim in ("afc_rises", "afc_dose_im", "phagocytosis_unchanged")]
    [4, 3, 5]
    """
    about = protocol.claims[claim]
    for n in range(2, 20):
        low = np.arange(n)
        if protocol.design == "paired":
            floor = stats.signed_rank(low + 100.0, low * 1.5).min_pvalue
        elif about.over_doses:
            floor = stats.jonckheere_terpstra([low + 100 * place for place in range(len(about.doses))]).min_pvalue
        else:
            # Holm's first step is the strictest.
            floor = stats.mann_whitney(low + 100, low).min_pvalue * (len(about.compared) if about.is_equivalence else 1)
        if floor <= alpha and n >= 3:
            return n
    raise ValueError(f"no group below 20 lets the test of {claim} reach {alpha:g}.")


def _only(protocol: Protocol, claim: str) -> Protocol:
    """The study with one claim, the checks of its endpoint, and no animals drawn for another."""
    about, plan = protocol.claims[claim], protocol.simulation
    checks = {key: check for key, check in protocol.checks.items() if check.endpoint == about.endpoint}
    if plan:
        drawn = {about.endpoint, *(world.deaths.risk_rises_with for world in plan.scenarios.values() if world.deaths)}
        plan = plan.model_copy(update={"endpoints": {key: own for key, own in plan.endpoints.items() if key in drawn}})
    return protocol.model_copy(update={"claims": {claim: about}, "checks": checks, "simulation": plan})


def _affordable(protocol: Protocol, claim: str, scenario: str, n: int, rng: np.random.Generator) -> int:
    pilot = simulate_many(protocol, scenario, n=n, cohorts=PILOT, rng=rng)
    return COHORTS if unseen_share(protocol.claims[claim], pilot) * COHORTS <= MOST_FITS else COHORTS_OF_MODEL
