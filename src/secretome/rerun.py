"""Rerun a study's notebook on another cohort: checked at the door, whole or not at all, with its provenance."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import jupytext
import nbformat
import pandas as pd
import papermill
from papermill.exceptions import PapermillExecutionError
from papermill.inspection import inspect_notebook  # papermill's root re-exports it without a type

from secretome.cohort import Study, load_study
from secretome.protocol import Problem, Refusal, nearest, notebooks_folder, study_folder
from secretome.report.html import report_html

# The command itself sets these; the rest of the parameters are the user's.
OWN_PARAMETERS = ("cohort", "cohort_sha256", "cohort_sheet", "cohort_names", "out")
PROVENANCE = "provenance.json"
WRITTEN_BY_NOTEBOOK = ("results.csv", "verdicts.csv", "checks.csv", "figures")
VERSIONED = ("secretome", "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "papermill")
# A kernel greets everyone with a note about encryption and takes its leave with an interrupt: noise, between two processes of one machine.
QUIET_KERNEL = ["--log-level=CRITICAL"]
RANGES = {
    "alpha": (0, 0.5, "a number between 0 and 0.5"),
    "level": (0, 1, "a number between 0 and 1"),
    "seed": (-1, 2**63, "a whole number from 0 upwards"),
}

Existing = Literal["refuse", "resume", "force"]


@dataclass(frozen=True)
class Outcome:
    """What became of one cohort: its study, its folder, and whether it was run or found finished."""

    study: Study
    folder: Path
    resumed: bool


class RunFailed(RuntimeError):
    """Raised when a notebook stops with an error; carries its last lines."""


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
    Refusal
        With every name the notebook does not have, and every value of another type than the notebook states.
    """
    known = _parameters(name)
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
            problems.append(Problem("-p", key, repr(text), "a whole number" if kind is int else "a number with a decimal point"))
            continue
        least, most, expected = RANGES[key]
        if not least < values[key] < most:
            problems.append(Problem("-p", key, repr(text), expected))
    if problems:
        raise Refusal(problems)
    return values


