"""The log-rank test against printed numbers, statsmodels, brute force and identities."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from outside import all_assignments
from statsmodels.duration.survfunc import survdiff

from secretome import stats
from secretome.stats import _null_distributions as null_distributions
from secretome.stats._null_distributions import score_sum_null

SIX_MP = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
RELAPSED = [1] * 9 + [0] * 12 + [1] * 21


def test_logrank_leukaemia_matches_the_published_table() -> None:
    """Chi-square 16.79; 19.25 and 10.75 relapses expected, as in Kleinbaum and Klein, Survival Analysis, chapter 2.

    The digits are those of R: d <- survival::survdiff(Surv(time, event) ~ group); d$chisq; d$exp.
    """
    result = stats.logrank(SIX_MP + PLACEBO, RELAPSED, [0] * 21 + [1] * 21, method="asymptotic")
    assert result.statistic == pytest.approx(16.7929409892165, rel=1e-12)
    assert result.expected == pytest.approx([19.2505009480311, 10.7494990519689], rel=1e-12)
    assert result.observed.tolist() == [9, 21]


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_statistic_is_statsmodels(k: int) -> None:
    rng = np.random.default_rng(k)
    time, event, group = rng.choice([6, 12, 18, 24, 48], 30), rng.integers(0, 2, 30), np.arange(30) % k
    ours = stats.logrank(time, event, group, method="asymptotic")
    chi, p = survdiff(time, event, group)
    assert (ours.statistic, ours.pvalue) == pytest.approx((chi, p))


small = st.lists(st.tuples(st.sampled_from([6, 12, 18]), st.booleans()), min_size=4, max_size=7)


@settings(max_examples=40)
@given(small, st.integers(1, 3))
def test_the_exact_p_is_brute_force(animals: list[tuple[int, bool]], size: int) -> None:
    assume(any(event for _, event in animals) and len(animals) > size)
    time, event = zip(*animals, strict=True)
    group = [0] * size + [1] * (len(animals) - size)

    def distance(order: list[float]) -> float:
        positions = [int(position) for position in order]
        result = stats.logrank([time[i] for i in positions], [event[i] for i in positions], group, method="asymptotic")
        return abs(float(result.observed[0] - result.expected[0]))

    every = [
        distance([*first, *second])
        for first, second in all_assignments([float(i) for i in range(len(animals))], [size, len(animals) - size])
    ]
    observed = distance([float(i) for i in range(len(animals))])
    result = stats.logrank(time, event, group)
    assert result.method == "exact"
    assert result.pvalue == pytest.approx(np.mean(np.array(every) >= observed - 1e-6))
    assert result.min_pvalue == pytest.approx(np.mean(np.array(every) >= max(every) - 1e-6))
    assert result.min_pvalue <= result.pvalue + 1e-12 <= 1 + 1e-9


def test_drawn_permutations_are_near_the_count() -> None:
    rng = np.random.default_rng(1)
    time = rng.choice([12, 18, 24, 30, 36, 42, 48], 24)
    event, group = time < 48, [0] * 12 + [1] * 12
    exact, drawn = stats.logrank(time, event, group), stats.logrank(time, event, group, method="permutation")
    assert exact.method == "exact"
    assert drawn.pvalue == pytest.approx(exact.pvalue, abs=4 * np.sqrt(exact.pvalue / 99_999))


def test_names_and_order_of_groups_do_not_matter() -> None:
    time, event = [6, 12, 18, 24, 30, 36], [1, 1, 0, 1, 1, 0]
    one = stats.logrank(time, event, ["a", "b", "a", "b", "a", "b"])
    other = stats.logrank(time[::-1], event[::-1], ["x", "y", "x", "y", "x", "y"])
    assert (one.statistic, one.pvalue) == pytest.approx((other.statistic, other.pvalue))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([1, 2], [1, 1], [0, 0]), "two groups"),
        (([1, 2], [0, 0], [0, 1]), "nothing died"),
        (([-1, 2], [1, 0], [0, 1]), "from 0 upwards"),
        (([1, np.nan], [1, 0], [0, 1]), "missing value"),
        (([1, 2, 3], [1, 0, 1], ["a", None, "b"]), "missing label"),
        (([1, 2, 3], [1, np.nan, 1], [0, 1, 1]), "true or false"),
        (([1, 2], [2, 0], [0, 1]), "true or false"),
        (([1, 2, 3], [1, 0], [0, 1]), "one length"),
    ],
)
def test_invalid_input_raises(arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.logrank(*arguments)


@pytest.mark.parametrize("size", [1, 4, 9])
@pytest.mark.parametrize("tied", [True, False])
def test_sums_of_scores_match_all_choices(size: int, tied: bool) -> None:
    scores = np.random.default_rng(3).normal(0, 1, 9)
    scores = (scores.round() if tied else scores) - 0.25
    sums, probabilities = score_sum_null(scores, size) or (np.empty(0), np.empty(0))
    every = np.array([sum(chosen) for chosen in combinations(scores, size)])
    expected = [np.mean(np.abs(every - each) < 1e-6) for each in sums]
    np.testing.assert_allclose(probabilities, expected)
    assert (np.diff(sums) > 0).all()


@pytest.mark.parametrize("tied", [True, False])
def test_too_many_sums_of_scores_are_not_counted(monkeypatch: pytest.MonkeyPatch, tied: bool) -> None:
    scores = np.repeat(np.random.default_rng(5).normal(0, 1, 9), 2 if tied else 1)
    counted = score_sum_null(scores, 5)
    assert counted is not None
    # Of the untied scores, every number up to five of the nine chosen makes a sum.
    number = sum(len(list(combinations(range(9), chosen))) for chosen in range(6))
    monkeypatch.setattr(null_distributions, "MAX_SCORE_SUMS", number - 1)
    assert score_sum_null(scores, 5) is None
    monkeypatch.setattr(null_distributions, "MAX_SCORE_SUMS", number)
    assert (score_sum_null(scores, 5) is None) == tied


@pytest.mark.parametrize("n", [13, 60])
def test_kept_permutations_are_those_drawn_anew(n: int) -> None:
    """Untied times of 26 animals, whose permutations are kept, and of 120, whose are not."""
    rng = np.random.default_rng(8)
    group = np.repeat([0, 1], n)
    for _ in range(2):
        time = rng.exponential(1, 2 * n) * (1 + group)
        kept = stats.logrank(time, np.ones(2 * n), group, method="permutation")
        drawn = stats.logrank(time, np.ones(2 * n), group, method="permutation", rng=np.random.default_rng(0))
        assert kept.pvalue == drawn.pvalue
        assert 0 < kept.pvalue < 1
