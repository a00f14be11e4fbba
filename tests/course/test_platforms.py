"""From a platform's roster to its file of marks, by the rules of Moodle's and Canvas's own importers.

Moodle: mod/assign/feedback/offline/importgradeslib.php (columns Identifier, Grade, Last modified (grade); the number
after "Participant ") and mod/assign/feedback/file/importziplib.php (names of folders). Canvas: gradebook_importer.rb
(the first five columns, the row Points Possible). The marks are read here as those files read them.
"""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from commands import secretome
from rosters import CANVAS, MOODLE, WORKSHEET
from secretome.course.make import make_class
from secretome.course.roster import read_roster

TREG = "treg_conditioned_medium"


def made(tmp_path: Path, roster: str) -> Path:
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    make_class(TREG, read_roster(tmp_path / "roster.csv"), tmp_path / "class", secret="5" * 32)
    return tmp_path / "class"


def hand_in(folder: Path, student: str, path: str) -> None:
    """The right answers of one student, as the platform exports them."""
    key = pd.read_csv(folder / "teacher" / "key.csv", dtype=str, keep_default_na=False)
    own = key[key["id"] == student]
    sheet = own[["question", "answer"]].assign(answer=own["answer"].str.split(" or ").str[0])
    to = folder.parent / "returned" / path
    to.parent.mkdir(parents=True, exist_ok=True)
    sheet.to_csv(to, index=False)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    content = (folder / "teacher" / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_a_grading_worksheet_of_moodle_comes_back_with_grades(tmp_path: Path) -> None:
    folder = made(tmp_path, WORKSHEET)
    hand_in(folder, "Ann-Lee", "Ann Lee_81_assignsubmission_file/answers.csv")
    assert secretome("classroom", "grade", folder, tmp_path / "returned").exit_code == 0
    marks = rows(folder, "moodle.csv")
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(marks[0])
    grades = {int(row["Identifier"][len("Participant ") :]): row["Grade"] for row in marks}
    assert grades == {81: "15", 82: ""}
    # A later date in Moodle than here would keep its grade, so the date is that of the export.
    assert marks[1]["Last modified (grade)"] == "Monday, 5 May 2025, 9:00 AM"
    assert marks[1]["Feedback comments"]
    folders = [path.parent.name for path in (folder / "teacher" / "feedback").rglob("feedback.txt")]
    _, number, kind, plugin = next(name for name in folders if "_" in name).split("_")
    assert (number, f"{kind}_{plugin}") == ("81", "assignsubmission_file")


def test_participants_of_moodle_with_equal_names_get_their_own_marks(tmp_path: Path) -> None:
    folder = made(tmp_path, MOODLE)
    hand_in(folder, "Ann-Lee-4712", "Ann Lee_4712_assignsubmission_file/answers.csv")
    assert secretome("classroom", "grade", folder, tmp_path / "returned").exit_code == 0
    marks = {row["ID number"]: (row["Email address"], row["Grade"]) for row in rows(folder, "moodle.csv")}
    assert marks == {"4711": ("ann@example.org", ""), "4712": ("lee@example.org", "15")}


def test_a_gradebook_of_canvas_comes_back_with_marks(tmp_path: Path) -> None:
    folder = made(tmp_path, CANVAS)
    hand_in(folder, "Lee-Ann-302", "leeann_302_98765_answers.csv")
    assert secretome("classroom", "grade", folder, tmp_path / "returned").exit_code == 0
    header, points, *students = csv.reader(
        io.StringIO((folder / "teacher" / "canvas.csv").read_text(encoding="utf-8"), newline="")
    )
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert len(header) == 6
    assert "Points Possible" in points[0]
    assert points[5] == "15"
    assert {row[1]: (row[0], row[2], row[5]) for row in students} == {
        "301": ("Lee, Ann", "u301", ""),
        "302": ("Lee, Ann", "u302", "15"),
    }


def test_a_roster_without_a_platform_gets_no_file_for_one(tmp_path: Path) -> None:
    folder = made(tmp_path, "student\nAnn\n")
    hand_in(folder, "Ann", "Ann/answers.csv")
    assert secretome("classroom", "grade", folder, tmp_path / "returned").exit_code == 0
    assert not list((folder / "teacher").glob("moodle.csv"))
    assert not list((folder / "teacher").glob("canvas.csv"))


@pytest.mark.parametrize("name", ["report.html", "marks.csv", "summary.csv"])
def test_what_a_student_types_is_text_in_the_teachers_files(tmp_path: Path, name: str) -> None:
    folder = made(tmp_path, "student\n<b>Ann</b>\n")
    hand_in(folder, "b-Ann-b", "b-Ann-b/answers.csv")
    assert secretome("classroom", "grade", folder, tmp_path / "returned").exit_code == 0
    content = (folder / "teacher" / name).read_text(encoding="utf-8-sig")
    assert ("<b>Ann" in content) == (name != "report.html")
