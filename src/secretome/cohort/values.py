"""The grammar of a measured value as laboratories write it: seen, censored, or missing."""

import math
import re
from dataclasses import dataclass

MISSING = frozenset({"", "na", "n/a", "n.a.", "nan", "null", "-", "--", "–", "—", "."})
# These say that a limit was passed, but not which: the limit is what the analysis needs. Spaces and points are forgiven.
LIMITLESS = frozenset(
    {
        *("nd", "notdetected", "notdetectable", "undetected", "undetectable", "belowdetection", "belowlimit", "belowrange"),
        *(
            "bdl",
            "bld",
            "blq",
            "bql",
            "blod",
            "bloq",
            "blloq",
            "belowlod",
            "belowloq",
            "belowlloq",
            "alq",
            "aql",
            "lod",
            "loq",
            "lloq",
            "uloq",
        ),
        *("<lod", "<lloq", "<loq", "<dl", ">uloq", "aboveuloq", "oor", "oor<", "<oor", "oor>", ">oor", "outofrange"),
    }
)
# No assay gives a number beyond these, whatever its unit, and sums of squares of such numbers overflow.
SMALLEST, LARGEST = 1e-15, 1e15
# Why a cell is no value, where its form tells; and what to write.
FORMS = (
    (
        r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)",
        "Mend the formula of the spreadsheet or type the value; empty the cell if it is missing.",
    ),
    (
        r"[<>≤≥~]?\s*\d{1,3}([ .,'’\u202f\xa0]\d{3})+([.,]\d+)?",
        "Write the number without marks between thousands, and with one decimal mark.",
    ),
    (
        r"\d{1,2}[./-](\d{1,2}|[^\W\d]{3,4})([./-]\d{2,4})?\.?|[^\W\d]{3}-\d{2}",
        "Type one value: this is two numbers, or a date that a spreadsheet made of one.",
    ),
    (r"[\d.,]+\s*[x×*·]\s*10\s*\^?\s*-?\d+", "Write it as 1.2e4, or in full."),
    (r"[\d.,]+\s*±.*", "Write one animal's value: a mean with a spread is none."),
    (r"[\d.,]+\s*([-–/;,&]|to)\s*[\d.,]+", "Write one number; wells of one animal are rows numbered in a column 'replicate'."),
    (
        r"[<>≤≥]?\s*[\d.,]+\s*[*†#a-z()].*|'[\d.,]+",
        "Write the number alone: a unit belongs into the header, a remark into a column 'note'.",
    ),
    (
        r"[~≈].*|(less|more|greater) than.*|[\d.,]+\s*[<>]",
        "Write '<15.6' for a value below a limit, '>1000' for one above, and a number for any other.",
    ),
)


def limitless(text: str) -> bool:
    """Whether a cell says that a limit was passed, but not which.

    >>> limitless("n.d."), limitless("< LOD"), limitless("Out of range"), limitless("<15.6")
    (True, True, True, False)
    """
    return re.sub(r"[\s.]", "", text.casefold()) in LIMITLESS


_VALUE = re.compile(r"(?P<bound>[<>≤≥]?)\s*(?P<number>[+\-−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+\-−]?\d+)?)\s*(?P<percent>%?)")
A_VALUE = "a number, a censored value such as <15.6, or an empty cell"
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


def has_mark(text: str, mark: str) -> bool:
    """Whether a point or a comma stands beside a digit: those of 'n.d.' and of a remark say nothing.

    >>> has_mark("3.45", "."), has_mark("n.d.", "."), has_mark(".5", ".")
    (True, False, True)
    """
    return bool(re.search(rf"\d{re.escape(mark)}|{re.escape(mark)}\d", text))


def decimal_mark(texts: list[str]) -> str:
    """The decimal mark of a column, ``"."`` or ``","``.

    Raises
    ------
    Unreadable
        When the column holds commas that could be either decimal or thousands marks.
    """
    commas = [text for text in texts if has_mark(text, ",")]
    if not commas or any(has_mark(text, ".") for text in texts):
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
    if limitless(stripped):
        raise Unreadable(A_VALUE, f"Write the limit itself: <15.6, not {stripped!r}.")
    match = _VALUE.fullmatch(stripped)
    if match is None:
        usual = "Correct the cell, or leave it empty if the value is missing."
        raise Unreadable(A_VALUE, next((remedy for form, remedy in FORMS if re.fullmatch(form, stripped, re.IGNORECASE)), usual))
    number, bound = match["number"].replace("−", "-"), match["bound"]
    if "," in number and mark == ".":
        point, whole = (bound + number.replace(",", mark) for mark in (".", ""))
        raise Unreadable(
            "a decimal point, as in the rest of the column",
            f"Write {point} if the comma is a decimal mark, {whole} if it separates thousands.",
        )
    seen = float(number.replace(",", "."))
    if (seen or _nonzero(number)) and not SMALLEST <= abs(seen) <= LARGEST:
        raise Unreadable(f"a number that can be measured, from {SMALLEST:g} to {LARGEST:g}", "Check the value and its exponent.")
    if match["bound"] in ("<", "≤"):
        if seen <= 0:
            raise Unreadable("a limit above zero after '<'", "Write the assay's limit.")
        return Value(0.0, seen)
    if match["bound"] in (">", "≥"):
        return Value(seen, math.inf)
    return Value(seen, seen)


def _nonzero(number: str) -> bool:
    """Whether a number is too small for the computer, and not zero."""
    return bool(re.match(r"[^eE]*[1-9]", number))


def reciprocal(text: str) -> str:
    """A titre without the one that it is a share of.

    >>> reciprocal("1:16"), reciprocal("<1/2"), reciprocal("32"), reciprocal("11:16")
    ('16', '<2', '32', '11:16')
    """
    return re.sub(r"^\s*([<>≤≥]?)\s*1\s*[:/]\s*(?=\d+\s*$)", r"\1", text)


def is_value(text: str) -> bool:
    """Whether a cell would be read as a value, or as a mark for a missing or a limitless one, in a column of its own.

    >>> is_value("<15,6"), is_value("ND"), is_value("pg/mL")
    (True, True, False)
    """
    if limitless(text):
        return True
    try:
        parse(text, "," if "," in text else ".")
    except Unreadable:
        return False
    return True
