"""Marks: a full, an empty, a wrong and a malformed sheet, in every form in which sheets come back."""

import re
import shutil
from pathlib import Path

import nbclient
import nbformat
import openpyxl
import pandas as pd
import pytest
from typer.testing import Result

from approved import check_approved
from commands import assert_refused, secretome
from secretome.course import text as words
from secretome.course.grade import KeyRow, mark_answer
from secretome.course.make import make_class
from secretome.course.questions import Question
from secretome.course.roster import Student, folder_name

TREG = "treg_conditioned_medium"
NAMES = ["Full", "Empty", "Wrong", "Comma", "Torn", "Windows", "Wide", "Book", "Short", "Missing", "Twice", "Malformed"]
FULL = 15  # 3 for the file; for each of two claims 1 + 1 + 2 + 2


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes") / "class"
    make_class(TREG, [Student(name, folder_name(name)) for name in NAMES], folder, seed=2, error_share=1.0)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A class to mark: marks are written beside its key."""
    shutil.copytree(made, tmp_path / "class")
    return tmp_path / "class"


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "teacher" / name, dtype=str, keep_default_na=False)


def filled(folder: Path, student: str, column: str = "answer") -> pd.DataFrame:
    """The sheet of a student with the answers of the key, or with those of the uncorrected file."""
    key = table(folder, "key.csv")
    own = key[key["id"] == student].set_index("question")[column]
    sheet = pd.read_csv(folder / "students" / student / "answers.csv", dtype=str, keep_default_na=False)
    asked = sheet["question"].isin(own.index)
    sheet.loc[asked, "answer"] = sheet.loc[asked, "question"].map(own).str.split(" or ").str[0]
    return sheet


def hand_in(folder: Path, student: str, sheet: pd.DataFrame, name: str = "answers.csv", **how: str) -> Path:
    path = folder.parent / "returned" / student / name
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.to_csv(path, index=False, **how)
    return path


def grade(folder: Path, *more: str) -> Result:
    return secretome("classroom", "grade", folder, folder.parent / "returned", *more)


def shown(done: Result, folder: Path) -> list[str]:
    """The lines of a command's output, without the folder of the test and the lines of tables."""
    text = (done.stdout + done.stderr).replace(f"{folder.parent}/", "")
    return [line for line in text.splitlines() if re.match(r"\s*[\w'-]", line)]


def refused(folder: Path) -> list[str]:
    """The messages with which the sheets are refused."""
    done = grade(folder)
    assert_refused(done)
    return shown(done, folder)


