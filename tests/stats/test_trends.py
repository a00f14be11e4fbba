"""Jonckheere-Terpstra, Williams and Shirley-Williams against R, printed tables, brute force and identities."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outside import CASES, all_assignments, samples_of

from secretome import stats
from secretome.stats._null_distributions import jonckheere_null, rank_sum_null
from secretome.stats._permutation import SignSums, sum_at
from secretome.stats.step_down import NULL_DRAWS, _t_bar

small = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), min_size=2, max_size=3)
sided = st.sampled_from(["two-sided", "less", "greater"])


def j_of(groups: Any) -> float:
    pairs = ((groups[i], groups[j]) for j in range(len(groups)) for i in range(j))
    return float(sum((np.sign(np.subtract.outer(later, earlier)) + 1).sum() / 2 for earlier, later in pairs))


def test_jonckheere_equals_r_exactly() -> None:
    """clinfun's exact p; the package jonckheere-test returns .0035 here."""
    case = CASES["jt_sachs_1997_p402"]["expected"]
    samples = samples_of("jt_sachs_1997_p402")
    exact = stats.jonckheere_terpstra(samples, alternative="greater")
    assert (exact.statistic, exact.pvalue) == pytest.approx((case["J"], case["p_exact_greater"]), rel=1e-10)
    assert stats.jonckheere_terpstra(samples).pvalue == pytest.approx(case["p_exact_two_sided_doubled"])
    asymptotic = stats.jonckheere_terpstra(samples, alternative="greater", method="asymptotic")
    assert asymptotic.pvalue == pytest.approx(case["p_asym_greater"])


def test_jonckheere_equals_sas_and_r_under_ties() -> None:
    camis = CASES["jt_camis_sas"]["expected"]
    samples = samples_of("jt_camis_sas")
    assert stats.jonckheere_terpstra(samples, alternative="less", method="asymptotic").pvalue == pytest.approx(
        camis["PMCMRplus_p_less"], abs=2e-6
    )
    exact = stats.jonckheere_terpstra(samples, alternative="less")
    assert (exact.statistic, exact.method) == (camis["J"], "exact")
    # The 99 % interval of SAS's 10 000 draws, which a fortieth of a per cent beside is still within chance of.
    assert exact.pvalue == pytest.approx(camis["SAS_p_mc10000"], abs=0.0009)
    drawn = stats.jonckheere_terpstra(samples, alternative="less", method="permutation")
    assert drawn.pvalue == pytest.approx(exact.pvalue, abs=4 * np.sqrt(exact.pvalue / 99_999))
    mice = CASES["jt_shirley_mice"]["expected"]
    result = stats.jonckheere_terpstra(samples_of("jt_shirley_mice"), alternative="greater", method="asymptotic")
    assert (result.statistic, result.pvalue) == pytest.approx((mice["J"], mice["p_greater"]))


@settings(max_examples=60)
@given(small, sided)
def test_jonckheere_equals_brute_force(samples: list[list[int]], alternative: Any) -> None:
    sizes = [len(sample) for sample in samples]
    result = stats.jonckheere_terpstra(samples, alternative=alternative)
    every = np.array(
        [j_of(groups) for groups in all_assignments([float(value) for sample in samples for value in sample], sizes)]
    )
    centre = sum(a * b for i, a in enumerate(sizes) for b in sizes[:i]) / 2
    fold = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative]
    observed, folded = fold(j_of(samples) - centre), fold(every - centre)
    assert result.statistic == j_of(samples)
    assert result.pvalue == pytest.approx((folded >= observed - 1e-9).mean())
    assert result.midp == pytest.approx(
        (folded > observed + 1e-9).mean() + (np.abs(folded - observed) < 1e-9).mean() / 2
    )
    assert result.min_pvalue == pytest.approx((folded >= folded.max() - 1e-9).mean())


