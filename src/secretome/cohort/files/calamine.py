"""Read the values of a workbook in a separate process with limited memory and time.

The library is written in Rust. A malicious workbook can make it request more memory than is available, which ends the
whole process. The XML formats are checked before (`secretome.cohort.files.limits`); the old binary format is read in a
separate process with limits on its memory
and time, because its structure cannot be checked beforehand.
"""

import datetime
import io
import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import python_calamine

Typed = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta
MOST_MEMORY = 800_000_000
MOST_SECONDS = 5
# The time limit is longer than the processor time that is allowed, because the machine may be busy.
LONGEST = 60
# The exit code of the process for a workbook protected by a password.
PASSWORD = 9
CHILD = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
import io, pickle, python_calamine
try:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
except python_calamine.PasswordError:
    sys.exit(int(sys.argv[3]))
kept = []
for about in book.sheets_metadata:
    if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
        sheet = book.get_sheet_by_name(about.name)
        visible = about.visible == python_calamine.SheetVisibleEnum.Visible
        kept.append((about.name, visible, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or ())))
sys.stdout.buffer.write(pickle.dumps(kept))
"""


class Protected(Exception):
    """Raised when a workbook is protected by a password."""


class Unreadable(Exception):
    """Raised when the process that reads a workbook does not end as it should."""


@dataclass(frozen=True)
class SheetValues:
    """A worksheet: its values from the first cell on, and its merged cells as (top, left), (bottom, right) from 0."""

    name: str
    visible: bool
    values: list[list[Typed]]
    merged_cell_ranges: list[tuple[tuple[int, int], tuple[int, int]]]


def read_values(content: bytes, *, apart: bool) -> list[SheetValues]:
    """The worksheets of a workbook.

    Parameters
    ----------
    content : bytes
        The workbook.
    apart : bool
        Whether to read it in a separate process. A browser has no processes; there the workbook is read in a worker.

    Raises
    ------
    Protected
        If the workbook is protected by a password.
    Unreadable
        If the separate process failed, or exceeded its memory or time.
    """
    if apart and sys.platform != "emscripten":
        return _read_apart(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise Protected from error
    return [
        _values(book, about) for about in book.sheets_metadata if about.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def _values(book: python_calamine.CalamineWorkbook, about: Any) -> SheetValues:
    sheet = book.get_sheet_by_name(about.name)
    visible = about.visible == python_calamine.SheetVisibleEnum.Visible
    return SheetValues(
        about.name, visible, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or ())
    )


def _read_apart(content: bytes) -> list[SheetValues]:
    command = [sys.executable, "-I", "-c", CHILD, str(MOST_MEMORY), str(MOST_SECONDS), str(PASSWORD)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST, check=True)
    except subprocess.CalledProcessError as error:
        if error.returncode == PASSWORD:
            raise Protected from error
        raise Unreadable(f"the process ended with {error.returncode}") from error
    except subprocess.SubprocessError as error:
        raise Unreadable(str(error)) from error
    # The child process runs code of this module, so its pickle can be trusted; it contains only plain values.
    return [SheetValues(*sheet) for sheet in pickle.loads(done.stdout)]
