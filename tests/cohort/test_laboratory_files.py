"""Files as laboratories write them: read as intended, or refused with a remedy."""

import io
import warnings
import zipfile
from pathlib import Path

import pytest
from making import check_notes, check_refusals, read, refused, xlsx
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
def test_other_name_of_the_animals_is_read(sepsis_protocol: Protocol, name: str) -> None:
    cohort = read(sepsis_protocol, csv([name, *HEADER[1:]], *ROWS))
    assert cohort.values["animal"].tolist()[::2] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("name", ["Treatment", "Experimental group", "Arm"])
def test_other_name_of_the_groups_is_read(sepsis_protocol: Protocol, name: str) -> None:
    cohort = read(sepsis_protocol, csv([HEADER[0], name, *HEADER[2:]], *ROWS))
    assert cohort.values["group"].tolist()[::2] == ["sham", "control", "t1", "t2"]


TWO_NAMES = csv([*HEADER, "ID", "Treatment"], *([*row, "x", "daily"] for row in ROWS))


def test_exact_column_name_precedes_another_name(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, TWO_NAMES).values["animal"].tolist()[::2] == ["1", "2", "3", "4"]


TWO_OTHER_NAMES = csv(["Rat", "Subject", *HEADER[1:]], *([f"r{row[0]}", *row] for row in ROWS))


def test_one_of_two_other_names_of_a_column_can_be_mapped(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, TWO_OTHER_NAMES, names={"Subject": "animal"})
    assert cohort.values["animal"].tolist()[::2] == ["1", "2", "3", "4"]


UNKNOWN_NAMES = {"No.": "animal", "Sample": "animal", "Condition": "group", "Tx": "group"}


def with_unknown_name(name: str) -> bytes:
    return csv([name if column == UNKNOWN_NAMES[name] else column for column in HEADER[:2]] + HEADER[2:], *ROWS)


@pytest.mark.parametrize(("name", "column"), UNKNOWN_NAMES.items())
def test_unknown_column_name_can_be_mapped(sepsis_protocol: Protocol, name: str, column: str) -> None:
    cohort = read(sepsis_protocol, with_unknown_name(name), names={name: column})
    assert cohort.values["value"].tolist() == READ
    assert cohort.names == {name: column}


def test_columns_of_laboratory_files_are_refused_at_the_cell(sepsis_protocol: Protocol) -> None:
    serum = csv([*HEADER[:2], "Serum IL-6 (ng/mL)", HEADER[3]], *ROWS)
    markers = csv([*HEADER[:3], "weight", "marker A", "marker B"], *([*row[:3], "250", "9", "3.5"] for row in ROWS))
    header_of_numbers = csv(HEADER, *([row[0], str(at), *row[2:]] for at, row in enumerate(ROWS, start=1)))
    unnamed = csv([*HEADER[:3], "", HEADER[3]], *([*row[:3], "9", row[3]] for row in ROWS))
    check_refusals(
        "refused_columns_of_laboratory_files",
        sepsis_protocol,
        {
            "two other names of the animals": (TWO_OTHER_NAMES, "row 1"),
            **{f"unknown column name {name}": (with_unknown_name(name), "row 1") for name in UNKNOWN_NAMES},
            "endpoint among other words": (serum, "cell C1"),
            "endpoint mapped without its unit": (serum, "cell C1", "", {"names": {"Serum IL-6": "il6"}}),
            "endpoint mapped with its unit": (serum, "cell C1", "", {"names": {"Serum IL-6 (ng/mL)": "il6"}}),
            "unknown columns and no column of an endpoint": (markers, "cell E1"),
            **{
                f"exclusion named {name}": (
                    csv([*HEADER, name], *([*row, "yes"[: row[0] == "2"]] for row in ROWS)),
                    "cell E1",
                )
                for name in ("Excluded", "excl.", "Reason for exclusion", "Outlier?")
            },
            **{
                f"second well named {name}": (csv([*HEADER, name], *([*row, row[2]] for row in ROWS)), "cell E1")
                for name in ("IL-6 duplicate", "IL-6 rep2", "il6 well 2")
            },
            "time without event": (csv([*HEADER, "time"], *([*row, "24 h"] for row in ROWS)), "cell E1"),
            "empty header over values": (unnamed, "cell D1"),
            "numbers as groups": (header_of_numbers, "cell B2; cell B3; cell B4; cell B5"),
            "several wrong columns and values": (
                csv(
                    ["animal", "grp", "IL-6 (ng/mL)", "IL4x"],
                    ["1", "shm", "abc", "25"],
                    ["2", "control", "92", "ND"],
                    ["3", "t1", "48", "20"],
                ),
                "cell C1; cell B1; cell D1; cell B2; cell C2; cell D3",
            ),
            "missing and unnamed columns and wrong values": (
                csv(
                    ["Sample", "group", "", "il6", "il4"],
                    *([*row[:2], "7", *row[2:]] for row in ROWS),
                    ["5", "x9", "", "?", "3"],
                ),
                "cell C1; row 1; cell B6; cell D6",
            ),
        },
    )


