"""The table of samples in an export of an instrument: one row per well, with sample, well and concentrations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from secretome.cohort.decimals import DecimalEvidence, DecimalMark
from secretome.cohort.errors import quoted
from secretome.cohort.files.sheet import Cell, Grid, Row, file_error
from secretome.cohort.vocabulary import Vocabulary, map_option
from secretome.protocol import Choice

BEAD_REGION = re.compile(r"\s*\(\d+\)\s*$")
EXPECTED = "concentrations of the samples"


@dataclass(frozen=True)
class Export:
    """An export of an instrument: the program, its table of samples, and sentences about what was left out.

    `decimal` is the decimal mark of its numbers, if the readings show it.
    """

    program: str
    grid: Grid
    notes: tuple[str, ...] = ()
    decimal: DecimalMark | None = None


def texts(row: Row) -> list[str]:
    """Return the texts of a row."""
    return [cell.text.strip() for cell in row]


def named(cell: Cell, name: str) -> Cell:
    """Return a cell with another text."""
    return replace(cell, text=name)


def table(grid: Grid, rows: Sequence[Row]) -> Grid:
    """Return a grid with other rows."""
    return replace(grid, rows=tuple(rows))


def find_header(grid: Grid, names: set[str]) -> tuple[int | None, dict[str, int]]:
    """Return the row that contains some names, and the position of each of its names."""
    for number, row in enumerate(grid.rows):
        columns = {text.casefold(): at for at, text in reversed(list(enumerate(texts(row)))) if text}
        if names <= columns.keys():
            return number, columns
    return None, {}


def decimal_mark(grid: Grid) -> DecimalMark | None:
    """Return the decimal mark of all numbers of an export: a program writes its readings and results with one mark."""
    evidence = DecimalEvidence()
    for cell in (cell for row in grid.rows for cell in row if cell.kind != "number"):
        evidence.add(cell, cell.text)
    marks: tuple[DecimalMark, DecimalMark] = (".", ",")
    return next((mark for mark in marks if evidence.decimal == {mark} and mark not in evidence.thousands), None)


def dilution_notes(dilutions: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence about the dilutions of samples that an export states, if there are any."""
    stated = [text for text in dict.fromkeys(dilutions) if text and text not in ("1", "1.0", "NaN")]
    if not stated:
        return ()
    return (
        f"dilutions stated in the export: {quoted(stated, most=6)}; the results are used as the program wrote them",
    )


def of_study(grid: Grid, vocabulary: Vocabulary) -> tuple[Grid, tuple[str, ...]]:
    """Return a table with the columns of the study's endpoints, and a note about the other analytes."""
    header = grid.rows[0]
    fixed = ("code", "replicate")
    other = [at for at, cell in enumerate(header) if cell.text not in fixed and not vocabulary.endpoint(cell.text)]
    if len(other) == len(header) - len(set(texts(header)) & set(fixed)):
        return grid, ()
    keep = [at for at in range(len(header)) if at not in other]
    names = quoted((header[at].text.strip() for at in other), most=6)
    notes = (f"analytes that are no endpoints of this study, left out: {names}",) if other else ()
    return table(grid, [tuple(row[at] for at in keep) for row in grid.rows]), notes


def endpoint_of(name: str, vocabulary: Vocabulary, path: Path) -> str:
    """Return the header of the only analyte of an export that does not name it."""
    name, endpoints = name.strip(), vocabulary.protocol.endpoints
    assayed = [key for key, endpoint in endpoints.items() if endpoint.kind in ("concentration", "titre")]
    if vocabulary.endpoint(name) or len(assayed) == 1:
        return name if vocabulary.endpoint(name) else assayed[0]
    options = " or ".join(map_option(name, key) for key in assayed or endpoints)
    found = f"results {name!r} of one analyte, which the export does not name"
    choice = Choice("endpoint", (name,), tuple(assayed or endpoints))
    raise file_error(path, found, "an endpoint of the study", f"State which one: {options}.", choice=choice)