def test_two_ordered_groups_are_mann_whitney() -> None:
    x, y = [2, 3, 5, 5, 6], [1, 2, 2, 3, 4]
    for alternative in ("two-sided", "less", "greater"):
        trend = stats.jonckheere_terpstra([y, x], alternative=alternative)  # type: ignore[arg-type]
        ranks = stats.mann_whitney(x, y, alternative=alternative)  # type: ignore[arg-type]
        assert (trend.statistic, trend.pvalue, trend.midp) == pytest.approx((ranks.statistic, ranks.pvalue, ranks.midp))


def test_reversing_the_order_mirrors_the_trend() -> None:
    samples = samples_of("jt_sachs_1997_p402")
    up = stats.jonckheere_terpstra(samples, alternative="greater")
    down = stats.jonckheere_terpstra(samples[::-1], alternative="less")
    assert (up.pvalue, up.statistic) == pytest.approx((down.pvalue, 75 - down.statistic))


def test_jonckheere_without_ties_is_a_sum_of_independent_mann_whitney_statistics() -> None:
    """Terpstra (1952): each group against all groups before it, down to the smallest probability."""
    sizes = (6, 7, 5, 6)
    expected = np.ones(1)
    for group in range(1, len(sizes)):
        before = sum(sizes[:group])
        ranks = tuple(2 * rank for rank in range(1, before + sizes[group] + 1))
        support, weights = rank_sum_null(ranks, sizes[group])
        assert (np.diff(support) == 2).all()
        expected = np.convolve(expected, weights / weights.sum())
    null = jonckheere_null((1,) * sum(sizes), sizes)
    assert null[::2] == pytest.approx(expected, rel=1e-12, abs=0)
    assert not null[1::2].any()


