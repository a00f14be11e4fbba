"""Lines above, below and beside a table, and titles of sheets, that contradict how its values are read."""

import pytest
from making import Rows, read, refused, xlsx

from secretome.protocol import Protocol

HEADER = ["animal", "group", "IL-6", "IL-4"]
RATS = [["r1", "sham", 22.1, 25.0], ["r2", "sham", 18.4, 30.5], ["r3", "control", 118.5, 14.2]]
RATS += [["r4", "control", 99.7, 16.1], ["r5", "t1", 61.2, 18.3], ["r6", "t2", 31.7, 22.4]]
UNITS = ["animal", "group", "IL-6 (pg/mL)", "IL-4 (pg/mL)"]


def book(above: str = "", below: str = "", beside: str = "", header: Rows = (HEADER,), title: str = "Data") -> bytes:
    first, *others = RATS
    rows = [*([[above]] if above else []), *header, [*first, beside or None], *others]
    return xlsx({title: [*rows, *([[], [below]] if below else [])]})


OTHER_UNITS = ["Concentrations in ng/mL", "Unit: ng/ml", "Cytokines [µg/L]", "all values ng per mL", "ng mL-1"]
CONVERTED = ["log10-transformed data", "log2 values", "fold change vs sham", "% of control", "multiply by 5"]
CONVERTED += ["Serum diluted 1:5, not corrected for dilution", "IL-6 x 10^3", "normalised to total protein"]
REMOVED = ["Rat 4 was excluded", "r4 died at 30 h", "outliers: animals 4, 6 (Grubbs)", "Tier Nr. 4 ausgeschlossen"]
OTHER_HOURS = ["Serum at 24 h", "24 h after CLP", "blood taken 6 hours post induction"]
HARMLESS = [
    "LPS 10 ng/mL",
    "Sensitivity 0.0156 ng/mL",
    "Cytokines in pg/mL",
    "Outliers were excluded",
    "Rat 9 excluded",
]
HARMLESS += ["Logbook 12", "Serum at 48 h", "samples incubated for 2 h", "normal saline", "mean of duplicates"]


@pytest.mark.parametrize("text", [*OTHER_UNITS, *CONVERTED, *REMOVED, *OTHER_HOURS, "Simulated example"])
def test_line_that_contradicts_the_values_is_refused_wherever_it_is(sepsis_protocol: Protocol, text: str) -> None:
    places = {"above": "Data!A1", "below": "Data!A9"}
    if text not in REMOVED:  # next to a value it is a flag
        places["beside"] = "Data!E2"
    for where, cell in places.items():
        (problem,) = refused(sepsis_protocol, book(**{where: text}))
        assert (problem.place, problem.found) == (f"cell {cell}", f"{text!r} outside the table")


@pytest.mark.parametrize("text", HARMLESS)
def test_line_about_something_else_is_accepted(sepsis_protocol: Protocol, text: str) -> None:
    assert len(read(sepsis_protocol, book(above=text, below=text)).values) == 12


def test_other_unit_is_converted_or_stated_as_the_message_says(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, book(above=OTHER_UNITS[0]))
    assert "1000" in problem.remedy
    assert "'il6 (pg/mL)'" in problem.remedy
    assert read(sepsis_protocol, book(above=OTHER_UNITS[0], header=[UNITS])).units_stated == {"il6", "il4"}


def test_unit_of_one_endpoint_concerns_only_that_endpoint(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, book(above="IL-4 in ng/mL"))
    assert problem.expected == "'pg/mL' for il4"
    assert (
        len(read(sepsis_protocol, book(above="IL-4 in ng/mL", header=[["animal", "group", "il6", UNITS[3]]])).values)
        == 12
    )


