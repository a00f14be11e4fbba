"""Typed models of the file of a reported table: groups, values, and what the paper states about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from secretome.audit.reported import N, Number, P, Size
from secretome.protocol import Source
from secretome.protocol.fields import FieldRule, NotNegative, Strict, Text

Spread = Literal["sd", "se", "not stated"]
ReportedMethod = Literal[
    "anova",
    "t",
    "welch",
    "lsd",
    "chi-square",
    "fisher",
    "log-rank",
    "kruskal-wallis",
    "mann-whitney",
    "two-way anova",
    "not stated",
]
Claimed = Literal["different", "not different", "higher", "lower"]
Place = tuple[str, ...]
Fraction = Annotated[float, FieldRule(ge=1e-6, lt=1)]


@dataclass(frozen=True, kw_only=True)
class ReportedGroup(Strict):
    """One group as the table names it; `n` is absent if the source does not state it."""

    label: Text
    role: Literal["sham", "control", "treated", "reference"] | None = None
    n: N | None = None


@dataclass(frozen=True, kw_only=True)
class ReportedCell(Strict):
    """The values of one group in one row of the table.

    `spread` is the number after ±; `low` and `high` are a reported range; `count` and `percent` refer to the group's
    animals. `n` is given if it is not the group's. `letters` mark significance: groups without a common letter are
    reported to differ.
    """

    mean: Number | None = None
    spread: Annotated[Number, FieldRule(ge=0)] | None = None
    median: Number | None = None
    low: Number | None = None
    high: Number | None = None
    count: NotNegative | None = None
    percent: Annotated[Number, FieldRule(ge=0, le=100)] | None = None
    n: N | None = None
    letters: str = ""

    @property
    def centre(self) -> Decimal | None:
        """The reported mean or, without one, the median."""
        return self.median if self.mean is None else self.mean

    def __post_init__(self) -> None:
        if all(value is None for value in (self.mean, self.median, self.count, self.percent)):
            raise ValueError("one of 'mean', 'median', 'count' and 'percent'")
        if self.spread is not None and self.mean is None:
            raise ValueError("a 'mean' with the 'spread'")
        if (self.low is None) != (self.high is None) or (
            self.low is not None and self.high is not None and self.low > self.high
        ):
            raise ValueError("'low' and 'high' together, the smaller first")


@dataclass(frozen=True, kw_only=True)
class ReportedComparison(Strict):
    """What the paper reports about a comparison.

    Without `groups` it refers to all groups of the endpoint; of two groups the first is compared with the second, and
    `difference` is first minus second. `family` is the number of comparisons that share the error rate `alpha`, if the
    paper adjusts for them.
    """

    groups: tuple[Text, ...] = ()
    method: ReportedMethod = "not stated"
    p: P | None = None
    claimed: Claimed | None = None
    alpha: Fraction = 0.05
    family: Annotated[int, FieldRule(ge=1, le=10_000)] = 1
    statistic: Annotated[Number, FieldRule(ge=0)] | None = None
    difference: Number | None = None
    standard_error: Annotated[Number, FieldRule(gt=0)] | None = None

    @property
    def reported(self) -> str:
        """The p or, without one, the claim."""
        return str(self.p or self.claimed)

    def __post_init__(self) -> None:
        if len(self.groups) == 1 or len(set(self.groups)) < len(self.groups):
            raise ValueError("two groups or more, each once, or no 'groups' at all for every group")
        pair = len(self.groups) == 2
        if not pair and (
            self.difference is not None or self.standard_error is not None or self.claimed in ("higher", "lower")
        ):
            raise ValueError("two 'groups' for a difference, its standard error or a direction")
        if not pair and self.method in ("t", "welch", "lsd", "mann-whitney"):
            raise ValueError(f"two 'groups' for the method {self.method!r}")
        if all(value is None for value in (self.p, self.claimed, self.difference, self.standard_error)):
            raise ValueError("one of 'p', 'claimed', 'difference' and 'standard_error'")


@dataclass(frozen=True, kw_only=True)
class ReportedEndpoint(Strict):
    """One row of the table: what was measured, in which unit, and when.

    `quantity` is the name that all reports share, such as IL-6. `lowest` and `highest` limit the value of one animal;
    `integer` means that it is a whole number. `deaths` marks counts of animals dead by `hour`.
    """

    label: Text
    quantity: str = ""
    unit: str = ""
    spread: Spread | None = None
    lowest: Number | None = None
    highest: Number | None = None
    integer: bool = False
    hour: float | None = None
    deaths: bool = False
    values: dict[str, ReportedCell] = field(default_factory=dict)
    comparisons: tuple[ReportedComparison, ...] = ()

    @property
    def has_counts(self) -> bool:
        """Whether any group has a count or a percentage."""
        return any(cell.count is not None or cell.percent is not None for cell in self.values.values())

    @property
    def with_means(self) -> list[str]:
        """The groups that have a mean."""
        return [group for group, cell in self.values.items() if cell.mean is not None]


@dataclass(frozen=True, kw_only=True)
class ReportedRatio(Strict):
    """The ratio of two groups' values, as one number (`low` alone) or from `low` to `high`.

    `rise` means that the numbers are an increase in per cent; `dilution` is the fold dilution of a titre.
    """

    label: Text
    quantity: Text
    of: Text
    to: Text
    low: Number
    high: Number | None = None
    rise: bool = False
    dilution: Annotated[Number, FieldRule(gt=1)] | None = None

    def __post_init__(self) -> None:
        if self.limits[0] <= (-100 if self.rise else 0) or self.limits[0] > self.limits[1]:
            raise ValueError("ratios above zero (or rises above -100 %), the lower first")

    @property
    def limits(self) -> tuple[Decimal, Decimal]:
        """The lower and the upper limit as reported."""
        return self.low, self.low if self.high is None else self.high


@dataclass(frozen=True, kw_only=True)
class ReportedCorrelation(Strict):
    """A reported correlation; `points` is the number of points, `doses` the number of different doses among them."""

    label: Text
    coefficient: Annotated[Number, FieldRule(ge=-1, le=1)]
    method: Literal["spearman", "pearson", "not stated"] = "not stated"
    p: P | None = None
    points: Annotated[int, FieldRule(ge=3, le=100_000)] | None = None
    doses: Annotated[int, FieldRule(ge=2)] | None = None

    def __post_init__(self) -> None:
        if self.doses is not None and (self.points is None or self.doses > self.points):
            raise ValueError("'points' with 'doses', and at least as many")


@dataclass(frozen=True, kw_only=True)
class ReportedEstimate(Strict):
    """An odds ratio or another ratio with its interval, as a meta-analysis reports it."""

    label: Text
    quantity: Text
    estimate: Annotated[Number, FieldRule(gt=0)]
    low: Annotated[Number, FieldRule(gt=0)]
    high: Annotated[Number, FieldRule(gt=0)]
    level: Fraction = 0.95


@dataclass(frozen=True, kw_only=True)
class ReportedTable(Strict):
    """The content of a file: one source and the numbers that it reports.

    `total` is the number of animals that the source states; reports that may describe one experiment have the same
    `series`.
    """

    title: Text
    source: Source
    subject: Text = "animal"
    note: str = ""
    total: Annotated[int, FieldRule(ge=1)] | None = None
    series: str = ""
    spread: Spread = "not stated"
    groups: dict[str, ReportedGroup] = field(default_factory=dict)
    endpoints: dict[str, ReportedEndpoint] = field(default_factory=dict)
    ratios: dict[str, ReportedRatio] = field(default_factory=dict)
    correlations: dict[str, ReportedCorrelation] = field(default_factory=dict)
    estimates: dict[str, ReportedEstimate] = field(default_factory=dict)

    def states_spread(self, endpoint: ReportedEndpoint) -> bool:
        """Whether the source states the meaning of ± in a row."""
        return (endpoint.spread or self.spread) != "not stated"

    def spreads(self, endpoint: ReportedEndpoint) -> tuple[str, ...]:
        """The interpretations of ± in a row: the stated one, or both."""
        return (endpoint.spread or self.spread,) if self.states_spread(endpoint) else ("sd", "se")

    def size(self, endpoint: ReportedEndpoint, group: str) -> Size | None:
        """The animals of a group in a row: the cell's, the group's, or an equal share of the total; None if unknown."""
        cell = endpoint.values.get(group)
        stated = (cell.n if cell else None) or self.groups[group].n
        if stated or not self.has_equal_shares:
            return stated
        share = (self.total or 0) // len(self.groups)
        return Size(share, share)

    @property
    def has_equal_shares(self) -> bool:
        """Whether no group size is reported and equal shares of the total are whole numbers."""
        unknown = all(group.n is None for group in self.groups.values())
        return bool(self.total and self.groups and unknown and self.total % len(self.groups) == 0)

    def unknown_names(self) -> Iterator[tuple[Place, str]]:
        """The places where the file names a group that it does not list."""
        for place, name in self._named_groups():
            if name not in self.groups:
                yield place, name

    def _named_groups(self) -> Iterator[tuple[Place, str]]:
        for key, endpoint in self.endpoints.items():
            for name in endpoint.values:
                yield ("endpoints", key, "values", name), name
            for position, comparison in enumerate(endpoint.comparisons):
                for name in comparison.groups:
                    yield ("endpoints", key, "comparisons", str(position), "groups"), name
        for key, ratio in self.ratios.items():
            yield ("ratios", key, "of"), ratio.of
            yield ("ratios", key, "to"), ratio.to
