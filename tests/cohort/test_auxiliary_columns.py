"""Columns next to a value: the limits of its assay, and the count and denominator from which it was calculated."""

import math
from pathlib import Path

import pytest
from making import check_notes, check_refusals

from secretome import analyse, load_study, stats
from secretome.analysis import Method, Scale
from secretome.cohort import Cohort, Study, read_cohort
from secretome.protocol import load_protocol, study_folder

RATS = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
MICE = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
LONG = "animal,group,endpoint,value,"


def read(text: str) -> Cohort:
    return read_cohort(Path("file.csv"), MICE if "saline" in text else RATS, text.encode())


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
    check_notes("notes_on_limits", {"limits of each plate": cohort})


def test_limits_use_the_decimal_mark_of_their_column() -> None:
    cohort = read("animal;group;endpoint;value;lloq\na;sham;il6;ND;15,6\nb;sham;il6;40,5;15,6\n")
    assert known(cohort) == [(0, 15.6), (40.5, 40.5)]


def test_contradictory_limits_are_refused_at_the_cell() -> None:
    rows = {
        "limit in the cell and in the column": ("a,sham,il6,<7.8,15.6,", "cell D2"),
        "upper limit in the cell and in the column": ("a,sham,il6,>900,,1000", "cell D2"),
        "word without a limit": ("a,sham,il6,ND,,", "cell D2"),
        "out of range with both limits": ("a,sham,il6,OOR,15.6,1000", "cell D2"),
        "limits in the wrong order": ("a,sham,il6,40,1000,15.6", "cell E2"),
        "limit of zero": ("a,sham,il6,40,0,", "cell E2"),
        "limit in words": ("a,sham,il6,40,low,", "cell E2"),
    }
    cases = {case: (f"{LONG}lloq,uloq\n{row}\n", place) for case, (row, place) in rows.items()}
    cases["one limit next to two endpoints"] = ("animal,group,il6,il4,lloq\na,sham,40,20,15.6\n", "cell E1")
    cases["total of a concentration"] = (f"{LONG}total\na,sham,il6,40,200\n", "cell E2")
    check_refusals("refused_limits", RATS, cases)


def test_limit_next_to_one_endpoint_is_read() -> None:
    assert known(read("animal,group,il6,lloq\na,sham,ND,15.6\n")) == [(0, 15.6)]


def test_values_are_calculated_from_counts_and_must_agree() -> None:
    cohort = read(
        "animal,group,afc,count,exposure\na,saline,,0,0.01\nb,saline,,7,0.01\nc,saline,350,,0.02\nd,saline,350,7,0.02\n"
    )
    assert cohort.values["value"].tolist() == [0, 700, 350, 350]
    assert cohort.values["count"].tolist() == [0, 7, 7, 7]


def test_contradictory_counts_are_refused_at_the_cell() -> None:
    rows = {
        "value of no whole number": ("a,saline,355,,0.02,", "cell C2"),
        "value of another count": ("a,saline,700,9,0.02,", "cell C2"),
        "count without exposure": ("a,saline,,7,,", "cell D2"),
        "half a plaque": ("a,saline,,7.5,0.02,", "cell D2"),
        "count below zero": ("a,saline,,-7,0.02,", "cell D2"),
    }
    header = "animal,group,afc,count,exposure,note"
    check_refusals("refused_counts", MICE, {case: (f"{header}\n{row}\n", at) for case, (row, at) in rows.items()})


def test_column_of_another_kind_is_ignored_in_wide() -> None:
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
    assert row["test"] == Method.QUASI_POISSON
    assert row["pvalue"] == pytest.approx(expected.pvalue[0])
    assert row["estimate"] == pytest.approx(83 / 20)
    without = analyse(mice(1), ("planned",))
    row = without[(without["contrast"] == "im10 vs saline") & (without["alternative"] == "two-sided")].iloc[0]
    assert (row["test"], row["scale"]) == (Method.WELCH, Scale.LOG)


def test_denominators_add_the_beta_binomial_model() -> None:
    rows = analyse(mice(1), ("multiverse",))
    assert Method.TOST_BETA_BINOMIAL in set(rows.loc[rows["endpoint"] == "phagocytosis", "test"])
    assert {Method.QUASI_POISSON, Method.NEGATIVE_BINOMIAL} <= set(rows.loc[rows["endpoint"] == "afc", "test"])
    without = analyse(load_study("humoral_immunity"), ("multiverse",))
    assert not without["test"].isin([Method.BETA_BINOMIAL, Method.TOST_BETA_BINOMIAL]).any()
