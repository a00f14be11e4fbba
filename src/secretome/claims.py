"""From results to verdicts: one row per claim, and per check, by rules that are fixed before the data are seen."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from secretome.analysis import ASYMPTOTIC_RANKS, NO_DIFFERENCE, RANKS
from secretome.cohort import Study
from secretome.protocol import Check, Claim, Direction

Decision = Literal["supported", "contradicted", "inconclusive", "untestable"]
Outcome = Literal["passed", "not shown", "failed", "absent"]
Row = Any  # a row of a DataFrame: pandas types its rows as Series of anything

ALPHA = 0.05
FEWEST = 3
# The rules, as verdicts print them.
TOO_FEW = f"fewer than {FEWEST} values in a group"
UNORDERED = "limits of the assay that overlap leave values in no order"
FLOOR = "no result of the exact test could be small enough"
CHECK_FAILED = "the check of the experiment failed"
NO_SPREAD = "the values do not vary, so the planned test cannot be computed"
NO_SPREAD_OF_PAIRS = "the change does not vary, so the planned test cannot be computed"
OPPOSITE = "significant in the opposite direction"
SMALL = "significant but smaller than the margin"
CLAIMED = "significant in the claimed direction and not negligible"
NEGLIGIBLE = "not significant and inside the zone of no effect"
OPEN = "not significant and not shown to be negligible"


OUTCOMES: dict[Decision, Outcome] = {
    "supported": "passed",
    "contradicted": "failed",
    "inconclusive": "not shown",
    "untestable": "absent",
}

# A group without a small enough p is there all the same; an effect too small to matter is none for an experiment to rest on.
OUTCOMES_BY_RULE: dict[str, Outcome] = {FLOOR: "not shown", UNORDERED: "not shown", SMALL: "failed"}
RANK_TESTS = (RANKS, ASYMPTOTIC_RANKS)


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
    checked = examine(study, results, alpha=alpha)
    failed = {study.protocol.checks[key].endpoint for key in checked.loc[checked["outcome"] == "failed", "check"]}
    verdicts = [_single(study, key, claim, results, failed, alpha) for key, claim in study.protocol.claims.items()]
    return pd.DataFrame([asdict(verdict) for verdict in verdicts], columns=list(Verdict.__dataclass_fields__))


@dataclass(frozen=True)
class CheckResult:
    """One row of ``checks.csv``.

    Attributes
    ----------
    study, cohort, check : str
        What was examined, on which animals.
    outcome : str
        ``passed``, ``not shown``, ``failed`` or ``absent``. A failed check makes the claims on its endpoint untestable.
    rule : str
        The rule that decided.
    estimate, low, high, level, pvalue : float
        The effect with its interval, and p; nothing is adjusted.
    """

    study: str
    cohort: str
    check: str
    outcome: Outcome
    rule: str
    estimate: float
    low: float
    high: float
    level: float
    pvalue: float


def examine(study: Study, results: pd.DataFrame, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Examine whether the experiment worked at all: every check of a study.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the reading ``planned``, at the same `alpha`.
    alpha : float, default 0.05
        The error rate per check.

    Returns
    -------
    DataFrame
        One row per check, in the columns of ``checks.csv`` (see `CheckResult`); a study without checks has none.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> study = load_study("sepsis_cytokines")
    >>> examine(study, analyse(study, readings=("planned",)))[["check", "outcome"]].values.tolist()
    [['sepsis', 'passed']]
    """
    rows = [_examined(study, key, check, results, alpha) for key, check in study.protocol.checks.items()]
    return pd.DataFrame([asdict(row) for row in rows], columns=list(CheckResult.__dataclass_fields__))


def _examined(study: Study, key: str, check: Check, results: pd.DataFrame, alpha: float) -> CheckResult:
    rows = results[(results["endpoint"] == check.endpoint) & (results["contrast"] == check.contrast)]
    planned = _row(rows, "planned", equivalence=False)
    decision, rule = _decide(check.direction, 1, planned, _row(rows, "planned", equivalence=True), alpha, paired=False)
    return CheckResult(
        study=study.key,
        cohort=study.cohort.id,
        check=key,
        outcome=OUTCOMES_BY_RULE.get(rule, OUTCOMES[decision]),
        rule=rule.replace("claimed", "expected"),
        **{name: float(planned[name]) for name in ("estimate", "low", "high", "level", "pvalue")},
    )


