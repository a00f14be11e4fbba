"""The key of a class: the right answers of every student."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from secretome.course import end_of_course
from secretome.course.questions import NOT_ESTIMABLE, Question, questions
from secretome.course.sheets import Record, read_table
from secretome.protocol import InputError, Problem, load_protocol, study_folder, study_names

COLUMNS = ("study", "student", "id", "question", "answer", "uncorrected", "marks")


@dataclass(frozen=True)
class KeyRow:
    """One row of the key: the question, its answer, the answer for the uncorrected file, and the marks."""

    question: Question
    answer: str
    uncorrected: str
    marks: float


@dataclass(frozen=True)
class Key:
    """The key of a class: its study, the names of its students, the codes of their sheets and their rows, by id."""

    study: str
    names: Mapping[str, str]
    codes: Mapping[str, str]
    rows: Mapping[str, list[KeyRow]]

    @cached_property
    def title(self) -> str:
        """The title of the study, or of the test."""
        if self.study == end_of_course.NAME:
            return end_of_course.TITLE
        return load_protocol(study_folder(self.study) / "protocol.yml").title


def read_answer_key(path: Path) -> Key:
    """The key of a class.

    Raises
    ------
    InputError
        If it cannot be read, is not of one study of the book, or has questions that are not about this study.
    """
    records = list(read_table(path, COLUMNS))
    name = _study_of(path, records)
    asked = {question.key: question for question in _questions_of(name)}
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    rows: dict[str, list[KeyRow]] = {}
    problems = []
    unknown: dict[str, int] = {}
    for record in records:
        cells = record.cells
        question = asked.get(cells["question"])
        if question is None:
            unknown.setdefault(cells["question"], record.row)
        elif problem := _problem(question, cells):
            problems.append(Problem(path.name, f"row {record.row}", *problem))
        else:
            row = KeyRow(question, cells["answer"], cells["uncorrected"], _number(cells["marks"]))
            rows.setdefault(cells["id"], []).append(row)
            names[cells["id"]], codes[cells["id"]] = cells["student"], cells.get("code", "")
    if unknown:
        first, *others = unknown
        found = f"the question {first!r}" + (f" and {len(others)} more" if others else "")
        remedy = "Check whether the class is of another study."
        problems.append(Problem(path.name, f"row {unknown[first]}", found, f"questions about {name}", remedy))
    if problems:
        raise InputError(problems)
    return Key(name, names, codes, rows)


def _study_of(path: Path, records: Sequence[Record]) -> str:
    """The study of a class, which every row of the key states."""
    if not records:
        raise InputError.of(path.name, "", "no rows", "a row for each student and question")
    stated = list(dict.fromkeys(record.cells["study"] for record in records))
    possible = [*study_names(), end_of_course.NAME]
    if len(stated) > 1 or stated[0] not in possible:
        found = f"the studies {', '.join(repr(name[:60]) for name in stated[:3])}"
        raise InputError.of(path.name, "column study", found, f"one of {', '.join(possible)} in every row")
    return stated[0]


def _questions_of(name: str) -> Iterable[Question]:
    if name == end_of_course.NAME:
        return end_of_course.end_questions()
    return questions(load_protocol(study_folder(name) / "protocol.yml").simulated)


def _problem(question: Question, cells: Mapping[str, str]) -> tuple[str, str] | None:
    answer = cells["answer"]
    if question.kind != "choice" and answer not in ("", NOT_ESTIMABLE) and math.isnan(_number(answer)):
        return f"the answer {answer[:60]!r}", f"a number, or {NOT_ESTIMABLE!r}"
    if not cells["id"] or not answer or not _number(cells["marks"]) > 0:
        return "a row without id, answer or marks", "all three, with marks above 0"
    return None


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan
