"""Check that the values of a cohort are on the scale of the study: unit errors of all, of a group or of some rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from secretome.cohort.model import Cohort
from secretome.protocol import Endpoint, InputError, Problem, Protocol

# Decimal logarithms: a thousandfold unit error is 3, a fraction for a percentage 2. No effect of a study is so large.
UNIT_ERROR = 2.5
FRACTION_ERROR = 1.5
# Values of a group follow one another more closely than this, unless some are in another unit.
MAX_GAP = 2.0
# Two titres of one apart, such as 4 and 5, are no dilutions of a series, but 1, 2 and 3 may be.
MIN_STEPS, MAX_STEPS = 3, 20

MIXED = "two units in one column"

# The median decimal logarithm of each endpoint in each group.
Medians = Mapping[tuple[str, str], float]


class Departure(NamedTuple):
    """How some values of an endpoint differ from what was expected, and what would explain it."""

    place: str
    what: str
    cause: str


def check_scale(cohort: Cohort, study_medians: Medians, protocol: Protocol) -> list[str]:
    """Return notes on values that seem to be in another unit, if the file states the unit of their endpoint.

    Raises
    ------
    InputError
        If the file does not state it.
    """
    problems, notes = [], []
    medians = log_medians(cohort)
    for key, endpoint in protocol.endpoints.items():
        values = cohort.values[cohort.values["endpoint"] == key]
        pairs = [(key, group) for group in protocol.groups if (key, group) in medians.keys() & study_medians.keys()]
        shifts = {pair[1]: medians[pair] - study_medians[pair] for pair in pairs}
        departure = None
        # A class is given simulated animals of which a group may be in another unit, for the students to find.
        if cohort.origin != "simulated":
            departure = _of_rows(values, endpoint) or _of_groups(shifts)
        # A group in another unit may shift the median of all, so that the whole endpoint is compared last.
        departure = departure or _of_all(values, shifts, endpoint)
        if not departure:
            continue
        place, what, cause = departure
        if key in cohort.units_stated:
            notes.append(f"{key} lies {what}; the file states its unit, so this is accepted")
            continue
        found = f"values of {key} that lie {what}, as {cause} would"
        expected = f"{endpoint.label} in {endpoint.unit}"
        remedy = "Convert the values to one unit. " if cause == MIXED else ""
        remedy += f"If the unit is right, state it: in the header, as '{key} ({endpoint.unit})', or in a column 'unit'."
        problems.append(Problem(cohort.path.name, place.format(key), found, expected, remedy))
    if problems:
        raise InputError(problems)
    return notes


def _of_all(values: pd.DataFrame, shifts: Mapping[str, float], endpoint: Endpoint) -> Departure | None:
    """How the values of an endpoint differ from the study's own."""
    shift = float(np.median(list(shifts.values()))) if shifts else 0.0
    lower = values["lower"].dropna()
    are_fractions = endpoint.unit.startswith("%") and shift < -FRACTION_ERROR and bool((lower <= 1).all())
    are_steps = endpoint.kind == "titre" and _are_steps(set(lower))
    if abs(shift) < UNIT_ERROR and not are_fractions and not are_steps:
        return None
    cause = "fractions" if are_fractions else "numbers of dilution steps" if are_steps else "another unit"
    return Departure("all of {}", f"{_times(shift)} {'above' if shift > 0 else 'below'} the study's own", cause)


def _of_groups(shifts: Mapping[str, float]) -> Departure | None:
    """How the ratio of two groups differs from that of the study's own groups."""
    if not shifts:
        return None
    low, high = min(shifts, key=shifts.__getitem__), max(shifts, key=shifts.__getitem__)
    if (ratio := shifts[high] - shifts[low]) < UNIT_ERROR:
        return None
    what = f"{_times(ratio)} higher in {high}, relative to {low}, than in the study's own cohort"
    return Departure(f"{{}} in {low} and {high}", what, MIXED)


def _of_rows(values: pd.DataFrame, endpoint: Endpoint) -> Departure | None:
    """How far two neighbouring values of a group are apart; titres and counts of responders may differ as much."""
    if endpoint.kind in ("titre", "count", "survival") or endpoint.equivalence_margin.scale != "log":
        return None
    for group, rows in values[values["value"] > 0].groupby("group", sort=False):
        ordered = rows.sort_values("value")
        for low, high in pairwise(zip(ordered["animal"], ordered["value"], strict=True)):
            gap = np.log10(high[1] / low[1])
            is_fraction = endpoint.unit.startswith("%") and low[1] <= 1 < high[1] and gap > FRACTION_ERROR
            if gap >= MAX_GAP or is_fraction:
                ends = f"{low[1]:g} (animal {low[0]}) and {high[1]:g} (animal {high[0]})"
                what = f"{_times(gap)} apart in {group}, without a value between them: {ends}"
                return Departure(f"{{}} in {group}", what, MIXED)
    return None


def _are_steps(values: set[float]) -> bool:
    """Whether low titres are logarithms or fractions: no dilution is 1.51, and no two neighbouring ones are 4 and 5."""
    is_fractional = any(value != int(value) for value in values)
    are_neighbours = any(value >= MIN_STEPS and value + 1 in values for value in values)
    return all(value <= MAX_STEPS for value in values) and (is_fractional or are_neighbours)


def _times(log_ratio: float) -> str:
    """A ratio to two digits.

    >>> _times(-2), _times(3.1), _times(0.8388)
    ('100 times', '1300 times', '6.9 times')
    """
    return f"{float(f'{10 ** abs(log_ratio):.2g}'):.15g} times"


def log_medians(cohort: Cohort) -> dict[tuple[str, str], float]:
    """Return the median decimal logarithm of each endpoint in each group; a censored value counts as its limit."""
    values = cohort.values
    limit = values["lower"].where((values["lower"] > 0) | values["lower"].isna(), values["upper"])
    observed = values.assign(log=np.log10(limit.where(limit > 0)))
    medians = observed.dropna(subset=["log"]).groupby(["endpoint", "group"], as_index=False)["log"].median()
    return {(endpoint, group): float(log) for endpoint, group, log in medians.itertuples(index=False, name=None)}
