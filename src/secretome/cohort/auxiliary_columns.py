"""Columns next to a value: the limits of its assay, and the numbers from which it was calculated."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from secretome.cohort.columns import Columns
from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Cell, Row
from secretome.cohort.files.words import MISSING
from secretome.cohort.out_of_range import out_of_range
from secretome.cohort.values import NotAValueError, Value, parse
from secretome.cohort.vocabulary import AUXILIARY
from secretome.protocol import Endpoint, Kind

# The kinds of measurement to which each column can belong.
KINDS: dict[str, tuple[Kind, ...]] = {
    "lloq": ("concentration", "titre"),
    "uloq": ("concentration", "titre"),
    "exposure": ("count",),
    "total": ("proportion",),
    "count": ("count",),
}
NO_COUNT = {"count": math.nan, "exposure": math.nan, "total": math.nan}
# A scaled count is rounded; if it is farther than this from a whole number, the stated share is wrong.
MAX_FRACTION = 0.05
MAX_ROUNDING = 0.01


@dataclass(frozen=True)
class _Range:
    """The numbers that a column may contain, also in words; whole numbers include the lowest one."""

    lowest: float
    highest: float
    whole: bool
    words: str

    def contains(self, number: float) -> bool:
        above = number >= self.lowest if self.whole else number > self.lowest
        return above and number <= self.highest and (not self.whole or number == round(number))


RANGES = {
    "count": _Range(0, math.inf, True, "a whole number from 0 upwards"),
    "total": _Range(1, math.inf, True, "a whole number from 1 upwards"),
    "exposure": _Range(0, 1, False, "a share of the whole, above 0 and at most 1"),
}
POSITIVE = _Range(0, math.inf, False, "a number above zero")


class AuxiliaryColumns:
    """Reads the columns next to the values of one sheet; `decimal_marks` are by position."""

    def __init__(self, columns: Columns, decimal_marks: Mapping[int, str], errors: ErrorCollector) -> None:
        self.columns = columns
        self.decimal_marks = decimal_marks
        self.errors = errors
        self.endpoints = columns.protocol.endpoints
        self.censored: dict[str, int] = {}
        self.words: Counter[str] = Counter()
        self._refuse_ambiguous()

    def limits(self, row: Row, endpoint: str) -> tuple[float, float]:
        """The lower and the upper limit of the assay of a value; NaN if not stated."""
        lower, upper = (self._number(row, name, endpoint) for name in ("lloq", "uloq"))
        if lower >= upper:
            found = f"a lower limit of {lower:g} and an upper one of {upper:g}"
            cell = row[self.columns.auxiliary("lloq", endpoint) or 0]
            self.errors.add(cell, found, "the lower limit below the upper one", "Correct them.")
        return lower, upper

    def value_of_mark(self, text: str, limits: tuple[float, float], mark: str) -> Value | None:
        """The value of a cell such as 'ND', '>ULOQ' or '*12.3', if the limits of its assay make it certain.

        `mark` is the decimal mark of a number in the cell.
        """
        stated = out_of_range(text)
        try:
            interval = stated.censored_at(*limits, lambda number: parse(number, mark).observed) if stated else None
        except NotAValueError:
            return None  # The number has another decimal mark than its column, and the cell is refused.
        if interval is None:
            return None
        self.words[text.strip()] += 1
        return Value(*interval)

    def censor(self, value: Value, limits: tuple[float, float], cell: Cell, endpoint: str) -> Value:
        """The value, censored if it is below or above the limits of its assay."""
        lower, upper = limits
        if value.censored and value.lower == 0:
            self._check_limit(value.upper, lower, cell, "lloq")
        if value.censored and math.isinf(value.upper):
            self._check_limit(value.lower, upper, cell, "uloq")
        if not (value.observed < lower or value.observed > upper):
            return value
        self.censored[endpoint] = self.censored.get(endpoint, 0) + 1
        return Value(0.0, lower) if value.observed < lower else Value(upper, math.inf)

    def _check_limit(self, stated: float, limit: float, cell: Cell, column: str) -> None:
        if not math.isnan(limit) and not math.isclose(stated, limit):
            found = f"{cell.text.strip()!r} next to {limit:g} in the column {column!r}"
            self.errors.add(cell, found, "one limit", "Correct the one that is wrong.")

    def counts(self, row: Row, endpoint: str, value: Value, cell: Cell) -> tuple[Value, dict[str, float]]:
        """The value, calculated if only a count is stated, and the count with its denominator.

        The denominator of a number of plaques is the share of the organ that was plated (``exposure``), and that of a
        percentage is the number of cells (``total``).
        """
        kind = self.endpoints[endpoint].kind
        name = {"count": "exposure", "proportion": "total"}.get(kind, "")
        numbers = {column: self._number(row, column, endpoint) for column in NO_COUNT}
        denominator, count = numbers.get(name, math.nan), numbers["count"]
        if math.isnan(denominator):
            if not math.isnan(count):
                found, expected = f"a count of {count:g} for {endpoint}", f"a column {name!r} with its denominator"
                count_cell = row[self.columns.named["count"]]
                self.errors.add(count_cell, found, expected, "Fill it in, or leave out the count.")
            return value, NO_COUNT
        scale = 100 / denominator if name == "total" else 1 / denominator
        if value.missing and not math.isnan(count):
            value = Value(scale * count, scale * count)
        elif not math.isnan(value.observed):
            count = self._count_of(value.observed, count, scale, self.endpoints[endpoint], cell)
        return value, NO_COUNT | {"count": count, name: denominator}

    def notes(self) -> list[str]:
        """Sentences about the values that were censored."""
        notes = [
            f"{endpoint}: {number} outside the limits in their row, and censored at the limit"
            for endpoint, number in self.censored.items()
        ]
        if self.words:
            words = ", ".join(f"{word!r} ({count})" for word, count in self.words.items())
            notes.append(f"cells outside the range of the assay, censored at the limit in their row: {words}")
        return notes

    def _count_of(self, value: float, count: float, scale: float, endpoint: Endpoint, cell: Cell) -> float:
        """The count of a value; a stated count must agree with the value."""
        implied = value / scale
        if math.isnan(count):
            # A percentage of one or two digits determines the number of cells; a scaled count must be a whole number.
            tolerance = max(MAX_FRACTION, MAX_ROUNDING * implied)
            if endpoint.kind != "proportion" and abs(implied - round(implied)) > tolerance:
                found = f"{value:g} {endpoint.unit}, which is {implied:.3g} counted"
                self.errors.add(cell, found, "a whole number counted", "Correct 'exposure', or add a column 'count'.")
            return float(round(implied))
        if abs(implied - count) > max(0.5, MAX_ROUNDING * count):
            found = f"{value:g} {endpoint.unit} next to a count that makes {scale * count:g}"
            self.errors.add(cell, found, "numbers that agree", "Correct the value, the count or the denominator.")
        return count

    def _number(self, row: Row, name: str, endpoint: str) -> float:
        """The number of a row in one of the columns; NaN if there is none, or if it belongs to another endpoint."""
        position = self.columns.auxiliary(name, endpoint)
        text = "" if position is None else row[position].text.strip()
        if position is None or text.casefold() in MISSING:
            return math.nan
        cell = row[position]
        if self.endpoints[endpoint].kind not in KINDS[name]:
            if not self.columns.wide:
                expected = f"an empty cell: only a {' or a '.join(KINDS[name])} has one"
                self.errors.add(cell, f"{name} {text!r} for {endpoint}", expected, "Empty it.")
            return math.nan
        mark = "." if cell.kind == "number" else self.decimal_marks.get(position, ".")
        try:
            number = parse(text, mark).observed
        except NotAValueError:
            number = math.nan
        if text.endswith("%"):
            # One per cent of the spleen is 0.01 of it; counts and limits of concentrations are no percentages.
            in_percent = "%" in self.endpoints[endpoint].unit
            number = number / 100 if name == "exposure" else number if in_percent else math.nan
        allowed = RANGES.get(name, POSITIVE)
        if not allowed.contains(number):
            self.errors.add(cell, repr(text), f"{allowed.words}, or an empty cell", "Correct the cell.")
            return math.nan
        return number

    def _refuse_ambiguous(self) -> None:
        """Refuse a column that may belong to several endpoints of a table with one row per animal."""
        for name in AUXILIARY:
            endpoints = [
                key
                for key in self.columns.wide
                if self.endpoints[key].kind in KINDS[name] and (name, key) not in self.columns.limits
            ]
            if name in self.columns.named and len(endpoints) > 1:
                found = f"the column {name!r} next to columns for {' and '.join(endpoints)}"
                own = " and ".join(repr(f"{name} {key}") for key in endpoints)
                remedy = "Write one row per measurement (columns 'endpoint' and 'value')"
                remedy += f", or name a column for each endpoint: {own}." if name.endswith("loq") else "."
                header = self.columns.sheet.header[self.columns.named[name]]
                self.errors.add(header, found, "one endpoint to which it can belong", remedy)
