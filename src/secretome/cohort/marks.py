"""What a workbook knows of its cells beside their values: errors, per cent, strikes, formulas, and what is hidden."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import openpyxl
import xlrd
from defusedxml import ElementTree
from openpyxl.reader.excel import ExcelReader

OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
TRUE = ("1", "true")
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Mark:
    """What is known of one cell; the text is that of an error, which has no value."""

    kind: Literal["", "error", "unfinished", "percent"] = ""
    text: str = ""
    struck: bool = False
    formula: str = ""


@dataclass
class Marks:
    """The marks of a workbook's cells, by sheet, row and column counted from 1; and its hidden rows and columns."""

    cells: dict[Place, Mark] = field(default_factory=dict)
    rows: set[tuple[str, int]] = field(default_factory=set)
    columns: set[tuple[str, int]] = field(default_factory=set)

    def at(self, sheet: str, row: int, column: int) -> Mark:
        """The mark of a cell."""
        return self.cells.get((sheet, row, column), Mark())

    def hidden(self, sheet: str, row: int, column: int) -> Literal["", "row", "column"]:
        """Whether the row of a cell cannot be seen, or its column."""
        return "row" if (sheet, row) in self.rows else "column" if (sheet, column) in self.columns else ""


def find_marks(content: bytes) -> Marks:
    """Look a workbook (.xlsx, .xlsm, .xls, .ods) through for what the fast reader of values does not tell."""
    if content[:4] == b"\xd0\xcf\x11\xe0":
        return _in_xls(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            return _in_ods(archive.read("content.xml"))
    with warnings.catch_warnings():
        # openpyxl warns of charts and validations that it would not save; nothing is saved here.
        warnings.simplefilter("ignore")
        return _in_xlsx(content)


# -- .xlsx ---------------------------------------------------------------------------------------------------------------


def _in_xlsx(content: bytes) -> Marks:
    marks = Marks()
    formulas = {
        (title, cell.row, cell.column): str(getattr(cell.value, "text", cell.value))
        for title, cell in _cells_in_xlsx(content, data_only=False)
        if cell.data_type == "f"
    }
    for title, cell in _cells_in_xlsx(content, data_only=True):
        place = (title, cell.row, cell.column)
        kind: Literal["", "error", "unfinished", "percent"] = ""
        if cell.data_type == "e":
            kind = "error"
        elif cell.data_type == "n" and cell.value is not None and "%" in cell.number_format:
            kind = "percent"
        # A program that is no spreadsheet wrote the formula and could not compute it; an empty text is a result.
        elif place in formulas and cell.value is None and cell.data_type == "n":
            kind = "unfinished"
        text = {"error": str(cell.value), "unfinished": formulas.get(place, "")}.get(kind, "")
        mark = Mark(kind, text, cell.value is not None and _struck(cell), formulas.get(place, ""))
        if mark != Mark():
            marks.cells[place] = mark
    _find_hidden_in_xlsx(content, marks)
    return marks


def _cells_in_xlsx(content: bytes, *, data_only: bool) -> Iterator[tuple[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, rich_text=data_only)
    for sheet in book.worksheets:
        # Instruments write a wrong size of the sheet, which would hide the cells outside of it.
        sheet.reset_dimensions()
        for row in sheet.iter_rows():
            # Cells that are in no file have no place.
            yield from ((sheet.title, cell) for cell in row if hasattr(cell, "row"))


def _struck(cell: Any) -> bool:
    """Whether a cell is struck out, or a part of its text is."""
    parts = cell.value if isinstance(cell.value, list) else ()
    return bool(cell.has_style and cell.font.strike) or any(getattr(getattr(part, "font", None), "strike", False) for part in parts)


def _find_hidden_in_xlsx(content: bytes, marks: Marks) -> None:
    reader = ExcelReader(io.BytesIO(content), read_only=True)
    reader.read_manifest()
    reader.read_workbook()
    for sheet, relation in reader.parser.find_sheets():
        if "worksheet" not in relation.Type:
            continue
        number = 0
        with reader.archive.open(relation.target) as part:
            for _, element in ElementTree.iterparse(part):
                tag = element.tag.rpartition("}")[2]
                if tag == "row":
                    number = int(element.get("r", number + 1))
                    marks.rows |= {(sheet.name, number)} if element.get("hidden") in TRUE else set()
                elif tag == "col" and element.get("hidden") in TRUE:
                    first, last = int(element.get("min")), int(element.get("max"))
                    marks.columns |= {(sheet.name, column) for column in range(first, last + 1)}
                if tag in ("c", "row"):
                    element.clear()


# -- .xls and .ods -------------------------------------------------------------------------------------------------------


def _in_xls(content: bytes) -> Marks:
    """The old format, whose formulas are not told."""
    marks = Marks()
    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    for sheet in book.sheets():
        marks.rows |= {(sheet.name, row + 1) for row, about in sheet.rowinfo_map.items() if about.hidden}
        marks.columns |= {(sheet.name, column + 1) for column, about in sheet.colinfo_map.items() if about.hidden}
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                style = book.xf_list[cell.xf_index]
                struck = cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) and bool(book.font_list[style.font_index].struck_out)
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    mark = Mark("error", xlrd.error_text_from_code.get(cell.value, "#ERROR"), struck)
                elif cell.ctype == xlrd.XL_CELL_NUMBER and "%" in book.format_map[style.format_key].format_str:
                    mark = Mark("percent", struck=struck)
                else:
                    mark = Mark(struck=struck)
                if mark != Mark():
                    marks.cells[sheet.name, row + 1, column + 1] = mark
    return marks


def _in_ods(content: bytes) -> Marks:
    """OpenDocument stores equal neighbours once, with their number; only cells that hold something are told of."""
    marks = Marks()
    root = ElementTree.fromstring(content)
    struck = {
        style.get(_name("style", "name"))
        for style in root.iter(_name("style", "style"))
        for about in style.iter(_name("style", "text-properties"))
        if about.get(_name("style", "text-line-through-style"), "none") != "none"
        or about.get(_name("style", "text-line-through-type"), "none") != "none"
    }
    for table in root.iter(_name("table", "table")):
        title = table.get(_name("table", "name"), "")
        column = 0
        for about in table.iter(_name("table", "table-column")):
            last = column + _times(about, "columns")
            if about.get(_name("table", "visibility"), "visible") != "visible":
                marks.columns |= {(title, at) for at in range(column + 1, last + 1)}
            column = last
        row = 0
        for line in table.iter(_name("table", "table-row")):
            times = _times(line, "rows")
            # The rows under a table, a million of them, may be hidden as one.
            if line.get(_name("table", "visibility"), "visible") != "visible" and "".join(line.itertext()).strip():
                marks.rows |= {(title, at) for at in range(row + 1, row + times + 1)}
            for at, mark in _in_ods_row(line, struck):
                marks.cells |= {(title, number, at): mark for number in range(row + 1, row + times + 1)}
            row += times
    return marks


def _in_ods_row(line: Any, struck: set[str]) -> Iterator[tuple[int, Mark]]:
    column = 0
    for cell in line:
        times = _times(cell, "columns")
        # A comment stands inside the cell that it belongs to.
        text = " ".join("".join(part.itertext()) for part in cell.findall(_name("text", "p"))).strip()
        error = bool(re.fullmatch(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+", text))
        percent = cell.get(_name("office", "value-type")) == "percentage"
        stated = cell.get(_name("table", "formula"), "").partition(":")[2]
        formula = re.sub(r"\[([^\]]*)\]", lambda found: found[1].replace(".", ""), stated)
        kind: Literal["", "error", "percent"] = "error" if error else "percent" if percent else ""
        mark = Mark(kind, text if error else "", cell.get(_name("table", "style-name")) in struck, formula)
        if text and mark != Mark():
            yield from ((at, mark) for at in range(column + 1, column + times + 1))
        column += times


def _name(space: str, local: str) -> str:
    return f"{{{OPEN_DOCUMENT}{space}:1.0}}{local}"


def _times(element: Any, what: str) -> int:
    return int(element.get(_name("table", f"number-{what}-repeated"), 1))
