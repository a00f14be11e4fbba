"""The values of two groups side by side, with what is known of values below or above a limit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome import stats
from secretome.analysis.results import SHIFT, SUPERIORITY, Estimate, Floats
from secretome.analysis.specification import Adjustment, Method, Scale, Specification
from secretome.cohort import BASELINE, Study
from secretome.protocol import EffectScale, EquivalenceMargin, Kind, sides

# The columns of a cohort file for clusters of animals: cages, batches and plates.
CLUSTER_COLUMNS = ("cage", "batch", "plate")
Labels = NDArray[np.str_]

# Beyond this many pairs of values the exact interval of the shift takes minutes.
MAX_SHIFTS = 40_000


@dataclass(frozen=True)
class GroupSample:
    """One endpoint in one group.

    Attributes
    ----------
    lower, upper : (n,) array
        What is known of each value: equal if it was measured, 0 below a limit, infinity above one.
    missing, dead : int
        Animals of the group without a value, and how many of these had died before sampling.
    count, exposure, total : (n,) array, optional
        What each value was worked out from: a count, and the share of the sample in which it was counted or the number
        looked at. Absent unless it is known of every value.
    animals : int
        Animals of the group in the file, including those that died, were excluded or have no value; 0 if unknown.
    labels : mapping of str to (n,) array of str
        For each of `CLUSTER_COLUMNS`, and for the protocol's block, the label of each value's animal; empty text if the
        file has no label.
    baseline : (n,) array, optional
        The value of each animal before the treatment, if the protocol adjusts for it.
    """

    lower: Floats
    upper: Floats
    missing: int
    dead: int
    count: Floats | None = None
    exposure: Floats | None = None
    total: Floats | None = None
    animals: int = 0
    labels: Mapping[str, Labels] = field(default_factory=dict)
    baseline: Floats | None = None

    @property
    def lost(self) -> int:
        """The number of animals of the group without a value in the analysis, for any reason."""
        return max(self.animals - self.n, 0)

    @property
    def n(self) -> int:
        """How many values there are."""
        return self.lower.size

    @property
    def censored(self) -> int:
        """How many of them lie beyond a limit."""
        return int((self.lower < self.upper).sum())

    @property
    def below(self) -> bool:
        """Whether any value lies below a limit."""
        return bool(((self.lower == 0) & (self.upper > 0)).any())

    @property
    def zeros(self) -> bool:
        """Whether any value is zero or below, and so has no logarithm."""
        return bool((self.upper <= 0).any())

    @property
    def above(self) -> bool:
        """Whether any value lies above a limit."""
        return bool(np.isinf(self.upper).any())

    def replaced(self, share: float) -> Floats:
        """The values, those below a limit taken as a share of it, those above one as the limit itself."""
        return np.where(self.lower == 0, share * self.upper, self.lower)


@dataclass(frozen=True)
class Comparison:
    """A treated group and its control.

    With `step`, a value on a dilution ladder lies between itself and the next dilution, `step` times higher. `scale` is
    that on which they are compared: by a ratio of geometric means, or by a difference of means. `block` is the column
    within which the planned test compares, if there is one.
    """

    treated: GroupSample
    control: GroupSample
    step: float = 1.0
    scale: EffectScale = "log"
    block: str = ""

    @property
    def n(self) -> int:
        """The size of the smaller group."""
        return min(self.treated.n, self.control.n)

    @property
    def censored(self) -> int:
        """The number of censored values in both groups."""
        return self.treated.censored + self.control.censored

    @property
    def mostly_censored(self) -> bool:
        """Whether more than half of the values of a group are censored."""
        return any(2 * group.censored > group.n for group in (self.treated, self.control))

    @cached_property
    def scores(self) -> tuple[Floats, Floats]:
        """Values for ranking (see `ranked`)."""
        treated, control = ranked([self.treated, self.control])
        return treated, control

    def scores_with_the_dead(self, worst: str) -> tuple[Floats, Floats]:
        """The same, with every dead animal at the worst end of the scale."""
        lowest = min(sample.min(initial=0.0) for sample in self.scores) - 1
        extreme = lowest if worst == "lowest" else 3 * max(sample.max(initial=1.0) for sample in self.scores)
        treated, control = self.scores
        return np.append(treated, [extreme] * self.treated.dead), np.append(control, [extreme] * self.control.dead)

    @property
    def ratio_bounds(self) -> tuple[float, float]:
        """The smallest and largest ratio of geometric means that the values allow; 0 and infinity if unlimited."""
        with np.errstate(divide="ignore"):
            treated = np.log(self.treated.lower).mean(), np.log(self.treated.upper).mean()
            control = np.log(self.control.lower).mean(), np.log(self.control.upper).mean()
        low = -np.inf if np.isinf(treated[0]) or np.isinf(control[1]) else treated[0] - control[1]
        high = np.inf if np.isinf(treated[1]) or np.isinf(control[0]) else treated[1] - control[0]
        return float(np.exp(low)), float(np.exp(high))


def ranked(samples: Sequence[GroupSample]) -> list[Floats]:
    """Values for ranking: ties are all values below the highest lower limit, and all above the lowest upper limit.

    Raises
    ------
    ValueError
        If a lower limit exceeds an upper one: a value below the one and a value above the other could lie either way
        round.
    """
    lower = np.concatenate([sample.lower for sample in samples])
    upper = np.concatenate([sample.upper for sample in samples])
    below = (lower == 0) & (upper > 0)
    lower_limit = upper[below].max(initial=0.0)
    upper_limit = lower[np.isinf(upper)].min(initial=np.inf)
    if lower_limit > upper_limit:
        raise ValueError(f"a value below {lower_limit:g} and a value above {upper_limit:g} cannot be put in order.")
    scores = lower.copy()
    if below.any():
        scores[(lower < lower_limit) | (lower == 0)] = 0.0
    scores[(scores > upper_limit) | np.isinf(upper)] = 2 * lower.max(initial=1.0)
    return np.split(scores, np.cumsum([sample.n for sample in samples])[:-1])


def group_sample(study: Study, endpoint: str, group: str) -> GroupSample:
    """One endpoint in one group of a study."""
    # Arrays, because an analysis asks for some hundred samples, and a selection of rows takes pandas milliseconds.
    values = study.cohort.values
    rows = (_texts(values["endpoint"]) == endpoint) & (_texts(values["group"]) == group)
    lower = _floats(values["lower"])
    known = rows & ~np.isnan(lower)
    counts = {name: _floats(values[name])[known] for name in ("count", "exposure", "total")}
    columns = dict.fromkeys((*CLUSTER_COLUMNS, study.protocol.block))
    everyone = (_texts(table["animal"])[_texts(table["group"]) == group] for table in (values, study.cohort.excluded))
    return GroupSample(
        lower[known],
        _floats(values["upper"])[known],
        missing=int(rows.sum() - known.sum()),
        dead=int(values["dead"].to_numpy()[rows].sum()),
        animals=len(set().union(*everyone)),
        labels={name: _texts(values[name])[known].astype(str) for name in columns if name in values},
        baseline=_floats(values[BASELINE])[known] if BASELINE in values else None,
        **{name: values for name, values in counts.items() if values.size and not np.isnan(values).any()},
    )


def comparison(study: Study, endpoint: str, contrast: str) -> Comparison:
    """The two groups of a contrast."""
    treated, control = sides(contrast)
    about = study.protocol.endpoints[endpoint]
    samples = group_sample(study, endpoint, treated), group_sample(study, endpoint, control)
    return Comparison(*samples, dilution_fold(about.kind), about.equivalence_margin.scale, study.protocol.block)


def dilution_fold(kind: Kind) -> float:
    """The factor between two analyses that follow one another: titres are read on twofold dilutions."""
    return 2.0 if kind == "titre" else 1.0


def _texts(column: pd.Series) -> NDArray[np.object_]:
    return np.asarray(column.to_numpy(dtype=object))


def _floats(column: pd.Series) -> Floats:
    return np.asarray(column.to_numpy(dtype=np.float64))


def by_ranks(pair: Comparison, worst: str = "") -> Estimate:
    """The Mann-Whitney test, exact up to hundreds of values; with `worst`, deaths are ranked at that end."""
    test = stats.mann_whitney(*(pair.scores_with_the_dead(worst) if worst else pair.scores))
    return Estimate(test.statistic, test.pvalue, test.midp, test.min_pvalue, ties=test.ties)


def size_by_ranks(pair: Comparison, level: float) -> Estimate:
    """The effect that belongs to the rank test: the shift or, if only ranks are known, probability of superiority."""
    if effect_of_ranks(pair) == SUPERIORITY:
        return superiority(pair.scores, level)
    shift = stats.hodges_lehmann(pair.treated.lower, pair.control.lower)
    interval = shift.confidence_interval(level)
    return Estimate(estimate=shift.estimate, low=interval.low, high=interval.high, level=interval.level)


def effect_of_ranks(pair: Comparison) -> str:
    """What `size_by_ranks` estimates."""
    return SUPERIORITY if pair.censored or pair.treated.n * pair.control.n > MAX_SHIFTS else SHIFT


def rank_test(estimate: Estimate, adjustment: Adjustment = Adjustment.NONE) -> Specification:
    """The Mann-Whitney test that gave this estimate: exact, or asymptotic for many values."""
    exact = math.isnan(estimate.pvalue) or not math.isnan(estimate.min_pvalue)
    test = Method.MANN_WHITNEY if exact else Method.MANN_WHITNEY_ASYMPTOTIC
    return Specification(test, Scale.RANK, adjustment=adjustment)


def superiority(scores: tuple[Floats, Floats], level: float) -> Estimate:
    """The probability of superiority with Newcombe's interval."""
    effect = stats.probability_of_superiority(*scores)
    interval = effect.confidence_interval(level)
    return Estimate(estimate=effect.estimate, low=interval.low, high=interval.high, level=level)


