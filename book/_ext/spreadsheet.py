"""A directive that draws a table as it looks in a spreadsheet: letters above the columns, numbers beside the rows.

The content is comma-separated text; an option names the sheets of the workbook, the first of which is shown.
"""

from __future__ import annotations

import csv
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def draw(title: str, rows: list[list[str]], sheets: list[str]) -> str:
    """The HTML of a sheet.

    >>> draw("Rats", [["animal"], ["r1"]], []).count("<tr>")
    3
    """
    width = max(map(len, rows))
    head = "".join(f'<th scope="col">{letter}</th>' for letter in LETTERS[:width])
    lines = [f'<thead><tr><td aria-hidden="true"></td>{head}</tr></thead><tbody>']
    for number, row in enumerate(rows, start=1):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in [*row, *[""] * (width - len(row))])
        lines.append(f'<tr><th scope="row">{number}</th>{cells}</tr>')
    tabs = "".join(f"<li>{escape(sheet)}</li>" for sheet in sheets)
    names = f'<ul class="sheets" aria-label="Sheets of the workbook">{tabs}</ul>' if sheets else ""
    table = f"<table><caption>{escape(title)}</caption>{''.join(lines)}</tbody></table>"
    return f'<div class="spreadsheet">{table}{names}</div>'


class Spreadsheet(SphinxDirective):
    """A table drawn as a spreadsheet shows it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"sheets": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """The table, as HTML."""
        rows = [[cell.strip() for cell in row] for row in csv.reader(self.content)]
        sheets = [name.strip() for name in self.options.get("sheets", "").split(",") if name.strip()]
        return [nodes.raw("", draw(self.arguments[0], rows, sheets), format="html")]


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("spreadsheet", Spreadsheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
