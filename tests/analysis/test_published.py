"""The tests that authors name, against SciPy, R, and identities."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from drawn_cohorts import assert_decided_alike
from secretome import adjudicate, analyse, stats
from secretome.analysis.published import dunn_statistic
from secretome.claims import specifications
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_many
from secretome.power import verdict_rates
from secretome.protocol import InputError, Protocol
from secretome.report import text
from shaped_studies import read_text, write_protocol

# Ozone in New York by month, May to September 1973: R's data set airquality, without the missing days.
OZONE = {
    "may": [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37],
    "june": [29, 71, 39, 23, 21, 37, 20, 12, 13],
    "july": [135, 49, 32, 64, 40, 77, 97, 97, 85, 10, 27, 7, 48, 35, 61, 79, 63, 16, 80, 108, 20, 52, 82, 50, 64, 59],
    "august": [
        39,
        9,
        16,
        78,
        35,
        66,
        122,
        89,
        110,
        44,
        28,
        65,
        22,
        59,
        23,
        31,
        44,
        21,
        9,
        45,
        168,
        73,
        76,
        118,
        84,
        85,
    ],
    "september": [
        *(96, 78, 73, 91, 47, 32, 20, 23, 21, 24, 44, 21, 28, 9, 13, 46, 18, 13, 24, 16, 13, 23, 36, 7, 14, 30, 14, 18),
        20,
    ],
}
# Dunn's z by R 4.2: o <- airquality$Ozone; m <- airquality$Month[!is.na(o)]; o <- o[!is.na(o)]; N <- length(o)
# n <- table(m); mr <- tapply(rank(o), m, mean); s2 <- N * (N + 1) / 12 - sum(table(o)^3 - table(o)) / (12 * (N - 1))
# (mr["7"] - mr["5"]) / sqrt(s2 * (1 / n["7"] + 1 / n["5"])), and so on; the package dunn.test has the same formula.
DUNN_Z = {
    ("june", "may"): 0.925158616268727,
    ("july", "may"): 4.41947064061156,
    ("july", "june"): 2.24420803239467,
    ("august", "may"): 4.13281342220511,
    ("august", "june"): 2.03863548728771,
    ("august", "july"): -0.286657218406444,
    ("september", "may"): 1.32120228252017,
    ("september", "june"): -0.00253855526952261,
    ("september", "july"): -3.21719912427736,
    ("september", "august"): -2.92282777777952,
}
STUDY = """\
groups:
  saline: {label: Saline, role: control}
  low: {label: Low dose, role: treated}
  high: {label: High dose, role: treated}
endpoints:
  weight:
    label: Weight
    unit: g
    kind: continuous
    equivalence_margin: {low: 0.8, high: 1.25, reason: a convention}
claims:
  weight_low:
    sentence: The low dose raises weight.
    endpoint: weight
    kind: single
    direction: up
    contrast: low vs saline
    family: &both [low vs saline, high vs saline]
    published_test: &test {method: METHOD, stated: a test}
    source: own
  weight_high:
    sentence: The high dose raises weight.
    endpoint: weight
    kind: single
    direction: up
    contrast: high vs saline
    family: *both
    published_test: *test
    source: own
simulation:
  n: 5
  seed: 1
  endpoints:
    weight:
      distribution: lognormal
      groups:
        saline: {geometric_mean: 20, cv: 0.1, evidence: none}
        low: {geometric_mean: 22, cv: 0.1, evidence: none}
        high: {geometric_mean: 25, cv: 0.1, evidence: none}
  assumptions: []
  scenarios: {as_published: {about: both rise}}
