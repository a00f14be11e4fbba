"""Join several tables of one file to one table, if it is certain how they belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import NoReturn

from secretome.cohort.errors import counted, quoted
from secretome.cohort.files.sheet import Cell, Row, file_error
from secretome.cohort.headers import Table
from secretome.cohort.row_titles import names_no_animal
from secretome.cohort.separate_tables import title_of
from secretome.cohort.units import canonical
from secretome.cohort.vocabulary import Vocabulary, map_option
from secretome.protocol import Choice, spelling

# The group and the id of an animal.
AnimalId = tuple[str, str]
MAX_IDS = 4
# Titles of tables that together are one experiment, if each contains other groups or samples.
BATCH_TITLE = re.compile(r"\s*(plate|batch|run|exp(eriment)?|block|cage|assay|kit|lot)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One of several tables, with the rows of its animals or samples only."""

    table: Table
    header: Row
    rows: list[Row]
    vocabulary: Vocabulary

    @property
    def name(self) -> str:
        """The title of the table, or else that of its sheet, or the first cell of its header."""
        rows = self.table.grid.rows[: self.table.number]
        titles = [title.text.strip() for row in reversed(rows) if (title := title_of(row))]
        return next(iter([*titles, self.table.grid.title]), "") or self.header[-1].name

    @cached_property
    def columns(self) -> dict[str, int]:
        """The position of each column that every study has."""
        names = self.vocabulary.columns(self.header)
        return {name: at for at, name in reversed(list(enumerate(names))) if name}

    @cached_property
    def animals(self) -> dict[str, dict[AnimalId, Cell]]:
        """The animals, or samples, with a row for each endpoint, each with the cell of its id."""
        found: dict[str, dict[AnimalId, Cell]] = {}
        for row in self.rows:
            id_cell = row[self.columns["animal" if "animal" in self.columns else "code"]]
            for endpoint in self._endpoints_of(row):
                found.setdefault(endpoint, {}).setdefault((self._group(row), spelling(id_cell.visible_text)), id_cell)
        return found

    def _group(self, row: Row) -> str:
        if "group" not in self.columns:
            return ""
        text = row[self.columns["group"]].visible_text
        return self.vocabulary.group(text) or spelling(text)

    def _endpoints_of(self, row: Row) -> list[str]:
        if "endpoint" in self.columns:
            text = row[self.columns["endpoint"]].text
            return [(self.vocabulary.endpoint(text) or (spelling(text), ""))[0]]
        return list(self._endpoint_columns)

    @cached_property
    def _endpoint_columns(self) -> list[str]:
        endpoints = (self.vocabulary.endpoint(cell.text) for cell in self.header)
        return [endpoint[0] for endpoint in endpoints if endpoint]

    def identities(self) -> list[tuple[str, ...]]:
        """What identifies each column in all tables: its meaning, or its text if it has none for the study."""
        seen: dict[tuple[str, ...], int] = {}
        identities = []
        for cell, column in zip(self.header, self.vocabulary.columns(self.header), strict=True):
            identity = ("column", column) if column else self._identity(cell.text)
            seen[identity] = seen.get(identity, 0) + 1
            identities.append((*identity, str(seen[identity])))
        return identities

    def _identity(self, text: str) -> tuple[str, ...]:
        if limit := self.vocabulary.limit(text):
            return ("limit", *limit)
        if endpoint := self.vocabulary.endpoint(text):
            return ("endpoint", endpoint[0])
        return ("other", spelling(text))


@dataclass(frozen=True)
class JoinedTables:
    """The rows of several tables under one header, and sentences about the join."""

    header: Row
    rows: list[Row]
    notes: list[str]


def join_tables(parts: Sequence[Part], path: Path) -> JoinedTables:
    """Return several tables as one: each contains other groups, or other endpoints of the same animals.

    Raises
    ------
    InputError
        If it is not certain that the tables belong together.
    """
    parts = [_with_own_limits(_without_empty_endpoints(part)) for part in parts]
    _refuse_times_and_hidden(parts, path)
    for one, other in combinations(parts, 2):
        _check_pair(one, other, parts, path)
    _check_animals(parts, path)
    return JoinedTables(*_union(parts), _notes(parts))


