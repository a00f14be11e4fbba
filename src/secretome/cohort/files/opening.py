"""Determine the type of a file from its first bytes, and return its tables as grids of cells."""

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from secretome.cohort.files.delimited import READABLE_FILES, read_delimited
from secretome.cohort.files.limits import DAMAGED
from secretome.cohort.files.prism import read_prism
from secretome.cohort.files.sheet import Grid, file_error
from secretome.protocol import Problem, read_regular_file

# The first bytes of files of other programs, their names, and how to export their tables.
PRISM = "a .prism file"
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
    (b"FCS", "raw data of a flow cytometer (.fcs)", "Export the table of statistics of the gates as a CSV file."),
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
    (re.compile(r"document\.json"), PRISM, ""),
)
WORKBOOK = re.compile(r"xl/.*|content\.xml|\[Content_Types\]\.xml", re.IGNORECASE)
SAVE_AS_PZFX = "In Prism: File, Save As, and choose the type 'Prism XML' (.pzfx)."
PRISM_XML = "Prism's XML format"


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        If the file does not exist, is not a regular file, or is too large.
    """
    return read_regular_file(path, "a CSV file, an Excel workbook or a Prism file")


@dataclass(frozen=True)
class OpenedFile:
    """The grids of a file, those of a text with an unusual delimiter, and the problems of tables without animals."""

    grids: list[Grid]
    unusual: list[Grid] = field(default_factory=list)
    unusable: list[Problem] = field(default_factory=list)


def read_grids(content: bytes, path: Path) -> OpenedFile:
    """Return the grids of a file.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    suffix = path.suffix.casefold()
    if suffix == ".pzf":
        raise file_error(path, "a .pzf file", PRISM_XML, SAVE_AS_PZFX)
    _refuse_other_programs(content, path)
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        # Imported here, because openpyxl takes longer to import than a text file to read.
        from secretome.cohort.files.excel import read_workbook

        return OpenedFile(read_workbook(content, path))
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if suffix == ".pzfx" and not is_utf16 and content.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] != b"<":
        raise file_error(path, "a .pzfx file that does not contain Prism XML", PRISM_XML, SAVE_AS_PZFX)
    if suffix == ".pzfx" or b"<GraphPadPrismFile" in content[:2000]:
        grids, unusable = read_prism(content, path)
        return OpenedFile(grids, unusable=unusable)
    return OpenedFile(*read_delimited(content, path))


def _refuse_other_programs(content: bytes, path: Path) -> None:
    """Refuse a file of another program, and say how to export its table."""
    suffix = path.suffix.casefold()
    by_suffix = SUFFIXES.get(suffix)
    program = next(((name, remedy) for start, name, remedy in BEGINNINGS if content.startswith(start)), None)
    if content[:2] == b"PK":
        # The members of an archive show its type; a workbook may have any name.
        program = None
        with suppress(*DAMAGED), zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
            program = next(
                ((name, remedy) for form, name, remedy in MEMBERS if any(map(form.fullmatch, members))), None
            )
            if members and not program and not any(map(WORKBOOK.fullmatch, members)):
                program = by_suffix or ("an archive of other files", "Unpack the archive, and use the file inside it.")
    elif b"\x00" in content[:2000] or content[:2] in (b"\x1f\x8b", b"BZ", b"\xfd7"):
        program = by_suffix or program
    if suffix == ".prism" or (program and program[0] == PRISM):
        raise file_error(path, PRISM, PRISM_XML, SAVE_AS_PZFX)
    if program:
        raise file_error(path, program[0], READABLE_FILES, program[1])