def test_every_kind_of_sheet_is_marked_rightly(folder: Path) -> None:
    hand_in(folder, "Full", filled(folder, "Full"))
    hand_in(folder, "Empty", pd.read_csv(folder / "students" / "Empty" / "answers.csv"))
    hand_in(folder, "Wrong", filled(folder, "Wrong", "uncorrected"))
    commas = filled(folder, "Comma")
    numbers = commas["question"].str.contains(r"\.ratio|\.p$")
    commas.loc[numbers, "answer"] = commas.loc[numbers, "answer"].str.replace(".", ",", regex=False)
    hand_in(folder, "Comma", commas, sep=";")
    # The same typed with a text editor: without quotation marks it cannot be told which cell is the answer.
    torn = hand_in(folder, "Torn", filled(folder, "Torn")[["question", "answer"]])
    torn.write_text(
        "".join(line.replace("0.", "0,").replace("1.", "1,") for line in torn.read_text().splitlines(keepends=True))
    )
    hand_in(folder, "Windows", filled(folder, "Windows").assign(asked="geäußert"), encoding="cp1252")
    hand_in(folder, "Wide", filled(folder, "Wide"), encoding="utf-16", sep="\t")
    book = openpyxl.Workbook()
    for row in filled(folder, "Book").itertuples(index=False):
        if book.active.max_row == 1 and book.active["A1"].value is None:
            book.active.append(["Question", "Answer"])
        text = row.answer
        book.active.append([row.question, float(text) if row.question.endswith((".ratio", ".p")) else text])
    book.save(folder.parent / "returned" / "Book.xlsx")
    # Only the two columns that are needed, without the row that says whose it is, in a folder as a learning platform
    # names it.
    short = filled(folder, "Short")[["question", "answer"]]
    hand_in(folder, "Short_12345_assignsubmission_file", short[short["question"] != "student"], name="my answers.csv")
    for copy in ("answers.csv", "answers (1).csv"):
        hand_in(folder, "Twice", filled(folder, "Twice"), name=copy)
    hand_in(folder, "Malformed", pd.DataFrame({"Frage": ["error"], "Antwort": ["nothing"]}))
    hand_in(
        folder, "Malformed_12345_file", pd.DataFrame({"Frage": ["error"], "Antwort": ["nothing"]}), name="answers 2.csv"
    )
    hand_in(folder, "Stranger", filled(folder, "Full").replace("Full", "Stranger"))
    (folder.parent / "returned" / "Full" / "cohort.csv").write_text("animal,group\n")
    done = grade(folder)
    assert done.exit_code == 1, done.output
    summary = table(folder, "summary.csv").set_index("id")
    whole = ["Full", "Comma", "Windows", "Wide", "Book", "Short"]
    assert [summary.loc[name, "marks"] for name in whole] == [str(FULL)] * len(whole)
    assert set(summary["of"]) == {str(FULL)}
    assert [summary.loc[name, "remark"] for name in ("Missing", "Twice", "Malformed")] == [
        words.NO_SHEET,
        words.NOT_MARKED,
        words.NOT_MARKED,
    ]
    assert [summary.loc[name, "marks"] for name in ("Empty", "Missing", "Twice", "Malformed")] == ["0"] * 4
    marks = table(folder, "marks.csv")
    assert len(marks) == len(NAMES) * 10
    assert set(marks.loc[marks["id"] == "Empty", "reason"]) == {words.NO_ANSWER}
    wrong = marks[marks["id"] == "Wrong"].set_index("question")
    lost = wrong[wrong["marks"] == "0"]
    assert list(lost.index[:2]) == ["error", "error_group"]
    assert len(lost) > 2
    assert all(reason.endswith("before correction") for reason in lost["reason"][2:])
    torn_rows = marks[(marks["id"] == "Torn") & (marks["reason"] != "")]
    assert len(torn_rows) > 0
    assert set(torn_rows["reason"]) == {words.EXTRA_CELLS}
    check_approved("graded_sheets", {"every kind of sheet": shown(done, folder)})


def test_a_sheet_in_the_place_of_another_is_not_marked(folder: Path) -> None:
    hand_in(folder, "Full", filled(folder, "Wide"))
    hand_in(folder, "Book", filled(folder, "Book"))
    done = grade(folder)
    assert done.exit_code == 1
    assert any("Wide" in line and "Full" in line for line in shown(done, folder))
    assert table(folder, "summary.csv").set_index("id").loc[["Full", "Wide", "Book"], "marks"].tolist() == [
        "0",
        "0",
        str(FULL),
    ]
    remarks = table(folder, "summary.csv").set_index("id")["remark"]
    assert remarks[["Full", "Wide"]].tolist() == [words.NOT_MARKED] * 2


def test_no_p_is_zero_or_negative() -> None:
    """Both lie within the tolerance of a small p; neither is one."""
    small = row("p", "0.00001")
    assert mark_answer(small, ["0.0001"]) == (2, "")
    for text in ("0", "-0.0001", "1.2"):
        assert mark_answer(small, [text]) == (0, words.NOT_A_P)


