"""Groups that another column contradicts, and names of groups that are not offered as the nearest one."""

import pytest
from making import read, refused

from secretome.protocol import Protocol

GROUPS = {"r1": "sham", "r2": "control", "r3": "t1", "r4": "t2"}


def table(header: str, *cells: str, groups: dict[str, str] | None = None) -> str:
    rows = [f"{rat},{group},{30 + at}" for at, (rat, group) in enumerate((groups or GROUPS).items())]
    extra = [f",{header}", *(f",{cell}" for cell in cells)] if header else [""] * 5
    return "\n".join(row + more for row, more in zip(["animal,group,il6", *rows], extra, strict=True))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("dose", ("0", "0", "300", "150")),
        ("Dose (µL)", ("", "", "300.0", "150.0")),
        ("dose", ("-", "-", "300 ul", "150 ul")),
        ("Dose", ("0", "0", "300", "300")),
        ("assignment", ("Sham", "Septic control", "300 µL secretome", "150 µL secretome")),
        ("label", ("x", "x", "t2", "x")),
    ],
)
def test_column_that_names_another_group_is_refused(
    sepsis_protocol: Protocol, header: str, cells: tuple[str, ...]
) -> None:
    (problem,) = refused(sepsis_protocol, table(header, *cells))
    assert problem.place == "cell D4"
    assert repr(header) in problem.found


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("dose", ("0", "0", "150", "300")),
        ("dose (mg/kg)", ("0", "0", "300", "600")),  # another unit than the protocol's
        ("dose (mL)", ("0", "0", "0.15", "0.3")),
        ("weight", ("300", "300", "300", "150")),
        ("assignment", ("Sham", "Septic control", "150 µL secretome", "T2")),
    ],
)
def test_column_that_agrees_or_states_something_else_is_read(
    sepsis_protocol: Protocol, header: str, cells: tuple[str, ...]
) -> None:
    assert len(read(sepsis_protocol, table(header, *cells)).values) == 4


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ("sham", "Sham control"),
        ("sham", "healthy control"),
        ("sham", "Normal control"),
        ("control", "Untreated control"),
        ("t1", "T1 (300 µL)"),
        ("t1", "150 mL secretome"),
        ("t2", "300 mg secretome"),
    ],
)
def test_name_that_may_be_another_group_is_not_offered_as_the_nearest(
    sepsis_protocol: Protocol, own: str, name: str
) -> None:
    groups = {rat: name if group == own else group for rat, group in GROUPS.items()}
    (problem,) = refused(sepsis_protocol, table("", groups=groups))
    assert problem.choice is not None
    assert (problem.choice.names, problem.choice.nearest) == ((name,), "")
    assert f"'{name}=KEY'" in problem.remedy


def test_names_near_two_names_of_one_group_are_asked_together(sepsis_protocol: Protocol) -> None:
    groups = GROUPS | {"r1": "Normal control", "r2": "Sepsis control"}
    for problem in refused(sepsis_protocol, table("", groups=groups)):
        assert problem.choice is not None
        assert (set(problem.choice.names), problem.choice.nearest) == ({"Normal control", "Sepsis control"}, "")


@pytest.mark.parametrize(
    ("own", "name"),
    [("control", "Contrl"), ("t1", "T1 (150 µL)"), ("t1", "150 ul of secretome"), ("sham", "Sham rats")],
)
def test_nearest_name_is_offered(sepsis_protocol: Protocol, own: str, name: str) -> None:
    groups = {rat: name if group == own else group for rat, group in GROUPS.items()}
    (problem,) = refused(sepsis_protocol, table("", groups=groups))
    assert problem.choice is not None
    assert problem.choice.nearest == own
