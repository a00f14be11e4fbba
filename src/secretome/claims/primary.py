"""The planned rows that decide a claim, each with the one pair of p-value and interval that the decision uses."""

import math

import pandas as pd

from secretome.claims.evidence import Row, row_of
from secretome.claims.rules import SIMULTANEOUS, Rule
from secretome.cohort import Study
from secretome.protocol import Claim, Protocol


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
            for row in _planned(results, claim, equivalence=claim.is_equivalence):
                places[int(row.name)] = None
    return results.loc[list(places)]


def decision_rows(study: Study, results: pd.DataFrame, key: str, rule: str) -> pd.DataFrame:
    """Return the planned rows that decide a claim by a rule, with the p-values and intervals that the rule uses.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the analysis ``planned``.
    key : str
        The claim's key.
    rule : str
        The code of the rule that decided the claim.

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
    equivalence = rule == Rule.SOME_NEGLIGIBLE or (claim.is_equivalence and rule != Rule.SOME_OUTSIDE)
    pair = unadjusted if claim.together and rule not in SIMULTANEOUS else adjusted
    return pd.DataFrame([pair(row) for row in _planned(results, claim, equivalence=equivalence)])


def unadjusted(row: Row) -> Row:
    """A planned row with only its unadjusted p-value and the interval that belongs to it."""
    row = row.copy()
    row["pvalue_adjusted"] = row["low_simultaneous"] = row["high_simultaneous"] = row["level_simultaneous"] = math.nan
    return row


def adjusted(row: Row) -> Row:
    """A planned row with only its adjusted p-value and the simultaneous interval that belongs to it."""
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
        claim.together and claim.endpoint == row["endpoint"] and row["contrast"] in claim.compared
        for claim in protocol.claims.values()
    )


def _planned(results: pd.DataFrame, claim: Claim, *, equivalence: bool) -> list[Row]:
    rows = results[results["endpoint"] == claim.endpoint]
    return [
        row_of(rows[rows["contrast"] == contrast], "planned", equivalence=equivalence)
        for contrast in claim.compared or (claim.contrast,)
    ]
