"""Read a file, if it is a regular file of a reasonable size."""

import stat
from pathlib import Path

from secretome.protocol.problems import InputError, Problem

# In bytes. A cohort of 10 000 animals takes less than one megabyte as text.
LARGEST_FILE = 50_000_000


def read_regular_file(path: Path, expected: str = "a file that can be read", largest: int = LARGEST_FILE) -> bytes:
    """The content of a regular file.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        What the file should be, in words.
    largest : int
        The largest accepted size, in bytes.

    Raises
    ------
    InputError
        If the file does not exist, is too large, or is a folder, a pipe, a socket or a device, which may be endless.
    """
    try:
        # Checked before the file is opened, because opening a named pipe waits for its other end.
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError([Problem(str(path), "", "a folder", "a file")])
        if not stat.S_ISREG(status.st_mode):
            remedy = "Save its content in a file and use that file."
            raise InputError([Problem(str(path), "", "a pipe, a socket or a device", "a regular file", remedy)])
        if status.st_size > largest:
            found = f"a file of {status.st_size / 1e6:.0f} megabytes"
            raise InputError(
                [
                    Problem(
                        str(path),
                        "",
                        found,
                        f"at most {largest / 1e6:g} megabytes",
                        "Save only the table in a separate file.",
                    )
                ]
            )
        return path.read_bytes()
    except OSError as error:
        found = f"no readable file ({error.strerror or error})"
        raise InputError([Problem(str(path), "", found, expected)]) from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        # A null character in the name.
        raise InputError([Problem(str(path), "", "no readable file (invalid name)", expected)]) from error
