"""Many tests in one call: equal to a loop over single calls, whatever the axis, and NaN where a single call raises."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from secretome import stats

FIELDS = ("statistic", "pvalue", "midp", "min_pvalue", "superiority", "ties", "estimate", "df", "pvalue_low")
WEIGHTS = [[-1, 1, 0], [1, -0.5, -0.5]]
Call = Callable[..., Any]

CALLS: dict[str, Call] = {
    "mann_whitney": lambda x, y, _, **axis: stats.mann_whitney(x, y, **axis),
    "mann_whitney, less": lambda x, y, _, **axis: stats.mann_whitney(x, y, alternative="less", **axis),
    "mann_whitney, second sample smaller": lambda x, y, _, **axis: stats.mann_whitney(
        y, x, alternative="greater", **axis
    ),
    "mann_whitney, asymptotic": lambda x, y, _, **axis: stats.mann_whitney(x, y, method="asymptotic", **axis),
    "welch_contrasts": lambda x, y, z, **axis: stats.welch_contrasts([x, y, z], WEIGHTS, **axis),
    "welch_contrasts, log": lambda x, y, z, **axis: stats.welch_contrasts(
        [x, y, z], WEIGHTS, scale="log", alternative="greater", **axis
    ),
    "geometric_mean_ratio": lambda x, y, _, **axis: stats.geometric_mean_ratio(x, y, alternative="less", **axis),
    "geometric_mean_ratio, paired": lambda x, _, z, **axis: stats.geometric_mean_ratio(x, z, paired=True, **axis),
    "equivalence": lambda x, y, _, **axis: stats.equivalence(x, y, -2, 3, **axis),
    "equivalence, ratio": lambda x, y, _, **axis: stats.equivalence(x, y, 0.8, 1.25, scale="ratio", **axis),
    "equivalence, paired": lambda x, _, z, **axis: stats.equivalence(x, z, -2, 3, paired=True, **axis),
}


def numbers(result: Any) -> dict[str, Any]:
    """The numbers of a result, its interval and its test against another value."""
    found = {name: getattr(result, name) for name in FIELDS if hasattr(result, name)}
    if hasattr(result, "confidence_interval"):
        found["low"], found["high"] = result.confidence_interval(0.9)
    if hasattr(result, "against"):
        found["statistic against 1.1"], found["p against 1.1"] = result.against(1.1, "less")
    return found


def samples(shape: tuple[int, ...], n: int, seed: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Small whole numbers, so that many values tie."""
    return np.random.default_rng(seed).integers(1, 9, (*shape, n)).astype(np.float64)


@pytest.mark.parametrize("name", CALLS)
def test_axis_equals_a_loop_over_single_calls(name: str) -> None:
    x, y, z = samples((40,), 6, 1), samples((40,), 9, 2), samples((40,), 6, 3)
    together = numbers(CALLS[name](x, y, z, axis=-1))
    alone = [numbers(CALLS[name](*row)) for row in zip(x, y, z, strict=True)]
    for field, values in together.items():
        assert np.asarray(values) == pytest.approx(
            np.array([row[field] for row in alone]), rel=1e-12, abs=1e-12, nan_ok=True
        ), field


@pytest.mark.parametrize("name", CALLS)
def test_any_axis_and_number_of_dimensions(name: str) -> None:
    parts = [samples((2, 3), n, seed) for n, seed in ((5, 4), (7, 5), (5, 6))]
    expected = CALLS[name](*parts, axis=-1)
    assert np.shape(expected.pvalue)[:2] == (2, 3)
    first = CALLS[name](*(np.moveaxis(part, -1, 0) for part in parts), axis=0)
    assert first.pvalue == pytest.approx(expected.pvalue, rel=1e-12)
    single = CALLS[name](*(part[1, 2] for part in parts), axis=0)
    assert single.pvalue == pytest.approx(expected.pvalue[1, 2], rel=1e-12)


@pytest.mark.parametrize("name", [name for name in CALLS if not name.startswith("mann_whitney")])
def test_a_test_without_variation_is_nan_and_leaves_the_others(name: str) -> None:
    x, y, z = samples((4,), 5, 7), samples((4,), 5, 8), samples((4,), 5, 9)
    for part in (x, y, z):
        part[2] = 3.0
    result = CALLS[name](x, y, z, axis=1)
    assert np.isnan(result.pvalue[2]).all() and np.isfinite(result.pvalue[[0, 1, 3]]).all()
    with pytest.raises(ValueError, match="do not vary"):
        CALLS[name](x[2], y[2], z[2])


def test_large_and_small_units_in_one_call() -> None:
    x, y = samples((3,), 5, 1), samples((3,), 5, 2)
    unit = np.array([1e-280, 1.0, 1e280])[:, None]
    plain = stats.welch_contrasts([x, y], [[1, -1]], axis=1)
    assert stats.welch_contrasts([x * unit, y * unit], [[1, -1]], axis=1).pvalue == pytest.approx(plain.pvalue)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: stats.mann_whitney([[1, 2], [3, 4]], [[1, 2]], axis=1), ValueError),
        (lambda: stats.mann_whitney([[1, np.nan]], [[1, 2]], nan_policy="omit", axis=1), ValueError),
        (lambda: stats.mann_whitney([[1, 2]], [[1, 2]], axis=2), ValueError),
        (lambda: stats.mann_whitney([[1, 2]], [[1, 2]], axis=True), TypeError),
        (lambda: stats.mann_whitney([["1", "2"]], [[1, 2]], axis=1), TypeError),
        (lambda: stats.mann_whitney([[1, None]], [[1, 2]], axis=1), ValueError),
        (lambda: stats.welch_contrasts([np.ones((2, 3)), np.ones((3, 3))], [[1, -1]], axis=1), ValueError),
        (lambda: stats.equivalence([[1, 2]], [[1, 2]], -1, 1, method="rank", axis=1), ValueError),
        (lambda: stats.geometric_mean_ratio([[1, 2]], [[1]], axis=1), ValueError),
        (lambda: stats.geometric_mean_ratio([[1, 2]], [[1, 2, 3]], paired=True, axis=1), ValueError),
        (lambda: stats.mann_whitney(np.ones((2, 600)), np.ones((2, 600)), method="exact", axis=1), ValueError),
    ],
)
def test_invalid_input_with_axis_raises(call: Callable[[], Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"\.$"):
        call()
