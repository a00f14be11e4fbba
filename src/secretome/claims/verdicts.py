"""Verdicts from results, one row per claim and per check, by the rules of the protocol."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from secretome.analysis import ANY_RANK_TEST
from secretome.claims.decisions import decide_contrasts
from secretome.claims.evidence import Evidence, Row, rises, row_of
from secretome.claims.kinds import KINDS, ClaimInputs, decide_claim
from secretome.claims.kinds.trend import adjacent_rows
from secretome.claims.primary import decision_rows
from secretome.claims.rules import ALPHA, Decision, Outcome, Rule
from secretome.cohort import Study
from secretome.protocol import Check, Claim, EquivalenceMargin


@dataclass(frozen=True)
class Verdict:
    """One row of ``verdicts.csv``.

    Attributes
    ----------
    study, cohort, claim : str
        The claim, and the animals on which it was tested.
    verdict, verdict_as_published : str
        ``supported``, ``contradicted``, ``inconclusive`` or ``untestable``: by the planned test, which the book stands
        by, and by the authors' presumed test. The latter is ``not analysed`` if the results do not include it, or if
        the protocol presumes no test.
    magnitude : str
        How the estimate compares with the range printed in the paper; it never decides. ``not printed`` where there is
        none.
    rule, reason : str
        The rule that decided, as a code of `Rule` and in words.
    estimate, low, high, level : float
        The planned estimate of `contrast` and the interval that belongs to the p that decided: `pvalue_adjusted`, or
        where that is NaN `pvalue`.
    pvalue_adjusted : float
        The adjusted p, where the rule uses one; else NaN, and so where a family has one contrast.
    origin : str
        The cohort's origin.
    protocol_altered : bool
        Whether alpha or the animals differ from the protocol's: such a verdict cannot be published.
    source_data : bool
        Whether the claim was made from these very data: such a verdict is never counted.
    contrast : str
        The contrast on which the decision depends: of a claim about several, the one that is closest to failing it, or,
        where the claim is contradicted, the one that contradicts it.
    pvalue : float
        The unadjusted p of `contrast`: the largest p of a claim that every group differs, the largest p of equivalence
        of a claim that nothing changes.
    bound : float
        Of a claim that every group differs and that is not contradicted, the limit that all ratios exceed: the smallest
        of the lower limits, or, for a fall, the largest of the upper ones; NaN if a contrast has no interval. For a
        claim about the dose, if
        neighbouring doses differ against the claim, the limit that shows it. NaN otherwise.
    bound_contrast, bound_estimate, bound_low, bound_high, bound_level : str, float
        The contrast with that limit, its estimate and its interval.
    equivalence_contrast, equivalence_pvalue, equivalence_low, equivalence_high, equivalence_level : str, float
        Of a claim of a direction that excludes negligible effects, the test of equivalence of `contrast`, or, of a
        claim about every group, of the group with the smallest p of equivalence.
    """

    study: str
    cohort: str
    claim: str
    verdict: Decision
    verdict_as_published: Decision
    magnitude: str
    rule: Rule
    reason: str
    estimate: float
    low: float
    high: float
    level: float
    pvalue_adjusted: float
    origin: str
    protocol_altered: bool
    source_data: bool
    contrast: str
    pvalue: float
    bound: float = math.nan
    bound_contrast: str = ""
    bound_estimate: float = math.nan
    bound_low: float = math.nan
    bound_high: float = math.nan
    bound_level: float = math.nan
    equivalence_contrast: str = ""
    equivalence_pvalue: float = math.nan
    equivalence_low: float = math.nan
    equivalence_high: float = math.nan
    equivalence_level: float = math.nan


def adjudicate(study: Study, results: pd.DataFrame, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Judge every claim of a study by the results of a cohort.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the analysis ``planned``, at the same `alpha`. Without the analysis
        ``published``, `verdict_as_published` is ``not analysed``: the planned verdict does not depend on it, and
        simulations leave it out.
    alpha : float, default 0.05
        The error rate per claim.

    Returns
    -------
    DataFrame
        One row per claim, in the columns of ``verdicts.csv`` (see `Verdict`).

    Raises
    ------
    ValueError
        If the results lack a planned row, or were made at another `alpha`.

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
    verdicts = [_verdict(study, key, claim, results, failed, alpha) for key, claim in study.protocol.claims.items()]
    return _frame(verdicts, Verdict)


@dataclass(frozen=True)
class CheckResult:
    """One row of ``checks.csv``.

    Attributes
    ----------
    study, cohort, check : str
        What was examined, on which animals.
    outcome : str
        ``passed``, ``not shown``, ``failed`` or ``absent``. A failed check makes the claims on its endpoint untestable.
    rule, reason : str
        The rule that decided, as a code of `Rule` and in words.
    estimate, low, high, level, pvalue : float
        The effect with its interval, and p; nothing is adjusted.
    """

    study: str
    cohort: str
    check: str
    outcome: Outcome
    rule: Rule
    reason: str
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
        What `analyse` returned for it, with the analysis ``planned``, at the same `alpha`.
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
    >>> examine(study, analyse(study, analyses=("planned",)))[["check", "outcome"]].values.tolist()
    [['sepsis', 'passed']]
    """
    rows = [_examined(study, key, check, results, alpha) for key, check in study.protocol.checks.items()]
    return _frame(rows, CheckResult)


