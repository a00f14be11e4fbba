"""Reads percent notebooks with a fingerprint of data and code: the key of jupyter-cache holds neither.

jupyter-cache keeps an executed notebook under a key of its code and kernelspec. That key knows neither the notebook's
folder, nor its data, nor the package, so two notebooks of equal code would get each other's results, and a changed
cohort would go unnoticed. `reads` puts a fingerprint of all of these into the kernelspec, and so into the key. The
executed notebook is offered for download, which the theme does only where the source is an ``.ipynb`` file.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import jupytext
import nbformat
from jupyter_cache import get_cache
from nbformat import NotebookNode

from lesson_pages import as_page

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "secretome"
# MyST-NB hands `reads` the text alone, so the page being read is remembered from the event just before.
_reading: list[Path] = []


def reads(text: str, path: Path | None = None) -> NotebookNode:
    """Read a percent notebook, with its fingerprint in the kernelspec and the line of each cell for warnings."""
    notebook = as_page(jupytext.reads(text, fmt="py:percent"))
    path = path or _reading[-1]
    for number, cell in enumerate(notebook.cells):
        # Random ids would make other bytes at each build.
        cell["id"] = f"cell-{number}"
    notebook.metadata["kernelspec"]["fingerprint"] = fingerprint(path, text)
    starts = [number for number, line in enumerate(text.splitlines(), start=1) if line.startswith("# %%")]
    if len(starts) == len(notebook.cells):
        notebook.metadata["source_map"] = starts
    return notebook


def fingerprint(path: Path, text: str) -> str:
    """A hash of all that a notebook's results depend on besides its own code.

    These are its folder, Python's version, the lock, the modules of the package that it imports, directly or not, and
    the files of its own folder and of every study that it names. A page that asks for `study_names` depends on all.
    """
    folder = path.resolve().parent
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(f"{folder.relative_to(ROOT).as_posix()} {python}".encode())
    named = {study for study in _studies() if study.name in text or "study_names" in text}
    data = [file for file in _data(folder) if file != path.resolve()]
    # Of another study the data count, not how its own page tells them.
    data += [file for study in sorted(named - {folder}) for file in _data(study) if file.suffix != ".py"]
    helpers = [file.read_text(encoding="utf-8") for file in data if file.suffix == ".py"]
    files = [ROOT / "requirements.txt", *_modules(text, *helpers), *data]
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(_hash(file).encode())
    return digest.hexdigest()


def _studies() -> list[Path]:
    return [folder for folder in (ROOT / "notebooks").glob("*") if folder.is_dir() and folder.name != "methods"]


def _data(folder: Path) -> Iterator[Path]:
    """Every file of a study that its results may depend on; the ``.ipynb`` paired with a notebook is not one."""
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) for part in inside)
        if file.is_file() and not hidden and file.suffix != ".ipynb":
            yield file


def _modules(*texts: str) -> list[Path]:
    """The files of the package that code runs: modules that it imports, directly or not, and the data beside them."""
    graph = _imports()
    wanted = {name for text in texts for name in _imported(text) if name in graph.modules}
    wanted |= {name for module in list(wanted) for name in graph.find_upstream_modules(module)}
    # Importing a module also runs the packages around it, and what those import.
    parents = {name.rsplit(".", depth)[0] for name in wanted for depth in range(1, name.count(".") + 1)}
    wanted |= parents | {name for parent in parents for name in graph.find_upstream_modules(parent)}
    files = [_file(name) for name in sorted(wanted)]
    return files + [file for folder in sorted({file.parent for file in files}) for file in _package_data(folder)]


def _package_data(folder: Path) -> Iterator[Path]:
    """The files of a package that are no modules, such as typefaces, without those that only browsers read."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and entry.name != "__pycache__" and not (entry / "__init__.py").exists():
            yield from _package_data(entry)
        elif entry.is_file() and entry.suffix not in {".py", ".pyc", ".css", ".js", ".woff2"}:
            yield entry


def _imported(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        # A line of IPython's own, such as a magic, hides what is imported: take everything.
        yield from _imports().modules
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(module: str) -> Path:
    path = ROOT / "src" / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None)


@cache
def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _remember(app: Any, docname: str, source: list[str]) -> None:
    _reading[:] = [Path(app.env.doc2path(docname))]


def _offer_notebook(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the executed notebook beside the page's source; the theme's download menu then lists it."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if doctree is not None and executed.is_file() and Path(app.env.doc2path(pagename)).suffix == ".py":
        target = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        # MyST-NB writes the notebook without what its cells gave: that is in the cache.
        _, notebook = get_cache(app.config.nb_execution_cache_path).merge_match_into_notebook(
            nbformat.read(executed, as_version=4)
        )
        nbformat.write(notebook, target)
        context["ipynb_source"] = f"{pagename}.ipynb"


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", _remember)
    app.connect("html-page-context", _offer_notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
