"""The rows of ``results.csv``, and how a method that cannot be computed leaves an empty one."""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from secretome.analysis.specification import (
    SPECIFICATION_COLUMNS,
    Adjustment,
    Dose,
    Method,
    Nondetects,
    Scale,
    Specification,
)

AnalysisName = Literal["published", "planned", "multiverse"]
Floats = NDArray[np.float64]

ANALYSES: tuple[AnalysisName, ...] = ("published", "planned", "multiverse")
# What a row estimates, where other packages must know it.
RATIO = "geometric mean ratio"
RATIO_BY_MODEL = "geometric mean ratio by the censored lognormal model"
RATE_RATIO = "ratio of rates by a model of the counts"
BOUND = "bound of the geometric mean ratio"
HAZARD_RATIO = "hazard ratio"
RESTRICTED_MEAN = "difference of restricted mean survival"
SHARES_ALIVE = "difference of the shares alive at the end"
SHIFT = "Hodges-Lehmann shift"
MEAN_DIFFERENCE = "mean difference"
SUPERIORITY = "probability of superiority"
TREND_RATIO = "fitted geometric mean ratio of the highest to the lowest dose"
TREND_DIFFERENCE = "fitted mean difference between the highest and the lowest dose"
DIFFERENCE_OF_SLOPES = "difference of the two slopes' mean differences between the highest and the lowest dose"
RATIO_OF_RATIOS = "ratio of the two slopes' ratios of the highest to the lowest dose"
RATIO_OF_TWO_RATIOS = "ratio of the two geometric mean ratios"
DIFFERENCE_OF_DIFFERENCES = "difference of the two mean differences"
RISING_PAIRS = "proportion of increasing pairs minus that of decreasing pairs"
RANK_RATIO = "Hodges-Lehmann ratio"
RANK_CORRELATION = "Spearman's correlation of dose and response"
SHARE_RISING = "proportion of changed pairs that increase"
# The value of each effect that means no difference.
NO_DIFFERENCE = {
    RATIO: 1.0,
    RATIO_BY_MODEL: 1.0,
    RATE_RATIO: 1.0,
    RANK_RATIO: 1.0,
    TREND_RATIO: 1.0,
    RATIO_OF_RATIOS: 1.0,
    RATIO_OF_TWO_RATIOS: 1.0,
    DIFFERENCE_OF_DIFFERENCES: 0.0,
    TREND_DIFFERENCE: 0.0,
    DIFFERENCE_OF_SLOPES: 0.0,
    RISING_PAIRS: 0.0,
    RANK_CORRELATION: 0.0,
    HAZARD_RATIO: 1.0,
    RESTRICTED_MEAN: 0.0,
    SHARES_ALIVE: 0.0,
    SHIFT: 0.0,
    MEAN_DIFFERENCE: 0.0,
    SUPERIORITY: 0.5,
    SHARE_RISING: 0.5,
}


@dataclass(frozen=True)
class Settings:
    """The settings of a run: which analyses, the error rate of claims, the level of other intervals, and the seed."""

    analyses: tuple[AnalysisName, ...]
    alpha: float
    level: float
    seed: int


@dataclass(frozen=True)
class Estimate:
    """The result of one method for one contrast."""

    statistic: float = math.nan
    pvalue: float = math.nan
    midp: float = math.nan
    min_pvalue: float = math.nan
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    level: float = math.nan
    ties: int = 0
    df: float = math.nan

    def sized(self, size: "Estimate") -> "Estimate":
        """The p of this test with another method's estimate and interval."""
        return replace(self, estimate=size.estimate, low=size.low, high=size.high, level=size.level)

    def as_ratio(self) -> "Estimate":
        """A difference of logarithms as a ratio."""
        return replace(
            self, estimate=float(np.exp(self.estimate)), low=float(np.exp(self.low)), high=float(np.exp(self.high))
        )


