"""Sentences on results, verdicts, checks and cohorts, the awkward ones too; and the codes on which they rest."""

import math
from pathlib import Path

import pytest

from approved import check_approved
from rats import SEPSIS, TREG, Rats
from secretome import adjudicate, analyse, load_study
from secretome.claims import Decision, Outcome, Rule, examine
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study
from secretome.report import tables
from secretome.report import text as report_text

HUMORAL = "humoral_immunity"
FATES = "animal,group,il6,il4,time,event\n"
CENSORED = {"t2": ["<15.6"] * 6}


@pytest.fixture
def five_pairs(tmp_path: Path) -> Study:
    """Five donors without values of the second endpoint."""
    path = tmp_path / "five.csv"
    rows = [f"d{i},{group},{value}" for i in range(5) for group, value in (("without", i + 1), ("with_cm", 2 * i + 3))]
    path.write_text("animal,group,foxp3_cd25pos\n" + "\n".join(rows), encoding="utf-8")
    return load_study(TREG, cohort=path)


@pytest.fixture(scope="module")
def many_rats() -> Study:
    """Too many rats to count every permutation."""
    return simulate_study(SEPSIS, n=230, seed=1)


def row_of(study: Study, analysis: str, endpoint: str, contrast: str) -> report_text.Row:
    results = analyse(study, ("published", "planned"))
    found = results.query("analysis == @analysis and endpoint == @endpoint and contrast == @contrast")
    return found[found["alternative"] != "equivalence"].iloc[0]


def with_zero_among_the_doses() -> Study:
    study = simulate_study(HUMORAL, n=12, seed=3)
    values = study.cohort.values
    first = values.index[(values["endpoint"] == "afc") & (values["group"] == "im10")][0]
    values.loc[first, ["value", "lower", "upper"]] = 0.0
    return study


def test_result_sentences_match_the_approved_text(treg: Study, five_pairs: Study, many_rats: Study, rats: Rats) -> None:
    pairs = "with_cm vs without"
    check_approved(
        "result_sentences",
        {
            case: report_text.result_sentence(study, row_of(study, *row))
            for case, study, row in (
                ("pairs", treg, ("published", "foxp3_cd25pos", pairs)),
                ("five pairs", five_pairs, ("published", "foxp3_cd25pos", pairs)),
                ("no pairs", five_pairs, ("published", "foxp3_cd25neg", pairs)),
                ("groups", rats(), ("planned", "il6", "t1 vs control")),
                ("a group below the limit", rats(CENSORED), ("planned", "il6", "t2 vs control")),
                ("230 rats a group", many_rats, ("published", "il6", "t1 vs control")),
                ("slope on log dose", load_study(HUMORAL), ("planned", "afc", "trend im")),
                ("trend of ranks", with_zero_among_the_doses(), ("planned", "afc", "trend im")),
            )
        },
    )


def test_min_pvalue_sentences_match_the_approved_text(
    treg: Study, five_pairs: Study, many_rats: Study, rats: Rats
) -> None:
    pairs = ("published", "foxp3_cd25pos", "with_cm vs without")
    groups = ("published", "il6", "t1 vs control")
    check_approved(
        "min_pvalue_sentences",
        {
            case: report_text.min_pvalue_sentence(study, row_of(study, *row), 0.05)
            for case, study, row in (
                ("pairs", treg, pairs),
                ("five pairs", five_pairs, pairs),
                ("groups", rats(), groups),
                ("overlapping groups", rats({"t1": [92, 61, 139, 75, 52, 44]}), groups),
                ("no values", rats({"t1": []}), groups),
                ("230 rats a group", many_rats, groups),
            )
        },
    )


def test_verdict_sentences_match_the_approved_text(tmp_path: Path, sepsis: Study, donors: Path, rats: Rats) -> None:
    five = tmp_path / "five.csv"
    five.write_text("\n".join(donors.read_text(encoding="utf-8").splitlines()[:11]), encoding="utf-8")
    studies = {
        "five donors": load_study(TREG, cohort=five),
        "simulated rats": sepsis,
        "measured rats": rats(),
        "simulated mice, every contrast": load_study(HUMORAL),
        "no control group": rats({"control": []}, {"control": []}),
        "opposite direction": rats({"t1": [900, 800, 1200, 950, 1100, 990]}),
    }
    verdicts = {case: adjudicate(study, analyse(study)).iloc[0] for case, study in studies.items()}
    assert [(row["verdict"], row["verdict_as_published"], row["rule"]) for row in verdicts.values()] == [
        (Decision.SUPPORTED, Decision.UNTESTABLE, Rule.CLAIMED),
        (Decision.SUPPORTED, Decision.SUPPORTED, Rule.CLAIMED),
        (Decision.SUPPORTED, Decision.SUPPORTED, Rule.CLAIMED),
        (Decision.SUPPORTED, Decision.SUPPORTED, Rule.EVERY_CLAIMED),
        (Decision.UNTESTABLE, Decision.UNTESTABLE, Rule.TOO_FEW),
        (Decision.CONTRADICTED, Decision.CONTRADICTED, Rule.OPPOSITE),
    ]
    check_approved(
        "verdict_sentences",
        {case: report_text.verdict_sentence(study, verdicts[case]) for case, study in studies.items()},
    )


