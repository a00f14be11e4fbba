"""Checks of unused columns that contain flags of the values next to them; there is one question for each column."""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from secretome.cohort.columns import Columns, ErrorCollector
from secretome.cohort.decimals import decide
from secretome.cohort.files.sheet import Cell, cell_ranges
from secretome.cohort.flags import GENERIC, Meaning, column_meanings, header_words, is_flag_header, meaning
from secretome.cohort.replicates import Record
from secretome.cohort.values import Unreadable, parse
from secretome.cohort.vocabulary import labelled

Measured = tuple[Record, Cell]
Row = tuple[str, int]
# What to do about a value, by the meaning of its flag.
LIMIT = "If {flag!r} means that the value is {where} a limit of the assay, replace the value with that limit{all}: "
REMEDIES: dict[Meaning, str] = {
    "below": f"{LIMIT}{{low}} in {{cell}}.",
    "above": f"{LIMIT}{{high}} in {{cell}}.",
    "beyond": f"{LIMIT}<15.6 or >1000, for example, in {{cell}}.",
    "estimated": f"{LIMIT}<15.6 or >1000, for example, in {{cell}}.",
    "excluded": "If {flag!r} means that the value is not valid, write the reason in a column 'exclude'{all}.",
    "mark": "If {flag!r} marks a limit, replace the value with the limit, for example <15.6 or >1000; if it "
    "means that the value is not valid, write the reason in a column 'exclude'.",
}
LIMIT_HEADER = re.compile(
    r"\b(l?lod|l?loq|lloq|uloq|detection limit|limit of (detection|quantification)|(lower|upper) limit|mdl|cut-?off)\b"
)


def check_flags(columns: Columns, measured: Sequence[Measured], errors: ErrorCollector) -> None:
    """Ask about each column of flags that adds information to a value.

    Parameters
    ----------
    columns : Columns
        The columns of the table.
    measured : sequence of (record, cell)
        Each value, and the cell that it stands in.
    errors : ErrorCollector
        Where questions are noted.
    """
    header, rows = columns.sheet.header, columns.sheet.rows
    values: dict[Row, list[Measured]] = {}
    for record, cell in measured:
        if not record["exclude"]:
            values.setdefault((cell.sheet, cell.row), []).append((record, cell))
    _ask_about_ids(columns, errors)
    asked = {problem.place for problem in errors.problems}
    used = {*columns.named.values(), *columns.wide.values()} - {columns.named.get("note", -1)}
    for position, cell in enumerate(header):
        if position in used or f"cell {cell.name}" in asked:
            continue
        endpoints = _endpoints(columns, position)
        meanings: list[Meaning] = column_meanings(cell.text, [row[position].text for row in rows])
        if position == columns.named.get("note"):
            # A remark such as '*' in an id is accepted if it does not change the value.
            meanings = [said if said in ("below", "above", "beyond", "excluded") else "" for said in meanings]
        flagged = []
        for said, row in zip(meanings, rows, strict=True):
            beside = [
                entry
                for entry in values.get((row[position].sheet, row[position].row), [])
                if entry[0]["endpoint"] in endpoints
            ]
            # If it is unknown which value of a row the flag belongs to, one value with the same meaning is enough.
            if said and not any(_says_the_same(said, record) for record, _ in beside):
                flagged += [(said, row[position], entry) for entry in beside if not _is_missing(said, entry[0])]
        if flagged:
            _ask(cell, flagged, errors)
        elif LIMIT_HEADER.search(re.sub(r"[_.]+", " ", cell.text.casefold())):
            _ask_about_limit(cell, position, columns, values, errors)


def _ask_about_ids(columns: Columns, errors: ErrorCollector) -> None:
    """Ask about ids of animals to which a remark was added, as in 'r8*' or 'r8 (excluded)'."""
    if "animal" not in columns.named:
        return
    position = columns.named["animal"]
    included = [row for row in columns.sheet.rows if not columns.text(row, "exclude")]
    marked = [
        row[position]
        for row in included
        if re.search(r"\w\s*[*†‡!?]+$", row[position].text) or meaning(row[position].text) == "excluded"
    ]
    if marked and len(marked) < len(included):
        found = f"the animal {marked[0].seen!r}" + (
            f", and remarks in {cell_ranges(marked)}" if len(marked) > 1 else ""
        )
        remedy = (
            "If the remark means that the animal is excluded, write the reason in a column 'exclude' in its row, and "
            "delete it here."
        )
        errors.about(marked[0], found, "an id without a remark", remedy)


