"""The returned files of a class: the answer sheets, their students and their answers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secretome.course import text as words
from secretome.course.assignment import CODE, STUDENT
from secretome.course.roster import comparable
from secretome.course.sheets import read_table
from secretome.protocol import InputError, Problem

READ = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
COLUMNS = ("question", "answer")
# Files of the assignment, which students often return with the sheet.
OWN_FILES = ("cohort.csv", "corrected.csv", "assignment.ipynb")


@dataclass(frozen=True)
class AnswerSheet:
    """One student's answers: the file, every cell that answers each question, and the questions with too many cells."""

    file: str
    answers: Mapping[str, list[str]]
    extra_cells: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Found:
    """A sheet, and the students of its folder or file, of its code and of its row `student`."""

    sheet: AnswerSheet
    by_path: str
    by_code: str
    by_row: str


@dataclass
class Collected:
    """The sheets by student id, why other students have none, the problems of sheets, and remarks."""

    sheets: dict[str, AnswerSheet] = field(default_factory=dict)
    unmarked: dict[str, str] = field(default_factory=dict)
    refusals: list[InputError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Students:
    """The students of a class, found by what names them in a file or its path."""

    def __init__(self, names: Mapping[str, str], codes: Mapping[str, str], numbers: Mapping[str, str]) -> None:
        """Index the students: names, codes of sheets and numbers on the learning platform, each by id."""
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for student, name in names.items():
            for form in {comparable(student), comparable(name)}:
                self._by_name[form].add(student)
        self._by_code = {code.casefold(): student for student, code in codes.items() if code}
        self._by_number = {number: student for student, number in numbers.items() if number}

    def named(self, name: str) -> str:
        """The only student with this id or name; empty if there is none, or several."""
        students = self._by_name.get(comparable(name), set())
        return next(iter(students)) if len(students) == 1 else ""

    def with_code(self, code: str) -> str:
        """The student whose sheet has this code; empty if there is none."""
        return self._by_code.get(code.casefold(), "")

    def of_path(self, file: str) -> str:
        """The student whose name or number the file or, nearest first, one of its folders has; empty if none."""
        *folders, name = file.split("/")
        for part in (Path(name).stem, *reversed(folders)):
            # Learning platforms add names and numbers: Ann Lee_12345_assignsubmission_file, leeann_12345_678_answers.
            pieces = part.split("_")
            numbered = [self._by_number[piece] for piece in pieces[1:] if piece in self._by_number]
            if student := next(iter(numbered), "") or self.named(part) or self.named(pieces[0]):
                return student
        return ""


def collect(folder: Path, students: Students) -> Collected:
    """Find every sheet in a folder and its subfolders, and its student.

    Parameters
    ----------
    folder : Path
        The returned files.
    students : Students
        The class.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(
            [Problem("RETURNED", "", f"{folder}, which is no folder", "the folder of the returned sheets")]
        )
    collected = Collected()
    found: list[_Found] = []
    other: dict[str, list[str]] = defaultdict(list)
    for path in _files(folder):
        file = path.relative_to(folder).as_posix()
        owner = students.of_path(file)
        # A student's folder has other files too: only a file named like a sheet, or outside folders, must be one.
        is_sheet = "answers" in path.stem.casefold() or path.parent == folder
        try:
            if path.suffix.casefold() in READ and path.name.casefold() not in OWN_FILES:
                found.append(_read(path, file, owner, students))
                continue
        except InputError as error:
            if is_sheet:
                _refuse(collected, error, owner)
                continue
        if path.name.casefold() not in OWN_FILES[:2]:
            other[owner].append(file)
    _assign(collected, found)
    _acknowledge(collected, other)
    return collected


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # Archives and systems leave hidden files and folders behind.
        hidden = any(part.startswith((".", "__", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _read(path: Path, file: str, by_path: str, students: Students) -> _Found:
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
    answers.pop("", None)
    names, codes = ({text for text in answers.pop(row, []) if text} for row in (STUDENT, CODE))
    if len(names) > 1:
        raise InputError([Problem(file, "", f"the students {', '.join(sorted(names))}", "one student per sheet")])
    name = next(iter(names), "")
    by_row, by_code = students.named(name), students.with_code(next(iter(codes), "")) if len(codes) == 1 else ""
    if name and not by_row and not (by_path or by_code):
        raise InputError.of(file, "", f"the student {name[:60]!r}, who is not in the class", "an id of the key")
    return _Found(AnswerSheet(file, answers, frozenset(extra_cells)), by_path, by_code, by_row)


def _assign(collected: Collected, found: list[_Found]) -> None:
    """Give each student the sheet that is most surely theirs; a sheet in another's name changes no mark of theirs."""
    sheets: dict[str, dict[int, list[AnswerSheet]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        students = {student for student in (one.by_path, one.by_code, one.by_row) if student}
        if len(students) == 1:
            # A folder is made by the platform, a code by this program; a name can be typed by anyone.
            rank = 0 if one.by_path else 1 if one.by_code else 2
            sheets[students.pop()][rank].append(one.sheet)
            continue
        if students:
            # The folder tells who handed it in; the names inside may be those of the student it was copied from.
            owner = one.by_path or one.by_code
            named = one.by_code if one.by_code not in ("", owner) else one.by_row
            found_text, expected = f"the sheet of {named} handed in by {owner}", "a sheet of one student"
        else:
            owner, found_text = "", "no student for this sheet"
            expected = f"a row {STUDENT!r} with an id of the key, or a file or folder with that name"
        _refuse(collected, InputError.of(one.sheet.file, "", found_text, expected), owner)
    for student, ranked in sheets.items():
        best, *others = (ranked[rank] for rank in sorted(ranked))
        for sheet in (sheet for several in others for sheet in several):
            stated = f"the name of {student}, who returned another sheet"
            _refuse(collected, InputError.of(sheet.file, "", stated, "the name of the student who returned it"), "")
        if any(sheet.answers != best[0].answers for sheet in best):
            listed = f"{len(best)} different sheets: {', '.join(sheet.file for sheet in best)}"
            _refuse(collected, InputError.of(student, "", listed, "one sheet", "Keep the one that counts."), student)
        else:
            collected.sheets[student] = best[0]
            collected.unmarked.pop(student, None)


def _refuse(collected: Collected, error: InputError, student: str) -> None:
    collected.refusals.append(error)
    if student:
        collected.unmarked[student] = words.NOT_MARKED.format(reason=error.problems[0].found)


def _acknowledge(collected: Collected, other: Mapping[str, list[str]]) -> None:
    """Name the files that are no sheets, for the students who returned nothing else."""
    ignored = list(other.get("", []))
    for student, files in other.items():
        if student and student not in collected.sheets:
            reason = words.OTHER_FILES.format(files=", ".join(files))
            collected.unmarked.setdefault(student, reason)
        elif student:
            ignored += [file for file in files if Path(file).name.casefold() not in OWN_FILES]
    if ignored:
        collected.remarks.append(f"Ignored, because they are no answer sheets: {', '.join(ignored)}")