# -- times and numbers


NOT_AT_THE_PLANNED_TIME = csv([*HEADER, "time", "event"], *([*row, "24", "0"] for row in ROWS))


def test_planned_time_without_event_is_read(sepsis_protocol: Protocol) -> None:
    planned = csv([*HEADER, "time (h)"], *([*row, "48 h"] for row in ROWS))
    assert read(sepsis_protocol, planned).values["time"].tolist() == [48.0] * 8


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


def test_texts_that_are_no_values_are_refused_at_the_cell(sepsis_protocol: Protocol) -> None:
    texts = (
        *("n.d.", "below LOD", "< LOD", "1 250", "1.250,5", "03.May", "#DIV/0!", "12.5±0.3", "12.5 / 13.25"),
        *("12.5 haemolysed", "12.5*", "less than 15.6", "haemolysed", "1:16", "x" * 5000),
        *("1e308", "1e-300", "-1e200", "<1e-300", ">1e20", "1e-400"),
    )
    points = csv(HEADER, ["1", "sham", "14,5", "25"], ["2", "control", "n.d.", "17"], delimiter=";")
    check_refusals(
        "refused_texts_in_cells",
        sepsis_protocol,
        {text[:20]: (with_cell(text), "cell C3") for text in texts}
        | {"n.d. among numbers with decimal commas": (points, "cell C3")},
    )


@pytest.mark.parametrize("text", ["-", "–", "—", "N/A", "n.a.", "NULL"])
def test_words_for_missing_values_are_missing(sepsis_protocol: Protocol, text: str) -> None:
    assert read(sepsis_protocol, with_cell(text)).values["value"].isna().tolist() == [at == 2 for at in range(8)]


@pytest.mark.parametrize(
    "text", ["118.5\N{ZERO WIDTH SPACE}", "\N{LEFT-TO-RIGHT MARK}118.5", "118.5\N{NO-BREAK SPACE}"]
)
def test_zero_width_characters_are_removed(sepsis_protocol: Protocol, text: str) -> None:
    assert read(sepsis_protocol, with_cell(text)).values["value"].tolist() == READ


# -- tables


def test_group_sizes_and_a_row_of_units_are_read(sepsis_protocol: Protocol) -> None:
    rows = [["Group", "Sham (n = 2)", "Control, n=2"], ["", "pg/mL", "(pg/mL)"], [1, 12, 100], [2, 13, 110]]
    cohort = read(sepsis_protocol, xlsx({"IL-6": rows}), "rats.xlsx")
    assert cohort.values["value"].tolist() == [12, 100, 13, 110]
    assert cohort.units_stated == {"il6"}


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


def test_tables_of_laboratories_are_refused_at_the_cell_or_file(sepsis_protocol: Protocol) -> None:
    groups = [["Sham", "Control", "", "Contrl"], [12, "abc", 3, 100], [13, 110, 4, "ND"]]
    units = [["", "Sham", "Control"], ["", "pg/mL", "pg/mL"], ["IL-6", 12, 100], ["IL-4", 25, 17]]
    by_group = csv(["Sham", "12", "13"], ["Control", "100", "110"], ["T1", "50", "55"])
    check_refusals(
        "refused_tables_of_laboratories",
        sepsis_protocol,
        {
            "group columns with a misspelt group and text": (
                xlsx({"IL-6": groups}),
                "cell 'IL-6'!C1; cell 'IL-6'!B2; cell 'IL-6'!D1; cell 'IL-6'!D3",
            ),
            "row of units without an endpoint": (xlsx({"Data": units}), "cell Data!B2"),
            "transposed groups without an endpoint": (by_group, "row 1"),
            "decimal commas between commas": (
                csv(HEADER, ["1", "sham", "14,5", "25"], ["2", "control", "118,5", "17"]),
                "cell E1",
            ),
            "similar names of groups": (
                csv(["Group 1: Sham", "Group 2: Control"], ["12", "100"], ["13", "110"]),
                "",
            ),
            "no header": (csv(*ROWS, ["5", "sham", "12", "25"]), ""),
            "means of groups": (
                csv(["group", "n", "IL-6 mean", "IL-6 SD"], ["sham", "12", "14", "3"]),
                "cell C1; cell D1; row 1",
            ),
            "row without a group": (csv(HEADER, *ROWS, ["5", "", "14", "25"]), "cell B6"),
            "row without an animal and a group": (csv(HEADER, *ROWS, ["", "", "53", "21"]), "cell A6"),
            "animal in two groups": (csv(HEADER, *ROWS, ["1", "t2", "14", "25"]), "cell C6"),
        },
    )


