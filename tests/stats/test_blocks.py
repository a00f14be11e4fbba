"""Contrasts adjusted for blocks, and van Elteren's test."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats

from secretome import stats

RNG = np.random.default_rng(20261130)
# Three groups of five, four and six animals in three litters.
SAMPLES = [RNG.lognormal(1, 0.5, size) for size in (5, 4, 6)]
LITTERS = ["aabbc", "abbc", "aabccc"]
CONTRASTS = [[1, -1, 0], [0, 1, -1], [1, 0, -1]]
# Estimate, t, degrees of freedom, p and the limits of the 95 % interval, printed by ``tests/reference/blocks.R``.
R_BLOCKS = [1.11851852, 2.48713576, 4.43068674, 0.0616566395, -0.0836676139, 2.32070465]


def test_one_block_is_welch() -> None:
    found = stats.block_contrasts(SAMPLES, ["a" * sample.size for sample in SAMPLES], CONTRASTS, scale="log")
    expected = stats.welch_contrasts(SAMPLES, CONTRASTS, scale="log")
    for name in ("estimate", "statistic", "df", "pvalue"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-10)
    np.testing.assert_allclose(found.confidence_interval(0.9), expected.confidence_interval(0.9))


def test_one_animal_of_both_groups_in_every_block_is_the_paired_t_test() -> None:
    x, y = RNG.normal(5, 1, 7), RNG.normal(4, 2, 7)
    found = stats.block_contrasts([x, y], ["abcdefg"] * 2, [[1, -1]])
    expected = scipy_stats.ttest_rel(x, y)
    np.testing.assert_allclose(
        [found.statistic[0], found.pvalue[0], found.df[0]], [expected.statistic, expected.pvalue, 6]
    )


def test_estimates_are_those_of_the_linear_model() -> None:
    table = pd.DataFrame(
        {
            "y": np.log(np.concatenate(SAMPLES)),
            "group": np.repeat(["a", "b", "c"], [5, 4, 6]),
            "litter": list("".join(LITTERS)),
        }
    )
    fit = smf.ols("y ~ 0 + group + C(litter)", table).fit()
    expected = [fit.params["group[a]"] - fit.params["group[b]"], fit.params["group[b]"] - fit.params["group[c]"]]
    found = stats.block_contrasts(SAMPLES, LITTERS, CONTRASTS[:2], scale="log")
    np.testing.assert_allclose(np.log(found.estimate), expected)


def test_standard_errors_and_degrees_of_freedom_by_r() -> None:
    """R computes them from the definitions, with lm and matrices."""
    x, y = [3.1, 4.2, 5.0, 6.3, 2.2], [1.9, 2.8, 2.4, 4.4, 3.9, 4.1]
    found = stats.block_contrasts([x, y], ["ffmmf", "fffmmm"], [[1, -1]])
    low, high = found.confidence_interval(0.95)
    np.testing.assert_allclose(
        [found.estimate[0], found.statistic[0], found.df[0], found.pvalue[0], low[0], high[0]],
        R_BLOCKS,
        rtol=1e-6,
    )


def test_the_variance_of_an_estimate_is_unbiased() -> None:
    """The mean squared standard error of many samples is the variance of the estimates, by groups of unequal spread."""
    rng, spreads = np.random.default_rng(7), (3.0, 1.0)
    blocks = ["aaab", "aabbbbb"]
    fits = [
        stats.block_contrasts(
            [spread * rng.normal(size=len(part)) for spread, part in zip(spreads, blocks, strict=True)],
            blocks,
            [[1, -1]],
        )
        for _ in range(4000)
    ]
    estimates = np.array([fit.estimate[0] for fit in fits])
    errors = np.array([fit.estimate[0] / fit.statistic[0] for fit in fits])
    assert (errors**2).mean() == pytest.approx(estimates.var(), rel=0.06)


@pytest.mark.parametrize(
    ("blocks", "match"),
    [
        (["aaaa", "bbbb"], "undetermined"),
        (["abcd", "aefg"], "as many constants as values"),
        (["aab", "aabb"], "one label"),
        ([["a", "a", "b", ""], "aabb"], "needs the label"),
    ],
)
def test_blocks_that_leave_no_test_are_refused(blocks: list[str], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        stats.block_contrasts([[1.0, 2, 4, 3], [2.0, 5, 4, 7]], blocks, [[1, -1]])


def test_values_without_spread_within_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="do not vary"):
        stats.block_contrasts([[1.0, 1, 2, 2], [3.0, 3, 4, 4]], ["aabb", "aabb"], [[1, -1]])


def brute_force(x: list[float], y: list[float], of_x: str, of_y: str) -> tuple[float, float]:
    """Van Elteren's statistic and two-sided p from every permutation within blocks."""
    values, labels = np.array([*x, *y]), np.array([*of_x, *of_y])
    treated = np.arange(values.size) < len(x)
    sums, observed = [], 0.0
    for label in sorted(set(of_x) & set(of_y)):
        inside = labels == label
        ranks, size = scipy_stats.rankdata(values[inside]), int(treated[inside].sum())
        n = ranks.size
        each = [(sum(ranks[list(which)]) - size * (n + 1) / 2) / (n + 1) for which in combinations(range(n), size)]
        sums.append(each)
        observed += (ranks[treated[inside]].sum() - size * (n + 1) / 2) / (n + 1)
    totals = np.array([sum(parts) for parts in product(*sums)])
    return observed, float((np.abs(totals) >= abs(observed) - 1e-9).mean())


@pytest.mark.parametrize(
    ("x", "y", "of_x", "of_y"),
    [
        ([5, 6, 7, 8], [3, 4, 5, 6], "aabb", "aabb"),
        ([5, 2, 7, 8, 1], [3, 4, 5, 6, 6, 2], "aabbb", "abbbaa"),
        ([1, 1, 2, 9], [1, 2, 2, 3, 3], "abcd", "aabce"),
        ([4, 1, 1, 0, 0], [1, 0, 0, 0, 0], "aabbb", "aaabb"),
    ],
)
def test_van_elteren_by_every_permutation(x: list[float], y: list[float], of_x: str, of_y: str) -> None:
    found = stats.van_elteren(x, y, of_x, of_y)
    np.testing.assert_allclose([found.statistic, found.pvalue], brute_force(x, y, of_x, of_y))


def test_van_elteren_of_one_block_is_mann_whitney() -> None:
    x, y = [3, 4, 4, 7, 9, 9], [1, 2, 4, 4, 6]
    found, expected = stats.van_elteren(x, y, "aaaaaa", "aaaaa"), stats.mann_whitney(x, y)
    np.testing.assert_allclose(
        [found.pvalue, found.midp, found.min_pvalue], [expected.pvalue, expected.midp, expected.min_pvalue]
    )
    assert (found.n_blocks, found.ties) == (1, expected.ties)


def test_van_elteren_without_a_shared_block_is_refused() -> None:
    with pytest.raises(ValueError, match="no block"):
        stats.van_elteren([1, 2], [3, 4], "aa", "bb")
