"""Lessons: from one percent notebook come the exercises, the solutions and the hashes of the answers."""

import contextlib
import copy
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from secretome.course.check_answer import describe_kind, hash_answer, lessons_folder, read_exercises
from secretome.course.exercise_data import values_as_text

SOLUTION = "solution"
SETUP = "setup"
# A cell that leaves the values of each group in `data`, for the exercises up to the next such cell.
DATA = "data"
# A cell that leaves the results of common mistakes in `mistakes`; the page and the notebooks do not show it.
MISTAKES = "mistakes"
# Roles such as `{glue:text}`, which only the page of the book can show.
ROLE = re.compile(r"\{([\w:]+)\}`([^`<]*?)(?:\s*<[^>`]*>)?`")
PLAIN_ROLES = {"term", "doc", "ref", "py:func"}
EXERCISE_HEADING = re.compile(r"^### \d+\. .+$", re.MULTILINE)
# One step, a method of the lesson on given data, and several steps or a choice of method.
DIFFICULTIES = (1, 2, 3)
EXERCISES_HEADING = (
    "# Exercises: {title}\n\n"
    "Read the lesson first. Replace the three dots by your answer, run the cell (Shift and Enter), and run the cell "
    "below it: it checks the answer and does not show the right one. You may calculate a number here, with another "
    "program, or on paper."
)
SOLUTIONS_HEADING = "# Solutions: {title}\n\nEach exercise with one possible solution. Try the exercises first."


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes
    ----------
    name : str
        The name of its folder; the names of its exercises begin with it.
    title : str
        Its heading.
    cells : tuple
        The cells of the page.
    """

    name: str
    title: str
    cells: tuple[NotebookNode, ...]

    @property
    def exercise_cells(self) -> list[NotebookNode]:
        """The cells that its exercises need: those tagged `setup`, and the section headed Exercises."""
        kept, inside = [], False
        for cell in self.cells:
            if cell.cell_type == "markdown":
                heading = re.search(r"^## (.+)$", cell.source, re.MULTILINE)
                inside = heading[1].strip() == "Exercises" if heading else inside
            if inside or SETUP in tags(cell):
                kept.append(cell)
        return kept


def lesson_names() -> list[str]:
    """The names of all lessons."""
    return sorted(file.parent.name for file in lessons_folder().glob("*/lesson.py"))


def read_lesson(name: str) -> Lesson:
    """Read a lesson's notebook."""
    notebook = jupytext.reads((lessons_folder() / name / "lesson.py").read_text(encoding="utf-8"), fmt="py:percent")
    title = next(match[1] for cell in notebook.cells if (match := re.search(r"^# (.+)$", cell.source, re.MULTILINE)))
    return Lesson(name, title, tuple(notebook.cells))


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell is the solution of an exercise: code that leaves its result in `answer`."""
    return cell.cell_type == "code" and SOLUTION in tags(cell)


def difficulty(cell: NotebookNode) -> int:
    """The difficulty of the exercise that a cell solves, 1 to 3.

    Raises
    ------
    ValueError
        If the header of the cell states none of them.
    """
    stated = cell.metadata.get("difficulty")
    if stated not in DIFFICULTIES:
        raise ValueError(
            f"{cell.metadata.get('exercise')}: found the difficulty {stated!r}; expected 1, 2 or 3. Add it to the "
            "header of the solution, such as difficulty=1."
        )
    return int(stated)


def with_difficulties(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The cells; the heading of each exercise has a line with its difficulty below it."""
    marked = list(cells)
    for place, cell in enumerate(marked):
        if not is_solution(cell):
            continue
        line = f"*Difficulty {difficulty(cell)} of {max(DIFFICULTIES)}.*"
        before = reversed(range(place))
        heading = next((number for number in before if EXERCISE_HEADING.search(marked[number].source)), None)
        if heading is None:
            raise ValueError(
                f"{cell.metadata['exercise']}: found no heading above it; expected one such as '### 1. ...'."
            )
        marked[heading] = copy.copy(marked[heading])
        marked[heading].source = EXERCISE_HEADING.sub(rf"\g<0>\n\n{line}", marked[heading].source, count=1)
    return marked


