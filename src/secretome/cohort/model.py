"""A cohort: the checked values of one file, and its id."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from secretome.protocol import InputError, Origin, Problem


@dataclass(frozen=True)
class Cohort:
    """The animals of one file.

    Attributes
    ----------
    id : str
        The file's stem, with other characters than letters, digits, ``.``, ``_`` and ``-`` replaced by ``-``.
    path, sha256 : Path, str
        The file and its hash.
    origin : str
        ``simulated``, ``published-summary``, ``published-individual`` or ``measured``.
    values : DataFrame
        One row per animal and endpoint: animal, group, endpoint, value (NaN if censored or missing), lower, upper, the
        optional columns, time (hours; NaN if not stated) and dead (before sampling). Excluded rows are not in it.
    excluded : DataFrame
        The rows that the file excludes, with their reasons, in the same columns.
    notes : tuple of str
        Sentences that say how the file was read.
    scenario, seed : str
        The scenario and the seed that a simulated file states.
    units_stated : frozenset of str
        The endpoints whose unit the file states.
    sheet, names, decimal : str, dict, str
        The sheet, the mapped names and the decimal mark that the user stated, without which the file would be read
        differently.
    key_path, key_sha256 : Path or None, str
        The file that states the animals and groups of the samples, and its hash.
    """

    id: str
    path: Path
    sha256: str
    origin: Origin
    values: pd.DataFrame
    excluded: pd.DataFrame
    notes: tuple[str, ...]
    scenario: str = ""
    seed: str = ""
    units_stated: frozenset[str] = frozenset()
    sheet: str = ""
    names: dict[str, str] = field(default_factory=dict)
    decimal: str = ""
    key_path: Path | None = None
    key_sha256: str = ""


def cohort_id(path: Path) -> str:
    """Return the id of a cohort, made from the name of its file.

    Raises
    ------
    InputError
        If the id does not begin with a letter or digit, or is longer than 64 characters.

    Examples
    --------
    >>> cohort_id(Path("Lab export.csv"))
    'Lab-export'
    """
    if path.name.startswith("~$"):
        found = "the lock file that Excel writes while a workbook is open"
        raise InputError([Problem(path.name, "", found, "the workbook itself", f"Give {path.name[2:]}.")])
    if any("\ud800" <= letter <= "\udfff" for letter in path.name):
        found = "a file name that is not valid text"
        raise InputError([Problem(ascii(path.name), "", found, "a name in UTF-8", "Rename the file.")])
    name = re.sub(r"[^A-Za-z0-9._-]", "-", path.stem)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        expected = "a name of at most 64 characters that begins with a letter or a digit"
        raise InputError([Problem(path.name, "", f"the file name {path.stem!r}", expected, "Rename the file.")])
    return name
