"""Survival of each animal, from the columns 'time' and 'event'."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from secretome.cohort.errors import ErrorCollector, counted
from secretome.cohort.replicates import Measurement, Record
from secretome.protocol import Protocol

# What survival has no values in.
NO_COUNTS = {"count": math.nan, "exposure": math.nan, "total": math.nan}


def survival_of(
    measurements: Iterable[Measurement], endpoint: str, sampling_hour: float | None, errors: ErrorCollector
) -> Iterator[Measurement]:
    """Yield the survival of each animal, from its first row.

    `lower` is the time of the death, or the last time at which the animal was seen alive; then `upper` is infinite. An
    animal without a time was alive when the protocol samples, if it samples; a death without a time has no value.
    Contradictory times of one animal are a problem.
    """
    first: dict[tuple[str, str], Measurement] = {}
    for record, cell in measurements:
        known = first.setdefault((record["animal"], record["group"]), Measurement(record, cell))
        same = all(_text(known.record[name]) == _text(record[name]) for name in ("time", "event"))
        if not same and not record["exclude"] and not known.record["exclude"]:
            found = f"{record['animal']!r} with two times or events"
            errors.add(cell, found, "one time and one event in all its rows", f"The other is in {known.cell.name}.")
    for record, cell in first.values():
        yield Measurement(_record(record, endpoint, sampling_hour), cell)


def survival_notes(measurements: Iterable[Measurement], protocol: Protocol, survival: str, unit: str) -> list[str]:
    """Return sentences about deaths in each group, and about animals whose survival is unknown."""
    records = [record for record, _ in measurements if record["endpoint"] == survival and not record["exclude"]]
    if not records:
        return []
    parts = []
    for group in protocol.groups:
        own = [record for record in records if record["group"] == group and not math.isnan(record["lower"])]
        parts.append(f"{group} {sum(not math.isnan(record['value']) for record in own)} of {len(own)}")
    notes = [f"{survival}, in {unit}, from the columns 'time' and 'event'; deaths: {', '.join(parts)}"]
    if unknown := sum(math.isnan(record["lower"]) for record in records):
        notes.append(f"{counted(unknown, 'animal')} without a time: {survival} is unknown")
    if assumed := sum(record["assumed_alive"] for record in records):
        notes.append(f"{counted(assumed, 'animal')} without a time and an event: alive when sampled")
    return notes


def _record(record: Record, endpoint: str, sampling_hour: float | None) -> Record:
    time, died = float(record["time"]), bool(record["event"])
    alive_when_sampled = math.isnan(time) and not died and sampling_hour is not None
    if sampling_hour is not None and alive_when_sampled:
        time = sampling_hour
    observed = time if died else math.nan
    values = {"value": observed, "lower": time, "upper": time if died or math.isnan(time) else math.inf, **NO_COUNTS}
    if record["exclude"]:
        values |= dict.fromkeys(("value", "lower", "upper"), math.nan)
    # "dead" means that no value could be measured, and survival is known of the dead.
    return record | values | {"endpoint": endpoint, "dead": False, "assumed_alive": alive_when_sampled}


def _text(value: float | bool) -> str:
    return f"{value}"
