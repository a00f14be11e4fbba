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
from secretome.course.key import KeyRow
from secretome.course.make import make_class
from secretome.course.marking import Mark, compare_answer, mark_sheet
from secretome.course.questions import Question
from secretome.course.returned_answers import AnswerSheet
from secretome.course.roster import Roster, Student, folder_name

TREG = "treg_conditioned_medium"
NAMES = ["Full", "Empty", "Wrong", "Comma", "Torn", "Windows", "Wide", "Book", "Short", "Missing", "Twice", "Malformed"]
FULL = 15  # 3 for the file; for each of two claims 1 + 1 + 2 + 2


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes") / "class"
    roster = Roster(tuple(Student(name, folder_name(name)) for name in NAMES))
    make_class(TREG, roster, folder, secret="2" * 32, error_share=1.0)
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
    assert [summary.loc[name, "remark"] for name in ("Missing", "Empty")] == [words.NO_SHEET, words.EMPTY_SHEET]
    without = ("Empty", "Missing", "Malformed", "Torn")
    assert [summary.loc[name, "marks"] for name in without] == [""] * 4
    marks = table(folder, "marks.csv")
    assert len(marks) == len(NAMES) * 10
    assert set(marks.loc[marks["id"].isin(["Empty", "Missing", "Malformed"]), "marks"]) == {""}
    # Both files of Twice have the same answers.
    assert summary.loc["Twice", "marks"] == str(FULL)
    # The uncorrected file costs the marks for the error and its group, and nothing else.
    wrong = marks[marks["id"] == "Wrong"].set_index("question")
    assert list(wrong.index[wrong["marks"] == "0"]) == ["error", "error_group"]
    assert summary.loc["Wrong", "marks"] == str(FULL - 3)
    torn_rows = marks[(marks["id"] == "Torn") & (marks["marks"] == "")]
    assert words.EXTRA_CELLS in set(torn_rows["reason"])
    assert set(torn_rows["reason"]) <= {words.EXTRA_CELLS, words.NUMBERS_UNDECIDED}
    check_approved("graded_sheets", {"every kind of sheet": shown(done, folder)})


def test_a_sheet_in_the_name_of_another_changes_no_mark_of_theirs(folder: Path) -> None:
    """Wide hands in Full's sheet; Comma hands in Book's under her own folder and nothing else."""
    hand_in(folder, "Full", filled(folder, "Full"))
    hand_in(folder, "Wide", filled(folder, "Full"))
    hand_in(folder, "Comma", filled(folder, "Book"))
    # A name that anybody can type, without the code of the sheet, beside the folder of the student.
    typed = filled(folder, "Book").query("question != 'code'")
    typed.loc[typed["question"] == "error", "answer"] = "nothing"
    (folder.parent / "returned" / "typed.csv").write_text(
        typed.replace("Book", "Full").to_csv(index=False), encoding="utf-8"
    )
    done = grade(folder)
    assert done.exit_code == 1
    summary = table(folder, "summary.csv").set_index("id")
    assert summary.loc["Full", ["marks", "remark"]].tolist() == [str(FULL), ""]
    assert summary.loc["Book", ["marks", "remark"]].tolist() == ["", words.NO_SHEET]
    assert summary.loc[["Wide", "Comma"], "marks"].tolist() == ["", ""]
    assert [("Full" in remark, "Book" in remark) for remark in summary.loc[["Wide", "Comma"], "remark"]] == [
        (True, False),
        (False, True),
    ]


def test_other_files_are_acknowledged(folder: Path) -> None:
    hand_in(folder, "Full", filled(folder, "Full"))
    for student, name in (("Wide", "answers.pdf"), ("Book", "assignment.ipynb"), ("Full", "notes.docx")):
        (folder.parent / "returned" / student).mkdir(exist_ok=True)
        (folder.parent / "returned" / student / name).write_bytes(b"%PDF")
    done = grade(folder)
    assert done.exit_code == 0
    remarks = table(folder, "summary.csv").set_index("id")["remark"]
    assert remarks["Wide"] == words.OTHER_FILES.format(files="Wide/answers.pdf")
    assert remarks["Book"] == words.OTHER_FILES.format(files="Book/assignment.ipynb")
    assert "notes.docx" in done.output


