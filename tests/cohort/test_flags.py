"""Columns of flags next to values: they change the values, and are never ignored without a problem."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from making import read, refused, xlsx

from secretome.cohort import read_cohort
from secretome.cohort.flags import column_meanings, flag_meaning
from secretome.protocol import InputError, Protocol

IL6 = [15.6, 15.6, 118, 99, 61, 31]
IL4 = [24, 26, 16, 14, 18, 22]
BELOW = ["<", "<", "", "", "", ""]
GROUPS = ["sham", "sham", "control", "control", "t1", "t2"]


def table(**columns: Sequence[object]) -> str:
    """A table of six rats; the names of columns have spaces for double underscores."""
    header = ["animal", "group", *(name.replace("__", " ").strip() for name in columns)]
    rows = [[f"a{at}", group, *(column[at] for column in columns.values())] for at, group in enumerate(GROUPS)]
    return "\n".join(",".join(map(str, row)) for row in [header, *rows])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<", "below"),
        ("≤", "below"),
        ("OOR <", "below"),
        ("<LLOQ", "below"),
        ("BLQ", "below"),
        ("n.d.", "below"),
        ("Below Detection Range", "below"),
        ("Below Fit Curve Range", "below"),
        ("not detected", "below"),
        ("value under the lowest standard", "below"),
        (">", "above"),
        ("OOR >", "above"),
        ("Above Fit Curve Range", "above"),
        ("saturated", "above"),
        ("OVRFLW", "above"),
        ("OOR", "beyond"),
        ("Out of range", "beyond"),
        ("not in detection range", "beyond"),
        ("Extrapolated", "estimated"),
        ("excluded", "excluded"),
        ("outlier (Grubbs)", "excluded"),
        ("*", "mark"),
        ("†", "mark"),
        ("In Detection Range", ""),
        ("ok", ""),
        ("not excluded", ""),
        ("lethargic", ""),
        ("limping below the knee", ""),
        ("red = excluded", ""),
        ("12.5", ""),
        ("2024-01-02", ""),
        ("", ""),
    ],
)
def test_flag_meaning_of_a_cell(text: str, expected: str) -> None:
    assert flag_meaning(text) == expected


@pytest.mark.parametrize(
    ("header", "texts", "expected"),
    [
        ("Below LOD", ["yes", "no", ""], ["below", "", ""]),
        ("detected", ["TRUE", "FALSE"], ["", "mark"]),
        ("censored", ["0", "1"], ["", "mark"]),
        ("flag", ["Q", ""], ["mark", ""]),
        ("code", ["Q", ""], ["mark", ""]),
        ("litter", ["Q", "E"], ["", ""]),
        ("dose level", ["low", "high"], ["", ""]),
        ("pregnant", ["x", ""], ["", ""]),
        ("Detection (RFU)", ["5123", "4888"], ["", ""]),
    ],
)
def test_ambiguous_code_is_read_by_its_header(header: str, texts: list[str], expected: list[str]) -> None:
    assert column_meanings(header, texts) == expected


@pytest.mark.parametrize(
    ("flags", "place"),
    [
        (BELOW, "cell D2"),
        (["Below Detection Range", *["In Detection Range"] * 5], "cell D2"),
        (["", "", ">", "", "", ""], "cell D4"),
        (["", "", "", "OOR", "", ""], "cell D5"),
        (["", "", "", "", "*", ""], "cell D6"),
        (["", "", "", "", "", "excluded"], "cell D7"),
        (["", "Extrapolated", "", "", "", ""], "cell D3"),
        (["", "Q", "", "", "", ""], "cell D3"),
    ],
)
@pytest.mark.parametrize("header", ["qualifier", "Anmerkung", "status"])
def test_flag_next_to_a_value_is_one_problem(
    sepsis_protocol: Protocol, flags: list[str], place: str, header: str
) -> None:
    (problem,) = refused(sepsis_protocol, table(**{"IL-6": IL6, header: flags}))
    assert problem.place == place
    assert "il6" in problem.found


def test_following_the_remedy_of_a_flag_resolves_it(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, table(qualifier=BELOW, il6=IL6))
    assert "C2:C3" in problem.found
    assert "<15.6 in D2" in problem.remedy
    cohort = read(sepsis_protocol, table(qualifier=BELOW, il6=["<15.6", "<15.6", *IL6[2:]], il4=IL4))
    assert cohort.values[cohort.values["endpoint"] == "il6"]["upper"].tolist()[:2] == [15.6, 15.6]
    assert cohort.values["lower"].tolist()[:1] == [0]


def test_empty_value_with_a_flag_is_refused(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, table(il6=["", "", *IL6[2:]], qualifier=["ND", "ND", "", "", "", ""]))
    assert problem.place == "cell D2"
    assert (
        read(sepsis_protocol, table(il6=["", "", *IL6[2:]], flag=["outlier", "", "", "", "", ""]))
        .values["value"]
        .isna()
        .sum()
        == 2
    )


def test_flags_belong_to_the_endpoint_on_their_side(sepsis_protocol: Protocol) -> None:
    right = refused(sepsis_protocol, table(il6=IL6, flag1=BELOW, il4=IL4, flag2=["", "", "", "", "", "*"]))
    assert [problem.place for problem in right] == ["cell D2", "cell F7"]
    left = refused(sepsis_protocol, table(q1=BELOW, il6=IL6, q2=["", "", "", "", "", ">"], il4=IL4))
    for problems in (right, left):
        assert [("il6" in problem.found, "il4" in problem.found) for problem in problems] == [
            (True, False),
            (False, True),
        ]


def test_flag_columns_without_a_unique_name_are_refused_once_each(sepsis_protocol: Protocol) -> None:
    text = table(il6=IL6, Range=BELOW, il4=IL4, flag=["", "", "", "", "", "OOR >"])
    twice = text.replace("Range,", "Detection Range,").replace(",flag", ",Detection Range")
    assert [problem.place for problem in refused(sepsis_protocol, twice)] == ["cell D2", "cell F7"]
    unnamed = text.replace(",Range,", ",,").replace(",flag", ",")
    assert [problem.place for problem in refused(sepsis_protocol, unnamed)] == ["cell D2", "cell F7"]


@pytest.mark.parametrize(
    "columns",
    [
        {"weight": [200] * 6, "flag": BELOW},
        {"weight flag": BELOW, "weight": [200] * 6},
        {"TNF (pg/mL)": IL6, "TNF Detection Range": ["Below Detection Range"] * 6},
        {"comment": ["lethargic", "", "found cold", "", "ok", ""]},
        {"comment": ["", "", "not excluded", "", "", ""]},
        {"date": ["2024-01-02"] * 6, "weight": [201, 202, 203, 204, 205, 206]},
        {"litter": list("ABQEDX"), "strain": ["SD"] * 6, "genotype": ["+/+", "-/-"] * 3},
        {"Detection Range": ["In Detection Range"] * 6},
        {"QC": ["pass"] * 6},
        {"censored": [0] * 6},
        {"antibiotics": ["yes", ""] * 3},
        {"note": ["*", "", "", "", "", ""]},
        {"LOD": [3.2] * 6},
        {"Operator": ["AB", "CD"] * 3, "Detection method": ["ELISA"] * 6, "Detector": [1] * 6},
        {"QC date": ["2024-01-02"] * 6},
        {"body condition": ["low", "", "", "", "", ""]},
    ],
    ids=lambda columns: ", ".join(columns),
)
def test_other_columns_are_accepted(sepsis_protocol: Protocol, columns: dict[str, list[object]]) -> None:
    cohort = read(sepsis_protocol, table(il6=IL6, il4=IL4, **columns))
    assert len(cohort.values) == 12
    about = [name for note in cohort.notes for name in columns if note.startswith(f"column {name!r} ")]
    assert sorted(about) == sorted(columns.keys() - {"note"})


def test_flag_in_a_note_or_an_id_is_refused(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, table(il6=IL6, note=["BDL", "", "", "", "", ""]))
    assert problem.place == "cell D2"
    for remark in ("a1*", "a1 (excluded)"):
        (problem,) = refused(sepsis_protocol, table(il6=IL6).replace("a1", remark))
        assert problem.place == "cell A3"


def test_flags_in_the_long_layout_belong_to_their_rows(sepsis_protocol: Protocol) -> None:
    rows = [
        "animal,group,endpoint,value,Flag,exclude",
        "a,sham,il6,12,<,",
        "a,sham,il4,30,,",
        "b,t1,il6,40,outlier,clot",
    ]
    (problem,) = refused(sepsis_protocol, "\n".join(rows))
    assert problem.place == "cell E2"
    assert "<12 in D2" in problem.remedy
    assert len(read(sepsis_protocol, "\n".join(rows).replace(",12,", ",<12,")).excluded) == 1


def test_flags_between_columns_of_groups_are_refused(sepsis_protocol: Protocol) -> None:
    text = "IL-6,,,\nSham,flag,Control,flag\n12,<,100,\n13,<,110,\n14,,120,*"
    assert [problem.place for problem in refused(sepsis_protocol, text)] == ["cell B3", "cell D5"]


def test_limit_column_under_another_name_is_refused_if_a_value_is_below(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, table(il6=IL6, LOD=[15.6] * 6, il4=IL4))
    assert problem.place == "cell D2"
    assert "--map 'LOD=lloq'" in problem.remedy
    limited = read_cohort(
        Path("rats.csv"), sepsis_protocol, table(il6=IL6, LOD=[20] * 6).encode(), names={"LOD": "lloq"}
    )
    assert limited.values["upper"].tolist()[:2] == [20, 20]


def test_flags_in_a_workbook_are_refused_by_cell(sepsis_protocol: Protocol) -> None:
    rows = [line.split(",") for line in table(il6=IL6, qualifier=BELOW).splitlines()]
    with pytest.raises(InputError) as error:
        read_cohort(Path("rats.xlsx"), sepsis_protocol, xlsx({"Data": rows}))
    assert [problem.place for problem in error.value.problems] == ["cell Data!D2"]
