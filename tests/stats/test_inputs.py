"""What every function of the package accepts, and what it refuses:

missing values, other types, tables, labels, odd arguments.
"""

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from secretome import stats

X, Y = [1.0, 2.0, 4.0, 3.0], [2.0, 5.0, 3.0, 7.0]
EVENTS, GROUP = [1, 1, 0, 1], ["a", "a", "b", "b"]
# Every public function, as a function of four values.
OF_VALUES: dict[str, Callable[[Any], Any]] = {
    "mann_whitney": lambda x: stats.mann_whitney(x, Y).pvalue,
    "signed_rank": lambda x: stats.signed_rank(x, Y).pvalue,
    "signed_rank of differences": lambda x: stats.signed_rank(x).pvalue,
    "hodges_lehmann": lambda x: stats.hodges_lehmann(x, Y).estimate,
    "hodges_lehmann, paired": lambda x: stats.hodges_lehmann(Y, x, paired=True).estimate,
    "probability_of_superiority": lambda x: stats.probability_of_superiority(x, Y).estimate,
    "geometric_mean_ratio": lambda x: stats.geometric_mean_ratio(x, Y).pvalue,
    "geometric_mean_ratio, paired": lambda x: stats.geometric_mean_ratio(x, Y, paired=True).pvalue,
    "equivalence": lambda x: stats.equivalence(x, Y, -2, 2).pvalue,
    "equivalence by ranks": lambda x: stats.equivalence(Y, x, -2, 2, method="rank").pvalue,
    "welch_contrasts": lambda x: stats.welch_contrasts([x, Y], [[-1, 1]]).pvalue[0],
    "dunnett": lambda x: stats.dunnett([Y, x]).pvalue[0],
    "kruskal_wallis": lambda x: stats.kruskal_wallis([x, Y]).pvalue,
    "steel": lambda x: stats.steel([x, Y]).pvalue[0],
    "jonckheere_terpstra": lambda x: stats.jonckheere_terpstra([x, Y]).pvalue,
    "shirley_williams": lambda x: stats.shirley_williams([x, Y]).pvalue[0],
    "williams": lambda x: stats.williams([Y, x]).pvalue[0],
}
WITHOUT_NAN_POLICY: dict[str, Callable[[Any], Any]] = {
    "ancova_contrasts": lambda x: stats.ancova_contrasts([x, Y], [[1, 3, 2, 2], [2, 4, 1, 6]], [[-1, 1]]).pvalue[0],
    "ancova_contrasts, covariates": lambda x: stats.ancova_contrasts([X, Y], [x, [2, 4, 1, 6]], [[-1, 1]]).pvalue[0],
    "censored_lognormal": lambda x: stats.censored_lognormal(x, x).geometric_mean[0],
    "titre_bounds": lambda x: stats.titre_bounds(x)[0][0],
    "count_ratio": lambda x: stats.count_ratio(x, GROUP).pvalue[0],
    "count_ratio, exposure": lambda x: stats.count_ratio([1, 2, 3, 9], GROUP, exposure=x).pvalue[0],
    "proportion_ratio": lambda x: stats.proportion_ratio([1, 2, 3, 2], x, GROUP).mean[0],
    "logrank": lambda x: stats.logrank(x, EVENTS, GROUP).pvalue,
    "random_effects": lambda x: stats.random_effects(x, [0.1, 0.2, 0.1, 0.3]).pvalue,
    "random_effects, errors": lambda x: stats.random_effects([0.1, 0.2, 0.9, 0.3], x).pvalue,
}
EVERY = OF_VALUES | WITHOUT_NAN_POLICY
OF_GROUPS: dict[str, Callable[[Any], Any]] = {
    "censored_lognormal": lambda group: stats.censored_lognormal(X, X, group),
    "count_ratio": lambda group: stats.count_ratio([1, 2, 3, 9], group),
    "proportion_ratio": lambda group: stats.proportion_ratio([1, 2, 3, 2], [4] * 4, group),
    "logrank": lambda group: stats.logrank(X, EVENTS, group),
}


@pytest.mark.parametrize("name", OF_VALUES)
def test_missing_values_are_refused_or_omitted_alike_whatever_marks_them(name: str) -> None:
    """SciPy's convention, with a value more in x: NaN, None, a masked value and pandas' NA are all missing."""
    stated, missing = (
        [*X[:3], 9.0],
        [[*X[:3], None], np.ma.array([*X[:3], 99], mask=[0, 0, 0, 1]), pd.array([1, 2, 4, None], dtype="Int64")],
    )
    assert np.isfinite(OF_VALUES[name](stated))
    for values in [
        *missing,
        [*X[:3], np.nan],
        [*X[:3], np.ma.masked],
        pd.Series([1.0, 2.0, 4.0, None], dtype="Float64"),
    ]:
        with pytest.raises(ValueError, match="missing value"):
            OF_VALUES[name](values)


