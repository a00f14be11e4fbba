"""Wells of one animal, averaged to one value; and several rows of one animal that are no wells, refused."""

import math
from collections import Counter
from typing import Any

import numpy as np
from scipy import stats

from secretome.cohort.columns import ErrorCollector
from secretome.cohort.files.sheet import Cell
from secretome.protocol import Protocol

Record = dict[str, Any]


def average_wells(
    records: list[tuple[Record, Cell]], errors: ErrorCollector
) -> tuple[list[tuple[Record, Cell]], list[str]]:
    """One record for each animal, group and endpoint, by the geometric mean of its wells.

    A well below a limit lies between zero and the limit, so the mean lies below the geometric mean of the upper ends.
    Missing wells are left out; excluded ones are kept apart.

    Returns
    -------
    records : list of (dict, Cell)
        Records with their cells, in the order of the first well.
    understood : list of str
        How many wells were averaged, and how far those of one animal lie apart.
    """
    wells: dict[tuple[str, str, str], list[tuple[Record, Cell]]] = {}
    kept: list[tuple[Record, Cell]] = []
    for record, cell in records:
        if record["exclude"] or not record["replicate"]:
            kept.append((record, cell))
            continue
        key = (record["animal"], record["group"], record["endpoint"])
        if key not in wells:
            kept.append((record, cell))
        wells.setdefault(key, []).append((record, cell))
    spreads: dict[str, float] = {}
    several = {id(members[0][0]): members for members in wells.values() if len(members) > 1}
    averaged = []
    for record, cell in kept:
        members = several.get(id(record))
        averaged.append((_mean(members, errors, spreads) if members else record, cell))
    _refuse_same_well(wells, errors)
    return averaged, _said(several, spreads)


def number_within_groups(records: list[tuple[Record, Cell]], protocol: Protocol) -> list[str]:
    """Add the group to ids that start at 1 in every group ('sham 1', 'control 1'), and return a sentence about it.

    In a study that is not paired, each animal is in one group only, so equal ids in two groups are different animals.
    """
    if protocol.design == "paired":
        return []
    ids: dict[str, set[str]] = {}
    for record, _ in records:
        ids.setdefault(record["group"], set()).add(record["animal"])
    counted = all(found == {str(number) for number in range(1, len(found) + 1)} for found in ids.values())
    if len(ids) < 2 or not counted or min(map(len, ids.values())) < 2:
        return []
    for record, _ in records:
        record["animal"] = f"{record['group']} {record['animal']}"
    first = next(iter(ids))
    return [f"ids start at 1 in every group, so the group is added to them: '{first} 1', '{first} 2' and so on"]


def refuse_repeats(records: list[tuple[Record, Cell]], errors: ErrorCollector, protocol: Protocol) -> None:
    """Note every second value of an animal in a group, and every animal in two groups of a study that is not paired."""
    seen: dict[tuple[str, str, str], tuple[Record, Cell]] = {}
    homes: dict[str, str] = {}
    spellings: dict[str, str] = {}
    strays: set[tuple[str, str]] = set()
    for record, cell in records:
        if record["exclude"]:
            continue
        key = (record["animal"], record["group"], record["endpoint"])
        if key in seen:
            first, other = seen[key]
            if not _same(first["time"], record["time"]):
                found = f"{record['animal']!r} at {_hour(record['time'])}, after {_hour(first['time'])} in {other.name}"
                planned = (
                    f"; the protocol's is {_hour(protocol.sampling_hour)}" if protocol.sampling_hour is not None else ""
                )
                remedy = f"Keep the rows of one time{planned}. Several times of one animal are no replicates."
                errors.about(cell, found, "one time per animal", remedy)
            else:
                found = f"{record['animal']!r} in {record['group']} a second time for {record['endpoint']}"
                remedy = (
                    f"The first is in {other.name}: keep one, give the animals different ids, or number wells in a "
                    "column 'replicate'."
                )
                errors.about(cell, found, "one value per animal, group and endpoint", remedy)
        seen.setdefault(key, (record, cell))
        form = " ".join(record["animal"].casefold().split())
        spelt = spellings.setdefault(form, record["animal"])
        if spelt != record["animal"]:
            found, expected = (
                f"the animal {record['animal']!r} beside {spelt!r}",
                "ids that differ in more than capitals and spaces",
            )
            errors.about(cell, found, expected, "Spell an animal in one way, or tell two apart.")
        home = homes.setdefault(record["animal"], record["group"])
        twice = (record["animal"], record["group"])
        if protocol.design != "paired" and home != record["group"] and twice not in strays:
            strays.add(twice)
            found = f"{record['animal']!r} in {record['group']} and in {home}"
            remedy = (
                f"Correct the group of one animal; give two animals two ids, such as '{record['group']} "
                f"{record['animal']}'."
            )
            errors.about(cell, found, "each animal in one group", remedy)


