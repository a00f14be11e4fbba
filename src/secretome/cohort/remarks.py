"""Remarks that contradict how values are read: another unit, logarithms, an exclusion, a death, a time."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from secretome.cohort.columns import Columns, unit_remedy
from secretome.cohort.errors import ErrorCollector, quoted, shorten
from secretome.cohort.files.sheet import Cell, Grid, cell_ranges
from secretome.cohort.replicates import Measurement
from secretome.cohort.units import canonical, factor
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import ANIMAL_WORDS, keys_and_labels
from secretome.protocol import spelling

# Characters and animals that a message shows.
MAX_TEXT, MAX_ANIMALS = 80, 4
# A unit of concentration that no number precedes: 'LPS 10 ng/mL' is a quantity.
_UNIT = re.compile(
    r"(?<![\w/])(?P<amount>[fpnuµμm]?(?:g|mol|iu|u))\s*(?:/|\bper\b|\s)\s*(?P<volume>[dcmuµμ]?l)(?:\^?[-−]1|⁻¹)?(?!\w)",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"[\d.,]\s*$")
# What was done to the values, so that they are not in the unit of the study.
_CONVERTED = re.compile(
    r"(?<![^\W_])(?:log|ln|lg)[\s_-]*(?:2|10|e|₂|₁₀)?[\s_-]*"
    r"(?:transformed|transformation|scale|values?|units?|titres?|titers?)\b"
    r"|(?<![^\W_])log[\s_-]*(?:2|10|₂|₁₀)(?![^\W_])"
    r"|\bfold[\s-]*(?:change|of|over|increase)|\bx[\s-]?fold\b"
    r"|(?:%|per ?cent) of (?:the )?(?:sham|control|vehicle|baseline)"
    r"|\b(?:normali[sz]ed|relative) to\b|\bmultipl(?:y|ied) (?:by|with)\b|\bto be multiplied\b"
    r"|\bnot (?:yet )?(?:corrected|multiplied|adjusted)\b"
    r"|\b(?:in|×|x) ?(?:thousands?|millions?|10 ?\^? ?[3-9³⁴-⁹])(?!\w)",
    re.IGNORECASE,
)
_DEAD = r"died|dead|euthani[sz]ed|verstorben|gestorben|muerto|mati|погиб\w*|умер\w*"
_EXCLUDED = re.compile(
    r"\b(?:exclu\w+|outliers?|omitted|removed|discarded|not (?:included|analy[sz]ed|used)|ausgeschlossen|ausreißer"
    rf"|исключ\w+|death|{_DEAD})\b",
    re.IGNORECASE,
)
# What a remark in the row of an animal says of its death; 'not dead' says the opposite.
_DIED = re.compile(
    rf"†|\b(?:deceased|verendet|muri[óo]|muerta|mort[ea]?|öldü|öldu|{_DEAD})\b|死亡",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:no|not|none|nicht|nein|belum|tidak|не|нет)\b", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?:\b(?:{'|'.join(ANIMAL_WORDS)}|mice|id|no|nr|tier|ratte|maus|tikus|rata|крыс\w*|мыш\w*)(?:s|n|es)?\.?|[#№])[\s.:#№]*"
    r"(?P<numbers>\d+(?:\s*(?:,|;|&|\+|and|und|y|dan|и)\s*\d+)*)",
    re.IGNORECASE,
)
_SAMPLED = re.compile(
    r"\b(?:serum|sera|plasma|blood|samples?|sampling|collect\w*|drawn|taken|harvest\w*|sacrific\w*|post|after)\b",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)\s*(?:h|hrs?|hours?)\b", re.IGNORECASE)
# Steps of an assay or of a treatment, which take other hours.
_PROCEDURE = re.compile(r"incubat|stor(?:ed|age)|wash|block|°c|fast(?:ed|ing)|inject|treat|every|export", re.IGNORECASE)
_SIMULATED = re.compile(
    r"\b(?:simulated|simulation|synthetic data|dummy data|fictitious|invented|made[ -]up)\b", re.IGNORECASE
)
_DILUTED = re.compile(r"\b(?:dilut\w*|verdünn\w*|diluci\w*|pengencer\w*|развед\w*)", re.IGNORECASE)


def find_remarks(grids: Iterable[Grid], tables: Collection[Cell]) -> tuple[Cell, ...]:
    """Return the texts of sheets outside the cells of their tables: around them, and on sheets that contain text."""
    used = {(cell.sheet, cell.position) for cell in tables}
    sheets = {cell.sheet for cell in tables}
    remarks: list[Cell] = []
    for grid in grids:
        cells = [cell for row in grid.rows for cell in row if cell.filled and cell.kind != "merged"]
        texts = [cell for cell in cells if (cell.sheet, cell.position) not in used and not is_value(cell.text)]
        if len(texts) > len(cells) / 2 or (texts and texts[0].sheet in sheets):
            remarks += texts
    return tuple(remarks)


def check_remarks(columns: Columns, measurements: Sequence[Measurement], errors: ErrorCollector) -> list[str]:
    """Refuse what the lines outside the table state against the values; return notes on dilutions."""
    return _Remarks(columns, measurements, errors).check()


def check_deaths(columns: Columns, measurements: Sequence[Measurement], errors: ErrorCollector) -> None:
    """Refuse remarks in the rows of animals with values that say that they died."""
    if "event" in columns.named:
        return
    rows = {(cell.sheet, cell.row) for _, cell in _with_values(measurements)}
    for position, header in columns.unexplained:
        cells = [row[position] for row in columns.sheet.rows if (row[position].sheet, row[position].row) in rows]
        died = [cell for cell in cells if _DIED.search(cell.visible_text) and not _NOT.search(cell.visible_text)]
        if died and f"cell {died[0].name}" not in {problem.place for problem in errors.problems}:
            text = repr(shorten(died[0].visible_text, MAX_TEXT))
            more = f", and others in {cell_ranges(died)}" if len(died) > 1 else ""
            found = f"{text} next to values, in the column {header.text.strip()!r}{more}"
            remedy = "If the animal died before it was sampled, empty its values, and write 1 in a column 'event' and "
            remedy += "the hour in a column 'time'. If it died later, delete the remark."
            errors.add(died[0], found, "no value of a dead animal", remedy)


def _with_values(measurements: Sequence[Measurement]) -> list[Measurement]:
    """The measurements that are neither excluded nor missing."""
    return [each for each in measurements if not each.record["exclude"] and not math.isnan(each.record["lower"])]


class _Remarks:
    def __init__(self, columns: Columns, measurements: Sequence[Measurement], errors: ErrorCollector) -> None:
        self.columns = columns
        self.protocol = columns.protocol
        self.errors = errors
        self.included = [each for each in measurements if not each.record["exclude"]]
        self.animals = dict.fromkeys(record["animal"] for record, _ in _with_values(measurements))

    def check(self) -> list[str]:
        notes = []
        sheet = self.columns.sheet
        for title in dict.fromkeys(
            cell.sheet for cell in sheet.header if cell.sheet and not cell.sheet.startswith("[")
        ):
            self._check_values(title, None)
        for cell in sheet.remarks:
            text = cell.visible_text
            self._check_values(text, cell)
            self._check_animals(text, cell)
            self._check_hours(text, cell)
            if _SIMULATED.search(text) and "origin" not in self.columns.named:
                remedy = "Add a column 'origin' with 'simulated' in every row. If the animals were measured, delete "
                remedy += "the line."
                self._add(cell, text, "measured animals, or a column 'origin'", remedy)
            if _DILUTED.search(text):
                notes.append(f"{shorten(text, MAX_TEXT)!r}: the values are taken as multiplied by any dilution already")
        return notes

    def _check_values(self, text: str, cell: Cell | None) -> None:
        """Refuse another unit, if the table states none, and values that were converted."""
        if found := _CONVERTED.search(text):
            remedy = f"Write the values in the unit of the study; if {found[0]!r} is not about the values, delete it."
            self._add(cell, text, "values in the unit of the study", remedy)
            return
        units = list(_units(text))
        silent: dict[str, list[str]] = {}
        for key in self._endpoints_of(text):
            factors = [factor(unit, self.protocol.endpoints[key].unit) for unit in units]
            if key not in self.columns.units_stated and any(factors) and 1 not in factors:
                silent.setdefault(self.protocol.endpoints[key].unit, []).append(key)
        for expected, keys in silent.items():
            unit = next(unit for unit in units if factor(unit, expected))
            remedy = f"{unit_remedy(unit, expected)} and write the unit in the header, as '{keys[0]} ({expected})'. "
            remedy += f"If the values are in {expected} already, write it in the header, too."
            self._add(cell, text, f"{expected!r} for {' and '.join(keys)}", remedy)

    def _endpoints_of(self, text: str) -> list[str]:
        """The measured endpoints that a text names; all of them if it names none."""
        measured = list(dict.fromkeys(each.record["endpoint"] for each in self.included))
        words = spelling(text)
        named = [
            key
            for key in measured
            if any(spelling(name) in words for name in keys_and_labels({key: self.protocol.endpoints[key]}))
        ]
        return named or measured

    def _check_animals(self, text: str, cell: Cell) -> None:
        """Refuse a line that says of an animal with values that it was excluded or died."""
        if not _EXCLUDED.search(text) or not (animals := list(self._animals_in(text))):
            return
        names = quoted(animals, " and ", most=MAX_ANIMALS)
        remedy = f"If the values of {names} are to be left out, write the reason in their rows in a column 'exclude'; "
        remedy += "if an animal died before it was sampled, empty its cells. Otherwise delete the line."
        self._add(cell, text, f"no values of {names}, or a reason in a column 'exclude'", remedy)

    def _animals_in(self, text: str) -> Iterator[str]:
        numbers = {number for match in _NUMBERED.finditer(text) for number in re.findall(r"\d+", match["numbers"])}
        words = set(re.findall(r"[^\W_][\w./-]*\w", text.casefold()))
        for animal in self.animals:
            form = animal.casefold()
            number = re.fullmatch(r"\D*?0*(\d+)", form)
            is_named = form in words and any(map(str.isdigit, form)) and not form.isdigit()
            if is_named or (number and number[1] in numbers):
                yield animal

    def _check_hours(self, text: str, cell: Cell) -> None:
        """Refuse a line that says that the animals were sampled at another hour than the protocol's."""
        planned = self.protocol.sampling_hour
        hours = [float(hour) for hour in _HOURS.findall(text)]
        if planned is None or not hours or planned in hours or not _SAMPLED.search(text):
            return
        if _EXCLUDED.search(text) or _PROCEDURE.search(text):
            return
        remedy = f"The study is about {planned:g} h. If the line does not state when the animals were sampled, delete "
        remedy += "it."
        self._add(cell, text, f"animals sampled at {planned:g} h", remedy)

    def _add(self, cell: Cell | None, text: str, expected: str, remedy: str) -> None:
        shown = repr(shorten(text, MAX_TEXT))
        if cell is None:
            self.errors.add_at(f"sheet {text!r}", f"{shown} as the title of the sheet", expected, remedy)
        else:
            self.errors.add(cell, f"{shown} outside the table", expected, remedy)


def _units(text: str) -> Iterator[str]:
    """The units of concentration that a text states."""
    for match in _UNIT.finditer(text):
        if not _QUANTITY.search(text[: match.start()]):
            yield canonical(f"{match['amount']}/{match['volume']}")
