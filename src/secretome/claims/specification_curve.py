"""Every analysis of a claim, and what it would answer: the rows of a specification curve."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import pandas as pd

from secretome.analysis import SPECIFICATION_COLUMNS, Adjustment, Nondetects, Specification, specification_of
from secretome.claims.evidence import Row, rises
from secretome.claims.primary import decision_row
from secretome.claims.rules import ALPHA, MIN_N
from secretome.cohort import Study
from secretome.protocol import Claim, Protocol

# The question of an analysis: that of the claim; whether each group differs, adjusted for their number; whether any
# group differs at all.
AS_CLAIMED, ADJUSTED, DIFFERENCE = "claim", "adjusted", "difference"


def specifications(study: Study, results: pd.DataFrame, key: str, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Ask a claim of every analysis: as published, as planned, and in every other reasonable way.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, in all three analyses.
    key : str
        The claim's key.
    alpha : float, default 0.05
        The error rate per claim.

    Returns
    -------
    DataFrame
        One row per analysis, the smallest p first, in the columns

        - claim: the key.
        - question: ``claim`` if p answers the question of the claim; ``adjusted`` for adjusted p-values of a claim that
          every group differs; ``difference`` for tests of a difference of a claim that nothing changes. These p-values
          are not comparable.
        - analysis, method, and the choices: test, scale, dose, adjustment, nondetects (see `Specification`).
        - endpoint, contrast: of a claim about several contrasts, the one that is closest to failing it.
        - effect, estimate, low, high, level, pvalue: of that contrast; the interval belongs to the p.
        - answer: ``claimed`` if the analysis supports the claim, ``opposite`` if it supports the opposite, ``open`` if
          neither, and ``none`` if it cannot be computed. One group contradicts a claim about every group at `alpha`
          over their number. The size of an effect has no influence.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> curve = specifications(study, analyse(study), "tregs_rise_cd25neg")
    >>> len(curve), curve["answer"].value_counts().to_dict()
    (7, {'claimed': 7})
    """
    claim = study.protocol.claims[key]
    contrasts = claim.decisive_contrasts
    by_specification: dict[_Place, dict[str, Row]] = {}
    for question, specification, row in _analyses(study.protocol, claim, results):
        by_specification.setdefault((question, row["analysis"], specification), {})[row["contrast"]] = row
    listed = []
    for (question, analysis, specification), by_contrast in by_specification.items():
        every = [_row(by_specification, (question, analysis, specification), contrast) for contrast in contrasts]
        shown, p, answer = _answer(claim, question, [row for row in every if row is not None], alpha)
        about = {name: shown[name] for name in ("endpoint", "contrast", "effect", "estimate", "low", "high", "level")}
        if question == DIFFERENCE and math.isnan(shown["pvalue_adjusted"]):
            # Holm's p-values come without intervals.
            about |= dict.fromkeys(("low", "high", "level"), math.nan)
        method = by_contrast[next(iter(by_contrast))]["method"]
        if question == DIFFERENCE and specification.adjustment is Adjustment.HOLM:
            method = specification.name(state_adjustment=True)
        place = {"claim": key, "question": question, "analysis": analysis, "method": method}
        listed.append({**place, **asdict(specification), **about, "pvalue": p, "answer": answer})
    return pd.DataFrame(listed).sort_values("pvalue", kind="stable", ignore_index=True)


_Place = tuple[str, str, Specification]


def _analyses(protocol: Protocol, claim: Claim, results: pd.DataFrame) -> Iterator[tuple[str, Specification, Row]]:
    """The rows of a claim, each with its question and its choices."""
    rows = results[(results["endpoint"] == claim.endpoint) & results["contrast"].isin(claim.decisive_contrasts)]
    equivalence = rows["alternative"] == "equivalence"
    unchanged = claim.is_equivalence
    # No test of a difference is planned for a claim of no change; the planned ones show what would contradict it.
    rows = rows[equivalence | (rows["analysis"] != "planned")] if unchanged else rows[~equivalence]
    has_nondetects = bool(rows["censored"].any())
    for _, row in rows.iterrows():
        specification = specification_of({name: row[name] for name in SPECIFICATION_COLUMNS})
        if not has_nondetects:
            specification = replace(specification, nondetects=Nondetects.NONE)
        if claim.is_equivalence and row["analysis"] == "published":
            specification = replace(specification, adjustment=Adjustment.HOLM)
        adjusted = row["analysis"] == "multiverse" and not math.isnan(row["pvalue_adjusted"])
        question = ADJUSTED if claim.together and adjusted and not claim.is_equivalence else AS_CLAIMED
        if unchanged and row["alternative"] != "equivalence":
            question = DIFFERENCE
            if specification.adjustment is Adjustment.BONFERRONI:
                continue  # Holm's adjustment of the smallest p is the same.
            specification = (
                replace(specification, adjustment=Adjustment.HOLM)
                if specification.adjustment is Adjustment.NONE
                else specification
            )
        yield question, specification, decision_row(protocol, row)


def _row(by_specification: dict[_Place, dict[str, Row]], place: _Place, contrast: str) -> Row | None:
    """The row of a contrast, or that of another analysis if both would give the same numbers."""
    question, analysis, specification = place
    same = (
        (analysis, specification),
        (analysis, replace(specification, nondetects=Nondetects.HALF_LIMIT)),
        *(
            (other, again)
            for other in ("planned", "published")
            for again in (specification, replace(specification, nondetects=Nondetects.HALF_LIMIT))
        ),
    )
    for candidate in same:
        if (row := by_specification.get((question, *candidate), {}).get(contrast)) is not None:
            return row
    return None


def _p(row: Row) -> float:
    return float(row["pvalue"] if math.isnan(row["pvalue_adjusted"]) else row["pvalue_adjusted"])


def _answer(claim: Claim, question: str, rows: Sequence[Row], alpha: float) -> tuple[Row, float, str]:
    """The row that the answer hangs on, its p, and the answer."""
    needed = len(claim.decisive_contrasts)
    known = [row for row in rows if not math.isnan(row["pvalue"]) and min(row["n_treated"], row["n_control"]) >= MIN_N]
    if len(known) < needed:
        return rows[0], math.nan, "none"
    if question == DIFFERENCE:
        strongest = min(known, key=_p)
        p = _p(strongest) if not math.isnan(strongest["pvalue_adjusted"]) else min(1.0, needed * _p(strongest))
        return strongest, p, "opposite" if p <= alpha else "open"
    back = [] if claim.direction is None else [row for row in known if rises(row) != claim.rises]
    if back:
        strongest = min(back, key=_p)
        # One group is enough to contradict the claim, so its level is stricter, as in the verdict.
        times = needed if claim.together and question == AS_CLAIMED else 1
        return strongest, _p(strongest), "opposite" if times * _p(strongest) <= alpha else "open"
    weakest = max(known, key=_p)
    return weakest, _p(weakest), "claimed" if _p(weakest) <= alpha else "open"
