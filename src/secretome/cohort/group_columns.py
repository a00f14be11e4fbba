"""Tables with one column per group, as Prism has them, made into one row per measurement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from secretome.cohort.files.sheet import Cell, Grid
from secretome.cohort.flags import column_meanings, holds_flags_alone
from secretome.cohort.headers import DERIVED, is_unit_cell, with_unit
from secretome.cohort.name_matching import CellNames
from secretome.cohort.summary_rows import is_summary, typed_mean, without_summaries
from secretome.cohort.time_rows import count_rows, names_no_animal
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import BRACKETS, Vocabulary, map_option
from secretome.protocol import InputError, Problem, nearest, spelling

HEADER = ("animal", "group", "endpoint", "value", "unit", "replicate", "exclude")
STRUCK = "struck out in Prism"


@dataclass(frozen=True)
class LongRows:
    """Rows of the long layout, the grids they come from, notes on how these were read, and problems."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    used: list[Grid]
    understood: list[str]
    problems: list[Problem]


@dataclass(frozen=True)
class _Column:
    """One column of values: where it stands, its group, and the endpoint if its place says which."""

    position: int
    group: Cell
    endpoint: Cell | None


@dataclass(frozen=True)
class _Block:
    """A header of groups and the rows under it."""

    grid: Grid
    columns: tuple[_Column, ...]
    titles: int | None
    rows: tuple[tuple[Cell, ...], ...]

    def title(self, row: tuple[Cell, ...]) -> Cell | None:
        return row[self.titles] if self.titles is not None and row[self.titles].text.strip() else None


def by_group(headers: list[tuple[Grid, int]], vocabulary: Vocabulary, path: Path, unfit: list[Problem]) -> LongRows:
    """Read tables with one column per group.

    Parameters
    ----------
    headers : list of (Grid, int)
        Grids, each with the row in which groups are named.
    vocabulary : Vocabulary
        The names of the study.
    path : Path
        The file.
    unfit : list of Problem
        What is wrong with the file's other tables.

    Raises
    ------
    InputError
        If it cannot be told which endpoint a table holds, or what its columns or rows are.
    """
    return _ByGroup(vocabulary, path).read(headers, unfit)


