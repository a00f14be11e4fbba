"""Exports of bead arrays and spots: Luminex xPONENT and INTELLIFLEX, MSD Discovery Workbench, Bio-Plex Manager."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from secretome.cohort.errors import quoted
from secretome.cohort.export_tables import (
    BEAD_REGION,
    EXPECTED,
    Export,
    decimal_mark,
    dilution_notes,
    find_header,
    named,
    of_study,
    table,
    texts,
)
from secretome.cohort.files.sheet import Cell, Grid, Row, file_error
from secretome.cohort.files.words import limit_passed
from secretome.cohort.vocabulary import Vocabulary

OBSERVED = re.compile(r"obs\.?\s*conc.*", re.IGNORECASE)
FLUORESCENCE = re.compile(r"fi|fi\s*-\s*bkgd|mfi|bead count|std dev|%\s*cv", re.IGNORECASE)
READING = re.compile(r"R\d+: RP\d (MEDIAN|AVERAGE MFI|NET MEDIAN|COUNT)")


def read_xponent(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    """Return an export of xPONENT, whose sections begin with 'DataType:'; None if the grid is none."""
    sections = _sections(grid)
    if not sections:
        return None
    if "Result" not in sections:
        found = f"an export of xPONENT with {quoted(sections, most=4)}, which are instrument readings"
        remedy = "In xPONENT add a standard curve to the protocol, and export the results too: the section 'Result'."
        raise file_error(path, found, EXPECTED, remedy)
    header, *rows = sections["Result"]
    names = {"Location": "replicate", "Sample": "code"}
    keep = [at for at, text in enumerate(texts(header)) if text and text not in ("Total Events", "Notes")]
    units = _units(sections.get("Units", []))
    header = tuple(
        _with_unit(named(header[at], names.get(header[at].text.strip(), header[at].text)), units) for at in keep
    )
    results = table(grid, [header, *(tuple(row[at] for at in keep) for row in rows)])
    dilutions = (text for row in sections.get("Dilution Factor", [])[1:] for text in texts(row)[2:3])
    samples, notes = of_study(results, vocabulary)
    return Export("xPONENT", samples, (*notes, *dilution_notes(dilutions)), decimal_mark(grid))


def _sections(grid: Grid) -> dict[str, list[Row]]:
    """The rows of each section of an export of xPONENT, by its kind of value."""
    starts = [at for at, row in enumerate(grid.rows) if row[0].text.strip() == "DataType:" and len(row) > 1]
    sections: dict[str, list[Row]] = {}
    for start, end in pairwise([*starts, len(grid.rows)]):
        sections.setdefault(grid.rows[start][1].text.strip(), list(grid.rows[start + 1 : end]))
    return sections


def _units(rows: list[Row]) -> dict[str, str]:
    """The unit of each analyte in the section 'Units'."""
    by_title = {text[0]: text[1:] for text in map(texts, rows)}
    return dict(zip(by_title.get("Analyte:", []), by_title.get("Units:", []), strict=False))


def _with_unit(cell: Cell, units: dict[str, str]) -> Cell:
    unit = units.get(cell.text.strip(), "")
    return named(cell, f"{cell.text.strip()} ({unit})") if unit else cell


def refuse_intelliflex(grid: Grid, _: Vocabulary, path: Path) -> None:
    """Refuse an export of INTELLIFLEX with a column for each reading of each bead region."""
    number = find_header(grid, {"well location", "sample id"})[0]
    if number is not None and any(READING.match(text) for text in texts(grid.rows[number])):
        remedy = "Calculate concentrations from the standard curve, and give them as a table with the columns 'sample' "
        remedy += "and the name of the endpoint."
        raise file_error(path, "an export of INTELLIFLEX with fluorescence only", EXPECTED, remedy)


def read_workbench(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    """Return an export of Discovery Workbench, with a row per well and assay; None if the grid is none."""
    number, columns = find_header(grid, {"sample", "assay", "well", "signal"})
    if number is None:
        return None
    value = next((columns[name] for name in ("calc. concentration", "calc concentration") if name in columns), None)
    if value is None:
        remedy = "In Discovery Workbench add the column 'Calc. Concentration' to the export."
        raise file_error(path, "an export of Discovery Workbench with signals only", EXPECTED, remedy)
    taken = {columns["sample"]: "code", columns["assay"]: "endpoint", value: "value", columns["well"]: "replicate"}
    for name, limit in (("detection limits: calc. low", "lloq"), ("detection limits: calc. high", "uloq")):
        taken |= {columns[name]: limit} if name in columns else {}
    nominal, flags = columns.get("concentration"), columns.get("detection range")
    rows, standards, others = [], 0, []
    assays = {row[columns["assay"]].text.strip() for row in grid.rows[number + 1 :]}
    known = {name for name in assays if vocabulary.endpoint(name)}
    for row in grid.rows[number + 1 :]:
        if nominal is not None and row[nominal].filled:
            standards += 1
        elif known and row[columns["assay"]].text.strip() not in known:
            others.append(row[columns["assay"]].text.strip())
        else:
            flag = row[flags].text.strip() if flags is not None else ""
            rows.append(tuple(_with_flag(row[at], flag) if at == value else row[at] for at in taken))
    notes = [f"{standards} rows of standards left out"] if standards else []
    if others:
        notes.append(f"assays that are no endpoints of this study, left out: {quoted(dict.fromkeys(others), most=6)}")
    header = tuple(named(grid.rows[number][at], name) for at, name in taken.items())
    return Export("Discovery Workbench", table(grid, [header, *rows]), tuple(notes), decimal_mark(grid))


def _with_flag(cell: Cell, flag: str) -> Cell:
    """A value with the words that state that it is outside the range of its assay."""
    if not limit_passed(flag):
        return cell
    has_number = cell.filled and cell.text.strip().casefold() != "nan"
    return replace(cell, text=f"{cell.text.strip()} ({flag})" if has_number else flag, kind="text")


def refuse_methodical_mind(grid: Grid, _: Vocabulary, path: Path) -> None:
    """Refuse the signals of an MSD instrument, which its program Methodical Mind writes as a plate."""
    first = {text.rstrip(" :#") for row in grid.rows[:25] for text in texts(row)[:1]}
    if {"Stack ID", "Spots Per Well", "Det Param"} <= first:
        remedy = "Open the plate in Discovery Workbench, calculate concentrations, and export 'Calc. Concentration'."
        raise file_error(path, "signals of an MSD instrument", EXPECTED, remedy)


def read_bioplex(grid: Grid, vocabulary: Vocabulary, _: Path) -> Export | None:
    """Return the observed concentrations of Bio-Plex Manager, with columns 'Type' and 'Well'; None for other files."""
    number, columns = find_header(grid, {"type", "well"})
    if number is None:
        return None
    header = grid.rows[number]
    analytes = _analytes(grid, number)
    if not analytes:
        return None
    sample, well = columns.get("description", columns["type"]), columns["well"]
    unknown = [row for row in grid.rows[number + 1 :] if re.fullmatch(r"X\d*", row[columns["type"]].text.strip())]
    top = [named(header[sample], "code"), named(header[well], "replicate")]
    keep = [sample, well, *analytes]
    rows = [(*top, *analytes.values()), *(tuple(row[at] for at in keep) for row in unknown)]
    samples, notes = of_study(table(grid, rows), vocabulary)
    left_out = len(grid.rows) - number - 1 - len(unknown)
    dilutions = [row[columns["dilution"]].text.strip() for row in unknown] if "dilution" in columns else []
    notes = (*notes, f"{left_out} rows of other types than X (samples) left out", *dilution_notes(dilutions))
    return Export("Bio-Plex Manager", samples, notes, decimal_mark(grid))


def _analytes(grid: Grid, number: int) -> dict[int, Cell]:
    """The header of each column of observed concentrations, by position.

    A sheet contains one kind of value, named by its title, or the kind is below the name of each analyte.
    """
    header = grid.rows[number]
    fixed = {"type", "well", "outlier", "description", "dilution", "gate", "sampling errors", "region", "total"}
    others = {at: cell for at, cell in enumerate(header) if cell.filled and cell.text.strip().casefold() not in fixed}
    if OBSERVED.fullmatch(grid.title.strip()):
        return {at: named(cell, BEAD_REGION.sub("", cell.text)) for at, cell in others.items()}
    kinds = {at: cell for at, cell in others.items() if OBSERVED.fullmatch(cell.text.strip())}
    above = grid.rows[number - 1] if number else ()
    names: dict[int, Cell] = {}
    for at in range(len(above)):
        names[at] = above[at] if above[at].filled else names.get(at - 1, above[at])
    return {at: replace(names[at], text=BEAD_REGION.sub("", names[at].text)) for at in kinds if at in names}


def refuse_fluorescence(grids: Sequence[Grid], path: Path) -> None:
    """Refuse sheets of Bio-Plex Manager that contain fluorescence only."""
    sheets = []
    for grid in grids:
        number, columns = find_header(grid, {"type", "well"})
        titled = FLUORESCENCE.fullmatch(grid.title.strip())
        header = texts(grid.rows[number]) if number is not None else []
        if columns and (titled or any(map(FLUORESCENCE.fullmatch, header))):
            sheets.append(grid.title)
    if sheets:
        found = f"an export of Bio-Plex Manager with fluorescence only, in {quoted(sheets)}"
        raise file_error(path, found, EXPECTED, "In Bio-Plex Manager export the table 'Obs Conc' too.")