# -- whether it is certain


def _refuse_times_and_hidden(parts: Sequence[Part], path: Path) -> None:
    # The label of a group may contain a dose, such as "300 µL secretome".
    untitled = [part for part in parts if not part.table.grid.group_in_title]
    times = [part.name for part in untitled if names_no_animal(part.name) and not BATCH_TITLE.match(part.name)]
    if len(times) > 1:
        _refuse(parts, path, f"{len(parts)} tables titled {quoted(times, most=MAX_IDS)}, such as times or doses")
    if any(part.table.grid.description.startswith("hidden") for part in parts):
        _refuse(parts, path, f"{len(parts)} tables, of which some are on hidden sheets")


def _check_pair(one: Part, other: Part, parts: Sequence[Part], path: Path) -> None:
    """Refuse two tables that contain the same endpoint of the same groups, or of the same samples."""
    for endpoint in (key for key in one.animals if key in other.animals):
        pairs = [part.animals[endpoint] for part in (one, other)]
        if "group" in one.columns:
            common = {group for group, _ in pairs[0]} & {group for group, _ in pairs[1]}
            words = f"{endpoint} in the same groups" if common else ""
        else:
            common_ids = sorted(pairs[0].keys() & pairs[1].keys())
            words = f"{endpoint} of the same samples, such as {common_ids[0][1]!r}" if common_ids else ""
        if words:
            found = f"{len(parts)} tables ({_names(parts)}), of which at least two contain {words}"
            _refuse(parts, path, found)


def _names(parts: Sequence[Part]) -> str:
    """The names of tables, or the first cells of those with the same name."""
    names = [part.name for part in parts]
    return quoted(names) if len(set(names)) == len(names) else " and ".join(part.header[0].name for part in parts)


def _refuse(parts: Sequence[Part], path: Path, found: str) -> NoReturn:
    """Refuse tables that may be times, plates, experiments or copies, and ask which one is meant."""
    titles = list(dict.fromkeys(part.table.grid.title for part in parts))
    hour = parts[0].vocabulary.protocol.sampling_hour
    planned = [title for title in titles if hour is not None and title.split()[:1] == [f"{hour:g}"]]
    if len(titles) == len(parts):
        remedy = f"State the one to analyse: --sheet {(planned or titles)[0]!r}. To use all, put their rows in one "
        remedy += "table, where each animal has one row."
        place = ""
    else:
        remedy = "Keep one of them, or put their rows in one table, where each animal has one row."
        place = f"cell {parts[1].header[0].name}"
    choice = Choice("sheet", options=tuple(titles)) if not place else None
    raise file_error(path, found, "tables of different groups or of different endpoints", remedy, place, choice)


def _check_animals(parts: Sequence[Part], path: Path) -> None:
    """Refuse two endpoints of which each has animals that the other does not have, because ids may be misspelt."""
    animals: dict[str, dict[AnimalId, Cell]] = {}
    for part in parts:
        for endpoint, of_part in part.animals.items():
            animals.setdefault(endpoint, {}).update(of_part)
    for (first, one), (second, other) in combinations(animals.items(), 2):
        only = [{animal: cell for animal, cell in one.items() if animal not in other}]
        only.append({animal: cell for animal, cell in other.items() if animal not in one})
        if all(only):
            found = f"{_ids(only[0])} with {first} only and {_ids(only[1])} with {second} only"
            remedy = "Correct the ids and groups; an animal without one of the endpoints may be left out of one table."
            place = f"cells {', '.join(next(iter(cells.values())).name for cells in only)}"
            raise file_error(path, found, "the same animals, in the same groups, in each table", remedy, place)


def _ids(cells: Mapping[AnimalId, Cell]) -> str:
    names = [f"{cell.visible_text!r}" + (f" of {group}" if group else "") for (group, _), cell in cells.items()]
    return ", ".join(names[:MAX_IDS]) + (f" and {len(names) - MAX_IDS} more" if len(names) > MAX_IDS else "")


