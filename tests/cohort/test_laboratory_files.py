"""Files as laboratories write them: read as intended, or refused with a remedy."""

import io
import warnings
import zipfile
from pathlib import Path

import pytest
from making import messages, read, xlsx
from openpyxl import Workbook

from secretome import load_study
from secretome.protocol import Protocol, load_protocol, study_folder

HEADER = ["animal", "group", "IL-6 (pg/mL)", "IL-4 (pg/mL)"]
ROWS = [["1", "sham", "14.5", "25"], ["2", "control", "118.5", "17"], ["3", "t1", "48", "20"], ["4", "t2", "31", "24"]]
READ = [14.5, 25, 118.5, 17, 48, 20, 31, 24]


def csv(*rows: list[str], delimiter: str = ",") -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode()


def with_cell(text: str, row: int = 1, column: int = 2) -> bytes:
    """The four rats with one cell changed, as tab-delimited text."""
    rows = [list(each) for each in ROWS]
    rows[row][column] = text
    return csv(HEADER, *rows, delimiter="\t")


# -- columns by other names


@pytest.mark.parametrize("name", ["Rat ID", "Mouse no.", "ID", "Animal number", "Subject", "#", "Rat (male)"])
def test_other_name_of_the_animals_is_read_and_noted(sepsis_protocol: Protocol, name: str) -> None:
    cohort = read(sepsis_protocol, csv([name, *HEADER[1:]], *ROWS))
    assert cohort.values["animal"].tolist()[::2] == ["1", "2", "3", "4"]
    assert f"column {name!r} is read as 'animal'" in cohort.notes


@pytest.mark.parametrize("name", ["Treatment", "Experimental group", "Arm"])
def test_other_name_of_the_groups_is_read_and_noted(sepsis_protocol: Protocol, name: str) -> None:
    cohort = read(sepsis_protocol, csv([HEADER[0], name, *HEADER[2:]], *ROWS))
    assert f"column {name!r} is read as 'group'" in cohort.notes


def test_exact_column_name_precedes_another_name(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, csv([*HEADER, "ID", "Treatment"], *([*row, "x", "daily"] for row in ROWS)))
    assert cohort.values["animal"].tolist()[::2] == ["1", "2", "3", "4"]
    assert {"column 'ID' was not used", "column 'Treatment' was not used"} <= set(cohort.notes)


def test_two_other_names_of_a_column_are_refused(sepsis_protocol: Protocol) -> None:
    content = csv(["Rat", "Subject", *HEADER[1:]], *([f"r{row[0]}", *row] for row in ROWS))
    (problem,) = messages(sepsis_protocol, content)
    assert problem.endswith("--map 'Rat=animal' or --map 'Subject=animal'.")
    assert read(sepsis_protocol, content, names={"Subject": "animal"}).values["animal"].tolist()[::2] == [
        "1",
        "2",
        "3",
        "4",
    ]


@pytest.mark.parametrize(
    ("name", "column"), [("No.", "animal"), ("Sample", "animal"), ("Condition", "group"), ("Tx", "group")]
)
def test_unknown_column_name_is_refused_and_can_be_mapped(sepsis_protocol: Protocol, name: str, column: str) -> None:
    content = csv(
        [
            name if name == "No." or column == "animal" else "animal",
            name if column == "group" else "group",
            *HEADER[2:],
        ],
        *ROWS,
    )
    (problem,) = messages(sepsis_protocol, content)
    assert problem.endswith(f": --map '{name}={column}'.")
    cohort = read(sepsis_protocol, content, names={name: column})
    assert cohort.values["value"].tolist() == READ
    assert cohort.names == {name: column}
    assert f"{name!r} is read as {column!r}, as set by --map" in cohort.notes


