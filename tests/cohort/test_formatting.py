"""Formatting that changes the meaning of cells: strikes, hidden rows and columns, means below a table."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import edited, messages, ods, pzfx, read, refused, xlsx
from openpyxl import Workbook
from openpyxl.styles import Font

from secretome.protocol import Protocol

RATS = [
    ["animal", "group", "IL-6", "IL-4"],
    [1, "sham", 14.5, 25],
    [2, "control", 118.5, 17],
    [3, "t1", 48, 20],
    [4, "t2", 31, 24],
]
GROUPS = [["Sham", "Control", "T1", "T2"], [12, 100, 50, 35], [13, 110, 55, 38], [14, 120, 60, 40]]


def strike(*cells: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for cell in cells:
            book.worksheets[0][cell].font = Font(strike=True)

    return change


# -- struck out


def test_struck_out_value_is_refused(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, xlsx({"Data": RATS}, strike("C3")))
    assert problem.startswith(
        "cell Data!C3: found '118.5' struck out; expected values that count, or a reason to leave them out."
    )
    assert "give the row a reason in a column 'exclude'" in problem


def test_struck_out_row_is_one_problem(sepsis_protocol: Protocol) -> None:
    (problem,) = messages(sepsis_protocol, xlsx({"Data": RATS}, strike("A3", "B3", "C3", "D3")))
    assert problem.startswith("cell Data!A3: found '2' struck out, and Data!B3, Data!C3, Data!D3 too;")


def test_struck_out_row_with_a_reason_is_excluded(sepsis_protocol: Protocol) -> None:
    rows = [[*RATS[0], "exclude"], *([*row, "clotted" if row[0] == 2 else None] for row in RATS[1:])]
    cohort = read(sepsis_protocol, xlsx({"Data": rows}, strike("A3", "C3", "D3")))
    assert set(cohort.excluded["animal"]) == {"2"}
    assert len(cohort.values) == 6


def test_strike_outside_of_values_is_ignored(sepsis_protocol: Protocol) -> None:
    rows = [[*RATS[0], "note"], *([*row, "" if row[0] == 1 else "fine"] for row in RATS[1:])]
    assert len(read(sepsis_protocol, xlsx({"Data": rows}, strike("E2", "E3", "H9"))).values) == 8


def test_struck_out_part_of_a_text_and_header_are_refused(sepsis_protocol: Protocol) -> None:
    """Excel keeps texts in a part of their own, with the form of every piece."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = f'<sst xmlns="{main}"><si><r><rPr><strike/></rPr><t>1</t></r><r><t>18.5</t></r></si></sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

    def share(part: bytes) -> bytes:
        part = re.sub(rb'(<c r="C3"[^>]*) t="inlineStr"><is><t>118.5</t></is>', rb'\1 t="s"><v>0</v>', part)
        return part.replace(
            b"</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
        )

    content = xlsx({"Data": [*RATS[:2], [2, "control", "118.5", 17], *RATS[3:]]}, strike("D1"))
    problems = messages(sepsis_protocol, edited(content, share, {"xl/sharedStrings.xml": texts}))
    assert [problem.split(";")[0] for problem in problems] == [
        "cell Data!D1: found the struck-out header 'IL-4'",
        "cell Data!C3: found '118.5' struck out",
    ]


def test_struck_out_value_in_a_group_column_is_refused_in_excel_and_excluded_in_prism(
    sepsis_protocol: Protocol,
) -> None:
    (problem,) = messages(sepsis_protocol, xlsx({"IL-6": GROUPS}, strike("B3")))
    assert problem.startswith("cell 'IL-6'!B3: found '110' struck out")
    cohort = read(
        sepsis_protocol, pzfx({"IL-6": {"Sham": [12, 13], "Control": [100, 110]}}, struck=[("Control", 1)]), "rats.pzfx"
    )
    assert cohort.excluded["animal"].tolist() == ["control 2"]


# -- hidden


def test_hidden_values_are_refused_by_rows_and_by_columns(sepsis_protocol: Protocol) -> None:
    def hide(book: Workbook) -> None:
        book["Data"].row_dimensions[3].hidden = True
        book["Data"].row_dimensions[5].hidden = True
        book["Data"].column_dimensions["D"].hidden = True

    problems = refused(sepsis_protocol, xlsx({"Data": RATS}, hide))
    assert [problem.place for problem in problems] == ["rows 3, 5 of 'Data'", "column D of 'Data'"]


def test_hidden_cells_without_values_are_noted(sepsis_protocol: Protocol) -> None:
    def hide(book: Workbook) -> None:
        book["Data"].column_dimensions["B"].hidden = True
        book["Data"].column_dimensions["H"].hidden = True
        book["Data"].row_dimensions[5].hidden = True
        book["Data"].row_dimensions[9].hidden = True

    rows = [[*RATS[0], "exclude"], *([*row, "died" if row[0] == 4 else None] for row in RATS[1:])]
    cohort = read(sepsis_protocol, xlsx({"Data": rows}, hide))
    assert "hidden columns, read like the others: 'group' (B)" in cohort.notes
    assert len(cohort.excluded) == 2


