"""The number in a text that a student types, in the notations of several countries and programs."""

import pytest

from secretome.course.numbers import CHANGED, NONE, SEVERAL, read_number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("70", (70,)),
        ("0,7", (0.7,)),
        (".05", (0.05,)),
        ("−1.5", (-1.5,)),
        ("p = 0.0056", (0.0056,)),
        ("P=.0056 (two-sided)", (0.0056,)),
        ("0.63-fold", (0.63,)),
        ("0.63x", (0.63,)),
        ("x0.34", (0.34,)),
        ("ratio = ×0.34", (0.34,)),
        ("2.05×10^-2", (0.0205,)),
        ("2.05 × 10⁻²", (0.0205,)),
        ("2.05x10-2", (0.0205,)),
        ("3.4*10**-4", (0.00034,)),
        ("1,5e-3", (0.0015,)),
        ("10^-3", (0.001,)),
        ("1/10", (0.1,)),
        ("2 / 20", (0.1,)),
        ("45.4%", (0.454, 45.4)),
        ("70 per cent", (0.7, 70)),
        ("IL-6: 36 pg/mL", (36,)),
        ("2 704 156", (2704156,)),
        ("1,234.5", (1234.5,)),
        ("1.234,5", (1234.5,)),
        # Either mark may be the decimal mark.
        ("12,870", (12.87, 12870)),
        ("0,870", (0.87,)),
    ],
)
def test_a_number_is_read(text: str, values: tuple[float, ...]) -> None:
    assert read_number(text).values == values


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NONE),
        ("twenty", NONE),
        ("nan", NONE),
        ("IL-6", NONE),
        ("1.2.3", NONE),
        ("3/0", NONE),
        ("1e999", NONE),
        ("0.63 (0.4 to 0.9)", SEVERAL),
        ("1 in 10", SEVERAL),
        ("37 % lower", CHANGED),
        ("1.6-fold reduction", CHANGED),
    ],
)
def test_a_text_with_two_meanings_or_none_is_not_read(text: str, problem: str) -> None:
    assert read_number(text) == ((), False, problem)


@pytest.mark.parametrize("text", ["<0.001", "p < 0,001", "≤ 0.001", "P<.001"])
def test_a_bound_is_recognised(text: str) -> None:
    assert read_number(text) == ((0.001,), True, "")
