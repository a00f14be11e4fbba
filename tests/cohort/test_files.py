"""Files of Excel, Prism and instruments: the same cohort whatever the file, and what is refused, by cell."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from making import MAPPED, OTHER_NAMES, REPLICATES, check_notes, check_refusals, ods, pzfx, read, refused, xlsx
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from rats import Rats
from secretome import analyse, load_study
from secretome.cohort import Cohort
from secretome.protocol import Protocol

IL6 = {
    "Sham": [11.2, 14.8, 12.9],
    "control": [92, 131.5, 77],
    "150 µL secretome": [48, 61.25, 39],
    "T2": [35, 27, "<15.6"],
}
IL4 = {"Sham": [25, 31, 22], "control": [17, 14.5, 19], "150 µL secretome": [20, 16, 23], "T2": [27, 33, 24]}
WIDE = [
    ["animal", "group", "IL-6 (pg/mL)", "il4"],
    ["001", "sham", 14.5, 25],
    ["1E5", "control", 118.5, 17],
    ["3", "t2", "<15.6", 31],
]
LONG = "animal,group,endpoint,value\n"
PREAMBLE = (
    "sep=;\nInstrument: reader 7; control unit\nPlate;3\n\nAnimal;Group;IL-6;IL-4;plate\n;;pg/mL;pg/ml;\n"
    "1;sham;14,5;25;A\n2;control;118,5;17;A\n3;t2;<15,6;31;A\n\nAnalysed with;version 2\nEnd of file\n"
)
TWO_SHEETS = xlsx({"First": WIDE, "Second": WIDE[:3], "Empty": []})


def limits_of(cohort: Cohort) -> list[tuple[object, ...]]:
    return sorted(cohort.values[["group", "endpoint", "lower", "upper"]].itertuples(index=False, name=None))


def grouped(endpoints: dict[str, dict[str, list[object]]]) -> list[tuple[object, ...]]:
    keys = ["sham", "control", "t1", "t2"]
    found = []
    for endpoint, groups in endpoints.items():
        for key, values in zip(keys, groups.values(), strict=True):
            for value in values:
                number = float(str(value).strip("<"))
                found.append((key, endpoint, 0.0 if "<" in str(value) else number, number))
    return sorted(found)


# -- one cohort, many files


def test_excel_prism_and_european_csv_give_the_same_results(tmp_path: Path, sepsis_protocol: Protocol) -> None:
    """`results.csv` is made of nothing but the cohort's name and values, so its bytes must not depend on the file."""
    keys = list(sepsis_protocol.groups)
    labels = [group.label for group in sepsis_protocol.groups.values()]
    values = {endpoint: {key: Rats.plain[endpoint][key] for key in keys} for endpoint in ("il6", "il4")}
    values["il6"]["t2"] = [35.5, "<15.6", 41, 22.25, 30, 38]
    rows = [
        (f"rat {key} {at}", label, values["il6"][key][at], values["il4"][key][at])
        for key, label in zip(keys, labels, strict=True)
        for at in range(6)
    ]
    european = "Gerät;Öl 3\r\n\r\nanimal;group;IL-6 (pg/mL);IL-4\r\n" + "\r\n".join(
        ";".join(str(cell).replace(".", ",") for cell in row) for row in rows
    )
    prism = pzfx(
        {
            "IL-6 (pg/mL)": dict(zip(labels, values["il6"].values(), strict=True)),
            "IL-4": dict(zip(labels, values["il4"].values(), strict=True)),
        }
    )
    excel = xlsx(
        {
            "Data": [["Study of ours"], [], ["animal", "group", "IL-6 (pg/mL)", "IL-4"], *rows],
            "Notes": [["nothing here"]],
        }
    )
    results = set()
    for suffix, content in ((".csv", european.encode("cp1252")), (".xlsx", excel), (".pzfx", prism)):
        path = tmp_path / f"rats{suffix}"
        path.write_bytes(content)
        results.add(analyse(load_study("sepsis_cytokines", cohort=path)).to_csv(index=False))
    assert len(results) == 1


