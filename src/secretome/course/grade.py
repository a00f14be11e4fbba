"""Grade the returned sheets of a class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.course import text as words
from secretome.course.class_report import EqualSheets, equal_sheets, report_html
from secretome.course.key import Key, KeyRow, read_answer_key
from secretome.course.make import KEY, ROSTER
from secretome.course.marking import Mark, mark_sheet
from secretome.course.platforms import feedback_path, feedback_text, platform_marks, read_platform
from secretome.course.returned_answers import AnswerSheet, Collected, Students, collect
from secretome.course.roster import Student
from secretome.course.sheets import csv_bytes
from secretome.protocol import InputError, Problem
from secretome.report.tables.workbook import defused

MARKS, SUMMARY, REPORT, FEEDBACK = "marks.csv", "summary.csv", "report.html", "feedback"


@dataclass(frozen=True)
class Graded:
    """The rows of ``marks.csv`` and ``summary.csv``, sheets to compare, problems of sheets, and remarks."""

    marks: list[dict[str, object]]
    summary: list[dict[str, object]]
    equal: list[EqualSheets]
    refusals: list[InputError]
    remarks: list[str]

    @property
    def shares(self) -> dict[str, str]:
        """For each question, how many sheets have full marks."""
        with_sheet = {row["id"] for row in self.summary if row["sheet"]}
        full: dict[str, list[bool]] = {}
        for row in self.marks:
            if row["id"] in with_sheet:
                full.setdefault(str(row["question"]), []).append(row["marks"] == row["of"])
        return {question: f"{sum(several)} of {len(several)}" for question, several in full.items()}


def grade(out: Path, returned: Path, roster: Sequence[Student] = ()) -> Graded:
    """Mark the returned sheets, and write the marks, the report and the feedback into the folder of the key.

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
    key = read_answer_key(teacher / KEY)
    platform, rows = read_platform(teacher / ROSTER)
    _check_class(key, teacher, roster)
    numbers = {student: "".join(filter(str.isdigit, cells.get("number", ""))) for student, cells in rows.items()}
    collected = collect(returned, Students(key.names, key.codes, numbers))
    if not collected.sheets:
        expected = "sheets with the columns 'question' and 'answer'"
        nothing = Problem(str(returned), "", "no sheet that can be marked", expected)
        raise InputError([*(problem for error in collected.refusals for problem in error.problems), nothing])
    graded = _mark_class(key, rows, collected)
    _write(teacher, key, graded, platform_marks(platform, key.title, rows, graded.summary))
    return graded


def _mark_class(key: Key, rows: Mapping[str, Mapping[str, str]], collected: Collected) -> Graded:
    marks: list[dict[str, object]] = []
    summary: list[dict[str, object]] = []
    for student, own in key.rows.items():
        sheet = collected.sheets.get(student)
        remark = collected.unmarked.get(student, words.NO_SHEET)
        if sheet and not any(text for row in own for text in sheet.answers.get(row.question.key, [])):
            sheet, remark = None, words.EMPTY_SHEET
        given = mark_sheet(own, sheet) if sheet else [Mark(None, remark)] * len(own)
        about = {"student": key.names[student], "id": student, "number": rows.get(student, {}).get("number", "")}
        marks += [about | _row(row, mark, sheet) for row, mark in zip(own, given, strict=True)]
        summary.append(about | _sums(own, given, sheet, remark))
    asked = {row.question.key for own in key.rows.values() for row in own}
    # A misspelt question would otherwise lose its marks without a message.
    unknown = [
        f"{sheet.file}: not among the questions: {', '.join(repr(question[:40]) for question in others)}"
        for sheet in collected.sheets.values()
        if (others := [question for question in sheet.answers if question not in asked])
    ]
    remarks = [*collected.remarks, *unknown]
    return Graded(marks, summary, equal_sheets(key, collected.sheets), collected.refusals, remarks)


def _row(row: KeyRow, mark: Mark, sheet: AnswerSheet | None) -> dict[str, object]:
    given = sheet.answers.get(row.question.key, []) if sheet else []
    return {
        "question": row.question.key,
        "marks": "" if mark.marks is None else f"{mark.marks:g}",
        "of": f"{row.marks:g}",
        "given": defused(" / ".join(given)),
        "right": row.answer,
        "reason": defused(mark.reason),
    }


def _sums(rows: Sequence[KeyRow], marks: Sequence[Mark], sheet: AnswerSheet | None, remark: str) -> dict[str, object]:
    """The sums of a student, blank if the teacher must decide on an answer or on the sheet."""
    total, of = sum(mark.marks or 0 for mark in marks), sum(row.marks for row in rows)
    undecided = [row.question.key for row, mark in zip(rows, marks, strict=True) if mark.marks is None]
    if sheet:
        remark = words.UNDECIDED.format(number=", ".join(undecided), marks=f"{total:g}", of=f"{of:g}")
    blank = not sheet or bool(undecided)
    return {
        "marks": "" if blank else f"{total:g}",
        "of": f"{of:g}",
        "percent": "" if blank else f"{100 * total / of:.0f}",
        "sheet": defused(sheet.file) if sheet else "",
        "remark": defused(remark) if blank else "",
    }


def _write(teacher: Path, key: Key, graded: Graded, platform: Mapping[str, bytes]) -> None:
    files = {MARKS: csv_bytes(graded.marks), SUMMARY: csv_bytes(graded.summary), **platform}
    files[REPORT] = report_html(key, graded.summary, graded.shares, graded.equal).encode()
    for row in graded.summary:
        own = [mark for mark in graded.marks if mark["id"] == row["id"]]
        path = f"{FEEDBACK}/{feedback_path(str(row['sheet']), str(row['id']))}"
        files[path] = feedback_text(key.title, row, own).encode()
    for name, content in files.items():
        (teacher / name).parent.mkdir(parents=True, exist_ok=True)
        (teacher / name).write_bytes(content)


def _check_class(key: Key, teacher: Path, roster: Sequence[Student]) -> None:
    """Refuse to overwrite earlier marks, and students of the roster who are not in the key."""
    found, expected = "a file from an earlier marking", "no such file, because nothing is overwritten"
    problems = [
        Problem(str(teacher / file), "", found, expected, "Move it or rename it.")
        for file in (MARKS, SUMMARY, REPORT, FEEDBACK)
        if (teacher / file).exists()
    ]
    problems += [
        Problem(str(teacher / KEY), "", f"no answers for {student.name!r} of the roster", "every student of the roster")
        for student in roster
        if student.id not in key.names
    ]
    if problems:
        raise InputError(problems)
