"""The whole book, built again after changes of text, is the one that a fresh build writes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a build does not read, and what is too large to copy.
LEFT = shutil.ignore_patterns(".*", "_build", "__pycache__", "tests", "*.ipynb")
CHANGES = {
    "book/science.md": ("Whether new animals in", "Whether other new animals in"),
    "notebooks/methods/min_pvalues/lesson.py": ("However strong", "However very strong"),
}


@pytest.fixture
def checkout(site: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the checkout with the results of the notebooks, built."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=LEFT)
    shutil.copytree(site.parent / ".jupyter_cache", copy / "_build" / ".jupyter_cache")
    build(copy)
    yield copy
    shutil.rmtree(copy)


def build(checkout: Path) -> None:
    made = subprocess.run([sys.executable, checkout / "book" / "build.py"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "executed" not in made.stderr


def files(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def read_times(doctrees: Path) -> dict[str, int]:
    return {str(path.relative_to(doctrees)): path.stat().st_mtime_ns for path in doctrees.rglob("*.doctree")}


@pytest.mark.slow
def test_book_after_changes_of_text_is_a_fresh_book(checkout: Path) -> None:
    site = checkout / "_build" / "html"
    first = files(site)
    for name, (old, new) in CHANGES.items():
        page = checkout / name
        text = page.read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        page.write_text(text.replace(old, new), encoding="utf-8")
    doctrees = checkout / "_build" / ".doctrees"
    times = read_times(doctrees)
    build(checkout)
    # Sphinx read the changed pages, and no other.
    assert {name for name, time in read_times(doctrees).items() if time != times[name]} == {
        str(Path(name).with_suffix(".doctree")) for name in CHANGES
    }
    again = files(site)
    changed = {name for name in again if again[name] != first.get(name)}
    pages = {name for name in changed if name.endswith(".html")}
    # The slides are made from the lesson's page.
    assert pages == {
        "book/science.html",
        *(f"notebooks/methods/min_pvalues/{page}.html" for page in ("lesson", "slides")),
    }
    shutil.rmtree(site)
    build(checkout)
    assert files(site) == again
