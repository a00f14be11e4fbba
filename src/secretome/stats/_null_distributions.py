"""Exact permutation distributions of rank sums, under any pattern of ties.

The shift algorithm of Streitberg and Röhmel (1986, Statistical Software Newsletter 12:10-17): midranks are doubled so
that they are integers, and one dynamic programme counts in how many ways each sum arises. Counts are held as floats:
they are
exact up to 2**53 and keep a relative error near 1e-15 beyond.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from secretome.stats._inputs import Floats

Ints = NDArray[np.int64]

# Beyond, C(N, N / 2) nears the largest float.
LARGEST_EXACT = 1000
# A table of this many cells takes a few seconds and a quarter of a gigabyte.
LARGEST_TABLE = 3e7
# Tables with more cells than this are filled row by row.
ROW_BY_ROW = 150_000


def doubled_midranks(values: Floats) -> Ints:
    """Twice the midrank of each value: integers, ties included."""
    ranks: Ints = np.rint(2 * rankdata(values)).astype(np.int64)
    return ranks


def tied_values(values: Floats) -> int:
    """How many values share theirs with at least one other."""
    _, counts = np.unique(values, return_counts=True)
    return int(counts[counts > 1].sum())


def countable(ranks: Ints, size: int) -> bool:
    """Whether the table of `rank_sum_null` is small enough to be made."""
    highest = np.sort(ranks - ranks.min())[ranks.size - size :].sum()
    return ranks.size <= LARGEST_EXACT and (size + 1) * int(highest + 1) <= LARGEST_TABLE


def observed_rank_sum_null(ranks: Ints, size: int) -> tuple[Ints, Floats]:
    """`rank_sum_null` of doubled midranks in any order, with an error if the table would be too large."""
    if not countable(ranks, size):
        raise ValueError(
            f"{ranks.size} values with these ties are too many for an exact count; use method='asymptotic'."
        )
    return rank_sum_null(tuple(np.sort(ranks).tolist()), size)


def observed_signed_sum_null(ranks: Ints) -> tuple[Ints, Floats]:
    """`signed_sum_null` of doubled midranks in any order, with an error if there are too many."""
    if ranks.size > LARGEST_EXACT:
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
    if table.size > ROW_BY_ROW:
        _fill_rows(table, reduced)
    else:
        _fill(table, reduced)
    lowest = sum(reduced[:size])
    support = np.arange(lowest, highest + 1, dtype=np.int64) * divisor + shift * size
    # A copy, because a view would keep the whole table in the cache.
    return support, table[size, lowest:].copy()


def _fill(table: Floats, reduced: list[int]) -> None:
    """Count all rows at once, which is quickest while the table is small."""
    size, highest = table.shape[0] - 1, table.shape[1] - 1
    reach = 0
    for seen, rank in enumerate(reduced, start=1):
        # Rows that can no longer be filled up to `size`, or not yet be filled at all, are skipped.
        last = min(seen, size)
        first = max(1, size - (len(reduced) - seen))
        reach = min(highest, sum(reduced[max(0, seen - size) : seen]))
        if first > last or rank > reach:
            continue
        # The right-hand side is evaluated in full before the sum is stored, so each rank is used once.
        table[first : last + 1, rank : reach + 1] += table[first - 1 : last, : reach + 1 - rank].copy()


def _fill_rows(table: Floats, reduced: list[int]) -> None:
    """Count row by row, each only where its sums can lie: quickest once a row outgrows the processor's cache."""
    size = table.shape[0] - 1
    below = np.concatenate([[0], np.cumsum(reduced)])
    for seen, rank in enumerate(reduced):
        # From the longest row down, so that each rank is used once.
        for row in range(min(seen + 1, size), max(0, size - (len(reduced) - seen)), -1):
            low, high = int(below[row - 1]), int(below[seen] - below[seen - row + 1])
            table[row, low + rank : high + rank + 1] += table[row - 1, low : high + 1]


@lru_cache(maxsize=512)
def signed_sum_null(ranks: tuple[int, ...]) -> tuple[Ints, Floats]:
    """The number of the 2**n sign patterns with each sum of positive `ranks` (doubled); a float holds up to 2**1000."""
    # Doubled ranks without ties are even: half as many sums need counting.
    divisor = math.gcd(*ranks) or 1
    weights = np.zeros(sum(ranks) // divisor + 1)
    weights[0] = 1.0
    reach = 1
    for rank in ranks:
        shifted = weights[:reach].copy()
        step = rank // divisor
        weights[step : step + reach] += shifted
        reach += step
    return np.arange(weights.size, dtype=np.int64) * divisor, weights
