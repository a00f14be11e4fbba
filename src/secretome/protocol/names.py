"""Parse contrasts, compare names without case and punctuation, and suggest the nearest name."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Characters that look the same to a reader.
PLUS = dict.fromkeys(map(ord, "\u207a\ufe62\uff0b"), "+")
MINUS = dict.fromkeys(map(ord, "\u207b\u2212"), "\u2212")
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\ufe58\ufe63\uff0d"), "-")
FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in (0xFF0B, 0xFF0D)}
SAME_SIGN = {**FULL_WIDTH, **PLUS, **MINUS, **HYPHENS}
# Punctuation that only separates words. Every other sign, such as + * % # ' and †, is part of the name.
NEUTRAL = frozenset("_.,:;()[]{}/\\|")

# Of the units of experiments that form no plural with s.
PLURAL_ENDINGS = {
    "mouse": "mice",
    "fish": "fish",
    "sheep": "sheep",
    "larva": "larvae",
    "child": "children",
    "calf": "calves",
}

# The letter u in place of the Greek letter in units after a number, as in '150 uL'.
_MICRO = re.compile(r"(?<=\d)(\s*)u(?=(l|g|m|mol)(?![^\W\d_]))")


def sides(contrast: str) -> tuple[str, str]:
    """The treated and the control group of a contrast.

    >>> sides("with_cm vs without")
    ('with_cm', 'without')
    """
    treated, _, control = contrast.partition(" vs ")
    return treated, control


def plural(noun: str) -> str:
    """The plural of a noun, such as an experimental unit; only its last word changes.

    >>> plural("donor"), plural("mouse"), plural("guinea pig"), plural("culture dish"), plural("zebrafish")
    ('donors', 'mice', 'guinea pigs', 'culture dishes', 'zebrafish')
    """
    for ending, of_several in PLURAL_ENDINGS.items():
        if noun.lower().endswith(ending):
            return noun[: len(noun) - len(ending)] + of_several
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def with_micro(text: str) -> str:
    """A text in small letters with the Greek letter in units such as 'ul', if they follow a number.

    >>> with_micro("150 ul"), with_micro("10 ulcers")
    ('150 μl', '10 ulcers')
    """
    return _MICRO.sub(r"\1μ", text)


def normalise(name: str) -> str:
    """A text without case, spaces and punctuation, to search for words; `name_key` compares names and keeps signs."""
    return re.sub(r"[\W_]+", "", name.casefold())


# Kept, because each name of a file is compared with every name of its study many times.
@lru_cache(maxsize=8192)
def spelling(name: str) -> str:
    """A name without case and spaces: two names of the same spelling are one name.

    Spaces between digits are kept, because '10 20' is not '1020'.

    >>> spelling(" Septic  Control"), spelling("CM +"), spelling("10 20")
    ('septiccontrol', 'cm+', '10 20')
    >>> spelling("150 uL") == spelling("150 µL")
    True
    """
    text = with_micro(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()))
    return re.sub(r"(?<=\d)\s+(?=\d)", "\x00", text.strip()).translate(_WHITE).replace("\x00", " ")


_WHITE = dict.fromkeys(code for code in range(0x3001) if chr(code).isspace())


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """A name without case, spaces and neutral punctuation, for comparing a file's names with a study's.

    Signs are kept: a minus is a sign at the end of a word or alone, and a hyphen between letters or digits joins them.
    Points, commas and hyphens between digits are kept as well, and separate digits stay separate.

    >>> name_key("IL-6"), name_key("Control (-)"), name_key("CM+"), name_key("Control-group")
    ('il6', 'control-', 'cm+', 'controlgroup')
    >>> name_key("1.0 µL") == name_key("10 µL"), name_key("CD25-FoxP3+") == name_key("CD25FoxP3+")
    (False, False)
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).translate(SAME_SIGN).casefold()).strip()
    text = with_micro(text)
    kept: list[str] = []
    apart = False
    for at, letter in enumerate(text):
        if (
            letter.isspace()
            or (letter in NEUTRAL and not _between_digits(text, at))
            or (letter == "-" and _joins(text, at))
        ):
            apart = True
            continue
        if apart and kept and kept[-1].isdigit() and letter.isdigit():
            kept.append(" ")
        kept.append("-" if letter == "\u2212" else letter)
        apart = False
    return "".join(kept)


def _between_digits(text: str, at: int) -> bool:
    """Whether a mark such as a point belongs to a number: between digits, or before a digit and not after a letter."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return after.isdigit() and (before.isdigit() or (text[at] in ".," and not before.isalnum()))


def _joins(text: str, at: int) -> bool:
    """Whether a hyphen joins two parts of a word and is not a minus sign."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if not (before.isalnum() and after.isalnum()) or (before.isdigit() and after.isdigit()):
        return False
    # In names of cell populations, such as CD25-FoxP3+, a part with a sign of its own follows.
    return re.match(r"\w+(\+|\u2212|-(?!\w))", text[at + 1 :]) is None


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The one of `names` most similar to `name`, or None; `cutoff` is 1 for the same letters, 0 for none in common."""
    by_form = {name_key(candidate): candidate for candidate in names}
    found = difflib.get_close_matches(name_key(name), by_form, n=1, cutoff=cutoff)
    return by_form[found[0]] if found else None