def test_omitted_values_leave_the_p_of_the_others() -> None:
    expected = stats.mann_whitney(X[:3], Y).pvalue
    for values in (
        [*X[:3], None],
        np.ma.array([*X[:3], 99.0], mask=[0, 0, 0, 1]),
        pd.array([1, 2, 4, None], dtype="Int64"),
    ):
        assert stats.mann_whitney(values, Y, nan_policy="omit").pvalue == expected
        assert stats.signed_rank(values, Y, nan_policy="omit").pvalue == stats.signed_rank(X[:3], Y[:3]).pvalue
        assert stats.dunnett([Y, values], nan_policy="omit").pvalue == pytest.approx(stats.dunnett([Y, X[:3]]).pvalue)


@pytest.mark.parametrize("name", WITHOUT_NAN_POLICY)
def test_missing_values_are_refused_where_nothing_can_be_omitted(name: str) -> None:
    for values in (
        [1, 2, 4, None],
        np.ma.array([1, 2, 4, 9], mask=[0, 0, 0, 1]),
        pd.array([1, 2, 4, None], dtype="Int64"),
    ):
        with pytest.raises(ValueError, match="missing value"):
            WITHOUT_NAN_POLICY[name](values)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, True, True], "booleans"),
        ([1, 2.5, True, 3], "booleans"),
        (np.array([True, False, True, True]), "booleans"),
        (pd.array([True, False, None, True], dtype="boolean"), "booleans"),
        ([1 + 0j, 2, 3, 4], "complex numbers"),
        (np.array(["2020-01-01", "2020-01-02", "2020-01-05", "2020-01-03"], dtype="datetime64[D]"), "dates"),
        (np.array([1, 2, 4, 3], dtype="timedelta64[h]"), "durations"),
        ([datetime.date(2020, 1, day) for day in (1, 2, 4, 3)], "type date"),
        ([np.timedelta64(1), 2, 4, None], "type "),
        (["1", "2", "4", "3"], "text"),
        ([1, 2, 4, "3"], "text"),
        (np.array([1, 2, 4, "3"], dtype=object), "type str"),
    ],
)
def test_what_is_no_real_number_is_refused(name: str, values: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"must hold real numbers; it holds .*{kind}"):
        EVERY[name](values)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    "values",
    [
        pd.DataFrame({"a": X, "b": Y}),
        np.array([X, Y]),
        [X, Y],
        [[1, 2], [3]],
        3.0,
        "abcd",
        {1.0, 2.0},
        [[1], [2], [3], [4]],
        None,
    ],
)
def test_what_is_no_one_dimensional_array_is_refused(name: str, values: Any) -> None:
    if values is None and name.endswith("exposure"):
        pytest.skip("no exposure is the default")
    with pytest.raises(ValueError, match="one-dimensional"):
        EVERY[name](values)


@pytest.mark.parametrize("name", EVERY)
def test_every_sort_of_number_gives_the_same_result(name: str) -> None:
    values = {"proportion_ratio": [4, 5, 6, 7], "titre_bounds": [1, 2, 4, 8]}.get(name, [1, 2, 4, 3])
    expected = EVERY[name](values)
    for same in (
        [Fraction(value) for value in values],
        [Decimal(value) for value in values],
        np.array(values, dtype=np.int8),
        np.array(values, dtype=np.longdouble),
        np.array(values, dtype=object),
        pd.Series(values, dtype="Int64"),
        np.ma.array(values, mask=False),
        tuple(values),
    ):
        assert EVERY[name](same) == pytest.approx(expected, nan_ok=True)


