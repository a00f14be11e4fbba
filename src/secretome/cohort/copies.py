"""Test whether two cohorts have the same measurements, regardless of file, layout and names of animals."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from math import comb, gcd

import numpy as np
import pandas as pd

from secretome.protocol import sha256

DIGITS = 6
# Below this probability, agreement by chance is ruled out.
ALPHA = 1e-5
# A copy has at least this share of the values of the smaller cohort, and at least three.
MIN_SHARE = 0.25
MIN_MATCHES = 3
# The distribution is exact up to this number of pooled values of a group, and bounded above it.
MAX_EXACT = 400
# Titres and percentages take few values at unequal distances, so only ties of the pooled values show their precision.
COARSE = ("titre", "proportion")

# The lower and upper limit of a value; both are equal where it was observed.
Interval = tuple[Decimal, Decimal]
Sample = Mapping[tuple[str, str], Sequence[Interval]]


@dataclass(frozen=True)
class Overlap:
    """The number of values that two cohorts share, in the same group and endpoint, and the size of the smaller cohort.

    `pvalue` is an upper bound on the probability that independent cohorts share as many values. It is 1 below three
    values and below a quarter of the smaller cohort, which is not considered a copy.
    """

    matched: int
    size: int
    pvalue: float

    @property
    def is_copy(self) -> bool:
        """Whether the cohorts share more than independent animals would."""
        return self.pvalue < ALPHA


def values_sha256(values: pd.DataFrame) -> str:
    """Return the SHA-256 of the measurements in `Cohort.values`, each with its group and endpoint, to six digits.

    It is equal for two files with the same measurements, regardless of layout, order and names of animals.
    """
    lines = sorted(
        f"{group},{endpoint},{low},{high}"
        for (group, endpoint), cells in sample_of(values).items()
        for low, high in cells
    )
    return sha256("\n".join(lines))


def sample_of(values: pd.DataFrame) -> dict[tuple[str, str], list[Interval]]:
    """The measurements of a cohort to six digits, by group and endpoint."""
    measured = values[values["lower"].notna()]
    cells: dict[tuple[str, str], list[Interval]] = {}
    for group, endpoint, low, high in zip(
        *(measured[name] for name in ("group", "endpoint", "lower", "upper")), strict=True
    ):
        lower = _rounded(low)
        cells.setdefault((group, endpoint), []).append((lower, lower if low == high else _rounded(high)))
    return cells


def find_copy(values: Sample, source: Sample, kinds: Mapping[str, str]) -> Overlap | None:
    """Return the overlap if a cohort is a copy of another, or of a part of it; None if they may be independent.

    Values are compared as they are, rounded to the precision of the coarser cohort, and without regard to the names of
    the groups. `kinds` is the kind of measurement of each endpoint.
    """
    for one, other in _comparisons(values, source):
        overlap = compare(one, other, kinds)
        if overlap.is_copy:
            return overlap
    return None


def compare(values: Sample, source: Sample, kinds: Mapping[str, str]) -> Overlap:
    """Count the values that two cohorts share and bound the probability of as many by chance.

    The first bound compares with random partitions of the pooled values of each group and endpoint; ties make it large
    if values are coarse. The second bound is used only if the first does not decide. It compares the precision of the
    recorded values with their spread; it is stronger if groups are small and values have many digits.
    """
    shared = values.keys() & source.keys()
    matched = sum((Counter(values[key]) & Counter(source[key])).total() for key in shared)
    size = min(sum(map(len, values.values())), sum(map(len, source.values())))
    if matched < max(MIN_MATCHES, MIN_SHARE * size):
        return Overlap(matched, size, 1.0)
    by_partition = _partition_pvalue([(values[key], source[key]) for key in shared])
    if by_partition < ALPHA:
        return Overlap(matched, size, by_partition)
    by_spread = _spread_bound(
        *({key: cells[key] for key in shared if kinds[key[1]] not in COARSE} for cells in (values, source))
    )
    return Overlap(matched, size, min(by_partition, by_spread))


def _comparisons(values: Sample, source: Sample) -> Iterator[tuple[Sample, Sample]]:
    yield values, source
    rounded = _decimals(values, source), _decimals(source, values)
    if rounded != (values, source):
        yield rounded
    yield _ungrouped(values), _ungrouped(source)


def _ungrouped(cells: Sample) -> Sample:
    pooled: dict[tuple[str, str], list[Interval]] = {}
    for (_, endpoint), members in cells.items():
        pooled.setdefault(("", endpoint), []).extend(members)
    return pooled


def _decimals(cells: Sample, other: Sample) -> Sample:
    """Values rounded to the last decimal place of the other cohort in the same group and endpoint."""
    rounded = {}
    for key, members in cells.items():
        numbers = [value for interval in other.get(key, ()) for value in interval if value.is_finite() and value]
        place = min(map(_exponent, numbers), default=-DIGITS)
        rounded[key] = [(_quantized(low, place), _quantized(high, place)) for low, high in members]
    return rounded


def _partition_pvalue(pairs: Sequence[tuple[Sequence[Interval], Sequence[Interval]]]) -> float:
    """The probability of as many matches if the pooled values of each group and endpoint were divided at random."""
    matched, bound = 0, 1.0
    distribution = np.ones(1)
    for one, other in pairs:
        counts = Counter(one) & Counter(other)
        tied = [count for count in Counter([*one, *other]).values() if count > 1]
        if not tied:
            continue
        matched += counts.total()
        if len(one) + len(other) <= MAX_EXACT:
            weights = _match_distribution(tied, len(one), len(other))
        else:
            weights, condition = _unconditional_distribution(tied, len(one), len(other))
            bound /= condition
        distribution = np.convolve(distribution, weights)
    return min(1.0, float(distribution[matched:].sum()) * bound)


def _match_distribution(tied: Sequence[int], one: int, other: int) -> np.ndarray:
    """The probability of each number of matches; `tied` counts each value in both parts, of sizes `one` and `other`."""
    most = sum(count // 2 for count in tied)
    # Ways to put `row` values into the first part with `column` matches.
    ways = np.zeros((one + 1, most + 1))
    ways[0, 0] = 1
    for count in tied:
        before, ways = ways, np.zeros_like(ways)
        for taken in range(min(count, one) + 1):
            match = min(taken, count - taken)
            ways[taken:, match:] += comb(count, taken) * before[: one + 1 - taken, : most + 1 - match]
    single = one + other - sum(tied)
    rest = np.array([comb(single, one - taken) for taken in range(one + 1)], dtype=float)
    return (rest @ ways) / float(comb(one + other, one))


def _unconditional_distribution(tied: Sequence[int], one: int, other: int) -> tuple[np.ndarray, float]:
    """The same for parts of random sizes, and the probability of the given sizes.

    Their quotient bounds the tail of the exact distribution.
    """
    from scipy.stats import binom  # Loaded only for cohorts that may be copies.

    share = one / (one + other)
    distribution = np.ones(1)
    for count in tied:
        taken = np.arange(count + 1)
        weights = np.bincount(np.minimum(taken, count - taken), weights=binom.pmf(taken, count, share))
        distribution = np.convolve(distribution, weights)
    return distribution, float(binom.pmf(one, one + other, share))


def _spread_bound(values: Sample, source: Sample) -> float:
    """The probability of as many matches of observed values, from the recorded precision and each group's spread."""
    matched, number, expected = 0, 0, 0.0
    for key in values:
        one, other = ([low for low, high in cells[key] if low == high] for cells in (values, source))
        matched += (Counter(one) & Counter(other)).total()
        number += len(one)
        if one and other:
            precision, spread = max(map(_precision, (one, other))), max(map(_spread, (one, other)))
            # Two normal values agree with probability 0.28 precision / spread; the factor 1 allows other distributions.
            expected += len(one) * min(1.0, len(other) * precision / spread if spread > 0 else 1.0)
    if not number:
        return 1.0
    from scipy.stats import binom

    return float(binom.sf(matched - 1, number, expected / number)) if matched > expected else 1.0


def _precision(values: Sequence[Decimal]) -> float:
    """The largest number of which all values are multiples."""
    least = min(map(_exponent, values), default=0)
    scaled = [int(value.scaleb(-least)) for value in values]
    return float(Decimal(reduce(gcd, scaled)).scaleb(least))


def _spread(values: Sequence[Decimal]) -> float:
    """The smaller of standard deviation and interquartile range, so that a few extreme values have little effect."""
    numbers = np.array(values, dtype=float)
    low, high = np.quantile(numbers, [0.25, 0.75])
    return min(float(numbers.std(ddof=1)), float(high - low)) if len(numbers) > 1 else 0.0


def _rounded(value: float) -> Decimal:
    return Decimal(f"{value:.{DIGITS}g}").normalize()


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    # Infinity has no exponent; zero is a multiple of everything.
    return exponent if isinstance(exponent, int) and value else 0


def _quantized(value: Decimal, exponent: int) -> Decimal:
    finer = value.is_finite() and _exponent(value) < exponent
    return value.quantize(Decimal(1).scaleb(exponent)).normalize() if finer else value
