"""Read a cohort file: one row per animal and endpoint, checked against the protocol."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pandas as pd

from secretome.cohort.averaged_units import DIED, MEMBERS, average_units
from secretome.cohort.blocks import block_notes, check_labels, other_factors
from secretome.cohort.columns import Columns
from secretome.cohort.decimals import WORDS, DecimalMark, decimal_of, decimal_problem, find_decimal_marks
from secretome.cohort.display_checks import Entry, check_displayed
from secretome.cohort.errors import CohortError, ErrorCollector
from secretome.cohort.event_columns import EventColumns
from secretome.cohort.files.delimited import encoding_problem, is_garbled, recognised_encoding
from secretome.cohort.files.opening import read_bytes
from secretome.cohort.files.sheet import Cell, Sheet
from secretome.cohort.flag_checks import check_flags
from secretome.cohort.format_checks import check_formatting
from secretome.cohort.group_checks import check_groups
from secretome.cohort.layouts import read_sheet
from secretome.cohort.measurements import MeasurementReader, carried
from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.name_matching import refuse_unused_groups
from secretome.cohort.notes import describe
from secretome.cohort.out_of_range import out_of_range, without_unit
from secretome.cohort.remarks import check_deaths, check_remarks
from secretome.cohort.repeated_times import BASELINE, at_time_of_protocol
from secretome.cohort.replicates import Measurement, average_wells, number_within_groups, refuse_repeats
from secretome.cohort.sample_key import KeyFile
from secretome.cohort.survival import survival_notes, survival_of
from secretome.cohort.suspect_entries import entry_notes
from secretome.cohort.unknown_columns import UnknownColumns
from secretome.cohort.values import reciprocal
from secretome.cohort.vocabulary import AUXILIARY, Vocabulary, map_option
from secretome.protocol import ORIGINS, InputError, Origin, Protocol, sha256, sides

# Columns of `Cohort.values`, in this order; the columns that are kept as they are lie between them.
FIRST = ("animal", "group", "endpoint", "value", "lower", "upper", "count", "exposure", "total")
LAST = ("time", "dead", "exclude")
# Control characters other than tabs and line ends, and those that change the direction of text.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def read_cohort(
    path: Path,
    protocol: Protocol,
    content: bytes | None = None,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
    decimal: str | None = None,
    key: Path | KeyFile | None = None,
) -> Cohort:
    r"""Read a cohort file and check it against the protocol.

    Parameters
    ----------
    path : Path
        Delimited text, a workbook (.xlsx, .xlsm, .xls, .ods) or a Prism file (.pzfx). One row per measurement (columns
        ``endpoint`` and ``value``), one column per endpoint, or one column per group.
    protocol : Protocol
        The study.
    content : bytes, optional
        The content of the file, if it is not on disk.
    sheet : str, optional
        The sheet or table to use, if several contain a table of the study.
    names : mapping, optional
        Names of groups, endpoints and columns in the file, each with its name in the study.
    decimal : {"point", "comma", ".", ","}, optional
        The decimal mark in text cells, if the file alone is ambiguous.
    key : Path or KeyFile, optional
        A file that states the animal and the group of each sample, if the file names samples only.

    Returns
    -------
    Cohort
        The tidy, checked values of the cohort, with notes on how the file was read.

    Raises
    ------
    InputError
        With every problem in the file, by cell.

    Examples
    --------
    >>> from secretome.protocol import InputError, load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> lines = b"animal,group,il6\nrat 1,sham,<15.6\nrat 2,control,11o"
    >>> try:
    ...     read_cohort(Path("rats.csv"), protocol, lines)
    ... except InputError as error:
    ...     print(str(error).partition(";")[0])
    rats.csv, cell C3: found '11o'
    """
    name, vocabulary, mark = cohort_id(path), Vocabulary(protocol, names), decimal_of(decimal)
    key_file = KeyFile(key, read_bytes(key)) if isinstance(key, Path) else key
    command = _check_command(path, protocol, sheet, names, key_file)
    content = read_bytes(path) if content is None else content
    with _checked_encoding(content, path):
        table = read_sheet(path, vocabulary, content, sheet, key_file)
        cohort = _CohortReader(table, vocabulary, mark, command).read(name)
    read_with = replace(cohort, sheet=sheet or "", names=dict(names or {}), decimal=WORDS[mark] if mark else "")
    return replace(read_with, key_path=key_file.path, key_sha256=sha256(key_file.content)) if key_file else read_with


@contextmanager
def _checked_encoding(content: bytes, path: Path) -> Iterator[None]:
    """Report an unusual encoding with the other problems, or alone if it is unknown and names are garbled."""
    try:
        yield
    except InputError as error:
        if recognised := recognised_encoding(content, path):
            raise CohortError([recognised, *error.problems]) from error
        is_suspect = any(is_garbled(problem.found) for problem in error.problems)
        if is_suspect and (problem := encoding_problem(content, path)):
            raise InputError([problem]) from error
        raise


def _check_command(
    path: Path, protocol: Protocol, sheet: str | None, names: Mapping[str, str] | None, key: KeyFile | None
) -> str:
    """The command that checks a file in the same way."""
    words = ["secretome", "check", protocol.key, shlex.quote(str(path))]
    words += ["--key", shlex.quote(str(key.path))] if key else []
    words += ["--sheet", shlex.quote(sheet)] if sheet else []
    return " ".join([*words, *(map_option(old, new) for old, new in (names or {}).items())])


class _CohortReader:
    """Reads one sheet; problems are collected and reported together."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, decimal: DecimalMark | None, command: str) -> None:
        self.sheet = sheet
        self.decimal = decimal
        self.command = command
        self.vocabulary = vocabulary
        self.protocol = vocabulary.protocol
        self.errors = ErrorCollector(sheet.path, sheet.problems)
        self.columns = Columns(sheet, vocabulary, self.errors)
        UnknownColumns(self.columns, self.errors).report()
        self.events = EventColumns(self.columns, self.errors)
        self.notes = [*sheet.notes, *self.columns.notes]

    def read(self, name: str) -> Cohort:
        self._refuse_control_characters()
        if not self.columns.has_values:
            self.errors.raise_if_any()
        reader = MeasurementReader(self.columns, self.events, self.errors)
        self.notes += reader.match_names()
        entries = list(reader.entries())
        self._check_cells(entries)
        auxiliary = reader.set_decimal_marks(self._decimal_marks(entries))
        measurements = [measurement for entry in entries if (measurement := reader.measurement(entry)) is not None]
        check_flags(self.columns, measurements, self.errors)
        check_groups(self.columns, measurements, self.errors)
        check_deaths(self.columns, measurements, self.errors)
        self.notes += check_remarks(self.columns, measurements, self.errors)
        origin = self._origin()
        if not measurements and self.columns.has_survival:
            measurements = list(reader.animals(self.vocabulary.survival))
        check_labels(measurements, self.columns, self.errors)
        measurements, wells = self._combine(measurements)
        measurements = self._with_survival(measurements)
        self.errors.raise_if_any()
        values, excluded = self._frames(measurements)
        stated = self.columns.units_stated
        self.notes += [*self.vocabulary.notes, *auxiliary.notes(), *wells, *other_factors(self.columns)]
        assayed = values["endpoint"] != self.vocabulary.survival
        if assayed.any():
            self.notes += entry_notes(values, self.protocol)
            self.notes += describe(values[assayed], excluded, self.protocol, stated)
        self.notes += survival_notes(measurements, self.protocol, self.vocabulary.survival, self.vocabulary.time_unit)
        return Cohort(
            name,
            self.sheet.path,
            self.sheet.sha256,
            origin,
            values,
            excluded,
            tuple(self.notes),
            scenario=self._constant("scenario"),
            seed=self._constant("seed"),
            units_stated=frozenset(stated),
        )

    def _refuse_control_characters(self) -> None:
        """Refuse characters that nobody types, which would change a terminal or the direction of text on a page."""
        for cell in self.sheet.cells:
            if match := CONTROL.search(cell.text):
                found = f"the invisible character U+{ord(match[0]):04X} in {cell.text[:40]!r}"
                self.errors.add(cell, found, "text without control characters", "Clear the cell, and type it again.")

    def _check_cells(self, entries: list[Entry]) -> None:
        self.notes += check_formatting(self.columns, [entry.cell for entry in entries], self.errors)
        included = [entry for entry in entries if not self.columns.is_excluded(entry.row)]
        self.notes += check_displayed(included, self.columns, self.errors)

    def _decimal_marks(self, entries: list[Entry]) -> dict[int, str]:
        """The decimal mark of each column of numbers; an ambiguous file is one problem."""
        cells: dict[int, list[tuple[Cell, str]]] = {}
        for entry in entries:
            endpoint = self.protocol.endpoints[entry.endpoint]
            text = reciprocal(entry.cell.text) if endpoint.kind == "titre" else entry.cell.text
            text, _ = without_unit(text, endpoint)
            marked = out_of_range(text)
            text = marked.number if marked and marked.number else text
            # A typed number has no decimal mark, so it is no evidence about the others.
            cells.setdefault(entry.column, []).extend([(entry.cell, text)] if entry.cell.kind != "number" else [])
        named = [self.columns.named[name] for name in AUXILIARY if name in self.columns.named]
        for column in (*named, *self.columns.limits.values()):
            cells[column] = [(row[column], row[column].text) for row in self.sheet.rows if row[column].kind != "number"]
        marks = find_decimal_marks(cells, self.sheet.delimiter, self.decimal, self.sheet.decimal)
        if marks.ambiguous:
            self.errors.problems.append(decimal_problem(marks, self.sheet.path.name, self.command))
        self.notes += marks.notes
        return marks.by_column

    def _combine(self, measurements: list[Measurement]) -> tuple[list[Measurement], list[str]]:
        """One measurement per animal, group and endpoint, and notes on replicate wells."""
        wells: list[str] = []
        # Without a column of animals or of groups, no two rows can be compared.
        if self.columns.has_required:
            self.notes += number_within_groups(measurements, self.protocol)
            before = len(self.errors.problems)
            measurements, times = at_time_of_protocol(measurements, self.columns, self.errors)
            times_are_known = len(self.errors.problems) == before
            measurements, wells = average_wells(measurements, self.errors, self.protocol)
            wells = [*times, *wells]
        else:
            measurements, times_are_known = [], True
        refuse_repeats(measurements, self.errors, self.protocol)
        if self.protocol.unit and not self.errors.problems:
            measurements, notes = average_units(measurements, self.protocol, self.errors)
            wells += notes
        wells += block_notes(measurements, self.protocol, self.errors)
        if times_are_known:
            self.notes += self.events.check(measurements)
        return measurements, wells

    def _with_survival(self, measurements: list[Measurement]) -> list[Measurement]:
        """The measurements, with the survival of each animal where the study has it and the file states it."""
        survival, protocol = self.vocabulary.survival, self.protocol
        if not self.columns.has_survival:
            return measurements
        assayed = [measurement for measurement in measurements if measurement.record["endpoint"] != survival]
        if self.vocabulary.survival_optional and not self.columns.states_survival:
            return assayed
        return [*assayed, *survival_of(measurements, survival, protocol.sampling_hour, self.errors)]

    def _origin(self) -> Origin:
        stated = {self.columns.text(row, "origin").casefold() for row in self.sheet.rows}
        if not stated - {""}:
            return "measured"
        if len(stated) > 1 or not stated <= set(ORIGINS):
            found = f"the origins {', '.join(repr(text) for text in sorted(stated))}"
            header = self.sheet.header[self.columns.named["origin"]]
            self.errors.add(header, found, f"the same one of {', '.join(ORIGINS)} in every row")
            return "measured"
        return cast(Origin, stated.pop())

    def _constant(self, column: str) -> str:
        """The text of a column, if it is the same in every row."""
        texts = {self.columns.text(row, column) for row in self.sheet.rows}
        return texts.pop() if len(texts) == 1 else ""

    def _frames(self, measurements: list[Measurement]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The values and the excluded values."""
        frame = pd.DataFrame(
            [record for record, _ in measurements],
            columns=[*FIRST, *carried(self.protocol), *LAST, *self._further_columns()],
        )
        included = frame["exclude"] == ""
        values, excluded = frame[included].reset_index(drop=True), frame[~included].reset_index(drop=True)
        self._check_not_empty(values)
        empty = [group for group in self.protocol.groups if group not in set(frame["group"])]
        unused = [at for at in range(len(self.sheet.header)) if at not in self.columns.used]
        refuse_unused_groups(self.sheet, unused, empty, self.vocabulary, self.errors)
        self.errors.raise_if_any()
        return values, excluded

    def _further_columns(self) -> Iterator[str]:
        """The columns of the values that only some protocols need."""
        yield from (MEMBERS, DIED) if self.protocol.unit else ()
        yield from (BASELINE,) if self.protocol.baseline is not None else ()

    def _check_not_empty(self, values: pd.DataFrame) -> None:
        measured = values[values["lower"].notna()]
        if measured.empty:
            cells = f"; all {len(values)} cells for them are empty" if len(values) else ""
            remedy = "Fill in the values, and check the file again." if len(values) else ""
            self.errors.add_at("", f"no value that is neither missing nor excluded{cells}", "one or more", remedy)
        elif self.protocol.design == "paired":
            treated, control = self.protocol.pair
            known = {
                group: set(rows[["animal", "endpoint"]].itertuples(index=False))
                for group, rows in measured.groupby("group")
            }
            compared = map(sides, self.protocol.contrasts_of())
            if not any(known.get(one, set()) & known.get(other, set()) for one, other in compared):
                unit = self.protocol.experimental_unit
                expected = f"pairs: the same id in the column 'animal' for both values of each {unit}"
                self.errors.add_at("", f"no {unit} with a value in both {control} and {treated}", expected)