def _single(study: Study, key: str, claim: Claim, results: pd.DataFrame, failed: set[str], alpha: float) -> Verdict:
    rows = results[(results["endpoint"] == claim.endpoint) & (results["contrast"] == claim.contrast)]
    planned, family = _row(rows, "planned", equivalence=False), len(claim.compared)
    if not math.isnan(planned["level"]) and not math.isclose(planned["level"], 1 - alpha / family):
        raise ValueError(f"the results were made at another alpha than {alpha:g}: pass the same one to analyse and adjudicate.")
    equivalence, paired = _row(rows, "planned", equivalence=True), study.protocol.design == "paired"
    decision, rule = _decide(claim.direction, family, planned, equivalence, alpha, paired=paired)
    published = _decide_as_published(claim, _row(rows, "published", equivalence=False), planned, alpha)
    if claim.endpoint in failed:
        decision, rule, published = "untestable", CHECK_FAILED, "untestable"
    return Verdict(
        study=study.key,
        cohort=study.cohort.id,
        claim=key,
        verdict=decision,
        verdict_as_published=published,
        magnitude=_magnitude(claim, planned),
        rule=rule,
        **{name: float(planned[name]) for name in ("estimate", "low", "high", "level", "pvalue_adjusted")},
        origin=study.cohort.origin,
        protocol_altered=alpha != ALPHA or not study.cohort.excluded.empty,
        source_data=study.source_data,
    )


def _row(rows: pd.DataFrame, reading: str, *, equivalence: bool) -> Row:
    found = rows[(rows["reading"] == reading) & ((rows["alternative"] == "equivalence") == equivalence)]
    if len(found) != 1:
        raise ValueError(f"one {reading} row is needed per claim and check; the results hold {len(found)}.")
    return found.iloc[0]


def _decide(direction: Direction, family: int, planned: Row, equivalence: Row, alpha: float, *, paired: bool) -> tuple[Decision, str]:
    if min(planned["n_treated"], planned["n_control"]) < FEWEST:
        return "untestable", TOO_FEW
    if math.isnan(planned["pvalue_adjusted"]) and planned["method"] == RANKS:
        return "untestable", UNORDERED
    if math.isnan(planned["pvalue_adjusted"]):
        return "inconclusive", NO_SPREAD_OF_PAIRS if paired else NO_SPREAD
    if planned["attainable"] * family > alpha:
        return "untestable", FLOOR
    significant = planned["pvalue_adjusted"] <= alpha
    negligible = equivalence["pvalue"] <= alpha
    if significant and rises(planned) != (direction == "up"):
        return "contradicted", OPPOSITE
    if significant and negligible:
        return "inconclusive", SMALL
    if significant:
        return "supported", CLAIMED
    if negligible:
        return "contradicted", NEGLIGIBLE
    return "inconclusive", OPEN


def _decide_as_published(claim: Claim, row: Row, planned: Row, alpha: float) -> Decision:
    if min(row["n_treated"], row["n_control"]) < FEWEST or math.isnan(row["pvalue"]) or row["attainable"] > alpha:
        return "untestable"
    if row["pvalue"] > alpha:
        return "inconclusive"
    # Many unchanged pairs can make the shift exactly zero under a small p; the planned ratio then tells the direction.
    up = rises(row) if row["method"] in RANK_TESTS or row["estimate"] else rises(planned)
    return "supported" if up == (claim.direction == "up") else "contradicted"


def rises(row: Row) -> bool:
    """Whether the treated group lies higher, by the test itself: ranks and means may disagree, and p is the test's."""
    if row["method"] in RANK_TESTS:
        return bool(row["statistic"] > row["n_treated"] * row["n_control"] / 2)
    return bool(row["estimate"] > NO_DIFFERENCE[row["effect"]])


def _magnitude(claim: Claim, planned: Row) -> str:
    if claim.printed_range is None:
        return "not printed"
    least, most = claim.printed_range
    if planned["high"] < least:
        return "smaller"
    if planned["low"] > most:
        return "larger"
    # Written without a division, and so that an interval that does not exist cannot be compatible.
    return "compatible" if planned["high"] * least <= planned["low"] * most else "cannot tell"
