"""How each kind of claim is judged: single, every, unchanged, trend."""

import math
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from statsmodels.stats.multitest import multipletests

from secretome.analysis import STEP
from secretome.claims.rules import (
    ALL_INSIDE,
    EVERY_CLAIMED,
    FEWEST,
    FLOOR,
    NO_SPREAD,
    NOT_INSIDE,
    OPEN,
    OPPOSITE,
    SOME_ABSENT,
    SOME_NEGLIGIBLE,
    SOME_OPEN,
    SOME_OPPOSITE,
    SOME_OUTSIDE,
    STEP_BACK,
    TREND_CLAIMED,
    Decision,
    Row,
    decide,
    decide_as_published,
    rises,
    row_of,
)
from secretome.cohort import Study
from secretome.protocol import Claim


@dataclass(frozen=True)
class Judgement:
    """What decides a claim: both verdicts, the rule, and the row whose numbers are printed."""

    decision: Decision
    rule: str
    published: Decision
    shown: Row


def _single(study: Study, claim: Claim, rows: pd.DataFrame, alpha: float) -> Judgement:
    rows = rows[rows["contrast"] == claim.contrast]
    planned, family = row_of(rows, "planned", equivalence=False), len(claim.compared)
    _same_alpha(planned, 1 - alpha / family)
    equivalence, paired = row_of(rows, "planned", equivalence=True), study.protocol.design == "paired"
    decision, rule = decide(claim.direction or "up", family, planned, equivalence, alpha, paired=paired)
    return Judgement(decision, rule, decide_as_published(claim, row_of(rows, "published", equivalence=False), planned, alpha), planned)


def _every(study: Study, claim: Claim, rows: pd.DataFrame, alpha: float) -> Judgement:
    """An intersection-union test: each contrast at alpha, without adjustment; against the claim, each at alpha over their number."""
    del study
    arms = [rows[rows["contrast"] == contrast] for contrast in claim.compared]
    planned = [row_of(arm, "planned", equivalence=False) for arm in arms]
    equivalent = [row_of(arm, "planned", equivalence=True)["pvalue"] for arm in arms]
    _same_alpha(planned[0], 1 - alpha / len(arms))
    absent = [min(row["n_treated"], row["n_control"]) < FEWEST for row in planned]
    claimed = [row["pvalue"] <= alpha and rises(row) == claim.rises for row in planned]
    small = [claim.negligible and p <= alpha for p in equivalent]
    opposite = [row["pvalue_adjusted"] <= alpha and rises(row) != claim.rises for row in planned]
    # Negligible without significance at the same stricter level contradicts; both together leave the claim open.
    flat = [
        claim.negligible and p <= alpha / len(arms) and row["pvalue_adjusted"] > alpha for p, row in zip(equivalent, planned, strict=True)
    ]
    present = zip(opposite, flat, absent, strict=True)
    against = [(back, none) for back, none, missing in present if not missing]
    if any(back for back, _ in against):
        decision, rule = "contradicted", SOME_OPPOSITE
    elif any(none for _, none in against):
        decision, rule = "contradicted", SOME_NEGLIGIBLE
    elif any(absent):
        decision, rule = "untestable", SOME_ABSENT
    elif any(row["attainable"] > alpha for row in planned):
        decision, rule = "untestable", FLOOR
    elif all(claimed) and not any(small):
        decision, rule = "supported", EVERY_CLAIMED
    else:
        decision, rule = "inconclusive", SOME_OPEN
    published = [row_of(arm, "published", equivalence=False) for arm in arms]
    shown = _weakest(planned, claim).copy()
    if decision != "contradicted":
        # What holds for all needs no adjustment: its p is the largest.
        shown["pvalue_adjusted"] = shown["pvalue"]
    return Judgement(decision, rule, _every_as_published(claim, published, alpha), shown)  # type: ignore[arg-type]


def _every_as_published(claim: Claim, rows: list[Row], alpha: float) -> Decision:
    present = [row for row in rows if min(row["n_treated"], row["n_control"]) >= FEWEST and not math.isnan(row["pvalue"])]
    if any(row["pvalue"] <= alpha / len(rows) and rises(row) != claim.rises for row in present):
        return "contradicted"
    if len(present) < len(rows) or any(row["attainable"] > alpha for row in rows):
        return "untestable"
    return "supported" if all(row["pvalue"] <= alpha and rises(row) == claim.rises for row in rows) else "inconclusive"


