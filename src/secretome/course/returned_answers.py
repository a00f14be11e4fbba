"""What came back from a class: which file is a sheet, whose it is, and what it answers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.course import text as words
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
    torn: frozenset[str]


@dataclass(frozen=True)
class Collected:
    """The sheets by student id, the reasons why others cannot be marked, and what else a teacher should know."""

    sheets: dict[str, Sheet]
    unmarked: set[str]
    refusals: list[InputError]
    remarks: list[str]


def collect(folder: Path, students: Sequence[str]) -> Collected:
    """Find every sheet in a folder, however deep, and whose it is.

    Parameters
    ----------
    folder : Path
        What came back.
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
    found: dict[str, list[Sheet]] = defaultdict(list)
    unmarked: set[str] = set()
    refusals: list[InputError] = []
    other: list[str] = []
    for path in _files(folder):
        file = path.relative_to(folder).as_posix()
        by_place = _placed(file, ids)
        owner = ""
        try:
            sheet, owner = _read(path, file)
            student = _whose(file, owner, by_place, ids)
        except InputError as error:
            # In a student's folder lie other files too: only what is called a sheet, or lies there alone, must be one.
            if path.stem.casefold().startswith("answers") or path.parent == folder:
                refusals.append(error)
                unmarked |= {student for student in (by_place, _named(owner, ids)) if student}
            else:
                other.append(file)
            continue
        found[student].append(sheet)
    for student in [student for student, sheets in found.items() if len(sheets) > 1]:
        files = [sheet.file for sheet in found.pop(student)]
        unmarked.add(student)
        refusals.append(
            InputError(
                [Problem(student, "", f"{len(files)} sheets: {', '.join(files)}", "one", "Keep the one that counts.")]
            )
        )
    sheets = {student: own[0] for student, own in found.items()}
    return Collected(sheets, unmarked - set(sheets), refusals, [words.passed_over(other)] if other else [])


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # Folders that archives and systems leave behind, and files that begin with a dot, are nobody's sheet.
        hidden = any(part.startswith((".", "__", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix.casefold() in READ:
            yield path


def _placed(file: str, ids: dict[str, str]) -> str | None:
    """The student whom the name of a file or of its folders names, nearest first."""
    *folders, name = file.split("/")
    for part in (Path(name).stem, *reversed(folders)):
        # Learning platforms write the name as it is, and after a line of their own: Ann
        # Lee_12345_assignsubmission_file.
        for text in (part, part.split("_")[0]):
            if (found := ids.get(folder_name(text).casefold())) is not None:
                return found
    return None


def _read(path: Path, file: str) -> tuple[Sheet, str]:
    answers: dict[str, list[str]] = {}
    torn = set()
    try:
        for record in read_table(path, COLUMNS):
            question = record.cells.get("question", "").casefold()
            answers.setdefault(question, []).append(record.cells.get("answer", ""))
            # A decimal comma without quotation marks, in a file cut by commas.
            torn |= {question} if record.beyond else set()
    except InputError as error:
        # Many files are called answers.csv: the folder says which.
        raise InputError(Problem(file, p.place, p.found, p.expected, p.remedy) for p in error.problems) from error
    owners = {text for text in answers.pop(STUDENT, []) if text}
    answers.pop("", None)
    if len(owners) > 1:
        raise InputError([Problem(file, "", f"the students {', '.join(sorted(owners))}", "one student to a sheet")])
    return Sheet(file, answers, frozenset(torn)), next(iter(owners), "")


def _named(owner: str, ids: dict[str, str]) -> str | None:
    """The student with this id, or with a name that makes this id."""
    return ids.get(owner.casefold()) or ids.get(folder_name(owner).casefold())


def _whose(file: str, owner: str, by_place: str | None, ids: dict[str, str]) -> str:
    """The student whose sheet it is, by the row in it that says so; by its folder or name where that row is gone."""
    if owner and _named(owner, ids) is None:
        raise InputError(
            [Problem(file, "", f"the student {owner[:60]!r}, who is not in the class", "an id of the key")]
        )
    student = _named(owner, ids) if owner else by_place
    if student is None:
        expected = f"a row '{STUDENT}' with an id of the key, or such an id as the name of the file or its folder"
        raise InputError([Problem(file, "", "nothing that says whose sheet it is", expected)])
    if by_place and by_place != student:
        expected = "a sheet of the student whose folder it lies in"
        raise InputError(
            [Problem(file, "", f"a sheet that says it is {student}'s in the place of {by_place}", expected)]
        )
    return student
