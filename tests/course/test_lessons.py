"""Lessons: exercises and answers from one source, and checks that distinguish right from wrong."""

import csv
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from jupyter_cache.executors.utils import single_nb_execution
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from approved import check_approved
from secretome.course import check, check_answer, print_data
from secretome.course.lessons import (
    data_table,
    difficulty,
    exercise_notebook,
    lesson_names,
    read_lesson,
    solution_notebook,
    solve,
    write_notebooks,
)
from secretome.course.mistakes import MISTAKES, transformed
from secretome.protocol.loading import notebooks_folder
from secretome.rerun.engine import QUIET_KERNEL

LESSONS = lesson_names()
ROOT = Path(__file__).parents[2]


def check_messages(notebook: NotebookNode) -> list[str]:
    """The messages of the checks of a notebook when its cells run in order."""
    space: dict[str, object] = {}
    checks = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith("check("):
            checks.append(repr(eval(cell.source, space)))
        elif cell.cell_type == "code":
            exec(cell.source, space)
    return checks


@pytest.mark.process
def test_a_student_sees_in_jupyter_what_the_cells_say(tmp_path: Path) -> None:
    """The same notebook by a kernel of its own, in another folder."""
    notebook = solution_notebook(read_lesson("min_pvalues"))
    executed = single_nb_execution(
        notebook, cwd=str(tmp_path), timeout=600, allow_errors=False, extra_arguments=QUIET_KERNEL
    )
    assert executed.err is None, executed.exc_string
    shown = [cell for cell in executed.nb.cells if cell.cell_type == "code" and cell.source.startswith("check(")]
    assert [cell.outputs[-1]["data"]["text/plain"] for cell in shown] == check_messages(notebook)


