"""Compare the number that a cell stores with the text that it displays: a limit, percent, unit, words or nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from secretome.cohort.files.number_format import Shown
from secretome.cohort.unreadable import limit_passed

Doubt = Literal["", "hidden", "scaled", "sign", "words", "unknown"]
LIMITS = ("<", ">", "≤", "≥", "<=", ">=")
# Spaces of every width, and marks that change the direction of text.
_SPACE = re.compile(r"[\s\u200e\u200f]+")
_NUMBER = re.compile(r"[-−]?(?:\d+(?:[ '’.,]\d{3})*(?:[.,]\d+)?|[.,]\d+)(?:E[-+]?\d+)?", re.IGNORECASE)
_FRACTION = re.compile(r"(?P<sign>[-−]?)(?:(?P<whole>\d+) )?(?P<over>\d+) ?/ ?(?P<under>\d+)")
_LIMIT = re.compile(r"(?:[<>≤≥]|<=|>=)\s*[\d.,]+")


@dataclass(frozen=True)
class Displayed:
    """A stored number and the text that its cell displays.

    Attributes
    ----------
    text : str
        The text to read: the stored number with all its digits, and the limit or percent sign that the cell displays
        with it.
    shown : str
        The displayed text, if it differs from `text`.
    unit : str
        The words after the number, which may be a unit.
    doubt : {"", "hidden", "scaled", "sign", "words", "unknown"}
        Why the number is not read as a value: the cell displays nothing, another power of a thousand, another sign, or
        words, or its format cannot be read.
    percent : bool
        Whether the cell shows the number times 100.
    stored : bool
        Whether `text` holds the stored number; if not, it is a limit or a word that the format displays instead.
    """

    text: str
    shown: str = ""
    unit: str = ""
    doubt: Doubt = ""
    percent: bool = False
    stored: bool = True


def displayed_text(value: str, shown: Shown | None) -> Displayed:
    """Compare a stored text with the displayed text.

    Examples
    --------
    >>> displayed_text("<15.6", Shown("<15.6 ng/mL")).unit, displayed_text("sham", Shown("")).doubt
    ('ng/mL', 'hidden')
    """
    text = _SPACE.sub(" ", value).strip()
    if shown is None or shown.text == value.strip() or not text:
        return Displayed(value)
    seen = _SPACE.sub(" ", shown.text).strip()
    if not seen:
        return Displayed(value, doubt="hidden")
    if seen.startswith(text):
        return Displayed(value, seen, seen.removeprefix(text).strip())
    return Displayed(value, seen, doubt="words")


def displayed(value: int | float, shown: Shown | None) -> Displayed:
    """Compare a stored number with the displayed text.

    Examples
    --------
    >>> displayed(0.12, Shown("0.12%")).text, displayed(0.12, Shown("12%", percent=True)).text
    ('0.12%', '12%')
    >>> displayed(15.6, Shown("<15.6")).text, displayed(7.1, Shown("<15.6")).text
    ('<15.6', '<15.6')
    >>> displayed(0.04, Shown("0.0 ng/mL")).text, displayed(0.04, Shown("0.0 ng/mL")).unit
    ('0.04', 'ng/mL')
    >>> displayed(15600, Shown("15.6")).doubt, displayed(-5, Shown("5")).doubt, displayed(3.2, Shown("3.2 *")).unit
    ('scaled', 'sign', '*')
    """
    if shown is None:
        return Displayed(plain(value), doubt="unknown")
    text = _SPACE.sub(" ", shown.text).strip()
    if not text:
        return Displayed(plain(value), doubt="hidden")
    stored = value * 100 if shown.percent else value
    number = f"{(Decimal(repr(value)) * 100).normalize():f}" if shown.percent else plain(value)
    if _is_fraction(text, value):
        return Displayed(number)
    found = _compared(text, stored, number)
    # A percentage without its sign would be read as the number itself.
    return replace(found, percent=shown.percent, text=number if shown.percent and found.doubt else found.text)


def _compared(text: str, stored: float, number: str) -> Displayed:
    for found in _NUMBER.finditer(text):
        if any(
            _agrees(candidate, abs(stored) if _negative_before(text, found) else stored)
            for candidate in _numbers(found[0])
        ):
            return _with_words(
                number, found[0], text[: found.start()].strip(), text[found.end() :].strip(), text, stored
            )
    # A format may display a limit instead of every number beyond it; the limit is read.
    if _LIMIT.fullmatch(text):
        return Displayed(text.replace("<=", "≤").replace(">=", "≥"), text, stored=False)
    if limit_passed(text):
        return Displayed(text, text, stored=False)
    return Displayed(number, text, doubt=_doubt(text, stored))


def _negative_before(text: str, found: re.Match[str]) -> bool:
    """Whether a number is in brackets or after a minus sign with a space, as accountants write negative numbers."""
    return bool(re.search(r"[(\-−] ?\W{0,3}$", text[: found.start()])) and not found[0].startswith(("-", "−"))


def _with_words(number: str, digits: str, before: str, after: str, text: str, stored: float) -> Displayed:
    """A number that agrees with the one stored, with the words around it."""
    if stored < 0 and before[:1] in ("(", "-", "−"):
        before, after = before[1:].strip(), after.removeprefix(")").strip()
    elif before == "+":
        before = ""
    if after.startswith("%"):
        number, words = f"{number}%", after if after != "%" else ""
    else:
        words = after
    if not before and not words:
        # Leading zeros are part of an id, and do not change a number.
        padded = (
            digits
            if digits.isdigit() and digits.startswith("0") and number.isdigit() and len(digits) > len(number)
            else number
        )
        return Displayed(padded)
    if before in LIMITS:
        return Displayed(f"{before[0].translate({ord('='): ''})}{number.removeprefix('-')}", text, words)
    if before:
        # Words before a number make it a name, such as 'rat 7'.
        return Displayed(text if re.search(r"[^\W\d_]", before) else number, text, doubt="words")
    return Displayed(number, text, words)


def _numbers(digits: str) -> Iterator[tuple[float, float]]:
    """Each number that some digits can be, with a decimal point or a decimal comma, and half of its last place."""
    digits = re.sub(r"[ '’]", "", digits.replace("−", "-").casefold())
    mantissa, _, exponent = digits.partition("e")
    for mark, other in ((".", ","), (",", ".")):
        whole = re.escape(other).join((r"-?\d{1,3}", r"(?:\d{2,3}" + re.escape(other) + r")*\d{3}"))
        if other in mantissa and not re.fullmatch(whole, mantissa.partition(mark)[0]):
            continue  # a mark that separates thousands stands before three digits: 2.2 is not 22
        text = mantissa.replace(other, "").replace(mark, ".")
        if text.count(".") <= 1:
            places = len(text.partition(".")[2]) - int(exponent or 0)
            yield float(f"{text}e{exponent or 0}"), 0.5 * 10.0**-places


def _agrees(candidate: tuple[float, float], stored: float) -> bool:
    """Whether a number, rounded, is the one stored."""
    number, half = candidate
    return abs(number - stored) <= half * (1 + 1e-9) + 1e-12 * abs(stored)


def _is_fraction(text: str, value: float) -> bool:
    found = _FRACTION.fullmatch(text)
    if not found or not int(found["under"]):
        return False
    number = int(found["whole"] or 0) + int(found["over"]) / int(found["under"])
    return abs((-number if found["sign"] else number) - value) <= 0.5 / int(found["under"]) + 1e-9


def _doubt(text: str, stored: float) -> Doubt:
    """The difference between the displayed number and the stored one."""
    for found in _NUMBER.finditer(text):
        for number, half in _numbers(found[0]):
            if _agrees((-number, half), stored):
                return "sign"
            if any(_agrees((number * 1000.0**power, half * 1000.0**power), stored) for power in (1, 2, 3)):
                return "scaled"
    return "words"


def plain(value: int | float) -> str:
    """A number with all its digits, and without a decimal point where it is whole.

    >>> plain(25.0), plain(0.1)
    ('25', '0.1')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
