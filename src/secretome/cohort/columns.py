"""The columns of a sheet: which column contains what, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Cell, Row, Sheet
from secretome.cohort.files.words import MISSING
from secretome.cohort.suspect_entries import names_limit, states_limit
from secretome.cohort.units import canonical, factor
from secretome.cohort.vocabulary import (
    AUXILIARY,
    BRACKETS,
    LONG,
    OPTIONAL,
    REQUIRED,
    SURVIVAL_COLUMNS,
    Vocabulary,
    map_option,
    map_options,
    unit_in_brackets,
)
from secretome.protocol import Choice, normalise

# Text in brackets that cannot be a unit: a number, such as that of a bead region.
NO_UNIT = re.compile(r"[\W\d_]+|(bead|region|well|plate|#|r|a|b)\s*\d+", re.IGNORECASE)
# Columns that only the template and simulations write.
NOT_CHOSEN = ("code", "origin", "scenario", "seed")
TIME_UNITS = {
    "h": frozenset({"h", "hr", "hrs", "hour", "hours"}),
    "d": frozenset({"d", "day", "days"}),
}
TIME_WORDS = {"h": "hours", "d": "days"}


class Columns:
    """The columns of a sheet.

    Attributes
    ----------
    named : dict
        Position of each column that every study has.
    wide : dict
        Position of the column of each endpoint; empty in the long layout.
    limits : dict
        Position of each column of limits of one endpoint, such as 'lloq il6', by 'lloq' or 'uloq' and endpoint.
    unknown : list of Cell
        The headers of the other columns.
    notes : list of str
        Sentences about the columns.
    units_stated : set of str
        The endpoints whose unit is stated.
    """

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, errors: ErrorCollector) -> None:
        self.sheet = sheet
        self.vocabulary = vocabulary
        self.protocol = vocabulary.protocol
        self.errors = errors
        self.named: dict[str, int] = {}
        self.wide: dict[str, int] = {}
        self.limits: dict[tuple[str, str], int] = {}
        self.unknown: list[Cell] = []
        self.notes: list[str] = []
        self.units_stated: set[str] = set()
        self._locate()

    @property
    def has_values(self) -> bool:
        """Whether the columns of values are known; other missing columns are reported with problems of the values."""
        return bool(self.wide) or all(column in self.named for column in LONG) or self.has_survival

    @property
    def has_survival(self) -> bool:
        """Whether the study has survival and the file has its columns."""
        return bool(self.vocabulary.survival) and all(column in self.named for column in SURVIVAL_COLUMNS)

    @property
    def states_survival(self) -> bool:
        """Whether the event of any animal is stated: a sheet may have the columns of survival and leave them empty."""
        events = (self.text(row, "event").casefold() for row in self.sheet.rows)
        return self.has_survival and any(event not in MISSING for event in events)

    @property
    def has_required(self) -> bool:
        """Whether there are columns of animals and of groups."""
        return all(column in self.named for column in REQUIRED)

    @property
    def used(self) -> set[int]:
        """The positions of the columns that are used."""
        return {*self.named.values(), *self.wide.values(), *self.limits.values()}

    @property
    def unexplained(self) -> list[tuple[int, Cell]]:
        """The positions and headers of columns that are not used, or only kept as notes, and have no problem yet."""
        used = self.used - {self.named.get("note", -1)}
        reported = {problem.place for problem in self.errors.problems}
        header = enumerate(self.sheet.header)
        return [(at, cell) for at, cell in header if at not in used and f"cell {cell.name}" not in reported]

    def auxiliary(self, name: str, endpoint: str) -> int | None:
        """The position of an auxiliary column for an endpoint: its own, or the one for all; None if there is none."""
        return self.limits.get((name, endpoint), self.named.get(name))

    @property
    def limit_columns(self) -> str:
        """How to add columns of limits, in words that follow an instruction; empty if the layout has no room for them.

        A table with one column per group has no row for each animal.
        """
        header = self.sheet.header
        if named := [
            cell.text.strip() for cell in self.unknown if names_limit(cell.text) and not states_limit(cell.text)
        ]:
            return f"; or name the column {named[0]!r} 'lloq', if it contains these limits"
        if len({(cell.row, cell.column) for cell in header}) == 1 and not self.sheet.key:
            return ""
        kinds = {key: endpoint.kind for key, endpoint in self.protocol.endpoints.items()}
        assayed = [key for key in self.wide if kinds[key] in ("concentration", "titre")]
        names = (
            [f"{name} {key}" for key in assayed for name in ("lloq", "uloq")] if len(assayed) > 1 else ["lloq", "uloq"]
        )
        rows = f"every row of {self.sheet.key}" if self.sheet.key else "every row"
        return f"; or add the limits in {rows}, in columns named {', '.join(map(repr, names))}"

    def choice(self, names: Iterable[str], nearest: str = "") -> Choice:
        """What columns with these names may contain: an endpoint or column that no other column has."""
        others = (
            name
            for name in dict.fromkeys((*REQUIRED, *OPTIONAL, *self.protocol.label_columns))
            if name not in self.named and name not in NOT_CHOSEN
        )
        endpoints = [key for key in self.protocol.endpoints if key not in self.wide or key == nearest]
        options = [*([] if "endpoint" in self.named else endpoints), *others]
        return Choice("column", tuple(names), tuple(options), nearest if nearest in options else "")

    def text(self, row: Row, column: str) -> str:
        """The text of a row in a column; empty if there is no such column."""
        if column not in self.named:
            return ""
        cell = row[self.named[column]]
        return cell.text.strip() if column in AUXILIARY else cell.visible_text

    def is_excluded(self, row: Row) -> bool:
        """Whether a row has a reason in the column 'exclude'."""
        return self.text(row, "exclude").casefold() not in MISSING

    def texts(self, position: int) -> list[str]:
        """The texts below a header."""
        return [row[position].text.strip() for row in self.sheet.rows]

    def check_unit(self, text: str, endpoint: str, cell: Cell) -> None:
        """Refuse a unit that is not the protocol's."""
        self.units_stated.add(endpoint)
        expected = self.protocol.endpoints[endpoint].unit
        # In units '/' and '%' have a meaning, so only case, spaces and the form of 'per' may differ.
        if canonical(text) == canonical(expected) or factor(text, expected) == 1:
            return
        header = cell.text.strip()
        if states_limit(text) and text in header:
            self.refuse_limit(cell, endpoint)
        elif NO_UNIT.fullmatch(text.strip()) and "%" not in text and unit_in_brackets(header) == text:
            found = f"{text.strip()!r} in brackets after {without_unit(cell)!r}"
            remedy = (
                f"If it is not a unit, add {map_option(header, endpoint)}; if it is another measurement, rename or "
            )
            remedy += "delete the column."
            self.errors.add(cell, found, f"a unit ({expected}), or nothing", remedy, self.choice([header], endpoint))
        else:
            remedy = f"{unit_remedy(text, expected)} and correct the unit."
            self.errors.add(cell, f"the unit {text.strip()!r}", f"{expected!r} for {endpoint}", remedy)

    def refuse_limit(self, cell: Cell, endpoint: str) -> None:
        """Ask for a limit that only a header states, because it is not known to which cells it belongs."""
        unit = self.protocol.endpoints[endpoint].unit
        header = f"{self.protocol.endpoints[endpoint].label} ({unit})"
        remedy = f"Write {header!r} as the header. Write the limit in place of each value beyond it, such as <15.6"
        found = f"a limit of the assay in the header {cell.text.strip()!r}"
        self.errors.add(cell, found, f"the name and the unit ({unit})", f"{remedy}{self.limit_columns}.")

    def _locate(self) -> None:
        header = self.sheet.header
        texts = [cell.text.strip().casefold() for cell in header]
        for position, (column, cell) in enumerate(zip(self.vocabulary.columns(header), header, strict=True)):
            if not texts[position] or texts[position] in texts[:position]:
                continue  # reported already
            if column:
                self._place_column(column, position, cell)
            elif limit := self.vocabulary.limit(cell.text):
                self.limits.setdefault(limit, position)
            elif endpoint := self.vocabulary.endpoint(cell.text):
                self._place_endpoint(*endpoint, position, cell)
            else:
                self.unknown.append(cell)

    def _place_column(self, column: str, position: int, cell: Cell) -> None:
        unit = unit_in_brackets(cell.text)
        time_unit = self.vocabulary.time_unit
        if column == "time" and unit and normalise(unit) not in TIME_UNITS[time_unit]:
            words = TIME_WORDS[time_unit]
            remedy = f"Convert the times to {words}, and write 'time ({time_unit})' or 'time'."
            self.errors.add(cell, f"the unit {unit!r}", words, remedy)
        if column in self.named:
            other = self.sheet.header[self.named[column]]
            remedy = f"{other.name} is one too: delete or rename the other."
            self.errors.add(cell, f"a second column {column!r}", "one", remedy)
        elif self.vocabulary.column(cell.text) is None:
            self.notes.append(f"column {cell.text.strip()!r} is read as {column!r}")
        self.named.setdefault(column, position)

    def _place_endpoint(self, endpoint: str, unit: str, position: int, cell: Cell) -> None:
        if endpoint in self.wide:
            other = self.sheet.header[self.wide[endpoint]]
            found = f"a second column for {endpoint}: {cell.text.strip()!r} and {other.text.strip()!r} ({other.name})"
            options = map_options((other.text, cell.text), "KEY")
            remedy = f"If they are different endpoints, state which, with {options}. Otherwise delete or rename one."
            choice = Choice("column", (other.text.strip(), cell.text.strip()), tuple(self.protocol.endpoints))
            self.errors.add(cell, found, "one column per endpoint", remedy, choice)
        if self.wide.setdefault(endpoint, position) == position and unit:
            self.check_unit(unit, endpoint, cell)

    def cells(self, row: Row, columns: tuple[str, ...]) -> Iterator[Cell]:
        """The cells of a row in those columns that there are."""
        return (row[self.named[column]] for column in columns if column in self.named)


def without_unit(header: Cell) -> str:
    """Return a header without its unit."""
    return BRACKETS.sub("", header.text).strip() or header.text.strip()


def unit_remedy(unit: str, expected: str) -> str:
    """Return how to convert values to the expected unit."""
    times = factor(unit, expected)
    return f"Multiply the values by {times:g}" if times else f"Convert the values to {expected}"
