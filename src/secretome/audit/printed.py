"""Numbers as they stand in print: what a printed mean, p value or group size may stand for."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
# Beyond these no quantity is measured, and floating point ends.
LEAST, GREATEST = Decimal("1e-30"), Decimal("1e30")
RELATIONS = {"": "=", "=": "=", "<": "<", ">": ">", "<=": "≤", ">=": "≥", "≤": "≤", "≥": "≥"}


def half_unit(number: Decimal) -> float:
    """Half a unit of the last printed digit: how far what was rounded may lie from what is printed.

    >>> half_unit(Decimal("1.80")), half_unit(Decimal("182"))
    (0.005, 0.5)
    """
    return 0.5 * 10.0 ** int(number.as_tuple().exponent)


def may_be(number: Decimal) -> tuple[float, float]:
    """The least and the greatest value that rounds to a printed number."""
    return float(number) - half_unit(number), float(number) + half_unit(number)


def rounds_to(value: float, printed: Decimal) -> bool:
    """Whether a computed value may have been printed so, either way that a final 5 is rounded.

    >>> rounds_to(59.73, Decimal("61.31")), rounds_to(0.1812, Decimal("0.181"))
    (False, True)
    """
    return abs(value - float(printed)) <= half_unit(printed) * (1 + 1e-9)


@dataclass(frozen=True)
class PrintedP:
    """A p value as printed: ``0.181``, ``<0.0001``, ``0.000``.

    Attributes
    ----------
    relation : str
        ``=``, ``<``, ``≤``, ``>`` or ``≥``.
    value : Decimal
        The number, with all its printed digits.
    """

    relation: str
    value: Decimal

    def __str__(self) -> str:
        return f"{'' if self.relation == '=' else self.relation + ' '}{self.value}"

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest p that may stand behind it."""
        if self.relation in "<≤":
            return 0.0, float(self.value)
        if self.relation in ">≥":
            return float(self.value), 1.0
        low, high = may_be(self.value)
        return max(0.0, low), min(1.0, high)

    def holds(self, low: float, high: float) -> bool:
        """Whether any p between `low` and `high` may have been printed so."""
        least, greatest = self.limits
        return low <= greatest * (1 + 1e-9) and high >= least * (1 - 1e-9)


@dataclass(frozen=True)
class Size:
    """The animals of a group; where a paper prints "9 to 10", the fewest and the most."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"

    @property
    def possible(self) -> tuple[int, ...]:
        """The sizes to reckon with: both ends."""
        return (self.least,) if self.least == self.most else (self.least, self.most)


def _number(text: Any) -> Any:
    plain = str(text).strip().replace("−", "-")
    if not NUMBER.fullmatch(plain):
        raise ValueError("a number as it is printed, with a point before decimals and nothing between thousands")
    number = Decimal(plain)
    if number and not LEAST <= abs(number) <= GREATEST:
        raise ValueError(f"a number between {LEAST:g} and {GREATEST:g} in size")
    return number


def _p(text: Any) -> Any:
    if isinstance(text, PrintedP):
        return text
    parts = re.fullmatch(r"([<>=≤≥]{0,2})\s*(\d*\.?\d+([eE]-?\d+)?)", str(text).strip())
    if not parts or parts[1] not in RELATIONS or Decimal(parts[2]) > 1:
        raise ValueError("a p value as it is printed, such as 0.181, <0.0001 or 0.000")
    return PrintedP(RELATIONS[parts[1]], Decimal(parts[2]))


def _size(text: Any) -> Any:
    if isinstance(text, Size):
        return text
    parts = re.fullmatch(r"(\d{1,6})(?:\s+to\s+(\d{1,6}))?", str(text).strip())
    if not parts or int(parts[1]) < 1 or int(parts[2] or parts[1]) < int(parts[1]):
        raise ValueError("a number of animals from 1 upwards, such as 10, or 9 to 10")
    return Size(int(parts[1]), int(parts[2] or parts[1]))


Number = Annotated[Decimal, BeforeValidator(_number)]
P = Annotated[PrintedP, BeforeValidator(_p)]
N = Annotated[Size, BeforeValidator(_size)]
