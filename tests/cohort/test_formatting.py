"""Formatting that changes the meaning of cells: strikes, hidden rows and columns, means below a table."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from making import check_notes, check_refusals, edited, ods, pzfx, read, xlsx
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
TYPED_MEANS: list[list[object]] = [["Sham", "Control"], [12.5, 100], [13, 110.5], [15, 120]]
GROUPS = [["Sham", "Control", "T1", "T2"], [12, 100, 50, 35], [13, 110, 55, 38], [14, 120, 60, 40]]


def strike(*cells: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for cell in cells:
            book.worksheets[0][cell].font = Font(strike=True)

    return change


# -- struck out


def test_struck_out_row_with_a_reason_is_excluded(sepsis_protocol: Protocol) -> None:
    rows = [[*RATS[0], "exclude"], *([*row, "clotted" if row[0] == 2 else None] for row in RATS[1:])]
    cohort = read(sepsis_protocol, xlsx({"Data": rows}, strike("A3", "C3", "D3")))
    assert set(cohort.excluded["animal"]) == {"2"}
    assert len(cohort.values) == 6


def test_strike_outside_of_values_is_ignored(sepsis_protocol: Protocol) -> None:
    rows = [[*RATS[0], "note"], *([*row, "" if row[0] == 1 else "fine"] for row in RATS[1:])]
    assert len(read(sepsis_protocol, xlsx({"Data": rows}, strike("E2", "E3", "H9"))).values) == 8


def struck_out_part_of_a_text() -> bytes:
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
    return edited(content, share, {"xl/sharedStrings.xml": texts})


def test_struck_out_value_of_prism_is_excluded(sepsis_protocol: Protocol) -> None:
    cohort = read(
        sepsis_protocol,
        pzfx({"IL-6": {"Sham": [12, 13], "Control": [100, 110]}}, struck=[("Control", 1)]),
        "rats.pzfx",
    )
    assert cohort.excluded["animal"].tolist() == ["control 2"]


def test_struck_out_cells_are_refused_at_the_cell(sepsis_protocol: Protocol) -> None:
    """Instruments write a sheet's size as one cell; the marks outside of it are seen all the same."""
    one_cell = edited(
        xlsx({"Data": RATS}, strike("C3")), lambda part: part.replace(b'<dimension ref="A1:D5"', b'<dimension ref="A1"')
    )
    check_refusals(
        "refused_struck_out_cells",
        sepsis_protocol,
        {
            "value": (xlsx({"Data": RATS}, strike("C3")), "cell Data!C3"),
            "row": (xlsx({"Data": RATS}, strike("A3", "B3", "C3", "D3")), "cell Data!A3"),
            "header and part of a text": (struck_out_part_of_a_text(), "cell Data!D1; cell Data!C3"),
            "value in a group column": (xlsx({"IL-6": GROUPS}, strike("B3")), "cell 'IL-6'!B3"),
            "outside of the stated size of the sheet": (one_cell, "cell Data!C3"),
        },
    )


# -- hidden


def hide(sheet: str, columns: str = "", rows: Sequence[int] = ()) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for column in columns:
            book[sheet].column_dimensions[column].hidden = True
        for row in rows:
            book[sheet].row_dimensions[row].hidden = True

    return change


HIDDEN_EXCLUSION = xlsx(
    {"Data": [[*RATS[0], "exclude"], *([*row, "died" if row[0] == 4 else None] for row in RATS[1:])]},
    hide("Data", "BH", (5, 9)),
)


def test_hidden_cells_without_values_are_read(sepsis_protocol: Protocol) -> None:
    assert len(read(sepsis_protocol, HIDDEN_EXCLUSION).excluded) == 2


def test_hidden_values_are_refused_at_the_row_or_column(sepsis_protocol: Protocol) -> None:
    """The old workbook was written by xlwt: C2 is struck out, row 3 and column D are hidden."""
    rows = [*RATS, [5, "t2", 31, 31], [6, "t2", 33, 28]]
    about = {
        (2, 3): {"style-name": "struck"},
        (3, 0): {"visibility": "filter"},
        (7, 4): {"formula": "of:=AVERAGE([.D2:.D6])"},
    }
    old = (Path(__file__).parent / "marked.xls").read_bytes()
    check_refusals(
        "refused_hidden_values",
        sepsis_protocol,
        {
            "rows and a column": (
                xlsx({"Data": RATS}, hide("Data", "D", (3, 5))),
                "rows 3, 5 of 'Data'; column D of 'Data'",
            ),
            "group column": (xlsx({"IL-6": GROUPS}, hide("IL-6", "C")), "column C of 'IL-6'"),
            "old workbook": (old, "cell Data!C2; row 3 of 'Data'; column D of 'Data'", "old.xls"),
            "open document": (ods(rows, about), "cell Sheet1!C2; cell Sheet1!D7; row 3 of 'Sheet1'", "rats.ods"),
        },
    )


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


