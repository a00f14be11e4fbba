"""Number formats of spreadsheets: the text that a cell displays for a stored number.

A format has up to four sections, for positive numbers, negative numbers, zero and text, and may state conditions of its
own: ``[<15.6]"<15.6";0.0``. Numbers are rendered as a spreadsheet does, with two simplifications: a fraction is
displayed as a decimal number, and an exponent is not limited to multiples of three.
"""

import operator
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

GENERAL = "General"
CONDITIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
# One element of a section: quoted text, escaped character, padding, bracket, run of digit places, or other character.
_ELEMENT = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<padding>.)|\*(?P<repeated>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General)'
    r"|(?P<places>[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+,*)(?P<exponent>E[+-]?[0#?]+)?|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class RenderedText:
    """The displayed text of a cell, without spaces around it.

    `percent` tells whether the format multiplies the number by 100; a percent sign in quotation marks does not.
    """

    text: str
    percent: bool = False


@dataclass(frozen=True)
class _Section:
    condition: tuple[str, float] | None
    parts: tuple[tuple[str, str], ...]


def render(value: float | str, code: str) -> RenderedText | None:
    """Return the displayed text of a number or text; None for a date format or a format that cannot be read.

    >>> render(0.12, '0.00"%"'), render(0.12, "0.00%")
    (RenderedText(text='0.12%', percent=False), RenderedText(text='12.00%', percent=True))
    >>> render(7.1, '[<15.6]"<15.6";0.0').text, render(15600, "0.0,").text, render(3, ";;;").text
    ('<15.6', '15.6', '')
    """
    sections = _sections(code)
    if isinstance(value, str):
        with_text = (section for section in sections if any(kind == "text" for kind, _ in section.parts))
        section = sections[3] if len(sections) > 3 else next(with_text, None)
        texts = (
            [value if kind == "text" or part == GENERAL else part for kind, part in section.parts]
            if section
            else [value]
        )
        return RenderedText("".join(texts).strip())
    section, unsigned = _select_section(sections, value)
    if section is None or any(kind == "date" for kind, _ in section.parts):
        return None
    return _render_number(abs(value) if unsigned else value, section.parts)


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[_Section, ...]:
    """Split a format at the semicolons outside of quotation marks."""
    sections: list[_Section] = []
    parts: list[tuple[str, str]] = []
    condition: tuple[str, float] | None = None
    # openpyxl leaves the semicolons out of one format that workbooks name by its number alone.
    for match in _ELEMENT.finditer((code or GENERAL).replace("_)_(", "_);_(")):
        if match["other"] == ";":
            sections.append(_Section(condition, tuple(parts)))
            parts, condition = [], None
        elif match["bracket"] is not None:
            if stated := re.fullmatch(
                r"(<=|>=|<>|[<>=])\s*([-+]?[\d.]+(?:E[-+]?\d+)?)", match["bracket"], re.IGNORECASE
            ):
                condition = (stated[1], float(stated[2]))
            elif symbol := re.fullmatch(r"\$([^-]*)(-.*)?", match["bracket"]):
                parts.append(("literal", symbol[1]))
            elif re.fullmatch(r"h+|m+|s+", match["bracket"], re.IGNORECASE):
                parts.append(("date", ""))
        else:
            parts.append(_part(match))
    return (*sections, _Section(condition, tuple(parts)))


def _part(match: re.Match[str]) -> tuple[str, str]:
    if match["places"]:
        return "places", match["places"] + (match["exponent"] or "").upper()
    if match["general"]:
        return "places", GENERAL
    if match["padding"] or match["repeated"]:
        return "literal", " "
    other = match["other"]
    if other == "%":
        return "percent", "%"
    if other == "@":
        return "text", "@"
    if other and other in "ymdhsYMDHS":
        return "date", other
    return "literal", next((match[name] for name in ("quoted", "escaped", "other") if match[name] is not None), "")


