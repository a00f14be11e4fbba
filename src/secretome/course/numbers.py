"""Read the number that a student gives as an answer, in any usual notation."""

import math
import re
from typing import NamedTuple

import numpy as np

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
SPACES = "\u00a0\u2009\u202f"
_SIMPLE = r"(?:\d+(?:[.,]\d+)*|[.,]\d+)"
_POWER = r"(?:\s*[×xX*·]\s*10\s*(?:(?:\^|\*\*)\s*\(?\s*(?P<{0}>[+-]?\d+)\s*\)?|(?P<{0}_sign>[+-]\d+)))"
# A digit after a letter is part of a name, such as IL-6 or log2; after a times sign it is a number, as in x0.34.
NUMBER = re.compile(
    r"(?<![^\W\d_])(?<![^\W\d_]-)(?<![\d.,])(?P<sign>[+-]?)\s?"
    rf"(?:10\s*(?:\^|\*\*)\s*\(?\s*(?P<alone>[+-]?\d+)\s*\)?|(?P<digits>{_SIMPLE})"
    rf"(?:[eE](?P<exponent>[+-]?\d+)|{_POWER.format('power')})?"
    rf"(?:\s*/\s*(?P<divisor>{_SIMPLE}))?)(?P<percent>\s*(?:%|per ?cent\b))?"
)
# "37 % lower" may mean 0.37, 0.63 or 1 / 1.37.
CHANGE = re.compile(
    r"\b(?:lower|less|fewer|smaller|higher|larger|greater|more|decreas\w*|reduc\w*|increas\w*|f[ae]ll\w*|drop\w*"
    r"|ris\w*|rose|raise\w*)\b"
)
GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*")


# Why no number was read, as the end of a sentence.
SEVERAL, CHANGED, NONE = "several numbers", "a change", "no number"
PROBLEMS = {
    SEVERAL: "it contains several numbers; give one",
    CHANGED: "it states a change, which can be read in two ways; give the ratio itself",
    NONE: "not a number",
}


class Reading(NamedTuple):
    """What a text may mean: its possible values, the most likely first, and whether it is an upper bound.

    `problem` is one of `PROBLEMS` if nothing was read, and otherwise empty.
    """

    values: tuple[float, ...]
    bound: bool = False
    problem: str = ""


def read_number(answer: object) -> Reading:
    """Read a number of any library, an array or series of one value, or a text with words and units around it.

    A percentage is read as the number and as the fraction, and one that is grouped like 12,870 with each meaning of its
    mark: an answer is right if one of its meanings is.

    Examples
    --------
    >>> read_number("p = 0,0056").values, read_number("2.05×10^-2").values, read_number("1/10").values
    ((0.0056,), (0.0205,), (0.1,))
    >>> read_number("45.4%").values, read_number("0.63-fold").values, read_number("IL-6: 36 pg/mL").values
    ((0.454, 45.4), (0.63,), (36.0,))
    >>> read_number("<0.001"), read_number("37 % lower").problem
    (Reading(values=(0.001,), bound=True, problem=''), 'a change')
    """
    if isinstance(answer, str):
        return _read_text(answer)
    if answer is None or isinstance(answer, bool | np.bool_ | bytes | complex | np.complexfloating):
        return Reading((), problem=NONE)
    try:
        values = np.asarray(answer).ravel()
        if values.size != 1 or np.ma.is_masked(answer):
            return Reading((), problem=SEVERAL if values.size > 1 else NONE)
        value = values.tolist()[0]
        if isinstance(value, str):
            return _read_text(value)
        number = math.nan if isinstance(value, bool) else float(value)
    except Exception:  # An object of another library may raise any error.
        return Reading((), problem=NONE)
    return Reading((number,)) if math.isfinite(number) else Reading((), problem=NONE)


def _read_text(text: str) -> Reading:
    text = _plain(text)
    found = list(NUMBER.finditer(text))
    if len(found) != 1:
        return Reading((), problem=SEVERAL if found else NONE)
    match = found[0]
    if CHANGE.search(text.casefold()):
        return Reading((), problem=CHANGED)
    bound = bool(re.search(r"[<≤]\s*=?\s*$", text[: match.start()]))
    values = _values(match)
    if match["percent"]:
        values = [meaning for value in values for meaning in (value, float(f"{100 * value:.12g}"))]
    return Reading(tuple(values), bound) if values else Reading((), problem=NONE)


def _plain(text: str) -> str:
    """A text with ASCII signs, exponents after `^`, and without spaces between groups of three digits."""
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda run: "^" + run[0].translate(SUPERSCRIPTS), text)
    text = text.translate({ord("−"): "-", ord("–"): "-", **{ord(space): " " for space in SPACES}})
    text = re.sub(r"(?<![\d.,])(\d{1,3}(?: \d{3})+)(?!\d)", lambda run: run[1].replace(" ", ""), text)
    return re.sub(r"(^|[^\w\s.,)]\s*|[^\W\d]\s+)[xX×*](?=\s*[\d.,])", r"\1 ", text)


def _values(match: re.Match[str]) -> list[float]:
    """The values that a number may have, without its sign of per cent; none if it is out of range."""
    exponent = match["alone"] or match["exponent"] or match["power"] or match["power_sign"] or "0"
    digits = ["1"] if match["alone"] else _meanings(match["digits"])
    divisors = [float(text) for text in _meanings(match["divisor"])] if match["divisor"] else [1.0]
    shift = int(exponent) - (2 if match["percent"] else 0)
    values = [float(f"{match['sign']}{text}e{shift}") / by for text in digits for by in divisors if by]
    return [value for value in values if math.isfinite(value)]


def _meanings(digits: str) -> list[str]:
    """Digits with a decimal mark, a thousands separator, or a mark that may be either, as Python writes them."""
    marks = re.sub(r"\d", "", digits)
    ungrouped = [re.sub(r"[.,]", "", digits)] if GROUPED.fullmatch(digits) else []
    if len(marks) <= 1:
        return [digits.replace(",", "."), *ungrouped]
    # In 1,234.5 the last mark is the decimal mark; 1.2.3 is no number.
    at = digits.rindex(marks[-1])
    before, after = digits[:at], digits[at + 1 :]
    if not ungrouped and marks[-1] not in before and GROUPED.fullmatch(before):
        return [f"{re.sub(r'[.,]', '', before)}.{after}"]
    return ungrouped
