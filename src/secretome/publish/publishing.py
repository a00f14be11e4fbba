"""Put finished reruns into the book, and take them out again without hiding that they were there."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from secretome.cohort import load_study
from secretome.protocol import InputError, Problem, notebooks_folder
from secretome.publish.finished_reruns import Finished, read_finished
from secretome.publish.published_dir import (
    HISTORY,
    KEPT,
    TABLES,
    Event,
    histories,
    published,
    published_folder,
    read_history,
    same_animals,
    write_history,
)
from secretome.rerun.provenance import Provenance

LONGEST_REASON = 500


def publish(folders: Iterable[Path], day: str, *, again: bool = False) -> list[Path]:
    """Put finished reruns into the book: all of them, or none.

    Parameters
    ----------
    folders : iterable of Path
        The folders that `secretome rerun` left.
    day : str
        Today in UTC, as ``2026-11-25``.
    again : bool
        Whether animals that were withdrawn may come back.

    Returns
    -------
    list of Path
        Where each now lies.

    Raises
    ------
    InputError
        With everything that speaks against any of them. Nothing is written then.
    """
    problems: list[Problem] = []
    finished: list[Finished] = []
    _check_book(problems)
    for folder in folders:
        try:
            finished.append(read_finished(folder))
        except InputError as error:
            problems += error.problems
    for position, rerun in enumerate(finished):
        problems += _taken(rerun, finished[:position], again=again)
    if problems:
        raise InputError(problems)
    # All are prepared before the first is moved: a disk that fills up must not leave half of them in the book.
    with ExitStack() as works:
        prepared = [(rerun, Path(works.enter_context(_work(rerun)))) for rerun in finished]
        for rerun, work in prepared:
            _prepare(rerun, work, day)
        return [_keep(rerun, work) for rerun, work in prepared]


def unpublish(study: str, cohort: str, why: str, day: str) -> Path:
    """Take a rerun out of the book; its hash, the day and the reason stay.

    Parameters
    ----------
    study, cohort : str
        The study's key and the cohort's name.
    why : str
        The reason, which the book prints.
    day : str
        Today in UTC, as ``2026-11-25``.

    Returns
    -------
    Path
        The history that stays.

    Raises
    ------
    InputError
        If there is no such rerun, or no reason that can be printed.
    """
    problems: list[Problem] = []
    _check_book(problems)
    reason = " ".join(why.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        expected = f"a reason in words, at most {LONGEST_REASON} characters"
        problems.append(
            Problem("--why", "", repr(why[:80]), expected, "The book prints it beside the hash of the file.")
        )
    entries = {entry.cohort: entry for entry in published(study)}
    if cohort not in entries:
        expected = f"one of {', '.join(entries)}" if entries else "a published rerun; this study has none"
        problems.append(Problem("COHORT", "", repr(cohort[:80]), expected))
    if problems:
        raise InputError(problems)
    entry = entries[cohort]
    # The history first: a results folder that is gone must never be unexplained.
    hashes = _hashes(entry.provenance)
    withdrawn = Event(day=day, what="withdrawn", **hashes, why=reason)
    write_history(entry.folder, [*entry.history, withdrawn])
    for name in sorted(KEPT, key=lambda name: name != "verdicts.csv"):  # without its verdicts a rerun counts no longer
        (entry.folder / name).unlink(missing_ok=True)
    return entry.folder / HISTORY


def _hashes(provenance: Provenance) -> dict[str, str]:
    """The hashes in a history by which the animals of a cohort are recognised."""
    hashes = {"cohort_sha256": provenance.cohort_sha256, "cohort_values_sha256": provenance.cohort_values_sha256}
    return {name: value for name, value in hashes.items() if value}


def _check_book(problems: list[Problem]) -> None:
    if notebooks_folder().name == "_notebooks":
        found = "the package alone, installed without the book"
        problems.append(
            Problem(
                "secretome publish", "", found, "a checkout of the book", "Run the command of the book's own .venv."
            )
        )


def _taken(rerun: Finished, before: Sequence[Finished], *, again: bool) -> list[Problem]:
    """Whether the name or the animals are in the book already, were withdrawn, or come twice."""
    about, place = rerun.provenance, str(rerun.folder)
    same = [other for other in before if other.provenance.study == about.study]
    now = published(about.study)
    problems = []
    # Some file systems do not tell capitals apart.
    names = (
        [entry.cohort for entry in now]
        + [other.provenance.cohort for other in same]
        + [load_study(about.study).cohort.id]
    )
    if about.cohort.casefold() in {name.casefold() for name in names}:
        remedy = "Unpublish the earlier one with its reason first, or rename the cohort file and run it again."
        problems.append(
            Problem(place, "", f"the cohort name {about.cohort!r}, which is taken", "a name of its own", remedy)
        )
    others = [entry.provenance for entry in now] + [other.provenance for other in same]
    duplicate = next((other for other in others if other.cohort != about.cohort and same_animals(other, about)), None)
    if duplicate:
        what = "file" if duplicate.cohort_sha256 == about.cohort_sha256 else "measurements"
        remedy = "The same animals cannot be counted twice; publish only one of them."
        problems.append(
            Problem(
                place,
                "",
                f"the same {what} as the cohort {duplicate.cohort!r}",
                "measurements that are not published yet",
                remedy,
            )
        )
    withdrawn = [
        event
        for name, events in histories(about.study).items()
        for event in events
        if event.what == "withdrawn" and (name.casefold() == about.cohort.casefold() or same_animals(event, about))
    ]
    if withdrawn and not again:
        last = withdrawn[-1]
        found = f"a cohort that was withdrawn on {last.day} ({last.why})"
        problems.append(Problem(place, "", found, "one that was not", "If it is to come back, say so: --again."))
    return problems


def _work(rerun: Finished) -> tempfile.TemporaryDirectory[str]:
    place = published_folder(rerun.provenance.study)
    place.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=f".{rerun.provenance.cohort}-", dir=place)


def _prepare(rerun: Finished, work: Path, day: str) -> None:
    about = rerun.provenance
    target = published_folder(about.study) / about.cohort
    for name in TABLES:
        shutil.copyfile(rerun.folder / name, work / name, follow_symlinks=False)
    # Written anew, because other keys of the file could contain anything, including the animals' values.
    about.write(work)
    before = read_history(target) if (target / HISTORY).exists() else ()
    write_history(work, [*before, Event(day=day, what="published", **_hashes(about))])


def _keep(rerun: Finished, work: Path) -> Path:
    target = published_folder(rerun.provenance.study) / rerun.provenance.cohort
    target.mkdir(exist_ok=True)
    # The verdicts last: by them a rerun counts.
    for name in (HISTORY, *sorted(KEPT, key=lambda name: name == "verdicts.csv")):
        (work / name).replace(target / name)
    return target
