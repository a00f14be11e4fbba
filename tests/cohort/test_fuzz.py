"""Whatever a file holds, it is read or refused with sentences: never another error, never a value that is not in it."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import pzfx, xlsx

from secretome.cohort import read_cohort
from secretome.cohort.files.sheet import Cell
from secretome.protocol import InputError, Protocol

shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
cells = st.sampled_from(
    [
        "animal",
        "group",
        "endpoint",
        "value",
        "unit",
        "exclude",
        "origin",
        "foxp3_cd25pos",
        "foxp3_cd25neg",
        "without",
        "with_cm",
        "a",
        "b",
        "3.45",
        "3,45",
        "1,250",
        "<2",
        "",
        "NA",
        "ND",
        "1e999",
        '"',
        "'",
        "=1+1",
        "\x00",
        "%",
        "measured",
        "−3",
        "é",
        "٣",
    ]
)
tables = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8)


def read_or_refuse(path: Path, content: bytes, protocol: Protocol) -> None:
    path.write_bytes(content)
    try:
        cohort = read_cohort(path, protocol)
    except InputError as error:
        assert error.problems
        assert all(problem.found and problem.expected for problem in error.problems)
    else:
        assert not cohort.values.empty
        assert set(cohort.values["group"]) <= set(protocol.groups)


@shared_folder
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, protocol: Protocol, content: bytes) -> None:
    read_or_refuse(tmp_path / "any.csv", content, protocol)


@shared_folder
@given(rows=tables, delimiter=st.sampled_from([",", ";", "\t"]), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_table_is_read_or_refused(
    tmp_path: Path, protocol: Protocol, rows: list[list[str]], delimiter: str, end: str
) -> None:
    read_or_refuse(tmp_path / "table.csv", end.join(delimiter.join(row) for row in rows).encode(), protocol)


@shared_folder
@given(rows=tables)
def test_any_rows_below_a_good_header_are_read_or_refused(
    tmp_path: Path, protocol: Protocol, rows: list[list[str]]
) -> None:
    text = "animal;group;foxp3_cd25pos;foxp3_cd25neg;note\n" + "\n".join(";".join(row) for row in rows)
    read_or_refuse(tmp_path / "rows.csv", text.encode(), protocol)


# -- mutated cohorts: sound ones give the clean values, broken ones name the broken cell

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
GROUPS = ["sham", "control", "t1", "t2"]
NAMES = {
    "sham": ["sham", "Sham", "sham."],
    "control": ["control", "Septic control", "septic_control", "Control."],
    "t1": ["t1", "T-1", "150 µL secretome", "150µl-secretome"],
    "t2": ["t2", "T 2", "300 µL secretome"],
}
# What people change in a name without meaning another: capitals and spaces.
VARIED = [
    str,
    lambda name: name.upper().replace("\N{GREEK CAPITAL LETTER MU}", "µ"),
    str.lower,
    lambda name: f" {name} ",
]
VALUES = {
    "il6": [["<15.6", "14", "17.25"], ["118.5", "92", ">1000"], ["48", "61.5", "39.75"], ["35", "27.5", "<15.6"]],
    "il4": [["25.1", "31", "22"], ["17", "14.5", "19"], ["20", "16.25", "23"], ["27", "33", "24.5"]],
}
HEADERS = {"il6": ["il6", "IL-6 (pg/mL)", "IL 6", "il6_pg_ml"], "il4": ["il4", "IL-4", "IL-4 [pg/ml]"]}
UNREADABLE = [
    "ND",
    "abc",
    "1.2.3",
    "12..5",
    "3 000",
    "+-",
    "1e999",
    "<0",
    "-5",
    "0",
    "5 ng",
    "<",
    "=1+1",
    "31%",
    "#REF!",
]
NO_GROUP = ["contrl", "T3", "", "sham control", "?"]
CLEAN = sorted(
    (
        group,
        endpoint,
        0.0 if "<" in text else float(text.strip("<>")),
        float("inf") if ">" in text else float(text.strip("<>")),
    )
    for endpoint, groups in VALUES.items()
    for group, texts in zip(GROUPS, groups, strict=True)
    for text in texts
)


@dataclass
class Mutant:
    """A cohort file and the cells in it that no one could read."""

    name: str
    content: bytes
    broken: set[str]


class Writer:
    """Lays the twelve rats out as a laboratory might, with every choice drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.kind = self.one(["csv", "csv", "xlsx", "pzfx"])
        self.layout = "groups" if self.kind == "pzfx" else self.one(["wide", "long", "groups"])
        self.comma = draw(st.booleans())
        self.broken: list[tuple[int, int]] = []
        # One name for a group or an endpoint in a file: two would be asked about.
        self.names = {group: self.one(names) for group, names in NAMES.items()}
        self.headers = {endpoint: self.one(names) for endpoint, names in HEADERS.items()}

    def name(self, group: str) -> str:
        return str(self.one(VARIED)(self.names[group]))

    def one(self, choices: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(choices))

    def some(self, chance: int = 3) -> bool:
        return self.draw(st.integers(0, chance)) == 0

    def value(self, text: str) -> object:
        if self.kind == "xlsx" and text[0].isdigit() and not self.some():
            return float(text)
        spaced = f" {text} " if self.some() else text
        return spaced.replace(".", ",") if self.comma else spaced

    def animals(self) -> list[list[object]]:
        header = {"animal": "Animal", "group": "group", **self.headers}
        if self.layout == "long":
            header = {"animal": "animal", "group": "Group", "endpoint": "endpoint", "value": "value"}
        columns = self.draw(st.permutations([*header, *(["note"] if self.some() else [])]))
        rows: list[list[object]] = [[header.get(name, name) for name in columns]]
        for number in range(12):
            group, at = GROUPS[number // 3], number % 3
            facts = {
                "animal": self.one([f"00{number}", f"{number}E5", f"rat {number}"]),
                "group": self.name(group),
                "note": "sham or t1",
            }
            for endpoint, groups in VALUES.items():
                facts[endpoint] = self.value(groups[number // 3][at])
                if self.layout == "long":
                    facts |= {"endpoint": self.headers[endpoint], "value": facts[endpoint]}
                    rows.append([facts[name] for name in columns])
            if self.layout == "wide":
                rows.append([facts[name] for name in columns])
        self.break_cells(
            rows, [at for at, name in enumerate(columns) if name in ("value", "il6", "il4")], columns.index("group")
        )
        return rows

    def break_cells(self, rows: list[list[object]], values: list[int], group: int | None) -> None:
        for _ in range(self.draw(st.integers(0, 2))):
            row = self.draw(st.integers(1, len(rows) - 1))
            column = self.one([*values, group] if group is not None else values)
            if (row, column) not in self.broken and (group is None or (row, group) not in self.broken):
                rows[row][column] = self.one(NO_GROUP if column == group else UNREADABLE)
                self.broken.append((row, column))

    def groups(self) -> dict[str, list[list[object]]]:
        """One table per endpoint, its rows under a row of groups."""
        order = self.draw(st.permutations(range(4)))
        tables = {}
        for endpoint, groups in VALUES.items():
            names = [self.name(GROUPS[at]) for at in order]
            tables[endpoint] = [names, *([self.value(groups[at][row]) for at in order] for row in range(3))]
        self.break_cells(tables["il6"], [0, 1, 2, 3], None)
        return tables

    def mutant(self) -> Mutant:
        if self.layout != "groups":
            return self.sheet([*self.above(), *self.animals()], len(self.above_rows), self.below())
        tables = self.groups()
        if self.kind == "pzfx":
            content = pzfx(
                {
                    self.one(HEADERS[key]): dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
                    for key, rows in tables.items()
                }
            )
            title = ElementTree.fromstring(content).find(".//Title").text  # type: ignore[union-attr]
            cells = {Cell("", row, column + 1, str(title)).name for row, column in self.broken}
            return Mutant("rats.pzfx", content, cells)
        il6, il4 = tables["il6"], tables["il4"]
        rows = [*self.above(), [self.one(HEADERS["il6"])], *il6, [self.one(HEADERS["il4"])], *il4]
        return self.sheet(rows, len(self.above_rows) + 1, [])

    def above(self) -> list[list[object]]:
        self.above_rows: list[list[object]] = [
            [text] for text in self.draw(st.lists(st.sampled_from(["Plate 3", "Reader: X", "n = 12"]), max_size=3))
        ]
        if self.above_rows and self.some(1):
            self.above_rows.append([])
        return self.above_rows

    def below(self) -> list[list[object]]:
        return self.one([[], [], [[], ["Measured twice"]], [["End"]], [[], [], ["Version", "two"]]])

    def sheet(self, rows: list[list[object]], shift: int, below: list[list[object]]) -> Mutant:
        title = self.one(["Sheet1", "Lab data"]) if self.kind == "xlsx" else ""
        broken = {Cell("", row + shift + 1, column + 1, title).name for row, column in self.broken}
        rows = [*rows, *below]
        if self.kind == "xlsx":
            return Mutant("rats.xlsx", xlsx({title: rows, **({"Notes": [["nothing"]]} if self.some() else {})}), broken)
        delimiter = self.one([";", "\t", "|"] if self.comma else [",", ";", "\t", "|"])
        stream = io.StringIO(newline="")
        quoting = self.one([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        width = max(map(len, rows)) + self.draw(st.integers(0, 2))
        csv.writer(
            stream, delimiter=delimiter, quoting=quoting, lineterminator=self.one(["\n", "\r\n", "\r"])
        ).writerows([*row, *[""] * (width - len(row))] if self.some(1) else row for row in rows)
        return Mutant(
            "rats.csv", stream.getvalue().encode(self.one(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), broken
        )


@st.composite
def mutants(draw: st.DrawFn) -> Mutant:
    return Writer(draw).mutant()


@settings(max_examples=EXAMPLES)
@given(mutant=mutants())
def test_mutated_cohort_gives_the_clean_values_or_names_the_cell(sepsis_protocol: Protocol, mutant: Mutant) -> None:
    try:
        cohort = read_cohort(Path(mutant.name), sepsis_protocol, mutant.content)
    except InputError as error:
        assert mutant.broken, error
        named = {problem.place.removeprefix("cell ") for problem in error.problems}
        assert mutant.broken <= named, error
    else:
        assert not mutant.broken
        assert (
            sorted(cohort.values[["group", "endpoint", "lower", "upper"]].itertuples(index=False, name=None)) == CLEAN
        )


@settings(max_examples=EXAMPLES)
@given(
    mutant=mutants(), damage=st.lists(st.tuples(st.integers(0, 10**6), st.integers(-1, 255)), min_size=1, max_size=4)
)
def test_bytes_changed_at_random_are_read_or_refused(
    sepsis_protocol: Protocol, mutant: Mutant, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(mutant.content)
    for place, byte in damage:
        at = place % max(1, len(content))
        content[at : at + 1] = b"" if byte < 0 else bytes([byte])
    try:
        cohort = read_cohort(Path(mutant.name), sepsis_protocol, bytes(content))
    except InputError as error:
        assert all(problem.found and problem.expected for problem in error.problems)
    else:
        assert set(cohort.values["group"]) <= set(GROUPS)


# -- several tables in a file: joined to the clean values


@st.composite
def several_tables(draw: st.DrawFn) -> Mutant:
    """The twelve rats on several sheets, in tables beside or under each other, or transposed."""
    writer = Writer(draw)
    layout = writer.one(["sheet per endpoint", "sheet per group", "side by side", "one under another", "transposed"])
    writer.kind = "xlsx" if layout.startswith("sheet") else writer.one(["csv", "xlsx"])
    ids = [writer.one(["rat {}", "A-{:03}", "{}"]).format(number + 1) for number in range(12)]
    if len({each.strip("rat A-").lstrip("0") for each in ids}) < 12:
        ids = [f"rat {number}" for number in range(1, 13)]

    def table(endpoints: Sequence[str], groups: Sequence[int], *, named: bool) -> list[list[object]]:
        rats = draw(st.permutations([3 * group + at for group in groups for at in range(3)]))
        rows = [["animal", *(["group"] if named else []), *(writer.headers[key] for key in endpoints)]]
        for rat in rats:
            values = [writer.value(VALUES[key][rat // 3][rat % 3]) for key in endpoints]
            rows.append([ids[rat], *([writer.name(GROUPS[rat // 3])] if named else []), *values])
        return rows

    every = range(4)
    if layout == "sheet per endpoint":
        sheets = {key.upper(): table([key], every, named=True) for key in VALUES}
    elif layout == "sheet per group":
        sheets = {writer.names[GROUPS[at]]: table(list(VALUES), [at], named=False) for at in every}
    elif layout == "side by side":
        left, right = (table([key], every, named=True) for key in VALUES)
        sheets = {"Data": [[*one, "", *other] for one, other in zip(left, right, strict=True)]}
    elif layout == "one under another":
        above, below = (table([key], every, named=True) for key in VALUES)
        sheets = {"Data": [*above, [], *below]}
    else:
        sheets = {"Data": [list(row) for row in zip(*table(list(VALUES), every, named=True), strict=True)]}
    if writer.kind == "xlsx":
        return Mutant("rats.xlsx", xlsx(sheets), set())
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";" if writer.comma else writer.one([",", ";", "\t"])).writerows(sheets["Data"])
    return Mutant("rats.csv", stream.getvalue().encode("utf-8"), set())


@settings(max_examples=EXAMPLES)
@given(mutant=several_tables())
def test_several_tables_give_the_clean_values(sepsis_protocol: Protocol, mutant: Mutant) -> None:
    values = read_cohort(Path(mutant.name), sepsis_protocol, mutant.content).values
    assert sorted(values[["group", "endpoint", "lower", "upper"]].itertuples(index=False, name=None)) == CLEAN
    assert values.groupby("animal")["group"].nunique().eq(1).all()
    assert len(values["animal"].unique()) == 12
