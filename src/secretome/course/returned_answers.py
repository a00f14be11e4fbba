"""The returned files of a class: the answer sheets, their students and their answers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.course.assignment import STUDENT
from secretome.course.roster import folder_name
from secretome.course.sheets import read_table
from secretome.protocol import InputError, Problem

READ = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
COLUMNS = ("question", "answer")


@dataclass(frozen=True)
class Sheet:
    """One student's answers: the file, every cell that answers each question, and the questions with too many cells."""

    file: str
    answers: dict[str, list[str]]
    extra_cells: frozenset[str]


@dataclass(frozen=True)
class Collected:
    """The sheets by student id, the students and problems of sheets that cannot be marked, and remarks."""

    sheets: dict[str, Sheet]
    unmarked: set[str]
    refusals: list[InputError]
    remarks: list[str]


def collect(folder: Path, students: Sequence[str]) -> Collected:
    """Find every sheet in a folder and its subfolders, and its student.

    Parameters
    ----------
    folder : Path
        The returned files.
    students : sequence of str
        The ids of the class.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(
            [Problem("RETURNED", "", f"{folder}, which is no folder", "the folder of the returned sheets")]
        )
    ids = {student.casefold(): student for student in students}
    sheets: dict[str, list[Sheet]] = defaultdict(list)
    unmarked: set[str] = set()
    refusals: list[InputError] = []
    other: list[str] = []
    for path in _files(folder):
        file = path.relative_to(folder).as_posix()
        by_path = _student_of_path(file, ids)
        owner = ""
        try:
            sheet, owner = _read(path, file)
            student = _student_of_sheet(file, owner, by_path, ids)
        except InputError as error:
            # A student's folder has other files too: only a file named like a sheet, or outside folders, must be one.
            if path.stem.casefold().startswith("answers") or path.parent == folder:
                refusals.append(error)
                unmarked |= {student for student in (by_path, _student_by_name(owner, ids)) if student}
            else:
                other.append(file)
            continue
        sheets[student].append(sheet)
    for student in [student for student, several in sheets.items() if len(several) > 1]:
        files = [sheet.file for sheet in sheets.pop(student)]
        unmarked.add(student)
        found = f"{len(files)} sheets: {', '.join(files)}"
        refusals.append(InputError([Problem(student, "", found, "one sheet", "Keep the one that counts.")]))
    remarks = [f"Ignored, without the columns 'question' and 'answer': {', '.join(other)}"] if other else []
    return Collected(
        {student: single for student, (single,) in sheets.items()}, unmarked - set(sheets), refusals, remarks
    )


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # Archives and systems leave hidden files and folders behind.
        hidden = any(part.startswith((".", "__", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix.casefold() in READ:
            yield path


def _student_of_path(file: str, ids: dict[str, str]) -> str | None:
    """The student whose name the file or, nearest first, one of its folders has."""
    *folders, name = file.split("/")
    for part in (Path(name).stem, *reversed(folders)):
        # Learning platforms add a suffix: Ann Lee_12345_assignsubmission_file.
        for text in (part, part.split("_")[0]):
            if (student := ids.get(folder_name(text).casefold())) is not None:
                return student
    return None


def _read(path: Path, file: str) -> tuple[Sheet, str]:
    answers: dict[str, list[str]] = {}
    extra_cells = set()
    try:
        for record in read_table(path, COLUMNS):
            question = record.cells.get("question", "").casefold()
            answers.setdefault(question, []).append(record.cells.get("answer", ""))
            # A decimal comma without quotation marks splits an answer into two cells.
            extra_cells |= {question} if record.extra_cells else set()
    except InputError as error:
        # Many files are called answers.csv, so the message needs the folder.
        raise InputError(Problem(file, p.place, p.found, p.expected, p.remedy) for p in error.problems) from error
    owners = {text for text in answers.pop(STUDENT, []) if text}
    answers.pop("", None)
    if len(owners) > 1:
        raise InputError([Problem(file, "", f"the students {', '.join(sorted(owners))}", "one student per sheet")])
    return Sheet(file, answers, frozenset(extra_cells)), next(iter(owners), "")


def _student_by_name(owner: str, ids: dict[str, str]) -> str | None:
    """The student with this id, or with a name that gives this id."""
    return ids.get(owner.casefold()) or ids.get(folder_name(owner).casefold())


def _student_of_sheet(file: str, owner: str, by_path: str | None, ids: dict[str, str]) -> str:
    """The student of a sheet, by its row for the student or, without that row, by its path."""
    by_row = _student_by_name(owner, ids)
    if owner and by_row is None:
        raise InputError(
            [Problem(file, "", f"the student {owner[:60]!r}, who is not in the class", "an id of the key")]
        )
    student = by_row if owner else by_path
    if student is None:
        expected = f"a row '{STUDENT}' with an id of the key, or a file or folder with that name"
        raise InputError([Problem(file, "", "no student for this sheet", expected)])
    if by_path and by_path != student:
        found = f"a sheet of {student} in the folder or file of {by_path}"
        raise InputError([Problem(file, "", found, "a sheet of the same student")])
    return student
