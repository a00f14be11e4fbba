"""Metadata of cells in a workbook: errors, formats, strikes, formulas, colours, comments, hidden rows and columns."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import openpyxl
from defusedxml import ElementTree
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.worksheet.cell_range import MultiCellRange

from secretome.cohort.files.colors import WHITE, color_key, fill_key
from secretome.cohort.files.number_format import GENERAL, RenderedText
from secretome.cohort.files.open_document import MAX_EMPTY, ods_name, ods_repeats

TRUE = ("1", "true")
BLACK = "000000"
ODS_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+")
Position = tuple[str, int, int]
# The top left and the bottom right cell of merged cells, by row and column from 0.
Corners = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Metadata:
    """The metadata of one cell.

    `text` is that of an error or of a formula without a result; `format` is the number format, if it is not General;
    `rendered` is the displayed text, if the workbook stores it; `fill` and `font` are the colours of background and
    text, if they are not white and black.
    """

    kind: Literal["", "error", "unfinished"] = ""
    text: str = ""
    struck_out: bool = False
    formula: str = ""
    format: str = ""
    rendered: RenderedText | None = None
    fill: str = ""
    font: str = ""
    comment: str = ""


@dataclass(frozen=True)
class ConditionalFormat:
    """A conditional format of a sheet: the range to which it applies, and the number format that it sets, if any."""

    sheet: str
    range: str
    format: str

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell lies in the range."""
        return any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in _areas(self.range))


@lru_cache(maxsize=1000)
def _areas(text: str) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(area.bounds for area in MultiCellRange(text).ranges)


@dataclass
class CellMetadata:
    """The metadata of the cells by sheet, row and column from 1; hidden rows and columns; conditional formats.

    The sheets `without_zeros` do not display zeros. `merged` has the merged cells of each sheet of an .xlsx file.
    """

    cells: dict[Position, Metadata] = field(default_factory=dict)
    rows: set[tuple[str, int]] = field(default_factory=set)
    columns: set[tuple[str, int]] = field(default_factory=set)
    conditional_formats: list[ConditionalFormat] = field(default_factory=list)
    without_zeros: set[str] = field(default_factory=set)
    merged: dict[str, list[Corners]] = field(default_factory=dict)

    def at(self, sheet: str, row: int, column: int) -> Metadata:
        """The metadata of a cell."""
        return self.cells.get((sheet, row, column), Metadata())

    def conditional_format(self, sheet: str, row: int, column: int) -> str:
        """The number format that a conditional format may give a cell."""
        rules = (rule for rule in self.conditional_formats if rule.sheet == sheet and rule.format)
        return next((rule.format for rule in rules if rule.covers(row, column)), "")

    def notes(self, sheet: str) -> tuple[str, ...]:
        """A sentence about the conditional formats of a sheet that colour cells."""
        rules = (rule for rule in self.conditional_formats if rule.sheet == sheet and not rule.format)
        ranges = ", ".join(dict.fromkeys(rule.range.replace(" ", ", ") for rule in rules))
        return (f"cells coloured by conditional formatting: {ranges}",) if ranges else ()

    def hidden(self, sheet: str, row: int, column: int) -> Literal["", "row", "column"]:
        """Whether the row or the column of a cell is hidden."""
        return "row" if (sheet, row) in self.rows else "column" if (sheet, column) in self.columns else ""


