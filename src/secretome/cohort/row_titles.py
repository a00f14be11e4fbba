"""Row titles in a table with one column per group: whether they can be names of animals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secretome.cohort.errors import ErrorCollector, quoted
from secretome.cohort.files.sheet import Cell
from secretome.cohort.vocabulary import ANIMAL_WORDS
from secretome.protocol import Protocol, spelling

_UNITS = r"h|hrs?|hours?|min|mins|minutes?|s|sec|d|days?|w|wks?|weeks?|months?|[nµμmkp]?g|[nµμmd]?l|[nµμmp]?m|%|iu|u"
_WORDS = (
    "time|time ?point|hour|hours|day|days|week|weeks|month|dose|doses|dosage|concentration|conc|dilution|plate|batch"
    "|experiment|exp|assay|passage|cage|block|litter|visit|baseline|before|after|pre|post|male|males|female|females|run"
    "|kit|lot|date|h|d|t|hpi|dpi"
)
# Titles that are not animals: times, doses and plates.
_NO_ANIMAL = re.compile(
    rf"[<>~]?\s*[+\-−]?\d+([.,]\d+)?\s*({_UNITS})([\s/_.-].*)?"
    rf"|({_WORDS})[\s_.:#=-]*[+\-−]?\d*([.,]\d+)?(\s*({_UNITS}))?|.*\b(plate|batch|dose|day|week)\s*[\s#:]\w+",
    re.IGNORECASE,
)
# Titles that only number the rows: 1, #1, rat 1, n1.
_COUNTER = re.compile(
    rf"(?:#|no\.?|n|r|m|({'|'.join(ANIMAL_WORDS)}|mice|animal|replicate|repl?|sample|value)s?)?[\s_.#-]*(\d+)",
    re.IGNORECASE,
)


def names_no_animal(title: str) -> bool:
    """Return whether the title of a row, or of the column of titles, is a time, a dose or a plate.

    >>> names_no_animal("24 h"), names_no_animal("Day 3"), names_no_animal("10 mg/kg"), names_no_animal("Plate A")
    (True, True, True, True)
    >>> names_no_animal("rat 3"), names_no_animal("D1"), names_no_animal("7")
    (False, False, False)
    """
    text = title.strip()
    return _NO_ANIMAL.fullmatch(text) is not None and re.fullmatch(r"[dthr]\d+", spelling(text)) is None


def number_the_rows(titles: Sequence[str]) -> bool:
    """Return whether titles only number the rows, starting at 0 or 1.

    >>> [number_the_rows(titles.split(",")) for titles in ("1,2,3", "rat 1,rat 2", "6,24,48", "6 h,24 h")]
    [True, True, False, False]
    """
    matches = [_COUNTER.fullmatch(title.strip()) for title in titles]
    numbers = [int(match[2]) for match in matches if match]
    return len(numbers) == len(titles) and numbers in (list(range(len(titles))), list(range(1, len(titles) + 1)))


def refuse_other_titles(
    titles: Sequence[Cell], shared: Sequence[Cell], protocol: Protocol, errors: ErrorCollector, *, several_columns: bool
) -> bool:
    """Add a problem if the titles of rows cannot be animals, and return whether there is one.

    `shared` are the titles of rows with values in several groups.
    """
    texts = [title.text.strip() for title in titles]
    other = [title for title in titles if names_no_animal(title.text)]
    if not other and not (shared and (several_columns or not number_the_rows(texts))):
        return False
    unit, units = protocol.experimental_unit, protocol.units
    found = f"rows titled {quoted(dict.fromkeys(texts[:4]))}" + (", …" if len(set(texts)) > 4 else "")
    found += ", with values in several groups" if shared else ""
    hour = "" if protocol.sampling_hour is None else f", such as {protocol.sampling_hour:g} h"
    other_rows = "If they are times, doses or plates"
    if several_columns:
        remedy = f"{other_rows} and the columns of a group are its {units}, keep the row of one{hour}. If the columns "
        remedy += f"are wells, title each row with one {unit}, and write its values in one group only."
    else:
        remedy = f"{other_rows}, keep the rows of one{hour}, and write one row per {unit}, with its animal, group and "
        remedy += "value." + ("" if other else " If they are row numbers, write 1, 2, 3.")
    expected = f"the {unit} of each row, which is in one group only" if shared else units
    errors.add((other or shared)[0], found, expected, remedy)
    return True
