"""Columns that are not used and say something about the values beside them: each is asked about once."""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from secretome.cohort.columns import Columns, Complaints
from secretome.cohort.flags import GENERIC, Meaning, column_meanings, is_flag_header
from secretome.cohort.replicates import Record
from secretome.cohort.sheet import Cell, cell_ranges
from secretome.cohort.values import Unreadable, decimal_mark, parse
from secretome.cohort.vocabulary import labelled

Measured = tuple[Record, Cell]
Row = tuple[str, int]
# What to do about a value, by what the flag beside it says.
LIMIT = "If {flag!r} means that the value lies {where} a limit of the assay, write that limit in place of the value{all}: "
REMEDIES: dict[Meaning, str] = {
    "below": f"{LIMIT}{{low}} in {{cell}}.",
    "above": f"{LIMIT}{{high}} in {{cell}}.",
    "beyond": f"{LIMIT}<15.6 or >1000, for example, in {{cell}}.",
    "estimated": f"{LIMIT}<15.6 or >1000, for example, in {{cell}}.",
    "excluded": "If {flag!r} means that the value does not count, write the reason into a column 'exclude'{all}.",
    "mark": "If {flag!r} means a limit, write <15.6 or >1000, for example, in place of the value; if it means that the value does not "
    "count, write the reason into a column 'exclude'.",
}
LIMIT_HEADER = re.compile(
    r"\b(l?lod|l?loq|lloq|uloq|detection limit|limit of (detection|quantification)|(lower|upper) limit|mdl|cut-?off)\b"
)


def check_flags(columns: Columns, measured: Sequence[Measured], complaints: Complaints) -> None:
    """Ask about each column of flags that says something else of a value than the value itself.

    Parameters
    ----------
    columns : Columns
        The columns of the table.
    measured : sequence of (record, cell)
        Each value, and the cell that it stands in.
    complaints : Complaints
        Where questions are noted.
    """
    header, rows = columns.sheet.header, columns.sheet.rows
    values: dict[Row, list[Measured]] = {}
    for record, cell in measured:
        if not record["exclude"]:
            values.setdefault((cell.sheet, cell.row), []).append((record, cell))
    asked = {problem.place for problem in complaints.problems}
    used = {*columns.named.values(), *columns.wide.values()} - {columns.named.get("note", -1)}
    for position, cell in enumerate(header):
        if position in used or f"cell {cell.name}" in asked:
            continue
        endpoints = _endpoints(columns, position)
        meanings: list[Meaning] = column_meanings(cell.text, [row[position].text for row in rows])
        if position == columns.named.get("note"):
            # A remark such as '*' is kept where it says nothing that changes the value.
            meanings = [meaning if meaning in ("below", "above", "beyond", "excluded") else "" for meaning in meanings]
        flagged = [
            (meaning, row[position], value)
            for meaning, row in zip(meanings, rows, strict=True)
            for value in values.get((row[position].sheet, row[position].row), [])
            if meaning and value[0]["endpoint"] in endpoints and not _agrees(meaning, value[0])
        ]
        if flagged:
            _ask(cell, flagged, complaints)
        elif LIMIT_HEADER.search(re.sub(r"[_.]+", " ", cell.text.casefold())):
            _ask_about_limit(cell, position, columns, values, complaints)


def _endpoints(columns: Columns, position: int) -> set[str]:
    """The endpoints that a column of flags may belong to; none where it belongs to another column."""
    protocol, header = columns.protocol, columns.sheet.header
    every = set(columns.wide) or set(protocol.endpoints)
    text = header[position].text
    known = [name for pair in labelled(protocol.endpoints) for name in pair]
    if near := columns.vocabulary.near(" ".join(_words(text) - GENERIC), known) if _words(text) - GENERIC else None:
        found = columns.vocabulary.endpoint(near)
        return {found[0]} & every if found else every
    others = [at for at in range(len(header)) if at != position and at not in columns.wide.values()]
    if any(_words(header[at].text) & (_words(text) - GENERIC) for at in others if at not in columns.named.values()):
        return set()
    # A name that says nothing: the neighbour that holds numbers and is no endpoint has it, if no endpoint stands beside it.
    beside = [at for at in (position - 1, position + 1) if 0 <= at < len(header)]
    endpoint = {key for key, at in columns.wide.items() if at in beside}
    if not columns.wide or not is_flag_header(text):
        return endpoint or every
    if endpoint:
        return endpoint
    return set() if position - 1 in others and _numeric(columns, position - 1) else every


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W_]+(?:[-.][^\W_]+)*", text.casefold()) if len(word) > 1 or not word.isascii()}


