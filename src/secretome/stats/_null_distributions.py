"""Exact permutation distributions that are counted without enumerating permutations, under any pattern of ties.

Rank sums: the shift algorithm of Streitberg and Röhmel (1986, Statistical Software Newsletter 12:10-17). Midranks are
doubled so that they are integers, and one dynamic programme counts in how many ways each sum arises. Counts are held as
floats: they are exact up to 2**53 and keep a relative error near 1e-15 beyond. For the Jonckheere-Terpstra test they
are integers.
"""

import math
from functools import lru_cache
from itertools import product
from operator import add, le, mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secretome.stats._inputs import Floats

Ints = NDArray[np.int64]

# Beyond, C(N, N / 2) nears the largest float.
MAX_VALUES = 1000
# A table of this many cells takes a few seconds and a quarter of a gigabyte.
MAX_TABLE = 3e7
# Tables with more cells than this are filled row by row.
MIN_TABLE_BY_ROW = 150_000
# Operations of the exact Jonckheere-Terpstra distribution that take less than a second.
JONCKHEERE_OPERATIONS = 300_000
# The distribution of score sums has at most this many different sums.
MAX_SCORE_SUMS = 300_000
# Sums of log-rank scores of `MAX_VALUES` animals, in units of 1e-8, are below 1e12, which is less than 2**42.
CHOSEN_SHIFT = 43


def doubled_midranks(values: Floats) -> Ints:
    """Twice the midrank of each value along the last axis: integers, ties included."""
    if values.ndim == 1:
        # In a sorted sample, the values below and the values up to one tell its midrank.
        ordered = np.sort(values)
        below, up_to = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
        return np.asarray(below + up_to + 1)
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    changes = ordered[..., 1:] != ordered[..., :-1]
    places = np.arange(values.shape[-1])
    first = np.zeros(values.shape, dtype=np.int64)
    first[..., 1:] = np.maximum.accumulate(np.where(changes, places[1:], 0), axis=-1)
    last = np.full(values.shape, places[-1])
    last[..., :-1] = np.minimum.accumulate(np.where(changes, places[:-1], places[-1])[..., ::-1], axis=-1)[..., ::-1]
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, first + last + 2, axis=-1)
    return ranks


def rank_sum_variance(ranks: Ints, m: int) -> Any:
    """The variance of the rank sum of m values along the last axis; it is corrected for ties, by doubled midranks."""
    total = ranks.shape[-1]
    # The variance of midranks is that of ranks less a correction for ties.
    return m * (total - m) / max(1, total - 1) * ranks.var(axis=-1) / 4


def tied_values(values: NDArray[Any]) -> Any:
    """How many values along the last axis share theirs with at least one other: an int, or an array."""
    ordered = np.sort(values, axis=-1)
    same = ordered[..., 1:] == ordered[..., :-1]
    tied = np.zeros(ordered.shape, dtype=bool)
    tied[..., 1:] |= same
    tied[..., :-1] |= same
    return int(tied.sum()) if tied.ndim == 1 else tied.sum(axis=-1)


def is_countable(ranks: Ints, size: int) -> bool:
    """Whether the table of `rank_sum_null` is small enough to be made, for every sample along the last axis."""
    total = ranks.shape[-1]
    above_lowest = np.sort(ranks - ranks.min(axis=-1, keepdims=True), axis=-1)
    highest = int(above_lowest[..., total - size :].sum(axis=-1).max())
    return total <= MAX_VALUES and (size + 1) * (highest + 1) <= MAX_TABLE


def check_countable(ranks: Ints, size: int) -> None:
    """Raise an error unless `is_countable`."""
    if not is_countable(ranks, size):
        raise ValueError(
            f"{ranks.shape[-1]} values with these ties are too many for an exact count; use method='asymptotic'."
        )


def observed_rank_sum_null(ranks: Ints, size: int) -> tuple[Ints, Floats]:
    """`rank_sum_null` of doubled midranks in any order, with an error if the table would be too large."""
    check_countable(ranks, size)
    return rank_sum_null(tuple(np.sort(ranks).tolist()), size)


def observed_signed_sum_null(ranks: Ints) -> tuple[Ints, Floats]:
    """`signed_sum_null` of doubled midranks in any order, with an error if there are too many."""
    if ranks.size > MAX_VALUES:
        raise ValueError(
            f"{ranks.size} differences other than zero are too many for an exact count; use method='asymptotic'."
        )
    return signed_sum_null(tuple(np.sort(ranks).tolist()))


