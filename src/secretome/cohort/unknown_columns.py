"""Report the columns that are unknown, and those that are missing."""

from __future__ import annotations

import re

from secretome.cohort.blocks import factor_note
from secretome.cohort.columns import Columns, without_unit
from secretome.cohort.errors import ErrorCollector, quoted, shorten_list
from secretome.cohort.files.sheet import Cell
from secretome.cohort.files.words import KEEP_HEADER
from secretome.cohort.headers import DERIVED
from secretome.cohort.remedies import DATE
from secretome.cohort.summary_rows import is_summary
from secretome.cohort.survival_columns import counts_survivors, is_time_of_death, states_deaths
from secretome.cohort.suspect_entries import states_limit
from secretome.cohort.units import canonical, factor
from secretome.cohort.vocabulary import (
    LONG,
    OPTIONAL,
    REQUIRED,
    combined_columns,
    keys_and_labels,
    map_option,
    map_options,
    nearest_with_same_numbers,
    other_name,
    required_column,
    unit_in_brackets,
)
from secretome.protocol import Choice, normalise

# Columns of which a misspelt one would change results.
DECIDING = ("unit", "replicate", "lloq", "uloq", "exposure", "event", "exclude", "origin")
# Columns that only simulations write; notes change nothing.
NOT_SUGGESTED = ("scenario", "seed", "note")
# Headers that may name animals or their samples; the user states which.
SAMPLES = frozenset({"sample", "sampleid", "sampleno", "samplename", "no", "nr", "number", "name", "tube", "well"})
EXCLUSION = ("exclu", "outlier")
WELLS = re.compile(r"\b(dup|repl|rep|well)", re.IGNORECASE)
MEANS = frozenset({"mean", "average", "median"})
SUMMARIES = frozenset({"mean", "average", "median", "sd", "sem", "se", "stdev", "cv", "ci"})
# Headers of other columns of numbers next to endpoints.
NO_ENDPOINT = frozenset({"bw", "day", "hour", "week", "n", "no", "nr", "index"})
NO_ENDPOINT_WORDS = SUMMARIES | frozenset(
    """
    limit detection lod loq lloq uloq llod
    weight bodyweight age date dose temperature temp dilution cage score tag flag dead volume gewicht körpergewicht
    alter datum käfig poids âge вес масса возраст дата клетка unnamed plate
    """.split()
)
# How R and pandas number duplicate headers.
NUMBERED = re.compile(r"(?P<name>.*\w)(\.\.\.?\d+|\.\d+|_\d+)$")
NUMBER = re.compile(r"[<>]?\s*[\d.,]+")
HAS_OTHER_VALUES = "if the file already has them, delete this column."


