"""Power by simulation, whole batches of trials at once."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats as scipy_stats
from scipy.stats import rankdata

from secretome.stats._common import ALTERNATIVES, Alternative
from secretome.stats._inputs import Floats, as_generator, as_real, check_choice, check_level
from secretome.stats._null_distributions import Ints, rank_sum_null

Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats]]
Test = Callable[[Floats, Floats], Floats]

BATCH = 50_000


@dataclass(frozen=True)
class PowerResult:
    """Result of `power`.

    Attributes
    ----------
    power : float
        The share of trials with p at or below alpha.
    standard_error : float
        The simulation's own error of that share.
    trials : int
        How many trials.
    """

    power: float
    standard_error: float
    trials: int


def power(
    draw: Draw,
    test: Literal["mann_whitney", "welch"] | Test = "mann_whitney",
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    trials: int = 100_000,
    rng: np.random.Generator | None = None,
) -> PowerResult:
    """How often a test of two groups rejects, by simulation.

    Parameters
    ----------
    draw : callable
        ``draw(rng, trials)`` returns the values of both groups, (trials, m) and (trials, n).
    test : {"mann_whitney", "welch"} or callable
        The exact Mann-Whitney test, right under ties; Welch's t; or a function of both arrays that returns one p per
        trial.
    alpha : float, default 0.05
        The error rate.
    alternative : {"two-sided", "less", "greater"}
        For the two named tests; ``"greater"``: the first group exceeds the second.
    trials : int, default 100 000
        How many trials.
    rng : Generator, optional
        Draws the trials. When absent they are the same at each call.

    Returns
    -------
    PowerResult

    Raises
    ------
    ValueError
        If `alpha` is not between 0 and 1, `trials` is not a whole number of at least 1, `draw` returns other shapes,
        NaN or infinity, or `test` does not return one p for each trial.

    Examples
    --------
    Titres of eight animals a group, twofold dilutions, one group a dilution and a half higher:

    >>> import numpy as np
    >>> from secretome import stats
    >>> def titres(rng, trials):
    ...     return np.rint(rng.normal(5.5, 1, (trials, 8))), np.rint(rng.normal(4, 1, (trials, 8)))
    >>> result = stats.power(titres, trials=20_000)
    >>> round(result.power, 2), result.standard_error < 0.005
    (0.7, True)
    """
    check_level(alpha, "alpha")
    check_choice(alternative, ALTERNATIVES, "alternative")
    if as_real(trials, "trials") < 1 or trials != int(trials):
        raise ValueError(f"trials must be a whole number, 1 or more; it is {trials}.")
    trials = int(trials)
    if not callable(draw):
        raise TypeError(
            f"draw must be a function of a generator and a number of trials; it is a {type(draw).__name__}."
        )
    if not callable(test):
        check_choice(test, ("mann_whitney", "welch"), "test")
    generator = as_generator(rng)
    rejected = 0
    for start in range(0, trials, BATCH):
        rows = min(BATCH, trials - start)
        x, y = _drawn(draw, generator, rows)
        if callable(test):
            pvalues = np.asarray(test(x, y), dtype=np.float64)
            if pvalues.shape != (rows,):
                raise ValueError(
                    f"test must return one p for each of {rows} trials; it returned an array of shape {pvalues.shape}."
                )
        else:
            pvalues = (
                mann_whitney_rows(x, y, alternative).pvalue
                if test == "mann_whitney"
                else _welch_rows(x, y, alternative)
            )
        # A relative tolerance, because alpha is rarely a binary fraction and exact p values are sums.
        rejected += int((pvalues <= alpha * (1 + 1e-12)).sum())
    share = rejected / trials
    return PowerResult(share, float(np.sqrt(share * (1 - share) / trials)), trials)


def _drawn(draw: Draw, generator: np.random.Generator, rows: int) -> tuple[Floats, Floats]:
    """One batch of trials; an error is raised if its shape is wrong or values cannot be ranked."""
    parts = draw(generator, rows)
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        raise ValueError(f"draw must return two arrays of {rows} rows; it returned a {type(parts).__name__}.")
    x, y = (np.asarray(part, dtype=np.float64) for part in parts)
    if x.ndim != 2 or y.ndim != 2 or len(x) != rows or len(y) != rows or not x.size or not y.size:
        raise ValueError(f"draw must return two arrays of {rows} rows; it returned {x.shape} and {y.shape}.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("draw must return finite values; it returned NaN or infinity.")
    return x, y


class MannWhitneyRows(NamedTuple):
    """U of x, its exact p, and the smallest p that the row's ties allow, one of each per row."""

    statistic: Floats
    pvalue: Floats
    min_pvalue: Floats


def mann_whitney_rows(x: Floats, y: Floats, alternative: Alternative = "two-sided") -> MannWhitneyRows:
    """The exact Mann-Whitney test of each row, one count of arrangements for each pattern of ties."""
    size = x.shape[1]
    ranks: Ints = np.rint(2 * rankdata(np.hstack([x, y]), axis=1)).astype(np.int64)
    sums = ranks[:, :size].sum(axis=1)
    ordered = np.sort(ranks, axis=1)
    # Rows as bytes, because looking for equal rows of numbers would sort them column by column.
    keys = np.ascontiguousarray(ordered.astype(np.int16)).view(np.dtype((np.void, 2 * ordered.shape[1]))).ravel()
    _, first, pattern = np.unique(keys, return_index=True, return_inverse=True)
    by_pattern = np.argsort(pattern, kind="stable")
    ends = np.cumsum(np.bincount(pattern))
    pvalues, min_pvalue = np.empty(len(x)), np.empty(len(x))
    centre = size * (ordered.shape[1] + 1)
    for start, end, example in zip(np.append(0, ends[:-1]), ends, first, strict=True):
        rows = by_pattern[start:end]
        support, weights = rank_sum_null.__wrapped__(tuple(ordered[example].tolist()), size)
        pvalues[rows] = _tail(support, weights, sums[rows], centre, alternative)
        min_pvalue[rows] = _tail(support, weights, support[[0, -1]], centre, alternative).min()
    statistic = sums / 2 - size * (size + 1) / 2
    return MannWhitneyRows(statistic, np.minimum(pvalues, 1.0), np.minimum(min_pvalue, 1.0))


def _tail(support: Ints, weights: Floats, observed: Ints, centre: int, alternative: Alternative) -> Floats:
    """P of each observed sum: the share of arrangements at least as extreme."""
    if alternative == "two-sided":
        extreme, seen = np.abs(support - centre), np.abs(observed - centre)
        order = np.argsort(-extreme, kind="stable")
        extreme, weights = extreme[order], weights[order]
    elif alternative == "greater":
        extreme, weights, seen = support[::-1], weights[::-1], observed
    else:
        extreme, seen = -support, -observed
    cumulative = np.cumsum(weights)
    # Extremes fall, so the last that still reaches the observed one carries its tail.
    return np.asarray(cumulative[np.searchsorted(-extreme, -seen, side="right") - 1] / cumulative[-1])


def _welch_rows(x: Floats, y: Floats, alternative: Alternative) -> Floats:
    if min(x.shape[1], y.shape[1]) < 2:
        raise ValueError("Welch's t needs at least two values in each group.")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A trial whose values do not vary has no t. Its p is NaN, which counts as no rejection.
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(scipy_stats.ttest_ind(x, y, axis=1, equal_var=False, alternative=alternative).pvalue)
