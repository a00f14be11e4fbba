"""What may stand beside a value: the limits of its assay, and the numbers that it was worked out from."""

from __future__ import annotations

import math
from collections.abc import Mapping

from secretome.cohort.columns import Columns, ErrorCollector
from secretome.cohort.files.sheet import Cell
from secretome.cohort.unreadable import limit_passed
from secretome.cohort.values import MISSING, Unreadable, Value, parse
from secretome.cohort.vocabulary import BESIDE
from secretome.protocol import Endpoint, Kind

# The kinds of measurement that each column can say something of.
KINDS: dict[str, tuple[Kind, ...]] = {
    "lloq": ("concentration", "titre"),
    "uloq": ("concentration", "titre"),
    "exposure": ("count",),
    "total": ("proportion",),
    "count": ("count",),
}
# The least and the most that a column may hold, whether only whole numbers (the least included), and that in words.
SOUND = {
    "count": (0, math.inf, True, "a whole number from 0 upwards"),
    "total": (1, math.inf, True, "a whole number from 1 upwards"),
    "exposure": (0, 1, False, "a share of the whole, above 0 and at most 1"),
}
UNCOUNTED = {"count": math.nan, "exposure": math.nan, "total": math.nan}
# A scaled count comes rounded; more than this from a whole number, the share plated is another one.
FROM_WHOLE = 0.05
ROUNDED = 0.01


