"""Models of a protocol's simulation: the assumptions about simulated animals, each with its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from secretome.protocol.fields import FieldRule, NotNegative, Positive, Strict, Text

DISTRIBUTIONS = (
    "lognormal",
    "paired lognormal",
    "gamma-Poisson",
    "titre",
    "beta-binomial",
    "normal",
    "paired normal",
    "weibull",
)


@dataclass(frozen=True, kw_only=True)
class _Evidence(Strict):
    """The evidence for an assumption, and its sources."""

    evidence: Text
    sources: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assumption(_Evidence):
    """An assumption and the evidence for it."""

    assumed: Text


@dataclass(frozen=True, kw_only=True)
class PairedGroup(_Evidence):
    """One condition of a paired design: geometric mean in the endpoint's unit."""

    geometric_mean: Positive

    @property
    def centre(self) -> float:
        """The parameter that a scenario may replace."""
        return self.geometric_mean


@dataclass(frozen=True, kw_only=True)
class LognormalGroup(PairedGroup):
    """Geometric mean in the endpoint's unit, and coefficient of variation."""

    cv: Positive


@dataclass(frozen=True, kw_only=True)
class MeanGroup(_Evidence):
    """The mean of one group: raw counts, dilution steps of a titre, or per cent."""

    mean: Positive

    @property
    def centre(self) -> float:
        """The parameter that a scenario may replace."""
        return self.mean


@dataclass(frozen=True, kw_only=True)
class Lognormal(Strict):
    """Independent groups, each lognormal, with the assumed limits of the assay."""

    distribution: Literal["lognormal"]
    decimals: NotNegative = 1
    lloq: Positive | None = None
    uloq: Positive | None = None
    groups: dict[str, LognormalGroup]


@dataclass(frozen=True, kw_only=True)
class PairedLognormal(Strict):
    """Pairs whose first values are lognormal, and so are the ratios of each other group to them."""

    distribution: Literal["paired lognormal"]
    decimals: NotNegative = 2
    log_sd: Positive
    log_ratio_sd: Positive
    groups: dict[str, PairedGroup]


@dataclass(frozen=True, kw_only=True)
class GammaPoisson(Strict):
    """Poisson counts around each animal's own mean, which varies by `cv`; a value is the count times `scaled_by`."""

    distribution: Literal["gamma-Poisson"]
    cv: Positive
    scaled_by: Positive
    groups: dict[str, MeanGroup]


@dataclass(frozen=True, kw_only=True)
class Titre(Strict):
    """Twofold titres: normal dilution steps with standard deviation `sd`, rounded, from `lowest` to `highest`."""

    distribution: Literal["titre"]
    sd: Positive
    lowest: Positive
    highest: Positive
    groups: dict[str, MeanGroup]


@dataclass(frozen=True, kw_only=True)
class BetaBinomial(Strict):
    """Percentages of `cells`; `cv` is their coefficient of variation, including the sampling error of the count."""

    distribution: Literal["beta-binomial"]
    cv: Positive
    cells: Annotated[int, FieldRule(gt=0)]
    groups: dict[str, MeanGroup]


@dataclass(frozen=True, kw_only=True)
class PairedNormalGroup(_Evidence):
    """One condition of a paired design: the mean in the endpoint's unit."""

    mean: float

    @property
    def centre(self) -> float:
        """The parameter that a scenario may replace."""
        return self.mean


@dataclass(frozen=True, kw_only=True)
class NormalGroup(PairedNormalGroup):
    """Mean and standard deviation in the endpoint's unit."""

    sd: Positive


@dataclass(frozen=True, kw_only=True)
class Normal(Strict):
    """Independent groups, each normal; a value beyond the endpoint's `lowest` or `highest` is set to it."""

    distribution: Literal["normal"]
    decimals: NotNegative = 1
    groups: dict[str, NormalGroup]


@dataclass(frozen=True, kw_only=True)
class PairedNormal(Strict):
    """Pairs whose first values are normal, and so are the differences of each other group from them."""

    distribution: Literal["paired normal"]
    decimals: NotNegative = 1
    sd: Positive
    difference_sd: Positive
    groups: dict[str, PairedNormalGroup]


@dataclass(frozen=True, kw_only=True)
class MedianGroup(_Evidence):
    """The median survival of one group, in the endpoint's unit."""

    median: Positive

    @property
    def centre(self) -> float:
        """The parameter that a scenario may replace."""
        return self.median


