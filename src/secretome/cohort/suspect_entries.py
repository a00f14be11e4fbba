"""Entries that a spreadsheet may have changed, or that may be codes: notes on ids and values, and limits in headers."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from secretome.cohort.errors import counted, quoted, shorten_list
from secretome.protocol import Protocol

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez"
# What Excel makes of ids such as 1-1, JAN1 or 1E5 in text files.
DATED_ID = re.compile(rf"\d{{1,2}}[-. ]({MONTHS})[a-z]*\.?|({MONTHS})[a-z]*[-. ]\d{{2,4}}", re.IGNORECASE)
SHORTENED_ID = re.compile(r"\d([.,]\d+)?E[+-]\d\d+", re.IGNORECASE)
# Numbers that stand for a missing value in many files.
CODES = frozenset({888.0, 999.0, 9999.0, 99999.0, 999.9, 999.99})
# A lowest value that occurs so often may stand for values below a limit.
MIN_TIED, MIN_TIED_SHARE = 3, 0.1
LIMIT = re.compile(r"\b(ll?o[dq]|uloq|mdd|blq|bdl|limit|detect\w*|sensitivity)\b|[<>≤≥]", re.IGNORECASE)
LIMIT_HEADER = re.compile(
    r"\b(ll?o[dq]|uloq|detection limit|limit of (detection|quantification)|(lower|upper) limit|mdl|cut-?off)\b"
)


def names_limit(header: str) -> bool:
    """Return whether a header names a limit of the assay.

    >>> names_limit("LOD (pg/mL)"), names_limit("Detection limit"), names_limit("limit_of_quantification")
    (True, True, True)
    """
    return LIMIT_HEADER.search(re.sub(r"[_.]+", " ", header.casefold())) is not None


def states_limit(text: str) -> bool:
    """Return whether a text in a header states a limit of the assay.

    >>> states_limit("LLOQ 15.6 pg/mL"), states_limit("<15.6"), states_limit("pg/mL"), states_limit("1:2 diluted")
    (True, True, False, False)
    """
    return any(letter.isdigit() for letter in text) and LIMIT.search(text) is not None


def entry_notes(values: pd.DataFrame, protocol: Protocol) -> list[str]:
    """Return notes on ids that a spreadsheet may have changed, and on values that may be codes."""
    return [*_ids(list(dict.fromkeys(values["animal"]))), *_codes(values, protocol)]


def _ids(animals: list[str]) -> list[str]:
    notes = []
    for pattern, what in ((DATED_ID, "dates"), (SHORTENED_ID, "shortened numbers")):
        if found := [animal for animal in animals if pattern.fullmatch(animal)]:
            shown = shorten_list(quoted(found[:3]))
            ids = counted(len(found), "id")
            notes.append(
                f"{ids} that a spreadsheet may have changed to {what}, such as {shown}: compare with the original list"
            )
    return notes


def _codes(values: pd.DataFrame, protocol: Protocol) -> list[str]:
    """Notes on values that may stand for missing ones or for values below a limit."""
    notes = []
    for key, endpoint in protocol.endpoints.items():
        known = values.loc[values["endpoint"] == key, "value"].dropna()
        counts = Counter(known)
        if known.empty or endpoint.kind not in ("concentration", "continuous"):
            continue
        highest, lowest = max(counts), min(counts)
        if highest in CODES and counts[highest] > 1:
            notes.append(
                f"{highest:g} occurs {counts[highest]} times in {key}: if it stands for a missing value, clear these "
                f"cells; if it stands for values above a limit, write >{highest:g}"
            )
        tied = counts[lowest]
        if endpoint.kind == "concentration" and tied >= max(MIN_TIED, MIN_TIED_SHARE * len(known)) and len(counts) > 2:
            notes.append(
                f"the lowest value of {key}, {lowest:g}, occurs {tied} times: if it stands for values below a limit, "
                "write the limit, such as <15.6"
            )
    return notes
