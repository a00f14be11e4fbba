"""Check that a folder is a finished rerun that may be published: complete, unaltered and consistent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from secretome.analysis.results import COLUMNS
from secretome.claims import adjudicate, examine
from secretome.cohort import Cohort, Study, cohort_id
from secretome.protocol import InputError, Problem, Protocol, file_sha256, load_protocol, study_folder, study_names
from secretome.publish.published_dir import RUN_AGAIN, TABLES, read_provenance, read_table
from secretome.rerun.parameters import default_parameters
from secretome.rerun.provenance import Provenance

OTHER_FILES = ("report.html", "notebook.ipynb", "tables.xlsx")


@dataclass(frozen=True)
class FinishedRerun:
    """A rerun that may be published: its folder and its provenance."""

    folder: Path
    provenance: Provenance


def read_finished(folder: Path) -> FinishedRerun:
    """Read a finished rerun and check that it may be published.

    Parameters
    ----------
    folder : Path
        The folder that `secretome rerun` wrote.

    Returns
    -------
    FinishedRerun

    Raises
    ------
    InputError
        Lists every reason against it: files that are missing or links, another protocol, notebook or parameter than
        the book's, excluded animals, verdicts that do not follow from the results.
    """
    problems = list(_check_files(folder))
    if problems:
        raise InputError(problems)
    provenance = read_provenance(folder)
    problems = list(_check_names(folder, provenance))
    if problems:
        raise InputError(problems)
    protocol = load_protocol(study_folder(provenance.study) / "protocol.yml")
    problems = [*_check_unaltered(folder, provenance), *_check_tables(folder, provenance, protocol)]
    if problems:
        raise InputError(problems)
    return FinishedRerun(folder, provenance)


def study_without_animals(provenance: Provenance, protocol: Protocol) -> Study:
    """A study without the values of its animals, for sentences about results and verdicts."""
    empty = pd.DataFrame(columns=["animal", "group", "endpoint", "value", "lower", "upper", "time", "dead"])
    cohort = Cohort(
        id=provenance.cohort,
        path=Path(provenance.cohort_file),
        sha256=provenance.cohort_sha256,
        origin=provenance.cohort_origin,
        values=empty,
        excluded=empty,
        notes=(),
        scenario=provenance.cohort_scenario,
    )
    return Study(protocol, cohort, source_data=provenance.source_data)


def _check_files(folder: Path) -> Iterator[Problem]:
    """Problems of missing files and of links, which could lead to any file."""
    remedy = "Name the folder that `secretome rerun` wrote; if it is damaged, run the cohort again."
    if folder.is_symlink() or not folder.is_dir():
        found = "a link" if folder.is_symlink() else "no folder"
        yield Problem(str(folder), "", found, "the folder of a finished rerun", remedy)
        return
    for name in ("provenance.json", *TABLES, *OTHER_FILES):
        path = folder / name
        if path.is_symlink():
            yield Problem(str(folder), name, "a link", "the file itself", remedy)
        elif not path.is_file():
            yield Problem(str(folder), name, "no such file", "a finished rerun", remedy)


def _check_names(folder: Path, provenance: Provenance) -> Iterator[Problem]:
    """Problems of the names of study and cohort, which become parts of a path."""
    if provenance.study not in study_names():
        expected = f"one of {', '.join(study_names())}"
        yield Problem(f"{folder}/provenance.json", "study", repr(provenance.study[:80]), expected)
    try:
        is_id = cohort_id(Path(f"{provenance.cohort}.csv")) == provenance.cohort
    except InputError:
        is_id = False
    if not is_id or folder.resolve().name != provenance.cohort:
        remedy = "Restore the name of the folder, or run the cohort again."
        found = f"the cohort {provenance.cohort[:80]!r} in the folder {folder.resolve().name!r}"
        yield Problem(f"{folder}/provenance.json", "cohort", found, "the folder's own name", remedy)


def _check_unaltered(folder: Path, provenance: Provenance) -> Iterator[Problem]:
    """Problems of a protocol, notebook or parameter that is not the book's, and of changed files."""
    home = study_folder(provenance.study)
    for name, recorded in (("protocol.yml", provenance.protocol_sha256), ("analysis.py", provenance.notebook_sha256)):
        if file_sha256(home / name) != recorded:
            found = f"results made with another {name} than the book's"
            yield Problem(str(folder), "", found, "the book's own", RUN_AGAIN)
    for name in (*TABLES, *OTHER_FILES):
        if provenance.files.get(name, written := file_sha256(folder / name)) != written:
            found = "a file that was changed after the run"
            yield Problem(str(folder), name, found, "the file as the rerun wrote it", RUN_AGAIN)
    for name, value in default_parameters(provenance.study).items():
        if (used := provenance.parameters.get(name)) != value:
            remedy = (
                "Only reruns with the planned parameters are published. Run the cohort again without "
                f"-p {name} and with this version of the book."
            )
            yield Problem(str(folder), "", f"{name} = {used}", f"{name} = {value}", remedy)


def _check_tables(folder: Path, provenance: Provenance, protocol: Protocol) -> Iterator[Problem]:
    """The first problem of tables that are not those of this study, or that do not follow from one another."""
    try:
        results, verdicts, checks = (read_table(folder / name) for name in TABLES)
    except (ValueError, OSError) as error:
        found = f"a table that cannot be read ({error})"
        yield Problem(str(folder), "", found, "results, verdicts and checks as CSV", RUN_AGAIN)
        return
    # A further column could contain anything, including the values of animals.
    if differing := sorted(set(COLUMNS) ^ set(results.columns)):
        found = f"missing or further columns: {', '.join(differing)[:200]}"
        yield Problem(str(folder), "results.csv", found, "the columns of a rerun", RUN_AGAIN)
        return
    if "protocol_altered" in verdicts and verdicts["protocol_altered"].astype(str).eq("True").any():
        found = "verdicts of an altered protocol (another error rate, or excluded animals)"
        expected = "every animal of the file, analysed as the protocol plans"
        yield Problem(str(folder), "verdicts.csv", found, expected, "It cannot be published.")
        return
    study = study_without_animals(provenance, protocol)
    # No other check would notice the results of another cohort.
    if ((results["study"] != study.key) | (results["cohort"] != study.cohort.id)).any():
        found, expected = "rows of another study or cohort", f"only {study.key} and {study.cohort.id}"
        yield Problem(str(folder), "results.csv", found, expected, RUN_AGAIN)
        return
    for name, table, recalculate in (("verdicts.csv", verdicts, adjudicate), ("checks.csv", checks, examine)):
        try:
            follows = _rounded(recalculate(study, results)) == _rounded(table)
        except Exception:  # arbitrary values in a table may raise any error
            follows = False
        if not follows:
            found = f"{name} that do not follow from results.csv"
            yield Problem(str(folder), name, found, "the files as the rerun wrote them", RUN_AGAIN)


def _rounded(table: pd.DataFrame) -> str:
    """A table for comparison, without the last digits, in which machines differ."""
    return table.to_csv(index=False, float_format="%.10g")
