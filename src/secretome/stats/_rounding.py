"""Effects of rounding: units in which squares do not overflow, and ties that rounding must not break.

0.3 - 0.1 and 0.5 - 0.3 are mathematically equal but differ in the last binary digit. Before values that were calculated
are ranked, those that differ by no more than such rounding are made equal.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from secretome.stats._inputs import Floats, NanPolicy, as_pairs, as_vector

# Four times the spacing of floats at 1: the rounding error of reading two decimal numbers and one subtraction.
ROUNDING = 2.0**-50


def unit_of(*samples: Floats) -> Floats:
    """Return the power of two just below the largest absolute value along the last axis of all samples.

    Division by it is exact, and squares do not overflow.
    """
    largest = np.max([np.abs(sample).max(axis=-1) for sample in samples], axis=0)
    return np.where(largest > 0, np.ldexp(1.0, np.frexp(largest)[1] - 1), 1.0)


def varies(values: Floats, largest: Floats | float | None = None) -> NDArray[np.bool_]:
    """Return whether values differ along the last axis by more than rounding, relative to the largest absolute one."""
    low, high = values.min(axis=-1), values.max(axis=-1)
    return np.asarray(high - low > 1e-12 * (np.maximum(high, -low) if largest is None else largest))


def merge_ties(values: Floats, tolerance: Floats) -> Floats:
    """Return the values with those made equal whose distance is at most the sum of their tolerances."""
    order = np.argsort(values, kind="stable")
    ordered, tolerance = values[order], tolerance[order]
    begins = np.append(True, np.diff(ordered) > tolerance[1:] + tolerance[:-1])
    merged = np.empty_like(values)
    merged[order] = ordered[begins][np.cumsum(begins) - 1]
    return merged


def merge_tied_differences(difference: Floats, tolerance: Floats) -> Floats:
    """Return differences in which those near zero are zero, and sizes that differ by rounding alone are equal."""
    difference = np.where(np.abs(difference) <= tolerance, 0.0, difference)
    return np.asarray(np.sign(difference) * merge_ties(np.abs(difference), tolerance))


def paired_differences(x: ArrayLike, y: ArrayLike | None, nan_policy: NanPolicy) -> tuple[Floats, Floats]:
    """Return x - y of each pair, or x if there is no y, with ties kept; and the possible rounding error of each."""
    first = as_vector(x, "x")
    first, second = as_pairs(first, np.zeros(first.size) if y is None else y, nan_policy)
    tolerance = ROUNDING * np.maximum(np.abs(first), np.abs(second))
    return merge_tied_differences(subtract(first, second), tolerance), tolerance


def subtract(x: Floats, y: Floats) -> Floats:
    """Return x - y; raise an error if a difference overflows."""
    with np.errstate(over="ignore"):
        difference = np.asarray(x - y)
    if not np.isfinite(difference).all():
        raise ValueError("a difference between x and y is too large for a floating-point number.")
    return difference
