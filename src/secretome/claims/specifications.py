"""Every analysis of a claim, and what it would answer: the rows of a specification curve."""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace

import pandas as pd

from secretome.analysis import BONFERRONI, HALF_LIMIT, HOLM, UNADJUSTED, Branches, branches
from secretome.claims.rules import ALPHA, FEWEST, Row, rises
from secretome.cohort import Study
from secretome.protocol import Claim


def specifications(study: Study, results: pd.DataFrame, key: str, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Ask a claim of every analysis: as published, as planned, and in every other reasonable way.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        What `analyse` returned for it, in all three readings.
    key : str
        The claim's key.
    alpha : float, default 0.05
        The error rate per claim.

    Returns
    -------
    DataFrame
        One row per analysis, the smallest p first: reading, method, then what was chosen in it (test, scale, dose, adjustment, hidden, see
        `Branches`); the endpoint and the contrast that its answer hangs on, with effect, estimate, low, high, level and pvalue; and
        answer: ``claimed`` if the analysis finds what is claimed, ``opposite`` if significantly otherwise, ``open`` if neither, ``none`` if
        it cannot be computed. How large an effect is does not enter. Of a claim about several contrasts, the p is that of the contrast that
        comes nearest to failing it.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> found = specifications(study, analyse(study), "tregs_rise_cd25neg")
    >>> len(found), found["answer"].value_counts().to_dict()
    (7, {'claimed': 7})
    """
    claim = study.protocol.claims[key]
    contrasts = claim.judged_on
    rows = results[(results["endpoint"] == claim.endpoint) & results["contrast"].isin(contrasts)]
    wanted = rows["alternative"] == "equivalence"
    # A difference test answers a claim of no change only where it stands for the authors'.
    rows = rows[wanted | (rows["reading"] == "published")] if claim.kind == "unchanged" else rows[~wanted]
    hidden = bool(rows["censored"].any())
    found: dict[tuple[str, Branches], dict[str, Row]] = {}
    for _, row in rows.iterrows():
        own = branches(row["method"], adjustment=_adjustment(claim, row["reading"]), hidden=hidden)
        found.setdefault((row["reading"], own), {})[row["contrast"]] = row
    listed = []
    for (reading, own), by_contrast in found.items():
        whole = [_row(found, reading, own, contrast) for contrast in contrasts]
        shown, p, answer = _answer(claim, [row for row in whole if row is not None], len(contrasts), alpha)
        about = {name: shown[name] for name in ("endpoint", "contrast", "effect", "estimate", "low", "high", "level")}
        method = by_contrast[next(iter(by_contrast))]["method"]
        listed.append({"reading": reading, "method": method, **asdict(own), **about, "pvalue": p, "answer": answer})
    return pd.DataFrame(listed).sort_values("pvalue", kind="stable", ignore_index=True)


def _adjustment(claim: Claim, reading: str) -> str:
    """What a published or planned row does about its family."""
    if reading == "published" and claim.kind == "unchanged":
        return HOLM
    return BONFERRONI if reading == "planned" and claim.kind == "single" and len(claim.compared) > 1 else UNADJUSTED


def _row(found: dict[tuple[str, Branches], dict[str, Row]], reading: str, own: Branches, contrast: str) -> Row | None:
    """The row of a contrast; where it has none of its own, because it would be another's again, that other."""
    same = (
        (reading, own),
        (reading, replace(own, hidden=HALF_LIMIT)),
        *((other, again) for other in ("planned", "published") for again in (own, replace(own, hidden=HALF_LIMIT))),
    )
    for candidate in same:
        if (row := found.get(candidate, {}).get(contrast)) is not None:
            return row
    return None


def _p(claim: Claim, row: Row) -> float:
    together = claim.kind in ("every", "unchanged") and row["reading"] == "planned"
    return float(row["pvalue"] if together or math.isnan(row["pvalue_adjusted"]) else row["pvalue_adjusted"])


def _answer(claim: Claim, rows: Sequence[Row], needed: int, alpha: float) -> tuple[Row, float, str]:
    """The row that the answer hangs on, its p, and the answer."""
    known = [row for row in rows if not math.isnan(row["pvalue"]) and min(row["n_treated"], row["n_control"]) >= FEWEST]
    if len(known) < needed:
        return rows[0], math.nan, "none"
    weakest = max(known, key=lambda row: _p(claim, row))
    if claim.kind == "unchanged":
        differs = [row for row in known if row["alternative"] != "equivalence"]
        if differs:
            strongest = min(differs, key=lambda row: _p(claim, row))
            p = min(1.0, needed * _p(claim, strongest))
            return strongest, p, "opposite" if p <= alpha else "open"
        return weakest, _p(claim, weakest), "claimed" if _p(claim, weakest) <= alpha else "open"
    back = [row for row in known if rises(row) != claim.rises]
    if back:
        strongest = min(back, key=lambda row: _p(claim, row))
        return strongest, _p(claim, strongest), "opposite" if _p(claim, strongest) <= alpha else "open"
    return weakest, _p(claim, weakest), "claimed" if _p(claim, weakest) <= alpha else "open"
