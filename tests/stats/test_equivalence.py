"""Two one-sided tests against statsmodels, brute force and the interval they belong to."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from secretome import stats

X, Y = np.array([44, 47, 42, 46, 45, 43, 48, 44.0]), np.array([45, 43, 47, 44, 46, 42, 45, 46.0])


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize(("scale", "low", "high"), [("difference", -3.0, 4.0), ("ratio", 0.95, 1.06)])
def test_equivalence_by_t_matches_statsmodels(paired: bool, scale: Any, low: float, high: float) -> None:
    ours = stats.equivalence(X, Y, low, high, scale=scale, paired=paired)
    transform = np.log if scale == "ratio" else None
    p, at_low, at_high = (
        ttost_paired(X, Y, low, high, transform=transform)
        if paired
        else ttost_ind(X, Y, low, high, usevar="unequal", transform=transform)
    )
    assert (ours.pvalue, ours.pvalue_low, ours.pvalue_high) == pytest.approx((p, at_low[1], at_high[1]))


@pytest.mark.parametrize("scale", ["difference", "ratio"])
def test_equivalence_interval_lies_inside_the_bounds_if_p_is_small(scale: Any) -> None:
    rng = np.random.default_rng(3)
    significant = []
    for _ in range(60):
        x, y = rng.lognormal(4, 0.15, 8), rng.lognormal(4, 0.15, 8)
        low, high = (0.8, 1.25) if scale == "ratio" else (-10.0, 10.0)
        result = stats.equivalence(x, y, low, high, scale=scale)
        inside = result.confidence_interval(0.90)
        significant.append(result.pvalue <= 0.05)
        assert significant[-1] == (inside.low >= low and inside.high <= high)
    assert 5 < sum(significant) < 55


def test_equivalence_by_ranks_is_two_exact_tests() -> None:
    titres_x, titres_y = np.array([4, 8, 8, 16, 4, 8.0]), np.array([8, 8, 4, 16, 8, 4.0])
    result = stats.equivalence(titres_x, titres_y, 0.25, 4, scale="ratio", method="rank")
    low = stats.mann_whitney(titres_x, titres_y / 4, alternative="greater").pvalue
    high = stats.mann_whitney(titres_x, titres_y * 4, alternative="less").pvalue
    assert (result.pvalue_low, result.pvalue_high, result.pvalue) == (low, high, max(low, high))
    assert result.min_pvalue <= result.pvalue


def test_multiplying_keeps_ties_that_adding_logarithms_breaks() -> None:
    """24 = 3 x 8 exactly, while log 3 + log 8 differs from log 24 in the last digit."""
    x, y = [24.0, 24, 48, 12, 24], [8.0, 8, 16, 4, 8]
    result = stats.equivalence(x, y, 1 / 3, 3, scale="ratio", method="rank")
    assert result.pvalue_high == stats.mann_whitney(x, [24, 24, 48, 12, 24], alternative="less").pvalue


@pytest.mark.parametrize(
    ("arguments", "scale", "p_low", "p_high"),
    [
        (([1.1, 1.2, 1.3, 1.4], [1, 1.1, 1.2, 1.3], -0.1, 0.1), "difference", 0.0714, 0.6286),
        (([1100, 1210, 1320, 990], [1000, 1100, 1200, 900], 0.9, 1.1), "ratio", 0.0429, 0.6286),
    ],
)
def test_the_bound_breaks_no_tie(arguments: Any, scale: Any, p_low: float, p_high: float) -> None:
    """The p of the same numbers times a power of ten, which are whole, and so of ties that no rounding can break."""
    result = stats.equivalence(*arguments, scale=scale, method="rank")
    assert (result.pvalue_low, result.pvalue_high) == pytest.approx((p_low, p_high), abs=5e-5)
    x, y = np.rint(10 * np.array(arguments[0])), np.rint(10 * np.array(arguments[1]))
    at_low, at_high = (y - 1, y + 1) if scale == "difference" else (9 * y, 11 * y)
    x = x if scale == "difference" else 10 * x
    assert result.pvalue_low == stats.mann_whitney(x, at_low, alternative="greater").pvalue
    assert result.pvalue_high == stats.mann_whitney(x, at_high, alternative="less").pvalue


@settings(max_examples=60)
@given(
    st.lists(st.integers(5, 40), min_size=3, max_size=6),
    st.lists(st.integers(5, 40), min_size=3, max_size=6),
    st.integers(1, 12),
)
def test_decimals_give_the_p_of_whole_numbers(x: list[int], y: list[int], bound: int) -> None:
    """Tenths are no binary fractions:

    every tie that a bound or a difference makes must be that of the whole numbers.
    """
    n = min(len(x), len(y))
    for paired in (False, True):
        left, right = (x[:n], y[:n]) if paired else (x, y)
        whole = stats.equivalence(left, right, -bound, bound, method="rank", paired=paired)
        tenths = stats.equivalence(
            np.array(left) / 10, np.array(right) / 10, -bound / 10, bound / 10, method="rank", paired=paired
        )
        assert (tenths.pvalue_low, tenths.pvalue_high) == (whole.pvalue_low, whole.pvalue_high)
        factor = 1 + bound / 10
        exactly = [stats.mann_whitney(10 * np.array(left), (10 + bound) * np.array(right), alternative="less").pvalue]
        ratio = stats.equivalence(
            np.array(left) / 10, np.array(right) / 10, 0.001, factor, scale="ratio", method="rank", paired=paired
        )
        assert paired or ratio.pvalue_high == exactly[0]


def test_paired_ratios_equal_on_paper_are_tied() -> None:
    """2 / 1 and 0.5 are as far from 1, and 1.1 is on the bound: ranks 1 to 3 are shared, and one pair is zero."""
    x, y = np.array([2.0, 3.0, 0.7, 1.1]), np.array([1.0, 6.0, 1.4, 1.0])
    result = stats.equivalence(x, y, 1.0, 1.1, scale="ratio", method="rank", paired=True)
    # At the bound 1 the ratios are 2, 1/2, 1/2 and 1.1: three tie in size, and 1.1 is the smallest.
    assert result.pvalue_low == stats.signed_rank([3, -3, -3, 1], alternative="greater").pvalue
    # At the bound 1.1 they are 1.82, 1/2.2, 1/2.2 and 1.
    assert result.pvalue_high == stats.signed_rank([2, -3, -3, 0], alternative="less").pvalue


def test_differences_in_small_units_are_compared() -> None:
    """Picomoles written in mol/L: the p of the same numbers in pmol/L."""
    x, y = np.array([1.1, 1.3, 0.9, 1.2]), np.array([1, 1.2, 1.1, 0.8])
    small = stats.equivalence(x * 1e-12, y * 1e-12, -0.5e-12, 0.5e-12)
    assert small.pvalue == pytest.approx(0.00808, abs=5e-6)
    assert small.pvalue == pytest.approx(stats.equivalence(x, y, -0.5, 0.5).pvalue, rel=1e-9)


def test_ranks_of_pairs_and_differences() -> None:
    result = stats.equivalence(X, Y, -5, 5, method="rank", paired=True)
    assert result.pvalue_low == stats.signed_rank(X, Y - 5, alternative="greater").pvalue
    independent = stats.equivalence(X, Y, -5, 5, method="rank")
    shift = stats.hodges_lehmann(X, Y)
    assert independent.estimate == shift.estimate
    assert list(independent.confidence_interval(0.90)) == list(shift.confidence_interval(0.90))


def test_swapping_inverts_the_ratio() -> None:
    one, other = (
        stats.equivalence(X, Y, 0.8, 1.3, scale="ratio"),
        stats.equivalence(Y, X, 1 / 1.3, 1 / 0.8, scale="ratio"),
    )
    assert (one.pvalue, one.estimate) == pytest.approx((other.pvalue, 1 / other.estimate))


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ((X, Y, 1.25, 0.8), {"scale": "ratio"}, "must be ordered"),
        ((X, Y, -0.8, 1.25), {"scale": "ratio"}, "above zero"),
        (([1, 1], [1, 1], -1, 1), {}, "do not vary"),
        (([1], [1, 2], -1, 1), {}, "at least two"),
        (([0, 1], [1, 2], 0.8, 1.25), {"scale": "ratio"}, "logarithm is not defined"),
    ],
)
def test_invalid_input_raises(arguments: Any, options: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.equivalence(*arguments, **options)
