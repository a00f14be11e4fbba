"""The kinds of claims, one module each.

To add a kind, name it in `Claim.kind` in `secretome.protocol.claims`, and state its goal and its keys in `CLAIM_FORMS`
there. Write its module here, and name it in `KINDS`. Add new rules, with their decisions and reasons, to
`secretome.claims.rules`. Write how it is tested in `secretome.report.text.claim_methods.SENTENCES`, and in
`secretome.course.text.CLAIM_DESCRIPTIONS` for the assignments of students. An error names the list in which a kind is
missing.
"""

import numpy as np

from secretome.claims.evidence import Rules
from secretome.claims.kinds.base import ClaimInputs, ClaimKind
from secretome.claims.kinds.equivalence import EQUIVALENCE
from secretome.claims.kinds.every import EVERY
from secretome.claims.kinds.interaction import INTERACTION
from secretome.claims.kinds.single import SINGLE
from secretome.claims.kinds.trend import TREND
from secretome.claims.rules import Decision
from secretome.protocol import PerKind

KINDS = PerKind(
    "rules",
    "secretome.claims.kinds.KINDS",
    {kind.name: kind for kind in (SINGLE, EVERY, EQUIVALENCE, TREND, INTERACTION)},
)

__all__ = ["KINDS", "ClaimInputs", "ClaimKind", "decide_claim"]


def decide_claim(inputs: ClaimInputs, alpha: float) -> tuple[Rules, Rules]:
    """Return the rule that decides a claim, and the decision by the published test, for each cohort."""
    kind = KINDS[inputs.claim.kind]
    rules = kind.decide(inputs, alpha)
    if inputs.published is None:
        return rules, np.full(rules.shape, str(Decision.NOT_ANALYSED))
    return rules, kind.decide_as_published(inputs.claim, inputs.published, alpha)
