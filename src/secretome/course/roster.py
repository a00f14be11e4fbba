"""The roster of a class: students, and the safe names of their folders."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from secretome.course.sheets import Record, read_table
from secretome.protocol import InputError, Problem, normalise

MAX_NAME_LENGTH = 60
# Names that Windows reserves.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
# The tables that are rosters, the most specific first: a learning platform's name, and the columns that it must have.
FORMATS = {
    "canvas": ("student", "id", "section"),
    "moodle worksheet": ("identifier", "fullname"),
    "moodle": ("firstname", "lastname"),
    "moodle, older": ("firstname", "surname"),
    "table": ("student",),
}
NUMBERS = ("id", "identifier", "idnumber", "studentid", "number")
EMAILS = ("emailaddress", "email", "sisloginid")
# Rows of Canvas that are no students.
NO_STUDENTS = ("points possible", "student, test", "test student")


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes
    ----------
    name : str
        The name in the roster.
    id : str
        The name of the student's folder, made from it.
    number, email : str, optional
        What the learning platform knows the student by.
    row : mapping, optional
        The cells of the roster, by header without case and punctuation.
    """

    name: str
    id: str
    number: str = ""
    email: str = ""
    row: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def identity(self) -> str:
        """What distinguishes the student from every other, also from one with the same name."""
        return self.number or self.email or self.name


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the order of the file, and the platform that exported it."""

    students: tuple[Student, ...]
    platform: str = "table"


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Parameters
    ----------
    path : Path
        A table with a column ``student``, a gradebook of Canvas, or participants, grades or a grading worksheet of
        Moodle; other columns and empty rows are ignored.

    Raises
    ------
    InputError
        Lists every row without a name, with a name that cannot become a folder, or with that of another row.
    """
    records = read_table(path, *FORMATS.values())
    header = records[0].cells.keys() if records else ()
    platform = next((key for key, columns in FORMATS.items() if all(column in header for column in columns)), "table")
    students: list[tuple[int, Student]] = []
    problems: list[Problem] = []
    for record in records:
        name = _name(record.cells)
        if platform == "canvas" and (not name or name.casefold() in NO_STUDENTS):
            continue
        if problem := _problem(record, name):
            problems.append(Problem(path.name, f"row {record.row}", *problem))
            continue
        number, email = (_first(record.cells, columns) for columns in (NUMBERS, EMAILS))
        students.append((record.row, Student(name, folder_name(name), number, email, record.cells)))
    if not students and not problems:
        problems.append(Problem(path.name, "", "no students", "a row for each student below the header"))
    distinct = _distinguish(students)
    problems += _repeated(path, distinct)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: int(problem.place.removeprefix("row ") or 0)))
    return Roster(tuple(student for _, student in distinct), platform.split(",")[0])


def folder_name(name: str) -> str:
    """The name of a student's folder: letters of any script, digits and hyphens.

    >>> folder_name("O'Brien, Zoë"), folder_name("../../etc/passwd"), folder_name("Aux")
    ('O-Brien-Zoë', 'etc-passwd', 'Aux-student')
    >>> folder_name("Мария"), folder_name("李明")
    ('Мария', '李明')
    """
    text = unicodedata.normalize("NFC", name)
    # Vowel signs and accents are marks, not letters, in many scripts.
    kept = [letter if unicodedata.category(letter)[0] in "LMN" else "-" for letter in text]
    slug = re.sub(r"-+", "-", "".join(kept)).strip("-")
    return f"{slug}-student" if RESERVED.fullmatch(slug) else slug


def comparable(name: str) -> str:
    """A folder's name in the form in which two are compared."""
    return unicodedata.normalize("NFC", folder_name(name)).casefold()


def _name(cells: Mapping[str, str]) -> str:
    name = _first(cells, ("student", "fullname"))
    if "firstname" in cells:
        name = f"{cells['firstname']} {_first(cells, ('lastname', 'surname'))}"
    return " ".join(unicodedata.normalize("NFC", name).split())


def _first(cells: Mapping[str, str], columns: Sequence[str]) -> str:
    return next((cells[column].strip() for column in columns if cells.get(column, "").strip()), "")


def _distinguish(students: Sequence[tuple[int, Student]]) -> list[tuple[int, Student]]:
    """The students; those whose folders would be one get their number, or their e-mail, added to it."""
    forms = [comparable(student.id) for _, student in students]
    return [
        (row, replace(student, id=folder_name(f"{student.id} {student.number or student.email.split('@')[0]}")))
        if forms.count(comparable(student.id)) > 1 and (student.number or student.email)
        else (row, student)
        for row, student in students
    ]


def _repeated(path: Path, students: Sequence[tuple[int, Student]]) -> list[Problem]:
    rows: dict[str, int] = {}
    problems = []
    for row, student in students:
        earlier = rows.setdefault(comparable(student.id), row)
        if earlier != row:
            expected = f"a name whose folder, {student.id!r}, is not also that of row {earlier}"
            remedy = "Give each of the two another number in a column 'id', or delete the row."
            problems.append(Problem(path.name, f"row {row}", f"the name {student.name!r}", expected, remedy))
    return problems


def _problem(record: Record, name: str) -> tuple[str, str, str] | None:
    if not name:
        return "other cells but no name", "a name", "Fill it in, or delete the row."
    if record.extra_cells:
        remedy = 'Put a name with a comma in quotation marks: "Lee, Ann".'
        return f"{record.extra_cells} more cells than the header has", "one cell for each column", remedy
    if not normalise(folder_name(name)):
        return f"the name {name[:MAX_NAME_LENGTH]!r}", "a name with a letter or a digit in it", ""
    if len(folder_name(name)) > MAX_NAME_LENGTH:
        return f"a name of {len(name)} characters, {name[:20]!r} and so on", f"at most {MAX_NAME_LENGTH}", "Shorten it."
    return None