class AuxiliaryColumns:
    """Reads the columns beside the values of one sheet.

    Parameters
    ----------
    columns : Columns
        Which columns there are.
    marks : mapping
        The decimal mark of each column, by position.
    errors : ErrorCollector
        Where problems are noted.
    """

    def __init__(self, columns: Columns, marks: Mapping[int, str], errors: ErrorCollector) -> None:
        self.columns = columns
        self.marks = marks
        self.errors = errors
        self.endpoints = columns.protocol.endpoints
        self.recensored: dict[str, int] = {}
        self._refuse_unclear()

    def limits(self, row: tuple[Cell, ...], endpoint: str) -> tuple[float, float]:
        """The lower and the upper limit of the assay that a value was measured by; NaN where none is stated."""
        lower, upper = (self._number(row, name, endpoint) for name in ("lloq", "uloq"))
        if lower >= upper:
            found = f"a lower limit of {lower:g} and an upper one of {upper:g}"
            self.errors.about(
                row[self.columns.named["lloq"]], found, "the lower limit below the upper one", "Correct them."
            )
        return lower, upper

    def named_limit(self, text: str, limits: tuple[float, float]) -> Value | None:
        """What a word such as 'ND' or '>ULOQ' says, once the limit is known; None where it is not."""
        side, (lower, upper) = limit_passed(text), limits
        if side == ">" and not math.isnan(upper):
            return Value(upper, math.inf)
        return Value(0.0, lower) if side == "<" and not math.isnan(lower) else None

    def within(self, value: Value, limits: tuple[float, float], cell: Cell, endpoint: str) -> Value:
        """The value as its assay can tell it: one beyond a limit is known to be beyond it, and no more."""
        lower, upper = limits
        for stated, limit, sign in (
            (value.upper if value.lower == 0 else math.nan, lower, "<"),
            (value.lower, upper, ">"),
        ):
            beyond = value.censored and (sign == "<" or math.isinf(value.upper))
            if beyond and not math.isnan(limit) and not math.isnan(stated) and not math.isclose(stated, limit):
                column = "lloq" if sign == "<" else "uloq"
                found = f"{cell.text.strip()!r} beside {limit:g} in the column '{column}'"
                self.errors.about(cell, found, "one limit", "Correct the one that is wrong.")
        if value.seen < lower or value.seen > upper:
            self.recensored[endpoint] = self.recensored.get(endpoint, 0) + 1
            return Value(0.0, lower) if value.seen < lower else Value(upper, math.inf)
        return value

    def counted(self, row: tuple[Cell, ...], endpoint: str, value: Value, cell: Cell) -> tuple[Value, dict[str, float]]:
        """The value, worked out where only a count is given, and the count with what it was taken from.

        A count of plaques goes with the share of the organ that was plated (``exposure``), a percentage with how many
        were looked at (``total``).
        """
        about = self.endpoints[endpoint]
        base = {"count": "exposure", "proportion": "total"}.get(about.kind, "")
        stated = {name: self._number(row, name, endpoint) for name in UNCOUNTED}
        taken, count = stated.get(base, math.nan), stated["count"]
        if math.isnan(taken):
            if not math.isnan(count):
                found, expected = (
                    f"a count of {count:g} for {endpoint}",
                    f"a column '{base}' that says what it was counted in",
                )
                self.errors.about(
                    row[self.columns.named["count"]], found, expected, "Fill it in, or leave the count out."
                )
            return value, UNCOUNTED
        scale = 100 / taken if base == "total" else 1 / taken
        if value.missing and not math.isnan(count):
            value = Value(scale * count, scale * count)
        elif not math.isnan(value.seen):
            count = self._agreeing(value.seen, count, scale, about, cell)
        return value, UNCOUNTED | {"count": count, base: taken}

    def understood(self) -> list[str]:
        """What was made of the limits, in sentences."""
        return [
            f"{endpoint}: beyond the limit in their row, and taken as beyond it: {n}"
            for endpoint, n in self.recensored.items()
        ]

    def _agreeing(self, seen: float, count: float, scale: float, endpoint: Endpoint, cell: Cell) -> float:
        """The count behind a value; the two must agree."""
        implied = seen / scale
        if math.isnan(count):
            # A percentage has a digit or two, which determine the cells; a scaled count must be a whole number.
            whole = endpoint.kind == "proportion" or abs(implied - round(implied)) <= max(FROM_WHOLE, ROUNDED * implied)
            if not whole:
                found = f"{seen:g} {endpoint.unit}, which is {implied:.3g} counted"
                self.errors.about(cell, found, "a whole number counted", "Correct 'exposure', or add a column 'count'.")
            return float(round(implied))
        if abs(implied - count) > max(0.5, ROUNDED * count):
            found = f"{seen:g} {endpoint.unit} beside a count that makes {scale * count:g}"
            self.errors.about(
                cell, found, "numbers that agree", "Correct the value, the count, or what it was counted in."
            )
        return count

    def _number(self, row: tuple[Cell, ...], name: str, endpoint: str) -> float:
        """What a row says in one of the columns; NaN where nothing, or where it is of another endpoint."""
        text = self.columns.text(row, name)
        if text.casefold() in MISSING:
            return math.nan
        kind = self.endpoints[endpoint].kind
        cell = row[self.columns.named[name]]
        if kind not in KINDS[name]:
            if not self.columns.wide:
                kinds = " or a ".join(KINDS[name])
                self.errors.about(
                    cell, f"{name} {text!r} for {endpoint}", f"an empty cell: only a {kinds} has one", "Empty it."
                )
            return math.nan
        try:
            number = parse(text, "." if cell.kind == "number" else self.marks.get(self.columns.named[name], ".")).seen
        except Unreadable:
            number = math.nan
        if text.endswith("%"):
            # One per cent of the spleen is 0.01 of it; no count and no limit of a concentration is a percentage.
            number = (
                number / 100 if name == "exposure" else number if "%" in self.endpoints[endpoint].unit else math.nan
            )
        least, most, whole, expected = SOUND.get(name, (0, math.inf, False, "a number above zero"))
        sound = (
            (number > least or (whole and number == least))
            and number <= most
            and (not whole or number == round(number))
        )
        if not sound:
            self.errors.about(cell, repr(text), f"{expected}, or an empty cell", "Correct the cell.")
            return math.nan
        return number

    def _refuse_unclear(self) -> None:
        """In one row per animal, a column beside several endpoints may belong to any of them."""
        for name in BESIDE:
            fitting = [key for key in self.columns.wide if self.endpoints[key].kind in KINDS[name]]
            if name in self.columns.named and len(fitting) > 1:
                cell = self.columns.sheet.header[self.columns.named[name]]
                found = f"the column {name!r} beside columns for {' and '.join(fitting)}"
                remedy = "Write one row per measurement (columns 'endpoint' and 'value')"
                remedy += ", or the limit in the cell, such as <15.6." if name.endswith("loq") else "."
                self.errors.about(cell, found, "one endpoint that it can belong to", remedy)
