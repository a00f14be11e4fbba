"""Tables over several sheets, beside each other, one under another or transposed: joined, or one question."""

from collections.abc import Sequence
from itertools import zip_longest

import pytest
from making import Rows, read, refused, xlsx

from secretome.cohort import Cohort
from secretome.protocol import Protocol

GROUPS = ("sham", "control", "t1", "t2")
VALUES = {
    "il6": [22.1, 18.4, 25.7, 118.5, 140.2, 99.7, 61.2, 70.3, 55.8, 31.7, 40.1, 35.5],
    "il4": [24.1, 26.3, 22.8, 16.0, 14.2, 17.7, 18.8, 19.1, 20.1, 22.4, 21.1, 23.3],
}
LABELS = {"il6": "IL-6", "il4": "IL-4"}
RATS = [
    [f"r{at + 1}", GROUPS[at // 3], il6, il4]
    for at, (il6, il4) in enumerate(zip(VALUES["il6"], VALUES["il4"], strict=True))
]
WIDE = [["rat", "group", "IL-6", "IL-4"], *RATS]
READ = {(key, group): VALUES[key][3 * at : 3 * at + 3] for key in VALUES for at, group in enumerate(GROUPS)}
ONLY_IL6 = {pair: values for pair, values in READ.items() if pair[0] == "il6"}


def endpoint(key: str, header: str = "") -> Rows:
    """A table of one endpoint."""
    column = 2 if key == "il6" else 3
    return [["rat", "group", header or LABELS[key]], *([*row[:2], row[column]] for row in RATS)]


def group(name: str, *columns: str) -> Rows:
    """A table of one group, with these columns of `WIDE` or 'number', the number of the rat in its group."""
    rows = [[*row, at % 3 + 1] for at, row in enumerate(RATS) if row[1] == name]
    places = [[*WIDE[0], "number"].index(column) for column in columns]
    header = ["rat" if column == "number" else column for column in columns]
    return [header, *([row[at] for at in places] for row in rows)]


def beside(*tables: Rows, gap: int = 1) -> Rows:
    widths = [max(map(len, table)) for table in tables]
    padded = [
        [[*row, *[None] * (width + gap - len(row))] for row in table]
        for table, width in zip(tables, widths, strict=True)
    ]
    empty = [[None] * (width + gap) for width in widths]
    return [
        [cell for row, blank in zip(rows, empty, strict=True) for cell in row or blank] for rows in zip_longest(*padded)
    ]


def under(*tables: Rows, gap: int = 1) -> Rows:
    return [row for table in tables for row in (*table, *[[]] * gap)]


def transposed(table: Rows) -> Rows:
    return [list(column) for column in zip(*table, strict=True)]


def titled(title: str, table: Rows) -> Rows:
    return [[title], *table]


def by_group(cohort: Cohort) -> dict[tuple[str, str], list[float]]:
    rows = cohort.values.dropna(subset=["value"])
    return {(str(key), str(name)): list(found["value"]) for (key, name), found in rows.groupby(["endpoint", "group"])}


ENDPOINTS = (endpoint("il6"), endpoint("il4"))
GENERAL = (endpoint("il6", "Conc. (pg/mL)"), endpoint("il4", "Conc. (pg/mL)"))
IDS, NUMBERED, NO_IDS = (
    [group(name, *columns, "IL-6", "IL-4") for name in GROUPS] for columns in (["rat"], ["number"], [])
)
WITH_GROUP = [group(name, "rat", "group", "IL-6", "IL-4") for name in GROUPS]
SECTIONS = [
    ["rat", "IL-6", "IL-4"],
    *(row for name, table in zip(GROUPS, IDS, strict=True) for row in ([name], *table[1:])),
]
ONE_IN_TITLE = {
    f"{LABELS[key]} {name}": [["rat", "conc"], *group(name, "rat", LABELS[key])[1:]]
    for key in VALUES
    for name in GROUPS
}
OF_GROUPS = [titled(name, table) for name, table in zip(GROUPS, IDS, strict=True)]
SHEETS_OF_SAMPLES = {
    LABELS[key]: [["sample", LABELS[key]], *([f"S{at}", value] for at, value in enumerate(VALUES[key]))]
    for key in VALUES
}
KEY = [["sample", "rat", "group"], *([f"S{at}", *row[:2]] for at, row in enumerate(RATS))]

JOINED: dict[str, dict[str, Rows]] = {
    "sheet per endpoint": dict(zip(LABELS.values(), ENDPOINTS, strict=True)),
    "sheet per endpoint in another order": {"IL-6": ENDPOINTS[0], "IL-4": [ENDPOINTS[1][0], *ENDPOINTS[1][:0:-1]]},
    "sheet per endpoint, named by its title": dict(zip(LABELS.values(), GENERAL, strict=True)),
    "sheet per group": dict(zip(GROUPS, IDS, strict=True)),
    "sheet per group with a column of groups": dict(zip(GROUPS, WITH_GROUP, strict=True)),
    "sheet per group, ids from 1": dict(zip(GROUPS, NUMBERED, strict=True)),
    "sheet per group without ids": dict(zip(GROUPS, NO_IDS, strict=True)),
    "sheet per endpoint and group": ONE_IN_TITLE,
    "plates with different groups": {"Plate 1": WIDE[:7], "Plate 2": [WIDE[0], *WIDE[7:]]},
    "endpoints beside each other": {"S": beside(*ENDPOINTS)},
    "endpoints beside each other without a gap": {"S": beside(*ENDPOINTS, gap=0)},
    "endpoints beside each other, named by titles": {
        "S": beside(*(titled(LABELS[key], table) for key, table in zip(VALUES, GENERAL, strict=True)))
    },
    "groups beside each other": {"S": beside(*OF_GROUPS)},
    "groups beside each other without ids": {
        "S": beside(*(titled(name, table) for name, table in zip(GROUPS, NO_IDS, strict=True)), gap=0)
    },
    "endpoints one under another": {"S": under(*ENDPOINTS)},
    "endpoints one under another, named by titles": {
        "S": under(titled("IL-6", GENERAL[0]), titled("IL-4", GENERAL[1]))
    },
    "groups one under another": {"S": under(*OF_GROUPS)},
    "groups one under another without a gap": {"S": under(*OF_GROUPS, gap=0)},
    "groups one under another without ids": {
        "S": under(*(titled(name, table) for name, table in zip(GROUPS, NO_IDS, strict=True)))
    },
    "header repeated on a second page": {"S": [*WIDE[:7], WIDE[0], *WIDE[7:]]},
    "groups as rows between the animals": {"S": SECTIONS},
    "transposed": {"S": transposed(WIDE)},
    "transposed, group first": {"S": [transposed(WIDE)[1], transposed(WIDE)[0], *transposed(WIDE)[2:]]},
    "transposed sheet per endpoint": dict(zip(LABELS.values(), map(transposed, ENDPOINTS), strict=True)),
    "other sheets": {
        **dict(zip(LABELS.values(), ENDPOINTS, strict=True)),
        "Summary": [["group", "IL-6"], ["sham", 20]],
    },
    "ids from 1 with a word": {"S": [WIDE[0], *([f"rat {at % 3 + 1}", *row[1:]] for at, row in enumerate(RATS))]},
    "samples on a sheet per endpoint, and a key": {**SHEETS_OF_SAMPLES, "Key": KEY},
}


@pytest.mark.parametrize("case", JOINED)
def test_tables_are_joined(sepsis_protocol: Protocol, case: str) -> None:
    cohort = read(sepsis_protocol, xlsx(JOINED[case]))
    assert {pair: sorted(values) for pair, values in by_group(cohort).items()} == {
        pair: sorted(values) for pair, values in READ.items()
    }
    assert cohort.values["animal"].nunique() == 12
    # Both values of a rat are of the same rat.
    if set(cohort.values["animal"]) == {row[0] for row in RATS}:
        wide = cohort.values.pivot(index="animal", columns="endpoint", values="value")
        assert {rat: (il6, il4) for rat, _, il6, il4 in RATS} == {
            str(rat): (row["il6"], row["il4"]) for rat, row in wide.iterrows()
        }


def test_table_with_one_row_per_group_is_read(sepsis_protocol: Protocol) -> None:
    rows = [[name, *READ["il6", name]] for name in GROUPS]
    for table in (rows, [["", "1", "2", "3"], *rows]):
        assert by_group(read(sepsis_protocol, xlsx({"IL-6": table}))) == ONLY_IL6


def test_means_of_groups_are_no_animals(sepsis_protocol: Protocol) -> None:
    means = [["group", "IL-6", "IL-4"], *([name, 30.5, 20.5] for name in GROUPS)]
    assert "animal" in refused(sepsis_protocol, xlsx({"IL-6": means}))[0].found


def test_animal_without_an_endpoint_is_noted(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, xlsx({"IL-6": ENDPOINTS[0], "IL-4": ENDPOINTS[1][:-1]}))
    assert any("without a row for il4: 'r12' of t2" in note for note in cohort.notes)
    assert len(cohort.values) == 23


def with_last(table: Rows, *last: object) -> Rows:
    return [*table[:-1], list(last)]


def with_ids(table: Rows, prefix: str) -> Rows:
    return [table[0], *([f"{prefix}{row[0]}", *row[1:]] for row in table[1:])]


NOT_JOINED: dict[str, tuple[dict[str, Rows], str, Sequence[str]]] = {
    "misspelt id": (
        {"a": ENDPOINTS[0], "b": with_last(ENDPOINTS[1], "R-12", "t2", 23.3)},
        "cells a!A13, b!A13",
        ["R-12"],
    ),
    "another group": (
        {"a": ENDPOINTS[0], "b": with_last(ENDPOINTS[1], "r12", "t1", 23.3)},
        "cells a!A13, b!A13",
        ["of t1"],
    ),
    "ids in common: none": ({"a": ENDPOINTS[0], "b": with_ids(ENDPOINTS[1], "x")}, "cells a!A2, b!A2", ["'xr1'"]),
    "another unit": ({"a": ENDPOINTS[0], "b": endpoint("il4", "IL-4 (ng/mL)")}, "cell b!C1", ["'ng/mL'"]),
    "another unit in one group": (
        {
            name: [["rat", "IL-6 (ng/mL)" if name == "t1" else "IL-6 (pg/mL)", "IL-4"], *table[1:]]
            for name, table in zip(GROUPS, IDS, strict=True)
        },
        "cell t1!B1",
        ["'ng/mL'"],
    ),
    "times": ({"6 h": WIDE, "24 h": WIDE, "48 h": WIDE}, "", ["--sheet '48 h'"]),
    "times of other animals": ({"6 h": WIDE, "48 h": with_ids(WIDE, "b")}, "", ["--sheet '48 h'"]),
    "two experiments": ({"Exp 1": WIDE, "Exp 2": with_ids(WIDE, "b")}, "", ["--sheet 'Exp 1'"]),
    "a copy": ({"Data": WIDE, "Data (2)": WIDE}, "", ["--sheet 'Data'"]),
    "times one under another": ({"S": under(titled("6 h", WIDE), titled("48 h", WIDE))}, "cell S!A17", ["'6 h'"]),
    "a group without a name": (
        {**dict(zip(GROUPS[:3], IDS, strict=False)), "treated": IDS[3]},
        "",
        ["--map 'treated=t2'"],
    ),
    "a group without animals": (
        {**dict(zip(GROUPS[:3], IDS, strict=False)), "t2": IDS[3][:1]},
        "cell t2!A1",
        ["no rows"],
    ),
    "a mean under animals without ids": (
        {
            name: [*table, [sum(row[at] for row in table[1:]) / 3 for at in (0, 1)]]
            for name, table in zip(GROUPS, NO_IDS, strict=True)
        },
        "row 1 of 'sham'",
        ["animal"],
    ),
}


@pytest.mark.parametrize("case", NOT_JOINED)
def test_tables_that_may_not_belong_together_are_one_question(sepsis_protocol: Protocol, case: str) -> None:
    sheets, place, words = NOT_JOINED[case]
    problem = refused(sepsis_protocol, xlsx(sheets))[0]
    assert problem.place == place, problem
    assert all(word in problem.found + problem.remedy for word in words), problem


def test_map_option_names_the_group_of_a_sheet(sepsis_protocol: Protocol) -> None:
    sheets = {**dict(zip(GROUPS[:3], IDS, strict=False)), "treated": IDS[3]}
    assert by_group(read(sepsis_protocol, xlsx(sheets), names={"treated": "t2"})) == READ


def test_limits_of_each_sheet_are_those_of_its_endpoint(sepsis_protocol: Protocol) -> None:
    sheets = {
        LABELS[key]: [[*endpoint(key)[0], "lloq"], *([*row, limit] for row in endpoint(key)[1:])]
        for key, limit in (("il6", 20), ("il4", 15))
    }
    cohort = read(sepsis_protocol, xlsx(sheets))
    below = cohort.values[cohort.values["lower"] < cohort.values["upper"]]
    assert set(below[["animal", "endpoint", "upper"]].itertuples(index=False, name=None)) == {
        ("r2", "il6", 20.0),
        ("r5", "il4", 15.0),
    }


def test_exclusion_on_a_sheet_applies_to_its_endpoint(sepsis_protocol: Protocol) -> None:
    il6 = [[*ENDPOINTS[0][0], "exclude"], *([*row, "haemolysed" if row[0] == "r5" else ""] for row in ENDPOINTS[0][1:])]
    cohort = read(sepsis_protocol, xlsx({"IL-6": il6, "IL-4": ENDPOINTS[1]}))
    assert cohort.excluded[["animal", "endpoint"]].to_numpy().tolist() == [["r5", "il6"]]
    assert len(cohort.values) == 23


def test_flags_on_a_sheet_are_refused(sepsis_protocol: Protocol) -> None:
    il6 = [[*ENDPOINTS[0][0], "flag"], *([*row, "<" if row[0] == "r5" else ""] for row in ENDPOINTS[0][1:])]
    (problem,) = refused(sepsis_protocol, xlsx({"IL-6": il6, "IL-4": ENDPOINTS[1]}))
    assert problem.place == "cell 'IL-6'!D6"


def test_cells_of_a_transposed_table_keep_their_names(sepsis_protocol: Protocol) -> None:
    rows = transposed(WIDE)
    rows[2][5] = "abc"
    (problem,) = refused(sepsis_protocol, xlsx({"S": rows}))
    assert problem.place == "cell S!F3"
