"""Which pages are written again after a change, and that the site is then the one that a fresh build writes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from quoted import exported

PAGES = {
    "index.md": "# Start\n\n```{toctree}\none\ntwo\nbook/glossary\n```\n",
    "one.md": "(first)=\n# One\n\nThe cohort is small, as {ref}`below <first>`.\n\n"
    "## Results\n\nTaken from {download}`a.txt`.\n",
    "two.md": "# Two\n\nSee {doc}`one`, {ref}`first` and {term}`cohort`. A claim about one margin.\n\n"
    "```{py:function} count(x)\n\nCounts.\n```\n",
    "book/glossary.md": "# Glossary\n\n"
    "```{glossary}\ncohort\n  The animals of one experiment.\n\nclaim\n  A sentence.\n```\n",
    "a.txt": "1\n",
}
ALL = {"index", "one", "two", "book/glossary"}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A book of four pages that show each other's titles, labels and terms."""
    folder = tmp_path / "sources"
    for name, text in PAGES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(sources: Path, site: Path, changed: list[str]) -> set[str]:
    """Build the book, and return the pages that were written."""
    written: set[str] = set()

    def note(app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object) -> None:
        if doctree is not None:
            written.add(page)

    settings = {
        "extensions": ["myst_parser", "first_use", "quoted"],
        "html_theme": "basic",
        "exclude_patterns": [],
        "changed_pages": changed,
    }
    with patch_docutils(None), docutils_namespace():
        app = Sphinx(
            sources, None, site, site.with_name(f"{site.name}.doctrees"), "html", settings, None, None, parallel=1
        )
        app.connect("html-page-context", note)
        app.build()
    return written


def files(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


CHANGES = {
    "prose": ("one.md", "is small", "is quite small", {"one", "index"}),
    "lines": ("one.md", "The cohort", "A line more.\n\nThe cohort", {"one", "index"}),
    "word removed": ("two.md", " A claim about one margin.", "", {"two", "index"}),
    "definition": ("book/glossary.md", "of one experiment", "of an experiment", {"book/glossary", "index"}),
    "title": ("one.md", "# One", "# Eins", ALL),
    "heading": ("one.md", "## Results", "## Outcome", ALL),
    "label": ("one.md", "(first)=\n", "(first)=\n(second)=\n", ALL),
    "label renamed": ("one.md", "(first)=\n# One", "# One\n\n(first)=\n## Part", ALL),
    "term": ("book/glossary.md", "\nclaim\n", "\nmargin\n  A limit.\n\nclaim\n", ALL),
    "term removed": ("book/glossary.md", "\nclaim\n  A sentence.\n", "", ALL),
    "term like a line's number": ("book/glossary.md", "\nclaim\n", "\nline\n  A row.\n\nclaim\n", ALL),
    "function": ("two.md", "count(x)", "total(x)", ALL),
    "download removed": ("one.md", "Taken from {download}`a.txt`.", "Nothing.", ALL),
}


def changes() -> Iterator[Any]:
    """One change within a page, and one that reaches the others; the rest is left to `make test-slow`."""
    for change, (name, old, new, expected) in CHANGES.items():
        marks = [pytest.mark.slow] * (change not in ("prose", "title"))
        yield pytest.param(name, old, new, expected, id=change, marks=marks)


@pytest.mark.parametrize(("name", "old", "new", "expected"), list(changes()))
def test_changed_page_gives_the_site_of_a_fresh_build(
    sources: Path, tmp_path: Path, name: str, old: str, new: str, expected: set[str]
) -> None:
    site = tmp_path / "site"
    assert build(sources, site, []) == ALL
    page = sources / name
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(old, new), encoding="utf-8")
    if page.read_text(encoding="utf-8") == text:
        pytest.fail(f"{old!r} is not in {name}")
    # A file may change and keep its time, so the time alone must not decide.
    os.utime(page, (0, 0))
    assert build(sources, site, [name.removesuffix(".md")]) == expected
    build(sources, tmp_path / "fresh", [])
    assert files(site) == files(tmp_path / "fresh")


def test_unchanged_book_writes_no_page(sources: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(sources, site, [])
    before = files(site)
    assert build(sources, site, []) == set()
    assert files(site) == before


def test_changes_one_after_another_give_the_site_of_a_fresh_build(sources: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(sources, site, [])
    for number in range(3):
        for name in ("one", "two"):
            page = sources / f"{name}.md"
            page.write_text(page.read_text(encoding="utf-8") + f"\nSentence {number}.\n", encoding="utf-8")
            assert build(sources, site, [name]) == {name, "index"}
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
    build(sources, tmp_path / "fresh", [])
    assert files(site) == files(tmp_path / "fresh")


def test_state_that_an_extension_adds_is_exported() -> None:
    class Environment:
        pass

    environment = Environment()
    environment.all_docs = {"one": 1}  # type: ignore[attr-defined]
    before = exported(environment)
    environment.all_docs["one"] = 2  # type: ignore[attr-defined]
    assert exported(environment) == before
    environment.glued = {"one": {"n": 12}}  # type: ignore[attr-defined]
    with_glue = exported(environment)
    assert with_glue != before
    environment.glued["one"]["n"] = 13  # type: ignore[attr-defined]
    assert exported(environment) != with_glue
