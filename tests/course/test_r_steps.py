"""The R steps of the exercises: each gives the answer that the check accepts.

Those marked `r` need Rscript and are run by `make test-r`; without R they fail, so that a skipped test is never taken
for a passed one.
"""

import re
import subprocess
from pathlib import Path

import pytest

from secretome.course import check
from secretome.course.check_answer import read_exercises
from secretome.course.lessons import data_table, is_solution, lesson_names, read_lesson, tags

FENCE = re.compile(r"```r\n(.*?)\n```", re.DOTALL)


def steps() -> dict[str, str]:
    """The R code of each exercise that has it."""
    found: dict[str, str] = {}
    for name in lesson_names():
        question = ""
        for cell in read_lesson(name).exercise_cells:
            if is_solution(cell):
                question = cell.metadata["exercise"]
            elif "programs" in tags(cell):
                (found[question],) = FENCE.findall(cell.source)
    return found


def test_most_exercises_have_steps_in_r_whose_files_and_groups_exist() -> None:
    found = steps()
    exercises = {question for name in lesson_names() for question in read_exercises(name)}
    assert found.keys() <= exercises
    assert len(found) >= 0.6 * len(exercises)
    for question, code in found.items():
        assert all(code.count(one) == code.count(other) for one, other in ("()", "[]", "{}")), question
        if "read.csv" in code:
            name = question.rpartition("-")[0]
            rows = [line.split(",") for line in data_table(read_lesson(name)).splitlines()[1:]]
            assert f'read.csv("{name}-data.csv"), exercise == "{question}"' in code
            groups = {row[1] for row in rows if row[0] == question}
            assert groups, question
            assert set(re.findall(r'd\$group == "(\w+)"', code)) <= groups, question


@pytest.mark.r
@pytest.mark.parametrize("question", steps())
def test_the_steps_in_r_give_the_answer(question: str, tmp_path: Path) -> None:
    name = question.rpartition("-")[0]
    (tmp_path / f"{name}-data.csv").write_text(data_table(read_lesson(name)), encoding="utf-8")
    (tmp_path / "steps.R").write_text(f"options(digits = 12)\n{steps()[question]}\n", encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", "steps.R"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    assert check(question, done.stdout.split()[-1]).right, done.stdout
