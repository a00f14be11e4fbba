"""Workbooks without python-calamine: the values are the same, and other formats are named."""

import datetime
import io
import zipfile
from pathlib import Path

import making
import openpyxl
import pytest

from secretome.cohort.files import calamine, open_document, python_readers
from secretome.cohort.files.cell_names import column_letters, column_number

VALUES = [
    ["animal", " il6 ", None, "µg/mL", "line\nbreak", "'"],
    [1, 1.5, -2, 1e300, 0.1 + 0.2, 12345678901234567],
    [True, False, "TRUE", "1,5", "<15.6", "=1+1"],
    [datetime.datetime(2026, 3, 1, 12, 30), datetime.date(2026, 3, 1), datetime.time(8, 15), None, "", 0],
    [datetime.timedelta(hours=30), datetime.datetime(1999, 12, 31, 23, 59, 59), None, None, None, None],
    [None, None, None, None, None, None],
    ["last", None, 3, None, None, None],
]


def workbook(*, epoch: datetime.datetime | None = None) -> bytes:
    """A workbook with every type of cell, merged cells, an empty and a hidden sheet, and a sheet that starts at C5."""
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    for row in VALUES:
        book.active.append(row)
    book.active.merge_cells("A7:B9")
    book.create_sheet("empty")
    hidden = book.create_sheet("hidden")
    hidden.sheet_state = "hidden"
    hidden["C5"] = "value"
    hidden["E5"].number_format = "0.00"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("epoch", [None, openpyxl.utils.datetime.CALENDAR_MAC_1904])
def test_xlsx_values_are_those_of_calamine(epoch: datetime.datetime | None) -> None:
    content = workbook(epoch=epoch)
    expected = calamine.read_values(content, separate_process=False)
    for sheet, other in zip(python_readers.read_values(content), expected, strict=True):
        assert (sheet.name, sheet.visible) == (other.name, other.visible)
        assert repr(sheet.values) == repr(other.values)


@pytest.mark.parametrize("name", ["marked.xls", "error.xls"])
def test_xls_values_are_those_of_calamine(name: str) -> None:
    content = Path(__file__).with_name(name).read_bytes()
    expected = calamine.read_values(content, separate_process=True)
    for sheet, other in zip(python_readers.read_values(content), expected, strict=True):
        assert (sheet.name, sheet.visible) == (other.name, other.visible)
        assert sheet.values == other.values
        assert sheet.merged_cell_ranges == other.merged_cell_ranges


@pytest.mark.parametrize("number", [1, 26, 27, 52, 702, 703, 18278])
def test_names_of_columns_are_those_of_openpyxl(number: int) -> None:
    letters = openpyxl.utils.get_column_letter(number)
    assert column_letters(number) == letters
    assert column_number(letters.lower()) == number


def ods_cell(kind: str, text: str, **value: str) -> str:
    """A cell of an OpenDocument sheet."""
    attributes = "".join(f' office:{name.replace("_", "-")}="{each}"' for name, each in value.items())
    return f'<table:table-cell office:value-type="{kind}"{attributes}>{text}</table:table-cell>'


SHOWN = "<text:p>shown</text:p>"
# As LibreOffice writes it: repeated cells and rows, spaces in text, dates, times, errors and comments.
ODS_ROWS = (
    (
        ods_cell("string", '<text:p>a</text:p><text:p>b<text:s text:c="3"/>c</text:p>'),
        '<table:table-cell table:number-columns-repeated="2"/>',
        ods_cell("percentage", "<text:p>50%</text:p>", value="0.5"),
    ),
    (
        ods_cell("date", SHOWN, date_value="2026-03-01"),
        ods_cell("date", SHOWN, date_value="1999-12-31T23:59:59.5"),
        ods_cell("time", SHOWN, time_value="PT08H15M00S"),
        ods_cell("time", SHOWN, time_value="PT30H15M00S"),
        ods_cell("boolean", SHOWN, boolean_value="true"),
    ),
    (
        ods_cell("string", "<text:p>#DIV/0!</text:p>"),
        ods_cell("currency", SHOWN, value="1.0E300"),
        ods_cell("string", SHOWN, string_value="kept"),
    ),
    (
        ods_cell(
            "string",
            "<office:annotation><text:p>note</text:p></office:annotation>"
            "<text:p>x<text:span>y</text:span> <text:a>z</text:a></text:p>",
        ),
        '<table:covered-table-cell/><table:table-cell table:number-columns-repeated="16000"/>',
    ),
)


def ods_workbook() -> bytes:
    """An OpenDocument workbook with `ODS_ROWS` and a hidden sheet."""
    spaces = " ".join(
        f'xmlns:{name}="{open_document.OPEN_DOCUMENT}{name}:1.0"' for name in ("office", "table", "text", "style")
    )
    style = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    rows = "".join(
        f'<table:table-row table:number-rows-repeated="2">{"".join(row)}</table:table-row>' for row in ODS_ROWS
    )
    rows += '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    cell = ods_cell("float", SHOWN, value="3")
    xml = (
        f"<office:document-content {spaces}><office:automatic-styles>{style}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="S">{rows}</table:table><table:table table:name="H" '
        f'table:style-name="ta2"><table:table-row>{cell}</table:table-row></table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(making.ods([["a"]]))) as source, zipfile.ZipFile(stream, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, xml if name == "content.xml" else source.read(name))
    return stream.getvalue()


def test_ods_values_are_those_of_calamine() -> None:
    content = ods_workbook()
    expected = calamine.read_values(content, separate_process=False)
    for sheet, other in zip(python_readers.read_values(content), expected, strict=True):
        assert (sheet.name, sheet.visible) == (other.name, other.visible)
        assert repr(sheet.values) == repr(other.values)