def _endpoints(columns: Columns, position: int) -> set[str]:
    """The endpoints that a column of flags may belong to; none where it belongs to another column."""
    protocol, header = columns.protocol, columns.sheet.header
    every = set(columns.wide) or set(protocol.endpoints)
    text = header[position].text
    own = header_words(text) - GENERIC
    known = [name for pair in labelled(protocol.endpoints) for name in pair]
    if own and (near := columns.vocabulary.near(" ".join(own), known)) and (found := columns.vocabulary.endpoint(near)):
        return {found[0]} & every
    used = {*columns.named.values(), *columns.wide.values()}
    unused = [at for at in range(len(header)) if at not in used and at != position]
    if any(header_words(header[at].text) & own for at in unused):
        return set()
    if not columns.wide or not _holds_flags(columns, position):
        return every
    beside = {at: key for key, at in columns.wide.items() if at in (position - 1, position + 1)}
    if not beside:
        # A column with a general name that follows a column of other numbers belongs to that column.
        return set() if position - 1 in unused and _numeric(columns, position - 1) else every
    flags = [at for at in (*unused, position) if _holds_flags(columns, at)]
    if len(flags) < len(columns.wide):
        return every
    first, last = min(columns.wide.values()), max(columns.wide.values())
    before, after = first - 1 in flags, last + 1 in flags
    side = position + 1 if before and not after else position - 1 if after and not before else None
    return {beside[side]} if side in beside else set(beside.values())


def _holds_flags(columns: Columns, position: int) -> bool:
    """Whether a column holds flags of one other column, by its header or because it contains only short marks."""
    header = columns.sheet.header[position].text
    texts = [row[position].text.strip() for row in columns.sheet.rows]
    return is_flag_header(header) or (all(len(text) <= 3 for text in texts) and any(column_meanings(header, texts)))


def _numeric(columns: Columns, position: int) -> bool:
    """Whether a column that is not used holds numbers."""
    texts = [row[position].text.strip() for row in columns.sheet.rows]
    return (
        position not in columns.named.values()
        and any(texts)
        and all(re.fullmatch(r"[<>]?\s*[\d.,]*", text) for text in texts)
    )


def _says_the_same(meaning: Meaning, record: Record) -> bool:
    """Whether a value is already written as the limit that its flag states."""
    lower, upper = record["lower"], record["upper"]
    below, above = lower == 0 < upper, lower < upper == math.inf
    return bool(
        {"below": below, "above": above, "beyond": below or above, "estimated": below or above}.get(meaning, False)
    )


def _is_missing(meaning: Meaning, record: Record) -> bool:
    """Whether there is no value that a flag could change; a value beyond a limit is not missing."""
    return math.isnan(record["lower"]) and meaning in ("estimated", "excluded", "mark")


def _ask(header: Cell, flagged: Sequence[tuple[Meaning, Cell, Measured]], errors: ErrorCollector) -> None:
    texts: dict[str, list[Cell]] = {}
    for _, cell, _ in flagged:
        texts.setdefault(cell.text.strip(), []).append(cell)
    told = [f"{text[:60]!r} in {cell_ranges(set(cells))}" for text, cells in texts.items()]
    shown = "; ".join(told[:4]) + ("; …" if len(told) > 4 else "")
    endpoints = " and ".join(dict.fromkeys(str(value[0]["endpoint"]) for _, _, value in flagged))
    found = f"{shown} next to values of {endpoints}, in the column {header.text.strip()!r}"
    remedies = []
    for said in dict.fromkeys(said for said, _, _ in flagged):
        alike = [entry for entry in flagged if entry[0] == said]
        _, flag, (record, value) = alike[0]
        number = (
            value.text.strip()
            if record["lower"] == record["upper"] and re.fullmatch(r"[<>≤≥]=?", flag.text.strip())
            else ""
        )
        rows = len({(cell.sheet, cell.row) for _, cell, _ in alike})
        about = {
            "flag": flag.text.strip()[:60],
            "low": f"<{number}" if number else "<15.6, for example,",
            "cell": value.name,
        }
        about |= {
            "high": f">{number}" if number else ">1000, for example,",
            "all": f" in each of the {rows} rows" if rows > 1 else "",
        }
        about["where"] = said if said in ("below", "above") else "beyond"
        remedies.append(REMEDIES[said].format(**about))
    remedies.append("If the values are valid as they are, delete the column.")
    errors.about(flagged[0][1], found, "limits and exclusions without flags", " ".join(remedies))


def _ask_about_limit(
    header: Cell, position: int, columns: Columns, values: Mapping[Row, Sequence[Measured]], errors: ErrorCollector
) -> None:
    """Ask about a column of assay limits not named 'lloq' or 'uloq', if a value is at or beyond its limit."""
    upper = bool(re.search(r"\buloq\b|upper", header.text.casefold()))
    name = "uloq" if upper else "lloq"
    cells = [(row[position], row[position].text) for row in columns.sheet.rows]
    mark = decide({position: cells}, columns.sheet.delimiter).marks.get(position, ".")
    with suppress(Unreadable):
        for row in columns.sheet.rows:
            limit = parse(row[position].text, mark).seen
            for record, cell in values.get((row[position].sheet, row[position].row), []):
                seen = record["value"]
                if seen >= limit if upper else seen <= limit:
                    found = (
                        f"{cell.text.strip()!r} in {cell.name} and {limit:g} in the column {header.text.strip()!r}, "
                        "which is not used"
                    )
                    remedy = (
                        f"If it is the limit of the assay, name the column {name!r}, or add --map "
                        f"'{header.text.strip()}={name}'; "
                    )
                    errors.about(
                        row[position], found, f"a column {name!r} for limits", f"{remedy}otherwise delete the column."
                    )
                    return
