"""Models of ``protocol.yml``: groups, endpoints, contrasts, claims and checks of a study."""

from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from secretome.protocol.fields import Before, FieldRule, Strict, Text
from secretome.protocol.names import name_key, sides
from secretome.protocol.simulation import Simulation, is_normal

Kind = Literal["concentration", "titre", "count", "proportion", "continuous", "survival"]
Origin = Literal["simulated", "published-summary", "published-individual", "measured"]
Direction = Literal["up", "down"]
EffectScale = Literal["log", "linear"]

# The kinds whose values can be compared by differences: the others have values beyond a limit, or spread with the mean.
LINEAR_KINDS = ("continuous", "proportion")
# The published tests of two groups, of a trend, and of pairs.
TWO_GROUP_TESTS = ("mann_whitney", "student_t", "welch_t", "anova_dunnett", "anova_tukey", "kruskal_dunn")
TREND_TESTS = ("jonckheere_terpstra",)
PAIRED_TESTS = ("signed_rank", "paired_t")
SURVIVAL_TESTS = ("logrank", "fisher", "chi_square")
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
        faults = [*self._unknown_names(), *self._colliding_names(), *self._design_faults(), *self._mixed_families()]
        faults += [*self._scale_faults(), *self._survival_faults()]
        if self.simulation:
            names = set(self.groups), set(self.endpoints), set(self.sources)
            faults += self.simulation.faults(*names, paired=self.design == "paired")
            faults += self._scale_faults_of_simulation(self.simulation)
        if faults:
            raise ValueError("; ".join(faults))

    def _design_faults(self) -> Iterator[str]:
        paired = self.design == "paired"
        if not self.claims:
            yield "a study needs one claim or more"
        if paired and len({claim.contrast for claim in self.claims.values()}) > 1:
            yield "a paired study has one contrast"
        if paired and self.checks:
            yield "a paired study has no checks"
        if paired != bool(self.by):
            yield "a paired design, and only a paired one, needs 'by': the column that makes the pairs"
        for key, claim in self.claims.items():
            methods: tuple[str, ...] = TWO_GROUP_TESTS
            if self.is_survival(claim.endpoint):
                methods = SURVIVAL_TESTS
            elif paired or claim.over_doses:
                methods = PAIRED_TESTS if paired else TREND_TESTS
            method = claim.published_method
            if (method and method not in methods) or (paired and (claim.together or claim.over_doses)):
                yield (
                    f"claims.{key}.published_test.method {method!r} does not fit the design or the claim; "
                    f"{', '.join(methods)} do, or no published_test"
                )

    def _scale_faults(self) -> Iterator[str]:
        for key, endpoint in self.endpoints.items():
            scale = endpoint.scale or self.scale
            if scale == "linear" and endpoint.kind not in (*LINEAR_KINDS, "survival"):
                yield (
                    f"endpoints.{key}: a {endpoint.kind} is compared on a log scale; write 'scale: log' there, or "
                    "choose the kind 'continuous' if no value is below a limit of the assay"
                )
            elif endpoint.equivalence_margin.scale != ("log" if endpoint.kind == "survival" else scale):
                wanted = {
                    "log": "ratios above zero, such as 0.8 and 1.25",
                    "linear": f"differences in {endpoint.unit}, the lower below zero and the higher above it",
                }
                yield f"endpoints.{key}.equivalence_margin must be {wanted[scale]}, because the scale is {scale}"
        for key, claim in self.claims.items():
            about = self.endpoints.get(claim.endpoint)
            ratios = about is None or about.equivalence_margin.scale == "log"
            if claim.printed_range and ratios and claim.printed_range[0] <= 0:
                yield f"claims.{key}.printed_range must be two ratios above zero, the smaller first"

    def _scale_faults_of_simulation(self, simulation: Simulation) -> Iterator[str]:
        for key, drawn in simulation.endpoints.items():
            about = self.endpoints.get(key)
            if about is not None and (about.kind == "survival") != (drawn.distribution == "weibull"):
                yield f"simulation.endpoints.{key}.distribution must be weibull for survival, and only for survival"
                continue
            linear = about is not None and about.equivalence_margin.scale == "linear"
            if (
                about is not None
                and linear != is_normal(drawn)
                and not (linear and drawn.distribution == "beta-binomial")
            ):
                yield (
                    f"simulation.endpoints.{key}.distribution {drawn.distribution!r} does not fit the "
                    f"{'linear' if linear else 'log'} scale of the endpoint"
                )

    def _survival_faults(self) -> Iterator[str]:
        keys = [key for key in self.endpoints if self.is_survival(key)]
        if len(keys) > 1:
            yield f"endpoints: {' and '.join(keys)} are survival, and a cohort file has one pair of time and event"
        for key in keys:
            if self.endpoints[key].unit not in ("h", "d"):
                yield f"endpoints.{key}.unit must be h or d, because survival is a time"
            if self.endpoints[key].unit == "d" and self.sampling_hour is not None:
                yield f"endpoints.{key}.unit must be h, because sampling_hour is in hours"
            if self.design == "paired":
                yield f"endpoints.{key}: survival has no pairs"
        for name, claim in self.claims.items():
            if claim.over_doses and self.is_survival(claim.endpoint):
                yield f"claims.{name}: a trend of survival has no planned test; claim 'every' dose, or a 'single' one"
        for name, slope in self.slopes.items():
            if self.is_survival(slope.endpoint):
                yield f"slopes.{name}: survival has no slope on the dose"
        for name, check in self.checks.items():
            if (check.test == "logrank") != self.is_survival(check.endpoint):
                yield f"checks.{name}.test must be logrank for survival, and only for survival"

    def _unknown_names(self) -> Iterator[str]:
        if self.cohort.source and self.cohort.source not in self.sources:
            yield f"cohort.source {self.cohort.source!r} is not among the sources"
        for caveat in self.caveats:
            if caveat.source not in self.sources:
                yield f"a caveat's source {caveat.source!r} is not among the sources"
        for key, claim in self.claims.items():
            if claim.source not in self.sources:
                yield f"claims.{key}.source {claim.source!r} is not among the sources"
            if not (claim.together or claim.over_doses) and claim.contrast not in claim.compared:
                yield f"claims.{key}.contrast {claim.contrast!r} is not in its own family"
            yield from self._unknown_sides(f"claims.{key}", claim.endpoint, claim.compared)
            yield from self._unknown_doses(f"claims.{key}", claim.doses)
        for key, slope in self.slopes.items():
            yield from self._unknown_sides(f"slopes.{key}", slope.endpoint, ())
            yield from self._unknown_doses(f"slopes.{key}", slope.doses)
            yield from self._unknown_doses(f"slopes.{key}", slope.other_doses)
        for key, check in self.checks.items():
            yield from self._unknown_sides(f"checks.{key}", check.endpoint, (check.contrast,))

    def _unknown_sides(self, place: str, endpoint: str, contrasts: tuple[str, ...]) -> Iterator[str]:
        if endpoint not in self.endpoints:
            yield f"{place}.endpoint {endpoint!r} is not among the endpoints"
        for contrast in contrasts:
            treated, control = sides(contrast)
            if treated == control:
                yield f"{place}: contrast {contrast!r} compares a group with itself"
            for group in (treated, control):
                if group not in self.groups:
                    yield f"{place}: contrast {contrast!r} names {group!r}, which is not among the groups"

    def _unknown_doses(self, place: str, groups: tuple[str, ...]) -> Iterator[str]:
        unknown = [group for group in groups if group not in self.groups]
        for group in unknown:
            yield f"{place}.doses names {group!r}, which is not among the groups"
        if not unknown:
            doses = [self.groups[group].dose or 0.0 for group in groups]
            if any(dose <= 0 for dose in doses) or doses != sorted(set(doses)):
                yield f"{place}.doses must rise from above zero; they are {doses}"

    def _colliding_names(self) -> Iterator[str]:
        for what, members in (("groups", self.groups), ("endpoints", self.endpoints)):
            owners: dict[str, str] = {}
            for key, member in members.items():
                for name in (key, member.label):
                    owner = owners.setdefault(name_key(name), key)
                    if owner != key:
                        yield f"{what}: {owner!r} and {key!r} cannot be told apart by {name!r}"

    def _mixed_families(self) -> Iterator[str]:
        """Contrasts in two families: each would have two adjusted p values, but its row has only one."""
        families: dict[tuple[str, str], tuple[str, ...]] = {}
        tests: dict[tuple[str, str], str] = {}
        for key, claim in self.claims.items():
            for contrast in claim.compared or (claim.contrast,):
                if tests.setdefault((claim.endpoint, contrast), claim.published_method) != claim.published_method:
                    yield f"claims.{key}: contrast {contrast!r} of {claim.endpoint} has two published tests"
            for contrast in claim.compared:
                if set(families.setdefault((claim.endpoint, contrast), claim.compared)) != set(claim.compared):
                    yield f"claims.{key}: contrast {contrast!r} of {claim.endpoint} stands in two different families"
        for key, check in self.checks.items():
            if (check.endpoint, check.contrast) in families:
                yield f"checks.{key}: contrast {check.contrast!r} of {check.endpoint} is a claim's too"

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
