"""A laboratory's file as text cells that keep their place, before anything is interpreted."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from secretome.protocol import Problem, Refusal

DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and its place as a spreadsheet names it."""

    text: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """The cell's name in a spreadsheet.

        >>> Cell("3.45", 5, 4).name, Cell("", 2, 28).name
        ('D5', 'AB2')
        """
        letters, rest = "", self.column
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{self.row}"


@dataclass(frozen=True)
class Sheet:
    """A table of text: header cells, then rows of as many cells."""

    path: Path
    sha256: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    understood: str


def read_sheet(path: Path, content: bytes | None = None) -> Sheet:
    """Read a delimited text file, or what it would hold, as text.

    Raises
    ------
    Refusal
        If the file is absent, empty, not text, or not a table.
    """
    content = _bytes(path) if content is None else content
    text, encoding = _decode(content, path)
    delimiter, records = _split(text, path)
    filled = [(number, record) for number, record in enumerate(records, start=1) if any(map(str.strip, record))]
    width = max(len(record) for _, record in filled)
    table = [tuple(Cell(text, number, column) for column, text in enumerate(_pad(record, width), start=1)) for number, record in filled]
    used = [any(row[column].text.strip() for row in table) for column in range(width)]
    header, *rows = (tuple(cell for cell, keep in zip(row, used, strict=True) if keep) for row in table)
    problems = list(_header_problems(path, header))
    if not rows:
        problems.append(Problem(path.name, "", "a header and no rows under it", "one row or more"))
    if problems:
        raise Refusal(problems)
    understood = f"{encoding} text, columns separated by {DELIMITERS[delimiter]}, {len(rows)} rows under the header"
    return Sheet(path, hashlib.sha256(content).hexdigest(), header, tuple(rows), understood)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise Refusal([Problem(str(path), "", "a folder", "a file")])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refusal([Problem(str(path), "", f"no file that can be read ({error.strerror})", "a CSV file")]) from error
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Refusal([Problem(path.name, "", "an Excel workbook", "a CSV file", "In Excel: File, Save As, CSV UTF-8.")])
    return content


def _decode(content: bytes, path: Path) -> tuple[str, str]:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text, encoding = (content.decode("utf-16"), "UTF-16") if wide else (content.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="replace"), "Windows-1252"
    if not text.strip():
        raise Refusal([Problem(path.name, "", "an empty file", "a table with a header")])
    if "\x00" in text:
        raise Refusal([Problem(path.name, "", "a binary file", "a CSV file")])
    return text, encoding


def _split(text: str, path: Path) -> tuple[str, list[list[str]]]:
    """The delimiter that cuts the most rows into as many cells as the header has."""
    best: tuple[int, str, list[list[str]]] = (0, "", [])
    torn = False
    for delimiter in DELIMITERS:
        try:
            # Strict, or a quotation mark that is never closed would swallow the rows after it.
            records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            torn = True
            continue
        filled = [record for record in records if any(map(str.strip, record))]
        width = len(filled[0]) if filled else 0
        alike = sum(len(record) == width for record in filled) if width > 1 else 0
        if alike > best[0]:
            best = (alike, delimiter, records)
    if not best[0] and torn:
        expected = "every quotation mark closed before the next column"
        raise Refusal([Problem(path.name, "", "a quotation mark out of place", expected, "Delete the stray mark, or double it.")])
    if not best[0]:
        raise Refusal([Problem(path.name, "row 1", "a single column", "columns separated by commas, semicolons, tabs or bars")])
    return best[1], best[2]


def _pad(record: list[str], width: int) -> list[str]:
    return record + [""] * (width - len(record))


def _header_problems(path: Path, header: tuple[Cell, ...]) -> Iterator[Problem]:
    seen: dict[str, Cell] = {}
    for cell in header:
        name = cell.text.strip().casefold()
        if not name:
            yield Problem(
                path.name, f"cell {cell.name}", "an empty header over a filled column", "a name", "Name the column, or delete it."
            )
        elif name in seen:
            yield Problem(
                path.name,
                f"cell {cell.name}",
                f"the header {cell.text.strip()!r} again",
                "each header once",
                f"It stands in {seen[name].name} too.",
            )
        seen.setdefault(name, cell)
