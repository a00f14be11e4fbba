"""The grammar of a measured value as laboratories write it: seen, censored, or missing."""

import math
import re
from contextlib import suppress
from dataclasses import dataclass

from secretome.cohort.unreadable import DATE, LIMIT, limit_passed, remedy

MISSING = frozenset({"", "na", "n/a", "n.a.", "nan", "null", "-", "--", "–", "—", "."})
# Words in a column 'exclude' that keep the animal.
KEEP_WORDS = frozenset(
    (
        "none,no,0,false,n,f,keep,kept,use,used,include,included,not "
        "excluded,ok,okay,valid,nein,falsch,non,faux,нет,ложь"
    ).split(",")
)
# No assay gives a number beyond these, whatever its unit, and sums of squares of such numbers overflow.
SMALLEST, LARGEST = 1e-15, 1e15
# CellMetadata that can only be thousands separators: an apostrophe, or a no-break space.
THIN_MARKS = "'\u2019\u2007\u2009\u202f\xa0"
_VALUE = re.compile(
    rf"(?P<bound>(?:[<>≤≥]|[<>]=)?)\s*(?P<number>[+\-−]?(?:\d[\d.,{THIN_MARKS}]*|[.,]\d+)(?:[eE][+\-−]?\d+)?)\s*(?P<percent>%?)"
)
A_VALUE = "a number, a censored value such as <15.6, or an empty cell"


@dataclass(frozen=True)
class Value:
    """What is known of a measurement: it lies in [lower, upper].

    ``lower == upper``: seen. ``lower == 0`` with a larger ``upper``: below a limit. ``upper == inf``: above one. Both
    NaN: missing.
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

    def __init__(self, expected: str, told: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.remedy = told


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
    if side := limit_passed(stripped):
        raise Unreadable(A_VALUE, LIMIT[side].format(text=stripped))
    match = _VALUE.fullmatch(stripped)
    if match is None:
        raise Unreadable(A_VALUE, remedy(stripped))
    number = _without_thousands(match["number"], mark)
    if number is None:
        raise _refused_mark(match["bound"], match["number"], mark)
    seen = float(number)
    if (seen or _nonzero(number)) and not SMALLEST <= abs(seen) <= LARGEST:
        raise Unreadable(
            f"a number that can be measured, from {SMALLEST:g} to {LARGEST:g}", "Check the value and its exponent."
        )
    if match["bound"] in ("<", "≤", "<="):
        if seen <= 0:
            raise Unreadable("a limit above zero after '<'", LIMIT["<"].format(text=stripped))
        return Value(0.0, seen)
    if match["bound"]:
        if seen <= 0:
            raise Unreadable("a limit above zero after '>'", LIMIT[">"].format(text=stripped))
        return Value(seen, math.inf)
    return Value(seen, seen)


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
        rf"(?P<sign>[+\-−]?)(?P<whole>\d*|[1-9]\d{{0,2}}(?P<between>[{other}{THIN_MARKS}])\d{{3}}(?:(?P=between)\d{{3}})*)"
        rf"(?:{point}(?P<decimals>\d*))?(?P<exponent>[eE][+\-−]?\d+)?",
        number,
    )
    if match is None:
        return None
    whole = re.sub(r"\D", "", match["whole"])
    return f"{match['sign']}{whole or 0}.{match['decimals'] or 0}{match['exponent'] or ''}".replace("−", "-")


def _refused_mark(bound: str, number: str, mark: str) -> Unreadable:
    """Why a number does not fit the decimal mark of its column, and how to write it."""
    if DATE.fullmatch(number):
        return Unreadable(A_VALUE, remedy(number))
    other, name = ("," if mark == "." else "."), ("point" if mark == "." else "comma")
    if number.count(other) == 1 and mark not in number:
        return Unreadable(
            f"a decimal {name}, as in the rest of the file", f"Write {bound}{number.replace(other, mark)}."
        )
    return Unreadable(
        f"a number with a decimal {name}", "Write the number without thousands separators, and with one decimal mark."
    )


def _nonzero(number: str) -> bool:
    """Whether a number is too small for the computer, and not zero."""
    return bool(re.match(r"[^eE]*[1-9]", number))


def reciprocal(text: str) -> str:
    """A titre without the one that it is a share of.

    >>> reciprocal("1:16"), reciprocal("<1/2"), reciprocal("32"), reciprocal("11:16")
    ('16', '<2', '32', '11:16')
    """
    return re.sub(rf"^\s*([<>≤≥]?)\s*1\s*[:/]\s*(?=\d[\d.,{THIN_MARKS}]*\s*$)", r"\1", text)


def is_value(text: str) -> bool:
    """Whether a cell would be read as a value, or as a mark for a missing or a limitless one, in a column of its own.

    >>> is_value("<15,6"), is_value("ND"), is_value("pg/mL")
    (True, True, False)
    """
    if limit_passed(text):
        return True
    for mark in (".", ","):
        with suppress(Unreadable):
            parse(text, mark)
            return True
    return False
