"""No odd input gives another outcome than a result with a p, or a ValueError or TypeError of our own."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secretome import stats

number = st.sampled_from(
    [0.0, 1.0, 2.0, 2.5, 3.0, 7.0, -1.0, 1e-300, 1e300, -1e308, 1.7e308, 5e-324, 0.1, 0.30000000000000004, 1e16]
)
odd = st.one_of(st.sampled_from([math.nan, math.inf, -math.inf, None, True, "x", 1 + 1j, 10**400]), number)
values = st.one_of(
    st.lists(number, max_size=6),
    st.lists(number, min_size=2, max_size=6),
    st.lists(st.integers(0, 4), min_size=2, max_size=6),
    st.integers(2, 5).map(lambda n: [3.0] * n),
    st.lists(odd, max_size=5),
    st.lists(st.lists(number, max_size=2), max_size=3),
    st.lists(odd, max_size=4).map(lambda items: np.array(items, dtype=object)),
    st.sampled_from(
        [None, 3, "text", {}, np.zeros((2, 2)), np.float32([1, 2, 3]), np.ma.array([1.0, 2, 3], mask=[1, 0, 0])]
    ),
)
labels = st.one_of(
    st.lists(st.sampled_from(["a", "b"]), max_size=6),
    st.lists(st.sampled_from(["a", "b", None, 1, math.nan, ("a",)]), max_size=6),
    st.sampled_from([None, 1, np.zeros((2, 2))]),
)
alternative = st.sampled_from(["two-sided", "less", "greater"])
level = st.sampled_from([0.5, 0.95, 0.9999, 1 - 1e-16, 1e-12])
options = st.fixed_dictionaries(
    {
        "alternative": alternative,
        "level": level,
        "paired": st.booleans(),
        "nan_policy": st.sampled_from(["raise", "omit"]),
    }
)


def _with_interval(result: Any, o: Any) -> Any:
    return result, result.confidence_interval(o["level"])


FUNCTIONS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "mann_whitney": lambda x, y, _, o: stats.mann_whitney(
        x, y, alternative=o["alternative"], nan_policy=o["nan_policy"]
    ),
    "mann_whitney, asymptotic": lambda x, y, _, o: stats.mann_whitney(
        x, y, alternative=o["alternative"], method="asymptotic"
    ),
    "signed_rank": lambda x, y, _, o: stats.signed_rank(x, y, alternative=o["alternative"], nan_policy=o["nan_policy"]),
    "signed_rank, asymptotic": lambda x, y, _, o: stats.signed_rank(
        x, y, alternative=o["alternative"], method="asymptotic"
    ),
    "hodges_lehmann": lambda x, y, _, o: _with_interval(stats.hodges_lehmann(x, y, paired=o["paired"]), o),
    "hodges_lehmann, asymptotic": lambda x, y, _, o: _with_interval(
        stats.hodges_lehmann(x, y, paired=o["paired"], method="asymptotic"), o
    ),
    "probability_of_superiority": lambda x, y, _, o: _with_interval(stats.probability_of_superiority(x, y), o),
    "geometric_mean_ratio": lambda x, y, _, o: _with_interval(stats.geometric_mean_ratio(x, y, paired=o["paired"]), o),
    "equivalence": lambda x, y, _, o: _with_interval(stats.equivalence(x, y, -1, 1, paired=o["paired"]), o),
    "equivalence of ratios": lambda x, y, _, o: _with_interval(
        stats.equivalence(x, y, 0.5, 3, scale="ratio", paired=o["paired"]), o
    ),
    "equivalence by ranks": lambda x, y, _, o: _with_interval(
        stats.equivalence(x, y, -1, 1, method="rank", paired=o["paired"]), o
    ),
    "equivalence of ratios by ranks": lambda x, y, _, o: _with_interval(
        stats.equivalence(x, y, 0.5, 3, scale="ratio", method="rank", paired=o["paired"]), o
    ),
    "welch_contrasts": lambda x, y, _, o: _with_interval(
        stats.welch_contrasts([x, y], [[-1, 1]], alternative=o["alternative"]), o
    ),
    "welch_contrasts of logarithms": lambda x, y, _, o: _with_interval(
        stats.welch_contrasts([x, y], [[-1, 1]], scale="log"), o
    ),
    "dunnett": lambda x, y, z, o: _with_interval(stats.dunnett([x, y, z], alternative=o["alternative"]), o),
    "kruskal_wallis": lambda x, y, z, o: stats.kruskal_wallis(
        [x, y, z], method="asymptotic" if o["paired"] else "exact"
    ),
    "steel": lambda x, y, _, o: stats.steel([x, y], alternative=o["alternative"]),
    "jonckheere_terpstra": lambda x, y, z, o: stats.jonckheere_terpstra(
        [x, y, z], alternative=o["alternative"], method="asymptotic" if o["paired"] else "auto"
    ),
    "shirley_williams": lambda x, y, _, o: stats.shirley_williams([x, y], alternative=o["alternative"]),
    "williams": lambda x, y, _, o: stats.williams([x, y], alternative=o["alternative"]),
    "random_effects": lambda x, y, _, o: (
        result := stats.random_effects(x, y, adhoc=o["paired"]),
        *(f(o["level"]) for f in (result.confidence_interval, result.prediction_interval)),
    ),
}
OF_GROUPS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "censored_lognormal": lambda x, y, g, o: _with_interval(
        stats.censored_lognormal(x, y, g, alternative=o["alternative"]), o
    ),
    "censored_lognormal, seen": lambda x, _, g, o: _with_interval(stats.censored_lognormal(x, x, g), o),
    "count_ratio": lambda x, y, g, o: _with_interval(stats.count_ratio(x, g, exposure=y if o["paired"] else None), o),
    "count_ratio, negative binomial": lambda x, _, g, o: _with_interval(
        stats.count_ratio(x, g, method="negative-binomial"), o
    ),
    "proportion_ratio": lambda x, y, g, o: _with_interval(stats.proportion_ratio(x, y, g), o),
    "logrank": lambda x, y, g, o: stats.logrank(x, y, g, method="asymptotic" if o["paired"] else "exact"),
}
MESSAGE_STARTS = (
    "unsupported operand",
    "could not convert",
    "setting an array",
    "operands could not",
    "Singular",
    "zero-size",
)


def outcome_is_allowed(call: Callable[[], Any]) -> None:
    """Fail unless the call returns a p that is not NaN, or raises a ValueError or TypeError with our own message."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            found = call()
        except (ValueError, TypeError) as error:
            message = str(error)
            assert type(error) in (ValueError, TypeError), error
            assert message.endswith(".") and not message.startswith(MESSAGE_STARTS) and "\n" not in message, message
            return
    warned = [warning for warning in seen if issubclass(warning.category, UserWarning)]
    assert len(warned) == len(seen), [str(warning.message) for warning in seen]
    result = found[0] if isinstance(found, tuple) else found
    pvalue = np.asarray(getattr(result, "pvalue", 0.5))
    # Where a UserWarning says that there is no p or no limit, NaN is the documented answer.
    assert warned or not np.isnan(pvalue).any(), result
    assert ((pvalue >= 0) & (pvalue <= 1) | np.isnan(pvalue)).all(), result
    for interval in found[1:] if isinstance(found, tuple) else ():
        low, high = np.asarray(interval.low), np.asarray(interval.high)
        assert warned or (low <= high).all(), (result, interval)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(values, values, values, options)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_odd_samples(name: str, x: Any, y: Any, z: Any, o: Any) -> None:
    outcome_is_allowed(lambda: FUNCTIONS[name](x, y, z, o))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(number, number, st.sampled_from("ab")), min_size=2, max_size=6),
    values,
    values,
    labels,
    st.booleans(),
    options,
)
@pytest.mark.parametrize("name", OF_GROUPS)
def test_odd_samples_with_groups(name: str, rows: Any, x: Any, y: Any, group: Any, fitting: bool, o: Any) -> None:
    if fitting:
        x, y, group = (list(column) for column in zip(*rows, strict=True))
    outcome_is_allowed(lambda: OF_GROUPS[name](x, y, group, o))


@settings(max_examples=25)
@given(
    values,
    st.sampled_from([2.0, 3, 10**0.5, 1, math.nan, 1e300]),
    st.sampled_from([None, 1, 2.0, 0, 1e-300]),
    st.sampled_from([None, 64, 1e300]),
)
def test_odd_titres(titre: Any, fold: Any, lowest: Any, highest: Any) -> None:
    outcome_is_allowed(lambda: stats.titre_bounds(titre, fold=fold, lowest=lowest, highest=highest)[0])