def _frame(rows: Sequence[Verdict] | Sequence[CheckResult], kind: type[Verdict | CheckResult]) -> pd.DataFrame:
    """The rows as a table whose codes are text."""
    cells = [
        {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(row).items()}
        for row in rows
    ]
    return pd.DataFrame(cells, columns=list(kind.__dataclass_fields__))


def _examined(study: Study, key: str, check: Check, results: pd.DataFrame, alpha: float) -> CheckResult:
    rows = results[(results["endpoint"] == check.endpoint) & (results["contrast"] == check.contrast)]
    planned = row_of(rows, "planned", equivalence=False)
    evidence = Evidence.of([planned], [row_of(rows, "planned", equivalence=True)])
    rule = Rule(str(decide_contrasts(evidence, 1, alpha, rising=check.rises, paired=check.test == "paired_t")[0, 0]))
    rule = Rule.EXPECTED if rule is Rule.CLAIMED else rule
    return CheckResult(
        study=study.key,
        cohort=study.cohort.id,
        check=key,
        outcome=rule.outcome,
        rule=rule,
        reason=rule.reason,
        **{name: float(planned[name]) for name in ("estimate", "low", "high", "level", "pvalue")},
    )


def _verdict(study: Study, key: str, claim: Claim, results: pd.DataFrame, failed: set[str], alpha: float) -> Verdict:
    rows = results[results["endpoint"] == claim.endpoint]
    by_contrast = [rows[rows["contrast"] == contrast] for contrast in claim.decisive_contrasts]
    planned = [row_of(tests, "planned", equivalence=False) for tests in by_contrast]
    equivalent = [] if claim.over_doses else [row_of(tests, "planned", equivalence=True) for tests in by_contrast]
    _same_alpha(planned[0], 1 - alpha / max(1, study.protocol.family_size(claim)))
    inputs = ClaimInputs(
        claim,
        study.protocol.endpoints[claim.endpoint].equivalence_margin,
        Evidence.of(planned, equivalent),
        _published(by_contrast, planned)
        if claim.published_method and (results["analysis"] == "published").any()
        else None,
        Evidence.of(adjacent_rows(claim, results)) if claim.over_doses else None,
        paired=study.protocol.design == "paired",
        family=1 if _by_holm(study, claim) else study.protocol.family_size(claim),
    )
    codes, decisions = decide_claim(inputs, alpha)
    rule, published = Rule(str(codes[0])), Decision(str(decisions[0]))
    numbers = _numbers(study, key, claim, results, rule, alpha)
    if claim.endpoint in failed:
        rule = Rule.CHECK_FAILED
        published = published if published is Decision.NOT_ANALYSED else Decision.UNTESTABLE
    return Verdict(
        study=study.key,
        cohort=study.cohort.id,
        claim=key,
        verdict=rule.decision,
        verdict_as_published=published,
        magnitude=_magnitude(claim, rows, inputs.margin),
        rule=rule,
        reason=rule.reason,
        origin=study.cohort.origin,
        protocol_altered=alpha != ALPHA or not study.cohort.excluded.empty,
        source_data=study.source_data,
        **numbers,
    )


