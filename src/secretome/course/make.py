"""Make a class: a cohort, an assignment and an answer sheet for every student, and the key for the teacher."""

import hashlib
import hmac
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from secretome.cohort import Study, read_cohort
from secretome.cohort.simulate import simulate, to_csv
from secretome.course import end_of_course
from secretome.course.assignment import answer_sheet, notebook
from secretome.course.injected_errors import StudentCohort, inject_error, possible_errors
from secretome.course.questions import EITHER, NONE, Question, answers, questions
from secretome.course.roster import Roster, Student
from secretome.course.sheets import csv_bytes
from secretome.defaults import DEFAULT_ERROR_SHARE
from secretome.protocol import InputError, Problem, Protocol, load_protocol, study_folder
from secretome.report.tables.workbook import defused

KEY, ROSTER, SECRET = "key.csv", "roster.csv", "secret.txt"
COHORT = "cohort.csv"
CORRECTED = "corrected"
SPREAD_OF_SIZES = 2


def make_class(
    name: str,
    roster: Roster,
    out: Path,
    *,
    scenario: str | None = None,
    secret: str | None = None,
    error_share: float = DEFAULT_ERROR_SHARE,
    done: Callable[[], None] = lambda: None,
) -> None:
    """Make the folders of a class: all of them, or none.

    Parameters
    ----------
    name : str
        The study's key.
    roster : Roster
        The students. A cohort depends on the student's number, e-mail or name and on `secret`, not on the others.
    out : Path
        The folder to make.
    scenario : str, optional
        The simulated scenario of every student; by default, each student has one of all scenarios, drawn at random.
    secret : str, optional
        The same secret gives the same class; by default it is drawn at random. It is kept in the teacher's folder.
    error_share : float
        The probability that a student's file has an injected error.
    done : callable
        Called after each student.

    Raises
    ------
    InputError
        If the folder exists already or cannot be made.
    """
    protocol = load_protocol(study_folder(name) / "protocol.yml").simulated
    asked = list(questions(protocol))

    def fill(built: Path, student: Student, seed: int, code: str) -> list[dict[str, object]]:
        own = scenario or draw_scenario(protocol, seed)
        cohort = student_cohort(protocol, seed, own, error_share)
        _write_student(built / "students" / student.id, protocol, student, code, asked, cohort)
        if cohort.error != "nothing":
            (built / "teacher" / CORRECTED).mkdir(exist_ok=True)
            (built / "teacher" / CORRECTED / f"{student.id}.csv").write_bytes(to_csv(cohort.corrected))
        return _key_rows(protocol, student, code, own, asked, cohort)

    _make_folders(name, roster, out, secret or secrets.token_hex(16), fill, done)


def make_test(roster: Roster, out: Path, *, secret: str | None = None, done: Callable[[], None] = lambda: None) -> None:
    """Make the folders of the test at the end of the course, with the arguments of `make_class`."""
    asked = end_of_course.end_questions()

    def fill(built: Path, student: Student, seed: int, code: str) -> list[dict[str, object]]:
        tasks = end_of_course.draw_tasks(seed)
        folder = built / "students" / student.id
        folder.mkdir(parents=True)
        (folder / "data.csv").write_bytes(csv_bytes(end_of_course.data_rows(tasks)))
        (folder / "test.ipynb").write_bytes(end_of_course.notebook(tasks, student.id, asked))
        (folder / "answers.csv").write_bytes(answer_sheet(student.id, code, asked))
        about = {"student": defused(student.name), "id": student.id, "code": code}
        return [about | row for row in end_of_course.key_rows(tasks, asked)]

    _make_folders(end_of_course.NAME, roster, out, secret or secrets.token_hex(16), fill, done)


def _make_folders(
    name: str,
    roster: Roster,
    out: Path,
    secret: str,
    fill: Callable[[Path, Student, int, str], list[dict[str, object]]],
    done: Callable[[], None],
) -> None:
    """Make the folder of each student and of the teacher; `fill` writes a student's files and returns the key rows."""
    work = _temporary_folder(out)
    try:
        built = work / "class"
        teacher = built / "teacher"
        teacher.mkdir(parents=True)
        key: list[dict[str, object]] = []
        for student in roster.students:
            key += fill(built, student, student_seed(name, student, secret), sheet_code(student, secret))
            done()
        (teacher / KEY).write_bytes(csv_bytes(key))
        (teacher / ROSTER).write_bytes(csv_bytes(_roster_rows(roster)))
        (teacher / SECRET).write_text(f"{secret}\n", encoding="utf-8")
        built.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def read_secret(path: Path) -> str:
    """The secret of an earlier class, with which a late student gets a cohort as if made at that time.

    Raises
    ------
    InputError
        If the file cannot be read or is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.of("--secret", "", f"{path}, which cannot be read", f"the file teacher/{SECRET}") from error
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise InputError.of("--secret", "", f"{path}, which contains no secret", f"the file teacher/{SECRET}")
    return text


def _temporary_folder(out: Path) -> Path:
    """A temporary folder beside the new folder of the class."""
    if out.exists() or out.is_symlink():
        remedy = "Name another folder: nothing is overwritten."
        raise InputError([Problem("--out", "", f"{out}, which exists already", "a new folder", remedy)])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".class-", dir=out.parent))
    except OSError as error:
        expected = "a folder that can be made and written to"
        problem = Problem("--out", "", f"{out} ({error.strerror})", expected, "Name another folder.")
        raise InputError([problem]) from error


def student_seed(name: str, student: Student, secret: str) -> int:
    """The seed of a student's animals: 128 bits that nobody can calculate without the secret.

    >>> student_seed("sepsis_cytokines", Student("Ann Lee", "Ann-Lee"), "0" * 32) < 2**128
    True
    """
    return int(_keyed(secret, "animals", name, student.identity)[:32], 16)


def sheet_code(student: Student, secret: str) -> str:
    """The code in a student's answer sheet, which shows for whom the sheet was made."""
    return _keyed(secret, "sheet", student.identity)[:8]


