"""The parameters of a study's notebook, and the notebook as papermill needs it."""

import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from papermill.inspection import inspect_notebook  # papermill's root re-exports it without a type

from secretome.protocol import InputError, Problem, nearest, read_regular_file, sha256, study_folder, study_names
from secretome.report.notebook import notebook_file

# Set by the command; the other parameters are for the user.
SET_BY_COMMAND = (
    *("study_folder", "cohort", "cohort_sha256", "cohort_sheet", "cohort_names", "cohort_decimal", "cohort_key"),
    "out",
)
RANGES = {
    "alpha": (0, 0.5, "a number between 0 and 0.5"),
    "level": (0, 1, "a number between 0 and 1"),
    "seed": (-1, 2**63, "a whole number from 0 upwards"),
}


def check_parameters(study: str | Path, stated: Mapping[str, str]) -> dict[str, int | float]:
    """The values of parameters for a study's notebook, which are checked by name and type.

    Parameters
    ----------
    study : str or Path
        The study's key or folder.
    stated : mapping
        Parameter names and their values as typed.

    Raises
    ------
    InputError
        With every name that the notebook does not have, and every value that is out of range or has another type.
    """
    _check_takes_folder(study_folder(study))
    parameters = parameters_of(study)
    values: dict[str, int | float] = {}
    problems = []
    for key, text in stated.items():
        if key not in parameters:
            guess = nearest(key, parameters)
            remedy = f"The nearest is {guess!r}." if guess else ""
            problems.append(Problem("-p", key, f"the parameter {key!r}", f"one of {', '.join(parameters)}", remedy))
            continue
        convert = int if parameters[key]["inferred_type_name"] == "int" else float
        expected = "a whole number" if convert is int else "a number with a decimal point"
        try:
            values[key] = convert(text)
            # A parameter that only the notebook of another study has can be any number.
            low, high, expected = RANGES.get(key, (-math.inf, math.inf, "a finite number"))
            if not low < values[key] < high:
                raise ValueError(expected)
        except ValueError:
            problems.append(Problem("-p", key, repr(text), expected))
    if problems:
        raise InputError(problems)
    return values


def is_outside_book(folder: Path, key: str) -> bool:
    """Whether a study's folder is not the one that the book has under this key."""
    return key not in study_names() or folder.resolve() != study_folder(key).resolve()


def needs_folder(folder: Path, key: str) -> bool:
    """Whether a study's notebook must be told its folder.

    Without it, the notebook of a copied study would use the protocol of the book, and one whose default is a folder, as
    in the default page, would look for it in the temporary folder.
    """
    described = _inspect(_to_ipynb(_notebook_source(folder))).get("study_folder")
    return described is not None and (is_outside_book(folder, key) or bool(described["default"].strip("'\"")))


def _check_takes_folder(folder: Path) -> None:
    """Refuse the notebook of a study outside the book that has no parameter for the folder with its protocol."""
    if is_outside_book(folder, folder.name) and "study_folder" not in _inspect(_to_ipynb(_notebook_source(folder))):
        raise InputError.of(
            str(notebook_file(folder)),
            "the cell with the tag parameters",
            "no parameter 'study_folder'",
            "the folder of the study as a parameter, because the notebook could otherwise use another protocol",
            f'Add study_folder: str = "", and load the study by load_study(study_folder or {folder.name!r}, …).',
        )


def parameters_of(study: str | Path) -> dict[str, Any]:
    """The parameters of a study's notebook that a user may set, which are numbers, as papermill describes them."""
    described = _inspect(_to_ipynb(_notebook_source(study)))
    return {
        key: parameter
        for key, parameter in described.items()
        if key not in SET_BY_COMMAND and parameter["inferred_type_name"] in ("int", "float")
    }


def default_parameters(study: str | Path) -> dict[str, int | float]:
    """The same parameters with their values in the book."""
    return {key: json.loads(parameter["default"]) for key, parameter in parameters_of(study).items()}


@contextmanager
def as_ipynb(study: str | Path) -> Iterator[Path]:
    """A temporary file with the study's notebook as ``.ipynb``, because papermill cannot read ``.py``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "analysis.ipynb"
        path.write_text(_to_ipynb(_notebook_source(study)), encoding="utf-8")
        yield path


def _notebook_source(study: str | Path) -> str:
    path = notebook_file(study_folder(study))
    try:
        return read_regular_file(path, "the study's notebook").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError.of(str(path), "", "text that is not in UTF-8", "the study's notebook") from error


# Cached, because a batch uses the same notebook hundreds of times.
@lru_cache(maxsize=8)
def _to_ipynb(source: str) -> str:
    notebook = jupytext.reads(source, fmt="py:percent")
    for position, cell in enumerate(notebook.cells):
        cell["id"] = sha256(f"{position} {cell.source}")[:12]
    return f"{nbformat.writes(notebook)}\n"


@lru_cache(maxsize=8)
def _inspect(ipynb: str) -> dict[str, Any]:
    described: dict[str, Any] = inspect_notebook(nbformat.reads(ipynb, as_version=4))
    return described
