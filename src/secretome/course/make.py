"""A class: for every student a cohort, an assignment and a sheet; for the teacher the key."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from secretome.cohort import Study, read_cohort
from secretome.cohort.simulate import simulate, to_csv
from secretome.course.assignment import answer_sheet, notebook
from secretome.course.injected_errors import Planted, plant, possible_faults
from secretome.course.questions import NONE, Question, answers, questions
from secretome.course.roster import Student
from secretome.course.sheets import written
from secretome.defaults import DEFAULT_SCENARIO, DEFAULT_SEED, DEFAULT_TRAPPED
from secretome.protocol import InputError, Problem, Protocol, load_protocol, sha256, study_folder
from secretome.report.tables.workbook import defused

KEY = "key.csv"
COHORT = "cohort.csv"
MENDED = "mended"
EITHER = " or "


def make_class(
    name: str,
    students: Sequence[Student],
    out: Path,
    *,
    scenario: str = DEFAULT_SCENARIO,
    seed: int = DEFAULT_SEED,
    trapped: float = DEFAULT_TRAPPED,
    done: Callable[[], None] = lambda: None,
) -> None:
    """Make the folders of a class, whole or not at all.

    Parameters
    ----------
    name : str
        The study's key.
    students : sequence of Student
        Who gets a cohort. It depends on the student's name and on `seed`, and not on who else is in the class.
    out : Path
        The folder to make.
    scenario : str
        What is true of every student's animals.
    seed : int
        The same seed gives the same class.
    trapped : float
        How likely a student's file is to have something wrong with it.
    done : callable
        Called after each student.

    Raises
    ------
    InputError
        If the folder is there already or cannot be made.
    """
    if out.exists() or out.is_symlink():
        raise InputError(
            [
                Problem(
                    "--out",
                    "",
                    f"{out}, which is there already",
                    "a new folder",
                    "Name another: nothing is written over.",
                )
            ]
        )
    protocol = load_protocol(study_folder(name) / "protocol.yml")
    asked = list(questions(protocol))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".class-", dir=out.parent))
    except OSError as error:
        expected = "a folder that can be made and written to"
        raise InputError(
            [Problem("--out", "", f"{out} ({error.strerror})", expected, "Name another place.")]
        ) from error
    try:
        built = work / "class"
        teacher = built / "teacher"
        (teacher / MENDED).mkdir(parents=True)
        key: list[dict[str, object]] = []
        for student in students:
            own = student_seed(name, student, seed)
            planted = planted_cohort(protocol, own, scenario, trapped)
            _write_student(built / "students" / student.id, protocol, student, asked, planted)
            if planted.fault != "nothing":
                (teacher / MENDED / f"{student.id}.csv").write_bytes(to_csv(planted.mended))
            key += _key_rows(protocol, student, own, asked, planted)
            done()
        (teacher / KEY).write_bytes(written(key))
        built.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def student_seed(name: str, student: Student, seed: int) -> int:
    """The seed of a student's animals.

    >>> student_seed("sepsis_cytokines", Student("Ann Lee", "Ann-Lee"), 1)
    216937793025575
    """
    return int(sha256("\0".join((name, student.name, str(seed))))[:12], 16)


def planted_cohort(protocol: Protocol, seed: int, scenario: str, trapped: float) -> Planted:
    """A student's cohort, and what is wrong with it."""
    # Only the teacher knows scenario, seed and the clean file, because they give away the truth.
    clean = simulate(protocol, scenario, seed=seed).drop(columns=["scenario", "seed"])
    width = len(str(len(clean)))
    clean.insert(
        list(clean.columns).index("origin"),
        "note",
        [f"sample {number:0{width}d}" for number in range(1, len(clean) + 1)],
    )
    # Another stream than that of the animals.
    rng = np.random.default_rng([seed, 1])
    faults = possible_faults(protocol)
    fault = faults[1 + int(rng.integers(len(faults) - 1))] if rng.random() < trapped else "nothing"
    return plant(clean, protocol, fault, rng)


def _write_student(
    folder: Path, protocol: Protocol, student: Student, asked: Sequence[Question], planted: Planted
) -> None:
    folder.mkdir(parents=True)
    (folder / COHORT).write_bytes(to_csv(planted.handed_out))
    (folder / "assignment.ipynb").write_bytes(notebook(protocol, student.id, asked, planted.mended))
    (folder / "answers.csv").write_bytes(answer_sheet(student.id, asked))


def _key_rows(
    protocol: Protocol, student: Student, seed: int, asked: Sequence[Question], planted: Planted
) -> list[dict[str, object]]:
    right = answers(_read(protocol, planted.mended))
    before = right if planted.fault == "nothing" else answers(_read(protocol, planted.handed_out))
    right = right | {"fault": planted.fault, "fault_group": EITHER.join(planted.groups) or NONE}
    return [
        {
            "study": protocol.key,
            "student": defused(student.name),
            "id": student.id,
            "seed": seed,
            "fault": planted.fault,
            "fault_in": " ".join((EITHER.join(planted.groups), planted.endpoint)).strip(),
            "question": question.key,
            "answer": right[question.key],
            # Shown beside a wrong answer, so that a student sees which mistake it was.
            "unmended": before.get(question.key, ""),
            "marks": question.marks,
        }
        for question in asked
    ]


def _read(protocol: Protocol, table: pd.DataFrame) -> Study:
    return Study(protocol, read_cohort(Path(COHORT), protocol, to_csv(table)), source_data=False)
