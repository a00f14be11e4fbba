"""Build the book after a change: execute notebooks, write pages, copy files."""

from __future__ import annotations

import io
import os
import posixpath
import shutil
import sys
from collections.abc import Callable, Collection
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import yaml
from bs4 import BeautifulSoup
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from nbformat import NotebookNode

from build import BUILD, ROOT, notebooks_in_contents
from secretome.course.lessons import write_notebooks
from secretome.course.moodle_quiz import moodle_xml
from secretome.publish import pages as rerun_pages
from secretome.rerun.engine import QUIET_KERNEL
from slides import write_slides

RERUNS = Path("book") / "reruns"
SECONDS_PER_CELL = 600

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from percent_notebooks import reads  # noqa: E402  (the extension is found by the path above)


def _write_lesson_files(folder: Path) -> list[Path]:
    """Write the files of the lessons that pages offer for download."""
    quizzes = folder / "quizzes.xml"
    written = write_notebooks(folder)
    quizzes.write_bytes(moodle_xml())
    return [*written, quizzes]


def build(changed_pages: Collection[str] | None) -> bool:
    """Build the site.

    Parameters
    ----------
    changed_pages : collection of str or None
        The files of the pages that differ from the last complete build, if nothing else does. Sphinx then keeps the
        other pages. None asks for every page.

    Returns
    -------
    bool
        Whether the build succeeded.
    """
    update_folder(ROOT / RERUNS, rerun_pages.write_sources)
    # Pages link to these files for download, so they are written before the pages.
    update_folder(BUILD / "lessons", _write_lesson_files)
    if changed_pages is None or not (BUILD / "parts").is_dir():  # parts depend on no page
        from parts import write_parts

        update_folder(BUILD / "parts", write_parts)
    executed = fill_cache(notebooks_in_contents())
    # The result of an executed notebook may appear on other pages, so Sphinx reads every page again.
    if executed is None or not build_site(None if executed else changed_pages):
        return False
    rerun_pages.copy_tables(BUILD / "html" / RERUNS)
    write_slides(BUILD / "html")
    write_index()
    return True


def update_folder(folder: Path, write: Callable[[Path], object]) -> None:
    """Write files into a folder that is to hold nothing else, and leave those alone that are the same.

    Sphinx reads a page again if a file that the page depends on has a new time.

    Parameters
    ----------
    folder : Path
        The folder.
    write : callable
        Writes all files into the folder that it is given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=BUILD) as new:
        write(Path(new))
        names = {path.name for path in Path(new).iterdir()}
        for old in folder.iterdir():
            if old.name not in names:
                old.unlink()
        for name in names:
            source, target = Path(new) / name, folder / name
            if not target.is_file() or source.read_bytes() != target.read_bytes():
                shutil.copyfile(source, target)


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


def build_site(changed_pages: Collection[str] | None) -> bool:
    """Write the pages.

    Parameters
    ----------
    changed_pages : collection of str or None
        The files of the pages to read again. These are written, and every other page if something that other pages
        show has changed: the extension `quoted` decides. None reads and writes every page.
    """
    from jupyter_book.sphinx import build_sphinx

    fresh = changed_pages is None
    if fresh:
        shutil.rmtree(BUILD / "html", ignore_errors=True)
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    # Extensions write style sheets after the pages. A page names the version of those that it finds, so that a page
    # written again would differ from the others.
    shutil.rmtree(BUILD / "html" / "_static", ignore_errors=True)
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
                "changed_pages": sorted(str(PurePosixPath(page).with_suffix("")) for page in changed_pages or ()),
            },
            force_all=fresh,
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
