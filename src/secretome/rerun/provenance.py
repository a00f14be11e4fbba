"""Where a run comes from: what its results depend on, as one hash, and what is kept of it."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from secretome.cohort import Study
from secretome.protocol import notebooks_folder, study_folder
from secretome.rerun.parameters import default_parameters

VERSIONED = ("secretome", "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "papermill")


def content_key(study: Study, parameters: Mapping[str, int | float]) -> str:
    """A hash of all that a run's results come from: cohort, protocol, notebook, package, versions and parameters."""
    package = Path(__file__).parents[1]
    files = [
        study.cohort.path,
        *_study_files(study.key),
        *sorted(file for file in package.rglob("*") if file.suffix in (".py", ".css", ".js", ".jinja")),
    ]
    read_with = [study.cohort.sheet, sorted(study.cohort.names.items())]
    digest = hashlib.sha256(json.dumps([dict(sorted(parameters.items())), read_with, _versions()]).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def provenance_of(study: Study, parameters: Mapping[str, int | float], key: str) -> dict[str, Any]:
    """What is kept of a run that begins now."""
    protocol, notebook = _study_files(study.key)
    used = {**default_parameters(study.key), **parameters}
    return {
        "study": study.key,
        "cohort": study.cohort.id,
        "cohort_file": study.cohort.path.name,
        "cohort_sha256": study.cohort.sha256,
        "cohort_origin": study.cohort.origin,
        "cohort_scenario": study.cohort.scenario,
        "cohort_animals": int(study.cohort.values["animal"].nunique()),
        "cohort_sheet": study.cohort.sheet,
        "cohort_names": study.cohort.names,
        "cohort_read_as": list(study.cohort.understood),
        "source_data": study.source_data,
        "protocol_sha256": hashlib.sha256(protocol.read_bytes()).hexdigest(),
        "notebook_sha256": hashlib.sha256(notebook.read_bytes()).hexdigest(),
        "parameters": used,
        "seed": used.get("seed"),
        "versions": _versions(),
        "git_commit": _commit(),
        "content_key": key,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def shown(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Provenance as lines of a table."""
    lines = {}
    for name, value in provenance.items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{inner} {'for ' * (name == 'cohort_names')}{entry}" for inner, entry in value.items())
        if not isinstance(value, list) and value != "":
            lines[name.replace("_", " ")] = "unknown" if value is None else str(value)
    return lines


def _study_files(name: str) -> tuple[Path, Path]:
    folder = study_folder(name)
    return folder / "protocol.yml", folder / "analysis.py"


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in VERSIONED}}


def _commit() -> str | None:
    """The commit of the checkout, marked if files were changed since; None outside a checkout."""
    where = notebooks_folder()
    git = ["git", "-C", str(where)]
    try:
        # A package installed somewhere inside another project's checkout is not at that project's commit.
        subprocess.run([*git, "ls-files", "--error-unmatch", "."], capture_output=True, check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + (" with uncommitted changes" if changed else "")
