"""Match the names of groups and endpoints in the cells of a file with those of the study."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from secretome.cohort.errors import ErrorCollector, quoted
from secretome.cohort.files.sheet import Cell, Sheet
from secretome.cohort.group_checks import group_of_dose, has_other_unit
from secretome.cohort.vocabulary import BRACKETS, SIZE, Vocabulary, keys_and_labels, map_option, map_options
from secretome.protocol import Choice, Endpoint, Group, Problem, normalise, spelling

NameKind = Literal["group", "endpoint"]
# How to correct a row whose group or endpoint is unknown or missing.
UNKNOWN = {
    "group": "Correct the name, or state its group with {option}.",
    "endpoint": "Delete these rows if the study does not have this endpoint, or state the endpoint with {option}.",
}
ABSENT = {
    "group": "Write the group in every row, even if several rows belong to one group; if the row is a note, delete it.",
    "endpoint": "Write the endpoint in every row.",
}
MAX_NAMES = 6
# Words that distinguish two kinds of control, such as the healthy and the diseased one.
OTHER_CONTROL = frozenset(
    """
    normal healthy negative neg positive pos naive naïve intact sham untreated vehicle blank negatif positif negativo
    positivo
    """.split()
)
# What people write for 'the same as above'.
DITTO = frozenset({'"', "''", "\u3003", "\u2033", "\u201d", "\u201e", "do", "do.", "ditto", "idem", "id."})


@dataclass
class CellNames:
    """The names of groups or endpoints in the cells of a file.

    `cells` are the first cell of every name of a group or endpoint, by key and spelling; `texts` are the texts of a
    spelling, which differ in case and spaces only; `unknown` are the names that are not in the study, by spelling.
    """

    vocabulary: Vocabulary
    kind: NameKind
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    texts: dict[str, dict[str, None]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def key(self, cell: Cell) -> str | None:
        """The key of the group or endpoint that a cell names."""
        return self._known(self.name(cell))

    def name(self, cell: Cell) -> str:
        """The displayed name in a cell; a stored number, if its displayed text is not a name of the study."""
        return (
            cell.visible_text
            if cell.kind != "number" or self._known(cell.visible_text) is not None
            else cell.text.strip()
        )

    def _known(self, name: str) -> str | None:
        return self.vocabulary.group(name) if self.kind == "group" else (self.vocabulary.endpoint(name) or (None,))[0]

    def add(self, cells: Iterable[Cell]) -> None:
        """Note the names in some cells."""
        for cell in cells:
            if not (text := self.name(cell)):
                continue
            if (key := self.key(cell)) is None:
                self.unknown.setdefault(spelling(text), text)
                continue
            form = self._bare_spelling(text)
            self.cells.setdefault(key, {}).setdefault(form, cell)
            self.texts.setdefault(form, {})[text] = None

    def _bare_spelling(self, text: str) -> str:
        """The spelling of a name without the size of the group or the unit after it."""
        if self.vocabulary.is_mapped(text):
            return spelling(text)
        if self.kind == "group":
            return spelling(SIZE.sub("", text))
        endpoint = self.vocabulary.endpoint(text)
        return spelling(BRACKETS.sub("", text) if endpoint and endpoint[1] else text)

    def merged_name_problems(self, file: str) -> list[Problem]:
        """Problems for different names that would become one group or endpoint, unless the user mapped each."""
        return [
            self._merged_name_problem(list(cells.values()), key, file)
            for key, cells in self.cells.items()
            if len(cells) > 1 and not all(self.vocabulary.is_mapped(self.name(cell)) for cell in cells.values())
        ]

    def notes(self) -> list[str]:
        """Sentences that name the spellings that were read as one name."""
        spellings = [list(self.texts[form]) for forms in self.cells.values() for form in forms]
        return [f"{quoted(texts, ' and ')} are read as one name" for texts in spellings if len(texts) > 1]

    def unknown_name(self, text: str) -> tuple[str, str, Choice]:
        """What was found, the remedy, and what can be chosen, for an unknown name."""
        found, guess = f"the {self.kind} {text!r}", self._guess(text)
        similar = self._similar_names(text, guess)
        if len(similar) > 1:
            found = f"the {self.kind}s {quoted(similar, ' and ')}, which are different names"
            remedy = f"State the {self.kind} of each, with {map_options(similar, 'KEY')}."
            return found, remedy, self._choice(similar)
        if not guess or self._is_another(text, guess):
            return found, UNKNOWN[self.kind].format(option=map_option(text, "KEY")), self._choice([text])
        key = self.key(Cell(guess, 1, 1)) or guess
        same = [self.name(cell) for cell in self.cells.get(key, {}).values()]
        options = map_options((text, *same), guess)
        remedy = f"The nearest is {guess!r}; if this is correct, change the file or add {options}."
        return found, remedy, self._choice((text, *same), key)

    def _choice(self, names: Iterable[str], nearest: str = "") -> Choice:
        return Choice(self.kind, tuple(names), tuple(self._names_of_study), nearest)

    @property
    def _names_of_study(self) -> Mapping[str, Group] | Mapping[str, Endpoint]:
        protocol = self.vocabulary.protocol
        return protocol.groups if self.kind == "group" else protocol.endpoints

    def _similar_names(self, text: str, guess: str | None) -> list[str]:
        """The names that are similar to the same name of the study, or that differ from one another only by signs."""
        known = [self.name(cell) for cells in self.cells.values() for cell in cells.values()]
        near = [name for name in self.unknown.values() if guess and self._key_of_guess(name) == self._known(guess)]
        signs = [name for name in (*self.unknown.values(), *known) if normalise(name) == normalise(text)]
        return list({spelling(name): name for name in (*near, *signs)}.values())[:MAX_NAMES]

    def _guess(self, text: str) -> str | None:
        return self.vocabulary.similar(text, keys_and_labels(self._names_of_study))

    def _key_of_guess(self, text: str) -> str | None:
        guess = self._guess(text)
        return self._known(guess) if guess else None

    def _is_another(self, text: str, guess: str) -> bool:
        """Whether a name that is similar to that of a group may be another group, so that the group is not suggested.

        It may be if it states the dose of another group, or the dose in another unit. It also may be if it has a word
        that no name of the group has, and the file has the right name of the group as well, or the word is of another
        kind of control, as in 'healthy control' for 'septic control'.
        """
        protocol, key = self.vocabulary.protocol, self._known(guess) or ""
        if self.kind != "group":
            return False
        if group_of_dose(text, key, protocol) or has_other_unit(text, key, protocol):
            return True
        names = _words(key) | _words(protocol.groups[key].label)
        words = _words(text)
        has_other_word = any(not get_close_matches(word, names, 1, 0.6) for word in words)
        roles = [group.role for group in protocol.groups.values()]
        is_one_of_two = protocol.groups[key].role in ("control", "sham") and "sham" in roles
        names_other = bool(OTHER_CONTROL & words - names)
        return has_other_word and (bool(self.cells.get(key)) or (is_one_of_two and names_other))

    def _merged_name_problem(self, cells: list[Cell], key: str, file: str) -> Problem:
        """The problem of different names that would become one group or endpoint."""
        names = [cell.visible_text for cell in cells[:MAX_NAMES]]
        places = " and ".join(f"{name!r} (cell {cell.name})" for name, cell in zip(names, cells, strict=False))
        remedy = f"If all of them are {key!r}, add {map_options(names, key)}."
        remedy += f" Otherwise state the {self.kind} of each in the same way, or correct the names."
        found = f"the names {places}, which would all be read as the {self.kind} {key!r}"
        return Problem(file, "", found, f"one name for a {self.kind}", remedy, self._choice(names, key))


def refuse_unused_groups(
    sheet: Sheet, unused: Iterable[int], empty: Iterable[str], vocabulary: Vocabulary, errors: ErrorCollector
) -> None:
    """Refuse groups without a row that are named in an unused column or sheet."""
    cells = [row[at] for at in unused for row in (sheet.header, *sheet.rows) if row[at].filled]
    for group in empty:
        found, expected = f"no animal in the group {group}", f"animals of {group}, or no mention of it"
        remedy = "If this is the group, add its animals to the table; otherwise delete the cell or sheet."
        cell = next((cell for cell in cells if vocabulary.group(cell.text) == group), None)
        title = next((title for title in sheet.unused if vocabulary.group(title) == group), None)
        if cell:
            errors.add(cell, f"{found}, and {cell.text.strip()!r} in an unused column", expected, remedy)
        elif title:
            errors.add_at(f"sheet {title!r}", f"{found}, and an unused sheet {title!r}", expected, remedy)


def _words(text: str) -> set[str]:
    """The words of a text without case; numbers and signs are left out."""
    return set(re.findall(r"[^\W\d_]+", text.casefold()))
