"""Read the values of an OpenDocument sheet (.ods), where python-calamine is not available; and the names of its XML."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from defusedxml import ElementTree

from secretome.cohort.files.calamine import SheetValues, Typed

OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
# The rest of a row, or of a sheet, may be one repeated empty cell.
MAX_EMPTY = 100
NUMBERS = ("float", "percentage", "currency")
TIME = re.compile(r"PT(?P<hour>\d+)H(?P<minute>\d+)M(?P<second>\d+)([.,]\d+)?S")
HOURS_OF_A_DAY = 24


def ods_name(space: str, local: str) -> str:
    """The name of an element or attribute in a namespace of OpenDocument."""
    return f"{{{OPEN_DOCUMENT}{'xsl-fo-compatible' if space == 'fo' else space}:1.0}}{local}"


def ods_repeats(element: Any, what: str) -> int:
    """How often a column, row or cell is repeated: equal neighbours are stored once."""
    return int(element.get(ods_name("table", f"number-{what}-repeated"), 1))


def read_values(content: bytes) -> Iterator[SheetValues]:
    """The sheets of the ``content.xml`` of an OpenDocument sheet, with the values that python-calamine returns."""
    root = ElementTree.fromstring(content)
    hidden = {
        style.get(ods_name("style", "name"))
        for style in root.iter(ods_name("style", "style"))
        for about in style.iter(ods_name("style", "table-properties"))
        if about.get(ods_name("table", "display")) == "false"
    }
    for table in root.iter(ods_name("table", "table")):
        is_visible = table.get(ods_name("table", "style-name"), "") not in hidden
        rows: list[list[Typed]] = []
        for line in table.iter(ods_name("table", "table-row")):
            times = ods_repeats(line, "rows")
            values = _row(line)
            rows += [list(values) for _ in range(times)] if values or times <= MAX_EMPTY else []
        yield SheetValues(table.get(ods_name("table", "name"), ""), is_visible, rows, [])


def _row(line: Any) -> list[Typed]:
    """The values of a row, up to the last that is not empty."""
    values: list[Typed] = []
    empty = 0
    for cell in line:
        value, repeats = _value(cell), ods_repeats(cell, "columns")
        if value == "":
            empty += repeats
            continue
        values += [""] * empty + [value] * repeats
        empty = 0
    return values


def _value(cell: Any) -> Typed:
    kind = cell.get(ods_name("office", "value-type"), "")
    if kind in NUMBERS:
        return float(cell.get(ods_name("office", "value"), ""))
    if kind == "boolean":
        return bool(cell.get(ods_name("office", "boolean-value")) == "true")
    if kind == "date":
        text = cell.get(ods_name("office", "date-value"), "")
        return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)
    if kind == "time":
        return _time(cell.get(ods_name("office", "time-value"), ""))
    if kind != "string":
        return ""
    texts = ("".join(_texts(part)) for part in cell.findall(ods_name("text", "p")))
    return str(cell.get(ods_name("office", "string-value")) or "\n".join(texts))


def _time(text: str) -> Typed:
    match = TIME.fullmatch(text)
    if not match or int(match["hour"]) >= HOURS_OF_A_DAY:
        return text
    return datetime.time(int(match["hour"]), int(match["minute"]), int(match["second"]))


def _texts(element: Any) -> Iterator[str]:
    """The text of a paragraph, in which several spaces are one element with their number."""
    if element.tag == ods_name("text", "s"):
        yield " " * int(element.get(ods_name("text", "c"), 1))
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
