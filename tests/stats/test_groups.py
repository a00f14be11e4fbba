"""Kruskal-Wallis and Steel against R, brute force and identities."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from outside import CASES, all_assignments, samples_of
from scipy import stats as scipy_stats

from secretome import stats

small = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), min_size=2, max_size=3)


def test_kruskal_wallis_equals_r() -> None:
    plants = CASES["kruskal_dunn_plantgrowth"]
    asymptotic = stats.kruskal_wallis(
        [plants["inputs"][name] for name in ("ctrl", "trt1", "trt2")], method="asymptotic"
    )
    assert (asymptotic.statistic, asymptotic.pvalue) == pytest.approx(
        (plants["expected"]["H"], plants["expected"]["p"])
    )
    corn = stats.kruskal_wallis(samples_of("kruskal_dscf_conover_corn"))
    assert corn.statistic == pytest.approx(CASES["kruskal_dscf_conover_corn"]["expected"]["H"])
    assert corn.pvalue <= 2e-5


@settings(max_examples=40)
@given(small)
def test_kruskal_wallis_equals_brute_force(samples: list[list[int]]) -> None:
    pooled = [float(value) for sample in samples for value in sample]
    assume(len(set(pooled)) > 1)
    sizes = [len(sample) for sample in samples]
    result = stats.kruskal_wallis(samples, method="exact")

    groups = map(np.array, zip(*all_assignments(pooled, sizes), strict=True))
    every = scipy_stats.kruskal(*groups, axis=1).statistic
    assert result.pvalue == pytest.approx((every >= result.statistic - 1e-9).mean())
    assert result.min_pvalue == pytest.approx((every >= every.max() - 1e-9).mean())
    assert result.min_pvalue <= result.pvalue <= 1
    assert result.midp <= result.pvalue


def test_two_groups_are_a_two_sided_mann_whitney() -> None:
    """H of two groups orders arrangements as the distance of U from its mean does."""
    x, y = [1, 2, 2, 3, 4], [2, 3, 5, 5, 6]
    assert stats.kruskal_wallis([x, y]).pvalue == pytest.approx(stats.mann_whitney(x, y).pvalue)


def test_drawn_permutations_are_near_and_repeat() -> None:
    samples = samples_of("steel_sachs_exact")
    exact, drawn = (stats.kruskal_wallis(samples, method=method) for method in ("exact", "permutation"))
    assert drawn.pvalue == pytest.approx(exact.pvalue, abs=4 * np.sqrt(exact.pvalue / 99_999))
    assert (
        drawn == stats.kruskal_wallis(samples, method="permutation")
        or drawn.pvalue == stats.kruskal_wallis(samples, method="permutation").pvalue
    )
    other = stats.kruskal_wallis(samples, method="permutation", rng=np.random.default_rng(9))
    assert other.pvalue != drawn.pvalue


def test_steel_equals_ksamples_over_all_splits() -> None:
    case = CASES["steel_sachs_exact"]["expected"]
    samples = samples_of("steel_sachs_exact")
    for alternative, key in (("greater", "p_exact_greater"), ("two-sided", "p_exact_two")):
        result = stats.steel(samples, 0, alternative=alternative, method="exact")  # type: ignore[arg-type]
        assert result.statistic[1] == pytest.approx(case["max_std_W"])
        assert result.pvalue[1] == pytest.approx(case[key], abs=1e-9)


def test_steel_equals_r_on_waterfleas() -> None:
    case = CASES["steel_usepa_ceriodaphnia"]["expected"]
    result = stats.steel(samples_of("steel_usepa_ceriodaphnia"), 0, alternative="less")
    assert result.statistic.min() == pytest.approx(case["min_std_W"])
    # The printed conclusion: no effect at 3 %, an effect at 6 % and above (the fifth sample is the highest dose).
    assert [bool(p <= 0.05) for p in result.pvalue] == [False, True, True, True]


def test_steel_differs_from_scikit_posthocs() -> None:
    """Its unadjusted .0159 passes for Steel's; the exact one-sided p is .0295."""
    result = stats.steel(samples_of("steel_sachs_exact"), 0, alternative="greater", method="exact")
    assert result.pvalue[1] != pytest.approx(0.015873, abs=1e-3)


@settings(max_examples=25)
@given(small, st.sampled_from(["two-sided", "less", "greater"]))
def test_steel_equals_brute_force(samples: list[list[int]], alternative: Any) -> None:
    pooled = [float(value) for sample in samples for value in sample]
    assume(len(set(pooled)) > 1)
    sizes = [len(sample) for sample in samples]
    result = stats.steel(samples, 0, alternative=alternative, method="exact")
    every = all_assignments(pooled, sizes)
    sums = np.array([[np.sign(np.subtract.outer(group, groups[0])).sum() for group in groups[1:]] for groups in every])
    scaled = sums / sums.std(axis=0)
    observed = np.array([np.sign(np.subtract.outer(sample, samples[0])).sum() for sample in samples[1:]]) / sums.std(
        axis=0
    )
    assert result.statistic == pytest.approx(observed)
    sign = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative]
    largest = sign(scaled).max(axis=1)
    expected = [(largest >= value - 1e-9).mean() for value in sign(observed)]
    assert result.pvalue == pytest.approx(expected)


def test_steel_with_one_group_is_mann_whitney() -> None:
    x, y = [1, 2, 2, 3, 4], [2, 3, 5, 5, 6]
    for alternative in ("two-sided", "less", "greater"):
        steel = stats.steel([y, x], 0, alternative=alternative, method="exact")  # type: ignore[arg-type]
        assert steel.pvalue[0] == pytest.approx(stats.mann_whitney(x, y, alternative=alternative).pvalue)  # type: ignore[arg-type]


def test_steel_does_not_depend_on_the_position_of_the_control() -> None:
    a, b, c = samples_of("steel_sachs_exact")
    first, last = stats.steel([a, b, c], 0, method="exact"), stats.steel([b, c, a], 2, method="exact")
    assert first.statistic == pytest.approx(last.statistic)
    assert first.pvalue == pytest.approx(last.pvalue)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: stats.kruskal_wallis([[1, 1], [1, 1]]), "all values are equal"),
        (lambda: stats.steel([[1, 1], [1, 1]]), "all values are equal"),
        (lambda: stats.steel([[1, 2], [3, 4]], 2), "control must be the position of a sample"),
        (lambda: stats.kruskal_wallis([[1, 2]]), "two samples or more"),
        (lambda: stats.kruskal_wallis([[1, np.nan], [2, 3]]), "missing value"),
        (lambda: stats.kruskal_wallis(np.arange(60.0).reshape(3, 20), method="exact"), "too many to enumerate"),
    ],
)
def test_invalid_input_raises(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