def solve(lesson: Lesson) -> dict[str, dict[str, Any]]:
    """Run the solutions, and hash their answers.

    Raises
    ------
    ValueError
        If a solution has no `exercise` in its cell's header, or that of another lesson, or a repeated one.
    TypeError
        If an answer is of a kind that cannot be checked.
    """
    space: dict[str, Any] = {}
    answers: dict[str, dict[str, Any]] = {}
    question, answer, tolerance = "", None, None
    for cell in lesson.exercise_cells:
        if cell.cell_type != "code":
            continue
        if is_solution(cell):
            space.pop("answer", None)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(cell.source, f"{lesson.name}/lesson.py", "exec"), space)
        if MISTAKES in tags(cell):
            if "mistakes" in answers[question]:
                raise ValueError(f"{lesson.name}: {question} has two cells with mistakes.")
            answers[question] = hash_answer(question, answer, tolerance, space.pop("mistakes"))
        if is_solution(cell):
            question = str(cell.metadata.get("exercise", ""))
            if not re.fullmatch(rf"{lesson.name}-\d+", question) or question in answers:
                expected = f'expected a unique name such as exercise="{lesson.name}-1"'
                raise ValueError(f"{lesson.name}: a solution has the name {question!r}; {expected}.")
            answer, tolerance = space["answer"], cell.metadata.get("tolerance")
            answers[question] = hash_answer(question, answer, tolerance)
    return answers


def data_table(lesson: Lesson) -> str:
    """The data of a lesson's exercises as CSV, one row per value; empty if its exercises state all their numbers."""
    space: dict[str, Any] = {}
    rows: list[tuple[str, str, int, str]] = []
    data: dict[str, Any] = {}
    for cell in lesson.exercise_cells:
        if is_solution(cell) and data:
            for group, values in data.items():
                texts = values_as_text(values)
                rows += [(cell.metadata["exercise"], group, number, text) for number, text in enumerate(texts, 1)]
            data = {}
        if cell.cell_type == "code" and MISTAKES not in tags(cell):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, f"{lesson.name}/lesson.py", "exec"), space)
        if DATA in tags(cell):
            data = space["data"]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([("exercise", "group", "number", "value"), *rows])
    return stream.getvalue() if rows else ""


def write_answers(lesson: Lesson) -> Path:
    """Write the hashes of a lesson's answers into its folder."""
    file = lessons_folder() / lesson.name / "answers.json"
    file.write_text(json.dumps(solve(lesson), indent=2) + "\n", encoding="utf-8", newline="\n")
    return file


def exercise_notebook(lesson: Lesson) -> NotebookNode:
    """The exercises: in place of each solution a stub, and a cell that checks the student's answer."""
    return _notebook(lesson, EXERCISES_HEADING, solved=False)


def solution_notebook(lesson: Lesson) -> NotebookNode:
    """The exercises with their solutions, checked in the same way."""
    return _notebook(lesson, SOLUTIONS_HEADING, solved=True)


def write_notebooks(folder: Path) -> list[Path]:
    """Write the exercises, the solutions and the data of every lesson, the same bytes for the same lessons."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in lesson_names():
        lesson = read_lesson(name)
        for kind, notebook in (("exercises", exercise_notebook(lesson)), ("solutions", solution_notebook(lesson))):
            file = folder / f"{name}-{kind}.ipynb"
            file.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
            written.append(file)
        if table := data_table(lesson):
            file = folder / f"{name}-data.csv"
            file.write_text(table, encoding="utf-8", newline="\n")
            written.append(file)
    return written


def _notebook(lesson: Lesson, heading: str, *, solved: bool) -> NotebookNode:
    cells = [new_markdown_cell(heading.format(title=lesson.title)), new_code_cell("from secretome.course import check")]
    cells += _cells(lesson, solved=solved)
    for number, cell in enumerate(cells):
        # Random ids would differ in each build.
        cell["id"] = f"{lesson.name}-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _cells(lesson: Lesson, *, solved: bool) -> Iterator[NotebookNode]:
    exercises = read_exercises(lesson.name)
    for cell in with_difficulties(lesson.exercise_cells):
        if MISTAKES in tags(cell):
            continue
        if is_solution(cell):
            question = cell.metadata["exercise"]
            yield new_code_cell(
                cell.source if solved else f"answer = ...  # {describe_kind(exercises[question]).rstrip(',')}"
            )
            yield new_code_cell(f'check("{question}", answer)')
        elif cell.cell_type == "code":
            yield new_code_cell(cell.source)
        elif solved or SOLUTION not in tags(cell):
            yield new_markdown_cell(plain_text(lesson, copy.copy(cell.source)))


def plain_text(lesson: Lesson, text: str) -> str:
    """Text without the roles that only the page can show."""

    def shown(match: re.Match[str]) -> str:
        if match[1] not in PLAIN_ROLES:
            raise ValueError(f"{lesson.name}: {match[0]} among the exercises: a downloaded notebook cannot show it.")
        return match[2].strip()

    return ROLE.sub(shown, text)
