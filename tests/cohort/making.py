"""Write cohort files as other programs do (workbooks, Prism files, OpenDocument sheets), and read them."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from openpyxl import Workbook

from approved import check_approved
from secretome.browser.records import page_remedy
from secretome.cohort import Cohort, read_cohort
from secretome.protocol import InputError, Problem, Protocol

Rows = Sequence[Sequence[object]]
# An option or a command of the command line.
OPTION = re.compile(r"--\w|\bsecretome \w")

# Names that the user maps, and wells of an animal.
OTHER_NAMES = "animal,group,il6,Interleukin four\n1,sham,14,25\n2,CLP,92,17\n"
MAPPED = {"clp": "Septic control", "Interleukin four": "il4", "Thing": "t1"}
WELLS = "animal,group,il6,il4,replicate\n"
REPLICATES = WELLS + "1,sham,10,25,1\n1,sham,40,25,2\n2,control,<20,8,a\n2,control,45,,b\n3,t1,60,20,\n"


def read(protocol: Protocol, content: bytes | str, name: str = "", **options: Any) -> Cohort:
    """Read a cohort from the content of its file."""
    content = content.encode() if isinstance(content, str) else content
    default = "rats.xlsx" if content.startswith(b"PK") else "rats.csv"
    return read_cohort(Path(name or default), protocol, content, **options)


def refused(protocol: Protocol, content: bytes | str, name: str = "", **options: Any) -> list[Problem]:
    """The problems with which a file is refused; on the in-browser page, none of them names an option."""
    with pytest.raises(InputError) as error:
        read(protocol, content, name, **options)
    if "sheet" not in options:  # the page offers only the sheets of the file
        assert not [problem for problem in error.value.problems if OPTION.search(page_remedy(problem))]
    return list(error.value.problems)


def check_refusals(family: str, protocol: Protocol, cases: Mapping[str, Sequence[Any]]) -> None:
    """Each file is refused at these places of it, with the approved messages of the family.

    A case is a content, its places joined by a semicolon, and if needed the name of the file and options.
    """
    problems: dict[str, list[Problem]] = {}
    for case, (content, _, *more) in cases.items():
        name, options = (*more, *("", {})[len(more) :])
        problems[case] = refused(protocol, content, name, **options)
    for case, (_, places, *_) in cases.items():
        assert "; ".join(problem.place for problem in problems[case]) == places, problems[case]
    check_approved(family, problems)


def check_notes(family: str, cohorts: Mapping[str, Cohort]) -> None:
    """The notes on cohorts are the approved ones of the family."""
    check_approved(family, {case: cohort.notes for case, cohort in cohorts.items()})


def messages(protocol: Protocol, content: bytes | str, name: str = "", **options: Any) -> list[str]:
    """The messages with which a file is refused, without the name of the file."""
    problems = refused(protocol, content, name, **options)
    return [str(problem).removeprefix(problem.file).lstrip(",: ") for problem in problems]


def edited(content: bytes, change: Callable[[bytes], bytes], more: Mapping[str, str] | None = None) -> bytes:
    """A workbook with every part changed and more parts added, to make what openpyxl does not write."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)))
        for name, text in (more or {}).items():
            new.writestr(name, text)
    return target.getvalue()


def xlsx(sheets: Mapping[str, Rows], change: Callable[[Workbook], Any] | None = None) -> bytes:
    """A workbook; `change` may merge cells, set formats or write errors before it is saved."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def pzfx(
    tables: Mapping[str, Mapping[str, Sequence[object]]],
    titles: Sequence[str] = (),
    struck: Sequence[tuple[str, int]] = (),
    attributes: Mapping[str, str] | None = None,
) -> bytes:
    """A Prism file with tables of groups and their values (in sub-columns if a value is a list), some struck out."""
    root = Xml.Element("GraphPadPrismFile", PrismXMLVersion="5.00")
    for number, (title, groups) in enumerate(tables.items()):
        about = {"ID": f"Table{number}", "XFormat": "none", "TableType": "OneWay", **(attributes or {})}
        table = Xml.SubElement(root, "Table", about)
        Xml.SubElement(table, "Title").text = title
        if titles:
            column = Xml.SubElement(Xml.SubElement(table, "RowTitlesColumn"), "Subcolumn")
            for name in titles:
                Xml.SubElement(column, "d").text = name
        for group, values in groups.items():
            sides = list(zip(*values, strict=True)) if values and isinstance(values[0], list) else [values]
            column = Xml.SubElement(table, "YColumn", Subcolumns=str(len(sides)))
            # Prism wraps a title in an element of its own once it was formatted.
            Xml.SubElement(Xml.SubElement(column, "Title"), "TextAlign").text = group
            for side in sides:
                part = Xml.SubElement(column, "Subcolumn")
                for at, value in enumerate(side):
                    Xml.SubElement(part, "d", {"Excluded": "1"} if (group, at) in struck else {}).text = str(value)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + Xml.tostring(root)


def ods(rows: Rows, about: Mapping[tuple[int, int], Mapping[str, str]] | None = None) -> bytes:
    """An OpenDocument sheet, as LibreOffice writes one; `about` adds attributes to cells, or to a row in column 0.

    A cell of the style ``struck`` is struck out. Equal neighbours are stored once, as LibreOffice does.
    """
    parts = ("office", "table", "text", "style")
    office, table, text, style = (f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in parts)
    for prefix, address in zip(parts, (office, table, text, style), strict=True):
        Xml.register_namespace(prefix, address)  # readers look for these prefixes
    root = Xml.Element(f"{{{office}}}document-content")
    styles = Xml.SubElement(root, f"{{{office}}}automatic-styles")
    struck = Xml.SubElement(
        styles, f"{{{style}}}style", {f"{{{style}}}name": "struck", f"{{{style}}}family": "table-cell"}
    )
    Xml.SubElement(struck, f"{{{style}}}text-properties", {f"{{{style}}}text-line-through-style": "solid"})
    body = Xml.SubElement(Xml.SubElement(root, f"{{{office}}}body"), f"{{{office}}}spreadsheet")
    sheet = Xml.SubElement(body, f"{{{table}}}table", {f"{{{table}}}name": "Sheet1"})
    names = {
        (at, column): {f"{{{table}}}{name}": text for name, text in attributes_of_cell.items()}
        for (at, column), attributes_of_cell in (about or {}).items()
    }
    for at, row in enumerate(rows, start=1):
        line = Xml.SubElement(sheet, f"{{{table}}}table-row", names.get((at, 0), {}))
        cell = line
        for column, value in enumerate(row, start=1):
            number = isinstance(value, int | float)
            attributes_of_cell = {f"{{{office}}}value-type": "float" if number else "string"}
            attributes_of_cell |= ({f"{{{office}}}value": str(value)} if number else {}) | names.get((at, column), {})
            if column > 1 and value == row[column - 2] and (at, column) not in names and (at, column - 1) not in names:
                cell.set(
                    f"{{{table}}}number-columns-repeated",
                    str(int(cell.get(f"{{{table}}}number-columns-repeated", 1)) + 1),
                )
                continue
            cell = Xml.SubElement(line, f"{{{table}}}table-cell", attributes_of_cell)
            Xml.SubElement(cell, f"{{{text}}}p").text = str(value)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", Xml.tostring(root))
        archive.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
            'manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    return stream.getvalue()
