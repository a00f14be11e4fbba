"""Make a class: a cohort, an assignment and an answer sheet for every student, and the key for the teacher."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from secretome.cohort import Study, read_cohort
from secretome.cohort.simulate import simulate, to_csv
from secretome.course.assignment import answer_sheet, notebook
from secretome.course.injected_errors import StudentCohort, inject_error, possible_errors
from secretome.course.questions import NONE, Question, answers, questions
from secretome.course.roster import Student
from secretome.course.sheets import csv_bytes
from secretome.defaults import DEFAULT_ERROR_SHARE, DEFAULT_SCENARIO, DEFAULT_SEED
from secretome.protocol import InputError, Problem, Protocol, load_protocol, sha256, study_folder
from secretome.report.tables.workbook import defused

KEY = "key.csv"
COHORT = "cohort.csv"
CORRECTED = "corrected"
EITHER = " or "


def make_class(
    name: str,
    students: Sequence[Student],
    out: Path,
    *,
    scenario: str = DEFAULT_SCENARIO,
    seed: int = DEFAULT_SEED,
    error_share: float = DEFAULT_ERROR_SHARE,
    done: Callable[[], None] = lambda: None,
) -> None:
    """Make the folders of a class: all of them, or none.

    Parameters
    ----------
    name : str
        The study's key.
    students : sequence of Student
        The students. A cohort depends on the student's name and on `seed`, not on the other students.
    out : Path
        The folder to make.
    scenario : str
        The simulated scenario, the same for every student.
    seed : int
        The same seed gives the same class.
    error_share : float
        The probability that a student's file has an injected error.
    done : callable
        Called after each student.

    Raises
    ------
    InputError
        If the folder exists already or cannot be made.
    """
    protocol = load_protocol(study_folder(name) / "protocol.yml")
    asked = list(questions(protocol))
    work = _temporary_folder(out)
    try:
        built = work / "class"
        teacher = built / "teacher"
        (teacher / CORRECTED).mkdir(parents=True)
        key: list[dict[str, object]] = []
        for student in students:
            own_seed = student_seed(name, student, seed)
            cohort = student_cohort(protocol, own_seed, scenario, error_share)
            _write_student(built / "students" / student.id, protocol, student, asked, cohort)
            if cohort.error != "nothing":
                (teacher / CORRECTED / f"{student.id}.csv").write_bytes(to_csv(cohort.corrected))
            key += _key_rows(protocol, student, own_seed, asked, cohort)
            done()
        (teacher / KEY).write_bytes(csv_bytes(key))
        built.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


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


def student_seed(name: str, student: Student, seed: int) -> int:
    """The seed of a student's animals.

    >>> student_seed("sepsis_cytokines", Student("Ann Lee", "Ann-Lee"), 1)
    216937793025575
    """
    return int(sha256("\0".join((name, student.name, str(seed))))[:12], 16)


def student_cohort(protocol: Protocol, seed: int, scenario: str, error_probability: float) -> StudentCohort:
    """A student's cohort with its injected error."""
    # Scenario, seed and the clean file would reveal the answers.
    clean = simulate(protocol, scenario, seed=seed).drop(columns=["scenario", "seed"])
    width = len(str(len(clean)))
    notes = [f"sample {number:0{width}d}" for number in range(1, len(clean) + 1)]
    clean.insert(list(clean.columns).index("origin"), "note", notes)
    # This random stream is independent of that of the animals.
    rng = np.random.default_rng([seed, 1])
    errors = possible_errors(protocol)
    error = errors[1 + int(rng.integers(len(errors) - 1))] if rng.random() < error_probability else "nothing"
    return inject_error(clean, protocol, error, rng)


def _write_student(
    folder: Path, protocol: Protocol, student: Student, asked: Sequence[Question], cohort: StudentCohort
) -> None:
    folder.mkdir(parents=True)
    (folder / COHORT).write_bytes(to_csv(cohort.handed_out))
    (folder / "assignment.ipynb").write_bytes(notebook(protocol, student.id, asked, cohort.corrected))
    (folder / "answers.csv").write_bytes(answer_sheet(student.id, asked))


def _key_rows(
    protocol: Protocol, student: Student, seed: int, asked: Sequence[Question], cohort: StudentCohort
) -> list[dict[str, object]]:
    right = answers(_read(protocol, cohort.corrected))
    before = right if cohort.error == "nothing" else answers(_read(protocol, cohort.handed_out))
    right = right | {"error": cohort.error, "error_group": EITHER.join(cohort.groups) or NONE}
    return [
        {
            "study": protocol.key,
            "student": defused(student.name),
            "id": student.id,
            "seed": seed,
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


def _read(protocol: Protocol, table: pd.DataFrame) -> Study:
    return Study(protocol, read_cohort(Path(COHORT), protocol, to_csv(table)), source_data=False)
