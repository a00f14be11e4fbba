"""Parse a measured value as laboratories write it: a number, a censored value, or a missing value."""

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from secretome.cohort.files.words import MISSING, NUMBER, THOUSANDS_MARKS, limit_passed
from secretome.cohort.out_of_range import ask_limit, out_of_range
from secretome.cohort.remedies import DATE, remedy_for

# No assay gives a number beyond these, whatever its unit, and sums of squares of such numbers overflow.
MIN_MEASURABLE, MAX_MEASURABLE = 1e-15, 1e15
_VALUE = re.compile(rf"(?P<bound>(?:[<>≤≥]|[<>]=)?)\s*(?P<number>{NUMBER})\s*(?P<percent>%?)")
A_LIMIT = "a number, or a limit such as <15.6"
A_VALUE = "a number, a censored value such as <15.6, or an empty cell"


@dataclass(frozen=True)
class Value:
    """A measurement that lies in [lower, upper].

    ``lower == upper``: observed. ``lower == 0 < upper``: below a limit. ``upper == inf``: above a limit. Both NaN:
    missing.
    """

    lower: float
    upper: float

    @property
    def missing(self) -> bool:
        """Whether there is no value."""
        return math.isnan(self.lower)

    @property
    def censored(self) -> bool:
        """Whether only a limit is known."""
        return self.lower < self.upper

    @property
    def observed(self) -> float:
        """The number; NaN if it is censored or missing."""
        return self.lower if self.lower == self.upper else math.nan


class NotAValueError(ValueError):
    """Raised for a cell that is not a value, with what was expected and what to write instead."""

    def __init__(self, expected: str, remedy: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.remedy = remedy


def parse(text: str, mark: str) -> Value:
    """Return the value of a cell; `mark` is the decimal mark of its column.

    Raises NotAValueError if the cell is not a number, a censored value or a word for a missing value.

    >>> parse("3.45", "."), parse("<15,6", ",")
    (Value(lower=3.45, upper=3.45), Value(lower=0.0, upper=15.6))
    >>> parse("> 1000", ".")
    Value(lower=1000.0, upper=inf)
    """
    stripped = text.strip()
    if stripped.casefold() in MISSING:
        return Value(math.nan, math.nan)
    if mark_of_range := out_of_range(stripped):
        raise NotAValueError(A_LIMIT, ask_limit(mark_of_range.side, stripped))
    match = _VALUE.fullmatch(stripped)
    if match is None:
        raise NotAValueError(A_VALUE, remedy_for(stripped))
    number = _without_thousands(match["number"], mark)
    if number is None:
        raise _refused_mark(match["bound"], match["number"], mark)
    value = float(number)
    if (value or _nonzero(number)) and not MIN_MEASURABLE <= abs(value) <= MAX_MEASURABLE:
        raise NotAValueError(
            f"a number that can be measured, from {MIN_MEASURABLE:g} to {MAX_MEASURABLE:g}",
            "Check the value and its exponent.",
        )
    if not match["bound"]:
        return Value(value, value)
    sign: Literal["<", ">"] = "<" if match["bound"] in ("<", "≤", "<=") else ">"
    if value <= 0:
        raise NotAValueError(f"a limit above zero after {sign!r}", ask_limit(sign, stripped))
    return Value(0.0, value) if sign == "<" else Value(value, math.inf)


def _without_thousands(number: str, mark: str) -> str | None:
    """A number as Python writes it, without thousands separators; None if its marks do not fit this decimal mark.

    >>> _without_thousands("1,200,000.5", "."), _without_thousands("1\u2019250,5", ",")
    ('1200000.5', '1250.5')
    >>> _without_thousands("12,50", ".") is None
    True
    """
    other = re.escape("," if mark == "." else ".")
    point = re.escape(mark)
    match = re.fullmatch(
        rf"(?P<sign>[+\-−]?)(?P<whole>\d*|[1-9]\d{{0,2}}(?P<between>[{other}{THOUSANDS_MARKS}])\d{{3}}(?:(?P=between)\d{{3}})*)"
        rf"(?:{point}(?P<decimals>\d*))?(?P<exponent>[eE][+\-−]?\d+)?",
        number,
    )
    if match is None:
        return None
    whole = re.sub(r"\D", "", match["whole"])
    return f"{match['sign']}{whole or 0}.{match['decimals'] or 0}{match['exponent'] or ''}".replace("−", "-")


def _refused_mark(bound: str, number: str, mark: str) -> NotAValueError:
    """Why a number does not fit the decimal mark of its column, and how to write it."""
    if DATE.fullmatch(number):
        return NotAValueError(A_VALUE, remedy_for(number))
    other, name = ("," if mark == "." else "."), ("point" if mark == "." else "comma")
    if number.count(other) == 1 and mark not in number:
        return NotAValueError(
            f"a decimal {name}, as in the rest of the file", f"Write {bound}{number.replace(other, mark)}."
        )
    return NotAValueError(
        f"a number with a decimal {name}", "Write the number without thousands separators, and with one decimal mark."
    )


def _nonzero(number: str) -> bool:
    """Whether a number is too small for the computer, and not zero."""
    return bool(re.match(r"[^eE]*[1-9]", number))


def reciprocal(text: str) -> str:
    """Return the reciprocal of a titre: 16 for 1:16.

    >>> reciprocal("1:16"), reciprocal("<1/2"), reciprocal("32"), reciprocal("11:16")
    ('16', '<2', '32', '11:16')
    """
    return re.sub(rf"^\s*([<>≤≥]?)\s*1\s*[:/]\s*(?=\d[\d.,{THOUSANDS_MARKS}]*\s*$)", r"\1", text)


def is_value(text: str) -> bool:
    """Return whether a cell is a value, a word for a missing value, or a word for a limit.

    >>> is_value("<15,6"), is_value("ND"), is_value("pg/mL")
    (True, True, False)
    """
    if limit_passed(text):
        return True
    for mark in (".", ","):
        with suppress(NotAValueError):
            parse(text, mark)
            return True
    return False
