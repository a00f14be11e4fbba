"""Make the folder of a new study from a table of measurements."""

import csv
import io
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.cohort.draft_names import header_unit, without_unit
from secretome.cohort.protocol_draft import SCHEMA, Draft, draft_protocol
from secretome.cohort.sampling_times import SamplingTimes
from secretome.cohort.study import load_study
from secretome.cohort.study_table import StudyTable, read_study_table
from secretome.cohort.survival_columns import SurvivalColumns
from secretome.protocol import InputError, study_names
from secretome.protocol.schema import schema_text

KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class NewStudy:
    """The folder of a new study, what was found in its table, and the headers of the columns that are not used.

    `survival` names the columns of times and events, and `times` the times of each row, if the table has them.
    """

    folder: Path
    animals: int
    groups: tuple[str, ...]
    endpoints: tuple[str, ...]
    unused: tuple[str, ...]
    survival: SurvivalColumns | None = None
    times: SamplingTimes | None = None


def new_study(
    key: str,
    file: Path,
    folder: Path,
    group_columns: Sequence[str] = (),
    endpoints: Sequence[str] = (),
    *,
    claimed: Sequence[str] = (),
    paired: bool | None = None,
) -> NewStudy:
    """Write a commented protocol, its schema and the cohort of a new study.

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
    claimed : sequence of str, optional
        The headers of the endpoints with suggested claims, with or without their units; all, if absent.
    paired : bool, optional
        Whether animals of one name in two groups are one animal; needed only if names are repeated.

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
    table = read_study_table(file, group_columns, endpoints, paired=paired)
    draft = draft_protocol(key, file.name, table, [_endpoint(table, name) for name in claimed])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as work:
        made = Path(work) / key
        (made / "cohorts").mkdir(parents=True)
        _write(made / "cohorts" / "own.csv", _cohort(table, draft))
        _write(made / "protocol.yml", draft.text)
        _write(made / SCHEMA, schema_text())
        load_study(made)  # What is written can be checked and rerun at once.
        made.rename(target)
    groups = tuple(group.label for group in draft.groups.values())
    return NewStudy(
        target, len(set(table.animals)), groups, tuple(table.endpoints), table.unused, table.survival, table.times
    )


def _endpoint(table: StudyTable, name: str) -> str:
    """The header of the endpoint that ``--claim`` names, with or without its unit."""
    named = [header for header in table.endpoints if name in (header, without_unit(header))]
    if len(named) != 1:
        raise InputError.of("--claim", "", repr(name), f"one of {', '.join(table.endpoints)}")
    return named[0]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _cohort(table: StudyTable, draft: Draft) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    units = {key: header_unit(header) for header, key in draft.endpoints.items()}
    columns = [f"{key} ({unit})" if unit else key for key, unit in units.items()]
    writer.writerow(["animal", "group", *columns, *table.kept])
    measured = zip(*table.endpoints.values(), *table.kept.values(), strict=True)
    for animal, level, values in zip(table.animals, table.levels, measured, strict=True):
        writer.writerow([animal, draft.groups[level].key, *values])
    return text.getvalue()
