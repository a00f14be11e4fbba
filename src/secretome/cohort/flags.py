"""The meaning of flags such as '<', 'Below Detection Range' or 'excluded' in columns next to values."""

import re
from collections.abc import Sequence
from typing import Literal

from secretome.cohort.files.sheet import Cell, letters
from secretome.cohort.unreadable import limit_passed
from secretome.cohort.values import MISSING

Meaning = Literal["", "below", "above", "beyond", "estimated", "excluded", "mark"]
# Words for a valid value.
FINE = MISSING | frozenset(
    """
    ok okay pass passed good valid normal none = in fine included include keep kept inrange withinrange indetectionrange
    withindetectionrange infitcurverange incurve quantified quantifiable measured detected final accepted reportable
    unflagged notflagged noflag noflags
    """.split()
)
NO = frozenset({"0", "no", "n", "false", "f", "nein", "falsch", "non", "faux", "нет", "ложь"})
YES = frozenset({"1", "yes", "y", "true", "t", "x", "✓", "✔", "ja", "j", "wahr", "oui", "o", "vrai", "да", "истина"})
BELOW = frozenset("< ≤ <= =< lt le low lo below under u uj <min minstd <std <curve <range".split())
ABOVE = frozenset("> ≥ >= => gt ge high hi above over >max maxstd >std >curve >range ovrflw".split())
EXCLUDED = frozenset("fail failed bad removed x ex excl out drop dropped del deleted error void".split())
# Flags if they occur in some rows only, or in a column of flags; those of the second set only in a column of flags.
MARKS = frozenset({"q", "u", "uj", "j", "e", "lt", "gt", "le", "ge"})
CODES = MARKS | frozenset("h l r b d x ex in out lo hi low high below above under over".split())
_ASSAY = (
    r"(range|limit|detect|quantif|quantit|curve|\bl?lo[dq]\b|\blloq\b|\buloq\b|standard|\bstds?\b|\bmin\b|\bmax\b|cut-?off|threshold"
    r"|nachweis|\bnwg\b|предел|порог)"
)
PHRASES: tuple[tuple[Meaning, re.Pattern[str]], ...] = (
    ("", re.compile(r"\b(not|no|never|without|nothing|none)\b.{0,20}\b(exclu|outlier|flag|extrapol)")),
    ("beyond", re.compile(r"\bnot (with)?in\b.{0,20}\b(range|curve|limits?)\b")),
    ("", re.compile(r"\b(within|in|inside)\b.{0,20}\b(range|curve|limits?)\b")),
    (
        "excluded",
        re.compile(
            r"exclu|outlier|ausgeschlossen|ausreißer|исключ|выброс"
            r"|\bomit|\bdiscard|\breject|\bmasked\b|\binvalid|do not use|\bnot valid|unreliable|questionable"
        ),
    ),
    ("beyond", re.compile(rf"\boor\b|\bout(side)?( of)?\b.{{0,20}}{_ASSAY}")),
    (
        "above",
        re.compile(
            rf"\b(above|über|выше|over|exceed\w*|higher|greater)\b.{{0,25}}{_ASSAY}|>\s*{_ASSAY}"
            r"|saturat|overflow|ovrflw|too high"
        ),
    ),
    (
        "below",
        re.compile(
            rf"\b(below|unter|ниже|under|less|lower|beneath)\b.{{0,25}}{_ASSAY}|<\s*{_ASSAY}|\b(b|<)l?lo[dq]\b|too low"
        ),
    ),
    (
        "below",
        re.compile(
            r"(not|non|un)[- ]?(detect|quantif|measur)|\bn\.?d\.?\b(?=\W*$)|\bb[dq]l\b|\bblo[dq]\b|\bblq\b|\bbql\b"
        ),
    ),
    ("estimated", re.compile(r"extrapolat|\bestimated?\b|\bapprox\w*\.?$|\bsuspect\b|\bflag(ged)?\b(?! by)")),
)
_SYMBOLS = re.compile(r"[*†‡§#!?•^~≈¹²³]{1,4}|[<>≤≥]=?")
# Headers of columns of flags; under those of the first kind, any word is one.
QUALIFIER = re.compile(r"flag|qualifier|censor")
STRONG = re.compile(
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
# Headers under which "no" marks a value to leave out.
COUNTED = re.compile(r"^\W*(valid|inclu(de|ded)|keep|kept|used?)\W*$")
# Words in headers that are not names of measurements.
GENERIC = frozenset(
    """
    flag flags flagged qualifier qualifiers qual result results value values data sample assay detection detected range
    status code codes qc quality in of the is out below above lod loq lloq uloq oor limit limits sign operator modifier
    prefix symbol censored censor outlier mask masked curve fit extrapolated remark remarks note notes comment comments
    msd luminex conc concentration column or and not pg ml without name
    """.split()
)

SIDES: dict[str, Meaning] = {"<": "below", ">": "above", "?": "beyond"}


def meaning(text: str, *, flags: bool = False) -> Meaning:
    """Return the meaning of a cell next to a value; empty if it has none, or if the value is valid.

    Parameters
    ----------
    text : str
        The cell.
    flags : bool
        Whether its column is one of flags by its header, so that codes of a letter and other words count.

    Examples
    --------
    >>> [meaning(text) for text in ("<", "Below Fit Curve Range", "OOR >", "BLQ", "excluded (clot)", "*")]
    ['below', 'below', 'above', 'below', 'excluded', 'mark']
    >>> meaning("lethargic"), meaning("In Detection Range"), meaning("Q"), meaning("Q", flags=True)
    ('', '', '', 'mark')
    """
    form = re.sub(r"[\s._/-]+", "", text.casefold())
    # 'red = excluded' is a legend and not a flag of the value in its row.
    if form in FINE or text.strip().casefold() in MISSING or re.match(r"[^=<>]{1,30}=\s*\w", text):
        return ""
    if _SYMBOLS.fullmatch(form) and form[0] not in "<>≤≥":
        return "mark"
    if side := limit_passed(text):
        return SIDES[side]
    if form in BELOW | ABOVE and (flags or form not in CODES):
        return "above" if form in ABOVE else "below"
    if form in EXCLUDED and (flags or form not in CODES):
        return "excluded"
    phrase = next((found for found, pattern in PHRASES if pattern.search(text.casefold())), None)
    if phrase is not None:
        return phrase
    return "mark" if flags and re.search(r"[^\W\d_]", text) else ""


def is_flag_header(text: str) -> bool:
    """Return whether a header names a column of flags.

    >>> is_flag_header("IL-6 qualifier"), is_flag_header("Detection Range"), is_flag_header("comment")
    (True, True, False)
    """
    return bool(STRONG.search(re.sub(r"[_.]+", " ", text.casefold())))


def column_meanings(header: str, texts: Sequence[str]) -> list[Meaning]:
    """Return the meaning of each cell of a column for the values in its row.

    >>> column_meanings("below LOD", ["yes", "no"]), column_meanings("litter", ["Q", "E"])
    (['below', ''], ['', ''])
    >>> column_meanings("", ["Q", ""])
    ['mark', '']
    """
    name = re.sub(r"[_.]+", " ", header.casefold())
    filled = [text.strip() for text in texts if re.sub(r"[\s._/-]+", "", text.casefold()) not in FINE - {"in"}]
    strong = is_flag_header(header)
    answers = {text.casefold() for text in filled}
    if strong and answers and answers <= YES | NO:
        flagged = NO if POSITIVE.search(name) else YES
        found = ("excluded" if COUNTED.search(name) else "") if flagged is NO else _said_by_header(name)
        # Where a yes says that a row counts, an empty cell says that it does not.
        blank = bool(COUNTED.search(name))
        return [
            (found or "mark") if (form := text.strip().casefold()) in flagged or (blank and not form) else ""
            for text in texts
        ]
    if QUALIFIER.search(name) and filled and all(re.fullmatch(r"\d", text) for text in filled):
        return ["mark" if text.strip() not in ("", "0") else "" for text in texts]
    # A mark in some rows only is a flag, regardless of the header.
    codes = CODES if header_words(header) <= GENERIC else MARKS
    some = [text for text in filled if text.casefold() != "in"]
    sparse = 0 < len(some) < len(texts) and all(re.sub(r"\W", "", text.casefold()) in codes for text in some)
    # Columns such as 'Detection method' or 'QC date' may contain any words.
    return [
        meaning(text, flags=bool(QUALIFIER.search(name)) or sparse or (strong and len(text.strip()) <= 2))
        for text in texts
    ]


def _said_by_header(name: str) -> Meaning:
    """What a yes under a header says of the value in its row."""
    if re.fullmatch(r"\W*(invalid|removed?|drop(ped)?|reject(ed)?)\W*", name):
        return "excluded"
    return "below" if re.search(r"\bnon-?detect", name) else meaning(name)


def header_words(text: str) -> set[str]:
    """Return the words of a header.

    >>> sorted(header_words("IL-6_flag (pg/mL)"))
    ['flag', 'il-6', 'ml', 'pg']
    """
    return {
        word for word in re.findall(r"[^\W_]+(?:[-.][^\W_]+)*", text.casefold()) if len(word) > 1 or not word.isascii()
    }


def holds_flags_alone(header: str, texts: Sequence[str]) -> bool:
    """Return whether a column holds flags and no numbers.

    >>> holds_flags_alone("", ["<", ""]), holds_flags_alone("", ["ND", "12.5"])
    (True, False)
    """
    return not any(re.fullmatch(r"[<>≤≥]?\s*[\d.,]*\d[\d.,]*%?", text.strip()) for text in texts) and any(
        column_meanings(header, texts)
    )


def name_flag_columns(header: tuple[Cell, ...], rows: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    """Return a header in which columns of flags without a unique name are named by their letter."""
    names = [cell.text.strip().casefold() for cell in header]
    named = []
    for at, cell in enumerate(header):
        texts = ["" if _is_legend(row, at) else row[at].text for row in rows]
        unclear = not names[at] or names.index(names[at]) != at
        if unclear and holds_flags_alone(cell.text, texts):
            text = (
                f"{cell.text.strip()}, column {letters(cell.column)}"
                if names[at]
                else f"column {letters(cell.column)}, without a name"
            )
            cell = Cell(text, cell.row, cell.column, cell.sheet)
        named.append(cell)
    return tuple(named)


def _is_legend(row: Sequence[Cell], at: int) -> bool:
    """Whether a cell explains a colour: its own, or that of the empty cell before it, if no other cell has it."""
    swatch = row[at].fill or (row[at - 1].fill if at and not row[at - 1].text.strip() else "")
    return bool(swatch) and swatch != row[0].fill
