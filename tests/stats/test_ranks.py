"""Rank tests against published examples, R, brute force and identities."""

import itertools
import json
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from secretome import stats
from secretome.stats import _null_distributions

CASES = json.loads((Path(__file__).parents[1] / "reference" / "ranks.json").read_text(encoding="utf-8"))["cases"]
BY_NAME = {case["name"]: case for case in CASES}
ALTERNATIVES = ("two-sided", "less", "greater")
# Few distinct values, so that nearly every example is tied.
samples = st.lists(st.integers(0, 4), min_size=1, max_size=5)


def near(value: float, case: dict[str, Any]) -> Any:
    return pytest.approx(value, abs=case["tolerance"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_mann_whitney_equals_outside_numbers(case: dict[str, Any]) -> None:
    """R (coin, exactRankTests, wilcox.test) and the printed examples that each case names."""
    x, y, expected = case["inputs"]["x"], case["inputs"]["y"], case["expected"]
    result = stats.mann_whitney(x, y)
    for key in ("p_two_sided", "p_exact_two", "coin_p_exact"):
        if key in expected:
            assert result.pvalue == near(expected[key], case)
    for key in ("p_midp", "p_midp_two_sided"):
        if key in expected:
            assert result.midp == near(expected[key], case)
    for alternative in ("less", "greater"):
        for key in (f"p_{alternative}", f"p_exact_{alternative}"):
            if key in expected:
                assert stats.mann_whitney(x, y, alternative=alternative).pvalue == near(expected[key], case)
    if "U_x" in expected:
        assert result.statistic == expected["U_x"]


def test_mann_whitney_rotarod_matches_coin_and_not_scipy() -> None:
    """Bergmann, Ludbrook and Spooren (2000): 0.0373 is exact; SciPy's own exact method ignores the ties."""
    x, y = BY_NAME["mwu_rotarod_exact_ties"]["inputs"].values()
    ours = stats.mann_whitney(x, y)
    assert ours.pvalue == pytest.approx(0.0372670807453416, abs=1e-15)
    assert ours.method == "exact"
    assert ours.ties == 19
    assert scipy_stats.mannwhitneyu(x, y, method="exact").pvalue == pytest.approx(0.08873378606855523)


def test_asymptotic_is_scipys() -> None:
    x, y = BY_NAME["mwu_rotarod_exact_ties"]["inputs"].values()
    result = stats.mann_whitney(x, y, method="asymptotic")
    assert result.pvalue == pytest.approx(0.0164731558055827, abs=1e-12)  # R, with continuity correction
    assert np.isnan(result.midp)
    assert np.isnan(result.min_pvalue)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_asymptotic_of_many_tests_is_scipys(alternative: Any) -> None:
    """Without ties and with ties. For values that are all equal, p is 1; SciPy's may be nan."""
    rng = np.random.default_rng(11)
    values = rng.normal(size=(20, 25))
    equal = stats.mann_whitney(np.zeros(12), np.zeros(13), alternative=alternative, method="asymptotic")
    assert equal.pvalue == 1
    for pooled in (values, np.rint(values)):
        x, y = pooled[:, :12], pooled[:, 12:]
        ours = stats.mann_whitney(x, y, alternative=alternative, method="asymptotic", axis=1)
        scipys = scipy_stats.mannwhitneyu(x, y, alternative=alternative, method="asymptotic", axis=1)
        assert ours.pvalue == pytest.approx(scipys.pvalue, rel=1e-12)


@pytest.mark.parametrize("shape", [(30, 7), (2, 3, 1), (0, 4)])
def test_doubled_midranks_of_rows_are_scipys_ranks(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(12)
    for values in (rng.normal(size=shape), rng.integers(0, 4, shape).astype(float), rng.choice([0, np.inf], shape)):
        ranks = _null_distributions.doubled_midranks(values)
        assert ranks.shape == shape
        assert values.size == 0 or (ranks == 2 * scipy_stats.rankdata(values, axis=-1)).all()


@given(samples, samples, st.sampled_from(ALTERNATIVES))
def test_mann_whitney_equals_brute_force(x: list[int], y: list[int], alternative: Any) -> None:
    pooled = np.array(x + y, dtype=float)
    m, n = len(x), len(y)

    def statistic(chosen: tuple[int, ...]) -> float:
        mask = np.zeros(m + n, dtype=bool)
        mask[list(chosen)] = True
        above = np.sign(np.subtract.outer(pooled[mask], pooled[~mask]))
        return float((above + 1).sum() / 2) - m * n / 2

    null = np.array([statistic(chosen) for chosen in itertools.combinations(range(m + n), m)])
    observed = statistic(tuple(range(m)))
    extreme = {"two-sided": np.abs(null) >= abs(observed), "less": null <= observed, "greater": null >= observed}[
        alternative
    ]
    boundary = np.abs(null) == abs(observed) if alternative == "two-sided" else null == observed
    result = stats.mann_whitney(x, y, alternative=alternative)
    assert result.pvalue == pytest.approx(extreme.mean())
    assert result.midp == pytest.approx(extreme.mean() - boundary.mean() / 2)
    assert result.min_pvalue - 1e-12 <= result.pvalue <= 1


@given(samples, samples)
def test_swapping_mirrors_and_monotone_change_keeps(x: list[int], y: list[int]) -> None:
    forward, back = stats.mann_whitney(x, y), stats.mann_whitney(y, x)
    assert forward.pvalue == pytest.approx(back.pvalue)
    assert forward.superiority == pytest.approx(1 - back.superiority)
    less = stats.mann_whitney(x, y, alternative="less").pvalue
    assert less == pytest.approx(stats.mann_whitney(y, x, alternative="greater").pvalue)
    assert stats.mann_whitney(np.exp(x), np.exp(y)).pvalue == pytest.approx(forward.pvalue)


@pytest.mark.parametrize(
    ("n", "expected"), [(4, 0.0286), (5, 0.0079), (6, 0.0022), (7, 5.8e-4), (8, 1.55e-4), (10, 1.1e-5), (12, 7.4e-7)]
)
def test_min_pvalue_without_ties(n: int, expected: float) -> None:
    """2 / C(2n, n): the minimum that every table of the test prints."""
    result = stats.mann_whitney(range(n), range(n, 2 * n))
    assert result.pvalue == result.min_pvalue == pytest.approx(expected, rel=0.02)


def test_large_samples_agree_with_scipy_exact_where_nothing_ties() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=60), rng.normal(0.4, size=45)
    ours, theirs = stats.mann_whitney(x, y), scipy_stats.mannwhitneyu(x, y, method="exact")
    assert ours.pvalue == pytest.approx(theirs.pvalue, rel=1e-10)


def test_all_values_tied_have_p_of_one() -> None:
    result = stats.mann_whitney([2, 2, 2], [2, 2])
    assert result.pvalue == result.min_pvalue == 1
    assert result.superiority == 0.5


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9), st.sampled_from(ALTERNATIVES))
def test_signed_rank_equals_brute_force(difference: list[int], alternative: Any) -> None:
    """Every sign pattern of the non-zero differences, with Pratt's ranks."""
    values = np.array(difference, dtype=float)
    ranks = scipy_stats.rankdata(np.abs(values))[values != 0]
    positive = values[values != 0] > 0
    centre = ranks.sum() / 2
    null = (
        np.array([ranks[np.array(signs, dtype=bool)].sum() for signs in itertools.product([0, 1], repeat=len(ranks))])
        - centre
    )
    observed = ranks[positive].sum() - centre
    extreme = {"two-sided": np.abs(null) >= abs(observed), "less": null <= observed, "greater": null >= observed}[
        alternative
    ]
    result = stats.signed_rank(difference, alternative=alternative)
    boundary = np.abs(null) == abs(observed) if alternative == "two-sided" else null == observed
    assert result.pvalue == pytest.approx(extreme.mean())
    assert result.midp == pytest.approx(extreme.mean() - boundary.mean() / 2)
    assert result.min_pvalue - 1e-12 <= result.pvalue <= 1
    assert result.statistic == ranks[positive].sum()


