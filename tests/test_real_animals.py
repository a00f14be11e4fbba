"""The two studies of real animals: their values, published summaries, verdicts and status."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from guinea_pigs import LENGTHS, MICRONUCLEI
from secretome import adjudicate, analyse, load_study
from secretome.claims import examine
from secretome.report import tables

# Group means of R's data set ToothGrowth, and of the data set hydroquinone of R's package gMCP.
MEANS = {
    ("tooth_growth", "oj05"): 13.23,
    ("tooth_growth", "oj1"): 22.70,
    ("tooth_growth", "oj2"): 26.06,
    ("tooth_growth", "vc05"): 7.98,
    ("tooth_growth", "vc1"): 16.77,
    ("tooth_growth", "vc2"): 26.14,
    ("micronuclei", "vehicle"): 18 / 7,
    ("micronuclei", "hq30"): 3.8,
    ("micronuclei", "hq50"): 6.2,
    ("micronuclei", "hq75"): 14.0,
    ("micronuclei", "hq100"): 20.0,
    ("micronuclei", "cyclophosphamide"): 25.0,
}


@pytest.mark.parametrize(("name", "values"), [("tooth_growth", LENGTHS), ("micronuclei", MICRONUCLEI)])
def test_cohort_has_the_values_of_the_r_data_set(name: str, values: dict[str, tuple[float, ...]]) -> None:
    cohort = load_study(name).cohort
    found = {group: sorted(rows["value"].astype(float)) for group, rows in cohort.values.groupby("group")}
    assert sorted(found.values()) == sorted(sorted(map(float, one)) for one in values.values())
    for (study, group), mean in MEANS.items():
        if study == name:
            assert np.mean(found[group]) == pytest.approx(mean, abs=0.005)


def planned(name: str) -> pd.DataFrame:
    results = analyse(load_study(name), ("planned",))
    return results[results["alternative"] != "equivalence"].set_index("contrast")


@pytest.mark.parametrize(
    ("name", "treated", "control"),
    [
        ("tooth_growth", "oj05", "vc05"),
        ("tooth_growth", "oj1", "vc1"),
        ("tooth_growth", "oj2", "vc2"),
        ("micronuclei", "hq30", "vehicle"),
        ("micronuclei", "hq100", "vehicle"),
        ("micronuclei", "cyclophosphamide", "vehicle"),
    ],
)
def test_planned_contrast_matches_scipy_welch(name: str, treated: str, control: str) -> None:
    values = load_study(name).cohort.values
    x, y = (values.loc[values["group"] == group, "upper"] for group in (treated, control))
    if name == "micronuclei":
        x, y = np.log(x), np.log(y)
    welch = scipy_stats.ttest_ind(x, y, equal_var=False)
    row = planned(name).loc[f"{treated} vs {control}"]
    assert (row["statistic"], row["pvalue"]) == pytest.approx((welch.statistic, welch.pvalue), rel=1e-9)
    difference = x.mean() - y.mean()
    assert row["estimate"] == pytest.approx(np.exp(difference) if name == "micronuclei" else difference, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "tooth_growth",
            {
                "length_dose_oj": "supported",
                "length_dose_vc": "supported",
                "oj_beats_vc05": "supported",
                "oj_beats_vc1": "supported",
            },
        ),
        ("micronuclei", {"micronuclei_rise": "inconclusive", "micronuclei_dose": "supported"}),
    ],
)
def test_verdicts_are_source_data_and_not_counted(name: str, expected: dict[str, str]) -> None:
    study = load_study(name)
    results = analyse(study)
    verdicts = adjudicate(study, results).set_index("claim")
    assert verdicts["verdict"].to_dict() == expected
    assert verdicts["source_data"].all()
    assert (verdicts["origin"] == "published-individual").all()
    assert study.protocol.chosen_after_data
    # Only a claim that cites the cohort's own source was made from it.
    assert not study.protocol.claims_from_cohort
    assert set(examine(study, results)["outcome"]) <= {"passed"}


def test_smallest_dose_decides_the_claim_about_every_dose() -> None:
    study = load_study("micronuclei")
    verdict = adjudicate(study, analyse(study)).set_index("claim").loc["micronuclei_rise"]
    assert verdict["contrast"] == "hq30 vs vehicle"
    assert verdict["pvalue"] == pytest.approx(planned("micronuclei").loc["hq30 vs vehicle", "pvalue"])


def test_tables_have_no_empty_column_and_name_the_fewest_animals_of_a_trend() -> None:
    study = load_study("micronuclei")
    assert list(tables.design_table(study)) == ["Group", "Treatment", "Dose", "Mice"]
    rows = planned("micronuclei").reset_index()
    trend = rows[rows["contrast"] == study.protocol.claims["micronuclei_dose"].contrast]
    assert tables.planned_table(study, trend)["n"].tolist() == ["5\u00a0or\u00a0more"]