class UnknownColumns:
    """Reports the unknown and missing columns of a sheet.

    After a report, the cells below a misspelt header are read as if it were correct, to report more problems.
    """

    def __init__(self, columns: Columns, errors: ErrorCollector) -> None:
        self.columns = columns
        self.errors = errors
        self.vocabulary = columns.vocabulary
        self.endpoints = columns.protocol.endpoints
        self.numeric: list[Cell] = []
        self.guesses: list[tuple[Cell, str]] = []
        self.derived: list[tuple[Cell, str]] = []
        # Columns with another problem, which makes others of missing measurements superfluous.
        self.reported: list[Cell] = []

    def report(self) -> None:
        """Add a problem or a note for every unknown column, and a problem for every missing one."""
        named = set(self.columns.named)
        absent = self._absent_endpoints()
        for cell in self._without_numbered(self.columns.unknown):
            self._report_column(cell)
        self._report_guesses()
        for cell, endpoint in self.derived:
            self._read_as(endpoint, cell)
        if self.numeric:
            self._report_numeric(absent)
        self._report_absent(named)

    def _absent_endpoints(self) -> list[str]:
        return [key for key in self.endpoints if key not in self.columns.wide]

    def _report_column(self, cell: Cell) -> None:
        name = cell.text.strip()
        if "animal" not in self.columns.named and _may_be_animals(cell):
            return  # reported with the missing column of animals
        absent = self._absent_endpoint_in(name)
        if absent and states_limit(unit_in_brackets(name)):
            self.columns.refuse_limit(cell, (self.vocabulary.endpoint(absent) or (absent,))[0])
            self._read_as(absent, cell)
            return
        if self._reported_as_death(cell) or self._reported_as_two_endpoints(cell):
            self.reported.append(cell)
            return
        if absent and SUMMARIES & set(_words(name)):
            remedy = f"Add the values of the animals; {HAS_OTHER_VALUES}"
            choice: Choice | None = None
            if MEANS & set(_words(name)) and self.columns.has_required:
                option = map_option(cell.text, absent)
                remedy = f"If it is the mean of the wells of each animal, add {option}. Otherwise: {remedy}"
                choice = self.columns.choice([cell.text.strip()], (self.vocabulary.endpoint(absent) or ("",))[0])
            self.errors.add(cell, f"the column {name!r}, which is a summary", "one value per animal", remedy, choice)
            self.reported.append(cell)
        elif absent and DERIVED.search(name):
            key = (self.vocabulary.endpoint(absent) or ("",))[0]
            found = f"the column {name!r}, which appears to contain logarithms, multiples, readings or relative values"
            expected = f"values of {key} in {self.endpoints[key].unit}"
            self.errors.add(cell, found, expected, f"Add those values; {HAS_OTHER_VALUES}")
            self.derived.append((cell, absent))
        elif WELLS.search(name) and (endpoint := self.vocabulary.similar(name, keys_and_labels(self.endpoints))):
            found = f"the column {name!r}, which appears to be one of several wells"
            remedy = "Write one row per well, numbered in a column 'replicate'; if the column contains something else, "
            self.errors.add(cell, found, f"one column for {endpoint}", f"{remedy}delete it.")
        elif (guess := self._guess(without_unit(cell))) and not (guess == "group" and self._has_no_group(cell)):
            self.guesses.append((cell, guess))
        elif self._may_be_endpoint(cell):
            self.numeric.append(cell)
        else:
            diluted = ": the values are taken as multiplied by it already" if "dilution" in name.casefold() else ""
            self.columns.notes.append(factor_note(cell, self.columns) or f"column {name!r} was not used{diluted}")

    def _reported_as_death(self, cell: Cell) -> bool:
        """Whether a column that states deaths or their times was reported; not used, it would hide the deaths."""
        columns, name = self.columns, cell.text.strip()
        if (columns.protocol.sampling_hour is None and not self.vocabulary.survival) or "event" in columns.named:
            return False
        texts = columns.texts(columns.sheet.header.index(cell))
        if is_time_of_death(name) and any(texts) and "time" not in columns.named:
            remedy = f"If it states when the animals died, add {map_option(without_unit(cell), 'time')}, "
            remedy += "with a column 'event' in which 1 is a death; otherwise delete the column."
            of_times = columns.choice([without_unit(cell)], "time")
            self.errors.add(cell, f"the column {name!r}", "a column 'time' for times of death", remedy, of_times)
            return True
        if not states_deaths(name, texts):
            return False
        choice: Choice | None = None
        option = map_option(without_unit(cell), "event")
        if counts_survivors(name):
            remedy = "Write a column 'event': 1 for an animal that died, 0 for the others; and delete this column."
        else:
            choice = columns.choice([without_unit(cell)], "event")
            remedy = f"If it states which animals died, add {option}; otherwise delete it."
        found = f"the column {name!r}, which states deaths"
        self.errors.add(cell, found, "a column 'event' for deaths", remedy, choice)
        return True

    def _reported_as_two_endpoints(self, cell: Cell) -> bool:
        """Whether a column whose header joins the names of two endpoints was reported."""
        parts = [self.vocabulary.endpoint(part) for part in re.split(r"[/;,&+|]|\band\b", cell.text) if part.strip()]
        if len({part[0] for part in parts if part}) < 2 or not all(parts):
            return False
        found = f"the column {cell.text.strip()!r}, which names several endpoints"
        self.errors.add(cell, found, "one endpoint per column", "Split it into one column for each endpoint.")
        return True

    def _report_numeric(self, absent: list[str]) -> None:
        key = absent[0] if len(self.numeric) == len(absent) == 1 else "KEY"
        options = " or ".join(map_option(without_unit(cell), key) for cell in self.numeric[:6])
        names = quoted(cell.text.strip() for cell in self.numeric)
        several = len(self.numeric) > 1
        found = (
            f"the columns {names}, which contain numbers" if several else f"the column {names}, which contains numbers"
        )
        remedy = f"If one of them is this endpoint, rename it or add {options}; delete the others."
        choice = Choice("column", tuple(without_unit(cell) for cell in self.numeric[:6]), tuple(absent))
        self.errors.add(self.numeric[0], found, f"{' or '.join(absent)}, which has no column", remedy, choice)

    def _report_guesses(self) -> None:
        """Report the columns whose names are similar to one name of the study together."""
        similar: dict[str, list[tuple[Cell, str]]] = {}
        for cell, guess in self.guesses:
            similar.setdefault((self.vocabulary.endpoint(guess) or (guess,))[0], []).append((cell, guess))
        for key, members in similar.items():
            cell, guess = members[0]
            names = [without_unit(other) for other, _ in members]
            choice = self.columns.choice(names, key if len(members) == 1 else "")
            if len(members) > 1:
                names = [other.text.strip() for other, _ in members]
                found = f"the columns {quoted(names, ' and ')}, which are different names"
                expected = f"column names of this study; the nearest to each is {guess!r}"
                remedy = f"State what each one contains, with {map_options(names, 'KEY')}; delete or rename the others."
            else:
                found = f"the column {cell.text.strip()!r}"
                expected = f"a column name of this study; the nearest is {guess!r}"
                option = map_option(without_unit(cell), guess)
                remedy = f"If it contains {guess!r}, rename it or add {option}; otherwise delete or rename it."
            self.errors.add(cell, found, expected, remedy, choice)
            self._read_as(guess, cell)

    def _without_numbered(self, unknown: list[Cell]) -> list[Cell]:
        """Report duplicate headers that R or pandas numbered; return the other headers."""
        numbered: dict[str, list[tuple[Cell, str]]] = {}
        for cell in unknown:
            match = NUMBERED.fullmatch(cell.text.strip())
            if match and (endpoint := self.vocabulary.endpoint(match["name"])):
                numbered.setdefault(endpoint[0], []).append((cell, match["name"]))
        for key, members in numbered.items():
            cell, name = members[0]
            names = quoted((member.text.strip() for member, _ in members), " and ")
            found = f"{names}, which R and pandas write if several columns have the header {name!r}"
            remedy = "If they are wells of one animal, write one row per well, numbered in a column 'replicate'."
            choice = None
            if len(members) == 1 and key not in self.columns.wide:
                remedy = f"If it contains {key}, rename it to {name!r} or add {map_option(cell.text, key)}."
                choice = self.columns.choice([cell.text.strip()], key)
            else:
                remedy += f" Otherwise rename the correct one to {name!r}, and delete the others."
            self.errors.add(cell, found, f"one column for {key}", remedy, choice)
            self._read_as(key, cell)
        reported = [cell for members in numbered.values() for cell, _ in members]
        return [cell for cell in unknown if cell not in reported]

    # -- guesses

    def _guess(self, name: str) -> str | None:
        """The name of a missing column that is similar to a header."""
        if KEEP_HEADER.fullmatch(name):
            return None  # the nearest name is 'exclude', which has the opposite meaning
        if any(word in normalise(name) for word in EXCLUSION) and "exclude" not in self.columns.named:
            return "exclude"
        known = [*REQUIRED, *(() if self.columns.wide else LONG), *keys_and_labels(self.endpoints)]
        column = self._nearest(name, DECIDING, cutoff=0.7)
        return (
            self._nearest(name, known, cutoff=0.6)
            or (column if column and normalise(name)[:1] == column[0] else None)
            or self._absent_endpoint_in(name)
            # A column that changes no result may well be another one: 'age' is not a misspelt 'cage'.
            or self._nearest(
                name, [other for other in OPTIONAL if other not in (*NOT_SUGGESTED, *DECIDING)], cutoff=0.87
            )
        )

    def _nearest(self, name: str, candidates: list[str] | tuple[str, ...], cutoff: float) -> str | None:
        """The most similar name of a column that is missing."""
        return nearest_with_same_numbers(name, [other for other in candidates if self._is_missing(other)], cutoff)

    def _is_missing(self, name: str) -> bool:
        endpoint = self.vocabulary.endpoint(name)
        return name not in self.columns.named and not (endpoint and endpoint[0] in self.columns.wide)

    def _absent_endpoint_in(self, name: str) -> str | None:
        """An endpoint without a column whose name is part of a header, as in 'Serum IL-6'."""
        if set(LONG) & set(self.columns.named):
            return None
        absent = {key: self.endpoints[key] for key in self._absent_endpoints()}
        return self.vocabulary.similar(name, keys_and_labels(absent))

    def _read_as(self, name: str, header: Cell) -> None:
        position = self.columns.sheet.header.index(header)
        endpoint = self.vocabulary.endpoint(name)
        if name in (*REQUIRED, *LONG):
            self.columns.named.setdefault(name, position)
        elif endpoint and not set(LONG) & set(self.columns.named):
            self.columns.wide.setdefault(endpoint[0], position)

    def _may_be_endpoint(self, header: Cell) -> bool:
        """Whether an unknown column of numbers is in a wide table that lacks an endpoint."""
        absent = self._absent_endpoints()
        if not self.columns.has_required or not self.columns.wide or not absent:
            return False
        units = {self.endpoints[key].unit for key in absent}
        unit = unit_in_brackets(header.text)
        has_other_unit = unit and not any(canonical(unit) == canonical(each) or factor(unit, each) for each in units)
        is_other = (
            has_other_unit
            or KEEP_HEADER.fullmatch(header.text)
            or normalise(without_unit(header)) in NO_ENDPOINT
            or NO_ENDPOINT_WORDS & set(_words(header.text))
            or DERIVED.search(header.text)
        )
        return not is_other and self._has_numbers(header)

    def _has_numbers(self, header: Cell) -> bool:
        texts = self.columns.texts(self.columns.sheet.header.index(header))
        return any(texts) and all(not text or (NUMBER.fullmatch(text) and not DATE.fullmatch(text)) for text in texts)

    # -- missing columns

    def _report_absent(self, named: set[str]) -> None:
        """Report missing columns; `named` are those that there were before misspelt headers were reported."""
        header, columns = self.columns.sheet.header, self.columns.named
        place = f"row {header[0].row}" + (f" of {header[0].sheet!r}" if header[0].sheet else "")
        names = shorten_list(quoted(cell.text.strip() for cell in header))
        has_no_header = sum(bool(NUMBER.fullmatch(cell.text.strip())) for cell in header) > len(header) / 2
        for column in REQUIRED:
            if column not in columns:
                likely = [] if has_no_header else self._likely(column)
                remedy = "Is the row of column names missing?" if has_no_header else required_column(column, likely)
                if column == "group" and (doses := self._doses()):
                    others = [cell.text.strip() for cell in self.columns.unknown if not self._has_numbers(cell)]
                    makers = [name for name in (*likely, *others) if name != doses[0].text.strip()][:1]
                    remedy = combined_columns([*makers, doses[0].text.strip()], list(self.columns.protocol.groups)[-1])
                    likely = []
                if column == "animal" and not likely and self._has_one_row_per_group():
                    found = "no column 'animal', and one row per group, as in a table of means"
                    remedy = "Add the values of the animals: from means alone no claim can be tested."
                    self.errors.add_at(place, found, "one row per animal, with columns 'animal' and 'group'", remedy)
                    return
                choice = Choice("column", tuple(likely), (column,)) if likely else None
                self.errors.add_at(place, f"no column {column!r} among {names}", f"a column {column!r}", remedy, choice)
        present = [column for column in LONG if column in columns]
        if set(present) & named and self.columns.wide:
            found = "both a column 'endpoint' or 'value' and a column per endpoint"
            self.errors.add_at(place, found, "one of the two layouts")
        elif len(present) == 1:
            found = f"a column {present[0]!r} without {next(column for column in LONG if column not in columns)!r}"
            remedy = "If all values are of one endpoint, name their column after it, such as "
            remedy += f"{next(iter(self.endpoints))!r}."
            self.errors.add_at(place, found, "both, or one column per endpoint", remedy)
        elif not present and not self.columns.wide and not self.columns.has_survival:
            unknown = [cell for cell in self.columns.unknown if cell not in self.reported and not _is_summary(cell)]
            numeric = [without_unit(cell) for cell in unknown if self._has_numbers(cell)]
            if self.reported and not numeric:
                return
            options = " or ".join(map_option(name, "KEY") for name in numeric)
            remedy = f"If a column contains an endpoint under another name, add {options}." if options else ""
            expected = f"columns 'endpoint' and 'value', or one per endpoint ({quoted(self.endpoints, ' or ')})"
            if not self.endpoints:
                expected = "columns 'time' and 'event'"
            elif self.vocabulary.survival:
                expected += "; for survival 'time' and 'event'"
            choice = Choice("column", tuple(numeric), tuple(self.endpoints)) if numeric else None
            self.errors.add_at(place, "no measurements", expected, remedy, choice)

    def _has_one_row_per_group(self) -> bool:
        """Whether a table without animals names every group in one row only."""
        if "group" not in self.columns.named:
            return False
        texts = [text for text in self.columns.texts(self.columns.named["group"]) if text]
        return len(texts) > 1 and len(set(texts)) == len(texts) and any(map(self.vocabulary.group, texts))

    def _likely(self, column: str) -> list[str]:
        """The headers of the columns that may contain the animals or the groups."""
        may_be = _may_be_animals if column == "animal" else self._may_be_groups
        unknown = self.columns.unknown
        named = [cell for cell in unknown if may_be(cell)]
        by_content = self._identifies_rows if column == "animal" else self._repeats_names
        likely = [cell.text.strip() for cell in named or filter(by_content, unknown)]
        if not likely and column == "animal" and "replicate" in self.columns.named:
            # In tables of R, 'replicate' often numbers the animals of a group.
            likely = [self.columns.sheet.header[self.columns.named["replicate"]].text.strip()]
        return likely

    def _doses(self) -> list[Cell]:
        """The headers of the columns of doses, if no column names the groups."""
        if "group" in self.columns.named:
            return []
        return [cell for cell in self.columns.unknown if normalise(without_unit(cell)).startswith("dos")]

    def _identifies_rows(self, header: Cell) -> bool:
        """Whether a column contains another text in every row."""
        texts = self.columns.texts(self.columns.sheet.header.index(header))
        return len(texts) > 1 and all(texts) and len(set(texts)) == len(texts) and not self._has_numbers(header)

    def _repeats_names(self, header: Cell) -> bool:
        """Whether a column contains a few names, each in several rows."""
        texts = self.columns.texts(self.columns.sheet.header.index(header))
        number = len(set(texts))
        is_few = 1 < number <= 2 * len(self.columns.protocol.groups) and number <= len(texts) / 2
        return is_few and all(texts) and not self._has_numbers(header)

    def _has_no_group(self, header: Cell) -> bool:
        """Whether a column neither contains a group nor begins like the word, as 'route' of doses does not.

        Beside a column of doses, it is one of two that make the groups.
        """
        if self._doses() and header not in self._doses():
            return True
        return not self._may_be_groups(header) and normalise(header.text)[:1] != "g"

    def _may_be_groups(self, header: Cell) -> bool:
        texts = self.columns.texts(self.columns.sheet.header.index(header))
        return other_name(header.text) == "group" or any(map(self.vocabulary.group, texts))


def _may_be_animals(header: Cell) -> bool:
    return other_name(header.text) == "animal" or normalise(header.text) in SAMPLES


def _is_summary(header: Cell) -> bool:
    """Whether a column contains means, spreads or counts."""
    return is_summary(header.text) or bool(SUMMARIES & set(_words(header.text)))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
