"""Write the folder of a new study, filled in from a table of measurements."""

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from secretome.cohort.files.opening import read_bytes, read_grids
from secretome.cohort.study import load_study
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import other_name
from secretome.protocol import InputError, nearest, study_names

CONTROL_WORDS = ("control", "vehicle", "placebo", "saline", "sham", "untreated", "none", "ctrl", "veh")
MAX_GROUPS = 20
# A column of numbers with so few values, each repeated, may not be a measurement.
MAX_CODES = 6
UNIT = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*$")
KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Measured:
    """A table of measurements: the group of each animal, and the columns of the endpoints by header."""

    groups: list[str]
    endpoints: dict[str, list[str]]


def new_study(
    key: str, file: Path, folder: Path, group_columns: Sequence[str] = (), endpoints: Sequence[str] = ()
) -> Path:
    """Write a commented protocol and the cohort of a new study, and return its folder.

    Parameters
    ----------
    key : str
        The study's key: lower-case letters, digits and ``_``.
    file : Path
        A table with one row per animal: one or more columns that make the groups, and one column per endpoint.
    folder : Path
        The folder in which the folder `key` is made.
    group_columns : sequence of str, optional
        The headers of the columns that make the groups, if they cannot be recognised.

    endpoints : sequence of str, optional
        The headers of the columns that are measurements, if only some columns of numbers are.

    Raises
    ------
    InputError
        If the key cannot be used, the folder exists, or the table is not understood. Nothing is written then.
    """
    target = folder / key
    if not KEY.fullmatch(key) or key in study_names():
        raise InputError.of("KEY", "", repr(key), "lower-case letters, digits and _, and no study of the book")
    if target.exists():
        raise InputError.of(str(target), "", "a folder that exists", "a new folder", "Choose another key or --dir.")
    table = _read(file, group_columns, endpoints)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as work:
        made = Path(work) / key
        (made / "cohorts").mkdir(parents=True)
        group_keys, endpoint_keys = _keys(dict.fromkeys(table.groups)), _keys(table.endpoints)
        (made / "cohorts" / "own.csv").write_text(_cohort(table, group_keys, endpoint_keys), encoding="utf-8")
        (made / "protocol.yml").write_text(_protocol(key, file, group_keys, endpoint_keys), encoding="utf-8")
        load_study(made)  # What is written can be checked and rerun at once.
        made.rename(target)
    return target


def _read(file: Path, group_columns: Sequence[str], endpoints: Sequence[str]) -> Measured:
    grids = read_grids(read_bytes(file), file).grids
    if not grids or len(grids[0].rows) < 2:
        raise InputError.of(file.name, "", "no table", "a header and one row per animal")
    header, *cells = grids[0].rows
    names = [cell.text.strip() for cell in header]
    rows = [[cell.text.strip() for cell in row] + [""] * (len(names) - len(row)) for row in cells]
    rows = [row for row in rows if any(row)]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names) if name}
    if len(columns) < len(names):
        raise InputError.of(file.name, "row 1", "a column without a name, or two of one name", "one name per column")
    for option, stated in (("--group", group_columns), ("--endpoint", endpoints)):
        for name in set(stated) - set(columns):
            remedy = f"The nearest is {guess!r}." if (guess := nearest(name, columns)) else ""
            raise InputError.of(option, "", repr(name), f"one of {', '.join(columns)}", remedy)
    chosen = list(group_columns) or _group_columns(columns, file)
    measured = list(endpoints) or _endpoints({name: columns[name] for name in columns if name not in chosen}, file)
    groups = [" ".join(values) for values in zip(*(columns[name] for name in chosen), strict=True)]
    return Measured(groups, {name: columns[name] for name in measured})


def _endpoints(columns: dict[str, list[str]], file: Path) -> list[str]:
    """The columns of numbers; a question if one of them may instead hold doses, times or codes."""
    names = [name for name, values in columns.items() if not other_name(name) and _is_numeric(values)]
    if not names:
        raise InputError.of(file.name, "row 1", "no column of numbers beside the groups", "one column per endpoint")
    for name in names:
        counts = Counter(columns[name])
        if len(counts) <= MAX_CODES and min(counts.values()) >= 3:
            found = f"the column {name!r} with only the values {', '.join(counts)}, which may be doses, times or codes"
            remedy = f"State --group {name!r} if it makes groups, or --endpoint NAME for each column that is measured."
            raise InputError.of(file.name, "row 1", found, "columns of measurements", remedy)
    return names


def _is_numeric(values: Sequence[str]) -> bool:
    known = [value for value in values if value]
    return bool(known) and sum(map(is_value, known)) >= 0.8 * len(known)


