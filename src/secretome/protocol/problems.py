"""What is wrong with a file: every problem with its place and its remedy, told at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: where, what was found, what was expected, and how to mend it."""

    file: str
    place: str
    found: str
    expected: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        text = f"{where}: found {self.found}; expected {self.expected}." + (f" {self.remedy}" if self.remedy else "")
        # A file's name may hold what steers a terminal.
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


class InputError(ValueError):
    """Raised when a file cannot be used; carries every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
