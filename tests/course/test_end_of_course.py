"""The test at the end of the course: solved from a student's files alone, graded, and different for each student."""

import csv
import math
import re
from collections import defaultdict
from itertools import combinations, product
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from commands import secretome
from secretome.course.class_report import guessing
from secretome.course.key import read_answer_key
from secretome.course.make import make_test
from secretome.course.roster import Roster, Student

STUDENTS = 12
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("test") / "june"
    make_test(Roster(tuple(Student(f"S {n}", f"S-{n}") for n in range(STUDENTS))), folder, secret="4" * 32)
    return folder


def texts_and_data(folder: Path) -> tuple[list[str], dict[str, dict[str, np.ndarray]]]:
    """What a student reads: the text of each task in the notebook, and the data of each lesson in the file."""
    cells = nbformat.read(folder / "test.ipynb", as_version=4).cells
    texts = [cell.source.split("\n")[2] for cell in cells if re.match(r"## \d", cell.source)]
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (folder / "data.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            values[row["lesson"]][row["group"]].append(float(row["value"]))
    return texts, {lesson: {name: np.array(v) for name, v in groups.items()} for lesson, groups in values.items()}


def numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]


def exact_p(x: np.ndarray, y: np.ndarray) -> float:
    """The share of all permutations whose rank sum is at least as far from the mean."""
    ranks = scipy_stats.rankdata([*x, *y])
    sums = np.array([sum(chosen) for chosen in combinations(ranks, len(x))])
    return float(np.mean(np.abs(sums - sums.mean()) >= abs(ranks[: len(x)].sum() - sums.mean()) - 1e-9))


def welch(groups: dict[str, np.ndarray], level: float) -> tuple[float, float, float, float]:
    test = scipy_stats.ttest_ind(np.log(groups["treated"]), np.log(groups["untreated"]), equal_var=False)
    low, high = test.confidence_interval(level)
    ratio = scipy_stats.gmean(groups["treated"]) / scipy_stats.gmean(groups["untreated"])
    return float(ratio), math.exp(low), math.exp(high), float(test.pvalue)


def enough_power(difference: float, power: float, alpha: float, n: int) -> bool:
    """By the noncentral t distribution."""
    df, shift = 2 * n - 2, difference * math.sqrt(n / 2)
    critical = scipy_stats.t.ppf(1 - alpha / 2, df)
    return bool(scipy_stats.nct.sf(critical, df, shift) + scipy_stats.nct.cdf(-critical, df, shift) >= power)


def solved(folder: Path) -> dict[str, float | str]:
    """The answers from the files of a student, by SciPy and by hand."""
    texts, data = texts_and_data(folder)
    right: dict[str, float | str] = {"ranks.p": exact_p(data["ranks"]["treated"], data["ranks"]["untreated"])}
    groups, n, _ = numbers(texts[1].replace("5 %", "")) + [0] * (3 - len(numbers(texts[1])))
    smallest = min(1.0, groups * 2 / math.comb(2 * int(n), int(n)))
    right |= {"min_pvalues.p": smallest, "min_pvalues.possible": "yes" if smallest <= 0.05 else "no"}
    ratio, low, _, _ = welch(data["effects"], 0.95)
    right |= {"effects.ratio": ratio, "effects.low": low}
    p = numbers(texts[3])
    order = np.argsort(p)
    holm = np.maximum.accumulate(np.minimum(1, np.sort(p) * np.arange(5, 0, -1)))
    right["many_groups.p"] = float(holm[list(order).index(2)])
    doses = [data["doses"][name] for name in ("low", "middle", "high")]
    right["doses.pairs"] = sum(
        (b > a) + 0.5 * (b == a) for one, other in combinations(doses, 2) for a, b in product(one, other)
    )
    right["limits.mean"] = float(scipy_stats.gmean(data["limits"]["titres"]))
    plaques = data["counts"]["plaques"]
    right["counts.dispersion"] = float(np.var(plaques, ddof=1) / np.mean(plaques))
    _, low, high, p_ratio = welch(data["equivalence"], 0.90)
    inside, differs = low > 0.8 and high < 1.25, p_ratio <= 0.05
    right["equivalence.high"] = high
    right["equivalence.shown"] = {(1, 0): "equivalent", (0, 1): "different", (1, 1): "both"}.get(
        (int(inside), int(differs)), "neither"
    )
    treated, untreated = numbers(texts[8])
    right["deaths.expected"] = treated / (treated + untreated) + treated / (treated + untreated - 1)
    first, second = texts[9].split("Design 2")
    cages, mice, icc = numbers(second)
    right["cages.effective"] = cages * mice / (1 + (mice - 1) * icc)
    right["cages.unit"] = "litter" if "dams" in first else "cage" if "water" in first else "mouse"
    tests, level = numbers(texts[10])
    right["multiplicity.probability"] = 1 - (1 - level / 100) ** tests
    difference, power, _, family = numbers(texts[11])
    right["planning.n"] = next(n for n in range(2, 500) if enough_power(difference, power / 100, 0.05 / family, n))
    mean, error, other, other_error, mice = numbers(texts[12])
    t = (other - mean) / math.hypot(error, other_error)
    right["auditing.p"] = float(2 * scipy_stats.t.sf(abs(t), 2 * mice - 2))
    _, *ratios, _ = numbers(texts[13])
    logs = np.log(ratios)
    half = scipy_stats.t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / math.sqrt(len(logs))
    right["pooling.ratio"] = math.exp(logs.mean() + half)
    return right


