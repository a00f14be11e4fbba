"""Read the values of a workbook in a separate process with limited memory and time.

The library is written in Rust. A malicious workbook can make it request more memory than is available, which ends the
whole process. `secretome.cohort.files.limits` checks the XML formats first. The structure of the old binary format
cannot be checked, so that format is read in a separate process.
"""

import datetime
import io
import pickle
import subprocess
import sys
from dataclasses import dataclass

Typed = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta
MAX_MEMORY = 800_000_000
MAX_CPU_SECONDS = 5
# The time limit is longer than the processor time that is allowed, because the machine may be busy.
MAX_SECONDS = 60
# The exit code of the process for a workbook protected by a password.
PASSWORD_EXIT_CODE = 9
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
sheets = []
for about in book.sheets_metadata:
    if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
        sheet = book.get_sheet_by_name(about.name)
        visible = about.visible == python_calamine.SheetVisibleEnum.Visible
        values = sheet.to_python(skip_empty_area=False)
        sheets.append((about.name, visible, values, list(sheet.merged_cell_ranges or ())))
sys.stdout.buffer.write(pickle.dumps(sheets))
"""


class PasswordProtectedError(Exception):
    """Raised when a workbook is protected by a password."""


class UnreadableError(Exception):
    """Raised when the process that reads a workbook does not end as it should."""


@dataclass(frozen=True)
class SheetValues:
    """A worksheet: its values from the first cell on, and its merged cells as (top, left), (bottom, right) from 0."""

    name: str
    visible: bool
    values: list[list[Typed]]
    merged_cell_ranges: list[tuple[tuple[int, int], tuple[int, int]]]


def read_values(content: bytes, *, separate_process: bool) -> list[SheetValues]:
    """Return the worksheets of a workbook.

    In a browser there are no processes; there the workbook is read in a worker.

    Raises
    ------
    PasswordProtectedError
        If the workbook is protected by a password.
    UnreadableError
        If the separate process failed, or exceeded its memory or time.
    """
    import python_calamine

    if separate_process and sys.platform != "emscripten":
        return _read_in_process(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise PasswordProtectedError from error
    sheets = []
    for about in book.sheets_metadata:
        if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(about.name)
            visible = about.visible == python_calamine.SheetVisibleEnum.Visible
            values = sheet.to_python(skip_empty_area=False)
            sheets.append(SheetValues(about.name, visible, values, list(sheet.merged_cell_ranges or ())))
    return sheets


def _read_in_process(content: bytes) -> list[SheetValues]:
    command = [sys.executable, "-I", "-c", CHILD, str(MAX_MEMORY), str(MAX_CPU_SECONDS), str(PASSWORD_EXIT_CODE)]
    try:
        result = subprocess.run(command, input=content, capture_output=True, timeout=MAX_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        if error.returncode == PASSWORD_EXIT_CODE:
            raise PasswordProtectedError from error
        raise UnreadableError(f"the process ended with {error.returncode}") from error
    except subprocess.SubprocessError as error:
        raise UnreadableError(str(error)) from error
    # The child process runs code of this module, so its pickle can be trusted; it contains only plain values.
    return [SheetValues(*sheet) for sheet in pickle.loads(result.stdout)]