def test_signed_rank_takes_equal_decimals_as_tied() -> None:
    """0.3 - 0.1 and 0.5 - 0.3 differ in binary; on paper both are 0.2."""
    assert stats.signed_rank([0.3, 0.5, 0.9], [0.1, 0.3, 0.1]).ties == 2
    assert stats.signed_rank([0.02, 0.04, 81.92], [0.01, 0.03, 1]).ties == 2
    # Values of very different sizes keep their own rounding: no small difference becomes zero.
    wide = stats.signed_rank([1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3, 1e12])
    assert (wide.zeros, wide.ties, wide.pvalue) == (0, 0, pytest.approx(2 / 2**7))


def test_signed_rank_beyond_1000_pairs_is_scipys_normal_approximation() -> None:
    differences = np.random.default_rng(4).normal(0.05, size=1001)
    assert stats.signed_rank(np.append(differences[:200], np.zeros(900))).method == "exact"
    for alternative in ("two-sided", "less", "greater"):
        result = stats.signed_rank(differences, alternative=alternative)
        scipys = scipy_stats.wilcoxon(
            differences, zero_method="pratt", correction=True, method="approx", alternative=alternative
        )
        assert (result.method, result.pvalue) == ("asymptotic", scipys.pvalue)
        assert np.isnan(result.midp)
    with pytest.raises(ValueError, match="too many for an exact count"):
        stats.signed_rank(differences, method="exact")