def test_three_doses_of_three_reach_the_minimum_attainable_p() -> None:
    """Two of 1680 arrangements: .0012."""
    result = stats.jonckheere_terpstra([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert result.pvalue == result.min_pvalue == pytest.approx(2 / 1680)


def test_large_designs_draw_and_an_exact_count_is_refused() -> None:
    rng = np.random.default_rng(2)
    samples = rng.normal(size=(5, 20))
    assert stats.jonckheere_terpstra(samples).method == "permutation"
    with pytest.raises(ValueError, match="too many for an exact count"):
        stats.jonckheere_terpstra(samples, method="exact")


def test_jonckheere_of_drawn_permutations_equals_a_plain_count() -> None:
    """The cumulative counts give the sum of signs over all pairs from two groups, with and without ties."""
    rng = np.random.default_rng(3)
    for values in (rng.normal(size=20), np.rint(rng.normal(size=20))):
        signs = SignSums(values)
        for _ in range(20):
            order = rng.permutation(20)
            x, y = values[order[:8]], values[order[8:13]]
            member = np.zeros((1, 20), dtype=np.int8)
            member[0, signs.places(order[:8])] = 1
            counted = sum_at(signs.below(member), signs.places(order[None, 8:13]), 8)
            assert counted[0] == np.sign(np.subtract.outer(y, x)).sum()


def test_large_groups_are_near_the_normal_approximation() -> None:
    """At 4 x 60 the permutation p and the asymptotic one agree to the error of the draws."""
    rng = np.random.default_rng(1)
    samples = [rng.normal(shift, 1, 60) for shift in (0, 0.05, 0.1, 0.3)]
    drawn = stats.jonckheere_terpstra(samples)
    asymptotic = stats.jonckheere_terpstra(samples, method="asymptotic")
    assert drawn.pvalue == pytest.approx(asymptotic.pvalue, abs=4 * np.sqrt(asymptotic.pvalue / 99_999) + 0.001)


def test_the_size_of_an_exact_count_is_known_before_it_starts() -> None:
    """One value that 400 of 800 share can be placed in millions of ways: they are counted without listing them."""
    samples = [np.r_[np.zeros(100), np.arange(1.0, 101)] for _ in range(4)]
    with pytest.raises(ValueError, match="too many for an exact count"):
        stats.jonckheere_terpstra(samples, method="exact")


def test_shirley_williams_equals_r() -> None:
    case = CASES["shirley_williams_1977_mice"]["expected"]
    result = stats.shirley_williams(samples_of("shirley_williams_1977_mice"), alternative="greater")
    assert result.statistic == pytest.approx(case["t_bar"], rel=1e-6)
    # Every statistic is beyond its critical value at 5 %, and every p below it.
    assert (result.statistic > case["crit05"]).all()
    assert (result.pvalue < 0.05).all()


@pytest.mark.slow
def test_shirley_williams_near_the_critical_value_has_a_p_near_five_per_cent() -> None:
    """Williams' tables at infinite degrees of freedom: 1.645, 1.716, 1.739 for one, two and three doses."""
    rng = np.random.default_rng(4)
    for doses, critical in ((1, 1.645), (2, 1.716), (3, 1.739)):
        found = []
        for _ in range(12):
            samples = rng.normal(size=(doses + 1, 25)) + np.linspace(0, 0.45, doses + 1)[:, None]
            result = stats.shirley_williams(samples, alternative="greater")
            found.append((result.statistic[-1], result.pvalue[-1]))
        for t_bar, p in found:
            assert (p < 0.05) == (t_bar > critical) or abs(t_bar - critical) < 0.06


def test_williams_critical_values_are_the_printed_ones() -> None:
    """P that t-bar exceeds the printed 5 % point is 5 %, within the simulation's error."""
    case = CASES["williams_table_critical_values"]["expected"]
    rng = np.random.default_rng(8)
    for name, doses, df in (("i2_df12", 2, 12), ("i2_inf", 2, 10**9), ("i3_inf", 3, 10**9), ("i4_inf", 4, 10**9)):
        sizes = np.full(doses + 1, 5)
        means = rng.standard_normal((NULL_DRAWS, doses + 1)) / np.sqrt(5)
        scale = np.sqrt(rng.chisquare(df, NULL_DRAWS) / df)
        share = (_t_bar(means, sizes, scale, "greater")[1] > case[name]).mean()
        assert share == pytest.approx(0.05, abs=0.0025)


def test_williams_with_one_dose_is_students_t() -> None:
    from scipy import stats as scipy_stats

    control, dose, _ = samples_of("jt_sachs_1997_p402")
    for alternative in ("two-sided", "less", "greater"):
        ours = stats.williams([control, dose], alternative=alternative)  # type: ignore[arg-type]
        theirs = scipy_stats.ttest_ind(dose, control, alternative=alternative)
        assert ours.statistic[0] == pytest.approx(theirs.statistic)
        assert ours.pvalue[0] == pytest.approx(theirs.pvalue, abs=0.004)


def test_williams_takes_the_isotonic_mean() -> None:
    """Means 0, 4, 2: the second dose's isotonic mean is 3, and so is the highest mean of the top with any below."""
    noise = np.array([-1.0, 0.0, 1.0])
    result = stats.williams([noise, noise + 4, noise + 2], alternative="greater")
    assert result.statistic == pytest.approx([4 / np.sqrt(2 / 3), 3 / np.sqrt(2 / 3)])


def test_step_down_p_values_are_monotone() -> None:
    rng = np.random.default_rng(1)
    for test in (stats.williams, stats.shirley_williams):
        result = test([rng.normal(size=6), rng.normal(3, 1, 6), rng.normal(0, 1, 6)], alternative="greater")
        assert (np.diff(result.pvalue) <= 0).all()


def test_decreasing_trend_mirrors_increasing_trend() -> None:
    samples = samples_of("jt_sachs_1997_p402")
    for test in (stats.williams, stats.shirley_williams):
        up, down = test(samples, alternative="greater"), test([-sample for sample in samples], alternative="less")
        assert up.statistic == pytest.approx(-down.statistic)
        assert up.pvalue == pytest.approx(down.pvalue, abs=0.004)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: stats.williams([[1, 1], [1, 1]]), "no spread"),
        (lambda: stats.williams([[1], [2]]), "no spread"),
        (lambda: stats.shirley_williams([[1, 1], [1, 1]]), "all values are equal"),
        (lambda: stats.jonckheere_terpstra([[1, 2], []]), "empty"),
        (lambda: stats.jonckheere_terpstra([[1, 2], [3]], alternative="rising"), "alternative must be one of"),
    ],
)
def test_invalid_input_raises(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
