"""Publish finished reruns in the book, and withdraw them with a public record."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from secretome.cohort import load_study
from secretome.protocol import InputError, Problem, notebooks_folder
from secretome.publish.finished_reruns import FinishedRerun, read_finished
from secretome.publish.published_dir import (
    HISTORY,
    KEPT,
    TABLES,
    PublishingEvent,
    histories,
    published,
    published_dir,
    read_history,
    same_animals,
    write_history,
)
from secretome.rerun.provenance import Provenance

MAX_REASON_LENGTH = 500


def publish(folders: Iterable[Path], day: str, *, again: bool = False) -> list[Path]:
    """Publish finished reruns in the book: all of them, or none.

    Parameters
    ----------
    folders : iterable of Path
        The folders that `secretome rerun` wrote.
    day : str
        Today in UTC, as ``2026-11-25``.
    again : bool
        Whether withdrawn animals may be published again.

    Returns
    -------
    list of Path
        The published folder of each.

    Raises
    ------
    InputError
        Lists every reason against any of them. Nothing is written then.
    """
    problems: list[Problem] = []
    finished: list[FinishedRerun] = []
    _check_book(problems)
    for folder in folders:
        try:
            finished.append(read_finished(folder))
        except InputError as error:
            problems += error.problems
    for position, rerun in enumerate(finished):
        problems += _check_new(rerun, finished[:position], again=again)
    if problems:
        raise InputError(problems)
    # All are prepared before the first is moved, so that a full disk does not leave some of them published.
    with ExitStack() as works:
        prepared = [(rerun, Path(works.enter_context(_temporary_folder(rerun)))) for rerun in finished]
        for rerun, work in prepared:
            _prepare(rerun, work, day)
        return [_commit(rerun, work) for rerun, work in prepared]


def unpublish(study: str, cohort: str, why: str, day: str) -> Path:
    """Withdraw a rerun from the book; the history keeps its hash, the day and the reason.

    Parameters
    ----------
    study, cohort : str
        The study's key and the cohort's name.
    why : str
        The reason, which the book shows.
    day : str
        Today in UTC, as ``2026-11-25``.

    Returns
    -------
    Path
        The file of the history.

    Raises
    ------
    InputError
        If there is no such rerun, or no reason that can be shown.
    """
    problems: list[Problem] = []
    _check_book(problems)
    reason = " ".join(why.split())
    if not reason or len(reason) > MAX_REASON_LENGTH or not reason.isprintable():
        expected = f"a reason in words, at most {MAX_REASON_LENGTH} characters"
        remedy = "The book shows the reason with the hash of the file."
        problems.append(Problem("--why", "", repr(why[:80]), expected, remedy))
    entries = {entry.cohort: entry for entry in published(study)}
    if cohort not in entries:
        expected = f"one of {', '.join(entries)}" if entries else "a published rerun; this study has none"
        problems.append(Problem("COHORT", "", repr(cohort[:80]), expected))
    if problems:
        raise InputError(problems)
    entry = entries[cohort]
    # The history first: a results folder that is gone must never be unexplained.
    hashes = _hashes(entry.provenance)
    withdrawn = PublishingEvent(day=day, what="withdrawn", **hashes, why=reason)
    write_history(entry.folder, [*entry.history, withdrawn])
    for name in sorted(KEPT, key=lambda name: name != "verdicts.csv"):  # without verdicts a rerun does not count
        (entry.folder / name).unlink(missing_ok=True)
    return entry.folder / HISTORY


def _hashes(provenance: Provenance) -> dict[str, str]:
    """The hashes in a history that identify the animals of a cohort."""
    hashes = {"cohort_sha256": provenance.cohort_sha256, "cohort_values_sha256": provenance.cohort_values_sha256}
    return {name: value for name, value in hashes.items() if value}


def _check_book(problems: list[Problem]) -> None:
    if notebooks_folder().name == "_notebooks":
        found, remedy = "an installed package without the book", "Run the command of the book's own .venv."
        problems.append(Problem("secretome publish", "", found, "a checkout of the book", remedy))


def _check_new(rerun: FinishedRerun, before: Sequence[FinishedRerun], *, again: bool) -> list[Problem]:
    """Problems of a name or of animals that are published, were withdrawn, or are given twice."""
    provenance, place = rerun.provenance, str(rerun.folder)
    others = [entry.provenance for entry in published(provenance.study)]
    others += [other.provenance for other in before if other.provenance.study == provenance.study]
    problems = []
    # Some file systems ignore case.
    names = [other.cohort.casefold() for other in others] + [load_study(provenance.study).cohort.id.casefold()]
    if provenance.cohort.casefold() in names:
        found = f"the cohort name {provenance.cohort!r}, which is taken"
        remedy = "Unpublish the earlier cohort with a reason first, or rename the cohort file and run it again."
        problems.append(Problem(place, "", found, "a new name", remedy))
    same = next(
        (other for other in others if other.cohort != provenance.cohort and same_animals(other, provenance)), None
    )
    if same:
        what = "file" if same.cohort_sha256 == provenance.cohort_sha256 else "measurements"
        found, expected = f"the same {what} as the cohort {same.cohort!r}", "measurements that are not published yet"
        remedy = "The same animals cannot be counted twice; publish only one of the cohorts."
        problems.append(Problem(place, "", found, expected, remedy))
    withdrawn = [
        event
        for name, events in histories(provenance.study).items()
        for event in events
        if event.what == "withdrawn"
        and (name.casefold() == provenance.cohort.casefold() or same_animals(event, provenance))
    ]
    if withdrawn and not again:
        found = f"a cohort that was withdrawn on {withdrawn[-1].day} ({withdrawn[-1].why})"
        remedy = "Use the option --again to publish it again."
        problems.append(Problem(place, "", found, "a cohort that was not withdrawn", remedy))
    return problems


def _temporary_folder(rerun: FinishedRerun) -> tempfile.TemporaryDirectory[str]:
    folder = published_dir(rerun.provenance.study)
    folder.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=f".{rerun.provenance.cohort}-", dir=folder)


def _prepare(rerun: FinishedRerun, work: Path, day: str) -> None:
    target = published_dir(rerun.provenance.study) / rerun.provenance.cohort
    for name in TABLES:
        shutil.copyfile(rerun.folder / name, work / name, follow_symlinks=False)
    # Written anew, because other keys of the file could contain anything, including the values of animals.
    rerun.provenance.write(work)
    before = read_history(target) if (target / HISTORY).exists() else ()
    write_history(work, [*before, PublishingEvent(day=day, what="published", **_hashes(rerun.provenance))])


def _commit(rerun: FinishedRerun, work: Path) -> Path:
    target = published_dir(rerun.provenance.study) / rerun.provenance.cohort
    target.mkdir(exist_ok=True)
    # The verdicts are last, because a rerun with verdicts counts.
    for name in (HISTORY, *sorted(KEPT, key=lambda name: name == "verdicts.csv")):
        (work / name).replace(target / name)
    return target