def plan(
    name: str,
    files: Iterable[Path],
    out: Path,
    existing: Existing,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[list[Study], list[Refusal]]:
    """Read every cohort and say which can be run, before anything is; `sheet` and `names` are those of `load_study`.

    Returns
    -------
    studies : list of Study
        The cohorts that are sound and whose folders are free.
    refusals : list of Refusal
        One per file that cannot be run, with all its problems.
    """
    studies: list[Study] = []
    refusals: list[Refusal] = []
    taken: dict[str, Path] = {}
    for file in files:
        try:
            study = load_study(name, cohort=file, sheet=sheet, names=names)
            # Some file systems do not tell capitals apart.
            same = taken.get(study.cohort.id.casefold())
            if same is not None:
                expected = f"another name than {same.name}"
                raise Refusal(
                    [Problem(file.name, "", f"the cohort id {study.cohort.id!r} again", expected, "Rename a file, or name it once.")]
                )
            taken[study.cohort.id.casefold()] = file
            _check_place(study, out / study.cohort.id, existing)
            studies.append(study)
        except Refusal as refusal:
            refusals.append(refusal)
    return studies, refusals


def rerun(
    study: Study, out: Path, parameters: Mapping[str, int | float], *, existing: Existing = "refuse", progress: bool = False
) -> Outcome:
    """Run a study's notebook on a cohort and leave one finished folder.

    Parameters
    ----------
    study : Study
        A study with the cohort to run.
    out : Path
        The folder in which the cohort's own folder appears.
    parameters : mapping
        What `check_parameters` returned.
    existing : {"refuse", "resume", "force"}
        What to do when the cohort's folder exists: refuse, keep it if nothing it came from has changed, or make it anew.
    progress : bool
        Whether to show a bar on standard error.

    Raises
    ------
    Refusal
        If the folder exists and `existing` is ``"refuse"``.
    RunFailed
        If the notebook stops with an error. Nothing is left behind.
    """
    folder = out / study.cohort.id
    key = content_key(study, parameters)
    _check_place(study, folder, existing)
    if existing == "resume" and _finished_key(folder) == key:
        return Outcome(study, folder, resumed=True)
    try:
        out.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{study.cohort.id}-", dir=out))
    except OSError as error:
        expected = "a folder that can be made and written to"
        raise Refusal([Problem("--out", "", f"{out} ({error.strerror})", expected, "Name another place.")]) from error
    try:
        _run_in(work, study, parameters, key, progress=progress)
        _put(work, folder, study, existing)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Outcome(study, folder, resumed=False)


def content_key(study: Study, parameters: Mapping[str, int | float]) -> str:
    """A hash of all that a run's results come from: cohort, protocol, notebook, package, versions and parameters."""
    package = Path(__file__).parent
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


def write_summary(name: str, out: Path) -> Path:
    """Write ``summary.csv``: the verdicts of every finished cohort of a study in a folder, one under another."""
    # A folder that begins with a dot is a run that was killed.
    folders = sorted(path.parent for path in out.glob(f"[!.]*/{PROVENANCE}") if _provenance_in(path.parent).get("study") == name)
    tables = [pd.read_csv(folder / "verdicts.csv", dtype=str, keep_default_na=False) for folder in folders]
    path = out / "summary.csv"
    _write_text(path, pd.concat(tables).to_csv(index=False, lineterminator="\n"))
    return path


def _run_in(work: Path, study: Study, parameters: Mapping[str, int | float], key: str, *, progress: bool) -> None:
    # Hashed before the run: an edit during it must not be taken for what was run.
    provenance = _provenance(study, parameters, key)
    # Absolute, because the notebook runs in the private folder.
    own = {
        "cohort": str(study.cohort.path.resolve()),
        "cohort_sha256": study.cohort.sha256,
        "cohort_sheet": study.cohort.sheet,
        "cohort_names": study.cohort.names,
        "out": str(work.resolve()),
    }
    with _twin(study.key) as twin, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # papermill's own, about notebook formats: what matters is raised
        try:
            notebook = papermill.execute_notebook(
                str(twin), None, parameters={**own, **parameters}, cwd=str(work), progress_bar=progress, extra_arguments=QUIET_KERNEL
            )
        except PapermillExecutionError as error:
            raise RunFailed(
                f"{study.cohort.path.name}: the notebook stopped in cell {error.exec_count}: {error.ename}: {error.evalue}"
            ) from error
    absent = [name for name in WRITTEN_BY_NOTEBOOK if not (work / name).exists()]
    if absent:
        raise RunFailed(f"{study.cohort.path.name}: the notebook ended without writing {', '.join(absent)}")
    text = nbformat.writes(_retagged(notebook)).replace(str(work.resolve()), ".")
    notebook = nbformat.reads(text, as_version=4)
    provenance["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    _write_text(work / "notebook.ipynb", text)
    verdicts, checks = (pd.read_csv(work / f"{name}.csv") for name in ("verdicts", "checks"))
    _write_text(work / "report.html", report_html(notebook, study, verdicts, checks, _shown(provenance)))
    # Last, because its presence says that the folder is whole.
    _write_text(work / PROVENANCE, json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")


def _check_place(study: Study, folder: Path, existing: Existing) -> None:
    """Refuse a place where something of the user's would be lost."""
    if not folder.exists():
        return
    file = study.cohort.path.name
    if existing == "refuse":
        remedy = "Add --resume to keep it unless something has changed, --force to make it anew, or --out for another place."
        raise Refusal([Problem(file, "", f"the folder {folder}, which is there already", "a new one", remedy)])
    made = _provenance_in(folder)
    ours = made.get("study") == study.key and made.get("cohort") == study.cohort.id
    if not ours or folder.resolve() in study.cohort.path.resolve().parents:
        found = f"the folder {folder}, which is no rerun of this study on this cohort"
        raise Refusal([Problem(file, "", found, "a rerun to replace", "Nothing was touched. Name another place with --out.")])


def _put(work: Path, folder: Path, study: Study, existing: Existing) -> None:
    """Move a finished run to its place; an earlier one steps aside first, and comes back if the move fails."""
    _check_place(study, folder, existing)
    aside = work.with_name(work.name + "-earlier")
    work.chmod(0o755)  # a private folder becomes an ordinary one
    earlier = folder.exists()
    if earlier:
        folder.rename(aside)
    try:
        work.rename(folder)
    except OSError:
        if earlier:
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _twin(name: str) -> Any:
    """The study's notebook as ``.ipynb``, for as long as it is needed: papermill reads no ``.py``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "analysis.ipynb"
        notebook = jupytext.read(study_folder(name) / "analysis.py", fmt="py:percent")
        for position, cell in enumerate(notebook.cells):
            cell["id"] = hashlib.sha256(f"{position} {cell.source}".encode()).hexdigest()[:12]
        nbformat.write(notebook, path)
        yield path


def _parameters(name: str) -> dict[str, Any]:
    """The parameters of a study's notebook that are the user's to set, as papermill understands them."""
    with _twin(name) as twin:
        return {key: about for key, about in inspect_notebook(str(twin)).items() if key not in OWN_PARAMETERS}


def _retagged(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Let a book show the parameters that were used, not the defaults."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
        elif "injected-parameters" in tags:
            cell.metadata["tags"] = [*tags, "hide-input"]
    return notebook


def _provenance(study: Study, parameters: Mapping[str, int | float], key: str) -> dict[str, Any]:
    protocol, notebook = _study_files(study.key)
    used = {name: parameters.get(name, json.loads(about["default"])) for name, about in _parameters(study.key).items()}
    return {
        "study": study.key,
        "cohort": study.cohort.id,
        "cohort_file": study.cohort.path.name,
        "cohort_sha256": study.cohort.sha256,
        "cohort_origin": study.cohort.origin,
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


def _shown(provenance: Mapping[str, Any]) -> dict[str, str]:
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


def _finished_key(folder: Path) -> str | None:
    """The content key of a finished run; None if any of its files is gone."""
    whole = all((folder / name).exists() for name in (*WRITTEN_BY_NOTEBOOK, "notebook.ipynb", "report.html"))
    return _provenance_in(folder).get("content_key") if whole else None


def _provenance_in(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_text(path: Path, text: str) -> None:
    """Write a file whole: a reader sees the old one or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
