"""What a printed table is, as typed models of its file: groups, values, and what the paper says of them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from secretome.audit.printed import N, Number, P, Size
from secretome.protocol import Source
from secretome.protocol.yaml_files import Strict, Text

Spread = Literal["sd", "se", "not said"]
Method = Literal[
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
    "not said",
]
Claimed = Literal["different", "not different", "higher", "lower"]
Place = tuple[str, ...]
Fraction = Annotated[float, Field(ge=1e-6, lt=1)]


class Group(Strict):
    """One arm as the table names it; `n` is absent where the source does not say it."""

    label: Text
    role: Literal["sham", "control", "treated", "reference"] | None = None
    n: N | None = None


class Cell(Strict):
    """What one cell of the table prints of one group.

    `spread` is what stands after ±; `low` and `high` are a printed range; `count` and `percent` are of the group's
    animals. `n` is given where it is not the group's. `letters` are marks of significance: groups without a common
    letter are said to differ.
    """

    mean: Number | None = None
    spread: Annotated[Number, Field(ge=0)] | None = None
    median: Number | None = None
    low: Number | None = None
    high: Number | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    percent: Annotated[Number, Field(ge=0, le=100)] | None = None
    n: N | None = None
    letters: str = ""

    @model_validator(mode="after")
    def _whole(self) -> "Cell":
        if all(value is None for value in (self.mean, self.median, self.count, self.percent)):
            raise ValueError("one of 'mean', 'median', 'count' and 'percent'")
        if self.spread is not None and self.mean is None:
            raise ValueError("a 'mean' beside a 'spread'")
        if (self.low is None) != (self.high is None) or (
            self.low is not None and self.high is not None and self.low > self.high
        ):
            raise ValueError("'low' and 'high' together, the smaller first")
        return self


class Comparison(Strict):
    """What the paper says of a comparison, as far as it says it.

    Without `groups` it is about all of the endpoint's; two groups are compared first against second, and `difference`
    is first less second. `family` is how many comparisons share the error rate `alpha`, where the paper adjusts for
    them.
    """

    groups: tuple[Text, ...] = ()
    method: Method = "not said"
    p: P | None = None
    claimed: Claimed | None = None
    alpha: Fraction = 0.05
    family: Annotated[int, Field(ge=1, le=10_000)] = 1
    statistic: Annotated[Number, Field(ge=0)] | None = None
    difference: Number | None = None
    standard_error: Annotated[Number, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Comparison":
        if len(self.groups) == 1 or len(set(self.groups)) < len(self.groups):
            raise ValueError("two groups or more, each once, or no 'groups' at all for every group")
        pair = len(self.groups) == 2
        if not pair and (
            self.difference is not None or self.standard_error is not None or self.claimed in ("higher", "lower")
        ):
            raise ValueError("two 'groups' for a difference, its standard error or a direction")
        if not pair and self.method in ("t", "welch", "lsd", "mann-whitney"):
            raise ValueError(f"two 'groups' for the method {self.method!r}")
        if all(part is None for part in (self.p, self.claimed, self.difference, self.standard_error)):
            raise ValueError("one of 'p', 'claimed', 'difference' and 'standard_error'")
        return self


class Endpoint(Strict):
    """One row of the table: what was measured, in which unit, and when.

    `quantity` is what it is called across reports, such as IL-6. `lowest` and `highest` are what one animal's value can
    be; `whole` says that it is a whole number. `deaths` marks counts of animals dead by `hour`.
    """

    label: Text
    quantity: str = ""
    unit: str = ""
    spread: Spread | None = None
    lowest: Number | None = None
    highest: Number | None = None
    whole: bool = False
    hour: float | None = None
    deaths: bool = False
    values: dict[str, Cell] = Field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()


class Ratio(Strict):
    """How many times one group's value is another's, as one number (`low` alone) or from `low` to `high`.

    `rise` says that the numbers are per cent above 1; `dilution` is the step of a titre.
    """

    label: Text
    quantity: Text
    of: Text
    to: Text
    low: Number
    high: Number | None = None
    rise: bool = False
    dilution: Annotated[Number, Field(gt=1)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Ratio":
        if self.ends[0] <= (-100 if self.rise else 0) or self.ends[0] > self.ends[1]:
            raise ValueError("ratios above zero (or rises above -100 %), the lower first")
        return self

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The lower and the upper end as printed."""
        return self.low, self.low if self.high is None else self.high


class Correlation(Strict):
    """A printed correlation; `points` are what it is over, `doses` how many different doses they have."""

    label: Text
    coefficient: Annotated[Number, Field(ge=-1, le=1)]
    method: Literal["spearman", "pearson", "not said"] = "not said"
    p: P | None = None
    points: Annotated[int, Field(ge=3, le=100_000)] | None = None
    doses: Annotated[int, Field(ge=2)] | None = None

    @model_validator(mode="after")
    def _doses_among_points(self) -> "Correlation":
        if self.doses is not None and (self.points is None or self.doses > self.points):
            raise ValueError("'points' beside 'doses', and no fewer")
        return self


class Estimate(Strict):
    """An odds ratio or another ratio with its interval, as a meta-analysis prints it."""

    label: Text
    quantity: Text
    estimate: Annotated[Number, Field(gt=0)]
    low: Annotated[Number, Field(gt=0)]
    high: Annotated[Number, Field(gt=0)]
    level: Fraction = 0.95


class Table(Strict):
    """A whole file: one source and all that it prints of interest.

    `total` is the number of animals that the source states, `series` what links reports that may be of one experiment.
    """

    title: Text
    source: Source
    subject: Text = "animal"
    note: str = ""
    total: Annotated[int, Field(ge=1)] | None = None
    series: str = ""
    spread: Spread = "not said"
    groups: dict[str, Group] = Field(default_factory=dict)
    endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    ratios: dict[str, Ratio] = Field(default_factory=dict)
    correlations: dict[str, Correlation] = Field(default_factory=dict)
    estimates: dict[str, Estimate] = Field(default_factory=dict)

    def spread_of(self, endpoint: Endpoint) -> Spread:
        """What ± stands for in a row."""
        return endpoint.spread or self.spread

    def size(self, endpoint: Endpoint, group: str) -> Size | None:
        """The animals of a group in a row: the cell's, the group's, or an equal share of the total; None if unknown."""
        cell = endpoint.values.get(group)
        stated = (cell.n if cell else None) or self.groups[group].n
        if stated or not self.shares_equally:
            return stated
        share = (self.total or 0) // len(self.groups)
        return Size(share, share)

    @property
    def shares_equally(self) -> bool:
        """Whether group sizes are unprinted and can be taken as equal shares of the total."""
        silent = all(group.n is None for group in self.groups.values())
        return bool(self.total and self.groups and silent and self.total % len(self.groups) == 0)

    def unknown_names(self) -> Iterator[tuple[Place, str]]:
        """Where the file names a group that it does not list."""
        for key, endpoint in self.endpoints.items():
            for name in endpoint.values:
                if name not in self.groups:
                    yield ("endpoints", key, "values", name), name
            for position, comparison in enumerate(endpoint.comparisons):
                for name in comparison.groups:
                    if name not in self.groups:
                        yield ("endpoints", key, "comparisons", str(position), "groups"), name
        for key, ratio in self.ratios.items():
            for side, name in (("of", ratio.of), ("to", ratio.to)):
                if name not in self.groups:
                    yield ("ratios", key, side), name
