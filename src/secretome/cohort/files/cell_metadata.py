"""Metadata of cells in a workbook: errors, formats, strikes, formulas, colours, comments, hidden rows and columns."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import openpyxl
import xlrd
from defusedxml import ElementTree
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.cell_range import MultiCellRange

from secretome.cohort.files.colors import WHITE, color_key, fill_key
from secretome.cohort.files.number_format import GENERAL, Shown

OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
TRUE = ("1", "true")
MOST_EMPTY = 100
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Mark:
    """The metadata of one cell; the text is that of an error, which has no value.

    Attributes
    ----------
    format : str
        The number format, where it is not the general one.
    shown : Shown, optional
        The displayed text, if the workbook stores it.
    fill, font : str
        The colours of background and text, if they are not white and black.
    comment : str
        The comment on the cell.
    """

    kind: Literal["", "error", "unfinished"] = ""
    text: str = ""
    struck: bool = False
    formula: str = ""
    format: str = ""
    shown: Shown | None = None
    fill: str = ""
    font: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Rule:
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
    """The marks of a workbook's cells by sheet, row and column from 1, hidden rows and columns, conditional formats.

    Zeros are not shown in the sheets `without_zeros`.
    """

    cells: dict[Place, Mark] = field(default_factory=dict)
    rows: set[tuple[str, int]] = field(default_factory=set)
    columns: set[tuple[str, int]] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    without_zeros: set[str] = field(default_factory=set)

    def at(self, sheet: str, row: int, column: int) -> Mark:
        """The mark of a cell."""
        return self.cells.get((sheet, row, column), Mark())

    def conditional_format(self, sheet: str, row: int, column: int) -> str:
        """The number format that a conditional format may give a cell."""
        return next(
            (rule.format for rule in self.rules if rule.sheet == sheet and rule.format and rule.covers(row, column)), ""
        )

    def notes(self, sheet: str) -> tuple[str, ...]:
        """A sentence about the conditional formats of a sheet that colour cells."""
        ranges = ", ".join(
            dict.fromkeys(
                rule.range.replace(" ", ", ") for rule in self.rules if rule.sheet == sheet and not rule.format
            )
        )
        return (f"cells coloured by conditional formatting: {ranges}",) if ranges else ()

    def hidden(self, sheet: str, row: int, column: int) -> Literal["", "row", "column"]:
        """Whether the row of a cell cannot be seen, or its column."""
        return "row" if (sheet, row) in self.rows else "column" if (sheet, column) in self.columns else ""


def find_marks(content: bytes) -> CellMetadata:
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


# -- .xlsx


def _in_xlsx(content: bytes) -> CellMetadata:
    marks = CellMetadata()
    formulas = {
        (title, cell.row, cell.column): str(getattr(cell.value, "text", cell.value))
        for title, cell in _cells_in_xlsx(content, data_only=False)
        if cell.data_type == "f"
    }
    for title, cell in _cells_in_xlsx(content, data_only=True):
        place = (title, cell.row, cell.column)
        kind: Literal["", "error", "unfinished"] = ""
        if cell.data_type == "e":
            kind = "error"
        # A program that is no spreadsheet wrote the formula and could not compute it; an empty text is a result.
        elif place in formulas and cell.value is None and cell.data_type == "n":
            kind = "unfinished"
        text = {"error": str(cell.value), "unfinished": formulas.get(place, "")}.get(kind, "")
        mark = replace(_style(cell), kind=kind, text=text, formula=formulas.get(place, ""))
        if mark != Mark():
            marks.cells[place] = mark
    _find_more_in_xlsx(content, marks)
    return marks


def _style(cell: Any) -> Mark:
    """The number format, the strike and the colours of a cell."""
    if not cell.has_style:
        return Mark(struck=_struck(cell))
    code = cell.number_format if cell.value is not None and cell.data_type in ("n", "s", "inlineStr") else ""
    fill, font = fill_key(cell.fill), color_key(cell.font.color)
    # In most themes the second colour is black.
    font = "" if font in ("000000", "theme 1") or (font == WHITE and fill) else font
    return Mark(
        struck=cell.value is not None and _struck(cell), format="" if code == GENERAL else code, fill=fill, font=font
    )


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
    return bool(cell.has_style and cell.font.strike) or any(
        getattr(getattr(part, "font", None), "strike", False) for part in parts
    )


def _find_more_in_xlsx(content: bytes, marks: CellMetadata) -> None:
    """Read hidden rows and columns, conditional formats and comments, which openpyxl's row-by-row reader omits."""
    reader = ExcelReader(io.BytesIO(content), read_only=True)
    reader.read_manifest()
    reader.read_workbook()
    formats = _conditional_formats(reader.archive)
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
                elif tag == "sheetView" and element.get("showZeros") in ("0", "false"):
                    marks.without_zeros.add(sheet.name)
                elif tag == "conditionalFormatting":
                    ids = [rule.get("dxfId", "") for rule in element.iterfind("{*}cfRule")]
                    marks.rules += [
                        Rule(sheet.name, element.get("sqref", ""), formats[dxf]) for dxf in ids if dxf in formats
                    ]
                if tag in ("c", "row"):
                    element.clear()
        for place, text in _comments(reader.archive, relation.target):
            mark = marks.cells.get((sheet.name, *place), Mark())
            marks.cells[sheet.name, *place] = replace(mark, comment=text)


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


