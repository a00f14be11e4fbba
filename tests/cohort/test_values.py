"""The grammar of a measured value."""

import math

import pytest

from secretome.cohort.values import NotAValueError, Value, parse


@pytest.mark.parametrize(
    ("text", "mark", "lower", "upper"),
    [
        ("3.45", ".", 3.45, 3.45),
        (" 3,45 ", ",", 3.45, 3.45),
        ("<15,6", ",", 0, 15.6),
        ("≤ 15.6", ".", 0, 15.6),
        (">1000", ".", 1000, math.inf),
        ("1e3", ".", 1000, 1000),
        ("12.4 %", ".", 12.4, 12.4),
        ("−2", ".", -2, -2),
        (".5", ".", 0.5, 0.5),
    ],
)
def test_values_are_read(text: str, mark: str, lower: float, upper: float) -> None:
    assert parse(text, mark) == Value(lower, upper)


@pytest.mark.parametrize("text", ["", " ", "NA", "n/a", "NaN", "-", "."])
def test_missing_values_are_missing(text: str) -> None:
    assert parse(text, ".").missing


@pytest.mark.parametrize("text", ["ND", "BLQ", "<LLOQ"])
def test_word_for_a_limit_is_refused(text: str) -> None:
    with pytest.raises(NotAValueError) as refused:
        parse(text, ".")
    assert "Write the limit itself" in refused.value.remedy


@pytest.mark.parametrize("text", ["abc", "1 250", "3.4.5", "1.250,5", "=1+1", "#DIV/0!", "<-3", "1e999", "inf"])
def test_text_that_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(NotAValueError):
        parse(text, ".")
