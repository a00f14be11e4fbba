"""Simulate cohorts from the assumptions of a protocol; the files state that they are simulated."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from secretome.cohort import Cohort, Study, read_cohort
from secretome.cohort.distributions import (
    Floats,
    draw_deaths,
    draw_values,
    group_centres,
    log_sd,
    reported_limits,
    reported_text,
)
from secretome.defaults import DEFAULT_SCENARIO
from secretome.protocol import (
    Claim,
    Deaths,
    EquivalenceMargin,
    Protocol,
    Scenario,
    Simulation,
    Titre,
    Weibull,
    is_normal,
    load_protocol,
    nearest,
    sides,
    study_folder,
)

__all__ = ["log_sd", "simulate", "simulate_many", "simulate_study", "to_csv", "truth", "with_effect"]
Truth = Literal["true", "too small", "false"]
Drawn = dict[str, dict[str, tuple[Floats, Floats]]]


def simulate(
    protocol: Protocol, scenario: str = DEFAULT_SCENARIO, *, n: int | None = None, seed: int | None = None
) -> pd.DataFrame:
    """Draw a cohort from a protocol's stated assumptions.

    Parameters
    ----------
    protocol : Protocol
        A study with a simulation.
    scenario : str, default "as_published"
        One of the protocol's scenarios.
    n : int, optional
        Animals per group, or pairs; the protocol's number by default.
    seed : int, optional
        The protocol's by default. With one seed, all scenarios use the same random numbers.

    Returns
    -------
    DataFrame
        One row per animal (per animal and group for pairs), as text: animal, group, one column per endpoint in the
        endpoint's unit with censored values as ``<15.6``, in a scenario with deaths time and event, then origin,
        scenario and seed.

    Raises
    ------
    ValueError
        If the protocol has no simulation or no such scenario, if `n` is below 1, or if `seed` is negative.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> cohort = simulate(protocol, "null", n=2, seed=7)
    >>> cohort.shape, set(cohort["origin"]), set(cohort["scenario"])
    ((8, 7), {'simulated'}, {'null'})
    """
    plan, assumed = _plan(protocol, scenario)
    n = plan.n if n is None else n
    seed = plan.seed if seed is None else seed
    _check_size(n, seed)
    rng = np.random.default_rng(seed)
    values = {key: draw_values(protocol, plan, assumed, key, (n,), rng) for key in plan.endpoints}
    groups = [group for group in protocol.groups for _ in range(n)]
    table = pd.DataFrame({"animal": _animals(protocol, n), "group": groups})
    if protocol.unit:
        # One value is drawn for each experimental unit.
        table[protocol.unit] = table["animal"]
    for key, endpoint in plan.endpoints.items():
        if isinstance(endpoint, Weibull):
            limits = [reported_limits(values[key][group], endpoint) for group in protocol.groups]
            table["time"] = [f"{time:.6g}" for lower, _ in limits for time in lower]
            table["event"] = [str(int(math.isfinite(end))) for _, upper in limits for end in upper]
            continue
        table[key] = [reported_text(value, endpoint) for group in protocol.groups for value in values[key][group]]
    if assumed.deaths:
        _apply_mortality(table, assumed.deaths, values[assumed.deaths.risk_rises_with], protocol, rng)
    return table.assign(origin="simulated", scenario=scenario, seed=str(seed))


def simulate_study(
    name: str, scenario: str = DEFAULT_SCENARIO, *, n: int | None = None, seed: int | None = None
) -> Study:
    """Return a study with a simulated cohort, which is not written to disk.

    Parameters
    ----------
    name : str
        The study's key.
    scenario, n, seed
        As for `simulate`.

    Returns
    -------
    Study

    Examples
    --------
    >>> study = simulate_study("sepsis_cytokines", "reversed", n=5, seed=3)
    >>> study.cohort.origin, study.cohort.scenario, study.cohort.seed
    ('simulated', 'reversed', '3')
    """
    protocol = load_protocol(study_folder(name) / "protocol.yml")
    content = to_csv(simulate(protocol, scenario, n=n, seed=seed))
    return Study(protocol, _read(content, protocol, scenario), source_data=False)


def simulate_many(protocol: Protocol, scenario: str, *, n: int, cohorts: int, rng: np.random.Generator) -> Drawn:
    """Draw many cohorts at once, as arrays.

    Parameters
    ----------
    protocol : Protocol
        A study with a simulation.
    scenario : str
        One of the protocol's scenarios.
    n : int
        Animals per group, or pairs.
    cohorts : int
        How many cohorts.
    rng : Generator
        Draws them.

    Returns
    -------
    dict
        For each endpoint and group, as ``drawn[endpoint][group]``, the lower and upper limits of the values, as arrays
        of (cohorts, animals alive): equal if observed, 0 to the limit below one, the limit to infinity above one.

    Raises
    ------
    ValueError
        As `simulate`.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> drawn = simulate_many(protocol, "deaths", n=12, cohorts=100, rng=np.random.default_rng(1))
    >>> {group: lower.shape for group, (lower, upper) in drawn["il6"].items()}
    {'sham': (100, 12), 'control': (100, 8), 't1': (100, 9), 't2': (100, 8)}
    """
    plan, assumed = _plan(protocol, scenario)
    if n < 1 or cohorts < 1:
        raise ValueError(f"n and cohorts must be 1 or more; they are {n} and {cohorts}.")
    values = {key: draw_values(protocol, plan, assumed, key, (cohorts, n), rng) for key in plan.endpoints}
    if deaths := assumed.deaths:
        for group, count in deaths.counts.items():
            dead = draw_deaths(values[deaths.risk_rises_with][group], round(count * n / deaths.of), rng)
            for key in values:
                values[key][group] = values[key][group][~dead].reshape(cohorts, -1)
    return {
        key: {group: reported_limits(drawn, plan.endpoints[key]) for group, drawn in groups.items()}
        for key, groups in values.items()
    }


def with_effect(protocol: Protocol, scenario: str, effect: float) -> Protocol:
    """Return the protocol with scaled effects in a scenario, for planning: published effects tend to be too large.

    Parameters
    ----------
    protocol : Protocol
        A study with a simulation.
    scenario : str
        One of its scenarios.
    effect : float
        The factor of each treated group's effect on the scale of the endpoint: with 0.5, a ratio of 4 becomes 2, and a
        difference of 4 becomes 2.

    Returns
    -------
    Protocol
        The scenario of that name has the new centres; that of a reference drug is unchanged.

    Raises
    ------
    ValueError
        If the protocol has no simulation or no such scenario, or `effect` is not above 0, or it is not 1 and no group
        is a control.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> half = with_effect(protocol, "as_published", 0.5)
    >>> round(half.simulation.scenarios["as_published"].centres["il6"]["t2"] / 105, 2)
    0.59
    """
    if not effect > 0:
        raise ValueError(f"effect must be above 0; it is {effect!r}.")
    plan, assumed = _plan(protocol, scenario)
    base = next((key for key, group in protocol.groups.items() if group.role == "control"), None)
    if base is None:
        if effect == 1:
            return protocol
        raise ValueError(f"{protocol.key} has no group of role 'control', so that effect can only be 1.")
    moved: dict[str, dict[str, float]] = {}
    for key, endpoint in plan.endpoints.items():
        centres = group_centres(endpoint, assumed, key)
        treated = [group for group, about in protocol.groups.items() if about.role == "treated"]
        if isinstance(endpoint, Titre) or is_normal(endpoint):
            scaled = {group: centres[base] + effect * (centres[group] - centres[base]) for group in treated}
        else:
            scaled = {group: centres[base] * (centres[group] / centres[base]) ** effect for group in treated}
        moved[key] = assumed.centres.get(key, {}) | scaled
    scenarios = plan.scenarios | {scenario: replace(assumed, centres=moved)}
    return replace(protocol, simulation=replace(plan, scenarios=scenarios))


def truth(protocol: Protocol, scenario: str, claim: str) -> Truth:
    """Return whether a claim is true in a scenario.

    Parameters
    ----------
    protocol : Protocol
        A study with a simulation.
    scenario, claim : str
        One of its scenarios, and one of its claims.

    Returns
    -------
    {"true", "too small", "false"}
        ``too small`` if the effect has the claimed direction in every contrast, but lies inside the equivalence margin
        in some.

    Raises
    ------
    ValueError
        If the protocol has no simulation or no such scenario.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    >>> [truth(protocol, scenario, "titre_rises") for scenario in ("as_published", "titre_raw", "null")]
    ['true', 'too small', 'false']
    """
    plan, assumed = _plan(protocol, scenario)
    about = protocol.claims[claim]
    endpoint, margin = plan.endpoints[about.endpoint], protocol.endpoints[about.endpoint].equivalence_margin
    centres = group_centres(endpoint, assumed, about.endpoint)
    pairs = (
        [(about.doses[-1], about.doses[0])]
        if about.over_doses
        else [sides(contrast) for contrast in about.effects or about.decisive_contrasts]
    )
    # The centres of titres count dilution steps.
    if isinstance(endpoint, Weibull):
        return _truth_of_survival(about, endpoint, centres, margin)
    is_log2, linear, none = isinstance(endpoint, Titre), margin.scale == "linear", margin.no_difference
    effects = [
        2 ** (centres[a] - centres[b]) if is_log2 else centres[a] - centres[b] if linear else centres[a] / centres[b]
        for a, b in pairs
    ]
    if about.of_effects:
        effects = [effects[0] - effects[1] if linear else effects[0] / effects[1]]
    if about.is_equivalence:
        return "true" if all(margin.low < effect < margin.high for effect in effects) else "false"
    if not all(_is_claimed(about, effect - none) for effect in effects):
        return "false"
    inside = any(margin.low < effect < margin.high for effect in effects)
    return "too small" if inside and about.negligible and not about.over_doses else "true"


def _is_claimed(claim: Claim, change: float) -> bool:
    """Whether a change has the claimed direction, or is any change if no direction is claimed."""
    if claim.direction is None:
        return change != 0
    return change > 0 if claim.rises else change < 0


def _truth_of_survival(claim: Claim, endpoint: Weibull, medians: dict[str, float], margin: EquivalenceMargin) -> Truth:
    """The truth of a claim on survival, by its hazard ratios."""
    ratios = [
        (medians[b] / medians[a]) ** endpoint.shape
        for a, b in (sides(contrast) for contrast in claim.decisive_contrasts)
    ]
    inside = [margin.low < ratio < margin.high for ratio in ratios]
    if claim.is_equivalence:
        return "true" if all(inside) else "false"
    # A lower hazard is a longer survival.
    if not all(_is_claimed(claim, 1 - ratio) for ratio in ratios):
        return "false"
    return "too small" if any(inside) and claim.negligible else "true"


def to_csv(table: pd.DataFrame) -> bytes:
    """Return a simulated cohort as the bytes of a CSV file."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _check_size(n: int, seed: int) -> None:
    if n < 1:
        raise ValueError(f"n must be 1 or more; it is {n}.")
    if seed < 0:
        raise ValueError(f"seed must be a whole number from 0 upwards; it is {seed}.")


def _plan(protocol: Protocol, scenario: str) -> tuple[Simulation, Scenario]:
    if protocol.simulation is None:
        raise ValueError(
            f"{protocol.key}: found no simulation in protocol.yml; expected assumptions about new animals. "
            f"{protocol.no_simulation}"
        )
    scenarios = protocol.simulation.scenarios
    if scenario not in scenarios:
        guess = nearest(scenario, scenarios)
        hint = f" Did you mean {guess}?" if guess else ""
        raise ValueError(f"{protocol.key} has no scenario {scenario!r}; it has {', '.join(scenarios)}.{hint}")
    return protocol.simulation, scenarios[scenario]


def _read(content: bytes, protocol: Protocol, scenario: str) -> Cohort:
    return read_cohort(Path(f"simulated-{scenario.replace('_', '-')}.csv"), protocol, content)


def _animals(protocol: Protocol, n: int) -> list[str]:
    width = len(str(n * len(protocol.groups)))
    numbers = (
        [*range(1, n + 1)] * len(protocol.groups)
        if protocol.design == "paired"
        else range(1, n * len(protocol.groups) + 1)
    )
    return [f"{protocol.experimental_unit} {number:0{width}d}" for number in numbers]


def _apply_mortality(
    table: pd.DataFrame, deaths: Deaths, risk: dict[str, Floats], protocol: Protocol, rng: np.random.Generator
) -> None:
    """Add deaths before sampling, with a risk that rises with a value, and delete the values of the dead."""
    hour = protocol.sampling_hour
    table["time"] = "" if hour is None else f"{hour:g}"
    table["event"] = "0"
    for group, count in deaths.counts.items():
        rows = table.index[table["group"] == group]
        number = round(count * len(rows) / deaths.of)
        dead = rows[draw_deaths(risk[group], number, rng)]
        table.loc[dead, "time"] = [f"{time:g}" for time in rng.choice(deaths.hours, size=number)]
        table.loc[dead, "event"] = "1"
        table.loc[dead, [key for key in protocol.endpoints if key in table]] = ""
