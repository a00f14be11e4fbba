"""Marks for the sheets that came back, each lost mark with its reason."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.course import text as words
from secretome.course.make import EITHER, KEY
from secretome.course.questions import ABSOLUTE, BOUND, NOT_ESTIMABLE, WITHIN, Question, questions
from secretome.course.returned_answers import Sheet, collect
from secretome.course.roster import Student
from secretome.course.sheets import Record, read_table, written
from secretome.protocol import InputError, Problem, load_protocol, name_key, normalise, study_folder, study_names
from secretome.report.tables.workbook import defused

MARKS, SUMMARY = "marks.csv", "summary.csv"


@dataclass(frozen=True)
class KeyRow:
    """What is right for one student and question: the answer, that of the unmended file, and the marks."""

    question: Question
    answer: str
    unmended: str
    marks: float


@dataclass(frozen=True)
class Key:
    """A class: its students by id, and what is right for each."""

    names: dict[str, str]
    rows: dict[str, list[KeyRow]]


@dataclass(frozen=True)
class Graded:
    """The marked sheets: rows of ``marks.csv`` and ``summary.csv``, and the problems of what could not be marked."""

    marks: list[dict[str, object]]
    summary: list[dict[str, object]]
    refusals: list[InputError]
    remarks: list[str]


def grade(out: Path, returned: Path, roster: Sequence[Student] = ()) -> Graded:
    """Mark the sheets that came back, and write ``marks.csv`` and ``summary.csv`` beside the key.

    Parameters
    ----------
    out : Path
        The folder of the class, with the key.
    returned : Path
        The folder that holds what came back, however it is ordered.
    roster : sequence of Student, optional
        Who should be in the class.

    Raises
    ------
    InputError
        If the class, its key or the returned folder cannot be read, marks are there already, or none of the sheets can
        be marked.
    """
    teacher = out / "teacher"
    key = read_key(teacher / KEY)
    problems = [
        Problem(
            str(teacher / file),
            "",
            "a file from an earlier marking",
            "none: nothing is written over",
            "Move it or rename it.",
        )
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
    found = collect(returned, list(key.names))
    if not found.sheets:
        nothing = Problem(
            str(returned), "", "no sheet that can be marked", "sheets with the columns 'question' and 'answer'"
        )
        raise InputError([*(problem for error in found.refusals for problem in error.problems), nothing])
    marks: list[dict[str, object]] = []
    summary: list[dict[str, object]] = []
    for student, rows in key.rows.items():
        absent = words.NOT_MARKED if student in found.unmarked else words.NO_SHEET
        own = _marked(key.names[student], student, rows, found.sheets.get(student), absent)
        marks += own
        summary.append(_summed(own, found.sheets.get(student), absent))
    (teacher / MARKS).write_bytes(written(marks))
    (teacher / SUMMARY).write_bytes(written(summary))
    known = {row.question.key for rows in key.rows.values() for row in rows}
    return Graded(marks, summary, found.refusals, [*found.remarks, *_strangers(found.sheets.values(), known)])


def read_key(path: Path) -> Key:
    """The key of a class.

    Raises
    ------
    InputError
        If it cannot be read, is not of one study of the book, or has questions that are not about this study.
    """
    records = list(read_table(path, ["study", "student", "id", "question", "answer", "unmended", "marks"]))
    name = _study_of(path, records)
    asked = {question.key: question for question in questions(load_protocol(study_folder(name) / "protocol.yml"))}
    names: dict[str, str] = {}
    rows: dict[str, list[KeyRow]] = {}
    problems = []
    strange: dict[str, int] = {}
    for record in records:
        cells = record.cells
        marks = _number(cells["marks"])
        if cells["question"] not in asked:
            strange.setdefault(cells["question"], record.row)
        elif not _can_be_right(asked[cells["question"]], cells["answer"]):
            found, expected = f"the answer {cells['answer'][:60]!r}", f"a number, or {NOT_ESTIMABLE!r}"
            problems.append(Problem(path.name, f"row {record.row}", found, expected))
        elif not cells["id"] or not cells["answer"] or not marks > 0:
            problems.append(
                Problem(
                    path.name, f"row {record.row}", "a row without id, answer or marks", "all three, the marks above 0"
                )
            )
        else:
            names[cells["id"]] = cells["student"]
            rows.setdefault(cells["id"], []).append(
                KeyRow(asked[cells["question"]], cells["answer"], cells["unmended"], marks)
            )
    if strange:
        first, *others = strange
        found = f"the question {first!r}" + (f" and {len(others)} more" if others else "")
        problems.append(
            Problem(
                path.name,
                f"row {strange[first]}",
                found,
                f"questions about {name}",
                "Is it the class of another study?",
            )
        )
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


def marks_of(row: KeyRow, given: Sequence[str], *, torn: bool = False) -> tuple[float, str]:
    """The marks of one answer, and why they are not all.

    Parameters
    ----------
    row : KeyRow
        What is right.
    given : sequence of str
        What the sheet has, cell by cell where it answers more than once.
    torn : bool
        Whether the row has more cells than the header, so that it cannot be told which is the answer.
    """
    if torn:
        return 0, words.TORN
    filled = [text for text in given if text]
    if not filled:
        return 0, words.NO_ANSWER
    # Decimal points and signs are kept: 1.5 is not 15, and -2 is not 2.
    if len({name_key(text) for text in filled}) > 1:
        return 0, words.ANSWERED_TWICE
    reason = _wrong(row.question, row.answer, filled[0])
    if reason and row.unmended and row.unmended != row.answer and not _wrong(row.question, row.unmended, filled[0]):
        reason = words.as_before_mending(reason)
    return (0, reason) if reason else (row.marks, "")


def _form(choices: Sequence[str]) -> Callable[[str], str]:
    """The form in which answers are compared: without punctuation, unless two choices would then be equal."""
    return normalise if len(set(map(normalise, choices))) == len(set(choices)) else name_key


def _wrong(question: Question, right: str, given: str) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if question.kind == "choice":
        form = _form(question.choices)
        if form(given) in [form(answer) for answer in right.split(EITHER)]:
            return ""
        on_list = form(given) in [form(choice) for choice in question.choices]
        return words.ANOTHER if on_list else words.none_of(given[:60], question.choices)
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
    # A hair's breadth more, so that an answer rounded onto the edge is inside.
    within = max(WITHIN * exact, ABSOLUTE if question.kind == "p" else 0) * (1 + 1e-9)
    return "" if abs(value - exact) <= within else words.OUTSIDE


def _number(text: str) -> float:
    """A number with a decimal point or comma; NaN for anything else."""
    try:
        return float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        return math.nan


def _marked(
    name: str, student: str, rows: Iterable[KeyRow], sheet: Sheet | None, absent: str
) -> list[dict[str, object]]:
    marked: list[dict[str, object]] = []
    for row in rows:
        given = sheet.answers.get(row.question.key, []) if sheet else []
        marks, reason = marks_of(row, given, torn=row.question.key in sheet.torn) if sheet else (0, absent)
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


def _summed(rows: Sequence[Mapping[str, object]], sheet: Sheet | None, absent: str) -> dict[str, object]:
    marks, of = (sum(float(str(row[column])) for row in rows) for column in ("marks", "of"))
    about = {
        "student": rows[0]["student"],
        "id": rows[0]["id"],
        "marks": f"{marks:g}",
        "of": f"{of:g}",
        "percent": f"{100 * marks / of:.0f}",
    }
    return about | {"sheet": defused(sheet.file) if sheet else "", "remark": "" if sheet else absent}


def _strangers(sheets: Iterable[Sheet], known: set[str]) -> list[str]:
    """Rows that answer no question of the assignment: a misspelt question would else be lost without a word."""
    return [
        words.strange_rows(sheet.file, [key for key in sheet.answers if key not in known])
        for sheet in sheets
        if set(sheet.answers) - known
    ]
