"""Check unused columns that name a group or a dose: they must not contradict the group of their row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secretome.cohort.columns import Columns
from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Cell, cell_ranges
from secretome.cohort.replicates import Measurement
from secretome.cohort.units import canonical
from secretome.cohort.vocabulary import unit_in_brackets
from secretome.protocol import Protocol, normalise

_DOSE = re.compile(r"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>[^\W\d_]{1,3}(?:/[^\W\d_]{1,3})?)?(?![\w/])")
_AMOUNT = re.compile(r"[nuμm]?[gl](/\w+)?")


def check_groups(columns: Columns, measurements: Sequence[Measurement], errors: ErrorCollector) -> None:
    """Refuse each unused column in which a cell names another group, or the dose of another group, than its row."""
    groups = {(cell.sheet, cell.row): record["group"] for record, cell in measurements if not record["exclude"]}
    for position, header in enumerate(columns.sheet.header):
        if position in columns.used:
            continue
        is_dose = normalise(header.text).startswith("dos")
        unit = unit_in_brackets(header.text) if is_dose else ""
        others: dict[str, list[Cell]] = {}
        for row in columns.sheet.rows:
            cell = row[position]
            group = groups.get((cell.sheet, cell.row))
            named = columns.vocabulary.group(cell.visible_text)
            if named is not None and named not in groups.values():
                continue  # A group without animals that is named elsewhere is another problem.
            if named is None and is_dose:
                named = group_of_dose(cell.visible_text, group or "", columns.protocol, unit)
            if group and named and named != group:
                others.setdefault(group, []).append(cell)
        if others:
            group, cells = next(iter(others.items()))
            more = f", and other cells of {cell_ranges(cells)}" if len(cells) > 1 else ""
            found = f"{cells[0].visible_text!r} in the column {header.text.strip()!r} of an animal of {group}{more}"
            remedy = "Correct the group or this column; delete the column if it states something else."
            errors.add(cells[0], found, "a column that agrees with the column of groups", remedy)


def group_of_dose(text: str, own: str, protocol: Protocol, unit: str = "") -> str | None:
    """Return the group that has the dose in a text, if it is not the dose of the `own` group; None if none has it.

    `unit` is that of a number without a unit.
    """
    about = protocol.groups.get(own)
    doses = {(f"{float(match['number'].replace(',', '.')):g}", match["unit"] or unit) for match in _DOSE.finditer(text)}
    if about and about.dose is not None and f"{about.dose:g}" in {number for number, _ in doses}:
        return None
    for key, group in protocol.groups.items():
        is_dose = group.dose is not None and any(
            number == f"{group.dose:g}" and not _is_other_unit(stated, group.dose_unit) for number, stated in doses
        )
        if is_dose:
            return key
    return None


def has_other_unit(text: str, own: str, protocol: Protocol) -> bool:
    """Return whether a text states the number of the `own` group's dose with another unit, as '150 mL' for 150 µL."""
    group = protocol.groups.get(own)
    if group is None:
        return False
    return any(
        float(match["number"].replace(",", ".")) == group.dose and _is_other_unit(match["unit"] or "", group.dose_unit)
        for match in _DOSE.finditer(text)
    )


def _is_other_unit(stated: str, expected: str) -> bool:
    """Whether a stated unit of an amount differs from the expected one, of which 'per kg' may be left out."""
    unit, own = (re.sub("^u", "μ", canonical(text)) for text in (stated, expected))
    return bool(_AMOUNT.fullmatch(unit)) and unit != (own if "/" in unit else own.partition("/")[0])
