"""The output folders of runs: complete or absent, and never in place of other files of the user."""

import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from filelock import FileLock

from secretome.protocol import InputError, file_sha256
from secretome.rerun.provenance import PROVENANCE, WORK_PREFIX, provenance_or_none, write_text

WRITTEN_BY_NOTEBOOK = ("results.csv", "verdicts.csv", "checks.csv", "figures")
REPLACED = "-earlier"

Existing = Literal["refuse", "resume", "force"]


@dataclass(frozen=True)
class OutputPaths:
    """The input file and the output folder of the run of one cohort."""

    study: str
    cohort: str
    file: Path
    out: Path

    @property
    def folder(self) -> Path:
        """The folder that exists once the run has finished."""
        return self.out / self.cohort

    def check(self, existing: Existing) -> None:
        """Refuse a folder that exists, unless it is a rerun of this cohort that may be replaced."""
        if not self.folder.exists():
            return
        if existing == "refuse":
            found = f"the folder {self.folder}, which exists already"
            remedy = (
                "Add --resume to keep it unless something has changed, --force to replace it, or --out DIR for another "
                "folder."
            )
            raise InputError.of(self.file.name, "", found, "a new folder", remedy)
        provenance = provenance_or_none(self.folder)
        is_rerun = provenance and (provenance.study, provenance.cohort) == (self.study, self.cohort)
        if not is_rerun or self.folder.resolve() in self.file.resolve().parents:
            found = f"the folder {self.folder}, which is no rerun of this study on this cohort"
            remedy = "Nothing was changed. Use another folder with --out."
            raise InputError.of(self.file.name, "", found, "a rerun to replace", remedy)

    def make_work_folder(self) -> Path:
        """Make a temporary folder for the run, beside its output folder."""
        make_output_folder(self.out)
        try:
            return Path(tempfile.mkdtemp(prefix=f"{WORK_PREFIX}{self.cohort}-", dir=self.out))
        except OSError as error:
            raise _unusable(self.out, error) from error

    def commit(self, work: Path, existing: Existing) -> None:
        """Rename the temporary folder to the output folder; an earlier run is restored if this fails."""
        self.check(existing)
        replaced = work.with_name(work.name + REPLACED)
        work.chmod(0o755)  # A temporary folder is private.
        replaces = self.folder.exists()
        if replaces:
            self.folder.rename(replaced)
        try:
            work.rename(self.folder)
        except OSError:
            if replaces:
                replaced.rename(self.folder)
            raise
        shutil.rmtree(replaced, ignore_errors=True)


def make_output_folder(out: Path) -> None:
    """Make the output folder if it does not exist."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(out, error) from error


def recover_and_clean(out: Path, cohorts: Collection[str] | None = None) -> None:
    """Restore folders that killed runs did not replace, and delete their temporary files.

    If `cohorts` is given, only the folders of these cohorts are restored or deleted.
    """
    # Replaced folders come last: they must not be restored while a temporary folder of the same cohort exists.
    for path in sorted(out.glob(f"{WORK_PREFIX}*"), key=lambda path: path.name.endswith(REPLACED)):
        cohort = path.name.removeprefix(WORK_PREFIX).removesuffix(REPLACED).rpartition("-")[0]
        if path.is_file():
            # Part of a summary. Another shard may be writing it.
            if cohorts is None and not path.name.endswith(".lock"):
                path.unlink(missing_ok=True)
        elif cohorts is not None and cohort not in cohorts:
            continue
        elif path.name.endswith(REPLACED) and not (out / cohort).exists():
            path.rename(out / cohort)
        else:
            shutil.rmtree(path, ignore_errors=True)


def finished_key(folder: Path) -> str | None:
    """The content key of a finished run; None if any of its files is missing or has been changed."""
    provenance = provenance_or_none(folder)
    return provenance.content_key if provenance and provenance.files == file_hashes(folder) else None


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of a run except its provenance, by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != PROVENANCE)
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}


def write_summary(name: str, out: Path) -> Path:
    """Write ``summary.csv``: the verdicts of every finished cohort of a study in a folder."""
    path = out / "summary.csv"
    lock = FileLock(out / f"{WORK_PREFIX}summary.lock")
    # Held while folders are read: if two runs end together, the second summary includes the cohorts of the first run.
    with lock:
        tables = [
            pd.read_csv(file.with_name("verdicts.csv"), dtype=str, keep_default_na=False)
            for file in sorted(out.glob(f"[!.]*/{PROVENANCE}"))
            if (provenance := provenance_or_none(file.parent))
            and provenance.study == name
            and finished_key(file.parent)  # Folders that were changed, or are being replaced, are left out.
        ]
        write_text(path, pd.concat(tables).to_csv(index=False, lineterminator="\n") if tables else "")
        delete_lock_file(lock)
    return path


def delete_lock_file(lock: FileLock) -> None:
    """Delete the file of a lock that is held; a process that waits for it makes a new one."""
    if os.name != "nt":  # Windows cannot delete an open file; the remaining file has no effect.
        with suppress(OSError):  # The folder may have become read-only.
            Path(lock.lock_file).unlink(missing_ok=True)


def _unusable(out: Path, error: OSError) -> InputError:
    expected = "a folder that can be made and written to"
    return InputError.of("--out", "", f"{out} ({error.strerror})", expected, "Use another folder.")