def read_metadata(content: bytes) -> CellMetadata:
    """Return the metadata of a workbook (.xlsx, .xlsm, .xls, .ods), which the reader of values omits."""
    if content[:4] == b"\xd0\xcf\x11\xe0":
        return _read_xls(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            return _read_ods(archive.read("content.xml"))
    with warnings.catch_warnings():
        # openpyxl warns of charts and validations that it would not save; nothing is saved here.
        warnings.simplefilter("ignore")
        return _read_xlsx(content)


# -- .xlsx


def _read_xlsx(content: bytes) -> CellMetadata:
    metadata = CellMetadata()
    formulas = {
        (title, cell.row, cell.column): str(getattr(cell.value, "text", cell.value))
        for title, cell in _xlsx_cells(content, data_only=False)
        if cell.data_type == "f"
    }
    for title, cell in _xlsx_cells(content, data_only=True):
        place = (title, cell.row, cell.column)
        kind: Literal["", "error", "unfinished"] = ""
        if cell.data_type == "e":
            kind = "error"
        # A program that does not calculate formulas wrote this one; an empty text is a result.
        elif place in formulas and cell.value is None and cell.data_type == "n":
            kind = "unfinished"
        text = {"error": str(cell.value), "unfinished": formulas.get(place, "")}.get(kind, "")
        cell_metadata = replace(_style(cell), kind=kind, text=text, formula=formulas.get(place, ""))
        if cell_metadata != Metadata():
            metadata.cells[place] = cell_metadata
    _add_hidden_and_comments(content, metadata)
    return metadata


def _style(cell: Any) -> Metadata:
    """The number format, the strike and the colours of a cell."""
    if not cell.has_style:
        return Metadata(struck_out=_struck(cell))
    code = cell.number_format if cell.value is not None and cell.data_type in ("n", "s", "inlineStr") else ""
    fill, font = fill_key(cell.fill), color_key(cell.font.color)
    # In most themes the second colour is black.
    font = "" if font in ("000000", "theme 1") or (font == WHITE and fill) else font
    return Metadata(
        struck_out=cell.value is not None and _struck(cell),
        format="" if code == GENERAL else code,
        fill=fill,
        font=font,
    )


def _xlsx_cells(content: bytes, *, data_only: bool) -> Iterator[tuple[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, rich_text=data_only)
    for sheet in book.worksheets:
        # Instruments write a wrong size of the sheet, which would hide the cells outside of it.
        sheet.reset_dimensions()
        for row in sheet.iter_rows():
            # Padding cells have no position.
            yield from ((sheet.title, cell) for cell in row if hasattr(cell, "row"))


def _struck(cell: Any) -> bool:
    """Whether a cell is struck out, or a part of its text is."""
    parts = cell.value if isinstance(cell.value, list) else ()
    return bool(cell.has_style and cell.font.strike) or any(
        getattr(getattr(part, "font", None), "strike", False) for part in parts
    )


def _add_hidden_and_comments(content: bytes, metadata: CellMetadata) -> None:
    """Read hidden rows and columns, conditional formats and comments, which openpyxl's row-by-row reader omits."""
    reader = ExcelReader(io.BytesIO(content), read_only=True)
    reader.read_manifest()
    reader.read_workbook()
    formats = _conditional_formats(reader.archive)
    for sheet, relation in reader.parser.find_sheets():
        if "worksheet" not in relation.Type:
            continue
        with reader.archive.open(relation.target) as part:
            _read_sheet_xml(part, sheet.name, formats, metadata)
        for place, text in _comments(reader.archive, relation.target):
            cell = metadata.cells.get((sheet.name, *place), Metadata())
            metadata.cells[sheet.name, *place] = replace(cell, comment=text)


def _read_sheet_xml(part: Any, sheet: str, formats: dict[str, str], metadata: CellMetadata) -> None:
    number = 0
    for _, element in ElementTree.iterparse(part):
        tag = element.tag.rpartition("}")[2]
        hidden = element.get("hidden") in TRUE
        if tag == "row":
            number = int(element.get("r", number + 1))
            metadata.rows |= {(sheet, number)} if hidden else set()
        elif tag == "col" and hidden:
            columns = range(int(element.get("min")), int(element.get("max")) + 1)
            metadata.columns |= {(sheet, column) for column in columns}
        elif tag == "sheetView" and element.get("showZeros") in ("0", "false"):
            metadata.without_zeros.add(sheet)
        elif tag == "mergeCell":
            with suppress(ValueError, TypeError):  # a range that no spreadsheet writes
                left, top, right, bottom = range_boundaries(element.get("ref", ""))
                metadata.merged.setdefault(sheet, []).append(((top - 1, left - 1), (bottom - 1, right - 1)))
        elif tag == "conditionalFormatting":
            styles = [rule.get("dxfId", "") for rule in element.iterfind("{*}cfRule")]
            area = element.get("sqref", "")
            metadata.conditional_formats += [
                ConditionalFormat(sheet, area, formats[style]) for style in styles if style in formats
            ]
        if tag in ("c", "row"):
            element.clear()


def _conditional_formats(archive: zipfile.ZipFile) -> dict[str, str]:
    """The number format of each conditional style that changes how a cell looks, by number; empty for colours."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = ElementTree.fromstring(archive.read("xl/styles.xml")).iterfind("{*}dxfs/{*}dxf")
    codes = [(style.find("{*}numFmt"), len(style)) for style in styles]
    return {
        str(at): "" if code is None else code.get("formatCode", "") for at, (code, parts) in enumerate(codes) if parts
    }


def _comments(archive: zipfile.ZipFile, target: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The comments of a sheet, by row and column."""
    relations = get_rels_path(target)
    if relations not in archive.namelist():
        return
    for relation in get_dependents(archive, relations):
        if not relation.Type.endswith("/comments") or relation.target not in archive.namelist():
            continue
        for comment in ElementTree.fromstring(archive.read(relation.target)).iterfind(".//{*}comment"):
            text = "".join(part.text or "" for part in comment.iterfind("{*}text//{*}t"))
            # Excel writes an explanation before a comment that is part of a discussion.
            text = text.partition("Comment:")[2] if text.startswith("[Threaded comment]") else text
            yield coordinate_to_tuple(comment.get("ref", "A1")), " ".join(text.split())


# -- .xls and .ods


def _read_xls(content: bytes) -> CellMetadata:
    """The old format; its reader gives no formulas."""
    # Imported here, because few cohorts are in the old format.
    import xlrd

    metadata = CellMetadata()
    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    for sheet in book.sheets():
        metadata.rows |= {(sheet.name, row + 1) for row, about in sheet.rowinfo_map.items() if about.hidden}
        metadata.columns |= {(sheet.name, column + 1) for column, about in sheet.colinfo_map.items() if about.hidden}
        if not sheet.show_zero_values:
            metadata.without_zeros.add(sheet.name)
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                cell_metadata = _xls_cell(book, cell)
                if note := sheet.cell_note_map.get((row, column)):
                    cell_metadata = replace(cell_metadata, comment=" ".join(note.text.split()))
                if cell_metadata != Metadata():
                    metadata.cells[sheet.name, row + 1, column + 1] = cell_metadata
    return metadata


def _xls_cell(book: Any, cell: Any) -> Metadata:
    import xlrd

    style = book.xf_list[cell.xf_index]
    font = book.font_list[style.font_index]
    background = style.background
    fill = _xls_color(book, background.pattern_colour_index) if background.fill_pattern else ""
    fill = "" if fill == WHITE else fill
    code = (
        book.format_map[style.format_key].format_str if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_TEXT) else ""
    )
    is_error = cell.ctype == xlrd.XL_CELL_ERROR
    return Metadata(
        "error" if is_error else "",
        xlrd.error_text_from_code.get(cell.value, "#ERROR") if is_error else "",
        bool(font.struck_out) and cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK),
        format="" if code == GENERAL else code,
        fill=fill,
        font=_font_color(_xls_color(book, font.colour_index), fill),
    )


