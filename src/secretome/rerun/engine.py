"""Run a study's notebook on a cohort: checked at the door, whole or not at all, with its provenance."""

import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pandas as pd
import papermill
from papermill.exceptions import PapermillExecutionError

from secretome.claims.conditions import as_json, conditions
from secretome.cohort import Study, load_study
from secretome.protocol import InputError, Problem
from secretome.report import tables
from secretome.report import text as report_text
from secretome.report.html import report_html
from secretome.rerun.output_paths import PROVENANCE, WRITTEN_BY_NOTEBOOK, Existing, OutputPaths, hashes, write_text
from secretome.rerun.parameters import as_ipynb, default_parameters
from secretome.rerun.provenance import content_key, provenance_of

# A kernel greets everyone with a note about encryption and takes its leave with an interrupt: noise, between two
# processes of one machine.
QUIET_KERNEL = ["--log-level=CRITICAL"]


class RunFailed(RuntimeError):
    """Raised when a notebook stops with an error; carries its last lines."""


@dataclass(frozen=True)
class RunPlan:
    """A cohort that was found sound: how to read it again, where it goes, and what its results will come from."""

    place: OutputPaths
    sheet: str | None
    names: Mapping[str, str]
    decimal: str | None
    understood: tuple[str, ...]
    key: str

    def study(self) -> Study:
        """Read the cohort. Hundreds of them are not kept while they wait."""
        return load_study(
            self.place.study, cohort=self.place.file, sheet=self.sheet, names=self.names, decimal=self.decimal
        )


def plan(
    name: str,
    files: Iterable[Path],
    out: Path,
    existing: Existing,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
    decimal: str | None = None,
    parameters: Mapping[str, int | float] | None = None,
) -> tuple[list[RunPlan], list[InputError]]:
    """Read every cohort before any is run, and return what can be run and what cannot.

    `sheet`, `names` and `decimal` are those of `load_study`.

    Returns
    -------
    ready : list of RunPlan
        The cohorts that are sound and whose folders are free.
    refusals : list of InputError
        One per file that cannot be run, with all its problems.
    """
    sound: list[RunPlan] = []
    refusals: list[InputError] = []
    taken: dict[str, Path] = {}
    for file in files:
        try:
            study = load_study(name, cohort=file, sheet=sheet, names=names, decimal=decimal)
            # Some file systems do not tell capitals apart.
            same = taken.get(study.cohort.id.casefold())
            if same is not None:
                expected = f"another name than {same.name}"
                raise InputError(
                    [
                        Problem(
                            file.name,
                            "",
                            f"the cohort id {study.cohort.id!r} again",
                            expected,
                            "Rename a file, or name it once.",
                        )
                    ]
                )
            taken[study.cohort.id.casefold()] = file
            place = OutputPaths(name, study.cohort.id, file, out)
            place.check(existing)
            sound.append(
                RunPlan(
                    place,
                    sheet,
                    dict(names or {}),
                    decimal,
                    study.cohort.notes,
                    content_key(study, parameters or {}),
                )
            )
        except InputError as error:
            refusals.append(error)
    return sound, refusals


def run_in(work: Path, study: Study, parameters: Mapping[str, int | float], engine: str | None = None) -> None:
    """Run a study's notebook in a private folder with an engine of papermill, and write the files of a finished run."""
    # Hashed before the run: an edit during it must not be taken for what was run.
    provenance = provenance_of(study, parameters, content_key(study, parameters))
    # Absolute, because the notebook runs in the private folder.
    own = {
        "cohort": str(study.cohort.path.resolve()),
        "cohort_sha256": study.cohort.sha256,
        "cohort_sheet": study.cohort.sheet,
        "cohort_names": study.cohort.names,
        "cohort_decimal": study.cohort.decimal,
        "out": str(work.resolve()),
    }
    with as_ipynb(study.key) as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # papermill's own, about notebook formats: what matters is raised
        try:
            notebook = papermill.execute_notebook(
                str(path),
                None,
                parameters={**own, **parameters},
                engine_name=engine,
                cwd=str(work),
                progress_bar=False,
                extra_arguments=QUIET_KERNEL,
            )
        except PapermillExecutionError as error:
            raise RunFailed(
                f"{study.cohort.path.name}: the notebook stopped in cell {error.exec_count}: {error.ename}: "
                f"{error.evalue}"
            ) from error
    absent = [name for name in WRITTEN_BY_NOTEBOOK if not (work / name).exists()]
    if absent:
        raise RunFailed(f"{study.cohort.path.name}: the notebook ended without writing {', '.join(absent)}")
    text = nbformat.writes(_retagged(notebook)).replace(str(work.resolve()), ".")
    notebook = nbformat.reads(text, as_version=4)
    provenance["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_text(work / "notebook.ipynb", text)
    results, verdicts, checks = (pd.read_csv(work / f"{name}.csv") for name in ("results", "verdicts", "checks"))
    found = conditions(study, results)
    provenance["conditions"] = as_json(found)
    altered = report_text.altered_sentence(study, provenance["parameters"], default_parameters(study.key))
    write_text(work / "report.html", report_html(notebook, study, verdicts, checks, provenance, altered, found))
    (work / "tables.xlsx").write_bytes(tables.workbook(study, results, verdicts, checks))
    # Last, because its presence says that the folder is whole.
    provenance["files"] = hashes(work)
    write_text(work / PROVENANCE, json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")


def _retagged(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Let a book show the parameters that were used, not the defaults; and name no folder that is gone."""
    notebook.metadata["papermill"]["input_path"] = "analysis.ipynb"
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # papermill's own times say the same
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
        elif "injected-parameters" in tags:
            cell.metadata["tags"] = [*tags, "hide-input"]
            cell["id"] = "injected-parameters"  # papermill draws one by chance
    return notebook
