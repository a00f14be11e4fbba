"""Verdicts on every claim and check, by the rules of the protocol."""

from secretome.claims.conditions import Condition, ConditionCode, conditions
from secretome.claims.decisions import decide_contrasts
from secretome.claims.evidence import Evidence, Row, rises
from secretome.claims.kinds import KINDS, ClaimInputs, ClaimKind, decide_claim
from secretome.claims.primary import adjusted, decided_together, decision_row, decision_rows, primary_results
from secretome.claims.rules import ALPHA, MIN_N, SIMULTANEOUS, Decision, Outcome, Rule
from secretome.claims.specification_curve import ADJUSTED, AS_CLAIMED, DIFFERENCE, specifications
from secretome.claims.verdicts import CheckResult, Verdict, adjudicate, examine

__all__ = [
    "ADJUSTED",
    "ALPHA",
    "AS_CLAIMED",
    "DIFFERENCE",
    "KINDS",
    "MIN_N",
    "SIMULTANEOUS",
    "CheckResult",
    "ClaimInputs",
    "ClaimKind",
    "Condition",
    "ConditionCode",
    "Decision",
    "Evidence",
    "Outcome",
    "Row",
    "Rule",
    "Verdict",
    "adjudicate",
    "adjusted",
    "conditions",
    "decide_claim",
    "decide_contrasts",
    "decided_together",
    "decision_row",
    "decision_rows",
    "examine",
    "primary_results",
    "rises",
    "specifications",
]
