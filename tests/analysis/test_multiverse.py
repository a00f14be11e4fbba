"""The other analyses: enough of them, each different, and each what it says."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from rats import Rats
from secretome import analyse, stats
from secretome.analysis.permutations import GENERATOR
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study


def others(study: Study, endpoint: str = "il6", contrast: str = "t2 vs control") -> pd.DataFrame:
    rows = analyse(study, ("multiverse",))
    return rows[(rows["endpoint"] == endpoint) & (rows["contrast"] == contrast)].set_index("method", drop=False)


def numbers(endpoint: str, group: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(Rats.plain[endpoint][group], dtype=np.float64)


def test_there_are_enough_and_none_twice(rats: Rats) -> None:
    """15 to 40 to a claim, no two with the same p, adjusted p and estimate."""
    awkward = [
        rats(),
        rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}),
        rats({"control": [">1000", 131, 77, 160, 108, 84]}),
        rats({"sham": [], "t1": []}, {"sham": [], "t1": []}),
        rats({"sham": []}),
        simulate_study("sepsis_cytokines", "deaths"),
    ]
    for study in awkward:
        rows = others(study)
        assert 15 <= len(rows) <= 40
        assert rows["method"].is_unique
        computed = rows[rows["pvalue"].notna() & ~rows["method"].str.contains("permutation")]
        numbers = computed[["pvalue", "pvalue_adjusted", "estimate"]].round(12)
        assert not numbers.duplicated().any(), computed[numbers.duplicated(keep=False)]["method"].tolist()


def test_an_absent_group_does_not_lower_anothers_p(rats: Rats) -> None:
    """Without the other dose, Dunnett's test would be an unadjusted t:

    it is left out, and Bonferroni keeps the protocol's family.
    """
    rows = others(rats({"t1": []}, {"t1": []}))
    assert not any("Dunnett" in method for method in rows["method"])
    row = rows.loc["Student's t test, Bonferroni"]
    assert row["pvalue_adjusted"] == pytest.approx(2 * row["pvalue"])


def test_what_was_put_for_a_value_is_said_wherever_it_was_put(rats: Rats) -> None:
    """A test that takes its spread from a third group has put something there too;

    and a value above a limit has none below it.
    """
    rows = others(rats({"sham": ["<15.6", 12, 13, 17, 16, 15], "t1": ["<15.6", 61, 39, 75, 52, 44]}))
    half = ", half the limit for values below it"
    assert f"Dunnett's test, the spread of all groups{half}" in rows.index
    assert f"t test with the spread of the whole family{half}, Bonferroni" in rows.index
    assert "Student's t test, Bonferroni" in rows.index
    above = others(rats({"control": [">1000", 131, 77, 160, 108, 84]}))
    assert "Student's t test, the limit for values above it, Bonferroni" in above.index
    assert not any("below" in method for method in above["method"])


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
    """Holm's p is another than Bonferroni's and the plain one only between the smallest and the largest:

    never in a family of two.
    """
    rows = analyse(rats(), ("multiverse",))
    rows = rows[rows["endpoint"] == "il4"]
    for name in ("Welch's t test", "mid-p Mann-Whitney test", "Brunner-Munzel permutation test"):
        own = rows[rows["method"] == f"{name}, Bonferroni"]
        assert list(own["pvalue_adjusted"]) == pytest.approx(multipletests(own["pvalue"], method="bonferroni")[1])
    assert not any("Holm" in method for method in rows["method"])


def test_holm_in_a_family_of_three(rats: Rats) -> None:
    study = rats({"t1": [92, 60, 77, 100, 88, 84]})
    family = ("t1 vs control", "t2 vs control", "sham vs control")
    claims = {key: replace(claim, family=family) for key, claim in study.protocol.claims.items()}
    wider = replace(study, protocol=replace(study.protocol, claims=claims, checks={}))
    rows = analyse(wider, ("multiverse",))
    plain = rows[(rows["endpoint"] == "il4") & (rows["method"] == "Welch's t test, no adjustment")].set_index(
        "contrast"
    )["pvalue"]
    expected = dict(zip(plain.index, multipletests(plain, method="holm")[1], strict=True))
    holm = rows[(rows["endpoint"] == "il4") & (rows["method"] == "Welch's t test, Holm")]
    assert len(holm) == 1
    assert holm.iloc[0]["pvalue_adjusted"] == pytest.approx(expected[holm.iloc[0]["contrast"]])


def test_dunnett_is_scipys_to_its_error(rats: Rats) -> None:
    """SciPy integrates by chance, and is right to about 3e-4."""
    rows = others(rats(), "il4")
    logs = [np.log(numbers("il4", group)) for group in ("t1", "t2", "control")]
    family = scipy_stats.dunnett(*logs[:2], control=logs[2], **{GENERATOR: np.random.default_rng(1)})
    row = rows.loc["Dunnett's test on logs"]
    assert row["pvalue_adjusted"] == pytest.approx(family.pvalue[1], abs=1e-3)
    assert row["estimate"] == pytest.approx(np.exp(logs[1].mean() - logs[2].mean()))
    every = scipy_stats.dunnett(
        *(numbers("il4", g) for g in ("sham", "t1", "t2")),
        control=numbers("il4", "control"),
        **{GENERATOR: np.random.default_rng(1)},
    )
    assert rows.loc["Dunnett's test, the spread of all groups", "pvalue_adjusted"] == pytest.approx(
        every.pvalue[2], abs=1e-3
    )


@pytest.mark.parametrize(
    ("put", "value"), [("half the limit", 7.8), ("the limit over √2", 15.6 / math.sqrt(2)), ("the limit", 15.6)]
)
def test_what_is_put_for_a_value_below_the_limit_is_said(rats: Rats, put: str, value: float) -> None:
    rows = others(rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}))
    x = np.log([value, 27, 41, 22, 30, 38])
    test = scipy_stats.ttest_ind(x, np.log(numbers("il6", "control")), equal_var=False)
    assert rows.loc[f"Welch's t test on logs, {put} for values below it, Bonferroni", "pvalue"] == pytest.approx(
        test.pvalue
    )


PAIN_WITHOUT = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
PAIN_TREATED = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]


def test_brunner_munzel_is_permuted(rats: Rats) -> None:
    """Pain scores of Brunner & Munzel (2000): permuted, p = .008038 by R's brunnermunzel over all arrangements."""
    row = others(rats({}, {"control": PAIN_WITHOUT, "t2": PAIN_TREATED}), "il4").loc[
        "Brunner-Munzel permutation test, no adjustment"
    ]
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
    text += "".join(
        f"{group}{i},{group},{value},{value},0\n" for group, own in values.items() for i, value in enumerate(own)
    )
    study = rats.read(text + "a,control,,,1\nb,control,,,1\n")
    highest = others(study).loc["exact Mann-Whitney test, the dead ranked highest, Bonferroni"]
    assert highest["pvalue"] == pytest.approx(stats.mann_whitney(values["t2"], [*values["control"], 999, 999]).pvalue)
    lowest = others(study, "il4").loc["exact Mann-Whitney test, the dead ranked lowest, Bonferroni"]
    assert lowest["pvalue"] == pytest.approx(stats.mann_whitney(values["t2"], [*values["control"], 1, 1]).pvalue)
    assert not any("dead" in method for method in others(rats())["method"])
