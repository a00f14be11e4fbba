"""Exports of plate readers: SoftMax Pro and Gen5, and the readings of SkanIt and Magellan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from secretome.cohort.errors import quoted
from secretome.cohort.export_tables import (
    EXPECTED,
    Export,
    decimal_mark,
    endpoint_of,
    named,
    table,
    texts,
)
from secretome.cohort.files.sheet import Cell, Grid, Row, file_error
from secretome.cohort.vocabulary import Vocabulary

CONTROL_GROUP = re.compile(r"(std|standard|ctrl|control|blank|blk|loq|lod|qc|zero)s?\b.*", re.IGNORECASE)
# The names of rows of calculated concentrations in the matrix of Gen5, with and without the dilution.
WITH_DILUTION = re.compile(r"\[?conc(entration)?\s*[x×*]\s*dil(ution)?\.?\]?", re.IGNORECASE)
# Columns of SoftMax Pro: results with and without the dilution, the dilution, and the unit of the standards.
RESULTS = ("AdjResult", "Adj.Result", "Adj. Result", "AdjConc", "Result")
DILUTION = re.compile(r"dil(ution)?([\s_.-]*factor)?", re.IGNORECASE)
STANDARD_UNIT = re.compile(r"conc(?:entration)?\.?[\s_]*[\[(]?\s*([^\W\d]+/[^\W\d]+)\s*[\])]?", re.IGNORECASE)
CONCENTRATION = re.compile(r"\[?conc(entration)?\]?", re.IGNORECASE)


def read_softmax(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    """Return an export of SoftMax Pro, with a table for each group of samples; None if the grid is none."""
    if not grid.rows[0][0].text.startswith("##BLOCKS"):
        return None
    starts = [at for at, row in enumerate(grid.rows[:-1]) if row[0].text.startswith("Group:")]
    groups = [_Group(grid, start) for start in starts]
    used = [group for group in groups if group.has_samples]
    if not used:
        remedy = "In SoftMax Pro add the column 'Result' to the group of samples, and export all sections as text."
        raise file_error(path, "an export of SoftMax Pro with optical densities only", EXPECTED, remedy)
    for group in used:
        group.refuse_dilutions(path)
    header = used[0].header
    names = ("code", "replicate", endpoint_of(header[2].text, vocabulary, path))
    top = [named(cell, name) for cell, name in zip(header, names, strict=True)]
    unit = next((unit for group in groups if (unit := group.unit)), "")
    if unit and vocabulary.endpoint(top[2].text):
        key = (vocabulary.endpoint(top[2].text) or ("",))[0]
        top[2] = named(top[2], f"{key} ({unit})")
    rows = [row for group in used for row in group.rows()]
    left_out = [group.title for group in groups if not group.has_samples]
    notes = (f"groups without samples, left out: {quoted(left_out)}",) if left_out else ()
    return Export("SoftMax Pro", table(grid, [tuple(top), *rows]), notes, decimal_mark(grid))


class _Group:
    """A group of samples in an export of SoftMax Pro: a header, and a row for each well."""

    def __init__(self, grid: Grid, start: int) -> None:
        self.grid = grid
        self.start = start
        self.title = grid.rows[start][0].text.partition(":")[2].strip()
        self.columns = {text: at for at, text in enumerate(texts(grid.rows[start + 1])) if text}
        self.result = next((name for name in RESULTS if name in self.columns), "")
        well = self.columns.get("Wells", self.columns.get("Well"))
        is_control = CONTROL_GROUP.fullmatch(self.title) is not None
        self.has_samples = "Sample" in self.columns and bool(self.result) and well is not None and not is_control
        self.keep = (self.columns["Sample"], well or 0, self.columns[self.result]) if self.has_samples else ()

    @property
    def header(self) -> Row:
        """The headers of the sample, its well and its result."""
        return tuple(self.grid.rows[self.start + 1][at] for at in self.keep)

    @property
    def unit(self) -> str:
        """The unit of the concentrations of the standards, which is that of the results."""
        units = (match[1] for text in self.columns if (match := STANDARD_UNIT.fullmatch(text)))
        return next(units, "")

    def refuse_dilutions(self, path: Path) -> None:
        """Refuse results of diluted samples without a column in which they are multiplied by the dilution."""
        at = next((at for text, at in self.columns.items() if DILUTION.fullmatch(text)), None)
        if at is None or self.result != "Result":
            return
        cells = [row[at] for row in _group_rows(self.grid, self.start + 2) if row[at].filled]
        if diluted := [cell for cell in cells if not re.fullmatch(r"1([.,]0+)?", cell.text.strip())]:
            found = f"the dilution {diluted[0].text.strip()!r} of samples, which the column 'Result' does not include"
            remedy = "In SoftMax Pro add a column 'AdjResult', the result multiplied by the dilution, to the group."
            place = f"cell {diluted[0].name}"
            raise file_error(path, found, "concentrations of the undiluted samples", remedy, place)

    def rows(self) -> list[Row]:
        """The sample, the well and the result of each well; a flag of the program is added to the result."""
        flag = self.columns.get("R")
        name = ""
        rows: list[Row] = []
        for row in _group_rows(self.grid, self.start + 2):
            sample, well, result = (row[at] for at in self.keep)
            name = sample.text.strip() or name
            if flag is not None and row[flag].text.strip() == "R" and result.filled:
                result = named(result, f"{result.text.strip()} (out of range)")
            rows.append((named(sample, name), well, result))
        return rows


def _group_rows(grid: Grid, start: int) -> list[Row]:
    """The rows of a group, up to the list of its columns."""
    ends = ("Group Column", "Group:", "~End", "Plate:", "Note:")
    end = next((at for at in range(start, len(grid.rows)) if grid.rows[at][0].text.startswith(ends)), len(grid.rows))
    return list(grid.rows[start:end])


def read_gen5(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    """Return an export of Gen5, with a layout and a matrix of results for each plate; None if the grid is none."""
    first = [row[0].text.strip() for row in grid.rows]
    if "Software Version" not in first or not {"Plate Number", "Layout", "Results", "Reader Type:"} & set(first):
        return None
    starts = [at for at, text in enumerate(first) if text == "Plate Number"] or [0]
    plates = [_Plate(grid.rows[start:end]) for start, end in zip(starts, [*starts[1:], len(first)], strict=True)]
    values = [plate.values() for plate in plates]
    if not any(values) or not any(plate.samples for plate in plates):
        missing = "a layout with the well ids" if any(values) else "concentrations ('[Concentration]')"
        found = f"an export of Gen5 without {missing}"
        remedy = "In Gen5 calculate concentrations from a standard curve, and export the layout and the results."
        raise file_error(path, found, EXPECTED, remedy)
    _refuse_dilutions(plates, path)
    rows: list[Row] = []
    for number, (plate, of_plate) in enumerate(zip(plates, values, strict=True), start=1):
        prefix = f"plate {number} " if len(plates) > 1 else ""
        # The matrix has no row per sample, so each cell names itself.
        rows += [
            (plate.samples[well], named(plate.samples[well], f"{prefix}{well}"), cell)
            for well, cell in of_plate.items()
            if well in plate.samples and plate.samples[well].filled
        ]
    top = next(cell for of_plate in values for cell in of_plate.values())
    names = ("code", "replicate", endpoint_of("Concentration", vocabulary, path))
    header = tuple(named(top, name) for name in names)
    return Export("Gen5", table(grid, [header, *rows]), decimal=decimal_mark(grid))


class _Plate:
    """A plate of an export of Gen5: its samples and dilutions by well, and its matrices."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        first = [row[0].text.strip() for row in rows]
        layout = first.index("Layout") + 1 if "Layout" in first else len(rows)
        self.samples = self._wells(layout, re.compile("Well ID"))
        self.dilutions = self._wells(layout, re.compile("Conc/Dil"))
        self.has_dilution = any(WITH_DILUTION.fullmatch(text) for row in rows for text in texts(row))

    def values(self) -> dict[str, Cell]:
        """The calculated concentrations by well: those that include the dilution, if there are any."""
        name = WITH_DILUTION if self.has_dilution else CONCENTRATION
        matrices = (self._wells(start, name) for start in range(len(self.rows)))
        return next((wells for wells in matrices if wells), {})

    def _wells(self, start: int, name: re.Pattern[str]) -> dict[str, Cell]:
        """The cells of the matrix under a row of numbers, in the rows that end with a name, by well."""
        wells: dict[str, Cell] = {}
        numbers = (
            {at: text for at, text in enumerate(texts(self.rows[start])) if text} if start < len(self.rows) else {}
        )
        if not numbers or list(numbers.values()) != [str(number + 1) for number in range(len(numbers))]:
            return wells
        letter = ""
        for row in self.rows[start + 1 :]:
            first = row[0].text.strip()
            if first and not re.fullmatch(r"[A-P]", first):
                break
            letter = first or letter
            if any(name.fullmatch(text) for text in texts(row)[max(numbers) + 1 :]):
                wells |= {f"{letter}{number}": row[at] for at, number in numbers.items() if row[at].filled}
        return wells


