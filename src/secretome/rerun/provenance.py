"""The provenance of a run: what its results depend on, as a typed model of ``provenance.json`` and as one hash."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer

from secretome.claims import Condition
from secretome.claims.conditions import as_json
from secretome.cohort import Study
from secretome.cohort.copies import values_sha256
from secretome.protocol import Origin, file_sha256, notebooks_folder, sha256, study_folder
from secretome.report.notebook import notebook_file

PROVENANCE = "provenance.json"
# Files of a run in progress begin with this prefix; no file of the user does.
WORK_PREFIX = ".rerun-"
VERSIONED = ("secretome", "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "papermill")

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Provenance(BaseModel):
    """The content of ``provenance.json``. Keys with a default are absent from reruns of earlier versions."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    study: str
    cohort: str
    cohort_file: str
    cohort_sha256: Hash
    # Equal for files that hold the same measurements.
    cohort_values_sha256: Hash | None = None
    cohort_origin: Origin
    cohort_scenario: str = ""
    cohort_animals: int = 0
    cohort_sheet: str = ""
    cohort_names: dict[str, str] = {}
    cohort_decimal: str = ""
    # The file that states the animals and groups of the samples.
    cohort_key_file: str = ""
    cohort_key_sha256: Hash | None = None
    cohort_read_as: list[str] = []
    source_data: bool
    protocol_sha256: Hash
    notebook_sha256: Hash
    parameters: dict[str, int | float]
    seed: int | float | None = None
    versions: dict[str, str]
    git_commit: str | None
    content_key: Hash
    started: str
    finished: str
    conditions: list[Condition] = []
    files: dict[str, Hash] = {}

    @field_serializer("conditions")
    def _conditions_as_json(self, conditions: list[Condition]) -> list[dict[str, Any]]:
        return as_json(conditions)

    def write(self, folder: Path) -> None:
        """Write ``provenance.json`` into a folder."""
        text = json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)
        write_text(folder / PROVENANCE, f"{text}\n")


def provenance_or_none(folder: Path) -> Provenance | None:
    """The provenance of the rerun in a folder; None if there is none that can be read."""
    try:
        return Provenance.model_validate_json((folder / PROVENANCE).read_bytes())
    except (OSError, ValidationError):
        return None


def describe_run(study: Study, parameters: Mapping[str, int | float], key: str) -> Provenance:
    """The provenance of a run that starts now; it has neither finished nor written files."""
    cohort, (protocol, notebook) = study.cohort, _study_files(study)
    return Provenance(
        study=study.key,
        cohort=cohort.id,
        cohort_file=cohort.path.name,
        cohort_sha256=cohort.sha256,
        cohort_values_sha256=values_sha256(cohort.values),
        cohort_origin=cohort.origin,
        cohort_scenario=cohort.scenario,
        cohort_animals=int(cohort.values["animal"].nunique()),
        cohort_sheet=cohort.sheet,
        cohort_names=cohort.names,
        cohort_decimal=cohort.decimal,
        cohort_key_file=cohort.key_path.name if cohort.key_path else "",
        cohort_key_sha256=cohort.key_sha256 or None,
        cohort_read_as=list(cohort.notes),
        source_data=study.source_data,
        protocol_sha256=file_sha256(protocol),
        notebook_sha256=file_sha256(notebook),
        parameters=dict(parameters),
        seed=parameters.get("seed"),
        versions=_versions(),
        git_commit=commit(),
        content_key=key,
        started=now(),
        finished="",
    )


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def content_key(study: Study, parameters: Mapping[str, int | float]) -> str:
    """A hash of everything that results depend on: cohort, protocol, notebook, package, versions and parameters."""
    read_with = [study.cohort.sheet, sorted(study.cohort.names.items()), study.cohort.decimal]
    inputs = [
        study.cohort.sha256,
        *([study.cohort.key_sha256] if study.cohort.key_sha256 else []),
        dict(sorted(parameters.items())),
        read_with,
        _versions(),
        *map(file_sha256, _study_files(study)),
        _package_sha256(),
    ]
    return sha256(json.dumps(inputs))


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step: a reader sees either the old content or the new one."""
    partial = path.with_name(f"{WORK_PREFIX}{path.name}-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _study_files(study: Study) -> tuple[Path, Path]:
    folder = study.folder or study_folder(study.key)
    return folder / "protocol.yml", notebook_file(folder)


# Cached, because a process uses the code with which it started.
@cache
def _package_sha256() -> str:
    files = sorted(file for file in Path(__file__).parents[1].rglob("*") if file.is_file() and file.suffix != ".pyc")
    return sha256("".join(map(file_sha256, files)))


@cache
def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in VERSIONED}}


@cache
def commit() -> str | None:
    """The commit of the checkout, and whether files have changed since; None outside a checkout."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(notebooks_folder()), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        # A package installed in a folder of another project's checkout does not belong to that project's commit.
        git("ls-files", "--error-unmatch", ".")
        return git("rev-parse", "HEAD") + (" with uncommitted changes" if git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None
