"""The column of times in the table of a new study whose animals were measured several times."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.protocol import InputError

HEADER = re.compile(r"(sampling[\s_]*)?(times?([\s_]*points?)?|hours?|hrs?)([\s_]*(?P<unit>[a-z]+))?", re.IGNORECASE)
BRACKETS = re.compile(r"\s*[(\[](?P<unit>[^()\[\]]+)[)\]]\s*$")
HOURS = frozenset({"h", "hr", "hrs", "hour", "hours"})


@dataclass(frozen=True)
class SamplingTimes:
    """The header of the column of times, the time of each row, and the first and the last time."""

    column: str
    hours: list[float]

    @property
    def first(self) -> float:
        """The first time."""
        return min(self.hours)

    @property
    def last(self) -> float:
        """The last time, which is suggested for the analysis."""
        return max(self.hours)


def find_times(columns: Mapping[str, Sequence[str]], animals: Sequence[str], file: Path) -> SamplingTimes | None:
    """Return the times if a column is named as times and tells apart the rows of each animal; otherwise None.

    Raises
    ------
    InputError
        If the times are in another unit than hours.

    Examples
    --------
    >>> find_times({"time (h)": ["0", "24", "0", "24"]}, ["r1", "r1", "r2", "r2"], Path("rats.csv")).last
    24.0
    >>> find_times({"time (h)": ["24", "24"]}, ["r1", "r2"], Path("rats.csv")) is None
    True
    """
    for name, texts in columns.items():
        unit = _unit(name)
        if unit is None or not all(re.fullmatch(r"\d+([.,]\d+)?", text) for text in texts):
            continue
        hours = [float(text.replace(",", ".")) for text in texts]
        of_animals = defaultdict(set)
        for animal, hour in zip(animals, hours, strict=True):
            of_animals[animal].add(hour)
        if len(set(hours)) < 2 or 2 * sum(len(own) > 1 for own in of_animals.values()) < len(of_animals):
            continue
        if unit and unit not in HOURS:
            remedy = "Convert the times, and name the column 'time (h)'."
            raise InputError.of(file.name, "row 1", f"times in {name!r}", "times in hours", remedy)
        return SamplingTimes(name, hours)
    return None


def _unit(header: str) -> str | None:
    """The unit of a header that names times; empty if it states none, and None if it names something else."""
    stated = BRACKETS.search(header)
    named = HEADER.fullmatch(BRACKETS.sub("", header).strip())
    if named is None:
        return None
    return (stated["unit"] if stated else named["unit"] or "").strip().casefold()
