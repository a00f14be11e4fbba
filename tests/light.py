"""The command on a light notebook:

the same study, rules and files, one small figure. A fault is no different under a heavy one.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from secretome.cli import app
from secretome.protocol import loading, study_folder
from secretome.rerun import provenance

TREG = "treg_conditioned_medium"
NOTEBOOK = """# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% tags=["parameters"]
cohort: str = ""
cohort_sha256: str = ""
cohort_sheet: str = ""
cohort_names: dict = {}
cohort_decimal: str = ""
cohort_key: str = ""
out: str = ""
alpha: float = 0.05
level: float = 0.95
seed: int = 1
# %%
import os, signal, time
from matplotlib.figure import Figure
from secretome import adjudicate, analyse, load_study
from secretome.claims import examine
from secretome.report.page import Page

study = load_study(
    "treg_conditioned_medium",
    cohort=cohort,
    sha256=cohort_sha256,
    sheet=cohort_sheet or None,
    names=cohort_names,
    decimal=cohort_decimal or None,
    key=cohort_key or None,
)
results = analyse(study, ("published", "planned"), alpha=alpha, level=level, seed=seed)
page = Page(study, out)
print("before the figure")
figure = Figure(figsize=(1, 1))
figure.add_axes((0, 0, 1, 1)).plot(results["estimate"])
page.figure(figure, "small", "A small figure.")
print(len(results), "results")
# %%
FAULT
# %%
page.save(results=results, verdicts=adjudicate(study, results, alpha=alpha), checks=examine(study, results,
alpha=alpha))
"""
# Every Python that is started with this in its path, a worker's and a shard's too, finds the light study.
START = """import secretome.protocol.loading as loading
from pathlib import Path
loading.notebooks_folder = lambda: Path(__file__).parent / "notebooks"
"""


def write_light_study(folder: Path, fault: str = "") -> None:
    """Write the light study into a folder of notebooks."""
    study = folder / TREG
    study.mkdir(parents=True)
    shutil.copytree(study_folder(TREG) / "cohorts", study / "cohorts")
    shutil.copy(study_folder(TREG) / "protocol.yml", study)
    (study / "analysis.py").write_text(NOTEBOOK.replace("FAULT", fault), encoding="utf-8")


@contextmanager
def notebooks_in(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Let commands that run in this process find their studies in another folder, which is in no checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "notebooks_folder", lambda: folder)
        patch.setattr(provenance, "commit", lambda: None)
        yield patch


class Light:
    """A folder with a light study, cohorts for it, and the command that runs them."""

    def __init__(self, folder: Path, cohorts: int, fault: str = "") -> None:
        self.folder = folder
        write_light_study(folder / "notebooks", fault)
        (folder / "sitecustomize.py").write_text(START, encoding="utf-8")
        chance = random.Random(20261125)
        self.files = [folder / f"lab{number:03}.csv" for number in range(cohorts)]
        for file in self.files:
            rows = ["animal,group,foxp3_cd25pos,foxp3_cd25neg"]
            for donor in range(5):
                before = chance.uniform(1, 4)
                after = before * chance.uniform(0.9, 2)
                rows += [
                    f"d{donor},without,{before:.2f},{before / 2:.2f}",
                    f"d{donor},with_cm,{after:.2f},{after / 2:.2f}",
                ]
            file.write_text("\n".join(rows), encoding="utf-8")

        self.environment = os.environ | {"PYTHONPATH": str(folder)}

    @classmethod
    def held(cls, folder: Path, cohorts: int) -> "Light":
        """One whose cohorts, once the first is finished, wait until `release` is called."""
        wait = (
            "while glob.glob(os.path.join(os.path.dirname(out), 'lab*')) and not "
            f"os.path.exists({str(folder / 'released')!r}):"
        )
        return cls(folder, cohorts, f"import glob\n{wait}\n    time.sleep(0.05)")

    def release(self) -> None:
        (self.folder / "released").touch()

    def command(self, out: str, *options: str) -> list[str]:
        return [
            sys.executable,
            "-m",
            "secretome",
            "rerun",
            TREG,
            *(str(file) for file in self.files),
            "--out",
            out,
            *options,
        ]

    def start(self, out: str, *options: str) -> "subprocess.Popen[str]":
        return self.process(self.command(out, *options))

    def quiet(self, command: list[str]) -> "subprocess.Popen[bytes]":
        """A process that logs without end, to a pipe that nobody would empty."""
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def process(self, command: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, out: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """Run the command here, without a process of its own: its cohorts still have theirs."""
        command = self.command(out, *options)
        with notebooks_in(self.folder / "notebooks") as patch:
            patch.chdir(self.folder)
            patch.setenv("PYTHONPATH", str(self.folder))
            result = CliRunner().invoke(app, command[3:])
        return subprocess.CompletedProcess(command, result.exit_code, result.stdout, result.stderr)

    def run_alone(self, out: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """Run the command as a process of its own."""
        command = self.command(out, *options)
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )


def contents(out: Path) -> dict[str, bytes]:
    """Every file that runs left, by name, without the times that no two runs share."""
    return {file.relative_to(out).as_posix(): _timeless(file) for file in sorted(out.rglob("*")) if file.is_file()}


def _timeless(file: Path) -> bytes:
    text = file.read_bytes()
    if file.name == "provenance.json":
        made = json.loads(text)
        for name in ("started", "finished"):
            made.pop(name)
        for name in ("notebook.ipynb", "report.html"):  # their hashes change with the times inside
            made["files"].pop(name)
        return json.dumps(made).encode()
    if file.name == "report.html":
        return re.sub(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", b"", text)
    if file.name == "notebook.ipynb":
        return re.sub(rb'"(duration|start_time|end_time)": [^\n]*', b"", text)
    return text


def until(true: Callable[[], object], seconds: float = 600) -> None:
    """Wait for a condition; the seconds only end what would otherwise hang."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