@lru_cache(maxsize=512)
def rank_sum_null(ranks: tuple[int, ...], size: int) -> tuple[Ints, Floats]:
    """In how many ways `size` of the doubled `ranks` (ascending) reach each sum.

    Returns
    -------
    support : (k,) array of int
        The possible sums, ascending; a sum between them that cannot occur may be listed with weight 0.
    weights : (k,) array of float
        How many of the C(N, size) choices reach it.
    """
    # A constant subtracted from every rank shifts the sums, a common divisor scales them: narrow tables are fast.
    shift = ranks[0]
    divisor = math.gcd(*(rank - shift for rank in ranks)) or 1
    reduced = [(rank - shift) // divisor for rank in ranks]
    highest = sum(reduced[len(reduced) - size :])
    table = np.zeros((size + 1, highest + 1))
    table[0, 0] = 1.0
    if table.size > MIN_TABLE_BY_ROW:
        _fill_by_row(table, reduced)
    else:
        _fill(table, reduced)
    lowest = sum(reduced[:size])
    support = np.arange(lowest, highest + 1, dtype=np.int64) * divisor + shift * size
    # A copy, because a view would keep the whole table in the cache.
    return support, table[size, lowest:].copy()


def _fill(table: Floats, reduced: list[int]) -> None:
    """Count all rows at once, which is quickest while the table is small."""
    size, highest = table.shape[0] - 1, table.shape[1] - 1
    for used, rank in enumerate(reduced, start=1):
        # Rows that can no longer be filled up to `size`, or not yet be filled at all, are skipped.
        last = min(used, size)
        first = max(1, size - (len(reduced) - used))
        largest_sum = min(highest, sum(reduced[max(0, used - size) : used]))
        if first > last or rank > largest_sum:
            continue
        # The right-hand side is evaluated in full before the sum is stored, so each rank is used once.
        table[first : last + 1, rank : largest_sum + 1] += table[first - 1 : last, : largest_sum + 1 - rank].copy()


def _fill_by_row(table: Floats, reduced: list[int]) -> None:
    """Count row by row, each only where its sums can lie: quickest once a row outgrows the processor's cache."""
    size = table.shape[0] - 1
    cumulative = np.concatenate([[0], np.cumsum(reduced)])
    for used, rank in enumerate(reduced):
        # From the longest row down, so that each rank is used once.
        for row in range(min(used + 1, size), max(0, size - (len(reduced) - used)), -1):
            low, high = int(cumulative[row - 1]), int(cumulative[used] - cumulative[used - row + 1])
            table[row, low + rank : high + rank + 1] += table[row - 1, low : high + 1]


@lru_cache(maxsize=512)
def signed_sum_null(ranks: tuple[int, ...]) -> tuple[Ints, Floats]:
    """The number of the 2**n sign patterns with each sum of positive `ranks` (doubled); a float holds up to 2**1000."""
    # Doubled ranks without ties are even: half as many sums need counting.
    divisor = math.gcd(*ranks) or 1
    weights = np.zeros(sum(ranks) // divisor + 1)
    weights[0] = 1.0
    used = 1
    for rank in ranks:
        shift = rank // divisor
        weights[shift : shift + used] += weights[:used].copy()
        used += shift
    return np.arange(weights.size, dtype=np.int64) * divisor, weights


def score_sum_null(scores: Floats, size: int) -> tuple[Floats, Floats] | None:
    """The sums of `size` of the scores, and the probability of each; None if too many sums are different.

    Equal scores are counted together, so it is fast under heavy ties.
    """
    if scores.size > MAX_VALUES:
        return None
    values, counts = np.unique(scores.round(10), return_counts=True)
    # Sums in units so fine that different ones stay different. A key is the number of scores chosen and their sum.
    unit, chosen = 1e-8, 2**CHOSEN_SHIFT
    keys, ways = np.zeros(1, dtype=np.int64), np.ones(1)
    for value, count in zip(values, counts.tolist(), strict=True):
        step = chosen + round(float(value) / unit)
        parts = [(keys, ways)]
        for more in range(1, min(count, size) + 1):
            room = _number_chosen(keys) <= size - more
            parts.append((keys[room] + more * step, ways[room] * math.comb(count, more)))
        # Without ties, a count is quicker than the sum that it may save.
        if len(parts) == 2 and _number_of_keys(keys, parts[1][0]) > MAX_SCORE_SUMS:
            return None
        keys, ways = _summed(*map(np.concatenate, zip(*parts, strict=True)))
        if keys.size > MAX_SCORE_SUMS:
            return None
    complete = _number_chosen(keys) == size
    weights = ways[complete]
    return (keys[complete] - size * chosen) * unit, weights / weights.sum()


def _number_chosen(keys: Ints) -> Ints:
    """The number of scores in each sum: sums may be negative, so it is rounded."""
    return np.asarray((keys + 2 ** (CHOSEN_SHIFT - 1)) >> CHOSEN_SHIFT)


def _number_of_keys(keys: Ints, more: Ints) -> int:
    """How many keys two ascending arrays have together."""
    places = np.searchsorted(keys, more)
    return keys.size + more.size - int((keys.take(places, mode="clip") == more).sum())


def _summed(keys: Ints, ways: Floats) -> tuple[Ints, Floats]:
    """Each key once, ascending, and the sum of its ways."""
    # A stable sort merges parts that are sorted already.
    order = np.argsort(keys, kind="stable")
    keys, ways = keys[order], ways[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    return keys[first], np.add.reduceat(ways, first)


def jonckheere_operations(counts: tuple[int, ...], sizes: tuple[int, ...]) -> float:
    """The approximate number of array operations of `jonckheere_null`.

    It is the number of states times ways to place a tied value, weighted by length.
    """
    states = math.prod(size + 1 for size in sizes)
    if states > 30 * JONCKHEERE_OPERATIONS:
        return math.inf
    length = sum(a * b for i, a in enumerate(sizes) for b in sizes[:i])
    ways = np.ones(1)
    for size in sizes:
        # The number of ways to place each number of equal values in the groups so far.
        ways = np.convolve(ways, np.ones(size + 1))
    return states * float(np.mean(ways[list(counts)])) * max(1.0, length / 500)


@lru_cache(maxsize=64)
def jonckheere_null(counts: tuple[int, ...], sizes: tuple[int, ...]) -> Floats:
    """The probability that 2 J is 0, 1, ... over all permutations, for tied values of these counts, ascending."""
    length = 2 * sum(a * b for i, a in enumerate(sizes) for b in sizes[:i]) + 1
    permutations = math.factorial(sum(sizes)) // math.prod(map(math.factorial, sizes))
    # No count exceeds the number of permutations, so one integer holds those of all values of 2 J, side by side: a
    # shift adds to 2 J, and a product or a sum acts on every count, without rounding.
    bytes_per_count = (permutations.bit_length() + 7) // 8
    # A state is how many places of each group are filled.
    states = {(0,) * len(sizes): 1}
    for count in counts:
        extended: dict[tuple[int, ...], int] = {}
        for placed, ways, weights, within in _placements(count, sizes):
            room = tuple(size - used for size, used in zip(sizes, placed, strict=True))
            for filled, packed in states.items():
                if all(map(le, filled, room)):
                    state = tuple(map(add, filled, placed))
                    gain = within + sum(map(mul, weights, filled))
                    extended[state] = extended.get(state, 0) + (packed * ways << 8 * bytes_per_count * gain)
        states = extended
    digits = states[tuple(sizes)].to_bytes(length * bytes_per_count, "little")
    starts = range(0, len(digits), bytes_per_count)
    return np.array([int.from_bytes(digits[at : at + bytes_per_count], "little") / permutations for at in starts])


@lru_cache(maxsize=256)
def _placements(count: int, sizes: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], int, tuple[int, ...], int], ...]:
    """The ways to place `count` equal values in groups of these sizes.

    Each has the number in each group, how many ways there are to choose which value goes where, what each value placed
    earlier in each group adds to 2 J, and what the equal values add among themselves.
    """
    placements = []
    for first in product(*(range(min(count, size) + 1) for size in sizes[:-1])):
        placed = (*first, count - sum(first))
        if 0 <= placed[-1] <= sizes[-1]:
            ways = math.factorial(count) // math.prod(map(math.factorial, placed))
            later = tuple(sum(placed[group + 1 :]) for group in range(len(placed)))
            placements.append((placed, ways, tuple(2 * more for more in later), sum(map(mul, placed, later))))
    return tuple(placements)
