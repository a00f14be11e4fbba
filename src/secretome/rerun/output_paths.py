"""The folders that runs leave: made whole or not at all, and never over what is not theirs."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from filelock import FileLock

from secretome.protocol import InputError, Problem

PROVENANCE = "provenance.json"
WRITTEN_BY_NOTEBOOK = ("results.csv", "verdicts.csv", "checks.csv", "figures")
# What a run needs for itself in the output folder begins so, and nothing of the user's does.
OWN = ".rerun-"
EARLIER = "-earlier"

Existing = Literal["refuse", "resume", "force"]


@dataclass(frozen=True)
class OutputPaths:
    """Where the run of one cohort goes."""

    study: str
    cohort: str
    file: Path
    out: Path

    @property
    def folder(self) -> Path:
        """The folder that appears when the run is finished."""
        return self.out / self.cohort

    def check(self, existing: Existing) -> None:
        """Refuse a place where something of the user's would be lost."""
        if not self.folder.exists():
            return
        if existing == "refuse":
            remedy = (
                "Add --resume to keep it unless something has changed, --force to make it anew, or --out for another "
                "place."
            )
            raise InputError(
                [Problem(self.file.name, "", f"the folder {self.folder}, which is there already", "a new one", remedy)]
            )
        made = provenance_in(self.folder)
        ours = made.get("study") == self.study and made.get("cohort") == self.cohort
        if not ours or self.folder.resolve() in self.file.resolve().parents:
            found = f"the folder {self.folder}, which is no rerun of this study on this cohort"
            raise InputError(
                [
                    Problem(
                        self.file.name,
                        "",
                        found,
                        "a rerun to replace",
                        "Nothing was touched. Name another place with --out.",
                    )
                ]
            )

    def work(self) -> Path:
        """Make a private folder beside the place."""
        make(self.out)
        try:
            return Path(tempfile.mkdtemp(prefix=f"{OWN}{self.cohort}-", dir=self.out))
        except OSError as error:
            raise _unusable(self.out, error) from error

    def put(self, work: Path, existing: Existing) -> None:
        """Move a finished run here; an earlier one steps aside first, and comes back if the move fails."""
        self.check(existing)
        aside = work.with_name(work.name + EARLIER)
        work.chmod(0o755)  # a private folder becomes an ordinary one
        earlier = self.folder.exists()
        if earlier:
            self.folder.rename(aside)
        try:
            work.rename(self.folder)
        except OSError:
            if earlier:
                aside.rename(self.folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def make(out: Path) -> None:
    """Make the output folder if it is not there, or refuse."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(out, error) from error


def sweep(out: Path, cohorts: Collection[str] | None = None) -> None:
    """Delete what killed runs left, and restore folders that were not replaced; only of these cohorts, if named."""
    # The folders that stepped aside last: they must not be put back while their replacement is still to be swept.
    for left in sorted(out.glob(f"{OWN}*"), key=lambda path: path.name.endswith(EARLIER)):
        cohort = left.name.removeprefix(OWN).removesuffix(EARLIER).rpartition("-")[0]
        if left.is_file():
            # Half of a summary; but beside other shards it may be one that is being written.
            if cohorts is None and not left.name.endswith(".lock"):
                left.unlink(missing_ok=True)
        elif cohorts is not None and cohort not in cohorts:
            continue
        elif left.name.endswith(EARLIER) and not (out / cohort).exists():
            left.rename(out / cohort)
        else:
            shutil.rmtree(left, ignore_errors=True)


def finished_key(folder: Path) -> str | None:
    """The content key of a finished run; None if any of its files is gone or is not what the run wrote."""
    made = provenance_in(folder)
    files = made.get("files")
    whole = isinstance(files, dict) and files == hashes(folder)
    return made.get("content_key") if whole else None


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a run but its provenance, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != PROVENANCE)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def provenance_in(folder: Path) -> dict[str, Any]:
    """The provenance of a finished folder; empty if there is none that can be read."""
    try:
        content = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def write_summary(name: str, out: Path) -> Path:
    """Write ``summary.csv``: the verdicts of every finished cohort of a study in a folder, one under another."""
    path = out / "summary.csv"
    lock = FileLock(out / f"{OWN}summary.lock")
    # Held while analysis too: of two runs that end together, the later one has seen all of the earlier.
    with lock:
        folders = sorted(
            found.parent
            for found in out.glob(f"[!.]*/{PROVENANCE}")
            if provenance_in(found.parent).get("study") == name
        )
        # A folder that was changed since, or that another run is just replacing, is not what a run left.
        folders = [folder for folder in folders if finished_key(folder)]
        tables = [pd.read_csv(folder / "verdicts.csv", dtype=str, keep_default_na=False) for folder in folders]
        write_text(path, pd.concat(tables).to_csv(index=False, lineterminator="\n") if tables else "")
        drop(lock)
    return path


def drop(lock: FileLock) -> None:
    """Delete the file of a lock that is held; whoever waits for it takes a new one."""
    if os.name != "nt":  # Windows deletes no open file; there it stays, and does no harm
        with suppress(OSError):  # nor does it in a folder that has become read-only
            Path(lock.lock_file).unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file whole: a reader sees the old one or the new one."""
    partial = path.with_name(f"{OWN}{path.name}-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _unusable(out: Path, error: OSError) -> InputError:
    return InputError(
        [
            Problem(
                "--out",
                "",
                f"{out} ({error.strerror})",
                "a folder that can be made and written to",
                "Name another place.",
            )
        ]
    )
