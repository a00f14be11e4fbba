"""Geometric-mean ratios against the printed table of twelve donors, SciPy and identities."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from secretome import stats


def test_paired_ratio_is_the_geometric_mean_of_the_ratios() -> None:
    x, y = np.array([2.0, 6, 9]), np.array([1.0, 2, 9])
    assert stats.geometric_mean_ratio(x, y, paired=True).estimate == pytest.approx(scipy_stats.gmean(x / y))


def test_welch_on_logs_is_scipys() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.lognormal(size=6), rng.lognormal(1, 2, size=9)
    ours = stats.geometric_mean_ratio(x, y)
    theirs = scipy_stats.ttest_ind(np.log(x), np.log(y), equal_var=False)
    assert ours.pvalue == pytest.approx(theirs.pvalue)
    assert np.log(ours.confidence_interval(0.9)) == pytest.approx(tuple(theirs.confidence_interval(0.9)))


def test_swapping_inverts_the_ratio_and_scaling_multiplies_it() -> None:
    x, y = [1.0, 2, 4], [3.0, 5, 6, 9]
    ratio, back = stats.geometric_mean_ratio(x, y), stats.geometric_mean_ratio(y, x)
    assert ratio.estimate == pytest.approx(1 / back.estimate)
    assert ratio.confidence_interval().low == pytest.approx(1 / back.confidence_interval().high)
    assert stats.geometric_mean_ratio([10 * value for value in x], y).estimate == pytest.approx(10 * ratio.estimate)


def test_the_interval_is_two_sided_whatever_the_alternative() -> None:
    x, y = [1.0, 2, 4], [3.0, 5, 6, 9]
    one_sided = stats.geometric_mean_ratio(x, y, alternative="less")
    assert one_sided.pvalue == pytest.approx(stats.geometric_mean_ratio(x, y).pvalue / 2)
    assert one_sided.confidence_interval() == stats.geometric_mean_ratio(x, y).confidence_interval()


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        ([1, 0], [1, 2], "logarithm is not defined"),
        ([1], [1, 2], "two values"),
        ([2, 2], [3, 3], "do not vary"),
        ([1, 2], [1, -2], "logarithm is not defined"),
    ],
)
def test_undefined_ratio_raises(x: list[float], y: list[float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.geometric_mean_ratio(x, y)


def test_equal_ratios_have_no_interval() -> None:
    with pytest.raises(ValueError, match="do not vary"):
        stats.geometric_mean_ratio([2, 4, 6], [1, 2, 3], paired=True)
    with pytest.raises(ValueError, match="between 0 and 1"):
        stats.geometric_mean_ratio([2, 4, 7], [1, 2, 3], paired=True).confidence_interval(95)