def contrast_estimate(test: stats.WelchContrastsResult, level: float) -> Estimate:
    """The first of Welch's contrasts."""
    interval = test.confidence_interval(level)
    return Estimate(
        float(test.statistic[0]),
        float(test.pvalue[0]),
        estimate=float(test.estimate[0]),
        low=float(interval.low[0]),
        high=float(interval.high[0]),
        level=level,
    )


def contrast_estimate_with_df(test: stats.WelchContrastsResult, level: float) -> Estimate:
    """The first of Welch's contrasts, with its degrees of freedom."""
    return replace(contrast_estimate(test, level), df=float(test.df[0]))


def contrast_equivalence(test: stats.WelchContrastsResult, margin: EquivalenceMargin, tail: float) -> Estimate:
    """Two one-sided tests of that contrast against the margins; the interval leaves out `tail` on each side."""
    statistic, pvalue = two_one_sided(test, margin)
    return replace(contrast_estimate_with_df(test, 1 - 2 * tail), statistic=statistic, pvalue=pvalue)


class Retestable(Protocol):
    """A fit that tests its one effect against other values than no effect."""

    def against(self, value: float, /, alternative: stats.Alternative) -> tuple[Any, Any]:
        """Return the statistic and p of a test against a value."""
        ...


def two_one_sided(test: Retestable, margin: EquivalenceMargin) -> tuple[float, float]:
    """The statistic and p of two one-sided tests of one effect against the margins: those of the larger p."""
    sides = (test.against(margin.low, "greater"), test.against(margin.high, "less"))
    numbers = [(np.asarray(statistic).item(), np.asarray(pvalue).item()) for statistic, pvalue in sides]
    return max(numbers, key=itemgetter(1))


def welch_difference(treated: Floats, control: Floats, level: float) -> Estimate:
    """Welch's t test of a difference of means; without variation, the difference alone."""
    try:
        difference = stats.mean_difference(treated, control)
    except ValueError:
        return Estimate(estimate=float(treated.mean() - control.mean()))
    return t_estimate(difference, level)


def t_estimate(test: stats.MeanDifferenceResult, level: float) -> Estimate:
    """The statistic, p, estimate and interval of a difference of means."""
    low, high = test.confidence_interval(level)
    return Estimate(test.statistic, test.pvalue, estimate=test.estimate, low=low, high=high, level=level, df=test.df)
