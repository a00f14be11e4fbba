"""Check unused columns for flags of the values next to them; each column is reported once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from secretome.cohort.columns import Columns
from secretome.cohort.decimals import find_decimal_marks
from secretome.cohort.errors import ErrorCollector, group_by
from secretome.cohort.files.sheet import Cell, cell_ranges
from secretome.cohort.flags import GENERIC, Flag, column_meanings, flag_meaning, header_words, is_flag_header
from secretome.cohort.replicates import Measurement, Record
from secretome.cohort.suspect_entries import names_limit
from secretome.cohort.values import NotAValueError, parse
from secretome.cohort.vocabulary import keys_and_labels, map_option

RowKey = tuple[str, int]
# What to do about a value, by the meaning of its flag.
WRITE_LIMIT = (
    "If {flag!r} means that the value is {side} a limit of the assay, replace the value with that limit{all}: "
)
REMEDIES: dict[Flag, str] = {
    "below": f"{WRITE_LIMIT}{{low}} in {{cell}}.",
    "above": f"{WRITE_LIMIT}{{high}} in {{cell}}.",
    "beyond": f"{WRITE_LIMIT}<15.6 or >1000, for example, in {{cell}}.",
    "estimated": f"{WRITE_LIMIT}<15.6 or >1000, for example, in {{cell}}.",
    "excluded": "If {flag!r} means that the value is not valid, write the reason in a column 'exclude'{all}.",
    "mark": "If {flag!r} marks a limit, replace the value with the limit, for example <15.6 or >1000; if it "
    "means that the value is not valid, write the reason in a column 'exclude'.",
}


class _FlaggedValue(NamedTuple):
    meaning: Flag
    flag: Cell
    value: Measurement


def check_flags(columns: Columns, measurements: Sequence[Measurement], errors: ErrorCollector) -> None:
    """Refuse each column of flags that adds information to a value."""
    included = [measurement for measurement in measurements if not measurement.record["exclude"]]
    values = group_by(included, lambda measurement: (measurement.cell.sheet, measurement.cell.row))
    _refuse_marked_ids(columns, errors)
    for position, header in columns.unexplained:
        if flagged := _flagged_values(columns, position, values):
            _refuse_flags(header, flagged, errors)
        elif names_limit(header.text):
            _refuse_limit_column(position, columns, values, errors)


def _refuse_marked_ids(columns: Columns, errors: ErrorCollector) -> None:
    """Refuse ids of animals to which a remark was added, as in 'r8*' or 'r8 (excluded)'."""
    if "animal" not in columns.named:
        return
    rows = [row for row in columns.sheet.rows if not columns.text(row, "exclude")]
    cells = [row[columns.named["animal"]] for row in rows]
    marked = [
        cell
        for cell in cells
        if cell.kind != "error" and (re.search(r"\w\s*[*†‡!?]+$", cell.text) or flag_meaning(cell.text) == "excluded")
    ]
    if marked and len(marked) < len(cells):
        more = f", and remarks in {cell_ranges(marked)}" if len(marked) > 1 else ""
        remedy = "If the remark means that the animal is excluded, write the reason in a column 'exclude' in its row, "
        found = f"the animal {marked[0].visible_text!r}{more}"
        errors.add(marked[0], found, "an id without a remark", f"{remedy}and delete it here.")


def _flagged_values(
    columns: Columns, position: int, values: Mapping[RowKey, Sequence[Measurement]]
) -> list[_FlaggedValue]:
    """The values to which a column of flags adds information."""
    header, rows = columns.sheet.header[position], columns.sheet.rows
    endpoints = _endpoints(columns, position)
    meanings = column_meanings(header.text, [row[position].text for row in rows])
    if position == columns.named.get("note"):
        # A remark such as '*' in a note is accepted if it does not change the value.
        meanings = [flag if flag in ("below", "above", "beyond", "excluded") else "" for flag in meanings]
    flagged = []
    for meaning, row in zip(meanings, rows, strict=True):
        flag = row[position]
        candidates = [each for each in values.get((flag.sheet, flag.row), []) if each.record["endpoint"] in endpoints]
        # If the flag may belong to several values of a row, one value with the same meaning is enough.
        if meaning and not any(_states_same(meaning, each.record) for each in candidates):
            flagged += [
                _FlaggedValue(meaning, flag, each) for each in candidates if not _is_missing(meaning, each.record)
            ]
    return flagged


def _endpoints(columns: Columns, position: int) -> set[str]:
    """The endpoints to which a column of flags may belong; none if it belongs to another column."""
    header, endpoints = columns.sheet.header, columns.protocol.endpoints
    every = set(columns.wide) or set(endpoints)
    words = header_words(header[position].text) - GENERIC
    similar = columns.vocabulary.similar(" ".join(words), keys_and_labels(endpoints)) if words else None
    if similar and (endpoint := columns.vocabulary.endpoint(similar)):
        return {endpoint[0]} & every
    unused = [at for at in range(len(header)) if at not in columns.used and at != position]
    if any(header_words(header[at].text) & words for at in unused):
        return set()
    if not columns.wide or not _has_flags(columns, position):
        return every
    return _endpoints_next_to(columns, position, unused)


def _endpoints_next_to(columns: Columns, position: int, unused: list[int]) -> set[str]:
    """The endpoints next to a column of flags; all endpoints if it may belong to any of them."""
    every = set(columns.wide)
    neighbours = {at: key for key, at in columns.wide.items() if at in (position - 1, position + 1)}
    if not neighbours:
        # A column with a general name that follows a column of other numbers belongs to that column.
        return set() if position - 1 in unused and _is_numeric(columns, position - 1) else every
    flag_columns = [at for at in (*unused, position) if _has_flags(columns, at)]
    if len(flag_columns) < len(columns.wide):
        return every
    # If each endpoint has a column of flags, they all precede or all follow their endpoint.
    precedes = min(columns.wide.values()) - 1 in flag_columns
    follows = max(columns.wide.values()) + 1 in flag_columns
    side = position + 1 if precedes and not follows else position - 1 if follows and not precedes else None
    return {neighbours[side]} if side in neighbours else set(neighbours.values())


def _has_flags(columns: Columns, position: int) -> bool:
    """Whether a column contains flags of one other column, by its header or because it contains only short codes."""
    header, texts = columns.sheet.header[position].text, columns.texts(position)
    return is_flag_header(header) or (all(len(text) <= 3 for text in texts) and any(column_meanings(header, texts)))


def _is_numeric(columns: Columns, position: int) -> bool:
    texts = columns.texts(position)
    return any(texts) and all(re.fullmatch(r"[<>]?\s*[\d.,]*", text) for text in texts)


def _states_same(meaning: Flag, record: Record) -> bool:
    """Whether a value is already written as the limit that its flag states."""
    below = record["lower"] == 0 < record["upper"]
    above = record["lower"] < record["upper"] == math.inf
    return (below and meaning in ("below", "beyond", "estimated")) or (
        above and meaning in ("above", "beyond", "estimated")
    )


def _is_missing(meaning: Flag, record: Record) -> bool:
    """Whether there is no value that a flag could change; a value below or above a limit is not missing."""
    return math.isnan(record["lower"]) and meaning in ("estimated", "excluded", "mark")


def _refuse_flags(header: Cell, flagged: Sequence[_FlaggedValue], errors: ErrorCollector) -> None:
    by_text = group_by((entry.flag for entry in flagged), lambda flag: flag.text.strip())
    texts = [f"{text[:60]!r} in {cell_ranges(cells)}" for text, cells in by_text.items()]
    found = "; ".join(texts[:4]) + ("; …" if len(texts) > 4 else "")
    endpoints = " and ".join(dict.fromkeys(entry.value.record["endpoint"] for entry in flagged))
    found += f" next to values of {endpoints}, in the column {header.text.strip()!r}"
    remedies = [_flag_remedy(entries) for entries in group_by(flagged, lambda entry: entry.meaning).values()]
    remedies.append("If the values are valid as they are, delete the column.")
    errors.add(flagged[0].flag, found, "limits and exclusions without flags", " ".join(remedies))


def _flag_remedy(flagged: Sequence[_FlaggedValue]) -> str:
    """What to do about values whose flags have the same meaning."""
    meaning, flag, (record, value) = flagged[0]
    is_sign = re.fullmatch(r"[<>≤≥]=?", flag.text.strip()) and record["lower"] == record["upper"]
    number = value.text.strip() if is_sign else ""
    rows = len({(entry.flag.sheet, entry.flag.row) for entry in flagged})
    return REMEDIES[meaning].format(
        flag=flag.text.strip()[:60],
        low=f"<{number}" if number else "<15.6, for example,",
        high=f">{number}" if number else ">1000, for example,",
        cell=value.name,
        all=f" in each of the {rows} rows" if rows > 1 else "",
        side=meaning if meaning in ("below", "above") else "beyond",
    )


def _refuse_limit_column(
    position: int, columns: Columns, values: Mapping[RowKey, Sequence[Measurement]], errors: ErrorCollector
) -> None:
    """Refuse a column of assay limits not named 'lloq' or 'uloq', if a value is at or beyond its limit."""
    header = columns.sheet.header[position]
    is_upper = bool(re.search(r"\buloq\b|upper", header.text.casefold()))
    name = "uloq" if is_upper else "lloq"
    cells = [row[position] for row in columns.sheet.rows]
    marks = find_decimal_marks({position: [(cell, cell.text) for cell in cells]}, columns.sheet.delimiter)
    with suppress(NotAValueError):
        for cell in cells:
            limit = parse(cell.text, marks.by_column.get(position, ".")).observed
            for record, value in values.get((cell.sheet, cell.row), []):
                if record["value"] >= limit if is_upper else record["value"] <= limit:
                    found = f"{value.text.strip()!r} in {value.name} and {limit:g} in the unused column "
                    remedy = f"If it is the limit of the assay, name the column {name!r}, or add "
                    remedy += f"{map_option(header.text, name)}; otherwise delete the column."
                    choice = columns.choice([header.text.strip()], name)
                    errors.add(cell, f"{found}{header.text.strip()!r}", f"a column {name!r} for limits", remedy, choice)
                    return
