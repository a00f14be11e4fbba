"""The permutation engine: all assignments of values to groups, or many random ones, and the p-values that they give."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from secretome.stats._inputs import Floats, as_generator
from secretome.stats._null_distributions import Ints

PermutationMethod = Literal["auto", "exact", "permutation"]
Statistic = Callable[[Ints], Floats]

# "auto" enumerates up to this many permutations, in about a second; "exact" is allowed up to the second number.
MAX_AUTO_EXACT = 200_000
MAX_EXACT = 2_000_000
N_RESAMPLES = 99_999
# Permutations per batch, and positions per batch, which should fit in the processor's cache.
BATCH = 20_000
BATCH_POSITIONS = 250_000
# Random permutations of up to this many positions are kept, in up to 20 MB.
MAX_KEPT = 100
# Positions in all permutations that "auto" enumerates.
MAX_AUTO_POSITIONS = 100_000_000


@dataclass(frozen=True)
class PermutationNull:
    """Probabilities of observed statistics under permutation.

    Attributes
    ----------
    pvalue, midp : (c,) array
        The probability of a statistic at least as large as each observed one; the same less half the probability of the
        observed one. The mid-p is NaN unless every permutation was enumerated.
    min_pvalue : float
        The probability of the largest statistic; NaN unless every permutation was enumerated.
    method : str
        ``"exact"`` or ``"permutation"``.
    """

    pvalue: Floats
    midp: Floats
    min_pvalue: float
    method: str


def permutation_null(
    statistic: Statistic, observed: Floats, sizes: Sequence[int], method: str, rng: np.random.Generator | None
) -> PermutationNull:
    """Compare observed statistics with those of other permutations; large ones are extreme.

    Parameters
    ----------
    statistic : callable
        Takes a (b, N) array of permutations of the positions 0 to N - 1, cut into groups by `sizes`, and returns b
        statistics.
    observed : (c,) array
        The observed statistics, all with the same null distribution.
    sizes : sequence of int
        Values per group.
    method : {"auto", "exact", "permutation"}
        ``"auto"`` enumerates all permutations if there are few enough, and draws random ones otherwise.
    rng : Generator, optional
        Draws the permutations; one with a fixed seed when absent, so that the same input gives the same p.

    Raises
    ------
    ValueError
        If there are too many permutations for ``method="exact"``.
    """
    generator = as_generator(rng)
    number = number_of_permutations(sizes)
    few = number <= MAX_AUTO_EXACT and number * sum(sizes) <= MAX_AUTO_POSITIONS
    exact = method == "exact" or (method == "auto" and few)
    if exact and number > MAX_EXACT:
        raise ValueError(
            f"the values have more than {MAX_EXACT} permutations, which are too many to enumerate; use "
            "method='permutation'."
        )
    batches: Iterable[Ints]
    if exact:
        batches = all_permutations(sizes)
    elif rng is None and sum(sizes) <= MAX_KEPT:
        batches = _kept_permutations(sum(sizes))
    else:
        batches = random_permutations(sum(sizes), N_RESAMPLES, generator)
    above, equal = np.zeros(observed.size), np.zeros(observed.size)
    largest, times_largest = -np.inf, 0.0
    # Statistics that differ only by rounding are equal.
    tolerance = 1e-9 * max(1.0, float(np.abs(observed).max()))
    for batch in batches:
        values = statistic(batch)
        above += (values[:, None] > observed + tolerance).sum(axis=0)
        equal += (np.abs(values[:, None] - observed) <= tolerance).sum(axis=0)
        largest_of_batch = float(values.max())
        if largest_of_batch > largest + tolerance:
            largest, times_largest = largest_of_batch, 0.0
        times_largest += float((values >= largest - tolerance).sum())
    if exact:
        return PermutationNull((above + equal) / number, (above + equal / 2) / number, times_largest / number, "exact")
    unknown = np.full(observed.size, np.nan)
    # The observed permutation counts among those drawn, so that p is never 0.
    return PermutationNull((above + equal + 1) / (N_RESAMPLES + 1), unknown, math.nan, "permutation")


def number_of_permutations(sizes: Sequence[int]) -> int:
    """The number of ways to assign the values to groups of these sizes."""
    left, number = sum(sizes), 1
    for size in sizes:
        number *= math.comb(left, size)
        left -= size
    return number


def all_permutations(sizes: Sequence[int]) -> Iterator[Ints]:
    """Batches of all permutations; the order within a group does not matter and is not varied."""
    positions = np.arange(sum(sizes))
    per_first_group = number_of_permutations(sizes[1:])
    first_groups = np.array(list(combinations(range(positions.size), sizes[0])), dtype=np.int64)
    rows = max(1, _batch_rows(positions.size) // max(1, per_first_group))
    for start in range(0, len(first_groups), rows):
        chosen = first_groups[start : start + rows]
        rest = np.array([np.delete(positions, row) for row in chosen])
        if len(sizes) == 1:
            yield chosen
        elif len(sizes) == 2:
            yield np.hstack([chosen, rest])
        else:
            for later in all_permutations(sizes[1:]):
                # Positions of the later groups are relative to the rest.
                yield np.hstack([np.repeat(chosen, len(later), axis=0), np.vstack([row[later] for row in rest])])


def random_permutations(total: int, n_resamples: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Batches of random permutations of the positions 0 to `total` - 1."""
    for start in range(0, n_resamples, _batch_rows(total)):
        rows = min(_batch_rows(total), n_resamples - start)
        yield rng.permuted(np.tile(np.arange(total), (rows, 1)), axis=1)


# Kept, because drawing them takes longer than using them, and thousands of simulated samples of one size need the same.
@lru_cache(maxsize=2)
def _kept_permutations(total: int) -> tuple[Any, ...]:
    """Batches of the random permutations that are the same at each call, as small integers."""
    batches = tuple(batch.astype(np.int16) for batch in random_permutations(total, N_RESAMPLES, as_generator(None)))
    for batch in batches:
        batch.flags.writeable = False
    return batches


def _batch_rows(total: int) -> int:
    return max(1, min(BATCH, BATCH_POSITIONS // total))


def between_groups(values: Floats, sizes: Sequence[int]) -> Statistic:
    """The statistic of Kruskal-Wallis type: the squared sum of each group's centred `values` over its size, summed."""
    cuts = np.cumsum([0, *sizes[:-1]])
    return lambda batch: np.asarray((np.add.reduceat(values[batch], cuts, axis=1) ** 2 / sizes).sum(axis=1))


def identity(total: int) -> Ints:
    """The observed assignment, as a batch of one permutation."""
    return np.arange(total)[None, :]


class SignSums:
    """Sums of signs between groups of permuted values: pairs with the larger value in one group, less those reversed.

    With cumulative sums over the sorted values, the work is proportional to the number of values, not of pairs.

    Parameters
    ----------
    pooled : (N,) array
        The values, in the order in which permutations number them.
    """

    def __init__(self, pooled: Floats) -> None:
        ordered = np.sort(pooled)
        self._place = np.empty(pooled.size, dtype=np.int64)
        self._place[np.argsort(pooled, kind="stable")] = np.arange(pooled.size)
        self._first = np.searchsorted(ordered, ordered, side="left")
        self._last = np.searchsorted(ordered, ordered, side="right")
        self._tied = bool((self._last - self._first > 1).any())

    def places(self, batch: Ints) -> Ints:
        """The places of permuted values in the sorted order."""
        return np.asarray(self._place[batch])

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
