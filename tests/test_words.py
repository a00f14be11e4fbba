"""Words hold for any cohort, the awkward ones too."""

import math
from pathlib import Path

import pytest

from rats import Rats
from secretome import adjudicate, analyse, load_study
from secretome.claims import examine
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study
from secretome.report import tables
from secretome.report import text as report_text

TREG = "treg_conditioned_medium"


def test_result_sentence_is_what_a_journal_wants(treg: Study) -> None:
    results = analyse(treg, ("published", "planned"))
    assert report_text.result_sentence(treg, results.iloc[0]) == (
        "CD25-positive FoxP3+ T cells: exact Wilcoxon signed-rank test, n = 12 pairs, W = 78, p = 0.000488; "
        "Hodges-Lehmann shift 1.32 % of CD4+ (95.8 % interval 0.72 to 1.98)."
    )


def test_source_data_is_said(treg: Study, donors: Path) -> None:
    verdicts = adjudicate(treg, analyse(treg))
    assert "never counted" in report_text.cohort_status_sentence(treg, verdicts)
    new = load_study(TREG, cohort=donors)
    assert "a test of them" in report_text.cohort_status_sentence(new, adjudicate(new, analyse(new)))


def test_when_the_rules_were_registered_is_said_of_the_cohort_at_hand(treg: Study, sepsis: Study, rats: Rats) -> None:
    """The sentence says whether the data are older than the protocol, unknown for a new file, or simulated."""
    assert report_text.registration_sentence(treg).startswith("Rules chosen after the data were public: ")
    for study, ending in (
        (sepsis, "so the date of the rules does not matter."),
        (rats(), "it is unknown whether the rules were registered before."),
    ):
        sentence = report_text.registration_sentence(study)
        assert sentence.startswith("The rules were registered on 25 November 2026. ")
        assert sentence.endswith(ending)


def test_few_pairs_are_told_that_the_test_cannot_decide(tmp_path: Path) -> None:
    path = tmp_path / "five.csv"
    rows = [f"d{i},{group},{value}" for i in range(5) for group, value in (("without", i + 1), ("with_cm", 2 * i + 3))]
    path.write_text("animal,group,foxp3_cd25pos\n" + "\n".join(rows), encoding="utf-8")
    study = load_study(TREG, cohort=path)
    published = analyse(study, ("published",)).iloc[0]
    minimum = report_text.min_pvalue_sentence(study, published, 0.05)
    assert published["min_pvalue"] == 2 / 2**5
    assert "0.0625, which is above 0.05" in minimum
    assert "no finite interval at this n" in report_text.result_sentence(study, published)
    absent = analyse(study, ("published",)).iloc[1]
    assert "not computed, because there are too few" in report_text.result_sentence(study, absent)


def test_a_verdict_that_differs_from_the_published_tests_says_so(tmp_path: Path, donors: Path) -> None:
    rows = donors.read_text(encoding="utf-8").splitlines()
    donors.write_text("\n".join(rows[:11]), encoding="utf-8")
    study = load_study(TREG, cohort=donors)
    verdict = adjudicate(study, analyse(study)).iloc[0]
    assert verdict["verdict"] == "supported"
    assert "By the authors' presumed test, untestable" in report_text.verdict_sentence(study, verdict)


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
def test_p_values(value: float, text: str) -> None:
    assert report_text.p_value(value) == text


def test_numbers_at_the_edges() -> None:
    assert [report_text.number(value) for value in (0, -1.5, 12034.4, math.inf, math.nan)] == [
        "0.00",
        "−1.50",
        "12\u202f034",
        "∞",
        "not estimable",
    ]


# -- groups of rats


def planned_row(study: Study, contrast: str, endpoint: str = "il6") -> report_text.Row:
    results = analyse(study, ("planned",))
    rows = results[
        (results["endpoint"] == endpoint)
        & (results["contrast"] == contrast)
        & (results["alternative"] != "equivalence")
    ]
    return rows.iloc[0]


def test_a_result_says_among_whom_and_what_lay_beyond_a_limit(rats: Rats) -> None:
    sentence = report_text.result_sentence(
        rats({"t2": ["<15.6"] * 6}), planned_row(rats({"t2": ["<15.6"] * 6}), "t2 vs control")
    )
    assert sentence == (
        "IL-6, 300 µL secretome against septic control, among survivors at 48 h: exact Mann-Whitney test, n = 6 and 6 "
        "rats, 6 nondetects, U = 0, adjusted p = 0.00433; geometric mean ratio at most 0.15 in these "
        "values, without an interval."
    )
    assert "n = 6 and 6 rats, t(9.72) = −4.73" in report_text.result_sentence(
        rats(), planned_row(rats(), "t1 vs control")
    )


