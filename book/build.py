"""Build the book: execute what changed, on all cores, then write the site.

    python book/build.py

The site is written to ``_build/html``; open ``_build/html/index.html``. A notebook is executed again only when its code, its
data, the package it imports or the lock changed.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from filelock import FileLock
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from nbformat import NotebookNode

from secretome.classroom.lessons import write_notebooks
from secretome.publish import pages as rerun_pages
from secretome.rerun import QUIET_KERNEL

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
RERUNS = Path("book") / "reruns"
SECONDS_PER_CELL = 600

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from percent_notebooks import reads  # noqa: E402  (the extension is found by the path above)


def main() -> int:
    """Execute, build, and say which file to open."""
    os.environ.setdefault("MPLBACKEND", "agg")
    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / ".lock"):
        rerun_pages.write_sources(ROOT / RERUNS)
        # Pages offer them for download, so they are there before the pages.
        write_notebooks(BUILD / "lessons")
        if not fill_cache(notebooks_in_contents()) or not build_site():
            return 1
        rerun_pages.write_beside(BUILD / "html" / RERUNS)
        write_index()
    print(f"The book is built. Open {BUILD.relative_to(ROOT) / 'html' / 'index.html'} in a browser.")
    return 0


def pages_in_contents() -> list[str]:
    """The pages of the table of contents, as their addresses without the ending."""
    return [name.removesuffix(".py") for name in _files_in_contents()]


def notebooks_in_contents() -> list[Path]:
    """The percent notebooks that the table of contents lists."""
    return [ROOT / name for name in _files_in_contents() if name.endswith(".py")]


def _files_in_contents() -> list[str]:
    def files(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [str(node[key]) for key in ("root", "file") if key in node]
            return own + [name for value in node.values() for name in files(value)]
        return [name for item in node for name in files(item)] if isinstance(node, list) else []

    return files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def fill_cache(paths: list[Path]) -> bool:
    """Execute the notebooks whose results are not in the cache, as many at a time as there are cores."""
    cache = get_cache(BUILD / ".jupyter_cache")
    stale = {}
    for path in paths:
        notebook = reads(path.read_text(encoding="utf-8"), path)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            stale[path] = notebook
    sound = True
    # Fresh processes, because a fork of one that has threads may hang.
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(execute, notebook, path.parent): path for path, notebook in stale.items()}
        for done, future in enumerate(as_completed(waiting), start=1):
            path, result = waiting[future], future.result()
            name = path.relative_to(ROOT).as_posix()
            if result.err is None:
                print(f"[{done}/{len(stale)}] executed {name} in {result.time:.1f} s", file=sys.stderr)
                bundle = CacheBundleIn(result.nb, str(path), data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            else:
                print(f"[{done}/{len(stale)}] {name} failed:\n{result.exc_string}", file=sys.stderr)
                sound = False
    return sound


def execute(notebook: NotebookNode, folder: Path) -> ExecutionResult:
    """Execute one notebook in its own folder."""
    return single_nb_execution(notebook, cwd=str(folder), timeout=SECONDS_PER_CELL, allow_errors=False, extra_arguments=QUIET_KERNEL)


def build_site() -> bool:
    """Write every page anew: a build that skips pages would keep numbers that other pages have since changed."""
    shutil.rmtree(BUILD / "html", ignore_errors=True)
    # Jupyter Book has no `python -m` form, and its script's name differs between systems.
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(ROOT), "-W", "-n", "--keep-going", "--all", "-q"]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if finished.returncode:
        print(finished.stdout + finished.stderr, file=sys.stderr)
    return finished.returncode == 0


def write_index() -> None:
    """Put the landing page itself at the root of the site, where Jupyter Book would leave a bare redirect."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    folder = posixpath.dirname(contents["root"])
    page = BeautifulSoup((BUILD / "html" / f"{contents['root']}.html").read_bytes(), "html.parser")
    for attribute in ("href", "src", "action", "data-content_root"):
        for element in page.find_all(True, attrs={attribute: True}):
            address = str(element[attribute])
            if not address.startswith(("#", "http:", "https:", "mailto:", "data:")):
                moved = posixpath.normpath(posixpath.join(folder, address))
                element[attribute] = moved + "/" if address.endswith("/") else moved
    (BUILD / "html" / "index.html").write_bytes(page.encode())


if __name__ == "__main__":
    sys.exit(main())
