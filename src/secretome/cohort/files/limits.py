"""Check the size of a table before it is parsed, because a small file can unpack to more than the available memory."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from xml.parsers import expat

from secretome.cohort.files.calamine import PasswordProtectedError
from secretome.cohort.files.cell_names import column_number
from secretome.cohort.files.sheet import file_error

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 100_000, 1_000, 1_000_000
EXPECTED = f"at most {MAX_ROWS} rows, {MAX_COLUMNS} columns and {MAX_CELLS} cells"
# Of all XML of a workbook, unpacked, in bytes.
MAX_BYTES = 100_000_000
# The limits of spreadsheet programs: a file beyond them is damaged or malicious.
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
MAX_DEPTH = 200
MAX_SPACES = 32_767
SAVE_SEPARATELY = "Save only the table of the study in a separate file."
CHUNK = 1 << 16
# What Python raises for an archive with a damaged list of members.
DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error)
REFERENCE = re.compile(r"\$?([A-Za-z]{1,7})\$?(\d{1,12})")

Attributes = dict[str, str]


class TooLargeError(Exception):
    """Raised inside a parser, with what was found and, if the file is damaged rather than large, what was expected."""

    def __init__(self, found: str, expected: str = EXPECTED) -> None:
        self.found, self.expected = found, expected
        self.remedy = (
            SAVE_SEPARATELY
            if expected.startswith("at most")
            else "Open the file in the program that made it, and save it again."
        )
        super().__init__(found)


@contextmanager
def _refuse_too_large(path: Path) -> Iterator[None]:
    try:
        yield
    except TooLargeError as error:
        raise file_error(path, error.found, error.expected, error.remedy) from error


def check_text(text: str, delimiters: Iterable[str], path: Path) -> None:
    """Refuse a delimited text with too many rows, columns or cells."""
    rows = max(text.count("\n"), text.count("\r")) + 1
    with _refuse_too_large(path):
        if rows > MAX_ROWS:
            raise TooLargeError(f"a table of {rows} rows")
        lines = text.splitlines()
        for delimiter in delimiters:
            columns = max((line.count(delimiter) for line in lines), default=0) + 1
            if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
                raise TooLargeError(f"a table of {rows} rows and {columns} columns")


def check_archive(content: bytes, path: Path) -> None:
    """Refuse a workbook (.xlsx, .xlsm, .ods) whose sheets are too large or whose XML is unsafe.

    Its XML is unpacked in parts and read once without keeping it. A member with a wrong length raises BadZipFile.
    """
    with _refuse_too_large(path), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        size = sum(member.file_size for member in members)
        if size > MAX_BYTES:
            found = f"a workbook that unpacks to {size / 1e6:.0f} megabytes"
            raise TooLargeError(found, f"at most {MAX_BYTES / 1e6:.0f} megabytes")
        area = 0
        for member in members:
            if member.filename.casefold().endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    area += _scan(iter(partial(part.read, CHUNK), b""))
            _check_area(area)


def check_old_workbook(content: bytes, path: Path) -> None:
    """Refuse a workbook of the old format (.xls) whose sheets are too large."""
    # Imported here, because few cohorts are in the old format.
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=content, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise PasswordProtectedError from error
        raise
    sizes = [(sheet.nrows, max(map(sheet.row_len, range(sheet.nrows)), default=0)) for sheet in book.sheets()]
    with _refuse_too_large(path):
        for rows, columns in sizes:
            _check_cell(rows, columns)
        _check_area(sum(rows * columns for rows, columns in sizes))


def check_prism(content: bytes, path: Path) -> None:
    """Refuse a Prism file whose tables are too large or too deeply nested; damaged XML is left to the parser."""
    with _refuse_too_large(path), suppress(expat.ExpatError, ValueError, LookupError):
        _check_area(_scan([content]))


def _scan(chunks: Iterable[bytes]) -> int:
    """Read one XML file; return the number of cells of its table as the smallest rectangle that holds them."""
    scanner = _Scanner()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = scanner.start, scanner.end
    parser.StartDoctypeDeclHandler = scanner.doctype
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return scanner.area


class _Scanner:
    """Follows the cells of a sheet of Excel, of an OpenDocument table or of a Prism table."""

    def __init__(self) -> None:
        self.depth = self.area = self.cells = 0
        self.row = self.column = self.bottom = self.right = 0
        self.rows_repeated = self.columns_repeated = 1
        self.handler: Callable[[str, Attributes], None] | None = None

    def doctype(self, *_: object) -> None:
        raise TooLargeError("XML that defines its own entities", "XML without a document type")

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooLargeError(f"XML nested more than {MAX_DEPTH} deep", "a table")
        local = name.rpartition(":")[2]
        if self.depth == 1:
            handlers = {
                "worksheet": self._excel,
                "document-content": self._open_document,
                "GraphPadPrismFile": self._prism,
            }
            self.handler = handlers.get(local)
        elif self.handler:
            self.handler(local, attributes)

    def end(self, _: str) -> None:
        self.depth -= 1
        if not self.depth:
            self._close_table()

    def _close_table(self) -> None:
        self.area += self.bottom * self.right
        self.row = self.column = self.bottom = self.right = 0

    def _excel(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self.cells += 1
            if self.cells > MAX_CELLS:
                raise TooLargeError(f"more than {MAX_CELLS} cells")
            reference = REFERENCE.fullmatch(attributes.get("r", ""))
            self.column += 1
            if reference:
                self.column, self.row = column_number(reference[1]), int(reference[2])
        elif name == "row":
            stated = attributes.get("r", "")
            self.row, self.column = int(stated) if stated.isdecimal() else self.row + 1, 0
            if self.row > SHEET_ROWS:
                raise TooLargeError(f"row {self.row}", f"at most {SHEET_ROWS} rows, as every spreadsheet has")
        elif name in ("v", "is", "f"):
            self._note_value(self.row, self.column)
        elif name == "mergeCell":
            corner = REFERENCE.fullmatch(attributes.get("ref", "").rpartition(":")[2])
            if corner and (column_number(corner[1]) > MAX_COLUMNS or int(corner[2]) > SHEET_ROWS):
                raise TooLargeError(f"cells merged up to {corner[0]}")
        elif name == "col" and int(attributes.get("max", 0)) > SHEET_COLUMNS:
            raise TooLargeError(
                f"column {attributes['max'][:20]}", f"at most {SHEET_COLUMNS} columns, as every spreadsheet has"
            )

    def _open_document(self, name: str, attributes: Attributes) -> None:
        if name == "table":
            self._close_table()
            self.rows_repeated = 0
        elif name == "table-row":
            self.row += self.rows_repeated
            self.rows_repeated = self._repeats(attributes, "rows", SHEET_ROWS)
            self.row, self.column, self.columns_repeated = self.row, 0, 0
        elif name in ("table-cell", "covered-table-cell"):
            self.column += self.columns_repeated
            self.columns_repeated = self._repeats(attributes, "columns", SHEET_COLUMNS)
            if any(key.endswith(":value-type") for key in attributes):
                self._note_value(self.row + self.rows_repeated, self.column + self.columns_repeated)
        elif name == "p":
            self._note_value(self.row + self.rows_repeated, self.column + self.columns_repeated)
        elif name == "s" and any(key.endswith(":c") and int(value) > MAX_SPACES for key, value in attributes.items()):
            raise TooLargeError("a cell of more than 32767 spaces", "text as a spreadsheet writes it")

    @staticmethod
    def _repeats(attributes: Attributes, what: str, most: int) -> int:
        repeats = next((int(value) for key, value in attributes.items() if key.endswith(f":number-{what}-repeated")), 1)
        if repeats > most:
            raise TooLargeError(f"{repeats} repeated {what}", f"at most {most}, as every spreadsheet has")
        return repeats

    def _prism(self, name: str, _: Attributes) -> None:
        if name in ("Table", "HugeTable"):
            self._close_table()
        elif name == "Subcolumn":
            self.column, self.row = self.column + 1, 0
        elif name == "d":
            self.row += 1
            self._note_value(self.row, self.column)

    def _note_value(self, row: int, column: int) -> None:
        if row > self.bottom or column > self.right:
            self.bottom, self.right = max(row, self.bottom), max(column, self.right)
            _check_cell(self.bottom, self.right)
            _check_area(self.area + self.bottom * self.right)


def _check_cell(row: int, column: int) -> None:
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise TooLargeError(f"values in row {row} and column {column}")


def _check_area(area: int) -> None:
    if area > MAX_CELLS:
        raise TooLargeError(f"a table of {area} cells")