def test_a_verdict_on_made_up_rats_says_so_in_itself(sepsis: Study, rats: Rats) -> None:
    verdict = adjudicate(sepsis, analyse(sepsis)).iloc[0]
    assert "Supported in simulated rats: " in report_text.verdict_sentence(sepsis, verdict)
    assert (
        "(among survivors at 48 h: geometric mean ratio 0.48, 97.5 % interval 0.26 to 0.87, adjusted p = 0.0159)"
        in report_text.verdict_sentence(sepsis, verdict)
    )
    measured = adjudicate(rats(), analyse(rats())).iloc[0]
    assert "simulated" not in report_text.verdict_sentence(rats(), measured)


def test_what_follows_from_a_check_is_said(rats: Rats) -> None:
    for sham, outcome, consequence in (
        ([11, 15, 13, 17, 10, 16], "passed", ""),
        ([60, 80, 120, 150, 100, 90], "not shown", "so interpret the verdicts on IL-6 with caution."),
        ([900, 800, 1200, 950, 1100, 990], "failed", "The claims on IL-6 cannot be tested with these animals."),
        ([], "absent", "so interpret the verdicts on IL-6 with caution."),
    ):
        study = rats({"sham": sham})
        check = examine(study, analyse(study, ("planned",))).iloc[0]
        assert check["outcome"] == outcome
        assert report_text.check_sentence(study, check).endswith(consequence)


def test_losses_are_counted_group_by_group(rats: Rats) -> None:
    header = "animal,group,il6,il4,time,event\n"
    study = rats.read(header + "1,sham,<15.6,20,48,0\n2,control,,,24,1\n3,control,,18,48,0\n4,t2,>1000,20,48,0\n")
    assert report_text.groups_sentence(study, "il6") == (
        "IL-6, rats with a value: Sham 1; Septic control 0 (1 died before sampling, 1 without a value); 150 µL "
        "secretome 0; 300 µL secretome 1"
    )
    assert (
        report_text.censoring_sentence(study, "il6")
        == "IL-6: 2 values below 15.6 or above 1000 pg/mL (Sham 1, 300 µL secretome 1)"
    )
    assert report_text.censoring_sentence(study, "il4") == "IL-4: all values are within the limits of the assay"


def test_deaths_stand_beside_the_verdicts(rats: Rats) -> None:
    text = "animal,group,il6,il4,time,event\n1,sham,12,20,48,0\n2,control,,,24,1\n"
    text += "3,control,80,18,48,0\n4,t2,30,20,48,0\n"
    sentence = report_text.deaths_sentence(rats.read(text))
    assert sentence.startswith(
        "Rats that died before sampling: Sham 0 of 1; Septic control 1 of 2; 150 µL secretome 0 of 0; "
    )
    assert report_text.deaths_sentence(rats()) == ""


def test_a_cohort_that_can_test_nothing_is_no_test(rats: Rats) -> None:
    study = rats({"control": []}, {"control": []})
    assert "not a test of them" in report_text.cohort_status_sentence(study, adjudicate(study, analyse(study)))


def test_hundreds_of_animals_are_told_the_truth() -> None:
    """Too many to count every permutation: the test is called asymptotic, and no minimum p is stated."""
    study = simulate_study("sepsis_cytokines", n=230, seed=1)
    results = analyse(study, ("published", "planned"))
    published = results[results["analysis"] == "published"].iloc[0]
    assert "asymptotic Mann-Whitney test" in report_text.result_sentence(study, published)
    assert math.isnan(published["min_pvalue"])
    assert "permutations were not counted" in report_text.min_pvalue_sentence(study, published, 0.05)
    verdicts = adjudicate(study, results)
    assert set(verdicts["verdict_as_published"]) == {"supported"}


def test_where_the_numbers_come_from(sepsis: Study, rats: Rats) -> None:
    assert "Their scenario is as_published: the claims are true" in report_text.simulated_sentence(sepsis)
    assert "not simulated" in report_text.simulated_sentence(rats())
    assert "(scenario as_published, seed 1)" in report_text.cohort_sentence(sepsis)


def test_tables_show_what_stands_in_the_file(rats: Rats) -> None:
    text = "animal,group,il6,il4,time,event\n1,sham,<15.6,20.5,48,0\n2,control,,,24,1\n4,t2,>1000,20,48,0\n"
    table = tables.groups_table(rats.read(text))
    assert table.to_numpy().tolist() == [
        ["1", "Sham", "<15.6", "20.5", "no"],
        ["2", "Septic control", "–", "–", "at 24 h"],
        ["4", "300 µL secretome", ">1000", "20.0", "no"],
    ]
