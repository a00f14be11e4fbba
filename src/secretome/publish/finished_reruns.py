"""Whether a folder is a finished rerun that the book may keep: whole, unaltered, and saying what its numbers say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from secretome.analysis.results import COLUMNS
from secretome.claims import adjudicate, examine
from secretome.cohort import Cohort, Study, cohort_id
from secretome.protocol import InputError, Problem, Protocol, file_sha256, load_protocol, study_folder, study_names
from secretome.publish.published_dir import TABLES, read_provenance, read_table
from secretome.rerun.parameters import default_parameters
from secretome.rerun.provenance import Provenance

ALONGSIDE = ("report.html", "notebook.ipynb", "tables.xlsx")
AGAIN = "Run the cohort again with this version of the book."


@dataclass(frozen=True)
class Finished:
    """A rerun fit to be published: its folder and what it came from."""

    folder: Path
    provenance: Provenance


def read_finished(folder: Path) -> Finished:
    """Read a finished rerun and check that it may be published.

    Parameters
    ----------
    folder : Path
        The folder that `secretome rerun` left.

    Returns
    -------
    Finished

    Raises
    ------
    InputError
        With everything that speaks against it: files that are absent or links, another protocol, notebook or parameter
        than the book's, animals left out, verdicts that do not follow from the results.
    """
    problems = list(_absent(folder))
    if problems:
        raise InputError(problems)
    provenance = read_provenance(folder)
    problems = list(_misnamed(folder, provenance))
    if problems:
        raise InputError(problems)
    protocol = load_protocol(study_folder(provenance.study) / "protocol.yml")
    problems = [*_altered(folder, provenance), *_disagreeing(folder, provenance, protocol)]
    if problems:
        raise InputError(problems)
    return Finished(folder, provenance)


def bare_study(provenance: Provenance, protocol: Protocol) -> Study:
    """A study whose animals stayed with their owner: what sentences about results and verdicts need, and no more."""
    empty = pd.DataFrame(columns=["animal", "group", "endpoint", "value", "lower", "upper", "time", "dead"])
    cohort = Cohort(
        id=provenance.cohort,
        path=Path(provenance.cohort_file),
        sha256=provenance.cohort_sha256,
        origin=provenance.cohort_origin,
        values=empty,
        excluded=empty,
        understood=(),
        scenario=provenance.cohort_scenario,
    )
    return Study(protocol, cohort, source_data=provenance.source_data)


def _absent(folder: Path) -> Iterator[Problem]:
    """What is missing of the folder. A link could lead anywhere, so it is not followed."""
    remedy = "Name the folder that `secretome rerun` left; if it was damaged, run the cohort again."
    if folder.is_symlink() or not folder.is_dir():
        found = "a link" if folder.is_symlink() else "no folder"
        yield Problem(str(folder), "", found, "the folder of a finished rerun", remedy)
        return
    for name in ("provenance.json", *TABLES, *ALONGSIDE):
        path = folder / name
        if path.is_symlink():
            yield Problem(str(folder), name, "a link", "the file itself", remedy)
        elif not path.is_file():
            yield Problem(str(folder), name, "no such file", "a finished rerun", remedy)


def _misnamed(folder: Path, provenance: Provenance) -> Iterator[Problem]:
    """A study or a name that is not what it should be: it becomes part of a path."""
    if provenance.study not in study_names():
        yield Problem(
            f"{folder}/provenance.json", "study", repr(provenance.study[:80]), f"one of {', '.join(study_names())}"
        )
    try:
        sound = cohort_id(Path(f"{provenance.cohort}.csv")) == provenance.cohort
    except InputError:
        sound = False
    if not sound or folder.resolve().name != provenance.cohort:
        remedy = "Give the folder its name back, or run the cohort again."
        found = f"the cohort {provenance.cohort[:80]!r} in the folder {folder.resolve().name!r}"
        yield Problem(f"{folder}/provenance.json", "cohort", found, "the folder's own name", remedy)


def _altered(folder: Path, provenance: Provenance) -> Iterator[Problem]:
    """Whatever was run otherwise than the book runs it."""
    home = study_folder(provenance.study)
    for name, recorded in (("protocol.yml", provenance.protocol_sha256), ("analysis.py", provenance.notebook_sha256)):
        if file_sha256(home / name) != recorded:
            yield Problem(str(folder), "", f"results made with another {name} than the book's", "the book's own", AGAIN)
    for name in (*TABLES, *ALONGSIDE):
        if provenance.files.get(name, written := file_sha256(folder / name)) != written:
            yield Problem(
                str(folder), name, "a file that was changed after the run", "the file as the rerun left it", AGAIN
            )
    for name, value in default_parameters(provenance.study).items():
        if (used := provenance.parameters.get(name)) != value:
            remedy = "Only reruns as the protocol plans them are published. " + AGAIN.replace(
                " again ", f" again without -p {name} and "
            )
            yield Problem(str(folder), "", f"{name} = {used}", f"{name} = {value}", remedy)


def _disagreeing(folder: Path, provenance: Provenance, protocol: Protocol) -> Iterator[Problem]:
    """Tables that are not those of this study, or that do not follow from one another."""
    try:
        results, verdicts, checks = (read_table(folder / name) for name in TABLES)
    except (ValueError, OSError) as error:
        yield Problem(
            str(folder), "", f"a table that cannot be read ({error})", "results, verdicts and checks as CSV", AGAIN
        )
        return
    # A column more could hold anything, the animals too.
    differing = sorted(set(COLUMNS) ^ set(results.columns))
    if differing:
        yield Problem(
            str(folder),
            "results.csv",
            f"lacking or further columns: {', '.join(differing)[:200]}",
            "those of a rerun",
            AGAIN,
        )
        return
    if "protocol_altered" in verdicts and verdicts["protocol_altered"].astype(str).eq("True").any():
        found = "verdicts of an altered protocol (another error rate, or animals left out)"
        yield Problem(
            str(folder),
            "verdicts.csv",
            found,
            "every animal of the file, judged as the protocol plans",
            "It cannot be published.",
        )
        return
    study = bare_study(provenance, protocol)
    # Another cohort's results under this name would be found nowhere else.
    strange = results[(results["study"] != study.key) | (results["cohort"] != study.cohort.id)]
    if len(strange):
        yield Problem(
            str(folder),
            "results.csv",
            "rows of another study or cohort",
            f"{study.key} and {study.cohort.id} alone",
            AGAIN,
        )
        return
    for name, kept, anew in (("verdicts.csv", verdicts, adjudicate), ("checks.csv", checks, examine)):
        try:
            follows = _written(anew(study, results)) == _written(kept)
        except Exception:  # a table of nonsense can make any rule stumble
            follows = False
        if not follows:
            yield Problem(
                str(folder),
                name,
                f"{name} that do not follow from results.csv",
                "the files as the rerun left them",
                AGAIN,
            )


def _written(table: pd.DataFrame) -> str:
    """A table as it is compared: what two machines' logarithms leave in the last digits does not count."""
    return table.to_csv(index=False, float_format="%.10g")
