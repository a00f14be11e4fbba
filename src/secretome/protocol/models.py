"""Models of ``protocol.yml``: groups, endpoints, contrasts, claims and checks of a study."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from secretome.protocol.consistency import protocol_faults
from secretome.protocol.fields import Before, FieldRule, Strict, Text
from secretome.protocol.names import sides
from secretome.protocol.simulation import Simulation

Kind = Literal["concentration", "titre", "count", "proportion", "continuous", "survival"]
Origin = Literal["simulated", "published-summary", "published-individual", "measured"]
Direction = Literal["up", "down"]
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
            raise ValueError(f"low ({self.low:g}) must be above zero and below high ({self.high:g}){rest}")

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


@dataclass(frozen=True, kw_only=True)
class PublishedTest(Strict):
    """The test presumed to be the authors', and what they state about it; ``not_stated`` if none is presumed."""

    method: Literal[
        "signed_rank",
        "paired_t",
        "mann_whitney",
        "jonckheere_terpstra",
        "student_t",
        "welch_t",
        "anova_dunnett",
        "anova_tukey",
        "kruskal_dunn",
        "logrank",
        "fisher",
        "chi_square",
        "not_stated",
    ]
    stated: Text


class ClaimKeys(NamedTuple):
    """What a claim of a kind states, and so which keys it has and how its contrasts are used."""

    several: bool  # about several contrasts, all of which it needs
    directed: bool  # that a response rises or falls, not that nothing changes
    over_doses: bool  # about a series of doses


CLAIM_KINDS = {
    "single": ClaimKeys(several=False, directed=True, over_doses=False),
    "every": ClaimKeys(several=True, directed=True, over_doses=False),
    "unchanged": ClaimKeys(several=True, directed=False, over_doses=False),
    "trend": ClaimKeys(several=False, directed=True, over_doses=True),
}


@dataclass(frozen=True, kw_only=True)
class Claim(Strict):
    """A published claim in a form that a cohort can test.

    `single`: one `contrast`, adjusted over its `family`. `every`: all `contrasts` change in one direction. `unchanged`:
    all `contrasts` are inside the equivalence margins. `trend`: the response changes with the `doses`, which are in
    ascending order; `contrast` is its name. If `negligible` is false, an effect inside the equivalence margins still
    counts. Survival that goes ``up`` is longer: the hazard ratio is below 1.
    """

    sentence: Text
    endpoint: Text
    kind: Literal["single", "every", "unchanged", "trend"]
    direction: Direction | None = None
    contrast: str = ""
    family: tuple[Text, ...] = ()
    contrasts: tuple[Text, ...] = ()
    doses: tuple[Text, ...] = ()
    negligible: bool = True
    published_test: PublishedTest | None = None
    printed_range: tuple[float, float] | None = None
    source: Text

    def __post_init__(self) -> None:
        if self.printed_range and not self.printed_range[0] < self.printed_range[1]:
            raise ValueError("printed_range must be two effects, the smaller first")
        self._check_keys_of_kind()

    def _check_keys_of_kind(self) -> None:
        keys = CLAIM_KINDS[self.kind]
        needed = {
            "direction": keys.directed,
            "contrast": not keys.several,
            "contrasts": keys.several,
            "doses": keys.over_doses,
        }
        for key, wanted in needed.items():
            if wanted != bool(getattr(self, key)):
                raise ValueError(f"a claim of kind {self.kind!r} {'needs' if wanted else 'has no'} {key!r}")
        if self.family and (keys.several or keys.over_doses):
            raise ValueError(f"a claim of kind {self.kind!r} has no 'family'")
        if keys.over_doses and len(self.doses) < 3:
            raise ValueError("a trend needs three doses or more")

    @property
    def compared(self) -> tuple[str, ...]:
        """The contrasts of two groups that the claim states or is adjusted over; a trend has none."""
        if self.over_doses:
            return ()
        return self.contrasts or self.family or (self.contrast,)

    @property
    def published_method(self) -> str:
        """The name of the test presumed to be the authors'; empty if none is known."""
        test = self.published_test
        return "" if test is None or test.method == "not_stated" else test.method

    @property
    def judged_on(self) -> tuple[str, ...]:
        """The contrasts that decide the claim, without the others of its family."""
        return self.contrasts or (self.contrast,)

    @property
    def together(self) -> bool:
        """Whether the claim needs every one of its contrasts, so that none is adjusted."""
        return CLAIM_KINDS[self.kind].several

    @property
    def is_equivalence(self) -> bool:
        """Whether the claim states that nothing changes."""
        return not CLAIM_KINDS[self.kind].directed

    @property
    def over_doses(self) -> bool:
        """Whether the claim is about a series of doses."""
        return CLAIM_KINDS[self.kind].over_doses

    @property
    def adjacent(self) -> tuple[str, ...]:
        """The contrasts of each dose of a trend with the next lower one."""
        return tuple(f"{higher} vs {lower}" for lower, higher in pairwise(self.doses))

    @property
    def rises(self) -> bool:
        """Whether the claim states an increase."""
        return self.direction == "up"

    @property
    def sides(self) -> tuple[str, str]:
        """The treated and the control group of the claim's contrast."""
        return sides(self.contrast)


@dataclass(frozen=True, kw_only=True)
class Check(Strict):
    """A precondition of the experiment: if it fails, the claims on the endpoint cannot be tested."""

    sentence: Text
    endpoint: Text
    contrast: Text
    direction: Direction
    test: Literal["mann_whitney", "welch", "logrank"]
    reason: Text


@dataclass(frozen=True, kw_only=True)
class SlopeDifference(Strict):
    """A test of whether the dose has a larger effect in one series of groups than in another.

    That one slope is significant and the other is not does not answer this.
    """

    question: Text
    endpoint: Text
    contrast: Text
    doses: Annotated[tuple[Text, ...], FieldRule(min_length=3)]
    other_doses: Annotated[tuple[Text, ...], FieldRule(min_length=3)]


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
            raise ValueError(
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
    """A study, as its ``protocol.yml`` states it; `registered` is the day on which its rules were fixed."""

    key: Annotated[str, FieldRule(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    registered: date
    setting: Literal["in vivo", "in vitro"]
    species: Text
    experimental_unit: Text
    experimental_units: str = ""
    design: Literal["independent", "paired"] = "independent"
    by: str = ""
    scale: EffectScale = "log"
    population: str = ""
    sampling_hour: float | None = None
    timeline: tuple[Event, ...] = ()
    cohort: OwnCohort
    sources: dict[str, Source]
    groups: dict[str, Group]
    endpoints: dict[str, Endpoint]
    checks: dict[str, Check] = field(default_factory=dict)
    claims: dict[str, Claim]
    slopes: dict[str, SlopeDifference] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()
    simulation: Simulation | None = None

    def __post_init__(self) -> None:
        if faults := list(protocol_faults(self)):
            raise ValueError("; ".join(faults))

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
    def claims_from_cohort(self) -> bool:
        """Whether every claim has the source of the study's own cohort, or the cohort states none."""
        return not self.cohort.source or all(claim.source == self.cohort.source for claim in self.claims.values())

    @property
    def units(self) -> str:
        """The plural of the experimental unit."""
        return self.experimental_units or f"{self.experimental_unit}s"

    @property
    def pair(self) -> tuple[str, str]:
        """Treated and control group of a paired study."""
        return next(iter(self.claims.values())).sides
