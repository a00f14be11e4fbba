"""Collect the problems of a file, and format the lists in their sentences."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from secretome.cohort.files.sheet import Cell
from secretome.protocol import Choice, InputError, Problem

T = TypeVar("T")
K = TypeVar("K")
# A cell may contain a page of text.
MAX_FOUND = 200
# Cells and texts that the message of one cause names.
MAX_CELLS, MAX_TEXTS = 8, 4
# The parts of a remedy that differ between cells: the number to write, and another cell.
_WRITTEN = re.compile(r"(?<=^Write )[<>]?[\d.,]*\d|(?<= is in )('[^']*'!)?\S+")


class CohortError(InputError):
    """Raised for a cohort file; its message states each cause once, and its problems each cell."""

    def __str__(self) -> str:
        """One line for each cause."""
        return "\n".join(map(str, merge_problems(self.problems)))


def merge_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with those of several cells that have one cause as one problem.

    >>> cells = [Problem("rats.csv", f"cell C{row}", "'ND'", "a value", "Write it.") for row in range(2, 14)]
    >>> [problem.place for problem in merge_problems(cells)]
    ['cells C2, C3, C4, C5, C6, C7, C8, C9 and 4 more (12 in all)']
    """
    return [_merged(members) for members in group_by(problems, _cause).values()]


def _cause(problem: Problem) -> tuple[str, ...]:
    """What problems with one cause have in common: a remedy that quotes the text of the cell may differ in it."""
    if not problem.place.startswith("cell "):
        return problem.file, problem.place, problem.found, problem.expected, problem.remedy
    remedy = _WRITTEN.sub("#", problem.remedy.replace(problem.found, "#"))
    sheet = problem.place.rpartition("!")[0]
    # Without a remedy, what was found is the only description of the cause.
    return problem.file, sheet, problem.expected, remedy or problem.found


def _merged(problems: list[Problem]) -> Problem:
    cells = list(dict.fromkeys(problem.place.removeprefix("cell ") for problem in problems))
    if len(cells) == 1:
        return problems[0]
    texts = list(dict.fromkeys(problem.found for problem in problems))
    more = f" and {len(cells) - MAX_CELLS} more ({len(cells)} in all)" if len(cells) > MAX_CELLS else ""
    found = ", ".join(texts[:MAX_TEXTS]) + (", …" if len(texts) > MAX_TEXTS else "")
    return replace(problems[0], place=f"cells {', '.join(cells[:MAX_CELLS])}{more}", found=found)


class ErrorCollector:
    """Collects the problems of a file, so that they are reported together."""

    def __init__(self, path: Path, problems: Iterable[Problem] = ()) -> None:
        self.file = path.name
        self.problems = list(problems)

    def add(self, cell: Cell, found: str, expected: str, remedy: str = "", choice: Choice | None = None) -> None:
        """Add a problem with a cell, once."""
        # The title of a sheet of another file, such as a key, begins with the file's name in square brackets.
        match = re.fullmatch(r"\[([^\[\]]+)\](.*)", cell.sheet)
        file, own = (match[1], replace(cell, sheet=match[2])) if match else (self.file, cell)
        problem = Problem(file, f"cell {own.name}", shorten(found, MAX_FOUND), expected, remedy, choice)
        if problem not in self.problems:
            self.problems.append(problem)

    def add_at(self, place: str, found: str, expected: str, remedy: str = "", choice: Choice | None = None) -> None:
        """Add a problem with a place in the file, or with the file as a whole, once."""
        problem = Problem(self.file, place, found, expected, remedy, choice)
        if problem not in self.problems:
            self.problems.append(problem)

    def raise_if_any(self) -> None:
        """Raise InputError if there are problems."""
        if self.problems:
            raise CohortError(self.problems)


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
