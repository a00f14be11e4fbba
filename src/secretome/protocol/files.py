"""Files: read a regular file, hash it, and describe what is wrong with it."""

import hashlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# In bytes. A cohort of 10 000 animals takes less than one megabyte as text.
MAX_FILE_BYTES = 50_000_000


@dataclass(frozen=True)
class Choice:
    """What a user may state to solve a problem without changing the file.

    Attributes
    ----------
    kind : str
        What is stated: the meaning of a name of a ``column``, ``group`` or ``endpoint``, the ``sheet``, the ``decimal``
        mark, or the file with the ``key`` of the samples.
    names : tuple of str
        The names in the file whose meaning is stated.
    options : tuple of str
        What can be chosen: names of the study, sheets of the file, or decimal marks. Empty if there is no list.
    nearest : str
        The option that is most similar to the name; empty if none is.
    """

    kind: Literal["column", "group", "endpoint", "sheet", "decimal", "key"]
    names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    nearest: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file or an option: where it is, what was found, what was expected, and what to do.

    The remedy is a sentence for the command line. A program that asks the user itself offers the `choice`.
    """

    file: str
    place: str
    found: str
    expected: str
    remedy: str = ""
    choice: Choice | None = None

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        text = f"{where}: found {self.found}; expected {self.expected}." + (f" {self.remedy}" if self.remedy else "")
        # A file name may contain control characters, which a terminal would execute.
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


class InputError(ValueError):
    """Raised when an input cannot be used; carries all of its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def of(cls, file: str, place: str, found: str, expected: str, remedy: str = "") -> "InputError":
        """An error with one problem, which has these fields."""
        return cls([Problem(file, place, found, expected, remedy)])


def sha256(content: bytes | str) -> str:
    """The SHA-256 of bytes, or of a text in UTF-8, in hexadecimal digits.

    >>> sha256("abc")[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def file_sha256(path: Path) -> str:
    """The SHA-256 of the content of a file."""
    return sha256(path.read_bytes())


def read_regular_file(path: Path, expected: str = "a file that can be read", largest: int = MAX_FILE_BYTES) -> bytes:
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
    name = str(path)
    try:
        # Checked before the file is opened, because opening a named pipe waits for its other end.
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError.of(name, "", "a folder", "a file")
        if not stat.S_ISREG(status.st_mode):
            remedy = "Save its content in a file and use that file."
            raise InputError.of(name, "", "a pipe, a socket or a device", "a regular file", remedy)
        if status.st_size > largest:
            found, limit = f"a file of {status.st_size / 1e6:.0f} megabytes", f"at most {largest / 1e6:g} megabytes"
            raise InputError.of(name, "", found, limit, "Save only the table in a separate file.")
        return path.read_bytes()
    except OSError as error:
        raise InputError.of(name, "", f"no readable file ({error.strerror or error})", expected) from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        # The name contains a null character.
        raise InputError.of(name, "", "no readable file (invalid name)", expected) from error
