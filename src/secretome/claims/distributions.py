"""Distributions for which the planned tests support a false claim too often, as far as a cohort shows them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from secretome import stats
from secretome.analysis.baseline import baseline_deviations
from secretome.analysis.results import Floats
from secretome.analysis.samples import Comparison
from secretome.protocol import Direction

# Of false "supported" at a limit of 2.5 %; the table of the benchmarks page has the rates.
# Groups of similar size hold the rate. Ranks: 3 to 4 % if 6 animals vary three times as much as 9 or more, or 4 as 6.
MIN_SIZE_RATIO = 1.5
# A panel of 12 endpoints with groups of equal spread: 3.3 % with 4 against 9, 3.7 % with 4 against 12, 4.9 % with 4
# against 16, and at most 2.7 % if one group is twice the other.
MIN_PANEL_SIZE_RATIO = 3.0
# Of panels of normal values, at most 3 % have such a ratio by chance, averaged over the endpoints.
MIN_PANEL_SPREAD_RATIO = 2.0
# The ratio of one endpoint is known less well: 1 to 6 % of comparisons of normal values with nondetects have this one.
MIN_RANK_SPREAD_RATIO = 2.5
# Analysis of covariance with exponential values: 3.8 % if 8 animals are compared with 4, 2.2 % with 8.
MIN_COVARIANCE_SIZE_RATIO = 2.0


class Skewness(NamedTuple):
    """A skewness that normal values seldom have, and the direction of the claims that it supports too often."""

    value: float
    limit: float
    favours: Direction


def skewness_limit(n: int) -> float:
    """Twice the standard error of the skewness of `n` normal values, which 2 to 3 % of samples exceed on each side.

    Examples
    --------
    >>> round(skewness_limit(12), 2)
    1.11
    """
    return 2 * math.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))


def skewed_changes(changes: Floats) -> Skewness | None:
    """The skewness of the changes of a paired comparison; None if it is below the limit, as with up to four pairs.

    A sample without the long tail has a mean too far from it and a spread too small, so claims of the opposite
    direction are supported too often.

    Parameters
    ----------
    changes : (n,) array
        The change of each pair: the logarithm of a ratio, or a difference.

    Examples
    --------
    >>> import numpy as np
    >>> skewed_changes(np.array([-0.3, -0.2, -0.2, -0.1, 0.0, 0.1, 0.2, 2.0])).favours
    'down'
    >>> skewed_changes(np.array([-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4])) is None
    True
    """
    return _skewed(changes, right_favours="down")


def skewed_deviations(pair: Comparison) -> Skewness | None:
    """The skewness of the larger group about the analysis of covariance, if that group is much the larger one."""
    smaller, larger = sorted((pair.treated.n, pair.control.n))
    if larger < MIN_COVARIANCE_SIZE_RATIO * smaller:
        return None
    treated, control = baseline_deviations(pair)
    # The mean of the smaller group is the one that misses the tail.
    return _skewed(control, "down") if control.size > treated.size else _skewed(treated, "up")


def smaller_group_spread(pairs: Sequence[Comparison]) -> float:
    """How many times the spread of the smaller group is that of the larger; the geometric mean of comparisons.

    It is NaN if the groups are of similar size, or if no comparison shows both spreads.

    Parameters
    ----------
    pairs : sequence of Comparison
        The same two groups, in one or several endpoints.
    """
    logs = []
    for pair in pairs:
        smaller, larger = sorted((pair.treated.n, pair.control.n))
        if larger < MIN_SIZE_RATIO * smaller:
            continue
        treated, control = spreads(pair)
        of_smaller, of_larger = (treated, control) if pair.treated.n == smaller else (control, treated)
        if of_smaller > 0 and of_larger > 0:
            logs.append(math.log(of_smaller / of_larger))
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def unequal_panel(pairs: Sequence[Comparison]) -> bool:
    """Whether the groups of a panel differ too much in size, or the smaller one varies more.

    Parameters
    ----------
    pairs : sequence of Comparison
        The same two groups in the endpoints of the panel.
    """
    ratios = [max(pair.treated.n, pair.control.n) / pair.n for pair in pairs if pair.n]
    return bool(np.median(ratios) >= MIN_PANEL_SIZE_RATIO) or smaller_group_spread(pairs) >= MIN_PANEL_SPREAD_RATIO


def spreads(pair: Comparison) -> tuple[float, float]:
    """The log-SDs of the treated and the control group, or their SDs on a linear scale; NaN if they are not known.

    With censored values, log-SDs are those of the censored lognormal model.
    """
    groups = (pair.treated, pair.control)
    if pair.censored:
        return model_spreads(pair) if pair.scale == "log" else (math.nan, math.nan)
    if pair.n < 2 or (pair.scale == "log" and any(group.zeros for group in groups)):
        return math.nan, math.nan
    values = [np.log(group.lower) if pair.scale == "log" else group.lower for group in groups]
    return float(values[0].std(ddof=1)), float(values[1].std(ddof=1))


def model_spreads(pair: Comparison) -> tuple[float, float]:
    """The log-SDs of both groups by the censored lognormal model; NaN if the model cannot be fitted."""
    groups = (pair.treated, pair.control)
    lower, upper = (np.concatenate([getattr(group, end) for group in groups]) for end in ("lower", "upper"))
    upper = np.where(lower == upper, pair.step * upper, upper)
    members = np.repeat([0, 1], [group.n for group in groups])
    try:
        fit = stats.censored_lognormal(lower, upper, members, min_log_sd=math.log(pair.step) / math.sqrt(12))
    except ValueError:
        return math.nan, math.nan
    return float(fit.log_sd[0]), float(fit.log_sd[1])


def _skewed(values: Floats, right_favours: Direction) -> Skewness | None:
    if values.size < 3 or not np.isfinite(values).all() or np.ptp(values) <= 1e-12 * np.abs(values).max():
        return None
    # Written out, because a file is checked without loading the distributions of SciPy.
    deviations, limit = values - values.mean(), skewness_limit(values.size)
    skewness = float((deviations**3).mean() / (deviations**2).mean() ** 1.5)
    if abs(skewness) <= limit:
        return None
    left_favours: Direction = "up" if right_favours == "down" else "down"
    return Skewness(skewness, limit, right_favours if skewness > 0 else left_favours)
