"""Words of instruments for values outside the range of the assay, and units in cells.

The words are those of Bio-Plex Manager (OOR <, *12.3, ---, ***), Discovery Workbench (Below Fit Curve Range), SoftMax
Pro (<MinStd, >Max, Range?), Gen5 (<0.000, ?????, OVRFLW), laboratories (n.q., BLQ, <LLOD) and Prism's text export
(12.3*).
"""

import math

import pytest
from making import read, refused

from secretome.cohort import Cohort
from secretome.cohort.errors import merge_problems
from secretome.protocol import Protocol

BELOW = ["OOR <", "OOR<", "Below Fit Curve Range", "Below Detection Range", "<MinStd", "<LLOD", "<LOD", "n.q.", "BLQ"]
ABOVE = ["OOR >", "OOR>", "Above Fit Curve Range", ">Max", "OVRFLW", "> ULOQ"]
UNSIDED = ["OOR", "?????", "Range?", "---", "***"]
FORBIDDEN = ("empty", "number alone", "only the number", "missing")


def long(*cells: str, limits: str = ",lloq,uloq", row: str = ",15.6,1000") -> str:
    lines = [f"r{at},sham,il6,{cell}{row}" for at, cell in enumerate(cells)]
    return "\n".join([f"animal,group,endpoint,value{limits}", *lines, f"c,control,il6,99.5{row}"])


def bounds(cohort: Cohort, endpoint: str = "il6") -> list[tuple[float, float]]:
    rows = cohort.values[cohort.values["endpoint"] == endpoint]
    return list(zip(rows["lower"], rows["upper"], strict=True))


@pytest.mark.parametrize("word", [*BELOW, "<0.000", "*12.3", "12.3 (<LOD)", "9.8 BLQ", "12.3*"])
def test_word_below_the_range_is_censored_at_the_limit_of_its_row(sepsis_protocol: Protocol, word: str) -> None:
    cohort = read(sepsis_protocol, long(word))
    assert bounds(cohort) == [(0, 15.6), (99.5, 99.5)]
    assert any(repr(word) in note for note in cohort.notes)


@pytest.mark.parametrize("word", [*ABOVE, "*1250.5", "1250.5 (>ULOQ)"])
def test_word_above_the_range_is_censored_at_the_limit_of_its_row(sepsis_protocol: Protocol, word: str) -> None:
    assert bounds(read(sepsis_protocol, long(word))) == [(1000, math.inf), (99.5, 99.5)]


@pytest.mark.parametrize("word", [*UNSIDED, "*99.5", "99.5*", "99.5 (<LOD)"])
def test_mark_without_a_certain_side_is_refused_in_spite_of_limits(sepsis_protocol: Protocol, word: str) -> None:
    (problem,) = refused(sepsis_protocol, long(word))
    assert (problem.place, problem.found) == ("cell D2", repr(word))
    assert "<15.6" in problem.remedy
    assert not any(text in str(problem) for text in FORBIDDEN)


@pytest.mark.parametrize("word", ["14,2*", "*14,2", "14,2 (<LOD)", "1.234.5*", "1e400*"])
@pytest.mark.parametrize("limits", [{}, {"limits": "", "row": ""}])
def test_number_that_does_not_fit_its_column_beside_a_word_is_refused(
    sepsis_protocol: Protocol, word: str, limits: dict[str, str]
) -> None:
    # The comma is quoted in a text file whose other numbers have a point.
    places = [problem.place for problem in refused(sepsis_protocol, long(f'"{word}"', **limits))]
    assert places == ["cell D2"]


@pytest.mark.parametrize(
    "word", [*BELOW, *ABOVE, *UNSIDED, "*12.3", "12.3*", "12.3 (<LOD)", "<0.000", "LQ", "<<<", "low"]
)
def test_word_without_a_limit_is_asked_for_the_limit(sepsis_protocol: Protocol, word: str) -> None:
    (problem,) = refused(sepsis_protocol, long(word, limits="", row=""))
    assert problem.place == "cell D2"
    assert "<15.6" in problem.remedy
    assert not any(text in problem.remedy for text in FORBIDDEN)


def test_words_of_one_column_are_one_message(sepsis_protocol: Protocol) -> None:
    problems = refused(sepsis_protocol, long(*BELOW, *ABOVE, limits="", row=""))
    assert [problem.place for problem in problems] == [f"cell D{row}" for row in range(2, 2 + len(BELOW + ABOVE))]
    (message,) = merge_problems(problems)
    assert message.place.endswith(f"({len(BELOW + ABOVE)} in all)")
    assert "'lloq', 'uloq'" in message.remedy


def test_limits_of_each_endpoint_are_read_from_their_own_columns(sepsis_protocol: Protocol) -> None:
    header = "animal,group,il6,il4,lloq il6,IL-6 ULOQ (pg/mL),il4_lloq"
    lines = [header, "a,sham,OOR <,BLQ,15.6,1000,2.5", "b,control,>Max,3.5,15.6,1000,2.5"]
    cohort = read(sepsis_protocol, "\n".join(lines))
    assert bounds(cohort) == [(0, 15.6), (1000, math.inf)]
    assert bounds(cohort, "il4") == [(0, 2.5), (3.5, 3.5)]


def test_columns_that_the_message_names_make_the_file_read(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, "animal,group,il6,il4\na,sham,OOR <,3\nb,control,99,4\n")
    names = [name for name in ("lloq il6", "uloq il6", "lloq il4", "uloq il4") if repr(name) in problem.remedy]
    limits = ",15.6,1000,2,500\n"
    text = f"animal,group,il6,il4,{','.join(names)}\na,sham,OOR <,3{limits}b,control,99,4{limits}"
    assert bounds(read(sepsis_protocol, text)) == [(0, 15.6), (99, 99)]


def test_unit_in_every_cell_is_read(sepsis_protocol: Protocol) -> None:
    cohort = read(
        sepsis_protocol,
        long("12.5 pg/mL", "<10 pg/ml", ">1000 [pg/mL]", "13,5 pg/mL".replace(",", "."), limits="", row=""),
    )
    assert bounds(cohort) == [(12.5, 12.5), (0, 10), (1000, math.inf), (13.5, 13.5), (99.5, 99.5)]
    assert cohort.units_stated == {"il6"}


def test_other_unit_in_every_cell_is_one_message(sepsis_protocol: Protocol) -> None:
    problems = refused(sepsis_protocol, long(*(f"{number} ng/mL" for number in range(1, 7)), limits="", row=""))
    (message,) = merge_problems(problems)
    assert message.place == "cells D2, D3, D4, D5, D6, D7"
    assert "Multiply the values by 1000" in message.remedy


@pytest.mark.parametrize("text", ["haemolysed", "tube 3 broken"])
def test_other_words_are_no_words_for_a_range(sepsis_protocol: Protocol, text: str) -> None:
    (problem,) = refused(sepsis_protocol, long(text))
    assert "<15.6" not in problem.remedy
