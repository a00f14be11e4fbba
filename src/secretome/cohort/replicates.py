"""Average the wells of one animal, and refuse several rows of one animal that are no wells."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Cell
from secretome.protocol import Protocol

Record = dict[str, Any]
Key = tuple[str, str, str]
VALUE_COLUMNS = ("value", "lower", "upper", "count", "exposure", "total")


class Measurement(NamedTuple):
    """One record of a cohort, with the cell of its value."""

    record: Record
    cell: Cell

    @property
    def key(self) -> Key:
        """Animal, group and endpoint."""
        return self.record["animal"], self.record["group"], self.record["endpoint"]


def average_wells(
    measurements: list[Measurement], errors: ErrorCollector, protocol: Protocol
) -> tuple[list[Measurement], list[str]]:
    """Average the wells of each animal, group and endpoint, and return notes about them.

    The mean is geometric, or arithmetic for an endpoint on a linear scale.

    A well below a limit lies between zero and the limit, so the mean lies below the geometric mean of the upper ends.
    Missing wells are left out; excluded ones are kept as they are.
    """
    wells: dict[Key, list[Measurement]] = {}
    order: list[Measurement] = []
    for measurement in measurements:
        is_well = measurement.record["replicate"] and not measurement.record["exclude"]
        if not is_well or measurement.key not in wells:
            order.append(measurement)
        if is_well:
            wells.setdefault(measurement.key, []).append(measurement)
    several = {id(members[0].record): members for members in wells.values() if len(members) > 1}
    variation: dict[str, float] = {}
    linear = {key for key, about in protocol.endpoints.items() if about.equivalence_margin.scale == "linear"}
    averaged = []
    for record, cell in order:
        members = several.get(id(record))
        mean = _average(members, errors, variation, linear=record["endpoint"] in linear) if members else record
        averaged.append(Measurement(mean, cell))
    for members in wells.values():
        _refuse_duplicate_wells(members, errors)
    return averaged, _notes(several, variation, linear)


def number_within_groups(measurements: list[Measurement], protocol: Protocol) -> list[str]:
    """Add the group to ids that start at 1 in every group ('sham 1', 'control 1'), and return a sentence about it.

    In a study that is not paired, each animal is in one group only, so equal ids in two groups are different animals.
    """
    if protocol.design == "paired":
        return []
    ids: dict[str, set[str]] = {}
    for record, _ in measurements:
        ids.setdefault(record["group"], set()).add(record["animal"])
    names = {_counts_from_one(animals) for animals in ids.values()}
    if len(ids) < 2 or len(names) > 1 or None in names or min(map(len, ids.values())) < 2:
        return []
    for record, _ in measurements:
        record["animal"] = f"{record['group']} {record['animal']}"
    first, animals = next(iter(ids.items()))
    example = f"{first} {min(animals)}"
    return [f"ids start at 1 in every group, so the group is added to them: {example!r} and so on"]


def _counts_from_one(ids: set[str]) -> str | None:
    """The text before the number, if ids differ only in a number and count from 1; None if they do not.

    >>> _counts_from_one({"rat 1", "rat 2"}), _counts_from_one({"01", "02"}), _counts_from_one({"4", "5"})
    ('rat ', '', None)
    """
    matches = [re.fullmatch(r"(.*?)0*([1-9]\d*)", name) for name in ids]
    names = {match[1].casefold() for match in matches if match}
    numbers = sorted(int(match[2]) for match in matches if match)
    counts = numbers == list(range(1, len(ids) + 1))
    return next(iter(names)) if counts and len(names) == 1 else None


def refuse_repeats(measurements: list[Measurement], errors: ErrorCollector, protocol: Protocol) -> None:
    """Refuse every second value of an animal in a group, and every animal in two groups of an unpaired study."""
    first: dict[Key, Measurement] = {}
    spellings: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for measurement in measurements:
        record, cell = measurement
        if record["exclude"]:
            continue
        animal, group = record["animal"], record["group"]
        if measurement.key in first:
            _refuse_second_value(first[measurement.key], measurement, errors)
        first.setdefault(measurement.key, measurement)
        spelling = spellings.setdefault(" ".join(animal.casefold().split()), animal)
        if spelling != animal:
            found, expected = f"the animal {animal!r} and {spelling!r}", "ids that differ in more than case and spaces"
            errors.add(cell, found, expected, "Spell an animal in one way, or give different animals different ids.")
        animal_groups = groups.setdefault(animal, [group])
        example = f"{next(iter(protocol.groups))} 1"
        if protocol.design != "paired" and group not in animal_groups:
            animal_groups.append(group)
            remedy = (
                f"Correct the group if it is one animal; give different animals different ids, such as {example!r}."
            )
            errors.add(cell, f"{animal!r} in {group} and in {animal_groups[0]}", "each animal in one group", remedy)


def _refuse_second_value(first: Measurement, second: Measurement, errors: ErrorCollector) -> None:
    record, place = second.record, first.cell.name
    times = first.record["time"], record["time"]
    if times[0] != times[1] and not any(map(math.isnan, times)):
        return  # Several times are one problem, which is reported already.
    found = f"{record['animal']!r} in {record['group']} a second time for {record['endpoint']}"
    remedy = f"The first is in {place}: keep one, give the animals different ids, or number wells in a column "
    if times[0] != times[1] and not all(map(math.isnan, times)):
        remedy = f"The first is in {place}: state the time of both, or keep one. Several times are not further animals"
        errors.add(second.cell, found, "one value per animal, group and endpoint", f"{remedy}.")
        return
    errors.add(second.cell, found, "one value per animal, group and endpoint", f"{remedy}'replicate'.")


def _refuse_duplicate_wells(wells: list[Measurement], errors: ErrorCollector) -> None:
    counts = Counter(record["replicate"] for record, _ in wells)
    for record, cell in wells:
        if counts[record["replicate"]] > 1:
            found = f"replicate {record['replicate']!r} of {record['animal']!r} more than once for {record['endpoint']}"
            errors.add(cell, found, "each well once", "Number the wells of an animal 1, 2, 3.")


def _average(wells: list[Measurement], errors: ErrorCollector, variation: dict[str, float], *, linear: bool) -> Record:
    """The record of an animal, with the mean of its wells; `variation` receives their coefficient of variation."""
    first, cell = wells[0]
    measured = [record for record, _ in wells if not math.isnan(record["lower"])]
    if len({record["time"] for record, _ in wells if not math.isnan(record["time"])}) > 1:
        found = f"wells of {first['animal']!r} at several times"
        errors.add(cell, found, "wells of one sample", "Keep the rows of one time.")
    if len(measured) < 2:
        return first | {name: record[name] for record in measured for name in VALUE_COLUMNS}
    if all(record["exposure"] > 0 and record["count"] >= 0 for record in measured):
        return first | _pool_counts(measured)
    if linear:
        return first | _arithmetic_mean(measured)
    if problem := _no_mean(measured):
        found, expected, remedy = problem
        errors.add(cell, found.format(animal=first["animal"]), expected, remedy)
        return first
    from scipy.stats import variation as relative_spread  # Loaded only for files with replicates.

    values = [record["value"] for record in measured]
    if not np.isnan(values).any():
        variation[f"{first['animal']}, {first['endpoint']}"] = float(relative_spread(values, ddof=1))
    return first | _geometric_mean(measured)


def mean_of_animals(records: list[Record], *, arithmetic: bool) -> Record:
    """The columns of values of the mean of several animals' values, which need not be known exactly.

    Raises
    ------
    ValueError
        If they have no geometric mean, because one is zero, or below one limit and another above one.
    """
    if arithmetic and all(record["lower"] == record["upper"] for record in records):
        return _arithmetic_mean(records)
    if any(record["lower"] == record["upper"] == 0 for record in records):
        raise ValueError("one is zero and another is not known exactly")
    if any(record["lower"] == 0 for record in records) and any(record["upper"] == math.inf for record in records):
        raise ValueError("one lies below a limit and another above one")
    return _geometric_mean(records)


def _pool_counts(wells: list[Record]) -> Record:
    """The plaques of several plates, as those of one larger plate."""
    count, exposure = (sum(well[name] for well in wells) for name in ("count", "exposure"))
    rate = count / exposure
    return {"value": rate, "lower": rate, "upper": rate, "count": count, "exposure": exposure}


def _no_mean(wells: list[Record]) -> tuple[str, str, str] | None:
    """Why wells have no geometric mean: what was found, what was expected, and the remedy."""
    if any(well["lower"] == well["upper"] == 0 for well in wells):
        expected = "wells above zero: with a zero there is no geometric mean"
        return "a well of {animal!r} that contains zero", expected, "Give one value for the animal."
    if any(well["lower"] == 0 for well in wells) and any(well["upper"] == math.inf for well in wells):
        found = "wells of {animal!r} below one limit and above another"
        return found, "wells that agree", "Measure again, or exclude the wells with a reason."
    return None


def _geometric_mean(wells: list[Record]) -> Record:
    lower, upper = ([well[name] for well in wells] for name in ("lower", "upper"))
    low = 0.0 if 0 in lower else _rounded_gmean(lower)
    high = math.inf if math.inf in upper else _rounded_gmean(upper)
    # The mean of percentages has no single number of cells.
    no_count = dict.fromkeys(("count", "exposure", "total"), math.nan)
    return {"value": low if low == high else math.nan, "lower": low, "upper": high, **no_count}


def _arithmetic_mean(wells: list[Record]) -> Record:
    mean = float(f"{np.mean([well['lower'] for well in wells]):.12g}")
    return {"value": mean, "lower": mean, "upper": mean, **dict.fromkeys(("count", "exposure", "total"), math.nan)}


def _rounded_gmean(values: list[float]) -> float:
    from scipy.stats import gmean

    # Rounding to twelve digits makes the mean of 25 and 25 equal to 25, so that ranks do not depend on rounding.
    return float(f"{gmean(values):.12g}")


def _notes(several: dict[int, list[Measurement]], variation: dict[str, float], linear: set[str]) -> list[str]:
    if not several:
        return []
    wells = sum(map(len, several.values()))
    endpoints = {members[0].record["endpoint"] for members in several.values()}
    how = "" if endpoints <= linear else " geometrically"
    note = f"{wells} replicate wells averaged{how} to {len(several)} values, one per animal and endpoint"
    if variation:
        largest = max(variation, key=lambda name: variation[name])
        median = float(np.median(list(variation.values())))
        note += f"; their coefficient of variation is {100 * median:.1f} % in the median and at most "
        note += f"{100 * variation[largest]:.1f} % ({largest})"
    return [note]
