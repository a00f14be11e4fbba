"""Sheets filled in without looking at the data earn less than a fifth of the marks."""

from pathlib import Path

import pytest

from secretome.course.class_report import guessing
from secretome.course.key import KeyRow, read_answer_key
from secretome.course.make import make_class
from secretome.course.marking import mark_sheet
from secretome.course.questions import Question
from secretome.course.returned_answers import AnswerSheet
from secretome.course.roster import Roster, Student
from secretome.protocol import load_protocol, study_folder, study_names

TREG = "treg_conditioned_medium"
STUDENTS = 5


def scenarios(name: str) -> list[str]:
    simulation = load_protocol(study_folder(name) / "protocol.yml").simulated.simulation
    return list(simulation.scenarios) if simulation else []


SCENARIOS = [
    pytest.param(name, scenario, marks=() if name == TREG else pytest.mark.slow)
    for name in study_names()
    for scenario in scenarios(name)
]


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS)
def test_constant_answers_earn_less_than_a_fifth_in_each_scenario(name: str, scenario: str, tmp_path: Path) -> None:
    """One scenario for a class, and no errors in the files: the case in which guesses are most often right."""
    roster = Roster(tuple(Student(f"Student {n}", f"Student-{n}") for n in range(STUDENTS)))
    make_class(name, roster, tmp_path / "class", scenario=scenario, secret="7" * 32, error_share=0.0)
    key = read_answer_key(tmp_path / "class" / "teacher" / "key.csv")
    assert guessing(key).mean < 20
    for rows in key.rows.values():
        right = AnswerSheet("", {row.question.key: [row.answer] for row in rows})
        assert [mark.marks for mark in mark_sheet(rows, right)] == [row.marks for row in rows]


def key_rows() -> list[KeyRow]:
    """A sheet with two claims, each with a ratio, a p and a verdict, and one about a trend, with a p and a verdict."""
    verdicts = ("supported", "inconclusive")
    rows = [KeyRow(Question("error", "?", "choice", 2, ("nothing", "wrong_unit")), "wrong_unit", "", 2)]
    for claim, ratio, p in (("a", "0.512345", "0.00001"), ("b", "1.61803", "0.0234"), ("trend", "", "0.00002")):
        if ratio:
            rows.append(KeyRow(Question(f"{claim}.ratio", "?", "ratio", 1, claim=claim), ratio, ratio, 1))
        rows.append(KeyRow(Question(f"{claim}.p", "?", "p", 1, claim=claim), p, p, 1))
        rows.append(KeyRow(Question(f"{claim}.verdict", "?", "choice", 2, verdicts, claim=claim), "supported", "", 2))
    return rows


GUESSED = {
    "error": "wrong_unit",
    **{f"{claim}.verdict": "supported" for claim in ("a", "b", "trend")},
    **{f"{claim}.p": "<0.0001" for claim in ("a", "trend")},
}


@pytest.mark.parametrize(
    ("calculated", "total"),
    [
        # Nothing but guesses.
        ({}, 0),
        # One number to two decimals may be right by chance; to four digits it opens its claim and the trend.
        ({"a.ratio": "0.51"}, 1),
        ({"a.ratio": "0.5123"}, 1 + 2 + 1 + 2 + 1 + 2),
        ({"b.p": "0.0234"}, 1),
        # Two numbers are enough, each for its claim.
        ({"a.ratio": "0.51", "b.p": "0.0234"}, 2 + 2 + 1 + 2 + 2 + 1 + 2),
        # An inverted ratio to four digits shows a calculation, if both ratios are inverted.
        ({"a.ratio": "1.9518", "b.ratio": "0.61804"}, 1 + 2 + 1 + 2 + 2 + 1 + 2),
    ],
)
def test_what_can_be_guessed_counts_with_numbers_only(calculated: dict[str, str], total: float) -> None:
    sheet = AnswerSheet("", {question: [answer] for question, answer in (GUESSED | calculated).items()})
    assert sum(mark.marks or 0 for mark in mark_sheet(key_rows(), sheet)) == total