def test_notes_on_laboratory_files_match_the_approved_text(sepsis_protocol: Protocol) -> None:
    numbers = csv(
        [*HEADER[:3], "Weight (g)", "age", "Score (points)"], *([*row[:3], "250", "9", "3.5"] for row in ROWS)
    )
    check_notes(
        "notes_on_laboratory_files",
        {
            "other names": read(sepsis_protocol, csv(["Rat ID", "Treatment", *HEADER[2:]], *ROWS)),
            "exact names and other names": read(sepsis_protocol, TWO_NAMES),
            "mapped column": read(sepsis_protocol, with_unknown_name("Tx"), names={"Tx": "group"}),
            "columns of other numbers": read(sepsis_protocol, numbers),
            "alive before the planned time": read(sepsis_protocol, NOT_AT_THE_PLANNED_TIME),
            "columns without a name": read(sepsis_protocol, UNNAMED_COLUMNS),
        },
    )


def test_numbers_as_groups_can_be_mapped(sepsis_protocol: Protocol) -> None:
    content = csv(HEADER, *([row[0], str(at), *row[2:]] for at, row in enumerate(ROWS, start=1)))
    groups = {"1": "sham", "2": "control", "3": "t1", "4": "t2"}
    assert read(sepsis_protocol, content, names=groups).values["value"].tolist() == READ


UNNAMED_COLUMNS = csv(
    ["", *HEADER, ""], *([str(at), *row, "lethargic" if at == 2 else ""] for at, row in enumerate(ROWS))
)


def test_unnamed_column_without_values_is_not_used(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, UNNAMED_COLUMNS).values["value"].tolist() == READ


def test_columns_aligned_with_spaces_are_read(sepsis_protocol: Protocol) -> None:
    whole = b"animal group    il6   il4\n1      sham     14.5  25\n2      control  118.5 17\n"
    assert read(sepsis_protocol, whole, "rats.txt").values["value"].tolist() == READ[:4]
    # The second rat has no IL-6: two spaces stand for the empty cell, and its IL-4 does not move.
    gap = read(sepsis_protocol, b"animal group il6 il4\n1 sham 14.5 25\n2 control  17\n", "rats.txt").values
    assert gap[gap["animal"] == "2"]["value"].isna().tolist() == [True, False]


def test_titre_written_as_a_dilution_is_read() -> None:
    mice = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    cohort = read(
        mice, csv(["mouse", "group", "titre"], ["1", "saline", "1:16"], ["2", "im10", "<1/2"], ["3", "im50", "64"])
    )
    assert cohort.values[["lower", "upper"]].to_numpy().tolist() == [[16, 16], [0, 2], [64, 64]]
    assert [problem.place for problem in refused(mice, csv(["mouse", "group", "afc"], ["1", "saline", "1:16"]))] == [
        "cell C2"
    ]


def test_long_text_in_a_cell_is_cut_in_the_message(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, with_cell("x" * 5000))
    assert len(problem.found) < 300


# -- files of other programs


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


def test_files_of_other_programs_are_refused_by_their_type(sepsis_protocol: Protocol) -> None:
    locked = b"\xd0\xcf\x11\xe0" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    files = {
        "mine.numbers": archive("Index/Document.iwa"),
        "mine.docx": archive("[Content_Types].xml", "word/document.xml"),
        "mine.xlsb": archive("[Content_Types].xml", "xl/workbook.bin"),
        "mine.zip": archive("rats.csv"),
        "mine.prism": archive("document.json"),
        "mine.pdf": b"%PDF-1.7\n1 0 obj\n",
        "mine.json": b'[{"animal": 1}]',
        "locked.xlsx": locked,
        "~$rats.xlsx": b"\x05Anna",
    }
    check_refusals(
        "refused_files_of_other_programs", sepsis_protocol, {name: (files[name], "", name) for name in files}
    )


def test_text_named_as_a_workbook_is_read(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, csv(HEADER, *ROWS), "rats.xlsx").values["value"].tolist() == READ
