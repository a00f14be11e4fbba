"""Fixtures that several tests share."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from filelock import FileLock
from hypothesis import settings

from secretome import load_study
from secretome.cohort import Study, read_cohort
from secretome.protocol import Protocol, load_protocol, study_folder

ROOT = Path(__file__).parents[1]
TREG = "treg_conditioned_medium"
SEPSIS = "sepsis_cytokines"

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


class Rats:
    """Cohorts of the sepsis study as a test writes them: values of each group, as text or numbers; the rest is plain."""

    plain: ClassVar[dict[str, dict[str, list[object]]]] = {
        "il6": {
            "sham": [11.2, 14.8, 12.9, 17.3, 10.4, 15.5],
            "control": [92, 131, 77, 160, 108, 84],
            "t1": [48, 61, 39, 75, 52, 44],
            "t2": [35, 27, 41, 22, 30, 38],
        },
        "il4": {
            "sham": [25, 31, 22, 28, 19, 27],
            "control": [17, 14, 19, 22, 13, 16],
            "t1": [20, 16, 23, 18, 15, 21],
            "t2": [27, 33, 24, 29, 22, 31],
        },
    }

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __call__(self, il6: Mapping[str, Sequence[object]] | None = None, il4: Mapping[str, Sequence[object]] | None = None) -> Study:
        """A study whose groups are the plain ones, but for those given; an empty list leaves a group out."""
        endpoints = {"il6": self.plain["il6"] | dict(il6 or {}), "il4": self.plain["il4"] | dict(il4 or {})}
        rows = ["animal,group,endpoint,value"]
        for endpoint, groups in endpoints.items():
            rows += [f"{group} {i},{group},{endpoint},{value}" for group, values in groups.items() for i, value in enumerate(values)]
        return self.read("\n".join(rows))

    def read(self, text: str) -> Study:
        """A study of a file's text."""
        return Study(self.protocol, read_cohort(Path("rats.csv"), self.protocol, text.encode()), source_data=False)


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