def test_endpoint_among_other_words_is_refused_and_keeps_its_unit(sepsis_protocol: Protocol) -> None:
    content = csv([*HEADER[:2], "Serum IL-6 (ng/mL)", HEADER[3]], *ROWS)
    (problem,) = messages(sepsis_protocol, content)
    assert "add --map 'Serum IL-6=IL-6'" in problem
    for name in ("Serum IL-6", "Serum IL-6 (ng/mL)"):
        (problem,) = messages(sepsis_protocol, content, names={name: "il6"})
        assert problem.startswith(
            "cell C1: found the unit 'ng/mL'; expected 'pg/mL' for il6. Multiply the values by 1000"
        )


def test_columns_of_other_numbers_are_accepted(sepsis_protocol: Protocol) -> None:
    rows = [[*row[:3], "250", "9", "3.5"] for row in ROWS]
    cohort = read(sepsis_protocol, csv([*HEADER[:3], "Weight (g)", "age", "Score (points)"], *rows))
    assert {"column 'Weight (g)' was not used", "column 'age' was not used"} <= set(cohort.notes)
    (problem,) = messages(sepsis_protocol, csv([*HEADER[:3], "weight", "marker A", "marker B"], *rows))
    assert problem.startswith(
        "cell E1: found the columns 'marker A', 'marker B', which contain numbers; expected il4, which has no column."
    )


@pytest.mark.parametrize("name", ["Excluded", "excl.", "Reason for exclusion", "Outlier?"])
def test_exclusion_under_another_name_is_refused(sepsis_protocol: Protocol, name: str) -> None:
    (problem,) = messages(
        sepsis_protocol, csv([*HEADER, name], *([*row, "yes" if row[0] == "2" else ""] for row in ROWS))
    )
    assert "the nearest is 'exclude'" in problem


@pytest.mark.parametrize("name", ["IL-6 duplicate", "IL-6 rep2", "il6 well 2"])
def test_column_of_a_second_well_is_refused(sepsis_protocol: Protocol, name: str) -> None:
    (problem,) = messages(sepsis_protocol, csv([*HEADER, name], *([*row, row[2]] for row in ROWS)))
    assert problem.startswith(
        f"cell E1: found the column {name!r}, which appears to be one of several wells; expected one column for "
    )
    assert "numbered in a column 'replicate'" in problem


# -- everything at once


def test_cells_below_a_wrong_header_are_reported_with_it(sepsis_protocol: Protocol) -> None:
    rows = [["1", "shm", "abc", "25"], ["2", "control", "92", "ND"], ["3", "t1", "48", "20"]]
    problems = messages(sepsis_protocol, csv(["animal", "grp", "IL-6 (ng/mL)", "IL4x"], *rows))
    assert [problem.split(";")[0] for problem in problems] == [
        "cell C1: found the unit 'ng/mL'",
        "cell B1: found the column 'grp'",
        "cell D1: found the column 'IL4x'",
        "cell B2: found the group 'shm'",
        "cell C2: found 'abc'",
        "cell D3: found 'ND'",
    ]


def test_values_are_reported_if_a_column_is_missing_or_unnamed(sepsis_protocol: Protocol) -> None:
    problems = messages(
        sepsis_protocol,
        csv(
            ["Sample", "group", "", "il6", "il4"],
            *([*row[:2], "7", *row[2:]] for row in ROWS),
            ["5", "x9", "", "?", "3"],
        ),
    )
    assert [problem.split(";")[0] for problem in problems] == [
        "cell C1: found an empty header over a filled column",
        "row 1: found no column 'animal' among 'Sample', 'group', '', 'il6', 'il4'",
        "cell B6: found the group 'x9'",
        "cell D6: found '?'",
    ]


def test_group_columns_and_their_values_are_reported_together(sepsis_protocol: Protocol) -> None:
    problems = messages(
        sepsis_protocol,
        xlsx({"IL-6": [["Sham", "Control", "", "Contrl"], [12, "abc", 3, 100], [13, 110, 4, "ND"]]}),
        "rats.xlsx",
    )
    assert [problem.split(";")[0] for problem in problems] == [
        "cell 'IL-6'!C1: found an empty header over a filled column",
        "cell 'IL-6'!B2: found 'abc'",
        "cell 'IL-6'!D1: found the group 'Contrl'",
        "cell 'IL-6'!D3: found 'ND'",
    ]


