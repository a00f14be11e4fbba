"""Files in which animals were measured at several times: one time is analysed, or the file is refused."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from secretome.cohort.columns import Columns
from secretome.cohort.errors import ErrorCollector, counted
from secretome.cohort.replicates import Key, Measurement, mean_of_animals
from secretome.protocol import Protocol

# The column of `Cohort.values` with the value of each animal before the treatment.
BASELINE = "baseline"
# Times and animals that a message names.
MAX_TIMES = 6


def at_time_of_protocol(
    measurements: list[Measurement], columns: Columns, errors: ErrorCollector
) -> tuple[list[Measurement], list[str]]:
    """Return the measurements at the time that the protocol analyses, and a note on those at other times."""
    time = columns.protocol.time
    if time is None:
        _refuse_several(measurements, columns, errors)
        return measurements, []
    if "time" not in columns.named and columns.protocol.baseline is not None:
        found, expected = (
            "no column 'time'",
            f"the values at {columns.protocol.baseline:g} and {time:g} h, each with its hour",
        )
        header = columns.sheet.header[0]
        remedy = "Add a column 'time', and write one row for each animal and time."
        errors.add_at(f"row {header.row}", found, expected, remedy)
        return [], []
    if "time" not in columns.named:
        return measurements, [f"no column 'time', so all values are taken to be of {time:g} h, as the protocol states"]
    unknown = [measurement for measurement in measurements if math.isnan(measurement.record["time"])]
    for record, cell in unknown:
        remedy = f"Write the hour of each value; the protocol analyses those at {time:g} h."
        errors.add(cell, f"a value of {record['animal']!r} without a time", "a time in the column 'time'", remedy)
    kept = [measurement for measurement in measurements if measurement.record["time"] == time]
    used = (time, columns.protocol.baseline)
    others = Counter(m.record["time"] for m in measurements if m.record["time"] not in used and m not in unknown)
    if not kept and not unknown and measurements:
        header = columns.sheet.header[columns.named["time"]]
        remedy = "Correct the times, or state another time in the protocol before new animals are measured."
        errors.add(header, f"values at {_times(others)}", f"values at {time:g} h, which the protocol analyses", remedy)
        return measurements, []
    notes = []
    if columns.protocol.baseline is not None and not unknown:
        notes.append(_add_baselines(kept, measurements, columns.protocol, errors))
    if others:
        number = counted(sum(others.values()), "value")
        notes.append(f"the protocol analyses {time:g} h: {number} at {_times(others)} not used")
    return kept, notes


def _add_baselines(
    kept: Sequence[Measurement], measurements: Sequence[Measurement], protocol: Protocol, errors: ErrorCollector
) -> str:
    """Add to each record the value of its animal at the baseline; one that is missing or no number is a problem."""
    hour, befores = protocol.baseline, dict[Key, list[Measurement]]()
    for measurement in measurements:
        record = measurement.record
        if record["time"] == hour and not record["exclude"] and not math.isnan(record["lower"]):
            befores.setdefault(measurement.key, []).append(measurement)
    for measurement in kept:
        record, cell = measurement
        record[BASELINE] = math.nan
        if record["exclude"] or math.isnan(record["lower"]):
            continue
        animal, of_animal = record["animal"], befores.get(measurement.key, [])
        expected = f"a number at {hour:g} h, the baseline of the protocol"
        remedy = "Add it, or write the reason for leaving the animal out in a column 'exclude'."
        if not of_animal:
            errors.add(cell, f"a value of {animal!r} without one at {hour:g} h", expected, remedy)
            continue
        linear = protocol.endpoints[record["endpoint"]].equivalence_margin.scale == "linear"
        known = [one.record for one in of_animal]
        if any(one["lower"] != one["upper"] or (one["lower"] <= 0 and not linear) for one in known):
            found = f"a baseline of {animal!r} below or above a limit, or without a logarithm"
            remedy = (
                "A covariate must be a number. Leave 'baseline' out of the protocol, if this can happen: the groups "
                f"are then compared at {protocol.time:g} h alone."
            )
            errors.add(of_animal[0].cell, found, expected, remedy)
            continue
        record[BASELINE] = mean_of_animals(known, arithmetic=linear)["value"] if len(known) > 1 else known[0]["value"]
    return f"the planned tests adjust for the values at {hour:g} h, the baseline"


def _refuse_several(measurements: Iterable[Measurement], columns: Columns, errors: ErrorCollector) -> None:
    """Refuse animals with values of one endpoint at several times, in one message."""
    of_animals: dict[tuple[str, str, str], dict[float, Measurement]] = {}
    for measurement in measurements:
        record = measurement.record
        if not record["exclude"] and not math.isnan(record["time"]) and not math.isnan(record["lower"]):
            of_animals.setdefault(measurement.key, {}).setdefault(record["time"], measurement)
    repeated = [times for times in of_animals.values() if len(times) > 1]
    if not repeated:
        return
    times = dict.fromkeys(sorted({time for own in repeated for time in own}))
    protocol = columns.protocol
    animals = {next(iter(own.values())).record["animal"] for own in repeated}
    chosen = f"{list(times)[-1]:g}" if protocol.sampling_hour is None else f"{protocol.sampling_hour:g}"
    select = (
        f"keep the rows of {chosen} h, the time of the protocol"
        if protocol.sampling_hour is not None
        else f"write 'time: {chosen}', or another one, into the protocol"
    )
    change = (
        "write each animal's change as one value: the ratio to its baseline, or the difference on a linear scale"
        if protocol.sampling_hour is not None
        else f"write 'baseline: {min(times):g}' too, if those values were measured before the treatment"
    )
    remedy = (
        f"Several times of one animal are not further animals. To analyse one time, {select}. For a change from "
        f"baseline, {change}; or, if every animal received the same, use a paired study with the two times as groups."
    )
    found = f"{counted(len(animals), 'animal')} with values at several times ({_times(times)})"
    errors.add(columns.sheet.header[columns.named["time"]], found, "one value per animal and endpoint", remedy)


def _times(times: Iterable[float]) -> str:
    ordered = sorted(times)
    return f"{', '.join(f'{time:g}' for time in ordered[:MAX_TIMES])}{', …' if len(ordered) > MAX_TIMES else ''} h"
