"""The grammar of a measured value as laboratories write it: seen, censored, or missing."""

import math
import re
from dataclasses import dataclass

MISSING = frozenset({"", "na", "n/a", "nan", "-", "--", "."})
# These say that a limit was passed, but not which: the limit is what the analysis needs.
LIMITLESS = frozenset(
    {
        *("nd", "n.d.", "not detected", "not detectable", "undetected", "below detection", "bdl", "bld", "blq", "bql", "alq", "aql"),
        *(
            "lod",
            "<lod",
            "<lloq",
            "<loq",
            ">uloq",
            "oor",
            "oor<",
            "oor <",
            "<oor",
            "< oor",
            "oor>",
            "oor >",
            ">oor",
            "> oor",
            "out of range",
        ),
    }
)

_VALUE = re.compile(r"(?P<bound>[<>≤≥]?)\s*(?P<number>[+\-−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+\-−]?\d+)?)\s*(?P<percent>%?)")
_ONE_COMMA = re.compile(r"[^,]*,(\d*)\D*$")


@dataclass(frozen=True)
class Value:
    """What is known of a measurement: it lies in [lower, upper].

    ``lower == upper``: seen. ``lower == 0`` with a larger ``upper``: below a limit. ``upper == inf``: above one. Both NaN: missing.
    """

    lower: float
    upper: float

    @property
    def missing(self) -> bool:
        """Whether nothing is known."""
        return math.isnan(self.lower)

    @property
    def censored(self) -> bool:
        """Whether only a limit is known."""
        return self.lower < self.upper

    @property
    def seen(self) -> float:
        """The value itself; NaN if it is censored or missing."""
        return self.lower if self.lower == self.upper else math.nan


class Unreadable(ValueError):
    """A cell that is no value: what was expected, and how to mend it."""

    def __init__(self, expected: str, remedy: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.remedy = remedy


def decimal_mark(texts: list[str]) -> str:
    """The decimal mark of a column, ``"."`` or ``","``.

    Raises
    ------
    Unreadable
        When the column holds commas that could be either decimal or thousands marks.
    """
    commas = [text for text in texts if "," in text]
    if not commas or any("." in text and text.strip() not in MISSING for text in texts):
        return "."
    digits = [match.group(1) if (match := _ONE_COMMA.fullmatch(text.strip())) else "" for text in commas]
    if all(len(after) == 3 for after in digits):
        example = commas[0].strip()
        raise Unreadable(
            "a number that can be read in one way only",
            f"A comma before three digits may be a decimal or a thousands mark: "
            f"write {example.replace(',', '.')!s} or {example.replace(',', '')!s}.",
        )
    return ","


def parse(text: str, mark: str) -> Value:
    """Read one cell.

    Parameters
    ----------
    text : str
        The cell as it stands in the file.
    mark : {".", ","}
        The decimal mark of its column.

    Raises
    ------
    Unreadable
        When the cell is not a number, a censored value or one of the marks for missing.

    Examples
    --------
    >>> parse("3.45", ".")
    Value(lower=3.45, upper=3.45)
    >>> parse("<15,6", ",")
    Value(lower=0.0, upper=15.6)
    >>> parse("> 1000", ".")
    Value(lower=1000.0, upper=inf)
    """
    stripped = text.strip()
    if stripped.casefold() in MISSING:
        return Value(math.nan, math.nan)
    if stripped.casefold() in LIMITLESS:
        raise Unreadable(
            "a number, a censored value such as <15.6, or an empty cell", "Write the limit itself: <15.6, not " + stripped + "."
        )
    match = _VALUE.fullmatch(stripped)
    if match is None:
        raise Unreadable(
            "a number, a censored value such as <15.6, or an empty cell", "Correct the cell, or leave it empty if the value is missing."
        )
    number, bound = match["number"].replace("−", "-"), match["bound"]
    if "," in number and mark == ".":
        point, whole = (bound + number.replace(",", mark) for mark in (".", ""))
        raise Unreadable(
            "a decimal point, as in the rest of the column",
            f"Write {point} if the comma is a decimal mark, {whole} if it separates thousands.",
        )
    seen = float(number.replace(",", "."))
    if not math.isfinite(seen):
        raise Unreadable("a finite number", "Correct the cell.")
    if match["bound"] in ("<", "≤"):
        if seen <= 0:
            raise Unreadable("a limit above zero after '<'", "Write the assay's limit.")
        return Value(0.0, seen)
    if match["bound"] in (">", "≥"):
        return Value(seen, math.inf)
    return Value(seen, seen)


def is_value(text: str) -> bool:
    """Whether a cell would be read as a value, or as a mark for a missing or a limitless one, in a column of its own.

    >>> is_value("<15,6"), is_value("ND"), is_value("pg/mL")
    (True, True, False)
    """
    if text.strip().casefold() in LIMITLESS:
        return True
    try:
        parse(text, "," if "," in text else ".")
    except Unreadable:
        return False
    return True
