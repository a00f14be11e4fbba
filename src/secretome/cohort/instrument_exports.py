"""Exports of plate readers and bead arrays, as tables with one row per well: sample, well and concentration."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from secretome.cohort.errors import quoted
from secretome.cohort.files.sheet import Cell, Grid, Row, file_error
from secretome.cohort.files.words import limit_passed
from secretome.cohort.vocabulary import Vocabulary, map_option
from secretome.protocol import Choice

CONTROL_GROUP = re.compile(r"(std|standard|ctrl|control|blank|blk|loq|lod|qc|zero)s?\b.*", re.IGNORECASE)
OBSERVED = re.compile(r"obs\.?\s*conc.*", re.IGNORECASE)
FLUORESCENCE = re.compile(r"fi|fi\s*-\s*bkgd|mfi|bead count|std dev|%\s*cv", re.IGNORECASE)
BEAD_REGION = re.compile(r"\s*\(\d+\)\s*$")
EXPECTED = "concentrations of the samples"


@dataclass(frozen=True)
class Export:
    """An export of an instrument: the program, its table of samples, and sentences about what was left out."""

    program: str
    grid: Grid
    notes: tuple[str, ...] = ()


def find_export(grids: Sequence[Grid], vocabulary: Vocabulary, path: Path) -> Export | None:
    """Return the export that a file is; None if it is another file.

    Raises
    ------
    InputError
        If the export contains no concentrations, or does not state which endpoint they are.
    """
    readers: tuple[Callable[[Grid, Vocabulary, Path], Export | None], ...]
    readers = (_xponent, _workbench, _bioplex, _softmax, _gen5)
    for grid in grids:
        for reader in readers:
            if export := reader(grid, vocabulary, path):
                return export
    _refuse_absorbance(grids, path)
    return None


def _texts(row: Row) -> list[str]:
    return [cell.text.strip() for cell in row]


def _named(cell: Cell, name: str) -> Cell:
    return replace(cell, text=name)


def _table(grid: Grid, rows: list[Row]) -> Grid:
    return replace(grid, rows=tuple(rows))


# -- Luminex xPONENT: sections that begin with 'DataType:'


def _xponent(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    starts = [at for at, row in enumerate(grid.rows) if row[0].text.strip() == "DataType:" and len(row) > 1]
    if not starts:
        return None
    types: dict[str, int] = {}
    for at in starts:
        types.setdefault(grid.rows[at][1].text.strip(), at)
    if "Result" not in types:
        found = f"an export of xPONENT with {quoted(types, most=4)}, which are instrument readings"
        remedy = "In xPONENT add a standard curve to the protocol, and export the results too: the section 'Result'."
        raise file_error(path, found, EXPECTED, remedy)
    start = types["Result"] + 1
    end = next((at for at in starts if at > start), len(grid.rows))
    header, *rows = grid.rows[start:end]
    names = {"Location": "replicate", "Sample": "code"}
    keep = [at for at, text in enumerate(_texts(header)) if text and text != "Total Events"]
    header = tuple(_named(header[at], names.get(header[at].text.strip(), header[at].text)) for at in keep)
    table = _table(grid, [header, *(tuple(row[at] for at in keep) for row in rows)])
    return Export("xPONENT", *_of_study(table, vocabulary))


def _of_study(grid: Grid, vocabulary: Vocabulary) -> tuple[Grid, tuple[str, ...]]:
    """A table with the columns of the study's endpoints, and a note about the other analytes."""
    header = grid.rows[0]
    fixed = ("code", "replicate")
    other = [at for at, cell in enumerate(header) if cell.text not in fixed and not vocabulary.endpoint(cell.text)]
    if len(other) == len(header) - len(set(_texts(header)) & set(fixed)):
        return grid, ()
    keep = [at for at in range(len(header)) if at not in other]
    names = quoted((header[at].text.strip() for at in other), most=6)
    notes = (f"analytes that are no endpoints of this study, left out: {names}",) if other else ()
    return _table(grid, [tuple(row[at] for at in keep) for row in grid.rows]), notes


# -- MSD Discovery Workbench: a row per well and assay