def test_group_columns_with_the_endpoint_as_title_sheet_or_line_above_are_read(sepsis_protocol: Protocol) -> None:
    both = {"il6": IL6, "il4": IL4}
    il6, il4 = (
        [list(row) for row in zip(*([name, *values] for name, values in groups.items()), strict=True)]
        for groups in (IL6, IL4)
    )
    side_by_side = [[*one, *other] for one, other in zip(il6, il4, strict=True)]
    text = "\n".join("\t".join(map(str, row)) for row in [["IL-6 (pg/mL)"], *il6, ["IL-4"], *il4])

    def merged(book: Workbook) -> None:
        book["Both"].merge_cells("A2:D2")
        book["Both"].merge_cells("E2:H2")

    files = {
        "prism.pzfx": pzfx({"IL-6": IL6, "IL-4 (pg/mL)": IL4, "Weights": {"A": [1], "B": [2]}}),
        "sheets.xlsx": xlsx({"IL-6": il6, "il4": il4}),
        "merged.xlsx": xlsx({"Both": [["Cytokines"], ["IL-6", "", "", "", "IL-4"], *side_by_side]}, merged),
        "stacked.txt": text.encode(),
        "rows.pzfx": pzfx(
            {"Data 1": {group: [IL6[group], IL4[group]] for group in IL6}},
            ["IL-6", "IL-4"],
            attributes={"TableType": "TwoWay"},
        ),
    }
    for name, content in files.items():
        assert limits_of(read(sepsis_protocol, content, name)) == grouped(both), name


def test_paired_study_needs_row_titles_in_group_columns(protocol: Protocol) -> None:
    tables = {"foxp3 cd25pos": {"without": [3.45, 2.1], "with_cm": [4.42, 3.5]}}
    cohort = read(protocol, pzfx(tables, ["donor 1", "donor 2"]), "donors.pzfx")
    assert list(cohort.values["animal"]) == ["donor 1", "donor 1", "donor 2", "donor 2"]
    assert [problem.place for problem in refused(protocol, pzfx(tables), "donors.pzfx")] == [
        "cell 'foxp3 cd25pos'!A title"
    ]


def test_preamble_footer_and_row_of_units_are_read(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, PREAMBLE, "export.txt")
    assert cohort.values["lower"].tolist() == [14.5, 25, 118.5, 17, 0, 31]
    assert cohort.units_stated == {"il6", "il4"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "^", "~", "#", "!"])
