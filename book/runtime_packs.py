"""Pack the runtime for the browser: Python, the packages and this project, compiled, each pack with its hash.

    python book/runtime_packs.py

The packs are written to ``_build/runtime/packs`` with ``manifest.json``, which names every file with its size and
SHA-256, and a key of them all by which a browser keeps them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import runtime_files
from runtime_files import FETCHED, ROOT, MissingError, RuntimeFile
from secretome.audit import load_table
from secretome.protocol import load_protocol, study_folder, study_names, write_json

RUNTIME = ROOT / "_build" / "runtime"
PACKS = RUNTIME / "packs"
MANIFEST = "manifest.json"
COMPILER = ROOT / "book" / "compile_packs.mjs"
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm")
STANDARD_LIBRARY = "python_stdlib.zip"
# The packages in Python alone that the project imports in the browser, at the versions of the environment.
PURE = (
    *("defusedxml", "et_xmlfile", "jinja2", "markdown-it-py", "markupsafe", "mdit-py-plugins", "mdurl", "openpyxl"),
    *("pyyaml", "xlrd"),
)
# Parts of this project that only the command line needs.
ROOMS_LEFT_OUT = ("cli", "publish", "rerun")
REPORTED = "published_cohorts/reported"
PROTOCOL = "protocol.yml"
STUDY_FILES = (PROTOCOL, "analysis.py", "cohorts/*")
LESSON_FILES = ("*/lesson.py", "*/answers.json")
# What no page needs: tests, sources of compiled modules, pictures and sample data.
LEFT_OUT_SUFFIXES = {".a", ".afm", ".c", ".cpp", ".f", ".h", ".hpp", ".in", ".jpg", ".npz", ".pxd", ".pyi", ".pyx"}
LEFT_OUT_FOLDERS = {"tests", "testing_data", "sample_data", "__pycache__", "datasets", "pdfcorefonts", "images"}
KEPT_ARRAYS = ("scipy/stats", "scipy/special")
FONTS_KEPT = "DejaVuSans.ttf"
DATE = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Stage:
    """Packs that are made together, the files that they are made from, and what fills their folders."""

    packs: tuple[str, ...]
    inputs: Callable[[], Iterable[bytes]]
    fill: Callable[[Path], None]


def make_packs() -> Path:
    """Write the packs of which something that they are made from has changed, and return their folder."""
    PACKS.mkdir(parents=True, exist_ok=True)
    for name, stage in STAGES.items():
        stamp = RUNTIME / f"{name}.sha256"
        inputs = _hash_of(stage.inputs())
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != inputs:
            _make(stage)
            stamp.write_text(inputs, encoding="utf-8")
    for name in CORE:
        shutil.copyfile(FETCHED / name, PACKS / name)
    runtime_files.write_package_list(PACKS)
    entries = [_entry(path) for path in sorted(PACKS.iterdir()) if path.name != MANIFEST]
    key = hashlib.sha256(json.dumps(entries).encode()).hexdigest()
    text = json.dumps({"key": key, "pyodide": runtime_files.version(), "files": entries}, indent=2)
    (PACKS / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return PACKS


def _make(stage: Stage) -> None:
    with TemporaryDirectory(dir=RUNTIME) as work:
        for pack in stage.packs:
            (Path(work) / pack).mkdir()
        stage.fill(Path(work))
        _compile(Path(work))
        for pack in stage.packs:
            _pack(Path(work) / pack)


def _hash_of(parts: Iterable[bytes]) -> str:
    scripts = [Path(__file__).read_bytes(), COMPILER.read_bytes(), runtime_files.LOCK.read_bytes()]
    compiled = b"compiled" if shutil.which("node") else b"sources"
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in (*scripts, compiled, *parts))).hexdigest()


def _project_inputs() -> Iterator[bytes]:
    for path in project_files():
        yield path.relative_to(ROOT).as_posix().encode()
        yield path.read_bytes()
    yield from (f"{name} {_version(name)}".encode() for name in (*PURE, "secretome"))


def _version(name: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return ""


def project_files() -> list[Path]:
    """The files of this project that the browser needs."""
    package = ROOT / "src" / "secretome"
    own = [
        path
        for path in sorted(package.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and path.relative_to(package).parts[0] not in ROOMS_LEFT_OUT
    ]
    studies = sorted(path.parent for path in (ROOT / "notebooks").glob("*/protocol.yml"))
    reported = sorted((ROOT / "notebooks" / REPORTED).glob("*.yml"))
    lessons = [path for form in LESSON_FILES for path in sorted((ROOT / "notebooks" / "methods").glob(form))]
    return (
        own
        + reported
        + lessons
        + [path for study in studies for form in STUDY_FILES for path in sorted(study.glob(form))]
    )


# -- the content of the packs


def _fill_official(work: Path) -> None:
    for file in runtime_files.locked():
        if file.name not in CORE:
            _extract(FETCHED / file.name, work / _pack_of(file))


def _fill_project(work: Path) -> None:
    folder = work / "secretome"
    for name in PURE:
        _copy_package(name, folder)
    for path in project_files():
        inside = path.relative_to(ROOT / "src") if path.is_relative_to(ROOT / "src") else None
        target = folder / (inside or Path("secretome/_notebooks") / path.relative_to(ROOT / "notebooks"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    # A browser has no pydantic to check a protocol, so it reads what was checked here.
    for name in study_names():
        path = study_folder(name) / PROTOCOL
        write_json(path, load_protocol(path), folder / "secretome" / "_notebooks" / name / "protocol.json")
    for path in sorted((ROOT / "notebooks" / REPORTED).glob("*.yml")):
        target = folder / "secretome" / "_notebooks" / REPORTED / f"{path.stem}.json"
        write_json(path, load_table(path), target)
    about = folder / f"secretome-{_version('secretome')}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: secretome\nVersion: {_version('secretome')}\n", encoding="utf-8")


def _pack_of(file: RuntimeFile) -> str:
    if file.name == STANDARD_LIBRARY:
        return "stdlib"
    return "openblas" if file.name.startswith("openblas") else file.part


def _extract(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            if not member.is_dir() and _is_needed(member.filename):
                opened.extract(member, folder)


def _is_needed(name: str) -> bool:
    path = Path(name)
    if path.suffix == ".npz" and not name.startswith(KEPT_ARRAYS):
        return False
    if path.suffix == ".ttf":
        return path.name == FONTS_KEPT
    if ".dist-info" in name:
        return path.name == "METADATA"
    is_left_out = path.suffix in LEFT_OUT_SUFFIXES - {".npz"} or path.name == "face.dat"
    return not is_left_out and not LEFT_OUT_FOLDERS & set(path.parts[:-1])


def _copy_package(name: str, folder: Path) -> None:
    for file in distribution(name).files or ():
        if file.parts[0] == ".." or not _is_needed(str(file)) or file.suffix in (".so", ".pyd"):
            continue
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(str(file.locate())), target)


def _compile(work: Path) -> None:
    """Compile with the Python that will run the files; without Node.js the packs hold sources and start slower."""
    if not (node := shutil.which("node")):
        print("Node.js is not installed, so the runtime's Python files are not compiled.", file=sys.stderr)
        return
    runtime_files.write_package_list(FETCHED)
    finished = subprocess.run([node, COMPILER, FETCHED, work], capture_output=True, text=True, check=False)
    if finished.returncode or finished.stderr:
        print(finished.stderr[-4000:], file=sys.stderr)


# -- the packs


def _pack(folder: Path) -> None:
    """Write a folder as one file that is the same for the same content.

    Pyodide reads the standard library as a ZIP archive. The others are an index and all files in one stream, which a
    browser decompresses several times as fast as an archive.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    if folder.name == "stdlib":
        target = PACKS / "stdlib.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name, DATE), content, zipfile.ZIP_DEFLATED)
        return
    index = json.dumps([[name, len(content)] for name, content in files.items()]).encode()
    target = PACKS / f"{folder.name}.pack"
    target.write_bytes(gzip.compress(b"".join([struct.pack(">I", len(index)), index, *files.values()]), 9, mtime=0))


def _entry(path: Path) -> dict[str, str | int]:
    content = path.read_bytes()
    part = "figures" if path.stem == "figures" else "start"
    return {"name": path.name, "part": part, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


STAGES = {
    "official": Stage(("stdlib", "packages", "openblas", "figures"), lambda: (), _fill_official),
    "project": Stage(("secretome",), _project_inputs, _fill_project),
}


def main() -> int:
    """Fetch and pack."""
    try:
        runtime_files.fetch()
    except MissingError as error:
        print(error, file=sys.stderr)
        return 1
    manifest = json.loads((make_packs() / MANIFEST).read_text(encoding="utf-8"))
    total = sum(int(entry["size"]) for entry in manifest["files"])
    print(f"The runtime is in {PACKS.relative_to(ROOT)}: {len(manifest['files'])} files, {total / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
