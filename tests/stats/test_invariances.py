"""What every statistic must not care about: order within a group, the unit, which sample is named first."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from secretome import stats

# Quarters, so that shifting and doubling keep every tie.
value = st.integers(4, 60).map(lambda quarter: quarter / 4)
sample = st.lists(value, min_size=4, max_size=6)
group_tests: dict[str, Callable[[list[list[float]]], Any]] = {
    "mann_whitney": lambda s: stats.mann_whitney(s[0], s[1]).pvalue,
    "kruskal_wallis": lambda s: stats.kruskal_wallis(s, method="exact").pvalue,
    "jonckheere_terpstra": lambda s: stats.jonckheere_terpstra(s).pvalue,
    "superiority": lambda s: list(stats.probability_of_superiority(s[0], s[1]).confidence_interval()),
    "welch_contrasts": lambda s: stats.welch_contrasts(s[:2], [[-1, 1]]).pvalue[0],
    "equivalence": lambda s: stats.equivalence(s[0], s[1], 0.5, 2, scale="ratio").pvalue,
    "geometric_mean_ratio": lambda s: list(stats.geometric_mean_ratio(s[0], s[1]).confidence_interval()),
    "hodges_lehmann": lambda s: stats.hodges_lehmann(s[0], s[1]).confidence_interval().level,
}


def varied(samples: list[list[float]]) -> bool:
    return all(len(set(sample)) > 1 for sample in samples)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25)
@given(st.lists(sample, min_size=2, max_size=2), st.randoms(use_true_random=False))
@pytest.mark.parametrize("name", group_tests)
def test_order_within_a_group_does_not_matter(name: str, samples: list[list[float]], random: Any) -> None:
    assume(varied(samples))
    shuffled = [random.sample(one, len(one)) for one in samples]
    assert group_tests[name](shuffled) == pytest.approx(group_tests[name](samples), nan_ok=True)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25)
@given(st.lists(sample, min_size=2, max_size=2))
@pytest.mark.parametrize("name", group_tests)
def test_the_unit_does_not_matter(name: str, samples: list[list[float]]) -> None:
    """Twice every value is the same experiment in another unit; every test here is of ranks, ratios or t."""
    assume(varied(samples))
    doubled = [[2 * one for one in values] for values in samples]
    assert group_tests[name](doubled) == pytest.approx(group_tests[name](samples), nan_ok=True)


@settings(max_examples=25)
@given(st.lists(sample, min_size=3, max_size=3), st.sampled_from([-3.0, 8.0]))
def test_shifting_all_values_shifts_no_difference(samples: list[list[float]], shift: float) -> None:
    assume(varied(samples))
    moved = [[one + shift for one in values] for values in samples]
    for test in (
        lambda s: stats.dunnett(s, control=0).pvalue,
        lambda s: stats.welch_contrasts(s, [[-1, 1, 0], [-1, 0.5, 0.5]]).pvalue,
        lambda s: stats.hodges_lehmann(s[0], s[1]).estimate,
        lambda s: stats.steel([values[:3] for values in s], method="exact").pvalue if np.ptp([v[:3] for v in s]) else 0,
    ):
        assert test(moved) == pytest.approx(test(samples), abs=1e-9)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=40)
@given(sample, sample)
def test_swapping_the_samples_mirrors(x: list[float], y: list[float]) -> None:
    assume(varied([x, y]))
    there, back = stats.geometric_mean_ratio(x, y), stats.geometric_mean_ratio(y, x)
    assert there.estimate == pytest.approx(1 / back.estimate)
    assert list(there.confidence_interval()) == pytest.approx([1 / limit for limit in back.confidence_interval()][::-1])
    forth, reverse = stats.probability_of_superiority(x, y), stats.probability_of_superiority(y, x)
    assert forth.estimate == pytest.approx(1 - reverse.estimate)
    assert list(forth.confidence_interval()) == pytest.approx(
        [1 - limit for limit in reverse.confidence_interval()][::-1]
    )
    shift, other = stats.hodges_lehmann(x, y), stats.hodges_lehmann(y, x)
    assert shift.estimate == pytest.approx(-other.estimate)
    assert list(shift.confidence_interval(0.9)) == pytest.approx(
        [-limit for limit in other.confidence_interval(0.9)][::-1], nan_ok=True
    )


@settings(max_examples=40)
@given(st.lists(sample, min_size=3, max_size=4))
def test_exact_p_values_lie_between_the_minimum_and_one(samples: list[list[float]]) -> None:
    assume(len({one for values in samples for one in values}) > 1)
    small = [values[:2] for values in samples]
    assume(len({one for values in small for one in values}) > 1)
    for result in (
        stats.mann_whitney(samples[0], samples[1]),
        stats.jonckheere_terpstra(small),
        stats.kruskal_wallis(small, method="exact"),
        stats.signed_rank([a - b for a, b in zip(samples[0], samples[1], strict=False)]),
    ):
        assert 0 < result.min_pvalue <= result.pvalue + 1e-12 <= 1 + 1e-9
        assert result.midp <= result.pvalue


@settings(max_examples=30)
@given(sample, sample)
def test_welch_interval_and_test_agree(x: list[float], y: list[float]) -> None:
    assume(varied([x, y]))
    ratio = stats.geometric_mean_ratio(x, y)
    low, high = ratio.confidence_interval(0.95)
    assert (ratio.pvalue < 0.05) == (not low <= 1 <= high) or ratio.pvalue == pytest.approx(0.05)


@settings(max_examples=20)
@given(st.lists(st.lists(st.floats(0.1, 9), min_size=3, max_size=5), min_size=3, max_size=3))
def test_dunnett_interval_and_test_agree(samples: list[list[float]]) -> None:
    assume(all(np.ptp(values) > 0.1 for values in samples))
    result = stats.dunnett(samples, control=0)
    low, high = result.confidence_interval(0.95)
    for p, below, above in zip(result.pvalue, low, high, strict=True):
        assert (p < 0.05) == (not below <= 0 <= above) or p == pytest.approx(0.05, abs=1e-6)