"""
WEIGHTS = {
    "saline": [20.1, 19.4, 22.0, 18.7, 21.3],
    "low": [22.4, 20.3, 24.1, 23.0, 21.9],
    "high": [26.2, 24.4, 27.9, 22.8, 25.1],
}


def protocol_of(folder: Path, method: str) -> Protocol:
    return write_protocol(folder, STUDY.replace("METHOD", method))


def study_of(folder: Path, method: str) -> Study:
    rows = [f"{group}{i},{group},{value}" for group, own in WEIGHTS.items() for i, value in enumerate(own)]
    return read_text(protocol_of(folder, method), "\n".join(["animal,group,weight", *rows]))


def published(study: Study) -> pd.Series:
    rows = analyse(study, ("published",))
    return rows[rows["contrast"] == "low vs saline"].iloc[0]


def test_dunn_is_its_formula_in_r() -> None:
    groups = {month: np.array(values, dtype=float) for month, values in OZONE.items()}
    # R: kruskal.test(Ozone ~ Month, data = airquality)$statistic
    assert scipy_stats.kruskal(*groups.values()).statistic == pytest.approx(29.2665763061169, rel=1e-12)
    for (later, earlier), z in DUNN_Z.items():
        assert dunn_statistic(groups, later, earlier) == pytest.approx(z, rel=1e-12)


def test_two_group_tests_are_scipys(tmp_path: Path) -> None:
    x, y = WEIGHTS["low"], WEIGHTS["saline"]
    for method, equal in (("student_t", True), ("welch_t", False)):
        row, test = published(study_of(tmp_path, method)), scipy_stats.ttest_ind(x, y, equal_var=equal)
        low, high = test.confidence_interval(0.95)
        ours = row[["statistic", "pvalue", "low", "high", "df"]].astype(float)
        np.testing.assert_allclose(ours, [test.statistic, test.pvalue, low, high, test.df])


def test_tests_of_all_groups_are_scipys(tmp_path: Path) -> None:
    groups = list(WEIGHTS.values())
    dunnett = published(study_of(tmp_path, "anova_dunnett"))
    reference = scipy_stats.dunnett(*groups[1:], control=groups[0])
    assert dunnett["pvalue"] == pytest.approx(reference.pvalue[0], abs=1e-3)
    assert dunnett["pvalue"] == pytest.approx(stats.dunnett(groups, control=0).pvalue[0])
    tukey, reference = published(study_of(tmp_path, "anova_tukey")), scipy_stats.tukey_hsd(*groups)
    assert tukey["pvalue"] == pytest.approx(reference.pvalue[1, 0])
    assert tukey["low"] == pytest.approx(reference.confidence_interval(0.95).low[1, 0])
    dunn = published(study_of(tmp_path, "kruskal_dunn"))
    z = dunn_statistic({name: np.array(own) for name, own in WEIGHTS.items()}, "low", "saline")
    assert dunn["pvalue"] == pytest.approx(min(1, 2 * 2 * scipy_stats.norm.sf(abs(z))))


@pytest.mark.parametrize("method", ["student_t", "anova_dunnett", "anova_tukey", "kruskal_dunn", "not_stated"])
def test_curve_has_the_published_test_once_or_not_at_all(tmp_path: Path, method: str) -> None:
    study = study_of(tmp_path, method)
    results = analyse(study)
    curve = specifications(study, results, "weight_low")
    assert not curve.duplicated(["question", "test", "scale", "adjustment", "nondetects"]).any()
    assert (curve["analysis"] == "published").sum() == (method != "not_stated")
    # The rank test is one of the others now.
    assert ((curve["test"] == "mann_whitney") & (curve["adjustment"] == "none")).sum() == 1
    assert set(text.options(curve))


def test_study_without_published_test_has_a_verdict(tmp_path: Path) -> None:
    for method in ("not_stated", ""):
        source = STUDY.replace("METHOD", method)
        if not method:
            source = "\n".join(line for line in source.splitlines() if "published_test" not in line)
        protocol = write_protocol(tmp_path, source)
        rows = [f"{group}{i},{group},{value}" for group, own in WEIGHTS.items() for i, value in enumerate(own)]
        study = read_text(protocol, "\n".join(["animal,group,weight", *rows]))
        verdicts = adjudicate(study, analyse(study))
        assert verdicts[["verdict", "verdict_as_published"]].to_numpy().tolist()[1] == ["supported", "not analysed"]
        assert "presumed test" not in text.verdict_sentence(study, verdicts.iloc[0])
        rates = verdict_rates(protocol, "as_published", 4, cohorts=20, rng=np.random.default_rng(1))
        assert set(rates["analysis"]) == {"planned"}


@pytest.mark.parametrize("method", ["student_t", "anova_dunnett", "kruskal_dunn"])
def test_many_cohorts_are_decided_like_single_cohorts(tmp_path: Path, method: str) -> None:
    protocol = protocol_of(tmp_path, method)
    drawn = simulate_many(protocol, "as_published", n=4, cohorts=5, rng=np.random.default_rng(3))
    assert_decided_alike(protocol, drawn, 5)


def test_test_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="paired_t"):
        protocol_of(tmp_path, "paired_t")


def test_values_that_do_not_vary_give_an_empty_row(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, "anova_tukey")
    rows = [f"{group}{i},{group},20" for group in WEIGHTS for i in range(4)]
    row = published(read_text(protocol, "\n".join(["animal,group,weight", *rows])))
    assert row["test"] == "tukey_all_groups"
    assert np.isnan(row["pvalue"])
