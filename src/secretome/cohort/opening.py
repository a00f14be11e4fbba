"""What kind of file it is, by its first bytes and not by its name; and its tables, as grids of cells."""

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from secretome.cohort.delimited import read_delimited
from secretome.cohort.excel import read_workbook
from secretome.cohort.prism import read_prism
from secretome.cohort.sheet import Grid
from secretome.protocol import Problem, Refusal

SAVE_AS_PZFX = "In Prism: File, Save As, and choose the type 'Prism XML' (.pzfx)."


def read_bytes(path: Path) -> bytes:
    """What a file holds.

    Raises
    ------
    Refusal
        If there is no such file, or it is a folder.
    """
    if path.is_dir():
        raise Refusal([Problem(str(path), "", "a folder", "a file")])
    try:
        return path.read_bytes()
    except OSError as error:
        expected = "a CSV file, an Excel workbook or a Prism file"
        raise Refusal([Problem(str(path), "", f"no file that can be read ({error.strerror})", expected)]) from error


@dataclass(frozen=True)
class Opened:
    """The grids of a file; those of a text cut in unusual ways; and the problems of tables that hold no values of animals."""

    grids: list[Grid]
    unusual: list[Grid] = field(default_factory=list)
    unfit: list[Problem] = field(default_factory=list)


def read_grids(content: bytes, path: Path) -> Opened:
    """The grids of a file.

    Raises
    ------
    Refusal
        If the file is none that can be read.
    """
    suffix = path.suffix.casefold()
    if suffix in (".prism", ".pzf") or _is_prism(content):
        raise Refusal([Problem(path.name, "", f"a {suffix if suffix == '.pzf' else '.prism'} file", "Prism's XML format", SAVE_AS_PZFX)])
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return Opened(read_workbook(content, path))
    if suffix == ".pzfx" or b"<GraphPadPrismFile" in content[:2000]:
        grids, unfit = read_prism(content, path)
        return Opened(grids, unfit=unfit)
    usual, unusual = read_delimited(content, path)
    return Opened(usual, unusual)


def _is_prism(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "document.json" in archive.namelist()
    except zipfile.BadZipFile:
        return False
