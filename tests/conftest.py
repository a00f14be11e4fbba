"""Fixtures that several tests share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings

from rats import SEPSIS, TREG, Rats
from secretome import load_study
from secretome.cohort import Study
from secretome.protocol import Protocol, load_protocol, study_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
# The shell without a window opens and closes a page with less than half of the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
# In milliseconds. Playwright's thirty seconds, and five for what is expected, are too few on a busy machine.
MAX_WAIT = 600_000
# The same examples on every run, so that a failure is reproducible; no deadline, because speed is a benchmark.
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("reproducible")

DONORS = [
    ("d1", 3.45, 4.42),
    ("d2", 2.1, 3.5),
    ("d3", 5.04, 5.52),
    ("d4", 1.4, 2.4),
    ("d5", 3.9, 5.7),
    ("d6", 2.2, 2.9),
]


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    return load_protocol(study_folder(TREG) / "protocol.yml")


@pytest.fixture(scope="session")
def treg() -> Study:
    return load_study(TREG)


@pytest.fixture(scope="session")
def sepsis_protocol() -> Protocol:
    return load_protocol(study_folder(SEPSIS) / "protocol.yml")


@pytest.fixture(scope="session")
def sepsis() -> Study:
    return load_study(SEPSIS)


@pytest.fixture(scope="session")
def rats(sepsis_protocol: Protocol) -> Rats:
    return Rats(sepsis_protocol)


@pytest.fixture
def donors(tmp_path: Path) -> Path:
    """A sound cohort of six donors, new to the study."""
    rows = ["animal,group,foxp3_cd25pos,foxp3_cd25neg"]
    for name, before, after in DONORS:
        rows += [f"{name},without,{before},{before / 2}", f"{name},with_cm,{after},{after / 2}"]
    path = tmp_path / "donors.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str, Callable[[Path], None]], Path]:
    """Fill a folder once for all workers: the first to ask for a name makes it, and the others wait."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, finished = shared / "made-once" / name, shared / "made-once" / f"{name}.finished"
        folder.parent.mkdir(exist_ok=True)
        with FileLock(folder.with_name(f"{name}.lock")):
            if not finished.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what a failed attempt left
                folder.mkdir()
                fill(folder)
                finished.touch()
        return folder

    return make


@pytest.fixture
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A light notebook in place of the study's own, for what does not depend on the notebook."""
    from light import notebooks_in, write_light_study  # tests of the statistics need no notebook

    folder = tmp_path_factory.mktemp("notebooks")
    write_light_study(folder)
    with notebooks_in(folder):
        yield


@pytest.fixture(scope="session")
def finished(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A rerun of a semicolon, decimal-comma file with a byte-order mark, whose name holds a space."""

    def fill(folder: Path) -> None:
        from commands import secretome  # tests of the statistics need no command

        rows = ["Animal;Group;FoxP3 CD25pos;FoxP3 CD25neg"]
        for number in range(1, 10):
            rows += [
                f"00{number};without;{number},5;1,{number}",
                f"00{number};With conditioned medium;{number + 1},75;2,{number}",
            ]
        cohort = folder / "my donors.csv"
        cohort.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
        result = secretome("rerun", TREG, cohort, "--out", folder / "out")
        assert result.exit_code == 0, result.output
        assert "supported" in result.output

    return made_once("finished-rerun", fill)


@pytest.fixture(scope="session")
def site(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The built book. One worker builds it: a second build would take pages from under the others."""

    def build(_: Path) -> None:
        built = subprocess.run(
            [sys.executable, ROOT / "book" / "build.py"], capture_output=True, text=True, check=False
        )
        assert built.returncode == 0, built.stdout + built.stderr

    made_once("site", build)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One Chromium for each worker."""
    if CHROMIUM is None:
        # A machine that promises the whole test must have the browser; elsewhere these tests are left out, and pytest
        # says so.
        if os.environ.get("CI"):
            pytest.fail("no Chromium was found")
        pytest.skip("no Chromium was found: install it to test the pages as readers see them")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=MAX_WAIT)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=MAX_WAIT)
        for name in ("new_context", "new_page"):
            setattr(started, name, _patient(getattr(started, name)))
        yield started
        started.close()


def _patient(make: Callable[..., Any]) -> Callable[..., Any]:
    """The same maker of contexts or pages, whose waits end only what would otherwise hang."""

    def make_patient(**options: Any) -> Any:
        made = make(**options)
        made.set_default_timeout(MAX_WAIT)
        return made

    return make_patient


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the built site or a browser, so that `-m "not site"` leaves it out."""
    for item in items:
        if {"site", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("site")
