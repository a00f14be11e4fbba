"""Two reports of reruns, which tests of reports share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reruns import finished_rerun
from secretome import load_study
from secretome.cohort.simulate import simulate, to_csv

Made = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def report(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one-file report of a rerun on nine donors, moved away from everything it was made beside."""
    return Path(
        shutil.copy(finished / "out" / "my-donors" / "report.html", tmp_path_factory.mktemp("report") / "alone.html")
    )


@pytest.fixture(scope="session")
def simulated_report(made_once: Made) -> Path:
    """The report of a rerun on simulated rats, some of which died."""

    def fill(folder: Path) -> None:
        cohort = folder / "made up.csv"
        cohort.write_bytes(to_csv(simulate(load_study("sepsis_cytokines").protocol, "deaths", n=9, seed=4)))
        finished = finished_rerun("sepsis_cytokines", cohort, folder / "out")
        shutil.copy(finished / "report.html", folder / "alone.html")

    return made_once("rats-report", fill) / "alone.html"
