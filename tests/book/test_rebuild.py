"""The whole book, with a study that is new to it, and built again after changes of text."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a build does not read, and what is too large to copy.
LEFT = shutil.ignore_patterns(".*", "_build", "__pycache__", "tests", "*.ipynb")
ROWS = "".join(
    f"{group},{value}\n"
    for group, values in {"vehicle": (4.1, 5.0, 6.2, 4.7), "drug": (7.9, 9.1, 8.4, 10.3)}.items()
    for value in values
)
CHANGES = {
    "book/science.md": ("Whether new animals in", "Whether other new animals in"),
    "notebooks/methods/min_pvalues/lesson.py": ("However strong", "However very strong"),
}


@pytest.fixture
def checkout(site: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the checkout with the results of the notebooks and the runtime, if there is one."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=LEFT)
    for name in (".jupyter_cache", "runtime"):
        if (site.parent / name).is_dir():
            shutil.copytree(site.parent / name, copy / "_build" / name)
    yield copy
    shutil.rmtree(copy)


def run(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in the copy, with the package of the copy."""
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def files(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def read_times(doctrees: Path) -> dict[str, int]:
    return {str(path.relative_to(doctrees)): path.stat().st_mtime_ns for path in doctrees.rglob("*.doctree")}


# One test, because each whole build takes a minute.
@pytest.mark.slow
def test_book_with_a_new_study_and_after_changes_of_text_is_a_fresh_book(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "measured.csv").write_text(f"group,weight (g)\n{ROWS}", encoding="utf-8")
    add_study(checkout, tmp_path / "measured.csv")
    # The source of the draft is in no bibliography, and its page is new to the front page: the book is built anyway.
    run(checkout, "book/build.py")
    check_pages_of_the_study(checkout / "_build" / "html")
    check_changes_of_text(checkout)
    check_rerun_and_removal(checkout)


def add_study(checkout: Path, measured: Path) -> None:
    made = run(checkout, "-m", "secretome", "new", "dropped", "--from", str(measured), "--dir", "notebooks")
    line = "      - file: notebooks/dropped/analysis.py"
    assert line in made.stdout.splitlines()
    contents = (checkout / "_toc.yml").read_text(encoding="utf-8")
    after = "      - file: notebooks/treg_conditioned_medium/analysis.py\n"
    assert after in contents
    (checkout / "_toc.yml").write_text(contents.replace(after, f"{after}{line}\n"), encoding="utf-8")


def check_pages_of_the_study(site: Path) -> None:
    assert "<figure" in (site / "notebooks/dropped/analysis.html").read_text(encoding="utf-8")
    ledger = (site / "notebooks/ledger/analysis.html").read_text(encoding="utf-8")
    assert "weight is higher in drug than in vehicle." in ledger
    assert "not measured yet" in ledger.casefold()


def check_changes_of_text(checkout: Path) -> None:
    """Sphinx reads the changed pages and no other, and the site is the one that a fresh build writes."""
    site, doctrees = checkout / "_build" / "html", checkout / "_build" / ".doctrees"
    first = files(site)
    for name, (old, new) in CHANGES.items():
        page = checkout / name
        text = page.read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        page.write_text(text.replace(old, new), encoding="utf-8")
    times = read_times(doctrees)
    assert "executed" not in run(checkout, "book/build.py").stderr
    assert {name for name, time in read_times(doctrees).items() if time != times[name]} == {
        str(Path(name).with_suffix(".doctree")) for name in CHANGES
    }
    again = files(site)
    pages = {name for name in again if again[name] != first.get(name) and name.endswith(".html")}
    # The slides are made from the lesson's page.
    assert pages == {
        "book/science.html",
        *(f"notebooks/methods/min_pvalues/{page}.html" for page in ("lesson", "slides")),
    }
    shutil.rmtree(site)
    assert "executed" not in run(checkout, "book/build.py").stderr
    assert files(site) == again


def check_rerun_and_removal(checkout: Path) -> None:
    rows = "".join(f"{at},{row}\n" for at, row in enumerate(ROWS.replace(".", ".1").split()))
    (checkout / "new.csv").write_text(f"animal,group,weight\n{rows}", encoding="utf-8")
    run(checkout, "-m", "secretome", "rerun", "dropped", "new.csv", "--out", "out")
    assert (checkout / "out" / "new" / "report.html").is_file()
    shutil.rmtree(checkout / "notebooks" / "dropped")
    assert "dropped" not in run(checkout, "-m", "secretome", "studies").stdout