def test_a_sheet_may_say_the_name_in_place_of_the_id(folder: Path) -> None:
    key = table(folder, "key.csv")
    ident = "Full"
    sheet = filled(folder, ident)
    sheet.loc[sheet["question"] == "student", "answer"] = key.loc[key["id"] == ident, "student"].iloc[0].upper()
    hand_in(folder, "anything", sheet)
    assert grade(folder).exit_code == 0
    assert table(folder, "summary.csv").set_index("id").loc[ident, "marks"] == str(FULL)


def test_nothing_is_written_over_and_what_cannot_be_marked_writes_nothing(folder: Path) -> None:
    returned = folder.parent / "returned"
    before = sorted(path.name for path in (folder / "teacher").iterdir())
    messages = {}
    for case, prepare in (
        ("no folder", lambda: None),
        ("empty folder", lambda: returned.mkdir()),
        ("other columns", lambda: (returned / "answers.csv").write_text("a,b\n1,2\n")),
    ):
        prepare()
        messages[case] = refused(folder)
        assert sorted(path.name for path in (folder / "teacher").iterdir()) == before
    hand_in(folder, "Full", filled(folder, "Full"))
    (returned / "answers.csv").unlink()
    assert grade(folder).exit_code == 0
    marks = (folder / "teacher" / "marks.csv").read_bytes()
    messages["marks exist"] = refused(folder)
    assert (folder / "teacher" / "marks.csv").read_bytes() == marks
    check_approved("refused_returned_sheets", messages)


def test_a_damaged_key_is_refused(folder: Path) -> None:
    key = folder / "teacher" / "key.csv"
    text = key.read_text(encoding="utf-8-sig")
    hand_in(folder, "Full", pd.DataFrame({"question": ["student"], "answer": ["Full"]}))
    messages = {}
    for case, damaged in {
        "unknown question": text.replace("error_group", "error_grp"),
        "other header": text.replace("question", "frage"),
        "marks in words": text.replace(",2\n", ",many\n", 1),
        "no rows": text.splitlines()[0],
        "unknown study in one row": text.replace(TREG, "no_such_study", 1),
        "unknown study": text.replace(TREG, "no_such_study"),
    }.items():
        key.write_text(damaged, encoding="utf-8")
        messages[case] = refused(folder)
    check_approved("refused_keys", messages)


def test_all_wrong_options_of_make_are_refused_at_once(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student\nAnn\n", encoding="utf-8")
    make = ["classroom", "make", TREG, "--out", tmp_path / "class"]
    wrong = secretome(*make, "--roster", roster, "--seed", "-3", "--scenario", "nil", "--error-share", "2")
    assert_refused(wrong)
    assert [line.partition(":")[0] for line in wrong.stderr.splitlines()] == ["--scenario", "--seed", "--error-share"]
    assert_refused(secretome(*make))
    assert not (tmp_path / "class").exists()
    assert secretome(*make, "--roster", roster).exit_code == 0
    assert table(tmp_path / "class", "key.csv")["student"].unique().tolist() == ["Ann"]
    assert_refused(secretome(*make, "--roster", roster))


def test_a_student_of_the_roster_who_is_not_in_the_key_is_refused(folder: Path) -> None:
    hand_in(folder, "Full", filled(folder, "Full"))
    roster = folder.parent / "roster.csv"
    roster.write_text("student\nFull\nBo\n", encoding="utf-8")
    late = grade(folder, "--roster", str(roster))
    assert_refused(late)
    assert ("'Bo'" in late.stderr, "'Full'" in late.stderr) == (True, False)
    roster.write_text("student\nFull\n", encoding="utf-8")
    assert grade(folder, "--roster", str(roster)).exit_code == 0


def row(kind: str, answer: str, uncorrected: str = "", choices: tuple[str, ...] = ()) -> KeyRow:
    return KeyRow(Question("q", "?", kind, 2, choices), answer, uncorrected, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "right", "given", "sound"),
    [
        # Five per cent of 2 is 0.1: the edge is inside, and what is beyond it is not.
        ("ratio", "2", "2.1", True),
        ("ratio", "2", "1,9", True),
        ("ratio", "2", "2.11", False),
        ("ratio", "2", "1e0", False),
        ("ratio", "not estimable", "Not estimable", True),
        ("ratio", "not estimable", "1", False),
        ("ratio", "2", "about 2", False),
        ("ratio", "2", "nan", False),
        ("ratio", "2", "inf", False),
        # Half a thousandth is wider than five per cent of a small p.
        ("p", "0.0002", "0.0007", True),
        ("p", "0.0002", "0.00071", False),
        ("p", "0.04", "0.042", True),
        ("p", "0.04", "0.0421", False),
        ("p", "0.00003", "<0.0001", True),
        ("p", "0.00003", "< 0,0001", True),
        ("p", "0.0002", "<0.0001", False),
        ("p", "0.00003", "<0.05", False),
        ("p", "0.04", "p=0.04", False),
        ("choice", "sham or control", "Control", True),
        ("choice", "not shown", "not_shown", True),
        ("choice", "supported", "contradicted", False),
        ("choice", "supported", "yes", False),
    ],
)
def test_one_answer(kind: str, right: str, given: str, sound: bool) -> None:
    marks, reason = mark_answer(
        row(kind, right, choices=("supported", "contradicted", "sham", "control", "not shown")), [given]
    )
    assert (marks, reason == "") == ((2, True) if sound else (0, False))


