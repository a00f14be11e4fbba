"""The roster of a class: students, and the safe names of their folders."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from secretome.course.sheets import Record, read_table
from secretome.protocol import InputError, Problem, sha256

LONGEST = 60
# Names that Windows reserves.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """One student: the name in the roster, and the folder's name made from it."""

    name: str
    id: str


def read_roster(path: Path) -> list[Student]:
    """The students of a roster, in its order.

    Parameters
    ----------
    path : Path
        A table with a column ``student``; other columns and empty rows are ignored.

    Raises
    ------
    InputError
        Lists every row without a name, with a name that cannot become a folder, or with the folder of another.
    """
    students: list[Student] = []
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    for record in read_table(path, ["student"]):
        name = " ".join(unicodedata.normalize("NFC", record.cells.get("student", "")).split())
        if problem := _problem(record, name):
            problems.append(Problem(path.name, f"row {record.row}", *problem))
            continue
        student = Student(name, folder_name(name))
        # Some file systems ignore case.
        earlier = rows.setdefault(student.id.casefold(), record.row)
        if earlier != record.row:
            expected = f"a name whose folder, {student.id!r}, is not also that of row {earlier}"
            remedy = "Give one of the two a number or a second name, or delete the row."
            problems.append(Problem(path.name, f"row {record.row}", f"the name {name!r}", expected, remedy))
        students.append(student)
    if not students and not problems:
        problems.append(Problem(path.name, "", "no students", "a row for each student below the header 'student'"))
    if problems:
        raise InputError(problems)
    return students


def folder_name(name: str) -> str:
    """The name of a student's folder: letters without accents, digits and hyphens.

    >>> folder_name("O'Brien, Zoë"), folder_name("../../etc/passwd"), folder_name("Aux")
    ('O-Brien-Zoe', 'etc-passwd', 'Aux-student')
    >>> folder_name("Мария"), folder_name("Łukasz")
    ('student-e70124', 'ukasz-c57b4f')
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        # Letters without an ASCII form are dropped; the digest distinguishes the names.
        slug = f"{slug or 'student'}-{sha256(name)[:6]}"
    return f"{slug}-student" if RESERVED.fullmatch(slug) else slug


def _problem(record: Record, name: str) -> tuple[str, str, str] | None:
    if not name:
        return "other cells but no name", "a name in the column 'student'", "Fill it in, or delete the row."
    if record.extra_cells:
        remedy = 'Put a name with a comma in quotation marks: "Lee, Ann".'
        return f"{record.extra_cells} more cells than the header has", "one cell for each column", remedy
    if not folder_name(name):
        return f"the name {name[:LONGEST]!r}", "a name with a letter or a digit in it", ""
    if len(folder_name(name)) > LONGEST:
        return f"a name of {len(name)} characters, {name[:20]!r} and so on", f"at most {LONGEST}", "Shorten it."
    return None