def _refuse_dilutions(plates: Sequence[_Plate], path: Path) -> None:
    """Refuse concentrations of diluted samples, which Gen5 does not multiply by the dilution."""
    diluted: dict[str, Cell] = {}
    for plate in plates:
        for well, cell in plate.dilutions.items():
            is_standard = well not in plate.samples or re.match(
                r"(std|blk|ctl)", plate.samples[well].text, re.IGNORECASE
            )
            if not plate.has_dilution and not is_standard and cell.text.strip() not in ("1", "1.0", "1,0"):
                diluted.setdefault(cell.text.strip(), cell)
    if diluted:
        found = (
            f"dilutions of samples in the layout ({quoted(diluted, most=6)}), which '[Concentration]' does not include"
        )
        remedy = "In Gen5 add the concentrations multiplied by the dilution to the results, and export them again; or "
        remedy += "state no dilution in the layout, if the concentrations are those of the undiluted samples."
        place = f"cell {next(iter(diluted.values())).name}"
        raise file_error(path, found, "concentrations of the undiluted samples", remedy, place)


def refuse_readings(grids: Sequence[Grid], path: Path) -> None:
    """Refuse an export of SkanIt or Magellan that contains only readings, such as optical densities."""
    titles = [grid.title.casefold() for grid in grids]
    cells = {text for grid in grids for row in grid.rows[:20] for text in texts(row)[:2]}
    program = ""
    if "Measurement results" in cells or any("skanit" in text.casefold() for text in cells):
        program = "SkanIt"
    elif "Well positions" in cells or any(title.startswith("magellan") for title in titles):
        program = "Magellan"
    if program:
        found = f"an export of {program} with a plate of readings, such as optical densities"
        remedy = f"In {program} calculate concentrations from the standard curve, and give them as a table with the "
        remedy += "columns 'sample' and the name of the endpoint."
        raise file_error(path, found, EXPECTED, remedy)
