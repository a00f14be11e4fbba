"""What every kind of claim provides: how it is decided, and which numbers its verdict shows."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from secretome.claims.evidence import Evidence, Row, Rules
from secretome.claims.rules import Rule
from secretome.protocol import Claim, EquivalenceMargin


@dataclass(frozen=True)
class ClaimInputs:
    """What a claim is decided from.

    Attributes
    ----------
    claim, margin : Claim, EquivalenceMargin
        What is claimed, and which effects are negligible.
    planned, published : Evidence
        The results of the planned and of the published tests of its contrasts; None if the latter were not run.
    adjacent : Evidence, optional
        For a trend, the results of the tests between adjacent doses.
    paired : bool
        Whether the design is paired.
    family : int
        The number of tests over which p is adjusted.
    """

    claim: Claim
    margin: EquivalenceMargin
    planned: Evidence
    published: Evidence | None
    adjacent: Evidence | None = None
    paired: bool = False
    family: int = 1


def no_further_columns(claim: Claim, results: pd.DataFrame, rows: Sequence[Row], rule: Rule) -> Mapping[str, Any]:
    """No further columns, for a kind whose verdict shows only the numbers of its limiting row."""
    return {}


@dataclass(frozen=True)
class ClaimKind:
    """A kind of claim.

    Attributes
    ----------
    name : str
        The kind, as protocols state it.
    rules : tuple of Rule
        The rules that can decide a claim of this kind, in the order in which they are applied; the failed check of an
        endpoint, which comes before all, is left out.
    decide : callable
        From `ClaimInputs` and alpha, the code of the rule for each cohort.
    decide_as_published : callable
        From the claim, the evidence of the published tests and alpha, the decision for each cohort.
    limiting_row : callable
        From the claim, its decision rows, the rule and the margin, the row on which the decision depends.
    further_columns : callable
        From the claim, the results, its decision rows and the rule, further columns of the verdict.
    """

    name: str
    rules: tuple[Rule, ...]
    decide: Callable[[ClaimInputs, float], Rules]
    decide_as_published: Callable[[Claim, Evidence, float], Rules]
    limiting_row: Callable[[Claim, Sequence[Row], Rule, EquivalenceMargin], Row]
    further_columns: Callable[[Claim, pd.DataFrame, Sequence[Row], Rule], Mapping[str, Any]] = no_further_columns


def row_of_contrast(claim: Claim, rows: Sequence[Row], rule: Rule, margin: EquivalenceMargin) -> Row:
    """The row of a claim about one contrast."""
    return next(row for row in rows if row["contrast"] == claim.contrast)


def extreme_limit(rows: Sequence[Row], side: str, *, lowest: bool) -> dict[str, Any]:
    """The columns of a verdict for the lowest or the highest limit of several contrasts."""
    choose = min if lowest else max
    row = choose(rows, key=lambda row: float(row[side]))
    numbers = {f"bound_{name}": float(row[name]) for name in ("estimate", "low", "high", "level")}
    return {"bound": float(row[side]), "bound_contrast": str(row["contrast"]), **numbers}


def equivalence_numbers(claim: Claim, results: pd.DataFrame) -> dict[str, Any]:
    """The columns of a verdict for the equivalence test with the smallest p among a claim's contrasts."""
    rows = results[(results["endpoint"] == claim.endpoint) & results["contrast"].isin(claim.decisive_contrasts)]
    rows = rows[(rows["analysis"] == "planned") & (rows["alternative"] == "equivalence") & rows["pvalue"].notna()]
    if rows.empty:
        return {}
    row = min((row for _, row in rows.iterrows()), key=lambda row: float(row["pvalue"]))
    numbers = {f"equivalence_{name}": float(row[name]) for name in ("pvalue", "low", "high", "level")}
    return {"equivalence_contrast": str(row["contrast"]), **numbers}


def equivalence_if_negligible(
    claim: Claim, results: pd.DataFrame, rows: Sequence[Row], rule: Rule
) -> Mapping[str, Any]:
    """The columns of the equivalence test in a verdict, if a negligible effect does not support the claim."""
    return equivalence_numbers(claim, results) if claim.negligible else {}


def pvalue_key(row: Row) -> float:
    """The p of a row as a sort key."""
    return float(row["pvalue"])


def min_pvalue_key(row: Row) -> float:
    """The smallest possible p of a row as a sort key; rows of other tests come first."""
    return -1.0 if math.isnan(row["min_pvalue"]) else float(row["min_pvalue"])
