"""Permutation tests of several groups: all assignments of the pooled values to the groups, or many random ones."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from secretome.stats._inputs import Floats, as_generator
from secretome.stats._null_distributions import Ints

# "auto" counts every permutation up to this many, in about a second; "exact" is allowed up to the second number.
COUNTED_AT_ONCE = 200_000
COUNTED_AT_MOST = 2_000_000
DRAWN = 99_999
BATCH = 20_000
# The size of a batch, which should fit in the processor's cache, and of all permutations that are enumerated at once.
LARGEST_BATCH = 250_000
LARGEST_COUNT = 100_000_000

Statistic = Callable[[Ints], Floats]


@dataclass(frozen=True)
class Permuted:
    """What a permutation null says of observed statistics.

    Attributes
    ----------
    pvalue, midp, min_pvalue : (c,) array
        The chance of a statistic at least as large as each observed one; the same less half the chance of the observed
        one; the chance of the largest statistic there is. The last two are NaN unless every deal was counted.
    method : str
        ``"exact"`` or ``"permutation"``.
    """

    pvalue: Floats
    midp: Floats
    min_pvalue: float
    method: str


def permuted(
    statistic: Statistic, observed: Floats, sizes: Sequence[int], method: str, rng: np.random.Generator | None
) -> Permuted:
    """Compare observed statistics with those of other deals; large ones are extreme.

    Parameters
    ----------
    statistic : callable
        Takes a (b, N) array of deals, each a permutation of the positions 0 to N - 1 cut into groups by `sizes`, and
        returns b statistics.
    observed : (c,) array
        The statistics to judge, all by the one null.
    sizes : sequence of int
        Values per group.
    method : {"auto", "exact", "permutation"}
        ``"auto"`` counts every deal where there are few enough, and draws otherwise.
    rng : Generator, optional
        Draws the deals; a fixed one when absent, so that the same input gives the same p.
    """
    generator = as_generator(rng)
    number = number_of_deals(sizes)
    few = number <= COUNTED_AT_ONCE and number * sum(sizes) <= LARGEST_COUNT
    exact = method == "exact" or (method == "auto" and few)
    if exact and number > COUNTED_AT_MOST:
        raise ValueError(
            f"the values have more than {COUNTED_AT_MOST} permutations, which are too many to enumerate; use "
            "method='permutation'."
        )
    batches = _every_deal(sizes) if exact else _drawn_deals(sum(sizes), generator)
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
    step = max(1, _rows(positions.size) // max(1, inner))
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
    for start in range(0, DRAWN, _rows(total)):
        rows = min(_rows(total), DRAWN - start)
        yield rng.permuted(np.tile(np.arange(total), (rows, 1)), axis=1)


def _rows(total: int) -> int:
    return max(1, min(BATCH, LARGEST_BATCH // total))


class SignSums:
    """Sums of signs between groups of permuted values: pairs with the larger value in one group, less those reversed.

    With cumulative sums over the sorted values, the work is proportional to the number of values, not of pairs.

    Parameters
    ----------
    pooled : (N,) array
        The values, in the order in which `deals` number them.
    """

    def __init__(self, pooled: Floats) -> None:
        ordered = np.sort(pooled)
        self._place = np.empty(pooled.size, dtype=np.int64)
        self._place[np.argsort(pooled, kind="stable")] = np.arange(pooled.size)
        self._first = np.searchsorted(ordered, ordered, side="left")
        self._last = np.searchsorted(ordered, ordered, side="right")
        self._tied = bool((self._last - self._first > 1).any())

    def places(self, deals: Ints) -> Ints:
        """The places of permuted values in the sorted order."""
        return np.asarray(self._place[deals])

    def below(self, member: NDArray[np.int8]) -> NDArray[np.int32]:
        """For each place, the members below it plus those below or tied with it, for a (b, N) array of 1 and 0."""
        counts = np.zeros((len(member), member.shape[1] + 1), dtype=np.int32)
        np.cumsum(member, axis=1, dtype=np.int32, out=counts[:, 1:])
        if not self._tied:
            return np.asarray(counts[:, :-1] + counts[:, 1:])
        return np.asarray(counts.take(self._first, axis=1) + counts.take(self._last, axis=1))


def sum_at(below: NDArray[np.int32], places: Ints, reference: int) -> Ints:
    """Sum of signs of the values at these places against `reference` values, from `SignSums.below`."""
    return np.asarray(
        np.take_along_axis(below, places, axis=1).sum(axis=1, dtype=np.int64) - reference * places.shape[1]
    )
