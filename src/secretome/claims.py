"""From results to verdicts: one row per claim, by rules that are fixed before the data are seen."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from secretome.analysis import EQUIVALENCE
from secretome.cohort import Study
from secretome.protocol import Claim

Decision = Literal["supported", "contradicted", "inconclusive", "untestable"]

ALPHA = 0.05
FEWEST = 3
CHECK_COLUMNS = ("study", "cohort", "check", "outcome", "rule", "estimate", "low", "high", "level", "pvalue")


@dataclass(frozen=True)
class Verdict:
    """One row of ``verdicts.csv``.

    Attributes
    ----------
    study, cohort, claim : str
        What was judged, on which animals.
    verdict, verdict_as_published : str
        ``supported``, ``contradicted``, ``inconclusive`` or ``untestable``: by the planned test, which the book stands by, and by the
        test that stands for the authors'.
    magnitude : str
        How the estimate compares with the range printed in the paper; it never decides. ``not printed`` where there is none.
    rule : str
        The rule that decided.
    estimate, low, high, level, pvalue_adjusted : float
        The planned estimate, its interval and p, both adjusted over the claim's family.
    origin : str
        The cohort's origin.
    protocol_altered : bool
        Whether alpha or the animals differ from the protocol's: such a verdict cannot be published.
    source_data : bool
        Whether the claim was made from these very data: such a verdict is never counted.
    """

    study: str
    cohort: str
    claim: str
    verdict: Decision
    verdict_as_published: Decision
    magnitude: str
    rule: str
    estimate: float
    low: float
    high: float
    level: float
    pvalue_adjusted: float
    origin: str
    protocol_altered: bool
    source_data: bool


def adjudicate(study: Study, results: pd.DataFrame, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Judge every claim of a study by the results of a cohort.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the readings ``published`` and ``planned``, at the same `alpha`.
    alpha : float, default 0.05
        The error rate per claim.

    Returns
    -------
    DataFrame
        One row per claim, in the columns of ``verdicts.csv`` (see `Verdict`).

    Examples
    --------
    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> verdicts = adjudicate(study, analyse(study))
    >>> verdicts[["claim", "verdict", "source_data"]].values.tolist()
    [['tregs_rise_cd25pos', 'supported', True], ['tregs_rise_cd25neg', 'supported', True]]
    """
    verdicts = [_single(study, key, claim, results, alpha) for key, claim in study.protocol.claims.items()]
    return pd.DataFrame([asdict(verdict) for verdict in verdicts], columns=list(Verdict.__dataclass_fields__))


def no_checks() -> pd.DataFrame:
    """The ``checks.csv`` of a study that names no check: its header alone."""
    return pd.DataFrame(columns=list(CHECK_COLUMNS))


def _single(study: Study, key: str, claim: Claim, results: pd.DataFrame, alpha: float) -> Verdict:
    rows = results[(results["endpoint"] == claim.endpoint) & (results["contrast"] == claim.contrast)]
    planned = _row(rows, "planned", equivalence=False)
    if not math.isnan(planned["level"]) and not math.isclose(planned["level"], 1 - alpha / len(claim.compared)):
        raise ValueError(f"the results were made at another alpha than {alpha:g}: pass the same one to analyse and adjudicate.")
    decision, rule = _decide(claim, planned, _row(rows, "planned", equivalence=True), alpha)
    return Verdict(
        study=study.key,
        cohort=study.cohort.id,
        claim=key,
        verdict=decision,
        verdict_as_published=_decide_as_published(claim, _row(rows, "published", equivalence=False), planned, alpha),
        magnitude=_magnitude(claim, planned),
        rule=rule,
        **{name: float(planned[name]) for name in ("estimate", "low", "high", "level", "pvalue_adjusted")},
        origin=study.cohort.origin,
        protocol_altered=alpha != ALPHA or not study.cohort.excluded.empty,
        source_data=study.source_data,
    )


def _row(rows: pd.DataFrame, reading: str, *, equivalence: bool) -> "pd.Series[Any]":
    found = rows[(rows["reading"] == reading) & ((rows["method"] == EQUIVALENCE) == equivalence)]
    if len(found) != 1:
        raise ValueError(f"adjudicate needs one {reading} row per claim; the results hold {len(found)}.")
    return found.iloc[0]


def _decide(claim: Claim, planned: "pd.Series[Any]", equivalence: "pd.Series[Any]", alpha: float) -> tuple[Decision, str]:
    if min(planned["n_treated"], planned["n_control"]) < FEWEST:
        return "untestable", f"fewer than {FEWEST} values in a group"
    if math.isnan(planned["pvalue_adjusted"]):
        return "inconclusive", "the change does not vary, so the planned test cannot be computed"
    significant = planned["pvalue_adjusted"] <= alpha
    claimed = (planned["estimate"] > 1) == (claim.direction == "up")
    negligible = equivalence["pvalue"] <= alpha
    if significant and not claimed:
        return "contradicted", "significant in the opposite direction"
    if significant and negligible:
        return "inconclusive", "significant but smaller than the margin"
    if significant:
        return "supported", "significant in the claimed direction and not negligible"
    if negligible:
        return "contradicted", "not significant and inside the zone of no effect"
    return "inconclusive", "not significant and not shown to be negligible"


def _decide_as_published(claim: Claim, row: "pd.Series[Any]", planned: "pd.Series[Any]", alpha: float) -> Decision:
    if min(row["n_treated"], row["n_control"]) < FEWEST or not row["attainable"] <= alpha:
        return "untestable"
    if row["pvalue"] > alpha:
        return "inconclusive"
    # Many unchanged pairs can make the shift exactly zero under a small p; the planned ratio then tells the direction.
    up = row["estimate"] > 0 if row["estimate"] else planned["estimate"] > 1
    return "supported" if up == (claim.direction == "up") else "contradicted"


def _magnitude(claim: Claim, planned: "pd.Series[Any]") -> str:
    if claim.printed_range is None:
        return "not printed"
    least, most = claim.printed_range
    if planned["high"] < least:
        return "smaller"
    if planned["low"] > most:
        return "larger"
    # Written without a division, and so that an interval that does not exist cannot be compatible.
    return "compatible" if planned["high"] * least <= planned["low"] * most else "cannot tell"
