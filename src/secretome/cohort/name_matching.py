"""The names of groups and endpoints in the cells of a file: which are unknown, and which would become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from secretome.cohort.files.sheet import Cell, Sheet
from secretome.cohort.vocabulary import BRACKETS, SIZE, Vocabulary, map_option
from secretome.protocol import Endpoint, Group, Problem, normalise, spelling

Kind = Literal["group", "endpoint"]
# How to correct a row whose group or endpoint is unknown or missing.
UNKNOWN = {
    "group": "Correct the name, or state its group with {option}.",
    "endpoint": "Delete these rows if the study does not have this endpoint, or state the endpoint with {option}.",
}
ABSENT = {
    "group": "Write the group in every row, even if several rows belong to one group; if the row is a note, delete it.",
    "endpoint": "Write the endpoint in every row.",
}
SHOWN = 6


@dataclass
class CellNames:
    """The names of one kind in the cells of a file.

    Attributes
    ----------
    vocabulary : Vocabulary
        The names of the study.
    kind : {"group", "endpoint"}
        What the names are of.
    found : dict
        For each group or endpoint, the first cell of every name that is read as it, by spelling.
    written : dict
        For each spelling, the texts that differ in case and spaces only.
    unknown : dict
        The names that are not in the study, by spelling.
    """

    vocabulary: Vocabulary
    kind: Kind
    found: dict[str, dict[str, Cell]] = field(default_factory=dict)
    written: dict[str, dict[str, None]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def meaning(self, cell: Cell) -> str | None:
        """The group or endpoint that a cell names."""
        return self._known(self.name(cell))

    def name(self, cell: Cell) -> str:
        """The name in a cell: what the cell shows, unless it is a number that is a name of the study as stored."""
        return cell.seen if cell.kind != "number" or self._known(cell.seen) is not None else cell.text.strip()

    def _known(self, name: str) -> str | None:
        return self.vocabulary.group(name) if self.kind == "group" else (self.vocabulary.endpoint(name) or (None,))[0]

    def add(self, cells: Iterable[Cell]) -> None:
        """Note the names in some cells."""
        for cell in cells:
            text = self.name(cell)
            if not text:
                continue
            meaning, form = self.meaning(cell), self._form(text)
            if meaning is None:
                self.unknown.setdefault(spelling(text), text)
                continue
            self.found.setdefault(meaning, {}).setdefault(form, cell)
            self.written.setdefault(form, {})[text] = None

    def _form(self, text: str) -> str:
        """The spelling of a name without the size of the group or the unit that follows it."""
        if self.vocabulary.is_mapped(text):
            return spelling(text)
        if self.kind == "group":
            return spelling(SIZE.sub("", text))
        found = self.vocabulary.endpoint(text)
        return spelling(BRACKETS.sub("", text) if found and found[1] else text)

    def merged(self, file: str) -> list[Problem]:
        """Problems for different names that would become one group or endpoint, unless the user mapped each."""
        return [
            _question(list(cells.values()), meaning, self.kind, file)
            for meaning, cells in self.found.items()
            if len(cells) > 1 and not all(self.vocabulary.is_mapped(self.name(cell)) for cell in cells.values())
        ]

    def understood(self) -> list[str]:
        """Sentences that name the spellings that were read as one name."""
        spelt = [list(self.written[form]) for forms in self.found.values() for form in forms]
        return [f"{' and '.join(map(repr, texts))} are read as one name" for texts in spelt if len(texts) > 1]

    def about_unknown(self, text: str) -> tuple[str, str]:
        """The found part and the remedy of the message about an unknown name."""
        found, guess = f"the {self.kind} {text!r}", self._guess(text)
        rivals = self._rivals(text, guess)
        if len(rivals) > 1:
            found = f"the {self.kind}s {' and '.join(map(repr, rivals))}, which are different names"
            return found, f"State the {self.kind} of each, with {' '.join(map_option(name, 'KEY') for name in rivals)}."
        if not guess:
            return found, UNKNOWN[self.kind].format(option=map_option(text, "KEY"))
        meaning = self.meaning(Cell(guess, 1, 1)) or guess
        same = [self.name(cell) for cell in self.found.get(meaning, {}).values()]
        options = " ".join(map_option(name, guess) for name in (text, *same))
        return found, f"The nearest is {guess!r}; if this is correct, change the file or add {options}."

    def _rivals(self, text: str, guess: str | None) -> list[str]:
        """The names that are similar to the same name of the study, or that differ from one another only by signs."""
        known = [self.name(cell) for cells in self.found.values() for cell in cells.values()]
        near = [name for name in self.unknown.values() if guess and self._guess(name) == guess]
        signs = [name for name in (*self.unknown.values(), *known) if normalise(name) == normalise(text)]
        return list({spelling(name): name for name in (*near, *signs)}.values())[:SHOWN]

    def _guess(self, text: str) -> str | None:
        protocol = self.vocabulary.protocol
        members: dict[str, Group] | dict[str, Endpoint] = (
            protocol.groups if self.kind == "group" else protocol.endpoints
        )
        return self.vocabulary.near(text, [*members, *(member.label for member in members.values())])


def _question(cells: list[Cell], meaning: str, kind: str, file: str) -> Problem:
    """The problem of different names that would become one group or endpoint."""
    names = [cell.seen for cell in cells[:SHOWN]]
    told = " and ".join(f"{name!r} (cell {cell.name})" for name, cell in zip(names, cells, strict=False))
    remedy = f"If all of them are {meaning!r}, add {' '.join(map_option(name, meaning) for name in names)}."
    remedy += f" Otherwise state the {kind} of each in the same way, or correct the names."
    found = f"the names {told}, which would all be read as the {kind} {meaning!r}"
    return Problem(file, "", found, f"one name for a {kind}", remedy)


def unused_groups(sheet: Sheet, unused: Iterable[int], empty: Iterable[str], vocabulary: Vocabulary) -> list[Problem]:
    """Groups that have no row but are named in a column or a sheet that was not used.

    Parameters
    ----------
    sheet : Sheet
        The table that was read.
    unused : iterable of int
        The positions of its columns that were not used.
    empty : iterable of str
        The groups without a row.
    vocabulary : Vocabulary
        The names of the study.
    """
    cells = [row[at] for at in unused for row in (sheet.header, *sheet.rows) if row[at].text.strip()]
    problems = []
    for group in empty:
        expected = f"animals of {group}, or no mention of it"
        remedy = "If this is the group, add its animals to the table; otherwise delete the cell or sheet."
        named = next((cell for cell in cells if vocabulary.group(cell.text) == group), None)
        title = next((title for title in sheet.unused if vocabulary.group(title) == group), None)
        if named:
            found = f"no animal in the group {group}, and {named.text.strip()!r} in a column that is not used"
            problems.append(Problem(sheet.path.name, f"cell {named.name}", found, expected, remedy))
        elif title:
            found = f"no animal in the group {group}, and a sheet {title!r} that is not used"
            problems.append(Problem(sheet.path.name, f"sheet {title!r}", found, expected, remedy))
    return problems