def _by_holm(study: Study, claim: Claim) -> bool:
    """Whether p is adjusted by Holm's procedure, by which the smallest p of a contrast need not be multiplied."""
    return bool(claim.panel) and study.protocol.panels[claim.panel].adjust == "holm"


def _published(by_contrast: Sequence[pd.DataFrame], planned: Sequence[Row]) -> Evidence:
    published = [row_of(tests, "published", equivalence=False) for tests in by_contrast]
    evidence = Evidence.of(published)
    # Many unchanged pairs can make the shift exactly zero under a small p; the planned ratio then tells the direction.
    sources = [
        row if row["test"] in ANY_RANK_TEST or row["estimate"] else other
        for row, other in zip(published, planned, strict=True)
    ]
    return replace(evidence, up=np.array([[rises(row)] for row in sources]))


def _numbers(study: Study, key: str, claim: Claim, results: pd.DataFrame, rule: Rule, alpha: float) -> dict[str, Any]:
    """The estimate, interval and p-values of a verdict: cells of the results, each with the name of its contrast."""
    decisive = decision_rows(study, results, key, rule)
    rows = [row for _, row in decisive[decisive["contrast"].isin(claim.decisive_contrasts)].iterrows()]
    candidates = rows
    if rule is Rule.SOME_NEGLIGIBLE:
        # A significant contrast is not a contradiction.
        tests = decision_rows(study, results, key, Rule.SOME_OPPOSITE).set_index("contrast")
        candidates = [row for row in rows if tests.loc[row["contrast"], "pvalue_adjusted"] > alpha]
    kind, margin = KINDS[claim.kind], study.protocol.endpoints[claim.endpoint].equivalence_margin
    shown = kind.limiting_row(claim, candidates, rule, margin)
    numbers: dict[str, Any] = {
        name: float(shown[name]) for name in ("estimate", "low", "high", "level", "pvalue", "pvalue_adjusted")
    }
    numbers["contrast"] = str(shown["contrast"])
    if study.protocol.family_size(claim) < 2:
        numbers["pvalue_adjusted"] = math.nan
    return numbers | dict(kind.further_columns(claim, results, rows, rule))


def _same_alpha(row: Row, level: float) -> None:
    if not math.isnan(row["level_simultaneous"]) and not math.isclose(row["level_simultaneous"], level):
        raise ValueError("the results were made at another alpha: pass the same one to analyse and adjudicate.")


def _magnitude(claim: Claim, rows: pd.DataFrame, margin: EquivalenceMargin) -> str:
    """How the simultaneous intervals compare with the printed range; one contrast that is entirely outside decides."""
    if claim.printed_range is None:
        return "not printed"
    of_claim = (
        rows["contrast"].isin(claim.decisive_contrasts)
        & (rows["analysis"] == "planned")
        & (rows["alternative"] != "equivalence")
    )
    words = {
        _placed(row["low_simultaneous"], row["high_simultaneous"], *claim.printed_range, ratios=margin.scale == "log")
        for _, row in rows[of_claim].iterrows()
    }
    for word in ("smaller", "larger", "cannot tell"):
        if word in words:
            return word
    return "compatible"


def _placed(low: float, high: float, least: float, most: float, *, ratios: bool = True) -> str:
    if high < least:
        return "smaller"
    if low > most:
        return "larger"
    if not ratios:
        return "compatible" if high - low <= most - least else "cannot tell"
    # Written without a division, and so that an interval that does not exist cannot be compatible.
    return "compatible" if high * least <= low * most else "cannot tell"
