"""Claims that one effect is higher or lower than another: the difference of two contrasts."""

import numpy as np

from secretome.claims.decisions import decide_contrasts
from secretome.claims.evidence import Evidence, Rules
from secretome.claims.kinds.base import ClaimInputs, ClaimKind, equivalence_if_negligible, row_of_contrast
from secretome.claims.rules import Decision, Rule
from secretome.protocol import Claim


def _decide(inputs: ClaimInputs, alpha: float) -> Rules:
    """The rules of a claim about one contrast, but nondetects and zeros leave no test."""
    rules = decide_contrasts(inputs.planned, 1, alpha, rising=inputs.claim.rises)[0]
    return np.where(rules == str(Rule.NO_SPREAD), str(Rule.NOT_COMPUTABLE), rules)


def _decide_as_published(claim: Claim, evidence: Evidence, alpha: float) -> Rules:
    # Protocols with a published test of an interaction are refused.
    return np.full(evidence.pvalue.shape[1], str(Decision.NOT_ANALYSED))


INTERACTION = ClaimKind(
    name="interaction",
    rules=(
        *(Rule.TOO_FEW, Rule.NOT_COMPUTABLE, Rule.OPPOSITE, Rule.SMALL),
        *(Rule.CLAIMED, Rule.NEGLIGIBLE, Rule.NOT_SIGNIFICANT),
    ),
    decide=_decide,
    decide_as_published=_decide_as_published,
    limiting_row=row_of_contrast,
    further_columns=equivalence_if_negligible,
)
