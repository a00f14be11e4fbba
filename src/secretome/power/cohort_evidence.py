"""Evidence of many cohorts at once, an array for each number, and how it is put together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from secretome.claims import Evidence
from secretome.claims.evidence import Bools, Floats


def columns_of(tests: Sequence[Any], *names: str) -> list[Floats]:
    """Return an array of each attribute of the tests."""
    return [np.array([getattr(test, name) for test in tests]) for name in names]


def empty_evidence(cohorts: int, n: int) -> Evidence:
    """Return evidence of this number of cohorts with n animals, with no number known."""
    numbers = {name: np.full(cohorts, np.nan) for name in ("pvalue", "adjusted", "min_pvalue", "low", "high")}
    booleans = {name: np.zeros(cohorts, dtype=bool) for name in ("up", "unordered")}
    return Evidence(n=np.full(cohorts, float(n)), equivalence=np.full(cohorts, np.nan), **numbers, **booleans)


def exact_evidence(n: int, pvalue: Floats, min_pvalue: Floats, up: Bools) -> Evidence:
    """Return the evidence of exact tests."""
    return replace(empty_evidence(pvalue.size, n), pvalue=pvalue, min_pvalue=min_pvalue, up=up)


def fill_evidence(evidence: Evidence, chosen: Any, values: Evidence) -> None:
    """Put the evidence of the chosen cohorts in place."""
    for name, column in vars(values).items():
        getattr(evidence, name)[chosen] = column


def stack_contrasts(contrasts: Sequence[Evidence]) -> Evidence:
    """Return the evidence of several contrasts as one, the contrasts along the first axis."""
    return Evidence(*(np.stack(columns) for columns in zip(*(vars(one).values() for one in contrasts), strict=True)))
