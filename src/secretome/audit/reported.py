"""Reported numbers: the values that may have been rounded to a reported mean, p-value or group size."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from secretome.protocol.fields import Before

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
# Outside these limits the number is a slip, and floating-point arithmetic may fail.
MIN_ABSOLUTE, MAX_ABSOLUTE = Decimal("1e-30"), Decimal("1e30")
RELATIONS = {"": "=", "=": "=", "<": "<", ">": ">", "<=": "≤", ">=": "≥", "≤": "≤", "≥": "≥"}


def half_unit(number: Decimal) -> float:
    """Half a unit of the last reported digit: the largest rounding error.

    >>> half_unit(Decimal("1.80")), half_unit(Decimal("182"))
    (0.005, 0.5)
    """
    return 0.5 * 10.0 ** int(number.as_tuple().exponent)


def rounding_limits(number: Decimal) -> tuple[float, float]:
    """The smallest and the largest value that rounds to a reported number."""
    return float(number) - half_unit(number), float(number) + half_unit(number)


@dataclass(frozen=True)
class ReportedP:
    """A p-value as reported: ``0.181``, ``<0.0001``, ``0.000``.

    Attributes
    ----------
    relation : str
        ``=``, ``<``, ``≤``, ``>`` or ``≥``.
    value : Decimal
        The number, with all its reported digits.
    """

    relation: str
    value: Decimal

    def __str__(self) -> str:
        return f"{'' if self.relation == '=' else self.relation + ' '}{self.value}"

    @property
    def limits(self) -> tuple[float, float]:
        """The smallest and the largest p that would be reported as this."""
        if self.relation in "<≤":
            return 0.0, float(self.value)
        if self.relation in ">≥":
            return float(self.value), 1.0
        low, high = rounding_limits(self.value)
        return max(0.0, low), min(1.0, high)

    def is_compatible(self, low: float, high: float) -> bool:
        """Whether some p between `low` and `high` would be reported as this."""
        smallest, largest = self.limits
        return low <= largest * (1 + 1e-9) and high >= smallest * (1 - 1e-9)


@dataclass(frozen=True)
class Size:
    """The number of animals in a group; two limits if the paper reports a range such as "9 to 10"."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"

    @property
    def possible(self) -> tuple[int, ...]:
        """The sizes to calculate with: the limits."""
        return (self.least,) if self.least == self.most else (self.least, self.most)


def _number(text: Any) -> Any:
    plain = str(text).strip().replace("−", "-")
    if not NUMBER.fullmatch(plain):
        raise ValueError("a number as reported, with a decimal point and no thousands separator")
    number = Decimal(plain)
    if number and not MIN_ABSOLUTE <= abs(number) <= MAX_ABSOLUTE:
        raise ValueError(f"a number between {MIN_ABSOLUTE:g} and {MAX_ABSOLUTE:g} in size")
    return number


def _p(text: Any) -> Any:
    if isinstance(text, ReportedP):
        return text
    parts = re.fullmatch(r"([<>=≤≥]{0,2})\s*(\d*\.?\d+([eE]-?\d+)?)", str(text).strip())
    if not parts or parts[1] not in RELATIONS or Decimal(parts[2]) > 1:
        raise ValueError("a p-value as reported, such as 0.181, <0.0001 or 0.000")
    return ReportedP(RELATIONS[parts[1]], Decimal(parts[2]))


def _size(text: Any) -> Any:
    if isinstance(text, Size):
        return text
    parts = re.fullmatch(r"(\d{1,6})(?:\s+to\s+(\d{1,6}))?", str(text).strip())
    if not parts or int(parts[1]) < 1 or int(parts[2] or parts[1]) < int(parts[1]):
        raise ValueError("a number of animals from 1 upwards, such as 10, or 9 to 10")
    return Size(int(parts[1]), int(parts[2] or parts[1]))


Number = Annotated[Decimal, Before(_number)]
P = Annotated[ReportedP, Before(_p)]
N = Annotated[Size, Before(_size)]
