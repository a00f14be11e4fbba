"""Read the rows of a sheet as measurements: animal, group, endpoint and value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from secretome.cohort.auxiliary_columns import NO_COUNT, AuxiliaryColumns
from secretome.cohort.columns import Columns
from secretome.cohort.display_checks import Entry, displays_titre
from secretome.cohort.errors import ErrorCollector
from secretome.cohort.event_columns import EventColumns
from secretome.cohort.files.sheet import Cell, Row
from secretome.cohort.files.words import KEEP_WORDS
from secretome.cohort.name_matching import ABSENT, DITTO, CellNames, NameKind
from secretome.cohort.out_of_range import ask_limit, out_of_range, without_unit
from secretome.cohort.replicates import Measurement
from secretome.cohort.summary_rows import is_summary
from secretome.cohort.values import NotAValueError, Value, parse, reciprocal
from secretome.cohort.vocabulary import REQUIRED, unit_in_brackets
from secretome.protocol import Endpoint, Protocol

# Columns that are kept as they are.
CARRIED = ("cage", "sex", "batch", "plate", "note")
# The cells that a spreadsheet states to be no values: what was found, and the remedy.
BY_KIND = {
    "error": ("the error {}", "Correct the formula or type the value; empty the cell if it is missing."),
    "unfinished": (
        "the formula {} without its result",
        "Open the file in a spreadsheet and save it, or type the value.",
    ),
    "date": (
        "the date {}",
        "The spreadsheet changed the entry to a date: format the cell as text or number, and type the value again.",
    ),
    "merged": ("{} in a cell merged with another", "Unmerge the cells: one value belongs to one animal."),
}


class MeasurementReader:
    """Reads the rows of a sheet as measurements."""

    def __init__(self, columns: Columns, events: EventColumns, errors: ErrorCollector) -> None:
        self.columns = columns
        self.events = events
        self.errors = errors
        self.protocol = columns.protocol
        kinds: tuple[NameKind, ...] = ("group", "endpoint")
        self.names = {kind: CellNames(columns.vocabulary, kind) for kind in kinds}

    def match_names(self) -> list[str]:
        """Collect all names of groups and endpoints, because one may depend on the others; return notes."""
        notes = []
        for kind, names in self.names.items():
            if kind in self.columns.named:
                names.add(row[self.columns.named[kind]] for row in self.columns.sheet.rows)
            if merged := names.merged_name_problems(self.errors.file):
                # If two groups became one, their animals would be reported as repeated.
                self.errors.problems += merged
                self.errors.raise_if_any()
            notes += names.notes()
        return notes

    def entries(self) -> Iterator[Entry]:
        """The measurements of the sheet before their texts are parsed."""
        named = self.columns.named
        for row in self.columns.sheet.rows:
            if self.columns.wide:
                wide = self.columns.wide.items()
                yield from (Entry(row, endpoint, row[at], at) for endpoint, at in wide if row[at].kind != "absent")
            elif "endpoint" in named and (endpoint := self._match(row[named["endpoint"]], "endpoint")):
                yield Entry(row, endpoint, row[named["value"]], named["value"])

    def set_decimal_marks(self, decimal_marks: Mapping[int, str]) -> AuxiliaryColumns:
        """Set the decimal marks with which cells are read, and return the columns next to the values."""
        self.decimal_marks = decimal_marks
        self.auxiliary = AuxiliaryColumns(self.columns, decimal_marks, self.errors)
        return self.auxiliary

    def measurement(self, entry: Entry) -> Measurement | None:
        """The measurement of a cell; None if its row has a problem."""
        problems = len(self.errors.problems)
        animal, group = self._animal_and_group(entry.row)
        self._check_unit(entry)
        is_excluded = self.columns.is_excluded(entry.row)
        exclude = self.columns.text(entry.row, "exclude") if is_excluded else ""
        # An excluded value need not be readable.
        value, counts = (Value(math.nan, math.nan), NO_COUNT) if is_excluded else self._value(entry)
        if exclude.casefold() in KEEP_WORDS:
            cell = entry.row[self.columns.named["exclude"]]
            remedy = "Leave the cell empty to keep the animal."
            self.errors.add(cell, repr(exclude), "a reason, or an empty cell", remedy)
        status = self.events.status(entry.row)
        # A problem of the row is reported once, with the first of its values.
        if len(self.errors.problems) > problems or value is None or not animal or group is None:
            return None
        record = {
            "animal": animal,
            "group": group,
            "endpoint": entry.endpoint,
            "value": value.observed,
            "lower": value.lower,
            "upper": value.upper,
            **counts,
            **{column: self.columns.text(entry.row, column) for column in carried(self.protocol)},
            **status,
            "exclude": exclude,
            "replicate": self.columns.text(entry.row, "replicate"),
        }
        return Measurement(record, entry.cell)

    def animals(self, survival: str) -> Iterator[Measurement]:
        """The rows of a sheet that states only the survival of each animal, without values."""
        for row in self.columns.sheet.rows:
            problems = len(self.errors.problems)
            animal, group = self._animal_and_group(row)
            status = self.events.status(row)
            is_excluded = self.columns.is_excluded(row)
            if len(self.errors.problems) > problems or not animal or group is None:
                continue
            record = {
                **{"animal": animal, "group": group, "endpoint": survival, **NO_COUNT},
                **dict.fromkeys(("value", "lower", "upper"), math.nan),
                **{column: self.columns.text(row, column) for column in carried(self.protocol)},
                **status,
                "exclude": self.columns.text(row, "exclude") if is_excluded else "",
                "replicate": "",
            }
            yield Measurement(record, row[self.columns.named["time"]])

    def _check_unit(self, entry: Entry) -> None:
        named = self.columns.named
        unit_cell = entry.row[named["unit"]] if "unit" in named else None
        if unit_cell and unit_cell.filled:
            self.columns.check_unit(unit_cell.text, entry.endpoint, unit_cell)
        elif not self.columns.wide:
            header = self.columns.sheet.header[named["value"]]
            if unit := unit_in_brackets(header.text):
                self.columns.check_unit(unit, entry.endpoint, header)

    def _animal_and_group(self, row: Row) -> tuple[str, str | None]:
        """The animal and the group of a row, if there are columns for them."""
        cells = {column: row[self.columns.named[column]] for column in REQUIRED if column in self.columns.named}
        if len(cells) == len(REQUIRED) and not any(cell.filled for cell in cells.values()):
            remedy = "Fill both in; delete the row if it is a summary or a note."
            self.errors.add(cells["animal"], "a row without animal and group", "the row of an animal", remedy)
            return "", None
        if (
            "group" in cells
            and is_summary(name := cells["group"].text)
            and self.names["group"].key(cells["group"]) is None
        ):
            found, expected = f"the group {name.strip()!r}", "a group: a summary is not an animal"
            self.errors.add(cells["group"], found, expected, "Delete the row.")
            return "", None
        animal = self._animal(cells["animal"]) if "animal" in cells else ""
        if is_summary(animal) or "group" not in cells:
            return animal, None
        return animal, self._match(cells["group"], "group")

    def _animal(self, cell: Cell) -> str:
        name = cell.visible_text
        if not name:
            self.errors.add(cell, "no animal", "an id", "Give every animal an id.")
        elif is_summary(name):
            self.errors.add(cell, f"the animal {name!r}", "an id: a summary is not an animal", "Delete the row.")
        elif cell.kind == "date":
            self.errors.add(cell, f"the date {name!r}", "an id", "Write the id as text, with an apostrophe before it.")
        elif cell.kind == "error":
            self.errors.add(cell, f"the error {name!r}", "an id", "Correct the formula.")
        return name

    def _match(self, cell: Cell, kind: NameKind) -> str | None:
        """The group or endpoint that a cell names; an unknown name is a problem."""
        names = self.names[kind]
        key = names.key(cell)
        if key is None:
            name = names.name(cell)
            members = self.protocol.groups if kind == "group" else self.protocol.endpoints
            found, remedy, choice = f"no {kind}", ABSENT[kind], None
            if name.casefold() in DITTO:
                found = f"{name!r} in place of the {kind}"
            elif name:
                found, remedy, choice = names.unknown_name(name)
            self.errors.add(cell, found, f"one of {', '.join(members)}, or its label", remedy, choice)
        return key

    def _value(self, entry: Entry) -> tuple[Value | None, dict[str, float]]:
        """The value of a cell within the limits of its assay, and its count; None if it cannot be read."""
        cell, endpoint = entry.cell, self.protocol.endpoints[entry.endpoint]
        limits = self.auxiliary.limits(entry.row, entry.endpoint)
        mark = "." if cell.kind == "number" else self.decimal_marks.get(entry.column)
        value = self.auxiliary.value_of_mark(cell.text, limits, mark or ".")
        value = value or self._parse(entry, endpoint, mark)
        if value is None:
            return None, NO_COUNT
        if expected := _expected_value(value, endpoint):
            self.errors.add(cell, repr(cell.text.strip()), expected, "Check the value and its unit.")
            return None, NO_COUNT
        value = self.auxiliary.censor(value, limits, cell, entry.endpoint)
        return self.auxiliary.counts(entry.row, entry.endpoint, value, cell)

    def _parse(self, entry: Entry, endpoint: Endpoint, mark: str | None) -> Value | None:
        cell, text = entry.cell, entry.cell.text.strip()
        if cell.mismatch and not displays_titre(cell, endpoint):
            return None  # Reported with the other cells that display something other than the stored number.
        if cell.kind in BY_KIND:
            found, remedy = BY_KIND[cell.kind]
            self.errors.add(cell, found.format(text), "a number", remedy)
            return None
        number, unit = without_unit(value_text(cell, endpoint), endpoint)
        if unit:
            self.columns.check_unit(unit, entry.endpoint, cell)
        elif "%" in text and "%" not in endpoint.unit:
            remedy = "Delete the per cent sign, or correct the column."
            self.errors.add(cell, repr(text), f"a number in {endpoint.unit}", remedy)
            return None
        if mark is None:
            return None
        try:
            return parse(number, mark)
        except NotAValueError as error:
            stated = out_of_range(number)
            has_limits = endpoint.kind in ("concentration", "titre")
            columns = self.columns.limit_columns if has_limits else ""
            remedy = ask_limit(stated.side, text, columns) if stated else error.remedy
            if stated and endpoint.kind == "continuous":
                remedy = (
                    "This endpoint has no limit of detection: write the number that was measured, or the reason in a "
                )
                remedy += "column 'exclude'."
            self.errors.add(cell, repr(text), error.expected, remedy)
            return None


def carried(protocol: Protocol) -> tuple[str, ...]:
    """The columns that are kept as they are, with those of the protocol's blocks and experimental units."""
    return tuple(name for name in dict.fromkeys((*CARRIED, protocol.block, protocol.unit)) if name)


def value_text(cell: Cell, endpoint: Endpoint) -> str:
    """Return the text of a cell to parse: for a titre, the reciprocal of the displayed dilution."""
    return reciprocal(cell.visible_text) if endpoint.kind == "titre" else cell.text


def _expected_value(value: Value, endpoint: Endpoint) -> str:
    """What was expected instead of an impossible value; empty if the value is possible."""
    if value.missing:
        return ""
    scale = endpoint.equivalence_margin.scale
    if value.censored and (endpoint.kind == "continuous" or scale == "linear"):
        return "a number: this endpoint has no limit of detection, and no method for censored values"
    if scale == "log" and value.upper <= 0:
        if endpoint.kind in ("concentration", "titre"):
            return "a value above zero, or a limit: if the assay detected nothing, write its limit, such as <15.6"
        if value.upper < 0 or endpoint.kind not in ("count", "proportion"):
            return "a value above zero, because the endpoint is analysed on a log scale"
    if endpoint.lowest is not None and value.lower < endpoint.lowest:
        return f"at least {endpoint.lowest:g} {endpoint.unit}"
    if endpoint.highest is not None and value.lower > endpoint.highest:
        return f"at most {endpoint.highest:g} {endpoint.unit}"
    return ""
