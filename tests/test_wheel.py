"""The wheel alone, in an empty environment and an empty folder, does what the README promises;

it needs a package index.
"""

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.process]


def run(*command: str | Path, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel and what it needs, in the versions of the lock."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT, folder=folder)
    (wheel,) = folder.glob("*.whl")
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (folder / "constraints.txt").write_text(
        "\n".join(re.findall(r"^[\w.-]+==[^\\\n]+", locked, re.MULTILINE)), encoding="utf-8"
    )
    venv.create(folder / "environment")
    commands = folder / "environment" / ("Scripts" if os.name == "nt" else "bin")
    # What no command imports need not be compiled.
    run(*pip_of(commands), "install", "--quiet", "--no-compile", "-c", "constraints.txt", wheel, folder=folder)
    return commands


def pip_of(commands: Path) -> list[str | Path]:
    """This environment's pip, for another environment."""
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", commands / "python"]


def test_the_wheel_alone_does_what_the_readme_promises(scripts: Path, tmp_path: Path) -> None:
    check_contents(scripts, tmp_path)
    check_commands(scripts / "secretome", tmp_path)


def check_contents(scripts: Path, tmp_path: Path) -> None:
    """Tracked studies and no site builder."""
    listed = run(*pip_of(scripts), "list", "--format=freeze", folder=tmp_path).casefold()
    assert not re.search(r"^(sphinx|jupyter-book|myst-nb|sqlalchemy|dask|pytest|playwright)==", listed, re.MULTILINE)
    (wheel,) = scripts.parents[1].glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", "notebooks", folder=ROOT).split()
    studies = {name for name in held if "/_notebooks/" in name}
    assert studies == {f"secretome/_{name}" for name in tracked}
    assert "secretome/py.typed" in held


def check_commands(secretome: Path, tmp_path: Path) -> None:
    """A cohort is checked and rerun, a size planned, a table audited and a class made."""
    run(
        secretome,
        "simulate",
        "treg_conditioned_medium",
        "-n",
        "6",
        "--seed",
        "1",
        "--out",
        "donors.csv",
        folder=tmp_path,
    )
    run(secretome, "check", "treg_conditioned_medium", "donors.csv", folder=tmp_path)
    run(secretome, "rerun", "treg_conditioned_medium", "donors.csv", folder=tmp_path)
    assert (tmp_path / "reruns" / "treg_conditioned_medium" / "donors" / "report.html").is_file()
    run(secretome, "power", "sepsis_cytokines", "--claim", "il4_rises_t2", "-n", "8", folder=tmp_path)
    printed = next(secretome.parents[1].rglob("_notebooks/published_cohorts/reported/*.yml"))
    run(secretome, "audit", printed, folder=tmp_path)
    (tmp_path / "class.csv").write_text("student\nAnna\n", encoding="utf-8")
    run(
        secretome,
        "classroom",
        "make",
        "treg_conditioned_medium",
        "--roster",
        "class.csv",
        "--out",
        "autumn",
        folder=tmp_path,
    )
    assert (tmp_path / "autumn" / "teacher" / "key.csv").is_file()
    check_own_study(secretome, tmp_path)


def check_own_study(secretome: Path, tmp_path: Path) -> None:
    """A study is made from a table, and rerun by the path of its folder."""
    table = ROOT / "book" / "teeth.csv"
    run(secretome, "new", "teeth", "--from", table, "--group", "supplement", "--group", "dose_mg", folder=tmp_path)
    run(secretome, "template", "teeth", "--out", "sheet.xlsx", folder=tmp_path)
    run(secretome, "rerun", "teeth", "teeth/cohorts/own.csv", folder=tmp_path)
    assert (tmp_path / "reruns" / "teeth" / "own" / "report.html").is_file()
    run(secretome, "schema", "--out", "schema.json", folder=tmp_path)
    assert (tmp_path / "schema.json").is_file()