def test_hidden_group_column_is_refused(sepsis_protocol: Protocol) -> None:
    def hide(book: Workbook) -> None:
        book["IL-6"].column_dimensions["C"].hidden = True

    assert messages(sepsis_protocol, xlsx({"IL-6": GROUPS}, hide))[0].startswith(
        "column C of 'IL-6': found hidden values"
    )


def test_hidden_sheet_is_noted(sepsis_protocol: Protocol) -> None:
    def hide(book: Workbook) -> None:
        book["Data"].sheet_state = "hidden"

    assert (
        "hidden sheet 'Data' of the workbook"
        in read(sepsis_protocol, xlsx({"Notes": [["x", "y"]], "Data": RATS}, hide)).notes
    )


# -- other workbooks


def test_strikes_and_hidden_cells_of_an_old_workbook_are_refused(sepsis_protocol: Protocol) -> None:
    """Written by xlwt: C2 is struck out, row 3 and column D are hidden."""
    problems = messages(sepsis_protocol, (Path(__file__).parent / "marked.xls").read_bytes(), "old.xls")
    assert [problem.split(";")[0] for problem in problems] == [
        "cell Data!C2: found '14.5' struck out",
        "row 3 of 'Data': found values that are hidden or filtered out",
        "column D of 'Data': found hidden values",
    ]


def test_strikes_and_hidden_cells_of_an_open_document_are_refused(sepsis_protocol: Protocol) -> None:
    rows = [*RATS, [5, "t2", 31, 31], [6, "t2", 33, 28]]
    about = {
        (2, 3): {"style-name": "struck"},
        (3, 0): {"visibility": "filter"},
        (7, 4): {"formula": "of:=AVERAGE([.D2:.D6])"},
    }
    problems = messages(sepsis_protocol, ods(rows, about), "rats.ods")
    assert [problem.split(";")[0] for problem in problems] == [
        "cell Sheet1!C2: found '14.5' struck out",
        "cell Sheet1!D7: found the formula =AVERAGE(D2:D6), which is calculated from other values",
        "row 3 of 'Sheet1': found values that are hidden or filtered out",
    ]


def test_strike_outside_of_the_stated_sheet_size_is_refused(sepsis_protocol: Protocol) -> None:
    """Instruments write a sheet's size as one cell; the marks outside of it are seen all the same."""
    content = edited(
        xlsx({"Data": RATS}, strike("C3")), lambda part: part.replace(b'<dimension ref="A1:D5"', b'<dimension ref="A1"')
    )
    assert "found '118.5' struck out" in messages(sepsis_protocol, content)[0]


# -- summaries


def with_results(content: bytes, results: dict[str, float]) -> bytes:
    """A workbook as Excel saves it: formulas with their results, which openpyxl does not write."""

    def fill(part: bytes) -> bytes:
        for cell, value in results.items():
            part = re.sub(
                rf'(<c r="{cell}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?'.encode(), rf"\g<1><v>{value}</v>".encode(), part
            )
        return part

    return edited(content, fill)


MEANS = ["=AVERAGE(A2:A4)", "=AVERAGE(B2:B4)", "=AVERAGE($C$2:C4)", "=AVERAGE('IL-6'!D2:D4)"]
SPREADS = ["=STDEV(A2:A4)", "=STDEV(B2:B4)", "=STDEV(C2:C4)", "=STDEV(D2:D4)"]
ERRORS = ["=A6/SQRT(3)", "=B6/SQRT(3)", "=C6/SQRT(3)", "=D6/SQRT(3)"]


def test_formulas_below_group_columns_are_left_out(sepsis_protocol: Protocol) -> None:
    results = {f"{letter}{row}": 10.0 + row for letter in "ABCD" for row in (5, 6, 7)}
    cohort = read(sepsis_protocol, with_results(xlsx({"IL-6": [*GROUPS, MEANS, SPREADS, ERRORS]}), results))
    assert len(cohort.values) == 12
    note = (
        "summaries under the table, left out: '=AVERAGE(A2:A4)' in row 5, '=STDEV(A2:A4)' in row 6, '=A6/SQRT(3)' in "
        "row 7"
    )
    assert note in cohort.notes


def test_formula_of_other_values_among_animals_is_refused(sepsis_protocol: Protocol) -> None:
    rows = [*GROUPS[:3], ["=MEDIAN(A2:A3)", 115, 57, 39], GROUPS[3]]
    (problem,) = messages(sepsis_protocol, with_results(xlsx({"IL-6": rows}), {"A4": 12.5}))
    assert problem.startswith(
        "cell 'IL-6'!A4: found the formula =MEDIAN(A2:A3), which is calculated from other values;"
    )


