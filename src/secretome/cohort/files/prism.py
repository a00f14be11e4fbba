"""Tables of GraphPad Prism, from the XML format that every version saves (.pzfx)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from secretome.cohort.files.cell_names import column_letters
from secretome.cohort.files.limits import check_prism
from secretome.cohort.files.sheet import Cell, Grid, file_error, make_grid
from secretome.protocol import InputError, Problem

# Prism's names of the tables that contain no values of animals.
OTHER_TABLES = {
    "XY": "an XY table",
    "Contingency": "a contingency table",
    "Survival": "a survival table",
    "PartsOfWhole": "parts of a whole",
}
SUMMARIES = {
    "SDN": "means with SD and n",
    "SEN": "means with SEM and n",
    "CVN": "means with CV and n",
    "SD": "means with SD",
    "SE": "means with SEM",
    "CV": "means with CV",
    "low-high": "means with errors",
    "upper-lower-limits": "means with limits",
    "error": "means with errors",
}
EXPECTED = "a Prism file (.pzfx)"
EXPECTED_TABLE = "a column table or a grouped table with a value per animal"


@dataclass(frozen=True)
class _Column:
    """A column of a table: its title, its name in Prism, and its cells with their strikes."""

    title: str
    name: str
    cells: list[tuple[str, bool]]

    def label(self, number: int) -> str:
        """Prism's name of a cell; `number` counts from 1."""
        if not self.name:
            return f"title of row {number}"
        return f"{self.name} row {number}" if ":" in self.name else f"{self.name}{number}"


def read_prism(content: bytes, path: Path) -> tuple[list[Grid], list[Problem]]:
    """Return the column and grouped tables of a Prism file, and a problem for each table without values of animals.

    Titles of columns are in the first row, and titles of rows in the first column.

    Raises
    ------
    InputError
        If the XML is damaged or defines entities, or contains no table.
    """
    check_prism(content, path)
    try:
        root = ElementTree.fromstring(content)
    except DefusedXmlException as error:
        raise file_error(path, "XML that defines its own entities", EXPECTED, "Save it again in Prism.") from error
    # Expat reports a wrong encoding as a ValueError or LookupError.
    except (ParseError, ValueError, LookupError) as error:
        remedy = "Save it again in Prism: File, Save As, type .pzfx."
        raise file_error(path, f"XML that cannot be read ({error})", EXPECTED, remedy) from error
    grids, unusable = [], []
    for table in [*root.findall(".//{*}Table"), *root.findall(".//{*}HugeTable")]:
        title = _text(table.find("{*}Title"))
        kind = OTHER_TABLES.get(table.get("TableType", "")) or SUMMARIES.get(table.get("YFormat", ""))
        if kind:
            remedy = "Give the values of the animals, one column per group."
            unusable.append(Problem(path.name, f"table {title!r}", kind, EXPECTED_TABLE, remedy))
        elif rows := _rows(table, title):
            grids.append(make_grid(title, rows, f"table {title!r} of the Prism file", prism=True))
    if not grids and unusable:
        raise InputError(unusable)
    if not grids:
        raise file_error(path, "no table", EXPECTED, "Save the data tables with the file.")
    return grids, unusable


def _rows(table: Element, title: str) -> list[list[Cell]]:
    """The row of column titles and the rows of a table; none if the table is empty."""
    row_titles = table.find("{*}RowTitlesColumn/{*}Subcolumn")
    columns = [_Column("", "", [] if row_titles is None else list(_cells(row_titles)))]
    for position, element in enumerate(table.findall("{*}YColumn"), start=1):
        parts = element.findall("{*}Subcolumn")
        for number, part in enumerate(parts, start=1):
            name = column_letters(position) + (f":Y{number}" if len(parts) > 1 else "")
            columns.append(_Column(_text(element.find("{*}Title")), name, list(_cells(part))))
    if not any(text for column in columns[1:] for text, _ in column.cells):
        return []
    header = [
        Cell(column.title, 1, at, title, label=f"{column.name.partition(':')[0]} title")
        for at, column in enumerate(columns, start=1)
    ]
    rows = [header]
    for number in range(max(len(column.cells) for column in columns)):
        row = []
        for at, column in enumerate(columns, start=1):
            text, struck = column.cells[number] if number < len(column.cells) else ("", False)
            row.append(Cell(text, number + 2, at, title, label=column.label(number + 1), struck_out=struck))
        rows.append(row)
    return rows


def _cells(part: Element) -> Iterator[tuple[str, bool]]:
    """The text of each cell of a column, and whether it is struck out."""
    for cell in part.findall("{*}d"):
        yield _text(cell), cell.get("Excluded") == "1"


def _text(element: Element | None) -> str:
    # Formatted text is in elements inside.
    return "".join(element.itertext()).strip() if element is not None else ""