def test_check_sentences_match_the_approved_text(rats: Rats) -> None:
    sham = {
        Outcome.PASSED: [11, 15, 13, 17, 10, 16],
        Outcome.NOT_SHOWN: [60, 80, 120, 150, 100, 90],
        Outcome.FAILED: [900, 800, 1200, 950, 1100, 990],
        Outcome.ABSENT: [],
    }
    studies = {str(outcome): rats({"sham": values}) for outcome, values in sham.items()}
    studies["reference drug"] = load_study(HUMORAL)
    checks = {case: examine(study, analyse(study, ("planned",))).iloc[0] for case, study in studies.items()}
    assert [check["outcome"] for check in checks.values()] == [*sham, Outcome.PASSED]
    check_approved(
        "check_sentences", {case: report_text.check_sentence(study, checks[case]) for case, study in studies.items()}
    )


def test_cohort_sentences_match_the_approved_text(treg: Study, sepsis: Study, donors: Path, rats: Rats) -> None:
    """When the rules were registered, who was measured, and whether the verdicts count as a test."""
    studies = {
        "source data": treg,
        "new donors": load_study(TREG, cohort=donors),
        "simulated rats": sepsis,
        "measured rats": rats(),
        "no control group": rats({"control": []}, {"control": []}),
    }
    check_approved(
        "cohort_sentences",
        {
            case: (
                report_text.registration_sentence(study),
                report_text.cohort_sentence(study),
                report_text.simulated_sentence(study),
                report_text.cohort_status_sentence(study, adjudicate(study, analyse(study))),
            )
            for case, study in studies.items()
        },
    )


def test_sentences_on_losses_match_the_approved_text(rats: Rats) -> None:
    studies = {
        "death, missing value and limits": FATES
        + "1,sham,<15.6,20,48,0\n2,control,,,24,1\n3,control,,18,48,0\n4,t2,>1000,20,48,0\n",
        "death": FATES + "1,sham,12,20,48,0\n2,control,,,24,1\n3,control,80,18,48,0\n4,t2,30,20,48,0\n",
    }
    check_approved(
        "sentences_on_losses",
        {
            case: (
                report_text.deaths_sentence(study),
                report_text.groups_sentence(study, "il6"),
                *(report_text.censoring_sentence(study, endpoint) for endpoint in ("il6", "il4")),
            )
            for case, study in ((case, rats.read(text)) for case, text in studies.items())
        },
    )
    assert report_text.deaths_sentence(rats()) == ""


def test_230_rats_a_group_are_analysed_without_a_minimum_pvalue(many_rats: Study) -> None:
    assert math.isnan(row_of(many_rats, "published", "il6", "t1 vs control")["min_pvalue"])
    verdicts = adjudicate(many_rats, analyse(many_rats, ("published", "planned")))
    assert set(verdicts["verdict_as_published"]) == {Decision.SUPPORTED}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00048828, "p = 0.000488"),
        (0.04061, "p = 0.0406"),
        (1e-9, "p < 0.000001"),
        (1, "p = 1"),
        (math.nan, "p not defined"),
    ],
)
def test_p_value_has_three_digits(value: float, text: str) -> None:
    assert report_text.p_value(value) == text


def test_numbers_at_the_edges() -> None:
    assert [report_text.number(value) for value in (0, -1.5, 12034.4, math.inf, math.nan)] == [
        "0.00",
        "−1.50",
        "12\u202f034",
        "∞",
        "not estimable",
    ]


def test_groups_table_has_the_values_of_the_file(rats: Rats) -> None:
    text = FATES + "1,sham,<15.6,20.5,48,0\n2,control,,,24,1\n4,t2,>1000,20,48,0\n"
    assert tables.groups_table(rats.read(text)).to_numpy().tolist() == [
        ["1", "Sham", "<15.6", "20.5", "alive at 48", "no"],
        ["2", "Septic control", "–", "–", "24", "at 24 h"],
        ["4", "300 µL secretome", ">1000", "20.0", "alive at 48", "no"],
    ]
