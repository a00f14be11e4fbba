"""Marks in the forms that learning platforms import, and a file of feedback for each student.

Moodle's offline grading worksheet is recognised by its columns Identifier, Grade and Last modified (grade); its grade
import lets the teacher choose the columns. Canvas needs Student, ID, SIS User ID, SIS Login ID and Section, in this
order, and takes the marks from a row Points Possible.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from secretome.course.sheets import read_table
from secretome.report.tables.workbook import defused

MOODLE, CANVAS = "moodle.csv", "canvas.csv"
WORKSHEET = {
    "Identifier": "identifier",
    "Full name": "fullname",
    "Email address": "emailaddress",
    "Last modified (grade)": "lastmodifiedgrade",
}
CANVAS_COLUMNS = {
    "Student": "student",
    "ID": "id",
    "SIS User ID": "sisuserid",
    "SIS Login ID": "sisloginid",
    "Section": "section",
}


def read_platform(roster: Path) -> tuple[str, dict[str, dict[str, str]]]:
    """The platform of a class, and the row of each student in its roster; a class without this file has none."""
    if not roster.is_file():
        return "table", {}
    records = read_table(roster, ["platform", "folder"])
    rows = {record.cells["folder"]: record.cells for record in records}
    return (records[0].cells["platform"] if records else "table"), rows


def platform_marks(
    platform: str, title: str, rows: Mapping[str, Mapping[str, str]], summary: Sequence[Mapping[str, object]]
) -> dict[str, bytes]:
    """The files of marks for a platform, by name; a blank mark is left blank, so that the platform changes nothing."""
    known = [(rows[str(row["id"])], row) for row in summary if str(row["id"]) in rows]
    if platform == "canvas":
        of = max((str(row["of"]) for row in summary), default="")
        points = dict.fromkeys(CANVAS_COLUMNS, "") | {"Student": "    Points Possible", title: of}
        marks = [
            {name: _cell(cells, key) for name, key in CANVAS_COLUMNS.items()} | {title: row["marks"]}
            for cells, row in known
        ]
        return {CANVAS: _plain_csv([points, *marks])}
    if platform == "moodle worksheet":
        columns = WORKSHEET
    elif platform == "moodle" or any(cells.get("email") for cells, _ in known):
        columns = {}
    else:
        return {}
    marks = [
        ({name: _cell(cells, key) for name, key in columns.items()} if columns else _moodle_student(cells, row))
        | {"Grade": row["marks"], "Feedback comments": defused(str(row["remark"]))}
        for cells, row in known
    ]
    return {MOODLE: _plain_csv(marks)}


def feedback_path(file: str, student: str) -> str:
    """The path of a student's feedback: in the folder in which the platform exported the sheet, for its import."""
    folder = file.rpartition("/")[0].rpartition("/")[2]
    return f"{folder if '_assignsubmission_' in folder else student}/feedback.txt"


def feedback_text(title: str, row: Mapping[str, object], marks: Sequence[Mapping[str, object]]) -> str:
    """The marks of one student as a text, without the right answers."""
    total = f"{row['marks']} of {row['of']}" if row["marks"] else f"no marks yet ({row['remark']})"
    lines = [title, f"Student: {row['student']}", f"Marks: {total}", ""]
    for mark in marks:
        earned = mark["marks"] or "not decided"
        lines.append(f"{mark['question']}: {earned} of {mark['of']}")
        lines.append(f"    your answer: {mark['given'] or 'none'}")
        if mark["reason"]:
            lines.append(f"    {mark['reason']}")
    return "\n".join(lines) + "\n"


def _cell(cells: Mapping[str, str], key: str) -> str:
    return cells.get(f"roster{key}", "")


def _moodle_student(cells: Mapping[str, str], row: Mapping[str, object]) -> dict[str, object]:
    return {"Full name": row["student"], "ID number": cells.get("number", ""), "Email address": cells.get("email", "")}


def _plain_csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    """A table without the byte order mark, which a platform may take for a part of the first header."""
    stream = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return stream.getvalue().encode()
