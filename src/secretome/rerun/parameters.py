"""Which parameters a study's notebook takes, and whether those typed are fit for it."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from papermill.inspection import inspect_notebook  # papermill's root re-exports it without a type

from secretome.protocol import InputError, Problem, nearest, read_regular_file, study_folder

# The command itself sets these; the rest of the parameters are the user's.
OWN_PARAMETERS = ("cohort", "cohort_sha256", "cohort_sheet", "cohort_names", "cohort_decimal", "out")
RANGES = {
    "alpha": (0, 0.5, "a number between 0 and 0.5"),
    "level": (0, 1, "a number between 0 and 1"),
    "seed": (-1, 2**63, "a whole number from 0 upwards"),
}


def check_parameters(name: str, stated: Mapping[str, str]) -> dict[str, int | float]:
    """Check parameters for a study's notebook by name and type.

    Parameters
    ----------
    name : str
        The study's key.
    stated : mapping
        Parameter names and their values as typed.

    Raises
    ------
    InputError
        With every name the notebook does not have, and every value of another type than the notebook states.
    """
    known = parameters_of(name)
    values: dict[str, int | float] = {}
    problems = []
    for key, text in stated.items():
        if key not in known:
            guess = nearest(key, known)
            remedy = f"The nearest is {guess!r}." if guess else ""
            problems.append(Problem("-p", key, f"the parameter {key!r}", f"one of {', '.join(known)}", remedy))
            continue
        kind = {"int": int, "float": float}[known[key]["inferred_type_name"]]
        try:
            values[key] = kind(text)
        except ValueError:
            problems.append(
                Problem("-p", key, repr(text), "a whole number" if kind is int else "a number with a decimal point")
            )
            continue
        least, most, expected = RANGES[key]
        if not least < values[key] < most:
            problems.append(Problem("-p", key, repr(text), expected))
    if problems:
        raise InputError(problems)
    return values


def parameters_of(name: str) -> dict[str, Any]:
    """The parameters of a study's notebook that are the user's to set, as papermill understands them."""
    return _inspected(_as_ipynb(_source(name)))


def default_parameters(name: str) -> dict[str, int | float]:
    """The same parameters with their values, as the book runs the notebook."""
    return {key: json.loads(about["default"]) for key, about in parameters_of(name).items()}


@contextmanager
def as_ipynb(name: str) -> Iterator[Path]:
    """The study's notebook as ``.ipynb``, for as long as it is needed: papermill reads no ``.py``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "analysis.ipynb"
        path.write_text(_as_ipynb(_source(name)), encoding="utf-8")
        yield path


def _source(name: str) -> str:
    path = study_folder(name) / "analysis.py"
    try:
        return read_regular_file(path, "the study's notebook").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError([Problem(str(path), "", "text that is not in UTF-8", "the study's notebook")]) from error


# Kept, because a batch asks for the same notebook hundreds of times.
@lru_cache(maxsize=8)
def _as_ipynb(source: str) -> str:
    notebook = jupytext.reads(source, fmt="py:percent")
    for position, cell in enumerate(notebook.cells):
        cell["id"] = hashlib.sha256(f"{position} {cell.source}".encode()).hexdigest()[:12]
    return f"{nbformat.writes(notebook)}\n"


@lru_cache(maxsize=8)
def _inspected(ipynb: str) -> dict[str, Any]:
    found = inspect_notebook(nbformat.reads(ipynb, as_version=4))
    return {key: about for key, about in found.items() if key not in OWN_PARAMETERS}
