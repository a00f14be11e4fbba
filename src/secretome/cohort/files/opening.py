"""What kind of file it is, by its first bytes and not by its name; and its tables, as grids of cells."""

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from secretome.cohort.files.delimited import read_delimited
from secretome.cohort.files.excel import DAMAGED, read_workbook
from secretome.cohort.files.prism import read_prism
from secretome.cohort.files.sheet import Grid
from secretome.protocol import InputError, Problem, read_regular_file

# What a file of another program begins with, or holds when it is an archive; what it is, and how its table is got out.
EXPORT = "Export or copy the table as an Excel workbook or a CSV file."
R = "In R: write.csv(table, 'table.csv', row.names = FALSE), with the name of the table."
SPSS = "In SPSS: File, Export, CSV Data; or File, Save As, and choose Excel."
STATA = "In Stata: export delimited using table.csv."
JAMOVI = "In jamovi: the menu (three lines), Export, and choose CSV."
JASP = "In JASP: the menu (three lines), Export Data, and choose CSV."
BEGINNINGS = (
    (b"%PDF", "a PDF", EXPORT),
    (b"{\\rtf", "a text of a word processor (RTF)", EXPORT),
    (b"\x89PNG", "a picture", "Give the table as numbers, in a workbook or a CSV file."),
    (b"\xff\xd8\xff", "a picture", "Give the table as numbers, in a workbook or a CSV file."),
    (b"\x1f\x8b", "a compressed file", "Unpack it, or save its table as a CSV file."),
    (b"PAR1", "a Parquet file", "Save the table as a CSV file."),
    (b"$FL2", "a file of SPSS", SPSS),
    (b"$FL3", "a file of SPSS", SPSS),
    (b"[{", "JSON", EXPORT),
    (b'{"', "JSON", EXPORT),
    (b"<stata_dta>", "a file of Stata", STATA),
    (b"SQLite format 3", "a database (SQLite)", EXPORT),
    (b"ARROW1", "a Feather file", "Save the table as a CSV file."),
    (b"\x89HDF", "an HDF5 file", "Save the table as a CSV file."),
    (b"RDX", "a file of R", R),
    (b"RDA", "a file of R", R),
    (b"X\n\x00\x00\x00", "a file of R", R),
    (
        b"FCS",
        "raw data of a flow cytometer (.fcs)",
        "Export the table of statistics from the program that gates them, as a CSV file.",
    ),
)
# The same by file name extension, for content that is not text.
SUFFIXES = {
    **dict.fromkeys((".rds", ".rda", ".rdata"), ("a file of R", R)),
    **dict.fromkeys((".sav", ".zsav", ".por"), ("a file of SPSS", SPSS)),
    ".dta": ("a file of Stata", STATA),
    ".omv": ("a file of jamovi", JAMOVI),
    ".jasp": ("a file of JASP", JASP),
    **dict.fromkeys((".sas7bdat", ".xpt"), ("a file of SAS", "In SAS: PROC EXPORT with DBMS=CSV.")),
    **dict.fromkeys(
        (".jmp", ".mtw", ".mpj", ".mwx", ".jnb", ".opj", ".opju", ".mat", ".pkl", ".npy"),
        ("a file of another program", EXPORT),
    ),
}
MEMBERS = (
    (re.compile(r"xdata\.json"), "a file of jamovi", JAMOVI),
    (re.compile(r"analyses\.json|internal\.sqlite"), "a file of JASP", JASP),
    (re.compile(r"Index/.*\.iwa|Index\.zip"), "a file of Apple Numbers", "In Numbers: File, Export To, Excel."),
    (re.compile(r"word/.*"), "a text of a word processor (.docx)", EXPORT),
    (re.compile(r"ppt/.*"), "slides (.pptx)", EXPORT),
    (re.compile(r"xl/workbook\.bin"), "a binary workbook (.xlsb)", "Save it as an Excel workbook (.xlsx)."),
    (re.compile(r"document\.json"), "a .prism file", ""),
)
WORKBOOK = re.compile(r"xl/.*|content\.xml|\[Content_Types\]\.xml", re.IGNORECASE)
READABLE = "a CSV file, an Excel workbook or a Prism file saved as .pzfx"
SAVE_AS_PZFX = "In Prism: File, Save As, and choose the type 'Prism XML' (.pzfx)."


def read_bytes(path: Path) -> bytes:
    """What a file holds.

    Raises
    ------
    InputError
        If the file does not exist, is not a regular file, or is too large.
    """
    return read_regular_file(path, "a CSV file, an Excel workbook or a Prism file")


@dataclass(frozen=True)
class Opened:
    """The grids of a file, those of a text split in unusual ways, and the problems of tables without animals."""

    grids: list[Grid]
    unusual: list[Grid] = field(default_factory=list)
    unfit: list[Problem] = field(default_factory=list)


def read_grids(content: bytes, path: Path) -> Opened:
    """The grids of a file.

    Raises
    ------
    InputError
        If the file is none that can be read.
    """
    suffix = path.suffix.casefold()
    if suffix == ".pzf":
        raise InputError([Problem(path.name, "", "a .pzf file", "Prism's XML format", SAVE_AS_PZFX)])
    _refuse_other_programs(content, path)
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return Opened(read_workbook(content, path))
    if (
        suffix == ".pzfx"
        and content.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] != b"<"
        and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise InputError(
            [Problem(path.name, "", "a .pzfx file that does not contain Prism XML", "Prism's XML format", SAVE_AS_PZFX)]
        )
    if suffix == ".pzfx" or b"<GraphPadPrismFile" in content[:2000]:
        grids, unfit = read_prism(content, path)
        return Opened(grids, unfit=unfit)
    usual, unusual = read_delimited(content, path)
    return Opened(usual, unusual)


def _refuse_other_programs(content: bytes, path: Path) -> None:
    """Say what a file of another program is, and how to get its table."""
    found, remedy = next(((name, how) for start, name, how in BEGINNINGS if content.startswith(start)), ("", ""))
    # The members of an archive show its type; a workbook may have any name.
    if b"\x00" in content[:2000] or content[:2] in (b"\x1f\x8b", b"BZ", b"\xfd7"):
        found, remedy = (
            (found, remedy) if content[:2] == b"PK" else SUFFIXES.get(path.suffix.casefold(), (found, remedy))
        )
    members: list[str] = []
    if content[:2] == b"PK":
        with suppress(*DAMAGED), zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
            found, remedy = next(
                ((name, how) for form, name, how in MEMBERS if any(map(form.fullmatch, members))), ("", "")
            )
    if found == "a .prism file" or path.suffix.casefold() == ".prism":
        raise InputError([Problem(path.name, "", "a .prism file", "Prism's XML format", SAVE_AS_PZFX)])
    if members and not found and not any(map(WORKBOOK.fullmatch, members)):
        archive_of = ("an archive of other files", "Unpack the archive, and use the file inside it.")
        found, remedy = SUFFIXES.get(path.suffix.casefold(), archive_of)
    if found:
        raise InputError([Problem(path.name, "", found, READABLE, remedy)])
