"""What a workbook's cell shows and stores: limits, signs, units, words and hidden values by format; colours; comments.

The text that a format shows is the one that Excel shows (ECMA-376, part 1, section 18.8.31).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import edited, ods, xlsx
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from secretome.cohort import Cohort, read_cohort
from secretome.cohort.files.number_format import render
from secretome.protocol import InputError, Problem, Protocol, load_protocol, study_folder

RATS = [
    ["animal", "group", "IL-6", "IL-4"],
    ["a1", "sham", 15.6, 24],
    ["a2", "sham", 7.1, 26],
    ["b1", "control", 118.5, 16],
    ["b2", "control", 99, 14],
    ["c1", "t1", 61.2, 18.8],
    ["c2", "t1", 48, 19],
    ["d1", "t2", 31.7, 22],
    ["d2", "t2", 40.1, 21],
]
IL6 = [row[2] for row in RATS[1:]]
Change = Callable[[Workbook], Any]


@pytest.fixture(scope="module")
def mice() -> Protocol:
    return load_protocol(study_folder("humoral_immunity") / "protocol.yml")


@pytest.fixture(scope="module")
def donors() -> Protocol:
    return load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml")


def read(protocol: Protocol, change: Change | None = None, rows: Any = RATS) -> Cohort:
    return read_cohort(Path("file.xlsx"), protocol, xlsx({"Data": rows}, change))


def refused(protocol: Protocol, change: Change, rows: Any = RATS) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as error:
        read(protocol, change, rows)
    return error.value.problems


def formatted(code: str, cells: str = "C2:C9") -> Change:
    def change(book: Workbook) -> None:
        for row in book["Data"][cells] if ":" in cells else ((book["Data"][cells],),):
            for cell in row:
                cell.number_format = code

    return change


def filled(color: str, *cells: str) -> Change:
    def change(book: Workbook) -> None:
        for area in cells:
            for row in book["Data"][area] if ":" in area else ((book["Data"][area],),):
                for cell in row:
                    cell.fill = PatternFill("solid", fgColor=color)

    return change


def il6(cohort: Cohort) -> list[tuple[float, float]]:
    rows = cohort.values[cohort.values["endpoint"] == "il6"]
    return list(rows[["lower", "upper"]].itertuples(index=False, name=None))


# -- what is shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.12, '0.00"%"', "0.12%"),
        (0.12, "0.00\\%", "0.12%"),
        (0.12, "0.00%", "12.00%"),
        (15.6, '"<"0.0', "<15.6"),
        (7.1, '[<15.6]"<15.6";0.0', "<15.6"),
        (20, '[<15.6]"<15.6";0.0', "20.0"),
        (0, '0.0;-0.0;"n.d."', "n.d."),
        (-3.2, "#,##0.00_);[Red](#,##0.00)", "(3.20)"),
        (15600, "0.0,", "15.6"),
        (1234567, "#,##0", "1,234,567"),
        (7, "000", "007"),
        (12345, "000-000", "012-345"),
        (3, ";;;", ""),
        (0, "#", ""),
        (-5, "0;0", "5"),
        (3.2, "[$-409]0.0", "3.2"),
        (3.2, "[$€-407] 0.0", "€ 3.2"),
        (2.5, "0", "3"),
        (150, '[<0]"neg";[>100]"high";0.0', "high"),
        (3.2, "0.0*x_)", "3.2"),
        (0, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "-"),
    ],
)
def test_render_matches_the_text_of_excel(value: float, code: str, text: str) -> None:
    shown = render(value, code)
    assert shown is not None
    assert shown.text == text


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "[h]:mm", "d-mmm"])
def test_date_format_is_not_rendered(code: str) -> None:
    assert render(44000.5, code) is None


# -- taken


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0",
        "0.0",
        "0.00E+00",
        "# ?/?",
        "#,##0.00",
        "[Red]0.0",
        "[$-409]0.0",
        "0.0_)",
        "0.0;;;",
        '0.0;-0.0;"n.d."',
        "+0.0;-0.0",
    ],
)
def test_format_without_information_changes_no_value(sepsis_protocol: Protocol, code: str) -> None:
    assert il6(read(sepsis_protocol, formatted(code))) == [(value, value) for value in IL6]


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ('"<"0.0', [(0, value) for value in IL6]),
        ("\\<0.0", [(0, value) for value in IL6]),
        ('"<"0.0" pg/mL"', [(0, value) for value in IL6]),
        ('[<15.6]"<15.6";0.0', [(15.6, 15.6), (0, 15.6), *((value, value) for value in IL6[2:])]),
        ('[<=15.6]"≤15.6";0.0', [(0, 15.6), (0, 15.6), *((value, value) for value in IL6[2:])]),
        (
            '[>100]">100";0.0',
            [*((value, value) for value in IL6[:2]), (100, float("inf")), *((value, value) for value in IL6[3:])],
        ),
    ],
)
def test_limit_in_a_format_is_read(sepsis_protocol: Protocol, code: str, known: list[tuple[float, float]]) -> None:
    cohort = read(sepsis_protocol, formatted(code))
    assert il6(cohort) == known
    assert any(sentence.startswith("read as displayed: ") for sentence in cohort.notes)


def test_word_in_a_format_is_read_with_the_limit_next_to_it(sepsis_protocol: Protocol) -> None:
    rows = [["animal", "group", "IL-6", "lloq"], ["a", "sham", 0, 15.6], ["b", "control", 40, 15.6]]
    assert il6(read(sepsis_protocol, formatted('0.0;-0.0;"n.d."', "C2:C3"), rows)) == [(0, 15.6), (40, 40)]
    (problem,) = refused(sepsis_protocol, formatted('0.0;-0.0;"n.d."', "C2:C3"), [row[:3] for row in rows])
    assert (problem.place, problem.found) == ("cell Data!C2", "'n.d.'")


@pytest.mark.parametrize(("code", "factor"), [('0.00"%"', 1), ("0.00\\%", 1), ("0.00%", 100), ('0.00"% of CD4+"', 1)])
def test_percent_sign_in_quotation_marks_does_not_multiply(donors: Protocol, code: str, factor: int) -> None:
    stored = [0.12, 0.29, 0.09, 0.22]
    rows = [[f"D{at // 2}", ("without", "with_cm")[at % 2], value] for at, value in enumerate(stored)]
    cohort = read(donors, formatted(code, "C2:C5"), [["donor", "group", "foxp3_cd25neg"], *rows])
    assert cohort.values["value"].tolist() == pytest.approx([factor * value for value in stored])


def test_right_unit_in_a_format_is_a_stated_unit(sepsis_protocol: Protocol) -> None:
    for code in ('0.0" pg/mL"', '0.0" (pg/ml)"', 'General" pg mL-1"', "0.0 \\p\\g\\/\\m\\L"):
        cohort = read(sepsis_protocol, formatted(code))
        assert cohort.units_stated == {"il6"}
        assert il6(cohort) == [(value, value) for value in IL6]


def test_titre_displayed_as_a_dilution_is_read(mice: Protocol) -> None:
    rows = [["animal", "group", "titre"], ["a", "saline", 16], ["b", "im10", 64]]
    assert read(mice, formatted('"1:"0', "C2:C3"), rows).values["value"].tolist() == [16, 64]


def test_names_are_read_as_displayed(sepsis_protocol: Protocol) -> None:
    def change(book: Workbook) -> None:
        for cell, code in {
            "A2": '"rat "0',
            "A3": "000",
            "A4": '0"b"',
            "B2": '"T"0',
            "B3": '"T"0',
            "B4": '"T"0',
        }.items():
            book["Data"][cell].number_format = code

    cohort = read(sepsis_protocol, change, [["animal", "group", "IL-6"], [7, 1, 12], [7, 1, 13], [7, 2, 14]])
    assert cohort.values[["animal", "group"]].to_numpy().tolist() == [["rat 7", "t1"], ["007", "t1"], ["7b", "t2"]]


# -- asked about


@pytest.mark.parametrize(
    ("code", "times"), [('0.000" ng/mL"', "1000"), ('0.0_-" µg/L"', "1000"), ('0.0"fg/mL"', "0.001")]
)
def test_other_unit_in_a_format_is_refused_once_with_the_factor(
    sepsis_protocol: Protocol, code: str, times: str
) -> None:
    (problem,) = refused(sepsis_protocol, formatted(code))
    assert problem.place == "cell Data!C2"
    assert "C2:C9" in problem.found
    assert f"Multiply the values by {times} " in problem.remedy


@pytest.mark.parametrize(
    "code",
    [
        '0.0" *"',
        "0.0\\*",
        '"~"0.0',
        '"ca. "0.0',
        '0.0,"k"',
        "0.0,",
        '0.0" ×10³"',
        '0.0" h"',
        '"15.7"',
        '"high"',
        "[$€-407] 0.0",
        "000-000",
        ";;;",
    ],
)
def test_format_that_displays_something_else_is_one_problem(sepsis_protocol: Protocol, code: str) -> None:
    (problem,) = refused(sepsis_protocol, formatted(code))
    assert problem.place == "cell Data!C2"
    assert "C2:C9" in problem.found


def test_sign_that_is_not_displayed_is_refused(donors: Protocol) -> None:
    rows = [["donor", "group", "foxp3_cd25neg"], ["D1", "without", 1.5], ["D1", "with_cm", -2.5]]
    (problem,) = refused(donors, formatted("0.0;0.0", "C2:C3"), rows)
    assert (problem.place, problem.found) == ("cell Data!C3", "'2.5' displayed where -2.5 is stored")


def test_zero_displayed_as_a_dash_or_not_at_all_is_refused(mice: Protocol) -> None:
    rows = [["animal", "group", "afc"], ["a", "saline", 0], ["b", "im10", 400]]

    def without_zeros(book: Workbook) -> None:
        book["Data"].sheet_view.showZeros = False

    for change in (
        formatted('_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "C2:C3"),
        formatted("#", "C2:C3"),
        without_zeros,
    ):
        (problem,) = refused(mice, change, rows)
        assert problem.place == "cell Data!C2"
    assert read(mice, None, rows).values["value"].tolist() == [0, 400]


def test_white_text_on_a_white_background_is_refused(sepsis_protocol: Protocol) -> None:
    def change(book: Workbook) -> None:
        book["Data"]["C3"].font = Font(color="FFFFFFFF")

    (problem,) = refused(sepsis_protocol, change)
    assert problem.place == "cell Data!C3"

    def on_blue(book: Workbook) -> None:
        change(book)
        filled("FF0000FF", "C3")(book)

    assert il6(read(sepsis_protocol, on_blue)) == [(value, value) for value in IL6]


def test_column_partly_in_percent_is_refused_with_its_cells(donors: Protocol) -> None:
    rows = [[f"D{at // 2}", ("without", "with_cm")[at % 2], 0.1 + at / 100] for at in range(6)]
    (problem,) = refused(donors, formatted("0%", "C2:C3"), [["donor", "group", "foxp3_cd25neg"], *rows])
    assert problem.place == "cell Data!C2"
    assert "C2:C3" in problem.found
    assert "C4:C7" in problem.found


@pytest.mark.parametrize(("written", "number"), [("3.39 %", "0.0434"), ("3.39%", "1")])
def test_typed_percent_beside_possible_fractions_is_refused(donors: Protocol, written: str, number: str) -> None:
    rows = [["D1", "without", written], ["D1", "with_cm", number], ["D2", "without", 0.03], ["D2", "with_cm", 0.05]]
    lines = [["donor", "group", "foxp3_cd25neg"], *rows]
    content = "\n".join(",".join(map(str, line)) for line in lines).encode()
    with pytest.raises(InputError) as error:
        read_cohort(Path("donors.csv"), donors, content)
    assert [problem.place for problem in error.value.problems] == ["cell C2"]
    # Beside 4.34, the sign changes nothing.
    clear = content.replace(number.encode(), b"4.34").replace(b"0.03", b"3.1").replace(b"0.05", b"4.7")
    values = read_cohort(Path("donors.csv"), donors, clear).values["value"]
    assert values.tolist() == [3.39, 4.34, 3.1, 4.7]


def test_excluded_row_need_not_be_readable(sepsis_protocol: Protocol) -> None:
    rows = [[*row, reason] for row, reason in zip(RATS, ["exclude", "", "clot", *[""] * 6], strict=True)]
    assert len(read(sepsis_protocol, formatted(";;;", "C3"), rows).excluded) == 2


def test_unit_of_a_limit_and_of_a_time_is_checked(sepsis_protocol: Protocol) -> None:
    rows = [["animal", "group", "IL-6", "lloq"], ["a", "sham", 12, 15.6], ["b", "control", 40, 15.6]]
    (problem,) = refused(sepsis_protocol, formatted('0.0" ng/mL"', "D2:D3"), rows)
    assert problem.place == "cell Data!D2"
    timed = [["animal", "group", "IL-6", "time", "event"], ["a", "sham", 12, 2, 0]]
    (problem,) = refused(sepsis_protocol, formatted('0" d"', "D2"), timed)
    assert (problem.place, problem.found) == ("cell Data!D2", "'2 d'")


def test_exposure_in_percent_is_converted(mice: Protocol) -> None:
    rows = [["animal", "group", "afc", "count", "exposure"], ["a", "saline", 300, 3, 0.01], ["b", "im10", 900, 9, 0.01]]
    assert read(mice, formatted("0%", "E2:E3"), rows).values["exposure"].tolist() == [0.01, 0.01]


def test_conditional_format_that_changes_the_text_is_refused(sepsis_protocol: Protocol) -> None:
    def change(book: Workbook) -> None:
        style = DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode='"<15"'))
        book["Data"].conditional_formatting.add(
            "C2:C9", Rule(type="cellIs", operator="lessThan", formula=["15"], dxf=style)
        )

    (problem,) = refused(sepsis_protocol, change)
    assert problem.place == "cell Data!C2"


def test_formats_in_group_columns_are_read(sepsis_protocol: Protocol) -> None:
    def change(book: Workbook) -> None:
        book["IL-6"]["A2"].number_format = '"<"0.0'

    content = xlsx({"IL-6": [["Sham", "Control"], [12, 100], [13, 110], [14, 120]]}, change)
    cohort = read_cohort(Path("file.xlsx"), sepsis_protocol, content)
    assert (0, 12) in il6(cohort)


def test_stored_text_of_an_open_document_is_the_displayed_text(sepsis_protocol: Protocol) -> None:
    content = ods(RATS)
    for shown, known in ((b"&lt;15.6", (0, 15.6)), (b"15,6", (15.6, 15.6)), (b"15.6 pg/mL", (15.6, 15.6))):
        cohort = read_cohort(Path("file.ods"), sepsis_protocol, _with_text(content, shown))
        assert il6(cohort)[0] == known
    for shown in (b"15.6 ng/mL", b"16 *", b"1.56"):
        with pytest.raises(InputError) as error:
            read_cohort(Path("file.ods"), sepsis_protocol, _with_text(content, shown))
        assert [problem.place for problem in error.value.problems] == ["cell Sheet1!C2"]


def _with_text(content: bytes, shown: bytes) -> bytes:
    return edited(content, lambda part: part.replace(b"<text:p>15.6<", b"<text:p>" + shown + b"<"))


# -- colours and comments


def notes(cohort: Cohort) -> list[str]:
    return [sentence for sentence in cohort.notes if sentence.startswith(("cells ", "text in ", "comments "))]


def test_coloured_rows_are_noted_with_their_legend(sepsis_protocol: Protocol) -> None:
    def change(book: Workbook) -> None:
        filled("FFFF0000", "A4:D4", "A8:D8", "F2")(book)
        book["Data"]["F2"] = "red = excluded (haemolysed)"

    (note,) = notes(read(sepsis_protocol, change))
    assert "red: A4:D4, A8:D8" in note
    assert "'red = excluded (haemolysed)' (Data!F2)" in note


def test_legend_next_to_a_coloured_cell_or_on_another_sheet_is_noted(sepsis_protocol: Protocol) -> None:
    def beside(book: Workbook) -> None:
        filled("FFFFFF00", "C5", "F3")(book)
        book["Data"]["G3"] = "clotted"

    def elsewhere(book: Workbook) -> None:
        filled("FFFFFF00", "C5")(book)
        book.create_sheet("Key")["A1"] = "yellow: clotted"

    for change, place in ((beside, "Data!G3"), (elsewhere, "Key!A1")):
        (note,) = notes(read(sepsis_protocol, change))
        assert "yellow: C5" in note
        assert place in note


@pytest.mark.parametrize(
    "cells",
    [
        ("A1:D1",),
        ("A2:D2", "A4:D4", "A6:D6", "A8:D8"),
        ("A2:D3", "A6:D7"),
        ("A2:D9",),
        ("C1:C9",),
        ("A2:D3", "A8:D9", "A1:D1"),
    ],
    ids=["header", "banded", "banded in twos", "table", "column", "groups"],
)
def test_colours_of_headers_bands_and_groups_are_not_noted(sepsis_protocol: Protocol, cells: tuple[str, ...]) -> None:
    assert notes(read(sepsis_protocol, filled("FFDDEBF7", *cells))) == []


def test_cells_without_the_colour_of_the_others_are_noted(sepsis_protocol: Protocol) -> None:
    (note,) = notes(read(sepsis_protocol, filled("FF00FF00", "A2:D4", "A6:D9")))
    assert "A5:D5" in note


def test_coloured_text_comments_and_conditional_formats_are_noted(sepsis_protocol: Protocol) -> None:
    def change(book: Workbook) -> None:
        sheet = book["Data"]
        sheet["C3"].font = Font(color="FFFF0000")
        sheet["C4"].comment = Comment("haemolysed, exclude", "lab")
        sheet["D1"].comment = Comment("[Threaded comment]\n\nYour version of Excel ...\n\nComment:\n    kit 2", "lab")
        sheet.conditional_formatting.add(
            "C2:C9", CellIsRule(operator="lessThan", formula=["15"], fill=PatternFill(bgColor="FFFF0000"))
        )

    text, comments, rules = notes(read(sepsis_protocol, change))
    assert "red: C3" in text
    assert "D1 'kit 2'; C4 'haemolysed, exclude'" in comments
    assert "C2:C9" in rules
