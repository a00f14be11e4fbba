"""Cages, batches and plates: how they lie to the groups, and the tests that take account of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_paired

from rats import Rats
from secretome import analyse
from secretome.analysis import Adjustment, Method
from secretome.analysis.clusters import (
    Layout,
    cluster_methods,
    cluster_test,
    clusters_of,
)
from secretome.analysis.samples import Comparison, GroupSample
from secretome.protocol import EquivalenceMargin

VALUES = np.random.default_rng(20261129).lognormal(3, 0.5, (2, 12))


def pair(treated: Sequence[str], control: Sequence[str], column: str = "cage") -> Comparison:
    """Two groups of drawn values with these labels."""
    groups = []
    for row, labels in zip(VALUES, (treated, control), strict=True):
        values = row[: len(labels)]
        groups.append(GroupSample(values, values, missing=0, dead=0, labels={column: np.array(labels)}))
    return Comparison(*groups)


@pytest.mark.parametrize(
    ("treated", "control", "layout"),
    [
        (["", "", ""], ["", "", ""], Layout.NONE),
        (["a", "b", "c"], ["d", "e", "f"], Layout.NONE),  # one animal a cage
        (["a", "a", "a"], ["a", "a", "a"], Layout.NONE),  # one cage for all
        (["a", "a", "b"], ["", "", ""], Layout.NONE),  # nothing is known of the control group
        (["a", "a", "a"], ["b", "b", "b"], Layout.CONFOUNDED),
        (["a", "a", "b", "b"], ["c", "c", "d", "d"], Layout.CONFOUNDED),
        (["a", "a", "a", "a"], ["b", "c", "d", "e"], Layout.CONFOUNDED),
        (["a", "a", "b", "b", "c", ""], ["d", "d", "e", "e", "f", "f"], Layout.NESTED),
        (["a", "a", "b", "b"], ["a", "a", "b", "b"], Layout.CROSSED),
        (["a", "a", "b", "b"], ["b", "b", "c", "c"], Layout.PARTLY_CROSSED),
    ],
)
def test_layout(treated: list[str], control: list[str], layout: Layout) -> None:
    assert clusters_of(pair(treated, control), "cage").layout is layout


def test_counts_of_partly_crossed_plates() -> None:
    found = clusters_of(pair(["a", "a", "b", ""], ["b", "b", "c", "c"], "plate"), "plate")
    assert (found.n_treated, found.n_control, found.shared, found.animals_shared, found.unlabelled) == (2, 2, 1, 3, 1)


def test_cage_means_are_welch_of_geometric_means() -> None:
    treated, control = list("aabbbccdd"), list("eeffgggg")
    found = cluster_test(pair(treated, control), "cage", level=0.9)
    assert found is not None
    means = [
        pd.Series(np.log(row[: len(labels)])).groupby(labels).mean()
        for row, labels in zip(VALUES, (treated, control), strict=True)
    ]
    expected = scipy_stats.ttest_ind(*means, equal_var=False)
    interval = expected.confidence_interval(0.9)
    assert (found.n_treated, found.n_control) == (4, 3)
    assert found.test == Method.CAGE_MEANS
    np.testing.assert_allclose(
        [found.pvalue, found.statistic, found.df, found.estimate, found.low, found.high],
        [
            expected.pvalue,
            expected.statistic,
            expected.df,
            np.exp(means[0].mean() - means[1].mean()),
            *np.exp([interval.low, interval.high]),
        ],
    )


@pytest.mark.parametrize("control", [list("aabbcc"), list("bbccdd")], ids=["crossed", "partly crossed"])
def test_blocks_are_a_linear_model(control: list[str]) -> None:
    treated = list("aaabbc")
    found = cluster_test(pair(treated, control, "plate"), "plate", level=0.975)
    assert found is not None
    table = pd.DataFrame(
        {"y": np.log([*VALUES[0, :6], *VALUES[1, :6]]), "group": [1] * 6 + [0] * 6, "plate": [*treated, *control]}
    )
    model = smf.ols("y ~ group + C(plate)", table).fit()
    low, high = model.conf_int(0.025).loc["group"]
    assert (found.test, found.n_treated, found.n_control) == (Method.PLATE_BLOCK, 6, 6)
    np.testing.assert_allclose(
        [found.pvalue, found.df, found.estimate, found.low, found.high],
        [model.pvalues["group"], model.df_resid, np.exp(model.params["group"]), np.exp(low), np.exp(high)],
    )


def test_blocks_of_two_are_pairs() -> None:
    """One animal of each group in every cage:

    the model is the paired t test, and its equivalence test the paired one.
    """
    both, margin = pair(list("abcdefgh"), list("abcdefgh")), EquivalenceMargin(low=0.5, high=2, reason="a test")
    test, equivalence = (cluster_test(both, "cage", level=0.95, margin=margin) for margin in (None, margin))
    assert test is not None
    assert equivalence is not None
    logs = np.log(VALUES[:, :8])
    expected = scipy_stats.ttest_rel(*logs)
    np.testing.assert_allclose([test.pvalue, test.statistic, test.df], [expected.pvalue, expected.statistic, 7])
    np.testing.assert_allclose(equivalence.pvalue, ttost_paired(*logs, np.log(0.5), np.log(2))[0])
    assert equivalence.test == Method.TOST_CAGE_BLOCK
    np.testing.assert_allclose(equivalence.level, 0.9)


def test_confounded_clusters_have_no_test() -> None:
    assert cluster_test(pair(list("aaa"), list("bbb")), "cage", level=0.95) is None


@pytest.mark.parametrize("labels", [(list("abcd"), list("abcd"))], ids=["no spread within cages"])
def test_values_without_spread_have_an_empty_row(labels: tuple[list[str], list[str]]) -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    groups = [
        GroupSample(row, row, missing=0, dead=0, labels={"cage": np.array(own)})
        for row, own in zip((2 * values, values), labels, strict=True)
    ]
    found = cluster_test(Comparison(*groups), "cage", level=0.95)
    assert found is not None
    assert np.isnan([found.pvalue, found.estimate]).all()


def cohort(rats: Rats, label: str) -> pd.DataFrame:
    """The plain rats with a column of labels, analysed; `label` is formatted with group and number."""
    column = label.split()[0]
    rows = [f"animal,group,il6,il4,{column}"]
    for group, values in Rats.plain["il6"].items():
        for i, (il6, il4) in enumerate(zip(values, Rats.plain["il4"][group], strict=True)):
            rows.append(
                f"{group} {i},{group},{il6},{il4},{label.split()[1].format(group=group, half=i // 2, third=i % 3)}"
            )
    results = analyse(rats.read("\n".join(rows)), ("multiverse",))
    return results[results["test"].isin(cluster_methods(column, equivalence=False))].set_index(["endpoint", "contrast"])


def test_rows_of_cages_within_groups(rats: Rats) -> None:
    """Both contrasts of both endpoints get one row; p is doubled for the family of two, and n counts cages."""
    rows = cohort(rats, "cage {group}-{half}")
    assert set(zip(rows["test"], rows["adjustment"], strict=True)) == {(Method.CAGE_MEANS, Adjustment.BONFERRONI)}
    assert len(rows) == 4
    assert set(rows["n_treated"]) == {3}
    np.testing.assert_allclose(rows["pvalue_adjusted"], np.minimum(1, 2 * rows["pvalue"]))
    np.testing.assert_allclose(rows["level"], 0.975)


def test_rows_of_batches_crossed_with_groups(rats: Rats) -> None:
    rows = cohort(rats, "batch {third}")
    assert set(zip(rows["test"], rows["adjustment"], strict=True)) == {(Method.BATCH_BLOCK, Adjustment.BONFERRONI)}
    assert set(rows["n_treated"]) == {6}


def test_no_rows_without_labels(rats: Rats) -> None:
    results = analyse(rats(), ("multiverse",))
    assert not results["test"].str.contains("cage|batch|plate").any()
