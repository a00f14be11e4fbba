"""Text files: their encoding, and every way in which they may be cut into columns."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

from secretome.cohort.files.limits import MOST_COLUMNS, check_text
from secretome.cohort.files.sheet import Cell, Grid, grid
from secretome.protocol import InputError, Problem

DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}
# These stand inside names and numbers too, so they are believed only where they cut out the header that a study needs.
UNUSUAL = {":": "colon", "^": "caret", "~": "tilde", "#": "number sign", "!": "exclamation mark", " ": "space"}


def read_delimited(content: bytes, path: Path) -> tuple[list[Grid], list[Grid]]:
    """Cut a text file in every way.

    Returns
    -------
    usual : list of Grid
        One per usual delimiter that cuts the text into columns, the one first that makes the most rows equally long.
    unusual : list of Grid
        One per other delimiter.

    Raises
    ------
    InputError
        If the file is empty, not text, or cannot be cut.
    """
    text, encoding = decode(content, path)
    if text.lstrip()[:1] == "<" and any(
        mark in text[:2000].casefold() for mark in ("<html", "<table", "<workbook", "<!doctype")
    ):
        raise InputError(
            [Problem(path.name, "", "a web page or XML", "a table", "Open it in Excel, and save it as .xlsx.")]
        )
    check_text(text, DELIMITERS, path)
    usual, torn = _cut(text, DELIMITERS, encoding)
    unusual, _ = _cut(text, UNUSUAL, encoding)
    if not usual and torn:
        expected = "every quotation mark closed before the next column"
        raise InputError(
            [Problem(path.name, "", "a quotation mark out of place", expected, "Delete the stray mark, or double it.")]
        )
    if not usual and not unusual:
        whole = all(re.fullmatch(r'".*"', line.strip()) for line in text.splitlines() if line.strip())
        remedy = "Take away the quotation marks around whole lines." if whole else ""
        raise InputError(
            [
                Problem(
                    path.name,
                    "row 1",
                    "a single column",
                    "columns separated by commas, semicolons, tabs or bars",
                    remedy,
                )
            ]
        )
    return usual, unusual


def _cut(text: str, delimiters: dict[str, str], encoding: str) -> tuple[list[Grid], bool]:
    cuts: list[tuple[int, Grid]] = []
    torn = False
    for delimiter, name in delimiters.items():
        try:
            records = _records(text, delimiter)
        except csv.Error:
            torn = True
            continue
        if delimiter in UNUSUAL and max(map(len, records), default=0) > MOST_COLUMNS:
            continue
        widths = Counter(len(record) for record in records if len(record) > 1 and any(map(str.strip, record)))
        if widths:
            rows = [
                [Cell(cell, number, column) for column, cell in enumerate(record, 1)]
                for number, record in enumerate(records, 1)
            ]
            cuts.append(
                (
                    max(widths.values()),
                    grid("", rows, f"{encoding} text, columns separated by {name}", delimiter=delimiter),
                )
            )
    return [cut for _, cut in sorted(cuts, key=lambda scored: -scored[0])], torn


def _records(text: str, delimiter: str) -> list[list[str]]:
    # Strict, or a quotation mark that is never closed would swallow the rows after it.
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    if delimiter != " ":
        return records
    # Columns set out with spaces; where a row has fewer, two spaces may be an empty cell, and are left as they are.
    aligned = [line.split() for line in text.splitlines()]
    return aligned if len({len(row) for row in aligned if row}) == 1 else records


def decode(content: bytes, path: Path) -> tuple[str, str]:
    """The text of a file, and the name of its encoding.

    Raises
    ------
    InputError
        If the file is empty or no text.
    """
    wide = _utf16(content)
    try:
        text, encoding = (content.decode(wide), "UTF-16") if wide else (content.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="replace"), "Windows-1252"
    if not text.strip():
        raise InputError([Problem(path.name, "", "an empty file", "a table with a header")])
    if "\x00" in text:
        raise InputError(
            [Problem(path.name, "", "a binary file", "a CSV file, an Excel workbook or a Prism file saved as .pzfx")]
        )
    return text, encoding


def doubtful(text: str) -> bool:
    """Whether a text read as Windows-1252 has words of accented letters and signs only, so another encoding is likely.

    >>> doubtful("Gerät;Öl;µL"), doubtful("крыса".encode("cp1251").decode("cp1252"))
    (False, True)
    """
    runs = re.findall(r"[^\x00-\x7f]{3,}", text)
    # Quotation marks, dashes and similar signs may be next to a letter; two other signs may not.
    strange = [run for run in runs if len(re.sub(r"[\u2010-\u2030\u2039\u203a\xa0]", "", run)) > 1]
    return bool(strange) or re.search(r"\ufffd|[^\W\d_][¿¡¦¨¯´¶¸¹¼½¾][^\W\d_]", text) is not None


def encoding_problem(content: bytes, path: Path) -> Problem | None:
    """The problem with the encoding of a text that is probably in none of the supported encodings."""
    with suppress(UnicodeDecodeError):
        content.decode("utf-8-sig")
        return None
    if _utf16(content) or not doubtful(content.decode("cp1252", errors="replace")):
        return None
    found = "text in an unknown encoding (not UTF-8, UTF-16 or Windows-1252), so that letters are read incorrectly"
    remedy = "Open the file in Excel, and save it as 'CSV UTF-8 (Comma delimited)' or as a workbook (.xlsx)."
    return Problem(path.name, "", found, "a text in UTF-8", remedy)


def _utf16(content: bytes) -> str:
    """Which UTF-16 it is, if it is: without a byte-order mark, every other byte of Western text is zero."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    even, odd = content[0:400:2].count(0), content[1:400:2].count(0)
    pairs = min(len(content), 400) // 2
    if pairs > 1 and even == 0 and odd > 0.7 * pairs:
        return "utf-16-le"
    return "utf-16-be" if pairs > 1 and odd == 0 and even > 0.7 * pairs else ""
