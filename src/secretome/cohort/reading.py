"""From a sheet of text to a cohort: one row per animal and endpoint, checked against the protocol."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd

from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.sheet import Cell, Sheet, read_sheet
from secretome.cohort.values import MISSING, Unreadable, Value, decimal_mark, parse
from secretome.protocol import ORIGINS, Endpoint, Group, Origin, Problem, Protocol, Refusal, nearest, normalise

REQUIRED = ("animal", "group")
OPTIONAL = ("unit", "cage", "sex", "batch", "note", "exclude", "origin", "scenario", "seed")
LONG = ("endpoint", "value")
# Columns of `Cohort.values`, in this order.
CARRIED = ("cage", "sex", "batch", "note")
COLUMNS = ("animal", "group", "endpoint", "value", "lower", "upper", *CARRIED, "exclude")
BRACKETS = re.compile(r"[\[(](.*)[\])]\s*$")
KEEP_WORDS = frozenset({"none", "no", "0", "false", "n", "keep", "include", "included"})


@dataclass(frozen=True)
class _Entry:
    """One measurement before its text is parsed."""

    row: tuple[Cell, ...]
    endpoint: str
    value: Cell


def read_cohort(path: Path, protocol: Protocol) -> Cohort:
    """Read a cohort file and check it against the protocol.

    Parameters
    ----------
    path : Path
        A delimited text file, long (columns ``endpoint`` and ``value``) or wide (one column per endpoint).
    protocol : Protocol
        The study it belongs to.

    Raises
    ------
    Refusal
        With every problem in the file.
    """
    name = cohort_id(path)
    return _Reader(read_sheet(path), protocol).cohort(name)


class _Reader:
    """Reads one sheet; problems are gathered, so that all are told at once."""

    def __init__(self, sheet: Sheet, protocol: Protocol) -> None:
        self.sheet = sheet
        self.protocol = protocol
        self.problems: list[Problem] = []
        self.understood = [sheet.understood]
        self.units_stated = False
        self.endpoints = _names(protocol.endpoints)
        self.columns: dict[str, int] = {}
        self.wide: dict[str, int] = {}

    def cohort(self, name: str) -> Cohort:
        self._columns()
        self._stop_if_refused()
        entries = list(self._entries())
        marks = self._marks(entries)
        records = [record for entry in entries if (record := self._record(entry, marks)) is not None]
        origin = self._origin()
        self._check_repeats(records)
        self._stop_if_refused()
        frame = pd.DataFrame([row for row, _ in records], columns=list(COLUMNS))
        kept = frame["exclude"] == ""
        values, excluded = frame[kept].reset_index(drop=True), frame[~kept].reset_index(drop=True)
        self._check_content(values)
        self._stop_if_refused()
        self._describe(values, excluded)
        return Cohort(name, self.sheet.path, self.sheet.sha256, origin, values, excluded, tuple(self.understood))

    # -- columns -----------------------------------------------------------------------------------------------------

    def _columns(self) -> None:
        known = {normalise(column): column for column in (*REQUIRED, *OPTIONAL, *LONG)}
        unknown: list[Cell] = []
        for position, cell in enumerate(self.sheet.header):
            form = normalise(BRACKETS.sub("", cell.text)) or normalise(cell.text)
            if form in known:
                self._place_column(known[form], position, cell)
            elif form in self.endpoints:
                self._place_endpoint(self.endpoints[form], position, cell)
            elif normalise(cell.text) in self.endpoints:
                self._place_endpoint(self.endpoints[normalise(cell.text)], position, cell)
            else:
                unknown.append(cell)
        self._report_unknown(unknown)
        self._report_absent()

    def _place_column(self, column: str, position: int, cell: Cell) -> None:
        if column in self.columns:
            other = self.sheet.header[self.columns[column]]
            self._problem(cell, f"a second column {column!r}", "one", f"{other.name} is one too: delete or rename the other.")
        self.columns.setdefault(column, position)

    def _place_endpoint(self, endpoint: str, position: int, cell: Cell) -> None:
        if endpoint in self.wide:
            other = self.sheet.header[self.wide[endpoint]]
            self._problem(cell, f"a second column for {endpoint}", "one column per endpoint", f"It stands in column {other.name} too.")
        self.wide.setdefault(endpoint, position)
        if (stated := _parenthesis(cell)) and normalise(cell.text) not in self.endpoints:
            self._check_unit(stated, endpoint, cell)

    def _report_unknown(self, unknown: list[Cell]) -> None:
        # What a simulation writes of itself is no column that a laboratory may have misspelt.
        wanted = [
            *REQUIRED,
            *(column for column in OPTIONAL if column not in ("scenario", "seed")),
            *LONG,
            *self.protocol.endpoints,
            *(e.label for e in self.protocol.endpoints.values()),
        ]
        for cell in unknown:
            name = cell.text.strip()
            guess = nearest(name, wanted)
            if guess:
                remedy = f"Rename it to {guess!r} if that is what it holds; otherwise delete the column or give it another name."
                self._problem(cell, f"the column {name!r}", f"a column this study knows; the nearest is {guess!r}", remedy)
            elif self._may_be_an_endpoint(cell):
                absent = [key for key in self.protocol.endpoints if key not in self.wide]
                remedy = "Rename the column if it is that endpoint; delete it if it is not."
                self._problem(cell, f"the column {name!r}, which holds numbers", f"{' or '.join(absent)}, which has no column", remedy)
            else:
                self.understood.append(f"column {name!r} was not used")

    def _may_be_an_endpoint(self, header: Cell) -> bool:
        """Whether an unknown column of numbers stands beside a wide table that lacks an endpoint."""
        if not self.wide or len(self.wide) == len(self.protocol.endpoints):
            return False
        position = self.sheet.header.index(header)
        return all(re.fullmatch(r"[<>]?\s*[\d.,]+|", row[position].text.strip()) for row in self.sheet.rows)

    def _report_absent(self) -> None:
        for column in REQUIRED:
            if column not in self.columns:
                headers = ", ".join(repr(cell.text.strip()) for cell in self.sheet.header)
                self._file_problem(f"no column {column!r} among {headers}", f"a column {column!r}", "row 1")
        long = [column for column in LONG if column in self.columns]
        if long and self.wide:
            self._file_problem("both a column 'endpoint' or 'value' and a column per endpoint", "one of the two layouts", "row 1")
        elif len(long) == 1:
            absent = next(column for column in LONG if column not in self.columns)
            self._file_problem(f"a column {long[0]!r} without {absent!r}", "both, or one column per endpoint", "row 1")
        elif not long and not self.wide:
            names = " or ".join(repr(key) for key in self.protocol.endpoints)
            self._file_problem("no measurements", f"columns 'endpoint' and 'value', or one per endpoint ({names})", "row 1")

    # -- rows --------------------------------------------------------------------------------------------------------

    def _entries(self) -> Iterator[_Entry]:
        for row in self.sheet.rows:
            if self.wide:
                for endpoint, position in self.wide.items():
                    yield _Entry(row, endpoint, row[position])
            else:
                named = self._match(row[self.columns["endpoint"]], "endpoint", self.protocol.endpoints)
                if named:
                    yield _Entry(row, named, row[self.columns["value"]])

    def _marks(self, entries: list[_Entry]) -> dict[int, str]:
        """The decimal mark of each value column; a column that can be read in two ways is refused once."""
        cells: dict[int, list[Cell]] = {}
        for entry in entries:
            cells.setdefault(entry.value.column, []).append(entry.value)
        marks = {}
        for column, members in cells.items():
            try:
                marks[column] = decimal_mark([cell.text for cell in members])
            except Unreadable as error:
                for cell in members:
                    if "," in cell.text:
                        self._problem(cell, repr(cell.text.strip()), error.expected, error.remedy)
        if "," in marks.values():
            self.understood.append("decimals are written with a comma")
        return marks

    def _record(self, entry: _Entry, marks: dict[int, str]) -> tuple[dict[str, object], Cell] | None:
        before = len(self.problems)
        animal = entry.row[self.columns["animal"]]
        if not animal.text.strip():
            self._problem(animal, "no animal", "an id", "Give every animal an id.")
        group = self._match(entry.row[self.columns["group"]], "group", self.protocol.groups)
        if "unit" in self.columns and (unit := entry.row[self.columns["unit"]]).text.strip():
            self._check_unit(unit.text, entry.endpoint, unit)
        elif not self.wide and (stated := _parenthesis(header := self.sheet.header[self.columns["value"]])):
            self._check_unit(stated, entry.endpoint, header)
        exclude = self._text(entry.row, "exclude")
        exclude = "" if exclude.casefold() in MISSING else exclude
        # What is left out need not be readable.
        value = Value(math.nan, math.nan) if exclude else self._value(entry, marks)
        if exclude.casefold() in KEEP_WORDS:
            cell = entry.row[self.columns["exclude"]]
            self._problem(cell, repr(exclude), "a reason, or an empty cell", "Leave the cell empty to keep the animal.")
        if len(self.problems) > before or value is None:
            return None
        record: dict[str, object] = {
            "animal": animal.text.strip(),
            "group": group,
            "endpoint": entry.endpoint,
            "value": value.seen,
            "lower": value.lower,
            "upper": value.upper,
            **{column: self._text(entry.row, column) for column in CARRIED},
            "exclude": exclude,
        }
        return record, entry.value

    def _value(self, entry: _Entry, marks: dict[int, str]) -> Value | None:
        cell = entry.value
        if cell.column not in marks:
            return None
        try:
            value = parse(cell.text, marks[cell.column])
        except Unreadable as error:
            self._problem(cell, repr(cell.text.strip()), error.expected, error.remedy)
            return None
        endpoint = self.protocol.endpoints[entry.endpoint]
        expected = _outside(value, endpoint, self.protocol.scale)
        if expected:
            self._problem(cell, repr(cell.text.strip()), expected, "Check the value and its unit.")
            return None
        return value

    def _match(self, cell: Cell, what: str, members: Mapping[str, Group] | Mapping[str, Endpoint]) -> str | None:
        name = cell.text.strip()
        found = _names(members).get(normalise(name)) if name else None
        if found is None:
            guess = nearest(name, [*members, *(member.label for member in members.values())]) if name else None
            expected = f"one of {', '.join(members)}, or its label"
            self._problem(cell, f"the {what} {name!r}" if name else f"no {what}", expected, f"The nearest is {guess!r}." if guess else "")
        return found

    def _check_unit(self, text: str, endpoint: str, cell: Cell) -> None:
        self.units_stated = True
        expected = self.protocol.endpoints[endpoint].unit
        # Here '/' and '%' carry meaning, so only case and spaces are forgiven.
        if re.sub(r"\s", "", text.casefold()) != re.sub(r"\s", "", expected.casefold()):
            self._problem(
                cell,
                f"the unit {text.strip()!r}",
                f"{expected!r} for {endpoint}",
                f"Convert the values to {expected} and correct the unit.",
            )

    def _text(self, row: tuple[Cell, ...], column: str) -> str:
        return row[self.columns[column]].text.strip() if column in self.columns else ""

    # -- the whole ---------------------------------------------------------------------------------------------------

    def _origin(self) -> Origin:
        stated = {self._text(row, "origin") for row in self.sheet.rows} if "origin" in self.columns else set()
        if not stated - {""}:
            return "measured"
        if len(stated) > 1 or not stated <= set(ORIGINS):
            found = ", ".join(repr(text) for text in sorted(stated))
            cell = self.sheet.header[self.columns["origin"]]
            self._problem(cell, f"the origins {found}", f"the same one of {', '.join(ORIGINS)} in every row")
            return "measured"
        return cast(Origin, stated.pop())

    def _check_repeats(self, records: list[tuple[dict[str, object], Cell]]) -> None:
        paired = self.protocol.design == "paired"
        seen: dict[tuple[object, ...], Cell] = {}
        homes: dict[object, object] = {}
        for record, cell in records:
            if record["exclude"]:
                continue
            key = (record["animal"], record["group"], record["endpoint"])
            if key in seen:
                found = f"{record['animal']!r} in {record['group']} a second time for {record['endpoint']}"
                self._problem(
                    cell,
                    found,
                    "one value per animal, group and endpoint",
                    f"The first is in {seen[key].name}: keep one, or give the animals different ids.",
                )
            seen.setdefault(key, cell)
            home = homes.setdefault(record["animal"], record["group"])
            if not paired and home != record["group"]:
                self._problem(
                    cell,
                    f"{record['animal']!r} in {record['group']} and in {home}",
                    "each animal in one group",
                    "Correct the group, or the id.",
                )

    def _check_content(self, values: pd.DataFrame) -> None:
        measured = values[values["lower"].notna()]
        if measured.empty:
            self._file_problem("no value that is neither missing nor excluded", "one or more")
        elif self.protocol.design == "paired":
            treated, control = self.protocol.pair
            sides = {group: set(rows[["animal", "endpoint"]].itertuples(index=False)) for group, rows in measured.groupby("group")}
            if not sides.get(treated, set()) & sides.get(control, set()):
                by = self.protocol.experimental_unit
                self._file_problem(
                    f"no {by} with a value in both {control} and {treated}",
                    f"pairs: the same id in the column 'animal' for both values of a {by}",
                )

    def _describe(self, values: pd.DataFrame, excluded: pd.DataFrame) -> None:
        if not self.units_stated:
            units = {f"{key}: {endpoint.unit}" for key, endpoint in self.protocol.endpoints.items()}
            self.understood.append(f"no unit is stated, so the protocol's are taken ({'; '.join(sorted(units))})")
        counts = values[values["lower"].notna()].groupby("group")["animal"].nunique()
        self.understood.append("animals per group: " + ", ".join(f"{group} {counts.get(group, 0)}" for group in self.protocol.groups))
        absent = [key for key in self.protocol.endpoints if key not in set(values["endpoint"])]
        if absent:
            self.understood.append(f"endpoints without a column or a row: {', '.join(absent)}")
        if self.protocol.design == "paired":
            self._describe_pairs(values)
        for (animal, group, reason), rows in excluded.groupby(["animal", "group", "exclude"], sort=False):
            self.understood.append(f"excluded: {animal} in {group}, {len(rows)} values ({reason})")
        missing, censored = int(values["lower"].isna().sum()), int((values["lower"] < values["upper"]).sum())
        self.understood.append(f"{missing} values missing, {censored} censored, {len(excluded)} excluded")

    def _describe_pairs(self, values: pd.DataFrame) -> None:
        measured = values[values["lower"].notna()]
        for endpoint, rows in measured.groupby("endpoint"):
            groups = rows.groupby("animal", sort=False)["group"].nunique()
            half = ", ".join(map(str, groups.index[groups < 2]))
            self.understood.append(
                f"{endpoint}: {int((groups == 2).sum())} pairs" + (f"; left out without their other half: {half}" if half else "")
            )

    def _problem(self, cell: Cell, found: str, expected: str, remedy: str = "") -> None:
        problem = Problem(self.sheet.path.name, f"cell {cell.name}", found, expected, remedy)
        # Wide rows visit a cell once per endpoint; each problem is told once.
        if problem not in self.problems:
            self.problems.append(problem)

    def _file_problem(self, found: str, expected: str, place: str = "") -> None:
        self.problems.append(Problem(self.sheet.path.name, place, found, expected))

    def _stop_if_refused(self) -> None:
        if self.problems:
            raise Refusal(self.problems)


def _names(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> dict[str, str]:
    """Every accepted form of each key: the key itself and its label."""
    return {normalise(name): key for key, member in members.items() for name in (key, member.label)}


def _parenthesis(header: Cell) -> str:
    """What stands in brackets at the end of a header: a unit."""
    found = BRACKETS.search(header.text)
    return found[1] if found else ""


def _outside(value: Value, endpoint: Endpoint, scale: str) -> str:
    """What was expected of a value that cannot be, or nothing."""
    if value.missing:
        return ""
    if value.censored and endpoint.kind == "continuous":
        return "a number: this endpoint has no limit of detection, and no method for values beyond one"
    if scale == "log" and value.upper <= 0:
        return "a value above zero, because the endpoint is analysed on a log scale"
    if endpoint.lowest is not None and value.lower < endpoint.lowest:
        return f"at least {endpoint.lowest:g} {endpoint.unit}"
    if endpoint.highest is not None and value.lower > endpoint.highest:
        return f"at most {endpoint.highest:g} {endpoint.unit}"
    return ""
