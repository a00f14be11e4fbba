"""Tables of GraphPad Prism, from the XML format that every version saves (.pzfx)."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from secretome.cohort.files.limits import check_prism
from secretome.cohort.files.sheet import Cell, Grid, grid, letters
from secretome.protocol import InputError, Problem

# What Prism calls its tables, for those that hold no value per animal.
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


def read_prism(content: bytes, path: Path) -> tuple[list[Grid], list[Problem]]:
    """The tables of a Prism file.

    Returns
    -------
    grids : list of Grid
        Column and grouped tables: titles of the columns in the first row, titles of the rows in the first column.
    unfit : list of Problem
        One per table that holds no values of animals.

    Raises
    ------
    InputError
        If the XML is broken or defines entities, or no table is in it.
    """
    check_prism(content, path)
    try:
        root = ElementTree.fromstring(content)
    except DefusedXmlException as error:
        raise _refusal(
            path, "XML that defines entities of its own, as no file of Prism does", "Save it anew in Prism."
        ) from error
    # Expat reports a wrong encoding as a ValueError or LookupError.
    except (ParseError, ValueError, LookupError) as error:
        raise _refusal(
            path, f"XML that cannot be read ({error})", "Save it anew in Prism: File, Save As, type .pzfx."
        ) from error
    grids, unfit = [], []
    for table in [*root.findall(".//{*}Table"), *root.findall(".//{*}HugeTable")]:
        title = _text(table.find("{*}Title"))
        kind, values = table.get("TableType", ""), table.get("YFormat", "")
        found = OTHER_TABLES.get(kind) or SUMMARIES.get(values)
        if found:
            expected = "a column table or a grouped table with a value per animal"
            unfit.append(
                Problem(
                    path.name,
                    f"table {title!r}",
                    found,
                    expected,
                    "Give the values of the animals, one column per group.",
                )
            )
        elif rows := _rows(table, title):
            grids.append(grid(title, rows, f"table {title!r} of the Prism file", prism=True))
    if not grids:
        raise InputError(unfit) if unfit else _refusal(path, "no table", "Save the data tables with the file.")
    return grids, unfit


def _rows(table: Element, title: str) -> list[list[Cell]]:
    """Titles of columns, then rows; a table whose columns hold nothing gives none."""
    titles = table.find("{*}RowTitlesColumn")
    columns = [
        ("", "", list(_values(part)), "title of ")
        for part in ([] if titles is None else titles.findall("{*}Subcolumn"))
    ][:1]
    for position, column in enumerate(table.findall("{*}YColumn"), start=1):
        parts = [list(_values(part)) for part in column.findall("{*}Subcolumn")]
        for number, part in enumerate(parts, start=1):
            place = letters(position) + (f":Y{number} " if len(parts) > 1 else "")
            columns.append((_text(column.find("{*}Title")), place, part, ""))
    if not any(text for _, place, values, _ in columns if place for text, _ in values):
        return []
    # A row of titles always, so that every table begins alike.
    columns = columns if columns[0][3] else [("", "", [], "title of "), *columns]
    header = [
        Cell(name, 1, at, title, label=f"{place.split(':')[0]} title")
        for at, (name, place, _, _) in enumerate(columns, start=1)
    ]
    rows = [header]
    for number in range(max(len(values) for _, _, values, _ in columns)):
        row = []
        for at, (_, place, values, kind) in enumerate(columns, start=1):
            text, struck = values[number] if number < len(values) else ("", False)
            label = f"{kind}row {number + 1}" if kind else f"{place}{'row ' if ':' in place else ''}{number + 1}"
            row.append(Cell(text, number + 2, at, title, label=label, struck=struck))
        rows.append(row)
    return rows


def _values(part: Element) -> Iterator[tuple[str, bool]]:
    """The cells of a column, and whether each was struck out."""
    for cell in part.findall("{*}d"):
        yield _text(cell), cell.get("Excluded") == "1"


def _text(element: Element | None) -> str:
    # Formatted text stands in elements of its own inside.
    return "".join(element.itertext()).strip() if element is not None else ""


def _refusal(path: Path, found: str, remedy: str) -> InputError:
    return InputError([Problem(path.name, "", found, "a Prism file (.pzfx)", remedy)])
