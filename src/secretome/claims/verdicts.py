"""From results to verdicts: one row per claim, and per check, by rules that are fixed before the data are seen."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from secretome.analysis import STEP
from secretome.claims.judges import Case, judge
from secretome.claims.rules import (
    ALPHA,
    CHECK_FAILED,
    DECISIONS,
    RANK_TESTS,
    Decision,
    Evidence,
    Outcome,
    Row,
    decide,
    outcome,
    rises,
    row_of,
)
from secretome.cohort import Study
from secretome.protocol import Check, Claim


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
    verdicts = [_judged(study, key, claim, results, failed, alpha) for key, claim in study.protocol.claims.items()]
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


def deciding(study: Study, results: pd.DataFrame, kind: str = "") -> pd.DataFrame:
    """The planned rows that the claims rest on, each once: of a claim that nothing changes, its tests of equivalence.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the reading ``planned``.
    kind : str, optional
        A kind of claims, such as ``"single"``: only theirs.

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
    >>> deciding(study, analyse(study, readings=("planned",)))[["endpoint", "contrast"]].values.tolist()
    [['il6', 't1 vs control'], ['il6', 't2 vs control'], ['il4', 't1 vs control'], ['il4', 't2 vs control']]
    """
    places: dict[int, None] = {}
    for claim in study.protocol.claims.values():
        if kind not in ("", claim.kind):
            continue
        rows = results[results["endpoint"] == claim.endpoint]
        for contrast in claim.compared or (claim.contrast,):
            row = row_of(rows[rows["contrast"] == contrast], "planned", equivalence=claim.kind == "unchanged")
            places[int(row.name)] = None
    return results.loc[list(places)]


def _examined(study: Study, key: str, check: Check, results: pd.DataFrame, alpha: float) -> CheckResult:
    rows = results[(results["endpoint"] == check.endpoint) & (results["contrast"] == check.contrast)]
    planned = row_of(rows, "planned", equivalence=False)
    found = Evidence.of([planned], [row_of(rows, "planned", equivalence=True)])
    rule = str(decide(found, 1, alpha, rising=check.direction == "up")[0, 0])
    return CheckResult(
        study=study.key,
        cohort=study.cohort.id,
        check=key,
        outcome=outcome(rule),
        rule=rule.replace("claimed", "expected"),
        **{name: float(planned[name]) for name in ("estimate", "low", "high", "level", "pvalue")},
    )


def _judged(study: Study, key: str, claim: Claim, results: pd.DataFrame, failed: set[str], alpha: float) -> Verdict:
    rows = results[results["endpoint"] == claim.endpoint]
    arms = [rows[rows["contrast"] == contrast] for contrast in claim.judged_on]
    trend = claim.kind == "trend"
    planned = [row_of(arm, "planned", equivalence=False) for arm in arms]
    equivalent = [] if trend else [row_of(arm, "planned", equivalence=True) for arm in arms]
    steps = [row for _, row in rows[(rows["method"] == STEP) & rows["contrast"].isin(claim.steps)].iterrows()] if trend else []
    _same_alpha(planned[0], 1 - alpha / (1 if trend else len(claim.compared)))
    case = Case(
        claim,
        study.protocol.endpoints[claim.endpoint].no_effect,
        Evidence.of(planned, equivalent),
        _published(arms, planned),
        Evidence.of(steps) if trend else None,
        paired=study.protocol.design == "paired",
    )
    rule, published = (str(found[0]) for found in judge(case, alpha))
    shown = _shown(claim, planned, equivalent, DECISIONS[rule])
    if claim.endpoint in failed:
        rule, published = CHECK_FAILED, "untestable"
    return Verdict(
        study=study.key,
        cohort=study.cohort.id,
        claim=key,
        verdict=DECISIONS[rule],
        verdict_as_published=cast("Decision", published),
        magnitude=_magnitude(claim, rows, shown),
        rule=rule,
        **{name: float(shown[name]) for name in ("estimate", "low", "high", "level", "pvalue_adjusted")},
        origin=study.cohort.origin,
        protocol_altered=alpha != ALPHA or not study.cohort.excluded.empty,
        source_data=study.source_data,
    )


def _published(arms: Sequence[pd.DataFrame], planned: Sequence[Row]) -> Evidence:
    published = [row_of(arm, "published", equivalence=False) for arm in arms]
    found = Evidence.of(published)
    # Many unchanged pairs can make the shift exactly zero under a small p; the planned ratio then tells the direction.
    sources = [own if own["method"] in RANK_TESTS or own["estimate"] else other for own, other in zip(published, planned, strict=True)]
    return replace(found, up=np.array([[rises(row)] for row in sources]))


def _shown(claim: Claim, planned: Sequence[Row], equivalent: Sequence[Row], decision: Decision) -> Row:
    """The row whose numbers are printed: of a claim about several contrasts, the one that it hangs on."""
    if claim.kind in ("single", "trend"):
        return planned[0]
    if claim.kind == "unchanged":
        shown = max(equivalent, key=lambda row: -1.0 if math.isnan(row["pvalue"]) else float(row["pvalue"])).copy()
    else:
        shown = _weakest(planned, claim).copy()
    if claim.kind == "unchanged" or decision != "contradicted":
        # What holds for all needs no adjustment: its p is the largest.
        shown["pvalue_adjusted"] = shown["pvalue"]
    return shown


def _weakest(rows: Sequence[Row], claim: Claim) -> Row:
    """The row that a claim about all contrasts hangs on: of those that go the other way the one with the smallest p, else the largest p."""
    present = [row for row in rows if not math.isnan(row["pvalue"])]
    if not present:
        return rows[0]
    back = [row for row in present if rises(row) != claim.rises]
    return min(back, key=lambda row: float(row["pvalue"])) if back else max(present, key=lambda row: float(row["pvalue"]))


def _same_alpha(row: Row, level: float) -> None:
    if not math.isnan(row["level"]) and not math.isclose(row["level"], level):
        raise ValueError("the results were made at another alpha: pass the same one to analyse and adjudicate.")


def _magnitude(claim: Claim, rows: pd.DataFrame, shown: Row) -> str:
    """How the estimates compare with the printed range; of several contrasts, one wholly outside decides."""
    if claim.printed_range is None:
        return "not printed"
    tests = rows[(rows["reading"] == "planned") & (rows["alternative"] != "equivalence") & rows["contrast"].isin(claim.compared)]
    words = (
        {_placed(row, *claim.printed_range) for _, row in tests.iterrows()}
        if claim.kind == "every"
        else {_placed(shown, *claim.printed_range)}
    )
    for word in ("smaller", "larger", "cannot tell"):
        if word in words:
            return word
    return "compatible"


def _placed(row: Row, least: float, most: float) -> str:
    if row["high"] < least:
        return "smaller"
    if row["low"] > most:
        return "larger"
    # Written without a division, and so that an interval that does not exist cannot be compatible.
    return "compatible" if row["high"] * least <= row["low"] * most else "cannot tell"