def _mean(members: list[tuple[Record, Cell]], errors: ErrorCollector, spreads: dict[str, float]) -> Record:
    first, cell = members[0]
    measured = [record for record, _ in members if not math.isnan(record["lower"])]
    if len({record["time"] for record, _ in members if not math.isnan(record["time"])}) > 1:
        errors.about(
            cell, f"wells of {first['animal']!r} at several times", "wells of one sample", "Keep the rows of one time."
        )
    if len(measured) < 2:
        return (
            {**first, **{name: measured[0][name] for name in ("value", "lower", "upper", "count", "exposure", "total")}}
            if measured
            else first
        )
    if all(record["exposure"] > 0 and record["count"] >= 0 for record in measured):
        # Plaques of several plates are plaques of one larger plate.
        count, exposure = (sum(record[name] for record in measured) for name in ("count", "exposure"))
        rate = count / exposure
        return {**first, "value": rate, "lower": rate, "upper": rate, "count": count, "exposure": exposure}
    if any(record["lower"] == record["upper"] == 0 for record in measured):
        found = f"a well of {first['animal']!r} that holds zero"
        errors.about(
            cell, found, "wells above zero: with a zero there is no geometric mean", "Give one value for the animal."
        )
        return first
    lower, upper = ([record[end] for record in measured] for end in ("lower", "upper"))
    if 0 in lower and math.inf in upper:
        found = f"wells of {first['animal']!r} below one limit and above another"
        errors.about(cell, found, "wells that agree", "Measure again, or exclude the wells with a reason.")
        return first
    seen = [record["value"] for record in measured]
    if not np.isnan(seen).any():
        spreads[f"{first['animal']}, {first['endpoint']}"] = float(stats.variation(seen, ddof=1))
    low = 0.0 if 0 in lower else _geometric_mean(lower)
    high = math.inf if math.inf in upper else _geometric_mean(upper)
    # A mean of percentages has no one number of cells behind it.
    uncounted = dict.fromkeys(("count", "exposure", "total"), math.nan)
    return {**first, **uncounted, "value": low if low == high else math.nan, "lower": low, "upper": high}


def _geometric_mean(values: list[float]) -> float:
    # Twelve digits, so that wells of 25 and 25 tie with a single 25 and ranks do not hang on rounding.
    return float(f"{stats.gmean(values):.12g}")


def _refuse_same_well(wells: dict[tuple[str, str, str], list[tuple[Record, Cell]]], errors: ErrorCollector) -> None:
    for (animal, _, endpoint), members in wells.items():
        counts = Counter(record["replicate"] for record, _ in members)
        for record, cell in members:
            if counts[record["replicate"]] > 1:
                found = f"replicate {record['replicate']!r} of {animal!r} more than once for {endpoint}"
                errors.about(cell, found, "each well once", "Number the wells of an animal 1, 2, 3.")


def _said(several: dict[int, list[tuple[Record, Cell]]], spreads: dict[str, float]) -> list[str]:
    if not several:
        return []
    sentence = (
        f"{sum(map(len, several.values()))} replicate wells averaged geometrically to {len(several)} values, one per "
        "animal and endpoint"
    )
    if spreads:
        worst = max(spreads, key=lambda name: spreads[name])
        middle = float(np.median(list(spreads.values())))
        sentence += (
            f"; their coefficient of variation is {100 * middle:.1f} % in the median and at most "
            f"{100 * spreads[worst]:.1f} % ({worst})"
        )
    return [sentence]


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _hour(hour: float | None) -> str:
    return "no stated time" if hour is None or math.isnan(hour) else f"{hour:g} h"
