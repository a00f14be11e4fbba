"""Whatever a student gives as an answer or an exercise: a sentence, never a traceback."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from secretome.course import check


class Raises:
    """An object that can be neither shown nor made a number."""

    def __repr__(self) -> str:
        raise RuntimeError

    def __float__(self) -> float:
        raise RuntimeError


ODD = [
    None,
    [],
    {},
    object(),
    Raises(),
    float("nan"),
    float("inf"),
    10**400,
    1j,
    b"19",
    "x" * 10_000,
    "",
    np.array([]),
    np.arange(5000),
    np.datetime64("NaT"),
    np.ma.masked,
    pd.NA,
    pd.DataFrame({"a": [1, 2]}),
    Decimal("NaN"),
    Decimal("sNaN"),
    check,
    print,
]


@pytest.mark.parametrize("answer", ODD, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("question", ["ranks-1", "ranks-4"])
def test_an_odd_answer_is_not_right(question: str, answer: object) -> None:
    result = check(question, answer)
    assert not result.right
    assert len(repr(result).splitlines()) == 1
    assert len(repr(result)) < 250


@pytest.mark.parametrize(
    "question", [*ODD, "ranks", "-", "../ranks-1", "\0-1"], ids=lambda question: type(question).__name__
)
def test_an_odd_exercise_is_not_known(question: object) -> None:
    result = check(question, 3)  # type: ignore[arg-type]
    assert not result.right
    assert len(repr(result).splitlines()) == 1