def _weakest(rows: list[Row], claim: Claim) -> Row:
    """The row that a claim about all contrasts hangs on: of those that go the other way the one with the smallest p, else the largest p."""
    present = [row for row in rows if not math.isnan(row["pvalue"])]
    if not present:
        return rows[0]
    back = [row for row in present if rises(row) != claim.rises]
    return min(back, key=lambda row: float(row["pvalue"])) if back else max(present, key=lambda row: float(row["pvalue"]))


def _unchanged(study: Study, claim: Claim, rows: pd.DataFrame, alpha: float) -> Judgement:
    """Equivalence of every contrast: supported if each 90 % interval lies inside the zone."""
    zone = study.protocol.endpoints[claim.endpoint].no_effect
    arms = [rows[rows["contrast"] == contrast] for contrast in claim.compared]
    equivalent = [row_of(arm, "planned", equivalence=True) for arm in arms]
    planned = [row_of(arm, "planned", equivalence=False) for arm in arms]
    _same_alpha(planned[0], 1 - alpha / len(arms))
    absent = any(min(row["n_treated"], row["n_control"]) < FEWEST for row in equivalent)
    # The simultaneous intervals say what contradicts.
    outside = any(row["low"] > zone.high or row["high"] < zone.low for row in planned)
    if outside:
        decision, rule = "contradicted", SOME_OUTSIDE
    elif absent:
        decision, rule = "untestable", SOME_ABSENT
    elif all(row["pvalue"] <= alpha for row in equivalent):
        decision, rule = "supported", ALL_INSIDE
    else:
        decision, rule = "inconclusive", NOT_INSIDE
    published = [row_of(arm, "published", equivalence=False)["pvalue"] for arm in arms]
    known = [p for p in published if not math.isnan(p)]
    differs = bool(known) and bool((multipletests(known, method="holm")[1] <= alpha).any())
    # A test of a difference cannot show that there is none.
    as_published: Decision = "contradicted" if differs else "untestable" if len(known) < len(arms) else "inconclusive"
    shown = max(equivalent, key=lambda row: -1.0 if math.isnan(row["pvalue"]) else float(row["pvalue"])).copy()
    shown["pvalue_adjusted"] = shown["pvalue"]
    return Judgement(decision, rule, as_published, shown)  # type: ignore[arg-type]


def _trend(study: Study, claim: Claim, rows: pd.DataFrame, alpha: float) -> Judgement:
    """A slope, and no step between neighbouring doses that is shown to go back."""
    del study
    slope = rows[(rows["contrast"] == claim.contrast) & (rows["reading"] == "planned")].iloc[0]
    _same_alpha(slope, 1 - alpha)
    steps = rows[(rows["method"] == STEP) & rows["contrast"].isin([f"{b} vs {a}" for a, b in pairwise(claim.doses)])]
    ranks = rows[(rows["contrast"] == claim.contrast) & (rows["reading"] == "published")].iloc[0]
    back = bool((steps["high"] < 1).any() if claim.rises else (steps["low"] > 1).any())
    if slope["n_treated"] < FEWEST:
        decision, rule = "untestable", SOME_ABSENT
    elif math.isnan(slope["pvalue"]):
        decision, rule = "inconclusive", NO_SPREAD
    elif slope["pvalue"] > alpha:
        decision, rule = "inconclusive", OPEN
    elif rises(slope) != claim.rises:
        decision, rule = "contradicted", OPPOSITE
    else:
        decision, rule = ("inconclusive", STEP_BACK) if back else ("supported", TREND_CLAIMED)
    return Judgement(decision, rule, _trend_as_published(claim, ranks, alpha), slope)  # type: ignore[arg-type]


def _trend_as_published(claim: Claim, ranks: Row, alpha: float) -> Decision:
    if ranks["n_treated"] < FEWEST or math.isnan(ranks["pvalue"]) or ranks["attainable"] > alpha:
        return "untestable"
    if ranks["pvalue"] > alpha:
        return "inconclusive"
    return "supported" if (ranks["estimate"] > 0) == claim.rises else "contradicted"


def _same_alpha(row: Row, level: float) -> None:
    if not math.isnan(row["level"]) and not math.isclose(row["level"], level):
        raise ValueError("the results were made at another alpha: pass the same one to analyse and adjudicate.")


JUDGES = {"single": _single, "every": _every, "unchanged": _unchanged, "trend": _trend}