SEVERAL: dict[str, Callable[..., Any]] = {
    "kruskal_wallis": stats.kruskal_wallis,
    "steel": stats.steel,
    "dunnett": stats.dunnett,
    "jonckheere_terpstra": stats.jonckheere_terpstra,
    "shirley_williams": stats.shirley_williams,
    "williams": stats.williams,
    "welch_contrasts": lambda samples: stats.welch_contrasts(samples, [[-1, 1]]),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_samples_must_be_a_sequence_of_arrays(name: str) -> None:
    for samples in (pd.DataFrame({"a": X, "b": Y}), {"a": X, "b": Y}, "ab", {(1, 2), (3, 4)}, 3, None, np.array(3.0)):
        with pytest.raises(TypeError, match="samples must be a sequence"):
            SEVERAL[name](samples)
    with pytest.raises(ValueError, match=r"samples\[0\] must be a one-dimensional array"):
        SEVERAL[name](X)
    rows = SEVERAL[name](np.array([X, Y]))
    assert rows.pvalue == pytest.approx(SEVERAL[name](iter([X, Y])).pvalue)


@pytest.mark.parametrize("name", OF_GROUPS)
@pytest.mark.parametrize(
    "group",
    [
        ["a", "a", None, "b"],
        ["a", "a", np.nan, "b"],
        ["a", "a", " ", "b"],
        [1, 1, np.nan, 2],
        np.ma.array([1, 1, 2, 2], mask=[0, 0, 0, 1]),
        pd.Series(["a", "a", None, "b"], dtype="category"),
        pd.array(["a", "a", pd.NA, "b"], dtype="string"),
        pd.to_datetime(["2020-01-01", "2020-01-01", None, "2020-01-02"]),
    ],
)
def test_a_missing_label_is_no_group(name: str, group: Any) -> None:
    with pytest.raises(ValueError, match="group holds 1 missing label"):
        OF_GROUPS[name](group)


@pytest.mark.parametrize("name", OF_GROUPS)
def test_labels_that_cannot_be_sorted_or_do_not_fit_are_refused(name: str) -> None:
    for group in ([1, 1, "1", "1"], [(1,), "a", 2, 2], np.array([{}, {}, [], []], dtype=object)):
        with pytest.raises((TypeError, ValueError), match="group must"):
            OF_GROUPS[name](group)
    with pytest.raises(ValueError, match="one length"):
        OF_GROUPS[name](["a", "b"])
    with pytest.raises(ValueError, match="one-dimensional"):
        OF_GROUPS[name](pd.DataFrame({"group": GROUP}))


@pytest.mark.parametrize("name", OF_GROUPS)
def test_labels_of_one_kind_give_the_same_groups(name: str) -> None:
    expected = OF_GROUPS[name](GROUP)
    for group in (
        pd.Series(GROUP, dtype="category"),
        pd.array(GROUP, dtype="string"),
        np.array(GROUP, dtype=object),
        tuple(GROUP),
    ):
        assert OF_GROUPS[name](group).groups.tolist() == expected.groups.tolist() == ["a", "b"]
    assert OF_GROUPS[name]([False, False, True, True]).groups.tolist() == [False, True]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: stats.kruskal_wallis([X, Y], rng=3), TypeError),
        (lambda: stats.williams([X, Y], rng=np.random.RandomState(3)), TypeError),
        (lambda: stats.steel([X, Y], control="a"), TypeError),
        (lambda: stats.dunnett([X, Y], control=True), TypeError),
        (lambda: stats.dunnett([X, Y], control=-1), ValueError),
        (lambda: stats.dunnett([X, Y], alternative=None), ValueError),
        (lambda: stats.dunnett([X, Y], alternative=["less"]), ValueError),
        (lambda: stats.dunnett([X, Y]).confidence_interval("0.95"), TypeError),
        (lambda: stats.dunnett([X, Y]).confidence_interval(95), ValueError),
        (lambda: stats.dunnett([X, Y]).confidence_interval(np.nan), ValueError),
        (lambda: stats.equivalence(X, Y, "-1", 1), TypeError),
        (lambda: stats.equivalence(X, Y, -np.inf, 1), ValueError),
        (lambda: stats.equivalence(X, Y, [-1], 1), TypeError),
        (lambda: stats.censored_lognormal(X, X, GROUP).against("2"), TypeError),
        (lambda: stats.count_ratio([1, 2, 3, 9], GROUP).against(np.inf), ValueError),
        (lambda: stats.titre_bounds([2, 4], fold="2"), TypeError),
        (lambda: stats.welch_contrasts([X, Y], [[-1, 1], [1]]), ValueError),
        (lambda: stats.welch_contrasts([X, Y], [["-1", "1"]]), TypeError),
        (lambda: stats.welch_contrasts([X, Y], [[-1e-12, 1e-10]]), ValueError),
        (lambda: stats.power(3), TypeError),
        (lambda: stats.power(lambda rng, n: (rng.normal(size=(n, 3)), np.full((n, 3), np.nan)), trials=10), ValueError),
        (lambda: stats.power(lambda rng, n: rng.normal(size=(n, 3)), trials=10), ValueError),
        (lambda: stats.power(lambda rng, n: (rng.normal(size=(n, 3)),) * 2, trials=2.5), ValueError),
        (lambda: stats.power(lambda rng, n: (rng.normal(size=(n, 3)),) * 2, lambda *_: 0.5, trials=10), ValueError),
        (lambda: stats.power(lambda rng, n: (rng.normal(size=(n, 1)),) * 2, "welch", trials=10), ValueError),
    ],
)
def test_other_arguments_are_checked(call: Callable[[], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        call()