@pytest.mark.parametrize("name", LESSONS)
def test_exercises_run_with_their_answers_and_fail_without(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lesson = read_lesson(name)
    with_answers, without = check_messages(solution_notebook(lesson)), check_messages(exercise_notebook(lesson))
    assert len(with_answers) == len(without) == len(check_answer.read_exercises(name)) >= 3
    assert all(line.startswith("Right") for line in with_answers)
    assert all(line.startswith("No answer yet") for line in without)


@pytest.mark.parametrize("name", LESSONS)
def test_the_sealed_answers_are_those_of_the_solutions(name: str) -> None:
    assert solve(read_lesson(name)) == check_answer.read_exercises(name), "run `make lessons`"


@pytest.mark.parametrize("name", LESSONS)
def test_each_exercise_states_its_difficulty_below_its_heading(name: str) -> None:
    lesson = read_lesson(name)
    stated = [difficulty(cell) for cell in lesson.exercise_cells if "exercise" in cell.metadata]
    assert len(stated) == len(check_answer.read_exercises(name))
    for notebook in (exercise_notebook(lesson), solution_notebook(lesson)):
        shown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert re.findall(r"^### \d+\. .+\n\n\*Difficulty (\d) of 3\.\*$", shown, re.MULTILINE) == list(
            map(str, stated)
        )


def test_an_exercise_without_a_difficulty_is_refused() -> None:
    for stated in ({}, {"difficulty": 4}, {"difficulty": "hard"}):
        with pytest.raises(ValueError, match="own-1"):
            difficulty(new_code_cell("answer = 1", metadata={"exercise": "own-1", "tags": ["solution"], **stated}))


@pytest.mark.parametrize("name", LESSONS)
def test_an_exercise_shows_no_solution(name: str) -> None:
    lesson = read_lesson(name)
    sources = {cell.source for cell in lesson.exercise_cells if "solution" in cell.metadata.get("tags", [])}
    assert sources
    assert not sources & {cell.source for cell in exercise_notebook(lesson).cells}
    text = nbformat.writes(exercise_notebook(lesson))
    for entry in check_answer.read_exercises(name).values():
        assert entry["hash"] not in text


@pytest.mark.parametrize("name", LESSONS)
def test_a_wrong_answer_is_never_right(name: str) -> None:
    for question in check_answer.read_exercises(name):
        for wrong in (10**9 + 7, "none of them", None, [1, 2]):
            assert not check(question, wrong).right
        assert [check(question, answer).right for answer in ("yes", "no")] != [True, True]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_keeps_its_form(name: str) -> None:
    text = (notebooks_folder() / "methods" / name / "lesson.py").read_text(encoding="utf-8")
    parts = (
        "You will be able to",
        "## Worked example",
        "Common mistakes",
        "# ## Exercises\n",
        "# ## Quiz\n",
        "# ## What next\n",
    )
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert "page.figure(" in text
    assert text.count("# - [x]") >= 3
    assert f"methods/{name}/lesson" in (ROOT / "book" / "course.md").read_text(encoding="utf-8")


def test_the_same_lessons_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretome.course.lessons.lesson_names", lambda: LESSONS[:2])
    first, second = write_notebooks(tmp_path / "one"), write_notebooks(tmp_path / "two")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    for file in (file for file in first if file.suffix == ".ipynb"):
        nbformat.validate(nbformat.reads(file.read_text(encoding="utf-8"), as_version=4))


def test_the_data_of_an_exercise_are_those_that_the_page_prints(capsys: pytest.CaptureFixture[str]) -> None:
    table = list(csv.DictReader(data_table(read_lesson("limits")).splitlines()))
    values = [row["value"] for row in table if (row["exercise"], row["group"]) == ("limits-3", "t1")]
    assert len(values) == 12
    assert [value for value in values if value.startswith("<")] == ["<15.6"]
    print_data({"t1": values})
    assert capsys.readouterr().out == f"t1: {'  '.join(values)}\n"


def test_every_lesson_with_data_links_them() -> None:
    for name in LESSONS:
        text = (notebooks_folder() / "methods" / name / "lesson.py").read_text(encoding="utf-8")
        assert (f"{name}-data.csv>" in text) == bool(data_table(read_lesson(name)))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson, with an answer of each kind."""
    kinds = {
        "own-1": check_answer.hash_answer("own-1", 0.0373, 0.001),
        "own-2": check_answer.hash_answer("own-2", 20, None),
        "own-3": check_answer.hash_answer("own-3", "Septic control", None),
        "own-4": check_answer.hash_answer("own-4", np.bool_(False), None),
        "own-5": check_answer.hash_answer("own-5", -1.5, 0.01),
    }
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "answers.json").write_text(json.dumps(kinds), encoding="utf-8")
    monkeypatch.setattr(check_answer, "lessons_folder", lambda: tmp_path)
    return folder


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        # The tolerance is 0.001: within it always, at twice it never (the promise of `check`).
        (
            "own-1",
            [0.0373, 0.037, 0.0364, 0.0382, np.float64(0.0373), "0.0373", "0,0373", "p = 3.73 %", pd.Series([0.0373])],
            [0.0393, 0.0353, 0.04, 0, True, float("inf"), 10**400, "0.03 to 0.05", "3.7 % lower", [0.0373, 0.0373]],
        ),
        ("own-2", [20, 20.0, np.int64(20), "20", "40/2", "20 rats", np.array([20])], [19, 21, 20.5, "2", True]),
        (
            "own-3",
            ["septic control", " Septic  CONTROL.", "septic-control", "the septic control"],
            ["control", "septic", 1, "", True],
        ),
        ("own-4", [False, "no", "No.", "N"], [True, "yes", "perhaps", 0, ""]),
        ("own-5", [-1.5, -1.509, np.array(-1.491)], [1.5, -1.52, -1.48]),
    ],
)
def test_each_kind_of_answer(own: Path, question: str, right: list[object], wrong: list[object]) -> None:
    assert all(check(question, answer).right for answer in right)
    assert not any(check(question, answer).right for answer in wrong)


def test_a_common_mistake_is_named(own: Path) -> None:
    """The number in the answer is 0.2, the one-sided p 0.1; a mistake is never also right."""
    entry = check_answer.hash_answer("own-6", 0.2, 0.01, {"one_sided": 0.1, "ties_half": [0.13, 0.16]})
    (own / "answers.json").write_text(json.dumps({"own-6": entry}), encoding="utf-8")
    given = (0.1, "0,1", 0.13, 0.16, 20, "20 %", 0.002, 5, -0.2, 0.2, 0.5)
    checked = [check("own-6", answer) for answer in given]
    names = ["one_sided", "one_sided", "ties_half", "ties_half", "per_cent", "", "fraction", "inverse", "sign", "", ""]
    assert [answer.mistake for answer in checked] == names
    assert [answer.right for answer in checked] == [answer in ("20 %", 0.2) for answer in given]
    assert MISTAKES["one_sided"] in checked[0].message
    for name, result in (("one_sided", 0.205), ("no_such_mistake", 0.1)):
        with pytest.raises(ValueError, match=name):
            check_answer.hash_answer("own-6", 0.2, 0.01, {name: result})


def test_every_mistake_is_used_and_ends_a_sentence() -> None:
    used = {
        name
        for lesson in LESSONS
        for entry in check_answer.read_exercises(lesson).values()
        for name in entry.get("mistakes", {})
    }
    assert used | {name for name, _ in transformed(2.0)} == set(MISTAKES)
    assert all(sentence.startswith("It ") and sentence.endswith(".") for sentence in MISTAKES.values())


def test_answers_that_cannot_be_checked_have_the_approved_message(own: Path) -> None:
    cases: dict[str, tuple[str, object]] = {
        "misspelt exercise": ("own-11", 1),
        "other folder": ("../own-1", 1),
        "text": ("own-2", "twenty"),
        "two numbers": ("own-1", "0.03 to 0.05"),
        "change": ("own-1", "3.7 % lower"),
    }
    checked = {case: check(*answer) for case, answer in (*cases.items(), ("no answer", ("own-1", ...)))}
    assert not any(answer.right for answer in checked.values())
    check_approved("answers_that_cannot_be_checked", {case: answer.message for case, answer in checked.items()})


def test_a_solution_that_cannot_be_checked_is_refused() -> None:
    with pytest.raises(TypeError, match="tolerance"):
        check_answer.hash_answer("own-1", 0.5, None)
    with pytest.raises(TypeError, match="number"):
        check_answer.hash_answer("own-1", "half", 0.1)
