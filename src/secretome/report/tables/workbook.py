"""Results, verdicts and checks as a workbook with readable headers; text stays text, and numbers are unchanged."""

import io
import math
import re
import zipfile
from collections.abc import Iterable

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from secretome.cohort import Study
from secretome.report import text as report_text

WIDEST = 48
# A spreadsheet takes text that begins so for a formula once it is typed anew or saved as CSV.
LIVE = ("=", "+", "-", "@", "\t", "\r")
FIXED = (1980, 1, 1, 0, 0, 0)


def workbook(study: Study, results: pd.DataFrame, verdicts: pd.DataFrame, checks: pd.DataFrame) -> bytes:
    """A workbook of a run, with a sheet each for verdicts, checks, results, and excluded values.

    Parameters
    ----------
    study : Study
        The study and cohort.
    results, verdicts, checks : DataFrame
        What `analyse`, `adjudicate` and `examine` returned for it.

    Returns
    -------
    bytes
        An .xlsx file, the same bytes for the same tables. Its sheets say so if the animals are simulated.

    Examples
    --------
    >>> from secretome import adjudicate, analyse, load_study
    >>> from secretome.claims import examine
    >>> study = load_study("treg_conditioned_medium")
    >>> results = analyse(study)
    >>> workbook(study, results, adjudicate(study, results), examine(study, results))[:2]
    b'PK'
    """
    protocol = study.protocol
    book = Workbook()
    book.remove(book.worksheets[0])
    tables = {
        "verdicts": verdicts.assign(
            claim=[protocol.claims[key].sentence for key in verdicts["claim"]],
            **{
                name: [
                    report_text.against(study, contrast) if isinstance(contrast, str) and contrast else ""
                    for contrast in verdicts[name]
                ]
                for name in ("contrast", "bound_contrast", "equivalence_contrast")
            },
        ),
        "checks": checks.assign(check=[protocol.checks[key].sentence for key in checks["check"]]),
        "results": results.assign(
            endpoint=[
                f"{protocol.endpoints[key].label} ({protocol.endpoints[key].unit})" for key in results["endpoint"]
            ],
            contrast=[report_text.against(study, contrast) for contrast in results["contrast"]],
        ),
        "excluded": study.cohort.excluded[["animal", "group", "endpoint", "exclude", "note"]],
    }
    mark = " (simulated)" if study.cohort.origin == "simulated" else ""
    for title, table in tables.items():
        if len(table):
            _fill(book.create_sheet(f"{title}{mark}"), table)
    stream = io.BytesIO()
    book.save(stream)
    return _undated(stream.getvalue())


def _fill(sheet: Worksheet, table: pd.DataFrame) -> None:
    for column, name in enumerate(table.columns, start=1):
        head = sheet.cell(1, column)
        _write(head, report_text.COLUMN_TITLES.get(name, name))
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top")
        for row, value in enumerate(table[name], start=2):
            _write(sheet.cell(row, column), value)
        sheet.column_dimensions[get_column_letter(column)].width = _width(map(str, [head.value, *table[name]]))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def defused(text: str) -> str:
    """Text that a spreadsheet does not interpret as a formula.

    >>> defused("=HYPERLINK(1)"), defused("Ann")
    ("'=HYPERLINK(1)", 'Ann')
    """
    return f"'{text}" if text.startswith(LIVE) else text


def _write(cell: Cell, value: object) -> None:
    """Write a number as a number and other values as text that is not interpreted as a formula."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = ILLEGAL_CHARACTERS_RE.sub(" ", str(value))
        cell.value = defused(text)
        cell.data_type = "s"
    elif math.isinf(value):  # a workbook knows no infinity
        cell.value = "infinite" if value > 0 else "minus infinite"
    elif not math.isnan(value):
        cell.value = value


def _width(texts: Iterable[str]) -> int:
    return min(WIDEST, 2 + max(map(len, texts)))


def _undated(content: bytes) -> bytes:
    """The same workbook without the time of its creation."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as dated, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dated.namelist():
            part = dated.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>", b"", part)
            archive.writestr(zipfile.ZipInfo(name, FIXED), part, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