def _select_section(sections: tuple[_Section, ...], value: float) -> tuple[_Section | None, bool]:
    """The section for a number, and whether the section replaces the minus sign."""
    numeric = sections[:3]
    if any(section.condition for section in numeric):
        for at, section in enumerate(numeric):
            if section.condition and CONDITIONS[section.condition[0]](value, section.condition[1]):
                return section, value < 0 and section.condition[0].startswith("<") and section.condition[1] <= 0
            # Without a condition the second of three sections is for negative numbers, and the last is for the rest.
            if not section.condition and (at == len(numeric) - 1 or value < 0):
                return section, value < 0 and at == 1 and len(numeric) == 3
        return None, False
    if len(numeric) == 1 or value > 0 or (value == 0 and len(numeric) < 3):
        return numeric[0], False
    return (numeric[1], True) if value < 0 else (numeric[2], False)


def _render_number(value: float, parts: tuple[tuple[str, str], ...]) -> RenderedText | None:
    number = Decimal(repr(float(value)))
    percents = sum(kind == "percent" for kind, _ in parts)
    number *= 100**percents
    runs = [text for kind, text in parts if kind == "places"]
    fraction = len(runs) > 1 and ("literal", "/") in parts
    if fraction or "text" in {kind for kind, _ in parts}:
        # A fraction is placed at its first number; '@' displays a number unchanged.
        rest = [text for kind, text in parts if kind in ("literal", "percent") and not (fraction and text in "/ ")]
        return RenderedText(f"{_general(number)}{''.join(rest)}".strip(), bool(percents))
    if len(runs) > 1:
        return _render_in_runs(number, parts, runs)
    sign = "-" if number < 0 and runs else ""
    texts = [_digits(abs(number), text) if kind == "places" else text for kind, text in parts]
    return RenderedText((sign + "".join(texts).strip()).strip(), bool(percents))


def _digits(number: Decimal, places: str) -> str:
    """A number that is not negative, written in the places of a format."""
    if places == GENERAL:
        return _general(number)
    places, _, exponent = places.partition("E")
    whole, _, decimals = places.rstrip(",").partition(".")
    scaled = number.scaleb(-3 * (len(places) - len(places.rstrip(","))))
    while whole.endswith(","):
        whole, scaled = whole[:-1], scaled.scaleb(-3)
    if exponent:
        return f"{scaled:.{len(decimals)}E}"
    rounded = (
        scaled.quantize(Decimal(1).scaleb(-len(decimals)), rounding=ROUND_HALF_UP) if scaled.adjusted() < 20 else scaled
    )
    text, _, decimal_digits = f"{rounded:f}".partition(".")
    shortest = len(decimals.rstrip("#?"))
    while len(decimal_digits) > shortest and decimal_digits.endswith("0"):
        decimal_digits = decimal_digits[:-1]
    text = text.lstrip("0").rjust(whole.count("0"), "0")
    text = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", text) if "," in whole else text
    return f"{text}.{decimal_digits}" if decimal_digits else text


def _render_in_runs(number: Decimal, parts: tuple[tuple[str, str], ...], runs: list[str]) -> RenderedText | None:
    """A whole number spread over several runs of places, as in ``000-000``."""
    if number < 0 or any("." in run or "," in run or "E" in run or run == GENERAL for run in runs):
        return None
    digits = list(f"{number.quantize(Decimal(1), rounding=ROUND_HALF_UP):f}".rjust(sum(map(len, runs)), "0"))
    texts: list[str] = []
    last = max(at for at, (kind, _) in enumerate(parts) if kind == "places")
    first = min(at for at, (kind, _) in enumerate(parts) if kind == "places")
    for at in range(last, -1, -1):
        kind, text = parts[at]
        taken = len(digits) if at == first else len(text)
        texts.append("".join(digits[len(digits) - taken :]) if kind == "places" else text)
        del digits[len(digits) - (taken if kind == "places" else 0) :]
    return RenderedText(("".join(reversed(texts)) + "".join(text for _, text in parts[last + 1 :])).strip())


def _general(number: Decimal) -> str:
    """A number as a cell without a format displays it."""
    return f"{float(number):.10g}"