def _numeric(columns: Columns, position: int) -> bool:
    """Whether a column that is not used holds numbers."""
    texts = [row[position].text.strip() for row in columns.sheet.rows]
    return position not in columns.named.values() and any(texts) and all(re.fullmatch(r"[<>]?\s*[\d.,]*", text) for text in texts)


def _agrees(meaning: Meaning, record: Record) -> bool:
    """Whether a value says already what its flag says."""
    lower, upper = record["lower"], record["upper"]
    if math.isnan(lower):
        return meaning in ("estimated", "excluded", "mark")
    below, above = lower == 0 < upper, lower < upper == math.inf
    return bool({"below": below, "above": above, "beyond": below or above, "estimated": below or above}.get(meaning, False))


def _ask(header: Cell, flagged: Sequence[tuple[Meaning, Cell, Measured]], complaints: Complaints) -> None:
    texts: dict[str, list[Cell]] = {}
    for _, cell, _ in flagged:
        texts.setdefault(cell.text.strip(), []).append(cell)
    told = [f"{text[:60]!r} in {cell_ranges(set(cells))}" for text, cells in texts.items()]
    shown = "; ".join(told[:4]) + ("; …" if len(told) > 4 else "")
    endpoints = " and ".join(dict.fromkeys(str(value[0]["endpoint"]) for _, _, value in flagged))
    found = f"{shown} beside values of {endpoints}, in the column {header.text.strip()!r}"
    remedies = []
    for meaning in dict.fromkeys(meaning for meaning, _, _ in flagged):
        alike = [entry for entry in flagged if entry[0] == meaning]
        _, flag, (record, value) = alike[0]
        number = value.text.strip() if record["lower"] == record["upper"] and re.fullmatch(r"[<>≤≥]=?", flag.text.strip()) else ""
        rows = len({(cell.sheet, cell.row) for _, cell, _ in alike})
        about = {"flag": flag.text.strip()[:60], "low": f"<{number}" if number else "<15.6, for example,", "cell": value.name}
        about |= {"high": f">{number}" if number else ">1000, for example,", "all": f" in all {rows} rows" if rows > 1 else ""}
        about["where"] = meaning if meaning in ("below", "above") else "beyond"
        remedies.append(REMEDIES[meaning].format(**about))
    remedies.append("If the values count as they stand, delete the column.")
    complaints.about(flagged[0][1], found, "values that say themselves what is known of them", " ".join(remedies))


def _ask_about_limit(
    header: Cell, position: int, columns: Columns, values: Mapping[Row, Sequence[Measured]], complaints: Complaints
) -> None:
    """Ask about a column of assay limits under another name than 'lloq' or 'uloq', where a value lies at a limit or beyond it."""
    upper = bool(re.search(r"\buloq\b|upper", header.text.casefold()))
    name = "uloq" if upper else "lloq"
    texts = [row[position].text for row in columns.sheet.rows]
    with suppress(Unreadable):
        mark = decimal_mark(texts)
        for row in columns.sheet.rows:
            limit = parse(row[position].text, mark).seen
            for record, cell in values.get((row[position].sheet, row[position].row), []):
                seen = record["value"]
                if seen >= limit if upper else seen <= limit:
                    found = f"{cell.text.strip()!r} in {cell.name} beside {limit:g} in a column {header.text.strip()!r} that is not used"
                    remedy = f"If it is the limit of the assay, name the column {name!r}, or add --map '{header.text.strip()}={name}'; "
                    complaints.about(row[position], found, f"a column {name!r} for limits", f"{remedy}otherwise delete the column.")
                    return
