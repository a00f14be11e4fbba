"""Put the runtime of the in-browser page into the site."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import runtime_files
import runtime_packs
from runtime_packs import MANIFEST, RUNTIME

FOLDER = "runtime"


def include_runtime(site: Path) -> None:
    """Link the runtime into the site if it is there; otherwise try once to fetch it.

    Without it the site is complete but for the calculations of one page, which says how to get it.

    Parameters
    ----------
    site : Path
        The built site.
    """
    failed = RUNTIME / "not_reached.sha256"
    lock = runtime_files.LOCK.read_text(encoding="utf-8")
    if runtime_files.missing():
        if failed.is_file() and failed.read_text(encoding="utf-8") == lock:
            return
        try:
            runtime_files.fetch()
        except runtime_files.MissingError:
            print("The runtime of the in-browser page could not be fetched; `make runtime` says why.", file=sys.stderr)
            failed.parent.mkdir(parents=True, exist_ok=True)
            failed.write_text(lock, encoding="utf-8")
            return
    packs, target = runtime_packs.make_packs(), site / FOLDER
    if (target / MANIFEST).is_file() and (target / MANIFEST).read_bytes() == (packs / MANIFEST).read_bytes():
        return
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in packs.iterdir():
        try:
            os.link(path, target / path.name)
        except OSError:  # another file system
            shutil.copyfile(path, target / path.name)
