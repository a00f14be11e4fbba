"""Marks for the returned sheets, each lost mark with its reason."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.course import text as words
from secretome.course.make import EITHER, KEY
from secretome.course.questions import ABSOLUTE, BOUND, NOT_ESTIMABLE, WITHIN, Question, questions
from secretome.course.returned_answers import Sheet, collect
from secretome.course.roster import Student
from secretome.course.sheets import Record, csv_bytes, read_table
from secretome.protocol import InputError, Problem, load_protocol, name_key, normalise, study_folder, study_names
from secretome.report.tables.workbook import defused

MARKS, SUMMARY = "marks.csv", "summary.csv"


@dataclass(frozen=True)
class KeyRow:
    """One row of the key: the question, its answer, the answer for the uncorrected file, and the marks."""

    question: Question
    answer: str
    uncorrected: str
    marks: float


@dataclass(frozen=True)
class Key:
    """The key of a class: the names of its students and their rows, by id."""

    names: dict[str, str]
    rows: dict[str, list[KeyRow]]


@dataclass(frozen=True)
class Graded:
    """The rows of ``marks.csv`` and ``summary.csv``, the problems of sheets that could not be marked, and remarks."""

    marks: list[dict[str, object]]
    summary: list[dict[str, object]]
    refusals: list[InputError]
    remarks: list[str]


def grade(out: Path, returned: Path, roster: Sequence[Student] = ()) -> Graded:
    """Mark the returned sheets, and write ``marks.csv`` and ``summary.csv`` into the folder of the key.

    Parameters
    ----------
    out : Path
        The folder of the class, with the key.
    returned : Path
        The folder of the returned sheets, in any order of files and subfolders.
    roster : sequence of Student, optional
        The students who should be in the class.

    Raises
    ------
    InputError
        If the class, its key or the returned folder cannot be read, marks exist already, or no sheet can be
        marked.
    """
    teacher = out / "teacher"
    key = read_key(teacher / KEY)
    _check_class(key, teacher, roster)
    collected = collect(returned, list(key.names))
    if not collected.sheets:
        expected = "sheets with the columns 'question' and 'answer'"
        nothing = Problem(str(returned), "", "no sheet that can be marked", expected)
        raise InputError([*(problem for error in collected.refusals for problem in error.problems), nothing])
    marks: list[dict[str, object]] = []
    summary: list[dict[str, object]] = []
    for student, rows in key.rows.items():
        remark = words.NOT_MARKED if student in collected.unmarked else words.NO_SHEET
        sheet = collected.sheets.get(student)
        marked = _mark_sheet(key.names[student], student, rows, sheet, remark)
        marks += marked
        summary.append(_summarise(marked, sheet, remark))
    (teacher / MARKS).write_bytes(csv_bytes(marks))
    (teacher / SUMMARY).write_bytes(csv_bytes(summary))
    asked = {row.question.key for rows in key.rows.values() for row in rows}
    # A misspelt question would otherwise lose its marks without a message.
    remarks = [
        f"{sheet.file}: not among the questions: {', '.join(repr(question[:40]) for question in unknown)}"
        for sheet in collected.sheets.values()
        if (unknown := [question for question in sheet.answers if question not in asked])
    ]
    return Graded(marks, summary, collected.refusals, [*collected.remarks, *remarks])


def _check_class(key: Key, teacher: Path, roster: Sequence[Student]) -> None:
    """Refuse to overwrite earlier marks, and students of the roster who are not in the key."""
    found, expected = "a file from an earlier marking", "no such file, because nothing is overwritten"
    problems = [
        Problem(str(teacher / file), "", found, expected, "Move it or rename it.")
        for file in (MARKS, SUMMARY)
        if (teacher / file).exists()
    ]
    problems += [
        Problem(str(teacher / KEY), "", f"no answers for {student.name!r} of the roster", "every student of the roster")
        for student in roster
        if student.id not in key.names
    ]
    if problems:
        raise InputError(problems)


def read_key(path: Path) -> Key:
    """The key of a class.

    Raises
    ------
    InputError
        If it cannot be read, is not of one study of the book, or has questions that are not about this study.
    """
    records = list(read_table(path, ["study", "student", "id", "question", "answer", "uncorrected", "marks"]))
    name = _study_of(path, records)
    asked = {question.key: question for question in questions(load_protocol(study_folder(name) / "protocol.yml"))}
    names: dict[str, str] = {}
    rows: dict[str, list[KeyRow]] = {}
    problems = []
    unknown: dict[str, int] = {}
    for record in records:
        cells = record.cells
        marks = _number(cells["marks"])
        if cells["question"] not in asked:
            unknown.setdefault(cells["question"], record.row)
        elif not _can_be_right(asked[cells["question"]], cells["answer"]):
            found, expected = f"the answer {cells['answer'][:60]!r}", f"a number, or {NOT_ESTIMABLE!r}"
            problems.append(Problem(path.name, f"row {record.row}", found, expected))
        elif not cells["id"] or not cells["answer"] or not marks > 0:
            found, expected = "a row without id, answer or marks", "all three, with marks above 0"
            problems.append(Problem(path.name, f"row {record.row}", found, expected))
        else:
            names[cells["id"]] = cells["student"]
            row = KeyRow(asked[cells["question"]], cells["answer"], cells["uncorrected"], marks)
            rows.setdefault(cells["id"], []).append(row)
    if unknown:
        first, *others = unknown
        found = f"the question {first!r}" + (f" and {len(others)} more" if others else "")
        remedy = "Check whether the class is of another study."
        problems.append(Problem(path.name, f"row {unknown[first]}", found, f"questions about {name}", remedy))
    if problems:
        raise InputError(problems)
    return Key(names, rows)


def _study_of(path: Path, records: Sequence[Record]) -> str:
    """The study of a class, which every row of the key states."""
    if not records:
        raise InputError.of(path.name, "", "no rows", "a row for each student and question")
    stated = list(dict.fromkeys(record.cells["study"] for record in records))
    if len(stated) > 1 or stated[0] not in study_names():
        found = f"the studies {', '.join(repr(name[:60]) for name in stated[:3])}"
        raise InputError.of(path.name, "column study", found, f"one of {', '.join(study_names())} in every row")
    return stated[0]


def _can_be_right(question: Question, answer: str) -> bool:
    return question.kind == "choice" or answer in ("", NOT_ESTIMABLE) or not math.isnan(_number(answer))


def mark_answer(row: KeyRow, given: Sequence[str], *, extra_cells: bool = False) -> tuple[float, str]:
    """The marks of one answer, and the reason for a lost mark.

    Parameters
    ----------
    row : KeyRow
        The row of the key.
    given : sequence of str
        The cells of the sheet that answer the question.
    extra_cells : bool
        Whether the row has more cells than the header, so that the answer is ambiguous.
    """
    if extra_cells:
        return 0, words.EXTRA_CELLS
    filled = [text for text in given if text]
    if not filled:
        return 0, words.NO_ANSWER
    # This comparison keeps decimal points and signs: 1.5 is not 15, and -2 is not 2.
    if len({name_key(text) for text in filled}) > 1:
        return 0, words.ANSWERED_TWICE
    reason = _wrong(row.question, row.answer, filled[0])
    if (
        reason
        and row.uncorrected
        and row.uncorrected != row.answer
        and not _wrong(row.question, row.uncorrected, filled[0])
    ):
        reason = words.BEFORE_CORRECTION.format(reason=reason)
    return (0, reason) if reason else (row.marks, "")


def _wrong(question: Question, right: str, given: str) -> str:
    """The reason why an answer is wrong; empty if it is right."""
    if question.kind == "choice":
        # Punctuation is ignored, unless two choices would then be equal.
        unique = len(set(map(normalise, question.choices))) == len(set(question.choices))
        form = normalise if unique else name_key
        if form(given) in [form(answer) for answer in right.split(EITHER)]:
            return ""
        on_list = form(given) in [form(choice) for choice in question.choices]
        choices = ", ".join(question.choices)
        return words.ANOTHER if on_list else words.NOT_A_CHOICE.format(given=given[:60], choices=choices)
    if right == NOT_ESTIMABLE:
        return "" if normalise(given) == normalise(NOT_ESTIMABLE) else words.ANOTHER
    exact = _number(right)
    value = _number(given.lstrip("<= ") if question.kind == "p" else given)
    if math.isnan(value):
        return words.NO_NUMBER
    if question.kind == "p" and given.startswith("<"):
        return "" if exact < value <= BOUND else words.OUTSIDE
    if question.kind == "p" and not 0 < value <= 1:
        return words.NOT_A_P
    # The factor includes an answer that was rounded onto the limit.
    within = max(WITHIN * exact, ABSOLUTE if question.kind == "p" else 0) * (1 + 1e-9)
    return "" if abs(value - exact) <= within else words.OUTSIDE


def _number(text: str) -> float:
    """A number with a decimal point or comma; NaN for anything else."""
    try:
        return float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        return math.nan


def _mark_sheet(
    name: str, student: str, rows: Iterable[KeyRow], sheet: Sheet | None, remark: str
) -> list[dict[str, object]]:
    marked: list[dict[str, object]] = []
    for row in rows:
        given = sheet.answers.get(row.question.key, []) if sheet else []
        marks, reason = 0.0, remark
        if sheet:
            marks, reason = mark_answer(row, given, extra_cells=row.question.key in sheet.extra_cells)
        marked.append(
            {
                "student": name,
                "id": student,
                "question": row.question.key,
                "marks": f"{marks:g}",
                "of": f"{row.marks:g}",
                "given": defused(" / ".join(given)),
                "right": row.answer,
                "reason": defused(reason),
            }
        )
    return marked


def _summarise(rows: Sequence[Mapping[str, object]], sheet: Sheet | None, remark: str) -> dict[str, object]:
    marks, of = (sum(float(str(row[column])) for row in rows) for column in ("marks", "of"))
    about = {
        "student": rows[0]["student"],
        "id": rows[0]["id"],
        "marks": f"{marks:g}",
        "of": f"{of:g}",
        "percent": f"{100 * marks / of:.0f}",
    }
    return about | {"sheet": defused(sheet.file) if sheet else "", "remark": "" if sheet else remark}
