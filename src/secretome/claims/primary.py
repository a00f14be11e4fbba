"""The planned rows that decide a claim, each with the one pair of p value and interval that the decision uses."""

import math
from collections.abc import Sequence

import pandas as pd

from secretome.analysis.independent import TOGETHER
from secretome.claims.rules import (
    FEWEST,
    FLOOR,
    SOME_ABSENT,
    SOME_NEGLIGIBLE,
    SOME_OPPOSITE,
    SOME_OUTSIDE,
    Row,
    rises,
    row_of,
)
from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin, Protocol

# One contrast is enough to contradict such a claim, so these rules use adjusted p values and simultaneous intervals.
SIMULTANEOUS = (SOME_OPPOSITE, SOME_NEGLIGIBLE, SOME_OUTSIDE)


def primary_results(study: Study, results: pd.DataFrame, kind: str = "") -> pd.DataFrame:
    """Return the planned rows that decide the claims, each once; tests of equivalence for a claim of no change.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the analysis ``planned``.
    kind : str, optional
        Only claims of this kind, such as ``"single"``.

    Returns
    -------
    DataFrame
        Those rows of `results`, claim by claim.

    Raises
    ------
    ValueError
        If the results lack a planned row of a claim.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> study = load_study("sepsis_cytokines")
    >>> primary_results(study, analyse(study, analyses=("planned",)))[["endpoint", "contrast"]].values.tolist()
    [['il6', 't1 vs control'], ['il6', 't2 vs control'], ['il4', 't1 vs control'], ['il4', 't2 vs control']]
    """
    places: dict[int, None] = {}
    for claim in study.protocol.claims.values():
        if kind in ("", claim.kind):
            for row in _planned(results, claim, equivalence=claim.kind == "unchanged"):
                places[int(row.name)] = None
    return results.loc[list(places)]


def decision_rows(study: Study, results: pd.DataFrame, key: str, rule: str) -> pd.DataFrame:
    """Return the planned rows that decide a claim by a rule, with the p values and intervals that the rule uses.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the analysis ``planned``.
    key : str
        The claim's key.
    rule : str
        The rule that decided the claim, as its verdict states it.

    Returns
    -------
    DataFrame
        One row per contrast of the claim or of its family, in the columns of ``results.csv``. `low`, `high` and `level`
        belong to `pvalue_adjusted` where it is given, and to `pvalue` where it is NaN.

    Raises
    ------
    ValueError
        If the results lack a planned row of the claim.

    Examples
    --------
    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("humoral_immunity")
    >>> results = analyse(study, analyses=("planned",))
    >>> rule = adjudicate(study, results).set_index("claim").loc["titre_rises", "rule"]
    >>> rows = decision_rows(study, results, "titre_rises", rule)
    >>> rows[["contrast", "pvalue", "level"]].round(4).values.tolist()[0]
    ['im10 vs saline', 0.0261, 0.95]
    """
    claim = study.protocol.claims[key]
    equivalence = rule == SOME_NEGLIGIBLE or (claim.kind == "unchanged" and rule != SOME_OUTSIDE)
    pair = unadjusted if claim.kind in TOGETHER and rule not in SIMULTANEOUS else adjusted
    return pd.DataFrame([pair(row) for row in _planned(results, claim, equivalence=equivalence)])


def unadjusted(row: Row) -> Row:
    """A planned row with only its unadjusted p value and the interval that belongs to it."""
    row = row.copy()
    row["pvalue_adjusted"] = row["low_simultaneous"] = row["high_simultaneous"] = row["level_simultaneous"] = math.nan
    return row


def adjusted(row: Row) -> Row:
    """A planned row with only its adjusted p value and the simultaneous interval that belongs to it."""
    row = row.copy()
    for name in ("low", "high", "level"):
        row[name] = row[f"{name}_simultaneous"]
    return row


def decision_row(protocol: Protocol, row: Row) -> Row:
    """A row of the results with the p and interval that decide its claim; other rows are returned unchanged."""
    if row["analysis"] == "planned" and decided_together(protocol, row):
        return unadjusted(row)
    return row


def decided_together(protocol: Protocol, row: Row) -> bool:
    """Whether a contrast belongs to a claim about all of its contrasts."""
    return any(
        claim.kind in TOGETHER and claim.endpoint == row["endpoint"] and row["contrast"] in claim.compared
        for claim in protocol.claims.values()
    )


def limiting_row(claim: Claim, rows: Sequence[Row], rule: str, margin: EquivalenceMargin) -> Row:
    """The row of a claim's decisive rows on which the decision depends.

    Of a claim about several contrasts that is contradicted, it is the one that contradicts most clearly; else the one
    that is closest to failing the claim: without enough values, without a p value, in the other direction, or with the
    largest p value.
    """
    if claim.kind not in TOGETHER:
        return next(row for row in rows if row["contrast"] == claim.contrast)
    present = [row for row in rows if min(row["n_treated"], row["n_control"]) >= FEWEST]
    if rule == SOME_ABSENT:
        return next(row for row in rows if min(row["n_treated"], row["n_control"]) < FEWEST)
    if rule == FLOOR:
        return max(present, key=lambda row: -1.0 if math.isnan(row["min_pvalue"]) else float(row["min_pvalue"]))
    if rule == SOME_OUTSIDE:
        return max(present, key=lambda row: _distance(row, margin))
    untested = [row for row in present if math.isnan(row["pvalue"])]
    if untested and rule not in SIMULTANEOUS:
        return untested[0]
    tested = [row for row in present if not math.isnan(row["pvalue"])] or rows
    if claim.kind == "unchanged":
        return max(tested, key=lambda row: float(row["pvalue"]))
    if rule == SOME_NEGLIGIBLE:
        return min(tested, key=lambda row: float(row["pvalue"]))
    back = [row for row in tested if rises(row) != claim.rises]
    return (
        min(back, key=lambda row: float(row["pvalue"])) if back else max(tested, key=lambda row: float(row["pvalue"]))
    )


def _distance(row: Row, margin: EquivalenceMargin) -> float:
    """How far an interval lies outside the equivalence margins, as a ratio; at most 1 unless it is wholly outside."""
    if math.isnan(row["low"]):
        return -1.0
    return max(float(row["low"]) / margin.high, margin.low / float(row["high"]) if row["high"] > 0 else math.inf)


def _planned(results: pd.DataFrame, claim: Claim, *, equivalence: bool) -> list[Row]:
    rows = results[results["endpoint"] == claim.endpoint]
    return [
        row_of(rows[rows["contrast"] == contrast], "planned", equivalence=equivalence)
        for contrast in claim.compared or (claim.contrast,)
    ]