@dataclass(frozen=True, kw_only=True)
class Weibull(Strict):
    """Survival times with proportional hazards; with `shape` 1 they are exponential.

    Animals are visited `every` so many hours or days, and a death is known at the next visit; without `every`, its time
    is known. Those alive at `until` are censored.
    """

    distribution: Literal["weibull"]
    shape: Positive = 1.0
    until: Positive
    every: Positive | None = None
    groups: dict[str, MedianGroup]


DrawnGroup = LognormalGroup | PairedGroup | MeanGroup | NormalGroup | PairedNormalGroup | MedianGroup
Distribution = Annotated[
    Lognormal | PairedLognormal | GammaPoisson | Titre | BetaBinomial | Normal | PairedNormal | Weibull,
    FieldRule(discriminator="distribution"),
]


def is_normal(endpoint: Distribution) -> bool:
    """Whether the values or their differences are normal, so that effects are differences."""
    return endpoint.distribution in ("normal", "paired normal")


@dataclass(frozen=True, kw_only=True)
class Deaths(_Evidence):
    """Animals that die before sampling: how many of each group, and the endpoint with which the risk rises."""

    of: Annotated[int, FieldRule(gt=0)]
    counts: dict[str, NotNegative]
    risk_rises_with: Text
    hours: Annotated[tuple[Positive, ...], FieldRule(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class Scenario(Strict):
    """The assumptions with some groups' centres, or an endpoint's coefficient of variation, replaced."""

    about: Text
    centres: dict[str, dict[str, float]] = field(default_factory=dict)
    cv: dict[str, Positive] = field(default_factory=dict)
    deaths: Deaths | None = None


@dataclass(frozen=True, kw_only=True)
class Simulation(Strict):
    """How a study's animals are simulated, and how many."""

    n: Annotated[int, FieldRule(ge=1)]
    seed: NotNegative
    endpoints: dict[str, Distribution]
    assumptions: tuple[Assumption, ...]
    scenarios: Annotated[dict[str, Scenario], FieldRule(min_length=1)]

    def faults(self, groups: set[str], endpoints: set[str], sources: set[str], *, paired: bool) -> Iterator[str]:
        """Names that the protocol does not have, and parts that do not fit its design."""
        for key, endpoint in self.endpoints.items():
            if key not in endpoints:
                yield f"simulation.endpoints {key!r} is not among the endpoints"
            if set(endpoint.groups) != groups:
                yield f"simulation.endpoints.{key}.groups must be all of {', '.join(sorted(groups))}, and no other"
            if endpoint.distribution.startswith("paired") != paired:
                yield f"simulation.endpoints.{key}.distribution {endpoint.distribution!r} does not fit the design"
        for name, scenario in self.scenarios.items():
            yield from self._faults_of_scenario(name, scenario, groups)
        for source in self._sources():
            if source not in sources:
                yield f"simulation names the source {source!r}, which is not among the sources"

    def _faults_of_scenario(self, name: str, scenario: Scenario, groups: set[str]) -> Iterator[str]:
        for key, centres in scenario.centres.items():
            if key in self.endpoints and min(centres.values(), default=1) <= 0 and not is_normal(self.endpoints[key]):
                yield f"simulation.scenarios.{name}.centres.{key} must be above zero"
            if key not in self.endpoints or not set(centres) <= groups:
                yield f"simulation.scenarios.{name}.centres.{key} names an endpoint or group that is not simulated"
        for key in scenario.cv:
            if not hasattr(self.endpoints.get(key), "cv"):
                yield f"simulation.scenarios.{name}.cv.{key} is no endpoint with one coefficient of variation"
        if scenario.deaths:
            yield from self._faults_of_deaths(name, scenario.deaths, groups)

    def _faults_of_deaths(self, name: str, deaths: Deaths, groups: set[str]) -> Iterator[str]:
        if deaths.risk_rises_with not in self.endpoints:
            yield f"simulation.scenarios.{name}.deaths.risk_rises_with {deaths.risk_rises_with!r} is not simulated"
        elif is_normal(self.endpoints[deaths.risk_rises_with]):
            yield f"simulation.scenarios.{name}.deaths.risk_rises_with must have values above zero"
        if not set(deaths.counts) <= groups or max(deaths.counts.values(), default=0) > deaths.of:
            yield (
                f"simulation.scenarios.{name}.deaths.counts must be of the study's groups, and at most {deaths.of} each"
            )

    def _sources(self) -> Iterator[str]:
        yield from (source for assumption in self.assumptions for source in assumption.sources)
        for endpoint in self.endpoints.values():
            yield from (source for group in endpoint.groups.values() for source in group.sources)
        for scenario in self.scenarios.values():
            yield from scenario.deaths.sources if scenario.deaths else ()