# -- times and numbers


def test_time_without_event_is_refused_unless_planned(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, csv([*HEADER, "time"], *([*row, "24 h"] for row in ROWS)))
    assert problem.startswith("cell E1: found a column 'time' with 24 h and no column 'event'; expected 48 h")
    assert (
        read(sepsis_protocol, csv([*HEADER, "time (h)"], *([*row, "48 h"] for row in ROWS))).values["time"].tolist()
        == [48.0] * 8
    )
    cohort = read(sepsis_protocol, csv([*HEADER, "time", "event"], *([*row, "24", "0"] for row in ROWS)))
    assert "last observed alive at 24 h, where the protocol samples at 48 h" in cohort.notes


@pytest.mark.parametrize("text", ["1e308", "1e-300", "-1e200", "<1e-300", ">1e20", "1e-400"])
def test_impossible_numbers_are_refused_by_cell(sepsis_protocol: Protocol, text: str) -> None:
    (problem,) = messages(sepsis_protocol, with_cell(text))
    assert problem.startswith(f"cell C3: found '{text}'; expected a number that can be measured, from 1e-15 to 1e+15.")


def test_extreme_numbers_give_no_warning(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    values = ["1e-15", "1e15", "3", "7"]
    rows = [
        [f"{group}{at}", group, value, value]
        for group in ("sham", "control", "t1", "t2")
        for at, value in enumerate(values)
    ]
    path.write_bytes(csv(HEADER, *rows))
    from secretome import adjudicate, analyse

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = load_study("sepsis_cytokines", cohort=path)
        adjudicate(study, analyse(study, ("published", "planned")))


# -- cells


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("n.d.", "Write the limit itself: <15.6, not 'n.d.', where"),
        ("below LOD", "Write the limit itself"),
        ("< LOD", "Write the limit itself"),
        ("1 250", "without thousands separators"),
        ("1.250,5", "without thousands separators"),
        ("03.May", "a number that a spreadsheet changed to a date"),
        ("#DIV/0!", "Correct the formula"),
        ("12.5±0.3", "not a mean with a standard deviation"),
        ("12.5 / 13.25", "write one row per well, numbered in a column 'replicate'"),
        ("12.5 pg/mL", "write a unit in the header"),
        ("12.5*", "the remark in a column 'note'"),
        ("less than 15.6", "Write <15.6 if the value lies below this limit"),
        ("haemolysed", "leave it empty if the value is missing"),
    ],
)
def test_text_that_is_no_value_is_refused_with_a_remedy(sepsis_protocol: Protocol, text: str, remedy: str) -> None:
    (problem,) = messages(sepsis_protocol, with_cell(text))
    assert problem.startswith("cell C3: found ")
    assert remedy in problem


@pytest.mark.parametrize("text", ["-", "–", "—", "N/A", "n.a.", "NULL"])
def test_words_for_missing_values_are_missing(sepsis_protocol: Protocol, text: str) -> None:
    assert "1 values missing, 0 censored, 0 excluded" in read(sepsis_protocol, with_cell(text)).notes


@pytest.mark.parametrize(
    "text", ["118.5\N{ZERO WIDTH SPACE}", "\N{LEFT-TO-RIGHT MARK}118.5", "118.5\N{NO-BREAK SPACE}"]
)
def test_zero_width_characters_are_removed(sepsis_protocol: Protocol, text: str) -> None:
    assert read(sepsis_protocol, with_cell(text)).values["value"].tolist() == READ


def test_points_in_a_word_are_not_decimal_marks(sepsis_protocol: Protocol) -> None:
    problems = messages(
        sepsis_protocol, csv(HEADER, ["1", "sham", "14,5", "25"], ["2", "control", "n.d.", "17"], delimiter=";")
    )
    assert [problem.split(";")[0] for problem in problems] == ["cell C3: found 'n.d.'"]


# -- tables


