"""What the header of a sheet says: which column holds what, and in which unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from secretome.cohort.files.sheet import Cell, Sheet
from secretome.cohort.headers import DERIVED, shortened
from secretome.cohort.units import canonical, factor
from secretome.cohort.unreadable import DATE
from secretome.cohort.vocabulary import (
    BESIDE,
    BRACKETS,
    LONG,
    OPTIONAL,
    REQUIRED,
    Vocabulary,
    in_brackets,
    labelled,
    map_option,
    nearest_of_numbers,
    other_name,
)
from secretome.protocol import InputError, Problem, normalise

# What a simulation writes of itself is no column that a laboratory may have misspelt; remarks change nothing.
NOT_ASKED = ("scenario", "seed", "note")
# Headers of answers that say which rows count.
KEPT = re.compile(r"\s*(in|inclu\w*|keep|kept|used?)\s*\??\s*", re.IGNORECASE)
# What may be an animal or a sample of one: not believed, but asked about.
SAMPLES = frozenset({"sample", "sampleid", "sampleno", "samplename", "no", "nr", "number", "name", "tube", "well"})
# A cell may hold a page of text.
LONGEST = 200
# Columns of which one that is misspelt would change results, and not merely be left unused.
DECIDING = ("unit", "replicate", "lloq", "uloq", "exposure", "event", "exclude", "origin")
EXCLUSION = ("exclu", "outlier")
WELLS = re.compile(r"\b(dup|repl|rep|well)", re.IGNORECASE)
SPREADS = frozenset({"mean", "average", "median", "sd", "sem", "se", "stdev", "cv", "ci"})
# What other columns of numbers beside the endpoints hold.
NO_ENDPOINT = frozenset({"bw", "day", "hour", "week", "n", "no", "nr", "index", "lod", "loq"})
NO_ENDPOINT_WORDS = frozenset(
    """
    weight bodyweight age date dose temperature temp dilution cage score tag flag dead volume gewicht körpergewicht
    alter datum käfig poids âge вес масса возраст дата клетка unnamed plate
    """.split()
)
# How R and pandas number duplicate headers.
NUMBERED = re.compile(r"(?P<name>.*\w)(\.\.\.?\d+|\.\d+|_\d+)$")
# Text in brackets that cannot be a unit: a number, such as that of a bead region.
NO_UNIT = re.compile(r"[\W\d_]+|(bead|region|well|plate|#)\s*\d+", re.IGNORECASE)
HOURS = frozenset({"h", "hr", "hrs", "hour", "hours"})


@dataclass
class ErrorCollector:
    """Everything wrong with one sheet, so that all is told at once."""

    sheet: Sheet
    problems: list[Problem] = field(init=False)

    def __post_init__(self) -> None:
        self.problems = list(self.sheet.problems)

    def about(self, cell: Cell, found: str, expected: str, remedy: str = "") -> None:
        """Note a problem with a cell."""
        shown = found if len(found) <= LONGEST else f"{found[:LONGEST]}…"
        problem = Problem(self.sheet.path.name, f"cell {cell.name}", shown, expected, remedy)
        # Wide rows visit a cell once per endpoint; each problem is told once.
        if problem not in self.problems:
            self.problems.append(problem)

    def about_file(self, found: str, expected: str, place: str = "", remedy: str = "") -> None:
        """Note a problem with the file as a whole."""
        self.problems.append(Problem(self.sheet.path.name, place, found, expected, remedy))

    def stop(self) -> None:
        """Refuse the sheet if anything is wrong with it so far."""
        if self.problems:
            raise InputError(self.problems)


class Columns:
    """The columns of a sheet.

    Attributes
    ----------
    named : dict
        Position of each column that every study knows.
    wide : dict
        Position of each endpoint's own column; empty in the long layout.
    understood : list of str
        What was made of the rest, in sentences.
    units_stated : set of str
        The endpoints whose unit is given.
    """

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, errors: ErrorCollector) -> None:
        self.sheet = sheet
        self.vocabulary = vocabulary
        self.protocol = vocabulary.protocol
        self.errors = errors
        self.named: dict[str, int] = {}
        self.wide: dict[str, int] = {}
        self.understood: list[str] = []
        self.units_stated: set[str] = set()
        self._find()

    def text(self, row: tuple[Cell, ...], column: str) -> str:
        """What a row says in a column; nothing where there is no such column."""
        if column not in self.named:
            return ""
        cell = row[self.named[column]]
        return cell.text.strip() if column in BESIDE else cell.seen

    def check_unit(self, text: str, endpoint: str, cell: Cell) -> None:
        """Refuse a unit that is not the protocol's."""
        self.units_stated.add(endpoint)
        expected = self.protocol.endpoints[endpoint].unit
        # Here '/' and '%' carry meaning, so only case, spaces and the way to write 'per' are forgiven.
        if canonical(text) == canonical(expected) or factor(text, expected) == 1:
            return
        header = cell.text.strip()
        if NO_UNIT.fullmatch(text.strip()) and "%" not in text and in_brackets(header) == text:
            remedy = (
                f"If it is not a unit, add {map_option(header, endpoint)}; if it is another measurement, rename or "
                "delete the column."
            )
            self.errors.about(
                cell, f"{text.strip()!r} in brackets after {_bare(cell)!r}", f"a unit ({expected}), or nothing", remedy
            )
        else:
            times = factor(text, expected)
            remedy = f"Multiply the values by {times:g}" if times else f"Convert the values to {expected}"
            self.errors.about(
                cell, f"the unit {text.strip()!r}", f"{expected!r} for {endpoint}", f"{remedy} and correct the unit."
            )

    @property
    def readable(self) -> bool:
        """Whether the columns of values are known; other missing columns are reported with problems of the values."""
        return bool(self.wide) or all(column in self.named for column in LONG)

    def _find(self) -> None:
        unknown: list[Cell] = []
        texts = [cell.text.strip().casefold() for cell in self.sheet.header]
        for position, (column, cell) in enumerate(
            zip(self.vocabulary.columns(self.sheet.header), self.sheet.header, strict=True)
        ):
            if not texts[position] or texts[position] in texts[:position]:
                continue  # told of already, with the header as a whole
            if column:
                self._place_column(column, position, cell)
            elif found := self.vocabulary.endpoint(cell.text):
                self._place_endpoint(found[0], position, cell, found[1])
            else:
                unknown.append(cell)
        named = set(self.named)
        self._report_unknown(unknown)
        self._report_absent(unknown, named)

    def _place_column(self, column: str, position: int, cell: Cell) -> None:
        unit = in_brackets(cell.text)
        if column == "time" and unit and normalise(unit) not in HOURS:
            self.errors.about(
                cell, f"the unit {unit!r}", "hours", "Convert the times to hours, and write 'time (h)' or 'time'."
            )
        if column in self.named:
            other = self.sheet.header[self.named[column]]
            self.errors.about(
                cell, f"a second column {column!r}", "one", f"{other.name} is one too: delete or rename the other."
            )
        elif self.vocabulary.column(cell.text) is None:
            self.understood.append(f"column {cell.text.strip()!r} is read as {column!r}")
        self.named.setdefault(column, position)

    def _place_endpoint(self, endpoint: str, position: int, cell: Cell, unit: str) -> None:
        if endpoint in self.wide:
            other = self.sheet.header[self.wide[endpoint]]
            found = f"a second column for {endpoint}: {cell.text.strip()!r} and {other.text.strip()!r} ({other.name})"
            options = f"{map_option(other.text, 'KEY')} {map_option(cell.text, 'KEY')}"
            remedy = (
                f"If they are different endpoints, state which, with {options}. Otherwise delete or rename one of them."
            )
            self.errors.about(cell, found, "one column per endpoint", remedy)
        if self.wide.setdefault(endpoint, position) == position and unit:
            self.check_unit(unit, endpoint, cell)

    def _report_unknown(self, unknown: list[Cell]) -> None:
        numbers: list[Cell] = []
        guesses: list[tuple[Cell, str]] = []
        derived: list[tuple[str, Cell]] = []
        absent = [key for key in self.protocol.endpoints if key not in self.wide]
        for cell in self._without_numbered(unknown):
            name = cell.text.strip()
            if "animal" not in self.named and _may_be_animals(cell):
                continue  # asked about with the column that is absent
            inside = self._inside(name)
            if inside and any(word in SPREADS for word in re.findall(r"[^\W\d_]+", name.casefold())):
                found, remedy = (
                    f"the column {name!r}, which is a summary",
                    "Add the values of the animals; if the file already has them, delete this column.",
                )
                self.errors.about(cell, found, "one value per animal", remedy)
            elif inside and DERIVED.search(name):
                found = (
                    f"the column {name!r}, which appears to contain logarithms, instrument readings or relative values"
                )
                meant = (self.vocabulary.endpoint(inside) or ("",))[0]
                expected = f"values of {meant} in {self.protocol.endpoints[meant].unit}"
                self.errors.about(
                    cell, found, expected, "Add those values; if the file already has them, delete this column."
                )
                derived.append((inside, cell))
            elif WELLS.search(name) and (well_of := self._named_in(name)):
                remedy = (
                    "Write one row per well, numbered in a column 'replicate'; if the column contains something else, "
                    "delete it."
                )
                self.errors.about(
                    cell,
                    f"the column {name!r}, which appears to be one of several wells",
                    f"one column for {well_of}",
                    remedy,
                )
            elif guess := self._guess(_bare(cell)):
                guesses.append((cell, guess))
            elif self._may_be_an_endpoint(cell):
                numbers.append(cell)
            else:
                self.understood.append(f"column {name!r} was not used")
        self._ask_about_guesses(guesses)
        for endpoint, cell in derived:
            self._suppose(endpoint, cell)
        if numbers:
            self._ask_about_numbers(numbers, absent)

    def _ask_about_numbers(self, numbers: list[Cell], absent: list[str]) -> None:
        told = ", ".join(f"{cell.text.strip()!r}" for cell in numbers)
        meaning = absent[0] if len(numbers) == len(absent) == 1 else "KEY"
        options = " or ".join(map_option(_bare(cell), meaning) for cell in numbers[:6])
        remedy = f"If one of them is this endpoint, rename it or add {options}; delete the others."
        plural = "s" if len(numbers) > 1 else ""
        found = f"the column{plural} {told}, which contain{'' if plural else 's'} numbers"
        self.errors.about(numbers[0], found, f"{' or '.join(absent)}, which has no column", remedy)

    def _ask_about_guesses(self, guesses: list[tuple[Cell, str]]) -> None:
        """Ask about columns with names similar to a name of the study, in one question for each name of the study."""
        near: dict[str, list[tuple[Cell, str]]] = {}
        for cell, guess in guesses:
            near.setdefault((self.vocabulary.endpoint(guess) or (guess,))[0], []).append((cell, guess))
        for members in near.values():
            cell, guess = members[0]
            found, expected = (
                f"the column {cell.text.strip()!r}",
                f"a column name of this study; the nearest is {guess!r}",
            )
            option = map_option(_bare(cell), guess)
            remedy = (
                f"If it contains {guess!r}, rename it or add {option}; otherwise delete it or give it another name."
            )
            if len(members) > 1:
                found = (
                    f"the columns {' and '.join(repr(other.text.strip()) for other, _ in members)}, which are "
                    "different names"
                )
                expected = f"column names of this study; the nearest to each is {guess!r}"
                options = " ".join(map_option(other.text, "KEY") for other, _ in members)
                remedy = f"State what each one contains, with {options}; delete or rename the others."
            self.errors.about(cell, found, expected, remedy)
            self._suppose(guess, cell)

    def _without_numbered(self, unknown: list[Cell]) -> list[Cell]:
        """Ask about duplicate headers that R or pandas numbered; return the other headers."""
        groups: dict[str, list[tuple[Cell, str]]] = {}
        for cell in unknown:
            numbered = NUMBERED.fullmatch(cell.text.strip())
            if numbered and (meant := self.vocabulary.endpoint(numbered["name"])):
                groups.setdefault(meant[0], []).append((cell, numbered["name"]))
        for endpoint, members in groups.items():
            (cell, name), told = members[0], " and ".join(repr(cell.text.strip()) for cell, _ in members)
            found = f"{told}, which R and pandas write if several columns have the header {name!r}"
            remedy = "If they are wells of one animal, write one row per well, numbered in a column 'replicate'."
            remedy += f" Otherwise rename the correct one to {name!r}, and delete the others."
            self.errors.about(cell, found, f"one column for {endpoint}", remedy)
            self._suppose(endpoint, cell)
        asked = [cell for members in groups.values() for cell, _ in members]
        return [cell for cell in unknown if cell not in asked]

    def _guess(self, name: str) -> str | None:
        """The name that a column's is near to, of those that have no column yet."""
        if KEPT.fullmatch(name):
            return None  # nearest is 'exclude', which says the opposite
        if any(word in normalise(name) for word in EXCLUSION) and "exclude" not in self.named:
            return "exclude"
        long = () if self.wide else LONG
        deciding = nearest_of_numbers(name, [other for other in DECIDING if self._free(other)], cutoff=0.7)
        known = [*REQUIRED, *long, *(name for pair in labelled(self.protocol.endpoints) for name in pair)]
        return (
            nearest_of_numbers(name, [other for other in known if self._free(other)])
            or (deciding if deciding and normalise(name)[:1] == deciding[0] else None)
            or self._inside(name)
            # A column that decides nothing may well be another: 'age' is no misspelt 'cage'.
            or nearest_of_numbers(
                name,
                [other for other in OPTIONAL if other not in (*NOT_ASKED, *DECIDING) and self._free(other)],
                cutoff=0.87,
            )
        )

    def _free(self, name: str) -> bool:
        """Whether a name that a column may be near to has no column yet."""
        found = self.vocabulary.endpoint(name)
        return name not in self.named and not (found and found[0] in self.wide)

    def _inside(self, name: str) -> str | None:
        """An endpoint without a column whose name stands in a header among other words, as in 'Serum IL-6'."""
        if set(LONG) & set(self.named):
            return None
        absent = [key for key in self.protocol.endpoints if key not in self.wide]
        return self.vocabulary.near(
            name, [name for key in absent for name in (key, self.protocol.endpoints[key].label)]
        )

    def _named_in(self, name: str) -> str | None:
        """An endpoint whose name stands in a header, whether it has a column or not."""
        return self.vocabulary.near(name, [name for pair in labelled(self.protocol.endpoints) for name in pair])

    def _suppose(self, guess: str, header: Cell) -> None:
        """Read the cells under a misspelt header as if it were correct, to report more problems of a refused file."""
        position = self.sheet.header.index(header)
        found = self.vocabulary.endpoint(guess)
        if guess in (*REQUIRED, *LONG):
            self.named.setdefault(guess, position)
        elif found and not set(LONG) & set(self.named):
            self.wide.setdefault(found[0], position)

    def _may_be_an_endpoint(self, header: Cell) -> bool:
        """Whether an unknown column of numbers stands beside a wide table that lacks an endpoint."""
        whole = all(column in self.named for column in REQUIRED)
        if not whole or not self.wide or len(self.wide) == len(self.protocol.endpoints):
            return False
        units = {canonical(endpoint.unit) for key, endpoint in self.protocol.endpoints.items() if key not in self.wide}
        stated = in_brackets(header.text)
        another = stated and canonical(stated) not in units and not any(factor(stated, unit) for unit in units)
        words = set(re.findall(r"[^\W\d_]+", header.text.casefold()))
        if (
            another
            or KEPT.fullmatch(header.text)
            or normalise(_bare(header)) in NO_ENDPOINT
            or words & (NO_ENDPOINT_WORDS | SPREADS)
            or DERIVED.search(header.text)
        ):
            return False
        return self._holds_numbers(header)

    def _holds_numbers(self, header: Cell) -> bool:
        position = self.sheet.header.index(header)
        texts = [row[position].text.strip() for row in self.sheet.rows]
        return any(texts) and all(
            re.fullmatch(r"[<>]?\s*[\d.,]+|", text) and not DATE.fullmatch(text) for text in texts
        )

    def _report_absent(self, unknown: list[Cell], named: set[str]) -> None:
        """Tell of the columns that are not there; one that stands under a misspelt header has been told of."""
        first = self.sheet.header[0]
        place = f"row {first.row}" + (f" of {first.sheet!r}" if first.sheet else "")
        numbers = sum(bool(re.fullmatch(r"[<>]?\s*[\d.,]+", cell.text.strip())) for cell in self.sheet.header)
        headers = shortened(", ".join(repr(cell.text.strip()) for cell in self.sheet.header))
        for column in REQUIRED:
            if column not in self.named:
                remedy = (
                    "Is the row of column names missing?"
                    if numbers > len(self.sheet.header) / 2
                    else self._may_be(column, unknown)
                )
                self.errors.about_file(f"no column {column!r} among {headers}", f"a column {column!r}", place, remedy)
        long = [column for column in LONG if column in self.named]
        if set(long) & named and self.wide:
            self.errors.about_file(
                "both a column 'endpoint' or 'value' and a column per endpoint", "one of the two layouts", place
            )
        elif len(long) == 1:
            absent = next(column for column in LONG if column not in self.named)
            remedy = (
                "If all values are of one endpoint, name their column after it, such as "
                f"{next(iter(self.protocol.endpoints))!r}."
            )
            self.errors.about_file(
                f"a column {long[0]!r} without {absent!r}", "both, or one column per endpoint", place, remedy
            )
        elif not long and not self.wide:
            names = " or ".join(repr(key) for key in self.protocol.endpoints)
            options = " or ".join(map_option(_bare(cell), "KEY") for cell in unknown if self._holds_numbers(cell))
            remedy = f"If a column contains an endpoint under another name, add {options}." if options else ""
            expected = f"columns 'endpoint' and 'value', or one per endpoint ({names})"
            self.errors.about_file("no measurements", expected, place, remedy)

    def _may_be(self, column: str, unknown: list[Cell]) -> str:
        """How to say which column is meant: by those that another name, or the cells under it, make likely."""
        if column == "group":
            rows = [(cell, [row[self.sheet.header.index(cell)].text for row in self.sheet.rows]) for cell in unknown]
            likely = [
                cell
                for cell, texts in rows
                if any(map(self.vocabulary.group, texts)) or other_name(cell.text) == column
            ]
        else:
            likely = [cell for cell in unknown if _may_be_animals(cell)]
        told = " or ".join(map_option(cell.text, column) for cell in likely)
        if told:
            return f"Say which one it is: {told}."
        return "Number the animals in a column of their own." if column == "animal" else "Give every animal its group."


def _bare(header: Cell) -> str:
    """A header without its unit."""
    return BRACKETS.sub("", header.text).strip() or header.text.strip()


def _may_be_animals(header: Cell) -> bool:
    return other_name(header.text) == "animal" or normalise(header.text) in SAMPLES
