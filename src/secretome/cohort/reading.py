"""From a sheet of text to a cohort: one row per animal and endpoint, checked against the protocol."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pandas as pd

from secretome.cohort.auxiliary_columns import UNCOUNTED, AuxiliaryColumns
from secretome.cohort.columns import Columns, ErrorCollector
from secretome.cohort.decimals import WORDS, Mark, decide, decimal_of, question
from secretome.cohort.display_checks import check_displayed, shows_titre
from secretome.cohort.event_columns import EventColumns
from secretome.cohort.files.delimited import doubtful, encoding_problem
from secretome.cohort.files.opening import read_bytes
from secretome.cohort.files.sheet import Cell, Sheet
from secretome.cohort.flag_checks import check_flags
from secretome.cohort.format_checks import check_marked
from secretome.cohort.layouts import read_sheet
from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.name_matching import ABSENT, CellNames, Kind, unused_groups
from secretome.cohort.notes import describe
from secretome.cohort.replicates import Record, average_wells, number_within_groups, refuse_repeats
from secretome.cohort.summary_rows import is_summary
from secretome.cohort.values import KEEP_WORDS, MISSING, Unreadable, Value, parse, reciprocal
from secretome.cohort.vocabulary import BESIDE, REQUIRED, Vocabulary, in_brackets, map_option
from secretome.protocol import ORIGINS, Endpoint, Group, InputError, Origin, Protocol

# Columns of `Cohort.values`, in this order.
CARRIED = ("cage", "sex", "batch", "plate", "note")
COLUMNS = (
    *("animal", "group", "endpoint", "value", "lower", "upper", "count", "exposure", "total"),
    *(*CARRIED, "time", "dead", "exclude"),
)
# What a spreadsheet knows of a cell that cannot be a value, and how to mend it.
BY_KIND = {
    "error": ("the error {}", "Mend the formula or type the value; empty the cell if it is missing."),
    "unfinished": (
        "the formula {} without its result",
        "Open the file in a spreadsheet and save it, or type the value.",
    ),
    "date": (
        "the date {}",
        "The spreadsheet made a date of what was typed: format the cell as text or number, and type the value anew.",
    ),
    "merged": ("{} in a cell merged with another", "Unmerge the cells: one value belongs to one animal."),
}
# Control characters other than tabs and line ends, and those that turn the direction of text.
UNTYPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class _Entry:
    """One measurement before its text is parsed."""

    row: tuple[Cell, ...]
    endpoint: str
    value: Cell
    column: int


def read_cohort(
    path: Path,
    protocol: Protocol,
    content: bytes | None = None,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
    decimal: str | None = None,
) -> Cohort:
    r"""Read a cohort file and check it against the protocol.

    Parameters
    ----------
    path : Path
        Delimited text, a workbook (.xlsx, .xlsm, .xls, .ods) or a Prism file (.pzfx). One row per measurement (columns
        ``endpoint`` and ``value``), one column per endpoint, or one column per group.
    protocol : Protocol
        The study it belongs to.
    content : bytes, optional
        What the file would hold, for a cohort that is on no disk.
    sheet : str, optional
        The sheet or table to take, where several hold a table of the study.
    names : mapping, optional
        Names of groups, endpoints and columns in the file that the study does not know, each with the one that it
        stands for.

    decimal : {"point", "comma", ".", ","}, optional
        The decimal mark in text cells, if the file alone is ambiguous.

    Returns
    -------
    Cohort

    Raises
    ------
    InputError
        With every problem in the file.

    Examples
    --------
    A file with a mistake is refused, by cell:

    >>> from secretome.protocol import InputError, load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> lines = b"animal,group,il6\nrat 1,sham,<15.6\nrat 2,control,11o"
    >>> try:
    ...     read_cohort(Path("rats.csv"), protocol, lines)
    ... except InputError as error:
    ...     print(str(error).partition(";")[0])
    rats.csv, cell C3: found '11o'
    """
    name = cohort_id(path)
    vocabulary = Vocabulary(protocol, names)
    mark = decimal_of(decimal)
    command = _command(path, protocol, sheet, names)
    content = read_bytes(path) if content is None else content
    try:
        cohort = _Reader(read_sheet(path, vocabulary, content, sheet), vocabulary, mark, command).cohort(name)
    except InputError as error:
        # Names in a wrong encoding are unknown only for that reason.
        if any(doubtful(problem.found) for problem in error.problems) and (wrong := encoding_problem(content, path)):
            raise InputError([wrong]) from error
        raise
    return replace(cohort, sheet=sheet or "", names=dict(names or {}), decimal=WORDS[mark] if mark else "")


def _command(path: Path, protocol: Protocol, sheet: str | None, names: Mapping[str, str] | None) -> str:
    """The command that checks a file in the same way."""
    words = ["secretome", "check", protocol.key, shlex.quote(str(path))]
    words += ["--sheet", shlex.quote(sheet)] if sheet else []
    return " ".join([*words, *(map_option(old, new) for old, new in (names or {}).items())])


class _Reader:
    """Reads one sheet; problems are gathered, so that all are told at once."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, decimal: Mark | None, command: str) -> None:
        self.sheet = sheet
        self.decimal = decimal
        self.command = command
        self.vocabulary = vocabulary
        self.protocol = vocabulary.protocol
        self.errors = ErrorCollector(sheet)
        self.columns = Columns(sheet, vocabulary, self.errors)
        self.fates = EventColumns(self.columns, self.errors)
        self.understood = [*sheet.understood, *self.columns.understood]
        kinds: tuple[Kind, ...] = ("group", "endpoint")
        self.names = {kind: CellNames(vocabulary, kind) for kind in kinds}

    def cohort(self, name: str) -> Cohort:
        self._check_characters()
        if not self.columns.readable:
            self.errors.stop()
        self._gather_names()
        entries = list(self._entries())
        self.understood += check_marked(self.sheet, self.columns, [entry.value for entry in entries], self.errors)
        included = [entry for entry in entries if self.columns.text(entry.row, "exclude").casefold() in MISSING]
        self.understood += check_displayed(
            [(entry.row, entry.endpoint, entry.value) for entry in included], self.columns, self.errors
        )
        marks = self._marks(entries)
        beside = AuxiliaryColumns(self.columns, marks, self.errors)
        read = [record for entry in entries if (record := self._record(entry, marks, beside)) is not None]
        check_flags(self.columns, read, self.errors)
        origin = self._origin()
        # Without a column of animals or of groups, no two rows can be compared.
        whole = all(column in self.columns.named for column in REQUIRED)
        if whole:
            self.understood += number_within_groups(read, self.protocol)
        records, averaged = average_wells(read if whole else [], self.errors)
        refuse_repeats(records, self.errors, self.protocol)
        self.understood += self.fates.check(records)
        self.errors.stop()
        frame = pd.DataFrame([row for row, _ in records], columns=list(COLUMNS))
        kept = frame["exclude"] == ""
        values, excluded = frame[kept].reset_index(drop=True), frame[~kept].reset_index(drop=True)
        self._check_content(values)
        empty = [group for group in self.protocol.groups if group not in set(frame["group"])]
        used = {*self.columns.named.values(), *self.columns.wide.values()}
        unused = [at for at in range(len(self.sheet.header)) if at not in used]
        self.errors.problems += unused_groups(self.sheet, unused, empty, self.vocabulary)
        self.errors.stop()
        stated = self.columns.units_stated
        self.understood += [
            *self.vocabulary.understood,
            *beside.understood(),
            *averaged,
            *describe(values, excluded, self.protocol, stated),
        ]
        return Cohort(
            name,
            self.sheet.path,
            self.sheet.sha256,
            origin,
            values,
            excluded,
            tuple(self.understood),
            scenario=self._same_everywhere("scenario"),
            seed=self._same_everywhere("seed"),
            units_stated=frozenset(stated),
        )

    def _check_characters(self) -> None:
        """Refuse what no one types: it would steer a terminal, or turn the text around it on a page."""
        for cell in (cell for row in (self.sheet.header, *self.sheet.rows) for cell in row):
            if strange := UNTYPED.search(cell.text):
                name = f"the character U+{ord(strange[0]):04X}, which cannot be seen, in {cell.text[:40]!r}"
                self.errors.about(cell, name, "text without control characters", "Clear the cell and type it anew.")

    # -- rows

    def _entries(self) -> Iterator[_Entry]:
        for row in self.sheet.rows:
            if self.columns.wide:
                for endpoint, position in self.columns.wide.items():
                    yield _Entry(row, endpoint, row[position], position)
            else:
                named = self._match(row[self.columns.named["endpoint"]], "endpoint")
                if named:
                    position = self.columns.named["value"]
                    yield _Entry(row, named, row[position], position)

    def _marks(self, entries: list[_Entry]) -> dict[int, str]:
        """The decimal mark of each column of numbers; an ambiguous file gives one question."""
        cells: dict[int, list[tuple[Cell, str]]] = {}
        for entry in entries:
            endpoint = self.protocol.endpoints[entry.endpoint]
            # A typed number was never written with a mark, so it says nothing of how the others are.
            text = reciprocal(entry.value.text) if endpoint.kind == "titre" else entry.value.text
            cells.setdefault(entry.column, []).extend([(entry.value, text)] if entry.value.kind != "number" else [])
        for column in (self.columns.named[name] for name in BESIDE if name in self.columns.named):
            cells[column] = [(row[column], row[column].text) for row in self.sheet.rows if row[column].kind != "number"]
        decision = decide(cells, self.sheet.delimiter, self.decimal)
        if decision.question:
            problem = question(decision, self.sheet.path.name, self.command)
            self.errors.problems.append(problem)
        self.understood += decision.understood
        return decision.marks

    def _record(self, entry: _Entry, marks: dict[int, str], beside: AuxiliaryColumns) -> tuple[Record, Cell] | None:
        before = len(self.errors.problems)
        animal, group = self._names(entry.row)
        if "unit" in self.columns.named and (unit := entry.row[self.columns.named["unit"]]).text.strip():
            self.columns.check_unit(unit.text, entry.endpoint, unit)
        elif not self.columns.wide and (
            stated := in_brackets((header := self.sheet.header[self.columns.named["value"]]).text)
        ):
            self.columns.check_unit(stated, entry.endpoint, header)
        exclude = self.columns.text(entry.row, "exclude")
        exclude = "" if exclude.casefold() in MISSING else exclude
        # What is left out need not be readable.
        value, counted = (Value(math.nan, math.nan), UNCOUNTED) if exclude else self._value(entry, marks, beside)
        if exclude.casefold() in KEEP_WORDS:
            cell = entry.row[self.columns.named["exclude"]]
            self.errors.about(
                cell, repr(exclude), "a reason, or an empty cell", "Leave the cell empty to keep the animal."
            )
        fate = self.fates.of(entry.row)
        # A problem of the row is told once, with the first of its values.
        if len(self.errors.problems) > before or value is None or not animal or group is None:
            return None
        record: Record = {
            "animal": animal,
            "group": group,
            "endpoint": entry.endpoint,
            "value": value.seen,
            "lower": value.lower,
            "upper": value.upper,
            **counted,
            **{column: self.columns.text(entry.row, column) for column in CARRIED},
            **fate,
            "exclude": exclude,
            "replicate": self.columns.text(entry.row, "replicate"),
        }
        return record, entry.value

    def _names(self, row: tuple[Cell, ...]) -> tuple[str, str | None]:
        """The animal and the group of a row, as far as there are columns for them."""
        cells = {column: row[self.columns.named[column]] for column in REQUIRED if column in self.columns.named}
        if len(cells) == len(REQUIRED) and not any(cell.text.strip() for cell in cells.values()):
            remedy = "Fill both in; delete the row if it is a summary or a note."
            self.errors.about(cells["animal"], "a row without animal and group", "the row of an animal", remedy)
            return "", None
        animal = self._animal(cells["animal"]) if "animal" in cells else ""
        if is_summary(animal):
            return animal, None
        return animal, self._match(cells["group"], "group") if "group" in cells else None

    def _animal(self, cell: Cell) -> str:
        name = cell.seen
        if not name:
            self.errors.about(cell, "no animal", "an id", "Give every animal an id.")
        elif is_summary(name):
            self.errors.about(cell, f"the animal {name!r}", "an id: a summary is no animal", "Delete the row.")
        elif cell.kind in ("date", "error"):
            remedy = (
                "Write the id as text, with an apostrophe before it." if cell.kind == "date" else "Mend the formula."
            )
            self.errors.about(cell, f"the {cell.kind} {name!r}", "an id", remedy)
        return name

    def _value(
        self, entry: _Entry, marks: dict[int, str], beside: AuxiliaryColumns
    ) -> tuple[Value | None, dict[str, float]]:
        """The value of a cell with what stands beside it, and the count behind it; None where it cannot be read."""
        cell, endpoint = entry.value, self.protocol.endpoints[entry.endpoint]
        limits = beside.limits(entry.row, entry.endpoint)
        value = beside.named_limit(cell.text.strip(), limits) or self._parsed(cell, endpoint, marks.get(entry.column))
        if value is None:
            return None, UNCOUNTED
        if expected := _outside(value, endpoint, self.protocol.scale):
            self.errors.about(cell, repr(cell.text.strip()), expected, "Check the value and its unit.")
            return None, UNCOUNTED
        return beside.counted(entry.row, entry.endpoint, beside.within(value, limits, cell, entry.endpoint), cell)

    def _parsed(self, cell: Cell, endpoint: Endpoint, mark: str | None) -> Value | None:
        text = cell.text.strip()
        if cell.doubt and not shows_titre(cell, endpoint):
            return None  # Reported with the other cells that display something other than the stored number.
        if cell.kind in BY_KIND:
            self.errors.about(cell, BY_KIND[cell.kind][0].format(text), "a number", BY_KIND[cell.kind][1])
            return None
        if "%" in text and "%" not in endpoint.unit:
            self.errors.about(
                cell, repr(text), f"a number in {endpoint.unit}", "Take the per cent off, or correct the column."
            )
            return None
        if mark is None:
            return None
        try:
            return parse(
                reciprocal(cell.seen) if endpoint.kind == "titre" else cell.text, "." if cell.kind == "number" else mark
            )
        except Unreadable as error:
            self.errors.about(cell, repr(text), error.expected, error.remedy)
            return None

    def _match(self, cell: Cell, what: Kind) -> str | None:
        found = self.names[what].meaning(cell)
        if found is None:
            name = self.names[what].name(cell)
            members: Mapping[str, Group] | Mapping[str, Endpoint] = (
                self.protocol.groups if what == "group" else self.protocol.endpoints
            )
            text, remedy = self.names[what].about_unknown(name) if name else (f"no {what}", ABSENT[what])
            self.errors.about(cell, text, f"one of {', '.join(members)}, or its label", remedy)
        return found

    def _gather_names(self) -> None:
        """Collect all names of groups and endpoints first, because a name's meaning may depend on the others."""
        for kind, names in self.names.items():
            if kind in self.columns.named:
                names.add(row[self.columns.named[kind]] for row in self.sheet.rows)
            if merged := names.merged(self.sheet.path.name):
                # If two groups became one, their animals would be reported as repeated.
                self.errors.problems += merged
                self.errors.stop()
            self.understood += names.understood()

    # -- the whole

    def _origin(self) -> Origin:
        stated = {self.columns.text(row, "origin").casefold() for row in self.sheet.rows}
        if not stated - {""}:
            return "measured"
        if len(stated) > 1 or not stated <= set(ORIGINS):
            found = ", ".join(repr(text) for text in sorted(stated))
            cell = self.sheet.header[self.columns.named["origin"]]
            self.errors.about(cell, f"the origins {found}", f"the same one of {', '.join(ORIGINS)} in every row")
            return "measured"
        return cast(Origin, stated.pop())

    def _same_everywhere(self, column: str) -> str:
        """What every row says in a column; nothing where they differ."""
        stated = {self.columns.text(row, column) for row in self.sheet.rows}
        return stated.pop() if len(stated) == 1 else ""

    def _check_content(self, values: pd.DataFrame) -> None:
        measured = values[values["lower"].notna()]
        if measured.empty:
            cells = f"; all {len(values)} cells for them are empty" if len(values) else ""
            remedy = "Fill in the values, and check the file again." if len(values) else ""
            self.errors.about_file(
                f"no value that is neither missing nor excluded{cells}", "one or more", remedy=remedy
            )
        elif self.protocol.design == "paired":
            treated, control = self.protocol.pair
            sides = {
                group: set(rows[["animal", "endpoint"]].itertuples(index=False))
                for group, rows in measured.groupby("group")
            }
            if not sides.get(treated, set()) & sides.get(control, set()):
                by = self.protocol.experimental_unit
                self.errors.about_file(
                    f"no {by} with a value in both {control} and {treated}",
                    f"pairs: the same id in the column 'animal' for both values of a {by}",
                )


def _outside(value: Value, endpoint: Endpoint, scale: str) -> str:
    """What was expected of a value that cannot be, or nothing."""
    if value.missing:
        return ""
    if value.censored and endpoint.kind == "continuous":
        return "a number: this endpoint has no limit of detection, and no method for values beyond one"
    if scale == "log" and value.upper <= 0 and endpoint.kind in ("concentration", "titre"):
        return "a value above zero, or a limit: if the assay saw nothing, write its limit, such as <15.6"
    if scale == "log" and value.upper <= 0 and not (value.upper == 0 and endpoint.kind in ("count", "proportion")):
        return "a value above zero, because the endpoint is analysed on a log scale"
    if endpoint.lowest is not None and value.lower < endpoint.lowest:
        return f"at least {endpoint.lowest:g} {endpoint.unit}"
    if endpoint.highest is not None and value.lower > endpoint.highest:
        return f"at most {endpoint.highest:g} {endpoint.unit}"
    return ""
