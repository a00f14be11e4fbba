"""Check cohorts before any is run, and run a study's notebook on one of them."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
import papermill
from papermill.exceptions import PapermillExecutionError

from secretome.claims.conditions import conditions
from secretome.cohort import Study, load_study
from secretome.protocol import InputError, file_sha256, study_folder
from secretome.report import tables
from secretome.report import text as report_text
from secretome.report.html import report_html
from secretome.rerun.output_paths import WRITTEN_BY_NOTEBOOK, Existing, OutputPaths, file_hashes
from secretome.rerun.parameters import as_ipynb, default_parameters, needs_folder
from secretome.rerun.provenance import content_key, describe_run, now, write_text

# Suppresses ipykernel's messages about encryption at its start and about the interrupt at its end.
QUIET_KERNEL = ["--log-level=CRITICAL"]


class RunFailed(RuntimeError):
    """Raised when a notebook stops with an error or does not write its files."""


@dataclass(frozen=True)
class RunPlan:
    """A cohort that can be run: its study, its files, how it is read, notes on that, and its content key."""

    study: str | Path
    paths: OutputPaths
    sheet: str | None
    names: Mapping[str, str]
    decimal: str | None
    key_file: Path | None
    notes: tuple[str, ...]
    key: str

    def load_study(self) -> Study:
        """The study with this cohort. It is not kept here, because a batch may have thousands of cohorts."""
        return load_study(
            self.study,
            cohort=self.paths.file,
            sheet=self.sheet,
            names=self.names,
            decimal=self.decimal,
            key=self.key_file,
        )


def plan_runs(
    name: str | Path,
    files: Iterable[Path],
    out: Path,
    existing: Existing,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
    decimal: str | None = None,
    key: Path | None = None,
    parameters: Mapping[str, int | float] | None = None,
) -> tuple[list[RunPlan], list[InputError]]:
    """Read every cohort before any is run, and return what can be run and what cannot.

    `sheet`, `names`, `decimal` and `key` are those of `load_study`.

    Returns
    -------
    plans : list of RunPlan
        The cohorts without problems, whose output folders are free.
    refusals : list of InputError
        One per file that cannot be run, with all its problems.
    """
    plans: list[RunPlan] = []
    refusals: list[InputError] = []
    planned: dict[str, Path] = {}
    for file in files:
        try:
            study = load_study(name, cohort=file, sheet=sheet, names=names, decimal=decimal, key=key)
            cohort = study.cohort.id
            # Some file systems do not distinguish upper and lower case.
            if duplicate := planned.get(cohort.casefold()):
                found, remedy = f"the cohort id {cohort!r} again", "Rename a file, or name it once."
                raise InputError.of(file.name, "", found, f"another name than {duplicate.name}", remedy)
            planned[cohort.casefold()] = file
            paths = OutputPaths(study.key, cohort, file, out)
            paths.check(existing)
            run_key = content_key(study, parameters or {})
            plans.append(RunPlan(name, paths, sheet, dict(names or {}), decimal, key, study.cohort.notes, run_key))
        except InputError as error:
            refusals.append(error)
    return plans, refusals


def run_notebook(work: Path, study: Study, parameters: Mapping[str, int | float], engine: str | None = None) -> None:
    """Run a study's notebook in a temporary folder with an engine of papermill, and write all files of the run."""
    # Hashed before the run: if a file is edited during the run, the hash is of the version that was run.
    defaults = default_parameters(study.folder or study.key)
    used = {**defaults, **parameters}
    provenance = describe_run(study, used, content_key(study, parameters))
    executed = _execute(work, study, parameters, engine)
    text = nbformat.writes(_retag(executed)).replace(str(work.resolve()), ".")
    write_text(work / "notebook.ipynb", text)
    results, verdicts, checks = (pd.read_csv(work / f"{name}.csv") for name in ("results", "verdicts", "checks"))
    if set(results["study"]) != {study.key}:
        used_study = ", ".join(map(str, results["study"].unique()))
        raise RunFailed(f"{study.cohort.path.name}: the notebook analysed the study {used_study}, not {study.key}")
    found = conditions(study, results)
    provenance = provenance.model_copy(update={"finished": now(), "conditions": found})
    altered = report_text.altered_sentence(study, used, defaults)
    notebook = nbformat.reads(text, as_version=4)
    shown = provenance.model_dump(mode="json")
    write_text(work / "report.html", report_html(notebook, study, verdicts, checks, shown, altered, found))
    (work / "tables.xlsx").write_bytes(tables.workbook(study, results, verdicts, checks))
    # Written last, because its presence means that the folder is complete.
    provenance.model_copy(update={"files": file_hashes(work)}).write(work)


def _execute(
    work: Path, study: Study, parameters: Mapping[str, int | float], engine: str | None
) -> nbformat.NotebookNode:
    cohort = study.cohort
    source = study.folder or study_folder(study.key)
    inputs = {
        "cohort": str(cohort.path.absolute()),  # The notebook runs in the temporary folder.
        "cohort_sha256": cohort.sha256,
        "cohort_sheet": cohort.sheet,
        "cohort_names": cohort.names,
        "cohort_decimal": cohort.decimal,
        "out": str(work.resolve()),
    }
    if cohort.key_path:
        inputs["cohort_key"] = str(cohort.key_path.absolute())
    if needs_folder(source, study.key):
        inputs["study_folder"] = str(source)
    with as_ipynb(source) as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # papermill warns about notebook formats; problems are raised.
        try:
            executed = papermill.execute_notebook(
                str(path),
                None,
                parameters={**inputs, **parameters},
                engine_name=engine,
                cwd=str(work),
                progress_bar=False,
                extra_arguments=QUIET_KERNEL,
            )
        except PapermillExecutionError as error:
            cause = f"the notebook stopped in cell {error.exec_count}: {error.ename}: {error.evalue}"
            raise RunFailed(f"{cohort.path.name}: {cause}") from error
    absent = [name for name in WRITTEN_BY_NOTEBOOK if not (work / name).exists()]
    if absent:
        raise RunFailed(f"{cohort.path.name}: the notebook ended without writing {', '.join(absent)}")
    # The notebook checks the cohort's hash, and reads the key without one.
    if cohort.key_path and file_sha256(cohort.key_path) != cohort.key_sha256:
        raise RunFailed(f"{cohort.path.name}: the key {cohort.key_path.name} has changed since the run began")
    return executed


def _retag(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Let a book show the parameters that were used, not the defaults, and remove names of temporary folders."""
    notebook.metadata["papermill"]["input_path"] = "analysis.ipynb"
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # The same times are in papermill's own metadata.
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
        elif "injected-parameters" in tags:
            cell.metadata["tags"] = [*tags, "hide-input"]
            cell["id"] = "injected-parameters"  # papermill's id is random.
    return notebook
