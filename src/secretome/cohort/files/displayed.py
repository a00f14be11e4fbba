"""Compare the number that a cell stores with the text that it displays: a limit, percent, unit, words or nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from secretome.cohort.files.number_format import RenderedText
from secretome.cohort.files.sheet import Mismatch
from secretome.cohort.files.words import limit_passed

LIMIT_SIGNS = ("<", ">", "≤", "≥", "<=", ">=")
# Spaces of every width, and marks that change the direction of text.
_SPACE = re.compile(r"[\s\u200e\u200f]+")
_NUMBER = re.compile(r"[-−]?(?:\d+(?:[ '’.,]\d{3})*(?:[.,]\d+)?|[.,]\d+)(?:E[-+]?\d+)?", re.IGNORECASE)
_FRACTION = re.compile(r"(?P<sign>[-−]?)(?:(?P<whole>\d+) )?(?P<over>\d+) ?/ ?(?P<under>\d+)")
_LIMIT = re.compile(r"(?:[<>≤≥]|<=|>=)\s*[\d.,]+")


@dataclass(frozen=True)
class DisplayedNumber:
    """A stored number and the text that its cell displays.

    `text` is the text to read: the stored number with all its digits, and the limit or percent sign that the cell
    displays with it, or (not `stored`) a limit or a word that the format displays instead. The other fields are as in
    `Cell`.
    """

    text: str
    displayed: str = ""
    unit: str = ""
    mismatch: Mismatch = ""
    percent: bool = False
    stored: bool = True


def compare_text(value: str, rendered: RenderedText | None) -> DisplayedNumber:
    """Compare a stored text with the displayed text.

    >>> compare_text("<15.6", RenderedText("<15.6 ng/mL")).unit, compare_text("sham", RenderedText("")).mismatch
    ('ng/mL', 'invisible')
    """
    text = _SPACE.sub(" ", value).strip()
    if rendered is None or rendered.text == value.strip() or not text:
        return DisplayedNumber(value)
    displayed = _SPACE.sub(" ", rendered.text).strip()
    if not displayed:
        return DisplayedNumber(value, mismatch="invisible")
    if displayed.startswith(text):
        return DisplayedNumber(value, displayed, displayed.removeprefix(text).strip())
    return DisplayedNumber(value, displayed, mismatch="words")


def compare_number(value: int | float, rendered: RenderedText | None) -> DisplayedNumber:
    """Compare a stored number with the displayed text.

    >>> percent = RenderedText("12%", percent=True)
    >>> compare_number(0.12, RenderedText("0.12%")).text, compare_number(0.12, percent).text
    ('0.12%', '12%')
    >>> compare_number(15.6, RenderedText("<15.6")).text, compare_number(7.1, RenderedText("<15.6")).text
    ('<15.6', '<15.6')
    >>> compare_number(0.04, RenderedText("0.0 ng/mL")).text, compare_number(0.04, RenderedText("0.0 ng/mL")).unit
    ('0.04', 'ng/mL')
    >>> compare_number(15600, RenderedText("15.6")).mismatch, compare_number(-5, RenderedText("5")).mismatch
    ('scaled', 'sign')
    """
    if rendered is None:
        return DisplayedNumber(format_number(value), mismatch="unknown")
    text = _SPACE.sub(" ", rendered.text).strip()
    if not text:
        return DisplayedNumber(format_number(value), mismatch="invisible")
    scaled = value * 100 if rendered.percent else value
    number = f"{(Decimal(repr(value)) * 100).normalize():f}" if rendered.percent else format_number(value)
    if _is_fraction(text, value):
        return DisplayedNumber(number)
    result = _compare(text, scaled, number)
    # A percentage without its sign would be read as the number itself.
    return replace(
        result, percent=rendered.percent, text=number if rendered.percent and result.mismatch else result.text
    )


def format_number(value: int | float) -> str:
    """Return a number with all its digits, and without a decimal point if it is whole.

    >>> format_number(25.0), format_number(0.1)
    ('25', '0.1')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _compare(text: str, stored: float, number: str) -> DisplayedNumber:
    for match in _NUMBER.finditer(text):
        signed = abs(stored) if _negative_before(text, match) else stored
        if any(_agrees(candidate, signed) for candidate in _possible_numbers(match[0])):
            return _with_words(number, match, text, stored)
    # A format may display a limit instead of every number beyond it; the limit is read.
    if _LIMIT.fullmatch(text):
        return DisplayedNumber(text.replace("<=", "≤").replace(">=", "≥"), text, stored=False)
    if limit_passed(text):
        return DisplayedNumber(text, text, stored=False)
    return DisplayedNumber(number, text, mismatch=_number_mismatch(text, stored))


