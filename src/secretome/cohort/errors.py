"""Collect the problems of a file, and format the lists in their sentences."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from secretome.cohort.files.sheet import Cell
from secretome.protocol import InputError, Problem

T = TypeVar("T")
K = TypeVar("K")
# A cell may contain a page of text.
MAX_FOUND = 200


class ErrorCollector:
    """Collects the problems of a file, so that they are reported together."""

    def __init__(self, path: Path, problems: Iterable[Problem] = ()) -> None:
        self.file = path.name
        self.problems = list(problems)

    def add(self, cell: Cell, found: str, expected: str, remedy: str = "") -> None:
        """Add a problem with a cell, once."""
        self.add_at(f"cell {cell.name}", shorten(found, MAX_FOUND), expected, remedy)

    def add_at(self, place: str, found: str, expected: str, remedy: str = "") -> None:
        """Add a problem with a place in the file, or with the file as a whole, once."""
        problem = Problem(self.file, place, found, expected, remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    def raise_if_any(self) -> None:
        """Raise InputError if there are problems."""
        if self.problems:
            raise InputError(self.problems)


def group_by(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return items by their key, in the order of the first item of each key."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def quoted(texts: Iterable[str], joint: str = ", ", most: int | None = None) -> str:
    """Return texts in quotation marks as a list.

    >>> quoted(["a", "b"], " and "), quoted("abcd", most=2)
    ("'a' and 'b'", "'a', 'b', …")
    """
    names = list(map(repr, texts))
    more = most is not None and len(names) > most
    return joint.join(names[:most]) + (f"{joint.rstrip()} …" if more else "")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "line"), counted(3, "line")
    ('1 line', '3 lines')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def shorten(text: str, most: int) -> str:
    """Return a text, cut after a number of characters."""
    return text if len(text) <= most else f"{text[:most]}…"


def shorten_list(names: str, most: int = 120) -> str:
    """Return a list of names, cut after a comma."""
    return names if len(names) <= most else names[: names.rfind(",", 0, most)] + ", …"