FORMULAS = with_results(
    xlsx({"IL-6": [*GROUPS, MEANS, SPREADS, ERRORS]}),
    {f"{letter}{row}": 10.0 + row for letter in "ABCD" for row in (5, 6, 7)},
)
TOTALS = with_results(
    xlsx({"Data": [*RATS, [None, None, "=SUBTOTAL(101,Table1[IL-6])", "=SUBTOTAL(101,Table1[IL-4])"]]}),
    {"C6": 53, "D6": 21.5},
)
TITLED: list[list[Any]] = [*RATS, ["Mean", None, 53, 21.5], ["SD", None, 46, 3.7], ["n", None, 4, 4]]
TITLED_TEXT = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in TITLED)
TITLED_GROUPS = [
    [None, *GROUPS[0]],
    *([at, *row] for at, row in enumerate(GROUPS[1:], start=1)),
    ["Mean ± SD", 13, 110, 55, 38],
]
MEANS_IN_A_COLUMN = [[*GROUPS[0], "Mean"], *([*row, 49] for row in GROUPS[1:])]


def test_summaries_are_left_out_and_noted(sepsis_protocol: Protocol) -> None:
    cohorts = {
        "formulas below group columns": read(sepsis_protocol, FORMULAS),
        "totals of an Excel table": read(sepsis_protocol, TOTALS),
        "titled summaries below a table": read(sepsis_protocol, xlsx({"Data": TITLED})),
        "titled summaries in a text": read(sepsis_protocol, TITLED_TEXT),
        "titled summaries below groups": read(sepsis_protocol, xlsx({"IL-6": TITLED_GROUPS})),
        "column of means next to groups": read(sepsis_protocol, xlsx({"IL-6": MEANS_IN_A_COLUMN})),
    }
    assert [len(cohort.values) for cohort in cohorts.values()] == [12, 8, 8, 8, 12, 12]
    cohorts["hidden columns"] = read(sepsis_protocol, HIDDEN_EXCLUSION)

    def hide_sheet(book: Workbook) -> None:
        book["Data"].sheet_state = "hidden"

    cohorts["hidden sheet"] = read(sepsis_protocol, xlsx({"Notes": [["x", "y"]], "Data": RATS}, hide_sheet))
    check_notes("notes_on_formatting", cohorts)


@pytest.mark.parametrize("formula", ["=F2*4", "=AVERAGE(F2:G2)", "=F2/0.5", "=AVERAGE(Other!C2:C9)"])
def test_value_calculated_for_one_animal_is_read(sepsis_protocol: Protocol, formula: str) -> None:
    rows = [[*RATS[0], "", "OD1", "OD2"], [1, "sham", formula, 25, "", 3.5, 3.75], *RATS[2:]]
    cohort = read(sepsis_protocol, with_results(xlsx({"Data": rows}), {"C2": 14.5}))
    assert cohort.values["value"].tolist()[:2] == [14.5, 25]


def test_sprague_dawley_rat_is_read(sepsis_protocol: Protocol) -> None:
    assert len(read(sepsis_protocol, xlsx({"Data": [*RATS, ["SD 4", "sham", 53, 21.5]]})).values) == 10


def test_summaries_among_animals_are_refused_at_the_cell(sepsis_protocol: Protocol) -> None:
    """Means between the groups: the animals below them stay, so the mean is asked about."""
    formula = [*GROUPS[:3], ["=MEDIAN(A2:A3)", 115, 57, 39], GROUPS[3]]
    between = [*RATS[:3], ["Mean", None, 66, 21], *RATS[3:], ["Mean", None, 40, 22], [5, "t2", 1, 2]]
    check_refusals(
        "refused_summaries",
        sepsis_protocol,
        {
            "formula": (with_results(xlsx({"IL-6": formula}), {"A4": 12.5}), "cell 'IL-6'!A4"),
            "mean in a group": (xlsx({"Data": [*RATS, ["Mean", "sham", 53, 21.5]]}), "cell Data!A6"),
            "means between groups": (xlsx({"Data": between}), "cell Data!A4; cell Data!A7"),
            "typed means": (xlsx({"IL-6": [*TYPED_MEANS, [13.5, "110.17"]]}), "cell 'IL-6'!A5"),
        },
    )


def test_mean_of_one_column_is_an_animal(sepsis_protocol: Protocol) -> None:
    """An animal that has the mean in one group and not in the other is one, and so is one with an id."""
    assert len(read(sepsis_protocol, xlsx({"IL-6": [*TYPED_MEANS, [13.5, 111]]})).values) == 8
    titled = [["" if at == 0 else f"r{at}", *row] for at, row in enumerate([*TYPED_MEANS, [13.5, 110.17]])]
    assert len(read(sepsis_protocol, xlsx({"IL-6": titled})).values) == 8


def test_animal_equal_to_the_mean_by_chance_is_read(sepsis_protocol: Protocol) -> None:
    rows = [["Sham", "Control"], [10, 100], [11, 101], [12, 102], [11, 101]]
    assert len(read(sepsis_protocol, xlsx({"IL-6": rows})).values) == 8
