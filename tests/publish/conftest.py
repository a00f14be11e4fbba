"""A book of its own for each test, and finished reruns to put into it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from reruns import finished_rerun
from secretome import load_study
from secretome.cohort.simulate import simulate, to_csv
from secretome.protocol import study_names
from secretome.publish.published_dir import TABLES

SEPSIS = "sepsis_cytokines"
Rename = Callable[[str, str], Path]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without published reruns for every study, in place of the repository's."""
    folder = tmp_path / "notebooks"
    for name in study_names():
        (folder / name).mkdir(parents=True)
    monkeypatch.setattr("secretome.publish.published_dir.study_folder", lambda name: folder / name)
    return folder


@pytest.fixture(scope="session")
def run(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A finished rerun of rats whose file says nothing of their origin, as a laboratory's does."""

    def fill(folder: Path) -> None:
        cohort = folder / "lab-a.csv"
        cohort.write_bytes(to_csv(simulate(load_study(SEPSIS).protocol, "as_published", n=8, seed=9)))
        table = pd.read_csv(cohort, dtype=str, keep_default_na=False).drop(columns=["origin", "scenario", "seed"])
        table.to_csv(cohort, index=False)
        finished_rerun(SEPSIS, cohort, folder / "out")

    return made_once("published", fill) / "out" / "lab-a"


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Rename:
    """The same results as if another cohort, of another file, had given them."""

    def copy(cohort: str, sha256: str = "") -> Path:
        folder = tmp_path / "runs" / cohort
        shutil.copytree(run, folder)
        for name in TABLES:
            table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
            table.assign(cohort=cohort).to_csv(folder / name, index=False, lineterminator="\n")
        # Another file holds other animals, unless the test says that it holds the same.
        other = {"cohort_sha256": sha256, "cohort_values_sha256": sha256} if sha256 else {}
        change(folder, cohort=cohort, files={}, **other)
        return folder

    return copy


def change(folder: Path, **entries: object) -> None:
    """Change what a rerun says of where it comes from."""
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | entries), encoding="utf-8")