@dataclass(frozen=True)
class Result(Estimate):
    """One row of ``results.csv``.

    Attributes
    ----------
    study, cohort, endpoint, contrast : str
        What was compared; a contrast reads ``treated vs control``.
    analysis : str
        ``published``, ``planned`` or ``multiverse``.
    method, alternative, effect : str
        The test, its alternative, and what `estimate` measures.
    statistic, pvalue, midp, min_pvalue, pvalue_adjusted : float
        `midp` and `min_pvalue` for exact tests only; `pvalue_adjusted`, over the claim's family, where the analysis
        adjusts.
    estimate, low, high, level : float
        The effect, its interval and the confidence level that this reaches. Where the values only bound the effect,
        `estimate` and `level` are NaN, and one of `low` and `high` is the bound. Where a claim needs all of its
        contrasts, the interval belongs to
        `pvalue`; where it is about one of several, to `pvalue_adjusted`.
    test, scale, dose, adjustment, nondetects : str
        The choices behind `method`, as codes (see `Specification`).
    low_simultaneous, high_simultaneous, level_simultaneous : float
        The interval that belongs to `pvalue_adjusted`, for planned rows of a family of contrasts; NaN elsewhere.
    n_treated, n_control, ties, censored, missing : int
        Values used per group; values tied; values beyond a limit; animals without a value, the dead among them, or
        without a pair.
    """

    study: str = ""
    cohort: str = ""
    endpoint: str = ""
    contrast: str = ""
    analysis: str = ""
    method: str = ""
    alternative: str = ""
    effect: str = ""
    pvalue_adjusted: float = math.nan
    n_treated: int = 0
    n_control: int = 0
    censored: int = 0
    missing: int = 0
    low_simultaneous: float = math.nan
    high_simultaneous: float = math.nan
    level_simultaneous: float = math.nan
    test: str = ""
    scale: str = ""
    dose: str = ""
    adjustment: str = ""
    nondetects: str = ""

    @property
    def specification(self) -> Specification:
        """The choices that define this analysis."""
        return specification_of(asdict(self))

    def with_simultaneous(self, interval: Estimate) -> "Result":
        """The same row with the limits and the level of a simultaneous interval."""
        return replace(
            self, low_simultaneous=interval.low, high_simultaneous=interval.high, level_simultaneous=interval.level
        )


COLUMNS = (
    *("study", "cohort", "endpoint", "contrast", "analysis", "method", "alternative"),
    *("statistic", "pvalue", "midp", "pvalue_adjusted", "min_pvalue", "effect", "estimate", "low", "high", "level"),
    *("n_treated", "n_control", "ties", "censored", "missing", "df"),
    *("low_simultaneous", "high_simultaneous", "level_simultaneous"),
    *SPECIFICATION_COLUMNS,
)
assert set(COLUMNS) == {field.name for field in fields(Result)}


def specification_of(row: Mapping[str, Any]) -> Specification:
    """The specification of a row of results."""
    return Specification(
        Method(row["test"]),
        Scale(row["scale"]),
        Dose(row["dose"]),
        Adjustment(row["adjustment"]),
        Nondetects(row["nondetects"]),
    )


def result(estimate: Estimate, specification: Specification, *, method: str = "", **cells: Any) -> Result:
    """Return a row from an estimate and the specification that gave it.

    `method` is the specification's label unless another name is given.
    """
    codes = {name: str(code) for name, code in vars(specification).items()}
    return Result(
        **(vars(estimate) | codes | {"alternative": "two-sided"} | cells),
        method=method or specification.label,
    )


def multiverse_result(
    estimate: Estimate, specification: Specification, effect: str, times: int, **beyond: bool
) -> Result:
    """Return a row of the sensitivity analysis, whose p is multiplied by the number of tests of the family.

    `beyond` says whether values lie below and above a limit.
    """
    name = specification.name(**beyond, state_adjustment=times > 1)
    adjusted = float(np.minimum(1, times * estimate.pvalue)) if times > 1 else np.nan
    return result(estimate, specification, method=name, analysis="multiverse", effect=effect, pvalue_adjusted=adjusted)


def estimate_or_nan(run: Callable[[], Estimate]) -> Estimate:
    """Run a method; what it refuses (two values, no spread) is an empty row, which no claim can pass."""
    # The limits show that an interval is not finite; the warning is for direct callers of the statistic.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return run()
        except ValueError:
            return Estimate()
