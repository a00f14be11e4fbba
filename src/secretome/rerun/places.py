"""The folders that runs leave: made whole or not at all, and never over what is not theirs."""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from secretome.cohort import Study
from secretome.protocol import Problem, Refusal

PROVENANCE = "provenance.json"
WRITTEN_BY_NOTEBOOK = ("results.csv", "verdicts.csv", "checks.csv", "figures")

Existing = Literal["refuse", "resume", "force"]


def write_summary(name: str, out: Path) -> Path:
    """Write ``summary.csv``: the verdicts of every finished cohort of a study in a folder, one under another."""
    # A folder that begins with a dot is a run that was killed.
    folders = sorted(path.parent for path in out.glob(f"[!.]*/{PROVENANCE}") if provenance_in(path.parent).get("study") == name)
    tables = [pd.read_csv(folder / "verdicts.csv", dtype=str, keep_default_na=False) for folder in folders]
    path = out / "summary.csv"
    write_text(path, pd.concat(tables).to_csv(index=False, lineterminator="\n"))
    return path


def check_place(study: Study, folder: Path, existing: Existing) -> None:
    """Refuse a place where something of the user's would be lost."""
    if not folder.exists():
        return
    file = study.cohort.path.name
    if existing == "refuse":
        remedy = "Add --resume to keep it unless something has changed, --force to make it anew, or --out for another place."
        raise Refusal([Problem(file, "", f"the folder {folder}, which is there already", "a new one", remedy)])
    made = provenance_in(folder)
    ours = made.get("study") == study.key and made.get("cohort") == study.cohort.id
    if not ours or folder.resolve() in study.cohort.path.resolve().parents:
        found = f"the folder {folder}, which is no rerun of this study on this cohort"
        raise Refusal([Problem(file, "", found, "a rerun to replace", "Nothing was touched. Name another place with --out.")])


def put(work: Path, folder: Path, study: Study, existing: Existing) -> None:
    """Move a finished run to its place; an earlier one steps aside first, and comes back if the move fails."""
    check_place(study, folder, existing)
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


def finished_key(folder: Path) -> str | None:
    """The content key of a finished run; None if any of its files is gone."""
    whole = all((folder / name).exists() for name in (*WRITTEN_BY_NOTEBOOK, "notebook.ipynb", "report.html"))
    return provenance_in(folder).get("content_key") if whole else None


def provenance_in(folder: Path) -> dict[str, Any]:
    """The provenance of a finished folder; empty if there is none that can be read."""
    try:
        content = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_text(path: Path, text: str) -> None:
    """Write a file whole: a reader sees the old one or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