def test_asymptotic_signed_rank_is_near_the_exact_one_under_ties_and_zeros() -> None:
    differences = np.rint(np.random.default_rng(1).normal(0.4, 2, size=300))
    exact, asymptotic = (stats.signed_rank(differences, method=method) for method in ("exact", "asymptotic"))
    assert exact.zeros > 10 and exact.ties > 200
    assert asymptotic.pvalue == pytest.approx(exact.pvalue, rel=0.02)


def test_hodges_lehmann_of_many_values_is_asymptotic_and_near_the_exact_one() -> None:
    rng = np.random.default_rng(5)
    x, y = np.rint(rng.normal(0.5, 3, 120)), np.rint(rng.normal(0, 3, 90))
    noise = rng.normal(0.2, 1, 200)
    for arguments, paired in (((x, y), False), ((noise, np.zeros(200)), True)):
        exact, asymptotic = (
            stats.hodges_lehmann(*arguments, paired=paired, method=method) for method in ("exact", "asymptotic")
        )
        for level in (0.8, 0.95, 0.99):
            limits, near = exact.confidence_interval(level), asymptotic.confidence_interval(level)
            assert list(near) == pytest.approx(list(limits), abs=0.01)
            assert near.level == pytest.approx(level)
    large = rng.normal(1, 1, 1100)
    paired = stats.hodges_lehmann(large, np.zeros(1100), paired=True)
    assert paired.method == "asymptotic"
    # The mean of 1100 normal values has this standard error, and the Walsh averages lose little to it.
    low, high = paired.confidence_interval(0.95)
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(1100), rel=0.1)
    with pytest.raises(ValueError, match="too many for an exact count"):
        stats.hodges_lehmann(large, np.zeros(1100), paired=True, method="exact")
    with pytest.raises(ValueError, match="too many for the memory"):
        stats.hodges_lehmann(np.arange(5000.0), np.arange(5000.0))


def test_hodges_lehmann_takes_differences_equal_on_paper_as_equal() -> None:
    """All differences are 0.2 on paper, and differ in the last binary digit."""
    for paired in (True, False):
        x, y = ([0.3, 0.5, 0.7], [0.1, 0.3, 0.5]) if paired else ([0.3] * 3, [0.1] * 3)
        with pytest.warns(UserWarning, match="All differences are equal"):
            assert np.isnan(stats.hodges_lehmann(x, y, paired=paired).confidence_interval().low)
    # 0.3 - 0.1 - 0.2 is zero on paper: the limit touches zero and does not cross it.
    shift = stats.hodges_lehmann([0.1 + 0.2, 0.4, 0.5, 0.6], [0.3, 0.2, 0.1, 0.3])
    assert 0.0 in shift._differences


def test_results_can_be_compared_copied_and_sent_to_another_process() -> None:
    x, y = [1, 2, 3, 4, 5, 6.5], [3, 4, 5, 6, 7, 8.5]
    results = [
        stats.mann_whitney(x, y),
        stats.signed_rank(x, y),
        stats.hodges_lehmann(x, y),
        stats.geometric_mean_ratio(x, y),
        stats.hodges_lehmann(x, y).confidence_interval(),
    ]
    for result in results:
        assert pickle.loads(pickle.dumps(result)) == result
    assert pickle.loads(pickle.dumps(results[-1])).level == results[-1].level


def test_too_many_tied_values_are_asymptotic_or_refused() -> None:
    x, y = np.arange(400) % 7, np.arange(400) % 5
    assert stats.mann_whitney(x, y).method == "asymptotic"
    with pytest.raises(ValueError, match="too many for an exact count"):
        stats.mann_whitney(x, y, method="exact")


def test_signed_rank_without_ties_equals_scipy() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=14), rng.normal(0.5, size=14)
    assert stats.signed_rank(x, y).pvalue == pytest.approx(scipy_stats.wilcoxon(x, y, method="exact").pvalue)


@pytest.mark.parametrize(
    ("name", "estimate", "low", "high"),
    [
        ("mwu_hw_chorioamnion_noties", 0.305, -0.15, 0.76),
        ("mwu_birthweight_sas_exact_ties", -0.425, -0.76, -0.10),
        ("hl_hw_depression_sas", 0.56, -0.22, 1.082),
    ],
)
def test_hodges_lehmann_equals_r_and_sas(name: str, estimate: float, low: float, high: float) -> None:
    shift = stats.hodges_lehmann(**BY_NAME[name]["inputs"])
    interval = shift.confidence_interval(0.95)
    assert shift.estimate == pytest.approx(estimate, abs=1e-3)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-3)
    assert 0.95 <= interval.level < 1