@pytest.mark.parametrize("formula", ["=F2*4", "=AVERAGE(F2:G2)", "=F2/0.5", "=AVERAGE(Other!C2:C9)"])
def test_value_calculated_for_one_animal_is_read(sepsis_protocol: Protocol, formula: str) -> None:
    rows = [[*RATS[0], "", "OD1", "OD2"], [1, "sham", formula, 25, "", 3.5, 3.75], *RATS[2:]]
    cohort = read(sepsis_protocol, with_results(xlsx({"Data": rows}), {"C2": 14.5}))
    assert cohort.values["value"].tolist()[:2] == [14.5, 25]


def test_total_row_of_an_excel_table_is_left_out(sepsis_protocol: Protocol) -> None:
    rows = [*RATS, [None, None, "=SUBTOTAL(101,Table1[IL-6])", "=SUBTOTAL(101,Table1[IL-4])"]]
    cohort = read(sepsis_protocol, with_results(xlsx({"Data": rows}), {"C6": 53, "D6": 21.5}))
    assert "summaries under the table, left out: '=SUBTOTAL(101,Table1[IL-6])' in row 6" in cohort.notes


def test_titled_summaries_below_a_table_are_left_out_and_noted(sepsis_protocol: Protocol) -> None:
    rows: list[list[Any]] = [*RATS, ["Mean", None, 53, 21.5], ["SD", None, 46, 3.7], ["n", None, 4, 4]]
    note = "summaries under the table, left out: 'Mean' in row 6, 'SD' in row 7, 'n' in row 8"
    assert note in read(sepsis_protocol, xlsx({"Data": rows})).notes
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    assert note in read(sepsis_protocol, text.encode(), "rats.csv").notes
    grouped = [
        [None, *GROUPS[0]],
        *([at, *row] for at, row in enumerate(GROUPS[1:], start=1)),
        ["Mean ± SD", 13, 110, 55, 38],
    ]
    cohort = read(sepsis_protocol, xlsx({"IL-6": grouped}))
    assert "summaries under the table, left out: 'Mean ± SD' in row 5" in cohort.notes
    assert len(cohort.values) == 12


def test_column_of_means_next_to_groups_is_left_out_and_noted(sepsis_protocol: Protocol) -> None:
    rows = [[*GROUPS[0], "Mean"], *([*row, 49] for row in GROUPS[1:])]
    cohort = read(sepsis_protocol, xlsx({"IL-6": rows}))
    assert "the column 'Mean' ('IL-6'!E1) is a summary, and left out" in cohort.notes
    assert len(cohort.values) == 12


@pytest.mark.parametrize("row", [["Mean", "sham", 53, 21.5], ["SD 4", "sham", 53, 21.5]])
def test_mean_in_a_group_is_refused_and_a_sprague_dawley_rat_is_read(sepsis_protocol: Protocol, row: list[Any]) -> None:
    content = xlsx({"Data": [*RATS, row]})
    if row[0] == "Mean":
        assert messages(sepsis_protocol, content)[0].startswith("cell Data!A6: found the animal 'Mean'; expected an id")
    else:
        assert len(read(sepsis_protocol, content).values) == 10


def test_animals_below_a_summary_are_not_left_out(sepsis_protocol: Protocol) -> None:
    """Means between the groups: the animals below them stay, so the mean is asked about."""
    (problem, other) = messages(
        sepsis_protocol,
        xlsx({"Data": [*RATS[:3], ["Mean", None, 66, 21], *RATS[3:], ["Mean", None, 40, 22], [5, "t2", 1, 2]]}),
    )
    assert problem.startswith("cell Data!A4: found the animal 'Mean'")
    assert other.startswith("cell Data!A7: found the animal 'Mean'")


def test_typed_mean_below_its_columns_is_refused(sepsis_protocol: Protocol) -> None:
    groups = [GROUPS[0], [12.5, 100], [13, 110.5], [15, 120], [13.5, "110.17"]]
    (problem,) = messages(sepsis_protocol, xlsx({"IL-6": [row[:2] for row in groups]}))
    assert problem.startswith(
        "cell 'IL-6'!A5: found a row that is in every column the mean or the median of the rows above, from '13.5' on;"
    )
    # An animal that has the mean in one group and not in the other is one, and so is one with an id.
    groups[-1] = [13.5, 111]
    assert len(read(sepsis_protocol, xlsx({"IL-6": [row[:2] for row in groups]})).values) == 8
    titled = [
        ["", *row[:2]] if at == 0 else [f"r{at}", *row[:2]] for at, row in enumerate([*groups[:4], [13.5, 110.17]])
    ]
    assert len(read(sepsis_protocol, xlsx({"IL-6": titled})).values) == 8


def test_animal_equal_to_the_mean_by_chance_is_read(sepsis_protocol: Protocol) -> None:
    rows = [["Sham", "Control"], [10, 100], [11, 101], [12, 102], [11, 101]]
    assert len(read(sepsis_protocol, xlsx({"IL-6": rows})).values) == 8
