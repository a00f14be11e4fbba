"""The choices that a reader has for a file: its sheets, its unknown names and its decimal mark."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from secretome.browser.records import Record
from secretome.cohort import read_cohort
from secretome.cohort.columns import Columns, without_unit
from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.opening import read_bytes, read_grids
from secretome.cohort.files.sheet import Sheet
from secretome.cohort.headers import find_tables
from secretome.cohort.layouts import read_sheet
from secretome.cohort.name_matching import CellNames, Kind
from secretome.cohort.unknown_columns import UnknownColumns
from secretome.cohort.vocabulary import OPTIONAL, REQUIRED, Vocabulary, keys_and_labels, nearest_with_same_numbers
from secretome.protocol import InputError, Protocol

KINDS: tuple[Kind, ...] = ("group", "endpoint")
# Columns that only the template and simulations write.
NOT_OFFERED = ("code", "origin", "scenario", "seed")
MAX_NAMES = 40


def sheet_titles(path: Path, protocol: Protocol) -> list[str]:
    """Return the titles of the sheets of a workbook that contain a table, or of all if none does."""
    with suppress(InputError):
        grids = read_grids(read_bytes(path), path).grids
        vocabulary = Vocabulary(protocol)
        with_table = [grid.title for grid in grids if grid.title and find_tables(grid, vocabulary)]
        return with_table or [grid.title for grid in grids if grid.title]
    return []


def unknown_names(path: Path, protocol: Protocol, sheet: str | None, names: Mapping[str, str]) -> list[Record]:
    """Return the names in a file that the study does not have, each with the names that it can be read as."""
    with suppress(InputError):
        vocabulary = Vocabulary(protocol, names)
        read = read_sheet(path, vocabulary, sheet=sheet)
        return [*_unknown_columns(read, vocabulary), *_unknown_cells(read, vocabulary)][:MAX_NAMES]
    return []


def _unknown_columns(read: Sheet, vocabulary: Vocabulary) -> Iterator[Record]:
    columns = Columns(read, vocabulary, ErrorCollector(read.path))
    protocol = vocabulary.protocol
    absent = {key: each.label for key, each in protocol.endpoints.items() if key not in columns.wide}
    absent = {} if "endpoint" in columns.named else absent
    others = [name for name in (*REQUIRED, *OPTIONAL) if name not in columns.named and name not in NOT_OFFERED]
    options = [*absent.items(), *((name, name) for name in others)]
    for cell in columns.unknown:
        name = without_unit(cell)
        guess = vocabulary.similar(name, [text for pair in absent.items() for text in pair])
        endpoint = vocabulary.endpoint(guess) if guess else None
        nearest = endpoint[0] if endpoint else nearest_with_same_numbers(name, REQUIRED) or ""
        yield _record("column", name, cell.name, nearest, options)


def _unknown_cells(read: Sheet, vocabulary: Vocabulary) -> Iterator[Record]:
    """The names in the cells below the headers; misspelt headers are read as if they were correct."""
    errors = ErrorCollector(read.path)
    columns = Columns(read, vocabulary, errors)
    UnknownColumns(columns, errors).report()
    for kind in KINDS:
        if kind not in columns.named:
            continue
        cells = [row[columns.named[kind]] for row in read.rows]
        names = CellNames(vocabulary, kind)
        names.add(cells)
        places = {names.name(cell): cell.name for cell in reversed(cells)}
        members = vocabulary.protocol.groups if kind == "group" else vocabulary.protocol.endpoints
        for name in names.unknown.values():
            guess = vocabulary.similar(name, keys_and_labels(members)) or ""
            nearest = next((key for key, member in members.items() if guess in (key, member.label)), "")
            yield _record(kind, name, places.get(name, ""), nearest, [(key, members[key].label) for key in members])


def _record(kind: str, name: str, place: str, nearest: str, options: list[tuple[str, str]]) -> Record:
    return {"kind": kind, "name": name, "place": place, "nearest": nearest, "options": options}


def decimal_marks(path: Path, protocol: Protocol, sheet: str | None, names: Mapping[str, str]) -> list[str]:
    """Return the decimal marks that, if stated, leave fewer problems in a file than stating none."""
    before = _problems(path, protocol, sheet, names, None)
    return [mark for mark in ("point", "comma") if _problems(path, protocol, sheet, names, mark) < before]


def _problems(path: Path, protocol: Protocol, sheet: str | None, names: Mapping[str, str], mark: str | None) -> int:
    try:
        read_cohort(path, protocol, sheet=sheet, names=names, decimal=mark)
    except InputError as error:
        return len(error.problems)
    return 0
