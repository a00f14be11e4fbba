"""From results to verdicts: one row per claim, and per check, by rules that are fixed before the data are seen."""

from dataclasses import asdict, dataclass

import pandas as pd

from secretome.claims.judges import JUDGES
from secretome.claims.rules import ALPHA, CHECK_FAILED, OUTCOMES, OUTCOMES_BY_RULE, Decision, Outcome, Row, decide, row_of
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


def _examined(study: Study, key: str, check: Check, results: pd.DataFrame, alpha: float) -> CheckResult:
    rows = results[(results["endpoint"] == check.endpoint) & (results["contrast"] == check.contrast)]
    planned = row_of(rows, "planned", equivalence=False)
    decision, rule = decide(check.direction, 1, planned, row_of(rows, "planned", equivalence=True), alpha, paired=False)
    return CheckResult(
        study=study.key,
        cohort=study.cohort.id,
        check=key,
        outcome=OUTCOMES_BY_RULE.get(rule, OUTCOMES[decision]),
        rule=rule.replace("claimed", "expected"),
        **{name: float(planned[name]) for name in ("estimate", "low", "high", "level", "pvalue")},
    )


def _judged(study: Study, key: str, claim: Claim, results: pd.DataFrame, failed: set[str], alpha: float) -> Verdict:
    rows = results[results["endpoint"] == claim.endpoint]
    found = JUDGES[claim.kind](study, claim, rows, alpha)
    decision, rule, published, shown = found.decision, found.rule, found.published, found.shown
    if claim.endpoint in failed:
        decision, rule, published = "untestable", CHECK_FAILED, "untestable"
    return Verdict(
        study=study.key,
        cohort=study.cohort.id,
        claim=key,
        verdict=decision,
        verdict_as_published=published,
        magnitude=_magnitude(claim, rows, shown),
        rule=rule,
        **{name: float(shown[name]) for name in ("estimate", "low", "high", "level", "pvalue_adjusted")},
        origin=study.cohort.origin,
        protocol_altered=alpha != ALPHA or not study.cohort.excluded.empty,
        source_data=study.source_data,
    )


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