def test_the_key_agrees_with_answers_from_the_files_of_each_student(made: Path) -> None:
    key = read_answer_key(made / "teacher" / "key.csv")
    for student, rows in key.rows.items():
        right = solved(made / "students" / student)
        assert list(right) == [row.question.key for row in rows]
        for row in rows:
            expected = right[row.question.key]
            if isinstance(expected, str):
                assert row.answer == expected, (student, row.question.key)
            else:
                assert float(row.answer) == pytest.approx(expected, rel=2e-5), (student, row.question.key)


def test_answers_from_the_files_get_all_marks_and_guesses_none(made: Path, tmp_path: Path) -> None:
    for student in ("S-0", "S-1"):
        sheet = pd.read_csv(made / "students" / student / "answers.csv", dtype=str, keep_default_na=False)
        right = solved(made / "students" / student)
        given = {
            name: answer if isinstance(answer, str) else f"{answer:.4g}".replace(".", ",")
            for name, answer in right.items()
        }
        asked = sheet["question"].isin(given)
        sheet.loc[asked, "answer"] = sheet.loc[asked, "question"].map(given)
        if student == "S-1":
            choices = sheet["question"].isin(["min_pvalues.possible", "equivalence.shown", "cages.unit"])
            sheet.loc[asked & ~choices, "answer"] = ""
        sheet.to_csv(tmp_path / f"{student}.csv", index=False)
    done = secretome("classroom", "grade", made, tmp_path)
    assert done.exit_code == 0, done.output
    summary = pd.read_csv(made / "teacher" / "summary.csv", dtype=str, keep_default_na=False).set_index("id")
    assert summary.loc[["S-0", "S-1"], "percent"].tolist() == ["100", "0"]
    assert guessing(read_answer_key(made / "teacher" / "key.csv")).mean < 20


def test_each_student_has_other_values_and_only_the_teacher_has_the_answers(made: Path) -> None:
    key = pd.read_csv(made / "teacher" / "key.csv", dtype=str, keep_default_na=False)
    assert key.groupby("id")["answer"].apply(tuple).nunique() == STUDENTS
    assert {path.name for path in (made / "students" / "S-0").iterdir()} == {"test.ipynb", "data.csv", "answers.csv"}
    sheet = pd.read_csv(made / "students" / "S-0" / "answers.csv", dtype=str, keep_default_na=False)
    assert sheet.loc[~sheet["question"].isin(["student", "code"]), "answer"].eq("").all()
    notebook = nbformat.read(made / "students" / "S-0" / "test.ipynb", as_version=4)
    nbformat.validate(notebook)


def test_every_choice_is_right_for_some_students(made: Path) -> None:
    key = pd.read_csv(made / "teacher" / "key.csv", dtype=str, keep_default_na=False).groupby("question")["answer"]
    assert set(key.get_group("min_pvalues.possible")) == {"yes", "no"}
    assert set(key.get_group("equivalence.shown")) == {"equivalent", "different", "both", "neither"}
    assert set(key.get_group("cages.unit")) == {"cage", "mouse", "litter"}