def test_a_copied_sheet_is_on_the_list_and_an_honest_one_is_not(folder: Path) -> None:
    for student in ("Full", "Book", "Short"):
        hand_in(folder, student, filled(folder, student))
    copied = filled(folder, "Full")
    own = pd.read_csv(folder / "students" / "Wide" / "answers.csv", dtype=str, keep_default_na=False)
    copied.loc[copied["question"].isin(["student", "code"]), "answer"] = own["answer"][:2].to_numpy()
    hand_in(folder, "Wide", copied)
    done = grade(folder)
    assert done.exit_code == 0
    assert "Compare Full and Wide" in done.output
    assert done.output.count("Compare") == 1
    page = (folder / "teacher" / "report.html").read_text(encoding="utf-8")
    assert "Full, Wide" in page
    assert table(folder, "summary.csv").set_index("id").loc["Full", "marks"] == str(FULL)


def test_every_student_has_a_file_of_feedback_without_the_right_answers(folder: Path) -> None:
    sheet = filled(folder, "Full")
    sheet.loc[sheet["question"] == "error", "answer"] = "nothing"
    hand_in(folder, "Full_4711_assignsubmission_file", sheet)
    hand_in(folder, "Book", filled(folder, "Book"))
    assert grade(folder).exit_code == 0
    feedback = folder / "teacher" / "feedback"
    assert len(list(feedback.rglob("feedback.txt"))) == len(NAMES)
    text = (feedback / "Full_4711_assignsubmission_file" / "feedback.txt").read_text(encoding="utf-8")
    key = table(folder, "key.csv").set_index(["id", "question"])["answer"]
    assert key[("Full", "error")] not in text
    assert words.ANOTHER in text


def test_no_p_is_zero_or_negative() -> None:
    """Both lie within the rounding of a small p; neither is one."""
    small = row("p", "0.00001")
    assert compare_answer(small, ["0.00005"]).status == "right"
    for text in ("0", "-0.00001", "1.2"):
        assert compare_answer(small, [text]).reason == words.NOT_A_P


def test_a_sheet_may_say_the_name_in_place_of_the_id(folder: Path) -> None:
    key = table(folder, "key.csv")
    ident = "Full"
    sheet = filled(folder, ident)
    sheet.loc[sheet["question"] == "student", "answer"] = key.loc[key["id"] == ident, "student"].iloc[0].upper()
    sheet = sheet[sheet["question"] != "code"]
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
    wrong = secretome(*make, "--roster", roster, "--scenario", "nil", "--error-share", "2")
    assert_refused(wrong)
    assert [line.partition(":")[0] for line in wrong.stderr.splitlines()] == ["--scenario", "--error-share"]
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


