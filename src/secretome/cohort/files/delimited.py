"""Text files: their encoding, and every way to split them into columns."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

from secretome.cohort.files.limits import MAX_COLUMNS, check_text
from secretome.cohort.files.sheet import Cell, Grid, file_error, make_grid
from secretome.protocol import Problem

DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}
# These occur in names and numbers too, so they are used only if they separate the columns that a study needs.
UNUSUAL = {":": "colon", "^": "caret", "~": "tilde", "#": "number sign", "!": "exclamation mark", " ": "space"}
READABLE_FILES = "a CSV file, an Excel workbook or a Prism file saved as .pzfx"
# Encodings that are recognised by the letters of a text.
ENCODINGS = {
    "gb18030": "GB18030 (Chinese)",
    "gbk": "GBK (Chinese)",
    "gb2312": "GB2312 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift-JIS (Japanese)",
    "shift_jis": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "euc_kr": "EUC-KR (Korean)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
}
MIN_LETTERS = 6
SAVE_AS_UTF8 = "open the file in Excel, and save it as 'CSV UTF-8 (Comma delimited)' or as a workbook (.xlsx)."
MARKUP = ("<html", "<table", "<workbook", "<!doctype")
EXPECTED = "columns separated by commas, semicolons, tabs or bars"


def read_delimited(content: bytes, path: Path) -> tuple[list[Grid], list[Grid]]:
    """Split a text file at every usual and at every unusual delimiter, and return the grids that have columns.

    The first grid has the most rows of equal length.

    Raises
    ------
    InputError
        If the file is empty or not text, or has a single column.
    """
    text, encoding = decode(content, path)
    if text.lstrip()[:1] == "<" and any(tag in text[:2000].casefold() for tag in MARKUP):
        raise file_error(path, "a web page or XML", "a table", "Open it in Excel, and save it as .xlsx.")
    check_text(text, DELIMITERS, path)
    usual, unclosed_quote = _split(text, DELIMITERS, encoding)
    unusual, _ = _split(text, UNUSUAL, encoding)
    if not usual and unclosed_quote:
        expected = "every quotation mark closed before the next column"
        remedy = "Delete the extra quotation mark, or double it."
        raise file_error(path, "a quotation mark out of place", expected, remedy)
    if not usual and not unusual:
        quoted_lines = all(re.fullmatch(r'".*"', line.strip()) for line in text.splitlines() if line.strip())
        remedy = "Delete the quotation marks around whole lines." if quoted_lines else ""
        raise file_error(path, "a single column", EXPECTED, remedy, "row 1")
    return usual, unusual


def _split(text: str, delimiters: dict[str, str], encoding: str) -> tuple[list[Grid], bool]:
    grids: list[tuple[int, Grid]] = []
    unclosed_quote = False
    for delimiter, name in delimiters.items():
        try:
            records = _records(text, delimiter)
        except csv.Error:
            unclosed_quote = True
            continue
        if delimiter in UNUSUAL and max(map(len, records), default=0) > MAX_COLUMNS:
            continue
        widths = Counter(len(record) for record in records if len(record) > 1 and any(map(str.strip, record)))
        if widths:
            rows = [
                [Cell(cell, number, column) for column, cell in enumerate(record, 1)]
                for number, record in enumerate(records, 1)
            ]
            description = f"{encoding} text, columns separated by {name}"
            grids.append((max(widths.values()), make_grid("", rows, description, delimiter=delimiter)))
    return [grid for _, grid in sorted(grids, key=lambda scored: -scored[0])], unclosed_quote


def _records(text: str, delimiter: str) -> list[list[str]]:
    # In strict mode an unclosed quotation mark is an error; otherwise it would swallow the rows after it.
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    if delimiter != " ":
        return records
    # Columns may be aligned with spaces; in a file with rows of unequal length, two spaces may be an empty cell.
    aligned = [line.split() for line in text.splitlines()]
    return aligned if len({len(row) for row in aligned if row}) == 1 else records


def decode(content: bytes, path: Path) -> tuple[str, str]:
    """The text of a file, and the name of its encoding.

    Raises
    ------
    InputError
        If the file is empty or not text.
    """
    utf16 = _utf16(content)
    try:
        text, encoding = (content.decode(utf16), "UTF-16") if utf16 else (content.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="replace"), "Windows-1252"
        if is_garbled(text) and (recognised := recognise(content)):
            codec, encoding = recognised
            text = content.decode(codec)
    if not text.strip():
        raise file_error(path, "an empty file", "a table with a header")
    if "\x00" in text:
        raise file_error(path, "a binary file", READABLE_FILES)
    return text, encoding


def recognise(content: bytes) -> tuple[str, str] | None:
    r"""Return the codec and the name of the non-Latin encoding of a text, as far as its letters identify it.

    >>> recognise("动物,组别,il6\n1,假手术,22.1\n2,对照,118.5\n".encode("gbk"))
    ('gb18030', 'GB18030 (Chinese)')
    """
    try:
        # Imported here, because few files need it; a browser does not have it.
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    best = from_bytes(content).best()
    if best is None or best.encoding not in ENCODINGS:
        return None
    # A few signs such as '±' identify no encoding. In words, capital letters come first, and half-width kana are rare.
    text = content.decode(best.encoding)
    other = [letter for letter in text if not letter.isascii()]
    is_text = len(other) >= MIN_LETTERS and sum(map(str.isalpha, other)) >= 0.9 * len(other)
    is_word = not re.search(r"[а-яё][А-ЯЁ]|[\uff61-\uff9f]{4}", text)
    return (best.encoding, ENCODINGS[best.encoding]) if is_text and is_word else None


def is_garbled(text: str) -> bool:
    """Whether a text read as Windows-1252 has words of accented letters and signs only, so another encoding is likely.

    >>> is_garbled("Gerät;Öl;µL"), is_garbled("крыса".encode("cp1251").decode("cp1252"))
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
    if _utf16(content) or not is_garbled(content.decode("cp1252", errors="replace")):
        return None
    found = "text in an unknown encoding (not UTF-8, UTF-16 or Windows-1252), so that letters are read incorrectly"
    return Problem(path.name, "", found, "a text in UTF-8", f"O{SAVE_AS_UTF8[1:]}")


def recognised_encoding(content: bytes, path: Path) -> Problem | None:
    """The problem with a text in an encoding that only its letters show: its names may be wrong."""
    with suppress(UnicodeDecodeError):
        content.decode("utf-8-sig")
        return None
    if (
        _utf16(content)
        or content[:2] in (b"PK", b"\xd0\xcf")
        or not is_garbled(content.decode("cp1252", errors="replace"))
    ):
        return None
    if (recognised := recognise(content)) is None:
        return None
    found = f"text in {recognised[1]}, recognised by its letters"
    return Problem(path.name, "", found, "a text in UTF-8", f"If names are shown with wrong letters, {SAVE_AS_UTF8}")


def _utf16(content: bytes) -> str:
    """Which UTF-16 it is, if it is: without a byte-order mark, every other byte of Western text is zero."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    even, odd = content[0:400:2].count(0), content[1:400:2].count(0)
    pairs = min(len(content), 400) // 2
    if pairs > 1 and even == 0 and odd > 0.7 * pairs:
        return "utf-16-le"
    return "utf-16-be" if pairs > 1 and odd == 0 and even > 0.7 * pairs else ""