def _group_columns(columns: dict[str, list[str]], file: Path) -> list[str]:
    """The column that is named as the group, or else the only column of repeated words."""
    named = [name for name in columns if other_name(name) == "group" or name.casefold() == "group"]
    words = [
        name
        for name, values in columns.items()
        if not _is_numeric(values)
        and other_name(name) != "animal"
        and 2 <= len(counts := Counter(values)) <= MAX_GROUPS
        and min(counts.values()) > 1
    ]
    candidates = named or words
    if len(candidates) != 1:
        found = f"{len(candidates)} columns that may make the groups: {', '.join(candidates) or 'none'}"
        example = (candidates or list(columns))[0]
        remedy = f"State them, for instance --group {example!r}; repeat the option to combine two."
        raise InputError.of(file.name, "row 1", found, "one", remedy)
    return candidates


def _keys(names: dict[str, object] | dict[str, list[str]]) -> dict[str, str]:
    """A key for each name, such as ``il_6`` for ``IL-6 (pg/mL)``."""
    keys: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "_", UNIT.sub("", name).casefold().replace("µ", "u")).strip("_") or "x"
        key = plain if plain[0].isalpha() else f"g{plain}"
        while key in keys.values():
            key += "_2"
        keys[name] = key
    return keys


def _cohort(table: Measured, group_keys: dict[str, str], endpoint_keys: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["animal", "group", *endpoint_keys.values()])
    for number, (group, *values) in enumerate(zip(table.groups, *table.endpoints.values(), strict=True), start=1):
        writer.writerow([number, group_keys[group], *values])
    return text.getvalue()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _protocol(key: str, file: Path, group_keys: dict[str, str], endpoint_keys: dict[str, str]) -> str:
    """The protocol as YAML, with the mark CHOOSE at each choice that the table does not make."""
    control = next(
        (name for name in group_keys if any(word in name.casefold() for word in CONTROL_WORDS)), next(iter(group_keys))
    )
    lines = [
        f"# The protocol of the study {key}, filled in from {file.name}. Decide wherever it says CHOOSE.",
        f"key: {key}",
        f"title: {_quoted(key.replace('_', ' ').capitalize())}  # CHOOSE",
        f"registered: {date.today().isoformat()}  # the day on which the rules below were fixed",
        "setting: in vivo  # CHOOSE: in vivo or in vitro",
        "species: animal  # CHOOSE",
        "experimental_unit: animal  # CHOOSE: what was assigned to a group",
        "",
        "cohort:",
        "  file: cohorts/own.csv  # its rows are numbered as animals 1, 2, 3, ...",
        "",
        "sources:",
        "  own:",
        "    citation: own",
        f"    text: {_quoted(f'the file {file.name}')}  # CHOOSE: who makes the claims, and where",
        "    licence: not stated",
        "",
        "groups:",
    ]
    for name, group in group_keys.items():
        role = "control  # CHOOSE: the group with which the others are compared" if name == control else "treated"
        lines += [f"  {group}:", f"    label: {_quoted(name or group)}", f"    role: {role}"]
    lines += ["", "endpoints:"]
    for name, endpoint in endpoint_keys.items():
        lines += _endpoint(name, endpoint)
    lines += ["", "claims:"]
    for name, endpoint in endpoint_keys.items():
        lines += _claims(UNIT.sub("", name), endpoint, control, group_keys)
    return "\n".join(lines) + "\n"


def _endpoint(name: str, endpoint: str) -> list[str]:
    unit = _quoted(match[1]) if (match := UNIT.search(name)) else '"as measured"  # CHOOSE'
    return [
        f"  {endpoint}:",
        f"    label: {_quoted(UNIT.sub('', name))}",
        f"    unit: {unit}",
        "    kind: continuous  # CHOOSE: concentration, titre, count, proportion or continuous",
        "    equivalence_margin:  # CHOOSE: ratios between which an effect is negligible",
        "      low: 0.80",
        "      high: 1.25",
        "      reason: a convention of bioequivalence",
    ]


def _claims(label: str, endpoint: str, control: str, group_keys: dict[str, str]) -> list[str]:
    contrasts = {name: f"{group} vs {group_keys[control]}" for name, group in group_keys.items() if name != control}
    lines = []
    for name, contrast in contrasts.items():
        sentence = f"{label} is higher in {name} than in {control}."
        lines += [
            f"  {endpoint}_{group_keys[name]}:",
            f"    sentence: {_quoted(sentence)}  # CHOOSE",
            f"    endpoint: {endpoint}",
            "    kind: single  # CHOOSE: single, every, unchanged or trend",
            "    direction: up  # CHOOSE: up or down",
            f"    contrast: {contrast}",
            f"    family: [{', '.join(contrasts.values())}]",
            "    published_test: {method: mann_whitney, stated: not stated}  # CHOOSE",
            "    source: own",
        ]
    return lines
