"""The other analyses: enough of them, each different, and each what it says."""

import math

import numpy as np
import pandas as pd
import pytest
from conftest import Rats
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from secretome import analyse, stats
from secretome.cohort import Study
from secretome.simulate import simulate_study


def others(study: Study, endpoint: str = "il6", contrast: str = "t2 vs control") -> pd.DataFrame:
    rows = analyse(study, ("multiverse",))
    return rows[(rows["endpoint"] == endpoint) & (rows["contrast"] == contrast)].set_index("method", drop=False)


def numbers(endpoint: str, group: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(Rats.plain[endpoint][group], dtype=np.float64)


def test_there_are_enough_and_none_twice(rats: Rats) -> None:
    """15 to 40 to a claim, and none by another's name."""
    for study in (rats(), rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}), simulate_study("sepsis_cytokines", "deaths")):
        for contrast in ("t1 vs control", "t2 vs control"):
            rows = others(study, contrast=contrast)
            assert 15 <= len(rows) <= 40
            assert rows["method"].is_unique


def test_neither_the_planned_nor_the_published_analysis_is_among_them(rats: Rats) -> None:
    plain = set(others(rats())["method"])
    assert {"Welch's t test on logs, Bonferroni", "exact Mann-Whitney test, no adjustment"}.isdisjoint(plain)
    assert {"Welch's t test on logs, no adjustment", "exact Mann-Whitney test, Bonferroni"} <= plain
    # Where the ranks were planned, it is they that are left out.
    mostly = set(others(rats({"t2": ["<15.6"] * 5 + [20]}))["method"])
    assert "exact Mann-Whitney test, Bonferroni" not in mostly
    assert "Welch's t test on logs, half the limit for values below it, Bonferroni" in mostly


def test_t_tests_are_scipys(rats: Rats) -> None:
    rows = others(rats())
    x, y = numbers("il6", "t2"), numbers("il6", "control")
    for name, equal in (("Welch's t test", False), ("Student's t test", True)):
        for logged, values in (("", (x, y)), (" on logs", (np.log(x), np.log(y)))):
            row, test = rows.loc[f"{name}{logged}, no adjustment"], scipy_stats.ttest_ind(*values, equal_var=equal)
            interval = np.array(test.confidence_interval(0.95))
            assert row["pvalue"] == pytest.approx(test.pvalue)
            assert [row["low"], row["high"]] == pytest.approx(np.exp(interval) if logged else interval)


def test_the_spread_of_the_family_is_that_of_an_analysis_of_variance(rats: Rats) -> None:
    """With one comparison left out, t squared of a contrast is F: here by the residual mean square of three groups."""
    groups = [numbers("il6", group) for group in ("control", "t1", "t2")]
    residual = sum(((group - group.mean()) ** 2).sum() for group in groups) / 15
    t = (groups[2].mean() - groups[0].mean()) / np.sqrt(residual * (1 / 6 + 1 / 6))
    row = others(rats()).loc["t test with the spread of the whole family, no adjustment"]
    assert row["statistic"] == pytest.approx(t)
    assert row["pvalue"] == pytest.approx(2 * scipy_stats.t.sf(abs(t), 15))


def test_adjustments_are_bonferroni_and_holm(rats: Rats) -> None:
    rows = analyse(rats(), ("multiverse",))
    rows = rows[rows["endpoint"] == "il4"]
    for name in ("Welch's t test", "mid-p Mann-Whitney test", "Brunner-Munzel permutation test"):
        for way, key in (("Bonferroni", "bonferroni"), ("Holm", "holm")):
            own = rows[rows["method"] == f"{name}, {way}"]
            assert list(own["pvalue_adjusted"]) == pytest.approx(multipletests(own["pvalue"], method=key)[1])


def test_dunnett_is_the_statistics_own(rats: Rats) -> None:
    rows = others(rats(), "il4")
    family = stats.dunnett([np.log(numbers("il4", group)) for group in ("control", "t1", "t2")], control=0)
    every = stats.dunnett([numbers("il4", group) for group in ("sham", "control", "t1", "t2")], control=1)
    row = rows.loc["Dunnett's test on logs"]
    assert row["pvalue_adjusted"] == pytest.approx(family.pvalue[1])
    assert [row["estimate"], row["low"]] == pytest.approx(np.exp([family.estimate[1], family.confidence_interval(0.95).low[1]]))
    assert rows.loc["Dunnett's test, the spread of all groups", "pvalue_adjusted"] == pytest.approx(every.pvalue[2])


@pytest.mark.parametrize(("put", "value"), [("half the limit", 7.8), ("the limit over √2", 15.6 / math.sqrt(2)), ("the limit", 15.6)])
def test_what_is_put_for_a_value_below_the_limit_is_said(rats: Rats, put: str, value: float) -> None:
    rows = others(rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}))
    x = np.log([value, 27, 41, 22, 30, 38])
    test = scipy_stats.ttest_ind(x, np.log(numbers("il6", "control")), equal_var=False)
    assert rows.loc[f"Welch's t test on logs, {put} for values below it, Bonferroni", "pvalue"] == pytest.approx(test.pvalue)


PAIN_WITHOUT = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
PAIN_TREATED = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]


def test_brunner_munzel_is_permuted(rats: Rats) -> None:
    """Pain scores of Brunner & Munzel (2000): permuted, p = .008038 by R's brunnermunzel over all arrangements."""
    row = others(rats({}, {"control": PAIN_WITHOUT, "t2": PAIN_TREATED}), "il4").loc["Brunner-Munzel permutation test, no adjustment"]
    assert row["pvalue"] == pytest.approx(0.008038, abs=4 * math.sqrt(0.008 / 9999))
    # Their statistic 3.1375 is of the treated below the untreated.
    assert row["statistic"] == pytest.approx(-3.1375, abs=1e-4)


def test_brunner_munzel_under_separation_reaches_the_floor_of_the_permutations(rats: Rats) -> None:
    row = others(rats()).loc["Brunner-Munzel permutation test, no adjustment"]
    assert row["pvalue"] == pytest.approx(2 / math.comb(12, 6))


def test_the_dead_rank_worst(rats: Rats) -> None:
    """Two dead controls rank highest in IL-6 and lowest in IL-4."""
    text = "animal,group,il6,il4,event\n"
    values = {"control": [50, 60, 70, 80], "t1": [40, 45, 55, 65], "t2": [30, 35, 42, 52], "sham": [10, 11, 12, 13]}
    text += "".join(f"{group}{i},{group},{value},{value},0\n" for group, own in values.items() for i, value in enumerate(own))
    study = rats.read(text + "a,control,,,1\nb,control,,,1\n")
    highest = others(study).loc["exact Mann-Whitney test, the dead ranked highest, Bonferroni"]
    assert highest["pvalue"] == pytest.approx(stats.mann_whitney(values["t2"], [*values["control"], 999, 999]).pvalue)
    lowest = others(study, "il4").loc["exact Mann-Whitney test, the dead ranked lowest, Bonferroni"]
    assert lowest["pvalue"] == pytest.approx(stats.mann_whitney(values["t2"], [*values["control"], 1, 1]).pvalue)
    assert not any("dead" in method for method in others(rats())["method"])
