"""Files of Excel, Prism and instruments: the same cohort whatever the file, and what is refused, by cell."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from making import ods, pzfx, read, xlsx
from making import refused as problems_of
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from rats import Rats
from secretome import analyse, load_study
from secretome.cohort import Cohort, Study
from secretome.cohort.simulate import simulate
from secretome.protocol import InputError, Protocol

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


def refused(protocol: Protocol, content: bytes | str, name: str = "", **options: object) -> str:
    return "\n".join(map(str, problems_of(protocol, content, name, **options)))


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
        cohort = read(sepsis_protocol, content, name)
        assert limits_of(cohort) == grouped(both), name
        assert any("numbered within their group" in sentence for sentence in cohort.notes), name


def test_paired_study_needs_row_titles_in_group_columns(protocol: Protocol) -> None:
    tables = {"foxp3 cd25pos": {"without": [3.45, 2.1], "with_cm": [4.42, 3.5]}}
    cohort = read(protocol, pzfx(tables, ["donor 1", "donor 2"]), "donors.pzfx")
    assert list(cohort.values["animal"]) == ["donor 1", "donor 1", "donor 2", "donor 2"]
    assert "as the title of each row, because the study is paired" in refused(protocol, pzfx(tables), "donors.pzfx")


def test_preamble_footer_and_row_of_units_are_read(sepsis_protocol: Protocol) -> None:
    text = (
        "sep=;\nInstrument: reader 7; control unit\nPlate;3\n\nAnimal;Group;IL-6;IL-4;plate\n;;pg/mL;pg/ml;\n"
        "1;sham;14,5;25;A\n2;control;118,5;17;A\n3;t2;<15,6;31;A\n\nAnalysed with;version 2\nEnd of file\n"
    )
    cohort = read(sepsis_protocol, text, "export.txt")
    assert cohort.values["lower"].tolist() == [14.5, 25, 118.5, 17, 0, 31]
    assert cohort.units_stated == {"il6", "il4"}
    sentences = "; ".join(cohort.notes)
    assert "3 lines above the table skipped: 'sep='; 'Instrument: reader 7'; 'Plate'" in sentences
    assert "2 lines below the table skipped: 'Analysed with'; 'End of file'" in sentences
    assert "header in row 5" in sentences


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


def test_merged_groups_are_filled_and_merged_values_refused(sepsis_protocol: Protocol) -> None:
    rows = [WIDE[0], [1, "sham", 14, 25], [2, None, 15, 26], [3, "control", 92, 17], [4, None, None, 18]]

    def groups(book: Workbook) -> None:
        book["Data"].merge_cells("B2:B3")
        book["Data"].merge_cells("B4:B5")

    def values(book: Workbook) -> None:
        groups(book)
        book["Data"].merge_cells("C4:C5")

    cohort = read(sepsis_protocol, xlsx({"Data": rows}, groups))
    assert cohort.values["group"].tolist() == ["sham"] * 4 + ["control"] * 4
    assert "cell Data!C5: found 92 in a cell merged with another" in refused(
        sepsis_protocol, xlsx({"Data": rows}, values)
    )


@pytest.mark.parametrize("units", [["pg/mL", "pg/mL"], [None, None]])
def test_header_merged_down_over_two_rows(sepsis_protocol: Protocol, units: list[str | None]) -> None:
    def merge(book: Workbook) -> None:
        for columns in ("A", "B") if units[0] else ("A", "B", "C", "D"):
            book["Data"].merge_cells(f"{columns}2:{columns}3")

    rows = [["Rats of May"], ["animal", "group", "IL-6", "IL-4"], [None, None, *units], *WIDE[1:]]
    cohort = read(sepsis_protocol, xlsx({"Data": rows}, merge))
    assert cohort.values["upper"].tolist() == [14.5, 25, 118.5, 17, 15.6, 31]
    assert cohort.units_stated == ({"il6", "il4"} if units[0] else set())


def test_errors_dates_and_percent_are_refused_by_cell(sepsis_protocol: Protocol) -> None:
    def break_cells(book: Workbook) -> None:
        sheet = book["Lab data"]
        sheet["C2"] = "#DIV/0!"
        sheet["C2"].data_type = "e"
        sheet["D3"] = "#N/A"
        sheet["D3"].data_type = "e"
        sheet["C4"] = np.datetime64("2024-05-01").astype(object)
        sheet["D4"] = 0.31
        sheet["D4"].number_format = "0.0%"

    problems = refused(sepsis_protocol, xlsx({"Lab data": WIDE}, break_cells))
    assert "cell 'Lab data'!C2: found the error #DIV/0!" in problems
    assert "cell 'Lab data'!D3: found the error #N/A" in problems
    assert "cell 'Lab data'!C4: found the date 2024-05-01" in problems
    assert "cell 'Lab data'!D4: found '31%'; expected a number in pg/mL" in problems


def test_percent_in_excel_is_read_as_displayed(protocol: Protocol) -> None:
    rows = [["animal", "group", "foxp3_cd25pos"], ["a", "without", 0.29], ["a", "with_cm", 0.0442]]

    def shown(book: Workbook) -> None:
        for cell in ("C2", "C3"):
            book["Data"][cell].number_format = "0.00%"

    assert read(protocol, xlsx({"Data": rows}, shown)).values["value"].tolist() == [29, 4.42]


def test_two_sheets_with_a_table_are_refused_without_sheet(sepsis_protocol: Protocol) -> None:
    book = xlsx({"First": WIDE, "Second": WIDE[:3], "Empty": []})
    problems = refused(sepsis_protocol, book)
    assert "2 sheets that contain a table of this study: 'First', 'Second'" in problems
    assert "--sheet 'First'" in problems
    assert len(read(sepsis_protocol, book, sheet="second").values) == 4
    assert "found no sheet 'Secnd'; expected one of 'First', 'Second'. The nearest is 'Second'." in refused(
        sepsis_protocol, book, sheet="Secnd"
    )
    assert "no sheet 'Data'" in refused(sepsis_protocol, LONG + "1,sham,il6,14\n", "rats.csv", sheet="Data")


def test_other_sheets_are_noted_and_one_of_an_endpoint_is_refused(sepsis_protocol: Protocol) -> None:
    others = read(sepsis_protocol, xlsx({"Data": WIDE, "Protocol": [["ligated on Monday"]]})).notes
    assert "sheets without a table of this study, not used: 'Protocol'" in others
    lost = refused(
        sepsis_protocol, xlsx({"IL-6": [["Sham", "Control"], [11, 90]], "IL-4": [["Sham", "Contrl"], [25, 17]]})
    )
    assert "sheet 'IL-4': found no groups for il4" in lost


def test_second_header_is_refused(sepsis_protocol: Protocol) -> None:
    assert "cell Data!A5: found a second header" in refused(sepsis_protocol, xlsx({"Data": [*WIDE, *WIDE]}))


def test_old_workbooks_and_open_documents(sepsis_protocol: Protocol) -> None:
    """The .xls was written by xlwt: an error in C4, typed numbers, ids as text."""
    content = (Path(__file__).parent / "error.xls").read_bytes()
    assert refused(sepsis_protocol, content, "old.xls").startswith("old.xls, cell Data!C4: found the error #DIV/0!")
    assert limits_of(read(sepsis_protocol, ods(WIDE), "rats.ods")) == limits_of(
        read(sepsis_protocol, xlsx({"Sheet1": WIDE}))
    )
    assert "cell Sheet1!C5: found the error #DIV/0!" in refused(
        sepsis_protocol, ods([*WIDE, ["4", "t1", "#DIV/0!", 2]]), "rats.ods"
    )


def test_key_on_another_sheet_gives_the_groups(sepsis_protocol: Protocol) -> None:
    samples = [["code", "IL-6", "IL-4"], ["S2", 118.5, 17], ["S1", 14.5, 25]]
    key = [["code", "animal", "group"], ["S1", "rat 1", "sham"], ["S2", "rat 2", "control"]]
    cohort = read(sepsis_protocol, xlsx({"samples": samples, "key": key}))
    assert list(zip(cohort.values["animal"], cohort.values["group"], strict=True))[::2] == [
        ("rat 2", "control"),
        ("rat 1", "sham"),
    ]
    problems = refused(sepsis_protocol, xlsx({"samples": [*samples, ["S3", 1, 2]], "key": [*key, key[1]]}))
    assert "cell samples!A4: found the code 'S3'" in problems
    assert "cell key!A4: found the code 'S1' again" in problems


def test_workbook_with_a_damaged_list_of_members_is_refused(sepsis_protocol: Protocol) -> None:
    """An entry that asks for a version of the format which Python does not know."""
    content = bytearray(xlsx({"Data": [["animal", "group", "il6", "il4"], ["rat 1", "sham", 1, 2]]}))
    content[content.index(b"PK\x01\x02") + 6] = 0xFF
    assert "a damaged workbook" in refused(sepsis_protocol, bytes(content), "rats.xlsx")


def test_damaged_and_oversized_workbooks_are_refused(sepsis_protocol: Protocol, tmp_path: Path) -> None:
    book = xlsx({"Data": WIDE})
    assert "workbook" in refused(sepsis_protocol, book[:-400])
    assert "workbook" in refused(sepsis_protocol, b"\xd0\xcf\x11\xe0" + bytes(2000))
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(6):
            archive.writestr(f"xl/{part}.xml", bytes(100_000_000))
    assert "unpacks to 600 megabytes" in refused(sepsis_protocol, bomb.read_bytes())


# -- Prism


def test_prism_cells_are_named_as_prism_names_them(sepsis_protocol: Protocol) -> None:
    broken = {"IL-6": {"Sham": [11, "abc"], "contrl": [92, 80]}}
    problems = refused(sepsis_protocol, pzfx(broken), "rats.pzfx")
    assert "cell 'IL-6'!A2: found 'abc'" in problems
    assert "cell 'IL-6'!B title: found the group 'contrl'" in problems
    assert "--map 'contrl=control'" in problems


def test_struck_out_values_of_prism_are_excluded(sepsis_protocol: Protocol) -> None:
    cohort = read(
        sepsis_protocol, pzfx({"IL-6": {"Sham": [11, 14], "Control": [92, 80]}}, struck=[("Sham", 1)]), "rats.pzfx"
    )
    assert cohort.excluded[["animal", "exclude"]].values.tolist() == [["sham 2", "struck out in Prism"]]
    assert "excluded: sham 2 in sham, 1 value (struck out in Prism)" in cohort.notes


def test_wells_in_sub_columns_are_averaged_only_if_rows_are_titled(sepsis_protocol: Protocol) -> None:
    wells = {
        "IL-6": {"Sham": [[10, 40], [9, 9], ["", ""], ["", ""]], "Control": [["", ""], ["", ""], [80, 125], [100, 100]]}
    }
    cohort = read(sepsis_protocol, pzfx(wells, ["r1", "r2", "r3", "r4"]), "rats.pzfx")
    # Geometric means by hand: sqrt(10 * 40) = 20 and sqrt(80 * 125) = 100.
    assert np.allclose(cohort.values["value"], [20, 9, 100, 100], rtol=1e-12)
    assert cohort.values["animal"].tolist() == ["r1", "r2", "r3", "r4"]
    assert "clearly wells or animals" in refused(sepsis_protocol, pzfx(wells), "rats.pzfx")
    # A rat is in one group only, so a title with values in two groups is none.
    both = {"IL-6": {"Sham": [[10, 40], [9, 9]], "Control": [[80, 125], [100, 100]]}}
    assert "rows titled 'r1', 'r2', with values in several groups" in refused(
        sepsis_protocol, pzfx(both, ["r1", "r2"]), "rats.pzfx"
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            pzfx({"Data 1": {"Sham": [1], "Control": [2]}}),
            "table 'Data 1': found the title 'Data 1'; expected an endpoint: il6 or il4",
        ),
        (pzfx({"IL-6": {"Sham": [1], "Control": [2]}}, attributes={"YFormat": "SDN"}), "found means with SD and n"),
        (pzfx({"IL-6": {"Sham": [1], "Control": [2]}}, attributes={"TableType": "Survival"}), "found a survival table"),
        (
            pzfx({"IL-6": {"Sham": [1, 2, 3], "Control": [2, 3, 4]}}, ["r1", "Mean", "r2"]),
            "found the row title 'Mean'; expected animals",
        ),
        (pzfx({"IL-6": {"Sham": [1], "t1": [2]}, "il 6": {"Sham": [1], "t1": [2]}}), "a second table of il6"),
        (pzfx({"IL-6": {"Sham": [1], "t1": [2]}, "IL-4b": {"Sham": [1], "t1": [2]}}), "the nearest is 'IL-4'"),
        (pzfx({"IL-6 (ng/mL)": {"Sham": [1], "t1": [2]}}), "Multiply the values by 1000"),
        (pzfx({}), "found no table"),
        (b"<GraphPadPrismFile><Table>", "XML that cannot be read"),
        (
            b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b '
            b'"&a;&a;&a;&a;&a;&a;">]><GraphPadPrismFile><Table><Title>&b;</Title></Table>'
            b"</GraphPadPrismFile>",
            "XML that defines its own entities",
        ),
        (
            b'<!DOCTYPE x SYSTEM "file:///etc/passwd" [<!ENTITY a SYSTEM '
            b'"file:///etc/passwd">]><GraphPadPrismFile>&a;</GraphPadPrismFile>',
            "XML",
        ),
    ],
)
def test_prism_files_without_a_cohort_are_refused(sepsis_protocol: Protocol, content: bytes, sentence: str) -> None:
    assert sentence in refused(sepsis_protocol, content, "rats.pzfx")


def test_new_prism_format_is_refused_with_a_remedy(sepsis_protocol: Protocol) -> None:
    for name in ("rats.prism", "rats.pzf"):
        assert "In Prism: File, Save As, and choose the type 'Prism XML' (.pzfx)." in refused(
            sepsis_protocol, b"PK\x03\x04", name
        )


# -- names, units, wells, times


def test_names_are_mapped_only_by_the_user(sepsis_protocol: Protocol) -> None:
    text = "animal,group,il6,Interleukin four\n1,sham,14,25\n2,CLP,92,17\n"
    assert "the group 'CLP'" in refused(sepsis_protocol, text.replace(",Interleukin four", ",il4"), "rats.csv")
    cohort = read(
        sepsis_protocol, text, "rats.csv", names={"clp": "Septic control", "Interleukin four": "il4", "Thing": "t1"}
    )
    assert cohort.values["group"].tolist() == ["sham", "sham", "control", "control"]
    assert "'clp' is read as 'Septic control', as set by --map" in cohort.notes
    assert "--map: the name 'Thing' is not in the file" in cohort.notes
    for names, sentence in (
        ({"CLP": "contrl"}, "t2, il6, il4, a label of one, or a column such as animal. The nearest is 'control'."),
        ({"CLP": "control", "clp": "t1"}, "found 'CLP' to be read as 'control', and 'clp' as 't1'"),
        ({"()": "t2"}, "expected a name in the file, with a letter, a digit or a sign"),
    ):
        assert sentence in refused(sepsis_protocol, text, "rats.csv", names=names)


def shifted(tmp_path: Path, protocol: Protocol, times: float, header: str = "il6") -> Path:
    """A cohort of the null scenario with its IL-6 in another unit."""
    table = simulate(protocol, "null", n=6, seed=5)[["animal", "group", "il6", "il4"]]
    table["il6"] = [("<" if "<" in value else "") + f"{float(value.strip('<>')) * times:.6g}" for value in table["il6"]]
    path = tmp_path / "shifted.csv"
    table.rename(columns={"il6": header}).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("times", [1e-3, 1e3, 1e6])
def test_thousandfold_difference_is_refused_unless_the_unit_is_stated(
    tmp_path: Path, sepsis_protocol: Protocol, times: float
) -> None:
    with pytest.raises(
        InputError,
        match=r"as another unit would; expected IL-6 in pg/mL.*If the unit is right, state it: .*'il6 \(pg/mL\)'",
    ):
        load_study("sepsis_cytokines", cohort=shifted(tmp_path, sepsis_protocol, times))
    study = load_study("sepsis_cytokines", cohort=shifted(tmp_path, sepsis_protocol, times, "il6 (pg/mL)"))
    assert any("this is accepted" in sentence for sentence in study.cohort.notes)


@pytest.mark.parametrize("times", [0.1, 1, 10])
def test_tenfold_difference_is_read(tmp_path: Path, sepsis_protocol: Protocol, times: float) -> None:
    assert not any(
        "accepted" in sentence
        for sentence in load_study("sepsis_cytokines", cohort=shifted(tmp_path, sepsis_protocol, times)).cohort.notes
    )


def test_fractions_instead_of_percent_are_refused(tmp_path: Path, treg: Study) -> None:
    rows = treg.cohort.values[["animal", "group", "endpoint", "value"]]
    path = tmp_path / "fractions.csv"
    rows.assign(value=rows["value"] / 100).to_csv(path, index=False)
    with pytest.raises(InputError, match="as fractions would"):
        load_study("treg_conditioned_medium", cohort=path)


def test_unit_with_a_known_factor_is_refused_with_the_factor(sepsis_protocol: Protocol) -> None:
    for unit, remedy in (
        ("ng/mL", "by 1000 "),
        ("ug/L", "by 1000 "),
        ("fg/mL", "by 0.001 "),
        ("IU/mL", "Convert the values to pg/mL"),
    ):
        assert remedy in refused(sepsis_protocol, f"animal,group,il6 ({unit}),il4\n1,sham,14,25\n", "rats.csv")
    assert read(sepsis_protocol, "animal,group,il6_pgml-1,il4\n1,sham,14,25\n", "rats.csv").units_stated == {"il6"}


WELLS = "animal,group,il6,il4,replicate\n"


def test_wells_become_one_value_per_animal(sepsis_protocol: Protocol) -> None:
    cohort = read(
        sepsis_protocol,
        WELLS + "1,sham,10,25,1\n1,sham,40,25,2\n2,control,<20,8,a\n2,control,45,,b\n3,t1,60,20,\n",
        "rats.csv",
    )
    il6 = cohort.values[cohort.values["endpoint"] == "il6"]
    # sqrt(10 * 40) = 20; below sqrt(20 * 45) = 30, whatever lies under the limit; one value stays.
    assert np.allclose(il6[["lower", "upper"]], [[20, 20], [0, 30], [60, 60]], rtol=1e-12)
    assert cohort.values[(cohort.values["endpoint"] == "il4")]["value"].tolist() == [25, 8, 20]
    # The standard deviation of 10 and 40 over their mean is 21.2132 / 25.
    assert any(
        "8 replicate wells averaged geometrically to 4 values" in s and "at most 84.9 % (1, il6)" in s
        for s in cohort.notes
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("1,sham,10,25,1\n1,sham,40,25,1\n", "replicate '1' of '1' more than once"),
        ("1,sham,10,25,\n1,sham,40,25,\n", "number wells in a column 'replicate'"),
        ("1,sham,<10,25,1\n1,sham,>40,25,2\n", "below one limit and above another"),
        ("Mean,sham,10,25,\n", "a summary is not an animal"),
    ],
)
def test_wells_without_a_mean_are_refused(sepsis_protocol: Protocol, rows: str, sentence: str) -> None:
    assert sentence in refused(sepsis_protocol, WELLS + rows, "rats.csv")


def test_several_times_of_an_animal_are_refused(sepsis_protocol: Protocol) -> None:
    text = "animal,group,il6,time\n1,sham,10,24\n1,sham,40,48\n2,control,90,48\n"
    problems = refused(sepsis_protocol, text, "rats.csv")
    assert (
        "cell C3: found '1' at 48 h, after 24 h in C2; expected one time per animal. Keep the rows of one "
        "time; the protocol's is 48 h" in problems
    )


def test_notes_describe_the_whole_file(sepsis_protocol: Protocol) -> None:
    text = "animal;group;il6 (pg/mL);il4;exclude\n1;sham;<15,6;25,5;\n2;control;>1000;;\n3;t1;50;20;clotted\n"
    assert list(read(sepsis_protocol, text.encode("cp1252"), "rats.csv").notes) == [
        "UTF-8 text, columns separated by semicolon",
        "one row per animal, one column per endpoint",
        "3 rows under the header in row 1",
        "decimals are written with a comma",
        "no unit is stated for il4, so the protocol's is taken (il4: pg/mL)",
        "rats per group: sham 1, control 1, t1 0, t2 0",
        "limits of il6: <15.6 (1), >1000 (1)",
        "excluded: 3 in t1, 2 values (clotted)",
        "1 values missing, 2 censored, 2 excluded",
    ]


def test_filled_empty_cells_are_no_values(sepsis_protocol: Protocol) -> None:
    """Formatted empty cells at the end of a sheet make neither rows nor columns."""

    def colour(book: Workbook) -> None:
        book["Data"]["H40"].fill = PatternFill("solid", fgColor="FFFF00")

    assert len(read(sepsis_protocol, xlsx({"Data": WIDE}, colour)).values) == 6
