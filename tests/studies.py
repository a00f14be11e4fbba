"""The studies of the book as parameters of tests."""

from collections.abc import Collection
from typing import Any

import pytest

from secretome.protocol import study_names


def studies(*, quick: Collection[str]) -> list[Any]:
    """Every study's name, marked as slow unless it is among the quick ones."""
    return [pytest.param(name, marks=[pytest.mark.slow] * (name not in quick)) for name in study_names()]
