"""What the evidence on some contrasts decides, in one cohort or in many at once."""

from collections.abc import Sequence

import numpy as np

from secretome.claims.evidence import Bools, Evidence, Rules
from secretome.claims.rules import MIN_N, Decision, Rule


def decide_contrasts(evidence: Evidence, family: int, alpha: float, *, rising: bool, paired: bool = False) -> Rules:
    """The rule that decides, for each contrast, the claim that it rises, or falls."""
    significant = evidence.adjusted <= alpha
    negligible = evidence.equivalence <= alpha
    rules = (
        (evidence.n < MIN_N, Rule.TOO_FEW),
        (evidence.unordered, Rule.UNORDERED),
        (np.isnan(evidence.adjusted), Rule.NO_SPREAD_OF_PAIRS if paired else Rule.NO_SPREAD),
        (evidence.min_pvalue * family > alpha, Rule.MIN_PVALUE),
        (significant & (evidence.up != rising), Rule.OPPOSITE),
        (significant & negligible, Rule.SMALL),
        (significant, Rule.CLAIMED),
        (negligible, Rule.NEGLIGIBLE),
    )
    return first_of(rules, Rule.NOT_SIGNIFICANT)


def decide_contrasts_as_published(evidence: Evidence, alpha: float, *, rising: bool) -> Rules:
    """What the published test decides about each contrast."""
    rules = (
        ((evidence.n < MIN_N) | np.isnan(evidence.pvalue) | (evidence.min_pvalue > alpha), Decision.UNTESTABLE),
        (evidence.pvalue > alpha, Decision.INCONCLUSIVE),
        (evidence.up == rising, Decision.SUPPORTED),
    )
    return first_of(rules, Decision.CONTRADICTED)


def first_of(rules: Sequence[tuple[Bools | np.bool_, str]], otherwise: str) -> Rules:
    """The first of the rules that holds, cohort by cohort."""
    conditions, names = zip(*rules, strict=True)
    return np.select([np.asarray(condition) for condition in conditions], list(map(str, names)), str(otherwise))
