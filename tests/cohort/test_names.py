"""Names that differ by a sign, a digit or a point are different; names that differ by case and spaces are one."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from making import read, refused, xlsx

from secretome.protocol import InputError, Protocol, name_key, spelling

ROWS = [
    ("1", "sham", "14.5", "25"),
    ("2", "control", "118.5", "17"),
    ("3", "t1", "48.5", "20"),
    ("4", "t2", "31.5", "24"),
]
HEADER = "animal\tgroup\til6\til4\n"
SIGNS = [*"+-\u2212\u2013*%#'\u2019†‡§²αβ01.,_/(?!é"]


def table(groups: list[str], header: str = HEADER) -> bytes:
    rows = [(str(at), group, f"{20.5 + at}", f"{10.5 + at}") for at, group in enumerate(groups, start=1)]
    return (header + "\n".join("\t".join(row) for row in rows)).encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IL-6", "il6"),
        ("IL-6", "IL 6"),
        ("IL\u20136", "IL-6"),
        ("Control-group", "control_group"),
        ("Control.", "control"),
        ("CM\u2212", "CM-"),
        ("CM\uff0b", "CM+"),
        ("CD25\u207a", "CD25+"),
        ("10 µL/kg IM", "10.μl.kg.im"),
        ("CD25-positive FoxP3+ T cells", "cd25 positive foxp3+ T-cells"),
        ("Ｔ１", "t1"),
    ],
)
def test_neutral_punctuation_is_ignored_in_names(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Control (-)", "Control (+)"),
        ("Control (-)", "Control"),
        ("Control -", "Control"),
        ("CM-", "CM+"),
        ("CM-", "CM"),
        ("CD25-FoxP3+", "CD25+FoxP3+"),
        ("CD25-FoxP3+", "CD25 FoxP3+"),
        ("CD4+CD25-", "CD4+CD25+"),
        ("LPS+ / T1", "LPS / T1"),
        ("1.0 µL", "10 µL"),
        ("0,5 mg", "05 mg"),
        (".5 mg", "5 mg"),
        ("T1 0", "T10"),
        ("1-0", "10"),
        ("Day -1", "Day 1"),
        ("T1'", "T1"),
        ("T1*", "T1"),
        ("T1†", "T1"),
        ("T1%", "T1"),
        ("T²", "T2"),
        ("IL-1α", "IL-1β"),
        ("IL-1α", "IL-1"),
        ("#1", "1"),
        ("Naïve", "Naive"),
    ],
)
def test_signs_and_digits_distinguish_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    assert spelling(one) != spelling(other)


def test_case_and_spaces_are_ignored_in_groups_and_noted(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, table(["sham", "Control", "control ", "CONTROL", "t1"]))
    assert cohort.values["group"].tolist()[::2] == ["sham", "control", "control", "control", "t1"]
    assert "'Control' and 'control' and 'CONTROL' are read as one name" in cohort.notes


@pytest.mark.parametrize(
    ("one", "other"),
    [("control", "Septic control"), ("control", "Control."), ("t1", "T-1"), ("T1", "150 µL secretome"), ("t 1", "t_1")],
)
def test_two_names_of_one_group_are_refused_unless_mapped(sepsis_protocol: Protocol, one: str, other: str) -> None:
    (problem,) = refused(sepsis_protocol, table(["sham", one, other]))
    group = "control" if "ontrol" in one else "t1"
    for name, cell in ((one, "B3"), (other, "B4")):
        assert f"{name!r} (cell {cell})" in problem.found
        assert f"--map '{name}={group}'" in problem.remedy
    both = read(sepsis_protocol, table(["sham", one, other]), names={one: group, other: group})
    assert both.values["group"].tolist()[::2] == ["sham", group, group]
    # Or they are two groups, and the user says so.
    apart = read(sepsis_protocol, table(["t2", one, other]), names={one: "sham", other: group})
    assert apart.values["group"].tolist()[::2] == ["t2", "sham", group]


def test_mapped_name_next_to_the_study_name_is_refused(sepsis_protocol: Protocol) -> None:
    content = table(["sham", "control", "CLP"])
    problems = refused(sepsis_protocol, content, names={"CLP": "control"})
    assert len(problems) == 1
    assert "--map 'control=control' --map 'CLP=control'" in problems[0].remedy
    assert len(read(sepsis_protocol, content, names={"CLP": "control", "control": "control"}).values) == 6


def test_misspelt_name_next_to_the_right_one_can_be_mapped(sepsis_protocol: Protocol) -> None:
    content = table(["sham", "control", "contrl"])
    (problem,) = refused(sepsis_protocol, content)
    assert (problem.place, "--map 'contrl=control' --map 'control=control'" in problem.remedy) == ("cell B4", True)
    assert len(read(sepsis_protocol, content, names={"contrl": "control", "control": "control"}).values) == 6


def test_group_size_after_a_name_is_ignored(sepsis_protocol: Protocol) -> None:
    rows = [
        ["IL-6"],
        ["Sham (n=2)", "Control (n=2)"],
        [12, 90],
        [13, 91],
        [],
        ["IL-4"],
        ["Sham (n=1)", "Control (n=1)"],
        [25, 17],
    ]
    cohort = read(sepsis_protocol, xlsx({"Data": rows}))
    assert cohort.values["value"].tolist() == [12, 90, 13, 91, 25, 17]


@pytest.mark.parametrize(("one", "other"), [("Control", "Septic control"), ("Control", "Control.")])
def test_two_columns_of_one_group_are_refused(sepsis_protocol: Protocol, one: str, other: str) -> None:
    rows = [["IL-6"], ["Sham", one, other], [12, 90, 95], [13, 91, 96]]
    (problem,) = refused(sepsis_protocol, xlsx({"Data": rows}))
    assert f"--map '{one}=control' --map '{other}=control'" in problem.remedy


@pytest.mark.parametrize(("one", "other"), [("IL-6", "IL6"), ("IL-6 (pg/mL)", "il_6")])
def test_two_names_of_one_endpoint_are_refused(sepsis_protocol: Protocol, one: str, other: str) -> None:
    wide = f"animal\tgroup\t{one}\t{other}\n1\tsham\t12.5\t13.5\n2\tcontrol\t90.5\t95.5\n".encode()
    (problem,) = refused(sepsis_protocol, wide)
    assert (problem.place, repr(one) in problem.found, repr(other) in problem.found) == ("cell D1", True, True)
    long = f"animal\tgroup\tendpoint\tvalue\n1\tsham\t{one}\t12.5\n2\tcontrol\t{other}\t90.5\n".encode()
    (problem,) = refused(sepsis_protocol, long)
    assert f"--map '{one}=il6' --map '{other}=il6'" in problem.remedy
    assert read(sepsis_protocol, long, names={one: "il6", other: "il6"}).values["value"].tolist() == [12.5, 90.5]


def test_endpoints_that_differ_by_a_sign_are_refused_together(protocol: Protocol) -> None:
    content = b"donor,group,CD25+ FoxP3+ T cells,CD25- FoxP3+ T cells\na,without,3.5,1.5\na,with_cm,4.5,2.5\n"
    problems = refused(protocol, content)
    assert len(problems) == 1
    assert all(f"--map 'CD25{sign} FoxP3+ T cells=KEY'" in problems[0].remedy for sign in "+-")


@pytest.mark.parametrize(
    ("sheets", "place"),
    [
        (
            {
                "D": [
                    ["animal", "group", "il6", "arm 2"],
                    [1, "sham", 20.5, ""],
                    [2, "control", 90.5, "T2"],
                    [3, "t1", 40.5, ""],
                ]
            },
            "cell D!D3",
        ),
        (
            {
                "D": [
                    ["animal", "group", "il6", "T2"],
                    [1, "sham", 20.5, "x"],
                    [2, "control", 90.5, ""],
                    [3, "t1", 40.5, ""],
                ]
            },
            "cell D!D1",
        ),
        (
            {
                "D": [["animal", "group", "il6"], [1, "sham", 20.5], [2, "control", 90.5], [3, "t1", 40.5]],
                "T2": [["rat"], [4]],
            },
            "sheet 'T2'",
        ),
    ],
)
def test_empty_group_that_is_named_elsewhere_is_refused(
    sepsis_protocol: Protocol, sheets: dict[str, Any], place: str
) -> None:
    (problem,) = refused(sepsis_protocol, xlsx(sheets))
    assert (problem.place, "t2" in problem.found, "'T2'" in problem.found) == (place, True, True)


@pytest.mark.parametrize("names", [("Control (-)", "Control (+)", "T1"), ("Control (-)", "Control (+)")])
def test_group_columns_that_differ_by_a_sign_are_not_offered_one_meaning(
    sepsis_protocol: Protocol, names: tuple[str, ...]
) -> None:
    content = xlsx({"Data": [["IL-6"], ["T2", *names], [30.5, 20.5, 90.5, 40.5][: len(names) + 1]]})
    problems = refused(sepsis_protocol, content)
    assert all(f"--map '{name}=KEY'" in problems[0].remedy for name in names[:2])
    mapped = read(sepsis_protocol, content, names={names[0]: "sham", names[1]: "control"})
    assert mapped.values["group"].tolist()[:3] == ["t2", "sham", "control"]


def test_mapped_names_precede_study_names(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, table(["sham", "control", "T1", "T2"]), names={"T1": "t2", "t2": "t1"})
    assert cohort.values["group"].tolist()[::2] == ["sham", "control", "t2", "t1"]
    assert {"'T1' is read as 't2', as stated", "'t2' is read as 't1', as stated"} <= set(cohort.notes)


@pytest.mark.parametrize("name", ["Control (n=6)", "T1'", "A=B", "$x", 'say "x"'])
def test_any_name_can_be_mapped(sepsis_protocol: Protocol, name: str) -> None:
    cohort = read(sepsis_protocol, table(["sham", name]), names={name: "control"})
    assert cohort.values["group"].tolist() == ["sham", "sham", "control", "control"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    name=st.sampled_from(["control", "Septic control", "t1", "150 µL secretome", "sham"]),
    sign=st.sampled_from(SIGNS),
    data=st.data(),
)
def test_names_that_differ_in_one_character_never_merge(
    sepsis_protocol: Protocol, name: str, sign: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name)))
    cut = data.draw(st.integers(0, 1))
    other = name[:at] + sign + name[at + cut :]
    assume(spelling(other) != spelling(name))
    filling = [group for group in ("sham", "control", "t1", "t2") if group not in spelling(name)]
    content = table([name, other, filling[0], filling[1]])
    try:
        cohort = read(sepsis_protocol, content)
    except InputError as error:
        assert any(repr(other) in problem.found for problem in error.problems)
    else:
        groups = dict(zip(cohort.values["animal"], cohort.values["group"], strict=True))
        assert groups["1"] != groups["2"]