def _negative_before(text: str, match: re.Match[str]) -> bool:
    """Whether a number is in brackets or after a minus sign with a space, as accountants write negative numbers."""
    return bool(re.search(r"[(\-−] ?\W{0,3}$", text[: match.start()])) and not match[0].startswith(("-", "−"))


def _with_words(number: str, match: re.Match[str], text: str, stored: float) -> DisplayedNumber:
    """A displayed number that agrees with the stored one, with the words around it."""
    digits, before, words = match[0], text[: match.start()].strip(), text[match.end() :].strip()
    if stored < 0 and before[:1] in ("(", "-", "−"):
        before, words = before[1:].strip(), words.removeprefix(")").strip()
    elif before == "+":
        before = ""
    if words.startswith("%"):
        number, words = f"{number}%", words if words != "%" else ""
    if not before and not words:
        # Leading zeros are part of an id, and do not change a number.
        padded = digits.isdigit() and digits.startswith("0") and number.isdigit() and len(digits) > len(number)
        return DisplayedNumber(digits if padded else number)
    if before in LIMIT_SIGNS:
        return DisplayedNumber(f"{before[0]}{number.removeprefix('-')}", text, words)
    if before:
        # Words before a number make it a name, such as 'rat 7'.
        return DisplayedNumber(text if re.search(r"[^\W\d_]", before) else number, text, mismatch="words")
    return DisplayedNumber(number, text, words)


def _possible_numbers(digits: str) -> Iterator[tuple[float, float]]:
    """Each number that digits may represent, with a decimal point or a decimal comma, and half of its last place."""
    digits = re.sub(r"[ '’]", "", digits.replace("−", "-").casefold())
    mantissa, _, exponent = digits.partition("e")
    for mark, other in ((".", ","), (",", ".")):
        separator = re.escape(other)
        grouped = rf"-?\d{{1,3}}{separator}(?:\d{{2,3}}{separator})*\d{{3}}"
        if other in mantissa and not re.fullmatch(grouped, mantissa.partition(mark)[0]):
            continue  # a thousands separator precedes three digits: 2.2 is not 22
        text = mantissa.replace(other, "").replace(mark, ".")
        if text.count(".") <= 1:
            places = len(text.partition(".")[2]) - int(exponent or 0)
            yield float(f"{text}e{exponent or 0}"), 0.5 * 10.0**-places


def _agrees(candidate: tuple[float, float], stored: float) -> bool:
    """Whether a number equals the stored one, apart from rounding."""
    number, half_place = candidate
    return abs(number - stored) <= half_place * (1 + 1e-9) + 1e-12 * abs(stored)


def _is_fraction(text: str, value: float) -> bool:
    match = _FRACTION.fullmatch(text)
    if not match or not int(match["under"]):
        return False
    number = int(match["whole"] or 0) + int(match["over"]) / int(match["under"])
    return abs((-number if match["sign"] else number) - value) <= 0.5 / int(match["under"]) + 1e-9


def _number_mismatch(text: str, stored: float) -> Mismatch:
    """The difference between the displayed number and the stored one."""
    for match in _NUMBER.finditer(text):
        for number, half_place in _possible_numbers(match[0]):
            if _agrees((-number, half_place), stored):
                return "sign"
            if any(_agrees((number * 1000.0**power, half_place * 1000.0**power), stored) for power in (1, 2, 3)):
                return "scaled"
    return "words"
