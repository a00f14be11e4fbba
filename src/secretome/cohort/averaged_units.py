"""Average the animals of each experimental unit, such as a cage or a litter, to one value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from secretome.cohort.errors import ErrorCollector, counted, quoted
from secretome.cohort.measurements import carried
from secretome.cohort.replicates import Measurement, Record, mean_of_animals
from secretome.protocol import Protocol

# The columns of `Cohort.values` with the number of animals whose values were averaged, and of those that had died.
MEMBERS, DIED = "members", "died"


def average_units(
    measurements: list[Measurement], protocol: Protocol, errors: ErrorCollector
) -> tuple[list[Measurement], list[str]]:
    """Return one measurement per experimental unit and endpoint, named by the unit, and a note on the numbers.

    The mean is arithmetic for counts, proportions and endpoints on a linear scale, otherwise geometric. Animals without
    a value, and excluded ones, are left out of it.
    """
    name = protocol.unit
    _refuse_shared(measurements, protocol, errors)
    members: dict[tuple[str, str, str], list[Measurement]] = {}
    excluded = []
    for measurement in measurements:
        record = measurement.record
        if record["exclude"]:
            # The unit may have other animals, so the reason names the excluded one.
            reason = f"{record['exclude']}, {record['animal']}"
            own = {"animal": record[name] or record["animal"], "exclude": reason, MEMBERS: 0, DIED: 0}
            excluded.append(Measurement(record | own, measurement.cell))
        else:
            members.setdefault((record["endpoint"], record["group"], record[name]), []).append(measurement)
    averaged = [Measurement(_averaged(own, protocol, errors), own[0].cell) for own in members.values()]
    return [*averaged, *excluded], [*_notes(measurements, averaged, protocol)]


def _averaged(members: Sequence[Measurement], protocol: Protocol, errors: ErrorCollector) -> Record:
    """The record of one experimental unit for one endpoint."""
    first, cell = members[0]
    records = [record for record, _ in members]
    measured = [record for record in records if not math.isnan(record["lower"])]
    endpoint = protocol.endpoints[first["endpoint"]]
    arithmetic = endpoint.equivalence_margin.scale == "linear" or endpoint.kind in ("count", "proportion")
    died = sum(bool(record["dead"]) for record in records)
    own = {"animal": first[protocol.unit], "dead": died == len(records)}
    # What differs between the animals of a unit is not known of the unit.
    kept = {column: _shared(record[column] for record in records) for column in carried(protocol)}
    of_all = first | kept | own | {MEMBERS: len(measured), DIED: died}
    if not measured:
        return of_all
    try:
        return of_all | mean_of_animals(measured, arithmetic=arithmetic)
    except ValueError as error:
        found = f"values of the {protocol.unit} {own['animal']!r} that have no mean, because {error}"
        errors.add(cell, found, "values that agree", "Measure again, or exclude an animal with a reason.")
        return of_all


def _shared(texts: Iterable[str]) -> str:
    """A text that all have, or none."""
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


def _refuse_shared(measurements: Sequence[Measurement], protocol: Protocol, errors: ErrorCollector) -> None:
    """Refuse a unit with animals of several groups, and one with animals of several blocks."""
    name, block = protocol.unit, protocol.block
    groups: dict[str, dict[str, Measurement]] = {}
    blocks: dict[str, str] = {}
    for measurement in measurements:
        record, cell = measurement
        if record["exclude"]:
            continue
        groups.setdefault(record[name], {}).setdefault(record["group"], measurement)
        if block and (other := blocks.setdefault(record[name], record[block])) != record[block]:
            found = f"animals of the {block} {other!r} and {record[block]!r} in the {name} {record[name]!r}"
            errors.add(
                cell, found, f"one {block} in each {name}", f"Correct the labels, or leave out {block!r} as block."
            )
    shared = {unit: own for unit, own in groups.items() if len(own) > 1}
    if shared:
        unit, of_groups = next(iter(shared.items()))
        second = list(of_groups.values())[1]
        more = f", and {counted(len(shared) - 1, f'other {name}')} with several groups" if len(shared) > 1 else ""
        remedy = (
            f"If they are different, give each {name} its own label, such as '{second.record['group']} {unit}'. If "
            f"animals of one {name} received different treatments, the animal is the experimental unit: write 'block: "
            f"{name}' in the protocol instead of 'unit: {name}'."
        )
        found = f"animals of {quoted(of_groups, ' and ')} in the {name} {unit!r}{more}"
        errors.add(second.cell, found, f"one group in each {name}, which is the experimental unit", remedy)


def _notes(measurements: Iterable[Measurement], averaged: Iterable[Measurement], protocol: Protocol) -> Iterable[str]:
    """How many animals were averaged to how many units."""
    animals = {record["animal"] for record, _ in measurements if not record["exclude"]}
    units = {record["animal"] for record, _ in averaged}
    lost = {record["animal"] for record, _ in measurements if math.isnan(record["lower"]) and not record["exclude"]}
    sizes = sorted(record[MEMBERS] for record, _ in averaged if record[MEMBERS])
    if sizes:
        size = f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]}"
        left_out = f"; {counted(len(lost), 'animal')} without some value left out of its mean" if lost else ""
        yield (
            f"the values of {counted(len(animals), 'animal')} are averaged to those of "
            f"{counted(len(units), protocol.unit)} ({size} in each), which is the experimental unit: n counts these"
            f"{left_out}"
        )