def refuse_without_group(parts: Sequence[Part], path: Path) -> None:
    """Refuse a table for which neither a column nor the title states the group, if titles of other tables do."""
    titled = [part for part in parts if part.table.grid.group_in_title]
    without = [part for part in parts if "group" not in part.columns]
    if titled and without:
        names = [part.name for part in without]
        protocol = parts[0].vocabulary.protocol
        used = {group for part in titled for animals in part.animals.values() for group, _ in animals}
        left = [group for group in protocol.groups if group not in used]
        key = left[0] if len(left) == len(names) == 1 else "KEY"
        options = " ".join(map_option(name, key) for name in names)
        found = (
            f"the tables {quoted(names)}, whose titles" if len(names) > 1 else f"the table {names[0]!r}, whose title"
        )
        remedy = f"If it is the group of its animals, add {options}; otherwise delete the sheet."
        choice = Choice("group", tuple(names), tuple(protocol.groups), key if key in protocol.groups else "")
        expected = f"a group: {', '.join(protocol.groups)}"
        raise file_error(path, f"{found} names no group", expected, remedy, choice=choice)


# -- one header


def _union(parts: Sequence[Part]) -> tuple[Row, list[Row]]:
    """One header with the columns of all tables, and the rows under it."""
    places = [dict(zip(part.identities(), range(len(part.header)), strict=True)) for part in parts]
    identities = list(dict.fromkeys(identity for place in places for identity in place))
    header = tuple(
        _header_of(
            [part.header[place[identity]] for part, place in zip(parts, places, strict=True) if identity in place],
            parts[0],
        )
        for identity in identities
    )
    rows = [
        tuple(row[place[identity]] if identity in place else _absent(row) for identity in identities)
        for part, place in zip(parts, places, strict=True)
        for row in part.rows
    ]
    return header, rows


def _header_of(cells: Sequence[Cell], part: Part) -> Cell:
    """The header of a column of several tables: one with a wrong unit first, then one without a unit."""
    vocabulary = part.vocabulary

    def rank(cell: Cell) -> int:
        endpoint = vocabulary.endpoint(cell.text)
        if endpoint is None or vocabulary.column(cell.text):
            return 0
        key, unit = endpoint
        is_other = unit and canonical(unit) != canonical(vocabulary.protocol.endpoints[key].unit)
        if is_other:
            return 0
        return 2 if unit else 1

    struck = [cell for cell in cells if cell.struck_out]
    return min(struck or cells, key=rank)


def _absent(row: Row) -> Cell:
    first = row[0]
    return Cell("", first.row, first.column, first.sheet, "absent", transposed=first.transposed)


def _notes(parts: Sequence[Part]) -> list[str]:
    tables = ", ".join(f"{part.name!r} ({counted(len(part.rows), 'row')})" for part in parts)
    by_endpoint: dict[str, dict[AnimalId, Cell]] = {}
    for part in parts:
        for endpoint, found in part.animals.items():
            by_endpoint.setdefault(endpoint, {}).update(found)
    every = {animal: cell for found in by_endpoint.values() for animal, cell in found.items()}
    notes = [f"{len(parts)} tables joined by the ids and groups of their animals: {tables}"]
    for endpoint, found in by_endpoint.items():
        if missing := {animal: cell for animal, cell in every.items() if animal not in found}:
            notes.append(f"without a row for {endpoint}: {_ids(missing)}")
    return notes


def _without_empty_endpoints(part: Part) -> Part:
    """A table without the columns of endpoints that contain nothing, because another table may contain them."""
    vocabulary = part.vocabulary
    keep = [
        at
        for at, cell in enumerate(part.header)
        if any(row[at].filled for row in part.rows) or not vocabulary.endpoint(cell.text)
    ]
    header, *rows = (tuple(row[at] for at in keep) for row in (part.header, *part.rows))
    return replace(part, header=header, rows=rows)


def _with_own_limits(part: Part) -> Part:
    """A table whose columns 'lloq' and 'uloq' name its only endpoint, as they must next to another endpoint."""
    endpoints = list(part.animals)
    if "endpoint" in part.columns or len(endpoints) != 1:
        return part
    limits = {part.columns[name]: f"{name} {endpoints[0]}" for name in ("lloq", "uloq") if name in part.columns}
    header = tuple(replace(cell, text=limits.get(at, cell.text)) for at, cell in enumerate(part.header))
    return replace(part, header=header)