def _xls_color(book: Any, index: int) -> str:
    return "".join(f"{part:02X}" for part in book.colour_map.get(index) or ())


def _font_color(font: str, fill: str) -> str:
    """The colour of text; empty for black text, and for white text on a colour."""
    return "" if font == BLACK or (font == WHITE and fill) else font


def _read_ods(content: bytes) -> CellMetadata:
    """OpenDocument stores equal neighbours once, with their number; only cells with content have metadata."""
    metadata = CellMetadata()
    root = ElementTree.fromstring(content)
    styles = {
        style.get(ods_name("style", "name"), ""): _ods_style(style) for style in root.iter(ods_name("style", "style"))
    }
    for table in root.iter(ods_name("table", "table")):
        title = table.get(ods_name("table", "name"), "")
        column = 0
        for about in table.iter(ods_name("table", "table-column")):
            last = column + ods_repeats(about, "columns")
            if about.get(ods_name("table", "visibility"), "visible") != "visible":
                metadata.columns |= {(title, at) for at in range(column + 1, last + 1)}
            column = last
        row = 0
        for line in table.iter(ods_name("table", "table-row")):
            times = ods_repeats(line, "rows")
            # The rows under a table, a million of them, may be hidden as one.
            if line.get(ods_name("table", "visibility"), "visible") != "visible" and "".join(line.itertext()).strip():
                metadata.rows |= {(title, at) for at in range(row + 1, row + times + 1)}
            for at, cell_metadata in (
                _ods_row(line, styles) if times <= MAX_EMPTY or "".join(line.itertext()).strip() else ()
            ):
                metadata.cells |= {(title, number, at): cell_metadata for number in range(row + 1, row + times + 1)}
            row += times
    return metadata


