"""Models of ``protocol.yml``: a study with its sources, groups and endpoints."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from secretome.protocol.claims import Check, Claim, Panel, SlopeDifference
from secretome.protocol.consistency import protocol_faults
from secretome.protocol.fields import Before, ContradictionsError, FieldRule, Strict, Text
from secretome.protocol.names import plural
from secretome.protocol.simulation import Simulation

Kind = Literal["concentration", "titre", "count", "proportion", "continuous", "survival"]
Origin = Literal["simulated", "published-summary", "published-individual", "measured"]
EffectScale = Literal["log", "linear"]
ORIGINS: tuple[Origin, ...] = ("simulated", "published-summary", "published-individual", "measured")


@dataclass(frozen=True, kw_only=True)
class Source(Strict):
    """The source of a fact: a key of ``book/references.bib``, words, the address and DOI if known, and the licence."""

    citation: Text
    text: Text
    url: str = ""
    doi: str = ""
    licence: Text


@dataclass(frozen=True, kw_only=True)
class Group(Strict):
    """A group of the study."""

    label: Text
    role: Literal["control", "sham", "treated", "reference"]
    treatment: str = ""
    dose: float | None = None
    dose_unit: str = ""
    route: str = ""


@dataclass(frozen=True, kw_only=True)
class EquivalenceMargin(Strict):
    """The equivalence margins and the reason for them.

    They are ratios above zero, or, on a linear scale, differences in the endpoint's unit: `low` below zero, `high`
    above it.
    """

    low: float
    high: float
    reason: Text

    def __post_init__(self) -> None:
        if not (0 < self.low < self.high or self.low < 0 < self.high):
            rest = "" if self.low > 0 else ", or, if they are differences, below zero with high above zero"
            raise ContradictionsError(f"low ({self.low:g}) must be above zero and below high ({self.high:g}){rest}")

    @property
    def scale(self) -> EffectScale:
        """Whether the margins are ratios or differences: zero lies between the latter."""
        return "linear" if self.low < 0 else "log"

    @property
    def no_difference(self) -> float:
        """The effect that means no difference."""
        return 0.0 if self.low < 0 else 1.0


@dataclass(frozen=True, kw_only=True)
class Endpoint(Strict):
    """A measurement of every animal.

    `lowest` and `highest` limit the possible values; `worst` is the end of the scale that an analysis which includes
    dead animals assigns to them. `scale` is that of the protocol unless stated: ``log`` compares geometric means by
    their ratio, ``linear`` compares means by their difference. Survival has the unit ``h`` or ``d``, its margin is of
    the hazard ratio, and the columns ``time`` and ``event`` of a cohort file state it. A cohort need not have an
    `optional` endpoint: without values of it, its claims are not asked.
    """

    label: Text
    unit: Text
    kind: Kind
    scale: EffectScale | None = None
    optional: bool = False
    lowest: float | None = None
    highest: float | None = None
    worst: Literal["lowest", "highest"] | None = None
    equivalence_margin: EquivalenceMargin


def _to_text(public: object) -> object:
    # YAML reads a year as a number and a day as a date.
    return str(public) if isinstance(public, int | date) else public


@dataclass(frozen=True, kw_only=True)
class OwnCohort(Strict):
    """The cohort that a study's page shows by default; simulated animals have no source.

    `public` is when the data of a cohort with a source were made public: a year, a month or a day, whichever is known.
    """

    file: Text
    source: str = ""
    public: Annotated[str, FieldRule(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"), Before(_to_text)] = ""

    def __post_init__(self) -> None:
        if bool(self.source) != bool(self.public):
            lacking, other = ("public", "source") if self.source else ("source", "public")
            raise ContradictionsError(
                f"a cohort with {other!r} needs {lacking!r}: where its data are from, and when they were made public"
            )


@dataclass(frozen=True, kw_only=True)
class Event(Strict):
    """An event in the experiment, and its hour."""

    hour: float
    what: Text


@dataclass(frozen=True, kw_only=True)
class Caveat(Strict):
    """A caveat that is shown with every verdict, and its source."""

    text: Text
    source: Text


@dataclass(frozen=True, kw_only=True)
class Protocol(Strict):
    """A study, as its ``protocol.yml`` states it; `registered` is the day on which its rules were fixed.

    `block` is a column of cohort files, such as ``sex`` or ``litter``: the planned tests compare animals within it.
    `unit` is the column of experimental units that contain several animals, such as ``cage``: they are averaged first.
    `time` is the hour that is analysed, if a file has values at several, and `baseline` the hour before the treatment
    whose values are the covariate of the planned tests.
    """

    key: Annotated[str, FieldRule(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    registered: date
    setting: Literal["in vivo", "in vitro"]
    species: Text
    experimental_unit: Text
    experimental_units: str = ""
    design: Literal["independent", "paired"] = "independent"
    by: str = ""
    block: str = ""
    unit: str = ""
    scale: EffectScale = "log"
    population: str = ""
    sampling_hour: float | None = None
    time: float | None = None
    baseline: float | None = None
    timeline: tuple[Event, ...] = ()
    cohort: OwnCohort
    sources: dict[str, Source]
    groups: dict[str, Group]
    endpoints: dict[str, Endpoint]
    checks: dict[str, Check] = field(default_factory=dict)
    claims: dict[str, Claim]
    panels: dict[str, Panel] = field(default_factory=dict)
    slopes: dict[str, SlopeDifference] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()
    simulation: Simulation | None = None

    def __post_init__(self) -> None:
        if faults := list(protocol_faults(self)):
            raise ContradictionsError(*faults)

    @property
    def chosen_after_data(self) -> bool:
        """Whether the study's data were public when the rules were registered; true unless shown otherwise."""
        # A date may be incomplete: 2026 can be any day of 2026.
        return bool(self.cohort.public) and self.cohort.public <= self.registered.isoformat()

    def is_survival(self, endpoint: str) -> bool:
        """Whether an endpoint is survival."""
        return endpoint in self.endpoints and self.endpoints[endpoint].kind == "survival"

    @property
    def survival(self) -> str:
        """The key of the endpoint that is survival; empty if there is none."""
        return next((key for key in self.endpoints if self.is_survival(key)), "")

    def without(self, endpoints: Collection[str]) -> "Protocol":
        """The same study without these endpoints, their claims, checks and slopes; the simulation is kept."""
        reduced = copy(self)
        for name in ("claims", "checks", "slopes"):
            kept = {key: one for key, one in getattr(self, name).items() if one.endpoint not in endpoints}
            object.__setattr__(reduced, name, kept)
        kept = {key: one for key, one in self.endpoints.items() if key not in endpoints}
        # It is not validated again: a file of animals is read by the endpoints that an assay measures, even if none is.
        object.__setattr__(reduced, "endpoints", kept)
        return reduced

    @property
    def simulated(self) -> "Protocol":
        """The same study without the optional endpoints that its simulation does not draw."""
        drawn = self.simulation.endpoints if self.simulation else self.endpoints
        return self.without([key for key, about in self.endpoints.items() if about.optional and key not in drawn])

    @property
    def claims_from_cohort(self) -> bool:
        """Whether every claim has the source of the study's own cohort, or the cohort states none."""
        return not self.cohort.source or all(claim.source == self.cohort.source for claim in self.claims.values())

    def family_size(self, claim: Claim) -> int:
        """The number of tests over which the p of a claim is adjusted, or 0 if it is not about contrasts of groups."""
        return self.panels[claim.panel].size if claim.panel else len(claim.compared)

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns of a cohort file that the planned tests need: those of blocks and of experimental units."""
        return tuple(name for name in (self.block, self.unit) if name)

    @property
    def units(self) -> str:
        """The plural of the experimental unit."""
        return self.experimental_units or plural(self.experimental_unit)

    @property
    def no_simulation(self) -> str:
        """What to do if the protocol has no simulation, but a command needs one."""
        for key, found in (("block", self.block), ("baseline", self.baseline is not None)):
            if found:
                return (
                    f"Animals are simulated without a {key}. Copy the folder, leave out {key!r} there, add the key "
                    f"'simulation', and plan with that study: its power is that of a design without the {key}."
                )
        return (
            "Add the key 'simulation' to its protocol.yml: n, seed, the distribution of each endpoint in each group, "
            "assumptions, and scenarios, one of them as_published. `secretome new` writes these lines "
            "as comments at its end, and `secretome schema` describes each key."
        )

    @property
    def pair(self) -> tuple[str, str]:
        """Treated and control group of the first contrast of a paired study."""
        treated, control = self.contrasts_of()[0].split(" vs ")
        return treated, control

    def contrasts_of(self, endpoint: str = "") -> list[str]:
        """The contrasts of two groups in claims and checks, of one endpoint or of all, each once."""
        of_claims = [(one.endpoint, contrast) for one in self.claims.values() for contrast in one.compared]
        of_checks = [(one.endpoint, one.contrast) for one in self.checks.values()]
        return list(dict.fromkeys(name for key, name in (*of_claims, *of_checks) if endpoint in ("", key)))
