"""Small tables that people fill in and return, such as rosters and answer sheets, in any usual format."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.cohort.files.delimited import DELIMITERS, decode
from secretome.cohort.files.excel import read_workbook
from secretome.cohort.files.limits import check_text
from secretome.cohort.files.opening import read_bytes
from secretome.protocol import InputError, Problem, normalise

MAX_BYTES = 1_000_000  # bytes; a sheet of answers has a few thousand
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Record:
    """One row of a table: its number in the file, its cells by lower-case header, and the number of extra cells."""

    row: int
    cells: dict[str, str]
    extra_cells: int = 0


def read_table(path: Path, *required: Sequence[str]) -> list[Record]:
    """The rows of a table that has the columns of one of the lists, without empty rows.

    Parameters
    ----------
    path : Path
        Text with any usual delimiter and encoding, or a workbook.
    *required : sequence of str
        Columns of the header, without case and punctuation.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, or its header lacks a column.
    """
    # The size is checked before reading, because students may return any file.
    if path.is_file() and (size := path.stat().st_size) > MAX_BYTES:
        raise InputError([Problem(path.name, "", f"{size} bytes", f"at most {MAX_BYTES}")])
    content = read_bytes(path)
    tables = _read_sheets(content, path) if content[:4] in WORKBOOKS else _split_text(content, path)
    fitting = [
        rows
        for rows in tables
        if rows and any(all(_columns(rows).count(name) == 1 for name in names) for names in required)
    ]
    if not fitting:
        first = max((rows[0][1] for rows in tables if rows), key=len, default=[])
        found = f"the columns {', '.join(map(repr, first[:6]))}" if first else "no table"
        headers = ", or ".join(" and ".join(map(repr, names)) for names in required)
        expected = f"a header with {headers}, each once, separated by commas, semicolons or tabs"
        raise InputError([Problem(path.name, "row 1", found, expected)])
    # The right delimiter gives every row as many cells as the header.
    rows = min(fitting, key=lambda rows: sum(len(cells) != len(rows[0][1]) for _, cells in rows))
    header = _columns(rows)
    return [
        Record(row, dict(zip(header, cells, strict=False)), sum(map(bool, cells[len(header) :])))
        for row, cells in rows[1:]
    ]


def _columns(rows: Sequence[tuple[int, list[str]]]) -> list[str]:
    """The header of a table, without case and punctuation."""
    return [normalise(cell) for cell in rows[0][1]]


def csv_bytes(rows: Iterable[Mapping[str, object]]) -> bytes:
    """A table as the bytes of a CSV file that Excel and R read alike; the first row gives the columns."""
    rows = list(rows)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    # The byte order mark makes Excel read UTF-8.
    return stream.getvalue().encode("utf-8-sig")


def _read_sheets(content: bytes, path: Path) -> list[list[tuple[int, list[str]]]]:
    return [
        [(row[0].row, [cell.text.strip() for cell in row]) for row in grid.rows if row]
        for grid in read_workbook(content, path)
    ]


def _split_text(content: bytes, path: Path) -> list[list[tuple[int, list[str]]]]:
    text, _ = decode(content, path)
    check_text(text, DELIMITERS, path)
    tables: list[list[tuple[int, list[str]]]] = []
    for delimiter in DELIMITERS:
        try:
            records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        stripped = [(number, [cell.strip() for cell in record]) for number, record in enumerate(records, 1)]
        tables.append([(number, cells) for number, cells in stripped if any(cells)])
    if not tables:
        expected = "every quotation mark closed before the next column"
        raise InputError(
            [Problem(path.name, "", "a quotation mark out of place", expected, "Delete the stray mark, or double it.")]
        )
    return tables