def _keyed(secret: str, *parts: str) -> str:
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def draw_scenario(protocol: Protocol, seed: int) -> str:
    """The scenario of a student, each equally likely, so that the same answers are not right in the whole class."""
    scenarios = list(protocol.simulation.scenarios) if protocol.simulation else []
    # This random stream is independent of those of the animals and of the error.
    return scenarios[int(np.random.default_rng([seed, 2]).integers(len(scenarios)))]


def draw_size(protocol: Protocol, seed: int) -> int:
    """The number of animals per group of a student: exact p-values of other numbers of animals differ."""
    planned = protocol.simulation.n if protocol.simulation else 0
    endpoints = protocol.simulation.endpoints.values() if protocol.simulation else ()
    if any(getattr(endpoint, "scaled_by", 0) == 1 for endpoint in endpoints):
        # Small counts of fewer animals may look as if they had another unit.
        return planned
    return planned + int(np.random.default_rng([seed, 3]).integers(-SPREAD_OF_SIZES, SPREAD_OF_SIZES + 1))


def student_cohort(protocol: Protocol, seed: int, scenario: str, error_probability: float) -> StudentCohort:
    """A student's cohort with its injected error."""
    # Scenario, seed and the clean file would reveal the answers.
    clean = simulate(protocol, scenario, n=draw_size(protocol, seed), seed=seed).drop(columns=["scenario", "seed"])
    width = len(str(len(clean)))
    notes = [f"sample {number:0{width}d}" for number in range(1, len(clean) + 1)]
    clean.insert(list(clean.columns).index("origin"), "note", notes)
    # This random stream is independent of that of the animals.
    rng = np.random.default_rng([seed, 1])
    errors = possible_errors(protocol)
    error = errors[1 + int(rng.integers(len(errors) - 1))] if rng.random() < error_probability else "nothing"
    return inject_error(clean, protocol, error, rng)


def _write_student(
    folder: Path, protocol: Protocol, student: Student, code: str, asked: Sequence[Question], cohort: StudentCohort
) -> None:
    folder.mkdir(parents=True)
    (folder / COHORT).write_bytes(to_csv(cohort.handed_out))
    (folder / "assignment.ipynb").write_bytes(notebook(protocol, student.id, asked, cohort.corrected))
    (folder / "answers.csv").write_bytes(answer_sheet(student.id, code, asked))


def _key_rows(
    protocol: Protocol, student: Student, code: str, scenario: str, asked: Sequence[Question], cohort: StudentCohort
) -> list[dict[str, object]]:
    right = answers(_read(protocol, cohort.corrected))
    before = right if cohort.error == "nothing" else answers(_read(protocol, cohort.handed_out))
    right = right | {"error": cohort.error, "error_group": EITHER.join(cohort.groups) or NONE}
    return [
        {
            "study": protocol.key,
            "student": defused(student.name),
            "id": student.id,
            "code": code,
            "scenario": scenario,
            "error": cohort.error,
            "error_in": " ".join((EITHER.join(cohort.groups), cohort.endpoint)).strip(),
            "question": question.key,
            "answer": right[question.key],
            # With this a wrong answer is recognised as right for the uncorrected file.
            "uncorrected": before.get(question.key, ""),
            "marks": question.marks,
        }
        for question in asked
    ]


def _roster_rows(roster: Roster) -> list[dict[str, object]]:
    """The students, with what the learning platform needs to recognise them in a file of marks."""
    columns = list(dict.fromkeys(column for student in roster.students for column in student.row))
    rows: list[dict[str, object]] = []
    for student in roster.students:
        about = (roster.platform, student.id, defused(student.name), student.number, student.email)
        row = dict(zip(("platform", "folder", "name", "number", "email"), about, strict=True))
        rows.append({**row, **{f"roster_{column}": defused(student.row.get(column, "")) for column in columns}})
    return rows


def _read(protocol: Protocol, table: pd.DataFrame) -> Study:
    return Study(protocol, read_cohort(Path(COHORT), protocol, to_csv(table)), source_data=False)
