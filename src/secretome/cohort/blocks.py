"""The column of blocks that a protocol names, and columns of other factors that it does not name."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from secretome.cohort.columns import Columns
from secretome.cohort.errors import ErrorCollector, quoted, shorten_list
from secretome.cohort.files.sheet import Cell
from secretome.cohort.files.words import MISSING
from secretome.cohort.replicates import Measurement
from secretome.protocol import Protocol, name_key, sides

# Names of columns that are factors of many designs; `sex` and `batch` are columns of every cohort file.
FACTORS = frozenset(
    "gender litter dam sire day date block run round experiment operator strain genotype site center centre".split()
)
# A factor has at most this many levels, or this many if its name is one of these, and each of two animals or more.
MAX_LEVELS, MAX_NAMED_LEVELS = 6, 20


def check_labels(measurements: list[Measurement], columns: Columns, errors: ErrorCollector) -> None:
    """Refuse a file in which the label of an animal's block, or of its experimental unit, is missing or ambiguous."""
    protocol = columns.protocol
    if not columns.has_required:
        return
    included = [each for each in measurements if not each.record["exclude"]]
    for name, what in ((protocol.block, "block"), (protocol.unit, "experimental unit")):
        if name in columns.named:
            _check_column(included, name, columns, errors)
        elif name:
            header = columns.sheet.header
            found = f"no column {name!r} among {shorten_list(quoted(cell.text.strip() for cell in header))}"
            remedy = f"Add the {name} of each animal; without it the planned tests of this study cannot be made."
            errors.add_at(f"row {header[0].row}", found, f"a column {name!r}, the {what} of the protocol", remedy)


def block_notes(measurements: Iterable[Measurement], protocol: Protocol, errors: ErrorCollector) -> list[str]:
    """Refuse blocks that leave a planned contrast undetermined; return a note on the blocks."""
    name = protocol.block
    included = [each for each in measurements if not each.record["exclude"]]
    if not name or errors.problems:
        return []
    _check_determined(included, protocol, errors)
    counts = Counter({record["animal"]: record[name] for record, _ in included}.values())
    return [f"the planned tests compare within {name}: {', '.join(f'{label} {n}' for label, n in counts.items())}"]


def _check_column(measurements: Iterable[Measurement], name: str, columns: Columns, errors: ErrorCollector) -> None:
    """Refuse an empty cell, a label in two spellings, and an animal with two labels."""
    spellings: dict[str, str] = {}
    of_animals: dict[tuple[str, str], str] = {}
    rows = {(cell.row, cell.sheet): row for row in columns.sheet.rows for cell in row}
    for record, value in measurements:
        cell: Cell = rows[value.row, value.sheet][columns.named[name]] if (value.row, value.sheet) in rows else value
        label = record[name]
        if label.casefold() in MISSING:
            remedy = "Fill it in, or write the reason for leaving the animal out in a column 'exclude'."
            errors.add(cell, f"no {name} of {record['animal']!r}", f"the {name} of each animal", remedy)
            continue
        if (spelling := spellings.setdefault(name_key(label), label)) != label:
            found = f"the {name} {label!r} and {spelling!r}"
            errors.add(cell, found, "one spelling of each label", f"Write {spelling!r}, if it is the same {name}.")
        if (other := of_animals.setdefault((record["animal"], record["endpoint"]), label)) != label:
            found = f"the {name} {label!r} and {other!r} of {record['animal']!r}"
            errors.add(cell, found, f"one {name} of each animal", "Correct the label.")


def _check_determined(measurements: Iterable[Measurement], protocol: Protocol, errors: ErrorCollector) -> None:
    """Refuse blocks that do not determine the effect of a planned contrast, or its variance."""
    name = protocol.block
    labels: dict[tuple[str, str], list[str]] = {}
    for record, _ in measurements:
        if not math.isnan(record["lower"]):
            labels.setdefault((record["endpoint"], record["group"]), []).append(record[name])
    planned = [
        (claim.endpoint, contrast)
        for claim in protocol.claims.values()
        for contrast in (*claim.compared, *claim.effects)
    ]
    planned += [(check.endpoint, check.contrast) for check in protocol.checks.values()]
    apart, single = [], []
    for endpoint, contrast in dict.fromkeys(planned):
        treated, control = (labels.get((endpoint, side), []) for side in sides(contrast))
        if min(len(treated), len(control)) < 2:
            continue  # Too few values are no problem of the blocks.
        if not set(treated) & set(control):
            apart.append(f"{contrast} ({endpoint})")
        elif len(treated) + len(control) - len({*treated, *control}) < 2:
            single.append(f"{contrast} ({endpoint})")
    remedy = (
        f"Assign animals of both groups to each {name}. These animals can only be analysed by a protocol without "
        f"'block', whose verdicts do not take account of {name}."
    )
    if apart:
        found = f"no {name} with animals of both groups of {shorten_list(', '.join(apart))}"
        errors.add_at(f"column {name!r}", found, f"both groups in one {name} or more", remedy)
    if single:
        found = f"nearly as many labels as animals in {shorten_list(', '.join(single))}"
        expected = f"several animals in one {name}, from which the variance within {name} can be estimated"
        errors.add_at(f"column {name!r}", found, expected, remedy)


def other_factors(columns: Columns) -> list[str]:
    """Return notes on the columns `sex` and `batch`, if they have several labels and are not the protocol's block.

    Cages, batches and plates that are divided unequally between groups have warnings with the verdicts, too.
    """
    headers = [columns.sheet.header[columns.named[name]] for name in ("sex", "batch") if name in columns.named]
    return [note for header in headers if (note := factor_note(header, columns))]


def factor_note(header: Cell, columns: Columns) -> str:
    """Return a note on a column that looks like a factor which the protocol does not name; empty if it does not."""
    at, name = columns.sheet.header.index(header), header.text.strip()
    protocol = columns.protocol
    levels = Counter(text for text in columns.texts(at) if text.casefold() not in MISSING)
    known = at in columns.named.values()
    if columns.named.get(protocol.block) == at or len(levels) < 2 or not (known or _is_factor(name, levels)):
        return ""
    shown = ", ".join(list(levels)[:MAX_LEVELS]) + (", …" if len(levels) > MAX_LEVELS else "")
    note = f"column {name!r} ({shown}) looks like a factor, and no planned test takes account of it"
    if protocol.block or protocol.design == "paired":
        return note
    return f"{note}; if the design had it, write 'block: {name.casefold()}' into the protocol before new animals"


def _is_factor(name: str, levels: Counter[str]) -> bool:
    """Whether an unknown column has the name of a factor, or a few words that each occur several times."""
    if min(levels.values()) < 2:
        return False
    if name_key(name) in FACTORS:
        return len(levels) <= MAX_NAMED_LEVELS
    return len(levels) <= MAX_LEVELS and not any(letter.isdigit() for level in levels for letter in level)
