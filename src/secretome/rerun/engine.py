"""Run a study's notebook on a cohort: checked at the door, whole or not at all, with its provenance."""

import json
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pandas as pd
import papermill
from papermill.exceptions import PapermillExecutionError

from secretome.cohort import Study, load_study
from secretome.protocol import Problem, Refusal
from secretome.report.html import report_html
from secretome.rerun.parameters import twin
from secretome.rerun.places import PROVENANCE, WRITTEN_BY_NOTEBOOK, Existing, check_place, finished_key, put, write_text
from secretome.rerun.provenance import content_key, provenance_of, shown

# A kernel greets everyone with a note about encryption and takes its leave with an interrupt: noise, between two processes of one machine.
QUIET_KERNEL = ["--log-level=CRITICAL"]


@dataclass(frozen=True)
class Outcome:
    """What became of one cohort: its study, its folder, and whether it was run or found finished."""

    study: Study
    folder: Path
    resumed: bool


class RunFailed(RuntimeError):
    """Raised when a notebook stops with an error; carries its last lines."""


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
            check_place(study, out / study.cohort.id, existing)
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
    check_place(study, folder, existing)
    if existing == "resume" and finished_key(folder) == key:
        return Outcome(study, folder, resumed=True)
    try:
        out.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{study.cohort.id}-", dir=out))
    except OSError as error:
        expected = "a folder that can be made and written to"
        raise Refusal([Problem("--out", "", f"{out} ({error.strerror})", expected, "Name another place.")]) from error
    try:
        _run_in(work, study, parameters, key, progress=progress)
        put(work, folder, study, existing)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Outcome(study, folder, resumed=False)


def _run_in(work: Path, study: Study, parameters: Mapping[str, int | float], key: str, *, progress: bool) -> None:
    # Hashed before the run: an edit during it must not be taken for what was run.
    provenance = provenance_of(study, parameters, key)
    # Absolute, because the notebook runs in the private folder.
    own = {
        "cohort": str(study.cohort.path.resolve()),
        "cohort_sha256": study.cohort.sha256,
        "cohort_sheet": study.cohort.sheet,
        "cohort_names": study.cohort.names,
        "out": str(work.resolve()),
    }
    with twin(study.key) as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # papermill's own, about notebook formats: what matters is raised
        try:
            notebook = papermill.execute_notebook(
                str(path), None, parameters={**own, **parameters}, cwd=str(work), progress_bar=progress, extra_arguments=QUIET_KERNEL
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
    write_text(work / "notebook.ipynb", text)
    verdicts, checks = (pd.read_csv(work / f"{name}.csv") for name in ("verdicts", "checks"))
    write_text(work / "report.html", report_html(notebook, study, verdicts, checks, shown(provenance)))
    # Last, because its presence says that the folder is whole.
    write_text(work / PROVENANCE, json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")


def _retagged(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Let a book show the parameters that were used, not the defaults."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
        elif "injected-parameters" in tags:
            cell.metadata["tags"] = [*tags, "hide-input"]
    return notebook