def row(kind: str, answer: str, uncorrected: str = "", choices: tuple[str, ...] = (), **more: object) -> KeyRow:
    return KeyRow(Question("q", "?", kind, 2, choices, **more), answer, uncorrected, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "right", "given", "status"),
    [
        # One per cent of 2 is 0.02: the edge is inside, and what is beyond it is not.
        ("ratio", "2", "2.02", "right"),
        ("ratio", "2", "1,98", "right"),
        ("ratio", "2", "2.03", "wrong"),
        # Two decimals: 0.125 is 0.13 or 0.12.
        ("ratio", "0.125", "0.13", "right"),
        ("ratio", "0.125", "0.131", "wrong"),
        ("ratio", "2", "1.5e0", "wrong"),
        ("ratio", "not estimable", "Not estimable", "right"),
        ("ratio", "not estimable", "1", "wrong"),
        ("ratio", "2", "about 2", "right"),
        ("ratio", "0.63", "0.63-fold", "right"),
        ("ratio", "0.34", "x0.34", "right"),
        ("ratio", "0.0205", "2.05×10^-2", "right"),
        ("ratio", "0.454", "45.4%", "right"),
        ("ratio", "0.454", "45.4", "mistaken"),
        ("ratio", "0.454", "2.2", "mistaken"),
        ("ratio", "0.454", "-0.79", "mistaken"),
        ("ratio", "0.63", "37 % lower", "undecided"),
        ("ratio", "0.63", "0.63 (0.4 to 0.9)", "undecided"),
        ("ratio", "2", "nan", "wrong"),
        ("ratio", "2", "inf", "wrong"),
        # Four decimals of a small p, three of another.
        ("p", "0.00022", "0.0002", "right"),
        ("p", "0.00022", "0.0003", "wrong"),
        ("p", "0.0404", "0.04", "right"),
        ("p", "0.0404", "0.0414", "wrong"),
        ("p", "0.0404", "0.0202", "mistaken"),
        ("p", "0.0056", "p = 0.0056", "right"),
        ("p", "0.00003", "<0.0001", "right"),
        ("p", "0.00003", "p < 0,0001", "right"),
        ("p", "0.0002", "<0.0001", "wrong"),
        ("p", "0.00003", "<0.05", "wrong"),
        ("p", "0.04", "4 %", "right"),
        ("choice", "sham or control", "Control", "right"),
        ("choice", "sham or control", "control and Sham", "right"),
        ("choice", "sham or control", "sham, control", "right"),
        ("choice", "sham or control", "sham or control", "right"),
        ("choice", "sham or control", "sham and none", "wrong"),
        ("choice", "sham", "sham and control", "wrong"),
        ("choice", "sham or control", "Septic control", "right"),
        ("choice", "not shown", "not_shown", "right"),
        ("choice", "supported", "contradicted", "wrong"),
        ("choice", "supported", "yes", "wrong"),
    ],
)
def test_one_answer(kind: str, right: str, given: str, status: str) -> None:
    choices = ("supported", "contradicted", "sham", "control", "not shown")
    compared = compare_answer(row(kind, right, choices=choices, labels={"Septic control": "control"}), [given])
    assert (compared.status, compared.reason == "") == (status, status == "right")


def test_an_answer_given_twice_counts_once_or_is_left_to_the_teacher() -> None:
    assert compare_answer(row("ratio", "2"), ["2", "2"]).status == "right"
    assert compare_answer(row("ratio", "2"), ["", "2"]).status == "right"
    assert compare_answer(row("ratio", "2"), ["2", "3"]).status == "undecided"
    assert compare_answer(row("ratio", "2"), ["2"], extra_cells=True).status == "undecided"
    assert compare_answer(row("ratio", "2", "3"), ["3"]).mistakes == {"uncorrected"}


# The keys of two claims, each with a ratio, a p, a verdict and a reason.
def two_claims() -> list[KeyRow]:
    error = Question("error", "?", "choice", 2, ("nothing", "wrong_unit"))
    rows = [KeyRow(error, "wrong_unit", "", 2)]
    reasons = ("claimed", "opposite", "not_significant")
    verdicts = ("supported", "contradicted", "inconclusive")
    for claim, ratio, p in (("a", "0.5", "0.011"), ("b", "0.4", "0.02")):
        rows += [
            KeyRow(Question(f"{claim}.ratio", "?", "ratio", 1, claim=claim), ratio, "700", 1),
            KeyRow(Question(f"{claim}.p", "?", "p", 1, claim=claim), p, "0.9", 1),
            KeyRow(
                Question(f"{claim}.verdict", "?", "choice", 2, verdicts, claim=claim), "supported", "inconclusive", 2
            ),
            KeyRow(
                Question(f"{claim}.reason", "?", "choice", 2, reasons, claim=claim), "claimed", "not_significant", 2
            ),
        ]
    return rows