def _ods_style(style: Any) -> Metadata:
    """The strike and the colours of a style."""
    struck, fill, font = False, "", ""
    for properties in style.iter(ods_name("style", "text-properties")):
        lines = (properties.get(ods_name("style", f"text-line-through-{what}"), "none") for what in ("style", "type"))
        struck |= any(line != "none" for line in lines)
        font = properties.get(ods_name("fo", "color"), "").removeprefix("#").upper()
    for properties in style.iter(ods_name("style", "table-cell-properties")):
        fill = properties.get(ods_name("fo", "background-color"), "").removeprefix("#").upper()
    fill = "" if fill in ("TRANSPARENT", WHITE) else fill
    return Metadata(struck_out=struck, fill=fill, font=_font_color(font, fill))


def _ods_row(line: Any, styles: dict[str, Metadata]) -> Iterator[tuple[int, Metadata]]:
    column = 0
    for cell in line:
        repeats = ods_repeats(cell, "columns")
        metadata = _ods_cell(cell, styles)
        # The rest of a row, or of a sheet, may be one repeated empty cell.
        empty = not cell.findall(ods_name("text", "p")) and not metadata.comment
        if metadata != Metadata() and (not empty or repeats <= MAX_EMPTY):
            yield from ((at, metadata) for at in range(column + 1, column + repeats + 1))
        column += repeats


def _ods_cell(cell: Any, styles: dict[str, Metadata]) -> Metadata:
    texts = ["".join(part.itertext()) for part in cell.findall(ods_name("text", "p"))]
    text = " ".join(texts).strip()
    is_error = ODS_ERROR.fullmatch(text) is not None
    kind = cell.get(ods_name("office", "value-type"), "")
    is_number = kind in ("float", "percentage", "currency") and texts and not is_error
    formula = cell.get(ods_name("table", "formula"), "").partition(":")[2]
    # A comment is an element inside its cell.
    notes = [
        part for note in cell.findall(ods_name("office", "annotation")) for part in note.findall(ods_name("text", "p"))
    ]
    return replace(
        styles.get(cell.get(ods_name("table", "style-name"), ""), Metadata()),
        kind="error" if is_error else "",
        text=text if is_error else "",
        formula=re.sub(r"\[([^\]]*)\]", lambda match: match[1].replace(".", ""), formula),
        rendered=RenderedText(text, kind == "percentage") if is_number else None,
        comment=" ".join(" ".join("".join(part.itertext()) for part in notes).split()),
    )
