"""Read a laboratory's table for a new study: which columns make the groups, which are measured, which name animals."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.cohort.files.opening import read_bytes, read_grids
from secretome.cohort.files.sheet import Grid
from secretome.cohort.sampling_times import SamplingTimes, find_times
from secretome.cohort.survival_columns import SurvivalColumns, find_survival
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import other_name
from secretome.protocol import InputError, name_key, nearest

MAX_GROUPS = 20
# A column of numbers with so few values, each repeated, may not be a measurement.
MAX_CODES = 6
# Columns of a cohort file that a study's own cohort keeps.
KEPT = ("sex", "cage", "batch", "plate", "lloq", "uloq", "note", "exclude")
# The header that stands for row numbers: R writes them as a first column without a name.
ROW_NUMBERS = "(row numbers)"

Columns = dict[str, list[str]]


@dataclass(frozen=True)
class StudyTable:
    """A table of measurements, one row per animal or, in a paired study, per animal and group.

    Attributes
    ----------
    levels : list of tuple of str
        The values of the group columns, row by row.
    group_columns : tuple of str
        The headers of these columns.
    endpoints : dict of list of str
        The columns of measurements by header.
    animals : list of str
        The name of the animal of each row.
    paired : bool
        Whether each animal has one row in each of two groups.
    kept : dict of list of str
        Other columns that a cohort file may have, by their names there.
    unused : tuple of str
        The headers of the other columns.
    survival : SurvivalColumns, optional
        The columns of times and events, which are among those kept.
    times : SamplingTimes, optional
        The times of the rows, if animals were measured several times; the column is among those kept.
    """

    levels: list[tuple[str, ...]]
    group_columns: tuple[str, ...]
    endpoints: Columns
    animals: list[str]
    paired: bool
    kept: Columns
    unused: tuple[str, ...]
    survival: SurvivalColumns | None = None
    times: SamplingTimes | None = None


def read_study_table(
    file: Path, group_columns: Sequence[str] = (), endpoints: Sequence[str] = (), *, paired: bool | None = None
) -> StudyTable:
    """Read a table for a new study.

    Parameters
    ----------
    file : Path
        A table with one row per animal.
    group_columns, endpoints : sequence of str, optional
        The headers of the columns that make the groups and of those that are measured, if they cannot be recognised.
    paired : bool, optional
        Whether rows with the same animal are the same animal; needed only if animals are repeated.

    Raises
    ------
    InputError
        If the table is not understood, or a column has two possible meanings.
    """
    columns = _columns(file)
    for option, stated in (("--group", group_columns), ("--endpoint", endpoints)):
        for name in sorted(set(stated) - set(columns)):
            remedy = f"The nearest is {guess!r}." if (guess := nearest(name, columns)) else ""
            raise InputError.of(option, "", repr(name), f"one of {', '.join(columns)}", remedy)
    kept = {
        name: key for name in columns if (key := name_key(name)) in KEPT and name not in (*group_columns, *endpoints)
    }
    rest = {name: values for name, values in columns.items() if name not in kept}
    # Columns that are stated to be measurements are compared as such.
    survival = None if endpoints else find_survival({n: rest[n] for n in rest if n not in group_columns}, file)
    if survival:
        kept |= {survival.time: "time", survival.event: "event"}
        rest = {name: values for name, values in rest.items() if name not in kept}
    identified = _animal_column({name: rest[name] for name in rest if name not in (*group_columns, *endpoints)})
    rest.pop(identified, None)
    times = find_times(rest, columns[identified], file) if identified and not survival else None
    if times and times.column not in (*group_columns, *endpoints):
        kept[times.column] = "time"
        rest.pop(times.column)
    chosen = tuple(group_columns) or _group_columns(rest, file)
    others = {name: rest[name] for name in rest if name not in chosen}
    measured = list(endpoints) or _endpoints(others, chosen, file, needed=survival is None)
    levels = list(zip(*(columns[name] for name in chosen), strict=True))
    _refuse_rows_without_group(levels, chosen, file)
    animals = columns.get(identified, [str(number) for number in range(1, len(levels) + 1)])
    once = [at for at in range(len(levels)) if times is None or times.hours[at] == times.last]
    is_paired = _is_paired([animals[at] for at in once], [levels[at] for at in once], paired, identified, file)
    if is_paired and survival:
        found = f"the times {survival.time!r} and events {survival.event!r} of animals in two groups"
        raise InputError.of(file.name, "row 1", found, "survival of animals that are each in one group")
    if not is_paired and len({animals[at] for at in once}) < len(once):
        animals = [f"{' '.join(level)} {animal}" for level, animal in zip(levels, animals, strict=True)]
    return StudyTable(
        levels,
        chosen,
        {name: columns[name] for name in measured},
        animals,
        is_paired,
        {key: columns[name] for name, key in kept.items()},
        tuple(name for name in rest if name not in (*chosen, *measured)),
        survival,
        times,
    )


def _columns(file: Path) -> Columns:
    """The columns of the only table of a file, by header."""
    grids = [grid for grid in read_grids(read_bytes(file), file).grids if len(grid.rows) > 1]
    if not grids:
        raise InputError.of(file.name, "", "no table", "a header and one row per animal")
    if len(grids) > 1:
        titles = ", ".join(repr(grid.title) for grid in grids)
        remedy = "Save the sheet with the measurements as a file of its own."
        raise InputError.of(file.name, "", f"{len(grids)} sheets with a table: {titles}", "one table", remedy)
    return _named(grids[0], file)


def _named(grid: Grid, file: Path) -> Columns:
    header, *cells = grid.rows
    names = [cell.text.strip() for cell in header]
    rows = [[cell.text.strip() for cell in row] + [""] * (len(names) - len(row)) for row in cells]
    rows = [row for row in rows if any(row)]
    columns: Columns = {}
    for at, name in enumerate(names):
        values = [row[at] for row in rows]
        if not name and not any(values):
            continue
        named = ROW_NUMBERS if not name and at == 0 and _counts_up(values) else name
        if not named or named in columns:
            found = f"two columns with the name {name!r}" if name else f"column {at + 1} without a name"
            raise InputError.of(file.name, "row 1", found, "another name for each column")
        columns[named] = values
    return columns


def _counts_up(values: Sequence[str]) -> bool:
    """Whether the values are consecutive whole numbers: they number the rows."""
    if not all(value.isdecimal() for value in values):
        return False
    numbers = [int(value) for value in values]
    return len(numbers) > 1 and all(later == former + 1 for former, later in itertools.pairwise(numbers))


def _animal_column(columns: Columns) -> str:
    """The header of the column that names the animals; empty if there is none."""
    named = [name for name in columns if name_key(name) == "animal" or other_name(name) == "animal"]
    numbered = [name for name, values in columns.items() if _counts_up(values)]
    words = [name for name, values in columns.items() if not is_numeric(values) and len(set(values)) == len(values)]
    return next((found[0] for found in (named, numbered, words) if len(found) == 1), "")


def _refuse_rows_without_group(levels: Sequence[tuple[str, ...]], chosen: Sequence[str], file: Path) -> None:
    rows = [number for number, level in enumerate(levels, start=2) if not all(level)]
    if rows:
        place = f"row {rows[0]}" + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
        found = f"no value in {' or '.join(map(repr, chosen))}"
        raise InputError.of(file.name, place, found, "the group of every animal", "Fill the cell, or delete the row.")


def _is_paired(
    animals: Sequence[str], levels: Sequence[tuple[str, ...]], paired: bool | None, column: str, file: Path
) -> bool:
    """Whether animals are measured in two groups; a question if their names do not show it."""
    most = Counter(animals).most_common(1)[0]
    if most[1] == 1:
        if paired:
            raise InputError.of("--paired", "", "each animal in one row", "each animal in a row of each of two groups")
        return False
    rows = Counter(zip(animals, levels, strict=True))
    (animal, level), several = rows.most_common(1)[0]
    if several > 1:
        found = f"{several} rows of animal {animal!r} in group {' '.join(level)!r}"
        remedy = "Keep one row per animal: one time, and the mean of repeated measurements."
        raise InputError.of(file.name, f"column {column!r}", found, "one row per animal and group", remedy)
    if paired is None:
        found = f"the animal {most[0]!r} in {most[1]} groups"
        remedy = (
            "State --paired if this is one animal, measured in each group, or --unpaired if each group numbers its own."
        )
        raise InputError.of(file.name, f"column {column!r}", found, "another name for each animal", remedy)
    return paired


def _endpoints(columns: Mapping[str, list[str]], groups: Sequence[str], file: Path, *, needed: bool) -> list[str]:
    """The columns of numbers; a question if one of them may instead hold doses, times or codes.

    One is `needed` unless the table has survival.
    """
    names = [name for name, values in columns.items() if not other_name(name) and is_numeric(values)]
    if needed and not names:
        raise InputError.of(file.name, "row 1", "no column of numbers beside the groups", "one column per endpoint")
    for name in names:
        if _may_be_codes(columns[name]):
            values = ", ".join(dict.fromkeys(columns[name]))
            found = f"the column {name!r} with only the values {values}, which may be doses, times or codes"
            others = " ".join(f"--endpoint {other!r}" for other in names if other != name)
            makers = " ".join(f"--group {one!r}" for one in (*groups, name))
            remedy = f"If it makes groups, state {makers}." + (f" If it does not, state {others}." if others else "")
            raise InputError.of(file.name, "row 1", found, "columns of measurements", remedy)
    return names


def is_numeric(values: Sequence[str]) -> bool:
    """Whether most of the values that are not empty are numbers or words for a limit."""
    known = [value for value in values if value]
    return bool(known) and sum(map(is_value, known)) >= 0.8 * len(known)


def _group_columns(columns: Columns, file: Path) -> tuple[str, ...]:
    """The column that is named as the group, or else the only column of repeated words."""
    named = [name for name in columns if other_name(name) == "group" or re.fullmatch("group", name, re.IGNORECASE)]
    words = [
        name
        for name, values in columns.items()
        if not is_numeric(values) and 2 <= len(counts := Counter(values)) <= MAX_GROUPS and min(counts.values()) > 1
    ]
    candidates = named or words
    if not candidates:
        coded = [name for name, values in columns.items() if _may_be_codes(values)]
        options = " or ".join(f"--group {name!r}" for name in coded)
        remedy = (
            f"If numbers make the groups, state {options}." if coded else "Add a column with the group of each animal."
        )
        found = f"no column of groups among {', '.join(map(repr, columns))}"
        raise InputError.of(
            file.name, "row 1", found, "a column whose words name the groups, each several times", remedy
        )
    if len(candidates) > 1:
        found = f"{len(candidates)} columns that may make the groups: {', '.join(map(repr, candidates))}"
        remedy = f"State one, such as --group {candidates[0]!r}; repeat the option to combine two."
        raise InputError.of(file.name, "row 1", found, "one", remedy)
    return (candidates[0],)


def _may_be_codes(values: Sequence[str]) -> bool:
    """Whether a column of numbers has so few, each repeated, that it may hold doses, times or codes."""
    counts = Counter(values)
    return is_numeric(values) and len(counts) <= MAX_CODES and min(counts.values()) >= 3
