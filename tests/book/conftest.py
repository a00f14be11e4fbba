"""What tests of the book share: two reports of reruns, and a visit to the in-browser page."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from try_page import Visit, serving, visiting

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


@pytest.fixture(scope="session")
def runtime_site(site: Path) -> Path:
    """The built site with the runtime of the in-browser page."""
    if not (site / "runtime" / "manifest.json").is_file():
        if os.environ.get("CI"):
            pytest.fail("the site has no runtime")
        pytest.skip("the site has no runtime: run `make runtime` with a network to test the in-browser page")
    return site


@pytest.fixture(scope="session")
def served(runtime_site: Path) -> Iterator[str]:
    """The address of the built site on this computer."""
    with serving(runtime_site) as address:
        yield address


@pytest.fixture(scope="session")
def visit(served: str, browser: Browser) -> Iterator[Visit]:
    """One visit for the tests of a worker, because the software takes seconds to start."""
    with visiting(browser, served) as opened:
        yield opened
