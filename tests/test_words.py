"""Words hold for any cohort, the awkward ones too."""

import math
from pathlib import Path

import pytest

from secretome import adjudicate, analyse, load_study, words
from secretome.cohort import Study

TREG = "treg_conditioned_medium"


def test_result_sentence_is_what_a_journal_wants(treg: Study) -> None:
    results = analyse(treg, ("published", "planned"))
    assert words.result_sentence(treg, results.iloc[0]) == (
        "CD25-positive FoxP3+ T cells: exact Wilcoxon signed-rank test, n = 12 pairs, W = 78, p = 0.000488; "
        "Hodges-Lehmann shift 1.32 % of CD4+ (95.8 % interval 0.72 to 1.98)."
    )


def test_source_data_is_said(treg: Study, donors: Path) -> None:
    verdicts = adjudicate(treg, analyse(treg))
    assert "never counted" in words.standing_sentence(treg, verdicts)
    new = load_study(TREG, cohort=donors)
    assert "a test of them" in words.standing_sentence(new, adjudicate(new, analyse(new)))


def test_few_pairs_are_told_that_the_test_cannot_decide(tmp_path: Path) -> None:
    path = tmp_path / "five.csv"
    rows = [f"d{i},{group},{value}" for i in range(5) for group, value in (("without", i + 1), ("with_cm", 2 * i + 3))]
    path.write_text("animal,group,foxp3_cd25pos\n" + "\n".join(rows), encoding="utf-8")
    study = load_study(TREG, cohort=path)
    published = analyse(study, ("published",)).iloc[0]
    floor = words.floor_sentence(study, published, 0.05)
    assert "5 pairs allow, with their ties and unchanged values, is 0.0625, which is above 0.05" in floor
    assert "no finite interval at this n" in words.result_sentence(study, published)
    absent = analyse(study, ("published",)).iloc[1]
    assert "not computed, because there are too few" in words.result_sentence(study, absent)


def test_a_verdict_that_differs_from_the_published_tests_says_so(tmp_path: Path, donors: Path) -> None:
    rows = donors.read_text(encoding="utf-8").splitlines()
    donors.write_text("\n".join(rows[:11]), encoding="utf-8")
    study = load_study(TREG, cohort=donors)
    verdict = adjudicate(study, analyse(study)).iloc[0]
    assert verdict["verdict"] == "supported"
    assert "By the test that stands for the authors', untestable" in words.verdict_sentence(study, verdict)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00048828, "p = 0.000488"), (0.04061, "p = 0.0406"), (1e-9, "p < 0.000001"), (1, "p = 1"), (math.nan, "p not defined")],
)
def test_p_values(value: float, text: str) -> None:
    assert words.p_value(value) == text


def test_numbers_at_the_edges() -> None:
    assert [words.number(value) for value in (0, -1.5, 12034.4, math.inf, math.nan)] == [
        "0.00",
        "−1.50",
        "12\u202f034",
        "∞",
        "not estimable",
    ]
