"""A study that is new to the book: its folder is made, the book is built with it, and it is rerun and removed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT = shutil.ignore_patterns(".*", "_build", "__pycache__", "tests", "*.ipynb")
ROWS = "".join(
    f"{group},{value}\n"
    for group, values in {"vehicle": (4.1, 5.0, 6.2, 4.7), "drug": (7.9, 9.1, 8.4, 10.3)}.items()
    for value in values
)


@pytest.fixture
def checkout(site: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the checkout with the results of the notebooks."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=LEFT)
    shutil.copytree(site.parent / ".jupyter_cache", copy / "_build" / ".jupyter_cache")
    yield copy
    shutil.rmtree(copy)


def run(checkout: Path, *arguments: str) -> str:
    """Run Python in the copy, with the package of the copy."""
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_book_with_a_new_study_is_built_and_the_study_rerun(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "measured.csv").write_text(f"group,weight (g)\n{ROWS}", encoding="utf-8")
    made = run(
        checkout, "-m", "secretome", "new", "dropped", "--from", str(tmp_path / "measured.csv"), "--dir", "notebooks"
    )
    line = "      - file: notebooks/dropped/analysis.py"
    assert line in made.splitlines()
    contents = (checkout / "_toc.yml").read_text(encoding="utf-8")
    after = "      - file: notebooks/treg_conditioned_medium/analysis.py\n"
    (checkout / "_toc.yml").write_text(contents.replace(after, f"{after}{line}\n"), encoding="utf-8")
    # The source of the draft is in no bibliography, and its page is new to the front page: the book is built anyway.
    run(checkout, "book/build.py")
    page = (checkout / "_build/html/notebooks/dropped/analysis.html").read_text(encoding="utf-8")
    assert "<figure" in page
    ledger = (checkout / "_build/html/notebooks/ledger/analysis.html").read_text(encoding="utf-8")
    assert "weight is higher in drug than in vehicle." in ledger
    assert "not measured yet" in ledger.casefold()
    new = checkout / "new.csv"
    new.write_text(
        "animal,group,weight\n" + "".join(f"{at},{row}\n" for at, row in enumerate(ROWS.replace(".", ".1").split()))
    )
    run(checkout, "-m", "secretome", "rerun", "dropped", "new.csv", "--out", "out")
    assert (checkout / "out" / "new" / "report.html").is_file()
    shutil.rmtree(checkout / "notebooks" / "dropped")
    assert "dropped" not in run(checkout, "-m", "secretome", "studies")
