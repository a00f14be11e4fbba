"""Claims about one contrast, adjusted for the other contrasts of its family."""

from secretome.claims.decisions import decide_contrasts, decide_contrasts_as_published
from secretome.claims.evidence import Evidence, Rules
from secretome.claims.kinds.base import ClaimInputs, ClaimKind, equivalence_if_negligible, row_of_contrast
from secretome.claims.rules import Rule
from secretome.protocol import Claim


def _decide(inputs: ClaimInputs, alpha: float) -> Rules:
    claim = inputs.claim
    rules: Rules = decide_contrasts(inputs.planned, inputs.family, alpha, rising=claim.rises, paired=inputs.paired)[0]
    return rules


def _decide_as_published(claim: Claim, evidence: Evidence, alpha: float) -> Rules:
    rules: Rules = decide_contrasts_as_published(evidence, alpha, rising=claim.rises)[0]
    return rules


SINGLE = ClaimKind(
    name="single",
    rules=(
        *(Rule.TOO_FEW, Rule.UNORDERED, Rule.NO_SPREAD, Rule.MIN_PVALUE, Rule.OPPOSITE, Rule.SMALL),
        *(Rule.CLAIMED, Rule.NEGLIGIBLE, Rule.NOT_SIGNIFICANT),
    ),
    decide=_decide,
    decide_as_published=_decide_as_published,
    limiting_row=row_of_contrast,
    further_columns=equivalence_if_negligible,
)