def _workbench(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    number, columns = _find_header(grid, {"sample", "assay", "well", "signal"})
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
    header = tuple(_named(grid.rows[number][at], name) for at, name in taken.items())
    return Export("Discovery Workbench", _table(grid, [header, *rows]), tuple(notes))


def _with_flag(cell: Cell, flag: str) -> Cell:
    """A value with the words that state that it is outside the range of its assay."""
    if not limit_passed(flag):
        return cell
    has_number = cell.filled and cell.text.strip().casefold() != "nan"
    return replace(cell, text=f"{cell.text.strip()} ({flag})" if has_number else flag, kind="text")


def _find_header(grid: Grid, names: set[str]) -> tuple[int | None, dict[str, int]]:
    """The row that contains some names, and the position of each of its names."""
    for number, row in enumerate(grid.rows):
        columns = {text.casefold(): at for at, text in reversed(list(enumerate(_texts(row)))) if text}
        if names <= columns.keys():
            return number, columns
    return None, {}


# -- Bio-Plex Manager: a sheet for each kind of value, with columns 'Type' and 'Well'


def _bioplex(grid: Grid, vocabulary: Vocabulary, _: Path) -> Export | None:
    number, columns = _find_header(grid, {"type", "well"})
    if number is None or not OBSERVED.fullmatch(grid.title.strip()):
        return None
    header, sample = grid.rows[number], columns.get("description", columns["type"])
    unknown = [row for row in grid.rows[number + 1 :] if re.fullmatch(r"X\d*", row[columns["type"]].text.strip())]
    skipped = {
        columns["type"],
        columns["well"],
        sample,
        *(columns[name] for name in ("outlier", "dilution") if name in columns),
    }
    header = tuple(_named(cell, BEAD_REGION.sub("", cell.text)) for cell in header)
    analytes = [at for at, cell in enumerate(header) if at not in skipped and cell.filled]
    keep = [sample, columns["well"], *analytes]
    named = [
        _named(header[sample], "code"),
        _named(header[columns["well"]], "replicate"),
        *(header[at] for at in analytes),
    ]
    rows = [tuple(named), *(tuple(row[at] for at in keep) for row in unknown)]
    table, notes = _of_study(_table(grid, rows), vocabulary)
    left_out = len(grid.rows) - number - 1 - len(unknown)
    return Export("Bio-Plex Manager", table, (*notes, f"{left_out} rows of other types than X (samples) left out"))


# -- SoftMax Pro: blocks, with a table for each group of samples


def _softmax(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    if not grid.rows[0][0].text.startswith("##BLOCKS"):
        return None
    starts = [at for at, row in enumerate(grid.rows) if row[0].text.startswith("Group:")]
    rows: list[Row] = []
    header: Row | None = None
    left_out = []
    for start in starts:
        title = grid.rows[start][0].text.partition(":")[2].strip()
        columns = {text: at for at, text in enumerate(_texts(grid.rows[start + 1])) if text}
        well = columns.get("Wells", columns.get("Well"))
        if "Sample" not in columns or "Result" not in columns or well is None or CONTROL_GROUP.fullmatch(title):
            left_out.append(title)
            continue
        keep = (columns["Sample"], well, columns["Result"])
        header = header or tuple(grid.rows[start + 1][at] for at in keep)
        rows += [tuple(row[at] for at in keep) for row in _group_rows(grid, start + 2)]
    if header is None:
        remedy = "In SoftMax Pro add the column 'Result' to the group of samples, and export all sections as text."
        raise file_error(path, "an export of SoftMax Pro with optical densities only", EXPECTED, remedy)
    names = ("code", "replicate", _endpoint_of(header[2].text, vocabulary, path))
    named = tuple(_named(cell, name) for cell, name in zip(header, names, strict=True))
    notes = (f"groups without samples, left out: {quoted(left_out)}",) if left_out else ()
    return Export("SoftMax Pro", _table(grid, [named, *_filled_down(rows)]), notes)


def _group_rows(grid: Grid, start: int) -> list[Row]:
    """The rows of a group, up to the list of its columns."""
    ends = ("Group Column", "Group:", "~End", "Plate:", "Note:")
    end = next((at for at in range(start, len(grid.rows)) if grid.rows[at][0].text.startswith(ends)), len(grid.rows))
    return list(grid.rows[start:end])


def _filled_down(rows: list[Row]) -> list[Row]:
    """Rows in which the name of a sample is repeated for each of its wells."""
    name = ""
    filled = []
    for row in rows:
        name = row[0].text.strip() or name
        filled.append((_named(row[0], name), *row[1:]))
    return filled


# -- Gen5: a layout of the plate, and a matrix of results


def _gen5(grid: Grid, vocabulary: Vocabulary, path: Path) -> Export | None:
    first = [row[0].text.strip() for row in grid.rows]
    if "Software Version" not in first or "Results" not in first:
        return None
    samples = _plate(grid, first.index("Layout") + 1, "Well ID") if "Layout" in first else {}
    values = _plate(grid, first.index("Results") + 1, "[Concentration]")
    if not values or not samples:
        missing = "concentrations ('[Concentration]')" if not values else "a layout with the well ids"
        found = f"an export of Gen5 without {missing}"
        remedy = "In Gen5 calculate concentrations from a standard curve, and export the layout and the results."
        raise file_error(path, found, EXPECTED, remedy)
    top = next(iter(values.values()))
    names = ("code", "replicate", _endpoint_of("Concentration", vocabulary, path))
    header = tuple(_named(top, name) for name in names)
    # The matrix has no row per sample, so each cell names itself.
    rows = [
        (samples[well], _named(samples[well], well), cell)
        for well, cell in values.items()
        if well in samples and samples[well].filled
    ]
    return Export("Gen5", _table(grid, [header, *rows]))


def _plate(grid: Grid, start: int, name: str) -> dict[str, Cell]:
    """The cells of a plate's matrix whose rows end with a name, by well."""
    wells: dict[str, Cell] = {}
    letter = ""
    numbers = {at: cell.text.strip() for at, cell in enumerate(grid.rows[start]) if cell.text.strip().isdigit()}
    for row in grid.rows[start + 1 :]:
        first = row[0].text.strip()
        if first and not re.fullmatch(r"[A-P]", first):
            break
        letter = first or letter
        if name in _texts(row):
            wells |= {f"{letter}{number}": row[at] for at, number in numbers.items() if row[at].filled}
    return wells


def _endpoint_of(name: str, vocabulary: Vocabulary, path: Path) -> str:
    """The header of the only analyte of an export that does not name it."""
    name, endpoints = name.strip(), vocabulary.protocol.endpoints
    assayed = [key for key, endpoint in endpoints.items() if endpoint.kind in ("concentration", "titre")]
    if vocabulary.endpoint(name) or len(assayed) == 1:
        return name if vocabulary.endpoint(name) else assayed[0]
    options = " or ".join(map_option(name, key) for key in assayed or endpoints)
    found = f"results {name!r} of one analyte, which the export does not name"
    choice = Choice("endpoint", (name,), tuple(assayed or endpoints))
    raise file_error(path, found, "an endpoint of the study", f"State which one: {options}.", choice=choice)


# -- readings without concentrations


def _refuse_absorbance(grids: Sequence[Grid], path: Path) -> None:
    """Refuse an export that contains only readings of the instrument, such as optical densities."""
    titles = [grid.title.casefold() for grid in grids]
    cells = {text for grid in grids for row in grid.rows[:20] for text in _texts(row)[:2]}
    program = ""
    if "Measurement results" in cells or any("skanit" in text.casefold() for text in cells):
        program = "SkanIt"
    elif "Well positions" in cells or any(title.startswith("magellan") for title in titles):
        program = "Magellan"
    elif titles and all(map(FLUORESCENCE.fullmatch, titles)) and {"Type", "Well"} <= cells:
        found = f"an export of Bio-Plex Manager with fluorescence only, in {quoted(grid.title for grid in grids)}"
        raise file_error(path, found, EXPECTED, "In Bio-Plex Manager export the table 'Obs Conc' too.")
    if program:
        found = f"an export of {program} with a plate of readings, such as optical densities"
        remedy = f"In {program} calculate concentrations from the standard curve, and give them as a table with the "
        remedy += "columns 'sample' and the name of the endpoint."
        raise file_error(path, found, EXPECTED, remedy)
