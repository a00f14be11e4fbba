"""From a sheet of text to a cohort: one row per animal and endpoint, checked against the protocol."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd

from secretome.cohort.columns import Columns, Complaints, in_brackets, names
from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.sheet import Cell, Sheet, read_sheet
from secretome.cohort.values import MISSING, Unreadable, Value, decimal_mark, parse
from secretome.protocol import ORIGINS, Endpoint, Group, Origin, Protocol, nearest, normalise

# Columns of `Cohort.values`, in this order.
CARRIED = ("cage", "sex", "batch", "note")
COLUMNS = ("animal", "group", "endpoint", "value", "lower", "upper", *CARRIED, "time", "dead", "exclude")
THOUSANDS = re.compile(r"[<>≤≥]?\s*\d{1,3}(\.\d{3})+")
KEEP_WORDS = frozenset({"none", "no", "0", "false", "n", "keep", "include", "included"})
DIED = {"1": True, "yes": True, "y": True, "true": True, "dead": True, "died": True, "death": True}
LIVED = {"0": False, "no": False, "n": False, "false": False, "alive": False, "survived": False}
EVENTS = DIED | LIVED


@dataclass(frozen=True)
class _Entry:
    """One measurement before its text is parsed."""

    row: tuple[Cell, ...]
    endpoint: str
    value: Cell


def read_cohort(path: Path, protocol: Protocol, content: bytes | None = None) -> Cohort:
    """Read a cohort file and check it against the protocol.

    Parameters
    ----------
    path : Path
        A delimited text file, long (columns ``endpoint`` and ``value``) or wide (one column per endpoint).
    protocol : Protocol
        The study it belongs to.
    content : bytes, optional
        What the file would hold, for a cohort that is on no disk.

    Raises
    ------
    Refusal
        With every problem in the file.
    """
    name = cohort_id(path)
    return _Reader(read_sheet(path, content), protocol).cohort(name)


class _Reader:
    """Reads one sheet; problems are gathered, so that all are told at once."""

    def __init__(self, sheet: Sheet, protocol: Protocol) -> None:
        self.sheet = sheet
        self.protocol = protocol
        self.complaints = Complaints(sheet)
        self.columns = Columns(sheet, protocol, self.complaints)
        self.understood = [sheet.understood, *self.columns.understood]

    def cohort(self, name: str) -> Cohort:
        entries = list(self._entries())
        marks = self._marks(entries)
        records = [record for entry in entries if (record := self._record(entry, marks)) is not None]
        origin = self._origin()
        self._check_repeats(records)
        self._check_deaths(records)
        self.complaints.stop()
        frame = pd.DataFrame([row for row, _ in records], columns=list(COLUMNS))
        kept = frame["exclude"] == ""
        values, excluded = frame[kept].reset_index(drop=True), frame[~kept].reset_index(drop=True)
        self._check_content(values)
        self.complaints.stop()
        self._describe(values, excluded)
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
        )

    # -- rows --------------------------------------------------------------------------------------------------------

    def _entries(self) -> Iterator[_Entry]:
        for row in self.sheet.rows:
            if self.columns.wide:
                for endpoint, position in self.columns.wide.items():
                    yield _Entry(row, endpoint, row[position])
            else:
                named = self._match(row[self.columns.named["endpoint"]], "endpoint", self.protocol.endpoints)
                if named:
                    yield _Entry(row, named, row[self.columns.named["value"]])

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
                        self.complaints.about(cell, repr(cell.text.strip()), error.expected, error.remedy)
        if "," in marks.values():
            self.understood.append("decimals are written with a comma")
            self._check_points(cells, marks)
        return marks

    def _check_points(self, cells: dict[int, list[Cell]], marks: dict[int, str]) -> None:
        """Beside a column with decimal commas, a point before three digits may stand for thousands."""
        for column, members in cells.items():
            pointed = [cell for cell in members if "." in cell.text and cell.text.strip() not in MISSING]
            if marks.get(column) == "." and pointed and all(THOUSANDS.fullmatch(cell.text.strip()) for cell in pointed):
                for cell in pointed:
                    text = cell.text.strip()
                    remedy = f"Another column has decimal commas: write {text.replace('.', ',')} or {text.replace('.', '')}."
                    self.complaints.about(cell, repr(text), "a number that can be read in one way only", remedy)

    def _record(self, entry: _Entry, marks: dict[int, str]) -> tuple[dict[str, object], Cell] | None:
        before = len(self.complaints.problems)
        animal = entry.row[self.columns.named["animal"]]
        if not animal.text.strip():
            self.complaints.about(animal, "no animal", "an id", "Give every animal an id.")
        group = self._match(entry.row[self.columns.named["group"]], "group", self.protocol.groups)
        if "unit" in self.columns.named and (unit := entry.row[self.columns.named["unit"]]).text.strip():
            self.columns.check_unit(unit.text, entry.endpoint, unit)
        elif not self.columns.wide and (stated := in_brackets(header := self.sheet.header[self.columns.named["value"]])):
            self.columns.check_unit(stated, entry.endpoint, header)
        exclude = self.columns.text(entry.row, "exclude")
        exclude = "" if exclude.casefold() in MISSING else exclude
        # What is left out need not be readable.
        value = Value(math.nan, math.nan) if exclude else self._value(entry, marks)
        if exclude.casefold() in KEEP_WORDS:
            cell = entry.row[self.columns.named["exclude"]]
            self.complaints.about(cell, repr(exclude), "a reason, or an empty cell", "Leave the cell empty to keep the animal.")
        survival = self._survival(entry.row)
        if len(self.complaints.problems) > before or value is None:
            return None
        record: dict[str, object] = {
            "animal": animal.text.strip(),
            "group": group,
            "endpoint": entry.endpoint,
            "value": value.seen,
            "lower": value.lower,
            "upper": value.upper,
            **{column: self.columns.text(entry.row, column) for column in CARRIED},
            **survival,
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
            self.complaints.about(cell, repr(cell.text.strip()), error.expected, error.remedy)
            return None
        endpoint = self.protocol.endpoints[entry.endpoint]
        expected = _outside(value, endpoint, self.protocol.scale)
        if expected:
            self.complaints.about(cell, repr(cell.text.strip()), expected, "Check the value and its unit.")
            return None
        return value

    def _survival(self, row: tuple[Cell, ...]) -> dict[str, object]:
        """When the animal was last seen, and whether it was dead when the others were sampled."""
        time, event = self.columns.text(row, "time"), self.columns.text(row, "event").casefold()
        hour = math.nan
        if time.casefold() not in MISSING:
            try:
                hour = parse(time, "," if "," in time else ".").seen
            except Unreadable:
                hour = math.nan
            if not hour >= 0:
                cell = row[self.columns.named["time"]]
                self.complaints.about(cell, repr(time), "hours, as a number from 0 upwards, or an empty cell")
        if event not in MISSING and event not in EVENTS:
            cell = row[self.columns.named["event"]]
            self.complaints.about(cell, repr(event), "1 for a death, 0 or an empty cell for none")
        sampled = self.protocol.sampling_hour
        dead = sampled is not None and EVENTS.get(event, False) and not hour > sampled
        return {"time": hour, "dead": dead}

    def _match(self, cell: Cell, what: str, members: Mapping[str, Group] | Mapping[str, Endpoint]) -> str | None:
        name = cell.text.strip()
        found = names(members).get(normalise(name)) if name else None
        if found is None:
            guess = nearest(name, [*members, *(member.label for member in members.values())]) if name else None
            expected = f"one of {', '.join(members)}, or its label"
            self.complaints.about(
                cell, f"the {what} {name!r}" if name else f"no {what}", expected, f"The nearest is {guess!r}." if guess else ""
            )
        return found

    # -- the whole ---------------------------------------------------------------------------------------------------

    def _origin(self) -> Origin:
        stated = {self.columns.text(row, "origin").casefold() for row in self.sheet.rows}
        if not stated - {""}:
            return "measured"
        if len(stated) > 1 or not stated <= set(ORIGINS):
            found = ", ".join(repr(text) for text in sorted(stated))
            cell = self.sheet.header[self.columns.named["origin"]]
            self.complaints.about(cell, f"the origins {found}", f"the same one of {', '.join(ORIGINS)} in every row")
            return "measured"
        return cast(Origin, stated.pop())

    def _same_everywhere(self, column: str) -> str:
        """What every row says in a column; nothing where they differ."""
        stated = {self.columns.text(row, column) for row in self.sheet.rows}
        return stated.pop() if len(stated) == 1 else ""

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
                self.complaints.about(
                    cell,
                    found,
                    "one value per animal, group and endpoint",
                    f"The first is in {seen[key].name}: keep one, or give the animals different ids.",
                )
            seen.setdefault(key, cell)
            home = homes.setdefault(record["animal"], record["group"])
            if not paired and home != record["group"]:
                self.complaints.about(
                    cell,
                    f"{record['animal']!r} in {record['group']} and in {home}",
                    "each animal in one group",
                    "Correct the group, or the id.",
                )

    def _check_deaths(self, records: list[tuple[dict[str, object], Cell]]) -> None:
        hour = self.protocol.sampling_hour
        fates: dict[object, object] = {}
        for record, cell in records:
            if record["exclude"]:
                continue
            animal = record["animal"]
            if record["dead"] and not math.isnan(cast(float, record["lower"])):
                found = f"a value of {animal!r}, which died before it was sampled at {hour:g} h"
                self.complaints.about(cell, found, "no value of a dead animal", "Empty the cell, or correct 'event' and 'time'.")
            if fates.setdefault(animal, record["dead"]) != record["dead"]:
                self.complaints.about(cell, f"{animal!r} both dead and alive", "one fate in all its rows", "Correct 'event' and 'time'.")

    def _check_content(self, values: pd.DataFrame) -> None:
        measured = values[values["lower"].notna()]
        if measured.empty:
            self.complaints.about_file("no value that is neither missing nor excluded", "one or more")
        elif self.protocol.design == "paired":
            treated, control = self.protocol.pair
            sides = {group: set(rows[["animal", "endpoint"]].itertuples(index=False)) for group, rows in measured.groupby("group")}
            if not sides.get(treated, set()) & sides.get(control, set()):
                by = self.protocol.experimental_unit
                self.complaints.about_file(
                    f"no {by} with a value in both {control} and {treated}",
                    f"pairs: the same id in the column 'animal' for both values of a {by}",
                )

    def _describe(self, values: pd.DataFrame, excluded: pd.DataFrame) -> None:
        if not self.columns.units_stated:
            units = {f"{key}: {endpoint.unit}" for key, endpoint in self.protocol.endpoints.items()}
            self.understood.append(f"no unit is stated, so the protocol's are taken ({'; '.join(sorted(units))})")
        counts = values[values["lower"].notna()].groupby("group")["animal"].nunique()
        self.understood.append("animals per group: " + ", ".join(f"{group} {counts.get(group, 0)}" for group in self.protocol.groups))
        if values["dead"].any():
            deaths = values[values["dead"]].groupby("group")["animal"].nunique()
            self.understood.append(
                "dead before sampling: " + ", ".join(f"{group} {deaths.get(group, 0)}" for group in self.protocol.groups)
            )
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
