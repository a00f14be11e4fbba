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
def report(made_once: Made) -> Path:
    """The one-file report of a rerun on nine donors, moved away from everything it was made beside."""

    def fill(folder: Path) -> None:
        cohort = folder / "donors.csv"
        pairs = [
            (f"d{i}", group, factor * i)
            for i in range(1, 10)
            for group, factor in (("without", 1), ("with_cm", 1 + i / 10))
        ]
        rows = [f"{donor},{group},{value},{value / 2}" for donor, group, value in pairs]
        cohort.write_text("\n".join(["animal,group,foxp3_cd25pos,foxp3_cd25neg", *rows]), encoding="utf-8")
        finished = finished_rerun("treg_conditioned_medium", cohort, folder / "out")
        shutil.copy(finished / "report.html", folder / "alone.html")

    return made_once("donors-report", fill) / "alone.html"


@pytest.fixture(scope="session")
def simulated_report(made_once: Made) -> Path:
    """The report of a rerun on simulated rats, some of which died."""

    def fill(folder: Path) -> None:
        cohort = folder / "made up.csv"
        cohort.write_bytes(to_csv(simulate(load_study("sepsis_cytokines").protocol, "deaths", n=9, seed=4)))
        finished = finished_rerun("sepsis_cytokines", cohort, folder / "out")
        shutil.copy(finished / "report.html", folder / "alone.html")

    return made_once("rats-report", fill) / "alone.html"