def test_any_delimiter_and_encoding_is_read(sepsis_protocol: Protocol, encoding: str, delimiter: str) -> None:
    rows = [["animal", "group", "il6", "il4"], ["1", "150 µL secretome", "14.5", "25"], ["2", "control", "<15.6", "17"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert limits_of(read(sepsis_protocol, text.encode(encoding), "rats.csv")) == [
        ("control", "il4", 17, 17),
        ("control", "il6", 0, 15.6),
        ("t1", "il4", 25, 25),
        ("t1", "il6", 14.5, 14.5),
    ]


# -- Excel


def test_ids_stay_text_and_numbers_stored_as_text_are_numbers(sepsis_protocol: Protocol) -> None:
    rows = [*WIDE[:3], [4.0, "t1", "61,5", 20], [5, "t1", "<15,6", 20.25]]
    cohort = read(sepsis_protocol, xlsx({"Sheet1": rows}))
    assert list(cohort.values["animal"].unique()) == ["001", "1E5", "4", "5"]
    assert cohort.values[cohort.values["animal"] == "4"]["value"].tolist() == [61.5, 20]
    assert cohort.values[cohort.values["animal"] == "5"]["upper"].tolist() == [15.6, 20.25]


def merged(*ranges: str) -> bytes:
    """Four rats whose groups are merged over two rows, and these cells too."""
    rows = [WIDE[0], [1, "sham", 14, 25], [2, None, 15, 26], [3, "control", 92, 17], [4, None, None, 18]]
    return xlsx({"Data": rows}, lambda book: [book["Data"].merge_cells(each) for each in ("B2:B3", "B4:B5", *ranges)])


def test_merged_groups_are_filled(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, merged()).values["group"].tolist() == ["sham"] * 4 + ["control"] * 4


@pytest.mark.parametrize("units", [["pg/mL", "pg/mL"], [None, None]])
def test_header_merged_down_over_two_rows(sepsis_protocol: Protocol, units: list[str | None]) -> None:
    def merge(book: Workbook) -> None:
        for columns in ("A", "B") if units[0] else ("A", "B", "C", "D"):
            book["Data"].merge_cells(f"{columns}2:{columns}3")

    rows = [["Rats of May"], ["animal", "group", "IL-6", "IL-4"], [None, None, *units], *WIDE[1:]]
    cohort = read(sepsis_protocol, xlsx({"Data": rows}, merge))
    assert cohort.values["upper"].tolist() == [14.5, 25, 118.5, 17, 15.6, 31]
    assert cohort.units_stated == ({"il6", "il4"} if units[0] else set())


def errors_dates_and_percent() -> bytes:
    def break_cells(book: Workbook) -> None:
        sheet = book["Lab data"]
        sheet["C2"] = "#DIV/0!"
        sheet["C2"].data_type = "e"
        sheet["D3"] = "#N/A"
        sheet["D3"].data_type = "e"
        sheet["C4"] = np.datetime64("2024-05-01").astype(object)
        sheet["D4"] = 0.31
        sheet["D4"].number_format = "0.0%"

    return xlsx({"Lab data": WIDE}, break_cells)


def test_percent_in_excel_is_read_as_displayed(protocol: Protocol) -> None:
    rows = [["animal", "group", "foxp3_cd25pos"], ["a", "without", 0.29], ["a", "with_cm", 0.0442]]

    def shown(book: Workbook) -> None:
        for cell in ("C2", "C3"):
            book["Data"][cell].number_format = "0.00%"

    assert read(protocol, xlsx({"Data": rows}, shown)).values["value"].tolist() == [29, 4.42]


def test_option_sheet_chooses_one_of_two_tables(sepsis_protocol: Protocol) -> None:
    assert len(read(sepsis_protocol, TWO_SHEETS, sheet="second").values) == 4


def test_open_document_is_read_as_a_workbook_is(sepsis_protocol: Protocol) -> None:
    assert limits_of(read(sepsis_protocol, ods(WIDE), "rats.ods")) == limits_of(
        read(sepsis_protocol, xlsx({"Sheet1": WIDE}))
    )


SAMPLES = [["code", "IL-6", "IL-4"], ["S2", 118.5, 17], ["S1", 14.5, 25]]
KEY = [["code", "animal", "group"], ["S1", "rat 1", "sham"], ["S2", "rat 2", "control"]]


def test_key_on_another_sheet_gives_the_groups(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, xlsx({"samples": SAMPLES, "key": KEY}))
    assert list(zip(cohort.values["animal"], cohort.values["group"], strict=True))[::2] == [
        ("rat 2", "control"),
        ("rat 1", "sham"),
    ]


def damaged_list_of_members() -> bytes:
    """A workbook with an entry that asks for a version of the format which Python does not know."""
    content = bytearray(xlsx({"Data": [["animal", "group", "il6", "il4"], ["rat 1", "sham", 1, 2]]}))
    content[content.index(b"PK\x01\x02") + 6] = 0xFF
    return bytes(content)


def oversized() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(6):
            archive.writestr(f"xl/{part}.xml", bytes(100_000_000))
    return stream.getvalue()


def test_workbooks_are_refused_at_the_cell_or_sheet(sepsis_protocol: Protocol) -> None:
    """The .xls was written by xlwt: an error in C4, typed numbers, ids as text."""
    misspelt = {"IL-6": [["Sham", "Control"], [11, 90]], "IL-4": [["Sham", "Contrl"], [25, 17]]}
    repeated = xlsx({"samples": [*SAMPLES, ["S3", 1, 2]], "key": [*KEY, KEY[1]]})
    check_refusals(
        "refused_workbooks",
        sepsis_protocol,
        {
            "merged values": (merged("C4:C5"), "cell Data!C5"),
            "errors, a date and a percentage": (
                errors_dates_and_percent(),
                "cell 'Lab data'!D4; cell 'Lab data'!C2; cell 'Lab data'!D3; cell 'Lab data'!C4; cell 'Lab data'!D4",
            ),
            "two sheets with a table": (TWO_SHEETS, ""),
            "--sheet with a misspelt name": (TWO_SHEETS, "", "", {"sheet": "Secnd"}),
            "--sheet with a text file": (LONG + "1,sham,il6,14\n", "", "rats.csv", {"sheet": "Data"}),
            "sheet of an endpoint with a misspelt group": (xlsx(misspelt), "sheet 'IL-4'"),
            "second header": (xlsx({"Data": [*WIDE, *WIDE]}), "cell Data!A5"),
            "error in an old workbook": (
                (Path(__file__).parent / "error.xls").read_bytes(),
                "cell Data!C4",
                "old.xls",
            ),
            "error in an open document": (ods([*WIDE, ["4", "t1", "#DIV/0!", 2]]), "cell Sheet1!C5", "rats.ods"),
            "codes that the key lacks or repeats": (repeated, "cell key!A4; cell samples!A4"),
            "damaged list of members": (damaged_list_of_members(), "", "rats.xlsx"),
            "truncated workbook": (xlsx({"Data": WIDE})[:-400], ""),
            "damaged old workbook": (b"\xd0\xcf\x11\xe0" + bytes(2000), ""),
            "oversized workbook": (oversized(), ""),
        },
    )


# -- Prism


STRUCK = pzfx({"IL-6": {"Sham": [11, 14], "Control": [92, 80]}}, struck=[("Sham", 1)])


def test_struck_out_values_of_prism_are_excluded(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, STRUCK, "rats.pzfx")
    assert cohort.excluded[["animal", "exclude"]].values.tolist() == [["sham 2", "struck out in Prism"]]


PRISM_WELLS = {
    "IL-6": {"Sham": [[10, 40], [9, 9], ["", ""], ["", ""]], "Control": [["", ""], ["", ""], [80, 125], [100, 100]]}
}


def test_wells_in_sub_columns_are_averaged_if_rows_are_titled(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, pzfx(PRISM_WELLS, ["r1", "r2", "r3", "r4"]), "rats.pzfx")
    # Geometric means by hand: sqrt(10 * 40) = 20 and sqrt(80 * 125) = 100.
    assert np.allclose(cohort.values["value"], [20, 9, 100, 100], rtol=1e-12)
    assert cohort.values["animal"].tolist() == ["r1", "r2", "r3", "r4"]


def test_prism_files_are_refused_at_the_cell_or_table(sepsis_protocol: Protocol) -> None:
    two = {"Sham": [1], "Control": [2]}
    treated = {"Sham": [1], "t1": [2]}
    entities = b'<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    external = b'<!DOCTYPE x SYSTEM "file:///etc/passwd" [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    # A rat is in one group only, so a title with values in two groups is none.
    both = {"IL-6": {"Sham": [[10, 40], [9, 9]], "Control": [[80, 125], [100, 100]]}}
    files = {
        "text and a misspelt group": (
            pzfx({"IL-6": {"Sham": [11, "abc"], "contrl": [92, 80]}}),
            "cell 'IL-6'!B title; cell 'IL-6'!A2",
        ),
        "wells without row titles": (pzfx(PRISM_WELLS), "cell 'IL-6'!A title"),
        "row titles with values in two groups": (pzfx(both, ["r1", "r2"]), "cell 'IL-6'!title of row 1"),
        "table without an endpoint": (pzfx({"Data 1": two}), "table 'Data 1'"),
        "means with SD and n": (pzfx({"IL-6": two}, attributes={"YFormat": "SDN"}), "table 'IL-6'"),
        "survival table": (pzfx({"IL-6": two}, attributes={"TableType": "Survival"}), "table 'IL-6'"),
        "row titled Mean": (
            pzfx({"IL-6": {"Sham": [1, 2, 3], "Control": [2, 3, 4]}}, ["r1", "Mean", "r2"]),
            "cell 'IL-6'!title of row 2",
        ),
        "two tables of one endpoint": (
            pzfx({"IL-6": treated, "il 6": treated}),
            "cell 'il 6'!A title; cell 'il 6'!B title; cell 'il 6'!A1; cell 'il 6'!B1",
        ),
        "misspelt endpoint": (pzfx({"IL-6": treated, "IL-4b": treated}), "table 'IL-4b'"),
        "other unit": (pzfx({"IL-6 (ng/mL)": treated}), "cell 'IL-6 (ng/mL)'!title"),
        "no table": (pzfx({}), ""),
        "damaged XML": (b"<GraphPadPrismFile><Table>", ""),
        "entities": (
            b"<!DOCTYPE x [" + entities + b"]><GraphPadPrismFile><Table><Title>&b;</Title></Table></GraphPadPrismFile>",
            "",
        ),
        "external entity": (external + b"<GraphPadPrismFile>&a;</GraphPadPrismFile>", ""),
    }
    check_refusals(
        "refused_prism_files",
        sepsis_protocol,
        {case: (*file, "rats.pzfx") for case, file in files.items()}
        | {f"new format {name}": (b"PK\x03\x04", "", name) for name in ("rats.prism", "rats.pzf")},
    )


# -- names, units, wells, times


def test_notes_on_files_match_the_approved_text(sepsis_protocol: Protocol) -> None:
    """The standard deviation of the wells 10 and 40 over their mean is 21.2132 / 25 = 84.9 %."""
    text = "animal;group;il6 (pg/mL);il4;exclude\n1;sham;<15,6;25,5;\n2;control;>1000;;\n3;t1;50;20;clotted\n"
    other_sheet = {"Data": WIDE, "Protocol": [["ligated on Monday"]]}
    check_notes(
        "notes_on_files",
        {
            "text with decimal commas, limits and an exclusion": read(sepsis_protocol, text.encode("cp1252")),
            "lines above and below the table": read(sepsis_protocol, PREAMBLE, "export.txt"),
            "group columns": read(sepsis_protocol, pzfx({"IL-6": IL6, "IL-4": IL4}), "rats.pzfx"),
            "other sheet": read(sepsis_protocol, xlsx(other_sheet)),
            "value struck out in Prism": read(sepsis_protocol, STRUCK, "rats.pzfx"),
            "mapped names": read(sepsis_protocol, OTHER_NAMES, names=MAPPED),
            "replicate wells": read(sepsis_protocol, REPLICATES),
        },
    )


def test_filled_empty_cells_are_no_values(sepsis_protocol: Protocol) -> None:
    """Formatted empty cells at the end of a sheet make neither rows nor columns."""

    def colour(book: Workbook) -> None:
        book["Data"]["H40"].fill = PatternFill("solid", fgColor="FFFF00")

    assert len(read(sepsis_protocol, xlsx({"Data": WIDE}, colour)).values) == 6