def test_an_answer_given_twice_counts_once_or_not_at_all() -> None:
    assert mark_answer(row("ratio", "2"), ["2", "2"]) == (2, "")
    assert mark_answer(row("ratio", "2"), ["", "2"]) == (2, "")
    assert mark_answer(row("ratio", "2"), ["2", "3"])[0] == 0
    assert mark_answer(row("ratio", "2"), ["2"], extra_cells=True)[0] == 0
    assert mark_answer(row("ratio", "2", "3"), ["3"]) == (
        0,
        words.BEFORE_CORRECTION.format(reason=words.OUTSIDE),
    )


def test_what_a_student_types_is_defused(folder: Path) -> None:
    sheet = filled(folder, "Full")
    sheet.loc[sheet["question"] == "error", "answer"] = "=cmd|' /C calc'!A0"
    sheet.loc[len(sheet)] = ["eror", "wrong_unit", "", "", ""]
    hand_in(folder, "Full", sheet)
    done = grade(folder)
    assert done.exit_code == 0
    assert "'eror'" in done.output
    marks = table(folder, "marks.csv").set_index(["id", "question"])
    assert marks.loc[("Full", "error"), "given"] == "'=cmd|' /C calc'!A0"
    assert all(not str(cell).startswith(("=", "+", "@")) for column in marks for cell in marks[column])


def test_the_notebook_runs_as_it_is_and_writes_what_is_filled_in(folder: Path) -> None:
    place = folder / "students" / "Full"
    notebook = nbformat.read(place / "assignment.ipynb", as_version=4)
    nbformat.validate(notebook)
    last = notebook.cells[-1]
    assert last.source.startswith("answers = {")
    run = {"resources": {"metadata": {"path": str(place)}}, "timeout": 600, "kernel_name": "python3"}
    nbclient.NotebookClient(notebook, **run).execute()
    empty = pd.read_csv(place / "answers.csv", dtype=str, keep_default_na=False)
    assert empty.loc[empty["question"] != "student", "answer"].eq("").all()
    own = filled(folder, "Full").set_index("question")["answer"].drop("student")
    for question, answer in own.items():
        last.source = last.source.replace(f'"{question}": ""', f'"{question}": "{answer}"')
    nbclient.NotebookClient(notebook, **run).execute()
    shutil.copytree(place, folder.parent / "returned" / "Full")
    done = grade(folder)
    assert done.exit_code == 0, done.output
    assert table(folder, "summary.csv").set_index("id").loc["Full", "percent"] == "100"
