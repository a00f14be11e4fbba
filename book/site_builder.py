"""Build the book after a change: execute notebooks, write pages, copy files."""

from __future__ import annotations

import io
import os
import posixpath
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from nbformat import NotebookNode

from build import BUILD, ROOT, notebooks_in_contents
from secretome.course.lessons import write_notebooks
from secretome.publish import pages as rerun_pages
from secretome.rerun.engine import QUIET_KERNEL

RERUNS = Path("book") / "reruns"
SECONDS_PER_CELL = 600

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from percent_notebooks import reads  # noqa: E402  (the extension is found by the path above)


def build(*, only_text_changed: bool) -> bool:
    """Build the site.

    Parameters
    ----------
    only_text_changed : bool
        Whether only the text of pages differs from the last complete build, so that Sphinx can reuse the other pages.

    Returns
    -------
    bool
        Whether the build succeeded.
    """
    rerun_pages.write_sources(ROOT / RERUNS)
    # Pages link to these files for download, so they are written before the pages.
    write_notebooks(BUILD / "lessons")
    executed = fill_cache(notebooks_in_contents())
    # The result of an executed notebook may appear on other pages, so Sphinx reads every page again.
    if executed is None or not build_site(fresh=bool(executed) or not only_text_changed):
        return False
    rerun_pages.write_beside(BUILD / "html" / RERUNS)
    write_index()
    return True


def fill_cache(paths: list[Path]) -> list[Path] | None:
    """Execute the notebooks whose results are not in the cache, as many at a time as there are cores.

    Returns
    -------
    list of Path or None
        The notebooks that were executed; None if one of them failed.
    """
    cache = get_cache(BUILD / ".jupyter_cache")
    stale = {}
    for path in paths:
        notebook = reads(path.read_text(encoding="utf-8"), path)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            stale[path] = notebook
    if not stale:
        return []
    sound = True
    # New processes are started, because a fork of a process with threads may hang.
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
    return list(stale) if sound else None


def execute(notebook: NotebookNode, folder: Path) -> ExecutionResult:
    """Execute one notebook in its own folder."""
    return single_nb_execution(
        notebook, cwd=str(folder), timeout=SECONDS_PER_CELL, allow_errors=False, extra_arguments=QUIET_KERNEL
    )


def build_site(*, fresh: bool) -> bool:
    """Write every page: a skipped page would keep old numbers from other pages.

    Parameters
    ----------
    fresh : bool
        Whether to read every page, not only those whose text changed.
    """
    from jupyter_book.sphinx import build_sphinx

    shutil.rmtree(BUILD / "html", ignore_errors=True)
    if fresh:
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    output = io.StringIO()
    # What `jupyter-book build -W -n --keep-going -q` asks for, and pages written on all cores.
    with redirect_stdout(output), redirect_stderr(output):
        status = build_sphinx(
            ROOT,
            BUILD / "html",
            noconfig=True,
            path_config=ROOT / "_config.yml",
            confoverrides={
                "external_toc_path": (ROOT / "_toc.yml").as_posix(),
                "latex_individualpages": False,
                "nitpicky": True,
            },
            force_all=True,
            freshenv=fresh,
            quiet=True,
            warningiserror=True,
            keep_going=True,
            jobs=os.cpu_count() or 1,
        )
    if status:
        print(output.getvalue() or status, file=sys.stderr)
    return not status


def write_index() -> None:
    """Copy the landing page to the root of the site, where Jupyter Book would write only a redirect."""
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