def test_group_sizes_and_a_row_of_units_are_read(sepsis_protocol: Protocol) -> None:
    rows = [["Group", "Sham (n = 2)", "Control, n=2"], ["", "pg/mL", "(pg/mL)"], [1, 12, 100], [2, 13, 110]]
    cohort = read(sepsis_protocol, xlsx({"IL-6": rows}), "rats.xlsx")
    assert cohort.values["value"].tolist() == [12, 100, 13, 110]
    assert cohort.units_stated == {"il6"}


def test_row_of_units_without_an_endpoint_is_refused(sepsis_protocol: Protocol) -> None:
    rows = [["", "Sham", "Control"], ["", "pg/mL", "pg/mL"], ["IL-6", 12, 100], ["IL-4", 25, 17]]
    problems = messages(sepsis_protocol, xlsx({"Data": rows}), "rats.xlsx")
    assert "cell Data!B2: found a row of units; expected the endpoint that has this unit." in problems[0]


def test_header_over_two_rows_is_read(sepsis_protocol: Protocol) -> None:
    def merge(book: Workbook) -> None:
        book["Data"].merge_cells("C1:D1")

    rows = [["animal", "group", "Cytokines (pg/mL)", ""], ["", "", "IL-6", "IL-4"], *ROWS]
    assert read(sepsis_protocol, xlsx({"Data": rows}, merge), "rats.xlsx").values["value"].tolist() == READ
    units = [["", "", "IL-6", "IL-4"], ["animal", "group", "pg/mL", "pg/mL"], *ROWS]
    cohort = read(sepsis_protocol, xlsx({"Data": units}), "rats.xlsx")
    assert cohort.values["value"].tolist() == READ
    assert cohort.units_stated == {"il6", "il4"}


def test_row_of_units_with_a_word_below_the_animals_is_read(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, csv(["animal", "group", "IL-6", "IL-4"], ["no.", "", "(pg/mL)", "(pg/mL)"], *ROWS))
    assert cohort.values["value"].tolist() == READ
    assert cohort.units_stated == {"il6", "il4"}


def test_transposed_table_is_refused(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, csv(["Sham", "12", "13"], ["Control", "100", "110"], ["T1", "50", "55"]))
    assert problem.startswith("cell A1: found a transposed table, with 'Sham', 'Control', 'T1' in a column;")
    (problem,) = messages(
        sepsis_protocol, csv(["animal", "1", "2"], ["Treatment", "sham", "sham"], ["IL-6", "12", "13"])
    )
    assert "a transposed table" in problem


def test_decimal_commas_in_a_comma_file_are_refused_once(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, csv(HEADER, ["1", "sham", "14,5", "25"], ["2", "control", "118,5", "17"]))
    assert problem.startswith("cell E1: ")
    assert "separate the columns with semicolons" in problem


def test_file_without_known_names_is_refused_with_the_similar_ones(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, csv(["Group 1: Sham", "Group 2: Control"], ["12", "100"], ["13", "110"]))
    assert (
        "found no header of this study; expected a row with 'animal', 'group' and the measurements, or one "
        "that names groups" in problem
    )
    assert "--map 'Group 1: Sham=sham' --map 'Group 2: Control=control'" in problem.replace("=Sham'", "=sham'")


def test_numbers_as_groups_are_refused_and_can_be_mapped(sepsis_protocol: Protocol) -> None:
    content = csv(HEADER, *([row[0], str(at), *row[2:]] for at, row in enumerate(ROWS, start=1)))
    problems = messages(sepsis_protocol, content)
    assert problems[0].endswith("Correct the name, or state its group with --map '1=KEY'.")
    assert (
        read(sepsis_protocol, content, names={"1": "sham", "2": "control", "3": "t1", "4": "t2"})
        .values["value"]
        .tolist()
        == READ
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            ["5", "", "14", "25"],
            "cell B6: found no group; expected one of sham, control, t1, t2, or its label. Write the group in every "
            "row",
        ),
        (["", "", "53", "21"], "cell A6: found a row without animal and group; expected the row of an animal."),
        (["1", "t2", "14", "25"], "give two animals two ids, such as 't2 1'"),
    ],
)
def test_row_without_an_animal_is_one_problem(sepsis_protocol: Protocol, row: list[str], sentence: str) -> None:
    (problem,) = messages(sepsis_protocol, csv(HEADER, *ROWS, row))
    assert sentence in problem


