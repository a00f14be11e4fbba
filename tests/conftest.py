"""Fixtures that several tests share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from rats import SEPSIS, TREG, Rats

from secretome import load_study
from secretome.cohort import Study
from secretome.protocol import Protocol, load_protocol, study_folder

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
# The same examples on every run, so that a failure can be seen again; and no deadline, because speed is a benchmark, not a test.
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("reproducible")

DONORS = [("d1", 3.45, 4.42), ("d2", 2.1, 3.5), ("d3", 5.04, 5.52), ("d4", 1.4, 2.4), ("d5", 3.9, 5.7), ("d6", 2.2, 2.9)]


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
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The built book. The first worker to ask builds it, and the others wait: a second build would take pages from under them."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    with FileLock(shared / "site.lock"):
        if not (shared / "site.built").exists():
            built = subprocess.run([sys.executable, ROOT / "book" / "build.py"], capture_output=True, text=True, check=False)
            assert built.returncode == 0, built.stdout + built.stderr
            (shared / "site.built").touch()
    return ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        # A machine that promises the whole test must have the browser; elsewhere these tests are left out, and pytest says so.
        if os.environ.get("CI"):
            pytest.fail("no Chromium was found")
        pytest.skip("no Chromium was found: install it to test the pages as readers see them")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
