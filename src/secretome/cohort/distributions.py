"""Draw the values of simulated animals from the distributions of a protocol, as an assay reports them."""

import math

import numpy as np
from numpy.typing import NDArray

from secretome.protocol import (
    BetaBinomial,
    Distribution,
    GammaPoisson,
    Lognormal,
    Normal,
    PairedLognormal,
    PairedNormal,
    Protocol,
    Scenario,
    Simulation,
    Titre,
    Weibull,
)

Floats = NDArray[np.float64]


def log_sd(cv: float) -> float:
    """Return the standard deviation of the natural logarithms of a lognormal with coefficient of variation `cv`.

    >>> round(log_sd(0.55), 4)
    0.5141
    """
    return math.sqrt(math.log1p(cv**2))


def group_centres(endpoint: Distribution, assumed: Scenario, key: str) -> dict[str, float]:
    """Return the centre of each group for an endpoint in a scenario."""
    return {group: about.centre for group, about in endpoint.groups.items()} | assumed.centres.get(key, {})


def draw_values(
    protocol: Protocol, plan: Simulation, assumed: Scenario, key: str, shape: tuple[int, ...], rng: np.random.Generator
) -> dict[str, Floats]:
    """The values of one endpoint in every group, before the assay's limits; the last axis is the animals."""
    endpoint = plan.endpoints[key]
    centres = group_centres(endpoint, assumed, key)
    if isinstance(endpoint, PairedLognormal):
        first, others = _first_and_others(protocol)
        values = {first: np.exp(np.log(centres[first]) + endpoint.log_sd * rng.standard_normal(shape))}
        for group in others:
            log_ratio = np.log(centres[group] / centres[first]) + endpoint.log_ratio_sd * rng.standard_normal(shape)
            values[group] = values[first] * np.exp(log_ratio)
        return values
    if isinstance(endpoint, PairedNormal):
        first, others = _first_and_others(protocol)
        values = {first: centres[first] + endpoint.sd * rng.standard_normal(shape)}
        for group in others:
            change = centres[group] - centres[first] + endpoint.difference_sd * rng.standard_normal(shape)
            values[group] = values[first] + change
        return {group: _within(protocol, key, drawn) for group, drawn in values.items()}
    if isinstance(endpoint, Normal):
        return {
            group: _within(protocol, key, rng.normal(centres[group], endpoint.groups[group].sd, shape))
            for group in protocol.groups
        }
    if isinstance(endpoint, Weibull):
        return {
            # The survival function falls to one half at the median.
            group: centres[group] * (rng.exponential(1 / math.log(2), shape)) ** (1 / endpoint.shape)
            for group in protocol.groups
        }
    return {
        group: _groupdraw_values(endpoint, group, centres[group], assumed.cv.get(key), shape, rng)
        for group in protocol.groups
    }


def _first_and_others(protocol: Protocol) -> tuple[str, list[str]]:
    """The control of the first contrast of a paired study, and the other groups, which change from it."""
    first = protocol.pair[1]
    return first, [group for group in protocol.groups if group != first]


def _within(protocol: Protocol, key: str, values: Floats) -> Floats:
    """Values within the limits of an endpoint."""
    about = protocol.endpoints[key]
    return np.asarray(
        np.clip(values, about.lowest, about.highest) if (about.lowest, about.highest) != (None, None) else values
    )


def _groupdraw_values(
    endpoint: Lognormal | GammaPoisson | Titre | BetaBinomial,
    group: str,
    centre: float,
    cv: float | None,
    shape: tuple[int, ...],
    rng: np.random.Generator,
) -> Floats:
    if isinstance(endpoint, Lognormal):
        return np.asarray(np.exp(np.log(centre) + log_sd(endpoint.groups[group].cv) * rng.standard_normal(shape)))
    if isinstance(endpoint, GammaPoisson):
        spread = (cv or endpoint.cv) ** 2
        return endpoint.scaled_by * rng.poisson(centre * rng.gamma(1 / spread, spread, shape)).astype(np.float64)
    if isinstance(endpoint, Titre):
        return np.exp2(np.rint(rng.normal(centre, endpoint.sd, shape)))
    share = centre / 100
    # The intraclass correlation of the cells of one animal: the variance that the binomial variance does not explain.
    correlation = ((cv or endpoint.cv) ** 2 * share / (1 - share) * endpoint.cells - 1) / (endpoint.cells - 1)
    if not 0 < correlation < 1:
        raise ValueError(
            f"{endpoint.cells} cells with a mean of {centre:g} % cannot vary by that coefficient of variation."
        )
    strength = (1 - correlation) / correlation
    return (
        100 * rng.binomial(endpoint.cells, rng.beta(share * strength, (1 - share) * strength, shape)) / endpoint.cells
    )


def reported_limits(values: Floats, endpoint: Distribution) -> tuple[Floats, Floats]:
    """The lower and upper limits of values as the assay reports them."""
    decimals = getattr(endpoint, "decimals", None)
    reported = values if decimals is None else np.round(values, decimals)
    if isinstance(endpoint, Titre):
        reported = np.minimum(values, endpoint.highest)
        below = values < endpoint.lowest
        return np.where(below, 0.0, reported), np.where(below, endpoint.lowest, reported)
    lloq, uloq = getattr(endpoint, "lloq", None), getattr(endpoint, "uloq", None)
    below = values < (lloq or 0.0)
    above = values > (uloq or np.inf)
    if isinstance(endpoint, Normal | PairedNormal):
        return reported, reported
    if isinstance(endpoint, Weibull):
        seen = values if endpoint.every is None else np.ceil(values / endpoint.every) * endpoint.every
        alive = seen > endpoint.until
        return np.where(alive, endpoint.until, seen), np.where(alive, np.inf, seen)
    lower = np.where(below, 0.0, np.where(above, uloq or np.inf, reported))
    upper = np.where(above, np.inf, np.where(below, lloq or 0.0, reported))
    return lower, upper


def reported_text(value: float, endpoint: Distribution) -> str:
    """A value as a laboratory writes it."""
    (lower,), (upper,) = reported_limits(np.array([value]), endpoint)
    if lower == upper:
        return (
            f"{lower:.{endpoint.decimals}f}"
            if isinstance(endpoint, Lognormal | PairedLognormal | Normal | PairedNormal)
            else f"{lower:g}"
        )
    return f"<{upper:g}" if lower == 0 else f">{lower:g}"


def draw_deaths(risk: Floats, number: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which animals die: `number` along the last axis, with probabilities proportional to their risk."""
    # The shortest of exponential waiting times are a draw without replacement, also for whole arrays.
    waiting = rng.exponential(size=risk.shape) / risk
    return np.asarray(waiting.argsort(axis=-1).argsort(axis=-1) < number)
