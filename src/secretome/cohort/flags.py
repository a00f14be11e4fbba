"""The meaning of flags such as '<', 'Below Detection Range' or 'excluded' in columns next to values."""

import re
from collections.abc import Sequence
from typing import Literal, cast

from secretome.cohort.files.cell_names import column_letters
from secretome.cohort.files.sheet import Cell, Row
from secretome.cohort.files.words import (
    ABOVE_CODES,
    BELOW_CODES,
    EXCLUDED_FLAGS,
    FLAG_CODES,
    INVALID_HEADER,
    MISSING,
    NO,
    RARE_CODES,
    VALID_FLAGS,
    VALID_HEADER,
    YES,
    limit_passed,
)

Flag = Literal["", "below", "above", "beyond", "estimated", "excluded", "mark"]
_ASSAY = (
    r"(range|limit|detect|quantif|quantit|curve|\bl?lo[dq]\b|\blloq\b|\buloq\b|standard|\bstds?\b|\bmin\b|\bmax\b|cut-?off|threshold"
    r"|nachweis|\bnwg\b|предел|порог)"
)
_PHRASES: tuple[tuple[Flag, str], ...] = (
    ("", r"\b(not|no|never|without|nothing|none)\b.{0,20}\b(exclu|outlier|flag|extrapol)"),
    ("beyond", r"\bnot (with)?in\b.{0,20}\b(range|curve|limits?)\b"),
    ("", r"\b(within|in|inside)\b.{0,20}\b(range|curve|limits?)\b"),
    ("excluded", r"exclu|outlier|ausgeschlossen|ausreißer|исключ|выброс|\bomit|\bdiscard|\breject|\bmasked\b"),
    ("excluded", r"\binvalid|do not use|\bnot valid|unreliable|questionable"),
    ("beyond", rf"\boor\b|\bout(side)?( of)?\b.{{0,20}}{_ASSAY}"),
    ("above", rf"\b(above|über|выше|over|exceed\w*|higher|greater)\b.{{0,25}}{_ASSAY}|>\s*{_ASSAY}"),
    ("above", r"saturat|overflow|ovrflw|too high"),
    ("below", rf"\b(below|unter|ниже|under|less|lower|beneath)\b.{{0,25}}{_ASSAY}|<\s*{_ASSAY}|\b(b|<)l?lo[dq]\b"),
    ("below", r"too low|(not|non|un)[- ]?(detect|quantif|measur)|\bn\.?d\.?\b(?=\W*$)"),
    ("below", r"\bb[dq]l\b|\bblo[dq]\b|\bblq\b|\bbql\b"),
    ("estimated", r"extrapolat|\bestimated?\b|\bapprox\w*\.?$|\bsuspect\b|\bflag(ged)?\b(?! by)"),
)
PHRASES = tuple((flag, re.compile(pattern)) for flag, pattern in _PHRASES)
_SYMBOLS = re.compile(r"[*†‡§#!?•^~≈¹²³]{1,4}|[<>≤≥]=?")
# Headers of columns of flags; under those of the first kind, any word is one.
QUALIFIER = re.compile(r"flag|qualifier|censor")
FLAG_HEADER = re.compile(
    rf"{QUALIFIER.pattern}|\b(non-?detect(ed|able|s)?|detect(ed|able|ion)?|cens|quantifiable|quantified|qc"
    r"|bdl|blq|bql|lod|loq|lloq|uloq|oor|bloq|blod|below|above)\b|outlier|masked|extrapol"
    r"|^\W*((with)?in range|out of range|valid|invalid|inclu(de|ded)|keep|kept|used?|removed?|drop|dropped"
    r"|reject|rejected)\W*$"
)
# Headers under which "yes" marks a valid value.
POSITIVE = re.compile(
    r"(?<!not )(?<!un)(?<!non)(?<!non-)(detected|detectable|quantifiable|quantified|\bvalid|pass"
    r"|within|in range|inclu|\bkeep|\bkept|\bused?\b)"
)
# Words in headers that are not names of measurements.
GENERIC = frozenset(
    """
    flag flags flagged qualifier qualifiers qual result results value values data sample assay detection detected range
    status code codes qc quality in of the is out below above lod loq lloq uloq oor limit limits sign operator modifier
    prefix symbol censored censor outlier mask masked curve fit extrapolated remark remarks note notes comment comments
    msd luminex conc concentration column or and not pg ml without name
    """.split()
)

SIDES: dict[str, Flag] = {"<": "below", ">": "above", "?": "beyond"}


def flag_meaning(text: str, *, in_flag_column: bool = False) -> Flag:
    """Return the meaning of a cell next to a value; empty if it has none, or if the value is valid.

    In a column of flags, codes of one letter and other words are flags too.

    >>> [flag_meaning(text) for text in ("<", "Below Fit Curve Range", "OOR >", "BLQ", "excluded (clot)", "*")]
    ['below', 'below', 'above', 'below', 'excluded', 'mark']
    >>> flag_meaning("lethargic"), flag_meaning("In Detection Range"), flag_meaning("Q", in_flag_column=True)
    ('', '', 'mark')
    """
    word = _squeeze(text)
    # 'red = excluded' is a legend and not a flag of the value in its row.
    if word in VALID_FLAGS or text.strip().casefold() in MISSING or re.match(r"[^=<>]{1,30}=\s*\w", text):
        return ""
    if _SYMBOLS.fullmatch(word) and word[0] not in "<>≤≥":
        return "mark"
    if side := limit_passed(text):
        return SIDES[side]
    if in_flag_column or word not in FLAG_CODES:
        if word in ABOVE_CODES:
            return "above"
        if word in BELOW_CODES:
            return "below"
        if word in EXCLUDED_FLAGS:
            return "excluded"
    for flag, pattern in PHRASES:
        if pattern.search(text.casefold()):
            return flag
    return "mark" if in_flag_column and re.search(r"[^\W\d_]", text) else ""