def test_unit_in_a_merged_header_above_the_names_is_refused(sepsis_protocol: Protocol) -> None:
    header = [["Rat", "Group", "Cytokines (ng/mL)", None], [None, None, "IL-6", "IL-4"]]
    content = xlsx({"Data": [*header, *RATS]}, lambda workbook: workbook.active.merge_cells("C1:D1"))
    (problem,) = refused(sepsis_protocol, content)
    assert problem.place == "cell Data!C1"
    assert "1000" in problem.remedy


@pytest.mark.parametrize("title", ["log10", "ng per mL", "fold change"])
def test_title_of_the_sheet_is_a_line(sepsis_protocol: Protocol, title: str) -> None:
    (problem,) = refused(sepsis_protocol, book(title=title))
    assert problem.place == f"sheet {title!r}"


def test_sheet_of_text_is_read_and_sheet_of_numbers_is_not(sepsis_protocol: Protocol) -> None:
    data = [HEADER, *RATS]
    (problem,) = refused(sepsis_protocol, xlsx({"Data": data, "About": [["Units", "ng/mL"], ["Operator", "K."]]}))
    assert problem.place == "cell About!B1"
    curve = [["Standard (ng/mL)", "OD"], *([number, number / 10] for number in range(1, 7))]
    assert len(read(sepsis_protocol, xlsx({"Data": data, "Curve": curve})).values) == 12


def test_animal_that_is_left_out_may_be_named(sepsis_protocol: Protocol) -> None:
    header = [[*HEADER, "exclude"]]
    rows = [[*row, "died" if row[0] == "r4" else None] for row in RATS]
    assert len(read(sepsis_protocol, xlsx({"Data": [*header, *rows, [], ["Rat 4 was excluded"]]})).values) == 10
    empty = [row if row[0] != "r4" else [*row[:2], None, None] for row in RATS]
    assert len(read(sepsis_protocol, xlsx({"Data": [HEADER, *empty, [], ["r4 died at 30 h"]]})).values) == 12


def test_numbers_of_animals_in_columns_of_groups_are_those_of_rows(sepsis_protocol: Protocol) -> None:
    rows = [["Sham", "Control", "T1", "T2"], [22.1, 118.5, 61.2, 31.7], [18.4, 99.7, 50.0, 30.0]]
    (problem,) = refused(sepsis_protocol, xlsx({"IL-6": [*rows, [], ["Rat 2 of the controls was excluded"]]}))
    assert problem.place == "cell 'IL-6'!A5"


def test_simulated_origin_may_be_named(sepsis_protocol: Protocol) -> None:
    rows = [[*HEADER, "origin"], *([*row, "simulated"] for row in RATS)]
    assert read(sepsis_protocol, xlsx({"Data": [["Simulated example"], *rows]})).origin == "simulated"


def test_dilution_is_noted(sepsis_protocol: Protocol) -> None:
    notes = read(sepsis_protocol, book(above="Dilution factor: 5")).notes
    assert [note for note in notes if note.startswith("'Dilution factor: 5'")]


@pytest.mark.parametrize("header", ["note", "Observations"])
@pytest.mark.parametrize("text", ["died 40 h", "found dead", "mati jam ke-40", "murió", "†"])
def test_death_next_to_a_value_is_refused(sepsis_protocol: Protocol, header: str, text: str) -> None:
    rows = [[*row, text if row[0] == "r4" else None] for row in RATS]
    (problem,) = refused(sepsis_protocol, xlsx({"Data": [[*HEADER, header], *rows]}))
    assert problem.place == "cell Data!E5"
    without = [[*row[:2], None, None, text] if row[0] == "r4" else row for row in rows]
    assert read(sepsis_protocol, xlsx({"Data": [[*HEADER, header], *without]})).values["lower"].notna().sum() == 10


def test_remark_that_an_animal_is_alive_is_read(sepsis_protocol: Protocol) -> None:
    rows = [[*row, "not dead" if row[0] == "r4" else None] for row in RATS]
    assert len(read(sepsis_protocol, xlsx({"Data": [[*HEADER, "note"], *rows]})).values) == 12