def _in_xls(content: bytes) -> CellMetadata:
    """The old format, whose formulas are not told."""
    marks = CellMetadata()
    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    for sheet in book.sheets():
        marks.rows |= {(sheet.name, row + 1) for row, about in sheet.rowinfo_map.items() if about.hidden}
        marks.columns |= {(sheet.name, column + 1) for column, about in sheet.colinfo_map.items() if about.hidden}
        if not sheet.show_zero_values:
            marks.without_zeros.add(sheet.name)
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                mark = _xls_mark(book, cell)
                if note := sheet.cell_note_map.get((row, column)):
                    mark = replace(mark, comment=" ".join(note.text.split()))
                if mark != Mark():
                    marks.cells[sheet.name, row + 1, column + 1] = mark
    return marks


def _xls_mark(book: Any, cell: Any) -> Mark:
    style = book.xf_list[cell.xf_index]
    about = book.font_list[style.font_index]
    filled = cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
    colors = [
        "".join(f"{part:02X}" for part in book.colour_map.get(index) or ())
        for index in (
            style.background.pattern_colour_index if style.background.fill_pattern else -1,
            about.colour_index,
        )
    ]
    fill, font = ("" if color == other else color for color, other in zip(colors, (WHITE, "000000"), strict=True))
    error = cell.ctype == xlrd.XL_CELL_ERROR
    code = (
        book.format_map[style.format_key].format_str if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_TEXT) else ""
    )
    return Mark(
        "error" if error else "",
        xlrd.error_text_from_code.get(cell.value, "#ERROR") if error else "",
        filled and bool(about.struck_out),
        format="" if code == GENERAL else code,
        fill=fill,
        font="" if font == WHITE and fill else font,
    )


def _in_ods(content: bytes) -> CellMetadata:
    """OpenDocument stores equal neighbours once, with their number; only cells that hold something are told of."""
    marks = CellMetadata()
    root = ElementTree.fromstring(content)
    styles = {style.get(_name("style", "name"), ""): _ods_style(style) for style in root.iter(_name("style", "style"))}
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
            for at, mark in (
                _in_ods_row(line, styles) if times <= MOST_EMPTY or "".join(line.itertext()).strip() else ()
            ):
                marks.cells |= {(title, number, at): mark for number in range(row + 1, row + times + 1)}
            row += times
    return marks


def _ods_style(style: Any) -> Mark:
    """The strike and the colours of a style."""
    struck, fill, font = False, "", ""
    for about in style.iter(_name("style", "text-properties")):
        struck |= any(
            about.get(_name("style", f"text-line-through-{what}"), "none") != "none" for what in ("style", "type")
        )
        font = about.get(_name("fo", "color"), "").removeprefix("#").upper()
    for about in style.iter(_name("style", "table-cell-properties")):
        fill = about.get(_name("fo", "background-color"), "").removeprefix("#").upper()
    fill = "" if fill in ("TRANSPARENT", WHITE) else fill
    return Mark(struck=struck, fill=fill, font="" if font == "000000" or (font == WHITE and fill) else font)


def _in_ods_row(line: Any, styles: dict[str, Mark]) -> Iterator[tuple[int, Mark]]:
    column = 0
    for cell in line:
        times = _times(cell, "columns")
        # A comment stands inside the cell that it belongs to.
        texts = ["".join(part.itertext()) for part in cell.findall(_name("text", "p"))]
        text = " ".join(texts).strip()
        error = bool(re.fullmatch(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+", text))
        kind = cell.get(_name("office", "value-type"), "")
        stated = cell.get(_name("table", "formula"), "").partition(":")[2]
        formula = re.sub(r"\[([^\]]*)\]", lambda found: found[1].replace(".", ""), stated)
        shown = (
            Shown(text, kind == "percentage")
            if kind in ("float", "percentage", "currency") and texts and not error
            else None
        )
        notes = [
            part for note in cell.findall(_name("office", "annotation")) for part in note.findall(_name("text", "p"))
        ]
        comment = " ".join(" ".join("".join(part.itertext()) for part in notes).split())
        style = styles.get(cell.get(_name("table", "style-name"), ""), Mark())
        mark = replace(
            style,
            kind="error" if error else "",
            text=text if error else "",
            formula=formula,
            shown=shown,
            comment=comment,
        )
        # The rest of a row, or of a sheet, may be one empty cell that is repeated.
        if mark != Mark() and (text or texts or comment or times <= MOST_EMPTY):
            yield from ((at, mark) for at in range(column + 1, column + times + 1))
        column += times


def _name(space: str, local: str) -> str:
    return f"{{{OPEN_DOCUMENT}{'xsl-fo-compatible' if space == 'fo' else space}:1.0}}{local}"


def _times(element: Any, what: str) -> int:
    return int(element.get(_name("table", f"number-{what}-repeated"), 1))
