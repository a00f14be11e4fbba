"""Where a run comes from: what its results depend on, as one hash, and what is kept of it."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from secretome.cohort import Study
from secretome.cohort.copies import values_sha256
from secretome.protocol import notebooks_folder, study_folder
from secretome.rerun.parameters import default_parameters

VERSIONED = ("secretome", "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "papermill")


def content_key(study: Study, parameters: Mapping[str, int | float]) -> str:
    """A hash of all that a run's results come from: cohort, protocol, notebook, package, versions and parameters."""
    read_with = [study.cohort.sheet, sorted(study.cohort.names.items()), study.cohort.decimal]
    parts = [
        study.cohort.sha256,
        dict(sorted(parameters.items())),
        read_with,
        _versions(),
        *map(_sha256, _study_files(study.key)),
        _package(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def _package() -> str:
    """A hash of the package, read once: a process runs the code that it began with."""
    files = sorted(file for file in Path(__file__).parents[1].rglob("*") if file.is_file() and file.suffix != ".pyc")
    return hashlib.sha256("".join(map(_sha256, files)).encode()).hexdigest()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def provenance_of(study: Study, parameters: Mapping[str, int | float], key: str) -> dict[str, Any]:
    """What is kept of a run that begins now."""
    protocol, notebook = _study_files(study.key)
    used = {**default_parameters(study.key), **parameters}
    return {
        "study": study.key,
        "cohort": study.cohort.id,
        "cohort_file": study.cohort.path.name,
        "cohort_sha256": study.cohort.sha256,
        "cohort_values_sha256": values_sha256(study.cohort.values),
        "cohort_origin": study.cohort.origin,
        "cohort_scenario": study.cohort.scenario,
        "cohort_animals": int(study.cohort.values["animal"].nunique()),
        "cohort_sheet": study.cohort.sheet,
        "cohort_names": study.cohort.names,
        "cohort_decimal": study.cohort.decimal,
        "cohort_read_as": list(study.cohort.notes),
        "source_data": study.source_data,
        "protocol_sha256": _sha256(protocol),
        "notebook_sha256": _sha256(notebook),
        "parameters": used,
        "seed": used.get("seed"),
        "versions": _versions(),
        "git_commit": commit(),
        "content_key": key,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _study_files(name: str) -> tuple[Path, Path]:
    folder = study_folder(name)
    return folder / "protocol.yml", folder / "analysis.py"


@cache
def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in VERSIONED}}


@cache
def commit() -> str | None:
    """The commit of the checkout, marked if files were changed since; None outside a checkout."""
    where = notebooks_folder()
    git = ["git", "-C", str(where)]
    try:
        # A package installed somewhere inside another project's checkout is not at that project's commit.
        subprocess.run([*git, "ls-files", "--error-unmatch", "."], capture_output=True, check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(
            [*git, "status", "--porcelain"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + (" with uncommitted changes" if changed else "")
