"""Permutation tests of several groups: every way to deal the pooled values to the groups, or many ways drawn at random."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from secretome.stats._common import Floats
from secretome.stats._nulls import Ints

# "auto" counts every deal up to this many, which takes a second or so; "exact" may be asked for up to the second number.
COUNTED_AT_ONCE = 200_000
COUNTED_AT_MOST = 2_000_000
DRAWN = 99_999
BATCH = 20_000

Statistic = Callable[[Ints], Floats]


@dataclass(frozen=True)
class Permuted:
    """What a permutation null says of observed statistics.

    Attributes
    ----------
    pvalue, midp, attainable : (c,) array
        The chance of a statistic at least as large as each observed one; the same less half the chance of the observed one; the chance of
        the largest statistic there is. The last two are NaN unless every deal was counted.
    method : str
        ``"exact"`` or ``"permutation"``.
    """

    pvalue: Floats
    midp: Floats
    attainable: float
    method: str


def permuted(statistic: Statistic, observed: Floats, sizes: Sequence[int], method: str, rng: np.random.Generator | None) -> Permuted:
    """Compare observed statistics with those of other deals; large ones are extreme.

    Parameters
    ----------
    statistic : callable
        Takes a (b, N) array of deals, each a permutation of the positions 0 to N - 1 cut into groups by `sizes`, and returns b statistics.
    observed : (c,) array
        The statistics to judge, all by the one null.
    sizes : sequence of int
        Values per group.
    method : {"auto", "exact", "permutation"}
        ``"auto"`` counts every deal where there are few enough, and draws otherwise.
    rng : Generator, optional
        Draws the deals; a fixed one when absent, so that the same input gives the same p.
    """
    number = number_of_deals(sizes)
    exact = method == "exact" or (method == "auto" and number <= COUNTED_AT_ONCE)
    if exact and number > COUNTED_AT_MOST:
        raise ValueError(f"{number:.3g} ways to deal the values to the groups are too many to count; use method='permutation'.")
    batches = _every_deal(sizes) if exact else _drawn_deals(sum(sizes), rng or np.random.default_rng(0))
    above, level = np.zeros(observed.size), np.zeros(observed.size)
    highest, at_highest = -np.inf, 0.0
    # Statistics that are equal but for rounding are equal.
    slack = 1e-9 * max(1.0, float(np.abs(observed).max()))
    for deals in batches:
        values = statistic(deals)
        above += (values[:, None] > observed + slack).sum(axis=0)
        level += (np.abs(values[:, None] - observed) <= slack).sum(axis=0)
        top = float(values.max())
        if top > highest + slack:
            highest, at_highest = top, 0.0
        at_highest += float((values >= highest - slack).sum())
    if exact:
        return Permuted((above + level) / number, (above + level / 2) / number, at_highest / number, "exact")
    unknown = np.full(observed.size, np.nan)
    return Permuted((above + level + 1) / (DRAWN + 1), unknown, math.nan, "permutation")


def number_of_deals(sizes: Sequence[int]) -> int:
    """In how many ways the values can be dealt to the groups."""
    left, number = sum(sizes), 1
    for size in sizes:
        number *= math.comb(left, size)
        left -= size
    return number


def _every_deal(sizes: Sequence[int]) -> Iterator[Ints]:
    """Batches of deals that together are all; the order within a group does not matter and is not varied."""
    positions = np.arange(sum(sizes))
    inner = number_of_deals(sizes[1:])
    firsts = np.array(list(combinations(range(positions.size), sizes[0])), dtype=np.int64)
    step = max(1, BATCH // max(1, inner))
    for start in range(0, len(firsts), step):
        chosen = firsts[start : start + step]
        rest = np.array([np.delete(positions, row) for row in chosen])
        if len(sizes) == 1:
            yield chosen
        elif len(sizes) == 2:
            yield np.hstack([chosen, rest])
        else:
            for later in _every_deal(sizes[1:]):
                # Each later deal is of positions within the rest.
                left = np.repeat(chosen, len(later), axis=0)
                yield np.hstack([left, np.vstack([row[later] for row in rest])])


def _drawn_deals(total: int, rng: np.random.Generator) -> Iterator[Ints]:
    for start in range(0, DRAWN, BATCH):
        rows = min(BATCH, DRAWN - start)
        yield rng.permuted(np.tile(np.arange(total), (rows, 1)), axis=1)