RIGHT = {
    "error": "wrong_unit",
    **{"a.ratio": "0.5", "a.p": "0.011", "a.verdict": "supported", "a.reason": "claimed"},
    **{"b.ratio": "0.4", "b.p": "0.02", "b.verdict": "supported", "b.reason": "claimed"},
}
UNCORRECTED = {
    f"{claim}.{part}": answer
    for claim in "ab"
    for part, answer in (("ratio", "700"), ("p", "0.9"), ("verdict", "inconclusive"), ("reason", "not_significant"))
}


@pytest.mark.parametrize(
    ("changed", "total"),
    [
        ({}, 14),
        # One mistake, whatever follows from it.
        ({"error": "nothing", **UNCORRECTED}, 12),
        (UNCORRECTED, 13),
        ({"a.ratio": "2", "b.ratio": "2.5"}, 13),
        ({"a.p": "0.0055", "b.p": "0.01"}, 13),
        (
            {
                f"{claim}.{part}": answer
                for claim in "ab"
                for part, answer in (
                    ("ratio", "2" if claim == "a" else "2.5"),
                    ("verdict", "contradicted"),
                    ("reason", "opposite"),
                )
            },
            13,
        ),
        ({"a.reason": "not_significant", "a.verdict": "inconclusive"}, 12),
        # A verdict that does not follow from the reason, and a number that is wrong by an unknown mistake.
        ({"a.verdict": "inconclusive"}, 12),
        ({"a.ratio": "0.8"}, 13),
        # Nothing was calculated for the claim.
        ({"a.ratio": "", "a.p": ""}, 8),
        ({"a.ratio": "0.8", "a.p": "<0.0001"}, 8),
        # The verdict of the uncorrected file with the numbers of the right one is wrong.
        ({"a.verdict": "inconclusive", "b.verdict": "inconclusive"}, 10),
    ],
)
def test_a_mistake_costs_once(changed: dict[str, str], total: float) -> None:
    sheet = AnswerSheet("", {question: [answer] for question, answer in (RIGHT | changed).items()})
    marks = mark_sheet(two_claims(), sheet)
    assert None not in [mark.marks for mark in marks]
    assert sum(mark.marks or 0 for mark in marks) == total


def test_what_depends_on_an_undecided_number_is_undecided() -> None:
    sheet = AnswerSheet(
        "", {question: [answer] for question, answer in (RIGHT | {"a.ratio": "50 % lower", "a.p": ""}).items()}
    )
    marks = dict(zip([row.question.key for row in two_claims()], mark_sheet(two_claims(), sheet), strict=True))
    assert [marks[f"a.{part}"].marks for part in ("ratio", "p", "verdict", "reason")] == [None, 0, None, None]
    assert marks["b.verdict"] == Mark(2)


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


@pytest.mark.slow
def test_the_notebook_runs_as_it_is_and_writes_what_is_filled_in(folder: Path) -> None:
    place = folder / "students" / "Full"
    notebook = nbformat.read(place / "assignment.ipynb", as_version=4)
    nbformat.validate(notebook)
    last = notebook.cells[-1]
    assert last.source.startswith("answers = {")
    run = {"resources": {"metadata": {"path": str(place)}}, "timeout": 600, "kernel_name": "python3"}
    nbclient.NotebookClient(notebook, **run).execute()
    empty = pd.read_csv(place / "answers.csv", dtype=str, keep_default_na=False)
    assert empty.loc[~empty["question"].isin(["student", "code"]), "answer"].eq("").all()
    own = filled(folder, "Full").set_index("question")["answer"].drop("student")
    for question, answer in own.items():
        last.source = last.source.replace(f'"{question}": ""', f'"{question}": "{answer}"')
    nbclient.NotebookClient(notebook, **run).execute()
    shutil.copytree(place, folder.parent / "returned" / "Full")
    done = grade(folder)
    assert done.exit_code == 0, done.output
    assert table(folder, "summary.csv").set_index("id").loc["Full", "percent"] == "100"
