"""Rosters: names are data, and become folders or are refused by row."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from rosters import CANVAS, MOODLE, WORKSHEET
from secretome.course.roster import folder_name, read_roster
from secretome.protocol import InputError

ODD = [
    "O'Brien, Zoë",
    "李明",
    "Мария Иванова",
    '=HYPERLINK("http://x","y")',
    "../../etc/passwd",
    "..",
    "C:\\Windows\\system32",
    "/root",
    "Aux",
    "con",
    "COM1",
    "@sum(A1)",
    "+49 Max",
    "-rf",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "$(rm -rf ~)",
    "a\u202eb",
    "line\nbreak",
    "~home",
    "%PATH%",
    "nul.txt",
]


def roster(folder: Path, content: bytes | str, name: str = "roster.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def as_csv(names: list[str], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([["student"], *([name] for name in names)])
    return stream.getvalue()


def test_no_name_leaves_its_folder(tmp_path: Path) -> None:
    names = [name for name in ODD if name != ".."]
    students = read_roster(roster(tmp_path, as_csv(names))).students
    # The line break is a space; every other name is kept as it is.
    assert [student.name for student in students] == [name.replace("\n", " ") for name in names]
    base = tmp_path / "students"
    for student in students:
        assert (base / student.id).resolve().parent == base.resolve()
        assert student.id.replace("-", "").isalnum()
        assert student.id[0] != "-"
    assert len({student.id.casefold() for student in students}) == len(names)


@pytest.mark.parametrize("name", ["Aux", "con", "COM1", "lpt9", "NUL"])
def test_names_that_windows_keeps_are_lengthened(name: str) -> None:
    assert folder_name(name) == f"{name}-student"


@pytest.mark.parametrize(
    "content",
    [
        "student\nAnn Lee\nBo\n",
        "\ufeffstudent\r\nAnn Lee\r\n\r\nBo\r\n\r\n",
        "Student;group\nAnn Lee;A\n;\nBo;B\n",
        "group\tSTUDENT\nA\tAnn Lee\nB\tBo\n",
        'student,group\n"Ann Lee",A\nBo,B\n',
        "student\nAnn Lee\nBo\n".encode("utf-16"),
    ],
)
def test_a_roster_as_programs_save_it(tmp_path: Path, content: bytes | str) -> None:
    students = read_roster(roster(tmp_path, content)).students
    assert [(student.name, student.id) for student in students] == [("Ann Lee", "Ann-Lee"), ("Bo", "Bo")]


def test_a_workbook_and_a_name_with_a_comma(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["student"], ["Zoë Ö"], [None], ["Lee, Ann"]):
        book.active.append(row)
    book.save(tmp_path / "roster.xlsx")
    assert [student.id for student in read_roster(tmp_path / "roster.xlsx").students] == ["Zoë-Ö", "Lee-Ann"]
    # A single column has no delimiter, so a comma in it belongs to the name.
    assert [student.name for student in read_roster(roster(tmp_path, "student\nLee, Ann\nBo\n")).students] == [
        "Lee, Ann",
        "Bo",
    ]
    windows = roster(tmp_path, "student\nJosé\n".encode("cp1252"))
    assert [student.name for student in read_roster(windows).students] == ["José"]


def test_all_problems_are_told_by_row(tmp_path: Path) -> None:
    content = f"student,year\nAnn Lee,1\nann-lee,1\n,2\n***,1\nLee, Bo,1\n{'x' * 70},1\nJosé,1\nJose\u0301,1\n..,1\n"
    with pytest.raises(InputError) as refused:
        read_roster(roster(tmp_path, content))
    messages = [str(problem) for problem in refused.value.problems]
    assert [line.split(":")[0] for line in messages] == [f"roster.csv, row {row}" for row in (3, 4, 5, 6, 7, 9, 10)]
    for line, words in zip(
        messages,
        (
            "not also that of row 2",
            "no name",
            "a letter or a digit",
            "1 more cells",
            "at most 60",
            "not also that of row 8",
            "a letter or a digit",
        ),
        strict=True,
    ):
        assert words in line


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "an empty file"),
        ("student\n\n", "no students"),
        ("name\nAnn\n", "or 'student', each once"),
        ('student\n"Ann\nBo\n', "a quotation mark out of place"),
        ("student,student\nAnn,Lee\n", "each once"),
        (b"PK\x03\x04 no workbook", "found"),
        ("student\n" + "x\n" * 600_000, "at most 1000000"),
    ],
)
def test_what_is_no_roster_is_refused(tmp_path: Path, content: bytes | str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_roster(roster(tmp_path, content))
    with pytest.raises(InputError, match="no readable file"):
        read_roster(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("content", "platform", "students"),
    [
        (MOODLE, "moodle", [("Ann Lee", "Ann-Lee-4711", "4711"), ("Ann Lee", "Ann-Lee-4712", "4712")]),
        (MOODLE.replace("Last name", "Surname"), "moodle", [("Ann Lee", f"Ann-Lee-{n}", n) for n in ("4711", "4712")]),
        (WORKSHEET, "moodle worksheet", [("Ann Lee", "Ann-Lee", "Participant 81"), ("李明", "李明", "Participant 82")]),
        (CANVAS, "canvas", [("Lee, Ann", f"Lee-Ann-{n}", n) for n in ("301", "302")]),
    ],
)
def test_exports_of_platforms_are_rosters(
    tmp_path: Path, content: str, platform: str, students: list[tuple[str, str, str]]
) -> None:
    read = read_roster(roster(tmp_path, content))
    assert read.platform == platform
    assert [(student.name, student.id, student.number) for student in read.students] == students
    assert all(student.email for student in read.students)
    assert len({student.identity for student in read.students}) == len(students)
