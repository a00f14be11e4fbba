"""Cells in which a program states that a value is outside the range of its assay, in place of or next to a number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from secretome.cohort.files.words import NUMBER, limit_passed
from secretome.cohort.units import canonical, factor, is_unit
from secretome.protocol import Endpoint

# The side of the range: below, above, either (not stated), or a mark that may also mean an error or an exclusion.
Side = Literal["<", ">", "?", "extrapolated", "unreported", "excluded"]
_EXTRAPOLATED = re.compile(rf"\*+\s*(?P<number>{NUMBER})")
_STARRED = re.compile(rf"(?P<number>{NUMBER})\s*\*+")
_UNREPORTED = re.compile(r"-{3,}|\*{2,}|[–—]{2,}|error|err|mask(ed)?|failed|fail|invalid", re.IGNORECASE)
_ZERO_LIMIT = re.compile(r"([<>≤≥])=?\s*0*[.,]?0+")
_NUMBER_AND_WORD = re.compile(rf"(?P<number>{NUMBER})\s*[,;]?\s*[(\[]?\s*(?P<word>[^\d\s(\[][^)\]]*?)\s*[)\]]?")
_NUMBER_AND_UNIT = re.compile(rf"(?P<value>[<>≤≥]?=?\s*{NUMBER})\s*[(\[]?(?P<unit>[^\W\d_%][^()\[\]]*|%.*)[)\]]?")
# What to write instead; the text does not depend on the side, so that the cells of a column are reported together.
_LIMIT = (
    "rite the limit itself: <15.6, not {text!r}, where 15.6 stands for the assay's lowest standard, or >1000, where "
    "1000 stands for its highest"
)
_ASKED: dict[Side, str] = {
    "<": f"W{_LIMIT}{{columns}}.",
    ">": f"W{_LIMIT}{{columns}}.",
    "?": "The cell does not state whether the value is below its range or above. W" + _LIMIT + ".",
    "extrapolated": "A star before a number marks a value that a program extrapolated beyond the standards. W"
    f"{_LIMIT}{{columns}}.",
    "unreported": "Plate reader programs write this for an outlier, an error or a value outside the range. For an "
    f"outlier or an error, write the reason in a column 'exclude'; otherwise w{_LIMIT}.",
    "excluded": "In a text export of Prism a star marks an excluded value: write the reason in a column 'exclude', "
    f"with one row per animal. If it marks a value outside the assay's range, w{_LIMIT}. If it does not change the "
    "value, write the remark in a column 'note'.",
}


def ask_limit(side: Side, text: str, columns: str = "") -> str:
    """Return how to state the limit of a cell; `columns` says how to add columns of limits, if there can be some."""
    return _ASKED[side].format(text=text, columns=columns)


@dataclass(frozen=True)
class OutOfRange:
    """What a cell states: the side of the assay's range, and the number next to the mark, if there is one."""

    side: Side
    number: str = ""

    def censored_at(self, lower: float, upper: float, parse: Callable[[str], float]) -> tuple[float, float] | None:
        """The interval of the value between the limits of its assay (NaN if unknown); None if it is not certain."""
        if self.number:
            number = parse(self.number)
            below, above = number < lower and self.side != ">", number > upper and self.side != "<"
        else:
            below, above = self.side == "<" and not math.isnan(lower), self.side == ">" and not math.isnan(upper)
        return (0.0, lower) if below else (upper, math.inf) if above else None


def out_of_range(text: str) -> OutOfRange | None:
    """Return what a cell states about the range of its assay without a limit; None if it is another text.

    >>> out_of_range("OOR <"), out_of_range("9.8 (<LOD)")
    (OutOfRange(side='<', number=''), OutOfRange(side='<', number='9.8'))
    >>> out_of_range("*12.3")
    OutOfRange(side='extrapolated', number='12.3')
    >>> out_of_range("<15.6"), out_of_range("12.3 pg/mL"), out_of_range("n/a")
    (None, None, None)
    """
    stripped = text.strip()
    if side := limit_passed(stripped):
        return OutOfRange(side)
    if match := _ZERO_LIMIT.fullmatch(stripped):
        return OutOfRange("<" if match[1] in "<≤" else ">")
    if match := _EXTRAPOLATED.fullmatch(stripped):
        return OutOfRange("extrapolated", match["number"])
    if match := _STARRED.fullmatch(stripped):
        return OutOfRange("excluded", match["number"])
    if _UNREPORTED.fullmatch(stripped):
        return OutOfRange("unreported")
    match = _NUMBER_AND_WORD.fullmatch(stripped)
    side = limit_passed(match["word"]) if match else ""
    return OutOfRange(side, match["number"]) if match and side else None


def without_unit(text: str, endpoint: Endpoint) -> tuple[str, str]:
    """Return a cell's text without the unit after its number, and that unit; an empty unit if there is none.

    A unit is removed only if it is the endpoint's, or can be converted to it.
    """
    match = _NUMBER_AND_UNIT.fullmatch(text.strip())
    if match is None or match["unit"].strip() == "%":
        return text, ""
    unit = match["unit"].strip()
    if canonical(unit) == canonical(endpoint.unit) or factor(unit, endpoint.unit) or is_unit(unit):
        return match["value"].strip(), unit
    return text, ""