def _squeeze(text: str) -> str:
    return re.sub(r"[\s._/-]+", "", text.casefold())


def _plain_header(text: str) -> str:
    return re.sub(r"[_.]+", " ", text.casefold())


def is_flag_header(text: str) -> bool:
    """Return whether a header names a column of flags.

    >>> is_flag_header("IL-6 qualifier"), is_flag_header("Detection Range"), is_flag_header("comment")
    (True, True, False)
    """
    return bool(FLAG_HEADER.search(_plain_header(text)))


def column_meanings(header: str, texts: Sequence[str]) -> list[Flag]:
    """Return the meaning of each cell of a column for the value in its row.

    >>> column_meanings("below LOD", ["yes", "no"]), column_meanings("litter", ["Q", "E"])
    (['below', ''], ['', ''])
    >>> column_meanings("", ["Q", ""])
    ['mark', '']
    """
    name = _plain_header(header)
    filled = [text.strip() for text in texts if _squeeze(text) not in VALID_FLAGS - {"in"}]
    is_flags = is_flag_header(header)
    words = {text.casefold() for text in filled}
    if is_flags and words and words <= YES | NO:
        return _yes_no_meanings(name, texts)
    if QUALIFIER.search(name) and filled and all(re.fullmatch(r"\d", text) for text in filled):
        return ["mark" if text.strip() not in ("", "0") else "" for text in texts]
    # A code in some rows only is a flag, regardless of the header.
    codes = FLAG_CODES if header_words(header) <= GENERIC else RARE_CODES
    some = [text for text in filled if text.casefold() != "in"]
    sparse = 0 < len(some) < len(texts) and all(re.sub(r"\W", "", text.casefold()) in codes for text in some)
    any_word = bool(QUALIFIER.search(name)) or sparse
    # Columns such as 'Detection method' or 'QC date' may contain any words.
    return [flag_meaning(text, in_flag_column=any_word or (is_flags and len(text.strip()) <= 2)) for text in texts]


def _yes_no_meanings(name: str, texts: Sequence[str]) -> list[Flag]:
    """The meanings of the cells of a column that contains yes and no only."""
    # In a column of valid values, an empty cell means no.
    states_validity = bool(VALID_HEADER.fullmatch(name))
    if POSITIVE.search(name):
        flagged, flag = NO, "excluded" if states_validity else "mark"
    else:
        flagged, flag = YES, _meaning_of_yes(name) or "mark"
    flagged = flagged | {""} if states_validity else flagged
    return [cast(Flag, flag) if text.strip().casefold() in flagged else "" for text in texts]


def _meaning_of_yes(name: str) -> Flag:
    if INVALID_HEADER.fullmatch(name):
        return "excluded"
    return "below" if re.search(r"\bnon-?detect", name) else flag_meaning(name)


def header_words(text: str) -> set[str]:
    """Return the words of a header.

    >>> sorted(header_words("IL-6_flag (pg/mL)"))
    ['flag', 'il-6', 'ml', 'pg']
    """
    return {
        word for word in re.findall(r"[^\W_]+(?:[-.][^\W_]+)*", text.casefold()) if len(word) > 1 or not word.isascii()
    }


def has_only_flags(header: str, texts: Sequence[str]) -> bool:
    """Return whether a column contains flags and no numbers.

    >>> has_only_flags("", ["<", ""]), has_only_flags("", ["ND", "12.5"])
    (True, False)
    """
    has_numbers = any(re.fullmatch(r"[<>≤≥]?\s*[\d.,]*\d[\d.,]*%?", text.strip()) for text in texts)
    return not has_numbers and any(column_meanings(header, texts))


def name_flag_columns(header: Row, rows: Sequence[Row]) -> Row:
    """Return a header in which columns of flags without a unique name are named by their letter."""
    names = [cell.text.strip().casefold() for cell in header]
    named = []
    for at, cell in enumerate(header):
        texts = ["" if _is_legend(row, at) else row[at].text for row in rows]
        is_unique = names[at] and names.index(names[at]) == at
        if not is_unique and has_only_flags(cell.text, texts):
            column = f"column {column_letters(cell.column)}"
            text = f"{cell.text.strip()}, {column}" if names[at] else f"{column}, without a name"
            cell = Cell(text, cell.row, cell.column, cell.sheet)
        named.append(cell)
    return tuple(named)


def _is_legend(row: Row, at: int) -> bool:
    """Whether a cell explains a colour: its own, or that of the empty cell before it."""
    swatch = row[at].fill or (row[at - 1].fill if at and not row[at - 1].text.strip() else "")
    return bool(swatch) and swatch != row[0].fill
