"""The record of the last complete build: its input files and its output files.

Only the standard library is imported here, so that a build without changes takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Folders that contain no sources of pages. `book/reruns` holds pages that the build itself writes.
NOT_READ = frozenset({"_build", "reruns", "tests", "benchmarks", "node_modules", "__pycache__", "book/reruns"})
# Compiled modules, and the .ipynb files that an editor pairs with percent notebooks.
NOT_READ_SUFFIXES = frozenset({".pyc", ".ipynb"})
# Variables with the addresses that pages state.
ADDRESSES = ("SECRETOME_REPOSITORY", "SECRETOME_SITE")
# The runtime of the in-browser page is recorded separately.
NOT_WRITTEN = "runtime"


def read_inputs(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that the site may depend on, by its path, and of the environment.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    dict of str
        Every file of the checkout except tests, benchmarks, hidden files and build output. The key ``""`` is the
        environment: the version of Python, the name and version of every installed package, and the addresses that
        pages state.
    """
    inputs = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(root, root)
    }
    return {"": _environment(), **inputs}


def _files(folder: Path, root: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if entry.name.startswith(".") or entry.name in NOT_READ or path.relative_to(root).as_posix() in NOT_READ:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(path, root)
        elif entry.is_file() and path.suffix not in NOT_READ_SUFFIXES:
            yield path


def _environment() -> str:
    packages = Path(sysconfig.get_paths()["purelib"])
    installed = sorted(path.name for path in packages.glob("*.dist-info"))
    stated = [os.environ.get(name, "") for name in ADDRESSES]
    return hashlib.sha256("\n".join([sys.version, *installed, *stated]).encode()).hexdigest()


def read_outputs(folder: Path) -> dict[str, int]:
    """Return the size in bytes of every file in a folder, by its path inside the folder."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != NOT_WRITTEN
    }


class BuildRecord:
    """The record of the last complete build.

    Parameters
    ----------
    file : Path
        The file of the record.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.inputs: dict[str, str] = {}
        self.outputs: dict[str, int] = {}
        try:
            kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            self.inputs, self.outputs = kept["inputs"], kept["outputs"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # Without a readable record, everything is built.

    def changed(self, inputs: dict[str, str]) -> set[str] | None:
        """Return the inputs that differ from those of the last complete build, or None if there is no record of one."""
        if not self.inputs:
            return None
        return {name for name in self.inputs.keys() | inputs.keys() if self.inputs.get(name) != inputs.get(name)}

    def is_whole(self, site: Path) -> bool:
        """Whether the site still has every file that the build wrote, with the same size."""
        return bool(self.outputs) and "index.html" in self.outputs and self.outputs == read_outputs(site)

    def forget(self) -> None:
        """Delete the record. Called before a build, so that a failed build leaves no record."""
        self.file.unlink(missing_ok=True)

    def write(self, inputs: dict[str, str], site: Path) -> None:
        """Write the inputs of a complete build, as read before it began, and its outputs."""
        text = json.dumps({"inputs": inputs, "outputs": read_outputs(site)}, indent=1)
        partial = self.file.with_name(f"{self.file.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self.file)