class _ByGroup:
    def __init__(self, vocabulary: Vocabulary, path: Path) -> None:
        self.vocabulary = vocabulary
        self.path = path
        self.paired = vocabulary.protocol.design == "paired"
        self.problems: list[Problem] = []
        self.understood = ["one column per group"]

    def read(self, headers: list[tuple[Grid, int]], unfit: list[Problem]) -> LongRows:
        blocks = [self._block(grid, number, headers) for grid, number in headers]
        meant = [block for block in blocks if self._named(block)]
        if not meant and len(self.vocabulary.protocol.endpoints) == 1 and len(blocks) == 1:
            meant = blocks
        if not meant:
            self._refuse_nameless(blocks, unfit)
        for block in blocks:
            if block not in meant:
                self._refuse_near(block, meant)
        left = [repr(block.grid.title) for block in blocks if block not in meant] + [problem.place for problem in unfit]
        if left:
            self.understood.append(f"not used, for no endpoint or no animals are in them: {', '.join(left)}")
        names = CellNames(self.vocabulary, "group")
        names.add(column.group for block in meant for column in block.columns)
        if merged := names.merged(self.path.name):
            raise InputError([*self.problems, *merged])
        self._refuse_twice(meant)
        if not meant[0].columns:
            raise InputError(self.problems)
        rows = [row for block in meant for row in self._rows(block)]
        if not rows and not self.problems:
            self.problems.append(Problem(self.path.name, "", "no value under any group", "one or more"))
        top = meant[0].columns[0].group
        header = tuple(Cell(name, top.row, top.column, top.sheet, label=top.label) for name in HEADER)
        kept = [at for at in range(len(HEADER)) if at < 4 or any(row[at].text for row in rows)]
        used = list({id(block.grid): block.grid for block in meant}.values())
        return LongRows(
            tuple(header[at] for at in kept),
            tuple(tuple(row[at] for at in kept) for row in rows),
            used,
            list(dict.fromkeys(self.understood)),
            list(dict.fromkeys(self.problems)),
        )

    # -- where things are

    def _block(self, grid: Grid, number: int, headers: list[tuple[Grid, int]]) -> _Block:
        header = grid.rows[number]
        following = min((other for of, other in headers if of is grid and other > number), default=len(grid.rows))
        above = max((other + 1 for of, other in headers if of is grid and other < number), default=0)
        body = list(grid.rows[number + 1 : following])
        # A title between two tables belongs to the second.
        while following < len(grid.rows) and body and any(self.vocabulary.endpoint(cell.text) for cell in body[-1]):
            body.pop()
        units, body = self._units(body)
        filled = [at for at in range(len(header)) if any(row[at].text.strip() for row in body)]
        titles = self._titles_column(header, filled, prism=grid.prism)
        columns = []
        for at in filled:
            if at == titles:
                continue
            cell = header[at]
            known = self.vocabulary.column(cell.text)
            texts = [row[at].text for row in body]
            if not self.vocabulary.group(cell.text) and holds_flags_alone(cell.text, texts):
                flag = next(row[at] for row, said in zip(body, column_meanings(cell.text, texts), strict=True) if said)
                remedy = (
                    "If it marks a limit, replace the value with the limit, for example <15.6 or >1000, and delete the "
                    "column."
                )
                self._about(
                    flag, f"{flag.text.strip()!r} next to the values of a group", "columns of values only", remedy
                )
            elif not cell.text.strip():
                self._about(
                    cell,
                    "an empty header over a filled column",
                    "the name of a group",
                    "Name the column, or delete it.",
                )
            elif is_summary(cell.text) and not self.vocabulary.group(cell.text):
                self.understood.append(f"the column {cell.text.strip()!r} ({cell.name}) is a summary, and left out")
            elif known or (names_no_animal(BRACKETS.sub("", cell.text)) and not self.vocabulary.group(cell.text)):
                name = known or cell.text.strip()
                self._about(
                    cell,
                    f"a column {name!r}",
                    "columns of groups only",
                    "Write one row per animal if the file has other columns.",
                )
            else:
                endpoint = self._endpoint(grid, number, above, at)
                columns.append(_Column(at, cell, with_unit(endpoint, units.get(at, "")) if endpoint else None))
        if units and not all(column.endpoint for column in columns):
            remedy = "Name the endpoint above the groups, or in the name of the sheet."
            self._about(grid.rows[number + 1][min(units)], "a row of units", "the endpoint that has this unit", remedy)
        positions = [column.position for column in columns]
        rows = body if grid.prism else self._without_footer(body, positions)
        named = ["" if titles is None else row[titles].text.strip() for row in rows]
        rows, said = without_summaries(rows, positions, named)
        self.understood += said
        if not any(named) and (mean := typed_mean(rows, positions)):
            found = (
                f"a row that is in every column the mean or the median of the rows above, from {mean.text.strip()!r} on"
            )
            self._about(
                mean,
                found,
                "animals: a summary is none",
                "Delete the row; if it is an animal, give every animal an id.",
            )
        return _Block(grid, tuple(columns), titles, tuple(rows))

    def _units(self, body: list[tuple[Cell, ...]]) -> tuple[dict[int, str], list[tuple[Cell, ...]]]:
        """The units of the columns, where a row of nothing but units stands under the groups."""
        first = {at: cell.text.strip() for at, cell in enumerate(body[0]) if cell.text.strip()} if body else {}
        return (first, body[1:]) if first and all(map(is_unit_cell, first.values())) else ({}, body)

    def _titles_column(self, header: tuple[Cell, ...], filled: list[int], *, prism: bool) -> int | None:
        if prism:
            return 0 if 0 in filled else None
        first = filled[0] if filled else None
        named = first is not None and (
            not header[first].text.strip() or self.vocabulary.columns(header)[first] in ("animal", "group")
        )
        return first if named else None

    def _endpoint(self, grid: Grid, number: int, above: int, at: int) -> Cell | None:
        """The endpoint that is named above a column, or left of that, or by the sheet."""
        for row in reversed(grid.rows[above:number]):
            if any(self.vocabulary.endpoint(cell.text) for cell in row):
                named = [cell for cell in row[: at + 1] if cell.text.strip()]
                return named[-1] if named and self.vocabulary.endpoint(named[-1].text) else None
        first = grid.rows[0][0]
        if self.vocabulary.endpoint(grid.title):
            return Cell(grid.title, first.row, first.column, first.sheet, label="title" if grid.prism else "")
        return None

    def _without_footer(self, rows: list[tuple[Cell, ...]], positions: list[int]) -> list[tuple[Cell, ...]]:
        """The rows down to a gap; values under it are asked about, because they may be means."""
        for number in range(1, len(rows)):
            if rows[number][0].row - rows[number - 1][0].row > 1:
                below = [
                    row[at]
                    for row in rows[number:]
                    for at in positions
                    if row[at].text.strip() and is_value(row[at].text)
                ]
                for cell in below:
                    self._about(
                        cell,
                        f"{cell.text.strip()!r} under an empty row",
                        "the animals of a group one under another",
                        "Delete it if it is a summary, or the empty row.",
                    )
                if not below:
                    self.understood.append(
                        f"{len(rows) - number} line{'s' if len(rows) - number > 1 else ''} below the table skipped"
                    )
                return rows[:number]
        return rows

    # -- what they mean

    def _named(self, block: _Block) -> bool:
        return bool(block.columns) and (all(column.endpoint for column in block.columns) or self._sideways(block))

    def _sideways(self, block: _Block) -> bool:
        """Whether the rows are endpoints, so that the columns of a group are its animals."""
        titles = [block.title(row) for row in block.rows]
        return bool(titles) and all(title and self.vocabulary.endpoint(title.text) for title in titles)

    def _own_titles(self, block: _Block) -> bool:
        """Whether the titles of rows can be ids: in a study of separate animals, none may have values in two groups."""
        titles = [title.text.strip() for row in block.rows if (title := block.title(row))]
        groups = [
            {self._group(column) for column in block.columns if row[column.position].text.strip()} for row in block.rows
        ]
        return len(titles) == len(block.rows) and (
            self.paired or (len(set(titles)) == len(titles) and all(len(met) <= 1 for met in groups))
        )

    def _rows(self, block: _Block) -> Iterator[tuple[Cell, ...]]:
        arms: dict[tuple[str, str], list[_Column]] = {}
        for column in block.columns:
            arms.setdefault((self._group(column), self._key(column.endpoint)), []).append(column)
        several = any(len(columns) > 1 for columns in arms.values())
        sideways, own = self._sideways(block), self._own_titles(block)
        titled = all(block.title(row) for row in block.rows)
        if self._refuse_rows(block, several=several, sideways=sideways, titled=titled):
            return
        # In a single row without the id of an animal, the columns of a group are its animals.
        one_row = several and len(block.rows) == 1 and bool(self._shared_titles(block))
        wells = several and titled and not sideways and not one_row
        if one_row and not sideways:
            self.understood.append("the columns of a group are its animals")
        self._say(sideways=sideways, wells=wells, own=own and not sideways)
        for number, row in enumerate(block.rows, start=1):
            title = block.title(row)
            if title and is_summary(title.text):
                self._about(
                    title, f"the row title {title.text.strip()!r}", "animals: a summary is none", "Delete the row."
                )
                continue
            for (group, _), columns in arms.items():
                for side, column in enumerate(columns, start=1):
                    if not row[column.position].text.strip():
                        continue
                    # Without ids, the place in the table is one: the row, or the column where a row is an endpoint.
                    count = title.text.strip() if wells and title else side if sideways or several else number
                    animal = title.text.strip() if title and own and not sideways else f"{group} {count}"
                    endpoint, well = title if sideways else column.endpoint, side if wells else 0
                    yield self._row(row[column.position], animal, column, endpoint, well, prism=block.grid.prism)

    def _refuse_rows(self, block: _Block, *, several: bool, sideways: bool, titled: bool) -> bool:
        first = block.columns[0].group
        if self.paired and (sideways or not titled):
            unit = self.vocabulary.protocol.experimental_unit
            expected = f"the {unit} as the title of each row, because the study is paired"
            self._about(
                first, "rows without titles", expected, "Title the rows, or give each value a row with its 'animal'."
            )
            return True
        if several and not sideways and not titled and len(block.rows) > 1:
            remedy = (
                "Title each row with its animal if they are wells of one animal; give each animal a row of its own if "
                "they are animals."
            )
            self._about(
                first,
                "several columns per group in rows without titles",
                "to be told whether they are wells or animals",
                remedy,
            )
            return True
        return not sideways and self._refuse_titles(block, several=several)

    def _shared_titles(self, block: _Block) -> list[Cell]:
        """The titles of rows with values in two groups or more: no animal of an unpaired study is in two groups."""
        if self.paired:
            return []
        titled = [(title, row) for row in block.rows if (title := block.title(row)) and not is_summary(title.text)]
        return [
            title
            for title, row in titled
            if len({self._group(column) for column in block.columns if row[column.position].text.strip()}) > 1
        ]

    def _refuse_titles(self, block: _Block, *, several: bool) -> bool:
        """Ask about row titles that cannot be animals: times, doses, plates."""
        titles = [title for row in block.rows if (title := block.title(row)) and not is_summary(title.text)]
        texts = [title.text.strip() for title in titles]
        shared = self._shared_titles(block)
        strange = [title for title in titles if names_no_animal(title.text)]
        if len(set(texts)) < 2 and not (several and len(block.rows) > 1 and shared):
            return False
        if not strange and not (shared and (several or not count_rows(texts))):
            return False
        first = (strange or shared)[0]
        protocol = self.vocabulary.protocol
        told = ", ".join(dict.fromkeys(repr(text) for text in texts[:4])) + (", …" if len(set(texts)) > 4 else "")
        found = f"rows titled {told}" + (", with values in several groups" if shared else "")
        hour = f", such as {protocol.sampling_hour:g} h" if protocol.sampling_hour is not None else ""
        remedy = (
            f"If they are times, doses or plates, keep the rows of one{hour}, and write one row per "
            f"{protocol.experimental_unit}"
        )
        remedy += ", with its animal, group and value."
        if several:
            remedy = (
                f"If they are times, doses or plates and the columns of a group are its {protocol.units}, keep the row "
                f"of one{hour}."
            )
            remedy += (
                f" If the columns are wells, title each row with one {protocol.experimental_unit}, and write its "
                "values in one group only."
            )
        elif not strange:
            remedy += " If they are row numbers, write 1, 2, 3."
        expected = (
            f"the {protocol.experimental_unit} of each row, which is in one group only"
            if shared
            else f"{protocol.units}"
        )
        self._about(first, found, expected, remedy)
        return True

    def _row(
        self, value: Cell, animal: str, column: _Column, endpoint: Cell | None, well: int, *, prism: bool
    ) -> tuple[Cell, ...]:
        # A study of one endpoint needs no name for it.
        named = endpoint or replace(column.group, text=next(iter(self.vocabulary.protocol.endpoints)))
        found = self.vocabulary.endpoint(named.text)
        # What goes with the value has its place, and nothing else of it.
        plain = Cell("", value.row, value.column, value.sheet, label=value.label)
        return (
            replace(plain, text=animal),
            column.group,
            replace(named, text=found[0] if found else named.text, kind="text"),
            value,
            replace(named, text=found[1] if found else "", kind="text"),
            replace(plain, text=str(well) if well else ""),
            replace(plain, text=STRUCK if value.struck and prism else ""),
        )

    def _group(self, column: _Column) -> str:
        """The group of a column; an unknown name is treated as a separate group."""
        return self.vocabulary.group(column.group.text) or spelling(column.group.text)

    def _key(self, endpoint: Cell | None) -> str:
        found = self.vocabulary.endpoint(endpoint.text) if endpoint else None
        return found[0] if found else ""

    # -- what is said

    def _say(self, *, sideways: bool, wells: bool, own: bool) -> None:
        if sideways:
            self.understood.append("the titles of rows are endpoints, and the columns of a group its animals")
        if wells:
            self.understood.append("several columns of a group are wells of the animal that titles the row")
        if not own:
            self.understood.append(
                "animals have no ids and are numbered within their group, so no analysis may pair them"
            )

    def _refuse_near(self, block: _Block, meant: list[_Block]) -> None:
        """A title that is almost an endpoint's is asked about where that endpoint would be lost."""
        endpoints = self.vocabulary.protocol.endpoints
        here = {self._key(column.endpoint) for other in meant for column in other.columns}
        lost = [name for key, endpoint in endpoints.items() if key not in here for name in (key, endpoint.label)]
        if guess := nearest(block.grid.title, lost) if block.grid.title else None:
            remedy = f"Rename it to {guess!r} if that is what it holds."
            self.problems.append(
                Problem(
                    self.path.name,
                    f"table {block.grid.title!r}",
                    "a title that is no endpoint",
                    f"a name; the nearest is {guess!r}",
                    remedy,
                )
            )

    def _refuse_nameless(self, blocks: list[_Block], unfit: list[Problem]) -> None:
        endpoints = self.vocabulary.protocol.endpoints
        remedy = "Name the table or the sheet after the endpoint, or write it above the groups."
        for block in blocks:
            grid = block.grid
            title = f"the title {grid.title!r}" if grid.title else "no title above the groups"
            # A title such as 'log IL-6' names derived values, which --map cannot turn into the endpoint.
            mapped = grid.title and not DERIVED.search(grid.title)
            hint = f" Or add {map_option(grid.title, next(iter(endpoints)))}." if mapped else ""
            place = f"table {grid.title!r}" if grid.title else f"row {grid.rows[0][0].row}"
            self.problems.append(
                Problem(self.path.name, place, title, f"an endpoint: {' or '.join(endpoints)}", remedy + hint)
            )
        raise InputError([*self.problems, *unfit])

    def _refuse_twice(self, blocks: list[_Block]) -> None:
        seen: dict[tuple[str, str], _Block] = {}
        for block in blocks:
            for column in block.columns:
                key = (self._key(column.endpoint), self._group(column))
                other = seen.setdefault(key, block)
                if other is not block:
                    remedy = (
                        f"Say which one: --sheet {other.grid.title!r}."
                        if other.grid.title != block.grid.title
                        else "Delete one."
                    )
                    self._about(
                        column.group, f"a second table of {key[0] or 'the same endpoints'}", "one per endpoint", remedy
                    )

    def _about(self, cell: Cell, found: str, expected: str, remedy: str) -> None:
        self.problems.append(Problem(self.path.name, f"cell {cell.name}", found, expected, remedy))