def test_unnamed_column_without_values_is_noted(sepsis_protocol: Protocol) -> None:
    counted = csv(["", *HEADER, ""], *([str(at), *row, "lethargic" if at == 2 else ""] for at, row in enumerate(ROWS)))
    cohort = read(sepsis_protocol, counted)
    assert cohort.values["value"].tolist() == READ
    assert "column A has no name and counts the rows: not used" in cohort.notes
    assert "column F has no name and contains no numbers: not used ('lethargic')" in cohort.notes
    (problem,) = messages(
        sepsis_protocol, csv([*HEADER[:3], "", HEADER[3]], *([*row[:3], "9", row[3]] for row in ROWS))
    )
    assert problem.startswith("cell D1: found an empty header over a filled column")


def test_missing_header_is_not_a_transposed_table(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, csv(*ROWS, ["5", "sham", "12", "25"]))
    assert problem.startswith("found no header of this study;")
    assert problem.endswith("Is the row of column names missing?")


def test_columns_aligned_with_spaces_are_read(sepsis_protocol: Protocol) -> None:
    whole = b"animal group    il6   il4\n1      sham     14.5  25\n2      control  118.5 17\n"
    assert read(sepsis_protocol, whole, "rats.txt").values["value"].tolist() == READ[:4]
    # The second rat has no IL-6: two spaces stand for the empty cell, and its IL-4 does not move.
    gap = read(sepsis_protocol, b"animal group il6 il4\n1 sham 14.5 25\n2 control  17\n", "rats.txt").values
    assert gap[gap["animal"] == "2"]["value"].isna().tolist() == [True, False]


def test_table_of_means_is_refused(sepsis_protocol: Protocol) -> None:
    problems = messages(sepsis_protocol, csv(["group", "n", "IL-6 mean", "IL-6 SD"], ["sham", "12", "14", "3"]))
    assert problems[0].startswith(
        "cell C1: found the column 'IL-6 mean', which is a summary; expected one value per animal."
    )


def test_titre_written_as_a_dilution_is_read() -> None:
    mice = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    cohort = read(
        mice, csv(["mouse", "group", "titre"], ["1", "saline", "1:16"], ["2", "im10", "<1/2"], ["3", "im50", "64"])
    )
    assert cohort.values[["lower", "upper"]].to_numpy().tolist() == [[16, 16], [0, 2], [64, 64]]
    (problem,) = messages(mice, csv(["mouse", "group", "afc"], ["1", "saline", "1:16"]))
    assert "found '1:16'" in problem


def test_long_text_in_a_cell_is_cut_in_the_message(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, with_cell("x" * 5000))
    assert len(problem) < 400


# -- files of other programs


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "mine.numbers",
            archive("Index/Document.iwa"),
            "a file of Apple Numbers; expected a CSV file, an Excel workbook or a Prism file",
        ),
        ("mine.docx", archive("[Content_Types].xml", "word/document.xml"), "a text of a word processor"),
        ("mine.xlsb", archive("[Content_Types].xml", "xl/workbook.bin"), "Save it as an Excel workbook (.xlsx)."),
        ("mine.zip", archive("rats.csv"), "an archive of other files"),
        ("mine.prism", archive("document.json"), "Prism XML"),
        ("mine.pdf", b"%PDF-1.7\n1 0 obj\n", "a PDF"),
        ("mine.json", b'[{"animal": 1}]', "JSON"),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0" + bytes(1000) + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        ("~$rats.xlsx", b"\x05Anna", "Give rats.xlsx."),
    ],
)
def test_file_of_another_program_is_refused_by_its_type(
    sepsis_protocol: Protocol, name: str, content: bytes, sentence: str
) -> None:
    (problem,) = messages(sepsis_protocol, content, name)
    assert sentence in problem


def test_text_named_as_a_workbook_is_read(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, csv(HEADER, *ROWS), "rats.xlsx").values["value"].tolist() == READ
