"""What the header of a sheet says: which column holds what, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from secretome.cohort.sheet import Cell, Sheet
from secretome.protocol import Endpoint, Group, Problem, Protocol, Refusal, nearest, normalise

REQUIRED = ("animal", "group")
OPTIONAL = ("unit", "cage", "sex", "batch", "time", "event", "note", "exclude", "origin", "scenario", "seed")
LONG = ("endpoint", "value")
# What a simulation writes of itself is no column that a laboratory may have misspelt.
WRITTEN_BY_SIMULATION = ("scenario", "seed")
HOURS = frozenset({"h", "hr", "hrs", "hour", "hours"})
BRACKETS = re.compile(r"[\[(](.*)[\])]\s*$")


@dataclass
class Complaints:
    """Everything wrong with one sheet, so that all is told at once."""

    sheet: Sheet
    problems: list[Problem] = field(default_factory=list)

    def about(self, cell: Cell, found: str, expected: str, remedy: str = "") -> None:
        """Note a problem with a cell."""
        problem = Problem(self.sheet.path.name, f"cell {cell.name}", found, expected, remedy)
        # Wide rows visit a cell once per endpoint; each problem is told once.
        if problem not in self.problems:
            self.problems.append(problem)

    def about_file(self, found: str, expected: str, place: str = "") -> None:
        """Note a problem with the file as a whole."""
        self.problems.append(Problem(self.sheet.path.name, place, found, expected))

    def stop(self) -> None:
        """Refuse the sheet if anything is wrong with it so far."""
        if self.problems:
            raise Refusal(self.problems)


class Columns:
    """The columns of a sheet.

    Attributes
    ----------
    named : dict
        Position of each column that every study knows.
    wide : dict
        Position of each endpoint's own column; empty in the long layout.
    understood : list of str
        What was made of the rest, in sentences.
    units_stated : bool
        Whether any unit was given.
    """

    def __init__(self, sheet: Sheet, protocol: Protocol, complaints: Complaints) -> None:
        self.sheet = sheet
        self.protocol = protocol
        self.complaints = complaints
        self.named: dict[str, int] = {}
        self.wide: dict[str, int] = {}
        self.understood: list[str] = []
        self.units_stated = False
        self.endpoints = names(protocol.endpoints)
        self._find()
        complaints.stop()

    def text(self, row: tuple[Cell, ...], column: str) -> str:
        """What a row says in a column; nothing where there is no such column."""
        return row[self.named[column]].text.strip() if column in self.named else ""

    def check_unit(self, text: str, endpoint: str, cell: Cell) -> None:
        """Refuse a unit that is not the protocol's."""
        self.units_stated = True
        expected = self.protocol.endpoints[endpoint].unit
        # Here '/' and '%' carry meaning, so only case and spaces are forgiven.
        if re.sub(r"\s", "", text.casefold()) != re.sub(r"\s", "", expected.casefold()):
            self.complaints.about(
                cell,
                f"the unit {text.strip()!r}",
                f"{expected!r} for {endpoint}",
                f"Convert the values to {expected} and correct the unit.",
            )

    def _find(self) -> None:
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
            elif with_unit := self._with_unit(cell):
                self._place_endpoint(with_unit[0], position, cell)
                self.check_unit(with_unit[1], with_unit[0], cell)
            else:
                unknown.append(cell)
        self._report_unknown(unknown)
        self._report_absent()

    def _with_unit(self, cell: Cell) -> tuple[str, str] | None:
        """An endpoint and what follows it, where that is a unit written without brackets."""
        for key, endpoint in self.protocol.endpoints.items():
            for name in (key, endpoint.label):
                rest = re.match(rf"\s*{re.escape(name)}[\s,_]+(\S.*)$", cell.text, re.IGNORECASE)
                if rest and normalise(rest[1]) == normalise(endpoint.unit):
                    return key, endpoint.unit
                if rest and re.fullmatch(r"\S{1,6}\s?[/_]\s?\S{1,4}|%", rest[1].strip()):
                    return key, rest[1].strip()
        return None

    def _place_column(self, column: str, position: int, cell: Cell) -> None:
        unit = in_brackets(cell)
        if column == "time" and unit and normalise(unit) not in HOURS:
            self.complaints.about(cell, f"the unit {unit!r}", "hours", "Convert the times to hours, and write 'time (h)' or 'time'.")
        if column in self.named:
            other = self.sheet.header[self.named[column]]
            self.complaints.about(cell, f"a second column {column!r}", "one", f"{other.name} is one too: delete or rename the other.")
        self.named.setdefault(column, position)

    def _place_endpoint(self, endpoint: str, position: int, cell: Cell) -> None:
        if endpoint in self.wide:
            other = self.sheet.header[self.wide[endpoint]]
            self.complaints.about(
                cell, f"a second column for {endpoint}", "one column per endpoint", f"It stands in column {other.name} too."
            )
        self.wide.setdefault(endpoint, position)
        if (stated := in_brackets(cell)) and normalise(cell.text) not in self.endpoints:
            self.check_unit(stated, endpoint, cell)

    def _report_unknown(self, unknown: list[Cell]) -> None:
        wanted = [
            *REQUIRED,
            *(column for column in OPTIONAL if column not in WRITTEN_BY_SIMULATION),
            *LONG,
            *self.protocol.endpoints,
            *(e.label for e in self.protocol.endpoints.values()),
        ]
        for cell in unknown:
            name = cell.text.strip()
            guess = nearest(name, wanted)
            if guess:
                remedy = f"Rename it to {guess!r} if that is what it holds; otherwise delete the column or give it another name."
                self.complaints.about(cell, f"the column {name!r}", f"a column this study knows; the nearest is {guess!r}", remedy)
            elif self._may_be_an_endpoint(cell):
                absent = [key for key in self.protocol.endpoints if key not in self.wide]
                remedy = "Rename the column if it is that endpoint; delete it if it is not."
                self.complaints.about(
                    cell, f"the column {name!r}, which holds numbers", f"{' or '.join(absent)}, which has no column", remedy
                )
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
            if column not in self.named:
                headers = ", ".join(repr(cell.text.strip()) for cell in self.sheet.header)
                self.complaints.about_file(f"no column {column!r} among {headers}", f"a column {column!r}", "row 1")
        long = [column for column in LONG if column in self.named]
        if long and self.wide:
            self.complaints.about_file("both a column 'endpoint' or 'value' and a column per endpoint", "one of the two layouts", "row 1")
        elif len(long) == 1:
            absent = next(column for column in LONG if column not in self.named)
            self.complaints.about_file(f"a column {long[0]!r} without {absent!r}", "both, or one column per endpoint", "row 1")
        elif not long and not self.wide:
            names = " or ".join(repr(key) for key in self.protocol.endpoints)
            self.complaints.about_file("no measurements", f"columns 'endpoint' and 'value', or one per endpoint ({names})", "row 1")


def names(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> dict[str, str]:
    """Every accepted form of each key: the key itself and its label."""
    return {normalise(name): key for key, member in members.items() for name in (key, member.label)}


def in_brackets(header: Cell) -> str:
    """What stands in brackets at the end of a header: a unit."""
    found = BRACKETS.search(header.text)
    return found[1] if found else ""