@pytest.mark.parametrize(
    ("name", "ours", "coins"),
    [
        ("mwu_titre_sim_1", (-3, -1), (-4, 0)),
        ("mwu_titre_sim_3", (-2, 0), (-3, 0)),
        ("mwu_titre_sim_5", (-3, -1), (-4, 0)),
    ],
)
def test_on_coarse_titres_the_interval_holds_what_the_exact_test_accepts(
    name: str, ours: tuple[float, float], coins: tuple[float, float]
) -> None:
    """Every shift by whole and half steps, ranked anew:

    those accepted at 5 % span our interval. R's coin prints one a step wider.
    """
    x, y = (np.log2(BY_NAME[name]["inputs"][key]) for key in ("x", "y"))
    shifts = np.arange(-7, 7.5, 0.5)
    accepted = [shift for shift in shifts if stats.mann_whitney(x - shift, y).pvalue > 0.05]
    # An accepted half step stands for all shifts up to the whole ones on its sides.
    span = (np.floor(min(accepted)), np.ceil(max(accepted)))
    interval = stats.hodges_lehmann(x, y).confidence_interval(0.95)
    assert (interval.low, interval.high) == span == ours
    assert coins[0] <= ours[0]
    assert stats.mann_whitney(x - coins[0] - 0.25, y).pvalue <= 0.05


def test_hodges_lehmann_for_pairs_equals_walsh_averages() -> None:
    """Hollander and Wolfe (1973), p.

    33: R's wilcox.test(paired, exact, conf.int) gives 0.46 (0.01 to 0.79) on these nine pairs.
    """
    x, y = BY_NAME["hl_hw_depression_sas"]["inputs"]["x"], [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    shift = stats.hodges_lehmann(x, y, paired=True)
    assert shift.estimate == pytest.approx(0.46)
    interval = shift.confidence_interval(0.95)
    assert (interval.low, interval.high) == pytest.approx((0.01, 0.786))
    assert interval.level == pytest.approx(1 - 2 * 10 / 512)


@given(st.lists(st.integers(0, 9), min_size=5, max_size=8), st.lists(st.integers(0, 9), min_size=5, max_size=8))
def test_interval_excludes_zero_only_if_the_exact_test_rejects(x: list[int], y: list[int]) -> None:
    test = stats.mann_whitney(x, y)
    if test.min_pvalue > 0.05:
        return
    interval = stats.hodges_lehmann(x, y).confidence_interval(0.95)
    if interval.low > 0 or interval.high < 0:
        assert test.pvalue <= 0.05


def test_no_finite_interval_warns() -> None:
    with pytest.warns(UserWarning, match="No finite 0.95 interval"):
        interval = stats.hodges_lehmann([1, 2, 3], [4, 5, 6]).confidence_interval(0.95)
    assert (interval.low, interval.high, interval.level) == (-np.inf, np.inf, 1)
    low, high = interval
    assert low < high


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([], [1]), "x is empty"),
        (([1, np.nan], [1]), "missing value"),
        (([1, np.inf], [1]), "infinite"),
        (([[1, 2]], [1]), "one-dimensional"),
    ],
)
def test_bad_samples_are_refused(arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.mann_whitney(*arguments)


def test_unknown_choices_are_refused() -> None:
    with pytest.raises(ValueError, match="alternative must be one of"):
        stats.mann_whitney([1], [2], alternative="bigger")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="pairs"):
        stats.signed_rank([1, 2], [1])


def test_nan_policy_omit_drops_values_and_whole_pairs() -> None:
    assert stats.mann_whitney([1, np.nan, 3], [2, 4], nan_policy="omit") == stats.mann_whitney([1, 3], [2, 4])
    assert stats.signed_rank([1, np.nan, 3], [0, 1, 1], nan_policy="omit").n_pairs == 2


def test_equal_differences_have_no_interval() -> None:
    """An interval of no width would claim to know the shift exactly."""
    for shift in (
        stats.hodges_lehmann([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], paired=True),
        stats.hodges_lehmann([2] * 8, [2] * 8),
    ):
        with pytest.warns(UserWarning, match="All differences are equal"):
            assert np.isnan(shift.confidence_interval().low)


@pytest.mark.parametrize("tied", [False, True])
def test_both_ways_to_fill_the_table_count_the_same(tied: bool) -> None:
    rng = np.random.default_rng(3)
    for n in (1, 2, 7, 20):
        values = rng.integers(0, 5, 2 * n).astype(float) if tied else rng.normal(size=2 * n)
        reduced = np.sort(
            _null_distributions.doubled_midranks(values) - _null_distributions.doubled_midranks(values).min()
        ).tolist()
        for size in (1, n):
            tables = [np.zeros((size + 1, sum(reduced[len(reduced) - size :]) + 1)) for _ in range(2)]
            for table, fill in zip(tables, (_null_distributions._fill, _null_distributions._fill_by_row), strict=True):
                table[0, 0] = 1
                fill(table, reduced)
            assert tables[0][size] == pytest.approx(tables[1][size])
            assert tables[0][size].sum() == pytest.approx(math.comb(2 * n, size))
