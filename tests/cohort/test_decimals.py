"""The marks before decimals and between thousands: one reading is taken, two are a question, asked once."""

from pathlib import Path

import pytest
from making import pzfx, xlsx

from secretome.cohort import Cohort, decimal_of, read_cohort
from secretome.protocol import InputError, Problem, Protocol

GROUPS = ("sham", "control", "t1", "t2")


def table(il6: list[str], il4: list[str] | None = None, delimiter: str = ";") -> bytes:
    rows = [["animal", "group", "il6", *(["il4"] if il4 else [])]]
    rows += [[str(at), GROUPS[at % 4], text, *([il4[at]] if il4 else [])] for at, text in enumerate(il6)]
    return "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows).encode()


def read(protocol: Protocol, content: bytes, decimal: str | None = None, name: str = "rats.csv") -> list[float]:
    cohort: Cohort = read_cohort(Path(name), protocol, content, decimal=decimal)
    return cohort.values[cohort.values["endpoint"] == "il6"]["upper"].tolist()


def refused(protocol: Protocol, content: bytes, name: str = "rats.csv") -> Problem:
    with pytest.raises(InputError) as error:
        read(protocol, content, name=name)
    (problem,) = error.value.problems
    return problem


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["3,45", "1,250", "12"], [3.45, 1.25, 12]),
        (["0,410", "1,250", "12"], [0.41, 1.25, 12]),
        (["1250,125", "1,250", "12"], [1250.125, 1.25, 12]),
        (["22,122", "18,418"], [22.122, 18.418]),
        (["1.200.000", "900.000"], [1200000, 900000]),
        (["1.250,5", "1.185", "221"], [1250.5, 1185, 221]),
        (["1,250.5", "1,185", "221"], [1250.5, 1185, 221]),
        (["1\u202f250,5", "221"], [1250.5, 221]),
        (["1\xa0250", "221,5"], [1250, 221.5]),
        (["1'250.5", "221"], [1250.5, 221]),
        (["1\u2019250", "<1\u2019000"], [1250, 1000]),
        (["12.5", "1.185", "221"], [12.5, 1.185, 221]),
        (["<15,625", "31,25"], [15.625, 31.25]),
        (["1,185e3", "221"], [1185, 221]),
    ],
)
def test_unambiguous_decimal_marks_are_read(sepsis_protocol: Protocol, texts: list[str], values: list[float]) -> None:
    assert read(sepsis_protocol, table(texts)) == values


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("mark", [".", ","])
def test_ambiguous_decimal_marks_are_one_problem_with_two_commands(
    sepsis_protocol: Protocol, mark: str, delimiter: str
) -> None:
    content = table([f"1{mark}185", "221", f"1{mark}402", "997"], delimiter=delimiter)
    problem = refused(sepsis_protocol, content)
    assert (problem.place, problem.found) == ("cell C2", f"'1{mark}185'")
    for stated in ("point", "comma"):
        assert f"`secretome check sepsis_cytokines rats.csv --decimal {stated}`" in problem.remedy
    other = "," if mark == "." else "."
    assert read(sepsis_protocol, content, decimal=mark) == [1.185, 221, 1.402, 997]
    assert read(sepsis_protocol, content, decimal=other) == [1185, 221, 1402, 997]


def test_ambiguous_text_in_workbooks_and_prism_is_refused(sepsis_protocol: Protocol) -> None:
    rows = [["animal", "group", "il6"], ["1", "sham", 221], ["2", "control", "1.185"], ["3", "t1", 612.0]]
    assert refused(sepsis_protocol, xlsx({"Data": rows}), "rats.xlsx").place == "cell Data!C3"
    assert read(sepsis_protocol, xlsx({"Data": rows}), ",", "rats.xlsx") == [221, 1185, 612]
    prism = pzfx({"IL-6": {"Sham": ["221", "184"], "Control": ["1.185", "997"]}})
    assert refused(sepsis_protocol, prism, "rats.pzfx").place == "cell 'IL-6'!B1"
    assert read(sepsis_protocol, prism, "comma", "rats.pzfx") == [221, 1185, 184, 997]


def test_marks_of_other_columns_resolve_a_column(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, table(["1,185", "221"], ["24,5", "17"])) == [1.185, 221]
    assert read(sepsis_protocol, table(["1.185", "221"], ["24.5", "17"])) == [1.185, 221]
    problem = refused(sepsis_protocol, table(["1.185", "221"], ["24,5", "17"]))
    # A point cannot be a decimal mark in a file with decimal commas, so that only one command is offered.
    assert ("--decimal comma" in problem.remedy, "--decimal point" in problem.remedy) == (True, False)
    assert "Write 1,185 if" in problem.remedy


def test_both_decimal_marks_in_a_column_are_refused_by_cell(sepsis_protocol: Protocol) -> None:
    problem = refused(sepsis_protocol, table(["12.5", "13,5", "14.5"]))
    assert (problem.place, problem.remedy) == ("cell C3", "Write 13.5.")


def test_stated_decimal_mark_is_used(sepsis_protocol: Protocol) -> None:
    with pytest.raises(InputError) as error:
        read(sepsis_protocol, table(["12.5", "1.185"]), "comma")
    assert [problem.place for problem in error.value.problems] == ["cell C2"]


def test_points_in_a_note_are_no_decimal_marks(sepsis_protocol: Protocol) -> None:
    content = table(["14,5", "92"], ["25", "17"]).replace(b'"il4"', b'"il4";"note"').replace(b'"25"', b'"25";"at 9.30"')
    assert read(sepsis_protocol, content.replace(b'"17"', b'"17";""')) == [14.5, 92]


@pytest.mark.parametrize("text", ["1,25,000", "01,250,000", "1,250,00", "1 250", "1,250 300", "1.250.5", "12,345,67"])
def test_wrong_thousands_separators_are_refused(sepsis_protocol: Protocol, text: str) -> None:
    assert refused(sepsis_protocol, table([text, "221"])).place == "cell C2"


@pytest.mark.parametrize("text", ["semicolon", ";", "1"])
def test_other_decimal_marks_are_refused(text: str) -> None:
    with pytest.raises(InputError) as error:
        decimal_of(text)
    assert error.value.problems[0].file == "--decimal"
