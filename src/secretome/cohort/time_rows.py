"""Row titles in a table with one column per group: whether they can be names of animals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secretome.cohort.vocabulary import KIN
from secretome.protocol import spelling

_UNITS = r"h|hrs?|hours?|min|mins|minutes?|s|sec|d|days?|w|wks?|weeks?|months?|[nµμmkp]?g|[nµμmd]?l|[nµμmp]?m|%|iu|u"
_WORDS = (
    "time|time "
    "?point|hour|hours|day|days|week|weeks|month|dose|doses|dosage|concentration|conc|dilution|plate|batch|experiment|exp|assay"
    "|passage|cage|block|litter|visit|baseline|before|after|pre|post|male|males|female|females|run|kit|lot|date|h|d|t|hpi|dpi"
)
# Titles that are not animals: times, doses and plates.
_NO_ANIMAL = re.compile(
    rf"[<>~]?\s*[+\-−]?\d+([.,]\d+)?\s*({_UNITS})([\s/_.-].*)?|({_WORDS})[\s_.:#=-]*[+\-−]?\d*([.,]\d+)?(\s*({_UNITS}))?|.*\b(plate|batch|dose|day|week)\s*[\s#:]\w+",
    re.IGNORECASE,
)
# Titles that only number the rows: 1, #1, rat 1, n1.
_COUNTER = re.compile(
    rf"(?:#|no\.?|n|r|m|({'|'.join(KIN)}|mice|animal|replicate|repl?|sample|value)s?)?[\s_.#-]*(\d+)", re.IGNORECASE
)


def names_no_animal(title: str) -> bool:
    """Whether the title of a row, or of the column of titles, is a time, a dose or a plate.

    >>> names_no_animal("24 h"), names_no_animal("Day 3"), names_no_animal("10 mg/kg"), names_no_animal("Plate A")
    (True, True, True, True)
    >>> names_no_animal("rat 3"), names_no_animal("D1"), names_no_animal("7")
    (False, False, False)
    """
    text = title.strip()
    return _NO_ANIMAL.fullmatch(text) is not None and re.fullmatch(r"[dthr]\d+", spelling(text)) is None


def count_rows(titles: Sequence[str]) -> bool:
    """Whether titles only number the rows, starting at 0 or 1.

    >>> [count_rows(titles.split(",")) for titles in ("1,2,3", "rat 1,rat 2", "6,24,48", "6 h,24 h")]
    [True, True, False, False]
    """
    found = [_COUNTER.fullmatch(title.strip()) for title in titles]
    numbers = [int(match[2]) for match in found if match]
    return len(numbers) == len(titles) and numbers in (list(range(len(titles))), list(range(1, len(titles) + 1)))
