"""The roster of a class: names are data, and become folders only through letters that are safe everywhere."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from secretome.course.sheets import Record, read_table
from secretome.protocol import InputError, Problem, sha256

LONGEST = 60
# Windows keeps these names to itself.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """One student: the name as the roster has it, and the folder's name made from it."""

    name: str
    id: str


def read_roster(path: Path) -> list[Student]:
    """The students of a roster, in its order.

    Parameters
    ----------
    path : Path
        A table with a column ``student``; other columns are not used, empty rows not counted.

    Raises
    ------
    InputError
        With every row that names nobody, cannot become a folder, or cannot be told from another.
    """
    students: list[Student] = []
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    for record in read_table(path, ["student"]):
        name = " ".join(unicodedata.normalize("NFC", record.cells.get("student", "")).split())
        fault = _fault(record, name)
        if fault:
            problems.append(Problem(path.name, f"row {record.row}", *fault))
            continue
        student = Student(name, folder_name(name))
        # Some file systems do not tell capitals apart.
        earlier = rows.setdefault(student.id.casefold(), record.row)
        if earlier != record.row:
            expected = f"a name whose folder, {student.id!r}, is not also that of row {earlier}"
            remedy = "Give one of the two a number or a second name, or delete the row."
            problems.append(Problem(path.name, f"row {record.row}", f"the name {name!r}", expected, remedy))
        students.append(student)
    if not students and not problems:
        problems.append(Problem(path.name, "", "no students", "a row for each under the header 'student'"))
    if problems:
        raise InputError(problems)
    return students


def folder_name(name: str) -> str:
    """The name of a student's folder: letters without their accents, digits and hyphens, whatever the name holds.

    >>> folder_name("O'Brien, Zoë"), folder_name("../../etc/passwd"), folder_name("Aux")
    ('O-Brien-Zoe', 'etc-passwd', 'Aux-student')
    >>> folder_name("Мария"), folder_name("Łukasz")
    ('student-e70124', 'ukasz-c57b4f')
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        # Letters that have no plain form are lost; the digest keeps names apart.
        slug = f"{slug or 'student'}-{sha256(name)[:6]}"
    return f"{slug}-student" if RESERVED.fullmatch(slug) else slug


def _fault(record: Record, name: str) -> tuple[str, ...] | None:
    if not name:
        return "no name beside other cells", "a name in the column 'student'", "Fill it in, or delete the row."
    if record.beyond:
        remedy = 'A name with a comma stands in quotation marks: "Lee, Ann".'
        return f"{record.beyond} more cells than the header has", "a cell for each column", remedy
    if not folder_name(name):
        return f"the name {name[:LONGEST]!r}", "a name with a letter or a digit in it"
    if len(folder_name(name)) > LONGEST:
        return f"a name of {len(name)} characters, {name[:20]!r} and so on", f"at most {LONGEST}", "Shorten it."
    return None
