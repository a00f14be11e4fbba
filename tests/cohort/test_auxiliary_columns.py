"""Columns next to a value: the limits of its assay, and the count and denominator from which it was calculated."""

import math
from pathlib import Path

import pytest

from secretome import analyse, load_study, stats
from secretome.cohort import Cohort, Study, read_cohort
from secretome.protocol import InputError, load_protocol, study_folder

RATS = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
MICE = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
LONG = "animal,group,endpoint,value,"


def read(text: str) -> Cohort:
    return read_cohort(Path("file.csv"), MICE if "saline" in text else RATS, text.encode())


def refused(text: str) -> list[str]:
    with pytest.raises(InputError) as error:
        read(text)
    return [str(problem) for problem in error.value.problems]


def known(cohort: Cohort) -> list[tuple[float, float]]:
    return list(cohort.values[["lower", "upper"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("cell", "lower", "upper"),
    [
        ("ND", 0, 15.6),
        ("<LLOQ", 0, 15.6),
        ("BLQ", 0, 15.6),
        (">ULOQ", 1000, math.inf),
        ("7.1", 0, 15.6),
        ("1200", 1000, math.inf),
        ("15.6", 15.6, 15.6),
        ("<15.6", 0, 15.6),
        (">1000", 1000, math.inf),
        ("118", 118, 118),
    ],
)
def test_value_outside_the_stated_limits_is_censored(cell: str, lower: float, upper: float) -> None:
    cohort = read(f"{LONG}lloq,uloq\na,sham,il6,{cell},15.6,1000\nb,sham,il6,40,7.8,\n")
    assert known(cohort) == [(lower, upper), (40, 40)]


def test_limits_of_each_plate_are_used_and_noted() -> None:
    cohort = read(f"{LONG}plate,lloq\na,sham,il6,9,1,15.6\nb,sham,il6,9,2,7.8\nc,sham,il6,ND,2,7.8\n")
    assert known(cohort) == [(0, 15.6), (9, 9), (0, 7.8)]
    assert "il6: 1 outside the limits in their row, and censored at the limit" in cohort.notes
    assert "limits of il6: <15.6 (1), <7.8 (1)" in cohort.notes


def test_limits_use_the_decimal_mark_of_their_column() -> None:
    cohort = read("animal;group;endpoint;value;lloq\na;sham;il6;ND;15,6\nb;sham;il6;40,5;15,6\n")
    assert known(cohort) == [(0, 15.6), (40.5, 40.5)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,sham,il6,<7.8,15.6,", "'<7.8' next to 15.6 in the column 'lloq'"),
        ("a,sham,il6,>900,,1000", "'>900' next to 1000 in the column 'uloq'"),
        ("a,sham,il6,ND,,", "Write the limit itself"),
        ("a,sham,il6,OOR,15.6,1000", "Write the limit itself"),
        ("a,sham,il6,40,1000,15.6", "the lower limit below the upper one"),
        ("a,sham,il6,40,0,", "'0'; expected a number above zero"),
        ("a,sham,il6,40,low,", "'low'; expected a number above zero"),
    ],
)
def test_contradictory_limits_are_refused_by_cell(row: str, message: str) -> None:
    problems = refused(f"{LONG}lloq,uloq\n{row}\n")
    assert len(problems) == 1
    assert message in problems[0]
    assert "2;" in problems[0] or "2:" in problems[0]


def test_one_limit_next_to_two_endpoints_is_refused() -> None:
    (problem,) = refused("animal,group,il6,il4,lloq\na,sham,40,20,15.6\n")
    assert "the column 'lloq' next to columns for il6 and il4" in problem
    assert "one row per measurement" in problem
    assert known(read("animal,group,il6,lloq\na,sham,ND,15.6\n")) == [(0, 15.6)]


def test_values_are_calculated_from_counts_and_must_agree() -> None:
    cohort = read(
        "animal,group,afc,count,exposure\na,saline,,0,0.01\nb,saline,,7,0.01\nc,saline,350,,0.02\nd,saline,350,7,0.02\n"
    )
    assert cohort.values["value"].tolist() == [0, 700, 350, 350]
    assert cohort.values["count"].tolist() == [0, 7, 7, 7]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,saline,355,,0.02,", "which is 7.1 counted; expected a whole number counted"),
        ("a,saline,700,9,0.02,", "next to a count that makes 450; expected numbers that agree"),
        ("a,saline,,7,,", "expected a column 'exposure'"),
        ("a,saline,,7.5,0.02,", "'7.5'; expected a whole number from 0 upwards"),
        ("a,saline,,-7,0.02,", "'-7'; expected a whole number from 0 upwards"),
    ],
)
def test_contradictory_counts_are_refused_by_cell(row: str, message: str) -> None:
    (problem,) = refused(f"animal,group,afc,count,exposure,note\n{row}\n")
    assert message in problem


def test_column_of_another_kind_is_refused_in_long_and_ignored_in_wide() -> None:
    (problem,) = refused(f"{LONG}total\na,sham,il6,40,200\n")
    assert "total '200' for il6; expected an empty cell: only a proportion has one" in problem
    assert known(read("animal,group,il6,total\na,sham,40,200\n")) == [(40, 40)]


def test_plates_of_one_animal_are_pooled() -> None:
    cohort = read(
        "animal,group,afc,count,exposure,replicate\na,saline,,0,0.01,1\na,saline,,3,0.02,2\nb,saline,,2,0.01,1\n"
    )
    assert cohort.values[["value", "count", "exposure"]].to_numpy().tolist() == [
        [pytest.approx(100), 3, pytest.approx(0.03)],
        [200, 2, 0.01],
    ]


def mice(zero: int) -> Study:
    counts = {"saline": [zero, 3, 4, 6, 2, 5], "im10": [12, 17, 9, 20, 14, 11]}
    rows = [f"{group}{i},{group},,{n},0.01,,{60 + i},200" for group, own in counts.items() for i, n in enumerate(own)]
    text = "animal,group,afc,count,exposure,titre,phagocytosis,total\n" + "\n".join(rows)
    return Study(MICE, read(text), source_data=False)


def test_zero_count_is_analysed_by_the_quasi_poisson_model() -> None:
    study = mice(0)
    rows = analyse(study, ("planned",))
    row = rows[(rows["contrast"] == "im10 vs saline") & (rows["alternative"] == "two-sided")].iloc[0]
    expected = stats.count_ratio([0, 3, 4, 6, 2, 5, 12, 17, 9, 20, 14, 11], [0] * 6 + [1] * 6, exposure=[0.01] * 12)
    assert (row["method"], row["effect"]) == ("quasi-Poisson model", "ratio of rates by a model of the counts")
    assert row["pvalue"] == pytest.approx(expected.pvalue[0])
    assert row["estimate"] == pytest.approx(83 / 20)
    without = analyse(mice(1), ("planned",))
    row = without[(without["contrast"] == "im10 vs saline") & (without["alternative"] == "two-sided")].iloc[0]
    assert row["method"] == "Welch's t test on logs"


def test_denominators_add_the_beta_binomial_model() -> None:
    rows = analyse(mice(1), ("multiverse",))
    names = set(rows.loc[rows["endpoint"] == "phagocytosis", "method"])
    assert any(name.startswith("two one-sided tests by the beta-binomial model") for name in names)
    names = set(rows.loc[rows["endpoint"] == "afc", "method"])
    assert {"quasi-Poisson model", "negative binomial model"} <= {name.split(",")[0] for name in names}
    assert "beta-binomial" not in " ".join(set(analyse(load_study("humoral_immunity"), ("multiverse",))["method"]))
